"""The ledger of numbers, and the audit that holds a text against it."""

import re
import textwrap
import warnings

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solidata
from solidata.catalog import load_all
from solidata.check import audit as auditing
from solidata.check.coverage import coverage, ledger_faults, numbers_in, numbers_in_words
from solidata.problems import SourceError
from solidata.tables import all_tables
from solidata.tables.rows import Rows
from solidata.tables.typed import typed

TEXT = [
    "BILAN DES 15 ACTIONS PHARES",
    "Réalisées : 7/27",
    "",
    "Plateforme d'accueil : 15 876 appels en 2025",
    "Budget 131680¢€ pour le Département",
    "20 personnes à Blois, 20 personnes à Vendôme",
    "Gérontopôle : 250 000 € versés en janvier",
]
# 1 + 2 + 0 + 2 + 1 + 2 + 1 = 9 numbers, line by line
COUNT = 9


def printed(text):
    return [n.printed for n in numbers_in(1, text)]


def ledger_of(lines, source_id="essai"):
    """Return a ledger in which every number of `lines` is held by a row."""
    rows = [
        {
            "number_id": f"{source_id}.L{n.line}.{n.rank}",
            "source_id": source_id,
            "line": n.line,
            "rank": n.rank,
            "printed": n.printed,
            "before": n.before,
            "after": n.after,
            "record": f"observations:L{n.line}.{n.rank}",
            "reason": "",
        }
        for i, text in enumerate(lines, start=1)
        for n in numbers_in(i, text)
    ]
    table = all_tables()["numbers"]
    return typed(table, pd.DataFrame(rows, columns=table.names, dtype=object))


def unaccounted(lines, ledger):
    return [(n.line, n.printed) for n in auditing.audit(lines, "essai", ledger).unaccounted]


def absent(lines, ledger):
    rows = auditing.audit(lines, "essai", ledger).absent
    return list(zip(rows["line"], rows["printed"], strict=True))


@pytest.fixture(scope="module")
def ledger():
    return ledger_of(TEXT)


@pytest.fixture(scope="module")
def tables():
    return load_all()


# --- numbers printed in digits -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("En2024,7 dispositifs", ["2024", "7"]),  # a year takes no decimal
        ("En 2024 163 actions", ["2024", "163"]),  # nor thousands
        ("1170 000€", ["1170", "000"]),  # misread: kept as printed, repaired elsewhere
        ("131680¢€", ["131680"]),
        ("1 0 02 0 oo €", ["1", "0", "02", "0"]),
        ("Personnes âgées : 72,5 M€", ["72,5"]),
        ("12 345,67 €", ["12 345,67"]),
        ("15\u00a0876 appels", ["15\u00a0876"]),
        ("1\u202f170\u202f000 €", ["1\u202f170\u202f000"]),
        ("1\u2009234 \u20ac", ["1\u2009234"]),
        ("15  876", ["15", "876"]),  # two spaces: two numbers
        ("1 1700", ["1", "1700"]),  # no group of three
        ("Réalisées : 7/27", ["7", "27"]),
        ("le 27/03/205 à 14h30", ["27", "03", "205", "14", "30"]),
        ("22, 29 janvier puis 5 février 2025", ["22", "29", "5", "2025"]),
        ("Tél. 02 54 58 41 41", ["02", "54", "58", "41", "41"]),
        ("02.54.58.41.41", ["02", "54", "58", "41", "41"]),
        ("44,6% soit 3,5 jours", ["44,6", "3,5"]),
        ("de 0 à 3 ans, 6-12 ans", ["0", "3", "6", "12"]),
        ("aucun chiffre, ni m² ni ½", []),
        ("", []),
    ],
)
def test_numbers_of_a_line(text, expected):
    assert printed(text) == expected


def test_a_number_carries_its_place_and_its_neighbours():
    one, two = numbers_in(12, "Budget : 13 350€ CD, 2 000 € MSA")
    assert (one.line, one.rank, one.before, one.after) == (12, 1, "Budget", "CD")
    assert (two.line, two.rank, two.before, two.after) == (12, 2, "CD", "MSA")
    assert "Budget : 13 350€ CD"[one.start :].startswith("13 350")


