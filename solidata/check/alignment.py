"""Which row of a ledger answers each number of a text that may break its lines elsewhere.

Order decides: two numbers that have changed places must not answer for each other. What is read
in another order (a column, a page, a line) is found after, and told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from solidata.check.coverage import Number
from solidata.french import fold


class Alignment(NamedTuple):
    """Positions in the text to positions in the ledger, one to one."""

    answer: dict[int, int]
    moved: set[int]
    """Positions in the text whose answer does not stand there in the ledger."""


def bare(printed: str) -> str:
    """Return the digits of a number without its spaces: readings differ in them.

    Examples
    --------
    >>> bare("15\u00a0876") == bare("15 876")
    True
    """
    return "".join(printed.split())


def signature(number: Number) -> tuple[str, str, str]:
    """Return what tells a number from another: its digits and the words beside it."""
    return bare(number.printed), fold(number.before), fold(number.after)


def _likeness(number: tuple[str, str, str], entry: tuple[str, str, str]) -> int:
    """Return how well the two words beside a number are those of the ledger; 0 when they are not.

    A word says 2, a line's edge says 1: what stands beyond depends on where lines are broken.
    """
    likeness = sum(
        2 * (a == b) if a and b else 1 for a, b in zip(number[1:], entry[1:], strict=True)
    )
    return likeness if likeness >= 2 else 0


def align(found: Sequence[Number], ledger: Sequence[Number]) -> Alignment:
    """Return, for the positions of `found`, the position in `ledger` that answers.

    Parameters
    ----------
    found, ledger : sequence of Number
        The numbers of the text and of the ledger, each in printed order.

    Returns
    -------
    Alignment
        In their order first; then those whose two words agree, wherever they stand, unless
        another number has taken their place; then those that follow or precede one of these.
    """
    ours, theirs = [signature(n) for n in found], [signature(n) for n in ledger]
    by_digits: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(theirs):
        by_digits[entry[0]].append(position)
    likeness = np.zeros((len(ours), len(theirs)), dtype=np.int32)
    for position, number in enumerate(ours):
        for candidate in by_digits[number[0]]:
            # Whole words on both sides count more than the edges of two lines.
            exact = number == theirs[candidate]
            likeness[position, candidate] = 2 * _likeness(number, theirs[candidate]) + exact
    answer = _in_order(likeness)
    moved = _elsewhere(ours, theirs, likeness, answer, [entry.line for entry in ledger])
    return Alignment(answer | moved, set(moved))


def _in_order(likeness: np.ndarray) -> dict[int, int]:
    """Return the increasing pairs whose likenesses sum highest (as DNA is aligned)."""
    rows, columns = likeness.shape
    best = np.zeros((rows + 1, columns + 1), dtype=np.int32)
    for row in range(rows):
        paired = np.where(likeness[row] > 0, best[row, :-1] + likeness[row], 0)
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], paired))
    pairs, row, column = {}, rows, columns
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs[row] = column
    return pairs


def _elsewhere(
    ours: Sequence[tuple[str, str, str]],
    theirs: Sequence[tuple[str, str, str]],
    likeness: np.ndarray,
    answer: dict[int, int],
    lines: Sequence[int],
) -> dict[int, int]:
    """Return the pairs that are not in order; `lines` are those of the ledger."""
    left = [position for position in range(len(ours)) if position not in answer]
    used = set(answer.values())
    free = [entry for entry in range(len(theirs)) if entry not in used]
    moved: dict[int, int] = {}

    def pair(position: int, entry: int) -> None:
        moved[position] = entry
        left.remove(position)
        free.remove(entry)

    replaced = _replaced(ours, theirs, left, free, answer)
    for position in list(left):
        # No reading changes the order within a line: « 2024/2025 » is not « 2025/2024 ».
        here = {lines[answer[p]] for p in (position - 1, position + 1) if p in answer}
        same = (
            e
            for e in free
            if ours[position] == theirs[e] and e not in replaced and lines[e] not in here
        )
        if (entry := next(same, None)) is not None:
            pair(position, entry)
    # A line broken elsewhere in a column read elsewhere: its neighbours lead the way.
    progress = True
    while progress:
        progress = False
        everything = answer | moved
        for position in list(left):
            beside = {everything.get(position - 1, -2) + 1, everything.get(position + 1, -2) - 1}
            entry = next((e for e in free if e in beside and likeness[position, e]), None)
            if entry is not None:
                pair(position, entry)
                everything[position] = entry
                progress = True
    return moved


def _replaced(
    ours: Sequence[tuple[str, str, str]],
    theirs: Sequence[tuple[str, str, str]],
    left: Sequence[int],
    free: Sequence[int],
    answer: dict[int, int],
) -> set[int]:
    """Return the rows of the ledger whose place in the text holds another number.

    The words are there and the digits are not: the number was changed, not read elsewhere.
    """
    places = sorted(answer)
    entries = [answer[p] for p in places]  # increasing, like the places
    replaced = set()
    for entry in free:
        at = int(np.searchsorted(entries, entry))
        first = places[at - 1] if at else -1
        last = places[at] if at < len(places) else len(ours)
        if any(first < p < last and ours[p][1:] == theirs[entry][1:] for p in left):
            replaced.add(entry)
    return replaced
