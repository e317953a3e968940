"""The page of a territory: its numbers are worked out by hand, and every state of the data prints."""

import pandas as pd
import pytest
from test_maps import EPCI, grid, made_places

from solidata.analysis.territory import profile
from solidata.catalog import load, load_geography, load_registers
from solidata.figures import territory as pages
from solidata.figures import territory_map, theme
from solidata.figures.geo import panel, symbols
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, Room, place
from solidata.figures.page import text_width
from solidata.figures.territory_words import at
from solidata.problems import NoDataError, RefusedError

TABLES = ["territories", "challenges", "places", "place_events", "observations", "epci"]
IDS = list(load("territories")["territory_id"])
# An open house in the corner of the west, one in the east next to it, and one that is not open.
SPOTS, STATES = [(5, 5), (25, 15), (5, 25)], ["open", "open", "interim"]


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def registers():
    return load_registers()


@pytest.fixture(scope="module")
def geography():
    return load_geography()


@pytest.fixture(scope="module")
def real(geography, registers):
    tables = [load(name) for name in TABLES]
    return {i: pages.territory(i, *tables, geography, registers) for i in IDS}


def on_grid(registers, geography=None, territory_id="nord", **changed):
    tables = {name: load(name) for name in TABLES} | {
        "epci": EPCI,
        "places": made_places(SPOTS, states=STATES),
    }
    tables |= changed
    return pages.territory(territory_id, *tables.values(), geography or grid(), registers)


def key_figures(figure):
    table = figure.table()
    rows = table[table["Rubrique"] == "Chiffre clé"]
    return {plain(label): plain(value) for _, label, value in rows.itertuples(index=False)}


def texts(figure, preset="page", dressed=True):
    return [plain(t.get_text()) for t in figure.render(preset, dressed).figure.texts]


# --- known answers ----------------------------------------------------------------------------


def test_a_profile_is_worked_out_by_hand():
    places = made_places(SPOTS, states=STATES)
    made = profile("nord", load("territories"), load("challenges"), places, grid().communes, 10)
    # The west holds communes 1, 2, 5, 6, 9, 10, 13, 14 of 100 × n inhabitants each.
    assert (len(made.communes), made.population) == (8, 6000)
    assert made.share == pytest.approx(6000 / 13_600)
    assert (made.houses, made.open_houses, made.per_house) == (2, 1, 6000)
    # At 10 km at most of (5, 5): communes 1, 2 and 5; of (25, 15), in the east: commune 6.
    assert made.near_houses.population == 100 + 200 + 500 + 600
    assert made.near_houses.share == pytest.approx(1400 / 6000)
    assert made.near_houses.nearest == ["lieu-00", "lieu-01"]
    # Of (5, 25), which receives people though it is not open: communes 9, 10 and 13 too.
    assert made.near_points.population == 1400 + 900 + 1000 + 1300
    assert made.action_sheets == 8


def test_the_limit_counts():
    places = made_places([(5, 5)])
    tables = [load("territories"), load("challenges"), places, grid().communes]
    assert profile("nord", *tables, 10).near_houses.population == 800  # communes 1, 2, 5
    assert profile("nord", *tables, 9.9).near_houses.population == 100


def test_a_page_prints_them(registers):
    figure = on_grid(registers)
    assert plain(figure.title) == "Territoire Nord : 23 % des habitants vivent à 10 km au plus d’une MDS ouverte"  # fmt: skip
    assert key_figures(figure) == {
        "communes et 1 intercommunalité": "8",
        "habitants en 2023, 44,1 % du département": "6 000",
        "habitants par MDS ouverte (1 sur 2)": "6 000",
        "des habitants à 10 km au plus d’une MDS ouverte": "23 %",
        "des habitants à 10 km au plus d’un point situé": "≥ 77 %",
        "points d’accueil situés (55 annoncés en tout)": "2",
    }
    written = texts(figure)
    assert {"6 000", "23 %", "≥ 77 %", "3 défis du territoire Nord", "2 lieux d’accueil situés"} <= set(written)  # fmt: skip
    assert plain(figure.reading).startswith("1 400 des 6 000 habitants, soit 23 %,")


