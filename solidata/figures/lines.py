"""Drawings of change on an axes: slopes, dumbbells, series, columns.

Each takes ``ax=`` and a frame, draws nothing else, and returns the shapes that stand for data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from solidata.figures import theme
from solidata.figures.page import LOW, MM_PER_INCH, Mark, text_width
from solidata.figures.texts import millions, number, shown
from solidata.figures.theme import Fill
from solidata.french import format_number

FIRST = Fill(theme.PAPER, theme.HIGHLIGHT.edge, theme.INK)
"""The earlier of two years: a hollow dot."""
LAST = theme.HIGHLIGHT
"""The later one: a filled dot."""
ENDS = (7.4, 4.4)
"""Points: a ring wide enough to show around the dot of a year that changed little."""


# --- shared --------------------------------------------------------------------------


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round values from `low` to `high`, ends included when round.

    Examples
    --------
    >>> ticks(0, 5455)
    [0.0, 2000.0, 4000.0]
    """
    found = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * max(abs(low), abs(high), 1)
    # 0.6000000000000001 is the locator's way of writing 0,6.
    return [round(float(t), 9) for t in found if low - slack <= t <= high + slack]


def roomy_ticks(low: float, high: float, count: int, wide: float) -> list[float]:
    """Return :func:`ticks`, as many as keep their names apart on an axis of `wide` millimetres."""
    for most in range(count, 0, -1):
        found = ticks(low, high, most)
        names = max(text_width(format_number(t), 7) for t in found) + 2.0
        step = (found[1] - found[0]) / (high - low) * wide if len(found) > 1 else wide
        if names <= step:
            return found
    return [0.0] if low <= 0 <= high else [low]


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return `places` moved apart by at least `gap`, within limits, in the same order.

    Examples
    --------
    >>> spread([1.0, 1.2, 9.8], 1, 0, 10)
    [1.0, 2.0, 9.8]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [0.0] * len(places)
    floor = low
    for i in order:
        moved[i] = max(places[i], floor)
        floor = moved[i] + gap
    ceiling = high
    for i in reversed(order):
        moved[i] = min(moved[i], ceiling)
        ceiling = moved[i] - gap
    return moved


def plain(text: str) -> str:
    """Return `text` so that matplotlib takes no dollar for mathematics."""
    return text.replace("$", r"\$")


def width_mm(ax: Axes) -> float:
    """Return the width of an axes in millimetres."""
    return float(ax.get_position().width * ax.get_figure(root=True).get_figwidth() * MM_PER_INCH)


def height_mm(ax: Axes) -> float:
    """Return the height of an axes in millimetres."""
    return float(ax.get_position().height * ax.get_figure(root=True).get_figheight() * MM_PER_INCH)


def bare(ax: Axes) -> None:
    """Take the frame and the ticks of an axes away."""
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set(xticks=[], yticks=[])
    ax.set_facecolor("none")


def dot(ax: Axes, x: float, y: float, category: str, fill: Fill, size: float = 5.2) -> Mark:
    """Draw one dot that stands for data, `size` points wide."""
    (dot,) = ax.plot(
        [x], [y], marker="o", markersize=size, markerfacecolor=fill.face, linestyle="none",
        markeredgecolor=fill.edge, markeredgewidth=1.2, clip_on=False, zorder=4,
    )  # fmt: skip
    return Mark(dot, category, fill)


# --- two years ----------------------------------------------------------------------


def slope_words(data: pd.DataFrame) -> list[tuple[str, str]]:
    """Return both values of each pair as a figure prints them."""
    return [
        (
            shown(r["first_value"], r["unit"], r["first_out_of"], r["first_qualifier"]),
            shown(r["last_value"], r["unit"], r["last_out_of"], r["last_qualifier"]),
        )
        for _, r in data.iterrows()
    ]


def slope_room(data: pd.DataFrame) -> tuple[float, float]:
    """Return the millimetres that the values take left and right of a slope."""
    words = slope_words(data)
    left, right = (max(text_width(pair[s], 8, 600) for pair in words) + 2.6 for s in (0, 1))
    return left, right


