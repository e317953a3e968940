"""What changed between two versions of the processed tables, row by row and field by field.

Cells are compared as the text of the files: the two versions may declare different tables and
columns, and a figure that reads « 12 » where it read « 12.0 » has changed for whoever opens it.
The outlines of places are no table: they are left out.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from solidata.problems import Problem, RefusedError, SourceError
from solidata.tables import all_tables

PACKAGE = "datapackage.json"
CHANGES = ("added", "removed", "changed", "moved")
"""A row of one side only, a changed value, and a changed address (line numbers) alone."""

_ADDRESS = re.compile(r"(?:status_)?line(?:_end|_a|_b)?")
_LINE_IN_WORDS = re.compile(r"\blignes?\s+\d+(?:\s+(?:à|et)\s+\d+)?")
_TABLES = [
    "table", "change", "key_before", "key_after", "rows_before", "rows_after", *CHANGES,
    "columns_added", "columns_removed",
]  # fmt: skip
_CELLS = ["table", "key", "change", "field", "before", "after"]


@dataclass(frozen=True)
class Version:
    """The processed tables of a folder, as text, and the key of each."""

    folder: Path
    frames: Mapping[str, pd.DataFrame]
    keys: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)
    """French titles that its data package gives, by ``table`` and ``table.field``."""
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """French labels of its categories, by ``table.field`` and value."""


class Comparison(NamedTuple):
    """What :func:`compare` finds: a row a table, a row a cell, and what both are called."""

    tables: pd.DataFrame
    cells: pd.DataFrame
    titles: Mapping[str, str]
    labels: Mapping[str, Mapping[tuple[str, str], str]]
    """The :attr:`Version.labels` of each side, ``before`` and ``after``."""

    @property
    def differs(self) -> bool:
        """Whether anything changed, a line number included."""
        one_side = (self.tables["change"] != "both") | (
            self.tables["key_before"] != self.tables["key_after"]
        )
        columns = self.tables[["columns_added", "columns_removed"]] != ""
        return bool(len(self.cells) or one_side.any() or columns.any(axis=None))


# --- reading ---------------------------------------------------------------------------


def read_version(folder: Path) -> Version:
    """Return the processed tables of `folder`, every cell as text.

    Parameters
    ----------
    folder : pathlib.Path
        The processed tables, or the home of a project that holds them in ``data/processed``.

    Returns
    -------
    Version

    Raises
    ------
    RefusedError
        When `folder` holds no processed tables.
    SourceError
        With every table that is missing, malformed, or has a key twice.
    """
    if not folder.is_dir():
        raise RefusedError(
            f"{folder} n’est pas un dossier ; attendu : un dossier de tables (pour une version "
            "gardée par git : « git worktree add ../avant VERSION », puis ../avant)."
        )
    inside = folder / "data" / "processed"
    if not (folder / PACKAGE).is_file() and inside.is_dir():
        folder = inside
    if not (folder / PACKAGE).is_file():
        raise RefusedError(
            f"{folder} n’est pas un dossier de tables construites (sans {PACKAGE}) ; attendu : "
            "data/processed, ou le dossier d’un projet qui le contient."
        )
    keys, titles, labels = _declared(folder)
    frames, problems = {}, []
    for name, key in keys.items():
        try:
            frames[name] = _read(folder / f"{name}.csv", key)
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return Version(folder, frames, keys, titles, labels)


def _declared(
    folder: Path,
) -> tuple[dict[str, str], dict[str, str], dict[tuple[str, str], str]]:
    """Return what the data package of `folder` declares: keys of tables, titles, labels."""
    path = folder / PACKAGE
    keys, titles, labels = {}, {}, {}
    try:
        for table in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            name, schema = str(table["name"]), table["schema"]
            key = schema["primaryKey"]
            keys[name] = key if isinstance(key, str) else str(key[0])
            titles[name] = str(table.get("title", name))
            for column in schema.get("fields", ()):
                at = f"{name}.{column['name']}"
                titles[at] = str(column.get("title", column["name"]))
                for one in column.get("categories", ()):  # a value alone is its own label
                    if isinstance(one, dict) and "label" in one:
                        labels[at, str(one["value"])] = str(one["label"])
    except (ValueError, KeyError, TypeError, IndexError):
        expected = "attendu : un paquet de tables (« resources », avec leur clé primaire)"
        raise SourceError([Problem(str(path), None, None, None, expected)]) from None
    return keys, titles, labels


def _read(path: Path, key: str) -> pd.DataFrame:
    """Return a table as text; the reader of pandas would fill a short row without a word."""
    if not path.is_file():
        raise SourceError([Problem(str(path), None, None, None, "table absente du dossier")])
    problems = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows, lines = [], []
            for cells in filter(None, reader):
                if len(cells) != len(header):
                    expected = f"attendu : {len(header)} cellules, et non {len(cells)}"
                    problems.append(Problem(str(path), reader.line_num, None, cells[0], expected))
                rows.append(cells)
                lines.append(reader.line_num)
    except (UnicodeDecodeError, csv.Error):
        expected = "illisible ; attendu : un CSV en UTF-8, séparé par des virgules"
        raise SourceError([Problem(str(path), None, None, None, expected)]) from None
    for name in dict.fromkeys(n for n in header if header.count(n) > 1):
        problems.append(Problem(str(path), 1, name, None, "colonne présente deux fois"))
    if key not in header:
        problems.append(Problem(str(path), 1, key, None, "colonne de la clé, absente"))
    if problems:
        raise SourceError(problems)
    frame = pd.DataFrame(rows, columns=header, dtype=object)
    for place, again, value in zip(lines, frame[key].duplicated(), frame[key], strict=True):
        if again or not value:
            expected = "clé déjà prise par une autre ligne" if value else "attendu : une clé"
            problems.append(Problem(str(path), place, key, value, expected))
    if problems:
        raise SourceError(problems)
    return frame


def compare_folders(before: Path, after: Path) -> Comparison:
    """Return what changed from the tables of a folder to those of another.

    Parameters
    ----------
    before, after : pathlib.Path
        As for :func:`read_version`.

    Raises
    ------
    RefusedError
        When a folder holds no tables, or both are the same.
    SourceError
        With every table that cannot be compared.
    """
    one, other = read_version(before), read_version(after)
    if one.folder.resolve() == other.folder.resolve():
        raise RefusedError(
            f"{before} et {after} sont le même dossier ; attendu : deux versions des tables."
        )
    return compare(one, other)


# --- comparing -------------------------------------------------------------------------


def compare(before: Version, after: Version) -> Comparison:
    """Return what changed between two versions of the tables.

    Parameters
    ----------
    before, after : Version
        They may declare different tables and columns.

    Returns
    -------
    Comparison
        ``tables``: one row a table of either version, in alphabetical order. ``change`` is
        ``added``, ``removed`` or ``both``; ``rows_before`` and ``rows_after`` count its rows
        (int), ``added``, ``removed``, ``changed`` and ``moved`` the rows of :data:`CHANGES`
        (int); ``columns_added`` and ``columns_removed`` hold names separated by spaces.
        ``cells``: one row a cell, all of text: ``table``, ``key``, ``change``, ``field``,
        ``before``, ``after``. An added or a removed row gives every cell that is not empty. A row
        that is ``moved`` says the same from another line of its document. The columns that one
        version alone has are no change of a row.

    Examples
    --------
    >>> old = pd.DataFrame({"id": ["a", "b"], "value": ["1", "2"], "line": ["7", "8"]})
    >>> new = pd.DataFrame({"id": ["a", "b"], "value": ["1", "3"], "line": ["9", "8"]})
    >>> versions = [Version(Path(), {"t": f}, {"t": "id"}) for f in (old, new)]
    >>> compare(*versions).cells[["key", "change", "field", "before", "after"]].values.tolist()
    [['a', 'moved', 'line', '7', '9'], ['b', 'changed', 'value', '2', '3']]
    """
    tables, cells = [], []
    for name in sorted({*before.frames, *after.frames}):
        sides = [
            version.frames.get(name, pd.DataFrame(columns=[version.keys.get(name, "")]))
            for version in (before, after)
        ]
        keys = [version.keys.get(name) for version in (before, after)]
        found = _table_cells(name, *sides, *keys)
        change = "added" if keys[0] is None else "removed" if keys[1] is None else "both"
        names = [[c for c in side.columns if c] for side in sides]
        shared = change == "both"
        counts = found.drop_duplicates(["key", "change"])["change"].value_counts()
        tables.append({
            "table": name, "change": change, "key_before": keys[0] or keys[1],
            "key_after": keys[1] or keys[0],
            "rows_before": len(sides[0]), "rows_after": len(sides[1]),
            **{kind: int(counts.get(kind, 0)) for kind in CHANGES},
            "columns_added": " ".join(n for n in names[1] if shared and n not in names[0]),
            "columns_removed": " ".join(n for n in names[0] if shared and n not in names[1]),
        })  # fmt: skip
        cells.append(found)
    every = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=_CELLS)
    titles = {**before.titles, **after.titles}
    labels = {"before": before.labels, "after": after.labels}
    return Comparison(pd.DataFrame(tables, columns=_TABLES), every, titles, labels)


def _table_cells(
    name: str, before: pd.DataFrame, after: pd.DataFrame, key: str | None, new_key: str | None
) -> pd.DataFrame:
    """Return the cells of one table that changed, by key."""
    old = before.set_index(key or before.columns[0], drop=False)
    new = after.set_index(new_key or after.columns[0], drop=False)
    pairs = {k: k for k in new.index if k in old.index}
    if _key_is_address(name):  # what a key names may have changed: what it says comes first
        pairs = _by_words(old, new, pairs)
    fields = [c for c in old.columns if c in new.columns]
    rows: list[tuple[str, str, str, str, str, str]] = []
    stayed = set(pairs.values())
    gone = [k for k in old.index if k not in stayed]
    for kind, frame, keys in (("removed", old, gone),
                              ("added", new, [k for k in new.index if k not in pairs])):  # fmt: skip
        for k in keys:
            for column, value in frame.loc[k].items():
                sides = (value, "") if kind == "removed" else ("", value)
                rows += [(name, k, kind, str(column), *sides)] if value else []
    old_rows = old.loc[list(pairs.values()), fields].to_numpy()
    new_rows = new.loc[list(pairs), fields].to_numpy()
    for k, one, other in zip(pairs, old_rows, new_rows, strict=True):
        found = list(_changed(fields, one, other))
        kind = "moved" if all(_only_address(name, k, *cell) for cell in found) else "changed"
        rows += [(name, k, kind, *cell) for cell in found]
    return pd.DataFrame(rows, columns=_CELLS, dtype=object)


def _changed(fields: list[str], one: Any, other: Any) -> Iterator[tuple[str, str, str]]:
    for column, a, b in zip(fields, one, other, strict=True):
        if a != b:
            yield column, a, b


def _only_address(name: str, key: str, column: str, before: str, after: str) -> bool:
    """Whether two cells differ by a line number alone, also one told in words."""
    if _ADDRESS.fullmatch(column) or (_key_is_address(name) and after == key):
        return True
    return _LINE_IN_WORDS.sub("", before) == _LINE_IN_WORDS.sub("", after)


def _key_is_address(name: str) -> bool:
    """Whether the key of a table is made of the line of its rows, as that of the ledger."""
    table = all_tables().get(name)
    return table is not None and table.origin == "transcribed" and table.field(table.key).computed


def _by_words(old: pd.DataFrame, new: pd.DataFrame, named: Mapping[str, str]) -> dict[str, str]:
    """Return, by new key, the old key of the row that says the same, else of that key.

    Rows that say the same are paired in their order, after those that also stand where they were.
    """
    said = [c for c in old.columns[1:] if c in new.columns and not _ADDRESS.fullmatch(c)]
    stayed = [k for k in named if old.loc[k, said].equals(new.loc[k, said])]
    found = {k: k for k in stayed}

    def left(frame: pd.DataFrame) -> pd.DataFrame:
        rest = frame.loc[~frame.index.isin(stayed), said]
        turn = rest.groupby(said, sort=False).cumcount() if said else range(len(rest))
        return rest.assign(turn=turn).rename_axis("key_of_row").reset_index()

    same = left(new).merge(left(old), on=[*said, "turn"], suffixes=("", "_old"))
    found |= dict(zip(same["key_of_row"], same["key_of_row_old"], strict=True))
    taken = set(found.values())
    found |= {k: k for k in named if k not in found and k not in taken}
    return {k: found[k] for k in new.index if k in found}
