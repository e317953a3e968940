"""Money year after year: small multiples of series, budgets whose scopes are never joined."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.figures import lines, shapes, theme
from solidata.figures.frame import LEADING, Figure, Registers
from solidata.figures.page import MARGIN, Page
from solidata.figures.texts import (
    block,
    fitted,
    listed,
    millions,
    sentence,
    signed,
    title,
    too_many,
)
from solidata.figures.theme import Fill
from solidata.french import plural, quote
from solidata.tables import all_tables

MAX_SERIES, MAX_YEARS = 9, 10
"""Above these a page is too small: filter the tables, or make several figures."""

_GAP = 6.0


def series(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    registers: Registers,
    prefix: str = "contexte-depense-brute-",
    name: str = "depense-brute",
) -> Figure:
    """Return small multiples of money by public, all on one scale, the total beside them.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    registers : Registers
    prefix : str
        Beginning of the identifiers of the indicators, in euros.
    name : str
        Stem of the figure's files.

    Returns
    -------
    Figure
        A million euros has the same height in each panel; nothing is stacked.

    Raises
    ------
    ValueError
        When no indicator has a value, or more than :data:`MAX_SERIES` have.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators")]
    >>> series(*tables, solidata.load_registers()).check()
    []
    """
    asked = indicators["indicator_id"].str.startswith(prefix) & (indicators["unit"] == "euros")
    data = analysis.yearly(observations, indicators[asked])
    if data.empty:
        raise ValueError(f"Aucun indicateur {quote(prefix)} observé en euros.")
    if data["indicator_id"].nunique() > MAX_SERIES:
        raise too_many(data["indicator_id"].nunique(), MAX_SERIES, "séries")
    data = data.sort_values(["indicator_id", "year"], kind="stable")
    whole = data[data["label"].str.contains(r"\btotale?\b", case=False)]
    parts = data.drop(whole.index)
    common = _common(parts["label"]) or "Montants"
    years = int(data["year"].min()), int(data["year"].max())
    panels = _series_panels(whole, parts)
    change = {label: _change(rows) for label, _, rows in panels}
    headline = panels[0] if len(whole) else max(panels, key=lambda p: change[p[0]][0])
    rows = headline[2]
    end, since = rows["value"].iloc[-1], int(rows["year"].iloc[0])
    told = f"{rows['label'].iloc[0]} : {millions(end, fixed=True)} en {rows['year'].iloc[-1]}"
    said = f"{told}, {_moved(rows)} depuis {since}" if len(rows) > 1 else told
    lowest = data.loc[data["value"].idxmin()]
    return Figure(
        name=f"{name}-{years[0]}-{years[1]}",
        title=title(said, told, f"{common} de {years[0]} à {years[1]}"),
        unit=f"{common}, en millions d’euros courants (M€), même échelle partout",
        data=data.drop(columns=["span", "qualifier"]),
        value="value",
        draw=lambda page: _draw_panels(page, panels, bool(len(whole)), years),
        height=lambda width: _panels_layout(width, panels, bool(len(whole)))[-1],
        table_=_series_table(data),
        alt=(
            f"{len(panels)} {plural(len(panels), 'courbe', 'courbes')} de {years[0]} à {years[1]}, "
            "en millions d’euros courants. "
            + ". ".join(_series_words(rows) for _, _, rows in panels)
            + f". La plus basse valeur est de {millions(lowest['value'], fixed=True)} en {lowest['year']}."
        ),
        reading=f"{sentence(_series_words(panels[-1][2]))}.",
        note=_rest_note(whole, parts),
        scope=f"ensemble du département, dépenses observées de {years[0]} à {years[1]}.",
        registers=registers,
    )


def _common(labels: pd.Series) -> str:
    """Return what all labels say before their first comma, or an empty text."""
    stems = {label.partition(", ")[0] for label in labels if ", " in label}
    return stems.pop() if len(stems) == 1 and labels.str.contains(", ").all() else ""


def _change(rows: pd.DataFrame) -> tuple[float, int]:
    return float(rows["value"].iloc[-1] - rows["value"].iloc[0]), int(rows["year"].iloc[0])


def _moved(rows: pd.DataFrame) -> str:
    change = _change(rows)[0]
    moved = signed(millions(abs(change), fixed=True), change)
    return moved if abs(change) >= 50_000 else "stable"


def _series_words(rows: pd.DataFrame) -> str:
    start, end = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{end['label']} : {millions(end['value'], fixed=True)} en {end['year']}"
    return (
        f"{end['label']} : {millions(start['value'], fixed=True)} en {start['year']}, "
        f"{millions(end['value'], fixed=True)} en {end['year']} ({_moved(rows)})"
    )


def _rest_note(whole: pd.DataFrame, parts: pd.DataFrame) -> str:
    """Return what the total holds besides the parts, in the last year they all have."""
    if whole.empty or parts.empty:
        return ""
    last = int(whole["year"].iloc[-1])
    now = parts[parts["year"] == last]
    if now["indicator_id"].nunique() < parts["indicator_id"].nunique():
        return ""
    rest = float(whole["value"].iloc[-1] - now["value"].sum())
    if abs(rest) < 50_000:
        return ""
    return (
        f"en {last}, les {len(now)} {plural(len(now), 'public fait', 'publics font')} "
        f"{millions(now['value'].sum(), fixed=True)} ; les {millions(rest, fixed=True)} restants du total ne "
        "sont pas ventilés ici"
    )


def _series_table(data: pd.DataFrame) -> pd.DataFrame:
    order = list(dict.fromkeys(data["label"]))
    wide = data.pivot_table(index="label", columns="year", values="value").reindex(order) / 1e6
    wide.columns = [f"{year} (M€)" for year in wide.columns]
    return wide.rename_axis("Dépense").reset_index()


Panel = tuple[str, str, pd.DataFrame]
"""Label, change in words, and rows by year."""


def _series_panels(whole: pd.DataFrame, parts: pd.DataFrame) -> list[Panel]:
    """Return the total first, then the others from the greatest last value down."""
    common = _common(parts["label"])
    panels = []
    for frame in (whole, parts):
        found = [rows for _, rows in frame.groupby("indicator_id", sort=False)]
        for rows in sorted(found, key=lambda r: -float(r["value"].iloc[-1])):
            label = str(rows["label"].iloc[0]).removeprefix(f"{common}, ")
            label = label[:1].upper() + label[1:]
            moved = f"{_moved(rows)} depuis {rows['year'].iloc[0]}" if len(rows) > 1 else ""
            panels.append((label, moved, rows))
    return panels


_PLOT_HEAD, _PLOT_FOOT = 5.6, 4.6
"""Room above a panel's highest value, for its label, and under its lowest, for the years."""


