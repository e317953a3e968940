"""The share of actions done or under way in two years, by section, at two scopes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from solidata.analysis import flows as flowing
from solidata.analysis import rates as analysis
from solidata.figures import lines, theme
from solidata.figures.counted import MAX_SECTIONS
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width
from solidata.figures.texts import distinct, fitted, labelled, signed, too_many
from solidata.french import format_number, format_rate, listed, plural, quote
from solidata.problems import NoDataError
from solidata.tables import Registers

_CHANGED = "*"
"""What follows the name of a section whose actions are not the same in both years."""


def going_by_section(
    status_counts: pd.DataFrame,
    sections: pd.DataFrame,
    statuses: pd.DataFrame,
    actions: pd.DataFrame,
    lineage: pd.DataFrame,
    registers: Registers,
    before: int,
    after: int,
) -> Figure:
    """Return the share of actions done or under way in two years as pairs of dots, with « n/N ».

    Parameters
    ----------
    status_counts, sections, statuses, actions, lineage : pandas.DataFrame
        The tables ``status_counts``, ``sections``, ``action_statuses``, ``actions`` and
        ``action_lineage``.
    registers : Registers
    before, after : int

    Returns
    -------
    Figure
        One row a section printed in both years, then all of them. Changes are in percentage
        points, as printed and at constant scope; a sign follows a section whose scope changed.

    Raises
    ------
    NoDataError
        When a year prints no totals or lists no action, or no section has totals in both.
    RefusedError
        As :func:`solidata.analysis.rates.rates`; when labels are the same or too long, or there
        are more than :data:`~solidata.figures.counted.MAX_SECTIONS` sections.

    Examples
    --------
    >>> import solidata
    >>> names = ("status_counts", "sections", "action_statuses", "actions", "action_lineage")
    >>> going_by_section(*map(solidata.load, names), solidata.load_registers(), 2024, 2025)
    Traceback (most recent call last):
    solidata.problems.NoDataError: Aucune action listée en 2024 ; années connues : 2025.
    """
    found = flowing.flows(statuses, actions, lineage, before, after)
    every = analysis.rates(status_counts, labelled(sections, "label"), found, before, after)
    rows = every[every["points"].notna()].reset_index(drop=True)
    if len(rows) < 2:  # all of them is no section
        raise NoDataError(f"Aucune section n’a de totaux par statut en {before} et en {after}.")
    distinct(rows["section"])
    if len(rows) - 1 > MAX_SECTIONS:
        raise too_many(len(rows) - 1, MAX_SECTIONS, "sections")
    alone = every.loc[every["points"].isna(), "section"].tolist()
    whole = rows.iloc[-1]
    first, last = (_fraction(whole, side, " sur ") for side in ("before", "after"))
    return Figure(
        name=f"evolution-des-statuts-{before}-{after}",
        title=f"Actions réalisées ou en cours : {first} en {before}, {last} en {after}",
        unit=(
            f"Part des actions réalisées ou en cours en {before} et en {after}, en %, et écart en "
            "points de pourcentage"
        ),
        data=_points(rows, before, after),
        value="rate",
        draw=lambda page: _draw(page, rows, (before, after)),
        height=lambda width: _layout(width, rows).height,
        table_=_table(rows, before, after),
        alt=_alt(rows, before, after),
        reading=_reading(rows.iloc[0], before, after),
        note=_note(rows, alone, before, after),
        scope=(
            f"les {format_number(int(whole['total_before']))} actions dont le bilan de {before} donne le "
            f"total par section, et les {format_number(int(whole['total_after']))} de celui de {after}."
        ),
        registers=registers,
    )


def _fraction(row: pd.Series, side: str, between: str = "/") -> str:
    n, total = (format_number(int(row[f"{c}_{side}"])) for c in ("n", "total"))
    return f"{n}{between}{total}"


def _in_points(value: float, word: bool = True) -> str:
    """Return « +12,5 points »; « – » when it cannot be known."""
    if pd.isna(value):
        return "–"
    rounded = round(float(value), 1) + 0.0
    text = signed(format_number(abs(rounded), 1), rounded)
    return f"{text} {plural(rounded, 'point')}" if word else text


def _points(rows: pd.DataFrame, before: int, after: int) -> pd.DataFrame:
    """Return one row a dot."""
    parts = [
        rows[["section", "address", "source_id"]].assign(
            year=year, n=rows[f"n_{side}"], total=rows[f"total_{side}"], rate=rows[f"rate_{side}"]
        )
        for side, year in (("before", before), ("after", after))
    ]
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def _table(rows: pd.DataFrame, before: int, after: int) -> pd.DataFrame:
    shown = {"Section": rows["section"]}
    for side, year in (("before", before), ("after", after)):
        shown[f"Réalisées ou en cours {year}"] = rows[f"n_{side}"]
        shown[f"Total {year}"] = rows[f"total_{side}"]
        shown[f"Part {year} (%)"] = (100 * rows[f"rate_{side}"]).round(1)
    shown["Écart (points)"] = rows["points"].round(1)
    shown["Évolution de la part (%)"] = (100 * rows["relative"]).round(1)
    shown["Actions des deux années"] = rows["same_total"]
    shown["Écart à champ constant (points)"] = rows["same_points"].round(1)
    shown["Entrées"], shown["Sorties"] = rows["appeared"], rows["gone"]
    return pd.DataFrame(shown)


def _row_words(row: pd.Series) -> str:
    ends = [f"{format_rate(row[f'rate_{s}'])} ({_fraction(row, s)})" for s in ("before", "after")]
    return f"{row['section']}, de {ends[0]} à {ends[1]}, soit {_in_points(row['points'])}"


def _alt(rows: pd.DataFrame, before: int, after: int) -> str:
    told = " ; ".join(_row_words(row) for _, row in rows.iterrows())
    return (
        f"Paires de points, une par section : part des actions réalisées ou en cours en {before} et "
        f"en {after}. {told}."
    )


def _reading(row: pd.Series, before: int, after: int) -> str:
    ends = [
        f"{_fraction(row, side, ' actions sur ')} ({format_rate(row[f'rate_{side}'])})"
        for side in ("before", "after")
    ]
    text = (
        f"section {row['section']}, {ends[0]} en {before} et {ends[1]} en {after}, "
        f"soit {_in_points(row['points'])}"
    )
    if pd.notna(row["relative"]) and row["relative"]:
        text += f" ; en proportion de la part de {before}, {signed(format_rate(abs(row['relative'])), row['relative'])}"  # fmt: skip
    return f"{text}."


def _note(rows: pd.DataFrame, alone: list[str], before: int, after: int) -> str:
    whole, notes = rows.iloc[-1], []
    if rows["scope_changed"].any():
        notes.append(
            f"{_CHANGED} champ modifié : les actions ou leur total ne sont pas les mêmes les deux "
            f"années (ensemble : {format_number(int(whole['gone']))} "
            f"{plural(whole['gone'], 'action propre', 'actions propres')} à {before}, "
            f"{format_number(int(whole['appeared']))} à {after})"
        )
    notes.append("champ constant : actions listées les deux années, chacune dans la même section")
    if (rows["same_points"].isna() & (rows["illegible"] > 0)).any():
        notes.append(
            f"{quote('–')} : écart inconnu, car {format_number(int(whole['illegible']))} de ces "
            f"{format_number(int(whole['same_total']))} actions ont un statut non lisible"
        )
    elif rows["same_points"].isna().any():
        notes.append(f"{quote('–')} : aucune action dans le champ constant")
    if alone:
        verb = plural(len(alone), "n’a", "n’ont")
        notes.append(f"{listed(map(quote, alone))} {verb} de totaux que pour une année")
    return sentences(notes)


# --- drawing ---------------------------------------------------------------------------

_KEYS, _AXIS, _ROW = 9.5, 5.0, 7.6


@dataclass(frozen=True)
class _Rows:
    """Where the rows stand, in millimetres from the top of the plot area."""

    room: float
    """Width of the labels; 0 when they stand above the dots."""
    labels: list[list[str]]
    places: list[float]
    height: float


def _name(row: pd.Series) -> str:
    return f"{row['section']}\u00a0{_CHANGED}" if row["scope_changed"] else str(row["section"])


def _cells(row: pd.Series) -> list[str]:
    """Return the columns of numbers: both fractions, both changes."""
    fractions = [_fraction(row, side) for side in ("before", "after")]
    return [*fractions, _in_points(row["points"], False), _in_points(row["same_points"], False)]


def _layout(width: float, rows: pd.DataFrame) -> _Rows:
    names = [_name(row) for _, row in rows.iterrows()]
    if width >= NARROW:
        room = min(46.0, max(text_width(n, 8, 700) for n in names) + 0.5)
        labels = [fitted(n, room, 8, most=2) for n in names]
        places = [_KEYS + _ROW * (n + 0.5) for n in range(len(rows))]
        return _Rows(room, labels, places, _KEYS + _ROW * len(rows) + _AXIS)
    labels = [fitted(n, width - 2 * MARGIN - 20.0, 8, most=2) for n in names]
    places, y = [], 7.0
    for label in labels:
        y += (len(label) + 1) * 8 * LEADING + 3.0
        places.append(y)
        y += 4.2
    return _Rows(0.0, labels, places, y + _AXIS)


def _draw(page: Page, rows: pd.DataFrame, years: tuple[int, int]) -> None:
    sizes, narrow = _layout(page.width, rows), page.narrow
    right, height, base = page.width - MARGIN, sizes.height, page.bottom
    middle = {"va": "center_baseline"}
    cells = [_cells(row) for _, row in rows.iterrows()]
    wide = [max(text_width(c[n], 8, 600, theme.TABULAR) for c in cells) for n in range(4)]
    wide = [max(w, least) + 3.0 for w, least in zip(wide, (8.0, 8.0, 11.0, 14.0), strict=True)]
    left = MARGIN + (sizes.room + 3.0 if sizes.room else 1.6)
    ends = {"first": years[0], "last": years[1]}
    pairs = rows.assign(
        first_value=100 * rows["rate_before"], last_value=100 * rows["rate_after"], **ends
    )
    canvas = page.canvas_axes()
    x = left + 1.2
    for year, fill, size in zip(years, (lines.FIRST, lines.LAST), lines.ENDS, strict=True):
        lines.dot(canvas, x, height - 2.2, str(year), fill, size)
        page.text(x + 2.2, base + height - 2.2, str(year), size=7.5, weight=600, **middle)
        x += 13.0
    room = right - left - (0.0 if narrow else sum(wide))
    head = 7.0 if narrow else _KEYS
    axes = page.axes(left, _AXIS, room, height - _AXIS - head)
    page.marks += lines.draw_dumbbell(
        axes, pairs, values=False, places=[p - head for p in sizes.places] if narrow else None
    )
    ends_at = [right - sum(wide[n + 1 :]) for n in range(4)]
    if not narrow:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", "va": "top"}
        words = [
            ["", str(years[0])],
            ["", str(years[1])],
            ["Écart", "(points)"],
            ["à champ", "constant"],
        ]
        for at, pair in zip(ends_at, words, strict=True):
            for line, text in enumerate(pair):
                page.text(at, base + height - 0.5 - line * 7 * LEADING, text, **style)
    last = len(rows) - 1
    for number, (label, place, cell) in enumerate(
        zip(sizes.labels, sizes.places, cells, strict=True)
    ):
        y, weight = base + height - place, 700 if number == last else 600
        style = {"ha": "right", "tabular": True, "size": 8, **middle}
        step = 8 * LEADING
        if narrow:
            top = y + 4.4 + len(label) * step
            under = y + 4.2
            change = f"{cell[2]} ({cell[3]} à champ constant)"
            page.text(MARGIN, under, f"{cell[0]} → {cell[1]}", size=7.5, tabular=True, **middle)
            page.text(right, under, change, size=7.5, ha="right", **middle)
        else:
            top = y + (len(label) - 1) * step / 2
            for column, (at, text) in enumerate(zip(ends_at, cell, strict=True)):
                page.text(at, y, text, weight=600 if column == 2 else 400, **style)
        for line, text in enumerate(label):
            page.text(MARGIN, top - line * step, text, size=8, weight=weight, **middle)
    if not narrow:
        page.rule(base + height - sizes.places[-1] + _ROW / 2, 0.6)
