"""Compare reading a workbook as observations with opening it in pandas: `python benchmarks/workbooks.py DOSSIER`.

In one run and in turn, in processor time: `pandas.read_excel` of every sheet (calamine engine, no header), which
returns cells, against `read_workbook`, which opens the file and returns every observation of every
area with its cell.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from solidata.context.workbooks import read_workbook, workbooks_in
from solidata.french import format_number

REPEATS = 9


def main(folder: Path) -> None:
    """Print a table: observations, medians in seconds, and the ratio pair by pair."""
    shown = Table("classeur", "observations", "pandas, s", "read_workbook, s", "rapport médian")
    paths = workbooks_in(folder)
    if not paths:
        sys.exit(
            f"Aucun classeur dans {folder} ; donnez leur dossier : benchmarks/workbooks.py DOSSIER"
        )
    for path in paths:
        count = len(read_workbook(path).observations)  # maps and caches are warm
        pairs = []
        for _ in range(REPEATS):
            start = time.process_time()
            pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
            middle = time.process_time()
            read_workbook(path)
            pairs.append((middle - start, time.process_time() - middle))
        theirs, ours = (statistics.median(p) for p in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in pairs)
        row = (format_number(count), *(format_number(x, 2) for x in (theirs, ours, ratio)))
        shown.add_row(path.name, *row)
    Console().print(shown)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/external"))
