"""What actions became from one report to another: a square a pair of statuses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from solidata.analysis import flows as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, NARROW, Page, text_width, wrap
from solidata.figures.texts import short_status, status_labels
from solidata.figures.theme import Fill
from solidata.french import format_number, listed, plural, quote
from solidata.tables import Registers

_SAME, _OTHER, _PLAN, _UNKNOWN = (
    "Statut inchangé",
    "Statut changé",
    "Entrée ou sortie",
    "Statut ou sort inconnu",
)
_FILLS: dict[str, Fill] = {
    _SAME: theme.CONTEXT,
    _OTHER: theme.HIGHLIGHT,
    _PLAN: theme.CATEGORY[1],
    _UNKNOWN: theme.UNKNOWN,
}
_ENDS = {"left_plan": "Sortie du plan", "vanished": "Disparue sans explication"}
_SHORT = {"left_plan": "Sortie", "vanished": "Disparue", analysis.ILLEGIBLE: "Non lisible"}
_FORMS = {
    "realisee": ("réalisée", "réalisées"),
    "en_cours": ("en cours", "en cours"),
    "reportee": ("reportée", "reportées"),
    "supprimee": ("supprimée", "supprimées"),
    analysis.ILLEGIBLE: ("de statut non lisible", "de statut non lisible"),
    "left_plan": ("sortie du plan", "sorties du plan"),
    "vanished": ("disparue sans explication", "disparues sans explication"),
}


def status_flows(
    statuses: pd.DataFrame,
    actions: pd.DataFrame,
    lineage: pd.DataFrame,
    registers: Registers,
    before: int,
    after: int,
) -> Figure:
    """Return the statuses of a year against those of another, as squares.

    Parameters
    ----------
    statuses, actions, lineage : pandas.DataFrame
        The tables ``action_statuses``, ``actions`` and ``action_lineage``.
    registers : Registers
    before, after : int
        Two years of :func:`solidata.analysis.flows.years`.

    Returns
    -------
    Figure
        Rows are statuses of `before`, columns statuses of `after`; areas are numbers of actions.

    Raises
    ------
    NoDataError
        When a report lists no action in one of the years.
    RefusedError
        As :func:`solidata.analysis.flows.flows`.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("action_statuses", "actions", "action_lineage")]
    >>> status_flows(*tables, solidata.load_registers(), 2024, 2025)
    Traceback (most recent call last):
    solidata.problems.NoDataError: Aucune action listée en 2024 ; années connues : 2025.
    """
    found = analysis.flows(statuses, actions, lineage, before, after)
    cells = analysis.matrix(found)
    grid = _Grid.of(found, cells, before, after)
    old, new = (int(found[f"{side}_id"].nunique()) for side in ("before", "after"))
    return Figure(
        name=f"flux-de-statuts-{before}-{after}",
        title=_title(found, before, after),
        unit=(
            f"Nombre d’actions selon leur statut en {before} (lignes) et en {after} (colonnes) ; "
            "surface des carrés proportionnelle"
        ),
        data=cells,
        value="count",
        draw=lambda page: _draw(page, grid),
        height=lambda width: _layout(width, grid).height,
        table_=_table(grid),
        alt=_alt(grid),
        reading=_reading(found, before, after),
        note=_note(found, before, after),
        scope=(
            f"{format_number(old)} {plural(old, 'action listée', 'actions listées')} dans le bilan "
            f"de {before} et {format_number(new)} dans celui de {after}."
        ),
        registers=registers,
    )


# --- words -----------------------------------------------------------------------------


def _title(found: pd.DataFrame, before: int, after: int) -> str:
    """Return what became of what was under way; else how many actions there are."""
    going = found[found["status_before"] == "en_cours"]
    done = going.loc[going["status_after"] == "realisee", "before_id"].nunique()
    whole = going["before_id"].nunique()
    read = _read(found, whole)
    if not whole:
        old, new = (found[f"{side}_id"].nunique() for side in ("before", "after"))
        listed_then = plural(old, "action listée", "actions listées")
        return f"{format_number(old)} {listed_then} en {before}, {format_number(new)} en {after}"
    if whole == 1:
        return f"La seule action {read}en cours en {before} {'est' if done else 'n’est pas'} réalisée en {after}"
    if not done:
        return f"Aucune des {format_number(whole)} actions {read}en cours en {before} n’est réalisée en {after}"
    verb = plural(done, "est réalisée", "sont réalisées")
    return f"{format_number(done)} des {format_number(whole)} actions {read}en cours en {before} {verb} en {after}"


def _read(found: pd.DataFrame, count: int) -> str:
    """Return « lues » before a status of the first year, when it may be that of others, unread."""
    old = found.loc[found["before_id"].notna(), "status_before"]
    return f"{plural(count, 'lue', 'lues')} " if (old == analysis.ILLEGIBLE).any() else ""


def _told(status: str, count: int) -> str:
    return f"{format_number(count)} {plural(count, *_FORMS[status])}"


def _reading(found: pd.DataFrame, before: int, after: int) -> str:
    """Return what became of the status that most actions had, each counted once a fate."""
    old = found[found["before_id"].notna()].drop_duplicates("before_id")["status_before"]
    first = "en_cours" if (old == "en_cours").any() else old.value_counts().idxmax()
    rows = found[found["status_before"] == first]
    ends = rows["status_after"].where(~rows["flow"].isin(analysis.GONE), rows["flow"])
    fates = rows.groupby(ends)["before_id"].nunique()
    whole = int(rows["before_id"].nunique())
    each = listed(_told(end, int(fates[end])) for end in _FORMS if end in fates)
    read = "" if first == analysis.ILLEGIBLE else _read(found, whole)
    actions = (
        f"{format_number(whole)} {plural(whole, 'action')} {read}{plural(whole, *_FORMS[first])}"
    )
    return f"{actions} en {before} ; en {after} : {each}."


def _note(found: pd.DataFrame, before: int, after: int) -> str:
    gone = found[found["flow"] == "vanished"]
    unread = int((gone["asterisk"] == "unknown").sum())
    deleted = int((found["basis"] == "status").sum())
    notes = []
    if deleted:
        notes.append(
            f"{quote('sortie du plan')} : {format_number(deleted)} "
            f"{plural(deleted, 'action supprimée', 'actions supprimées')} en {before} "
            f"{plural(deleted, 'n’est plus listée', 'ne sont plus listées')} en {after}"
        )
    if len(gone):
        notes.append(
            f"{quote('disparue sans explication')} : listée en {before} et non en {after}, sans "
            "qu’un bilan dise pourquoi ; rien ne permet de la dire réalisée"
        )
    if unread:
        notes.append(
            f"parmi elles, {format_number(unread)} {plural(unread, 'a', 'ont')} en {before} un "
            "astérisque de sortie du plan qu’on ne peut lire"
        )
    several = {
        "merged": int(found.loc[found["flow"] == "merged", "before_id"].nunique()),
        "split": int(found.loc[found["flow"] == "split", "before_id"].nunique()),
    }
    words = {"merged": ("action fusionnée", "actions fusionnées"),
             "split": ("action scindée", "actions scindées")}  # fmt: skip
    told = [f"{format_number(n)} {plural(n, *words[k])}" for k, n in several.items() if n]
    if told:
        notes.append(f"{listed(told)} : les totaux comptent chaque action une seule fois")
    return sentences(notes)


# --- numbers ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Grid:
    """The numbers of the squares, and the totals of rows and columns."""

    years: tuple[int, int]
    counts: dict[tuple[str, str], int]
    starts: list[str]
    ends: list[str]
    before: dict[str, int]
    after: dict[str, int]

    @classmethod
    def of(cls, found: pd.DataFrame, cells: pd.DataFrame, before: int, after: int) -> _Grid:
        counts = {(r.start, r.end): int(n) for r, n in zip(cells.itertuples(), cells["count"], strict=True)}  # fmt: skip
        total = analysis.totals(found).set_index("status")
        seen = [s for s in status_labels() if s in total.index]  # the same on both sides
        starts = [*seen, *(["appeared"] if any(s == "appeared" for s, _ in counts) else [])]
        ends = [*seen, *(e for e in _ENDS if any(end == e for _, end in counts))]
        sides = (total[side].astype(int).to_dict() for side in ("before", "after"))
        return cls((before, after), counts, starts, ends, *sides)

    def name(self, status: str, short: bool = False) -> str:
        """Return what a row or a column is called."""
        if status == "appeared":
            return "Nouvelle" if short else f"Nouvelle en {self.years[1]}"
        if short and status in _SHORT:
            return _SHORT[status]
        return _ENDS[status] if status in _ENDS else short_status(status)

    def total(self, status: str, side: str) -> str:
        """Return how many actions a report lists with a status; « – » for what is no status."""
        counts = self.before if side == "before" else self.after
        return format_number(counts[status]) if status in counts else "–"


def _class(start: str, end: str) -> str:
    if "vanished" in (start, end) or analysis.ILLEGIBLE in (start, end):
        return _UNKNOWN
    if start == "appeared" or end == "left_plan":
        return _PLAN
    return _SAME if start == end else _OTHER


def _table(grid: _Grid) -> pd.DataFrame:
    first, last = grid.years
    rows = []
    for start in grid.starts:
        cells = {grid.name(e): grid.counts.get((start, e), 0) for e in grid.ends}
        whole = grid.before.get(start, 0)
        rows.append({f"Statut en {first}": grid.name(start), **cells, f"Total {first}": whole})
    total = {grid.name(e): grid.after.get(e, 0) for e in grid.ends}
    rows.append({f"Statut en {first}": f"Total {last}", **total, f"Total {first}": sum(grid.before.values())})  # fmt: skip
    return pd.DataFrame(rows)


def _alt(grid: _Grid) -> str:
    first, last = grid.years
    told = []
    for start in grid.starts:
        ends = [_told(e, n) for e in grid.ends if (n := grid.counts.get((start, e), 0))]
        whole = f" ({grid.total(start, 'before')})" if start in grid.before else ""
        told += [f"{grid.name(start)}{whole} : {', '.join(ends)}"] if ends else []
    return (
        f"Tableau de carrés : une ligne par statut de {first}, une colonne par statut de {last}. "
        f"{'. '.join(told)}. Total {first} : {format_number(sum(grid.before.values()))} ; total {last} : "
        f"{format_number(sum(grid.after.values()))}."
    )


# --- drawing ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """Millimetres: where columns start, how wide they are, how high rows and headers."""

    left: float
    column: float
    row: float
    square: float
    legend: float
    headers: list[list[str]]
    head: float
    height: float


def _entries(grid: _Grid) -> list[shapes.Entry]:
    seen = {_class(*ends) for ends in grid.counts}
    return [(name, "", fill) for name, fill in _FILLS.items() if name in seen]


def _layout(width: float, grid: _Grid) -> _Layout:
    narrow = width < NARROW
    names = [grid.name(s, narrow) for s in grid.starts]
    names.append(f"Total {grid.years[1]}")
    left = MARGIN + max(text_width(n, 7.5, 700) for n in names) + 2.0
    room = width - MARGIN - left - (9.0 if narrow else 16.0)
    column = min(room / len(grid.ends), 24.0)
    row = 7.2 if narrow else 10.6
    square = min(column - 0.8, row - 1.0)
    legend = shapes.legend_height(_entries(grid), width - 2 * MARGIN) + 1.5
    short = [grid.name(e, narrow) for e in grid.ends]
    headers = [[s] if narrow else wrap(s, column - 1.5, 7) for s in short]
    head = max(len(h) for h in headers) * 7 * LEADING + 1.5
    if narrow:  # words stand upright: columns are narrower than they are
        head = max(text_width(s, 7) for s in short) + 1.5
    height = legend + 4.2 + head + row * len(grid.starts) + 6.5
    return _Layout(left, column, row, square, legend, headers, head, height)


def _draw(page: Page, grid: _Grid) -> None:
    sizes, base = _layout(page.width, grid), page.bottom
    canvas = page.canvas_axes()
    y = sizes.height - 0.5
    shapes.legend(page, canvas, _entries(grid), MARGIN, y, page.width - 2 * MARGIN)
    y -= sizes.legend
    total = min(
        page.width - MARGIN,
        sizes.left + sizes.column * len(grid.ends) + (8.5 if page.narrow else 16.0),
    )
    soft = {"size": 7, "color": theme.SOFT_INK}
    page.text(sizes.left, base + y, f"Statut en {grid.years[1]}", va="top", weight=600, **soft)
    y -= 4.2 + sizes.head
    page.text(MARGIN, base + y + 1.2, f"En {grid.years[0]}", va="bottom", weight=600, **soft)
    page.text(
        total,
        base + y + 1.2,
        f"{'' if page.narrow else 'Total '}{grid.years[0]}",
        va="bottom",
        ha="right",
        **soft,
    )
    for number, lines in enumerate(sizes.headers):
        x = sizes.left + sizes.column * (number + 0.5)
        if page.narrow:
            page.text(x, base + y + 1.0, lines[0], rotation=90, ha="center", va="bottom", **soft)
        else:
            for line, text in enumerate(reversed(lines)):
                page.text(
                    x, base + y + 1.2 + line * 7 * LEADING, text, ha="center", va="bottom", **soft
                )
    page.rule(base + y, 0.8, theme.INK)
    most = max(grid.counts.values())
    name = {"size": 7.5, "va": "center_baseline"}
    for start in grid.starts:
        middle = y - sizes.row / 2
        page.text(MARGIN, base + middle, grid.name(start, page.narrow), weight=600, **name)
        for number, end in enumerate(grid.ends):
            if count := grid.counts.get((start, end), 0):
                x = sizes.left + sizes.column * (number + 0.5)
                side = sizes.square * math.sqrt(count / most)
                _square(page, canvas, _class(start, end), count, x, middle, side)
        page.text(
            total, base + middle, grid.total(start, "before"), ha="right", tabular=True, **name
        )
        y -= sizes.row
        page.rule(base + y, 0.4)
    page.rule(base + y, 0.8, theme.INK)
    page.text(MARGIN, base + y - 3.4, f"Total {grid.years[1]}", weight=700, **name)
    for number, end in enumerate(grid.ends):
        x = sizes.left + sizes.column * (number + 0.5)
        page.text(x, base + y - 3.4, grid.total(end, "after"), ha="center", tabular=True, **name)


def _square(
    page: Page, canvas: Axes, category: str, count: int, x: float, y: float, side: float
) -> None:
    """Draw a square centred at `x`, its number inside, or beside when it has no room."""
    text, fill = format_number(count), _FILLS[category]
    wide = text_width(text, 7.5, 600)
    fits = wide + 0.8 <= side and side >= 3.4
    left = x - side / 2 if fits else x - (side + 0.7 + wide) / 2
    shapes.tile(page, canvas, category, fill, left, y - side / 2, side, side)
    if fits:
        shapes.inside(canvas, fill, x, y, text)
    else:
        style = {"size": 7.5, "weight": 600, "va": "center_baseline"}
        page.text(left + side + 0.7, page.bottom + y, text, **style)
