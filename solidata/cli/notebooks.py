"""Execute the notebooks of the project, for the year they give or another."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from rich.console import Console

from solidata import home
from solidata.cli import show
from solidata.french import nearest, plural, quote
from solidata.problems import NoDataError, RefusedError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

PARAMETERS = "parameters"
"""The tag of the cell that gives the year, as papermill calls it."""
_YEAR = re.compile(r"^ANNEE\s*=\s*\d+", re.MULTILINE)


def notebooks(console: Console, arguments: argparse.Namespace) -> int:
    """Execute the notebooks into ``build/notebooks``, or in their place with ``--update``.

    It stops at the first cell that fails, and says which; nothing is written of that notebook.
    """
    folder = home.home() / "notebooks"
    chosen = {path: _read(path, arguments.year) for path in _chosen(folder, arguments.only)}
    output = folder if arguments.update else home.home() / "build" / "notebooks"
    output.mkdir(parents=True, exist_ok=True)
    cells = sum(cell.cell_type == "code" for book in chosen.values() for cell in book.cells)
    with show.steps(console) as progress:
        task = progress.add_task("Notebooks", total=cells)
        for path, book in chosen.items():
            progress.update(task, description=path.stem)
            _execute(path, book, lambda: progress.advance(task))
            home.write_all({output / path.name: _written(book)})
    count = len(chosen)
    console.print(f"{count} {plural(count, 'notebook')} dans {output.relative_to(home.home())}.")
    return 0


def _chosen(folder: Path, names: list[str]) -> list[Path]:
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"Aucun notebook dans {folder}.")
    known = [path.stem for path in paths]
    for name in (n.removesuffix(".ipynb") for n in names):
        if name not in known:
            near = nearest(name, known)
            hint = f" Voulez-vous dire {quote(near)} ?" if near else ""
            raise RefusedError(
                f"Aucun notebook {quote(name)}.{hint} Notebooks connus : {', '.join(known)}."
            )
    asked = {n.removesuffix(".ipynb") for n in names}
    return [path for path in paths if not asked or path.stem in asked]


def _read(path: Path, year: int | None) -> Any:
    """Return a notebook, its cell of parameters set to `year` when one is asked for."""
    try:
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, nbformat.reader.NotJSONError) as error:
        raise RefusedError(f"{path.name} : ce n’est pas un notebook lisible ({error}).") from None
    if year is not None:
        tagged = [c for c in book.cells if PARAMETERS in c.metadata.get("tags", ())]
        if len(tagged) != 1 or not _YEAR.search(tagged[0].source):
            raise RefusedError(
                f"{path.name} : --year demande une cellule d’étiquette {quote(PARAMETERS)}, "
                f"où {quote('ANNEE = …')} donne l’année."
            )
        tagged[0].source = _YEAR.sub(f"ANNEE = {year}", tagged[0].source, count=1)
    return book


def _execute(path: Path, book: Any, step: Callable[[], None]) -> None:
    """Run every cell of a notebook, in its folder."""
    started: list[int] = []

    def start(cell_index: int, **_: Any) -> None:
        started.append(cell_index)

    client = NotebookClient(
        book,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=start,
        on_cell_executed=lambda **_: step(),
        record_timing=False,  # times would change the file at every run
        store_widget_state=False,
        # The kernel warns in English of a port that only this machine reaches.
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        ours = error.ename in {kind.__name__ for kind in (RefusedError, NoDataError, SourceError)}
        said = error.evalue if ours else f"{error.ename} : {error.evalue}"
        raise _failed(path, book, started, said) from None
    except CellTimeoutError:
        raise _failed(path, book, started, "elle ne finit pas") from None
    except DeadKernelError:
        raise _failed(path, book, started, "le noyau Python s’est arrêté") from None


def _failed(path: Path, book: Any, started: list[int], why: str) -> RefusedError:
    """Return the error that names the notebook, its cell and the heading above it."""
    above = book.cells[: started[-1] + 1] if started else []
    number = sum(cell.cell_type == "code" for cell in above)
    headings = re.findall(
        r"^#+ (.+)$",
        "\n".join(c.source for c in above if c.cell_type == "markdown"),
        flags=re.MULTILINE,
    )
    under = f", sous {quote(headings[-1])}" if headings else ""
    code = above[-1].source.splitlines() if above else []
    first = f"\n  {code[0]}{' …' if len(code) > 1 else ''}" if code else ""
    return RefusedError(f"{path.name}, cellule de code n° {number}{under} : {why}{first}")


def _written(book: Any) -> bytes:
    """Return a notebook as it is kept: the same on every machine, whatever ran it."""
    book.metadata.pop("language_info", None)  # it names this machine's Python
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        # A widget lives while its kernel does: what stays is the text it prints.
        for printed in cell.get("outputs", ()):
            printed.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return (nbformat.writes(book) + "\n").encode()  # type: ignore[no-untyped-call]
