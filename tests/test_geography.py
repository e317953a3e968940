"""Outlines: what is committed tiles the département; another vintage is read, or refused in French."""

import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from solidata import raw
from solidata.build import assemble, build
from solidata.catalog import load, load_geography
from solidata.clean import geography
from solidata.cli import main
from solidata.problems import Problem, SourceError
from solidata.raw.layers import read_layer

NB = "\u00a0"
FOLDER = "ign-admin-express-2024"
PLACE = f"data/raw/{FOLDER}/communes"
DEPARTMENT = 328_543
FIRST = "267 objets sur 267 (41001, 41002, 41003…) : "
IN_FRANCE = (
    "hors de France métropolitaine ; attendu : une longitude de −5,5 à 10 et une latitude de 41 à "
    "51,5"
)
AS_WRITTEN = " ; attendu : le système dans lequel le fichier est écrit"


def quoted(text):
    return f"«{NB}{text}{NB}»"


@pytest.fixture(scope="module")
def committed(project):
    return load_geography(project / "data" / "processed")


@pytest.fixture(scope="module")
def communes(committed):
    return committed.communes


@pytest.fixture(scope="module")
def source(project):
    """Return the committed layer as its file has it, in degrees. Copy it before changing it."""
    return gpd.read_file(project / "data" / "raw" / FOLDER / "communes.geojson")


# --- what is committed -------------------------------------------------------------------


def test_the_communes_tile_the_department(communes):
    assert len(communes) == 267
    assert communes.crs.to_epsg() == 2154
    assert communes.is_valid.all()
    assert set(communes.geom_type) <= {"Polygon", "MultiPolygon"}
    whole = shapely.union_all(communes.geometry)
    assert whole.geom_type == "Polygon"  # one part
    assert len(whole.interiors) == 0  # no hole
    # No overlap: the sum of the areas is that of their union, to a hundred square metres.
    assert communes.area.sum() == pytest.approx(whole.area, abs=100)
    # 6 343 km² by the cadastre; the outlines, generalised and with the rivers, hold 1.1 % more.
    assert whole.area / 1e6 == pytest.approx(6_343, rel=0.015)
    assert communes["area_km2"].sum() == pytest.approx(whole.area / 1e6, abs=0.02)
    assert geography.topology_problems(communes.assign(code=communes["insee_code"]), "x") == []


def squares(*corners, side=1000):
    shapes = [shapely.box(x * side, y * side, (x + 1) * side, (y + 1) * side) for x, y in corners]
    names = [f"{x}-{y}" for x, y in corners]
    return gpd.GeoDataFrame({"code": names, "name": names}, geometry=shapes, crs=2154)


RING = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)]


def test_outlines_that_share_their_edges_are_checked_like_the_others():
    ring = squares(*RING)
    hole = (
        "un trou de 100 ha entre 0-0, 0-1, 0-2 et 1-0 ; attendu : des communes qui couvrent tout "
        "le département"
    )
    assert shapely.coverage_is_valid(ring.geometry.to_numpy())
    assert [p.expected for p in geography.topology_problems(ring, "x")] == [hole]
    twice = gpd.GeoDataFrame(pd.concat([ring, squares((0, 0)).assign(name="de trop")]), crs=2154)
    assert not shapely.coverage_is_valid(twice.geometry.to_numpy())
    assert [p.expected for p in geography.topology_problems(twice, "x")] == [
        "0-0 (0-0) et de trop (0-0) se chevauchent sur 100 ha ; attendu : des communes qui se "
        "touchent sans se couvrir",
        hole,
    ]


def test_each_point_is_inside_its_commune(communes):
    inside = shapely.contains(
        communes.geometry.to_numpy(), shapely.points(communes["x"], communes["y"])
    )
    assert inside.all()


def test_members_and_population_add_up(communes):
    assert communes["epci_id"].nunique() == 12
    assert communes["arrondissement_id"].nunique() == 3
    # Vendôme and its north + Blois and its centre + Romorantin and its south = the département
    for members in ("territory_id", "arrondissement_id", "epci_id"):
        assert communes.groupby(members)["population"].sum().sum() == DEPARTMENT
    assert communes["population"].sum() == DEPARTMENT
    assert communes["territory_id"].nunique() == 3
    assert set(communes["population_year"]) == {2023}
    assert communes["insee_code"].str.fullmatch("41[0-9]{3}").all()


