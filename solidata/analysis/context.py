"""Where a département stands among the others: an indicator over its public, rank, quartiles.

A comparator is a ratio of sums, printed or computed; never a mean of ratios.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from solidata.analysis.columns import require
from solidata.french import fold, listed, quote
from solidata.problems import NoDataError, RefusedError

POPULATION = "contexte-population"
"""The indicator of the observations that counts inhabitants by age."""

METROPOLE = "france_metropolitaine"
_KINDS = ["departement", "region", METROPOLE]
_COLUMNS = ["area_kind", "department", "region", "area_name", "part_of", "indicator_id", "series",
            "period", "year", "value", "unit", "flag", "source_id", "sheet", "cell"]  # fmt: skip
_BAND = re.compile(r"(\d+) (?:a (\d+) ans|ans et plus)")
_EUROS = {"euros": 1.0, "milliers d'euros": 1e3, "millions d'euros": 1e6, "k€": 1e3, "m€": 1e6}
_AREA = ["area_kind", "department", "region", "area_name"]


def ages(public: str) -> tuple[int, int | None]:
    """Return the first and the last age of a public; the last is None when there is no end.

    Examples
    --------
    >>> ages("20-64"), ages("75-")
    ((20, 64), (75, None))
    """
    match = re.fullmatch(r"(\d+)-(\d*)", public)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise RefusedError(f"Public {quote(public)} illisible ; attendu : 20-64, ou 75- sans fin.")
    return int(match[1]), int(match[2]) if match[2] else None


def public_words(public: str) -> str:
    """Return a public in French.

    Examples
    --------
    >>> public_words("20-64"), public_words("75-"), public_words("0-19"), public_words("0-")
    ('de 20 à 64 ans', 'de 75 ans et plus', 'de moins de 20 ans', '')
    """
    low, high = ages(public)
    if high is None:
        return f"de {low} ans et plus" if low else ""
    return f"de {low} à {high} ans" if low else f"de moins de {high + 1} ans"


def in_euros(unit: str) -> float | None:
    """Return how many euros one of a printed unit is, or None when it is no money.

    Examples
    --------
    >>> in_euros("milliers d'euros"), in_euros("personnes")
    (1000.0, None)
    """
    return _EUROS.get(fold(unit))


def wholes(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what is split since (Corse, Rhône) counted once, as a whole.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of :func:`solidata.context.workbooks.read_workbook`, with their ``part_of``.

    Returns
    -------
    pandas.DataFrame
        The same columns. A part goes when its whole is printed; where it is not, the parts make it:
        their sum, and no value unless all have one. Its ``cell`` then names all their cells.

    Examples
    --------
    >>> rows = pd.DataFrame({"area_kind": "departement", "department": ["2A", "2B"], "region": "94",
    ...     "area_name": ["Corse-du-Sud", "Haute-Corse"], "part_of": "20", "indicator_id": "i",
    ...     "series": "", "period": "2019", "year": 2019, "value": [1.0, 2.0], "unit": "", "flag": "",
    ...     "source_id": "s", "sheet": "T", "cell": ["C4", "C5"]})
    >>> wholes(rows)[["department", "value", "cell"]].to_records(index=False).tolist()
    [('20', 3.0, 'C4 C5')]
    """
    require(observations, "observations", _COLUMNS)
    rows = observations[_COLUMNS].astype({c: object for c in _COLUMNS if c not in {"year", "value"}})  # fmt: skip
    rows = rows.fillna({c: "" for c in _COLUMNS if c not in {"year", "value"}})
    part = rows["part_of"] != ""
    key = ["indicator_id", "series", "period", "sheet"]
    parts, others = rows[part], rows[~part]
    if parts.empty:
        return others.reset_index(drop=True)
    told = others[others["value"].notna()].set_index([*key, "department"]).index
    made = parts.groupby([*key, "part_of"], sort=False, dropna=False).agg(
        area_kind=("area_kind", "first"), region=("region", "first"),
        area_name=("area_name", lambda names: listed(dict.fromkeys(names))),
        year=("year", "first"), value=("value", lambda v: v.sum(skipna=False)),
        unit=("unit", "first"), flag=("flag", "first"), source_id=("source_id", "first"),
        cell=("cell", " ".join),
    ).reset_index()  # fmt: skip
    made = made.rename(columns={"part_of": "department"}).assign(part_of="")
    made = made[~made.set_index([*key, "department"]).index.isin(told)]
    # A whole that is printed without a value gives way to the sum of its parts.
    blank = others.set_index([*key, "department"]).index.isin(
        made.set_index([*key, "department"]).index
    )
    return pd.concat([others[~blank], made[_COLUMNS]], ignore_index=True)


