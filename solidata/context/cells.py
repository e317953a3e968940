"""Read one cell of an official workbook: a number, a sign for no number, a year, a note mark."""

from __future__ import annotations

import datetime
import functools
import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from solidata.french import FrenchError, fold, parse_number

BLANK = "vide"
"""Flag of a cell in which nothing is printed."""

ERROR, FORMULA = "erreur", "formule"
"""Flags of a cell that holds an error, and a formula of which no result was saved."""

PROJECTED = "projection"
"""Flag of a value of a year to come."""

SIGNS: Mapping[str, str] = {
    "nd": "nd", "n.d.": "nd", "n.d": "nd", "n. d.": "nd", "non disponible": "nd", "..": "nd",
    "...": "nd", "…": "nd", "nc": "nd", "n.c.": "nd",
    "ns": "ns", "n.s.": "ns", "n.s": "ns", "non significatif": "ns",
    "s": "s", "s.": "s", "secret": "s", "secret statistique": "s",
    "-": "-", "–": "-", "—": "-", "−": "-", "//": "-", "///": "-",
}  # fmt: skip
"""What publications print in place of a number, and its flag."""

FLAGS: Mapping[str, str] = {
    BLANK: "rien d’imprimé", "nd": "non disponible", "ns": "non significatif",
    "s": "secret statistique", "-": "sans objet", "p": "provisoire", "e": "estimé",
    "r": "révisé", "rupture": "rupture de série", PROJECTED: "projection",
    ERROR: "erreur de calcul dans le classeur (#N/A, #REF!)",
    FORMULA: "formule dont le résultat n’est pas enregistré",
}  # fmt: skip
"""Each flag in French."""

_LETTERS = "per"
"""Letters that qualify a number: provisional, estimated, revised."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MARK = r"\*+|\(\s*(?:\*+|[0-9]{1,2}|[a-zA-Z])\s*\)|\[\s*(?:\*+|[0-9]{1,2})\s*\]|[⁰¹²³⁴-⁹]+"
_MARKS_AT_END = re.compile(rf"(?:\s*(?:{_MARK}))+\s*$")
_ONE_MARK = re.compile(_MARK)
_LETTER_AT_END = re.compile(rf"(?<=[0-9])\s*([{_LETTERS}])$")
_EITHER = re.compile(r"[-−]?[1-9][0-9]{0,2},[0-9]{3}")
"""A decimal number in French, thousands in English: nothing in the cell says which."""
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_YEAR_SAID = re.compile(
    r"(?:annee |exercice |(?:(?:au |fin )?(?:31 )?dec(?:embre|\.)|(?:au )?1er janvier) |31/12/|01/01/)?"
    r"((?:19|20)[0-9]{2})(?: \(?(sd|semi-definitif|prov\.?|provisoires?|estimee?s?|revisee?s?)\)?)?"
)
"""« Année 2019 », « 31/12/2019 », « 2019 (provisoire) », folded."""
_ERROR = re.compile(
    r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|GETTING_DATA|SPILL!|CALC!)", re.I
)
_NOTE = re.compile(rf"\s*(?:notes?\s*:\s*)?({_MARK})\s*:?\s*(.+)", re.IGNORECASE | re.DOTALL)


class Cell(NamedTuple):
    """What a cell says: a number or none, its flag, the marks of its footnotes."""

    value: float
    flag: str = ""
    marks: tuple[str, ...] = ()


class Period(NamedTuple):
    """A column's year as printed, with what qualifies it."""

    year: int
    printed: str
    flag: str = ""
    marks: tuple[str, ...] = ()


def address(row: int, column: int) -> str:
    """Return the name a spreadsheet gives a cell; both are counted from zero.

    Examples
    --------
    >>> address(46, 22), address(0, 26)
    ('W47', 'AA1')
    """
    return f"{letters(column)}{row + 1}"


