"""Figures of access tell what the tables give: the sums are checked by hand on a grid of 16 squares."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest
from test_maps import EPCI, LEFT, LOW, grid, made_places

from solidata.analysis import access as analysis
from solidata.catalog import load, load_geography, load_registers
from solidata.figures import access, access_words, gallery, theme
from solidata.figures.access_words import LOCATED_POINTS, PlaceSet
from solidata.figures.geo.ratio_words import OPEN_HOUSES, Words
from solidata.figures.share_table import Line, ShareTable
from solidata.problems import NoDataError, RefusedError

NAMES = ["couverture", "couverture-lieux", "acces", "acces-points", "habitants-par-mds",
         "habitants-par-territoire"]  # fmt: skip
CORNER, OPPOSITE = (5.0, 5.0), (35.0, 35.0)
"""The middle of the first square and of the last one, in kilometres."""


@pytest.fixture(scope="module")
def given():
    communes = pd.DataFrame(grid().communes.drop(columns="geometry"))
    return SimpleNamespace(
        communes=communes, territories=load("territories"), epci=EPCI, registers=load_registers()
    )


@pytest.fixture(scope="module")
def real():
    loads, registers = gallery.Load(load, load_geography), load_registers()
    return {name: gallery.SET[name](loads, registers, 2025) for name in NAMES}


def houses(*spots, **options):
    return PlaceSet(made_places(list(spots)), OPEN_HOUSES, **options)


def by_area(chart, given, places, **options):
    return chart(given.communes, places, given.territories, given.epci, given.registers, **options)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def sound(figure):
    for preset in theme.PRESETS:
        assert figure.check(preset) == figure.check(preset, dressed=False) == [], preset
    return figure


# --- the table --------------------------------------------------------------------------------


def test_the_table_counts_who_lives_within_each_distance(given):
    # From square 0, squares 1 and 4 are 10 km away, 5 is 14,1 km, 2 and 8 are 20 km:
    # 100 within 5 km; + 200 + 500 = 800 within 10; + 600 = 1 400 within 15; + 300 + 900 = 2 600
    # within 20, of which square 2 (300) in the east.
    table = sound(by_area(access.access_table, given, houses(CORNER))).table()
    counts = table[["5\u00a0km", "10\u00a0km", "15\u00a0km", "20\u00a0km"]]
    rows = dict(zip(table["Nom"], counts.to_numpy().tolist(), strict=True))
    department = given.registers.plan.department
    assert rows[department] == [100, 800, 1400, 2600]
    assert rows["Nord"] == rows["Ouest"] == [100, 800, 1400, 2300]
    assert rows["Sud"] == rows["Est"] == [0, 0, 0, 300]
    shares = table.set_index("Nom")["10\u00a0km (%)"]
    # 800 of 13 600; 800 of 6 000; 0 of 7 600
    assert shares[department] == round(80000 / 13600, 1) == 5.9
    assert (shares["Nord"], shares["Sud"]) == (round(80000 / 6000, 1), 0)
    assert table["Niveau"].tolist() == ["Ensemble", "Territoire", "EPCI", "Territoire", "EPCI"]


def test_rows_are_sorted_by_who_lives_within_ten_kilometres(given):
    # From the last square, the east is nearer: 1 600 + 1 500 + 1 200 = 4 300 of 7 600 within 10 km.
    table = by_area(access.access_table, given, houses(OPPOSITE)).table()
    assert table["Nom"].tolist()[1:] == ["Sud", "Est", "Nord", "Ouest"]
    assert table.loc[1, "10\u00a0km"] == 1600 + 1500 + 1200


def test_a_bar_is_as_long_as_its_share(given):
    page = by_area(access.access_table, given, houses(CORNER), thresholds=[10, 20]).render()
    long = {}
    for mark in page.marks:
        long.setdefault(mark.category, []).append(mark.artist.get_width())
        assert mark.artist.get_x() == 0
        assert mark.artist.axes.get_xlim() == (0, 1)
    assert long["10\u00a0km"] == [800 / 13600, 800 / 6000, 800 / 6000]  # nobody: no bar
    assert long["20\u00a0km"] == [2600 / 13600, *[2300 / 6000] * 2, *[300 / 7600] * 2]


def test_the_order_of_rows_changes_no_table(given):
    places = houses(CORNER, OPPOSITE)
    turned = SimpleNamespace(
        **{**vars(given), "communes": given.communes[::-1], "epci": EPCI[::-1]}
    )
    back = places._replace(places=places.places[::-1])
    for chart in (access.access_table, access.coverage_by_territory, access.houses_per_territory):
        one, other = by_area(chart, given, places), by_area(chart, turned, back)
        pd.testing.assert_frame_equal(one.table(), other.table())
        assert (one.title, one.reading, one.alt) == (other.title, other.reading, other.alt)


def test_a_title_counts_nobody_twice_and_says_at_least(given):
    figure = by_area(access.access_table, given, houses(CORNER))
    assert (
        plain(figure.title)
        == "Selon l’EPCI, 0 à 13 % des habitants à moins de 10 km d’une MDS ouverte"
    )
    points = PlaceSet(made_places([CORNER]), LOCATED_POINTS, unknown=3, any_point=True)
    least = by_area(access.access_table, given, points)
    assert plain(least.title) == (
        "Au moins 6 % des habitants vivent à moins de 10 km d’un point d’accueil situé"
    )
    assert "3 points d’accueil annoncés ne sont pas situés : ces parts sont des minimums" in plain(
        least.note
    )
    whole = by_area(access.access_table, given, points._replace(unknown=0))
    assert "oins 6" not in whole.title
    assert "minimum" not in whole.note


def test_other_distances_are_told_of(given):
    figure = sound(by_area(access.access_table, given, houses(CORNER), thresholds=[15, 7.5]))
    # nobody but square 0 within 7,5 km: 100 of 13 600
    assert figure.table()["7,5\u00a0km"].iloc[0] == 100
    title = "Selon l’EPCI, 0 à 2 % des habitants à moins de 7,5 km d’une MDS ouverte"
    assert plain(figure.title) == title  # 100 of 6 000 are 1,7 %


def test_many_distances_are_refused_on_one_column_only(given):
    figure = by_area(access.access_table, given, houses(CORNER), thresholds=range(5, 35, 5))
    assert figure.check("paysage") == []
    with pytest.raises(RefusedError, match="6 distances ne tiennent pas dans 82 mm"):
        figure.render("colonne")


def test_communes_without_a_territory_are_counted_apart(given):
    communes = given.communes.copy()
    communes.loc[communes["epci_id"] == "200000002", ["territory_id", "epci_id"]] = None
    there = SimpleNamespace(**{**vars(given), "communes": communes})
    table = sound(by_area(access.access_table, there, houses(CORNER))).table()
    assert table["Nom"].tolist()[1:] == ["Nord", "Ouest", "Sans territoire", "Sans EPCI"]
    assert table["Habitants"].tolist()[1:] == [6000, 6000, 7600, 7600]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "0 lignes"),
        ([Line("A", 10, (11,))], "plus grande que le tout"),
        ([Line("A", 10, (-1,))], "négative"),
        ([Line("A", 10, (1, 2))], "2 parts, 1 attendues"),
        ([Line(str(n), 1, (1,)) for n in range(31)], "31 lignes"),
    ],
)
def test_a_table_that_cannot_be_printed_is_refused(lines, message):
    with pytest.raises(RefusedError, match=message):
        ShareTable(lines, ("Nom", "Habitants", "5 km"), "nombre")


def test_nobody_has_no_share():
    assert Line("A", 0, (0,)).share(0) is None
    assert Line("A", 4, (1,)).share(0) == 0.25


# --- curves -----------------------------------------------------------------------------------


def test_each_territory_has_a_curve_that_climbs_to_everybody(given):
    figure = sound(by_area(access.coverage_by_territory, given, houses(CORNER)))
    # 800 of 6 000 in the west within 10 km, nobody in the east
    assert plain(figure.title) == "À moins de 10 km d’une MDS ouverte : de 0 % (Sud) à 13 % (Nord)"
    rows = figure.table().set_index("Distance (km)")
    assert rows.loc[10, "Nord (%)"] == round(100 * 800 / 6000, 3)
    assert rows.iloc[-1].tolist() == [100, 100]
    addresses = " ".join(figure.data["address"]).split()
    assert {a for a in addresses if a.startswith("communes:")} == set(
        "communes:" + given.communes["insee_code"]
    )
    assert set(addresses) - set("communes:" + given.communes["insee_code"]) == {"places:lieu-00"}
    assert "Territoires inférés" in figure.note


def test_curves_that_end_together_are_named_after_a_piece_of_each(given):
    page = by_area(access.coverage_by_territory, given, houses(CORNER)).render()
    (axes,) = {m.artist.axes for m in page.marks}
    far = max(m.artist.get_xdata()[-1] for m in page.marks)
    keys = [k for k in axes.lines if min(k.get_xdata()) > far]
    heights = {t.get_text(): t.xy[1] for t in axes.texts if t.get_text() in ("Nord", "Sud")}
    assert heights["Nord"] > heights["Sud"]  # as the curves stand at 10 km
    drawn = {m.category: m.artist for m in page.marks}
    for key in keys:
        (name,) = [n for n, y in heights.items() if y == key.get_ydata()[0]]
        assert key.get_color() == drawn[name].get_color()
        assert key.get_linestyle() == drawn[name].get_linestyle()
    assert len(keys) == 2


def test_sets_of_places_are_told_by_the_first_and_the_last(given):
    sets = {
        "1 MDS ouverte": houses(CORNER, waiting=made_places([OPPOSITE], states=["interim"])),
        "2 points": PlaceSet(made_places([CORNER, OPPOSITE]), LOCATED_POINTS, 4, any_point=True),
    }
    figure = sound(access.coverage_by_set(given.communes, sets, given.registers))
    # 800 of 13 600 are 5,9 %; with the other corner 800 + 4 300 = 5 100 are 37,5 %
    title = "6 % des habitants à moins de 10 km d’une MDS ouverte, 38 % d’un point situé"
    assert plain(figure.title) == title
    assert "4 points d’accueil annoncés ne sont pas situés" in plain(figure.note)
    assert "La MDS qui n’est pas encore ouverte a déjà un accueil provisoire" in plain(figure.note)
    with pytest.raises(RefusedError, match="Deux ensembles de lieux"):
        access.coverage_by_set(given.communes, dict([*sets.items()][:1]), given.registers)


# --- houses -----------------------------------------------------------------------------------


def test_catchments_add_up_to_everybody(given):
    # Nearer to square 0, or as far (then the first key): squares 0-3, 4-6, 8-9 and 12, that is
    # 1 000 + 1 800 + 1 900 + 1 300 = 6 000; the others 13 600 − 6 000 = 7 600.
    figure = sound(access.catchments(given.communes, houses(CORNER, OPPOSITE), given.registers))
    table = figure.table()
    assert dict(zip(table["Lieu"], table["Habitants"], strict=True)) == {
        "Lieu 1": 7600,
        "Lieu 0": 6000,
    }
    assert table["Habitants"].sum() == given.communes["population"].sum() == 13600
    assert table["Communes"].tolist() == [6, 10]
    # from the last corner at most 20 km (squares 7 and 13); from the first one 30 (squares 3 and 12)
    assert table["Distance la plus grande (km)"].tolist() == [20, 30]
    root2, root5, root8 = (10 * math.sqrt(n) for n in (2, 5, 8))
    east = [(1600, 0), (1500, 10), (1200, 10), (1100, root2), (1400, 20), (800, 20)]
    assert table["Distance moyenne (km)"][0] == round(sum(p * d for p, d in east) / 7600, 1)
    assert root5 < root8 < 30
    assert plain(figure.title) == "Lieu 1, la MDS ouverte la plus proche de 56 % des habitants"
    assert "« " not in figure.alt
    one = figure.data.set_index("place_id")["address"]["lieu-01"].split()
    assert one == ["places:lieu-01", *(f"communes:41{n:03d}" for n in (7, 10, 11, 13, 14, 15))]


def test_a_place_without_inhabitants_keeps_its_row(given):
    made = grid(people=[0] + [100] * 15).communes
    # the second place stands on the first square only, where nobody lives
    places = houses((15.0, 5.0), CORNER, (5.0, 15.0))
    table = sound(access.catchments(pd.DataFrame(made), places, given.registers)).table()
    row = table.set_index("Lieu").loc["Lieu 1"]
    assert (row["Habitants"], row["Communes"]) == (0, 1)
    assert math.isnan(row["Distance moyenne (km)"])


def test_inhabitants_per_house_of_a_territory(given):
    # west: 6 000 for two places, east: 7 600 for one
    figure = sound(by_area(access.houses_per_territory, given, houses(CORNER, (15, 15), OPPOSITE)))
    assert plain(figure.title) == "De 3 000 (Nord) à 7 600 (Sud) habitants par MDS ouverte"
    assert "dans l’ensemble, c’est 4 533" in plain(figure.reading)  # 13 600 / 3
    alone = sound(by_area(access.houses_per_territory, given, houses(CORNER)))
    assert plain(alone.title) == "Nord : 6 000 habitants par MDS ouverte"
    assert plain(alone.note).startswith("aucun lieu : Sud.")
    assert alone.table()["Territoire"].tolist() == ["Nord"]


def test_a_house_of_an_unknown_commune_is_told(given):
    places = houses(CORNER, OPPOSITE)
    places.places["insee_code"] = ["41000", "00000"]
    figure = sound(by_area(access.houses_per_territory, given, places))
    assert figure.table()["Lieux"].tolist() == [1]
    assert "1 lieu hors des communes connues, non compté" in plain(figure.note)
    assert "places:lieu-01" not in " ".join(figure.data["address"])


def test_a_year_that_counts_no_points_still_has_its_houses():
    loads = gallery.Load(load, load_geography)
    figure = gallery.SET["acces"](loads, load_registers(), 2019)
    assert "minimum" not in figure.note
    with pytest.raises(NoDataError, match="Aucun nombre"):
        gallery.SET["acces-points"](loads, load_registers(), 2019)


def test_halves_are_rounded_as_they_are_printed(given):
    communes = given.communes.assign(population=[5, *[0] * 15])
    there = SimpleNamespace(**{**vars(given), "communes": communes})
    figure = by_area(access.houses_per_territory, there, houses(CORNER, (5, 15)))
    assert figure.table()["Habitants par lieu"].tolist() == [3]  # 5 / 2 = 2,5
    assert "3 habitants par MDS ouverte" in plain(figure.title)


# --- what is not counted ----------------------------------------------------------------------


def test_nothing_is_drawn_without_a_place(given):
    nothing = PlaceSet(load("places").head(0), OPEN_HOUSES)
    for chart in (access.access_table, access.coverage_by_territory, access.houses_per_territory):
        with pytest.raises(NoDataError, match=r"aucun lieu \(MDS ouverte\)"):
            by_area(chart, given, nothing)
    with pytest.raises(NoDataError, match="aucun lieu"):
        access.catchments(given.communes, nothing, given.registers)
    lost = houses(CORNER)
    lost.places[["x", "y"]] = float("nan")
    with pytest.raises(NoDataError, match="aucun lieu"):
        access.catchments(given.communes, lost, given.registers)


def test_a_place_without_a_point_is_told_and_not_counted(given):
    places = houses(CORNER, OPPOSITE)
    places.places.loc[1, ["x", "y"]] = float("nan")
    figure = sound(by_area(access.access_table, given, places))
    assert figure.table()["10\u00a0km"].iloc[0] == 800
    assert "1 lieu sans point ne compte pas" in plain(figure.note)
    assert "1 MDS ouverte" in plain(figure.scope)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([], ["", ""]),
        (["planned"], ["1 MDS qui n’est pas encore ouverte ne compte pas", ""]),
        (["interim"], ["1 MDS qui n’est pas encore ouverte ne compte pas", "elle a déjà un accueil"]),
        (["interim", "interim"], ["2 MDS qui ne sont pas encore", "elles ont déjà un accueil"]),
        (["interim", "planned"], ["2 MDS qui ne sont pas encore", "1 des 2 MDS qui ne sont pas encore ouvertes a déjà"]),
    ],
)  # fmt: skip
def test_houses_that_are_not_open_are_told(states, told):
    waiting = made_places([CORNER] * len(states), states=states)
    said = access_words.left_out(houses(CORNER, waiting=waiting))[1:]
    for text, start in zip(said, told, strict=True):
        assert plain(text).startswith(start)
        assert bool(text) == bool(start)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (OPEN_HOUSES, ("à la MDS ouverte la plus proche", "de la MDS ouverte la plus proche")),
        (LOCATED_POINTS, ("au point d’accueil situé le plus proche", "du point d’accueil situé le plus proche")),
        (Words("lieu", "lieux"), ("au lieu le plus proche", "du lieu le plus proche")),
    ],
)  # fmt: skip
def test_words_agree(words, expected):
    assert (words.nearest, words.nearest_of) == expected


# --- the real tables --------------------------------------------------------------------------


def test_the_real_sums_agree(real):
    communes = load("communes")
    people = int(communes["population"].sum())
    served = real["habitants-par-mds"].table()
    opened = load("places").query("kind == 'mds' and state == 'open'")
    assert served["Habitants"].sum() == people
    assert served["Communes"].sum() == len(communes)
    assert len(served) == len(opened)
    for name in ("acces", "acces-points"):
        table = real[name].table()
        numbers = [c for c in table.columns if c not in ("Niveau", "Nom") and "%" not in c]
        sums = table.groupby("Niveau")[numbers].sum()
        assert sums.loc["Ensemble", "Habitants"] == people
        # the territories make the whole and so do the EPCI, at every distance
        assert (sums.loc["Territoire"] == sums.loc["Ensemble"]).all()
        assert (sums.loc["EPCI"] == sums.loc["Ensemble"]).all()
        assert (table[numbers[1:]].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_the_real_curves_and_tables_tell_the_same(real):
    table = real["acces"].table().set_index("Nom")
    curve = real["couverture"].table()
    near = curve[curve["Distance (km)"] <= 10].iloc[-1]
    for territory in load("territories")["label"]:
        assert round(near[f"{territory} (%)"], 1) == table.loc[territory, "10\u00a0km (%)"]
    points = real["acces-points"].table()
    sets = real["couverture-lieux"].table()
    last = sets[sets["Distance (km)"] <= 10].iloc[-1]
    assert round(last.iloc[1], 1) == table["10\u00a0km (%)"].iloc[0]
    assert round(last.iloc[3], 1) == points["10\u00a0km (%)"].iloc[0]
    # more places, more people near: 7 of the 12, 12 of the 17
    assert last.iloc[1] <= last.iloc[2] <= last.iloc[3]


def test_the_map_and_the_table_tell_the_same(real):
    mapped = gallery.SET["distance-points"](
        gallery.Load(load, load_geography), load_registers(), 2025
    )
    assert mapped.title == real["acces-points"].title


def test_what_is_not_located_is_counted(real):
    places = load("places")
    located = int((places["in_announced_total"] != "no").sum())
    announced = load("observations").query(
        "indicator_id == @load_registers().plan.points_indicator"
    )
    missing = int(announced["value"].max()) - located
    for name in ("couverture", "couverture-lieux", "acces", "acces-points"):
        assert f"{missing}\u00a0points d’accueil annoncés ne sont pas situés" in real[name].note, (
            name
        )
    waiting = int((places["kind"].eq("mds") & places["state"].eq("interim")).sum())
    assert (
        f"Les {waiting}\u00a0MDS qui ne sont pas encore ouvertes ont déjà"
        in real["couverture-lieux"].note
    )


def test_every_address_exists_and_nobody_is_forgotten(real):
    known = {
        f"{t}:{k}"
        for t, c in (("communes", "insee_code"), ("places", "place_id"))
        for k in load(t)[c]
    }
    every = set("communes:" + load("communes")["insee_code"])
    for name, figure in real.items():
        told = set(" ".join(figure.data["address"]).split())
        assert told <= known, name
        assert every <= told, name


def test_bands_of_a_coverage_can_be_masked(given):
    from solidata.analysis.secrecy import mask_small

    places = houses(CORNER).places
    people = given.communes.assign(population=range(16))
    reached = analysis.coverage(people, places, (10, 20, 100), by="territory_id", key="insee_code")
    near = reached.groupby("group")["population"].diff().fillna(reached["population"])
    bands = reached[["group", "threshold_km"]].assign(count=near.astype("int64"))
    # west: 0 + 1 + 4 = 5 within 10 km, then 5 + 8 = 13, and 52 − 18 = 34; east: 0, 2, 66
    assert bands["count"].tolist() == [5, 13, 34, 0, 2, 66]
    masked = mask_small(bands, by=["group"])
    assert masked["count"].isna().tolist() == [True, True, False, False, True, True]


def test_places_stand_where_the_grid_says():
    made = made_places([CORNER])
    assert (made["x"][0], made["y"][0]) == (LEFT + 5000, LOW + 5000)