def population(observations: pd.DataFrame, public: str) -> pd.DataFrame:
    """Return how many inhabitants each area has of the ages of a public, on 1 January.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows that hold the indicator :data:`POPULATION`, by age.
    public : str
        ``"20-64"``, ``"75-"``.

    Returns
    -------
    pandas.DataFrame
        One row an area and year: ``area_kind`` (``departement``, ``region``,
        ``france_metropolitaine``), ``department``, ``region``, ``area_name``, ``year`` (int),
        ``population`` (float), ``provisional`` (bool), ``source_id``, ``address``. Regions that are
        not printed are the sum of their départements.

    Raises
    ------
    NoDataError
        When there is no population.
    RefusedError
        When the printed ages do not stop where the public does (0-20 with groups of five years).
    """
    low, high = ages(public)
    require(observations, "observations", _COLUMNS)
    mine = observations[
        (observations["indicator_id"] == POPULATION) & observations["area_kind"].isin(_KINDS)
    ]
    series = mine["series"].astype(object).fillna("")
    mine = mine[series.str.startswith("Ensemble") & ~series.str.endswith("Total")]
    if mine.empty:
        raise NoDataError("Aucune population par âge dans les classeurs lus.")
    bands = {text: _band(text) for text in mine["series"].astype(object).unique()}
    inside = {t for t, (a, b) in bands.items() if a >= low and (high is None or b <= high)}
    cut = sorted(
        t for t, (a, b) in bands.items()
        if t not in inside and b >= low and (high is None or a <= high)
    )  # fmt: skip
    if cut or not inside:
        words = listed(quote(t.rpartition(" – ")[2]) for t in cut) if cut else "aucune"
        raise RefusedError(
            f"Les tranches d’âge imprimées ne donnent pas la population {public_words(public)} : {words}."
        )
    mine = wholes(mine[mine["series"].isin(inside)])
    mine["address"] = _address(mine)
    found = mine.groupby([*_AREA, "year"], sort=False).agg(
        population=("value", lambda v: v.sum(skipna=False)),
        provisional=("flag", lambda flags: bool((flags == "p").any())),
        source_id=("source_id", "first"), address=("address", " ".join),
    ).reset_index()  # fmt: skip
    found["year"] = found["year"].astype(int)
    return pd.concat([found, _regions(found)], ignore_index=True)


def _band(series: str) -> tuple[int, int]:
    match = _BAND.search(fold(series))
    if match is None:
        raise RefusedError(f"Tranche d’âge illisible : {quote(series)}.")
    return int(match[1]), int(match[2] or 999)


def _address(rows: pd.DataFrame) -> pd.Series:
    """Return where each value stands: source, sheet and cells, without spaces inside."""
    head = rows["source_id"] + ":" + rows["sheet"].str.strip().str.replace(" ", "_") + "!"
    return pd.Series(
        [" ".join(h + cell for cell in c.split()) for h, c in zip(head, rows["cell"], strict=True)],
        index=rows.index, dtype=object,
    )  # fmt: skip


def _regions(found: pd.DataFrame) -> pd.DataFrame:
    """Return the sums by region of what départements have, where no region is printed."""
    if (found["area_kind"] == "region").any():
        return found.iloc[:0]
    mine = found[found["area_kind"] == "departement"]
    sums = mine.groupby(["region", "year"], sort=False).agg(
        population=("population", lambda v: v.sum(skipna=False)),
        provisional=("provisional", "any"), source_id=("source_id", "first"),
        address=("address", " ".join),
    )  # fmt: skip
    return sums.reset_index().assign(area_kind="region", department="", area_name="")


def rates(
    observations: pd.DataFrame,
    indicator_id: str,
    public: str,
    measure: str = "stock",
    series: str | None = None,
    metropolitan: bool = False,
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
    require(observations, "observations", _COLUMNS)
    mine = observations[
        (observations["indicator_id"] == indicator_id) & observations["area_kind"].isin(_KINDS)
    ]
    mine = mine[mine["year"].notna()]
    if mine.empty:
        raise NoDataError(f"Aucune valeur de l’indicateur {quote(indicator_id)}.")
    mine = _one_series(wholes(mine), series)
    money = in_euros(mine["unit"].iloc[0])
    mine["value"] = mine["value"] * (money or 1.0)
    mine["unit"] = "euros" if money else mine["unit"]
    mine["address"], mine["year"] = _address(mine), mine["year"].astype(int)
    mine["basis"] = "printed"
    mine = pd.concat([mine, _sums(mine)], ignore_index=True)
    people = population(observations, public)
    mine["population_year"] = mine["year"] + (1 if measure == "stock" else 0)
    places = ["area_kind", "department", "region"]
    people = people.rename(columns={"year": "population_year", "address": "people_address",
                                    "source_id": "people_source"})  # fmt: skip
    found = mine.merge(people.drop(columns="area_name"), on=[*places, "population_year"], how="left")  # fmt: skip
    found["rate"] = found["value"] / found["population"].where(found["population"] > 0)
    if metropolitan:
        found = found[~((found["area_kind"] == "departement") & (found["department"].str.len() == 3))]  # fmt: skip
    found["provisional"] = found["provisional"].eq(True) | (found["flag"] == "p")
    for column in ("address", "source_id"):
        other = "people_" + ("address" if column == "address" else "source")
        found[column] = (found[column] + " " + found[other].fillna("")).str.strip()
    found["area_name"] = _names(found, observations)
    kept = [*_AREA, "year", "value", "unit", "series", "flag", "population", "population_year",
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
        (METROPOLE, ["year"], mine[mine["department"].str.len() < 3]),
    ):
        if (rows["area_kind"] == kind).any() or chosen.empty:
            continue
        sums = chosen.groupby(by, sort=False).agg(
            value=("value", lambda v: v.sum(skipna=False)), unit=("unit", "first"),
            series=("series", "first"), source_id=("source_id", "first"),
            address=("address", " ".join),
        ).reset_index()  # fmt: skip
        made.append(sums.assign(area_kind=kind, department="", area_name="", flag="", basis="sum"))
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
