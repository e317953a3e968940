"""The interactive map of the places: filters, map, count and table that say the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet
import ipywidgets as widgets
import pandas as pd

from solidata.analysis.columns import require
from solidata.explore import drawing, layers, symbols, words
from solidata.figures import theme
from solidata.figures.fingerprint import digest
from solidata.figures.notes import source_line
from solidata.french import nearest, quote, typography
from solidata.problems import RefusedError

if TYPE_CHECKING:
    from solidata.tables import Geography, Registers

SIDE = 288
"""Width of the filters, in pixels."""
TITLE = "Où est-on reçu ?"
_COLUMNS = {"territory": "territory_id", "kind": "kind", "state": "state"}


def access_map(
    places: pd.DataFrame,
    geography: Geography,
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    registers: Registers,
    announced: int | None = None,
    title: str = TITLE,
) -> AccessMap:
    """Return a map of the places to pan, filter and hover in a notebook, without network.

    Parameters
    ----------
    places, territories, epci : pandas.DataFrame
        The tables of these names.
    geography : Geography
        As :func:`solidata.load_geography` returns it.
    registers : Registers
        As :func:`solidata.load_registers` returns them.
    announced : int, optional
        How many access points are announced; what is not located is not drawn.
    title : str

    Returns
    -------
    AccessMap
        A widget. Places of context (France services) are there, and hidden at first.

    Raises
    ------
    ValueError
        When a column is missing, a kind, a state or a source is unknown, the outlines say no
        projection, or there are more territories than tints.

    Examples
    --------
    >>> import solidata
    >>> shown = access_map(solidata.load("places"), solidata.load_geography(),
    ...                    solidata.load("territories"), solidata.load("epci"),
    ...                    solidata.load_registers(), announced=55)
    >>> shown.select(kind=["mds"], state=["interim"])
    >>> len(shown.shown)
    5
    """
    return AccessMap(places, geography, territories, epci, registers, announced, title)


class AccessMap(widgets.VBox):
    """What :func:`access_map` returns: the filters, the map, the count and the table.

    Attributes
    ----------
    places : pandas.DataFrame
        Every place, as :func:`solidata.explore.layers.described` tells them.
    checks : dict of str to dict of str to ipywidgets.Checkbox
        The boxes of ``territory``, ``kind`` and ``state``, by value; only values that occur.
    map : ipyleaflet.Map
    markers : ipyleaflet.LayerGroup
        The markers shown.
    """

    def __init__(
        self,
        places: pd.DataFrame,
        geography: Geography,
        territories: pd.DataFrame,
        epci: pd.DataFrame,
        registers: Registers,
        announced: int | None,
        title: str,
    ) -> None:
        require(territories, "territories", ["territory_id", "label"])
        require(epci, "epci", ["epci_id", "name"])
        self.places = layers.described(places, geography, territories)
        self.announced, self.title = announced, typography(title)
        self._geography = geography
        self._titles = dict(
            zip(registers.sources["source_id"], registers.sources["title"], strict=True)
        )
        self._epci = dict(zip(epci["epci_id"], epci["name"], strict=True))
        self._territories = dict(
            zip(territories["territory_id"], territories["label"], strict=True)
        )
        self._fills = layers.tints(territories)
        self._busy = False
        inferred = bool(
            (geography.communes["territory_confidence"].astype(object) != "stated").any()
        )
        self.headings = {
            "territory": "Territoire (inféré)" if inferred else "Territoire",
            "kind": "Nature",
            "state": "État",
        }
        # What hovering looks up: the browser only says which.
        self._communes = {c.insee_code: c for c in words.named(geography.communes)}
        credited = list(geography.communes["outline_source"].dropna().unique())
        around = [*geography.neighbours["source_id"], *geography.rivers["source_id"]]
        used = pd.DataFrame({"source_id": [*self.places["source_id"], *credited, *around]})
        source = source_line(used, registers.sources)

        self.checks = {name: self._boxes(name) for name in self.headings}
        self.info = widgets.HTML(words.AT_REST)
        self.count, self.table = widgets.HTML(), widgets.HTML()
        self._markers = {
            p.place_id: self._marker(p) for p in words.named(self.places) if pd.notna(p.longitude)
        }
        self.markers = leaflet.LayerGroup()
        outlines = drawing.communes(geography, self._fills)
        outlines.on_hover(self._on_commune)
        points = layers.territory_points(geography, self._fills, self.places)
        self.map = drawing.whole_map(
            geography,
            self._fills,
            communes=outlines,
            above=(
                drawing.names({self._territories[k]: p for k, p in points.items()}),
                self.markers,
            ),
            corner=self.info,
            credit=" · ".join(self._titles[s] for s in credited),
        )
        self.every = widgets.Button(
            description="Tout montrer", tooltip="Cocher tous les filtres, contexte compris",
            layout=widgets.Layout(width="128px"),
        )  # fmt: skip
        self.centre = widgets.Button(
            description="Recentrer", tooltip="Montrer tout le département",
            layout=widgets.Layout(width="112px"),
        )  # fmt: skip
        self.every.on_click(lambda _: self.show_all())
        self.centre.on_click(lambda _: self.recentre())
        side = widgets.VBox(
            [*self._groups(), widgets.HBox([self.every, self.centre], layout=widgets.Layout(margin="12px 0 0"))],
            layout=widgets.Layout(width=f"{SIDE}px", flex="0 0 auto"),
        )  # fmt: skip
        super().__init__(
            [
                widgets.HTML(f"{words.stylesheet()}<h2>{words.escape(self.title)}</h2>"),
                self.count,
                widgets.HBox([side, self.map], layout=widgets.Layout(flex_flow="row wrap")),
                widgets.HTML(words.notes(self.places, announced, source, inferred)),
                self.table,
            ]
        )
        self.add_class("solidata-carte")
        self._refresh()
        self.recentre()
        self.map.observe(self._first_seen, ["left", "right"])

    # -- what is shown

    @property
    def shown(self) -> pd.DataFrame:
        """The rows of ``places`` that pass the filters, those without a point included."""
        kept = pd.Series(True, index=self.places.index)
        for name, boxes in self.checks.items():
            chosen = [value for value, box in boxes.items() if box.value]
            kept &= self.places[_COLUMNS[name]].astype(object).isin(chosen)
        return self.places[kept]

    def select(
        self,
        territory: Iterable[str] | None = None,
        kind: Iterable[str] | None = None,
        state: Iterable[str] | None = None,
    ) -> None:
        """Check these values and no other; a filter left out stays as it is.

        Raises
        ------
        ValueError
            When no place has a value.
        """
        asked = {"territory": territory, "kind": kind, "state": state}
        chosen = {name: set(values) for name, values in asked.items() if values is not None}
        for name, values in chosen.items():
            for value in sorted(values - set(self.checks[name])):
                near = nearest(value, self.checks[name])
                hint = (
                    f"vouliez-vous dire {quote(near)} ?"
                    if near
                    else f"au choix : {', '.join(self.checks[name])}"
                )
                raise RefusedError(f"{self.headings[name]} : {quote(value)} inconnu ; {hint}")
        self._set(
            {name: {v: v in values for v in self.checks[name]} for name, values in chosen.items()}
        )

    def show_all(self) -> None:
        """Check every box, those of context included."""
        self._set({name: dict.fromkeys(boxes, True) for name, boxes in self.checks.items()})

    def recentre(self) -> None:
        """Show the whole département, in the room that the page gives to the map."""
        width, height = drawing.room(self.map)
        self.map.center, self.map.zoom = layers.frame_of(
            self._geography, width, height, drawing.STEP
        )

    def fingerprint(self) -> str:
        """Return two lines that change with the data of the map, and with nothing else."""
        outlines = self._geography.communes[["insee_code", "name", "population", "territory_id"]]
        told = self.places.astype(dict.fromkeys(self.places.select_dtypes("category"), object))
        sources = ", ".join(sorted({s for cell in told["source_id"] for s in str(cell).split()}))
        return (
            f"{self.title}\n{len(told)} lieux, {len(outlines)} communes ; {sources} ; "
            f"empreinte {digest(told)}-{digest(outlines)}"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and its fingerprint where widgets cannot live.

        The text that ipywidgets prints names every child; nbval compares this one.
        """
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**(bundle or {}), "text/plain": self.fingerprint()}

    def _set(self, wanted: Mapping[str, Mapping[str, bool]]) -> None:
        """Set boxes, and draw once."""
        self._busy = True
        try:
            for name, values in wanted.items():
                for value, checked in values.items():
                    self.checks[name][value].value = checked
        finally:
            self._busy = False
        self._refresh()

    def _first_seen(self, _: object) -> None:
        """Fit the map once the page says how large it is; then the reader moves it."""
        self.map.unobserve(self._first_seen, ["left", "right"])
        self.recentre()

    def _refresh(self, *_: object) -> None:
        if self._busy:
            return
        shown = self.shown
        self.count.value = words.count(self.places, shown, self.announced)
        self.table.value = words.table(shown, self.headings["territory"])
        self.markers.layers = tuple(
            self._markers[i] for i in shown["place_id"] if i in self._markers
        )

    # -- how it is made

    def _boxes(self, name: str) -> dict[str, widgets.Checkbox]:
        """Return a box for each value that occurs, with how many places have it."""
        column = self.places[_COLUMNS[name]].astype(object)
        known = (
            {**self._territories, **layers.OUTSIDE_LABELS}
            if name == "territory"
            else layers.labels(name)
        )
        counts = column.value_counts()
        ours = set(column[~self.places["context"]]) if name == "kind" else set(column)
        boxes = {}
        for value, label in known.items():
            if value in counts.index:
                text = f"{label} – {counts[value]}" if name == "kind" else label
                boxes[value] = widgets.Checkbox(
                    value=value in ours, description=text, indent=False, tooltip=f"{self.headings[name]} : {label}",
                    layout=widgets.Layout(width="auto"),
                )  # fmt: skip
                boxes[value].observe(self._refresh, "value")
        return boxes

    def _groups(self) -> list[widgets.Widget]:
        """Return the filters, each value beside what stands for it on the map: the legend too."""
        picture = {
            "territory": lambda v: symbols.swatch(self._fills.get(v, theme.UNKNOWN.face)),
            "kind": lambda v: symbols.svg(v, "open"),
            "state": lambda v: symbols.svg("mds", v),
        }
        made: list[widgets.Widget] = []
        for name, heading in self.headings.items():
            made.append(widgets.HTML(f"<h3>{heading}</h3>"))
            for value, box in self.checks[name].items():
                sign = widgets.HTML(picture[name](value), layout=widgets.Layout(flex="0 0 28px"))
                made.append(widgets.HBox([sign, box], layout=widgets.Layout(align_items="center")))
        rivers = ", ".join(dict.fromkeys(self._geography.rivers["name"].astype(str)))
        made.append(widgets.HTML(words.landmarks(rivers)))
        return made

    def _marker(self, place: Any) -> leaflet.Marker:
        """Return a place's marker, which tells its card when hovered, clicked or entered."""
        card = words.place_card(place, self._titles)
        marker = drawing.marker(place, card)
        marker.on_mouseover(lambda **_: self._tell(card))
        return marker

    def _tell(self, card: str) -> None:
        self.info.value = card

    def _on_commune(self, feature: Mapping[str, Any] | None = None, **_: Any) -> None:
        """Tell the commune that the browser names, if it is one of ours."""
        commune = self._communes.get(((feature or {}).get("properties") or {}).get("key"))
        if commune is not None:
            epci = self._epci.get(commune.epci_id, "aucun")
            territory = self._territories.get(commune.territory_id)
            self._tell(words.commune_card(commune, epci, territory))
