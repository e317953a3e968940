"""What abbreviations stand for: a figure that shows one says it in its note."""

from __future__ import annotations

import functools
import re
from importlib import resources

from solidata.french import fold
from solidata.tables import read_yaml


@functools.cache
def abbreviations() -> dict[str, str]:
    """Return the meaning of each abbreviation, in alphabetical order: ``abbreviations.yaml``."""
    text = (resources.files(__package__) / "abbreviations.yaml").read_text(encoding="utf-8")
    declared: dict[str, str] = read_yaml(text, typed=False)
    return dict(sorted(declared.items()))


def glossary(*texts: str) -> str:
    """Return what the abbreviations of `texts` stand for, in alphabetical order.

    One that the texts spell out themselves is left out.

    Examples
    --------
    >>> glossary("RSA et APA à domicile")
    'APA : allocation personnalisée d’autonomie ; RSA : revenu de solidarité active'
    >>> glossary("Aide sociale à l’enfance (ASE)")
    ''
    """
    every = " ".join(texts)
    said = re.sub(r"(?<=[a-z])s\b", "", fold(every))
    told = []
    for short, meaning in abbreviations().items():
        spelt = re.sub(r"(?<=[a-z])s\b", "", fold(meaning)) in said
        if re.search(rf"\b{short}\b", every) and not spelt:
            told.append(f"{short} : {meaning}")
    return " ; ".join(told)
