"""The symbols of places: a form by kind, filled as far as the place is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from solidata.figures import theme
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box, Point
from solidata.figures.theme import Fill

Corners = tuple[tuple[float, float], ...]

_SQUARE: Corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_TRIANGLE: Corners = ((-1.1, -0.85), (1.1, -0.85), (0, 1.1))
_DIAMOND: Corners = ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0))
_ROUND: Corners = tuple(
    (math.cos(math.tau * n / 32), math.sin(math.tau * n / 32)) for n in range(32)
)
_PLUS: Corners = (
    (-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35),
    (0.35, 1), (-0.35, 1), (-0.35, 0.35), (-1, 0.35), (-1, -0.35), (-0.35, -0.35),
)  # fmt: skip


class Look(NamedTuple):
    """How the places of a kind are drawn."""

    form: str
    corners: Corners
    radius: float
    """Millimetres from the middle to a side."""
    full: Fill


LOOKS = {
    "mds": Look("carré", _SQUARE, 1.45, Fill("#0B3C5D", "#0B3C5D", theme.PAPER)),
    "antenne": Look("triangle", _TRIANGLE, 1.35, Fill("#E0923A", "#8A4A0C", theme.INK)),
    "pmi": Look("losange", _DIAMOND, 1.25, Fill("#E0923A", "#8A4A0C", theme.INK)),
    "point": Look("rond", _ROUND, 1.15, Fill("#E0923A", "#8A4A0C", theme.INK)),
    "france_services": Look("croix", _PLUS, 0.85, Fill("#5D6B75", "#5D6B75", theme.PAPER)),
}
"""A form a kind, declared in the order of the legend."""

SHORT = {"mds": "MDS", "antenne": "Antenne de MDS", "pmi": "PMI", "point": "Autre point d’accueil",
         "france_services": "France services"}  # fmt: skip
"""What a legend calls a kind."""

EDGE, RIM = 0.9, 2.2
"""Points of an outline, and of the white line around that parts it from limits and neighbours."""

SLASH: Corners = ((-1, -1), (1, 1))
"""What strikes out a closed place."""


def left_half(corners: Corners) -> Corners:
    """Return what is full of the symbol of a place that receives elsewhere.

    Examples
    --------
    >>> left_half(((-1, -1), (1, -1), (1, 1), (-1, 1)))
    ((-1, -1), (0, -1), (0, 1), (-1, 1))
    """
    return tuple((min(x, 0), y) for x, y in corners)


# How much of a symbol is full: all when open, half when it receives elsewhere, nothing before.
_PART = {"open": "", "interim": "-demi", "planned": "-vide", "closed": "-barré"}


_HOUSE = {"open": "ouverte", "interim": "en accueil provisoire", "planned": "prévue",
          "closed": "fermée"}  # fmt: skip


_POINT = _HOUSE | {"planned": "prévu", "closed": "fermé"}
_MASCULINE = {"point", "france_services"}
"""Kinds that are not « une MDS », « une antenne », « une PMI »."""


class Symbol(NamedTuple):
    """The places of a kind and a state: their category, their form, their fill."""

    kind: str
    state: str

    @property
    def category(self) -> str:
        """What the legend calls it."""
        if self.kind == "mds":
            return f"MDS {_HOUSE[self.state]}"
        if self.state != "open":
            words = _POINT[self.state] if self.kind in _MASCULINE else _HOUSE[self.state]
            return f"{SHORT[self.kind]} ({words})"
        return SHORT[self.kind]

    @property
    def form(self) -> str:
        """Its form, with what its state makes of it."""
        return LOOKS[self.kind].form + _PART[self.state]

    @property
    def fill(self) -> Fill:
        """Its fill and outline: white inside when it is not open."""
        full = LOOKS[self.kind].full
        return full if self.state == "open" else Fill(theme.PAPER, full.edge, theme.INK)


def symbols_of(places: pd.DataFrame) -> list[Symbol]:
    """Return the symbols that some places take, in the order of the legend."""
    present = set(zip(places["kind"].astype(str), places["state"].astype(str), strict=True))
    return [Symbol(k, s) for k in LOOKS for s in _PART if (k, s) in present]


def draw(axes: Axes, symbol: Symbol, x: float, y: float, size: float = 1.0) -> Polygon:
    """Draw a symbol with its middle at a point in millimetres; return what says its category."""
    look, fill = LOOKS[symbol.kind], symbol.fill
    zorder = 6.0

    def drawn(corners: Corners) -> np.ndarray:
        return np.array(corners) * look.radius * size + (x, y)

    corners = drawn(look.corners)
    if symbol.kind != "france_services":
        axes.add_artist(
            Polygon(corners, facecolor=theme.PAPER, edgecolor=theme.PAPER, linewidth=RIM,
                    zorder=zorder, joinstyle="miter")
        )  # fmt: skip
    shape = Polygon(
        corners, facecolor=fill.face, edgecolor=fill.edge, linewidth=EDGE, joinstyle="miter",
        zorder=zorder + 0.1,
    )  # fmt: skip
    axes.add_artist(shape)
    if symbol.state == "interim":
        half = drawn(left_half(look.corners))
        axes.add_artist(Polygon(half, facecolor=fill.edge, edgecolor="none", zorder=zorder + 0.2))
    if symbol.state == "closed":
        axes.plot(*drawn(SLASH).T, color=fill.edge, linewidth=1.0, zorder=zorder + 0.2)
    return shape


PITCH = 3.5
"""Millimetres between the middles of places that stand side by side."""


NARROW_SIZE = 0.8
"""Size of symbols on one column, of the others 1."""


class Spread(NamedTuple):
    """Where places are drawn so that each is seen."""

    spots: list[tuple[float, float]]
    """Millimetres of each place."""
    groups: list[int]
    """Places of one group have made room for each other: the mean of their points has not moved."""


def spread(at: Sequence[tuple[float, float]], pitch: float = PITCH) -> Spread:
    """Return places moved apart, just enough for no symbol to lie on another.

    Two that touch move away from each other by as much, across or up, whichever is nearer done;
    places of one point leave it in the order given, from the left.

    Parameters
    ----------
    at : sequence of (float, float)
        Millimetres of each place.
    pitch : float
        Millimetres between the middles of places that stand side by side.

    Examples
    --------
    >>> made = spread([(5, 5), (20, 5), (5, 5)])
    >>> made.spots, made.groups
    ([(3.25, 5.0), (20.0, 5.0), (6.75, 5.0)], [0, 1, 0])
    """
    spots, count = np.array(at, dtype=float).reshape(-1, 2), len(at)
    same: dict[tuple[float, float], list[int]] = {}
    for row, point in enumerate(at):
        same.setdefault(point, []).append(row)
    for rows in same.values():
        if len(rows) > 1:
            turn = math.pi - math.tau * np.arange(len(rows)) / len(rows)
            spots[rows] += 0.01 * np.column_stack([np.cos(turn), np.sin(turn)])
    met = np.eye(count, dtype=bool)
    for _ in range(_STEPS):
        apart = spots[:, None, :] - spots[None, :, :]
        near = pitch - np.abs(apart).max(axis=2)
        touch = (near > 1e-3) & ~np.eye(count, dtype=bool)
        if not touch.any():
            break
        met |= touch
        # Half of what lacks each; a little more than needed, so that rows of several settle.
        push = np.where(touch, near * 0.5, 0.0)
        axis = np.abs(apart).argmax(axis=2)
        way = np.sign(np.take_along_axis(apart, axis[..., None], axis=2)[..., 0])
        shares = np.maximum(touch.sum(axis=1), 1)
        share = 1 / np.maximum(shares[:, None], shares[None, :])
        for side in (0, 1):
            spots[:, side] += np.where(axis == side, push * way * share, 0.0).sum(axis=1)
    reach = met
    for _ in range(count):
        wider = (reach.astype(int) @ reach.astype(int)) > 0
        if (wider == reach).all():
            break
        reach = wider
    groups = reach.argmax(axis=1).tolist() if count else []
    order = {first: n for n, first in enumerate(dict.fromkeys(groups))}
    return Spread(
        [(round(float(x), 3), round(float(y), 3)) for x, y in spots], [order[g] for g in groups]
    )


_STEPS = 2_000


def draw_places(canvas: Canvas, places: pd.DataFrame) -> list[tuple[float, float]]:
    """Draw the symbols of places, apart where they would touch; return where each stands.

    Parameters
    ----------
    canvas : Canvas
    places : pandas.DataFrame
        In the ground that the map shows: ``place_id``, ``kind``, ``state``, ``x``, ``y``
        (Lambert-93, metres).
    """
    at = [canvas.facts.at(x, y) for x, y in zip(places["x"], places["y"], strict=True)]
    size = NARROW_SIZE if canvas.page.narrow else 1.0
    made = spread(at, PITCH * size)
    first = 1 + max((p.group for p in canvas.facts.points), default=-1)
    for place, spot, group in zip(places.itertuples(), made.spots, made.groups, strict=True):
        symbol = Symbol(str(place.kind), str(place.state))
        artist = draw(canvas.axes, symbol, *spot, size)
        canvas.page.mark(artist, symbol.category, symbol.fill, form=symbol.form)
        canvas.facts.points.append(
            Point(artist, str(place.place_id), float(place.x), float(place.y), first + group)
        )
        canvas.room.take(Box(*spot, *spot).grown(LOOKS[symbol.kind].radius * size + 0.35))
    return made.spots
