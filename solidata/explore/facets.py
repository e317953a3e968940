"""Filters whose counts follow one another: what is chosen, what passes, how many each value has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from solidata.french import fold, nearest, quote
from solidata.problems import RefusedError

Chosen = Mapping[str, Collection[str]]
"""Values by filter; a filter without any lets everything pass."""
Kept = npt.NDArray[np.bool_]


class Facets:
    """The filters of a table, each value with the rows that have it.

    Parameters
    ----------
    rows : pandas.DataFrame
        A column for each filter, whose cells are values or tuples of values; and ``sought``, what
        a search reads, folded.
    values : dict of str to dict of str to str
        By filter, its values in order with their French labels.
    headings : dict of str to str
        By filter, its French name.

    Examples
    --------
    >>> rows = pd.DataFrame({"section": ["a", "a", "b"], "sought": ["un", "deux", "trois"]})
    >>> facets = Facets(rows, {"section": {"a": "Aînés", "b": "Bébés"}}, {"section": "Section"})
    >>> facets.kept({"section": ["a"]}, "DEUX").tolist()
    [False, True, False]
    >>> facets.counts({"section": ["a"]}, "")  # what the filter itself leaves out is counted
    {'section': {'a': 2, 'b': 1}}
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        values: Mapping[str, Mapping[str, str]],
        headings: Mapping[str, str],
    ) -> None:
        self.values, self.headings = values, headings
        self._sought = list(rows["sought"])
        self._having = {
            name: {value: _having(rows[name], value) for value in known}
            for name, known in values.items()
        }

    def kept(self, chosen: Chosen, text: str, but: str | None = None) -> Kept:
        """Return which rows pass: one of the values of each filter, and every word of `text`.

        The filter `but` is not asked.
        """
        sought = fold(text).split()
        kept = np.array([all(w in cell for w in sought) for cell in self._sought], dtype=bool)
        for name, having in self._having.items():
            wanted = [having[value] for value in chosen.get(name, ())]
            if wanted and name != but:
                kept &= np.logical_or.reduce(wanted)
        return kept

    def counts(self, chosen: Chosen, text: str) -> dict[str, dict[str, int]]:
        """Return, by filter and value, how many rows that the other filters let pass have it."""
        return {
            name: {value: int((has & self.kept(chosen, text, but=name)).sum()) for value, has in having.items()}
            for name, having in self._having.items()
        }  # fmt: skip

    def find(self, name: str, asked: object) -> list[str]:
        """Return the values of a filter that are asked for, by value or by label.

        Raises
        ------
        ValueError
            When there is no such value; the message gives the nearest, or all.
        """
        every = [asked] if isinstance(asked, str) or not isinstance(asked, Iterable) else asked
        known = self.values[name]
        by_word = {fold(label): value for value, label in known.items()}
        by_word |= {fold(value): value for value in known}
        found = []
        for word in map(str, every):
            if fold(word) not in by_word:
                near = nearest(word, [*known.values(), *known])
                hint = (
                    f"vouliez-vous dire {quote(near)} ?"
                    if near
                    else f"au choix : {', '.join(known) or 'aucune valeur'}"
                )
                raise RefusedError(f"{self.headings[name]} : {quote(word)} inconnu ; {hint}")
            found.append(by_word[fold(word)])
        return list(dict.fromkeys(found))


def _having(cells: pd.Series, value: str) -> Kept:
    return np.array(
        [value in cell if isinstance(cell, tuple) else value == cell for cell in cells], dtype=bool
    )
