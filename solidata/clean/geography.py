"""Communes and their outlines: codes reconciled, territory and point of each commune."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from solidata.french import format_number, listed, nearest, plural
from solidata.problems import Problem, SourceError
from solidata.raw import FILE, PLAN, ROW, Raw
from solidata.raw.layers import DIGITS

if TYPE_CHECKING:
    import geopandas as gpd

SLIVER_M2 = 10_000.0
"""A hectare: generalised outlines may disagree by less without a commune being wrong."""

KINDS = {"communes": "commune", "neighbours": "departement", "rivers": "cours_d_eau"}
"""What an outline of each layer is."""


def department_of(code: str) -> str:
    """Return the département of a commune: two characters of its code, three overseas.

    Examples
    --------
    >>> department_of("01004"), department_of("2A004"), department_of("97411")
    ('01', '2A', '974')
    """
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def strangers(raw: Raw) -> list[Problem]:
    """Return the communes that are not of the département that ``plan.yaml`` names."""
    frame = raw.tables["communes"]
    other = frame["insee_code"].map(department_of)
    for own in raw.plan["department_code"]:
        if len(frame) > 1 and other.nunique() == 1 and other.iloc[0] != own:  # one cause, said once
            told = f"{len(frame)} communes du département {other.iloc[0]}"
            expected = f"attendu\u00a0: celles du département {own} ({PLAN}), ou aucune"
            return [Problem(frame[FILE].iloc[0], None, "insee_code", told, expected)]
    return [
        Problem(row[FILE], int(row[ROW]), "insee_code", row["insee_code"],
                f"attendu : une commune du département {own} ({PLAN})")
        for own in raw.plan["department_code"]
        for _, row in frame[frame["insee_code"].map(department_of) != own].iterrows()
    ]  # fmt: skip


def former_codes(communes: pd.DataFrame) -> dict[str, str]:
    """Return the code in force of each code that merged into another.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"insee_code": ["41059", "41001"], "former_codes": ["41064 41240", ""]})
    >>> former_codes(made)
    {'41064': '41059', '41240': '41059'}
    """
    pairs = zip(communes["insee_code"], communes["former_codes"], strict=True)
    return {
        old: code for code, codes in pairs for old in ("" if pd.isna(codes) else str(codes)).split()
    }


def reconciled(
    layer: gpd.GeoDataFrame, communes: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return one outline a commune in force, and which codes of the layer went where.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        Communes of any vintage, as :func:`solidata.raw.layers.read_layer` gives them; a national
        layer too: other départements are left out.
    communes : pandas.DataFrame
        ``insee_code`` and ``former_codes``: the vintage in force.

    Returns
    -------
    geopandas.GeoDataFrame
        ``code``, ``source_id``, ``geometry``, in the order of the codes; merged communes joined.
    pandas.DataFrame
        A row a merged commune: ``code`` of the layer, ``insee_code`` in force, both str.

    Raises
    ------
    SourceError
        With every code of the département that does not exist or stands twice, every commune
        without an outline, and every merged commune that the outline of the one in force covers.
    """
    import geopandas as gpd
    import shapely

    now, former = set(communes["insee_code"]), former_codes(communes)
    own = layer[layer["code"].map(department_of).isin(set(map(department_of, now)))]
    problems = []
    for _, row in own[~own["code"].isin(now | set(former))].iterrows():
        near = nearest(row["code"], now)
        hint = f" (le plus proche : {near})" if near else ""
        expected = f"code de commune inconnu ; attendu : un code de la table communes{hint}"
        problems.append(_problem(row, expected))
    twice = own[own.duplicated("code", keep="first")]
    problems += [_problem(row, "commune présente deux fois") for _, row in twice.iterrows()]
    kept = own.assign(insee_code=[former.get(code, code) for code in own["code"]])
    if missing := sorted(now - set(kept["insee_code"])):
        count = len(missing)
        expected = (
            f"{count} {plural(count, 'commune', 'communes')} sans contour ({listed(missing[:5])}"
            f"{'…' if count > 5 else ''}) ; attendu : un contour par commune de la table communes"
        )
        problems.append(Problem(str(layer[FILE].iloc[0]), None, None, None, expected))
    parts: dict[str, list[Any]] = {}
    ordered = kept.sort_values(["insee_code", "code"])
    for code, shape in zip(ordered["insee_code"], ordered.geometry, strict=True):
        parts.setdefault(code, []).append(shape)
    shapes = {c: p[0] if len(p) == 1 else shapely.union_all(p) for c, p in parts.items()}
    for code in (c for c, p in parts.items() if len(p) > 1):
        rows = kept[kept["insee_code"] == code].sort_values("code")
        covered = float(rows.area.sum() - shapes[code].area)
        if covered >= SLIVER_M2 and rows["code"].is_unique:
            expected = (
                f"les contours de {listed(list(rows['code']))}, à joindre dans {code}, se couvrent "
                f"sur {format_number(round(covered / 1e4))} ha ; attendu : les communes d’avant la fusion, ou celle d’après"
            )
            problems.append(Problem(str(layer[FILE].iloc[0]), None, None, None, expected))
    if problems:
        raise SourceError(problems)
    merged = kept.loc[kept["code"] != kept["insee_code"], ["code", "insee_code"]]
    outlines = gpd.GeoDataFrame(
        {"code": list(shapes), "source_id": layer["source_id"].iloc[0]},
        geometry=list(shapes.values()),
        crs=layer.crs,
    )
    return outlines, pd.DataFrame(merged).sort_values("code").reset_index(drop=True)


