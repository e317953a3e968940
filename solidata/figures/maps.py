"""Maps of where people are received, and of where they live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from solidata.analysis import places as analysis
from solidata.analysis.columns import words
from solidata.figures import theme
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo import symbols
from solidata.figures.geo.canvas import Base, Canvas
from solidata.figures.geo.facts import Box, Disc
from solidata.figures.geo.labels import Name, legible, place, within, write
from solidata.figures.geo.place_words import dated, place_notes, place_title, states_of
from solidata.figures.geo.sheet import LANDSCAPE, begin, finish, sheet, told, unnamed
from solidata.figures.notes import sentences
from solidata.figures.page import NARROW, wrap
from solidata.figures.texts import labelled, too_many
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography, Registers, all_tables

_MOST_TERRITORIES = len(theme.TERRITORY)


def territories_of(base: Base, territories: pd.DataFrame) -> pd.DataFrame:
    """Return the areas of the territories in the order of their table, with their fill and name.

    Communes without a territory are one more area, of the fill of what no source says.

    Raises
    ------
    RefusedError
        When there are more than can be told apart in grey.
    """
    areas = base.areas("territory_id")
    order = {key: rank for rank, key in enumerate(territories["territory_id"])}
    names = territories.set_index("territory_id")["label"]
    known = areas["territory_id"].notna()
    if known.sum() > _MOST_TERRITORIES:
        raise too_many(int(known.sum()), _MOST_TERRITORIES, "territoires")
    rows = areas.assign(
        rank=[order.get(t, len(order)) for t in areas["territory_id"]],
        category=[
            f"Territoire {names.get(t, t)}" if pd.notna(t) else "Sans territoire"
            for t in areas["territory_id"]
        ],
    ).sort_values("rank", kind="stable")
    fills = [
        theme.TERRITORY[rank] if pd.notna(t) else theme.UNKNOWN
        for rank, t in enumerate(rows["territory_id"])
    ]
    return rows.assign(fill=fills)


def territory_note(epci: pd.DataFrame) -> str:
    """Return that the territory of each EPCI is inferred, and how strongly."""
    if "territory_confidence" not in epci or epci.empty:
        return ""
    said = epci["territory_confidence"].astype(object)
    labels = all_tables()["epci"].field("territory_confidence").labels
    inferred = said[said != "stated"]
    if inferred.empty:
        return ""
    counts = [
        f"{labels[level].lower()} pour {int((inferred == level).sum())}"
        for level in labels
        if (inferred == level).any()
    ]
    if inferred.isna().any():
        counts.append(f"aucune pour {int(inferred.isna().sum())}")
    return f"territoires inférés, EPCI par EPCI : aucune source publique ne les imprime ; solidité {listed(counts)}"


def _tint(canvas: Canvas, rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        canvas.ground(row.geometry, row.category, row.fill)


def _name_territories(canvas: Canvas, rows: pd.DataFrame, keyed: bool) -> None:
    """Write the name of each territory where it has room, in the middle if it can be.

    One without room is led to its territory by a line, unless the legend names it (`keyed`).
    """
    for row in rows.itertuples():
        shape = canvas.shape(row.geometry)
        if shape.is_empty:
            continue
        middle = shape.centroid
        capitals = row.category.upper()
        inferred = "(inféré)" if row.fill is not theme.UNKNOWN else ""
        for tried in ((capitals, inferred), (f"{capitals} {inferred}",)):
            spot = Box(middle.x, middle.y, middle.x, middle.y)
            lines = tuple(line.strip() for line in tried if line.strip())
            name = Name(lines, middle.x, middle.y, spot, 7.0, 600, "#3A4853")
            if found := within(shape, name, canvas.room):
                write(canvas.page, canvas.axes, found, halo=None)
                break
        else:
            if keyed:
                continue
            inside = shape.representative_point()
            spot = Box(inside.x, inside.y, inside.x, inside.y)
            for led in place(
                [replace(name, x=inside.x, y=inside.y, clear=spot, must=True)], canvas.room
            )[0]:
                write(canvas.page, canvas.axes, led)


def _place_names(
    shown: pd.DataFrame, spots: Sequence[tuple[float, float]], narrow: bool
) -> list[tuple[Name, int]]:
    """Return the name of each commune that has places, and how many places it names; MDS first."""
    found = []
    small = symbols.NARROW_SIZE if narrow else 1.0
    radius, large = symbols.LOOKS["mds"].radius * small + 0.15, 6.5 if narrow else 7.5
    for commune, rows in shown.reset_index(drop=True).groupby("commune", sort=False):
        xs, ys = np.array([spots[row] for row in rows.index]).T
        box = Box(xs.min(), ys.min(), xs.max(), ys.max()).grown(radius)
        main = bool(rows["kind"].astype(str).eq("mds").any())
        # A long name in two lines finds room more often.
        lines = tuple(wrap(str(commune), 16.0, large, 600)) if narrow else (str(commune),)
        size = legible(lines, large if main else large - 0.5)
        middle = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
        name = Name(lines, *middle, box, size, 600 if main else 400, must=main)
        found.append((name, len(rows)))
    return sorted(found, key=lambda pair: not pair[0].must)


def write_names(canvas: Canvas, shown: pd.DataFrame, spots: Sequence[tuple[float, float]]) -> int:
    """Write the communes of places beside their symbols, MDS first; return how many have no name."""
    wanted = _place_names(shown, spots, canvas.page.narrow)
    written, _ = place([name for name, _ in wanted], canvas.room)
    done = {id(w.name) for w in written}
    for one in written:
        write(canvas.page, canvas.axes, one)
    return len(shown) - sum(count for name, count in wanted if id(name) in done)


def seen(canvas: Canvas, places: pd.DataFrame) -> pd.DataFrame:
    """Return the places that lie in the ground a map shows."""
    w = canvas.facts.window
    inside = places["x"].between(w.left, w.right) & places["y"].between(w.bottom, w.top)
    return places[inside].reset_index(drop=True)


def overview(
    places: pd.DataFrame,
    place_events: pd.DataFrame,
    observations: pd.DataFrame,
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    geography: Geography,
    registers: Registers,
    context: bool = False,
) -> Figure:
    """Return where people are received: the places that are published, by kind and state.

    Parameters
    ----------
    places, place_events, observations, territories, epci : pandas.DataFrame
        The tables of these names.
    geography : Geography
    registers : Registers
    context : bool
        Whether to draw the places outside the announced total, small.

    Returns
    -------
    Figure
        A symbol a place, on the territories; the title counts the located and the announced.

    Raises
    ------
    NoDataError
        When no number of access points is printed, or no place has a point.
    RefusedError
        When outlines are not in Lambert-93, or territories too many.

    Examples
    --------
    >>> import solidata
    >>> names = ["places", "place_events", "observations", "territories", "epci"]
    >>> tables = [solidata.load(n) for n in names]
    >>> overview(*tables, solidata.load_geography(), solidata.load_registers()).check()
    []
    """
    base = Base(geography, registers.sources)
    target = analysis.announced(observations)
    all_places = analysis.drawable(places, geography.communes)
    ours = all_places.located["in_announced_total"].astype(str) != "no"
    shown = labelled(all_places.located[ours].reset_index(drop=True), "commune", "name")
    extra = all_places.located[~ours].reset_index(drop=True) if context else shown.head(0)
    if shown.empty:
        raise NoDataError("Aucun lieu d’accueil n’est situé : rien à dessiner.")
    areas = territories_of(base, territories)
    total = int(target["count"].iloc[0])
    names = base.geography.communes.shape[0]
    longest = unnamed(len(shown))

    def keyed(width: float) -> bool:
        # On a small map, or among many places, the names of territories may find no room.
        return width < NARROW or width > LANDSCAPE or len(shown) > _CROWDED

    def legend_of(width: float) -> keys.Legend:
        blocks = _overview_legend(shown, extra, total)
        return keys.Legend([*blocks, *([_territory_keys(areas)] if keyed(width) else [])])

    def draw(page: Any) -> None:
        legend = legend_of(page.width)
        made = sheet(base, legend, page.width, more=longest)
        canvas = begin(page, base, made)
        _tint(canvas, areas)
        canvas.rivers()
        canvas.outlines("epci_id", "territory_id", communes=True)
        if len(extra):
            symbols.draw_places(canvas, seen(canvas, extra), zorder=5.5)
        inside = seen(canvas, shown)
        without = write_names(canvas, inside, symbols.draw_places(canvas, inside))
        canvas.river_names()
        _name_territories(canvas, areas, keyed(page.width))
        canvas.names_around()
        finish(canvas, made, legend, unnamed(without))

    data = _overview_data(pd.concat([shown, extra], ignore_index=True), target, epci, base)
    return Figure(
        name="carte-lieux",
        title=place_title(shown, total),
        unit="Lieux d’accueil du public situés par une publication, selon leur nature et leur état",
        data=data,
        value="count",
        draw=draw,
        height=lambda width: sheet(base, legend_of(width), width, more=longest).height,
        table_=_overview_table(pd.concat([shown, extra], ignore_index=True)),
        alt=(
            f"Carte des {names} communes et de {len(areas)} territoires inférés. {len(shown)} lieux d’accueil situés "
            f"sur {total} annoncés : {states_of(shown)}. Communes : {listed(dict.fromkeys(shown['commune']))}."
        ),
        reading=_overview_reading(shown),
        note=place_notes(shown, all_places, place_events, total, territory_note(epci)),
        scope=f"lieux d’accueil publiés, parmi les {total} annoncés{' ; France services en contexte' if len(extra) else ''}.",
        registers=registers,
    )  # fmt: skip


_CROWDED = 30
"""Places from which the territories are named in the legend."""


def _territory_keys(areas: pd.DataFrame) -> keys.Keys:
    entries = [keys.ground_key(row.fill, row.category) for row in areas.itertuples()]
    return keys.Keys("Territoires (inférés)", entries)


def _overview_legend(shown: pd.DataFrame, extra: pd.DataFrame, total: int) -> list[keys.Block]:
    located = len(shown)
    missing = max(total - located, 0)
    soft = theme.SOFT_INK
    head = keys.Words([
        (f"{located} {plural(located, 'point situé', 'points situés')}", 11, 700, theme.INK),
        (f"sur {total} {plural(total, 'annoncé')}", 7.5, 600, theme.INK),
        (f"{missing} {plural(missing, 'non publié, non dessiné', 'non publiés, non dessinés')}", 7, 400, soft),
    ])  # fmt: skip
    entries = []
    for frame in (shown, extra):
        for symbol in symbols.symbols_of(frame):
            same = (frame["kind"].astype(str) == symbol.kind) & (
                frame["state"].astype(str) == symbol.state
            )
            entries.append(keys.symbol_key(symbol, int(same.sum())))
    return [head, keys.Keys("", entries)]


def _overview_data(
    drawn: pd.DataFrame, target: pd.DataFrame, epci: pd.DataFrame, base: Base
) -> pd.DataFrame:
    columns = ["address", "what", "label", "kind", "state", "insee_code", "x", "y", "as_of",
               "in_announced_total", "located_to", "territory_id", "count", "source_id", "line",
               "printed"]  # fmt: skip
    told_places = drawn.assign(
        address="places:" + drawn["place_id"], what="place", label=drawn["name"], count=1.0
    )
    areas = epci.assign(address="epci:" + epci["epci_id"], what="territory", label=epci["name"])
    parts = [told_places, target.assign(what="announced", label="Points d’accueil annoncés"), areas]
    data = pd.concat(
        [part.reindex(columns=columns).astype(object) for part in parts], ignore_index=True
    )
    return with_outlines(data.astype({"count": float, "x": float, "y": float}), base)


def with_outlines(data: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Return plotted rows whose sources say those of the outlines they are drawn on too."""
    more = pd.Series(base.credits)
    return data.assign(
        source_id=[words(pd.concat([pd.Series(str(s).split()), more])) for s in data["source_id"]]
    )


