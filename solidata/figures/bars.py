"""Ranked bars: one drawing for every list of amounts or counts, on one scale that starts at zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from solidata.analysis.columns import filled
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import CAPITALS, LEADING, MARGIN, MM_PER_POINT, Page, text_width, wrap
from solidata.figures.texts import labelled
from solidata.figures.theme import Fill
from solidata.french import format_number, format_rate, quote
from solidata.problems import RefusedError
from solidata.tables import Registers

MAX_ROWS = 30
"""Above this a page is a table, not a picture."""

_NAME, _DETAIL = 8.0, 7.0
_BESIDE, _AFTER, _INDENT = 2.5, 1.6, 3.5
_NAMES = 0.42
"""Share of the page that names may take beside the bars."""


@dataclass(frozen=True)
class Row:
    """A bar: its name, its length, what is written at its end and in the column on the right."""

    label: str
    value: float
    text: str
    category: str
    fill: Fill
    detail: str = ""
    column: str = ""
    part: bool = False
    """Whether the bar is a part of the one above."""
    strong: bool = False
    before: float = 0.0
    """Millimetres of white above."""

    @property
    def weight(self) -> int:
        """Weight of the name."""
        return 700 if self.strong else 400 if self.part else 600


@dataclass(frozen=True)
class Total:
    """The row under the rule."""

    label: str
    text: str
    column: str = ""


@dataclass(frozen=True)
class _Set:
    """A row with its lines broken for a width."""

    row: Row
    label: list[str]
    detail: list[str]
    indent: float
    """Millimetres before the name."""
    inline: bool
    """Whether the detail follows the name on its last line."""

    @property
    def words(self) -> float:
        """Height of its text."""
        under = 0 if self.inline else len(self.detail)
        return (len(self.label) * _NAME + under * _DETAIL) * LEADING

    @property
    def wide(self) -> float:
        """Width of its text, indent included."""
        lines = [_wide(t, _NAME, self.row.weight) for t in self.label]
        details = [_wide(t, _DETAIL) for t in self.detail]
        if self.inline:
            lines[-1] += _AFTER + details.pop()
        return self.indent + max([*lines, *details])


@dataclass(frozen=True)
class Bars:
    """Rows of bars with their legend and total, laid out for any width.

    Attributes
    ----------
    rows : sequence of Row
        From top to bottom, as they are to be drawn.
    column : str
        Title of the column on the right; empty when there is none.
    total : Total, optional
    legend : sequence of (label, detail, Fill)
        Only where the fills are not told by the names of the rows.

    Raises
    ------
    ValueError
        For no row, too many rows, or a value that is missing or negative.
    """

    rows: Sequence[Row]
    column: str = ""
    total: Total | None = None
    legend: Sequence[shapes.Entry] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not self.rows:
            raise RefusedError("Aucune barre à tracer.")
        if len(self.rows) > MAX_ROWS:
            raise RefusedError(
                f"{len(self.rows)} barres, {MAX_ROWS} au plus : regroupez les plus petites, ou "
                "publiez un tableau."
            )
        bad = [r.label for r in self.rows if not 0 <= r.value < float("inf")]
        if bad:
            raise RefusedError(f"Valeur absente ou négative : {', '.join(map(quote, bad))}.")

    # --- layout ----------------------------------------------------------------------

    def _column(self) -> float:
        """Return the width of the column on the right, its white included."""
        texts = [r.column for r in self.rows] + ([self.total.column] if self.total else [])
        wide = [text_width(t, _NAME, 700, theme.TABULAR) for t in texts if t]
        if not wide:
            return 0.0
        return max([*wide, _wide(self.column, _DETAIL)]) + 4.0

    def _set(self, width: float) -> list[_Set]:
        """Break names and details for a width: on one column they stand above their bar."""
        most = width - 2 * MARGIN if width < 120 else _NAMES * width
        done = []
        for row in self.rows:
            indent = _INDENT if row.part and width >= 120 else 0.0
            if row.part and width < 120:  # above its bar, a name stands where the bar starts
                row = replace(row, label=f"dont {row.label[:1].lower()}{row.label[1:]}")
            room = most - indent
            label = wrap(row.label, room, _NAME, row.weight)
            detail = wrap(row.detail, room, _DETAIL) if row.detail else []
            last = _wide(label[-1], _NAME, row.weight) + _AFTER + _wide(row.detail, _DETAIL)
            item = _Set(row, label, detail, indent, len(detail) == 1 and last <= room)
            if item.wide > most + 0.1:
                raise RefusedError(f"Libellé sans espace où le couper : {quote(row.label)}.")
            done.append(item)
        return done

    def _bar(self, width: float) -> float:
        return 3.6 if width < 120 else 5.0

    @property
    def _between(self) -> float:
        """White between two rows: a long list is set closer, so that it stays on one page."""
        return 2.6 if len(self.rows) <= 12 else 1.2

    def _pitch(self, item: _Set, width: float) -> float:
        bar = self._bar(width)
        body = item.words + 0.8 + bar if width < 120 else max(item.words, bar)
        return item.row.before + body + self._between

    def _head(self, width: float) -> float:
        legend = shapes.legend_height(self.legend, self._legend_room(width)) if self.legend else 0.0
        titled = _DETAIL * LEADING if self._column() and self.column else 0.0
        return max(legend, titled) + (2.4 if legend or titled else 1.5)

    def _legend_room(self, width: float) -> float:
        return width - 2 * MARGIN - self._column()

    def height(self, width: float) -> float:
        """Return the height of the plot area in millimetres for a width in millimetres."""
        rows = sum(self._pitch(item, width) for item in self._set(width))
        below = 6.6 - 0.6 if self.total else 2.0 - self._between
        return self._head(width) + rows + below

    # --- drawing ---------------------------------------------------------------------

    def draw(self, page: Page) -> None:
        """Draw everything in millimetres on the plot area of `page`."""
        height, base, width = page.plot_height, page.bottom, page.width
        bar, right = self._bar(width), width - MARGIN
        items = self._set(width)
        names = max(item.wide for item in items)
        left = MARGIN + (0.0 if page.narrow else names + _BESIDE)
        # Plain names stand against their bars; an indent or a detail needs a common left edge.
        flush = not page.narrow and not any(r.part or r.detail for r in self.rows)
        room = right - self._column() - left
        if self.legend:
            canvas = page.canvas_axes()
            shapes.legend(page, canvas, self.legend, MARGIN, height, self._legend_room(width))
        if self._column() and self.column:
            style = {"size": _DETAIL, "color": theme.SOFT_INK, "ha": "right"}
            y = base + height - self._head(width) + 2.4
            page.text(right, y, self.column, va="bottom", **style)

        axes = page.axes(left, 0, room, height)
        axes.set(xlim=(0, room), ylim=(0, height))
        axes.axis("off")
        scale = self._scale(room)
        top = y = height - self._head(width)
        for item in items:
            row = item.row
            y -= row.before
            body = self._pitch(item, width) - row.before - self._between
            middle = y - body + bar / 2 if page.narrow else y - body / 2
            words = y if page.narrow else middle + item.words / 2
            self._write(page, item, MARGIN, base + words, names if flush else 0.0)
            if not self.legend:
                page.names[row.category] = row.label
            if row.value > 0:
                long = row.value * scale
                place = (0, middle - bar / 2, long, bar)
                shapes.bar(page, axes, row.category, row.fill, *place).set_clip_on(False)
            end = {"weight": 700 if row.strong else 600, "tabular": True}
            beyond = left + row.value * scale + 1.5
            shapes.centred(page, beyond, base + middle, row.text, _NAME, **end)
            if row.column:
                self._right(page, base + middle, row.column, 700 if row.strong else 400)
            y -= body + self._between
        if not page.narrow:
            ends = [y + self._between - 1.0, top + 1.0]
            axes.plot([0, 0], ends, color=theme.INK, linewidth=0.8, clip_on=False)
        if self.total:
            y -= 0.2
            page.rule(base + y)
            y -= 3.4
            shapes.centred(page, MARGIN, base + y, self.total.label, _NAME, weight=700)
            beside = MARGIN + text_width(self.total.label, _NAME, 700) + 3.0
            x = beside if page.narrow else left + 1.5
            shapes.centred(page, x, base + y, self.total.text, _NAME, weight=700, tabular=True)
            self._right(page, base + y, self.total.column, 700)

    def _scale(self, room: float) -> float:
        """Return millimetres a unit, so that the longest bar and its text fit in `room`."""
        scales = [
            (room - 1.5 - _wide(row.text, _NAME, 700, theme.TABULAR)) / row.value
            for row in self.rows
            if row.value > 0
        ]
        return min(scales, default=0.0)

    def _write(self, page: Page, item: _Set, x: float, y: float, flush: float) -> None:
        """Write name and detail from `y` down; flush with the right edge of `flush` if any."""
        row = item.row
        style = {"weight": row.weight, "ha": "right" if flush else "left"}
        soft = {"color": theme.SOFT_INK}
        x += flush + 0.5 if flush else item.indent
        for line in item.label:
            y -= _NAME * LEADING
            shapes.centred(page, x, y + _NAME * LEADING / 2, line, _NAME, **style)
        if item.inline:
            after = x + _wide(item.label[-1], _NAME, row.weight) + _AFTER
            drop = CAPITALS * (_NAME - _DETAIL) * MM_PER_POINT / 2  # on the same baseline
            middle = y + _NAME * LEADING / 2 - drop
            shapes.centred(page, after, middle, item.detail[0], _DETAIL, **soft)
            return
        for line in item.detail:
            y -= _DETAIL * LEADING
            shapes.centred(page, x, y + _DETAIL * LEADING / 2, line, _DETAIL, **soft)

    def _right(self, page: Page, y: float, text: str, weight: int) -> None:
        style = {"ha": "right", "weight": weight, "tabular": True}
        shapes.centred(page, page.width - MARGIN, y, text, _NAME, **style)


def _wide(text: str, size: float, weight: int = 400, family: str = theme.FONT) -> float:
    return text_width(text, size, weight, family) if text.strip() else 0.0


def rounding_note(shares: Sequence[float]) -> str:
    """Return what printed shares make when it is not 100,0, else an empty text.

    Examples
    --------
    >>> rounding_note([0.5, 0.5]), rounding_note([1 / 3] * 3)[:36]
    ('', 'les parts, arrondies, font 99,9\xa0% et')
    """
    printed = round(sum(round(100 * s, 1) for s in shares), 1)
    if not shares or printed == 100.0:
        return ""
    return f"les parts, arrondies, font {format_rate(printed / 100, 1)} et non 100,0\u00a0%"


def ranked_bars(
    data: pd.DataFrame,
    registers: Registers,
    *,
    name: str,
    title: str,
    unit: str,
    scope: str,
    label: str,
    value: str,
    out_of: str = "",
    detail: str = "",
    category: str = "",
    fills: Mapping[str, tuple[str, Fill]] | None = None,
    show: Callable[[float], str] = format_number,
    column: str = "Part",
    text: str = "",
    table: Mapping[str, str] | None = None,
    alt: str = "",
    reading: str = "",
    note: str = "",
) -> Figure:
    """Return rows ranked by a value as bars from zero, the value at the end of each.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows to plot, with ``address``, ``source_id`` and the columns named below.
    registers : Registers
    name, title, unit, scope, alt, reading, note : str
        As in :class:`~solidata.figures.frame.Figure`; `alt` is composed from the data when empty.
    label, value : str
        Columns of the names (text) and of the lengths (numbers, none negative).
    out_of : str
        Column of the whole each value is a part of: labels become « 9/23 », with its share in a
        column on the right.
    detail : str
        Column of a second line of text.
    category : str
        Column that chooses the fill.
    fills : mapping of str to (str, Fill)
        French label and fill of each category, in the order of the legend. By default one fill.
    show : callable
        Writes a value.
    column : str
        Title of the column of shares; empty for none.
    text : str
        Column of what is written at the end of each bar, when it is more than the value.
    table : mapping of str to str
        Columns of the accessible table and their French titles; by default name and value.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is no row, a column is absent, a value is missing, negative or above its whole,
        a category has no fill, or there are more than :data:`MAX_ROWS` rows.

    Examples
    --------
    >>> import solidata
    >>> from solidata.analysis import progress
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> rows = progress.status_by_section(counts, sections, 2025)
    >>> rows = rows[rows["status"] == "reportee"]
    >>> whole = int(rows["count"].sum())
    >>> figure = ranked_bars(
    ...     rows.assign(address="status_counts:" + rows["count_id"], whole=whole),
    ...     solidata.load_registers(), name="reports", label="section", value="count",
    ...     out_of="whole", title=f"Les {whole} reports, section par section",
    ...     unit="Nombre d’actions reportées", scope="les sections qui impriment un total.",
    ... )
    >>> figure.check()
    []
    """
    used = [c for c in (label, value, out_of, detail, category, text) if c]
    if absent := [c for c in used if c not in data.columns]:
        raise RefusedError(f"{name} : colonnes absentes : {', '.join(absent)}.")
    if data.empty:
        raise RefusedError(f"{name} : aucune donnée à tracer.")
    if data[value].isna().any():
        named = ", ".join(quote(n) for n in data.loc[data[value].isna(), label])
        raise RefusedError(f"{name} : valeur absente : {named}.")
    numbers = pd.to_numeric(data[value], errors="coerce").astype(float)
    if not numbers.between(0, float("inf"), inclusive="left").all():
        bad = data.loc[~numbers.between(0, float("inf"), inclusive="left"), label]
        raise RefusedError(
            f"{name} : valeur négative, infinie ou illisible : {', '.join(map(quote, bad))}."
        )
    filled(data, value, {label: "libellé"})
    data = labelled(data, label, *([detail] if detail else []))
    rows = data.sort_values([value, label], ascending=[False, True], ignore_index=True)
    fills = fills or {"": ("", theme.HIGHLIGHT)}
    kinds = rows[category].astype(str) if category else pd.Series("", index=rows.index)
    if strange := sorted(set(kinds) - set(fills)):
        raise RefusedError(f"{name} : catégories sans remplissage : {', '.join(strange)}.")
    shares = _shares(rows, value, out_of, name) if out_of else []
    whole = _one_whole(rows, value, out_of) if out_of else False
    drawn = [
        Row(
            label=str(row[label]),
            value=float(row[value]),
            text=str(row[text]) if text else _text(row, value, out_of, show),
            category=fills[kind][0] or value,
            fill=fills[kind][1],
            detail=str(row[detail]) if detail and pd.notna(row[detail]) else "",
            column=format_rate(shares[number], 1 if whole else 0) if out_of and column else "",
        )
        for (number, row), kind in zip(rows.iterrows(), kinds, strict=True)
    ]
    counted = kinds.value_counts()
    legend = [
        (words, f"{counted[kind]} sur {len(rows)}", fill)
        for kind, (words, fill) in fills.items()
        if kind in counted.index
    ]
    bars = Bars(drawn, column=column, legend=legend if category else ())
    titles = table or {label: "Intitulé", value: "Valeur", **({out_of: "Total"} if out_of else {})}
    rounded = rounding_note(shares) if whole and column else ""
    return Figure(
        name=name,
        title=title,
        unit=unit,
        data=rows,
        value=value,
        draw=bars.draw,
        height=bars.height,
        table_=rows[list(titles)].rename(columns=dict(titles)),
        alt=alt or _alt(drawn, sum(r.value for r in drawn), show),
        scope=scope,
        registers=registers,
        reading=reading,
        note=sentences([note, rounded]),
        shares=tuple(shares) if whole and column else (),
    )


def _shares(rows: pd.DataFrame, value: str, out_of: str, name: str) -> list[float]:
    values, wholes = rows[value].astype(float), rows[out_of].astype(float)
    if not ((wholes > 0) & (values <= wholes)).all():
        raise RefusedError(f"{name} : une valeur dépasse son total, ou ce total manque ou est nul.")
    return list(values / wholes)


def _one_whole(rows: pd.DataFrame, value: str, out_of: str) -> bool:
    """Whether the values are the parts of one whole: their shares then make 100."""
    return rows[out_of].nunique() == 1 and float(rows[value].sum()) == float(rows[out_of].iloc[0])


def _text(row: pd.Series, value: str, out_of: str, show: Callable[[float], str]) -> str:
    return f"{show(row[value])}/{show(row[out_of])}" if out_of else show(row[value])


def _alt(rows: Sequence[Row], total: float, show: Callable[[Any], str]) -> str:
    """Return the picture in words: how many bars, the extremes, the sum, each row."""
    first, last = rows[0], rows[-1]
    every = " ; ".join(f"{r.label} {r.text}" for r in rows)
    if len(rows) == 1:
        return f"Une barre horizontale : {every}."
    return (
        f"{len(rows)} barres horizontales, de la plus longue à la plus courte : de {first.text} "
        f"({first.label}) à {last.text} ({last.label}), {show(total)} en tout. {every}."
    )
