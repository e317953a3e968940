"""Communes, groups of communes and places, in the formats that other tools read.

GeoPackage (QGIS; Lambert-93), GeoJSON (RFC 7946; degrees) and CSV with coordinates, with a file
that says where each layer comes from. The same bytes every time; every file or none.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solidata import catalog, home
from solidata.analysis.geography import dissolve
from solidata.french import format_number, listed, nearest, plural, quote
from solidata.problems import RefusedError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FORMATS = ("gpkg", "geojson", "csv")
EVERYTHING = "tout"
SOURCES = "SOURCES.md"
LAMBERT_93, DEGREES = 2154, 4326
DEGREE_DIGITS = 6
"""Decimals of a degree (RFC 7946, section 11.2): a tenth of a metre, as the outlines are kept."""
_PROVENANCE = ("line", "line_end", "printed")

_INFERRED = (
    "Le territoire d’action sociale de chaque EPCI est inféré : aucune source publique ne "
    "l’imprime. `territory_confidence` en dit la solidité"
)
_OUTLINE = "Contours généralisés : les superficies en découlent"
LAYERS: dict[str, tuple[str, str]] = {
    "communes": ("Communes", f"{_OUTLINE}. {_INFERRED}."),
    "epci": ("Intercommunalités, pour leurs communes du département", f"{_OUTLINE}. {_INFERRED}."),
    "arrondissements": ("Arrondissements", f"{_OUTLINE}."),
    "territoires": (
        "Territoires d’action sociale",
        f"{_OUTLINE}. {_INFERRED} : ici, celle du moins sûr de ses EPCI.",
    ),
    "departement": ("Département", f"{_OUTLINE}."),
    "lieux": (
        "Lieux d’accueil",
        "N’y figure que ce qui est publié. `point_from` dit d’où vient le point : "
        "`coordinates`, des coordonnées publiées ; `commune`, le point de la commune, faute de mieux "
        "(lieux superposés). `in_announced_total` à `inferred` : parmi les points annoncés, sans "
        "qu’une source le dise ; à `no` : contexte",
    ),
}
"""French title of each layer, and what its reader must know."""


def _communes(folder: Path | None) -> gpd.GeoDataFrame:
    return catalog.load_geography(folder).communes.sort_values("insee_code", ignore_index=True)


def _groups(by: str, table: str, keep: list[str], folder: Path | None) -> gpd.GeoDataFrame:
    """Return the outlines of a table's rows, each with its communes, population and area."""
    communes = _communes(folder)
    return _described(communes, by).merge(
        catalog.load(table, folder)[[by, *keep]], on=by, how="left", validate="1:1"
    )