def _overview_table(drawn: pd.DataFrame) -> pd.DataFrame:
    fields = all_tables()["places"]
    worded = {
        c: drawn[c].astype(str).map(fields.field(c).labels)
        for c in ("kind", "state", "located_to", "in_announced_total")
    }
    return pd.DataFrame(
        {
            "Lieu": drawn["name"],
            "Commune": drawn["commune"],
            "Nature": worded["kind"],
            "État": worded["state"],
            "Situé": worded["located_to"],
            "Parmi les points annoncés": worded["in_announced_total"],
        }
    )


def _overview_reading(shown: pd.DataFrame) -> str:
    row = shown[shown["kind"].astype(str) == "mds"].head(1)
    row = row if len(row) else shown.head(1)
    first = row.iloc[0]
    state = all_tables()["places"].field("state").labels[str(first["state"])].lower()
    return f"{first['name']} : {state}, état daté {dated(str(first['as_of']))}."


# --- where people live ------------------------------------------------------------------------


def population(
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    geography: Geography,
    registers: Registers,
) -> Figure:
    """Return where people live: a circle a commune, whose area is its population.

    Parameters
    ----------
    territories, epci : pandas.DataFrame
        The tables of these names.
    geography : Geography
        Its communes have ``population``.
    registers : Registers

    Raises
    ------
    NoDataError
        When no commune has inhabitants.
    RefusedError
        When outlines are not in Lambert-93, or populations are of several years.

    Examples
    --------
    >>> import solidata
    >>> tables = [solidata.load(n) for n in ("territories", "epci")]
    >>> figure = population(*tables, solidata.load_geography(), solidata.load_registers())
    >>> figure.value, len(figure.data)
    ('population', 267)
    """
    base = Base(geography, registers.sources)
    communes = labelled(pd.DataFrame(geography.communes.drop(columns="geometry")), "name")
    known = communes[communes["population"].notna() & (communes["population"] > 0)]
    if known.empty:
        raise NoDataError("Aucune commune n’a de population.")
    years = sorted(set(known["population_year"]))
    if len(years) > 1:
        raise RefusedError(
            f"populations de plusieurs recensements ({listed(map(str, years))}) : un seul attendu."
        )
    areas = territories_of(base, territories)
    ordered = known.sort_values(["population", "insee_code"], ascending=[False, True])
    total, most = int(ordered["population"].sum()), float(ordered["population"].iloc[0])
    few = analysis.half(ordered["population"])
    without = communes[~communes["insee_code"].isin(known["insee_code"])]

    def legend_of(width: float) -> keys.Legend:
        return keys.Legend(
            [
                keys.Discs(
                    "Habitants", keys.rounded_keys(most), _per_mm2(base, most, width), _PEOPLE
                ),
                _territory_keys(areas),
            ]
        )

    def draw(page: Any) -> None:
        legend = legend_of(page.width)
        made = sheet(base, legend, page.width)
        canvas = begin(page, base, made)
        _tint(canvas, areas)
        canvas.rivers()
        canvas.outlines("territory_id", communes=True)
        _draw_discs(canvas, ordered, _per_mm2(base, most, page.width))
        canvas.river_names()
        canvas.names_around()
        finish(canvas, made, legend)

    largest = ordered.iloc[0]
    data = ordered.assign(address="communes:" + ordered["insee_code"])
    columns = ["address", "insee_code", "name", "territory_id", "x", "y", "population",
               "population_year", "source_id", "line", "printed"]  # fmt: skip
    share = format_rate(float(ordered["population"].iloc[:few].sum()) / total, 1)
    return Figure(
        name="carte-population",
        title=f"La moitié de la population vit dans {few} des {len(communes)} communes",
        unit=f"Population municipale de chaque commune, recensement de {years[0]} (l’aire du cercle est proportionnelle)",
        data=with_outlines(data[columns].reset_index(drop=True), base),
        value="population",
        draw=draw,
        height=lambda width: sheet(base, legend_of(width), width).height,
        table_=_population_table(ordered, territories),
        alt=(
            f"Carte de {len(ordered)} cercles, un par commune, sur {len(areas)} territoires inférés : "
            f"{format_number(total)} habitants, dont {format_number(int(largest['population']))} à {largest['name']}. "
            f"Les {few} communes les plus peuplées en comptent {share}."
        ),
        reading=f"{largest['name']} compte {format_number(int(largest['population']))} habitants en {years[0]}.",
        note=sentences(
            [
                territory_note(epci),
                f"sans population connue : {told(list(without['name']))}" if len(without) else "",
            ]
        ),
        scope=f"{len(communes)} communes, {format_number(total)} habitants.",
        registers=registers,
    )  # fmt: skip


