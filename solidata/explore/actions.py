"""What an explorer of actions knows of each: its section, its status of a year, its flagship."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from solidata.analysis.columns import few, filled, require, words
from solidata.french import fold, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import all_tables

UNSAID, NOWHERE, YES, NO = "sans_statut", "sans_territoire", "oui", "non"
"""Values of ours: no status in the year, no territory; whether it is a flagship."""

FLAGSHIP = {YES: "Oui", NO: "Non"}
NO_TERRITORY = {NOWHERE: "Sans territoire"}

_PLACE = ["source_id", "line", "line_end", "printed"]
_ACTIONS = ["action_id", "section_id", "number", "title", "objective", *_PLACE]
_STATUSES = ["status_id", "action_id", "year", "status", "basis", "reason", *_PLACE]
_MENTIONS = ["mention_id", "action_id", "year", "list", "flagship_id", "link", "status_printed", *_PLACE]  # fmt: skip
_FLAGSHIPS = ["flagship_id", "year", "rank", "title", "territory_id"]


class Tables(NamedTuple):
    """The tables of these names, those that an explorer of actions takes."""

    actions: pd.DataFrame
    action_statuses: pd.DataFrame
    sections: pd.DataFrame
    mentions: pd.DataFrame
    flagships: pd.DataFrame
    territories: pd.DataFrame

    def checked(self) -> Tables:
        """Return the tables, refused where a column, a key or a word is missing, or a key is twice.

        Raises
        ------
        ValueError
        """
        wanted = {
            "actions": _ACTIONS,
            "action_statuses": _STATUSES,
            "sections": ["section_id", "label", "order"],
            "mentions": _MENTIONS,
            "flagships": _FLAGSHIPS,
            "territories": ["territory_id", "label", "action_sheets"],
        }
        for name, columns in wanted.items():
            frame = getattr(self, name)
            require(frame, name, columns)
            twice = frame.loc[frame[columns[0]].duplicated(), columns[0]]
            if len(twice):
                raise RefusedError(f"La table {quote(name)} a plusieurs lignes pour {few(twice)}.")
        filled(self.actions, "action_id", {"title": "intitulé", "source_id": "source"})
        filled(self.sections, "section_id", {"label": "libellé de section"})
        filled(self.territories, "territory_id", {"label": "nom de territoire"})
        return self


def years(tables: Tables) -> list[int]:
    """Return the years of which a status, a mention or a flagship is known."""
    frames = (tables.action_statuses, tables.mentions, tables.flagships)
    return sorted({int(y) for frame in frames for y in frame["year"].dropna()})


def labels(field: str) -> dict[str, str]:
    """Return the French labels of a category of ``action_statuses``, in their order."""
    return dict(all_tables()["action_statuses"].field(field).labels)


def printed_at(line: object, end: object) -> str:
    """Return where something is printed, as a text of columns.

    Examples
    --------
    >>> printed_at(478, pd.NA), printed_at(249, 251), printed_at(pd.NA, pd.NA)
    ('478', '249–251', '')
    """
    if pd.isna(line):  # type: ignore[call-overload]
        return ""
    return f"{line}" if pd.isna(end) or end == line else f"{line}–{end}"  # type: ignore[call-overload]


def described(tables: Tables, year: int) -> pd.DataFrame:
    """Return every action with what is known of it in a year.

    An action is a flagship when a mention of the year names it one of the year's; it is of a
    territory when that flagship is. Nothing else prints the territory of an action.

    Parameters
    ----------
    tables : Tables
    year : int

    Returns
    -------
    pandas.DataFrame
        One row an action, sections in printed order. Columns: ``action_id``, ``section_id``,
        ``section``, ``number`` (Int64), ``title``, ``objective``, ``status``, ``status_label``,
        ``basis``, ``basis_label``, ``reason``, ``flagship`` (``oui``, ``non``), ``flagships``
        (keys), ``territory`` (tuple of keys), ``territories`` (their names), ``source_id``,
        ``line``, ``line_end``, ``printed`` (of the title), ``status_id``, ``status_source``,
        ``status_line``, ``status_line_end``, ``status_printed``, and ``sought`` (what a search
        reads). No text is missing.

    Raises
    ------
    NoDataError
        When nothing is known of `year`; the message gives the years there are.
    ValueError
        When a table lacks a column, a key is there twice, an action has two statuses in `year`,
        or a section or a territory is unknown.

    Examples
    --------
    >>> import solidata
    >>> rows = described(Tables(*(solidata.load(n) for n in Tables._fields)), 2025)
    >>> len(rows), int((rows["flagship"] == "oui").sum())
    (168, 17)
    """
    tables.checked()
    known = years(tables)
    if year not in known and len(tables.actions):
        names = ", ".join(map(str, known)) or "aucune"
        raise NoDataError(f"Rien n’est connu des actions de {year} ; années connues : {names}.")
    rows = tables.actions[_ACTIONS].merge(_statuses(tables, year), on="action_id", how="left")
    rows = rows.merge(_flagships(tables, year), on="action_id", how="left")
    sections = tables.sections.rename(columns={"label": "section"})
    rows = rows.merge(sections[["section_id", "section", "order"]], on="section_id", how="left")
    if (lost := rows["section"].isna()).any():
        raise RefusedError(f"Actions sans section connue : {few(rows.loc[lost, 'action_id'])}.")
    rows = rows.sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
    texts = rows.columns.difference(["number", "line", "line_end", "status_line", "status_line_end", "territory"])  # fmt: skip
    rows[texts] = rows[texts].astype(object).where(rows[texts].notna(), "")
    rows["status"] = rows["status"].replace("", UNSAID)
    rows["status_label"] = rows["status"].map(status_labels(year))
    rows["basis_label"] = rows["basis"].map({**labels("basis"), "": ""})
    rows["flagship"] = [YES if keys else NO for keys in rows["flagships"]]
    rows["territory"] = [t if isinstance(t, tuple) else (NOWHERE,) for t in rows["territory"]]
    territories = dict(
        zip(tables.territories["territory_id"], tables.territories["label"], strict=True)
    )
    if strange := sorted({t for cell in rows["territory"] for t in cell} - {*territories, NOWHERE}):
        raise RefusedError(f"Territoire inconnu : {few(strange)}.")
    rows["territories"] = [
        ", ".join(territories.get(t, "") for t in cell) for cell in rows["territory"]
    ]
    rows["sought"] = [
        fold(" ".join(cells))
        for cells in zip(rows["action_id"], rows["title"], rows["objective"], strict=True)
    ]
    return rows


def status_labels(year: int) -> dict[str, str]:
    """Return the French labels of the statuses, in their order, and of none in `year`."""
    return {**labels("status"), UNSAID: f"Sans statut en {year}"}


def offered(rows: pd.DataFrame, tables: Tables, year: int) -> dict[str, dict[str, str]]:
    """Return the values of each filter with their labels: those that occur, and every territory."""
    ordered = tables.sections.sort_values("order", kind="stable")
    sections = dict(zip(ordered["section_id"], ordered["label"], strict=True))
    named_there = dict(
        zip(tables.territories["territory_id"], tables.territories["label"], strict=True)
    )
    nowhere = any(NOWHERE in cell for cell in rows["territory"])
    found = {*rows["section_id"], *rows["status"], *rows["flagship"]}
    return {
        "section": {k: v for k, v in sections.items() if k in found},
        "status": {k: v for k, v in status_labels(year).items() if k in found},
        "territory": {**named_there, **(NO_TERRITORY if nowhere else {})},
        "flagship": {k: v for k, v in FLAGSHIP.items() if k in found},
    }


def _statuses(tables: Tables, year: int) -> pd.DataFrame:
    """Return the status of each action in the year, and where it is printed."""
    rows = tables.action_statuses[tables.action_statuses["year"] == year]
    twice = rows.loc[rows["action_id"].duplicated(), "action_id"]
    if len(twice):
        raise RefusedError(f"Plusieurs statuts en {year} pour {few(twice)}.")
    for field in ("status", "basis"):
        if strange := sorted({*rows[field].dropna().astype(str)} - {*labels(field)}):
            raise RefusedError(
                f"Table action_statuses : {field} {few(map(quote, strange))} inconnu."
            )
    rows = rows[_STATUSES].drop(columns="year").astype({"status": object, "basis": object})
    return rows.rename(columns={"source_id": "status_source"} | {c: f"status_{c}" for c in _PLACE[1:]})  # fmt: skip


def _flagships(tables: Tables, year: int) -> pd.DataFrame:
    """Return, by action that a flagship of the year names, the keys and territories of these."""
    current = tables.flagships[tables.flagships["year"] == year]
    said = tables.mentions[tables.mentions["year"] == year].dropna(subset=["action_id"])
    said = said[["action_id", "flagship_id"]].astype(object)
    named = said.merge(current[["flagship_id", "territory_id"]].astype(object), on="flagship_id")
    return pd.DataFrame(
        [
            (action, words(group["flagship_id"]), tuple(dict.fromkeys(group["territory_id"].dropna())) or None)
            for action, group in named.groupby("action_id")
        ],
        columns=["action_id", "flagships", "territory"],
        dtype=object,
    )  # fmt: skip
