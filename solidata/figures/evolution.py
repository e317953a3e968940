"""What changed between two years: slopes, dumbbells. Series and openings have their own rooms."""

from __future__ import annotations

import dataclasses

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.analysis import measures
from solidata.figures import lines, theme
from solidata.figures.budgets import budgets
from solidata.figures.coverage import coverage_curve
from solidata.figures.dumbbell import dumbbell
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.openings import openings
from solidata.figures.page import LEADING, MARGIN, Page, wrap
from solidata.figures.series import series
from solidata.figures.texts import (
    block,
    breakable,
    difference,
    disputed_words,
    distinct,
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
    first: int,
    last: int,
    most: int | None = None,
) -> Figure:
    """Return every pair of values that the documents print for two years, a slope each.

    Parameters
    ----------
    observations, indicators, funding : pandas.DataFrame
        The tables of these names; `funding` may be None.
    registers : Registers
    first, last : int
        Two years, the earlier one first.
    most : int, optional
        Of more pairs than this, draw those that change most
        (:func:`solidata.analysis.evolution.widest`), and say so. By default all are drawn.

    Returns
    -------
    Figure
        One panel a pair, each on its own scale from zero, for units differ.

    Raises
    ------
    ValueError
        When the last year does not follow the first, when there are more than
        :data:`MAX_PANELS` things to compare, or when a label or a unit is missing, or too long.
    NoDataError
        When nothing can be compared.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators", "funding")]
    >>> slopes(*tables, solidata.load_registers(), 2024, 2025).check()
    []
    """
    found = analysis.pairs(observations, indicators, funding, first, last)
    twice = analysis.unpaired(observations, indicators, first, last)
    if found.empty:
        why = f" ; deux valeurs se contredisent pour {disputed_words(twice)}" if len(twice) else ""
        raise NoDataError(f"Rien n’est imprimé à la fois pour {first} et pour {last}{why}.")
    every = len(found)
    if most is not None:
        found = analysis.widest(found, most)
    if len(found) > MAX_PANELS:
        raise too_many(len(found), MAX_PANELS, "mesures comparables")
    found = found.assign(label=_told_apart(found))
    distinct(found["label"])
    breakable([*found["label"], *found["unit"]])
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
    which = plural(len(found), "la seule mesure imprimée", f"les {len(found)} mesures imprimées")
    if len(found) < every:
        which = plural(len(found), "la mesure qui varie", f"les {len(found)} mesures qui varient")
        which += f" le plus des {every} imprimées"
    scope = (
        f"{which} pour les deux années, parmi "
        f"{format_number(len(indicators))} {plural(len(indicators), 'indicateur')}"
    )
    money = plural(amounts, "financement d’action", "financements d’actions")
    scope += f" et {format_number(amounts)} {money}." if amounts else "."
    top = found.iloc[0]
    return Figure(
        name=f"evolution-{first}-{last}",
        title=_slopes_title(found, said, every),
        unit=f"Valeurs de {first} et de {last}, chacune dans son unité ; chaque cadre a son échelle, qui part de zéro",
        data=data,
        value="value",
        draw=lambda page: _draw_slopes(page, found),
        height=lambda width: _slopes_layout(width, found).height,
        table_=_pairs_table(found),
        alt=(
            f"{len(found)} {plural(len(found), 'pente', 'pentes')} de {first} à {last}. "
            + ". ".join(_pair_words(row) for _, row in found.iterrows())
            + "."
        ),
        reading=_pair_reading(top),
        note=_pairs_note(found, twice, every, len(measures.undated(observations, indicators))),
        scope=scope,
        registers=registers,
    )


def _told_apart(found: pd.DataFrame) -> pd.Series:
    """Return the labels, with the territory or the action that tells two of one name apart."""
    twice = found["label"].duplicated(keep=False)
    owner = found["indicator_id"].str.split(" / ").str[0].where(found["unit"] == "euros")
    place = found["territory_id"].astype(object).map(str.capitalize, na_action="ignore")
    what = place.where(place.notna(), owner)
    return pd.Series(
        [
            f"{label} ({name})" if again and pd.notna(name) else label
            for label, again, name in zip(found["label"], twice, what, strict=True)
        ],
        index=found.index,
    )


def _slopes_title(found: pd.DataFrame, said: list[str], every: int) -> str:
    top = found.iloc[0]
    first, last = top["first"], top["last"]
    if len(found) < every:
        if len(said) > 1:
            return f"Mesures qui varient le plus de {first} à {last} : {', '.join(said)}"
        verb = said[0].split()[-1]
        most = plural(
            len(found), "La mesure qui varie", f"Les {len(found)}\u00a0mesures qui varient"
        )
        return f"{most} le plus de {first} à {last} {verb}"
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


def _pair_reading(row: pd.Series) -> str:
    """Return « centres : de 2 en 2024 à 5 en 2025, soit +3 centres »."""
    first, last = (
        shown(row[f"{s}_value"], row["unit"], row[f"{s}_out_of"], row[f"{s}_qualifier"])
        for s in ("first", "last")
    )
    changed = difference(row["difference"], row["unit"])
    return (
        f"{decapitalised(row['label'])} : de {first} en {row['first']} à {last} en {row['last']}, "
        f"soit {changed}."
    )


