"""The guide that goes with the folder of a new report, in French, for who fills it."""

from __future__ import annotations

import re

import pandas as pd

from solidata.french import format_number, listed, plural, quote, typography
from solidata.tables import all_tables

Frames = dict[str, pd.DataFrame]
Chapter = tuple[str, list[str]]


def next_number(keys: pd.Series) -> str:
    """Return the key that follows the last one of a numbered register.

    Examples
    --------
    >>> next_number(pd.Series(["C009", "C141"]))
    'C142'
    """
    numbers = [re.fullmatch(r"(\D+)(\d+)", key) for key in keys]
    prefix, last = max((m.groups() for m in numbers if m), key=lambda g: int(g[1]))
    return f"{prefix}{int(last) + 1:0{len(last)}d}"


def chapters(tables: Frames, new: Frames, name: str, year: int, workbook: bool) -> list[Chapter]:
    """Return the guide as titles and steps.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The processed tables, for the vocabulary and the numbers that follow.
    new : dict of str to pandas.DataFrame
        The lines to fill.
    name : str
        The folder.
    year : int
    workbook : bool
        Whether the tables are the sheets of a workbook.
    """
    many = "feuilles" if workbook else "fichiers"
    ext = "" if workbook else ".csv"
    titles = {table: declared.title for table, declared in all_tables().items()}
    to_fill = [
        f"`{table}{ext}` : {titles[table]}, {format_number(len(rows))} {plural(len(rows), 'ligne')}"
        for table, rows in new.items() if len(rows)
    ]  # fmt: skip
    empty = [
        f"`{table}{ext}` ({titles[table].lower()})" for table, rows in new.items() if rows.empty
    ]
    labels = all_tables()["action_statuses"].field("status").labels
    words = tables["status_words"].groupby("status", observed=True)["wording"].agg(list)
    vocabulary = [
        f"{labels[str(status)]} : {listed(map(quote, said))}" for status, said in words.items()
    ]
    correction = (
        next_number(tables["corrections"]["correction_id"])
        if len(tables["corrections"])
        else "R001"
    )
    dispute = (
        next_number(tables["contradictions"]["contradiction_id"])
        if len(tables["contradictions"])
        else "C001"
    )
    return [
        ("À quoi sert ce dossier", [
            f"Il reçoit le bilan {year}, transcrit ligne à ligne. Tant que `source.yaml` dit `draft: true`, "
            "`solidata build` le laisse de côté : les tables et les figures restent celles d’avant.",
            "`solidata check` dit à tout moment ce qui manque, ligne par ligne, et ce qui ne peut être lu.",
        ]),
        ("Dans quel ordre", [
            "Compléter `source.yaml` : titre, date, comment le document a été lu, nombre de lignes du texte.",
            f"Remplir les {many} qui ont déjà des lignes. " + " ; ".join(to_fill) + ".",
            f"Compléter s’il y a lieu les autres {many}, vides : {', '.join(empty)}.",
            "Quand `solidata check` ne signale plus rien, retirer la ligne `draft: true` de `source.yaml` "
            "et lancer `make run`.",
            f"Préparer le grand livre des nombres : `solidata audit TEXTE --source {name} --draft "
            f"data/raw/{name}/numbers.csv` ; puis, pour chaque nombre que rien ne tient, nommer la ligne qui le "
            "tient ou dire pourquoi ce n’est pas une donnée.",
        ]),
        ("Ce qu’on écrit dans une ligne", [
            *([] if workbook else [
                "Un fichier s’enregistre en « CSV UTF-8 » : l’autre CSV d’un tableur perd `⏎`."
            ]),
            "`printed` : les caractères imprimés, erreurs de lecture comprises ; `⏎` marque une fin de ligne. "
            "`line` (et `line_end` s’il y en a plusieurs) : le numéro de la ligne du texte.",
            f"`hint` est un aide-mémoire (l’intitulé, la valeur de {year - 1}) ; il n’entre dans aucune table.",
            "Les identifiants d’action (`EF-03`) restent les mêmes d’une année à l’autre, même si le numéro "
            "imprimé change : celui-ci s’écrit dans `number_printed`.",
            "Une action qui n’est plus citée : supprimer sa ligne. `solidata check` rappelle lesquelles ont disparu.",
            "Son numéro peut manquer dans la liste si le bilan précédent la dit supprimée ou annonce par un "
            "astérisque qu’elle sort du plan, ou si une ligne de `action_lineage` (`kind = left_plan`, "
            "continued, merged…) dit son sort. Tout autre numéro qui manque ou revient arrête la construction.",
            "Une action que ce bilan marque d’un astérisque, parce qu’elle sortira du plan : une ligne dans "
            f"`action_lineage`, `kind = left_plan` et `year = {year}` (ou `leaves_plan = yes`, si sa ligne est "
            "dans `actions` de ce dossier).",
            "Une action nouvelle : une ligne dans `actions` avec un identifiant jamais employé, et une dans "
            "`mentions`. Un identifiant ne sert jamais deux fois, fût-ce après la disparition d’une action.",
            "Un statut qui ne se lit pas, un numéro ou un dénominateur qui n’est pas imprimé : laisser la "
            "cellule vide et dire pourquoi dans `note`.",
            f"Les phares de {year} ont une ligne chacun ; s’il y a des fiches, ajouter une ligne "
            "`list = sheet` par fiche. Les phares annoncés pour l’année suivante vont dans `flagships`.",
            "Un indicateur que le bilan nomme sans valeur : `kind = no_value` ; qu’il ne nomme plus : "
            "supprimer la ligne. La date de la valeur va dans `period_start` et `period_end`, si elle est imprimée.",
            "Un budget que les chiffres de contexte donnaient déjà : y écrire, dans `repeats`, le bloc que ce "
            "bilan imprime, pour qu’il ne compte pas deux fois. Cela peut se faire dès maintenant : tant que "
            "`draft: true` est là, ce bloc n’est pas dans les tables, et l’autre compte encore.",
        ]),
        ("Les mots de statut", [
            *vocabulary,
            "Une autre formule s’ajoute à `status_words`, avec son sens ; la plus longue l’emporte. Un mot mal "
            "lu une fois se répare plutôt dans `corrections` (`row = mentions:EF-03.table."
            f"{year}`, `field = status_printed`).",
        ]),
        ("Ce qui ne va pas", [
            f"Une erreur de lecture : garder les caractères imprimés, ajouter une ligne à `corrections` "
            f"(à partir de {correction}) avec ce qui est retenu et la raison.",
            "Deux affirmations qui ne peuvent être vraies ensemble, une somme qui ne tombe pas juste : une ligne "
            f"dans `contradictions` (à partir de {dispute}), ce qui est retenu et pourquoi. Une somme fausse "
            "et non consignée arrête la construction.",
            "On ne devine rien : ce qui ne se lit pas est dit illisible (`legibility = illegible`).",
        ]),
    ]  # fmt: skip


def markdown(title: str, told: list[Chapter]) -> str:
    """Return the guide as Markdown, in French typography; what to do comes in numbered steps."""
    lines = [f"# {title}", ""]
    for rank, (heading, steps) in enumerate(told):
        lines += [f"## {heading}", ""]
        lines += [
            f"{number}. {step}" if rank == 1 else f"- {step}"
            for number, step in enumerate(steps, start=1)
        ]
        lines.append("")
    return "\n".join(map(spoken, lines)) + "\n"


def spoken(line: str) -> str:
    """Return a line in French typography, but for what is typed or read as it is.

    Examples
    --------
    >>> spoken("Deux mots : `draft: true`")
    'Deux mots\\xa0: `draft: true`'
    """
    code = re.findall(r"`[^`]*`", line)
    text = iter(code)
    return re.sub("\ue000", lambda _: next(text), typography(re.sub(r"`[^`]*`", "\ue000", line)))
