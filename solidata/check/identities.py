"""Arithmetic the documents allow: both sides, the difference, and the contradiction it names.

General families (:mod:`solidata.check.families`) are found without declaration; what is special
to one document is declared in ``identity_rules`` with references ``table:key``. An identity that
fails stays in the table, and names the contradiction that records it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from solidata.check.expressions import evaluate
from solidata.check.families import FAMILIES, Frames, Identity, identity
from solidata.check.integrity import Places
from solidata.problems import SourceError
from solidata.tables import all_tables

__all__ = ["evaluate", "identities"]


def _declared(tables: Frames, places: Places | None) -> Iterator[Identity]:
    places = places or Places({})
    problems = []
    known: dict[str, dict[str, float]] = {}
    for rule in tables["identity_rules"].to_dict("records"):
        sides: dict[str, float] = {}
        for side in ("left", "right"):
            try:
                sides[side] = evaluate(rule[side], tables, known)
            except (KeyError, ValueError, ZeroDivisionError) as error:
                problems.append(
                    places.problem(
                        "identity_rules", rule["identity_id"], side, rule[side], str(error.args[0])
                    )
                )
        if len(sides) == 2:
            yield identity(
                "declaree",
                rule["identity_id"],
                rule["label"],
                f"{rule['left']} {rule['relation']} {rule['right']}",
                sides["left"],
                sides["right"],
                relation=str(rule["relation"]),
                note=rule["note"] if pd.notna(rule["note"]) else "",
            )
    if problems:
        raise SourceError(problems)


def identities(tables: Frames, places: Places | None = None) -> pd.DataFrame:
    """Return the table ``identities``: both sides of each, the difference, and the contradiction.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The typed tables.
    places : Places, optional
        Where their rows stand in the raw files, for messages.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``identities``, untyped.

    Raises
    ------
    SourceError
        When a declared identity cannot be evaluated.
    """
    rows = [row for family in FAMILIES for row in family(tables)]
    rows += _declared(tables, places)
    frame = pd.DataFrame(rows, columns=[f.name for f in all_tables()["identities"].fields])
    named = (
        tables["contradictions"]
        .dropna(subset=["identity_id"])
        .groupby("identity_id")["contradiction_id"]
    )
    recorded = named.agg(" ".join).to_dict()
    frame["contradiction_id"] = [recorded.get(name, "") for name in frame["identity_id"]]
    return frame
