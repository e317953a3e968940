"""What can be read of the status of each action, and what cannot."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.page import MARGIN, NARROW, Page, text_width
from solidata.french import format_rate
from solidata.problems import NoDataError
from solidata.tables import Registers

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
        raise NoDataError(f"Aucune action listée en {year}.")
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
        height=lambda width: _legibility_top(width) + shapes.pitch(width) * len(wide) - 2.0,
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
    pitch = shapes.pitch(page.width)
    left = MARGIN + (0 if narrow else max(text_width(s, 8, 600) for s in wide.index) + 2.5)
    room = page.width - MARGIN - left - 10.0
    scale = room / float(wide.sum(axis=1).max())
    canvas = page.canvas_axes()
    page.names |= {group: label for group, (label, _) in _BASES.items()}
    shapes.legend(
        page, canvas, _legibility_entries(), MARGIN, height - 0.5, page.width - 2 * MARGIN
    )
    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    top = height - _legibility_top(page.width) - shapes.BAR
    for number, (section, counts) in enumerate(wide.iterrows()):
        y = top - number * pitch
        segments = [(str(g), _BASES[str(g)][1], int(n)) for g, n in counts.items()]
        shapes.stack(page, axes, segments, y, scale)
        name = {"va": "center_baseline", "size": 8, "weight": 600}
        if narrow:
            page.text(left, base + y + shapes.BAR + 2.2, str(section), **name)
        else:
            page.text(left - 2.0, base + y + shapes.BAR / 2, str(section), ha="right", **name)
        total = {**name, "ha": "right", "tabular": True}
        page.text(page.width - MARGIN, base + y + shapes.BAR / 2, str(int(counts.sum())), **total)
