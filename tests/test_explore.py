"""The interactive map as a model: what is checked, shown, counted and told say the same thing."""

import itertools
import re
from html.parser import HTMLParser

import geopandas as gpd
import ipyleaflet as leaflet
import ipywidgets as widgets
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import solidata
from solidata.explore import access_map, layers, symbols, words
from solidata.figures import colour, theme
from solidata.figures.geo import symbols as print_symbols
from solidata.figures.geo.base import Base
from solidata.figures.geo.territories import territories_of
from solidata.problems import RefusedError
from solidata.tables import Geography, Registers

EVIL = '<script>pwned()</script><img src=x onerror="pwned()">\'&amp;'


@pytest.fixture(scope="module")
def tables():
    names = ("places", "territories", "epci")
    return {
        **{name: solidata.load(name) for name in names},
        "geography": solidata.load_geography(),
        "registers": solidata.load_registers(),
    }


def made(tables, announced=55, **changed):
    return access_map(**{**tables, **changed}, announced=announced)


@pytest.fixture
def shown(tables):
    return made(tables)


def row(tables, **cells):
    """Return the table of places with one row of our making."""
    first = tables["places"].astype(object).iloc[[0]].assign(place_id="essai", **cells)
    return pd.concat([tables["places"].astype(object), first], ignore_index=True)


