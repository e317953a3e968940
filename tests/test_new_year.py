"""The next report goes in without code: prepared, filled, checked, built, charted."""

import dataclasses
import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from rich.console import Console

from solidata import newyear, raw
from solidata.analysis import evolution, flows, measures, progress, rates, successions
from solidata.build import assemble, build
from solidata.catalog import load, load_geography
from solidata.check import reports
from solidata.cli import drafts, main
from solidata.figures import gallery, recipes
from solidata.newyear import carry, missing
from solidata.problems import NoDataError, RefusedError, SourceError
from solidata.study import load_study, tour
from solidata.tables import Registers, all_tables
from solidata.tables.derive import described
from solidata.tables.rows import Rows
from tests import made

TODAY = date(2026, 12, 1)
NEW = "data/raw/bilan-2026"
NB = "\u00a0"


def quoted(text):
    return f"«{NB}{text}{NB}»"


@pytest.fixture(scope="module")
def pristine(project, assembled, tmp_path_factory):
    """Return a copy of ``data/raw`` with the folder of 2026 as it is made. Not to be modified."""
    root = tmp_path_factory.mktemp("pristine") / "data" / "raw"
    shutil.copytree(project / "data" / "raw", root)
    newyear.prepare(assembled, 2026, root, today=TODAY)
    return root


@pytest.fixture(scope="module")
def filled(pristine, tmp_path_factory):
    """Return a copy of it with a made report of 2026 in. Not to be modified."""
    root = tmp_path_factory.mktemp("filled") / "data" / "raw"
    shutil.copytree(pristine, root)
    made.fill(root / "bilan-2026")
    made.confirm_budget(root)
    return root


def _built(root):
    """Return the frames of what is transcribed in `root`, built beside it."""
    tables = build(root, root.parent / "processed")
    return {name: tables.frame(name) for name in tables}


@pytest.fixture(scope="module")
def both(filled):
    """Return the tables of two years' reports, built beside them."""
    return _built(filled)


@pytest.fixture(scope="module")
def renumbered(filled, tmp_path_factory):
    """Return the tables of the same two reports, the second of which renumbers every action."""
    root = tmp_path_factory.mktemp("renumbered") / "data" / "raw"
    shutil.copytree(filled, root)
    assert len(made.renumber(root / "bilan-2026")) == 167
    return _built(root)


@pytest.fixture
def draft(pristine, tmp_path, monkeypatch):
    """Return the folder of 2026 in a home of its own, to be filled."""
    shutil.copytree(pristine, tmp_path / "data" / "raw")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    return tmp_path / "data" / "raw" / "bilan-2026"


@pytest.fixture
def report(filled, tmp_path):
    """Return the folder of the made report in a home of its own, to be spoilt."""
    shutil.copytree(filled, tmp_path / "data" / "raw")
    return tmp_path / "data" / "raw" / "bilan-2026"


def change(path, key, **cells):
    """Change the cells of the row of a raw file whose first column is `key`."""
    names, rows = made.rows_of(path)
    (row,) = (r for r in rows if r[names[0]] == key)
    row.update(cells)
    made.write_rows(path, names, rows)


def refusals(root):
    with pytest.raises(SourceError) as caught:
        assemble(root)
    return [str(problem) for problem in caught.value.problems]


def state(folder, tables):
    return missing.state(raw.read_draft(folder), tables, f"{NEW}/source.yaml")


# --- which year --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "today", "message"),
    [
        (2025, TODAY, "L’année 2025 est déjà là : bilan-2025 en rend compte. La prochaine est 2026."),
        (2024, TODAY, "2024 ne suit aucun bilan présent (2025) ; attendu : 2026."),
        (2027, TODAY, "2027 ne suit aucun bilan présent (2025) ; attendu : 2026."),
        (2026, date(2024, 12, 31), "2026 est dans l’avenir : aucun bilan ne peut en rendre compte encore."),
    ],
)  # fmt: skip
def test_a_year_that_is_not_the_next_is_refused(assembled, tmp_path, year, today, message):
    with pytest.raises(RefusedError) as caught:
        newyear.prepare(assembled, year, tmp_path, today=today)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []


def test_without_a_report_there_is_nothing_to_carry_over(assembled, tmp_path):
    none = {**assembled, "status_counts": assembled["status_counts"].head(0)}
    with pytest.raises(RefusedError, match="Aucun bilan n’est transcrit"):
        newyear.prepare(none, 2026, tmp_path)


def test_a_folder_that_exists_is_left_as_it_is(assembled, tmp_path):
    (tmp_path / "bilan-2026").mkdir()
    (tmp_path / "bilan-2026" / "notes.txt").write_text("à garder")
    with pytest.raises(RefusedError, match="existe déjà : rien n’a été écrit"):
        newyear.prepare(assembled, 2026, tmp_path, today=TODAY)
    assert [p.name for p in tmp_path.rglob("*")] == ["bilan-2026", "notes.txt"]


def test_the_year_of_a_documents_name():
    assert reports.year_of("bilan-2026") == 2026
    assert reports.year_of("rapport") is None
    assert reports.year_of("presentation-2024-2028") is None  # two years: of neither
    assert reports.year_of("note-12025") is None


# --- what carries over -------------------------------------------------------------------


def test_every_listed_action_and_every_announced_flagship_has_its_line(assembled, pristine):
    _, rows = made.rows_of(pristine / "bilan-2026" / "mentions.csv")
    before = assembled["mentions"]
    listed = before[(before["source_id"] == "bilan-2025") & before["list"].isin(reports.LISTED)]
    flagships = [row for row in rows if row["list"] == "flagship"]
    # DP-17 is in no list of 2025: it has the line of its sheet.
    assert {r["action_id"] for r in rows} - {""} == {*listed["action_id"].dropna(), "DP-17"}
    assert [r["mention_id"] for r in rows if r["list"] == "sheet"] == ["DP-17.sheet.2026"]
    assert len(rows) == 168 + 21  # the actions; 21 flagships
    assert [r["flagship_id"] for r in flagships] == [f"phare-2026-{n:02d}" for n in range(1, 22)]
    # Of the 21, six were said to be an action: the others are to be told.
    assert [r["action_id"] for r in flagships if r["action_id"]] == [
        "DP-07", "IE-18", "HL-04", "SA-09", "SA-01", "IN-08"]  # fmt: skip
    to_fill = ("number_printed", "status_printed", "status_line", "line", "printed", "note")
    assert {row[name] for row in rows for name in to_fill} == {""}
    assert {row["year"] for row in rows} == {"2026"}