def test_territories_are_the_arrondissements_and_four_communes_follow_theirs(communes):
    epci = load("epci").set_index("epci_id")
    name = load("arrondissements").set_index("arrondissement_id")["name"]
    seat = communes["arrondissement_id"].map(name)
    expected = seat.map({"Vendôme": "nord", "Blois": "centre", "Romorantin-Lanthenay": "sud"})
    apart = communes["epci_id"].map(epci["name"]) == "Terres du Val de Loire"
    assert apart.sum() == 4
    same = communes["territory_id"] == expected
    assert same[~apart].sum() == 267 - 4 == 263  # 263 of 263
    # Those four have nothing but their arrondissement to go by: weak, and the note says so.
    assert same[apart].all()
    assert set(seat[apart]) == {"Blois"}
    assert set(communes.loc[apart, "territory_confidence"]) == {"weak"}
    assert "faute d’autre indice" in epci.set_index("name").loc["Terres du Val de Loire", "note"]
    # Inferred, and it says so: no EPCI is « stated ».
    assert set(epci["territory_confidence"].dropna()) == {"strong", "fair", "weak"}
    assert epci["note"].notna().all()


def test_each_territory_is_in_one_piece(communes):
    for territory, rows in communes.groupby("territory_id"):
        assert shapely.union_all(rows.geometry).geom_type == "Polygon", territory


def test_neighbours_touch_the_department_and_the_loire_crosses_it(committed):
    whole = shapely.union_all(committed.communes.geometry)
    around = committed.neighbours
    assert sorted(around["code"]) == ["18", "28", "36", "37", "45", "72"]
    assert around.is_valid.all()
    assert around.crs == committed.rivers.crs == committed.communes.crs
    assert around.distance(whole).max() == 0
    border = around.intersection(whole)
    assert border.area.max() < 100  # square metres: they touch, and do not cover
    # They go all around: their borders together are the border.
    assert border.length.sum() == pytest.approx(whole.exterior.length, rel=0.01)
    assert committed.rivers["name"].tolist() == ["Loire"]
    loire = committed.rivers.geometry.iloc[0]
    assert loire.crosses(whole)
    assert 40_000 < loire.intersection(whole).length < 70_000  # metres
    blois = committed.communes.set_index("insee_code").geometry["41018"]
    assert loire.distance(blois) < 2_000  # very generalised: a river to find one's way


def test_outlines_say_where_they_come_from(committed, project):
    sources = load("sources").set_index("source_id")
    frames = committed.communes["outline_source"], committed.neighbours["source_id"]
    used = {*frames[0], *frames[1], *committed.rivers["source_id"], *load("communes")["source_id"]}
    assert used == {"ign-admin-express-2024", "natural-earth-10m", "cog-2026"}
    assert sources.loc[sorted(used), ["title", "publisher", "licence"]].notna().all(axis=None)
    assert sources.loc["ign-admin-express-2024", "published"] == "2024-02-22"
    assert (project / "scripts" / "extract_geography.py").exists()
    layers = list((project / "data" / "raw").glob("*/*.geojson"))
    assert sum(path.stat().st_size for path in layers) < 300_000


# --- another vintage ---------------------------------------------------------------------


@pytest.fixture
def layer(tmp_path):
    """Return what reads a file of communes made in the test."""

    def read(name="communes.geojson", departments=("41",)):
        return read_layer(tmp_path / name, "communes", tmp_path, departments)

    return read


@pytest.fixture
def refusal(layer):
    """Return the lines of a refusal, without the sentence before."""

    def told(name="communes.geojson", departments=("41",)):
        with pytest.raises(SourceError) as caught:
            layer(name, departments)
        return str(caught.value).split("\n  ")[1:]

    return told


def same_shapes(left, right, tolerance=0.2):
    """Say whether two layers have the same outlines under the same codes, to 0.2 m."""
    a, b = (frame.set_index("code").geometry.sort_index() for frame in (left, right))
    assert a.index.equals(b.index)
    apart = [shapely.hausdorff_distance(x, y) for x, y in zip(a, b, strict=True)]
    return max(apart) <= tolerance


