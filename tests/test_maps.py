"""Maps draw what the tables say, where they say it, at the scale they say; counts are not shaded."""

import math
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from solidata.analysis import geography as areas
from solidata.analysis import places as about
from solidata.catalog import load, load_geography, load_registers
from solidata.figures import gallery, maps, recipes, theme
from solidata.figures.checks import defects as every_defect
from solidata.figures.defects import DefectError
from solidata.figures.geo import base as bases
from solidata.figures.geo import canvas as drawing
from solidata.figures.geo import checks, legend, place_names, shades, symbols
from solidata.figures.geo import sheet as sheets
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, Room, place, within
from solidata.figures.page import Page
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography

KM, LEFT, LOW = 1000.0, 560_000.0, 6_720_000.0
NAMES = "ABCDEFGHIJKLMNOP"
SOURCE = "cog-2026"


def grid(side=10.0, people=None, crs=2154):
    """Return sixteen square communes of `side` km in four rows; two columns an EPCI and territory."""
    rows, shapes = [], []
    for n in range(16):
        column, row = n % 4, n // 4
        x, y = LEFT + column * side * KM, LOW + row * side * KM
        east = column >= 2
        rows.append({
            "insee_code": f"41{n:03d}", "name": f"Commune {NAMES[n]}",
            "epci_id": "200000002" if east else "200000001", "arrondissement_id": "411",
            "territory_id": "sud" if east else "nord", "territory_confidence": "fair",
            "population": people[n] if people else 100 * (n + 1), "population_year": 2023,
            "area_km2": side**2, "x": x + side * KM / 2, "y": y + side * KM / 2,
            "source_id": SOURCE, "line": pd.NA, "printed": f"commune {n}",
            "outline_source": "ign-admin-express-2024",
        })  # fmt: skip
        shapes.append(box(x, y, x + side * KM, y + side * KM))
    communes = pd.DataFrame(rows).astype({"population": "Int64", "line": "Int64"})
    around = gpd.GeoDataFrame(
        {"code": ["99"], "name": ["Ailleurs"], "source_id": ["ign-admin-express-2024"]},
        geometry=[box(LEFT - 90 * KM, LOW, LEFT, LOW + 40 * KM)], crs=crs,
    )  # fmt: skip
    river = gpd.GeoDataFrame(
        {"code": [None], "name": ["Loire"], "source_id": ["natural-earth-10m"]},
        geometry=[LineString([(LEFT, LOW), (LEFT + 40 * KM, LOW + 30 * KM)])], crs=crs,
    )  # fmt: skip
    return Geography(gpd.GeoDataFrame(communes, geometry=shapes, crs=crs), around, river)


EPCI = pd.DataFrame({
    "epci_id": ["200000001", "200000002"], "name": ["Ouest", "Est"], "territory_id": ["nord", "sud"],
    "territory_confidence": ["fair", "weak"], "note": ["", "deux communes en Essai ; rangées"],
    "source_id": SOURCE, "line": pd.array([None, None], dtype="Int64"), "printed": ["Ouest", "Est"],
})  # fmt: skip


