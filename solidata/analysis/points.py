"""Where people and places are: coordinates read from a frame, refused when they mislead.

Everything is in Lambert-93 (EPSG:2154), the legal projection of metropolitan France: planar, in
metres, so that a distance is one square root.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from solidata.analysis.columns import few, framed, require
from solidata.french import format_number, plural, quote
from solidata.problems import RefusedError

Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Eastings and northings."""

EASTINGS, NORTHINGS = (0.0, 1_300_000.0), (6_000_000.0, 7_200_000.0)
"""Metropolitan France in Lambert-93, in metres, with a margin at sea."""

_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")
"""What pandas calls a column of objects that are all numbers."""

_EXPECTED = "attendu\u00a0: Lambert-93 en mètres (EPSG:2154)"


def keys(frame: pd.DataFrame, table: str, column: str | None = None) -> pd.Index:
    """Return the keys of the rows of a frame that has some, each once.

    Parameters
    ----------
    frame : pandas.DataFrame
    table : str
        What the refusals call it.
    column : str, optional
        The column that names a row; the index by default.

    Returns
    -------
    pandas.Index

    Raises
    ------
    ValueError
        When there is no row, when a key is missing or given twice, when an index has levels.

    Examples
    --------
    >>> keys(pd.DataFrame({"place_id": ["a", "b"]}), "places", "place_id").tolist()
    ['a', 'b']
    """
    if column is not None:
        require(frame, table, [column])
    framed(frame, table)
    names = frame.index if column is None else pd.Index(frame[column])
    if len(names) == 0:
        raise RefusedError(f"La table {quote(table)} est vide.")
    if isinstance(names, pd.MultiIndex):
        raise RefusedError(
            f"Table {quote(table)}\u00a0: index à {names.nlevels} niveaux lu\u00a0; attendu\u00a0: une clé par "
            "ligne, dans un index simple ou une colonne (key)."
        )
    where = f"Table {quote(table)}, " + (f"colonne {quote(column)}" if column else "index")
    if names.hasnans:
        count = int(names.isna().sum())
        raise RefusedError(
            f"{where}\u00a0: {count} {plural(count, 'clé manque', 'clés manquent')}."
        )
    # Of keys in order the first question answers the second, without a table of them all.
    if not (names.is_monotonic_increasing and names.is_unique) and not names.is_unique:
        twice = names[names.duplicated()]
        raise RefusedError(f"{where}\u00a0: clés en double\u00a0: {few(twice)}.")
    return names


def coordinates(
    frame: pd.DataFrame, table: str, names: pd.Index, x: str = "x", y: str = "y"
) -> Points:
    """Return the planar coordinates of a frame in metres, its columns first, else its points.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        With the columns `x` and `y`, or else a layer of points in EPSG:2154.
    table : str
        What the refusals call it.
    names : pandas.Index
        The keys of its rows.
    x, y : str
        Columns: easting and northing, in metres.

    Returns
    -------
    tuple of numpy.ndarray
        Eastings and northings, shape (rows,), float64.

    Raises
    ------
    ValueError
        When columns are absent or no numbers; when a layer has no CRS, another one, or shapes
        other than points; when coordinates are missing, infinite, in degrees, swapped, or out of
        metropolitan France. The first three rows are named.

    Examples
    --------
    >>> made = pd.DataFrame({"x": [574_000], "y": [6_722_000]}, index=["Blois"])
    >>> east, north = coordinates(made, "places", made.index)
    >>> east.tolist(), north.tolist()
    ([574000.0], [6722000.0])
    """
    layer = getattr(frame, "geometry", None)
    if not {x, y} & set(frame.columns) and hasattr(layer, "geom_type"):
        at = _layer(layer, table, names)
    else:
        require(frame, table, [x, y])
        at = _numbers(frame[x], table, x), _numbers(frame[y], table, y)
    _check_extent(at, table, names)
    return at


