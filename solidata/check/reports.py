"""What a new report may get wrong: its year, and the identifiers it carries over.

Each function yields ``(table, key, column, value, expected)``, for the build to name the place
and for the check of a draft to say it early.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from solidata.clean.statuses import REPORTED
from solidata.french import fold, join_lines, quote
from solidata.tables.rows import Row, Rows, grouped

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


def misdated(tables: Rows) -> Iterator[Fault]:
    """Yield the rows of a report that are of another year than it can speak of.

    A report whose name bears a year counts the actions of this year, and announces nothing
    beyond the next, where what it observes ends too; two reports do not count the same year.

    Parameters
    ----------
    tables : Rows
        ``sources``, ``status_counts``, ``mentions``, ``flagships`` and ``observations``, typed or
        raw.
    """
    first: dict[int, str] = {}
    for source_id in (s["source_id"] for s in tables["sources"] if s["kind"] == "rapport"):
        own, counted = year_of(source_id), False
        for row in tables["status_counts"]:
            if row["source_id"] != source_id or row["status"] not in _STATUSES:
                continue
            counted, year = True, int(row["year"])
            if own is not None and year != own:
                expected = f"attendu : {own}, l’année dont {source_id} rend compte"
            elif first.setdefault(year, source_id) != source_id:
                expected = f"année déjà là : {first[year]} en rend compte ; attendu : un seul bilan par année"
            else:
                continue
            yield "status_counts", row["count_id"], "year", str(year), expected
        if own is None or not counted:
            continue
        announced = f"attendu : {own}, l’année du bilan, ou {own + 1} pour ce qu’il annonce"
        for row in tables["flagships"]:
            if row["source_id"] == source_id and int(row["year"]) > own + 1:
                yield "flagships", row["flagship_id"], "year", str(row["year"]), announced
        mine = (row for row in tables["mentions"] if row["source_id"] == source_id)
        yield from _of_another_year(mine, own, announced, tables["flagships"])
        here = (row for row in tables["observations"] if row["source_id"] == source_id)
        yield from _not_yet(here, own)


def _of_another_year(
    mentions: Iterable[Row], own: int, announced: str, flagships: Iterable[Row]
) -> Iterator[Fault]:
    """Yield the mentions of a year that their list, or their flagship, is not of."""
    of_flagship = {row["flagship_id"]: int(row["year"]) for row in flagships}
    for row in mentions:
        year, wanted = int(row["year"]), of_flagship.get(row["flagship_id"])
        if row["list"] in REPORTED:
            if year != own:
                expected = f"attendu : {own}, l’année du bilan"
                yield "mentions", row["mention_id"], "year", str(year), expected
        elif wanted is not None and wanted != year:
            expected = f"attendu : {wanted}, l’année de l’action phare {row['flagship_id']}"
            yield "mentions", row["mention_id"], "year", str(year), expected
        elif year > own + 1:
            yield "mentions", row["mention_id"], "year", str(year), announced


def _not_yet(observations: Iterable[Row], own: int) -> Iterator[Fault]:
    """Yield what the report of `own` says observed after the year that follows."""
    expected = (
        f"attendu : une période observée avant la fin de {own + 1}, ou kind = planned ou target"
    )
    for row in observations:
        for column in ("period_start", "period_end"):
            day = str(row[column] or "")
            if row["kind"] == "observed" and day[:4] > str(own + 1):
                yield "observations", row["observation_id"], column, day, expected


def published_twice(department_budget: Iterable[Row]) -> Iterator[Fault]:
    """Yield the budgets that two documents give for one year, stage and scope, neither repeating.

    Parameters
    ----------
    department_budget : iterable of Row
        The rows of this table.
    """
    every = {row["block_id"]: row for row in department_budget}
    # The blocks at the top of each scope, but those that say whom they repeat.
    tops = [
        row
        for row in every.values()
        if not row["repeats"] and row["scope"] != "hors_total"
        if row["parent_id"] not in every or every[row["parent_id"]]["scope"] != row["scope"]
    ]
    for (year, _, _), same in grouped(tops, "year", "stage", "scope").items():
        documents = list(dict.fromkeys(row["source_id"] for row in same))
        # The report of the year is the one that the others confirm.
        documents.sort(key=lambda source_id: year_of(source_id) != int(year))
        first = [row for row in same if row["source_id"] == documents[0]]
        if len(documents) == 1 or len(first) > 1:
            continue
        for row in same:
            if row["source_id"] != documents[0]:
                expected = (
                    f"budget déjà donné par {documents[0]} pour {year} ; attendu : {first[0]['block_id']}, "
                    "pour qu’il ne compte pas deux fois"
                )
                yield "department_budget", row["block_id"], "repeats", None, expected


def _words(title: str) -> set[str]:
    return set(re.findall(r"\w{4,}", fold(title)))


def _shared(title: str, other: str) -> float:
    """Return the share of the words of the shorter title that the other has."""
    ours, theirs = _words(title), _words(other)
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def reused(
    mentions: Iterable[Row], titles: Mapping[str, str], declared: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the mentions whose identifier is that of another action.

    A report reprints the titles of the last one almost word for word: the two of one action
    share most of their words, those of two actions of a section a third at most 9 times of 10
    (measured on the report of 2025). A title rewritten is told by ``link`` (``inferred``) or by
    a word in ``note``.

    Parameters
    ----------
    mentions : iterable of Row
        The rows of this table, typed or as they are transcribed.
    titles : mapping of action_id to title
        The titles known.
    declared : mapping of action_id to source_id
        The document that declares each action: it cannot contradict itself.
    """
    for row in mentions:
        if row["list"] not in LISTED or row["link"] != "stated":
            continue
        action_id, printed = row["action_id"], row["printed"]
        known = titles.get(action_id)
        if known is None or not printed or row["note"] or declared[action_id] == row["source_id"]:
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
