"""Read the workbooks of the DREES and of Insee as tidy observations for every département."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from solidata.context import layout, maps
from solidata.context.areas import DEPARTMENT
from solidata.context.layout import Grid
from solidata.context.maps import Publication
from solidata.context.sheets import Sheet
from solidata.context.tidy import COLUMNS, Tidy
from solidata.french import fold, quote
from solidata.lost import lost_cells
from solidata.problems import Problem, RefusedError, SourceError

_SHEETS = ["workbook", "sheet", "title", "indicator_id", "declared", "departments", "values",
           "first", "last", "left_out", "doubts"]  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What was read of one or several workbooks.

    Attributes
    ----------
    observations : pandas.DataFrame
        One row a value printed, or not printed, for an area; see :func:`read_workbook`.
    sheets : pandas.DataFrame
        One row a sheet: ``workbook``, ``sheet``, ``title``, ``indicator_id``, ``declared``
        (whether a map names it), ``departments`` (rows), ``values`` (int), ``first``, ``last``
        (years), ``left_out`` (why nothing is read, or empty), ``doubts`` (totals printed twice with
        two values, or that their départements do not make; a département without a row).
    problems : list of Problem
        What was refused, sheet by sheet.
    """

    observations: pd.DataFrame
    sheets: pd.DataFrame
    problems: list[Problem]


def read_workbook(
    path: str | Path,
    strict: bool = True,
    publication: str | None = None,
    today: datetime.date | None = None,
) -> Reading:
    """Return every observation of a workbook, for every area that it prints.

    Parameters
    ----------
    path : str or pathlib.Path
        An ``.xlsx`` or ``.ods`` of a publication that a map declares, of any edition.
    strict : bool
        Refuse the workbook when a sheet leaves a doubt; otherwise leave out that sheet only, and
        say why in ``problems``.
    publication : str, optional
        Its ``source_id``; by default it is recognised by its titles.
    today : datetime.date, optional
        By default that of the computer. A later year is refused, unless a title or a header says
        that its values are projected.

    Returns
    -------
    Reading
        ``observations`` has the columns :data:`COLUMNS`: ``area_kind`` (``departement``,
        ``region``, ``france_metropolitaine``, ``france_entiere``, ``outre_mer``, ``autre``),
        ``department`` (code, ``"2A"``), ``region`` (code), ``area_name``, ``part_of`` (the whole of
        which a département is a part: Corse, Rhône), ``indicator_id`` (that of the map, else the
        words of the title), ``indicator`` (title as printed), ``series`` (the header besides the
        year), ``period`` (as printed), ``year`` (Int64), ``value`` (float), ``unit``, ``flag`` (of
        :data:`~solidata.context.cells.FLAGS`), ``note`` (the words of its footnotes),
        ``source_id``, and the provenance: ``workbook``, ``sheet``, ``cell`` (``W47``). All texts are
        categories.

    Raises
    ------
    SourceError
        When the file is no workbook, or of an unknown publication, or (`strict`) when a cell leaves
        a doubt; every problem names workbook, sheet, row, column, value and what was expected.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> book = openpyxl.Workbook()
    >>> for row in (["Minima sociaux : données départementales"], [],
    ...             ["N° Dep", "Libelle Dep", 2018, "2019 (1)"], ["41", "Loir-et-Cher", "1 234,5", "nd"]):
    ...     book.active.append(row)
    >>> path = Path(tempfile.mkdtemp()) / "minima.xlsx"
    >>> book.save(path)
    >>> read_workbook(path).observations[["department", "year", "value", "flag", "cell"]]
      department  year   value flag cell
    0         41  2018  1234.5  NaN   C4
    1         41  2019     NaN   nd   D4
    """
    return _read([Path(path)], strict, publication, today=today)


def read_folder(
    folder: str | Path, strict: bool = True, step: Callable[[str], None] = lambda name: None
) -> Reading:
    """Return the observations of every workbook of a folder; see :func:`read_workbook`.

    Raises
    ------
    SourceError
        As :func:`read_workbook`; also when two workbooks are editions of one publication.
    RefusedError
        When the folder holds no workbook.
    """
    paths = workbooks_in(folder)
    if not paths:
        raise RefusedError(f"Aucun classeur (.xlsx, .ods) dans {folder}.")
    return read_workbooks(paths, strict, step)


def workbooks_in(folder: str | Path) -> list[Path]:
    """Return the workbooks of a folder, by name; a lock that an open one leaves is none."""
    return sorted(
        path
        for path in Path(folder).glob("*")
        if path.suffix.lower() in {".xlsx", ".ods"} and not path.name.startswith(("~", "."))
    )


def of_another_format(folder: str | Path) -> list[Path]:
    """Return the tables of a folder that are saved in a format that is not read, by name."""
    formats = {".xls", ".xlsb", ".xlsm", ".csv", ".zip", ".numbers"}
    return sorted(path for path in Path(folder).glob("*") if path.suffix.lower() in formats)


def read_workbooks(
    paths: Iterable[Path], strict: bool = True, step: Callable[[str], None] = lambda name: None
) -> Reading:
    """Return the observations of several workbooks; see :func:`read_folder`.

    `step` is told the name of each before it is read.
    """
    return _read(list(paths), strict, None, step)