def numbers(
    frame: pd.DataFrame, table: str, column: str | None, names: pd.Index
) -> npt.NDArray[Any]:
    """Return how many people each row stands for, in the type of the column.

    Parameters
    ----------
    frame : pandas.DataFrame
    table : str
        What the refusals call it.
    column : str or None
        A column of numbers that are not negative; without one, each row counts for one.
    names : pandas.Index
        The keys of its rows.

    Raises
    ------
    ValueError
        When the column is absent, when a number is missing, infinite or negative.

    Examples
    --------
    >>> made = pd.DataFrame({"population": [47_000, 1_200]})
    >>> numbers(made, "people", "population", made.index).tolist()
    [47000, 1200]
    """
    if column is None:
        return np.ones(len(frame), dtype=np.int64)
    require(frame, table, [column])
    read = _numbers(frame[column], table, column)
    for wrong, what in ((~np.isfinite(read), "absente ou infinie"), (read < 0, "négative")):
        if wrong.any():
            raise RefusedError(
                f"Table {quote(table)}, colonne {quote(column)}\u00a0: valeur {what} pour "
                f"{few(names[wrong])}\u00a0; attendu\u00a0: un nombre positif ou nul."
            )
    whole = pd.api.types.is_integer_dtype(frame[column])
    return read.astype(np.int64) if whole else read


def _numbers(cells: pd.Series, table: str, column: str) -> npt.NDArray[np.float64]:
    if cells.dtype == object and pd.api.types.infer_dtype(cells) in _NUMBERS:
        cells = cells.astype(float)  # what a spreadsheet or a join leaves of numbers
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_complex_dtype(cells):
        told = cells.dropna()
        # Text that looks like a number is shown as the text it is.
        text = told[[isinstance(v, str) for v in told]]
        kind = "texte " if len(text) else ""
        first = text if len(text) else told
        read = f"{kind}{quote(first.iloc[0])} lu" if len(told) else "rien lu"
        raise RefusedError(
            f"Table {quote(table)}, colonne {quote(column)}\u00a0: {read}\u00a0; attendu\u00a0: un nombre."
        )
    return cells.astype(float).to_numpy()


def _layer(layer: Any, table: str, names: pd.Index) -> Points:
    """Return the coordinates of a geometry column, known by what it can do: geopandas stays out."""
    head = f"Table {quote(table)}\u00a0: "
    crs = layer.crs
    if crs is None:
        raise RefusedError(f"{head}couche sans système de coordonnées (CRS)\u00a0; {_EXPECTED}.")
    if crs.is_geographic:
        raise RefusedError(
            f'{head}coordonnées en degrés ({crs.name})\u00a0; {_EXPECTED}\u00a0: to_crs("EPSG:2154").'
        )
    if crs.to_epsg() != 2154:
        raise RefusedError(
            f'{head}projection {quote(crs.name)} lue\u00a0; {_EXPECTED}\u00a0: to_crs("EPSG:2154").'
        )
    # One coordinate a row: all are points. To ask each shape for its type takes a second a million.
    at = layer.set_axis(range(len(layer))).get_coordinates()
    if len(at) == len(layer) and at.index.is_unique:
        return at["x"].to_numpy(), at["y"].to_numpy()
    kinds = layer.geom_type
    other = (kinds.notna() & (kinds != "Point")).to_numpy()
    if other.any():
        raise RefusedError(
            f"{head}{quote(kinds[other].iloc[0])} lu pour {few(names[other])}\u00a0; attendu\u00a0: des "
            "points. D’un polygone, prenez representative_point()."
        )
    return layer.x.to_numpy(dtype=float), layer.y.to_numpy(dtype=float)


def _check_extent(at: Points, table: str, names: pd.Index) -> None:
    """Refuse what is not in metropolitan Lambert-93, by the likeliest reason."""
    x, y = at
    # A missing number fails a comparison: two extremes a column say that all is well.
    if _all_within(x, EASTINGS) and _all_within(y, NORTHINGS):
        return
    absent = ~(np.isfinite(x) & np.isfinite(y))
    degrees = ~absent & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    swapped = _within(x, NORTHINGS) & _within(y, EASTINGS)
    outside = ~absent & ~(_within(x, EASTINGS) & _within(y, NORTHINGS))
    for wrong, what in (
        (absent, "coordonnées absentes ou infinies"),
        (degrees, "coordonnées en degrés"),
        (swapped, "x et y semblent échangés"),
        (outside, "coordonnées hors de France métropolitaine"),
    ):
        if wrong.any():
            first = x[wrong][0], y[wrong][0]
            read = "\u00a0; ".join(format_number(v, 2) if np.isfinite(v) else "rien" for v in first)
            raise RefusedError(
                f"Table {quote(table)}, {plural(int(wrong.sum()), 'ligne')} {few(names[wrong])}\u00a0: "
                f"{what} ({read} lu)\u00a0; {_EXPECTED}."
            )


def _all_within(values: npt.NDArray[np.float64], limits: tuple[float, float]) -> bool:
    return bool(values.min() >= limits[0] and values.max() <= limits[1])


def _within(values: npt.NDArray[np.float64], limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])
