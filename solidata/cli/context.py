"""``solidata context``: what the official workbooks say of the départements."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import Progress, TaskID

from solidata import catalog, home
from solidata.analysis import context as analysis
from solidata.cli import show
from solidata.context import areas, download, maps, prices, workbooks
from solidata.context.workbooks import Reading
from solidata.figures import context as drawing
from solidata.figures import ranks
from solidata.french import format_number, nearest, plural, quote
from solidata.problems import NoDataError, RefusedError

_SHOWN = 60
"""Above so many rows a terminal is no help: they go to a file."""


class _Bar:
    """A progress bar of rich as pooch wants one."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.progress, self.task, self.total = progress, task, 0

    def update(self, amount: int) -> None:
        """Advance by some bytes."""
        self.progress.update(self.task, total=self.total or None, advance=amount)

    def reset(self) -> None:
        """Go back to zero."""
        self.progress.reset(self.task)

    def close(self) -> None:
        """Do nothing: the bar is rich's to close."""


def run(console: Console, arguments: argparse.Namespace) -> int:
    """Read the workbooks, and list, print, export or draw what they say; 1 when one is refused."""
    if arguments.figures and not arguments.department:
        arguments.department = _of_the_plan()
    if arguments.figures and (len(arguments.department) != 1 or arguments.out is None):
        raise RefusedError("Des figures se demandent pour un département (--department 01), dans un dossier (--out).")  # fmt: skip
    _known(arguments.department)
    folder = arguments.data or home.home() / "data" / "external"
    found = _found(console, folder, arguments)
    if not found.paths:
        raise RefusedError(found.told(folder))
    with show.steps(console) as progress:
        task = progress.add_task("Lecture", total=len(found.paths))
        first = iter([True])

        def step(name: str) -> None:
            progress.update(task, description=name, advance=0 if next(first, False) else 1)

        reading = workbooks.read_workbooks(found.paths, strict=False, step=step)
        progress.update(task, completed=len(found.paths))
    if found.missing:
        console.print(found.told(folder))
    for problem in reading.problems:
        what = "Feuille refusée" if ", feuille" in problem.file else "Classeur refusé"
        console.print(f"{what} : {problem}", style="bold red")
    if arguments.figures:
        _draw(console, reading, found.paths, arguments)
    elif arguments.department or arguments.indicator or arguments.out:
        _rows(console, reading, arguments)
    else:
        _list(console, reading)
    return 1 if reading.problems else 0


def _of_the_plan() -> list[str]:
    """Return the code of the département whose plan is in the home, if one is."""
    with contextlib.suppress(FileNotFoundError, RefusedError):
        code = catalog.load_registers().plan.department_code
        return [code] if code else []
    return []


def _known(codes: list[str]) -> None:
    for code in codes:
        if code not in areas.departments():
            raise RefusedError(f"Département {quote(code)} inconnu ; attendu : un code, par exemple 01, 2A ou 971.")  # fmt: skip


def _found(console: Console, folder: Path, arguments: argparse.Namespace) -> download.Found:
    if arguments.data is not None or (arguments.any_edition and folder.is_dir()):
        return download.local(folder, arguments.any_edition)
    with show.steps(console) as progress:

        def step(name: str) -> _Bar:
            return _Bar(progress, progress.add_task(name, total=None))

        return download.fetch(folder, step)


def _list(console: Console, reading: Reading) -> None:
    """Print one row an indicator: what it is called, where it stands, which years it has."""
    sheets = reading.sheets[reading.sheets["left_out"] == ""]
    labels = dict(maps.indicators()[["indicator_id", "label"]].itertuples(index=False))
    headers = {"indicator_id": "Indicateur", "label": "Ce qui est compté", "years": "Années",
               "departments": "Lignes", "where": "Feuille"}  # fmt: skip
    for workbook, mine in sheets.groupby("workbook"):
        made = [
            {
                "indicator_id": name,
                "label": labels.get(name, rows["title"].iloc[0]),
                "years": f"{rows['first'].min()}–{rows['last'].max()}",
                "departments": int(rows["departments"].max()),
                "where": rows["sheet"].iloc[0].strip()
                if len(rows) == 1
                else f"{len(rows)} feuilles",
            }
            for name, rows in mine.groupby("indicator_id", sort=False)
        ]
        show.table(console, str(workbook), pd.DataFrame(made), headers)
    left = reading.sheets[reading.sheets["left_out"] == "aucune ligne de département"]
    names = [f"{w} : {', '.join(s.strip() for s in rows['sheet'])}" for w, rows in left.groupby("workbook")]  # fmt: skip
    if names:
        console.print(f"Sans ligne de département, donc non lues : {' ; '.join(names)}.")
    _doubts(console, reading.sheets)