def test_a_number_alone_has_no_neighbours():
    (alone,) = numbers_in(1, " 44 ")
    assert (alone.before, alone.after) == ("", "")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 999_999_999), min_size=1, max_size=6))
def test_numbers_grouped_in_french_are_read_whole(values):
    texts = [f"{v:,}".replace(",", "\u202f") for v in values]
    assert printed(" ; ".join(texts)) == texts


def test_numbers_in_words_are_listed_with_their_line():
    lines = ["Organisé autour de trois volets", "un groupe, une fois", "une trentaine de places"]
    assert numbers_in_words(lines) == [(1, "trois"), (3, "trentaine")]


# --- the ledger, without the documents -----------------------------------------------


def faults_of(tables):
    found = ledger_faults(Rows(tables))
    return pd.DataFrame(found, columns=["number_id", "printed", "fault"])


def test_the_committed_ledger_has_no_fault(tables):
    faults = faults_of(tables)
    assert len(tables["numbers"]) > 800
    assert faults.empty, faults.to_string()


def test_every_number_is_counted_once_in_the_coverage(tables):
    counted = coverage(tables)
    by_source = counted.groupby("source_id")["numbers"].sum()
    assert by_source.to_dict() == tables["numbers"].groupby("source_id").size().to_dict()
    assert counted["why"].notna().all()
    held = counted[counted["why"] == "Tenu par une ligne"]["numbers"].sum()
    assert held == tables["numbers"]["record"].notna().sum()


def held_entry(tables):
    """Return the place of an entry that an observation of the report holds."""
    ledger = tables["numbers"]
    mine = ledger["record"].fillna("").str.startswith("observations:")
    return ledger[mine & (ledger["source_id"] == "bilan-2025")].index[0]


def excluded_entry(tables):
    return tables["numbers"].index[tables["numbers"]["reason"].notna()][0]


def faults_after(tables, index, **changes):
    broken = tables["numbers"].copy()
    for column, value in changes.items():
        broken.loc[index, column] = value
    return faults_of(tables | {"numbers": broken})


def record_where(tables, table, condition):
    rows = tables[table]
    return f"{table}:{rows.loc[condition(rows), all_tables()[table].key].iloc[0]}"


MADE_FAULTS = [
    ("observations:nulle-part.1", "n’existe pas"),
    (lambda t, e: record_where(t, "observations", lambda o: o["line"] > e["line"] + 50),
     "n’est pas imprimé ligne"),
    (lambda t, e: record_where(t, "observations", lambda o: o["source_id"] != e["source_id"]),
     "vient d’un autre document"),
    (lambda t, e: f"numbers:{e['number_id']}", "n’existe pas"),  # a number does not hold itself
]  # fmt: skip


@pytest.mark.parametrize(("record", "expected"), MADE_FAULTS)
def test_a_record_that_holds_nothing_is_seen(tables, record, expected):
    index = held_entry(tables)
    entry = tables["numbers"].loc[index]
    named = record if isinstance(record, str) else record(tables, entry)
    faults = faults_after(tables, index, record=named)
    assert faults["number_id"].tolist() == [entry["number_id"]]
    assert named in faults["fault"].iloc[0]
    assert expected in faults["fault"].iloc[0]


def test_a_record_that_prints_another_number_is_seen(tables):
    index = held_entry(tables)
    faults = faults_after(tables, index, printed="987654")
    assert faults["printed"].tolist() == ["987654"]
    assert "n’imprime pas ce nombre" in faults["fault"].iloc[0]


def test_a_part_of_a_number_is_not_the_number(tables):
    ledger = tables["numbers"]
    index = ledger.index[ledger["printed"].eq("15 876") & ledger["record"].notna()][0]
    faults = faults_after(tables, index, printed="876")
    assert "n’imprime pas ce nombre" in faults["fault"].iloc[0]


def test_both_a_record_and_a_reason_are_seen(tables):
    index = held_entry(tables)
    faults = faults_after(tables, index, reason="page")
    assert faults["fault"].tolist() == [
        "attendu : soit la ligne qui tient le nombre (record), soit la raison (reason)"
    ]


