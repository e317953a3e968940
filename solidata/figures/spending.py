"""What is voted and for whom, who funds the actions, what the actions print of their cost."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import spending as analysis
from solidata.analysis import voted
from solidata.figures import theme
from solidata.figures.bars import Bars, Row, Total
from solidata.figures.frame import Figure
from solidata.figures.funders import funders
from solidata.figures.notes import sentences
from solidata.figures.ranked import ranked_bars, rounding_note
from solidata.figures.texts import labelled, of_year
from solidata.figures.theme import Fill
from solidata.french import decapitalised, format_amount, format_rate, listed, plural, quote
from solidata.problems import NoDataError
from solidata.tables import Registers, all_tables

__all__ = ["action_expenses", "budget", "funders"]

_BUDGET_FILLS = {
    "solidarites": ("Solidarités", theme.HIGHLIGHT),
    "public": ("Bloc des solidarités", Fill(theme.SEQUENTIAL[3], theme.SEQUENTIAL[3], theme.INK)),
    "autre": ("Autre bloc", theme.CONTEXT),
    "non_identifie": ("Non identifié", theme.UNKNOWN),
}
_STAGES = {
    "executed": ("Exécuté", theme.CATEGORY[0]),
    "planned": ("Prévu", theme.CATEGORY[3]),
    "unstated": ("Étape non dite", theme.CONTEXT),
}


def _millions(euros: float) -> str:
    return format_amount(euros, "M€")


# --- the budget -----------------------------------------------------------------------


def budget(department_budget: pd.DataFrame, registers: Registers, year: int) -> Figure:
    """Return the voted budget of a year: solidarities, their blocks, the others, the unknown.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.
    registers : Registers
    year : int
        A year of :func:`solidata.analysis.voted.years`.

    Returns
    -------
    Figure
        Lengths are euros, all on one scale from zero; shares are of the printed total.

    Raises
    ------
    ValueError
        When no budget is printed by policy for `year`, an amount is missing, or blocks do not add
        up to what holds them.

    Examples
    --------
    >>> import solidata
    >>> figure = budget(solidata.load("department_budget"), solidata.load_registers(), 2025)
    >>> figure.check()
    []
    """
    blocks = labelled(voted.budget_blocks(department_budget, year), "block")
    address = blocks["row_ids"].str.replace(r"(\S+)", r"department_budget:\1", regex=True)
    group = blocks["group"]
    total, header = (blocks[group == g].iloc[0] for g in ("total", "solidarites"))
    first = blocks[group.isin(["solidarites", "autre", "non_identifie"])]
    outside = voted.outside_total(department_budget, year)
    whole, share = _millions(total["amount_eur"]), format_rate(header["share"], 1)
    return Figure(
        name=f"budget-{year}",
        title=(
            f"Les solidarités représentent {format_rate(header['share'])} du budget départemental "
            f"voté pour {year}"
        ),
        unit="Millions d’euros votés et part du budget total",
        data=blocks.assign(address=address),
        value="amount_eur",
        draw=(layout := _budget_bars(blocks)).draw,
        height=layout.height,
        table_=_budget_table(blocks),
        alt=_budget_alt(blocks, year),
        reading=(
            f"sur {whole} votés, {_millions(header['amount_eur'])} vont aux solidarités, "
            f"soit {share}{_autonomy(blocks)}."
        ),
        note=_budget_note(blocks, outside),
        scope=f"budget primitif {year} du Département{_left_out(outside)}.",
        registers=registers,
        shares=tuple(first["share"]),
    )


def _budget_bars(blocks: pd.DataFrame) -> Bars:
    rows, before = [], ""
    for _, block in blocks[blocks["group"] != "total"].iterrows():
        group = block["group"]
        fill = _BUDGET_FILLS[group]
        rows.append(
            Row(
                label=block["block"],
                value=float(block["amount_eur"]),
                text=_millions(block["amount_eur"]),
                category=fill[0],
                fill=fill[1],
                column=format_rate(block["share"], 1),
                part=group == "public",
                strong=group == "solidarites",
                before=2.0 if before in {"public", "autre"} and group != before else 0.0,
            )
        )
        before = group
    total = blocks[blocks["group"] == "total"].iloc[0]
    ends = Total(total["block"], _millions(total["amount_eur"]), format_rate(total["share"], 1))
    return Bars(rows, column="Part du total", total=ends)


def _autonomy(blocks: pd.DataFrame) -> str:
    """Return the worked example of the publics, where both blocks of autonomy are printed."""
    named = set(blocks.loc[blocks["group"] == "public", "block"])
    if not set(voted.AUTONOMY) <= named:
        return ""
    publics = voted.by_public(blocks).set_index("public")
    row, names = publics.loc["Autonomie"], listed(f"{n.lower()}" for n in voted.AUTONOMY)
    return (
        f" ; {_millions(row['amount_eur'])} de ces crédits, soit {format_rate(row['share'], 1)}, "
        f"vont à l’autonomie ({names})"
    )


def _left_out(outside: pd.DataFrame) -> str:
    if outside.empty:
        return ""
    names = (
        f"{_millions(r['amount_eur'])} de {decapitalised(r['block'])}"
        for _, r in outside.iterrows()
    )
    return f", hors {listed(names)}"


def _budget_note(blocks: pd.DataFrame, outside: pd.DataFrame) -> str:
    """Return what is unknown, and what an amount's block stands on when it is not printed."""
    parts = []
    basis = blocks["basis"].astype(str)
    for residual in blocks[basis == "residual"].itertuples():
        text = (
            f"{quote(residual.block)}, {_millions(residual.amount_eur)} : ce qui reste du total une "
            "fois ôtés les blocs imprimés ; aucune source trouvée ne le nomme"
        )
        if len(outside):
            sums = listed(_millions(a) for a in outside["amount_eur"])
            text += f", et les {sums} hors budget ne l’expliquent pas"
        parts.append(text)
    tied = [
        f"{words} : {listed(quote(b) for b in blocks.loc[basis == kind, 'block'])}"
        for kind, words in (("press", "d’après la presse"), ("elimination", "par élimination"))
        if (basis == kind).any()
    ]
    if tied:
        parts.append(f"blocs rattachés à leur montant {' ; '.join(tied)}")
    first = blocks["group"].isin(["solidarites", "autre", "non_identifie"])
    return sentences([*parts, rounding_note(list(blocks.loc[first, "share"]))])


