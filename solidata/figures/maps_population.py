"""A map of where people live."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.patches import Circle

from solidata.analysis import places as analysis
from solidata.figures import theme
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box, Disc
from solidata.figures.geo.labels import Name, place, write
from solidata.figures.geo.sheet import begin, finish, sheet, told
from solidata.figures.geo.territories import territories_of, territory_keys, territory_note, tint
from solidata.figures.notes import sentences
from solidata.figures.texts import labelled
from solidata.french import format_number, format_rate, listed
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography, Registers


def population(
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    geography: Geography,
    registers: Registers,
) -> Figure:
    """Return where people live: a circle a commune, whose area is its population.

    Parameters
    ----------
    territories, epci : pandas.DataFrame
        The tables of these names.
    geography : Geography
        Its communes have ``population``.
    registers : Registers

    Raises
    ------
    NoDataError
        When no commune has inhabitants.
    RefusedError
        When outlines are not in Lambert-93, or populations are of several years.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("territories", "epci")]
    >>> figure = population(*tables, solidata.load_geography(), solidata.load_registers())
    >>> figure.value, len(figure.data)
    ('population', 267)
    """
    base = Base(geography, registers.sources)
    communes = labelled(pd.DataFrame(geography.communes.drop(columns="geometry")), "name")
    known = communes[communes["population"].notna() & (communes["population"] > 0)]
    if known.empty:
        raise NoDataError("Aucune commune n’a de population.")
    years = sorted(set(known["population_year"]))
    if len(years) > 1:
        raise RefusedError(
            f"populations de plusieurs recensements ({listed(map(str, years))}) : un seul attendu."
        )
    areas = territories_of(base, territories)
    ordered = known.sort_values(["population", "insee_code"], ascending=[False, True])
    total, most = int(ordered["population"].sum()), float(ordered["population"].iloc[0])
    few = analysis.half(ordered["population"])
    without = communes[~communes["insee_code"].isin(known["insee_code"])]

    def legend_of(width: float) -> keys.Legend:
        return keys.Legend(
            [
                keys.Discs(
                    "Habitants", keys.rounded_keys(most), _per_mm2(base, most, width), _PEOPLE
                ),
                territory_keys(areas),
            ]
        )

    def draw(page: Any) -> None:
        legend = legend_of(page.width)
        made = sheet(base, legend, page.width)
        canvas = begin(page, base, made)
        tint(canvas, areas)
        canvas.rivers()
        canvas.outlines("territory_id", communes=True)
        _draw_discs(canvas, ordered, _per_mm2(base, most, page.width))
        canvas.river_names()
        canvas.names_around()
        finish(canvas, made, legend)

    largest = ordered.iloc[0]
    data = ordered.assign(address="communes:" + ordered["insee_code"])
    columns = ["address", "insee_code", "name", "territory_id", "x", "y", "population",
               "population_year", "source_id", "line", "printed"]  # fmt: skip
    share = format_rate(float(ordered["population"].iloc[:few].sum()) / total, 1)
    return Figure(
        name="carte-population",
        title=f"La moitié de la population vit dans {few} des {len(communes)} communes",
        unit=f"Population municipale de chaque commune, recensement de {years[0]} (l’aire du cercle est proportionnelle)",
        data=base.credited(data[columns].reset_index(drop=True)),
        value="population",
        draw=draw,
        height=lambda width: sheet(base, legend_of(width), width).height,
        table_=_population_table(ordered, territories),
        alt=(
            f"Carte de {len(ordered)} cercles, un par commune, sur {len(areas)} territoires inférés : "
            f"{format_number(total)} habitants, dont {format_number(int(largest['population']))} à {largest['name']}. "
            f"Les {few} communes les plus peuplées en comptent {share}."
        ),
        reading=f"{largest['name']} compte {format_number(int(largest['population']))} habitants en {years[0]}.",
        note=sentences(
            [
                territory_note(epci),
                f"sans population connue : {told(list(without['name']))}" if len(without) else "",
            ]
        ),
        scope=f"{len(communes)} communes, {format_number(total)} habitants.",
        registers=registers,
    )  # fmt: skip


_PEOPLE = theme.Fill("#2F75A8", "#0B3C5D", theme.PAPER)
_LARGEST = 0.05
"""Radius of the largest circle, as a share of the width of the map."""


def _per_mm2(base: Base, most: float, width: float) -> float:
    """Return how many inhabitants a square millimetre of circle stands for."""
    made = sheet(base, keys.Legend([]), width)
    largest = _LARGEST * min(made.frame.width, made.frame.height * 1.2)
    return most / (math.pi * largest**2)


def _draw_discs(canvas: Canvas, ordered: pd.DataFrame, per_mm2: float) -> None:
    """Draw the largest circles first, so that small ones stand on them, and name what has room."""
    names: list[Name] = []
    for row in ordered.itertuples():
        x, y = canvas.facts.at(row.x, row.y)
        r = keys.radius(float(row.population), per_mm2)
        disc = Circle((x, y), r, facecolor=_PEOPLE.face, edgecolor=theme.PAPER, linewidth=0.4,
                      zorder=5)  # fmt: skip
        canvas.axes.add_artist(disc)
        canvas.page.mark(disc, "Habitants", _PEOPLE)
        canvas.facts.discs.append(Disc(disc, float(row.population)))
        box = Box(x, y, x, y).grown(r * 0.9)
        canvas.room.take(box, crossed=True)
        names.append(Name((row.name,), x, y, Box(x, y, x, y).grown(r), 6.5 if canvas.page.narrow else 7.0,
                          600 if len(names) < _ALWAYS else 400, must=len(names) < _ALWAYS))  # fmt: skip
    written, _ = place(names[:_NAMED], canvas.room)
    for one in written:
        write(canvas.page, canvas.axes, one)


_ALWAYS, _NAMED = 3, 14
"""Communes that are named, from further away if they must, and those that are where there is room."""


def _population_table(ordered: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    names = territories.set_index("territory_id")["label"]
    return pd.DataFrame(
        {
            "Commune": ordered["name"],
            "Territoire (inféré)": ordered["territory_id"]
            .map(names)
            .astype(object)
            .fillna("non rangée"),
            "Habitants": ordered["population"].astype("Int64"),
        }
    ).reset_index(drop=True)
