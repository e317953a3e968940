"""Write the dossier of a year, whole or not at all."""

from __future__ import annotations

import argparse

from rich.console import Console

from solidata import home, report
from solidata.cli import show
from solidata.french import format_number
from solidata.problems import RefusedError
from solidata.report.page import steps
from solidata.study import load_study
from solidata.study.desk import last_year


def write(console: Console, arguments: argparse.Namespace) -> int:
    """Write the page of a year where it was asked for, and say where and how large it is."""
    path = arguments.out
    if path is not None and (path.is_dir() or path.suffix.lower() not in {".html", ".htm"}):
        raise RefusedError(f"{path} : attendu, le nom d’une page (.html).")
    year = last_year() if arguments.year is None else arguments.year
    study = load_study(year, compare=arguments.compare)
    if path is None:
        path = home.home() / "build" / "report" / f"dossier-{year}.html"
    with show.steps(console) as progress:
        task = progress.add_task("Dossier", total=steps())

        def step(name: str) -> None:
            progress.update(task, description=name, advance=1)

        page = report.render(study, step).encode()
    home.write_all({path: page})
    console.print(f"{path} ({format_number(len(page) / 1e6, 1)} Mo)")
    return 0
