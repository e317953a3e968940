"""Two years are compared only when they say the same thing, once, of the same scope."""

import numpy as np
import pandas as pd
import pytest

from solidata.analysis import access, budgets, columns, evolution, measures, openings
from solidata.catalog import load
from solidata.problems import NoDataError, RefusedError

DAY = pd.Timestamp


@pytest.fixture(scope="module")
def observations():
    return load("observations")


@pytest.fixture(scope="module")
def indicators():
    return load("indicators")


@pytest.fixture(scope="module")
def funding():
    return load("funding")


@pytest.fixture(scope="module")
def department_budget():
    return load("department_budget")


def printings(*rows, **shared):
    """Return made observations of « lits », one a dict of what differs from the first of January."""
    common = {
        "indicator_id": "lits", "period_start": DAY(2024, 1, 1), "period_end": DAY(2024, 12, 31),
        "territory_id": None, "value": 3.0, "out_of": np.nan, "qualifier": None, "kind": "observed",
        "repeats": None, "legibility": "clear", "source_id": "bilan-2025", "line": 1, "printed": "3",
    }  # fmt: skip
    made = [{"observation_id": f"o{n}", **common, **shared, **row} for n, row in enumerate(rows, 1)]
    return pd.DataFrame(made, columns=["observation_id", *common])


def named(unit="lits", **changes):
    """Return the made indicator of these observations."""
    row = {"indicator_id": "lits", "label": "Lits", "unit": unit, "measure": "stock", **changes}
    return pd.DataFrame([row])


def in_year(year, **changes):
    return {"period_start": DAY(year, 1, 1), "period_end": DAY(year, 12, 31), **changes}


def changed(frame, key, named, /, **cells):
    """Return a copy of a table with cells of one row replaced."""
    frame = frame.copy()
    for column, new in cells.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame[key] == named, column] = new
    return frame


# --- one value a year ----------------------------------------------------------------


def test_a_number_printed_three_times_counts_once(observations, indicators):
    frame = measures.yearly(observations, indicators)
    crt = frame[frame["indicator_id"] == "crt"].set_index("year")
    assert crt["value"].to_dict() == {2024: 2.0, 2025: 5.0}
    addresses = crt.loc[2025, "address"].split()
    assert len(addresses) == 3  # printed as 5 three times
    kept = observations.set_index("observation_id")
    assert {kept.loc[a.removeprefix("observations:"), "value"] for a in addresses} == {5.0}


def test_every_row_is_an_observed_value_of_one_year(observations, indicators):
    frame = measures.yearly(observations, indicators)
    kept = observations.set_index("observation_id")
    for row in frame.itertuples():
        for address in row.address.split():
            printed = kept.loc[address.removeprefix("observations:")]
            assert printed["kind"] == "observed"
            assert printed["legibility"] != "illegible"
            assert printed["value"] == row.value
    assert not frame.duplicated(["indicator_id", "territory_id", "span", "year"]).any()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "target"}, {"kind": "planned"}, {"legibility": "illegible"}, {"value": np.nan},
        {"period_end": pd.NaT}, {"period_start": pd.NaT},
        {"period_start": DAY(2023, 6, 1)},  # June 2023 to December 2024: no year of its own
    ],
)  # fmt: skip
def test_what_is_no_dated_observation_is_left_out(change):
    assert measures.yearly(printings({}), named()).shape[0] == 1
    assert measures.yearly(printings(change), named()).empty


def test_dates_that_are_all_missing_leave_nothing():
    rows = printings({}).assign(period_start=None, period_end=None)
    assert measures.yearly(rows, named()).empty


def test_the_best_reading_gives_the_line():
    rows = printings(
        {"legibility": "doubtful", "line": 10},
        {"legibility": "clear", "line": 20, "repeats": "o1"},
        {"legibility": "inferred", "line": 30, "repeats": "o2"},  # repeats o2, that repeats o1
    )
    (row,) = measures.yearly(rows, named()).to_dict("records")
    assert (row["line"], row["legibility"]) == (20, "clear")
    assert set(row["address"].split()) == {"observations:o1", "observations:o2", "observations:o3"}


