"""Observations on their way to a frame: columns of codes, each word kept once."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = (
    "area_kind", "department", "region", "area_name", "part_of", "indicator_id", "indicator",
    "series", "period", "year", "value", "unit", "flag", "note", "source_id", "workbook", "sheet",
    "cell",
)  # fmt: skip
"""The columns of the observations, in order."""


class Tidy:
    """Columns of codes that grow sheet by sheet: words are kept once."""

    def __init__(self) -> None:
        self.words: dict[str, dict[str, int]] = {name: {} for name in COLUMNS}
        self.parts: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
        self.cells: list[str] = []

    def code(self, name: str, word: str) -> int:
        """Return the code of a word of a column."""
        words = self.words[name]
        return words.setdefault(word, len(words))

    def frame(self) -> pd.DataFrame:
        """Return the observations; an empty word is missing."""
        columns: dict[str, object] = {}
        for name in COLUMNS:
            parts = self.parts[name]
            if name == "cell":
                columns[name] = pd.array(self.cells, dtype="str")
            elif name == "value":
                columns[name] = np.concatenate(parts) if parts else np.array([], float)
            elif name == "year":
                years = np.concatenate(parts) if parts else np.array([], np.int64)
                columns[name] = pd.arrays.IntegerArray(years, years == 0)
            else:
                codes = np.concatenate(parts) if parts else np.array([], np.int32)
                words = list(self.words[name])
                if "" in self.words[name]:
                    empty = self.words[name][""]
                    codes = np.where(codes == empty, -1, codes - (codes > empty))
                    words.remove("")
                columns[name] = pd.Categorical.from_codes(codes, pd.Index(words, dtype="str"))
        return pd.DataFrame(columns)
