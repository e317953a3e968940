"""How a place is drawn: its shape says its kind, its inside says its state. Drawn, not fetched."""

from __future__ import annotations

from solidata.figures import theme

BOX = 24
"""Side of a symbol, in its own units."""

# Around the middle of the box; of like area, a house largest.
_SHAPES = {
    "mds": '<circle cx="12" cy="12" r="9"',
    "antenne": '<rect x="4.5" y="4.5" width="15" height="15"',
    "pmi": '<path d="M12 2.5 21.5 19.5H2.5Z"',
    "point": '<path d="M12 1.5 22.5 12 12 22.5 1.5 12Z"',
    "france_services": '<path d="M9 3h6v6h6v6h-6v6H9v-6H3V9h6Z"',
}
_OTHER = '<path d="M7 3h10l5 9-5 9H7l-5-9Z"'
SIZES = {"mds": 22, "france_services": 15}
"""Pixels on the map; context is smaller."""
SIZE = 19

_FULL, _DOUBT = theme.STATUS["realisee"].face, theme.STATUS["reportee"].edge
_GREY = theme.UNKNOWN.edge
_INSIDES = {
    "open": (_FULL, _FULL, ""),
    "interim": (theme.PAPER, _DOUBT, f'<circle cx="12" cy="12.5" r="3.6" fill="{_DOUBT}"/>'),
    "planned": (theme.PAPER, _GREY, ""),
    "closed": (theme.PAPER, _GREY, f'<path d="M8.5 9l7 7M15.5 9l-7 7" stroke="{_GREY}" stroke-width="2"/>'),
}  # fmt: skip


def svg(kind: str, state: str, size: int | None = None) -> str:
    """Return the symbol of a kind and a state, as a picture that a screen reader passes over.

    Examples
    --------
    >>> svg("mds", "open").count("<circle"), svg("mds", "interim").count("<circle")
    (2, 3)
    """
    fill, edge, inside = _INSIDES[state]
    if kind == "france_services" and state == "open":
        fill = edge = _GREY
    size = size or SIZES.get(kind, SIZE)
    shape = _SHAPES.get(kind, _OTHER)
    dashes = ' stroke-dasharray="3 2"' if state == "planned" else ""
    # A white rim first: symbols that touch stay apart.
    return (
        f'<svg class="solidata-symbole" width="{size}" height="{size}" viewBox="-1 -1 26 26" '
        f'aria-hidden="true">{shape} fill="{theme.PAPER}" stroke="{theme.PAPER}" stroke-width="5"/>'
        f'{shape} fill="{fill}" stroke="{edge}" stroke-width="2.4"{dashes}/>{inside}</svg>'
    )


def swatch(colour: str) -> str:
    """Return a square of a territory's tint."""
    return (
        f'<svg class="solidata-symbole" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">'
        f'<rect x="1" y="3" width="18" height="14" fill="{colour}" stroke="{theme.SOFT_INK}"/></svg>'
    )


def offset(beside: int, together: int) -> tuple[int, int]:
    """Return the pixels that part places of one point: side by side, in rows.

    Examples
    --------
    >>> offset(0, 1), offset(0, 2), offset(1, 2)
    ((0, 0), (-11, 0), (11, 0))
    """
    wide = min(together, 4)
    row, column = divmod(beside, wide)
    return round(22 * (column - (wide - 1) / 2)), 22 * row
