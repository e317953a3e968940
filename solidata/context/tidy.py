"""Observations on their way to a frame: columns of codes, each word kept once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from solidata.context.areas import DEPARTMENT, Area
from solidata.context.cells import letters

COLUMNS = (
    "area_kind", "department", "region", "area_name", "part_of", "indicator_id", "indicator",
    "series", "period", "year", "value", "unit", "flag", "note", "source_id", "workbook", "sheet",
    "cell",
)  # fmt: skip
"""The columns of the observations, in order."""
_WIDTH = 1 << 20
"""More columns than a sheet may have: a row and a column make one number."""


class Tidy:
    """Columns of codes that grow sheet by sheet: words are kept once."""

    def __init__(self) -> None:
        self.words: dict[str, dict[str, int]] = {name: {} for name in COLUMNS}
        self.parts: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
        self._areas: dict[tuple[Area, ...], dict[str, np.ndarray]] = {}

    def code(self, name: str, word: str) -> int:
        """Return the code of a word of a column."""
        words = self.words[name]
        return words.setdefault(word, len(words))

    def areas(self, areas: tuple[Area, ...]) -> dict[str, np.ndarray]:
        """Return the codes of what is said of each area; sheet after sheet has the same ones."""
        if areas not in self._areas:
            said = {
                "area_kind": [area.kind for area in areas],
                "department": [area.code if area.kind == DEPARTMENT else "" for area in areas],
                "region": [area.region for area in areas],
                "area_name": [" ".join(area.name.split()) for area in areas],
                "part_of": [area.part_of for area in areas],
            }
            self._areas[areas] = {
                name: np.array([self.code(name, word) for word in words], np.int32)
                for name, words in said.items()
            }
        return self._areas[areas]

    @staticmethod
    def places(rows: list[int], columns: list[int]) -> np.ndarray:
        """Return the place of each cell of a table, as one number, row after row."""
        return np.add.outer(np.array(rows, np.int64) * _WIDTH, np.array(columns)).ravel()

    def frame(self) -> pd.DataFrame:
        """Return the observations; an empty word is missing."""
        columns: dict[str, object] = {}
        for name in COLUMNS:
            parts = self.parts[name]
            if name == "cell":
                places = np.concatenate(parts) if parts else np.array([], np.int64)
                codes, distinct = pd.factorize(places)
                names = [letters(p % _WIDTH) + str(p // _WIDTH + 1) for p in distinct.tolist()]
                columns[name] = pd.array(names, dtype="str").take(codes)
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
