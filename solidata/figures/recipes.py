"""What the figures of the gallery are made of: the rows of a year, the places counted together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from solidata.analysis import access as distances
from solidata.analysis import flows as flowing
from solidata.analysis.places import RECEIVING, announced
from solidata.analysis.progress import reports
from solidata.figures import (
    evolution,
    maps,
    successions,
    territory,
)
from solidata.figures.access_words import EVERY_HOUSE, LOCATED_POINTS, PlaceSet, counted
from solidata.figures.frame import Figure
from solidata.figures.geo.place_words import membership, not_counted, not_receiving
from solidata.figures.geo.ratio_words import OPEN_HOUSES
from solidata.figures.notes import sentences
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography, Registers


@dataclass(frozen=True)
class Load:
    """Gives a table by its name, and the outlines: figures themselves never read a file."""

    table: Callable[[str], pd.DataFrame]
    geography: Callable[[], Geography]
    compare: int | None = None
    """The earlier year that figures of two years compare theirs with; by default, the last report's."""

    def __call__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        return self.table(name)


Maker = Callable[[Load, Registers, int], Figure]


def reported(load: Load, name: str, *years: int) -> pd.DataFrame:
    """Return the rows of a table that the reports of some years print."""
    frame, counts = load(name), load("status_counts")
    return frame[frame["source_id"].isin(set().union(*(reports(counts, y) for y in years)))]


def funded(load: Load, first: int, last: int) -> pd.DataFrame:
    """Return the amounts that the reports of `first` to `last` print, by the last name of each action."""
    rows = reported(load, "funding", *range(first, last + 1))
    names = flowing.renamed(load("action_lineage"), first, last)
    return rows.assign(action_id=rows["action_id"].replace(names))


def _asked(load: Load, year: int) -> int | None:
    """Return the year that `year` is to be compared with, if one is asked for."""
    if load.compare is not None and load.compare >= year:
        fault = "ne se compare pas à elle-même" if load.compare == year else f"ne se compare pas à {load.compare}, qui vient après"  # fmt: skip
        raise RefusedError(f"{year} {fault} ; attendu : une année d’avant {year}.")
    return load.compare


def year_before(load: Load, year: int) -> int:
    """Return the year asked for, or the last one before `year` whose report lists actions."""
    if (asked := _asked(load, year)) is not None:
        return asked
    known = flowing.years(load("action_statuses"))
    if not (earlier := [y for y in known if y < year]):
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(f"Aucun bilan avant {year} à quoi comparer ; années connues : {names}.")
    return earlier[-1]


def actions_of(load: Load, year: int) -> pd.DataFrame:
    """Return the actions that the reports of a year print: those of a later one are not its."""
    printed = [reported(load, name, year)["action_id"] for name in ("mentions", "funding")]
    actions = load("actions")
    return actions[actions["action_id"].isin(pd.concat(printed))]


_SLOPES = 4
"""As many changes as one column holds, whatever their labels."""


