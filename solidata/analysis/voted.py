"""The voted budget of a year, block by block: every amount counted once, no scope joined to another."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.columns import filled, positive, require, same
from solidata.french import format_amount, quote
from solidata.problems import NoDataError, RefusedError

AUTONOMY = ("Personnes âgées", "Personnes handicapées")
"""The two blocks that make the policy of autonomy."""

_BUDGET = ["block_id", "year", "stage", "scope", "block", "parent_id", "amount_eur", "basis",
           "repeats", "source_id", "line", "printed"]  # fmt: skip


def _voted(department_budget: pd.DataFrame) -> pd.DataFrame:
    """Return the voted blocks of the total, without what is outside it or printed again."""
    require(department_budget, "department_budget", _BUDGET)
    keys = department_budget["block_id"]
    if len(twice := keys[keys.duplicated()].dropna()):
        raise RefusedError(f"Blocs du budget en double : {', '.join(dict.fromkeys(twice[:3]))}.")
    rows = department_budget[department_budget["repeats"].isna()]
    scope = rows["scope"].astype(str)
    inside = (scope == "total") | scope.str.startswith("solidarites")
    return rows[inside & (rows["stage"].astype(str) == "primitif")]


def _totals(voted: pd.DataFrame) -> pd.DataFrame:
    return voted[(voted["scope"].astype(str) == "total") & voted["parent_id"].isna()]


def years(department_budget: pd.DataFrame) -> list[int]:
    """Return the years whose voted budget is printed by policy, solidarities among them.

    Other years print a total, or running costs and investment, which say nothing of policies.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.

    Returns
    -------
    list of int
        In order.

    Raises
    ------
    ValueError
        When a column is missing.

    Examples
    --------
    >>> import solidata
    >>> years(solidata.load("department_budget"))
    [2025]
    """
    voted = _voted(department_budget)
    totals = _totals(voted).set_index("block_id")["year"].dropna()
    blocks = voted[voted["scope"].astype(str).str.startswith("solidarites")]
    return sorted({int(totals[p]) for p in blocks["parent_id"].dropna() if p in totals.index})


def budget_blocks(department_budget: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the voted budget of a year: total, solidarities and their blocks, the other blocks.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.
    year : int
        A year of :func:`years`.

    Returns
    -------
    pandas.DataFrame
        In the order to be read: the total, the solidarities, their blocks, the other blocks, what
        no source identifies; within each, from the largest. Columns: ``block_id``, ``block``
        (French), ``parent_id``, ``group`` (``total``, ``solidarites``, ``public``, ``autre``,
        ``non_identifie``), ``amount_eur`` (euros), ``total_eur`` (euros, the same in each row),
        ``share`` (fraction of the total), ``basis`` (how the amount is tied to its block),
        ``row_ids`` (the block and the rows that repeat it, separated by spaces) and the
        provenance of these rows: ``source_id``, ``line``, ``printed``. Amounts of the rows that
        repeat a block, or stand outside the total, are never among them.

    Raises
    ------
    ValueError
        When no budget is printed by policy for `year` (the message gives the years there are),
        when an amount is missing or negative, or when blocks do not add up to what holds them.

    Examples
    --------
    >>> import solidata
    >>> blocks = budget_blocks(solidata.load("department_budget"), 2025)
    >>> int(blocks.loc[blocks["group"] == "public", "amount_eur"].sum())  # 73.5 + 72.5 + 68 + 64
    278000000
    """
    known = years(department_budget)
    if year not in known:
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(
            f"Aucun budget voté imprimé par politique pour {year} ; années connues : {names}."
        )
    voted = _voted(department_budget)
    voted = voted[voted["year"] == year]
    totals = _totals(voted)
    if len(totals) != 1:
        raise RefusedError(f"{len(totals)} totaux du budget voté pour {year} ; un seul attendu.")
    total = totals.iloc[0]
    first = voted[voted["parent_id"] == total["block_id"]]
    is_header = first["scope"].astype(str).str.startswith("solidarites")
    if is_header.sum() != 1:
        raise RefusedError(f"{is_header.sum()} blocs de solidarités pour {year} ; un seul attendu.")
    header = first[is_header]
    second = voted[voted["parent_id"] == header["block_id"].iloc[0]]
    unknown = first["basis"].astype(str) == "residual"
    frame = pd.concat(
        [
            totals.assign(group="total"),
            header.assign(group="solidarites"),
            _ranked(second).assign(group="public"),
            _ranked(first[~is_header & ~unknown]).assign(group="autre"),
            _ranked(first[~is_header & unknown]).assign(group="non_identifie"),
        ],
        ignore_index=True,
    )
    filled(frame, "block_id", {"block": "nom de bloc", "source_id": "source"})
    positive(frame["amount_eur"], frame["block"])
    _adds_up(first, total)
    _adds_up(second, header.iloc[0])
    whole = float(total["amount_eur"])
    if not whole:
        raise RefusedError(f"Le budget voté de {year} est nul.")
    frame = _with_repeats(frame, department_budget)
    frame = frame.assign(total_eur=whole, share=frame["amount_eur"].astype(float) / whole)
    return frame[
        [
            "block_id",
            "block",
            "parent_id",
            "group",
            "amount_eur",
            "total_eur",
            "share",
            "basis",
            "row_ids",
            "source_id",
            "line",
            "printed",
        ]
    ]


