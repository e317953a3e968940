"""A table of shares to print: in each cell a share, its count, and a bar from zero to a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from solidata.figures import shapes, theme
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width, wrap
from solidata.french import format_number, format_rate, quote
from solidata.problems import RefusedError

MAX_ROWS = 30
"""Above this a table takes more than a page."""

_SIZE, _HEAD = 7.5, 7.0
_BAR, _ABOVE, _PAD = 1.3, 0.7, 1.7
_GUTTER, _INDENT, _LABEL = 4.0, 3.0, 20.0
_WIDEST = 27.0
"""Millimetres beyond which a bar is no easier to read."""


@dataclass(frozen=True)
class Line:
    """A row: its name, its whole, and the part of it in each column."""

    label: str
    whole: int
    parts: tuple[int, ...]
    level: int = 0
    """0 for the total, 1 for a group, 2 for a member of a group."""

    @property
    def weight(self) -> int:
        """Weight of its texts."""
        return (700, 600, 400)[self.level]

    def share(self, column: int) -> float | None:
        """Return the share in a column; None when there is nobody to share."""
        return self.parts[column] / self.whole if self.whole else None


@dataclass(frozen=True)
class _Layout:
    names: float
    """Width of the column of names."""
    whole: float
    """Right end of the column of wholes; 0 without it."""
    lefts: list[float]
    cell: float
    percent: float
    """Width of a share."""


@dataclass(frozen=True)
class ShareTable:
    """Rows of shares, laid out for any width; on one column counts are left out.

    Attributes
    ----------
    lines : sequence of Line
        From top to bottom.
    headers : tuple of str
        Titles of the names, of the wholes, then of each share.
    counted : str
        Title of the counts, beside that of each share.

    Raises
    ------
    RefusedError
        For no row or more than :data:`MAX_ROWS`, a part that is negative or more than its whole;
        once drawn, for more columns than the width has room for.
    """

    lines: Sequence[Line]
    headers: tuple[str, ...]
    counted: str

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not self.lines or len(self.lines) > MAX_ROWS:
            raise RefusedError(
                f"{len(self.lines)} lignes dans le tableau, de 1 à {MAX_ROWS} attendues."
            )
        for line in self.lines:
            if len(line.parts) != len(self.headers) - 2:
                raise RefusedError(
                    f"{quote(line.label)} : {len(line.parts)} parts, {len(self.headers) - 2} attendues."
                )
            if not all(0 <= part <= line.whole for part in line.parts):
                raise RefusedError(
                    f"{quote(line.label)} : une part négative ou plus grande que le tout."
                )

    def _layout(self, width: float) -> _Layout:
        percent = text_width(format_rate(1), _SIZE, 700, theme.TABULAR)
        columns = len(self.headers) - 2
        wholes = [format_number(line.whole) for line in self.lines]
        count = max(text_width(w, _SIZE, 700, theme.TABULAR) for w in wholes)
        room = width - 2 * MARGIN
        if width < NARROW:
            gutter = _GUTTER / 2
            need = max(percent, *(text_width(h, _HEAD) for h in self.headers[2:]))
            names = room - columns * (need + gutter)
            self._fits(names, columns, width)
            lefts = [MARGIN + names + gutter + n * (need + gutter) for n in range(columns)]
            return _Layout(names, 0.0, lefts, need, percent)
        natural = max(
            text_width(line.label, _SIZE, line.weight) + self._indent(line, width)
            for line in self.lines
        )
        whole = max(count, text_width(self.headers[1], _HEAD))
        said = text_width(self.counted, _HEAD)
        need = max(
            percent + 2.0 + count, *(text_width(h, _HEAD) + 1.5 + said for h in self.headers[2:])
        )
        left = room - whole - _GUTTER - columns * (need + _GUTTER)
        self._fits(left, columns, width)
        names = min(natural + 1.0, left)
        cell = min(max(need, _WIDEST), need + (left - names) / columns)
        # What is left goes to the names: the numbers stay together, on the right.
        names = room - whole - _GUTTER - columns * (cell + _GUTTER)
        lefts = [width - MARGIN - cell - n * (cell + _GUTTER) for n in reversed(range(columns))]
        return _Layout(names, MARGIN + names + _GUTTER + whole, lefts, cell, percent)

    def _fits(self, names: float, columns: int, width: float) -> None:
        if names < _LABEL:
            raise RefusedError(
                f"{columns} distances ne tiennent pas dans {width:.0f} mm ; choisissez un format plus "
                "large, ou moins de distances."
            )

    def _indent(self, line: Line, width: float) -> float:
        return _INDENT * (0.6 if width < NARROW else 1.0) if line.level == 2 else 0.0

    def _labels(self, width: float) -> list[list[str]]:
        names, found = self._layout(width).names, []
        for line in self.lines:
            room = names - self._indent(line, width)
            label = wrap(line.label, room, _SIZE, line.weight)
            if any(text_width(part, _SIZE, line.weight) > room + 0.1 for part in label):
                raise RefusedError(
                    f"{quote(line.label)} : un mot ne tient pas dans {width:.0f} mm ; choisissez un format "
                    "plus large, ou raccourcissez ce libellé."
                )
            found.append(label)
        return found

    def _tall(self, label: list[str]) -> float:
        text = _SIZE * LEADING
        return max(len(label) * text, text + _ABOVE + _BAR) + _PAD

    def _head(self, width: float) -> float:
        first = wrap(self.headers[0], self._layout(width).names, _HEAD)
        return len(first) * _HEAD * LEADING + 1.2

    def height(self, width: float) -> float:
        """Return the height of the plot area in millimetres for a width in millimetres."""
        return self._head(width) + sum(map(self._tall, self._labels(width))) + 1.5

    def draw(self, page: Page) -> None:
        """Draw everything in millimetres on the plot area of `page`."""
        made, base = self._layout(page.width), page.bottom
        y = page.plot_height - 0.5
        head = {"size": _HEAD, "color": theme.SOFT_INK, "va": "top"}
        first = wrap(self.headers[0], made.names, _HEAD)
        for number, text in enumerate(first):
            page.text(MARGIN, base + y - number * _HEAD * LEADING, text, **head)
        low = base + y - (len(first) - 1) * _HEAD * LEADING
        if made.whole:
            page.text(made.whole, low, self.headers[1], ha="right", **head)
        for left, text in zip(made.lefts, self.headers[2:], strict=True):
            page.text(left, low, text, **head)
            if made.whole:
                page.text(left + made.cell, low, self.counted, ha="right", **head)
        y -= self._head(page.width)
        page.rule(base + y, 0.8, theme.INK)
        axes = [
            page.axes(left, 0, made.cell, page.plot_height, xlim=(0, 1), ylim=(0, page.plot_height))
            for left in made.lefts
        ]
        for one in axes:
            one.axis("off")
        for line, label in zip(self.lines, self._labels(page.width), strict=True):
            tall = self._tall(label)
            if line is not self.lines[0]:
                page.rule(base + y, 0.8 if line.level == 1 else 0.3, theme.GRID)
            top = y - _PAD / 2
            style = {"size": _SIZE, "va": "top", "weight": line.weight}
            for number, text in enumerate(label):
                indent = MARGIN + self._indent(line, page.width)
                page.text(indent, base + top - number * _SIZE * LEADING, text, **style)
            if made.whole:
                page.text(
                    made.whole, base + top, format_number(line.whole), ha="right", tabular=True, **style
                )  # fmt: skip
            for column, left in enumerate(made.lefts):
                self._cell(page, made, axes[column], line, column, left, top)
            y -= tall
        page.rule(base + y, 0.8, theme.INK)

    def _cell(self, page: Page, made: _Layout, axes: Axes, line: Line, column: int, left: float, top: float) -> None:  # fmt: skip
        share = line.share(column)
        text = "–" if share is None else format_rate(share)
        style = {"size": _SIZE, "va": "top", "ha": "right", "tabular": True, "weight": line.weight}
        page.text(left + made.percent, page.bottom + top, text, **style)
        if made.whole:
            soft = {**style, "weight": 400, "color": theme.SOFT_INK}
            page.text(
                left + made.cell, page.bottom + top, format_number(line.parts[column]), **soft
            )
        low = top - _SIZE * LEADING - _ABOVE - _BAR + 0.5
        axes.plot([0, 1], [low, low], color=theme.GRID, linewidth=0.6, clip_on=False, zorder=0, solid_capstyle="butt")  # fmt: skip
        if share:
            shapes.bar(page, axes, self.headers[column + 2], theme.HIGHLIGHT, 0, low, share, _BAR)