def test_the_keys_are_new_and_those_of_2027_follow_from_those_of_2026(assembled, both, pristine):
    for name in carry.CARRIED:
        key = all_tables()[name].key
        _, rows = made.rows_of(pristine / "bilan-2026" / f"{name}.csv")
        keys = [row[key] for row in rows]
        assert len(set(keys)) == len(keys)
        assert not set(keys) & set(assembled[name][key]), name
    again = carry.lines_to_fill(both, "bilan-2026", 2027)["mentions"]["mention_id"]
    listed = [k for k in again if not k.startswith("phare")]
    assert listed[:2] == ["DP-01.table.2027", "DP-02.table.2027"]
    assert not any("2026" in key for key in listed)


def test_totals_are_asked_once_and_blocks_keep_their_parents(pristine):
    _, totals = made.rows_of(pristine / "bilan-2026" / "status_counts.csv")
    asked = [(r["section_id"], r["year"], r["status"]) for r in totals]
    assert len(set(asked)) == len(asked) == 33  # 7 × 4, the plan, 3 of flagships, those of 2027
    assert ("phares", "2027", "toutes") in asked
    _, blocks = made.rows_of(pristine / "bilan-2026" / "department_budget.csv")
    keys = {r["block_id"] for r in blocks}
    assert {r["parent_id"] for r in blocks} - {""} <= keys
    # « Non identifié » is our remainder of 2025; the block told by elimination is printed.
    assert not any("non-identifie" in key for key in keys)
    assert "2026-developpement-durable-amenagement-et-pro" in keys
    assert {(r["basis"], r["confidence"]) for r in blocks} == {("stated", "A")}


def test_the_guide_says_the_words_and_the_next_numbers(pristine):
    text = (pristine / "bilan-2026" / "GUIDE.md").read_text(encoding="utf-8")
    assert "(à partir de C412)" in text  # the last contradiction is C411
    assert "(à partir de R152)" in text
    assert f"Non engagée – reportée{NB}: {quoted('Non engagée - Reportée')}" in text
    assert "solidata audit TEXTE --source bilan-2026" in text


# --- the workbook ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(assembled, tmp_path_factory):
    out = tmp_path_factory.mktemp("book") / "data" / "raw"
    return newyear.prepare(assembled, 2026, out, workbook=True, today=TODAY).folder


def test_the_workbook_holds_what_the_files_hold(book, pristine):
    sheets, files = raw.read_draft(book), raw.read_draft(pristine / "bilan-2026")
    assert sheets.problems == files.problems == []
    assert sheets.tables.keys() == files.tables.keys()
    for name, frame in files.tables.items():
        pd.testing.assert_frame_equal(
            sheets.tables[name].drop(columns=raw.FILE), frame.drop(columns=raw.FILE)
        )


def test_the_workbook_is_the_same_bytes_every_time(assembled, book, tmp_path):
    again = newyear.prepare(assembled, 2026, tmp_path, workbook=True, today=TODAY).folder
    name = "bilan-2026.xlsx"
    assert (again / name).read_bytes() == (book / name).read_bytes()


def test_each_folded_line_of_the_guide_has_its_room(book):
    sheet = openpyxl.load_workbook(book / "bilan-2026.xlsx")["Guide"]
    folded = [cell for (cell,) in sheet.iter_rows() if cell.alignment.wrap_text]
    assert max(len(cell.value) for cell in folded) > 2 * 110  # of three lines or more
    for cell in folded:
        # 15 points a line, 110 characters at most on each
        assert sheet.row_dimensions[cell.row].height >= 15 * len(cell.value) / 110


