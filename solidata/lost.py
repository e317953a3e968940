"""Find what the reader of workbooks gives as empty: errors, and formulas never computed."""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from solidata.french import FrenchError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_AFTER_NAME = (b">", b"/", b" ", b"\n", b"\r", b"\t")
_VALUE = re.compile(rb"<v>[^<]")


def place(address: str) -> tuple[int, int]:
    """Return the row and the column, from zero, of the cell that a spreadsheet names so.

    Examples
    --------
    >>> place("W47"), place("AA1")
    ((46, 22), (0, 26))
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise FrenchError(address, "l’adresse d’une cellule, W47 par exemple")
    column = functools.reduce(lambda n, letter: 26 * n + ord(letter) - ord("A") + 1, match[1], 0)
    return int(match[2]) - 1, column - 1


def lost_cells(path: str | Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return the cells of an ``.xlsx`` in which something stands that has no value.

    Parameters
    ----------
    path : str or pathlib.Path
        A workbook; of an ``.ods``, the reader gives the words of errors by itself.

    Returns
    -------
    dict
        By sheet, by (row, column) from zero: the error (``#N/A``), or the formula (``=C4+C5``)
        of which no result was saved.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["#N/A", 1, "=B1+1"])
    >>> file = Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> book.save(file)
    >>> lost_cells(file)
    {'Sheet': {(0, 0): '#N/A', (0, 2): '=B1+1'}}
    """
    found: dict[str, dict[tuple[int, int], str]] = {}
    if Path(path).suffix.lower() != ".xlsx":
        return found
    with zipfile.ZipFile(path) as archive:
        for name, part in _sheets(archive):
            xml = archive.read(part)
            if _may_lose(xml) and (cells := dict(_lost(xml))):
                found[name] = cells
    return found


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and its part of the archive."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    parts = {link.get("Id"): str(link.get("Target")) for link in links}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = parts.get(sheet.get(_LINK), "")
        part = target[1:] if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist():
            yield str(sheet.get("name")), part


def _may_lose(xml: bytes) -> bool:
    """Return whether an error stands in a sheet, or a formula without a value.

    It looks for bytes, which costs far less than to parse: most sheets are not parsed twice.
    """
    head = xml[:2_000]
    if b"<worksheet" not in head:  # elements named with a prefix are left to the parser
        return True
    if b't="e"' in xml or (b"='" in head and b"t='e'" in xml):
        return True
    place = xml.find(b"<f")
    while place >= 0:
        if xml[place + 2 : place + 3] in _AFTER_NAME:
            cell = xml[place : xml.find(b"</c>", place)]
            if not _VALUE.search(cell):
                return True
        place = xml.find(b"<f", place + 2)
    return False


def _lost(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for cell in ElementTree.fromstring(xml).iter(f"{_MAIN}c"):
        value, formula = cell.findtext(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
        kind, where = cell.get("t"), cell.get("r")
        if where is None:
            continue
        if kind == "e":
            yield place(where), value or "#N/A"
        elif formula is not None and not value and kind != "str":  # a text may be computed empty
            yield place(where), f"={formula.text or ''}"
