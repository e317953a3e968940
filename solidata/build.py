"""Build ``data/processed`` from ``data/raw`` in one transaction.

Everything is read, cleaned and checked before a byte is written; the new tables are written
beside the old ones and take their place at once. Interrupted, the old ones stay whole.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata import home, raw
from solidata.check import integrity
from solidata.check.identities import identities
from solidata.clean import NEEDED, Cells, clean, read_cells
from solidata.clean.fields import unprinted
from solidata.french import listed, plural, typography
from solidata.problems import Problem, SourceError
from solidata.raw.layers import COMPANIONS, SUFFIXES
from solidata.tables import OUTLINES, Field, Plan, all_tables
from solidata.tables.derive import described, descriptor, dictionary
from solidata.tables.rows import Rows

if TYPE_CHECKING:
    import geopandas as gpd

Frames = dict[str, pd.DataFrame]
Step = Callable[[str], None]

LAYER_FILES = frozenset({*SUFFIXES, *COMPANIONS})


def _silent(_: str) -> None:
    """Tell nothing."""


def assemble(
    raw_folder: Path, step: Step = _silent, note: Step = _silent, finished: str | None = None
) -> Frames:
    """Return every processed table, typed and checked, without writing anything.

    Parameters
    ----------
    raw_folder : pathlib.Path
        ``data/raw``.
    step : callable, optional
        Told in French what is being done.
    note : callable, optional
        Told in French what was joined in the outlines of another vintage, to be kept on the screen.
    finished : str, optional
        A draft to read as if it were finished; the others are left out.

    Returns
    -------
    dict of str to pandas.DataFrame
        Every declared table by name, in alphabetical order.

    Raises
    ------
    SourceError
        With every problem of the raw files.
    """
    tables, _ = _assemble(raw_folder, step, note, finished)
    return {name: tables.frame(name) for name in sorted(tables)}


def _assemble(
    raw_folder: Path, step: Step, note: Step, finished: str | None = None
) -> tuple[Rows, gpd.GeoDataFrame | None]:
    """Return the tables, and the outlines of the communes when a document holds them."""
    step("Lecture des transcriptions")
    transcribed, found = raw.survey(raw_folder, finished)
    places = integrity.Places(transcribed.tables)
    # Cleaning follows keys: with a broken one it would fail for the wrong reason.
    cells = read_cells(transcribed) if _readable(found) else None
    found += _further_problems(transcribed, places, found, cells)
    if found or cells is None:
        raise SourceError(found)
    step("Nettoyage et corrections")
    tables = clean(transcribed, cells)
    for now, codes in cells.merged.groupby("insee_code", sort=True)["code"]:
        names = tables.frame("communes").set_index("insee_code")["name"]
        what = plural(len(codes), "Contour", "Contours")
        joined = plural(len(codes), "rattaché", "rattachés")
        note(f"{what} de {listed(list(codes))}, d’avant fusion : {joined} à {now} ({names[now]}).")
    step("Identités arithmétiques")
    tables.add(all_tables()["identities"], identities(tables, places))
    step("Schémas, clés et garde-fous")
    if found := integrity.problems(tables, places):
        raise SourceError(found)
    return tables, cells.outlines


def _incomplete(found: list[Problem]) -> set[str]:
    """Return the tables that have rows left out because of problems; a layer leaves out none."""
    files = {problem.file.partition(", objet ")[0] for problem in found}
    return {raw.table_of(file) for file in files if Path(file).suffix.lower() not in LAYER_FILES}


def _readable(found: list[Problem]) -> bool:
    """Return whether cells can be read in spite of the problems found."""
    incomplete = _incomplete(found)
    return incomplete <= set(all_tables()) and not incomplete & NEEDED


def _further_problems(
    transcribed: raw.Raw, places: integrity.Places, found: list[Problem], cells: Cells | None
) -> list[Problem]:
    """Return the broken keys and the unreadable cells, as far as what was read can tell.

    One reading must tell everything that is wrong, but nothing that only follows from a row
    left out because of the problems already `found`.
    """
    incomplete = _incomplete(found)
    as_read = {**transcribed.tables, "sources": transcribed.sources, "plan": transcribed.plan}
    if not incomplete <= set(as_read) - {"sources"}:
        return []  # a whole folder may be missing
    problems = integrity.key_problems(Rows(as_read), places, unsure=incomplete)
    if cells is not None:
        unread = cells.problems
        # Reading a cell tells more of it than a key that names no row.
        told = {(p.file, p.line, p.column) for p in unread}
        problems = [p for p in problems if (p.file, p.line, p.column) not in told]
        # A correction may be of a row left out; a place or an outline, of a commune left out.
        follows = {"corrections"} if incomplete else set()
        follows |= {"places", "communes"} if "communes" in incomplete else set()
        problems += [p for p in unread if raw.table_of(p.file) not in follows]
    told = {(p.file, p.line, p.column) for p in problems}
    stray = unprinted(transcribed.tables)
    return problems + [p for p in stray if (p.file, p.line, p.column) not in told]


def _text_of_number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(round(float(value), 10))


_TEXTS: dict[str, Callable[[Any], str]] = {
    "number": _text_of_number,
    "boolean": lambda truth: "true" if truth else "false",
}
"""How the values of a type are written, where Python writes them otherwise."""


def _texts(field: Field, values: list[Any]) -> list[str]:
    """Return the plain values of a column as the text of a CSV file."""
    text = _TEXTS.get(field.type, str)
    return ["" if value is None else text(value) for value in values]


def write(tables: Rows, folder: Path, outlines: gpd.GeoDataFrame | None = None) -> None:
    """Write the tables, ``datapackage.json`` and ``dictionary.md`` into an empty folder.

    The outlines go into ``outlines.parquet`` (GeoParquet), when there are any.
    """
    if outlines is not None:
        texts = outlines.columns.drop("geometry")
        # The same bytes, however pandas is told to store text.
        outlines = outlines.astype(dict.fromkeys(texts, object))
        outlines.to_parquet(folder / OUTLINES, index=False, compression="zstd")
    for name in tables:
        fields, columns = all_tables()[name].fields, tables.columns(name)
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([field.name for field in fields])
            writer.writerows(zip(*(_texts(f, columns[f.name]) for f in fields), strict=True))
    declared = {name: all_tables()[name] for name in sorted(tables)}
    plan = described(tables.frame("plan")) if "plan" in tables else Plan()
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "solidata",
        "title": typography(f"{plan.title} : actions, budget, indicateurs"),
        "licenses": [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0"}],
        "resources": [],
    }
    # A table a line: two versions are compared table by table.
    resources = [json.dumps(descriptor(t), ensure_ascii=False) for t in declared.values()]
    as_json = json.dumps(package, ensure_ascii=False, indent=2)
    as_json = as_json.replace("[]\n}", "[\n    " + ",\n    ".join(resources) + "\n  ]\n}\n")
    (folder / "datapackage.json").write_text(as_json, encoding="utf-8", newline="\n")
    rows = {name: tables.count(name) for name in tables}
    (folder / "dictionary.md").write_text(
        dictionary(declared, rows), encoding="utf-8", newline="\n"
    )


def replace(new: Path, processed: Path) -> None:
    """Put the folder `new` in the place of `processed`, which stays whole until then."""
    old = home.set_aside(processed)
    with home.held(processed.parent):
        home.put_back(processed)
        try:
            if processed.exists():
                processed.rename(old)
            new.rename(processed)
        except BaseException:
            home.put_back(processed)
            raise
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _new_folder(processed: Path) -> Iterator[Path]:
    """Give an empty folder beside `processed`, and sweep those that killed builds left."""
    prefix = f".{processed.name}-"
    with contextlib.ExitStack() as stack:
        with home.held(processed.parent):
            for left in processed.parent.glob(f"{prefix}*"):
                with home.held(left, wait=False) as abandoned:
                    if abandoned and left != home.set_aside(processed):
                        shutil.rmtree(left, ignore_errors=True)
            new = Path(tempfile.mkdtemp(prefix=prefix, dir=processed.parent))
            stack.enter_context(home.held(new))
        try:
            os.chmod(new, 0o755)  # mkdtemp is private; the tables are not
            yield new
        finally:
            shutil.rmtree(new, ignore_errors=True)


def build(raw_folder: Path, processed: Path, step: Step = _silent, note: Step = _silent) -> Rows:
    """Build the tables and put them in `processed`; return them. See :func:`assemble`.

    Returns
    -------
    Rows
        Every declared table by name, as plain rows; their frames are made when asked for.

    Raises
    ------
    SourceError
        When the raw files cannot be read as they are; `processed` is left as it was.
    """
    home.recover(processed)
    tables, outlines = _assemble(raw_folder, step, note)
    step("Écriture des tables")
    processed.parent.mkdir(parents=True, exist_ok=True)
    with _new_folder(processed) as new:
        write(tables, new, outlines)
        replace(new, processed)
    return tables
