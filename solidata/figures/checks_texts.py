"""What a machine can see wrong in the texts on a page: their size and place, the ink under them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from solidata.figures import colour, theme
from solidata.figures.checks_words import typography
from solidata.figures.defects import Defect
from solidata.figures.page import Page, missing_glyphs
from solidata.french import listed, quote

MIN_TEXT, MIN_BODY = 6.0, 7.0
TEXT_CONTRAST = 4.5
DPI = 100
"""Pixels an inch of the page that is looked at."""
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class Placed:
    """A text that shows, and its box in pixels."""

    text: Text
    box: Bbox

    @property
    def name(self) -> str:
        """How a defect names it."""
        return quote(self.text.get_text())


def _every_text(page: Page) -> Iterator[Text]:
    """Yield the texts of the page, legends and titles too; axes switched off draw no axis."""
    for part in page.figure.get_children():
        if not isinstance(part, Axes):
            yield from part.findobj(Text)
    for axes in page.figure.axes:
        for part in axes.get_children():
            if axes.axison or not isinstance(part, Axis):
                yield from part.findobj(Text)


def placed(page: Page) -> list[Placed]:
    """Return the texts that show, with their boxes in pixels."""
    beyond = _beyond(page)
    found = []
    for text in dict.fromkeys(_every_text(page)):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(_renderer())
            if box.width > 0 and text not in beyond:
                found.append(Placed(text, box))
    return found


@functools.cache
def _renderer() -> RendererAgg:
    """Return what measures the texts of every page: matplotlib keeps its measures with it."""
    return RendererAgg(1, 1, DPI)


def _beyond(page: Page) -> set[Text]:
    """Return the tick labels that lie beyond their axis: matplotlib keeps them, undrawn."""
    found = set()
    for axes in page.figure.axes:
        if not axes.axison:
            continue
        for axis, low_high, position in (
            (axes.xaxis, axes.get_xlim(), 0),
            (axes.yaxis, axes.get_ylim(), 1),
        ):
            low, high = sorted(low_high)
            slack = 1e-6 * (high - low)
            for tick in (*axis.majorTicks, *axis.minorTicks):
                if not low - slack <= tick.label1.get_position()[position] <= high + slack:
                    found.add(tick.label1)
    return found


def readable(page: Page, placed: list[Placed]) -> Iterator[Defect]:
    """Each text is large enough, whole, within the page, in our typeface, and well typeset."""
    width, height = page.figure.bbox.width, page.figure.bbox.height
    for item in placed:
        size = item.text.get_size()
        if size < MIN_TEXT - 1e-9:
            yield Defect("texte trop petit", item.name, f"attendu : {MIN_TEXT:g} points au moins")
        box = item.box
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > width + 0.5 or box.y1 > height + 0.5:
            yield Defect("texte hors du cadre", item.name, "attendu : dans la figure")
        window = item.text.get_clip_box()
        if item.text.get_clip_on() and window is not None:
            seen = Bbox.intersection(box, window)
            if seen is None or seen.width < box.width - 1 or seen.height < box.height - 1:
                yield Defect("texte coupé", item.name, "attendu : entier")
        family = item.text.get_fontfamily()[0]
        if family not in {theme.FONT, theme.TABULAR}:
            yield Defect("police", item.name, f"attendu : {theme.FONT}, et non {family}")
        yield from typography(
            item.text.get_text().replace("\n", "\u00a0").replace(r"\$", "$").strip()
        )
    body = [i.text.get_size() for i in placed if len(i.text.get_text()) > 25]
    if body and min(body) < MIN_BODY - 1e-9:
        yield Defect(
            "corps du texte", f"{min(body):g} points", f"attendu : {MIN_BODY:g} points au moins"
        )


def glyphs(placed: list[Placed]) -> Iterator[Defect]:
    """A character that the typeface lacks would be printed as an empty box."""
    for item in placed:
        if absent := missing_glyphs(item.text.get_text().replace("\n", "")):
            yield Defect(
                "caractère sans dessin", item.name, f"attendu : sans {listed(map(quote, absent))}"
            )


def overlaps(placed: list[Placed]) -> Iterator[Defect]:
    """No text is printed over another."""
    boxes = _corners(item.box for item in placed)
    across, down = _shared(boxes, boxes)
    tall = boxes[:, 3] - boxes[:, 1]
    over = (across > 1.0) & (down > 0.18 * np.minimum.outer(tall, tall) + 0.5)
    for one, other in np.argwhere(np.triu(over, 1)):
        names = f"{placed[one].name} et {placed[other].name}"
        yield Defect("textes superposés", names, "attendu : séparés")


def _corners(boxes: Iterable[Bbox]) -> Numbers:
    """Return the left, low, right and high sides of boxes, one a row."""
    return np.array([box.extents for box in boxes]).reshape(-1, 4)


def _shared(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far each box of `a` and each of `b` overlap across and down, in pixels."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return (high - low)[..., 0], (high - low)[..., 1]


def straddles(page: Page, placed: list[Placed]) -> Iterator[Defect]:
    """A text lies inside a shape or outside it, never across its edge."""
    marks = [mark for mark in page.marks if not mark.ground]
    shapes = _corners(mark.artist.get_window_extent(_renderer()) for mark in marks)
    boxes = _corners(item.box for item in placed)
    across, down = _shared(boxes, shapes)
    tall = (boxes[:, 3] - boxes[:, 1])[:, None]
    middle = ((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None]
    inside = ((shapes[:, :2] <= middle) & (middle <= shapes[:, 2:])).all(axis=2)
    for text, shape in np.argwhere((across > 1.5) & (down > 0.2 * tall) & ~inside):
        where = f"{placed[text].name} et {quote(marks[shape].category)}"
        yield Defect("texte à cheval sur une forme", where, "attendu : dedans ou dehors")


# --- ink ------------------------------------------------------------------------------


Image = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def _image(page: Page) -> Image:
    canvas = FigureCanvasAgg(page.figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def ink(page: Page, placed: list[Placed]) -> Iterator[Defect]:
    """Ink at the edge, and each text against what lies under it.

    One picture serves both: the page drawn without its texts, whose boxes are known.
    """
    for item in placed:
        item.text.set_visible(False)
    try:
        image = _image(page)
    finally:
        for item in placed:
            item.text.set_visible(True)
    yield from _edges(image, placed)
    for item in placed:
        under = _ground(item, image)
        ratio = colour.contrast(_seen(item.text, under), under)
        if ratio < TEXT_CONTRAST:
            yield Defect(
                "contraste du texte",
                f"{item.name}, {ratio:.1f}".replace(".", ","),
                f"attendu : {TEXT_CONTRAST:g} au moins".replace(".", ","),
            )


def _seen(text: Text, under: tuple[float, ...]) -> tuple[float, ...]:
    """Return the colour of a text as it is seen: what is under it shows through a pale one."""
    red, green, blue, alpha = to_rgba(text.get_color(), text.get_alpha())
    return tuple(
        alpha * c + (1 - alpha) * u for c, u in zip((red, green, blue), under, strict=True)
    )


def _edges(image: Image, placed: list[Placed]) -> Iterator[Defect]:
    height, width = image.shape[:2]
    sides = {
        "gauche": (image[:, 0], lambda box: box.x0 < 1),
        "droit": (image[:, -1], lambda box: box.x1 > width - 1),
        "haut": (image[0], lambda box: box.y1 > height - 1),
        "bas": (image[-1], lambda box: box.y0 < 1),
    }
    for name, (strip, reaches) in sides.items():
        if (strip < 250).any() or any(reaches(item.box) for item in placed):
            yield Defect("encre au bord", f"bord {name}", "attendu : blanc")


def _ground(item: Placed, image: Image) -> tuple[float, ...]:
    """Return the colour under a text: that of its own halo or box, else the commonest under it.

    A hatch or a line under a letter is not its ground.
    """
    for effect in item.text.get_path_effects():
        if isinstance(effect, withStroke) and "foreground" in effect._gc:
            return to_rgba(effect._gc["foreground"])[:3]
    patch = item.text.get_bbox_patch()
    if patch is not None and patch.get_facecolor()[3] > 0:
        return tuple(patch.get_facecolor()[:3])
    height, box = image.shape[0], item.box
    rows = slice(max(0, int(height - box.y1)), max(1, int(np.ceil(height - box.y0))))
    columns = slice(max(0, int(box.x0)), max(1, int(np.ceil(box.x1))))
    area = image[rows, columns].reshape(-1, 3).astype(np.uint32)
    if not len(area):
        return (1.0, 1.0, 1.0)
    packed = (area[:, 0] << 16) | (area[:, 1] << 8) | area[:, 2]
    values, counts = np.unique(packed, return_counts=True)
    common = int(values[counts.argmax()])
    return ((common >> 16) / 255, (common >> 8 & 255) / 255, (common & 255) / 255)
