"""One value a year for each measure that the documents print, counted once."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.columns import ADDRESS, filled, finite, require, words
from solidata.french import decapitalised
from solidata.tables import all_tables

_LEGIBILITY = ("clear", "inferred", "doubtful")
"""From the best reading to the worst; what is illegible has no value."""


_OBSERVATIONS = ["observation_id", "indicator_id", "period_start", "period_end", "territory_id",
                 "value", "out_of", "qualifier", "kind", "repeats", "legibility",
                 "source_id", "line", "printed"]  # fmt: skip
_FUNDING = ["funding_id", "action_id", "section_id", "year", "direction", "kind", "stage",
            "amount_min_eur", "amount_max_eur", "funder", "purpose", "repeats", "legibility",
            "source_id", "line", "printed"]  # fmt: skip


def _roots(keys: pd.Series, repeats: pd.Series) -> list[str]:
    """Return, for each key, the row that it repeats in the end, or itself."""
    first = dict(zip(keys, repeats, strict=True))
    roots = []
    for key in keys:
        seen = {key}
        while pd.notna(first.get(key)) and first[key] not in seen:
            key = first[key]
            seen.add(key)
        roots.append(key)
    return roots


def _span(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the days of the year a period covers: two years compare when these are the same."""
    days = start.dt.strftime("%m-%d") + "/" + end.dt.strftime("%m-%d")
    return days.str.replace("02-29", "02-28")


