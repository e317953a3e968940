"""Two versions of the tables, made for the test: what changed is known beforehand."""

import json
import shutil

import pandas as pd
import pytest

from solidata import compare
from solidata.catalog import load
from solidata.cli import changes, main
from solidata.problems import RefusedError, SourceError

TITLES = {"territories": "Territoires", "label": "Nom"}
PLACES = "place_id,label,capacity,line,printed\n"


def version(folder, **tables):
    """Write a processed folder of made tables, each with its first column for key."""
    folder.mkdir(parents=True)
    resources = []
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        key = text.partition("\n")[0].split(",")[0]
        fields = [
            {"name": n, "title": TITLES.get(n, n)} for n in text.partition("\n")[0].split(",")
        ]
        schema = {"primaryKey": [key], "fields": fields}
        resources.append({"name": name, "title": TITLES.get(name, name), "schema": schema})
    package = json.dumps({"resources": resources})
    (folder / "datapackage.json").write_text(package, encoding="utf-8")
    return folder


@pytest.fixture
def pair(tmp_path):
    """Return a function that compares two versions of made tables."""

    def compared(before, after):
        return compare.compare_folders(
            version(tmp_path / "a", **before), version(tmp_path / "b", **after)
        )

    return compared


def cells(found):
    return [tuple(row) for row in found.cells.to_numpy()]


def counts(found, table):
    row = found.tables.set_index("table").loc[table]
    return tuple(int(row[kind]) for kind in compare.CHANGES)


def test_rows_added_removed_changed_and_moved_are_told_apart(pair):
    before = PLACES + "a,Un,10,5,10 lits\nb,Deux,20,6,20 lits\nc,Trois,,7,x\nd,Quatre,4,8,y\n"
    after = PLACES + "b,Deux,21,6,21 lits\nc,Trois,,9,x\ne,Cinq,,10,z\nd,Quatre,4,8,y\n"
    found = pair({"places": before}, {"places": after})
    # 4 rows before: one gone (a), one changed (b), one moved (c), one the same (d); e is new.
    assert counts(found, "places") == (1, 1, 1, 1)
    assert found.tables[["rows_before", "rows_after"]].to_numpy().tolist() == [[4, 4]]
    assert cells(found) == [
        ("places", "a", "removed", "place_id", "a", ""),
        ("places", "a", "removed", "label", "Un", ""),
        ("places", "a", "removed", "capacity", "10", ""),
        ("places", "a", "removed", "line", "5", ""),
        ("places", "a", "removed", "printed", "10 lits", ""),
        ("places", "e", "added", "place_id", "", "e"),
        ("places", "e", "added", "label", "", "Cinq"),
        ("places", "e", "added", "line", "", "10"),
        ("places", "e", "added", "printed", "", "z"),
        ("places", "b", "changed", "capacity", "20", "21"),
        ("places", "b", "changed", "printed", "20 lits", "21 lits"),
        ("places", "c", "moved", "line", "7", "9"),
    ]


def test_a_value_that_changes_with_its_line_is_a_changed_value(pair):
    found = pair({"p": "k,v,line\na,1,5\n"}, {"p": "k,v,line\na,2,6\n"})
    assert counts(found, "p") == (0, 0, 1, 0)
    assert [c[3:] for c in cells(found)] == [("v", "1", "2"), ("line", "5", "6")]


def test_a_line_told_in_words_is_an_address(pair):
    head = "k,reason\n"
    found = pair(
        {"p": f"{head}a,imprimé ligne 478.\nb,imprimé ligne 12.\n"},
        {"p": f"{head}a,imprimé ligne 480.\nb,déduit ligne 12.\n"},
    )
    assert [(c[1], c[2]) for c in cells(found)] == [("a", "moved"), ("b", "changed")]


def test_an_emptied_cell_a_zero_and_the_text_na_are_values(pair):
    found = pair({"p": "k,v\na,0\nb,NA\nc,\n"}, {"p": "k,v\na,\nb,NA\nc,NA\n"})
    assert [c[1:] for c in cells(found)] == [
        ("a", "changed", "v", "0", ""), ("c", "changed", "v", "", "NA")]  # fmt: skip


def test_the_order_of_rows_and_of_columns_says_nothing(pair):
    found = pair({"p": "k,v,w\na,1,2\nb,3,4\n"}, {"p": "k,w,v\nb,4,3\na,2,1\n"})
    assert not found.differs


