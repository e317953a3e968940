"""The dossier: one page that holds everything, and asks nothing of anybody."""

import base64
import html.parser
import re

import made_plan
import pytest

import solidata
from solidata import report
from solidata.cli import main
from solidata.figures import export
from solidata.report.chapters import CHAPTERS


class Reader(html.parser.HTMLParser):
    """What a page holds: its elements and their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def page():
    """Return the dossier of the real plan."""
    return report.render(solidata.load_study(2025))


@pytest.fixture(scope="module")
def read(page):
    """Return what it holds."""
    return Reader(page)


FEW = [chapter for chapter in CHAPTERS if chapter.id in {"avancement", "sources"}]
FIGURES = [item for chapter in CHAPTERS for part in chapter.parts for item in part.items
           if isinstance(item, str)]  # fmt: skip


def test_every_figure_is_in_the_page_with_what_it_shows_in_words(page, read):
    study = solidata.load_study(2025)
    shown = {attrs.get("aria-labelledby", "") for attrs in read.named("svg")}
    for name in FIGURES:
        found = study.show(name)
        if not hasattr(found, "alt"):
            assert f"« {name} »".replace(" ", "\u00a0") in page  # and why it is not there
            continue
        assert f"{found.name}-t" in shown
        assert export.html.escape(found.alt) in page
        assert export.html.escape(found.title, quote=False).replace("'", "&#39;") in page
    assert len(FIGURES) == len(set(FIGURES))


def test_nothing_runs_and_nothing_is_fetched(page, read):
    assert not read.named("script")
    assert not read.named("iframe")
    assert not [a for _, attrs in read.elements for a in attrs if a.startswith("on")]
    for tag, attrs in read.elements:
        for name in ("src", "href", "xlink:href", "data", "action"):
            value = attrs.get(name) or ""
            if value and not (tag == "a" and value.startswith("http")):
                assert value.startswith(("#", "data:")), (tag, name, value[:60])
    for address in re.findall(r"url\((.*?)\)", page):
        assert address.strip("'\"").startswith(("data:", "#")), address[:60]
    assert "@import" not in page


def test_each_identifier_is_of_one_element(read):
    ids = [attrs["id"] for _, attrs in read.elements if attrs.get("id")]
    assert len(ids) == len(set(ids))
    told = {attrs[k] for _, attrs in read.elements for k in ("aria-labelledby", "aria-describedby") if attrs.get(k)}  # fmt: skip
    assert {one for names in told for one in names.split()} <= set(ids)
    inside = {attrs["href"][1:] for attrs in read.named("a") if attrs["href"].startswith("#")}
    assert inside <= set(ids)


def test_data_to_take_away_are_those_of_the_figure(read):
    links = {attrs["download"]: attrs["href"] for attrs in read.named("a") if "download" in attrs}
    figure = solidata.load_study(2025).figure("budget")
    csv = base64.b64decode(links[f"{figure.name}.csv"].partition("base64,")[2])
    assert csv == export.as_csv(figure)
    assert csv.startswith("\ufeff".encode())  # a French spreadsheet opens it
    names = csv.decode("utf-8-sig").splitlines()[0].split(";")
    assert names == list(figure.table().columns)


def test_every_contradiction_is_there(page):
    register = solidata.load_registers().contradictions
    for number in register["contradiction_id"]:
        assert f">{number}<" in page


def test_the_bytes_are_the_same_twice(page):
    made = [report.render(solidata.load_study(2025), chapters=FEW) for _ in range(2)]
    assert made[0] == made[1]
    whole = page.partition('<main id="contenu"')[2]
    for figure in ("statuts-par-section-2025", "lisibilite-2025"):  # and in the whole page too
        own = made[0][made[0].index(f'<svg id="{figure}"' if f'<svg id="{figure}"' in made[0] else f'id="{figure}"') :]  # fmt: skip
        assert own[:2000] in whole


def test_what_a_table_holds_stays_text():
    import dataclasses

    from solidata.figures import gallery

    evil = "<script>alert(1)</script>"
    study = solidata.load_study(2025)

    def spoilt(name):
        frame = study.table(name)
        if name == "sections":
            frame = frame.assign(label=evil[:20] + " " + frame["label"])
        return frame.assign(title=evil + " " + frame["title"]) if name == "actions" else frame

    plan = study.registers.plan._replace(title=evil, author=evil, department=evil)
    register = study.registers.contradictions.assign(topic=evil, claim_a=evil)
    registers = study.registers._replace(plan=plan, contradictions=register)
    other = dataclasses.replace(
        study, load=gallery.Load(spoilt, study.geography), registers=registers
    )
    page = report.render(other, chapters=FEW)
    assert not Reader(page).named("script")
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Return the home of a plan that does not exist, built."""
    home = tmp_path_factory.mktemp("ailleurs")
    made_plan.write(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDATA_HOME", str(home))
        assert main(["build"]) == 0
    return home


def test_another_plan_has_its_dossier_where_it_is_told(elsewhere, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOLIDATA_HOME", str(elsewhere))
    assert main(["report", "--out", str(tmp_path / "page.html")]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert str(tmp_path / "page.html") in capsys.readouterr().out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert made_plan.PLAN["title"] in page
    for word in ("Loir-et-Cher", "Enfance famille", "451 M€"):
        assert word not in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--year", "1999"), "Aucun bilan de 1999"),
        (("--out", "dossier.pdf"), "attendu, le nom d’une page (.html)"),
        (("--compare", "2040"), "ne se compare pas à 2040"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_written(
    elsewhere, tmp_path, monkeypatch, capsys, words, said
):
    monkeypatch.setenv("SOLIDATA_HOME", str(elsewhere))
    monkeypatch.chdir(tmp_path)
    assert main(["report", *words]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert not (elsewhere / "build").exists()


def test_a_figure_that_cannot_be_printed_stops_the_dossier(monkeypatch):
    from solidata.figures.defects import Defect, DefectError

    monkeypatch.setattr(
        export, "defects", lambda *_, **__: [Defect("texte", "trop petit", "6 points")]
    )
    with pytest.raises(DefectError, match="trop petit"):
        report.render(solidata.load_study(2025))


def test_no_missing_value_is_shown_as_a_word_of_python(read):
    assert not {"nan", "NaN", "<NA>", "None", "NaT"} & {text.strip() for text in read.text}
