"""Curves of who lives how far from a place that receives the public."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from solidata.analysis import access as analysis
from solidata.figures.access_houses import catchments as catchments
from solidata.figures.access_houses import houses_per_territory as houses_per_territory
from solidata.figures.access_table import access_table as access_table
from solidata.figures.access_words import (
    TITLED,
    PlaceSet,
    counted,
    interim_note,
    limits,
    scope,
    territory_names,
)
from solidata.figures.coverage import coverage_curve
from solidata.figures.frame import Figure
from solidata.figures.geo.territories import territory_note
from solidata.figures.notes import sentences
from solidata.french import format_rate, plural
from solidata.problems import RefusedError
from solidata.tables import Registers

_KM = f"{TITLED:g}\u00a0km"


def coverage_by_territory(
    communes: pd.DataFrame,
    places: PlaceSet,
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    registers: Registers,
    name: str = "couverture",
) -> Figure:
    """Return the share of inhabitants within each distance of a place, a line a territory.

    Parameters
    ----------
    communes, territories, epci : pandas.DataFrame
        The tables of these names.
    places : PlaceSet
        What is counted.
    registers : Registers
    name : str
        Stem of the files.

    Returns
    -------
    Figure

    Raises
    ------
    NoDataError
        When no place is located.
    ValueError
        For more than four territories; as :func:`solidata.analysis.access.coverage_curve`.

    Examples
    --------
    >>> import solidata
    >>> from solidata.figures.geo.ratio_words import Words
    >>> communes, places = solidata.load("communes"), solidata.load("places")
    >>> made = PlaceSet(places[places["state"] == "open"], Words("lieu ouvert", "lieux ouverts"))
    >>> coverage_by_territory(communes, made, solidata.load("territories"), solidata.load("epci"),
    ...                       solidata.load_registers()).check()
    []
    """
    shown = counted(places)
    rows = communes.assign(territory=territory_names(communes, territories))
    steps = analysis.coverage_curve(rows, shown, by="territory", key="insee_code")
    near = analysis.within(steps, TITLED)
    low, high = near.idxmin(), near.idxmax()
    of = f"{_KM} {places.what.any}"
    apart = f"{format_rate(near[low])} ({low}) à {format_rate(near[high])} ({high})"
    groups = len(near)
    return coverage_curve(
        steps.assign(group=steps["group"].astype(str)),
        registers,
        name=name,
        scope=scope(rows, f"{groups} {plural(groups, 'territoire inféré', 'territoires inférés')} ; {places.named}"),
        to=places.what.nearest_of,
        mark=TITLED,
        note=sentences([*limits(places), territory_note(epci)]),
        findings=[
            f"De {apart} des habitants à moins de {of}",
            f"À moins de {of} : de {apart}",
        ] if groups > 1 else [f"{format_rate(near[low])} des habitants à moins de {of}"],
        each="une courbe par territoire inféré",
    )  # fmt: skip


def coverage_by_set(
    communes: pd.DataFrame,
    sets: Mapping[str, PlaceSet],
    registers: Registers,
    name: str = "couverture-lieux",
) -> Figure:
    """Return the share of all inhabitants within each distance, a line a set of places.

    Parameters
    ----------
    communes : pandas.DataFrame
        The table of this name.
    sets : mapping of str to PlaceSet
        What is counted, by the name of its line: two to four; the title tells of the first and
        the last one.
    registers : Registers
    name : str
        Stem of the files.

    Returns
    -------
    Figure

    Raises
    ------
    NoDataError
        When a set has no place.
    ValueError
        For fewer than two sets, or more than four; as :func:`solidata.analysis.access.coverage_curve`.
    """
    if len(sets) < 2:
        raise RefusedError("Deux ensembles de lieux au moins : il n’y a rien à comparer.")
    shown = {label: counted(places) for label, places in sets.items()}
    steps = analysis.compare(analysis.coverage_curve, communes, shown, key="insee_code")
    near = analysis.within(steps, TITLED, group="set")
    ends = [list(sets)[n] for n in (0, -1)]
    first, last = (sets[label] for label in ends)
    share, more = (format_rate(near[label]) for label in ends)
    waiting = next((s.waiting for s in sets.values() if s.waiting is not None), None)
    short = last.what.any.replace(" d’accueil", "")
    return coverage_curve(
        steps.drop(columns="group").rename(columns={"set": "group"}),
        registers,
        name=name,
        scope=scope(communes, f"{len(sets)} ensembles de lieux : {' ; '.join(sets)}"),
        to="du lieu le plus proche",
        mark=TITLED,
        note=sentences([*limits(last), interim_note(waiting)]),
        findings=[
            f"{share} des habitants à moins de {_KM} {first.what.any}, {more} {short}",
            f"À moins de {_KM} {first.what.any} : {share} des habitants",
        ],
        each="une courbe par ensemble de lieux",
    )  # fmt: skip
