"""A year on the desk: its tables, its registers and its figures, opened in one call."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solidata import catalog, home
from solidata.analysis.progress import reports, years
from solidata.figures import gallery, recipes
from solidata.french import format_number, listed, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.study.text import Text, plain
from solidata.tables import Geography, Registers, all_tables

if TYPE_CHECKING:
    import pandas as pd

    from solidata.figures.frame import Figure


@dataclass(frozen=True)
class Study:
    """What a year's notebooks read: :func:`load_study` opens it.

    Attributes
    ----------
    load : gallery.Load
        Gives a table by its name.
    registers : Registers
        The sources, the contradictions and the plan.
    year : int
    """

    load: gallery.Load
    registers: Registers
    year: int

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, as :func:`solidata.load` does."""
        return self.load(name)

    def reported(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that the reports of the year print."""
        return recipes.reported(self.load, name, self.year)

    def geography(self) -> Geography:
        """Return the outlines, as :func:`solidata.load_geography` does."""
        return self.load.geography()

    def figure(self, name: str) -> Figure:
        """Return a figure by the name that ``solidata figures`` gives it.

        Raises
        ------
        NoDataError
            When the tables hold nothing of it for the year.
        RefusedError
            For an unknown name, with the nearest.
        """
        make = gallery.chosen([name], self.load)[name]
        return make(self.load, self.registers, self.year)

    def show(self, name: str) -> Figure | Text:
        """Return a figure, or why there is none: a notebook goes on for any year.

        Raises
        ------
        RefusedError
            For an unknown name, with the nearest.
        """
        try:
            return self.figure(name)
        except NoDataError as error:
            return Text(f"> **Pas de figure « {name} » pour {self.year} :** {plain(error)}")

    @property
    def years(self) -> list[int]:
        """The years of which there is a report."""
        return years(self.table("status_counts"))

    def describe(self) -> Text:
        """Return whose plan it is, which reports tell of the year, and how many rows stand behind."""
        plan, sources = self.registers.plan, self.registers.sources.set_index("source_id")
        told = [s for s in sources.index if s in reports(self.table("status_counts"), self.year)]
        rows = sum(len(self.table(name)) for name in all_tables())
        known = self.years
        others = [str(y) for y in known if y != self.year]
        return Text(
            f"**{plain(plan.title)}**"
            + (f" – {plain(plan.department)} ({plain(plan.department_code)})" if plan.department else "")
            + f" – année **{self.year}**.",
            f"{plural(len(told), 'Document', 'Documents')} : "
            + listed(f"*{plain(sources.loc[s, 'title'])}*" for s in told)
            + f". {format_number(rows)} lignes dans {len(all_tables())} tables ; "
            + (f"autres années connues : {listed(others)}." if others else "c’est la seule année connue."),
        )  # fmt: skip

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Show what is open."""
        return self.describe()._repr_mimebundle_(**kwargs)


def load_study(year: int, compare: int | None = None, folder: Path | None = None) -> Study:
    """Open a year: check that its tables are there, of this version, and hold it.

    Parameters
    ----------
    year : int
        A year of which there is a report.
    compare : int, optional
        The earlier year that figures of two years compare it with; the last report's by default.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    Study

    Raises
    ------
    RefusedError
        When tables are missing or of another version, or the year to compare with is no earlier
        one; the message says what to do.
    NoDataError
        When no report tells of `year`; the message gives the years there are.

    Examples
    --------
    >>> study = load_study(2025)
    >>> study.years
    [2025]
    >>> study.figure("budget").name
    'budget-2025'
    """
    folder = folder or home.processed_folder()
    _check_tables(folder)
    known = years(catalog.load("status_counts", folder))
    year = _year(year)
    compare = None if compare is None else _year(compare)
    if year not in known:
        raise NoDataError(
            f"Aucun bilan de {year}\u00a0; années connues\u00a0: {', '.join(map(str, known)) or 'aucune'}. "
            "Donnez l’une d’elles à ANNEE, ou ajoutez ce bilan avec «\u00a0solidata new-year\u00a0», "
            "puis «\u00a0solidata build\u00a0»."
        )
    if compare is not None and compare >= year:
        raise RefusedError(
            f"{year} ne se compare pas à {compare}\u00a0; attendu\u00a0: une année d’avant {year}."
        )
    load = gallery.Load(
        lambda name: catalog.load(name, folder), lambda: catalog.load_geography(folder), compare
    )
    return Study(load, catalog.load_registers(folder), year)


def _year(value: object) -> int:
    """Return a year, whichever integer it is (that of a column is NumPy's); nothing else is one."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise NoDataError(
            f"{quote(repr(value))} lu\u00a0; attendu\u00a0: une année, en chiffres et sans guillemets, comme 2025."
        )
    return int(value)


def last_year(folder: Path | None = None) -> int:
    """Return the last year of which there is a report.

    Raises
    ------
    RefusedError
        When tables are missing or of another version.
    NoDataError
        When there is no report.
    """
    folder = folder or home.processed_folder()
    _check_tables(folder)
    if not (known := years(catalog.load("status_counts", folder))):
        raise NoDataError("Aucun bilan dans les tables.")
    return known[-1]


def _check_tables(folder: Path) -> None:
    """Refuse tables that are not there, or that another version built: only headers are read."""
    absent, other = [], []
    for table in all_tables().values():
        path = folder / f"{table.name}.csv"
        if not path.exists():
            absent.append(table.name)
            continue
        with path.open(encoding="utf-8", newline="") as file:
            if next(csv.reader(file), []) != table.names:
                other.append(table.name)
    remedy = "Dans un terminal, lancez «\u00a0solidata build\u00a0», puis relancez le notebook."
    if absent:
        if len(absent) == len(all_tables()):
            raise RefusedError(f"Aucune table dans {folder}. {remedy}")
        one = plural(len(absent), "Il manque une table", "Il manque des tables")
        raise RefusedError(f"{one} dans {folder}\u00a0: {', '.join(absent)}. {remedy}")
    if other:
        one = plural(
            len(other),
            "Une table est d’une autre version",
            "Des tables sont d’une autre version",
        )
        raise RefusedError(f"{one} dans {folder}\u00a0: {', '.join(other)}. {remedy}")
