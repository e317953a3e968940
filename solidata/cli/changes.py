"""What changed between two versions of the tables, as words: for a terminal, for the changelog."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Console

from solidata import compare
from solidata.cli import show
from solidata.french import format_number, listed, plural, quote

_FORMS = {
    "added": ("ajoutée", "ajoutées"),
    "removed": ("retirée", "retirées"),
    "changed": ("changée", "changées"),
    "moved": ("dont seule l’adresse change", "dont seule l’adresse change"),
}
_NAMED = 8
"""How many keys a sentence names: those of rows that only moved are of little interest."""


def diff(console: Console, arguments: argparse.Namespace) -> int:
    """Print what changed, or write it to a file; 1 when asked for and something did."""
    found = compare.compare_folders(arguments.before, arguments.after)
    as_markdown = arguments.format == "markdown"
    if arguments.out is not None:
        with arguments.out.open("w", encoding="utf-8", newline="\n") as file:
            page = Console(
                file=file, width=100, highlight=False, soft_wrap=True, markup=False, emoji=False
            )
            _tell(page, found, as_markdown, not arguments.summary)
        console.print(f"{_summary(found)} Écrit dans {arguments.out}.")
    else:
        _tell(console, found, as_markdown, not arguments.summary)
    return 1 if arguments.exit_code and found.differs else 0


def _tell(console: Console, found: compare.Comparison, as_markdown: bool, rows: bool) -> None:
    if as_markdown:
        console.print("\n".join(markdown(found, rows)))
    elif found.differs:
        _show(console, found, rows)
    else:
        console.print(_summary(found))


def _summary(found: compare.Comparison) -> str:
    """Return how much changed, in one sentence."""
    if not found.differs:
        return "Rien n’a changé : mêmes tables, mêmes colonnes, mêmes valeurs."
    sums = found.tables[list(compare.CHANGES)].sum()
    rows = _counted({kind: int(sums[kind]) for kind in compare.CHANGES})
    return f"{rows[:1].upper()}{rows[1:]}." if rows else "Des tables ou des colonnes ont changé."


def _counted(counts: dict[str, int]) -> str:
    """Return « 2 lignes ajoutées, 1 ligne changée »; nothing for what did not happen."""
    return ", ".join(
        f"{format_number(n)} {plural(n, 'ligne')} {plural(n, *_FORMS[kind])}"
        for kind, n in counts.items()
        if n
    )


def _counts(row: pd.Series) -> dict[str, int]:
    return {kind: int(row[kind]) for kind in compare.CHANGES}


def _title(found: compare.Comparison, table: str, field: str = "") -> str:
    """Return the French title of a table or of one of its columns, else its name."""
    return found.titles.get(f"{table}.{field}" if field else table, field or table)


def _structure(row: pd.Series) -> Iterator[str]:
    """Yield what happened to a table besides its rows."""
    if row["key_before"] != row["key_after"]:
        yield f"clé {quote(row['key_before'])} devenue {quote(row['key_after'])}"
    for column, form in (("columns_added", "added"), ("columns_removed", "removed")):
        if names := row[column].split():
            word = plural(len(names), "colonne")
            yield f"{word} {plural(len(names), *_FORMS[form])} : {listed(names)}"


def _changed_tables(found: compare.Comparison) -> pd.DataFrame:
    """Return the tables of which something changed."""
    tables = found.tables
    counted = tables[list(compare.CHANGES)].sum(axis=1) > 0
    structure = tables.apply(lambda row: any(True for _ in _structure(row)), axis=1)
    return tables[counted | structure | (tables["change"] != "both")]


# --- terminal --------------------------------------------------------------------------


def _show(console: Console, found: compare.Comparison, rows: bool) -> None:
    changed = _changed_tables(found)
    headers = {"table": "Table", "rows_before": "Avant", "rows_after": "Après", "added": "Ajoutées",
               "removed": "Retirées", "changed": "Changées", "moved": "Adresse seule"}  # fmt: skip
    show.table(console, "Lignes des tables qui diffèrent", changed, headers)
    for _, row in changed.iterrows() if rows else ():
        console.print(f"{row['table']} : {_title(found, row['table'])}", style="bold")
        if row["change"] != "both":
            console.print(f"  table {plural(1, *_FORMS[row['change']])}")
        for words in _structure(row):
            console.print(f"  {words}")
        if row["change"] == "both":  # else its rows are those of the table
            _show_rows(console, found, found.cells[found.cells["table"] == row["table"]])
        console.print()
    for _, row in () if rows else changed.iterrows():
        if told := [*_structure(row), *_changed_columns(found, row["table"])]:
            console.print(f"{row['table']} : {' ; '.join(told)}")
    console.print(_summary(found))


def _changed_columns(found: compare.Comparison, table: str) -> Iterator[str]:
    """Yield which columns of a table hold other values in rows that stayed, by their titles."""
    cells = found.cells
    names = cells.loc[(cells["table"] == table) & (cells["change"] == "changed"), "field"].unique()
    if len(names):
        head = plural(
            len(names), "valeurs changées dans la colonne", "valeurs changées dans les colonnes"
        )
        yield f"{head} {listed(f'{_title(found, table, n)} ({n})' for n in names)}"


def _show_rows(console: Console, found: compare.Comparison, cells: pd.DataFrame) -> None:
    for kind, sign in (("removed", "−"), ("added", "+"), ("changed", "~")):
        for key, row in cells[cells["change"] == kind].groupby("key", sort=False):
            _show_row(console, found, f"{sign} {key}", kind, row)
    if (cells["change"] == "moved").any():
        console.print(f"  {_moved(cells)}")


def _show_row(
    console: Console, found: compare.Comparison, head: str, kind: str, cells: pd.DataFrame
) -> None:
    style = {"removed": "red", "added": "green", "changed": "yellow"}[kind]
    if kind != "changed":
        side = "before" if kind == "removed" else "after"
        console.print(f"  {head} : {_gist(found, cells, side)}", style=style)
        return
    console.print(f"  {head}", style=style)
    for cell in cells.itertuples():
        title = _title(found, cell.table, cell.field)
        console.print(f"      {title} ({cell.field}) : {_values(found, cell)}")


def _values(found: compare.Comparison, cell: Any) -> str:
    codes = cell.before, cell.after
    labels = [
        _label(found, cell, side, v) for side, v in zip(("before", "after"), codes, strict=True)
    ]
    # Two codes may have one label: only the codes tell them apart.
    said = labels if labels[0] != labels[1] else codes
    return " → ".join(quote(v) if v else "vide" for v in said)


def _label(found: compare.Comparison, cell: Any, side: str, value: str) -> str:
    """Return the French label that the version of a cell gives to its value, else the value."""
    return found.labels[side].get((f"{cell.table}.{cell.field}", value), value)


def _gist(found: compare.Comparison, cells: pd.DataFrame, side: str) -> str:
    """Return what a row of one version says: each cell but its key and its address."""
    key, address = cells["key"].iloc[0], {"source_id", "line", "line_end", "printed"}
    told = cells[~cells["field"].isin(address) & (cells[side] != key)]
    titles = (_title(found, c.table, c.field) for c in told.itertuples())
    values = (_label(found, c, side, getattr(c, side)) for c in told.itertuples())
    return " ; ".join(f"{t} {quote(v)}" for t, v in zip(titles, values, strict=True))


def _moved(rows: pd.DataFrame) -> str:
    keys = list(dict.fromkeys(rows.loc[rows["change"] == "moved", "key"]))
    rest = len(keys) - _NAMED
    more = [f"{format_number(rest)} {plural(rest, 'autre')}"] if rest > 0 else []
    return f"{_counted({'moved': len(keys)})} : {listed([*keys[:_NAMED], *more])}"


# --- changelog -------------------------------------------------------------------------


def markdown(found: compare.Comparison, rows: bool = True) -> list[str]:
    """Return the lines of « Données » of the changelog: a point a table, a point below a row.

    Rows that only changed address are counted, not named; without `rows` all are.
    """
    lines = ["### Données"]
    if not found.differs:
        return [*lines, f"- {_summary(found)}"]
    for _, row in _changed_tables(found).iterrows():
        told = [f"table {plural(1, *_FORMS[row['change']])}"] if row["change"] != "both" else []
        told += [*_structure(row), _counted(_counts(row))]
        lines.append(
            f"- {_title(found, row['table'])} (`{row['table']}`) : {' ; '.join(filter(None, told))}."
        )
        if row["change"] != "both" or not rows:
            continue  # its rows are those of the table
        mine = found.cells[found.cells["table"] == row["table"]]
        for kind in ("removed", "added", "changed"):
            for key, cells in mine[mine["change"] == kind].groupby("key", sort=False):
                lines.append(f"  - `{row['table']}:{key}` {_markdown_row(found, kind, cells)}.")
    return lines


def _markdown_row(found: compare.Comparison, kind: str, cells: pd.DataFrame) -> str:
    if kind == "changed":
        fields = (
            f"{_title(found, c.table, c.field)} (`{c.field}`), {_plain(_values(found, c))}"
            for c in cells.itertuples()
        )
        return f"changée : {' ; '.join(fields)}"
    side = "before" if kind == "removed" else "after"
    gist = _gist(found, cells, side)
    return _FORMS[kind][0] + (f" : {_plain(gist)}" if gist else "")


def _plain(text: str) -> str:
    """Return `text` so that Markdown takes none of its signs for its own."""
    for sign in "\\`*_[]<>":
        text = text.replace(sign, f"\\{sign}")
    return text
