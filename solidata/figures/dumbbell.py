"""The numbers of two years as pairs of dots."""

from __future__ import annotations

import dataclasses

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.figures import lines, theme
from solidata.figures.frame import LEADING, Figure
from solidata.figures.page import MARGIN, Page, text_width
from solidata.figures.texts import (
    difference,
    fitted,
    percent,
    signed,
    title,
    too_many,
)
from solidata.french import format_number, listed, plural, quote, typography
from solidata.problems import NoDataError
from solidata.tables import Registers

MAX_ROWS = 16
"""Above this a page is too small: filter the tables, or make several figures."""


def dumbbell(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    registers: Registers,
    first: int | None = None,
    last: int | None = None,
    prefix: str = "contexte-",
    units: tuple[str, ...] = ("personnes", "mesures"),
) -> Figure:
    """Return the numbers of persons of two years as pairs of dots, from the greatest rise down.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    registers : Registers
    first, last : int, optional
        By default :func:`solidata.analysis.evolution.common_years`.
    prefix : str
        Beginning of the identifiers of the indicators.
    units : tuple of str
        Their units.

    Returns
    -------
    Figure
        A total drawn by its parts is left out, as is what lacks a year; the note names them.

    Raises
    ------
    ValueError
        When nothing can be compared, or more than :data:`MAX_ROWS` things.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators")]
    >>> dumbbell(*tables, solidata.load_registers()).check()
    []
    """
    asked = indicators["indicator_id"].str.startswith(prefix) & indicators["unit"].isin(units)
    values = analysis.yearly(observations, indicators[asked])
    if values.empty:
        raise NoDataError(f"Aucun indicateur {quote(prefix)} observé dans ces unités.")
    if first is None or last is None:
        first, last = analysis.common_years(values)
    every = analysis.compare(values, first, last)
    if every.empty:
        raise NoDataError(f"Aucun indicateur n’a une valeur à la fois en {first} et en {last}.")
    sums = analysis.totals(every)
    found = every[~every["label"].isin(list(sums))]
    found = found.sort_values(["relative", "difference", "label"], ascending=[False, False, True])
    if len(found) > MAX_ROWS:
        raise too_many(len(found), MAX_ROWS, "indicateurs comparables")
    found = found.reset_index(drop=True)
    absent = [s for s in dict.fromkeys(values["label"]) if s not in set(every["label"])]
    up, rows = int((found["difference"] > 0).sum()), len(found)
    top = found.iloc[0]
    verb = plural(up, "augmente", "augmentent")
    general = f"{up} {plural(up, 'effectif')} sur {rows} {verb} entre {first} et {last}"
    general = general if up else f"Aucun effectif n’augmente entre {first} et {last}"
    findings = [general]
    if pd.notna(top["relative"]) and top["relative"] > 0:
        best = f"{top['label']} : {percent(top['relative'], 0)} entre {first} et {last}"
        findings = [f"{best}, la plus forte hausse" if rows > 1 else best, best, general]
    parts = [f"{_row_words(r)}" for _, r in found.iterrows()]
    return Figure(
        name=f"publics-{first}-{last}",
        title=title(*findings),
        unit=_dumbbell_unit(found),
        data=analysis.points(found),
        value="value",
        draw=lambda page: _draw_dumbbell(page, found),
        height=lambda width: _dumbbell_layout(width, found).height,
        table_=_dumbbell_table(found),
        alt=(
            f"{rows} {plural(rows, 'effectif', 'effectifs')} en {first} et en {last}, "
            f"de la plus forte hausse à la plus forte baisse : {' ; '.join(parts)}. "
            f"{general}."
        ),
        reading=f"{_row_words(top)}.",
        note=_dumbbell_note(found, sums, absent, first, last),
        scope=f"ensemble du département, {rows} {plural(rows, 'effectif observé', 'effectifs observés')}.",
        registers=registers,
    )  # fmt: skip


def _row_words(row: pd.Series) -> str:
    relative = f", soit {percent(row['relative'])}" if pd.notna(row["relative"]) else ""
    ends = [format_number(row[f"{s}_value"]) for s in ("first", "last")]
    changed = difference(row["difference"], row["unit"])
    return f"{row['label']}, {ends[0]} en {row['first']} et {ends[1]} en {row['last']} ({changed}{relative})"


def _dumbbell_unit(found: pd.DataFrame) -> str:
    first, last = found["first"].iloc[0], found["last"].iloc[0]
    main = found["unit"].mode().iloc[0]
    others = found[found["unit"] != main]
    text = f"Nombre de {main} en {first} et en {last}, écart et évolution en %"
    if len(others):
        named = listed([f"de {r['unit']} pour {quote(r['label'])}" for _, r in others.iterrows()])
        text = f"Nombre de {main} ({named}) en {first} et en {last}, écart et évolution en %"
    return text


