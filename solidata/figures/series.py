"""Money year after year: small multiples of series, budgets whose scopes are never joined."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd

from solidata.analysis import measures
from solidata.analysis.columns import require
from solidata.figures import lines, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, Page
from solidata.figures.texts import (
    block,
    breakable,
    disputed_words,
    distinct,
    fitted,
    millions,
    signed,
    span_of,
    title,
    too_many,
)
from solidata.french import decapitalised, format_amount, listed, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

MAX_SERIES = 9
"""Above these a page is too small: filter the tables, or make several figures."""

PANEL_GAP = 6.0


Panel = tuple[str, str, pd.DataFrame]
"""Label, change in words, and rows by year."""


def series(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    registers: Registers,
    prefix: str = "contexte-depense-brute-",
    name: str = "depense-brute",
) -> Figure:
    """Return small multiples of money by public, all on one scale, the total beside them.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    registers : Registers
    prefix : str
        Beginning of the identifiers of the indicators, in euros.
    name : str
        Stem of the figure's files.

    Returns
    -------
    Figure
        A million euros has the same height in each panel; nothing is stacked. The whole
        department only; the note names a year left out because it has two values.

    Raises
    ------
    ValueError
        When an amount is negative, all are too small for millions, a label is missing or too
        long, an indicator covers several periods of the year, or when there are more than
        :data:`MAX_SERIES` series.
    NoDataError
        When no indicator has a value.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators")]
    >>> series(*tables, solidata.load_registers()).check()
    []
    """
    require(indicators, "indicators", ["indicator_id", "unit"])
    asked = indicators["indicator_id"].str.startswith(prefix) & (indicators["unit"] == "euros")
    data = measures.yearly(observations, indicators[asked])
    data = data[data["territory_id"].isna()]
    if data.empty:
        raise NoDataError(f"Aucun indicateur {quote(prefix)} observé en euros.")
    if data["indicator_id"].nunique() > MAX_SERIES:
        raise too_many(data["indicator_id"].nunique(), MAX_SERIES, "séries")
    _check_series(data)
    twice = measures.disputed(observations, indicators[asked])
    twice = twice[twice["territory_id"].isna()]
    data = data.sort_values(["indicator_id", "year"], kind="stable")
    whole = data[data["label"].str.contains(r"\btotale?\b", case=False)]
    parts = data.drop(whole.index)
    common = _common(parts["label"]) or "Montants"
    years = int(data["year"].min()), int(data["year"].max())
    panels = _series_panels(whole, parts)
    change = {label: _change(rows) for label, _, rows in panels}
    headline = panels[0] if len(whole) else max(panels, key=lambda p: change[p[0]][0])
    rows = headline[2]
    end, since = rows["value"].iloc[-1], int(rows["year"].iloc[0])
    told = f"{rows['label'].iloc[0]} : {millions(end, fixed=True)} en {rows['year'].iloc[-1]}"
    said = f"{told}, {_moved(rows)} depuis {since}" if len(rows) > 1 else told
    grown = sum(change[label][0] >= _STABLE for label, _, _ in panels)
    general = f"{grown} {plural(grown, 'série')} sur {len(panels)} {plural(grown, 'augmente', 'augmentent')}"
    period = span_of(*years)
    lowest = data.loc[data["value"].idxmin()]
    return Figure(
        name=f"{name}-{years[0]}-{years[1]}",
        title=title(said, told, f"{general} {period}"),
        unit=f"{common}, en millions d’euros courants (M€), même échelle partout",
        data=data.drop(columns=["span", "qualifier"]),
        value="value",
        draw=lambda page: _draw_panels(page, panels, bool(len(whole)), years),
        height=lambda width: _panels_layout(width, panels, bool(len(whole)))[-1],
        table_=_series_table(data),
        alt=(
            f"{len(panels)} {plural(len(panels), 'courbe', 'courbes')} {period}, "
            "en millions d’euros courants. "
            + ". ".join(_series_words(rows) for _, _, rows in panels)
            + f". La plus basse valeur est de {millions(lowest['value'], fixed=True)} en {lowest['year']}."
        ),
        reading=_series_reading(panels[-1][2]),
        note=sentences([_twice_note(twice), _rest_note(whole, parts), _rounding_note(panels)]),
        scope=f"ensemble du département, dépenses observées {period}.",
        registers=registers,
    )


_STABLE = 50_000
"""Euros under which a change is nil in millions with one decimal."""


def _check_series(data: pd.DataFrame) -> None:
    spans = data.groupby("indicator_id")["span"].nunique()
    if (mixed := spans > 1).any():
        raise RefusedError(
            f"Plusieurs périodes de l’année, qui ne se joignent pas : {listed(spans.index[mixed])}."
        )
    if (below := data["value"] < 0).any():
        raise RefusedError(f"Montant négatif : {listed(dict.fromkeys(data.loc[below, 'label']))}.")
    most = float(data["value"].max())
    if 0 < most < _STABLE:
        raise RefusedError(
            f"Montants de {format_amount(most, '€')} au plus, trop petits pour des millions d’euros."
        )
    labels = data.drop_duplicates("indicator_id")["label"]
    distinct(labels)
    breakable(labels)


def _twice_note(twice: pd.DataFrame) -> str:
    """Return what is left out because two printings disagree, or an empty text."""
    if twice.empty:
        return ""
    return f"n’est pas tracée une année à deux valeurs imprimées : {disputed_words(twice)}"


def _common(labels: pd.Series) -> str:
    """Return what all labels say before their first comma, or an empty text."""
    stems = {label.partition(", ")[0] for label in labels if ", " in label}
    return stems.pop() if len(stems) == 1 and labels.str.contains(", ").all() else ""


def _change(rows: pd.DataFrame) -> tuple[float, int]:
    return float(rows["value"].iloc[-1] - rows["value"].iloc[0]), int(rows["year"].iloc[0])


def _moved(rows: pd.DataFrame) -> str:
    change = _change(rows)[0]
    moved = signed(millions(abs(change), fixed=True), change)
    return moved if abs(change) >= _STABLE else "stable"


def _rounding_note(panels: list[Panel]) -> str:
    """Return a warning when a printed change is not that of the printed values."""

    def tenths(euros: float) -> int:
        return round(euros / 1e5)

    ends = [(rows["value"].iloc[0], rows["value"].iloc[-1]) for _, _, rows in panels]
    rounded = any(tenths(b - a) != tenths(b) - tenths(a) for a, b in ends)
    return "les écarts sont calculés avant arrondi" if rounded else ""


def _series_words(rows: pd.DataFrame) -> str:
    start, end = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{end['label']} : {millions(end['value'], fixed=True)} en {end['year']}"
    return (
        f"{end['label']} : {millions(start['value'], fixed=True)} en {start['year']}, "
        f"{millions(end['value'], fixed=True)} en {end['year']} ({_moved(rows)})"
    )


def _series_reading(rows: pd.DataFrame) -> str:
    start, end = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{decapitalised(_series_words(rows))}."
    first, last = (millions(r["value"], fixed=True) for r in (start, end))
    return (
        f"{decapitalised(end['label'])} : de {first} en {start['year']} à {last} en {end['year']}, "
        f"soit {_moved(rows)}."
    )


def _rest_note(whole: pd.DataFrame, parts: pd.DataFrame) -> str:
    """Return what the total holds besides the parts, in the last year they all have."""
    if whole["indicator_id"].nunique() != 1 or parts.empty:
        return ""
    last = int(whole["year"].iloc[-1])
    now = parts[parts["year"] == last]
    if now["indicator_id"].nunique() < parts["indicator_id"].nunique():
        return ""
    rest = float(whole["value"].iloc[-1] - now["value"].sum())
    if abs(rest) < _STABLE:
        return ""
    count = len(now)
    some = "le public montré fait" if count == 1 else f"les {count} publics font"
    told = f"en {last}, {some} {millions(now['value'].sum(), fixed=True)}"
    if rest < 0:
        return f"{told}, {millions(-rest, fixed=True)} de plus que le total"
    return f"{told} ; les {millions(rest, fixed=True)} restants du total ne sont pas ventilés ici"


def _series_table(data: pd.DataFrame) -> pd.DataFrame:
    order = list(dict.fromkeys(data["label"]))
    wide = data.pivot_table(index="label", columns="year", values="value").reindex(order) / 1e6
    wide.columns = [f"{year} (M€)" for year in wide.columns]
    return wide.rename_axis("Dépense").reset_index()


def _series_panels(whole: pd.DataFrame, parts: pd.DataFrame) -> list[Panel]:
    """Return the total first, then the others from the greatest last value down."""
    common = _common(parts["label"])
    panels = []
    for frame in (whole, parts):
        found = [rows for _, rows in frame.groupby("indicator_id", sort=False)]
        for rows in sorted(found, key=lambda r: -float(r["value"].iloc[-1])):
            label = str(rows["label"].iloc[0]).removeprefix(f"{common}, ")
            label = label[:1].upper() + label[1:]
            moved = f"{_moved(rows)} depuis {rows['year'].iloc[0]}" if len(rows) > 1 else ""
            panels.append((label, moved, rows))
    return panels


_MAX_PLOT = 195.0
"""Millimetres of panels, so that a page holds them with their texts."""

PLOT_HEAD, PLOT_FOOT = 5.6, 4.6
"""Room above a panel's highest value, for its label, and under its lowest, for the years."""


