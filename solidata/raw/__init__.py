"""Read ``data/raw/<document>/``: refuse what is malformed, name file, line and column.

A folder is a document: its ``source.yaml`` and one file a table, with the columns that
:mod:`solidata.tables` declares and cleaning does not compute. Beside the folders, ``plan.yaml``
says which plan they are of. All problems of all files are reported at once.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from solidata.french import nearest, quote
from solidata.problems import Problem, SourceError
from solidata.raw.files import SUFFIXES, Row, decode, read_rows
from solidata.raw.layers import COMPANIONS, LAYERS, PARTS, read_layer
from solidata.raw.layers import SUFFIXES as LAYER_SUFFIXES
from solidata.tables import Field, Table, all_tables

if TYPE_CHECKING:
    import geopandas as gpd

FILE, ROW = "raw_file", "raw_line"
"""Columns that tell where a raw row stands; cleaning leaves them out."""

DESCRIPTOR, PLAN = "source.yaml", "plan.yaml"
"""What describes a document, in its folder; what describes the plan, above the folders."""


@dataclass(frozen=True)
class Raw:
    """Everything transcribed: the sources, one frame a table, one a layer, the plan."""

    sources: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    layers: dict[str, gpd.GeoDataFrame] = dataclasses.field(default_factory=dict)
    """``communes``, ``neighbours``, ``rivers`` where a document holds them, as
    :func:`solidata.raw.layers.read_layer` gives them, with ``source_id`` and ``raw_file``."""
    plan: pd.DataFrame = dataclasses.field(
        default_factory=lambda: pd.DataFrame(columns=all_tables()["plan"].names, dtype=object)
    )
    """One row, or none without ``plan.yaml``."""


# --- cells ---------------------------------------------------------------------------


def _fault(field: Field, text: str) -> str | None:
    """Return what was expected in place of `text`, or None when it is right."""
    if field.categories and text not in field.values:
        near = nearest(text, field.values)
        hint = f" (le plus proche : {near})" if near else ""
        return f"attendu : l’une des valeurs {', '.join(field.values)}{hint}"
    if field.type in {"integer", "number"}:
        # Stricter than int() and float(), which take 1_000, nan or the digits of any script.
        form = r"-?[0-9]+" if field.type == "integer" else r"-?[0-9]+(\.[0-9]+)?"
        if not re.fullmatch(form, text):
            if field.type == "number" and re.fullmatch(form, dotted := text.replace(",", ".")):
                return f"attendu : un nombre avec un point ({dotted})"
            kind = "un entier sans espace" if field.type == "integer" else "un nombre"
            return f"attendu : {kind}"
        number = float(text)
        degrees = "\u00a0°" if field.unit == "°" else ""  # metres are often given there
        if field.minimum is not None and number < field.minimum:
            return f"attendu : au moins {field.minimum:g}{degrees}"
        if field.maximum is not None and number > field.maximum:
            return f"attendu : au plus {field.maximum:g}{degrees}"
    if field.type == "date":
        try:
            # fromisoformat() also takes 20250327 and 2025-W13-4.
            right = date.fromisoformat(text).isoformat() == text
        except ValueError:
            right = False
        if not right:
            return "attendu : une date AAAA-MM-JJ"
    if field.type == "boolean" and text not in {"true", "false"}:
        return "attendu : true ou false"
    if field.pattern and not re.fullmatch(field.pattern, text):
        if field.example:
            return f"attendu : une valeur comme {field.example}"
        return f"attendu : une valeur de la forme {field.pattern}"
    return None


# --- files ---------------------------------------------------------------------------


def _header_faults(table: Table, header: Row, name: str, accepted: set[str]) -> list[Problem]:
    line, cells = header
    names = [cell.strip() for cell in cells]
    problems = []
    for expected in (f for f in table.transcribed if f.name not in names):
        near = nearest(expected.name, set(names) - accepted)
        hint = f" ({quote(near)} lu, peut-être à sa place)" if near else ""
        problems.append(
            Problem(name, line, expected.name, None, f"colonne attendue, absente{hint}")
        )
    for extra in set(names) - accepted - {""}:
        near = nearest(extra, accepted)
        hint = f" (le plus proche : {near})" if near else ""
        problems.append(Problem(name, line, extra, None, f"colonne inconnue{hint}"))
    for twice in {n for n in names if names.count(n) > 1 and n}:
        problems.append(Problem(name, line, twice, None, "colonne présente deux fois"))
    return problems


def _cells(
    table: Table, names: list[str], row: Row, name: str
) -> tuple[dict[str, str], list[Problem]]:
    line, cells = row
    count = len(list(filter(None, names)))
    nameless = [cell for head, cell in zip(names, cells, strict=False) if not head]
    stray = [cell for cell in (*nameless, *cells[len(names) :]) if cell.strip()]
    if stray:
        expected = f"attendu : {count} cellules (une virgule hors de guillemets ?)"
        return {}, [Problem(name, line, None, stray[0], expected)]
    values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
    values.pop("", None)
    problems: list[Problem] = []
    for field in table.transcribed:
        text = values.setdefault(field.name, "")
        if not text and field.required:
            problems.append(Problem(name, line, field.name, "", "attendu : une valeur"))
        elif text and (fault := _fault(field, text)):
            problems.append(Problem(name, line, field.name, text, fault))
    if problems and len(cells) < len(names):  # one cause: another separator, a lost comma
        expected = f"attendu : {count} cellules, et non {len(cells)}"
        return {}, [Problem(name, line, None, cells[0], expected)]
    return values, problems


def _line_faults(table: Table, row: dict[str, Any], lines: int | None) -> Iterable[Problem]:
    """Yield what is wrong with the line numbers of a row of a document of `lines` lines."""
    if lines is None:
        return
    if table.has_provenance and row["line"] == "":
        yield Problem(row[FILE], row[ROW], "line", "", "attendu : la ligne du texte")
    for column in ("line", "line_end", "status_line", "status_line_end"):
        text = row.get(column, "")
        if text and int(text) > lines:
            yield Problem(row[FILE], row[ROW], column, text,
                          f"attendu : une ligne du document, qui en compte {lines}")  # fmt: skip
    for first, last in (("line", "line_end"), ("status_line", "status_line_end")):
        start, end = row.get(first, ""), row.get(last, "")
        if start and end and int(end) < int(start):
            yield Problem(
                row[FILE], row[ROW], last, end, f"attendu : au moins {start}, sa première ligne"
            )


def read_table(
    path: Path, table: Table, sources: dict[str, int | None], root: Path
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the sound rows of one raw file as text, and the problems of the others.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    table : Table
        Its declaration.
    sources : dict of str to int or None
        The sources its folder declares, and how many lines their texts have.
    root : pathlib.Path
        Folder that messages name files from.

    Returns
    -------
    pandas.DataFrame of str
        The transcribed columns, ``source_id``, ``raw_file`` and ``raw_line`` (int); empty
        cells are ``""``.
    list of Problem
        Every problem of the file; a row that has one is left out.
    """
    columns = list(dict.fromkeys([*(f.name for f in table.transcribed), "source_id", FILE, ROW]))
    empty = pd.DataFrame(columns=columns, dtype=object)
    name = path.relative_to(root).as_posix()
    accepted = {f.name for f in table.transcribed}
    several = len(sources) > 1
    if several and table.has_provenance:
        accepted.add("source_id")
    try:
        header, rows = read_rows(path, name, accepted)
    except SourceError as error:
        return empty, error.problems
    if problems := _header_faults(table, header, name, accepted):
        return empty, problems
    names = [cell.strip() for cell in header[1]]  # a nameless column keeps its place

    records: list[dict[str, Any]] = []
    problems = []
    for row in rows:
        values, faults = _cells(table, names, row, name)
        source_id = values.get("source_id", "") if several else next(iter(sources))
        record = {**values, "source_id": source_id, FILE: name, ROW: row[0]}
        # Of a row whose cells are not where they should be, only that is told.
        if values and several and table.has_provenance and source_id not in sources:
            expected = f"attendu : une source déclarée dans {DESCRIPTOR}"
            faults.append(Problem(name, row[0], "source_id", source_id, expected))
        if not faults:
            faults += _line_faults(table, record, sources.get(source_id))
        if not faults:
            records.append(record)
        problems += faults
    return pd.DataFrame(records, columns=columns) if records else empty, problems


