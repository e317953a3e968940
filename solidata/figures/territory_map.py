"""The map of one territory: its ground, its limits, the names of what lies in it and around."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata.figures import colour, theme
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, legible, within, write
from solidata.figures.page import wrap
from solidata.figures.theme import Fill

if TYPE_CHECKING:
    import geopandas as gpd


def shape_of(base: Base, territory_id: str) -> Any:
    """Return the ground of a territory, in metres."""
    areas = base.areas("territory_id")
    return areas.loc[areas["territory_id"] == territory_id, "geometry"].iloc[0]


def towards(shown: Box, focus: Box, middle: Box) -> Box:
    """Return a window moved towards the middle of `middle`, as far as it still shows `focus`."""
    right = (middle.left + middle.right - shown.left - shown.right) / 2
    up = (middle.bottom + middle.top - shown.bottom - shown.top) / 2
    right = min(max(right, focus.right - shown.right), focus.left - shown.left)
    up = min(max(up, focus.top - shown.top), focus.bottom - shown.bottom)
    return Box(shown.left + right, shown.bottom + up, shown.right + right, shown.top + up)


def draw_ground(
    canvas: Canvas, territory_id: str, label: str, fill: Fill, communes: gpd.GeoDataFrame
) -> None:
    """Draw the ground of a territory and its limits, over the pale ground of the others."""
    import shapely

    own, thin = shape_of(canvas.base, territory_id), 0.75 if canvas.page.narrow else 1.0
    canvas.fill(canvas.base.whole, theme.AROUND, zorder=1.5)
    canvas.ground(own, f"Territoire {label}", fill)
    canvas.rivers()
    limits = shapely.boundary(communes.geometry.to_numpy())
    pale = colour.lightness(fill.face) > _PALE
    canvas.lines(
        shapely.line_merge(shapely.union_all(limits)),
        theme.GRID if pale else theme.PAPER,
        0.35 * thin,
    )
    areas = canvas.base.areas("epci_id")
    for row in areas.itertuples():
        here = shapely.intersection(row.geometry.boundary, own)
        if row.epci_id in set(communes["epci_id"]):
            canvas.lines(here, "#7B8893", 0.6 * thin, zorder=3.2)
    for row in canvas.base.areas("territory_id").itertuples():
        canvas.lines(row.geometry.boundary, "#7B8893", 0.6 * thin, zorder=3.1)
    canvas.lines(canvas.base.whole.boundary, theme.SOFT_INK, 0.8 * thin, zorder=3.3)
    canvas.lines(own.boundary, theme.INK, 1.3 * thin, zorder=3.5)


def name_areas(canvas: Canvas, territory_id: str, fill: Fill, epci: pd.DataFrame) -> int:
    """Write the names of the EPCI inside them; return how many have no room."""
    import shapely

    whole = shape_of(canvas.base, territory_id)
    left, own = 0, canvas.shape(whole)
    areas = canvas.base.areas("epci_id").set_index("epci_id")
    for row in epci.itertuples():
        shape = canvas.shape(shapely.intersection(areas.geometry[row.epci_id], whole))
        if shape.is_empty:
            continue
        middle = shape.centroid
        spot = Box(middle.x, middle.y, middle.x, middle.y)
        # A name that does not fit inside may cross the limit a little, in the territory.
        for area, wide in itertools.product((shape, shape.buffer(_ACROSS) & own), _WIDTHS):
            lines = tuple(wrap(str(row.name), wide, 7.0, 400))
            size = 6.5 if canvas.page.narrow and max(map(len, lines)) <= 25 else 7.0
            name = Name(lines, middle.x, middle.y, spot, size, 400, _AREA_INK)
            if found := within(area, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=fill.face)
                break
        else:
            left += 1
    return left


def name_others(canvas: Canvas, territory_id: str, names: pd.Series) -> None:
    """Name the other territories, where there is room."""
    for row in canvas.base.areas("territory_id").itertuples():
        if pd.isna(row.territory_id) or row.territory_id == territory_id:
            continue
        shape = canvas.shape(row.geometry)
        if shape.is_empty:
            continue
        capitals = f"Territoire {names.get(row.territory_id, row.territory_id)}".upper()
        for lines in ((capitals,), tuple(wrap(capitals, 18.0, 6.5))):
            middle = shape.representative_point()
            spot = Box(middle.x, middle.y, middle.x, middle.y)
            size = legible(lines, 6.5)
            name = Name(lines, middle.x, middle.y, spot, size, 400, theme.SOFT_INK)
            if found := within(shape, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=None)
                break


_PALE = 95.0
"""Lightness of a ground from which white lines are not seen on it."""
_WIDTHS, _ACROSS = (90.0, 30.0, 22.0, 16.0, 12.0), 2.5
"""Millimetres in which the name of an EPCI is cut into lines, and by which it may leave it."""
_AREA_INK = "#3A4853"
