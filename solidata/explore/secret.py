"""Counts of a table that may be shown when small ones may not: one masked table, and what it gives."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from solidata.analysis.secrecy import mask_small
from solidata.problems import RefusedError

HIDDEN = "s"
"""What stands for a count that is hidden, as in the tables of official statistics."""
_BY: tuple[list[str], ...] = (["row", "column"], ["row"], ["column"], [])
"""Totals that may be printed beside the cells, most first; that of all always is, save at last."""


class Secret:
    """The counts of a table of two dimensions, the small ones hidden once and for all.

    Every count told is made of cells and totals that are shown, whatever is asked and in whatever
    order: so no series of questions tells more than the table does. Totals are printed as far as
    they let cells be hidden.

    Parameters
    ----------
    rows, columns : pandas.Series
        The two values of each unit.
    threshold : int
        The smallest count that may be shown.

    Raises
    ------
    ValueError
        When `threshold` is not a positive whole number.

    Examples
    --------
    >>> rows, columns = pd.Series(list("aaaaaaabbbbb")), pd.Series(list("xxxxxyyxxxyy"))
    >>> secret = Secret(rows, columns, threshold=3)  # a: 5 x, 2 y; b: 3 x, 2 y
    >>> secret.count(["a"], ["y"]), secret.count(["a"], ["x", "y"]), secret.count(["a", "b"], ["y"])
    (None, 7, 4)
    """

    def __init__(self, rows: pd.Series, columns: pd.Series, threshold: int) -> None:
        units = pd.DataFrame({"row": rows.astype(object), "column": columns.astype(object)})
        self.rows, self.columns = list(units["row"].unique()), list(units["column"].unique())
        # Cells without anybody are cells too.
        every = pd.MultiIndex.from_product([self.rows, self.columns], names=["row", "column"])
        counted = units.value_counts().reindex(every, fill_value=0)
        cells = counted.rename("count").reset_index()
        by, masked = _masked(cells, threshold)
        shown = masked.dropna(subset=["count"])
        self._cells = {(r, c): int(n) for r, c, n in shown[["row", "column", "count"]].to_numpy()}
        self._total = None if by is None else int(cells["count"].sum())
        printed = by or []
        self._of_rows = cells.groupby("row")["count"].sum().to_dict() if "row" in printed else {}
        self._of_columns = (
            cells.groupby("column")["count"].sum().to_dict() if "column" in printed else {}
        )

    def count(self, rows: Collection[str], columns: Collection[str]) -> int | None:
        """Return how many units have one of these values in each dimension, or None if hidden."""
        mine = [r for r in self.rows if r in rows]
        those = [c for c in self.columns if c in columns]
        cells = [self._cells.get((r, c)) for r in mine for c in those]
        if None not in cells:
            return sum(n for n in cells if n is not None)
        if len(mine) == len(self.rows) and len(those) == len(self.columns):
            return self._total
        if len(those) == len(self.columns) and self._of_rows:
            return int(sum(self._of_rows[r] for r in mine))
        if len(mine) == len(self.rows) and self._of_columns:
            return int(sum(self._of_columns[c] for c in those))
        return None


def _masked(cells: pd.DataFrame, threshold: int) -> tuple[list[str] | None, pd.DataFrame]:
    """Return the cells masked for as many totals as can be printed, and which these are."""
    mask_small(cells.iloc[:0], threshold)  # a bad threshold is refused as such
    for by in _BY:
        try:
            return by, mask_small(cells, threshold, by=by)
        except RefusedError:
            continue
    return None, mask_small(cells, threshold, secondary=False)
