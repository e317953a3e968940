"""The build is one transaction: the same bytes every time, and the old tables or the new ones."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from solidata import home, raw
from solidata.build import build, replace, write
from solidata.clean import geography
from solidata.cli import main
from solidata.problems import SourceError
from solidata.tables import OUTLINES, all_tables
from solidata.tables.rows import Rows

NB = "\u00a0"


def contents(folder):
    """Return the bytes of every file under a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def changed(left, right):
    """Return the names of the files that differ: shorter to read than their bytes."""
    return sorted(n for n in left.keys() | right.keys() if left.get(n) != right.get(n))


@pytest.fixture
def old_tables(raw_copy):
    """Return the processed folder of a copied home, holding tables that no build would write."""
    folder = raw_copy.home / "data" / "processed"
    folder.mkdir()
    write(Rows({"sections": one_section("ancienne")}), folder)
    return folder


def one_section(label):
    table = all_tables()["sections"]
    row = dict.fromkeys(table.names) | {"section_id": "autonomie", "label": label}
    return pd.DataFrame([row], columns=table.names).astype({"order": "Int64", "line": "Int64"})


# --- the same bytes ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def committed(project):
    return contents(project / "data" / "processed")


def test_a_rebuild_is_byte_identical_in_any_process(tmp_path, project, committed):
    # Sets and dictionaries of strings are ordered otherwise under each seed.
    homes = {}
    for seed in ("0", "4711"):
        folder = tmp_path / seed
        shutil.copytree(project / "data" / "raw", folder / "data" / "raw")
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOLIDATA_HOME": str(folder)}
        program = [sys.executable, "-m", "solidata", "build"]
        homes[folder] = subprocess.Popen(
            program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    outputs = {folder: process.communicate(timeout=60) for folder, process in homes.items()}
    first, second = (contents(folder / "data" / "processed") for folder in homes)
    assert changed(first, second) == []
    for folder, (printed, errors) in outputs.items():
        assert homes[folder].returncode == 0, errors
        assert "écrites dans data/processed." in printed
        # Parquet carries the version of the library that wrote it: its rows are compared below.
        differ = changed(contents(folder / "data" / "processed"), committed)
        assert set(differ) <= {OUTLINES}
        # nothing is left beside the tables
        assert sorted(p.name for p in (folder / "data").iterdir()) == ["processed", "raw"]


def test_the_committed_outlines_are_those_of_the_documents(tmp_path, project):
    outlines, merged = geography.outlines(raw.read(project / "data" / "raw"))
    committed = gpd.read_parquet(project / "data" / "processed" / OUTLINES)
    assert_geodataframe_equal(outlines, committed, check_dtype=False, check_index_type=False)
    assert merged.empty


def test_the_committed_tables_are_what_is_declared(committed):
    expected = {f"{name}.csv" for name in all_tables()}
    expected |= {"datapackage.json", "dictionary.md", OUTLINES}
    assert set(committed) == expected
    package = json.loads(committed["datapackage.json"])
    assert [r["name"] for r in package["resources"]] == list(all_tables())
    for name, data in committed.items():
        if name == OUTLINES:
            continue
        assert not data.startswith(b"\xef\xbb\xbf"), name
        assert b"\r" not in data, name
        assert data.endswith(b"\n"), name
        data.decode("utf-8")


def test_every_csv_row_has_its_cells(committed):
    for name, table in all_tables().items():
        rows = list(csv.reader(committed[f"{name}.csv"].decode("utf-8").splitlines(keepends=True)))
        assert rows[0] == table.names
        assert {len(row) for row in rows} == {len(table.names)}


def test_the_dictionary_counts_the_rows(committed, assembled):
    text = committed["dictionary.md"].decode("utf-8")
    for name, frame in assembled.items():
        section = text.split(f"\n## `{name}` : ")[1]
        assert (
            f"\n{len(frame)} lignes. Clé : `{all_tables()[name].key}`." in section.split("## ")[0]
        )


def test_numbers_are_written_without_noise(tmp_path):
    identities = all_tables()["identities"]
    row = dict.fromkeys(identities.names, "x")
    values = [0.1 + 0.2, 451_000_000.0, -4.0, 0.0, 1 / 3]
    frame = pd.DataFrame([row | {"left": v} for v in values])
    frame = frame.assign(right=1.0, difference=None, holds=True, contradiction_id=None)
    frame = frame.astype({"difference": "float64", "holds": "boolean"})
    write(Rows({"identities": frame}), tmp_path)
    read = pd.read_csv(tmp_path / "identities.csv", dtype=str, keep_default_na=False)
    assert read["left"].tolist() == ["0.3", "451000000", "-4", "0", "0.3333333333"]
    assert set(read["right"]) == {"1"}
    assert set(read["difference"]) == {""}
    assert set(read["holds"]) == {"true"}


def test_dates_and_missing_integers_are_written_plainly(tmp_path, assembled):
    write(Rows({name: assembled[name] for name in ("observations", "events")}), tmp_path)
    observations = pd.read_csv(tmp_path / "observations.csv", dtype=str, keep_default_na=False)
    assert observations["period_start"].str.fullmatch(r"(\d{4}-\d{2}-\d{2})?").all()
    assert observations["line"].str.fullmatch(r"\d*").all()  # never « 12.0 »
    assert (observations["line"] == "").any()


def test_the_steps_are_told_in_french(assembly):
    assert assembly[1] == [
        "Lecture des transcriptions",
        "Nettoyage et corrections",
        "Identités arithmétiques",
        "Schémas, clés et garde-fous",
    ]


# --- nothing or everything -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        # refused by the reader, by the keys, by the cleaning
        ("sections.csv", "autonomie,sectoriel", "autonomie,secteur", "colonne « volet »"),
        ("actions.csv", "DP-01,departemental", "DP-01,departement", "colonne « section_id »"),
        ("funding.csv", ",131680¢€,", ",1 0 02 0 oo €,", "« 1 0 02 0 oo € » lu"),
    ],
)
def test_an_error_leaves_the_tables_as_they_were(
    raw_copy, old_tables, capsys, name, old, new, expected
):
    before = contents(old_tables)
    raw_copy.edit(f"bilan-2025/{name}", (old, new))
    assert main(["build"]) == 1
    errors = capsys.readouterr().err.replace(NB, " ")
    assert errors.startswith("1 problème dans les fichiers sources\n")
    assert f"data/raw/bilan-2025/{name}, ligne " in errors
    assert expected in errors
    assert contents(old_tables) == before
    assert sorted(p.name for p in old_tables.parent.iterdir()) == ["processed", "raw"]