def test_tables_and_columns_of_one_version_only(pair):
    found = pair(
        {"old": "k,v\na,1\n", "both": "k,gone\na,1\nb,2\n"},
        {"both": "k,new\na,9\nc,3\n", "young": "k,v\nx,1\ny,\n"},
    )
    tables = found.tables.set_index("table")
    assert tables["change"].to_dict() == {"both": "both", "old": "removed", "young": "added"}
    assert tables.loc["both", ["columns_added", "columns_removed"]].tolist() == ["new", "gone"]
    assert tables.loc["old", "columns_removed"] == ""  # the whole table is gone
    # A column of one side is no change of row a, which both have.
    assert counts(found, "both") == (1, 1, 0, 0)
    assert counts(found, "young") == (2, 0, 0, 0)
    assert "a" not in found.cells.loc[found.cells["table"] == "both", "key"].tolist()


def test_a_key_of_another_name_still_tells_rows(pair):
    found = pair({"p": "id,v\na,1\nb,1\n"}, {"p": "p_id,v\na,2\nb,1\n"})
    assert found.tables.loc[0, ["key_before", "key_after"]].tolist() == ["id", "p_id"]
    assert cells(found) == [("p", "a", "changed", "v", "1", "2")]
    assert found.differs


def test_the_ledger_is_told_by_what_it_says_for_its_key_is_an_address(pair):
    head = "number_id,source_id,line,rank,printed,before,after,record,reason\n"
    # A line inserted above: 12 and 7 stand one line lower, where 7 stood another number is now.
    before = f"{head}d.L4.1,d,4,1,12,les,lits,t:a,\nd.L5.1,d,5,1,7,les,lieux,t:b,\n"
    after = f"{head}d.L5.1,d,5,1,12,les,lits,t:a,\nd.L6.1,d,6,1,7,les,lieux,t:b,\nd.L6.2,d,6,2,3,,,t:c,\n"
    found = pair({"numbers": before}, {"numbers": after})
    assert counts(found, "numbers") == (1, 0, 0, 2)
    moved = found.cells[(found.cells["change"] == "moved") & (found.cells["field"] == "number_id")]
    assert moved[["before", "after"]].to_numpy().tolist() == [
        ["d.L4.1", "d.L5.1"], ["d.L5.1", "d.L6.1"]]  # fmt: skip


def test_a_table_against_itself_and_the_real_tables_differ_in_nothing(pair, project, tmp_path):
    assert not pair({"p": PLACES + "a,Un,1,2,x\n"}, {"p": PLACES + "a,Un,1,2,x\n"}).differs
    copy = tmp_path / "copie"
    shutil.copytree(project / "data" / "processed", copy / "data" / "processed")
    found = compare.compare_folders(project, copy)
    assert not found.differs
    assert found.tables["rows_after"].sum() > 2000


def test_one_cell_of_the_real_tables(project, tmp_path):
    copy = tmp_path / "copie"
    shutil.copytree(project / "data" / "processed", copy)
    sections = load("sections")
    path = copy / "sections.csv"
    text = path.read_text(encoding="utf-8")
    assert ",Santé," in text
    path.write_text(text.replace(",Santé,", ",Soins,"), encoding="utf-8")
    found = compare.compare_folders(project, copy)
    key = sections.loc[sections["label"] == "Santé", "section_id"].iloc[0]
    assert cells(found) == [("sections", key, "changed", "label", "Santé", "Soins")]


# --- refusals --------------------------------------------------------------------------


def refused(*folders, kind=RefusedError):
    with pytest.raises(kind) as caught:
        compare.compare_folders(*folders)
    return str(caught.value)


def test_a_folder_that_is_none_or_holds_no_tables(tmp_path, project):
    sound = version(tmp_path / "a", p="k,v\na,1\n")
    assert "n’est pas un dossier ; attendu" in refused(sound, tmp_path / "absent")
    raw = project / "data" / "raw" / "bilan-2025"
    assert "n’est pas un dossier de tables construites (sans datapackage.json)" in refused(
        sound, raw
    )