def _limits(rows: pd.Series) -> tuple[float, float]:
    return min(0.0, float(rows.min())), max(0.0, float(rows.max()))


@dataclasses.dataclass(frozen=True)
class _Grid:
    """Where panels stand: the total on its own, the others in rows."""

    scale: float
    """Millimetres a million euros."""
    boxes: list[tuple[float, float, float, float]]
    """Left, top (from the top of the plot area), width and height of each panel."""
    labels: list[list[str]]
    heads: list[float]


def _panels_layout(
    width: float, panels: list[Panel], total: bool
) -> tuple[_Grid, tuple[float, float], float]:
    """Return the grid, the limits of the panels that are not the total, and the height."""
    narrow, room = width < 120, width - 2 * MARGIN
    small = panels[1:] if total and len(panels) > 1 else panels
    apart = total and len(panels) > 1
    low, high = _limits(pd.concat([rows["value"] for _, _, rows in small]) / 1e6)
    span = max(high - low, 1e-6)
    big = max(_limits(panels[0][2]["value"] / 1e6)[1], span) if apart else span
    across = 2 if narrow or apart else min(3, len(small))
    across = 1 if len(small) == 1 else across
    side = 0.0 if narrow or not apart else (room - 2 * _GAP) / 3
    area = room - (side + _GAP if side else 0.0)
    wide = (area - _GAP * (across - 1)) / across
    tall = (40.0 if narrow else 48.0) if apart else 24.0
    scale = tall / big
    labels = [
        fitted(label, (side or room) if apart and i == 0 else wide, 8, most=3)
        for i, (label, _, _) in enumerate(panels)
    ]
    most = max(len(text) for text in labels[len(panels) - len(small) :])
    head = (most * 8 + 7.5) * LEADING + 2.0
    each = head + _PLOT_HEAD + span * scale + _PLOT_FOOT
    rows = math.ceil(len(small) / across)
    first = head if side else (len(labels[0]) * 8 + 7.5) * LEADING + 2.0
    alone = first + _PLOT_HEAD + tall + _PLOT_FOOT if apart else 0.0
    start = 0.0 if side else alone + (4.0 if apart else 0.0)
    gap = max(4.0, (alone - rows * each) / max(rows - 1, 1)) if side else 4.0
    boxes, heads = [], []
    if apart:
        boxes.append((MARGIN, 0.0, side or room, alone))
        heads.append(first)
    for number in range(len(small)):
        row, column = divmod(number, across)
        x = MARGIN + (side + _GAP if side else 0.0) + column * (wide + _GAP)
        boxes.append((x, start + row * (each + gap), wide, each))
        heads.append(head)
    height = max(y + tall_ for _, y, _, tall_ in boxes) + 1.0
    return _Grid(scale, boxes, labels, heads), (low, high), height


