"""nbval sees no pixel: the fingerprint under a figure is what fails when its data change."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    "import solidata\nfrom solidata.figures import progress",
    'progress.status_by_section(solidata.load("status_counts"), solidata.load("sections"), '
    "solidata.load_registers(), 2025)",
)


@pytest.fixture
def notebook(project, tmp_path, monkeypatch):
    """Return a notebook executed on a copy of the tables, and the folder of the copy."""
    shutil.copytree(project / "data" / "processed", tmp_path / "data" / "processed")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(made, resources={"metadata": {"path": str(tmp_path)}}).execute()
    path = tmp_path / "essai.ipynb"
    nbformat.write(made, path)
    return path, tmp_path / "data" / "processed"


def checked(path, project):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env",
         "--nbval-sanitize-with", str(project / "tests" / "nbval.cfg"), "-c", os.devnull,
         "--rootdir", str(path.parent), str(path)],
        capture_output=True, text=True, check=False, cwd=path.parent,
    )  # fmt: skip


def test_one_changed_value_behind_a_figure_fails_the_notebook(notebook, project):
    path, tables = notebook
    assert checked(path, project).returncode == 0
    counts = tables / "status_counts.csv"
    text = counts.read_text(encoding="utf-8")
    # Two sections swap an action postponed for one dropped: every sum, the title, the alt text
    # and the table of shares stay as they were.
    for before, after in (
        ("EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18", "reportee,4,18,3,18"),
        ("EF.2025.supprimee,enfance-famille,2025,supprimee,1,18,1,18", "supprimee,1,18,2,18"),
        ("HL.2025.reportee,habitat-logement,2025,reportee,4,14,4,14", "reportee,4,14,5,14"),
        ("HL.2025.supprimee,habitat-logement,2025,supprimee,2,14,2,14", "supprimee,2,14,1,14"),
    ):
        assert text.count(before) == 1
        text = text.replace(before, ",".join(before.split(",")[:3]) + "," + after)
    counts.write_text(text, encoding="utf-8")
    failed = checked(path, project)
    assert failed.returncode == 1
    assert "Cell outputs differ" in failed.stdout
    assert "mismatch 'stdout'" in failed.stdout  # not the picture, not its alt text
    assert "empreinte" in failed.stdout
