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
from solidata.tables import all_tables

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

# How much of a symbol is full: all when open, half when it receives elsewhere, nothing before.
_PART = {"open": "", "interim": "-demi", "planned": "-vide", "closed": "-barré"}


_HOUSE = {"open": "ouverte", "interim": "en accueil provisoire", "planned": "prévue",
          "closed": "fermée"}  # fmt: skip


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
            words = all_tables()["places"].field("state").labels[self.state].lower()
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


def draw(
    axes: Axes, symbol: Symbol, x: float, y: float, zorder: float = 6.0, size: float = 1.0
) -> Polygon:
    """Draw a symbol with its middle at a point in millimetres; return what says its category."""
    look, fill = LOOKS[symbol.kind], symbol.fill
    corners = np.array(look.corners) * look.radius * size + (x, y)
    if symbol.kind != "france_services":
        # A white line around parts it from limits and from its neighbour.
        axes.add_artist(
            Polygon(corners, facecolor=theme.PAPER, edgecolor=theme.PAPER, linewidth=2.2,
                    zorder=zorder, joinstyle="miter")
        )  # fmt: skip
    shape = Polygon(
        corners, facecolor=fill.face, edgecolor=fill.edge, linewidth=0.9, joinstyle="miter",
        zorder=zorder + 0.1,
    )  # fmt: skip
    axes.add_artist(shape)
    if symbol.state == "interim":
        half = corners.copy()
        half[:, 0] = np.minimum(half[:, 0], x)
        axes.add_artist(Polygon(half, facecolor=fill.edge, edgecolor="none", zorder=zorder + 0.2))
    if symbol.state == "closed":
        r = look.radius * size
        axes.plot([x - r, x + r], [y - r, y + r], color=fill.edge, linewidth=1.0,
                  zorder=zorder + 0.2)  # fmt: skip
    return shape


PITCH = 3.5
"""Millimetres between the middles of places that stand side by side."""


NARROW_SIZE = 0.8
"""Size of symbols on one column, of the others 1."""


class Group(NamedTuple):
    """Places drawn side by side around the mean of their points."""

    rows: tuple[int, ...]
    """Positions in the frame."""
    x: float
    y: float
    """Mean of their points, in millimetres."""
    spots: tuple[tuple[float, float], ...]
    """Where each is drawn."""
    pitch: float
    """Millimetres between them."""

    @property
    def box(self) -> Box:
        """What their symbols cover."""
        xs, ys = zip(*self.spots, strict=True)
        half = self.pitch / 2
        return Box(min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half)


def _group(rows: Sequence[int], at: Sequence[tuple[float, float]], pitch: float) -> Group:
    """Return places in rows of about as many, around the mean of their points."""
    x, y = (float(np.mean([at[row][axis] for row in rows])) for axis in (0, 1))
    columns = math.ceil(math.sqrt(len(rows)))
    lines = [rows[i : i + columns] for i in range(0, len(rows), columns)]
    spots = []
    for number, line in enumerate(lines):
        for rank in range(len(line)):
            spots.append(
                (
                    x + (rank - (len(line) - 1) / 2) * pitch,
                    y - (number - (len(lines) - 1) / 2) * pitch,
                )
            )
    return Group(tuple(rows), x, y, tuple(spots), pitch)


def groups(at: Sequence[tuple[float, float]], pitch: float = PITCH) -> list[Group]:
    """Return places grouped so that no symbol lies on another.

    Places whose symbols would touch stand side by side, in the order given, around the mean of
    their points; groups that would touch become one.

    Parameters
    ----------
    at : sequence of (float, float)
        Millimetres of each place.
    pitch : float
        Millimetres between the middles of places that stand side by side.

    Examples
    --------
    >>> [g.rows for g in groups([(0, 0), (20, 0), (0.5, 0)])]
    [(0, 2), (1,)]
    >>> groups([(0, 0), (0, 0)])[0].spots
    ((-1.75, 0.0), (1.75, 0.0))
    """
    made = [_group([row], at, pitch) for row in range(len(at))]
    while True:
        pair = next(
            (
                (i, j)
                for i in range(len(made))
                for j in range(i + 1, len(made))
                if made[i].box.grown(-1e-6).meets(made[j].box)
            ),
            None,
        )
        if pair is None:
            return made
        i, j = pair
        made[i] = _group(sorted(made[i].rows + made[j].rows), at, pitch)
        del made[j]


def draw_places(canvas: Canvas, places: pd.DataFrame, zorder: float = 6.0) -> list[Group]:
    """Draw the symbols of places, side by side where they would touch; return their groups.

    Parameters
    ----------
    canvas : Canvas
    places : pandas.DataFrame
        ``place_id``, ``kind``, ``state``, ``x``, ``y`` (Lambert-93, metres).
    """
    window = canvas.facts.window
    shown = places[
        places["x"].between(window.left, window.right)
        & places["y"].between(window.bottom, window.top)
    ].reset_index(drop=True)
    at = [canvas.facts.at(x, y) for x, y in zip(shown["x"], shown["y"], strict=True)]
    size = NARROW_SIZE if canvas.page.narrow else 1.0
    made = groups(at, PITCH * size)
    first = 1 + max((p.group for p in canvas.facts.points), default=-1)
    for number, group in enumerate(made, start=first):
        for row, spot in zip(group.rows, group.spots, strict=True):
            place = shown.loc[row]
            symbol = Symbol(str(place["kind"]), str(place["state"]))
            artist = draw(canvas.axes, symbol, *spot, zorder, size)
            canvas.page.mark(artist, symbol.category, symbol.fill, form=symbol.form)
            canvas.facts.points.append(
                Point(artist, str(place["place_id"]), float(place["x"]), float(place["y"]), number)
            )
            canvas.room.take(Box(*spot, *spot).grown(LOOKS[symbol.kind].radius * size + 0.35))
    return made
