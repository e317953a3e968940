"""The places nearest to people, in a straight line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from solidata.analysis import points
from solidata.analysis.columns import require
from solidata.french import quote
from solidata.problems import RefusedError

_BLOCK = 2**16
"""How many people a thread asks for at once: what is held beside the answer stays small."""

_LEAF = 16
"""How many places a leaf of the tree holds."""

_ONE_LEAF = 64
"""Up to so many places, a tree of one leaf: it goes through them in the order of their keys, keeps
the first of those equally far, and costs hardly more than a search that settles no tie."""

_WHOLE = "Ensemble"
"""The group of everybody, when none is asked for."""

_Answer = tuple[npt.NDArray[np.float64], npt.NDArray[np.integer[Any]]]


def nearest(
    people: pd.DataFrame,
    places: pd.DataFrame,
    k: int = 1,
    *,
    ties: bool = True,
    x: str = "x",
    y: str = "y",
    key: str | None = None,
    place: str = "place_id",
) -> pd.DataFrame:
    """Return the k places nearest to each row of people, in a straight line in Lambert-93.

    Places as far as one another (the same number of metres in float64: they differ by less than
    a millionth of a millimetre) are ranked by their keys as text, the first one first. So the
    answer does not depend on the order of the rows of either frame.

    Parameters
    ----------
    people, places : pandas.DataFrame or geopandas.GeoDataFrame
        Communes, squares, addresses; what they go to. Columns `x` and `y` in metres, or else a
        layer of points in EPSG:2154.
    k : int
        How many places, at most all of them.
    ties : bool
        Whether to apply the rule to places equally far; without it any of them may be the one
        nearest place, which is a little quicker. Places at one point always follow the rule, and
        so do the k nearest when k > 1.
    x, y : str
        Columns of both frames: easting and northing in Lambert-93, in metres.
    key : str, optional
        The column that names a row of people; their index by default.
    place : str
        The column that names a place.

    Returns
    -------
    pandas.DataFrame
        One row a row of people and rank, in the order of people, under their index: ``place_id``
        (category of text, every place in the order of the keys), ``distance_km`` (float64) and,
        when k > 1, ``rank`` (int64, from 1).

    Raises
    ------
    ValueError
        When `k` is no positive integer; for frames without rows, keys given twice, coordinates
        that are missing or not in metropolitan Lambert-93.

    Notes
    -----
    A k-d tree of the places (Maneewongvatana and Mount, 1999, as in ``scipy.spatial``) is asked
    for one place more than wanted: when it is as far as the last, there is a tie to settle. Few
    places make one leaf, gone through in the order of the keys: the first of equals is kept.
    Memory grows with the rows of people, never with people times places.

    Examples
    --------
    >>> people = pd.DataFrame({"x": [570_000, 573_000], "y": 6_720_000}, index=["a", "b"])
    >>> places = pd.DataFrame({"place_id": ["p", "o"], "x": [570_000, 576_000], "y": 6_720_000})
    >>> nearest(people, places)["place_id"].tolist()  # « b » is 3 km from both
    ['p', 'o']
    >>> nearest(people, places)["distance_km"].tolist()
    [0.0, 3.0]
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise RefusedError(
            f"k = {k} lu\u00a0; attendu\u00a0: un nombre entier de lieux, au moins 1."
        )
    names = points.keys(people, "people", key)
    at = points.coordinates(people, "people", names, x, y)
    where = place_keys(places, place)
    towards = np.column_stack(points.coordinates(places, "places", where, x, y))
    order = np.argsort(where.to_numpy(dtype=object), kind="stable")
    wanted = min(int(k), len(places))
    distances, codes = _search(at, towards[order], wanted, ties)
    found = {
        "place_id": pd.Categorical.from_codes(codes.ravel(), categories=where[order]),
        "distance_km": distances.ravel(),
    }
    if k == 1:
        return pd.DataFrame(found, index=people.index, copy=False)
    found["rank"] = np.tile(np.arange(1, wanted + 1), len(people))
    return pd.DataFrame(found, index=people.index.repeat(wanted), copy=False)


