"""The tables, each declared once in a YAML file beside this one.

A declaration is a Frictionless Table Schema with words of ours: ``provenance`` (the row
carries its address), ``origin`` (``transcribed``, ``descriptor`` or ``computed``), ``value``
(the field a reference to a row stands for), ``computed`` on a field that cleaning fills, and
``categories`` with French labels.
Everything else (raw reader, validation, typed loader, dictionary, data package)
derives from it: a field exists nowhere else.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


class Plan(NamedTuple):
    """The words of a plan, as the table of this name gives them; general ones without it."""

    title: str = "Plan d’actions"
    department: str = ""
    department_code: str = ""
    points_indicator: str = ""
    """What counts the access points that are announced."""
    author: str = "solidata"


class Registers(NamedTuple):
    """What a figure needs besides its data to say where it comes from: two tables, and the plan."""

    sources: pd.DataFrame
    contradictions: pd.DataFrame
    plan: Plan = Plan()


class Geography(NamedTuple):
    """What a map needs besides its data: outlines in Lambert-93 (EPSG:2154), in metres."""

    communes: gpd.GeoDataFrame
    """The table ``communes`` with ``geometry``, and ``outline_source``, where that comes from."""
    neighbours: gpd.GeoDataFrame
    """The départements around: ``code``, ``name``, ``source_id``, ``geometry``."""
    rivers: gpd.GeoDataFrame
    """To find one's way: ``name``, ``source_id``, ``geometry``."""


OUTLINES = "outlines.parquet"
"""The file of the outlines, beside the tables."""


@dataclass(frozen=True)
class Field:
    """A column: its type, unit, French words and constraints."""

    name: str
    type: str
    title: str
    description: str
    unit: str | None = None
    computed: bool = False
    ordered: bool = False
    required: bool = False
    unique: bool = False
    pattern: str | None = None
    example: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[tuple[str, str], ...] = ()

    @functools.cached_property
    def values(self) -> tuple[str, ...]:
        """The values a category may take, in their order."""
        return tuple(value for value, _ in self.categories)

    @functools.cached_property
    def labels(self) -> dict[str, str]:
        """French label of each category."""
        return dict(self.categories)


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are keys of another table."""

    field: str
    table: str
    target: str


@dataclass(frozen=True)
class Table:
    """A table: its fields in order, its key, and where its rows come from."""

    name: str
    title: str
    description: str
    key: str
    origin: str
    fields: tuple[Field, ...]
    foreign_keys: tuple[ForeignKey, ...]
    value: str | None = None
    """The field that a reference to a row stands for, in an expression or a search."""

    def field(self, name: str) -> Field:
        """Return the field called `name`."""
        return next(f for f in self.fields if f.name == name)

    @functools.cached_property
    def names(self) -> list[str]:
        """Column names, in order."""
        return [f.name for f in self.fields]

    @functools.cached_property
    def transcribed(self) -> list[Field]:
        """The fields a raw file holds."""
        return [f for f in self.fields if not f.computed]

    @property
    def has_provenance(self) -> bool:
        """Whether a row carries the line and the characters it comes from."""
        return {"source_id", "line", "printed"} <= set(self.names)


_TABLE_WORDS = {
    "title",
    "description",
    "provenance",
    "origin",
    "primaryKey",
    "value",
    "fields",
    "foreignKeys",
}
_FIELD_WORDS = {"name", "type", "title", "description", "unit", "computed", "ordered",
                "constraints", "categories", "example"}  # fmt: skip
_TYPES = {"string", "integer", "number", "boolean", "date"}


def _read_field(declared: Mapping[str, Any]) -> Field:
    unknown = set(declared) - _FIELD_WORDS
    if unknown or declared["type"] not in _TYPES:
        raise ValueError(f"champ mal déclaré : {declared['name']} ({sorted(unknown)})")
    categories = tuple((c["value"], c["label"]) for c in declared.get("categories", ()))
    plain = {k: v for k, v in declared.items() if k not in {"constraints", "categories"}}
    return Field(**plain, **declared.get("constraints", {}), categories=categories)


def _read_table(name: str, declared: Mapping[str, Any], provenance: list[Any]) -> Table:
    unknown = set(declared) - _TABLE_WORDS
    if unknown:
        raise ValueError(f"table mal déclarée : {name} ({sorted(unknown)})")
    fields = list(declared["fields"]) + (provenance if declared.get("provenance") else [])
    keys = [
        ForeignKey(k["fields"], k["reference"]["resource"], k["reference"]["fields"])
        for k in declared.get("foreignKeys", ())
    ]
    return Table(
        name=name,
        title=declared["title"],
        description=declared["description"],
        key=declared["primaryKey"],
        origin=declared.get("origin", "transcribed"),
        fields=tuple(_read_field(f) for f in fields),
        foreign_keys=tuple(keys),
        value=declared.get("value"),
    )


def read_yaml(text: str, typed: bool = True) -> Any:
    """Return what a YAML text declares, read by libyaml where the wheel brings it: ten times faster.

    Parameters
    ----------
    text : str
    typed : bool, default True
        False leaves every value as the text it is written in: YAML alone would make 1 of the
        département 01, and a date of 2024-05-02.

    Raises
    ------
    yaml.YAMLError
        When it is no YAML.

    Examples
    --------
    >>> read_yaml("code: 01"), read_yaml("code: 01", typed=False)
    ({'code': 1}, {'code': '01'})
    """
    pure = "SafeLoader" if typed else "BaseLoader"
    return yaml.load(text, getattr(yaml, f"C{pure}", getattr(yaml, pure)))


@functools.cache
def all_tables() -> dict[str, Table]:
    """Return every declared table by name, in alphabetical order.

    Returns
    -------
    dict of str to Table

    Raises
    ------
    ValueError
        When a declaration uses a word that this module does not know.

    Examples
    --------
    >>> all_tables()["actions"].key
    'action_id'
    """
    folder = resources.files(__package__)
    texts = {
        item.name.removesuffix(".yaml"): item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.name.endswith(".yaml")
    }
    provenance = read_yaml(texts.pop("_provenance"))
    return {name: _read_table(name, read_yaml(texts[name]), provenance) for name in sorted(texts)}
