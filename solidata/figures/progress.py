"""How far the plan is: statuses by section, flagships, what can be read at all."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.bars import ranked_bars
from solidata.figures.flagships import flagships
from solidata.figures.frame import Figure
from solidata.figures.legibility import legibility
from solidata.figures.page import MARGIN, NARROW, Page, text_width
from solidata.figures.texts import short_status, status_labels
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError
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
    ValueError
        When no report prints totals for `year`.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> status_by_section(counts, sections, solidata.load_registers(), 2025).check()
    []
    """
    rows = analysis.status_by_section(status_counts, sections, year)
    data = rows.assign(address="status_counts:" + rows["count_id"])
    overall = analysis.overall(rows)
    ranked = _ranked(rows)
    counts = overall.set_index("status")["count"].astype(int)
    total = int(overall["total"].iloc[0])
    going = int(counts["realisee"] + counts["en_cours"])
    worst = rows[rows["status"] == "reportee"].sort_values(["count", "section"]).iloc[-1]
    words = {s: _count_words(s, int(counts[s])) for s in analysis.STATUSES}
    return Figure(
        name=f"statuts-par-section-{year}",
        title=f"{_fraction(going, total)} actions du schéma sont réalisées ou en cours en {year}",
        unit="Nombre d’actions selon leur statut, sections par part décroissante d’actions réalisées ou en cours",
        data=data,
        value="count",
        draw=lambda page: _draw_status(page, rows, overall, ranked),
        height=lambda width: _status_height(width, len(ranked)),
        table_=_status_table(rows, overall, ranked),
        alt=(
            f"Barres empilées, une par section. Sur {total} actions, "
            + ", ".join(f"{words[s]} ({format_rate(counts[s] / total, 1)})" for s in analysis.STATUSES)
            + ". Part réalisée ou en cours : "
            + " ; ".join(f"{r['section']} {format_rate(r['going'] / r['total'])}" for _, r in ranked.iterrows())
            + "."
        ),
        reading=(
            f"sur les {total} actions, {counts['realisee']} {plural(counts['realisee'], 'est réalisée', 'sont réalisées')}, "
            f"soit {format_rate(counts['realisee'] / total, 1)} ; "
            f"dans la section {worst['section']}, {worst['count']} actions sur {worst['total']} sont reportées."
        ),
        scope=f"les {total} actions des {len(ranked)} sections dont le bilan donne le total.",
        registers=registers,
        shares=tuple(overall["share"]),
    )  # fmt: skip


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
    return f"{count} {plural(count, *_FORMS[status])}"


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sections by share of actions done or under way: ``section``, ``going``, ``total``."""
    going = rows[rows["status"].isin(["realisee", "en_cours"])].groupby("section")["count"].sum()
    frame = rows.drop_duplicates("section")[["section", "total"]].assign(
        going=lambda f: f["section"].map(going).astype(int)
    )
    order = frame["going"].astype(float) / frame["total"].astype(float)
    return frame.assign(order=order).sort_values(["order", "section"], ascending=[False, True])


def _status_table(rows: pd.DataFrame, overall: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(
        index="section", columns="status", values="count", observed=False, aggfunc="sum"
    )
    wide = wide.reindex(ranked["section"]).astype(int)
    wide.loc["Ensemble"] = overall.set_index("status")["count"].astype(int)
    wide.columns = [status_labels()[s] for s in wide.columns]
    return wide.assign(Total=wide.sum(axis=1)).rename_axis("Section").reset_index()


def _status_height(width: float, sections: int) -> float:
    legend, total = (20.5, 5.0) if width < NARROW else (12.5, 7.4)
    return legend + shapes.pitch(width) * sections + total


def _draw_status(
    page: Page, rows: pd.DataFrame, overall: pd.DataFrame, ranked: pd.DataFrame
) -> None:
    """Draw bars in millimetres: a legend with totals, the bars, the columns of numbers."""
    height, base, narrow = page.plot_height, page.bottom, page.narrow
    pitch = shapes.pitch(page.width)
    left = MARGIN + (0 if narrow else max(text_width(s, 8, 600) for s in ranked["section"]) + 2.5)
    right = page.width - MARGIN
    middle = right - 20.0
    room = right - left - (12.0 if narrow else 38.0)
    scale = room / float(ranked["total"].max())
    counts = overall.set_index("status")["count"].astype(int)
    total = int(overall["total"].iloc[0])

    canvas = page.canvas_axes()
    entries = [
        (short_status(s), f"{counts[s]} ({format_rate(counts[s] / total, 1)})", theme.STATUS[s])
        for s in analysis.STATUSES
    ]
    legend_width = right - left if narrow else room + 4.0
    page.names |= {s: short_status(s) for s in analysis.STATUSES}
    shapes.legend(page, canvas, entries, left, height - 0.5, legend_width)
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
    name = {"va": "center_baseline", "size": 8, "weight": 600}
    for number, (_, section) in enumerate(ranked.iterrows()):
        y = top - number * pitch
        here = rows[rows["section"] == section["section"]].sort_values("status")
        segments = zip(here["status"].astype(str), here["count"].astype(int), strict=True)
        shapes.stack(page, axes, [(s, theme.STATUS[s], n) for s, n in segments], y, scale)
        if narrow:
            page.text(left, base + y + shapes.BAR + 2.2, section["section"], ha="left", **name)
        else:
            page.text(left - 2.0, base + y + shapes.BAR / 2, section["section"], ha="right", **name)
        going, whole = int(section["going"]), int(section["total"])
        _numbers(page, middle, right, base + y + shapes.BAR / 2, going, whole, 400)
    lowest = top - (len(ranked) - 1) * pitch
    if not narrow:
        ends = [lowest - 1, top + shapes.BAR + 1]
        axes.plot([0, 0], ends, color=theme.INK, linewidth=0.8, clip_on=False)
    y = base + (lowest - 5.6 if narrow else lowest - pitch + shapes.BAR / 2)
    page.rule(y + (3.4 if narrow else 4.2))
    name["weight"] = 700
    page.text(
        left if narrow else left - 2.0, y, "Ensemble", ha="left" if narrow else "right", **name
    )
    _numbers(page, middle, right, y, int(ranked["going"].sum()), total, 700)


def _numbers(
    page: Page, middle: float, right: float, y: float, going: int, total: int, weight: int
) -> None:
    style = {"va": "center_baseline", "size": 8, "ha": "right", "tabular": True}
    if page.narrow:
        page.text(right, y, f"{going}/{total}", weight=weight, **style)
    else:
        page.text(middle, y, f"{going}/{total}", weight=max(weight, 600), **style)
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

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> contribution(counts, sections, solidata.load_registers(), 2025).check()
    []
    """
    by_section = analysis.status_by_section(status_counts, sections, year)
    rows = analysis.contribution(by_section, status)
    whole = int(rows["all_sections"].iloc[0])
    words = _FORMS[status]
    if not whole:
        raise NoDataError(f"Aucune action {words[0]} en {year}.")
    first = rows[rows["count"] == rows["count"].max()]
    several = len(first) > 1
    carry = "Les sections {} comptent chacune" if several else "La section {} compte"
    carry = carry.format(listed(first["section"]))
    named = status_labels()[status].lower().replace("engagée", "engagées")
    named = named if named in words else f"{named}s"
    return ranked_bars(
        rows.assign(address="status_counts:" + rows["count_id"]),
        registers,
        name=f"{_STEMS.get(status, status)}-{year}",
        title=(
            f"{carry} {first['count'].iloc[0]} des {whole} "
            f"actions {plural(whole, *words)} en {year}"
        ),
        unit=f"Nombre d’actions {named}, par section",
        scope=f"les {whole} actions {named} des sections dont le bilan donne le total.",
        label="section",
        value="count",
        out_of="all_sections",
        column="",  # a decimal of a share of so few actions would say more than is known
        fills={"": (status_labels()[status], theme.STATUS[status])},
        table={"section": "Section", "count": status_labels()[status], "all_sections": "Toutes sections"},
        reading=(
            f"{rows['count'].iloc[0]} des {whole} actions {plural(whole, *words)} sont de la section "
            f"{rows['section'].iloc[0]}, soit {format_rate(rows['share'].iloc[0])}."
        ),
    )  # fmt: skip


_STEMS = {"reportee": "reports", "supprimee": "suppressions"}