def _draw_panels(page: Page, panels: list[Panel], total: bool, years: tuple[int, int]) -> None:
    grid, (low, high), height = _panels_layout(page.width, panels, total)
    canvas = page.canvas_axes()
    for number, (_, moved, rows) in enumerate(panels):
        x, y, wide, tall = grid.boxes[number]
        top = height - y
        canvas.plot([x, x + wide], [top - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        below = block(page, x, top - 1.8, grid.labels[number], 8, weight=600)
        if moved:
            block(page, x, below, [moved], 7.5, color=theme.SOFT_INK)
        alone = total and number == 0
        limits = _limits(rows["value"]) if alone else (low * 1e6, high * 1e6)
        limits = limits if limits[1] > limits[0] else (0.0, 1e6)
        plot = (limits[1] - limits[0]) / 1e6 * grid.scale
        axes = page.axes(x + 0.4, top - tall + _PLOT_FOOT, wide - 1.4, plot)
        page.marks += lines.draw_series(axes, rows, years, limits)


# --- budgets --------------------------------------------------------------------------

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
        When there is no budget, or two for one scope, stage and year.

    Examples
    --------
    >>> import solidata
    >>> budgets(solidata.load("department_budget"), solidata.load_registers()).check()
    []
    """
    table = all_tables()["department_budget"]
    scopes, stages = table.field("scope").labels, table.field("stage").labels
    rows = analysis.budget_series(department_budget)
    rows = rows.assign(
        panel=rows["scope"].replace("total_consolide", "total"),
        category=[_budget_category(r) for _, r in rows.iterrows()],
    )
    years = int(rows["year"].min()), int(rows["year"].max())
    if years[1] - years[0] >= MAX_YEARS:
        raise too_many(years[1] - years[0] + 1, MAX_YEARS, "années de budget")
    order = [s for s in scopes if s in set(rows["panel"])]
    panels = [(scopes[s], rows[rows["panel"] == s]) for s in order]
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
            f"Colonnes par année, un cadre par périmètre, {count} montants. "
            + ". ".join(
                f"{label} : "
                + ", ".join(
                    f"{millions(r['amount_eur'])} en {r['year']} "
                    f"({_budget_label(r['category'], stages, scopes).lower()})"
                    for _, r in group.sort_values(["year", "stage"]).iterrows()
                )
                for label, group in panels
            )
            + "."
        ),
        reading=_budget_reading(rows, joined, names, stages),
        note=_budget_note(rows, names),
        scope=f"budgets du département de {years[0]} à {years[1]}, total et solidarités.",
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
    words = {"primitif": "votés", "orientations": "aux orientations"}
    return words.get(stage, f"({stages[stage].lower()})")


def _budget_title(rows: pd.DataFrame, joined: pd.DataFrame, stages: dict[str, str]) -> str:
    """Return the latest change of the solidarities within one scope, else the latest amount."""
    social = joined[joined["panel"] != "total"]
    pool = social if len(social) else joined
    latest = rows.sort_values(["year", "amount_eur"]).iloc[-1]
    name = "Budget total" if latest["panel"] == "total" else "Solidarités"
    plain = f"{name} : {millions(latest['amount_eur'])} en {latest['year']}"
    if pool.empty:
        return plain
    row = pool.sort_values(["year", "amount_eur"]).iloc[-1]
    name = "Budget total" if row["panel"] == "total" else "Solidarités"
    before = row["amount_eur"] - row["change_eur"]
    earlier = rows[(rows["run"] == row["run"]) & (rows["year"] == row["year"] - 1)]
    sure = not (bool(row["supposed"]) or bool(earlier["supposed"].any()))
    kept = "à périmètre constant" if sure else "à périmètre supposé constant"
    said = (
        f"{name} : {millions(row['amount_eur'])} {_voted(row['stage'], stages)} en "
        f"{row['year']}, {millions(before, unit=False)} en {row['year'] - 1}"
    )
    return title(f"{said}, {kept}", said, plain)


def _budget_reading(
    rows: pd.DataFrame, joined: pd.DataFrame, names: dict[str, str], stages: dict[str, str]
) -> str:
    if joined.empty:
        return ""
    row = joined.sort_values(["year", "panel"]).iloc[-1]
    changed = signed(millions(abs(row["change_eur"])), row["change_eur"])
    return (
        f"{sentence(names[row['block_id']])}, {millions(row['amount_eur'])} "
        f"{_voted(row['stage'], stages)} en {row['year']}, {changed} en un an ; deux colonnes ne se "
        "comparent que dans un même cadre, sous une même étape."
    )


def _budget_note(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """Return what is said of the scopes that are not sure, and how many amounts the press gives."""
    said: dict[str, list[str]] = {}
    for _, row in rows[rows["supposed"]].iterrows():
        where = f"{sentence(names[row['block_id']])} {row['year']}"
        said.setdefault(sentence(row["remark"]), []).append(where)
    notes = [f"{listed(where)} : {remark}" for remark, where in said.items()]
    press = int((rows["basis"] == "press").sum())
    if press:
        notes.append(
            f"{press} des {len(rows)} montants {plural(press, 'vient', 'viennent')} de la presse"
        )
    return ". ".join(n[:1].upper() + n[1:] if i else n for i, n in enumerate(notes))


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
    wide = (room - _GAP * (columns - 1)) / columns
    labels = [fitted(label, wide, 8, most=2) for label, _ in panels]
    values = pd.concat([rows["amount_eur"] for _, rows in panels])
    low, high = _limits(values)
    scale = (27.0 if width < 120 else 40.0) / max(high - low, 1.0)
    heights = []
    for start in range(0, len(panels), columns):
        group = panels[start : start + columns]
        low, high = _limits(pd.concat([rows["amount_eur"] for _, rows in group]))
        head = max(len(t) for t in labels[start : start + columns]) * 8 * LEADING + 2.0
        heights.append(head + _PLOT_HEAD + max((high - low) * scale, 4.0) + _PLOT_FOOT)
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
    shapes.legend(page, canvas, entries, MARGIN, height - 0.5, page.width - 2 * MARGIN)
    start = height - shapes.legend_height(entries, page.width - 2 * MARGIN) - 2.5
    for number, (_, rows) in enumerate(panels):
        row, column = divmod(number, columns)
        group = panels[row * columns : (row + 1) * columns]
        limits = _limits(pd.concat([r["amount_eur"] for _, r in group]))
        limits = limits if limits[1] > limits[0] else (0.0, 1.0)
        top = start - sum(heights[:row]) - 3.0 * row
        x = MARGIN + column * (wide + _GAP)
        canvas.plot([x, x + wide], [top - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        block(page, x, top - 1.8, labels[number], 8, weight=600)
        floor = top - heights[row] + _PLOT_FOOT
        tall = max((limits[1] - limits[0]) * scale, 4.0)
        axes = page.axes(x, floor, wide, tall)
        page.marks += lines.draw_columns(axes, rows, fills, years, limits)
