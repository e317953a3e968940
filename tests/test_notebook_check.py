"""nbval sees no pixel and no widget: what it must catch all the same, each change seeded.

One notebook of a table, a figure and a sentence is executed on a copy of the tables. Each case has
a copy of both, and one thing changed behind the notebook's back; nbval reads them all in one run.
"""

import os
import shutil
import subprocess
import sys
from xml.etree import ElementTree

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
    """A folder with a notebook executed on a copy of the tables, both to be spoilt."""

    def __init__(self, folder):
        self.folder = folder

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
        (self.folder / "avant.py").write_text(code, encoding="utf-8")


# A kernel starts in the folder of its notebook.
STARTUP = """
import pathlib
if (before := pathlib.Path("avant.py")).exists():
    exec(before.read_text(encoding="utf-8"))
"""


TABLE, FIGURE, PROSE = CELLS[1:]
CASES = {}


def case(seed):
    """Keep what a case changes, under the name of its function."""
    CASES[seed.__name__] = seed
    return seed


@case
def nothing(seeded):
    pass


@case
def a_value(seeded):
    one_more = ("EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18",
                "EF.2025.reportee,enfance-famille,2025,reportee,5,18,5,18")  # fmt: skip
    seeded.edit("status_counts", one_more)


@case
def a_value_behind_a_figure(seeded):
    swaps = [(old, ",".join(old.split(",")[:3]) + "," + new) for old, new in SWAP]
    seeded.edit("status_counts", *swaps)


@case
def another_kind(seeded):
    seeded.patch(
        "import solidata.figures.page as page\n"
        "mark = page.Page.mark\n"
        "def upright(self, artist, category, fill, bar=False, **more):\n"
        "    mark(self, artist, category, fill, bar=False, **more)\n"
        "    self.marks[-1] = page.Mark(artist, category, fill, bar=True, vertical=True)\n"
        "page.Page.mark = upright\n"
    )


@case
def another_source(seeded):
    source = "EF.2025.reportee,enfance-famille,2025,reportee,4,18,4,18,,{},789"
    seeded.edit(
        "status_counts", (source.format("bilan-2025"), source.format("presentation-2024-2028"))
    )


@case
def a_warning(seeded):
    seeded.patch(
        "import warnings\n"
        "import solidata.analysis.progress as progress\n"
        "overall = progress.overall\n"
        "def noisy(rows):\n"
        "    warnings.warn('bientôt retiré', FutureWarning)\n"
        "    return overall(rows)\n"
        "progress.overall = noisy\n"
    )


@pytest.fixture(scope="module")
def folders(project, tmp_path_factory):
    """Return a folder of each case, with a notebook executed before anything changed."""
    root = tmp_path_factory.mktemp("cas")
    whole = root / "execute"
    shutil.copytree(project / "data" / "processed", whole / "data" / "processed")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOLIDATA_HOME", raising=False)  # each finds its tables beside it
        NotebookClient(made, resources={"metadata": {"path": str(whole)}}).execute()
    nbformat.write(made, whole / "essai.ipynb")
    for name, seed in CASES.items():
        shutil.copytree(whole, root / name)
        seed(Seeded(root / name))
    shutil.rmtree(whole)
    return root


@pytest.fixture(scope="module")
def told(folders, project):
    """Return what nbval says of each cell of each case, as ``make test`` calls it: "" if it passes."""
    startup = folders / "startup"
    startup.mkdir()
    (startup / "sitecustomize.py").write_text(STARTUP, encoding="utf-8")
    path = os.pathsep.join([str(startup), os.environ.get("PYTHONPATH", "")])
    environment = {k: v for k, v in os.environ.items() if k != "SOLIDATA_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env",
         "--nbval-sanitize-with", str(project / "tests" / "nbval.cfg"), "-c", os.devnull,
         "--rootdir", str(folders), "--junitxml", str(folders / "dit.xml"), str(folders)],
        capture_output=True, text=True, check=False, cwd=folders,
        env={**environment, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    cells = {}
    for cell in ElementTree.parse(folders / "dit.xml").iter("testcase"):
        failure = cell.find("failure")
        assert cell.find("error") is None
        assert cell.find("skipped") is None
        name, number = cell.get("classname").split(".")[0], int(cell.get("name").split()[-1])
        cells[name, number] = "" if failure is None else failure.text
    return cells


@pytest.fixture
def failing(told):
    """Return what gives the code of the cells of a case that fail, in order, and what is said of them."""

    def of(seed):
        said = [told[seed.__name__, number] for number in range(len(CELLS))]
        return [code for code, text in zip(CELLS, said, strict=True) if text], "\n".join(said)

    return of


def test_every_cell_of_every_case_was_compared(told):
    assert sorted(told) == sorted((name, n) for name in CASES for n in range(len(CELLS)))


def test_nothing_changed_passes(failing):
    assert failing(nothing) == ([], "\n" * (len(CELLS) - 1))


def test_a_changed_value_fails_the_table_the_sentence_and_the_figure(failing):
    cells, said = failing(a_value)
    assert cells == [TABLE, FIGURE, PROSE]
    assert "**24** sont reportées (15,1 %)" in said.replace("\u00a0", " ")  # 23 + 1; 24/159


def test_a_changed_value_behind_a_figure_fails_it_alone(failing):
    cells, said = failing(a_value_behind_a_figure)
    assert cells == [FIGURE]
    assert "empreinte" in said


def test_a_figure_of_another_kind_fails_with_the_same_data_and_words(failing):
    cells, said = failing(another_kind)
    assert cells == [FIGURE]
    assert "7 barres dressées" in said
    assert "7 barres couchées" in said


def test_a_changed_source_fails_the_figure(failing):
    cells, said = failing(another_source)
    assert cells == [FIGURE]
    assert "bilan-2025, presentation-2024-2028" in said


def test_a_new_warning_fails_the_cell_that_warns(failing):
    cells, said = failing(a_warning)
    assert cells == [TABLE, PROSE]
    assert "stderr" in said