def draw_slope(ax: Axes, data: pd.DataFrame, room: tuple[float, float] | None = None) -> list[Mark]:
    """Draw pairs of one unit as slopes between two years, from zero, with their values.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    data : pandas.DataFrame
        Rows of :func:`solidata.analysis.evolution.compare` with one unit.
    room : tuple of float, optional
        From :func:`slope_room`, so that several panels have slopes of one width.

    Returns
    -------
    list of Mark
        The dots, hollow for the first year.
    """
    bare(ax)
    values = data[["first_value", "last_value"]].to_numpy(float)
    tops = data[["first_out_of", "last_out_of"]].to_numpy(float)
    low, high = min(0.0, values.min()), float(np.nanmax([0.0, values.max(), *tops.ravel()]))
    high = high if high > low else 1.0
    years = [str(int(data[side].iloc[0])) for side in ("first", "last")]
    words = slope_words(data)
    room = room or slope_room(data)
    between = max(width_mm(ax) - sum(room), 8.0)
    ax.set(xlim=(-room[0] / between, 1 + room[1] / between), ylim=(low, high))
    ax.plot([0, 1], [0, 0], color=theme.INK, linewidth=0.8, clip_on=False, solid_capstyle="butt")
    for x in (0, 1):
        ax.plot([x, x], [low, high], color=theme.GRID, linewidth=0.6, clip_on=False, zorder=0)
    ax.set_xticks([0, 1], years, size=7, color=theme.SOFT_INK)
    ax.tick_params(length=0, pad=3)
    marks = []
    gap = (high - low) * 0.12
    # A value on the floor stands clear of the years under it.
    floor = low + 0.07 * (high - low)
    places = [spread(list(values[:, side]), gap, floor, high) for side in (0, 1)]
    for rank, (start, end) in enumerate(values):
        ax.plot([0, 1], [start, end], color=LAST.face, linewidth=1.6, clip_on=False, zorder=3)
        for x, value, fill, ha, dx in ((0, start, FIRST, "right", -6), (1, end, LAST, "left", 6)):
            marks.append(dot(ax, x, value, years[x], fill))
            ax.annotate(
                words[rank][x], (x, places[x][rank]), (dx, LOW), textcoords="offset points", ha=ha,
                va="center_baseline", size=8, weight=600 if x else 400, annotation_clip=False,
            )  # fmt: skip
    return marks


_SIDES = ("first", "last")


