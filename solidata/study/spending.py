"""What the notebook of the budget says: its blocks, whom they serve, who pays for the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata.analysis import budgets, voted
from solidata.analysis import spending as analysis
from solidata.figures import recipes
from solidata.figures.texts import difference, euros, millions
from solidata.french import decapitalised, format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain
from solidata.tables import all_tables

if TYPE_CHECKING:
    from solidata.study.desk import Study


def _blocks(study: Study) -> pd.DataFrame:
    return voted.budget_blocks(study.table("department_budget"), study.year)


def _group(blocks: pd.DataFrame, name: str) -> pd.DataFrame:
    return blocks[blocks["group"] == name]


def _inhabitants(study: Study) -> tuple[int, int] | None:
    """Return how many inhabitants the communes have and in which year, when they say so."""
    communes = study.table("communes")
    if communes.empty or communes["population"].isna().any():
        return None
    return int(communes["population"].sum()), int(communes["population_year"].max())


def _percent(share: float) -> str:
    return "" if pd.isna(share) else format_rate(share, 1)


@or_why
def solidarity(study: Study) -> Text:
    """Return what the solidarities take of the voted budget, and what that is per inhabitant."""
    blocks = _blocks(study)
    total, mine = _group(blocks, "total"), _group(blocks, "solidarites")
    if mine.empty:
        raise NoDataError(f"Le budget {study.year} n’a pas de bloc pour les solidarités.")
    whole, amount = float(total["amount_eur"].iloc[0]), float(mine["amount_eur"].iloc[0])
    people = _inhabitants(study)
    return Text(
        f"Le budget voté pour {study.year} est de **{millions(whole)}**, dont **{millions(amount)}** "
        f"pour « {plain(mine['block'].iloc[0])} » : **{format_rate(amount / whole, 1)}**.",
        ""
        if people is None
        else f"Soit **{format_number(amount / people[0], 0)} €** par habitant, sur {format_number(people[0])} "
        f"habitants (population municipale {people[1]}). Ce quotient d’un budget voté ne se compare "
        "pas aux dépenses brutes par habitant de la statistique publique.",
    )


@or_why
def publics(study: Study) -> Text:
    """Return how the solidarities are shared between publics, autonomy being two blocks together."""
    blocks = _blocks(study)
    if _group(blocks, "public").empty:
        raise NoDataError(f"Le budget {study.year} ne partage pas les solidarités entre publics.")
    shared = voted.by_public(blocks)
    several = shared[shared["blocks"] > 1]
    told = [
        f"{plain(decapitalised(row.public))} **{millions(row.amount_eur)}** ({format_rate(row.share, 1)})"
        for row in shared.itertuples()
    ]
    joined = listed(decapitalised(name) for name in voted.AUTONOMY)
    whole = float(_group(blocks, "solidarites")["amount_eur"].iloc[0])
    return Text(
        f"Des {millions(whole)} votés pour les solidarités : {' ; '.join(told)}.",
        *(f"« {plain(row.public)} » réunit {joined}." for row in several.itertuples()),
    )


@or_why
def blocks(study: Study) -> Sheet:
    """Return every block with its amount, its share of the budget, what it is per inhabitant."""
    found = _blocks(study)
    people = _inhabitants(study)
    order = {"total": 4, "solidarites": 0, "public": 1, "autre": 2, "non_identifie": 3}
    found = found.sort_values("group", key=lambda g: g.map(order), kind="stable")
    inside = found["group"].isin(["solidarites", "public"])
    mine = float(_group(found, "solidarites")["amount_eur"].iloc[0])
    marks = {"public": "dont "}
    labels = all_tables()["department_budget"].field("basis").labels
    frame = pd.DataFrame(
        {
            "Bloc": [
                marks.get(row.group, "") + (decapitalised(row.block) if row.group in marks else row.block)
                for row in found.itertuples()
            ],
            "Montant (M€)": found["amount_eur"] / 1e6,
            "Part du budget": found["share"],
            "Part des solidarités": (found["amount_eur"] / mine).where(inside),
            "Fondement": found["basis"].astype(str).map(labels),
        }
    )  # fmt: skip
    if people is not None:
        frame.insert(4, "Par habitant (€)", found["amount_eur"] / people[0])
    return Sheet(
        frame,
        caption=f"Le budget voté de {study.year}, par bloc",
        formats={
            "Part du budget": _percent,
            "Part des solidarités": _percent,
            "Par habitant (€)": lambda amount: format_number(amount, 0),
        },
        totals=1,
    )


@or_why
def unidentified(study: Study) -> Text:
    """Return what the blocks leave of the total, and what stands outside it."""
    blocks = _blocks(study)
    total = float(_group(blocks, "total")["amount_eur"].iloc[0])
    rest = _group(blocks, "non_identifie")["amount_eur"].sum()
    if not rest:
        return Text(f"Les blocs font les {millions(total)} du budget.")
    outside = voted.outside_total(study.table("department_budget"), study.year)
    told = [f"{plain(decapitalised(r.block))} : {millions(r.amount_eur)}" for r in outside.itertuples()]  # fmt: skip
    apart = float(outside["amount_eur"].sum())
    reached = total - rest + apart
    return Text(
        f"Les blocs imprimés font **{millions(total - rest)}** des {millions(total)} : "
        f"**{millions(rest)}** restent sans nom dans les documents.",
        f"Une note met à part, hors du total, {listed(told)}. Ce montant n’explique pas ce reste : "
        f"ajouté aux blocs, il ferait {millions(reached)}, et non {millions(total)}."
        if told and abs(reached - total) >= 1
        else "",
    )


def _funding(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    funding = study.reported("funding")
    if funding.empty:
        raise NoDataError(f"Le bilan de {study.year} n’imprime aucun financement d’action.")
    return funding, recipes.actions_of(study.load, study.year)


@or_why
def expenses(study: Study) -> Text:
    """Return what can be read of the expenses and revenues of actions, each counted once."""
    funding, actions = _funding(study)
    told = []
    for direction, word in (("expense", "dépense"), ("revenue", "recette")):
        found = analysis.legible_amounts(funding, actions, direction)
        count, total = len(found), float(found["amount_eur"].sum())
        unsure = found[found["legibility"].astype(str) == "doubtful"]
        doubtful, at_stake = len(unsure), euros(float(unsure["amount_eur"].sum()))
        doubt = f", dont {at_stake} de lecture douteuse ({format_number(doubtful)} {plural(doubtful, 'montant', 'montants')})"  # fmt: skip
        printed = plural(count, f"{word} d’action se lit", f"{word}s d’actions se lisent")
        told.append(
            f"**{format_number(count)}** {printed}"
            + (f", de **{euros(total)}** en tout{doubt if doubtful else ''}." if count else ".")
        )
    return Text(
        *told,
        "Un montant imprimé deux fois n’est compté qu’une fois ; un montant partagé, que pour son tout. "
        "Cette somme n’est pas une part du budget : elle ne réunit que ce qui se lit, d’années et "
        "d’étapes différentes.",
    )


@or_why
def unpriced(study: Study) -> Sheet:
    """Return how many lines of expense give no amount, and why."""
    funding, _ = _funding(study)
    words = {
        "range": "Fourchette de montants",
        "staff_time": "Temps d’agent",
        "no_budget": "Sans budget, dit le bilan",
        "illegible": "Montant illisible",
        "section": "Montant d’une section entière",
    }
    rows = [
        (label, words.get(row.reason, row.reason), int(row.count_))
        for direction, label in all_tables()["funding"].field("direction").labels.items()
        for row in analysis.without_amount(funding, direction).rename(columns={"count": "count_"}).itertuples()
        if row.count_
    ]  # fmt: skip
    if not rows:
        raise NoDataError("Chaque ligne de financement donne un montant.")
    frame = pd.DataFrame(rows, columns=["Sens", "Ce qui est imprimé", "Lignes"])
    return Sheet(frame, caption="Les lignes de financement qui n’entrent pas dans ces sommes")


@or_why
def amounts(study: Study) -> Sheet:
    """Return every line of funding as it is printed, with its legibility and its line."""
    funding, _ = _funding(study)
    table = all_tables()["funding"]
    kept = ["action_id", "direction", "kind", "purpose", "amount_min_eur", "amount_max_eur", "Compté",
            "funder", "legibility", "printed", "line"]  # fmt: skip
    lines = funding.set_index("funding_id")["line"]
    counts = [_counts(row, lines) for row in funding.itertuples()]
    rows = funding.assign(Compté=counts)[kept]
    same = rows["amount_max_eur"] == rows["amount_min_eur"]
    rows["amount_max_eur"] = rows["amount_max_eur"].mask(same)
    rows["printed"] = rows["printed"].str.replace("⏎", " ")
    return Sheet(
        rows,
        table,
        caption=f"Les {format_number(len(rows))} lignes de financement que le bilan imprime",
        height=480,
    )


def _counts(row: Any, lines: pd.Series) -> str:
    """Return whether a line enters the sums, or why not."""
    for other, words in ((row.repeats, "répète"), (row.part_of, "part de")):
        if pd.notna(other):
            line = lines.get(other)
            return "non : " + (f"{words} la ligne {line}" if pd.notna(line) else f"{words} {other}")
    if str(row.kind) != "amount":
        return "non"
    return "oui" if pd.notna(row.action_id) else "non : section entière"


@or_why
def funders(study: Study) -> Text:
    """Return who pays for the actions whose funders can be read, each euro counted once."""
    funding, actions = _funding(study)
    found = analysis.funders(funding, actions)
    if found.empty:
        raise NoDataError("Aucun financeur d’action ne se lit.")
    shared = found[found["has_partner"].astype(bool)]
    if shared.empty:
        raise NoDataError(f"Aucun autre financeur que « {analysis.OWN} » ne se lit.")
    totals = analysis.by_funder(shared)
    told = [
        f"{plain(row.funder)} **{euros(row.amount_eur)}** ({format_rate(row.share, 1)})"
        for row in totals.itertuples()
    ]
    count, whole = shared["whole_id"].nunique(), float(totals["amount_eur"].sum())
    return Text(
        f"**{format_number(count)}** {plural(count, 'dépense a un financeur', 'dépenses ont un financeur')} "
        f"autre que « {analysis.OWN} » : **{euros(whole)}** en tout, soit {' ; '.join(told)}.",
        "Ce ne sont que les cofinancements lisibles : leur part n’est pas celle de tout le schéma.",
    )


@or_why
def trend(study: Study) -> Text:
    """Return how budgets of one scope and one stage follow each other; no others are compared."""
    found, labels = _series(study), all_tables()["department_budget"]
    told, alone = [], 0
    for _, run in found.groupby("run"):
        if len(run) == 1:
            alone += 1
            continue
        last = run.iloc[-1]
        scope, stage = (labels.field(f).labels[last[f]] for f in ("scope", "stage"))
        amounts = listed(f"{millions(r.amount_eur)} en {r.year}" for r in run.itertuples())
        unsure = [str(y) for y in run.loc[run["supposed"], "year"]]
        told.append(
            f"- **{scope}**, {decapitalised(stage)} : {amounts}, soit "
            f"**{difference(last['change_eur'] / 1e6, 'M€')}** la dernière année"
            + (f" ; périmètre incertain en {listed(unsure)}." if unsure else ".")
        )
    lone = plural(alone, "montant n’a", "montants n’ont")
    return Text(
        "Seules des années qui se suivent, d’un même périmètre et d’une même étape, se comparent :"
        if told
        else "Aucun budget ne se compare à un autre, de même périmètre et de même étape.",
        *told,
        f"{format_number(alone)} {lone} pas de voisin : aucun écart ne s’en tire." if alone else "",
    )


def _series(study: Study) -> pd.DataFrame:
    return budgets.budget_series(study.table("department_budget"))


@or_why
def series(study: Study) -> Sheet:
    """Return the budgets of every year, each with its stage and scope: they are not one series."""
    found = _series(study)
    scopes = list(found["scope"].unique())  # in the order of the figure
    order = found.sort_values(
        ["scope", "year"], key=lambda c: c.map(scopes.index) if c.name == "scope" else c
    )
    frame = order[["scope", "year", "stage", "amount_eur"]].rename(columns={"amount_eur": "Montant (M€)"})  # fmt: skip
    frame["Montant (M€)"] = frame["Montant (M€)"] / 1e6
    frame["Doute sur le périmètre"] = order["supposed"].map({True: "incertain", False: ""})
    return Sheet(
        frame,
        all_tables()["department_budget"],
        caption="Budgets votés et orientations, par périmètre",
    )
