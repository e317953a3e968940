"""How many live within a distance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from solidata.analysis import access as analysis
from solidata.figures import curves, lines, theme
from solidata.figures.frame import Figure
from solidata.figures.page import MARGIN, Page
from solidata.figures.texts import breakable, distinct, title, too_many
from solidata.french import format_number, format_rate, plural, quote
from solidata.problems import RefusedError
from solidata.tables import Registers


def coverage_curve(
    data: pd.DataFrame,
    registers: Registers,
    name: str,
    scope: str,
    of: str = "des habitants",
    to: str = "du plus proche accueil",
    mark: float = 10.0,
    step: bool = True,
    note: str = "",
    x: str = "distance_km",
    y: str = "share",
    group: str = "group",
    findings: Sequence[str] = (),
    each: str = "",
) -> Figure:
    """Return the share of a population within each distance, a line a group.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a group and distance: `x` in kilometres, `y` a fraction from 0 to 1 that never
        falls, `group`; with ``address``, ``source_id``, and if known ``line`` and ``printed``.
    registers : Registers
    name, scope : str
        Stem of the files, and « Champ ».
    of, to : str
        Whose share, and from what, as they stand in a sentence.
    mark : float
        The distance, in kilometres, that the title tells of.
    step : bool
        Whether a share holds until the next known distance; straight lines otherwise.
    note : str
        Added to « Distances à vol d’oiseau ».
    x, y, group : str
        Names of the columns.
    findings : sequence of str
        Titles to choose from: the first that is short enough, else one that is composed.
    each : str
        What a line is, as the unit says it: « une courbe par canton ».

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is nothing to draw, more than four groups, a missing, negative or infinite
        distance, a share out of 0-1 or one that falls as distance grows; when `mark` is not
        positive, or farther than what is known of a group, or, without steps, no known distance.
    """
    _check_coverage(data, x, y, group)
    _check_mark(data, mark, step, x, y, group)
    groups = list(dict.fromkeys(data[group]))
    if len(groups) > len(curves.CURVES):
        raise too_many(len(groups), len(curves.CURVES), "courbes")
    breakable(groups)
    distinct(curves.curve_names(groups, min(theme.PRESETS.values()) - MARGIN - _LEFT))
    near = analysis.within(data, mark, x, y, group)
    best, least = near.idxmax(), near.idxmin()
    km = f"{format_number(mark)} km"
    one = f"{format_rate(near[best])} {of} sont à moins de {km} {to}"
    short = f"{format_rate(near[best])} {of} sont à moins de {km}"
    several = f"À moins de {km} : de {format_rate(near[least])} ({least}) à {format_rate(near[best])} ({best}) {of}"
    if near[best] == near[least]:
        several = f"{short}, dans les {len(groups)} groupes"
    between = several.removesuffix(f" {of}")
    fewer = f"À moins de {km} : de {format_rate(near[least])} à {format_rate(near[best])} selon les groupes"
    ends = data.sort_values([x, y]).groupby(group, sort=False).tail(1).set_index(group)
    words = [
        f"{g} : {format_rate(near[g])} à moins de {km}, {format_rate(ends.loc[g, y])} à moins de "
        f"{format_number(math.ceil(round(10 * float(ends.loc[g, x]), 6)) / 10)} km"
        for g in groups
    ]
    wide = data.pivot_table(index=x, columns=group, values=y, aggfunc="max")[groups].ffill() * 100
    wide.columns = [f"{g} (%)" for g in groups]
    reading = f"{format_rate(near[groups[0]])} {of}"
    reading += f" ({groups[0]})" if len(groups) > 1 else ""
    return Figure(
        name=name,
        title=title(*findings, one, short) if len(groups) == 1 else title(*findings, several, between, fewer),
        unit=f"Part {of}, en %, selon la distance {to}, en kilomètres à vol d’oiseau{each and f' ; {each}'}",
        data=data.reset_index(drop=True),
        value=y,
        draw=lambda page: _draw_coverage(page, data, x, y, group, mark, step),
        height=lambda width: 58.0 if width < 120 else 74.0,
        table_=wide.rename_axis("Distance (km)").reset_index().round(3),
        alt=f"{len(groups)} {plural(len(groups), 'courbe', 'courbes')}. {'. '.join(words)}.",
        reading=f"{reading} sont à moins de {km} {to}.",
        note="distances à vol d’oiseau" + (f". {note[:1].upper()}{note[1:]}" if note else ""),
        scope=scope,
        registers=registers,
    )  # fmt: skip


def _check_coverage(data: pd.DataFrame, x: str, y: str, group: str) -> None:
    missing = [c for c in (x, y, group) if c not in data]
    if missing:
        raise RefusedError(f"Colonnes absentes : {', '.join(missing)}.")
    if data.empty:
        raise RefusedError("Aucune donnée à tracer.")
    if data[[x, y, group]].isna().any().any():
        raise RefusedError("Une distance, une part ou un groupe manque.")
    if not all(pd.api.types.is_numeric_dtype(data[c]) for c in (x, y)):
        raise RefusedError("Une distance ou une part n’est pas un nombre.")
    if np.isinf(data[x].astype(float)).any():
        raise RefusedError("Une distance est infinie.")
    if (data[group].astype(str).str.strip() == "").any():
        raise RefusedError("Un groupe n’a pas de nom.")
    if (data[x] < 0).any():
        raise RefusedError("Une distance est négative.")
    if not data[y].between(0, 1).all():
        raise RefusedError("Une part n’est pas comprise entre 0 et 1.")
    # At one distance the greatest of the cumulated shares holds.
    if (data.sort_values([x, y]).groupby(group)[y].diff() < 0).any():
        raise RefusedError("Une part diminue quand la distance augmente.")


def _check_mark(data: pd.DataFrame, mark: float, step: bool, x: str, y: str, group: str) -> None:
    """Refuse a distance of which the data say nothing: the title would tell of it."""
    if not (math.isfinite(mark) and mark > 0):
        raise RefusedError("La distance dont parle le titre est un nombre positif de kilomètres.")
    for name, rows in data.groupby(group, observed=True):
        known = float(rows[x].max())
        if mark > known and rows[y].max() < 1:
            raise RefusedError(
                f"{quote(name)} n’est connu que jusqu’à {format_number(known)} km : la part à moins "
                f"de {format_number(mark)} km ne l’est pas."
            )
        # A straight line says more between two distances than the title, which interpolates nothing.
        if not step and mark not in set(rows[x].astype(float)):
            raise RefusedError(
                f"Sans paliers, {format_number(mark)} km doit être une distance connue de {quote(name)}."
            )


_LEFT = 11.0
"""Millimetres left of the curves, for the shares."""


def _draw_coverage(
    page: Page, data: pd.DataFrame, x: str, y: str, group: str, mark: float, step: bool
) -> None:
    wide = page.width - MARGIN - _LEFT
    axes = page.axes(_LEFT, 5.5, wide, page.plot_height - 9.5)
    groups = list(dict.fromkeys(data[group]))
    written = [lines.plain(name) for name in curves.curve_names(groups, wide)]
    page.names |= dict(zip(map(str, groups), written, strict=True))
    page.marks += curves.draw_curves(axes, data, x, y, group, mark, step)