def test_what_has_no_printed_period_is_counted_once_unless_a_printing_dates_it():
    no_period = {"period_start": None, "period_end": None}
    rows = printings(
        no_period,  # o1: set aside
        {**no_period, "repeats": "o1"},  # o2: the same value
        {"period_start": None},  # o3: begins on no day
        {},  # o4: dated
        {**no_period, "repeats": "o4"},  # o5: dated by o4
        {**no_period, "kind": "target"},  # o6 and o7: no observed value
        {**no_period, "legibility": "illegible"},
        {**no_period, "value": None},
    )
    found = measures.undated(rows, named())
    assert found["address"].tolist() == ["observations:o1 observations:o2", "observations:o3"]
    assert found["label"].tolist() == ["Lits", "Lits"]
    assert measures.undated(printings({}), named()).empty
    assert measures.undated(printings({})[:0], named()).empty


def test_the_report_of_2025_prints_71_values_without_a_period(observations, indicators):
    report = observations[observations["source_id"] == "bilan-2025"]
    bare = report[
        report["period_start"].isna() & report["kind"].eq("observed") & report["value"].notna()
        & report["legibility"].ne("illegible")
    ]  # fmt: skip
    assert len(bare) == 71
    found = measures.undated(report, indicators)
    printed = set(found["address"].str.split().explode())
    # one repeats a value that another line dates; three repeat one that no line dates
    assert set("observations:" + bare["observation_id"]) - printed == {"observations:crt.4"}
    assert len(found) == 71 - 1 - 3
    assert not printed & set(measures.yearly(report, indicators)["address"].str.split().explode())


def test_repetitions_in_a_circle_do_not_hang():
    rows = printings({"repeats": "o2"}, {"repeats": "o1"})
    assert len(measures.yearly(rows, named())) == 1


def test_two_values_for_a_year_are_left_out_and_named():
    rows = printings({"value": 3.0}, {"value": 4.0}, in_year(2025, value=5.0))
    assert measures.yearly(rows, named())["year"].tolist() == [2025]
    twice = measures.disputed(rows, named())
    assert twice[["label", "year"]].to_numpy().tolist() == [["Lits", 2024]]
    # 2024 has 3 and 4, 2025 has 5: both years are printed, and cannot be compared
    assert evolution.unpaired(rows, named(), 2024, 2025)["year"].tolist() == [2024]
    assert evolution.unpaired(rows, named(), 2023, 2024).empty


def test_two_territories_and_two_periods_have_their_own_rows():
    rows = printings(
        {}, {"territory_id": "nord", "value": 1.0},
        {"period_start": DAY(2024, 12, 31), "value": 2.0},
    )  # fmt: skip
    frame = measures.yearly(rows, named())
    assert sorted(frame["value"]) == [1.0, 2.0, 3.0]
    assert set(frame["span"]) == {"01-01/12-31", "12-31/12-31"}


def test_the_last_day_of_february_is_the_same_each_year():
    rows = printings(
        {"period_end": DAY(2024, 2, 29)},
        {"period_start": DAY(2025, 1, 1), "period_end": DAY(2025, 2, 28), "value": 4.0},
    )
    assert evolution.compare(measures.yearly(rows, named()), 2024, 2025).shape[0] == 1


@pytest.mark.parametrize(
    ("rows", "indicator", "message"),
    [
        (printings({}), named(label=None), "Sans libellé : lits"),
        (printings({}), named(label=" "), "Sans libellé : lits"),
        (printings({}), named(unit=None), "Sans unité : lits"),
        (printings({"value": np.inf}), named(), "Valeur infinie : o1"),
        (printings({"legibility": None}), named(), "Sans lisibilité connue : o1"),
        (printings({"legibility": "nette"}), named(), "Sans lisibilité connue : o1"),
        (printings({}).drop(columns="repeats"), named(), "observations.*n’a pas.*repeats"),
        (printings({}), named().drop(columns="unit"), "indicators.*n’a pas.*unit"),
    ],
)
def test_a_table_that_says_too_little_is_refused(rows, indicator, message):
    with pytest.raises(RefusedError, match=message):
        measures.yearly(rows, indicator)


