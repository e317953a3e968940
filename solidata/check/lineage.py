"""What becomes of actions from one report to the next: no loop, no two fates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

Fault = tuple[str, str, str, object, str]
"""Table, key of the row, column, value, what was expected."""

_ENDS = {"continued", "merged", "replaced", "left_plan"}
"""What an action does not outlive: it is listed in no later report."""


def faults(lineage: pd.DataFrame, statuses: pd.DataFrame) -> list[Fault]:
    """Return what the declared fates of actions say that cannot be.

    Parameters
    ----------
    lineage, statuses : pandas.DataFrame
        The tables ``action_lineage`` and ``action_statuses``, typed.

    Returns
    -------
    list of (table, key, column, value, expected)
        A fate without the successor it needs, or with one it cannot have; two fates in one
        report; an action split into one, or merged alone; a loop; a successor that is listed in
        earlier reports only; an action that outlives its end.
    """
    if lineage.empty:
        return []
    rows = lineage.assign(kind=lineage["kind"].astype(str))
    years = statuses.groupby("action_id")["year"].agg(set).to_dict()
    found = [
        ("action_lineage", row["lineage_id"], column, row[column], expected)
        for _, row in rows.iterrows()
        for column, expected in _row_faults(row, years)
    ]
    found += _one_fate(rows, years) + _one_origin(rows, years) + _loops(rows)
    return found


def _row_faults(row: pd.Series, years: dict[str, set[int]]) -> Iterator[tuple[str, str]]:
    successor, kind, year = row["successor_id"], row["kind"], int(row["year"])
    if kind == "left_plan":
        if pd.notna(successor):
            yield "successor_id", "attendu : vide, puisque l’action sort du plan"
            return
    elif pd.isna(successor):
        yield "successor_id", f"attendu : l’action qui suit, puisque kind vaut {kind}"
        return
    elif successor == row["action_id"]:
        yield "successor_id", "attendu : une autre action ; celle qui garde sa clé n’a pas de ligne"
        return
    own = years.get(row["action_id"], set())
    if own and min(own) > year:
        yield "year", f"attendu : {min(own)} au plus tôt, premier bilan qui liste l’action"
    if kind in _ENDS and own and max(own) > year:
        yield "year", f"attendu : {max(own)} au plus tôt, car l’action y est encore listée"
    then = years.get(successor, set()) if pd.notna(successor) else set()
    if then and max(then) < year:
        yield "successor_id", f"attendu : une action listée en {year} ou après"
    if kind in {"continued", "split"} and then and min(then) < year:
        expected = f"attendu : une action nouvelle en {year} ; celle-ci est listée dès {min(then)}"
        yield "successor_id", f"{expected} (merged, si l’action s’y fond)"


def _one_fate(rows: pd.DataFrame, years: dict[str, set[int]]) -> list[Fault]:
    """Return the actions that have several fates, or an incomplete one, in a report."""
    found: list[Fault] = []
    for (action_id, year), group in rows.groupby(["action_id", "year"], sort=False):
        last = group.iloc[-1]
        key, kinds = last["lineage_id"], list(dict.fromkeys(group["kind"]))
        goes_on = max(years.get(action_id, {0})) >= year
        if len(kinds) > 1:
            expected = (
                f"attendu : un seul sort pour {action_id} en {year}, et non {' et '.join(kinds)}"
            )
            found.append(("action_lineage", key, "kind", last["kind"], expected))
        elif kinds != ["split"] and len(group) > 1:
            expected = (
                f"attendu : une seule suite à {action_id} en {year} (split, si elle se scinde)"
            )
            found.append(("action_lineage", key, "successor_id", last["successor_id"], expected))
        elif kinds == ["split"] and group["successor_id"].duplicated().any():
            expected = f"attendu : des suites différentes à {action_id} en {year}"
            found.append(("action_lineage", key, "successor_id", last["successor_id"], expected))
        elif kinds == ["split"] and len(group) == 1 and not goes_on:
            expected = f"attendu : plusieurs suites à {action_id}, qui n’est plus listée"
            found.append(("action_lineage", key, "kind", "split", expected))
    return found


def _one_origin(rows: pd.DataFrame, years: dict[str, set[int]]) -> list[Fault]:
    """Return the actions that come from others in several ways, or from one that merges alone."""
    found: list[Fault] = []
    followed = rows[rows["successor_id"].notna()]
    for (successor, year), group in followed.groupby(["successor_id", "year"], sort=False):
        last = group.iloc[-1]
        key, kinds = last["lineage_id"], list(dict.fromkeys(group["kind"]))
        was_there = min(years.get(successor, {9999})) < year
        if len(kinds) > 1:
            expected = (
                f"attendu : une seule origine à {successor} en {year}, et non {' et '.join(kinds)}"
            )
            found.append(("action_lineage", key, "kind", last["kind"], expected))
        elif kinds in (["continued"], ["split"]) and group["action_id"].nunique() > 1:
            expected = f"attendu : merged, puisque plusieurs actions deviennent {successor}"
            found.append(("action_lineage", key, "kind", last["kind"], expected))
        elif kinds == ["merged"] and len(group) == 1 and not was_there:
            expected = f"attendu : une autre action fusionnée dans {successor}, ou continued"
            found.append(("action_lineage", key, "kind", "merged", expected))
    return found


def _loops(rows: pd.DataFrame) -> list[Fault]:
    """Return the rows from which one comes back to the same action."""
    follows: dict[str, set[str]] = {}
    for action_id, successor in zip(rows["action_id"], rows["successor_id"], strict=True):
        if pd.notna(successor) and successor != action_id:
            follows.setdefault(action_id, set()).add(successor)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            new = follows.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        return seen

    inside = {action_id for action_id in follows if action_id in reached(action_id)}
    return [
        ("action_lineage", row["lineage_id"], "successor_id", row["successor_id"],
         f"attendu : une suite qui ne ramène pas à {row['action_id']}")
        for _, row in rows.iterrows()
        if row["action_id"] in inside and row["successor_id"] in inside
        and row["action_id"] in reached(row["successor_id"])
    ]  # fmt: skip
