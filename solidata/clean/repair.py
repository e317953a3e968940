"""Repairs of what is printed: every one is a row of the register ``corrections``.

A correction holds what is printed (its guard) and what is kept in its place. When the
transcription no longer prints what the correction expects, the build stops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from solidata.french import ColumnError, parse_column, quote
from solidata.problems import Problem, SourceError
from solidata.raw import FILE, ROW
from solidata.tables.rows import as_rows, grouped


class Repairs:
    """The register of corrections, applied field by field, each exactly once."""

    def __init__(self, corrections: pd.DataFrame) -> None:
        by_cell = grouped(as_rows(corrections), "row", "field")
        self._rows = {cell: rows[-1] for cell, rows in by_cell.items()}
        self._unused = set(self._rows)
        self.problems = [
            Problem(twin[FILE], int(twin[ROW]), "row", twin["row"], "champ déjà corrigé plus haut")
            for _, *twins in by_cell.values()
            for twin in twins
        ]

    def apply(self, table: str, field: str, keys: pd.Series, column: pd.Series) -> pd.Series:
        """Return `column` with the repairs of `table` and `field` made.

        Parameters
        ----------
        table, field : str
            What the corrections name.
        keys, column : pandas.Series of str
            Keys of the rows, and what they print.
        """
        texts = column.to_list()
        for place, key in enumerate(keys.to_list()):
            address = (f"{table}:{key}", field)
            correction = self._rows.get(address)
            if correction is None:
                continue
            self._unused.discard(address)
            if correction["printed"] != texts[place]:
                expected = f"la transcription imprime {quote(texts[place])} ; correction à revoir"
                self.problems.append(
                    Problem(
                        correction[FILE],
                        int(correction[ROW]),
                        "printed",
                        correction["printed"],
                        expected,
                    )
                )
            texts[place] = correction["value"]
        return pd.Series(texts, index=column.index, dtype=object)

    def check(self) -> None:
        """Raise SourceError when a guard failed or a correction repaired nothing."""
        for address in self._unused:
            row = self._rows[address]
            field = quote(address[1])
            expected = f"attendu : une ligne et un champ qui existent ({field} n’en est pas un)"
            self.problems.append(Problem(row[FILE], int(row[ROW]), "row", address[0], expected))
        if self.problems:
            raise SourceError(self.problems)


def parsed(
    frame: pd.DataFrame, name: str, column: pd.Series, parse: Callable[[str], Any]
) -> pd.Series:
    """Return `parse` of each cell of `column`, empty cells as None.

    Parameters
    ----------
    frame : pandas.DataFrame
        The raw rows, for their place in the files.
    name : str
        How messages name the column.
    column : pandas.Series of str
        The column of `frame`, repaired.

    Raises
    ------
    SourceError
        With every cell that could not be read.
    """
    filled = column.where(column != "", None)
    try:
        return parse_column(filled, parse)
    except ColumnError as error:
        raise SourceError(
            Problem(
                row[FILE], int(row[ROW]), name, text, f"attendu : {error.unread[text].expected}"
            )
            for (_, row), text in zip(frame.iterrows(), column, strict=True)
            if text in error.unread
        ) from None