def _ranked(blocks: pd.DataFrame) -> pd.DataFrame:
    return blocks.sort_values(["amount_eur", "block"], ascending=[False, True])


def _adds_up(parts: pd.DataFrame, whole: pd.Series) -> None:
    """Refuse blocks that do not make what holds them; an unknown is a row, not a gap."""
    found, expected = float(parts["amount_eur"].sum()), float(whole["amount_eur"])
    if len(parts) and not same(found, expected):
        raise RefusedError(
            f"Les blocs de {quote(whole['block'])} font {format_amount(found, 'M€')} et non "
            f"{format_amount(expected, 'M€')} : un bloc manque ou est compté deux fois."
        )


def _with_repeats(frame: pd.DataFrame, department_budget: pd.DataFrame) -> pd.DataFrame:
    """Add to each block the rows that confirm it, and their sources; never their amounts."""
    again = department_budget[department_budget["repeats"].notna()]
    ids, sources = [], []
    for _, row in frame.iterrows():
        same = again[again["repeats"] == row["block_id"]]
        ids.append(" ".join([row["block_id"], *same["block_id"]]))
        sources.append(" ".join(dict.fromkeys([row["source_id"], *same["source_id"]])))
    return frame.assign(row_ids=ids, source_id=sources)


def outside_total(department_budget: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what the budget of a year prints outside its total: it explains nothing inside.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.
    year : int

    Returns
    -------
    pandas.DataFrame
        Columns ``block_id``, ``block``, ``amount_eur`` (euros), ``source_id``, ``line``,
        ``printed``; empty when the year prints none.

    Raises
    ------
    ValueError
        When a column is missing.

    Examples
    --------
    >>> import solidata
    >>> outside_total(solidata.load("department_budget"), 2025)["amount_eur"].tolist()
    [17500000.0]
    """
    require(department_budget, "department_budget", _BUDGET)
    rows = department_budget[
        (department_budget["year"] == year)
        & (department_budget["scope"].astype(str) == "hors_total")
        & department_budget["repeats"].isna()
    ]
    return rows[["block_id", "block", "amount_eur", "source_id", "line", "printed"]].reset_index(
        drop=True
    )


def by_public(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the solidarities by public, old age and disability gathered as autonomy.

    Parameters
    ----------
    blocks : pandas.DataFrame
        From :func:`budget_blocks`.

    Returns
    -------
    pandas.DataFrame
        From the largest: ``public`` (French), ``amount_eur`` (euros), ``share`` (fraction of the
        solidarities, not of the budget), ``blocks`` (how many blocks it gathers).

    Raises
    ------
    ValueError
        When the solidarities are printed without blocks.

    Examples
    --------
    >>> import solidata
    >>> publics = by_public(budget_blocks(solidata.load("department_budget"), 2025))
    >>> publics[["public", "amount_eur"]].values[0].tolist()  # 72.5 + 64
    ['Autonomie', 136500000.0]
    """
    rows = blocks[blocks["group"] == "public"]
    if rows.empty:
        raise RefusedError("Les solidarités sont imprimées sans leurs blocs.")
    name = rows["block"].where(~rows["block"].isin(AUTONOMY), "Autonomie")
    frame = rows.assign(public=name).groupby("public", as_index=False)["amount_eur"]
    frame = frame.agg(["sum", "size"]).rename(columns={"sum": "amount_eur", "size": "blocks"})
    whole = float(frame["amount_eur"].sum())
    frame["share"] = frame["amount_eur"].astype(float) / whole
    order = ["public", "amount_eur", "share", "blocks"]
    return frame[order].sort_values(["amount_eur", "public"], ascending=[False, True]).reset_index(
        drop=True
    )  # fmt: skip
