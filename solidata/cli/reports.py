"""What each command does and shows."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import pandas as pd
from rich.console import Console

from solidata import build as builder
from solidata import catalog, exports, home, provenance
from solidata.analysis import flows
from solidata.check import audit as auditing
from solidata.check import coverage
from solidata.cli import drafts, points, show
from solidata.french import decapitalised, listed, plural, quote
from solidata.problems import Problem, SourceError
from solidata.tables import all_tables


def check(console: Console, every: bool = False) -> int:
    """Check the transcriptions and print the findings as tables."""
    with show.progress(console) as progress:
        task = progress.add_task("Vérification", total=None)
        tables = builder.assemble(
            home.raw_folder(), lambda text: progress.update(task, description=text)
        )
    _show_plan(console, tables["plan"])
    _show_coverage(console, tables)
    _show_statuses(console, tables)
    _show_identities(console, tables)
    _show_contradictions(console, tables, every)
    count = len(tables["corrections"])
    console.print(
        f"{count} {plural(count, 'correction conforme', 'corrections, toutes conformes')} "
        "à ce qui est imprimé."
    )
    _show_fates(console, tables)
    said, warning = points.located(tables)
    if said:
        console.print(said, style="bold red" if warning else None)
    console.print("Schémas, clés et garde-fous : rien à signaler.")
    drafts.check(console, tables)
    return 0


def _show_plan(console: Console, plan: pd.DataFrame) -> None:
    """Say whose plan it is, or that nothing says it."""
    if plan.empty:
        console.print(
            "data/raw/plan.yaml est absent : ni les tables ni les figures ne nomment le plan."
        )
    for row in plan.itertuples():
        console.print(f"{row.title} ({row.department}, {row.department_code})")


def _show_coverage(console: Console, tables: dict[str, pd.DataFrame]) -> None:
    headers = {"source_id": "Document", "why": "Nombres imprimés", "numbers": "Nombre"}
    show.table(
        console,
        "Chaque nombre imprimé est tenu par une ligne, ou écarté avec sa raison",
        coverage.coverage(tables),
        headers,
    )


def _show_statuses(console: Console, tables: dict[str, pd.DataFrame]) -> None:
    statuses = tables["action_statuses"].merge(
        tables["actions"][["action_id", "section_id"]], on="action_id"
    )
    labels = all_tables()["action_statuses"].field("basis").labels
    sections = dict(zip(tables["sections"]["section_id"], tables["sections"]["label"], strict=True))
    counted = pd.crosstab(statuses["section_id"].map(sections), statuses["basis"].astype(str))
    shown = counted.reindex(columns=[b for b in labels if b in counted]).reset_index()
    show.table(
        console,
        "Sur quoi se fonde le statut de chaque action",
        shown,
        {"section_id": "Section", **{b: labels[b] for b in shown.columns if b in labels}},
    )


def _show_identities(console: Console, tables: dict[str, pd.DataFrame]) -> None:
    identities = tables["identities"]
    labels = all_tables()["identities"].field("family").labels
    families = (
        identities.groupby("family", observed=True)["holds"].agg(["sum", "size"]).reset_index()
    )
    families["family"] = families["family"].astype(str).map(labels)
    show.table(
        console,
        "Identités arithmétiques",
        families,
        {"family": "Famille", "sum": "Vérifiées", "size": "Testées"},
    )
    failing = identities[~identities["holds"].astype(bool)]
    show.table(
        console,
        "Celles qui échouent",
        failing,
        {
            "label": "Identité",
            "left": "Gauche",
            "relation": "",
            "right": "Droite",
            "difference": "Écart",
            "contradiction_id": "Consignée",
        },
    )


def _show_contradictions(console: Console, tables: dict[str, pd.DataFrame], every: bool) -> None:
    register = tables["contradictions"]
    severity = register["severity"].astype(str)
    shown = register if every else register[severity == "majeure"]
    shown = shown.assign(
        a=[provenance.claim(row, "a") for _, row in shown.iterrows()],
        b=[provenance.claim(row, "b") for _, row in shown.iterrows()],
        kept=shown["kept"].astype(str).map(all_tables()["contradictions"].field("kept").labels),
    )
    counts = ", ".join(f"{n} {label}" for label, n in severity.value_counts().items())
    count = len(register)
    title = f"{count} {plural(count, 'contradiction consignée', 'contradictions consignées')}"
    title += f" ({counts})" if count else ""
    if not every:
        title += " ; les majeures (toutes avec --all)"
    headers = {"contradiction_id": "N°", "a": "A", "b": "B", "kept": "Retenu"}
    show.table(console, title, shown, headers)


def _show_fates(console: Console, tables: dict[str, pd.DataFrame]) -> None:
    """Name the actions gone without a word, and those that a later report opens again."""
    statuses, actions = tables["action_statuses"], tables["actions"]
    titles = actions.set_index("action_id")["title"]
    for before, after in itertools.pairwise(flows.years(statuses)):
        found = flows.flows(statuses, actions, tables["action_lineage"], before, after)
        if gone := flows.unsaid(found):
            count = len(gone)
            console.print(
                f"{count} {plural(count, 'action listée', 'actions listées')} en {before} ne "
                f"{plural(count, 'l’est', 'le sont')} plus en {after}, et aucun document ne dit pourquoi : "
                f"{listed(f'{a} {quote(titles[a])}' for a in gone)}. Une sortie, une fusion ou un nouveau "
                "numéro que le bilan imprime s’inscrit dans action_lineage."
            )
        if len(turned := flows.backward(found)):
            labels = all_tables()["action_statuses"].field("status").labels
            told = listed(
                f"{r.before_id} {quote(titles[r.before_id])} ({decapitalised(labels[r.status_before])}, puis "
                f"{decapitalised(labels[r.status_after])})"
                for r in turned.itertuples()
            )
            count = len(turned)
            console.print(
                f"{count} {plural(count, 'action revient', 'actions reviennent')} en {after} sur un statut "
                f"final de {before} : {told}. À relire ; si les bilans l’impriment, c’est une contradiction "
                "à consigner."
            )


def audit(console: Console, file: Path, source_id: str | None, draft: Path | None) -> int:
    """Hold a text against the ledger; 1 when a number is not accounted for."""
    lines = auditing.read_document(file)
    tables = catalog.load_all()
    known = set(tables["numbers"]["source_id"]) | set(tables["sources"]["source_id"])
    if source_id is not None and source_id not in known:
        expected = f"document inconnu ; attendu : l’un de {', '.join(sorted(known))}"
        raise SourceError([Problem("--source", None, None, source_id, expected)])
    source_id = source_id or auditing.guess_source(lines, tables["numbers"], tables["sources"])
    result = auditing.audit(lines, source_id, tables["numbers"])
    console.print(
        f"{file.name} lu comme {source_id} : {result.numbers} nombres en chiffres, "
        f"{result.held} tenus par une ligne, {result.excluded} écartés avec leur raison."
    )
    words = coverage.numbers_in_words(lines)
    console.print(
        f"{len(words)} nombres en lettres (pour information) : "
        + ", ".join(f"{word} (l. {line})" for line, word in words[:12])
        + (" …" if len(words) > 12 else ".")
    )
    if len(result.absent):
        count = len(result.absent)
        console.print(
            f"{count} {plural(count, 'nombre')} du grand livre {plural(count, 'n’est', 'ne sont')} pas dans ce texte : "
            + ", ".join(
                f"{n} (l. {line})"
                for n, line in zip(
                    result.absent["printed"][:40], result.absent["line"][:40], strict=True
                )
            )
            + (" …" if count > 40 else ".")
        )
    if result.moved:
        count = len(result.moved)
        console.print(
            f"{count} {plural(count, 'nombre lu', 'nombres lus')} dans un autre ordre que le grand livre, à vérifier : "
            + ", ".join(
                f"{number.printed} (l. {number.line} ; grand livre, l. {line})"
                for number, line in result.moved[:12]
            )
            + (" …" if count > 12 else ".")
        )
    if draft is not None:
        ledger = auditing.draft(lines, source_id, tables)
        ledger.to_csv(draft, index=False, encoding="utf-8", lineterminator="\n")
        todo = int((ledger["record"].isna() & ledger["reason"].isna()).sum())
        console.print(
            f"Grand livre écrit dans {draft} : {todo} {plural(todo, 'nombre')} à décider."
        )
    for number in result.unaccounted:
        console.print(
            f"{file.name}, ligne {number.line} : {number.printed} n’est tenu par aucune ligne "
            f"(« … {number.before} {number.printed} {number.after} … »)",
            style="bold red",
        )
    if result.unaccounted:
        count = len(result.unaccounted)
        console.print(
            f"{count} {plural(count, 'nombre')} à tenir ou à écarter dans data/raw/{source_id}/numbers.csv."
        )
        return 1
    console.print("Chaque nombre est tenu ou écarté.")
    return 0


def trace(console: Console, what: str | None, key: str | None) -> int:
    """Print what stands behind a row or a number, the keys of a table, or the tables."""
    if what is not None and key is not None:
        console.print(str(provenance.trace(what, key)), markup=False)
    elif what is None:
        headers = {"name": "Table", "title": "Contenu", "key": "Clé"}
        tables = pd.DataFrame([vars(t) for t in all_tables().values()])
        show.table(console, "Tables", tables[list(headers)], headers)
    elif what[:1].isdigit():
        found = provenance.search(what)
        if found.empty:
            console.print(f"Aucune ligne ne tient {what}.")
            return 1
        labels = all_tables()["numbers"].field("reason").labels
        found["reason"] = found["reason"].map(labels).fillna("")
        headers = {"address": "Ligne", "source_id": "Document", "line": "Ligne imprimée"}
        show.table(console, what, found, {**headers, "printed": "Imprimé", "reason": "Écarté"})
    else:
        declared = catalog.find_table(what)
        console.print(" ".join(catalog.load(what)[declared.key]), markup=False)
    return 0


def export(console: Console, arguments: argparse.Namespace) -> int:
    """Export layers for other tools, and say where."""
    folder = arguments.out or home.home() / "build" / "export"
    with show.progress(console) as progress:
        task = progress.add_task("Export", total=None)
        files = exports.export(
            folder,
            arguments.what,
            arguments.format,
            step=lambda text: progress.update(task, description=text),
        )
    console.print(exports.summary(files, folder))
    return 0
