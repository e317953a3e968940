"""The printed statuses of each section, refused when no chart can draw them."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures.texts import distinct, labelled, too_many
from solidata.french import format_number, plural
from solidata.problems import RefusedError

MAX_SECTIONS = 12
"""Above this the bars take more than a page."""


def counted(status_counts: pd.DataFrame, sections: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the printed statuses of each section, refused when they cannot be drawn or told apart.

    Columns are those of :func:`solidata.analysis.progress.status_by_section`, which says what is
    refused, and a section that lacks a status its total needs. Sums that fail with every status
    printed are drawn as printed: :func:`sums_note` tells them.
    """
    rows = analysis.status_by_section(status_counts, sections, year)
    rows = labelled(rows, "section")
    names = rows.drop_duplicates("section_id")["section"]
    distinct(names)
    printed = rows["section"].value_counts()
    for row in analysis.unequal_sums(rows).itertuples():
        if printed[row.section] < len(analysis.STATUSES):
            raise RefusedError(
                f"{row.section} : les statuts font {format_number(row.counted)} actions et non "
                f"{format_number(row.total)} ; il manque un statut."
            )
    if len(names) > MAX_SECTIONS:
        raise too_many(len(names), MAX_SECTIONS, "sections")
    return rows


def scope_of(total: int, sections: int) -> str:
    """Return « Champ » of a figure of the statuses of some sections."""
    many = plural(sections, "de la section", f"des {sections} sections")
    actions = plural(total, "l’action", f"les {format_number(total)} actions")
    return f"{actions} {many} dont le bilan donne le total."


def sums_note(rows: pd.DataFrame) -> str:
    """Return what the statuses of a section make when it is not its printed total, else nothing."""
    told = [
        f"{row.section}, les statuts font {format_number(row.counted)} "
        f"{plural(row.counted, 'action')} et non {format_number(row.total)}"
        for row in analysis.unequal_sums(rows).itertuples()
    ]
    return f"sommes telles qu’imprimées : {' ; '.join(told)}" if told else ""
