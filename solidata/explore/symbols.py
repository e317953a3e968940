"""How a place is drawn on the screen: as on the printed maps, from the same declaration."""

from __future__ import annotations

from solidata.figures import theme
from solidata.figures.geo.symbols import EDGE, LOOKS, RIM, SLASH, Corners, Symbol, left_half

SIZE = 24
"""Side of the picture of a symbol, in pixels."""
_HALF = 2.2  # of that side, in the millimetres of the printed maps
_POINT = 25.4 / 72  # millimetres


def _path(corners: Corners, radius: float) -> str:
    """Return corners as the path of a picture, whose ordinates go down."""
    return "M" + " ".join(f"{x * radius:.2f},{-y * radius:.2f}" for x, y in corners)


def svg(kind: str, state: str) -> str:
    """Return the symbol of a kind and a state, as a picture that a screen reader passes over.

    Examples
    --------
    >>> svg("mds", "open").count("<path"), svg("mds", "interim").count("<path")
    (2, 3)
    """
    look, fill = LOOKS[kind], Symbol(kind, state).fill
    shape, inside = _path(look.corners, look.radius), ""
    if state == "interim":
        inside = f'<path d="{_path(left_half(look.corners), look.radius)}Z" fill="{fill.edge}"/>'
    if state == "closed":
        stroke = f'stroke="{fill.edge}" stroke-width="{_POINT:.2f}"'
        inside = f'<path d="{_path(SLASH, look.radius)}" {stroke}/>'
    # A white rim first: symbols that touch stay apart.
    return (
        f'<svg class="solidata-symbole" width="{SIZE}" height="{SIZE}" '
        f'viewBox="{-_HALF} {-_HALF} {2 * _HALF} {2 * _HALF}" aria-hidden="true">'
        f'<path d="{shape}Z" fill="{theme.PAPER}" stroke="{theme.PAPER}" '
        f'stroke-width="{RIM * _POINT:.2f}"/>'
        f'<path d="{shape}Z" fill="{fill.face}" stroke="{fill.edge}" '
        f'stroke-width="{EDGE * _POINT:.2f}"/>{inside}</svg>'
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
