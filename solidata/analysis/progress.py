"""How far the actions of the plan are: printed totals first, legible statuses beside them."""

from __future__ import annotations

import pandas as pd

from solidata.analysis.columns import filled, require
from solidata.french import listed, quote
from solidata.problems import NoDataError, RefusedError

STATUSES = ("realisee", "en_cours", "reportee", "supprimee")
"""The statuses a report counts, from done to dropped."""

_PRINTED = ["source_id", "line", "printed"]
_COUNTS = ["count_id", "section_id", "year", "status", "count", "total", *_PRINTED]
_SECTIONS = ["section_id", "label", "volet", "order", "in_total"]
_STATUSES = ["status_id", "action_id", "year", "basis", "source_id"]
_FLAGSHIPS = ["flagship_id", "year", "rank", "title"]
_MENTIONS = ["mention_id", "year", "list", "flagship_id", "scope", "status", *_PRINTED]
_BASES = ["stated", "sheet", "flagship", "deduced", "none"]


def _once(frame: pd.DataFrame, table: str, key: str) -> None:
    """Refuse a key that two rows bear: what is joined to it would count twice."""
    twice = frame.loc[frame[key].duplicated(), key].dropna().unique()
    if len(twice):
        raise RefusedError(
            f"La table {quote(table)} a plusieurs lignes pour {', '.join(map(str, twice[:3]))}."
        )


def years(status_counts: pd.DataFrame) -> list[int]:
    """Return the years whose report prints totals by status, in order.

    Examples
    --------
    >>> import solidata
    >>> 2025 in years(solidata.load("status_counts"))
    True
    """
    require(status_counts, "status_counts", ["year", "status"])
    by_status = status_counts[status_counts["status"].isin(STATUSES)]
    return sorted(int(year) for year in by_status["year"].dropna().unique())


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
    require(status_counts, "status_counts", ["year", "status", "source_id"])
    rows = status_counts[(status_counts["year"] == year) & status_counts["status"].isin(STATUSES)]
    return set(rows["source_id"].dropna())


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
    NoDataError
        When no report prints totals for `year`; the message gives the years there are.
    ValueError
        When a column or a section's label is missing, a section is listed twice, a number is
        missing, negative or above its total, or two rows print the same section and status.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> frame = status_by_section(counts, sections, 2025)
    >>> int(frame.loc[frame["status"] == "realisee", "count"].sum())  # 7+6+8+1+0+7+3
    32
    """
    require(status_counts, "status_counts", _COUNTS)
    require(sections, "sections", _SECTIONS)
    known = years(status_counts)
    if year not in known:
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(f"Aucun total par statut pour {year} ; années connues : {names}.")
    counted = sections[sections["in_total"].astype("boolean").fillna(False)]
    filled(counted, "section_id", {"label": "libellé de section"})
    _once(counted, "sections", "section_id")
    counted = counted.rename(columns={"label": "section"})
    rows = status_counts[(status_counts["year"] == year) & status_counts["status"].isin(STATUSES)]
    frame = rows.merge(counted[["section_id", "section", "volet", "order"]], on="section_id")
    if frame.empty:  # a year may print the statuses of its flagships only
        raise NoDataError(f"Aucune section avec des totaux par statut pour {year}.")
    # A merge keeps the category's order, but « toutes » is no status.
    frame["status"] = pd.Categorical(frame["status"].astype(str), list(STATUSES), ordered=True)
    _sound_counts(frame, year)
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


def _sound_counts(frame: pd.DataFrame, year: int) -> None:
    """Refuse printed numbers that cannot be parts of their total, or that stand there twice."""
    again = frame.duplicated(["section_id", "status"])
    if again.any():
        documents = sorted(set(frame["source_id"].dropna().astype(str)))
        raise RefusedError(
            f"{frame.loc[again, 'section'].iloc[0]} : un même statut est compté plusieurs fois pour "
            f"{year} ({listed(documents)}) ; gardez un seul bilan."
        )
    counts, totals = (frame[c].astype("Float64") for c in ("count", "total"))
    good = (counts >= 0) & (totals > 0) & (counts <= totals)
    bad = ~good.fillna(False).astype(bool)
    if bad.any():
        raise RefusedError(
            f"Nombre ou total absent, négatif ou contradictoire pour {year} : "
            f"{listed(dict.fromkeys(frame.loc[bad, 'section']))}."
        )
    if (frame.groupby("section_id")["total"].nunique() > 1).any():
        raise RefusedError(f"Une section imprime plusieurs totaux pour {year}.")


def unequal_sums(by_section: pd.DataFrame) -> pd.DataFrame:
    """Return the sections whose printed statuses do not make their printed total.

    Parameters
    ----------
    by_section : pandas.DataFrame
        From :func:`status_by_section`.

    Returns
    -------
    pandas.DataFrame
        Columns ``section``, ``counted`` (int, what the statuses make) and ``total`` (int); empty
        when every sum holds.

    Examples
    --------
    >>> import solidata
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> len(unequal_sums(status_by_section(counts, sections, 2025)))
    0
    """
    sums = by_section.groupby("section", sort=False).agg(
        counted=("count", "sum"), total=("total", "first")
    )
    sums = sums.astype(int).reset_index()
    return sums[sums["counted"] != sums["total"]].reset_index(drop=True)


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

    Parameters
    ----------
    action_statuses, actions, sections : pandas.DataFrame
        The tables of these names.
    year : int

    Returns
    -------
    pandas.DataFrame
        One row a section in printed order: ``section``, one column of int for each basis
        (``stated``, ``sheet``, ``flagship``, ``deduced``, ``none``), ``listed`` (int); empty when
        no action is listed in `year`.

    Raises
    ------
    ValueError
        When a column, a key, a basis or a label is missing, an action or a section is listed
        twice, or an action belongs to no section.

    Examples
    --------
    >>> import solidata
    >>> names = ("action_statuses", "actions", "sections")
    >>> read = legibility(*(solidata.load(n) for n in names), 2025)
    >>> bool((read[["stated", "sheet", "flagship", "deduced", "none"]].sum(axis=1) == read["listed"]).all())
    True
    """
    require(action_statuses, "action_statuses", _STATUSES)
    require(actions, "actions", ["action_id", "section_id"])
    require(sections, "sections", ["section_id", "label", "order"])
    _once(action_statuses, "action_statuses", "status_id")
    _once(actions, "actions", "action_id")
    _once(sections, "sections", "section_id")
    filled(sections, "section_id", {"label": "libellé de section"})
    rows = action_statuses[action_statuses["year"] == year]
    names = {"status_id": "clé", "basis": "fondement", "source_id": "source"}
    filled(rows, "action_id", names)
    listed_actions = len(rows)
    rows = rows.merge(actions[["action_id", "section_id"]], on="action_id")
    rows = rows.merge(sections[["section_id", "label", "order"]], on="section_id")
    if len(rows) != listed_actions:
        raise RefusedError(
            f"{listed_actions - len(rows)} des {listed_actions} actions listées en {year} n’ont pas "
            "de section connue."
        )
    bases = _BASES
    if strange := sorted(set(rows["basis"].astype(str)) - set(bases)):
        raise RefusedError(f"Fondement inconnu : {', '.join(strange)}.")
    counted = pd.crosstab([rows["order"], rows["label"]], rows["basis"].astype(str)).reindex(
        columns=bases, fill_value=0
    )
    counted = (
        counted.astype(int).reset_index().drop(columns="order").rename(columns={"label": "section"})
    )
    counted.columns.name = None
    return counted.assign(listed=counted[bases].sum(axis=1))


