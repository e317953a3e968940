"""Rates of two years, at printed and at constant scope; what next year's will be out of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from solidata.analysis import flows as flowing
from solidata.analysis import progress
from solidata.analysis.columns import require, words
from solidata.analysis.flows import ILLEGIBLE
from solidata.problems import RefusedError

GOING = ("realisee", "en_cours")
"""Done or under way: the share that the plan follows."""
ENSEMBLE = "ensemble"


def rates(
    status_counts: pd.DataFrame,
    sections: pd.DataFrame,
    found: pd.DataFrame,
    before: int,
    after: int,
    statuses: Sequence[str] = GOING,
) -> pd.DataFrame:
    """Return the share of actions with some statuses in two years, by section and over all.

    Parameters
    ----------
    status_counts, sections : pandas.DataFrame
        The tables of these names: printed totals are the authority for counts.
    found : pandas.DataFrame
        From :func:`solidata.analysis.flows.flows`, for the same years: which actions are the same.
    before, after : int
    statuses : sequence of str
        Of :data:`solidata.analysis.progress.STATUSES`.

    Returns
    -------
    pandas.DataFrame
        One row a section printed in either year, in printed order, then ``ensemble``. Columns:
        ``section_id``, ``section``; ``n_before``, ``total_before``, ``n_after``, ``total_after``
        (Int64, missing when a year prints no total) and their quotients ``rate_before``,
        ``rate_after`` (fractions); ``points`` (percentage points, one rate less the other) and
        ``relative`` (fraction of the first rate: 20 % to 30 % is +10 points and +50 %);
        ``appeared`` and ``gone`` (int, listed actions of one year only, merged and split ones
        included); ``scope_changed`` (bool: any of these, or another total); ``same_total`` (int,
        actions of both years in the same section), ``same_n_before``, ``same_n_after`` (Int64) and
        ``same_points``: the change at constant scope, as printed when the scope is the same, else
        missing when it holds no action or one whose status cannot be read; ``illegible`` (int, how
        many of these); ``address``, ``source_id``.

    Raises
    ------
    NoDataError
        When a year prints no totals by status.
    RefusedError
        When a status is unknown, a column missing, or a total cannot be counted.
    """
    if unknown := set(statuses) - set(progress.STATUSES):
        known = ", ".join(progress.STATUSES)
        raise RefusedError(f"Statut {', '.join(sorted(unknown))} inconnu ; au choix : {known}.")
    require(found, "flows", ["flow", "before_id", "after_id", "section_before", "status_before"])
    sides = {
        "before": _printed(status_counts, sections, before, statuses),
        "after": _printed(status_counts, sections, after, statuses),
    }
    order = sections.sort_values("order").set_index("section_id")["label"]
    there = [s for s in order.index if any(s in side.index for side in sides.values())]
    rows = [_row(s, str(order[s]), [s], sides, found, statuses) for s in there]
    rows.append(_row(ENSEMBLE, "Ensemble", there, sides, found, statuses))
    frame = pd.DataFrame(rows)
    whole = [f"{c}_{s}" for s in ("before", "after") for c in ("n", "total", "same_n")]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def _printed(
    status_counts: pd.DataFrame, sections: pd.DataFrame, year: int, statuses: Sequence[str]
) -> pd.DataFrame:
    """Return, by section, the printed actions with some statuses and all of them."""
    rows = progress.status_by_section(status_counts, sections, year)
    rows = rows.assign(address="status_counts:" + rows["count_id"].astype(str))
    asked = rows[rows["status"].isin(statuses)]
    return pd.DataFrame(
        {
            "total": rows.groupby("section_id")["total"].first(),
            "n": asked.groupby("section_id")["count"].sum(),
            "address": asked.groupby("section_id")["address"].agg(words),
            "source_id": rows.groupby("section_id")["source_id"].agg(words),
        }
    ).fillna({"n": 0, "address": ""})


def _row(
    section_id: str,
    label: str,
    members: list[str],
    sides: dict[str, pd.DataFrame],
    found: pd.DataFrame,
    statuses: Sequence[str],
) -> dict[str, object]:
    row: dict[str, object] = {"section_id": section_id, "section": label}
    rate = {}
    for side, printed in sides.items():
        here = printed[printed.index.isin(members)]
        n, total = int(here["n"].sum()), int(here["total"].sum())
        row |= {f"n_{side}": n, f"total_{side}": total} if total else {
            f"n_{side}": None, f"total_{side}": None}  # fmt: skip
        rate[side] = row[f"rate_{side}"] = n / total if total else np.nan
    points, relative = _change(rate["before"], rate["after"])
    row |= {"points": points, "relative": relative}
    row |= _scope(members, found, statuses)
    other_total = row["total_before"] != row["total_after"]
    row["scope_changed"] = bool(row["appeared"] or row["gone"] or other_total)
    if not row["scope_changed"] and row["same_total"] == row["total_before"]:
        # The printed counts are those of these very actions, legible one by one or not.
        row |= {f"same_n_{side}": row[f"n_{side}"] for side in sides} | {"same_points": points}
    for column in ("address", "source_id"):
        row[column] = words(
            pd.concat([s.loc[s.index.isin(members), column] for s in sides.values()])
        )
    return row


def _change(before: float, after: float) -> tuple[float, float]:
    """Return a change in percentage points, and as a fraction of what it starts from.

    Examples
    --------
    >>> [round(c, 9) for c in _change(0.2, 0.3)]
    [10.0, 0.5]
    """
    return 100 * (after - before), (after - before) / before if before else np.nan


def _scope(members: list[str], found: pd.DataFrame, statuses: Sequence[str]) -> dict[str, object]:
    """Return what two years have in common in some sections, and the change at constant scope."""
    old, new = found["section_before"].isin(members), found["section_after"].isin(members)
    same = found[found["flow"].isin(flowing.ONE_TO_ONE) & old & new]
    gone = set(found.loc[old, "before_id"]) - set(same["before_id"])
    appeared = set(found.loc[new, "after_id"]) - set(same["after_id"])
    unread = (same["status_before"] == ILLEGIBLE) | (same["status_after"] == ILLEGIBLE)
    row: dict[str, object] = {
        "appeared": len(appeared), "gone": len(gone), "same_total": len(same),
        "illegible": int(unread.sum()), "same_n_before": None, "same_n_after": None,
        "same_points": np.nan,
    }  # fmt: skip
    if len(same) and not unread.any():
        n = [int(same[f"status_{side}"].isin(statuses).sum()) for side in ("before", "after")]
        row |= {"same_n_before": n[0], "same_n_after": n[1]}
        row["same_points"] = 100 * (n[1] - n[0]) / len(same)
    return row


def next_totals(
    status_counts: pd.DataFrame,
    sections: pd.DataFrame,
    statuses: pd.DataFrame,
    actions: pd.DataFrame,
    lineage: pd.DataFrame,
    year: int,
) -> pd.DataFrame:
    """Return what the actions of a year will be out of the next one, as far as its report says.

    Parameters
    ----------
    status_counts, sections, statuses, actions, lineage : pandas.DataFrame
        The tables ``status_counts``, ``sections``, ``action_statuses``, ``actions`` and
        ``action_lineage``.
    year : int

    Returns
    -------
    pandas.DataFrame
        One row a section in printed order, then ``ensemble``. Columns: ``section_id``,
        ``section``, ``total`` (printed), ``leaving`` (actions marked as leaving the plan,
        by an asterisk or by a declared fate), ``unknown`` (whose mark cannot be read), ``low`` and ``high`` (int): the total of the next
        year if all of the unknown leave, and if none does. New actions would come on top.

    Raises
    ------
    NoDataError
        When no report prints totals for `year`.
    RefusedError
        When a column is missing or a total cannot be counted.

    Examples
    --------
    >>> import solidata
    >>> names = ("status_counts", "sections", "action_statuses", "actions", "action_lineage")
    >>> frame = next_totals(*map(solidata.load, names), 2025).set_index("section_id")
    >>> frame.loc["autonomie", ["total", "unknown", "low", "high"]].tolist()  # 30 - 30, 30 - 0
    [30, 30, 0, 30]
    """
    printed = progress.status_by_section(status_counts, sections, year)
    require(statuses, "action_statuses", ["action_id", "year"])
    require(actions, "actions", ["action_id", "section_id", "leaves_plan"])
    require(lineage, "action_lineage", ["action_id", "kind", "year"])
    there = actions[actions["action_id"].isin(statuses.loc[statuses["year"] == year, "action_id"])]
    marks = there["action_id"].map(flowing.asterisks(actions, statuses, year))
    fates = lineage[(lineage["year"] == year) & (lineage["kind"].astype(str) == "left_plan")]
    marks = marks.mask(there["action_id"].isin(fates["action_id"]), "yes")
    frame = printed.drop_duplicates("section_id")[["section_id", "section", "total"]]
    for column, mark in (("leaving", "yes"), ("unknown", "unknown")):
        marked = there.loc[marks == mark, "section_id"].value_counts()
        frame[column] = frame["section_id"].map(marked).fillna(0)
    numbers = ["total", "leaving", "unknown"]
    frame = frame.astype(dict.fromkeys(numbers, int))
    frame["high"] = (frame["total"] - frame["leaving"]).clip(lower=0)
    frame["low"] = (frame["high"] - frame["unknown"]).clip(lower=0)
    numbers += ["low", "high"]
    whole = pd.DataFrame([{"section_id": ENSEMBLE, "section": "Ensemble", **frame[numbers].sum()}])
    return pd.concat([frame, whole], ignore_index=True)[["section_id", "section", *numbers]]
