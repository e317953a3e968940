"""One territory: who lives there, where people are received, what it has set itself to do."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from solidata.analysis import access
from solidata.analysis.columns import require
from solidata.analysis.places import RECEIVING, Drawable, drawable
from solidata.french import quote
from solidata.problems import NoDataError, RefusedError


class Near(NamedTuple):
    """Who lives near some places, wherever these are."""

    population: int
    """Inhabitants of the territory within the limit."""
    share: float
    """Of its inhabitants whose number is known."""
    nearest: list[str]
    """The places that are the nearest of one of its communes, in order."""


class Profile(NamedTuple):
    """What is known of a territory."""

    communes: pd.DataFrame
    """Its rows of the table."""
    population: int
    """Of its communes whose population is known."""
    share: float
    """Of the inhabitants of all the communes."""
    unknown: list[str]
    """Names of its communes whose population is not known: they count nowhere."""
    places: Drawable
    """The places in its communes that are among the announced, stated or inferred."""
    houses: int
    """Its MDS, whatever their state, with or without a point."""
    open_houses: int
    per_house: float | None
    """Inhabitants for one of its open MDS, None without any."""
    near_houses: Near | None
    """Of an open MDS, here or elsewhere; None when none has a point."""
    near_points: Near | None
    """Of a place that receives the public, among those located: a minimum."""
    challenges: pd.DataFrame
    """Those printed by the document of its row, in order."""
    action_sheets: int | None


def profile(
    territory_id: str,
    territories: pd.DataFrame,
    challenges: pd.DataFrame,
    places: pd.DataFrame,
    communes: pd.DataFrame,
    limit_km: float,
) -> Profile:
    """Return what is known of a territory.

    Distances are straight lines from the centre of each commune, within which the limit counts;
    the nearest place may lie in another territory.

    Parameters
    ----------
    territory_id : str
    territories, challenges, places, communes : pandas.DataFrame
        The tables of these names.
    limit_km : float
        Kilometres within which people live near a place.

    Returns
    -------
    Profile

    Raises
    ------
    NoDataError
        When no commune belongs to the territory, or no inhabitant of it is known.
    RefusedError
        For a territory that the table does not have, or columns that are missing.

    Examples
    --------
    >>> import solidata
    >>> names = ["territories", "challenges", "places", "communes"]
    >>> made = profile("nord", *[solidata.load(n) for n in names], limit_km=10)
    >>> len(made.communes), made.population, len(made.challenges), made.action_sheets
    (100, 67208, 3, 8)
    """
    require(territories, "territories", ["territory_id", "label", "action_sheets", "source_id"])
    require(challenges, "challenges", ["challenge_id", "territory_id", "rank", "source_id"])
    require(communes, "communes", ["insee_code", "territory_id", "epci_id", "population", "x", "y"])
    require(places, "places", ["kind", "state", "in_announced_total"])
    rows = territories[territories["territory_id"] == territory_id]
    if len(rows) != 1:
        known = ", ".join(map(quote, territories["territory_id"])) or "aucun"
        raise RefusedError(
            f"territoire {quote(territory_id)} lu ; attendu : l’un de ceux de la table, {known}."
        )
    row = rows.iloc[0]
    here = communes[communes["territory_id"] == territory_id]
    if here.empty:
        raise NoDataError(f"Aucune commune dans le territoire {row['label']}.")
    lived = here[here["population"].notna()]
    if not lived["population"].sum():
        raise NoDataError(f"Aucun habitant connu dans le territoire {row['label']}.")
    counted = drawable(places[places["in_announced_total"].astype(str) != "no"], communes)
    codes = set(here["insee_code"])
    inside = Drawable(*(part[part["insee_code"].isin(codes)] for part in counted))
    kinds, states = counted.located["kind"].astype(str), counted.located["state"].astype(str)
    every = pd.concat([inside.located, inside.lost])
    houses = every[every["kind"].astype(str) == "mds"]
    opened = int((houses["state"].astype(str) == "open").sum())
    population, whole = int(lived["population"].sum()), int(communes["population"].sum())
    said = challenges["territory_id"].eq(territory_id) & challenges["source_id"].eq(
        row["source_id"]
    )
    return Profile(
        communes=here,
        population=population,
        share=population / whole,
        unknown=list(here.loc[here["population"].isna(), "name"]),
        places=inside,
        houses=len(houses),
        open_houses=opened,
        per_house=population / opened if opened else None,
        near_houses=_near(lived, counted.located[(kinds == "mds") & (states == "open")], limit_km),
        near_points=_near(lived, counted.located[states.isin(RECEIVING)], limit_km),
        challenges=challenges[said].sort_values(["rank", "challenge_id"], kind="stable"),
        action_sheets=None if pd.isna(row["action_sheets"]) else int(row["action_sheets"]),
    )


def _near(people: pd.DataFrame, places: pd.DataFrame, limit_km: float) -> Near | None:
    """Return who lives within a distance of the nearest place, None without places."""
    if places.empty:
        return None
    found = access.nearest(people.set_index("insee_code"), places)
    within = (found["distance_km"] <= limit_km).to_numpy()
    near = int(people.loc[within, "population"].sum())
    return Near(
        near, near / int(people["population"].sum()), sorted(set(found["place_id"].astype(str)))
    )
