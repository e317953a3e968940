"""Compare the time of `solidata notebooks` with kernel starts and what the cells themselves take.

`python benchmarks/notebooks.py`: in one run, a notebook of one empty cell executed several times
(the median is what a kernel costs to start and stop); the whole suite by the command, as a
process; then each notebook again with the times of its cells, from busy to idle as the kernel
says them, which is its own computation, imports of its first cell included.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from datetime import datetime

import nbformat
from nbclient import NotebookClient
from rich.console import Console
from rich.table import Table

from solidata import home
from solidata.french import format_number

STARTS = 5


def seconds(cell: nbformat.NotebookNode) -> float:
    """Return how long a cell kept its kernel busy."""
    told = cell.metadata["execution"]
    busy, idle = (
        datetime.fromisoformat(told[key]) for key in ("iopub.status.busy", "iopub.status.idle")
    )
    return (idle - busy).total_seconds()


def execute(book: nbformat.NotebookNode) -> float:
    """Execute a notebook in the folder of the suite; return the wall time."""
    start = time.perf_counter()
    NotebookClient(
        book,
        resources={"metadata": {"path": str(home.home() / "notebooks")}},
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    return time.perf_counter() - start


def main() -> None:
    """Print a table, one row a notebook, then the ratio of the whole."""
    paths = sorted((home.home() / "notebooks").glob("*.ipynb"))
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    start = statistics.median(execute(nbformat.from_dict(empty)) for _ in range(STARTS))

    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "solidata", "notebooks"], check=True, capture_output=True)
    whole = time.perf_counter() - began

    shown = Table("notebook", "cellules, s", "noyau, s", "mur, s")
    own = 0.0
    for path in paths:
        book = nbformat.read(path, as_version=4)
        wall = execute(book)
        cells = sum(seconds(cell) for cell in book.cells if cell.cell_type == "code")
        own += cells
        shown.add_row(path.stem, *(format_number(x, 2) for x in (cells, start, wall)))
    floor = len(paths) * start + own
    console = Console()
    console.print(shown)
    console.print(
        f"Toute la suite : {format_number(whole, 1)} s ; noyaux et cellules : "
        f"{format_number(floor, 1)} s ; rapport : {format_number(whole / floor, 2)}."
    )


if __name__ == "__main__":
    main()
