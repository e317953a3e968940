"""From what is printed to typed tables: every repair is a row of the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from solidata.clean import fields, geography, statuses
from solidata.clean import places as sites
from solidata.clean.repair import Repairs
from solidata.french import join_lines
from solidata.problems import Problem, SourceError
from solidata.raw import Raw
from solidata.tables import all_tables
from solidata.tables.rows import each
from solidata.tables.typed import TypedRows

if TYPE_CHECKING:
    import geopandas as gpd

NEEDED = frozenset({"corrections", "indicators", "status_words"})
"""The tables that it takes to read the cells of the others."""


class Cells(NamedTuple):
    """What is read of the transcriptions, cell by cell."""

    frames: dict[str, pd.DataFrame]
    """The transcribed tables with their computed fields."""
    problems: list[Problem]
    """The cells that cannot be read."""
    outlines: gpd.GeoDataFrame | None
    """The outlines, when a document holds them, as :func:`geography.outlines` gives them."""
    merged: pd.DataFrame
    """The merged communes of another vintage, told beside them."""


def clean(raw: Raw, cells: Cells | None = None) -> TypedRows:
    """Return the typed tables that follow from what is transcribed.

    Parameters
    ----------
    raw : solidata.raw.Raw
    cells : Cells, optional
        What :func:`read_cells` says of it, if it has been asked.

    Returns
    -------
    TypedRows
        Every declared table but ``identities`` (which :mod:`solidata.check` computes), with
        its declared columns and dtypes.

    Raises
    ------
    SourceError
        With every cell that cannot be read and every correction whose guard fails.
    """
    cells = cells or read_cells(raw)
    if cells.problems:
        raise SourceError(cells.problems)

    frames = dict(cells.frames)
    frames["sources"], frames["plan"] = raw.sources, raw.plan
    frames["action_statuses"] = statuses.action_statuses(
        frames["actions"], frames["mentions"], frames["status_counts"]
    )
    tables = TypedRows()
    for name, table in all_tables().items():
        if name in frames:
            tables.add(table, frames[name])
    return tables


def read_cells(raw: Raw) -> Cells:
    """Return the transcribed tables with their computed fields, and the cells that have none.

    It follows no key, so that unreadable cells are told along with broken keys.
    """
    repairs = Repairs(raw.tables["corrections"])
    frames = dict(raw.tables)
    simple: dict[str, Callable[[pd.DataFrame, Repairs], pd.DataFrame]] = {
        "actions": fields.actions,
        "status_counts": fields.status_counts,
        "territories": fields.territories,
        "funding": fields.funding,
        "department_budget": fields.department_budget,
        "events": fields.events,
        **{name: _titled(name) for name in ("flagships", "challenges", "map_labels")},
        "observations": lambda frame, r: fields.observations(frame, raw.tables["indicators"], r),
        "mentions": lambda frame, r: _mentions(frame, raw, r),
        "numbers": lambda frame, _: number_ids(frame),
        "place_events": lambda frame, _: _sound(frame, sites.event_problems),
    }
    problems = geography.strangers(raw)
    outlines, merged = None, pd.DataFrame({"code": [], "insee_code": []}, dtype=str)
    try:
        outlines, merged = geography.outlines(raw)
    except SourceError as error:
        problems += error.problems
    own = None if outlines is None else outlines[outlines["kind"] == "commune"]
    frames["communes"] = geography.communes(frames["communes"], frames["epci"], own)
    simple["places"] = lambda frame, _: sites.places(frame, frames["communes"], own)
    for name, fill in simple.items():
        try:
            frames[name] = fill(frames[name], repairs)
        except SourceError as error:
            problems += error.problems
    try:
        repairs.check()
    except SourceError as error:
        problems += error.problems
    return Cells(frames, problems, outlines, merged)


def _sound(frame: pd.DataFrame, faults: Callable[[pd.DataFrame], list[Problem]]) -> pd.DataFrame:
    if problems := faults(frame):
        raise SourceError(problems)
    return frame


def _titled(table: str) -> Callable[[pd.DataFrame, Repairs], pd.DataFrame]:
    return lambda frame, repairs: fields.titled(table, frame, repairs)


def _mentions(frame: pd.DataFrame, raw: Raw, repairs: Repairs) -> pd.DataFrame:
    """Add ``title_printed``, the status the words mean, and the section of the action."""
    actions = raw.tables["actions"]
    section_of = dict(zip(actions["action_id"], actions["section_id"], strict=True))
    section = [
        own or section_of.get(action, "")
        for own, action in zip(frame["section_id"], frame["action_id"], strict=True)
    ]
    return frame.assign(
        title_printed=each(frame["printed"], join_lines),
        status=statuses.read_status_words(frame, raw.tables["status_words"], repairs),
        section_id=pd.Series(section, index=frame.index, dtype=object),
    )


def number_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the key of the ledger: document, line and rank."""
    return frame.assign(number_id=frame["source_id"] + ".L" + frame["line"] + "." + frame["rank"])
