"""The layers and controls of an interactive map: no tile, no image, no font is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet
import ipywidgets as widgets
import pandas as pd

from solidata.explore import layers, symbols, words
from solidata.figures import theme
from solidata.french import decapitalised, typography

if TYPE_CHECKING:
    from solidata.tables import Geography

HEIGHT = 640
"""Of the map, in pixels."""
WIDTH = 640
"""What the page is supposed to give the map until it says, in pixels."""
MARGIN = 20
"""Around the département, in pixels."""
STEP = 0.1
"""Zooms are multiples of it."""


def room(drawn: leaflet.Map) -> tuple[float, float]:
    """Return the width and the height that the département may take, in pixels."""
    width, height = drawn.right - drawn.left, drawn.bottom - drawn.top
    if not (100 < width < 10_000 and 100 < height < 10_000):  # no page has shown it yet
        width, height = WIDTH, HEIGHT
    return width - 2 * MARGIN, height - 2 * MARGIN


def marker(place: Any, card: str) -> leaflet.Marker:
    """Return the marker of a located place: its symbol, its commune's name if a house, its card.

    Parameters
    ----------
    place : namedtuple
        A row of :func:`solidata.explore.words.named`.
    card : str
        HTML, escaped, that opens on click or Enter.
    """
    size = symbols.SIZE
    right, down = symbols.offset(place.beside, place.together)
    label = ""
    if place.kind == "mds" and place.beside == 0 and pd.notna(place.commune):
        label = f'<span class="solidata-nom">{words.escape(place.commune)}</span>'
    state = decapitalised(layers.labels("state")[place.state])
    return leaflet.Marker(
        location=(place.latitude, place.longitude),
        icon=leaflet.DivIcon(
            html=f'<span class="solidata-lieu">{symbols.svg(place.kind, place.state)}{label}</span>',
            icon_size=[size, size],
            icon_anchor=[size // 2 - right, size // 2 - down],
            popup_anchor=[right, down - size // 2],
        ),
        draggable=False,
        title=typography(f"{place.name_}, {state} {words.when(place.as_of)}"),  # shown as text
        rise_on_hover=True,
        z_index_offset=-500 if place.context else 0,
        popup=widgets.HTML(card),
        popup_min_width=230,
    )


def names(points: Mapping[str, tuple[float, float]]) -> leaflet.LayerGroup:
    """Return the names of territories, written at points (latitude, longitude) under the places."""
    return leaflet.LayerGroup(
        layers=tuple(
            leaflet.Marker(
                location=point,
                draggable=False,
                keyboard=False,
                z_index_offset=-1000,
                icon=leaflet.DivIcon(
                    html=f'<span class="solidata-territoire">{words.escape(name)}</span>',
                    icon_size=[0, 0],
                ),
            )
            for name, point in points.items()
        )
    )


def communes(geography: Geography, fills: dict[str, str]) -> leaflet.GeoJSON:
    """Return the communes, tinted by territory, that answer to hovering."""
    return leaflet.GeoJSON(
        data=layers.communes(geography, fills),
        hover_style={"fillOpacity": 0.6, "color": theme.SOFT_INK},
    )


def whole_map(
    geography: Geography,
    fills: dict[str, str],
    communes: leaflet.GeoJSON,
    above: tuple[leaflet.Layer, ...],
    corner: widgets.DOMWidget,
    credit: str,
) -> leaflet.Map:
    """Return the map: outlines below, what is `above` them, and the controls in French.

    Parameters
    ----------
    corner : ipywidgets.DOMWidget
        What stands in the upper right corner.
    credit : str
        Whom the outlines are from.
    """
    around, rivers, borders = (
        leaflet.GeoJSON(data=data)
        for data in (
            layers.around(geography),
            layers.rivers(geography),
            layers.borders(geography, fills),
        )
    )
    made = leaflet.Map(
        layers=(around, communes, rivers, borders, *above),
        zoom_snap=STEP,
        zoom_delta=0.5,
        min_zoom=7,
        max_zoom=13,
        scroll_wheel_zoom=False,  # the wheel scrolls the notebook
        attribution_control=False,
        zoom_control=False,
        layout=widgets.Layout(
            height=f"{HEIGHT}px", flex="1 1 480px", min_width="420px", width="auto"
        ),
    )
    for control in (
        leaflet.ZoomControl(position="topleft", zoom_in_title="Agrandir", zoom_out_title="Réduire"),
        # Leaflet writes it into the page as it is.
        leaflet.AttributionControl(position="bottomright", prefix=words.escape(credit)),
        leaflet.ScaleControl(position="bottomright", imperial=False, max_width=120),
        leaflet.WidgetControl(widget=corner, position="topright", max_width=250, min_width=190),
    ):
        made.add(control)
    return made
