"""How many inhabitants live within some distances of a place, by territory and by EPCI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from solidata.analysis import access as analysis
from solidata.analysis.columns import require
from solidata.figures.access_words import TITLED, PlaceSet, counted, limits, scope, territory_names
from solidata.figures.frame import Figure
from solidata.figures.geo.territories import territory_note
from solidata.figures.notes import sentences
from solidata.figures.share_table import Line, ShareTable
from solidata.figures.texts import labelled, title
from solidata.french import format_number, format_rate, listed, plural
from solidata.tables import Registers

KILOMETRES = (5.0, 10.0, 15.0, 20.0)
"""The distances that the table tells of."""

_WHOLE, _GROUP, _MEMBER = 0, 1, 2
"""Levels of the rows."""


def access_table(
    communes: pd.DataFrame,
    places: PlaceSet,
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    registers: Registers,
    name: str = "acces",
    thresholds: Sequence[float] = KILOMETRES,
) -> Figure:
    """Return how many inhabitants live within some distances of a place, as a table with bars.

    Parameters
    ----------
    communes, territories, epci : pandas.DataFrame
        The tables of these names.
    places : PlaceSet
        What is counted.
    registers : Registers
    name : str
        Stem of the files.
    thresholds : sequence of float
        Distances in kilometres, limits included.

    Returns
    -------
    Figure
        The whole, then each territory and under it its EPCI, those with most inhabitants within
        ten kilometres (else within the first distance) first. A bar is a share of all the
        inhabitants of its row.

    Raises
    ------
    NoDataError
        When no place is located.
    ValueError
        For more rows than a page holds; as :func:`solidata.analysis.access.coverage`.

    Examples
    --------
    >>> import solidata
    >>> from solidata.figures.geo.ratio_words import Words
    >>> communes, places = solidata.load("communes"), solidata.load("places")
    >>> made = PlaceSet(places[places["state"] == "open"], Words("lieu ouvert", "lieux ouverts"))
    >>> figure = access_table(communes, made, solidata.load("territories"), solidata.load("epci"),
    ...                       solidata.load_registers(), thresholds=[10])
    >>> figure.table().shape, figure.check("colonne")
    ((16, 5), [])
    """
    shown = counted(places)
    require(communes, "communes", ["epci_id"])
    rows = communes.assign(
        territory=territory_names(communes, territories), epci=_epci_names(communes, epci)
    )
    found = access_by_area(rows, shown, thresholds, registers.plan.department or "Ensemble")
    limits_km = [float(c) for c in found.columns if isinstance(c, float)]
    lines = [
        Line(str(r["label"]), int(r["total"]), tuple(int(r[k]) for k in limits_km), int(r["level"]))
        for r in found.to_dict("records")
    ]
    headers = [f"{format_number(k)}\u00a0km" for k in limits_km]
    table = ShareTable(lines, ("Territoire inféré, EPCI", "Habitants", *headers), "nombre")
    told = TITLED if TITLED in limits_km else limits_km[0]
    words = _Words(found, told, places)
    return Figure(
        name=name,
        title=words.title(),
        unit=(
            f"Part des habitants, en %, à {listed(f'{format_number(k)}' for k in limits_km)} km ou moins "
            f"{places.what.nearest_of}"
        ),
        data=_data(rows, shown),
        value="distance_km",
        draw=table.draw,
        height=table.height,
        table_=_table(found, limits_km, headers),
        alt=words.alt(),
        scope=words.scope(rows),
        registers=registers,
        reading=words.reading(),
        note=sentences(
            ["distances à vol d’oiseau", *limits(places), territory_note(epci)],
        ),
    )  # fmt: skip


def access_by_area(
    rows: pd.DataFrame, places: pd.DataFrame, thresholds: Sequence[float], whole: str
) -> pd.DataFrame:
    """Return who lives within each distance: everybody, then territories with their EPCI.

    Parameters
    ----------
    rows : pandas.DataFrame
        Communes with ``territory`` and ``epci``, their names.
    places : pandas.DataFrame
        What they are near to.
    thresholds : sequence of float
        In kilometres.
    whole : str
        The name of the row of everybody.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``territory``, ``level`` (0, 1, 2), ``total`` and a column a distance, of
        inhabitants: the territories add up to the whole, and EPCI to their territory.
    """
    pairs = rows.groupby(["territory", "epci"], observed=True, sort=True).ngroup()
    cut = rows.assign(pair=pairs)
    every = [
        _counts(cut, places, thresholds, None).assign(label=whole, territory="", level=_WHOLE),
        _counts(cut, places, thresholds, "territory").assign(level=_GROUP),
        _counts(cut, places, thresholds, "pair").assign(level=_MEMBER),
    ]
    every[1] = every[1].assign(
        label=every[1]["group"].astype(str), territory=every[1]["group"].astype(str)
    )
    names = cut.drop_duplicates("pair").set_index("pair")[["epci", "territory"]].astype(str)
    every[2] = every[2].assign(
        label=every[2]["group"].map(names["epci"]),
        territory=every[2]["group"].map(names["territory"]),
    )
    found = pd.concat(every, ignore_index=True).drop(columns="group")
    kilometres = [c for c in found.columns if isinstance(c, float)]
    told = TITLED if TITLED in kilometres else kilometres[0]
    share = found[told] / found["total"].where(found["total"] > 0)
    of_group = share[found["level"] == _GROUP].set_axis(
        found.loc[found["level"] == _GROUP, "territory"]
    )
    ranked = found.assign(share=share, group_share=found["territory"].map(of_group).fillna(2.0))
    return ranked.sort_values(
        ["group_share", "territory", "level", "share", "label"],
        ascending=[False, True, True, False, True], ignore_index=True,
    )[["label", "territory", "level", "total", *kilometres]]  # fmt: skip


def _counts(rows: pd.DataFrame, places: pd.DataFrame, thresholds: Sequence[float], by: str | None) -> pd.DataFrame:  # fmt: skip
    found = analysis.coverage(rows, places, thresholds, by=by, key="insee_code")
    wide = found.pivot_table("population", "group", "threshold_km", aggfunc="sum", observed=True)
    wide.columns = [float(c) for c in wide.columns]
    total = found.drop_duplicates("group").set_index("group")["total"]
    return wide.assign(total=total).reset_index().astype({"group": object})


def _epci_names(communes: pd.DataFrame, epci: pd.DataFrame) -> list[str]:
    require(epci, "epci", ["epci_id", "name"])
    names = labelled(epci, "name").set_index("epci_id")["name"].to_dict()
    return ["Sans EPCI" if pd.isna(e) else names.get(e, str(e)) for e in communes["epci_id"]]


def _table(found: pd.DataFrame, kilometres: list[float], headers: list[str]) -> pd.DataFrame:
    kinds = {_WHOLE: "Ensemble", _GROUP: "Territoire", _MEMBER: "EPCI"}
    made = pd.DataFrame(
        {
            "Niveau": found["level"].map(kinds),
            "Nom": found["label"],
            "Habitants": found["total"].astype("int64"),
        }
    )
    for kilometre, header in zip(kilometres, headers, strict=True):
        made[header] = found[kilometre].astype("int64")
        share = found[kilometre] / found["total"].where(found["total"] > 0)
        made[f"{header} (%)"] = (100 * share).astype(float).round(1)
    return made


def _data(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return a row a commune, with the address and the sources of its nearest place."""
    near = analysis.nearest(rows, places, key="insee_code").astype({"place_id": "str"})
    of = places.set_index("place_id")["source_id"]
    sources = [
        " ".join(dict.fromkeys(f"{own} {of[p]}".split()))
        for own, p in zip(rows["source_id"], near["place_id"], strict=True)
    ]
    return pd.DataFrame(
        {
            "address": "communes:" + rows["insee_code"] + " places:" + near["place_id"],
            "name": rows["name"],
            "territory": rows["territory"].astype(str),
            "epci": rows["epci"],
            "population": rows["population"],
            "distance_km": near["distance_km"],
            "place_id": near["place_id"],
            "source_id": sources,
            "line": rows["line"],
            "printed": rows["printed"],
        }
    )


