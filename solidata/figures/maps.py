"""Maps: where people are received, where they live, how far they are; one function a map."""

from __future__ import annotations

from typing import Any

import pandas as pd

from solidata.analysis import places as analysis
from solidata.figures import theme
from solidata.figures.frame import Figure
from solidata.figures.geo import legend as keys
from solidata.figures.geo import symbols
from solidata.figures.geo.base import Base
from solidata.figures.geo.place_names import seen, write_names
from solidata.figures.geo.place_words import dated, place_notes, place_title, states_of
from solidata.figures.geo.sheet import LANDSCAPE, begin, finish, sheet, unnamed
from solidata.figures.geo.territories import (
    name_territories,
    territories_of,
    territory_keys,
    territory_note,
    tint,
)
from solidata.figures.maps_density import density as density
from solidata.figures.maps_distance import distance as distance
from solidata.figures.maps_population import population as population
from solidata.figures.page import NARROW
from solidata.figures.texts import labelled
from solidata.french import listed, plural
from solidata.problems import NoDataError
from solidata.tables import Geography, Registers, all_tables


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
    target = analysis.announced(observations, registers.plan.points_indicator)
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
        return keys.Legend([*blocks, *([territory_keys(areas)] if keyed(width) else [])])

    def draw(page: Any) -> None:
        legend = legend_of(page.width)
        made = sheet(base, legend, page.width, more=longest)
        canvas = begin(page, base, made)
        tint(canvas, areas)
        canvas.rivers()
        canvas.outlines("epci_id", "territory_id", communes=True)
        inside, small = seen(canvas, shown), seen(canvas, extra)
        both = pd.concat([inside, small], ignore_index=True) if len(small) else inside
        spots = symbols.draw_places(canvas, both)
        without = write_names(canvas, inside, spots[: len(inside)])
        canvas.river_names()
        name_territories(canvas, areas, keyed(page.width))
        canvas.names_around()
        finish(canvas, made, legend, unnamed(without))

    data = _overview_data(pd.concat([shown, extra], ignore_index=True), target, epci, base)
    return Figure(
        name="carte-lieux",
        title=place_title(shown, total),
        unit="Maisons départementales des solidarités (MDS) et autres lieux d’accueil qu’une publication situe",
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


def _overview_legend(shown: pd.DataFrame, extra: pd.DataFrame, total: int) -> list[keys.Block]:
    located = len(shown)
    missing = max(total - located, 0)
    over = "sur" if located <= total else "pour"
    lines = [
        (f"{located} {plural(located, 'point situé', 'points situés')}", 11.0, 700, theme.INK),
        (f"{over} {total} {plural(total, 'annoncé')}", 7.5, 600, theme.INK),
    ]
    if missing:
        words = plural(missing, "non publié, non dessiné", "non publiés, non dessinés")
        lines.append((f"{missing} {words}", 7.0, 400, theme.SOFT_INK))
    entries = []
    for frame in (shown, extra):
        for symbol in symbols.symbols_of(frame):
            same = (frame["kind"].astype(str) == symbol.kind) & (
                frame["state"].astype(str) == symbol.state
            )
            entries.append(keys.symbol_key(symbol, int(same.sum())))
    return [keys.Words(lines), keys.Keys("", entries)]


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
    return base.credited(data.astype({"count": float, "x": float, "y": float}))


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
