"""Small counts: hide those that would tell of somebody, and those that would give them away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from solidata.analysis.columns import few, require
from solidata.french import format_number, quote
from solidata.problems import RefusedError


def mask_small(
    counts: pd.DataFrame,
    threshold: int = 11,
    by: Sequence[str] = (),
    count: str = "count",
    secondary: bool = True,
) -> pd.DataFrame:
    """Return counts with the small ones hidden, and others so that no subtraction finds them.

    Hidden first are the counts from 1 to `threshold` − 1 (primary suppression); zeros are shown.
    Then, where printed totals would give a hidden cell away, the smallest cell that is not yet
    hidden and not zero, of the sums that hold it (secondary suppression), until each printed sum
    with a hidden cell has two of them, which together reach the threshold, and no hidden cell
    follows from all the printed sums at once, nor from them and from zeros being shown (two hidden
    cells that make 2 are 1 and 1). Of equal cells the one whose row, as text, sorts
    first is hidden. The choice is safe, and not always the smallest possible.

    Whoever reads the table should be told that a cell is masked, not of which kind it is.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row a cell, without rows of totals: whole numbers that are not negative.
    threshold : int
        The smallest count that may be shown. Common ones are 5, and 11 for tax households.
    by : sequence of str
        At most two columns whose totals are printed: the rows and columns of a table, or the
        group that cells belong to. The total of all is taken for printed.
    count : str
        The column to hide.
    secondary : bool
        False when no total is printed, anywhere.

    Returns
    -------
    pandas.DataFrame
        `counts` with `count` nullable (Int64), missing where hidden, and ``masked`` (category
        ``no``, ``primary``, ``secondary``).

    Raises
    ------
    ValueError
        When a column is absent, a count is missing, negative or no whole number, `threshold` is
        not a positive whole number, `by` has more than two columns; when a printed total is
        itself under the threshold; and when hiding every cell that is not zero would not do
        either: a small count would still follow from what is printed, or stand in a sum whose
        hidden cells that do not follow are under the threshold together. Then a total must not be
        printed, or cells must be joined: zeros are never hidden.

    Notes
    -----
    Threshold rule and cell suppression of Hundepool et al., « Handbook on Statistical Disclosure
    Control » (ESSnet SDC for Eurostat), chapters on tables; in French, « Manuel de protection des
    données tabulées » (Insee).
    A cell follows from the printed sums when nothing can be moved round a cycle of hidden cells
    that holds it, each giving no more than it has above 1 (Gusfield, « A graph theoretic approach
    to statistical data security », SIAM Journal on Computing 17, 1988).

    Examples
    --------
    >>> made = pd.DataFrame({"epci": ["A", "A", "A"], "age": ["0-19", "20-59", "60+"],
    ...                      "count": [3, 40, 25]})
    >>> masked = mask_small(made, by=["epci"])
    >>> masked["count"].tolist(), masked["masked"].tolist()
    ([<NA>, 40, <NA>], ['primary', 'no', 'secondary'])
    """
    by = [by] if isinstance(by, str) else list(by)
    _check(counts, threshold, by, count)
    values = counts[count].astype(np.int64).to_numpy()
    primary = (values > 0) & (values < threshold)
    hidden = primary
    if secondary and primary.any():
        sums = _sums(counts, by)
        _check_totals(counts, values, primary, sums, by, threshold)
        hidden = _hide(values, primary, sums, _text_order(counts, count), threshold)
    masked = np.where(primary, "primary", np.where(hidden, "secondary", "no"))
    shown = pd.Series(values, index=counts.index, dtype="Int64").mask(hidden)
    kinds = pd.Categorical(masked, categories=["no", "primary", "secondary"])
    return counts.assign(**{count: shown, "masked": kinds})


def _check(counts: pd.DataFrame, threshold: int, by: list[str], count: str) -> None:
    require(counts, "counts", [count, *by])
    if isinstance(threshold, bool) or not isinstance(threshold, int | np.integer) or threshold < 1:
        raise RefusedError(
            f"Seuil {quote(threshold)} lu\u00a0; attendu\u00a0: un nombre entier, au moins 1."
        )
    if len(by) > 2:
        raise RefusedError(
            f"Totaux selon {', '.join(by)} lus\u00a0; attendu\u00a0: au plus deux colonnes."
        )
    cells = counts[count]
    numeric = pd.api.types.is_numeric_dtype(cells)
    numbers = cells.astype(float).to_numpy() if numeric else np.full(len(cells), np.nan)
    wrong = ~((numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers))
    if wrong.any():
        raise RefusedError(
            f"Colonne {quote(count)}, {few(cells[wrong])} lu\u00a0; attendu\u00a0: des effectifs entiers, "
            "positifs ou nuls."
        )


def _sums(counts: pd.DataFrame, by: list[str]) -> npt.NDArray[np.intp]:
    """Return the number of each printed sum a cell enters, shape (dimensions, cells)."""
    start, every = 0, []
    for column in by:
        codes, groups = pd.factorize(counts[column], use_na_sentinel=False)
        every.append(codes + start)
        start += len(groups)
    # The whole adds nothing to the totals of groups: it is their sum.
    return np.array(every) if by else np.zeros((1, len(counts)), dtype=np.intp)


def _check_totals(
    counts: pd.DataFrame,
    values: npt.NDArray[np.int64],
    primary: npt.NDArray[np.bool_],
    sums: npt.NDArray[np.intp],
    by: list[str],
    threshold: int,
) -> None:
    """Refuse sums that are small counts themselves: what they print cannot be hidden in them."""
    for dimension, codes in enumerate(sums):
        total = np.bincount(codes, weights=values)
        small = primary & (total[codes] < threshold)
        if small.any():
            names = counts.loc[small, by[dimension]] if by else pd.Series(["l’ensemble"])
            raise RefusedError(
                f"Total inférieur au seuil de {format_number(threshold)}\u00a0: {few(names)}. Aucun "
                "masquage ne le protège\u00a0: ne l’imprimez pas, ou regroupez des cases."
            )


def _text_order(counts: pd.DataFrame, count: str) -> npt.NDArray[np.intp]:
    """Return the place of each row among all of them sorted as text."""
    labels = counts.drop(columns=count).astype(str)
    if labels.columns.empty:
        labels = pd.DataFrame({"index": counts.index.astype(str)}, index=counts.index)
    order = np.lexsort([labels[c].to_numpy(dtype=object) for c in reversed(labels.columns)])
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return place


def _hide(
    values: npt.NDArray[np.int64],
    primary: npt.NDArray[np.bool_],
    sums: npt.NDArray[np.intp],
    place: npt.NDArray[np.intp],
    threshold: int,
) -> npt.NDArray[np.bool_]:
    """Return the cells to hide so that none of the primary ones can be found."""
    order = np.lexsort([place, values])
    hidden = primary.copy()
    while True:
        unknown = _left_by_subtraction(values, hidden, sums)
        found = primary & ~(unknown & _reaching(values, unknown, sums, threshold))
        # What all sums tell at once takes longer to know: it is asked when one at a time tell nothing.
        if not found.any() and len(sums) == 2:
            unknown = _left_by_all(values, unknown, sums)
            found = primary & ~(unknown & _reaching(values, unknown, sums, threshold))
        if not found.any():
            # A cell that the sums tell anyway protects none: showing it gives nothing away.
            return primary | unknown
        free = ~hidden & (values > 0)
        beside = np.logical_or.reduce([np.isin(codes, codes[found]) for codes in sums])
        # A cell that shares no sum with those found may still close a way round to them.
        candidates = free & beside if (free & beside).any() else free
        if not candidates.any():
            raise RefusedError(
                "Trop de cases nulles pour masquer les petits effectifs\u00a0: n’imprimez pas les "
                "totaux, ou regroupez des cases."
            )
        hidden[order[candidates[order]][0]] = True


def _reaching(
    values: npt.NDArray[np.int64],
    unknown: npt.NDArray[np.bool_],
    sums: npt.NDArray[np.intp],
    threshold: int,
) -> npt.NDArray[np.bool_]:
    """Return the cells of which the unknown ones beside them are, together, no small count."""
    people = [np.bincount(codes, weights=np.where(unknown, values, 0)) for codes in sums]
    enough = [(p >= threshold)[codes] for p, codes in zip(people, sums, strict=True)]
    return np.logical_and.reduce(enough)


def _left_by_subtraction(
    values: npt.NDArray[np.int64], hidden: npt.NDArray[np.bool_], sums: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return the hidden cells that taking one sum after another leaves unknown."""
    unknown = hidden.copy()
    while True:
        told = np.zeros(len(unknown), dtype=bool)
        for codes in sums:
            cells = np.bincount(codes, weights=unknown)
            above = np.bincount(codes, weights=np.where(unknown, values - 1, 0))
            # The only unknown of a sum is no longer one, nor are n unknowns that make n: zeros are
            # shown, so each is 1. What is told may leave one unknown to another sum.
            told |= unknown & ((cells < 2) | (above == 0))[codes]
        if not told.any():
            return unknown
        unknown &= ~told


