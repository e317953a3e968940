"""Fill the computed fields of each transcribed table: pure functions, raw frame in, frame out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from solidata.clean.repair import Repairs, parsed
from solidata.french import (
    Amount,
    FrenchError,
    digits,
    join_lines,
    parse_amount,
    parse_number,
    parse_period,
    parse_rate,
    parse_weekday,
    quote,
    typography,
)
from solidata.french.text import LINE_BREAK
from solidata.problems import Problem, SourceError
from solidata.raw import FILE, ROW
from solidata.tables import all_tables
from solidata.tables.rows import as_rows, each


def _keys(table: str, frame: pd.DataFrame) -> pd.Series:
    return frame[all_tables()[table].key]


def repaired_text(
    table: str, frame: pd.DataFrame, printed: str, field: str, repairs: Repairs
) -> pd.Series:
    """Return column `printed` of `frame` joined to one line, repaired, in French typography."""
    joined = each(frame[printed], join_lines)
    return each(repairs.apply(table, field, _keys(table, frame), joined), typography)


# The values that stand among the characters of their row; the number of a list stands before.
_WITHIN_PRINTED = {
    "amount_printed",
    "value_printed",
    "out_of_printed",
    "count_printed",
    "total_printed",
    "action_sheets_printed",
    "date_printed",
    "weekday_printed",
}


def unprinted(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Return the values that the characters of their row do not print.

    The ledger holds these characters against the document; the value must come from them.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The transcribed tables.
    """
    problems = []
    for frame in tables.values():
        for column in [name for name in frame if name in _WITHIN_PRINTED]:
            cells = zip(*(frame[c] for c in (column, "printed", FILE, ROW)), strict=True)
            for text, printed, file, line in cells:
                if text and not (text in printed and _numbers_of(text) <= _numbers_of(printed)):
                    expected = f"attendu : des caractères de printed, {quote(printed)}"
                    problems.append(Problem(file, int(line), column, text, expected))
    return problems


def _numbers_of(printed: str) -> set[str]:
    return {number for line in printed.split(LINE_BREAK) for number in digits(line)}


def _parsed(
    table: str, frame: pd.DataFrame, column: str, parse: Callable[[str], Any], repairs: Repairs
) -> pd.Series:
    """Return a repaired column parsed; what cannot be read joins the problems of `repairs`."""
    repaired = repairs.apply(table, column, _keys(table, frame), each(frame[column], join_lines))
    try:
        return parsed(frame, column, repaired, parse)
    except SourceError as error:
        repairs.problems += error.problems
        return pd.Series([None] * len(frame), index=frame.index, dtype=object)


