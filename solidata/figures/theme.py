"""The look of every figure: typeface, inks, palettes, sizes. Declared once, with limits."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager

from solidata.problems import RefusedError

FONT, TABULAR = "Inter", "Inter Tab"
"""Text, and columns of numbers (digits of one width)."""

INK, SOFT_INK, RULE, GRID, PAPER = "#1D2A33", "#4A5963", "#1D2A33", "#D5DCE1", "#FFFFFF"

PRESETS = {"colonne": 82.0, "page": 170.0, "paysage": 257.0, "web": 200.0}
"""Widths in millimetres: one and two columns of an A4 page, A4 landscape, the web."""

MAX_STACKED, MAX_HUES = 4, 6
"""Above these a reader matches colours instead of reading."""


@dataclass(frozen=True)
class Fill:
    """How a category is filled: never by its hue alone."""

    face: str
    edge: str
    ink: str
    """Colour of a text inside."""
    hatch: str | None = None


STATUS = {
    "realisee": Fill("#0B3C5D", "#0B3C5D", PAPER),
    "en_cours": Fill("#2F75A8", "#2F75A8", PAPER),
    "reportee": Fill("#FBE3C0", "#B65C00", INK, "/////"),
    "supprimee": Fill(PAPER, "#5B6770", INK),
    "non_lisible": Fill("#E6EAED", "#5B6770", INK, "....."),
}
"""The statuses, always these fills and this order."""

CATEGORY = (
    Fill("#0B3C5D", "#0B3C5D", PAPER),
    Fill("#E0923A", "#A05A10", INK),
    Fill("#A9CCE5", "#3A7CA8", INK),
    Fill("#F3D9A4", "#A8741A", INK, "-----"),
    Fill("#5D6B75", "#5D6B75", PAPER),
    Fill(PAPER, "#5B6770", INK),
)
"""Categories without an order of their own; at most :data:`MAX_HUES`."""

SEQUENTIAL = ("#E4EEF5", "#B5D0E3", "#7FB2D6", "#3F87B8", "#17608F", "#0B3C5D")
"""From little to much, for ratios."""

CLASSES = tuple(
    Fill(face, "#5B6770", INK if rank < 3 else PAPER) for rank, face in enumerate(SEQUENTIAL)
)
"""The same as grounds of a map, from little to much."""

TERRITORY = (
    Fill("#D6E2EB", "#5B6770", INK),
    Fill("#FDF9EF", "#5B6770", INK),
    Fill("#C0CBA8", "#5B6770", INK),
)
"""Grounds of a map that are told apart in grey too, in the order of the table."""

AROUND, WATER = "#ECEFF1", "#3A7CA8"
"""The ground around what a map is about, and its rivers."""

UNKNOWN = Fill("#F4F5F6", "#5B6770", INK, ".....")
"""What no source says."""

HIGHLIGHT, CONTEXT = CATEGORY[0], Fill("#B9C4CC", "#6E7C87", INK)
"""The one that matters, and the others."""

FONTS = Path(__file__).parent / "fonts"


@functools.cache
def register_fonts() -> None:
    """Make the project's typeface known to matplotlib, once a process."""
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(str(path))


_SETTINGS: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": 7.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT_INK,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.titlesize": 8,
    "xtick.color": SOFT_INK,
    "ytick.color": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "savefig.bbox": None,
    "savefig.dpi": 300,
    "path.simplify": False,
    "pdf.fonttype": 42,  # TrueType, so that a printer embeds and an editor edits
    "svg.fonttype": "path",
    "svg.hashsalt": "solidata",
    "text.hinting": "none",
}


@contextmanager
def applied() -> Iterator[None]:
    """Draw with the theme, and leave the reader's own settings as they were."""
    register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def categories(count: int) -> tuple[Fill, ...]:
    """Return the fills of `count` categories.

    Raises
    ------
    ValueError
        Above :data:`MAX_HUES`: gather the smallest ones, or draw small multiples.
    """
    if count > MAX_HUES:
        raise RefusedError(
            f"{count} catégories à distinguer par la couleur, {MAX_HUES} au plus : regroupez les "
            "plus petites, ou dessinez des petits multiples."
        )
    return CATEGORY[:count]
