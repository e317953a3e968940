"""Read the headers of a table: which column is which year of which series."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from solidata.context.cells import PROJECTED, lost, parse_period, unmarked, years_in
from solidata.context.layout import Block, Grid
from solidata.french import fold, quote
from solidata.problems import Problem

BREAK = "rupture"
_YEAR_ALONE = re.compile(r"(?:annee|au 1er janvier|au 31 decembre) (\d{4})")
_WORD = re.compile(r"[^\W\d_]{3}")
_TO_COME = re.compile(r"\b(?:projections?|projetee?s?|previsions?|scenarios?|perspectives?)\b")
"""What says that the values of a year to come are no misprint."""
_MANY = 20
"""A table of so many areas has a value under each year: without any, its columns are shifted."""
_SHARE = re.compile(r"(?:proportion|part|taux)\b")


@dataclass(frozen=True)
class Column:
    """A column of values."""

    index: int
    series: str
    period: str
    year: int | None
    flag: str
    marks: tuple[str, ...]
    unit: str | None
    """Unit printed in the header; empty for a share whose unit is not said; None otherwise."""
    lone: bool = False
    """Whether its lowest header has digits and no word, and is no year: ``20O9``, ``2009-2010``."""


def columns(
    grid: Grid, block: Block, texts: list[str], footnotes: dict[str, str], this_year: int
) -> tuple[list[Column], list[Problem]]:
    """Return the columns of values of a table, and what leaves a doubt about them.

    Parameters
    ----------
    grid : Grid
    block : Block
        A table of the sheet.
    texts : list of str
        The sentences of the sheet: one may say the year of all (« Année 2022 »).
    footnotes : dict of str to str
        The words of each mark.
    this_year : int
        Later ones are read only where the title or the header says that values are projected.

    Returns
    -------
    list of Column
        From left to right.
    list of Problem
        Values under no header, a column with two years, two columns with one header, a year that
        the sheet's name contradicts, a year to come, a header that is an error, a number among
        years that is none.
    """
    problems: list[Problem] = []
    found: list[Column] = []
    seen: dict[tuple[str, str], int] = {}
    labels = _labels(grid, block)
    for index, parts in sorted(labels.items()):
        column, doubt = _column(index, parts, footnotes)
        top = block.header[0] if block.header else block.lines[0].row
        if doubt:
            problems.append(grid.problem(block.header[-1], index, doubt))
        problems += [
            grid.problem(
                row, index, "un en-tête sans valeur\u00a0; attendu\u00a0: une année, ou des mots"
            )
            for row in block.header
            if lost(_cell(grid, row, index))
        ]
        filled = next((n for n, *_ in block.lines if _cell(grid, n, index) != ""), None)
        own = bool(block.header) and _cell(grid, block.header[-1], index) != ""
        last = own and not any(_cell(grid, block.header[-1], i) != "" for i in labels if i > index)
        if filled is None and own and (column.year or last) and len(block.lines) > _MANY:
            expected = "un en-tête au-dessus d’aucune valeur\u00a0; attendu\u00a0: des valeurs, ou un signe (nd)"
            problems.append(grid.problem(block.header[-1], index, expected))
        if filled is None and column.year is None:
            continue  # a spacer
        if not parts:
            expected = (
                "une valeur sans en-tête\u00a0; attendu\u00a0: une année au-dessus de la colonne"
            )
            problems.append(grid.problem(filled or top, index, expected))
            continue
        if not own and _is_within(parts, labels.values()):
            expected = (
                f"une valeur sans en-tête sous {quote(column.series)}\u00a0; attendu\u00a0: une année, "
                "ou des mots, comme au-dessus des colonnes voisines"
            )
            problems.append(grid.problem(filled or top, index, expected))
        if (column.series, column.period) in seen:
            expected = "deux colonnes de même en-tête\u00a0; attendu\u00a0: une année et une série par colonne"  # fmt: skip
            problems.append(grid.problem(block.header[-1], index, expected))
        seen[column.series, column.period] = index
        found.append(column)
    dated = sum(column.year is not None for column in found)
    year, doubt = _year_of_all(grid, texts) if dated < len(found) / 2 else (None, None)
    if found and not dated:
        if doubt:
            problems.append(Problem(grid.problem(0, 0, "").file, 1, None, grid.sheet.strip(), doubt))  # fmt: skip
        if year:
            found = [dataclasses.replace(c, period=str(year), year=year) for c in found]
    elif year:
        expected = f"une année parmi des en-têtes qui n’en sont pas, dans une feuille de {year}\u00a0; attendu\u00a0: des mots"
        problems += [grid.problem(*_where(grid, block, c), expected) for c in found if c.year]
    else:
        expected = "un nombre qui n’est pas une année\u00a0; attendu\u00a0: une année, ou des mots"
        problems += [grid.problem(block.header[-1], c.index, expected) for c in found if c.lone]
    problems += _out_of_order(grid, block, found)
    found, to_come = _projected(grid, block, found, this_year)
    return found, problems + to_come


def _out_of_order(grid: Grid, block: Block, found: list[Column]) -> list[Problem]:
    """Name the first year that breaks the order of those of a series: one of them is misprinted."""
    problems: list[Problem] = []
    series: dict[str, list[Column]] = {}
    for column in found:
        if column.year:
            series.setdefault(column.series, []).append(column)
    for columns in series.values():
        years = [c.year or 0 for c in columns]
        if years in (sorted(years), sorted(years, reverse=True)):
            continue
        sign = -1 if years[0] > years[-1] else 1
        wrong = next(i for i in range(1, len(years)) if sign * (years[i] - years[i - 1]) < 0)
        expected = (
            f"une année qui suit {years[wrong - 1]}\u00a0; attendu\u00a0: des années dans l’ordre"
        )
        problems.append(grid.problem(*_where(grid, block, columns[wrong]), expected))
    return problems


def _projected(
    grid: Grid, block: Block, found: list[Column], this_year: int
) -> tuple[list[Column], list[Problem]]:
    """Flag the columns of years to come, and refuse those that nothing says are projected."""
    kept: list[Column] = []
    problems: dict[tuple[int | None, str | None], Problem] = {}
    for column in found:
        if column.year is None or column.year <= this_year:
            kept.append(column)
            continue
        kept.append(dataclasses.replace(column, flag=PROJECTED))
        if not _TO_COME.search(fold(f"{block.title} {column.series}")):
            expected = (
                f"une année à venir\u00a0; attendu\u00a0: {this_year} au plus tard, ou un titre qui dit "
                "que ce sont des projections"
            )
            row, index = _where(grid, block, column)
            problem = grid.problem(row, index, expected)
            if str(column.year) not in (problem.value or ""):  # the year of the whole sheet
                problem = dataclasses.replace(problem, value=str(column.year))
            problems.setdefault((problem.line, problem.column), problem)
    return kept, list(problems.values())


def _where(grid: Grid, block: Block, column: Column) -> tuple[int, int]:
    """Return the header cell that prints the year of a column: above it, or on the left."""
    for row in reversed(block.header):
        for index in range(column.index, block.start - 1, -1):
            cell = _cell(grid, row, index)
            period = parse_period(cell)
            years = [period.year] if period else years_in(str(cell))
            if column.year in years:
                return row, index
    return (block.header[-1] if block.header else block.lines[0].row), column.index


def _is_within(parts: list[object], others: Iterable[list[object]]) -> bool:
    """Return whether other columns have the headers of a column, and one more below."""
    depth = len(parts)
    return any(len(other) > depth and other[:depth] == parts for other in others)


def _cell(grid: Grid, row: int, column: int) -> object:
    cells = grid.rows[row]
    return cells[column] if column < len(cells) else ""


def _labels(grid: Grid, block: Block) -> dict[int, list[object]]:
    """Return the header cells above each column of values, from the top; merged ones repeated."""
    start = block.start
    width = max(len(grid.rows[line.row]) for line in block.lines)
    labels: dict[int, list[object]] = {index: [] for index in range(start, width)}
    for row in block.header:
        cells = list(grid.rows[row]) + [""] * (width - len(grid.rows[row]))
        merged = [m for m in grid.merges if m[0][0] <= row <= m[1][0] and m[1][1] >= start]
        for (top, left), (_, right) in merged:
            for index in range(left, min(right + 1, width)):
                cells[index] = _cell(grid, top, left)
        values = [c for c in cells[start:] if c != ""]
        wide = any(right > left for (_, left), (_, right) in merged)
        words = any(c != "" for c in cells[:start])
        years = any(parse_period(c) for c in values)
        if not (wide or words or years or len(values) > 1):
            continue  # a link back to the contents
        if not merged and row != block.header[-1]:
            # A title over several columns is printed once, over the first.
            for index in range(start + 1, width):
                cells[index] = cells[index] if cells[index] != "" else cells[index - 1]
        for index in range(start, width):
            if cells[index] != "":
                labels[index].append(cells[index])
    return labels


def _column(
    index: int, parts: list[object], footnotes: dict[str, str]
) -> tuple[Column, str | None]:
    # A box that is ticked equals 1, and would be told as the number that was read before it.
    column, doubt = _read(tuple(str(p) if isinstance(p, bool) else p for p in parts))
    # Sheet after sheet has the same headers, under footnotes of its own.
    broken = any("rupture" in footnotes.get(m, "").lower() for m in column.marks)
    flag = column.flag or (BREAK if broken else "")
    return dataclasses.replace(column, index=index, flag=flag), doubt


@functools.lru_cache(4096)
def _read(parts: tuple[object, ...]) -> tuple[Column, str | None]:
    """Return what header cells say, from the top, of a column that is nowhere yet; and a doubt."""
    periods = {p.year: p for p in map(parse_period, parts) if p}
    texts: dict[str, None] = {}
    marks: list[str] = []
    for part in parts:
        if parse_period(part) is None:
            text, own = unmarked(str(part))
            texts.setdefault(text)
            marks += own
    doubt = (
        "deux années au-dessus d’une colonne\u00a0; attendu\u00a0: une seule"
        if len(periods) > 1
        else None
    )
    series = " – ".join(texts)
    flag, printed, year = "", "", None
    if periods:
        period = next(iter(periods.values()))
        year, printed, flag = period.year, period.printed, period.flag
        marks += period.marks
    elif len(said := set(years_in(series))) == 1:
        year = said.pop()
        printed = str(year)
    unit: str | None = None
    if _SHARE.match(fold(series.rpartition(" – ")[2])):
        unit = "%" if "%" in series else ""
    last = next(reversed(texts), "")
    digits = any(map(str.isdigit, last)) and not _WORD.search(last)
    lone = digits and not periods and not lost(last)
    return Column(-1, series, printed, year, flag, tuple(marks), unit, lone), doubt


def _year_of_all(grid: Grid, texts: list[str]) -> tuple[int | None, str | None]:
    """Return the year that a sentence or the sheet's name gives to the whole sheet."""
    said = {int(m[1]) for text in texts if (m := _YEAR_ALONE.fullmatch(fold(text)))}
    if re.fullmatch(r"(?:19|20)\d{2}", grid.sheet.strip()):
        said.add(int(grid.sheet))
    if len(said) > 1:
        years = ", ".join(str(y) for y in sorted(said))
        return None, f"des années qui se contredisent ({years})\u00a0; attendu\u00a0: une seule"
    return (said.pop() if said else None), None
