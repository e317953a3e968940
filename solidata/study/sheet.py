"""A table to read: French titles and numbers, a caption, headers that a screen reader tells."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from solidata.french import format_date, format_number, typography
from solidata.tables import Table
from solidata.tables.derive import labelled

PLAIN = {"year", "line", "line_end", "line_a", "line_b", "rank", "population_year"}
"""Columns whose integers name something: no space parts their thousands."""

# JupyterLab sets every cell to the right by a rule that only « !important » overrides.
STYLE = """<style>
.solidata-table{max-width:100%;overflow:auto}
.solidata-table table{border-collapse:collapse;margin:.4em 0 1em;font-variant-numeric:tabular-nums}
.solidata-table caption{text-align:left;font-weight:600;padding:0 0 .4em;caption-side:top}
div.solidata-table table tr>*{text-align:left!important;vertical-align:top;padding:.34em .9em;
white-space:normal;border-bottom:1px solid #8885;max-width:34em}
div.solidata-table thead tr>*{border-bottom:2px solid #888;vertical-align:bottom}
div.solidata-table tbody th{font-weight:400;min-width:4em}
div.solidata-table thead th{max-width:14em}
div.solidata-table table tr>.n{text-align:right!important}
div.solidata-table table tr>.w{min-width:7.5em}
div.solidata-table tbody td.n{white-space:nowrap}
div.solidata-table tr.total>*{font-weight:600;border-top:2px solid #888}
</style>"""

Format = Callable[[Any], str]

_SENTENCE = 17
"""Characters beyond which a cell that is folded word by word cannot be read."""
_NUMBER = r"\d{1,3}(?:\u202f\d{3})*(?:,\d+)?"
_QUANTITY = re.compile(
    rf"(?:au (?:moins|plus) )?[+−]?{_NUMBER}(?:(?:/| sur ){_NUMBER})?(?:[\u00a0\u202f ][^\s()]+)?"
    r"(?: \([^()]+\))?"
)
"""A number as French prints it, its whole, unit and share: four figures run together are a name."""


def _cell(value: object) -> str:
    """Return a cell as French prints it; nothing for what is missing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, pd.Timestamp):
        return format_date(value.date())
    if pd.api.types.is_number(value):
        return format_number(value)  # type: ignore[arg-type]
    return str(value)


class Sheet:
    """A table that a notebook and the dossier show, and a spreadsheet opens.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `tables`, shown under their French titles, or others, shown as they are called.
        The first column names the rows.
    *tables : Table
        Where titles and labels of categories come from.
    caption : str
        What the table holds.
    formats : mapping of str to callable, optional
        How cells of a column are written, by its name in `frame`, when not as any number is.
    totals : int
        How many of the last rows sum up the others.
    height : int, optional
        Pixels beyond which a notebook makes the table scroll; the dossier shows it whole.

    Attributes
    ----------
    frame : pandas.DataFrame
        The same values under French titles, numbers still numbers.
    cells : pandas.DataFrame
        What is shown, as texts.

    Examples
    --------
    >>> print(Sheet(pd.DataFrame({"Public": ["Enfants"], "Places": [1500]}), caption="Accueil"))
    Accueil
     Public Places
    Enfants  1\u202f500
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        *tables: Table,
        caption: str,
        formats: Mapping[str, Format] | None = None,
        totals: int = 0,
        height: int | None = None,
    ) -> None:
        self.caption = typography(caption)
        self.totals, self.height = totals, height
        self.frame = labelled(frame, *tables)
        titles = dict(zip(frame.columns, self.frame.columns, strict=True))
        known = {**dict.fromkeys(PLAIN & set(frame), _plain), **(formats or {})}
        written = {titles[name]: known.get(name, _cell) for name in frame}
        self.cells = pd.DataFrame(
            {t: [write(v) for v in self.frame[t].astype(object)] for t, write in written.items()}
        )
        self._classes = [_class(frame[name], self.cells[titles[name]]) for name in frame]

    def __str__(self) -> str:
        """Return the caption and the cells in columns."""
        return f"{self.caption}\n{self.cells.to_string(index=False)}"

    __repr__ = __str__

    def html(self) -> str:
        """Return the table as HTML whose every cell is escaped."""
        head = "".join(
            f'<th scope="col"{of}>{html.escape(str(name))}</th>'
            for name, of in zip(self.cells, self._classes, strict=True)
        )
        return (
            f"<table><caption>{html.escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(self._rows())}</tbody></table>"
        )

    def _rows(self) -> list[str]:
        first_total = len(self.cells) - self.totals
        rows = []
        for number, (first, *others) in enumerate(self.cells.itertuples(index=False, name=None)):
            # A header says something: an empty cell heads nothing.
            opening, end = ('<th scope="row"', "th") if first else ("<td", "td")
            cells = f"{opening}{self._classes[0]}>{html.escape(first)}</{end}>"
            for text, of in zip(others, self._classes[1:], strict=True):
                cells += f"<td{of}>{html.escape(text)}</td>"
            rows.append(f"<tr{' class=total' if number >= first_total else ''}>{cells}</tr>")
        return rows

    def csv(self) -> bytes:
        """Return the values as a French spreadsheet opens them."""
        text = self.frame.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
        return text.encode("utf-8-sig")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Return the table that a notebook shows; a long one scrolls, by keyboard too."""
        scroll = (
            ""
            if self.height is None
            else f' style="max-height:{self.height}px" tabindex="0" role="region"'
            f' aria-label="{html.escape(self.caption, quote=True)}"'
        )
        shown = f'{STYLE}<div class="solidata-table"{scroll}>{self.html()}</div>'
        return {"text/html": shown, "text/plain": str(self)}


def _class(column: pd.Series, cells: pd.Series) -> str:
    """Return the class of a column: numbers are set to the right, sentences are given room."""
    kind, said = column.dtype.kind, [cell for cell in cells if cell]
    if kind in "iuf" or (said and all(_QUANTITY.fullmatch(cell) for cell in said)):
        return " class=n"
    return " class=w" if max(map(len, said), default=0) > _SENTENCE else ""


def _plain(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
