"""Apply a parser to a column through its distinct values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from solidata.french.numbers import FrenchError

if TYPE_CHECKING:
    import pandas as pd


class ColumnError(FrenchError):
    """Strings of a column that could not be read: ``unread`` tells why for each."""

    def __init__(self, unread: dict[str, FrenchError]) -> None:
        self.unread = unread
        super().__init__(" ; ".join(unread), next(iter(unread.values())).expected)


def parse_column(column: pd.Series, parse: Callable[[str], object]) -> pd.Series:
    """Return `parse` of each string of `column`, calling it once a distinct value.

    Columns of public figures repeat themselves: on 1 M strings with 15 000 distinct
    values this is 29 times faster than a loop, and never slower
    (``benchmarks/parse_column.py``).

    Parameters
    ----------
    column : pandas.Series of str
        Missing values stay missing.
    parse : callable
        A function of one string, such as :func:`parse_number`.

    Returns
    -------
    pandas.Series of object
        Same index and name as `column`.

    Raises
    ------
    ColumnError
        With every distinct string that could not be read, not the first only.

    Examples
    --------
    >>> import pandas as pd
    >>> from solidata.french import parse_number
    >>> parse_column(pd.Series(["1 000", "1 000", None]), parse_number).tolist()
    [Decimal('1000'), Decimal('1000'), None]
    """
    import pandas as pd

    codes, distinct = pd.factorize(column)
    values: list[object] = []
    unread: dict[str, FrenchError] = {}
    for text in distinct:
        try:
            values.append(parse(text))
        except FrenchError as error:
            unread[text] = error
            values.append(None)
    if unread:
        raise ColumnError(unread)
    values.append(None)  # code −1, a missing value, takes the last place
    return pd.Series(
        [values[code] for code in codes], index=column.index, name=column.name, dtype=object
    )
