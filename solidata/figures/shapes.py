"""The shapes that charts share: bars, direct labels, legends, rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from solidata.figures import theme
from solidata.figures.page import LOW, MARGIN, MM_PER_POINT, NARROW, Page, text_width, wrap
from solidata.figures.theme import Fill
from solidata.french import format_number

BAR = 5.4
"""Height of a stacked bar in millimetres."""


GAP = 0.5
"""Millimetres of white between two segments of a bar."""

_NAME, _LINE = 8.0, 8.0 * 1.25 * MM_PER_POINT
_NAMES = 0.32
"""Share of the page that names may take beside their bars."""


@dataclass(frozen=True)
class Names:
    """The names of stacked bars, broken for a width: a long one takes more lines, and its row.

    Attributes
    ----------
    lines : list of list of str
        The lines of each name, from the top bar down.
    extra : list of float
        Millimetres that each row takes beyond :attr:`pitch`.
    left : float
        Where bars start, in millimetres.
    above : bool
        Whether names stand above their bars, as on one column.
    """

    lines: list[list[str]]
    extra: list[float]
    left: float
    above: bool

    @classmethod
    def of(cls, names: Iterable[str], width: float, total: str = "") -> Names:
        """Return `names` broken for a page of `width` millimetres, with room for that of a total."""
        above = width < NARROW
        # Above its bar, a name leaves the column of numbers on the right and its title alone.
        room = width - 2 * MARGIN - 16.0 if above else _NAMES * width
        lines = [wrap(name, room, _NAME, 600) for name in names]
        widest = max(text_width(line, _NAME, 600) for name in lines for line in name)
        widest = max(widest, text_width(total, _NAME, 700) if total else 0.0)
        # Beside a bar, two lines fit in the pitch.
        extra = [max(0.0, len(n) * _LINE - (_LINE if above else 7.6)) for n in lines]
        return cls(lines, extra, MARGIN + (0.0 if above else widest + 2.5), above)

    @property
    def pitch(self) -> float:
        """Height of a row whose name is short: on one column the name stands above its bar."""
        return 11.6 if self.above else 8.2

    @property
    def height(self) -> float:
        """Height of all the rows."""
        return self.pitch * len(self.lines) + sum(self.extra)

    def bars(self, top: float) -> Iterator[tuple[list[str], float]]:
        """Yield the lines of each name and the bottom of its bar; `top` is where the first would be."""
        over = 1.0 if self.above else 0.5
        for lines, extra in zip(self.lines, self.extra, strict=True):
            top -= extra * over
            yield lines, top
            top -= self.pitch + extra * (1 - over)

    def write(self, page: Page, lines: Sequence[str], y: float) -> None:
        """Write the lines of a name beside its bar, or above it, whose bottom is at `y`."""
        style = {"va": "center_baseline", "size": _NAME, "weight": 600}
        x, side = (self.left, "left") if self.above else (self.left - 2.0, "right")
        last = BAR + 2.2 if self.above else BAR / 2 - (len(lines) - 1) / 2 * _LINE
        for number, line in enumerate(reversed(lines)):
            page.text(x, page.bottom + y + last + number * _LINE, line, ha=side, **style)


def tile(
    page: Page,
    axes: Axes,
    category: str,
    fill: Fill,
    x: float,
    y: float,
    width: float,
    height: float,
    is_bar: bool = False,
) -> Rectangle:
    """Draw one rectangle that stands for a category, in the units of `axes`, and remember it.

    Its outline runs on its edge, a quarter of a millimetre wide. When `is_bar`, its length from
    zero says a value.
    """
    shape = Rectangle(
        (x, y), width, height, facecolor=fill.face, edgecolor=fill.edge, hatch=fill.hatch,
        linewidth=0.7, joinstyle="miter",
        clip_on=False,  # or a bar would lose half its outline on the baseline
    )  # fmt: skip
    axes.add_artist(shape)  # limits are set in millimetres: nothing to work out from it
    page.mark(shape, category, fill, bar=is_bar)
    return shape


def bar(
    page: Page,
    axes: Axes,
    category: str,
    fill: Fill,
    x: float,
    y: float,
    width: float,
    height: float,
) -> Rectangle:
    """Draw a :func:`tile` whose length from zero says a value."""
    return tile(page, axes, category, fill, x, y, width, height, is_bar=True)


def stack(
    page: Page, axes: Axes, segments: Iterable[tuple[str, Fill, int]], y: float, scale: float
) -> None:
    """Draw counts end to end from zero, each written in its segment where it has room.

    Parameters
    ----------
    page : Page
    axes : matplotlib.axes.Axes
        In millimetres.
    segments : iterable of (category, Fill, count)
        From left to right; a count of zero takes no room.
    y : float
        Bottom of the bar.
    scale : float
        Millimetres for a count of one.
    """
    x = 0.0
    for category, fill, count in segments:
        wide = count * scale
        if wide:
            gap = min(GAP, wide / 2)
            bar(page, axes, category, fill, x + gap / 2, y, wide - gap, BAR)
            if text_width(format_number(count), 7.5, 600) <= wide - gap:
                inside(axes, fill, x + wide / 2, y + BAR / 2, format_number(count))
        x += wide


def inside(axes: Axes, fill: Fill, x: float, y: float, text: str, size: float = 7.5) -> None:
    """Write a label in the middle of a filled shape; a hatch is cleared behind it."""
    written = axes.annotate(
        text, (x, y), (0, LOW / 2), textcoords="offset points", annotation_clip=False,
        ha="center", va="center_baseline", size=size, weight=600, color=fill.ink,
    )  # fmt: skip
    if fill.hatch:
        written.set_bbox(
            {
                "facecolor": fill.face,
                "edgecolor": "none",
                "boxstyle": "round,pad=0.12,rounding_size=0.2",
            }
        )


def centred(page: Page, x: float, y: float, text: str, size: float = 8.0, **style: Any) -> Text:
    """Write `text` so that its capitals and digits are centred at `y`, beside a bar."""
    return page.text(x, y, text, size=size, va="center_baseline", **style)


Entry = tuple[str, str, Fill]
"""A key of a legend: label, detail (may be empty), fill."""

_KEY, _PAD, _BETWEEN = 3.6, 1.6, 5.0


def _grid(entries: Sequence[Entry], width: float) -> tuple[int, list[float]]:
    """Return how many rows a legend takes in `width` millimetres, and its column widths."""
    wide = [
        _KEY + _PAD + max(text_width(label, 7.5, 600), text_width(detail, 7) if detail else 0.0)
        for label, detail, _ in entries
    ]
    columns = len(entries)
    while columns > 1 and _row_width(wide, columns) > width:
        columns -= 1
    rows = -(-len(entries) // columns)
    columns = -(-len(entries) // rows)  # rows of even length
    return rows, [max(wide[i] for i in range(c, len(wide), columns)) for c in range(columns)]


def _row(entries: Sequence[Entry]) -> float:
    return 8.2 if any(detail for _, detail, _ in entries) else 4.8


def legend_height(entries: Sequence[Entry], width: float) -> float:
    """Return the height in millimetres of :func:`legend` in `width` millimetres."""
    return _grid(entries, width)[0] * _row(entries)


def legend(
    page: Page, axes: Axes, entries: Sequence[Entry], x: float, y: float, width: float
) -> None:
    """Draw keys with a label in bold and a detail under it, in as many rows as `width` asks.

    Parameters
    ----------
    page : Page
    axes : matplotlib.axes.Axes
        From :meth:`Page.canvas_axes`: its units are millimetres.
    entries : sequence of (label, detail, Fill)
    x, y : float
        Left and top of the legend, in millimetres from the bottom left of the plot area.
    width : float
        Room, in millimetres.
    """
    _, widths = _grid(entries, width)
    row, columns = _row(entries), len(widths)
    for number, (label, detail, fill) in enumerate(entries):
        column = number % columns
        left = x + sum(widths[:column]) + _BETWEEN * column
        top = y - row * (number // columns)
        tall = 5.6 if detail else 3.0
        key = Rectangle(
            (left, top - tall - 0.2), _KEY, tall, facecolor=fill.face, edgecolor=fill.edge,
            hatch=fill.hatch, linewidth=0.7,
        )  # fmt: skip
        axes.add_artist(key)
        base = page.bottom
        page.text(left + _KEY + _PAD, base + top, label, size=7.5, weight=600, va="top")
        if detail:
            style = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
            page.text(left + _KEY + _PAD, base + top - 3.3, detail, **style)


def _row_width(wide: Sequence[float], columns: int) -> float:
    widths = [max(wide[i] for i in range(c, len(wide), columns)) for c in range(columns)]
    return sum(widths) + _BETWEEN * (columns - 1)
