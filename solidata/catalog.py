"""Typed frames of the processed tables."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from solidata import home
from solidata.french import nearest, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import OUTLINES, Geography, Registers, Table, all_tables
from solidata.tables.derive import described
from solidata.tables.typed import typed

if TYPE_CHECKING:
    import pandas as pd


class UnknownTableError(RefusedError, KeyError):
    """A table or a row that does not exist, with the nearest that does."""

    def __str__(self) -> str:
        """Return the message without the quotes of a KeyError."""
        return str(self.args[0])


def find_table(name: str) -> Table:
    """Return the declaration of a table.

    Raises
    ------
    UnknownTableError
        With the nearest known name.
    """
    tables = all_tables()
    if name in tables:
        return tables[name]
    near = nearest(name, tables)
    hint = f" Voulez-vous dire {quote(near)} ?" if near else ""
    raise UnknownTableError(
        f"Aucune table {quote(name)}.{hint} Tables connues : {', '.join(tables)}."
    )


@functools.lru_cache(maxsize=64)
def _read(path: Path, _modified: int) -> pd.DataFrame:
    import pandas as pd

    text = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if missing := [n for n in all_tables()[path.stem].names if n not in text.columns]:
        raise RefusedError(
            f"{path} est d’une autre version (sans {', '.join(missing)}) : "
            "reconstruisez les tables avec « solidata build »."
        )
    return typed(all_tables()[path.stem], text)


def load(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return a processed table as a typed frame.

    Parameters
    ----------
    name : str
        A table of the dictionary (``data/processed/dictionary.md``), such as ``"actions"``.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    pandas.DataFrame
        A copy of your own. Its columns are those the dictionary gives: text ``str``, integers ``Int64``,
        numbers ``float64`` (euros, fractions), dates ``datetime64[s]``, truth ``boolean``,
        categories ordered as declared.

    Raises
    ------
    UnknownTableError
        When there is no such table; the message gives the nearest.
    FileNotFoundError
        When the tables have not been built.
    RefusedError
        When another version of the project built them, without a column that this one declares.

    Examples
    --------
    >>> load("territories")["label"].tolist()
    ['Nord', 'Centre', 'Sud']
    """
    table = find_table(name)
    path = (folder or home.processed_folder()) / f"{table.name}.csv"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} n’existe pas : construisez les tables avec « solidata build »."
        )
    return _read(path, path.stat().st_mtime_ns).copy()


def load_registers(folder: Path | None = None) -> Registers:
    """Return the registers that figures take: ``sources``, ``contradictions`` and the plan.

    Examples
    --------
    >>> "bilan-2025" in set(load_registers().sources["source_id"])
    True
    >>> load_registers().plan.department
    'Loir-et-Cher'
    """
    plan = described(load("plan", folder))
    return Registers(load("sources", folder), load("contradictions", folder), plan)


def load_geography(folder: Path | None = None) -> Geography:
    """Return the outlines that maps take: communes, neighbours, rivers, in Lambert-93.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    Geography
        Three frames in EPSG:2154. ``communes`` has the columns of the table of that name,
        ``outline_source`` (str) and ``geometry``; the others ``code``, ``name``, ``source_id``
        and ``geometry``.

    Raises
    ------
    FileNotFoundError
        When the tables have not been built.
    NoDataError
        When no document gives the outlines of the communes.

    Examples
    --------
    >>> geography = load_geography()
    >>> geography.communes.crs.to_epsg(), bool(geography.communes.is_valid.all())
    (2154, True)
    """
    import geopandas as gpd

    communes = load("communes", folder)
    path = (folder or home.processed_folder()) / OUTLINES
    if not path.exists():
        raise NoDataError(
            f"{path} n’existe pas : aucun document de data/raw ne donne le contour des communes "
            "(communes.geojson, .gpkg ou .shp)."
        )
    every = gpd.read_parquet(path)
    kinds = {
        kind: every.loc[every["kind"] == kind, ["code", "name", "source_id", "geometry"]]
        for kind in ("commune", "departement", "cours_d_eau")
    }
    outlines = kinds["commune"].rename(columns={"source_id": "outline_source"})
    own = communes.merge(
        outlines.drop(columns="name"), left_on="insee_code", right_on="code", validate="1:1"
    ).drop(columns="code")
    return Geography(
        gpd.GeoDataFrame(own, geometry="geometry", crs=every.crs),
        kinds["departement"].reset_index(drop=True),
        kinds["cours_d_eau"].reset_index(drop=True),
    )


def load_all(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """Return every processed table by name."""
    return {name: load(name, folder) for name in all_tables()}
