"""Read and print French dates and periods."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NamedTuple

from solidata.french.numbers import FrenchError
from solidata.french.text import fold

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
          "septembre", "octobre", "novembre", "décembre")  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTH_NUMBER = {fold(name): number for number, name in enumerate(MONTHS, start=1)}
_WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS, start=1)}
# Months that the season is made of, as administrative calendars use the word.
_SEASONS = {"printemps": (3, 6), "ete": (6, 9), "automne": (9, 12)}

_MONTH = "|".join(_MONTH_NUMBER)
_WEEKDAY = "|".join(WEEKDAYS)
_A_YEAR = r"[1-9][0-9]{3}"
_NUMERIC = re.compile(rf"([0-9]{{1,2}})/([0-9]{{1,2}})/({_A_YEAR}|[0-9]{{2}})")
_TOKEN = re.compile(
    rf"(?P<weekday>(?:{_WEEKDAY})\b)|(?P<month>(?:{_MONTH})\b)|(?P<year>{_A_YEAR}\b)"
    r"|(?P<day>1(?=er\b)|[0-9]{1,2}(?!\d|er\b))(?:er\b)?|(?P<link>[,;]|\b(?:et|puis|le|les)\b)"
)
# Kinds of tokens by their first letter: days linked to each other, their month, perhaps a year.
_DAYS = "w?d(?:l+w?d)*my?"
_SHAPE = re.compile(rf"l?{_DAYS}(?:l*{_DAYS})*")
_PERIOD_LINK = re.compile(r"^(?:de |du |entre )?(?P<a>.+?) (?:a|au) (?P<b>.+)$")
_YEARS = re.compile(rf"^(?:entre )?(?P<a>{_A_YEAR})(?: et | ?- ?)(?P<b>{_A_YEAR})$")
_YEAR = re.compile(rf"(?:debut |fin |en )?({_A_YEAR})")
# From the finest to the coarsest.
_PRECISIONS = ("day", "month", "season", "year")


class Period(NamedTuple):
    """Days ``start`` to ``end``, and how precisely they are known."""

    start: date
    end: date
    precision: str


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise FrenchError(text, "une date qui existe") from error


def parse_dates(text: str, year: int | None = None) -> list[date]:
    """Return every day that `text` prints, from first to last.

    Parameters
    ----------
    text : str
        `27/03/2025`, `7/11/2024`, `1/10/25` (a two-digit year is in this century),
        `3 avril 2025`, `mercredi 1er janvier 2025`, or a list whose days share what
        follows them: `22, 29 janvier puis 5 février 2025`.
    year : int, optional
        The year of days printed without one.

    Returns
    -------
    list of datetime.date
        At least one day.

    Raises
    ------
    FrenchError
        When anything in `text` is not part of a date, a date does not exist
        (`27/03/205`), its month or year is missing, its day of the week is another,
        or the days of a list run backwards.

    Examples
    --------
    >>> [d.isoformat() for d in parse_dates("22, 29 janvier puis 5 février 2025")]
    ['2025-01-22', '2025-01-29', '2025-02-05']
    """
    expected = "une date, par exemple 27/03/2025 ou 3 avril 2025"
    plain = fold(text)
    if match := _NUMERIC.fullmatch(plain):
        day, month, printed_year = (int(group) for group in match.groups())
        return [
            _date(printed_year + 2000 if printed_year < 100 else printed_year, month, day, text)
        ]

    tokens: list[tuple[str, str]] = []
    position = 0
    for match in _TOKEN.finditer(plain):
        if plain[position : match.start()].strip():
            raise FrenchError(text, expected)
        position = match.end()
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
    if plain[position:].strip() or not tokens:
        raise FrenchError(text, expected)

    # Right to left: a day takes the month and the year that stand after it.
    month_number, found = None, []
    for kind, value in reversed(tokens):
        if kind == "year":
            year = int(value)
        elif kind == "month":
            month_number = _MONTH_NUMBER[value]
        elif kind == "day":
            if month_number is None or year is None:
                raise FrenchError(text, expected + ", avec son mois et son année")
            found.append(_date(year, month_number, int(value), text))
        elif kind == "weekday" and found and found[-1].isoweekday() != _WEEKDAY_NUMBER[value]:
            true = f"{format_date(found[-1])} est un {WEEKDAYS[found[-1].weekday()]}"
            raise FrenchError(text, f"le jour de la semaine de la date ({true})")
    # Nothing is dropped in silence: « 3 avril mai 2025 » is no date.
    if not _SHAPE.fullmatch("".join(kind[0] for kind, _ in tokens)):
        raise FrenchError(text, expected)
    # « 31 décembre, 2 janvier 2025 »: the first day is not of the year that follows.
    if found != sorted(found, reverse=True):
        raise FrenchError(text, "des jours qui se suivent, chacun avec son année s’il le faut")
    return found[::-1]


def parse_period(text: str, year: int | None = None) -> Period:
    """Return the period that `text` prints: days, months, a season or a year.

    Parameters
    ----------
    text : str
        What :func:`parse_dates` reads, `juin 2024`, `printemps 2026`, `2025`, or two
        of these joined: `du 13 au 17 octobre 2025`, `de juin 2024 à juin 2025`,
        `2023-2024`. « Début » and « fin » are kept to the precision they leave: the year
        or the month.
    year : int, optional
        The year of what is printed without one.

    Returns
    -------
    Period
        First day, last day, and ``precision``: ``day``, ``month``, ``season`` or ``year``.

    Raises
    ------
    FrenchError
        When `text` is not a period, or runs backwards.

    Examples
    --------
    >>> parse_period("juin 2024").end.isoformat()
    '2024-06-30'
    >>> parse_period("du 13 au 17 octobre", year=2025).start.isoformat()
    '2025-10-13'
    """
    expected = "une période, par exemple juin 2024 ou du 13 au 17 octobre 2025"
    plain = fold(text)
    if match := _YEAR.fullmatch(plain):
        return Period(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31), "year")
    if (match := _YEARS.match(plain)) and int(match["a"]) <= int(match["b"]):
        return Period(date(int(match["a"]), 1, 1), date(int(match["b"]), 12, 31), "year")
    season = re.fullmatch(rf"(?:au |en )?({'|'.join(_SEASONS)})(?: ({_A_YEAR}))?", plain)
    month = re.fullmatch(rf"(?:en |fin |debut )?({_MONTH})(?: ({_A_YEAR}))?", plain)
    if found := season or month:
        of_year = int(found[2]) if found[2] else year
        if of_year is None:
            raise FrenchError(text, expected + ", avec son année")
        if month:
            number = _MONTH_NUMBER[month[1]]
            first, last, precision = number, number, "month"
        else:
            first, last = _SEASONS[found[1]]
            precision = "season"
        last_day = calendar.monthrange(of_year, last)[1]
        return Period(date(of_year, first, 1), date(of_year, last, last_day), precision)

    if match := _PERIOD_LINK.match(plain):
        try:
            end = parse_period(match["b"], year)
            first_text = match["a"]
            if re.fullmatch(r"\d{1,2}(?:er)?", first_text):  # « du 13 au 17 octobre 2025 »
                first_text = f"{first_text} {MONTHS[end.start.month - 1]}"
            start = parse_period(first_text, end.start.year)
        except FrenchError as error:  # show what is printed, not one end of it
            raise FrenchError(text, error.expected) from None
        if start.start > end.end:
            raise FrenchError(text, "une période dont la fin suit le début")
        # No better known than its worse known end.
        precision = max(start.precision, end.precision, key=_PRECISIONS.index)
        return Period(start.start, end.end, precision)

    days = parse_dates(text, year)
    return Period(min(days), max(days), "day")


def parse_weekday(text: str) -> int:
    """Return the number of a day of the week, from 1 (« lundi ») to 7 (« dimanche »).

    Raises
    ------
    FrenchError
        When `text` is not a day of the week.

    Examples
    --------
    >>> parse_weekday("Mercredi")
    3
    """
    try:
        return _WEEKDAY_NUMBER[fold(text)]
    except KeyError:
        raise FrenchError(text, "un jour de la semaine") from None


def format_date(day: date, weekday: bool = False) -> str:
    """Return a day as French prints it, a no-break space after its number.

    Examples
    --------
    >>> format_date(date(2025, 1, 1), weekday=True).replace("\u00a0", "~")
    'mercredi 1er~janvier 2025'
    """
    number = "1er" if day.day == 1 else str(day.day)
    text = f"{number}\u00a0{MONTHS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {text}" if weekday else text
