"""The numbers of two years as pairs of dots."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.analysis import measures
from solidata.analysis.columns import require
from solidata.figures import lines, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, Page, text_width
from solidata.figures.texts import (
    breakable,
    difference,
    disputed_words,
    distinct,
    fitted,
    number,
    of,
    percent,
    signed,
    title,
    too_many,
)
from solidata.french import decapitalised, listed, plural, quote, typography
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

_UNCOUNTED = {"%": "des taux", "euros": "des euros"}

MAX_ROWS = 16
"""Above this a page is too small: filter the tables, or make several figures."""


def dumbbell(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    registers: Registers,
    first: int | None = None,
    last: int | None = None,
    prefix: str = "contexte-",
    units: Sequence[str] = ("personnes", "mesures"),
) -> Figure:
    """Return the numbers of persons of two years as pairs of dots, from the greatest rise down.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    registers : Registers
    first, last : int, optional
        Both or none, the earlier one first; by default :func:`solidata.analysis.evolution.common_years`.
    prefix : str
        Beginning of the identifiers of the indicators.
    units : sequence of str
        Their units, of things that are counted: neither rates nor euros.

    Returns
    -------
    Figure
        A total drawn by its parts is left out, as is what lacks a year; the note names them.
        The whole department only: what a territory counts is not compared with it.

    Raises
    ------
    ValueError
        When one year only is given, a number is negative, a label or a unit missing or too long,
        or when there are more than :data:`MAX_ROWS` things.
    NoDataError
        When nothing can be compared.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators")]
    >>> dumbbell(*tables, solidata.load_registers()).check()
    []
    """
    units = [units] if isinstance(units, str) else list(units)
    if uncounted := {_UNCOUNTED[u] for u in units if u in _UNCOUNTED}:
        raise RefusedError(
            f"Ce graphique compare des effectifs, et non {listed(sorted(uncounted))}."
        )
    if (first is None) != (last is None):
        raise RefusedError(f"Donnez les deux années, ou aucune ; reçu : {first or last} seulement.")
    require(indicators, "indicators", ["indicator_id", "unit"])
    asked = indicators["indicator_id"].str.startswith(prefix) & indicators["unit"].isin(units)
    values = measures.yearly(observations, indicators[asked])
    values = values[values["territory_id"].isna()]
    if values.empty:
        raise NoDataError(f"Aucun indicateur {quote(prefix)} observé dans ces unités.")
    if first is None or last is None:
        first, last = analysis.common_years(values)
    if (below := values["value"] < 0).any():
        raise RefusedError(
            f"Effectif négatif : {listed(dict.fromkeys(values.loc[below, 'label']))}."
        )
    every = analysis.compare(values, first, last)
    twice = analysis.unpaired(observations, indicators[asked], first, last)
    twice = twice[twice["territory_id"].isna()]
    if every.empty:
        raise NoDataError(f"Aucun indicateur n’a une valeur à la fois en {first} et en {last}.")
    distinct(every["label"])
    breakable(every["label"])
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
    if rows == 1:
        moved = "augmente" if up else "diminue" if top["difference"] < 0 else "ne change pas"
        general = f"Le seul effectif comparé {moved} entre {first} et {last}"
    findings = [general]
    if pd.notna(top["relative"]) and top["relative"] > 0:
        # « +0 % » would be no rise.
        rise = percent(top["relative"], 0 if top["relative"] >= 0.01 else 1)
        best = f"{top['label']} : {rise} entre {first} et {last}"
        alone = rows > 1 and top["relative"] > found["relative"].iloc[1:].max()
        alone = alone or (rows > 1 and found["relative"].iloc[1:].isna().all())
        findings = [f"{best}, la plus forte hausse relative" if alone else best, best, general]
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
            f"{_order(found)} : {' ; '.join(parts)}. "
            f"{general}."
        ),
        reading=_row_reading(top),
        note=_dumbbell_note(found, sums, absent, twice, first, last),
        scope=f"ensemble du département, {rows} {plural(rows, 'effectif observé', 'effectifs observés')}.",
        registers=registers,
    )  # fmt: skip


def _order(found: pd.DataFrame) -> str:
    """Return in which order rows stand: what starts from nothing has no change in per cent."""
    if found["relative"].notna().all():
        return "de la plus forte hausse à la plus forte baisse"
    return "dans l’ordre des évolutions en %, puis sans évolution calculable"


def _row_words(row: pd.Series) -> str:
    relative = f", soit {percent(row['relative'])}" if pd.notna(row["relative"]) else ""
    ends = [number(row[f"{s}_value"]) for s in ("first", "last")]
    changed = difference(row["difference"], row["unit"])
    return f"{row['label']}, {ends[0]} en {row['first']} et {ends[1]} en {row['last']} ({changed}{relative})"


def _row_reading(row: pd.Series) -> str:
    """Return « ASE : de 933 en 2018 à 1 206 en 2022, soit +273 personnes (+29,3 %) »."""
    relative = f" ({percent(row['relative'])})" if pd.notna(row["relative"]) else ""
    first, last = (number(row[f"{s}_value"]) for s in ("first", "last"))
    changed = difference(row["difference"], row["unit"])
    return (
        f"{decapitalised(row['label'])} : de {first} en {row['first']} à {last} en {row['last']}, "
        f"soit {changed}{relative}."
    )


def _dumbbell_unit(found: pd.DataFrame) -> str:
    first, last = found["first"].iloc[0], found["last"].iloc[0]
    main = found["unit"].mode().iloc[0]
    others = found[found["unit"] != main]
    many = f"Nombre {of(main)}"
    text = f"{many} en {first} et en {last}, écart et évolution en %"
    if len(others):
        named = listed([f"{of(r['unit'])} pour {quote(r['label'])}" for _, r in others.iterrows()])
        text = f"{many} ({named}) en {first} et en {last}, écart et évolution en %"
    return text


def _dumbbell_note(
    found: pd.DataFrame,
    sums: dict[str, list[str]],
    absent: list[str],
    twice: pd.DataFrame,
    first: int,
    last: int,
) -> str:
    notes = []
    if len(found) > 1:
        notes.append(
            "une même personne peut compter dans plusieurs lignes, qui ne s’additionnent pas"
        )
    for whole, parts in sums.items():
        notes.append(
            f"{quote(whole)} n’est pas tracé : c’est la somme de {listed([quote(p) for p in parts])}"
        )
    if len(twice):
        notes.append(f"n’est pas comparé ce qui a deux valeurs imprimées : {disputed_words(twice)}")
    absent = [a for a in absent if a not in set(twice["label"])]
    if absent:
        verb = plural(len(absent), "n’a pas", "n’ont pas")
        notes.append(
            f"{listed([quote(a) for a in absent])} {verb} de valeur à la fois en {first} et en {last}"
        )
    return sentences(notes)


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
    change = signed(number(abs(pair["difference"])), pair["difference"])
    return change, percent(pair["relative"]) if pd.notna(pair["relative"]) else "–"


def _dumbbell_layout(width: float, found: pd.DataFrame) -> _Rows:
    if width >= 120:
        room = min(62.0, max(text_width(typography(s), 8, 600) for s in found["label"]) + 0.5)
        labels = [fitted(s, room, 8, most=2) for s in found["label"]]
        places = [_KEYS + _ROW * (n + 0.5) for n in range(len(found))]
        return _Rows(room, labels, places, _KEYS + _ROW * len(found) + _AXIS)
    said = ["{} ({})".format(*_change_words(r)) for _, r in found.iterrows()]
    room = width - 2 * MARGIN - max(text_width(w, 8) for w in said) - 3.0
    # Many rows of two lines would be higher than a page.
    labels = [fitted(s, room, 8, most=2 if len(found) <= 12 else 1) for s in found["label"]]
    places, y = [], _KEYS
    for label in labels:
        y += len(label) * 8 * LEADING + 2.6
        places.append(y)
        y += 4.2
    return _Rows(0.0, labels, places, y + _AXIS)


def _draw_dumbbell(page: Page, found: pd.DataFrame) -> None:
    rows, narrow = _dumbbell_layout(page.width, found), page.narrow
    right, height = page.width - MARGIN, rows.height
    said = [_change_words(pair) for _, pair in found.iterrows()]
    share = max(15.0, *(text_width(words[1], 8) + 3.0 for words in said))
    columns = max(33.0, share + 3.0 + max(text_width(words[0], 8, 600) for words in said))
    left = MARGIN + (rows.room + 3.0 if rows.room else 0.0)
    canvas = page.canvas_axes()
    middle = {"va": "center_baseline"}
    if not narrow:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", **middle}
        page.text(right - share, page.bottom + height - 2.2, "Écart", **style)
        page.text(right, page.bottom + height - 2.2, "Évolution", **style)
    x = left + 1.2
    for side, fill, size in zip(
        ("first", "last"), (lines.FIRST, lines.LAST), lines.ENDS, strict=True
    ):
        year = str(found[side].iloc[0])
        lines.dot(canvas, x, height - 2.2, year, fill, size)
        page.text(x + 2.2, page.bottom + height - 2.2, year, size=7.5, weight=600, **middle)
        x += 13.0
    if narrow:
        left += 1.6  # half a ring: one at the end of the scale keeps out of the margin
    wide = right - left - (0.0 if narrow else columns)
    axes = page.axes(left, _AXIS, wide, height - _AXIS - _KEYS)
    inner = [place - _KEYS for place in rows.places] if narrow else None
    page.marks += lines.draw_dumbbell(axes, found, places=inner)
    style = {"ha": "right", "tabular": True, "size": 8, **middle}
    for label, place, (change, relative) in zip(rows.labels, rows.places, said, strict=True):
        y = page.bottom + height - place
        if narrow:
            top = y + 4.4 + (len(label) - 1) * 8 * LEADING
            page.text(right, top, f"{change} ({relative})", **style)
        else:
            top = y + (len(label) - 1) * 8 * LEADING / 2
            page.text(right - share, y, change, **style)
            page.text(right, y, relative, weight=600, **style)
        for line, text in enumerate(label):
            page.text(MARGIN, top - line * 8 * LEADING, text, size=8, weight=600, **middle)
