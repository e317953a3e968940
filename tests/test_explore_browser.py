"""The interactive map in a real JupyterLab and a real browser, both cut from the network."""

import pytest
from browser import jupyterlab, page, run_all, write_notebook

MAP = """
import solidata
from solidata.explore import access_map

tables = {n: solidata.load(n) for n in ("places", "territories", "epci")}
tables |= {"geography": solidata.load_geography(), "registers": solidata.load_registers()}
carte = access_map(**tables, announced=55)
carte
"""
# Each script that ran would say so.
HOSTILE = """
evil = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
geography, sources = tables["geography"], tables["registers"].sources
spoilt = access_map(
    tables["places"].assign(name=evil, address=evil),
    geography._replace(communes=geography.communes.assign(name=evil)),
    tables["territories"].assign(label=[evil + n for n in "abc"]),
    tables["epci"].assign(name=evil),
    solidata.Registers(sources.assign(title=evil), tables["registers"].contradictions),
    title=evil,
)
spoilt.show_all()
spoilt.add_class("essai-hostile")
spoilt
"""
SYMBOLS = ".leaflet-marker-pane .solidata-lieu"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Return a page where the notebook of both maps has run, and what it asked of others."""
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "carte.ipynb", MAP, HOSTILE)
    with page(width=1200, height=3200) as (opened, asked), jupyterlab(folder) as address:
        run_all(opened, address, "carte.ipynb")
        opened.locator(f".essai-hostile {SYMBOLS}").nth(39).wait_for(timeout=60_000)
        yield opened, asked


@pytest.fixture
def shown(lab):
    """Return the map of the true tables, as it is at first."""
    opened, _ = lab
    drawn = opened.locator(".solidata-carte:not(.essai-hostile)")
    opened.keyboard.press("Escape")
    drawn.get_by_role("button", name="Tout montrer").click()
    drawn.locator(SYMBOLS).nth(39).wait_for()
    drawn.get_by_label("France services (contexte)").uncheck()
    wait_count(drawn, 17)
    return drawn


def wait_count(drawn, count):
    """Wait until the map draws so many symbols, the count and the table say so many."""
    from playwright.sync_api import expect

    expect(drawn.locator(SYMBOLS)).to_have_count(count)
    expect(drawn.locator("tbody tr")).to_have_count(count)


def test_as_many_symbols_are_drawn_as_places_are_located(shown):
    assert (
        "17 points d’accueil montrés sur 17 situés, 55 annoncés"
        in shown.get_by_role("status").inner_text()
    )
    # 267 communes answer to the mouse; the rest of the outlines do not
    assert shown.locator("path.leaflet-interactive").count() == 267


def test_the_whole_departement_is_in_sight_at_first(shown):
    frame = shown.locator(".leaflet-container").bounding_box()
    for symbol in shown.locator(SYMBOLS).all():
        box = symbol.bounding_box()
        assert frame["x"] < box["x"]
        assert box["x"] + box["width"] < frame["x"] + frame["width"]


def test_a_click_on_a_filter_changes_symbols_count_and_table(shown):
    shown.get_by_label("Maison départementale des solidarités").uncheck()
    wait_count(shown, 5)  # 17 less 12 houses
    assert "5 points d’accueil montrés" in shown.get_by_role("status").inner_text()


def test_the_keyboard_does_what_the_mouse_does(shown, lab):
    opened, _ = lab
    shown.get_by_label("Accueil provisoire").focus()
    opened.keyboard.press("Space")
    wait_count(shown, 12)  # 17 less 5 interim receptions
    shown.locator('.leaflet-marker-icon[title^="MDS de Blois"]').focus()
    opened.keyboard.press("Enter")
    card = shown.locator(".leaflet-popup .solidata-fiche")
    card.wait_for()
    assert "ouverte au 7\u00a0mars 2026" in card.inner_text()


def test_hovering_tells_a_place_and_a_commune(shown):
    corner = shown.locator(".leaflet-control .solidata-fiche")
    shown.locator('.leaflet-marker-icon[title^="MDS de Salbris"]').hover()
    corner.get_by_text("MDS de Salbris").wait_for()
    shown.locator("path.leaflet-interactive").first.hover(force=True)
    corner.get_by_text("habitants en 2023").wait_for()


def test_no_text_becomes_an_element_and_no_script_runs(lab):
    opened, _ = lab
    spoilt = opened.locator(".essai-hostile")
    spoilt.locator(".leaflet-marker-icon[title]").first.focus()
    opened.keyboard.press("Enter")
    spoilt.locator(".leaflet-popup .solidata-fiche").wait_for()
    assert spoilt.locator("script, img, [onerror]").count() == 0
    assert opened.evaluate("window.pwned") is None
    # and it is shown as it is written: in the card, the table, the title, the boxes
    text = "<script>window.pwned = 1</script>"
    for part in (".leaflet-popup", "tbody tr:first-child th", "h2", ".leaflet-control-attribution",
                 ".widget-checkbox >> nth=0"):  # fmt: skip
        assert text in spoilt.locator(part).first.inner_text(), part
    opened.keyboard.press("Escape")


def test_nothing_was_asked_beyond_this_machine(lab):
    assert lab[1] == []
