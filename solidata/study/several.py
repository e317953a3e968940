"""Figures to show one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solidata.figures.frame import Figure


class Several:
    """Figures that a cell shows in turn, however many the tables give.

    Examples
    --------
    >>> len(Several([]))
    0
    """

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = tuple(figures)

    def __iter__(self) -> Iterator[Figure]:
        """Go through the figures in order."""
        return iter(self._figures)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._figures)

    def _ipython_display_(self) -> None:
        """Show each figure with its alt text and its fingerprint."""
        for figure in self._figures:
            figure._ipython_display_()
