"""Every figure the project exports, in every format: no defect, one look, the same bytes."""

import os
import shutil
import subprocess
import sys
from collections import defaultdict

import pytest

from solidata.catalog import load, load_geography, load_registers
from solidata.cli import main
from solidata.figures import gallery, theme
from solidata.problems import NoDataError, RefusedError

YEAR = 2025
PAIRS = {"flux-de-statuts", "evolution-des-statuts"}
"""Figures of a year and the one before, which the first report has not."""
TABLES = gallery.Load(load, load_geography)
SHOWN = [name for name in gallery.every(TABLES) if name not in PAIRS]


@pytest.fixture(scope="module")
def figures():
    registers, makers = load_registers(), gallery.every(TABLES)
    return {name: makers[name](TABLES, registers, YEAR) for name in SHOWN}


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_the_first_year_has_no_figure_of_a_pair_of_years(name):
    with pytest.raises(NoDataError, match="Aucun bilan avant 2025 à quoi comparer"):
        gallery.SET[name](TABLES, load_registers(), YEAR)


@pytest.mark.parametrize("preset", theme.PRESETS)
@pytest.mark.parametrize("name", SHOWN)
def test_no_exported_figure_has_a_defect(figures, name, preset):
    assert figures[name].check(preset) == []
    assert figures[name].check(preset, dressed=False) == []


def test_a_category_looks_the_same_on_every_figure(figures):
    looks = defaultdict(set)
    for figure in figures.values():
        for mark in figure.render().marks:
            looks[mark.category].add(mark.fill)
    # The years of a pair are told by a hollow and a filled dot, whichever years they are.
    several = {c: f for c, f in looks.items() if len(f) > 1 and not c.isdigit()}
    assert several == {}


def test_statuses_keep_their_order_on_every_figure(figures):
    words = ["Réalisée", "En cours", "reportée", "supprimée"]
    for name in ("statuts-par-section", "tableau-statuts"):
        columns = figures[name].table().columns[1:5]
        assert [c.removeprefix("Non engagée – ").lower() for c in columns] == [
            w.lower() for w in words
        ], name


def test_the_committed_page_is_the_one_the_tables_give(figures, project, tmp_path):
    made = gallery.page(list(figures.values()), tmp_path).read_text(encoding="utf-8")
    kept = (project / "figures" / "README.md").read_text(encoding="utf-8")
    assert kept == made, "lancez « solidata figures »"
    for figure in figures.values():
        svg = (project / "figures" / f"{figure.name}.svg").read_text(encoding="utf-8")
        assert f'<title id="{figure.name}-t">{figure.title}</title>' in svg


def test_the_alt_text_can_be_overridden(tmp_path):
    figure = gallery.SET["reports"](gallery.Load(load, load_geography), load_registers(), YEAR)
    figure.alt = "Sept barres."
    figure.save(tmp_path / "x", formats=("svg",))
    assert '<desc id="x-d">Sept barres.</desc>' in (tmp_path / "x.svg").read_text(encoding="utf-8")


# --- the command -----------------------------------------------------------------------


def test_the_command_writes_five_files_a_figure(tmp_path, capsys):
    assert (
        main(["figures", "--only", "reports", "--preset", "colonne", "--out", str(tmp_path)]) == 0
    )
    names = sorted(p.name for p in tmp_path.iterdir())
    suffixes = ("csv", "json", "pdf", "png", "svg")
    assert names == [f"reports-{YEAR}-colonne.{s}" for s in suffixes]
    assert "1 figure en colonne" in capsys.readouterr().out


@pytest.fixture
def reported_in_2019(project, tmp_path, monkeypatch):
    """Make a home whose only made rows are totals by status of 2019, copied from those of 2025."""
    processed = tmp_path / "home" / "data" / "processed"
    shutil.copytree(project / "data" / "processed", processed)
    path = processed / "status_counts.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    again = [row.replace("2025", "2019") for row in rows if ",2025," in row]
    path.write_text("\n".join([head, *rows, *again]) + "\n", encoding="utf-8")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_figure_of_which_the_year_has_no_data_is_told(
    reported_in_2019, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(gallery, "SET", {n: gallery.SET[n] for n in ("budget", "publics")})
    monkeypatch.setattr(gallery, "FAMILIES", {})
    words = [
        "figures",
        "--year",
        "2019",
        "--preset",
        "web",
        "--formats",
        "svg",
        "--out",
        str(tmp_path),
    ]
    assert main(words) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Sans données pour 2019 : budget : Aucun budget voté imprimé par politique" in out
    assert not list(tmp_path.glob("budget-2019*"))
    assert main([*words, "--only", "budget"]) == 1
    assert "années connues : 2025" in capsys.readouterr().err


def test_a_year_of_which_there_is_no_report_is_refused(tmp_path, capsys):
    assert main(["figures", "--year", "2031", "--out", str(tmp_path / "x")]) == 1
    said = capsys.readouterr().err.replace("\u00a0", " ")
    assert "Aucun bilan de 2031 ; années connues : 2025." in said
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--preset", "colonne", "a4"], "colonne, page, paysage, web"),
     (["--formats", "svg", "jpeg"], "png, svg, pdf")],
)  # fmt: skip
def test_nothing_is_written_for_a_wrong_word(tmp_path, capsys, words, message):
    assert main(["figures", "--only", "reports", "--out", str(tmp_path / "x"), *words]) == 1
    assert f"inconnu ; au choix : {message}" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--compare", "2025"], "2025 ne se compare pas à elle-même ; attendu : une année d’avant 2025."),
        (["--compare", "2027"], "2025 ne se compare pas à 2027, qui vient après ; attendu : une année d’avant 2025."),
        (["--compare", "1999"], "Aucune figure ne peut comparer 2025 à 1999."),
        (["--compare", "1999", "--only", "flux-de-statuts"], "Aucune action listée en 1999 ; années connues : 2025."),
        (["--compare", "2024", "--only", "budget"], "Cette figure ne compare pas deux années ; celles qui comparent : phares-suivants"),
    ],
)  # fmt: skip
def test_a_pair_that_no_figure_can_compare_is_refused_before_anything_is_written(
    tmp_path, capsys, words, message
):
    assert main(["figures", *words, "--out", str(tmp_path / "x")]) == 1
    assert message in capsys.readouterr().err.replace("\u00a0", " ")
    assert not (tmp_path / "x").exists()