def _left_by_all(
    values: npt.NDArray[np.int64], unknown: npt.NDArray[np.bool_], sums: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return the unknown cells that the sums of two dimensions, all together, leave unknown."""
    left = unknown & _may_go_round(values, unknown, sums)
    if not left.any():
        return left
    rows, columns = sums[:, left]
    gram = np.zeros((int(sums.max()) + 1,) * 2)
    for a, b in ((rows, rows), (rows, columns), (columns, rows), (columns, columns)):
        np.add.at(gram, (a, b), 1.0)
    inverse = np.linalg.pinv(gram, hermitian=True)
    # How much of a cell's unit vector lies in the span of the sums: 1 when it is determined.
    share = inverse[rows, rows] + inverse[columns, columns] + 2 * inverse[rows, columns]
    left[left] = share < 1 - 1e-6
    return left


def _may_go_round(
    values: npt.NDArray[np.int64], unknown: npt.NDArray[np.bool_], sums: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return the cells whose row and column reach each other: any may gain, those above 1 may give."""
    from scipy.sparse import coo_array  # costs more than half a second to import
    from scipy.sparse.csgraph import connected_components

    rows, columns = sums
    gives = unknown & (values > 1)
    start = np.concatenate([rows[unknown], columns[gives]])
    end = np.concatenate([columns[unknown], rows[gives]])
    size = int(sums.max()) + 1
    arcs = coo_array((np.ones(len(start)), (start, end)), shape=(size, size))
    _, group = connected_components(arcs.tocsr(), connection="strong")
    together: npt.NDArray[np.bool_] = group[rows] == group[columns]
    return together
