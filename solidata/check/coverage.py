"""The ledger of numbers: each number a document prints is held by a row, or is no data.

The text of a document stays outside the project; the ledger carries, for every number printed
in digits, its line, its rank, the words around it, and either the row that holds it or the
reason why it is no data. Here the ledger is drawn from a text and checked against the tables;
:mod:`solidata.check.audit` holds another text against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from solidata.french import digits, fold
from solidata.french.numbers import PRINTED_NUMBER
from solidata.french.text import LINE_BREAK
from solidata.tables import all_tables
from solidata.tables.rows import Row, Rows

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


def records(tables: Rows) -> dict[str, tuple[str, Row]]:
    """Return every row that has an address in a document: ``table:key`` to (table, row).

    The ledger's own rows hold nothing.
    """
    return {
        f"{name}:{row[table.key]}": (name, row)
        for name, table in all_tables().items()
        if name in tables and name != "numbers"
        if table.has_provenance and table.origin == "transcribed"
        for row in tables[name]
    }


def _spans(row: Row) -> list[range]:
    spans = []
    for first, last in RECORD_LINES:
        if (start := row.get(first)) is not None:
            end = row.get(last)
            spans.append(range(start, (start if end is None else end) + 1))
    return spans


def _fault(entry: Row, known: dict[str, tuple[str, Row]]) -> str | None:
    """Return what is wrong with one row of the ledger, or None."""
    record, reason = entry["record"], entry["reason"]
    if (record is None) == (reason is None):
        return "attendu : soit la ligne qui tient le nombre (record), soit la raison (reason)"
    if record is None:
        return None
    if record not in known:
        return f"record {record} n’existe pas"
    row = known[record][1]
    if row["source_id"] != entry["source_id"]:
        return f"record {record} vient d’un autre document"
    if not any(entry["line"] in span for span in _spans(row)):
        return f"record {record} n’est pas imprimé ligne {entry['line']}"
    held = LINE_BREAK.join(str(text) for f in _HELD_IN if (text := row.get(f)) is not None)
    if entry["printed"] not in {n for piece in held.split(LINE_BREAK) for n in digits(piece)}:
        return f"record {record} n’imprime pas ce nombre"
    return None


def ledger_faults(tables: Rows) -> Iterator[tuple[str, str, str]]:
    """Yield (number_id, printed, fault) for each row of the ledger that holds nothing true.

    The documents are not read: :mod:`solidata.check.audit` does.

    Parameters
    ----------
    tables : Rows
        The processed tables; those that are absent hold nothing.
    """
    known = records(tables)
    for entry in tables["numbers"]:
        if fault := _fault(entry, known):
            yield entry["number_id"], entry["printed"], fault


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
