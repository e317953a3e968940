"""What a machine can see wrong in a figure. The exporter refuses a figure with a defect."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from solidata.figures import colour, theme
from solidata.figures.defects import Defect
from solidata.figures.page import (
    MAX_TITLE_WORDS,
    MM_PER_INCH,
    Mark,
    Page,
    missing_glyphs,
    word_count,
)
from solidata.french import fold, listed, quote

if TYPE_CHECKING:
    from solidata.figures.frame import Figure

MIN_TEXT, MIN_BODY = 6.0, 7.0
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
COLOUR_DIFFERENCE, GREY_DIFFERENCE = 10.0, 8.0
_DPI = 100
_GAP = 0.6
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# What French typography does not print. A year or a line number takes no thousands space, so
# only a plain space between digits is caught.
_TYPOGRAPHY = (
    (re.compile(r"\d[ \u00a0]\d{3}(?!\d)"), "espace fine insécable attendue dans les milliers"),
    (re.compile(r"(?<![\w,])\d{5,}(?!\w)"), "espace fine insécable attendue dans les milliers"),
    # No year is followed by a currency.
    (
        re.compile(r"(?<![\w,\u202f])\d{4}(?=[ \u00a0]?[kM]?€)"),
        "espace fine insécable attendue dans les milliers",
    ),
    (
        re.compile(r"\b(?:en|depuis)[ \u00a0][12]\u202f\d{3}\b(?![ \u00a0][€%])"),
        "année sans espace attendue",
    ),
    (
        re.compile(r"\d[ \u202f]?[%€]|\d[ \u202f]?[kM]€|M[ \u00a0\u202f]€"),
        "espace insécable attendue avant % et M€",
    ),
    (re.compile(r"(?<![\d.])\d+\.\d+(?!\.?\d)"), "virgule décimale attendue"),  # 1.1.0 is a version
    (re.compile(r"(?<!\w)[-–]\d"), "signe moins (U+2212) attendu"),
    (re.compile(r"(?<=\w)'(?=\w)"), "apostrophe courbe attendue"),
    (
        re.compile(r"«(?!\u00a0)|(?<!\u00a0)»|[\"“”]"),
        "guillemets français et leurs espaces attendus",
    ),
    (re.compile(r"(?<![\u00a0\u202f])[;!?](?=\s|$)"), "espace insécable attendue avant ; ! ?"),
    (re.compile(r" $|^ |  "), "espace de trop"),
    (re.compile(r"\b(?:nan|NaN|None|NaT)\b|<NA>"), "une valeur manque"),
)


# --- words ---------------------------------------------------------------------------


def _words(figure: Figure) -> Iterator[Defect]:
    for label, text in (("titre", figure.title), ("unité", figure.unit), ("champ", figure.scope),
                        ("source", figure.source), ("texte de remplacement", figure.alt)):  # fmt: skip
        if not text.strip(" ."):
            yield Defect("texte absent", label, "attendu : un texte")
    if word_count(figure.title) > MAX_TITLE_WORDS:
        yield Defect("titre", quote(figure.title), f"attendu : {MAX_TITLE_WORDS} mots au plus")
    if figure.title.endswith("."):
        yield Defect("titre", quote(figure.title), "attendu : sans point final")
    for text in (figure.title, figure.unit, figure.reading, figure.note, figure.scope,
                 figure.source, figure.alt):  # fmt: skip
        yield from _typography(text)


def _typography(text: str) -> Iterator[Defect]:
    for pattern, expected in _TYPOGRAPHY:
        if match := pattern.search(text):
            around = text[max(0, match.start() - 12) : match.end() + 12]
            yield Defect("typographie", quote(around), expected)


_ROUNDED = re.compile(r"\barrondi(?:e?s?|r)\b", re.IGNORECASE)
"""What a note on rounding says; an « arrondissement » is a place."""


def _shares(figure: Figure) -> Iterator[Defect]:
    """Shares that a reader adds up make 100,0, or the note says why."""
    shares = [round(100 * s, 1) for s in figure.shares]
    if shares and round(sum(shares), 1) != 100.0 and not _ROUNDED.search(figure.note):
        yield Defect(
            "parts",
            f"somme {sum(shares):.1f}".replace(".", ","),
            "attendu : 100,0 ou une note sur les arrondis",
        )


# --- texts on the page ----------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    text: Text
    box: Bbox

    @property
    def name(self) -> str:
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


def _placed(page: Page) -> list[_Placed]:
    """Return the texts that show, with their boxes in pixels."""
    beyond = _beyond(page)
    found = []
    for text in dict.fromkeys(_every_text(page)):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(_renderer())
            if box.width > 0 and text not in beyond:
                found.append(_Placed(text, box))
    return found


@functools.cache
def _renderer() -> RendererAgg:
    """Return what measures the texts of every page: matplotlib keeps its measures with it."""
    return RendererAgg(1, 1, _DPI)


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


def _texts(page: Page, placed: list[_Placed]) -> Iterator[Defect]:
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
        yield from _typography(
            item.text.get_text().replace("\n", "\u00a0").replace(r"\$", "$").strip()
        )
    body = [i.text.get_size() for i in placed if len(i.text.get_text()) > 25]
    if body and min(body) < MIN_BODY - 1e-9:
        yield Defect(
            "corps du texte", f"{min(body):g} points", f"attendu : {MIN_BODY:g} points au moins"
        )


def _glyphs(placed: list[_Placed]) -> Iterator[Defect]:
    """A character that the typeface lacks would be printed as an empty box."""
    for item in placed:
        if absent := missing_glyphs(item.text.get_text().replace("\n", "")):
            yield Defect(
                "caractère sans dessin", item.name, f"attendu : sans {listed(map(quote, absent))}"
            )


def _overlaps(placed: list[_Placed]) -> Iterator[Defect]:
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


def _straddles(page: Page, placed: list[_Placed]) -> Iterator[Defect]:
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


def _ink(page: Page, placed: list[_Placed]) -> Iterator[Defect]:
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


def _edges(image: Image, placed: list[_Placed]) -> Iterator[Defect]:
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


def _ground(item: _Placed, image: Image) -> tuple[float, ...]:
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


# --- shapes ---------------------------------------------------------------------------


def _fills(marks: list[Mark]) -> dict[str, theme.Fill]:
    return {mark.category: mark.fill for mark in marks}


def _shapes(page: Page) -> Iterator[Defect]:
    fills, forms = _fills(page.marks), {mark.category: mark.form for mark in page.marks}
    grounds = {mark.category for mark in page.marks if mark.ground}
    yield from _as_said(page.marks)
    for category, fill in fills.items():
        best = max(colour.contrast(c, theme.PAPER) for c in (fill.face, fill.edge))
        if best < SHAPE_CONTRAST:
            yield Defect(
                "contraste des formes",
                quote(category),
                "attendu : un fond ou un contour à 3 au moins",
            )
    for (a, one), (b, other) in itertools.combinations(fills.items(), 2):
        if one == other:
            continue
        # Denser or not, a hatch is the same one to the eye.
        told_by_shape = set(one.hatch or "") != set(other.hatch or "") or (
            (one.face == theme.PAPER) != (other.face == theme.PAPER)
        )
        # A symbol is not taken for the ground it stands on.
        told_by_shape |= forms[a] != forms[b] or (a in grounds) != (b in grounds)
        for name in colour.SIMULATIONS:
            apart = max(
                colour.difference(one.face, other.face, name),
                colour.difference(one.edge, other.edge, name),
            )
            if apart < COLOUR_DIFFERENCE and not told_by_shape:
                yield Defect(
                    "couleurs confondues",
                    f"{quote(a)} et {quote(b)} ({name})",
                    "attendu : un écart de 10 au moins",
                )
        grey = abs(colour.lightness(one.face) - colour.lightness(other.face))
        if grey < GREY_DIFFERENCE and not told_by_shape:
            yield Defect(
                "illisible en gris",
                f"{quote(a)} et {quote(b)}",
                "attendu : des clartés différentes, une hachure ou un contour",
            )


def _as_said(marks: list[Mark]) -> Iterator[Defect]:
    """Each shape is drawn as its fill says: what is checked is what is printed."""
    for mark in marks:
        if not isinstance(mark.artist, Patch):
            continue
        drawn = to_rgba(mark.artist.get_facecolor())
        if not np.allclose(drawn, to_rgba(mark.fill.face), atol=0.01):
            yield Defect(
                "remplissage",
                quote(mark.category),
                f"attendu : {mark.fill.face}, sans transparence",
            )


def _names(page: Page, placed: list[_Placed]) -> Iterator[Defect]:
    """No category by its colour alone: a key or a label on the page says each one."""
    fills = _fills(page.marks)
    if len(set(fills.values())) < 2:
        return
    written = fold(" ".join(item.text.get_text().replace(r"\$", "$") for item in placed))
    for category in fills:
        name = page.names.get(category, category)
        if fold(name.replace(r"\$", "$")) not in written:
            yield Defect("couleur sans nom", quote(name), "attendu : une légende ou une étiquette")


def _stacks(page: Page) -> dict[tuple[Axes, float], list[Mark]]:
    """Return the segments of each bar, by its axes and its place across them."""
    stacks: dict[tuple[Axes, float], list[Mark]] = {}
    for mark in page.marks:
        if mark.bar and mark.artist.axes is not None:
            across = mark.artist.get_x() if mark.vertical else mark.artist.get_y()
            stacks.setdefault((mark.artist.axes, round(across, 3)), []).append(mark)
    return stacks


def _limits(page: Page) -> Iterator[Defect]:
    # Grounds are shades of one scale, symbols are told by their form: each has its limit.
    for what in (True, False):
        fills = {m.fill for m in page.marks if m.ground == what} - {theme.UNKNOWN}
        if len(fills) > theme.MAX_HUES:
            yield Defect(
                "couleurs", f"{len(fills)} remplissages", f"attendu : {theme.MAX_HUES} au plus"
            )
    for segments in _stacks(page).values():
        categories = {mark.category for mark in segments}
        if len({mark.fill for mark in segments}) < len(categories):
            yield Defect(
                "couleurs confondues",
                listed(map(quote, sorted(categories))),
                "attendu : un remplissage par classe d’une barre empilée",
            )
        if len(categories) > theme.MAX_STACKED:
            yield Defect(
                "barres empilées",
                f"{len(categories)} classes",
                f"attendu : {theme.MAX_STACKED} au plus",
            )


def _bars_from_zero(page: Page) -> Iterator[Defect]:
    """Each bar starts at zero, and its axis shows zero."""
    for (axes, _), segments in _stacks(page).items():
        vertical = segments[0].vertical
        low, high = sorted(axes.get_ylim() if vertical else axes.get_xlim())
        if (scale := axes.get_yscale() if vertical else axes.get_xscale()) != "linear":
            yield Defect("barres", f"échelle {scale}", "attendu : une échelle linéaire")
            continue
        if not low <= 1e-9 <= high + 1e-9:
            yield Defect(
                "barres", f"axe de {low:g} à {high:g}", "attendu : des barres qui partent de zéro"
            )
            continue
        box = axes.get_position()
        size = page.height * box.height if vertical else page.width * box.width
        ends = [
            end
            for mark in segments
            for start, long in [
                (mark.artist.get_y(), mark.artist.get_height())
                if vertical
                else (mark.artist.get_x(), mark.artist.get_width())
            ]
            for end in (start, start + long)
        ]
        slack = 0.01 * (high - low)
        if any(m.artist.get_clip_on() for m in segments) and not (
            low - slack <= min(ends) and max(ends) <= high + slack
        ):
            yield Defect("barres", f"{quote(segments[0].category)} coupée", "attendu : entière")
        # A white gap of half a millimetre may part a segment from the baseline.
        from_zero = min(ends, key=abs) * size / (high - low)
        if abs(from_zero) > _GAP:
            yield Defect(
                "barres",
                f"{quote(segments[0].category)} part de {min(ends, key=abs):g}",
                "attendu : zéro",
            )


def _size(page: Page, figure: Figure) -> Iterator[Defect]:
    width = page.figure.get_figwidth() * MM_PER_INCH
    if not any(abs(width - w) < 0.01 for w in theme.PRESETS.values()):
        yield Defect(
            "largeur", f"{width:.1f} mm".replace(".", ","), "attendu : la largeur d’un format"
        )
    if page.height > 270:
        yield Defect(
            "hauteur",
            f"{page.height:.0f} mm",
            "attendu : 270 mm au plus, la hauteur d’une page ; choisissez un format plus large, ou "
            "moins de lignes",
        )


def defects(figure: Figure, page: Page, dressed: bool = True) -> list[Defect]:
    """Return everything that a machine can see wrong in a drawn figure.

    Parameters
    ----------
    figure : Figure
        For its words and data.
    page : Page
        The figure drawn by :meth:`~solidata.figures.frame.Figure.render`.
    dressed : bool
        Whether its titles and notes are on the page.

    Returns
    -------
    list of Defect
        In the order of the standard: words, texts, ink, shapes, size.
    """
    with theme.applied():
        dpi = page.figure.dpi
        page.figure.set_dpi(_DPI)
        try:
            placed = _placed(page)
            found = [
                *_words(figure),
                *_shares(figure),
                *_texts(page, placed),
                *_glyphs(placed),
                *_overlaps(placed),
                *_straddles(page, placed),
            ]
            found += _ink(page, placed)
        finally:
            page.figure.set_dpi(dpi)
        found += [*_names(page, placed), *_shapes(page), *_limits(page), *_bars_from_zero(page)]
        found += _size(page, figure)
        if page.maps:
            from solidata.figures.geo import checks as map_checks

            found += map_checks.defects(page)
    return list(dict.fromkeys(found))
