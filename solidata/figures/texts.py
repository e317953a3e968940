"""Words that charts share: values, differences, titles, lines that fit."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from solidata.figures import theme
from solidata.figures.page import (
    LEADING,
    MARGIN,
    MAX_TITLE_WORDS,
    Page,
    missing_glyphs,
    text_width,
    word_count,
    wrap,
)
from solidata.french import (
    fold,
    format_amount,
    format_number,
    format_rate,
    listed,
    plural,
    quote,
    typography,
)
from solidata.problems import RefusedError
from solidata.tables import all_tables

_QUALIFIERS = {"about": "environ ", "more_than": "plus de ", "at_least": "au moins "}


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
    text = number(value)
    return nuance + (f"{text} sur {format_number(out_of)}" if pd.notna(out_of) else text)


def number(value: float) -> str:
    """Return a number with six decimals at most: a binary fraction has noise beyond.

    Examples
    --------
    >>> number(0.1 + 0.2)
    '0,3'
    """
    # Python's own round is exact where numpy's multiplies and divides.
    return format_number(round(float(value), 6))


def difference(value: float, unit: str) -> str:
    """Return a difference with its sign and unit: points for a rate, never « % ».

    Examples
    --------
    >>> difference(3, "centres"), difference(-2.5, "%"), difference(0, "défis")
    ('+3 centres', '−2,5 points', 'inchangé')
    """
    value = round(float(value), 6)
    if value == 0:
        return "inchangé"
    if unit == "euros":
        return signed(euros(abs(value)), value)
    word = "points" if unit == "%" else unit
    decimals = 1 if unit == "%" and not _whole(value) else None
    return signed(f"{format_number(abs(value), decimals)} {_agreed(word, value)}".rstrip(), value)


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


_PLURAL = re.compile(r"^(?!(?:mois|repas|cas|fois|temps)$)(.+?)s$")
_OTHER_PLURALS = re.compile(r"^(niv|tabl|r[ée]s)eaux$")
_NO_UNIT = "sans unité"


def _agreed(unit: str, value: float) -> str:
    """Return a unit in the singular below two: its words up to a preposition lose their s.

    Examples
    --------
    >>> _agreed("missions locales", 1), _agreed("points d’accueil", 1), _agreed("niveaux", 1)
    ('mission locale', 'point d’accueil', 'niveau')
    """
    if unit == _NO_UNIT:
        return ""
    if abs(value) >= 2:
        return unit
    words = re.split(r"([ /])", unit)
    last = next(
        (n for n, w in enumerate(words) if re.match(r"d[’']|(de|du|des|à|en|par)$", w)), None
    )
    alone = [_PLURAL.sub(r"\1", _OTHER_PLURALS.sub(r"\1eau", w)) for w in words[:last]]
    return "".join(alone + (words[last:] if last is not None else []))


def title(*findings: str) -> str:
    """Return the first finding that is short enough for a title; the last one always is."""
    return next((f for f in findings if word_count(f) <= MAX_TITLE_WORDS), findings[-1])


def of(unit: str) -> str:
    """Return « de » before a unit, elided before a vowel.

    Examples
    --------
    >>> of("personnes"), of("enfants"), of("habitants")
    ('de personnes', 'd’enfants', 'd’habitants')
    """
    return f"d’{unit}" if fold(unit)[:1] in "aeiouyh" else f"de {unit}"


def too_many(count: int, limit: int, what: str) -> RefusedError:
    """Return the refusal of more than a page holds."""
    return RefusedError(
        f"{count} {what} : {limit} au plus dans une figure ; filtrez les tables, ou faites "
        "plusieurs figures."
    )


_LONGEST = min(theme.PRESETS.values()) - 2 * MARGIN - 8.0
"""Millimetres that a word may take: one column, less the signs around it."""


def breakable(texts: Iterable[str]) -> None:
    """Refuse a text with a word too long for one column: it could only run off the page.

    Raises
    ------
    ValueError
        With the beginning of the word.
    """
    for text in texts:
        for word in str(text).split():
            if text_width(word, 9.5, 700) > _LONGEST:
                raise RefusedError(
                    f"{quote(word[:20] + '…')} : {len(word)} signes sans espace où couper ; "
                    "raccourcissez ce libellé."
                )


def distinct(labels: Iterable[str]) -> None:
    """Refuse a label that two rows bear: nothing would tell them apart.

    Raises
    ------
    ValueError
        With the label.
    """
    seen = set()
    for label in labels:
        if label in seen:
            raise RefusedError(
                f"Plusieurs lignes portent le libellé {quote(label)} : rien ne les distinguerait."
            )
        seen.add(label)


def labelled(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a table whose labels are in French typography: a line break or a tab is a space.

    Raises
    ------
    ValueError
        For a word too long for one column, or a character that the typeface lacks.
    """
    tidy = {c: [typography(t) if isinstance(t, str) else t for t in frame[c]] for c in columns}
    for texts in tidy.values():
        words = [t for t in texts if isinstance(t, str)]
        drawable(words)
        breakable(words)
    return frame.assign(**tidy)


def drawable(texts: Iterable[str]) -> None:
    """Refuse a character that the typeface lacks: it would be printed as an empty box.

    Raises
    ------
    ValueError
        With the text and the character.
    """
    for text in texts:
        if absent := missing_glyphs(text):
            raise RefusedError(
                f"{quote(text[:40])} : la police n’a pas de dessin pour {listed(map(quote, absent))} ; "
                "ôtez ce caractère."
            )


def disputed_words(twice: pd.DataFrame) -> str:
    """Return the first things that have two values for a year, each with its year."""
    named = [f"{quote(r['label'])} ({r['year']})" for _, r in twice.head(3).iterrows()]
    rest = len(twice) - 3
    return listed([*named, f"{rest} {plural(rest, 'autre')}"] if rest > 0 else named)


def span_of(first: int, last: int) -> str:
    """Return « de 2016 à 2019 », « en 2019 » when both are the same.

    Examples
    --------
    >>> span_of(2016, 2019), span_of(2019, 2019)
    ('de 2016 à 2019', 'en 2019')
    """
    return f"en {first}" if first == last else f"de {first} à {last}"


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
