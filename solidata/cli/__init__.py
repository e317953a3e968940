"""``solidata``: the commands of the project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from solidata import home
from solidata.cli.parser import Parser, command, speak_french
from solidata.problems import SourceError

if TYPE_CHECKING:
    from rich.console import Console


def _parser() -> Parser:
    speak_french()
    parser = Parser(
        prog="solidata",
        description="Le Schéma des solidarités de Loir-et-Cher en tables et figures.",
    )
    commands = parser.add_subparsers(dest="command", metavar="commande", required=True)

    command(
        commands,
        "build",
        "Construire data/processed à partir de data/raw",
        "Rien n’est écrit si une transcription ne peut être lue.",
    )
    command(
        commands,
        "check",
        "Vérifier les transcriptions et montrer ce qui se contredit",
        "Le code de sortie n’est pas nul seulement quand la construction échoue.",
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
        "Dire d’où vient une ligne d’une table",
        "Exemple : solidata trace funding DP-02.f1",
    )
    trace.add_argument("table", metavar="TABLE", help="table (voir data/processed/dictionary.md)")
    trace.add_argument(
        "key", metavar="CLÉ", nargs="?", help="clé de la ligne ; sans elle, les clés de la table"
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
    return parser


def _audit(arguments: argparse.Namespace, console: Console) -> int:
    from solidata.cli import reports

    return reports.audit(console, arguments.file, arguments.source, arguments.draft)


def _run(arguments: argparse.Namespace, console: Console) -> int:
    from solidata.cli import reports

    match arguments.command:
        case "build":
            return reports.build(console)
        case "check":
            return reports.check(console)
        case "audit":
            return _audit(arguments, console)
        case "trace":
            return reports.trace(console, arguments.table, arguments.key)
        case _:
            return reports.notebooks(console, arguments.names)


def main(words: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 refused, 2 not understood."""
    arguments = _parser().parse_args(words)
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    try:
        return _run(arguments, console)
    except SourceError as error:
        errors.print(str(error))
    except (FileNotFoundError, KeyError, IsADirectoryError, PermissionError) as error:
        errors.print(str(error))
    except KeyboardInterrupt:
        errors.print("Interrompu ; les tables sont restées comme avant.")
    return 1


__all__ = ["home", "main"]

if __name__ == "__main__":
    sys.exit(main())