def test_the_sheets_have_lists_notes_and_frozen_headings(book):
    workbook = openpyxl.load_workbook(book / "bilan-2026.xlsx")
    assert workbook.sheetnames[:2] == ["Guide", "mentions"]
    sheet = workbook["mentions"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert sheet.freeze_panes == "C2"
    note = heads["list"].comment.text
    field = all_tables()["mentions"].field("list")
    assert note.startswith(f"{field.title} (à remplir)\n{field.description}\n")
    assert "focus : Liste FOCUS" in note
    # « 6/18 » must not become a day of June.
    assert sheet.column_dimensions[heads["status_printed"].column_letter].number_format == "@"
    rules = {str(r.sqref): r for r in sheet.data_validations.dataValidation}
    letter = heads["list"].column_letter
    formula = rules[f"{letter}2:{letter}2000"].formula1
    column, last = formula.split("$")[1], int(formula.split("$")[-1])
    offered = [workbook["Listes"][f"{column}{n}"].value for n in range(2, last + 1)]
    assert offered == list(field.values)
    assert rules[f"{letter}2:{letter}2000"].errorStyle == "stop"
    letter = heads["action_id"].column_letter  # a new action is no mistake
    assert rules[f"{letter}2:{letter}2000"].errorStyle == "warning"


def fill_book(path, *changes):
    book = openpyxl.load_workbook(path)
    for sheet, cell, value in changes:
        book[sheet][cell] = value
    book.save(path)


def test_a_sheet_is_told_by_its_name_row_and_column(book, tmp_path):
    folder = tmp_path / "data" / "raw" / "bilan-2026"
    shutil.copytree(book, folder)
    fill_book(
        folder / "bilan-2026.xlsx", ("mentions", "E3", "tableau"), ("mentions", "D2", "MMXXVI")
    )
    told = [str(p) for p in raw.read_draft(folder).problems]
    where = f"{NEW}/bilan-2026.xlsx [feuille mentions]"
    assert told == [
        f"{where}, ligne 2, colonne {quoted('year')} : {quoted('MMXXVI')} lu ; attendu : un entier sans espace",
        f"{where}, ligne 3, colonne {quoted('list')} : {quoted('tableau')} lu ; attendu : l’une des valeurs "
        "table, focus, sheet, flagship, alliance, slide (le plus proche : table)",
    ]


def test_an_error_and_a_formula_without_result_are_not_read_as_empty(book, tmp_path):
    folder = tmp_path / "data" / "raw" / "bilan-2026"
    shutil.copytree(book, folder)
    workbook = openpyxl.load_workbook(folder / "bilan-2026.xlsx")
    head = [cell.value for cell in workbook["mentions"][1]]
    status = head.index("status_printed") + 1
    workbook["mentions"].cell(3, status, "#N/A").data_type = "e"
    workbook["mentions"].cell(4, status, "=K2")
    workbook.save(folder / "bilan-2026.xlsx")
    where = f"{NEW}/bilan-2026.xlsx [feuille mentions]"
    column = f"colonne {quoted('status_printed')}"
    assert [str(p) for p in raw.read_draft(folder).problems] == [
        f"{where}, ligne 3, {column} : {quoted('#N/A')} lu ; erreur du tableur ; attendu : une valeur, "
        "ou une cellule vide",
        f"{where}, ligne 4, {column} : {quoted('=K2')} lu ; formule sans résultat ; attendu : une valeur",
    ]


def test_a_renamed_sheet_and_a_table_in_two_places_are_refused(book, tmp_path):
    folder = tmp_path / "data" / "raw" / "bilan-2026"
    shutil.copytree(book, folder)
    workbook = openpyxl.load_workbook(folder / "bilan-2026.xlsx")
    workbook["mentions"].title = "mention"
    workbook.save(folder / "bilan-2026.xlsx")
    (folder / "events.csv").write_text("event_id\n", encoding="utf-8")
    found = [str(p) for p in sorted(raw.read_draft(folder).problems)]
    assert [p for p in found if "feuille" in p] == [
        f"{NEW}/bilan-2026.xlsx [feuille mention] : feuille inattendue ; attendu : l’une des tables, ou "
        "Guide et Listes (la plus proche : mentions)",
        f"{NEW}/events.csv : double emploi avec bilan-2026.xlsx [feuille events] ; attendu : un seul "
        "fichier par table",
    ]


@pytest.mark.parametrize("workbook", [False, True])
def test_a_table_that_is_taken_out_of_a_draft_is_named(
    book, pristine, assembled, tmp_path, workbook
):
    folder = tmp_path / "data" / "raw" / "bilan-2026"
    shutil.copytree(book if workbook else pristine / "bilan-2026", folder)
    if workbook:
        sheets = openpyxl.load_workbook(folder / "bilan-2026.xlsx")
        del sheets["mentions"]
        sheets.save(folder / "bilan-2026.xlsx")
        said = f"{NEW}/bilan-2026.xlsx [feuille mentions] : feuille absente ; attendu : la table "
    else:
        (folder / "mentions.csv").unlink()
        said = f"{NEW}/mentions.csv : fichier absent ; attendu : la table "
    found = state(folder, assembled)
    (problem,) = map(str, found.problems)
    title = quoted(all_tables()["mentions"].title)
    assert problem == f"{said}{title}, réduite à son en-tête si le bilan n’en imprime rien"
    # A table that may stay empty is not asked for.
    assert "challenges" not in problem


def test_a_workbook_of_something_else_is_a_stranger(draft):
    workbook = openpyxl.Workbook()
    workbook.active.append(["Budget"])
    workbook.save(draft / "brouillon.xlsx")
    (said,) = [str(p) for p in raw.read_draft(draft).problems]
    assert "brouillon.xlsx : fichier inattendu" in said


def test_a_filled_workbook_builds_like_the_files_and_its_rows_are_found(filled, tmp_path, both):
    root = tmp_path / "data" / "raw"
    shutil.copytree(filled, root)
    workbook = openpyxl.Workbook()
    workbook.active.title = "Guide"
    for path in sorted((root / "bilan-2026").glob("*.csv")):
        names, rows = made.rows_of(path)
        sheet = workbook.create_sheet(path.stem)
        for row in [names, *([r[n] for n in names] for r in rows)]:
            sheet.append(row)
        path.unlink()
    workbook.save(root / "bilan-2026" / "bilan-2026.xlsx")
    for name, frame in assemble(root).items():
        pd.testing.assert_frame_equal(frame, both[name])
    # What is wrong is told with the sheet where to write of it.
    book = root / "bilan-2026" / "bilan-2026.xlsx"
    head = [cell.value for cell in workbook["mentions"][1]]
    fill_book(
        book,
        ("mentions", f"{get_column_letter(1 + head.index('status_printed'))}3", "Terminée"),
    )
    (refusal,) = refusals(root)
    assert refusal.endswith(
        f"ajoutez sa formule à {NEW}/bilan-2026.xlsx [feuille status_words], ou sa lecture à corrections si elle est fautive"
    )
    fill_book(
        book,
        ("mentions", f"{get_column_letter(1 + head.index('status_printed'))}3", "En cours"),
        ("mentions", f"{get_column_letter(1 + head.index('number_printed'))}40", "77"),
    )
    (refusal,) = refusals(root)
    assert refusal.startswith(f"{NEW}/bilan-2026.xlsx [feuille contradictions] : égalité fausse")
    assert "d’abord 77 lu pour " in refusal
    place = raw.find_row(root, all_tables()["mentions"], "DP-02.table.2026")
    assert place == (f"{NEW}/bilan-2026.xlsx [feuille mentions]", 3)


# --- a folder half filled ----------------------------------------------------------------


def test_a_draft_stays_out_of_the_tables_whatever_it_holds(draft, assembled, capsys):
    (draft / "mentions.csv").write_text("n’importe quoi\n", encoding="utf-8")
    assert raw.drafts(draft.parent) == ["bilan-2026"]
    assert main(["build"]) == 0
    assert "Laissé de côté, en préparation : bilan-2026" in capsys.readouterr().out
    for name, frame in assembled.items():
        pd.testing.assert_frame_equal(load(name), frame)


def test_a_marker_that_says_neither_is_refused(draft):
    text = (draft / "source.yaml").read_text(encoding="utf-8")
    (draft / "source.yaml").write_text(text.replace("draft: true", "draft: oui"), encoding="utf-8")
    (refusal,) = refusals(draft.parent)
    assert refusal == (
        f"{NEW}/source.yaml, colonne {quoted('draft')} : {quoted('oui')} lu ; attendu : true ou false"
    )


def test_at_first_everything_is_missing_in_few_lines(draft, assembled):
    found = state(draft, assembled)
    lines = dict(zip(found.filled["table"], found.filled["lines"], strict=True))
    assert lines == {
        "mentions": 189,
        "status_counts": 33,
        "observations": 141,
        "department_budget": 12,
    }
    assert found.filled["complete"].sum() == 0
    said = [str(gap) for gap in found.gaps]
    assert f"{NEW}/mentions.csv, lignes 2 à 190 : rien n’est rempli (189 lignes)" in said
    assert said[0].startswith(f"{NEW}/source.yaml : il manque {quoted('title : …')}")
    assert found.problems == []
    assert found.gone == []
    assert not found.ready


def test_what_is_missing_is_told_in_the_words_of_who_fills_it(draft, assembled):
    title = "Développer la pair-aidance entre parents via un conseil de la vie sociale"
    change(draft / "mentions.csv", "EF-03.table.2026", line="12", printed=title, number_printed="3")
    change(
        draft / "mentions.csv", "EF-04.table.2026", line="14", note="statut non lu dans le texte"
    )
    change(
        draft / "status_counts.csv", "EF.2026.realisee", count_printed="6", printed="6", line="9"
    )
    _, rows = made.rows_of(draft / "mentions.csv")
    at = 2 + [r["mention_id"] for r in rows].index("EF-03.table.2026")
    said = [str(gap) for gap in state(draft, assembled).gaps]
    known = assembled["actions"].set_index("action_id")["title"]
    assert (
        f"{NEW}/mentions.csv, ligne {at} : il manque le statut (status_printed) de l’action EF-03 {quoted(known['EF-03'])}"
        in said
    )
    # An explanation stands for the status, not for the printed characters.
    assert (
        f"{NEW}/mentions.csv, ligne {at + 1} : il manque les caractères imprimés (printed) de l’action EF-04 "
        f"{quoted(known['EF-04'])}"
    ) in said
    assert any(
        s.endswith(f"il manque le dénominateur (total_printed) du total {quoted('Réalisée')} de {quoted('Enfance famille')} en 2026")
        for s in said
    )  # fmt: skip


def test_an_action_whose_line_is_taken_out_is_said_to_be_gone(draft, assembled):
    names, rows = made.rows_of(draft / "mentions.csv")
    made.write_rows(draft / "mentions.csv", names, [r for r in rows if r["action_id"] != "EF-18"])
    (gone,) = state(draft, assembled).gone
    assert gone.startswith(f"EF-18 «{NB}")
    # A flagship's line gives DP-17 no status of its own: the flows would say it vanished.
    flagship = [
        r | {"action_id": "DP-17"} if r["flagship_id"] == "phare-2026-01" else r for r in rows
    ]
    made.write_rows(draft / "mentions.csv", names, [r for r in flagship if r["list"] != "sheet"])
    assert [g.split()[0] for g in state(draft, assembled).gone] == ["DP-17"]


def test_an_action_of_which_the_report_says_nothing_stays_in_the_open(draft, capsys):
    names, rows = made.rows_of(draft / "mentions.csv")
    made.write_rows(draft / "mentions.csv", names, [r for r in rows if r["action_id"] != "SA-02"])
    made.fill(draft)  # which leaves EF-18 out as well
    made.confirm_budget(draft.parent)
    assert main(["build"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert (
        "2 actions listées en 2025 ne le sont plus en 2026, et aucun document ne dit pourquoi"
        in told
    )
    assert re.search(rf"EF-18 «{NB}[^»]+{NB}» et SA-02 «{NB}Développer la prévention", told)
    tables = {name: load(name) for name in all_tables()}
    # nothing is made up: no fate, no status, no mention
    assert tables["action_lineage"].empty
    for name in ("action_statuses", "mentions"):
        gone = tables[name][tables[name]["action_id"] == "SA-02"]
        assert set(gone["year"]) == {2025}
    found = flows.flows(
        tables["action_statuses"], tables["actions"], tables["action_lineage"], 2025, 2026
    )
    assert flows.unsaid(found) == ["EF-18", "SA-02"]
    gone = found[found["before_id"].isin(["EF-18", "SA-02"])]
    assert gone[["flow", "basis"]].values.tolist() == [["vanished", "none"]] * 2
    assert gone["status_after"].isna().all()
    alt = gallery.SET["flux-de-statuts"](*loader(tables), 2026).alt.replace(NB, " ")
    assert alt.endswith("Total 2025 : 168 ; total 2026 : 167.")  # two gone, EF-19 new
    assert "2 disparues sans explication" in alt


def test_an_action_done_in_a_report_and_under_way_in_the_next_is_told(draft, capsys):
    made.fill(draft)
    made.confirm_budget(draft.parent)
    assert main(["build"]) == 0
    statuses = load("action_statuses")
    done = statuses.query("year == 2025 and status == 'realisee'")["action_id"]
    now = statuses.query("year == 2026").set_index("action_id")["status"].astype(str)
    open_again = [a for a in done if now[a] in {"en_cours", "reportee", "supprimee"}]
    capsys.readouterr()
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert len(open_again) > 1
    assert f"reviennent en 2026 sur un statut final de 2025 : {open_again[0]} «" in told
    assert all(action in told for action in open_again)


def test_an_action_with_a_fate_or_a_line_in_error_is_not_gone(draft, assembled):
    names, rows = made.rows_of(draft / "mentions.csv")
    left = {"SA-02", "SA-03", "SA-04"}
    made.write_rows(draft / "mentions.csv", names, [r for r in rows if r["action_id"] not in left])
    change(draft / "mentions.csv", "EF-03.table.2026", list="tableau")
    header, _ = made.rows_of(draft / "action_lineage.csv")
    made.write_rows(draft / "action_lineage.csv", header, [
        {"lineage_id": f"{a}.2026", "action_id": a, "successor_id": "SA-26", "kind": "merged",
         "year": "2026", "line": "1", "printed": "fusionnées"} for a in ("SA-02", "SA-03")])  # fmt: skip
    assert [g.split()[0] for g in state(draft, assembled).gone] == ["SA-04"]


def test_what_cannot_stand_is_said_before_all_is_filled(draft, assembled):
    names, _ = made.rows_of(draft / "actions.csv")
    made.write_rows(draft / "actions.csv", names, [
        {"action_id": "EF-03", "section_id": "enfance-famille", "printed": "Une autre", "line": "3"}])  # fmt: skip
    title = assembled["actions"].set_index("action_id")["title"]
    change(draft / "mentions.csv", "HL-01.table.2026", printed=title["HL-12"])
    change(draft / "mentions.csv", "HL-02.table.2026", year="2062")
    change(draft / "status_counts.csv", "EF.2026.realisee", year="2025", count_printed="six")
    said = [str(p) for p in state(draft, assembled).problems]
    assert any(
        f"colonne {quoted('action_id')} : {quoted('EF-03')} lu ; identifiant déjà pris par {quoted(title['EF-03'])}" in s
        for s in said
    )  # fmt: skip
    assert any("(l’intitulé ressemble à celui de HL-12)" in s for s in said)
    assert sum(s.endswith("attendu : 2026, l’année dont bilan-2026 rend compte") for s in said) == 1


def test_problems_are_told_in_the_order_of_the_lines(draft, assembled):
    names, rows = made.rows_of(draft / "observations.csv")
    for rank in (0, 1, 9):  # lines 2, 3 and 11
        rows[rank]["value_printed"] = "douze et demi"
    made.write_rows(draft / "observations.csv", names, rows)
    problems = [p for p in state(draft, assembled).problems if p.file.endswith("observations.csv")]
    assert [p.line for p in problems] == [2, 3, 11]


def test_a_status_word_nobody_knows_is_told_before_all_is_filled(draft, assembled):
    change(draft / "mentions.csv", "EF-03.table.2026", status_printed="Terminée")
    change(draft / "mentions.csv", "EF-04.table.2026", status_printed="RéaIisée")
    change(draft / "mentions.csv", "EF-05.table.2026", status_printed="réalisée en juin")
    said = [str(p) for p in state(draft, assembled).problems]
    assert [s.split(" lu ; ")[1] for s in said] == [
        f"statut inconnu ; ajoutez sa formule à {NEW}/status_words.csv, ou sa lecture à corrections si elle est fautive"
    ] * 2
    (draft / "status_words.csv").write_text(
        "word_id,wording,status,note\nterminee,Terminée,realisee,\nreaiisee,RéaIisée,realisee,\n",
        encoding="utf-8",
    )
    assert state(draft, assembled).problems == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Réalisée / En cours", True),
        ("En cours, action supprimée en 2027", True),
        ("Réalisée partiellement", True),
        ("Réalisées en partie", True),
        ("Réalisée à 50 %", True),
        ("Réalisée (1)", False),
        ("Réalisées", False),
        ("Non engagée - Supprimée du fait d’un autre concours", False),
        ("Non réalisée reportée", False),
    ],
)
def test_a_status_that_goes_on_with_another_or_says_a_part_is_refused(
    draft, assembled, printed, expected
):
    change(draft / "mentions.csv", "DP-02.table.2026", status_printed=printed)
    said = [str(p) for p in state(draft, assembled).problems]
    assert [p.split(" ; ")[1] for p in said] == ["deux statuts, ou une partie"] * expected
    if expected:
        # Declared whole, it means what is said of it.
        words = draft / "status_words.csv"
        names, rows = made.rows_of(words)
        told = {"word_id": "nuance", "wording": printed, "status": "en_cours"}
        made.write_rows(words, names, [*rows, told])
        assert state(draft, assembled).problems == []


def test_a_status_misread_once_is_repaired_in_corrections(report, both):
    ours = {"mention_id": "EF-03.table.2026", "status_printed": "En⏎cows"}
    change(report / "mentions.csv", ours["mention_id"], status_printed=ours["status_printed"])
    before = both["mentions"].set_index("mention_id").loc[ours["mention_id"]]
    repair = {"correction_id": "R900", "row": f"mentions:{ours['mention_id']}", "field": "status_printed",
              "printed": "En cows", "value": before["status_printed"], "reason": "mal lu"}  # fmt: skip
    names, _ = made.rows_of(report / "corrections.csv")
    # Its guard is what is printed, on one line.
    made.write_rows(report / "corrections.csv", names, [repair | {"printed": "Réalisée"}])
    assert any(
        "la transcription imprime «\u00a0En cows\u00a0»" in t for t in refusals(report.parent)
    )
    made.write_rows(report / "corrections.csv", names, [repair])
    assert "status_printed" not in {p.column for p in state(report, both).problems}
    after = assemble(report.parent)["mentions"].set_index("mention_id").loc[ours["mention_id"]]
    assert (after["status"], after["status_printed"]) == (before["status"], "En⏎cows")


def test_when_nothing_is_missing_the_check_rehearses_the_build(draft, capsys):
    made.fill(draft)
    text = (draft / "source.yaml").read_text(encoding="utf-8")
    (draft / "source.yaml").write_text(f"draft: true\n{text}", encoding="utf-8")
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert "1 action du bilan précédent sans ligne ici (pour information) : EF-18" in told
    # Two budgets of 2026 were published already: the build would refuse them.
    assert "2 problèmes dans les fichiers sources" in told
    assert "budget déjà donné par bilan-2026 pour 2026" in told


def test_a_finished_draft_is_told_so(draft, capsys, assembled):
    made.fill(draft)
    text = (draft / "source.yaml").read_text(encoding="utf-8")
    (draft / "source.yaml").write_text(f"draft: true\n{text}", encoding="utf-8")
    made.confirm_budget(draft.parent)
    drafts.check(Console(), assembled)
    assert "Rien ne manque : retirez « draft: true »" in capsys.readouterr().out


def test_what_repeats_a_row_of_a_draft_counts_until_the_draft_is_finished(draft, assembled):
    made.confirm_budget(draft.parent)
    context = draft.parent / "context" / "department_budget.csv"
    # A block of which another cell is wrong is a row of the draft all the same.
    change(draft / "department_budget.csv", "2026-total", confidence="Z")
    pd.testing.assert_frame_equal(
        assemble(draft.parent)["department_budget"], assembled["department_budget"]
    )
    text = context.read_text(encoding="utf-8")
    context.write_text(text.replace(",2026-total,", ",2026-totaux,"), encoding="utf-8")
    (refusal,) = refusals(draft.parent)
    assert (
        f"colonne {quoted('repeats')} : {quoted('2026-totaux')} lu ; attendu : une clé" in refusal
    )
    # Without the draft there is no such row.
    context.write_text(text, encoding="utf-8")
    shutil.rmtree(draft)
    assert len(refusals(draft.parent)) == 2


# --- what a finished report gets wrong ---------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "kind", "column", "expected"),
    [
        ("2026-12-31", "2026-01-01", "observed", "period_end", "attendu : au plus tôt 2026-12-31, le "
         "début de la période"),
        ("2062-01-01", "", "observed", "period_start", "attendu : une période observée avant la fin de "
         "2027, ou kind = planned ou target"),
        ("2062-01-01", "", "target", None, None),
        ("2026-01-01", "2027-01-31", "observed", None, None),
    ],
)  # fmt: skip
def test_a_period_that_cannot_have_been_observed_is_refused_in_a_draft_and_in_a_build(
    assembled, report, start, end, kind, column, expected
):
    made_of = {"period_start": start, "period_end": end, "kind": kind}
    change(report / "observations.csv", "volets-schema.1.2026", **made_of)
    told = [str(p) for p in state(report, assembled).problems]
    if column is None:
        assert told == []
        assemble(report.parent)
        return
    for said in (told, refusals(report.parent)):
        (problem,) = said
        value = end if column == "period_end" else start
        assert problem == (
            f"{NEW}/observations.csv, ligne 3, colonne {quoted(column)} : {quoted(value)} lu ; {expected}"
        )