def yearly(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the observed value of each indicator in each year, counted once.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, territory, period of the year and year, in the order of the table.
        Columns: ``indicator_id``, ``label``, ``unit``, ``measure``, ``territory_id``, ``span``
        (days covered, ``01-01/12-31``), ``year`` (int), ``value`` (in ``unit``; a fraction for a
        rate), ``out_of``, ``qualifier``, ``legibility``, and the address: ``address`` (every
        printing, separated by spaces), ``source_id``, ``line`` and ``printed`` of the best reading.
        Targets, plans, undated and illegible values are left out, and years for which two
        printings that do not repeat each other give two values: :func:`disputed` names them.

    Raises
    ------
    ValueError
        When a column is missing, an indicator has no label or no unit, a value is infinite, or
        a legibility unknown.

    Examples
    --------
    >>> import solidata
    >>> frame = yearly(solidata.load("observations"), solidata.load("indicators"))
    >>> frame.loc[frame["indicator_id"] == "crt", "value"].tolist()  # 2 in 2024, 5 in 2025
    [2.0, 5.0]
    """
    known = _printings(observations, indicators)
    known = known[~known["disputed"]].sort_values(["reading", "rank"])
    found = known.drop_duplicates(_SAME).sort_values(["rank"], ignore_index=True)
    found = found.astype({"measure": object, "qualifier": object, "legibility": object})
    every = known.groupby(_SAME)["printings"].agg(words)
    found["address"] = [every[tuple(key)] for key in found[_SAME].itertuples(index=False)]
    return found[
        ["indicator_id", "label", "unit", "measure", "territory_id", "span", "year", "value",
         "out_of", "qualifier", "legibility", *ADDRESS]
    ]  # fmt: skip


_SAME = ["indicator_id", "place", "span", "year"]


def disputed(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return what :func:`yearly` leaves out because two printings give it two values.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator_id``, ``label``, ``territory_id``, ``span``, ``year``, one row each.

    Examples
    --------
    >>> import solidata
    >>> frame = disputed(solidata.load("observations"), solidata.load("indicators"))
    >>> frame[["indicator_id", "year"]].values.tolist()  # 3 events, or 4
    [['evenements-emploi', 2025]]
    """
    known = _printings(observations, indicators)
    twice = known[known["disputed"]].drop_duplicates(_SAME, ignore_index=True)
    return twice[["indicator_id", "label", "territory_id", "span", "year"]]


def undated(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the observed values that :func:`yearly` leaves out because no period is printed.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        One row a value, counted once however often it is printed; a value of which one printing
        gives the period is dated. Columns ``indicator_id``, ``label``, ``territory_id``,
        ``address`` (every printing, separated by spaces).

    Raises
    ------
    ValueError
        When a column is missing.

    Examples
    --------
    >>> import solidata
    >>> frame = undated(solidata.load("observations"), solidata.load("indicators"))
    >>> "volets-schema" in set(frame["indicator_id"])  # three parts of the plan, in no year
    True
    """
    require(observations, "observations", _OBSERVATIONS)
    require(indicators, "indicators", ["indicator_id", "label"])
    rows = observations.assign(
        root=_roots(observations["observation_id"], observations["repeats"]),
        address="observations:" + observations["observation_id"],
        undated=observations["period_start"].isna() | observations["period_end"].isna(),
    )
    rows = rows[
        (rows["kind"] == "observed") & (rows["legibility"] != "illegible") & rows["value"].notna()
    ]
    rows = rows[rows.groupby("root")["undated"].transform("all").astype(bool)]
    every = rows.groupby("root")["address"].agg(words)
    first = rows.drop_duplicates("root")
    found = first.assign(address=first["root"].map(every)).merge(
        indicators[["indicator_id", "label"]], on="indicator_id"
    )
    return found[["indicator_id", "label", "territory_id", "address"]]


def _printings(observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Return every printing of an observed, dated and legible value, and whether it is disputed."""
    require(observations, "observations", _OBSERVATIONS)
    require(indicators, "indicators", ["indicator_id", "label", "unit", "measure"])
    rows = observations.assign(
        root=_roots(observations["observation_id"], observations["repeats"]),
        rank=range(len(observations)),
        value=observations["value"].astype(float),
        period_start=pd.to_datetime(observations["period_start"]),
        period_end=pd.to_datetime(observations["period_end"]),
    )
    rows = rows[
        (rows["kind"] == "observed") & (rows["legibility"] != "illegible") & rows["value"].notna()
    ]
    roots = ("observations:" + rows["observation_id"]).groupby(rows["root"]).agg(words)
    start, end = rows["period_start"], rows["period_end"]
    rows = rows[start.notna() & end.notna() & (start.dt.year == end.dt.year)]
    rows = rows.assign(
        year=rows["period_end"].dt.year.astype(int),
        span=_span(rows["period_start"], rows["period_end"]),
        place=rows["territory_id"].astype(object).where(rows["territory_id"].notna(), ""),
        reading=rows["legibility"]
        .astype(object)
        .map({word: n for n, word in enumerate(_LEGIBILITY)}),
        printings=rows["root"].map(roots),
    )
    known = rows.merge(indicators[["indicator_id", "label", "unit", "measure"]], on="indicator_id")
    finite(known["value"], known["observation_id"])
    filled(known, "observation_id", {"reading": "lisibilité connue"})
    filled(known, "indicator_id", {"label": "libellé", "unit": "unité"})
    return known.assign(disputed=known.groupby(_SAME)["value"].transform("nunique") > 1)


def yearly_funding(funding: pd.DataFrame) -> pd.DataFrame:
    """Return the amount of each action and purpose in each year, counted once.

    Parameters
    ----------
    funding : pandas.DataFrame
        The table of this name.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`yearly`, ``indicator_id`` being the action (or section), direction,
        stage, funder and purpose, which two years must share to be compared; ``value`` in euros.
        Ranges, repeated amounts and amounts without a year are left out.

    Examples
    --------
    >>> import solidata
    >>> frame = yearly_funding(solidata.load("funding"))
    >>> frame.loc[frame["indicator_id"].str.startswith("DP-05"), "value"].tolist()
    [16563.0, 5171.0]
    """
    require(funding, "funding", _FUNDING)
    finite(funding["amount_min_eur"], funding["funding_id"])
    labels = all_tables()["funding"].field("direction").labels
    single = funding["amount_min_eur"] == funding["amount_max_eur"]
    rows = funding[(funding["kind"] == "amount") & single & funding["year"].notna()]
    rows = rows[rows["repeats"].isna() & rows["purpose"].notna()].astype(object)
    owner = rows["action_id"].where(rows["action_id"].notna(), rows["section_id"])
    keys = [owner, rows["direction"], rows["stage"], rows["funder"].fillna("–"), rows["purpose"]]
    budget = rows["direction"].map(lambda d: "Budget" if d == "expense" else labels[d])
    frame = pd.DataFrame(
        {
            "indicator_id": [" / ".join(map(str, key)) for key in zip(*keys, strict=True)],
            "label": budget + ", " + rows["purpose"].map(decapitalised),
            "unit": "euros",
            "measure": "flow",
            "territory_id": None,
            "span": "01-01/12-31",
            "year": rows["year"].astype(int),
            "value": rows["amount_min_eur"].astype(float),
            "out_of": float("nan"),
            "qualifier": None,
            "legibility": rows["legibility"],
            "address": "funding:" + rows["funding_id"],
            "source_id": rows["source_id"],
            "line": rows["line"].astype("Int64"),
            "printed": rows["printed"],
        }
    )
    twice = frame.duplicated(["indicator_id", "year"], keep=False)
    return frame[~twice].reset_index(drop=True)
