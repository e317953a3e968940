"""Places that receive the public: what is published, how sure it is, and what is refused."""

import csv
import io

import pandas as pd
import pytest
import shapely

from solidata.build import build
from solidata.catalog import load, load_geography
from solidata.clean.places import ASTRAY_M
from solidata.tables import all_tables

NB = "\u00a0"
FOLDER = "places"
FILE = f"{FOLDER}/places.csv"
PLACE = f"data/raw/{FILE}"
EVENTS = f"{FOLDER}/place_events.csv"
COLUMNS = [*(f.name for f in all_tables()["places"].transcribed), "source_id"]
SOURCE = "loiretcher-info-accueil"


def quoted(text):
    return f"«{NB}{text}{NB}»"


@pytest.fixture(scope="module")
def places(project):
    return load("places", project / "data" / "processed")


@pytest.fixture(scope="module")
def committed(project):
    return load_geography(project / "data" / "processed")


# --- what is published -------------------------------------------------------------------


def test_twelve_houses_of_which_seven_are_open(places):
    houses = places[places["kind"] == "mds"]
    assert houses["state"].value_counts().loc[["open", "interim"]].to_dict() == {
        "open": 7,
        "interim": 5,
    }  # 7 + 5 = 12
    assert len(houses) == 12
    assert houses["insee_code"].is_unique


def test_seventeen_of_the_announced_points_are_located_and_only_inferred(places):
    counted = places[places["in_announced_total"] != "no"]
    kinds = counted["kind"].value_counts()
    assert kinds[kinds > 0].to_dict() == {"mds": 12, "antenne": 4, "pmi": 1}  # 12 + 4 + 1 = 17
    assert set(counted["in_announced_total"]) == {"inferred"}
    assert counted["insee_code"].nunique() == 16  # Mer has its MDS and its PMI
    assert (counted["located_to"] == "address").sum() == 2
    # Nobody published coordinates: the point is that of the commune, and the table says so.
    assert set(counted["point_from"]) == {"commune"}
    announced = load("observations").query("indicator_id == 'points-accueil'")
    assert set(announced["value"]) == {55.0}


def test_what_is_context_is_not_counted(places):
    context = places[places["kind"] == "france_services"]
    assert set(context["in_announced_total"]) == {"no"}
    assert set(context["point_from"]) == {"coordinates"}


def test_every_place_stands_in_its_commune(places):
    shapes = load_geography().communes.set_index("insee_code").geometry
    points = shapely.points(places["x"], places["y"])
    away = shapely.distance(points, shapes[places["insee_code"]].to_numpy())
    assert away.max() <= ASTRAY_M
    unknown = places["point_from"] == "commune"
    assert away[unknown].max() == 0
    at = places[unknown].merge(load("communes"), on="insee_code", suffixes=("", "_of"))
    assert (at[["x", "y"]].to_numpy() == at[["x_of", "y_of"]].to_numpy()).all()


def test_events_are_bounded_and_agree_with_the_states(places):
    events = load("place_events")
    assert (events["date_min"].isna() | (events["date_min"] <= events["date_max"])).all()
    assert events["date_max"].notna().all()
    assert events["date_min"].dropna().min() >= pd.Timestamp("2024-01-01")  # the plan begins
    state = places.set_index("place_id")["state"]
    sure = events[events["confidence"] != "C"]
    opened = set(sure.loc[sure["event"] == "open", "place_id"])
    assert opened <= set(state[state == "open"].index)
    # A planned opening and an opening only inferred leave the state as it was last published.
    rest = events[(events["event"] == "planned") | (events["confidence"] == "C")]
    assert set(state[rest["place_id"]]) == {"interim"}
    assert rest["place_id"].nunique() == 5


# --- the transcription -------------------------------------------------------------------


