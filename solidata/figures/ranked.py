"""Ranked bars of a table, with the words that go with them: one figure for every list of amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from solidata.analysis.columns import filled
from solidata.figures import theme
from solidata.figures.bars import Bars, Row
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.texts import labelled
from solidata.figures.theme import Fill
from solidata.french import format_number, format_rate, quote
from solidata.problems import RefusedError
from solidata.tables import Registers


def rounding_note(shares: Sequence[float]) -> str:
    """Return what printed shares make when it is not 100,0, else an empty text.

    Examples
    --------
    >>> rounding_note([0.5, 0.5]), rounding_note([1 / 3] * 3)[:36]
    ('', 'les parts, arrondies, font 99,9\xa0% et')
    """
    printed = round(sum(round(100 * s, 1) for s in shares), 1)
    if not shares or printed == 100.0:
        return ""
    return f"les parts, arrondies, font {format_rate(printed / 100, 1)} et non 100,0\u00a0%"


def ranked_bars(
    data: pd.DataFrame,
    registers: Registers,
    *,
    name: str,
    title: str,
    unit: str,
    scope: str,
    label: str,
    value: str,
    out_of: str = "",
    detail: str = "",
    category: str = "",
    fills: Mapping[str, tuple[str, Fill]] | None = None,
    show: Callable[[float], str] = format_number,
    column: str = "Part",
    text: str = "",
    table: Mapping[str, str] | None = None,
    alt: str = "",
    reading: str = "",
    note: str = "",
) -> Figure:
    """Return rows ranked by a value as bars from zero, the value at the end of each.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows to plot, with ``address``, ``source_id`` and the columns named below.
    registers : Registers
    name, title, unit, scope, alt, reading, note : str
        As in :class:`~solidata.figures.frame.Figure`; `alt` is composed from the data when empty.
    label, value : str
        Columns of the names (text) and of the lengths (numbers, none negative).
    out_of : str
        Column of the whole each value is a part of: labels become « 9/23 », with its share in a
        column on the right.
    detail : str
        Column of a second line of text.
    category : str
        Column that chooses the fill.
    fills : mapping of str to (str, Fill)
        French label and fill of each category, in the order of the legend. By default one fill.
    show : callable
        Writes a value.
    column : str
        Title of the column of shares; empty for none.
    text : str
        Column of what is written at the end of each bar, when it is more than the value.
    table : mapping of str to str
        Columns of the accessible table and their French titles; by default name and value.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is no row, a column is absent, a value is missing, negative or above its whole,
        a category has no fill, or there are more than :data:`MAX_ROWS` rows.

    Examples
    --------
    >>> import solidata
    >>> from solidata.analysis import progress
    >>> counts, sections = solidata.load("status_counts"), solidata.load("sections")
    >>> rows = progress.status_by_section(counts, sections, 2025)
    >>> rows = rows[rows["status"] == "reportee"]
    >>> whole = int(rows["count"].sum())
    >>> figure = ranked_bars(
    ...     rows.assign(address="status_counts:" + rows["count_id"], whole=whole),
    ...     solidata.load_registers(), name="reports", label="section", value="count",
    ...     out_of="whole", title=f"Les {whole} reports, section par section",
    ...     unit="Nombre d’actions reportées", scope="les sections qui impriment un total.",
    ... )
    >>> figure.check()
    []
    """
    used = [c for c in (label, value, out_of, detail, category, text) if c]
    if absent := [c for c in used if c not in data.columns]:
        raise RefusedError(f"{name} : colonnes absentes : {', '.join(absent)}.")
    if data.empty:
        raise RefusedError(f"{name} : aucune donnée à tracer.")
    if data[value].isna().any():
        named = ", ".join(quote(n) for n in data.loc[data[value].isna(), label])
        raise RefusedError(f"{name} : valeur absente : {named}.")
    numbers = pd.to_numeric(data[value], errors="coerce").astype(float)
    if not numbers.between(0, float("inf"), inclusive="left").all():
        bad = data.loc[~numbers.between(0, float("inf"), inclusive="left"), label]
        raise RefusedError(
            f"{name} : valeur négative, infinie ou illisible : {', '.join(map(quote, bad))}."
        )
    filled(data, value, {label: "libellé"})
    data = labelled(data, label, *([detail] if detail else []))
    rows = data.sort_values([value, label], ascending=[False, True], ignore_index=True)
    fills = fills or {"": ("", theme.HIGHLIGHT)}
    kinds = rows[category].astype(str) if category else pd.Series("", index=rows.index)
    if strange := sorted(set(kinds) - set(fills)):
        raise RefusedError(f"{name} : catégories sans remplissage : {', '.join(strange)}.")
    shares = _shares(rows, value, out_of, name) if out_of else []
    whole = _one_whole(rows, value, out_of) if out_of else False
    drawn = [
        Row(
            label=str(row[label]),
            value=float(row[value]),
            text=str(row[text]) if text else _text(row, value, out_of, show),
            category=fills[kind][0] or value,
            fill=fills[kind][1],
            detail=str(row[detail]) if detail and pd.notna(row[detail]) else "",
            column=format_rate(shares[number], 1 if whole else 0) if out_of and column else "",
        )
        for (number, row), kind in zip(rows.iterrows(), kinds, strict=True)
    ]
    counted = kinds.value_counts()
    legend = [
        (words, f"{counted[kind]} sur {len(rows)}", fill)
        for kind, (words, fill) in fills.items()
        if kind in counted.index
    ]
    bars = Bars(drawn, column=column, legend=legend if category else ())
    titles = table or {label: "Intitulé", value: "Valeur", **({out_of: "Total"} if out_of else {})}
    rounded = rounding_note(shares) if whole and column else ""
    return Figure(
        name=name,
        title=title,
        unit=unit,
        data=rows,
        value=value,
        draw=bars.draw,
        height=bars.height,
        table_=rows[list(titles)].rename(columns=dict(titles)),
        alt=alt or _alt(drawn, sum(r.value for r in drawn), show),
        scope=scope,
        registers=registers,
        reading=reading,
        note=sentences([note, rounded]),
        shares=tuple(shares) if whole and column else (),
    )


def _shares(rows: pd.DataFrame, value: str, out_of: str, name: str) -> list[float]:
    values, wholes = rows[value].astype(float), rows[out_of].astype(float)
    if not ((wholes > 0) & (values <= wholes)).all():
        raise RefusedError(f"{name} : une valeur dépasse son total, ou ce total manque ou est nul.")
    return list(values / wholes)


def _one_whole(rows: pd.DataFrame, value: str, out_of: str) -> bool:
    """Whether the values are the parts of one whole: their shares then make 100."""
    return rows[out_of].nunique() == 1 and float(rows[value].sum()) == float(rows[out_of].iloc[0])


def _text(row: pd.Series, value: str, out_of: str, show: Callable[[float], str]) -> str:
    return f"{show(row[value])}/{show(row[out_of])}" if out_of else show(row[value])


def _alt(rows: Sequence[Row], total: float, show: Callable[[Any], str]) -> str:
    """Return the picture in words: how many bars, the extremes, the sum, each row."""
    first, last = rows[0], rows[-1]
    every = " ; ".join(f"{r.label} {r.text}" for r in rows)
    if len(rows) == 1:
        return f"Une barre horizontale : {every}."
    return (
        f"{len(rows)} barres horizontales, de la plus longue à la plus courte : de {first.text} "
        f"({first.label}) à {last.text} ({last.label}), {show(total)} en tout. {every}."
    )
