"""The selection as a table to read, and as tables to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from itables.widget import ITable

from solidata.explore.action_words import NOTHING, number
from solidata.explore.actions import FLAGSHIP, printed_at
from solidata.explore.secret import Secret
from solidata.french import typography
from solidata.french.text import NARROW_NO_BREAK_SPACE
from solidata.tables import all_tables

COLUMNS = {
    "action_id": "Identifiant",
    "section": "Section",
    "title": "Intitulé",
    "status_label": "Statut",
    "basis_label": "Fondement du statut",
    "flagship": "Phare",
    "territories": "Territoires",
    "line": "Ligne",
}
_TAKEN = {
    "reason": "Raison du statut",
    "objective": "Objectif",
    "flagships": "Phares",
    "source_id": "Source",
    "lines": "Lignes",
    "printed": "Imprimé",
    "status_source": "Source du statut",
    "status_lines": "Lignes du statut",
    "status_printed": "Statut imprimé",
}
LANGUAGE: dict[str, Any] = {
    "lengthMenu": "_MENU_ lignes par page",
    "emptyTable": NOTHING,
    "zeroRecords": NOTHING,
    "thousands": NARROW_NO_BREAK_SPACE,
    "aria": {
        "orderable": " : trier",
        "orderableReverse": " : inverser l’ordre",
        "orderableRemove": " : ne plus trier",
        "paginate": {"first": "Première page", "last": "Dernière page", "next": "Page suivante",
                     "previous": "Page précédente", "number": "Page "},
    },
}  # fmt: skip

OPTIONS: dict[str, Any] = {
    "allow_html": False,  # a title is text, whatever it holds
    "classes": "compact",
    "style": "width:100%;table-layout:fixed",
    "autoWidth": False,
    "showIndex": False,
    # Its types know no nested words, which DataTables asks for.
    "warn_on_unexpected_option_type": False,
    "maxBytes": 0,  # every row: what is counted is what can be seen
    "language": LANGUAGE,
    # How many there are is said above, once.
    "layout": {"topStart": None, "topEnd": None, "bottomStart": "pageLength", "bottomEnd": "paging"},
    "pageLength": 10,
    "lengthMenu": [10, 25, 50, 200],
    "select": {"style": "single", "info": False, "keys": True},
}  # fmt: skip


def shown_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the table on the screen, with their French headings."""
    told = rows.assign(
        title=rows["title"].map(typography),
        flagship=rows["flagship"].map(FLAGSHIP),
        territories=rows["territories"].replace("", "sans territoire"),
        line=rows["line"].astype("Int64"),
    )
    return told[list(COLUMNS)].rename(columns=COLUMNS).reset_index(drop=True)


def table(rows: pd.DataFrame) -> ITable:
    """Return the table of a selection, in which a row can be chosen."""
    return ITable(_plain(rows), **OPTIONS)


def renew(shown: ITable, rows: pd.DataFrame, chosen: list[int]) -> None:
    """Show another selection, with the same look and these rows chosen."""
    with shown.hold_sync():
        shown.update(_plain(rows), selected_rows=chosen, **OPTIONS)


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the shown columns as itables takes them: no type that it would ask about."""
    frame = shown_columns(rows)
    if frame["Ligne"].notna().all():
        return frame.astype({"Ligne": np.int64})
    return frame.assign(Ligne=frame["Ligne"].astype(object).where(frame["Ligne"].notna(), ""))


def taken(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a selection to take away: what is shown, and where each word is printed."""
    more = rows.assign(
        lines=[printed_at(*cells) for cells in zip(rows["line"], rows["line_end"], strict=True)],
        status_lines=[
            printed_at(*cells)
            for cells in zip(rows["status_line"], rows["status_line_end"], strict=True)
        ],
    )
    more = more[list(_TAKEN)].rename(columns=_TAKEN).reset_index(drop=True)
    return pd.concat([shown_columns(rows).drop(columns="Ligne"), more], axis=1)


def cited(rows: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the documents that print a selection, with their French headings."""
    used = {*rows["source_id"], *rows["status_source"]}
    declared = {f.name: f for f in all_tables()["sources"].fields}
    wanted = [name for name in declared if name in sources.columns]
    mine = sources.loc[sources["source_id"].isin(used), wanted].astype(object)
    for name in wanted:
        if declared[name].categories:
            mine[name] = mine[name].map(declared[name].labels)
    return mine.rename(columns={n: declared[n].title for n in wanted}).reset_index(drop=True)


def masked(
    secret: Secret, values: Mapping[str, Mapping[str, str]], chosen: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Return the counts that may be shown of the sections and statuses chosen, with their totals."""
    sections, statuses = (
        {v: label for v, label in values[name].items() if v in (chosen[name] or [v])}
        for name in ("section", "status")
    )
    named = [([key], label) for key, label in sections.items()]
    asked = [[key] for key in statuses] + [list(statuses)]
    rows = [
        [label, *(number(secret.count(keys, those)) for those in asked)]
        for keys, label in [*named, (list(sections), "Ensemble")]
    ]
    return pd.DataFrame(rows, columns=["Section", *statuses.values(), "Ensemble"])
