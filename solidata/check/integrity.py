"""What breaks the build: schemas, keys, guards. Never a contradiction that is recorded."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator

import pandas as pd

from solidata.check import contradictions, lineage, reports
from solidata.check.coverage import ledger_faults
from solidata.clean import number_ids
from solidata.french import format_number, nearest, quote
from solidata.problems import Problem
from solidata.raw import beside
from solidata.tables import Table, all_tables
from solidata.tables.rows import Rows
from solidata.tables.typed import plainly_sound, validator

Frames = dict[str, pd.DataFrame]


class Places:
    """Where the row of each key stands in the raw files, for messages."""

    def __init__(self, raw_tables: Frames) -> None:
        self._places = {
            f"{name}:{key}": (str(file), int(line))
            for name, frame in raw_tables.items()
            for key, file, line in zip(
                _keys(name, frame), frame["raw_file"], frame["raw_line"], strict=True
            )
        }

    def problem(
        self, table: str, key: object, column: str | None, value: object, expected: str
    ) -> Problem:
        """Return the problem of a row, at its place in the raw files when it has one."""
        file, line = self._places.get(f"{table}:{key}", (f"{table}:{key}", None))
        return Problem(file, line, column, None if value is None else str(value), expected)

    def beside(self, expression: str, table: str) -> str:
        """Return where to write of `table` what an expression says, by the first row it names."""
        for address in re.findall(r"\w+:[^\s()=]+", expression):
            if address in self._places:
                return beside(self._places[address][0], table)
        return f"{table}.csv"


def _keys(name: str, frame: pd.DataFrame) -> pd.Series:
    """Return the keys of raw rows; those of the ledger are made, not transcribed."""
    return number_ids(frame)["number_id"] if name == "numbers" else frame[all_tables()[name].key]


def key_problems(
    tables: Rows, places: Places, unsure: Collection[str] = frozenset()
) -> list[Problem]:
    """Return the foreign keys that name no row, and the rows that are part of themselves.

    Parameters
    ----------
    tables : Rows
        Raw or typed tables; the computed fields of a raw one may be absent.
    places : Places
        Where their rows stand in the raw files.
    unsure : collection of str
        Tables of which rows are missing: a key that they do not have says nothing.
    """

    @functools.cache
    def distinct(name: str, column: str) -> set[str]:
        return {value for value in tables.column(name, column) if value}

    problems = []
    for name in tables:
        table, present = all_tables()[name], tables.columns(name)
        for foreign in table.foreign_keys:
            if foreign.table == name:
                problems += _loops(table, tables, foreign.field, places)
            if foreign.table not in tables or foreign.table in unsure:
                continue
            if foreign.field not in present:  # computed, and the table is raw
                continue
            targets = distinct(foreign.table, foreign.target)
            stray = distinct(name, foreign.field) - targets
            if not stray:
                continue
            for key, value in _pairs(table, tables, foreign.field):
                if value not in stray:
                    continue
                near = nearest(value, targets)
                hint = f" (le plus proche : {near})" if near else ""
                expected = f"attendu : une clé de la table {foreign.table}{hint}"
                problems.append(places.problem(name, key, foreign.field, value, expected))
    return problems


def _pairs(table: Table, tables: Rows, field: str) -> Iterator[tuple[str, str]]:
    """Return the key of each row, and what its `field` holds."""
    return zip(tables.column(table.name, table.key), tables.column(table.name, field), strict=True)


def _loops(table: Table, tables: Rows, field: str, places: Places) -> list[Problem]:
    """Return the rows that lead back to themselves: no total would hold them."""
    leads = {key: lead for key, lead in _pairs(table, tables, field) if key and lead}
    problems = []
    for start in leads:
        row, steps = leads[start], 0
        while row in leads and row != start and steps < len(leads):
            row, steps = leads[row], steps + 1
        if row == start:
            expected = "attendu : une autre ligne, qui ne renvoie pas à celle-ci"
            problems.append(places.problem(table.name, start, field, leads[start], expected))
    return problems


def schema_problems(table: Table, tables: Rows, places: Places) -> list[Problem]:
    """Return what the derived schema refuses in a typed table.

    A table that is plainly sound is not shown to pandera, which takes longer than the build.
    """
    if plainly_sound(table, tables.columns(table.name)):
        return []
    import pandera.errors

    frame = tables.frame(table.name)
    try:
        validator(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        problems = []
        for _, case in error.failure_cases.iterrows():
            key = frame[table.key].get(case["index"]) if pd.notna(case["index"]) else None
            expected = f"attendu : {case['check']}"
            problems.append(
                places.problem(table.name, key, case["column"], case["failure_case"], expected)
            )
        return problems
    return []


def ledger_problems(tables: Rows, places: Places) -> list[Problem]:
    """Return the rows of the ledger that hold nothing true."""
    return [
        places.problem("numbers", number_id, "record", None, f"{quote(printed)}, {fault}")
        for number_id, printed, fault in ledger_faults(tables)
    ]


def register_problems(tables: Rows, places: Places) -> list[Problem]:
    """Return what the register of contradictions names without ground."""
    return [
        places.problem("contradictions", name, column, None, fault)
        for name, column, fault in contradictions.faults(tables)
    ]


_UNLIKE = {"=": "≠", "<=": ">"}
"""What is true of the two sides of an identity that fails."""


def identity_problems(tables: Rows, places: Places) -> list[Problem]:
    """Return the identities that fail without a contradiction that records it.

    They are told at the file or the sheet where it goes: that of the document whose row the
    identity is of, first in its expression.
    """
    return [
        Problem(
            places.beside(row["expression"], "contradictions"),
            expected=f"égalité fausse et non consignée ({row['label']} : {format_number(row['left'])} "
            f"{_UNLIKE[row['relation']]} {format_number(row['right'])}{_remark(row['note'])}) ; corrigez la "
            f"transcription, ou consignez la contradiction avec identity_id = {row['identity_id']}",
        )
        for row in contradictions.unrecorded(tables["identities"])
    ]


def _remark(note: object) -> str:
    """Return a note after a semicolon, or nothing without one."""
    return f" ; {note.rstrip('.')}" if isinstance(note, str) and note else ""


def lineage_problems(tables: Rows, places: Places) -> list[Problem]:
    """Return the fates of actions that cannot be."""
    if not tables.count("action_lineage"):
        return []
    found = lineage.faults(tables.frame("action_lineage"), tables.frame("action_statuses"))
    return [places.problem(*fault) for fault in found]


def report_problems(tables: Rows, places: Places) -> list[Problem]:
    """Return what a report says twice, or under another's identifier."""
    actions = tables["actions"]
    wrong = [
        *reports.published_twice(tables["department_budget"]),
        *reports.reused(
            tables["mentions"],
            {row["action_id"]: row["title"] for row in actions},
            {row["action_id"]: row["source_id"] for row in actions},
        ),
    ]
    return [places.problem(*fault) for fault in wrong]


def problems(tables: Rows, places: Places) -> list[Problem]:
    """Return everything that breaks the build, at its place in the raw files.

    Parameters
    ----------
    tables : Rows
        The typed tables, ``identities`` included.
    places : Places
        Where their rows stand in the raw files.
    """
    misdated = [places.problem(*fault) for fault in reports.misdated(tables)]
    found = key_problems(tables, places)
    for name in tables:
        # Two statuses in a year follow from a mention of the wrong one.
        if not misdated or name != "action_statuses":
            found += schema_problems(all_tables()[name], tables, places)
    if not found:  # what follows reads through the keys
        found += ledger_problems(tables, places) + register_problems(tables, places)
        found += report_problems(tables, places) + identity_problems(tables, places)
        found += lineage_problems(tables, places)
    return found + misdated