@functools.cache
def letters(column: int) -> str:
    """Return the letters of a column counted from zero.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    head, last = divmod(column, 26)
    return (letters(head - 1) if head else "") + chr(ord("A") + last)


def lost(cell: object) -> str:
    """Return the flag of a cell that holds an error or a formula, else an empty text.

    Examples
    --------
    >>> lost("#N/A"), lost("=C4+C5"), lost("1 234")
    ('erreur', 'formule', '')
    """
    if not isinstance(cell, str):
        return ""
    return ERROR if _ERROR.fullmatch(cell.strip()) else FORMULA if cell.startswith("=") else ""


def marks_of(text: str) -> tuple[str, ...]:
    """Return the footnote marks printed anywhere in `text`, bare.

    Examples
    --------
    >>> marks_of("placements(*) par département (1)")
    ('*', '1')
    """
    found = (m.translate(_SUPERSCRIPTS).strip("()[] ").lower() for m in _ONE_MARK.findall(text))
    return tuple(dict.fromkeys(found))


@functools.lru_cache(4096)
def unmarked(text: str) -> tuple[str, tuple[str, ...]]:
    """Return `text` on one line without the marks at its end, and these marks.

    Examples
    --------
    >>> unmarked("Guadeloupe **"), unmarked("France entière (hors Mayotte)")
    (('Guadeloupe', ('**',)), ('France entière (hors Mayotte)', ()))
    """
    line = " ".join(text.split())
    if end := _MARKS_AT_END.search(line):
        return line[: end.start()].rstrip(), marks_of(end[0])
    return line, ()


def footnote(text: str) -> tuple[str, str] | None:
    """Return the mark and the words of a footnote, or None when `text` is not one.

    Examples
    --------
    >>> footnote("(1) : Attention rupture de série.")
    ('1', 'Attention rupture de série.')
    >>> footnote("Source : DREES")
    """
    if match := _NOTE.fullmatch(text):
        return marks_of(match[1])[0], " ".join(match[2].split())
    return None


def parse_cell(cell: object, signs: Mapping[str, str] | None = None) -> Cell:
    """Return what a cell of a table says.

    Parameters
    ----------
    cell : object
        As the workbook's reader gives it: a number, a text (a number with spaces, a decimal
        comma, footnote marks, or a sign such as ``nd``), or nothing.
    signs : mapping, optional
        Signs that a publication uses besides :data:`SIGNS`, and their flags.

    Returns
    -------
    Cell
        ``value`` is NaN when there is none; ``flag`` one of :data:`FLAGS`, or empty.

    Raises
    ------
    FrenchError
        When it is neither a number nor a known sign: ``1.234`` and ``1,234`` are read differently
        in French and in English, a date is no count.

    Examples
    --------
    >>> parse_cell("1 234,5 (1)")
    Cell(value=1234.5, flag='', marks=('1',))
    >>> parse_cell("n.d.")
    Cell(value=nan, flag='nd', marks=())
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return Cell(float(cell))
    expected = "attendu\u00a0: un nombre, ou l’un des signes nd, ns, s, -"
    if not isinstance(cell, str):
        raise FrenchError(cell, expected)
    if missed := lost(cell):
        return Cell(math.nan, missed)
    text, marks = unmarked(cell)
    if not text and not marks:
        return Cell(math.nan, BLANK)
    if flag := {**SIGNS, **(signs or {})}.get(fold(text)):
        return Cell(math.nan, flag, marks)
    flag = next((m for m in marks if m in _LETTERS), "")
    marks = tuple(m for m in marks if m not in _LETTERS)
    if letter := _LETTER_AT_END.search(text):
        text, flag = text[: letter.start()], letter[1]
    if not text[-1:].isdigit():  # no number in words, which `parse_number` would read
        raise FrenchError(cell, expected)
    if _EITHER.fullmatch(text):
        once = "un nombre qui ne se lise pas de deux façons (virgule des décimales, ou des milliers en anglais)"
        raise FrenchError(cell, f"attendu\u00a0: {once}")
    try:
        return Cell(float(parse_number(text)), flag, marks)
    except FrenchError:
        raise FrenchError(cell, expected) from None


@functools.lru_cache(4096)
def parse_period(cell: object) -> Period | None:
    """Return the year that heads a column, or None when the cell heads none.

    Examples
    --------
    >>> parse_period(2019.0)
    Period(year=2019, printed='2019', flag='', marks=())
    >>> parse_period("2016 (1)")
    Period(year=2016, printed='2016 (1)', flag='', marks=('1',))
    >>> parse_period("2020 (p)").flag, parse_period("Année 2020 (provisoire)").flag
    ('p', 'p')
    >>> parse_period("75 à 79 ans")
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = str(int(cell))
    if isinstance(cell, datetime.date) and (cell.month, cell.day) in {(1, 1), (12, 31)}:
        return Period(cell.year, f"{cell:%d/%m/%Y}")  # a spreadsheet may show its year only
    if not isinstance(cell, str):
        return None
    text, marks = unmarked(cell)
    if letter := _LETTER_AT_END.search(text):
        text, marks = text[: letter.start()], (*marks, letter[1])
    said = _YEAR_SAID.fullmatch(fold(text))
    if not said:
        return None
    flag = next((m for m in marks if m in _LETTERS), "")
    if said[2]:  # « semi-définitif » is provisional too
        flag = said[2][0].replace("s", "p")
    notes = tuple(m for m in marks if m not in _LETTERS)
    return Period(int(said[1]), " ".join(cell.split()), flag, notes)


def years_in(text: str) -> list[int]:
    """Return the years printed in `text`.

    Examples
    --------
    >>> years_in("pour 100 habitants en 2008")
    [2008]
    """
    return [int(year) for year in _YEAR.findall(text)]
