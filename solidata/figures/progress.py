"""How far the plan is: statuses by section, flagships, what can be read at all."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.counted import counted, scope_of, sums_note
from solidata.figures.flagships import flagships
from solidata.figures.frame import Figure
from solidata.figures.legibility import legibility
from solidata.figures.page import MARGIN, NARROW, Page, text_width
from solidata.figures.ranked import ranked_bars, rounding_note
from solidata.figures.texts import short_status, status_labels, title
from solidata.french import format_number, format_rate, listed, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

__all__ = ["contribution", "flagships", "legibility", "status_by_section"]


def status_by_section(
    status_counts: pd.DataFrame, sections: pd.DataFrame, registers: Registers, year: int
) -> Figure:
    """Return the printed statuses of each section as stacked bars, with totals and shares.

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
        Lengths are numbers of actions; sections in descending share of actions done or under way.

    Raises
    ------
    NoDataError
        When no report prints totals for `year`.
    ValueError
        When a table cannot be counted (see :func:`solidata.analysis.progress.status_by_section`),
        labels are the same or too long, or there are more than
        :data:`~solidata.figures.counted.MAX_SECTIONS` sections.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> status_by_section(counts, sections, solidata.load_registers(), 2025).check()
    []
    """
    rows = counted(status_counts, sections, year)
    data = rows.assign(address="status_counts:" + rows["count_id"])
    overall = analysis.overall(rows)
    ranked = _ranked(rows)
    counts = overall.set_index("status")["count"].astype(int)
    total = int(overall["total"].iloc[0])
    going = int(counts["realisee"] + counts["en_cours"])
    postponed = rows[rows["status"] == "reportee"].sort_values(["count", "section"])
    unequal = sums_note(rows)
    words = {s: _count_words(s, int(counts[s])) for s in analysis.STATUSES}
    return Figure(
        name=f"statuts-par-section-{year}",
        title=f"{_fraction(going, total)} actions du schéma sont réalisées ou en cours en {year}",
        unit="Nombre d’actions selon leur statut, sections par part décroissante d’actions réalisées ou en cours",
        data=data,
        value="count",
        draw=lambda page: _draw_status(page, rows, overall, ranked),
        height=lambda width: _status_height(width, ranked),
        table_=_status_table(rows, overall, ranked),
        alt=(
            f"Barres empilées, une par section. Sur {format_number(total)} {plural(total, 'action')}, "
            + ", ".join(f"{words[s]} ({format_rate(counts[s] / total, 1)})" for s in analysis.STATUSES)
            + ". Part réalisée ou en cours : "
            + " ; ".join(f"{r['section']} {format_rate(r['going'] / r['total'])}" for _, r in ranked.iterrows())
            + "."
        ),
        reading=(
            f"{plural(total, 'sur une action', f'sur les {format_number(total)} actions')}, {format_number(int(counts['realisee']))} "
            f"{plural(counts['realisee'], 'est réalisée', 'sont réalisées')}, "
            f"soit {format_rate(counts['realisee'] / total, 1)}{_most_postponed(postponed)}."
        ),
        scope=scope_of(total, len(ranked)),
        registers=registers,
        note=unequal or rounding_note(list(overall["share"])),
        shares=() if unequal else tuple(overall["share"]),
    )  # fmt: skip


def _most_postponed(postponed: pd.DataFrame) -> str:
    """Return the example of the section that postpones most, if any does."""
    if postponed.empty or not postponed["count"].iloc[-1]:
        return ""
    worst = postponed.iloc[-1]
    verb = plural(worst["count"], "est reportée", "sont reportées")
    return (
        f" ; dans la section {worst['section']}, {_count(worst['count'], 'action')} sur "
        f"{format_number(int(worst['total']))} {verb}"
    )


def _count(count: int, word: str) -> str:
    return f"{format_number(int(count))} {plural(count, word)}"


_TOTAL = "Ensemble"


def _fraction(part: int, whole: int) -> str:
    """Return « 117 des 159 » : the finding with its denominator."""
    return f"{format_number(part)} des {format_number(whole)}"


_FORMS = {
    "realisee": ("réalisée", "réalisées"),
    "en_cours": ("en cours", "en cours"),
    "reportee": ("reportée", "reportées"),
    "supprimee": ("supprimée", "supprimées"),
}


def _count_words(status: str, count: int) -> str:
    return f"{format_number(count)} {plural(count, *_FORMS[status])}"


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sections by share of actions done or under way: ``section``, ``going``, ``total``."""
    going = rows[rows["status"].isin(["realisee", "en_cours"])].groupby("section")["count"].sum()
    frame = rows.drop_duplicates("section")[["section", "total"]].assign(
        going=lambda f: f["section"].map(going).fillna(0).astype(int)
    )
    order = frame["going"].astype(float) / frame["total"].astype(float)
    return frame.assign(order=order).sort_values(["order", "section"], ascending=[False, True])