def test_the_same_folder_twice_under_two_names(tmp_path):
    folder = version(tmp_path / "projet" / "data" / "processed", p="k,v\na,1\n")
    said = refused(tmp_path / "projet", folder)
    assert "sont le même dossier ; attendu : deux versions" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k,v\na,1\nb,2\na,3\n", "ligne 4, colonne «\u00a0k\u00a0» : «\u00a0a\u00a0» lu ; clé déjà"),
        ("k,v\na,1\n,2\n", "ligne 3, colonne «\u00a0k\u00a0» : vide ; attendu : une clé"),
        ("k,v\na,1\nb\n", "ligne 3 : «\u00a0b\u00a0» lu ; attendu : 2 cellules, et non 1"),
        ("k,v\na,1,2\n", "ligne 2 : «\u00a0a\u00a0» lu ; attendu : 2 cellules, et non 3"),
        ("k,v,v\na,1,2\n", "colonne «\u00a0v\u00a0» : colonne présente deux fois"),
        ("", "colonne de la clé, absente"),
        ("k,v\na,\"1\n", "illisible ; attendu : un CSV"),
    ],
)  # fmt: skip
def test_a_malformed_table_is_refused_with_its_place(tmp_path, text, expected):
    sound = version(tmp_path / "a", p="k,v\na,1\n")
    broken = version(tmp_path / "b", p="k,v\na,1\n")
    (broken / "p.csv").write_text(text, encoding="utf-8")
    said = refused(sound, broken, kind=SourceError)
    assert f"{broken}/p.csv" in said
    assert expected in said


def test_every_missing_table_is_named_and_so_is_what_is_no_text(tmp_path):
    sound = version(tmp_path / "a", p="k\na\n", q="k\na\n", r="k\na\n")
    broken = version(tmp_path / "b", p="k\na\n", q="k\na\n", r="k\na\n")
    (broken / "p.csv").unlink()
    (broken / "q.csv").unlink()
    (broken / "r.csv").write_bytes(b"k\n\xff\n")
    said = refused(sound, broken, kind=SourceError)
    assert said.startswith("3 problèmes")
    assert said.count("table absente du dossier") == 2
    assert "r.csv : illisible" in said


@pytest.mark.parametrize(
    "package", ["", "[]", '{"resources": [{"name": "p"}]}', '{"resources": 3}']
)
def test_a_data_package_that_declares_nothing_is_refused(tmp_path, package):
    folder = version(tmp_path / "a", p="k\na\n")
    (folder / "datapackage.json").write_text(package, encoding="utf-8")
    assert "attendu : un paquet de tables" in refused(folder, folder, kind=SourceError)


# --- the command -----------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    """Return two versions of a declared table: one row each way, one changed, one moved."""
    head = "territory_id,label,line\n"
    before = version(tmp_path / "a", territories=f"{head}nord,Nord,1\nsud,Sud,2\nest,Est,3\n")
    after = version(tmp_path / "b", territories=f"{head}nord,Le *Nord*,1\nsud,Sud,9\nx,Ouest,4\n")
    return str(before), str(after)


def test_the_command_counts_then_tells(folders, capsys):
    assert main(["diff", *folders]) == 0
    out = capsys.readouterr().out
    assert "− est : Nom «\u00a0Est\u00a0»" in out
    assert "+ x : " in out
    assert "«\u00a0Nord\u00a0» → «\u00a0Le *Nord*\u00a0»" in out
    assert "1 ligne dont seule l’adresse change : sud" in out
    last = "1 ligne ajoutée, 1 ligne retirée, 1 ligne changée, 1 ligne dont seule l’adresse change."
    assert out.strip().endswith(last)


def test_the_exit_code_says_whether_they_differ_only_when_asked(folders, tmp_path, capsys):
    copy = tmp_path / "c"
    shutil.copytree(folders[0], copy)
    assert main(["diff", *folders, "--exit-code"]) == 1
    capsys.readouterr()
    assert main(["diff", folders[0], str(copy), "--exit-code"]) == 0
    assert capsys.readouterr().out.strip().startswith("Rien n’a changé")


def test_the_changelog_part_in_markdown(folders, tmp_path, capsys):
    out = tmp_path / "donnees.md"
    assert main(["diff", *folders, "--format", "markdown", "--out", str(out)]) == 0
    assert f"Écrit dans {out}." in capsys.readouterr().out
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "### Données"
    assert lines[1].startswith("- Territoires")
    assert "1 ligne ajoutée, 1 ligne retirée, 1 ligne changée" in lines[1]
    assert len(lines) == 5  # the title, the table, one removed, one added, one changed
    assert "Le \\*Nord\\*" in lines[4]
    assert lines[4].startswith("  - `territories:nord` changée : ")


