"""What the embedded series tell of needs: an indicator over its public, year by year."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.columns import require
from solidata.analysis.publics import POPULATION, ages
from solidata.problems import NoDataError

_PROVISIONAL = "Provisoire"


def population_indicator(public: str) -> str:
    """Return the indicator of the tables that counts a public without an upper age.

    Raises
    ------
    NoDataError
        For a public with an upper age: the tables embed none.

    Examples
    --------
    >>> population_indicator("0-"), population_indicator("75-")
    ('contexte-population', 'contexte-population-de-75-ans-et-plus')
    """
    low, high = ages(public)
    if high is not None:
        raise NoDataError(f"Aucune population de {low} à {high} ans n’est dans les tables.")
    return f"{POPULATION}-de-{low}-ans-et-plus" if low else POPULATION


def over_public(
    observations: pd.DataFrame, indicator_id: str, public: str, measure: str = "stock"
) -> pd.DataFrame:
    """Return an indicator of the département over its public, for every year that has both.

    Parameters
    ----------
    observations : pandas.DataFrame
        The table of this name.
    indicator_id : str
    public : str
        The ages it is for, such as ``"75-"``.
    measure : {"stock", "flow"}
        As in :func:`solidata.analysis.context.rates`: a stock of 31 December is divided by the
        population of the next day, a flow by that of 1 January of its year.

    Returns
    -------
    pandas.DataFrame
        By year: ``year`` (int), ``value``, ``population``, ``population_year`` (int), ``rate`` (their
        quotient), ``provisional`` (bool: the population may be revised), ``address``, ``source_id``.

    Raises
    ------
    NoDataError
        When no year has both.

    Examples
    --------
    >>> import solidata
    >>> found = over_public(solidata.load("observations"), "contexte-apa-a-domicile", "75-")
    >>> found[["year", "value", "population"]].iloc[0].astype(int).tolist()
    [2018, 5296, 39743]
    """
    require(observations, "observations",
            ["observation_id", "indicator_id", "period_end", "value", "note", "source_id"])  # fmt: skip
    mine = _yearly(observations, indicator_id)
    people = _yearly(observations, population_indicator(public))
    mine["population_year"] = mine["year"] + (1 if measure == "stock" else 0)
    people = people.rename(
        columns={
            "year": "population_year",
            "value": "population",
            "note": "people_note",
            "address": "people_address",
            "source_id": "people_source",
        }
    )
    found = mine.merge(people, on="population_year")
    found = found[found["population"] > 0]
    if found.empty:
        raise NoDataError(f"Aucune année n’a à la fois « {indicator_id} » et son public.")
    return pd.DataFrame(
        {
            "year": found["year"],
            "value": found["value"],
            "population": found["population"],
            "population_year": found["population_year"],
            "rate": found["value"] / found["population"],
            "provisional": found["people_note"].eq(_PROVISIONAL),
            "address": found["address"] + " " + found["people_address"],
            "source_id": found["source_id"] + " " + found["people_source"],
        }
    ).reset_index(drop=True)


def _yearly(observations: pd.DataFrame, indicator_id: str) -> pd.DataFrame:
    """Return the values of an indicator for the whole département, one a year."""
    rows = observations[
        (observations["indicator_id"] == indicator_id)
        & observations["territory_id"].isna()
        & observations["value"].notna()
        & observations["period_end"].notna()
    ]
    frame = rows[["value", "note", "source_id"]].assign(
        year=rows["period_end"].dt.year.astype(int),
        address="observations:" + rows["observation_id"],
    )
    return frame.drop_duplicates("year", keep=False).sort_values("year", ignore_index=True)
