"""Find the tables of a sheet by what is printed: the rows that name areas, the headers above them."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from solidata.context import areas
from solidata.context.areas import Area
from solidata.context.cells import BLANK, footnote, letters, parse_cell, parse_period
from solidata.french import FrenchError, fold, quote
from solidata.problems import Problem

LEFT = 12
"""Names of areas are looked for in so many columns: a sheet may be shifted to the right."""

_LONG = 25

Merge = tuple[tuple[int, int], tuple[int, int]]

_HEADER = re.compile(r"(?:code|n°|libelle|departements?|regions?|territoires?|zone)\b.{0,24}")
_NOT_A_TITLE = re.compile(
    r"source|champ|notes?\b|nb\b|attention|retour|lecture|\(?en (?:millier|million|euro|k€|%)|"
    r"donnees (?:au|en)|annee \d{4}|\*|\("
)
_CODE_AND_NAME = re.compile(r"(\d{2,3}|2[AB])\s*[-–:]?\s+(\D+)")


class Grid(NamedTuple):
    """A sheet as read: its cells from A1, and its merged cells."""

    workbook: str
    sheet: str
    rows: Sequence[Sequence[object]]
    merges: list[Merge]

    def problem(self, row: int, column: int, expected: str) -> Problem:
        """Return a problem that names the workbook, the sheet, the cell and what is read there."""
        cell = self.rows[row][column] if column < len(self.rows[row]) else ""
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        read = " ".join(text.split())
        where = f"{self.workbook}, feuille {quote(self.sheet.strip())}"
        return Problem(where, row + 1, letters(column), read or None, expected)


class Line(NamedTuple):
    """A row of values: the area it is about, and where its name stands."""

    row: int
    column: int
    area: Area
    name: str


@dataclass
class Block:
    """Rows of areas under one header."""

    header: list[int]
    lines: list[Line] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    title: str = ""

    @property
    def start(self) -> int:
        """The first column of values."""
        return max(line.column for line in self.lines) + 1

    @property
    def is_of_departments(self) -> bool:
        """Whether départements have rows here."""
        return any(line.area.kind == areas.DEPARTMENT for line in self.lines)


@dataclass
class Layout:
    """What a sheet holds, and what stands in the way of reading it."""

    title: str
    blocks: list[Block]
    texts: list[str]
    footnotes: dict[str, str]
    problems: list[Problem]
    left_out: int = 0
    """Rows of numbers under no area."""


@functools.lru_cache(4096)
def _is_header_word(text: str) -> bool:
    return len(text) < 40 and _HEADER.fullmatch(fold(text)) is not None


@functools.lru_cache(4096)
def _may_be_title(text: str) -> bool:
    return not _NOT_A_TITLE.match(fold(text))


@functools.lru_cache(4096)
def _is_value(text: str) -> bool:
    """Return whether a text is a number or a sign for none, and no year."""
    try:
        return parse_period(text) is None and parse_cell(text).flag != BLANK
    except FrenchError:
        return False


def _are_values(cells: Sequence[object]) -> bool:
    """Return whether a row all in text has values besides a name, as text or as signs."""
    return any(isinstance(c, str) and _is_value(c) for c in cells[1:])


def _is_header(cells: Sequence[object]) -> bool:
    texts = [c for c in cells if isinstance(c, str)]
    if any(_is_header_word(text) for text in texts):
        return True
    years = sum(parse_period(c) is not None for c in cells)
    words = len(texts) == len(cells) >= 2 and not _are_values(cells)
    return words or (years >= 2 and years >= 0.6 * len(cells))


def _is_year_over_columns(grid: Grid, number: int, cells: Sequence[object]) -> bool:
    """Return whether a row is a lone year merged over several columns, right above a header."""
    if len(cells) != 1 or parse_period(cells[0]) is None or number + 1 == len(grid.rows):
        return False
    column = list(grid.rows[number]).index(cells[0])
    wide = any(first == (number, column) and last[1] > column for first, last in grid.merges)
    return wide and _is_header([c for c in grid.rows[number + 1] if c != ""])


@functools.lru_cache(4096)
def _named(text: str) -> tuple[str, tuple[Area, ...]]:
    """Return the code printed with a name in one cell (« 41 - Loir-et-Cher »), and the areas."""
    if found := areas.named(text):
        return "", found
    if len(text) < 60 and (match := _CODE_AND_NAME.fullmatch(text.strip())):
        return match[1], areas.named(match[2])
    return "", ()


def read(grid: Grid) -> Layout:
    """Return the tables of a sheet: which rows are about which area, under which header rows.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    Layout
        Blocks from the top down; ``problems`` names the cells that leave a doubt: a code and a
        name that do not go together, an unknown code, an area twice, values without a name.

    Examples
    --------
    >>> rows = [["Titre", "", ""], ["Code", "Département", 2019.0], ["41", "Loir-et-Cher", 7.0]]
    >>> layout = read(Grid("a.xlsx", "Tab1", rows, []))
    >>> layout.title, layout.blocks[0].header, layout.blocks[0].lines[0].area.code
    ('Titre', [1], '41')
    """
    layout = Layout("", [], [], {}, [])
    block: Block | None = None
    pending: list[int] = []
    title, first, mark = "", "", ""
    for number, row in enumerate(grid.rows):
        cells = [c for c in row if c != ""]
        if not cells:
            mark = ""
            continue
        line = _line(grid, layout, number, row, block)
        if line is not None:
            if block is None or pending:
                block = Block(pending, title=title)
                layout.blocks.append(block)
                pending, title = [], ""
            block.lines.append(line)
        elif _is_header(cells) or _is_year_over_columns(grid, number, cells):
            pending = [*pending, number] if pending and pending[-1] == number - 1 else [number]
            # A title with a link back to the contents beside it.
            text = " ".join(str(cells[0]).split())
            if len(text) > _LONG and _may_be_title(text):
                title = title or text
                first = first or title
        elif all(isinstance(c, str) for c in cells) and not _are_values(cells):
            text = " ".join(" ".join(str(c) for c in cells).split())
            layout.texts.append(text)
            if found := footnote(text):
                mark = found[0]
                layout.footnotes.setdefault(mark, found[1])
            elif mark and _may_be_title(text):
                layout.footnotes[mark] += f" {text}"
            else:
                mark = ""
                if _may_be_title(text):
                    title = title or text
                    first = first or text
        elif block is not None and not pending:
            block.loose.append(number)
        else:
            layout.left_out += 1
    _titles(layout, first)
    for block in layout.blocks:
        _settle(grid, layout, block)
    return layout


def _titles(layout: Layout, first: str) -> None:
    """Give each table its title: that of the sheet, unless another table of départements has one."""
    layout.title = first
    for block in layout.blocks:
        block.title = (block.title if block.is_of_departments else "") or first


def _line(
    grid: Grid, layout: Layout, number: int, row: Sequence[object], block: Block | None
) -> Line | None:
    """Return the row as that of an area, if its name says so and something stands beside it."""
    for column, cell in enumerate(row[:LEFT]):
        if type(cell) is not str or not cell:
            continue
        printed, found = _named(cell)
        if not found:
            continue
        beside = row[column + 1 :]
        if not beside or (beside[0] in ("", cell) and all(c in ("", cell) for c in beside)):
            continue
        left: object = printed or next((c for c in reversed(row[:column]) if c != ""), "")
        chosen = _choose(found, left, block)
        if chosen is None:
            expected = f"un autre nom que {quote(cell.strip())} pour ce code\u00a0; attendu\u00a0: un code et un nom qui vont ensemble"
            at = max((j for j in range(column) if row[j] != ""), default=column)
            layout.problems.append(grid.problem(number, at, expected))
            return None
        return Line(number, column, chosen, cell)
    return None


def _choose(found: tuple[Area, ...], left: object, block: Block | None) -> Area | None:
    """Return the one of the areas of a name that goes with the code on its left."""
    if found[0].code == "":
        return found[0]
    department, region = areas.department_code(left), areas.region_code(left)
    by_code = [a for a in found if a.code == (department if a.kind == areas.DEPARTMENT else region)]
    if by_code:
        return by_code[0]
    if department or region:
        return None
    last = block.lines[-1].area.kind if block and block.lines else areas.DEPARTMENT
    return next((a for a in found if a.kind == last), found[0])


def _settle(grid: Grid, layout: Layout, block: Block) -> None:
    """Name the rows that the first reading left, and refuse those that leave a doubt."""
    places = Counter(line.column for line in block.lines if line.area.code)
    if places:
        at = places.most_common(1)[0][0]
        for line in block.lines:
            if line.area.code and line.column != at:
                expected = f"une ligne décalée\u00a0; attendu\u00a0: les noms dans la colonne {quote(letters(at))}"  # fmt: skip
                layout.problems.append(grid.problem(line.row, line.column, expected))
        last = max(line.row for line in block.lines)
        for number in block.loose:
            _settle_loose(grid, layout, block, number, at, last)
    else:
        layout.left_out += len(block.loose)
    block.lines.sort()
    seen: set[Area] = set()
    for line in block.lines:
        if line.area.code and line.area in seen:
            expected = (
                "un territoire deux fois dans le même tableau\u00a0; attendu\u00a0: une seule ligne"
            )
            layout.problems.append(grid.problem(line.row, line.column, expected))
        seen.add(line.area)


def _settle_loose(
    grid: Grid, layout: Layout, block: Block, number: int, at: int, last: int
) -> None:
    """Read a row of numbers whose name is no area that we know."""
    row = grid.rows[number]
    name = row[at] if at < len(row) else ""
    left = next((c for c in reversed(row[:at]) if c != ""), "")
    code = areas.department_code(left)
    if isinstance(name, str) and name and areas.misprint_of(code, name):
        block.lines.append(Line(number, at, areas.departments()[code], name))
        return
    label = name if isinstance(name, str) and name else left
    if block.is_of_departments and code:
        expected = f"un nom inconnu pour le code {code}\u00a0; attendu\u00a0: un code et un nom de département qui vont ensemble"  # fmt: skip
        layout.problems.append(grid.problem(number, at, expected))
    elif isinstance(label, str) and label:
        other = Area(areas.OTHER, "", " ".join(label.split()))
        block.lines.append(Line(number, at, other, label))
    elif number < last:
        expected = "des valeurs sans nom de territoire\u00a0; attendu\u00a0: un code et un nom à leur gauche"
        column = next(j for j, c in enumerate(row) if c != "")
        layout.problems.append(grid.problem(number, column, expected))
    else:
        layout.left_out += 1
