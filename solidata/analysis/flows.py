"""What actions become from one report to another: status flows that add up to both reports.

An action keeps its identifier from year to year; where it does not, ``action_lineage`` says what
happened. An action that the first report deletes leaves the plan; one that is gone without a word
is shown as such, never taken for done.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from solidata.analysis.columns import filled, require, words
from solidata.french import listed
from solidata.problems import NoDataError, RefusedError

FLOWS = ("kept", "continued", "merged", "split", "replaced", "appeared", "left_plan", "vanished")
"""What may happen to an action; the first is to keep its identifier, the last to be gone unsaid."""
BASES = ("key", "lineage", "asterisk", "status", "none")
"""On what a flow rests: an identifier, a declared fate, an asterisk, a deletion, or nothing."""
ILLEGIBLE = "non_lisible"
"""A status that is printed and cannot be read."""
GONE = ("left_plan", "vanished")
_DELETED = "supprimee"
ONE_TO_ONE = ("kept", "continued")
"""The flows of one action to one action: these are present in both years."""

_STATUSES = ["status_id", "action_id", "year", "status", "basis", "source_id", "line", "printed"]
_LINEAGE = ["lineage_id", "action_id", "successor_id", "kind", "year", "source_id"]
_ACTIONS = ["action_id", "section_id", "leaves_plan"]
_COLUMNS = [
    "flow", "basis", "before_id", "after_id", "section_before", "section_after", "status_before",
    "status_after", "basis_before", "basis_after", "before_share", "after_share", "asterisk",
    "address", "source_id", "line", "printed",
]  # fmt: skip


def asterisks(actions: pd.DataFrame, statuses: pd.DataFrame, year: int) -> pd.Series:
    """Return by action what the asterisk of the report of `year` says, missing where it says nothing.

    An action has one row, written from the first report that lists it: its asterisk is that
    report's, and tells nothing of what a later one marks. The later one writes ``action_lineage``.

    Examples
    --------
    >>> actions = pd.DataFrame({"action_id": ["EF-01", "EF-02"], "leaves_plan": ["yes", "yes"]})
    >>> rows = [("EF-01", 2025), ("EF-01", 2026), ("EF-02", 2026)]
    >>> told = pd.DataFrame(rows, columns=["action_id", "year"])
    >>> asterisks(actions, told, 2026).dropna().to_dict()
    {'EF-02': 'yes'}
    """
    marks = actions.drop_duplicates("action_id").set_index("action_id")["leaves_plan"]
    first = statuses.groupby("action_id")["year"].min().reindex(marks.index)
    return marks.astype(object).where(first == year)


def years(statuses: pd.DataFrame) -> list[int]:
    """Return the years whose report lists actions, in order.

    Examples
    --------
    >>> import solidata
    >>> 2025 in years(solidata.load("action_statuses"))
    True
    """
    require(statuses, "action_statuses", ["year"])
    return sorted(int(year) for year in statuses["year"].dropna().unique())


def _of_year(statuses: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the statuses of a year by action, refused when there are none or two for one."""
    rows = statuses[statuses["year"] == year]
    if rows.empty:
        known = ", ".join(map(str, years(statuses))) or "aucune"
        raise NoDataError(f"Aucune action listée en {year} ; années connues : {known}.")
    filled(rows, "status_id", {"action_id": "action", "status": "statut", "source_id": "source"})
    twice = rows.loc[rows["action_id"].duplicated(), "action_id"].unique()
    if len(twice):
        raise RefusedError(f"Plusieurs statuts en {year} pour {listed(map(str, twice[:3]))}.")
    rows = rows.astype({"status": "str", "basis": "str"})
    return rows.set_index("action_id", drop=False)


