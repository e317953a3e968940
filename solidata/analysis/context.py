"""Where a département stands among the others: an indicator over its public, rank, quartiles.

A comparator is a ratio of sums, printed or computed; never a mean of ratios.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from solidata.analysis.columns import require
from solidata.analysis.publics import (
    AREA,
    COLUMNS,
    KINDS,
    METROPOLE,
    POPULATION,
    addresses,
    ages,
    in_euros,
    population,
    public_words,
    sums,
    wholes,
)
from solidata.french import listed, quote
from solidata.problems import NoDataError, RefusedError


def rates(
    observations: pd.DataFrame,
    indicator_id: str,
    public: str,
    measure: str = "stock",
    series: str | None = None,
    metropolitan: bool = False,
    people: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return an indicator over its public, for départements, regions and metropolitan France.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of the indicator and of the population by age.
    indicator_id : str
    public : str
        The ages it is for: 0-19 for the ASE (groups of five years stop there), 75- or 60- for the
        APA, 20-64 for the RSA and the PCH.
    measure : {"stock", "flow"}
        A stock of 31 December is divided by the population of the next day, 1 January of the year
        after; a flow by that of 1 January of its year.
    series : str, optional
        The header besides the year; by default that of the latest year. Two are never joined.
    metropolitan : bool
        Keep the départements of metropolitan France only.
    people : pandas.DataFrame, optional
        What :func:`population` returns for `public`, when it is at hand: several indicators share one.

    Returns
    -------
    pandas.DataFrame
        One row an area and year: the columns of :func:`population`, ``population_year``, ``value``
        (persons, or euros), ``rate`` (per inhabitant of the public: a fraction, or euros),
        ``series``, ``unit``, ``flag``, ``basis`` (``printed``, or ``sum`` of the départements).
        What is missing stays as a row without a rate.

    Raises
    ------
    NoDataError
        When the indicator or the population is not there.
    RefusedError
        When the public is not that of the printed ages, or an indicator has no unit that counts.
    """
    require(observations, "observations", COLUMNS)
    mine = observations[
        (observations["indicator_id"] == indicator_id) & observations["area_kind"].isin(KINDS)
    ]
    mine = mine[mine["year"].notna()]
    if mine.empty:
        raise NoDataError(f"Aucune valeur de l’indicateur {quote(indicator_id)}.")
    mine = _one_series(wholes(mine), series)
    money = in_euros(mine["unit"].iloc[0])
    mine["value"] = mine["value"] * (money or 1.0)
    mine["unit"] = "euros" if money else mine["unit"]
    mine["address"], mine["year"] = addresses(mine), mine["year"].astype(int)
    mine["basis"] = "printed"
    mine = pd.concat([mine, _sums(mine)], ignore_index=True)
    people = population(observations, public) if people is None else people
    mine["population_year"] = mine["year"] + (1 if measure == "stock" else 0)
    places = ["area_kind", "department", "region"]
    people = people.rename(columns={"year": "population_year", "address": "people_address",
                                    "source_id": "people_source"})  # fmt: skip
    found = mine.merge(people.drop(columns="area_name"), on=[*places, "population_year"], how="left")  # fmt: skip
    found["rate"] = found["value"] / found["population"].where(found["population"] > 0)
    if metropolitan:
        found = found[~((found["area_kind"] == "departement") & found["department"].str.startswith("97"))]  # fmt: skip
    found["provisional"] = found["provisional"].eq(True) | (found["flag"] == "p")
    for column in ("address", "source_id"):
        other = "people_" + ("address" if column == "address" else "source")
        found[column] = (found[column] + " " + found[other].fillna("")).str.strip()
    found["area_name"] = _names(found, observations)
    kept = [*AREA, "year", "value", "unit", "series", "flag", "population", "population_year",
            "provisional", "rate", "basis", "source_id", "address"]  # fmt: skip
    return found[kept].sort_values(["area_kind", "department", "region", "year"], ignore_index=True)


def _names(found: pd.DataFrame, observations: pd.DataFrame) -> pd.Series:
    """Name the areas that are computed as other tables name them; a region without a name by its code."""
    names = observations.loc[observations["area_kind"] == "region", ["region", "area_name"]]
    called = dict(names.astype(object).drop_duplicates("region").itertuples(index=False))
    computed = found["area_kind"] == "region"
    told = found["region"].map(lambda code: called.get(code, f"Région {code}"))
    whole = found["area_name"].where(found["area_kind"] != METROPOLE, "France métropolitaine")
    return whole.where(~computed, told)


