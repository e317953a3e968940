"""The general families of identities: found in any document and year, without declaration."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from solidata.check import numbering
from solidata.french import WEEKDAYS, format_date, parse_weekday, quote
from solidata.tables import all_tables
from solidata.tables.rows import Row, Rows, first_of, grouped

Identity = dict[str, Any]

TOLERANCE = 0.005
"""Half a cent: amounts are sums of floats."""
_ALL = "toutes"


def identity(
    family: str,
    name: str,
    label: str,
    expression: str,
    left: float,
    right: float,
    relation: str = "=",
    note: str = "",
) -> Identity:
    """Return one row of the table ``identities``, its difference and whether it holds."""
    difference = float(left) - float(right)
    holds = difference <= TOLERANCE if relation == "<=" else abs(difference) <= TOLERANCE
    return {
        "identity_id": f"{family}.{name}",
        "family": family,
        "label": label,
        "expression": expression,
        "left": float(left),
        "relation": relation,
        "right": float(right),
        "difference": difference,
        "holds": holds,
        "note": note,
    }


def _references(table: str, rows: Iterable[Row], key: str) -> str:
    return " + ".join(f"{table}:{row[key]}" for row in rows)


# --- actions -------------------------------------------------------------------------


def _totals(tables: Rows) -> Iterator[Identity]:
    """Statuses of a section against the total printed beside them."""
    by_status = [
        row for row in tables["status_counts"] if row["status"] != _ALL and row["total"] is not None
    ]
    labels = _section_labels(tables)
    for (section, year, source), rows in grouped(
        by_status, "section_id", "year", "source_id"
    ).items():
        name = f"{section}.{year}.{source}"
        totals = [row["total"] for row in rows]
        references = _references("status_counts", rows, "count_id")
        if len(set(totals)) > 1:
            yield identity(
                "totaux",
                f"{name}.denominateur",
                f"{labels[section]} : un seul dénominateur en {year}",
                references,
                max(totals),
                min(totals),
            )
        yield identity(
            "totaux",
            name,
            f"{labels[section]} : la somme des statuts fait le total imprimé en {year}",
            references,
            sum(row["count"] for row in rows),
            totals[0],
        )


def _section_labels(tables: Rows) -> dict[str, str]:
    return {row["section_id"]: row["label"] for row in tables["sections"]}


def _with_role(tables: Rows, role: str) -> set[str]:
    """Return the sections whose printed totals count `role`: the whole plan, or its flagships."""
    return {row["section_id"] for row in tables["sections"] if row["role"] == role}


def _printed_totals(tables: Rows) -> list[Row]:
    """Return the rows that print a number of actions of a section: that is ``printed_count``."""
    counts = tables["status_counts"]
    whole = [row | {"printed_count": row["count"]} for row in counts if row["status"] == _ALL]
    parts = [
        row | {"printed_count": row["total"]}
        for row in counts
        if row["status"] != _ALL and row["total"] is not None
    ]
    return whole + first_of(parts, "section_id", "year", "source_id")


def _lists(tables: Rows) -> Iterator[Identity]:
    """Actions that a section lists against every number printed for it."""
    section_of = {row["action_id"]: row["section_id"] for row in tables["actions"]}
    listed = Counter(
        (section_of[row["action_id"]], row["year"]) for row in tables["action_statuses"]
    )
    labels = _section_labels(tables)
    for row in _printed_totals(tables):
        if not (members := listed[row["section_id"], row["year"]]):
            continue
        yield identity(
            "listes",
            row["count_id"],
            f"{labels[row['section_id']]} : actions listées et nombre imprimé",
            f"nombre d’actions de {row['section_id']} listées en {row['year']} = status_counts:{row['count_id']}",
            members,
            row["printed_count"],
        )


def _sections(tables: Rows) -> Iterator[Identity]:
    """Totals of the sections against the printed total of the plan, document by document."""
    totals = _printed_totals(tables)
    counted = {row["section_id"] for row in tables["sections"] if row["in_total"]}
    of_whole = _with_role(tables, "whole")
    of_parts = grouped((row for row in totals if row["section_id"] in counted), "year", "source_id")
    for (year, source), rows in sorted(of_parts.items()):
        parts = first_of(rows, "section_id")
        for row in totals:
            if row["section_id"] not in of_whole or row["year"] != year:
                continue
            every = len(parts) == len(counted)
            relation = "=" if every else "<="
            yield identity(
                "sections",
                f"{source}.{row['count_id']}",
                f"Sections de {source} et ensemble imprimé par {row['source_id']}",
                _references("status_counts", parts, "count_id")
                + f" {relation} status_counts:{row['count_id']}",
                sum(part["printed_count"] for part in parts),
                row["printed_count"],
                relation,
                ""
                if every
                else f"{len(parts)} sections sur {len(counted)} ont un total dans ce document.",
            )


def _words(tables: Rows) -> Iterator[Identity]:
    """Status words read in a section's lists: never more than the printed count."""
    read = grouped(
        (
            row
            for row in tables["mentions"]
            if row["list"] in {"table", "focus"} and row["status"] is not None
        ),
        "section_id",
        "year",
        "source_id",
    )
    labels = _section_labels(tables)
    names = all_tables()["status_counts"].field("status").labels
    for row in tables["status_counts"]:
        said = read.get((row["section_id"], row["year"], row["source_id"]))
        if row["status"] == _ALL or said is None:
            continue
        yield identity(
            "mots",
            row["count_id"],
            f"{labels[row['section_id']]} : mots {quote(names[row['status']])} lus et nombre imprimé",
            f"mots lus dans les listes ≤ status_counts:{row['count_id']}",
            words := sum(mention["status"] == row["status"] for mention in said),
            row["count"],
            "<=",
            ""
            if words >= row["count"]
            else "Les autres statuts ne se lisent pas en toutes lettres.",
        )