def test_neither_record_nor_reason_is_seen(tables):
    index = excluded_entry(tables)
    faults = faults_after(tables, index, reason=None)
    assert faults["number_id"].tolist() == [tables["numbers"].loc[index, "number_id"]]
    assert "soit la raison" in faults["fault"].iloc[0]


def test_a_status_line_holds_its_number(tables):
    # a status word printed away from its title: line 90 is the mention's, line 91 is not
    mention = tables["mentions"].iloc[[0]].copy()
    mention["status_printed"] = "Reportée en⏎2026"
    mention[["line", "line_end", "status_line", "status_line_end"]] = [80, 81, 89, 90]
    entry = tables["numbers"].iloc[[0, 0]].copy()
    entry["source_id"] = mention["source_id"].iloc[0]
    entry["printed"] = "2026"
    entry["line"] = [90, 91]
    entry["record"] = "mentions:" + mention["mention_id"].iloc[0]
    entry["reason"] = None
    faults = faults_of({"mentions": mention, "numbers": entry})
    assert len(faults) == 1
    assert "n’est pas imprimé ligne 91" in faults["fault"].iloc[0]


def test_two_fields_make_no_number_together(tables):
    # « 12 » printed beside rank « 345 » is not 12 345
    flagship = tables["flagships"].iloc[[0]].copy()
    flagship["printed"] = "phare 12"
    flagship["rank_printed"] = "345"
    entry = tables["numbers"].iloc[[0, 0, 0]].copy()
    entry["source_id"] = flagship["source_id"].iloc[0]
    entry["line"] = flagship["line"].iloc[0]
    entry["printed"] = ["12", "345", "12 345"]
    entry["record"] = "flagships:" + flagship["flagship_id"].iloc[0]
    entry["reason"] = None
    faults = faults_of({"flagships": flagship, "numbers": entry})
    assert faults["printed"].tolist() == ["12 345"]


# --- the audit -----------------------------------------------------------------------


def test_a_faithful_text_is_wholly_accounted_for(ledger):
    result = auditing.audit(TEXT, "essai", ledger)
    assert (result.numbers, result.held, result.excluded) == (COUNT, COUNT, 0)
    assert result.unaccounted == []
    assert result.absent.empty


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (4, "Plateforme d'accueil : 15 876 appels en 2025, dont 12 perdus", "12"),
        (4, "Plateforme 3 d'accueil : 15 876 appels en 2025", "3"),
        (6, "20 personnes à Blois, 20 personnes à Vendôme, 20 personnes à Romorantin", "20"),
        (6, "20 personnes à Blois, 20 20 personnes à Vendôme", "20"),
        (3, "9 lignes nouvelles", "9"),
        (3, "BILAN DES 15 ACTIONS PHARES", "15"),
    ],
)
def test_a_slipped_number_is_found(ledger, line, text, expected):
    lines = [*TEXT[: line - 1], text, *TEXT[line:]]
    result = auditing.audit(lines, "essai", ledger)
    assert result.numbers == COUNT + 1
    assert [n.printed for n in result.unaccounted] == [expected]
    assert result.held == COUNT  # everything else still answers
    assert result.absent.empty


def test_a_number_on_a_new_last_line_is_found(ledger):
    assert unaccounted([*TEXT, "Annexe : 42 fiches"], ledger) == [(len(TEXT) + 1, "42")]


def test_a_changed_number_is_found_and_the_old_one_missed(ledger):
    lines = [t.replace("131680", "131670") for t in TEXT]
    assert unaccounted(lines, ledger) == [(5, "131670")]
    assert absent(lines, ledger) == [(5, "131680")]


def test_a_digit_lost_in_a_pair_is_found(ledger):
    lines = [t.replace("7/27", "7/2") for t in TEXT]
    assert unaccounted(lines, ledger) == [(2, "2")]
    assert absent(lines, ledger) == [(2, "27")]


