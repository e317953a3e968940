"""What a machine can see wrong in a map: each map of a page says how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.text import Text

from solidata.analysis.geography import LAMBERT_93
from solidata.figures.defects import Defect
from solidata.figures.geo.facts import Disc, MapFacts, Point
from solidata.figures.geo.shades import is_ratio
from solidata.french import fold, quote

if TYPE_CHECKING:
    from solidata.figures.page import Page

_SLACK = 0.01
"""Relative difference that is not seen."""
_OFF = 0.3
"""Millimetres by which a symbol may stand off its place."""
MOST_OFF = 16.0
"""Millimetres by which one of several that stand side by side may."""


def defects(page: Page) -> list[Defect]:
    """Return what is wrong in the maps of a page, in the order of the standard."""
    written = fold(" ".join(t.get_text() for t in page.figure.findobj(Text) if t.get_visible()))
    found: list[Defect] = []
    for facts in page.maps:
        found += [*_told(facts, written), *_scale(facts, written), *_shaded(facts)]
        found += [*_discs(facts), *_points(facts)]
    return found


def _told(facts: MapFacts, written: str) -> Iterator[Defect]:
    if facts.epsg != LAMBERT_93:
        yield Defect(
            "projection", f"EPSG:{facts.epsg}", f"attendu : EPSG:{LAMBERT_93} (Lambert-93)"
        )
    if not facts.vintage.strip() or fold(facts.vintage) not in written:
        yield Defect(
            "carte sans millésime",
            quote(facts.vintage or "contours"),
            "attendu : qui a tracé les limites, et quand, écrit sur la page",
        )


def _scale(facts: MapFacts, written: str) -> Iterator[Defect]:
    if facts.bar is None or fold(facts.bar.label) not in written:
        yield Defect("carte sans échelle", "contours", "attendu : une échelle graphique légendée")
        return
    xs = np.asarray(facts.bar.line.get_xdata(), dtype=float)
    drawn = float(np.ptp(xs)) * facts.metres
    if not math.isclose(drawn, facts.bar.metres, rel_tol=_SLACK):
        yield Defect(
            "échelle",
            f"{quote(facts.bar.label)} dessinés sur {drawn:.0f} m",
            "attendu : la longueur dite",
        )
    across, up = facts.window.width / facts.frame.width, facts.window.height / facts.frame.height
    if not math.isclose(across, up, rel_tol=_SLACK):
        yield Defect(
            "échelle", f"{across:.0f} m par mm en largeur, {up:.0f} en hauteur", "attendu : égales"
        )


def _shaded(facts: MapFacts) -> Iterator[Defect]:
    if facts.shaded is not None and not is_ratio(facts.shaded, facts.unit):
        yield Defect(
            "plages de couleur",
            quote(facts.unit or "sans unité"),
            "attendu : un ratio, et non un nombre ; des cercles proportionnels pour un nombre",
        )


def _discs(facts: MapFacts) -> Iterator[Defect]:
    if not facts.discs:
        return
    if len(facts.disc_keys) < 2:
        yield Defect("cercles sans légende", "carte", "attendu : au moins deux cercles légendés")
    every = [d for d in [*facts.discs, *facts.disc_keys] if d.value > 0]
    per_mm2 = float(np.median([_area(d) / d.value for d in every])) if every else 0.0
    for disc in every:
        if not math.isclose(_area(disc), disc.value * per_mm2, rel_tol=_SLACK):
            yield Defect(
                "cercles",
                f"{disc.value:g} sur {_area(disc):.1f} mm²".replace(".", ","),
                "attendu : une aire proportionnelle à la valeur",
            )


def _area(disc: Disc) -> float:
    return math.pi * float(disc.artist.get_radius()) ** 2


def _points(facts: MapFacts) -> Iterator[Defect]:
    """A symbol stands at its place; those of a group around the mean of their places."""
    groups: dict[int, list[Point]] = {}
    for point in facts.points:
        groups.setdefault(point.group, []).append(point)
    for points in groups.values():
        drawn = np.array([_middle(p.artist) for p in points])
        true = np.array([facts.at(p.x, p.y) for p in points])
        off = drawn - true
        if np.hypot(*off.mean(axis=0)) > _OFF or np.hypot(*off.T).max() > MOST_OFF:
            yield Defect(
                "lieu déplacé",
                quote(", ".join(p.place_id for p in points)),
                "attendu : un symbole à ses coordonnées, ou plusieurs autour de leur moyenne",
            )


def _middle(shape: Polygon) -> tuple[float, float]:
    corners = np.asarray(shape.get_xy())
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y = (low + high) / 2
    return float(x), float(y)