def _flagships(tables: Rows) -> Iterator[Identity]:
    """Flagships listed against the numbers printed, and their words against the list's totals."""
    of_flagships = _with_role(tables, "flagships")
    printed = [row for row in tables["status_counts"] if row["section_id"] in of_flagships]
    in_lists = [row for row in tables["mentions"] if row["list"] == "flagship"]
    for row in printed:
        if row["status"] != _ALL:
            continue
        # A report lists again those that the report before announced.
        again = {m["flagship_id"] for m in in_lists if m["source_id"] == row["source_id"]}
        own = [f for f in tables["flagships"] if f["source_id"] == row["source_id"]]
        listed = [
            f
            for f in tables["flagships"]
            if f["year"] == row["year"]
            and (f["source_id"] == row["source_id"] or f["flagship_id"] in again)
        ]
        if own or listed:
            yield identity(
                "phares",
                row["count_id"],
                f"Phares de {row['year']} listés et nombre imprimé",
                f"nombre de phares listés en {row['year']} = status_counts:{row['count_id']}",
                len(listed),
                row["count"],
            )
    said = first_of((m for m in in_lists if m["status"] is not None), "flagship_id", "status")
    words = Counter((mention["year"], mention["status"]) for mention in said)
    for row in printed:
        if row["status"] != _ALL:
            yield identity(
                "phares",
                row["count_id"],
                f"Phares de {row['year']} : statuts de la liste et nombre imprimé",
                f"mots de la liste = status_counts:{row['count_id']}",
                words[row["year"], row["status"]],
                row["count"],
            )
    in_list = {mention["flagship_id"]: mention for mention in first_of(said, "flagship_id")}
    sheets = grouped(
        (
            m
            for m in tables["mentions"]
            if m["list"] == "sheet" and m["status"] and m["flagship_id"]
        ),
        "flagship_id",
    )
    for (flagship_id,), rows in sorted(sheets.items()):
        if (of_list := in_list.get(flagship_id)) is None:
            continue
        yield identity(
            "phares",
            f"{flagship_id}.fiches",
            f"{flagship_id} : statut de la liste et des fiches",
            _references("mentions", rows, "mention_id")
            + f" contre mentions:{of_list['mention_id']}",
            sum(row["status"] != of_list["status"] for row in rows),
            0,
            note="À gauche, le nombre de fiches dont le statut diffère de la liste.",
        )


# --- money ---------------------------------------------------------------------------


def _funding(tables: Rows) -> Iterator[Identity]:
    """Parts of an amount, one way of splitting at a time, against the whole."""
    funding = {row["funding_id"]: row for row in tables["funding"]}
    parts = grouped((row for row in funding.values() if row["part_of"]), "part_of", "split_by")
    for (whole, split_by), rows in parts.items():
        amounts = [row["amount_min_eur"] for row in rows]
        if None in [*amounts, funding[whole]["amount_min_eur"]]:
            continue  # an illegible part leaves the sum unknown
        yield identity(
            "financement",
            f"{whole}.{split_by}",
            f"{funding[whole]['purpose']} : parts et total",
            f"{_references('funding', rows, 'funding_id')} = funding:{whole}",
            sum(amounts),
            funding[whole]["amount_min_eur"],
        )