def made_places(spots, kinds=None, states=None):
    """Return places at some points in km of the grid."""
    count = len(spots)
    frame = load("places").head(0)
    communes = grid().communes
    rows = []
    for n, (x, y) in enumerate(spots):
        column, row = int(x // 10), int(y // 10)
        code = communes["insee_code"].iloc[row * 4 + column]
        rows.append({
            "place_id": f"lieu-{n:02d}", "name": f"Lieu {n}", "kind": (kinds or ["mds"] * count)[n],
            "insee_code": code, "located_to": "commune", "state": (states or ["open"] * count)[n],
            "as_of": "2025-12", "in_announced_total": "inferred", "confidence": "A",
            "point_from": "commune", "x": LEFT + x * KM, "y": LOW + y * KM,
            "source_id": "bilan-2025", "printed": f"lieu {n}",
        })  # fmt: skip
    return pd.DataFrame(rows, columns=frame.columns).astype(frame.dtypes.to_dict())


@pytest.fixture(scope="module")
def registers():
    return load_registers()


@pytest.fixture(scope="module")
def geography():
    return load_geography()


def overview(places, geography, registers, epci=EPCI, **options):
    return maps.overview(
        places, load("place_events"), load("observations"), load("territories"), epci, geography,
        registers, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def real(geography, registers):
    return overview(load("places"), geography, registers, load("epci"))


# --- areas and classes ------------------------------------------------------------------------


def test_communes_make_their_area():
    made = areas.density(grid().communes, "epci_id")
    # columns 0 and 1 hold communes 1, 2, 5, 6, 9, 10, 13, 14: 60 hundreds on 8 × 100 km²
    assert made["population"].tolist() == [6000, 7600]
    assert made["area_km2"].tolist() == [800.0, 800.0]
    assert made["density"].tolist() == [7.5, 9.5]
    assert made.geometry.area.tolist() == [8e8, 8e8]


def test_a_commune_without_an_area_is_gathered_and_not_dropped():
    communes = grid().communes
    communes.loc[0, "epci_id"] = None
    made = areas.dissolve(communes, "epci_id")
    assert made["communes"].tolist() == [7, 8, 1]
    assert made["epci_id"].isna().tolist() == [False, False, True]
    assert made["population"].sum() == communes["population"].sum()


def test_an_unknown_population_leaves_the_density_unknown():
    communes = grid().communes
    communes.loc[0, "population"] = pd.NA
    assert areas.density(communes, "epci_id")["density"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: c.set_crs(None, allow_override=True), "ne dit pas sa projection"),
        (lambda c: c.to_crs(4326), "EPSG:4326"),
        (lambda c: c.assign(area_km2=0.0), "superficie nulle"),
    ],
)
def test_a_layer_that_is_not_in_metres_is_refused(spoil, words):
    with pytest.raises(RefusedError, match=words):
        areas.density(spoil(grid().communes), "epci_id")


def test_an_empty_layer_is_told(registers):
    empty = grid()._replace(communes=grid().communes.head(0))
    with pytest.raises(NoDataError, match="vide"):
        maps.density(EPCI, empty, registers)
    with pytest.raises(NoDataError, match="vide"):
        areas.dissolve(empty.communes, "epci_id")


@pytest.mark.parametrize("classes", [4, 5, 6])
@pytest.mark.parametrize(
    "values", [np.arange(1, 41), np.geomspace(1, 900, 30), [3.0] * 5 + [4.0, 9.0]]
)
def test_no_class_is_empty_and_limits_are_rounded(values, classes):
    limits = areas.breaks(pd.Series(values, dtype=float), classes)
    counts = np.bincount(areas.classed(pd.Series(values), limits), minlength=len(limits) + 1)
    assert min(counts) > 0
    assert len(limits) <= classes - 1
    assert limits == sorted(set(limits))


def test_classes_are_four_to_six():
    with pytest.raises(RefusedError, match="de 4 à 6"):
        areas.breaks(pd.Series([1.0, 2.0]), 3)


# --- counts are not shaded --------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["habitants", "lieux", "", "fiches"])
def test_a_count_is_not_shaded(unit):
    with pytest.raises(RefusedError, match="ratios seulement"):
        shades.Shades.of(pd.Series([100, 200, 300, 400]), unit)


@pytest.mark.parametrize("unit", ["habitants par km²", "%", "km", "lieux pour 10 000 habitants"])
def test_a_ratio_or_a_measure_is_shaded(unit):
    assert shades.Shades.of(pd.Series([1.0, 2, 3, 4, 5]), unit).count == 5


# --- what figures say -------------------------------------------------------------------------


def test_the_density_says_its_extremes_and_what_reaches_further(registers):
    figure = maps.density(EPCI, grid(), registers)
    assert figure.title.replace("\u00a0", " ") == "Est compte 10 habitants par km², Ouest 8"
    assert "Est (deux communes en Essai)" in figure.note.replace("\u00a0", " ")
    assert figure.data["address"].iloc[0].split()[:3] == ["epci:200000001", "communes:41000", "communes:41001"]  # fmt: skip
    assert figure.check() == []


def test_a_density_is_not_written_as_the_limit_of_a_class_it_is_not_in(registers):
    # 1982 inhabitants on 100 km² are 19,82: in « moins de 20 », where « 20 » would stand wrong
    values = pd.Series([19.82, 25.0, 32.0, 45.0])
    made = shades.Shades.of(values, "habitants par km²", [20, 30, 40])
    assert made.ranks.tolist() == [0, 1, 2, 3]
    assert shades.decimals_in_class(made) == 1
    figure = maps.density(load("epci"), load_geography(), registers)
    written = [t.get_text() for t in figure.render().figure.findobj(match=lambda a: hasattr(a, "get_text"))]  # fmt: skip
    assert "19,8" in written
    assert "20" not in written
    assert figure.check() == []