@pytest.mark.parametrize(
    ("value", "out_of", "expected"),
    [("10", "5", "au moins 10, la valeur de la ligne"), ("0", "0", "un nombre plus grand que 0")],
)
def test_a_value_above_what_it_is_out_of_is_refused_in_a_draft_and_in_a_build(
    assembled, report, value, out_of, expected
):
    printed = f"{value} sur {out_of}"
    texts = {"value_printed": value, "out_of_printed": out_of, "printed": printed}
    change(report / "observations.csv", "volets-schema.1.2026", **texts)
    for said in ([str(p) for p in state(report, assembled).problems], refusals(report.parent)):
        assert said == [
            f"{NEW}/observations.csv, ligne 3, colonne {quoted('out_of_printed')} : "
            f"{quoted(out_of)} lu ; attendu : {expected}"
        ]


def test_everything_a_report_gets_wrong_is_told_at_once(report, both):
    titles = both["actions"].set_index("action_id")["title"]
    change(report / "mentions.csv", "HL-01.table.2026", printed=titles["HL-12"])
    change(report / "mentions.csv", "HL-02.table.2026", year="2062")
    # The same action under a rewritten title is told by a remark.
    change(
        report / "mentions.csv", "HL-03.table.2026", printed="Autre chose", note="intitulé réécrit"
    )
    change(report / "status_counts.csv", "EF.2026.realisee", year="2025")
    told = [t.split(" : ", 1)[1] for t in refusals(report.parent) if "égalité" not in t]
    assert told == [
        f"{quoted('HL-01')} lu ; identifiant de l’action {quoted(titles['HL-01'])}, imprimé devant "
        f"{quoted(titles['HL-12'])} ; attendu : un nouvel identifiant (et ce que devient l’ancienne "
        "action, dans action_lineage), ou une remarque si l’action est la même (l’intitulé ressemble à celui "
        "de HL-12)",
        f"{quoted('2062')} lu ; attendu : 2026, l’année du bilan",
        f"{quoted('2025')} lu ; attendu : 2026, l’année dont bilan-2026 rend compte",
    ]


