"""Houses that open: how many of those aimed at, and the dates that are printed."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
from matplotlib.axes import Axes

from solidata.analysis import openings as analysis
from solidata.figures import lines, shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.page import MARGIN, Page, text_width
from solidata.figures.texts import block, breakable, fitted, number, of_year, title, too_many
from solidata.figures.theme import Fill
from solidata.french import MONTHS, format_date, listed, plural
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers


def openings(
    events: pd.DataFrame,
    observations: pd.DataFrame,
    registers: Registers,
    indicator: str | None = None,
    year: int | None = None,
) -> Figure:
    """Return how many houses are open out of those aimed at, and the dated openings.

    Parameters
    ----------
    events, observations : pandas.DataFrame
        The tables of these names.
    registers : Registers
    indicator : str, optional
        What counts the houses open, and their target; by default the one that the dated openings
        declare (``events.indicator_id``).
    year : int, optional
        Of the report that prints `observations`; it names the files.

    Returns
    -------
    Figure
        Tiles for the count, with its date if one is printed; a line of time for the openings that
        have one.

    Raises
    ------
    ValueError
        When the observed number or the target is printed with several values or not whole, a
        label is missing or too long, or when there are too many openings.
    NoDataError
        When no opening is dated, or no observed number or target is printed for `indicator`.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("events", "observations")]
    >>> openings(*tables, solidata.load_registers()).check()
    []
    """
    data = analysis.openings(events, observations, indicator)
    dated = data[data["what"] == "opening"].reset_index(drop=True)
    if dated.empty:
        raise NoDataError("Aucune ouverture de maison n’est datée.")
    opened = _houses(data, "open", "ouvertes", 0)
    target = _houses(data, "target", "visées", 1)
    most = min(target, _MOST_DATED)
    if len(dated) > most:
        raise too_many(len(dated), most, "ouvertures datées")
    breakable(dated["label"])
    count, counted = len(dated), _counted(data)
    ratio = f"{opened} {plural(opened, 'maison')} sur {target}"
    goal = f"{opened} {plural(opened, 'maison')} sur {plural(target, 'la seule visée', f'les {target} visées')}"
    if opened > target:
        ratio = goal = f"{opened} maisons pour {target} {plural(target, 'visée')}"
    are_open = plural(opened, "est ouverte", "sont ouvertes")
    left = max(target - opened, 0)
    years = f"{dated['date_start'].min().year}", f"{dated['date_start'].max().year}"
    when = f"en {years[0]}" if years[0] == years[1] else f"de {years[0]} à {years[1]}"
    named = listed([f"{r['label']} ({_day(r)})" for _, r in dated.iterrows()])
    return Figure(
        name=of_year("ouvertures-mds", year),
        title=title(
            f"{ratio} {are_open} ; {count}\u00a0{plural(count, 'a', 'ont')} ouvert {when}",
            f"{ratio} {are_open}",
        ),
        unit="Maisons départementales des solidarités (MDS), en nombre, et dates d’ouverture imprimées",
        data=data,
        value="count",
        draw=lambda page: _draw_openings(page, dated, opened, target, counted),
        height=lambda width: _layout(width, dated).height,
        table_=_openings_table(data),
        alt=(
            f"{opened} {plural(opened, 'carreau plein', 'carreaux pleins')} sur {max(target, opened)} : "
            f"{opened} {plural(opened, 'maison')} {are_open}, "
            f"{left} {plural(left, 'reste', 'restent')} à ouvrir. Sur une ligne du temps, "
            f"{count} {plural(count, 'ouverture datée', 'ouvertures datées')} {when} : {named}."
        ),
        reading=f"{goal} {are_open} ; {'ouvertures datées' if count > 1 else 'ouverture datée'} : {named}.",
        note=(
            f"le bilan date {count} {plural(count, 'ouverture')}"
            if counted
            else f"le bilan ne date pas le nombre de {opened} {plural(opened, 'maison')} ; il date {count} "
            f"{plural(count, 'ouverture')}"
        ),
        scope=f"{plural(target, 'la maison départementale des solidarités visée', f'les {target} maisons départementales des solidarités visées')}.",
        registers=registers,
    )  # fmt: skip


_MOST_TILES, _MOST_DATED = 40, 12


def _houses(data: pd.DataFrame, what: str, word: str, least: int) -> int:
    """Return a number of houses: whole, and such that its tiles are seen."""
    count = float(data.loc[data["what"] == what, "count"].iloc[0])
    if not (least <= count <= _MOST_TILES and count.is_integer()):
        raise RefusedError(
            f"Maisons {word} : un nombre entier de {least} à {_MOST_TILES} est attendu, "
            f"et non {number(count) if math.isfinite(count) else 'l’infini'}."
        )
    return int(count)


def _day(row: pd.Series) -> str:
    """Return the date of an event, as precise as it is known."""
    start = row["date_start"]
    if row["precision"] in ("year", "season"):
        return str(start.year)
    if row["precision"] == "month":
        return f"{MONTHS[start.month - 1]}\u00a0{start.year}"
    return format_date(start.date())


def _counted(data: pd.DataFrame) -> str:
    """Return when houses are open, « en 2026 » or « au 1er mars 2026 »; nothing if it is not printed."""
    row = data[data["what"] == "open"].iloc[0]
    start, end = row["date_start"], row["date_end"]
    if pd.isna(end):
        return ""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"en {end.year}" if start.year == end.year else f"de {start.year} à {end.year}"
    last = f"au {format_date(end.date())}"
    return last if start == end else f"du {format_date(start.date())} {last}"


def _openings_table(data: pd.DataFrame) -> pd.DataFrame:
    counted = _counted(data)
    words = {
        "opening": "Ouverture datée",
        "open": f"Ouvertes {counted}" if counted else "Ouvertes, sans date",
        "target": "Objectif",
    }
    return pd.DataFrame(
        {
            "Nature": data["what"].map(words),
            "Maison": data["label"].where(data["what"] == "opening", "Toutes"),
            "Date": [_day(r) if r["what"] == "opening" else "" for _, r in data.iterrows()],
            "Nombre": data["count"].astype(int),
        }
    )


_GAP, _LEVEL, _TIME_HEAD, _TIME_FOOT = 10.0, 8.4, 6.0, 6.4


@dataclasses.dataclass(frozen=True)
class _Layout:
    """Where tiles and line of time stand, in millimetres."""

    beside: bool
    tiles: float
    """Width of the tiles, all together."""
    line: float
    """Length of the line of time."""
    first: int
    last: int
    """Its years; it ends with the first day of the last."""
    places: list[float]
    levels: list[int]
    """Place of each opening on the line, and height of its name above it."""
    height: float

    def at(self, day: pd.Timestamp) -> float:
        """Return the place of a day on the line."""
        origin = pd.Timestamp(self.first, 1, 1)
        share = (day - origin) / (pd.Timestamp(self.last, 1, 1) - origin)
        # Half a dot on each side: one on the first of January keeps out of the margin.
        return _DOT + (self.line - 2 * _DOT) * float(share)


_DOT = 1.2
_TILE, _TILE_GAP, _TILES_HEAD, _TILES_FOOT = 9.0, 1.0, 12.0, 5.0


def _layout(width: float, dated: pd.DataFrame) -> _Layout:
    beside = width >= 190
    room = width - 2 * MARGIN
    line = room / 2 - _GAP / 2 if beside else room
    first, last = dated["date_start"].min().year, dated["date_start"].max().year + 1
    made = _Layout(beside, line if beside else room, line, first, last, [], [], 0.0)
    places = [made.at(day) for day in dated["date_start"]]
    levels: list[int] = []
    ends: dict[int, float] = {}
    for place, (_, row) in zip(places, dated.iterrows(), strict=True):
        wide = _wide(row)
        left = place if place + wide <= line else place - wide
        level = next(n for n in range(len(dated)) if ends.get(n, -1.0) <= left)
        ends[level] = max(left + wide, place + 1.0)
        levels.append(level)
    time = _TIME_HEAD + (max(levels) + 1) * _LEVEL + 2.0 + _TIME_FOOT
    tiles = _TILES_HEAD + _TILE + _TILES_FOOT
    height = max(tiles, time) if beside else tiles + 4.0 + time
    return dataclasses.replace(made, places=places, levels=levels, height=height)


def _name(row: pd.Series) -> str:
    return fitted(row["label"], 40.0, 8, most=1)[0]


def _wide(row: pd.Series) -> float:
    """Return the room of the name and the date of an opening."""
    return max(text_width(_name(row), 8, 600), text_width(_day(row), 7)) + 3.0


def _draw_openings(page: Page, dated: pd.DataFrame, opened: int, target: int, counted: str) -> None:
    layout = _layout(page.width, dated)
    canvas = page.canvas_axes()
    _draw_tiles(page, canvas, opened, target, counted, layout)
    _draw_time(page, canvas, dated, layout)


def _draw_tiles(
    page: Page, canvas: Axes, opened: int, target: int, counted: str, layout: _Layout
) -> None:
    """Draw a tile a house, in two rows when they would be too small in one."""
    top = layout.height
    ratio = f"{opened} sur {target}" if opened <= target else f"{opened} pour {target}"
    page.text(MARGIN, page.bottom + top - 0.6, ratio, size=18, weight=700, va="top")
    beside = MARGIN + text_width(ratio, 18, 700) + 3.0
    said = plural(opened, "maison ouverte", "maisons ouvertes")
    said += f" {counted}" if counted else " ; nombre non daté dans le bilan"
    words = fitted(said, layout.tiles + MARGIN - beside, 8, 400, 2)
    block(page, beside, top - (1.2 if len(words) > 1 else 3.0), words, 8)
    count = max(target, opened)
    side = (layout.tiles + _TILE_GAP) / count - _TILE_GAP
    y = top - _TILES_HEAD - _TILE
    empty = Fill(theme.PAPER, theme.CATEGORY[5].edge, theme.INK)
    for tile in range(count):
        name, fill = ("ouverte", theme.HIGHLIGHT) if tile < opened else ("à ouvrir", empty)
        x = MARGIN + tile * (side + _TILE_GAP)
        shapes.tile(page, canvas, name, fill, x, y, side, _TILE)
    style = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
    below = page.bottom + y - 1.4
    said = f"{opened} {plural(opened, 'ouverte')}" if opened else ""
    if said:
        page.text(MARGIN, below, said, **style)
    if target > opened:
        left, right = MARGIN + opened * (side + _TILE_GAP), MARGIN + layout.tiles
        if said:  # thin tiles are shorter than what is said of them
            left = max(left, MARGIN + text_width(said, 7) + 3.0)
        text = f"{target - opened} à ouvrir"
        fits = left + text_width(text, 7) <= right
        page.text(left if fits else right, below, text, ha="left" if fits else "right", **style)


def _draw_time(page: Page, canvas: Axes, dated: pd.DataFrame, layout: _Layout) -> None:
    """Draw the years as a line, and each opening above it."""
    left = page.width - MARGIN - layout.line
    top = (
        layout.height if layout.beside else layout.height - _TILES_HEAD - _TILE - _TILES_FOOT - 4.0
    )
    base = _TIME_FOOT if not layout.beside else top - _TILES_HEAD - _TILE
    base = min(base, top - _TIME_HEAD - (max(layout.levels) + 1) * _LEVEL - 2.0)
    count = len(dated)
    head = f"{count} {plural(count, 'ouverture datée', 'ouvertures datées')}"
    page.text(left, page.bottom + top - 0.8, head, size=8, weight=600, va="top")
    canvas.plot([left, left + layout.line], [base] * 2, color=theme.INK, linewidth=0.8)
    one_year = layout.last - layout.first == 1
    days = [
        pd.Timestamp(year, month, 1)
        for year in range(layout.first, layout.last)
        for month in ((1, 4, 7, 10) if one_year else (1,))
    ] + [pd.Timestamp(layout.last, 1, 1)]
    every = -(-len(days) * 10 // max(1, int(layout.line)))
    for rank, day in enumerate(days):
        x = left + layout.at(day)
        canvas.plot([x, x], [base, base - 1.2], color=theme.INK, linewidth=0.6)
        ends = {0: "left", len(days) - 1: "right"}
        near_last = rank + every >= len(days)
        if every > 1 and (rank % every or near_last) and rank not in ends:
            continue
        text = str(day.year) if day.month == 1 else MONTHS[day.month - 1]
        style = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
        page.text(x, page.bottom + base - 2.0, text, ha=ends.get(rank, "center"), **style)
    events = zip(layout.places, layout.levels, dated.iterrows(), strict=True)
    for place, level, (_, row) in events:
        x, y = left + place, base + 2.0 + level * _LEVEL
        canvas.plot([x, x], [base, y + 6.8], color=theme.SOFT_INK, linewidth=0.7, zorder=1)
        page.marks.append(lines.dot(canvas, x, base, "ouverture", theme.HIGHLIGHT))
        right = place + _wide(row) > layout.line
        ha, shift = ("right", -1.2) if right else ("left", 1.2)
        # On white: the line of a later opening passes behind the name, not through it.
        white = {"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.6}
        style = {"ha": ha, "va": "top", "bbox": white}
        page.text(x + shift, page.bottom + y + 7.0, _name(row), size=8, weight=600, **style)
        page.text(
            x + shift, page.bottom + y + 3.6, _day(row), size=7, color=theme.SOFT_INK, **style
        )
