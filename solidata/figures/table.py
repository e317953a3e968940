"""A table for publication, in the same frame as a figure, with French typography."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures import theme
from solidata.figures.counted import counted, scope_of, sums_note
from solidata.figures.frame import Figure
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width, wrap
from solidata.figures.texts import breakable
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import RefusedError
from solidata.tables import Registers, all_tables

_SIZE, _PAD, _GUTTER = 7.5, 2.4, 3.0

MAX_ROWS = 35
"""Above this a table takes more than a page."""


@dataclass(frozen=True)
class Grid:
    """Cells as printed: a column of labels that may wrap, then columns of numbers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    """How many of the last rows are totals, in bold under a rule."""
    narrow: Grid | None = None
    """What one column of a publication has room for, when it is less."""

    def at(self, width: float) -> Grid:
        """Return the cells for a width in millimetres."""
        return self.narrow if width < NARROW and self.narrow is not None else self


def _widths(grid: Grid, width: float) -> list[float]:
    """Return the width of each column: numbers take what they need, labels what is left."""
    cells = [grid.headers, *grid.rows]
    numbers = [
        max(
            max(text_width(part, 7) for part in grid.headers[c].split(" ")),
            max(text_width(row[c], _SIZE, 700, theme.TABULAR) for row in cells[1:]),
        )
        for c in range(1, len(grid.headers))
    ]
    room = width - 2 * MARGIN - sum(numbers) - _GUTTER * len(numbers)
    if room < 18:
        raise RefusedError(
            f"{len(grid.headers)} colonnes ne tiennent pas dans {width:.0f} mm ; choisissez un format plus large."
        )
    natural = max(text_width(row[0], _SIZE, 700) for row in cells) + 1
    # Numbers spread over what labels leave, without drifting apart on a wide page.
    spare = max(0.0, room - natural) / max(1, len(numbers))
    spread = min(spare, 9.0)
    wide = [n + spread for n in numbers]
    if sum(wide) >= max(numbers) * len(numbers):  # columns of one width are easier to follow
        wide = [sum(wide) / len(wide)] * len(wide)
    return [room - spread * len(numbers), *wide]


def _layout(grid: Grid, width: float) -> tuple[list[float], list[list[str]], list[list[list[str]]]]:
    """Return column widths, wrapped headers, and wrapped cells."""
    widths = _widths(grid, width)
    headers = [_balanced(h, w, 7) for h, w in zip(grid.headers, widths, strict=True)]
    rows = [[wrap(row[0], widths[0], _SIZE), *([cell] for cell in row[1:])] for row in grid.rows]
    return widths, headers, rows


def _balanced(text: str, width: float, size: float) -> list[str]:
    """Return `text` on as few lines as `width` allows, and these as even as they can be."""
    lines = wrap(text, width, size)
    narrower = width
    while narrower > 4 and len(found := wrap(text, narrower, size)) == len(lines):
        lines, narrower = found, narrower - 1
    return lines


def _height(grid: Grid, width: float) -> float:
    _, headers, rows = _layout(grid, width)
    head = max(len(h) for h in headers) * 7 * LEADING + _PAD
    body = sum(len(row[0]) * _SIZE * LEADING + _PAD for row in rows)
    return head + body + 1.5