def _one_series(rows: pd.DataFrame, series: str | None) -> pd.DataFrame:
    """Return the rows of one series, one a year: the last printed goes with the years after."""
    if series is None:
        told = rows[rows["value"].notna()]
        series = told.loc[told["year"].astype(int).idxmax(), "series"] if len(told) else ""
    rows = rows[rows["series"] == series]
    if rows.empty:
        raise NoDataError(f"Aucune valeur de la série {quote(series)}.")
    place = ["area_kind", "department", "region", "year"]
    return rows.drop_duplicates(place, keep="last").reset_index(drop=True)


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of a region or of metropolitan France that are not printed.

    A sum of départements of which one has no value is no value.
    """
    mine = rows[rows["area_kind"] == "departement"]
    made = []
    for kind, by, chosen in (
        ("region", ["region", "year"], mine),
        (METROPOLE, ["year"], mine[~mine["department"].str.startswith("97")]),
    ):
        if (rows["area_kind"] == kind).any() or chosen.empty:
            continue
        added = sums(chosen, by, ["value"], ["address"], ["unit", "series", "source_id"])
        made.append(added.assign(address=added["address"].str.join(" "), area_kind=kind,
                                 department="", area_name="", flag="", basis="sum"))  # fmt: skip
    return pd.concat(made).fillna({"region": ""}) if made else rows.iloc[:0]


def quartiles(found: pd.DataFrame) -> pd.DataFrame:
    """Return the quartiles of the départements year by year.

    Parameters
    ----------
    found : pandas.DataFrame
        Rows of :func:`rates`.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``q1``, ``median``, ``q3`` (interpolated linearly between the two nearest, as
        numpy and R's type 7 do), ``n`` (with a rate) and ``missing`` (without).

    Examples
    --------
    >>> frame = pd.DataFrame({"area_kind": "departement", "year": 2019,
    ...                       "rate": [1.0, 2.0, 3.0, 5.0, None]})
    >>> quartiles(frame).to_records(index=False).tolist()
    [(2019, 1.75, 2.5, 3.5, 4, 1)]
    """
    rows = found[found["area_kind"] == "departement"]
    made = []
    for year, values in rows.groupby("year")["rate"]:
        known = values.dropna().to_numpy(float)
        cuts = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else [np.nan] * 3
        made.append((int(year), *map(float, cuts), len(known), len(values) - len(known)))
    return pd.DataFrame(made, columns=["year", "q1", "median", "q3", "n", "missing"])


def ranks(found: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the départements of a year from the highest rate down, with their ranks.

    Parameters
    ----------
    found : pandas.DataFrame
        Rows of :func:`rates`.
    year : int

    Returns
    -------
    pandas.DataFrame
        The rows of that year with ``rank`` (Int64: one more than the number of départements that
        are strictly higher, so that equals share the best rank, as in a competition; missing
        without a rate), ``n`` (ranked) and ``missing`` (not).

    Raises
    ------
    NoDataError
        When no département has a rate that year.

    Examples
    --------
    >>> frame = pd.DataFrame({"area_kind": "departement", "department": list("abcd"), "year": 2019,
    ...                       "rate": [2.0, 3.0, 2.0, None]})
    >>> print(ranks(frame, 2019)[["department", "rank", "n", "missing"]].to_csv(index=False).strip())
    department,rank,n,missing
    b,1,3,1
    a,2,3,1
    c,2,3,1
    d,,3,1
    """
    rows = found[(found["area_kind"] == "departement") & (found["year"] == year)]
    if rows["rate"].notna().sum() == 0:
        raise NoDataError(f"Aucun département n’a de valeur en {year}.")
    # The last bits of a division make no order.
    place = rows["rate"].round(12).rank(method="min", ascending=False).astype("Int64")
    n = int(rows["rate"].notna().sum())
    rows = rows.assign(rank=place, n=n, missing=len(rows) - n)
    return rows.sort_values(["rank", "department"], na_position="last", ignore_index=True)


def constant_euros(
    frame: pd.DataFrame, prices: pd.DataFrame, base: int | None = None, column: str = "value"
) -> pd.DataFrame:
    """Return amounts in euros of one year, by a price index that says its source.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``year`` and `column`, in current euros.
    prices : pandas.DataFrame
        ``year``, ``index`` and ``source``; see :func:`solidata.context.prices.read_prices`.
    base : int, optional
        The year whose euros; by default the last of `frame`.

    Returns
    -------
    pandas.DataFrame
        With ``<column>_constant`` (current × index of `base` ÷ index of the year), ``price_base``
        and ``price_source``.

    Raises
    ------
    RefusedError
        When a year has no index, an index is not positive, or no source is said.

    Examples
    --------
    >>> prices = pd.DataFrame({"year": [2016, 2019], "index": [0.8, 1.0], "source": "Insee, IPC"})
    >>> frame = pd.DataFrame({"year": [2016, 2019], "value": [80.0, 100.0]})
    >>> constant_euros(frame, prices)["value_constant"].tolist()
    [100.0, 100.0]
    """
    require(frame, "montants", ["year", column])
    require(prices, "prix", ["year", "index", "source"])
    source = prices["source"].dropna().astype(str).str.strip().unique()
    if len(source) != 1 or not source[0]:
        raise RefusedError("Un indice de prix doit dire sa source, et une seule.")
    index = prices.set_index("year")["index"].astype(float)
    if index.index.has_duplicates or not (index > 0).all():
        raise RefusedError("Un indice de prix a une valeur positive par année, et une seule.")
    years = sorted({int(y) for y in frame["year"]} | ({base} if base else set()))
    if missing := [str(y) for y in years if y not in index.index]:
        raise RefusedError(
            f"Aucun indice de prix pour {listed(missing)} : pas d’euros constants sans sa source."
        )
    base = base if base is not None else max(years)
    factor = index[base] / frame["year"].astype(int).map(index).astype(float)
    return frame.assign(
        **{f"{column}_constant": frame[column] * factor}, price_base=base, price_source=source[0]
    )


__all__ = [
    "METROPOLE", "POPULATION", "ages", "constant_euros", "population", "public_words", "quartiles",
    "ranks", "rates", "wholes",
]  # fmt: skip