def test_the_places_are_those_of_the_list_read(project, places):
    path = project.parent / "shared" / "facts" / "places.csv"
    if not path.exists():
        pytest.skip("la liste lue n’est pas dans le projet (../shared)")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    kept = places.set_index(["kind", "insee_code"])
    assert len(rows) == len(places)
    assert kept.index.is_unique
    communes = load("communes").set_index("insee_code")
    epci, labels = load("epci").set_index("epci_id"), load("territories").set_index("territory_id")
    for row in rows:
        place = kept.loc[(row["kind"], row["insee_code"])]
        commune = communes.loc[row["insee_code"]]
        assert commune["name"] == row["commune"]
        state = row["state"].split(" ; ")[0]
        if row["kind"] == "france_services":
            assert place["name"] == row["name"].replace("'", "’")
            assert state.startswith("contexte")
        else:
            assert {"ouverte": "open", "accueil provisoire": "interim"}[state] == place["state"]
            assert epci.loc[commune["epci_id"], "name"] == row["epci"]
            assert labels.loc[commune["territory_id"], "label"] == row["territory"]
        assert place["as_of"] == row["published"]
        assert place["confidence"] == row["confidence"][0]
        if "prévu" in row["address"] or "adresse France services" in row["address"]:
            # Not an address of this place: kept as a remark, and no coordinates with it.
            assert pd.isna(place["address"])
            assert pd.isna(place["lon"])
            assert pd.notna(place["note"])
            continue
        assert (place["address"] if pd.notna(place["address"]) else "") == row["address"]
        read = [float(row[axis]) if row[axis] else None for axis in ("lon", "lat")]
        kept_axes = [None if pd.isna(place[axis]) else place[axis] for axis in ("lon", "lat")]
        # Processed numbers keep ten decimals: a hundredth of a millimetre.
        assert kept_axes == [value if value is None else round(value, 10) for value in read]


# --- bad input ---------------------------------------------------------------------------


