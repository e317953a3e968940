"""Names beside what they name: measured, tried around it in a fixed order, never one on another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from solidata.figures import theme
from solidata.figures.geo.facts import Box
from solidata.figures.page import MM_PER_POINT, Page, text_width

LEADING = 1.16 * MM_PER_POINT
"""Millimetres from one line of a name to the next, a point of type size."""
_AIR = 0.35
"""Millimetres between a name and anything else."""
HALO = 1.5
"""Points of white around the letters of a name that stands on a map."""


@dataclass(frozen=True)
class Name:
    """A name to write beside a point."""

    lines: tuple[str, ...]
    x: float
    """Millimetres in the plot area."""
    y: float
    clear: Box
    """What it names: it stands outside."""
    size: float = 7.0
    weight: int = 400
    colour: str = theme.INK
    must: bool = False
    """Whether a name without room beside its point is led to it by a line from further away."""
    centred: bool = False
    """Whether it stands above or below rather than to the left, where it may seem a neighbour's."""

    @property
    def width(self) -> float:
        """Of the widest line, in millimetres."""
        return max(text_width(line, self.size, self.weight) for line in self.lines)

    @property
    def height(self) -> float:
        """Of the lines, in millimetres."""
        return len(self.lines) * self.size * LEADING


def legible(lines: Iterable[str], size: float) -> float:
    """Return the size of a name: that of a text to read when it is as long as one.

    Examples
    --------
    >>> legible(["Mer"], 6.5), legible(["Romorantinais et Monestois"], 6.5)
    (6.5, 7.0)
    """
    return max(size, 7.0) if any(len(line) > 25 for line in lines) else size


@dataclass(frozen=True)
class Written:
    """A name and where it stands."""

    name: Name
    box: Box
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


# Where a reader looks first: to the right, above, left, below (Imhof).
_AROUND = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))

_CENTRED = (*_AROUND[:3], *_AROUND[6:], *_AROUND[3:6])


def _beside(name: Name) -> Iterable[Box]:
    wide, tall, clear = name.width, name.height, name.clear
    for right, up in _CENTRED if name.centred else _AROUND:
        # A name at a corner comes nearer than its box would: letters leave the corner free.
        tuck = 0.25 * tall if right and up else 0.0
        off = _AIR if right and up else 2 * _AIR
        x = (clear.left - wide - off, (clear.left + clear.right - wide) / 2, clear.right + off)[
            right + 1
        ]
        middle = (clear.bottom + clear.top - tall) / 2
        y = (clear.bottom - tall - _AIR + tuck, middle, clear.top + _AIR - tuck)[up + 1]
        yield Box(x, y, x + wide, y + tall)


def _away(name: Name) -> Iterable[tuple[Box, tuple[float, float]]]:
    """Yield boxes further and further away, each with the end of the line that leads there."""
    wide, tall = name.width, name.height
    for step in range(1, 13):
        for turn in range(16):
            angle = math.tau * turn / 16
            x = name.x + (2.0 + 2.2 * step) * math.cos(angle)
            y = name.y + (2.0 + 2.2 * step) * math.sin(angle)
            left = (
                x if math.cos(angle) > 0.3 else x - wide if math.cos(angle) < -0.3 else x - wide / 2
            )
            low = (
                y if math.sin(angle) > 0.7 else y - tall if math.sin(angle) < -0.7 else y - tall / 2
            )
            yield Box(left, low, left + wide, low + tall), (x, y)


class Room:
    """What is taken already on a map, as boxes of millimetres."""

    def __init__(self, frame: Box, taken: Iterable[Box] = ()) -> None:
        self.frame = frame
        self._boxes: list[Box] = list(taken)
        self._crossed: list[Box] = []

    def take(self, *boxes: Box, crossed: bool = False) -> None:
        """Add what nothing may be written on; a line that leads to a name may cross it if `crossed`."""
        (self._crossed if crossed else self._boxes).extend(boxes)

    def free(self, box: Box, line: bool = False) -> bool:
        """Whether a box, or a part of a line, lies in the frame and on nothing."""
        taken = self._boxes if line else self._boxes + self._crossed
        if not (
            self.frame.left <= box.left
            and box.right <= self.frame.right
            and self.frame.bottom <= box.bottom
            and box.top <= self.frame.top
        ):
            return False
        if not taken:
            return True
        left, bottom, right, top = np.array(taken).T
        apart = (
            (left >= box.right) | (right <= box.left) | (bottom >= box.top) | (top <= box.bottom)
        )
        return bool(apart.all())


def _dots(start: tuple[float, float], end: tuple[float, float]) -> list[Box]:
    """Return a line as small boxes along it."""
    count = max(2, int(math.dist(start, end) / 0.5))
    steps = np.linspace(0, 1, count + 1)
    return [
        Box(x, y, x, y).grown(0.1)
        for x, y in zip(
            start[0] + steps * (end[0] - start[0]),
            start[1] + steps * (end[1] - start[1]),
            strict=True,
        )
    ]