def _problem(row: pd.Series, expected: str) -> Problem:
    return Problem(f"{row[FILE]}, objet {row['feature']}", None, None, row["code"], expected)


def points(outlines: gpd.GeoSeries) -> pd.DataFrame:
    """Return the point of each outline: its centre, or a point inside when the centre is not.

    Returns
    -------
    pandas.DataFrame
        ``x``, ``y`` (float, metres).
    """
    centre = outlines.centroid
    inside = outlines.representative_point()
    kept = centre.where(outlines.contains(centre), inside)
    return pd.DataFrame({"x": kept.x.round(DIGITS), "y": kept.y.round(DIGITS)})


def communes(
    frame: pd.DataFrame, epci: pd.DataFrame, outlines: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Add ``territory_id``, ``territory_confidence``, ``area_km2``, ``x`` and ``y``.

    Without outlines the last three stay empty.
    """
    of = epci.drop_duplicates("epci_id").set_index("epci_id")
    filled = frame.assign(
        **{
            name: frame["epci_id"].map(of[name]).fillna("")
            for name in ("territory_id", "territory_confidence")
        }
    )
    if outlines is None:
        return filled.assign(area_km2=None, x=None, y=None)
    places = points(outlines.geometry).set_axis(list(outlines["code"]))
    places["area_km2"] = (outlines.area / 1e6).round(4).to_numpy()
    return filled.assign(
        **{name: frame["insee_code"].map(places[name]) for name in ("area_km2", "x", "y")}
    )


def outlines(raw: Raw) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame]:
    """Return every outline the documents hold, and the merged communes of another vintage.

    Returns
    -------
    geopandas.GeoDataFrame or None
        EPSG:2154; ``outline_id`` (str, such as ``commune:41018``), ``kind`` (``commune``,
        ``departement`` (a neighbour), ``cours_d_eau``), ``code``, ``name``, ``source_id`` (str)
        and ``geometry``; None when no document holds a layer of communes.
    pandas.DataFrame
        As :func:`reconciled` gives it.

    Raises
    ------
    SourceError
        As :func:`reconciled` does; with every overlap and every hole.
    """
    import geopandas as gpd

    nothing = pd.DataFrame({"code": [], "insee_code": []}, dtype=str)
    if "communes" not in raw.layers:
        return None, nothing
    table = raw.tables["communes"]
    own, merged = reconciled(raw.layers["communes"], table)
    names = table.drop_duplicates("insee_code").set_index("insee_code")["name"]
    own = own.assign(name=own["code"].map(names), kind=KINDS["communes"])
    if problems := topology_problems(own, str(raw.layers["communes"][FILE].iloc[0])):
        raise SourceError(problems)
    parts = [own]
    for layer in ("neighbours", "rivers"):
        if layer in raw.layers:
            parts.append(raw.layers[layer].assign(kind=KINDS[layer]))
    every = pd.concat(parts, ignore_index=True)
    keys = every["code"].where(every["code"] != "", every["name"])
    every = every.assign(outline_id=every["kind"] + ":" + keys)
    columns = ["outline_id", "kind", "code", "name", "source_id", "geometry"]
    return gpd.GeoDataFrame(every[columns], geometry="geometry", crs=own.crs), merged


def topology_problems(outlines: gpd.GeoDataFrame, file: str) -> list[Problem]:
    """Return the communes that overlap and the holes between them, of a hectare or more.

    Parameters
    ----------
    outlines : geopandas.GeoDataFrame
        Those of kind ``commune``.
    file : str
        How messages name the layer.
    """
    import shapely

    shapes = outlines.geometry.to_numpy()
    pairs: list[tuple[int, int]] = []
    if shapely.coverage_is_valid(shapes):
        # Outlines that share their edges point for point overlap nowhere, and join at once.
        whole = shapely.coverage_union_all(shapes)
    else:
        first, second = outlines.sindex.query(shapes, predicate="intersects")
        pairs = [(a, b) for a, b in zip(first, second, strict=True) if a < b]
        whole = shapely.union_all(shapes)
    problems = []
    for a, b in pairs:
        common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
        if common >= SLIVER_M2:
            names = listed([f"{outlines['name'].iloc[i]} ({outlines['code'].iloc[i]})" for i in (a, b)])  # fmt: skip
            expected = f"{names} se chevauchent sur {format_number(round(common / 1e4))} ha ; attendu : des communes qui se touchent sans se couvrir"
            problems.append(Problem(file, None, None, None, expected))
    for part in shapely.get_parts(whole):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            if hole.area >= SLIVER_M2:
                around = outlines[outlines.touches(hole)]["name"]
                expected = f"un trou de {format_number(round(hole.area / 1e4))} ha entre {listed(sorted(around)[:4])} ; attendu : des communes qui couvrent tout le département"
                problems.append(Problem(file, None, None, None, expected))
    return problems
