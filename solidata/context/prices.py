"""Read a price index that a publication prints: no euro is made constant without one."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from solidata.context import maps
from solidata.context.cells import address, parse_period
from solidata.context.layout import Grid
from solidata.context.workbooks import open_workbook
from solidata.french import fold
from solidata.problems import NoDataError, Problem, SourceError


def read_prices(path: str | Path) -> pd.DataFrame:
    """Return the consumer price index that a workbook prints.

    Parameters
    ----------
    path : str or pathlib.Path
        A workbook of a publication whose map names such a sheet (DREES, expenses).

    Returns
    -------
    pandas.DataFrame
        One row a year: ``year`` (int), ``index`` (float, as printed: its base does not matter),
        ``source`` (its title, and who publishes it), ``source_id``, ``workbook``, ``sheet``, ``cell``.

    Raises
    ------
    NoDataError
        When no sheet is one.
    SourceError
        When the workbook cannot be read, or a year has two values or one that is no price.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> book = openpyxl.Workbook()
    >>> for row in (["Tableau A - Indice des prix à la consommation", "Retour"], ["Source : Insee"],
    ...             ["Année", "Valeur"], [2019, 0.995], [2020, 1]):
    ...     book.active.append(row)
    >>> file = Path(tempfile.mkdtemp()) / "depenses.xlsx"
    >>> book.save(file)
    >>> read_prices(file)[["year", "index", "cell"]].to_records(index=False).tolist()
    [(2019, 0.995, 'B4'), (2020, 1.0, 'B5')]
    """
    path = Path(path)
    for grid in open_workbook(path):
        title = next((str(c) for row in grid.rows for c in row if c != ""), "")
        for publication in maps.publications():
            if publication.prices and all(w in fold(title) for w in publication.prices):
                return _prices(grid, title, publication.source_id)
    raise NoDataError(f"Aucun indice de prix dans {path.name}.")


def _prices(grid: Grid, title: str, source_id: str) -> pd.DataFrame:
    texts = [str(c) for row in grid.rows for c in row if isinstance(c, str)]
    said = next((t for t in texts if fold(t).startswith("source")), "")
    publisher = said.partition(":")[2].strip()
    name = re.sub(r"^tableau\s+\w+\s*[-–:]\s*", "", " ".join(title.split()), flags=re.IGNORECASE)
    name = name.replace(" - ", " – ")
    source = f"{name} ({publisher})" if publisher else name
    found: dict[int, dict[str, object]] = {}
    problems: list[Problem] = []
    for number, row in enumerate(grid.rows):
        cells = [(column, cell) for column, cell in enumerate(row) if cell != ""]
        if len(cells) < 2 or (period := parse_period(cells[0][1])) is None:
            continue
        column, value = cells[1]
        if not isinstance(value, float) or value <= 0:
            problems.append(
                grid.problem(number, column, "attendu\u00a0: un indice de prix positif")
            )
        elif period.year in found:
            expected = "une année deux fois\u00a0; attendu\u00a0: un indice par année"
            problems.append(grid.problem(number, cells[0][0], expected))
        else:
            found[period.year] = {
                "year": period.year, "index": value, "source": source, "source_id": source_id,
                "workbook": grid.workbook, "sheet": grid.sheet, "cell": address(number, column),
            }  # fmt: skip
    if problems:
        raise SourceError(problems)
    if not found:
        raise NoDataError(f"Aucun indice de prix dans {grid.workbook}, feuille {grid.sheet}.")
    return pd.DataFrame(found.values()).sort_values("year", ignore_index=True)
