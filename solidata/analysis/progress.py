"""How far the actions of the plan are: printed totals first, legible statuses beside them."""

from __future__ import annotations

import pandas as pd

from solidata.problems import NoDataError

STATUSES = ("realisee", "en_cours", "reportee", "supprimee")
"""The statuses a report counts, from done to dropped."""


def years(status_counts: pd.DataFrame) -> list[int]:
    """Return the years whose report prints totals by status, in order.

    Examples
    --------
    >>> import solidata
    >>> 2025 in years(solidata.load("status_counts"))
    True
    """
    by_status = status_counts[status_counts["status"].isin(STATUSES)]
    return sorted(int(year) for year in by_status["year"].unique())


def reports(status_counts: pd.DataFrame, year: int) -> set[str]:
    """Return the documents that report on a year: those that print its totals by status.

    Parameters
    ----------
    status_counts : pandas.DataFrame
        The table of this name.
    year : int

    Returns
    -------
    set of str
        Values of ``source_id``; empty when no document reports on `year`.

    Examples
    --------
    >>> import solidata
    >>> reports(solidata.load("status_counts"), 2025)
    {'bilan-2025'}
    """
    rows = status_counts[(status_counts["year"] == year) & status_counts["status"].isin(STATUSES)]
    return set(rows["source_id"])


