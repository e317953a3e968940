"""How the share of a population within reach climbs with distance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from solidata.analysis import points
from solidata.analysis.columns import ADDRESS, require
from solidata.analysis.neighbours import located, place_keys


def coverage_curve(
    people: pd.DataFrame,
    places: pd.DataFrame,
    by: str | None = None,
    weight: str | None = "population",
    table: str = "communes",
    **names: Any,
) -> pd.DataFrame:
    """Return how the share of the population reached climbs with distance, a row a step.

    What :func:`solidata.figures.coverage.coverage_curve` draws. A step is a distance at which
    somebody lives: for communes or a few thousand squares; for millions of addresses ask
    :func:`coverage` with close thresholds.

    Parameters
    ----------
    people, places : pandas.DataFrame
        As :func:`nearest` takes them, with their ``source_id``.
    by : str, optional
        A column of people.
    weight : str or None
        The column of people that says how many live there; None counts rows.
    table : str
        The table people come from: their addresses are ``table:key``, those of places
        ``places:place_id``.
    **names
        `x`, `y`, `key` and `place`, as in :func:`nearest`.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``distance_km``, ``share`` (cumulated, missing when the group has no
        inhabitant), and the address: the rows of people reached at this very distance, then the
        places they reach. ``line`` and ``printed`` are those of people, when one row makes a step.

    Raises
    ------
    ValueError
        As :func:`catchments`; when a frame says no source.

    Examples
    --------
    >>> people = pd.DataFrame({"x": [570_000, 575_000], "y": 6_720_000, "population": [30, 10],
    ...                        "source_id": "insee"}, index=["41018", "41269"])
    >>> places = pd.DataFrame({"place_id": ["p"], "x": [570_000], "y": [6_720_000],
    ...                        "source_id": "carte"})
    >>> steps = coverage_curve(people, places)
    >>> steps[["distance_km", "share", "address"]].values.tolist()
    [[0.0, 0.75, 'communes:41018 places:p'], [5.0, 1.0, 'communes:41269 places:p']]
    """
    require(people, "people", ["source_id"])
    require(places, "places", ["source_id"])
    found = located(people, places, weight, by, names)
    place = names.get("place", "place_id")
    sources = places["source_id"].set_axis(place_keys(places, place))
    lived = points.keys(people, "people", names.get("key"))
    found["from"] = f"{table}:" + lived.astype(str)
    found["to"] = "places:" + found["place_id"].astype(str)
    found["source_from"] = people["source_id"].to_numpy()
    found["source_to"] = found["place_id"].astype(str).map(sources)
    for column in ("line", "printed"):
        found[column] = people[column].to_numpy() if column in people else None
    codes, groups = pd.factorize(found["group"], sort=True, use_na_sentinel=False)
    steps = found.groupby([codes, "distance_km"])
    told = {column: found[column].tolist() for column in ("from", "to", "source_from", "source_to")}
    lines, printed = found["line"].tolist(), found["printed"].tolist()
    rows = []
    for (code, distance), people_reached in steps["population"].sum().items():
        at = steps.indices[code, distance]
        one = at[0] if len(at) == 1 else None
        rows.append((code, distance, people_reached,
                     _distinct(told["from"], told["to"], at),
                     _distinct(told["source_from"], told["source_to"], at),
                     None if one is None else lines[one],
                     None if one is None else printed[one]))  # fmt: skip
    curve = pd.DataFrame(rows, columns=["code", "distance_km", "reached", *ADDRESS])
    reached = curve.groupby("code")["reached"].cumsum()
    total = reached.groupby(curve["code"]).transform("last")
    curve["share"] = reached / total.where(total > 0)
    curve["group"] = groups.take(curve["code"])
    columns = ["group", "distance_km", "share", *ADDRESS]
    return curve[columns].astype({"line": "Int64"})


def _distinct(first: list[Any], then: list[Any], at: Iterable[int]) -> str:
    """Return the distinct words of some rows of two columns: steps are too many for a frame each."""
    values = [*(first[row] for row in at), *(then[row] for row in at)]
    return " ".join(dict.fromkeys(str(value) for value in values if pd.notna(value)))


def within(
    data: pd.DataFrame,
    distance: float,
    x: str = "distance_km",
    y: str = "share",
    group: str = "group",
) -> pd.Series:
    """Return the share of each group within a distance: the last known one, never interpolated.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a group and distance: `x` in kilometres, `y` a fraction from 0 to 1.
    distance : float
        In kilometres.

    Returns
    -------
    pandas.Series
        Share by group, in order of appearance; 0 before the first known distance.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"group": "A", "distance_km": [5, 10, 15], "share": [0.2, 0.5, 0.9]})
    >>> within(made, 12).to_dict()
    {'A': 0.5}
    """
    groups = list(dict.fromkeys(data[group]))
    near = data[data[x] <= distance]
    return near.groupby(group)[y].max().reindex(groups, fill_value=0.0)
