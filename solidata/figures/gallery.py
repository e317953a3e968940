"""The set of figures the project exports, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from solidata.figures import (
    access,
    evolution,
    flows,
    maps,
    progress,
    rates,
    recipes,
    spending,
    table,
)
from solidata.figures.frame import Figure
from solidata.figures.recipes import Load, Maker
from solidata.french import nearest, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

__all__ = ["COMPARING", "FAMILIES", "SET", "Load", "check_comparison", "chosen", "every", "page"]

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
    "phares-suivants": recipes.succession,
    "flux-de-statuts": lambda load, registers, year: flows.status_flows(
        load("action_statuses"),
        load("actions"),
        load("action_lineage"),
        registers,
        recipes.year_before(load, year),
        year,
    ),
    "evolution-des-statuts": lambda load, registers, year: rates.going_by_section(
        load("status_counts"),
        load("sections"),
        load("action_statuses"),
        load("actions"),
        load("action_lineage"),
        registers,
        recipes.year_before(load, year),
        year,
    ),
    "lisibilite": lambda load, registers, year: progress.legibility(
        load("action_statuses"), load("actions"), load("sections"), registers, year
    ),
    "budget": lambda load, registers, year: spending.budget(
        load("department_budget"), registers, year
    ),
    "financeurs": lambda load, registers, year: spending.funders(
        recipes.reported(load, "funding", year), recipes.actions_of(load, year), registers, year
    ),
    "depenses-des-actions": lambda load, registers, year: spending.action_expenses(
        recipes.reported(load, "funding", year), recipes.actions_of(load, year), registers, year
    ),
    "budgets": lambda load, registers, year: evolution.budgets(
        load("department_budget"), registers
    ),
    "evolution": recipes.slopes,
    "ouvertures-mds": lambda load, registers, year: evolution.openings(
        load("events"), recipes.reported(load, "observations", year), registers, year=year
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
        recipes.reported(load, "observations", year),
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
    "distance-mds": recipes.map_to_houses,
    "distance-points": recipes.map_to_points,
    "couverture": lambda load, registers, year: recipes.by_area(
        access.coverage_by_territory,
        recipes.open_houses(load, registers, year),
        load,
        registers,
        "couverture",
    ),
    "couverture-lieux": lambda load, registers, year: access.coverage_by_set(
        recipes.inhabited(load), recipes.place_sets(load, registers, year), registers
    ),
    "acces": lambda load, registers, year: recipes.by_area(
        access.access_table, recipes.open_houses(load, registers, year), load, registers, "acces"
    ),
    "acces-points": lambda load, registers, year: recipes.by_area(
        access.access_table,
        recipes.located_points(load, registers, year),
        load,
        registers,
        "acces-points",
    ),
    "habitants-par-mds": lambda load, registers, year: access.catchments(
        recipes.inhabited(load), recipes.open_houses(load, registers, year), registers
    ),
    "habitants-par-territoire": lambda load, registers, year: recipes.by_area(
        access.houses_per_territory,
        recipes.open_houses(load, registers, year),
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


FAMILIES: dict[str, Callable[[Load], dict[str, Maker]]] = {"territoires": recipes.territory_pages}
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
