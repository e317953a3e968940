"""The status of each action in a year, and what it stands on. Nothing is guessed.

``stated`` (the word printed beside the action in its list) comes before ``sheet`` (the
action's own sheet), ``flagship`` (the list of flagships), ``deduced`` (elimination over the
printed totals) and ``none``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from solidata.clean.repair import Repairs
from solidata.french import fold, join_lines, plural, quote
from solidata.problems import Problem, SourceError
from solidata.raw import FILE, ROW, beside
from solidata.tables import all_tables
from solidata.tables.rows import Row, as_rows, each, grouped

ILLEGIBLE = "non_lisible"
ALL = "toutes"
_LISTS = {"stated": ("table", "focus", "alliance"), "sheet": ("sheet",), "flagship": ("flagship",)}
REPORTED = (*_LISTS["stated"], *_LISTS["sheet"])
"""The lists of a report that give an action a status, known or not."""
_UNKNOWN = "statut inconnu ; ajoutez sa formule"
_TWO = "deux statuts, ou une partie ; ajoutez toute la formule, avec son sens,"
_PART = re.compile(r"partiellement\b|(?:en|pour) partie\b|a moitie\b|a \d+ %")
_WHERE = {
    "stated": "dans la liste",
    "sheet": "sur la fiche",
    "flagship": "dans la liste des phares",
}


def read_status_words(
    mentions: pd.DataFrame, words: pd.DataFrame, repairs: Repairs | None = None
) -> pd.Series:
    """Return the status that the printed words of each mention mean, or ``""``.

    A wording matches the beginning of what is printed, compared without accents, case or
    spaces; the longest one wins. A word misread once is repaired in ``corrections`` (field
    ``status_printed``); it stays in the table as it is printed.

    Raises
    ------
    SourceError
        With every wording that ``status_words`` does not know, and those that go on with another
        status or say a part (« Réalisée / En cours », « Réalisée en partie »).
    """
    known = {_squeeze(row["wording"]): row["status"] for row in as_rows(words)}
    by_length = sorted(known, key=len, reverse=True)

    def read(printed: str) -> tuple[str, str]:
        """Return the status, or "" and why there is none."""
        if not printed:
            return "", ""
        squeezed = _squeeze(printed)
        first = next((w for w in by_length if squeezed.startswith(w)), None)
        if first is None:
            return "", _UNKNOWN
        others = [w for w in by_length if known[w] != known[first]]
        return ("", _TWO) if _goes_on(printed, first, others) else (known[first], "")

    said = mentions["status_printed"]
    if repairs is not None:
        said = repairs.apply(
            "mentions", "status_printed", mentions["mention_id"], each(said, join_lines)
        )
    found = [read(printed) for printed in said]
    if any(doubt for _, doubt in found):
        raise SourceError(
            Problem(
                row[FILE], int(row[ROW]), "status_printed", row["status_printed"],
                f"{doubt} à {beside(row[FILE], 'status_words')}, ou sa lecture à corrections si "
                "elle est fautive",
            )
            for row, (_, doubt) in zip(as_rows(mentions), found, strict=True)
            if doubt
        )  # fmt: skip
    return pd.Series([status for status, _ in found], index=mentions.index, dtype=object)


def _goes_on(printed: str, first: str, others: list[str]) -> bool:
    """Return whether what follows the wording `first` says a part, or begins another status."""
    words = re.findall(r"[^\W_]+|%", fold(join_lines(printed)))
    while words and first:  # « s » of « Réalisées » stays, and says nothing
        first, words = first[len(words[0]) :], words[1:]
    return bool(_PART.match(" ".join(words))) or any(
        "".join(words[rank:]).startswith(w) for rank in range(len(words)) for w in others
    )


def _squeeze(text: str) -> str:
    return "".join(c for c in fold(join_lines(text)) if c.isalnum())


def deduce(
    known: Mapping[str, str], totals: Mapping[str, int], listed: int
) -> tuple[str, str] | None:
    """Return the one status left for the actions without a known one, and why.

    Elimination, for any section and year: it answers only when as many actions are
    listed as the section prints, and the printed totals leave a single status.

    Parameters
    ----------
    known : mapping of action_id to status
        The actions whose status is known.
    totals : mapping of status to count
        The printed counts of the section, ``toutes`` included.
    listed : int
        How many actions the section lists.

    Returns
    -------
    (status, reason) or None
        None when nothing can be said.

    Examples
    --------
    >>> totals = {"toutes": 3, "realisee": 0, "en_cours": 1, "reportee": 2, "supprimee": 0}
    >>> deduce({"HL-02": "en_cours"}, totals, listed=3)[0]
    'reportee'
    >>> deduce({}, totals, listed=3) is None  # en_cours and reportee are both left
    True
    """
    if totals.get(ALL) != listed or len(known) >= listed:
        return None
    found = pd.Series(list(known.values()), dtype=object).value_counts()
    left = {s: count - int(found.get(s, 0)) for s, count in totals.items() if s != ALL}
    possible = {s: count for s, count in left.items() if count != 0}
    unknown = listed - len(known)
    if list(possible.values()) != [unknown] or sum(totals[s] for s in left) != listed:
        return None
    (status,) = possible
    labels = all_tables()["action_statuses"].field("status").labels
    reason = (
        f"Par élimination : {listed} actions listées comme imprimé, {len(known)} "
        f"{plural(len(known), 'statut connu', 'statuts connus')}, "
        f"et les totaux imprimés ne laissent que {unknown} {quote(labels[status])}."
    )
    return status, reason


def _by_words(rows: list[Row]) -> tuple[tuple[str, str, str, Row] | None, list[str]]:
    """Return (status, basis, reason, mention) from the strongest words that agree.

    And, beside it, what the words that do not agree say.
    """
    silent = []
    for basis, lists in _LISTS.items():
        said = [row for row in rows if row["list"] in lists and row["status"] != ""]
        if not said:
            continue
        if len({row["status"] for row in said}) > 1:
            scopes = " ; ".join(
                f"{row['scope'] or 'sans public'} : {join_lines(row['status_printed'])}"
                for row in said
            )
            silent.append(f"{_WHERE[basis]}, statuts différents ({scopes})")
            continue
        row = said[0]
        words = quote(join_lines(row["status_printed"]))
        reason = f"{words} imprimé {_WHERE[basis]}, ligne {row['status_line']}."
        if silent:
            reason += f" Écarté : {' ; '.join(silent)}."
        return (row["status"], basis, reason, row), silent
    return None, silent


def _totals(counts: list[Row]) -> dict[tuple[str, int, str], dict[str, int]]:
    """Return the printed counts by (section, year, source); sections' own totals included.

    A section whose printings disagree has no total: nothing can be deduced from it.
    """
    found: dict[tuple[str, int, str], dict[str, set[int]]] = {}
    for row in counts:
        place = found.setdefault((row["section_id"], int(row["year"]), row["source_id"]), {})
        place.setdefault(row["status"], set()).add(int(row["count"]))
        if row["status"] != ALL and row["total"] is not None:
            place.setdefault(ALL, set()).add(int(row["total"]))
    return {
        key: {status: min(printed) for status, printed in place.items()}
        for key, place in found.items()
        if all(len(printed) == 1 for printed in place.values())
    }


def action_statuses(
    actions: pd.DataFrame, mentions: pd.DataFrame, counts: pd.DataFrame
) -> pd.DataFrame:
    """Return the table ``action_statuses``: a row for each action a report lists in a year.

    Parameters
    ----------
    actions, mentions : pandas.DataFrame of str
        With ``mentions["status"]`` read by :func:`read_status_words`.
    counts : pandas.DataFrame
        ``status_counts`` with integer ``count`` and ``total``.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``action_statuses``, untyped, in the order of the actions.
    """
    section_of = dict(zip(actions["action_id"], actions["section_id"], strict=True))
    printed_counts = as_rows(counts)
    totals = _totals(printed_counts)
    rows: list[dict[str, Any]] = []
    for (year, source_id), every in grouped(as_rows(mentions), "year", "source_id").items():
        by_action = {action_id: m for (action_id,), m in grouped(every, "action_id").items()}
        present = {m["action_id"] for m in every if m["list"] in REPORTED}
        here = [action_id for action_id in section_of if action_id in present]
        said = {a: _by_words(by_action[a]) for a in here}
        deduced, unread = {}, {}
        for section_id in dict.fromkeys(section_of[a] for a in here):
            members = [a for a in here if section_of[a] == section_id]
            known = {a: s[0] for a in members if (s := said[a][0])}
            printed = totals.get((section_id, int(year), source_id), {})
            deduced[section_id] = deduce(known, printed, len(members))
            unread[section_id] = _why_unread(printed, len(members))
        for action_id in here:
            rows.append(
                _status_row(
                    action_id,
                    int(year),
                    said[action_id],
                    deduced[section_of[action_id]],
                    by_action[action_id],
                    printed_counts,
                    section_of[action_id],
                    unread[section_of[action_id]],
                )
            )
    return pd.DataFrame(rows)


def _why_unread(printed: Mapping[str, int], listed: int) -> str:
    """Return why elimination says nothing for a section."""
    reason = "Aucun mot de statut lisible, et "
    if not printed:
        return reason + "aucun total imprimé."
    if printed.get(ALL) != listed:
        return reason + f"{listed} actions listées pour {printed.get(ALL, 0)} comptées."
    return reason + "les totaux imprimés laissent plusieurs possibilités."


def _status_row(
    action_id: str,
    year: int,
    said: Any,
    deduced: Any,
    mentions: list[Row],
    counts: list[Row],
    section_id: str,
    unread: str,
) -> dict[str, Any]:
    said, silent = said
    source = mentions[0]
    row = {"status_id": f"{action_id}.{year}", "action_id": action_id, "year": year}
    row |= {
        "source_id": source["source_id"],
        "line": source["line"],
        "line_end": source["line_end"],
        "printed": source["printed"],
    }
    if said:
        status, basis, reason, mention = said
        row |= {
            "line": mention["status_line"],
            "line_end": mention["status_line_end"],
            "printed": mention["status_printed"],
        }
        return row | {"status": status, "basis": basis, "reason": reason}
    if deduced:
        status, reason = deduced
        of_total = next(
            count
            for count in counts
            if count["section_id"] == section_id
            and int(count["year"]) == year
            and count["source_id"] == source["source_id"]
            and count["status"] == status
        )
        row |= {"line": of_total["line"], "line_end": "", "printed": of_total["printed"]}
        return row | {"status": status, "basis": "deduced", "reason": reason}
    reason = unread
    if silent:  # words are there, but say two things
        reason = f"Aucun statut retenu : {' ; '.join(silent)}."
    return row | {"status": ILLEGIBLE, "basis": "none", "reason": reason}