def test_an_error_creates_no_folder(raw_copy):
    raw_copy.edit("bilan-2025/sections.csv", ("autonomie,sectoriel", "autonomie,secteur"))
    processed = raw_copy.home / "data" / "processed"
    with pytest.raises(SourceError):
        build(raw_copy.root, processed)
    assert sorted(p.name for p in processed.parent.iterdir()) == ["raw"]


def test_a_disk_that_fails_leaves_the_tables_as_they_were(raw_copy, old_tables, monkeypatch):
    before = contents(old_tables)
    real, calls = csv.writer, []

    def full(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(csv, "writer", full)
    with pytest.raises(OSError, match="No space left"):
        build(raw_copy.root, old_tables)
    assert contents(old_tables) == before
    assert sorted(p.name for p in old_tables.parent.iterdir()) == ["processed", "raw"]


# --- between the two renames -----------------------------------------------------------------


@pytest.fixture
def two(tmp_path):
    """Return (new, processed): two folders of one file each."""
    folders = tmp_path / "data" / "nouveau", tmp_path / "data" / "processed"
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "actions.csv").write_text(folder.name, encoding="utf-8")
    return folders


def test_the_new_tables_take_the_place_of_the_old(two):
    new, processed = two
    replace(new, processed)
    assert contents(processed) == {"actions.csv": b"nouveau"}
    assert [p.name for p in processed.parent.iterdir()] == ["processed"]


def test_an_exception_between_the_two_renames_restores_the_tables(two):
    new, processed = two
    shutil.rmtree(new)  # the second rename finds nothing to rename
    with pytest.raises(FileNotFoundError):
        replace(new, processed)
    assert contents(processed) == {"actions.csv": b"processed"}
    assert not home.set_aside(processed).exists()


