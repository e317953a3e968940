"""The tables to fill as one workbook: drop-down lists, a note on each heading, a guide.

The bytes are the same from one run to the next: no date, no author.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from typing import Any

import pandas as pd

from solidata.newyear.guide import Chapter, spoken
from solidata.raw import ASIDE, HINT
from solidata.tables import Field, Table, all_tables

Frames = dict[str, pd.DataFrame]

GUIDE, LISTS = ASIDE
ROWS = 2000
"""How far down the lists and the format of the cells reach: lines are added below."""

_WIDE, _NARROW = 60, 12
_GUIDE, _LINE = 110, 15
"""Characters of the guide's column, points of one of its lines."""
_HINT_NOTE = "Aide-mémoire\nNe sera pas lu ; rien à remplir."
_INK, _FILL, _HELP = "1F2A44", "E8ECF4", "6B7280"


def _note(field: Field) -> str:
    """Return what to know of a field: title, description, unit, categories in French."""
    parts = [field.title + (" (à remplir)" if field.required else ""), field.description]
    if field.unit:
        parts.append(f"Unité : {field.unit}.")
    parts += [f"{value} : {label}" for value, label in field.categories]
    return "\n".join(parts)


def _choices(table: Table, tables: Frames) -> dict[str, tuple[str, list[str], list[str]]]:
    """Return, by field with a list, its name, its values and their French labels."""
    found = {}
    for field in table.transcribed:
        if field.categories:
            name = f"{table.name}.{field.name}"
            found[field.name] = (name, list(field.values), list(field.labels.values()))
    for key in table.foreign_keys:
        frame = tables.get(key.table)
        if frame is not None and key.table != table.name:
            words = next((w for w in ("title", "label") if w in frame), key.target)
            rows = frame[frame[key.target].notna()]
            found[key.field] = (key.table, list(rows[key.target]), list(rows[words].fillna("")))
    return found


def _column_width(name: str, cells: list[str]) -> int:
    if name in {HINT, "printed"}:
        return _WIDE
    return min(40, max(_NARROW, len(name) + 2, *(len(cell) + 2 for cell in cells or [""])))


def workbook(title: str, told: list[Chapter], new: Frames, tables: Frames) -> bytes:
    """Return a workbook with a sheet for each table to fill.

    Parameters
    ----------
    title : str
        Heading of the guide.
    told : list of (str, list of str)
        The guide (see :func:`solidata.newyear.guide.chapters`).
    new : dict of str to pandas.DataFrame of str
        The tables to fill.
    tables : dict of str to pandas.DataFrame
        The processed tables: the lists offer their keys.

    Returns
    -------
    bytes
        An ``.xlsx`` file: the sheet ``Guide``, one a table, and the sheet ``Listes`` that holds what the
        drop-down lists offer.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _write_guide(book.create_sheet(GUIDE), title, told)
    lists: dict[str, tuple[int, list[str], list[str]]] = {}
    for name, frame in new.items():
        _write_table(book.create_sheet(name), all_tables()[name], frame, tables, lists)
    _write_lists(book.create_sheet(LISTS), lists)
    return _without_dates(book)


def _write_guide(sheet: Any, title: str, told: list[Chapter]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = _GUIDE
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14, color=_INK)
    for heading, steps in told:
        sheet.append([])
        sheet.append([heading])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True, color=_INK)
        for step in steps:
            text = spoken(step).replace("`", "")
            sheet.append([text])
            sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
            # A spreadsheet that opens the file does not always make room for what it folds.
            lines = len(textwrap.wrap(text, _GUIDE))
            sheet.row_dimensions[sheet.max_row].height = _LINE * lines


def _write_table(
    sheet: Any, table: Table, frame: pd.DataFrame, tables: Frames, lists: dict[str, Any]
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    fields = {field.name: field for field in table.transcribed}
    choices = _choices(table, tables)
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([cell or None for cell in row])
    for number, name in enumerate(frame.columns, start=1):
        letter = get_column_letter(number)
        field = fields.get(name)
        head = sheet.cell(1, number)
        required = field is not None and field.required
        head.font = Font(
            bold=True, color=_INK if field else _HELP, underline="single" if required else None
        )
        head.fill = PatternFill("solid", start_color=_FILL)
        head.comment = Comment(
            _note(field) if field else _HINT_NOTE, "solidata", height=220, width=340
        )
        sheet.column_dimensions[letter].width = _column_width(name, list(frame[name]))
        # As text, or a spreadsheet takes « 6/18 » for a day of June.
        sheet.column_dimensions[letter].number_format = "@"
        for line in range(2, len(frame) + 2):
            cell = sheet.cell(line, number)
            cell.number_format = "@"
            if name in {HINT, "printed"}:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if field is None:
                cell.font = Font(color=_HELP)
        if name in choices:
            listed, values, labels = choices[name]
            column = lists.setdefault(listed, (2 * len(lists) + 1, values, labels))[0]
            there = get_column_letter(column)
            rule = DataValidation(
                "list", formula1=f"{LISTS}!${there}$2:${there}${len(values) + 1}", allow_blank=True,
                # A key of another table may be one that this report adds.
                errorStyle="stop" if fields[name].categories else "warning",
                showErrorMessage=True, errorTitle="Hors de la liste",
                error=f"Attendu : une valeur de la feuille {LISTS}, colonne {there}.",
            )  # fmt: skip
            rule.add(f"{letter}2:{letter}{ROWS}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "C2" if HINT in frame else "B2"


def _write_lists(sheet: Any, lists: dict[str, tuple[int, list[str], list[str]]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for name, (column, values, labels) in lists.items():
        sheet.cell(1, column, name).font = Font(bold=True, color=_INK)
        sheet.column_dimensions[get_column_letter(column)].width = max(_NARROW, len(name) + 2)
        sheet.column_dimensions[get_column_letter(column + 1)].width = 40
        for line, (value, label) in enumerate(zip(values, labels, strict=True), start=2):
            sheet.cell(line, column, value)
            sheet.cell(line, column + 1, label)
    sheet.freeze_panes = "A2"


def _without_dates(book: Any) -> bytes:
    """Return the bytes of a workbook whose archive and properties bear no date."""
    written = io.BytesIO()
    book.save(written)
    bare = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"<dcterms:(created|modified).*?</dcterms:\1>", b"", data)
            # A fixed date: the earliest that the format can say.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return bare.getvalue()