@pytest.fixture(scope="module")
def as_committed(project):
    folder = project / "data" / "raw" / FOLDER
    return read_layer(folder / "communes.geojson", "communes", folder)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
@pytest.mark.parametrize("epsg", [2154, 4326])
def test_every_format_gives_the_same_outlines(tmp_path, layer, source, as_committed, suffix, epsg):
    path = tmp_path / f"communes.{suffix}"
    frame = source.to_crs(epsg)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    read = layer(path.name)
    assert read.crs.to_epsg() == 2154
    assert read["code"].tolist() == as_committed["code"].tolist()
    assert same_shapes(read, as_committed)


@pytest.mark.parametrize("epsg", [3857, 4258, 27572, 32631])
def test_every_system_gives_the_same_outlines(tmp_path, layer, source, as_committed, epsg):
    source.to_crs(epsg).to_file(tmp_path / "communes.gpkg")
    # The older French system is converted to a few metres, without its grid of corrections.
    assert same_shapes(layer("communes.gpkg"), as_committed, 5 if epsg == 27572 else 0.2)


@pytest.mark.parametrize("name", ["INSEE_COM", "code_insee", "CODGEO", "Code", "insee"])
def test_the_column_of_the_codes_goes_by_several_names(tmp_path, layer, source, name):
    frame = source.rename(columns={"insee_code": name}).assign(NOM="É")
    frame.to_file(tmp_path / "communes.shp", encoding="UTF-8")
    read = layer("communes.shp")
    assert read["code"].tolist() == source["insee_code"].tolist()
    assert set(read["name"]) == {"É"}


def test_heights_and_collections_of_one_change_nothing(tmp_path, layer, source, as_committed):
    boxed = [
        shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
        for shape in source.geometry
    ]
    frame = source.set_geometry(gpd.GeoSeries(boxed, crs=4326))
    frame = frame.set_geometry(shapely.force_3d(frame.geometry, 112.5))
    frame.to_file(tmp_path / "communes.gpkg")
    read = layer("communes.gpkg")
    assert not read.has_z.any()
    assert same_shapes(read, as_committed)
    assert (read.geom_type == as_committed.geom_type).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_changes_nothing(raw_copy, source, seed):
    path = raw_copy / FOLDER / "communes.geojson"
    before = geography.outlines(raw_copy.read())[0]
    source.sample(frac=1, random_state=seed).to_file(path, COORDINATE_PRECISION=5)
    after = geography.outlines(raw_copy.read())[0]
    pd.testing.assert_frame_equal(
        pd.DataFrame(after.drop(columns="geometry")), pd.DataFrame(before.drop(columns="geometry"))
    )
    assert same_shapes(*(f[f["kind"] == "commune"] for f in (after, before)))


def test_codes_as_numbers_get_their_zero_back(tmp_path, layer, source):
    square = shapely.box(5.9, 43.8, 6.0, 43.9)
    # 04112 (Manosque) as a number is 4112: it is no commune of 41.
    rows = [{"code": 4112, "geometry": square}, {"code": 1001, "geometry": square}]
    frame = source.assign(code=source["insee_code"].astype(int))[["code", "geometry"]]
    both = pd.concat([frame, gpd.GeoDataFrame(rows, crs=4326)], ignore_index=True)
    both.to_file(tmp_path / "communes.gpkg")
    assert layer("communes.gpkg")["code"].tolist() == source["insee_code"].tolist()
    every = layer("communes.gpkg", departments=())["code"]
    assert every.tolist()[-2:] == ["04112", "01001"]


def test_of_a_national_layer_only_the_department_is_kept_and_checked(tmp_path, layer, source):
    overseas = {"insee_code": "97411", "geometry": shapely.box(55.4, -21, 55.5, -20.9)}
    corsica = {"insee_code": "2A004", "geometry": shapely.box(8.7, 41.9, 8.8, 42)}
    crossed = shapely.Polygon([(2, 46), (3, 47), (3, 46), (2, 47)])
    others = [overseas, corsica, {"insee_code": "03001", "geometry": crossed}]
    frame = pd.concat([gpd.GeoDataFrame(others, crs=4326), source], ignore_index=True)
    frame.to_file(tmp_path / "communes.geojson")
    read = layer()
    assert read["code"].tolist() == source["insee_code"].tolist()
    assert read["feature"].tolist()[:2] == [4, 5]  # their rank in the file, three come before