def place(names: Sequence[Name], room: Room) -> tuple[list[Written], list[Name]]:
    """Return the names that have room, in the order given, and those that have none.

    A name is tried at eight places around what it names, then, when it `must` be written, further
    and further away with a line that leads to it. The first free place is kept: the order of the
    names is their priority, and the same names always stand at the same places.

    Parameters
    ----------
    names : sequence of Name
    room : Room
        What is taken already; the names placed are added to it.

    Examples
    --------
    >>> point = Box(10, 10, 12, 12)
    >>> names = [Name(("Mer",), 11, 11, point), Name(("Blois",), 11, 11, point)]
    >>> written, left = place(names, Room(Box(0, 0, 30, 20), [point]))
    >>> [w.box.left > 12 for w in written], left
    ([True, False], [])
    """
    written, left = [], []
    for name in names:
        found = next((Written(name, b) for b in _beside(name) if room.free(b)), None)
        if found is None and name.must:
            found = _led(name, room)
        if found is None:
            left.append(name)
            continue
        room.take(found.box.grown(0.15))
        if found.leader:
            room.take(*_dots(*found.leader))
        written.append(found)
    return written, left


def _led(name: Name, room: Room) -> Written | None:
    for box, end in _away(name):
        if not room.free(box):
            continue
        start = _edge(name.clear, name.x, name.y, end)
        if all(room.free(dot, line=True) for dot in _dots(start, end)[1:-1]):
            return Written(name, box, (start, end))
    return None


def _edge(clear: Box, x: float, y: float, end: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from a point to `end` leaves what stands around the point."""
    reach = [1.0]
    for near, far, low, high in (
        (x, end[0], clear.left, clear.right),
        (y, end[1], clear.bottom, clear.top),
    ):
        if far != near:
            reach.append(((high if far > near else low) - near) / (far - near))
    share = min(r for r in reach if r > 0) if any(r > 0 for r in reach) else 0.0
    return x + share * (end[0] - x), y + share * (end[1] - y)


def within(
    area: Any, name: Name, room: Room, spread: int = 33, least: float = 1.0
) -> Written | None:
    """Return a name written inside an area, as near as can be to where it is wanted.

    Parameters
    ----------
    area : shapely geometry
        In millimetres.
    name : Name
        Wanted at its ``x`` and ``y``.
    room : Room
    spread : int
        Places tried across the area and up it.
    least : float
        How much of the name must lie in the area; under 1, the most inside comes first.

    Returns
    -------
    Written or None
        None when the name fits nowhere in the area.
    """
    import shapely

    left, bottom, right, top = area.bounds
    wide, tall = name.width, name.height
    xs, ys = np.meshgrid(np.linspace(left, right, spread), np.linspace(bottom, top, spread))
    across, up = np.append(name.x, xs.ravel()), np.append(name.y, ys.ravel())
    boxes = shapely.box(across - wide / 2, up - tall / 2, across + wide / 2, up + tall / 2)
    # The line box of a text is taller than its letters.
    wider = area.buffer(0.4)
    shapely.prepare(wider)
    away = np.hypot(across - name.x, up - name.y)
    if least < 1:
        # Only a box that lies across the limit has to be cut by it: the others are in or out.
        part = shapely.contains(wider, boxes).astype(float)
        cut = (part == 0) & shapely.intersects(wider, boxes)
        # Cutting by a rectangle is ten times quicker than by any shape.
        pieces = [shapely.clip_by_rect(wider, *bounds) for bounds in shapely.bounds(boxes[cut])]
        part[cut] = shapely.area(pieces) / (wide * tall)
        inside, order = part >= least, np.lexsort((away, -part.round(2)))
    else:
        inside, order = shapely.contains(wider, boxes), np.argsort(away, kind="stable")
    for rank in order[inside[order]]:
        x, y = float(across[rank]), float(up[rank])
        box = Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        if room.free(box):
            room.take(box.grown(0.3))
            return Written(name, box)
    return None


def write(page: Page, axes: Axes, written: Written, halo: str | None = theme.PAPER) -> None:
    """Draw a name, with a halo that parts it from what lies under, and the line that leads to it."""
    name, box = written.name, written.box
    if written.leader:
        (x0, y0), (x1, y1) = written.leader
        axes.plot([x0, x1], [y0, y1], color=theme.INK, linewidth=0.5, zorder=7)
    pitch = name.size * LEADING
    middle = (box.left + box.right) / 2
    if len(name.lines) > 1 or name.clear.width == 0:
        x, ha = middle, "center"
    elif middle >= name.x:
        x, ha = box.left, "left"
    else:
        x, ha = box.right, "right"
    effects = [withStroke(linewidth=2 * HALO, foreground=halo)] if halo else []
    for number, line in enumerate(name.lines):
        y = box.top - (number + 0.5) * pitch
        page.text(
            x, page.bottom + y, line, ha=ha, va="center_baseline", size=name.size,
            weight=name.weight, color=name.colour, path_effects=effects,
        )  # fmt: skip
