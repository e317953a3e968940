"""Who lives how far from a place."""

from __future__ import annotations

import pandas as pd


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
