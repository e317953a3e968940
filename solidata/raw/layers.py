"""Read the vector layers of a document: communes, neighbours, rivers, whatever tool wrote them.

A layer is read in the coordinate system it declares and given in Lambert-93 (EPSG:2154), in
metres. What cannot be placed without a guess is refused, feature by feature.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from solidata.problems import Problem, SourceError

if TYPE_CHECKING:
    import geopandas as gpd

SUFFIXES = (".geojson", ".gpkg", ".shp", ".parquet")
COMPANIONS = (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".xml", ".qmd")
"""What a shapefile has beside it."""

LAMBERT_93 = 2154
DEGREES = 4326
FRANCE = (-5.5, 41.0, 10.0, 51.5)
"""Metropolitan France in degrees: west, south, east, north."""
DIGITS = 1
"""Decimals of a metre kept: far below what the outlines know, and the same on every machine."""

LAYERS = {"communes": True, "neighbours": True, "rivers": False}
"""The layers a document may hold; whether their features are polygons (or lines)."""
_CODE = ("insee_code", "code", "insee_com", "code_insee", "codgeo", "com_code")
_NAME = ("name", "nom", "nom_com", "libelle", "nom_officiel", "libgeo")
_POLYGONS, _LINES = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString")


def swapped(west: float, south: float, east: float, north: float) -> bool:
    """Return whether an extent in degrees lies in France once its axes are exchanged.

    Examples
    --------
    >>> swapped(47.2, 0.5, 48.1, 2.2), swapped(0.5, 47.2, 2.2, 48.1)
    (True, False)
    """
    inside = FRANCE[1] <= west and east <= FRANCE[3]
    return inside and FRANCE[0] <= south and north <= FRANCE[2]


def outside(west: float, south: float, east: float, north: float) -> bool:
    """Return whether an extent in degrees leaves metropolitan France."""
    return west < FRANCE[0] or south < FRANCE[1] or east > FRANCE[2] or north > FRANCE[3]


def misplaced(west: float, south: float, east: float, north: float) -> str | None:
    """Return what is wrong with an extent in degrees, in French, or None."""
    if swapped(west, south, east, north):
        return "longitude et latitude échangées ; attendu : la longitude (x), puis la latitude (y)"
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        return "coordonnées en mètres ; attendu : des degrés (EPSG:4326)"
    if outside(west, south, east, north):
        return "hors de France métropolitaine"
    return None


def _open(path: Path, name: str) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyogrio.errors

    try:
        layer = gpd.read_parquet(path) if path.suffix.lower() == ".parquet" else gpd.read_file(path)
    except (pyogrio.errors.DataSourceError, ValueError, OSError) as error:
        expected = f"couche illisible ({str(error).splitlines()[0]}) ; attendu : des contours"
        raise SourceError([Problem(name, None, None, None, expected)]) from None
    if not isinstance(layer, gpd.GeoDataFrame) or not len(layer):
        raise SourceError([Problem(name, None, None, None, "couche vide ; attendu : des contours")])
    if layer.crs is None:
        expected = (
            "couche sans système de coordonnées ; attendu : un CRS déclaré (un fichier .prj pour "
            "un shapefile), par exemple EPSG:2154"
        )
        raise SourceError([Problem(name, None, None, None, expected)])
    return layer


def _column(layer: gpd.GeoDataFrame, accepted: tuple[str, ...]) -> str | None:
    by_name = {str(column).lower(): str(column) for column in layer.columns}
    return next((by_name[name] for name in accepted if name in by_name), None)


def read_layer(path: Path, kind: str, root: Path) -> gpd.GeoDataFrame:
    """Return a layer in Lambert-93.

    Parameters
    ----------
    path : pathlib.Path
        GeoJSON, GeoPackage, shapefile or GeoParquet.
    kind : str
        ``communes``, ``neighbours`` or ``rivers``.
    root : pathlib.Path
        Folder that messages name files from.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:2154, columns ``code`` (str, empty for rivers without one), ``name`` (str, empty when
        the layer has none), ``feature`` (int, its rank from 1 in the file) and ``geometry``.

    Raises
    ------
    SourceError
        When the file cannot be read, is empty or has no coordinate system; with every feature
        without a code, without a shape, of another kind of shape, invalid, outside France, or
        whose axes are exchanged.
    """
    import geopandas as gpd
    import shapely

    name = path.relative_to(root).as_posix()
    layer = _open(path, name)
    polygons = LAYERS[kind]
    code, label = _column(layer, _CODE), _column(layer, _NAME)
    if polygons and code is None:
        expected = f"colonne absente ; attendu : l’une de {', '.join(_CODE)}"
        raise SourceError([Problem(name, None, "code", None, expected)])
    codes = [""] * len(layer) if code is None else _texts(layer[code])
    problems = []
    wanted, shape = (_POLYGONS, "un polygone") if polygons else (_LINES, "une ligne")
    degrees = layer.geometry.to_crs(DEGREES)
    # A declared system that is wrong shows before any conversion: degrees beyond their range.
    as_read = layer.geometry if layer.crs.is_geographic else degrees
    for feature, (key, geometry, extent) in enumerate(
        zip(codes, layer.geometry, as_read.bounds.to_numpy(), strict=True), start=1
    ):
        fault = None
        if polygons and not key:
            fault = "attendu : un code"
        elif geometry is None or geometry.is_empty:
            fault = f"sans contour ; attendu : {shape}"
        elif geometry.geom_type not in wanted:
            fault = f"{geometry.geom_type} lu ; attendu : {shape}"
        elif place := misplaced(*(float(v) for v in extent)):
            fault = place
        elif not geometry.is_valid:
            fault = f"contour invalide ({shapely.is_valid_reason(geometry)}) ; attendu : un contour qui ne se croise pas"
        if fault:
            problems.append(Problem(f"{name}, objet {feature}", None, None, key or None, fault))
    if problems:
        raise SourceError(problems)
    metres = layer.geometry.to_crs(LAMBERT_93)
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [""] * len(layer) if label is None else _texts(layer[label]),
            "feature": range(1, len(layer) + 1),
        },
        geometry=shapely.transform(metres.to_numpy(), lambda xy: xy.round(DIGITS)),
        crs=LAMBERT_93,
    )


def _texts(column: object) -> list[str]:
    """Return cells as text, whole numbers without decimals."""
    import pandas as pd

    cells = pd.Series(column)
    whole = cells.map(lambda v: int(v) if isinstance(v, float) and v.is_integer() else v)
    return ["" if pd.isna(v) else str(v).strip() for v in whole.astype(object)]
