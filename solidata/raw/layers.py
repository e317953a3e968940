"""Read the vector layers of a document: communes, neighbours, rivers, whatever tool wrote them.

A layer is read in the coordinate system it declares and given in Lambert-93 (EPSG:2154), in
metres. What cannot be placed without a guess is refused, feature by feature.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from solidata.french import format_number, listed
from solidata.problems import Problem, SourceError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import shapely

SUFFIXES = (".geojson", ".gpkg", ".shp", ".parquet")
COMPANIONS = (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".xml", ".qmd")
"""What a shapefile has beside it."""
PARTS = (".shx", ".dbf")
"""What a shapefile cannot be read without: the index of its shapes, and their codes."""

LAMBERT_93 = 2154
DEGREES = 4326
FRANCE = (-5.5, 41.0, 10.0, 51.5)
"""Metropolitan France in degrees: west, south, east, north."""
DIGITS = 1
"""Decimals of a metre kept: far below what the outlines know, and the same on every machine."""

LAYERS = {"communes": True, "neighbours": True, "rivers": False}
"""The layers a document may hold; whether their features are polygons (or lines)."""
_CODE = ("insee_code", "code", "insee_com", "code_insee", "codgeo", "com_code", "insee")
_NAME = ("name", "nom", "nom_com", "libelle", "nom_officiel", "libgeo")
_MANY = 10
"""Features with one same fault beyond which it is told once, of the layer."""
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
        if south > -25 and north < 17 and (west, south) != (0, 0):  # between the tropics
            return (
                "hors de France métropolitaine ; les départements d’outre-mer, qui ont chacun leur "
                "projection, ne sont pas pris en charge"
            )
        first, lowest, last, highest = map(format_number, FRANCE)
        return (
            f"hors de France métropolitaine ; attendu : une longitude de {first} à {last} et une "
            f"latitude de {lowest} à {highest}"
        )
    return None


def _refused(name: str, expected: str, line: int | None = None) -> SourceError:
    return SourceError([Problem(name, line, None, None, expected)])


def _beside(path: Path) -> dict[str, Path]:
    """Return the files that have the stem of `path`, by suffix in lower case."""
    return {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}


def _unreadable(path: Path, name: str) -> SourceError:
    """Say where a file stops being what its suffix says, when that can be told."""
    if path.suffix.lower() == ".geojson":
        try:
            json.loads(path.read_bytes())
        except json.JSONDecodeError as error:
            expected = "GeoJSON coupé ou mal formé à cet endroit ; attendu : un fichier entier"
            return _refused(name, expected, error.lineno)
        except UnicodeDecodeError:
            return _refused(name, "attendu : un texte en UTF-8")
    kinds = {
        ".geojson": "GeoJSON",
        ".gpkg": "GeoPackage",
        ".shp": "shapefile",
        ".parquet": "GeoParquet",
    }
    kind = kinds[path.suffix.lower()]
    return _refused(name, f"couche illisible ; attendu : un {kind} entier, avec des contours")


def _layer_of(path: Path, kind: str, name: str) -> str | None:
    """Return which layer of a file to read: its only one, or the one called as the file."""
    import pyogrio

    layers = [str(layer) for layer in pyogrio.list_layers(path)[:, 0]]
    named = [layer for layer in layers if layer.lower() == kind]
    if len(layers) > 1 and not named:
        expected = f"{len(layers)} couches ({listed(layers)}) ; attendu : une seule, ou l’une nommée {kind}"
        raise _refused(name, expected)
    return next(iter(named or layers), None)


def _open(path: Path, kind: str, name: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    suffix = path.suffix.lower()
    if suffix == ".shp" and (absent := [part for part in PARTS if part not in _beside(path)]):
        missing = listed([f"{path.stem}{part}" for part in absent])
        raise _refused(name, f"shapefile incomplet ; attendu : {missing} à côté")
    try:
        # What the libraries warn of, in English, is checked below or changes nothing.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if suffix == ".parquet":
                layer = gpd.read_parquet(path)
            else:
                # Only a GeoPackage may hold several layers.
                of_file = _layer_of(path, kind, name) if suffix == ".gpkg" else None
                layer = gpd.read_file(path, layer=of_file)
    except SourceError:
        raise
    except Exception:  # the libraries raise a dozen unrelated classes, and name whole paths
        raise _unreadable(path, name) from None
    if not isinstance(layer, gpd.GeoDataFrame) or not len(layer):
        raise _refused(name, "couche vide ; attendu : des contours")
    if layer.crs is None:
        raise _refused(
            name,
            "couche sans système de coordonnées ; attendu : un CRS déclaré (un fichier .prj pour "
            "un shapefile), par exemple EPSG:2154",
        )
    return layer


def _column(layer: gpd.GeoDataFrame, accepted: tuple[str, ...]) -> str | None:
    by_name = {str(column).lower(): str(column) for column in layer.columns}
    return next((by_name[name] for name in accepted if name in by_name), None)


def _in_degrees(layer: gpd.GeoDataFrame, name: str) -> npt.NDArray[np.object_]:
    import pyproj.exceptions

    try:
        return layer.geometry.to_crs(DEGREES).to_numpy()
    except pyproj.exceptions.ProjError:
        expected = f"système de coordonnées {_system(layer)} sans lien avec la Terre ; attendu : par exemple EPSG:2154"
        raise _refused(name, expected) from None


def _system(layer: gpd.GeoDataFrame) -> str:
    """Return how messages name the declared system of coordinates."""
    authority = layer.crs.to_authority()
    return ":".join(authority) if authority else str(layer.crs.name)


def _astray(
    system: str, geographic: bool, as_read: tuple[float, ...], degrees: tuple[float, ...]
) -> str | None:
    """Return what is wrong with the place of a feature, in French, or None.

    A declared system that is wrong shows before any conversion: degrees beyond their range,
    metres within that of degrees.
    """
    if geographic and max(map(abs, as_read)) <= 180:
        return misplaced(*as_read)
    if not geographic and not outside(*degrees):
        return None
    if geographic:
        fault = f"coordonnées en mètres, alors que le système déclaré ({system}) est en degrés"
    elif max(map(abs, as_read)) <= 180:
        fault = f"coordonnées en degrés, alors que le système déclaré ({system}) est en mètres"
    else:
        fault = f"hors de France métropolitaine, une fois lu en {system}"
    return f"{fault} ; attendu : le système dans lequel le fichier est écrit"


def _told(name: str, faults: list[tuple[int, str, str]], count: int) -> list[Problem]:
    """Return a problem a feature, or one for all when many have the same fault."""
    by_fault: dict[str, list[tuple[int, str]]] = {}
    for feature, key, fault in faults:
        by_fault.setdefault(fault, []).append((feature, key))
    problems = []
    for fault, features in by_fault.items():
        if len(features) > _MANY:
            some = ", ".join(key or str(feature) for feature, key in features[:3])
            share = f"{format_number(len(features))} objets sur {format_number(count)}"
            problems.append(Problem(name, None, None, None, f"{share} ({some}…) : {fault}"))
            continue
        problems += [
            Problem(f"{name}, objet {feature}", None, None, key or None, fault)
            for feature, key in features
        ]
    return problems


def read_layer(
    path: Path, kind: str, root: Path, departments: Collection[str] = ()
) -> gpd.GeoDataFrame:
    """Return a layer in Lambert-93.

    Parameters
    ----------
    path : pathlib.Path
        GeoJSON, GeoPackage, shapefile or GeoParquet. Of several layers in one file, the one
        called `kind`.
    kind : str
        ``communes``, ``neighbours`` or ``rivers``.
    root : pathlib.Path
        Folder that messages name files from.
    departments : collection of str, optional
        How the codes of the communes to keep begin, such as ``{"41"}``: the others of a national
        layer are neither kept nor checked. By default, all are.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:2154, columns ``code`` (str, empty for rivers without one), ``name`` (str, empty when
        the layer has none), ``feature`` (int, its rank from 1 in the file) and ``geometry``, flat.

    Raises
    ------
    SourceError
        When the file cannot be read, is incomplete or empty, has no coordinate system or another
        than it declares; with every feature without a code, without a shape, of another kind of
        shape, invalid, outside France, or whose axes are exchanged.
    """
    import geopandas as gpd
    import numpy as np
    import shapely

    name = path.relative_to(root).as_posix()
    layer = _open(path, kind, name)
    polygons = LAYERS[kind]
    code, label = _column(layer, _CODE), _column(layer, _NAME)
    if polygons and code is None:
        expected = f"colonne absente ; attendu : l’une de {', '.join(_CODE)}"
        raise SourceError([Problem(name, None, "code", None, expected)])
    count = len(layer)
    codes = [""] * count if code is None else _texts(layer[code], 5 if kind == "communes" else 0)
    names = [""] * count if label is None else _texts(layer[label])
    features = list(range(1, count + 1))
    if kind == "communes" and departments:
        kept = [i for i, key in enumerate(codes) if not key or key[:2] in departments]
        if not kept:
            expected = (
                f"aucune commune dont le code commence par {' ou '.join(sorted(departments))}, sur "
                f"{format_number(count)} objets ; attendu : les communes du département"
            )
            raise SourceError([Problem(name, None, None, None, expected)])
        if len(kept) < count:
            layer = layer.iloc[kept]
            codes, names = [codes[i] for i in kept], [names[i] for i in kept]
            features = [features[i] for i in kept]
    wanted, shape = (_POLYGONS, "un polygone") if polygons else (_LINES, "une ligne")
    system, geographic = _system(layer), bool(layer.crs.is_geographic)
    shapes = layer.geometry.to_numpy()
    faults = []
    for key, feature, geometry, valid, read, extent in zip(
        codes, features, shapes, shapely.is_valid(shapes), shapely.bounds(shapes).tolist(),
        shapely.bounds(_in_degrees(layer, name)).tolist(), strict=True,
    ):  # fmt: skip
        fault = None
        if polygons and not key:
            fault = "attendu : un code"
        elif geometry is None or geometry.is_empty:
            fault = f"sans contour ; attendu : {shape}"
        elif geometry.geom_type not in wanted:
            fault = f"{geometry.geom_type} lu ; attendu : {shape}"
        elif place := _astray(system, geographic, tuple(read), tuple(extent)):
            fault = place
        elif not valid:
            reason = shapely.is_valid_reason(geometry)
            fault = f"contour invalide ({reason}) ; attendu : un contour qui ne se croise pas"
        if fault:
            faults.append((feature, key, fault))
    if faults:
        raise SourceError(_told(name, faults, count))
    metres = np.array([_plain(g) for g in layer.geometry.to_crs(LAMBERT_93).to_numpy()])
    return gpd.GeoDataFrame(
        {"code": codes, "name": names, "feature": features},
        geometry=shapely.transform(metres, lambda xy: xy.round(DIGITS)),
        crs=LAMBERT_93,
    )


def _plain(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a collection of one part as that part: a tool's habit, not a fact."""
    parts = getattr(shape, "geoms", [shape])
    return parts[0] if len(parts) == 1 else shape


def _texts(column: pd.Series, width: int = 0) -> list[str]:
    """Return cells as text, whole numbers without decimals.

    A column of numbers has lost the zero that codes of `width` characters begin with: it is given
    back. Text is left as it is: there, a short code is a mistake.

    Examples
    --------
    >>> import pandas as pd
    >>> _texts(pd.Series([1001.0, 41018.0]), 5), _texts(pd.Series(["4101", None]), 5)
    (['01001', '41018'], ['4101', ''])
    """
    import pandas as pd

    numbers = pd.api.types.is_numeric_dtype(column)
    whole = column.astype(object).map(
        lambda v: int(v) if isinstance(v, float) and v.is_integer() else v
    )
    texts = ["" if pd.isna(v) else str(v).strip() for v in whole]
    return [text.zfill(width) if numbers and text else text for text in texts]
