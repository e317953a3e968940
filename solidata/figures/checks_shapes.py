"""What a machine can see wrong in shapes: contrast, colours taken for another, bars and their zero."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch

from solidata.figures import colour, theme
from solidata.figures.checks_texts import Placed
from solidata.figures.defects import Defect
from solidata.figures.page import Mark, Page
from solidata.french import fold, listed, quote

SHAPE_CONTRAST = 3.0
COLOUR_DIFFERENCE, GREY_DIFFERENCE = 10.0, 8.0
_GAP = 0.6


def _fills(marks: list[Mark]) -> dict[str, theme.Fill]:
    return {mark.category: mark.fill for mark in marks}


def told_apart(page: Page) -> Iterator[Defect]:
    """Categories are seen on paper, and told apart in colour, by the colour-blind, and in grey."""
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


def names(page: Page, placed: list[Placed]) -> Iterator[Defect]:
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


def limits(page: Page) -> Iterator[Defect]:
    """No more colours, nor segments in a bar, than a reader tells apart."""
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


def bars_from_zero(page: Page) -> Iterator[Defect]:
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
