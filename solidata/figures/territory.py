"""One page a territory: its map, its key figures, its défis, its action sheets, its places."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from solidata.analysis import places as about
from solidata.analysis.territory import Profile, profile
from solidata.figures import territory_map, theme
from solidata.figures import territory_words as words
from solidata.figures.frame import Figure
from solidata.figures.geo import symbols
from solidata.figures.geo.base import Base
from solidata.figures.geo.canvas import EDGE, inner, window
from solidata.figures.geo.facts import Box
from solidata.figures.geo.legend import Legend
from solidata.figures.geo.panel import Column, Strip
from solidata.figures.geo.place_names import seen, write_names
from solidata.figures.geo.sheet import (
    LANDSCAPE,
    TALLEST_WIDE,
    Sheet,
    begin,
    finish,
    foot_height,
    unnamed,
)
from solidata.figures.page import MARGIN, NARROW, Page
from solidata.figures.texts import labelled
from solidata.problems import NoDataError
from solidata.tables import Geography, Registers


def territory(
    territory_id: str,
    territories: pd.DataFrame,
    challenges: pd.DataFrame,
    places: pd.DataFrame,
    place_events: pd.DataFrame,
    observations: pd.DataFrame,
    epci: pd.DataFrame,
    geography: Geography,
    registers: Registers,
) -> Figure:
    """Return the page of a territory: map, key figures, défis, action sheets, places.

    Parameters
    ----------
    territory_id : str
    territories, challenges, places, place_events, observations, epci : pandas.DataFrame
        The tables of these names. Of the challenges, those that the document of the territory's
        row prints.
    geography : Geography
    registers : Registers

    Returns
    -------
    Figure
        Its places, and those elsewhere that are the nearest of one of its communes, on its map.

    Raises
    ------
    NoDataError
        When no commune belongs to the territory, or no inhabitant of it is known.
    RefusedError
        For an unknown territory, or outlines that are not in Lambert-93.

    Examples
    --------
    >>> import solidata
    >>> names = ["territories", "challenges", "places", "place_events", "observations", "epci"]
    >>> tables = [solidata.load(n) for n in names]
    >>> territory("nord", *tables, solidata.load_geography(), solidata.load_registers()).check()
    []
    """
    base = Base(geography, registers.sources)
    territories = labelled(territories, "label")
    made = profile(territory_id, territories, challenges, places, geography.communes, words.LIMIT)
    made = made._replace(
        places=made.places._replace(located=labelled(made.places.located, "commune", "name")),
        challenges=labelled(made.challenges, "label"),
    )
    near = {i for n in (made.near_houses, made.near_points) if n for i in n.nearest}
    every = about.drawable(places, geography.communes).located
    outside = every[every["place_id"].isin(near - set(made.places.located["place_id"]))]
    areas = epci[epci["epci_id"].isin(made.communes["epci_id"])].sort_values("epci_id")
    row = territories.set_index("territory_id").loc[territory_id]
    announced = _announced(observations, registers)
    counted = int((places["in_announced_total"].astype(str) != "no").sum())
    unlocated = None if announced is None else max(announced - counted, 0)
    page = _Page(
        base,
        territory_id,
        list(territories["territory_id"]).index(territory_id),
        made,
        labelled(outside, "commune", "name"),
        labelled(areas, "name"),
        territories.set_index("territory_id")["label"],
        words.Said(str(row["label"]), made, len(areas), announced, unlocated),
    )
    said = page.said
    return Figure(
        name=f"territoire-{territory_id}",
        title=said.title(),
        unit="Défis, fiches actions, lieux d’accueil ; distances à vol d’oiseau",
        data=_data(page, territories, base),
        value="count",
        draw=page.draw,
        height=lambda width: page.layout(width).height,
        table_=said.table(),
        alt=said.alt(page.epci),
        reading=said.reading(),
        note=said.note(page.epci, place_events.sort_values("place_event_id")),
        scope=said.scope(),
        registers=registers,
    )


def _announced(observations: pd.DataFrame, registers: Registers) -> int | None:
    """Return how many access points are announced in all, None when no document says it."""
    try:
        found = about.announced(observations, registers.plan.points_indicator)
    except NoDataError:
        return None
    return int(found["count"].iloc[0])


def _data(page: _Page, territories: pd.DataFrame, base: Base) -> pd.DataFrame:
    columns = ["address", "what", "label", "count", "kind", "state", "as_of", "insee_code",
               "epci_id", "x", "y", "source_id", "line", "printed"]  # fmt: skip
    made = page.profile
    row = territories[territories["territory_id"] == page.territory_id]
    told = pd.concat([made.places.located, page.outside])
    parts = [
        row.assign(what="territory", count=row["action_sheets"]).assign(
            address="territories:" + row["territory_id"]
        ),
        made.challenges.assign(
            address="challenges:" + made.challenges["challenge_id"],
            what="challenge",
            count=made.challenges["rank"],
        ),
        page.epci.assign(
            address="epci:" + page.epci["epci_id"],
            what="epci",
            label=page.epci["name"],
            count=page.epci["epci_id"].map(made.communes["epci_id"].value_counts()),
        ),
        told.assign(
            address="places:" + told["place_id"], what="place", label=told["name"], count=1
        ),
        pd.DataFrame(made.communes.drop(columns="geometry", errors="ignore")).assign(
            address="communes:" + made.communes["insee_code"],
            what="commune",
            label=made.communes["name"],
            count=made.communes["population"],
        ),
    ]
    data = pd.concat(
        [part.reindex(columns=columns).astype(object) for part in parts if len(part)],
        ignore_index=True,
    )
    numbers = ["count", "x", "y"]
    data[numbers] = data[numbers].where(data[numbers].notna(), float("nan")).astype(float)
    return base.credited(data)


class _Layout(NamedTuple):
    height: float
    strip: Strip
    strip_top: float
    column: Column
    column_at: tuple[float, float]
    sheet: Sheet


_EPCI = ("EPCI", "EPCI")
_GAP = 4.6
_GAP_NARROW, _TALLEST_NARROW = 2.2, 60.0
"""Millimetres between parts, and of the map, on one column: notes take the half of it."""
_COLUMN, _COLUMN_WIDE = 61.0, 84.0
"""Millimetres of the column of text beside the map, on a page and across an A4 in landscape."""


class _Page(NamedTuple):
    """What is drawn of a territory, at any width."""

    base: Base
    territory_id: str
    rank: int
    """Of the territory in its table."""
    profile: Profile
    outside: pd.DataFrame
    epci: pd.DataFrame
    names: pd.Series
    """Of the territories."""
    said: words.Said

    @property
    def fill(self) -> theme.Fill:
        """The ground that the territory has on every map, as far as there are enough."""
        return theme.TERRITORY[self.rank % len(theme.TERRITORY)]

    def _missing(self, places: int, areas: int) -> str:
        """Return what the map says of the names that found no room."""
        if places and areas:
            return f"{unnamed(places).split(' sans')[0]} et {unnamed(areas, _EPCI)}"
        return unnamed(places) or unnamed(areas, _EPCI)

    def layout(self, width: float) -> _Layout:
        """Return where everything stands on a page of `width` millimetres."""
        narrow, landscape = width < NARROW, width > LANDSCAPE
        room = inner(width)
        figures = self.said.key_figures()
        strip = Strip(figures, room, narrow)
        beside = room if narrow else _COLUMN_WIDE if landscape else _COLUMN
        wide = room if narrow else room - beside - _GAP
        column = self._column(beside, narrow)
        focus = territory_map.shape_of(self.base, self.territory_id).bounds
        ground = Box(*map(float, focus))
        ground = ground.grown(EDGE * max(ground.width, ground.height))
        natural = wide * ground.height / ground.width
        most = self._missing(len(self.profile.places.located) + len(self.outside), len(self.epci))
        foot = foot_height(self.base, wide, narrow, most)
        if narrow:
            tall = min(natural, _TALLEST_NARROW)
        else:
            # The map and the text beside it end together.
            tall = max(column.height - foot, min(natural, TALLEST_WIDE))
        gap = _GAP_NARROW if narrow else _GAP
        under = column.height + gap if narrow else 0.0
        height = strip.height + gap + tall + foot + under + 1.5
        top = height - strip.height - gap
        frame = Box(MARGIN, top - tall, MARGIN + wide, top)
        whole = Box(*map(float, self.base.whole.bounds))
        shown = territory_map.towards(window(ground, frame), ground, whole)
        below = Box(MARGIN, frame.bottom - foot, frame.right, frame.bottom - 0.6)
        sheet = Sheet(height, frame, shown, Box(0, 0, 0, 0), False, below, narrow)
        at = (MARGIN, below.bottom - gap) if narrow else (frame.right + _GAP, top)
        return _Layout(height, strip, height, column, at, sheet)

    def _column(self, width: float, narrow: bool) -> Column:
        """Return the texts; on one column, the places by their looks only: the map names them."""
        column = Column(width, compact=narrow)
        made, said = self.profile, self.said
        column.heading(said.challenges_heading())
        for row in made.challenges.itertuples():
            column.numbered(str(row.rank), str(row.label))
        if made.challenges.empty:
            column.text("Aucun défi imprimé.", colour=theme.SOFT_INK)
        if not narrow:
            column.heading("Fiches actions")
        if made.action_sheets is None:
            column.text("Nombre de fiches actions non imprimé.", colour=theme.SOFT_INK)
        elif narrow:
            column.gap(0.8)
            column.text(f"{made.action_sheets} {said.sheets()}.")
        else:
            column.numbered(str(made.action_sheets), said.sheets())
        column.heading(said.places_heading())
        looks = [(s, n, "") for s, n in said.counts()] if narrow else said.groups()
        for symbol, detail, names in looks:
            column.keyed(symbol, detail, names)
        if narrow:
            return column
        for symbol in symbols.symbols_of(self.outside):
            if symbol not in [look[0] for look in looks]:
                column.keyed(symbol, "hors du territoire seulement")
        column.gap(1.2)
        for line in said.places_remarks(len(self.outside)):
            column.text(line, 7.0, colour=theme.SOFT_INK)
        return column

    def draw(self, page: Page) -> None:
        """Draw the territory on a page."""
        made = self.layout(page.width)
        canvas = begin(page, self.base, made.sheet)
        made.strip.draw(page, canvas.axes, MARGIN, made.strip_top)
        made.column.draw(page, canvas.axes, *made.column_at)
        key, fill = self.territory_id, self.fill
        territory_map.draw_ground(canvas, key, self.said.label, fill, self.profile.communes)
        inside = seen(canvas, self.profile.places.located)
        outside = seen(canvas, self.outside.head(0) if page.narrow else self.outside)
        spots = symbols.draw_places(canvas, pd.concat([inside, outside], ignore_index=True))
        without = write_names(canvas, inside, spots[: len(inside)], centred=True)
        without += write_names(canvas, outside, spots[len(inside) :], soft=True, centred=True)
        areas = territory_map.name_areas(canvas, key, fill, self.epci)
        canvas.river_names()
        territory_map.name_others(canvas, key, self.names)
        canvas.names_around()
        finish(canvas, made.sheet, Legend([]), self._missing(without, areas))