def _pairs_note(found: pd.DataFrame, twice: pd.DataFrame, every: int, undated: int) -> str:
    notes = []
    if len(found) < every:
        notes.append("une variation se rapporte à la plus grande des deux valeurs")
    unstated = found[found["indicator_id"].str.contains(" / unstated / ", regex=False)]
    for label in unstated["label"]:
        notes.append(f"{quote(label)} : le document ne dit pas si le montant est prévu ou exécuté")
    sides = found[["first_legibility", "last_legibility"]]
    doubtful = found[(sides == "doubtful").any(axis=1)]
    for label in doubtful["label"]:
        notes.append(f"{quote(label)} : lecture douteuse")
    if len(twice):
        # What has two values for a year has no slope: the reader must know that it exists.
        notes.append(f"n’est pas comparé ce qui a deux valeurs imprimées : {disputed_words(twice)}")
    if undated:
        number = format_number(undated)
        notes.append(
            plural(
                undated,
                f"{number} valeur sans période imprimée n’est pas comparée",
                f"{number} valeurs sans période imprimée ne sont pas comparées",
            )
        )
    money = "euros courants" if (found["unit"] == "euros").any() else ""
    return sentences([n for n in (money, *notes) if n])


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


_SLOPE, _SLOPE_YEARS, _SLOPE_TEXT, _CHANGE = 22.0, 5.0, 8.0, 11.0
_LEAST_SLOPE = 12.0
"""Millimetres between two years under which a slope is no longer read."""


@dataclasses.dataclass(frozen=True)
class _Panels:
    """Where slopes and their texts stand, in millimetres."""

    columns: int
    wide: float
    room: float
    """Width of the texts, as wide as the panel when they stand above the slope."""
    labels: list[list[str]]
    changes: list[list[str]]
    heights: list[float]
    """Of each row."""

    @property
    def height(self) -> float:
        """Return the height of all."""
        return sum(self.heights) + 5.0 * (len(self.heights) - 1) + 1.5

    def texts(self, start: int) -> float:
        """Return the height of the texts of a row, from its first panel."""
        every = zip(self.labels, self.changes, strict=True)
        lines = [len(a) * _SLOPE_TEXT + len(b) * _CHANGE for a, b in every]
        return max(lines[start : start + self.columns]) * LEADING


def _slopes_layout(width: float, found: pd.DataFrame) -> _Panels:
    count = len(found)
    columns = 1 if width < 120 else count if count <= 3 else 2 if count == 4 else 3
    wide = (width - 2 * MARGIN - _GAP * (columns - 1)) / columns
    room = min(60.0, 0.46 * wide)
    # Texts stand beside their slope when it keeps room enough for its values and itself.
    left = wide - room - 3.0 - sum(lines.slope_room(found))
    if (columns > 1 and wide < 100) or left < _LEAST_SLOPE:
        room = wide
    labels = [fitted(label, room, _SLOPE_TEXT) for label in found["label"]]
    said = [difference(d, u) for d, u in zip(found["difference"], found["unit"], strict=True)]
    changes = [wrap(text, room, _CHANGE, 700) for text in said]
    made = _Panels(columns, wide, room, labels, changes, [])
    plot = _SLOPE + _SLOPE_YEARS
    for start in range(0, count, columns):
        text = made.texts(start) + 1.4
        made.heights.append(max(text, plot + 1.5) if room < wide else text + 3.5 + plot)
    return made


def _draw_slopes(page: Page, found: pd.DataFrame) -> None:
    panels = _slopes_layout(page.width, found)
    canvas = page.canvas_axes()
    beside, values = panels.room < panels.wide, lines.slope_room(found)
    for number in range(len(found)):
        row, column = divmod(number, panels.columns)
        y = page.plot_height - sum(panels.heights[:row]) - 5.0 * row
        x = MARGIN + column * (panels.wide + _GAP)
        canvas.plot([x, x + panels.wide], [y - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        below = block(page, x, y - 2.0, panels.labels[number], _SLOPE_TEXT, weight=600)
        if not beside:  # differences stand on one line
            group = slice(row * panels.columns, (row + 1) * panels.columns)
            most = max(len(text) for text in panels.labels[group])
            below = y - 2.0 - most * _SLOPE_TEXT * LEADING
        block(page, x, below - 0.8, panels.changes[number], _CHANGE, weight=700)
        wide = min(panels.wide - panels.room - 3.0 if beside else panels.wide, 80.0)
        left = x + panels.wide - wide if beside and panels.columns > 1 else x
        left += panels.room + 3.0 if beside and panels.columns == 1 else 0.0
        floor = y - panels.heights[row] + _SLOPE_YEARS - 2.5
        axes = page.axes(left, floor, wide, _SLOPE)
        page.marks += lines.draw_slope(axes, found.iloc[[number]], values)