def draw_dumbbell(
    ax: Axes, data: pd.DataFrame, values: bool = True, places: Sequence[float] | None = None
) -> list[Mark]:
    """Draw pairs as two dots on a common scale from zero, a row each from the top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    data : pandas.DataFrame
        Rows of :func:`solidata.analysis.evolution.compare`, in the order to draw.
    values : bool
        Whether both values are written beside the dots, « 933 → 1 206 ».
    places : sequence of float, optional
        Millimetres from the top of the axes to each row, when texts stand between the rows.

    Returns
    -------
    list of Mark
        The dots, hollow for the first year.
    """
    bare(ax)
    ends = data[["first_value", "last_value"]].to_numpy(float)
    low, high = min(0.0, ends.min()), max(0.0, ends.max())
    high = high if high > low else 1.0
    words = [f"{number(a)} → {number(b)}" for a, b in ends]
    room = max(text_width(w, 7.5) for w in words) + 4.0 if values else 2.0
    wide = width_mm(ax)
    margin = (high - low) * room / max(wide - room, 8.0)
    rows = len(data)
    ax.set(xlim=(low, high + margin), ylim=(rows - 0.5, -0.5))
    lengths = [(-0.5, rows - 0.5)]
    if places is not None:
        ax.set_ylim(height_mm(ax), 0)
        lengths = [(place - 2.3, place + 2.3) for place in places]
    axis = wide * (high - low) / (high + margin - low)
    marks_at = roomy_ticks(low, high, 5 if wide > 60 else 3, axis)
    for tick in marks_at:
        colour, line = (theme.INK, 0.8) if tick == 0 else (theme.GRID, 0.6)
        for ends_at in lengths:
            ax.plot(
                [tick, tick], ends_at, color=colour, linewidth=line, zorder=0, clip_on=False,
                solid_capstyle="butt",
            )  # fmt: skip
    ax.set_xticks(marks_at, [format_number(t) for t in marks_at], size=7, color=theme.SOFT_INK)
    ax.tick_params(length=0, pad=2)
    years = [str(int(data[side].iloc[0])) for side in _SIDES]
    marks = []
    for rank, (start, end) in enumerate(ends):
        row = rank if places is None else places[rank]
        ax.plot([start, end], [row, row], color=theme.CONTEXT.edge, linewidth=2.2, zorder=2,
                solid_capstyle="butt")  # fmt: skip
        marks.append(dot(ax, start, row, years[0], FIRST, ENDS[0]))
        marks.append(dot(ax, end, row, years[1], LAST, ENDS[1]))
        if values:
            ax.annotate(
                words[rank], (max(start, end), row), (6.5, LOW), textcoords="offset points",
                va="center_baseline", size=7.5, annotation_clip=False,
                bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    return marks


# --- series -------------------------------------------------------------------------


def draw_series(
    ax: Axes, data: pd.DataFrame, years: tuple[int, int], limits: tuple[float, float]
) -> list[Mark]:
    """Draw one series in M€ above its area; a year without a value breaks the line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    data : pandas.DataFrame
        Columns ``year`` and ``value`` (euros), one row a year.
    years, limits : tuple
        First and last year, least and greatest value of the scale, shared by several panels.

    Returns
    -------
    list of Mark
        The dot of the last value.
    """
    bare(ax)
    line = data.set_index("year")["value"].reindex(range(years[0], years[1] + 1))
    ax.set(xlim=years if years[0] < years[1] else (years[0] - 1, years[0] + 1), ylim=limits)
    ax.axhline(0, color=theme.INK, linewidth=0.8, zorder=4, clip_on=False)
    ax.fill_between(
        line.index, line.to_numpy(float), 0, color=theme.SEQUENTIAL[0], linewidth=0, clip_on=False
    )
    ax.plot(line.index, line.to_numpy(float), color=LAST.face, linewidth=1.8, clip_on=False,
            zorder=3, marker="o", markersize=2.6)  # fmt: skip
    ends = sorted({years[0], years[1]})
    across = width_mm(ax) / max(years[1] - years[0], 1)  # millimetres a year
    ax.set_xticks(ends, [str(y) for y in ends], size=7, color=theme.SOFT_INK)
    for label, side in zip(ax.get_xticklabels(), ("left", "right"), strict=False):
        label.set_horizontalalignment(side if len(ends) > 1 else "center")
    ax.tick_params(length=0, pad=3)
    told = line.dropna()
    marks = [dot(ax, told.index[-1], told.iloc[-1], "valeur", LAST, 4.2)]
    for place, weight in ((0, 400), (-1, 600)) if len(told) > 1 else ((-1, 600),):
        year, value = told.index[place], told.iloc[place]
        ha = "left" if year == years[0] < years[1] else "right" if year == years[1] else "center"
        ha = "center" if years[0] == years[1] else ha
        words = millions(value, fixed=True)
        # Above the line all along the text, or a steep line would cross it.
        reach = text_width(words, 7.5, weight) / across * {"left": 1, "right": -1}.get(ha, 0.5)
        along = np.linspace(year, year + reach, 9)
        over = np.interp(along, told.index, told.to_numpy(float)).max()
        ax.annotate(
            words, (year, max(over, 0.0)), (0, 5), ha=ha, size=7.5,
            textcoords="offset points", va="bottom", weight=weight, annotation_clip=False,
        )  # fmt: skip
    return marks


def draw_columns(
    ax: Axes,
    data: pd.DataFrame,
    fills: Mapping[str, Fill],
    years: tuple[int, int],
    limits: tuple[float, float],
) -> list[Mark]:
    """Draw amounts as columns from zero, a slot a year; nothing where there is no amount.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    data : pandas.DataFrame
        Columns ``year``, ``amount_eur`` and ``category``; several in a year share its slot.
    fills : mapping
        Fill of each category.
    years, limits : tuple
        First and last year, least and greatest amount of the scale, shared by several panels.

    Returns
    -------
    list of Mark
        The columns.
    """
    bare(ax)
    count = years[1] - years[0] + 1
    ax.set(xlim=(-0.5, count - 0.5), ylim=limits)
    slot = width_mm(ax) / count
    ax.axhline(0, color=theme.INK, linewidth=0.8, clip_on=False, zorder=3)
    words = [millions(v, unit=False) for v in data["amount_eur"]]
    tight = max(text_width(w, 7.5, 600) for w in words) + 0.6 > slot
    every = max(1, -(-round(text_width("2026", 7) + 1.5) // max(1, int(slot))))
    named = range(0, count, every)
    ax.set_xticks(list(named), [str(years[0] + n) for n in named], size=7, color=theme.SOFT_INK)
    ax.tick_params(length=0, pad=2.5)
    marks = []
    ordered = data.sort_values("year", kind="stable").reset_index(drop=True)
    for year, rows in ordered.groupby("year"):
        wide = 0.72 / len(rows)
        for rank, (index, row) in enumerate(rows.iterrows()):
            left = int(year) - years[0] - 0.36 + rank * wide
            fill, value = fills[row["category"]], float(row["amount_eur"])
            shape = Rectangle(
                (left, 0), wide, value, facecolor=fill.face, edgecolor=fill.edge, hatch=fill.hatch,
                linewidth=0.7, joinstyle="miter", clip_on=False,
            )  # fmt: skip
            ax.add_patch(shape)
            marks.append(Mark(shape, row["category"], fill, bar=True, vertical=True))
            crowded = tight or len(rows) > 1
            if not crowded or index in (0, len(ordered) - 1):
                ax.annotate(
                    millions(value, unit=False), (left + wide / 2, max(value, 0.0)), (0, 2.2),
                    textcoords="offset points", ha="center", va="bottom", size=7.5, weight=600,
                    annotation_clip=False,
                )  # fmt: skip
    return marks
