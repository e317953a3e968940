"""Compare the cost of exporting a figure with matplotlib's own savefig of the same artists.

`python benchmarks/export.py`: for each figure of the set, in one run and in turn, three
`savefig` calls (PNG at 300 dpi, SVG, PDF) against `Figure.save`, which draws, checks, and
writes the three of them with data and metadata.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

import solidata
from solidata.figures import gallery, theme
from solidata.french import format_number
from solidata.problems import NoDataError

REPEATS, YEAR = 5, 2025


def main() -> None:
    """Print a table: medians in seconds, and the ratio pair by pair."""
    registers = solidata.load_registers()
    shown = Table("figure", "trois savefig, s", "save, s", "rapport médian")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load = gallery.Load(solidata.load, solidata.load_geography)
        for make in gallery.every(load).values():
            try:
                figure = make(load, registers, YEAR)
            except NoDataError:  # a pair of years that the documents do not print yet
                continue
            figure.save(folder / "essai")  # fonts and caches are warm for both
            pairs = []
            for _ in range(REPEATS):
                page = figure.render("page")
                start = time.perf_counter()
                with theme.applied():
                    page.figure.savefig(folder / "a.png", dpi=300)
                    page.figure.savefig(folder / "a.svg")
                    page.figure.savefig(folder / "a.pdf")
                middle = time.perf_counter()
                figure.save(folder / "b")
                pairs.append((middle - start, time.perf_counter() - middle))
            theirs, ours = (statistics.median(p) for p in zip(*pairs, strict=True))
            ratio = statistics.median(b / a for a, b in pairs)
            shown.add_row(figure.name, *(format_number(x, 2) for x in (theirs, ours, ratio)))
    Console().print(shown)


if __name__ == "__main__":
    main()