def test_a_share_is_a_minimum_only_while_points_are_not_located(registers):
    said = load("observations")
    said.loc[said["indicator_id"] == registers.plan.points_indicator, "value"] = 3.0
    figure = on_grid(registers, observations=said)
    assert key_figures(figure)["des habitants à 10 km au plus d’un point situé"] == "77 %"
    assert "minimum" not in figure.note
    assert "est un minimum" in on_grid(registers).note


def test_the_territories_make_the_whole(real):
    parts = [key_figures(figure) for figure in real.values()]
    communes = [int(next(v for k, v in p.items() if k.startswith("commune"))) for p in parts]
    people = [next(v for k, v in p.items() if "du département" in k) for p in parts]
    located = [int(next(v for k, v in p.items() if "accueil situé" in k)) for p in parts]
    assert (communes, sum(communes)) == ([100, 93, 74], 267)
    assert sum(int(p.replace(" ", "")) for p in people) == 328_543
    assert sum(located) == int((load("places")["in_announced_total"] != "no").sum())


# --- what the documents say -------------------------------------------------------------------


def test_challenges_are_those_of_the_report_and_the_printed_number_is_told(real):
    every = load("challenges").set_index("challenge_id")
    for territory_id, figure in real.items():
        shown = figure.data.query("what == 'challenge'")["address"].tolist()
        assert shown == [f"challenges:{territory_id}-{rank}" for rank in (1, 2, 3)]
        table = figure.table().set_index("Rubrique")
        assert plain(table.loc["Défi 1", "Libellé"]) == plain(
            every.loc[f"{territory_id}-1", "label"]
        )
    odd = real["nord"]
    assert plain(odd.table().set_index("Rubrique").loc["Défi 3", "Valeur"]) == "imprimé « 4 »"
    assert "le défi de rang 3 est imprimé avec le numéro 4" in plain(odd.note).lower()
    assert "avec le numéro" not in real["centre"].note


def test_action_sheets_are_told_apart_from_counted_actions(real):
    for territory_id, count in {"nord": "8", "centre": "9", "sud": "6"}.items():
        row = real[territory_id].table().set_index("Rubrique").loc["Fiches actions"]
        assert row["Valeur"] == count
        assert "non comptées parmi les actions des sections" in plain(row["Libellé"])
        # The register says that nothing tells whether they are among the 163.
        assert "C005" in real[territory_id].note


def test_places_are_listed_with_state_date_and_commune(real):
    places = load("places").query("in_announced_total != 'no'")
    inside = places["insee_code"].map(load("communes").set_index("insee_code")["territory_id"])
    for territory_id, figure in real.items():
        rows = figure.table().query("Rubrique == 'Lieu d’accueil'")
        assert len(rows) == (inside == territory_id).sum()
    said = {plain(a): plain(b) for _, a, b in real["sud"].table().itertuples(index=False)}
    assert said["MDS de Montrichard, commune de Montrichard Val de Cher"] == (
        "Accueil provisoire, au 7 mars 2026"
    )
    listed = " ".join(texts(real["centre"]))
    assert "Mer (14 rue du Grand Cagnet)" in listed  # one PMI: its date stands by its symbol
    assert "Veuzain-sur-Loire (en 2024)" in listed  # houses of several dates: each has its own


def test_how_surely_each_area_belongs_is_told_by_name(real):
    note = plain(real["centre"].note)
    assert "forte pour Grand Chambord, moyenne pour Agglopolys, faible pour Beauce Val de Loire et Terres du Val de Loire" in note  # fmt: skip
    assert "(inféré)" in real["centre"].alt


def test_a_stated_territory_is_not_said_to_be_inferred(registers):
    figure = on_grid(registers, epci=EPCI.assign(territory_confidence="stated"))
    assert "territoire inféré" not in figure.note
    assert "inféré)" not in figure.alt


def test_every_row_is_found_in_its_table(real):
    known = {name: set(load(name).iloc[:, 0]) for name in [*TABLES, "communes"]}
    for figure in real.values():
        addresses = [a.split(":") for a in figure.trace()["address"]]
        assert [(t, k) for t, k in addresses if k not in known[t]] == []
        assert {t for t, _ in addresses} == {"territories", "challenges", "epci", "places", "communes"}  # fmt: skip
    # The nearest houses of other territories are among the rows: the shares stand on them.
    assert "places:mds-blois" in set(real["sud"].data["address"])


