"""The territories of a map: tints told apart in grey, names, and how surely they are inferred."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from solidata.figures import theme
from solidata.figures.geo import legend as keys
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, place, within, write
from solidata.figures.texts import too_many
from solidata.french import listed
from solidata.tables import all_tables

_MOST_TERRITORIES = len(theme.TERRITORY)


def territories_of(base: Base, territories: pd.DataFrame) -> pd.DataFrame:
    """Return the areas of the territories in the order of their table, with their fill and name.

    Communes without a territory are one more area, of the fill of what no source says.

    Raises
    ------
    RefusedError
        When there are more than can be told apart in grey.
    """
    areas = base.areas("territory_id")
    order = {key: rank for rank, key in enumerate(territories["territory_id"])}
    names = territories.set_index("territory_id")["label"]
    known = areas["territory_id"].notna()
    if known.sum() > _MOST_TERRITORIES:
        raise too_many(int(known.sum()), _MOST_TERRITORIES, "territoires")
    rows = areas.assign(
        rank=[order.get(t, len(order)) for t in areas["territory_id"]],
        category=[
            f"Territoire {names.get(t, t)}" if pd.notna(t) else "Sans territoire"
            for t in areas["territory_id"]
        ],
    ).sort_values("rank", kind="stable")
    fills = [
        theme.TERRITORY[rank] if pd.notna(t) else theme.UNKNOWN
        for rank, t in enumerate(rows["territory_id"])
    ]
    return rows.assign(fill=fills)


def territory_note(epci: pd.DataFrame) -> str:
    """Return that the territory of each EPCI is inferred, and how strongly."""
    if "territory_confidence" not in epci or epci.empty:
        return ""
    said = epci["territory_confidence"].astype(object)
    labels = all_tables()["epci"].field("territory_confidence").labels
    inferred = said[said != "stated"]
    if inferred.empty:
        return ""
    counts = [
        f"{labels[level].lower()} pour\u00a0{int((inferred == level).sum())}"
        for level in labels
        if (inferred == level).any()
    ]
    if inferred.isna().any():
        counts.append(f"aucune pour {int(inferred.isna().sum())}")
    return f"territoires inférés, EPCI par EPCI : aucune source publique ne les imprime ; solidité {listed(counts)}"


def tint(canvas: Canvas, rows: pd.DataFrame) -> None:
    """Draw the ground of each territory."""
    for row in rows.itertuples():
        canvas.ground(row.geometry, row.category, row.fill)


def name_territories(canvas: Canvas, rows: pd.DataFrame, keyed: bool) -> None:
    """Write the name of each territory where it has room, in the middle if it can be.

    One without room is led to its territory by a line, unless the legend names it (`keyed`).
    """
    for row in rows.itertuples():
        shape = canvas.shape(row.geometry)
        if shape.is_empty:
            continue
        middle = shape.centroid
        capitals = row.category.upper()
        inferred = "(inféré)" if row.fill is not theme.UNKNOWN else ""
        for tried in ((capitals, inferred), (f"{capitals} {inferred}",)):
            spot = Box(middle.x, middle.y, middle.x, middle.y)
            lines = tuple(line.strip() for line in tried if line.strip())
            name = Name(lines, middle.x, middle.y, spot, 7.0, 600, "#3A4853")
            if found := within(shape, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=None)
                break
        else:
            if keyed:
                continue
            inside = shape.representative_point()
            spot = Box(inside.x, inside.y, inside.x, inside.y)
            for led in place(
                [replace(name, x=inside.x, y=inside.y, clear=spot, must=True)], canvas.room
            )[0]:
                write(canvas.page, canvas.axes, led)


def territory_keys(areas: pd.DataFrame) -> keys.Keys:
    """Return the keys of the territories."""
    entries = [keys.ground_key(row.fill, row.category) for row in areas.itertuples()]
    return keys.Keys("Territoires (inférés)", entries)