def flows(
    statuses: pd.DataFrame,
    actions: pd.DataFrame,
    lineage: pd.DataFrame,
    before: int,
    after: int,
) -> pd.DataFrame:
    """Return what each action listed in a year became in another, and where the others come from.

    Parameters
    ----------
    statuses, actions, lineage : pandas.DataFrame
        The tables ``action_statuses``, ``actions`` and ``action_lineage``. Actions that a plan
        renumbers have the same flows whether they keep their keys or have new ones and a lineage.
    before, after : int
        Two years of :func:`years`, not necessarily one after the other.

    Returns
    -------
    pandas.DataFrame
        One row for each action of `before` and action of `after` that it becomes, and for each
        that has none. Columns: ``flow`` (of :data:`FLOWS`), ``basis`` (of :data:`BASES`),
        ``before_id``, ``after_id``, ``section_before``, ``section_after``, ``status_before``,
        ``status_after``, ``basis_before`` and ``basis_after`` (on what the status rests), each
        missing on a side that has no action; ``before_share`` and ``after_share`` (float: one over
        the number of rows of the action on that side, so that they sum to the number of actions
        each report lists); ``asterisk`` (``yes``, ``unknown`` or missing: whether the plan said it
        would go); ``address``, ``source_id``, ``line``, ``printed`` of the statuses and lineage.

    Raises
    ------
    NoDataError
        When a report lists no action in one of the years.
    RefusedError
        When `before` does not come first, an action has two statuses in a year, a lineage goes
        round in circles, or a column is missing.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("action_statuses", "actions", "action_lineage")]
    >>> flows(*tables, 2025, 2099)
    Traceback (most recent call last):
    solidata.problems.NoDataError: Aucune action listée en 2099 ; années connues : 2025.
    """
    require(statuses, "action_statuses", _STATUSES)
    require(actions, "actions", _ACTIONS)
    require(lineage, "action_lineage", _LINEAGE)
    if before >= after:
        raise RefusedError(f"Donnez l’année la plus ancienne d’abord ; reçu : {before}, {after}.")
    old, new = _of_year(statuses, before), _of_year(statuses, after)
    said = actions.drop_duplicates("action_id").set_index("action_id")
    said = said.assign(leaves_plan=asterisks(actions, statuses, before))
    fates = lineage[(lineage["year"] >= before) & (lineage["year"] <= after)]
    fates = fates.assign(kind=fates["kind"].astype(str)).sort_values("year", kind="stable")
    by_action = dict(list(fates.groupby("action_id", sort=False)))
    pairs = [
        (action_id, *end)
        for action_id in old.index
        for end in _ends(action_id, by_action, set(old.index), set(new.index), ())
    ]
    pairs = [_explained(pair, said["leaves_plan"], old["status"]) for pair in pairs]
    reached = {pair[1] for pair in pairs}
    pairs += [(None, a, "appeared", "none", ()) for a in new.index if a not in reached]
    rows = [_row(pair, old, new, said) for pair in pairs]
    frame = pd.DataFrame(rows, columns=[c for c in _COLUMNS if not c.endswith("_share")])
    for side in ("before", "after"):
        count = frame.groupby(f"{side}_id")[f"{side}_id"].transform("size")
        frame[f"{side}_share"] = (1 / count).reindex(frame.index).fillna(0.0)
    return frame[_COLUMNS].astype({"line": "Int64"})


def renamed(lineage: pd.DataFrame, before: int, after: int) -> dict[str, str]:
    """Return the last identifier, in `after`, of each action that goes on under another since `before`.

    Examples
    --------
    >>> fate = {"action_id": "EF-03", "successor_id": "EF-12", "kind": "continued", "year": 2026}
    >>> renamed(pd.DataFrame([fate]), 2025, 2026)
    {'EF-03': 'EF-12'}
    """
    rows = lineage[(lineage["year"] > before) & (lineage["year"] <= after)]
    rows = rows[rows["kind"].astype(str) == "continued"]
    follows = dict(zip(rows["action_id"], rows["successor_id"], strict=True))
    found = dict(follows)
    for _ in follows:  # a chain has no more links than there are fates
        found = {action_id: follows.get(last, last) for action_id, last in found.items()}
    return found


def unsaid(found: pd.DataFrame) -> list[str]:
    """Return the actions that are gone without a word, in the order of the first report.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`flows`.

    Examples
    --------
    >>> unsaid(pd.DataFrame({"flow": ["kept", "vanished"], "before_id": ["SA-01", "SA-02"]}))
    ['SA-02']
    """
    return list(dict.fromkeys(found.loc[found["flow"] == "vanished", "before_id"]))


_FINAL = ("realisee", _DELETED)
"""What an action does not come back from."""


def backward(found: pd.DataFrame) -> pd.DataFrame:
    """Return the actions done or deleted in the first report, and otherwise in the second.

    Either report may be right: both are to be read again.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`flows`.

    Returns
    -------
    pandas.DataFrame
        Columns ``before_id``, ``status_before`` and ``status_after``, texts, a row an action.

    Examples
    --------
    >>> one = {"before_id": ["SA-01"], "status_before": ["supprimee"], "status_after": ["en_cours"]}
    >>> len(backward(pd.DataFrame(one)))
    1
    """
    rows = found[["before_id", "status_before", "status_after"]].astype(object)
    before, after = rows["status_before"], rows["status_after"]
    said = after.notna() & (after != ILLEGIBLE)
    turned = rows[before.isin(_FINAL) & said & (after != before)]
    return turned.drop_duplicates().reset_index(drop=True).astype(str)


End = tuple[str | None, str, str, tuple[str, ...]]
"""The action of the later year, the flow, its basis, the rows of the lineage that say so."""


