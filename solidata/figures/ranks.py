"""Every département on one line for a year, one named, with the quartiles and the comparators."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from solidata.analysis import context as analysis
from solidata.figures import lines, shapes, theme
from solidata.figures.context import BAND, Scale, comparators, note_of, own_rows, per, position
from solidata.figures.frame import Figure
from solidata.figures.page import LEADING, MARGIN, Page, text_width
from solidata.figures.texts import breakable, fitted, title
from solidata.figures.theme import Fill
from solidata.french import format_number, quote
from solidata.problems import NoDataError
from solidata.tables import Registers

_ONE = "Un département"
_ENTRIES = [(_ONE, "", theme.CONTEXT), ("Moitié centrale, du 1er au 3e quartile", "", BAND)]
_COMPARED = Fill(theme.PAPER, theme.CATEGORY[1].edge, theme.INK)
"""A region, metropolitan France: no département."""
_DOT = 2.1
"""Millimetres that a dot takes."""
_SIDE, _CUTS, _AXIS, _ROW = 3.5, 10.5, 6.5, 5.0
"""Millimetres beside the dots, above them, under their axis, and of a row of a comparator."""
_QUARTILES = {"q1": "1er quartile", "median": "médiane", "q3": "3e quartile"}


def strip(
    found: pd.DataFrame, department: str, year: int, label: str, public: str, registers: Registers,
    name: str = "contexte-rang",
) -> Figure:  # fmt: skip
    """Return every département as a dot, at its rate of a year; dots that would touch are piled.

    Parameters
    ----------
    found : pandas.DataFrame
        Rows of :func:`solidata.analysis.context.rates`.
    department : str
        The code of the one that is named; its name comes from the rows.
    year : int
    label : str
        What is counted.
    public : str
        The ages of the denominator, ``"75-"``.
    registers : Registers
    name : str
        Stem of the figure's files.

    Returns
    -------
    Figure

    Raises
    ------
    NoDataError
        When the département has no rate that year.
    """
    own = own_rows(found, department)
    if year not in set(own["year"]):
        raise NoDataError(f"Aucune valeur pour le département {quote(department)} en {year}.")
    scale = Scale.of(found, public)
    every = analysis.ranks(found, year)
    known = every[every["rank"].notna()]
    mine = known[known["department"] == department].iloc[0]
    others = comparators(found, own, (year, year))
    band = analysis.quartiles(found).set_index("year").loc[year]
    called, n, missing = str(mine["area_name"]), int(mine["n"]), int(mine["missing"])
    place = _place(mine, known)
    breakable([label, called])
    told = f"{label} : {called}, {place} sur {n} départements en {year}"
    overseas = int(known["department"].str.startswith("97").sum())
    absent = f" ; {missing} sans valeur" if missing else ""
    data = pd.concat([known, *others.values()], ignore_index=True)
    low, high = known.iloc[-1], known.iloc[0]
    return Figure(
        name=name,
        title=title(told, f"{called}, {place} sur {n} départements en {year}"),
        unit=f"{label}, {scale.unit}, en {year}",
        data=data,
        value="rate",
        draw=lambda page: _draw(page, known, mine, others, band, scale),
        height=lambda width: _height(width, known, len(others) + 1),
        table_=_table(every, others, scale),
        alt=(
            f"{n} points, un par département, de {scale.told(low['rate'])} ({low['area_name']}) à "
            f"{scale.told(high['rate'])} ({high['area_name']}). {called} : {scale.told(mine['rate'])}, "
            f"{place}, {position(float(mine['rate']), band)}. "
            + " ".join(f"{c} : {scale.told(r['rate'].iloc[0])}." for c, r in others.items())
        ),
        scope=(
            f"{n} départements, dont {overseas} d’outre-mer{absent}." if overseas
            else f"{n} départements{absent}."
        ),
        registers=registers,
        reading=(
            f"avec {scale.told(mine['rate'])} {per(scale)}, {called} est {place} sur {n} ; la moitié des "
            f"départements sont au-dessous de {scale.told(band['median'])}."
        ),
        note=note_of(data, every, public)
        + ". Le 1er rang est celui de la valeur la plus élevée ; les ex æquo partagent le meilleur rang",
    )  # fmt: skip


def _place(mine: pd.Series, known: pd.DataFrame) -> str:
    rank = int(mine["rank"])
    tied = int((known["rank"] == mine["rank"]).sum()) > 1
    return f"{rank}{'er' if rank == 1 else 'e'}{' ex æquo' if tied else ''}"


def _table(every: pd.DataFrame, others: dict[str, pd.DataFrame], scale: Scale) -> pd.DataFrame:
    rows = every[["rank", "department", "area_name", "rate"]]
    more = pd.DataFrame([{"area_name": n, "rate": r["rate"].iloc[0]} for n, r in others.items()])
    table = pd.concat([rows, more], ignore_index=True) if len(more) else rows.copy()
    table["rate"] = table["rate"] * scale.factor
    return table.rename(
        columns={"rank": "Rang", "department": "Code", "area_name": "Territoire", "rate": "Valeur"}
    ).fillna({"Code": ""})


def levels(places: list[float], gap: float) -> list[int]:
    """Return how high each dot stands so that none touches another; places are sorted, in mm.

    Examples
    --------
    >>> levels([0.0, 1.0, 1.5, 4.0], 2.0)
    [0, 1, 2, 0]
    """
    lasts: list[float] = []
    found = []
    for x in places:
        level = next((i for i, last in enumerate(lasts) if x - last >= gap), len(lasts))
        if level == len(lasts):
            lasts.append(x)
        lasts[level] = x
        found.append(level)
    return found


def _room(width: float) -> float:
    return width - 2 * (MARGIN + _SIDE)


def _piles(width: float, known: pd.DataFrame) -> tuple[pd.DataFrame, float, float]:
    """Return the rates in order with the place and the level of their dots, and the scale's ends."""
    rows = known.sort_values("rate", ignore_index=True)
    low, high = float(rows["rate"].iloc[0]), float(rows["rate"].iloc[-1])
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    at = [(float(r) - low) / (high - low) * _room(width) for r in rows["rate"]]
    return rows.assign(x=at, level=levels(at, _DOT)), low, high