def test_a_layer_of_another_department_is_refused(tmp_path, refusal, source):
    source.assign(insee_code="28" + source["insee_code"].str[2:]).to_file(
        tmp_path / "communes.geojson"
    )
    assert refusal() == [
        "communes.geojson : aucune commune dont le code commence par 41, sur 267 objets ; "
        "attendu : les communes du département"
    ]


def test_of_several_layers_the_one_of_that_name_is_read(tmp_path, layer, refusal, source):
    source.head(3).to_file(tmp_path / "communes.gpkg", layer="epci")
    source.to_file(tmp_path / "communes.gpkg", layer="COMMUNE")
    assert refusal("communes.gpkg") == [
        "communes.gpkg : 2 couches (epci et COMMUNE) ; attendu : une seule, ou l’une nommée communes"
    ]
    source.to_file(tmp_path / "communes.gpkg", layer="Communes")
    assert len(layer("communes.gpkg")) == 267


# --- merged communes ---------------------------------------------------------------------


def split(source, code, *former):
    """Return the layer as before a merger: the outline of `code` cut in strips of `former`."""
    frame = source.to_crs(2154)
    whole = frame.loc[frame["insee_code"] == code, "geometry"].iloc[0]
    west, south, east, north = whole.bounds
    step = (east - west) / len(former)
    strips = [
        whole.intersection(shapely.box(west + i * step, south, west + (i + 1) * step, north))
        for i in range(len(former))
    ]
    old = gpd.GeoDataFrame({"insee_code": list(former)}, geometry=strips, crs=2154)
    rest = frame[frame["insee_code"] != code]
    return pd.concat([rest, old], ignore_index=True)


def test_merged_communes_are_joined_and_told(raw_copy, source, communes, capsys):
    frame = split(source, "41055", "41055", "41064", "41240")
    frame = split(frame.to_crs(4326), "41149", "41149", "41227").sample(frac=1, random_state=5)
    (raw_copy / FOLDER / "communes.geojson").unlink()
    frame.to_file(raw_copy / FOLDER / "communes.shp")
    assert len(frame) == 267 + 2 + 1
    assert main(["build"]) == 0
    printed = capsys.readouterr().out
    assert (
        "Contours de 41064 et 41240, d’avant fusion : rattachés à 41055 (Valloire-sur-Cisse).\n"
        "Contour de 41227, d’avant fusion : rattaché à 41149 (Montoire-sur-le-Loir).\n"
    ) in printed
    again = load_geography(raw_copy.home / "data" / "processed").communes
    assert len(again) == 267
    left, right = (f.set_index("insee_code").area for f in (again, communes))
    assert (left - right).abs().max() < 2_000  # square metres: rounding along the cuts
    assert left.sum() == pytest.approx(right.sum(), abs=1_000)


def test_a_merged_commune_under_the_one_in_force_is_refused(raw_copy, source):
    # An extra of today's layers: the communes déléguées, drawn over their commune, all of it.
    part = split(source, "41055", "41064", "41240").tail(2).to_crs(4326)
    both = pd.concat([source, part], ignore_index=True)
    both.to_file(raw_copy / FOLDER / "communes.geojson")
    (refusal,) = raw_copy.refusals(whole=True)
    assert refusal == (
        f"{PLACE}.geojson : les contours de 41055, 41064 et 41240, à joindre dans 41055, se couvrent "
        "sur 4\u202f012 ha ; attendu : les communes d’avant la fusion, ou celle d’après"
    )


# --- bad input: where it is --------------------------------------------------------------


def exchanged(frame):
    axes = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(axes, crs=frame.crs))


def declared(frame, epsg):
    return frame.set_crs(epsg, allow_override=True)


