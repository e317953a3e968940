"""The lines of the next report: what the last one had, to be filled again. Pure functions.

Identifiers of things (actions, indicators, sections) carry over; the keys of what is printed
(mentions, totals, observations, blocks) are made anew, and what was read is left empty.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date

import pandas as pd

from solidata.analysis.progress import reports, years
from solidata.check.reports import LISTED
from solidata.french import format_number, listed, quote
from solidata.problems import RefusedError
from solidata.raw import HINT
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]


def previous(tables: Frames, year: int, today: date | None = None) -> str:
    """Return the document that reports on the year before `year`.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The processed tables.
    year : int
        The year to prepare.
    today : datetime.date, optional
        The day it is; by default, that of the system.

    Returns
    -------
    str
        A ``source_id``.

    Raises
    ------
    RefusedError
        When no report is there, `year` has one already, does not follow one, or is to come after
        the next calendar year.

    Examples
    --------
    >>> import solidata
    >>> previous({"status_counts": solidata.load("status_counts")}, 2026, date(2026, 12, 1))
    'bilan-2025'
    """
    counts = tables["status_counts"]
    known = years(counts)
    if not known:
        raise RefusedError(
            f"Aucun bilan n’est transcrit : rien à reporter sur {year}. Transcrivez le premier à la main."
        )
    if year in known:
        raise RefusedError(
            f"L’année {year} est déjà là : {listed(sorted(reports(counts, year)))} en rend compte. "
            f"La prochaine est {max(known) + 1}."
        )
    if year - 1 not in known:
        raise RefusedError(
            f"{year} ne suit aucun bilan présent ({listed(map(str, known))}) ; attendu : {max(known) + 1}."
        )
    if year > (today or date.today()).year + 1:
        raise RefusedError(
            f"{year} est dans l’avenir : aucun bilan ne peut en rendre compte encore."
        )
    documents = sorted(reports(counts, year - 1))
    if len(documents) > 1:
        raise RefusedError(
            f"Plusieurs documents rendent compte de {year - 1} ({listed(documents)}) ; gardez un seul bilan."
        )
    return documents[0]


def folder_name(source_id: str, year: int) -> str:
    """Return the name of the next report's folder, on the pattern of the last one's.

    Examples
    --------
    >>> folder_name("bilan-2025", 2026)
    'bilan-2026'
    >>> folder_name("rapport", 2026)
    'rapport-2026'
    """
    changed = _next_years(source_id, year)
    return changed if changed != source_id else f"{source_id}-{year}"


def _next_years(text: str, year: int) -> str:
    """Return `text` with the year before `year`, and `year`, moved on by one."""
    moved = {str(y): str(y + 1) for y in (year - 1, year)}
    return re.sub(r"(?<!\d)\d{4}(?!\d)", lambda found: moved.get(found[0], found[0]), text)


def renewed(key: str, year: int, taken: set[str]) -> str:
    """Return the key of the same line in the report of `year`, and take it.

    A year in the key moves on; a key without one gets `year` at its end. The report of 2027 made
    from that of 2026 so has the keys that one made from scratch would have.

    Examples
    --------
    >>> renewed("EF-03.table", 2026, set())
    'EF-03.table.2026'
    >>> renewed("EF-03.table.2026", 2027, set())
    'EF-03.table.2027'
    >>> renewed("EF.2025.realisee", 2026, {"EF.2026.realisee"})
    'EF.2026.realisee.2'
    """
    moved = _next_years(key, year)
    return _free(moved if moved != key else f"{key}.{year}", taken)


def _free(key: str, taken: set[str]) -> str:
    """Return `key`, with a rank when it is taken, and take it."""
    ranked = (f"{key}.{rank}" for rank in itertools.count(2))
    new = next(k for k in itertools.chain([key], ranked) if k not in taken)
    taken.add(new)
    return new


def _blank(table: str, rows: pd.DataFrame, kept: list[str]) -> pd.DataFrame:
    """Return raw rows of `table` as text, empty but for the columns `kept`."""
    names = [field.name for field in all_tables()[table].transcribed]
    frame = pd.DataFrame("", index=range(len(rows)), columns=names, dtype=object)
    for name in kept:
        column = rows[name].astype(object)
        frame[name] = column.where(column.notna(), "").map(str).to_numpy()
    return frame


def _hinted(frame: pd.DataFrame, hints: list[str]) -> pd.DataFrame:
    frame.insert(1, HINT, hints)
    return frame


def _words(*parts: str) -> str:
    return " ; ".join(part for part in parts if part)


def mentions(tables: Frames, source_id: str, year: int) -> pd.DataFrame:
    """Return a line for each action that the last report tells of, and each flagship of the year.

    An action has the lines of the lists that name it; one that no list names, that of its sheet.
    """
    every, actions = tables["mentions"], tables["actions"].set_index("action_id")
    taken = set(every["mention_id"])
    own = every[
        (every["source_id"] == source_id)
        & (every["year"] == year - 1)
        & (every["link"] == "stated")
        & every["action_id"].notna()
    ]
    in_lists = own[own["list"].isin(LISTED)]
    alone = own[(own["list"] == "sheet") & ~own["action_id"].isin(in_lists["action_id"])]
    here = pd.concat([in_lists, alone]).drop_duplicates(["action_id", "list", "scope"])
    frame = _blank("mentions", here, ["action_id", "list", "section_id", "link", "scope"])
    sections = frame["action_id"].map(actions["section_id"])
    frame["section_id"] = frame["section_id"].where(frame["section_id"] != sections, "")
    frame["mention_id"] = [renewed(key, year, taken) for key in here["mention_id"]]
    frame["year"] = str(year)
    states = tables["action_statuses"]
    states = states[states["year"] == year - 1].set_index("action_id")["status"].astype(str)
    labels = all_tables()["action_statuses"].field("status").labels
    hints = [
        _words(
            str(actions.loc[action_id, "title"]),
            f"en {year - 1} : {labels[states[action_id]].lower()}" if action_id in states else "",
            "devait sortir du plan" if actions.loc[action_id, "leaves_plan"] == "yes" else "",
        )
        for action_id in frame["action_id"]
    ]
    return pd.concat(
        [_hinted(frame, hints), _flagship_mentions(tables, year, taken)], ignore_index=True
    )


def _flagship_mentions(tables: Frames, year: int, taken: set[str]) -> pd.DataFrame:
    """Return a line for each flagship announced for `year`, with the action it was said to be."""
    announced = tables["flagships"]
    announced = announced[announced["year"] == year].sort_values("rank")
    said = tables["mentions"].dropna(subset=["flagship_id", "action_id"])
    said = said[said["list"] == "flagship"].drop_duplicates("flagship_id").set_index("flagship_id")
    frame = _blank("mentions", announced, ["flagship_id"])
    frame["mention_id"] = [_free(f"{key}.flagship", taken) for key in frame["flagship_id"]]
    frame["year"], frame["list"] = str(year), "flagship"
    for column, unknown in (("action_id", ""), ("link", "none")):
        frame[column] = frame["flagship_id"].map(said[column].astype(str)).fillna(unknown)
    hints = [f"phare {r} : {t}" for r, t in zip(announced["rank"], announced["title"], strict=True)]
    return _hinted(frame, hints)


def status_counts(tables: Frames, source_id: str, year: int) -> pd.DataFrame:
    """Return a line for each total that the last report prints, once each."""
    every = tables["status_counts"]
    here = every[every["source_id"] == source_id].drop_duplicates(["section_id", "year", "status"])
    taken = set(every["count_id"])
    frame = _blank("status_counts", here, ["section_id", "status"])
    frame["count_id"] = [renewed(key, year, taken) for key in here["count_id"]]
    frame["year"] = (here["year"].astype(int) + 1).map(str).to_numpy()
    names = tables["sections"].set_index("section_id")["label"]
    labels = all_tables()["status_counts"].field("status").labels
    hints = [
        f"{names[row.section_id]}, {labels[row.status].lower()} ; pour {row.year} : {row.count_}"
        + ("" if pd.isna(row.total) else f" sur {row.total}")
        for row in here.rename(columns={"count": "count_"}).itertuples()
    ]
    return _hinted(frame, hints)


_KINDS = ["observed", "no_value", "planned", "target"]


def observations(tables: Frames, source_id: str, year: int) -> pd.DataFrame:
    """Return a line for each indicator of the last report, by territory; another for its target."""
    every = tables["observations"]
    here = every[(every["source_id"] == source_id) & every["repeats"].isna()]
    # What was observed says best what to look for.
    order = here["kind"].astype(str).map(_KINDS.index)
    here = here.loc[order.sort_values(kind="stable").index]
    here = here.assign(aim=here["kind"] == "target")
    here = here.drop_duplicates(["indicator_id", "territory_id", "aim"]).sort_index()
    taken = set(every["observation_id"])
    frame = _blank("observations", here, ["indicator_id", "territory_id"])
    frame["observation_id"] = [renewed(key, year, taken) for key in here["observation_id"]]
    frame["kind"] = here["kind"].astype(str).where(here["kind"] == "target", "observed").to_numpy()
    frame["legibility"] = "clear"
    indicators = tables["indicators"].set_index("indicator_id")
    hints = [
        _words(
            f"{indicators.loc[row.indicator_id, 'label']} ({indicators.loc[row.indicator_id, 'unit']})",
            "cible" if row.aim else "",
            "" if pd.isna(row.value_printed) else f"en {year - 1} : {row.value_printed}",
        )
        for row in here.itertuples()
    ]
    return _hinted(frame, hints)


def department_budget(tables: Frames, source_id: str, year: int) -> pd.DataFrame:
    """Return a line for each block of the budget that the last report prints.

    What remains of a total is no block: it was inferred from what could not be read last year.
    """
    every = tables["department_budget"]
    here = every[
        (every["source_id"] == source_id)
        & (every["year"] == year - 1)
        & (every["basis"] != "residual")
    ]
    taken = set(every["block_id"])
    new = {key: renewed(key, year, taken) for key in here["block_id"]}
    frame = _blank("department_budget", here, ["stage", "scope", "block"])
    frame["block_id"] = list(new.values())
    frame["parent_id"] = here["parent_id"].map(new).fillna("").to_numpy()
    frame["year"] = str(year)
    # How last year's text was misread says nothing of this year's: a block whose amount was told
    # by elimination is printed all the same.
    frame["basis"], frame["confidence"] = "stated", "A"
    hints = [
        f"en {year - 1} : {format_number(row.amount_eur / 1e6, 1)} M€" for row in here.itertuples()
    ]
    return _hinted(frame, hints)


CARRIED: dict[str, Callable[[Frames, str, int], pd.DataFrame]] = {
    "mentions": mentions,
    "status_counts": status_counts,
    "observations": observations,
    "department_budget": department_budget,
}
"""The tables of which a new report has lines to fill, in the order to fill them."""

LEDGER = "numbers"
"""The ledger of a document is drafted from its text, by the audit."""


def lines_to_fill(tables: Frames, source_id: str, year: int) -> Frames:
    """Return the tables of the report of `year`, as text: what carries over, the rest empty.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The processed tables.
    source_id : str
        The report of the year before (see :func:`previous`).
    year : int

    Returns
    -------
    dict of str to pandas.DataFrame of str
        The transcribed tables that a report holds, but the ledger, those of :data:`CARRIED` first;
        columns are those of a raw file, with ``hint`` after the key where there are rows.

    Raises
    ------
    RefusedError
        When the last report leaves nothing to carry over.

    Examples
    --------
    >>> import solidata
    >>> tables = {name: solidata.load(name) for name in all_tables()}
    >>> new = lines_to_fill(tables, "bilan-2025", 2026)
    >>> new["mentions"].loc[0, ["mention_id", "action_id", "status_printed"]].tolist()
    ['DP-01.table.2026', 'DP-01', '']
    """
    made = {name: carry(tables, source_id, year) for name, carry in CARRIED.items()}
    if made["mentions"].empty or made["status_counts"].empty:
        raise RefusedError(f"Le bilan {quote(source_id)} ne liste aucune action : rien à reporter.")
    for name, table in all_tables().items():
        if name in made or name == LEDGER or table.origin != "transcribed":
            continue
        rows = tables[name]
        # Communes are of another document; what nobody has filled yet may be of this one.
        if "source_id" not in rows or rows.empty or (rows["source_id"] == source_id).any():
            made[name] = pd.DataFrame(columns=[f.name for f in table.transcribed], dtype=object)
    return made
