"""What the notebook of context says from the series that the tables embed: needs and spending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from solidata.analysis import needs as analysis
from solidata.analysis.publics import POPULATION, public_words
from solidata.context import maps
from solidata.figures.texts import millions
from solidata.french import format_number, format_rate
from solidata.problems import NoDataError
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solidata.study.desk import Study

PREFIX = "contexte-"
_MONEY = "euros"


def _series(study: Study, money: bool) -> pd.DataFrame:
    """Return the embedded values: ``label``, ``year``, ``value``, one row an indicator and year."""
    indicators = study.table("indicators")
    mine = indicators[
        indicators["indicator_id"].str.startswith(PREFIX)
        & ((indicators["unit"] == _MONEY) == money)
        & ~indicators["indicator_id"].str.startswith(POPULATION)
    ]
    rows = study.table("observations").merge(mine[["indicator_id", "label", "unit"]], on="indicator_id")  # fmt: skip
    rows = rows[rows["period_end"].notna() & rows["value"].notna()]
    if rows.empty:
        raise NoDataError("Aucune série de la statistique publique n’est dans les tables.")
    return rows.assign(year=rows["period_end"].dt.year)


def _by_year(rows: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(index=["label", "unit"], columns="year", values="value", sort=False)
    wide.columns = [str(year) for year in wide.columns]
    ordered = wide[sorted(wide.columns)]
    return ordered.reset_index().rename(columns={"label": "Indicateur", "unit": "Unité"})


@or_why
def needs(study: Study) -> Sheet:
    """Return the number of people of each benefit, year by year."""
    return Sheet(
        _by_year(_series(study, money=False)),
        caption="Bénéficiaires des prestations, par année",
    )


def _publics(study: Study) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    """Yield the label, the public, the measure and the years of each indicator that has its public."""
    declared = maps.indicators().set_index("indicator_id")
    labels = study.table("indicators").set_index("indicator_id")["label"]
    observations = study.table("observations")
    for indicator_id, row in declared.iterrows():
        if indicator_id not in labels.index or not row["public"]:
            continue
        try:
            found = analysis.over_public(observations, indicator_id, row["public"], row["measure"])
        except NoDataError:
            continue
        yield str(labels[indicator_id]), row["public"], row["measure"], found


@or_why
def over_publics(study: Study) -> Sheet:
    """Return each stock over its public, in the last year that has both, with both numbers."""
    rows = []
    for label, public, measure, found in _publics(study):
        if measure != "stock":
            continue
        last = found.iloc[-1]
        people = public_words(public)
        rows.append(
            (
                label,
                str(int(last["year"])),
                f"{format_number(int(last['value']))}/{format_number(int(last['population']))}",
                format_number(float(last["rate"]) * 1000, 1),
                f"habitants {people}".strip(),
                f"{int(last['population_year'])}" + (", provisoire" if last["provisional"] else ""),
            )
        )
    if not rows:
        raise NoDataError("Aucun indicateur n’a son public dans les tables.")
    titles = ["Indicateur", "Au 31 décembre", "Nombres", "Pour 1\u202f000", "Public", "Population"]
    return Sheet(
        pd.DataFrame(rows, columns=titles),
        caption="Bénéficiaires rapportés à leur public, dernière année dont la population est connue",
    )


@or_why
def spent(study: Study) -> Text:
    """Return how gross expense moved, in current euros, and what it is per inhabitant."""
    told, every = [], _series(study, money=True)
    for label, public, measure, found in _publics(study):
        if measure != "flow" or public_words(public):
            continue
        last = found.iloc[-1]
        first = every[every["label"] == label].sort_values("year").iloc[0]
        change = float(last["value"]) / float(first["value"]) - 1
        since = (
            f"{'+' if change >= 0 else '−'}{format_rate(abs(change), 1)} depuis {first['year']}, "
        )
        told.append(
            f"{plain(label)} : **{millions(float(last['value']))}** en {int(last['year'])}, soit "
            f"**{format_number(float(last['rate']), 0)} €** par habitant "
            f"({since if first['year'] != last['year'] else ''}en euros courants)."
        )
    if not told:
        raise NoDataError("Aucune dépense brute n’a sa population dans les tables.")
    return Text(
        *told,
        "C’est une dépense exécutée, brute des recouvrements : elle ne se compare pas au budget voté.",
    )


@or_why
def spending(study: Study) -> Sheet:
    """Return gross expense by public, year by year, in millions of current euros."""
    rows = _series(study, money=True)
    frame = _by_year(rows.assign(value=rows["value"] / 1e6, unit="M€"))
    return Sheet(
        frame,
        caption="Dépense brute d’aide sociale, en millions d’euros courants",
        formats={y: lambda value: format_number(value, 1) for y in frame.columns[2:]},
    )


@or_why
def dates(study: Study) -> Text:
    """Return which years the embedded series cover, and that they precede the plan's report."""
    every = [_series(study, money) for money in (False, True)]
    spans = [(int(rows["year"].min()), int(rows["year"].max())) for rows in every]
    (first, last), (early, late) = spans
    return Text(
        f"Les séries des tables vont de {first} à {last} pour les publics, de {early} à {late} pour la "
        f"dépense : elles disent les besoins d’avant le bilan de {study.year}, et non les effets du schéma."
    )