def test_a_refusal_names_the_first_rows_and_counts_the_others():
    frame = pd.DataFrame({"id": list("abcde"), "unit": None})
    with pytest.raises(RefusedError, match=r"Sans unité : a, b, c et 2 autres\."):
        columns.filled(frame, "id", {"unit": "unité"})


# --- amounts of actions --------------------------------------------------------------


def test_amounts_are_single_dated_and_counted_once(funding):
    frame = measures.yearly_funding(funding)
    kept = funding.set_index("funding_id")
    for row in frame.itertuples():
        printed = kept.loc[row.address.removeprefix("funding:")]
        assert printed["amount_min_eur"] == printed["amount_max_eur"] == row.value
        assert pd.isna(printed["repeats"])
        assert printed["year"] == row.year


def test_two_amounts_of_one_purpose_and_year_are_left_out(funding):
    before = measures.yearly_funding(funding)
    again = funding[funding["funding_id"] == "DP-05.f1"].assign(
        funding_id="DP-05.f9", amount_min_eur=1.0, amount_max_eur=1.0
    )
    after = measures.yearly_funding(pd.concat([funding, again]))
    assert len(before) - len(after) == 1  # both printings of 2024 go
    assert "funding:DP-05.f1" not in set(after["address"])


def test_a_stage_is_not_compared_with_another(funding):
    other = changed(funding, "funding_id", "DP-05.f2", stage="planned")
    assert len(evolution.compare(measures.yearly_funding(funding), 2024, 2025)) == 1
    assert evolution.compare(measures.yearly_funding(other), 2024, 2025).empty


def test_an_infinite_amount_is_refused(funding):
    endless = changed(funding, "funding_id", "DP-05.f1", amount_min_eur=np.inf)
    with pytest.raises(RefusedError, match=r"Valeur infinie : DP-05\.f1"):
        measures.yearly_funding(endless)


# --- two years -----------------------------------------------------------------------


def two_years(first, last, unit="lits", **second):
    rows = printings({"value": first}, in_year(2025, value=last, **second))
    return evolution.compare(measures.yearly(rows, named(unit)), 2024, 2025)


def test_differences_of_the_real_tables(observations, indicators, funding):
    found = evolution.pairs(observations, indicators, funding, 2024, 2025)
    # 5 - 2 = 3 centres; 11 - 7 = 4 of 12; 5171 - 16563 = -11392 euros
    assert found["difference"].tolist() == [3.0, 4.0, -11392.0]
    assert found["relative"].round(4).tolist() == [1.5, 0.5714, -0.6878]  # 3/2, 4/7, -11392/16563


def test_a_rate_changes_by_points_and_not_by_per_cent():
    row = two_years(0.44, 0.5, "%").iloc[0]
    assert row["difference"] == 6.0  # 50 % - 44 % = 6 points
    assert np.isnan(row["relative"])


@pytest.mark.parametrize(("first", "last", "relative"), [(0.0, 4.0, None), (-3.0, 4.0, None), (4.0, 0.0, -1.0), (2.0, 5.0, 1.5)])  # fmt: skip
def test_what_starts_from_nothing_has_no_change_in_per_cent(first, last, relative):
    row = two_years(first, last).iloc[0]
    assert row["difference"] == last - first
    assert np.isnan(row["relative"]) if relative is None else row["relative"] == relative


def test_a_great_difference_has_no_binary_noise():
    assert two_years(3e9, 4e12)["difference"].tolist() == [3_997_000_000_000.0]
    assert two_years(0.1, 0.3)["difference"].tolist() == [0.2]