@pytest.fixture
def labelled(tmp_path):
    """Return two versions whose status has labels, one of them reworded in between."""
    head = "action_id,status,open\n"
    made = []
    for name, rows, labels in (
        (
            "a",
            "x,en_cours,1\ny,merged,1\nz,odd,1\n",
            {"en_cours": "En cours", "merged": "Fusionnée"},
        ),
        (
            "b",
            "x,realisee,1\nz,odd,en_cours\nw,en_cours,1\n",
            {"en_cours": "En route", "realisee": "Réalisée"},
        ),
    ):
        folder = version(tmp_path / name, actions=head + rows)
        path = folder / "datapackage.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        field = package["resources"][0]["schema"]["fields"][1]
        field["categories"] = [{"value": v, "label": label} for v, label in labels.items()]
        path.write_text(json.dumps(package), encoding="utf-8")
        made.append(str(folder))
    return made


def test_categories_are_told_by_the_labels_of_their_version(labelled, capsys):
    assert main(["diff", *labelled]) == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "status « Fusionnée »" in out  # y, removed
    assert "status « En route »" in out  # w, added under the new label
    assert "« En cours » → « Réalisée »" in out  # x
    assert "« 1 » → « en_cours »" in out  # z: the code of another column is no category
    assert "merged" not in out
    assert main(["diff", *labelled, "--format", "markdown"]) == 0
    assert "« En cours » → « Réalisée »" in capsys.readouterr().out.replace("\u00a0", " ")


def test_two_codes_of_one_label_are_told_by_their_codes(tmp_path):
    frames = [pd.DataFrame({"k": ["a"], "v": [code]}, dtype=object) for code in ("one", "two")]
    labels = {("p.v", "one"): "Même", ("p.v", "two"): "Même"}
    found = compare.compare(*(compare.Version(None, {"p": f}, {"p": "k"}, {}, labels) for f in frames))  # fmt: skip
    assert "one\u00a0» → «\u00a0two" in "\n".join(changes.markdown(found)).replace("\\", "")


def test_a_summary_counts_and_names_no_row(folders, capsys):
    assert main(["diff", *folders, "--format", "markdown", "--summary"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2  # the title, the table
    assert "1 ligne ajoutée, 1 ligne retirée, 1 ligne changée" in lines[1]
    assert main(["diff", *folders, "--summary"]) == 0
    out = capsys.readouterr().out
    assert "territories" in out
    assert "1 ligne ajoutée, 1 ligne retirée, 1 ligne changée" in out
    assert not {"est", "sud", "Ouest"} & set(out.split())


def test_a_summary_in_a_terminal_says_which_columns_changed(tmp_path, capsys):
    before = version(
        tmp_path / "a", places=PLACES + "a,Un,10,5,x\nb,Deux,20,6,y\n", others="k,v\na,1\n"
    )
    after = version(
        tmp_path / "b",
        places="place_id,label,capacity,line,printed,note\na,Une,11,5,x,\nb,Deux,21,9,y,\n",
        others="k,v\na,1\n",
    )
    assert main(["diff", str(before), str(after), "--summary"]) == 0
    said = capsys.readouterr().out
    # « line » changed too, in a row of which a value changed.
    assert (
        "places : colonne ajoutée : note ; valeurs changées dans les colonnes Nom (label), "
        "capacity (capacity) et line (line)\n" in said
    )
    assert "others : " not in said


def test_the_command_refuses_in_french(folders, capsys):
    assert main(["diff", folders[0], folders[0]]) == 1
    assert "sont le même dossier" in capsys.readouterr().err
    assert main(["diff", folders[0], "/nulle-part"]) == 1
    assert "n’est pas un dossier" in capsys.readouterr().err


def test_an_added_and_a_removed_table_are_told(tmp_path, capsys):
    before = version(tmp_path / "a", old="k,v\na,1\n")
    after = version(tmp_path / "b", young="k,v\na,1\nb,2\n")
    assert main(["diff", str(before), str(after)]) == 0
    out = capsys.readouterr().out
    assert "old : old\n  table retirée\n" in out
    assert "− a" not in out  # the rows of a table that is gone are not told one by one
    assert main(["diff", str(before), str(after), "--format", "markdown"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "- old (`old`) : table retirée ; 1 ligne retirée.",
        "- young (`young`) : table ajoutée ; 2 lignes ajoutées.",
    ]


def test_comparing_versions_leaves_frames_as_they_were():
    frame = pd.DataFrame({"k": ["a"], "v": ["1"]}, dtype=object)
    one = compare.Version(None, {"p": frame}, {"p": "k"})
    kept = frame.copy()
    assert not compare.compare(one, one).differs
    pd.testing.assert_frame_equal(frame, kept)
