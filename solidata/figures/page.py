"""A page to draw on, in millimetres from its bottom left corner; texts are measured, not guessed."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.text import Text

from solidata.figures import theme
from solidata.figures.theme import FONT, Fill, register_fonts
from solidata.french import plural

if TYPE_CHECKING:
    from solidata.figures.geo.facts import MapFacts

MM_PER_INCH = 25.4
_POINTS_PER_INCH, _SCALE = 72, 16
MM_PER_POINT = MM_PER_INCH / _POINTS_PER_INCH
LEADING = 1.32 * MM_PER_POINT
"""Millimetres from one line to the next, a point of type size."""
MARGIN = 1.0
"""Millimetres without ink on each side: a printer may cut there."""
NARROW = 120.0
"""Below this width in millimetres a page is one column of a publication."""
CAPITALS = 0.7275
"""Height of Inter's capitals and digits, in ems."""
LOW = 0.9
"""Points by which matplotlib's ``center_baseline``, which centres ascenders too, leaves digits low."""
_BREAKABLE = " "  # a no-break space never ends a line
_DOUBT = 2.0
"""Millimetres by which a line may differ from its words: letters are hardly ever kerned across a
space, by 1 mm in all along a line of bold type across a landscape page."""


@functools.lru_cache(maxsize=16)
def _font(family: str, weight: int) -> FT2Font:
    register_fonts()
    return get_font(findfont(FontProperties(family=[family], weight=weight)))


@functools.lru_cache(maxsize=20_000)
def text_width(text: str, size: float, weight: int = 400, family: str = FONT) -> float:
    """Return the width of `text` in millimetres, spaces at its ends included.

    Measured by the font itself: an outline (``TextPath``) would cost forty times more.

    Examples
    --------
    >>> text_width("278 M€", 8) < text_width("278 M€", 8, 700)
    True
    """
    font = _font(family, weight)
    # Sixteen times the size: the engine works in whole sixty-fourths of a point.
    font.set_size(size * _SCALE, _POINTS_PER_INCH)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / _SCALE * MM_PER_POINT


@functools.cache
def _drawable() -> frozenset[int]:
    """Return the characters that the typeface draws."""
    return frozenset(_font(FONT, 400).get_charmap())


def missing_glyphs(text: str) -> list[str]:
    """Return the characters that the typeface cannot draw, in order.

    Examples
    --------
    >>> missing_glyphs("1\u202f234 €"), missing_glyphs("Aide 😀")
    ([], ['😀'])
    """
    return [c for c in dict.fromkeys(text) if ord(c) not in _drawable()]


def wrap(text: str, width: float, size: float, weight: int = 400, first: float = 0.0) -> list[str]:
    """Return `text` cut into lines of at most `width` millimetres, at breakable spaces only.

    Parameters
    ----------
    text : str
        No-break spaces hold their words together.
    width : float
        Millimetres.
    size, weight : float, int
        Of the type.
    first : float
        Millimetres taken already on the first line.

    Examples
    --------
    >>> wrap("278 M€ de solidarités", 20, 8)
    ['278 M€ de', 'solidarités']
    """
    lines: list[str] = []
    current, wide = "", 0.0
    space = text_width(_BREAKABLE, size, weight)
    for word in text.split(_BREAKABLE):
        own = text_width(word, size, weight)
        longer, reach = (f"{current} {word}", wide + space + own) if current else (word, own)
        room = width - (first if not lines else 0.0)
        # The words tell, whose widths are known from other lines; the whole line is measured only
        # where the few letters that a space brings closer could matter.
        if abs(reach - room) < _DOUBT:
            reach = text_width(longer, size, weight)
        if current and reach > room:
            lines.append(current)
            current, wide = word, own
        else:
            current, wide = longer, reach
    return [*lines, current]


MAX_TITLE_WORDS = 15


def word_count(text: str) -> int:
    """Return the number of words of a title: a number is one, a sign or a unit none.

    Examples
    --------
    >>> word_count("Solidarités : 283 M€ votés en 2026"), word_count("1\u202f170\u202f000\u00a0€")
    (5, 1)
    """
    words = re.sub(r"(?<=\d)\u202f(?=\d)", "", text).split()
    return sum(any(c.isalnum() for c in word) and word not in {"M€", "k€"} for word in words)


