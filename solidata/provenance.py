"""Where does this number come from? From a processed row back to the printed line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from solidata import catalog, home, raw
from solidata.check.contradictions import affected
from solidata.french import (
    FrenchError,
    format_date,
    format_number,
    nearest,
    parse_amount,
    parse_number,
    parse_rate,
    quote,
)
from solidata.tables import Field, Table, all_tables


@dataclass(frozen=True)
class Trace:
    """A row, and everything behind it."""

    address: str
    row: pd.Series
    """The processed row."""
    source: pd.Series | None
    """The document, a row of ``sources``."""
    raw_file: str | None
    raw_line: int | None
    """The transcribed row: its file and line."""
    corrections: pd.DataFrame
    contradictions: pd.DataFrame
    numbers: pd.DataFrame
    """The rows of the ledger that this row holds."""
    statuses: pd.DataFrame
    """For an action: the statuses kept, with their reason."""

    def __str__(self) -> str:
        """Return the trace as a French text, from the row down to the printed line."""
        return "\n".join(_describe(self))


def _shown(field: Field, value: object) -> object:
    if field.categories:
        return field.labels.get(str(value), value)
    if field.type == "number":
        return format_number(float(str(value)))
    if field.type == "boolean":
        return "oui" if value else "non"
    if isinstance(value, pd.Timestamp):
        return format_date(value.date())
    return value


def claim(contradiction: pd.Series, side: str) -> str:
    """Return what a side (``a`` or ``b``) of a contradiction claims, with its document and line."""
    line = contradiction[f"line_{side}"]
    place = contradiction[f"source_{side}"] + (f", ligne {line}" if pd.notna(line) else "")
    return f"{contradiction[f'claim_{side}']} ({place})"


def _describe(found: Trace) -> list[str]:
    table = all_tables()[found.address.partition(":")[0]]
    lines = [f"{found.address} ({table.title})"]
    for field in table.fields:
        value = found.row[field.name]
        if pd.notna(value) and field.name not in {
            "source_id",
            "line",
            "line_end",
            "printed",
            table.key,
        }:
            shown = _shown(field, value)
            unit = f" {field.unit}" if field.unit and not field.unit.startswith("voir") else ""
            lines.append(f"  {field.title} : {shown}{unit}")
    said = {"computed": "Calculé par solidata", "descriptor": "Décrit en YAML dans data/raw"}
    lines.append(said.get(table.origin, "Vient de"))
    if found.source is not None:
        line, end = found.row.get("line"), found.row.get("line_end")
        place = (
            ""
            if line is None or pd.isna(line)
            else (
                f", lignes {line} à {end}"
                if end is not None and pd.notna(end)
                else f", ligne {line}"
            )
        )
        lines.append(f"  {found.source['title']} ({found.source['source_id']}){place}")
    if found.row.get("printed") is not None:
        lines.append(f"  imprimé : {quote(found.row['printed'])}")
    if found.raw_file:
        lines.append(f"  transcrit : {found.raw_file}, ligne {found.raw_line}")
    for _, row in found.numbers.iterrows():
        lines.append(
            f"  grand livre : {quote(row['printed'])}, ligne {row['line']}, rang {row['rank']}"
        )
    for _, row in found.statuses.iterrows():
        label = all_tables()["action_statuses"].field("status").labels[row["status"]]
        lines.append(f"Statut {row['year']} : {label}. {row['reason']}")
    for _, row in found.corrections.iterrows():
        lines.append(
            f"Corrigé ({row['correction_id']}) : {row['field']}, {quote(row['printed'])} → {quote(row['value'])}. {row['reason']}"
        )
    kept = all_tables()["contradictions"].field("kept").labels
    for _, row in found.contradictions.iterrows():
        lines.append(f"Contredit ({row['contradiction_id']}, {row['severity']}) : {row['topic']}")
        lines += [f"  {side.upper()} : {claim(row, side)}" for side in "ab"]
        lines.append(f"  retenu : {kept[row['kept']]}. {row['reason']}")
    return lines


def _find(table: Table, frame: pd.DataFrame, key: str) -> pd.Series:
    rows = frame[frame[table.key] == key]
    if rows.empty:
        # « DP-02 » stands for « DP-02.2025 » before it looks like « DP-17.2025 ».
        longer = (k for k in frame[table.key] if k.startswith(f"{key}."))
        near = next(longer, None) or nearest(key, frame[table.key])
        hint = f" Voulez-vous dire {quote(near)} ?" if near else ""
        raise catalog.UnknownTableError(
            f"La table {table.name} n’a pas de ligne {quote(key)}.{hint}"
        )
    return rows.iloc[0]


def _raw_place(table: Table, key: str, root: Path) -> tuple[str | None, int | None]:
    """Return where the row is transcribed; the ledger's keys are made, not transcribed."""
    transcribed = table.origin == "transcribed" and not table.field(table.key).computed
    found = raw.find_row(root, table, key) if transcribed and root.is_dir() else None
    return found or (None, None)


