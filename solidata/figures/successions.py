"""The flagships of a year and of the next, by volet and territory: which go on."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import successions as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import MARGIN, NARROW, Page, text_width
from solidata.figures.texts import distinct, labelled
from solidata.figures.theme import Fill
from solidata.french import format_number, listed, plural
from solidata.tables import Registers

_CLASSES: dict[str, tuple[str, Fill]] = {
    "continued": ("Se poursuit", theme.HIGHLIGHT),
    "only_before": ("Sans suite établie", theme.CONTEXT),
    "only_after": ("Sans précédent établi", theme.CATEGORY[1]),
}
_SIDES = ("before", "after")


def succession(
    flagships: pd.DataFrame,
    mentions: pd.DataFrame,
    lineage: pd.DataFrame,
    volets: pd.DataFrame,
    territories: pd.DataFrame,
    registers: Registers,
    before: int,
    after: int,
) -> Figure:
    """Return the flagships of two years by volet and territory, those that go on told apart.

    Parameters
    ----------
    flagships, mentions, lineage, volets, territories : pandas.DataFrame
        The tables ``flagships``, ``mentions``, ``action_lineage``, ``volets`` and
        ``territories``.
    registers : Registers
    before, after : int

    Returns
    -------
    Figure
        Two bars a volet or territory; lengths are numbers of flagships. Only what the tables link
        goes on (see :func:`solidata.analysis.successions.successions`), which is told as a minimum.

    Raises
    ------
    NoDataError
        When a year has no flagship.
    RefusedError
        As :func:`solidata.analysis.successions.successions`.

    Examples
    --------
    >>> import solidata
    >>> names = ("flagships", "mentions", "action_lineage", "volets", "territories")
    >>> succession(*map(solidata.load, names), solidata.load_registers(), 2025, 2026).check()
    []
    """
    territories = labelled(territories, "label")
    found = analysis.successions(flagships, mentions, lineage, before, after)
    counts = _grouped(analysis.by_volet(found), volets, territories)
    old, new = (int(found[f"{side}_id"].nunique()) for side in _SIDES)
    going = found[found["succession"] == "continued"]
    kept = int(going["before_id"].nunique())
    return Figure(
        name=f"phares-{before}-{after}",
        title=_title(kept, old, new, before, after),
        unit=f"Nombre d’actions phares de {before} et de {after}, par volet et territoire",
        data=counts[["group", "side", "succession", "count", "address", "source_id"]],
        value="count",
        draw=lambda page: _draw(page, counts, (before, after)),
        height=lambda width: _height(width, counts),
        table_=_table(counts, (before, after)),
        alt=_alt(counts, (before, after)),
        reading=_reading(going, before, after),
        note=_note(found, going, territories, before, after),
        scope=f"les {format_number(old)} actions phares de {before} et les {format_number(new)} de {after}.",
        registers=registers,
    )


def _grouped(counts: pd.DataFrame, volets: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with the French name of their volet or territory, in order."""
    labels_of = dict(zip(volets["volet_id"], volets["label"], strict=True))
    names = dict(zip(territories["territory_id"], territories["label"], strict=True))
    rank = {pair: n for n, pair in enumerate((v, t) for v in labels_of for t in (*names, None))}
    pairs = [
        (v, None if pd.isna(t) else t)
        for v, t in zip(counts["volet"], counts["territory"], strict=True)
    ]
    labels = [f"{labels_of[v]}, {names.get(t, t)}" if t else labels_of[v] for v, t in pairs]
    frame = counts.assign(group=labels, order=[rank.get(pair, len(rank)) for pair in pairs])
    frame["class"] = frame["succession"].map({c: n for n, c in enumerate(_CLASSES)})
    distinct(dict.fromkeys(labels))
    by = ["order", "group", "side", "class"]
    return frame.sort_values(by, ascending=[True, True, False, True], ignore_index=True)


# --- words -----------------------------------------------------------------------------


def _title(kept: int, old: int, new: int, before: int, after: int) -> str:
    among = f"parmi {'la seule' if new == 1 else f'les {format_number(new)}'} de {after}"
    if not kept:
        return f"Aucune suite établie aux {format_number(old)} phares de {before} {among}"
    verb = plural(kept, "se poursuit", "se poursuivent")
    return (
        f"Au moins {format_number(kept)} des {format_number(old)} phares de {before} {verb} {among}"
    )


def _reading(going: pd.DataFrame, before: int, after: int) -> str:
    if going.empty:
        return ""
    row = going.iloc[0]
    return (
        f"l’action phare\u00a0{row['before_rank']} de {before} se poursuit : c’est l’action "
        f"phare\u00a0{row['after_rank']} de {after}."
    )


