"""Words that charts share: values, differences, titles, lines that fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from solidata.figures.frame import LEADING
from solidata.figures.page import MAX_TITLE_WORDS, Page, text_width, word_count, wrap
from solidata.french import format_amount, format_number, format_rate, typography
from solidata.problems import RefusedError
from solidata.tables import all_tables

_QUALIFIERS = {"about": "environ ", "more_than": "plus de ", "at_least": "au moins "}
_INVARIABLE = {"mois", "repas", "cas", "fois", "temps"}


def shown(value: float, unit: str, out_of: float = float("nan"), qualifier: object = None) -> str:
    """Return a value as a figure prints it: with its « sur N », its nuance, its sign of unit.

    Examples
    --------
    >>> shown(7, "dispositifs", 12), shown(0.44, "%").replace("\u00a0", "~")
    ('7 sur 12', '44~%')
    """
    nuance = _QUALIFIERS.get(str(qualifier), "")
    if unit == "euros":
        return nuance + euros(value)
    if unit == "%":
        return nuance + format_rate(value, 0 if _whole(value * 100) else 1)
    text = format_number(round(value, 6))
    return nuance + (f"{text} sur {format_number(out_of)}" if pd.notna(out_of) else text)


def difference(value: float, unit: str) -> str:
    """Return a difference with its sign and unit: points for a rate, never « % ».

    Examples
    --------
    >>> difference(3, "centres"), difference(-2.5, "%"), difference(0, "défis")
    ('+3 centres', '−2,5 points', 'inchangé')
    """
    value = round(value, 6)
    if value == 0:
        return "inchangé"
    if unit == "euros":
        return signed(euros(abs(value)), value)
    word = "points" if unit == "%" else unit
    decimals = 1 if unit == "%" and not _whole(value) else None
    return signed(f"{format_number(abs(value), decimals)} {_agreed(word, value)}", value)


def signed(text: str, value: float) -> str:
    """Return the text of an absolute value with the sign of `value`."""
    return ("+" if value > 0 else "−") + text if round(value, 6) else text


def euros(value: float) -> str:
    """Return euros, in M€ with one decimal from a million on."""
    if abs(value) >= 1e6:
        return millions(value)
    return format_amount(value, "€", 0 if _whole(value) else 2)


def millions(value: float, unit: bool = True, fixed: bool = False) -> str:
    """Return euros as millions, with a decimal, left out when it is zero unless `fixed`.

    Examples
    --------
    >>> millions(455_400_000, unit=False), millions(278e6, unit=False)
    ('455,4', '278')
    """
    text = format_number(float(np.round(value / 1e6, 6)), 1)
    text = text if fixed else text.removesuffix(",0")
    return f"{text}\u00a0M€" if unit else text


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def _agreed(unit: str, value: float) -> str:
    """Return a unit in the singular below two: the first word loses its s."""
    word, space, rest = unit.partition(" ")
    if abs(value) < 2 and word.endswith("s") and word not in _INVARIABLE:
        word = word[:-1]
    return word + space + rest


def title(*findings: str) -> str:
    """Return the first finding that is short enough for a title; the last one always is."""
    return next((f for f in findings if word_count(f) <= MAX_TITLE_WORDS), findings[-1])


def too_many(count: int, limit: int, what: str) -> RefusedError:
    """Return the refusal of more than a page holds."""
    return RefusedError(
        f"{count} {what} : {limit} au plus dans une figure ; filtrez les tables, ou faites "
        "plusieurs figures."
    )


def fitted(text: str, width: float, size: float, weight: int = 600, most: int = 4) -> list[str]:
    """Return `text` on at most `most` lines of `width` millimetres, cut with « … » if it must."""

    def cut(line: str) -> str:
        while text_width(line + "…", size, weight) > width and len(line) > 1:
            line = line[:-1].rstrip()
        return line + "…"

    found = wrap(typography(text), width, size, weight)
    short = found[:most]
    if len(found) > most:
        short[-1] = cut(short[-1])
    return [cut(s) if text_width(s, size, weight) > width else s for s in short]


def block(page: Page, x: float, y: float, texts: list[str], size: float, **style: object) -> float:
    """Write lines from the top `y` of the plot area down; return where they end."""
    for text in texts:
        page.text(x, page.bottom + y, text, size=size, va="top", **style)
        y -= size * LEADING
    return y


def percent(share: float, decimals: int = 1) -> str:
    """Return a change in per cent with its sign.

    Examples
    --------
    >>> percent(-0.041).replace("\u00a0", "~")
    '−4,1~%'
    """
    return signed(format_rate(round(abs(share), 9), decimals), share)


def status_labels() -> dict[str, str]:
    """Return the French label of each status."""
    return all_tables()["action_statuses"].field("status").labels


def short_status(status: str) -> str:
    """Return the label of a status without « Non engagée – »: « Reportée »."""
    return status_labels()[status].removeprefix("Non engagée – ").capitalize()


def of_year(name: str, year: int | None) -> str:
    """Return the stem of a figure's files, with its year if any."""
    return name if year is None else f"{name}-{year}"