def _integer(text: str) -> int:
    value = parse_number(text)
    if value != value.to_integral_value():
        raise FrenchError(text, "un nombre entier")
    return int(value)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def titled(table: str, frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``title`` (``actions``, ``flagships``) or ``label`` from the printed characters."""
    field = "title" if "title" in all_tables()[table].names else "label"
    text = repaired_text(table, frame, "printed", field, repairs)
    # A title takes no final stop; an ellipsis stays.
    return frame.assign(**{field: each(text, lambda title: re.sub(r"(?<!\.)[.,]$", "", title))})


def actions(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``title`` and ``objective``."""
    objective = repaired_text("actions", frame, "objective_printed", "objective", repairs)
    return titled("actions", frame, repairs).assign(objective=objective)


def status_counts(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``count`` and ``total`` (int)."""
    return frame.assign(
        count=_parsed("status_counts", frame, "count_printed", _integer, repairs),
        total=_parsed("status_counts", frame, "total_printed", _integer, repairs),
    )


def territories(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``action_sheets`` (int)."""
    return frame.assign(
        action_sheets=_parsed("territories", frame, "action_sheets_printed", _integer, repairs)
    )


def _amount_faults(frame: pd.DataFrame) -> list[Problem]:
    """Return the rows of ``funding`` whose nature and printed amount disagree."""
    problems = []
    for row in as_rows(frame):
        text, has_amount = row["amount_printed"], row["kind"] in {"amount", "range"}
        if has_amount and not text:
            expected = f"attendu : un montant, puisque kind vaut {row['kind']}"
            problems.append(Problem(row[FILE], int(row[ROW]), "amount_printed", "", expected))
        if row["kind"] in {"staff_time", "no_budget"} and text:
            expected = f"attendu : vide, puisque kind vaut {row['kind']}"
            problems.append(Problem(row[FILE], int(row[ROW]), "amount_printed", text, expected))
        if bool(row["part_of"]) != bool(row["split_by"]):
            expected = "attendu : part_of et split_by ensemble"
            problems.append(
                Problem(row[FILE], int(row[ROW]), "split_by", row["split_by"], expected)
            )
    return problems


def funding(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``amount_min_eur`` and ``amount_max_eur`` (float, euros).

    Illegible amounts stay empty.
    """
    repairs.problems += _amount_faults(frame)
    legible = frame.assign(
        amount_printed=frame["amount_printed"].where(frame["kind"] != "illegible", "")
    )
    amounts = _parsed("funding", legible, "amount_printed", parse_amount, repairs)
    return frame.assign(
        amount_min_eur=[_float(a.low) if isinstance(a, Amount) else None for a in amounts],
        amount_max_eur=[_float(a.high) if isinstance(a, Amount) else None for a in amounts],
    )


def department_budget(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``amount_eur`` (float, euros); a residual is what its siblings leave of their parent."""
    amounts = _parsed("department_budget", frame, "amount_printed", parse_amount, repairs)
    euros = pd.Series(
        [_float(a.low) if isinstance(a, Amount) else None for a in amounts],
        index=frame.index,
        dtype=float,
    )
    residual = frame["basis"] == "residual"
    for index in frame.index[residual]:
        if not frame.loc[index, "parent_id"]:
            row = frame.loc[index]
            expected = "attendu : le bloc dont cette ligne est le reste"
            repairs.problems.append(Problem(row[FILE], int(row[ROW]), "parent_id", "", expected))
        parent = euros[frame["block_id"] == frame.loc[index, "parent_id"]].sum()
        siblings = euros[(frame["parent_id"] == frame.loc[index, "parent_id"]) & ~residual].sum()
        euros[index] = parent - siblings
    missing = euros.isna() & (frame["amount_printed"] == "")
    repairs.problems += [
        Problem(
            row[FILE],
            int(row[ROW]),
            "amount_printed",
            "",
            "attendu : un montant (seul un reste calculé s’en passe)",
        )
        for _, row in frame[missing].iterrows()
    ]
    return frame.assign(amount_eur=euros)


_VALUE_PARSERS: dict[str, Callable[[str], Decimal]] = {
    "%": parse_rate,
    "euros": lambda text: parse_amount(text).low,
}
"""How the values of an indicator are read, by its unit; the others are plain numbers."""


def observations(frame: pd.DataFrame, indicators: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``value`` and ``out_of`` (float), read in the unit of their indicator.

    A rate is read as a fraction, money in euros. What is out of nothing, or more than its whole,
    joins the problems of `repairs`. An indicator with an unknown identifier is left to the
    check of foreign keys.
    """
    units = dict(zip(indicators["indicator_id"], indicators["unit"], strict=True))
    unit = each(frame["indicator_id"], lambda name: units.get(name, ""))
    printed = repairs.apply(
        "observations", "value_printed", frame["observation_id"], frame["value_printed"]
    )
    known = frame["indicator_id"].isin(list(units))
    printed = printed.where((frame["legibility"] != "illegible") & known, "")
    values = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    problems: list[Problem] = []
    for name, rows in frame.groupby(unit.where(unit.isin(_VALUE_PARSERS), ""), sort=False):
        parse = _VALUE_PARSERS.get(str(name), parse_number)
        try:
            values[rows.index] = parsed(rows, "value_printed", printed[rows.index], parse)
        except SourceError as error:
            problems += map(_unsaid, error.problems)
    needs = known & (frame["kind"] != "no_value") & (frame["legibility"] != "illegible")
    for _, row in frame[needs & (printed == "")].iterrows():
        problems.append(
            Problem(
                row[FILE],
                int(row[ROW]),
                "value_printed",
                "",
                "attendu : un nombre (ou kind = no_value)",
            )
        )
    repairs.problems += problems
    out_of = _parsed("observations", frame, "out_of_printed", parse_number, repairs)
    frame = frame.assign(value=each(values, _float), out_of=each(out_of, _float))
    repairs.problems += _out_of_faults(frame, unit)
    return frame


def _unsaid(problem: Problem) -> Problem:
    """Return a problem that says, of a word such as « nd », how a value that is not given is told."""
    if any(c.isdigit() for c in problem.value or ""):
        return problem
    told = "\u00a0; sans nombre imprimé\u00a0: cellule vide et kind = no_value"
    return replace(problem, expected=f"{problem.expected}{told}")


def _out_of_faults(frame: pd.DataFrame, unit: pd.Series) -> list[Problem]:
    """Return the observations whose « n sur N » counts out of nothing, or more than its whole."""
    problems = []
    # A rate or an amount of money is not read as its whole is: they are not compared.
    above = (frame["value"].astype(float) > frame["out_of"].astype(float)) & ~unit.isin(
        _VALUE_PARSERS
    )
    for index, row in zip(frame.index, as_rows(frame), strict=True):
        if row["out_of"] is not None and row["out_of"] <= 0:
            expected = "attendu : un nombre plus grand que 0"
        elif above[index]:
            expected = f"attendu : au moins {row['value_printed']}, la valeur de la ligne"
        else:
            continue
        text = row["out_of_printed"]
        problems.append(Problem(row[FILE], int(row[ROW]), "out_of_printed", text, expected))
    return problems


def events(frame: pd.DataFrame, repairs: Repairs) -> pd.DataFrame:
    """Add ``date_start``, ``date_end`` (ISO text) and ``precision``."""
    _parsed("events", frame, "weekday_printed", parse_weekday, repairs)  # only to refuse
    printed = repairs.apply(
        "events", "date_printed", frame["event_id"], each(frame["date_printed"], join_lines)
    )
    # The year belongs to the row, so the cell to read is the pair.
    pairs = printed + "|" + frame["year"]

    def read(pair: str) -> Any:
        text, _, year = pair.rpartition("|")
        return parse_period(text, int(year) if year else None)

    try:
        periods = parsed(frame, "date_printed", pairs, read)
    except SourceError as error:
        raise SourceError(
            Problem(p.file, p.line, p.column, (p.value or "").rpartition("|")[0], p.expected)
            for p in error.problems
        ) from None
    return frame.assign(
        date_start=[p.start.isoformat() for p in periods],
        date_end=[p.end.isoformat() for p in periods],
        precision=[p.precision for p in periods],
    )
