"""The printed statuses of each section, refused when no chart can draw them."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.figures.texts import distinct, labelled, too_many
from solidata.french import format_number, plural

MAX_SECTIONS = 12
"""Above this the bars take more than a page."""


def counted(status_counts: pd.DataFrame, sections: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the printed statuses of each section, refused when they cannot be drawn or told apart.

    Columns are those of :func:`solidata.analysis.progress.status_by_section`, which says, with
    :func:`solidata.analysis.progress.check_sums`, what is refused.
    """
    rows = analysis.status_by_section(status_counts, sections, year)
    rows = labelled(rows, "section")
    names = rows.drop_duplicates("section_id")["section"]
    distinct(names)
    analysis.check_sums(rows)
    if len(names) > MAX_SECTIONS:
        raise too_many(len(names), MAX_SECTIONS, "sections")
    return rows


def scope_of(total: int, sections: int) -> str:
    """Return « Champ » of a figure of the statuses of some sections."""
    many = plural(sections, "de la section", f"des {sections} sections")
    actions = plural(total, "l’action", f"les {format_number(total)} actions")
    return f"{actions} {many} dont le bilan donne le total."
