"""What the notebook of territories says: where people are received, who is far, what is carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from solidata.analysis import access
from solidata.figures import recipes
from solidata.figures.geo.place_words import as_known, states_of
from solidata.french import decapitalised, format_number, format_rate, listed, plural
from solidata.problems import NoDataError
from solidata.study.progress import by_section
from solidata.study.several import Several
from solidata.study.sheet import Sheet
from solidata.study.text import Text, or_why, plain
from solidata.tables import all_tables

if TYPE_CHECKING:
    from solidata.explore import AccessMap
    from solidata.figures.access_words import PlaceSet
    from solidata.study.desk import Study

THRESHOLDS = (5, 10, 15, 20)
"""Kilometres, straight lines, that the project tells."""


def _points(study: Study) -> pd.DataFrame:
    """Return the places that are among the announced ones, stated or inferred."""
    places = study.table("places")
    points = places[places["in_announced_total"].astype(str) != "no"]
    if points.empty:
        raise NoDataError("Aucun lieu d’accueil n’est décrit.")
    return points


@or_why
def received(study: Study) -> Text:
    """Return how many houses are open or receive elsewhere, and how many points are located."""
    points = _points(study)
    waiting = (points["kind"].astype(str) == "mds") & (points["state"].astype(str) == "interim")
    return Text(
        f"Lieux situés : **{states_of(points)}**.",
        "Une MDS en accueil provisoire reçoit déjà : son ouverture n’en rapprochera personne."
        if waiting.any()
        else "",
        _located(study, points),
    )


def _located(study: Study, points: pd.DataFrame) -> str:
    """Return how many of the announced points are located."""
    try:
        total = recipes.announced_points(study.load, study.registers, study.year)
    except NoDataError as error:
        return plain(error)
    count = len(points)
    missing = max(total - count, 0)
    inferred = int((points["in_announced_total"].astype(str) == "inferred").sum())
    return (
        f"**{format_number(count)}** des **{format_number(total)}** points d’accueil annoncés "
        f"{plural(count, 'est situé', 'sont situés')}"
        + (f" ; {_others(missing)}" if missing else "")
        + "."
        + _membership(inferred, count)
    )


def _others(missing: int) -> str:
    return plural(
        missing,
        "l’autre n’est pas publié",
        f"les {format_number(missing)} autres ne sont pas publiés",
    )


def _membership(inferred: int, count: int) -> str:
    """Return how many points are among the announced ones by inference only."""
    if not inferred:
        return ""
    who = (
        plural(count, "le point situé", "les points situés")
        if inferred == count
        else f"{format_number(inferred)} d’entre eux"
    )
    verb = plural(inferred, "fasse", "fassent")
    return f" Que {who} en {verb} partie est inféré : la liste n’est pas publiée."


@or_why
def places(study: Study) -> Sheet:
    """Return the located places with their state, its date, its confidence and where it is said."""
    points = _points(study)
    communes = study.table("communes").set_index("insee_code")["name"]
    kept = points.assign(Commune=points["insee_code"].map(communes))
    kept = kept.sort_values(["kind", "state", "name"], kind="stable")
    columns = ["name", "kind", "Commune", "state", "as_of", "located_to", "confidence", "source_id", "line"]  # fmt: skip
    return Sheet(
        kept[columns],
        all_tables()["places"],
        all_tables()["sources"],
        caption=f"Les {format_number(len(kept))} lieux d’accueil situés",
        formats={"as_of": as_known},
        height=480,
    )


@or_why
def per_house(study: Study) -> Sheet:
    """Return how many inhabitants each territory counts for one open house, then the whole."""
    places, communes = study.table("places"), study.table("communes")
    opened = places[(places["kind"] == "mds") & (places["state"] == "open")]
    if opened.empty or communes.empty:
        raise NoDataError("Aucune MDS ouverte, ou aucune commune, n’est décrite.")
    homes = communes.set_index("insee_code")["territory_id"]
    opened = opened.assign(territory_id=opened["insee_code"].map(homes))
    found = access.inhabitants_per_place(communes, opened, by="territory_id", key="insee_code")
    names = study.table("territories").set_index("territory_id")["label"]
    found = found.iloc[_ordered(found["group"], names)]
    labelled = [names.get(g, "Sans territoire") for g in found["group"]]
    whole = access.inhabitants_per_place(communes, opened, key="insee_code")
    rows = pd.concat([found.assign(group=labelled), whole.assign(group="Ensemble")])
    frame = pd.DataFrame(
        {
            "Territoire": rows["group"].astype(str),
            "Habitants": rows["population"].astype("int64"),
            "MDS ouvertes": rows["places"].astype("int64"),
            "Habitants par MDS ouverte": rows["inhabitants_per_place"].to_numpy(),
        }
    )
    # Halves go up, as on the figures.
    whole_number = {
        "Habitants par MDS ouverte": lambda n: "" if pd.isna(n) else format_number(n, 0)
    }
    return Sheet(frame, caption="Habitants par MDS ouverte", formats=whole_number, totals=1)


def _ordered(groups: pd.Series, names: pd.Series) -> list[int]:
    """Return the places of groups in the order of their names; those without one come last."""
    order = {group: place for place, group in enumerate(names.index)}
    return sorted(range(len(groups)), key=lambda n: order.get(groups.iloc[n], len(order)))


def _sets(study: Study) -> dict[str, PlaceSet]:
    asked = study.load, study.registers, study.year
    try:
        sets = recipes.place_sets(*asked)
    except NoDataError:  # points are told out of those announced; houses are not
        sets = recipes.house_sets(*asked)
    return {name: places for name, places in sets.items() if len(places.located)}


def _communes(study: Study) -> pd.DataFrame:
    communes = study.table("communes")
    if communes.empty:
        raise NoDataError("Aucune commune n’est décrite : aucune distance à mesurer.")
    return communes.set_index("insee_code")


def _share(places: PlaceSet, share: float) -> str:
    """Return a share, which is never rounded up to the whole."""
    if 0.995 <= share < 1:
        return f"plus de {format_rate(0.99)}"
    return (places.at_least if share < 1 else "") + format_rate(share)


@or_why
def far(study: Study) -> Sheet:
    """Return the share of inhabitants within each distance of the open houses, of all, of the points."""
    people, rows = _communes(study), []
    for name, places in _sets(study).items():
        found = access.coverage(people, places.located, thresholds=THRESHOLDS)
        rows.append((name, *(_share(places, share) for share in found["share"])))
    if not rows:
        raise NoDataError("Aucun lieu n’est situé : aucune distance à mesurer.")
    titles = ["Lieux", *(f"à {t} km au plus" for t in THRESHOLDS)]
    return Sheet(
        pd.DataFrame(rows, columns=titles),
        caption="Part des habitants selon la distance, à vol d’oiseau, au lieu le plus proche",
    )


@or_why
def beyond(study: Study) -> Text:
    """Return how many live farther than the last distance, and in how many communes."""
    people, told = _communes(study), []
    limit, whole = THRESHOLDS[-1], int(people["population"].sum())
    for name, places in _sets(study).items():
        distance = access.nearest(people, places.located)["distance_km"]
        away = people[(distance > limit).to_numpy()]
        count, most = int(away["population"].sum()), "au plus " if places.at_least else ""
        told.append(
            f"- {name} : {most}**{format_number(count)}** des {format_number(whole)} habitants"
            f" ({format_rate(count / whole, 1)}), dans {format_number(len(away))} "
            f"{plural(len(away), 'commune', 'communes')}"
            + (" ; un point qui n’est pas publié peut être plus proche." if most else ".")
        )
    if not told or not whole:
        raise NoDataError("Aucun lieu n’est situé : aucune distance à mesurer.")
    return Text(f"À plus de {limit} km, à vol d’oiseau, du lieu le plus proche :", *told)


@or_why
def far_by_territory(study: Study) -> Sheet:
    """Return, by territory and set of places, the share of inhabitants within each distance."""
    names = study.table("territories").set_index("territory_id")["label"]
    return _far_by(study, "territory_id", names, "Territoire", "par territoire inféré")


@or_why
def far_by_epci(study: Study) -> Sheet:
    """Return, by EPCI and set of places, the share of inhabitants within each distance."""
    names = study.table("epci").set_index("epci_id")["name"].sort_values()
    return _far_by(study, "epci_id", names, "EPCI", "par EPCI", height=480)


def _far_by(
    study: Study, by: str, names: pd.Series, title: str, told: str, height: int | None = None
) -> Sheet:
    people, found = _communes(study), []
    for order, (name, places) in enumerate(_sets(study).items()):
        rows = access.coverage(people, places.located, thresholds=THRESHOLDS, by=by)
        said = [_share(places, s) if pd.notna(s) else "" for s in rows["share"]]
        found.append(rows.assign(Lieux=name, order=order, said=said))
    if not found:
        raise NoDataError("Aucun lieu n’est situé : aucune distance à mesurer.")
    every = pd.concat(found)
    every = every.iloc[_ordered(every["group"], names)]
    every[title] = [names.get(g, f"Sans {decapitalised(title)}") for g in every["group"]]
    every["near"] = [f"à {int(t)} km au plus" for t in every["threshold_km"]]
    key = [title, "total", "order", "Lieux"]
    wide = every.pivot_table(index=key, columns="near", values="said", aggfunc="first", sort=False)
    frame = wide.reset_index().drop(columns="order")
    frame.columns.name = None
    frame = frame.rename(columns={"total": "Habitants"})
    return Sheet(
        frame,
        caption=f"Part des habitants selon la distance, à vol d’oiseau, au lieu le plus proche, {told}",
        height=height,
    )


@or_why
def carried(study: Study) -> Text:
    """Return how many action sheets each territory carries: they stand outside the counted actions."""
    rows = study.table("territories").dropna(subset=["action_sheets"])
    if rows.empty:
        raise NoDataError("Aucun document n’imprime de fiche action par territoire.")
    told = [f"{plain(r.label)} **{format_number(r.action_sheets)}**" for r in rows.itertuples()]
    total = int(rows["action_sheets"].sum())
    counted = int(by_section(study).drop_duplicates("section_id")["total"].sum())
    return Text(
        f"Fiches actions des territoires : {listed(told)}, soit **{format_number(total)}**. Elles sont "
        f"hors des {format_number(counted)} actions que les sections comptent."
    )


@or_why
def challenges(study: Study) -> Sheet:
    """Return the challenges that each territory has set itself, as the documents number them."""
    rows = study.table("challenges")
    if rows.empty:
        raise NoDataError("Aucun défi de territoire n’est imprimé.")
    names = study.table("territories").set_index("territory_id")["label"]
    titles = study.registers.sources.set_index("source_id")["title"]
    rows = rows.assign(
        Territoire=rows["territory_id"].map(names), Document=rows["source_id"].map(titles)
    )
    return Sheet(
        rows[["Territoire", "number_printed", "label", "Document", "line"]],
        all_tables()["challenges"],
        caption="Les défis des territoires, tels que numérotés",
    )


@or_why
def pages(study: Study) -> Several:
    """Return the page of each territory, to show one below the other."""
    makers = recipes.territory_pages(study.load)
    if not makers:
        raise NoDataError("Aucun territoire n’est décrit.")
    return Several([make(study.load, study.registers, study.year) for make in makers.values()])


@or_why
def interactive_map(study: Study) -> AccessMap:
    """Return the map to pan, filter and hover; see :func:`solidata.explore.access_map`."""
    from solidata.explore import access_map

    points = study.table("places")
    if points.empty:
        raise NoDataError("Aucun lieu d’accueil n’est décrit : pas de carte.")
    try:
        total = recipes.announced_points(study.load, study.registers, study.year)
    except NoDataError:
        total = None
    return access_map(
        points,
        study.geography(),
        study.table("territories"),
        study.table("epci"),
        study.registers,
        announced=total,
    )
