"""The money that actions print: every amount counted once, whole or by funder."""

from __future__ import annotations

import re

import pandas as pd

from solidata.analysis.columns import filled, positive, require, same
from solidata.french import format_amount, quote
from solidata.problems import RefusedError

OWN = "Département"
"""The funder whose plan it is; every other one is a partner."""

FUNDERS = (OWN, "ARS", "CNSA", "MSA")
"""Funders in the order, and so in the colours, of every figure; others follow by name."""

_SEVERAL = re.compile(r"/| et (?=[A-ZÉÎ])")  # « État et Département » names two payers
_PROVENANCE = ["source_id", "line", "printed"]


def _one_name(funder: str) -> str:
    """Return the name of a funder in every figure: a region has one ARS, and need not be named."""
    own = funder.startswith("ARS ") and not _SEVERAL.search(funder)
    return "ARS" if own else funder


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
    positive(parts["amount_min_eur"], parts["funding_id"])
    ranges = funding[funding["kind"].astype(str) == "range"]
    for end in ("amount_min_eur", "amount_max_eur"):
        positive(ranges[end], ranges["funding_id"])
    for (whole, split), rows in parts.groupby(["part_of", "split_by"], observed=True):
        found, expected = rows["amount_min_eur"].sum(), wholes.loc[whole, "amount_min_eur"]
        if pd.isna(expected):
            raise RefusedError(f"{whole} est ventilé par {quote(split)} sans être lisible.")
        if not same(float(found), float(expected)):
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
    positive(rows["amount_min_eur"], rows["funding_id"])
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