def _dumbbell_note(
    found: pd.DataFrame, sums: dict[str, list[str]], absent: list[str], first: int, last: int
) -> str:
    notes = ["une même personne peut compter dans plusieurs lignes, qui ne s’additionnent pas"]
    for whole, parts in sums.items():
        notes.append(
            f"{quote(whole)} n’est pas tracé : c’est la somme de {listed([quote(p) for p in parts])}"
        )
    if absent:
        verb = plural(len(absent), "n’a pas", "n’ont pas")
        notes.append(
            f"{listed([quote(a) for a in absent])} {verb} de valeur à la fois en {first} et en {last}"
        )
    return ". ".join(n[:1].upper() + n[1:] if i else n for i, n in enumerate(notes))


def _dumbbell_table(found: pd.DataFrame) -> pd.DataFrame:
    first, last = str(found["first"].iloc[0]), str(found["last"].iloc[0])
    return pd.DataFrame(
        {
            "Public": found["label"],
            "Unité": found["unit"],
            first: found["first_value"],
            last: found["last_value"],
            "Écart": found["difference"],
            "Évolution (%)": (found["relative"] * 100).astype(float).round(1),
        }
    )


_KEYS, _AXIS, _ROW = 7.0, 5.0, 7.6


@dataclasses.dataclass(frozen=True)
class _Rows:
    """Where the rows of a dumbbell stand, in millimetres from the top of the plot area."""

    room: float
    """Width of the labels; 0 when they stand above the dots."""
    labels: list[list[str]]
    places: list[float]
    height: float


def _change_words(pair: pd.Series) -> tuple[str, str]:
    change = signed(format_number(abs(pair["difference"])), pair["difference"])
    return change, percent(pair["relative"]) if pd.notna(pair["relative"]) else "–"


def _dumbbell_layout(width: float, found: pd.DataFrame) -> _Rows:
    if width >= 120:
        room = min(62.0, max(text_width(typography(s), 8, 600) for s in found["label"]) + 0.5)
        labels = [fitted(s, room, 8, most=2) for s in found["label"]]
        places = [_KEYS + _ROW * (n + 0.5) for n in range(len(found))]
        return _Rows(room, labels, places, _KEYS + _ROW * len(found) + _AXIS)
    said = ["{} ({})".format(*_change_words(r)) for _, r in found.iterrows()]
    room = width - 2 * MARGIN - max(text_width(w, 8) for w in said) - 3.0
    labels = [fitted(s, room, 8, most=2) for s in found["label"]]
    places, y = [], _KEYS
    for label in labels:
        y += len(label) * 8 * LEADING + 2.6
        places.append(y)
        y += 4.2
    return _Rows(0.0, labels, places, y + _AXIS)


def _draw_dumbbell(page: Page, found: pd.DataFrame) -> None:
    rows, narrow = _dumbbell_layout(page.width, found), page.narrow
    right, height = page.width - MARGIN, rows.height
    left = MARGIN + (rows.room + 3.0 if rows.room else 0.0)
    canvas = page.canvas_axes()
    middle = {"va": "center_baseline"}
    if not narrow:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", **middle}
        page.text(right - 15.0, page.bottom + height - 2.2, "Écart", **style)
        page.text(right, page.bottom + height - 2.2, "Évolution", **style)
    x = left + 1.2
    for side, fill in (("first", lines.FIRST), ("last", lines.LAST)):
        year = str(found[side].iloc[0])
        lines.dot(canvas, x, height - 2.2, year, fill)
        page.text(x + 2.2, page.bottom + height - 2.2, year, size=7.5, weight=600, **middle)
        x += 13.0
    if narrow:
        left += 1.2  # half a dot: one at the end of the scale keeps out of the margin
    wide = right - left - (0.0 if narrow else 33.0)
    axes = page.axes(left, _AXIS, wide, height - _AXIS - _KEYS)
    inner = [place - _KEYS for place in rows.places] if narrow else None
    page.marks += lines.draw_dumbbell(axes, found, places=inner)
    number = {"ha": "right", "tabular": True, "size": 8, **middle}
    for label, place, (_, pair) in zip(rows.labels, rows.places, found.iterrows(), strict=True):
        y = page.bottom + height - place
        change, relative = _change_words(pair)
        if narrow:
            top = y + 4.4 + (len(label) - 1) * 8 * LEADING
            page.text(right, top, f"{change} ({relative})", **number)
        else:
            top = y + (len(label) - 1) * 8 * LEADING / 2
            page.text(right - 15.0, y, change, weight=600, **number)
            page.text(right, y, relative, **number)
        for line, text in enumerate(label):
            page.text(MARGIN, top - line * 8 * LEADING, text, size=8, weight=600, **middle)
