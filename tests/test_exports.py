"""Layers for other tools: what a reader of each format finds, where it comes from, the same bytes."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from solidata import exports
from solidata.analysis.geography import dissolve
from solidata.catalog import load, load_geography
from solidata.cli import main
from solidata.problems import NoDataError, RefusedError
from solidata.tables import OUTLINES

NB = "\u00a0"
COUNTS = {
    "communes": 267,
    "epci": 12,
    "arrondissements": 3,
    "territoires": 3,
    "departement": 1,
    "lieux": 40,
}
EVENTS = "evenements"
TABLES = {**COUNTS, EVENTS: 18}
POPULATION = 328_543


@pytest.fixture(scope="module")
def processed(project):
    return project / "data" / "processed"


@pytest.fixture(scope="module")
def out(tmp_path_factory, processed):
    """Return a folder with everything, in every format. Not to be modified."""
    folder = tmp_path_factory.mktemp("export")
    exports.export(folder, folder=processed)
    return folder


def rows_of(path):
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


# --- what is exported --------------------------------------------------------------------


def test_everything_is_there_and_nothing_else(out):
    files = {f"{name}.geojson" for name in COUNTS} | {f"{name}.csv" for name in TABLES}
    assert {p.name for p in out.iterdir()} == files | {"couches.gpkg", "SOURCES.md"}


def test_the_geopackage_as_a_tool_lists_it(out):
    path = out / "couches.gpkg"
    assert dict(pyogrio.list_layers(path)) == {
        name: {"lieux": "Point", EVENTS: None}.get(name, "MultiPolygon") for name in TABLES
    }
    for name, count in TABLES.items():
        info = pyogrio.read_info(path, layer=name, force_feature_count=True)
        crs = None if name == EVENTS else "EPSG:2154"
        assert (info["crs"], info["features"]) == (crs, count)
        assert "Sources\u00a0: " in info["layer_metadata"]["SOURCES"]
        assert "Licence Ouverte 2.0" in info["layer_metadata"]["DESCRIPTION"]


def test_the_geopackage_has_the_columns_of_the_dictionary(out, processed):
    path = out / "couches.gpkg"
    communes = gpd.read_file(path, layer="communes")
    known = {*load("communes", processed).columns, "outline_source", "geometry"}
    assert set(communes.columns) <= known
    assert communes["population"].sum() == POPULATION
    assert str(communes["population"].dtype).startswith("int")
    assert communes["insee_code"].str.len().eq(5).all()
    for name in ("epci", "arrondissements", "territoires", "departement"):
        groups = gpd.read_file(path, layer=name)
        assert groups["population"].sum() == POPULATION, name
        assert groups["communes"].sum() == 267, name
        assert groups.area.sum() == pytest.approx(communes.area.sum(), abs=100), name
        assert groups.is_valid.all(), name
    places = gpd.read_file(path, layer="lieux").set_index("place_id")
    table = load("places", processed).set_index("place_id").loc[places.index]
    assert (places.geometry.x.to_numpy() == table["x"].to_numpy()).all()
    assert places["kind"].tolist() == table["kind"].astype(str).tolist()


def test_a_place_says_its_commune_its_epci_and_its_territory(out, processed):
    places = gpd.read_file(out / "couches.gpkg", layer="lieux").set_index("place_id")
    blois = places.loc["mds-blois"]
    # Agglopolys (200030385) is « fair » in the table of EPCI.
    assert blois[["insee_code", "commune", "epci_id", "territory_id", "territory_confidence"]].tolist() == [
        "41018", "Blois", "200030385", "centre", "fair",
    ]  # fmt: skip
    assert blois[["kind_label", "state_label"]].tolist() == [
        "Maison départementale des solidarités (MDS)", "Ouverte",
    ]  # fmt: skip
    communes = load("communes", processed).set_index("insee_code")
    for column, theirs in (("commune", "name"), ("epci_id", "epci_id")):
        known = places["insee_code"].map(communes[theirs].astype(object))
        assert places[column].tolist() == known.tolist(), column
    assert list(rows_of(out / "lieux.csv")[0])[4:9] == [
        "insee_code", "commune", "epci_id", "territory_id", "territory_confidence",
    ]  # fmt: skip


def test_a_place_elsewhere_has_no_commune_and_is_not_lost(tmp_path, processed):
    folder = tmp_path / "processed"
    shutil.copytree(processed, folder)
    places = pd.read_csv(folder / "places.csv", dtype=str, keep_default_na=False)
    places.loc[places["place_id"] == "mds-blois", "insee_code"] = "37261"
    places.to_csv(folder / "places.csv", index=False)
    exports.export(tmp_path / "x", ["lieux", EVENTS], ["csv"], folder)
    rows = rows_of(tmp_path / "x" / "lieux.csv")
    away = next(r for r in rows if r["place_id"] == "mds-blois")
    assert (len(rows), away["insee_code"], away["commune"], away["territory_id"]) == (40, "37261", "", "")  # fmt: skip
    assert len(rows_of(tmp_path / "x" / f"{EVENTS}.csv")) == TABLES[EVENTS]


def test_events_say_the_name_of_their_place_and_days_without_hours(out, processed):
    read = pyogrio.read_dataframe(out / "couches.gpkg", layer=EVENTS).set_index("place_event_id")
    assert set(read["place_id"]) <= set(load("places", processed)["place_id"])
    assert sorted(read.index) == sorted(load("place_events", processed)["place_event_id"])
    opening = read.loc["mds-mer.ouverture"]
    assert opening[["name", "commune", "event", "event_label", "date_min", "date_max"]].tolist() == [
        "MDS de Mer", "Mer", "open", "Ouverture", "2024-12-09", "2024-12-09",
    ]  # fmt: skip
    rows = {row["place_event_id"]: row for row in rows_of(out / f"{EVENTS}.csv")}
    blois = rows["mds-blois.ouverture"]  # « début 2024 au plus tard »: no first day
    assert (blois["date_min"], blois["date_max"]) == ("", "2024-12-31")


@pytest.mark.parametrize("formats", [["gpkg"], ["csv"], ["gpkg", "geojson", "csv"]])
def test_events_alone(tmp_path, processed, formats):
    files = exports.export(tmp_path, [EVENTS], formats, processed)
    expected = {f"{EVENTS}.{f}" for f in formats if f != "geojson"} | {"SOURCES.md"}
    assert {f.name for f in files} == expected


def test_the_weakest_inference_is_that_of_the_territory(out):
    territories = gpd.read_file(out / "couches.gpkg", layer="territoires").set_index("label")
    # Centre: Grand Chambord strong, Agglopolys fair, Beauce Val de Loire weak.
    assert territories["territory_confidence"].to_dict() == {
        "Centre": "weak",
        "Nord": "fair",
        "Sud": "strong",
    }


@pytest.mark.parametrize("name", COUNTS)
def test_geojson_is_as_rfc_7946_asks(out, name):
    data = json.loads((out / f"{name}.geojson").read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    assert "crs" not in data  # section 4: always degrees
    assert "Sources\u00a0: " in data["description"]
    assert len(data["features"]) == COUNTS[name]
    west, south, east, north = data["bbox"]
    assert 0.5 < west < east < 2.3  # longitude first
    assert 47.1 < south < north < 48.2
    for feature in data["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.within(shapely.box(west - 1e-6, south - 1e-6, east + 1e-6, north + 1e-6))
        # Section 3.1.6: outer rings anticlockwise, holes clockwise.
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)
        xy = shapely.get_coordinates(shape)
        assert (abs(xy - xy.round(exports.DEGREE_DIGITS)) < 1e-12).all()


def test_geojson_stands_where_the_outlines_do(out, processed):
    read = gpd.read_file(out / "communes.geojson").set_index("insee_code")
    kept = load_geography(processed).communes.set_index("insee_code")
    back = read.geometry.to_crs(2154)
    apart = [shapely.hausdorff_distance(back[c], kept.geometry[c]) for c in kept.index]
    assert max(apart) < 0.2  # metres: six decimals of a degree are a tenth of a metre


@pytest.mark.parametrize("name", COUNTS)
def test_csv_opens_in_a_french_spreadsheet(out, name):
    data = (out / f"{name}.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    rows = rows_of(out / f"{name}.csv")
    assert len(rows) == COUNTS[name]
    assert list(rows[0])[-4:] == ["lon", "lat", "x", "y"]
    number = {k: [float(r[k].replace(",", ".")) for r in rows] for k in ("lon", "lat", "x", "y")}
    assert not any("." in row["lon"] for row in rows)
    frame = gpd.GeoSeries.from_xy(number["lon"], number["lat"], crs=4326).to_crs(2154)
    assert max(abs(frame.x - number["x"])) < 0.2
    assert max(abs(frame.y - number["y"])) < 0.2


def test_csv_keeps_what_is_unknown_unknown(out, processed):
    rows = {row["place_id"]: row for row in rows_of(out / "lieux.csv")}
    mds = rows["mds-blois"]
    assert (mds["address"], mds["point_from"], mds["located_to"]) == ("", "commune", "commune")
    published = rows["fs-bus-mer"]
    assert (published["lon"], published["lat"]) == ("1,508583", "47,699867")
    assert published["point_from"] == "coordinates"


def test_every_file_says_where_it_comes_from(out):
    text = (out / "SOURCES.md").read_text(encoding="utf-8")
    for name in TABLES:
        section = text.split(f"## `{name}`\u00a0: ")[1].split("\n## ")[0]
        assert "Licence Ouverte 2.0" in section, name
        assert ("© IGN" in section) == (name not in {"lieux", EVENTS})
    # Whose communes a place is said to be in:
    assert "Code officiel géographique" in text.split("## `lieux`")[1].split("\n## ")[0]
    assert "2024-02-22" in text
    assert "Population municipale de 2023." in text
    assert "inféré" in text
    assert "licence non précisée" in text  # of the press: not made up


# --- how it is written -------------------------------------------------------------------


def test_the_bytes_are_the_same_in_any_process(tmp_path, out, project):
    folder = tmp_path / "encore"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "SOLIDATA_HOME": str(project)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "solidata", "export", "--out", str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"15 fichiers dans {folder} (" in done.stdout
    written = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert written == {p.name: p.read_bytes() for p in out.iterdir()}


@pytest.mark.parametrize("before", [None, "2001-02-03T04:05:06.000Z"])
def test_the_date_that_gdal_writes_is_put_back(tmp_path, processed, before):
    option = "OGR_CURRENT_DATE"
    pyogrio.set_gdal_config_options({option: before})
    try:
        exports.export(tmp_path, ["departement"], ["gpkg"], processed)
        assert pyogrio.get_gdal_config_option(option) == before
    finally:
        pyogrio.set_gdal_config_options({option: None})


def test_one_layer_in_one_format(tmp_path, project, monkeypatch, capsys):
    monkeypatch.setenv("SOLIDATA_HOME", str(project))
    (tmp_path / "note.txt").write_text("reste", encoding="utf-8")
    words = ["export", "--what", "lieux", "--format", "gpkg", "--out", str(tmp_path)]
    assert main(words) == 0
    assert {p.name for p in tmp_path.iterdir()} == {"lieux.gpkg", "SOURCES.md", "note.txt"}
    assert f"2 fichiers dans {tmp_path}" in capsys.readouterr().out
    assert pyogrio.list_layers(tmp_path / "lieux.gpkg")[:, 0].tolist() == ["lieux"]


def test_what_is_exported_can_be_read_back_as_a_layer(raw_copy, out):
    # The GeoPackage has several layers, one of them called communes.
    folder = raw_copy / "ign-admin-express-2024"
    before = raw_copy.read().layers["communes"]
    (folder / "communes.geojson").unlink()
    shutil.copy(out / "couches.gpkg", folder / "communes.gpkg")
    after = raw_copy.read().layers["communes"]
    assert after["code"].tolist() == before["code"].tolist()
    assert shapely.equals_exact(after.geometry, before.geometry, 0.1, normalize=True).all()


def test_a_failure_leaves_the_files_as_they_were(tmp_path, processed, monkeypatch):
    exports.export(tmp_path, ["lieux"], folder=processed)
    old = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    (tmp_path / "lieux.csv").write_bytes(b"ancien")
    calls, replace = [], os.replace

    def broken(source, target):
        calls.append(target)
        if len(calls) > 5:
            raise OSError("disque plein")
        replace(source, target)

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disque plein"):
        exports.export(tmp_path, ["lieux"], folder=processed)
    now = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert now == old | {"lieux.csv": b"ancien"}


# --- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--what", "commune"],
            f"couche «{NB}commune{NB}» inconnue\u00a0; au choix\u00a0: communes, epci, arrondissements, "
            "territoires, departement, lieux, evenements, tout (le plus proche\u00a0: communes)",
        ),
        (
            ["--format", "geojson", "shp"],
            f"format «{NB}shp{NB}» inconnu\u00a0; au choix\u00a0: gpkg, geojson, csv",
        ),
        (
            ["--what", "evenements", "--format", "geojson"],
            "evenements\u00a0: sans géométrie, pas de GeoJSON\u00a0; au choix\u00a0: gpkg, csv.",
        ),
    ],
)
def test_an_unknown_word_is_refused_before_anything(tmp_path, project, monkeypatch, capsys, words, said):  # fmt: skip
    monkeypatch.setenv("SOLIDATA_HOME", str(project))
    assert main(["export", *words, "--out", str(tmp_path / "x")]) == 1
    assert capsys.readouterr().err == f"{said}\n"
    assert not (tmp_path / "x").exists()


def test_the_folder_may_not_be_a_file(tmp_path, project, monkeypatch, capsys):
    monkeypatch.setenv("SOLIDATA_HOME", str(project))
    (tmp_path / "x").write_text("", encoding="utf-8")
    assert main(["export", "--what", "lieux", "--out", str(tmp_path / "x")]) == 1
    assert "existe déjà ; attendu : un dossier" in capsys.readouterr().err


@pytest.fixture
def without_outlines(tmp_path, processed):
    folder = tmp_path / "home" / "data" / "processed"
    shutil.copytree(processed, folder)
    (folder / OUTLINES).unlink()
    places = pd.read_csv(folder / "places.csv", dtype=str, keep_default_na=False)
    unknown = places["point_from"] == "commune"
    places.loc[unknown, ["x", "y"]] = ""
    places.to_csv(folder / "places.csv", index=False)
    return folder


def test_without_outlines_the_layers_that_need_them_are_refused(
    tmp_path, without_outlines, monkeypatch, capsys
):
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path / "home"))
    assert main(["export"]) == 1
    said = capsys.readouterr().err
    assert "aucun document de data/raw ne donne le contour des communes" in said
    assert not (tmp_path / "home" / "build").exists()


def test_without_outlines_places_are_exported_and_none_is_lost(tmp_path, without_outlines):
    exports.export(tmp_path / "x", ["lieux"], folder=without_outlines)
    read = gpd.read_file(tmp_path / "x" / "lieux.gpkg")
    assert len(read) == len(rows_of(tmp_path / "x" / "lieux.csv")) == 40
    assert read.geometry.isna().sum() == 17  # nowhere is not the point (0, 0)
    data = json.loads((tmp_path / "x" / "lieux.geojson").read_text(encoding="utf-8"))
    assert sum(f["geometry"] is None for f in data["features"]) == 17
    blois = next(r for r in rows_of(tmp_path / "x" / "lieux.csv") if r["place_id"] == "mds-blois")
    assert (blois["lon"], blois["x"]) == ("", "")


# --- groups of communes ------------------------------------------------------------------


def made_communes(groups):
    squares = [shapely.box(i, 0, i + 1, 1) for i in range(len(groups))]
    columns = {
        "insee_code": [f"9900{n}" for n in range(len(groups))], "epci_id": groups,
        "population": range(1, len(groups) + 1), "area_km2": 1.0,
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=squares, crs=2154)


def test_a_group_has_the_sum_of_its_communes():
    whole = dissolve(made_communes(["b", "a", "b", None]), "epci_id")
    assert whole[["epci_id", "population", "area_km2"]].fillna("").to_numpy().tolist() == [
        ["a", 2, 1.0],
        ["b", 1 + 3, 1.0 + 1.0],
        ["", 4, 1.0],  # in no group: gathered, not dropped
    ]
    assert whole.geometry.geom_type.tolist() == ["Polygon", "MultiPolygon", "Polygon"]
    assert whole.crs.to_epsg() == 2154


def test_groups_that_are_not_there_are_refused():
    with pytest.raises(RefusedError, match="canton"):
        dissolve(made_communes(["a"]), "canton")
    with pytest.raises(NoDataError, match="Aucune commune"):
        dissolve(made_communes(["a"]).iloc[:0], "epci_id")
