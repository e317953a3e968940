"""Text as French prints it: line breaks, accents, typography, near names."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"
LINE_BREAK = "⏎"
"""How a transcription writes the end of a printed line."""

# Every space a French number or sentence may be printed with.
SPACES = " \u00a0\u202f\u2009\t"

_HYPHEN_AT_BREAK = re.compile(rf"(?<=\w)-\s*{LINE_BREAK}\s*(?=[a-zà-ÿœ])")
_BREAK = re.compile(rf"\s*{LINE_BREAK}\s*")


def join_lines(printed: str) -> str:
    """Return transcribed characters as one line.

    A hyphen before a line break is taken for a word division when a lower-case
    letter follows; any other break becomes a space.

    Parameters
    ----------
    printed : str
        Characters as transcribed, ``⏎`` standing for each line break.

    Returns
    -------
    str
        The same characters on one line, outer spaces removed.

    Examples
    --------
    >>> join_lines("portée aux usa-⏎gers du⏎département")
    'portée aux usagers du département'
    >>> join_lines("les Loir-⏎et-Chériens")  # the rule joins: a correction must follow
    'les Loiret-Chériens'
    """
    return _BREAK.sub(" ", _HYPHEN_AT_BREAK.sub("", printed)).strip()


_QUOTED = re.compile(r"[\"“]\s*([^\"“”]*?)\s*[\"”]")
_TYPOGRAPHY = (
    (re.compile(r"['‘`]"), "’"),
    # A no-break space is kept: whoever wrote it holds two words together.
    (re.compile(r"[^\S\u00a0\u202f]+"), " "),
    (re.compile(r"\s*([\u00a0\u202f])\s*"), r"\1"),
    (re.compile(r"«\s*"), "«" + NO_BREAK_SPACE),
    (re.compile(r"\s*»"), NO_BREAK_SPACE + "»"),
    (re.compile(r"[ \u202f](?=[:;!?%]|[kM]?€)"), NO_BREAK_SPACE),
    (re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))"), NARROW_NO_BREAK_SPACE),
)


def typography(text: str) -> str:
    """Return `text` with the quotes, apostrophes and no-break spaces of French.

    It changes no letter and no word, and changes nothing the second time.

    Examples
    --------
    >>> shown = typography("l'action “facile a lire” : 15 876 €")
    >>> shown.replace("\u00a0", "~").replace("\u202f", "_")
    'l’action «~facile a lire~»~: 15_876~€'
    """
    while text != (text := _QUOTED.sub(r"«\1»", text)):
        pass  # quotation marks within quotation marks
    for pattern, replacement in _TYPOGRAPHY:
        text = pattern.sub(replacement, text)
    return text.strip()


@functools.lru_cache(8192)
def fold(text: str) -> str:
    """Return `text` in lower case, without accents, ligatures or double spaces.

    For comparing what may be printed in several ways; never for showing.

    Examples
    --------
    >>> fold("Non  engagée – Supprimée")
    'non engagee - supprimee'
    """
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("’", "'").replace("–", "-")
    decomposed = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip()


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` most like `name`, or None when none is near.

    Examples
    --------
    >>> nearest("action", ["actions", "funding"])
    'actions'
    """
    import difflib

    by_fold = {fold(n): n for n in names}
    found = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def quote(text: object) -> str:
    """Return `text` between French quotation marks with no-break spaces.

    Examples
    --------
    >>> quote("1 0 02 0 oo €").replace(NO_BREAK_SPACE, "~")
    '«~1 0 02 0 oo €~»'
    """
    return f"«{NO_BREAK_SPACE}{text}{NO_BREAK_SPACE}»"


def plural(count: float, singular: str, plural_form: str | None = None) -> str:
    """Return the French form that goes with `count` (0 and 1 are singular).

    Examples
    --------
    >>> plural(0, "action"), plural(1.5, "action"), plural(2, "action")
    ('action', 'action', 'actions')
    """
    return singular if abs(count) < 2 else (plural_form or singular + "s")


def decapitalised(text: str) -> str:
    """Return a label as it stands inside a sentence; an acronym keeps its capitals.

    Examples
    --------
    >>> decapitalised("Budget total"), decapitalised("L’aide"), decapitalised("APA à domicile")
    ('budget total', 'l’aide', 'APA à domicile')
    """
    ordinary = text[1:2].islower() or text[1:2] in {"’", " "}
    return text[:1].lower() + text[1:] if ordinary else text


def listed(words: Iterable[str]) -> str:
    """Return « a, b et c ».

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b et c')
    """
    *first, last = words
    return f"{', '.join(first)} et {last}" if first else last
