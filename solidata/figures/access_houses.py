"""How many inhabitants a place has: those it is the nearest to, and those of its territory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from solidata.analysis import access as analysis
from solidata.analysis.columns import words
from solidata.figures.access_words import (
    SAME_POINT,
    PlaceSet,
    counted,
    left_out,
    scope,
    territory_names,
)
from solidata.figures.frame import Figure
from solidata.figures.geo.territories import territory_note
from solidata.figures.notes import sentences
from solidata.figures.ranked import ranked_bars
from solidata.french import format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.tables import Registers


def catchments(
    communes: pd.DataFrame,
    places: PlaceSet,
    registers: Registers,
    name: str = "habitants-par-mds",
) -> Figure:
    """Return how many inhabitants have each place for their nearest, as ranked bars.

    Parameters
    ----------
    communes : pandas.DataFrame
        The table of this name.
    places : PlaceSet
        What is counted.
    registers : Registers
    name : str
        Stem of the files.

    Returns
    -------
    Figure
        A bar a place; the bars add up to the population. The table has the mean and the greatest
        distance of the inhabitants of each.

    Raises
    ------
    NoDataError
        When no place is located.
    ValueError
        As :func:`solidata.analysis.access.catchments`.

    Examples
    --------
    >>> import solidata
    >>> from solidata.figures.access_words import PlaceSet
    >>> from solidata.figures.geo.ratio_words import Words
    >>> communes, places = solidata.load("communes"), solidata.load("places")
    >>> made = PlaceSet(places[places["state"] == "open"].head(3), Words("lieu", "lieux"))
    >>> figure = catchments(communes, made, solidata.load_registers())
    >>> int(figure.table()["Habitants"].sum()) == int(communes["population"].sum())
    True
    """
    shown = counted(places)
    served = analysis.catchments(communes, shown, key="insee_code")
    found = analysis.nearest(communes, shown, key="insee_code")["place_id"].astype(str)
    told = served.merge(shown[["place_id", "name", "source_id"]], on="place_id")
    own = {p: communes[found == p] for p in told["place_id"]}
    rows = told.assign(
        address=[words(pd.Series([f"places:{p}", *("communes:" + own[p]["insee_code"])])) for p in own],
        source_id=[words(pd.concat([told.loc[told["place_id"] == p, "source_id"], own[p]["source_id"]])) for p in own],
        line=pd.NA, printed=pd.NA, total=int(served["population"].sum()),
        text=[format_number(int(p)) for p in told["population"]],
        detail=[_reach(r) for r in told.to_dict("records")],
        mean=told["mean_km"].round(1), most=told["max_km"].round(1),
    )  # fmt: skip
    first = rows.sort_values(["population", "name"], ascending=[False, True]).iloc[0]
    far = (
        rows[rows["population"] > 0]
        .sort_values(["mean_km", "name"], ascending=[False, True])
        .iloc[0]
    )
    share = format_rate(first["population"] / first["total"], 0)
    return ranked_bars(
        rows,
        registers,
        name=name,
 label="name", value="population", out_of="total", text="text", detail="detail",
        title=f"{first['name']}, {places.what.the_nearest} de {share} des habitants",
        unit=f"Nombre d’habitants selon {places.what.the_nearest} à vol d’oiseau, et à quelle distance ils en vivent",
        scope=scope(communes, places.named),
        table={
            "name": "Lieu", "population": "Habitants", "rows": "Communes",
            "mean": "Distance moyenne (km)", "most": "Distance la plus grande (km)",
        },
        reading=(
            f"{far['name']} est {places.what.the_nearest} de {format_number(int(far['population']))} habitants, qui en "
            f"vivent à {format_number(far['mean_km'], 1)} km en moyenne et à {format_number(far['max_km'], 1)} km au plus."
        ),
        note=sentences([
            "distances à vol d’oiseau : par la route, elles sont plus longues",
            "le lieu le plus proche n’est pas toujours celui où l’on est reçu",
            SAME_POINT,
            *left_out(places),
        ]),
    )  # fmt: skip


def houses_per_territory(
    communes: pd.DataFrame,
    places: PlaceSet,
    territories: pd.DataFrame,
    epci: pd.DataFrame,
    registers: Registers,
    name: str = "habitants-par-territoire",
) -> Figure:
    """Return how many inhabitants each territory counts for one of its places, as bars.

    Parameters
    ----------
    communes, territories, epci : pandas.DataFrame
        The tables of these names.
    places : PlaceSet
        What is counted, in the territory of its commune.
    registers : Registers
    name : str
        Stem of the files.

    Returns
    -------
    Figure
        A territory without a place has no bar: the note names it.

    Raises
    ------
    NoDataError
        When no place is located in a commune that has a territory.
    """
    shown = counted(places)
    rows = communes.assign(territory=territory_names(communes, territories).astype(str))
    of = rows.set_index("insee_code")["territory"]
    houses = shown.assign(territory=shown["insee_code"].map(of))
    inside = houses[houses["territory"].notna()]
    strangers = len(houses) - len(inside)
    if inside.empty:
        raise NoDataError(f"Aucun lieu ({places.what.one}) n’est dans un territoire.")
    per = analysis.inhabitants_per_place(rows, inside, by="territory", key="insee_code")
    for column in ("address", "source_id"):
        per[column] = [_words_of(rows, inside, g, column) for g in per["group"]]
    per = per.assign(line=pd.NA, printed=pd.NA, detail=[
        f"{n}\u00a0{plural(n, places.what.one, places.what.several)} pour {format_number(int(p))} habitants"
        for n, p in zip(per["places"], per["population"], strict=True)
    ])  # fmt: skip
    drawn, bare = per[per["places"] > 0], per[per["places"] == 0]
    rounded = (drawn["inhabitants_per_place"] + 0.5) // 1  # as French numbers are: halves go up
    drawn = drawn.assign(rounded=rounded.astype("int64"))
    ranked = drawn.sort_values(["inhabitants_per_place", "group"], ascending=[False, True])
    high, low = ranked.iloc[0], ranked.iloc[-1]
    people = int(per["population"].sum())
    overall = format_number(people / len(inside), 0)
    numbers = [format_number(r["rounded"]) for r in (low, high)]
    finding = f"De {numbers[0]} ({low['group']}) à {numbers[1]} ({high['group']}) habitants par {places.what.one}"
    if len(drawn) == 1:
        finding = f"{high['group']} : {numbers[1]} habitants par {places.what.one}"
    return ranked_bars(
        drawn,
        registers,
        name=name,
        label="group", value="rounded", detail="detail",
        title=finding,
        unit=f"Nombre d’habitants par {places.what.one}, par territoire inféré",
        scope=scope(communes, places.named),
        table={"group": "Territoire", "population": "Habitants", "places": "Lieux",
               "rounded": "Habitants par lieu"},
        reading=(
            f"{high['group']} compte {numbers[1]} habitants par {places.what.one} ; dans l’ensemble, c’est {overall}."
        ),
        alt=(
            f"{len(drawn)} {plural(len(drawn), 'barre horizontale', 'barres horizontales')}. "
            + " ; ".join(f"{r['group']} : {format_number(r['rounded'])}, {r['detail']}" for r in ranked.to_dict("records"))
            + f". Ensemble : {overall}, {len(inside)} {plural(len(inside), places.what.one, places.what.several)} pour {format_number(people)} habitants."
        ),
        note=sentences([
            f"aucun lieu : {listed(bare['group'])}" if len(bare) else "",
            f"{strangers} {plural(strangers, 'lieu', 'lieux')} hors des communes connues, non {plural(strangers, 'compté', 'comptés')}" if strangers else "",
            "chacun peut être reçu dans un autre territoire que le sien",
            *left_out(places),
            territory_note(epci),
        ]),
    )  # fmt: skip


def _words_of(rows: pd.DataFrame, houses: pd.DataFrame, group: str, column: str) -> str:
    lived, there = rows[rows["territory"] == group], houses[houses["territory"] == group]
    if column == "address":
        return words(pd.concat(["places:" + there["place_id"], "communes:" + lived["insee_code"]]))
    return words(pd.concat([there[column], lived[column]]))


def _reach(row: Mapping[str, Any]) -> str:
    if not row["population"]:
        return "aucun habitant"
    return f"à {format_number(row['mean_km'], 1)}\u00a0km en moyenne, {format_number(row['max_km'], 1)}\u00a0km au plus"
