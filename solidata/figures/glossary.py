"""What abbreviations stand for: a figure that shows one says it in its note."""

from __future__ import annotations

import re

from solidata.french import fold

ABBREVIATIONS = {
    "AED": "aide éducative à domicile",
    "AEMO": "action éducative en milieu ouvert",
    "APA": "allocation personnalisée d’autonomie",
    "ARS": "agence régionale de santé",
    "ASE": "aide sociale à l’enfance",
    "CNSA": "Caisse nationale de solidarité pour l’autonomie",
    "MDS": "maison départementale des solidarités",
    "MSA": "Mutualité sociale agricole",
    "PCH": "prestation de compensation du handicap",
    "PJJ": "protection judiciaire de la jeunesse",
    "RSA": "revenu de solidarité active",
}
"""The abbreviations of social aid that French official publications spell out."""


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
    for short, meaning in ABBREVIATIONS.items():
        spelt = re.sub(r"(?<=[a-z])s\b", "", fold(meaning)) in said
        if re.search(rf"\b{short}\b", every) and not spelt:
            told.append(f"{short} : {meaning}")
    return " ; ".join(told)
