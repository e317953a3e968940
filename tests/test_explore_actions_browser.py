"""The explorer of actions in a real JupyterLab and a real browser, both cut from the network."""

import csv
import io

import openpyxl
import pytest
from browser import jupyterlab, page, run_all, write_notebook

import solidata

EXPLORER = """
import solidata
from solidata.explore import action_explorer

names = ("actions", "action_statuses", "sections", "mentions", "flagships", "territories")
tables = {n: solidata.load(n) for n in names} | {"registers": solidata.load_registers()}
explorateur = action_explorer(**tables, year=2025)
explorateur
"""
# Each script that ran would say so.
HOSTILE = """
evil = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
sources, register = tables["registers"].sources, tables["registers"].contradictions
spoilt = action_explorer(
    **tables | {
        "actions": tables["actions"].assign(title=evil, objective=evil, printed=evil),
        "sections": tables["sections"].assign(label=evil),
        "territories": tables["territories"].assign(label=evil),
        "flagships": tables["flagships"].assign(title=evil),
        "registers": solidata.Registers(sources.assign(title=evil), register.assign(topic=evil)),
    },
    year=2025, title=evil,
)
spoilt.add_class("essai-hostile")
spoilt
"""
MASKED = """
masque = action_explorer(**tables, year=2025, threshold=3)
masque.add_class("essai-masque")
masque
"""
ROWS = "table.dataTable tbody tr"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Return a page where the notebook of the explorers has run, and what it asked of others."""
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "actions.ipynb", EXPLORER, HOSTILE, MASKED)
    with page(width=1400, height=4200) as (opened, asked), jupyterlab(folder) as address:
        run_all(opened, address, "actions.ipynb")
        opened.locator(f".essai-hostile {ROWS}").nth(9).wait_for(timeout=60_000)
        opened.locator(".essai-masque .solidata-effectifs").wait_for(timeout=60_000)
        yield opened, asked


@pytest.fixture
def shown(lab):
    """Return the explorer of the true tables, with every filter off and no row chosen."""
    opened, _ = lab
    drawn = opened.locator(".solidata-actions:not(.essai-hostile):not(.essai-masque)")
    drawn.get_by_role("button", name="Tout montrer").click()
    says(drawn, f"{total()} actions montrées sur {total()}")
    if drawn.locator("tr.selected").count():
        drawn.locator("tr.selected").first.click()
    return drawn


def total():
    return len(solidata.load("actions"))


def listed(section=None, status=None):
    """Return the identifiers of a selection, from the tables themselves."""
    rows = solidata.load("actions").merge(
        solidata.load("action_statuses").query("year == 2025")[["action_id", "status"]]
    )
    if section:
        rows = rows[rows["section_id"] == section]
    if status:
        rows = rows[rows["status"] == status]
    return list(rows["action_id"])


def says(drawn, text):
    """Wait until the live region says so; there is one."""
    from playwright.sync_api import expect

    expect(drawn.get_by_role("status")).to_have_text(text)


def first_cells(drawn):
    return drawn.locator(f"{ROWS} td:first-child").all_inner_texts()


def saved(opened, drawn, name):
    """Return what a link of the explorer saves."""
    with opened.expect_download() as caught:
        drawn.get_by_role("link", name=name).click()
    return caught.value.suggested_filename, caught.value.path()


def test_a_click_on_a_filter_changes_the_table_and_every_count(shown):
    from playwright.sync_api import expect

    wanted = listed("sante", "supprimee")
    shown.get_by_label("Santé").check()
    shown.get_by_label("Non engagée – supprimée").check()
    says(shown, f"{len(wanted)} actions montrées sur {total()}")
    expect(shown.locator(ROWS)).to_have_count(len(wanted))
    assert first_cells(shown) == wanted
    every = listed("autonomie", "supprimee")
    beside = shown.locator(".widget-checkbox", has_text="Autonomie").locator("b")
    expect(beside).to_have_text(str(len(every)))  # the count of another section follows


def test_what_is_typed_is_sought_without_accents(shown):
    from playwright.sync_api import expect

    shown.get_by_label("Chercher").fill("CENTRALISER telephonique")
    says(shown, f"1 action montrée sur {total()}")
    expect(shown.locator(f"{ROWS} td:first-child")).to_have_text(["DP-02"])


def test_the_keyboard_does_what_the_mouse_does(shown, lab):
    from playwright.sync_api import expect

    opened, _ = lab
    shown.get_by_label("Autonomie").focus()
    opened.keyboard.press("Space")
    says(shown, f"{len(listed('autonomie'))} actions montrées sur {total()}")
    expect(shown.locator(f"{ROWS} td:first-child").first).to_have_text("AU-01")
    shown.locator(ROWS).first.focus()
    opened.keyboard.press("ArrowDown")  # from row to row, not to the next cell of the notebook
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("Enter")
    expect(shown.locator(".solidata-trace h3")).to_contain_text("AU-02")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Space")
    expect(shown.locator(".solidata-trace h3")).to_contain_text("AU-03")


def test_tab_reaches_everything_in_order(shown, lab):
    opened, _ = lab
    shown.get_by_label("Chercher").focus()
    met = []
    for _ in range(60):
        opened.keyboard.press("Tab")
        met.append(opened.evaluate(
            "[document.activeElement.tagName, document.activeElement.innerText.slice(0, 20),"
            " !!document.activeElement.closest('.solidata-actions')]"
        ))  # fmt: skip
        if met[-1][0] == "SELECT":
            break
    assert all(inside for _, _, inside in met)
    kinds = [kind for kind, _, _ in met]
    assert [t for k, t, _ in met if k == "A"] == ["Enregistrer en CSV", "Enregistrer en XLSX"]
    assert kinds.count("INPUT") == shown.locator("input[type=checkbox]").count()
    assert kinds.count("TR") == 10
    assert met[0][1] == "Tout montrer"


def test_a_click_on_a_row_shows_where_it_is_printed(shown):
    from playwright.sync_api import expect

    shown.locator(ROWS).nth(1).click()
    card = shown.locator(".solidata-trace")
    expect(card).to_contain_text("DP-02")
    printed = solidata.load("action_statuses").set_index("status_id").loc["DP-02.2025"]
    expect(card).to_contain_text(f"ligne {printed['line']}")
    expect(card).to_contain_text(printed["printed"])
    expect(card).to_contain_text("Fiche de l’action")


def test_the_links_save_the_selection(shown, lab):
    from playwright.sync_api import expect

    opened, _ = lab
    wanted = listed("sante")
    link = shown.get_by_role("link", name="Enregistrer en CSV")
    before = link.get_attribute("href")
    shown.get_by_label("Santé").check()
    expect(link).not_to_have_attribute("href", before)
    says(shown, f"{len(wanted)} actions montrées sur {total()}")
    expect(shown.locator(f"{ROWS} td:first-child").first).to_have_text(wanted[0])
    name, path = saved(opened, shown, "Enregistrer en CSV")
    assert name == "actions-2025.csv"
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    assert [row["Identifiant"] for row in rows] == wanted
    name, path = saved(opened, shown, "Enregistrer en XLSX")
    assert name == "actions-2025.xlsx"
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file)
    assert [cell.value for cell in book["Actions"]["A"]] == ["Identifiant", *wanted]


def test_the_columns_fit_in_the_page(shown):
    table, box = (
        shown.locator(s).bounding_box() for s in ("table.dataTable", ".itables_anywidget")
    )
    assert table["x"] + table["width"] <= box["x"] + box["width"] + 1
    for head in shown.locator("thead th").all():
        spilt = head.evaluate("e => e.scrollWidth - e.clientWidth")
        assert spilt <= 1, head.inner_text()


def test_in_a_narrow_page_the_table_scrolls_and_its_words_stay_whole(shown):
    shown.evaluate("e => { e.style.width = '600px'; }")
    try:
        around = shown.locator(".dt-layout-full").first
        assert around.evaluate("e => getComputedStyle(e).overflowX") == "auto"
        assert around.evaluate("e => e.scrollWidth - e.clientWidth") > 100
        heads = shown.locator("thead th").all()
        assert max(h.evaluate("e => e.scrollWidth - e.clientWidth") for h in heads) <= 1
    finally:
        shown.evaluate("e => { e.style.width = ''; }")


def test_masked_counts_stand_in_place_of_the_rows(lab):
    masked = lab[0].locator(".essai-masque")
    assert masked.locator("table.dataTable").count() == 0
    assert masked.locator(".solidata-effectifs td", has_text="s").count() > 4
    assert "effectif masqué" in masked.inner_text()


def test_no_text_becomes_an_element_and_no_script_runs(lab):
    from playwright.sync_api import expect

    opened, _ = lab
    spoilt = opened.locator(".essai-hostile")
    spoilt.locator(ROWS).first.click()
    expect(spoilt.locator(".solidata-trace")).to_be_visible()
    assert spoilt.locator("script, img, [onerror]").count() == 0
    assert opened.evaluate("window.pwned") is None
    # and it is shown as it is written
    text = "<script>window.pwned = 1</script>"
    for part in ("h2", ".solidata-trace", f"{ROWS} td:nth-child(3)", ".widget-checkbox", ".solidata-note"):  # fmt: skip
        assert text in spoilt.locator(part).first.inner_text(), part


def test_nothing_was_asked_beyond_this_machine(lab):
    assert lab[1] == []