def _budget_table(blocks: pd.DataFrame) -> pd.DataFrame:
    names = blocks.set_index("block_id")["block"]
    basis = all_tables()["department_budget"].field("basis").labels
    return pd.DataFrame(
        {
            "Bloc": blocks["block"],
            "Part de": blocks["parent_id"].map(names).fillna(""),
            "Montant voté (M€)": blocks["amount_eur"].astype(float) / 1e6,
            "Part du budget total (%)": (100 * blocks["share"]).round(1),
            "Rattachement": blocks["basis"].astype(str).map(basis),
        }
    )


def _budget_alt(blocks: pd.DataFrame, year: int) -> str:
    def told(group: str) -> str:
        rows = blocks[blocks["group"] == group]
        return " ; ".join(
            f"{r['block']} {_millions(r['amount_eur'])} ({format_rate(r['share'], 1)})"
            for _, r in rows.iterrows()
        )

    total = _millions(blocks["total_eur"].iloc[0])
    text = f"Barres horizontales. Budget voté {year} : {total}. {told('solidarites')}"
    text += f", dont {publics}" if (publics := told("public")) else ""
    text += f". Autres blocs : {others}" if (others := told("autre")) else ""
    text += f". {unknown}" if (unknown := told("non_identifie")) else ""
    return f"{text}."


# --- what the actions print of their expenses ----------------------------------------------


