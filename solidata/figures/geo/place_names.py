"""The names of the places that a map shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from solidata.figures import theme
from solidata.figures.geo import symbols
from solidata.figures.geo.canvas import Canvas
from solidata.figures.geo.facts import Box
from solidata.figures.geo.labels import Name, legible, place, write
from solidata.figures.page import wrap


def _place_names(
    shown: pd.DataFrame,
    spots: Sequence[tuple[float, float]],
    narrow: bool,
    soft: bool,
    centred: bool,
) -> list[tuple[Name, int]]:
    """Return the name of each commune that has places, and how many places it names; MDS first."""
    found = []
    small = symbols.NARROW_SIZE if narrow else 1.0
    radius, large = symbols.LOOKS["mds"].radius * small + 0.15, 6.5 if narrow else 7.5
    for commune, rows in shown.reset_index(drop=True).groupby("commune", sort=False):
        xs, ys = np.array([spots[row] for row in rows.index]).T
        box = Box(xs.min(), ys.min(), xs.max(), ys.max()).grown(radius)
        main = bool(rows["kind"].astype(str).eq("mds").any())
        # A long name in two lines finds room more often.
        lines = tuple(wrap(str(commune), 16.0, large, 600)) if narrow else (str(commune),)
        size = legible(lines, large if main and not soft else large - 0.5)
        middle = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
        weight, ink = (400, theme.SOFT_INK) if soft else (600 if main else 400, theme.INK)
        name = Name(lines, *middle, box, size, weight, ink, must=main and not soft,
                    centred=centred)  # fmt: skip
        found.append((name, len(rows)))
    return sorted(found, key=lambda pair: not pair[0].must)


def write_names(
    canvas: Canvas,
    shown: pd.DataFrame,
    spots: Sequence[tuple[float, float]],
    soft: bool = False,
    centred: bool = False,
) -> int:
    """Write the communes of places beside their symbols, MDS first; return how many have no name.

    Those that a map is not about (`soft`) are written in soft ink, where there is room; `centred`
    is as in :class:`~solidata.figures.geo.labels.Name`.
    """
    wanted = _place_names(shown, spots, canvas.page.narrow, soft, centred)
    written, _ = place([name for name, _ in wanted], canvas.room)
    done = {id(w.name) for w in written}
    for one in written:
        write(canvas.page, canvas.axes, one)
    return len(shown) - sum(count for name, count in wanted if id(name) in done)


def seen(canvas: Canvas, places: pd.DataFrame) -> pd.DataFrame:
    """Return the places that lie in the ground a map shows."""
    w = canvas.facts.window
    inside = places["x"].between(w.left, w.right) & places["y"].between(w.bottom, w.top)
    return places[inside].reset_index(drop=True)
