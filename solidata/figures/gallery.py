"""The set of figures the project exports, and the page that shows them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from solidata.analysis import access as distances
from solidata.analysis import flows as flowing
from solidata.analysis.places import RECEIVING, announced
from solidata.analysis.progress import reports
from solidata.figures import (
    access,
    evolution,
    flows,
    maps,
    progress,
    rates,
    spending,
    successions,
    table,
    territory,
)
from solidata.figures.access_words import EVERY_HOUSE, LOCATED_POINTS, PlaceSet
from solidata.figures.frame import Figure
from solidata.figures.geo.place_words import membership, not_counted, not_receiving
from solidata.figures.geo.ratio_words import OPEN_HOUSES
from solidata.figures.notes import sentences
from solidata.french import nearest, plural, quote
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


def _reported(load: Load, name: str, *years: int) -> pd.DataFrame:
    """Return the rows of a table that the reports of some years print."""
    frame, counts = load(name), load("status_counts")
    return frame[frame["source_id"].isin(set().union(*(reports(counts, y) for y in years)))]


def _asked(load: Load, year: int) -> int | None:
    """Return the year that `year` is to be compared with, if one is asked for."""
    if load.compare is not None and load.compare >= year:
        fault = "ne se compare pas à elle-même" if load.compare == year else f"ne se compare pas à {load.compare}, qui vient après"  # fmt: skip
        raise RefusedError(f"{year} {fault} ; attendu : une année d’avant {year}.")
    return load.compare


def _before(load: Load, year: int) -> int:
    """Return the year asked for, or the last one before `year` whose report lists actions."""
    if (asked := _asked(load, year)) is not None:
        return asked
    known = flowing.years(load("action_statuses"))
    if not (earlier := [y for y in known if y < year]):
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(f"Aucun bilan avant {year} à quoi comparer ; années connues : {names}.")
    return earlier[-1]


def _acting(load: Load, year: int) -> pd.DataFrame:
    """Return the actions that the reports of a year print: those of a later one are not its."""
    printed = [_reported(load, name, year)["action_id"] for name in ("mentions", "funding")]
    actions = load("actions")
    return actions[actions["action_id"].isin(pd.concat(printed))]


_SLOPES = 4
"""As many changes as one column holds, whatever their labels."""


def _nearest(communes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the nearest place of each commune."""
    keyed = communes.set_index("insee_code")
    found = distances.nearest(keyed, places).astype({"place_id": "str"})
    return found.rename_axis("insee_code").reset_index()


def _total(load: Load, registers: Registers, year: int) -> int:
    """Return how many access points the report of a year announces."""
    said = _reported(load, "observations", year)
    return int(announced(said, registers.plan.points_indicator)["count"].iloc[0])


def _unlocated(load: Load, registers: Registers, year: int) -> int:
    """Return how many of the access points that the report of a year announces are not located."""
    places = load("places")
    located = int((places["in_announced_total"] != "no").sum())
    return max(_total(load, registers, year) - located, 0)


def _houses(load: Load, registers: Registers, year: int) -> PlaceSet:
    """Return the houses that are open."""
    places = load("places")
    every = places[places["kind"] == "mds"]
    opened = every["state"] == "open"
    try:
        unknown = _unlocated(load, registers, year)
    except NoDataError:  # the houses are known whether or not a report counts the points
        unknown = 0
    return PlaceSet(every[opened], OPEN_HOUSES, unknown, waiting=every[~opened])


def _points(load: Load, registers: Registers, year: int) -> PlaceSet:
    """Return every announced point that is located and receives the public."""
    places = load("places")
    ours = (places["in_announced_total"] != "no") & places["state"].isin(RECEIVING)
    return PlaceSet(places[ours], LOCATED_POINTS, _unlocated(load, registers, year), any_point=True)


def _sets(load: Load, registers: Registers, year: int) -> dict[str, PlaceSet]:
    """Return the open houses, all of them, and the located points, by how they are called."""
    opened, points = _houses(load, registers, year), _points(load, registers, year)
    places = load("places")
    every = PlaceSet(places[places["kind"] == "mds"], EVERY_HOUSE)
    sets = [opened, *([every] if len(every.places) > len(opened.places) else []), points]
    return {s.named: s for s in sets}


def _map_to(places: PlaceSet, load: Load, registers: Registers, name: str, note: str) -> Figure:
    geography = load.geography()
    return maps.distance(
        _nearest(geography.communes, places.located),
        places.places,
        geography,
        registers,
        places.what,
        places.unknown if places.any_point else 0,
        name,
        note,
    )