def _draw(page: Page, grid: Grid) -> None:
    widths, headers, rows = _layout(grid, page.width)
    rights = [MARGIN + sum(widths[: c + 1]) + _GUTTER * c for c in range(len(widths))]
    base, y = page.bottom, page.plot_height - 0.5
    deepest = max(len(h) for h in headers)
    for column, lines in enumerate(headers):
        for number, line in enumerate(lines):
            at = y - (deepest - len(lines) + number) * 7 * LEADING
            style = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
            x, side = (MARGIN, "left") if column == 0 else (rights[column], "right")
            page.text(x, base + at, line, ha=side, **style)
    y -= deepest * 7 * LEADING + _PAD / 2
    page.rule(base + y, 0.8, theme.INK)
    for number, row in enumerate(rows):
        total = number >= len(rows) - grid.totals
        if total and number == len(rows) - grid.totals:
            page.rule(base + y, 0.8, theme.INK)
        tall = len(row[0]) * _SIZE * LEADING + _PAD
        weight = 700 if total else 400
        for line_number, line in enumerate(row[0]):
            at = y - _PAD / 2 - line_number * _SIZE * LEADING
            page.text(MARGIN, base + at, line, size=_SIZE, va="top", weight=weight)
        for column, cell in enumerate(row[1:], start=1):
            style = {"size": _SIZE, "va": "top", "ha": "right", "weight": weight}
            page.text(rights[column], base + y - _PAD / 2, cell[0], tabular=True, **style)
        y -= tall
        if number + 1 < len(rows) - grid.totals:
            page.rule(base + y, 0.3)
    page.rule(base + y, 0.8, theme.INK)


def publication_table(
    name: str,
    title: str,
    unit: str,
    grid: Grid,
    data: pd.DataFrame,
    value: str,
    scope: str,
    registers: Registers,
    reading: str = "",
    note: str = "",
    alt: str = "",
    table: pd.DataFrame | None = None,
) -> Figure:
    """Return a table to print, as a figure that checks and saves like any other.

    Parameters
    ----------
    name, title, unit, scope, reading, note, alt : str
        As for :class:`~solidata.figures.frame.Figure`; `alt` tells the first row when empty.
    grid : Grid
        The cells, in French typography.
    data : pandas.DataFrame
        The rows behind the cells, with their addresses.
    value : str
        The column of `data` that is printed.
    registers : Registers
    table : pandas.DataFrame, optional
        The same as numbers, for a spreadsheet takes « 1\u202f234 » and « 96\u00a0% » for texts; by
        default the cells as printed.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is no row or more than :data:`MAX_ROWS`, the rows do not all have as many cells
        as there are headers, a label has no space to break it at, or, once drawn, the columns do
        not fit the width asked for.
    """
    if not grid.rows:
        raise RefusedError(f"{name} : aucune ligne à imprimer.")
    if any(len(row) != len(grid.headers) for row in grid.rows):
        raise RefusedError(f"{name} : chaque ligne doit avoir {len(grid.headers)} cellules.")
    if len(grid.rows) > MAX_ROWS:
        raise RefusedError(
            f"{name} : {len(grid.rows)} lignes, {MAX_ROWS} au plus dans une page ; coupez le tableau."
        )
    breakable(row[0] for row in grid.rows)
    shown = pd.DataFrame(grid.rows, columns=list(grid.headers))
    first = grid.rows[0]
    return Figure(
        name=name,
        title=title,
        unit=unit,
        data=data,
        value=value,
        draw=lambda page: _draw(page, grid.at(page.width)),
        height=lambda width: _height(grid.at(width), width),
        table_=shown if table is None else table,
        alt=alt
        or f"Tableau de {len(grid.rows)} lignes et {len(grid.headers)} colonnes. {title}. Première ligne : "
        + ", ".join(f"{h} {c}" for h, c in zip(grid.headers, first, strict=True))
        + ".",
        scope=scope,
        registers=registers,
        reading=reading,
        note=note,
    )


_DROPPED = {"reportee": ("reportée", "reportées"), "supprimee": ("supprimée", "supprimées")}


