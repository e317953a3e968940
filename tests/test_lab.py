"""Every notebook of the suite in a real JupyterLab and a real browser, cut from the network."""

import json

import pytest
from browser import jupyterlab, page, run_all

TALL = 16_000
"""Pixels: JupyterLab renders the cells in sight only."""
ERRORS = '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'  # fmt: skip


def names(project):
    return [path.stem for path in sorted((project / "notebooks").glob("*.ipynb"))]


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory):
    """Return a page, the address of a JupyterLab over emptied copies, and what was asked of others."""
    folder = tmp_path_factory.mktemp("suite")
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        book = json.loads(path.read_text(encoding="utf-8"))
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        (folder / path.name).write_text(json.dumps(book), encoding="utf-8")
    with page(width=1400, height=TALL) as (opened, asked), jupyterlab(folder) as address:
        yield opened, address, asked


def run(lab, name):
    """Run a notebook whole; return its panel once no cell waits."""
    opened, address, _ = lab
    run_all(opened, address, f"{name}.ipynb")
    opened.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-NotebookPanel .jp-CodeCell')];
            const prompts = cells.map(c => c.querySelector('.jp-InputPrompt').innerText.trim());
            return cells.length > 0 && prompts.every(p => /^\\[\\d+\\]:?$/.test(p));
        }""",
        timeout=120_000,
    )
    return opened.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def kept(project, name):
    """Return the cells of code of the tracked notebook, as they were executed."""
    book = json.loads((project / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def images(cells):
    html = [o.get("data", {}).get("text/html", []) for c in cells for o in c["outputs"]]
    return sum("<img alt=" in "".join(part) for part in html)


def tables(cells):
    html = [o.get("data", {}).get("text/html", []) for c in cells for o in c["outputs"]]
    return sum("solidata-table" in "".join(part) for part in html)


def pytest_generate_tests(metafunc):
    from conftest import ROOT

    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names(ROOT))


def test_every_cell_runs_and_shows_what_is_kept(lab, project, name):
    panel = run(lab, name)
    cells = kept(project, name)
    assert panel.locator(".jp-CodeCell").count() == len(cells)
    assert panel.locator(ERRORS).count() == 0
    shown = panel.locator('.jp-OutputArea img[alt][src^="data:image/png"]')
    assert shown.count() == images(cells)
    for picture in shown.all():  # decoded, and not a broken sign
        assert picture.evaluate("i => i.complete && i.naturalWidth") > 400
        assert len(picture.get_attribute("alt")) > 40
    assert panel.locator(".solidata-table table caption").count() == tables(cells)
    assert panel.get_by_text("Error displaying widget").count() == 0


def test_a_click_on_a_filter_of_the_actions_changes_their_table(lab):
    panel = run(lab, "01_avancement")
    explorer = panel.locator(".solidata-actions")
    status = explorer.get_by_role("status").first
    status.wait_for()
    before = status.inner_text()
    explorer.get_by_role("checkbox", name="Autonomie").check()
    lab[0].wait_for_function("([node, text]) => node.innerText !== text",
                             arg=[status.element_handle(), before])  # fmt: skip
    assert "30 actions montrées sur 168" in status.inner_text().replace("\u00a0", " ")


def test_a_click_on_a_filter_of_the_map_changes_its_symbols(lab):
    from playwright.sync_api import expect

    panel = run(lab, "03_territoires")
    drawn = panel.locator(".solidata-carte")
    symbols = drawn.locator(".leaflet-marker-pane .solidata-lieu")
    expect(symbols).to_have_count(17)
    drawn.get_by_label("Maison départementale des solidarités").uncheck()
    expect(symbols).to_have_count(5)  # 17 less 12 houses


def test_nothing_was_asked_beyond_this_machine(lab):
    assert lab[2] == []
