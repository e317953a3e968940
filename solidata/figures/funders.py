"""Who pays the expenses of actions: one bar an amount, each counted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from solidata.analysis import spending as analysis
from solidata.figures import shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, Page, text_width, wrap
from solidata.figures.texts import labelled, of_year
from solidata.figures.theme import Fill
from solidata.french import format_amount, format_rate, listed, plural, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

_BAR, _KEY, _PAD, _APART, _NEXT = 5.0, 2.6, 1.2, 4.5, 4.6
_WORD = 3.9


def funders(
    funding: pd.DataFrame, actions: pd.DataFrame, registers: Registers, year: int | None = None
) -> Figure:
    """Return who pays the expenses of actions in which a partner is printed, one bar an amount.

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
    every = labelled(analysis.funders(funding, actions), "title", "purpose", "funder")
    parts = every[every["has_partner"]].reset_index(drop=True)
    if parts.empty:
        raise NoDataError("Aucun montant d’action n’a de financeur autre que le Département.")
    crowded = parts.groupby("action_id")["funder"].size()
    sizes = parts.groupby("whole_id")["funder"].size()
    if (sizes > theme.MAX_STACKED).any():
        raise RefusedError(
            f"{sizes.idxmax()} : {sizes.max()} financeurs, {theme.MAX_STACKED} au plus par barre ; "
            "regroupez les plus petits."
        )
    order = analysis.funder_order(parts["funder"])
    fills = dict(zip(order, _funder_fills(order), strict=True))
    totals = analysis.by_funder(parts)
    whole = float(totals["amount_eur"].sum())
    partners = totals[totals["funder"] != analysis.OWN]
    bring = "Des partenaires apportent" if len(partners) > 1 else "Un partenaire apporte"
    brought = format_amount(float(partners["amount_eur"].sum()))
    count = len(crowded)
    acts = f"{count} {plural(count, 'action')}"
    layout = _Funders(parts, totals, fills)
    return Figure(
        name=of_year("financeurs-des-actions", year),
        title=f"{bring} au moins {brought} à {acts}",
        unit="Montants en euros courants, par action et par financeur",
        data=_funder_rows(parts, funding),
        value="amount_eur",
        draw=layout.draw,
        height=layout.height,
        table_=_funder_table(parts),
        alt=(
            f"Barres empilées, une par montant. {bring} {brought} des "
            f"{format_amount(whole)} de {acts} : "
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
            "dépenses d’actions dont le bilan nomme un financeur autre que le Département ; "
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
    shares = listed(
        f"{r.funder} {format_amount(r.amount_eur)} ({format_rate(r.share)})"
        for r in rows.itertuples()
    )
    return f"des {format_amount(first['whole_eur'])} de l’action {first['action_id']} : {shares}."


def _funder_note(
    every: pd.DataFrame, parts: pd.DataFrame, funding: pd.DataFrame, actions: pd.DataFrame
) -> str:
    """Return what the bars leave out, counted, and what the abbreviations stand for."""
    told = []
    amounts = analysis.legible_amounts(funding, actions)
    silent = amounts[~amounts["funding_id"].isin(every["whole_id"])]
    unsaid, shared = int(silent["funder"].isna().sum()), int(silent["funder"].notna().sum())
    if unsaid:
        told.append(
            f"pour {unsaid} des {len(amounts)} dépenses lisibles, le financeur n’est pas indiqué"
        )
    if shared:
        told.append(
            f"{shared} {plural(shared, 'nomme', 'nomment')} plusieurs financeurs sans partage"
        )
    alone = sorted(set(every.loc[~every["has_partner"], "action_id"]))
    if alone:
        told.append(f"le Département est le seul financeur nommé de {listed(alone)}")
    revenue = analysis.legible_amounts(funding, actions, "revenue")
    revenue = revenue[revenue["funder"].notna()]
    if len(revenue):
        each = listed(
            f"{r.action_id}, {format_amount(r.amount_eur)} ({r.funder})"
            for r in revenue.sort_values("action_id").itertuples()
        )
        count = len(revenue)
        told.append(f"{count} {plural(count, 'recette n’est pas tracée', 'recettes ne sont pas tracées')} : {each}")  # fmt: skip
    told.append(_executed(parts, funding))
    sections = funding[funding["action_id"].isna() & funding["funder"].notna()]
    for row in sections[sections["kind"].astype(str) == "amount"].itertuples():
        told.append(
            f"{format_amount(row.amount_min_eur)} ({row.funder}) ne sont rattachés à aucune action"
        )
    return sentences(told)


def _executed(parts: pd.DataFrame, funding: pd.DataFrame) -> str:
    """Return which of the amounts, or of the parts they are split into, are said to be executed."""
    wholes = parts.drop_duplicates("whole_id").set_index("whole_id")["action_id"]
    own = funding["funding_id"].isin(wholes.index) | funding["part_of"].isin(wholes.index)
    rows = funding[own & (funding["stage"].astype(str) == "executed") & funding["repeats"].isna()]
    if rows.empty:
        return "aucun de ces montants n’est dit exécuté"
    if set(wholes.index) <= set(rows["funding_id"]):
        return plural(len(wholes), "ce montant est dit exécuté", "tous sont dits exécutés")
    rows = rows[~rows["part_of"].isin(rows["funding_id"])]  # of an amount, its parts say no more
    each = (f"{r.action_id}, {format_amount(r.amount_min_eur)}" for r in rows.itertuples())
    return (
        f"{plural(len(rows), 'seul est dit exécuté', 'seuls sont dits exécutés')} : {listed(each)}"
    )


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
            raise RefusedError(f"Libellé sans espace où le couper : {quote(first['title'])}.")
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
            label, detail = self._label(rows, page.width)
            styles: list[tuple[list[str], int, dict[str, Any]]] = [
                (label, 8, {"weight": 600}),
                (detail, 7, {"color": theme.SOFT_INK}),
            ]
            for lines, size, style in styles:
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
