"""What each command is called, takes and says of itself; nothing heavy is imported for it."""

from __future__ import annotations

from pathlib import Path

from solidata.cli.parser import Parser, command, speak_french, year


def parser() -> Parser:
    """Return the parser of the command line: every command, its arguments and its help."""
    speak_french()
    made = Parser(
        prog="solidata",
        description="Le plan d’actions d’un département en tables et figures.",
    )
    commands = made.add_subparsers(dest="command", metavar="commande", required=True)

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
        "Ne sort en erreur que si la construction échoue.",
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
    new_year.add_argument(
        "year", type=year, metavar="ANNÉE", help="année dont le bilan rend compte"
    )
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
        '\nExemples : solidata trace actions ; solidata trace "12 %"',
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
        "Exemple : solidata diff ../avant data/processed --format markdown",
    )
    diff.add_argument("before", type=Path, metavar="AVANT", help="dossier de la version d’avant")
    diff.add_argument("after", type=Path, metavar="APRÈS", help="dossier de la version d’après")
    diff.add_argument(
        "--format",
        choices=["texte", "markdown"],
        default="texte",
        help="texte (par défaut), ou markdown : la partie « Données » du journal des changements",
    )
    diff.add_argument(
        "--summary", action="store_true", help="dire les comptes de chaque table, sans ses lignes"
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
    figures.add_argument(
        "--year", type=year, metavar="ANNÉE", help="année (la dernière par défaut)"
    )
    figures.add_argument(
        "--compare",
        type=year,
        metavar="ANNÉE",
        help="année à laquelle comparer (le bilan précédent par défaut)",
    )
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
        help="communes, epci, arrondissements, territoires, departement, lieux, evenements (sans "
        "géométrie : gpkg et csv), ou tout (par défaut)",
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
        "Sans option, dit ce qui peut être lu. Les classeurs sont pris dans data/external, où ils "
        "sont téléchargés quand leur adresse est connue, ou dans le dossier que donne --data.",
    )
    context.add_argument("--data", type=Path, metavar="DOSSIER", help="dossier des classeurs")
    context.add_argument(
        "--any-edition",
        action="store_true",
        help="lire aussi des éditions dont l’empreinte n’est pas connue ; rien n’est téléchargé",
    )
    context.add_argument(
        "--department",
        nargs="+",
        default=[],
        metavar="CODE",
        help="ces départements seulement (01, 2A, 971)",
    )
    context.add_argument(
        "--indicator", nargs="+", default=[], metavar="NOM", help="ces indicateurs seulement"
    )
    context.add_argument(
        "--figures",
        action="store_true",
        help="dessiner la place d’un département parmi les autres, celui du plan par défaut "
        "(avec --out DOSSIER)",
    )
    context.add_argument(
        "--out",
        type=Path,
        metavar="CSV|DOSSIER",
        help="où écrire les observations (CSV) ou les figures",
    )

    notebooks = command(
        commands,
        "notebooks",
        "Exécuter les notebooks dans build/notebooks",
        "Les notebooks suivis par git restent tels quels, sauf avec --update.",
    )
    notebooks.add_argument(
        "--year",
        type=year,
        metavar="ANNÉE",
        help="année (celle que donne chaque notebook par défaut)",
    )
    notebooks.add_argument(
        "--only", nargs="+", default=[], metavar="NOM", help="ces notebooks seulement"
    )
    notebooks.add_argument(
        "--update",
        action="store_true",
        help="garder dans notebooks/ ce qu’ils impriment maintenant",
    )

    report = command(
        commands,
        "report",
        "Écrire le dossier d’une année : une page web qui se suffit",
        "Figures, données à télécharger, sources et contradictions, sans réseau ni programme.",
    )
    report.add_argument("--year", type=year, metavar="ANNÉE", help="année (la dernière par défaut)")
    report.add_argument(
        "--compare",
        type=year,
        metavar="ANNÉE",
        help="année à laquelle comparer (celle d’avant par défaut)",
    )
    report.add_argument(
        "--out",
        type=Path,
        metavar="PAGE",
        help="où écrire la page (build/report/dossier-ANNÉE.html par défaut)",
    )
    return made
