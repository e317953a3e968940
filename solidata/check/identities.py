"""Arithmetic the documents allow: parts against totals, lists against counts, days against dates.

General families are found without declaration, for any document and year; what is special to
one document is declared in ``identity_rules`` with references ``table:key``. An identity that
fails stays in the table, and names the contradiction that records it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from solidata.french import WEEKDAYS, format_date, parse_weekday, quote
from solidata.problems import Problem, SourceError
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]
Identity = dict[str, Any]

TOLERANCE = 0.005
"""Half a cent: amounts are sums of floats."""

# The number a reference stands for, when it names no field.
VALUE_FIELDS = {
    "observations": "value",
    "funding": "amount_min_eur",
    "department_budget": "amount_eur",
    "status_counts": "count",
    "territories": "action_sheets",
}
_ALL = "toutes"


def _identity(
    family: str,
    name: str,
    label: str,
    expression: str,
    left: float,
    right: float,
    relation: str = "=",
    note: str = "",
) -> Identity:
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
            yield _identity(
                "totaux",
                f"{name}.denominateur",
                f"{labels[section]} : un seul dénominateur en {year}",
                _references("status_counts", rows["count_id"]),
                rows["total"].max(),
                rows["total"].min(),
            )
        yield _identity(
            "totaux",
            name,
            f"{labels[section]} : la somme des statuts fait le total imprimé en {year}",
            _references("status_counts", rows["count_id"]),
            rows["count"].sum(),
            rows["total"].iloc[0],
        )


def _section_labels(tables: Frames) -> dict[str, str]:
    return dict(zip(tables["sections"]["section_id"], tables["sections"]["label"], strict=True))


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
    listed = statuses.merge(actions[["action_id", "section_id"]], on="action_id")
    labels = _section_labels(tables)
    for _, row in _printed_totals(tables).iterrows():
        members = listed[
            (listed["section_id"] == row["section_id"]) & (listed["year"] == row["year"])
        ]
        if members.empty:
            continue
        yield _identity(
            "listes",
            row["count_id"],
            f"{labels[row['section_id']]} : actions listées et nombre imprimé",
            f"nombre d’actions de {row['section_id']} listées en {row['year']} = status_counts:{row['count_id']}",
            len(members),
            row["printed_count"],
        )


def _sections(tables: Frames) -> Iterator[Identity]:
    """Totals of the sections against the printed total of the plan, document by document."""
    totals = _printed_totals(tables)
    counted = set(tables["sections"].loc[tables["sections"]["in_total"], "section_id"])
    whole = totals[totals["section_id"] == "ensemble"]
    for (year, source), parts in totals[totals["section_id"].isin(counted)].groupby(
        ["year", "source_id"]
    ):
        parts = parts.drop_duplicates("section_id")
        for _, row in whole[whole["year"] == year].iterrows():
            note = (
                ""
                if set(parts["section_id"]) == counted
                else (f"{len(parts)} sections sur {len(counted)} ont un total dans ce document.")
            )
            relation = "=" if not note else "<="
            yield _identity(
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
    labels = _section_labels(tables)
    names = all_tables()["status_counts"].field("status").labels
    for _, row in counts[counts["status"] != _ALL].iterrows():
        same = (
            (read["section_id"] == row["section_id"])
            & (read["year"] == row["year"])
            & (read["source_id"] == row["source_id"])
        )
        if not same.any():
            continue
        words = int((same & (read["status"].astype(str) == row["status"])).sum())
        yield _identity(
            "mots",
            row["count_id"],
            f"{labels[row['section_id']]} : mots {quote(names[row['status']])} lus et nombre imprimé",
            f"mots lus dans les listes ≤ status_counts:{row['count_id']}",
            words,
            row["count"],
            "<=",
            "Les autres statuts n’étaient que des marques de couleur, perdues.",
        )


def _flagships(tables: Frames) -> Iterator[Identity]:
    """Flagships listed against the numbers printed, and their words against the list's totals."""
    flagships, counts = tables["flagships"], tables["status_counts"]
    printed = counts[counts["section_id"] == "phares"]
    for _, row in printed[printed["status"] == _ALL].iterrows():
        if row["source_id"] in set(flagships["source_id"]):
            listed = flagships[
                (flagships["year"] == row["year"]) & (flagships["source_id"] == row["source_id"])
            ]
            yield _identity(
                "phares",
                row["count_id"],
                f"Phares de {row['year']} listés et nombre imprimé",
                f"nombre de phares listés en {row['year']} = status_counts:{row['count_id']}",
                len(listed),
                row["count"],
            )
    mentions = tables["mentions"]
    said = mentions[(mentions["list"] == "flagship") & mentions["status"].notna()].drop_duplicates(
        ["flagship_id", "status"]
    )
    for _, row in printed[printed["status"] != _ALL].iterrows():
        words = int(
            ((said["year"] == row["year"]) & (said["status"].astype(str) == row["status"])).sum()
        )
        yield _identity(
            "phares",
            row["count_id"],
            f"Phares de {row['year']} : statuts de la liste et nombre imprimé",
            f"mots de la liste = status_counts:{row['count_id']}",
            words,
            row["count"],
        )
    sheets = mentions[
        (mentions["list"] == "sheet") & mentions["status"].notna() & mentions["flagship_id"].notna()
    ]
    for flagship_id, rows in sheets.groupby("flagship_id", sort=True):
        listed = said[said["flagship_id"] == flagship_id]
        if listed.empty:
            continue
        status = listed["status"].astype(str).iloc[0]
        other = rows[rows["status"].astype(str) != status]
        yield _identity(
            "phares",
            f"{flagship_id}.fiches",
            f"{flagship_id} : statut de la liste et des fiches",
            " + ".join(f"mentions:{m}" for m in rows["mention_id"])
            + f" contre mentions:{listed['mention_id'].iloc[0]}",
            len(other),
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
        yield _identity(
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
        yield _identity(
            "budget",
            str(parent),
            f"{budget.loc[parent, 'block']} {budget.loc[parent, 'year']} : blocs et total",
            f"{_references('department_budget', rows.index.to_series())} = department_budget:{parent}",
            rows["amount_eur"].sum(),
            budget.loc[parent, "amount_eur"],
        )


def _repetitions(tables: Frames) -> Iterator[Identity]:
    """What a row says it repeats has the same value."""
    for table, field in VALUE_FIELDS.items():
        frame = tables[table]
        if "repeats" not in frame:
            continue
        rows = frame.set_index(all_tables()[table].key)
        for key, row in rows[rows["repeats"].notna()].iterrows():
            first = rows.loc[row["repeats"]]
            if pd.isna(row[field]) or pd.isna(first[field]):
                continue  # an illegible value says nothing
            yield _identity(
                "repetition",
                f"{table}.{key}",
                f"{key} répète {row['repeats']}",
                f"{table}:{key} = {table}:{row['repeats']}",
                row[field],
                first[field],
            )


# --- dates and numbering -------------------------------------------------------------


def _calendar(tables: Frames) -> Iterator[Identity]:
    """Printed days of the week against their dates."""
    events = tables["events"]
    for _, row in events[events["weekday_printed"].notna()].iterrows():
        day = row["date_start"].date()
        yield _identity(
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
        for _, row in frame[legible].iterrows():
            key = row[all_tables()[table].key]
            yield _identity(
                "numerotation",
                f"{table}.{key}",
                f"{key} : rang et numéro imprimé",
                f"{table}:{key}",
                row[place],
                float(re.sub(r"\D", "", row[printed])),
            )
    mentions, actions = tables["mentions"], tables["actions"].set_index("action_id")
    numbered = mentions[mentions["number_printed"].notna() & (mentions["list"] == "table")]
    for section, rows in numbered.groupby("section_id", sort=False):
        numbers = actions.loc[rows["action_id"], "number"].tolist()
        in_order = sum(a == b for a, b in zip(numbers, range(1, len(numbers) + 1), strict=True))
        yield _identity(
            "numerotation",
            f"liste.{section}",
            f"{section} : numéros qui se suivent de 1 à {len(numbers)}",
            f"numéros imprimés de {section}",
            in_order,
            len(numbers),
        )


# --- declared ------------------------------------------------------------------------

_TOKEN = re.compile(r"\s*(?:(?P<op>[-+*/])\s|(?P<ref>[a-z_]+:\S+)|(?P<num>\d+(?:\.\d+)?))")


def evaluate(expression: str, tables: Frames) -> float:
    """Return the value of a sum, difference, product or quotient of references and numbers.

    Parameters
    ----------
    expression : str
        Terms separated by operators between spaces; ``*`` and ``/`` bind first. A reference is
        ``table:key``, with ``.field`` understood for the tables of :data:`VALUE_FIELDS`.

    Raises
    ------
    KeyError
        When a reference names no row, or a table without a value.
    ValueError
        When the expression cannot be read, or divides by zero.

    Examples
    --------
    >>> evaluate("3 * 10 - 5", {})
    25.0
    """
    tokens, position = [], 0
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise ValueError(f"expression illisible à partir de {quote(expression[position:])}")
        tokens.append(match)
        position = match.end()
    if len(tokens) % 2 == 0 or any(
        (t.lastgroup == "op") != (i % 2 == 1) for i, t in enumerate(tokens)
    ):
        raise ValueError(f"expression illisible : {quote(expression)}")

    total, term, sign = 0.0, _operand(tokens[0], tables), 1.0
    for operator, operand in zip(tokens[1::2], tokens[2::2], strict=True):
        value = _operand(operand, tables)
        if operator["op"] == "*":
            term *= value
        elif operator["op"] == "/":
            if value == 0:
                raise ValueError(f"division par zéro : {quote(expression)}")
            term /= value
        else:
            total += sign * term
            sign, term = (1.0 if operator["op"] == "+" else -1.0), value
    return total + sign * term


def _operand(token: re.Match[str], tables: Frames) -> float:
    if token["num"]:
        return float(token["num"])
    table, _, key = token["ref"].partition(":")
    if table not in VALUE_FIELDS:
        raise KeyError(f"{table} n’a pas de valeur ; attendu : l’une de {', '.join(VALUE_FIELDS)}")
    rows = tables[table]
    found = rows.loc[rows[all_tables()[table].key] == key, VALUE_FIELDS[table]]
    if found.empty or pd.isna(found.iloc[0]):
        raise KeyError(f"{token['ref']} n’a pas de valeur")
    return float(found.iloc[0])


def _declared(tables: Frames) -> Iterator[Identity]:
    problems = []
    for _, rule in tables["identity_rules"].iterrows():
        sides = []
        for side in ("left", "right"):
            try:
                sides.append(evaluate(rule[side], tables))
            except (KeyError, ValueError) as error:
                problems.append(
                    Problem("identity_rules.csv", None, side, rule[side], str(error.args[0]))
                )
        if len(sides) == 2:
            expression = f"{rule['left']} {rule['relation']} {rule['right']}"
            yield _identity(
                "declaree",
                rule["identity_id"],
                rule["label"],
                expression,
                *sides,
                relation=str(rule["relation"]),
                note=rule["note"] if pd.notna(rule["note"]) else "",
            )
    if problems:
        raise SourceError(problems)


_FAMILIES = (
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
    _declared,
)


def identities(tables: Frames) -> pd.DataFrame:
    """Return the table ``identities``: both sides of each, the difference, and the contradiction.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The typed tables.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``identities``, untyped.

    Raises
    ------
    SourceError
        When a declared identity cannot be evaluated.
    """
    rows = [row for family in _FAMILIES for row in family(tables)]
    frame = pd.DataFrame(rows, columns=[f.name for f in all_tables()["identities"].fields])
    named = (
        tables["contradictions"]
        .dropna(subset=["identity_id"])
        .groupby("identity_id")["contradiction_id"]
    )
    frame["contradiction_id"] = frame["identity_id"].map(named.agg(" ".join)).fillna("")
    return frame
