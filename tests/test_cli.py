"""The commands: what they print, in French, and the code they exit with."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from solidata.catalog import load
from solidata.cli import main, points

ROOT = Path(__file__).parents[1]
LEDGER_LINE = "le 27/03/2025, 15 876 appels"


@pytest.fixture
def at_home(monkeypatch):
    monkeypatch.setenv("SOLIDATA_HOME", str(ROOT))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project built by the command, and what it printed."""
    home = tmp_path_factory.mktemp("projet")
    shutil.copytree(ROOT / "data" / "raw", home / "data" / "raw")
    done = subprocess.run(
        [sys.executable, "-m", "solidata", "build"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SOLIDATA_HOME": str(home), "PYTHONIOENCODING": "utf-8"},
    )
    return home, done


def run(capsys, *words):
    """Return (exit code, output, errors) of a command; output on one line, spaces single."""
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, " ".join(captured.out.split()), captured.err


def refused(capsys, *words):
    """Return what the parser says of words it does not understand."""
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


# --- build ---------------------------------------------------------------------------


def test_build_writes_the_tables_and_says_so(project):
    home, done = project
    assert (done.returncode, done.stderr) == (0, "")
    tables = sorted(p.stem for p in (home / "data" / "processed").glob("*.csv"))
    said = re.search(r"(\d+) tables, (\d+) lignes, écrites dans data/processed\.", done.stdout)
    assert said, done.stdout
    assert int(said[1]) == len(tables)
    assert int(said[2]) == sum(len(load(t, home / "data" / "processed")) for t in tables)


def test_build_of_a_broken_file_leaves_the_tables(project, tmp_path, monkeypatch, capsys):
    home, _ = project
    shutil.copytree(home / "data", tmp_path / "data")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    before = {p.name: p.read_bytes() for p in (tmp_path / "data" / "processed").iterdir()}
    path = tmp_path / "data" / "raw" / "bilan-2025" / "funding.csv"
    path.write_text(path.read_text("utf-8").replace("1170 000€", "beaucoup"), encoding="utf-8")
    code, out, err = run(capsys, "build")
    assert (code, out) == (1, "")
    assert "data/raw/bilan-2025/funding.csv, ligne" in err
    assert "beaucoup" in err
    assert "Traceback" not in err
    after = {p.name: p.read_bytes() for p in (tmp_path / "data" / "processed").iterdir()}
    assert after == before


# --- check ---------------------------------------------------------------------------


def test_check_shows_the_findings_and_exits_0_whatever_is_recorded(at_home, capsys):
    code, out, err = run(capsys, "check")
    assert (code, err) == (0, "")
    assert "Chaque nombre imprimé est tenu par une ligne, ou écarté avec sa raison" in out
    assert "Sur quoi se fonde le statut de chaque action" in out
    assert "Identités arithmétiques" in out
    assert f"{len(load('contradictions'))} contradictions consignées" in out
    assert out.endswith("Schémas, clés et garde-fous : rien à signaler.")
    # the sums that fail are shown with both sides: 420 of 451 M€
    assert "420 000 000 = 451 000 000 −31 000 000" in out.replace("\u202f", " ")


NAMES = ("plan", "places", "observations", "status_counts")


def located(**changed):
    """Return what is said of the tables with some changed, and whether it warns."""
    said, warning = points.located({name: load(name) for name in NAMES} | changed)
    return said.replace("\u00a0", " "), warning


def test_check_says_how_many_announced_points_remain_to_locate(at_home, capsys):
    assert "17 points d’accueil situés sur 55 annoncés ; 38 restent à situer." in run(capsys, "check")[1]  # fmt: skip
    places = load("places")
    ours = places[places["in_announced_total"] != "no"]
    assert len(ours) == 17  # of 40
    # one that is counted and not located is still to locate: 17 − 1, 55 − 16
    spoilt = places.assign(x=places["x"].where(places["place_id"] != "mds-mer"))
    assert located(places=spoilt) == ("16 points d’accueil situés sur 55 annoncés ; 39 restent à situer.", False)  # fmt: skip
    assert located(places=ours.iloc[:1])[0].startswith("1 point d’accueil situé sur 55 annoncés ; 54")  # fmt: skip
    assert located(places=ours.iloc[:0])[0].startswith("0 point d’accueil situé sur 55 annoncés ; 55")  # fmt: skip


def as_many(count):
    """Return that many places, each among the announced points and located."""
    ours = load("places").query("in_announced_total != 'no'")
    return pd.concat([ours] * 4, ignore_index=True).iloc[:count]


def test_check_is_silent_of_points_when_all_is_well_and_warns_of_too_many():
    assert located(places=as_many(54))[0].endswith("situés sur 55 annoncés ; 1 reste à situer.")
    assert located(places=as_many(55)) == ("", False)
    said, warning = located(places=as_many(56))
    assert warning
    assert said.startswith("Avertissement : 56 lieux comptés parmi les points d’accueil annoncés, pour 55 annoncés : ")  # fmt: skip
    # context is not counted: 55 among, and 23 that are not
    context = load("places").query("in_announced_total == 'no'")
    assert located(places=pd.concat([as_many(55), context])) == ("", False)


def test_check_warns_of_too_many_points_and_exits_0(broken, tmp_path, capsys):
    path = tmp_path / "data" / "raw" / "plan.yaml"
    text = path.read_text("utf-8")
    other = "actions-contrat-local-solidarites"  # 15 are printed: fewer than 17 places
    assert "points-accueil" in text
    path.write_text(text.replace("points-accueil", other), encoding="utf-8")
    code, out, err = run(capsys, "check")
    assert (code, err) == (0, "")
    assert "Avertissement : 17 lieux comptés parmi les points d’accueil annoncés, pour 15 annoncés :" in out  # fmt: skip


def test_the_announced_number_is_that_of_the_plan_and_of_its_last_report():
    assert located(plan=load("plan").assign(points_indicator=None)) == ("", False)
    assert located(plan=load("plan").iloc[:0]) == ("", False)
    assert located(plan=load("plan").assign(points_indicator="nulle-part")) == ("", False)
    observations, counts = load("observations"), load("status_counts")
    row = observations[observations["indicator_id"] == "points-accueil"]
    later = row.assign(observation_id="points-accueil.2", value=60.0, source_id="bilan-2026")
    reported = counts[counts["source_id"] == "bilan-2025"].assign(year=2026, source_id="bilan-2026")
    said = located(
        observations=pd.concat([observations, later]), status_counts=pd.concat([counts, reported])
    )
    assert said == ("17 points d’accueil situés sur 60 annoncés ; 43 restent à situer.", False)
    # two numbers in one report: neither is chosen
    twice = pd.concat([observations, later.assign(source_id="bilan-2025")])
    said, warning = located(observations=twice)
    assert warning
    assert "(55, 60)" in said


def test_a_narrow_terminal_breaks_no_word_and_no_sentence(at_home, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    for word in ("départementales", "élimination", "Aucun"):
        assert word in out
    # each claim says its document
    assert "(bilan-2025, ligne" in out
    assert main(["trace", "funding", "DP-02.f1"]) == 0
    line = "  Remarque : « ¢€ » : un signe euro lu deux fois, ou un dernier chiffre perdu."
    assert line in capsys.readouterr().out.split("\n")


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Return a function that spoils one raw file of a copy of the project."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))

    def spoil(name, old, new):
        path = tmp_path / "data" / "raw" / "bilan-2025" / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("status_counts.csv", ",realisee,", ",realise,", "(le plus proche : realisee)"),
        ("funding.csv", "funding_id", "identifiant", "colonne attendue, absente"),
        ("mentions.csv", "DP-02.table,DP-02", "DP-02.table,DP-99", "attendu : une clé de la table"),
    ],
)
def test_check_of_a_broken_raw_file_exits_1(broken, capsys, file, old, new, expected):
    broken(file, old, new)
    code, out, err = run(capsys, "check")
    assert code == 1
    assert "problème" in err
    assert f"data/raw/bilan-2025/{file}" in err
    assert expected in err
    assert "rien à signaler" not in out


