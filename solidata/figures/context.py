"""A département among the others: over time with the quartiles, and one year with every one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from solidata.analysis import context as analysis
from solidata.analysis.columns import require
from solidata.figures import lines, shapes, theme
from solidata.figures.frame import Figure
from solidata.figures.notes import sentences
from solidata.figures.page import LOW, MARGIN, MM_PER_POINT, Mark, Page, text_width
from solidata.figures.texts import breakable, fitted, span_of, title
from solidata.figures.theme import Fill
from solidata.french import decapitalised, format_number, listed, plural, quote
from solidata.problems import NoDataError
from solidata.tables import Registers

BAND = Fill(theme.SEQUENTIAL[0], "#3A7CA8", theme.INK)
"""Between the first and the third quartile."""
MEDIAN = "Médiane des départements"
_CURVES = (theme.CATEGORY[0], theme.CATEGORY[1], theme.CATEGORY[4], Fill(theme.PAPER, "#3A7CA8", theme.INK))  # fmt: skip
_DASHES = ("-", (0, (4, 1.2)), (0, (1, 1)), (0, (6, 1.2, 1, 1.2)))
_NEEDED = ["area_kind", "department", "region", "area_name", "year", "value", "unit", "population",
           "population_year", "provisional", "rate", "basis", "source_id", "address"]  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """How rates are printed: their factor, their decimals, their unit."""

    factor: float
    decimals: int
    unit: str
    money: bool

    @classmethod
    def of(cls, found: pd.DataFrame, public: str) -> Scale:
        """Return the scale of the rates of `found`: euros, or persons for a thousand."""
        unit = str(found["unit"].dropna().iloc[0]) if found["unit"].notna().any() else ""
        who = analysis.public_words(public)
        if unit == "euros":
            when = "euros courants"
            if "price_base" in found:
                when = f"euros constants de {int(found['price_base'].iloc[0])}"
            small = float(found["rate"].abs().max()) < 100
            return cls(1.0, int(small), f"{when} par habitant {who}".strip(), True)
        return cls(1000.0, 1, f"{unit} pour 1 000 habitants {who}".strip(), False)

    def said(self, rate: float) -> str:
        """Return a rate as printed, without its unit."""
        return format_number(rate * self.factor, self.decimals)

    def told(self, rate: float) -> str:
        """Return a rate with its short unit: « 251 € », « 250,7 »."""
        return f"{self.said(rate)}\u00a0€" if self.money else self.said(rate)


def over_time(
    found: pd.DataFrame, department: str, label: str, public: str, registers: Registers,
    name: str = "contexte-evolution",
) -> Figure:  # fmt: skip
    """Return the line of a département with the quartiles, its region and metropolitan France.

    Parameters
    ----------
    found : pandas.DataFrame
        Rows of :func:`solidata.analysis.context.rates`; with ``rate`` in constant euros when
        :func:`~solidata.analysis.context.constant_euros` has made it so.
    department : str
        Its code; its name comes from the rows.
    label : str
        What is counted.
    public : str
        The ages of the denominator, ``"75-"``.
    registers : Registers
    name : str
        Stem of the figure's files.

    Returns
    -------
    Figure
        A year without a value breaks the line.

    Raises
    ------
    NoDataError
        When the département has no rate.
    """
    own = own_rows(found, department)
    scale = Scale.of(found, public)
    years = int(own["year"].min()), int(own["year"].max())
    bands = analysis.quartiles(found).set_index("year").reindex(range(years[0], years[1] + 1))
    called, last = str(own["area_name"].iloc[0]), own.iloc[-1]
    curves = {called: own, **comparators(found, own, years)}
    band = bands.loc[years[1]]
    where = position(float(last["rate"]), band)
    breakable([label, called])
    data = pd.concat(curves.values(), ignore_index=True)
    n = bands["n"].dropna()
    same = n.min() == n.max()
    count = f"{int(n.min())}" if same else f"selon l’année, {int(n.min())} à {int(n.max())}"
    return Figure(
        name=name,
        title=title(f"{label} : {called} {where} en {years[1]}", f"{called} {where} en {years[1]}"),
        unit=f"{label}, {scale.unit}",
        data=data,
        value="rate",
        draw=lambda page: _draw_over_time(page, curves, bands, years, scale),
        height=lambda width: _legend_height(width) + (58.0 if width < 120 else 72.0),
        table_=_time_table(curves, bands, scale),
        alt=(
            f"Courbe de {called} {span_of(*years)} avec la moitié centrale des départements, "
            f"{listed([*curves][1:] or ['aucune comparaison'])}. {_ends(own, scale)} En {years[1]}, la médiane "
            f"des départements est de {scale.told(band['median'])}, les quartiles de "
            f"{scale.told(band['q1'])} et {scale.told(band['q3'])}."
        ),
        scope=f"{count} départements ayant une valeur.",
        registers=registers,
        reading=(
            f"en {years[1]}, {called} : {scale.told(last['rate'])} {per(scale)} ; un quart des départements "
            f"sont au-dessus de {scale.told(band['q3'])}, un quart au-dessous de {scale.told(band['q1'])}."
        ),
        note=sentences(
            [
                note_of(data, found[found["year"].between(*years)], public),
                "" if _limits(curves, bands, scale)[0] == 0 else "l’échelle ne part pas de zéro",
            ]
        ),
    )


def own_rows(found: pd.DataFrame, department: str) -> pd.DataFrame:
    """Return the rows of a département that have a rate, by year."""
    require(found, "taux", _NEEDED)
    own = found[(found["area_kind"] == "departement") & (found["department"] == department)]
    own = own[own["rate"].notna()].sort_values("year")
    if own.empty:
        raise NoDataError(f"Aucune valeur pour le département {quote(department)}.")
    return own


def comparators(
    found: pd.DataFrame, own: pd.DataFrame, years: tuple[int, int]
) -> dict[str, pd.DataFrame]:
    """Return the rows of the region and of metropolitan France, by their names."""
    region = (found["area_kind"] == "region") & (found["region"] == own["region"].iloc[0])
    rows = found[(region | (found["area_kind"] == analysis.METROPOLE)) & found["rate"].notna()]
    rows = rows[rows["year"].between(*years)]
    return {str(n): r.sort_values("year") for n, r in rows.groupby("area_name", sort=True)}


POSITIONS = ("dans le quart supérieur", "au-dessus de la médiane", "à la médiane",
             "sous la médiane", "dans le quart inférieur")  # fmt: skip
"""Where a rate stands among the quartiles, from the highest down."""


def position(rate: float, band: pd.Series) -> str:
    """Return which of :data:`POSITIONS` a rate has."""
    upper, above, middle, below, lower = POSITIONS
    if rate > band["q3"]:
        return upper
    if rate < band["q1"]:
        return lower
    if rate == band["median"]:
        return middle
    return above if rate > band["median"] else below


def per(scale: Scale) -> str:
    """Return the unit that follows a rate told with its sign of money."""
    return scale.unit.partition(" ")[2] if scale.money else scale.unit


def _ends(rows: pd.DataFrame, scale: Scale) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"{scale.told(first['rate'])} en {first['year']}, "
        f"{scale.told(last['rate'])} en {last['year']}."
    )


def note_of(data: pd.DataFrame, found: pd.DataFrame, public: str) -> str:
    """Return what a reader must know of the denominator, the comparators and the quartiles."""
    late = int((data["population_year"] - data["year"]).max())
    day = "au 1er janvier de l’année suivante" if late else "au 1er janvier de l’année"
    told = [f"population {analysis.public_words(public)} {day}".replace("  ", " ")]
    soft = sorted({int(y) for y in data.loc[data["provisional"].astype(bool), "population_year"]})
    if soft:
        told.append(f"population provisoire en {listed(map(str, soft))}")
    series = [quote(t) for t in data.get("series", pd.Series(dtype=object)).unique() if t]
    if series:
        told.append(f"série {listed(series)}")
    flags = data.get("flag", pd.Series("", index=data.index))
    if broken := sorted({str(y) for y in data.loc[flags == "rupture", "year"]}):
        told.append(f"rupture de série en {listed(broken)}")
    sums = data.loc[data["basis"] == "sum", "area_name"].unique()
    if len(sums):
        told.append(f"{listed(sums)} : somme des départements")
    rows = found[found["area_kind"] == "departement"]
    missing = rows[rows["rate"].isna()].groupby("year").size()
    if len(missing):
        most = int(missing.max())
        told.append(
            f"sans valeur, donc hors des quartiles : au plus {most} {plural(most, 'département')} par an"
        )
    told.append("un département divisé ou réuni depuis est compté une fois")
    if "price_source" in found:
        told.append(f"prix : {decapitalised(found['price_source'].iloc[0])}")
    return sentences(told)


def _time_table(curves: dict[str, pd.DataFrame], bands: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    columns = {n: r.set_index("year")["rate"] for n, r in curves.items()}
    wide = pd.DataFrame(columns).reindex(bands.index)
    names = {"q1": "1er quartile", "median": "Médiane", "q3": "3e quartile"}
    wide = wide.join(bands[list(names)].rename(columns=names)) * scale.factor
    wide = wide.join(bands["n"].rename("Départements"))
    return wide.rename_axis("Année").reset_index()


_ENTRIES = [("Moitié centrale des départements", "du 1er au 3e quartile", BAND)]


def _legend_height(width: float) -> float:
    return shapes.legend_height(_ENTRIES, width - 2 * MARGIN) + 2.5


def _limits(
    curves: dict[str, pd.DataFrame], bands: pd.DataFrame, scale: Scale
) -> tuple[float, float]:
    """Return the ends of the scale: from zero, unless the lines would be a ribbon at the top."""
    every = [*(r["rate"] for r in curves.values()), bands["q1"], bands["q3"]]
    low, high = (f(float(f(s.dropna())) for s in every) * scale.factor for f in (min, max))
    return (0.0 if low < 0.55 * high or low <= 0 else low - 0.25 * (high - low)), high


def _draw_over_time(
    page: Page, curves: dict[str, pd.DataFrame], bands: pd.DataFrame, years: tuple[int, int],
    scale: Scale,
) -> None:  # fmt: skip
    shapes.legend(page, page.canvas_axes(), _ENTRIES, MARGIN, page.plot_height - 0.5, page.width - 2 * MARGIN)  # fmt: skip
    low, high = _limits(curves, bands, scale)
    at = lines.ticks(low, high + 0.05 * (high - low), 5)
    names = [*curves, MEDIAN]
    ends = [float(r["rate"].iloc[-1]) * scale.factor for r in curves.values()]
    ends.append(float(bands["median"].iloc[-1]) * scale.factor)
    # The name of a line and its last value.
    most = 0.34 * page.width
    labels = [
        fitted(f"{n} {format_number(e, scale.decimals)}".replace(" de ", "\u00a0de "), most, 7.5)
        for n, e in zip(names, ends, strict=True)
    ]
    page.names.update({n: line[0].split(" ")[0] for n, line in zip(names, labels, strict=True)})
    right = max(text_width(line, 7.5, 600) for label in labels for line in label) + 3.0
    left = max(text_width(format_number(t), 7) for t in at) + 2.0
    foot, top = 5.5, page.plot_height - _legend_height(page.width)
    axes = page.axes(MARGIN + left, foot, page.width - 2 * MARGIN - left - right, top - foot - 1.5)
    lines.bare(axes)
    span = years if years[0] < years[1] else (years[0] - 1, years[1] + 1)
    axes.set(xlim=span, ylim=(low, high + 0.05 * (high - low)))
    for tick in at:
        colour, wide = (theme.INK, 0.8) if tick == 0 else (theme.GRID, 0.6)
        axes.axhline(tick, color=colour, linewidth=wide, zorder=0)
    axes.set_yticks(at, [format_number(t) for t in at], size=7, color=theme.SOFT_INK)
    _year_ticks(axes, years)
    axes.tick_params(length=0, pad=2.5)
    axes.tick_params(axis="x", pad=4.5)  # clear of the zero beside the axis
    x = bands.index.to_numpy(float)
    q1, q3, median = (bands[c].to_numpy(float) * scale.factor for c in ("q1", "q3", "median"))
    axes.fill_between(x, q1, q3, color=BAND.face, linewidth=0, zorder=1, clip_on=False)
    for edge in (q1, q3):
        axes.plot(x, edge, color=BAND.edge, linewidth=0.5, zorder=1, clip_on=False)
    drawn = [(n, r.set_index("year")["rate"].reindex(bands.index).to_numpy(float) * scale.factor) for n, r in curves.items()]  # fmt: skip
    for rank, (name, values) in enumerate([*drawn, (MEDIAN, median)]):
        fill = _CURVES[rank] if name != MEDIAN else _CURVES[3]
        dash = _DASHES[rank] if name != MEDIAN else _DASHES[3]
        (line,) = axes.plot(
            x, values, color=fill.edge, linestyle=dash, linewidth=2.2 if rank == 0 else 1.3,
            marker="o" if rank == 0 else None, markersize=3.2, zorder=4 - rank * 0.1, clip_on=False,
        )  # fmt: skip
        page.marks.append(Mark(line, name, fill))
    _end_names(axes, labels, ends, years[1])


def _year_ticks(axes: Axes, years: tuple[int, int]) -> None:
    """Write the last year, and as many before as there is room for."""
    count = years[1] - years[0]
    each = lines.width_mm(axes) / max(count, 1)
    step = max(1, math.ceil((text_width("2026", 7) + 2.5) / each))
    named = list(range(years[1], years[0] - 1, -step))
    axes.set_xticks(named, [str(y) for y in named], size=7, color=theme.SOFT_INK)


def _end_names(axes: Axes, labels: list[list[str]], ends: list[float], last: int) -> None:
    """Name each line at its end, apart from the others, with a thin line to where it ends."""
    low, high = axes.get_ylim()
    per_mm = (high - low) / lines.height_mm(axes)
    tall = [3.4 * len(label) for label in labels]
    gap = (max(tall) + 0.4) * per_mm
    places = lines.spread(ends, gap, low + gap / 2, high)
    for rank, (label, end, place) in enumerate(zip(labels, ends, places, strict=True)):
        if abs(place - end) > gap / 4:
            axes.annotate(
                "", (last, end), (5, (place - end) / per_mm / MM_PER_POINT), xycoords="data",
                textcoords="offset points", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": theme.SOFT_INK, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
        axes.annotate(
            lines.plain("\n".join(label)), (last, place), (6, LOW), textcoords="offset points",
            va="center_baseline", size=7.5, weight=600 if rank == 0 else 400,
            annotation_clip=False, linespacing=1.15,
        )  # fmt: skip