def rows_of(raw_copy, name=FILE):
    text = (raw_copy / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def write(raw_copy, rows, name=FILE):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (raw_copy / name).write_text(text.getvalue(), encoding="utf-8")


def row_of(rows, key, column="place_id"):
    """Return a row and the line it stands on."""
    return next((r, n) for n, r in enumerate(rows, start=2) if r[column] == key)


def spoiled(raw_copy, **changes):
    """Change cells of the rows named (``-`` as ``_``), and return their lines."""
    rows = rows_of(raw_copy)
    lines = {}
    for key, cells in changes.items():
        row, lines[key] = row_of(rows, key.replace("_", "-"))
        row.update(cells)
    write(raw_copy, rows)
    return lines


def read(value):
    return f"{quoted(value)} lu" if value else "vide"


def told(line, column, value, expected):
    return f"{PLACE}, ligne {line}, colonne {quoted(column)} : {read(value)} ; {expected}"


def test_everything_wrong_in_the_places_is_told_at_once_and_once(raw_copy):
    lines = spoiled(
        raw_copy,
        mds_vendome={"insee_code": "41257"},  # Thenay, merged in 2019
        mds_mer={"insee_code": "41999"},
        mds_salbris={"insee_code": ""},
        fs_mondoubleau={"insee_code": ""},
        fs_salbris={"lat": ""},
        fs_bus_mer={"lon": ""},
        fs_bracieux={"lon": "47.549681", "lat": "1.543238"},
        fs_vineuil={"lon": "12.5", "lat": "41.9"},
        fs_chailles={"lon": "0.892329", "lat": "47.9841"},
        mds_freteval={"as_of": "2026-13-01"},
        mds_montrichard={"located_to": "address"},
        fs_montrichard={"name": "france  services MONTOIRE", "insee_code": "41149"},
        fs_montoire_sur_le_loir={"name": "France services Montoire"},
    )
    refusals = raw_copy.refusals(whole=True)
    first = f"{PLACE}, ligne {lines['fs_montrichard']} (fs-montrichard)"
    expected = [
        told(lines["mds_vendome"], "insee_code", "41257",
             "commune fusionnée ; attendu : 41059 (Le Controis-en-Sologne)"),
        told(lines["mds_mer"], "insee_code", "41999",
             "commune inconnue ; attendu : un code de la table communes "
             "(le plus proche : 41199, Saint-Amand-Longpré)"),
        told(lines["mds_salbris"], "insee_code", "", "attendu : le code de la commune du lieu"),
        told(lines["mds_montrichard"], "address", "",
             "attendu : une adresse ou des coordonnées, puisque located_to vaut address"),
        told(lines["mds_freteval"], "as_of", "2026-13-01",
             "date inconnue du calendrier ; attendu : AAAA, AAAA-MM ou AAAA-MM-JJ"),
        told(lines["fs_mondoubleau"], "insee_code", "",
             "attendu : le code de la commune du lieu (ses coordonnées tombent à Mondoubleau, 41143)"),
        told(lines["fs_salbris"], "lat", "", "attendu : la longitude et la latitude"),
        told(lines["fs_bus_mer"], "lon", "", "attendu : la longitude et la latitude"),
        told(lines["fs_bracieux"], "lon", "47.549681 ; 1.543238",
             "longitude et latitude échangées ; attendu : la longitude (x), puis la latitude (y)"),
        told(lines["fs_vineuil"], "lon", "12.5 ; 41.9",
             "hors de France métropolitaine ; attendu : une longitude de −5,5 à 10 et une latitude "
             "de 41 à 51,5"),
        told(lines["fs_chailles"], "lon", "0.892329 ; 47.9841",
             "coordonnées à 55,8 km de Chailles (41032) ; elles tombent à Mondoubleau (41143) ; attendu : celles d’un lieu de sa commune"),
        told(lines["fs_montrichard"], "lon", "1.18362 ; 47.343855", "coordonnées à 49,6 km de Montoire-sur-le-Loir (41149) ; elles tombent à Montrichard Val de Cher (41151) ; attendu : celles d’un lieu de sa commune"),
        told(lines["fs_montoire_sur_le_loir"], "name", "France services Montoire",
             f"lieu déjà donné par {first} ; attendu : un lieu une fois"),
    ]  # fmt: skip
    assert sorted(refusals) == sorted(expected)
    order = [int(refusal.split("ligne ")[1].split(",")[0]) for refusal in refusals]
    assert order == sorted(order)


def test_a_place_of_another_department_is_told_as_such(raw_copy):
    lines = spoiled(raw_copy, mds_mer={"insee_code": "45234"}, mds_blois={"insee_code": "41000"})
    assert raw_copy.refusals(whole=True) == [
        told(lines["mds_blois"], "insee_code", "41000",
             "commune inconnue ; attendu : un code de la table communes (le plus proche : 41200, Sainte-Anne)"),
        told(lines["mds_mer"], "insee_code", "45234",
             "commune du département 45 ; attendu : un code qui commence par 41"),
    ]  # fmt: skip


def test_cells_that_no_place_has_are_told_by_the_reader(raw_copy):
    lines = spoiled(
        raw_copy,
        mds_blois={"kind": "mdss"},
        mds_vendome={"lon": "1,309", "lat": "47,59"},
        mds_mer={"lon": "573012.4", "lat": "6722345.1"},
        fs_vineuil={"lon": "181", "lat": "47.5"},
        mds_salbris={"as_of": "mars 2026"},
        mds_freteval={"place_id": "MDS Fréteval"},
        mds_mondoubleau={"state": "ouverte"},
        pmi_mer={"as_of": ""},
    )
    values = "mds, antenne, pmi, point, france_services"
    metres = "coordonnées en mètres (Lambert-93 ?) ; attendu : des degrés (EPSG:4326)"
    expected = [
        told(lines["mds_blois"], "kind", "mdss",
             f"attendu : l’une des valeurs {values} (le plus proche : mds)"),
        told(lines["mds_vendome"], "lat", "47,59", "attendu : un nombre avec un point (47.59)"),
        told(lines["mds_vendome"], "lon", "1,309", "attendu : un nombre avec un point (1.309)"),
        told(lines["mds_mer"], "lat", "6722345.1", metres),
        told(lines["mds_mer"], "lon", "573012.4", metres),
        told(lines["mds_mondoubleau"], "state", "ouverte",
             "attendu : l’une des valeurs open, interim, planned, closed"),
        told(lines["mds_salbris"], "as_of", "mars 2026",
             "attendu : une valeur comme 2025-12 ou 2025-12-31"),
        told(lines["mds_freteval"], "place_id", "MDS Fréteval", "attendu : une valeur comme mds-ville"),
        told(lines["pmi_mer"], "as_of", "", "attendu : une valeur"),
        told(lines["fs_vineuil"], "lon", "181", f"attendu : au plus 180{NB}°"),
    ]  # fmt: skip
    # Their events are not blamed for the rows left out.
    assert raw_copy.refusals(whole=True) == expected


def test_a_decimal_comma_out_of_quotes_is_told_as_such(raw_copy):
    raw_copy.edit(FILE, ("1.309648,47.59411,", "1,309648,47,59411,"))
    (refusal,) = raw_copy.refusals(whole=True)
    assert refusal.startswith(f"{PLACE}, ligne 14 : ")
    assert "attendu : 17 cellules (une virgule hors de guillemets ?)" in refusal


def test_the_sheet_of_a_french_spreadsheet_is_read_the_same(raw_copy):
    before = raw_copy.read().tables["places"]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows_of(raw_copy))
    (raw_copy / FILE).write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    pd.testing.assert_frame_equal(raw_copy.read().tables["places"], before)


