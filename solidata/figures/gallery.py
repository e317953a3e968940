"""The set of figures the project exports, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from solidata.figures import progress, table
from solidata.figures.frame import Figure, Registers
from solidata.french import nearest, quote
from solidata.problems import RefusedError

Load = Callable[[str], pd.DataFrame]
"""Gives a table by its name: figures themselves never read a file."""
Maker = Callable[[Load, Registers, int], Figure]

SET: dict[str, Maker] = {
    "statuts-par-section": lambda load, registers, year: progress.status_by_section(
        load("status_counts"), load("sections"), registers, year
    ),
    "tableau-statuts": lambda load, registers, year: table.statuses(
        load("status_counts"), load("sections"), registers, year
    ),
    "phares": lambda load, registers, year: progress.flagships(
        load("flagships"), load("mentions"), registers, year
    ),
    "lisibilite": lambda load, registers, year: progress.legibility(
        load("action_statuses"), load("actions"), load("sections"), registers, year
    ),
}
"""Every figure by the name the command line knows it by, in the order of the gallery."""


def chosen(names: list[str]) -> list[str]:
    """Return the figures asked for, all of them when none is.

    Raises
    ------
    RefusedError
        For an unknown name; the message gives the nearest and those there are.
    """
    for name in names:
        if name not in SET:
            near = nearest(name, SET)
            hint = f" Voulez-vous dire {quote(near)} ?" if near else ""
            raise RefusedError(f"Aucune figure {quote(name)}.{hint} Figures : {', '.join(SET)}.")
    return [name for name in SET if not names or name in names]


def figures(load: Load, registers: Registers, year: int, names: list[str]) -> Iterator[Figure]:
    """Yield the figures of a year."""
    for name in chosen(names):
        yield SET[name](load, registers, year)


def page(shown: list[Figure], folder: Path) -> Path:
    """Write ``README.md`` in `folder`: every figure with its alt text and what it says of itself."""
    lines = ["# Figures", "", "Produites par `solidata figures` ; ne pas modifier.", ""]
    for figure in shown:
        alt = figure.alt.replace("[", r"\[").replace("]", r"\]")
        lines += [
            f"## {figure.title}",
            "",
            f"{figure.unit}.",
            "",
            f"![{alt}]({figure.name}.svg)",
            "",
        ]
        for label, text in (("Lecture", figure.reading), ("Note", figure.note), ("Champ", figure.scope),
                            ("Source", figure.source), ("Texte de remplacement", figure.alt)):  # fmt: skip
            if text:
                lines += [f"**{label}** : {text}", ""]
    path = folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path
