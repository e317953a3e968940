"""What is voted, what the actions print: every amount counted once, no scope joined to another."""

from __future__ import annotations

import re

import pandas as pd

from solidata.analysis.columns import filled, finite, require
from solidata.french import format_amount, quote
from solidata.problems import NoDataError, RefusedError

OWN = "Département"
"""The funder whose plan it is; every other one is a partner."""

FUNDERS = (OWN, "ARS", "CNSA", "MSA")
"""Funders in the order, and so in the colours, of every figure; others follow by name."""

AUTONOMY = ("Personnes âgées", "Personnes handicapées")
"""The two blocks that make the policy of autonomy."""

_SEVERAL = re.compile(r"/| et (?=[A-ZÉÎ])")  # « État et Département » names two payers
_CENT = 0.005
_PROVENANCE = ["source_id", "line", "printed"]


def _positive(amounts: pd.Series, names: pd.Series) -> None:
    """Refuse an amount that is missing, negative or infinite, and name it."""
    values = amounts.astype(float)
    finite(values, names)
    bad = values.isna() | (values < 0)
    if bad.any():
        raise RefusedError(f"Montant absent ou négatif : {', '.join(names[bad].astype(str))}.")


def _one_name(funder: str) -> str:
    """Return the name of a funder in every figure: a region has one ARS, and need not be named."""
    own = funder.startswith("ARS ") and not _SEVERAL.search(funder)
    return "ARS" if own else funder


def _same(one: float, other: float) -> bool:
    return abs(one - other) < _CENT


# --- the budget of the department ------------------------------------------------------

_BUDGET = ["block_id", "year", "stage", "scope", "block", "parent_id", "amount_eur", "basis",
           "repeats", *_PROVENANCE]  # fmt: skip


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
    _positive(frame["amount_eur"], frame["block"])
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
            *_PROVENANCE,
        ]
    ]


def _ranked(blocks: pd.DataFrame) -> pd.DataFrame:
    return blocks.sort_values(["amount_eur", "block"], ascending=[False, True])


def _adds_up(parts: pd.DataFrame, whole: pd.Series) -> None:
    """Refuse blocks that do not make what holds them; an unknown is a row, not a gap."""
    found, expected = float(parts["amount_eur"].sum()), float(whole["amount_eur"])
    if len(parts) and not _same(found, expected):
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
    return rows[["block_id", "block", "amount_eur", *_PROVENANCE]].reset_index(drop=True)


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


# --- the money of the actions ----------------------------------------------------------

_FUNDING = ["funding_id", "action_id", "section_id", "year", "direction", "kind", "stage",
            "amount_min_eur", "amount_max_eur", "funder", "purpose", "part_of", "split_by",
            "repeats", "legibility", *_PROVENANCE]  # fmt: skip


def check_breakdowns(funding: pd.DataFrame) -> None:
    """Refuse a breakdown that does not make its whole; one ``split_by`` at a time.

    Parameters
    ----------
    funding : pandas.DataFrame
        The table of this name.

    Raises
    ------
    ValueError
        With the amount, its breakdown and both sums; for a part whose whole is unknown or not
        legible, a range without an end, or a key that is missing or printed twice.

    Examples
    --------
    >>> import solidata
    >>> check_breakdowns(solidata.load("funding"))
    """
    require(funding, "funding", _FUNDING)
    if funding["funding_id"].isna().any():
        raise RefusedError("Un montant n’a pas de clé (funding_id).")
    if len(twice := funding.loc[funding["funding_id"].duplicated(), "funding_id"]):
        raise RefusedError(f"Montants en double : {', '.join(twice)}.")
    parts = funding[funding["part_of"].notna() & funding["repeats"].isna()]
    wholes = funding.set_index("funding_id")
    if orphans := sorted(set(parts["part_of"]) - set(wholes.index)):
        raise RefusedError(f"Part d’un montant inconnu : {', '.join(orphans)}.")
    unnamed = parts.loc[parts["split_by"].isna(), "funding_id"]
    if len(unnamed):
        raise RefusedError(f"Parts sans ventilation dite (split_by) : {', '.join(unnamed)}.")
    _positive(parts["amount_min_eur"], parts["funding_id"])
    ranges = funding[funding["kind"].astype(str) == "range"]
    for end in ("amount_min_eur", "amount_max_eur"):
        _positive(ranges[end], ranges["funding_id"])
    for (whole, split), rows in parts.groupby(["part_of", "split_by"], observed=True):
        found, expected = rows["amount_min_eur"].sum(), wholes.loc[whole, "amount_min_eur"]
        if pd.isna(expected):
            raise RefusedError(f"{whole} est ventilé par {quote(split)} sans être lisible.")
        if not _same(float(found), float(expected)):
            raise RefusedError(
                f"{whole}, ventilé par {quote(split)} : les parts font {format_amount(found)} et "
                f"non {format_amount(expected)}."
            )


