"""What an interactive map draws, as plain data: places described, outlines in degrees."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from solidata.analysis.columns import require
from solidata.figures import theme
from solidata.french import listed, quote
from solidata.problems import RefusedError
from solidata.tables import all_tables

if TYPE_CHECKING:
    from solidata.tables import Geography

WGS84 = 4326
TINTS = tuple(fill.face for fill in theme.TERRITORY)
"""Fills of the territories in their order, as on the printed maps."""

UNSORTED, OUTSIDE = "?", "-"
"""A place whose commune has no territory; a place whose commune is not of the département."""
OUTSIDE_LABELS = {UNSORTED: "Territoire inconnu", OUTSIDE: "Hors du département"}

CONTEXT = "no"
"""The value of ``in_announced_total`` of a place shown for context only."""

_NEEDED = ["place_id", "name", "kind", "insee_code", "address", "located_to", "state", "as_of",
           "in_announced_total", "point_from", "x", "y", "source_id"]  # fmt: skip
_DECIMALS = 4  # of degrees: ten metres, less than what the outlines were generalised by


def labels(column: str) -> dict[str, str]:
    """Return the French labels of a category of the table ``places``, in their order."""
    return all_tables()["places"].field(column).labels


def described(
    places: pd.DataFrame, geography: Geography, territories: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a place, with its territory, its commune's name and its point in degrees.

    Parameters
    ----------
    places, territories : pandas.DataFrame
        The tables of these names, or of the same columns.
    geography : Geography
        As :func:`solidata.load_geography` returns it.

    Returns
    -------
    pandas.DataFrame
        The columns of ``places``, and ``commune`` (name, missing outside the département),
        ``territory_id`` (str; :data:`UNSORTED` and :data:`OUTSIDE` included), ``territory``
        (label), ``context`` (bool), ``longitude``, ``latitude`` (float, degrees in EPSG:4326,
        missing when nothing locates the place), ``beside`` (int, rank among the places of the
        same point) and ``together`` (int, how many they are). By territory, kind and name.

    Raises
    ------
    ValueError
        When a column is missing, a place has two rows, a kind or a state is not of the table's
        categories, or the outlines say no projection.

    Examples
    --------
    >>> import solidata
    >>> rows = described(solidata.load("places"), solidata.load_geography(),
    ...                  solidata.load("territories"))
    >>> rows.loc[rows["place_id"] == "mds-mer", ["commune", "territory_id"]].values.tolist()
    [['Mer', 'centre']]
    """
    require(places, "places", _NEEDED)
    if twice := list(dict.fromkeys(places.loc[places["place_id"].duplicated(), "place_id"])):
        raise RefusedError(f"places : deux lignes ou plus pour {listed(map(quote, twice))}.")
    for column in ("kind", "state"):
        given = places[column].astype(object)
        if unknown := sorted({str(v) for v in given if v not in labels(column)}):
            raise RefusedError(
                f"places, colonne {quote(column)} : {listed(map(quote, unknown))} "
                f"inconnu ; au choix : {', '.join(labels(column))}"
            )
    communes = geography.communes.set_index("insee_code")
    names = dict(zip(territories["territory_id"], territories["label"], strict=True))
    code = places["insee_code"].astype(object)
    territory = code.map(communes["territory_id"].astype(object))
    territory = territory.where(territory.isin(list(names)), UNSORTED)
    territory = territory.where(code.isin(communes.index), OUTSIDE)
    points = _degrees(gpd.GeoSeries.from_xy(
        places["x"].astype(float), places["y"].astype(float), crs=_crs(geography.communes)
    ))  # fmt: skip
    rows = places.assign(
        commune=code.map(communes["name"].astype(object)),
        territory_id=territory,
        territory=territory.map({**names, **OUTSIDE_LABELS}),
        context=places["in_announced_total"].astype(object) == CONTEXT,
        longitude=points.x,
        latitude=points.y,
    )
    order = {
        "territory_id": [*names, UNSORTED, OUTSIDE],
        "kind": list(labels("kind")),
    }
    rows = rows.sort_values(
        ["territory_id", "kind", "name", "place_id"],
        key=lambda c: c.astype(object).map(order[c.name].index) if c.name in order else c,
    )
    same = rows.groupby(["x", "y"])["place_id"]
    together = same.transform("size")
    return rows.assign(
        beside=same.cumcount().where(together.notna(), 0).astype(int),
        together=together.fillna(1).astype(int),
    ).reset_index(drop=True)


def _crs(outlines: gpd.GeoDataFrame) -> Any:
    if outlines.crs is None:
        raise RefusedError("Les contours ne disent pas leur projection : on attend EPSG:2154.")
    return outlines.crs