# --- audit ---------------------------------------------------------------------------


@pytest.fixture
def text_of_the_ledger(tmp_path):
    """Return a text made from the ledger alone: its numbers between their neighbours."""
    ledger = load("numbers")
    mine = ledger[ledger["source_id"] == "presentation-2024-2028"]
    lines = [""] * int(mine["line"].max())
    for line, rows in mine.groupby("line"):
        words = []
        for _, row in rows.iterrows():
            before = row["before"] if isinstance(row["before"], str) else ""
            after = row["after"] if isinstance(row["after"], str) else ""
            words += [w for w in (before, row["printed"]) if w and (not words or w != words[-1])]
            words += [after] if after else []
        lines[int(line) - 1] = " / ".join(words)
    path = tmp_path / "copie[final].txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_audit_of_a_faithful_text_exits_0(at_home, text_of_the_ledger, capsys):
    code, out, err = run(capsys, "audit", text_of_the_ledger)
    assert (code, err) == (0, "")
    # brackets of a file's name are no markup
    assert out.startswith(
        "copie[final].txt lu comme presentation-2024-2028 : 106 nombres en chiffres"
    )
    assert out.endswith("Chaque nombre est tenu ou écarté.")


def test_audit_names_a_slipped_number_and_exits_1(at_home, text_of_the_ledger, capsys):
    lines = text_of_the_ledger.read_text("utf-8").split("\n")
    lines.insert(10, "Budget : 4 321 euros de plus")
    text_of_the_ledger.write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run(capsys, "audit", text_of_the_ledger, "--source", "presentation-2024-2028")
    assert code == 1
    assert "ligne 11 : 4 321 n’est tenu par aucune ligne (« … Budget 4 321 euros … »)" in out
    assert "1 nombre à tenir ou à écarter dans data/raw/presentation-2024-2028/numbers.csv." in out
    assert "Chaque nombre est tenu" not in out


