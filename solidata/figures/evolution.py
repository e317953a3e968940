"""What changed between two years: slopes, dumbbells. Series and openings have their own rooms."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.figures import lines, theme
from solidata.figures.budgets import budgets
from solidata.figures.coverage import coverage_curve
from solidata.figures.dumbbell import dumbbell
from solidata.figures.frame import LEADING, Figure
from solidata.figures.openings import openings
from solidata.figures.page import MARGIN, Page
from solidata.figures.series import series
from solidata.figures.texts import (
    block,
    difference,
    fitted,
    shown,
    title,
    too_many,
)
from solidata.french import decapitalised, format_number, listed, plural, quote
from solidata.problems import NoDataError
from solidata.tables import Registers

__all__ = ["budgets", "coverage_curve", "dumbbell", "openings", "series", "slopes"]

MAX_PANELS = 6
"""Above this a page is too small: filter the tables, or make several figures."""

_GAP = 6.0


def slopes(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    funding: pd.DataFrame | None,
    registers: Registers,
    first: int = 2024,
    last: int = 2025,
) -> Figure:
    """Return every pair of values that the documents print for two years, a slope each.

    Parameters
    ----------
    observations, indicators, funding : pandas.DataFrame
        The tables of these names; `funding` may be None.
    registers : Registers
    first, last : int
        Two different years.

    Returns
    -------
    Figure
        One panel a pair, each on its own scale from zero, for units differ.

    Raises
    ------
    ValueError
        When nothing can be compared, or more than :data:`MAX_PANELS` things.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators", "funding")]
    >>> slopes(*tables, solidata.load_registers()).check()
    []
    """
    found = analysis.pairs(observations, indicators, funding, first, last)
    if found.empty:
        raise NoDataError(f"Rien n’est imprimé à la fois pour {first} et pour {last}.")
    if len(found) > MAX_PANELS:
        raise too_many(len(found), MAX_PANELS, "mesures comparables")
    data = analysis.points(found)
    rises, falls = int((found["difference"] > 0).sum()), int((found["difference"] < 0).sum())
    still = len(found) - rises - falls
    said = [
        f"{n}\u00a0{plural(n, one, many)}"
        for n, one, many in (
            (rises, "augmente", "augmentent"),
            (falls, "diminue", "diminuent"),
            (still, "stagne", "stagnent"),
        )
        if n
    ]
    amounts = 0 if funding is None else len(funding)
    scope = (
        f"{plural(len(found), 'la seule mesure imprimée', f'les {len(found)} mesures imprimées')} "
        f"pour les deux années, parmi {format_number(len(indicators))} indicateurs"
    )
    scope += f" et {format_number(amounts)} financements d’actions." if amounts else "."
    top = found.iloc[0]
    return Figure(
        name=f"evolution-{first}-{last}",
        title=_slopes_title(found, said),
        unit="Valeur de chaque année dans son unité ; chaque échelle lui est propre et part de zéro",
        data=data,
        value="value",
        draw=lambda page: _draw_slopes(page, found),
        height=lambda width: _slopes_layout(width, found)[-1],
        table_=_pairs_table(found),
        alt=(
            f"{len(found)} {plural(len(found), 'pente', 'pentes')} de {first} à {last}. "
            + ". ".join(_pair_words(row) for _, row in found.iterrows())
            + "."
        ),
        reading=f"{decapitalised(_pair_words(top))}.",
        note=_pairs_note(found),
        scope=scope,
        registers=registers,
    )


def _slopes_title(found: pd.DataFrame, said: list[str]) -> str:
    top = found.iloc[0]
    first, last = top["first"], top["last"]
    if len(found) > 1:
        return f"Sur {len(found)} mesures comparables de {first} à {last}, {listed(said)}"
    verb = said[0].split()[-1]
    return title(_pair_words(top), f"La seule mesure comparable de {first} à {last} {verb}")


def _pair_words(row: pd.Series) -> str:
    """Return « Centres : 2 en 2024, 5 en 2025 (+3 centres) »."""
    ends = [
        f"{shown(row[f'{s}_value'], row['unit'], row[f'{s}_out_of'], row[f'{s}_qualifier'])} "
        f"en {row[s]}"
        for s in ("first", "last")
    ]
    changed = difference(row["difference"], row["unit"])
    return f"{row['label']} : {ends[0]}, {ends[1]} ({changed})"


def _pairs_note(found: pd.DataFrame) -> str:
    notes = []
    unstated = found[found["indicator_id"].str.contains(" / unstated / ", regex=False)]
    for label in unstated["label"]:
        notes.append(f"{quote(label)} : le document ne dit pas si le montant est prévu ou exécuté")
    sides = found[["first_legibility", "last_legibility"]]
    doubtful = found[(sides == "doubtful").any(axis=1)]
    for label in doubtful["label"]:
        notes.append(f"{quote(label)} : lecture douteuse")
    money = "euros courants" if (found["unit"] == "euros").any() else ""
    return ". ".join([n for n in (money, *notes) if n])


def _pairs_table(found: pd.DataFrame) -> pd.DataFrame:
    first, last = str(found["first"].iloc[0]), str(found["last"].iloc[0])
    rate = found["unit"] == "%"
    return pd.DataFrame(
        {
            "Mesure": found["label"],
            "Unité": found["unit"],
            first: found["first_value"].where(~rate, found["first_value"] * 100),
            f"Sur ({first})": found["first_out_of"],
            last: found["last_value"].where(~rate, found["last_value"] * 100),
            f"Sur ({last})": found["last_out_of"],
            "Écart": found["difference"],
            "Unité de l’écart": found["unit"].where(~rate, "points"),
        }
    ).dropna(axis=1, how="all")


_SLOPE, _SLOPE_YEARS, _SLOPE_TEXT = 22.0, 5.0, 8.0


def _slopes_layout(
    width: float, found: pd.DataFrame
) -> tuple[int, float, float, list[list[str]], list[float], float]:
    """Return columns, panel width, text width, lines of each label, height of each row, height."""
    count = len(found)
    columns = 1 if width < 120 else count if count <= 3 else 2 if count == 4 else 3
    panel = (width - 2 * MARGIN - _GAP * (columns - 1)) / columns
    beside = columns == 1 or panel >= 100
    room = min(60.0, 0.46 * panel) if beside else panel
    labels = [fitted(label, room, _SLOPE_TEXT) for label in found["label"]]
    plot = _SLOPE + _SLOPE_YEARS
    heights = []
    for start in range(0, count, columns):
        most = max(len(label) for label in labels[start : start + columns])
        text = (most * _SLOPE_TEXT + 11.0) * LEADING + 1.4
        heights.append(max(text, plot + 1.5) if beside else text + 3.5 + plot)
    return columns, panel, room, labels, heights, sum(heights) + 5.0 * (len(heights) - 1) + 1.5


def _draw_slopes(page: Page, found: pd.DataFrame) -> None:
    columns, panel, room, labels, heights, _ = _slopes_layout(page.width, found)
    canvas = page.canvas_axes()
    top = page.plot_height
    beside, values = room < panel, lines.slope_room(found)
    for number in range(len(found)):
        row, column = divmod(number, columns)
        y = top - sum(heights[:row]) - 5.0 * row
        x = MARGIN + column * (panel + _GAP)
        canvas.plot([x, x + panel], [y - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        pair = found.iloc[[number]]
        below = block(page, x, y - 2.0, labels[number], _SLOPE_TEXT, weight=600)
        if not beside:  # differences stand on one line
            most = max(len(text) for text in labels[row * columns : (row + 1) * columns])
            below = y - 2.0 - most * _SLOPE_TEXT * LEADING
        changed = difference(pair["difference"].iloc[0], pair["unit"].iloc[0])
        page.text(x, page.bottom + below - 0.8, changed, size=11, weight=700, va="top")
        wide = min(panel - room - 3.0 if beside else panel, 80.0)
        left = x + panel - wide if beside and columns > 1 else x + room + 3.0 if beside else x
        floor = y - heights[row] + _SLOPE_YEARS - 2.5
        axes = page.axes(left, floor, wide, _SLOPE)
        page.marks += lines.draw_slope(axes, pair, values)
