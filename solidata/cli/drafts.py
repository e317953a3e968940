"""Reports being transcribed: prepare one, say what they still miss."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console

from solidata import build as builder
from solidata import home, newyear, raw
from solidata.cli import show
from solidata.french import listed, plural
from solidata.newyear import missing
from solidata.problems import SourceError
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]


def new_year(console: Console, year: int, workbook: bool, out: Path | None) -> int:
    """Prepare the folder of the next report and say what to do with it."""
    with show.progress(console) as progress:
        task = progress.add_task("Lecture des documents", total=None)
        # From the documents themselves: data/processed may be older.
        tables = builder.assemble(
            home.raw_folder(), lambda text: progress.update(task, description=text)
        )
        made = newyear.prepare(tables, year, out or home.raw_folder(), workbook)
    titles = all_tables()
    console.print(f"Dossier {made.folder} préparé à partir de {made.previous}.")
    headers = {"table": "Table", "title": "Contenu", "lines": "À remplir"}
    rows = [
        {"table": name, "title": titles[name].title, "lines": n} for name, n in made.lines.items()
    ]
    show.table(console, "", pd.DataFrame(rows), headers)
    console.print(f"Par où commencer : {made.folder / 'GUIDE.md'}.")
    return 0


def check(console: Console, known: Frames) -> None:
    """Say, for each document being transcribed, what is filled, missing, and wrong."""
    for name in raw.drafts(home.raw_folder()):
        console.print()
        console.print(f"{name}, en préparation", style="bold")
        try:
            draft = raw.read_draft(home.raw_folder() / name)
        except SourceError as error:
            console.print(str(error))
            continue
        _show(console, missing.state(draft, known, f"data/raw/{name}/{raw.DESCRIPTOR}"), name)


def _show(console: Console, state: missing.State, name: str) -> None:
    headers = {"table": "Table", "title": "Contenu", "complete": "Remplies", "lines": "Lignes"}
    show.table(console, "Lignes remplies", state.filled, headers)
    for problem in state.problems:
        console.print(str(problem), style="bold red")
    for gap in state.gaps:
        console.print(str(gap))
    if state.gaps:
        console.print(
            "Un statut, un numéro ou un dénominateur que le bilan n’imprime pas reste vide : "
            "dites pourquoi dans « note »."
        )
    if state.gone:
        count = len(state.gone)
        console.print(
            f"{count} {plural(count, 'action')} du bilan précédent sans ligne ici (pour information) : "
            f"{listed(state.gone)}."
        )
    if state.ready:
        _rehearse(console, name)


def _rehearse(console: Console, name: str) -> None:
    """Say what the build would refuse, were the document finished."""
    try:
        builder.assemble(home.raw_folder(), finished=name)
    except SourceError as error:
        console.print(str(error), style="bold red")
    else:
        console.print(
            f"Rien ne manque : retirez « {raw.DRAFT}: true » de data/raw/{name}/{raw.DESCRIPTOR}, "
            "puis lancez « solidata build »."
        )