def test_a_figure_of_two_years_compares_those_asked_for(tmp_path, capsys):
    words = ["figures", "--only", "evolution", "--formats", "svg", "--out", str(tmp_path)]
    assert main([*words, "--compare", "2024"]) == 0
    assert [p.name for p in tmp_path.glob("*.svg")] == ["evolution-2024-2025.svg"]


def test_the_year_zero_is_not_the_last_one(tmp_path, capsys):
    assert main(["figures", "--year", "0", "--only", "budget", "--out", str(tmp_path)]) == 1
    assert "pour 0 ; années connues : 2025" in capsys.readouterr().err


def test_a_defective_figure_is_named_and_the_others_are_written(tmp_path, capsys, monkeypatch):
    def broken(load, registers, year):
        made = gallery.SET["suppressions"](load, registers, year)
        made.title += "."
        return made

    monkeypatch.setitem(gallery.SET, "reports", broken)
    words = [
        "figures",
        "--only",
        "reports",
        "suppressions",
        "--formats",
        "svg",
        "--out",
        str(tmp_path),
    ]
    assert main(words) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "ne peut être exportée" in out
    assert "sans point final" in out
    assert sorted(p.name for p in tmp_path.glob("*.svg")) == [f"suppressions-{YEAR}.svg"]


def test_another_year_leaves_the_gallery_as_it_is(reported_in_2019, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "SET", {"publics": gallery.SET["publics"]})
    monkeypatch.setattr(gallery, "FAMILIES", {})
    assert main(["figures", "--year", "2019"]) == 0
    assert not (reported_in_2019 / "figures" / "README.md").exists()
    assert main(["figures"]) == 0
    assert (reported_in_2019 / "figures" / "README.md").exists()


def test_an_unknown_figure_gives_the_nearest(tmp_path, capsys):
    assert main(["figures", "--only", "phare", "--out", str(tmp_path)]) == 1
    assert "Voulez-vous dire «\u00a0phares\u00a0» ?" in capsys.readouterr().err


def test_a_family_is_as_many_figures_as_its_table_has_rows(tmp_path, capsys):
    ids = list(load("territories")["territory_id"])
    words = ["--formats", "svg", "--out", str(tmp_path)]
    assert main(["figures", "--only", "territoires", *words]) == 0
    made = sorted(p.name for p in tmp_path.glob("*.svg"))
    assert made == sorted(f"territoire-{i}.svg" for i in ids)
    assert len(made) == 3
    assert "3 figures en page" in capsys.readouterr().out
    for path in tmp_path.iterdir():
        path.unlink()
    assert main(["figures", "--only", f"territoire-{ids[0]}", "reports", *words]) == 0
    made = sorted(p.name for p in tmp_path.glob("*.svg"))
    assert made == [f"reports-{YEAR}.svg", f"territoire-{ids[0]}.svg"]


def test_the_members_of_a_family_are_chosen_once():
    ids = list(load("territories")["territory_id"])
    every = list(gallery.every(TABLES))
    assert every[-3:] == [f"territoire-{i}" for i in ids]
    assert list(gallery.chosen([], TABLES)) == every
    both = gallery.chosen([f"territoire-{ids[1]}", "territoires"], TABLES)
    assert list(both) == every[-3:]
    with pytest.raises(RefusedError, match="Voulez-vous dire «\u00a0territoires\u00a0» "):
        gallery.chosen(["territoire"], TABLES)
    none = gallery.Load(lambda name: load(name).head(0), load_geography)
    assert list(gallery.chosen([], none)) == list(gallery.SET)
    with pytest.raises(NoDataError, match="la table est vide"):
        gallery.chosen(["territoires"], none)


def test_two_processes_write_the_same_bytes(tmp_path):
    written = []
    for seed in ("0", "1"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-m", "solidata", "figures", "--only", "budget", "financeurs",
             "--out", str(folder)],
            check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        written.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert len(written[0]) == 10  # two figures, five files each
    assert written[0] == written[1]


def test_the_page_of_a_territory_and_the_bars_of_all_say_the_same_number():
    registers = load_registers()
    bars = gallery.SET["habitants-par-territoire"](TABLES, registers, YEAR).table()
    told = bars.set_index("Territoire")["Habitants par lieu"]
    makers, territories = gallery.every(TABLES), load("territories")
    for key, label in territories[["territory_id", "label"]].itertuples(index=False):
        page = makers[f"territoire-{key}"](TABLES, registers, YEAR).table()
        row = page[page["Libellé"].str.contains("habitants par MDS ouverte")]
        # 109 789 / 2 and 151 546 / 4 end in a half: both round it up.
        assert row["Valeur"].str.replace(r"\D", "", regex=True).tolist() == [str(told[label])]
