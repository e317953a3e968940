"""The general families of identities: found in any document and year, without declaration."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from solidata.check import numbering
from solidata.french import WEEKDAYS, format_date, parse_weekday, quote
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]
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


def _references(table: str, keys: pd.Series) -> str:
    return " + ".join(f"{table}:{key}" for key in keys)


# --- actions -------------------------------------------------------------------------


def _totals(tables: Frames) -> Iterator[Identity]:
    """Statuses of a section against the total printed beside them."""
    counts = tables["status_counts"]
    by_status = counts[(counts["status"] != _ALL) & counts["total"].notna()]
    labels = _section_labels(tables)
    for (section, year, source), rows in by_status.groupby(
        ["section_id", "year", "source_id"], sort=False
    ):
        name = f"{section}.{year}.{source}"
        if rows["total"].nunique() > 1:
            yield identity(
                "totaux",
                f"{name}.denominateur",
                f"{labels[section]} : un seul dénominateur en {year}",
                _references("status_counts", rows["count_id"]),
                rows["total"].max(),
                rows["total"].min(),
            )
        yield identity(
            "totaux",
            name,
            f"{labels[section]} : la somme des statuts fait le total imprimé en {year}",
            _references("status_counts", rows["count_id"]),
            rows["count"].sum(),
            rows["total"].iloc[0],
        )


def _section_labels(tables: Frames) -> dict[str, str]:
    return dict(zip(tables["sections"]["section_id"], tables["sections"]["label"], strict=True))


def _with_role(tables: Frames, role: str) -> set[str]:
    """Return the sections whose printed totals count `role`: the whole plan, or its flagships."""
    sections = tables["sections"]
    return set(sections.loc[sections["role"] == role, "section_id"])


def _printed_totals(tables: Frames) -> pd.DataFrame:
    """Return one row for each printed number of actions of a section: ``address`` and ``count``."""
    counts = tables["status_counts"]
    whole = counts[counts["status"] == _ALL].assign(printed_count=lambda f: f["count"])
    parts = counts[(counts["status"] != _ALL) & counts["total"].notna()].assign(
        printed_count=lambda f: f["total"]
    )
    parts = parts.drop_duplicates(["section_id", "year", "source_id"])
    every = pd.concat([whole, parts])
    return every[["count_id", "section_id", "year", "source_id", "printed_count"]]


def _lists(tables: Frames) -> Iterator[Identity]:
    """Actions that a section lists against every number printed for it."""
    statuses, actions = tables["action_statuses"], tables["actions"]
    section_of = dict(zip(actions["action_id"], actions["section_id"], strict=True))
    listed = Counter(zip(statuses["action_id"].map(section_of), statuses["year"], strict=True))
    labels = _section_labels(tables)
    for row in _printed_totals(tables).to_dict("records"):
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


def _sections(tables: Frames) -> Iterator[Identity]:
    """Totals of the sections against the printed total of the plan, document by document."""
    totals = _printed_totals(tables)
    counted = set(tables["sections"].loc[tables["sections"]["in_total"], "section_id"])
    whole = totals[totals["section_id"].isin(_with_role(tables, "whole"))]
    for (year, source), parts in totals[totals["section_id"].isin(counted)].groupby(
        ["year", "source_id"]
    ):
        parts = parts.drop_duplicates("section_id")
        for row in whole[whole["year"] == year].to_dict("records"):
            note = (
                ""
                if set(parts["section_id"]) == counted
                else (f"{len(parts)} sections sur {len(counted)} ont un total dans ce document.")
            )
            relation = "=" if not note else "<="
            yield identity(
                "sections",
                f"{source}.{row['count_id']}",
                f"Sections de {source} et ensemble imprimé par {row['source_id']}",
                _references("status_counts", parts["count_id"])
                + f" {relation} status_counts:{row['count_id']}",
                parts["printed_count"].sum(),
                row["printed_count"],
                relation,
                note,
            )


def _words(tables: Frames) -> Iterator[Identity]:
    """Status words read in a section's lists: never more than the printed count."""
    counts, mentions = tables["status_counts"], tables["mentions"]
    read = mentions[mentions["list"].isin(["table", "focus"]) & mentions["status"].notna()]
    lists = list(zip(read["section_id"], read["year"], read["source_id"], strict=True))
    words = Counter(zip(lists, read["status"], strict=True))
    labels = _section_labels(tables)
    names = all_tables()["status_counts"].field("status").labels
    for row in counts[counts["status"] != _ALL].to_dict("records"):
        of_list = (row["section_id"], row["year"], row["source_id"])
        if of_list not in lists:
            continue
        yield identity(
            "mots",
            row["count_id"],
            f"{labels[row['section_id']]} : mots {quote(names[row['status']])} lus et nombre imprimé",
            f"mots lus dans les listes ≤ status_counts:{row['count_id']}",
            words[of_list, row["status"]],
            row["count"],
            "<=",
            "Les autres statuts n’étaient que des marques de couleur, perdues.",
        )