def _height(width: float, known: pd.DataFrame, count: int) -> float:
    piles, _, _ = _piles(width, known)
    tall = (int(piles["level"].max()) + 1) * _DOT
    return _legend(width) + _CUTS + tall + _AXIS + count * _ROW


def _legend(width: float) -> float:
    return shapes.legend_height(_ENTRIES, width - 2 * MARGIN) + 1.5


def _draw(
    page: Page, known: pd.DataFrame, mine: pd.Series, others: dict[str, pd.DataFrame],
    band: pd.Series, scale: Scale,
) -> None:  # fmt: skip
    piles, low, high = _piles(page.width, known)
    axes = page.canvas_axes()
    shapes.legend(page, axes, _ENTRIES, MARGIN, page.plot_height - 0.5, page.width - 2 * MARGIN)
    left, room = MARGIN + _SIDE, _room(page.width)
    base = (len(others) + 1) * _ROW + _AXIS
    top = base + (int(piles["level"].max()) + 1) * _DOT

    def at(rate: float) -> float:
        return left + (float(rate) - low) / (high - low) * room

    axes.add_artist(Rectangle(
        (at(band["q1"]), base), at(band["q3"]) - at(band["q1"]), top - base + 0.8, zorder=0,
        facecolor=BAND.face, edgecolor="none",
    ))  # fmt: skip
    axes.plot([left - 1.5, left + room + 1.5], [base - 0.3] * 2, color=theme.INK, linewidth=0.8)
    _cuts(page, axes, band, at, (base, top), scale)
    for row in piles.itertuples():
        own = row.department == mine["department"]
        called, fill = (str(row.area_name), theme.HIGHLIGHT) if own else (_ONE, theme.CONTEXT)
        y = base + (row.level + 0.5) * _DOT
        mark = lines.dot(axes, left + row.x, y, called, fill, 6.0 if own else 4.4)
        if called not in {m.category for m in page.marks}:
            page.marks.append(mark)
    found = lines.roomy_ticks(low * scale.factor, high * scale.factor, 6, room)
    for tick in found:
        x = at(tick / scale.factor)
        axes.plot([x, x], [base - 0.3, base - 1.2], color=theme.INK, linewidth=0.6)
        page.text(x, page.bottom + base - 1.8, format_number(tick), size=7, ha="center", va="top",
                  color=theme.SOFT_INK)  # fmt: skip
    place = _place(mine, known)
    named = [(str(mine["area_name"]), float(mine["rate"]), f" ({place})", theme.HIGHLIGHT)]
    named += [(n, float(r["rate"].iloc[0]), "", _COMPARED) for n, r in others.items()]
    for number, (called, rate, more, fill) in enumerate(named):
        y = base - _AXIS - (number + 0.5) * _ROW
        x = min(max(at(rate), left), left + room)
        axes.plot([left, left + room], [y, y], color=theme.GRID, linewidth=0.6, zorder=0)
        page.marks.append(lines.dot(axes, x, y, called, fill, 6.0 if number == 0 else 4.8))
        _beside(page, x, y, called, f"{scale.told(rate)}{more}", 600 if number == 0 else 400)


def _beside(page: Page, x: float, y: float, called: str, said: str, weight: int) -> None:
    """Write a name and its value beside a dot, on the side where there is room; a long name is cut."""
    said = f"\u00a0: {said}"
    spare = 2.2 + MARGIN + text_width(said, 7.5, weight)
    right = text_width(called, 7.5, weight) < page.width - x - spare or x < page.width / 2
    room = (page.width - x if right else x) - spare
    (short,) = fitted(called, room, 7.5, weight, most=1)
    page.names[called] = short
    shapes.centred(
        page, x + (2.2 if right else -2.2), page.bottom + y, short + said, size=7.5, weight=weight,
        ha="left" if right else "right",
        bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _cuts(
    page: Page, axes: Axes, band: pd.Series, at: Callable[[float], float],
    ends: tuple[float, float], scale: Scale,
) -> None:  # fmt: skip
    """Draw the quartiles through the dots, and name them above, apart from each other."""
    base, top = ends
    labels = [(f"{name}", scale.told(band[key])) for key, name in _QUARTILES.items()]
    wide = max(text_width(line, 7) for label in labels for line in label) + 1.5
    places = lines.spread(
        [at(band[key]) for key in _QUARTILES],
        wide,
        MARGIN + wide / 2,
        page.width - MARGIN - wide / 2,
    )
    for key, label, place in zip(_QUARTILES, labels, places, strict=True):
        x = at(band[key])
        axes.plot([x, x, place], [base, top + 0.8, top + 2.2], color=BAND.edge, zorder=1,
                  linewidth=1.1 if key == "median" else 0.6)  # fmt: skip
        for line, text in enumerate(label):
            y = page.bottom + top + 6.5 - line * 7 * LEADING
            page.text(place, y, text, size=7, ha="center", color=theme.SOFT_INK)


__all__ = ["levels", "strip"]