def test_a_name_too_large_for_its_area_stands_mostly_in_it():
    # a name of one line, in a bent strip too low for its box: inside to 75 % at least, or nowhere
    name = Name(("Vendômois",), 5, 5, Box(5, 5, 5, 5))
    room = Room(Box(-50, -50, 50, 50))
    low = box(0, 0, 40, 0.6 * name.height)  # and 0,4 mm around: letters are lower than their line
    assert within(low, name, room) is None
    at = within(low, name, room, least=0.75).box
    part = box(at.left, at.bottom, at.right, at.top).intersection(low.buffer(0.4)).area
    assert part / (name.width * name.height) >= 0.75
    assert within(box(0, 0, 2, 2), name, room, least=0.75) is None


def test_what_is_missing_is_a_class_of_its_own(registers):
    made = grid()
    made.communes.loc[0, "epci_id"] = None
    figure = maps.density(EPCI, made, registers)
    page = figure.render()
    assert {m.category for m in page.marks if m.fill == theme.UNKNOWN} == {shades.MISSING}
    assert shades.MISSING in [t.get_text() for t in page.figure.texts]
    assert figure.check() == []
    assert "Hors EPCI" in figure.note


def test_the_population_says_how_few_communes_hold_half(registers):
    # 12 communes of 50 and 4 of 1000: 4600 in all, three of 1000 hold more than 2300
    figure = maps.population(
        load("territories"), EPCI, grid(people=[50] * 12 + [1000] * 4), registers
    )
    assert (
        figure.title.replace("\u00a0", " ")
        == "La moitié de la population vit dans 3 des 16 communes"
    )
    assert figure.check() == []


def near(geography, spot):
    communes = geography.communes
    far = np.hypot(communes["x"] - LEFT - spot[0] * KM, communes["y"] - LOW - spot[1] * KM) / KM
    return pd.DataFrame(
        {"insee_code": communes["insee_code"], "distance_km": far, "place_id": "lieu-00"}
    )


def test_the_distance_says_who_lives_near(registers):
    made = grid(people=[100] * 16)
    # from the middle of the first square one of 16 is at less than 10 km: those beside are at 10
    figure = maps.distance(near(made, (5, 5)), made_places([(5, 5)]), made, registers)
    assert figure.title.replace("\u00a0", " ") == "6 % des habitants vivent à moins de 10 km d’une MDS ouverte"  # fmt: skip
    assert figure.check() == []
    least = maps.distance(near(made, (5, 5)), made_places([(5, 5)]), made, registers, unknown=3)
    assert least.title.startswith("Au moins")
    assert "3\u00a0points annoncés ne sont pas situés" in least.note


def test_a_share_that_is_not_nothing_is_not_written_zero(registers):
    # 10 000 inhabitants in the first square, 15 in all the others: beyond 20 km live under 0,15 %
    made = grid(people=[10_000] + [1] * 15)
    figure = maps.distance(near(made, (5, 5)), made_places([(5, 5)]), made, registers)
    assert "20 km ou plus, < 1 % des habitants" in figure.alt.replace("\u00a0", " ")
    assert figure.check() == []


def test_a_commune_without_a_distance_is_missing_and_named(registers):
    made = grid()
    figure = maps.distance(near(made, (5, 5)).iloc[1:], made_places([(5, 5)]), made, registers)
    assert "Sans distance : Commune A" in figure.note.replace("\u00a0", " ")
    assert shades.MISSING in {m.category for m in figure.render().marks}
    twice = pd.concat([near(made, (5, 5))] * 2)
    with pytest.raises(RefusedError, match="plusieurs distances pour 41000"):
        maps.distance(twice, made_places([(5, 5)]), made, registers)


def test_the_overview_counts_what_is_located(real):
    places, events = load("places"), load("place_events")
    ours = places[places["in_announced_total"] != "no"]
    title = real.title.replace("\u00a0", " ")
    assert f"{len(ours)} points d’accueil situés sur 55 annoncés" in title
    assert set(real.data["address"]) >= {"places:mds-blois", "observations:points-accueil.1"}
    planned = events[events["event"] == "planned"]
    assert "Ouvertures prévues" in real.note
    assert len(planned) == 2
    assert "Montrichard Val de Cher (septembre 2026)" in real.note.replace("\u00a0", " ")
    assert not any("fs-" in address for address in real.data["address"])


