"""Places that receive the public: where each stands, and what makes that doubtful."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from solidata.clean.geography import department_of, former_codes
from solidata.french import fold, format_number, listed, nearest
from solidata.problems import Problem, SourceError
from solidata.raw import FILE, ROW
from solidata.raw.layers import DEGREES, DIGITS, LAMBERT_93, misplaced
from solidata.tables.rows import Row, as_rows, grouped

if TYPE_CHECKING:
    import geopandas as gpd

ASTRAY_M = 3_000.0
"""Metres out of its commune beyond which published coordinates are wrong: outlines are generalised."""


def places(
    frame: pd.DataFrame, communes: pd.DataFrame, outlines: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Add ``point_from``, ``x`` and ``y`` (metres) to the places.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        The raw places.
    communes : pandas.DataFrame
        ``insee_code``, ``name``, ``former_codes``, ``x``, ``y``.
    outlines : geopandas.GeoDataFrame or None
        Those of the communes (``code``, ``geometry``), to hold coordinates against.

    Raises
    ------
    SourceError
        With every place without a commune, in a commune that does not exist or has merged, whose
        coordinates are incomplete, exchanged, out of France or out of its commune, and every place
        that stands twice.
    """
    problems = _commune_problems(frame, communes, outlines) + _twins(frame)
    problems += _coordinate_problems(frame) + _other_problems(frame)
    astray = {(p.file, p.line) for p in problems}
    sound = [(f, int(r)) not in astray for f, r in zip(frame[FILE], frame[ROW], strict=True)]
    located = pd.Series(sound, index=frame.index, dtype=bool) & (frame["lon"] != "")
    x, y = _projected(frame[located])
    if outlines is not None:
        problems += _astray(frame[located], x, y, communes, outlines)
    if problems:
        raise SourceError(problems)
    of = communes.drop_duplicates("insee_code").set_index("insee_code")
    return frame.assign(
        point_from=located.map({True: "coordinates", False: "commune"}),
        x=x.reindex(frame.index).fillna(frame["insee_code"].map(of["x"]).astype(float)),
        y=y.reindex(frame.index).fillna(frame["insee_code"].map(of["y"]).astype(float)),
    )


