"""What a new report may get wrong: its year, and the identifiers it carries over.

Each function yields ``(table, key, column, value, expected)``, for the build to name the place
and for the check of a draft to say it early.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from solidata.french import fold, join_lines, quote

Frames = dict[str, pd.DataFrame]
Fault = tuple[str, str, str, str | None, str]

LISTED = ("table", "focus", "alliance")
"""The lists of a report that name every action, from year to year."""

_STATUSES = ("realisee", "en_cours", "reportee", "supprimee")
_ENOUGH = 1 / 3


def year_of(source_id: str) -> int | None:
    """Return the one year that a document's name bears, if it bears one.

    Examples
    --------
    >>> year_of("bilan-2026")
    2026
    >>> year_of("presentation-2024-2028") is None
    True
    """
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", source_id)
    return int(years[0]) if len(years) == 1 else None


def misdated(tables: Frames) -> Iterator[Fault]:
    """Yield the rows of a report that are of another year than it can speak of.

    A report whose name bears a year counts the actions of this year, and announces nothing
    beyond the next; two reports do not count the same year.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``sources``, ``status_counts``, ``mentions`` and ``flagships``.
    """
    sources = tables["sources"]
    reports = sources.loc[sources["kind"].astype(str) == "rapport", "source_id"]
    counts = tables["status_counts"]
    counts = counts[counts["status"].isin(_STATUSES)]
    first: dict[int, str] = {}
    for source_id in reports:
        own = year_of(source_id)
        rows = counts[counts["source_id"] == source_id]
        for key, year in zip(rows["count_id"], rows["year"].astype(int), strict=True):
            if own is not None and year != own:
                expected = f"attendu : {own}, l’année dont {source_id} rend compte"
            elif first.setdefault(year, source_id) != source_id:
                expected = f"année déjà là : {first[year]} en rend compte ; attendu : un seul bilan par année"
            else:
                continue
            yield "status_counts", str(key), "year", str(year), expected
        if own is None or rows.empty:
            continue
        for name, key in (("mentions", "mention_id"), ("flagships", "flagship_id")):
            dated = tables[name]
            dated = dated[(dated["source_id"] == source_id) & (dated["year"].astype(int) > own + 1)]
            for bad, year in zip(dated[key], dated["year"], strict=True):
                expected = f"attendu : {own}, l’année du bilan, ou {own + 1} pour ce qu’il annonce"
                yield name, str(bad), "year", str(year), expected


def published_twice(department_budget: pd.DataFrame) -> Iterator[Fault]:
    """Yield the budgets that two documents give for one year, stage and scope, neither repeating.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name, or raw rows of it.
    """
    every = department_budget
    scopes = dict(zip(every["block_id"], every["scope"].astype(str), strict=True))
    said_once = every["repeats"].map(_empty).astype(bool)  # of a plan with no budget, none
    rows = every[said_once & (every["scope"].astype(str) != "hors_total")]
    parents = rows["parent_id"].map(lambda key: scopes.get(key, ""))
    tops = rows[parents != rows["scope"].astype(str)]
    tops = tops.assign(**{c: tops[c].astype(str) for c in ("year", "stage", "scope")})
    for (year, _, _), same in tops.groupby(["year", "stage", "scope"], sort=False):
        documents = list(dict.fromkeys(same["source_id"]))
        # The report of the year is the one that the others confirm.
        documents.sort(key=lambda source_id: year_of(source_id) != int(year))
        first = same[same["source_id"] == documents[0]]
        if len(documents) > 1 and len(first) == 1:
            kept = first.iloc[0]
            for key in same.loc[same["source_id"] != documents[0], "block_id"]:
                expected = (
                    f"budget déjà donné par {documents[0]} pour {year} ; attendu : {kept['block_id']}, "
                    "pour qu’il ne compte pas deux fois"
                )
                yield "department_budget", str(key), "repeats", None, expected


def _empty(cell: object) -> bool:
    return pd.isna(cell) or cell == ""


def _words(title: str) -> set[str]:
    return set(re.findall(r"\w{4,}", fold(title)))


def _shared(title: str, other: str) -> float:
    """Return the share of the words of the shorter title that the other has."""
    ours, theirs = _words(title), _words(other)
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def reused(
    mentions: pd.DataFrame, titles: Mapping[str, str], declared: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the mentions whose identifier is that of another action.

    A report reprints the titles of the last one almost word for word: the two of one action
    share most of their words, those of two actions of a section a third at most 9 times of 10
    (measured on the report of 2025). A title rewritten is told by ``link`` (``inferred``) or by
    a word in ``note``.

    Parameters
    ----------
    mentions : pandas.DataFrame
        The table of this name, or raw rows of it.
    titles : mapping of action_id to title
        The titles known.
    declared : mapping of action_id to source_id
        The document that declares each action: it cannot contradict itself.
    """
    here = mentions[mentions["list"].isin(LISTED) & (mentions["link"].astype(str) == "stated")]
    for row in here.to_dict("records"):
        action_id, printed = row["action_id"], row["printed"]
        known = titles.get(action_id)
        if (
            known is None
            or not printed
            or not _empty(row["note"])
            or declared[action_id] == row["source_id"]
        ):
            continue
        title = join_lines(printed)
        if _shared(title, known) >= _ENOUGH:
            continue
        best = max(titles, key=lambda a: _shared(title, titles[a]))
        hint = (
            f" (l’intitulé ressemble à celui de {best})"
            if _shared(title, titles[best]) > 0.5
            else ""
        )
        yield (
            "mentions", row["mention_id"], "action_id", action_id,
            f"identifiant de l’action {quote(known)}, imprimé devant {quote(title)} ; attendu : un nouvel "
            f"identifiant (et ce que devient l’ancienne action, dans action_lineage), ou une remarque si "
            f"l’action est la même{hint}",
        )  # fmt: skip
