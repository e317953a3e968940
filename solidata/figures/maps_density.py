"""A map of how dense each EPCI is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from solidata.analysis.geography import density as densities
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, legible, place, within, write
from solidata.figures.geo.ratio_words import parts_note
from solidata.figures.geo.shades import Shades, class_keys, decimals_in_class, shade
from solidata.figures.geo.sheet import begin, finish, sheet, unnamed
from solidata.figures.page import wrap
from solidata.figures.texts import labelled
from solidata.french import format_number
from solidata.problems import NoDataError
from solidata.tables import Geography, Registers


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
    return base.credited(data[columns].astype({"density": "float64"}))


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


_MOSTLY = 0.75
"""How much of a name that an area cannot hold whole must lie in it."""


def _name_areas(canvas: Canvas, rows: pd.DataFrame, shades: Shades) -> int:
    """Write the name and the value in each area, beside it where it is too small; return how many lack."""
    narrow = canvas.page.narrow
    size = 6.0 if narrow else 7.0
    decimals = decimals_in_class(shades)
    # The smallest first: they have the least choice. Names beside their area come after those inside.
    apart = []
    for index in rows.geometry.area.sort_values().index:
        row, rank = rows.loc[index], shades.ranks.loc[index]
        shape = canvas.shape(row.geometry)
        if shape.is_empty or pd.isna(rank):
            continue
        value, ink = format_number(row["density"], decimals), shades.fill(int(rank)).ink
        middle = shape.centroid
        spot = Box(middle.x, middle.y, middle.x, middle.y)
        for wide in (30.0, 26.0, 22.0, 19.0, 16.0, 13.0, 11.0):
            lines = (*wrap(row["name"], wide, size, 600), value)
            name = Name(lines, middle.x, middle.y, spot, legible(lines, size), 600, ink)
            if found := within(shape, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=None)
                break
        else:
            lines = (*wrap(row["name"], 16.0 if narrow else 24.0, size, 600), value)
            # Beside its area a name may seem another's: one that bites on a border is better.
            name = Name(lines, middle.x, middle.y, spot, legible(lines, size), 600)
            if found := within(shape, name, canvas.room, least=_MOSTLY):
                write(canvas.page, canvas.axes, found)
                continue
            point = shape.representative_point()
            spot = Box(point.x, point.y, point.x, point.y).grown(0.4)
            apart.append(Name(lines, point.x, point.y, spot, legible(lines, size), 600, must=True))
    written, left = place(apart, canvas.room)
    for one in written:
        write(canvas.page, canvas.axes, one)
    return len(left)
