"""nbval sees no pixel and no widget: what it must catch all the same, each change seeded.

One notebook of a table, a figure, a sentence and an explorer is executed on a copy of the tables;
each test then changes one thing, behind its back, and sees it fail.
"""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    "import solidata\nfrom solidata.study import progress\n\netude = solidata.load_study(2025)",
    "progress.totals(etude)",
    'etude.show("reports")',
    "progress.overall(etude)",
)
# Two sections swap an action postponed for one dropped: every sum, every title and the table of
# totals stay as they were.
SWAP = (
    ("EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18", "reportee,4,18,3,18"),
    ("EF.2025.supprimee,enfance-famille,2025,supprimee,1,18,1,18", "supprimee,1,18,2,18"),
    ("HL.2025.reportee,habitat-logement,2025,reportee,4,14,4,14", "reportee,4,14,5,14"),
    ("HL.2025.supprimee,habitat-logement,2025,supprimee,2,14,2,14", "supprimee,2,14,1,14"),
)


class Seeded:
    """A notebook executed on a copy of the tables, both to be spoilt."""

    def __init__(self, folder, project):
        self.folder, self.project = folder, project
        self.path = folder / "essai.ipynb"
        self.startup = folder / "startup"

    def execute(self):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
        NotebookClient(made, resources={"metadata": {"path": str(self.folder)}}).execute()
        nbformat.write(made, self.path)

    def edit(self, table, *changes):
        """Replace each old string of a table by its new one; it stands there once."""
        path = self.folder / "data" / "processed" / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8", newline="")

    def patch(self, code):
        """Run `code` in the kernel before the cells: another version of the library."""
        self.startup.mkdir(parents=True)
        (self.startup / "sitecustomize.py").write_text(code, encoding="utf-8")

    def check(self):
        """Return what nbval says, as ``make test`` calls it."""
        path = os.pathsep.join([str(self.startup), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env",
             "--nbval-sanitize-with", str(self.project / "tests" / "nbval.cfg"), "-c", os.devnull,
             "--rootdir", str(self.folder), str(self.path)],
            capture_output=True, text=True, check=False, cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip

    def failing(self):
        """Return the code of the cells that fail, in order, and the whole report."""
        done = self.check()
        assert done.returncode == 1, done.stdout + done.stderr
        cells = [f"essai.ipynb::Cell {i}" for i in range(len(CELLS))]
        failed = {i for i, name in enumerate(cells) if f"FAILED {name}" in done.stdout}
        return [CELLS[i] for i in sorted(failed)], done.stdout


@pytest.fixture(scope="module")
def executed(project, tmp_path_factory):
    """Return a folder where the notebook was executed. Not to be modified."""
    folder = tmp_path_factory.mktemp("execute")
    shutil.copytree(project / "data" / "processed", folder / "data" / "processed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDATA_HOME", str(folder))
        Seeded(folder, project).execute()
    return folder


@pytest.fixture
def seeded(executed, project, tmp_path, monkeypatch):
    """Return a copy of it to spoil."""
    shutil.copytree(executed, tmp_path / "projet")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path / "projet"))
    return Seeded(tmp_path / "projet", project)


TABLE, FIGURE, PROSE = CELLS[1:]


def test_nothing_changed_passes(seeded):
    done = seeded.check()
    assert done.returncode == 0, done.stdout


def test_a_changed_value_fails_the_table_the_sentence_and_the_figure(seeded):
    one_more = ("EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18",
                "EF.2025.reportee,enfance-famille,2025,reportee,5,18,5,18")  # fmt: skip
    seeded.edit("status_counts", one_more)
    cells, said = seeded.failing()
    assert cells == [TABLE, FIGURE, PROSE]
    assert "**24** sont reportées (15,1 %)" in said.replace("\u00a0", " ")  # 23 + 1; 24/159


def test_a_changed_value_behind_a_figure_fails_it_alone(seeded):
    swaps = [(old, ",".join(old.split(",")[:3]) + "," + new) for old, new in SWAP]
    seeded.edit("status_counts", *swaps)
    cells, said = seeded.failing()
    assert cells == [FIGURE]
    assert "empreinte" in said


def test_a_figure_of_another_kind_fails_with_the_same_data_and_words(seeded):
    seeded.patch(
        "import solidata.figures.page as page\n"
        "mark = page.Page.mark\n"
        "def upright(self, artist, category, fill, bar=False, **more):\n"
        "    mark(self, artist, category, fill, bar=False, **more)\n"
        "    self.marks[-1] = page.Mark(artist, category, fill, bar=True, vertical=True)\n"
        "page.Page.mark = upright\n"
    )
    cells, said = seeded.failing()
    assert cells == [FIGURE]
    assert "7 barres dressées" in said
    assert "7 barres couchées" in said


def test_a_changed_source_fails_the_figure(seeded):
    source = "EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18,,{},789"
    seeded.edit(
        "status_counts", (source.format("bilan-2025"), source.format("presentation-2024-2028"))
    )
    cells, said = seeded.failing()
    assert cells == [FIGURE]
    assert "bilan-2025, presentation-2024-2028" in said


def test_a_new_warning_fails_the_cell_that_warns(seeded):
    seeded.patch(
        "import warnings\n"
        "import solidata.analysis.progress as progress\n"
        "overall = progress.overall\n"
        "def noisy(rows):\n"
        "    warnings.warn('bientôt retiré', FutureWarning)\n"
        "    return overall(rows)\n"
        "progress.overall = noisy\n"
    )
    cells, said = seeded.failing()
    assert cells == [TABLE, PROSE]
    assert "stderr" in said
