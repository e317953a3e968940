"""Outlines of groups of communes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solidata.problems import NoDataError, RefusedError

if TYPE_CHECKING:
    import geopandas as gpd


def dissolve(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Return the outlines of groups of communes: EPCI, arrondissements, territories.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        ``population``, ``area_km2``, the column `by` and ``geometry``.
    by : str
        The column of the groups; communes where it is missing are left out.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a group, in the order of `by`: `by` (str), ``population`` (Int64, inhabitants,
        summed), ``area_km2`` (float, summed) and ``geometry``, in the system of `communes`.

    Raises
    ------
    RefusedError
        When there is no such column.
    NoDataError
        When no commune has a group.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> made = gpd.GeoDataFrame(
    ...     {"epci_id": ["a", "a", "b"], "population": [10, 5, 7], "area_km2": [1.0, 1.0, 1.0]},
    ...     geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)], crs=2154)
    >>> dissolve(made, "epci_id")[["epci_id", "population"]].to_numpy().tolist()
    [['a', 15], ['b', 7]]
    """
    if by not in communes:
        raise RefusedError(f"les communes n’ont pas de colonne {by}.")
    grouped = communes.dropna(subset=[by])
    if grouped.empty:
        raise NoDataError(f"aucune commune n’a de valeur dans la colonne {by}.")
    columns = [by, "population", "area_km2", "geometry"]
    sums = {"population": "sum", "area_km2": "sum"}
    joined = grouped[columns].dissolve(by, aggfunc=sums, as_index=False, observed=True)
    return joined.assign(area_km2=joined["area_km2"].round(4))[columns]