# --- documents -----------------------------------------------------------------------


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
        # Text, as in a CSV: YAML alone would make 1 of the department 01, and a date of 2024-05-02.
        declared = yaml.load(decode(path.read_bytes(), name), Loader=yaml.BaseLoader)
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
        elif text and (fault := _fault(field, text)):
            problems.append(Problem(name, None, field.name, text, fault))
    return row, problems


def _read_sources(folder: Path, root: Path) -> list[dict[str, str]]:
    """Return the sources that a folder declares, as rows of the table ``sources``."""
    path = folder / DESCRIPTOR
    name = path.relative_to(root).as_posix()
    declared = _mapping(path, name, "le titre, l’éditeur, la nature… du document")
    entries = (
        declared["sources"] if "sources" in declared else [{"source_id": folder.name} | declared]
    )
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        expected = "attendu : une liste de sources, chacune avec ses champs"
        raise SourceError([Problem(name, None, "sources", None, expected)])
    described = [_described(all_tables()["sources"], entry, name) for entry in entries]
    if problems := [problem for _, faults in described for problem in faults]:
        raise SourceError(problems)
    return [row for row, _ in described]


def _read_plan(folder: Path, root: Path) -> list[dict[str, str]]:
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


def _files(folder: Path, root: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the raw file of each table and of each layer in a folder, refusing strangers and twins."""
    tables = {name: t for name, t in all_tables().items() if t.origin == "transcribed"}
    found: dict[str, Path] = {}
    layers: dict[str, Path] = {}
    shapefiles = {path.stem for path in folder.iterdir() if path.suffix.lower() == ".shp"}
    problems = []
    for path in sorted(folder.iterdir()):
        name = path.relative_to(root).as_posix()
        left_by_a_system = path.name.startswith((".", "~$")) or path.name.lower() in _SYSTEM
        if path.name == DESCRIPTOR or left_by_a_system or path.suffix == ".md":
            continue
        suffix = path.suffix.lower()
        if path.name.partition(".")[0] in LAYERS and suffix in COMPANIONS:
            if suffix in PARTS and path.stem not in shapefiles:
                expected = f"partie d’un shapefile ; attendu : {path.stem}.shp à côté"
                problems.append(Problem(name, None, None, None, expected))
            continue
        if path.stem in LAYERS and suffix in LAYER_SUFFIXES and path.stem not in layers:
            layers[path.stem] = path
        elif suffix not in (*SUFFIXES, *LAYER_SUFFIXES) or path.stem not in (tables | LAYERS):
            near = nearest(path.stem, tables)
            hint = f" (le plus proche : {near}.csv)" if near else ""
            expected = (
                f"fichier inattendu ; attendu : l’une des tables, en .csv, .xlsx ou .ods{hint}"
            )
            if path.stem in LAYERS or suffix in LAYER_SUFFIXES:
                expected = (
                    f"fichier inattendu ; attendu : une couche nommée {', '.join(LAYERS)}, "
                    f"en {', '.join(LAYER_SUFFIXES)}"
                )
            problems.append(Problem(name, None, None, None, expected))
        elif twin := layers.get(path.stem) if suffix in LAYER_SUFFIXES else found.get(path.stem):
            what = "couche" if suffix in LAYER_SUFFIXES else "table"
            expected = f"double emploi avec {twin.name} ; attendu : un seul fichier par {what}"
            problems.append(Problem(name, None, None, None, expected))
        else:
            found[path.stem] = path
    if problems:
        raise SourceError(problems)
    return found, layers


def read(root: Path) -> Raw:
    """Return everything transcribed under `root` (``data/raw``).

    Parameters
    ----------
    root : pathlib.Path
        A folder with one folder a document, and ``plan.yaml``.

    Returns
    -------
    Raw
        ``sources`` and ``tables``: frames of text, one a declared table, with the columns of
        :func:`read_table`; a table no document fills is empty.

    Raises
    ------
    SourceError
        With every problem of every file.
    """
    found, problems = survey(root)
    if problems:
        raise SourceError(problems)
    return found


def survey(root: Path) -> tuple[Raw, list[Problem]]:
    """Return what can be read under `root`, and every problem of every file.

    Rows with a problem, and the files and folders that cannot be read, are left out: what
    remains serves to tell the problems of the next steps in the same breath.
    """
    base = root.parent.parent  # messages name files as the analyst sees them: data/raw/...
    inside = sorted(path for path in root.iterdir() if path.name[0] != ".") if root.is_dir() else []
    folders = [path for path in inside if path.is_dir()]
    problems = [
        Problem(path.relative_to(base).as_posix(), None, None, None,
                "fichier hors d’un dossier de document ; attendu : data/raw/<document>/")
        for path in inside if not path.is_dir() and path.suffix != ".md" and path.name != PLAN
    ]  # fmt: skip
    plan: list[dict[str, str]] = []
    try:
        plan = _read_plan(root, base)
    except SourceError as error:
        problems += error.problems
    sources: list[dict[str, str]] = []
    declared_by: dict[str, str] = {}
    frames: dict[str, list[pd.DataFrame]] = {
        name: [] for name, table in all_tables().items() if table.origin == "transcribed"
    }
    found: list[tuple[str, Path, str]] = []
    for folder in folders:
        try:
            declared = _read_sources(folder, base)
            files, shapes = _files(folder, base)
        except SourceError as error:
            problems += error.problems
            continue
        sources += declared
        for row in declared:
            name = (folder / DESCRIPTOR).relative_to(base).as_posix()
            if row["source_id"] in declared_by:
                expected = f"source déjà déclarée dans {declared_by[row['source_id']]}"
                problems.append(Problem(name, None, "source_id", row["source_id"], expected))
            declared_by.setdefault(row["source_id"], name)
        lines = {row["source_id"]: int(row["lines"]) if row["lines"] else None for row in declared}
        for name, path in files.items():
            frame, faults = read_table(path, all_tables()[name], lines, base)
            frames[name].append(frame)
            problems += faults
        found += [(name, path, declared[0]["source_id"]) for name, path in shapes.items()]
    if not folders:
        expected = "aucun document ; attendu : un dossier par document"
        problems.append(Problem(root.relative_to(base).as_posix(), None, None, None, expected))
    tables = {}
    for name, parts in frames.items():
        columns = [*(f.name for f in all_tables()[name].transcribed), "source_id", FILE, ROW]
        empty = pd.DataFrame(columns=list(dict.fromkeys(columns)), dtype=object)
        filled = [part for part in parts if len(part)]
        tables[name] = pd.concat(filled, ignore_index=True) if filled else empty
        problems += _twins(all_tables()[name], tables[name])
    layers: dict[str, gpd.GeoDataFrame] = {}
    own = set(tables["communes"]["insee_code"].str[:2])
    for name, path, source_id in found:
        problems += _add_layer(layers, name, path, source_id, base, own)
    described = pd.DataFrame(sources, columns=all_tables()["sources"].names, dtype=object)
    of_plan = pd.DataFrame(plan, columns=all_tables()["plan"].names, dtype=object)
    return Raw(described, tables, layers, of_plan), problems


def _add_layer(
    layers: dict[str, gpd.GeoDataFrame],
    kind: str,
    path: Path,
    source_id: str,
    root: Path,
    departments: set[str],
) -> list[Problem]:
    """Read a layer into `layers`, and return what is wrong with it."""
    name = path.relative_to(root).as_posix()
    if kind in layers:
        expected = f"couche déjà donnée par {layers[kind][FILE].iloc[0]} ; attendu : une seule"
        return [Problem(name, None, None, None, expected)]
    try:
        layer = read_layer(path, kind, root, departments)
    except SourceError as error:
        return error.problems
    layers[kind] = layer.assign(source_id=source_id, **{FILE: name})
    return []


def find_row(root: Path, table: Table, key: str) -> tuple[str, int] | None:
    """Return the raw file and the line where a row is transcribed, or None.

    It opens the files of one table only, so that a defect elsewhere hides nothing.
    """
    base = root.parent.parent
    for path in sorted(root.glob(f"*/{table.name}.*")):
        if path.suffix.lower() not in SUFFIXES:
            continue
        name = path.relative_to(base).as_posix()
        header, rows = read_rows(path, name, {f.name for f in table.transcribed})
        names = [cell.strip() for cell in header[1]]
        if table.key not in names:
            continue
        column = names.index(table.key)
        for line, cells in rows:
            if len(cells) > column and cells[column].strip() == key:
                return name, line
    return None


def _twins(table: Table, frame: pd.DataFrame) -> Iterable[Problem]:
    """Yield the rows whose key stands in another row already."""
    for field in (f for f in table.transcribed if f.unique):
        again = frame[frame.duplicated(field.name, keep=False)]
        for value, rows in again.groupby(field.name, sort=False):
            first = rows.iloc[0]
            for _, row in rows.iloc[1:].iterrows():
                where = f"{first[FILE]}, ligne {first[ROW]}"
                yield Problem(
                    row[FILE], int(row[ROW]), field.name, str(value), f"clé déjà prise par {where}"
                )