def test_a_row_copied_whole_is_told_once(raw_copy):
    rows = rows_of(raw_copy)
    write(raw_copy, [*rows, rows[0]])
    assert raw_copy.refusals(whole=True) == [
        told(len(rows) + 2, "place_id", "mds-blois", f"clé déjà prise par {PLACE}, ligne 2")
    ]


def test_a_place_twice_under_two_keys_is_told_once(raw_copy):
    rows = rows_of(raw_copy)
    mer, line = row_of(rows, "mds-mer")
    again = mer | {"place_id": "maison-mer", "name": " MDS de  Mer ", "printed": "Mer"}
    other = mer | {"place_id": "mds-mer-2", "name": "Maison de Mer", "address": "5 Avenue MAUNOURY"}
    write(raw_copy, [*rows, again, other])
    first = f"lieu déjà donné par {PLACE}, ligne {line} (mds-mer) ; attendu : un lieu une fois"
    assert raw_copy.refusals(whole=True) == [
        told(len(rows) + 2, "name", "MDS de  Mer", first),
        told(len(rows) + 3, "address", "5 Avenue MAUNOURY", first),
    ]


def test_two_services_may_share_an_address_and_a_name_two_communes(raw_copy):
    spoiled(
        raw_copy,
        pmi_mer={"address": "5 avenue Maunoury"},
        fs_bracieux={"name": "France services Vineuil"},
        fs_vineuil={"name": "France services Vineuil"},
    )
    raw_copy.read()
    assert len(build(raw_copy.root, raw_copy.home / "data" / "processed")["places"]) == 40


def test_events_that_cannot_be_are_told(raw_copy):
    rows = rows_of(raw_copy, EVENTS)
    changes = {
        "mds-blois.ouverture": {"date_max": ""},
        "mds-montrichard.ouverture-prevue": {"date_min": "2026-10-01"},
        "mds-freteval.ouverture-prevue": {"place_id": "mds-fretevalle"},
        "pmi-mer.ouverture": {"place_id": "mairie"},
    }
    lines = {}
    for key, cells in changes.items():
        row, lines[key] = row_of(rows, key, "place_event_id")
        row.update(cells)
    write(raw_copy, rows, EVENTS)
    place = f"data/raw/{EVENTS}, ligne {{}}, colonne {{}} : {{}} ; {{}}"
    assert raw_copy.refusals(whole=True) == [
        place.format(lines[key], quoted(column), read(value), expected)
        for key, column, value, expected in (
            ("mds-blois.ouverture", "date_max", "",
             "attendu : le premier jour possible, le dernier, ou les deux"),
            ("mds-montrichard.ouverture-prevue", "date_max", "2026-09-30",
             "attendu : au plus tôt 2026-10-01"),
            ("mds-freteval.ouverture-prevue", "place_id", "mds-fretevalle",
             "attendu : une clé de la table places (le plus proche : mds-freteval)"),
            ("pmi-mer.ouverture", "place_id", "mairie", "attendu : une clé de la table places"),
        )
    ]  # fmt: skip


