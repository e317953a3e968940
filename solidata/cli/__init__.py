"""``solidata``: the commands of the project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from solidata import home
from solidata.cli.parser import Parser, command, speak_french
from solidata.french import FrenchError
from solidata.problems import RefusedError

if TYPE_CHECKING:
    from rich.console import Console


def _parser() -> Parser:
    speak_french()
    parser = Parser(
        prog="solidata",
        description="Le plan d’actions d’un département en tables et figures.",
    )
    commands = parser.add_subparsers(dest="command", metavar="commande", required=True)

    command(
        commands,
        "build",
        "Construire data/processed à partir de data/raw",
        "Rien n’est écrit si une transcription ne peut être lue.",
    )
    check = command(
        commands,
        "check",
        "Vérifier les transcriptions et montrer ce qui se contredit",
        "Le code de sortie n’est pas nul seulement quand la construction échoue.",
    )
    check.add_argument(
        "--all",
        action="store_true",
        help="toutes les contradictions, et non les majeures seulement",
    )

    new_year = command(
        commands,
        "new-year",
        "Préparer le dossier du prochain bilan, à remplir",
        "Les actions, les phares annoncés et les indicateurs y ont leur ligne ; un guide l’accompagne.",
    )
    new_year.add_argument("year", type=int, metavar="ANNÉE", help="année dont le bilan rend compte")
    new_year.add_argument(
        "--xlsx",
        action="store_true",
        help="un seul classeur, avec des listes de choix, et non un CSV par table",
    )
    new_year.add_argument(
        "--out",
        type=Path,
        metavar="DOSSIER",
        help="où créer le dossier du bilan (data/raw par défaut)",
    )

    audit = command(
        commands,
        "audit",
        "Vérifier que chaque nombre d’un texte est tenu par une table",
        "Sort en erreur si un nombre n’est ni tenu par une ligne, ni écarté avec sa raison.",
    )
    audit.add_argument(
        "file", type=Path, metavar="FICHIER", help="texte (UTF-8) ou PDF du document"
    )
    audit.add_argument(
        "--source",
        metavar="DOCUMENT",
        help="dossier du document dans data/raw (sinon reconnu par ses nombres)",
    )
    audit.add_argument(
        "--draft",
        type=Path,
        metavar="CSV",
        help="écrire un grand livre à compléter, dans ce fichier",
    )

    trace = command(
        commands,
        "trace",
        "Dire d’où vient une ligne d’une table, ou un nombre",
        'Exemples : solidata trace actions ; solidata trace "12 %"',
    )
    trace.add_argument(
        "what", metavar="TABLE|NOMBRE", nargs="?", help="table, ou nombre tel qu’imprimé"
    )
    trace.add_argument("key", metavar="CLÉ", nargs="?", help="clé de la ligne de la table")

    diff = command(
        commands,
        "diff",
        "Dire ce qui a changé entre deux versions des tables",
        "Chaque version est un dossier de tables construites, ou celui d’un projet ; les contours "
        "ne sont pas comparés.\n"
        "Exemple : solidata diff ../avant data/processed --format markdown --out donnees.md",
    )
    diff.add_argument("before", type=Path, metavar="AVANT", help="dossier de la version d’avant")
    diff.add_argument("after", type=Path, metavar="APRÈS", help="dossier de la version d’après")
    diff.add_argument(
        "--format",
        choices=["texte", "markdown"],
        default="texte",
        help="texte (par défaut), ou markdown : la partie « Données » du journal des changements",
    )
    diff.add_argument("--out", type=Path, metavar="FICHIER", help="écrire dans ce fichier")
    diff.add_argument(
        "--exit-code", action="store_true", help="sortir avec 1 si les versions diffèrent"
    )

    figures = command(
        commands,
        "figures",
        "Exporter les figures (PNG, SVG, PDF, données et métadonnées)",
        "Une figure avec un défaut n’est pas exportée ; le défaut est nommé.",
    )
    figures.add_argument("--year", type=int, metavar="ANNÉE", help="année (la dernière par défaut)")
    figures.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NOM",
        help="ces figures, ou ces familles, seulement",
    )
    figures.add_argument(
        "--preset",
        nargs="+",
        default=["page"],
        metavar="FORMAT",
        help="colonne (82 mm), page (170, par défaut), paysage (257), web (200) ou tous",
    )
    figures.add_argument(
        "--formats", nargs="+", default=["png", "svg", "pdf"], metavar="TYPE", help="png, svg, pdf"
    )
    figures.add_argument("--bare", action="store_true", help="nues, sans titres ni notes")
    figures.add_argument("--out", type=Path, metavar="DOSSIER", help="dossier (figures par défaut)")

    export = command(
        commands,
        "export",
        "Exporter les couches pour d’autres outils (GeoPackage, GeoJSON, CSV)",
        "Chaque fichier dit ses sources ; SOURCES.md les réunit.",
    )
    export.add_argument(
        "--what",
        nargs="+",
        default=["tout"],
        metavar="COUCHE",
        help="communes, epci, arrondissements, territoires, departement, lieux, ou tout (par défaut)",
    )
    export.add_argument(
        "--format",
        nargs="+",
        default=["gpkg", "geojson", "csv"],
        metavar="TYPE",
        help="gpkg, geojson, csv (tous par défaut)",
    )
    export.add_argument(
        "--out", type=Path, metavar="DOSSIER", help="dossier (build/export par défaut)"
    )

    context = command(
        commands,
        "context",
        "Lire les classeurs de la DREES et de l’Insee, pour tous les départements",
        "Sans option, dit ce qui peut être lu. Les classeurs sont pris dans data/external, où ils\n"
        "sont téléchargés quand leur adresse est connue, ou dans le dossier que donne --data.",
    )
    context.add_argument("--data", type=Path, metavar="DOSSIER", help="dossier des classeurs")
    context.add_argument(
        "--any-edition",
        action="store_true",
        help="lire aussi des éditions dont l’empreinte n’est pas connue (avec --data)",
    )
    context.add_argument(
        "--department", nargs="+", default=[], metavar="CODE", help="ces départements (01, 2A, 971)"
    )
    context.add_argument(
        "--indicator", nargs="+", default=[], metavar="NOM", help="ces indicateurs seulement"
    )
    context.add_argument(
        "--figures",
        action="store_true",
        help="dessiner la place d’un département parmi les autres (avec --out DOSSIER)",
    )
    context.add_argument(
        "--out", type=Path, metavar="CSV|DOSSIER", help="écrire les observations, ou les figures"
    )

    notebooks = command(
        commands,
        "notebooks",
        "Exécuter les notebooks dans build/notebooks",
        "Les notebooks suivis par git restent tels quels.",
    )
    notebooks.add_argument(
        "names", nargs="*", metavar="NOM", help="notebooks à exécuter (tous par défaut)"
    )
    notebooks.add_argument(
        "--update",
        action="store_true",
        help="garder dans notebooks/ ce qu’ils impriment maintenant",
    )
    return parser


def _audit(arguments: argparse.Namespace, console: Console) -> int:
    from solidata.cli import reports

    return reports.audit(console, arguments.file, arguments.source, arguments.draft)


def _run(arguments: argparse.Namespace, console: Console) -> int:
    from solidata.cli import drafts, reports

    match arguments.command:
        case "build":
            return reports.build(console)
        case "check":
            return reports.check(console, arguments.all)
        case "new-year":
            return drafts.new_year(console, arguments.year, arguments.xlsx, arguments.out)
        case "audit":
            return _audit(arguments, console)
        case "trace":
            return reports.trace(console, arguments.what, arguments.key)
        case "diff":
            from solidata.cli import changes

            return changes.diff(console, arguments)
        case "figures":
            return reports.figures(console, arguments)
        case "export":
            return reports.export(console, arguments)
        case "context":
            from solidata.cli import context

            return context.run(console, arguments)
        case _:
            return reports.notebooks(console, arguments.names, arguments.update)


def _in_french(error: OSError) -> str:
    """Return our own sentence, or that of the system in French."""
    if error.filename is None:
        return str(error)
    said = {
        FileNotFoundError: "introuvable",
        IsADirectoryError: "un dossier ; attendu : un fichier",
        PermissionError: "accès refusé",
        FileExistsError: "existe déjà ; attendu : un dossier",
        NotADirectoryError: "un de ses dossiers est un fichier",
    }
    return f"{error.filename} : {said.get(type(error), error.strerror)}"


def main(words: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 refused, 2 not understood."""
    arguments = _parser().parse_args(words)
    from rich.console import Console

    # Data are printed as they are: « [a] » or « :x: » in a name is no markup.
    # Sentences are left to the terminal to fold: a pipe gets each on its line.
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        return _run(arguments, console)
    except (RefusedError, FrenchError) as error:
        errors.print(str(error))
    except OSError as error:
        errors.print(_in_french(error))
    except KeyboardInterrupt:
        errors.print("Interrompu ; ce qui était en cours d’écriture est resté comme avant.")
    return 1


__all__ = ["home", "main"]

if __name__ == "__main__":
    sys.exit(main())
