"""What is voted and for whom, who funds the actions, what the actions print of their cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from solidata.analysis import spending as analysis
from solidata.figures import bars, shapes, theme
from solidata.figures.bars import Bars, Row, Total, ranked_bars
from solidata.figures.frame import LEADING, Figure, Registers
from solidata.figures.page import MARGIN, Page, text_width, wrap
from solidata.figures.theme import Fill
from solidata.french import format_amount, format_rate, plural, quote
from solidata.tables import all_tables

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


def _and(words: Iterable[str]) -> str:
    """Return « a, b et c »."""
    *first, last = list(words)
    return f"{', '.join(first)} et {last}" if first else last


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
        A year of :func:`solidata.analysis.spending.years`.

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
    blocks = analysis.budget_blocks(department_budget, year)
    address = blocks["row_ids"].str.replace(r"(\S+)", r"department_budget:\1", regex=True)
    group = blocks["group"]
    total, header = (blocks[group == g].iloc[0] for g in ("total", "solidarites"))
    first = blocks[group.isin(["solidarites", "autre", "non_identifie"])]
    outside = analysis.outside_total(department_budget, year)
    whole, share = _millions(total["amount_eur"]), format_rate(header["share"], 1)
    return Figure(
        name=f"budget-{year}",
        title=(
            f"Les solidarités prennent {format_rate(header['share'])} du budget départemental "
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
        scope=f"budget primitif {year} du Département de Loir-et-Cher{_left_out(outside)}.",
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
    if not set(analysis.AUTONOMY) <= named:
        return ""
    publics = analysis.by_public(blocks).set_index("public")
    row, names = publics.loc["Autonomie"], _and(f"{n.lower()}" for n in analysis.AUTONOMY)
    return (
        f" ; {_millions(row['amount_eur'])} de ces crédits, soit {format_rate(row['share'], 1)}, "
        f"vont à l’autonomie ({names})"
    )


def _left_out(outside: pd.DataFrame) -> str:
    if outside.empty:
        return ""
    names = (f"{_millions(r['amount_eur'])} de {_lower(r['block'])}" for _, r in outside.iterrows())
    return f", hors {_and(names)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


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
            sums = _and(_millions(a) for a in outside["amount_eur"])
            text += f", et les {sums} hors budget ne l’expliquent pas"
        parts.append(text)
    tied = [
        f"{words} : {_and(quote(b) for b in blocks.loc[basis == kind, 'block'])}"
        for kind, words in (("press", "d’après la presse"), ("elimination", "par élimination"))
        if (basis == kind).any()
    ]
    if tied:
        parts.append(f"blocs rattachés à leur montant {' ; '.join(tied)}")
    first = blocks["group"].isin(["solidarites", "autre", "non_identifie"])
    return bars.sentences([*parts, bars.rounding_note(list(blocks.loc[first, "share"]))])


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


# --- who funds the actions ---------------------------------------------------------------

_BAR, _KEY, _PAD, _APART, _NEXT = 5.0, 2.6, 1.2, 4.5, 4.6
_WORD = 3.9


def funders(funding: pd.DataFrame, actions: pd.DataFrame, registers: Registers) -> Figure:
    """Return who pays the expenses of actions in which a partner is printed, one bar an amount.

    Parameters
    ----------
    funding, actions : pandas.DataFrame
        The tables of these names.
    registers : Registers

    Returns
    -------
    Figure
        Lengths are euros on one scale from zero; each amount is counted once, by funder.

    Raises
    ------
    ValueError
        When no amount names a partner, a breakdown does not add up, an amount has more than
        :data:`~solidata.figures.theme.MAX_STACKED` funders, or all together more than
        :data:`~solidata.figures.theme.MAX_HUES`.

    Examples
    --------
    >>> import solidata
    >>> tables = solidata.load("funding"), solidata.load("actions")
    >>> funders(*tables, solidata.load_registers()).check()
    []
    """
    every = analysis.funders(funding, actions)
    parts = every[every["has_partner"]].reset_index(drop=True)
    if parts.empty:
        raise ValueError("Aucun montant d’action n’imprime un financeur autre que le Département.")
    crowded = parts.groupby("action_id")["funder"].size()
    sizes = parts.groupby("whole_id")["funder"].size()
    if (sizes > theme.MAX_STACKED).any():
        raise ValueError(
            f"{sizes.idxmax()} : {sizes.max()} financeurs, {theme.MAX_STACKED} au plus par barre ; "
            "regroupez les plus petits."
        )
    order = analysis.funder_order(parts["funder"])
    fills = dict(zip(order, _funder_fills(order), strict=True))
    totals = analysis.by_funder(parts)
    whole = float(totals["amount_eur"].sum())
    partners = float(totals.loc[totals["funder"] != analysis.OWN, "amount_eur"].sum())
    count = len(crowded)
    acts = f"{count} {plural(count, 'action')}"
    layout = _Funders(parts, totals, fills)
    return Figure(
        name="financeurs-des-actions",
        title=f"Des partenaires financent au moins {acts}, pour {format_amount(partners)}",
        unit="Euros courants imprimés pour chaque action, selon qui les paie",
        data=_funder_rows(parts, funding),
        value="amount_eur",
        draw=layout.draw,
        height=layout.height,
        table_=_funder_table(parts),
        alt=(
            f"Barres empilées, une par montant. {format_amount(whole)} au total pour {acts} : "
            + _told(totals.itertuples())
            + ". "
            + " ; ".join(
                f"{rows['action_id'].iloc[0]}, {format_amount(rows['whole_eur'].iloc[0])} : "
                + _told(rows.itertuples())
                for _, rows in parts.groupby("whole_id", sort=False)
            )
            + "."
        ),
        reading=_funder_reading(parts),
        note=_funder_note(every, parts, funding, actions),
        scope=(
            "dépenses d’actions dont le financeur est imprimé et n’est pas le Département seul ; "
            "un montant ventilé ou répété n’est compté qu’une fois."
        ),
        registers=registers,
    )


def _funder_fills(order: Sequence[str]) -> list[Fill]:
    """Return a fill for each funder, always the same for those the project knows."""
    theme.categories(len(order))  # refuses too many
    known = dict(zip(analysis.FUNDERS, theme.CATEGORY, strict=False))
    spare = iter([f for f in theme.CATEGORY if f not in [known.get(name) for name in order]])
    return [known[name] if name in known else next(spare) for name in order]


def _told(rows: Iterable[tuple[object, ...]]) -> str:
    return ", ".join(f"{r.funder} {format_amount(r.amount_eur)}" for r in rows)  # type: ignore[attr-defined]


def _funder_rows(parts: pd.DataFrame, funding: pd.DataFrame) -> pd.DataFrame:
    """Return every amount printed on the figure: the wholes that are split, and the parts."""
    split = parts[parts["funding_id"] != parts["whole_id"]].drop_duplicates("whole_id")
    printed = funding.set_index("funding_id")[["source_id", "line", "printed"]]
    wholes = split.assign(
        funding_id=split["whole_id"], funder=None, amount_eur=split["whole_eur"], share=1.0
    )
    wholes[printed.columns] = printed.loc[wholes["whole_id"]].values
    rows = pd.concat([wholes.assign(level="total"), parts.assign(level="part")])
    order = parts["whole_id"].drop_duplicates().tolist()
    rows = rows.sort_values("whole_id", key=lambda c: c.map(order.index), kind="stable")
    rows["line"] = rows["line"].astype("Int64")
    return rows.assign(address="funding:" + rows["funding_id"]).reset_index(drop=True)


def _funder_table(parts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Action": parts["action_id"],
            "Intitulé": parts["title"],
            "Objet": parts["purpose"],
            "Financeur": parts["funder"],
            "Montant (€)": parts["amount_eur"],
            "Montant total (€)": parts["whole_eur"],
            "Part du montant total (%)": (100 * parts["share"]).round(1),
        }
    )


def _funder_reading(parts: pd.DataFrame) -> str:
    """Return the largest amount that has several funders, or the largest."""
    sizes = parts.groupby("whole_id", sort=False)["funder"].size()
    several = sizes[sizes > 1]
    rows = parts[parts["whole_id"] == (several if len(several) else sizes).index[0]]
    first = rows.iloc[0]
    shares = ", ".join(
        f"{r.funder} {format_amount(r.amount_eur)} ({format_rate(r.share)})"
        for r in rows.itertuples()
    )
    return f"l’action {first['action_id']} imprime {format_amount(first['whole_eur'])} : {shares}."


def _funder_note(
    every: pd.DataFrame, parts: pd.DataFrame, funding: pd.DataFrame, actions: pd.DataFrame
) -> str:
    """Return what the bars leave out, counted, and what the abbreviations stand for."""
    told = []
    amounts = analysis.legible_amounts(funding, actions)
    silent = amounts[~amounts["funding_id"].isin(every["whole_id"])]
    unsaid, shared = int(silent["funder"].isna().sum()), int(silent["funder"].notna().sum())
    if unsaid:
        verb = plural(unsaid, "n’imprime", "n’impriment")
        told.append(f"{unsaid} des {len(amounts)} dépenses lisibles {verb} pas qui les paie")
    if shared:
        told.append(
            f"{shared} {plural(shared, 'nomme', 'nomment')} plusieurs financeurs sans partage"
        )
    alone = sorted(set(every.loc[~every["has_partner"], "action_id"]))
    if alone:
        told.append(f"le Département est seul financeur imprimé de {_and(alone)}")
    revenue = analysis.legible_amounts(funding, actions, "revenue")
    revenue = revenue[revenue["funder"].notna()]
    if len(revenue):
        each = _and(
            f"{r.action_id}, {format_amount(r.amount_eur)} ({r.funder})"
            for r in revenue.sort_values("action_id").itertuples()
        )
        count = len(revenue)
        told.append(f"{count} {plural(count, 'recette n’est pas tracée', 'recettes ne sont pas tracées')} : {each}")  # fmt: skip
    if not (parts["stage"].astype(str) == "executed").any():
        told.append("aucun de ces montants n’est dit exécuté")
    names = [
        f"{short} : {analysis.FUNDER_NAMES[short]}"
        for short in analysis.funder_order(parts["funder"])
        if short in analysis.FUNDER_NAMES
    ]
    if names:
        told.append(" ; ".join(names))
    return bars.sentences(told)


class _Funders:
    """Bars of amounts split by funder: name above, keys with funder and amount below."""

    def __init__(self, parts: pd.DataFrame, totals: pd.DataFrame, fills: dict[str, Fill]) -> None:
        self.wholes = [rows for _, rows in parts.groupby("whole_id", sort=False)]
        self.totals, self.fills = totals, fills

    def _label(self, rows: pd.DataFrame, width: float) -> tuple[list[str], list[str]]:
        first = rows.iloc[0]
        year = f", {int(first['year'])}" if pd.notna(first["year"]) else ""
        room = width - 2 * MARGIN
        label = wrap(str(first["title"]), room, 8, 600)
        detail = wrap(f"{first['action_id']}{year} : {first['purpose']}", room, 7)
        if max(text_width(t, 8, 600) for t in label) > room + 0.1:
            raise ValueError(f"Libellé sans espace où le couper : {quote(first['title'])}.")
        return label, detail

    def _keys(self, rows: pd.DataFrame, width: float) -> list[list[tuple[str, str, float]]]:
        """Return the keys in as many lines as `width` asks: funder, amount, left."""
        lines: list[list[tuple[str, str, float]]] = [[]]
        x = MARGIN
        for row in rows.itertuples():
            amount = format_amount(row.amount_eur)
            wide = _KEY + _PAD + text_width(row.funder, 7.5, 600) + 1.2
            wide += text_width(amount, 7.5, 400, theme.TABULAR)
            if lines[-1] and x + wide > width - MARGIN:
                lines.append([])
                x = MARGIN
            lines[-1].append((row.funder, amount, x))
            x += wide + _APART
        return lines

    def _block(self, rows: pd.DataFrame, width: float) -> float:
        label, detail = self._label(rows, width)
        words = (len(label) * 8 + len(detail) * 7) * LEADING
        return words + 0.9 + _BAR + 1.2 + len(self._keys(rows, width)) * _WORD + _NEXT

    def height(self, width: float) -> float:
        total = 2.0 + _WORD + 1.0 + len(self._keys(self.totals, width)) * _WORD
        return sum(self._block(rows, width) for rows in self.wholes) - _NEXT + 3.0 + total + 1.0

    def draw(self, page: Page) -> None:
        y, base, room = page.plot_height, page.bottom, page.width - 2 * MARGIN
        scale = min(
            (room - 1.5 - text_width(format_amount(r["whole_eur"].iloc[0]), 8, 700, theme.TABULAR))
            / float(r["whole_eur"].iloc[0])
            for r in self.wholes
            if r["whole_eur"].iloc[0] > 0
        )
        for rows in self.wholes:
            for lines, size, style in zip(
                self._label(rows, page.width),
                (8, 7),
                ({"weight": 600}, {"color": theme.SOFT_INK}),
                strict=True,
            ):
                for line in lines:
                    middle = base + y - size * LEADING / 2
                    shapes.centred(page, MARGIN, middle, line, size, **style)
                    y -= size * LEADING
            y -= 0.9 + _BAR
            self._draw_bar(page, rows, y, scale)
            y = self._draw_keys(page, rows, y - 1.2) - _NEXT
        y += _NEXT - 3.0
        page.rule(base + y)
        y -= 2.0 + _WORD / 2
        shapes.centred(page, MARGIN, base + y, "Ensemble", 8, weight=700)
        whole = format_amount(self.totals["amount_eur"].sum())
        beside = MARGIN + text_width("Ensemble", 8, 700) + 3.0
        shapes.centred(page, beside, base + y, whole, 8, weight=700, tabular=True)
        self._draw_keys(page, self.totals, y - _WORD / 2 - 1.0)

    def _draw_bar(self, page: Page, rows: pd.DataFrame, y: float, scale: float) -> None:
        # One axes a bar: the limit of stacked classes is a bar's.
        room = page.width - 2 * MARGIN
        axes = page.axes(MARGIN, y - 1, room, _BAR + 2)
        axes.set(xlim=(0, room), ylim=(-1, _BAR + 1))
        axes.axis("off")
        x, end = 0.0, float(rows["amount_eur"].sum()) * scale
        for row in rows.itertuples():
            wide = row.amount_eur * scale
            if wide:
                # White between two segments only: the whole bar keeps its exact length.
                gap = min(shapes.GAP, wide / 2) if x + wide < end - 1e-6 else 0.0
                fill = self.fills[row.funder]
                shape = shapes.bar(page, axes, row.funder, fill, x, 0, wide - gap, _BAR)
                shape.set_clip_on(False)
            x += wide
        total = format_amount(rows["whole_eur"].iloc[0])
        style = {"weight": 700, "tabular": True}
        shapes.centred(page, MARGIN + x + 1.5, page.bottom + y + _BAR / 2, total, 8, **style)

    def _draw_keys(self, page: Page, rows: pd.DataFrame, y: float) -> float:
        canvas = page.canvas_axes()
        for line in self._keys(rows, page.width):
            y -= _WORD
            middle = y + _WORD / 2
            for funder, amount, x in line:
                shapes.tile(
                    page, canvas, funder, self.fills[funder], x, middle - _KEY / 2, _KEY, _KEY
                )
                x += _KEY + _PAD
                shapes.centred(page, x, page.bottom + middle, funder, 7.5, weight=600)
                x += text_width(funder, 7.5, 600) + 1.2
                shapes.centred(page, x, page.bottom + middle, amount, 7.5, tabular=True)
        return y


# --- what the actions print of their expenses ----------------------------------------------


def action_expenses(funding: pd.DataFrame, actions: pd.DataFrame, registers: Registers) -> Figure:
    """Return the legible expenses of actions, from the largest, with what is said of their stage.

    Parameters
    ----------
    funding, actions : pandas.DataFrame
        The tables of these names.
    registers : Registers

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
    amounts = analysis.legible_amounts(funding, actions)
    if amounts.empty:
        raise ValueError("Aucune dépense lisible dans les actions.")
    count, low, high = (
        amounts["action_id"].nunique(),
        amounts["amount_eur"].min(),
        amounts["amount_eur"].max(),
    )
    verb = plural(count, "imprime", "impriment")
    span = f", de {format_amount(low)} à {format_amount(high)}" if low < high else ""
    stages = all_tables()["funding"].field("stage").labels
    rows = amounts.assign(
        address="funding:" + amounts["funding_id"],
        detail=[_where(r) for _, r in amounts.iterrows()],
        stage=amounts["stage"].astype(str),
        stage_label=amounts["stage"].astype(str).map(stages),
    )
    largest = amounts.iloc[0]
    return ranked_bars(
        rows,
        registers,
        name="depenses-des-actions",
        title=f"{count} {plural(count, 'action')} {verb} une dépense lisible{span}",
        unit="Euros courants imprimés par dépense d’action, selon l’étape",
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
        table={
            "action_id": "Action",
            "title": "Intitulé",
            "purpose": "Objet",
            "year": "Année",
            "stage_label": "Étape",
            "amount_eur": "Montant (€)",
        },
        alt=_expense_alt(amounts),
        reading=(
            f"l’action {largest['action_id']} imprime {format_amount(largest['amount_eur'])} pour "
            f"{quote(largest['purpose'])}, {_STAGE_WORDS[str(largest['stage'])]}."
        ),
        note=_expense_note(amounts, funding),
    )