def _flagships(tables: Frames) -> Iterator[Identity]:
    """Flagships listed against the numbers printed, and their words against the list's totals."""
    flagships, counts, mentions = tables["flagships"], tables["status_counts"], tables["mentions"]
    printed = counts[counts["section_id"].isin(_with_role(tables, "flagships"))]
    for row in printed[printed["status"] == _ALL].to_dict("records"):
        own = flagships["source_id"] == row["source_id"]
        # A report lists again those that the report before announced.
        again = mentions.loc[
            (mentions["list"] == "flagship") & (mentions["source_id"] == row["source_id"]),
            "flagship_id",
        ]
        listed = flagships[
            (flagships["year"] == row["year"]) & (own | flagships["flagship_id"].isin(again))
        ]
        if own.any() or len(listed):
            yield identity(
                "phares",
                row["count_id"],
                f"Phares de {row['year']} listés et nombre imprimé",
                f"nombre de phares listés en {row['year']} = status_counts:{row['count_id']}",
                len(listed),
                row["count"],
            )
    said = mentions[(mentions["list"] == "flagship") & mentions["status"].notna()].drop_duplicates(
        ["flagship_id", "status"]
    )
    words = Counter(zip(said["year"], said["status"], strict=True))
    for row in printed[printed["status"] != _ALL].to_dict("records"):
        yield identity(
            "phares",
            row["count_id"],
            f"Phares de {row['year']} : statuts de la liste et nombre imprimé",
            f"mots de la liste = status_counts:{row['count_id']}",
            words[row["year"], row["status"]],
            row["count"],
        )
    sheets = mentions[
        (mentions["list"] == "sheet") & mentions["status"].notna() & mentions["flagship_id"].notna()
    ]
    first = said.drop_duplicates("flagship_id").set_index("flagship_id")
    in_list = first[["status", "mention_id"]].astype(object).to_dict("index")
    for flagship_id, rows in sheets.groupby("flagship_id", sort=True):
        if (of_list := in_list.get(flagship_id)) is None:
            continue
        yield identity(
            "phares",
            f"{flagship_id}.fiches",
            f"{flagship_id} : statut de la liste et des fiches",
            " + ".join(f"mentions:{m}" for m in rows["mention_id"])
            + f" contre mentions:{of_list['mention_id']}",
            sum(status != of_list["status"] for status in rows["status"]),
            0,
            note="À gauche, le nombre de fiches dont le statut diffère de la liste.",
        )


# --- money ---------------------------------------------------------------------------


def _funding(tables: Frames) -> Iterator[Identity]:
    """Parts of an amount, one way of splitting at a time, against the whole."""
    funding = tables["funding"].set_index("funding_id")
    parts = funding[funding["part_of"].notna()]
    for (whole, split_by), rows in parts.groupby(
        ["part_of", "split_by"], sort=False, observed=True
    ):
        if rows["amount_min_eur"].isna().any() or pd.isna(funding.loc[whole, "amount_min_eur"]):
            continue  # an illegible part leaves the sum unknown
        yield identity(
            "financement",
            f"{whole}.{split_by}",
            f"{funding.loc[whole, 'purpose']} : parts et total",
            f"{_references('funding', rows.index.to_series())} = funding:{whole}",
            rows["amount_min_eur"].sum(),
            funding.loc[whole, "amount_min_eur"],
        )


