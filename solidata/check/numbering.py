"""Printed numbers of a list, from year to year: in order, but for those of the actions that left.

A plan that keeps its numbers leaves a gap for each action it drops. A gap that a declared or
printed departure explains says nothing wrong; any other, and a number printed twice, is a
misreading or a row forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from solidata.french import format_number, listed, plural
from solidata.tables.rows import Rows


@dataclass(frozen=True)
class Sequel:
    """How far the numbers of a list follow each other."""

    in_order: int
    """How many stand where they should."""
    last: int
    """The last number expected."""
    skipped: list[int]
    """The numbers left out, that may be."""
    wrong: list[str]
    """What is printed in place of the others, in French; after a gap, all that follows."""


def sequel(numbers: Sequence[int], free: Collection[int] = frozenset()) -> Sequel:
    """Return how far `numbers` go one by one from 1, those of `free` left out or not.

    Parameters
    ----------
    numbers : sequence of int
        As printed, in the order of the list.
    free : collection of int
        The numbers that may be missing; a new action may as well have taken one.

    Examples
    --------
    >>> sequel([1, 2, 4], free={3}).in_order
    3
    >>> sequel([1, 2, 3], free={3}).in_order  # numbered anew
    3
    >>> found = sequel([1, 2, 4])
    >>> found.in_order, found.wrong
    (2, ['4 lu pour 3'])
    """
    expected = 1
    skipped: list[int] = []
    wrong: list[str] = []
    for number in numbers:
        ahead = expected
        while ahead != number and ahead in free:
            ahead += 1
        if ahead == number:
            skipped += range(expected, ahead)
        else:
            wrong.append(f"{format_number(number)} lu pour {format_number(expected)}")
            ahead = expected
        expected = ahead + 1
    return Sequel(len(numbers) - len(wrong), expected - 1, skipped, wrong)


def departed(tables: Rows, year: int) -> set[str]:
    """Return the actions that a report of `year` need not list.

    An earlier report says them dropped, or about to leave the plan; or ``action_lineage``
    declares what becomes of them.

    Parameters
    ----------
    tables : Rows
        ``actions``, ``action_statuses`` and ``action_lineage``.
    year : int
    """
    return {
        *(row["action_id"] for row in tables["actions"] if row["leaves_plan"] == "yes"),
        *(
            row["action_id"]
            for row in tables["action_statuses"]
            if row["year"] < year and row["status"] == "supprimee"
        ),
        *(row["action_id"] for row in tables["action_lineage"] if row["year"] <= year),
    }


def free_numbers(
    before: Iterable[tuple[str, int]], here: Collection[str], gone: Collection[str]
) -> set[int]:
    """Return the numbers that a list may leave out.

    Those of the actions that it had `before` and that are gone, and those that were missing
    already: the list before has been judged for itself.

    Parameters
    ----------
    before : iterable of (action_id, number)
        The list of the report before.
    here : collection of action_id
        The actions that the list has now.
    gone : collection of action_id
        Those that left the plan (see :func:`departed`).

    Examples
    --------
    >>> before = [("EF-01", 1), ("EF-02", 2), ("EF-04", 4), ("EF-05", 5)]
    >>> sorted(free_numbers(before, {"EF-01", "EF-05"}, {"EF-02"}))  # EF-04 is only forgotten
    [2, 3]
    """
    before = list(before)
    printed = {number for _, number in before}
    missing = set(range(1, max(printed, default=0))) - printed
    return missing | {number for action, number in before if action in gone and action not in here}


def told(found: Sequel) -> tuple[str, str]:
    """Return what to add to the label of the identity, and its note, in French.

    Examples
    --------
    >>> told(sequel([1, 2, 4], free={3}))
    (', sauf 3 (action sortie)', '')
    """
    label = ""
    if found.skipped:
        count = len(found.skipped)
        what = plural(count, "action sortie", "actions sorties")
        label = f", sauf {listed(map(str, found.skipped))} ({what})"
    if not found.wrong:
        return label, ""
    return label, (
        f"d’abord {found.wrong[0]} ; une action partie s’écrit dans action_lineage (left_plan) "
        "pour que son numéro manque"
    )
