"""Communes gathered into larger areas, and the classes that a map shades."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from solidata.analysis.columns import require
from solidata.french import listed, plural
from solidata.problems import NoDataError, RefusedError

if TYPE_CHECKING:
    import geopandas as gpd

LAMBERT_93 = 2154
"""The projection of every distance, area and map, as an EPSG code."""


def dissolve(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Return the areas that communes make together.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        In Lambert-93: ``insee_code`` (str), ``population`` (Int64), ``area_km2`` (float64, km²),
        `by`, and polygons.
    by : str
        Column of the area of each commune: ``epci_id``, ``territory_id``, ``arrondissement_id``.

    Returns
    -------
    geopandas.GeoDataFrame
        One row an area, in the order of its key: `by` (str, missing for the communes that have
        none: they are gathered, not dropped), ``insee_codes`` (str, separated by spaces),
        ``communes`` (int64), ``population`` (Int64), ``area_km2`` (float64), ``geometry``.

    Raises
    ------
    NoDataError
        When there is no commune.
    RefusedError
        When the outlines say no projection, or another one than Lambert-93.

    Examples
    --------
    >>> import solidata
    >>> made = dissolve(solidata.load_geography().communes, "arrondissement_id")
    >>> made["communes"].tolist(), made.crs.to_epsg()
    ([93, 100, 74], 2154)
    """
    import geopandas as gpd

    in_lambert(communes)
    require(communes, "communes", ["insee_code", "population", "area_km2", by])
    if communes.empty:
        raise NoDataError("Aucune commune à réunir : la couche est vide.")
    rows = []
    for key, part in communes.groupby(by, dropna=False, sort=True, observed=True):
        rows.append(
            {
                by: key,
                "insee_codes": " ".join(sorted(part["insee_code"])),
                "communes": len(part),
                "population": part["population"].sum(min_count=len(part)),
                "area_km2": part["area_km2"].sum(min_count=len(part)),
                "geometry": joined(tuple(part.geometry)),
            }
        )
    frame = pd.DataFrame(rows).astype({by: communes[by].dtype, "population": "Int64"})
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=communes.crs)


@functools.lru_cache(maxsize=64)
def joined(outlines: tuple[Any, ...]) -> Any:
    """Return the shape that outlines make together: every map joins the same ones.

    Examples
    --------
    >>> import shapely
    >>> joined((shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1))).area
    3.0
    """
    import shapely

    return shapely.union_all(outlines)


def density(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Return :func:`dissolve` with ``density`` (float64, inhabitants per km²).

    The density of an area is that of its communes here, whether or not it reaches further; it is
    missing where a population or an area is.

    Raises
    ------
    RefusedError
        When an area has no surface, or as :func:`dissolve`.

    Examples
    --------
    >>> import solidata
    >>> made = density(solidata.load_geography().communes, "arrondissement_id")
    >>> made["density"].round(1).tolist()
    [77.2, 39.0, 40.3]
    """
    made = dissolve(communes, by)
    flat = made.loc[made["area_km2"] <= 0, by]
    if len(flat):
        raise RefusedError(
            f"{by} : superficie nulle pour {listed(map(str, flat))} ; une densité n’y a pas de sens."
        )
    people = made["population"].astype("float64")
    return made.assign(density=people / made["area_km2"])


def in_lambert(layer: gpd.GeoDataFrame) -> None:
    """Refuse a layer that is not in Lambert-93: its metres would be something else.

    Raises
    ------
    RefusedError
        With the projection it has, if any.
    """
    if layer.crs is None:
        raise RefusedError(
            f"la couche ne dit pas sa projection ; attendu : Lambert-93 (EPSG:{LAMBERT_93})."
        )
    if layer.crs.to_epsg() != LAMBERT_93:
        raise RefusedError(
            f"la couche est en {layer.crs.to_string()} ; attendu : Lambert-93 (EPSG:{LAMBERT_93})."
        )


MIN_CLASSES, MAX_CLASSES = 4, 6
"""Fewer hide the differences, more cannot be told apart on paper."""


def breaks(values: pd.Series, classes: int = 5) -> list[float]:
    """Return the limits between classes of about as many values: quantiles, rounded.

    They keep as few significant digits as make them distinct, and no class is left empty.

    Parameters
    ----------
    values : pandas.Series of float64
        Missing values belong to no class.
    classes : int
        From :data:`MIN_CLASSES` to :data:`MAX_CLASSES`; fewer are made of fewer distinct values.

    Returns
    -------
    list of float
        ``classes`` − 1 limits, increasing: a value equal to one is in the class above.

    Raises
    ------
    RefusedError
        For another number of classes.
    NoDataError
        When no value is known.

    Examples
    --------
    >>> import pandas as pd
    >>> breaks(pd.Series([14.9, 19.8, 20.7, 22.5, 23.5, 29.7, 37.8, 46.9, 50.1, 57.7, 68.9, 134.4]))
    [20.0, 30.0, 40.0, 60.0]
    """
    if not MIN_CLASSES <= classes <= MAX_CLASSES:
        raise RefusedError(
            f"{classes} {plural(classes, 'classe')} : de {MIN_CLASSES} à {MAX_CLASSES} attendues."
        )
    known = np.sort(values.dropna().astype("float64").to_numpy())
    if not len(known):
        raise NoDataError("Aucune valeur connue à répartir en classes.")
    distinct = np.unique(known)
    count = min(classes, len(distinct))
    if count < 2:
        return []
    wanted = np.quantile(known, np.arange(1, count) / count)
    for digits in range(1, 7):
        limits = [_rounded(v, digits) for v in wanted]
        edges = [-np.inf, *limits, np.inf]
        if min(np.histogram(known, edges)[0]) > 0 and len(set(limits)) == len(limits):
            return limits
    # Half the values may be one and the same: as many classes as can be told apart.
    every = {_rounded(float(v), 6) for v in np.concatenate([wanted, distinct[1:]])}
    return sorted(v for v in every if known[0] < v <= known[-1])[: count - 1]


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def classed(values: pd.Series, limits: list[float]) -> pd.Series:
    """Return the rank of the class of each value, from 0, missing where it is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> classed(pd.Series([4.9, 5.0, None]), [5.0, 10.0]).tolist()
    [0, 1, <NA>]
    """
    known: Any = values.astype("float64")
    ranks = pd.Series(np.searchsorted(limits, known, side="right"), index=values.index)
    return ranks.astype("Int64").mask(known.isna())
