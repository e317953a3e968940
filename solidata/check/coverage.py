"""The ledger of numbers: each number a document prints is held by a row, or is no data.

The text of a document stays outside the project; the ledger carries, for every number printed
in digits, its line, its rank, the words around it, and either the row that holds it or the
reason why it is no data. Here the ledger is drawn from a text and checked against the tables;
:mod:`solidata.check.audit` holds another text against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from solidata.french import digits, fold
from solidata.french.numbers import PRINTED_NUMBER
from solidata.french.text import LINE_BREAK
from solidata.tables import all_tables

_WORD = re.compile(r"[^\W\d_]+")
_IN_WORDS = re.compile(
    r"\b(deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
    r"|vingt|trente|quarante|cinquante|soixante|cent|cents|mille|millions?|milliards?"
    r"|dizaines?|douzaines?|quinzaines?|vingtaines?|trentaines?|centaines?|milliers?)\b"
)
RECORD_LINES = (("line", "line_end"), ("status_line", "status_line_end"))
_HELD_IN = ("printed", "status_printed", "number_printed", "rank_printed", "number")


@dataclass(frozen=True)
class Number:
    """A number printed in digits, with the words that stand nearest on its line."""

    line: int
    rank: int
    printed: str
    before: str
    after: str
    start: int


def numbers_in(line_number: int, text: str) -> list[Number]:
    """Return the numbers printed in digits on one line.

    Examples
    --------
    >>> [n.printed for n in numbers_in(485, "appels : 15 876 en 2025, soit 72,5 %")]
    ['15 876', '2025', '72,5']
    """
    found = []
    for rank, match in enumerate(PRINTED_NUMBER.finditer(text), start=1):
        before = _WORD.findall(text[: match.start()])
        after = _WORD.search(text, match.end())
        found.append(
            Number(
                line_number,
                rank,
                match[0],
                before[-1] if before else "",
                after[0] if after else "",
                match.start(),
            )
        )
    return found


def numbers_in_words(lines: Iterable[str]) -> list[tuple[int, str]]:
    """Return (line, word) for each number written in words, « un » and « une » left out."""
    return [
        (number, match[0])
        for number, text in enumerate(lines, start=1)
        for match in _IN_WORDS.finditer(fold(text))
    ]


Row = Mapping[str, Any]


def records(tables: dict[str, pd.DataFrame]) -> dict[str, tuple[str, Row]]:
    """Return every row that has an address in a document: ``table:key`` to (table, row).

    Of a row, only its document, its lines and what it prints. The ledger's own rows hold nothing.
    """
    told = ("source_id", *(column for span in RECORD_LINES for column in span), *_HELD_IN)
    found = {}
    for name, frame in tables.items():
        table = all_tables()[name]
        if table.has_provenance and table.origin == "transcribed" and name != "numbers":
            columns = [column for column in (table.key, *told) if column in frame]
            for row in frame[columns].to_dict("records"):
                found[f"{name}:{row[table.key]}"] = (name, row)
    return found


def _spans(row: Row) -> list[range]:
    spans = []
    for first, last in RECORD_LINES:
        start = row.get(first)
        if start is not None and pd.notna(start) and start != "":
            end = row.get(last)
            stop = int(end) if end is not None and pd.notna(end) and end != "" else int(start)
            spans.append(range(int(start), stop + 1))
    return spans


def _fault(entry: Row, known: dict[str, tuple[str, Row]]) -> str | None:
    """Return what is wrong with one row of the ledger, or None."""
    record, reason = entry["record"], entry["reason"]
    if pd.isna(record) == pd.isna(reason):
        return "attendu : soit la ligne qui tient le nombre (record), soit la raison (reason)"
    if pd.isna(record):
        return None
    if record not in known:
        return f"record {record} n’existe pas"
    row = known[record][1]
    if row["source_id"] != entry["source_id"]:
        return f"record {record} vient d’un autre document"
    if not any(entry["line"] in span for span in _spans(row)):
        return f"record {record} n’est pas imprimé ligne {entry['line']}"
    held = LINE_BREAK.join(str(row[f]) for f in _HELD_IN if f in row and pd.notna(row[f]))
    if entry["printed"] not in {n for piece in held.split(LINE_BREAK) for n in digits(piece)}:
        return f"record {record} n’imprime pas ce nombre"
    return None


def ledger_faults(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of the ledger that hold nothing true, without reading the documents.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The processed tables.

    Returns
    -------
    pandas.DataFrame
        Columns ``number_id``, ``printed``, ``fault``; empty when the ledger is right.
    """
    known = records(tables)
    rows = []
    for entry in tables["numbers"].to_dict("records"):
        if fault := _fault(entry, known):
            rows.append(
                {"number_id": entry["number_id"], "printed": entry["printed"], "fault": fault}
            )
    return pd.DataFrame(rows, columns=["number_id", "printed", "fault"])


def coverage(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many numbers of each document are held by a row, and why the others are not.

    Returns
    -------
    pandas.DataFrame
        Columns ``source_id``, ``why`` (the French label of the reason, or « tenu par une
        ligne »), ``numbers`` (int), in descending order.
    """
    ledger = tables["numbers"]
    labels = all_tables()["numbers"].field("reason").labels
    why = (
        ledger["reason"]
        .astype(object)
        .map(labels)
        .where(ledger["record"].isna(), "Tenu par une ligne")
    )
    counted = ledger.assign(why=why).groupby(["source_id", "why"], observed=True).size()
    frame = counted.rename("numbers").reset_index()
    return frame.sort_values(
        ["source_id", "numbers", "why"], ascending=[True, False, True], ignore_index=True
    )