def search(text: str, folder: Path | None = None) -> pd.DataFrame:
    """Return the rows that hold a number, whether as printed or as a value.

    With its unit, only rows of that value answer, unless there are none.

    Parameters
    ----------
    text : str
        A number as French prints it: ``"15 876"``, ``"72,5 M€"``, ``"44 %"``.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    pandas.DataFrame
        Columns ``address`` (``table:key``; missing when the number is no data), ``source_id``, ``line``
        (Int64), ``printed``, ``reason`` (why it is no data), in the order of the documents.

    Raises
    ------
    FrenchError
        When `text` is not a number.

    Examples
    --------
    >>> search("459 554 €")["address"].tolist()
    ['funding:AL.f1']
    """
    value = _value(text)
    found = []
    for name, table in all_tables().items():
        if table.value is not None:
            rows = catalog.load(name, folder)
            rows = rows[rows[table.value].astype("float64") == value]
            found.append(rows.assign(address=name + ":" + rows[table.key], reason=None))
    # The ledger holds digits without their unit: of « 12 M€ », « 12 » would say too much.
    bare = "".join(re.findall(r"[\d,]", text))
    if bare == "".join(text.split()) or not any(len(rows) for rows in found):
        numbers = catalog.load("numbers", folder)
        printed = numbers[numbers["printed"].str.replace(r"\s", "", regex=True) == bare]
        found.insert(0, printed.rename(columns={"record": "address"}))
    columns = ["address", "source_id", "line", "printed", "reason"]
    every = pd.concat([frame[columns].astype(object) for frame in found], ignore_index=True)
    every["line"] = every["line"].astype("Int64")
    # The same row may answer as printed and as a value.
    once = every.drop_duplicates(["address", "source_id", "line"])
    return once.sort_values(["source_id", "line"], ignore_index=True)


def _value(text: str) -> float:
    for parse in (parse_number, parse_rate):
        try:
            return float(parse(text))
        except FrenchError:
            continue
    return float(parse_amount(text).low)


def trace(table: str, key: str, folder: Path | None = None) -> Trace:
    """Return everything behind a row: raw row, document, line, printed characters, registers.

    Parameters
    ----------
    table, key : str
        Name of a processed table and key of one of its rows: ``trace("funding", "DP-02.f1")``.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    Trace
        Prints as a French text.

    Raises
    ------
    UnknownTableError
        When there is no such table or no such row; the message gives the nearest.

    Examples
    --------
    >>> trace("funding", "DP-02.f1").row["printed"]
    '131680¢€'
    """
    declared = catalog.find_table(table)
    row = _find(declared, catalog.load(table, folder), key)
    address = f"{table}:{key}"
    sources = catalog.load("sources", folder).set_index("source_id", drop=False)
    source_id = row.get("source_id")
    source = (
        sources.loc[source_id]
        if isinstance(source_id, str) and source_id in sources.index
        else None
    )
    raw_file, raw_line = _raw_place(declared, key, home.raw_folder())
    corrections = catalog.load("corrections", folder)
    numbers = catalog.load("numbers", folder)
    statuses = catalog.load("action_statuses", folder)
    mine = statuses[statuses["action_id"] == key] if table == "actions" else statuses.iloc[:0]
    register = catalog.load("contradictions", folder)
    touching = pd.concat(
        [affected(register, a) for a in (address, *("action_statuses:" + mine["status_id"]))]
    )
    return Trace(
        address=address,
        row=row,
        source=source,
        raw_file=raw_file,
        raw_line=raw_line,
        corrections=corrections[corrections["row"] == address],
        contradictions=touching.drop_duplicates("contradiction_id"),
        numbers=numbers[numbers["record"] == address],
        statuses=mine,
    )
