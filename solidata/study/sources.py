"""What the notebook of sources says: where each number comes from, what holds, what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from solidata.analysis.flows import ILLEGIBLE
from solidata.check import coverage as ledger
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.provenance import claim
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain
from solidata.tables import all_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solidata.study.desk import Study

SEVERE, FORM = "majeure", "forme"
_SEVERITIES = {
    "majeure": ("majeure", "majeures"),
    "mineure": ("mineure", "mineures"),
    "forme": ("de forme", "de forme"),
}


def documents(study: Study) -> Sheet:
    """Return the documents read, and how many rows of the tables come from each.

    A document that no row comes from, such as one that only contradicts another, is there too.
    """
    sources = study.registers.sources
    rows = _rows_by_source(study)
    frame = sources[["title", "publisher", "published", "kind", "confidence", "licence"]].assign(
        Lignes=sources["source_id"].map(rows).fillna(0).astype("int64")
    )
    order = frame.sort_values(["Lignes", "title"], ascending=[False, True])
    count = len(frame)
    return Sheet(
        order,
        all_tables()["sources"],
        caption=f"{format_number(count)} {plural(count, 'document')}, et les lignes de table qui en viennent",
        height=520,
    )


def _rows_by_source(study: Study) -> pd.Series:
    cells = [
        study.table(name)["source_id"].dropna().astype(str).str.split().explode()
        for name, table in all_tables().items()
        if table.has_provenance
    ]
    return pd.concat(cells).value_counts()


@or_why
def held(study: Study) -> Text:
    """Return how many printed numbers a row holds, and how many are no data."""
    numbers = study.table("numbers")
    if numbers.empty:
        raise NoDataError("Aucun grand livre : les nombres imprimés n’ont pas été relevés.")
    count, kept = len(numbers), int(numbers["record"].notna().sum())
    return Text(
        f"Les documents transcrits impriment **{format_number(count)}** nombres en chiffres : une "
        f"ligne de table tient **{format_number(kept)}** d’entre eux ({format_rate(kept / count, 1)}) ; "
        f"les **{format_number(count - kept)}** autres sont écartés, chacun avec sa raison."
    )


@or_why
def coverage(study: Study) -> Sheet:
    """Return, by document, how many numbers are held, and why the others are set aside."""
    found = ledger.coverage({"numbers": study.table("numbers")})
    if found.empty:
        raise NoDataError("Aucun nombre relevé.")
    titles = study.registers.sources.set_index("source_id")["title"]
    wide = found.pivot_table(index="why", columns="source_id", values="numbers", fill_value=0)
    wide = wide.astype("int64")
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    wide.columns = [titles.get(source, source) for source in wide.columns]
    frame = wide.rename_axis("Ce qu’est le nombre").reset_index()
    return Sheet(frame, caption="Ce que sont les nombres imprimés dans chaque document")


@or_why
def identities_hold(study: Study) -> Text:
    """Return how many sums and comparisons hold, and whether each failing one is on record."""
    found = study.table("identities")
    if found.empty:
        raise NoDataError("Les documents ne permettent de vérifier aucune égalité.")
    failing = found[~found["holds"].astype(bool)]
    recorded = int(failing["contradiction_id"].notna().sum())
    count, failed = len(found), len(failing)
    return Text(
        f"Sur **{format_number(count)}** égalités et comparaisons que les documents permettent de "
        f"vérifier, **{format_number(count - failed)}** tiennent et **{format_number(failed)}** "
        f"{plural(failed, 'échoue', 'échouent')}"
        + (
            f" ; {_of_them(recorded, failed)} dans le registre des contradictions."
            if failed
            else "."
        )
    )


def _of_them(recorded: int, failed: int) -> str:
    if recorded == failed:
        return plural(failed, "cet échec est consigné", "tous ces échecs sont consignés")
    return f"{format_number(recorded)} {plural(recorded, 'est consigné', 'sont consignés')}"


def identities(study: Study) -> Sheet:
    """Return, by family, how many identities were tested and how many hold."""
    found = study.table("identities")
    labels = all_tables()["identities"].field("family").labels
    grouped = found.groupby("family", observed=True)["holds"].agg(["size", "sum"]).reset_index()
    frame = pd.DataFrame(
        {
            "Famille": grouped["family"].astype(str).map(labels),
            "Testées": grouped["size"].astype("int64"),
            "Vérifiées": grouped["sum"].astype("int64"),
        }
    )
    return Sheet(frame, caption="Identités arithmétiques, par famille")


@or_why
def failing(study: Study) -> Sheet:
    """Return the identities that fail, with what they make and the contradiction on record."""
    found = study.table("identities")
    failed = found[~found["holds"].astype(bool)]
    if failed.empty:
        raise NoDataError("Aucune égalité n’échoue.")
    return Sheet(
        failed[["label", "left", "right", "difference", "contradiction_id"]],
        all_tables()["identities"],
        caption=f"{plural(len(failed), 'L’égalité qui échoue', 'Les égalités qui échouent')}",
    )


@or_why
def contradictions_said(study: Study) -> Text:
    """Return how many contradictions are on record, by what they change and what was kept."""
    register = study.registers.contradictions
    if register.empty:
        raise NoDataError("Aucune contradiction n’est consignée.")
    table = all_tables()["contradictions"]
    count = len(register)
    severity = register["severity"].astype(str).value_counts()
    kept = register["kept"].astype(str)
    neither = int((kept == "aucun").sum())
    told = [
        f"**{format_number(severity[value])}** {_changes(label, severity[value])}"
        for value, label in table.field("severity").labels.items()
        if value in severity
    ]
    return Text(
        f"**{format_number(count)}** {plural(count, 'contradiction est consignée', 'contradictions sont consignées')}, "
        f"sur {format_number(register['topic'].nunique())} sujets : {listed(told)}.",
        f"Pour **{format_number(neither)}**, aucune des deux affirmations n’est retenue : rien ne "
        "permet de choisir." if neither else "",
    )  # fmt: skip


def _changes(label: str, count: int) -> str:
    """Return « changent un détail » for the label « Change un détail »."""
    return plural(count, "change", "changent") + label.lower().removeprefix("change")


def _claims(register: pd.DataFrame) -> pd.DataFrame:
    """Return contradictions as they are read: what each side says, what was kept and why."""
    sides = {side: [claim(row, side) for _, row in register.iterrows()] for side in "ab"}
    kept = all_tables()["contradictions"].field("kept").labels
    return pd.DataFrame(
        {
            "N°": register["contradiction_id"].astype(str),
            "Sujet": register["topic"].astype(str),
            "A": sides["a"],
            "B": sides["b"],
            "Retenu": register["kept"].astype(str).map(kept),
            "Raison": register["reason"].astype(str),
        }
    )


@or_why
def contradictions(study: Study, *severities: str) -> Sheet:
    """Return the contradictions of some severities, those that change most by default.

    Parameters
    ----------
    study : Study
    *severities : str
        Among those that the dictionary declares; ``majeure`` by default.
    """
    wanted = severities or (SEVERE,)
    register = study.registers.contradictions
    kept = register[register["severity"].astype(str).isin(wanted)]
    if kept.empty:
        words = listed(_SEVERITIES[s][0] for s in wanted)
        raise NoDataError(f"Aucune contradiction {words} n’est consignée.")
    count = len(kept)
    words = listed(plural(count, *_SEVERITIES[s]) for s in wanted)
    return Sheet(
        _claims(kept),
        caption=f"{format_number(count)} {plural(count, 'contradiction', 'contradictions')} {words}",
        height=520,
    )


@or_why
def touching(study: Study, *tables: str) -> Sheet:
    """Return the contradictions that touch what the year's reports print in some tables.

    Those of form, which change a label or a number of order, are left out.
    """
    mine = set(_addresses(study, tables))
    register = study.registers.contradictions
    touched = register["affects"].fillna("").map(lambda rows: bool(mine & set(rows.split())))
    kept = register[touched & (register["severity"].astype(str) != FORM)]
    if kept.empty:
        raise NoDataError(f"Aucune contradiction consignée ne touche ces nombres en {study.year}.")
    return Sheet(
        _claims(kept),
        caption=f"Ce qui se contredit dans ces nombres ({format_number(len(kept))})",
        height=420,
    )


def _addresses(study: Study, tables: tuple[str, ...]) -> Iterator[str]:
    for name in tables:
        frame, key = study.table(name), all_tables()[name].key
        of_year = frame[frame["year"] == study.year] if "year" in frame else frame
        yield from (f"{name}:{value}" for value in of_year[key])


@or_why
def illegible(study: Study) -> Text:
    """Return what the transcription could not read, of the statuses, amounts and measures."""
    statuses = study.table("action_statuses")
    statuses = statuses[statuses["year"] == study.year]
    unread = int((statuses["status"].astype(str) == ILLEGIBLE).sum())
    items = [f"- **{format_number(unread)}** des {format_number(len(statuses))} statuts d’actions ;"] if len(statuses) else []  # fmt: skip
    for name, what in (("funding", "lignes de financement"), ("observations", "mesures")):
        rows = study.reported(name)
        doubts = rows["legibility"].astype(str).value_counts()
        if len(rows):
            items.append(
                f"- **{format_number(doubts.get('illegible', 0))}** "
                f"{plural(doubts.get('illegible', 0), 'illisible', 'illisibles')} et "
                f"**{format_number(doubts.get('doubtful', 0))}** "
                f"{plural(doubts.get('doubtful', 0), 'douteuse', 'douteuses')} parmi {format_number(len(rows))} {what} ;"
            )
    if not items:
        raise NoDataError(f"Le bilan de {study.year} n’imprime ni statut, ni montant, ni mesure.")
    return Text("Ce qui ne se lit pas :", *items[:-1], items[-1].removesuffix(" ;") + ".")


@or_why
def repairs(study: Study) -> Text:
    """Return how many repairs were made to what is printed, and that each still matches it."""
    found = study.table("corrections")
    if found.empty:
        raise NoDataError("Rien n’a été réparé : tout est tel qu’imprimé.")
    count = len(found)
    tables = found["row"].str.partition(":")[0].value_counts()
    titles = {name: table.title.lower() for name, table in all_tables().items()}
    told = [f"{format_number(n)} dans « {plain(titles[t])} »" for t, n in tables.items()]
    return Text(
        f"**{format_number(count)}** {plural(count, 'réparation', 'réparations')} de ce qui est imprimé : "
        f"{listed(told)}. Chacune garde les caractères imprimés : s’ils changent, la construction s’arrête."
    )


@or_why
def corrections(study: Study) -> Sheet:
    """Return every repair: the printed characters, what is kept instead, and why."""
    found = study.table("corrections")
    if found.empty:
        raise NoDataError("Rien n’a été réparé.")
    return Sheet(
        found[["row", "field", "printed", "value", "reason"]],
        all_tables()["corrections"],
        caption=f"Les {format_number(len(found))} réparations",
        height=420,
    )
