"""What can be compared from one year to another, and by how much it changed.

A comparison holds one thing, one territory, one scope and one stage; a number printed several
times is counted once; what is aimed at is no observation.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from solidata.analysis import measures
from solidata.analysis.columns import ADDRESS
from solidata.problems import NoDataError, RefusedError


def compare(values: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return what has one value in each of two years: same thing, territory and period.

    Parameters
    ----------
    values : pandas.DataFrame
        From :func:`solidata.analysis.measures.yearly` or :func:`solidata.analysis.measures.yearly_funding`.
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
    >>> values = measures.yearly(solidata.load("observations"), solidata.load("indicators"))
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
        The columns of :func:`solidata.analysis.measures.disputed`.

    Examples
    --------
    >>> import solidata
    >>> len(unpaired(solidata.load("observations"), solidata.load("indicators"), 2024, 2025))
    0
    """
    twice = measures.disputed(observations, indicators)
    if twice.empty:
        return twice
    every = pd.concat([measures.yearly(observations, indicators)[list(twice.columns)], twice])
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
    found = [compare(measures.yearly(observations, indicators), first, last)]
    if funding is not None:
        found.append(compare(measures.yearly_funding(funding), first, last))
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
        From :func:`solidata.analysis.measures.yearly`.

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
    >>> values = measures.yearly(solidata.load("observations"), solidata.load("indicators"))
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