@pytest.mark.parametrize(
    ("key", "year", "expected"),
    [
        ("EF-03.table.2026", "2025", "2026, l’année du bilan"),
        ("EF-03.table.2026", "2027", "2026, l’année du bilan"),
        ("DP-17.sheet.2026", "2025", "2026, l’année du bilan"),
        ("phare-2026-01", "2025", "2026, l’année de l’action phare phare-2026-01"),
        ("phare-2026-01", "2027", "2026, l’année de l’action phare phare-2026-01"),
    ],
)
def test_a_mention_of_another_year_is_named_in_a_draft_and_in_a_build(
    report, assembled, key, year, expected
):
    path = report / "mentions.csv"
    _, rows = made.rows_of(path)
    (found,) = (n for n, r in enumerate(rows) if key in {r["mention_id"], r["flagship_id"]})
    change(path, rows[found]["mention_id"], year=year)
    place = f"{NEW}/mentions.csv, ligne {found + 2}, colonne {quoted('year')}"
    told = f"{place} : {quoted(year)} lu ; attendu : {expected}"
    assert told in refusals(report.parent)
    assert told in [str(problem) for problem in state(report, assembled).problems]


def test_an_identifier_declared_twice_is_refused(report):
    change(report / "actions.csv", "EF-19", action_id="EF-17")
    told = refusals(report.parent)
    assert any(
        "EF-17" in t and "clé déjà prise par data/raw/bilan-2025/actions.csv" in t for t in told
    )


