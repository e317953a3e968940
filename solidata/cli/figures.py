"""Export the figures of a year, or of a year and another."""

from __future__ import annotations

import argparse

from rich.console import Console

from solidata import catalog, home
from solidata.analysis.progress import years
from solidata.cli import show
from solidata.figures import export, gallery, theme
from solidata.french import listed, plural, quote
from solidata.problems import NoDataError, RefusedError


def figures(console: Console, arguments: argparse.Namespace) -> int:
    """Export the figures of a year in the presets asked for, and the page that shows them.

    A figure of which the year has no data is named and left out, unless it was asked for; a year
    of which there is no report is refused, unless figures are asked for: some compare any years.
    """
    known = years(catalog.load("status_counts"))
    year = max(known, default=0) if arguments.year is None else arguments.year
    if not arguments.only and known and year not in known:
        # Only what does not depend on the year would be written, under its name.
        names = listed(map(str, known))
        raise NoDataError(f"Aucun bilan de {year} ; années connues : {names}.")
    presets = list(theme.PRESETS if "tous" in arguments.preset else dict.fromkeys(arguments.preset))
    # Before anything is written.
    for asked, there, what in (
        (presets, theme.PRESETS, "format"),
        (arguments.formats, export.FORMATS, "type de fichier"),
    ):
        if unknown := [word for word in asked if word not in there]:
            raise RefusedError(
                f"{what} {quote(unknown[0])} inconnu ; au choix : {', '.join(there)}"
            )
    load = gallery.Load(catalog.load, catalog.load_geography, arguments.compare)
    makers = gallery.chosen(arguments.only, load)
    registers = catalog.load_registers()
    if arguments.compare is not None:
        gallery.check_comparison(load, registers, year, list(makers))
    folder = arguments.out or home.home() / "figures"
    made, empty, refused = [], [], []
    with show.steps(console) as progress:
        task = progress.add_task("Figures", total=len(makers) * len(presets))
        for number, (name, make) in enumerate(makers.items(), start=1):
            progress.update(task, description=name)
            try:
                figure = make(load, registers, year)
                for preset in presets:
                    progress.update(task, description=f"{figure.name} ({preset})")
                    suffix = "" if preset in {"page", "web"} else f"-{preset}"
                    stem = folder / f"{figure.name}{suffix}{'-nue' if arguments.bare else ''}"
                    figure.save(stem, preset, arguments.formats, dressed=not arguments.bare)
                    progress.advance(task)
                made.append(figure)
            except NoDataError as error:
                if arguments.only:
                    raise
                empty.append(f"{name} : {error}")
            except RefusedError as error:  # the others may be sound
                refused.append(str(error))
            progress.update(task, completed=number * len(presets))
    for reason in empty:
        console.print(f"Sans données pour {year} : {reason}")
    for reason in refused:
        console.print(reason, style="bold red")
    every = not arguments.only and not refused and not arguments.bare
    shown = "page" in presets and "svg" in arguments.formats
    # The project's page shows its latest year and the one before; a folder of one's own, any.
    usual = year == max(known, default=0) and arguments.compare is None
    if every and shown and (arguments.out or usual):
        gallery.page(made, folder)
    count = len(made)
    console.print(f"{count} {plural(count, 'figure')} en {', '.join(presets)}, dans {folder}.")
    return 1 if refused else 0