def _degrees(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    return geometry.to_crs(WGS84)


def collection(
    outlines: gpd.GeoDataFrame, keys: list[str], styles: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return outlines as GeoJSON in degrees, each with its key and its style and nothing else.

    Names stay out of it: the map asks for them by key, and shows them escaped.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> collection(square, ["41018"], [{"weight": 1}])["features"][0]["properties"]
    {'key': '41018', 'style': {'weight': 1}}
    """
    _crs(outlines)
    shapes = [
        shapely.transform(shape, functools.partial(np.round, decimals=_DECIMALS))
        for shape in _degrees(outlines.geometry)
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": key,
                "properties": {"key": key, "style": style},
                "geometry": shapely.geometry.mapping(shape),
            }
            for key, style, shape in zip(keys, styles, shapes, strict=True)
        ],
    }


def tints(territories: pd.DataFrame) -> dict[str, str]:
    """Return the fill of each territory.

    Raises
    ------
    ValueError
        When there are more territories than fills told apart without their names.

    Examples
    --------
    >>> tints(pd.DataFrame({"territory_id": ["nord"]}))
    {'nord': '#D6E2EB'}
    """
    if len(territories) > len(TINTS):
        raise RefusedError(
            f"{len(territories)} territoires à distinguer par leur teinte, {len(TINTS)} au plus."
        )
    return dict(zip(territories["territory_id"], TINTS, strict=False))


def communes(geography: Geography, fills: dict[str, str]) -> dict[str, Any]:
    """Return the communes as GeoJSON, tinted by territory; one without territory is hatched out.

    Examples
    --------
    >>> import solidata
    >>> len(communes(solidata.load_geography(), {})["features"])
    267
    """
    unknown = {"color": theme.UNKNOWN.edge, "weight": 1, "dashArray": "3 3",
               "fillColor": theme.UNKNOWN.face, "fillOpacity": 1}  # fmt: skip
    styles = [
        {"color": theme.PAPER, "weight": 1, "fillColor": fills[t], "fillOpacity": 1}
        if t in fills
        else unknown
        for t in geography.communes["territory_id"].astype(object)
    ]
    return collection(geography.communes, list(geography.communes["insee_code"]), styles)


def borders(geography: Geography, fills: dict[str, str]) -> dict[str, Any]:
    """Return the outlines of the territories as GeoJSON: what says them besides their tint."""
    sorted_ = geography.communes[geography.communes["territory_id"].isin(list(fills))]
    merged = sorted_[["territory_id", "geometry"]].dissolve("territory_id")
    style = {"color": theme.SOFT_INK, "weight": 1.4, "fill": False, "interactive": False}
    return collection(merged, list(merged.index), [style] * len(merged))


def around(geography: Geography) -> dict[str, Any]:
    """Return the neighbouring départements as GeoJSON."""
    style = {"color": theme.GRID, "weight": 1, "fillColor": theme.AROUND, "fillOpacity": 1,
             "interactive": False}  # fmt: skip
    frame = geography.neighbours
    return collection(frame, list(frame["code"]), [style] * len(frame))


def rivers(geography: Geography) -> dict[str, Any]:
    """Return the rivers as GeoJSON."""
    style = {"color": theme.WATER, "weight": 2.5, "fill": False, "interactive": False}
    frame = geography.rivers
    return collection(frame, list(frame["name"]), [style] * len(frame))


def frame_of(
    geography: Geography, width: float, height: float, step: float
) -> tuple[list[float], float]:
    """Return the centre (latitude, longitude) and the zoom that show the whole département.

    Parameters
    ----------
    width, height : float
        Of the map, in pixels.
    step : float
        Zooms are multiples of it.

    Notes
    -----
    At zoom z the world of the web's Mercator projection is 256 × 2^z pixels wide
    (OGC Two Dimensional Tile Matrix Set, WebMercatorQuad).

    Examples
    --------
    >>> import solidata
    >>> centre, zoom = frame_of(solidata.load_geography(), 600, 600, 0.25)
    >>> [round(c) for c in centre], zoom
    ([48, 1], 8.75)
    """
    west, south, east, north = _degrees(geography.communes.geometry).total_bounds
    high, low = (np.arctanh(np.sin(np.radians(latitude))) for latitude in (north, south))
    spans = np.array([np.radians(east - west) / width, (high - low) / height])
    zoom = np.floor(np.log2(2 * np.pi / (256 * spans.max())) / step) * step
    middle = np.degrees(np.arcsin(np.tanh((high + low) / 2)))
    return [float(middle), float((west + east) / 2)], float(zoom)


def _narrow(xy: Any) -> Any:
    return xy * [0.5, 1.0]


def _narrowed(shape: Any) -> Any:
    return shapely.transform(shape, _narrow)


def territory_points(
    geography: Geography, fills: dict[str, str], rows: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """Return where to write the name of each territory: latitude and longitude, in degrees.

    Of the points of its communes, the one farthest from its border and from the places of `rows`;
    a name is wider than high, so what stands beside it counts as half as far.

    Examples
    --------
    >>> import solidata
    >>> made = pd.DataFrame({"x": [], "y": [], "context": []})
    >>> list(territory_points(solidata.load_geography(), {"nord": "#D6E2EB"}, made))
    ['nord']
    """
    ours = rows[~rows["context"].astype(bool) & rows["x"].notna()]
    places = _narrowed(shapely.MultiPoint(ours[["x", "y"]].to_numpy(dtype=float)))
    chosen = {}
    for key in fills:
        of = geography.communes[geography.communes["territory_id"] == key]
        if of.empty:
            continue
        points = of.representative_point()
        narrowed = points.transform(_narrow)
        room = narrowed.distance(_narrowed(of.union_all().boundary))
        if not places.is_empty:
            room = np.minimum(room, narrowed.distance(places))
        point = _degrees(points[[room.idxmax()]]).iloc[0]
        chosen[key] = (float(point.y), float(point.x))
    return chosen
