"""Open a raw file whatever tool wrote it, as rows of text.

CSV is the norm (comma, UTF-8). What an analyst's spreadsheet makes of it is read when
nothing is in doubt: a semicolon or a tab, a byte-order mark, Windows-1252, ``.xlsx``, ``.ods``.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from solidata.french import quote
from solidata.problems import Problem, SourceError

SUFFIXES = (".csv", ".xlsx", ".ods")
Row = tuple[int, list[str]]
"""A row: its line in the file (its number in the sheet) and its cells."""
Ranges = list[tuple[tuple[int, int], tuple[int, int]]]
"""Merged cells of a sheet: the first row and column, then the last, from zero."""


class Place(NamedTuple):
    """Where a raw table is: a file of its own, or one sheet of a workbook."""

    path: Path
    sheet: str | None = None

    def named(self, root: Path) -> str:
        """Return how messages name it, from the folder `root`."""
        name = self.path.relative_to(root).as_posix()
        return name if self.sheet is None else f"{name} [feuille {self.sheet}]"


def table_of(name: str) -> str:
    """Return the table that a file or a sheet named by :meth:`Place.named` holds.

    Examples
    --------
    >>> table_of("data/raw/bilan-2025/mentions.csv")
    'mentions'
    >>> table_of("data/raw/bilan-2026/bilan-2026.xlsx [feuille mentions]")
    'mentions'
    """
    sheet = re.search(r"\[feuille (.+)\]$", name)
    return sheet[1] if sheet else Path(name).stem


def beside(name: str, table: str) -> str:
    """Return where the document of a file or a sheet holds another table, as messages name it.

    Examples
    --------
    >>> beside("data/raw/bilan-2025/mentions.csv", "events")
    'data/raw/bilan-2025/events.csv'
    >>> beside("data/raw/bilan-2026/bilan-2026.xlsx [feuille mentions]", "events")
    'data/raw/bilan-2026/bilan-2026.xlsx [feuille events]'
    """
    book = re.fullmatch(r"(.+) \[feuille .+\]", name)
    return f"{book[1]} [feuille {table}]" if book else f"{name[: name.rfind('/') + 1]}{table}.csv"


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# An accented letter or a quotation mark in UTF-8; « Ã© » in any other encoding, which is no French.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")


def decode(data: bytes, name: str) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises
    ------
    SourceError
        When it is none of these, or two of them at once; when Windows-1252 has lost a character
        that it lacks, such as ``⏎``: a question mark stands in its place.
    """
    encoding = next((e for mark, e in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        fault = error
    # A French spreadsheet's other encoding; it leaves five bytes undefined.
    if encoding == "utf-8" and not _UTF8_LETTER.search(data):
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            fault = error
        else:
            if lost := _lost_characters(text, name):
                raise SourceError(lost)
            return text
    line = fault.object.count(b"\n", 0, fault.start) + 1
    value = repr(fault.object[fault.start : fault.end])
    raise SourceError([Problem(name, line, None, value, "attendu : un texte en UTF-8")])


_WITHIN = re.compile(r"[^\s;,\t|\"]+\?\w[^\s;,\t|\"]*")
"""A question mark inside a word: French sets it apart, and only an address has one."""


def _lost_characters(text: str, name: str) -> list[Problem]:
    """Return the words in which saving put a question mark in the place of a character."""
    expected = "un caractère perdu à l’enregistrement (⏎ ?) ; attendu : un fichier enregistré en « CSV UTF-8 »"
    return [
        Problem(name, text.count("\n", 0, found.start()) + 1, None, found[0], expected)
        for found in _WITHIN.finditer(text)
        if "://" not in found[0]
    ]


def _rows_of_text(text: str, name: str, columns: set[str]) -> Iterator[Row]:
    header = text.split("\n", 1)[0].rstrip("\r")
    # The separator is the one that cuts the header into names we know.
    counts = {
        mark: len(columns & {c.strip().strip('"') for c in header.split(mark)}) for mark in ",;\t|"
    }
    separator = max(counts, key=lambda mark: counts[mark])
    if counts[separator] == 0:
        expected = f"attendu : un en-tête avec les colonnes {', '.join(sorted(columns))}"
        raise SourceError([Problem(name, 1, None, header[:80], expected)])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        start = 1
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        expected = "attendu : des guillemets fermés, et doublés à l’intérieur"
        raise SourceError([Problem(name, start, None, None, expected)]) from None


def _text_of_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _open_book(path: Path, name: str) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception:  # the library raises several unrelated classes
        expected = "attendu : un classeur .xlsx ou .ods lisible"
        raise SourceError([Problem(name, None, None, None, expected)]) from None


def filled_sheets(path: Path, name: str) -> list[str]:
    """Return the names of the sheets of a workbook that hold something.

    Raises
    ------
    SourceError
        When it is no workbook.
    """
    book = _open_book(path, name)
    return [s for s in book.sheet_names if book.get_sheet_by_name(s).to_python()]


def _rows_of_sheet(place: Place, name: str) -> Iterator[Row]:
    from solidata.lost import lost_cells

    book = _open_book(place.path, name)
    filled = [
        (sheet, rows)
        for sheet in (book.sheet_names if place.sheet is None else [place.sheet])
        if (rows := book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
    ]
    if len(filled) > 1:
        expected = "attendu : une seule feuille remplie, et non " + ", ".join(
            quote(s) for s, _ in filled
        )
        raise SourceError([Problem(name, None, None, None, expected)])
    for sheet, rows in filled:
        texts = [[_text_of_cell(cell) for cell in cells] for cells in rows]
        merged = book.get_sheet_by_name(sheet).merged_cell_ranges or []
        lost = lost_cells(place.path) if place.path.suffix.lower() == ".xlsx" else {}
        problems = [*_merged(texts, merged, name), *_valueless(texts, lost.get(sheet, {}), name)]
        if problems:
            raise SourceError(problems)
        yield from enumerate(texts, start=1)


def _valueless(
    rows: list[list[str]], lost: dict[tuple[int, int], str], name: str
) -> Iterator[Problem]:
    """Yield the errors and the formulas of which no result was saved: they would be read empty."""
    header = next((cells for cells in rows if any(cells)), [])
    for (row, column), words in sorted(lost.items()):
        head = header[column] if column < len(header) else ""
        if words.startswith("="):
            expected = "formule sans résultat ; attendu : une valeur"
        else:
            expected = "erreur du tableur ; attendu : une valeur, ou une cellule vide"
        yield Problem(name, row + 1, head or None, words, expected)


def _merged(rows: list[list[str]], merged: Ranges, name: str) -> Iterator[Problem]:
    """Yield the merged cells that hold something: only the first of them would be read."""
    header = next((cells for cells in rows if any(cells)), [])
    for (top, left), (bottom, right) in merged:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if value:
            over = (
                f"lignes {top + 1} à {bottom + 1}"
                if bottom > top
                else f"{right - left + 1} colonnes"
            )
            expected = f"cellules fusionnées ({over}) ; attendu : chaque cellule remplie à part"
            column = header[left] if left < len(header) else None
            yield Problem(name, top + 1, column or None, value, expected)


def read_rows(place: Place, name: str, columns: set[str]) -> tuple[Row, list[Row]]:
    """Return the header and the rows of a raw file; rows of empty cells are left out.

    Parameters
    ----------
    place : Place
        A ``.csv``, ``.xlsx`` or ``.ods`` file; of a workbook with several tables, the sheet.
    name : str
        How messages name it.
    columns : set of str
        Column names the header may hold; they tell the separator.

    Raises
    ------
    SourceError
        When the file is empty, cannot be decoded, is not what its suffix says, merges cells or holds
        errors.
    """
    data = place.path.read_bytes()
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        expected = "fichier vide ; attendu : au moins la ligne d’en-tête"
        raise SourceError([Problem(name, None, None, None, expected)])
    if place.path.suffix.lower() == ".csv" and not data.startswith(b"PK"):
        rows = list(_rows_of_text(decode(data, name), name, columns))
    else:  # a workbook, be it called .csv by mistake
        rows = list(_rows_of_sheet(place, name))
    filled = [row for row in rows if any(cell.strip() for cell in row[1])]
    if not filled:
        expected = "fichier vide ; attendu : au moins la ligne d’en-tête"
        raise SourceError([Problem(name, None, None, None, expected)])
    return filled[0], filled[1:]