def test_an_event_on_no_day_is_told_by_the_reader(raw_copy):
    raw_copy.edit(EVENTS, ("2024-01-02,2024-01-02", "2024-01-32,2/01/2024"))
    place = f"data/raw/{EVENTS}, ligne 6, colonne {{}} : {{}} lu ; attendu : une date AAAA-MM-JJ"
    assert raw_copy.refusals(whole=True) == [
        place.format(quoted("date_max"), quoted("2/01/2024")),
        place.format(quoted("date_min"), quoted("2024-01-32")),
    ]


def test_places_without_any_outline_are_still_told(raw_copy):
    # The outlines tell nothing: what can be told without them is.
    (raw_copy / "ign-admin-express-2024" / "communes.geojson").unlink()
    lines = spoiled(raw_copy, fs_bracieux={"insee_code": ""}, mds_mer={"insee_code": "41257"})
    assert raw_copy.refusals(whole=True) == [
        told(lines["mds_mer"], "insee_code", "41257",
             "commune fusionnée ; attendu : 41059 (Le Controis-en-Sologne)"),
        told(lines["fs_bracieux"], "insee_code", "", "attendu : le code de la commune du lieu"),
    ]  # fmt: skip


# --- the full list -----------------------------------------------------------------------


def test_the_full_list_goes_into_one_file_and_the_tables_follow(committed, raw_copy):
    """A made list (« fictif »): 55 points with coordinates, in place of the 17 inferred ones."""
    at = committed.communes.set_index("insee_code").geometry.to_crs(4326)
    kept = [r for r in rows_of(raw_copy) if r["in_announced_total"] == "no"]
    made = []
    for number in range(55):
        code = at.index[number * 4]
        point = at[code].representative_point()
        made.append(
            dict.fromkeys(COLUMNS, "")
            | {
                "place_id": f"fictif-{number + 1}",
                "name": f"Point fictif {number + 1}",
                "kind": "mds" if number < 12 else "point",
                "insee_code": code,
                "address": f"{number + 1} rue fictive",
                "lon": f"{point.x:.6f}",
                "lat": f"{point.y:.6f}",
                "located_to": "address",
                "state": "open",
                "as_of": "2026-11",
                "in_announced_total": "stated",
                "confidence": "A",
                "note": "fictif",
                "source_id": SOURCE,
                "printed": "fictif",
            }
        )
    write(raw_copy, [*made, *kept])
    # As data/raw/places/LISEZMOI.md says: the rows that the list replaces go, and their events.
    for name in ("places.csv", "place_events.csv"):
        (raw_copy / "bilan-2025" / name).unlink()
    events = rows_of(raw_copy, EVENTS)
    write(raw_copy, [events[0] | {"place_id": "fictif-1"}], EVENTS)

    processed = raw_copy.home / "data" / "processed"
    build(raw_copy.root, processed)
    places = load("places", processed)
    counted = places[places["in_announced_total"] != "no"]
    assert (len(counted), len(places)) == (55, 55 + 23)  # 23 France services stay, as context
    assert set(counted["point_from"]) == {"coordinates"}
    assert set(counted["located_to"]) == {"address"}
    shapes = load_geography(processed).communes.set_index("insee_code").geometry
    inside = shapely.contains(
        shapes[counted["insee_code"]].to_numpy(), shapely.points(counted["x"], counted["y"])
    )
    assert inside.all()
    assert load("place_events", processed)["place_id"].tolist() == ["fictif-1"]


def test_an_event_of_a_place_that_the_list_dropped_is_told(raw_copy):
    rows = [r for r in rows_of(raw_copy) if r["place_id"] != "mds-blois"]
    write(raw_copy, rows)
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{EVENTS}, ligne 2, colonne {quoted('place_id')} : {quoted('mds-blois')} lu ; "
        "attendu : une clé de la table places (le plus proche : mds-salbris)"
    ]