def flagship_readings(flagships: pd.DataFrame, mentions: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the flagships of a year with the status of the list and that of their sheets.

    Parameters
    ----------
    flagships, mentions : pandas.DataFrame
        The tables of these names.
    year : int

    Returns
    -------
    pandas.DataFrame
        One row a flagship: ``rank``, ``title``, ``in_list`` and ``on_sheets`` (statuses as words of
        ``mentions.status``, several joined by « / », missing where nothing is printed), ``agrees``
        (boolean, missing where either is).

    Raises
    ------
    ValueError
        When a column, a rank or a title is missing, or a flagship is listed twice.

    Examples
    --------
    >>> import solidata
    >>> len(flagship_readings(solidata.load("flagships"), solidata.load("mentions"), 2025))
    15
    """
    require(flagships, "flagships", _FLAGSHIPS)
    require(mentions, "mentions", _MENTIONS)
    listed_then = flagships[flagships["year"] == year]
    filled(listed_then, "title", {"flagship_id": "clé"})
    filled(listed_then, "flagship_id", {"rank": "rang", "title": "intitulé"})
    _once(listed_then, "flagships", "flagship_id")
    said = mentions[
        (mentions["year"] == year) & mentions["status"].notna() & mentions["flagship_id"].notna()
    ]
    said = said.assign(status=said["status"].astype(str))

    def words(*lists: str) -> pd.Series:
        rows = said[said["list"].isin(lists)]
        return rows.groupby("flagship_id")["status"].agg(lambda s: " / ".join(dict.fromkeys(s)))

    frame = listed_then[["flagship_id", "rank", "title"]].sort_values("rank")
    for column, which in (("in_list", "flagship"), ("on_sheets", "sheet")):
        # Words, also where none is: a column of missing floats would take no word later.
        frame[column] = frame["flagship_id"].map(words(which)).astype("string")
    both = frame["in_list"].notna() & frame["on_sheets"].notna()
    frame["agrees"] = (frame["in_list"] == frame["on_sheets"]).astype("boolean").where(both)
    return frame.drop(columns="flagship_id").reset_index(drop=True)