def _ends(
    action_id: str,
    fates: dict[str, pd.DataFrame],
    old: set[str],
    new: set[str],
    path: tuple[str, ...],
    told: tuple[tuple[str, str], ...] = (),
) -> Iterator[End]:
    """Yield what an action has become, following its fates from report to report."""
    if action_id in path:
        raise RefusedError(f"La filiation de {path[0]} tourne en rond : {' → '.join(path)}.")
    rows = fates.get(action_id)
    kinds = [kind for kind, _ in told]
    flow = next((k for k in kinds if k != "continued"), "continued" if kinds else "kept")
    ids = tuple(lineage_id for _, lineage_id in told)
    basis = "lineage" if told else "key"
    if rows is not None:
        # A part that the first report lists already is nothing that the action became since.
        rows = rows[~((rows["kind"] == "split") & rows["successor_id"].isin(old))]
    if action_id in new:
        parts = rows[rows["kind"] == "split"] if rows is not None else None
        split = parts is not None and len(parts) > 0
        own = tuple(parts["lineage_id"]) if split and parts is not None else ()
        yield (
            action_id,
            "split" if split and flow in ONE_TO_ONE else flow,
            "lineage" if split else basis,
            ids + own,
        )
        rows = parts
    elif rows is None or rows.empty:
        yield None, "vanished", "none", ids
    if rows is None:
        return
    for row in rows.itertuples():
        if row.kind == "left_plan":
            yield None, "left_plan", "lineage", (*ids, row.lineage_id)
        else:
            step = (*told, (row.kind, row.lineage_id))
            yield from _ends(row.successor_id, fates, old, new, (*path, action_id), step)


Pair = tuple[str | None, str | None, str, str, tuple[str, ...]]


def _explained(pair: Pair, leaves: pd.Series, status: pd.Series) -> Pair:
    """Return a pair that vanished as one that left the plan, when the first report said so."""
    action_id, end, flow, _, ids = pair
    if flow != "vanished" or ids:
        return pair
    if str(leaves.get(action_id)) == "yes":
        return action_id, end, "left_plan", "asterisk", ids
    if status.get(action_id) == _DELETED:
        return action_id, end, "left_plan", "status", ids
    return pair


def _row(
    pair: Pair, old: pd.DataFrame, new: pd.DataFrame, actions: pd.DataFrame
) -> dict[str, object]:
    before, after, flow, basis, lineage_ids = pair
    row: dict[str, object] = {"flow": flow, "basis": basis, "before_id": before, "after_id": after}
    found = []
    for side, action_id, frame in (("before", before, old), ("after", after, new)):
        told = frame.loc[action_id] if action_id is not None else None
        section = actions["section_id"].get(action_id) if action_id is not None else None
        row[f"section_{side}"] = section
        row[f"status_{side}"] = None if told is None else told["status"]
        row[f"basis_{side}"] = None if told is None else told["basis"]
        found += [] if told is None else [told]
    leaves = actions["leaves_plan"].get(before) if before is not None else None
    row["asterisk"] = None if pd.isna(leaves) else str(leaves)
    statuses = [f"action_statuses:{told['status_id']}" for told in found]
    row["address"] = " ".join([*statuses, *(f"action_lineage:{i}" for i in lineage_ids)])
    row["source_id"] = words(pd.Series([told["source_id"] for told in found]))
    row["line"], row["printed"] = found[-1]["line"], found[-1]["printed"]
    return row


# --- counting --------------------------------------------------------------------------


def matrix(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many actions went from a status to another.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`flows`.

    Returns
    -------
    pandas.DataFrame
        One row a pair of ends that occurs. Columns: ``start`` (a status, or ``appeared``), ``end``
        (a status, ``left_plan`` or ``vanished``), ``count`` (int, rows of `found`: an action split
        in two counts in both), ``address`` and ``source_id`` of these rows.

    Examples
    --------
    >>> row = {"flow": "kept", "status_before": "en_cours", "status_after": "realisee",
    ...     "address": "action_statuses:A.2025 action_statuses:A.2026", "source_id": "bilan"}
    >>> matrix(pd.DataFrame([row, row]))[["start", "end", "count"]].values.tolist()
    [['en_cours', 'realisee', 2]]
    """
    ends = found.assign(
        start=found["status_before"].where(found["flow"] != "appeared", "appeared"),
        end=found["status_after"].where(~found["flow"].isin(GONE), found["flow"]),
    )
    grouped = ends.groupby(["start", "end"], sort=False)
    counted = grouped.agg(
        count=("flow", "size"), address=("address", words), source_id=("source_id", words)
    )
    return counted.reset_index()


def totals(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many actions each report lists by status, each once.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`flows`.

    Returns
    -------
    pandas.DataFrame
        Columns ``status``, ``before`` and ``after`` (int): their sums are the numbers of actions
        that the two reports list.
    """
    sides = {
        side: found.drop_duplicates(f"{side}_id").groupby(f"status_{side}")[f"{side}_id"].count()
        for side in ("before", "after")
    }
    frame = pd.DataFrame(sides).fillna(0).astype(int)
    return frame.rename_axis("status").reset_index()
