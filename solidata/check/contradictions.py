"""The register of contradictions: what it names must exist, and what fails must be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from solidata.french import digits
from solidata.french.text import LINE_BREAK
from solidata.tables import all_tables
from solidata.tables.rows import Row, Rows


def addresses(tables: Rows) -> set[str]:
    """Return the address ``table:key`` of every row."""
    return {
        f"{name}:{key}" for name in tables for key in tables.column(name, all_tables()[name].key)
    }


def affected(contradictions: pd.DataFrame, address: str) -> pd.DataFrame:
    """Return the contradictions that affect the row at `address`."""
    concerned = [address in affects.split() for affects in contradictions["affects"].fillna("")]
    return contradictions[pd.Series(concerned, index=contradictions.index, dtype=bool)]


def faults(tables: Rows) -> Iterable[tuple[str, str, str]]:
    """Yield (contradiction, column, fault) for each row of the register that names nothing real.

    Its lines must exist in its documents and print its numbers (as far as the ledger tells),
    what it affects must exist, and the identity it explains must fail: a contradiction that the
    sources no longer bear is to be taken out.

    Parameters
    ----------
    tables : Rows
        The typed tables, ``identities`` included.
    """
    known = addresses(tables)
    sources = {row["source_id"]: row["lines"] for row in tables["sources"]}
    ledgers: dict[str, dict[int, set[str]]] = {}
    for row in tables["numbers"]:
        of_line = ledgers.setdefault(row["source_id"], {}).setdefault(row["line"], set())
        of_line.add(row["printed"])
    holds = {row["identity_id"]: row["holds"] for row in tables["identities"]}
    for row in tables["contradictions"]:
        name = row["contradiction_id"]
        for address in (row["affects"] or "").split():
            if address not in known:
                yield name, "affects", f"{address} n’existe pas"
        for side in "ab":
            lines = sources.get(row[f"source_{side}"])
            line = row[f"line_{side}"]
            if line is not None and (lines is None or line > lines):
                yield name, f"line_{side}", f"le document n’a pas de ligne {line}"
            elif stray := _stray_numbers(row, side, ledgers):
                yield name, f"printed_{side}", f"{', '.join(stray)} n’est pas imprimé ligne {line}"
        if row["identity_id"] and holds.get(row["identity_id"], False):
            yield (
                name,
                "identity_id",
                f"l’identité {row['identity_id']} est vérifiée ; contradiction à revoir",
            )


def _stray_numbers(row: Row, side: str, ledgers: Mapping[str, Mapping[int, set[str]]]) -> list[str]:
    """Return the numbers of a claim that the ledger of its document does not hold on its line."""
    line, printed, ledger = (
        row[f"line_{side}"],
        row[f"printed_{side}"],
        ledgers.get(row[f"source_{side}"]),
    )
    if ledger is None or line is None or printed is None:
        return []
    pieces = printed.split(LINE_BREAK)  # a claim has one line; what it prints may run on
    lines = range(line, line + len(pieces))
    held = set().union(*(ledger.get(n, ()) for n in lines))
    return [number for piece in pieces for number in digits(piece) if number not in held]


def unrecorded(identities: Iterable[Row]) -> list[Row]:
    """Return the identities that fail without a contradiction that says so."""
    return [row for row in identities if not row["holds"] and row["contradiction_id"] is None]