def _nearest(communes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the nearest place of each commune."""
    keyed = communes.set_index("insee_code")
    found = distances.nearest(keyed, places).astype({"place_id": "str"})
    return found.rename_axis("insee_code").reset_index()


def announced_points(load: Load, registers: Registers, year: int) -> int:
    """Return how many access points the report of a year announces."""
    said = reported(load, "observations", year)
    return int(announced(said, registers.plan.points_indicator)["count"].iloc[0])


def _unlocated(load: Load, registers: Registers, year: int) -> int:
    """Return how many of the access points that the report of a year announces are not located."""
    places = load("places")
    located = int((places["in_announced_total"] != "no").sum())
    return max(announced_points(load, registers, year) - located, 0)


def open_houses(load: Load, registers: Registers, year: int) -> PlaceSet:
    """Return the houses that are open."""
    places = load("places")
    every = places[places["kind"] == "mds"]
    opened = every["state"] == "open"
    try:
        unknown = _unlocated(load, registers, year)
    except NoDataError:  # the houses are known whether or not a report counts the points
        unknown = 0
    return PlaceSet(every[opened], OPEN_HOUSES, unknown, waiting=every[~opened])


def located_points(load: Load, registers: Registers, year: int) -> PlaceSet:
    """Return every announced point that is located and receives the public."""
    places = load("places")
    ours = (places["in_announced_total"] != "no") & places["state"].isin(RECEIVING)
    return PlaceSet(places[ours], LOCATED_POINTS, _unlocated(load, registers, year), any_point=True)


def house_sets(load: Load, registers: Registers, year: int) -> dict[str, PlaceSet]:
    """Return the open houses, then all of them when some are not open, by how they are called."""
    opened, places = open_houses(load, registers, year), load("places")
    every = PlaceSet(places[places["kind"] == "mds"], EVERY_HOUSE)
    sets = [opened, *([every] if len(every.places) > len(opened.places) else [])]
    return {s.named: s for s in sets}


def place_sets(load: Load, registers: Registers, year: int) -> dict[str, PlaceSet]:
    """Return the open houses, all of them, and the located points, by how they are called."""
    points = located_points(load, registers, year)
    return {**house_sets(load, registers, year), points.named: points}


def inhabited(load: Load) -> pd.DataFrame:
    """Return the communes, whose inhabitants distances are measured from.

    Raises
    ------
    NoDataError
        When there is none.
    """
    communes = load("communes")
    if communes.empty:
        raise NoDataError("Aucune commune n’est décrite : aucune distance à mesurer.")
    return communes


def _map_to(places: PlaceSet, load: Load, registers: Registers, name: str, note: str) -> Figure:
    geography = load.geography()
    return maps.distance(
        _nearest(geography.communes, counted(places)),
        places.places,
        geography,
        registers,
        places.what,
        places.unknown if places.any_point else 0,
        name,
        note,
    )


def map_to_houses(load: Load, registers: Registers, year: int) -> Figure:
    """Map the distance to the nearest open house."""
    places = load("places")
    note = not_counted(places[places["kind"] == "mds"], load("place_events"))
    return _map_to(open_houses(load, registers, year), load, registers, "distance-mds", note)


def map_to_points(load: Load, registers: Registers, year: int) -> Figure:
    """Map the distance to the nearest located point."""
    points, places = located_points(load, registers, year), load("places")
    announced_ones = places[places["in_announced_total"] != "no"]
    total = announced_points(load, registers, year)
    note = sentences([membership(points.places, total), not_receiving(announced_ones)])
    return _map_to(points, load, registers, "distance-points", note)


def by_area(chart: Callable[..., Figure], places: PlaceSet, load: Load, registers: Registers, name: str) -> Figure:  # fmt: skip
    """Draw who lives how far from some places, by territory or EPCI."""
    return chart(inhabited(load), places, load("territories"), load("epci"), registers, name=name)


def succession(load: Load, registers: Registers, year: int) -> Figure:
    """Compare the flagships of a year with those it announces, or with those of the year asked for."""
    asked = _asked(load, year)
    before, after = (year, year + 1) if asked is None else (asked, year)
    return successions.succession(
        load("flagships"),
        load("mentions"),
        load("action_lineage"),
        load("volets"),
        load("territories"),
        registers,
        before,
        after,
    )


def slopes(load: Load, registers: Registers, year: int) -> Figure:
    """Compare what the reports print of a year and of the one before, or of the one asked for."""
    asked = _asked(load, year)
    first = year - 1 if asked is None else asked
    # A report also prints values of the year before its own: those between may tell of the first.
    observations = reported(load, "observations", *range(first, year + 1))
    return evolution.slopes(
        observations, load("indicators"), funded(load, first, year), registers, first, year, most=_SLOPES
    )  # fmt: skip


def _territory(territory_id: str, load: Load, registers: Registers, year: int) -> Figure:
    return territory.territory(
        territory_id,
        load("territories"),
        load("challenges"),
        load("places"),
        load("place_events"),
        reported(load, "observations", year),
        load("epci"),
        load.geography(),
        registers,
    )


def territory_pages(load: Load) -> dict[str, Maker]:
    """Return the page of each territory of the table, in its order."""
    keys = load("territories")["territory_id"]
    return {f"territoire-{key}": functools.partial(_territory, key) for key in keys}
