"""What the notebook of context says of other départements, once the workbooks are at hand."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata import home
from solidata.analysis import context as analysis
from solidata.analysis.publics import in_euros, public_words, wholes
from solidata.context import download, maps, prices, workbooks
from solidata.figures import context as lines
from solidata.figures import ranks as dots
from solidata.figures.texts import millions
from solidata.french import format_number, listed, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.study.several import Several
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solidata.study.desk import Study


class Workbooks:
    """The workbooks of the DREES and the Insee found in a folder, read when first asked for.

    Parameters
    ----------
    study : Study
    folder : str or pathlib.Path, optional
        Where they are; by default ``data/external`` of the project. Nothing is downloaded.

    Raises
    ------
    RefusedError
        When a folder is given that is none, or a workbook is of an unknown edition.
    """

    def __init__(self, study: Study, folder: str | Path | None = None) -> None:
        self.study = study
        self.folder = Path(folder) if folder is not None else home.home() / "data" / "external"
        there = folder is not None or self.folder.is_dir()
        self.paths = download.local(self.folder).paths if there else ()
        self._people: dict[str, pd.DataFrame] = {}

    @functools.cached_property
    def observations(self) -> pd.DataFrame:
        """Every value of every département, as :func:`solidata.context.workbooks.read_workbooks` gives them."""
        if not self.paths:
            raise NoDataError(
                "Sans les classeurs de la DREES et de l’Insee, pas de comparaison avec les autres "
                "départements."
            )
        return workbooks.read_workbooks(self.paths, strict=False).observations

    @functools.cached_property
    def index(self) -> pd.DataFrame:
        """The price index that one of the workbooks prints."""
        for path in self.paths:
            with contextlib.suppress(NoDataError):
                return prices.read_prices(path)
        raise NoDataError("Aucun classeur n’imprime d’indice de prix : pas d’euros constants.")

    def rates(self, indicator_id: str) -> tuple[Any, pd.DataFrame]:
        """Return what declares an indicator, and its rates; money in constant euros.

        Raises
        ------
        RefusedError
            When no map declares the indicator, or it has no public.
        """
        declared = maps.indicators().set_index("indicator_id")
        if indicator_id not in declared.index or not declared.loc[indicator_id, "public"]:
            known = listed(declared.index[declared["public"] != ""])
            raise RefusedError(
                f"Indicateur {quote(indicator_id)} sans public ; au choix : {known}."
            )
        row = declared.loc[indicator_id]
        if (public := row["public"]) not in self._people:
            self._people[public] = analysis.population(self.observations, public)
        found = analysis.rates(
            self.observations, indicator_id, public, row["measure"], people=self._people[public]
        )
        if row["measure"] == "flow":
            found = analysis.constant_euros(found, self.index, column="rate")
            found = found.assign(rate=found["rate_constant"])
        return row, found

    def describe(self) -> Text:
        """Return which workbooks are at hand, and how to get the others."""
        names = [f"`{path.name}`" for path in self.paths]
        missing = [
            f"- {plain(file.name)} – [{plain(publication.title)}]({publication.page}) ;"
            for publication in maps.publications()
            for file in publication.files
            if file.name not in {path.name for path in self.paths}
        ]
        told = f"Classeurs lus : {listed(names)}." if names else "Aucun classeur n’est là : ce qui suit compare le département à lui-même."  # fmt: skip
        if not missing:
            return Text(told)
        return Text(
            told,
            f"Pour le comparer aux autres, déposez dans `data/external`, ou dans un dossier que donne "
            f"`CLASSEURS`, {plural(len(missing), 'ce classeur', 'ces classeurs')} tels que publiés :",
            *missing[:-1],
            missing[-1].removesuffix(" ;") + ".",
            "`solidata context` dit où les prendre.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Show what is at hand."""
        return self.describe()._repr_mimebundle_(**kwargs)


