"""What the dossier holds, in order: to add something is to add a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solidata.study import context, evolution, progress, sources, spending, territories, tour

if TYPE_CHECKING:
    from solidata.study import Sheet, Study, Text
    from solidata.study.several import Several

    Answer = Text | Sheet | Several
    Item = str | Callable[[Study], Answer]


@dataclass(frozen=True)
class Part:
    """A question, and what answers it."""

    title: str
    items: tuple[Item, ...]
    """Names of figures, as ``solidata figures`` calls them, or functions that take the study."""
    lead: str = ""
    """What to know before reading; without any number of the year."""
    folded: bool = False
    """Whether it is folded away on the screen, and left out of print."""


@dataclass(frozen=True)
class Chapter:
    """A subject, as a notebook of the suite has it."""

    id: str
    title: str
    parts: tuple[Part, ...]


def _minor(study: Study) -> Answer:
    return sources.contradictions(study, "mineure", "forme")


CHAPTERS = (
    Chapter("essentiel", "L’essentiel", (
        Part("Le plan en dix chiffres", (tour.summary, tour.key_numbers),
             "Chaque nombre dit ce qu’il compte, sur quel champ, à quelle date et où il est imprimé."),
        Part("Ce que l’on ignore", (tour.ignored,)),
    )),
    Chapter("avancement", "Où en est le schéma ?", (
        Part("Combien d’actions, par statut ?",
             (progress.overall, "statuts-par-section", progress.ahead, progress.sections),
             "Une part se lit avec ses deux nombres : une section de peu d’actions change beaucoup "
             "pour une seule d’entre elles."),
        Part("Volet départemental, volet sectoriel", (progress.volets,)),
        Part("Où reporte-t-on, où supprime-t-on ?", (progress.stopped, "reports", "suppressions")),
        Part("Que lit-on vraiment, action par action ?", (progress.legible, "lisibilite"),
             "Un statut qui n’est qu’une marque de couleur peut se perdre à la lecture : "
             "il est montré comme non lisible, jamais deviné."),
        Part("Les phares", (progress.flagships, "phares")),
        Part("Toutes les actions", (progress.every_action,), folded=True),
    )),
    Chapter("budget", "Combien, et pour qui ?", (
        Part("La part des solidarités", (spending.solidarity, "budget", spending.blocks),
             "Un budget est voté ; il n’est pas dépensé."),
        Part("Les publics", (spending.publics,)),
        Part("Ce qui reste sans nom", (spending.unidentified,)),
        Part("Les dépenses des actions",
             (spending.expenses, "depenses-des-actions", spending.unpriced),
             "Chaque montant est compté une fois ; l’argent des actions ne se rapporte jamais au "
             "budget des solidarités."),
        Part("Les financeurs", (spending.funders, "financeurs")),
        Part("L’effort, à périmètre égal", (spending.trend, "budgets", spending.series),
             "Les périmètres restent séparés, et aucun ne se joint à une dépense exécutée."),
        Part("Toutes les lignes de financement", (spending.amounts,), folded=True),
    )),
    Chapter("territoires", "Où est-on reçu, et qui est loin ?", (
        Part("Les lieux d’accueil",
             (territories.received, "carte-lieux", territories.places, "ouvertures-mds"),
             "Ne figure que ce qui est publié."),
        Part("Les habitants", ("carte-population", "carte-densite", "habitants-par-mds",
                               "habitants-par-territoire", territories.per_house)),
        Part("Les distances",
             (territories.far, "couverture-lieux", "distance-mds", "distance-points", "couverture",
              territories.far_by_territory, "acces", "acces-points"),
             "À vol d’oiseau, du centre de chaque commune ; avec les points non publiés, toute "
             "couverture est un minimum."),
        Part("Territoire par territoire",
             (territories.carried, territories.pages, territories.challenges)),
    )),
    Chapter("evolution", "Qu’est-ce qui change ?", (
        Part("Ce qui se compare", (evolution.comparable, "evolution", evolution.changes),
             "Deux valeurs ne se comparent que si les documents impriment la même mesure, pour le "
             "même territoire et la même période."),
        Part("Les phares, d’une liste à la suivante",
             (evolution.flagships, "phares-suivants", evolution.flagships_by_volet)),
        Part("Les actions, d’un bilan au suivant",
             (evolution.actions, "flux-de-statuts", "evolution-des-statuts", evolution.going)),
        Part("Le prochain dénominateur", (evolution.leaving,)),
        Part("Ce qui ne se compare pas", (evolution.not_comparable,), folded=True),
    )),
    Chapter("contexte", "À quels besoins le schéma répond-il ?", (
        Part("Les publics des prestations", (context.dates, "publics", context.needs),
             "Une même personne peut compter dans plusieurs lignes : elles ne s’additionnent pas."),
        Part("Rapportés à leur public", (context.over_publics,)),
        Part("La dépense brute", (context.spent, "depense-brute", context.spending)),
    )),
    Chapter("sources", "D’où viennent les nombres, et que valent-ils ?", (
        Part("Les documents", (sources.documents,)),
        Part("Les nombres imprimés", (sources.held, sources.coverage)),
        Part("Ce qui tient", (sources.identities_hold, sources.identities, sources.failing)),
        Part("Ce qui se contredit", (sources.contradictions_said, sources.contradictions),
             "Les contradictions majeures, qui changent un total, un statut ou un montant."),
        Part("Les autres contradictions", (_minor,), folded=True),
        Part("Ce qui ne se lit pas", (sources.illegible,)),
        Part("Ce qui a été réparé", (sources.repairs, sources.corrections), folded=True),
    )),
)  # fmt: skip
"""Every figure stands in one part: its identifiers are those of its element of the page."""