def test_a_number_that_took_the_place_of_its_like_is_found(ledger):
    # « 15 » of the title is gone; another 15 says something else
    lines = ["BILAN DES ACTIONS PHARES", *TEXT[1:], "Comité du 15 mars"]
    assert unaccounted(lines, ledger) == [(len(TEXT) + 1, "15")]
    assert absent(lines, ledger) == [(1, "15")]


COUNTS = [
    "Livraison en 2026",
    "En 2025, 26 événements ont eu lieu",
    "Actions réalisées : 7 sur 27 actions",
    "14 ACTIONS 2024/2025 DONT 2 PHARES",
    "Puis 33 événements, et 5 centres de plus",
    "Il reste 3 centres",
    "Hausse en 27",
]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("26 événements", "33 événements"),  # the same words, lines apart
        ("7 sur", "27 actions"),  # on one line
        ("2024/", "2025 DONT"),
        ("5 centres", "3 centres"),
        ("en 2026", "en 27"),  # alone on its line, at its edge
    ],
)
def test_two_numbers_that_changed_places_are_found(first, second):
    # Each is printed, but not where a row holds it.
    one, two = (re.search(r"\d+", text)[0] for text in (first, second))
    changed = {first: first.replace(one, two), second: second.replace(two, one)}
    swapped = [re.sub("|".join(changed), lambda m: changed[m[0]], text) for text in COUNTS]
    assert swapped != COUNTS
    assert unaccounted(swapped, ledger_of(COUNTS)) != []


def test_numbers_read_elsewhere_are_told(ledger):
    result = auditing.audit([*TEXT[4:], *TEXT[:4]], "essai", ledger)
    assert sorted((n.printed, line) for n, line in result.moved) in (
        [("131680", 5), ("20", 6), ("20", 6), ("250 000", 7)],  # which half moved is a choice
        [("15", 1), ("15 876", 4), ("2025", 4), ("27", 2), ("7", 2)],
    )
    assert auditing.audit(TEXT, "essai", ledger).moved == []


def test_two_columns_read_line_by_line_shift_nothing():
    left = [f"à gauche {n} fiches" for n in range(10, 20)]
    right = [f"à droite {n} places" for n in range(30, 40)]
    interleaved = [line for pair in zip(left, right, strict=True) for line in pair]
    assert unaccounted(interleaved, ledger_of([*left, *right])) == []


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", ""])
def test_another_space_by_thousands_is_the_same_number(ledger, space):
    lines = [
        t.replace("15 876", f"15{space}876").replace("250 000", f"250{space}000") for t in TEXT
    ]
    assert unaccounted(lines, ledger) == []
    assert absent(lines, ledger) == []


def test_the_same_number_at_two_line_starts_is_not_the_same(ledger):
    known = ledger_of(["25 personnes reçues"])
    assert unaccounted(["25 camions achetés"], known) == [(1, "25")]


def test_blank_lines_shift_nothing(ledger):
    lines = [piece for text in TEXT for piece in ("", text, "   ")]
    assert unaccounted(lines, ledger) == []
    assert absent(lines, ledger) == []


def test_swapped_paragraphs_shift_nothing(ledger):
    assert unaccounted([*TEXT[4:], *TEXT[:4]], ledger) == []


@pytest.mark.parametrize("width", [24, 40, 200])
def test_rewrapped_lines_shift_nothing(ledger, width):
    # no-break thousands, so that no width cuts a number in two
    texts = [t.replace("15 876", "15\u00a0876").replace("250 000", "250\u00a0000") for t in TEXT]
    known = ledger_of(texts)
    lines = [
        piece
        for text in texts
        for piece in textwrap.wrap(text, width, break_long_words=False) or [""]
    ]
    assert unaccounted(lines, known) == []
    assert absent(lines, known) == []
    # and joined to their neighbours
    joined = textwrap.wrap(" ".join(texts), width, break_long_words=False)
    assert unaccounted(joined, known) == []


def test_a_slip_in_rewrapped_lines_is_found(ledger):
    joined = textwrap.wrap(" ".join(TEXT).replace("appels", "appels (33 %)"), 200)
    assert [n for _, n in unaccounted(joined, ledger)] == ["33"]