def _indicators(books: Workbooks) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Yield the indicators that the tables embed and that the workbooks rate."""
    known = set(books.study.table("indicators")["indicator_id"])
    declared = maps.indicators()
    for row in declared[declared["public"] != ""].itertuples():
        if row.indicator_id in known:
            with contextlib.suppress(NoDataError):
                yield books.rates(row.indicator_id)


@or_why
def places(books: Workbooks) -> Sheet:
    """Return, by indicator, the rate of the département, its rank, and the rates it stands among."""
    department, rows = books.study.registers.plan.department_code, []
    if not len(books.observations):
        raise NoDataError("Les classeurs ne donnent aucune valeur.")
    for row, found in _indicators(books):
        own = lines.own_rows(found, department)
        year = int(own["year"].max())
        ranked = analysis.ranks(found, year).set_index("department")
        band = analysis.quartiles(found).set_index("year").loc[year]
        mine = ranked.loc[department]
        others = found[(found["year"] == year) & found["rate"].notna()]
        region = others[(others["area_kind"] == "region") & (others["region"] == mine["region"])]
        whole = others[others["area_kind"] == analysis.METROPOLE]
        money = row["measure"] == "flow"
        rows.append(
            (
                row["label"],
                public_words(row["public"]) or "tous âges",
                str(year) + (" (provisoire)" if bool(mine["provisional"]) else ""),
                *(_rate(value, money) for value in (
                    mine["rate"],
                    *(r["rate"].iloc[0] if len(r) else float("nan") for r in (region, whole)),
                    band["q1"], band["median"], band["q3"],
                )),
                f"{mine['rank']}/{mine['n']}",
            )
        )  # fmt: skip
    if not rows:
        raise NoDataError("Aucun indicateur des tables n’est dans les classeurs.")
    titles = ["Indicateur", "Public", "Année", "Département", "Région", "Métropole", "Premier quartile",
              "Médiane", "Dernier quartile", "Rang"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=titles)
    return Sheet(
        frame,
        caption="La place du département parmi les autres, du taux le plus élevé au plus bas "
        "(pour 100 personnes du public, ou en euros constants par personne)",
    )


def _rate(value: float, money: bool) -> str:
    if pd.isna(value):
        return ""
    return f"{format_number(value, 0)}\u00a0€" if money else format_number(value * 100, 1)


@or_why
def figures(books: Workbooks, *indicator_ids: str) -> Several:
    """Return two figures an indicator: over time among quartiles, and the rank of the last year."""
    department, registers, made = books.study.registers.plan.department_code, books.study.registers, []  # fmt: skip
    for indicator_id in indicator_ids:
        row, found = books.rates(indicator_id)
        year = int(lines.own_rows(found, department)["year"].max())
        words = (row["label"], row["public"], registers)
        made += [
            lines.over_time(found, department, *words, f"{indicator_id}-evolution"),
            dots.strip(found, department, year, *words, f"{indicator_id}-rang-{year}"),
        ]
    return Several(made)


@or_why
def constant(books: Workbooks) -> Sheet:
    """Return the total gross expense, year by year, in current and in constant euros."""
    declared = maps.indicators()  # the expense for everybody, of any age, is the total one
    total = declared[(declared["measure"] == "flow") & (declared["public"] == "0-")]["indicator_id"]
    rows = wholes(books.observations[books.observations["indicator_id"].isin(total)])
    mine = rows[
        (rows["area_kind"] == "departement")
        & (rows["department"] == books.study.registers.plan.department_code)
        & rows["value"].notna()
    ]
    if mine.empty:
        raise NoDataError("Les classeurs ne donnent pas la dépense brute totale du département.")
    index = books.index
    mine = mine[mine["year"].isin(index["year"])]
    found = analysis.constant_euros(mine.assign(year=mine["year"].astype(int)), index)
    scale = in_euros(mine["unit"].iloc[0]) or 1.0
    base, source = int(found["price_base"].iloc[0]), found["price_source"].iloc[0]
    frame = pd.DataFrame(
        {
            "Année": [str(y) for y in found["year"]],
            "Euros courants": [millions(v * scale, fixed=True) for v in found["value"]],
            f"Euros de {base}": [millions(v * scale, fixed=True) for v in found["value_constant"]],
        }
    )
    return Sheet(
        frame,
        caption=f"Dépense brute totale d’aide sociale. Déflateur : {source}",
        height=420,
    )