def _read(
    paths: list[Path],
    strict: bool,
    publication: str | None,
    step: Callable[[str], None] = lambda name: None,
    today: datetime.date | None = None,
) -> Reading:
    this_year = (today or datetime.date.today()).year
    tidy, sheets, problems = Tidy(), [], []
    editions: dict[str, str] = {}
    for path in paths:
        step(path.name)
        try:
            grids = open_workbook(path)
            declared = _publication(path, grids, publication)
        except SourceError as error:
            problems += error.problems
            continue
        if declared.source_id in editions:
            expected = f"une autre édition, ou une copie, de {editions[declared.source_id]}\u00a0; attendu\u00a0: une seule par dossier"  # fmt: skip
            problems.append(Problem(path.name, None, None, None, expected))
            continue
        editions[declared.source_id] = path.name
        rows, wrong = _workbook(tidy, grids, declared, this_year)
        sheets += rows
        problems += wrong
    if problems and strict:
        raise SourceError(problems)
    return Reading(tidy.frame(), pd.DataFrame(sheets, columns=_SHEETS), problems)


def open_workbook(path: Path) -> list[Grid]:
    """Return the sheets of a workbook as they are.

    Raises
    ------
    SourceError
        When there is no such file, or it is no workbook.
    """
    if not path.is_file():
        raise SourceError([Problem(str(path), None, None, None, "introuvable\u00a0; attendu\u00a0: un classeur")])  # fmt: skip
    try:
        book = CalamineWorkbook.from_path(str(path))
        found, lost = [], lost_cells(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            for (row, column), words in lost.get(name, {}).items():
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = words
            found.append(Grid(path.name, name, rows, list(sheet.merged_cell_ranges or [])))
        return found
    except (CalamineError, OSError, ParseError, KeyError, BadZipFile):
        expected = "illisible, peut-être incomplet\u00a0; attendu\u00a0: un classeur .xlsx ou .ods"
        raise SourceError([Problem(path.name, None, None, None, expected)]) from None


def _publication(path: Path, grids: list[Grid], asked: str | None) -> Publication:
    known = {p.source_id: p for p in maps.publications()}
    if asked is not None:
        if asked not in known:
            raise RefusedError(f"Publication {quote(asked)} inconnue\u00a0; au choix\u00a0: {', '.join(known)}.")  # fmt: skip
        return known[asked]
    titles = (str(c) for g in grids for c in next(([c for c in r if c != ""] for r in g.rows if any(c != "" for c in r)), []))  # fmt: skip
    found = maps.recognise(titles)
    if len(found) != 1:
        many = "plusieurs publications reconnues" if found else "publication non reconnue"
        named = ", ".join(quote(p.title) for p in found or known.values())
        raise SourceError([Problem(path.name, None, None, None, f"{many}\u00a0; attendu\u00a0: l’une de {named}")])  # fmt: skip
    return found[0]


def _workbook(
    tidy: Tidy, grids: Iterable[Grid], declared: Publication, this_year: int
) -> tuple[list[dict[str, object]], list[Problem]]:
    sheets: list[dict[str, object]] = []
    problems: list[Problem] = []
    told: dict[tuple[str, str, str], str] = {}
    for grid in grids:
        found = layout.read(grid)
        tables = [b for b in found.blocks if b.lines]
        row: dict[str, object] = {
            "workbook": grid.workbook, "sheet": grid.sheet, "title": found.title,
            "indicator_id": "", "declared": False, "departments": 0, "values": 0,
            "first": pd.NA, "last": pd.NA, "left_out": "",
            "doubts": "",
        }  # fmt: skip
        sheets.append(row)
        if not any(b.is_of_departments for b in tables):
            row["left_out"] = "aucune ligne de département"
            if "par departement" in fold(found.title) and found.left_out + len(tables) > 3:
                expected = "un tableau par département dont aucun département n’est reconnu\u00a0; attendu\u00a0: des codes et des noms"  # fmt: skip
                found.problems.append(grid.problem(0, 0, expected))
            if found.problems:
                row["left_out"] = "refusée"
                problems += found.problems
            continue
        sheet = Sheet(tidy, grid, found, declared, this_year)
        parts = [sheet.table(block) for block in tables]
        sheet.hold_totals()
        keys = sheet.keys
        for key in keys & told.keys():
            expected = f"la même série que la feuille {quote(told[key].strip())} ({key[0]}, {key[2]})\u00a0; attendu\u00a0: une feuille par indicateur, à déclarer"  # fmt: skip
            sheet.problems.append(Problem(grid.problem(0, 0, "").file, 1, None, found.title, expected))  # fmt: skip
            break
        if sheet.problems:
            row["left_out"] = "refusée"
            problems += sheet.problems
            continue
        told |= dict.fromkeys(keys, grid.sheet)
        for columns in parts:
            for name, values in columns.items():
                tidy.parts[name].append(values)
        years = [y for y in sheet.years if y]
        row |= {
            "indicator_id": " ".join(sorted({k[0] for k in keys})), "declared": sheet.declared,
            "departments": sum(line.area.kind == DEPARTMENT for b in tables for line in b.lines),
            "doubts": "\u00a0; ".join(sheet.doubts), "values": sheet.values, "first": min(years, default=pd.NA), "last": max(years, default=pd.NA),
        }  # fmt: skip
    return sheets, problems


__all__ = ["COLUMNS", "Reading", "open_workbook", "read_folder", "read_workbook", "read_workbooks"]