def test_two_reports_of_one_year_are_refused(both):
    counts = both["status_counts"]
    again = counts[counts["source_id"] == "bilan-2025"].assign(source_id="rapport-bis")
    sources = pd.concat(
        [both["sources"], pd.DataFrame([{"source_id": "rapport-bis", "kind": "rapport"}])]
    )
    faults = list(
        reports.misdated(
            Rows({**both, "sources": sources, "status_counts": pd.concat([counts, again])})
        )
    )
    by_status = counts["status"].isin(progress.STATUSES) & (counts["source_id"] == "bilan-2025")
    assert len(faults) == by_status.sum()
    assert {f[4] for f in faults} == {
        "année déjà là : bilan-2025 en rend compte ; attendu : un seul bilan par année"
    }


# --- two years ---------------------------------------------------------------------------


def test_the_made_year_counts_what_was_made(both):
    by_section = progress.status_by_section(both["status_counts"], both["sections"], 2026)
    # sections of 33, 18, 30, 18, 14, 25 and 27 actions, a status in turn:
    # 9+5+8+5+4+7+7 done, 8+5+8+5+4+6+7, 8+4+7+4+3+6+7, 8+4+7+4+3+6+6 dropped
    assert progress.overall(by_section)["count"].tolist() == [45, 43, 39, 38]
    assert progress.overall(by_section)["total"].tolist() == [165] * 4
    statuses = both["action_statuses"]
    assert (statuses["year"] == 2026).sum() == 165 + 3  # and the three of the alliance
    assert progress.years(both["status_counts"]) == [2025, 2026]


