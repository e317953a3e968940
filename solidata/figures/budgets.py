"""The budgets of each year, whose scopes are never joined."""

from __future__ import annotations

import pandas as pd

from solidata.analysis import budgets as analysis
from solidata.figures import lines, shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LEADING, MARGIN, Page
from solidata.figures.series import PANEL_GAP, PLOT_FOOT, PLOT_HEAD, limits_of
from solidata.figures.texts import (
    block,
    breakable,
    fitted,
    millions,
    signed,
    span_of,
    title,
    too_many,
)
from solidata.figures.theme import Fill
from solidata.french import decapitalised, format_amount, listed, plural
from solidata.problems import RefusedError
from solidata.tables import Registers, all_tables

MAX_YEARS = 10
"""Above this a page is too small: filter the table, or make several figures."""

_STAGES = {
    "primitif": theme.CATEGORY[0],
    "orientations": theme.CATEGORY[2],
    "compte_financier_unique": theme.CATEGORY[4],
}
_SUPPOSED = {"primitif": "/////", "orientations": "\\\\\\\\\\", "compte_financier_unique": "|||||"}


def budgets(department_budget: pd.DataFrame, registers: Registers) -> Figure:
    """Return the budgets of each year: the total, and each scope of the solidarities, apart.

    Parameters
    ----------
    department_budget : pandas.DataFrame
        The table of this name.
    registers : Registers

    Returns
    -------
    Figure
        A panel a scope, on one scale; columns are never joined, and their fill says the stage.

    Raises
    ------
    ValueError
        When there are two budgets for one scope, stage and year, a scope or a stage is unknown,
        an amount negative or all too small for millions, or when there are too many years.
    NoDataError
        When there is no budget.

    Examples
    --------
    >>> import solidata
    >>> budgets(solidata.load("department_budget"), solidata.load_registers()).check()
    []
    """
    table = all_tables()["department_budget"]
    scopes, stages = table.field("scope").labels, table.field("stage").labels
    rows = analysis.budget_series(department_budget)
    breakable(rows["remark"])
    most = float(rows["amount_eur"].max())
    if 0 < most < 50_000:
        raise RefusedError(
            f"Montants de {format_amount(most, '€')} au plus, trop petits pour des millions d’euros."
        )
    rows = rows.assign(
        panel=rows["scope"].replace("total_consolide", "total"),
        category=[_budget_category(r) for _, r in rows.iterrows()],
    )
    years = int(rows["year"].min()), int(rows["year"].max())
    if years[1] - years[0] >= MAX_YEARS:
        raise too_many(years[1] - years[0] + 1, MAX_YEARS, "années de budget")
    order = [s for s in scopes if s in set(rows["panel"])]
    panels = [(scopes[s], rows[rows["panel"] == s]) for s in order]
    theme.categories(rows["category"].nunique())  # refuses more than a reader tells apart
    fills = {c: _budget_fill(c) for c in dict.fromkeys(rows["category"])}
    entries = [(_budget_label(c, stages, scopes), "", fill) for c, fill in fills.items()]
    names = {b: scopes[s] for b, s in zip(rows["block_id"], rows["scope"], strict=True)}
    joined = rows[rows["change_eur"].notna()]
    count = len(rows)
    return Figure(
        name=f"budgets-{years[0]}-{years[1]}",
        title=_budget_title(rows, joined, stages),
        unit="En millions d’euros courants (M€), même échelle partout ; une année vide n’a pas de montant",
        data=rows.drop(columns=["run"]),
        value="amount_eur",
        draw=lambda page: _draw_budgets(page, panels, fills, entries, years),
        height=lambda width: _budgets_layout(width, panels, entries)[-1],
        table_=_budget_table(rows, scopes, stages),
        alt=(
            f"{_budget_title(rows, joined, stages)}. "
            f"Colonnes par année, un cadre par périmètre, {count} montants. "
            + ". ".join(
                f"{label} : "
                + " ; ".join(
                    f"{millions(r['amount_eur'])} en {r['year']}, "
                    f"{_budget_label(r['category'], stages, scopes).lower()}"
                    for _, r in group.sort_values(["year", "stage"]).iterrows()
                )
                for label, group in panels
            )
            + "."
        ),
        reading=_budget_reading(rows, joined, names, stages),
        note=_budget_note(rows, names),
        scope=f"budgets du département {span_of(*years)}, total et solidarités.",
        registers=registers,
    )  # fmt: skip


