"""Hold a text or a PDF against the ledger of its document: is every number accounted for?

Numbers are aligned by content (:mod:`solidata.check.alignment`), so that another reading of the
same document, with other line breaks, still works.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from solidata.check.alignment import align, signature
from solidata.check.coverage import RECORD_LINES, Number, numbers_in, records
from solidata.french import digits
from solidata.french.text import LINE_BREAK
from solidata.problems import Problem, SourceError
from solidata.tables.rows import Row, Rows


@dataclass(frozen=True)
class Audit:
    """What a text prints against what the ledger holds."""

    source_id: str
    numbers: int
    held: int
    excluded: int
    unaccounted: list[Number]
    absent: pd.DataFrame
    """Rows of the ledger that this text does not print."""
    moved: list[tuple[Number, int]]
    """Numbers read in another order than the ledger's, and the line that holds each there."""


def read_document(path: Path) -> list[str]:
    """Return the lines of a text (UTF-8) or of a PDF (read by pypdf).

    A form feed does not start a line: lines are those an editor numbers.

    Raises
    ------
    SourceError
        When the file is neither, or has no text.
    """
    data = path.read_bytes()
    if data.startswith(b"%PDF"):
        import pypdf

        try:
            pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
        except pypdf.errors.PyPdfError as error:
            raise SourceError(
                [Problem(str(path), None, None, None, f"PDF illisible : {error}")]
            ) from None
        lines = [line for page in pages for line in page.split("\n")]
    else:
        try:
            lines = re.split(r"\r\n?|\n", data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            expected = "attendu : un texte en UTF-8 ou un PDF"
            raise SourceError([Problem(str(path), None, None, None, expected)]) from None
    if not any(line.strip() for line in lines):
        expected = "aucun texte ; attendu : un document avec du texte (un PDF d’images doit être reconnu d’abord)"
        raise SourceError([Problem(str(path), None, None, None, expected)])
    return lines


def _ledger_of(source_id: str, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a document in printed order, wherever a hand has added them."""
    rows = ledger[ledger["source_id"] == source_id]
    return rows.sort_values(["line", "rank"], kind="stable", ignore_index=True)


def _entries(ledger: pd.DataFrame) -> list[Number]:
    filled = ledger[["before", "after"]].astype(object).fillna("")
    return [
        Number(int(line), int(rank), printed, before, after, 0)
        for line, rank, printed, before, after in zip(
            ledger["line"],
            ledger["rank"],
            ledger["printed"],
            filled["before"],
            filled["after"],
            strict=True,
        )
    ]


def guess_source(lines: Sequence[str], ledger: pd.DataFrame, sources: pd.DataFrame) -> str:
    """Return the document a text reads: same fingerprint, else most numbers in common.

    Numbers count with the words beside them: « 2 » and « 2025 » are in every document. Another
    reading of a document has most of them (0.8 to 1 of them measured), another document a sixth.

    Raises
    ------
    SourceError
        When no document has a third of the text's numbers.
    """
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    same = sources.loc[sources["sha256"] == digest, "source_id"]
    if len(same):
        return str(same.iloc[0])
    said = Counter(
        signature(n) for i, text in enumerate(lines, start=1) for n in numbers_in(i, text)
    )
    shares = {
        str(source_id): (Counter(map(signature, _entries(rows))) & said).total()
        for source_id, rows in ledger.groupby("source_id")
    }
    best = max(shares, key=lambda s: shares[s], default=None)
    if best is None or not said or shares[best] < said.total() / 3:
        expected = "document non reconnu ; précisez-le avec --source"
        raise SourceError([Problem("audit", None, None, None, expected)])
    return best


def audit(lines: Sequence[str], source_id: str, ledger: pd.DataFrame) -> Audit:
    """Hold the lines of a text against the ledger of a document.

    Parameters
    ----------
    lines : sequence of str
        The text, a printed line each.
    source_id : str
        The document.
    ledger : pandas.DataFrame
        The table ``numbers``.

    Returns
    -------
    Audit
        A number is unaccounted for when the ledger has no row for it, or a row with neither a
        record nor a reason; so is one that took the place of another.
    """
    rows = _ledger_of(source_id, ledger)
    found = [n for i, text in enumerate(lines, start=1) for n in numbers_in(i, text)]
    answer, moved = align(found, _entries(rows))
    held = excluded = 0
    unaccounted = []
    for position, number in enumerate(found):
        row = rows.iloc[answer[position]] if position in answer else None
        if row is not None and pd.notna(row["record"]):
            held += 1
        elif row is not None and pd.notna(row["reason"]):
            excluded += 1
        else:
            unaccounted.append(number)
    absent = rows.drop(index=list(answer.values()))
    elsewhere = [(found[p], int(rows["line"].iloc[answer[p]])) for p in sorted(moved)]
    return Audit(source_id, len(found), held, excluded, unaccounted, absent, elsewhere)


def draft(lines: Sequence[str], source_id: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a ledger for a text: what is known kept, what the tables hold proposed.

    Parameters
    ----------
    lines : sequence of str
        The text, a printed line each.
    source_id : str
        The document.
    tables : dict of str to pandas.DataFrame
        The tables, ``numbers`` among them (empty for a new document).

    Returns
    -------
    pandas.DataFrame
        The transcribed columns of ``numbers``; ``record`` and ``reason`` both empty where
        someone must decide.
    """
    rows = _ledger_of(source_id, tables["numbers"])
    found = [n for i, text in enumerate(lines, start=1) for n in numbers_in(i, text)]
    answer, _ = align(found, _entries(rows))
    holders = _holders(lines, source_id, tables)
    kept = []
    for position, number in enumerate(found):
        row = rows.iloc[answer[position]] if position in answer else None
        record = row["record"] if row is not None else None
        reason = row["reason"] if row is not None else None
        if (record is None or pd.isna(record)) and (reason is None or pd.isna(reason)):
            record = holders.get((number.line, number.start))
        kept.append(
            {
                "line": number.line,
                "rank": number.rank,
                "printed": number.printed,
                "before": number.before,
                "after": number.after,
                "record": record,
                "reason": reason,
            }
        )
    return pd.DataFrame(
        kept, columns=["line", "rank", "printed", "before", "after", "record", "reason"]
    )


# A number may stand in several rows' characters: the row that measures it comes first.
_PRIORITY = (
    "department_budget",
    "funding",
    "observations",
    "status_counts",
    "territories",
    "challenges",
    "flagships",
    "mentions",
    "events",
    "actions",
    "map_labels",
    "sections",
)


def _holders(
    lines: Sequence[str], source_id: str, tables: dict[str, pd.DataFrame]
) -> dict[tuple[int, int], str]:
    """Return the row that holds each (line, offset) of a number, by the characters it prints."""
    holders: dict[tuple[int, int], str] = {}
    known = [
        (a, t, r)
        for a, (t, r) in records(Rows(tables)).items()
        if r["source_id"] == source_id and t in _PRIORITY
    ]
    # The shorter the characters, the more precisely they point.
    known.sort(key=lambda k: (_PRIORITY.index(k[1]), len(str(k[2]["printed"]))))
    for address, _, row in known:
        for line, offset in _places(row, lines):
            holders.setdefault((line, offset), address)
    return holders


def _places(row: Row, lines: Sequence[str]) -> list[tuple[int, int]]:
    places = []
    for column, (first, last) in zip(("printed", "status_printed"), RECORD_LINES, strict=True):
        text = row.get(column)
        if text is None or row[first] is None:
            continue
        end = row[first] if row[last] is None else row[last]
        end = min(end, len(lines))  # another reading of the document may be shorter
        for piece in text.split(LINE_BREAK):
            for number in range(row[first], end + 1):
                at = lines[number - 1].find(piece)
                if at >= 0 and digits(piece):
                    places += [
                        (number, n.start)
                        for n in numbers_in(number, lines[number - 1])
                        if at <= n.start < at + len(piece)
                    ]
    # The number of a list item stands before its title.
    numbered = row.get("number_printed") or row.get("rank_printed")
    line = len(lines) + 1 if row["line"] is None else row["line"]
    if numbered and line <= len(lines):
        places += [
            (line, n.start)
            for n in numbers_in(line, lines[line - 1])
            if n.printed == numbered
            and n.start <= lines[line - 1].find(str(row["printed"]).split(LINE_BREAK)[0])
        ]
    return places