def test_audit_names_the_numbers_that_a_text_lacks(at_home, text_of_the_ledger, capsys):
    lines = text_of_the_ledger.read_text("utf-8").split("\n")
    cut = next(i for i, line in enumerate(lines) if "163" in line)
    lines[cut] = ""
    text_of_the_ledger.write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run(capsys, "audit", text_of_the_ledger)
    assert code == 0  # what is missing is told; only what is too many fails
    assert "du grand livre" in out
    assert f"163 (l. {cut + 1})" in out


def test_audit_writes_a_ledger_to_complete(at_home, text_of_the_ledger, tmp_path, capsys):
    text_of_the_ledger.write_text("Il y a 4321 raisons", encoding="utf-8")
    draft = tmp_path / "numbers.csv"
    words = ("audit", text_of_the_ledger, "--source", "bilan-2025", "--draft", draft)
    code, out, _ = run(capsys, *words)
    assert code == 1
    assert "1 nombre à décider" in out
    assert draft.read_text("utf-8") == (
        "line,rank,printed,before,after,record,reason\n1,1,4321,a,raisons,,\n"
    )


@pytest.mark.parametrize(
    ("make", "words", "expected"),
    [
        (None, (), "absent.txt : introuvable"),
        (lambda p: p.mkdir(), (), "un dossier ; attendu : un fichier"),
        (lambda p: p.write_bytes(b""), (), "aucun texte ; attendu : un document avec du texte"),
        (lambda p: p.write_bytes(b"\xe9t\xe9 2025"), (), "attendu : un texte en UTF-8 ou un PDF"),
        (lambda p: p.write_text("7001 7002 7003"), (), "document non reconnu"),
        (lambda p: p.write_text(LEDGER_LINE), ("--source", "bilan-2052"), "document inconnu"),
    ],
)
def test_audit_of_no_document_exits_1_in_french(at_home, tmp_path, capsys, make, words, expected):
    path = tmp_path / "absent.txt"
    if make:
        make(path)
    code, out, err = run(capsys, "audit", path, *words)
    assert (code, out) == (1, "")
    assert expected in err
    assert "Errno" not in err


# --- trace ---------------------------------------------------------------------------


def test_trace_of_a_row(at_home, capsys):
    code, out, _ = run(capsys, "trace", "funding", "DP-02.f1")
    assert code == 0
    assert out.startswith("funding:DP-02.f1 (Financements des actions)")
    assert "ligne 482 imprimé : « 131680¢€ »" in out
    assert "data/raw/bilan-2025/funding.csv" in out


def test_trace_of_a_table_lists_its_keys(at_home, capsys):
    code, out, _ = run(capsys, "trace", "territories")
    assert (code, out) == (0, "nord centre sud")


def test_trace_of_a_number_finds_its_rows(at_home, capsys):
    code, out, _ = run(capsys, "trace", "459 554 €")
    assert code == 0
    assert "funding:AL.f1" in out
    code, out, _ = run(capsys, "trace", "987654321")
    assert code == 1
    assert out == "Aucune ligne ne tient 987654321."


def test_trace_of_nothing_lists_the_tables(at_home, capsys):
    code, out, _ = run(capsys, "trace")
    assert code == 0
    assert "action_statuses" in out
    assert "Financements des actions" in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("fundings", "DP-02.f1"), "Aucune table « fundings ». Voulez-vous dire « funding » ?"),
        (("funding", "DP-02.f9"), "La table funding n’a pas de ligne « DP-02.f9 »."),
        (("action",), "Voulez-vous dire « actions » ?"),
        (("12 patates",), "illisible : « 12 patates »"),
    ],
)
def test_trace_of_the_unknown_exits_1_with_the_nearest(at_home, capsys, words, expected):
    code, out, err = run(capsys, "trace", *words)
    assert (code, out) == (1, "")
    assert expected in err.replace("\u00a0", " ")


