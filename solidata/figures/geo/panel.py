"""Texts beside a map: headings, numbers, lists and keys, measured before they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from solidata.figures import theme
from solidata.figures.geo import symbols
from solidata.figures.notes import bound
from solidata.figures.page import MM_PER_POINT, Page, text_width, wrap
from solidata.french import typography

LEADING = 1.3 * MM_PER_POINT
_HANG, _KEY = 5.4, 5.0
"""Millimetres that a number or a symbol takes before its text."""
_ASCENT = 0.97
"""Ems from the top of a line of Inter to its baseline."""
STRONG = "#0B3C5D"
"""The ink of numbers that a reader looks for."""


class _Written(NamedTuple):
    x: float
    down: float
    text: str
    size: float
    weight: int
    colour: str


@dataclass
class Column:
    """Blocks of text one under the other in a width; what is added is measured at once."""

    width: float
    """Millimetres."""
    compact: bool = False
    """Whether it stands on one column, where less white is left."""
    height: float = 0.0
    """Millimetres from the top to the end of what was added."""
    _texts: list[_Written] = field(default_factory=list)
    _symbols: list[tuple[float, float, symbols.Symbol]] = field(default_factory=list)
    _rules: list[float] = field(default_factory=list)

    def gap(self, tall: float) -> None:
        """Leave white, unless nothing stands above."""
        if self._texts:
            self.height += tall

    def text(
        self,
        text: str,
        size: float = 7.5,
        weight: int = 400,
        colour: str = theme.INK,
        indent: float = 0.0,
    ) -> None:
        """Add a paragraph."""
        for line in wrap(bound(typography(text)), self.width - indent, size, weight):
            self._texts.append(_Written(indent, self.height, line, size, weight, colour))
            self.height += size * LEADING

    def heading(self, text: str) -> None:
        """Add what a part is about, under a line."""
        self.gap(2.0 if self.compact else 4.2)
        self._rules.append(self.height)
        self.height += 1.1 if self.compact else 1.5
        self.text(text, 8.0 if self.compact else 8.5, 700)
        self.height += 0.3 if self.compact else 0.9

    def numbered(self, number: str, text: str) -> None:
        """Add a number and, beside it, what it counts or ranks."""
        large, size = (9.5, 7.5) if self.compact else (12.0, 8.0)
        hang = max(_HANG, text_width(number, large, 700) + 2.2)
        self._texts.append(_Written(0.0, self.height, number, large, 700, STRONG))
        start = self.height
        # Digits and letters stand on one line.
        self.height += _ASCENT * (large - size) * MM_PER_POINT
        self.text(text, size, indent=hang)
        self.height = max(self.height, start + large * LEADING)
        self.height += 0.3 if self.compact else 1.1

    def keyed(self, symbol: symbols.Symbol, detail: str, text: str = "") -> None:
        """Add the key of a symbol with a detail in soft ink, and a text under it."""
        self.gap(0.8)
        middle = self.height + 7.5 * LEADING / 2
        self._symbols.append((_KEY / 2 - 0.8, middle, symbol))
        label, taken = symbol.category, _KEY + text_width(symbol.category, 7.5, 600) + 1.2
        beside = bool(detail) and taken + text_width(detail, 7.0) <= self.width
        if beside:
            self._texts.append(
                _Written(taken, self.height + 0.12, detail, 7.0, 400, theme.SOFT_INK)
            )
        self.text(label, 7.5, 600, indent=_KEY)
        if detail and not beside:
            self.text(detail, 7.0, colour=theme.SOFT_INK, indent=_KEY)
        if text:
            self.text(text, 7.5, indent=_KEY)

    def draw(self, page: Page, axes: Axes, x: float, top: float) -> None:
        """Draw it down from its top left corner, in millimetres of the plot area."""
        for down in self._rules:
            axes.add_artist(
                Line2D([x, x + self.width], [top - down] * 2, color=theme.INK, linewidth=0.6,
                       solid_capstyle="butt")
            )  # fmt: skip
        for right, down, text, size, weight, colour in self._texts:
            page.text(x + right, page.bottom + top - down, text, size=size, weight=weight,
                      color=colour, va="top")  # fmt: skip
        for right, down, symbol in self._symbols:
            symbols.draw(axes, symbol, x + right, top - down, symbols.NARROW_SIZE)


class KeyFigure(NamedTuple):
    """A number to see first, and what it counts."""

    value: str
    label: str


_GUTTER, _BESIDE, _PITCH = 4.0, 19.5, 4.4


@dataclass(frozen=True)
class Strip:
    """Key figures side by side, or on one column one under the other."""

    figures: Sequence[KeyFigure]
    width: float
    narrow: bool

    def _cells(self) -> list[Column]:
        wide = (self.width - _GUTTER * (len(self.figures) - 1)) / len(self.figures)
        cells = []
        for value, label in self.figures:
            cell = Column(wide)
            cell.text(value, 14.0, 700, STRONG)
            cell.text(label, 7.0, colour=theme.SOFT_INK)
            cells.append(cell)
        return cells

    def _labels(self) -> list[Column]:
        labels = []
        for _, label in self.figures:
            column = Column(self.width - _BESIDE)
            column.text(label, 7.0, colour=theme.SOFT_INK)
            labels.append(column)
        return labels

    @property
    def height(self) -> float:
        """Millimetres."""
        if self.narrow:
            return sum(max(_PITCH, label.height + 0.8) for label in self._labels())
        return max(cell.height for cell in self._cells())

    def draw(self, page: Page, axes: Axes, x: float, top: float) -> None:
        """Draw it down from its top left corner, in millimetres of the plot area."""
        if not self.narrow:
            for number, cell in enumerate(self._cells()):
                cell.draw(page, axes, x + number * (cell.width + _GUTTER), top)
            return
        for (value, _), label in zip(self.figures, self._labels(), strict=True):
            line = page.bottom + top - 7.0 * LEADING / 2
            page.text(x + _BESIDE - 2.0, line, value, size=9.5, weight=700, color=STRONG,
                      ha="right", va="center_baseline")  # fmt: skip
            label.draw(page, axes, x + _BESIDE, top)
            top -= max(_PITCH, label.height + 0.8)