def test_an_interruption_between_the_two_renames_restores_the_tables(two, monkeypatch):
    new, processed = two
    real, calls = os.rename, []

    def interrupted(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace(new, processed)
    assert len(calls) == 3  # aside, the new one (interrupted), back
    assert contents(processed) == {"actions.csv": b"processed"}
    assert contents(new) == {"actions.csv": b"nouveau"}


# The process kills itself at a point of its replacement: nothing of it can clean up.
KILLED = """
import os, pathlib, shutil, signal, sys
from solidata.build import replace
die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
real, point, count = os.rename, sys.argv[3], [0]
def rename(source, target):
    count[0] += 1
    if (count[0], point) in {(1, "before"), (2, "between")}:
        die()
    real(source, target)
os.rename = rename
if point == "after":
    shutil.rmtree = die
replace(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("point", "left", "found"),
    [
        ("before", ["nouveau", "processed"], b"processed"),
        ("between", [".processed-ancien", "nouveau"], b"processed"),
        ("after", [".processed-ancien", "processed"], b"nouveau"),
    ],
)
def test_a_kill_leaves_tables_that_are_whole(two, monkeypatch, point, left, found):
    new, processed = two
    arguments = [sys.executable, "-c", KILLED, str(new), str(processed), point]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
    assert sorted(p.name for p in processed.parent.iterdir()) == left
    # whoever asks for the tables next finds them
    monkeypatch.setenv("SOLIDATA_HOME", str(processed.parent.parent))
    assert home.processed_folder() == processed
    assert contents(processed) == {"actions.csv": found}
    assert not home.set_aside(processed).exists()
    home.recover(processed)  # and nothing the second time
    assert contents(processed) == {"actions.csv": found}


KILLED_BUILD = """
import os, signal, sys
from solidata.cli import main
real = os.rename
def rename(source, target):
    if os.path.basename(source).startswith(".processed-"):
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
os.rename = rename
sys.exit(main(["build"]))
"""


def test_a_killed_build_is_recovered_by_the_next_command(raw_copy, old_tables, capsys, committed):
    before = contents(old_tables)
    done = subprocess.run([sys.executable, "-c", KILLED_BUILD], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert not old_tables.exists()
    assert contents(home.set_aside(old_tables)) == before
    # The next command of the analyst, whatever it is, has the old tables back.
    assert main(["trace", "sections"]) in {0, 1}
    capsys.readouterr()
    assert contents(old_tables) == before
    assert not home.set_aside(old_tables).exists()


KILLED_WRITE = """
import os, signal
from solidata import build, home
real = build.write
def write(*given):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)
build.write = write
build.build(home.raw_folder(), home.processed_folder())
"""


def test_what_a_killed_build_wrote_is_swept_by_the_next_one(raw_copy, old_tables):
    done = subprocess.run([sys.executable, "-c", KILLED_WRITE], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    beside = [p for p in old_tables.parent.iterdir() if p.name.startswith(".processed-")]
    assert len(beside) == 1
    # The one of a build that is still at work stays.
    working = old_tables.parent / ".processed-au-travail"
    working.mkdir()
    with home.held(working):
        build(raw_copy.root, old_tables)
    left = sorted(p.name for p in old_tables.parent.iterdir())
    assert left == [".processed-au-travail", "processed", "raw"]


def test_a_reader_does_not_undo_a_replacement_under_way(two):
    new, processed = two
    old = home.set_aside(processed)
    with home.held(processed.parent):
        processed.rename(old)
        reader = threading.Thread(target=home.recover, args=(processed,))
        reader.start()
        reader.join(0.2)
        assert not processed.exists()  # it waits
        new.rename(processed)
    reader.join()
    assert contents(processed) == {"actions.csv": b"nouveau"}


def test_a_build_recovers_before_it_reads(raw_copy, old_tables):
    before = contents(old_tables)
    old_tables.rename(home.set_aside(old_tables))
    raw_copy.edit("bilan-2025/sections.csv", ("autonomie,sectoriel", "autonomie,secteur"))
    with pytest.raises(SourceError):
        build(raw_copy.root, old_tables)
    assert contents(old_tables) == before
