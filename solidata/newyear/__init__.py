"""Prepare the folder of the next report, and say what is still missing in it.

:mod:`~solidata.newyear.carry` makes the lines to fill, :mod:`~solidata.newyear.workbook` and
:mod:`~solidata.newyear.guide` dress them, :mod:`~solidata.newyear.missing` reads what was filled.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from solidata.newyear import carry, guide
from solidata.problems import RefusedError
from solidata.raw import DESCRIPTOR, DRAFT
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Prepared:
    """The folder made for a new report."""

    folder: Path
    previous: str
    lines: dict[str, int]
    """How many lines there are to fill, by table."""


_CARRIED_WORDS = ("publisher", "kind", "url", "licence", "confidence")


def _descriptor(sources: pd.DataFrame, source_id: str) -> str:
    """Return a ``source.yaml`` to complete: what the last report says of itself, if it lasts."""
    last = sources.set_index("source_id").loc[source_id]
    lines = [
        "# Ce document est en préparation : « solidata build » le laisse de côté.",
        "# Retirez la ligne « draft: true » quand « solidata check » ne signale plus rien.",
        f"{DRAFT}: true",
    ]
    for field in all_tables()["sources"].fields[1:]:
        said = last[field.name] if field.name in _CARRIED_WORDS else ""
        value = "" if pd.isna(said) or said == "" else f' "{said}"'
        values = f" ({', '.join(field.values)})" if field.categories else ""
        lines += [f"# {field.title} : {field.description}{values}", f"{field.name}:{value}"]
    return "\n".join(lines) + "\n"


def prepare(
    tables: Frames, year: int, out: Path, workbook: bool = False, today: date | None = None
) -> Prepared:
    """Make the folder of the report of `year`, whole or not at all.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The processed tables.
    year : int
    out : pathlib.Path
        Where the folder goes: ``data/raw``, but for a trial.
    workbook : bool, default False
        One ``.xlsx`` with drop-down lists rather than a CSV file a table.
    today : datetime.date, optional
        The day it is; by default, that of the system.

    Returns
    -------
    Prepared

    Raises
    ------
    RefusedError
        When `year` cannot be prepared (see :func:`solidata.newyear.carry.previous`), or the folder
        is there already.
    """
    source_id = carry.previous(tables, year, today)
    name = carry.folder_name(source_id, year)
    folder = out / name
    if folder.exists():
        raise RefusedError(f"Le dossier {folder} existe déjà : rien n’a été écrit.")
    new = carry.lines_to_fill(tables, source_id, year)
    title = f"Remplir le bilan {year}"
    told = guide.chapters(tables, new, name, year, workbook)
    out.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=out))
    try:
        (made / DESCRIPTOR).write_text(
            _descriptor(tables["sources"], source_id), encoding="utf-8", newline="\n"
        )
        (made / "GUIDE.md").write_text(guide.markdown(title, told), encoding="utf-8", newline="\n")
        if workbook:
            from solidata.newyear.workbook import workbook as book

            (made / f"{name}.xlsx").write_bytes(book(title, told, new, tables))
        else:
            for table, frame in new.items():
                frame.to_csv(
                    made / f"{table}.csv", index=False, encoding="utf-8", lineterminator="\n"
                )
        made.chmod(0o755)  # mkdtemp is private; the transcription is not
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return Prepared(folder, source_id, {t: len(rows) for t, rows in new.items() if len(rows)})
