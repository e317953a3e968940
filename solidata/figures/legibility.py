"""What can be read of the status of each action, and what cannot."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures import shapes, theme
from solidata.figures.counted import MAX_SECTIONS
from solidata.figures.frame import Figure
from solidata.figures.page import MARGIN, NARROW, Page
from solidata.figures.texts import distinct, labelled, too_many
from solidata.french import format_number, format_rate, listed, plural
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
    NoDataError
        When no action is listed in `year`.
    ValueError
        When a table cannot be counted (see :func:`solidata.analysis.progress.legibility`), labels
        are the same or too long, or there are more than
        :data:`~solidata.figures.counted.MAX_SECTIONS` sections.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("action_statuses", "actions", "sections")]
    >>> legibility(*tables, solidata.load_registers(), 2025).check()
    []
    """
    counted = analysis.legibility(action_statuses, actions, sections, year)
    if counted.empty:
        raise NoDataError(f"Aucune action listée en {year}.")
    counted = labelled(counted, "section")
    distinct(counted["section"])
    if len(counted) > MAX_SECTIONS:
        raise too_many(len(counted), MAX_SECTIONS, "sections")
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
    names = labelled(sections, "label").set_index("section_id")["label"]
    data["section"] = data["section_id"].map(names)
    order = list(counted["section"])
    whole = int(data["n"].sum())
    unread = int(data.loc[data["group"] == "aucun", "n"].sum())
    wide = data.pivot_table(index="section", columns="group", values="n", aggfunc="sum")
    wide = wide.reindex(index=order, columns=list(_BASES)).fillna(0).astype(int)
    best = wide["aucun"].idxmin()
    of_all = plural(whole, "l’action listée", f"les {format_number(whole)} actions listées")
    titled = wide.rename(columns={k: label for k, (label, _) in _BASES.items()})
    titled["Total"] = titled.sum(axis=1)
    return Figure(
        name=f"lisibilite-{year}",
        title=f"{_unread(unread, whole)} dans le bilan {year}",
        unit="Nombre d’actions listées selon ce que l’on peut lire de leur statut",
        data=data,
        value="n",
        draw=lambda page: _draw(page, wide),
        height=lambda width: (
            _top(width, wide)
            + shapes.Names.of(map(str, wide.index), width).height
            - (shapes.Names.of(["x"], width).pitch - shapes.BAR)
            + _TOTAL
        ),
        table_=titled.rename_axis("Section").reset_index(),
        alt=(
            f"Barres empilées, une par section. Sur {format_number(whole)} {plural(whole, 'action listée', 'actions listées')}, "
            f"{format_number(unread)} {plural(unread, 'statut non lisible', 'statuts non lisibles')} "
            f"({format_rate(unread / whole)}). Non lisibles par section : "
            + " ; ".join(f"{s} {format_number(n)}" for s, n in wide["aucun"].items())
            + "."
        ),
        reading=f"dans la section {best}, {_read(wide.loc[best])}.",
        note=_UNREAD_NOTE if unread else "",
        scope=f"{of_all} dans le bilan {year}.",
        registers=registers,
    )


_UNREAD_NOTE = (
    "un statut n’est pas lisible quand le texte lu n’en garde ni mot ni marque ; les totaux "
    "imprimés par section font autorité"
)


def _unread(unread: int, whole: int) -> str:
    """Return how many statuses cannot be read, as a title says it."""
    if not unread:
        return plural(
            whole, "Le statut est lisible", f"Les {format_number(whole)} statuts sont lisibles"
        )
    verb = plural(unread, "n’est pas lisible", "ne sont pas lisibles")
    return f"{format_number(unread)} des {format_number(whole)} statuts {verb}"


def _distinct(values: pd.Series) -> str:
    return " ".join(dict.fromkeys(values))


_SAID = {
    "imprime": ("est imprimé", "sont imprimés"),
    "fiche": (
        "se lit sur une fiche ou dans la liste des phares",
        "se lisent sur une fiche ou dans la liste des phares",
    ),
    "deduit": ("est déduit des totaux", "sont déduits des totaux"),
    "aucun": ("n’est pas lisible", "ne sont pas lisibles"),
}


def _read(counts: pd.Series) -> str:
    """Return what the statuses of a section stand on: « 10 statuts sur 14 sont imprimés »."""
    whole = int(counts.sum())
    said = [f"{n} {plural(n, *_SAID[str(g)])}" for g, n in counts.items() if n]
    return f"sur {whole} {plural(whole, 'statut')}, {listed(said)}"


def _entries(wide: pd.DataFrame) -> list[shapes.Entry]:
    """Return the keys, each with its number of actions and its share of all."""
    counts = wide.sum()
    whole = int(counts.sum())
    return [
        (label, f"{format_number(int(counts[g]))} ({format_rate(counts[g] / whole)})", fill)
        for g, (label, fill) in _BASES.items()
    ]


def _top(width: float, wide: pd.DataFrame) -> float:
    """Return the height of the legend and of what stands above the first bar."""
    legend = shapes.legend_height(_entries(wide), width - 2 * MARGIN)
    return legend + (5.6 if width < NARROW else 5.0)


_TOTAL = 8.6
"""Millimetres of the row of all sections."""


def _draw(page: Page, wide: pd.DataFrame) -> None:
    height, base, narrow = page.plot_height, page.bottom, page.narrow
    names = shapes.Names.of(map(str, wide.index), page.width, "Ensemble")
    left, right = names.left, page.width - MARGIN
    room = right - left - 10.0
    scale = room / float(wide.sum(axis=1).max())
    canvas = page.canvas_axes()
    page.names |= {group: label for group, (label, _) in _BASES.items()}
    shapes.legend(page, canvas, _entries(wide), MARGIN, height - 0.5, page.width - 2 * MARGIN)
    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    top = height - _top(page.width, wide) - shapes.BAR
    total = {"va": "center_baseline", "size": 8, "weight": 600, "ha": "right", "tabular": True}
    head = {"size": 7, "color": theme.SOFT_INK, "ha": "right"}
    page.text(right, base + top + shapes.BAR + 1.6, "Total", **head)
    lowest = top
    for (_, counts), (lines, y) in zip(wide.iterrows(), names.bars(top), strict=True):
        segments = [(str(g), _BASES[str(g)][1], int(n)) for g, n in counts.items()]
        shapes.stack(page, axes, segments, y, scale)
        names.write(page, lines, y)
        whole = format_number(int(counts.sum()))
        page.text(right, base + y + shapes.BAR / 2, whole, **total)
        lowest = y
    if not narrow:
        ends = [lowest - 1, top + shapes.BAR + 1]
        axes.plot([0, 0], ends, color=theme.INK, linewidth=0.8, clip_on=False)
    page.rule(base + lowest - 2.2)
    y = base + lowest - 5.4
    name = {"va": "center_baseline", "size": 8, "weight": 700, "ha": "left" if narrow else "right"}
    page.text(left if narrow else left - 2.0, y, "Ensemble", **name)
    total["weight"] = 700
    page.text(right, y, format_number(int(wide.to_numpy().sum())), **total)
