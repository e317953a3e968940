"""Hold what départements add up to against the totals that their sheet prints."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solidata.context import areas
from solidata.context.areas import REGION, Area
from solidata.french import fold

METROPOLE = "france_metropolitaine"
FAR = 0.1
"""As far from its sum, a total is not on its row, or the values are not on theirs: the widest gap
that the publishers print, for recipients of no known département, is of 4 %."""
_NEAR, _HUNDREDS = 1e-3, 100.0
_MEAN = re.compile(
    r"\b(?:parts?|taux|proportions?|moyen(?:ne)?s?|median(?:e)?s?|ratios?|indices?|"
    r"pourcentages?|pour (?:100|1 ?000|mille)|par (?:habitant|beneficiaire|allocataire|personne))\b"
)
"""What says that values do not add up."""


@dataclass(frozen=True)
class Gap:
    """A printed total that is not the sum of its départements."""

    row: int
    column: int
    area: Area
    series: str
    period: str
    printed: float
    summed: float
    is_far: bool
    """Whether no rounding, and no département of which nothing is known, explains it."""


@dataclass
class Departments:
    """The values of the départements of a sheet, each column by its series and period."""

    codes: list[str]
    values: np.ndarray
    columns: dict[tuple[str, str], int]

    def whole(self) -> np.ndarray:
        """Return the values; where the row of a whole has none, the sum of its parts."""
        values = self.values.copy()
        for code, parts in parts_of().items():
            if code in self.codes and set(parts) <= set(self.codes):
                row = self.codes.index(code)
                made = values[[self.codes.index(part) for part in parts]].sum(axis=0)
                values[row] = np.where(np.isnan(values[row]), made, values[row])
        return values

    def without(self, codes: Sequence[str]) -> list[str]:
        """Return those of some départements that have no row here, whole or in parts."""
        here = set(self.codes)
        absent = [code for code in codes if code not in here]
        return [code for code in absent if not (set(parts_of().get(code, ["?"])) <= here)]


@functools.cache
def parts_of() -> dict[str, tuple[str, ...]]:
    """Return the parts of each département that is printed whole or split.

    Examples
    --------
    >>> parts_of()["20"]
    ('2A', '2B')
    """
    found: dict[str, tuple[str, ...]] = {}
    for code, area in areas.departments().items():
        if area.part_of:
            found[area.part_of] = (*found.get(area.part_of, ()), code)
    return found


@functools.cache
def members(kind: str, code: str) -> tuple[str, ...]:
    """Return the codes of the départements of a region, or of metropolitan France.

    Examples
    --------
    >>> members("region", "24"), len(members("france_metropolitaine", ""))
    (('18', '28', '36', '37', '41', '45'), 95)
    """
    overseas = {a.region for c, a in areas.departments().items() if c.startswith("97")}
    return tuple(
        c for c, a in areas.departments().items()
        if not a.part_of and (a.region == code if kind == REGION else a.region not in overseas)
    )  # fmt: skip


@functools.lru_cache(1024)
def add_up(title: str) -> bool:
    """Return whether the values under a title or a header may be added.

    Examples
    --------
    >>> add_up("Bénéficiaires de l’APA par département"), add_up("Part des allocataires")
    (True, False)
    """
    return not _MEAN.search(fold(title))


def missing_rows(table: Departments) -> list[str]:
    """Return the départements without a row in a table that has nearly all of metropolitan France."""
    every = members(METROPOLE, "")
    absent = table.without(every)
    return absent if len(absent) <= len(every) // 10 else []


def gaps(
    table: Departments,
    rows: Sequence[tuple[int, Area]],
    columns: Mapping[tuple[str, str], int],
    cells: np.ndarray,
) -> Iterator[Gap]:
    """Yield the totals that are not the sum of their départements, from the top down.

    Parameters
    ----------
    table : Departments
    rows : sequence of (int, Area)
        The row of the sheet of each row of `cells`, and its area; others than regions and
        metropolitan France are left out.
    columns : mapping
        The column of the sheet of each series and period, in the order of `cells`; those that do
        not add up are left out by the caller.
    cells : numpy.ndarray
        The values of `rows`.

    Examples
    --------
    >>> key = ("", "2019")
    >>> codes = list(members("region", "24"))
    >>> table = Departments(codes, np.ones((6, 1)), {key: 0})
    >>> centre = areas.regions()["24"]
    >>> [g.summed for g in gaps(table, [(9, centre)], {key: 3}, np.array([[8.0]]))]
    [6.0]
    """
    at = [y for y, (_, area) in enumerate(rows) if area.kind in {REGION, METROPOLE}]
    both = [(x, key) for x, key in enumerate(columns) if key in table.columns]
    if not at or not both:
        return
    totals = tuple(dict.fromkeys((rows[y][1].kind, rows[y][1].code) for y in at))
    weights, expected = _weights(tuple(table.codes), totals)
    values = table.whole()[:, [table.columns[key] for _, key in both]]
    known = np.isfinite(values)
    sums, count = weights @ np.where(known, values, 0), weights @ known
    printed = cells[np.ix_(at, [x for x, _ in both])]
    group = [totals.index((rows[y][1].kind, rows[y][1].code)) for y in at]
    over, missing = sums[group] - printed, expected[group, None] - count[group]
    over = np.where(missing > 0, over, abs(over))
    wrong = (count[group] > 0) & (over > _slack(printed))
    indexes = list(columns.values())
    for i, j in np.argwhere(wrong):
        (row, area), (x, key) = rows[at[i]], both[j]
        total, summed = float(printed[i, j]), float(sums[group[i], j])
        far = bool(over[i, j] > FAR * abs(total) + _slack(printed[i, j]))
        yield Gap(row, indexes[x], area, key[0], key[1], total, summed, far)


@functools.lru_cache(64)
def _weights(
    codes: tuple[str, ...], totals: tuple[tuple[str, str], ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows make each total (1 or 0), and how many it takes."""
    weights, expected = np.zeros((len(totals), len(codes))), np.zeros(len(totals))
    for y, total in enumerate(totals):
        for code in members(*total):
            parts = parts_of().get(code, ())
            split = code not in codes and any(part in codes for part in parts)
            made = parts if split else (code,)
            expected[y] += len(made)
            weights[y, [codes.index(one) for one in made if one in codes]] = 1
    return weights, expected


def _slack(printed: np.ndarray) -> np.ndarray:
    """Return what rounding explains: totals are printed in hundreds, or to the unit."""
    found: np.ndarray = _NEAR * abs(printed) + np.where(printed % _HUNDREDS == 0, _HUNDREDS, 1.0)
    return found