def action_expenses(
    funding: pd.DataFrame, actions: pd.DataFrame, registers: Registers, year: int | None = None
) -> Figure:
    """Return the legible expenses of actions, from the largest, with what is said of their stage.

    Parameters
    ----------
    funding, actions : pandas.DataFrame
        The tables of these names.
    registers : Registers
    year : int, optional
        Of the report that prints `funding`; it names the files.

    Returns
    -------
    Figure
        Lengths are euros from zero; the note counts what gives no amount.

    Raises
    ------
    ValueError
        When no expense is legible, or a breakdown does not add up.

    Examples
    --------
    >>> import solidata
    >>> tables = solidata.load("funding"), solidata.load("actions")
    >>> action_expenses(*tables, solidata.load_registers()).check()
    []
    """
    amounts = labelled(analysis.legible_amounts(funding, actions), "title", "purpose")
    if amounts.empty:
        raise NoDataError("Aucune dépense lisible dans les actions.")
    count, every = amounts["action_id"].nunique(), len(amounts)
    unsaid = int((amounts["stage"].astype(str) == "unstated").sum())
    stages = all_tables()["funding"].field("stage").labels
    rows = amounts.assign(
        address="funding:" + amounts["funding_id"],
        detail=[_where(r) for _, r in amounts.iterrows()],
        stage=amounts["stage"].astype(str),
        stage_label=amounts["stage"].astype(str).map(stages),
        written=[_written(r) for _, r in amounts.iterrows()],
    )
    return ranked_bars(
        rows,
        registers,
        name=of_year("depenses-des-actions", year),
        title=(
            f"{f'{unsaid} des' if unsaid < every else 'Les'} {every} dépenses chiffrées ne disent pas si elles sont prévues ou exécutées"
            if unsaid > 1
            else f"Le bilan chiffre {every} {plural(every, 'dépense')} de {count} {plural(count, 'action')}"
        ),
        unit="Montants en euros courants, selon que la dépense est dite exécutée ou prévue",
        scope=(
            f"{len(amounts)} dépenses lisibles de {count} {plural(count, 'action')}, "
            f"parmi {actions['action_id'].nunique()} actions et lignes d’action transcrites, "
            "un montant ventilé ou répété comptant une fois."
        ),
        label="purpose",
        value="amount_eur",
        detail="detail",
        category="stage",
        fills=_STAGES,
        show=format_amount,
        text="written",
        table={
            "action_id": "Action",
            "title": "Intitulé",
            "purpose": "Objet",
            "year": "Année",
            "stage_label": "Étape",
            "amount_eur": "Montant (€)",
        },
        alt=_expense_alt(amounts),
        reading=_expense_reading(amounts),
        note=_expense_note(amounts, funding),
    )


_STAGE_WORDS = {
    "executed": "montant exécuté",
    "planned": "montant prévu",
    "unstated": "sans dire s’il est prévu ou exécuté",
}


def _written(row: pd.Series) -> str:
    """Return an amount, with a question mark when its reading is doubtful."""
    doubt = "\u00a0?" if str(row["legibility"]) == "doubtful" else ""
    return format_amount(row["amount_eur"]) + doubt


def _expense_reading(amounts: pd.DataFrame) -> str:
    """Return the largest amount that is read without doubt, with its stage if any is said."""
    clear = amounts[amounts["legibility"].astype(str) == "clear"]
    staged = clear[clear["stage"].astype(str) != "unstated"]
    row = next(f for f in (staged, clear, amounts) if len(f)).iloc[0]
    return (
        f"{decapitalised(row['purpose'])} ({row['action_id']}) : {format_amount(row['amount_eur'])}, "
        f"{_STAGE_WORDS[str(row['stage'])]}."
    )


def _where(row: pd.Series) -> str:
    year = f", {int(row['year'])}" if pd.notna(row["year"]) else ""
    doubt = ", lecture douteuse" if str(row["legibility"]) == "doubtful" else ""
    return f"{row['action_id']}{year}{doubt}"


