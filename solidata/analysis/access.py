"""Who lives how far from a place: nearest places, catchments, shares within a distance.

People are communes, squares or addresses; places are whatever receives them. Distances are
straight lines in Lambert-93. Where places are missing from the list, every share is a minimum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from solidata.analysis import points
from solidata.analysis.curve import coverage_curve, within
from solidata.analysis.neighbours import groups_of, located, nearest, place_keys
from solidata.french import quote
from solidata.problems import RefusedError

__all__ = [
    "catchments",
    "compare",
    "coverage",
    "coverage_curve",
    "inhabitants_per_place",
    "nearest",
    "within",
]


def catchments(
    people: pd.DataFrame,
    places: pd.DataFrame,
    weight: str | None = "population",
    **names: Any,
) -> pd.DataFrame:
    """Return whom each place is nearest to: how many, and how far they live.

    Parameters
    ----------
    people, places : pandas.DataFrame
        As :func:`nearest` takes them.
    weight : str or None
        The column of people that says how many live there; None counts rows.
    **names
        `x`, `y`, `key` and `place`, as in :func:`nearest`.

    Returns
    -------
    pandas.DataFrame
        One row a place, in the order of their keys as text: ``place_id`` (text), ``rows`` (int64,
        rows of people), ``population`` (in the type of `weight`), ``mean_km`` and ``max_km``
        (float64, of the inhabitants; missing when there are none). The populations add up to the
        whole.

    Raises
    ------
    ValueError
        As :func:`nearest`; when a weight is absent, missing, infinite or negative.

    Examples
    --------
    >>> people = pd.DataFrame({"x": [570_000, 574_000], "y": 6_720_000, "population": [30, 10]})
    >>> places = pd.DataFrame({"place_id": ["p"], "x": [570_000], "y": [6_720_000]})
    >>> catchments(people, places)[["population", "mean_km", "max_km"]].values.tolist()
    [[40.0, 1.0, 4.0]]
    """
    found = located(people, places, weight, None, names)
    found["total_km"] = found["distance_km"] * found["population"]
    found["max_km"] = found["distance_km"].where(found["population"] > 0)
    served = found.groupby("place_id", observed=False, sort=True).agg(
        rows=("population", "size"),
        population=("population", "sum"),
        mean_km=("total_km", "sum"),
        max_km=("max_km", "max"),
    )
    served["mean_km"] /= served["population"].where(served["population"] > 0)
    return served.reset_index().astype({"place_id": "str"})


def inhabitants_per_place(
    people: pd.DataFrame,
    places: pd.DataFrame,
    by: str | None = None,
    weight: str | None = "population",
    key: str | None = None,
    place: str = "place_id",
) -> pd.DataFrame:
    """Return how many inhabitants each group counts for one of its places.

    Parameters
    ----------
    people, places : pandas.DataFrame
        Both with the column `by`; without coordinates, for nothing is measured.
    by : str, optional
        What groups them, such as a territory; a row without a group stands in a group of its own.
    weight, key, place : str
        As in :func:`catchments`.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``group``, ``population``, ``places`` (int64), ``inhabitants_per_place``
        (float64, missing when the group has no place).

    Raises
    ------
    ValueError
        For frames without rows, keys given twice, a column that is absent, a weight that is
        missing, infinite or negative.

    Examples
    --------
    >>> people = pd.DataFrame({"epci": ["A", "A", "B"], "population": [30, 10, 5]})
    >>> places = pd.DataFrame({"place_id": ["p", "q"], "epci": ["A", "A"]})
    >>> inhabitants_per_place(people, places, by="epci")["inhabitants_per_place"].tolist()
    [20.0, nan]
    """
    inhabitants = points.numbers(people, "people", weight, points.keys(people, "people", key))
    place_keys(places, place)
    lived = pd.DataFrame(
        {"group": groups_of(people, "people", by), "population": inhabitants}, index=people.index
    )
    houses = pd.DataFrame(
        {"group": groups_of(places, "places", by), "places": 1}, index=places.index
    )
    both = pd.concat([lived.assign(places=0), houses.assign(population=inhabitants.dtype.type(0))])
    counted = both.groupby("group", dropna=False, observed=True).sum().reset_index()
    divisor = counted["places"].where(counted["places"] > 0)
    return counted.assign(inhabitants_per_place=counted["population"] / divisor)


def coverage(
    people: pd.DataFrame,
    places: pd.DataFrame,
    thresholds: Sequence[float] = (5, 10, 15, 20),
    by: str | None = None,
    weight: str | None = "population",
    **names: Any,
) -> pd.DataFrame:
    """Return the share of the population that lives within each distance of its nearest place.

    Parameters
    ----------
    people, places : pandas.DataFrame
        As :func:`nearest` takes them. The nearest place may lie in another group.
    thresholds : sequence of float
        Distances in kilometres; « within » includes the limit.
    by : str, optional
        A column of people; a row without a group stands in a group of its own.
    weight : str or None
        The column of people that says how many live there; None counts rows.
    **names
        `x`, `y`, `key` and `place`, as in :func:`nearest`.

    Returns
    -------
    pandas.DataFrame
        One row a group and threshold: ``group``, ``threshold_km`` (float64), ``population`` within
        and ``total`` (in the type of `weight`), ``share`` (a fraction; missing when the group has
        no inhabitant). The groups add up to the whole.

    Raises
    ------
    ValueError
        As :func:`catchments`; when a threshold is no positive number, or there is none.

    Examples
    --------
    >>> people = pd.DataFrame({"x": [570_000, 575_000], "y": 6_720_000, "population": [30, 10]})
    >>> places = pd.DataFrame({"place_id": ["p"], "x": [570_000], "y": [6_720_000]})
    >>> coverage(people, places, thresholds=(4.9, 5))["share"].tolist()
    [0.75, 1.0]

    Counts of addresses or small squares are masked before they are printed: as bands, for one
    cumulated count taken from the next gives the band between them, up to a distance that
    reaches everybody, so that bands add up to the total of their group.

    >>> from solidata.analysis.secrecy import mask_small
    >>> few = pd.DataFrame({"x": [570_000, 576_000, 590_000], "y": 6_720_000, "epci": "A",
    ...                     "population": [40, 3, 25]})
    >>> reached = coverage(few, places, thresholds=(5, 10, 100), by="epci")
    >>> near = reached.groupby("group")["population"].diff().fillna(reached["population"])
    >>> bands = reached[["group", "threshold_km"]].assign(count=near.astype("int64"))
    >>> mask_small(bands, by=["group"])["count"].tolist()  # 3 is small; 25 would give it away
    [40, <NA>, <NA>]
    """
    limits = _limits(thresholds)
    found = located(people, places, weight, by, names)
    codes, groups = pd.factorize(found["group"], sort=True, use_na_sentinel=False)
    total = found["population"].groupby(codes).sum()
    rows = []
    for limit in limits:
        near = found["population"].where(found["distance_km"] <= limit, 0)
        rows.append(
            pd.DataFrame(
                {
                    "group": groups,
                    "threshold_km": limit,
                    "population": near.groupby(codes).sum().to_numpy(),
                    "total": total.to_numpy(),
                }
            )
        )
    every = pd.concat(rows).sort_index(kind="stable").reset_index(drop=True)
    return every.assign(share=every["population"] / every["total"].where(every["total"] > 0))


def compare(
    measure: Callable[..., pd.DataFrame],
    people: pd.DataFrame,
    sets: Mapping[str, pd.DataFrame],
    **options: Any,
) -> pd.DataFrame:
    """Return one of these measures for several sets of places, such as the open and the planned.

    Parameters
    ----------
    measure : callable
        :func:`nearest`, :func:`catchments`, :func:`coverage`, :func:`coverage_curve` or
        :func:`inhabitants_per_place`.
    people : pandas.DataFrame
    sets : mapping of str to pandas.DataFrame
        Places by the name of the set.
    **options
        Given to `measure`.

    Returns
    -------
    pandas.DataFrame
        The rows of each set one after the other, under a first column ``set``; those of
        :func:`nearest` keep the index of people.

    Raises
    ------
    ValueError
        When there is no set; as `measure`, the set named.

    Examples
    --------
    >>> people = pd.DataFrame({"x": [570_000, 579_000], "y": 6_720_000, "population": [30, 10]})
    >>> places = pd.DataFrame({"place_id": ["p", "q"], "x": [570_000, 579_000], "y": 6_720_000})
    >>> sets = {"ouvertes": places[:1], "prévues": places}
    >>> compare(coverage, people, sets, thresholds=[5])[["set", "share"]].values.tolist()
    [['ouvertes', 0.75], ['prévues', 1.0]]
    """
    if not sets:
        raise RefusedError("Aucun ensemble de lieux à comparer.")
    rows = []
    for label, places in sets.items():
        try:
            found = measure(people, places, **options)
        except RefusedError as error:
            raise RefusedError(f"{label}\u00a0: {error}") from error
        found.insert(0, "set", label)
        rows.append(found)
    # Each set has categories of its own: text holds them all.
    kept = [r.astype({"place_id": "str"}) if "place_id" in r else r for r in rows]
    return pd.concat(kept, ignore_index=measure is not nearest)


def _limits(thresholds: Sequence[float]) -> list[float]:
    """Return the distances asked for, in order, each once."""
    try:
        if isinstance(thresholds, str):  # « 15 » would be 1 km and 5 km
            raise TypeError
        limits = sorted({float(t) for t in thresholds})
    except (TypeError, ValueError):
        limits = []
    if not limits or not all(np.isfinite(t) and t > 0 for t in limits):
        raise RefusedError(
            f"Seuils {quote(thresholds)} lus\u00a0; attendu\u00a0: des distances positives, en kilomètres."
        )
    return limits