def test_more_places_than_announced_are_told(geography, registers):
    # 17 of 55 are known; 39 more that a list states make 56, one too many
    places = load("places")
    more = [places[places["place_id"] == "pmi-mer"].assign(place_id=f"point-{n}", kind="point", name=f"Point {n}", in_announced_total="stated") for n in range(39)]  # fmt: skip
    figure = overview(pd.concat([places, *more], ignore_index=True), geography, registers, load("epci"))  # fmt: skip
    assert "56 points d’accueil situés pour 55 annoncés" in figure.title.replace("\u00a0", " ")
    note = figure.note.replace("\u00a0", " ")
    assert "56 lieux pour 55 annoncés : un lieu est compté deux fois" in note
    assert note.startswith("compter ces 17 lieux parmi les 55")


def test_maps_of_distance_say_what_is_inferred_and_not_counted(registers):
    made = gallery.Load(load, load_geography)
    houses = gallery.SET["distance-mds"](made, registers, 2025).note.replace("\u00a0", " ")
    # 5 houses are not open; for 3 of them an opening of 2026 is inferred (confidence C)
    assert "5 MDS en accueil provisoire ne comptent pas, même si une ouverture est inférée pour 3 d’entre elles" in houses  # fmt: skip
    points = gallery.SET["distance-points"](made, registers, 2025).note.replace("\u00a0", " ")
    assert "Compter ces 17 lieux parmi les 55 est inféré" in points
    assert "parmi les 55" not in houses


def test_a_point_is_closed_in_the_masculine_and_told_where_it_does_not_count(registers):
    assert symbols.Symbol("point", "closed").category == "Autre point d’accueil (fermé)"
    assert symbols.Symbol("antenne", "planned").category == "Antenne de MDS (prévue)"
    assert symbols.Symbol("mds", "closed").category == "MDS fermée"
    places = load("places")
    shut = places["place_id"].isin(["pmi-mer", "antenne-saint-aignan"])
    places.loc[shut, "state"] = "closed"
    made = gallery.Load(lambda name: places if name == "places" else load(name), load_geography)
    figure = gallery.SET["distance-points"](made, registers, 2025)
    note = figure.note.replace("\u00a0", " ")
    assert "15 points d’accueil situés" in figure.scope.replace("\u00a0", " ")  # 17 − 2
    assert "2 autres points situés, prévus ou fermés, ne comptent pas" in note


def test_what_is_known_of_every_place_is_said_without_zeros(geography, registers):
    places = load("places").assign(located_to="address", point_from="coordinates")
    note = overview(places, geography, registers, load("epci")).note.replace("\u00a0", " ")
    assert "17 lieux sont connus à l’adresse." in note
    assert "à la commune" not in note


def test_places_that_cannot_be_drawn_are_told(geography, registers):
    places = load("places")
    places.loc[places["place_id"] == "mds-blois", ["x", "y"]] = np.nan
    places.loc[places["place_id"] == "pmi-mer", "insee_code"] = "41999"
    figure = overview(places, geography, registers, load("epci"))
    note = figure.note.replace("\u00a0", " ")
    assert "Non dessiné, faute de point : MDS de Blois" in note
    assert "Hors des communes de la carte, d’après leur code : PMI de Mer" in note
    assert "PMI de Mer" in [t.get_text() for t in figure.render().figure.texts]
    assert figure.check() == []


def test_no_place_is_told(geography, registers):
    with pytest.raises(NoDataError, match="rien à dessiner"):
        overview(load("places").head(0), geography, registers)
    with pytest.raises(NoDataError, match="aucune distance"):
        maps.distance(near(grid(), (5, 5)), load("places").head(0), grid(), registers)


def test_two_numbers_of_points_are_not_added():
    said = load("observations")
    said = said[said["indicator_id"] == "points-accueil"]
    other = said.assign(observation_id="points-accueil.2", value=57.0)
    with pytest.raises(RefusedError, match="55, 57"):
        about.announced(pd.concat([said, other]), "points-accueil")
    assert about.announced(pd.concat([said, said.assign(observation_id="b")]), "points-accueil")["count"].tolist() == [55.0]  # fmt: skip


