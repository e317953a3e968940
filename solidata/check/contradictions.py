"""The register of contradictions: what it names must exist, and what fails must be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from solidata.french import digits
from solidata.french.text import LINE_BREAK
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]


def addresses(tables: Frames) -> set[str]:
    """Return the address ``table:key`` of every row."""
    return {
        f"{name}:{key}"
        for name, frame in tables.items()
        for key in frame[all_tables()[name].key].dropna()
    }


def affected(contradictions: pd.DataFrame, address: str) -> pd.DataFrame:
    """Return the contradictions that affect the row at `address`."""
    concerned = [address in affects.split() for affects in contradictions["affects"].fillna("")]
    return contradictions[pd.Series(concerned, index=contradictions.index, dtype=bool)]


def faults(tables: Frames) -> Iterable[tuple[str, str, str]]:
    """Yield (contradiction, column, fault) for each row of the register that names nothing real.

    Its lines must exist in its documents and print its numbers (as far as the ledger tells),
    what it affects must exist, and the identity it explains must fail: a contradiction that the
    sources no longer bear is to be taken out.
    """
    known = addresses(tables)
    sources = tables["sources"].set_index("source_id")["lines"]
    ledgers: dict[str, dict[int, set[str]]] = {}
    ledger = tables["numbers"]
    for source_id, line, printed in zip(
        ledger["source_id"], ledger["line"], ledger["printed"], strict=True
    ):
        ledgers.setdefault(source_id, {}).setdefault(int(line), set()).add(printed)
    holds = tables["identities"].set_index("identity_id")["holds"]
    for row in tables["contradictions"].to_dict("records"):
        name = row["contradiction_id"]
        for address in str(row["affects"]).split() if pd.notna(row["affects"]) else ():
            if address not in known:
                yield name, "affects", f"{address} n’existe pas"
        for side in "ab":
            lines = sources.get(row[f"source_{side}"])
            line = row[f"line_{side}"]
            if pd.notna(line) and (pd.isna(lines) or line > lines):
                yield name, f"line_{side}", f"le document n’a pas de ligne {line}"
            elif stray := _stray_numbers(row, side, ledgers):
                yield name, f"printed_{side}", f"{', '.join(stray)} n’est pas imprimé ligne {line}"
        if pd.notna(row["identity_id"]) and holds.get(row["identity_id"], False):
            yield (
                name,
                "identity_id",
                f"l’identité {row['identity_id']} est vérifiée ; contradiction à revoir",
            )


def _stray_numbers(
    row: Mapping[str, Any], side: str, ledgers: Mapping[str, Mapping[int, set[str]]]
) -> list[str]:
    """Return the numbers of a claim that the ledger of its document does not hold on its line."""
    line, printed, ledger = (
        row[f"line_{side}"],
        row[f"printed_{side}"],
        ledgers.get(row[f"source_{side}"]),
    )
    if ledger is None or pd.isna(line) or pd.isna(printed):
        return []
    pieces = printed.split(LINE_BREAK)  # a claim has one line; what it prints may run on
    lines = range(int(line), int(line) + len(pieces))
    held = set().union(*(ledger.get(n, ()) for n in lines))
    return [number for piece in pieces for number in digits(piece) if number not in held]


def unrecorded(identities: pd.DataFrame) -> pd.DataFrame:
    """Return the identities that fail without a contradiction that says so."""
    return identities[~identities["holds"].astype(bool) & identities["contradiction_id"].isna()]