def statuses(
    status_counts: pd.DataFrame, sections: pd.DataFrame, registers: Registers, year: int
) -> Figure:
    """Return the printed statuses of each section as a table for publication, n and share.

    Parameters
    ----------
    status_counts, sections : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int
        A year of :func:`solidata.analysis.progress.years`.

    Returns
    -------
    Figure
        One row a section in printed order, then all of them: numbers of actions, and the share
        done or under way; on one column, these two together.

    Raises
    ------
    NoDataError
        When no report prints totals for `year`.
    ValueError
        As :func:`solidata.figures.progress.status_by_section`.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> statuses(counts, sections, solidata.load_registers(), 2025).check()
    []
    """
    rows = counted(status_counts, sections, year)
    labels = all_tables()["action_statuses"].field("status").labels
    overall = analysis.overall(rows)
    total = int(overall["total"].iloc[0])

    order = list(dict.fromkeys(rows["section"]))
    parts = [rows[rows["section"] == s] for s in order]
    numbers = [_numbers(part) for part in (*parts, overall)]
    lines = [
        (name, *map(format_number, cells[:-1]), format_rate(cells[-1] / 100))
        for name, cells in zip([*order, "Ensemble"], numbers, strict=True)
    ]
    counts = (
        overall.set_index("status")["count"].reindex(list(analysis.STATUSES)).fillna(0).astype(int)
    )
    stopped = int(counts[list(_DROPPED)].sum())
    headers = (
        "Section",
        *(_header(labels[s]) for s in analysis.STATUSES),
        "Total",
        "Réalisées ou en cours",
    )
    last = rows[rows["section"] == order[-1]]
    there = int(last.loc[last["status"].isin(_GOING), "count"].sum())
    return publication_table(
        name=f"tableau-statuts-{year}",
        title=f"{format_number(stopped)} des {format_number(total)} actions {_stopped(stopped)} en {year}",
        unit="Nombre d’actions selon leur statut",
        grid=Grid(headers, tuple(lines), totals=1, narrow=_narrowed(headers, lines, rows)),
        data=rows.assign(address="status_counts:" + rows["count_id"]),
        value="count",
        scope=scope_of(total, len(order)),
        registers=registers,
        note=sums_note(rows),
        table=pd.DataFrame(
            [(row[0], *cells[:-1], round(cells[-1], 1)) for row, cells in zip(lines, numbers, strict=True)],
            columns=[*headers[:-1], f"{headers[-1]} (%)"],
        ),
        reading=(
            f"{format_number(stopped)} {plural(stopped, 'action')} {_stopped(stopped)} : "
            + listed(f"{format_number(int(counts[s]))} {plural(counts[s], *_DROPPED[s])}" for s in _DROPPED)
            + f" ; dans la section {order[-1]}, {format_number(there)} {plural(there, 'action')} sur {lines[-2][5]} "
            f"{plural(there, 'est réalisée', 'sont réalisées')} ou en cours."
        ),
        alt=(
            f"Tableau de {len(order)} {plural(len(order), 'section')}. Ensemble : "
            + ", ".join(f"{labels[s].lower()} {format_number(int(counts[s]))}" for s in analysis.STATUSES)
            + f", sur {format_number(total)} {plural(total, 'action')}. Réalisées ou en cours : "
            + " ; ".join(f"{row[0]} {row[6]} de {row[5]}" for row in lines[:-1])
            + "."
        ),
    )  # fmt: skip


def _numbers(part: pd.DataFrame) -> list[float]:
    """Return the counts of each status, their total, and the share done or under way in per cent."""
    counts = part.set_index("status")["count"].reindex(list(analysis.STATUSES)).fillna(0)
    whole = int(part["total"].iloc[0])
    return [*map(int, counts), whole, 100 * float(counts[list(_GOING)].sum()) / whole]


_GOING = ("realisee", "en_cours")


def _stopped(count: int) -> str:
    return plural(count, "n’est pas engagée", "ne sont pas engagées")


def _narrowed(headers: tuple[str, ...], lines: list[tuple[str, ...]], counts: pd.DataFrame) -> Grid:
    """Return the table of one column: what goes on together, and what does not."""
    there = counts[counts["status"].isin(_GOING)].groupby("section")["count"].sum()
    going = [int(there.get(row[0], 0)) for row in lines[:-1]]
    rows = [
        (row[0], format_number(n), row[3], row[4], row[5])
        for row, n in zip(lines, [*going, sum(going)], strict=True)
    ]
    return Grid((headers[0], headers[6], *headers[3:6]), tuple(rows), totals=1)


def _header(label: str) -> str:
    return label.replace("Non engagée – ", "").capitalize()
