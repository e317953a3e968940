"""Who lives how far: known answers on a made grid, other implementations, every refusal."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidata.analysis import access, neighbours
from solidata.figures.coverage import coverage_curve as draw
from solidata.problems import RefusedError
from solidata.tables import Registers

EAST, NORTH = 570_000, 6_720_000  # a corner of the made grid, south of Blois


def grid(size=10, **columns):
    """Return a point every kilometre, from 0 to `size` in both directions, keyed « i-j »."""
    i, j = (a.ravel() for a in np.meshgrid(np.arange(size + 1), np.arange(size + 1)))
    keys = [f"{a}-{b}" for a, b in zip(i, j, strict=True)]
    made = {"i": i, "x": EAST + 1000 * i, "y": NORTH + 1000 * j, "population": 10, **columns}
    return pd.DataFrame(made, index=keys)


def at(**kilometres):
    """Return places by key, each at (east, north) kilometres from the corner."""
    return pd.DataFrame(
        [(k, EAST + 1000 * e, NORTH + 1000 * n) for k, (e, n) in kilometres.items()],
        columns=["place_id", "x", "y"],
    )


TWO = at(b=(0, 0), a=(10, 0))


# --- the nearest places ----------------------------------------------------------------


def test_the_nearest_place_of_each_point_of_a_grid():
    found = access.nearest(grid(), TWO)
    assert found.index.tolist() == grid().index.tolist()
    assert found.dtypes.astype(str).to_dict() == {
        "place_id": "category", "distance_km": "float64",
    }  # fmt: skip
    assert found.loc["3-4"].tolist() == ["b", 5.0]  # √(3² + 4²)
    assert found.loc["7-4"].tolist() == ["a", 5.0]  # 10 − 7 = 3 km west of « a »
    # the column i = 5 is as far from both: « a » comes before « b »
    assert set(found.loc[[f"5-{j}" for j in range(11)], "place_id"]) == {"a"}
    assert found["place_id"].value_counts().to_dict() == {"a": 6 * 11, "b": 5 * 11}


def test_the_k_nearest_are_ranked_and_at_most_all_places():
    three = at(b=(0, 0), a=(10, 0), c=(0, 10))
    found = access.nearest(grid(), three, k=2)
    assert len(found) == 2 * 121
    assert found.loc["5-5", ["place_id", "rank"]].values.tolist() == [["a", 1], ["b", 2]]
    assert found.loc["5-5", "distance_km"].tolist() == pytest.approx([50**0.5] * 2)
    assert found.loc["0-10", "place_id"].tolist() == ["c", "b"]
    every = access.nearest(grid(), three, k=9)
    assert len(every) == 3 * 121
    assert every.loc["5-5", "place_id"].tolist() == ["a", "b", "c"]
    pd.testing.assert_frame_equal(access.nearest(grid(), three, k=np.int64(2)), found)


def test_keys_are_compared_as_text():
    places = at(x=(0, 0), y=(10, 0)).assign(place_id=[9, 10])
    assert access.nearest(grid(), places).loc["5-0", "place_id"] == "10"  # « 10 » < « 9 »


def test_without_the_rule_the_distances_are_the_same():
    ruled, free = (access.nearest(grid(), TWO, k=2, ties=t) for t in (True, False))
    assert ruled["distance_km"].tolist() == free["distance_km"].tolist()
    points = at(b=(0, 0), a=(0, 0))
    assert set(access.nearest(grid(), points, ties=False)["place_id"]) == {"a"}


def test_many_places_at_one_point_stay_few_in_memory(monkeypatch):
    asked = []
    ranked = neighbours._ranked
    monkeypatch.setattr(
        neighbours, "_ranked", lambda tree, *a: (asked.append(tree.n), ranked(tree, *a))[1]
    )
    places = at(**{f"p{n:03}": (3, 3) for n in range(300)}, q=(9, 9))
    found = access.nearest(grid(), places, k=2)
    assert max(asked) == 3  # the two first of the 300, and « q »
    assert found.loc["3-3", "place_id"].tolist() == ["p000", "p001"]


def test_people_are_asked_for_in_blocks(monkeypatch):
    whole = access.nearest(grid(), TWO, k=2)
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    pd.testing.assert_frame_equal(access.nearest(grid(), TWO, k=2), whole)


def brute(people, places, k):
    """Return (row, rank) → (key, metres) by measuring everything: the definition, in five lines."""
    order = sorted(range(len(places)), key=lambda n: str(places["place_id"].iloc[n]))
    kept = places.iloc[order]
    apart = np.subtract.outer(people["x"].to_numpy(), kept["x"].to_numpy()) ** 2.0
    apart += np.subtract.outer(people["y"].to_numpy(), kept["y"].to_numpy()) ** 2.0
    ranked = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return kept["place_id"].to_numpy()[ranked], np.sqrt(np.take_along_axis(apart, ranked, 1))


spots = st.tuples(st.integers(0, 5), st.integers(0, 5))


@settings(max_examples=150, deadline=None)
@given(
    lived=st.lists(spots, min_size=1, max_size=25),
    put=st.lists(spots, min_size=1, max_size=40),
    k=st.integers(1, 6),
    draw=st.randoms(use_true_random=False),
)
def test_the_rule_is_the_definition_whatever_the_order_of_the_rows(lived, put, k, draw):
    people = pd.DataFrame(lived, columns=["x", "y"]) * 100 + [EAST, NORTH]
    places = pd.DataFrame(put, columns=["x", "y"]) * 100 + [EAST, NORTH]
    places["place_id"] = [f"p{n}" for n in range(len(places))]
    found = access.nearest(people, places, k=k)
    keys, metres = brute(people, places, k)
    assert found["place_id"].tolist() == keys.ravel().tolist()
    assert found["distance_km"].tolist() == (metres.ravel() / 1000).tolist()
    rows, sites = list(range(len(people))), list(range(len(places)))
    draw.shuffle(rows)
    draw.shuffle(sites)
    again = access.nearest(people.iloc[rows], places.iloc[sites], k=k)
    assert again.index.tolist() == np.repeat(rows, min(k, len(places))).tolist()
    pd.testing.assert_frame_equal(again.sort_index(kind="stable"), found)


@pytest.mark.parametrize("count", [64, 65, 200])  # one leaf of the tree, and more
def test_many_equal_distances_go_to_the_first_key(count):
    draw = np.random.default_rng(count)
    cells = draw.permutation(30 * 30)[:count]
    places = pd.DataFrame({"x": EAST + 100 * (cells // 30), "y": NORTH + 100 * (cells % 30)})
    places["place_id"] = [f"p{n:03}" for n in draw.permutation(count)]
    east, north = np.divmod(np.arange(30 * 30), 30)
    people = pd.DataFrame({"x": EAST + 100 * east, "y": NORTH + 100 * north})
    keys, _ = brute(people, places, 1)
    squares = (people["x"].to_numpy()[:, None] - places["x"].to_numpy()) ** 2
    squares = squares + (people["y"].to_numpy()[:, None] - places["y"].to_numpy()) ** 2
    assert ((squares == squares.min(axis=1)[:, None]).sum(axis=1) > 1).sum() > 50  # ties abound
    assert access.nearest(people, places)["place_id"].tolist() == keys.ravel().tolist()


def scattered(rows, seed):
    draw = np.random.default_rng(seed)
    return draw.uniform(EAST, EAST + 90_000, rows), draw.uniform(NORTH, NORTH + 90_000, rows)


def test_distances_are_those_of_geopandas():
    geopandas = pytest.importorskip("geopandas")
    x, y = scattered(3000, 41)
    people = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y), crs="EPSG:2154")
    x, y = scattered(55, 42)
    places = geopandas.GeoDataFrame(
        {"place_id": [f"p{n}" for n in range(55)]},
        geometry=geopandas.points_from_xy(x, y), crs="EPSG:2154",
    )  # fmt: skip
    found = access.nearest(people, places)
    theirs = people.sjoin_nearest(places, distance_col="metres")
    assert len(theirs) == len(found) == 3000  # no tie here, where they would add rows
    np.testing.assert_allclose(found["distance_km"], theirs["metres"] / 1000, rtol=1e-12)
    assert found["place_id"].tolist() == theirs["place_id"].tolist()
    frames = [layer.assign(x=layer.geometry.x, y=layer.geometry.y) for layer in (people, places)]
    plain = [pd.DataFrame(f.drop(columns="geometry")) for f in frames]
    pd.testing.assert_frame_equal(access.nearest(*plain), found)


# --- what is counted from them ---------------------------------------------------------


def test_catchments_count_rows_and_inhabitants():
    served = access.catchments(grid(), pd.concat([TWO, at(c=(500, 100))]))
    # « a » holds 6 columns of 11 points of 10 inhabitants, « b » 5, « c » is nobody's nearest
    assert served[["place_id", "rows", "population"]].values.tolist() == [
        ["a", 66, 660], ["b", 55, 550], ["c", 0, 0],
    ]  # fmt: skip
    # the farthest of « a » is (5, 10): √(5² + 10²)
    assert served["max_km"].tolist()[:2] == pytest.approx([125**0.5, 116**0.5])
    assert served.loc[2, ["mean_km", "max_km"]].isna().all()
    assert served["population"].dtype == served["rows"].dtype == "int64"


def test_the_mean_distance_is_that_of_inhabitants():
    people = pd.DataFrame({"x": EAST + np.array([0, 4000, 9000]), "y": NORTH, "n": [30, 10, 0]})
    served = access.catchments(people, at(p=(0, 0)), weight="n")
    # (30 × 0 + 10 × 4 + 0 × 9) / 40; nobody lives 9 km away
    assert served[["rows", "population", "mean_km", "max_km"]].values.tolist() == [[3, 40, 1, 4]]
    rows = access.catchments(people, at(p=(0, 0)), weight=None)
    assert rows.loc[0, "population"] == 3
    assert rows.loc[0, "mean_km"] == (0 + 4 + 9) / 3


def test_inhabitants_per_place_never_divide_by_zero():
    people = grid(epci=["A"] * 100 + ["B"] * 20 + [None])
    places = at(p=(0, 0), q=(1, 1)).assign(epci=["A", "C"])
    found = access.inhabitants_per_place(people, places, by="epci")
    assert found["group"].tolist()[:3] == ["A", "B", "C"]
    assert pd.isna(found["group"].iloc[3])  # the row without a group is not lost
    assert found["population"].tolist() == [1000, 200, 0, 10]
    assert found["places"].tolist() == [1, 0, 1, 0]
    shares = found["inhabitants_per_place"]
    assert shares.tolist()[0::2] == [1000, 0]
    assert shares[[1, 3]].isna().all()
    whole = access.inhabitants_per_place(people, places)
    assert whole.values.tolist() == [["Ensemble", 1210, 2, 605.0]]


def test_within_a_distance_includes_its_limit():
    found = access.coverage(grid(), at(p=(0, 0)), thresholds=(5, 4.999, 20))
    assert found["threshold_km"].tolist() == [4.999, 5, 20]
    # points (i, j) with i² + j² ≤ 25: 6 + 5 + 5 + 5 + 4 + 1 for i = 0 to 5; on the circle itself
    # lie (0, 5), (3, 4), (4, 3) and (5, 0)
    assert found["population"].tolist() == [220, 260, 1210]
    assert found["share"].tolist() == [220 / 1210, 260 / 1210, 1]
    assert found["group"].unique().tolist() == ["Ensemble"]


def test_a_limit_in_kilometres_is_that_of_the_metres():
    metres = np.arange(100, 30_100, 100)
    people = pd.DataFrame({"x": EAST + metres, "y": NORTH})
    limits = [m / 10 for m in range(1, 301)]  # 0,1 km… 30,0 km
    found = access.coverage(people, at(p=(0, 0)), thresholds=limits, weight=None)
    assert found["population"].tolist() == list(range(1, 301))


def test_groups_add_up_to_the_whole():
    people = grid(epci=["A"] * 60 + [None] * 20 + ["B"] * 41)
    whole = access.coverage(people, TWO).set_index("threshold_km")
    parts = access.coverage(people, TWO, by="epci")
    assert len(parts) == 3 * 4
    sums = parts.groupby("threshold_km")[["population", "total"]].sum()
    pd.testing.assert_frame_equal(sums, whole[["population", "total"]])


def test_groups_keep_their_order_when_they_have_one():
    kinds = pd.CategoricalDtype(["Nord", "Centre", "Sud"])
    people = grid(size=1).assign(t=pd.Categorical(["Sud", "Centre", "Nord", "Sud"], dtype=kinds))
    found = access.coverage(people, TWO, thresholds=[50], by="t")
    assert found["group"].tolist() == ["Nord", "Centre", "Sud"]
    assert found["total"].tolist() == [10, 10, 20]


def test_an_empty_group_has_no_share():
    people = grid(size=1, population=[0, 0, 3, 4], t=["A", "A", "B", "B"])
    found = access.coverage(people, TWO, thresholds=[5], by="t")
    assert found["total"].tolist() == [0, 7]
    assert found["share"].isna().tolist() == [True, False]
    nobody = people.assign(population=0)
    assert access.coverage(nobody, TWO)["share"].isna().all()
    curve = access.coverage_curve(nobody.assign(source_id="s"), TWO.assign(source_id="s"))
    assert curve["share"].isna().all()
    assert access.catchments(nobody, TWO)["mean_km"].isna().all()


# --- the curve, and several sets --------------------------------------------------------

SOURCES = pd.DataFrame(
    {"source_id": ["insee", "carte"], "title": ["Essai de population", "Essai de carte"],
     "publisher": ["Insee", "le département"], "published": ["2026", "2026"]}
)  # fmt: skip
REGISTERS = Registers(
    SOURCES,
    pd.DataFrame(
        columns=[
            "contradiction_id",
            "affects",
            "severity",
            "kept",
            "identity_id",
            "claim_a",
            "claim_b",
        ]
    ),
)


def sourced(places):
    return places.assign(source_id="carte")


def test_a_curve_has_a_step_a_distance_and_its_addresses():
    people = pd.DataFrame(
        {"x": EAST + np.array([3000, 0, 0, 7000]), "y": NORTH + np.array([4000, 5000, 0, 0]),
         "population": [10, 20, 30, 40], "source_id": "insee", "line": [1, 2, 3, 4], "insee_code": list("abcd")}
    )  # fmt: skip
    places = sourced(at(q=(10, 0), p=(0, 0)))
    curve = access.coverage_curve(people, places, key="insee_code")
    assert curve["distance_km"].tolist() == [0, 3, 5]
    assert curve["share"].tolist() == [0.3, 0.7, 1.0]
    assert curve["address"].tolist() == [
        "communes:c places:p", "communes:d places:q", "communes:a communes:b places:p",
    ]  # fmt: skip
    assert curve["source_id"].tolist() == ["insee carte"] * 3
    assert curve["line"].tolist() == [3, 4, pd.NA]
    assert curve["printed"].isna().all()
    figure = draw(curve, REGISTERS, "essai", "des communes fabriquées", mark=3)
    assert figure.title.startswith("70\u00a0% des habitants sont à moins de")
    assert figure.trace()["address"].tolist() == curve["address"].tolist()
    assert "Essai de population" in figure.source
    assert "Essai de carte" in figure.source


def test_a_curve_climbs_to_the_whole_of_each_group():
    people = grid(t=["A"] * 61 + ["B"] * 60, source_id="insee", population=0.1)
    curve = access.coverage_curve(people, sourced(TWO), by="t", table="squares")
    ends = curve.groupby("group")["share"].agg(["min", "max"])
    assert ends["max"].tolist() == [1.0, 1.0]  # and not 1,0000000000000002
    assert (curve.groupby("group")["share"].diff().dropna() > 0).all()
    assert sum(a.count("squares:") for a in curve["address"]) == 121
    near = access.coverage(people, TWO, thresholds=[4], by="t")["share"]
    assert access.within(curve, 4).tolist() == pytest.approx(near.tolist())


def test_several_sets_of_places_stand_in_one_frame():
    sets = {"ouvertes": TWO[:1], "prévues": TWO}
    found = access.compare(access.coverage, grid(), sets, thresholds=[5, 20])
    assert found.columns[0] == "set"
    assert found["set"].tolist() == ["ouvertes"] * 2 + ["prévues"] * 2
    # two quarters of a circle do not meet: 26 points each, but (5, 0) is counted once
    assert found["population"].tolist() == [260, 1210, 510, 1210]
    each = access.compare(access.nearest, grid(), sets)
    assert each.loc["7-4", "place_id"].tolist() == ["b", "a"]
    served = access.compare(access.catchments, grid(), sets)
    assert served.groupby("set")["population"].sum().tolist() == [1210, 1210]


# --- refusals ---------------------------------------------------------------------------


def spoil(frame, row, **cells):
    """Return the frame with some cells of one row changed."""
    made = frame.astype({c: object if isinstance(v, str) else float for c, v in cells.items()})
    for column, value in cells.items():
        made.iloc[row, made.columns.get_loc(column)] = value
    return made


FIVE = at(a=(0, 0), b=(1, 0), c=(2, 0), d=(3, 0), e=(4, 0))


@pytest.mark.parametrize(
    ("people", "places", "message"),
    [
        (grid()[:0], TWO, "La table «\u00a0people\u00a0» est vide."),
        (grid(), TWO[:0], "La table «\u00a0places\u00a0» est vide."),
        (grid().drop(columns="x"), TWO, "La table «\u00a0people\u00a0» n’a pas les colonnes x."),
        (grid(), TWO.drop(columns="place_id"), "«\u00a0places\u00a0» n’a pas les colonnes place_id."),
        (spoil(grid(), 3, x=np.nan), TWO, "«\u00a0people\u00a0», ligne 3-0\u00a0: coordonnées absentes ou infinies (rien\u00a0; 6\u202f720\u202f000,00 lu)\u00a0; attendu\u00a0: Lambert-93"),
        (grid(), spoil(TWO, 1, y=-np.inf), "«\u00a0places\u00a0», ligne a\u00a0: coordonnées absentes"),
        (grid(), FIVE.assign(x=np.nan), "«\u00a0places\u00a0», lignes a, b, c et 2 autres\u00a0: coordonnées absentes"),
        (grid(), spoil(spoil(TWO, 0, x=1.33), 0, y=47.58), "ligne b\u00a0: coordonnées en degrés (1,33\u00a0; 47,58 lu)\u00a0; attendu\u00a0: Lambert-93 en mètres"),
        (grid(), TWO.rename(columns={"x": "y", "y": "x"}), "lignes b et a\u00a0: x et y semblent échangés (6\u202f720\u202f000,00\u00a0; 570\u202f000,00 lu)"),
        (spoil(grid(), 0, x=-5e5), TWO, "ligne 0-0\u00a0: coordonnées hors de France métropolitaine"),
        (grid(), spoil(TWO, 0, y=7.3e6), "ligne b\u00a0: coordonnées hors de France métropolitaine"),
        (grid(), spoil(TWO, 0, x="570 000"), "colonne «\u00a0x\u00a0»\u00a0: texte «\u00a0570 000\u00a0» lu\u00a0; attendu\u00a0: un nombre."),
        (grid(), TWO.assign(x=None), "«\u00a0x\u00a0»\u00a0: rien lu\u00a0; attendu\u00a0: un nombre."),
        (grid(), TWO.assign(place_id="a"), "«\u00a0place_id\u00a0»\u00a0: clés en double\u00a0: a."),
        (grid(), TWO.assign(place_id=[1, "1"]), "«\u00a0places\u00a0», index\u00a0: clés en double\u00a0: 1."),
        (grid(), TWO.assign(place_id=["a", None]), "«\u00a0place_id\u00a0»\u00a0: 1 clé manque."),
        (grid(), TWO.assign(place_id=["a", " "]), "«\u00a0place_id\u00a0»\u00a0: une clé manque."),
        (None, TWO, "Table «\u00a0people\u00a0» : NoneType lu ; attendu : un tableau (DataFrame)."),
        (grid()["x"], TWO, "Table «\u00a0people\u00a0» : Series lu ; attendu : un tableau"),
        (grid(), [(570_000, 6_720_000)], "Table «\u00a0places\u00a0» : list lu ; attendu : un tableau"),
        (grid().set_index("population", append=True, drop=False), TWO, "«\u00a0people\u00a0»\u00a0: index à 2 niveaux lu\u00a0; attendu\u00a0: une clé par ligne"),
        (grid(), pd.concat([TWO, TWO["x"]], axis=1), "La table «\u00a0places\u00a0» a deux fois les colonnes x."),
        (grid().assign(x="570000"), TWO, "colonne «\u00a0x\u00a0»\u00a0: texte «\u00a0570000\u00a0» lu\u00a0; attendu\u00a0: un nombre."),
        (grid().assign(x=570_000j), TWO, "colonne «\u00a0x\u00a0»\u00a0: «\u00a0570000j\u00a0» lu\u00a0; attendu\u00a0: un nombre."),
        (grid().set_axis(["z"] * 121), TWO, "«\u00a0people\u00a0», index\u00a0: clés en double\u00a0: z."),
    ],
)  # fmt: skip
def test_frames_that_would_mislead_are_refused(people, places, message):
    for measure in (access.nearest, access.catchments, access.coverage):
        with pytest.raises(RefusedError) as caught:
            measure(people, places)
        assert message in str(caught.value)


def test_numbers_kept_as_objects_are_numbers():
    made = grid().astype({"x": object, "population": object})
    expected = access.coverage(grid(), TWO)
    pd.testing.assert_frame_equal(access.coverage(made, TWO), expected, check_dtype=False)


def test_one_wrong_row_of_each_kind_tells_the_gravest_first():
    places = spoil(spoil(spoil(FIVE, 3, x=np.nan), 1, x=1.3), 1, y=47.5)
    with pytest.raises(RefusedError, match="ligne d\u00a0: coordonnées absentes"):
        access.nearest(grid(), places)


@pytest.mark.parametrize("k", [0, -1, 1.0, "2", True, None])
def test_k_is_a_number_of_places(k):
    with pytest.raises(RefusedError, match=f"k = {k} lu\u00a0; attendu\u00a0: un nombre entier"):
        access.nearest(grid(), TWO, k=k)


@pytest.mark.parametrize(
    "thresholds", [[], [0], [5, -1], [np.nan], [np.inf], ["cinq"], [None], 5, "15"]
)
def test_a_threshold_is_a_positive_distance(thresholds):
    with pytest.raises(RefusedError, match="attendu\u00a0: des distances positives"):
        access.coverage(grid(), TWO, thresholds=thresholds)


@pytest.mark.parametrize(
    ("population", "message"),
    [
        (-1, "valeur négative pour 3-0\u00a0; attendu\u00a0: un nombre positif ou nul."),
        (np.nan, "valeur absente ou infinie pour 3-0\u00a0;"),
        (np.inf, "valeur absente ou infinie pour 3-0\u00a0;"),
        ("dix", "attendu\u00a0: un nombre."),
    ],
)
def test_a_weight_is_a_number_of_people(population, message):
    people = spoil(grid(), 3, population=population)
    for measure in (access.catchments, access.coverage, access.inhabitants_per_place):
        with pytest.raises(RefusedError) as caught:
            measure(people, TWO)
        assert "Table «\u00a0people\u00a0», colonne «\u00a0population\u00a0»\u00a0: " in str(
            caught.value
        )
        assert message in str(caught.value)
    nullable = grid().assign(population=pd.array([None] + [1] * 120, dtype="Int64"))
    with pytest.raises(RefusedError, match="absente ou infinie pour 0-0"):
        access.coverage(nullable, TWO)


def test_absent_columns_and_sets_are_named():
    with pytest.raises(RefusedError, match="n’a pas les colonnes habitants"):
        access.coverage(grid(), TWO, weight="habitants")
    with pytest.raises(RefusedError, match="«\u00a0people\u00a0» n’a pas les colonnes epci"):
        access.coverage(grid(), TWO, by="epci")
    with pytest.raises(RefusedError, match="«\u00a0places\u00a0» n’a pas les colonnes epci"):
        access.inhabitants_per_place(grid(epci="A"), TWO, by="epci")
    with pytest.raises(RefusedError, match="«\u00a0places\u00a0» n’a pas les colonnes source_id"):
        access.coverage_curve(grid(source_id="insee"), TWO)
    with pytest.raises(RefusedError, match="Aucun ensemble de lieux"):
        access.compare(access.coverage, grid(), {})
    with pytest.raises(RefusedError, match="prévues\u00a0: La table «\u00a0places\u00a0» est vide"):
        access.compare(access.coverage, grid(), {"ouvertes": TWO, "prévues": TWO[:0]})


def layer(crs, shapes=None):
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.points_from_xy(TWO["x"], TWO["y"])
    return geopandas.GeoDataFrame(
        {"place_id": TWO["place_id"]}, geometry=points if shapes is None else shapes, crs=crs
    )


def test_layers_say_where_they_are():
    shapely = pytest.importorskip("shapely")
    whole = access.nearest(grid(), layer("EPSG:2154"))
    pd.testing.assert_frame_equal(whole, access.nearest(grid(), TWO))
    with pytest.raises(RefusedError, match="couche sans système de coordonnées"):
        access.nearest(grid(), layer(None))
    with pytest.raises(RefusedError, match="coordonnées en degrés \\(WGS 84\\)"):
        access.nearest(grid(), layer("EPSG:2154").to_crs(4326))
    with pytest.raises(RefusedError, match="projection «\u00a0WGS 84 / UTM zone 31N\u00a0» lue"):
        access.nearest(grid(), layer("EPSG:2154").to_crs(32631))
    box = shapely.box(EAST, NORTH, EAST + 1, NORTH + 1)
    with pytest.raises(RefusedError, match="D’un polygone, prenez representative_point") as caught:
        access.nearest(grid(), layer("EPSG:2154", [shapely.Point(EAST, NORTH), box]))
    assert "«\u00a0Polygon\u00a0» lu pour a\u00a0; attendu\u00a0: des points." in str(caught.value)
    with pytest.raises(RefusedError, match="ligne a\u00a0: coordonnées absentes"):
        access.nearest(grid(), layer("EPSG:2154", [shapely.Point(EAST, NORTH), None]))
    with pytest.raises(RefusedError, match="ligne a\u00a0: coordonnées absentes"):
        access.nearest(grid(), layer("EPSG:2154", [shapely.Point(EAST, NORTH), shapely.Point()]))


def test_columns_come_before_the_shapes_of_a_layer():
    shapely = pytest.importorskip("shapely")
    communes = layer(None, [shapely.box(0, 0, 1, 1)] * 2).assign(x=TWO["x"], y=TWO["y"])
    pd.testing.assert_frame_equal(access.nearest(grid(), communes), access.nearest(grid(), TWO))


def test_nothing_given_is_changed():
    people, places = grid(), TWO.copy()
    access.coverage(people, places)
    access.catchments(people, places)
    pd.testing.assert_frame_equal(people, grid())
    pd.testing.assert_frame_equal(places, TWO)


def test_scipy_waits_until_a_distance_is_asked_for():
    code = "import sys\nfrom solidata.analysis import access\nprint('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")
