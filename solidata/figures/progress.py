"""Drawings of how far the plan is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solidata.analysis.progress import STATUSES
from solidata.french import format_rate
from solidata.tables import all_tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Two hues for what is under way or done, a warm pair for what is not: told apart in grey and
# under the three colour-blindness simulations; each segment carries its number besides.
COLOURS = {
    "realisee": "#1b5e7b",
    "en_cours": "#8ec4d6",
    "reportee": "#f2c063",
    "supprimee": "#a8442a",
}
_INK = {"realisee": "white", "en_cours": "#1a1a1a", "reportee": "#1a1a1a", "supprimee": "white"}


WIDTH_MM, HEIGHT_MM = 170.0, 98.0
MM_PER_INCH = 25.4
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 5.0, 20.0, 14.0  # margins, mm


def _axes(new: Figure) -> Axes:
    """Return axes inside margins in millimetres: a print size is exact."""
    left, bottom = _LEFT / WIDTH_MM, _BOTTOM / HEIGHT_MM
    return new.add_axes((left, bottom, 1 - left - _RIGHT / WIDTH_MM, 1 - bottom - _TOP / HEIGHT_MM))


def finding(overall: pd.DataFrame, year: int) -> str:
    """Return the title of the figure: what is open or done, computed from the printed totals."""
    counts = overall.set_index("status")["count"]
    total = int(overall["total"].iloc[0])
    running = int(counts["en_cours"])
    return f"En {year}, {running} actions sur {total} sont en cours et {int(counts['realisee'])} réalisées"


def status_by_section(by_section: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the printed statuses of each section as stacked bars, n/N at the end.

    Parameters
    ----------
    by_section : pandas.DataFrame
        From :func:`solidata.analysis.progress.status_by_section`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Lengths are shares of each section's total, so that sections of 14 and 30 actions compare;
        numbers are actions.

    Raises
    ------
    ValueError
        When `by_section` is empty.

    Examples
    --------
    >>> import solidata
    >>> from solidata.analysis import progress
    >>> frame = progress.status_by_section(solidata.load("status_counts"), solidata.load("sections"), 2025)
    >>> status_by_section(frame).get_xlim()
    (0.0, 1.0)
    """
    from matplotlib.figure import Figure as NewFigure

    if by_section.empty:
        raise ValueError("Aucune section à dessiner.")
    if ax is None:
        ax = _axes(new=NewFigure(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH)))
    labels = all_tables()["action_statuses"].field("status").labels
    sections = list(dict.fromkeys(by_section["section"]))
    places = {section: len(sections) - 1 - i for i, section in enumerate(sections)}
    for status in STATUSES:
        rows = by_section[by_section["status"] == status].set_index("section")
        before = by_section[by_section["status"] < status].groupby("section")["share"].sum()
        lefts = [float(before.get(section, 0.0)) for section in rows.index]
        ax.barh(
            [places[s] for s in rows.index],
            rows["share"].astype(float),
            left=lefts,
            height=0.72,
            color=COLOURS[status],
            edgecolor="white",
            linewidth=0.8,
            label=labels[status],
        )
        for section, left, share, count in zip(
            rows.index, lefts, rows["share"], rows["count"], strict=True
        ):
            if count:
                ax.text(
                    left + share / 2,
                    places[section],
                    str(count),
                    ha="center",
                    va="center",
                    color=_INK[status],
                    fontsize=8,
                )
    totals = by_section.drop_duplicates("section").set_index("section")["total"]
    ax.set_yticks(list(places.values()), [f"{s} ({totals[s]})" for s in places], fontsize=8)
    ax.set_xlim(0, 1)
    ax.set_xticks(
        [0, 0.25, 0.5, 0.75, 1], [format_rate(x) for x in (0, 0.25, 0.5, 0.75, 1)], fontsize=7
    )
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=4,
        frameon=False,
        fontsize=7,
        handlelength=1,
        handletextpad=0.5,
        columnspacing=1.1,
        borderaxespad=0.3,
    )
    return ax


def figure_by_section(
    by_section: pd.DataFrame, overall: pd.DataFrame, sources: pd.DataFrame, year: int
) -> Figure:
    """Return the printable figure: finding, unit, bars, and the source of the plotted rows.

    Parameters
    ----------
    by_section, overall : pandas.DataFrame
        From :mod:`solidata.analysis.progress`.
    sources : pandas.DataFrame
        The table ``sources``.
    year : int

    Returns
    -------
    matplotlib.figure.Figure
        170 mm wide.
    """
    ax = status_by_section(by_section)
    figure = ax.get_figure()
    assert figure is not None
    figure = figure.figure  # type: ignore[assignment]  # the figure itself, were it a subfigure
    titles = sources.set_index("source_id")["title"]
    read = sorted(set(by_section["source_id"]))
    lines = sorted(int(line) for line in by_section["line"])
    where = " ; ".join(
        f"{titles[s]}, totaux imprimés lignes {lines[0]} à {lines[-1]}" for s in read
    )
    x, line = 3 / WIDTH_MM, 1 / HEIGHT_MM
    figure.text(x, 1 - 3 * line, finding(overall, year), va="top", fontsize=11, fontweight="bold")
    figure.text(
        x,
        1 - 9 * line,
        "Part des actions de chaque section, en % ; nombre d’actions dans les barres",
        va="top",
        fontsize=8,
    )
    figure.text(x, 3 * line, f"Source : {where}.", va="bottom", fontsize=6.5)
    return figure  # type: ignore[return-value]
