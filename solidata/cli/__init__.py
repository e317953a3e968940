"""``solidata``: the commands of the project."""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from solidata import home
from solidata.cli.commands import parser
from solidata.french import FrenchError
from solidata.problems import RefusedError

if TYPE_CHECKING:
    from rich.console import Console


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the memory of a second's work alone: to go through it costs more than it frees."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _run(arguments: argparse.Namespace, console: Console) -> int:
    if arguments.command == "build":
        with _uncollected():
            from solidata.cli import building

            return building.build(console)

    from solidata.cli import drafts, reports

    match arguments.command:
        case "check":
            return reports.check(console, arguments.all)
        case "new-year":
            return drafts.new_year(console, arguments.year, arguments.xlsx, arguments.out)
        case "audit":
            return reports.audit(console, arguments.file, arguments.source, arguments.draft)
        case "trace":
            return reports.trace(console, arguments.what, arguments.key)
        case "diff":
            from solidata.cli import changes

            return changes.diff(console, arguments)
        case "figures":
            from solidata.cli import figures

            return figures.figures(console, arguments)
        case "export":
            return reports.export(console, arguments)
        case "context":
            from solidata.cli import context

            return context.run(console, arguments)
        case "report":
            from solidata.cli import report

            return report.write(console, arguments)
        case _:
            from solidata.cli import notebooks

            return notebooks.notebooks(console, arguments)


def _in_french(error: OSError) -> str:
    """Return our own sentence, or that of the system in French."""
    if error.filename is None:
        return str(error)
    said = {
        FileNotFoundError: "introuvable",
        IsADirectoryError: "un dossier ; attendu : un fichier",
        PermissionError: "accès refusé",
        FileExistsError: "existe déjà ; attendu : un dossier",
        NotADirectoryError: "un de ses dossiers est un fichier",
    }
    return f"{error.filename} : {said.get(type(error), error.strerror)}"


def main(words: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 refused, 2 not understood."""
    arguments = parser().parse_args(words)
    from rich.console import Console

    # Data are printed as they are: « [a] » or « :x: » in a name is no markup.
    # Sentences are left to the terminal to fold: a pipe gets each on its line.
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        return _run(arguments, console)
    except (RefusedError, FrenchError) as error:
        errors.print(str(error))
    except OSError as error:
        errors.print(_in_french(error))
    except KeyboardInterrupt:
        errors.print("Interrompu ; ce qui était en cours d’écriture est resté comme avant.")
    return 1


__all__ = ["home", "main"]

if __name__ == "__main__":
    sys.exit(main())
