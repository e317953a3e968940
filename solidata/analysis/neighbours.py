"""The places nearest to people, in a straight line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from solidata.analysis import points
from solidata.analysis.columns import require
from solidata.french import quote
from solidata.problems import RefusedError

_BLOCK = 2**18
"""How many people are asked at once: what is held beside the answer stays small."""

_WHOLE = "Ensemble"
"""The group of everybody, when none is asked for."""

_Answer = tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]


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
        Whether to apply the rule to places equally far; without it any of them is kept, which is
        a little quicker. Places at one point always follow the rule.
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
        (category of text, every place in the order of the keys), ``distance_km`` (float64),
        ``rank`` (int64, from 1).

    Raises
    ------
    ValueError
        When `k` is no positive integer; for frames without rows, keys given twice, coordinates
        that are missing or not in metropolitan Lambert-93.

    Notes
    -----
    A k-d tree of the places (Maneewongvatana and Mount, 1999, as in ``scipy.spatial``) is asked
    for one place more than wanted: when it is as far as the last, there is a tie to settle.
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
    towards = points.coordinates(places, "places", where, x, y)
    order = np.argsort(where.to_numpy(dtype=object), kind="stable")
    wanted = min(int(k), len(places))
    metres, codes = _search(at, towards[order], wanted, ties)
    found = pd.Categorical.from_codes(codes.ravel(), categories=where[order])
    return pd.DataFrame(
        {
            "place_id": found,
            "distance_km": metres.ravel() / 1000,
            "rank": np.tile(np.arange(1, wanted + 1), len(people)),
        },
        index=people.index if wanted == 1 else people.index.repeat(wanted),
        copy=False,
    )


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
    found = nearest(people, places, **names).drop(columns="rank").reset_index(drop=True)
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
    if (names.str.strip() == "").any():
        raise RefusedError(
            f"Table {quote('places')}, colonne {quote(place)}\u00a0: une clé manque."
        )
    return names


def _search(
    at: npt.NDArray[np.float64], towards: npt.NDArray[np.float64], k: int, ties: bool
) -> _Answer:
    """Return distances and row numbers of the k nearest, people by rows; `towards` in key order."""
    from scipy.spatial import cKDTree  # costs more than a second to import

    # Of the places at one point only the first k can be among the k nearest.
    rank = pd.DataFrame(towards).groupby([0, 1]).cumcount().to_numpy()
    kept = np.flatnonzero(rank < k)
    tree = cKDTree(towards[kept])
    metres, codes = np.empty((len(at), k)), np.empty((len(at), k), dtype=np.intp)
    for start in range(0, len(at), _BLOCK):
        block = slice(start, start + _BLOCK)
        metres[block], codes[block] = _ranked(tree, at[block], k, k + 1 if ties or k > 1 else 1)
    return metres, kept[codes]


def _ranked(tree: Any, at: npt.NDArray[np.float64], k: int, asked: int) -> _Answer:
    """Return the k nearest of `asked`, equal distances by row number; ask on where a tie goes on."""
    asked = min(asked, tree.n)
    metres, codes = tree.query(at, k=range(1, asked + 1), workers=-1)
    tied = np.flatnonzero((metres[:, 1:] == metres[:, :-1]).any(axis=1))
    if len(tied):
        order = np.lexsort((codes[tied], metres[tied]))
        codes[tied] = np.take_along_axis(codes[tied], order, axis=1)
        if asked < tree.n:
            on = tied[metres[tied, k - 1] == metres[tied, -1]]
            if len(on):
                metres[on, :k], codes[on, :k] = _ranked(tree, at[on], k, 2 * asked)
    return metres[:, :k], codes[:, :k]
