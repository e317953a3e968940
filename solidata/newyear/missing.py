"""What is still missing in a report being transcribed, said line by line. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from solidata.check import reports
from solidata.clean import fields
from solidata.clean.repair import Repairs
from solidata.clean.statuses import REPORTED, read_status_words
from solidata.french import decapitalised, listed, quote
from solidata.newyear.carry import CARRIED, LEDGER
from solidata.problems import Problem, SourceError, in_order
from solidata.raw import FILE, ROW, Draft, beside
from solidata.raw.cells import raw_frame
from solidata.tables import Table, all_tables
from solidata.tables.rows import Rows, as_rows

Frames = dict[str, pd.DataFrame]

_NAMES = {
    "status_printed": "le statut",
    "number_printed": "le numéro imprimé",
    "printed": "les caractères imprimés",
    "line": "la ligne du texte",
    "count_printed": "le nombre",
    "total_printed": "le dénominateur",
    "value_printed": "la valeur",
    "amount_printed": "le montant",
}


@dataclass(frozen=True)
class Gap:
    """What one line, or a run of lines that nobody has begun, still waits for."""

    file: str
    first: int | None
    last: int | None
    words: str

    def __str__(self) -> str:
        """Return it as one French sentence."""
        if self.first is None:
            return f"{self.file} : {self.words}"
        if self.first == self.last:
            return f"{self.file}, ligne {self.first} : {self.words}"
        return f"{self.file}, lignes {self.first} à {self.last} : {self.words}"


@dataclass(frozen=True)
class State:
    """How far a draft is."""

    filled: pd.DataFrame
    """``table``, ``title``, ``complete`` (int), ``lines`` (int), a row for each table with lines."""
    gaps: list[Gap]
    problems: list[Problem]
    """What is filled and cannot stand."""
    gone: list[str]
    """Actions of the last report that this one has no line for, nor a fate."""

    @property
    def ready(self) -> bool:
        """Whether nothing is left to fill or to mend."""
        return not self.gaps and not self.problems


def _wanted(table: Table, row: pd.Series, numbered: set[str]) -> Iterator[str]:
    """Yield the columns that must be filled in a row for it to say what the report prints."""
    explained = row.get("note", "") != ""  # « statut non lu » is an answer
    if table.name == "mentions" and not explained:
        if row["list"] == "table" and row["action_id"] in numbered:
            yield "number_printed"
        yield "status_printed"
    if table.name == "status_counts" and row["status"] != "toutes" and not explained:
        yield "total_printed"
    if table.name == "observations" and row["kind"] != "no_value":
        yield "value_printed"
    if table.name == "department_budget" and row["basis"] != "residual":
        yield "amount_printed"
    if table.name == "funding" and row["kind"] in {"amount", "range"}:
        yield "amount_printed"
    yield from (field.name for field in table.transcribed if field.required)
    if table.has_provenance:
        yield from ("line", "printed")


def _subjects(name: str, known: Frames) -> Callable[[pd.Series], str]:
    """Return what says whose line a row is, in the words of the report, after « de »."""
    if name == "mentions":
        titles = _column(known, "actions", "title")
        flagships = known["flagships"].set_index("flagship_id")

        def mention(row: pd.Series) -> str:
            if row["list"] == "flagship" and row["flagship_id"] in flagships.index:
                flagship = flagships.loc[row["flagship_id"]]
                return f"de l’action phare {flagship['rank']} {quote(flagship['title'])}"
            title = f" {quote(titles[row['action_id']])}" if row["action_id"] in titles else ""
            return f"de l’action {row['action_id']}{title}"

        return mention
    if name == "status_counts":
        sections = _column(known, "sections", "label")
        labels = all_tables()[name].field("status").labels

        def total(row: pd.Series) -> str:
            section = sections.get(row["section_id"], row["section_id"])
            return f"du total {quote(labels.get(row['status'], row['status']))} de {quote(section)} en {row['year']}"

        return total
    if name == "observations":
        told = _column(known, "indicators", "label")
        return lambda row: (
            f"de l’indicateur {quote(told.get(row['indicator_id'], row['indicator_id']))}"
        )
    if name == "department_budget":
        return lambda row: f"du bloc {quote(row['block'])}"
    return lambda row: f"de la ligne {quote(row[all_tables()[name].key])}"


def _column(known: Frames, name: str, column: str) -> dict[str, Any]:
    """Return a column of a table by its key."""
    return dict(zip(known[name][all_tables()[name].key], known[name][column], strict=True))


def _gaps(
    table: Table, frame: pd.DataFrame, known: Frames, numbered: set[str]
) -> tuple[list[Gap], int]:
    """Return what the rows of a table wait for, and how many wait for nothing."""
    found: list[tuple[str, int, str, bool]] = []  # file, line, words, nothing filled yet
    complete = 0
    subject = _subjects(table.name, known)
    for _, row in frame.iterrows():
        wanted = list(dict.fromkeys(_wanted(table, row, numbered)))
        missing = [name for name in wanted if row[name] == ""]
        if not missing:
            complete += 1
            continue
        printed = {name for name in wanted if name in _NAMES}
        names = [f"{_NAMES.get(n) or quote(table.field(n).title)} ({n})" for n in missing]
        found.append(
            (
                row[FILE],
                int(row[ROW]),
                f"il manque {listed(names)} {subject(row)}",
                printed <= set(missing),
            )
        )
    gaps = []
    for untouched, run in groupby(found, key=lambda gap: gap[3]):
        lines = list(run)
        if untouched and len(lines) > 1:
            words = f"rien n’est rempli ({len(lines)} lignes)"
            gaps.append(Gap(lines[0][0], lines[0][1], lines[-1][1], words))
        else:
            gaps += [Gap(file, line, line, words) for file, line, words, _ in lines]
    return gaps, complete


def _descriptor_gaps(draft: Draft, name: str) -> list[Gap]:
    """Return what the descriptor waits for: what the table needs, and the length of the text."""
    return [
        Gap(
            name,
            None,
            None,
            f"il manque {quote(f'{field.name} : …')} ({decapitalised(field.description).rstrip('.')})",
        )
        for field in all_tables()["sources"].fields
        if (field.required or field.name == "lines") and not draft.source.get(field.name)
    ]


def _absent(draft: Draft, known: Frames, descriptor: str) -> Iterator[Problem]:
    """Yield the tables that reports fill and this one has no file or sheet for."""
    if draft.problems and not draft.tables:
        return  # a workbook that cannot be opened: what it holds is not known
    # The sheet of another table tells that the document is a workbook.
    files = [frame[FILE].iloc[0] for frame in draft.tables.values() if len(frame)]
    reports_known = known["sources"].loc[known["sources"]["kind"] == "rapport", "source_id"]
    for name in CARRIED:
        if name in draft.tables or not known[name]["source_id"].isin(reports_known).any():
            continue
        where = beside(next(iter(files), descriptor), name)
        what = "fichier absent" if where.endswith(".csv") else "feuille absente"
        expected = (
            f"{what} ; attendu : la table {quote(all_tables()[name].title)}, réduite à son en-tête "
            "si le bilan n’en imprime rien"
        )
        yield Problem(where, None, None, None, expected)


def _reserved(draft: Draft, known: Frames) -> Iterator[Problem]:
    """Yield the keys that another document bears already."""
    for name, frame in draft.tables.items():
        table = all_tables()[name]
        if table.field(table.key).computed:
            continue
        others = known[name]
        if "source_id" in others:
            others = others[others["source_id"] != draft.name]
        words = next((w for w in ("title", "label") if w in others), None)
        taken = others.set_index(table.key)
        for _, row in frame[frame[table.key].isin(taken.index)].iterrows():
            key = row[table.key]
            whose = f" par {quote(taken.loc[key, words])}" if words else ""
            expected = f"identifiant déjà pris{whose} ; attendu : un identifiant jamais employé"
            yield Problem(row[FILE], int(row[ROW]), table.key, key, expected)


def _report_problems(draft: Draft, known: Frames) -> Iterator[Problem]:
    """Yield the years that a report cannot speak of, and the identifiers of other actions."""
    empty = {
        name: pd.DataFrame(
            columns=[*(f.name for f in all_tables()[name].transcribed), "source_id", FILE, ROW]
        )
        for name in ("mentions", "status_counts", "flagships", "observations")
    }
    frames = empty | draft.tables
    dated = {n: frames[n][frames[n]["year"] != ""] for n in empty if n != "observations"}
    dated["observations"] = frames["observations"]
    # The flagships of the year were announced by the report before: their year is known.
    dated["flagships"] = pd.concat([known["flagships"].astype(object), dated["flagships"]])
    sources = pd.DataFrame([{"source_id": draft.name, "kind": "rapport"}])
    actions = known["actions"].set_index("action_id")
    found = [
        *reports.misdated(Rows({**dated, "sources": sources})),
        *reports.reused(
            as_rows(frames["mentions"]), actions["title"].to_dict(), actions["source_id"].to_dict()
        ),
    ]
    for name, key, column, value, expected in found:
        row = frames[name].set_index(all_tables()[name].key).loc[[key]].iloc[0]
        yield Problem(row[FILE], int(row[ROW]), column, value, expected)


def _unknown_words(draft: Draft, known: Frames) -> list[Problem]:
    """Return the status words that no wording begins, before all the rest is filled."""
    if "mentions" not in draft.tables:
        return []
    columns = ["wording", "status"]
    own = draft.tables.get("status_words", pd.DataFrame(columns=columns))
    words = pd.concat([known["status_words"][columns].astype(str), own[columns]])
    repairs = None
    if "corrections" in draft.tables:
        repairs = Repairs(draft.tables["corrections"])
    try:
        read_status_words(draft.tables["mentions"], words, repairs)
    except SourceError as error:
        return error.problems
    return []


def _unread_values(draft: Draft, known: Frames) -> list[Problem]:
    """Return the values that cannot be read, or exceed what they are out of, once filled."""
    if "observations" not in draft.tables:
        return []
    columns = ["indicator_id", "unit"]
    own = draft.tables.get("indicators", pd.DataFrame(columns=columns))
    indicators = pd.concat([known["indicators"][columns].astype(str), own[columns]])
    repairs = Repairs(draft.tables.get("corrections", raw_frame(all_tables()["corrections"], [])))
    before = len(repairs.problems)
    fields.observations(draft.tables["observations"], indicators, repairs)
    return [p for p in repairs.problems[before:] if p.value and str(p.column).endswith("_printed")]


def state(draft: Draft, known: Frames, descriptor: str) -> State:
    """Return how far a draft is.

    Parameters
    ----------
    draft : solidata.raw.Draft
        From :func:`solidata.raw.read_draft`.
    known : dict of str to pandas.DataFrame
        The tables of the documents that are finished.
    descriptor : str
        How messages name its ``source.yaml``.

    Returns
    -------
    State
    """
    actions = known["actions"]
    numbered = set(actions.loc[actions["number"].notna(), "action_id"])
    gaps = _descriptor_gaps(draft, descriptor)
    filled = []
    for name, frame in draft.tables.items():
        if name == LEDGER or frame.empty:
            continue
        table = all_tables()[name]
        found, complete = _gaps(table, frame, known, numbered)
        gaps += found
        filled.append(
            {"table": name, "title": table.title, "complete": complete, "lines": len(frame)}
        )
    problems = in_order(
        [
            *draft.problems,
            *_absent(draft, known, descriptor),
            *_reserved(draft, known),
            *_report_problems(draft, known),
            *_unknown_words(draft, known),
            *_unread_values(draft, known),
        ]
    )
    columns = ["table", "title", "complete", "lines"]
    return State(pd.DataFrame(filled, columns=columns), gaps, problems, _gone(draft, known))


def _gone(draft: Draft, known: Frames) -> list[str]:
    """Return the actions that the last report tells of, and that this one says nothing of.

    Those that the flows would count as vanished; a row that cannot be read yet is there all the
    same, and a fate in ``action_lineage`` says enough.
    """
    year, mentions = reports.year_of(draft.name), draft.tables.get("mentions")
    if year is None or mentions is None or mentions.empty:
        return []
    before, declared = known["action_statuses"], known["action_lineage"]
    lineage = draft.tables.get("action_lineage", pd.DataFrame(columns=["action_id"]))
    told = {
        *mentions.loc[mentions["list"].isin(REPORTED), "action_id"],
        *draft.unsound,
        *lineage["action_id"],
        *declared.loc[declared["year"] == year, "action_id"],
    }
    titles = known["actions"].set_index("action_id")["title"]
    left = before.loc[before["year"] == year - 1, "action_id"]
    return [f"{a} {quote(titles[a])}" for a in left if a not in told]