def test_an_entry_with_neither_record_nor_reason_accounts_for_nothing(ledger):
    undecided = ledger.copy()
    undecided.loc[0, "record"] = None
    assert unaccounted(TEXT, undecided) == [(1, "15")]


def test_the_order_of_the_ledger_does_not_matter(ledger):
    mixed = ledger.sample(frac=1, random_state=41)
    assert mixed.index.tolist() != ledger.index.tolist()
    result = auditing.audit(TEXT, "essai", mixed)
    assert result.held == COUNT
    assert result.absent.empty


def test_the_ledger_of_another_document_accounts_for_nothing(ledger):
    result = auditing.audit(TEXT, "autre", ledger)
    assert len(result.unaccounted) == COUNT
    assert result.absent.empty


def test_an_empty_text_leaves_everything_absent(ledger):
    result = auditing.audit(["", ""], "essai", ledger)
    assert (result.numbers, result.held, result.unaccounted) == (0, 0, [])
    assert len(result.absent) == COUNT


@settings(max_examples=60, deadline=None)
@given(st.permutations(TEXT))
def test_any_order_of_the_lines_is_accounted_for(lines):
    ledger = ledger_of(TEXT)
    assert unaccounted(lines, ledger) == []
    assert absent(lines, ledger) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_number_more_is_always_found(data):
    lines = list(TEXT)
    at = data.draw(st.integers(0, len(lines) - 1), label="line")
    words = lines[at].split(" ")
    before = data.draw(st.integers(0, len(words)), label="word")
    # digits that stand there already are the hardest to tell apart
    number = data.draw(
        st.sampled_from(["15", "7", "27", "876", "2025", "20", "250 000"])
        | st.integers(0, 10**7).map(str),
        label="number",
    )
    lines[at] = " ".join([*words[:before], number, *words[before:]])
    result = auditing.audit(lines, "essai", ledger_of(TEXT))
    assert result.unaccounted, lines[at]
    # one to one: what is too many and what is missing make up the difference
    assert len(result.unaccounted) - len(result.absent) == result.numbers - COUNT


# --- reading, recognising, drafting --------------------------------------------------


@pytest.mark.parametrize(
    ("how", "end"), [("plain", "\n"), ("bom", "\n"), ("crlf", "\r\n"), ("old Mac", "\r")]
)
def test_a_text_is_read_whatever_wrote_it(tmp_path, how, end):
    data = end.join(TEXT)
    path = tmp_path / "texte.txt"
    path.write_bytes(data.encode("utf-8-sig" if how == "bom" else "utf-8"))
    assert auditing.read_document(path) == TEXT


def test_a_form_feed_starts_no_line(tmp_path):
    path = tmp_path / "texte.txt"
    path.write_text("page 1\n\x0cpage 2\x0b12\u202834\n", encoding="utf-8")
    assert auditing.read_document(path) == ["page 1", "\x0cpage 2\x0b12\u202834", ""]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "aucun texte"),
        (b" \n\n ", "aucun texte"),
        ("été 2025".encode("cp1252"), "attendu : un texte en UTF-8 ou un PDF"),
        (b"%PDF-1.4\n%rien", "PDF illisible"),
    ],
)
def test_an_unreadable_document_is_refused_in_french(tmp_path, data, expected):
    path = tmp_path / "document"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=expected):
        auditing.read_document(path)


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    from matplotlib.figure import Figure

    path = tmp_path_factory.mktemp("pdf") / "bilan.pdf"
    figure = Figure(figsize=(8, 4))
    for row, text in enumerate(TEXT):
        if text:
            figure.text(0.05, 0.95 - 0.1 * row, text.replace("€", "euros"), va="top")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the font's subset, none of ours
        figure.savefig(path, format="pdf")
    return path


def test_a_pdf_is_read_and_audited(pdf):
    ledger = ledger_of([t.replace("€", "euros") for t in TEXT])
    lines = auditing.read_document(pdf)
    result = auditing.audit(lines, "essai", ledger)
    assert result.numbers == COUNT
    assert result.unaccounted == []
    assert result.absent.empty


