"""What several rooms' tests share: the project's folder, a copy of its raw files, its tables."""

import gc
import shutil
from pathlib import Path

import made
import made_plan
import pytest

from solidata import raw
from solidata.build import assemble, build
from solidata.cli import main
from solidata.problems import SourceError
from solidata.study import load_study

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_finish():
    """Look for lost cycles more seldom: a figure is a thousand objects, a tenth of the time."""
    gc.collect()
    gc.freeze()  # what was imported stays
    gc.set_threshold(200_000, 20, 20)


class RawCopy:
    """A copy of ``data/raw`` to spoil, and what the reader says of it."""

    def __init__(self, home):
        self.home = home
        self.root = home / "data" / "raw"

    def __truediv__(self, name):
        return self.root / name

    def edit(self, name, *changes):
        """Replace the first occurrence of each old string by its new one; it must be there."""
        text = (self.root / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} is not in {name}"
            text = text.replace(old, new, 1)
        (self.root / name).write_text(text, encoding="utf-8", newline="")

    def keep_only(self, document, *tables):
        """Leave one document, and of it only `tables`: a quicker reading."""
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name != document:
                shutil.rmtree(folder)
        for path in (self.root / document).glob("*.csv"):
            if path.stem not in tables:
                path.unlink()

    def read(self):
        """Return what is read: :class:`solidata.raw.Raw`."""
        return raw.read(self.root)

    def refusals(self, whole=False):
        """Return the problems, as printed, of reading (or of the whole assembly)."""
        with pytest.raises(SourceError) as caught:
            (assemble if whole else raw.read)(self.root)
        head, *lines = str(caught.value).split("\n  ")
        count = len(lines)
        plural = "s" if count > 1 else ""
        assert head == f"{count} problème{plural} dans les fichiers sources"
        return lines


@pytest.fixture(scope="session")
def project():
    """Return the project's folder."""
    return ROOT


@pytest.fixture
def raw_copy(tmp_path, monkeypatch):
    """Return a copy of ``data/raw`` in a home of its own."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    return RawCopy(tmp_path)


@pytest.fixture(scope="session")
def transcribed():
    """Return the raw tables as read. Not to be modified."""
    return raw.read(ROOT / "data" / "raw")


@pytest.fixture(scope="session")
def assembly():
    """Return every processed table, assembled once, and the steps told meanwhile."""
    steps = []
    return assemble(ROOT / "data" / "raw", steps.append), steps


@pytest.fixture(scope="session")
def assembled(assembly):
    """Return every processed table, assembled once from ``data/raw``. Not to be modified."""
    return assembly[0]


# --- the years that the notebooks tell of ------------------------------------------------


@pytest.fixture(scope="session")
def study(project):
    """Return the year of the real report."""
    return load_study(2025, folder=project / "data" / "processed")


@pytest.fixture(scope="session")
def made_home(tmp_path_factory):
    """Return the home of a plan that does not exist, built."""
    home = tmp_path_factory.mktemp("autre")
    made_plan.write(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDATA_HOME", str(home))
        assert main(["build"]) == 0
    return home


@pytest.fixture(scope="session")
def elsewhere(made_home):
    """Return the year of that plan."""
    return load_study(made_plan.YEAR, folder=made_home / "data" / "processed")


@pytest.fixture(scope="session")
def next_year(project, tmp_path_factory):
    """Return 2026, of a made report that stands after the real one."""
    home = tmp_path_factory.mktemp("suivant")
    shutil.copytree(project / "data" / "raw", home / "data" / "raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDATA_HOME", str(home))
        assert main(["new-year", "2026"]) == 0
    made.fill(home / "data" / "raw" / "bilan-2026")
    made.confirm_budget(home / "data" / "raw")
    build(home / "data" / "raw", home / "data" / "processed")
    return load_study(2026, folder=home / "data" / "processed")
