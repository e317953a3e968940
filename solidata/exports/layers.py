"""What is exported: communes, groups of communes, places in Lambert-93, and what befell places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from solidata import catalog
from solidata.analysis.geography import LAMBERT_93, dissolve
from solidata.french import nearest, quote
from solidata.problems import RefusedError
from solidata.tables import all_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_PROVENANCE = ("line", "line_end", "printed")

_INFERRED = (
    "Le territoire d’action sociale de chaque EPCI est inféré\u00a0: aucune source publique ne "
    "l’imprime. `territory_confidence` en dit la solidité"
)
_OUTLINE = "Contours généralisés\u00a0: les superficies en découlent"
LAYERS: dict[str, tuple[str, str]] = {
    "communes": ("Communes", f"{_OUTLINE}. {_INFERRED}."),
    "epci": ("Intercommunalités, pour leurs communes du département", f"{_OUTLINE}. {_INFERRED}."),
    "arrondissements": ("Arrondissements", f"{_OUTLINE}."),
    "territoires": (
        "Territoires d’action sociale",
        f"{_OUTLINE}. {_INFERRED}\u00a0: ici, celle du moins sûr de ses EPCI.",
    ),
    "departement": ("Département", f"{_OUTLINE}."),
    "lieux": (
        "Lieux d’accueil",
        "N’y figure que ce qui est publié. `point_from` dit d’où vient le point\u00a0: "
        "`coordinates`, des coordonnées publiées\u00a0; `commune`, le point de la commune, faute de mieux "
        "(lieux superposés). `in_announced_total` à `inferred`\u00a0: parmi les points annoncés, sans "
        f"qu’une source le dise\u00a0; à `no`\u00a0: contexte. {_INFERRED}\u00a0; elle est vide hors du "
        "département, comme `commune`, `epci_id` et `territory_id`",
    ),
    "evenements": (
        "Événements des lieux d’accueil",
        "Table sans géométrie (GeoPackage et CSV)\u00a0: une ligne par événement publié, jointe à `lieux` "
        "par `place_id`. `date_min` et `date_max` encadrent ce que la source dit de la date\u00a0; vide\u00a0: "
        "elle ne le dit pas",
    ),
}
"""French title of each layer, and what its reader must know."""

TABLES = ("evenements",)
"""Those without geometry."""


def _communes(folder: Path | None) -> gpd.GeoDataFrame:
    return catalog.load_geography(folder).communes.sort_values("insee_code", ignore_index=True)


def _groups(by: str, table: str, keep: list[str], folder: Path | None) -> gpd.GeoDataFrame:
    """Return the outlines of a table's rows, each with its communes, population and area."""
    communes = _communes(folder)
    return _described(communes, by).merge(
        catalog.load(table, folder)[[by, *keep]], on=by, how="left", validate="1:1"
    )


