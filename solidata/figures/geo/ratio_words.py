"""What a map of ratios says: its finding, and what limits it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from solidata.analysis.places import Drawable
from solidata.figures.geo.place_words import precision_notes
from solidata.figures.geo.sheet import told
from solidata.figures.notes import sentences
from solidata.french import decapitalised, format_number, format_rate, listed, plural

LIMIT = 10.0
"""Kilometres that the title of a map of distances tells of."""


class Words(NamedTuple):
    """What the places of a map of distances are called."""

    one: str
    several: str
    feminine: bool = False

    @property
    def any(self) -> str:
        """« d’une MDS ouverte »."""
        return f"d’une {self.one}" if self.feminine else f"d’un {self.one}"

    @property
    def the_nearest(self) -> str:
        """« la MDS ouverte la plus proche »."""
        article = "la" if self.feminine else "le"
        return f"{article} {self.one} {article} plus proche"

    @property
    def nearest(self) -> str:
        """« à la MDS ouverte la plus proche »."""
        return f"à {self.the_nearest}" if self.feminine else f"au{self.the_nearest[2:]}"

    @property
    def nearest_of(self) -> str:
        """« de la MDS ouverte la plus proche »."""
        return f"de {self.the_nearest}" if self.feminine else f"du{self.the_nearest[2:]}"


OPEN_HOUSES = Words("MDS ouverte", "MDS ouvertes", feminine=True)

_PARTLY = re.compile(r"^[^;]*\bcommunes? en [^;]*")


def parts_note(rows: pd.DataFrame) -> str:
    """Return that only the communes here count, and which EPCI their remark says reach further."""
    notes = ["superficie des contours généralisés"]
    partly = []
    for row in rows.itertuples():
        if isinstance(row.note, str) and (found := _PARTLY.match(row.note)):
            partly.append(f"{row.name} ({decapitalised(found.group().strip())})")
    if partly:
        notes.append(f"seule la part située dans le département compte, pour {listed(partly)}")
    missing = rows[rows["density"].isna()]
    for row in missing.itertuples():
        notes.append(
            f"{row.name} : {row.communes} {plural(row.communes, 'commune')}, donnée manquante"
        )
    return sentences(notes)


def distance_title(rows: pd.DataFrame, what: Words, unknown: int) -> tuple[str, str]:
    """Return the finding of a map of distances, and the share of inhabitants that it tells.

    Shares are of the inhabitants of communes; a commune is near or not as its point is.
    """
    people = rows["population"].astype("float64")
    near = float(people[rows["distance_km"] < LIMIT].sum()) / float(people.sum())
    share = f"{format_rate(near, 0)} des habitants"
    least = f"Au moins {share}" if unknown else share
    return f"{least} vivent à moins de {LIMIT:g}\u00a0km {what.any}", least


def distance_notes(rows: pd.DataFrame, every: Drawable, unknown: int, more: str = "") -> str:
    """Return how distances are measured, and what they leave out."""
    notes = [
        "distances à vol d’oiseau, du centre de la commune au point du lieu : par la route, elles "
        "sont plus longues",
        "tous les habitants d’une commune comptent à la même distance",
    ]
    if unknown:
        notes.append(
            f"{format_number(unknown)} {plural(unknown, 'point annoncé n’est pas situé', 'points annoncés ne sont pas situés')} : "
            "les distances sont des maximums, et les parts d’habitants proches des minimums"
        )
    notes.append(more)
    notes += precision_notes(every.located, every)
    missing = rows[rows["distance_km"].isna()]
    if len(missing):
        notes.append(f"sans distance : {told(list(missing['name']))}")
    return sentences(notes)


def class_share(share: float) -> str:
    """Return a share in whole per cents; what is not nothing is not written 0.

    Examples
    --------
    >>> [class_share(s).replace("\u00a0", " ") for s in (0, 0.001, 0.006, 0.31)]
    ['0 %', '< 1 %', '1 %', '31 %']
    """
    if 0 < share < 0.005:
        return "<\u00a01\u00a0%"
    return format_rate(share, 0)


def rounding_note(shares: Sequence[float]) -> str:
    """Return why whole per cents do not make a hundred, when they do not.

    Examples
    --------
    >>> rounding_note([0.5, 0.5]), rounding_note([0.346, 0.346, 0.308])
    ('', 'parts arrondies à l’unité')
    """
    return "" if sum(round(100 * s) for s in shares) == 100 else "parts arrondies à l’unité"