def _doubts(console: Console, sheets: pd.DataFrame) -> None:
    for row in sheets[sheets["doubts"] != ""].itertuples():
        console.print(f"À vérifier ({row.workbook}, {row.sheet.strip()}) : {row.doubts}.")


def _chosen(reading: Reading, names: list[str]) -> pd.DataFrame:
    frame = reading.observations
    known = list(frame["indicator_id"].cat.categories)
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f" ; peut-être {quote(near)}" if near else ""
            raise RefusedError(f"Indicateur {quote(name)} inconnu{hint} (la liste : solidata context).")  # fmt: skip
    return frame[frame["indicator_id"].isin(names)] if names else frame


def _rows(console: Console, reading: Reading, arguments: argparse.Namespace) -> None:
    frame = _chosen(reading, arguments.indicator)
    if arguments.department:
        frame = frame[frame["department"].isin(arguments.department)]
    if frame.empty:
        raise NoDataError("Aucune observation pour ces départements et ces indicateurs.")
    if arguments.indicator:
        given = set(frame["sheet"].unique())
        _doubts(console, reading.sheets[reading.sheets["sheet"].isin(given)])
    count = len(frame)
    if arguments.out is not None:
        if arguments.out.suffix.lower() != ".csv":
            raise RefusedError(f"{arguments.out} : attendu un nom en .csv.")
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(arguments.out, index=False, encoding="utf-8", lineterminator="\n")
        console.print(
            f"{format_number(count)} {plural(count, 'observation')} dans {arguments.out}."
        )
        return
    headers = {"area_name": "Territoire", "series": "Série", "period": "Année", "value": "Valeur",
               "flag": "Signe", "sheet": "Feuille", "cell": "Cellule"}  # fmt: skip
    shown = frame.head(_SHOWN).astype({c: object for c in [*headers, "unit"] if c != "value"})
    shown = shown.fillna({c: "" for c in [*headers, "unit"] if c != "value"})
    for (name, unit), rows in shown.groupby(["indicator_id", "unit"], sort=False, observed=True):
        columns = {c: h for c, h in headers.items() if c == "value" or (rows[c] != "").any()}
        show.table(console, f"{name} ({unit})" if unit else str(name), rows, columns)
    if count > _SHOWN:
        console.print(f"{count - _SHOWN} autres observations : --out CSV pour toutes les écrire.")


def _draw(
    console: Console, reading: Reading, paths: tuple[Path, ...], arguments: argparse.Namespace
) -> None:
    """Write both figures of each indicator that has a public, money in constant euros."""
    department, made, without = arguments.department[0], 0, []
    asked = maps.indicators()
    asked = asked[(asked["public"] != "") & asked["indicator_id"].isin(set(reading.sheets["indicator_id"]))]  # fmt: skip
    if arguments.indicator:
        _chosen(reading, arguments.indicator)
        asked = asked[asked["indicator_id"].isin(arguments.indicator)]
    if asked.empty:
        raise NoDataError("Aucun de ces indicateurs n’a de public déclaré : rien à rapporter à une population.")  # fmt: skip
    registers, index = catalog.load_registers(), _index(paths)
    with show.steps(console) as progress:
        task = progress.add_task("Figures", total=len(asked))
        for row in asked.itertuples():
            progress.update(task, description=row.label)
            try:
                found = analysis.rates(reading.observations, row.indicator_id, row.public, row.measure)  # fmt: skip
                if row.measure == "flow" and index is not None:
                    found = analysis.constant_euros(found, index, column="rate")
                    found = found.assign(rate=found["rate_constant"])
                stem = row.indicator_id.removeprefix("contexte-")
                over = drawing.over_time(found, department, row.label, row.public, registers, f"contexte-{stem}-evolution")  # fmt: skip
                year = int(over.data.loc[over.data["department"] == department, "year"].max())
                rank = ranks.strip(found, department, year, row.label, row.public, registers, f"contexte-{stem}-rang-{year}")  # fmt: skip
                for figure in (over, rank):
                    figure.save(arguments.out / figure.name)
                    made += 1
            except NoDataError as error:
                without.append(f"{row.label} : {error}")
            progress.advance(task)
    for reason in without:
        console.print(f"Sans figure : {reason}")
    console.print(f"{made} {plural(made, 'figure')} dans {arguments.out}.")


def _index(paths: tuple[Path, ...]) -> pd.DataFrame | None:
    """Return the price index that one of the workbooks prints, if any does."""
    for path in paths:
        with contextlib.suppress(NoDataError):
            return prices.read_prices(path)
    return None
