"""Ranked bars: one drawing for every list of amounts or counts, on one scale that starts at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from solidata.figures import shapes, theme
from solidata.figures.page import CAPITALS, LEADING, MARGIN, MM_PER_POINT, Page, text_width, wrap
from solidata.figures.theme import Fill
from solidata.french import quote
from solidata.problems import RefusedError

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