SWAPPED = "longitude et latitude échangées ; attendu : la longitude (x), puis la latitude (y)"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (exchanged, SWAPPED),
        (lambda f: f.set_geometry(f.translate(60, -20)), IN_FRANCE),
        (
            lambda f: declared(f, 2154),
            "coordonnées en degrés, alors que le système déclaré (EPSG:2154) est en mètres"
            + AS_WRITTEN,
        ),
        (
            lambda f: declared(f.to_crs(2154), 4326),
            "coordonnées en mètres, alors que le système déclaré (EPSG:4326) est en degrés"
            + AS_WRITTEN,
        ),
        (
            lambda f: declared(f.to_crs(27572), 2154),
            "hors de France métropolitaine, une fois lu en EPSG:2154" + AS_WRITTEN,
        ),
        (
            lambda f: exchanged(f.to_crs(2154)),
            "hors de France métropolitaine, une fois lu en EPSG:2154" + AS_WRITTEN,
        ),
        (
            lambda f: f.set_geometry(f.representative_point()),
            "Point lu ; attendu : un polygone",
        ),
        (lambda f: f.set_geometry(f.boundary), "LineString lu ; attendu : un polygone"),
    ],
    ids=["swapped", "abroad", "degrees", "metres", "lambert-2", "axes", "points", "lines"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_what_a_whole_layer_has_wrong_is_told_once(tmp_path, refusal, source, spoil, expected):
    frame = spoil(source.copy())
    if "LineString" in expected:
        frame = frame[frame.geom_type == "LineString"]
        count = len(frame)
        first = f"{count} objets sur {count} (41001, 41002, 41003…) : "
    else:
        first = FIRST
    frame.to_file(tmp_path / "communes.gpkg")
    assert refusal("communes.gpkg") == [f"communes.gpkg : {first}{expected}"]


def test_a_wrong_system_that_puts_a_part_abroad_is_told(tmp_path, refusal, source):
    declared(source.to_crs(2154), 3857).to_file(tmp_path / "communes.gpkg")
    (line,) = refusal("communes.gpkg")
    assert line.startswith("communes.gpkg : 212 objets sur 267 (41001, 41003, 41004…) : ")
    assert line.endswith("une fois lu en EPSG:3857" + AS_WRITTEN)


def test_a_geojson_in_metres_that_does_not_say_so(tmp_path, refusal, source):
    as_dict = json.loads(source.to_crs(2154).to_json(drop_id=True))
    del as_dict["crs"]
    (tmp_path / "communes.geojson").write_text(json.dumps(as_dict), encoding="utf-8")
    assert refusal() == [
        f"communes.geojson : {FIRST}coordonnées en mètres, alors que le système déclaré "
        f"(EPSG:4326) est en degrés{AS_WRITTEN}"
    ]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("suffix", ["shp", "gpkg", "parquet"])
def test_a_layer_without_a_system_is_refused(tmp_path, refusal, source, suffix):
    path = tmp_path / f"communes.{suffix}"
    frame = source.set_crs(None, allow_override=True)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    assert refusal(path.name) == [
        f"{path.name} : couche sans système de coordonnées ; attendu : un CRS déclaré (un fichier "
        ".prj pour un shapefile), par exemple EPSG:2154"
    ]


def test_a_damaged_system_is_no_traceback(tmp_path, refusal, source):
    source.to_file(tmp_path / "communes.shp")
    (tmp_path / "communes.prj").write_text("Lambert quelque chose", encoding="utf-8")
    (line,) = refusal("communes.shp")
    assert line.startswith("communes.shp : couche sans système de coordonnées")


def test_a_system_of_nowhere_is_refused(tmp_path, refusal, source):
    source.to_file(tmp_path / "communes.shp")
    (tmp_path / "communes.prj").write_text(
        'LOCAL_CS["Plan",UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]', encoding="utf-8"
    )
    (line,) = refusal("communes.shp")
    assert line == (
        "communes.shp : système de coordonnées Plan sans lien avec la Terre ; "
        "attendu : par exemple EPSG:2154"
    )


# --- bad input: features -----------------------------------------------------------------


def test_every_fault_of_every_feature_is_told_in_the_order_of_the_file(tmp_path, refusal, source):
    frame = source.copy()
    crossed = shapely.Polygon([(1, 47), (1.1, 47.1), (1.1, 47), (1, 47.1)])
    frame.loc[11, "geometry"] = crossed
    frame.loc[1, "geometry"] = None
    frame.loc[2, "geometry"] = frame.geometry[2].representative_point()
    frame.loc[3, "insee_code"] = None
    frame.loc[99, "geometry"] = exchanged(source).geometry[99]
    frame.to_file(tmp_path / "communes.geojson")
    place = "communes.geojson, objet {} : {} lu ; {}"
    assert refusal() == [
        place.format(2, quoted("41002"), "sans contour ; attendu : un polygone"),
        place.format(3, quoted("41003"), "Point lu ; attendu : un polygone"),
        "communes.geojson, objet 4 : attendu : un code",
        place.format(
            12, quoted("41014"),
            "contour invalide (Self-intersection[1.05 47.05]) ; "
            "attendu : un contour qui ne se croise pas",
        ),
        place.format(100, quoted("41112"), SWAPPED),
    ]  # fmt: skip


def test_codes_that_do_not_fit_are_told_at_once(raw_copy, source):
    frame = source.copy()
    frame.loc[11, "insee_code"] = "41999"  # was 41014
    frame = pd.concat([frame.drop(index=50), frame.iloc[[7]]], ignore_index=True)  # 41058 goes
    frame.to_file(raw_copy / FOLDER / "communes.geojson")
    assert raw_copy.refusals(whole=True) == [
        f"{PLACE}.geojson : 2 communes sans contour (41014 et 41058) ; "
        "attendu : un contour par commune de la table communes",
        f"{PLACE}.geojson, objet 12 : {quoted('41999')} lu ; code de commune inconnu ; "
        "attendu : un code de la table communes (le plus proche : 41199)",
        f"{PLACE}.geojson, objet 267 : {quoted('41009')} lu ; commune présente deux fois",
    ]


def test_overlaps_holes_and_a_commune_within_another_are_told(raw_copy, source):
    frame = source.to_crs(2154).set_index("insee_code")
    frame.loc["41058", "geometry"] = frame.geometry["41058"].buffer(-300)
    blois = frame.geometry["41018"]
    frame.loc["41295", "geometry"] = blois.representative_point().buffer(400)
    frame.reset_index().to_file(raw_copy / FOLDER / "communes.geojson")
    refusals = raw_copy.refusals(whole=True)
    # A circle of 64 sides of radius 400 m: 50 ha. Vineuil's own place is a hole of its own.
    assert f"{PLACE}.geojson : Blois (41018) et Vineuil (41295) se chevauchent sur 50 ha ; attendu : des communes qui se touchent sans se couvrir" in refusals  # fmt: skip
    assert f"{PLACE}.geojson : un trou de 489 ha entre Josnes, Lorges, Roches et Séris ; attendu : des communes qui couvrent tout le département" in refusals  # fmt: skip
    assert len(refusals) == len(set(refusals)) == 3


# --- bad input: files --------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_an_empty_layer_is_refused(tmp_path, refusal, source, suffix):
    path = tmp_path / f"communes.{suffix}"
    none = source.head(0)
    none.to_parquet(path) if suffix == "parquet" else none.to_file(path)
    assert refusal(path.name) == [f"{path.name} : couche vide ; attendu : des contours"]


@pytest.mark.parametrize(("suffix", "kind"), [("gpkg", "GeoPackage"), ("parquet", "GeoParquet")])
@pytest.mark.parametrize("content", ["nothing", "text", "half"])
def test_a_file_that_is_no_layer_is_refused(tmp_path, refusal, source, suffix, kind, content):
    path = tmp_path / f"communes.{suffix}"
    source.to_parquet(path) if suffix == "parquet" else source.to_file(path)
    data = path.read_bytes()
    path.write_bytes({"nothing": b"", "text": b"bonjour", "half": data[: len(data) // 2]}[content])
    assert refusal(path.name) == [
        f"{path.name} : couche illisible ; attendu : un {kind} entier, avec des contours"
    ]


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_geojson_cut_short_is_told_where(tmp_path, refusal, source, share):
    source.to_file(tmp_path / "whole.geojson")
    data = (tmp_path / "whole.geojson").read_bytes()
    kept = data[: int(len(data) * share)]
    (tmp_path / "communes.geojson").write_bytes(kept)
    (told,) = refusal()
    line = int(told.split("ligne ")[1].split(" ")[0])
    assert line == kept.count(b"\n") + 1
    assert told == (
        f"communes.geojson, ligne {line} : GeoJSON coupé ou mal formé à cet endroit ; "
        "attendu : un fichier entier"
    )


def test_a_table_without_shapes_is_no_layer(tmp_path, refusal, source):
    pd.DataFrame(source.drop(columns="geometry")).to_parquet(tmp_path / "communes.parquet")
    assert refusal("communes.parquet") == [
        "communes.parquet : couche illisible ; attendu : un GeoParquet entier, avec des contours"
    ]


def test_a_layer_without_codes_names_the_columns_expected(tmp_path, refusal, source):
    source.rename(columns={"insee_code": "id"}).to_file(tmp_path / "communes.geojson")
    assert refusal() == [
        f"communes.geojson, colonne {quoted('code')} : colonne absente ; attendu : l’une de "
        "insee_code, code, insee_com, code_insee, codgeo, com_code, insee"
    ]


def test_the_parts_of_a_shapefile_go_together(raw_copy, source):
    folder = raw_copy / FOLDER
    (folder / "communes.geojson").unlink()
    source.to_file(folder / "communes.shp")
    kept = {p.suffix: p.read_bytes() for p in folder.glob("communes.*")}
    for part in (".dbf", ".shx"):
        (folder / f"communes{part}").unlink()
        assert raw_copy.refusals() == [
            f"{PLACE}.shp : shapefile incomplet ; attendu : communes{part} à côté"
        ]
        (folder / f"communes{part}").write_bytes(kept[part])
    (folder / "communes.dbf").write_bytes(kept[".dbf"][:1000])
    assert raw_copy.refusals() == [
        f"{PLACE}.shp : couche illisible ; attendu : un shapefile entier, avec des contours"
    ]
    (folder / "communes.dbf").write_bytes(kept[".dbf"])
    (folder / "communes.shp").write_bytes(kept[".shp"][: len(kept[".shp"]) // 2])
    (half,) = raw_copy.refusals()
    assert half.startswith(f"{PLACE}.shp : 130 objets sur 267 ")
    assert half.endswith("sans contour ; attendu : un polygone")
    (folder / "communes.shp").unlink()
    assert raw_copy.refusals() == [
        f"{PLACE}{part} : partie d’un shapefile ; attendu : communes.shp à côté"
        for part in (".dbf", ".shx")
    ]


def test_one_layer_stands_in_one_file(raw_copy, source):
    source.to_file(raw_copy / FOLDER / "communes.gpkg")
    assert raw_copy.refusals() == [
        f"{PLACE}.gpkg : double emploi avec communes.geojson ; attendu : un seul fichier par couche"
    ]
    shutil.move(raw_copy / FOLDER / "communes.gpkg", raw_copy / "cog-2026" / "communes.gpkg")
    assert raw_copy.refusals() == [
        f"{PLACE}.geojson : couche déjà donnée par data/raw/cog-2026/communes.gpkg ; "
        "attendu : une seule"
    ]


@pytest.mark.parametrize("name", ["communes.json", "communes.zip", "commune.gpkg"])
def test_a_layer_under_another_name_is_told(raw_copy, name):
    (raw_copy / FOLDER / name).write_text("{}", encoding="utf-8")
    assert raw_copy.refusals() == [
        f"data/raw/{FOLDER}/{name} : fichier inattendu ; attendu : une couche nommée communes, "
        "neighbours, rivers, en .geojson, .gpkg, .shp, .parquet"
    ]


def test_a_bad_layer_and_bad_rows_are_told_in_one_breath(raw_copy, source):
    exchanged(source).to_file(raw_copy / FOLDER / "communes.geojson")
    raw_copy.edit("cog-2026/communes.csv", ("41002,Angé,200072064", "41002,Angé,200072065"))
    raw_copy.edit("places/places.csv", ("mds-blois,MDS de Blois,mds,41018", "mds-blois,MDS de Blois,mds,"))  # fmt: skip
    refusals = raw_copy.refusals(whole=True)
    assert [line.split(" : ")[0] for line in refusals] == [
        f"data/raw/cog-2026/communes.csv, ligne 3, colonne {quoted('epci_id')}",
        f"{PLACE}.geojson",
        f"data/raw/places/places.csv, ligne 2, colonne {quoted('insee_code')}",
    ]


def test_bad_context_layers_hide_no_bad_row(raw_copy):
    (raw_copy / FOLDER / "neighbours.geojson").write_text("{}", encoding="utf-8")
    rivers = raw_copy / "natural-earth-10m" / "rivers.geojson"
    rivers.write_text(rivers.read_text(encoding="utf-8").replace("LineString", "MultiPoint"), encoding="utf-8")  # fmt: skip
    raw_copy.edit("places/places.csv", ("0.892329,47.9841", "0,0"))
    refusals = raw_copy.refusals(whole=True)
    assert refusals == [
        f"data/raw/{FOLDER}/neighbours.geojson : couche illisible ; attendu : un GeoJSON entier, "
        "avec des contours",
        "data/raw/natural-earth-10m/rivers.geojson, objet 1 : MultiPoint lu ; attendu : une ligne",
        f"data/raw/places/places.csv, ligne 15, colonne {quoted('lon')} : {quoted('0 ; 0')} lu ; "
        + IN_FRANCE,
    ]


def test_a_commune_left_out_is_not_told_of_its_places_and_outline(raw_copy):
    raw_copy.edit("cog-2026/communes.csv", (",200030385,411,47219", ",200030385,411,47x19"))
    raw_copy.edit("places/places.csv", ("mds-blois,MDS de Blois", "mds-blois,"))
    assert [line.split(" : ")[0] for line in raw_copy.refusals(whole=True)] == [
        f"data/raw/cog-2026/communes.csv, ligne 16, colonne {quoted('population')}",
        f"data/raw/places/places.csv, ligne 2, colonne {quoted('name')}",
    ]


def test_a_second_file_of_a_layer_hides_nothing_of_its_folder(raw_copy, source):
    source.to_file(raw_copy / "cog-2026" / "communes.gpkg")
    source.to_file(raw_copy / "cog-2026" / "communes.geojson")
    place = "data/raw/cog-2026/communes"
    assert raw_copy.refusals(whole=True) == [
        f"{place}.gpkg : double emploi avec communes.geojson ; attendu : un seul fichier par couche",
        f"{PLACE}.geojson : couche déjà donnée par {place}.geojson ; attendu : une seule",
    ]


def test_without_any_layer_the_tables_are_built_without_outlines(raw_copy):
    for path in raw_copy.root.glob("*/*.geojson"):
        path.unlink()
    tables = assemble(raw_copy.root)
    assert tables["communes"][["x", "y", "area_km2"]].isna().all(axis=None)
    assert len(tables["communes"]) == 267
    processed = raw_copy.home / "data" / "processed"
    build(raw_copy.root, processed)
    with pytest.raises(ValueError, match="aucun document de data/raw ne donne le contour"):
        load_geography(processed)


def test_a_refused_layer_leaves_the_tables_as_they_were(raw_copy, source, capsys):
    processed = raw_copy.home / "data" / "processed"
    build(raw_copy.root, processed)
    before = {p.name: p.read_bytes() for p in processed.iterdir()}
    source.head(9).to_file(raw_copy / FOLDER / "communes.geojson")
    assert main(["build"]) == 1
    assert "258 communes sans contour (41012" in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in processed.iterdir()} == before


@given(st.lists(st.integers(1, 300), min_size=2, max_size=20))
def test_problems_are_told_in_the_order_of_the_features(ranks):
    error = SourceError([Problem(f"a.geojson, objet {n}", expected="x") for n in ranks])
    assert [int(p.file.split()[-1]) for p in error.problems] == sorted(set(ranks))


def test_raw_layers_know_their_file_and_source(transcribed):
    communes = transcribed.layers["communes"]
    assert set(communes[raw.FILE]) == {f"{PLACE}.geojson"}
    assert set(communes["source_id"]) == {FOLDER}
