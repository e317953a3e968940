"""Arithmetic the documents allow: both sides, the difference, and the contradiction it names.

General families (:mod:`solidata.check.families`) are found without declaration; what is special
to one document is declared in ``identity_rules`` with references ``table:key``. An identity that
fails stays in the table, and names the contradiction that records it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from solidata.check.expressions import evaluate
from solidata.check.families import FAMILIES, Identity, identity
from solidata.check.integrity import Places
from solidata.problems import SourceError
from solidata.tables import all_tables
from solidata.tables.rows import Rows

__all__ = ["evaluate", "identities"]


def _declared(tables: Rows, places: Places | None) -> Iterator[Identity]:
    places = places or Places({})
    problems = []
    known: dict[str, dict[str, float]] = {}
    for rule in tables["identity_rules"]:
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
                relation=rule["relation"],
                note=rule["note"] or "",
            )
    if problems:
        raise SourceError(problems)


def identities(tables: Rows, places: Places | None = None) -> pd.DataFrame:
    """Return the table ``identities``: both sides of each, the difference, and the contradiction.

    Parameters
    ----------
    tables : Rows
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
    found = [row for family in FAMILIES for row in family(tables)]
    found += _declared(tables, places)
    recorded: dict[str, str] = {}
    for row in tables["contradictions"]:
        if name := row["identity_id"]:
            said = recorded.get(name)
            recorded[name] = (
                f"{said} {row['contradiction_id']}" if said else row["contradiction_id"]
            )
    for row in found:
        row["contradiction_id"] = recorded.get(row["identity_id"], "")
    return pd.DataFrame(found, columns=all_tables()["identities"].names)
