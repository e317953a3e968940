"""The budgets of each year, each in its scope and stage; two scopes are never joined."""

from __future__ import annotations

import re

import pandas as pd

from solidata.analysis.columns import ADDRESS, filled, finite, require
from solidata.french import fold, listed
from solidata.problems import NoDataError, RefusedError
from solidata.tables import all_tables

BUDGET_TOTAL = "Budget total"
"""How the block of a whole budget is called."""

_BUDGET = ["block_id", "year", "stage", "scope", "block", "parent_id", "amount_eur", "basis",
           "repeats", "note", "source_id", "line", "printed"]  # fmt: skip


def budget_series(department_budget: pd.DataFrame) -> pd.DataFrame:
    """Return the whole budgets and those of the solidarities, each in its scope and stage.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.

    Returns
    -------
    pandas.DataFrame
        One row an amount, in the order of scopes, stages and years. Columns: ``block_id``,
        ``scope``, ``stage``, ``year`` (int), ``amount_eur``, ``basis``, ``supposed`` (whether the
        note doubts the scope), ``remark`` (what it says of it), ``run`` (int: only consecutive
        years of one scope and one stage share a run, and can be compared), ``change_eur`` (euros
        since the year before, within a run), and the address.

    Raises
    ------
    ValueError
        When a column is missing, a scope or a stage missing or unknown, an amount negative or
        infinite, or when there are two amounts for one scope, stage and year.
    NoDataError
        When there is none.

    Examples
    --------
    >>> import solidata
    >>> frame = budget_series(solidata.load("department_budget"))
    >>> wide = frame["scope"] == "solidarites_avec_personnel"
    >>> frame.loc[wide, "change_eur"].tolist()  # 2023, then 2025 and 2026: 283 - 278
    [nan, nan, 5000000.0]
    """
    table = all_tables()["department_budget"]
    require(department_budget, "department_budget", _BUDGET)
    for field, word in (("scope", "périmètre connu"), ("stage", "étape connue")):
        known = (
            department_budget[field]
            .astype(object)
            .where(lambda c, f=field: c.isin(table.field(f).values))
        )
        filled(department_budget.assign(**{field: known}), "block_id", {field: word})
    rows = department_budget[department_budget["repeats"].isna()]
    rows = rows[rows["amount_eur"].notna() & rows["year"].notna()].astype(object)
    finite(rows["amount_eur"], rows["block_id"])
    scopes = rows.drop_duplicates("block_id").set_index("block_id")["scope"]
    parent = rows["parent_id"].map(scopes)
    whole = rows["scope"].isin(["total", "total_consolide"]) & (rows["block"] == BUDGET_TOTAL)
    part = rows["scope"].str.startswith("solidarites") & (parent != rows["scope"])
    rows = rows[whole | part].copy()
    if rows.empty:
        raise NoDataError("Aucun budget total ni de solidarités dans la table.")
    if (below := rows["amount_eur"].astype(float) < 0).any():
        raise RefusedError(f"Montant négatif : {listed(rows.loc[below, 'block_id'])}.")
    for field in ("scope", "stage"):
        rows[field] = pd.Categorical(rows[field], table.field(field).values, ordered=True)
    rows = rows.astype({"year": int, "amount_eur": float, "line": "Int64"})
    rows = rows.sort_values(["scope", "stage", "year"], ignore_index=True)
    rows = rows.astype({"scope": "str", "stage": "str"})
    same = ["scope", "stage", "year"]
    if (twice := rows.duplicated(same)).any():
        row = rows[twice].iloc[0]
        scope = table.field("scope").labels[row["scope"]]
        raise RefusedError(f"Deux montants pour « {scope} » en {row['year']} ({row['block_id']}).")
    remark = rows["note"].map(_scope_remark)
    follows = rows.groupby(["scope", "stage"])["year"].diff() == 1
    run = (~follows).cumsum()
    return rows.assign(
        remark=remark,
        supposed=remark != "",
        run=run,
        change_eur=rows.groupby(run)["amount_eur"].diff(),
        address="department_budget:" + rows["block_id"],
    )[["block_id", "scope", "stage", "year", "amount_eur", "basis", "supposed", "remark", "run",
       "change_eur", *ADDRESS]]  # fmt: skip


def _scope_remark(note: object) -> str:
    """Return what a note says of a scope that is not sure, or an empty text."""
    parts = [p.strip().rstrip(".") for p in str(note).split(";")] if pd.notna(note) else []
    doubts = r"perimetre.*(suppose|differer|pas imprime)"
    return " ; ".join(p for p in parts if re.search(doubts, fold(p)))
