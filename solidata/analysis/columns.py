"""What a table must have before it is counted: a refusal in French, never a ``KeyError``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from solidata.french import listed, plural, quote
from solidata.problems import RefusedError

_CENT = 0.005

ADDRESS = ["address", "source_id", "line", "printed"]
"""What says where a row is printed."""


def words(values: pd.Series) -> str:
    """Return the distinct values that are told, in order, separated by spaces.

    Examples
    --------
    >>> words(pd.Series(["b", None, "a", "b"]))
    'b a'
    """
    # Once a group of a few rows: two more columns would cost ten times as much.
    return " ".join(dict.fromkeys(str(value) for value in values.tolist() if pd.notna(value)))


def require(frame: pd.DataFrame, table: str, columns: Sequence[str]) -> None:
    """Refuse what is no table, or a table that lacks columns, and name them.

    Raises
    ------
    ValueError
        When it is no frame; when a column is missing, or stands twice.

    Examples
    --------
    >>> require(pd.DataFrame({"year": [2025]}), "events", ["year"])
    """
    framed(frame, table)
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise RefusedError(f"La table {quote(table)} n’a pas les colonnes {', '.join(missing)}.")
    if not frame.columns.is_unique and (
        twice := [c for c in columns if (frame.columns == c).sum() > 1]
    ):
        raise RefusedError(f"La table {quote(table)} a deux fois les colonnes {', '.join(twice)}.")


def framed(frame: object, table: str) -> None:
    """Refuse what is no table: a list, a column, nothing.

    Raises
    ------
    ValueError
        When it is no frame.

    Examples
    --------
    >>> framed(pd.DataFrame(), "places")
    """
    if not isinstance(frame, pd.DataFrame):
        raise RefusedError(
            f"Table {quote(table)} : {type(frame).__name__} lu ; attendu : un tableau (DataFrame)."
        )


def filled(frame: pd.DataFrame, key: str, columns: dict[str, str]) -> None:
    """Refuse rows without a word in some columns, and name the first ones.

    Parameters
    ----------
    frame : pandas.DataFrame
    key : str
        The column that names a row.
    columns : dict of str to str
        Columns, and what each is called in French.

    Raises
    ------
    ValueError
        When a cell is missing or blank.

    Examples
    --------
    >>> filled(pd.DataFrame({"id": ["a"], "unit": ["lits"]}), "id", {"unit": "unité"})
    """
    for column, name in columns.items():
        cells = frame[column].astype(object)
        blank = cells.isna() | (cells.astype(str).str.strip() == "")
        if blank.any():
            raise RefusedError(f"Sans {name} : {few(frame.loc[blank, key])}.")


def finite(values: pd.Series, names: pd.Series) -> None:
    """Refuse infinite numbers, and name them.

    Raises
    ------
    ValueError
        When a number is infinite.

    Examples
    --------
    >>> finite(pd.Series([1.0, None]), pd.Series(["a", "b"]))
    """
    endless = np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
    if endless.any():
        raise RefusedError(f"Valeur infinie : {few(names[endless])}.")


def few(names: Iterable[object]) -> str:
    """Return the first three of many names, and how many others there are.

    Examples
    --------
    >>> few("abcde")
    'a, b, c et 2 autres'
    """
    every = [str(n) for n in dict.fromkeys(names)]
    rest = len(every) - 3
    more = [f"{rest} {plural(rest, 'autre')}"] if rest > 0 else []
    return listed([*every[:3], *more])


def positive(amounts: pd.Series, names: pd.Series) -> None:
    """Refuse an amount that is missing, negative or infinite, and name it."""
    values = amounts.astype(float)
    finite(values, names)
    bad = values.isna() | (values < 0)
    if bad.any():
        raise RefusedError(f"Montant absent ou négatif : {', '.join(names[bad].astype(str))}.")


def same(one: float, other: float) -> bool:
    """Return whether two amounts are the same to the cent."""
    return abs(one - other) < _CENT