class Reader(HTMLParser):
    """What a page would hold: the elements opened, and the text."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.attributes, self.said = set(), set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.opened.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return "".join(self.said).replace("\u00a0", " ")


def pages(widget, seen=None):
    """Return every string that a widget below this one writes into the page as HTML."""
    seen = {} if seen is None else seen
    if widget.model_id in seen:
        return []
    seen[widget.model_id] = widget
    below = [getattr(widget, name, None) for name in ("popup", "icon", "widget")]
    for name in ("children", "layers", "controls"):
        below += getattr(widget, name, ())
    mine = {
        widgets.HTML: lambda: [widget.value],
        leaflet.DivIcon: lambda: [widget.html],
        leaflet.AttributionControl: lambda: [widget.prefix],
    }.get(type(widget), list)()
    return mine + [t for w in below if isinstance(w, widgets.Widget) for t in pages(w, seen)]


# -- what is shown


def test_points_are_shown_at_first_and_context_is_not(shown, tables):
    context = tables["places"]["kind"] == "france_services"
    assert len(shown.markers.layers) == int((~context).sum()) == 17
    assert not shown.checks["kind"]["france_services"].value
    expected = (
        "17 points d’accueil montrés sur 17 situés, 55 annoncés ; 0 lieu de contexte montré sur 23"
    )
    assert Reader(shown.count.value).text == expected


def test_a_filter_hides_markers_rows_and_counts_together(shown):
    shown.select(kind=["mds"], state=["interim"])
    assert len(shown.markers.layers) == 5
    assert sorted(shown.shown["commune"]) == [
        "Fréteval", "Mondoubleau", "Montrichard Val de Cher", "Salbris", "Selles-sur-Cher",
    ]  # fmt: skip
    assert "5 points d’accueil montrés sur 17 situés" in Reader(shown.count.value).text
    assert shown.table.value.count('<th scope="row">') == 5
    shown.checks["territory"]["nord"].value = False  # as a click does
    assert len(shown.markers.layers) == shown.table.value.count('<th scope="row">') == 3


def test_nothing_checked_shows_nothing_and_says_how_to_come_back(shown):
    shown.select(kind=[])
    assert shown.markers.layers == ()
    assert "0 point d’accueil montré sur 17 situés" in Reader(shown.count.value).text
    assert "Aucun lieu ne répond" in shown.table.value
    shown.every.click()
    assert len(shown.markers.layers) == len(shown.places) == 40


def test_only_values_that_occur_are_offered(shown):
    assert list(shown.checks["state"]) == ["open", "interim"]
    assert list(shown.checks["territory"]) == ["nord", "centre", "sud"]
    assert list(shown.checks["kind"]) == ["mds", "antenne", "pmi", "france_services"]


def test_a_value_that_no_place_has_is_refused(shown):
    before = shown.shown
    with pytest.raises(RefusedError, match=r"«.centr.» inconnu ; vouliez-vous dire «.centre.»"):
        shown.select(territory=["centr"])
    pd.testing.assert_frame_equal(shown.shown, before)


def test_recentring_comes_back(shown):
    centre, zoom = list(shown.map.center), shown.map.zoom
    shown.map.center, shown.map.zoom = [0.0, 0.0], 12
    shown.centre.click()
    assert (list(shown.map.center), shown.map.zoom) == (centre, zoom)


def test_the_map_asks_for_no_tile_and_no_image(shown):
    kinds = {type(layer) for layer in shown.map.layers}
    assert kinds == {leaflet.GeoJSON, leaflet.LayerGroup}
    assert {type(m.icon) for m in shown.markers.layers} == {leaflet.DivIcon}
    assert not any("http" in text or "url(" in text for text in pages(shown))


# -- what is odd


@pytest.mark.parametrize(
    ("cells", "territory"),
    [
        ({"insee_code": "75056"}, "Hors du département"),
        ({"insee_code": None}, "Hors du département"),
    ],
)
def test_a_place_elsewhere_is_shown_and_says_so(tables, cells, territory):
    shown = made(tables, places=row(tables, **cells))
    assert len(shown.markers.layers) == 18
    assert shown.checks["territory"][layers.OUTSIDE].description == territory
    shown.select(territory=[layers.OUTSIDE])
    assert shown.shown["place_id"].tolist() == ["essai"]


def test_a_commune_without_territory_keeps_its_places(tables):
    geography = tables["geography"]
    communes = geography.communes.copy()
    communes.loc[communes["insee_code"] == "41018", "territory_id"] = None
    shown = made(tables, geography=geography._replace(communes=communes))
    assert shown.checks["territory"][layers.UNSORTED].value
    shown.select(territory=[layers.UNSORTED])
    assert shown.shown["commune"].tolist() == ["Blois"]
    styles = [
        f["properties"]["style"]
        for f in layers.communes(
            geography._replace(communes=communes), layers.tints(tables["territories"])
        )["features"]
    ]
    assert sum("dashArray" in style for style in styles) == 1


def test_a_place_without_a_point_is_in_the_table_only(tables):
    shown = made(tables, places=row(tables, name="Sans point", x=None, y=None))
    assert len(shown.markers.layers) == 17
    assert "Sans point" in shown.table.value
    said = " ".join(Reader(text).text for text in pages(shown))
    assert "1 lieu sans point : dans le tableau seulement" in said
    assert "17 points d’accueil montrés sur 17 situés" in said


def test_without_any_place_the_map_stands(tables):
    shown = made(tables, places=tables["places"].iloc[:0])
    assert "0 point d’accueil montré sur 0 situé, 55 annoncés" in Reader(shown.count.value).text


def test_places_of_one_point_stand_side_by_side(shown):
    together = shown.places[shown.places["together"] > 1]
    assert together["name"].tolist() == ["MDS de Mer", "PMI de Mer"]
    anchors = [shown._markers[i].icon.icon_anchor for i in together["place_id"]]
    assert anchors[0][0] - anchors[1][0] == 22  # pixels apart


@pytest.mark.parametrize("together", range(1, 13))
def test_no_two_places_of_one_point_are_drawn_over_each_other(together):
    where = [symbols.offset(i, together) for i in range(together)]
    assert all(
        max(abs(a - c), abs(b - d)) >= 21 for (a, b), (c, d) in itertools.combinations(where, 2)
    )


def test_what_no_map_can_draw_is_refused_in_french(tables):
    with pytest.raises(RefusedError, match="n’a pas les colonnes kind"):
        made(tables, places=tables["places"].drop(columns="kind"))
    with pytest.raises(RefusedError, match=r"colonne «.kind.» : «.chateau.» inconnu"):
        made(tables, places=row(tables, kind="chateau"))
    with pytest.raises(RefusedError, match=r"source inconnue : «.nulle.»"):
        made(tables, places=row(tables, source_id="nulle"))
    with pytest.raises(RefusedError, match=r"deux lignes ou plus pour «.mds-mer.»"):
        made(tables, places=row(tables).replace("essai", "mds-mer"))
    bare = tables["geography"].communes.set_crs(None, allow_override=True)
    with pytest.raises(RefusedError, match="leur projection"):
        made(tables, geography=tables["geography"]._replace(communes=bare))
    four = pd.DataFrame({"territory_id": list("abcd"), "label": list("abcd")})
    with pytest.raises(RefusedError, match="4 territoires à distinguer"):
        made(tables, territories=four)


# -- what it tells


def test_hovering_a_place_tells_its_card(shown):
    marker = shown._markers["mds-mer"]
    marker._handle_mouse_events(marker, {"type": "mouseover"}, None)
    said = Reader(shown.info.value).text
    for told in ("MDS de Mer", "ouverte au 21 mai 2025", "5 avenue Maunoury", "(inféré)",
                 "adresse publiée sans coordonnées : dessiné au point de la commune"):  # fmt: skip
        assert told in said
    assert marker.title == "MDS de Mer, ouverte au 21\u00a0mai 2025"


def test_hovering_a_commune_tells_it_and_an_unknown_one_changes_nothing(shown):
    communes = shown.map.layers[1]
    event = {"event": "mouseover", "feature": {"properties": {"key": "41018"}}}
    communes._handle_mouse_events(communes, event, None)
    said = Reader(shown.info.value).text
    for told in ("Blois", "habitants en 2023", "Agglopolys", "Centre (inféré)"):
        assert told in said
    for feature in ({"properties": {"key": EVIL}}, {"properties": None}, None):
        communes._handle_mouse_events(communes, {"event": "mouseover", "feature": feature}, None)
        assert Reader(shown.info.value).text == said


def test_the_note_counts_what_nobody_published(tables):
    said = " ".join(Reader(text).text for text in pages(made(tables)))
    # 55 announced, 17 located
    assert "38 points annoncés ne sont situés par aucune publication" in said
    assert "Que 17 lieux soient parmi les 55 annoncés est inféré" in said
    assert "© IGN" in said
    assert "annoncé" not in Reader(made(tables, announced=None).count.value).text
    # 17 located of 16 announced: one too many
    over = " ".join(Reader(text).text for text in pages(made(tables, announced=16)))
    assert "17 lieux pour 16 annoncés : un lieu est compté deux fois" in over
    assert "pour 55 annoncés" not in said


def test_a_territory_is_said_inferred_unless_a_source_states_it(tables):
    assert "inféré\u00a0: aucune source ne l’imprime" in " ".join(pages(made(tables)))
    stated = tables["geography"].communes.assign(territory_confidence="stated")
    geography = tables["geography"]._replace(communes=stated)
    places = tables["places"].assign(in_announced_total="stated")
    shown = made(tables, geography=geography, places=places)
    shown._on_commune(feature={"properties": {"key": "41018"}})
    assert "inféré" not in " ".join(pages(shown))


def test_every_sentence_has_the_typography_of_french(shown):
    shown.show_all()
    for text in pages(shown):
        said = "".join(Reader(text.split("</style>")[-1]).said)
        assert " :" not in said, said
        assert " ;" not in said, said
        assert " ?" not in said, said


# -- what it escapes


def evil(tables):
    """Return tables where every text that is shown tries to be an element."""
    geography = tables["geography"]
    communes = geography.communes.assign(name=EVIL)
    sources = tables["registers"].sources.assign(title=EVIL)
    return {
        "places": tables["places"].assign(name=EVIL, address=EVIL),
        "territories": tables["territories"].assign(label=[EVIL + n for n in "abc"]),
        "epci": tables["epci"].assign(name=EVIL),
        "geography": Geography(communes, geography.neighbours, geography.rivers.assign(name=EVIL)),
        "registers": Registers(sources, tables["registers"].contradictions),
    }


def test_no_text_of_a_table_becomes_an_element(tables):
    shown = made(evil(tables), title=EVIL)
    shown.show_all()
    communes = shown.map.layers[1]
    texts = pages(shown)
    feature = {"properties": {"key": "41018"}}
    communes._handle_mouse_events(communes, {"event": "mouseover", "feature": feature}, None)
    texts.append(shown.info.value)
    assert sum("&lt;img src=x onerror=" in t for t in texts) == 40 + 12 + 3 + 6
    # cards, houses' communes, territories; and title, credit, note, table, landmarks, hovered
    for text in texts:
        read = Reader(text)
        assert not read.opened & {"script", "img"}, text
        assert not [a for a in read.attributes if a.startswith("on")], text
    # A box's words are text by themselves: escaping them would show « &lt; ».
    box = shown.checks["territory"]["nord"]
    assert box.description.startswith(EVIL)
    assert not box.description_allow_html


@given(st.text())
def test_whatever_the_name_a_card_holds_it_as_text(name):
    place = pd.DataFrame({
        "name_": [name], "kind": ["mds"], "state": ["open"], "as_of": ["2025-12"], "commune": [name],
        "insee_code": ["41018"], "address": [name], "longitude": [1.0], "point_from": ["commune"],
        "located_to": ["commune"], "in_announced_total": ["no"], "source_id": ["x"],
    })  # fmt: skip
    read = Reader(words.place_card(next(place.itertuples()), {"x": name}))
    assert read.opened <= {"div", "strong", "dl", "dt", "dd"}
    assert read.attributes == {"class"}


# -- what it prints in a notebook


def test_a_notebook_keeps_a_text_that_changes_with_the_data_only(tables):
    one, other = made(tables), made(tables)
    other.select(kind=[])
    texts = [w._repr_mimebundle_()["text/plain"] for w in (one, other)]
    assert texts[0] == texts[1] == one.fingerprint()
    assert texts[0].startswith("Où est-on reçu\u00a0?\n40 lieux, 267 communes ; ")
    places = tables["places"].copy()
    places.loc[places["place_id"] == "mds-mer", "state"] = "interim"
    assert made(tables, places=places).fingerprint() != texts[0]
    communes = tables["geography"].communes.copy()
    communes.loc[0, "population"] += 1
    moved = tables["geography"]._replace(communes=communes)
    assert made(tables, geography=moved).fingerprint() != texts[0]


# -- how it looks


@pytest.mark.parametrize("seen", [None, *colour.SIMULATIONS])
def test_territories_are_told_apart_by_tint_under_each_colour_blindness(seen):
    for one, other in itertools.combinations(layers.TINTS, 2):
        assert colour.difference(one, other, seen) >= 10


PAIRS = list(itertools.product(print_symbols.LOOKS, layers.labels("state")))


def test_symbols_stand_out_on_every_tint():
    for ground, pair in itertools.product(layers.TINTS, PAIRS):
        edge = print_symbols.Symbol(*pair).fill.edge
        assert colour.contrast(edge, ground) >= 3, (edge, ground)


def test_every_symbol_differs_from_the_others_without_colour():
    assert set(print_symbols.LOOKS) == set(layers.labels("kind"))

    def grey(kind, state):
        fill = print_symbols.Symbol(kind, state).fill
        picture = symbols.svg(kind, state).replace(fill.edge, "trait")
        return picture.replace(f'"{fill.face}"', "plein" if state == "open" else "vide")

    assert len({grey(*pair) for pair in PAIRS}) == len(PAIRS) == 5 * 4


def numbers(path):
    return np.array([pair.split(",") for pair in path.strip("MZ").split()], dtype=float)


@pytest.mark.parametrize(("kind", "state"), PAIRS)
def test_a_symbol_is_the_same_on_the_screen_as_in_print(kind, state):
    # Both as drawn: the paths of the picture against the patches of the printed map.
    picture = symbols.svg(kind, state)
    paths = [numbers(d) for d in re.findall(r' d="([^"]+)"', picture)]
    with theme.applied():
        axes = Figure().subplots()
        shape = print_symbols.draw(axes, print_symbols.Symbol(kind, state), 0, 0)
    printed = [(p.get_xy()[:-1], to_hex(p.get_facecolor())) for p in axes.patches]
    printed += [(np.column_stack(line.get_data()), None) for line in axes.lines]
    rims = 2 if kind != "france_services" else 1  # in print, small ones have no white rim
    assert len(paths) == len(printed) + 2 - rims
    for path, (corners, _) in zip(paths[2 - rims :], printed, strict=True):
        assert path * [1, -1] == pytest.approx(corners, abs=0.006)  # millimetres
    fills = re.findall(r'fill="([^"]+)"', picture)
    assert [f.lower() for f in fills[2 - rims :]] == [f for _, f in printed if f]
    edge = re.findall(r'stroke="([^"]+)"', picture)[1]
    assert edge.lower() == to_hex(shape.get_edgecolor())
    drawn = re.search(r'width="(\d+)" height="\1" viewBox="-([\d.]+) ', picture)
    assert np.abs(np.concatenate(paths)).max() + 0.4 < float(drawn[2])  # nothing is cut off


def test_a_square_is_a_house_and_its_left_half_is_full_where_it_receives_elsewhere():
    square, half = (
        numbers(d) for d in re.findall(r' d="([^"]+)"', symbols.svg("mds", "interim"))[1:]
    )
    assert np.ptp(square, axis=0) == pytest.approx([2.9, 2.9])  # 2 × 1.45 mm
    assert (half[:, 0].min(), half[:, 0].max()) == (-1.45, 0)


def test_a_territory_has_the_same_tint_on_the_screen_as_in_print(tables):
    base = Base(tables["geography"], tables["registers"].sources)
    rows = territories_of(base, tables["territories"])
    printed = {row.territory_id: row.fill.face for row in rows.itertuples()}
    assert printed == layers.tints(tables["territories"])


def test_the_outlines_stay_light_and_in_degrees(tables):
    import json

    drawn = layers.communes(tables["geography"], layers.tints(tables["territories"]))
    assert len(json.dumps(drawn)) < 500_000
    west, south, east, north = gpd.GeoDataFrame.from_features(drawn).total_bounds
    assert (round(west, 1), round(south, 1), round(east, 1), round(north, 1)) == (
        0.6,
        47.2,
        2.2,
        48.1,
    )