# --- what is drawn ----------------------------------------------------------------------------


def texts(page):
    """Return the boxes of the texts of the plot area, in millimetres of the page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(page.figure).get_renderer()
    scale = page.figure.dpi / 25.4
    return [
        (t.get_text(), Box(*(v / scale for v in t.get_window_extent(renderer).extents)))
        for t in page.figure.texts
    ]


def symbol_boxes(page):
    for facts in page.maps:
        for point in facts.points:
            corners = point.artist.get_xy()
            low, high = corners.min(axis=0), corners.max(axis=0)
            yield Box(low[0], low[1] + page.bottom, high[0], high[1] + page.bottom)


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_no_name_lies_on_another_or_on_a_symbol(real, preset):
    page = real.render(preset)
    with theme.applied():
        written = texts(page)
    for (one, a), (other, b) in combinations(written, 2):
        across = min(a.right, b.right) - max(a.left, b.left)
        down = min(a.top, b.top) - max(a.bottom, b.bottom)
        assert across <= 0.3 or down <= 0.25 * min(a.height, b.height) + 0.1, (one, other)
    for spot in symbol_boxes(page):
        for text, a in written:
            # the line box of a text is taller than its letters
            letters = Box(a.left, a.bottom + 0.25 * a.height, a.right, a.top - 0.15 * a.height)
            assert not letters.meets(spot), text


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_every_mds_is_named_where_it_is(real, preset):
    page = real.render(preset)
    written = " ".join(t.get_text() for t in page.figure.texts)
    for row in real.data[real.data["kind"] == "mds"].itertuples():
        name = row.label.removeprefix("MDS de ")
        assert all(part in written for part in name.split()), name
    (facts,) = page.maps
    assert len(facts.points) == 17


def test_both_places_of_one_point_are_seen(real):
    (facts,) = real.render().maps
    mer = {p.place_id: p.artist.get_xy().mean(axis=0) for p in facts.points if "mer" in p.place_id}
    assert set(mer) == {"mds-mer", "pmi-mer"}
    (one, other) = mer.values()
    assert abs(one[0] - other[0]) > 2 * symbols.LOOKS["pmi"].radius


def test_areas_of_circles_are_the_populations(geography, registers):
    figure = maps.population(load("territories"), load("epci"), geography, registers)
    (facts,) = figure.render().maps
    people = load("communes").set_index("insee_code")["population"]
    assert sorted(d.value for d in facts.discs) == sorted(map(float, people))
    per_mm2 = {round(d.value / (math.pi * d.artist.get_radius() ** 2), 3) for d in facts.discs}
    keys = {round(d.value / (math.pi * d.artist.get_radius() ** 2), 3) for d in facts.disc_keys}
    assert len(per_mm2) == 1
    assert keys == per_mm2
    assert len(facts.disc_keys) == 3


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_the_scale_bar_is_as_long_as_it_says(real, preset):
    (facts,) = real.render(preset).maps
    long = np.ptp(facts.bar.line.get_xdata()) * facts.metres
    assert long == pytest.approx(facts.bar.metres)
    assert facts.bar.label == f"{facts.bar.metres / 1000:g}\u00a0km"
    # a symbol ten kilometres east of another is ten kilometres further on the page
    assert facts.at(LEFT + 10 * KM, LOW)[0] - facts.at(LEFT, LOW)[0] == pytest.approx(10 * KM / facts.metres)  # fmt: skip


def test_the_scale_bar_of_a_small_map_is_in_metres(registers):
    figure = maps.density(EPCI, grid(side=0.5), registers)
    (facts,) = figure.render().maps
    assert facts.bar.label == "500\u00a0m"


@pytest.mark.parametrize("preset", theme.PRESETS)
@pytest.mark.parametrize("dressed", [True, False])
def test_a_full_list_of_places_has_no_defect(geography, registers, preset, dressed):
    communes = geography.communes.sort_values("population", ascending=False)
    places = load("places")
    ours = places[places["in_announced_total"] != "no"]
    more = communes[~communes["insee_code"].isin(ours["insee_code"])].head(36)
    twice = communes[communes["insee_code"] == "41018"]  # and two more in the same town
    others = pd.concat([more, twice, twice])
    added = pd.DataFrame({
        "place_id": [f"point-{n:02d}" for n in range(len(others))],
        "name": ["Point de " + n for n in others["name"]], "kind": "point",
        "insee_code": others["insee_code"].to_numpy(), "located_to": "commune", "state": "open",
        "as_of": "2026", "in_announced_total": "stated", "confidence": "A",
        "point_from": "commune", "x": others["x"].to_numpy(), "y": others["y"].to_numpy(),
        "source_id": "bilan-2025", "printed": "essai",
    })  # fmt: skip
    full = pd.concat([ours.astype(object), added.astype(object)], ignore_index=True)
    full = full.reindex(columns=places.columns).astype(places.dtypes.to_dict())
    figure = overview(full, geography, registers, load("epci"))
    assert len(full) == 55
    assert figure.check(preset, dressed) == []
    page = figure.render(preset, dressed)
    assert len(page.maps[0].points) == 55
    written = [t.get_text() for t in page.figure.texts]
    assert "55 points situés" in [w.replace("\u00a0", " ") for w in written]


def test_names_do_not_depend_on_the_order_of_rows(real, geography, registers):
    shuffled = load("places").sample(frac=1, random_state=7)
    other = overview(shuffled, geography, registers, load("epci"))
    first, second = real.render(), other.render()
    assert [(t.get_text(), t.get_position()) for t in first.figure.texts] == [
        (t.get_text(), t.get_position()) for t in second.figure.texts
    ]


def test_a_name_without_room_is_led_to_its_point_or_left():
    full = Box(0, 0, 40, 40)
    taken = [Box(10, 10, 30, 30)]
    name = Name(("Blois",), 20, 20, Box(19, 19, 21, 21))
    assert place([name], Room(full, taken)) == ([], [name])
    must = Name(("Blois",), 29, 20, Box(28, 19, 30, 21), must=True)
    # nothing is free within two millimetres of it, but for a gap where a line passes
    with_gap = [
        Box(25, 21.2, 31.5, 23), Box(25, 17, 31.5, 18.8), Box(20, 17, 27.8, 23),
        Box(30.4, 17, 31.5, 19.8), Box(30.4, 20.6, 31.5, 23),
    ]  # fmt: skip
    (written,), left = place([must], Room(Box(0, 0, 60, 40), with_gap))
    assert left == []
    assert written.leader is not None
    assert not any(written.box.meets(b) for b in with_gap)


def test_symbols_that_would_touch_stand_around_their_mean():
    at = [(0.0, 0.0), (1.0, 0.0), (30.0, 0.0), (0.5, 1.0)]
    made = symbols.spread(at)
    assert made.groups == [0, 0, 1, 0]
    assert made.spots[2] == at[2]
    moved = [made.spots[n] for n in (0, 1, 3)]
    assert np.mean(moved, axis=0) == pytest.approx((0.5, 1 / 3), abs=0.01)
    for one, other in combinations(moved, 2):
        assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) >= symbols.PITCH - 0.01


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), max_size=25))
def test_no_symbol_lies_on_another_however_many_share_a_town(at):
    made = symbols.spread(at)
    for one, other in combinations(made.spots, 2):
        assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) >= symbols.PITCH - 0.1
    for group in set(made.groups):
        rows = [n for n, g in enumerate(made.groups) if g == group]
        before, after = (np.mean([where[n] for n in rows], axis=0) for where in (at, made.spots))
        assert after == pytest.approx(before, abs=0.05)


@pytest.mark.parametrize("preset", ["colonne", "page", "paysage"])
def test_a_map_can_show_one_territory(geography, registers, preset):
    """What a page by territory is made of: a focus, the same scale bar, the places it shows."""
    base = bases.Base(geography, registers.sources)
    north = base.areas("territory_id").set_index("territory_id").geometry["nord"]
    focus, width = Box(*north.bounds), theme.PRESETS[preset]
    places = about.drawable(load("places"), load("communes")).located
    with theme.applied():
        made = sheets.sheet(base, legend.Legend([]), width, focus)
        page = Page(width, made.height + 2.0, bottom=1.0, top=made.height + 1.0)
        canvas = sheets.begin(page, base, made)
        canvas.outlines("epci_id", "territory_id", communes=True)
        inside = place_names.seen(canvas, places[places["kind"] == "mds"])
        left = place_names.write_names(canvas, inside, symbols.draw_places(canvas, inside))
        sheets.finish(canvas, made, legend.Legend([]))
    assert left == 0
    assert {"mds-vendome", "mds-mondoubleau", "mds-freteval"} <= set(inside["place_id"])
    assert "mds-salbris" not in set(inside["place_id"])
    window, frame = canvas.facts.window, canvas.facts.frame
    assert window.left < focus.left < focus.right < window.right
    assert window.bottom < focus.bottom < focus.top < window.top
    assert window.width / frame.width == pytest.approx(window.height / frame.height)
    assert found(page) == set()


# --- each check sees its defect ---------------------------------------------------------------


def found(page):
    return {d.check for d in checks.defects(page)}


def unscaled(page):
    page.maps[0].bar = None


def mislabelled(page):
    page.maps[0].bar = page.maps[0].bar._replace(metres=30_000.0)


def without_vintage(page):
    page.maps[0].vintage = ""


def other_vintage(page):
    page.maps[0].vintage = "IGN, 1999"


def elsewhere(page):
    page.maps[0].epsg = 4326


def counted(page):
    page.maps[0].shaded, page.maps[0].unit = pd.Series([1, 2]), "habitants"


def moved(page):
    artist = page.maps[0].points[0].artist
    artist.set_xy(artist.get_xy() + np.array([2.0, 0.0]))


def stretched(page):
    facts = page.maps[0]
    facts.window = Box(*facts.window[:3], facts.window.top + 9 * KM)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [(unscaled, "carte sans échelle"), (mislabelled, "échelle"), (stretched, "échelle"),
     (without_vintage, "carte sans millésime"), (other_vintage, "carte sans millésime"),
     (elsewhere, "projection"), (counted, "plages de couleur"), (moved, "lieu déplacé")],
)  # fmt: skip
def test_a_spoilt_map_is_seen(real, spoil, check):
    page = real.render()
    assert found(page) == set()
    spoil(page)
    assert check in found(page)
    assert check in {d.check for d in every_defect(real, page)}


def swollen(facts):
    facts.discs[3].artist.set_radius(facts.discs[3].artist.get_radius() * 1.1)


def unkeyed(facts):
    facts.disc_keys.clear()


def wrong_key(facts):
    facts.disc_keys[0] = facts.disc_keys[0]._replace(value=30_000.0)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [(swollen, "cercles"), (unkeyed, "cercles sans légende"), (wrong_key, "cercles")],
)
def test_spoilt_circles_are_seen(geography, registers, spoil, check):
    page = maps.population(load("territories"), load("epci"), geography, registers).render()
    assert found(page) == set()
    spoil(page.maps[0])
    assert found(page) == {check}


def test_a_spoilt_map_is_not_exported(real, monkeypatch, tmp_path):
    monkeypatch.setattr(drawing.Canvas, "scale_bar", lambda self, x, y: x)
    with pytest.raises(DefectError, match="carte sans échelle"):
        real.save(tmp_path / "carte", formats="svg")
    assert not list(tmp_path.iterdir())


def test_outlines_without_a_projection_or_a_known_source_are_refused(registers):
    made = grid()
    bare = made._replace(communes=made.communes.set_crs(None, allow_override=True))
    with pytest.raises(RefusedError, match="ne dit pas sa projection"):
        maps.density(EPCI, bare, registers)
    made.communes["outline_source"] = "inconnue"
    with pytest.raises(RefusedError, match="inconnue"):
        maps.density(EPCI, made, registers)


def test_the_gallery_takes_its_outlines_only_for_maps(registers):
    def refuse():
        raise AssertionError("outlines read")

    made = gallery.Load(load, refuse)
    gallery.SET["reports"](made, registers, 2025)
    with pytest.raises(AssertionError):
        gallery.SET["carte-densite"](made, registers, 2025)


def test_the_nearest_of_places_as_near_is_the_first_identifier():
    made = grid()
    spots = made_places([(15, 5), (35, 5)])
    found = recipes._nearest(made.communes, spots.iloc[::-1])
    # commune C, whose middle is at 25 km, is ten kilometres from both
    row = found[found["insee_code"] == "41002"].iloc[0]
    assert (row["place_id"], row["distance_km"]) == ("lieu-00", 10.0)


@pytest.mark.parametrize(
    ("most", "expected"), [(47_219, [1e3, 1e4, 4e4]), (1500, [100, 500, 1000])]
)
def test_keys_of_circles_are_rounded_and_within(most, expected):
    assert legend.rounded_keys(most) == expected
