"""What a map says of itself, for the checks to hold against what is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, Polygon


class Box(NamedTuple):
    """A rectangle: of millimetres on the page, or of metres on the ground."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    def grown(self, by: float) -> Box:
        """Return the box with a margin."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def meets(self, other: Box) -> bool:
        """Whether two boxes have a surface in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


class ScaleBar(NamedTuple):
    """A drawn length, and the metres that its label gives it."""

    line: Line2D
    metres: float
    label: str


class Disc(NamedTuple):
    """A circle whose area says a value."""

    artist: Circle
    value: float


class Point(NamedTuple):
    """The symbol of a place, where it is drawn, and where the place is."""

    artist: Polygon
    place_id: str
    x: float
    """Lambert-93, metres."""
    y: float
    group: int
    """Places that would touch make room for each other: the mean of their points does not move."""


@dataclass
class MapFacts:
    """What is drawn on a map, and how."""

    epsg: int | None
    """Of the outlines."""
    vintage: str
    """Who drew the boundaries, and when: written on the page."""
    frame: Box
    """Of the map, in millimetres of the plot area."""
    window: Box
    """The ground it shows, in metres."""
    bar: ScaleBar | None = None
    discs: list[Disc] = field(default_factory=list)
    disc_keys: list[Disc] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    shaded: pd.Series | None = None
    """The values that grounds are shaded by."""
    unit: str = ""
    """Of these values."""

    @property
    def metres(self) -> float:
        """Metres on the ground for a millimetre of the page."""
        return self.window.width / self.frame.width

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the millimetres of a point given in metres."""
        return (
            self.frame.left + (x - self.window.left) / self.metres,
            self.frame.bottom + (y - self.window.bottom) / self.metres,
        )