def _expense_alt(amounts: pd.DataFrame) -> str:
    first, last = amounts.iloc[0], amounts.iloc[-1]
    most = amounts.head(5)
    every = " ; ".join(f"{r['purpose']} {_written(r)}" for _, r in most.iterrows())
    rest = amounts.iloc[5:]["amount_eur"]
    if len(rest):
        every += (
            f" ; {len(rest)} {plural(len(rest), 'autre')}, de {format_amount(rest.max())} "
            f"à {format_amount(rest.min())}"
        )
    kinds = amounts["stage"].astype(str).value_counts()
    stages = ", ".join(f"{_STAGES[k][0].lower()} {kinds[k]}" for k in _STAGES if k in kinds)
    return (
        f"Barres horizontales de {len(amounts)} dépenses, de la plus grande "
        f"({first['action_id']}, {format_amount(first['amount_eur'])}) à la plus petite "
        f"({last['action_id']}, {format_amount(last['amount_eur'])}). Étape : {stages}. {every}."
    )


_WITHOUT = {
    "staff_time": ("mention de temps d’agent", "mentions de temps d’agent"),
    "no_budget": ("action sans budget défini", "actions sans budget défini"),
    "illegible": ("montant illisible", "montants illisibles"),
}


def _expense_note(amounts: pd.DataFrame, funding: pd.DataFrame) -> str:
    """Return what has no bar, counted, and the readings in doubt."""
    counts = analysis.without_amount(funding).set_index("reason")["count"]
    doubtful = amounts[amounts["legibility"].astype(str) == "doubtful"]
    each = [f"{r.action_id}, {format_amount(r.amount_eur)}" for r in doubtful.itertuples()]
    told = [f"lecture douteuse : {listed(each)}"] if each else []
    without = [f"{counts[k]} {plural(counts[k], *w)}" for k, w in _WITHOUT.items() if k in counts]
    if without:
        told.append(f"n’ont pas de montant : {listed(without)}")
    top = funding["part_of"].isna() & funding["repeats"].isna()
    top &= funding["direction"].astype(str) == "expense"
    kind = funding["kind"].astype(str)
    ranges = [
        f"{r.action_id}, de {format_amount(r.amount_min_eur)} à {format_amount(r.amount_max_eur)}"
        for r in funding[top & (kind == "range")].itertuples()
    ]
    sections = [
        format_amount(a)
        for a in funding.loc[
            top & (kind == "amount") & funding["action_id"].isna(), "amount_min_eur"
        ]
    ]
    if ranges:
        told.append(f"{plural(len(ranges), 'fourchette non tracée', 'fourchettes non tracées')} : {listed(ranges)}")  # fmt: skip
    if sections:
        told.append(f"{plural(len(sections), 'montant d’une section', 'montants de sections')}, sans action : {listed(sections)}")  # fmt: skip
    if partly := _partly_staged(amounts, funding):
        told.append(f"étape dite pour une part : {partly}")
    return sentences(told)


_STAGED = {"executed": ("exécuté", "exécutés"), "planned": ("prévu", "prévus")}


def _partly_staged(amounts: pd.DataFrame, funding: pd.DataFrame) -> str:
    """Return the parts whose stage is printed, of amounts whose own stage is not."""
    unsaid = amounts[amounts["stage"].astype(str) == "unstated"].set_index("funding_id")
    parts = funding[funding["part_of"].isin(unsaid.index) & funding["repeats"].isna()]
    parts = parts[parts["stage"].astype(str).isin(_STAGED)]
    each = []
    for whole, rows in parts.groupby("part_of", sort=False):
        sums = rows.groupby(rows["stage"].astype(str))["amount_min_eur"].sum()
        words = listed(
            f"{format_amount(sums[k])} {plural(sums[k], *forms)}"
            for k, forms in _STAGED.items()
            if k in sums
        )
        each.append(f"{unsaid.loc[whole, 'action_id']}, {words}")
    return " ; ".join(each)
