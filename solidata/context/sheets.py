"""Turn the tables of one sheet into observations."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from solidata.context import headers, maps, sums
from solidata.context.areas import DEPARTMENT, KINDS, OTHER, Area, departments
from solidata.context.cells import Cell, letters, marks_of, parse_cell, unmarked
from solidata.context.headers import Column
from solidata.context.layout import Block, Grid, Layout
from solidata.context.maps import Publication
from solidata.context.sums import Gap
from solidata.context.tidy import Tidy
from solidata.french import FrenchError, fold, format_number, listed, plural, quote, typography
from solidata.problems import Problem

_UNIT = re.compile(
    r"\(?(?:unite\s*:\s*|en )((?:milliers? |millions? )?d?[e' ]*euros?|k€|m€|%)\)?\.?"
)


_CHANGE = re.compile(r"\b(?:evolutions?|variations?|soldes?|ecarts?|differences?|croissance)\b")

_ROUNDING = 1e-5
"""Two printings of a total may be rounded otherwise."""


class Sheet:
    """One sheet on its way to observations."""

    def __init__(
        self, tidy: Tidy, grid: Grid, found: Layout, declared: Publication, this_year: int
    ) -> None:
        self.this_year = this_year
        self.tidy, self.grid, self.found, self.publication = tidy, grid, found, declared
        self.problems = list(found.problems)
        self.keys: set[tuple[str, str, str]] = set()
        self.years: set[int] = set()
        self.values, self.declared = 0, False
        self.read: dict[object, Cell] = {}
        # By indicator: a sheet may hold several.
        self.totals: dict[tuple[str, str, str, str], tuple[float, tuple[int, int]]] = {}
        self.doubts: list[str] = []
        self.departments: dict[str, sums.Departments] = {}
        self.gaps: dict[tuple[str, Area, str, str], Gap] = {}
        # A unit is short, and the word « provisoire » is looked for in few publications.
        said = found.texts if declared.provisional else [t for t in found.texts if len(t) < 60]
        texts = [fold(t) for t in said]
        provisional = any(w in t for t in texts for w in declared.provisional)
        self.flag = "p" if provisional else ""
        units = (m[1] for t in texts if (m := _UNIT.fullmatch(t)))
        self.unit = typography(next(units, ""))

    def table(self, block: Block) -> dict[str, np.ndarray]:
        """Return the columns of the observations of one table, as :class:`Tidy` takes them."""
        columns, wrong = headers.columns(
            self.grid, block, self.found.texts, self.found.footnotes, self.this_year
        )
        self.problems += wrong
        if not columns:
            if not wrong:
                expected = (
                    "aucun en-tête d’année\u00a0; attendu\u00a0: des années au-dessus des valeurs"
                )
                self.problems.append(self.grid.problem(block.lines[0].row, block.start, expected))
            return {}
        self._refuse_merged(block, columns)
        cells, strange = self._values(block, columns)
        height, width = len(block.lines), len(columns)
        self.values += int(np.isfinite(cells).sum())
        self.years |= {c.year for c in columns if c.year}
        indicator, unit = self._indicator(block)
        if indicator in self.publication.counted:
            self._refuse_negative(block, columns, cells)
        if block.is_of_departments:
            self.keys |= {(indicator, c.series, c.period) for c in columns}
        self._add_up(indicator, block, columns, cells)
        code = self.tidy.code
        one = {
            "indicator_id": indicator, "indicator": block.title, "sheet": self.grid.sheet,
            "source_id": self.publication.source_id, "workbook": self.grid.workbook,
        }  # fmt: skip
        across = {
            "series": [c.series for c in columns],
            "period": [c.period for c in columns],
            "unit": [unit if c.unit is None else c.unit for c in columns],
        }
        parts = {n: np.full(height * width, code(n, w), np.int32) for n, w in one.items()}
        down = self.tidy.areas(tuple(line.area for line in block.lines))
        parts |= {n: np.repeat(codes, width) for n, codes in down.items()}
        parts |= {
            n: np.tile(np.array([code(n, w) for w in ws], np.int32), height)
            for n, ws in across.items()
        }
        parts["year"] = np.tile(np.array([c.year or 0 for c in columns], np.int64), height)
        parts["value"] = cells.ravel()
        parts["flag"], parts["note"] = self._qualified(block, columns, strange)
        parts["cell"] = self.tidy.places(
            [line.row for line in block.lines], [c.index for c in columns]
        )
        keep = self._not_told(indicator, block, columns, cells)
        return parts if keep is None else {name: values[keep] for name, values in parts.items()}

    def _indicator(self, block: Block) -> tuple[str, str]:
        found = self.publication.named(block.title)
        if len(found) > 1:
            names = ", ".join(quote(i.label) for i in found)
            expected = (
                f"un titre qui nomme plusieurs indicateurs ({names})\u00a0; attendu\u00a0: un seul"
            )
            self.problems.append(Problem(self.grid.problem(0, 0, "").file, 1, None, block.title, expected))  # fmt: skip
        if not block.title:
            expected = "un tableau sans titre\u00a0; attendu\u00a0: au-dessus, ce qui est compté"
            self.problems.append(Problem(self.grid.problem(0, 0, "").file, 1, None, None, expected))
        if found:
            self.declared = True
            return found[0].id, self.unit or found[0].unit
        return maps.slug(block.title), self.unit

    def _refuse_merged(self, block: Block, columns: list[Column]) -> None:
        """Refuse a value that stands for several cells: which one is not said."""
        rows = {line.row for line in block.lines}
        indexes = {c.index for c in columns}
        for (top, left), (bottom, right) in self.grid.merges:
            inside = len(rows & set(range(top, bottom + 1))), len(indexes & set(range(left, right + 1)))  # fmt: skip
            if inside[0] * inside[1] > 1 and self.grid.rows[top][left] != "":
                expected = f"des cellules fusionnées jusqu’à {letters(right)}{bottom + 1}\u00a0; attendu\u00a0: une valeur par cellule"  # fmt: skip
                self.problems.append(self.grid.problem(top, left, expected))

    def _refuse_negative(self, block: Block, columns: list[Column], cells: np.ndarray) -> None:
        """Refuse less than nobody: in a count only a column of changes may fall under zero."""
        for y, x in np.argwhere(cells < 0):
            if not _CHANGE.search(fold(columns[x].series)):
                expected = "attendu\u00a0: un effectif, qui n’est pas négatif"
                self.problems.append(self.grid.problem(block.lines[y].row, columns[x].index, expected))  # fmt: skip

    def _add_up(
        self, indicator: str, block: Block, columns: list[Column], cells: np.ndarray
    ) -> None:
        """Hold the totals of a table against the départements of the same indicator."""
        if self.unit == "%" or not sums.add_up(block.title):
            return
        added: dict[tuple[str, str], int] = {}
        for x, c in enumerate(columns):
            if c.unit is None and sums.add_up(c.series) and not _CHANGE.search(fold(c.series)):
                added.setdefault((c.series, c.period), x)
        values = cells[:, list(added.values())]
        mine = [y for y, line in enumerate(block.lines) if line.area.kind == DEPARTMENT]
        known = self.departments.get(indicator)
        if len(mine) > (len(known.codes) if known else 0):
            codes = [block.lines[y].area.code for y in mine]
            at = {key: x for x, key in enumerate(added)}
            known = self.departments[indicator] = sums.Departments(codes, values[mine], at)
        if known is not None:
            rows = [(line.row, line.area) for line in block.lines]
            indexes = {key: columns[x].index for key, x in added.items()}
            for gap in sums.gaps(known, rows, indexes, values):
                self.gaps.setdefault((indicator, gap.area, gap.series, gap.period), gap)

    def hold_totals(self) -> None:
        """Tell the totals that départements do not make, refuse those of a declared count far off.

        Of a series that no map declares, nothing says that its values may be added.
        """
        absent = dict.fromkeys(
            code for table in self.departments.values() for code in sums.missing_rows(table)
        )
        if absent:
            names = listed(departments()[code].name for code in absent)
            self.doubts.append(f"aucune ligne pour {names}")
        declared = {indicator.id for indicator in self.publication.indicators}
        if far := [g for (name, *_), g in self.gaps.items() if g.is_far and name in declared]:
            others = f" (de même pour {_others(far)})" if far[1:] else ""
            expected = (
                f"un total loin de la somme de ses départements, {number(far[0].summed)}{others}\u00a0; "
                "attendu\u00a0: des valeurs en face de leur territoire"
            )
            self.problems.append(self.grid.problem(far[0].row, far[0].column, expected))
        elif told := list(self.gaps.values()):
            first = max(told, key=lambda g: abs(g.summed / g.printed - 1) if g.printed else 0)
            others = f"\u00a0; de même pour {_others(told)}" if told[1:] else ""
            cell = _address(first.row, first.column)
            self.doubts.append(
                f"{first.area.name} {first.period}\u00a0: {number(first.printed)} ({cell}), quand la "
                f"somme des départements est {number(first.summed)}{others}"
            )

    def _values(
        self, block: Block, columns: list[Column]
    ) -> tuple[np.ndarray, dict[tuple[int, int], Cell]]:
        """Return the numbers of a table, and the cells that say more than a number."""
        indexes = [c.index for c in columns]
        rows = self.grid.rows
        pick = operator.itemgetter(*indexes, indexes[0])  # of one column too, a tuple
        table = [list(pick(rows[line.row])[:-1]) for line in block.lines]
        strange: dict[tuple[int, int], Cell] = {}
        for y, cells in enumerate(table):
            if set(map(type, cells)) == {float}:
                continue
            for x, cell in enumerate(cells):
                if type(cell) is not float:
                    try:
                        if cell not in self.read:
                            self.read[cell] = parse_cell(cell, self.publication.signs)
                        strange[y, x] = self.read[cell]
                    except FrenchError as error:
                        place = block.lines[y].row, indexes[x]
                        self.problems.append(self.grid.problem(*place, error.expected))
                        strange[y, x] = Cell(math.nan)
                    cells[x] = strange[y, x].value
        return np.array(table, float), strange

    def _qualified(
        self, block: Block, columns: list[Column], strange: Mapping[tuple[int, int], Cell]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the codes of the flags and of the notes of each value."""
        title = marks_of(block.title)
        above = [tuple(dict.fromkeys((*title, *c.marks))) for c in columns]
        flags = np.tile(
            np.array([self.tidy.code("flag", c.flag or self.flag) for c in columns], np.int32),
            (len(block.lines), 1),
        )
        notes = np.tile(
            np.array([self._note(marks) for marks in above], np.int32), (len(block.lines), 1)
        )
        beside = [unmarked(line.name)[1] for line in block.lines]
        for y, marks in enumerate(beside):
            if marks:
                notes[y] = [self._note((*m, *marks)) for m in above]
        for (y, x), cell in strange.items():
            if cell.flag:
                flags[y, x] = self.tidy.code("flag", cell.flag)
            if cell.marks:
                notes[y, x] = self._note((*above[x], *beside[y], *cell.marks))
        return flags.ravel(), notes.ravel()

    def _note(self, marks: Iterable[str]) -> int:
        """Return the code of the words of footnotes; a mark without words is kept as printed."""
        words = (self.found.footnotes.get(m, f"({m})") for m in dict.fromkeys(marks))
        return self.tidy.code("note", " ".join(words))

    def _not_told(
        self, indicator: str, block: Block, columns: list[Column], cells: np.ndarray
    ) -> np.ndarray | None:
        """Leave out totals that a table above already gives: France under the regions too.

        The publications print some totals twice with two values: the first is kept, both are told.
        """
        keep = np.ones(cells.shape, bool)
        for y, line in enumerate(block.lines):
            if line.area.code or line.area.kind == OTHER:
                continue
            for x, column in enumerate(columns):
                key = (indicator, line.area.kind, column.series, column.period)
                value, place = float(cells[y, x]), (line.row, column.index)
                before, where = self.totals.setdefault(key, (value, place))
                keep[y, x] = place == where
                known = math.isfinite(before) and math.isfinite(value)
                if known and not math.isclose(before, value, rel_tol=_ROUNDING):
                    told = f"{number(before)} ({_address(*where)}) et {number(value)} ({_address(*place)})"
                    self.doubts.append(
                        f"{KINDS[line.area.kind]} {column.period}, imprimé deux fois\u00a0: {told}"
                    )
        return None if keep.all() else keep.ravel()


def _others(gaps: Sequence[Gap]) -> str:
    count = len(gaps) - 1
    return f"{count} {plural(count, 'autre total', 'autres totaux')}"


def _address(row: int, column: int) -> str:
    return f"{letters(column)}{row + 1}"


def number(value: float) -> str:
    """Return a number of a doubt, in full.

    Examples
    --------
    >>> number(19799.0).replace("\u202f", "_")
    '19_799'
    """
    return format_number(value, 0 if abs(value) >= 100 else None)
