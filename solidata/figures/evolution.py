"""What changed between two years: slopes, dumbbells. Series and openings have their own rooms."""

from __future__ import annotations

import dataclasses

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.figures import lines, theme
from solidata.figures.coverage import coverage_curve
from solidata.figures.frame import LEADING, Figure, Registers
from solidata.figures.openings import openings
from solidata.figures.page import MARGIN, Page, text_width
from solidata.figures.series import budgets, series
from solidata.figures.texts import (
    block,
    difference,
    fitted,
    listed,
    percent,
    sentence,
    shown,
    signed,
    title,
    too_many,
)
from solidata.french import format_number, plural, quote, typography

__all__ = ["budgets", "coverage_curve", "dumbbell", "openings", "series", "slopes"]

MAX_PANELS, MAX_ROWS = 6, 16
"""Above these a page is too small: filter the tables, or make several figures."""

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
        raise ValueError(f"Rien n’est imprimé à la fois pour {first} et pour {last}.")
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
        reading=f"{sentence(_pair_words(top))}.",
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


# --- dumbbell -------------------------------------------------------------------------


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
        raise ValueError(f"Aucun indicateur {quote(prefix)} observé dans ces unités.")
    if first is None or last is None:
        first, last = analysis.common_years(values)
    every = analysis.compare(values, first, last)
    if every.empty:
        raise ValueError(f"Aucun indicateur n’a une valeur à la fois en {first} et en {last}.")
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
    if narrow and found[["first_value", "last_value"]].min().min() <= 0:
        left += 1.8  # a dot at the end of the scale keeps out of the margin
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
