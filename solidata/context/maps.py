"""What each publication prints, declared in the YAML maps beside this file."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import pandas as pd

from solidata.context.cells import unmarked
from solidata.french import fold
from solidata.tables import read_yaml


@dataclass(frozen=True)
class File:
    """An edition of a publication, as published."""

    name: str
    sha256: str
    url: str | None = None


@dataclass(frozen=True)
class Indicator:
    """One series of a publication and the words of the title that name it."""

    id: str
    label: str
    all: tuple[str, ...]
    none: tuple[str, ...] = ()
    unit: str = ""
    measure: str = ""
    public: str = ""

    def is_named_by(self, title: str) -> bool:
        """Tell whether a folded title has all the words, and none of those that exclude."""
        return all(w in title for w in self.all) and not any(w in title for w in self.none)


@dataclass(frozen=True)
class Publication:
    """What is known of a publication before any of its editions is opened."""

    source_id: str
    title: str
    files: tuple[File, ...]
    recognise: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    page: str = ""
    attachments: str = ""
    """Where the publisher's portal lists the files of the page, for programs."""
    measure: str = ""
    unit: str = ""
    provisional: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)

    @property
    def counted(self) -> set[str]:
        """The indicators that count somebody or something: never less than none."""
        return {i.id for i in self.indicators if i.measure == "stock"}

    def named(self, title: str) -> list[Indicator]:
        """Return the indicators that a sheet's title may name."""
        words = plain(title)
        return [i for i in self.indicators if i.is_named_by(words)]


def plain(title: str) -> str:
    """Return a title for comparing words: folded, its marks and number left out.

    Examples
    --------
    >>> plain("Tableau 14 Répartition de la population couverte* par le RSA")
    'repartition de la population couverte par le rsa'
    """
    words = re.sub(r"\(?\*+\)?", "", fold(title))
    return re.sub(r"^tableau\s*\w+\s*[-–:]?\s*", "", re.sub(r"\s+", " ", words))


_TAIL = re.compile(r"[\s,]*(?:par (?:departement|region)|depuis \d{4}|donnees (?:au|en) .*|"
                   r"au 31 decembre.*|en decembre|de \d{4} a \d{4})\s*$")  # fmt: skip


def slug(title: str) -> str:
    """Return the identifier of a series that no map declares, from the words of its title.

    Examples
    --------
    >>> slug("Tableau 10a - Bénéficiaires de l'ASH en EHPAD, depuis 2015")
    'beneficiaires-de-l-ash-en-ehpad'
    """
    words = re.sub(r"^repartition (?:des |de la |de l')", "", plain(unmarked(title)[0]))
    while words != (words := _TAIL.sub("", words)):
        pass
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")


@functools.cache
def publications() -> tuple[Publication, ...]:
    """Return the declared publications.

    Examples
    --------
    >>> [p.source_id for p in publications()][-1]
    'insee-population-2022'
    """
    folder = resources.files("solidata.context")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yaml"))
    maps = [
        read_yaml(folder.joinpath(name).read_text(encoding="utf-8"))
        for name in names
        if name != "areas.yaml"
    ]
    return tuple(_publication(said) for said in maps)


def _publication(said: dict[str, Any]) -> Publication:
    common = {"unit": said.get("unit", ""), "measure": said["measure"]}
    indicators = tuple(
        Indicator(**{**common, **row, "all": tuple(row["all"]), "none": tuple(row.get("none", ()))})
        for row in said["indicators"]
    )
    words = {k: tuple(said.get(k, ())) for k in ("recognise", "provisional", "prices")}
    files = tuple(File(**row) for row in said["files"])
    return Publication(**{**said, **words, "files": files, "indicators": indicators})


def recognise(titles: Iterable[str]) -> list[Publication]:
    """Return the publications whose words stand in one of the titles of a workbook.

    Examples
    --------
    >>> found = recognise(["Minima sociaux : Données départementales par dispositif"])
    >>> [p.source_id for p in found]
    ['drees-minima-sociaux-fichiers-publics']
    """
    folded = [fold(title) for title in titles]
    return [
        p for p in publications() if any(all(w in t for w in p.recognise) for t in folded)
    ]  # fmt: skip


def indicators() -> pd.DataFrame:
    """Return the declared indicators.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator_id``, ``label``, ``unit``, ``measure`` (``stock`` or ``flow``),
        ``public`` (the ages it is for, ``75-`` or ``20-64``) and ``source_id``, all texts.

    Examples
    --------
    >>> frame = indicators().set_index("indicator_id")
    >>> frame.loc["contexte-apa-a-domicile", "public"]
    '75-'
    """
    rows = [
        {"indicator_id": i.id, "label": i.label, "unit": i.unit, "measure": i.measure,
         "public": i.public, "source_id": p.source_id}
        for p in publications() for i in p.indicators
    ]  # fmt: skip
    return pd.DataFrame(rows).astype("str")
