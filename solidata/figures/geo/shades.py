"""Grounds shaded by a ratio, in a few rounded classes; counts are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from solidata.analysis.geography import MAX_CLASSES, breaks, classed
from solidata.figures import theme
from solidata.figures.geo import legend as keys
from solidata.figures.geo.canvas import Canvas
from solidata.figures.texts import number
from solidata.figures.theme import Fill
from solidata.french import quote
from solidata.problems import NoDataError, RefusedError

_RATIO = re.compile(r"%|‰|/|\b(?:par|pour|sur)\b")
_MEASURES = re.compile(r"^(?:km|kilomètres|m|mètres|min|minutes|ans|années)$")
MISSING = "donnée manquante"
"""What the legend calls the grounds of which nothing is known."""

# On the fourth of the six neither ink nor paper is read easily: it serves when all six do.
_STEPS = {
    1: (2,),
    2: (1, 4),
    3: (0, 2, 4),
    4: (0, 1, 2, 4),
    5: (0, 1, 2, 4, 5),
    6: (0, 1, 2, 3, 4, 5),
}


def is_ratio(values: pd.Series, unit: str) -> bool:
    """Whether a ground may be shaded by these values: a large area would swell a count.

    A ratio says what it is divided by in its unit (« habitants par km² », « % »); a measure of each
    place (« km », « minutes ») does not grow with its area either. Whole numbers without either
    are counts, and a unit that says neither is not trusted.

    Examples
    --------
    >>> people = pd.Series([47219, 795])
    >>> is_ratio(people, "habitants"), is_ratio(people / 20, "habitants par km²")
    (False, True)
    """
    return bool(_RATIO.search(unit) or _MEASURES.match(unit.strip()))


def only_ratio(values: pd.Series, unit: str) -> None:
    """Refuse to shade grounds by a count.

    Raises
    ------
    RefusedError
        With the unit, and what to do instead.
    """
    if not is_ratio(values, unit):
        raise RefusedError(
            f"carte en plages de couleur de {quote(unit or 'sans unité')} : ratios seulement. "
            "Divisez par une population ou une superficie (« … par km² », « % »), ou dessinez des "
            "cercles proportionnels."
        )


@dataclass(frozen=True)
class Shades:
    """Classes of a ratio: their limits, their names, their fills, and the class of each value."""

    limits: tuple[float, ...]
    ranks: pd.Series
    """Of the class of each value, from 0; missing where it is not known."""
    values: pd.Series
    unit: str
    sign: str
    """Written after the numbers of a class: « km », « % », nothing."""

    @classmethod
    def of(
        cls,
        values: pd.Series,
        unit: str,
        limits: Sequence[float] | None = None,
        classes: int = 5,
        sign: str = "",
    ) -> Shades:
        """Return the classes of some values, by rounded quantiles unless `limits` are given.

        Raises
        ------
        RefusedError
            When the values are counts, or the classes too many or not increasing.
        NoDataError
            When no value is known.
        """
        only_ratio(values, unit)
        if not values.notna().any():
            raise NoDataError(f"Aucune valeur connue de {quote(unit)}.")
        made = list(breaks(values, classes) if limits is None else limits)
        if len(made) + 1 > MAX_CLASSES or made != sorted(set(made)):
            raise RefusedError(
                f"limites de classes {', '.join(map(number, made))} : de 1 à {MAX_CLASSES - 1} "
                "limites croissantes attendues."
            )
        return cls(tuple(made), classed(values, made), values, unit, sign)

    @property
    def count(self) -> int:
        """How many classes, empty ones included: a map beside this one may fill them."""
        return len(self.limits) + 1

    def fill(self, rank: int) -> Fill:
        """Return the fill of a class, the darker the higher."""
        return theme.CLASSES[_STEPS[self.count][rank]]

    def name(self, rank: int) -> str:
        """Return how a class is written.

        Examples
        --------
        >>> made = Shades.of(pd.Series([1.0, 12.0]), "km", [5, 10], sign="\u00a0km")
        >>> [made.name(rank).replace("\u00a0", "~") for rank in range(3)]
        ['moins de~5~km', 'de~5 à~10~km', '10~km ou plus']
        """
        texts = [number(limit) for limit in self.limits]
        if not texts:
            return f"toutes les valeurs{self.sign}"
        if rank == 0:
            return f"moins de\u00a0{texts[0]}{self.sign}"
        if rank == len(texts):
            return f"{texts[-1]}{self.sign} ou plus"
        return f"de\u00a0{texts[rank - 1]} à\u00a0{texts[rank]}{self.sign}"


def decimals_in_class(shades: Shades) -> int:
    """Return with how many decimals no value is written outside its class: 19,8 is not « 20 ».

    Examples
    --------
    >>> decimals_in_class(Shades.of(pd.Series([19.4, 25.0]), "habitants par km²", [20]))
    0
    >>> decimals_in_class(Shades.of(pd.Series([19.8, 25.0]), "habitants par km²", [20]))
    1
    """
    known = shades.values[shades.values.notna()]
    for decimals in range(_DECIMALS):
        if classed(known.round(decimals), list(shades.limits)).equals(shades.ranks[known.index]):
            return decimals
    return _DECIMALS


_DECIMALS = 2
"""At most so many: what is nearer to the limit of a class than a hundredth is written as the limit."""


def shade(canvas: Canvas, areas: Any, shades: Shades) -> None:
    """Draw the grounds of each class as one shape, and those of which nothing is known."""
    import shapely

    canvas.facts.shaded, canvas.facts.unit = shades.values, shades.unit
    ranks = shades.ranks.to_numpy(dtype=float, na_value=-1)
    shapes = areas.geometry.to_numpy()
    for rank in sorted(set(ranks)):
        ground = shapely.union_all(shapes[ranks == rank])
        known = rank >= 0
        category = shades.name(int(rank)) if known else MISSING
        canvas.ground(ground, category, shades.fill(int(rank)) if known else theme.UNKNOWN)


def class_keys(shades: Shades, title: str, details: Sequence[str]) -> keys.Keys:
    """Return the keys of the classes, the first ones on top, and that of what is missing if any is."""
    entries = [
        keys.ground_key(shades.fill(rank), shades.name(rank), details[rank])
        for rank in range(shades.count)
    ]
    if shades.ranks.isna().any():
        entries.append(keys.ground_key(theme.UNKNOWN, MISSING))
    return keys.Keys(title, entries)
