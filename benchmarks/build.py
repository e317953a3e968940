"""Compare the cost of a full build of the real data with the imports that it needs.

`python benchmarks/build.py`: in one run and in turn, a process that runs `solidata build` on a
copy of `data/raw`, and one that only imports what the build needs. That is every module of
another project (pandas, numpy, pyarrow, geopandas, shapely, rich...) that a first build had loaded
at its end, found by the folder where packages are installed; the modules of solidata itself are
not counted among them, so that importing these is part of what the build costs.

Both processes start the same interpreter, with its bytecode compiled and the files in the system's
cache: the first build does that. What is counted is the processor time of each process from its
start to its end, which other work on the machine disturbs least.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from solidata import home
from solidata.french import format_number

REPEATS = 9
BUILD = "from solidata.cli import main; assert main(['build']) == 0"
LIST = """
import json, site, sys, sysconfig
folders = {*site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
names = [
    name for name, module in list(sys.modules.items())
    if (getattr(module, "__file__", None) or "").startswith(tuple(folders))
    and not name.startswith("__editable__")  # how solidata itself is installed
]
json.dump(names, open(sys.argv[1], "w"))
"""
# A module that only its package can import is loaded by it.
IMPORT = """
import importlib, json, sys
for name in json.load(open(sys.argv[1])):
    try:
        importlib.import_module(name)
    except Exception:
        pass
"""


def cost(*words: str, folder: Path) -> float:
    """Return the processor seconds of a Python process that works in `folder`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"SOLIDATA_HOME": str(folder), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table: medians in seconds, and the ratio pair by pair."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(home.raw_folder(), folder / "data" / "raw")
        loaded = folder / "modules.json"
        cost("-c", BUILD + LIST, str(loaded), folder=folder)
        modules = json.loads(loaded.read_text())
        pairs = [
            (cost("-c", IMPORT, str(loaded), folder=folder), cost("-c", BUILD, folder=folder))
            for _ in range(REPEATS)
        ]
    imports, builds = (statistics.median(p) for p in zip(*pairs, strict=True))
    shown = Table("modules importés", "imports, s", "construction, s", "rapport médian")
    ratio = statistics.median(b / a for a, b in pairs)
    shown.add_row(str(len(modules)), *(format_number(x, 2) for x in (imports, builds, ratio)))
    console = Console()
    console.print(shown)
    packages = sorted({module.partition(".")[0] for module in modules})
    console.print("Paquets importés :", ", ".join(packages), soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