def _to_houses(load: Load, registers: Registers, year: int) -> Figure:
    places = load("places")
    note = not_counted(places[places["kind"] == "mds"], load("place_events"))
    return _map_to(_houses(load, registers, year), load, registers, "distance-mds", note)


def _to_points(load: Load, registers: Registers, year: int) -> Figure:
    points, places = _points(load, registers, year), load("places")
    announced_ones = places[places["in_announced_total"] != "no"]
    total = _total(load, registers, year)
    note = sentences([membership(points.places, total), not_receiving(announced_ones)])
    return _map_to(points, load, registers, "distance-points", note)


def _by_area(chart: Callable[..., Figure], places: PlaceSet, load: Load, registers: Registers, name: str) -> Figure:  # fmt: skip
    return chart(load("communes"), places, load("territories"), load("epci"), registers, name=name)


def _succession(load: Load, registers: Registers, year: int) -> Figure:
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


def _slopes(load: Load, registers: Registers, year: int) -> Figure:
    """Compare what the reports print of a year and of the one before, or of the one asked for."""
    asked = _asked(load, year)
    first = year - 1 if asked is None else asked
    # A report also prints values of the year before its own: those between may tell of the first.
    observations, funding = (
        _reported(load, name, *range(first, year + 1)) for name in ("observations", "funding")
    )
    return evolution.slopes(
        observations, load("indicators"), funding, registers, first, year, most=_SLOPES
    )


SET: dict[str, Maker] = {
    "statuts-par-section": lambda load, registers, year: progress.status_by_section(
        load("status_counts"), load("sections"), registers, year
    ),
    "tableau-statuts": lambda load, registers, year: table.statuses(
        load("status_counts"), load("sections"), registers, year
    ),
    "reports": lambda load, registers, year: progress.contribution(
        load("status_counts"), load("sections"), registers, year, "reportee"
    ),
    "suppressions": lambda load, registers, year: progress.contribution(
        load("status_counts"), load("sections"), registers, year, "supprimee"
    ),
    "phares": lambda load, registers, year: progress.flagships(
        load("flagships"), load("mentions"), registers, year
    ),
    "phares-suivants": lambda load, registers, year: _succession(load, registers, year),
    "flux-de-statuts": lambda load, registers, year: flows.status_flows(
        load("action_statuses"),
        load("actions"),
        load("action_lineage"),
        registers,
        _before(load, year),
        year,
    ),
    "evolution-des-statuts": lambda load, registers, year: rates.going_by_section(
        load("status_counts"),
        load("sections"),
        load("action_statuses"),
        load("actions"),
        load("action_lineage"),
        registers,
        _before(load, year),
        year,
    ),
    "lisibilite": lambda load, registers, year: progress.legibility(
        load("action_statuses"), load("actions"), load("sections"), registers, year
    ),
    "budget": lambda load, registers, year: spending.budget(
        load("department_budget"), registers, year
    ),
    "financeurs": lambda load, registers, year: spending.funders(
        _reported(load, "funding", year), _acting(load, year), registers, year
    ),
    "depenses-des-actions": lambda load, registers, year: spending.action_expenses(
        _reported(load, "funding", year), _acting(load, year), registers, year
    ),
    "budgets": lambda load, registers, year: evolution.budgets(
        load("department_budget"), registers
    ),
    "evolution": lambda load, registers, year: _slopes(load, registers, year),
    "ouvertures-mds": lambda load, registers, year: evolution.openings(
        load("events"), _reported(load, "observations", year), registers, year=year
    ),
    "publics": lambda load, registers, year: evolution.dumbbell(
        load("observations"), load("indicators"), registers
    ),
    "depense-brute": lambda load, registers, year: evolution.series(
        load("observations"), load("indicators"), registers
    ),
    "carte-lieux": lambda load, registers, year: maps.overview(
        load("places"),
        load("place_events"),
        _reported(load, "observations", year),
        load("territories"),
        load("epci"),
        load.geography(),
        registers,
    ),
    "carte-population": lambda load, registers, year: maps.population(
        load("territories"), load("epci"), load.geography(), registers
    ),
    "carte-densite": lambda load, registers, year: maps.density(
        load("epci"), load.geography(), registers
    ),
    "distance-mds": _to_houses,
    "distance-points": _to_points,
    "couverture": lambda load, registers, year: _by_area(
        access.coverage_by_territory, _houses(load, registers, year), load, registers, "couverture"
    ),
    "couverture-lieux": lambda load, registers, year: access.coverage_by_set(
        load("communes"), _sets(load, registers, year), registers
    ),
    "acces": lambda load, registers, year: _by_area(
        access.access_table, _houses(load, registers, year), load, registers, "acces"
    ),
    "acces-points": lambda load, registers, year: _by_area(
        access.access_table, _points(load, registers, year), load, registers, "acces-points"
    ),
    "habitants-par-mds": lambda load, registers, year: access.catchments(
        load("communes"), _houses(load, registers, year), registers
    ),
    "habitants-par-territoire": lambda load, registers, year: _by_area(
        access.houses_per_territory,
        _houses(load, registers, year),
        load,
        registers,
        "habitants-par-territoire",
    ),
}
"""Every figure by the name the command line knows it by, in the order of the gallery.

Each raises :class:`~solidata.problems.NoDataError` for a year of which the tables hold nothing.
"""