def _budget_category(row: pd.Series) -> str:
    kind = "total_consolide" if row["scope"] == "total_consolide" else row["stage"]
    return f"{kind} supposé" if row["supposed"] else kind


def _budget_fill(category: str) -> Fill:
    kind = category.removesuffix(" supposé")
    fill = _STAGES.get(kind, theme.CATEGORY[5])
    if kind == category:
        return fill
    face = theme.SEQUENTIAL[0] if kind in _STAGES else theme.PAPER
    return Fill(face, fill.edge, theme.INK, _SUPPOSED.get(kind, "xxxxx"))


def _budget_label(category: str, stages: dict[str, str], scopes: dict[str, str]) -> str:
    kind = category.removesuffix(" supposé")
    label = stages.get(kind, scopes.get(kind, kind))
    return f"{label}, périmètre incertain" if kind != category else label


def _voted(stage: str, stages: dict[str, str]) -> str:
    words = {
        "primitif": "votés",
        "orientations": "aux orientations",
        "compte_financier_unique": "exécutés",
    }
    return words.get(stage, f"({stages[stage].lower()})")


def _of_panel(panel: str) -> str:
    return "Budget total" if panel.startswith("total") else "Solidarités"


def _budget_title(rows: pd.DataFrame, joined: pd.DataFrame, stages: dict[str, str]) -> str:
    """Return the latest change of the solidarities within one scope, else the latest amount."""
    social = joined[~joined["panel"].str.startswith("total")]
    pool = social if len(social) else joined
    latest = rows.sort_values(["year", "amount_eur"]).iloc[-1]
    name = _of_panel(latest["panel"])
    plain = f"{name} : {millions(latest['amount_eur'])} en {latest['year']}"
    if pool.empty:
        return plain
    row = pool.sort_values(["year", "amount_eur"]).iloc[-1]
    name = _of_panel(row["panel"])
    before = row["amount_eur"] - row["change_eur"]
    earlier = rows[(rows["run"] == row["run"]) & (rows["year"] == row["year"] - 1)]
    sure = not (bool(row["supposed"]) or bool(earlier["supposed"].any()))
    kept = "périmètre constant" if sure else "périmètre supposé constant"
    said = (
        f"{name} : de {millions(before)} {_voted(row['stage'], stages)} en {row['year'] - 1} "
        f"à {millions(row['amount_eur'])} en {row['year']}"
    )
    return title(f"{said}, {kept}", said, plain)


def _budget_reading(
    rows: pd.DataFrame, joined: pd.DataFrame, names: dict[str, str], stages: dict[str, str]
) -> str:
    if joined.empty:
        return ""
    row = joined.sort_values(["year", "panel"]).iloc[-1]
    changed = signed(millions(abs(row["change_eur"])), row["change_eur"])
    before = row["amount_eur"] - row["change_eur"]
    return (
        f"{decapitalised(names[row['block_id']])} : de {millions(before)} "
        f"{_voted(row['stage'], stages)} en {row['year'] - 1} à {millions(row['amount_eur'])} en "
        f"{row['year']}, soit {changed}."
    )