# --- notebooks -----------------------------------------------------------------------


def notebook(*cells):
    def cell(number, source):
        return {"cell_type": "code", "id": f"c{number}", "execution_count": None, "metadata": {},
                "outputs": [], "source": source}  # fmt: skip

    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": [cell(i, s) for i, s in enumerate(cells)], "metadata": {"kernelspec": kernel},
         "nbformat": 4, "nbformat_minor": 5}
    )  # fmt: skip


@pytest.fixture
def with_notebooks(tmp_path, monkeypatch):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    here = "from pathlib import Path; print(Path.cwd().name)"
    (folder / "01_essai.ipynb").write_text(notebook(here), encoding="utf-8")
    (folder / "02_echec.ipynb").write_text(notebook("raise ValueError('ANNEE')"), encoding="utf-8")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    return tmp_path


def test_notebooks_are_executed_into_build(with_notebooks, capsys):
    tracked = (with_notebooks / "notebooks" / "01_essai.ipynb").read_bytes()
    code, out, _ = run(capsys, "notebooks", "--only", "01_essai")
    assert code == 0
    assert out == "1 notebook dans build/notebooks."
    done = json.loads(
        (with_notebooks / "build" / "notebooks" / "01_essai.ipynb").read_text("utf-8")
    )
    assert done["cells"][0]["outputs"][0]["text"] == ["notebooks\n"]
    assert (with_notebooks / "notebooks" / "01_essai.ipynb").read_bytes() == tracked


def test_notebooks_keep_what_they_print_when_asked(with_notebooks, capsys):
    path = with_notebooks / "notebooks" / "01_essai.ipynb"
    assert run(capsys, "notebooks", "--only", "01_essai", "--update")[0] == 0
    once = path.read_bytes()
    assert b'"notebooks\\n"' in once
    assert run(capsys, "notebooks", "--only", "01_essai", "--update")[0] == 0
    assert path.read_bytes() == once  # no time, no version of this machine


def test_a_saved_notebook_keeps_the_text_of_a_widget_and_not_its_state(with_notebooks, capsys):
    path = with_notebooks / "notebooks" / "01_essai.ipynb"
    path.write_text(notebook("import ipywidgets; ipywidgets.Text('essai')"), encoding="utf-8")
    assert run(capsys, "notebooks", "--only", "01_essai", "--update")[0] == 0
    once = path.read_bytes()
    (output,) = json.loads(once)["cells"][0]["outputs"]
    assert output["data"] == {"text/plain": ["Text(value='essai')"]}
    assert b"widget" not in once.replace(b"import ipywidgets; ipywidgets", b"")
    assert run(capsys, "notebooks", "--only", "01_essai", "--update")[0] == 0
    assert path.read_bytes() == once


def test_no_notebook_is_told(with_notebooks, capsys):
    for path in (with_notebooks / "notebooks").iterdir():
        path.unlink()
    code, _, err = run(capsys, "notebooks")
    assert code == 1
    assert err.startswith("Aucun notebook dans")


def test_a_notebook_that_fails_is_named(with_notebooks, capsys):
    code, _, err = run(capsys, "notebooks", "--only", "02_echec.ipynb")
    assert code == 1
    assert (
        err == "02_echec.ipynb, cellule de code n° 1 : ValueError : ANNEE\n"
        "  raise ValueError('ANNEE')\n"
    )
    assert not (with_notebooks / "build" / "notebooks" / "02_echec.ipynb").exists()


def parametrized(folder, *sources):
    """Write a notebook whose first cell of code is tagged, under a heading."""
    book = json.loads(notebook(*sources))
    book["cells"][0]["metadata"]["tags"] = ["parameters"]
    title = {"cell_type": "markdown", "id": "t", "metadata": {}, "source": "# Essai\n\n## L’année"}
    book["cells"].insert(0, title)
    path = folder / "notebooks" / "03_annee.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def test_a_year_goes_into_the_cell_of_parameters_and_into_no_tracked_file(with_notebooks, capsys):
    path = parametrized(with_notebooks, "ANNEE = 2025\nSEUIL = 5", "print(ANNEE + SEUIL)")
    tracked = path.read_bytes()
    assert run(capsys, "notebooks", "--only", "03_annee", "--year", "2031")[0] == 0
    done = json.loads((with_notebooks / "build" / "notebooks" / path.name).read_text("utf-8"))
    assert done["cells"][1]["source"] == ["ANNEE = 2031\n", "SEUIL = 5"]
    assert done["cells"][2]["outputs"][0]["text"] == ["2036\n"]  # 2031 + 5
    assert path.read_bytes() == tracked