def legible_amounts(
    funding: pd.DataFrame, actions: pd.DataFrame, direction: str = "expense"
) -> pd.DataFrame:
    """Return the amounts that actions print and that can be read, each counted once.

    Parts of an amount, amounts printed again, ranges, and amounts of a whole section are left out.

    Parameters
    ----------
    funding, actions : pandas.DataFrame
        The tables of these names.
    direction : str
        ``expense`` or ``revenue``.

    Returns
    -------
    pandas.DataFrame
        From the largest: ``funding_id``, ``action_id``, ``title`` (of the action), ``purpose``,
        ``year`` (missing where not printed), ``stage`` (``executed``, ``planned``, ``unstated``),
        ``legibility``, ``funder``, ``amount_eur`` (euros), ``source_id``, ``line``, ``printed``.

    Raises
    ------
    ValueError
        When `direction` is unknown, a column, a purpose, a stage or a title is missing, an amount is
        missing, infinite or negative, an action is unknown or listed twice, or a breakdown does
        not add up.

    Examples
    --------
    >>> import solidata
    >>> amounts = legible_amounts(solidata.load("funding"), solidata.load("actions"))
    >>> amounts[["funding_id", "amount_eur"]].values[0].tolist()
    ['DP-03.f1', 1170000.0]
    """
    if direction not in {"expense", "revenue"}:
        raise RefusedError(f"Sens {quote(direction)} inconnu ; au choix : expense, revenue.")
    check_breakdowns(funding)
    require(actions, "actions", ["action_id", "title"])
    if actions["action_id"].duplicated().any():
        raise RefusedError("Une action est listée deux fois dans la table «\u00a0actions\u00a0».")
    rows = funding[
        (funding["direction"].astype(str) == direction)
        & (funding["kind"].astype(str) == "amount")
        & funding["part_of"].isna()
        & funding["repeats"].isna()
        & funding["action_id"].notna()
    ]
    _positive(rows["amount_min_eur"], rows["funding_id"])
    filled(rows, "funding_id", {"purpose": "objet", "stage": "étape"})
    titles = actions.set_index("action_id")["title"]
    if strangers := sorted(set(rows["action_id"]) - set(titles.index)):
        raise RefusedError(f"Actions inconnues : {', '.join(strangers)}.")
    filled(
        actions[actions["action_id"].isin(rows["action_id"])], "action_id", {"title": "intitulé"}
    )
    frame = rows.assign(
        title=rows["action_id"].map(titles), amount_eur=rows["amount_min_eur"].astype(float)
    )
    columns = ["funding_id", "action_id", "title", "purpose", "year", "stage", "legibility"]
    columns += ["funder", "amount_eur", *_PROVENANCE]
    order = frame.sort_values(["amount_eur", "funding_id"], ascending=[False, True])
    return order[columns].reset_index(drop=True)


def without_amount(funding: pd.DataFrame, direction: str = "expense") -> pd.DataFrame:
    """Return how many printings of a direction give no single amount for an action, and why.

    Parameters
    ----------
    funding : pandas.DataFrame
        The table of this name.
    direction : str
        ``expense`` or ``revenue``.

    Returns
    -------
    pandas.DataFrame
        Columns ``reason`` (``range``, ``staff_time``, ``no_budget``, ``illegible``, and
        ``section`` for a legible amount that belongs to no action) and ``count`` (int);
        reasons that do not occur are left out.

    Raises
    ------
    ValueError
        When a column is missing.

    Examples
    --------
    >>> import solidata
    >>> int(without_amount(solidata.load("funding")).set_index("reason")["count"]["staff_time"])
    6
    """
    require(funding, "funding", _FUNDING)
    rows = funding[
        (funding["direction"].astype(str) == direction)
        & funding["part_of"].isna()
        & funding["repeats"].isna()
    ]
    reason = rows["kind"].astype(str)
    reason = reason.mask((reason == "amount") & rows["action_id"].isna(), "section")
    order = ["range", "staff_time", "no_budget", "illegible", "section"]
    counts = reason[reason != "amount"].value_counts().reindex(order).dropna()
    return counts.astype(int).rename_axis("reason").rename("count").reset_index()


