"""What a machine can see wrong in a figure. The exporter refuses a figure with a defect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from solidata.figures import checks_shapes as shapes
from solidata.figures import checks_texts as texts
from solidata.figures import checks_words as words
from solidata.figures import theme
from solidata.figures.defects import Defect
from solidata.figures.page import MM_PER_INCH, Page

if TYPE_CHECKING:
    from solidata.figures.frame import Figure


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
        page.figure.set_dpi(texts.DPI)
        try:
            placed = texts.placed(page)
            found = [
                *words.written(figure),
                *words.shares(figure),
                *texts.readable(page, placed),
                *texts.glyphs(placed),
                *texts.overlaps(placed),
                *texts.straddles(page, placed),
            ]
            found += texts.ink(page, placed)
        finally:
            page.figure.set_dpi(dpi)
        found += [
            *shapes.names(page, placed),
            *shapes.told_apart(page),
            *shapes.limits(page),
            *shapes.bars_from_zero(page),
        ]
        found += _size(page, figure)
        if page.maps:
            from solidata.figures.geo import checks as map_checks

            found += map_checks.defects(page)
    return list(dict.fromkeys(found))