def test_the_year_before_keeps_its_rows(assembled, both):
    for name, frame in assembled.items():
        table = all_tables()[name]
        if name in {"sources", "identities", "department_budget"}:
            continue  # a source and identities more; two blocks of 2026 now say what they repeat
        kept = both[name][both[name][table.key].isin(frame[table.key])].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, frame)


def loader(tables):
    registers = Registers(tables["sources"], tables["contradictions"], described(tables["plan"]))
    return gallery.Load(lambda name: tables[name].copy(), load_geography), registers


MAKERS = gallery.every(gallery.Load(load, load_geography))


@pytest.mark.parametrize("name", list(MAKERS))
def test_every_figure_runs_for_either_year_and_the_first_one_keeps_its_data(name, assembled, both):
    if name in {"flux-de-statuts", "evolution-des-statuts"}:  # they need a year before
        with pytest.raises(NoDataError, match="Aucun bilan avant 2025"):
            MAKERS[name](*loader(both), 2025)
        assert MAKERS[name](*loader(both), 2026).check() == []
        return
    before = MAKERS[name](*loader(assembled), 2025)
    after = MAKERS[name](*loader(both), 2025)
    if name == "phares-suivants":  # of 2025 and 2026; the made report announces none for 2027
        assert after.check() == []
        with pytest.raises(NoDataError):
            MAKERS[name](*loader(both), 2026)
        return
    if name != "budgets":  # it shows every year there is
        pd.testing.assert_frame_equal(after.data, before.data)
        assert (after.title, after.reading, after.scope) == (
            before.title,
            before.reading,
            before.scope,
        )
    assert MAKERS[name](*loader(both), 2026).check() == []


# --- a plan that renumbers everything ------------------------------------------------------


def became(tables):
    names = ("action_statuses", "actions", "action_lineage")
    return flows.flows(*(tables[name] for name in names), 2025, 2026)


def test_a_report_that_renumbers_every_action_has_the_flows_of_one_that_keeps_them(
    both, renumbered
):
    kept, new = became(both), became(renumbered)
    # 168 in 2025: EF-18 is gone without a word, EF-19 is new; 168 - 1 + 1 = 168 in 2026
    assert kept["flow"].value_counts().to_dict() == {"kept": 167, "vanished": 1, "appeared": 1}
    assert new["flow"].value_counts().to_dict() == {"continued": 167, "vanished": 1, "appeared": 1}
    assert flows.unsaid(new) == ["EF-18"]
    going = new[new["flow"] == "continued"]
    assert (going["before_id"] != going["after_id"]).all()
    assert (going["before_id"].str.replace("-", "-5") == going["after_id"]).all()
    assert (going["section_before"] == going["section_after"]).all()
    columns = ["start", "end", "count"]
    pd.testing.assert_frame_equal(flows.matrix(new)[columns], flows.matrix(kept)[columns])
    pd.testing.assert_frame_equal(flows.totals(new), flows.totals(kept))


def test_the_numbers_of_a_renumbered_list_follow_each_other_as_printed(renumbered):
    # the rows stand as in 2025, the lines the other way round: EF-503 is printed 16th of 18
    numbers = renumbered["mentions"].query("year == 2026 and list == 'table'")
    printed = numbers.set_index("action_id")["number_printed"]
    assert (printed["EF-503"], printed["EF-501"], printed["EF-19"]) == ("16", "18", "1")
    identities = renumbered["identities"].set_index("identity_id")
    mine = identities[identities.index.str.match(r"numerotation\.liste\..*\.2026")]
    assert len(mine) == 6  # departmental actions have no number
    assert mine["holds"].astype(bool).all()
    assert not mine["label"].str.contains("sauf").any()


def test_rates_flagships_amounts_and_figures_are_those_of_a_report_that_keeps_its_numbers(
    both, renumbered
):
    told = []
    for tables in (both, renumbered):
        rows = rates.rates(
            tables["status_counts"], tables["sections"], became(tables), 2025, 2026
        ).set_index("section_id")
        found = successions.successions(
            tables["flagships"], tables["mentions"], tables["action_lineage"], 2025, 2026
        )
        told.append((rows.drop(columns=["address", "source_id"]), found["succession"].tolist()))
    pd.testing.assert_frame_equal(told[0][0], told[1][0])
    assert told[0][1] == told[1][1]
    assert told[1][1].count("continued") == 3
    whole = told[1][0].loc["ensemble"]
    assert whole[["n_before", "total_before", "n_after", "total_after"]].tolist() == [117, 159, 88, 165]  # fmt: skip
    # 88 / 165 - 117 / 159 = 0.53333 - 0.73585
    assert whole["points"] == pytest.approx(-20.25, abs=0.005)
    for name in ("flux-de-statuts", "evolution-des-statuts", "evolution", "statuts-par-section"):
        one, other = (gallery.SET[name](*loader(tables), 2026) for tables in (both, renumbered))
        assert other.check() == []
        assert (other.title, other.alt) == (one.title, one.alt)
    # what DP-05 pays for participation is compared with what DP-505 does: 6 171 - 5 171 euros
    amounts = recipes.funded(loader(renumbered)[0], 2025, 2026)
    found = evolution.compare(measures.yearly_funding(amounts), 2025, 2026)
    assert found["indicator_id"].str.split(" / ").str[0].tolist() == ["DP-505"]
    assert found["difference"].tolist() == [1000.0]


