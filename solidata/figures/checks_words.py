"""What a machine can see wrong in the words of a figure: a text that lacks, typography, shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from solidata.figures.defects import Defect
from solidata.figures.page import MAX_TITLE_WORDS, word_count
from solidata.french import quote

if TYPE_CHECKING:
    from solidata.figures.frame import Figure

# What French typography does not print. A year or a line number takes no thousands space, so
# only a plain space between digits is caught.
_TYPOGRAPHY = (
    (re.compile(r"\d[ \u00a0]\d{3}(?!\d)"), "espace fine insécable attendue dans les milliers"),
    (re.compile(r"(?<![\w,])\d{5,}(?!\w)"), "espace fine insécable attendue dans les milliers"),
    # No year is followed by a currency.
    (
        re.compile(r"(?<![\w,\u202f])\d{4}(?=[ \u00a0]?[kM]?€)"),
        "espace fine insécable attendue dans les milliers",
    ),
    (
        re.compile(r"\b(?:en|depuis)[ \u00a0][12]\u202f\d{3}\b(?![ \u00a0][€%])"),
        "année sans espace attendue",
    ),
    (
        re.compile(r"\d[ \u202f]?[%€]|\d[ \u202f]?[kM]€|M[ \u00a0\u202f]€"),
        "espace insécable attendue avant % et M€",
    ),
    (re.compile(r"(?<![\d.])\d+\.\d+(?!\.?\d)"), "virgule décimale attendue"),  # 1.1.0 is a version
    (re.compile(r"(?<!\w)[-–]\d"), "signe moins (U+2212) attendu"),
    (re.compile(r"(?<=\w)'(?=\w)"), "apostrophe courbe attendue"),
    (
        re.compile(r"«(?!\u00a0)|(?<!\u00a0)»|[\"“”]"),
        "guillemets français et leurs espaces attendus",
    ),
    (re.compile(r"(?<![\u00a0\u202f])[;!?](?=\s|$)"), "espace insécable attendue avant ; ! ?"),
    (re.compile(r" $|^ |  "), "espace de trop"),
    (re.compile(r"\b(?:nan|NaN|None|NaT)\b|<NA>"), "une valeur manque"),
)


def written(figure: Figure) -> Iterator[Defect]:
    """No text lacks, the title is short, and French typography is kept."""
    for label, text in (("titre", figure.title), ("unité", figure.unit), ("champ", figure.scope),
                        ("source", figure.source), ("texte de remplacement", figure.alt)):  # fmt: skip
        if not text.strip(" ."):
            yield Defect("texte absent", label, "attendu : un texte")
    if word_count(figure.title) > MAX_TITLE_WORDS:
        yield Defect("titre", quote(figure.title), f"attendu : {MAX_TITLE_WORDS} mots au plus")
    if figure.title.endswith("."):
        yield Defect("titre", quote(figure.title), "attendu : sans point final")
    for text in (figure.title, figure.unit, figure.reading, figure.note, figure.scope,
                 figure.source, figure.alt):  # fmt: skip
        yield from typography(text)


def typography(text: str) -> Iterator[Defect]:
    """Nothing stands in a text that French typography does not print."""
    for pattern, expected in _TYPOGRAPHY:
        if match := pattern.search(text):
            around = text[max(0, match.start() - 12) : match.end() + 12]
            yield Defect("typographie", quote(around), expected)


_ROUNDED = re.compile(r"\barrondi(?:e?s?|r)\b", re.IGNORECASE)
"""What a note on rounding says; an « arrondissement » is a place."""


def shares(figure: Figure) -> Iterator[Defect]:
    """Shares that a reader adds up make 100,0, or the note says why."""
    shares = [round(100 * s, 1) for s in figure.shares]
    if shares and round(sum(shares), 1) != 100.0 and not _ROUNDED.search(figure.note):
        yield Defect(
            "parts",
            f"somme {sum(shares):.1f}".replace(".", ","),
            "attendu : 100,0 ou une note sur les arrondis",
        )