def _status_table(rows: pd.DataFrame, overall: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(
        index="section", columns="status", values="count", observed=False, aggfunc="sum"
    )
    wide = wide.reindex(index=ranked["section"], columns=list(analysis.STATUSES))
    wide = wide.fillna(0).astype(int)
    wide.loc[_TOTAL] = overall.set_index("status")["count"].astype(int)
    wide.columns = [status_labels()[s] for s in wide.columns]
    return wide.assign(Total=wide.sum(axis=1)).rename_axis("Section").reset_index()


def _status_height(width: float, ranked: pd.DataFrame) -> float:
    legend, total = (20.5, 5.0) if width < NARROW else (12.5, 7.4)
    return legend + shapes.Names.of(ranked["section"], width, _TOTAL).height + total


def _draw_status(
    page: Page, rows: pd.DataFrame, overall: pd.DataFrame, ranked: pd.DataFrame
) -> None:
    """Draw bars in millimetres: a legend with totals, the bars, the columns of numbers."""
    height, base, narrow = page.plot_height, page.bottom, page.narrow
    names = shapes.Names.of(ranked["section"], page.width, _TOTAL)
    left = names.left
    right = page.width - MARGIN
    middle = right - 20.0
    counts = overall.set_index("status")["count"].astype(int)
    total = int(overall["total"].iloc[0])
    beside = text_width("{0}/{0}".format(format_number(total)), 8, 700, theme.TABULAR) + 1.5
    room = right - left - (max(12.0, beside) if narrow else 20.0 + max(18.0, beside + 2.0))
    scale = room / float(ranked["total"].max())

    canvas = page.canvas_axes()
    entries = [
        (
            short_status(s),
            f"{format_number(int(counts[s]))} ({format_rate(counts[s] / total, 1)})",
            theme.STATUS[s],
        )
        for s in analysis.STATUSES
    ]
    start, legend_width = left, right - left if narrow else room + 4.0
    if not narrow and shapes.legend_height(entries, legend_width) > 10.0:  # more than one row
        start, legend_width = MARGIN, legend_width + left - MARGIN
    page.names |= {s: short_status(s) for s in analysis.STATUSES}
    shapes.legend(page, canvas, entries, start, height - 0.5, legend_width)
    if not narrow:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", "va": "top"}
        page.text(middle, base + height - 0.5, "Réalisées", **style)
        page.text(middle, base + height - 3.8, "ou en cours", **style)
        page.text(right, base + height - 3.8, "Part", **style)
    else:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", "va": "top"}
        for line, words in enumerate(("Réalisées", "ou en cours", "sur total")):
            page.text(right, base + height - 9.5 - line * 3.1, words, **style)

    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    top = height - (21.5 if narrow else 12.5) - shapes.BAR
    y = top
    for (_, section), (lines, y) in zip(ranked.iterrows(), names.bars(top), strict=True):
        here = rows[rows["section"] == section["section"]].sort_values("status")
        segments = zip(here["status"].astype(str), here["count"].astype(int), strict=True)
        shapes.stack(page, axes, [(s, theme.STATUS[s], n) for s, n in segments], y, scale)
        names.write(page, lines, y)
        going, whole = int(section["going"]), int(section["total"])
        _numbers(page, middle, right, base + y + shapes.BAR / 2, going, whole, 400)
    lowest = y - (0.0 if narrow else names.extra[-1] / 2)
    if not narrow:
        ends = [lowest - 1, top + shapes.BAR + 1]
        axes.plot([0, 0], ends, color=theme.INK, linewidth=0.8, clip_on=False)
    y = base + (lowest - 5.6 if narrow else lowest - names.pitch + shapes.BAR / 2)
    page.rule(y + (3.4 if narrow else 4.2))
    name = {"va": "center_baseline", "size": 8, "weight": 700}
    page.text(left if narrow else left - 2.0, y, _TOTAL, ha="left" if narrow else "right", **name)
    _numbers(page, middle, right, y, int(ranked["going"].sum()), total, 700)


def _numbers(
    page: Page, middle: float, right: float, y: float, going: int, total: int, weight: int
) -> None:
    style = {"va": "center_baseline", "size": 8, "ha": "right", "tabular": True}
    if page.narrow:
        page.text(
            right, y, f"{format_number(going)}/{format_number(total)}", weight=weight, **style
        )
    else:
        ratio = f"{format_number(going)}/{format_number(total)}"
        page.text(middle, y, ratio, weight=max(weight, 600), **style)
        page.text(right, y, format_rate(going / total), weight=weight, **style)


# --- who postpones, who drops ------------------------------------------------------------


def contribution(
    status_counts: pd.DataFrame,
    sections: pd.DataFrame,
    registers: Registers,
    year: int,
    status: str = "reportee",
) -> Figure:
    """Return what each section contributes to a status as ranked bars, « n/N » and its share.

    Parameters
    ----------
    status_counts, sections : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int
        A year of :func:`solidata.analysis.progress.years`.
    status : str
        One of :data:`solidata.analysis.progress.STATUSES`.

    Returns
    -------
    Figure
        Lengths are numbers of actions, from the section that has most.

    Raises
    ------
    NoDataError
        When no report prints totals for `year`, or no action has the status.
    ValueError
        When `status` is unknown, a table cannot be counted, or labels are the same or too long.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> contribution(counts, sections, solidata.load_registers(), 2025).check()
    []
    """
    if status not in analysis.STATUSES:
        known = ", ".join(analysis.STATUSES)
        raise RefusedError(f"Statut {quote(status)} inconnu ; au choix : {known}.")
    rows = analysis.contribution(counted(status_counts, sections, year), status)
    whole = int(rows["count"].sum())
    words = _FORMS[status]
    if not whole:
        raise NoDataError(f"Aucune action {words[0]} en {year}.")
    first = rows[rows["count"] == rows["count"].max()]
    named = status_labels()[status].lower().replace("engagée", "engagées")
    named = named if named in words else f"{named}s"
    return ranked_bars(
        rows.assign(address="status_counts:" + rows["count_id"]),
        registers,
        name=f"{_STEMS.get(status, status)}-{year}",
        title=(
            _leaders(list(first["section"]), f"{_of(first['count'].iloc[0], whole)} "
            f"{plural(whole, *words)} en {year}")
        ),
        unit=f"Nombre d’actions {named}, par section",
        scope=(
            f"{plural(whole, 'l’action', f'les {format_number(whole)} actions')} {plural(whole, *words)} "
            "des sections dont le bilan donne le total."
        ),
        label="section",
        value="count",
        out_of="all_sections",
        column="",  # a decimal of a share of so few actions would say more than is known
        fills={"": (status_labels()[status], theme.STATUS[status])},
        table={"section": "Section", "count": status_labels()[status], "all_sections": "Toutes sections"},
        reading=(
            f"{_of(rows['count'].iloc[0], whole)} {plural(whole, *words)} {plural(rows['count'].iloc[0], 'est', 'sont')} "
            f"de la section {rows['section'].iloc[0]}, soit {format_rate(rows['share'].iloc[0])}."
        ),
    )  # fmt: skip


def _of(part: int, whole: int) -> str:
    """Return « 9 des 23 actions », « la seule action » when there is one."""
    if whole == 1:
        return "la seule action"
    return f"{format_number(int(part))} des {format_number(whole)} actions"


def _leaders(sections: list[str], rest: str) -> str:
    """Return a title that names the first sections, or counts them when names are too long."""
    if len(sections) == 1:
        return title(f"La section {sections[0]} compte {rest}", f"Une section compte {rest}")
    return title(
        f"Les sections {listed(sections)} comptent chacune {rest}",
        f"{_count(len(sections), 'section')} comptent chacune {rest}",
    )


_STEMS = {"reportee": "reports", "supprimee": "suppressions"}
