"""What the maps of one geography share: outlines, ground, who drew them and when."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from solidata.analysis.geography import dissolve, joined
from solidata.figures.geo.facts import Box
from solidata.french import format_date, listed, quote
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Geography

if TYPE_CHECKING:
    import pandas as pd


class Base:
    """What the maps of one geography share, worked out once: outlines, ground, vintage."""

    def __init__(self, geography: Geography, sources: pd.DataFrame) -> None:
        communes = geography.communes
        if communes.empty:
            raise NoDataError("Aucune commune à dessiner : la couche est vide.")
        if communes.crs is None:
            raise RefusedError(
                "La couche des communes ne dit pas sa projection ; attendu : Lambert-93 (EPSG:2154)."
            )
        self.geography = geography
        self.epsg = communes.crs.to_epsg()
        self.ids = list(
            dict.fromkeys([*communes["outline_source"], *geography.neighbours["source_id"]])
        )
        self.credits = [*self.ids, *dict.fromkeys(geography.rivers["source_id"])]
        self.vintage = vintage(self.ids, sources)
        self._areas: dict[str, Any] = {}

    def areas(self, by: str) -> Any:
        """Return the communes gathered by a column (:func:`solidata.analysis.geography.dissolve`)."""
        if by not in self._areas:
            self._areas[by] = dissolve(self.geography.communes, by)
        return self._areas[by]

    def credited(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return plotted rows whose sources say those of the outlines they are drawn on too."""
        cells = [
            " ".join(dict.fromkeys([*str(s).split(), *self.credits])) for s in data["source_id"]
        ]
        return data.assign(source_id=cells)

    @functools.cached_property
    def whole(self) -> Any:
        """All the communes as one shape."""
        return joined(tuple(self.areas("arrondissement_id").geometry))

    @functools.cached_property
    def ground(self) -> Box:
        """The ground that the outlines cover: nothing is known outside."""
        every = [self.whole.bounds, *(g.bounds for g in self.geography.neighbours.geometry)]
        lows, highs = np.array(every)[:, :2].min(axis=0), np.array(every)[:, 2:].max(axis=0)
        return Box(*map(float, [*lows, *highs]))

    @functools.cached_property
    def commune_lines(self) -> Any:
        """The limits between communes, each once."""
        import shapely

        limits = shapely.boundary(self.geography.communes.geometry.to_numpy())
        return shapely.line_merge(joined(tuple(limits)))


def vintage(ids: list[str], sources: pd.DataFrame) -> str:
    """Return who drew the boundaries and when: « IGN, 22 février 2024 ».

    Raises
    ------
    RefusedError
        For a source that the register does not know.
    """
    known = sources.set_index("source_id")
    told = []
    for source_id in ids:
        if source_id not in known.index:
            raise RefusedError(f"source des contours inconnue : {quote(source_id)}")
        row = known.loc[source_id]
        date = str(row["published"])
        if len(date) == 10:
            year, month, day = map(int, date.split("-"))
            date = format_date(datetime.date(year, month, day))
        missing = row["published"] != row["published"]
        told.append(str(row["title"]) if missing else f"{row['publisher']}, {date}")
    return listed(dict.fromkeys(told))