def _described(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    whole = dissolve(communes, by)
    members = communes.groupby(by, observed=True)
    whole["communes"] = whole[by].map(members.size())
    whole["population_year"] = whole[by].map(members["population_year"].max())
    # The weakest, not the strongest: categories run from the surest to the least sure.
    weakest = members["territory_confidence"].max().astype(object)
    whole["territory_confidence"] = whole[by].map(weakest)
    return whole


def layer(name: str, folder: Path | None = None) -> gpd.GeoDataFrame:
    """Return one of :data:`LAYERS` in Lambert-93.

    Parameters
    ----------
    name : str
        Such as ``"communes"`` or ``"lieux"``.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:2154. The key first, columns named as in the dictionary, ``communes`` (how many) for
        groups, ``x`` and ``y`` (metres) of a point inside, and ``geometry``.

    Raises
    ------
    RefusedError
        When there is no such layer; the message gives the nearest.
    NoDataError
        When no document gives the outlines of the communes, which places do without.

    Examples
    --------
    >>> layer("arrondissements")[["name", "communes"]].to_numpy().tolist()
    [['Blois', 93], ['Vendôme', 100], ['Romorantin-Lanthenay', 74]]
    """
    import geopandas as gpd

    numbers = ["communes", "population", "population_year", "area_km2"]
    territory = ["territory_id", "territory_confidence"]
    match name:
        case "communes":
            frame = _communes(folder).drop(columns=[*_PROVENANCE])
            return frame[[*(c for c in frame if c != "geometry"), "geometry"]]
        case "lieux":
            table = catalog.load("places", folder).drop(columns=[*_PROVENANCE, "lon", "lat"])
            points = gpd.GeoSeries.from_xy(table["x"], table["y"], crs=LAMBERT_93)
            return gpd.GeoDataFrame(table, geometry=points.where(table["x"].notna(), None))
        case "epci":
            frame = _groups("epci_id", "epci", ["name", "nature", "territory_id", "note"], folder)
            columns = ["epci_id", "name", "nature", *territory, "note", *numbers]
        case "arrondissements":
            frame = _groups("arrondissement_id", "arrondissements", ["name"], folder)
            columns = ["arrondissement_id", "name", *numbers]
        case "territoires":
            frame = _groups("territory_id", "territories", ["label"], folder)
            columns = ["territory_id", "label", "territory_confidence", *numbers]
        case "departement":
            communes = _communes(folder)
            code = communes["insee_code"].str[:2]
            frame = _described(communes.assign(departement=code), "departement")
            columns = ["departement", *numbers]
        case _:
            raise RefusedError(_unknown("couche", name, [*LAYERS, EVERYTHING]))
    point = frame.representative_point()
    frame = frame.assign(x=point.x.round(1), y=point.y.round(1))
    return frame[[*columns, "x", "y", "geometry"]]


def _unknown(what: str, word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    hint = f" (le plus proche : {near})" if near else ""
    return f"{what} {quote(word)} inconnu{'e' if what == 'couche' else ''} ; au choix : {', '.join(known)}{hint}"


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with columns that every format has: text, whole numbers, numbers."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in frame.columns.drop("geometry"):
        column = frame[name]
        if pd.api.types.is_integer_dtype(column) and column.notna().all():
            columns[name] = column.astype("int64")
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.astype("float64")
        else:
            columns[name] = column.astype(object).where(column.notna(), None)
    return frame.assign(**columns)


# --- what is written ---------------------------------------------------------------------


def _sources(folder: Path | None) -> dict[str, pd.DataFrame]:
    """Return the rows of ``sources`` that stand behind each layer."""
    sources = catalog.load("sources", folder)
    communes, epci = catalog.load("communes", folder), catalog.load("epci", folder)
    behind = set(communes["source_id"]) | set(epci["source_id"])
    with contextlib.suppress(RefusedError):  # places do without outlines
        behind |= set(catalog.load_geography(folder).communes["outline_source"])
    used = dict.fromkeys(LAYERS, behind)
    used["lieux"] = set(catalog.load("places", folder)["source_id"])
    return {name: sources[sources["source_id"].isin(ids)] for name, ids in used.items()}


def _said(row: pd.Series) -> str:
    """Return a source as one French sentence: title, publisher, vintage, licence."""
    import pandas as pd

    parts = [row["title"], row["publisher"]]
    parts.append("sans date" if pd.isna(row["published"]) else row["published"])
    parts.append("licence non précisée" if pd.isna(row["licence"]) else row["licence"])
    if pd.notna(row["url"]):
        parts.append(row["url"])
    return " ; ".join(parts)


def _provenance(folder: Path | None, years: list[int]) -> str:
    """Return the text of :data:`SOURCES`, the same whatever is exported beside it."""
    lines = ["# D’où viennent ces couches", ""]
    lines += ["Produit par `solidata export` à partir de `data/processed`.", ""]
    lines += [
        "- GeoPackage : Lambert-93 (EPSG:2154), en mètres. GeoJSON : longitude et latitude "
        f"(RFC 7946), {DEGREE_DIGITS} décimales. CSV : séparateur `;`, virgule décimale, UTF-8 ; "
        "`lon` et `lat` en degrés, `x` et `y` en Lambert-93, d’un point intérieur pour une surface.",
        f"- Population municipale de {listed([str(y) for y in years])}.",
        "- Les colonnes sont celles du dictionnaire (`data/processed/dictionary.md`) ; `communes` est "
        "le nombre de communes.",
        "",
    ]
    for name, sources in _sources(folder).items():
        title, warning = LAYERS[name]
        lines += [f"## `{name}` : {title}", "", warning.rstrip(".") + ".", ""]
        lines += [f"- {_said(row)}." for _, row in sources.iterrows()]
        lines.append("")
    return "\n".join(lines)


@contextlib.contextmanager
def _dated(day: str) -> Iterator[None]:
    """Have GDAL write `day` wherever it would write the present: the same bytes every time."""
    import pyogrio

    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: f"{day}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _gpkg(frames: dict[str, gpd.GeoDataFrame], said: dict[str, str], day: str) -> bytes:
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="solidata-") as beside, _dated(day):
        path = Path(beside) / "couches.gpkg"
        for number, (name, frame) in enumerate(frames.items()):
            title = LAYERS[name][0]
            pyogrio.write_dataframe(
                _plain(frame.drop(columns=["x", "y"])),
                path,
                layer=name,
                driver="GPKG",
                append=number > 0,
                promote_to_multi=name != "lieux",
                geometry_type="Point" if name == "lieux" else "MultiPolygon",
                layer_options={"IDENTIFIER": title, "DESCRIPTION": said[name]},
                layer_metadata={"SOURCES": said[name]},
            )
        return path.read_bytes()


def _geojson(name: str, frame: gpd.GeoDataFrame, said: str) -> bytes:
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="solidata-") as beside:
        path = Path(beside) / f"{name}.geojson"
        pyogrio.write_dataframe(
            _plain(frame.drop(columns=["x", "y"])).to_crs(DEGREES),
            path,
            layer=name,
            driver="GeoJSON",
            layer_options={
                "RFC7946": "YES",
                "COORDINATE_PRECISION": str(DEGREE_DIGITS),
                "WRITE_BBOX": "YES",
                "DESCRIPTION": said,
            },
        )
        return path.read_bytes()


