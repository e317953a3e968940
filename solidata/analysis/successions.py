"""The flagships of a year and those of another: which go on, as far as the tables say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from solidata.analysis.columns import ADDRESS, filled, require, words
from solidata.french import fold
from solidata.problems import NoDataError, RefusedError

SUCCESSIONS = ("continued", "only_before", "only_after")
"""A flagship of both years, and one that nothing links to a flagship of the other year."""

_FLAGSHIPS = ["flagship_id", "year", "rank", "title", "volet", "territory_id", "source_id", "line",
              "printed"]  # fmt: skip
_MENTIONS = ["mention_id", "action_id", "year", "list", "flagship_id", "link"]
_SIDE = ["id", "rank", "title", "volet", "territory"]


def successions(
    flagships: pd.DataFrame,
    mentions: pd.DataFrame,
    lineage: pd.DataFrame,
    before: int,
    after: int,
) -> pd.DataFrame:
    """Return which flagships of a year go on in another, are there no more, or are new.

    Two flagships are one when the lists of flagships name the same action for both (or one that
    ``action_lineage`` makes of it), or print the same title. A likeness is no link.

    Parameters
    ----------
    flagships, mentions, lineage : pandas.DataFrame
        The tables ``flagships``, ``mentions`` and ``action_lineage``.
    before, after : int

    Returns
    -------
    pandas.DataFrame
        One row a pair, then a row for each flagship without one. Columns: ``succession`` (of
        :data:`SUCCESSIONS`), ``basis`` (``action``, ``title`` or ``none``), ``link`` (``stated``,
        or ``inferred`` when an action is linked to a flagship by inference), ``action_ids``;
        ``before_id``, ``before_rank`` (Int64), ``before_title``, ``before_volet``,
        ``before_territory`` and the same ``after_``, missing on the side that has none;
        ``address``, ``source_id``, ``line`` (Int64), ``printed``.

    Raises
    ------
    NoDataError
        When a year has no flagship; the message gives those there are.
    RefusedError
        When `before` does not come first, a column is missing or a flagship is listed twice.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("flagships", "mentions", "action_lineage")]
    >>> found = successions(*tables, 2025, 2026)
    >>> found["succession"].value_counts().to_dict()  # 15 in 2025, 21 in 2026
    {'only_after': 18, 'only_before': 12, 'continued': 3}
    """
    require(flagships, "flagships", _FLAGSHIPS)
    require(mentions, "mentions", _MENTIONS)
    require(lineage, "action_lineage", ["action_id", "successor_id", "year"])
    if before >= after:
        raise RefusedError(f"Donnez l’année la plus ancienne d’abord ; reçu : {before}, {after}.")
    old, new = (_of_year(flagships, year) for year in (before, after))
    later = _later(lineage, before, after)
    of_old = _actions(mentions, before, later)
    of_new = _actions(mentions, after, {})
    rows = []
    for one in old.itertuples():
        for other in new.itertuples():
            linked = _linked(one, other, of_old, of_new)
            rows += [_row(one, other, *linked)] if linked else []
    paired = [{row[f"{side}_id"] for row in rows} for side in ("before", "after")]
    rows += [_row(one, None) for one in old.itertuples() if one.flagship_id not in paired[0]]
    rows += [_row(None, other) for other in new.itertuples() if other.flagship_id not in paired[1]]
    frame = pd.DataFrame(rows)
    return frame.astype({"before_rank": "Int64", "after_rank": "Int64", "line": "Int64"})


def _of_year(flagships: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = flagships[flagships["year"] == year]
    if rows.empty:
        known = sorted(int(y) for y in flagships["year"].dropna().unique())
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(f"Aucune action phare pour {year} ; années connues : {names}.")
    filled(rows, "flagship_id", {"rank": "rang", "title": "intitulé", "volet": "volet"})
    if rows["flagship_id"].duplicated().any():
        raise RefusedError(f"Une action phare de {year} est listée plusieurs fois.")
    return rows.sort_values("rank", kind="stable")


def _later(lineage: pd.DataFrame, before: int, after: int) -> dict[str, set[str]]:
    """Return what each action has become from a year to another, itself not included."""
    rows = lineage[(lineage["year"] >= before) & (lineage["year"] <= after)]
    rows = rows[rows["successor_id"].notna()]
    follows = rows.groupby("action_id")["successor_id"].agg(set).to_dict()
    found = {}
    for action_id in follows:
        seen: set[str] = set()
        ahead = [action_id]
        while ahead:
            more = follows.get(ahead.pop(), set()) - seen
            seen |= more
            ahead += more
        found[action_id] = seen
    return found


Links = dict[str, dict[str, tuple[str, str]]]
"""By flagship, by action: the link and the mention that says it."""


def _actions(mentions: pd.DataFrame, year: int, later: dict[str, set[str]]) -> Links:
    """Return the actions that a list of flagships names, and what they have become."""
    rows = mentions[
        (mentions["year"] == year)
        & (mentions["list"] == "flagship")
        & mentions["flagship_id"].notna()
        & mentions["action_id"].notna()
    ]
    found: Links = {}
    for row in rows.itertuples():
        for action_id in {row.action_id, *later.get(row.action_id, ())}:
            found.setdefault(row.flagship_id, {})[action_id] = (str(row.link), row.mention_id)
    return found


def _linked(one: Any, other: Any, old: Links, new: Links) -> tuple[str, str, str, list[str]] | None:
    """Return (basis, link, actions, mentions) of two flagships that are one, else None."""
    mine, theirs = old.get(one.flagship_id, {}), new.get(other.flagship_id, {})
    if shared := sorted(mine.keys() & theirs.keys()):
        said = [side[a] for a in shared for side in (mine, theirs)]
        link = "stated" if all(word == "stated" for word, _ in said) else "inferred"
        return "action", link, " ".join(shared), [mention for _, mention in said]
    if fold(str(one.title)) == fold(str(other.title)):
        return "title", "stated", "", []
    return None


def _row(
    one: Any,
    other: Any,
    basis: str = "none",
    link: str = "",
    actions: str = "",
    mentions: Sequence[str] = (),
) -> dict[str, object]:
    kind = "continued" if one and other else "only_before" if one else "only_after"
    row: dict[str, object] = {
        "succession": kind,
        "basis": basis,
        "link": link,
        "action_ids": actions,
    }
    for side, flagship in (("before", one), ("after", other)):
        said = (None,) * len(_SIDE) if flagship is None else (
            flagship.flagship_id, flagship.rank, flagship.title, str(flagship.volet),
            None if pd.isna(flagship.territory_id) else flagship.territory_id,
        )  # fmt: skip
        row |= {f"{side}_{name}": value for name, value in zip(_SIDE, said, strict=True)}
    there = [f for f in (one, other) if f is not None]
    address = [f"flagships:{f.flagship_id}" for f in there] + [f"mentions:{m}" for m in mentions]
    row["address"] = words(pd.Series(address))
    row["source_id"] = words(pd.Series([f.source_id for f in there]))
    return row | {name: getattr(there[-1], name) for name in ADDRESS[2:]}


def by_volet(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many flagships each volet and territory has in both years, and how many go on.

    Parameters
    ----------
    found : pandas.DataFrame
        From :func:`successions`.

    Returns
    -------
    pandas.DataFrame
        One row a volet and territory that has a flagship, a side (``before`` or ``after``) and a
        succession. Columns: ``volet``, ``territory`` (missing out of the territorial volet),
        ``side``, ``succession``, ``count`` (int, each flagship once), ``address``, ``source_id``.
    """
    parts = []
    for side in ("before", "after"):
        rows = found[found[f"{side}_id"].notna()].drop_duplicates(f"{side}_id")
        names = {f"{side}_volet": "volet", f"{side}_territory": "territory"}
        rows = rows.rename(columns=names).assign(side=side)
        parts.append(rows[["volet", "territory", "side", "succession", "address", "source_id"]])
    every = pd.concat(parts, ignore_index=True).astype({"volet": object, "territory": object})
    grouped = every.groupby(["volet", "territory", "side", "succession"], sort=False, dropna=False)
    counted = grouped.agg(
        count=("address", "size"), address=("address", words), source_id=("source_id", words)
    )
    return counted.reset_index()