def test_a_year_for_a_notebook_that_takes_none_is_refused_before_any_runs(with_notebooks, capsys):
    code, out, err = run(capsys, "notebooks", "--year", "2031")
    assert (code, out) == (1, "")
    assert "01_essai.ipynb : --year demande une cellule d’étiquette" in err
    assert not (with_notebooks / "build").exists()


def test_a_failure_names_the_heading_above_the_cell(with_notebooks, capsys):
    parametrized(with_notebooks, "ANNEE = 2025", "x = 1\n1 / 0")
    code, _, err = run(capsys, "notebooks", "--only", "03_annee")
    assert code == 1
    assert err.replace("\u00a0", " ") == (
        "03_annee.ipynb, cellule de code n° 2, sous « L’année » : "
        "ZeroDivisionError : division by zero\n  x = 1 …\n"
    )


def test_a_notebook_that_kills_its_kernel_is_named(with_notebooks, capsys):
    parametrized(with_notebooks, "ANNEE = 2025", "import os; os._exit(1)")
    code, _, err = run(capsys, "notebooks", "--only", "03_annee")
    assert code == 1
    assert "n° 2" in err
    assert "le noyau Python s’est arrêté" in err


def test_a_file_that_is_no_notebook_is_named(with_notebooks, capsys):
    (with_notebooks / "notebooks" / "04_casse.ipynb").write_text("{", encoding="utf-8")
    code, _, err = run(capsys, "notebooks", "--only", "04_casse")
    assert code == 1
    assert err.startswith("04_casse.ipynb : ce n’est pas un notebook lisible")


def test_an_unknown_notebook_is_answered_with_the_known(with_notebooks, capsys):
    code, _, err = run(capsys, "notebooks", "--only", "03_absent")
    assert code == 1
    assert "Notebooks connus : 01_essai, 02_echec." in err


# --- the grammar ---------------------------------------------------------------------


def test_an_unknown_command_is_refused_with_the_known(capsys):
    said = refused(capsys, "construire")
    assert "'construire' inconnu (au choix : 'build', 'check'," in said
    assert "Voir « solidata --help »." in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "il manque : commande"),
        (("audit",), "il manque : FICHIER"),
        (("audit", "f", "--source"), "une valeur est attendue"),
        (("build", "encore"), "arguments inconnus : encore"),
    ],
)
def test_what_is_not_understood_is_said_in_french(capsys, words, expected):
    said = refused(capsys, *words)
    assert expected in said
    assert "Voir « " in said


@pytest.mark.parametrize("word", ["abc", "20260", "2026.5", "２０２６"])
@pytest.mark.parametrize(
    "words",
    [
        ("new-year",),
        ("figures", "--year"),
        ("figures", "--compare"),
        ("notebooks", "--year"),
        ("report", "--year"),
        ("report", "--compare"),
    ],
)
def test_what_is_no_year_is_answered_with_one(capsys, words, word):
    said = refused(capsys, *words, word)
    assert f" : «\u00a0{word}\u00a0» lu ; attendu : une année, comme 2026\n" in said
    assert f"argument {words[1] if words[1:] else 'ANNÉE'}" in said


def test_help_is_french(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("utilisation : solidata")
    for command in ("build", "check", "audit", "trace", "notebooks"):
        assert re.search(rf"^    {command}\s", said, re.MULTILINE)
    assert "show this help" not in said
    assert "\noptions\u00a0:\n" in said


def test_help_folds_between_words_and_not_within_quotation_marks(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["diff", "--help"])
    said = capsys.readouterr().out
    assert "«\u00a0Données\u00a0» du journal" in said
    assert "projet\u00a0; les contours" in said
    assert max(map(len, said.splitlines())) <= 80
    # A command to copy stays on its line.
    assert "\nExemple\u00a0: solidata diff ../avant data/processed --format markdown\n" in said


@pytest.mark.parametrize("words", [("check",), ("trace", "actions"), ("audit", __file__)])
def test_outside_of_any_project_the_message_says_what_to_do(tmp_path, monkeypatch, capsys, words):
    monkeypatch.delenv("SOLIDATA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *words)
    assert code == 1
    assert "Aucun projet solidata au-dessus de" in err


def test_tables_not_built_say_how_to_build_them(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    code, _, err = run(capsys, "trace", "actions", "EF-03")
    assert code == 1
    assert "construisez les tables avec « solidata build »" in err