def _described(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    whole = dissolve(communes.dropna(subset=[by]), by).drop(columns="insee_codes")
    whole["area_km2"] = whole["area_km2"].round(4)
    members = communes.groupby(by, observed=True)
    whole["population_year"] = whole[by].map(members["population_year"].max())
    # The weakest, not the strongest: categories run from the surest to the least sure.
    weakest = members["territory_confidence"].max().astype(object)
    whole["territory_confidence"] = whole[by].map(weakest)
    return whole


def _labelled(rows: pd.DataFrame, table: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return `rows` with, after each category of a table, its French label."""
    made = rows.copy()
    for column in columns:
        labels = all_tables()[table].field(column).labels
        made.insert(
            made.columns.get_loc(column) + 1,
            f"{column}_label",
            rows[column].astype(object).map(labels),
        )
    return made


def _places(folder: Path | None) -> pd.DataFrame:
    """Return the places, each with the name, the EPCI and the territory of its commune."""
    places = catalog.load("places", folder).drop(columns=[*_PROVENANCE, "lon", "lat"])
    groups = ["epci_id", "territory_id", "territory_confidence"]
    communes = catalog.load("communes", folder)[["insee_code", "name", *groups]]
    joined = places.merge(
        communes.rename(columns={"name": "commune"}), on="insee_code", how="left", validate="m:1"
    )
    at = list(places).index("insee_code") + 1
    ordered = [*places.columns[:at], "commune", *groups, *places.columns[at:]]
    return _labelled(joined[ordered], "places", ["kind", "state"])


def _events(folder: Path | None) -> pd.DataFrame:
    """Return what befell places, each row with the name, the kind and the commune of its place."""
    events = catalog.load("place_events", folder).drop(columns=[*_PROVENANCE])
    about = ["place_id", "name", "kind", "kind_label", "insee_code", "commune"]
    joined = events.merge(_places(folder)[about], on="place_id", how="left", validate="m:1")
    for column in ("date_min", "date_max"):  # days, with no hour that nothing says
        joined[column] = joined[column].dt.strftime("%Y-%m-%d")
    own = list(events.columns.drop(["place_event_id", "place_id"]))
    return _labelled(joined[["place_event_id", *about, *own]], "place_events", ["event"])


def layer(name: str, folder: Path | None = None) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return one of :data:`LAYERS`, in Lambert-93 unless of :data:`TABLES`.

    Parameters
    ----------
    name : str
        Such as ``"communes"`` or ``"lieux"``.
    folder : pathlib.Path, optional
        Where the tables are; by default ``data/processed`` of the project.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        EPSG:2154. The key first, columns named as in the dictionary, ``communes`` (how many) for
        groups, ``x`` and ``y`` (metres) of a point inside, and ``geometry``. Places have the name
        (``commune``, str), the EPCI and the territory of their commune, missing where the table of
        communes does not have it, and ``…_label``, the French of a category. A table of
        :data:`TABLES` has neither point nor geometry.

    Raises
    ------
    RefusedError
        When there is no such layer; the message gives the nearest.
    NoDataError
        When no document gives the outlines of the communes, which places do without.

    Examples
    --------
    >>> layer("arrondissements")[["name", "communes"]].to_numpy().tolist()
    [['Blois', 93], ['Vendôme', 100], ['Romorantin-Lanthenay', 74]]
    """
    import geopandas as gpd

    numbers = ["communes", "population", "population_year", "area_km2"]
    territory = ["territory_id", "territory_confidence"]
    match name:
        case "communes":
            frame = _communes(folder).drop(columns=[*_PROVENANCE])
            return frame[[*(c for c in frame if c != "geometry"), "geometry"]]
        case "lieux":
            table = _places(folder)
            points = gpd.GeoSeries.from_xy(table["x"], table["y"], crs=LAMBERT_93)
            return gpd.GeoDataFrame(table, geometry=points.where(table["x"].notna(), None))
        case "evenements":
            return _events(folder)
        case "epci":
            frame = _groups("epci_id", "epci", ["name", "nature", "territory_id", "note"], folder)
            columns = ["epci_id", "name", "nature", *territory, "note", *numbers]
        case "arrondissements":
            frame = _groups("arrondissement_id", "arrondissements", ["name"], folder)
            columns = ["arrondissement_id", "name", *numbers]
        case "territoires":
            frame = _groups("territory_id", "territories", ["label"], folder)
            columns = ["territory_id", "label", "territory_confidence", *numbers]
        case "departement":
            communes = _communes(folder)
            code = communes["insee_code"].str[:2]
            frame = _described(communes.assign(departement=code), "departement")
            columns = ["departement", *numbers]
        case _:
            raise RefusedError(unknown("couche", name, list(LAYERS)))
    point = frame.representative_point()
    frame = frame.assign(x=point.x.round(1), y=point.y.round(1))
    return frame[[*columns, "x", "y", "geometry"]]


def unknown(what: str, word: str, known: Sequence[str]) -> str:
    """Return what is said of a word that names nothing, with the nearest that does."""
    near = nearest(word, known)
    hint = f" (le plus proche\u00a0: {near})" if near else ""
    return f"{what} {quote(word)} inconnu{'e' if what == 'couche' else ''}\u00a0; au choix\u00a0: {', '.join(known)}{hint}"