def _budget(tables: Frames) -> Iterator[Identity]:
    """Printed blocks of a budget against the block they are part of."""
    budget = tables["department_budget"].set_index("block_id")
    parts = budget[budget["parent_id"].notna() & (budget["basis"] != "residual")]
    for parent, rows in parts.groupby("parent_id", sort=False):
        yield identity(
            "budget",
            str(parent),
            f"{budget.loc[parent, 'block']} {budget.loc[parent, 'year']} : blocs et total",
            f"{_references('department_budget', rows.index.to_series())} = department_budget:{parent}",
            rows["amount_eur"].sum(),
            budget.loc[parent, "amount_eur"],
        )


def _repetitions(tables: Frames) -> Iterator[Identity]:
    """What a row says it repeats has the same value."""
    for name, table in all_tables().items():
        if table.value is None or "repeats" not in table.names:
            continue
        frame, field = tables[name], table.value
        values = dict(zip(frame[table.key], frame[field], strict=True))
        repeating = frame[frame["repeats"].notna()]
        for key, first in zip(repeating[table.key], repeating["repeats"], strict=True):
            if pd.isna(values[key]) or pd.isna(values[first]):
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


def _calendar(tables: Frames) -> Iterator[Identity]:
    """Printed days of the week against their dates."""
    events = tables["events"]
    for row in events[events["weekday_printed"].notna()].to_dict("records"):
        day = row["date_start"].date()
        yield identity(
            "calendrier",
            row["event_id"],
            f"{row['label']} : {format_date(day)}",
            f"events:{row['event_id']} tombe un {WEEKDAYS[day.weekday()]}, imprimé {quote(row['weekday_printed'])}",
            day.isoweekday(),
            parse_weekday(row["weekday_printed"]),
        )


def _numbering(tables: Frames) -> Iterator[Identity]:
    """Printed numbers against the place in the list."""
    for table, place, printed in (
        ("flagships", "rank", "rank_printed"),
        ("challenges", "rank", "number_printed"),
    ):
        frame = tables[table]
        legible = frame[printed].str.contains(r"\d", na=False)
        for row in frame[legible].to_dict("records"):
            key = row[all_tables()[table].key]
            yield identity(
                "numerotation",
                f"{table}.{key}",
                f"{key} : rang et numéro imprimé",
                f"{table}:{key}",
                row[place],
                float(re.sub(r"\D", "", row[printed])),
            )
    mentions = tables["mentions"]
    numbered = mentions[mentions["number_printed"].notna() & (mentions["list"] == "table")]
    numbered = numbered.assign(
        number=pd.to_numeric(numbered["number_printed"].str.replace(r"\D", "", regex=True))
        .fillna(0)
        .astype(int)
    )
    for section, every in numbered.groupby("section_id", sort=False):
        for year, rows in every.groupby("year", sort=False):
            before = every[every["year"] == every.loc[every["year"] < year, "year"].max()]
            free = numbering.free_numbers(
                zip(before["action_id"], before["number"], strict=True),
                set(rows["action_id"]),
                numbering.departed(tables, year),
            )
            found = numbering.sequel(list(rows["number"]), free)
            but, note = numbering.told(found)
            yield identity(
                "numerotation",
                f"liste.{section}.{year}",
                f"{section} : numéros qui se suivent de 1 à {found.last} en {year}{but}",
                f"numéros imprimés de {section} en {year}, à partir de mentions:{rows['mention_id'].iloc[0]}",
                found.in_order,
                len(rows),
                note=note,
            )


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
"""Each yields the identities of its family from the typed tables."""
