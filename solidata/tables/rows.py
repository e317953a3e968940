"""The rows of a frame as plain Python values, to walk a small table.

A table of a plan has some hundred rows. To walk them costs less than any of the dozens of masks
and groups that pandas would take to check them, hence these two functions for what is checked
row by row; what is computed column by column stays with pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
"""A row: the name of each column, and its value."""


def plain_values(column: pd.Series) -> list[Any]:
    """Return the values of a column as Python has them.

    Parameters
    ----------
    column : pandas.Series
        Of any dtype that :func:`solidata.tables.typed.typed` gives, or of objects.

    Returns
    -------
    list
        ``str``, ``int``, ``float``, ``bool`` or ``datetime.date``; None where it is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> plain_values(pd.Series([4, None], dtype="Int64"))
    [4, None]
    >>> plain_values(pd.Series(["2025-03-27", None], dtype="datetime64[s]"))
    [datetime.date(2025, 3, 27), None]
    """
    import pandas as pd
    import pyarrow as pa

    dtype, array = column.dtype, column.array
    if isinstance(dtype, pd.CategoricalDtype):
        known = [*dtype.categories, None]  # the code of what is missing is -1
        return [known[code] for code in array.codes.tolist()]
    if dtype.kind == "M":
        return array.to_numpy().astype("datetime64[D]").tolist()
    if isinstance(dtype, pd.StringDtype) and dtype.storage == "python":
        values = array.to_numpy(dtype=object).tolist()
        return [value if isinstance(value, str) else None for value in values]
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return pa.array(array, from_pandas=True).to_pylist()
    return _plain(column.to_numpy().tolist())


def _plain(values: list[Any]) -> list[Any]:
    if set(map(type, values)) == {str}:
        return values
    return [None if _missing(value) else value for value in values]


def _missing(value: Any) -> bool:
    """Return whether a plain value is none: None, NaN, NA or NaT."""
    import pandas as pd

    return value is None or value is pd.NA or bool(value != value)


def each(column: pd.Series, function: Callable[[Any], Any]) -> pd.Series:
    """Return `function` of each value of a column, as objects.

    Series.map would look for the type of what it gives, which takes longer than most functions.

    Examples
    --------
    >>> import pandas as pd
    >>> each(pd.Series(["a", "b"]), str.upper).tolist()
    ['A', 'B']
    """
    import pandas as pd

    return pd.Series(list(map(function, column.to_list())), index=column.index, dtype=object)


def as_rows(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame, each a dictionary of plain values.

    Examples
    --------
    >>> import pandas as pd
    >>> as_rows(pd.DataFrame({"line": [12, 14], "printed": ["4 MDS", None]}))
    [{'line': 12, 'printed': '4 MDS'}, {'line': 14, 'printed': None}]
    """
    return _zipped(columns_of(frame))


def columns_of(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the plain values of each column of a frame, by its name."""
    names = list(map(str, frame.columns))
    if not set(map(str, frame.dtypes)) <= {"object", "float64", "str"}:
        return {name: plain_values(frame[name]) for name in names}
    # As transcribed: one array, at once.
    return dict(zip(names, map(_plain, frame.to_numpy(dtype=object).T.tolist()), strict=True))


def _zipped(columns: dict[str, list[Any]]) -> list[Row]:
    names = list(columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


class Rows(Mapping[str, list[Row]]):
    """The rows of each table by its name, read when first asked for.

    Parameters
    ----------
    frames : dict of str to pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> rows = Rows({"territories": pd.DataFrame({"territory_id": ["nord", "sud"]})})
    >>> rows["territories"][0], rows.columns("territories")
    ({'territory_id': 'nord'}, {'territory_id': ['nord', 'sud']})
    """

    def __init__(self, frames: dict[str, pd.DataFrame]) -> None:
        self._frames = frames
        self._columns: dict[str, dict[str, list[Any]]] = {}
        self._rows: dict[str, list[Row]] = {}

    def frame(self, table: str) -> pd.DataFrame:
        """Return the frame of a table."""
        return self._frames[table]

    def column(self, table: str, column: str) -> list[Any]:
        """Return the values of a column of a table."""
        return self.columns(table)[column]

    def columns(self, table: str) -> dict[str, list[Any]]:
        """Return the values of each column of a table."""
        if table not in self._columns:
            self._columns[table] = columns_of(self.frame(table))
        return self._columns[table]

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return len(next(iter(self.columns(table).values())))

    def __getitem__(self, table: str) -> list[Row]:
        if table not in self._rows:
            self._rows[table] = _zipped(self.columns(table))
        return self._rows[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """Return the rows by their values of the columns `names`, in the order of the first of each.

    Examples
    --------
    >>> list(grouped([{"year": 2026}, {"year": 2025}, {"year": 2026}], "year"))
    [(2026,), (2025,)]
    """
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def first_of(rows: Iterable[Row], *names: str) -> list[Row]:
    """Return the first row of each group of :func:`grouped`."""
    return [group[0] for group in grouped(rows, *names).values()]
