"""Compare ways to parse a column of printed amounts, in one run: `python benchmarks/parse_column.py`."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

import pandas as pd
from rich.console import Console
from rich.table import Table

from solidata.french import format_number, parse_amount, parse_column

ROWS, REPEATS = 200_000, 3


def column(distinct: int) -> pd.Series:
    """Return ROWS printed amounts, `distinct` different ones."""
    draw = random.Random(41)
    amounts = [f"{format_number(draw.randrange(10**7))} €" for _ in range(distinct)]
    return pd.Series([draw.choice(amounts) for _ in range(ROWS)])


def seconds(work: Callable[[], object]) -> float:
    """Return the median time of a few runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print a table: rows per second, and the ratio to a plain loop."""
    shown = Table("valeurs distinctes", "boucle, lignes/s", "parse_column, lignes/s", "rapport")
    for distinct in (500, 15_000, ROWS):
        values = column(distinct)
        loop = seconds(lambda values=values: [parse_amount(text) for text in values])
        ours = seconds(lambda values=values: parse_column(values, parse_amount))
        assert [parse_amount(t) for t in values[:1000]] == parse_column(
            values[:1000], parse_amount
        ).tolist()
        row = (values.nunique(), ROWS / loop, ROWS / ours, loop / ours)
        shown.add_row(*(format_number(x, 0 if x > 100 else 1) for x in row))
    Console().print(shown)


if __name__ == "__main__":
    main()
