"""Read and print French numbers, rates and amounts of money.

One pure parser for each kind. A string that cannot be read raises
:class:`FrenchError`, which shows it: nothing is ever silently nulled.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from solidata.french.text import (
    NARROW_NO_BREAK_SPACE,
    NO_BREAK_SPACE,
    SPACES,
    fold,
    quote,
)

MINUS = "\u2212"


class FrenchError(ValueError):
    """A string that could not be read, with what was expected in its place."""

    def __init__(self, text: object, expected: str) -> None:
        self.text = text
        self.expected = expected
        super().__init__(f"illisible : {quote(text)} ; attendu : {expected}")


class Amount(NamedTuple):
    """An amount of money in euros; ``low`` and ``high`` differ for a range."""

    low: Decimal
    high: Decimal


# Groups of three after a first group of up to four: reports print `1170 000`. Not after a zero,
# for a digit is lost (`0 500`), nor after a year, for these are two numbers (`2025 163`).
# Stray spaces inside a group (`1 0 02 0 oo`) match nothing, on purpose.
_SPACE = f"[{SPACES}]"
_YEAR_FIRST = rf"(?!(?:19|20)[0-9]{{2}}{_SPACE}[1-9])"
_DIGITS = rf"{_YEAR_FIRST}[1-9][0-9]{{0,3}}(?:{_SPACE}[0-9]{{3}})+|[0-9]+"
_NUMBER = rf"(?P<sign>[+\-–{MINUS}]{_SPACE}*)?(?P<int>{_DIGITS})(?:,(?P<frac>[0-9]+))?"
_FULL_NUMBER = re.compile(_NUMBER)
# Euros have two decimals: `12,500 €` may well be twelve thousand five hundred.
_THOUSANDS_BY_COMMA = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

_WORDS = {
    word: value
    for value, names in {
        0: "zero", 1: "un une", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six",
        7: "sept", 8: "huit", 9: "neuf", 10: "dix dizaine", 11: "onze", 12: "douze douzaine",
        13: "treize", 14: "quatorze", 15: "quinze quinzaine", 16: "seize", 17: "dix-sept",
        18: "dix-huit", 19: "dix-neuf", 20: "vingt vingtaine", 30: "trente trentaine",
        40: "quarante quarantaine", 50: "cinquante cinquantaine", 60: "soixante soixantaine",
        100: "cent centaine",
    }.items()
    for word in names.split()
}  # fmt: skip

# `¢€` is how one OCR engine reads a euro sign that touches its digit.
_UNITS = {"€": 1, "¢€": 1, "euro": 1, "euros": 1, "k€": 1_000, "m€": 1_000_000, "md€": 10**9}
_SCALES = {"": 1, "mille": 1_000, "million": 10**6, "millions": 10**6, "milliard": 10**9,
           "milliards": 10**9}  # fmt: skip
_UNIT = re.compile(
    rf"{_SPACE}*(?:(?P<scale>mille|millions?|milliards?)"
    rf"(?:{_SPACE}+(?:d['’]{_SPACE}*|de{_SPACE}+)?|\Z))?"
    r"(?P<unit>¢?€|k€|m€|md€|euros?)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?:entre{_SPACE}+(?P<a>.+?){_SPACE}+et{_SPACE}+(?P<b>.+))"
    rf"|(?:de{_SPACE}+(?P<c>.+?){_SPACE}+[aà]{_SPACE}+(?P<d>.+))",
    re.IGNORECASE,
)


# Thousands by groups and a decimal comma belong to one number; a year (four digits) takes
# neither, so that « En2024,7 dispositifs » stays two numbers.
PRINTED_NUMBER = re.compile(
    r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:,\d+)?|(?<!\d)\d{1,3},\d+|\d+"
)
"""A number printed in digits within a text, misreads included (``1170 000`` is two)."""


def digits(text: str) -> list[str]:
    """Return the numbers that `text` prints in digits, as printed.

    Examples
    --------
    >>> digits("15 876 appels en 2025, soit 72,5 %")
    ['15 876', '2025', '72,5']
    """
    return [match[0] for match in PRINTED_NUMBER.finditer(text)]


def _decimal(match: re.Match[str]) -> Decimal:
    digits = re.sub(_SPACE, "", match["int"])
    value = Decimal(f"{digits}.{match['frac']}") if match["frac"] else Decimal(digits)
    return -value if match["sign"] and not match["sign"].startswith("+") else value


def parse_number(text: str) -> Decimal:
    """Return the number that `text` prints.

    Parameters
    ----------
    text : str
        Digits with spaces by thousands (any space a French page uses), a decimal
        comma, an optional sign; or a number in words (« deux », « une trentaine »).

    Returns
    -------
    decimal.Decimal
        The exact value.

    Raises
    ------
    FrenchError
        When `text` is not one number. A point is refused: `1.234` is read
        differently in French and in English. So are `2025 163` (a year, then a number)
        and `0 500` (a digit is lost).

    Examples
    --------
    >>> parse_number("15 876")
    Decimal('15876')
    >>> parse_number("72,5")
    Decimal('72.5')
    >>> parse_number("une trentaine")
    Decimal('30')
    """
    stripped = text.strip()
    if match := _FULL_NUMBER.fullmatch(stripped):
        return _decimal(match)
    words = fold(stripped)
    # An article stands before « un » or a collective: « l’un », « une trentaine ».
    if words.endswith("aine"):
        words = words.removeprefix("une ")
    elif words in {"l'un", "l'une"}:
        words = "un"
    if words in _WORDS:
        return Decimal(_WORDS[words])
    raise FrenchError(text, "un nombre, par exemple 15 876, 72,5 ou « deux »")


def _parse_money(text: str, inherited: int | None = None) -> tuple[Decimal, int]:
    """Return (euros, euros in one of its unit): one amount, not a range.

    A bare number takes the whole unit of the other end: « entre 1 et 2 millions d’euros ».
    """
    stripped = text.strip()
    match = _FULL_NUMBER.match(stripped)
    rest = _UNIT.fullmatch(stripped, match.end()) if match else None
    if match is None or rest is None:
        raise FrenchError(text, "un montant, par exemple 16 563 €, 72,5 M€ ou 850 000 euros")
    scale, unit = _SCALES[(rest["scale"] or "").lower()], rest["unit"]
    if unit is None and inherited is None:
        raise FrenchError(text, "un montant suivi de son unité (€, k€, M€ ou euros)")
    euros = _UNITS[unit.lower()] if unit else 1
    if scale > 1 and euros > 1:  # « 5 millions k€ » says two scales
        raise FrenchError(text, "un montant à une seule échelle (millions d’euros, ou M€)")
    each = scale * euros if unit or scale > 1 else inherited or 1
    if each == 1 and _THOUSANDS_BY_COMMA.fullmatch(f"{match['int']},{match['frac']}"):
        raise FrenchError(text, "un montant sans équivoque : 12 500 €, ou 12,50 €")
    return _decimal(match) * each, each


def parse_amount(text: str) -> Amount:
    """Return the amount of money that `text` prints, in euros.

    Parameters
    ----------
    text : str
        An amount with its unit (€, k€, M€, Md€, euros, millions d’euros), or a
        range: `entre 250 000 € et 400 000 €`, `de 5 à 10 k€`. Badly grouped
        thousands (`1170 000€`) and a misread euro sign (`131680¢€`) are read, for
        they leave no doubt; broken digits (`1 0 02 0 oo €`) are not.

    Returns
    -------
    Amount
        ``(low, high)`` in euros, equal unless `text` is a range.

    Raises
    ------
    FrenchError
        When the amount or its unit cannot be read, when a comma may part thousands
        (`12,500 €`), or when a range runs backwards.

    Examples
    --------
    >>> parse_amount("72,5 M€").low
    Decimal('72500000.0')
    >>> parse_amount("131680¢€").low
    Decimal('131680')
    >>> parse_amount("entre 250 000 € et 400 000 €")
    Amount(low=Decimal('250000'), high=Decimal('400000'))
    """
    if match := _RANGE.fullmatch(text.strip()):
        first, last = match["a"] or match["c"], match["b"] or match["d"]
        try:
            high, unit = _parse_money(last)
            low, _ = _parse_money(first, inherited=unit)
        except FrenchError as error:  # show what is printed, not one end of it
            raise FrenchError(text, error.expected) from None
        if low > high:
            raise FrenchError(text, "une fourchette croissante")
        return Amount(low, high)
    value, _ = _parse_money(text)
    return Amount(value, value)


def parse_rate(text: str) -> Decimal:
    """Return the rate that `text` prints, as a fraction (``44 %`` is ``0.44``).

    Raises
    ------
    FrenchError
        When `text` is not a number followed by ``%``.

    Examples
    --------
    >>> parse_rate("44 %"), parse_rate("93,3%")
    (Decimal('0.44'), Decimal('0.933'))
    """
    stripped = text.strip()
    match = _FULL_NUMBER.match(stripped)
    if match is None or not re.fullmatch(rf"{_SPACE}*%", stripped[match.end() :]):
        raise FrenchError(text, "un pourcentage, par exemple 44 %")
    return _decimal(match) / 100


def format_number(value: float | Decimal, decimals: int | None = None) -> str:
    """Return `value` as French prints it: decimal comma, U+202F by thousands.

    Parameters
    ----------
    value : int, float or Decimal
        Not for a year, which takes no space: use ``str(year)``.
    decimals : int, optional
        Digits after the comma, rounded half up. By default as many as `value` has.

    Raises
    ------
    ValueError
        When `value` is not finite.

    Examples
    --------
    >>> format_number(-1234.5).replace(NARROW_NO_BREAK_SPACE, "_")
    '−1_234,5'
    >>> format_number(0.125, 2)
    '0,13'
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        raise ValueError(f"un nombre fini est attendu, et non {value!r}")
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    integer, _, fraction = f"{abs(exact):f}".partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    grouped = f"{int(integer):,}".replace(",", NARROW_NO_BREAK_SPACE)
    sign = MINUS if exact < 0 else ""
    return f"{sign}{grouped}{',' + fraction if fraction else ''}"


def format_amount(euros: float | Decimal, unit: str = "€", decimals: int | None = None) -> str:
    """Return an amount in `unit` (``€``, ``k€``, ``M€`` or ``Md€``), U+00A0 before it.

    Examples
    --------
    >>> format_amount(72_500_000, "M€").replace(NO_BREAK_SPACE, "~")
    '72,5~M€'
    """
    exact = euros if isinstance(euros, Decimal) else Decimal(str(euros))
    scaled = exact / _UNITS[unit.lower()]
    return f"{format_number(scaled, decimals)}{NO_BREAK_SPACE}{unit}"


def format_rate(rate: float | Decimal, decimals: int = 0) -> str:
    """Return a fraction as a percentage, U+00A0 before the sign.

    Examples
    --------
    >>> format_rate(0.933, 1).replace(NO_BREAK_SPACE, "~")
    '93,3~%'
    """
    exact = rate if isinstance(rate, Decimal) else Decimal(str(rate))
    return f"{format_number(exact * 100, decimals)}{NO_BREAK_SPACE}%"