COMPARING = ("phares-suivants", "flux-de-statuts", "evolution-des-statuts", "evolution")
"""The figures of two years."""


def check_comparison(load: Load, registers: Registers, year: int, names: list[str]) -> None:
    """Refuse a comparison that none of some figures can make, before any is drawn.

    Parameters
    ----------
    load : Load
        With the year to compare with.
    registers : Registers
    year : int
    names : list of str
        The figures, as :func:`chosen` gives them.

    Raises
    ------
    RefusedError
        When none of the figures compares two years, or the year to compare with is no earlier one.
    NoDataError
        When the tables hold nothing of it that can be compared; the message says why, by figure.
    """
    comparing = [name for name in names if name in COMPARING]
    if not comparing:
        one = plural(len(names), "Cette figure ne compare pas", "Aucune de ces figures ne compare")
        raise RefusedError(f"{one} deux années ; celles qui comparent : {', '.join(COMPARING)}.")
    reasons = []
    for name in comparing:
        try:
            SET[name](load, registers, year)
        except NoDataError as error:
            reasons.append(f"{name} : {error}")
        else:
            return
    raise NoDataError(
        "\n".join([f"Aucune figure ne peut comparer {year} à {load.compare}.", *reasons])
    )


def _territory(territory_id: str, load: Load, registers: Registers, year: int) -> Figure:
    return territory.territory(
        territory_id,
        load("territories"),
        load("challenges"),
        load("places"),
        load("place_events"),
        _reported(load, "observations", year),
        load("epci"),
        load.geography(),
        registers,
    )


def _territories(load: Load) -> dict[str, Maker]:
    """Return the page of each territory of the table, in its order."""
    keys = load("territories")["territory_id"]
    return {f"territoire-{key}": functools.partial(_territory, key) for key in keys}


FAMILIES: dict[str, Callable[[Load], dict[str, Maker]]] = {"territoires": _territories}
"""Figures of which the tables say how many there are, after those of :data:`SET`."""


def every(load: Load) -> dict[str, Maker]:
    """Return every figure by its name: those of the set, then the members of each family."""
    members = [family(load) for family in FAMILIES.values()]
    return dict(item for part in (SET, *members) for item in part.items())


def chosen(names: list[str], load: Load) -> dict[str, Maker]:
    """Return the figures asked for by their name or that of their family, all when none is.

    Raises
    ------
    NoDataError
        For a family that has no member in these tables.
    RefusedError
        For an unknown name; the message gives the nearest and those there are.
    """
    makers, asked = every(load), set(names)
    for name in names:
        if name in FAMILIES:
            if not (members := FAMILIES[name](load)):
                raise NoDataError(f"Aucune figure dans {quote(name)} : la table est vide.")
            asked |= set(members)
        elif name not in makers:
            known = [*makers, *FAMILIES]
            near = nearest(name, known)
            hint = f" Voulez-vous dire {quote(near)} ?" if near else ""
            raise RefusedError(f"Aucune figure {quote(name)}.{hint} Figures : {', '.join(known)}.")
    return {name: make for name, make in makers.items() if not names or name in asked}


def page(shown: list[Figure], folder: Path) -> Path:
    """Write ``README.md`` in `folder`: every figure with its alt text and what it says of itself."""
    lines = ["# Figures", "", "Produites par `solidata figures` ; ne pas modifier.", ""]
    for figure in shown:
        alt = figure.alt.replace("[", r"\[").replace("]", r"\]")
        lines += [
            f"## {figure.title}",
            "",
            f"{figure.unit}.",
            "",
            f"![{alt}]({figure.name}.svg)",
            "",
        ]
        for label, text in (("Lecture", figure.reading), ("Note", figure.note), ("Champ", figure.scope),
                            ("Source", figure.source), ("Texte de remplacement", figure.alt)):  # fmt: skip
            if text:
                lines += [f"**{label}** : {text}", ""]
    path = folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path