def status_by_section(
    status_counts: pd.DataFrame, sections: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return the printed number of actions by section and status.

    Parameters
    ----------
    status_counts, sections : pandas.DataFrame
        The tables of these names.
    year : int
        A year of :func:`years`.

    Returns
    -------
    pandas.DataFrame
        One row a section and status, sections in printed order. Columns: ``section_id``,
        ``section`` (French label), ``volet``, ``status`` (ordered category), ``count`` (int),
        ``total`` (int), ``share`` (fraction of the section's total), and the address of the
        printed number: ``count_id``, ``source_id``, ``line``, ``printed``.

    Raises
    ------
    ValueError
        When no report prints totals for `year`; the message gives the years there are.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> frame = status_by_section(counts, sections, 2025)
    >>> int(frame.loc[frame["status"] == "realisee", "count"].sum())  # 7+6+8+1+0+7+3
    32
    """
    known = years(status_counts)
    if year not in known:
        raise NoDataError(
            f"Aucun total par statut pour {year} ; années connues : {', '.join(map(str, known))}."
        )
    counted = sections[sections["in_total"]].rename(columns={"label": "section"})
    rows = status_counts[(status_counts["year"] == year) & status_counts["status"].isin(STATUSES)]
    frame = rows.merge(counted[["section_id", "section", "volet", "order"]], on="section_id")
    if frame.empty:  # a year may print the statuses of its flagships only
        raise NoDataError(f"Aucune section avec des totaux par statut pour {year}.")
    # A merge keeps the category's order, but « toutes » is no status.
    frame["status"] = frame["status"].cat.set_categories(list(STATUSES), ordered=True)
    frame = frame.sort_values(["order", "status"], ignore_index=True)
    frame["share"] = frame["count"].astype(float) / frame["total"].astype(float)
    return frame[
        [
            "section_id",
            "section",
            "volet",
            "status",
            "count",
            "total",
            "share",
            "count_id",
            "source_id",
            "line",
            "printed",
        ]
    ]


def overall(by_section: pd.DataFrame) -> pd.DataFrame:
    """Return the number of actions by status over all sections.

    Parameters
    ----------
    by_section : pandas.DataFrame
        From :func:`status_by_section`.

    Returns
    -------
    pandas.DataFrame
        Columns ``status``, ``count`` (int), ``total`` (int, the same in each row), ``share``.
    """
    frame = (
        by_section.groupby("status", observed=False)["count"].sum().rename("count").reset_index()
    )
    total = int(by_section.drop_duplicates("section_id")["total"].sum())
    return frame.assign(total=total, share=frame["count"].astype(float) / total)


def by_volet(by_section: pd.DataFrame) -> pd.DataFrame:
    """Return the number of actions by volet and status: ``volet``, ``status``, ``count``, ``total``, ``share``."""
    counts = by_section.groupby(["volet", "status"], observed=True)["count"].sum().reset_index()
    totals = by_section.drop_duplicates("section_id").groupby("volet", observed=True)["total"].sum()
    counts["total"] = counts["volet"].astype(object).map(totals).astype("Int64")
    return counts.assign(share=counts["count"].astype(float) / counts["total"].astype(float))


def contribution(by_section: pd.DataFrame, status: str) -> pd.DataFrame:
    """Return what each section contributes to a status.

    Parameters
    ----------
    by_section : pandas.DataFrame
        From :func:`status_by_section`.
    status : str
        One of :data:`STATUSES`.

    Returns
    -------
    pandas.DataFrame
        Columns ``section``, ``count``, ``all_sections`` (int, the sum), ``share`` (fraction of the
        sum), in descending order, and the address of the printed number: ``count_id``,
        ``source_id``, ``line``, ``printed``.
    """
    address = ["count_id", "source_id", "line", "printed"]
    frame = by_section.loc[by_section["status"] == status, ["section", "count", *address]]
    whole = int(frame["count"].sum())
    frame = frame.assign(
        all_sections=whole, share=frame["count"].astype(float) / whole if whole else float("nan")
    )
    order = ["section", "count", "all_sections", "share", *address]
    return frame[order].sort_values(
        ["count", "section"], ascending=[False, True], ignore_index=True
    )


def legibility(
    action_statuses: pd.DataFrame, actions: pd.DataFrame, sections: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return, by section, how many listed actions have a status, and on what it stands.

    Returns
    -------
    pandas.DataFrame
        One row a section in printed order: ``section``, one column of int for each basis
        (``stated``, ``sheet``, ``flagship``, ``deduced``, ``none``), ``listed`` (int).
    """
    rows = action_statuses[action_statuses["year"] == year].merge(
        actions[["action_id", "section_id"]], on="action_id"
    )
    rows = rows.merge(sections[["section_id", "label", "order"]], on="section_id")
    bases = list(action_statuses["basis"].cat.categories)
    counted = pd.crosstab([rows["order"], rows["label"]], rows["basis"]).reindex(
        columns=bases, fill_value=0
    )
    counted = (
        counted.astype(int).reset_index().drop(columns="order").rename(columns={"label": "section"})
    )
    counted.columns.name = None
    return counted.assign(listed=counted[bases].sum(axis=1))


def flagship_readings(flagships: pd.DataFrame, mentions: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the flagships of a year with the status of the list and that of their sheets.

    Returns
    -------
    pandas.DataFrame
        One row a flagship: ``rank``, ``title``, ``in_list`` and ``on_sheets`` (statuses as words of
        ``mentions.status``, several joined by « / », missing where nothing is printed), ``agrees``
        (boolean, missing where either is).
    """
    said = mentions[
        (mentions["year"] == year) & mentions["status"].notna() & mentions["flagship_id"].notna()
    ]
    said = said.assign(status=said["status"].astype(str))

    def words(*lists: str) -> pd.Series:
        rows = said[said["list"].isin(lists)]
        return rows.groupby("flagship_id")["status"].agg(lambda s: " / ".join(dict.fromkeys(s)))

    frame = flagships.loc[flagships["year"] == year, ["flagship_id", "rank", "title"]].sort_values(
        "rank"
    )
    frame["in_list"] = frame["flagship_id"].map(words("flagship"))
    frame["on_sheets"] = frame["flagship_id"].map(words("sheet"))
    both = frame["in_list"].notna() & frame["on_sheets"].notna()
    frame["agrees"] = (frame["in_list"] == frame["on_sheets"]).astype("boolean").where(both)
    return frame.drop(columns="flagship_id").reset_index(drop=True)