def located(
    people: pd.DataFrame,
    places: pd.DataFrame,
    weight: str | None,
    by: str | None,
    names: Mapping[str, Any],
) -> pd.DataFrame:
    """Return each row of people, numbered: its nearest place, distance, population and group.

    Parameters
    ----------
    people, places : pandas.DataFrame
    weight : str or None
        The column of people that says how many live there; None counts rows.
    by : str or None
        The column of people that groups them; None puts all in one.
    names : mapping
        Keywords of :func:`nearest`.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``distance_km``, ``population``, ``group``.
    """
    found = nearest(people, places, **names).reset_index(drop=True)
    lived = points.keys(people, "people", names.get("key"))
    found["population"] = points.numbers(people, "people", weight, lived)
    found["group"] = groups_of(people, "people", by)
    return found


def groups_of(frame: pd.DataFrame, table: str, by: str | None) -> Any:
    """Return the group of each row, or the one name of all when none is asked for."""
    if by is None:
        return _WHOLE
    require(frame, table, [by])
    return frame[by].array


def place_keys(places: pd.DataFrame, place: str = "place_id") -> pd.Index:
    """Return the keys of places as text, each once.

    Raises
    ------
    ValueError
        When there is no place, when a key is missing or given twice.

    Examples
    --------
    >>> place_keys(pd.DataFrame({"place_id": ["mds-blois", "mds-mer"]})).tolist()
    ['mds-blois', 'mds-mer']
    """
    names = points.keys(places, "places", place).astype(str)
    points.keys(places.set_axis(names), "places")  # 1 and « 1 » are one text
    if (names.str.strip() == "").any():
        raise RefusedError(
            f"Table {quote('places')}, colonne {quote(place)}\u00a0: une clé manque."
        )
    return names


def _search(at: points.Points, towards: npt.NDArray[np.float64], k: int, ties: bool) -> _Answer:
    """Return kilometres and row numbers of the k nearest, people by rows; `towards` in key order."""
    from scipy.spatial import cKDTree  # costs more than a second to import

    # Of the places at one point only the first k can be among the k nearest.
    rank = pd.DataFrame(towards).groupby([0, 1]).cumcount().to_numpy()
    kept = np.flatnonzero(rank < k).astype(np.int32)
    in_order = ties and k == 1 and len(kept) <= _ONE_LEAF
    tree = cKDTree(towards[kept], leafsize=_ONE_LEAF if in_order else _LEAF)
    asked = 1 if in_order or (k == 1 and not ties) else k + 1
    east, north = at
    kilometres, codes = np.empty((len(east), k)), np.empty((len(east), k), dtype=np.int32)

    def ask(start: int) -> None:
        block = slice(start, start + _BLOCK)
        near = np.column_stack((east[block], north[block]))
        metres, rows = _ranked(tree, near, k, asked)
        np.divide(metres, 1000, out=kilometres[block])
        codes[block] = kept[rows]

    # scipy's own threads share the search only; these share what is done with the answers too.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(ask, range(0, len(east), _BLOCK)))
    return kilometres, codes


def _ranked(tree: Any, at: npt.NDArray[np.float64], k: int, asked: int) -> _Answer:
    """Return the k nearest of `asked`, equal distances by row number; ask on where a tie goes on."""
    asked = min(asked, tree.n)
    metres, codes = tree.query(at, k=range(1, asked + 1))
    equal = metres[:, 1:] == metres[:, :-1]
    if equal.any():
        tied = np.flatnonzero(equal.any(axis=1))
        order = np.lexsort((codes[tied], metres[tied]))
        codes[tied] = np.take_along_axis(codes[tied], order, axis=1)
        if asked < tree.n:
            on = tied[metres[tied, k - 1] == metres[tied, -1]]
            if len(on):
                metres[on, :k], codes[on, :k] = _ranked(tree, at[on], k, 2 * asked)
    return metres[:, :k], codes[:, :k]