def funder_order(funders: pd.Series) -> list[str]:
    """Return the distinct funders in the order of every figure.

    Examples
    --------
    >>> funder_order(pd.Series(["CNSA", "Région", "Département"]))
    ['Département', 'CNSA', 'Région']
    """
    found = set(funders.dropna())
    return [f for f in FUNDERS if f in found] + sorted(found - set(FUNDERS))


def funders(funding: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Return who pays the expenses of actions, wherever it is printed.

    An amount counts when it is split by funder, whole, or when its one funder is printed. Other
    splits of it (by use, by year) are left out, for they would count it again.

    Parameters
    ----------
    funding, actions : pandas.DataFrame
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        One row an amount and funder, largest amount first, funders in the order of
        :func:`funder_order`: ``funding_id``, ``whole_id``, ``action_id``, ``title``,
        ``purpose`` (of the whole), ``year``, ``stage``, ``funder`` (one name a funder), ``amount_eur``,
        ``whole_eur`` (euros), ``share`` (fraction of the whole), ``has_partner`` (whether someone
        other than the department pays a part of the whole), ``source_id``, ``line``, ``printed``.

    Raises
    ------
    ValueError
        As :func:`legible_amounts`; and when a part by funder names none.

    Examples
    --------
    >>> import solidata
    >>> frame = funders(solidata.load("funding"), solidata.load("actions"))
    >>> frame.loc[frame["action_id"] == "AU-28", ["funder", "amount_eur"]].values.tolist()
    [['Département', 21000.0], ['CNSA', 84000.0]]
    """
    wholes = legible_amounts(funding, actions)
    wholes = wholes[wholes["amount_eur"] > 0]  # of nothing, nobody pays a share
    wholes = wholes.assign(whole_id=wholes["funding_id"], whole_eur=wholes["amount_eur"])
    split = funding[
        (funding["split_by"].astype(str) == "funder")
        & funding["part_of"].isin(wholes["funding_id"])
        & funding["repeats"].isna()
    ]
    if split["funder"].isna().any():
        names = split.loc[split["funder"].isna(), "funding_id"]
        raise RefusedError(f"Parts sans financeur : {', '.join(names)}.")
    kept = ["whole_id", "whole_eur", "action_id", "title", "purpose", "year", "stage"]
    own = ["funding_id", "funder", "amount_eur", *_PROVENANCE]
    parts = split.assign(
        amount_eur=split["amount_min_eur"].astype(float), whole_id=split["part_of"]
    )
    parts = parts[[*own, "whole_id"]].merge(wholes[kept], on="whole_id")
    single = wholes[
        ~wholes["funding_id"].isin(split["part_of"])
        & wholes["funder"].notna()
        & ~wholes["funder"].fillna("").str.contains(_SEVERAL)
    ]
    frame = pd.concat([parts, single[[*own, *kept]]], ignore_index=True)
    frame["funder"] = frame["funder"].map(_one_name)
    twice = frame[frame.duplicated(["whole_id", "funder"])]
    if len(twice):
        raise RefusedError(f"Financeur compté deux fois : {', '.join(twice['funding_id'])}.")
    rank = {name: place for place, name in enumerate(funder_order(frame["funder"]))}
    partner = frame["funder"] != OWN
    frame = frame.assign(
        share=frame["amount_eur"] / frame["whole_eur"],
        has_partner=frame["whole_id"].isin(frame.loc[partner, "whole_id"]),
        rank=frame["funder"].map(rank),
    )
    frame = frame.sort_values(["whole_eur", "whole_id", "rank"], ascending=[False, True, True])
    columns = ["funding_id", *kept[:1], *kept[2:], "funder", "amount_eur", "whole_eur", "share"]
    return frame[[*columns, "has_partner", *_PROVENANCE]].reset_index(drop=True)


def by_funder(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what each funder pays over several amounts.

    Parameters
    ----------
    frame : pandas.DataFrame
        From :func:`funders`, or some of its rows.

    Returns
    -------
    pandas.DataFrame
        Columns ``funder``, ``amount_eur`` (euros), ``share`` (fraction of the sum), in the order of
        :func:`funder_order`.

    Examples
    --------
    >>> import solidata
    >>> rows = funders(solidata.load("funding"), solidata.load("actions"))
    >>> totals = by_funder(rows[rows["has_partner"]])
    >>> int(totals.set_index("funder")["amount_eur"]["ARS"])  # 200 000 + 10 000
    210000
    """
    sums = frame.groupby("funder")["amount_eur"].sum().reindex(funder_order(frame["funder"]))
    whole = float(sums.sum())
    return pd.DataFrame(
        {"funder": sums.index, "amount_eur": sums.values, "share": sums.values / whole}
    )
