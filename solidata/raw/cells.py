"""Read one raw table: the cells as text, and what is wrong with each of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from solidata.french import nearest, quote
from solidata.problems import Problem, SourceError
from solidata.raw.files import Place, Row, read_rows
from solidata.tables import Field, Table

FILE, ROW = "raw_file", "raw_line"
"""Columns that tell where a raw row stands; cleaning leaves them out."""

HINT = "hint"
"""A column any raw file may have: a reminder for who fills it, left out of the tables."""

DESCRIPTOR = "source.yaml"

Record = dict[str, Any]
"""A raw row: its cells as text, the document, the file and the line where it stands."""


_TURN = 360.0
"""Degrees of a whole turn: what is beyond is in metres."""


def fault(field: Field, text: str) -> str | None:
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
        degrees = "\u00a0°" if field.unit == "°" else ""
        if degrees and abs(number) > _TURN:
            return "coordonnées en mètres (Lambert-93 ?) ; attendu : des degrés (EPSG:4326)"
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


def _iso(text: str) -> str:
    """Return a day as AAAA-MM-JJ when it is JJ/MM/AAAA, and any other text as it is."""
    if not re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text.strip()):
        return text
    try:
        return datetime.strptime(text.strip(), "%d/%m/%Y").date().isoformat()
    except ValueError:
        return text


def _with_days(table: Table, names: list[str], rows: list[Row]) -> list[Row]:
    """Return the rows with their days as declared: a French spreadsheet saves a CSV with its own."""
    days = {f.name for f in table.transcribed if f.type == "date"}
    places = [place for place, name in enumerate(names) if name in days]
    if not any("/" in cells[p] for _, cells in rows for p in places if p < len(cells)):
        return rows
    return [
        (line, [_iso(cell) if p in places else cell for p, cell in enumerate(cells)])
        for line, cells in rows
    ]


# --- files ---------------------------------------------------------------------------


def _misplaced(table: Table, header: Row, rows: list[Row], name: str) -> list[Problem]:
    """Return the one problem of a header that stands below a title, or nothing."""
    expected = {f.name for f in table.transcribed}

    def known(row: Row) -> int:
        return len(expected & {cell.strip() for cell in row[1]})

    if known(header) > 1:
        return []
    for row in rows[:_TITLES]:
        if known(row) > max(1, len(expected) // 2):
            read = next(cell.strip() for cell in header[1] if cell.strip())
            told = f"attendu : l’en-tête sur la première ligne (il est à la ligne {row[0]})"
            return [Problem(name, header[0], None, read, told)]
    return []


_TITLES = 10
"""How many rows of titles may stand above a header, for it to be looked for."""


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
        if not near and "note" in accepted:
            hint = f" (une remarque s’écrit dans {quote('note')})"
        else:
            hint = f" (le plus proche : {near})" if near else ""
        problems.append(Problem(name, line, extra, None, f"colonne inconnue{hint}"))
    for twice in {n for n in names if names.count(n) > 1 and n}:
        problems.append(Problem(name, line, twice, None, "colonne présente deux fois"))
    return problems


Judge = Callable[[str], str | None]
"""What :func:`fault` says of a text, for one field."""


def _judges(table: Table) -> dict[str, Judge]:
    """Return what judges each field: a column repeats its values, each is judged once."""
    return {f.name: functools.cache(functools.partial(fault, f)) for f in table.transcribed}


def _cells(
    table: Table, judges: dict[str, Judge], names: list[str], row: Row, name: str
) -> tuple[dict[str, str], list[Problem]]:
    line, cells = row
    nameless = [cell for head, cell in zip(names, cells, strict=False) if not head]
    if stray := [cell for cell in (*nameless, *cells[len(names) :]) if cell.strip()]:
        expected = f"attendu : {_count(names)} cellules"
        if name.endswith(".csv"):
            expected += " (une virgule hors de guillemets ?)"
        return {}, [Problem(name, line, None, stray[0], expected)]
    values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
    values.pop("", None)
    problems: list[Problem] = []
    for field in table.transcribed:
        text = values.setdefault(field.name, "")
        if not text and field.required:
            problems.append(Problem(name, line, field.name, "", "attendu : une valeur"))
        elif text and (wrong := judges[field.name](text)):
            problems.append(Problem(name, line, field.name, text, wrong))
    if problems and len(cells) < len(names):  # one cause: another separator, a lost comma
        expected = f"attendu : {_count(names)} cellules, et non {len(cells)}"
        return {}, [Problem(name, line, None, cells[0], expected)]
    return values, problems


def _all_sound(table: Table, names: list[str], rows: list[Row]) -> list[dict[str, str]] | None:
    """Return the cells of every row as :func:`_cells` does, or None when that must look at each.

    A column repeats its values: each is judged once, and a sound file is read column by column.
    """
    if not rows or "" in names or any(len(cells) != len(names) for _, cells in rows):
        return None
    columns = [list(map(str.strip, cells)) for cells in zip(*(row[1] for row in rows), strict=True)]
    distinct = {name: set(cells) for name, cells in zip(names, columns, strict=True)}
    for field in table.transcribed:
        texts = distinct[field.name]
        if field.required and "" in texts:
            return None
        free = field.type == "string" and not field.categories and not field.pattern
        if not free and any(fault(field, text) for text in texts - {""}):
            return None
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _count(names: list[str]) -> int:
    return len(list(filter(None, names)))


def raw_columns(table: Table) -> list[str]:
    """Return the columns of the raw rows of a table."""
    return list(dict.fromkeys([*(f.name for f in table.transcribed), "source_id", FILE, ROW]))


def raw_frame(table: Table, records: list[Record]) -> pd.DataFrame:
    """Return the raw rows of a table as a frame of text, with the columns of :func:`raw_columns`."""
    return pd.DataFrame(records, columns=raw_columns(table), dtype=object)


def _line_faults(table: Table, row: Record, lines: int | None) -> Iterable[Problem]:
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


def _period_faults(row: dict[str, Any]) -> Iterable[Problem]:
    """Yield the end of a period that comes before its first day."""
    start, end = row.get("period_start", ""), row.get("period_end", "")
    if start and end and end < start:  # as AAAA-MM-JJ, text is in the order of days
        expected = f"attendu : au plus tôt {start}, le début de la période"
        yield Problem(row[FILE], row[ROW], "period_end", end, expected)


def read_table(
    place: Place,
    table: Table,
    sources: dict[str, int | None],
    root: Path,
    unfinished: bool = False,
) -> tuple[list[Record], list[Problem]]:
    """Return the sound rows of one raw file as text, and the problems of the others.

    Parameters
    ----------
    place : Place
        The file, and its sheet when it holds several tables.
    table : Table
        Its declaration.
    sources : dict of str to int or None
        The sources its folder declares, and how many lines their texts have.
    root : pathlib.Path
        Folder that messages name files from.
    unfinished : bool, default False
        Take a missing value for one still to be filled, and keep its row.

    Returns
    -------
    list of dict
        For each row, the transcribed columns, ``source_id``, ``raw_file`` and ``raw_line``
        (int), the others being text; empty cells are ``""``. See :func:`raw_frame`.
    list of Problem
        Every problem of the file; a row that has one is left out.
    """
    name = place.named(root)
    accepted = {f.name for f in table.transcribed}
    several = len(sources) > 1
    if several and table.has_provenance:
        accepted.add("source_id")
    try:
        header, rows = read_rows(place, name, accepted)
    except SourceError as error:
        return [], error.problems
    if problems := (
        _misplaced(table, header, rows, name)
        or _header_faults(table, header, name, accepted | {HINT})
    ):
        return [], problems
    names = [cell.strip() for cell in header[1]]  # a nameless column keeps its place
    rows = _with_days(table, names, rows)

    sound = _all_sound(table, names, rows)
    judges = {} if sound else _judges(table)
    records, problems = [], []
    for rank, row in enumerate(rows):
        values, faults = (sound[rank], []) if sound else _cells(table, judges, names, row, name)
        source_id = values.get("source_id", "") if several else next(iter(sources))
        record = {**values, "source_id": source_id, FILE: name, ROW: row[0]}
        # Of a row whose cells are not where they should be, only that is told.
        if values and several and table.has_provenance and source_id not in sources:
            expected = f"attendu : une source déclarée dans {DESCRIPTOR}"
            faults.append(Problem(name, row[0], "source_id", source_id, expected))
        if not faults:
            faults += _line_faults(table, record, sources.get(source_id))
            faults += _period_faults(record)
        if unfinished:
            faults = [f for f in faults if f.value]
        if not faults:
            records.append(record)
        problems += faults
    return records, problems
