"""The dossier under an accessibility checker (axe-core), in a real browser."""

import os
from pathlib import Path

import pytest
from browser import page

import solidata
from solidata import report

ROOT = Path(__file__).parents[1]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))


@pytest.fixture(scope="module", params=[1280, 320], ids=lambda w: f"{w}px")
def opened(request, tmp_path_factory):
    """Return a browser's page of the dossier, with the checker in it, at a width."""
    if not AXE.exists():
        pytest.skip("axe-core n’est pas là : npm install --no-save axe-core, ou AXE_CORE=…")
    path = tmp_path_factory.mktemp("dossier") / "dossier.html"
    path.write_text(report.render(solidata.load_study(2025)), encoding="utf-8")
    with page(width=request.param, height=900) as (browser, _):
        browser.unroute_all()
        browser.goto(path.as_uri())
        browser.evaluate("document.fonts.ready")
        browser.add_script_tag(path=str(AXE))
        yield browser


def violations(browser):
    """Return what every rule of the checker finds, best practices included."""
    found = browser.evaluate("axe.run().then(r => r.violations)")
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]


def test_the_dossier_has_no_violation_folded(opened):
    assert violations(opened) == []


def test_the_dossier_has_no_violation_unfolded(opened):
    opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(opened) == []


def test_the_page_never_scrolls_sideways(opened):
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_checker_sees_what_is_wrong(opened):
    opened.evaluate("document.querySelector('svg').setAttribute('aria-labelledby', 'nulle-part')")
    opened.evaluate("document.querySelector('svg title').remove()")
    opened.evaluate("document.querySelector('svg').removeAttribute('aria-describedby')")
    assert "svg-img-alt" in dict(violations(opened))
