"""What can be compared from one year to another, and by how much it changed.

A comparison holds one thing, one territory, one scope and one stage; a number printed several
times is counted once; what is aimed at is no observation.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from solidata.analysis.columns import ADDRESS, filled, finite, require, words
from solidata.french import decapitalised
from solidata.problems import NoDataError, RefusedError
from solidata.tables import all_tables

_LEGIBILITY = ("clear", "inferred", "doubtful")
"""From the best reading to the worst; what is illegible has no value."""


_OBSERVATIONS = ["observation_id", "indicator_id", "period_start", "period_end", "territory_id",
                 "value", "out_of", "qualifier", "kind", "repeats", "legibility",
                 "source_id", "line", "printed"]  # fmt: skip
_FUNDING = ["funding_id", "action_id", "section_id", "year", "direction", "kind", "stage",
            "amount_min_eur", "amount_max_eur", "funder", "purpose", "repeats", "legibility",
            "source_id", "line", "printed"]  # fmt: skip


# --- one value a year ----------------------------------------------------------------


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


# --- two years -----------------------------------------------------------------------


def compare(values: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return what has one value in each of two years: same thing, territory and period.

    Parameters
    ----------
    values : pandas.DataFrame
        From :func:`yearly` or :func:`yearly_funding`.
    first, last : int
        Two years, the earlier one first.

    Returns
    -------
    pandas.DataFrame
        One row a pair. Columns: ``indicator_id``, ``label``, ``unit``, ``measure``,
        ``territory_id``, ``span``, ``first`` and ``last`` (years), ``difference`` (in ``unit``; in
        points for a rate), ``relative`` (fraction of the first value; missing for a rate or when
        that value is not positive), and for each year, with its prefix ``first_`` or ``last_``:
        ``value``, ``out_of``, ``qualifier``, ``legibility``, ``address``, ``source_id``, ``line``,
        ``printed``.

    Raises
    ------
    ValueError
        When the last year does not follow the first.

    Examples
    --------
    >>> import solidata
    >>> values = yearly(solidata.load("observations"), solidata.load("indicators"))
    >>> compare(values, 2024, 2025)["difference"].tolist()  # 5 - 2 centres, 11 - 7 of 12
    [3.0, 4.0]
    """
    if first == last:
        raise RefusedError(f"Deux années différentes sont attendues, et non deux fois {first}.")
    if first > last:
        raise RefusedError(f"La première année, {first}, suit la dernière, {last} : inversez-les.")
    same = ["indicator_id", "territory_id", "span"]
    about = ["label", "unit", "measure"]
    own = ["value", "out_of", "qualifier", "legibility", *ADDRESS]
    sides = []
    for year, name in ((first, "first"), (last, "last")):
        side = values[values["year"] == year].copy()
        side["territory_id"] = side["territory_id"].astype(object).fillna("")
        kept = side[same + (about if name == "first" else []) + own]
        sides.append(kept.rename(columns={c: f"{name}_{c}" for c in own}))
    found = sides[0].merge(sides[1], on=same)
    found["territory_id"] = found["territory_id"].replace("", None)
    change = found["last_value"] - found["first_value"]
    rate = found["unit"] == "%"
    base = found["first_value"].where((found["first_value"] > 0) & ~rate)
    return found.assign(
        first=first,
        last=last,
        # Python rounds to the decimal that is meant; a column's own round adds noise to the great.
        difference=[round(float(c), 9) for c in change.where(~rate, change * 100)],
        relative=change / base,
    )


def unpaired(
    observations: pd.DataFrame, indicators: pd.DataFrame, first: int, last: int
) -> pd.DataFrame:
    """Return what two years both print, and that cannot be compared: one has two values.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    first, last : int
        Two years.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`disputed`.

    Examples
    --------
    >>> import solidata
    >>> len(unpaired(solidata.load("observations"), solidata.load("indicators"), 2024, 2025))
    0
    """
    twice = disputed(observations, indicators)
    if twice.empty:
        return twice
    every = pd.concat([yearly(observations, indicators)[list(twice.columns)], twice])
    every = every[every["year"].isin((first, last))]
    same = ["indicator_id", "territory_id", "span"]
    both = every.groupby(same, dropna=False)["year"].nunique().loc[lambda n: n == 2].index
    twice = twice[twice["year"].isin((first, last))]
    kept = pd.MultiIndex.from_frame(twice[same]).isin(both)
    return twice[kept].reset_index(drop=True)


def pairs(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    funding: pd.DataFrame | None,
    first: int,
    last: int,
) -> pd.DataFrame:
    """Return everything the documents print for both years, indicators then amounts.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    funding : pandas.DataFrame or None
        The table of this name.
    first, last : int
        Two years, the earlier one first.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`compare`.

    Raises
    ------
    ValueError
        When the last year does not follow the first.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators", "funding")]
    >>> pairs(*tables, 2024, 2025)["difference"].tolist()  # and 5171 - 16563 euros
    [3.0, 4.0, -11392.0]
    """
    found = [compare(yearly(observations, indicators), first, last)]
    if funding is not None:
        found.append(compare(yearly_funding(funding), first, last))
    found = [f for f in found if len(f)] or found[:1]
    return pd.concat(found, ignore_index=True)


