"""What leaves an explorer: a selection and its sources as CSV and XLSX, where a text stays a text."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from solidata import home
from solidata.explore.words import escape
from solidata.french import quote
from solidata.problems import RefusedError

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")
"""How a text starts that a spreadsheet would compute."""
_INK, _FILL = "1D2A33", "EEF1F3"
_WIDE = 60
MEDIA = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _guarded(cell: object) -> object:
    """Return a cell that a spreadsheet takes for what it is.

    Examples
    --------
    >>> _guarded("=1+1"), _guarded("Réalisée"), _guarded(-1)
    ("'=1+1", 'Réalisée', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as a French spreadsheet opens it: semicolons, UTF-8 with its mark.

    A text that would be computed there bears an apostrophe first.

    Examples
    --------
    >>> csv(pd.DataFrame({"Intitulé": ["@a", "b;c"]})).decode("utf-8-sig")
    'Intitulé\\r\\n\\'@a\\r\\n"b;c"\\r\\n'
    """
    safe = frame.astype(object).map(_guarded).rename(columns=_guarded)
    text = safe.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig", errors="replace")


def xlsx(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return tables as a workbook, a sheet each; texts are texts there, whatever they start with."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, frame in sheets.items():
        _write(book.create_sheet(name), frame)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write(sheet: Any, frame: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    top = Alignment(vertical="top", wrap_text=True)
    for number, name in enumerate(frame.columns, start=1):
        head = sheet.cell(1, number)
        _put(head, str(name))
        head.font = Font(bold=True, color=_INK)
        head.fill = PatternFill("solid", start_color=_FILL)
        cells = [None if pd.isna(c) else c for c in frame[name].astype(object)]
        for line, cell in enumerate(cells, start=2):
            _put(sheet.cell(line, number), cell)
            sheet.cell(line, number).alignment = top
        longest = max((len(str(c)) for c in [name, *cells] if c is not None), default=0)
        sheet.column_dimensions[get_column_letter(number)].width = min(_WIDE, longest + 3)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _put(cell: Any, value: object) -> None:
    """Write a value; a text is never a formula, and bears no character that the format refuses."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        if not text:
            return  # an empty cell, rather than an empty text in it
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = bool(_FORMULA.match(text))  # so that it stays one once edited
    else:
        cell.value = value


def link(name: str, data: bytes, text: str) -> str:
    """Return a link that saves `data` under a name, from within the page."""
    media = MEDIA[name.rpartition(".")[2]]
    content = base64.b64encode(data).decode()
    return (
        f'<a class="solidata-lien" download="{escape(name)}" '
        f'href="data:{media};base64,{content}">{escape(text)}</a>'
    )


def save(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> Path:
    """Write the first table (``.csv``) or all of them (``.xlsx``), there and nowhere else.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        When the suffix is another.
    """
    path = Path(path)
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in MEDIA:
        raise RefusedError(f"{quote(path)} : attendu un nom en .csv ou .xlsx")
    data = xlsx(sheets) if suffix == "xlsx" else csv(next(iter(sheets.values())))
    return home.write_all({path: data})[0]
