"""What a document's folder holds: its descriptor, and where each of its tables is; the plan above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from solidata.french import nearest
from solidata.problems import Problem, SourceError
from solidata.raw.cells import DESCRIPTOR, fault
from solidata.raw.files import SUFFIXES, Place, decode, filled_sheets
from solidata.raw.layers import COMPANIONS, LAYERS, PARTS
from solidata.raw.layers import SUFFIXES as LAYER_SUFFIXES
from solidata.tables import Table, all_tables, read_yaml

PLAN = "plan.yaml"
"""What describes the plan, above the folders of the documents."""

DRAFT = "draft"
"""The word of a descriptor that keeps a document out of the tables."""

ASIDE = ("Guide", "Listes")
"""The sheets of a workbook that hold no table: how to fill it, and what its lists offer."""


def _mapping(path: Path, name: str, expected: str) -> dict[str, Any]:
    """Return what a YAML file declares, every value as the text it is written in.

    Raises
    ------
    SourceError
        When it is absent (it should hold `expected`), is no YAML, or is no list of fields.
    """
    if not path.is_file():
        raise SourceError(
            [Problem(name, None, None, None, f"fichier absent ; attendu : {expected}")]
        )
    try:
        declared = read_yaml(decode(path.read_bytes(), name), typed=False)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"YAML illisible : {getattr(error, 'problem', None) or error}"
        raise SourceError([Problem(name, mark and mark.line + 1, None, None, reason)]) from None
    if not isinstance(declared, dict):
        reason = "attendu : des lignes « champ: valeur »"
        raise SourceError([Problem(name, None, None, None, reason)])
    return declared


def _described(
    table: Table, entry: dict[str, Any], name: str
) -> tuple[dict[str, str], list[Problem]]:
    """Return what an entry of a YAML file says as a row of `table`, and what is wrong with it."""
    row = {str(key): str(value).strip() for key, value in entry.items()}
    problems = []
    for extra in (key for key in row if key not in table.names):
        near = nearest(extra, set(table.names) - set(row))
        hint = f" (le plus proche : {near})" if near else ""
        problems.append(Problem(name, None, extra, row[extra], f"champ inconnu{hint}"))
    for field in table.fields:
        text = row.setdefault(field.name, "")
        if isinstance(entry.get(field.name), (dict, list)):
            problems.append(Problem(name, None, field.name, text, "attendu : un texte seul"))
        elif not text and field.required:
            problems.append(Problem(name, None, field.name, "", "attendu : une valeur"))
        elif text and (wrong := fault(field, text)):
            problems.append(Problem(name, None, field.name, text, wrong))
    return row, problems


def read_descriptor(folder: Path, root: Path) -> tuple[dict[str, Any], bool]:
    """Return what a descriptor says, word by word, and whether its document is a draft."""
    path = folder / DESCRIPTOR
    name = path.relative_to(root).as_posix()
    declared = _mapping(path, name, "le titre, l’éditeur, la nature… du document")
    draft = declared.pop(DRAFT, "false")
    if draft not in ("true", "false"):
        raise SourceError([Problem(name, None, DRAFT, str(draft), "attendu : true ou false")])
    return declared, draft == "true"


def sources_of(
    folder: Path, root: Path, declared: dict[str, Any]
) -> tuple[list[dict[str, str]], list[Problem]]:
    """Return the sources that a folder declares, as rows of the table ``sources``, and their faults."""
    name = (folder / DESCRIPTOR).relative_to(root).as_posix()
    entries = (
        declared["sources"] if "sources" in declared else [{"source_id": folder.name} | declared]
    )
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        expected = "attendu : une liste de sources, chacune avec ses champs"
        return [], [Problem(name, None, "sources", None, expected)]
    described = [_described(all_tables()["sources"], entry, name) for entry in entries]
    return [row for row, _ in described], [one for _, faults in described for one in faults]


def read_plan(folder: Path, root: Path) -> list[dict[str, str]]:
    """Return what ``plan.yaml`` says of the plan, as the row of the table ``plan``.

    Without the file there is no row: a first transcription builds before its plan is described,
    and its figures name nothing rather than something false.
    """
    path = folder / PLAN
    if not path.exists():
        return []
    name = path.relative_to(root).as_posix()
    declared = _mapping(path, name, "le titre du plan, son département…")
    row, problems = _described(all_tables()["plan"], declared, name)
    if problems:
        raise SourceError(problems)
    return [row]


_SYSTEM = {"thumbs.db", "desktop.ini"}
"""What a file manager leaves in a folder."""


def transcribed() -> dict[str, Table]:
    """Return the tables that a folder may hold, by name."""
    return {name: t for name, t in all_tables().items() if t.origin == "transcribed"}


def _sheets(path: Path, root: Path) -> tuple[dict[str, Place], list[Problem]]:
    """Return the tables that a workbook holds, a sheet each, and its sheets that are none."""
    tables = transcribed()
    filled = filled_sheets(path, path.relative_to(root).as_posix())
    here = {sheet: Place(path, sheet) for sheet in filled if sheet in tables}
    if not here:
        return {}, [_stranger(path, root)]
    problems = []
    for sheet in set(filled) - set(here) - set(ASIDE):
        near = nearest(sheet, tables)
        hint = f" (la plus proche : {near})" if near else ""
        expected = f"feuille inattendue ; attendu : l’une des tables, ou {' et '.join(ASIDE)}{hint}"
        problems.append(Problem(Place(path, sheet).named(root), None, None, None, expected))
    return here, problems


def _stranger(path: Path, root: Path) -> Problem:
    if path.stem in LAYERS or path.suffix.lower() in LAYER_SUFFIXES:
        expected = (
            f"fichier inattendu ; attendu : une couche nommée {', '.join(LAYERS)}, "
            f"en {', '.join(LAYER_SUFFIXES)}"
        )
        return Problem(path.relative_to(root).as_posix(), None, None, None, expected)
    near = nearest(path.stem, transcribed())
    hint = f" (le plus proche : {near}.csv)" if near else ""
    expected = f"fichier inattendu ; attendu : l’une des tables, en .csv, .xlsx ou .ods{hint}"
    return Problem(path.relative_to(root).as_posix(), None, None, None, expected)


def files_of(folder: Path, root: Path) -> tuple[dict[str, Place], dict[str, Path], list[Problem]]:
    """Return where each table and each layer of a folder is, and its strangers and twins."""
    found: dict[str, Place] = {}
    layers: dict[str, Path] = {}
    shapefiles = {path.stem for path in folder.iterdir() if path.suffix.lower() == ".shp"}
    problems = []
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        left_by_a_system = path.name.startswith((".", "~$")) or path.name.lower() in _SYSTEM
        if path.name == DESCRIPTOR or left_by_a_system or suffix == ".md":
            continue
        if path.name.partition(".")[0] in LAYERS and suffix in COMPANIONS:
            if suffix in PARTS and path.stem not in shapefiles:
                expected = f"partie d’un shapefile ; attendu : {path.stem}.shp à côté"
                problems.append(
                    Problem(path.relative_to(root).as_posix(), None, None, None, expected)
                )
            continue
        here: dict[str, Place] = {}
        if path.stem in LAYERS and suffix in LAYER_SUFFIXES:
            twin = layers.setdefault(path.stem, path)
            if twin is not path:
                problems.append(_twin(path.relative_to(root).as_posix(), twin.name, "couche"))
        elif suffix in SUFFIXES and path.stem in transcribed():
            here = {path.stem: Place(path)}
        elif suffix in SUFFIXES[1:]:
            try:
                here, strange = _sheets(path, root)
                problems += strange
            except SourceError as error:
                problems += error.problems
        else:
            problems.append(_stranger(path, root))
        for table, place in here.items():
            if table in found:
                problems.append(_twin(place.named(root), found[table].named(folder)))
            found.setdefault(table, place)
    return found, layers, problems


def _twin(name: str, first: str, what: str = "table") -> Problem:
    expected = f"double emploi avec {first} ; attendu : un seul fichier par {what}"
    return Problem(name, None, None, None, expected)