def _projected(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    import geopandas as gpd

    # Through geopandas, which keeps the transformation that it has made for the outlines.
    points = gpd.points_from_xy(frame["lon"].astype(float), frame["lat"].astype(float), crs=DEGREES)
    metres = gpd.GeoSeries(points, index=frame.index).to_crs(LAMBERT_93)
    return metres.x.round(DIGITS), metres.y.round(DIGITS)


def _problem(row: Row, column: str, value: str | None, expected: str) -> Problem:
    return Problem(row[FILE], int(row[ROW]), column, value, expected)


def _commune_problems(
    frame: pd.DataFrame, communes: pd.DataFrame, outlines: gpd.GeoDataFrame | None
) -> list[Problem]:
    names = communes.drop_duplicates("insee_code").set_index("insee_code")["name"].to_dict()
    former = former_codes(communes)
    own = set(map(department_of, names))
    problems = []
    for row in as_rows(frame):
        code = row["insee_code"]
        if code in names:
            continue
        if code in former:
            now = former[code]
            expected = f"commune fusionnée ; attendu : {now} ({names[now]})"
        elif len(code) == 5 and department_of(code) not in own:
            # The nearest code here would be another commune, far away.
            expected = f"commune du département {department_of(code)} ; attendu : un code qui commence par {listed(sorted(own))}"
        elif code:
            near = nearest(code, names)
            hint = f" (le plus proche : {near}, {names[near]})" if near else ""
            expected = f"commune inconnue ; attendu : un code de la table communes{hint}"
        else:
            inside = _commune_at(row, outlines)
            hint = f" (ses coordonnées tombent à {names[inside]}, {inside})" if inside else ""
            expected = f"attendu : le code de la commune du lieu{hint}"
        problems.append(_problem(row, "insee_code", code, expected))
    return problems


def _commune_at(row: Row, outlines: gpd.GeoDataFrame | None) -> str | None:
    """Return the code of the commune where the coordinates of a row fall."""
    import shapely

    if outlines is None or not row["lon"] or not row["lat"]:
        return None
    x, y = _projected(pd.DataFrame([row]))
    found = outlines[outlines.contains(shapely.Point(x.iloc[0], y.iloc[0]))]
    return str(found["code"].iloc[0]) if len(found) else None


def _coordinate_problems(frame: pd.DataFrame) -> list[Problem]:
    problems = []
    for row in as_rows(frame):
        lon, lat = row["lon"], row["lat"]
        if bool(lon) != bool(lat):
            absent = "lat" if lon else "lon"
            problems.append(_problem(row, absent, "", "attendu : la longitude et la latitude"))
        elif lon:
            east, north = float(lon), float(lat)
            if fault := misplaced(east, north, east, north):
                problems.append(_problem(row, "lon", f"{lon} ; {lat}", fault))
    return problems


def _astray(
    frame: pd.DataFrame,
    x: pd.Series,
    y: pd.Series,
    communes: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
) -> list[Problem]:
    """Return the places whose coordinates are out of their commune."""
    import shapely

    names = communes.drop_duplicates("insee_code").set_index("insee_code")["name"].to_dict()
    shapes = dict(zip(outlines["code"], outlines.geometry, strict=True))
    problems = []
    for row, east, north in zip(as_rows(frame), x.to_list(), y.to_list(), strict=True):
        point, code = shapely.Point(east, north), row["insee_code"]
        away = shapely.distance(point, shapes[code]) if code in shapes else 0.0
        if away > ASTRAY_M:
            inside = outlines[outlines.contains(point)]["code"]
            at = f" ; elles tombent à {names[inside.iloc[0]]} ({inside.iloc[0]})" if len(inside) else ""  # fmt: skip
            expected = f"coordonnées à {format_number(round(away / 1000, 1))} km de {names[code]} ({code}){at} ; attendu : celles d’un lieu de sa commune"
            problems.append(_problem(row, "lon", f"{row['lon']} ; {row['lat']}", expected))
    return problems


def _twins(frame: pd.DataFrame) -> list[Problem]:
    """Return the places of one kind that stand twice in a commune, by their name or address.

    A row is told once, and not at all when its key stands twice: that is told already.
    """
    problems: dict[tuple[str, int], Problem] = {}
    for what in ("name", "address"):
        given = [row | {"alike": fold(row[what])} for row in as_rows(frame) if row[what]]
        for first, *others in grouped(given, "kind", "insee_code", "alike").values():
            for row in others:
                if row["place_id"] == first["place_id"]:
                    continue
                expected = f"lieu déjà donné par {first[FILE]}, ligne {first[ROW]} ({first['place_id']}) ; attendu : un lieu une fois"
                place = row[FILE], row[ROW]
                problems.setdefault(place, _problem(row, what, row[what], expected))
    return list(problems.values())


def _other_problems(frame: pd.DataFrame) -> list[Problem]:
    """Return the dates of a state that no calendar has, and the addresses said but not given."""
    problems = []
    for row in as_rows(frame):
        try:
            date.fromisoformat(row["as_of"] + "-01" * (2 - row["as_of"].count("-")))
        except ValueError:
            expected = "date inconnue du calendrier ; attendu : AAAA, AAAA-MM ou AAAA-MM-JJ"
            problems.append(_problem(row, "as_of", row["as_of"], expected))
        if row["located_to"] == "address" and not row["address"] and not row["lon"]:
            expected = "attendu : une adresse ou des coordonnées, puisque located_to vaut address"
            problems.append(_problem(row, "address", "", expected))
    return problems


def event_problems(frame: pd.DataFrame) -> list[Problem]:
    """Return the events without a date, or whose last day precedes the first."""
    problems = []
    for row in as_rows(frame):
        first, last = row["date_min"], row["date_max"]
        if not first and not last:
            expected = "attendu : le premier jour possible, le dernier, ou les deux"
            problems.append(_problem(row, "date_max", "", expected))
        elif first and last and last < first:
            problems.append(_problem(row, "date_max", last, f"attendu : au plus tôt {first}"))
    return problems