# --- the drawing ------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", theme.PRESETS)
@pytest.mark.parametrize("territory_id", IDS)
def test_pages_fit_and_show_the_whole_territory(real, geography, preset, territory_id):
    page = real[territory_id].render(preset)
    assert page.height <= 270
    (facts,) = page.maps
    own = geography.communes.query("territory_id == @territory_id").total_bounds
    assert facts.window.left < own[0] < own[2] < facts.window.right
    assert facts.window.bottom < own[1] < own[3] < facts.window.top
    drawn = {point.place_id for point in facts.points}
    assert set(load("places").merge(geography.communes, on="insee_code").query(
        "territory_id == @territory_id and in_announced_total != 'no'")["place_id"]) <= drawn  # fmt: skip


def test_one_column_draws_the_places_of_the_territory_only(real):
    wide = {p.place_id for p in real["sud"].render("page").maps[0].points}
    narrow = {p.place_id for p in real["sud"].render("colonne").maps[0].points}
    assert wide - narrow == {"mds-blois", "mds-bracieux", "mds-veuzain-sur-loire"}


def test_a_page_does_not_depend_on_the_order_of_rows(real, geography, registers):
    shuffled = {name: load(name).sample(frac=1, random_state=3) for name in TABLES}
    shuffled["territories"] = load("territories")  # whose order is that of the fills
    again = pages.territory("sud", *shuffled.values(), geography, registers)
    first = [(t.get_text(), t.get_position()) for t in real["sud"].render().figure.texts]
    assert [(t.get_text(), t.get_position()) for t in again.render().figure.texts] == first


def nothing(name):
    return {name: load(name).head(0)}


def without_sheets():
    made = load("territories")
    return {"territories": made.assign(action_sheets=pd.array([pd.NA] * len(made), "Int64"))}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (nothing("challenges"), "Aucun défi imprimé."),
        (nothing("places"), "Aucun lieu d’accueil situé"),
        (nothing("observations"), "2 lieux d’accueil situés"),
        (without_sheets(), "Nombre de fiches actions non imprimé."),
        ({"places": made_places([(5, 5)], kinds=["pmi"])}, "1 lieu d’accueil situé"),
        ({"places": made_places([(25, 5)])}, "hors du territoire seulement"),
        ({"places": made_places([(5, 5), (15, 5)], states=["planned", "interim"])}, "MDS prévue"),
        ({"places": made_places([(5, 5)] * 4, kinds=["mds", "pmi", "point", "pmi"])}, "PMI"),
    ],
)
def test_what_is_missing_is_told_and_the_page_is_sound(registers, changed, said):
    figure = on_grid(registers, **changed)
    assert said in texts(figure)
    for preset in theme.PRESETS:
        for dressed in (True, False):
            assert figure.check(preset, dressed) == [], (preset, dressed)


def test_without_an_open_house_the_title_says_so(registers):
    figure = on_grid(registers, places=made_places([(5, 5)], states=["planned"]))
    assert plain(figure.title) == "Territoire Nord : aucune MDS ouverte n’est située"
    assert key_figures(figure)["habitants par MDS ouverte (aucune sur 1)"] == "–"
    assert figure.reading == ""


def test_a_house_without_a_point_is_counted_and_named(registers):
    places = made_places(SPOTS, states=STATES)
    places.loc[2, ["x", "y"]] = float("nan")
    figure = on_grid(registers, places=places)
    assert "habitants par MDS ouverte (1 sur 2)" in key_figures(figure)
    assert "non dessiné, faute de point : lieu 2" in plain(figure.note).lower()
    assert figure.check() == []


def test_a_commune_without_a_population_counts_nowhere_and_is_named(registers):
    made = grid()
    made.communes.loc[0, "population"] = pd.NA
    figure = on_grid(registers, made)
    # 1 300 of 5 900: commune 1 and its hundred are out of both.
    assert key_figures(figure)["des habitants à 10 km au plus d’une MDS ouverte"] == "22 %"
    assert "population inconnue, non comptée : commune a" in plain(figure.note).lower()


