"""What is known of the places that receive the public: which are located, how surely, since when."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from solidata.analysis.columns import require, words
from solidata.problems import NoDataError, RefusedError

RECEIVING = ("open", "interim")
"""The states in which a place receives the public."""


class Drawable(NamedTuple):
    """The places that have a point, and those that have none: nothing is lost."""

    located: pd.DataFrame
    """In the order of their identifiers, with ``commune`` (str), the name of their commune."""
    lost: pd.DataFrame
    """Without coordinates, or in a commune that does not exist and without coordinates."""
    strangers: pd.DataFrame
    """Those located in a commune that the table of communes does not have."""


def drawable(places: pd.DataFrame, communes: pd.DataFrame) -> Drawable:
    """Return the places that a map can draw, and those it can only tell of.

    Parameters
    ----------
    places, communes : pandas.DataFrame
        The tables of these names.

    Examples
    --------
    >>> import solidata
    >>> made = drawable(solidata.load("places"), solidata.load("communes"))
    >>> len(made.lost), len(made.strangers)
    (0, 0)
    """
    require(places, "places", ["place_id", "name", "kind", "insee_code", "state", "x", "y"])
    names = communes.drop_duplicates("insee_code").set_index("insee_code")["name"]
    known = places["insee_code"].map(names)
    ordered = places.assign(commune=known.astype(object).where(known.notna(), places["name"]))
    ordered = ordered.sort_values("place_id", kind="stable")
    located = ordered["x"].notna() & ordered["y"].notna()
    stranger = located & ~ordered["insee_code"].isin(names.index)
    return Drawable(
        ordered[located].reset_index(drop=True),
        ordered[~located].reset_index(drop=True),
        ordered[stranger].reset_index(drop=True),
    )


def announced(observations: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the row that announces how many access points there are.

    Parameters
    ----------
    observations : pandas.DataFrame
        The table of this name.
    indicator : str
        What counts the access points (``plan.points_indicator``).

    Returns
    -------
    pandas.DataFrame
        One row: ``address``, ``count`` (float64), ``source_id``, ``line``, ``printed``; the
        addresses of its repetitions are joined.

    Raises
    ------
    NoDataError
        When no number is printed.
    RefusedError
        When several are.

    Examples
    --------
    >>> import solidata
    >>> plan = solidata.load_registers().plan
    >>> announced(solidata.load("observations"), plan.points_indicator)["count"].tolist()
    [55.0]
    """
    require(observations, "observations", ["observation_id", "indicator_id", "kind", "value"])
    if not indicator:
        raise NoDataError(
            "Rien ne dit combien de points d’accueil sont annoncés : donnez l’indicateur qui les "
            "compte dans data/raw/plan.yaml (points_indicator)."
        )
    said = observations[
        (observations["indicator_id"] == indicator)
        & (observations["kind"] == "observed")
        & observations["value"].notna()
    ]
    if said.empty:
        raise NoDataError(f"Aucun nombre n’est imprimé pour « {indicator} ».")
    if said["value"].nunique() > 1:
        values = ", ".join(f"{v:g}" for v in sorted(said["value"].unique()))
        raise RefusedError(
            f"Plusieurs nombres sont imprimés pour « {indicator} » ({values}) : donnez les "
            "observations d’un seul rapport."
        )
    address = words("observations:" + said["observation_id"])
    kept = said.head(1).assign(address=address, count=said["value"].iloc[0])
    return kept[["address", "count", "source_id", "line", "printed"]].reset_index(drop=True)


def half(population: pd.Series) -> int:
    """Return how few areas hold half of the population, the most populated first.

    Examples
    --------
    >>> half(pd.Series([10, 40, 30, 20]))
    2
    """
    ordered = population.dropna().sort_values(ascending=False).cumsum()
    return int((ordered < ordered.iloc[-1] / 2).sum()) + 1