def _budget_note(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """Return what is said of the scopes that are not sure, and how many amounts the press gives."""
    said: dict[str, list[str]] = {}
    for _, row in rows[rows["supposed"]].iterrows():
        where = f"{decapitalised(names[row['block_id']])} {row['year']}"
        said.setdefault(decapitalised(row["remark"]), []).append(where)
    notes = ["deux colonnes ne se comparent que dans un même cadre et sous un même motif"]
    if (rows.groupby("panel")["scope"].nunique() > 1).any():
        notes[0] += " ; un trait tireté sépare deux périmètres"
    notes += [f"{listed(dict.fromkeys(where))} : {remark}" for remark, where in said.items()]
    press = int((rows["basis"] == "press").sum())
    if press:
        notes.append(
            f"{press} des {len(rows)} montants {plural(press, 'vient', 'viennent')} de la presse"
        )
    return sentences(notes)


def _budget_table(
    rows: pd.DataFrame, scopes: dict[str, str], stages: dict[str, str]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Périmètre": rows["scope"].map(scopes),
            "Étape": rows["stage"].map(stages),
            "Année": rows["year"],
            "Montant (M€)": rows["amount_eur"] / 1e6,
            "Périmètre incertain": rows["supposed"].map({True: "oui", False: "non"}),
            "Remarque": rows["remark"],
        }
    ).reset_index(drop=True)


BudgetPanel = tuple[str, pd.DataFrame]


def _budgets_layout(
    width: float, panels: list[BudgetPanel], entries: list[shapes.Entry]
) -> tuple[int, float, float, list[list[str]], list[float], float]:
    """Return columns, panel width, scale, lines of labels, heights of rows, and the height."""
    room = width - 2 * MARGIN
    columns = 1 if width < 120 else min(len(panels), 4 if width > 240 else 2)
    wide = (room - PANEL_GAP * (columns - 1)) / columns
    labels = [fitted(label, wide, 8, most=2) for label, _ in panels]
    values = pd.concat([rows["amount_eur"] for _, rows in panels])
    low, high = limits_of(values)
    scale = (27.0 if width < 120 else 40.0) / max(high - low, 1.0)
    heights = []
    for start in range(0, len(panels), columns):
        group = panels[start : start + columns]
        low, high = limits_of(pd.concat([rows["amount_eur"] for _, rows in group]))
        head = max(len(t) for t in labels[start : start + columns]) * 8 * LEADING + 2.0
        heights.append(head + PLOT_HEAD + max((high - low) * scale, 4.0) + PLOT_FOOT)
    keys = shapes.legend_height(entries, room) + 2.5
    return columns, wide, scale, labels, heights, keys + sum(heights) + 3.0 * (len(heights) - 1)


def _draw_budgets(
    page: Page,
    panels: list[BudgetPanel],
    fills: dict[str, Fill],
    entries: list[shapes.Entry],
    years: tuple[int, int],
) -> None:
    columns, wide, scale, labels, heights, height = _budgets_layout(page.width, panels, entries)
    canvas = page.canvas_axes()
    page.names |= dict(zip(fills, (label for label, _, _ in entries), strict=True))
    shapes.legend(page, canvas, entries, MARGIN, height - 0.5, page.width - 2 * MARGIN)
    start = height - shapes.legend_height(entries, page.width - 2 * MARGIN) - 2.5
    for number, (_, rows) in enumerate(panels):
        row, column = divmod(number, columns)
        group = panels[row * columns : (row + 1) * columns]
        limits = limits_of(pd.concat([r["amount_eur"] for _, r in group]))
        limits = limits if limits[1] > limits[0] else (0.0, 1.0)
        top = start - sum(heights[:row]) - 3.0 * row
        x = MARGIN + column * (wide + PANEL_GAP)
        canvas.plot([x, x + wide], [top - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        block(page, x, top - 1.8, labels[number], 8, weight=600)
        floor = top - heights[row] + PLOT_FOOT
        tall = max((limits[1] - limits[0]) * scale, 4.0)
        axes = page.axes(x, floor, wide, tall)
        page.marks += lines.draw_columns(axes, rows, fills, years, limits)
        by_year = rows.drop_duplicates("year").set_index("year")["scope"].sort_index()
        for year in by_year.index[1:][by_year.iloc[1:].to_numpy() != by_year.iloc[:-1].to_numpy()]:
            x = int(year) - years[0] - 0.5
            axes.plot([x, x], limits, color=theme.SOFT_INK, linewidth=0.8, linestyle=(0, (3, 2)))
