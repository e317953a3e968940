"""Curves of shares that climb with distance, named at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from solidata.figures import theme
from solidata.figures.lines import bare, height_mm, plain, roomy_ticks, spread, width_mm
from solidata.figures.page import LEADING, LOW, MM_PER_POINT, Mark, text_width
from solidata.figures.texts import fitted
from solidata.french import format_number, format_rate

CURVES = (theme.CATEGORY[0], theme.CATEGORY[1], theme.CATEGORY[2], theme.CATEGORY[4])
_DASHES: tuple[Any, ...] = ("", (3, 0.9), (1, 0.7), (4, 0.8, 1, 0.8))

_KEY = 7.5
"""Millimetres that a piece of a curve takes before its name, and the white around it."""


def curve_names(groups: Sequence[object], wide: float) -> list[str]:
    """Return the names at the ends of curves on `wide` millimetres, two lines at most."""
    return ["\n".join(fitted(str(g), 0.34 * wide, 8, most=2)) for g in groups]


def _curve(rows: pd.DataFrame, x: str, y: str, far: float, step: bool) -> pd.DataFrame:
    """Return the points of one group's curve, from zero when it holds by steps."""
    points = rows[[x, y]].astype(float).sort_values([x, y])
    if not step:
        return points
    # Farther than the last known distance, only a whole population is known: it stays whole.
    share = points[y].iloc[-1]
    last = far if share == 1 else points[x].iloc[-1]
    ends = pd.DataFrame({x: [0.0, last], y: [0.0, share]})
    return pd.concat([ends.iloc[:1], points, ends.iloc[1:]])


def draw_curves(
    ax: Axes, data: pd.DataFrame, x: str, y: str, group: str, mark: float, step: bool = True
) -> list[Mark]:
    """Draw shares within a distance, a line a group, named at its end; shares run from 0 to 1.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Room for the names is taken on its right.
    data : pandas.DataFrame
        Columns `x` (kilometres), `y` (fraction) and `group`.
    mark : float
        A distance to point at, in kilometres.
    step : bool
        Whether a share holds until the next known distance.

    Returns
    -------
    list of Mark
        The lines.
    """
    import seaborn  # four seconds to import: whoever draws no curve does not wait for it

    bare(ax)
    groups = list(dict.fromkeys(data[group]))
    far = max(float(data[x].max()), mark)
    wide = width_mm(ax)
    names = curve_names(groups, wide)
    pointed = f"{format_number(mark)}\u00a0km"
    curves = [_curve(data[data[group] == name], x, y, far, step) for name in groups]
    ends, lasts = [c[y].iloc[-1] for c in curves], [c[x].iloc[-1] for c in curves]
    gap = (0.5 + 8 * LEADING * max(name.count("\n") + 1 for name in names)) / height_mm(ax)
    # Where curves end together, a piece of each before its name tells which is which.
    apart = np.diff(sorted(ends))
    key = _KEY if len(apart) and apart.min() < gap else 0.0
    # The last distance is written under the end of the axis, half of it on its right.
    room = max(
        *(text_width(line, 8, 600) + 2.5 + key for name in names for line in name.split("\n")),
        text_width(f"{format_number(far)}\u00a0km", 7) / 2 + 1.0,
        text_width(pointed, 7) / 2 + 1.0,
    )
    ax.set(xlim=(0, far * wide / max(wide - room, 8.0)), ylim=(0, 1))
    for tick in (0, 0.25, 0.5, 0.75, 1):
        colour, line = (theme.INK, 0.8) if tick == 0 else (theme.GRID, 0.6)
        ax.plot([0, far], [tick, tick], color=colour, linewidth=line, zorder=0, clip_on=False)
    ax.plot([mark, mark], [0, 1], color=theme.SOFT_INK, linewidth=0.6, linestyle=(0, (2, 2)))
    ax.annotate(
        pointed, (mark, 1), (0, 2.5), textcoords="offset points",
        ha="center", va="bottom", size=7, color=theme.SOFT_INK, annotation_clip=False,
    )  # fmt: skip
    across = roomy_ticks(0, far, 6 if wide > 100 else 3, wide - room - 3.0)
    named = [format_number(t) for t in across]
    named[-1] += "\u00a0km"
    ax.set_xticks(across, named, size=7, color=theme.SOFT_INK)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: format_rate(share)))
    ax.tick_params(axis="both", length=0, pad=2.5, labelsize=7, labelcolor=theme.SOFT_INK)
    before = len(ax.lines)
    every = pd.concat([c.assign(**{group: str(n)}) for c, n in zip(curves, groups, strict=True)])
    fills = CURVES[: len(groups)]
    seaborn.lineplot(
        every, x=x, y=y, hue=group, style=group, estimator=None, sort=False, legend=False, ax=ax,
        palette=[fill.edge for fill in fills], dashes=list(_DASHES[: len(groups)]), linewidth=1.8,
        drawstyle="steps-post" if step else "default", dash_capstyle="butt", zorder=3, clip_on=False,
    )  # fmt: skip
    ax.set(xlabel="", ylabel="")
    drawn = ax.lines[before:]
    marks = [Mark(line, str(n), f) for line, n, f in zip(drawn, groups, fills, strict=True)]
    if key:
        _keys_at_ends(ax, names, curves, (x, y), mark, gap, far)
        return marks
    for rank, place in enumerate(spread(ends, gap, gap / 2, 1.0)):
        if lasts[rank] < far or abs(place - ends[rank]) > gap / 4:
            # A thin line leads from where the curve ends to its name.
            ax.plot(
                [lasts[rank], far * 1.008], [ends[rank], place], color=CURVES[rank].edge,
                linewidth=0.6, linestyle=(0, (1, 2)), clip_on=False, zorder=2,
            )  # fmt: skip
        _end_name(ax, names[rank], far, place, 5)
    return marks


def _keys_at_ends(
    ax: Axes,
    names: Sequence[str],
    curves: Sequence[pd.DataFrame],
    columns: tuple[str, str],
    mark: float,
    gap: float,
    far: float,
) -> None:
    """Name curves that end together, each after a piece of it, the highest at `mark` on top."""
    x, y = columns
    # Ends closer than a name is high are one: what is higher before them is named first.
    ends = [min(1.0, round(c[y].iloc[-1] / gap) * gap) for c in curves]
    near = [c.loc[c[x] <= mark, y].max() for c in curves]
    order = sorted(range(len(curves)), key=lambda n: (-ends[n], -near[n]))
    places = spread([ends[n] for n in order[::-1]], gap, gap / 2, 1.0)[::-1]
    low, high = ax.get_xlim()
    unit = (high - low) / width_mm(ax)
    for place, rank in zip(places, order, strict=True):
        ax.plot(
            [far + 1.5 * unit, far + (_KEY - 0.5) * unit], [place, place], color=CURVES[rank].edge,
            linewidth=1.8, linestyle=(0, _DASHES[rank]) if _DASHES[rank] else "-", clip_on=False,
            dash_capstyle="butt", solid_capstyle="butt", zorder=3,
        )  # fmt: skip
        _end_name(ax, names[rank], far, place, 5 + _KEY / MM_PER_POINT)


def _end_name(ax: Axes, name: str, far: float, place: float, right: float) -> None:
    ax.annotate(
        plain(name), (far, place), (right, LOW), textcoords="offset points", size=8,
        weight=600, va="center_baseline", annotation_clip=False, linespacing=1.1,
    )  # fmt: skip
