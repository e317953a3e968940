"""The legend of a map: keys, circles and words in blocks that flow into the room there is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from solidata.figures import theme
from solidata.figures.geo import symbols
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box, Disc
from solidata.figures.page import MM_PER_POINT, text_width
from solidata.figures.theme import Fill
from solidata.french import format_number

_TITLE, _LABEL, _DETAIL = 7.5, 7.0, 7.0
_ROW, _BETWEEN, _PAD = 4.3, 3.2, 1.6


class Block(Protocol):
    """A part of a legend."""

    def size(self) -> tuple[float, float]:
        """Return its width and height in millimetres."""

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        """Draw it down from its top left corner."""


@dataclass(frozen=True)
class Key:
    """A key: what draws it in the middle of its place, its label, and a detail in soft ink."""

    draw: Callable[[Axes, float, float], None]
    label: str
    detail: str = ""


_KEY_WIDTH = 5.2


@dataclass(frozen=True)
class Keys:
    """A title and keys under it."""

    title: str
    keys: Sequence[Key]

    def _inner(self) -> float:
        """Return the width of the labels and of their details, which end together."""
        labels = max(text_width(k.label, _LABEL) for k in self.keys)
        details = max((text_width(k.detail, _DETAIL) for k in self.keys if k.detail), default=-3.0)
        return _KEY_WIDTH + _PAD + labels + 3.0 + details

    def size(self) -> tuple[float, float]:
        """Return its width and height in millimetres."""
        wide = max(text_width(self.title, _TITLE, 600), self._inner())
        return wide, (4.6 if self.title else 0.0) + _ROW * len(self.keys)

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        """Draw it down from its top left corner."""
        page = canvas.page
        right = x + self._inner()
        if self.title:
            page.text(x, page.bottom + top, self.title, size=_TITLE, weight=600, va="top")
            top -= 4.6
        for key in self.keys:
            y = top - _ROW / 2
            key.draw(canvas.axes, x + _KEY_WIDTH / 2, y)
            left = x + _KEY_WIDTH + _PAD
            base = page.bottom + y
            page.text(left, base, key.label, size=_LABEL, va="center_baseline")
            if key.detail:
                style = {"size": _DETAIL, "color": theme.SOFT_INK, "va": "center_baseline"}
                page.text(right, base, key.detail, ha="right", **style)
            top -= _ROW


@dataclass(frozen=True)
class Words:
    """Lines of text, the first ones larger."""

    lines: Sequence[tuple[str, float, int, str]]
    """Text, size, weight, colour."""

    def size(self) -> tuple[float, float]:
        """Return its width and height in millimetres."""
        wide = max(text_width(text, size, weight) for text, size, weight, _ in self.lines)
        return wide, sum(size * 1.25 * MM_PER_POINT for _, size, _, _ in self.lines)

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        """Draw it down from its top left corner."""
        for text, size, weight, colour in self.lines:
            canvas.page.text(
                x, canvas.page.bottom + top, text, size=size, weight=weight, color=colour, va="top"
            )
            top -= size * 1.25 * MM_PER_POINT


@dataclass(frozen=True)
class Discs:
    """Circles of three rounded values, one in the other, each with a line to its number."""

    title: str
    values: Sequence[float]
    per_mm2: float
    """Value of a square millimetre of circle."""
    fill: Fill

    def _radii(self) -> list[float]:
        return [radius(v, self.per_mm2) for v in self.values]

    def _pitch(self) -> list[float]:
        """Return the height of each number: where its circle ends, or just above the one before."""
        at: list[float] = []
        for r in self._radii():
            at.append(max(2 * r, at[-1] + 3.1) if at else max(2 * r, 1.2))
        return at

    def size(self) -> tuple[float, float]:
        """Return its width and height in millimetres."""
        labels = max(text_width(format_number(v), _LABEL) for v in self.values)
        wide = max(text_width(self.title, _TITLE, 600), 2 * max(self._radii()) + 5.0 + labels)
        return wide, 4.6 + max(2 * max(self._radii()), self._pitch()[-1]) + 2.0

    def draw(self, canvas: Canvas, x: float, top: float) -> None:
        """Draw it down from its top left corner."""
        page, (_, tall) = canvas.page, self.size()
        page.text(x, page.bottom + top, self.title, size=_TITLE, weight=600, va="top")
        base, largest = top - tall + 0.6, max(self._radii())
        ordered = sorted(zip(self.values, self._radii(), self._pitch(), strict=True), reverse=True)
        for value, r, level in ordered:
            disc = Circle((x + largest, base + r), r, facecolor=theme.PAPER,
                          edgecolor=self.fill.edge, linewidth=0.8, zorder=6)  # fmt: skip
            canvas.axes.add_artist(disc)
            canvas.facts.disc_keys.append(Disc(disc, value))
            end = x + 2 * largest + 3.0
            canvas.axes.plot(
                [x + largest, end - 1.0, end], [base + 2 * r, base + level, base + level],
                color=theme.SOFT_INK, linewidth=0.4, zorder=6,
            )  # fmt: skip
            page.text(
                end + 0.8, page.bottom + base + level, format_number(value), size=_LABEL,
                va="center_baseline",
            )  # fmt: skip


def radius(value: float, per_mm2: float) -> float:
    """Return the millimetres of radius of a circle whose area says a value.

    Examples
    --------
    >>> round(radius(4, 1) / radius(1, 1), 6)
    2.0
    """
    return math.sqrt(value / per_mm2 / math.pi)


def rounded_keys(most: float) -> list[float]:
    """Return three rounded values for a legend of circles, the largest within `most`.

    Examples
    --------
    >>> rounded_keys(47_219)
    [1000.0, 10000.0, 40000.0]
    """
    power = 10.0 ** math.floor(math.log10(most))
    return [power / 10, power, power * math.floor(most / power)] if most >= 2 * power else [
        power / 10, power / 2, power
    ]  # fmt: skip


def symbol_key(symbol: symbols.Symbol, count: int) -> Key:
    """Return the key of a symbol, and how many places it stands for."""
    return Key(
        lambda axes, x, y: symbols.draw(axes, symbol, x, y) and None,
        symbol.category,
        format_number(count),
    )


def ground_key(fill: Fill, label: str, detail: str = "") -> Key:
    """Return the key of a shaded ground."""

    def tile(axes: Axes, x: float, y: float) -> None:
        axes.add_artist(
            Rectangle((x - 2.4, y - 1.4), 4.8, 2.8, facecolor=fill.face, edgecolor=fill.edge,
                      hatch=fill.hatch, linewidth=0.6, zorder=6)
        )  # fmt: skip

    return Key(tile, label, detail)


@dataclass
class Legend:
    """Blocks, one under the other in a corner, or side by side under or beside the map."""

    blocks: list[Block] = field(default_factory=list)

    def column(self) -> tuple[float, float]:
        """Return the width and height of the blocks one under the other."""
        sizes = [block.size() for block in self.blocks]
        return max(w for w, _ in sizes), sum(h for _, h in sizes) + _BETWEEN * (len(sizes) - 1)

    def flow(self, width: float) -> tuple[list[tuple[float, float]], float]:
        """Return where each block stands in `width` millimetres, right and down, and the height."""
        spots, x, y, tall = [], 0.0, 0.0, 0.0
        for block in self.blocks:
            wide, high = block.size()
            if x and x + wide > width:
                x, y, tall = 0.0, y + tall + _BETWEEN, 0.0
            spots.append((x, y))
            x, tall = x + wide + 6.0, max(tall, high)
        return spots, y + tall

    def draw(self, canvas: Canvas, box: Box) -> None:
        """Draw the blocks down from the top left of a box, in its width."""
        spots, _ = self.flow(box.width + 1e-6)
        for block, (right, down) in zip(self.blocks, spots, strict=True):
            block.draw(canvas, box.left + right, box.top - down)