class _Words:
    """What the table says of itself."""

    def __init__(self, found: pd.DataFrame, km: float, places: PlaceSet) -> None:
        self.found, self.km, self.places = found, km, places
        self.whole = found[found["level"] == _WHOLE].iloc[0]
        members = found[(found["level"] == _MEMBER) & (found["total"] > 0)]
        share = members[km] / members["total"]
        order = members.assign(share=share).sort_values(["share", "label"], kind="stable")
        self.least, self.most = order.iloc[0], order.iloc[-1]
        self.members = len(found[found["level"] == _MEMBER])
        self.groups = found[found["level"] == _GROUP]

    def _rate(self, row: Any) -> str:
        return format_rate(row[self.km] / row["total"]) if row["total"] else "sans habitant"

    def title(self) -> str:
        """Return the finding: the range of the EPCI, or the share of all."""
        near = f"des habitants à moins de {format_number(self.km)}\u00a0km {self.places.what.any}"
        least = format_number(100 * self.least[self.km] / self.least["total"], 0)
        ranged = f"Selon l’EPCI, {least} à {self._rate(self.most)} {near}"
        at_least = self.places.at_least
        alone = f"{at_least}{self._rate(self.whole)} des habitants vivent à moins de {format_number(self.km)}\u00a0km {self.places.what.any}"
        alone = alone[:1].upper() + alone[1:]
        return title(*([ranged] if self.members > 1 and not at_least else []), alone)

    def reading(self) -> str:
        """Return one row in words."""
        near = int(self.most[self.km])
        return (
            f"{self.most['label']} : {format_number(near)} {plural(near, 'habitant')} sur "
            f"{format_number(int(self.most['total']))}, soit {self._rate(self.most)}, {plural(near, 'vit', 'vivent')} à "
            f"{format_number(self.km)} km ou moins {self.places.what.nearest_of} ; dans l’ensemble, {self.places.at_least}{self._rate(self.whole)}."
        )

    def alt(self) -> str:
        """Return the table in words: the whole at each distance, then each territory and EPCI."""
        kilometres = [c for c in self.found.columns if isinstance(c, float)]
        total = int(self.whole["total"])
        every = ", ".join(
            f"{format_number(int(self.whole[k]))} ({format_rate(self.whole[k] / total)}) à {format_number(k)} km"
            for k in kilometres
        )
        rows = self.found[self.found["level"] != _WHOLE]
        rest = " ; ".join(f"{r['label']} {self._rate(r)}" for r in rows.to_dict("records"))
        return (
            f"Tableau de {len(self.found)} lignes. {self.whole['label']}, {format_number(total)} habitants : "
            f"{self.places.at_least}{every} ou moins {self.places.what.nearest_of}. À {format_number(self.km)} km : {rest}."
        )

    def scope(self, communes: pd.DataFrame) -> str:
        """Return what is covered."""
        groups = len(self.groups)
        return scope(
            communes,
            f"{self.members} EPCI, {groups} {plural(groups, 'territoire inféré', 'territoires inférés')} ; {self.places.named}",
        )
