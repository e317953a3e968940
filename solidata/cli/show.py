"""Frames as readable tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich import box
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from solidata.french import format_number


def _cell(value: object) -> Text:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return Text("")
    if isinstance(value, bool):
        return Text("oui" if value else "non")
    if isinstance(value, (int, float)):
        return Text(format_number(value), justify="right")
    return Text(str(value))


def table(console: Console, title: str, frame: pd.DataFrame, headers: Mapping[str, str]) -> None:
    """Print the columns of `frame` that `headers` names, under their French titles."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name, header in headers.items():
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        justify: JustifyMethod = "right" if numeric else "left"
        # Numbers take the width of their longest word, so that words beside them break less.
        cells = [_cell(value).plain for value in frame[name]] if numeric else []
        widest = max(map(len, [*header.split(), *cells]), default=1) if numeric else None
        shown.add_column(header, justify=justify, overflow="fold", max_width=widest)
    for row in frame[list(headers)].itertuples(index=False):
        shown.add_row(*(_cell(value) for value in row))
    console.print(shown, soft_wrap=False)


def progress(console: Console) -> Progress:
    """Return a progress display that says the step and the time; in a pipe it writes nothing."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
                    console=console, disable=not console.is_terminal)  # fmt: skip


def steps(console: Console) -> Progress:
    """Return a progress bar for a known number of steps, with the time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