def widest(compared: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the pairs that change most, in the order of the table.

    Parameters
    ----------
    compared : pandas.DataFrame
        From :func:`compare` or :func:`pairs`.
    most : int
        How many to keep.

    Returns
    -------
    pandas.DataFrame
        At most `most` rows. A change is held against the greater of the two values, so that units
        do not matter and what starts from zero counts too; of two that tie, the first printed stays.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"first_value": [4.0, 0.0, 100.0], "last_value": [5.0, 2.0, 10.0]}
    >>> widest(pd.DataFrame(rows), 2)["last_value"].tolist()  # 1/5, 2/2 and 90/100
    [2.0, 10.0]
    """
    ends = compared[["first_value", "last_value"]]
    scale = ends.abs().max(axis=1)
    change = ((ends["last_value"] - ends["first_value"]).abs() / scale.where(scale > 0)).fillna(0.0)
    kept = change.sort_values(ascending=False, kind="stable").index[:most]
    return compared.loc[sorted(kept)].reset_index(drop=True)


def points(compared: pd.DataFrame) -> pd.DataFrame:
    """Return one row a value, the first year then the last, from rows of :func:`compare`.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator_id``, ``label``, ``unit``, ``year`` (int), ``value``, ``out_of``,
        ``qualifier``, ``address``, ``source_id``, ``line`` (Int64), ``printed``.
    """
    own = ["value", "out_of", "qualifier", *ADDRESS]
    sides = []
    for name in ("first", "last"):
        side = compared[["indicator_id", "label", "unit", name, *(f"{name}_{c}" for c in own)]]
        side = side.rename(columns={f"{name}_{c}": c for c in own} | {name: "year"})
        sides.append(side.astype({"line": "Int64", "out_of": float, "qualifier": object}))
    return pd.concat(sides).sort_index(kind="stable").reset_index(drop=True)


def common_years(values: pd.DataFrame) -> tuple[int, int]:
    """Return the latest pair of years that most indicators have, as far apart as they can be.

    Parameters
    ----------
    values : pandas.DataFrame
        From :func:`yearly`.

    Returns
    -------
    tuple of int
        The last year is the latest one of at least half of the indicators, the first one the
        earliest that the same indicators all have. Where a value is missing, the two years that
        the most indicators share, half of them at least.

    Raises
    ------
    NoDataError
        When no two years are shared by half of the indicators.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("apa", 2018), ("apa", 2022), ("rsa", 2018), ("pch", 2018), ("pch", 2022)]
    >>> common_years(pd.DataFrame(rows, columns=["indicator_id", "year"]))
    (2018, 2022)
    """
    holders = values.groupby("year")["indicator_id"].agg(set)
    count = values["indicator_id"].nunique()
    for last in sorted(holders.index, reverse=True):
        if 2 * len(holders[last]) >= count:
            before = [y for y in holders.index if y < last and holders[last] <= holders[y]]
            if before:
                return int(min(before)), int(last)
    shared = {
        (len(holders[a] & holders[b]), b, -a): (int(a), int(b))
        for a, b in itertools.combinations(sorted(holders.index), 2)
    }
    if shared and 2 * max(shared)[0] >= count:
        return shared[max(shared)]
    raise NoDataError("Aucune paire d’années commune à la plupart des indicateurs.")


def totals(compared: pd.DataFrame) -> dict[str, list[str]]:
    """Return the pairs that are the sum of others of the same family, which they would repeat.

    Parameters
    ----------
    compared : pandas.DataFrame
        From :func:`compare`.

    Returns
    -------
    dict of str to list of str
        Label of a total, labels of two or three parts; a family begins by the same word, and the
        sum holds in both years.

    Examples
    --------
    >>> import solidata
    >>> values = yearly(solidata.load("observations"), solidata.load("indicators"))
    >>> totals(compare(values, 2018, 2022))  # 5296 + 4254 = 9550 and 5188 + 4578 = 9766
    {'APA, bénéficiaires payés en décembre': ['APA à domicile', 'APA en établissement']}
    """
    found: dict[str, list[str]] = {}
    family = compared["label"].str.split(r"[ ,]").str[0]
    for _, rows in compared.groupby([family, compared["unit"]]):
        numbers = {r.label: (r.first_value, r.last_value) for r in rows.itertuples()}
        order = {label: n for n, label in enumerate(numbers)}
        positive = [label for label, n in numbers.items() if min(n) > 0]
        named: dict[tuple[float, float], list[str]] = {}
        for label in positive:
            named.setdefault(_ends(numbers[label]), []).append(label)
        for whole, ends in numbers.items():
            others = [label for label in positive if label != whole]
            # The last part is looked up: trying every three of a hundred would take minutes.
            for size in (1, 2):
                for parts in itertools.combinations(others, size):
                    rest = [e - sum(numbers[p][side] for p in parts) for side, e in enumerate(ends)]
                    for last in named.get(_ends(rest), []):
                        if last != whole and order[last] > order[parts[-1]]:
                            found.setdefault(whole, [*parts, last])
    return found


def _ends(values: Sequence[float]) -> tuple[float, float]:
    first, last = (round(float(v), 6) for v in values)
    return first, last