def limits_of(rows: pd.Series) -> tuple[float, float]:
    """Return the least and the greatest value, zero always between them."""
    return min(0.0, float(rows.min())), max(0.0, float(rows.max()))


@dataclasses.dataclass(frozen=True)
class _Grid:
    """Where panels stand: the total on its own, the others in rows."""

    scale: float
    """Millimetres a million euros."""
    boxes: list[tuple[float, float, float, float]]
    """Left, top (from the top of the plot area), width and height of each panel."""
    labels: list[list[str]]
    heads: list[float]


def _panels_layout(
    width: float, panels: list[Panel], total: bool
) -> tuple[_Grid, tuple[float, float], float]:
    """Return the grid, the limits of the panels that are not the total, and the height."""
    narrow, room = width < 120, width - 2 * MARGIN
    small = panels[1:] if total and len(panels) > 1 else panels
    apart = total and len(panels) > 1
    low, high = limits_of(pd.concat([rows["value"] for _, _, rows in small]) / 1e6)
    span = max(high - low, 1e-6)
    big = max(float(np.ptp(limits_of(panels[0][2]["value"] / 1e6))), span) if apart else span
    across = 2 if narrow or apart else min(3, len(small))
    across = 1 if len(small) == 1 else across
    side = 0.0 if narrow or not apart else (room - 2 * PANEL_GAP) / 3
    area = room - (side + PANEL_GAP if side else 0.0)
    wide = (area - PANEL_GAP * (across - 1)) / across
    tall = (40.0 if narrow else 48.0) if apart else 24.0
    rows = math.ceil(len(small) / across)
    # More rows, shorter ones: the page has 270 mm, and its texts.
    most = 3 if rows <= 3 else 2
    labels = [
        fitted(label, (side or room) if apart and i == 0 else wide, 8, most=most)
        for i, (label, _, _) in enumerate(panels)
    ]
    most = max(len(text) for text in labels[len(panels) - len(small) :])
    head = (most * 8 + 7.5) * LEADING + 2.0
    fixed = head + PLOT_HEAD + PLOT_FOOT
    stacked = 1 if apart and not side else 0
    free = _MAX_PLOT - (rows + stacked) * (fixed + 4.0)
    tall = min(tall, free / (rows * span / big + stacked))
    scale = tall / big
    each = fixed + span * scale
    first = head if side else (len(labels[0]) * 8 + 7.5) * LEADING + 2.0
    alone = first + PLOT_HEAD + tall + PLOT_FOOT if apart else 0.0
    start = 0.0 if side else alone + (4.0 if apart else 0.0)
    gap = max(4.0, (alone - rows * each) / max(rows - 1, 1)) if side else 4.0
    boxes, heads = [], []
    if apart:
        boxes.append((MARGIN, 0.0, side or room, alone))
        heads.append(first)
    for number in range(len(small)):
        row, column = divmod(number, across)
        x = MARGIN + (side + PANEL_GAP if side else 0.0) + column * (wide + PANEL_GAP)
        boxes.append((x, start + row * (each + gap), wide, each))
        heads.append(head)
    height = max(y + tall_ for _, y, _, tall_ in boxes) + 1.0
    return _Grid(scale, boxes, labels, heads), (low, high), height


def _draw_panels(page: Page, panels: list[Panel], total: bool, years: tuple[int, int]) -> None:
    grid, (low, high), height = _panels_layout(page.width, panels, total)
    canvas = page.canvas_axes()
    for number, (_, moved, rows) in enumerate(panels):
        x, y, wide, tall = grid.boxes[number]
        top = height - y
        canvas.plot([x, x + wide], [top - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        below = block(page, x, top - 1.8, grid.labels[number], 8, weight=600)
        if moved:
            block(page, x, below, [moved], 7.5, color=theme.SOFT_INK)
        alone = total and number == 0
        limits = limits_of(rows["value"]) if alone else (low * 1e6, high * 1e6)
        limits = limits if limits[1] > limits[0] else (0.0, 1e6)
        plot = (limits[1] - limits[0]) / 1e6 * grid.scale
        axes = page.axes(x + 0.4, top - tall + PLOT_FOOT, wide - 1.4, plot)
        page.marks += lines.draw_series(axes, rows, years, limits)
