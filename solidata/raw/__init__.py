"""Read ``data/raw/<document>/``: refuse what is malformed, name file, line and column.

A folder is a document: its ``source.yaml`` and its tables, a file each or a sheet each of one
workbook, with the columns that :mod:`solidata.tables` declares and cleaning does not compute.
Beside the folders, ``plan.yaml`` says which plan they are of. All problems of all files are
reported at once.

A document that someone is still transcribing says ``draft: true`` in its ``source.yaml``: it is
left out as a whole, so that half a report never stands among the tables.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from solidata.problems import Problem, SourceError
from solidata.raw.cells import DESCRIPTOR, FILE, HINT, ROW, Record, raw_frame, read_table
from solidata.raw.files import SUFFIXES, Place, beside, filled_sheets, read_rows, table_of
from solidata.raw.folder import (
    ASIDE,
    DRAFT,
    PLAN,
    files_of,
    read_descriptor,
    read_plan,
    sources_of,
    transcribed,
)
from solidata.raw.layers import read_layer
from solidata.tables import Table, all_tables

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "ASIDE",
    "DESCRIPTOR",
    "DRAFT",
    "FILE",
    "HINT",
    "PLAN",
    "ROW",
    "Draft",
    "Raw",
    "beside",
    "drafts",
    "find_row",
    "read",
    "read_draft",
    "survey",
    "table_of",
]


_REPEATS = "repeats"
"""The column in which a row names the one, printed elsewhere, that it repeats."""


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


@dataclass(frozen=True)
class Draft:
    """A document being transcribed: what is filled so far, and what is wrong in it."""

    name: str
    source: dict[str, str]
    """The fields of its descriptor; the empty ones are ``""``."""
    tables: dict[str, pd.DataFrame]
    """The tables it has, rows with missing values included."""
    problems: list[Problem]
    """What is filled and cannot be read."""
    unsound: frozenset[str] = frozenset()
    """The actions named by the mentions that are left out of the tables for their problems."""


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


def drafts(root: Path) -> list[str]:
    """Return the names of the documents under `root` that are still being transcribed.

    A descriptor that cannot be read is no draft: :func:`survey` tells what is wrong in it.
    """
    found = []
    for path in sorted(root.glob(f"*/{DESCRIPTOR}")):
        try:
            draft = read_descriptor(path.parent, root.parent.parent)[1]
        except SourceError:
            continue
        if draft:
            found.append(path.parent.name)
    return found


def read_draft(folder: Path) -> Draft:
    """Return what a document being transcribed holds so far.

    Parameters
    ----------
    folder : pathlib.Path
        ``data/raw/<document>``.

    Returns
    -------
    Draft
        Values still missing are empty; what is filled and cannot be read is told beside.

    Raises
    ------
    SourceError
        When the descriptor cannot be read at all.
    """
    base = folder.parent.parent.parent
    declared, problems = sources_of(folder, base, read_descriptor(folder, base)[0])
    problems = [problem for problem in problems if problem.value]
    (source,) = declared[:1] or [{"source_id": folder.name, "lines": ""}]
    bad = {problem.column for problem in problems}
    lines = int(source["lines"]) if source["lines"] and "lines" not in bad else None
    tables = {}
    unsound: set[str] = set()
    files, _, strangers = files_of(folder, base)
    problems += strangers
    for name, place in files.items():
        table = all_tables()[name]
        records, faults = read_table(
            place, table, {source["source_id"]: lines}, base, unfinished=True
        )
        frame = raw_frame(table, records)
        if name == "mentions" and records:
            bad_lines = {fault.line for fault in faults}
            cells = _column(place, table, "action_id", base)
            unsound = {cell for line, cell in cells if line in bad_lines}
        problems += [*faults, *_twins(table, frame)]
        tables[name] = frame
    return Draft(folder.name, source, tables, problems, frozenset(unsound))


def survey(root: Path, finished: str | None = None) -> tuple[Raw, list[Problem]]:
    """Return what can be read under `root`, and every problem of every file.

    Rows with a problem, and the files and folders that cannot be read, are left out: what
    remains serves to tell the problems of the next steps in the same breath. So are drafts, but
    the one called `finished`, which is read as any document; a row that says it repeats one of
    theirs repeats nothing yet.
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
        plan = read_plan(root, base)
    except SourceError as error:
        problems += error.problems
    sources: list[dict[str, str]] = []
    declared_by: dict[str, str] = {}
    documents = 0
    left_out: list[Path] = []
    records: dict[str, list[Record]] = {
        name: [] for name, table in all_tables().items() if table.origin == "transcribed"
    }
    found: list[tuple[str, Path, str]] = []
    for folder in folders:
        try:
            declared_here, draft = read_descriptor(folder, base)
            if draft and folder.name != finished:
                left_out.append(folder)
                continue
            declared, faults = sources_of(folder, base, declared_here)
            if faults:
                raise SourceError(faults)
        except SourceError as error:
            problems += error.problems
            continue
        files, shapes, strangers = files_of(folder, base)
        problems += strangers
        documents += 1
        sources += declared
        for row in declared:
            name = (folder / DESCRIPTOR).relative_to(base).as_posix()
            if row["source_id"] in declared_by:
                expected = f"source déjà déclarée dans {declared_by[row['source_id']]}"
                problems.append(Problem(name, None, "source_id", row["source_id"], expected))
            declared_by.setdefault(row["source_id"], name)
        lines = {row["source_id"]: int(row["lines"]) if row["lines"] else None for row in declared}
        for name, place in files.items():
            rows, faults = read_table(place, all_tables()[name], lines, base)
            records[name] += rows
            problems += faults
        found += [(name, path, declared[0]["source_id"]) for name, path in shapes.items()]
    if not documents and not problems:
        expected = "aucun document ; attendu : un dossier par document"
        problems.append(Problem(root.relative_to(base).as_posix(), None, None, None, expected))
    tables = {}
    for name, rows in records.items():
        tables[name] = raw_frame(all_tables()[name], rows)
        problems += _twins(all_tables()[name], tables[name])
        _await_drafts(all_tables()[name], tables[name], left_out, base)
    layers: dict[str, gpd.GeoDataFrame] = {}
    own = set(tables["communes"]["insee_code"].str[:2])
    for name, path, source_id in found:
        problems += _add_layer(layers, name, path, source_id, base, own)
    described = pd.DataFrame(sources, columns=all_tables()["sources"].names, dtype=object)
    of_plan = pd.DataFrame(plan, columns=all_tables()["plan"].names, dtype=object)
    return Raw(described, tables, layers, of_plan), problems


