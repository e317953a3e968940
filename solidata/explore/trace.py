"""Where an action comes from, told from the tables: the same as ``solidata.trace`` finds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from solidata.analysis.columns import require
from solidata.explore.actions import YES, Tables
from solidata.french import quote, typography
from solidata.tables import Registers, all_tables


def place(
    source: object, line: object, end: object, titles: dict[str, str], told: object = None
) -> str:
    """Return a document and the lines of it, or the lines alone of the document already told.

    Examples
    --------
    >>> place("bilan", 249, 251, {"bilan": "Le bilan"}), place("autre", pd.NA, pd.NA, {})
    ('Le bilan, lignes 249 à 251', 'autre')
    >>> place("bilan", 478, pd.NA, {}, told="bilan")
    'ligne 478'
    """
    text = titles.get(str(source), str(source))
    if pd.isna(line):  # type: ignore[call-overload]
        return text
    one = pd.isna(end) or end == line  # type: ignore[call-overload]
    lines = f"ligne {line}" if one else f"lignes {line} à {end}"
    return lines if source == told else f"{text}, {lines}"


def lines(action: Any, tables: Tables, titles: dict[str, str], year: int) -> list[tuple[str, str]]:
    """Return what there is to know of an action, each with its heading.

    Parameters
    ----------
    action : row of :func:`solidata.explore.actions.described`
    tables : Tables
    titles : dict of str to str
        Titles of the documents, by ``source_id``.
    year : int

    Returns
    -------
    list of (str, str)
        Plain texts; what is printed is quoted verbatim.
    """
    at = place(action.source_id, action.line, action.line_end, titles)
    told = [("Section", action.section), ("Objectif", typography(action.objective))]
    if action.status_id:
        told += [
            (f"Statut {year}", action.status_label),
            ("Fondement", f"{action.basis_label}. {action.reason}"),
        ]
    else:
        told.append((f"Statut {year}", action.status_label))
    told.append(("Imprimé", f"{quote(action.printed)} ({at})"))
    own = (action.source_id, action.line)
    if action.status_id and (action.status_source, action.status_line) != own:
        there = place(
            action.status_source, action.status_line, action.status_line_end, titles, own[0]
        )
        told.append(("Statut imprimé", f"{quote(action.status_printed)} ({there})"))
    told += _mentions(action, tables, titles, year)
    if action.flagship == YES:
        mine = tables.flagships[tables.flagships["flagship_id"].isin(action.flagships.split())]
        told += [("Action phare", f"{f.rank}. {f.title}") for f in mine.itertuples()]
    if action.territories:
        told.append(("Territoire", action.territories))
    told.append(("En Python", f'solidata.trace("actions", "{action.action_id}")'))
    return [(heading, text) for heading, text in told if text]


def _mentions(
    action: Any, tables: Tables, titles: dict[str, str], year: int
) -> list[tuple[str, str]]:
    """Return the other lines of the year where the action is printed."""
    names = all_tables()["mentions"].field("list").labels
    every = tables.mentions
    mine = every[(every["action_id"] == action.action_id) & (every["year"] == year)]
    told = []
    for m in mine.itertuples():
        if (m.source_id, m.line) != (action.source_id, action.line):
            inferred = ", rattachement inféré" if str(m.link) == "inferred" else ""
            said = f" ; statut {quote(m.status_printed)}" if pd.notna(m.status_printed) else ""
            where = place(m.source_id, m.line, m.line_end, titles, action.source_id)
            told.append((
                names.get(str(m.list), str(m.list)),
                f"{quote(m.printed)} ({where}{inferred}){said}",
            ))  # fmt: skip
    return told


def against(action: Any, registers: Registers) -> list[str]:
    """Return what the register of contradictions says against an action or its status."""
    register = registers.contradictions
    require(register, "contradictions", ["contradiction_id", "topic", "claim_a", "claim_b", "kept", "reason", "affects"])  # fmt: skip
    mine = {f"actions:{action.action_id}", f"action_statuses:{action.status_id}"}
    kept = all_tables()["contradictions"].field("kept").labels
    concerned = [bool(mine & set(str(a).split())) for a in register["affects"].fillna("")]
    touching = register[pd.Series(concerned, index=register.index, dtype=bool)]
    return [
        typography(
            f"{c.topic} ({c.contradiction_id}) – A : {str(c.claim_a).rstrip('.')} ; "
            f"B : {str(c.claim_b).rstrip('.')}. Retenu : {kept.get(str(c.kept), c.kept)}. {c.reason}"
        )
        for c in touching.itertuples()
    ]