_PEOPLE = theme.Fill("#2F75A8", "#0B3C5D", theme.PAPER)
_LARGEST = 0.05
"""Radius of the largest circle, as a share of the width of the map."""


def _per_mm2(base: Base, most: float, width: float) -> float:
    """Return how many inhabitants a square millimetre of circle stands for."""
    made = sheet(base, keys.Legend([]), width)
    largest = _LARGEST * min(made.frame.width, made.frame.height * 1.2)
    return most / (math.pi * largest**2)


def _draw_discs(canvas: Canvas, ordered: pd.DataFrame, per_mm2: float) -> None:
    """Draw the largest circles first, so that small ones stand on them, and name what has room."""
    from matplotlib.patches import Circle

    names = []
    for row in ordered.itertuples():
        x, y = canvas.facts.at(row.x, row.y)
        r = keys.radius(float(row.population), per_mm2)
        disc = Circle((x, y), r, facecolor=_PEOPLE.face, edgecolor=theme.PAPER, linewidth=0.4,
                      zorder=5)  # fmt: skip
        canvas.axes.add_artist(disc)
        canvas.page.mark(disc, "Habitants", _PEOPLE)
        canvas.facts.discs.append(Disc(disc, float(row.population)))
        box = Box(x, y, x, y).grown(r * 0.9)
        canvas.room.take(box)
        names.append(Name((row.name,), x, y, Box(x, y, x, y).grown(r), 6.5 if canvas.page.narrow else 7.0,
                          600 if len(names) < _ALWAYS else 400, must=len(names) < _ALWAYS))  # fmt: skip
    written, _ = place(names[:_NAMED], canvas.room)
    for one in written:
        write(canvas.page, canvas.axes, one)


_ALWAYS, _NAMED = 3, 14
"""Communes that are named, from further away if they must, and those that are where there is room."""


def _population_table(ordered: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    names = territories.set_index("territory_id")["label"]
    return pd.DataFrame(
        {
            "Commune": ordered["name"],
            "Territoire (inféré)": ordered["territory_id"].map(names).fillna("non rangée"),
            "Habitants": ordered["population"].astype("Int64"),
        }
    ).reset_index(drop=True)