def test_a_slip_in_a_pdf_is_found(pdf):
    texts = [t.replace("€", "euros").replace("15 876", "15 867") for t in TEXT]
    result = auditing.audit(auditing.read_document(pdf), "essai", ledger_of(texts))
    assert [n.printed for n in result.unaccounted] == ["15 876"]
    assert result.absent["printed"].tolist() == ["15 867"]


def test_a_pdf_cut_short_is_refused(pdf, tmp_path):
    path = tmp_path / "coupe.pdf"
    path.write_bytes(pdf.read_bytes()[:400])
    with pytest.raises(SourceError, match=r"PDF illisible|aucun texte"):
        auditing.read_document(path)


def test_a_document_is_recognised_by_its_numbers(ledger):
    other = ledger_of(["Annexe 101 : 202 lits, 303 places, 404 agents"], "autre")
    sources = solidata.load("sources")
    both = pd.concat([other, ledger], ignore_index=True)
    assert auditing.guess_source(TEXT, both, sources) == "essai"
    # half the text lost: 5 of its 5 numbers are still of this document
    assert auditing.guess_source(TEXT[:4], both, sources) == "essai"


def test_small_numbers_do_not_make_a_document():
    # A long report holds every 2 and 2025 of the short one.
    short = ["Partie 2 du plan", "14 ACTIONS en 2025"]
    long = ["Le 2 mai", "Le 14 juin 2025", "Soit 3 fois"]
    both = pd.concat([ledger_of(long, "a-long"), ledger_of(short, "b-court")], ignore_index=True)
    assert auditing.guess_source(short, both, solidata.load("sources")) == "b-court"


def test_a_stranger_is_not_taken_for_a_document(ledger):
    with pytest.raises(SourceError, match="précisez-le avec --source"):
        auditing.guess_source(["Il y a 71, 72, 73 et 74 raisons"], ledger, solidata.load("sources"))
    # The same small numbers beside other words: the README of the project, for one.
    lines = ["En 2025, 15 figures", "le 7 du mois, 27 pages", "de 20 à 20 points"]
    with pytest.raises(SourceError, match="précisez-le avec --source"):
        auditing.guess_source(lines, ledger, solidata.load("sources"))


def test_a_draft_keeps_what_is_known_and_leaves_the_rest_open(tables):
    ledger = tables["numbers"]
    mine = ledger[ledger["source_id"] == "bilan-2025"]
    entry = mine[mine["printed"].eq("15 876")].iloc[0]
    text = f"{entry['before']} 15 876 {entry['after']}"
    # a text far shorter than the one transcribed, with a number of its own
    drafted = auditing.draft([text, "plus 4321 inconnus"], "bilan-2025", tables)
    assert drafted["printed"].tolist() == ["15 876", "4321"]
    assert drafted["record"].tolist()[0] == entry["record"]
    assert drafted.loc[1, ["record", "reason"]].isna().all()
    names = [f.name for f in all_tables()["numbers"].transcribed]
    assert drafted.columns.tolist() == names


def test_a_draft_keeps_each_record_at_its_rank(tables):
    # two fives between the same words: only their order tells them apart
    lines = ["lot 5 lot 5 lot"]
    mixed = ledger_of(lines).iloc[::-1]
    drafted = auditing.draft(lines, "essai", tables | {"numbers": mixed})
    assert drafted["record"].tolist() == ["observations:L1.1", "observations:L1.2"]


def test_a_draft_for_a_new_document_proposes_the_rows_that_print_a_number(tables):
    # the ledger forgotten, the rows of the report still hold the numbers on their lines
    row = tables["funding"].set_index("funding_id").loc["DP-02.f1"]
    lines = [""] * int(row["line"])
    lines[-1] = f"- {row['printed']}"
    forgotten = tables | {"numbers": tables["numbers"].iloc[:0]}
    drafted = auditing.draft(lines, "bilan-2025", forgotten)
    assert drafted[["line", "printed", "record"]].to_numpy().tolist() == [
        [482, "131680", "funding:DP-02.f1"]
    ]