def _note(
    found: pd.DataFrame, going: pd.DataFrame, territories: pd.DataFrame, before: int, after: int
) -> str:
    notes = [
        "se poursuit ce qui renvoie à la même action du schéma, ou porte le même intitulé ; une "
        "ressemblance n’est pas un lien"
    ]
    count = len(going)
    if inferred := int((going["link"] == "inferred").sum()):
        of = _among(inferred, count, ("ce lien", "ces"), "liens")
        notes.append(f"{of} {plural(inferred, 'est inféré', 'sont inférés')}")
    moved = int((going["before_volet"] != going["after_volet"]).sum())
    if moved:
        of = _among(
            moved,
            count,
            ("l’action phare qui se poursuit", "les"),
            "actions phares qui se poursuivent",
        )
        notes.append(
            f"{of} {plural(moved, 'change', 'changent')} de volet d’une liste à l’autre : les volets "
            "des deux années ne se comparent pas"
        )
    for side, year in zip(_SIDES, (before, after), strict=True):
        there = set(found[f"{side}_territory"].dropna())
        absent = territories.loc[~territories["territory_id"].isin(there), "label"].tolist()
        if there and absent:
            notes.append(f"aucune action phare de {year} n’est rangée sous {listed(absent)}")
        elif not there:
            notes.append(f"la liste de {year} ne range aucune action phare par territoire")
    return sentences(notes)


def _among(part: int, whole: int, every: tuple[str, str], words: str) -> str:
    """Return « 2 des 3 liens », « ces 3 liens » for all of them, « ce lien » for the only one."""
    if part < whole:
        return f"{format_number(part)} des {format_number(whole)} {words}"
    return every[0] if whole == 1 else f"{every[1]} {format_number(whole)} {words}"


def _table(counts: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    rows = []
    for group, part in counts.groupby("group", sort=False):
        row: dict[str, object] = {"Volet": group}
        for side, year in zip(_SIDES, years, strict=True):
            here = part[part["side"] == side].set_index("succession")["count"]
            row[f"{year}"] = int(here.sum())
            for name in ("continued", f"only_{side}"):
                row[f"{year}, {_CLASSES[name][0].lower()}"] = int(here.get(name, 0))
        rows.append(row)
    return pd.DataFrame(rows)


def _alt(counts: pd.DataFrame, years: tuple[int, int]) -> str:
    told = []
    for group, part in counts.groupby("group", sort=False):
        ends = []
        for side, year in zip(_SIDES, years, strict=True):
            here = part[part["side"] == side].set_index("succession")["count"]
            kept = int(here.get("continued", 0))
            detail = f", dont {kept} {plural(kept, 'qui se poursuit', 'qui se poursuivent')}"
            ends.append(f"{int(here.sum())} en {year}{detail if kept else ''}")
        told.append(f"{group} : {' ; '.join(ends)}")
    return f"Barres empilées, deux par volet ou territoire. {'. '.join(told)}."


# --- drawing ---------------------------------------------------------------------------

_PAIR = 2 * shapes.BAR + 1.2
_GAP = 4.6
_NAME = 5.0
"""Above the bars, on one column."""


def _entries(counts: pd.DataFrame) -> list[shapes.Entry]:
    seen = set(counts["succession"])
    return [(label, "", fill) for name, (label, fill) in _CLASSES.items() if name in seen]


def _height(width: float, counts: pd.DataFrame) -> float:
    groups = counts["group"].nunique()
    legend = shapes.legend_height(_entries(counts), width - 2 * MARGIN) + 2.5
    return legend + groups * (_PAIR + _GAP + (_NAME if width < NARROW else 0.0)) + 0.5


def _draw(page: Page, counts: pd.DataFrame, years: tuple[int, int]) -> None:
    groups = list(dict.fromkeys(counts["group"]))
    entries = _entries(counts)
    canvas, height, base = page.canvas_axes(), page.plot_height, page.bottom
    shapes.legend(page, canvas, entries, MARGIN, height - 0.5, page.width - 2 * MARGIN)
    page.names |= {name: label for name, (label, _) in _CLASSES.items()}
    names = 0.0 if page.narrow else max(text_width(g, 8, 600) for g in groups) + 4.0
    year = max(text_width(str(y), 7.5) for y in years) + 2.0
    left = MARGIN + names + year
    room = page.width - MARGIN - left - 7.0
    totals = counts.groupby(["group", "side"])["count"].sum()
    scale = room / float(totals.max())
    axes = page.axes(left, 0, room, height)
    axes.set(xlim=(0, room), ylim=(0, height))
    axes.axis("off")
    y = height - shapes.legend_height(entries, page.width - 2 * MARGIN) - 2.5
    style = {"size": 7.5, "va": "center_baseline"}
    for group in groups:
        if page.narrow:
            page.text(MARGIN, base + y - 1.8, group, size=8, weight=600, va="center_baseline")
            y -= _NAME
        else:
            middle = base + y - _PAIR / 2
            page.text(MARGIN, middle, group, size=8, weight=600, va="center_baseline")
        axes.plot([0, 0], [y + 0.6, y - _PAIR - 0.6], color=theme.INK, linewidth=0.8, clip_on=False)
        for side, of in zip(_SIDES, years, strict=True):
            y -= shapes.BAR
            here = counts[(counts["group"] == group) & (counts["side"] == side)]
            kinds = zip(here["succession"], here["count"].astype(int), strict=True)
            shapes.stack(page, axes, [(k, _CLASSES[k][1], n) for k, n in kinds], y, scale)
            whole = int(here["count"].sum())
            line = base + y + shapes.BAR / 2
            page.text(left - 1.6, line, str(of), ha="right", color=theme.SOFT_INK, **style)
            page.text(left + whole * scale + 1.4, line, format_number(whole), tabular=True, **style)
            y -= 1.2
        y -= _GAP - 1.2
