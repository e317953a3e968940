"""Typed tables that derive from a declaration: their frames, their plain rows, their schema."""

from __future__ import annotations

import functools
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from solidata.tables import Field, Table
from solidata.tables.rows import Rows, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    import pandera.pandas as pa

_TRUTHS: dict[Any, bool] = {"true": True, "false": False}


def _plain(field: Field, values: list[Any]) -> list[Any]:
    """Return values as Python has those of the type that `field` declares, None where missing."""
    said = [None if value == "" else value for value in values]
    if field.categories:
        if stray := {value for value in said if value is not None} - {*field.values}:
            raise ValueError(f"{field.name} : valeurs hors liste {sorted(stray)}")
        return said
    if field.type == "integer":
        whole = [None if value is None else int(value) for value in said]
        # int() cuts what is not whole.
        if any(w != v for w, v in zip(whole, said, strict=True) if isinstance(v, float)):
            raise ValueError(f"{field.name} : nombres qui ne sont pas entiers")
        return whole
    if field.type == "number":
        return [None if value is None else float(value) for value in said]
    if field.type == "boolean":
        return [_TRUTHS.get(value, value) for value in said]
    if field.type == "date":
        return [date.fromisoformat(value) if isinstance(value, str) else value for value in said]
    return said


def _array(field: Field, plain: list[Any]) -> Any:
    """Return the values of :func:`_plain` as an array of the dtype that `field` declares."""
    import numpy as np
    import pandas as pd

    if field.categories:
        codes = {None: -1} | {value: code for code, value in enumerate(field.values)}
        found = np.array([codes[value] for value in plain], dtype=np.int16)
        return pd.Categorical.from_codes(found, dtype=_dtype(field))
    if field.type == "integer":
        missing = np.array([value is None for value in plain], dtype=bool)
        whole = np.array([value or 0 for value in plain], dtype=np.int64)
        return pd.arrays.IntegerArray(whole, missing)
    if field.type == "number":
        return np.array(plain, dtype=np.float64)  # None is made NaN
    if field.type == "date":
        return pd.array(np.array(plain, dtype="datetime64[s]"))
    return pd.array(plain, dtype=_dtype(field))


def typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that `table` declares, in order and typed.

    Categories become ordered categoricals (in declared order), integers ``Int64``, numbers
    ``float64``, dates ``datetime64[s]``, booleans ``boolean``, text ``str``; empty text is
    missing, and so is a column that `frame` lacks.

    Raises
    ------
    ValueError
        When a value does not have the declared type.
    """
    rows = TypedRows()
    rows.add(table, frame)
    return rows.frame(table.name)


class TypedRows(Rows):
    """The plain rows of typed tables; the frame of one is made when it is first asked for.

    Examples
    --------
    >>> import pandas as pd
    >>> from solidata.tables import all_tables
    >>> rows = TypedRows()
    >>> rows.add(all_tables()["volets"], pd.DataFrame({"volet_id": ["petite-enfance"]}))
    >>> rows.column("volets", "volet_id"), rows.frame("volets")["volet_id"].dtype
    (['petite-enfance'], <StringDtype(na_value=nan)>)
    """

    def __init__(self) -> None:
        super().__init__({})
        self._tables: dict[str, Table] = {}

    def add(self, table: Table, frame: pd.DataFrame) -> None:
        """Add what :func:`typed` makes of `frame`, in place of the table of this name if any."""
        read, nothing = columns_of(frame), [None] * len(frame)
        plain = {f.name: _plain(f, read.get(f.name, nothing)) for f in table.fields}
        self._tables[table.name], self._columns[table.name] = table, plain
        self._frames.pop(table.name, None)
        self._rows.pop(table.name, None)

    def frame(self, table: str) -> pd.DataFrame:
        """Return the typed frame of a table."""
        import pandas as pd

        if table not in self._frames:
            columns = self._columns[table]
            arrays = {f.name: _array(f, columns[f.name]) for f in self._tables[table].fields}
            self._frames[table] = pd.DataFrame(arrays, copy=False)
        return self._frames[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


_PYTHON = {"string": str, "integer": int, "number": float, "boolean": bool, "date": date}
"""The type of the plain values of each declared type."""


def plainly_sound(table: Table, columns: Mapping[str, list[Any]]) -> bool:
    """Return whether the schema of `table` (:func:`validator`) has nothing to refuse.

    It says yes or no, and nothing more: to know what is wrong, ask the validator.

    Parameters
    ----------
    table : Table
    columns : mapping of str to list
        The plain values of its columns: :meth:`Rows.columns`.
    """
    if list(columns) != table.names:
        return False
    for field in table.fields:
        values = columns[field.name]
        distinct = set(values)
        # Of every value: in a set, 1 and 1.0 stand for True.
        if not set(map(type, values)) <= {_PYTHON[field.type], type(None)}:
            return False
        if field.required and None in distinct:
            return False
        if field.unique and len(distinct) < len(values):
            return False
        said = distinct - {None}  # what is missing is neither below nor above
        if field.minimum is not None and any(value < field.minimum for value in said):
            return False
        if field.maximum is not None and any(value > field.maximum for value in said):
            return False
        if field.categories and not said <= set(field.values):
            return False
        if field.pattern and not all(re.fullmatch(field.pattern, text) for text in said):
            return False
    return True


_DTYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean",
           "date": "datetime64[s]", "string": "str"}  # fmt: skip


def _dtype(field: Field) -> Any:
    """Return the dtype that a field declares."""
    import pandas as pd

    if field.categories:
        return _categorical(field.values, field.ordered)
    # How text is stored is an option of pandas, which may change from one call to the next.
    return _of_type(field.type, pd.get_option("mode.string_storage"))


@functools.cache
def _categorical(values: tuple[str, ...], ordered: bool) -> pd.CategoricalDtype:
    import pandas as pd

    return pd.CategoricalDtype(list(values), ordered=ordered)


@functools.cache
def _of_type(name: str, _: str) -> Any:
    import pandas as pd

    return pd.api.types.pandas_dtype(_DTYPES[name])


def validator(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of a typed frame of `table`.

    ``pandera.io.from_frictionless_schema`` loses nullable integers, dates and the order
    of categories, hence these lines.
    """
    import pandera.pandas as pa

    columns = {}
    for field in table.fields:
        checks = []
        if field.pattern:
            checks.append(pa.Check.str_matches(rf"^(?:{field.pattern})$"))
        if field.minimum is not None:
            checks.append(pa.Check.ge(field.minimum))
        if field.maximum is not None:
            checks.append(pa.Check.le(field.maximum))
        columns[field.name] = pa.Column(
            _dtype(field), checks, nullable=not field.required, unique=field.unique
        )
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)
