"""Communes, groups of communes, places and their events, in the formats that other tools read.

GeoPackage (QGIS; Lambert-93), GeoJSON (RFC 7946; degrees) and CSV with coordinates, with a file
that says where each layer comes from. The same bytes every time; every file or none.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solidata import catalog, home
from solidata.exports.layers import LAYERS, TABLES, layer, unknown
from solidata.french import format_number, listed, plural
from solidata.problems import RefusedError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FORMATS = ("gpkg", "geojson", "csv")
EVERYTHING = "tout"
SOURCES = "SOURCES.md"
DEGREES = 4326
DEGREE_DIGITS = 6
"""Decimals of a degree (RFC 7946, section 11.2): a tenth of a metre, as the outlines are kept."""


def _plain(frame: gpd.GeoDataFrame | pd.DataFrame) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return `frame` with columns that every format has: text, whole numbers, numbers."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in frame.columns.drop("geometry", errors="ignore"):
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
    places = set(catalog.load("places", folder)["source_id"])
    used["lieux"] = places | set(communes["source_id"]) | set(epci["source_id"])
    used["evenements"] = set(catalog.load("place_events", folder)["source_id"])
    return {name: sources[sources["source_id"].isin(ids)] for name, ids in used.items()}


def _said(row: pd.Series) -> str:
    """Return a source as one French sentence: title, publisher, vintage, licence."""
    import pandas as pd

    parts = [row["title"], row["publisher"]]
    parts.append("sans date" if pd.isna(row["published"]) else row["published"])
    parts.append("licence non précisée" if pd.isna(row["licence"]) else row["licence"])
    if pd.notna(row["url"]):
        parts.append(row["url"])
    return "\u00a0; ".join(parts)


def _provenance(folder: Path | None, years: list[int]) -> str:
    """Return the text of :data:`SOURCES`, the same whatever is exported beside it."""
    lines = ["# D’où viennent ces couches", ""]
    lines += ["Produit par `solidata export` à partir de `data/processed`.", ""]
    lines += [
        "- GeoPackage\u00a0: Lambert-93 (EPSG:2154), en mètres. GeoJSON\u00a0: longitude et latitude "
        f"(RFC 7946), {DEGREE_DIGITS} décimales. CSV\u00a0: séparateur `;`, virgule décimale, UTF-8\u00a0; "
        "`lon` et `lat` en degrés, `x` et `y` en Lambert-93, d’un point intérieur pour une surface.",
        f"- Population municipale de {listed([str(y) for y in years])}.",
        "- Les colonnes sont celles du dictionnaire (`data/processed/dictionary.md`)\u00a0; `communes` est "
        "le nombre de communes d’un groupe, `commune` le nom de celle d’un lieu\u00a0; une colonne "
        "`…_label` donne en français la valeur de celle qui la précède.",
        "",
    ]
    for name, sources in _sources(folder).items():
        title, warning = LAYERS[name]
        lines += [f"## `{name}`\u00a0: {title}", "", warning.rstrip(".") + ".", ""]
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


def _gpkg(
    frames: dict[str, gpd.GeoDataFrame | pd.DataFrame], said: dict[str, str], day: str
) -> bytes:
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="solidata-") as beside, _dated(day):
        path = Path(beside) / "couches.gpkg"
        for number, (name, frame) in enumerate(frames.items()):
            title = LAYERS[name][0]
            shaped = {
                "promote_to_multi": name != "lieux",
                "geometry_type": "Point" if name == "lieux" else "MultiPolygon",
            }
            pyogrio.write_dataframe(
                _plain(frame.drop(columns=["x", "y"], errors="ignore")),
                path,
                layer=name,
                driver="GPKG",
                append=number > 0,
                **({} if name in TABLES else shaped),
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


def _csv(frame: gpd.GeoDataFrame | pd.DataFrame) -> bytes:
    """Return a layer as a French spreadsheet opens it, with the coordinates of its points."""
    import geopandas as gpd

    table = _plain(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        points = gpd.GeoSeries.from_xy(frame["x"], frame["y"], crs=frame.crs).to_crs(DEGREES)
        table = table.drop(columns=["geometry", "x", "y"]).assign(
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
        of its own for a single layer; the others are a file a layer. A table without geometry
        has no GeoJSON.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.
    step : callable, optional
        Told in French what is being done.

    Raises
    ------
    RefusedError
        When a layer or a format is unknown, or only GeoJSON is asked of a table without geometry,
        before anything is written.
    NoDataError
        When no document gives the outlines that a layer needs.
    """
    what, formats = list(dict.fromkeys(what)), list(dict.fromkeys(formats))
    for word in what:
        if word not in {*LAYERS, EVERYTHING}:
            raise RefusedError(unknown("couche", word, [*LAYERS, EVERYTHING]))
    for word in formats:
        if word not in FORMATS:
            raise RefusedError(unknown("format", word, FORMATS))
    if formats == ["geojson"] and what and set(what) <= set(TABLES):
        raise RefusedError(
            f"{listed(what)}\u00a0: sans géométrie, pas de GeoJSON\u00a0; au choix\u00a0: gpkg, csv."
        )
    names = list(LAYERS) if EVERYTHING in what else [name for name in LAYERS if name in what]
    frames = {}
    for name in names:
        step(LAYERS[name][0])
        frames[name] = layer(name, folder)
    said = {}
    for name, sources in _sources(folder).items():
        behind = " | ".join(_said(row) for _, row in sources.iterrows())
        said[name] = f"{LAYERS[name][1].rstrip('.')}. Sources\u00a0: {behind}"
    contents: dict[Path, bytes] = {}
    if "gpkg" in formats:
        step("GeoPackage")
        stem = names[0] if len(names) == 1 else "couches"
        contents[out / f"{stem}.gpkg"] = _gpkg(frames, said, _vintage(folder))
    for name, frame in frames.items():
        if "geojson" in formats and name not in TABLES:
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
