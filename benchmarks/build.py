"""Compare the cost of a full build of the real data with the imports that it needs.

`python benchmarks/build.py`: in one run and in turn, a process that runs `solidata build` on a
copy of `data/raw`, and one that imports every module the first one had loaded at its end, and
does nothing. Processor time of the processes, which other work on the machine disturbs least.
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

REPEATS = 7
BUILD = "from solidata.cli import main; assert main(['build']) == 0"
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
    """Return the processor seconds of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"SOLIDATA_HOME": str(folder)}
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
        told = f"{BUILD}; import json, sys; json.dump(list(sys.modules), open(sys.argv[1], 'w'))"
        cost("-c", told, str(loaded), folder=folder)
        count = len(json.loads(loaded.read_text()))
        pairs = [
            (cost("-c", IMPORT, str(loaded), folder=folder), cost("-c", BUILD, folder=folder))
            for _ in range(REPEATS)
        ]
    imports, builds = (statistics.median(p) for p in zip(*pairs, strict=True))
    shown = Table("modules importés", "imports, s", "construction, s", "rapport médian")
    ratio = statistics.median(b / a for a, b in pairs)
    shown.add_row(str(count), *(format_number(x, 2) for x in (imports, builds, ratio)))
    Console().print(shown)


if __name__ == "__main__":
    main()
