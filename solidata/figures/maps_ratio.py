"""Maps of ratios: how dense each EPCI is, how far each commune is from a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from solidata.analysis import places as analysis
from solidata.analysis.columns import require
from solidata.analysis.geography import density as densities
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo import symbols
from solidata.figures.geo.canvas import Base, Canvas
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, legible, place, within, write
from solidata.figures.geo.ratio_words import (
    LIMIT,
    Words,
    distance_notes,
    distance_title,
    parts_note,
)
from solidata.figures.geo.shades import MISSING, Shades
from solidata.figures.geo.sheet import begin, finish, sheet, unnamed
from solidata.figures.maps import seen, with_outlines, write_names
from solidata.figures.page import wrap
from solidata.figures.texts import labelled
from solidata.figures.theme import UNKNOWN
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography, Registers

DISTANCES = (5.0, 10.0, 15.0, 20.0)
"""Limits of the classes of distance, in kilometres."""


def shade(canvas: Canvas, areas: Any, shades: Shades) -> None:
    """Draw the grounds of each class as one shape, and those of which nothing is known."""
    import shapely

    canvas.facts.shaded, canvas.facts.unit = shades.values, shades.unit
    ranks = shades.ranks.to_numpy(dtype=float, na_value=-1)
    shapes = areas.geometry.to_numpy()
    for rank in sorted(set(ranks)):
        ground = shapely.union_all(shapes[ranks == rank])
        known = rank >= 0
        category = shades.name(int(rank)) if known else MISSING
        canvas.ground(ground, category, shades.fill(int(rank)) if known else UNKNOWN)


def class_keys(shades: Shades, title: str, details: Sequence[str]) -> keys.Keys:
    """Return the keys of the classes, the first ones on top, and that of what is missing if any is."""
    entries = [
        keys.ground_key(shades.fill(rank), shades.name(rank), details[rank])
        for rank in range(shades.count)
    ]
    if shades.ranks.isna().any():
        entries.append(keys.ground_key(UNKNOWN, MISSING))
    return keys.Keys(title, entries)


# --- density ----------------------------------------------------------------------------------


def density(epci: pd.DataFrame, geography: Geography, registers: Registers) -> Figure:
    """Return how dense each EPCI is: inhabitants per km² of its communes here.

    Parameters
    ----------
    epci : pandas.DataFrame
        The table of this name.
    geography : Geography
        Its communes have ``epci_id``, ``population``, ``area_km2``.
    registers : Registers

    Raises
    ------
    NoDataError
        When no density is known.
    RefusedError
        When outlines are not in Lambert-93, or an EPCI has no surface.

    Examples
    --------
    >>> import solidata
    >>> figure = density(solidata.load("epci"), solidata.load_geography(), solidata.load_registers())
    >>> figure.value, len(figure.data), figure.check()
    ('density', 12, [])
    """
    base = Base(geography, registers.sources)
    areas = densities(geography.communes, "epci_id")
    alone = areas["epci_id"].isna()
    # Communes of no EPCI make none together: they are shown as missing.
    areas["density"] = areas["density"].mask(alone)
    rows = areas.merge(
        epci[["epci_id", "name", "note", "source_id", "line", "printed"]], on="epci_id", how="left"
    )
    rows = labelled(rows.assign(name=rows["name"].fillna("Hors EPCI")), "name")
    known = rows[rows["density"].notna()].sort_values(["density", "epci_id"])
    if known.empty:
        raise NoDataError("Aucune densité connue : population ou superficie manquent.")
    unit = "habitants par km²"
    shades = Shades.of(rows["density"], unit)
    counts = [int((shades.ranks == rank).sum()) for rank in range(shades.count)]
    details = [f"{n} EPCI" for n in counts]
    legend = keys.Legend([class_keys(shades, "Habitants par km²", details)])
    low, high = known.iloc[0], known.iloc[-1]

    def draw(page: Any) -> None:
        made = sheet(base, legend, page.width, more=unnamed(len(rows), _EPCI))
        canvas = begin(page, base, made)
        shade(canvas, rows, shades)
        canvas.rivers()
        canvas.outlines("epci_id")
        left = _name_areas(canvas, rows, shades)
        canvas.river_names()
        canvas.names_around()
        finish(canvas, made, legend, unnamed(left, _EPCI))

    return Figure(
        name="carte-densite",
        title=f"{high['name']} compte {format_number(high['density'], 0)} habitants par km², {low['name']} {format_number(low['density'], 0)}",
        unit="Densité de population des intercommunalités (EPCI), en habitants par km²",
        data=_density_data(rows, geography, base),
        value="density",
        draw=draw,
        height=lambda width: sheet(base, legend, width, more=unnamed(len(rows), _EPCI)).height,
        table_=_density_table(rows),
        alt=(
            f"Carte de {len(known)} EPCI en {shades.count} classes de densité, de {format_number(low['density'], 1)} "
            f"({low['name']}) à {format_number(high['density'], 1)} habitants par km² ({high['name']}) : "
            f"{format_number(int(rows['population'].sum()))} habitants sur {format_number(rows['area_km2'].sum(), 0)} km²."
        ),
        reading=(
            f"{high['name']} : {format_number(int(high['population']))} habitants sur "
            f"{format_number(high['area_km2'], 0)} km², soit {format_number(high['density'], 1)} habitants par km²."
        ),
        note=parts_note(rows),
        scope=f"{int(rows['communes'].sum())} communes de {len(rows) - int(alone.sum())} EPCI.",
        registers=registers,
    )  # fmt: skip


_EPCI = ("EPCI", "EPCI")


def _density_data(rows: pd.DataFrame, geography: Geography, base: Base) -> pd.DataFrame:
    """Return a row an EPCI, with the address of each commune that makes it."""
    codes = [text.split() for text in rows["insee_codes"]]
    addresses = [
        " ".join(
            ([f"epci:{key}"] if isinstance(key, str) else []) + [f"communes:{c}" for c in each]
        )
        for key, each in zip(rows["epci_id"], codes, strict=True)
    ]
    of = geography.communes.set_index("insee_code")["source_id"]
    sources = [
        " ".join(dict.fromkeys([*([s] if isinstance(s, str) else []), *of.loc[each]]))
        for s, each in zip(rows["source_id"], codes, strict=True)
    ]
    data = pd.DataFrame(rows.drop(columns=["geometry", "insee_codes", "note"]))
    data = data.assign(address=addresses, source_id=sources)
    columns = ["address", "epci_id", "name", "communes", "population", "area_km2", "density",
               "source_id", "line", "printed"]  # fmt: skip
    return with_outlines(data[columns].astype({"density": "float64"}), base)


def _density_table(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values(["density", "name"], ascending=[False, True])
    return pd.DataFrame(
        {
            "EPCI": ordered["name"],
            "Communes": ordered["communes"].astype("Int64"),
            "Habitants": ordered["population"].astype("Int64"),
            "Superficie (km²)": ordered["area_km2"].round(1),
            "Habitants par km²": ordered["density"].astype("Float64").round(1),
        }
    ).reset_index(drop=True)


def _name_areas(canvas: Canvas, rows: pd.DataFrame, shades: Shades) -> int:
    """Write the name and the value in each area, beside it where it is too small; return how many lack."""
    narrow = canvas.page.narrow
    size = 6.0 if narrow else 7.0
    # The smallest first: they have the least choice. Names beside their area come after those inside.
    apart = []
    for index in rows.geometry.area.sort_values().index:
        row, rank = rows.loc[index], shades.ranks.loc[index]
        shape = canvas.shape(row.geometry)
        if shape.is_empty or pd.isna(rank):
            continue
        value, ink = format_number(row["density"], 0), shades.fill(int(rank)).ink
        middle = shape.centroid
        spot = Box(middle.x, middle.y, middle.x, middle.y)
        for wide in (30.0, 22.0, 16.0, 11.0):
            lines = (*wrap(row["name"], wide, size, 600), value)
            name = Name(lines, middle.x, middle.y, spot, legible(lines, size), 600, ink)
            if found := within(shape, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=None)
                break
        else:
            point = shape.representative_point()
            spot = Box(point.x, point.y, point.x, point.y).grown(0.4)
            lines = (*wrap(row["name"], 16.0 if narrow else 24.0, size, 600), value)
            apart.append(Name(lines, point.x, point.y, spot, legible(lines, size), 600, must=True))
    written, left = place(apart, canvas.room)
    for one in written:
        write(canvas.page, canvas.axes, one)
    return len(left)


# --- distance ---------------------------------------------------------------------------------


def distance(
    distances: pd.DataFrame,
    places: pd.DataFrame,
    geography: Geography,
    registers: Registers,
    what: Words = Words("MDS ouverte", "MDS ouvertes", feminine=True),
    unknown: int = 0,
    name: str = "distance-mds",
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
        class_keys(shades, "Distance, part des habitants", [format_rate(s, 0) for s in of_class]),
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
            + listed(
                f"{shades.name(r)}, {format_rate(s, 0)} des habitants" for r, s in enumerate(of_class)
            )
            + f". {len(shown)} {plural(len(shown), 'lieu dessiné', 'lieux dessinés')} : {listed(dict.fromkeys(shown['commune']))}."
        ),
        reading=(
            f"{farthest['name']} est la commune la plus loin, à {format_number(farthest['distance_km'], 1)} km de {nearest}. "
            f"{share} vivent dans une commune à moins de {LIMIT:g} km."
        ),
        note=distance_notes(rows, every, unknown),
        scope=f"{len(rows)} communes, {format_number(int(total))} habitants ; {len(shown)} {what.several}.",
        registers=registers,
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
    return with_outlines(data[columns], base)
