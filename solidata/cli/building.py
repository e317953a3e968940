"""The command that builds the tables: it imports no more than it takes."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from solidata import build as builder
from solidata import home, raw
from solidata.cli import show
from solidata.french import listed, plural


def build(console: Console) -> int:
    """Build the tables and say what was written."""
    # Small tables, gone through cell by cell: quicker as Python's text than as Arrow's.
    as_python = pd.option_context("mode.string_storage", "python")
    with as_python, show.progress(console) as progress:
        task = progress.add_task("Construction", total=None)
        tables = builder.build(
            home.raw_folder(),
            home.processed_folder(),
            lambda text: progress.update(task, description=text),
            console.print,
        )
    rows = sum(tables.count(name) for name in tables)
    folder = home.processed_folder().relative_to(home.home())
    console.print(f"{len(tables)} tables, {rows} lignes, écrites dans {folder}.")
    if names := raw.drafts(home.raw_folder()):
        console.print(
            f"{plural(len(names), 'Laissé', 'Laissés')} de côté, en préparation : {listed(names)} "
            "(ce qui manque : « solidata check »)."
        )
    return 0