def _csv(frame: gpd.GeoDataFrame) -> bytes:
    """Return a layer as a French spreadsheet opens it, with the coordinates of its points."""
    import geopandas as gpd

    plain = _plain(frame)
    points = gpd.GeoSeries.from_xy(frame["x"], frame["y"], crs=LAMBERT_93).to_crs(DEGREES)
    table = plain.drop(columns=["geometry", "x", "y"]).assign(
        lon=points.x.round(DEGREE_DIGITS),
        lat=points.y.round(DEGREE_DIGITS),
        x=frame["x"],
        y=frame["y"],
    )
    text = table.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def export(
    out: Path,
    what: Iterable[str] = (EVERYTHING,),
    formats: Iterable[str] = FORMATS,
    folder: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write layers in the formats asked for, and :data:`SOURCES`; return the files.

    Parameters
    ----------
    out : pathlib.Path
        The folder, made if it is not there. Other files in it stay.
    what : iterable of str
        Of :data:`LAYERS`, or ``tout``.
    formats : iterable of str
        Of :data:`FORMATS`. A GeoPackage holds the layers together: ``couches.gpkg``, or a file
        of its own for a single layer; the others are a file a layer.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.
    step : callable, optional
        Told in French what is being done.

    Raises
    ------
    RefusedError
        When a layer or a format is unknown, before anything is written.
    NoDataError
        When no document gives the outlines that a layer needs.
    """
    what, formats = list(dict.fromkeys(what)), list(dict.fromkeys(formats))
    for word in what:
        if word not in {*LAYERS, EVERYTHING}:
            raise RefusedError(_unknown("couche", word, [*LAYERS, EVERYTHING]))
    for word in formats:
        if word not in FORMATS:
            raise RefusedError(_unknown("format", word, FORMATS))
    names = list(LAYERS) if EVERYTHING in what else [name for name in LAYERS if name in what]
    frames = {}
    for name in names:
        step(LAYERS[name][0])
        frames[name] = layer(name, folder)
    said = {}
    for name, sources in _sources(folder).items():
        behind = " | ".join(_said(row) for _, row in sources.iterrows())
        said[name] = f"{LAYERS[name][1].rstrip('.')}. Sources : {behind}"
    contents: dict[Path, bytes] = {}
    if "gpkg" in formats:
        step("GeoPackage")
        stem = names[0] if len(names) == 1 else "couches"
        contents[out / f"{stem}.gpkg"] = _gpkg(frames, said, _vintage(folder))
    for name, frame in frames.items():
        if "geojson" in formats:
            step(f"{name}.geojson")
            contents[out / f"{name}.geojson"] = _geojson(name, frame, said[name])
        if "csv" in formats:
            contents[out / f"{name}.csv"] = _csv(frame)
    years = sorted(set(catalog.load("communes", folder)["population_year"]))
    contents[out / SOURCES] = _provenance(folder, years).encode()
    return home.write_all(contents)


def _vintage(folder: Path | None) -> str:
    """Return the last day a source of these layers was published."""
    published = [s["published"] for s in _sources(folder).values()]
    days = {day for column in published for day in column.dropna() if len(day) == 10}
    return max(days, default="2000-01-01")


def summary(files: list[Path], out: Path) -> str:
    """Return what was written, in French."""
    size = sum(file.stat().st_size for file in files) / 1e6
    count = len(files)
    return f"{count} {plural(count, 'fichier')} dans {out} ({format_number(round(size, 1))} Mo)."