@pytest.mark.parametrize(
    "second",
    [{"territory_id": "nord"}, {"period_start": DAY(2025, 12, 31)}, {"kind": "target"}],
)
def test_another_territory_period_or_kind_is_not_compared(second):
    assert len(two_years(3.0, 4.0)) == 1
    assert two_years(3.0, 4.0, **second).empty


def test_years_are_two_and_in_order():
    values = measures.yearly(printings({}, in_year(2025)), named())
    with pytest.raises(RefusedError, match="deux fois 2024"):
        evolution.compare(values, 2024, 2024)
    with pytest.raises(RefusedError, match="2025, suit la dernière, 2024"):
        evolution.compare(values, 2025, 2024)


def test_a_year_without_data_has_no_pair(observations, indicators, funding):
    assert evolution.pairs(observations, indicators, funding, 1999, 2000).empty


def test_points_are_the_two_ends_with_their_addresses(observations, indicators, funding):
    found = evolution.pairs(observations, indicators, funding, 2024, 2025)
    points = evolution.points(found)
    assert points["year"].tolist() == [2024, 2025] * 3
    assert points["value"].tolist() == [2, 5, 7, 11, 16563, 5171]
    assert points["out_of"].dropna().tolist() == [12, 12]
    for cell in points["address"]:
        for address in cell.split():
            table, key = address.split(":")
            assert key in set(load(table).iloc[:, 0])
    assert points["line"].notna().all()


def test_common_years_are_those_of_most_and_as_far_apart_as_they_can(observations, indicators):
    asked = indicators["indicator_id"].str.startswith("contexte-ase")
    values = measures.yearly(observations, indicators[asked])
    first, last = evolution.common_years(values)
    both = [set(values.loc[values["year"] == y, "indicator_id"]) for y in (first, last)]
    assert both[1] <= both[0]


def test_no_common_years_is_no_data():
    values = pd.DataFrame({"indicator_id": ["a", "b"], "year": [2018, 2022]})
    with pytest.raises(NoDataError, match="Aucune paire d’années"):
        evolution.common_years(values)
    with pytest.raises(NoDataError):
        evolution.common_years(values.iloc[:0])


def test_one_missing_value_does_not_hide_the_years_of_the_others():
    rows = [("a", 2022), ("b", 2018), ("b", 2022), ("c", 2018), ("c", 2022), ("c", 2017)]
    values = pd.DataFrame(rows, columns=["indicator_id", "year"])
    assert evolution.common_years(values) == (2018, 2022)  # 2 of 3 share them
    few = pd.DataFrame([("a", 2017), ("a", 2018), ("b", 2019), ("c", 2020)], columns=values.columns)
    with pytest.raises(NoDataError):  # 1 of 3
        evolution.common_years(few)


def family(*rows):
    frame = pd.DataFrame(rows, columns=["label", "first_value", "last_value"])
    return frame.assign(unit="personnes")


def test_a_total_is_the_sum_of_others_of_its_family_in_both_years():
    # 2 + 3 = 5 and 3 + 4 = 7
    rows = [("APA, tous", 5, 7), ("APA à domicile", 2, 3), ("APA en établissement", 3, 4)]
    assert evolution.totals(family(*rows)) == {
        "APA, tous": ["APA à domicile", "APA en établissement"]
    }
    assert evolution.totals(family(("APA, tous", 5, 8), *rows[1:])) == {}  # 3 + 4 is not 8
    assert evolution.totals(family(("RSA, tous", 5, 7), *rows[1:])) == {}  # another family
    four = [("APA, tous", 9, 9), *rows[1:], ("APA, autres", 4, 2)]  # 2 + 3 + 4 and 3 + 4 + 2
    assert evolution.totals(family(*four)) == {
        "APA, tous": ["APA à domicile", "APA en établissement", "APA, autres"]
    }
    assert evolution.totals(family(("A x", 0, 0), ("A y", 0, 0), ("A z", 0, 0))) == {}


# --- the budget ----------------------------------------------------------------------