_STAGE_WORDS = {
    "executed": "montant exécuté",
    "planned": "montant prévu",
    "unstated": "sans dire s’il est prévu ou exécuté",
}


def _where(row: pd.Series) -> str:
    year = f", {int(row['year'])}" if pd.notna(row["year"]) else ""
    doubt = ", lecture douteuse" if str(row["legibility"]) == "doubtful" else ""
    return f"{row['action_id']}{year}{doubt}"


def _expense_alt(amounts: pd.DataFrame) -> str:
    first, last = amounts.iloc[0], amounts.iloc[-1]
    every = " ; ".join(f"{r.purpose} {format_amount(r.amount_eur)}" for r in amounts.itertuples())
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
    told = []
    without = [f"{counts[k]} {plural(counts[k], *w)}" for k, w in _WITHOUT.items() if k in counts]
    if without:
        told.append(f"n’ont pas de montant : {_and(without)}")
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
        told.append(f"{plural(len(ranges), 'fourchette non tracée', 'fourchettes non tracées')} : {_and(ranges)}")  # fmt: skip
    if sections:
        told.append(f"{plural(len(sections), 'montant d’une section', 'montants de sections')}, sans action : {_and(sections)}")  # fmt: skip
    if partly := _partly_staged(amounts, funding):
        told.append(f"étape dite pour une part : {partly}")
    return bars.sentences(told)


_STAGED = {"executed": ("exécuté", "exécutés"), "planned": ("prévu", "prévus")}


def _partly_staged(amounts: pd.DataFrame, funding: pd.DataFrame) -> str:
    """Return the parts whose stage is printed, of amounts whose own stage is not."""
    unsaid = amounts[amounts["stage"].astype(str) == "unstated"].set_index("funding_id")
    parts = funding[funding["part_of"].isin(unsaid.index) & funding["repeats"].isna()]
    parts = parts[parts["stage"].astype(str).isin(_STAGED)]
    each = []
    for whole, rows in parts.groupby("part_of", sort=False):
        sums = rows.groupby(rows["stage"].astype(str))["amount_min_eur"].sum()
        words = _and(
            f"{format_amount(sums[k])} {plural(sums[k], *forms)}"
            for k, forms in _STAGED.items()
            if k in sums
        )
        each.append(f"{unsaid.loc[whole, 'action_id']}, {words}")
    return " ; ".join(each)