def _await_drafts(table: Table, frame: pd.DataFrame, drafts: list[Path], root: Path) -> None:
    """Empty in `frame` the ``repeats`` that name a row of a draft.

    The row is not among the tables yet: the one that is to repeat it counts until then.
    """
    if _REPEATS not in frame:
        return
    stray = {*frame[_REPEATS].to_list()} - {*frame[table.key].to_list(), ""}
    for folder in drafts if stray else ():
        drafted = _texts(files_of(folder, root)[0].get(table.name), table, table.key, root)
        frame.loc[frame[_REPEATS].isin(stray & drafted), _REPEATS] = ""


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
    for place in _places_of(root, table):
        for line, cell in _column(place, table, table.key, base):
            if cell == key:
                return place.named(base), line
    return None


def _column(place: Place, table: Table, column: str, root: Path) -> Iterable[tuple[int, str]]:
    """Yield the line and the text of each cell of a column, be its row sound or not."""
    header, rows = read_rows(place, place.named(root), {f.name for f in table.transcribed})
    names = [cell.strip() for cell in header[1]]
    if column in names:
        rank = names.index(column)
        yield from ((line, cells[rank].strip()) for line, cells in rows if len(cells) > rank)


def _texts(place: Place | None, table: Table, column: str, root: Path) -> set[str]:
    """Return what a column holds, whatever else is wrong; nothing when the file cannot be read."""
    try:
        return {cell for _, cell in _column(place, table, column, root)} if place else set()
    except SourceError:
        return set()


def _places_of(root: Path, table: Table) -> Iterable[Place]:
    """Yield the files and the sheets of one table."""
    for path in sorted(root.glob("*/*")):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith((".", "~$")):
            continue
        if path.stem == table.name:
            yield Place(path)
        elif (
            path.suffix.lower() in SUFFIXES[1:]
            and path.stem not in transcribed()
            and table.name in filled_sheets(path, path.relative_to(root).as_posix())
        ):
            yield Place(path, table.name)


def _twins(table: Table, frame: pd.DataFrame) -> Iterable[Problem]:
    """Yield the rows whose key stands in another row already."""
    for field in (f for f in table.transcribed if f.unique):
        values = frame[field.name].to_list()
        if len(set(values)) == len(values):
            continue
        again = frame[frame.duplicated(field.name, keep=False)]
        for value, rows in again.groupby(field.name, sort=False):
            first = rows.iloc[0]
            for _, row in rows.iloc[1:].iterrows():
                where = f"{first[FILE]}, ligne {first[ROW]}"
                yield Problem(
                    row[FILE], int(row[ROW]), field.name, str(value), f"clé déjà prise par {where}"
                )
