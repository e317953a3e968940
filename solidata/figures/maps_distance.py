"""A map of how far each commune is from a place that receives the public."""

from __future__ import annotations

from typing import Any

import pandas as pd

from solidata.analysis import places as analysis
from solidata.analysis.columns import require
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo import symbols
from solidata.figures.geo.base import Base
from solidata.figures.geo.place_names import seen, write_names
from solidata.figures.geo.ratio_words import (
    LIMIT,
    OPEN_HOUSES,
    Words,
    class_share,
    distance_notes,
    distance_title,
    rounding_note,
)
from solidata.figures.geo.shades import Shades, class_keys, shade
from solidata.figures.geo.sheet import begin, finish, sheet, unnamed
from solidata.figures.notes import sentences
from solidata.figures.texts import labelled
from solidata.french import format_number, listed, plural
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography, Registers

DISTANCES = (5.0, 10.0, 15.0, 20.0)
"""Limits of the classes of distance, in kilometres."""


def distance(
    distances: pd.DataFrame,
    places: pd.DataFrame,
    geography: Geography,
    registers: Registers,
    what: Words = OPEN_HOUSES,
    unknown: int = 0,
    name: str = "distance-mds",
    note: str = "",
) -> Figure:
    """Return how far each commune is from the nearest of some places, as the crow flies.

    Parameters
    ----------
    distances : pandas.DataFrame
        ``insee_code`` (str), ``distance_km`` (float64), ``place_id`` (str), one row a commune.
    places : pandas.DataFrame
        The rows of the table ``places`` that are counted: they are drawn.
    geography : Geography
        Its communes have ``population``.
    registers : Registers
    what : Words
        What the places are called.
    unknown : int
        How many more are announced that nobody has located: when there are some, who lives near
        is a minimum, and the figure says so.
    name : str
        Stem of the files.
    note : str
        What else limits the figure: what is not counted, and why.

    Raises
    ------
    NoDataError
        When no distance is known, or no place has a point.
    RefusedError
        When a commune has several distances, or outlines are not in Lambert-93.
    """
    base = Base(geography, registers.sources)
    require(distances, "distances", ["insee_code", "distance_km", "place_id"])
    if distances["insee_code"].duplicated().any():
        twice = sorted(set(distances.loc[distances["insee_code"].duplicated(), "insee_code"]))
        raise RefusedError(f"plusieurs distances pour {listed(twice[:3])} ; une seule attendue.")
    every = analysis.drawable(places, geography.communes)
    shown = labelled(every.located, "commune", "name")
    if shown.empty:
        raise NoDataError("Aucun lieu n’est situé : aucune distance à dessiner.")
    rows = geography.communes.merge(
        distances[["insee_code", "distance_km", "place_id"]], on="insee_code", how="left"
    )
    shades = Shades.of(rows["distance_km"], "km", DISTANCES, sign="\u00a0km")
    people = rows["population"].astype("float64")
    total = people.sum()
    of_class = [float(people[shades.ranks == rank].sum()) / total for rank in range(shades.count)]
    legend = keys.Legend([
        class_keys(shades, "Distance, part des habitants", [class_share(s) for s in of_class]),
        keys.Keys("", [keys.symbol_key(s, n) for s, n in _counted(shown)]),
    ])  # fmt: skip
    longest = unnamed(len(shown))

    def draw(page: Any) -> None:
        made = sheet(base, legend, page.width, more=longest)
        canvas = begin(page, base, made)
        shade(canvas, rows, shades)
        canvas.rivers()
        canvas.outlines(communes=True)
        inside = seen(canvas, shown)
        without = write_names(canvas, inside, symbols.draw_places(canvas, inside))
        canvas.river_names()
        canvas.names_around()
        finish(canvas, made, legend, unnamed(without))

    known = rows[rows["distance_km"].notna()]
    farthest = known.sort_values(["distance_km", "insee_code"], ascending=[False, True]).iloc[0]
    nearest = shown.set_index("place_id")["commune"].get(farthest["place_id"], "")
    figure_title, share = distance_title(rows, what, unknown)
    return Figure(
        name=name,
        title=figure_title,
        unit=f"Distance à vol d’oiseau de chaque commune {what.nearest}, en kilomètres",
        data=_distance_data(rows, shown, base),
        value="distance_km",
        draw=draw,
        height=lambda width: sheet(base, legend, width, more=longest).height,
        table_=pd.DataFrame(
            {
                "Commune": rows["name"],
                "Habitants": rows["population"],
                "Distance (km)": rows["distance_km"].round(1),
                "Lieu le plus proche": rows["place_id"].map(shown.set_index("place_id")["name"]),
            }
        ),
        alt=(
            f"Carte de {len(rows)} communes en {shades.count} classes de distance : "
            + " ; ".join(
                f"{shades.name(r)}, {class_share(s)} des habitants"
                for r, s in enumerate(of_class)
            )
            + f". {len(shown)} {plural(len(shown), 'lieu dessiné', 'lieux dessinés')} : {listed(dict.fromkeys(shown['commune']))}."
        ),
        reading=(
            f"{farthest['name']} est la commune la plus loin, à {format_number(farthest['distance_km'], 1)}\u00a0km de {nearest}. "
            f"{share} vivent dans une commune à moins de {LIMIT:g}\u00a0km."
        ),
        note=sentences([distance_notes(rows, every, unknown, note), rounding_note(of_class)]),
        scope=f"{len(rows)} communes, {format_number(int(total))} habitants ; {len(shown)} {what.several}.",
        registers=registers,
        shares=[round(share, 2) for share in of_class],
    )  # fmt: skip


def _counted(shown: pd.DataFrame) -> list[tuple[symbols.Symbol, int]]:
    kinds, states = shown["kind"].astype(str), shown["state"].astype(str)
    return [
        (s, int(((kinds == s.kind) & (states == s.state)).sum())) for s in symbols.symbols_of(shown)
    ]


def _distance_data(rows: Any, shown: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Return a row a commune, with the address and the sources of its nearest place."""
    of = shown.set_index("place_id")["source_id"]
    near = rows["place_id"].isin(of.index)
    data = pd.DataFrame(rows.drop(columns="geometry"))
    data["address"] = "communes:" + data["insee_code"]
    data.loc[near, "address"] += " places:" + data.loc[near, "place_id"]
    data.loc[near, "source_id"] += " " + data.loc[near, "place_id"].map(of)
    columns = ["address", "insee_code", "name", "population", "distance_km", "place_id",
               "source_id", "line", "printed"]  # fmt: skip
    return base.credited(data[columns])