def _budget(tables: Rows) -> Iterator[Identity]:
    """Printed blocks of a budget against the block they are part of."""
    budget = {row["block_id"]: row for row in tables["department_budget"]}
    parts = (row for row in budget.values() if row["parent_id"] and row["basis"] != "residual")
    for (parent,), rows in grouped(parts, "parent_id").items():
        amounts = [row["amount_eur"] for row in rows]
        if None in [*amounts, budget[parent]["amount_eur"]]:
            continue  # an illegible block leaves the sum unknown
        yield identity(
            "budget",
            parent,
            f"{budget[parent]['block']} {budget[parent]['year']} : blocs et total",
            f"{_references('department_budget', rows, 'block_id')} = department_budget:{parent}",
            sum(amounts),
            budget[parent]["amount_eur"],
        )


def _repetitions(tables: Rows) -> Iterator[Identity]:
    """What a row says it repeats has the same value."""
    for name, table in all_tables().items():
        if table.value is None or "repeats" not in table.names:
            continue
        values = {row[table.key]: row[table.value] for row in tables[name]}
        for row in tables[name]:
            key, first = row[table.key], row["repeats"]
            if first is None or values[key] is None or values[first] is None:
                continue  # an illegible value says nothing
            yield identity(
                "repetition",
                f"{name}.{key}",
                f"{key} répète {first}",
                f"{name}:{key} = {name}:{first}",
                values[key],
                values[first],
            )


# --- dates and numbering -------------------------------------------------------------


def _calendar(tables: Rows) -> Iterator[Identity]:
    """Printed days of the week against their dates."""
    for row in tables["events"]:
        if row["weekday_printed"] is None:
            continue
        day = row["date_start"]
        yield identity(
            "calendrier",
            row["event_id"],
            f"{row['label']} : {format_date(day)}",
            f"events:{row['event_id']} tombe un {WEEKDAYS[day.weekday()]}, imprimé {quote(row['weekday_printed'])}",
            day.isoweekday(),
            parse_weekday(row["weekday_printed"]),
        )


def _numbering(tables: Rows) -> Iterator[Identity]:
    """Printed numbers against the place in the list."""
    for table, place, printed in (
        ("flagships", "rank", "rank_printed"),
        ("challenges", "rank", "number_printed"),
    ):
        for row in tables[table]:
            if not (number := re.sub(r"\D", "", row[printed] or "")):
                continue
            key = row[all_tables()[table].key]
            yield identity(
                "numerotation",
                f"{table}.{key}",
                f"{key} : rang et numéro imprimé",
                f"{table}:{key}",
                row[place],
                float(number),
            )
    numbered = [
        row | {"number": int(re.sub(r"\D", "", row["number_printed"]) or 0)}
        for row in tables["mentions"]
        if row["number_printed"] is not None and row["list"] == "table"
    ]
    for (section,), every in grouped(numbered, "section_id").items():
        by_year = {year: rows for (year,), rows in grouped(every, "year").items()}
        for year, rows in by_year.items():
            before = by_year.get(max((y for y in by_year if y < year), default=None), ())
            free = numbering.free_numbers(
                ((row["action_id"], row["number"]) for row in before),
                {row["action_id"] for row in rows},
                numbering.departed(tables, year),
            )
            found = _sequel(rows, free)
            but, note = numbering.told(found)
            yield identity(
                "numerotation",
                f"liste.{section}.{year}",
                f"{section} : numéros qui se suivent de 1 à {found.last} en {year}{but}",
                f"numéros imprimés de {section} en {year}, à partir de mentions:{rows[0]['mention_id']}",
                found.in_order,
                len(rows),
                note=note,
            )


def _sequel(rows: list[Row], free: set[int]) -> numbering.Sequel:
    """Return how far numbers follow each other, in the order of the rows or of the lines.

    The rows of a draft keep the order of the report before, whatever the next one numbers; the
    lines of a text read in columns may follow none.
    """
    orders = (rows, sorted(rows, key=lambda row: row["line"] or 0))
    found = (numbering.sequel([row["number"] for row in order], free) for order in orders)
    return max(found, key=lambda sequel: sequel.in_order)


FAMILIES = (
    _totals,
    _lists,
    _sections,
    _words,
    _flagships,
    _budget,
    _funding,
    _repetitions,
    _calendar,
    _numbering,
)
"""Each yields the identities of its family from the rows of the typed tables."""
