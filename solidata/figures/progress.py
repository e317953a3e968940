"""How far the plan is: statuses by section, flagships, what can be read at all."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import LEADING, Figure, Registers
from solidata.figures.page import MARGIN, NARROW, Page, text_width, wrap
from solidata.french import format_number, format_rate, plural
from solidata.problems import RefusedError
from solidata.tables import all_tables

_BAR = 5.4


def _labels() -> dict[str, str]:
    return all_tables()["action_statuses"].field("status").labels


def _short(status: str) -> str:
    """Return the status without « Non engagée – », for a legend that says it once."""
    return _labels()[status].removeprefix("Non engagée – ").capitalize()


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
        unit="Nombre d’actions de chaque section selon leur statut",
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
            f"sur les {total} actions, {words['realisee']}, soit {format_rate(counts['realisee'] / total, 1)} ; "
            f"dans la section {worst['section']}, {worst['count']} actions sur {worst['total']} sont reportées."
        ),
        scope=f"les {total} actions des {len(ranked)} sections qui impriment un total.",
        registers=registers,
        shares=tuple(overall["share"]),
    )  # fmt: skip


def _fraction(part: int, whole: int) -> str:
    """Return « 117 des 159 » : the finding with its denominator."""
    return f"{format_number(part)} des {format_number(whole)}"


def _count_words(status: str, count: int) -> str:
    forms = {
        "realisee": ("réalisée", "réalisées"),
        "en_cours": ("en cours", "en cours"),
        "reportee": ("reportée", "reportées"),
        "supprimee": ("supprimée", "supprimées"),
    }
    return f"{count} {plural(count, *forms[status])}"


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
    wide.columns = [_labels()[s] for s in wide.columns]
    return wide.assign(Total=wide.sum(axis=1)).rename_axis("Section").reset_index()


def _pitch(width: float) -> float:
    """Return the height of a row: on one column the section stands above its bar."""
    return 11.6 if width < NARROW else 8.2


def _status_height(width: float, sections: int) -> float:
    legend, total = (20.5, 5.0) if width < NARROW else (12.5, 7.4)
    return legend + _pitch(width) * sections + total


def _draw_status(
    page: Page, rows: pd.DataFrame, overall: pd.DataFrame, ranked: pd.DataFrame
) -> None:
    """Draw bars in millimetres: a legend with totals, the bars, the columns of numbers."""
    height, base, narrow = page.plot_height, page.bottom, page.narrow
    pitch = _pitch(page.width)
    left = MARGIN + (0 if narrow else max(text_width(s, 8, 600) for s in ranked["section"]) + 2.5)
    right = page.width - MARGIN
    middle = right - 20.0
    room = right - left - (12.0 if narrow else 38.0)
    scale = room / float(ranked["total"].max())
    counts = overall.set_index("status")["count"].astype(int)
    total = int(overall["total"].iloc[0])

    canvas = page.canvas_axes()
    entries = [
        (_short(s), f"{counts[s]} ({format_rate(counts[s] / total, 1)})", theme.STATUS[s])
        for s in analysis.STATUSES
    ]
    legend_width = right - left if narrow else room + 4.0
    shapes.legend(page, canvas, entries, left, height - 0.5, legend_width)
    if not narrow:
        style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", "va": "top"}
        page.text(middle, base + height - 3.8, "Total", **style)
        page.text(right, base + height - 0.5, "Réalisées", **style)
        page.text(right, base + height - 3.8, "ou en cours", **style)

    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    top = height - (21.5 if narrow else 12.5) - _BAR
    name = {"va": "center_baseline", "size": 8, "weight": 600}
    for number, (_, section) in enumerate(ranked.iterrows()):
        y = top - number * pitch
        _draw_bar(page, axes, rows[rows["section"] == section["section"]], y, scale)
        if narrow:
            page.text(left, base + y + _BAR + 2.2, section["section"], ha="left", **name)
        else:
            page.text(left - 2.0, base + y + _BAR / 2, section["section"], ha="right", **name)
        going, whole = int(section["going"]), int(section["total"])
        _numbers(page, middle, right, base + y + _BAR / 2, going, whole, 400)
    lowest = top - (len(ranked) - 1) * pitch
    if not narrow:
        ends = [lowest - 1, top + _BAR + 1]
        axes.plot([0, 0], ends, color=theme.INK, linewidth=0.8, clip_on=False)
    y = base + (lowest - 5.6 if narrow else lowest - pitch + _BAR / 2)
    page.rule(y + (3.4 if narrow else 4.2))
    name["weight"] = 700
    page.text(
        left if narrow else left - 2.0, y, "Ensemble", ha="left" if narrow else "right", **name
    )
    _numbers(page, middle, right, y, int(ranked["going"].sum()), total, 700)


def _draw_bar(page: Page, axes: Axes, rows: pd.DataFrame, y: float, scale: float) -> None:
    x = 0.0
    for _, row in rows.sort_values("status").iterrows():
        wide = float(row["count"]) * scale
        if wide:
            status = str(row["status"])
            fill = theme.STATUS[status]
            shapes.bar(page, axes, status, fill, x + shapes.GAP / 2, y, wide - shapes.GAP, _BAR)
            shapes.inside(axes, fill, x + wide / 2, y + _BAR / 2, str(row["count"]))
        x += wide


def _numbers(
    page: Page, middle: float, right: float, y: float, going: int, total: int, weight: int
) -> None:
    style = {"va": "center_baseline", "size": 8, "ha": "right", "tabular": True}
    if page.narrow:
        page.text(right, y, f"{going}/{total}", weight=weight, **style)
    else:
        page.text(middle, y, str(total), weight=700, **style)
        page.text(right, y, format_rate(going / total), weight=weight, **style)


# --- flagships -----------------------------------------------------------------------

_CHIP, _CHIP_GAP = 4.4, 1.2


def flagships(
    flagships: pd.DataFrame, mentions: pd.DataFrame, registers: Registers, year: int
) -> Figure:
    """Return the flagships of a year, the status of the list beside that of the sheets.

    Parameters
    ----------
    flagships, mentions : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int

    Returns
    -------
    Figure
        One row a flagship; where list and sheets disagree a mark says so.

    Raises
    ------
    ValueError
        When there is no flagship with a status in `year`.
    """
    rows = analysis.flagship_readings(flagships, mentions, year)
    said = mentions[
        (mentions["year"] == year) & mentions["status"].notna() & mentions["flagship_id"].notna()
    ]
    if rows.empty or said.empty:
        raise RefusedError(f"Aucun phare avec un statut en {year}.")
    told = said[said["list"].isin(["flagship", "sheet"])]
    data = told[["flagship_id", "list", "status", "source_id", "line", "printed"]].assign(
        address="mentions:" + told["mention_id"], n=1
    )
    data = data.astype({"list": "str", "status": "str"}).sort_values(["flagship_id", "address"])
    split = int((~rows["agrees"].dropna().astype(bool)).sum())
    alone = int(rows["on_sheets"].isna().sum())
    done = int((rows["in_list"] == "realisee").sum())
    labels = _labels()
    shown = rows.assign(
        in_list=rows["in_list"].map(labels),
        on_sheets=rows["on_sheets"].map(
            lambda s: " / ".join(labels[w] for w in s.split(" / ")), na_action="ignore"
        ),
    ).drop(columns="agrees")
    different = ", ".join(str(r) for r in rows.loc[rows["agrees"].eq(False).fillna(False), "rank"])
    verb = plural(split, "phare diffère", "phares diffèrent")
    return Figure(
        name=f"phares-{year}",
        title=f"{split} des {len(rows)} {verb} entre la liste et les fiches en {year}"
        if split
        else f"La liste et les fiches des {len(rows)} phares s’accordent en {year}",
        unit="Statut de chaque action phare, selon la liste des phares et selon les fiches",
        data=data,
        value="n",
        draw=lambda page: _draw_flagships(page, rows),
        height=lambda width: _flagships_layout(width, rows)[0],
        table_=shown.set_axis(["Rang", "Phare", "Liste", "Fiches"], axis=1).fillna(""),
        alt=(
            f"Tableau de {len(rows)} phares. La liste en dit {done} "
            f"{plural(done, 'réalisé', 'réalisés')} et {len(rows) - done} en cours ; liste et fiches "
            f"diffèrent pour les rangs {different or 'aucun'} ; {alone} sans fiche."
        ),
        reading=_flagship_reading(rows),
        scope=f"les {len(rows)} actions phares de {year}.",
        registers=registers,
    )


def _flagship_reading(rows: pd.DataFrame) -> str:
    different = rows[rows["agrees"].eq(False).fillna(False)]
    row = (different if len(different) else rows).iloc[-1]
    labels = _labels()
    sheets = "sans fiche" if pd.isna(row["on_sheets"]) else " et ".join(
        labels[w].lower() for w in row["on_sheets"].split(" / ")
    )  # fmt: skip
    return f"l’action phare {row['rank']} est {labels[row['in_list']].lower()} dans la liste et {sheets} sur sa fiche."


def _flagships_layout(width: float, rows: pd.DataFrame) -> tuple[float, list[list[str]], float]:
    """Return the height of the plot area, the wrapped titles, and where the chips start."""
    chips = 2 * (15.5 if width < NARROW else 22.0)
    start = width - MARGIN - chips - (2.0 if width < NARROW else 8.0)
    titles = [wrap(t, start - 9.0, 7.5) for t in rows["title"]]
    return 8.0 + sum(_row_height(lines) for lines in titles), titles, start


def _row_height(lines: list[str]) -> float:
    return max(_CHIP + 2.2, len(lines) * 7.5 * LEADING + 2.4)


def _draw_flagships(page: Page, rows: pd.DataFrame) -> None:
    height, titles, start = _flagships_layout(page.width, rows)
    canvas = page.canvas_axes()
    column = (page.width - MARGIN - start - (2.0 if page.narrow else 8.0)) / 2
    first = start + (2.0 if page.narrow else 8.0)
    base = page.bottom
    head = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
    page.text(first, base + height - 0.5, "Liste", **head)
    page.text(first + column, base + height - 0.5, "Fiches", **head)
    y = height - 6.0
    page.rule(base + y)
    for lines, (_, row) in zip(titles, rows.iterrows(), strict=True):
        tall = _row_height(lines)
        middle = y - tall / 2
        text = {"va": "center_baseline", "size": 7.5}
        rank = {**text, "weight": 600, "ha": "right", "tabular": True}
        page.text(MARGIN + 5.0, base + middle, str(row["rank"]), **rank)
        for number, line in enumerate(lines):
            offset = ((len(lines) - 1) / 2 - number) * 7.5 * LEADING
            page.text(MARGIN + 7.5, base + middle + offset, line, **text)
        if row["agrees"] is not pd.NA and not row["agrees"]:
            sign = {**text, "weight": 700, "ha": "center", "size": 9}
            page.text(first - (1.6 if page.narrow else 4.0), base + middle, "≠", **sign)
        _chips(page, canvas, row["in_list"], first, middle, column)
        _chips(page, canvas, row["on_sheets"], first + column, middle, column)
        y -= tall
        page.rule(base + y, 0.4)


def _chips(page: Page, axes: Axes, words: object, x: float, middle: float, column: float) -> None:
    """Draw the status a list says, or two half chips when the sheets say two."""
    if not isinstance(words, str):
        style = {"va": "center_baseline", "size": 7, "color": theme.SOFT_INK}
        page.text(x, page.bottom + middle, "sans fiche", **style)
        return
    statuses = words.split(" / ")
    width = (column - _CHIP_GAP - 0.6 * (len(statuses) - 1)) / len(statuses)
    labels = {s: _short(s) for s in statuses}
    if len(statuses) > 1:
        labels = {s: {"realisee": "Réal.", "en_cours": "En c."}.get(s, labels[s]) for s in statuses}
    for number, status in enumerate(statuses):
        fill, left = theme.STATUS[status], x + number * (width + 0.6)
        shapes.tile(page, axes, status, fill, left, middle - _CHIP / 2, width, _CHIP)
        shapes.inside(axes, fill, left + width / 2, middle, labels[status], 6.5)


# --- legibility ----------------------------------------------------------------------

_BASES = {
    "imprime": ("Mot imprimé dans la liste", theme.CATEGORY[0]),
    "fiche": ("Fiche ou liste des phares", theme.CATEGORY[2]),
    "deduit": ("Déduit des totaux", theme.CATEGORY[3]),
    "aucun": ("Non lisible", theme.UNKNOWN),
}
_GROUPS = {"stated": "imprime", "sheet": "fiche", "flagship": "fiche", "deduced": "deduit", "none": "aucun"}  # fmt: skip


def legibility(
    action_statuses: pd.DataFrame,
    actions: pd.DataFrame,
    sections: pd.DataFrame,
    registers: Registers,
    year: int,
) -> Figure:
    """Return what can be read, action by action, and what cannot.

    Parameters
    ----------
    action_statuses, actions, sections : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int

    Returns
    -------
    Figure
        One bar a section in printed order: listed actions by what their status stands on.

    Raises
    ------
    ValueError
        When no action is listed in `year`.
    """
    counted = analysis.legibility(action_statuses, actions, sections, year)
    if counted.empty:
        raise RefusedError(f"Aucune action listée en {year}.")
    merged = action_statuses[action_statuses["year"] == year].merge(
        actions[["action_id", "section_id"]], on="action_id"
    )
    merged["group"] = merged["basis"].astype(str).map(_GROUPS)
    keys = ["section_id", "group"]
    data = (
        merged.assign(
            address="action_statuses:" + merged["status_id"], source_id=merged["source_id"]
        )
        .groupby(keys)
        .agg(
            n=("address", "size"), address=("address", " ".join), source_id=("source_id", _distinct)
        )
        .reset_index()
    )
    names = sections.set_index("section_id")["label"]
    data["section"] = data["section_id"].map(names)
    order = [s for s in counted["section"] if s in set(data["section"])]
    whole = int(data["n"].sum())
    unread = int(data.loc[data["group"] == "aucun", "n"].sum())
    wide = data.pivot_table(index="section", columns="group", values="n", aggfunc="sum")
    wide = wide.reindex(index=order, columns=list(_BASES)).fillna(0).astype(int)
    best = wide["aucun"].idxmin()
    titled = wide.rename(columns={k: label for k, (label, _) in _BASES.items()})
    titled["Total"] = titled.sum(axis=1)
    return Figure(
        name=f"lisibilite-{year}",
        title=f"{unread} des {whole} statuts ne sont pas lisibles dans le bilan {year}",
        unit="Nombre d’actions listées selon ce que l’on peut lire de leur statut",
        data=data,
        value="n",
        draw=lambda page: _draw_legibility(page, wide),
        height=lambda width: _legibility_top(width) + _pitch(width) * len(wide) - 2.0,
        table_=titled.rename_axis("Section").reset_index(),
        alt=(
            f"Barres empilées, une par section. Sur {whole} actions listées, {unread} statuts non "
            f"lisibles ({format_rate(unread / whole)}). Non lisibles par section : "
            + " ; ".join(f"{s} {n}" for s, n in wide["aucun"].items())
            + "."
        ),
        reading=f"dans la section {best}, {wide.loc[best].sum() - wide.loc[best, 'aucun']} des "
        f"{wide.loc[best].sum()} actions listées ont un statut lisible.",
        note="les statuts étaient des marques de couleur, perdues à la lecture ; les totaux imprimés par section font autorité",
        scope=f"les {whole} actions listées dans le bilan {year}.",
        registers=registers,
    )


def _distinct(values: pd.Series) -> str:
    return " ".join(dict.fromkeys(values))


def _legibility_entries() -> list[shapes.Entry]:
    return [(label, "", fill) for label, fill in _BASES.values()]


def _legibility_top(width: float) -> float:
    """Return the height of the legend and of what stands above the first bar."""
    legend = shapes.legend_height(_legibility_entries(), width - 2 * MARGIN)
    return legend + (5.6 if width < NARROW else 2.6)


def _draw_legibility(page: Page, wide: pd.DataFrame) -> None:
    height, base, narrow = page.plot_height, page.bottom, page.narrow
    pitch = _pitch(page.width)
    left = MARGIN + (0 if narrow else max(text_width(s, 8, 600) for s in wide.index) + 2.5)
    room = page.width - MARGIN - left - 10.0
    scale = room / float(wide.sum(axis=1).max())
    canvas = page.canvas_axes()
    shapes.legend(
        page, canvas, _legibility_entries(), MARGIN, height - 0.5, page.width - 2 * MARGIN
    )
    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    top = height - _legibility_top(page.width) - _BAR
    for number, (section, counts) in enumerate(wide.iterrows()):
        y, x = top - number * pitch, 0.0
        for group, count in counts.items():
            long = float(count) * scale
            if long:
                fill = _BASES[str(group)][1]
                shapes.bar(
                    page, axes, str(group), fill, x + shapes.GAP / 2, y, long - shapes.GAP, _BAR
                )
                shapes.inside(axes, fill, x + long / 2, y + _BAR / 2, str(count))
            x += long
        name = {"va": "center_baseline", "size": 8, "weight": 600}
        if narrow:
            page.text(left, base + y + _BAR + 2.2, str(section), **name)
        else:
            page.text(left - 2.0, base + y + _BAR / 2, str(section), ha="right", **name)
        total = {**name, "ha": "right", "tabular": True}
        page.text(page.width - MARGIN, base + y + _BAR / 2, str(int(counts.sum())), **total)