def test_a_name_that_changes_twice_is_followed_to_the_last():
    fates = pd.DataFrame([
        {"action_id": a, "successor_id": b, "kind": kind, "year": year}
        for a, b, kind, year in (
            ("A", "B", "continued", 2026), ("B", "C", "continued", 2027),
            ("M", "N", "merged", 2026), ("Z", "Y", "continued", 2025),
        )
    ])  # fmt: skip
    assert flows.renamed(fates, 2025, 2027) == {"A": "C", "B": "C"}
    assert flows.renamed(fates, 2025, 2026) == {"A": "B"}


def test_the_figures_of_2026_say_2026(both):
    figure = gallery.SET["statuts-par-section"](*loader(both), 2026)
    plain = figure.title.replace(NB, " ")
    assert plain == "88 des 165 actions du schéma sont réalisées ou en cours en 2026"
    assert figure.name == "statuts-par-section-2026"
    assert "(fictif)" in figure.source
    pair = gallery.SET["evolution"](*loader(both), 2026)
    assert pair.name == "evolution-2025-2026"
    # among the made values, all of 10, those that change most were far greater
    title = "Les 4 mesures qui varient le plus de 2025 à 2026 diminuent"
    assert pair.title.replace(NB, " ") == title


def test_a_pair_of_years_is_asked_for(both):
    load, registers = loader(both)
    pairs = {
        name: gallery.SET[name](dataclasses.replace(load, compare=first), registers, 2026)
        for name, first in (
            ("flux-de-statuts", 2025),
            ("evolution-des-statuts", 2025),
            ("evolution", 2024),
            ("phares-suivants", 2025),
        )
    }
    assert {n: f.name for n, f in pairs.items()} == {
        "flux-de-statuts": "flux-de-statuts-2025-2026",
        "evolution-des-statuts": "evolution-des-statuts-2025-2026",
        "evolution": "evolution-2024-2026",
        "phares-suivants": "phares-2025-2026",
    }
    assert [name for name, figure in pairs.items() if figure.check()] == []


def test_a_year_of_which_nothing_is_told_is_no_data(both):
    with pytest.raises(NoDataError, match="années connues : 2025, 2026"):
        gallery.SET["statuts-par-section"](*loader(both), 2027)


def test_the_pairs_of_two_reports(both):
    found = evolution.pairs(both["observations"], both["indicators"], both["funding"], 2025, 2026)
    money = found[found["unit"] == "euros"]
    assert money["difference"].tolist() == [1000.0]  # 6171 - 5171
    kept = evolution.widest(found, 2)
    scale = (found["last_value"] - found["first_value"]).abs() / found[
        ["first_value", "last_value"]
    ].max(axis=1)
    assert (
        kept["indicator_id"].tolist()
        == found.loc[sorted(scale.nlargest(2).index), "indicator_id"].tolist()
    )


NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_notebook_runs_for_the_next_year_without_touching_its_code(
    path, both, filled, monkeypatch
):
    year = 2026  # nbval runs them for the one they give
    monkeypatch.setenv("SOLIDATA_HOME", str(filled.parents[1]))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    names = {}
    for cell in code:
        exec(re.sub(r"^ANNEE = \d{4}$", f"ANNEE = {year}", cell), names)
    assert names["ANNEE"] == year


def test_the_notebook_of_sources_runs_for_a_report_that_prints_its_actions_only(
    both, filled, tmp_path, monkeypatch
):
    shutil.copytree(filled.parents[1], tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    for name in ("department_budget", "funding", "observations"):
        path = tmp_path / "data" / "processed" / f"{name}.csv"
        names, rows = made.rows_of(path)
        made.write_rows(path, names, [r for r in rows if r["source_id"] != "bilan-2026"])
    (path,) = (p for p in NOTEBOOKS if p.stem == "06_sources_et_qualite")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    names = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            code = "".join(cell["source"])
            exec(re.sub(r"^ANNEE = \d{4}$", "ANNEE = 2026", code), names)
    assert names["etude"].year == 2026
    assert names["etude"].reported("department_budget").empty


def test_the_tour_says_the_lines_that_print_the_statuses_of_flagships(both, filled):
    """Those of 2026 were announced by the report of 2025, which tells no status of them."""
    study = load_study(2026, folder=filled.parent / "processed")
    assert set(study.table("flagships").query("year == 2026")["source_id"]) == {"bilan-2025"}
    row = tour.key_numbers(study).frame.iloc[3]
    assert "phares réalisées" in row["Ce qu’il compte"]
    assert row["Lignes imprimées"].startswith("bilan-2026, lignes ")


# --- the command -------------------------------------------------------------------------


def test_the_command_prepares_and_says_where_to_begin(raw_copy, capsys):
    assert main(["new-year", "2026", "--xlsx"]) == 0
    told = capsys.readouterr().out
    assert "bilan-2026 préparé à partir de bilan-2025." in told
    assert sorted(p.name for p in (raw_copy / "bilan-2026").iterdir()) == [
        "GUIDE.md", "bilan-2026.xlsx", "source.yaml"]  # fmt: skip


def test_the_made_report_says_that_it_is_made(filled):
    text = io.StringIO((filled / "bilan-2026" / "source.yaml").read_text(encoding="utf-8"))
    assert any(line.startswith("title:") and made.MADE in line for line in text)


def test_a_plan_with_no_budget_publishes_none_twice():
    assert list(reports.published_twice([])) == []
