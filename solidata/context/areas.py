"""Recognise départements, regions and totals by their codes and names."""

from __future__ import annotations

import difflib
import functools
import re
from importlib import resources
from typing import Any, NamedTuple

from solidata.context.cells import unmarked
from solidata.french import fold
from solidata.tables import read_yaml

DEPARTMENT, REGION, OTHER = "departement", "region", "autre"
KINDS = {
    DEPARTMENT: "département", REGION: "région", "france_metropolitaine": "France métropolitaine",
    "france_entiere": "France entière", "outre_mer": "outre-mer", OTHER: "autre ligne",
}  # fmt: skip
"""Each kind of area in French."""

_NEAR = 0.85
"""How alike a misprinted name must be to the name of its code."""


class Area(NamedTuple):
    """A département, a region, or a total."""

    kind: str
    code: str
    name: str
    region: str = ""
    part_of: str = ""


@functools.cache
def _declared() -> dict[str, Any]:
    text = resources.files("solidata.context").joinpath("areas.yaml").read_text(encoding="utf-8")
    declared: dict[str, Any] = read_yaml(text)
    return declared


@functools.cache
def departments() -> dict[str, Area]:
    """Return the départements by code, and the wholes they make or are parts of.

    Examples
    --------
    >>> departments()["41"].name, departments()["2A"].part_of
    ('Loir-et-Cher', '20')
    """
    said = _declared()
    whole = {part: code for code, parts in said["wholes"].items() for part in parts}
    return {
        code: Area(DEPARTMENT, code, row["name"], row["region"], whole.get(code, ""))
        for code, row in said["departments"].items()
    }


@functools.cache
def regions() -> dict[str, Area]:
    """Return the regions by code.

    Examples
    --------
    >>> regions()["24"].name
    'Centre-Val de Loire'
    """
    return {c: Area(REGION, c, n, c) for c, n in _declared()["regions"].items()}


def key(name: str) -> str:
    """Return what two printings of one name have in common.

    Examples
    --------
    >>> key("Alpes de Haute-Provence ") == key("ALPES-DE-HAUTE-PROVENCE*")
    True
    """
    return re.sub(r"[\s'’.-]+", " ", fold(unmarked(name)[0])).strip()


@functools.lru_cache(4096)
def department_code(cell: object) -> str:
    """Return the code that a cell prints, a lost leading zero put back, or an empty text.

    Examples
    --------
    >>> department_code(1.0), department_code("2a"), department_code("20A"), department_code("x")
    ('01', '2A', '2A', '')
    """
    text = _code(cell)
    text = _declared()["codes"].get(text, text)
    return text if re.fullmatch(r"[0-9]{2,3}|2[AB]|69[DM]", text) else ""


@functools.lru_cache(4096)
def region_code(cell: object) -> str:
    """Return the code of a region that a cell prints, or an empty text.

    Examples
    --------
    >>> region_code(24.0), region_code("101")
    ('24', '01')
    """
    text = _code(cell)
    text = _declared()["region_codes"].get(text, text)
    return text if text in regions() else ""


def _code(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))
    text = cell.strip().upper() if isinstance(cell, str) else ""
    return text.zfill(2) if text.isdigit() else text


@functools.cache
def _by_name() -> dict[str, tuple[Area, ...]]:
    found: dict[str, list[Area]] = {}
    for area in (*departments().values(), *regions().values()):
        names = [area.name]
        if area.kind == DEPARTMENT:
            names += _declared()["names"].get(area.code, [])
        for name in names:
            found.setdefault(key(name), []).append(area)
    return {name: tuple(areas) for name, areas in found.items()}


@functools.lru_cache(4096)
def named(text: str) -> tuple[Area, ...]:
    """Return the areas that `text` may name; a total is named as printed.

    Examples
    --------
    >>> [area.code for area in named("Loir-et-Cher")]
    ['41']
    >>> named("TOTAL estimé France entière (hors Mayotte)")[0].kind
    'france_entiere'
    """
    if len(text) > 80:  # a sentence
        return ()
    name = key(text)
    if name in _by_name():
        return _by_name()[name]
    words = re.sub(r"\b(?:total|estime|de la|la|\(?hors mayotte\)?)\b|[()]", " ", name).split()
    printed = unmarked(text)[0]
    for rule in _declared()["totals"]:
        wanted = rule.get("only") or rule["all"]
        has = all(part in " ".join(words) for part in wanted)
        others = set(words) - set(" ".join(wanted).split())
        if has and not others:
            return (Area(rule["kind"], "", printed),)
    return ()


def misprint_of(code: str, text: str) -> bool:
    """Tell whether `text` is the name of the département `code` with a slip of the pen.

    Examples
    --------
    >>> misprint_of("47", "Lot-et-Graonne"), misprint_of("41", "Loiret")
    (True, False)
    """
    if code not in departments():
        return False
    names = [departments()[code].name, *_declared()["names"].get(code, [])]
    alike = (difflib.SequenceMatcher(None, key(n), key(text)).ratio() for n in names)
    return max(alike) >= _NEAR