def voted(*rows, **shared):
    """Return made budgets: scope, stage, year, amount in M€."""
    common = {
        "parent_id": None, "basis": "stated", "repeats": None, "note": None,
        "source_id": "bilan-2025", "line": 1, "printed": "x",
    }  # fmt: skip
    made = [
        {
            "block_id": f"b{n}", "scope": scope, "stage": stage, "year": year,
            "block": "Budget total" if scope.startswith("total") else "Solidarités",
            "amount_eur": amount * 1e6, **common, **shared,
        }
        for n, (scope, stage, year, amount) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made)


WIDE, NARROW = "solidarites_avec_personnel", "solidarites_etroit"


def test_only_consecutive_years_of_one_scope_and_stage_are_compared(department_budget):
    frame = budgets.budget_series(department_budget)
    for _, rows in frame.groupby("run"):
        assert rows[["scope", "stage"]].drop_duplicates().shape[0] == 1
        assert (rows["year"].diff().dropna() == 1).all()
    known = frame[frame["change_eur"].notna()]
    changes = dict(zip(known["block_id"], known["change_eur"] / 1e6, strict=True))
    assert changes["2026-primitif-solidarites-avec-personnel"] == pytest.approx(5.0)  # 283 - 278
    assert changes["2026-primitif-total"] == pytest.approx(4.4)  # 455.4 - 451
    # 2022 is the first plain total: 2021 is a consolidated one
    assert "2022-primitif-total" not in changes


def test_scopes_are_never_joined():
    frame = budgets.budget_series(
        voted((WIDE, "primitif", 2024, 270), (NARROW, "primitif", 2025, 240))
    )
    assert frame["change_eur"].isna().all()
    assert frame["run"].nunique() == 2


def test_a_vote_is_never_joined_with_what_is_executed_nor_across_a_missing_year():
    stages = voted(
        ("total", "primitif", 2024, 400), ("total", "compte_financier_unique", 2025, 410)
    )
    assert budgets.budget_series(stages)["change_eur"].isna().all()
    apart = voted(("total", "primitif", 2023, 400), ("total", "primitif", 2025, 410))
    assert budgets.budget_series(apart)["change_eur"].isna().all()


def test_a_repeated_amount_counts_once(department_budget):
    frame = budgets.budget_series(department_budget)
    repeats = department_budget.loc[department_budget["repeats"].notna(), "block_id"]
    assert not set(frame["block_id"]) & set(repeats)
    twice = voted(("total", "primitif", 2025, 451), ("total", "primitif", 2025, 451))
    twice.loc[1, "repeats"] = "b0"
    assert budgets.budget_series(twice)["block_id"].tolist() == ["b0"]


def test_a_part_of_a_scope_is_not_the_scope(department_budget):
    # 278 of 2025 is drawn; its four blocks of 73.5, 72.5, 68 and 64 are not
    frame = budgets.budget_series(department_budget)
    wide = frame[(frame["scope"] == WIDE) & (frame["year"] == 2025)]
    assert wide["amount_eur"].tolist() == [278e6]


def test_a_doubtful_scope_says_so(department_budget):
    frame = budgets.budget_series(department_budget).set_index("block_id")
    assert frame.loc["2024-primitif-total", "supposed"]
    assert "flux d’emprunts" in frame.loc["2024-primitif-total", "remark"]
    assert not frame.loc["2026-primitif-total", "supposed"]


TOTAL = ("total", "primitif", 2025, 451)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (voted(TOTAL, TOTAL), "Deux montants pour « Budget total » en 2025"),
        (voted(TOTAL, TOTAL).assign(block_id="b0"), "Deux montants pour"),
        (voted(("total", "primitif", 2025, -1)), "Montant négatif : b0"),
        (voted(("total", "primitif", 2025, np.inf)), "Valeur infinie : b0"),
        (voted(TOTAL).assign(scope="autre"), "Sans périmètre connu : b0"),
        (voted(TOTAL).assign(scope=None), "Sans périmètre connu : b0"),
        (voted(TOTAL).assign(stage=None), "Sans étape connue : b0"),
        (voted(TOTAL).drop(columns="stage"), "department_budget.*n’a pas.*stage"),
    ],
)
def test_a_budget_that_cannot_be_read_is_refused(rows, message):
    with pytest.raises(RefusedError, match=message):
        budgets.budget_series(rows)


