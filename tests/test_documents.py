"""The transcription against the documents themselves, where they are at hand."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
import yaml

from solidata.catalog import load_all
from solidata.check import audit as auditing
from solidata.check.coverage import numbers_in
from solidata.french.text import LINE_BREAK
from solidata.tables import all_tables

SOURCES = Path(__file__).parents[2] / "shared" / "sources"
RAW = Path(__file__).parents[1] / "data" / "raw"
DOCUMENTS = ("bilan-2025", "presentation-2024-2028")

pytestmark = pytest.mark.skipif(
    not all((SOURCES / f"{name}.txt").exists() for name in DOCUMENTS),
    reason="les textes des deux documents ne sont pas à côté du dépôt (../shared/sources)",
)

WITH_PRINT = [
    name
    for name, table in all_tables().items()
    if table.has_provenance and table.origin == "transcribed" and name != "numbers"
]
# What stands among the row's own characters, beside `printed`.
WITHIN = (
    "number_printed", "rank_printed", "count_printed", "total_printed", "amount_printed",
    "value_printed", "out_of_printed", "date_printed", "weekday_printed", "action_sheets_printed",
)  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return load_all()


@pytest.fixture(scope="module")
def texts():
    return {name: auditing.read_document(SOURCES / f"{name}.txt") for name in DOCUMENTS}


def stray(texts, source, first, last, printed):
    """Return the printed lines that do not stand on the lines `first` to `last`, in their order."""
    last = first if pd.isna(last) else last
    lines = texts[source][int(first) - 1 : int(last)]
    missing = []
    at = 0
    for piece in printed.split(LINE_BREAK):
        place = next((i for i in range(at, len(lines)) if piece in lines[i]), None)
        if place is None:
            missing.append(piece)
        else:
            at = place  # never back up the page
    return missing


def transcribed(tables, name):
    rows = tables[name]
    return rows[rows["source_id"].isin(DOCUMENTS)]


def test_the_search_for_stray_characters_finds_them():
    texts = {"t": ["un deux", "trois", "", "quatre"]}
    assert stray(texts, "t", 1, 2, "deux⏎trois") == []
    assert stray(texts, "t", 1, pd.NA, "deux⏎trois") == ["trois"]
    assert stray(texts, "t", 1, 2, "trois⏎deux") == ["deux"]
    assert stray(texts, "t", 3, 4, "trois") == ["trois"]
    assert stray(texts, "t", 4, 4, "Quatre") == ["Quatre"]


@pytest.mark.parametrize("name", WITH_PRINT)
def test_printed_characters_stand_on_their_lines(tables, texts, name):
    faults = []
    for _, row in transcribed(tables, name).iterrows():
        place = (row["source_id"], row["line"], row["line_end"])
        faults += [(row.iloc[0], *place, p) for p in stray(texts, *place, row["printed"])]
    assert faults == []


def test_status_words_stand_on_their_lines(tables, texts):
    rows = transcribed(tables, "mentions")
    rows = rows[rows["status_printed"].notna()]
    assert len(rows) > 50
    faults = []
    for _, row in rows.iterrows():
        place = (row["source_id"], row["status_line"], row["status_line_end"])
        words = row["status_printed"]
        faults += [(row["mention_id"], *place, piece) for piece in stray(texts, *place, words)]
    assert faults == []


@pytest.mark.parametrize("name", WITH_PRINT)
def test_numbers_and_dates_printed_stand_on_their_lines(tables, texts, name):
    faults = []
    for _, row in transcribed(tables, name).iterrows():
        place = (row["source_id"], row["line"], row["line_end"])
        for column in set(WITHIN) & set(row.index):
            if pd.notna(row[column]):
                pieces = stray(texts, *place, row[column])
                faults += [(row.iloc[0], column, *place, piece) for piece in pieces]
    assert faults == []


def test_numbered_items_were_seen(tables):
    numbered = transcribed(tables, "mentions")["number_printed"].notna().sum()
    assert numbered >= 132  # the sectoral lists alone: 18 + 30 + 18 + 14 + 25 + 27


@pytest.mark.parametrize("side", ["a", "b"])
def test_claims_that_contradict_each_other_stand_on_their_lines(tables, texts, side):
    rows = tables["contradictions"]
    rows = rows[rows[f"printed_{side}"].notna() & rows[f"source_{side}"].isin(DOCUMENTS)]
    faults = []
    for _, row in rows.iterrows():
        source, line, printed = (row[f"{name}_{side}"] for name in ("source", "line", "printed"))
        # a claim has one line; what it prints may run on from there
        last = line + printed.count(LINE_BREAK)
        faults += [
            (row["contradiction_id"], source, line, piece)
            for piece in stray(texts, source, line, last, printed)
        ]
    assert faults == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_text_is_the_one_that_was_transcribed(name):
    declared = yaml.safe_load((RAW / name / "source.yaml").read_text(encoding="utf-8"))
    data = (SOURCES / f"{name}.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == declared["sha256"]
    # as wc counts: the report ends on a space that no line break follows
    assert data.count(b"\n") == declared["lines"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_number_of_a_document_is_accounted_for(tables, texts, name):
    ledger = tables["numbers"]
    result = auditing.audit(texts[name], name, ledger)
    assert result.unaccounted == []
    assert result.absent.empty, result.absent.to_string()
    assert result.held + result.excluded == result.numbers == (ledger["source_id"] == name).sum()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_ledger_is_line_for_line_that_of_the_text(tables, texts, name):
    ledger = tables["numbers"]
    mine = ledger[ledger["source_id"] == name]
    known = list(zip(mine["line"], mine["rank"], mine["printed"], strict=True))
    read = [
        (n.line, n.rank, n.printed)
        for i, text in enumerate(texts[name], start=1)
        for n in numbers_in(i, text)
    ]
    assert sorted(known) == read


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_text_is_recognised(tables, texts, name):
    sources = tables["sources"]
    assert auditing.guess_source(texts[name], tables["numbers"], sources) == name
    # and by its numbers alone, when the text is another reading
    changed = ["", *texts[name]]
    assert auditing.guess_source(changed, tables["numbers"], sources) == name


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("share", [0.0, 0.31, 0.5, 0.99])
def test_a_number_slipped_anywhere_is_found(tables, texts, name, share):
    lines = list(texts[name])
    at = int(share * (len(lines) - 1))
    lines[at] += " ; 15 de plus"
    result = auditing.audit(lines, name, tables["numbers"])
    assert [(n.line, n.printed) for n in result.unaccounted] == [(at + 1, "15")]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_text_with_other_blank_lines_is_accounted_for(tables, texts, name):
    lines = [piece for line in texts[name] if line.strip() for piece in (line, "")]
    result = auditing.audit(lines, name, tables["numbers"])
    assert result.unaccounted == []
    assert result.absent.empty
