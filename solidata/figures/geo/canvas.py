"""A map on a page: its frame in millimetres, its scale, its ground, its outlines, its scale bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from solidata.figures import theme
from solidata.figures.geo.base import Base
from solidata.figures.geo.facts import Box, MapFacts, ScaleBar
from solidata.figures.geo.labels import HALO, Name, Room, within, write
from solidata.figures.page import MARGIN, Page, text_width
from solidata.figures.theme import Fill
from solidata.french import format_number

EDGE = 0.025
"""Ground shown around what a map is about, as a share of it."""
_DETAIL = 0.04
"""Millimetres: what is finer than a printed line is left out of it."""


@dataclass
class Canvas:
    """A map being drawn: axes in millimetres, and what is taken by symbols and names."""

    page: Page
    axes: Axes
    base: Base
    facts: MapFacts
    room: Room

    @classmethod
    def of(cls, page: Page, axes: Axes, base: Base, frame: Box, window: Box) -> Canvas:
        """Return a map of `window` (metres) in `frame` (millimetres of the plot area)."""
        facts = MapFacts(base.epsg, base.vintage, frame, window)
        page.maps.append(facts)
        return cls(page, axes, base, facts, Room(frame.grown(-0.6)))

    def shape(self, geometry: Any) -> Any:
        """Return what a map shows of a geometry, in millimetres."""
        import shapely

        window, at = self.facts.window, self.facts.at
        seen = shapely.clip_by_rect(geometry, *window.grown(0.0))
        moved = shapely.transform(seen, lambda xy: np.column_stack(at(xy[:, 0], xy[:, 1])))
        return moved.simplify(_DETAIL)

    def fill(self, geometry: Any, face: str, edge: str = "none", **style: Any) -> PathPatch | None:
        """Draw surfaces of the ground, None when the map shows nothing of them."""
        path = _path(self.shape(geometry))
        if path is None:
            return None
        patch = PathPatch(path, facecolor=face, edgecolor=edge, **{"linewidth": 0.0, **style})
        self.axes.add_artist(patch)
        return patch

    def ground(self, geometry: Any, category: str, fill: Fill) -> None:
        """Draw surfaces that stand for a category, and remember them."""
        patch = self.fill(geometry, fill.face, fill.edge, hatch=fill.hatch, zorder=2)
        if patch is not None:
            self.page.mark(patch, category, fill, ground=True)

    def lines(self, geometry: Any, colour: str, width: float, **style: Any) -> None:
        """Draw lines of the ground, `width` points wide."""
        import shapely

        shape = self.shape(geometry)
        if shape.is_empty:
            return
        each = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
        codes = [c for xy in each for c in (Path.MOVETO, *[Path.LINETO] * (len(xy) - 1))]
        style = {"zorder": 3, "joinstyle": "round", "capstyle": "round", **style}
        # One path, and not a line a part: ten times quicker to draw.
        self.axes.add_artist(
            PathPatch(Path(np.concatenate(each), codes), facecolor="none", edgecolor=colour,
                      linewidth=width, **style)
        )  # fmt: skip

    def outlines(self, *levels: str, communes: bool = False) -> None:
        """Draw limits, the finer the smaller what they part: communes, then `levels`, then the whole."""
        looks = {"epci_id": ("#7B8893", 0.5), "territory_id": (theme.INK, 0.8)}
        thin = 0.75 if self.page.narrow else 1.0
        if communes:
            self.lines(self.base.commune_lines, theme.PAPER, 0.35 * thin)
        for by in levels:
            colour, width = looks[by]
            for geometry in self.base.areas(by).geometry:
                self.lines(geometry.boundary, colour, width * thin, zorder=3.2)
        self.lines(self.base.whole.boundary, theme.INK, 1.2 * thin, zorder=3.5)

    def around(self) -> None:
        """Draw the départements around; no white is left where the frame reaches beyond them."""
        if len(self.base.geography.neighbours):
            frame = self.facts.frame
            self.axes.add_artist(
                Rectangle((frame.left, frame.bottom), frame.width, frame.height,
                          facecolor=theme.AROUND, edgecolor="none", zorder=0.5)
            )  # fmt: skip
        for geometry in self.base.geography.neighbours.geometry:
            self.fill(geometry, theme.AROUND, theme.PAPER, linewidth=1.0, zorder=1)

    def rivers(self) -> None:
        """Draw the rivers, over the ground and under the limits."""
        for geometry in self.base.geography.rivers.geometry:
            self.lines(geometry, theme.PAPER, 1.6, zorder=2.8)
            self.lines(geometry, theme.WATER, 0.9, zorder=2.9)

    def river_names(self) -> None:
        """Name each river along it, in the first place that is free."""
        import shapely

        colour = "#1F5E8A"
        for name, geometry in zip(
            self.base.geography.rivers["name"], self.base.geography.rivers.geometry, strict=True
        ):
            shape = self.shape(geometry)
            if shape.is_empty:
                continue
            line = max(shapely.get_parts(shape), key=lambda part: part.length)
            along = [line.interpolate(d) for d in np.arange(0, line.length, 1.0)]
            wide, tall = text_width(name, 6.5, 600), 6.5 * 0.36
            for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9):
                middle = line.interpolate(share, normalized=True)
                ends = [line.interpolate(share * line.length + s * wide / 2) for s in (-1, 1)]
                turn = math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x)
                turn = (turn + math.pi / 2) % math.pi - math.pi / 2
                x = middle.x - 1.7 * math.sin(turn)
                y = middle.y + 1.7 * math.cos(turn)
                across = wide * abs(math.cos(turn)) + tall * abs(math.sin(turn))
                up = wide * abs(math.sin(turn)) + tall * abs(math.cos(turn))
                box = Box(x - across / 2, y - up / 2, x + across / 2, y + up / 2)
                if self.room.free(box):
                    self.room.take(box)
                    self.page.text(
                        x, self.page.bottom + y, name, size=6.5, weight=600, color=colour,
                        ha="center", va="center", rotation=math.degrees(turn),
                        rotation_mode="anchor",
                        path_effects=[withStroke(linewidth=2 * HALO, foreground=theme.PAPER)],
                    )  # fmt: skip
                    break
            self.room.take(*(Box(p.x, p.y, p.x, p.y).grown(0.5) for p in along))

    def names_around(self) -> None:
        """Name the départements around in small capitals, where there is room."""
        import shapely

        neighbours = self.base.geography.neighbours
        for name, geometry in zip(neighbours["name"], neighbours.geometry, strict=True):
            shape = self.shape(geometry)
            if shape.is_empty or shape.area < 1.0:
                continue
            part = max(shapely.get_parts(shape), key=lambda p: p.area)
            middle = part.representative_point()
            nowhere = Box(middle.x, middle.y, middle.x, middle.y)
            wanted = Name((name.upper(),), middle.x, middle.y, nowhere, 6.0, 400, theme.SOFT_INK)
            if found := within(part, wanted, self.room):
                write(self.page, self.axes, found, halo=None)

    def scale_bar(self, x: float, y: float) -> float:
        """Draw the length of a round number of kilometres from `x` at `y`; return where it ends."""
        metres = round_length(0.22 * self.facts.window.width)
        long = metres / self.facts.metres
        km = metres / 1000
        label = f"{format_number(km) if km % 1 else int(km)}\u00a0km"
        if km < 1:
            label = f"{int(metres)}\u00a0m"
        (line,) = self.axes.plot(
            [x, x + long], [y, y], color=theme.INK, linewidth=1.2, solid_capstyle="butt"
        )
        for end in (x, x + long):
            self.axes.add_artist(
                Line2D([end, end], [y - 0.1, y + 1.2], color=theme.INK, linewidth=0.7)
            )
        end = x + long + 1.2
        self.page.text(end, self.page.bottom + y + 0.3, label, size=7, va="center_baseline")
        self.facts.bar = ScaleBar(line, metres, label)
        return end + text_width(label, 7)

    def panel(self, box: Box) -> None:
        """Clear the ground under a legend that stands on the map."""
        self.axes.add_artist(
            Rectangle(
                (box.left, box.bottom), box.width, box.height, facecolor=theme.PAPER,
                edgecolor="none", zorder=5,
            )
        )  # fmt: skip


def round_length(most: float) -> float:
    """Return the longest round number of metres up to `most`: 1, 2 or 5 and zeros.

    Examples
    --------
    >>> round_length(35_000), round_length(600)
    (20000.0, 500.0)
    """
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def window(focus: Box, frame: Box) -> Box:
    """Return the ground shown in a frame of which `focus` takes all that it can, in the middle."""
    metres = max(focus.width / frame.width, focus.height / frame.height)
    x, y = (focus.left + focus.right) / 2, (focus.bottom + focus.top) / 2
    wide, tall = frame.width * metres / 2, frame.height * metres / 2
    return Box(x - wide, y - tall, x + wide, y + tall)


def frame_size(focus: Box, ground: Box, most_wide: float, most_tall: float) -> tuple[float, float]:
    """Return the millimetres across and up of the largest map of `focus`, without unknown ground.

    It takes the whole width where the ground reaches that far.
    """
    metres = max(focus.width / most_wide, focus.height / most_tall)
    wide = min(most_wide, max(ground.width, focus.width) / metres)
    return wide, min(most_tall, focus.height / metres)


def inner(width: float) -> float:
    """Return the millimetres across that a page leaves to a map."""
    return width - 2 * MARGIN


def _path(shape: Any) -> Path | None:
    """Return surfaces as one path whose holes stay empty."""
    import shapely

    vertices, codes = [], []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon":
            continue
        for ring in shapely.get_rings(shapely.normalize(polygon)):
            points = shapely.get_coordinates(ring)
            vertices.append(points)
            codes += [Path.MOVETO, *[Path.LINETO] * (len(points) - 2), Path.CLOSEPOLY]
    return Path(np.concatenate(vertices), codes) if vertices else None