@pytest.mark.parametrize("preset", ["page", "colonne"])
def test_a_territory_with_twenty_points_still_fits(geography, registers, preset):
    """The département's full list may well have as many."""
    places = load("places")
    rows = geography.communes.query("territory_id == 'nord'").iloc[::6]
    added = pd.DataFrame({
        "place_id": [f"point-{n:02d}" for n in range(len(rows))],
        "name": ["Point de " + n for n in rows["name"]], "kind": "point",
        "insee_code": rows["insee_code"].to_numpy(), "located_to": "commune", "state": "open",
        "as_of": "2026", "in_announced_total": "stated", "confidence": "A",
        "point_from": "commune", "x": rows["x"].to_numpy(), "y": rows["y"].to_numpy(),
        "source_id": "bilan-2025", "printed": "essai",
    })  # fmt: skip
    full = pd.concat([places.astype(object), added.astype(object)], ignore_index=True)
    full = full.reindex(columns=places.columns).astype(places.dtypes.to_dict())
    tables = {name: load(name) for name in TABLES} | {"places": full}
    figure = pages.territory("nord", *tables.values(), geography, registers)
    assert f"{len(rows) + 3} lieux d’accueil situés" in texts(figure, preset)
    assert len(rows) == 17
    assert figure.check(preset) == []


# --- refusals ---------------------------------------------------------------------------------


def test_an_unknown_territory_is_refused_with_those_there_are(registers):
    with pytest.raises(
        RefusedError, match="«\u00a0est\u00a0» lu ; attendu : l’un de ceux de la table"
    ):
        on_grid(registers, territory_id="est")


def test_a_territory_without_communes_or_inhabitants_has_no_page(registers):
    with pytest.raises(NoDataError, match="Aucune commune dans le territoire Centre"):
        on_grid(registers, territory_id="centre")
    made = grid()
    made.communes["population"] = pd.array([0] * 16, "Int64")
    with pytest.raises(NoDataError, match="Aucun habitant connu dans le territoire Nord"):
        on_grid(registers, made)


def test_a_table_without_its_columns_is_named(registers):
    with pytest.raises(RefusedError, match=r"challenges.* n’a pas les colonnes rank"):
        on_grid(registers, challenges=load("challenges").drop(columns="rank"))


# --- the parts --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [12.0, 30.0, 61.0])
def test_a_column_writes_within_its_width_and_measures_its_height(width):
    column = panel.Column(width)
    column.heading("Deux défis")
    column.numbered("1", "Un défi assez long pour tenir sur plusieurs lignes")
    column.keyed(symbols.Symbol("mds", "open"), "au 7 mars 2026", "Ici, là")
    for line in column._texts:
        wide = text_width(line.text, line.size, line.weight)
        assert line.x + wide <= width + 1e-6 or " " not in line.text
        assert line.down + line.size * panel.LEADING <= column.height + 1e-6
    before = column.height
    column.text("Une ligne")
    assert column.height > before


def test_a_window_moves_towards_the_middle_but_keeps_its_focus():
    whole, focus = Box(0, 0, 100, 100), Box(60, 10, 90, 30)
    # As wide as the focus, three times as tall: it may only go up, until the focus is at its foot.
    assert territory_map.towards(Box(60, -10, 90, 50), focus, whole) == Box(60, 10, 90, 70)
    # Wide enough: its middle is that of the whole.
    assert territory_map.towards(Box(-25, -30, 175, 70), focus, whole) == Box(-50, -0, 150, 100)


def test_a_centred_name_stands_under_rather_than_beside_a_neighbour():
    point, wall = Box(20, 10, 22, 12), Box(24, 0, 40, 24)  # nothing is free to the right
    sides = {}
    for centred in (False, True):
        name = Name(("Mer",), 21, 11, point, centred=centred)
        (written,), _ = place([name], Room(Box(0, 0, 40, 24), [point, wall]))
        sides[centred] = (written.box.left + written.box.right) / 2
    assert sides[False] < 20
    assert sides[True] == pytest.approx(21)


@pytest.mark.parametrize("text", ["2024", "2025-12", "2026-03-07"])
def test_a_date_is_as_precise_as_it_is_known(text):
    known = {"2024": "en 2024", "2025-12": "en décembre 2025", "2026-03-07": "au 7 mars 2026"}
    assert plain(at(text)) == known[text]
    assert " " not in at(text)  # a line never ends inside it