def test_no_budget_is_no_data(department_budget):
    for rows in (department_budget.iloc[:0], voted(("total", "primitif", 2025, np.nan))):
        with pytest.raises(NoDataError, match="Aucun budget"):
            budgets.budget_series(rows)


# --- openings ------------------------------------------------------------------------


def test_openings_are_houses_with_a_date(observations):
    events = load("events")
    frame = openings.openings(events, observations)
    days = frame[frame["what"] == "opening"]
    assert days["label"].tolist() == ["Bracieux", "Mer"]
    assert days["date_start"].is_monotonic_increasing
    # what is open is observed, what is aimed at is not
    kept = observations.set_index("observation_id")
    for what, kind in (("open", "observed"), ("target", "target")):
        (cell,) = frame.loc[frame["what"] == what, "address"]
        ids = [a.removeprefix("observations:") for a in cell.split()]
        assert set(kept.loc[ids, "kind"]) == {kind}


def test_an_opening_printed_twice_counts_once(observations):
    events = load("events")
    again = events[events["event_id"] == "ouverture-de-la-mds-de-mer"].assign(event_id="encore")
    frame = openings.openings(pd.concat([events, again]), observations)
    mer = frame[frame["label"] == "Mer"]
    assert mer["count"].tolist() == [1.0]
    assert set(mer["address"].iloc[0].split()) == {
        "events:ouverture-de-la-mds-de-mer",
        "events:encore",
    }


def test_no_event_leaves_the_counts(observations):
    frame = openings.openings(load("events").iloc[:0], observations, "mds-ouvertes")
    assert frame["what"].tolist() == ["open", "target"]


def test_a_count_printed_with_several_values_is_refused(observations):
    events = load("events")
    other = changed(observations, "observation_id", "mds-ouvertes.1", value=13.0)
    with pytest.raises(RefusedError, match="imprimées : 12, 13"):
        openings.openings(events, other)
    with pytest.raises(NoDataError, match=r"Aucune valeur.*zzz"):
        openings.openings(events, observations, "zzz")
    with pytest.raises(RefusedError, match="Sans libellé"):
        openings.openings(events.assign(label=None), observations)
    with pytest.raises(RefusedError, match=r"events.*n’a pas"):
        openings.openings(pd.DataFrame(), observations)


def test_openings_of_several_indicators_are_not_added_together(observations):
    events = load("events")
    with pytest.raises(NoDataError, match="Aucune ouverture de maison n’est datée"):
        openings.openings(events.assign(indicator_id=None), observations)
    other = events.assign(
        indicator_id=events["indicator_id"].where(events["place"] != "Mer", "crt")
    )
    with pytest.raises(RefusedError, match=r"plusieurs indicateurs.*crt.*et.*mds-ouvertes"):
        openings.openings(other, observations)
    frame = openings.openings(other, observations, "mds-ouvertes")
    assert frame.loc[frame["what"] == "opening", "label"].tolist() == ["Bracieux"]


# --- coverage ------------------------------------------------------------------------


def test_the_share_within_a_distance_is_the_last_known_one():
    made = pd.DataFrame(
        {"group": list("AABB"), "distance_km": [5, 10, 8, 20], "share": [0.2, 0.5, 0.4, 0.9]}
    )
    assert access.within(made, 10).to_dict() == {"A": 0.5, "B": 0.4}
    assert access.within(made, 9.99).to_dict() == {"A": 0.2, "B": 0.4}
    assert access.within(made, 4).to_dict() == {"A": 0.0, "B": 0.0}
    assert list(access.within(made.iloc[::-1], 10).index) == ["B", "A"]  # order of appearance
