"""What the notebook of progress says: statuses by section, what is postponed, what can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from solidata.analysis import progress as analysis
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain
from solidata.tables import all_tables

if TYPE_CHECKING:
    from solidata.explore import ActionExplorer
    from solidata.study.desk import Study

GOING = ("realisee", "en_cours")
_WORDS = {
    "realisee": ("est réalisée", "sont réalisées"),
    "en_cours": ("est en cours", "sont en cours"),
    "reportee": ("est reportée", "sont reportées"),
    "supprimee": ("est supprimée", "sont supprimées"),
}


def by_section(study: Study) -> pd.DataFrame:
    """Return the printed statuses of the year; see :func:`analysis.progress.status_by_section`."""
    return analysis.status_by_section(
        study.table("status_counts"), study.table("sections"), study.year
    )


def ratio(part: int, whole: int) -> str:
    """Return « 32/159 (20,1 %) »: a share never stands without its numbers.

    Examples
    --------
    >>> ratio(32, 159).replace("\u00a0", " ")
    '32/159 (20,1 %)'
    >>> ratio(0, 0)
    '0/0'
    """
    numbers = f"{format_number(part)}/{format_number(whole)}"
    return f"{numbers} ({format_rate(part / whole, 1)})" if whole else numbers


@or_why
def overall(study: Study) -> Text:
    """Return how many actions are in each status, and how many the plan announces."""
    rows = by_section(study)
    counts = analysis.overall(rows)
    total = int(counts["total"].iloc[0])
    told = [
        f"**{format_number(row.count_)}** {plural(row.count_, *_WORDS[row.status])} ({format_rate(row.share, 1)})"
        for row in counts.rename(columns={"count": "count_"}).itertuples()
    ]
    return Text(
        f"Sur les **{format_number(total)}** actions que totalisent "
        f"{_sections(rows['section_id'].nunique())} en {study.year}, {listed(told)}.",
        _announced(study, total),
    )


def _sections(count: int) -> str:
    return plural(count, "la section", f"les {format_number(count)} sections")


def _announced(study: Study, total: int) -> str:
    """Return what the plan announces, when it is not what its sections make."""
    sections, counts = study.table("sections"), study.table("status_counts")
    whole = set(sections.loc[sections["role"] == "whole", "section_id"])
    said = counts[
        counts["section_id"].isin(whole)
        & (counts["year"] == study.year)
        & (counts["status"] == "toutes")
    ]
    others = sorted({int(n) for n in said["count"].dropna()} - {total})
    if not others:
        return ""
    numbers = listed(f"**{format_number(n)}**" for n in others)
    return (
        f"Les documents en annoncent {numbers} : les totaux de section, qui seuls portent des "
        "statuts, font ici le dénominateur."
    )


@or_why
def totals(study: Study) -> Sheet:
    """Return the number of actions in each status, with its share."""
    return Sheet(
        analysis.overall(by_section(study)).rename(columns={"share": "Part"}),
        all_tables()["status_counts"],
        caption=f"Actions selon leur statut, {study.year}",
        formats={"Part": lambda share: format_rate(share, 1)},
    )


@or_why
def sections(study: Study) -> Sheet:
    """Return the number of actions of each section in each status, then of all; one row a section."""
    return _crossed(study, by_section(study), "section", "Section")


@or_why
def volets(study: Study) -> Sheet:
    """Return the number of actions of each volet in each status, then of all; one row a volet."""
    rows = by_section(study)
    names = study.table("volets").set_index("volet_id")["label"]
    return _crossed(study, rows.assign(volet=rows["volet"].map(names)), "volet", "Volet")


def _crossed(study: Study, rows: pd.DataFrame, by: str, title: str) -> Sheet:
    labels = all_tables()["status_counts"].field("status").labels
    order = list(dict.fromkeys(rows[by]))
    wide = rows.pivot_table(index=by, columns="status", values="count", aggfunc="sum", observed=False)  # fmt: skip
    wide = wide.reindex(order).astype("int64")
    wide.columns = [labels[s] for s in wide.columns]
    wide["Total"] = rows.drop_duplicates("section_id").groupby(by)["total"].sum().astype("int64")
    wide.loc["Ensemble"] = wide.sum()
    going = wide[[labels[s] for s in GOING]].sum(axis=1)
    said = [ratio(int(n), int(t)) for n, t in zip(going, wide["Total"], strict=True)]
    frame = wide.rename_axis(title).reset_index().assign(**{"Réalisées ou en cours": said})
    frame.columns.name = None
    return Sheet(frame, caption=f"Actions par {by} et statut, {study.year}", totals=1)


@or_why
def ahead(study: Study) -> Text:
    """Return which sections have most and least of their actions done or under way."""
    rows = by_section(study)
    going = rows[rows["status"].isin(GOING)].groupby("section", sort=False)["count"].sum()
    whole = rows.drop_duplicates("section").set_index("section")["total"]
    shares = (going.astype(float) / whole.astype(float)).sort_values(ascending=False, kind="stable")

    def said(names: list[str]) -> str:
        return listed(f"**{plain(n)}** {ratio(int(going[n]), int(whole[n]))}" for n in names)

    best = list(shares.index[shares == shares.max()])
    last = list(shares.index[shares == shares.min()])
    if shares.max() == shares.min():
        return Text(f"Toutes les sections ont la même part d’actions réalisées ou en cours : {said(best)}.")  # fmt: skip
    return Text(
        f"La plus grande part d’actions réalisées ou en cours : {said(best)}. "
        f"La plus petite : {said(last)}.",
        "Une section compte peu d’actions : lisez les nombres avant les parts.",
    )


@or_why
def stopped(study: Study) -> Text:
    """Return where actions are postponed and dropped, and how many stay open."""
    rows = by_section(study)
    counts = analysis.overall(rows).set_index("status")["count"]
    total = int(rows.drop_duplicates("section_id")["total"].sum())
    open_ones = int(counts["en_cours"] + counts["reportee"])
    return Text(
        *(_most(rows, status) for status in ("reportee", "supprimee")),
        f"**{format_number(open_ones)}** {plural(open_ones, 'action reste ouverte', 'actions restent ouvertes')} "
        f"sur {format_number(total)} ({format_rate(open_ones / total, 1)}) : "
        f"{format_number(int(counts['en_cours']))} en cours et "
        f"{format_number(int(counts['reportee']))} {plural(int(counts['reportee']), 'reportée', 'reportées')}.",
    )


def _most(rows: pd.DataFrame, status: str) -> str:
    """Return which sections hold most of the actions of a status."""
    found = analysis.contribution(rows, status)
    whole = int(found["all_sections"].iloc[0])
    word = _WORDS[status][0].removeprefix("est ")
    if not whole:
        return f"Aucune action n’est {word}."
    first = found[found["count"] == found["count"].max()]
    names = listed(f"**{plain(n)}**" for n in first["section"])
    count = int(first["count"].iloc[0])
    each = "compte" if len(first) == 1 else "comptent chacune"
    return (
        f"{names} {each} **{format_number(count)}** des {format_number(whole)} "
        f"{plural(whole, f'action {word}', f'actions {word}s')}."
    )


@or_why
def legible(study: Study) -> Text:
    """Return how many listed actions have a status that can be read, and on what it stands."""
    counts = _bases(study)
    whole, unread = int(counts.sum()), int(counts["none"])
    labels = all_tables()["action_statuses"].field("basis").labels
    read = [
        f"{labels[b].lower()} ({format_number(int(counts[b]))})"
        for b in labels
        if b != "none" and counts.get(b, 0)
    ]
    return Text(
        f"Des **{format_number(whole)}** actions listées, **{format_number(whole - unread)}** ont un "
        f"statut lisible, **{format_number(unread)}** n’en ont pas ({format_rate(unread / whole, 1)}).",
        f"D’où ils viennent : {' ; '.join(read)}." if read else "",
    )


def _bases(study: Study) -> pd.Series:
    found = analysis.legibility(
        study.table("action_statuses"),
        study.table("actions"),
        study.table("sections"),
        study.year,
    )
    if found.empty:
        raise NoDataError(f"Aucune action n’est listée en {study.year}.")
    return found.drop(columns=["section", "listed"]).sum()


@or_why
def flagships(study: Study) -> Text:
    """Return what the list of flagships says of them, and where their sheets say otherwise."""
    rows = analysis.flagship_readings(study.table("flagships"), study.table("mentions"), study.year)
    if rows.empty:
        raise NoDataError(f"Aucune action phare n’est listée pour {study.year}.")
    labels = all_tables()["mentions"].field("status").labels
    counts = rows["in_list"].value_counts(sort=False)
    counts = counts.sort_index(key=lambda said: said.map({s: n for n, s in enumerate(labels)}))
    told = [
        f"{format_number(n)} {_several(labels.get(s, s).lower(), n)}" for s, n in counts.items()
    ]
    apart = int((~rows["agrees"].fillna(True).astype(bool)).sum())
    alone = int(rows["on_sheets"].isna().sum())
    return Text(
        f"La liste donne **{format_number(len(rows))}** actions phares"
        + (f" : {listed(told)}." if told else ", sans statut lisible."),
        (f"Les fiches disent autre chose pour **{format_number(apart)}** d’entre elles"
         if apart else "Aucune fiche ne dit autre chose que la liste")
        + (f" ; {format_number(alone)} {plural(alone, 'n’a pas de fiche', 'n’ont pas de fiche')} "
           "qui porte un statut." if alone else "."),
    )  # fmt: skip


def _several(status: str, count: int) -> str:
    """Return the words of a status with as many actions: « en cours » takes no mark."""
    return plural(count, status, re.sub(r"ée\b", "ées", status))


@or_why
def every_action(study: Study) -> Sheet:
    """Return every action listed in the year, with its status, on what it stands, and its line."""
    tables = all_tables()
    statuses = study.table("action_statuses")
    rows = statuses[statuses["year"] == study.year]
    actions = study.table("actions")[["action_id", "section_id", "title"]]
    names = study.table("sections")[["section_id", "label"]]
    rows = rows.merge(actions, on="action_id").merge(names, on="section_id")
    if rows.empty:
        raise NoDataError(f"Aucune action n’est listée en {study.year}.")
    rows = rows.rename(columns={"label": "Section"})
    return Sheet(
        rows[["action_id", "Section", "title", "status", "basis", "line"]],
        tables["action_statuses"],
        tables["actions"],
        caption=f"Les {format_number(len(rows))} actions listées en {study.year}",
        height=420,
    )


@or_why
def explorer(study: Study) -> ActionExplorer:
    """Return the actions to filter, trace and take away; see :func:`solidata.explore.action_explorer`."""
    from solidata.explore import action_explorer

    return action_explorer(
        study.table("actions"),
        study.table("action_statuses"),
        study.table("sections"),
        study.table("mentions"),
        study.table("flagships"),
        study.table("territories"),
        study.registers,
        study.year,
    )
