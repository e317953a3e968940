"""Where map, legend, scale bar and credit stand on a page: worked out for any width."""

from __future__ import annotations

from dataclasses import dataclass

from solidata.figures import theme
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import EDGE, Canvas, frame_size, inner, window
from solidata.figures.geo.facts import Box
from solidata.figures.geo.legend import Legend
from solidata.figures.page import MARGIN, MM_PER_POINT, NARROW, Page, wrap
from solidata.french import listed

_INSET, _GAP, _PAD = 1.6, 4.0, 2.0
_LEADING = 7.0 * 1.32 * MM_PER_POINT
_BAR_ROOM = 46.0
"""Millimetres that the scale bar takes beside the credit."""
TALLEST, TALLEST_WIDE = 150.0, 118.0
"""Millimetres of a map, on a page and across an A4 in landscape."""
LANDSCAPE = 220.0
"""Above this width in millimetres a page is an A4 in landscape."""


@dataclass(frozen=True)
class Sheet:
    """The parts of a map's page, in millimetres of its plot area."""

    height: float
    frame: Box
    window: Box
    legend: Box
    on_map: bool
    """Whether the legend stands on the map, where nothing of the subject is."""
    credit: Box
    narrow: bool


def credit(base: Base, more: str = "") -> str:
    """Return the line under a map: boundaries, projection, and what it could not say."""
    line = f"Contours\u00a0: {base.vintage}. Projection Lambert-93 (EPSG:{base.epsg})."
    return f"{line} {more}".strip()


def sheet(
    base: Base, legend: Legend, width: float, focus: Box | None = None, more: str = ""
) -> Sheet:
    """Return where everything stands on a page of `width` millimetres.

    Parameters
    ----------
    base : Base
    legend : Legend
    width : float
        Of the page.
    focus : Box, optional
        The ground to show, in metres; by default all the communes.
    more : str
        The longest sentence that may follow the credit.
    """
    focus = focus or Box(*map(float, base.whole.bounds))
    focus = focus.grown(EDGE * max(focus.width, focus.height))
    most_tall = TALLEST_WIDE if width > LANDSCAPE else TALLEST
    column = legend.column() if legend.blocks else (0.0, 0.0)
    wide, tall = frame_size(focus, base.ground, inner(width), most_tall)
    beside = inner(width) - wide >= column[0] + _GAP
    narrow = width < NARROW
    foot = foot_height(base, inner(width), narrow, more)
    for corner in (None, "ne", "sw", "se", "nw", "under"):
        under = legend.flow(inner(width))[1] + _GAP if corner == "under" and legend.blocks else 0.0
        height = tall + under + foot + 2.0
        frame = Box(MARGIN, height - tall, MARGIN + wide, height)
        shown = window(focus, frame)
        if corner == "under" or (corner is None and beside) or not legend.blocks:
            break
        if corner is not None and (box := _corner(base, frame, shown, column, corner)):
            return Sheet(height, frame, shown, box, True, _foot(width, foot), narrow)
    if corner is None:
        left = frame.right + _GAP
        box = Box(left, frame.bottom, width - MARGIN, frame.top - 0.5)
    else:
        box = Box(MARGIN, foot, width - MARGIN, frame.bottom - _GAP + 1.0)
    return Sheet(height, frame, shown, box, False, _foot(width, foot), narrow)


def foot_height(base: Base, width: float, narrow: bool, more: str = "") -> float:
    """Return the millimetres under a map of `width` that its scale bar and credit take."""
    lines = wrap(credit(base, more), width - (0.0 if narrow else _BAR_ROOM), 7)
    return len(lines) * _LEADING + (4.6 if narrow else 1.0)


def _foot(width: float, tall: float) -> Box:
    return Box(MARGIN, 0.0, width - MARGIN, tall)


def _corner(
    base: Base, frame: Box, shown: Box, size: tuple[float, float], corner: str
) -> Box | None:
    """Return where a legend fits in a corner of the map without covering its subject."""
    import shapely

    wide, tall = size[0] + 2 * _PAD, size[1] + 2 * _PAD
    left = frame.left + _INSET if "w" in corner else frame.right - _INSET - wide
    bottom = frame.bottom + _INSET if "s" in corner else frame.top - _INSET - tall
    box = Box(left, bottom, left + wide, bottom + tall)
    if wide > frame.width or tall > frame.height:
        return None
    metres = shown.width / frame.width
    on_ground = Box(
        shown.left + (box.left - frame.left) * metres,
        shown.bottom + (box.bottom - frame.bottom) * metres,
        shown.left + (box.right - frame.left) * metres,
        shown.bottom + (box.top - frame.bottom) * metres,
    ).grown(_INSET * metres)
    return None if shapely.intersects(base.whole, shapely.box(*on_ground)) else box


def begin(page: Page, base: Base, made: Sheet) -> Canvas:
    """Return a map with the départements around, and the place of its legend taken."""
    axes = page.canvas_axes()
    canvas = Canvas.of(page, axes, base, made.frame, made.window)
    canvas.around()
    if made.on_map:
        canvas.panel(made.legend)
        canvas.room.take(made.legend)
    return canvas


def finish(canvas: Canvas, made: Sheet, legend: Legend, more: str = "") -> None:
    """Write the legend, the scale bar and the credit."""
    if legend.blocks:
        box = made.legend
        legend.draw(canvas, box.grown(-_PAD) if made.on_map else box)
    foot, page = made.credit, canvas.page
    y = foot.top - (2.2 if made.narrow else 2.4)
    canvas.scale_bar(MARGIN, y)
    left = MARGIN if made.narrow else MARGIN + _BAR_ROOM
    top = foot.top - (4.6 if made.narrow else 0.6)
    for line in wrap(credit(canvas.base, more), foot.right - left, 7):
        page.text(left, page.bottom + top, line, size=7, color=theme.SOFT_INK, va="top")
        top -= _LEADING


def unnamed(count: int, what: tuple[str, str] = ("lieu", "lieux")) -> str:
    """Return what a map says of the names that have no room.

    Examples
    --------
    >>> unnamed(0), unnamed(2).replace("\u00a0", " ")
    ('', '2 lieux sans nom, faute de place.')
    """
    return f"{count}\u00a0{what[count > 1]} sans nom, faute de place." if count else ""


def told(names: list[str], most: int = 6) -> str:
    """Return names, the first ones when they are many.

    Examples
    --------
    >>> told(["a", "b", "c"], 2).replace("\u00a0", " ")
    'a, b et 1 autre'
    """
    rest = len(names) - most
    more = [f"{rest}\u00a0{'autre' if rest == 1 else 'autres'}"] if rest > 0 else []
    return listed([*names[:most], *more])
