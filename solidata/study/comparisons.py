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
from solidata.french import format_number, format_rate, listed, plural, quote
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
        Where they are; by default ``data/external`` of the project. Nothing is downloaded. What a
        file is called does not matter.
    any_edition : bool
        Read other editions than those that are known, such as the next year's.

    Raises
    ------
    RefusedError
        When a folder is given that is none, or a workbook is of an unknown edition.
    """

    def __init__(
        self, study: Study, folder: str | Path | None = None, any_edition: bool = False
    ) -> None:
        self.study = study
        self.folder = Path(folder) if folder is not None else home.home() / "data" / "external"
        there = folder is not None or self.folder.is_dir()
        found = download.local(self.folder, any_edition) if there else None
        self.paths = found.paths if found else ()
        known = [f.name for p in maps.publications() for f in p.files]
        self.absent = set(found.absent if found else known)
        self._people: dict[str, pd.DataFrame] = {}
        self._rates: dict[str, tuple[Any, pd.DataFrame]] = {}

    @property
    def observations(self) -> pd.DataFrame:
        """Every value of every département, as :func:`solidata.context.workbooks.read_workbooks` gives them."""
        return self.reading.observations

    @functools.cached_property
    def reading(self) -> workbooks.Reading:
        """What was read, a sheet that leaves a doubt left out, and why it was."""
        if not self.paths:
            raise NoDataError("Sans les classeurs de la DREES et de l’Insee, pas de comparaison.")
        return workbooks.read_workbooks(self.paths, strict=False)

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
        if indicator_id not in self._rates:
            self._rates[indicator_id] = self._rated(indicator_id)
        return self._rates[indicator_id]

    def _rated(self, indicator_id: str) -> tuple[Any, pd.DataFrame]:
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
            if file.name in self.absent
        ]
        told = f"Classeurs lus : {listed(names)}." if names else "Aucun classeur n’est là : ce qui suit compare le département à lui-même."  # fmt: skip
        refused = [f"- feuille refusée : {plain(problem)}" for problem in self.reading.problems] if names else []  # fmt: skip
        sheets = self.reading.sheets if names else pd.DataFrame({"declared": [], "doubts": []})
        doubtful = sheets[sheets["declared"].astype(bool) & (sheets["doubts"] != "")]
        refused += [
            f"- à vérifier : {plain(row.workbook)}, {quote(row.sheet.strip())} : {plain(row.doubts)}"
            for row in doubtful.itertuples()
        ]
        if not missing:
            return Text(told, *refused)
        return Text(
            told,
            *refused,
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
    if not len(books.observations):
        raise NoDataError("Les classeurs ne donnent aucune valeur.")
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
    bases: set[str] = set()
    for row, found in _indicators(books):
        own = lines.own_rows(found, department)
        year = int(own["year"].max())
        ranked = analysis.ranks(found, year).set_index("department")
        band = analysis.quartiles(found).set_index("year").loc[year]
        mine = ranked.loc[department]
        others = found[(found["year"] == year) & found["rate"].notna()]
        region = others[(others["area_kind"] == "region") & (others["region"] == mine["region"])]
        whole = others[others["area_kind"] == analysis.METROPOLE]
        scale = lines.Scale.of(found, row["public"])
        bases |= {str(int(found["price_base"].iloc[0]))} if scale.money else set()
        rows.append(
            (
                row["label"],
                public_words(row["public"]) or "tous âges",
                str(year) + (" (provisoire)" if bool(mine["provisional"]) else ""),
                *("" if pd.isna(value) else scale.told(value) for value in (
                    mine["rate"],
                    *(r["rate"].iloc[0] if len(r) else float("nan") for r in (region, whole)),
                    band["q1"], band["median"], band["q3"],
                )),
                f"{mine['rank']}/{mine['n']}",
            )
        )  # fmt: skip
    if not rows:
        raise NoDataError("Aucun indicateur des tables n’est dans les classeurs.")
    titles = ["Indicateur", "Public", "Année", "Département", "Région", "France métropolitaine",
              "Premier quartile", "Médiane", "Troisième quartile", "Rang"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=titles)
    return Sheet(
        frame,
        caption="La place du département parmi les autres, du taux le plus élevé au plus bas "
        f"(pour 1 000 habitants du public{f', ou en euros de {listed(sorted(bases))} par habitant' if bases else ''})",
    )


@or_why
def standing(books: Workbooks) -> Text:
    """Return where the département stands among the others, from the upper quarter to the lower."""
    department = books.study.registers.plan.department_code
    found: dict[str, list[str]] = {}
    for row, rates in _indicators(books):
        own = lines.own_rows(rates, department).iloc[-1]
        band = analysis.quartiles(rates).set_index("year").loc[own["year"]]
        found.setdefault(lines.position(float(own["rate"]), band), []).append(plain(row["label"]))
    if not found:
        raise NoDataError("Aucun indicateur des tables n’est dans les classeurs.")
    count = sum(map(len, found.values()))
    rated = plural(count, "indicateur rapporté à son public", "indicateurs rapportés à leur public")
    return Text(f"{format_number(count)} {rated}, parmi ceux de tous les départements :", *(
        f"- **{format_number(len(found[where]))}** {where} : {' ; '.join(found[where])}."
        for where in lines.POSITIONS if where in found
    ))  # fmt: skip


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


def _constant(books: Workbooks) -> pd.DataFrame:
    """Return the total gross expense of each year: ``value``, ``value_constant``, in euros."""
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
    both = ["value", "value_constant"]
    return found.assign(**{name: found[name] * scale for name in both}).sort_values("year")


@or_why
def growth(books: Workbooks) -> Text:
    """Return how total gross expense moved since the tables' first year, before and after prices."""
    found = _constant(books)
    known = books.study.table("observations")
    known = known[known["indicator_id"].isin(found["indicator_id"]) & known["period_end"].notna()]
    since = known["period_end"].dt.year.min() if len(known) else found["year"].min()
    found = found[found["year"] >= since]
    first, last = found.iloc[0], found.iloc[-1]
    if first["year"] == last["year"]:
        raise NoDataError("Une seule année de dépense brute : aucune évolution.")
    current, real = (float(last[c] / first[c]) - 1 for c in ("value", "value_constant"))
    return Text(
        f"De {first['year']} à {last['year']}, la dépense brute totale d’aide sociale évolue de "
        f"**{_signed(current)}** en euros courants et de **{_signed(real)}** en euros constants, "
        f"hausse des prix ôtée (déflateur : {plain(last['price_source'])})."
    )


def _signed(rate: float) -> str:
    return f"{'+' if rate >= 0 else '−'}{format_rate(abs(rate), 1)}"


@or_why
def constant(books: Workbooks) -> Sheet:
    """Return the total gross expense, year by year, in current and in constant euros."""
    found = _constant(books)
    base, source = int(found["price_base"].iloc[0]), found["price_source"].iloc[0]
    frame = pd.DataFrame(
        {
            "Année": [str(y) for y in found["year"]],
            "Euros courants": [millions(v, fixed=True) for v in found["value"]],
            f"Euros de {base}": [millions(v, fixed=True) for v in found["value_constant"]],
        }
    )
    return Sheet(
        frame,
        caption=f"Dépense brute totale d’aide sociale. Déflateur : {source}",
    )