@dataclass(frozen=True)
class Mark:
    """A drawn shape that stands for data: the checks look at these."""

    artist: Artist
    category: str
    fill: Fill
    bar: bool = False
    """Whether its length from a baseline says the value."""
    vertical: bool = False
    """Whether that length is a height."""
    ground: bool = False
    """Whether it is a surface of a map: what is written or drawn on it lies across it."""
    form: str = ""
    """The form of a symbol, where it says the category as much as the fill."""


@dataclass
class Page:
    """A matplotlib figure of exact size, and what was put on it."""

    width: float
    height: float
    bottom: float = 0.0
    """Where the plot area starts above the notes."""
    top: float = 0.0
    """Where it ends below the title."""
    marks: list[Mark] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What the page calls a category, where it is not the category itself."""
    maps: list[MapFacts] = field(default_factory=list)
    """What each of its maps says of itself."""
    figure: Figure = field(init=False)

    def __post_init__(self) -> None:
        """Make the figure; it belongs to no window and to no pyplot registry."""
        size = (self.width / MM_PER_INCH, self.height / MM_PER_INCH)
        self.figure = Figure(figsize=size)
        FigureCanvasAgg(self.figure)

    @property
    def plot_height(self) -> float:
        """Height of the plot area."""
        return self.top - self.bottom

    @property
    def narrow(self) -> bool:
        """Whether the page is one column of a publication."""
        return self.width < NARROW

    def text(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write `text` at millimetres from the bottom left corner of the page.

        `style` is what matplotlib's texts take, and ``tabular`` for digits of one width;
        ``center_baseline`` centres capitals and digits at `y`.
        """
        style.setdefault("size", 7.5)
        if style.get("va") == "center_baseline":
            y -= CAPITALS * style["size"] * MM_PER_POINT / 2
            style["va"] = "baseline"
        if style.pop("tabular", False):
            style["family"] = theme.TABULAR
        return self.figure.text(x / self.width, y / self.height, text.replace("$", r"\$"), **style)

    def axes(self, x: float, y: float, width: float, height: float, **options: Any) -> Axes:
        """Return axes at millimetres from the bottom left corner of the plot area."""
        place = (
            x / self.width,
            (self.bottom + y) / self.height,
            width / self.width,
            height / self.height,
        )
        return self.figure.add_axes(place, **options)

    def canvas_axes(self) -> Axes:
        """Return axes over the whole plot area whose units are millimetres, without a frame."""
        axes = self.axes(0, 0, self.width, self.plot_height)
        axes.set(xlim=(0, self.width), ylim=(0, self.plot_height))
        axes.axis("off")
        return axes

    def rule(self, y: float, width: float = 0.6, colour: str = theme.GRID) -> None:
        """Draw a line across the page at `y` millimetres."""
        place = [y / self.height] * 2
        inset = MARGIN / self.width
        line = Line2D(
            [inset, 1 - inset], place, color=colour, linewidth=width, solid_capstyle="butt"
        )
        line.set_transform(self.figure.transFigure)
        self.figure.add_artist(line)

    def mark(
        self,
        artist: Artist,
        category: str,
        fill: Fill,
        bar: bool = False,
        ground: bool = False,
        form: str = "",
    ) -> None:
        """Remember that `artist` stands for data."""
        self.marks.append(Mark(artist, category, fill, bar, ground=ground, form=form))

    def drawn(self) -> str:
        """Return how many shapes of each kind stand for data, such as « 28 barres couchées ».

        A picture redrawn as another kind of chart says something else here, whatever its data.
        """
        kinds = Counter(_kind(mark) for mark in self.marks)
        return ", ".join(f"{n} {plural(n, *names)}" for names, n in sorted(kinds.items()))


_KINDS = {
    "Rectangle": ("rectangle", "rectangles"),
    "Line2D": ("ligne", "lignes"),
    "PathCollection": ("nuage", "nuages"),
    "Circle": ("cercle", "cercles"),
}


def _kind(mark: Mark) -> tuple[str, str]:
    """Return what a shape is called, one of it and several."""
    if mark.bar:
        return ("barre dressée", "barres dressées") if mark.vertical else ("barre couchée", "barres couchées")  # fmt: skip
    if mark.form:
        return ("symbole", "symboles")
    return _KINDS.get(type(mark.artist).__name__, ("surface", "surfaces"))
