"""What changed from one year to another: slopes, dumbbells, series, budgets, openings, coverage."""

from __future__ import annotations

import dataclasses
import math
import os

import pandas as pd

from solidata.analysis import evolution as analysis
from solidata.figures import lines, shapes, theme
from solidata.figures.frame import LEADING, Figure, Registers
from solidata.figures.page import MARGIN, Page, text_width, wrap
from solidata.figures.theme import Fill
from solidata.french import format_date, format_number, format_rate, plural, quote, typography
from solidata.tables import all_tables

MAX_PANELS, MAX_ROWS, MAX_SERIES = 6, 16, 12
"""Above these a page is too small: filter the tables, or make several figures."""

_GAP = 6.0
_TITLE_WORDS = 15


# --- words and texts shared ----------------------------------------------------------


def _title(*findings: str) -> str:
    """Return the first finding that is short enough for a title; the last one always is."""
    return next((f for f in findings if len(typography(f).split()) <= _TITLE_WORDS), findings[-1])


def _and(words: list[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _too_many(count: int, limit: int, what: str) -> ValueError:
    return ValueError(
        f"{count} {what} : {limit} au plus dans une figure ; filtrez les tables, ou faites "
        "plusieurs figures."
    )


def _fitted(text: str, width: float, size: float, weight: int = 600, most: int = 4) -> list[str]:
    """Return `text` on at most `most` lines of `width` millimetres, cut with « … » if it must."""

    def cut(line: str) -> str:
        while text_width(line + "…", size, weight) > width and len(line) > 1:
            line = line[:-1].rstrip()
        return line + "…"

    found = wrap(typography(text), width, size, weight)
    short = found[:most]
    if len(found) > most:
        short[-1] = cut(short[-1])
    return [cut(s) if text_width(s, size, weight) > width else s for s in short]


def _block(page: Page, x: float, y: float, texts: list[str], size: float, **style: object) -> float:
    """Write lines from the top `y` of the plot area down; return where they end."""
    for text in texts:
        page.text(x, page.bottom + y, text, size=size, va="top", **style)
        y -= size * LEADING
    return y


def _percent(share: float) -> str:
    """Return a change in per cent with its sign; whole when it is large."""
    return lines.signed(format_rate(abs(share), 0 if abs(share) >= 0.1 else 1), share)


# --- slopes --------------------------------------------------------------------------


def slopes(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    funding: pd.DataFrame | None,
    registers: Registers,
    first: int = 2024,
    last: int = 2025,
) -> Figure:
    """Return every pair of values that the documents print for two years, a slope each.

    Parameters
    ----------
    observations, indicators, funding : pandas.DataFrame
        The tables of these names; `funding` may be None.
    registers : Registers
    first, last : int
        Two different years.

    Returns
    -------
    Figure
        One panel a pair, each on its own scale from zero, for units differ.

    Raises
    ------
    ValueError
        When nothing can be compared, or more than :data:`MAX_PANELS` things.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators", "funding")]
    >>> slopes(*tables, solidata.load_registers()).check()
    []
    """
    found = analysis.pairs(observations, indicators, funding, first, last)
    if found.empty:
        raise ValueError(f"Rien n’est imprimé à la fois pour {first} et pour {last}.")
    if len(found) > MAX_PANELS:
        raise _too_many(len(found), MAX_PANELS, "mesures comparables")
    data = analysis.points(found)
    rises, falls = int((found["difference"] > 0).sum()), int((found["difference"] < 0).sum())
    still = len(found) - rises - falls
    said = [
        f"{n} {plural(n, one, many)}"
        for n, one, many in (
            (rises, "augmente", "augmentent"),
            (falls, "diminue", "diminuent"),
            (still, "stagne", "stagnent"),
        )
        if n
    ]
    measures = plural(len(found), "mesure comparable", "mesures comparables")
    amounts = 0 if funding is None else len(funding)
    scope = (
        f"{plural(len(found), 'la seule mesure imprimée', f'les {len(found)} mesures imprimées')} "
        f"pour les deux années, parmi {format_number(len(indicators))} indicateurs"
    )
    scope += f" et {format_number(amounts)} financements d’actions." if amounts else "."
    top = found.iloc[0]
    return Figure(
        name=f"evolution-{first}-{last}",
        title=f"Sur {len(found)} {measures} de {first} à {last}, {_and(said)}",
        unit="Valeur de chaque année dans son unité ; chaque échelle lui est propre et part de zéro",
        data=data,
        value="value",
        draw=lambda page: _draw_slopes(page, found),
        height=lambda width: _slopes_layout(width, found)[-1],
        table_=_pairs_table(found),
        alt=(
            f"{len(found)} {plural(len(found), 'pente', 'pentes')} de {first} à {last}. "
            + ". ".join(_pair_words(row) for _, row in found.iterrows())
            + "."
        ),
        reading=f"{_sentence(_pair_words(top))}.",
        note=_pairs_note(found),
        scope=scope,
        registers=registers,
    )


def _pair_words(row: pd.Series) -> str:
    """Return « Centres : 2 en 2024, 5 en 2025 (+3 centres) »."""
    ends = [
        f"{lines.shown(row[f'{s}_value'], row['unit'], row[f'{s}_out_of'], row[f'{s}_qualifier'])} "
        f"en {row[s]}"
        for s in ("first", "last")
    ]
    changed = lines.difference(row["difference"], row["unit"])
    return f"{row['label']} : {ends[0]}, {ends[1]} ({changed})"


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _pairs_note(found: pd.DataFrame) -> str:
    notes = []
    unstated = found[found["indicator_id"].str.contains(" / unstated / ", regex=False)]
    for label in unstated["label"]:
        notes.append(f"{quote(label)} : le document ne dit pas si le montant est prévu ou exécuté")
    sides = found[["first_legibility", "last_legibility"]]
    doubtful = found[(sides == "doubtful").any(axis=1)]
    for label in doubtful["label"]:
        notes.append(f"{quote(label)} : lecture douteuse")
    money = "euros courants" if (found["unit"] == "euros").any() else ""
    return ". ".join([n for n in (money, *notes) if n])


def _pairs_table(found: pd.DataFrame) -> pd.DataFrame:
    first, last = str(found["first"].iloc[0]), str(found["last"].iloc[0])
    rate = found["unit"] == "%"
    return pd.DataFrame(
        {
            "Mesure": found["label"],
            "Unité": found["unit"],
            first: found["first_value"].where(~rate, found["first_value"] * 100),
            f"Sur ({first})": found["first_out_of"],
            last: found["last_value"].where(~rate, found["last_value"] * 100),
            f"Sur ({last})": found["last_out_of"],
            "Écart": found["difference"],
            "Unité de l’écart": found["unit"].where(~rate, "points"),
        }
    ).dropna(axis=1, how="all")


_SLOPE, _SLOPE_YEARS, _SLOPE_TEXT = 22.0, 5.0, 8.0


def _slopes_layout(
    width: float, found: pd.DataFrame
) -> tuple[int, float, float, list[list[str]], list[float], float]:
    """Return columns, panel width, text width, lines of each label, height of each row, height."""
    count = len(found)
    columns = 1 if width < 120 else count if count <= 3 else 2 if count == 4 else 3
    panel = (width - 2 * MARGIN - _GAP * (columns - 1)) / columns
    beside = panel >= 70
    room = min(60.0, 0.46 * panel) if beside else panel
    labels = [_fitted(label, room, _SLOPE_TEXT) for label in found["label"]]
    plot = _SLOPE + _SLOPE_YEARS
    heights = []
    for start in range(0, count, columns):
        most = max(len(label) for label in labels[start : start + columns])
        text = (most * _SLOPE_TEXT + 11.0) * LEADING + 1.4
        heights.append(max(text, plot + 1.5) if beside else text + 3.5 + plot)
    return columns, panel, room, labels, heights, sum(heights) + 5.0 * len(heights) - 1.0


def _draw_slopes(page: Page, found: pd.DataFrame) -> None:
    columns, panel, room, labels, heights, _ = _slopes_layout(page.width, found)
    canvas = page.canvas_axes()
    top = page.plot_height
    plot = _SLOPE + _SLOPE_YEARS
    for number in range(len(found)):
        row, column = divmod(number, columns)
        y = top - sum(heights[:row]) - 5.0 * row
        x = MARGIN + column * (panel + _GAP)
        canvas.plot([x, x + panel], [y - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        pair = found.iloc[[number]]
        below = _block(page, x, y - 2.0, labels[number], _SLOPE_TEXT, weight=600)
        changed = lines.difference(pair["difference"].iloc[0], pair["unit"].iloc[0])
        page.text(x, page.bottom + below - 0.8, changed, size=11, weight=700, va="top")
        beside = room < panel
        wide = min(panel - room - 3.0 if beside else panel, 64.0)
        left = x + panel - wide if beside and columns > 1 else x + room + 3.0 if beside else x
        floor = y - heights[row] + _SLOPE_YEARS - 1.5
        axes = page.axes(left, floor, wide, _SLOPE if not beside else plot - _SLOPE_YEARS)
        page.marks += lines.draw_slope(axes, pair)


# --- dumbbell ------------------------------------------------------------------------


def dumbbell(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    registers: Registers,
    first: int | None = None,
    last: int | None = None,
    prefix: str = "contexte-",
    units: tuple[str, ...] = ("personnes", "mesures"),
) -> Figure:
    """Return the numbers of persons of two years as pairs of dots, from the greatest rise down.

    Parameters
    ----------
    observations, indicators : pandas.DataFrame
        The tables of these names.
    registers : Registers
    first, last : int, optional
        By default :func:`solidata.analysis.evolution.common_years`.
    prefix : str
        Beginning of the identifiers of the indicators.
    units : tuple of str
        Their units.

    Returns
    -------
    Figure
        A total drawn by its parts is left out, as is what lacks a year; the note names them.

    Raises
    ------
    ValueError
        When nothing can be compared, or more than :data:`MAX_ROWS` things.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("observations", "indicators")]
    >>> dumbbell(*tables, solidata.load_registers()).check()
    []
    """
    asked = indicators["indicator_id"].str.startswith(prefix) & indicators["unit"].isin(units)
    values = analysis.yearly(observations, indicators[asked])
    if values.empty:
        raise ValueError(f"Aucun indicateur {quote(prefix)} observé dans ces unités.")
    if first is None or last is None:
        first, last = analysis.common_years(values)
    every = analysis.compare(values, first, last)
    if every.empty:
        raise ValueError(f"Aucun indicateur n’a une valeur à la fois en {first} et en {last}.")
    sums = analysis.totals(every)
    found = every[~every["label"].isin(list(sums))]
    found = found.sort_values(["relative", "difference", "label"], ascending=[False, False, True])
    if len(found) > MAX_ROWS:
        raise _too_many(len(found), MAX_ROWS, "indicateurs comparables")
    found = found.reset_index(drop=True)
    absent = [s for s in dict.fromkeys(values["label"]) if s not in set(every["label"])]
    up, rows = int((found["difference"] > 0).sum()), len(found)
    top, low = found.iloc[0], found.iloc[-1]
    highest = "la plus forte hausse" if rows > 1 else ""
    general = f"{up} {plural(up, 'effectif', 'effectifs')} sur {rows} {plural(up, 'augmente', 'augmentent')} entre {first} et {last}"
    best = general
    if up and pd.notna(top["relative"]):
        best = f"{top['label']} : {_percent(top['relative'])} entre {first} et {last}"
        best += f", {highest}" if highest else ""
    parts = [f"{_row_words(r)}" for _, r in found.iterrows()]
    return Figure(
        name=f"publics-{first}-{last}",
        title=_title(best, general),
        unit=_dumbbell_unit(found),
        data=analysis.points(found),
        value="value",
        draw=lambda page: _draw_dumbbell(page, found),
        height=lambda width: _dumbbell_layout(width, found)[-1],
        table_=_dumbbell_table(found),
        alt=(
            f"{rows} {plural(rows, 'effectif', 'effectifs')} en {first} et en {last}, "
            f"de la plus forte hausse à la plus forte baisse : {' ; '.join(parts)}. "
            f"{general}."
        ),
        reading=f"{_row_words(low)}.",
        note=_dumbbell_note(found, sums, absent, first, last),
        scope=f"{rows} {plural(rows, 'effectif observé', 'effectifs observés')} en {first} et en {last}.",
        registers=registers,
    )  # fmt: skip


def _row_words(row: pd.Series) -> str:
    relative = f", soit {_percent(row['relative'])}" if pd.notna(row["relative"]) else ""
    ends = [format_number(row[f"{s}_value"]) for s in ("first", "last")]
    changed = lines.difference(row["difference"], row["unit"])
    return f"{row['label']}, {ends[0]} en {row['first']} et {ends[1]} en {row['last']} ({changed}{relative})"


def _dumbbell_unit(found: pd.DataFrame) -> str:
    first, last = found["first"].iloc[0], found["last"].iloc[0]
    main = found["unit"].mode().iloc[0]
    others = found[found["unit"] != main]
    text = f"Nombre de {main} en {first} et en {last}, écart et évolution en %"
    if len(others):
        named = _and([f"de {r['unit']} pour {quote(r['label'])}" for _, r in others.iterrows()])
        text = f"Nombre de {main} ({named}) en {first} et en {last}, écart et évolution en %"
    return text


def _dumbbell_note(
    found: pd.DataFrame, sums: dict[str, list[str]], absent: list[str], first: int, last: int
) -> str:
    notes = ["une même personne peut compter dans plusieurs lignes, qui ne s’additionnent pas"]
    for whole, parts in sums.items():
        notes.append(
            f"{quote(whole)} n’est pas tracé : c’est la somme de {_and([quote(p) for p in parts])}"
        )
    if absent:
        verb = plural(len(absent), "n’a pas", "n’ont pas")
        notes.append(
            f"{_and([quote(a) for a in absent])} {verb} de valeur à la fois en {first} et en {last}"
        )
    return ". ".join(n[:1].upper() + n[1:] if i else n for i, n in enumerate(notes))


def _dumbbell_table(found: pd.DataFrame) -> pd.DataFrame:
    first, last = str(found["first"].iloc[0]), str(found["last"].iloc[0])
    return pd.DataFrame(
        {
            "Public": found["label"],
            "Unité": found["unit"],
            first: found["first_value"],
            last: found["last_value"],
            "Écart": found["difference"],
            "Évolution (%)": (found["relative"] * 100).astype(float).round(1),
        }
    )


_KEYS, _AXIS = 7.0, 5.0


def _dumbbell_layout(width: float, found: pd.DataFrame) -> tuple[float, list[list[str]], float]:
    """Return the width of the labels (0 when they stand above), their lines, and the height."""
    rows = len(found)
    if width < 120:
        room = width - 2 * MARGIN - 27.0
        return 0.0, [_fitted(s, room, 8, most=1) for s in found["label"]], rows * 11.0 + 12.5
    room = min(62.0, max(text_width(typography(s), 8, 600) for s in found["label"]) + 0.5)
    labels = [_fitted(s, room, 8, most=2) for s in found["label"]]
    return room, labels, rows * 7.6 + _KEYS + _AXIS


def _draw_dumbbell(page: Page, found: pd.DataFrame) -> None:
    room, labels, height = _dumbbell_layout(page.width, found)
    narrow, rows = page.narrow, len(found)
    pitch = 11.0 if narrow else 7.6
    right = page.width - MARGIN
    left = MARGIN + (room + 3.0 if room else 0.0)
    changes, shares = 0.0 if narrow else 13.0, 0.0 if narrow else 34.0
    canvas = page.canvas_axes()
    top = height - (_KEYS if not narrow else 6.0)
    style = {"size": 7, "color": theme.SOFT_INK, "ha": "right", "va": "center_baseline"}
    if not narrow:
        page.text(right - 14.0, page.bottom + height - 2.0, "Écart", **style)
        page.text(right, page.bottom + height - 2.0, "Évolution", **style)
    x = left + 1.0
    for side, fill in (("first", lines.FIRST), ("last", lines.LAST)):
        year = str(found[side].iloc[0])
        lines.dot(canvas, x, height - 2.0, year, fill)
        page.text(x + 2.2, page.bottom + height - 2.0, year, size=7.5, weight=600, va="center_baseline")
        x += 13.0
    # On one column the label takes the upper half of its row.
    wide = right - left - (shares + (2.0 if changes else 0.0))
    floor = top - rows * pitch
    axes = page.axes(left, floor - (2.2 if narrow else 0.0), wide, rows * pitch)
    page.marks += lines.draw_dumbbell(axes, found)
    number = {"ha": "right", "va": "center_baseline", "tabular": True, "size": 8}
    for row, (_, pair) in enumerate(found.iterrows()):
        middle = page.bottom + top - (row + 0.5) * pitch
        change = lines.signed(format_number(abs(pair["difference"])), pair["difference"])
        relative = _percent(pair["relative"]) if pd.notna(pair["relative"]) else "–"
        if narrow:
            page.text(left, middle + 2.6, labels[row][0], size=8, weight=600, va="center_baseline")
            page.text(right, middle + 2.6, f"{change} ({relative})", **number)
            continue
        above = (len(labels[row]) - 1) * 8 * LEADING / 2
        for line, text in enumerate(labels[row]):
            y = middle + above - line * 8 * LEADING
            page.text(MARGIN, y, text, size=8, weight=600, va="center_baseline")
        page.text(right - 14.0, middle, change, weight=600, **number)
        page.text(right, middle, relative, **number)


# --- series --------------------------------------------------------------------------


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
        raise _too_many(data["indicator_id"].nunique(), MAX_SERIES, "séries")
    data = data.sort_values(["indicator_id", "year"], kind="stable")
    common = os.path.commonprefix(list(dict.fromkeys(data["label"]))).split(",")[0].strip()
    whole = data[data["label"].str.contains(r"\btotale?\b", case=False)]
    parts = data.drop(whole.index)
    years = int(data["year"].min()), int(data["year"].max())
    panels = _series_panels(whole, parts)
    change = {label: _change(rows) for label, _, rows in panels}
    headline = panels[0] if len(whole) else max(panels, key=lambda p: change[p[0]][0])
    rows = headline[2]
    end, since = rows["value"].iloc[-1], int(rows["year"].iloc[0])
    told = f"{rows['label'].iloc[0]} : {lines.millions(end)} en {rows['year'].iloc[-1]}"
    said = f"{told}, {_moved(rows)} depuis {since}" if len(rows) > 1 else told
    lowest = data.loc[data["value"].idxmin()]
    return Figure(
        name=f"{name}-{years[0]}-{years[1]}",
        title=_title(said, told, f"{common} de {years[0]} à {years[1]}"),
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
            + f". La plus basse valeur est de {lines.millions(lowest['value'])} en {lowest['year']}."
        ),
        reading=f"{_sentence(_series_words(panels[-1][2]))}.",
        note=_rest_note(whole, parts),
        scope=f"dépenses observées de {years[0]} à {years[1]}.",
        registers=registers,
    )


def _change(rows: pd.DataFrame) -> tuple[float, int]:
    return float(rows["value"].iloc[-1] - rows["value"].iloc[0]), int(rows["year"].iloc[0])


def _moved(rows: pd.DataFrame) -> str:
    change = _change(rows)[0]
    return lines.signed(lines.millions(abs(change)), change)


def _series_words(rows: pd.DataFrame) -> str:
    start, end = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{end['label']} : {lines.millions(end['value'])} en {end['year']}"
    return (
        f"{end['label']} : {lines.millions(start['value'])} en {start['year']}, "
        f"{lines.millions(end['value'])} en {end['year']} ({_moved(rows)})"
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
        f"{lines.millions(now['value'].sum())} ; les {lines.millions(rest)} restants du total ne "
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
    common = os.path.commonprefix(list(dict.fromkeys(parts["label"])))
    common = common[: common.rfind(", ") + 2] if ", " in common else ""
    panels = []
    for frame in (whole, parts):
        found = [rows for _, rows in frame.groupby("indicator_id", sort=False)]
        for rows in sorted(found, key=lambda r: -float(r["value"].iloc[-1])):
            label = str(rows["label"].iloc[0]).removeprefix(common)
            label = label[:1].upper() + label[1:]
            moved = f"{_moved(rows)} depuis {rows['year'].iloc[0]}" if len(rows) > 1 else ""
            panels.append((label, moved, rows))
    return panels


_PLOT_HEAD, _PLOT_FOOT = 5.0, 5.0
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
    tall = (44.0 if narrow else 58.0) if apart else 24.0
    scale = tall / big
    labels = [
        _fitted(label, (side or room) if apart and i == 0 else wide, 8, most=3)
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
        below = _block(page, x, top - 1.8, grid.labels[number], 8, weight=600)
        if moved:
            _block(page, x, below, [moved], 7.5, color=theme.SOFT_INK)
        alone = total and number == 0
        limits = _limits(rows["value"]) if alone else (low * 1e6, high * 1e6)
        limits = limits if limits[1] > limits[0] else (0.0, 1e6)
        plot = (limits[1] - limits[0]) / 1e6 * grid.scale
        axes = page.axes(x + 5.0, top - tall + _PLOT_FOOT, wide - 6.0, plot)
        page.marks += lines.draw_series(axes, rows, years, limits)


# --- budgets -------------------------------------------------------------------------

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
                    f"{lines.millions(r['amount_eur'])} en {r['year']} "
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
    return f"{label}, périmètre supposé" if kind != category else label


def _voted(stage: str, stages: dict[str, str]) -> str:
    words = {"primitif": "votés", "orientations": "aux orientations"}
    return words.get(stage, f"({stages[stage].lower()})")


def _budget_title(rows: pd.DataFrame, joined: pd.DataFrame, stages: dict[str, str]) -> str:
    """Return the latest change of the solidarities within one scope, else the latest amount."""
    social = joined[joined["panel"] != "total"]
    pool = social if len(social) else joined
    latest = rows.sort_values(["year", "amount_eur"]).iloc[-1]
    name = "Budget total" if latest["panel"] == "total" else "Solidarités"
    plain = f"{name} : {lines.millions(latest['amount_eur'])} en {latest['year']}"
    if pool.empty:
        return plain
    row = pool.sort_values(["year", "amount_eur"]).iloc[-1]
    name = "Budget total" if row["panel"] == "total" else "Solidarités"
    before = row["amount_eur"] - row["change_eur"]
    earlier = rows[(rows["run"] == row["run"]) & (rows["year"] == row["year"] - 1)]
    sure = not (bool(row["supposed"]) or bool(earlier["supposed"].any()))
    kept = "à périmètre constant" if sure else "à périmètre supposé constant"
    said = (
        f"{name} : {lines.millions(row['amount_eur'])} {_voted(row['stage'], stages)} en "
        f"{row['year']}, {lines.millions(before, unit=False)} en {row['year'] - 1}"
    )
    return _title(f"{said}, {kept}", said, plain)


def _budget_reading(
    rows: pd.DataFrame, joined: pd.DataFrame, names: dict[str, str], stages: dict[str, str]
) -> str:
    if joined.empty:
        return ""
    row = joined.sort_values(["year", "panel"]).iloc[-1]
    changed = lines.signed(lines.millions(abs(row["change_eur"])), row["change_eur"])
    return (
        f"{_sentence(names[row['block_id']])}, {lines.millions(row['amount_eur'])} "
        f"{_voted(row['stage'], stages)} en {row['year']}, {changed} en un an ; deux colonnes ne se "
        "comparent que dans un même cadre, sous une même étape."
    )


def _budget_note(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """Return what is said of the scopes that are not sure, and how many amounts the press gives."""
    said: dict[str, list[str]] = {}
    for _, row in rows[rows["supposed"]].iterrows():
        where = f"{_sentence(names[row['block_id']])} {row['year']}"
        said.setdefault(_sentence(row["remark"]), []).append(where)
    notes = [f"{_and(where)} : {remark}" for remark, where in said.items()]
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
            "Périmètre supposé": rows["supposed"].map({True: "oui", False: "non"}),
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
    labels = [_fitted(label, wide, 8, most=2) for label, _ in panels]
    values = pd.concat([rows["amount_eur"] for _, rows in panels])
    low, high = _limits(values)
    scale = (34.0 if width < 120 else 40.0) / max(high - low, 1.0)
    heights = []
    for start in range(0, len(panels), columns):
        group = panels[start : start + columns]
        low, high = _limits(pd.concat([rows["amount_eur"] for _, rows in group]))
        head = max(len(t) for t in labels[start : start + columns]) * 8 * LEADING + 2.0
        heights.append(head + _PLOT_HEAD + max((high - low) * scale, 4.0) + _PLOT_FOOT)
    keys = shapes.legend_height(entries, room) + 2.5
    return columns, wide, scale, labels, heights, keys + sum(heights) + 4.0 * (len(heights) - 1)


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
        top = start - sum(heights[:row]) - 4.0 * row
        x = MARGIN + column * (wide + _GAP)
        canvas.plot([x, x + wide], [top - 0.2] * 2, color=theme.GRID, linewidth=0.6)
        _block(page, x, top - 1.8, labels[number], 8, weight=600)
        floor = top - heights[row] + _PLOT_FOOT
        tall = max((limits[1] - limits[0]) * scale, 4.0)
        axes = page.axes(x, floor, wide, tall)
        page.marks += lines.draw_columns(axes, rows, fills, years, limits)


# --- openings ------------------------------------------------------------------------


def openings(
    events: pd.DataFrame,
    observations: pd.DataFrame,
    registers: Registers,
    indicator: str = "mds-ouvertes",
) -> Figure:
    """Return how many houses receive the public out of those aimed at, and the dated openings.

    Parameters
    ----------
    events, observations : pandas.DataFrame
        The tables of these names.
    registers : Registers
    indicator : str
        What counts the houses open, and their target.

    Returns
    -------
    Figure
        Tiles for the count, which has no date; a line of time for the openings that have one.

    Raises
    ------
    ValueError
        When the observed number or the target is missing or printed with several values, or when
        no opening is dated.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("events", "observations")]
    >>> openings(*tables, solidata.load_registers()).check()
    []
    """
    data = analysis.openings(events, observations, indicator)
    dated = data[data["what"] == "opening"].reset_index(drop=True)
    opened = int(data.loc[data["what"] == "open", "count"].iloc[0])
    target = int(data.loc[data["what"] == "target", "count"].iloc[0])
    if dated.empty:
        raise ValueError("Aucune ouverture de maison n’est datée.")
    if target < 1 or opened < 0 or target > _MOST_TILES:
        raise ValueError(
            f"{opened} maisons sur {target} : de 1 à {_MOST_TILES} maisons visées sont attendues."
        )
    if len(dated) > target:
        raise _too_many(len(dated), target, "ouvertures datées")
    count = len(dated)
    receive = plural(opened, "reçoit", "reçoivent")
    years = f"{dated['date_start'].min().year}", f"{dated['date_start'].max().year}"
    when = f"en {years[0]}" if years[0] == years[1] else f"de {years[0]} à {years[1]}"
    opens = plural(count, "ouverture est datée", "ouvertures sont datées")
    named = _and([f"{r['label']} ({_day(r)})" for _, r in dated.iterrows()])
    return Figure(
        name="ouvertures-mds",
        title=f"{opened} maisons sur {target} {receive} du public, {count} {opens}",
        unit="Maisons départementales des solidarités (MDS), en nombre, et dates d’ouverture imprimées",
        data=data,
        value="count",
        draw=lambda page: _draw_openings(page, dated, opened, target),
        height=lambda width: _openings_layout(width, dated)[-1],
        table_=_openings_table(data),
        alt=(
            f"{opened} carreaux pleins sur {target} : {opened} maisons {receive} du public, "
            f"{max(target - opened, 0)} restent à ouvrir. Sur une ligne du temps, "
            f"{count} {plural(count, 'ouverture datée', 'ouvertures datées')} {when} : {named}."
        ),
        reading=f"{opened} maisons sur les {target} visées {receive} du public ; {named}.",
        note=(
            f"le nombre de {opened} maisons est imprimé sans date ; {count} "
            f"{plural(count, 'ouverture est datée', 'ouvertures sont datées')}"
        ),
        scope=f"les {target} maisons départementales des solidarités visées.",
        registers=registers,
    )  # fmt: skip


_MOST_TILES = 40


def _day(row: pd.Series) -> str:
    """Return the date of an event, as precise as it is known."""
    start = row["date_start"]
    if row["precision"] in ("year", "season"):
        return str(start.year)
    text = format_date(start.date())
    return text.split(" ", 1)[1] if row["precision"] == "month" else text


def _openings_table(data: pd.DataFrame) -> pd.DataFrame:
    words = {"opening": "Ouverture datée", "open": "Ouvertes, sans date", "target": "Objectif"}
    return pd.DataFrame(
        {
            "Nature": data["what"].map(words),
            "Maison": data["label"].where(data["what"] == "opening", "Toutes"),
            "Date": [_day(r) if pd.notna(r["date_start"]) else "" for _, r in data.iterrows()],
            "Nombre": data["count"].astype(int),
        }
    )


_LEVEL, _TILES_HEIGHT, _TIME_FOOT = 8.6, 27.0, 8.0


def _openings_layout(
    width: float, dated: pd.DataFrame
) -> tuple[bool, float, list[float], list[int], tuple[int, int], float, float]:
    """Return whether side by side, the width of the line of time, the places and levels of the
    events on it, its years, its height, and the whole height."""
    beside = width >= 190
    room = width - 2 * MARGIN
    line = room * 0.5 - _GAP if beside else room
    years = int(dated["date_start"].dt.year.min()), int(dated["date_start"].dt.year.max()) + 1
    origin = pd.Timestamp(years[0], 1, 1)
    whole = (pd.Timestamp(years[1], 1, 1) - origin).days
    places = [line * (d - origin).days / whole for d in dated["date_start"]]
    levels, ends = [], {}
    for place, (_, row) in zip(places, dated.iterrows(), strict=True):
        wide = max(text_width(row["label"], 8, 600), text_width(_day(row), 7)) + 3.0
        left = min(place, line - wide)
        level = next(n for n in range(len(dated)) if ends.get(n, -1.0) <= left)
        ends[level] = left + wide
        levels.append(level)
    tall = (max(levels) + 1) * _LEVEL + 4.0 + _TIME_FOOT
    height = max(_TILES_HEIGHT, tall) if beside else _TILES_HEIGHT + 5.0 + tall
    return beside, line, places, levels, years, tall, height


def _draw_openings(page: Page, dated: pd.DataFrame, opened: int, target: int) -> None:
    beside, line, places, levels, years, tall, height = _openings_layout(page.width, dated)
    canvas = page.canvas_axes()
    room = page.width - 2 * MARGIN
    _draw_tiles(page, canvas, opened, target, height, room * 0.5 - _GAP / 2 if beside else room)
    left = page.width - MARGIN - line
    base = (height - tall if beside else 0.0) + _TIME_FOOT
    top = base + tall - _TIME_FOOT
    _draw_time(page, canvas, dated, left, line, base, top, places, levels, years)


def _draw_tiles(
    page: Page, canvas: object, opened: int, target: int, top: float, room: float
) -> None:
    number = f"{opened} sur {target}"
    page.text(MARGIN, page.bottom + top - 1.0, number, size=18, weight=700, va="top")
    beside = MARGIN + text_width(number, 18, 700) + 3.0
    words = _fitted(
        f"{plural(opened, 'maison reçoit', 'maisons reçoivent')} du public, sans date imprimée",
        room - beside + MARGIN, 8, 400, 2,
    )  # fmt: skip
    _block(page, beside, top - (2.0 if len(words) > 1 else 3.6), words, 8)
    gap = 1.0
    side = min(9.0, (room + gap) / max(target, opened) - gap)
    y = top - 12.5 - side
    fills = {True: theme.HIGHLIGHT, False: Fill(theme.PAPER, "#5B6770", theme.INK)}
    for tile in range(max(target, opened)):
        done = tile < opened
        name = "ouverte" if done else "à ouvrir"
        x = MARGIN + tile * (side + gap)
        shapes.tile(page, canvas, name, fills[done], x + 0.2, y, side - 0.4, side)  # type: ignore[arg-type]
    style = {"size": 7, "color": theme.SOFT_INK, "va": "top"}
    page.text(MARGIN, page.bottom + y - 1.4, f"{opened} {plural(opened, 'ouverte')}", **style)
    left = target - opened
    if left > 0:
        edge = MARGIN + (target - 1) * (side + gap) + side
        page.text(edge, page.bottom + y - 1.4, f"{left} à ouvrir", ha="right", **style)


def _draw_time(
    page: Page,
    canvas: object,
    dated: pd.DataFrame,
    left: float,
    line: float,
    base: float,
    top: float,
    places: list[float],
    levels: list[int],
    years: tuple[int, int],
) -> None:
    """Draw years as a line with a tick a year, and each opening above it."""
    canvas.plot([left, left + line], [base] * 2, color=theme.INK, linewidth=0.8)  # type: ignore[attr-defined]
    origin = pd.Timestamp(years[0], 1, 1)
    whole = (pd.Timestamp(years[1], 1, 1) - origin).days
    many = (years[1] - years[0]) > 2
    months = [(y, m) for y in range(*years) for m in ((1,) if many else (1, 4, 7, 10))]
    months.append((years[1], 1))
    for year, month in months:
        x = left + line * (pd.Timestamp(year, month, 1) - origin).days / whole
        canvas.plot([x, x], [base, base - 1.2], color=theme.INK, linewidth=0.6)  # type: ignore[attr-defined]
        text = format_date(pd.Timestamp(year, month, 1).date()).split(" ", 1)[1] if not many else str(year)
        ha = "left" if (year, month) == months[0] else "right" if (year, month) == months[-1] else "center"
        page.text(x, page.bottom + base - 2.0, text, size=7, color=theme.SOFT_INK, ha=ha, va="top")
    for place, level, (_, row) in zip(places, levels, dated.iterrows(), strict=True):
        x, y = left + place, base + 4.0 + level * _LEVEL
        canvas.plot([x, x], [base, y + 5.6], color=theme.SOFT_INK, linewidth=0.7, zorder=1)  # type: ignore[attr-defined]
        page.marks.append(lines.dot(canvas, x, base, "ouverte", theme.HIGHLIGHT))
        wide = max(text_width(row["label"], 8, 600), text_width(_day(row), 7)) + 1.5
        right = x + wide > left + line
        ha, shift = ("right", -1.2) if right else ("left", 1.2)
        page.text(x + shift, page.bottom + y + 6.0, row["label"], size=8, weight=600, ha=ha, va="top")
        page.text(x + shift, page.bottom + y + 2.4, _day(row), size=7, color=theme.SOFT_INK, ha=ha, va="top")


# --- coverage ------------------------------------------------------------------------


def coverage_curve(
    data: pd.DataFrame,
    registers: Registers,
    name: str,
    scope: str,
    of: str = "des habitants",
    to: str = "du plus proche accueil",
    mark: float = 10.0,
    step: bool = True,
    note: str = "",
    x: str = "distance_km",
    y: str = "share",
    group: str = "group",
) -> Figure:
    """Return the share of a population within each distance, a line a group.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a group and distance: `x` in kilometres, `y` a fraction from 0 to 1 that never
        falls, `group`; with ``address``, ``source_id``, and if known ``line`` and ``printed``.
    registers : Registers
    name, scope : str
        Stem of the files, and « Champ ».
    of, to : str
        Whose share, and from what, as they stand in a sentence.
    mark : float
        The distance, in kilometres, that the title tells of.
    step : bool
        Whether a share holds until the next known distance; straight lines otherwise.
    note : str
        Added to « Distances à vol d’oiseau ».
    x, y, group : str
        Names of the columns.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        When there is nothing to draw, more than four groups, a missing or negative distance, a
        share out of 0-1 or one that falls as distance grows.
    """
    _check_coverage(data, x, y, group)
    groups = list(dict.fromkeys(data[group]))
    if len(groups) > len(lines.CURVES):
        raise _too_many(len(groups), len(lines.CURVES), "courbes")
    near = analysis.within(data, mark, x, y, group)
    best, least = near.idxmax(), near.idxmin()
    km = f"{format_number(mark)} km"
    one = f"{format_rate(near[best])} {of} sont à moins de {km} {to}"
    short = f"{format_rate(near[best])} {of} sont à moins de {km}"
    several = f"À moins de {km} : de {format_rate(near[least])} ({least}) à {format_rate(near[best])} ({best}) {of}"
    fewer = f"À moins de {km} : de {format_rate(near[least])} à {format_rate(near[best])} selon les groupes"
    ends = data.sort_values(x).groupby(group, sort=False).tail(1).set_index(group)
    words = [
        f"{g} : {format_rate(near[g])} à moins de {km}, {format_rate(ends.loc[g, y])} à moins de "
        f"{format_number(float(ends.loc[g, x]))} km"
        for g in groups
    ]
    wide = data.pivot_table(index=x, columns=group, values=y)[groups].ffill() * 100
    wide.columns = [f"{g} (%)" for g in groups]
    reading = f"{format_rate(near[groups[0]])} {of}"
    reading += f" ({groups[0]})" if len(groups) > 1 else ""
    return Figure(
        name=name,
        title=_title(one, short) if len(groups) == 1 else _title(several, fewer),
        unit=f"Part {of}, en %, selon la distance {to}, en kilomètres à vol d’oiseau",
        data=data.reset_index(drop=True),
        value=y,
        draw=lambda page: _draw_coverage(page, data, x, y, group, mark, step),
        height=lambda width: 58.0 if width < 120 else 74.0,
        table_=wide.rename_axis("Distance (km)").reset_index(),
        alt=f"{len(groups)} {plural(len(groups), 'courbe', 'courbes')}. {'. '.join(words)}.",
        reading=f"{reading} sont à moins de {km} {to}.",
        note="distances à vol d’oiseau" + (f". {note[:1].upper()}{note[1:]}" if note else ""),
        scope=scope,
        registers=registers,
    )  # fmt: skip


def _check_coverage(data: pd.DataFrame, x: str, y: str, group: str) -> None:
    missing = [c for c in (x, y, group) if c not in data]
    if missing:
        raise ValueError(f"Colonnes absentes : {', '.join(missing)}.")
    if data.empty:
        raise ValueError("Aucune donnée à tracer.")
    if data[[x, y, group]].isna().any().any():
        raise ValueError("Une distance, une part ou un groupe manque.")
    if (data[x] < 0).any():
        raise ValueError("Une distance est négative.")
    if not data[y].between(0, 1).all():
        raise ValueError("Une part n’est pas comprise entre 0 et 1.")
    if (data.sort_values(x, kind="stable").groupby(group)[y].diff() < 0).any():
        raise ValueError("Une part diminue quand la distance augmente.")


def _draw_coverage(
    page: Page, data: pd.DataFrame, x: str, y: str, group: str, mark: float, step: bool
) -> None:
    left = 11.0
    axes = page.axes(left, 5.5, page.width - MARGIN - left, page.plot_height - 8.5)
    page.marks += lines.draw_curves(axes, data, x, y, group, mark, step)
