"""Every amount counts once, and blocks make what holds them."""

import pandas as pd
import pytest

from solidata.analysis import spending, voted
from solidata.catalog import load

M = 1e6


@pytest.fixture
def budget():
    return load("department_budget")


@pytest.fixture
def funding():
    return load("funding")


@pytest.fixture(scope="module")
def actions():
    return load("actions")


def changed(frame, key, value, **columns):
    """Return a copy of a table with cells of one row replaced."""
    frame = frame.copy()
    for column, new in columns.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame[key] == value, column] = new
    return frame


# --- the budget ------------------------------------------------------------------------


def test_only_2025_is_printed_by_policy(budget):
    # 2020 to 2024 and 2026 print a total, or running costs and investment
    assert voted.years(budget) == [2025]


def test_the_blocks_make_the_printed_totals(budget):
    blocks = voted.budget_blocks(budget, 2025)
    amounts = blocks.groupby("group")["amount_eur"].agg(list).to_dict()
    assert amounts == {
        "total": [451 * M],
        "solidarites": [278 * M],
        "public": [73.5 * M, 72.5 * M, 68 * M, 64 * M],  # 73.5 + 72.5 + 68 + 64 = 278
        "autre": [68 * M, 21 * M, 21 * M, 20 * M, 12 * M],  # = 142
        "non_identifie": [31 * M],  # 278 + 142 + 31 = 451
    }
    assert blocks["share"].round(4).tolist()[:2] == [1.0, 0.6164]  # 278 / 451


def test_no_amount_comes_from_outside_the_total_nor_from_a_row_that_repeats(budget):
    blocks = voted.budget_blocks(budget, 2025)
    repeats = set(budget.loc[budget["repeats"].notna(), "block_id"])
    assert not set(blocks["block_id"]) & (repeats | {"2025-hors-total"})
    assert len(blocks) == blocks["block_id"].nunique() == 12


def test_a_block_confirmed_by_the_press_names_it_among_its_rows_and_sources(budget):
    blocks = voted.budget_blocks(budget, 2025).set_index("block_id")
    roads = blocks.loc["2025-routes-ponts-et-batiments"]
    assert roads["row_ids"].split() == [
        "2025-routes-ponts-et-batiments",
        "2025-primitif-routes-ponts-et-batiments-presse",
    ]
    assert roads["source_id"] == "bilan-2025 lepetitvendomois-2025-02"
    assert blocks.loc["2025-total", "source_id"] == "bilan-2025"


@pytest.mark.parametrize("year", [1999, 2024, 2026])
def test_a_year_without_policies_is_refused_with_the_years_there_are(budget, year):
    with pytest.raises(ValueError, match=rf"pour {year} ; années connues : 2025\."):
        voted.budget_blocks(budget, year)


def test_an_empty_budget_says_that_no_year_is_known(budget):
    with pytest.raises(ValueError, match="années connues : aucune"):
        voted.budget_blocks(budget.iloc[:0], 2025)
    with pytest.raises(ValueError, match="n’a pas les colonnes"):
        voted.budget_blocks(pd.DataFrame(), 2025)


def test_a_missing_block_is_a_gap_not_a_smaller_budget(budget):
    short = budget[budget["block_id"] != "2025-sapeurs-pompiers-sdis"]
    with pytest.raises(ValueError, match="font 430\u00a0M€ et non 451\u00a0M€"):  # 451 - 21
        voted.budget_blocks(short, 2025)


def test_a_missing_public_is_refused_too(budget):
    short = budget[budget["block_id"] != "2025-personnes-agees"]
    with pytest.raises(ValueError, match="font 205,5\u00a0M€ et non 278\u00a0M€"):  # 278 - 72.5
        voted.budget_blocks(short, 2025)


def test_the_unknown_is_not_left_out(budget):
    short = budget[budget["block_id"] != "2025-non-identifie"]
    with pytest.raises(ValueError, match="font 420\u00a0M€ et non 451\u00a0M€"):  # 451 - 31
        voted.budget_blocks(short, 2025)


@pytest.mark.parametrize("amount", [float("nan"), -1.0])
def test_a_missing_or_negative_amount_is_named(budget, amount):
    broken = changed(budget, "block_id", "2025-personnes-agees", amount_eur=amount)
    with pytest.raises(ValueError, match="absent ou négatif : Personnes âgées"):
        voted.budget_blocks(broken, 2025)


def test_two_totals_are_refused(budget):
    again = budget[budget["block_id"] == "2025-total"].assign(block_id="2025-total-bis")
    with pytest.raises(ValueError, match="2 totaux"):
        voted.budget_blocks(pd.concat([budget, again]), 2025)


def test_solidarities_printed_without_blocks_are_a_budget_all_the_same(budget):
    bare = budget[budget["parent_id"] != "2025-solidarites-et-sante"]
    blocks = voted.budget_blocks(bare, 2025)
    assert "public" not in set(blocks["group"])
    with pytest.raises(ValueError, match="sans leurs blocs"):
        voted.by_public(blocks)


def test_autonomy_is_old_age_and_disability(budget):
    publics = voted.by_public(voted.budget_blocks(budget, 2025))
    assert publics["public"].tolist() == [
        "Autonomie",
        "Enfance, famille, santé",
        "Insertion logement",
    ]
    assert publics["amount_eur"].tolist() == [136.5 * M, 73.5 * M, 68 * M]  # 72.5 + 64
    assert publics["share"].round(3).tolist() == [0.491, 0.264, 0.245]  # of 278
    assert publics["blocks"].tolist() == [2, 1, 1]


def test_what_stands_outside_the_total_does_not_explain_the_unknown(budget):
    outside = voted.outside_total(budget, 2025)["amount_eur"].sum()
    unknown = voted.budget_blocks(budget, 2025).iloc[-1]["amount_eur"]
    assert (outside, unknown) == (17.5 * M, 31 * M)
    assert voted.outside_total(budget, 2024).empty


# --- the money of the actions --------------------------------------------------------------


def test_each_legible_expense_counts_once(funding, actions):
    amounts = spending.legible_amounts(funding, actions).set_index("funding_id")["amount_eur"]
    assert len(amounts) == 15
    assert amounts.iloc[[0, -1]].tolist() == [1_170_000, 610]
    # 850 000, 105 000 and 10 000 are printed twice
    assert amounts.to_dict().keys() & {"EF-15.f3", "SA-25.f5", "SA-25.f7", "SA-25.f8"} == set()
    # parts: 41 561 + 63 439 = 84 000 + 21 000 = 105 000; 5 000 + 10 000; 3 000 + 15 000
    assert not any(i in amounts for i in ("AU-28.f1", "AU-28.f4", "SA-25.f3", "IN-25.f1"))
    assert "SA-25.f1" not in amounts  # a range
    assert "AL.f1" not in amounts  # of a section, not of an action


def test_revenues_are_apart(funding, actions):
    revenues = spending.legible_amounts(funding, actions, "revenue")
    assert revenues["amount_eur"].tolist() == [20_000, 16_000]
    with pytest.raises(ValueError, match="Sens"):
        spending.legible_amounts(funding, actions, "recette")


def test_what_gives_no_amount_is_counted(funding):
    counts = spending.without_amount(funding).set_index("reason")["count"].to_dict()
    assert counts == {"range": 1, "staff_time": 6, "no_budget": 1, "illegible": 1, "section": 1}


@pytest.mark.parametrize(
    ("key", "cells", "message"),
    [
        (
            "AU-28.f4",
            {"amount_min_eur": 84_001.0},
            "105\u202f001\u00a0€ et non 105\u202f000\u00a0€",
        ),
        ("AU-28.f1", {"amount_min_eur": 41_560.0}, "par «\u00a0use\u00a0»"),
        ("AU-28.f4", {"split_by": None}, "sans ventilation dite .*AU-28.f4"),
        ("AU-28.f4", {"part_of": "AU-99.f1"}, "montant inconnu : AU-99.f1"),
        ("AU-28.f4", {"funder": None}, "sans financeur : AU-28.f4"),
        ("AU-28.f4", {"funder": "Département"}, "compté deux fois"),
        ("AU-28.f4", {"amount_min_eur": -84_000.0}, "absent ou négatif : AU-28.f4"),
        ("AU-28.f3", {"amount_min_eur": float("nan")}, "sans être lisible"),
        ("DP-03.f1", {"amount_min_eur": float("nan")}, "absent ou négatif : DP-03.f1"),
        ("DP-03.f1", {"action_id": "DP-99"}, "Actions inconnues : DP-99"),
        ("DP-03.f1", {"funding_id": "DP-02.f1"}, "en double : DP-02.f1"),
    ],
)
def test_money_that_does_not_add_up_is_refused(funding, actions, key, cells, message):
    with pytest.raises(ValueError, match=message):
        spending.funders(changed(funding, "funding_id", key, **cells), actions)


def test_who_funds_what(funding, actions):
    rows = spending.funders(funding, actions)
    rows = rows[rows["has_partner"]]
    found = [(a, f, int(e)) for a, f, e in rows[["action_id", "funder", "amount_eur"]].values]
    assert found == [
        ("EF-15", "ARS", 200_000),
        ("AU-28", "Département", 21_000),
        ("AU-28", "CNSA", 84_000),  # 21 000 + 84 000 = 105 000
        ("AU-07", "Département", 13_350),
        ("AU-07", "ARS", 10_000),  # printed « ARS Centre-Val de Loire » on the sheet
        ("AU-07", "MSA", 2_000),  # 13 350 + 10 000 + 2 000 = 25 350
    ]
    totals = spending.by_funder(rows).set_index("funder")["amount_eur"].to_dict()
    # ARS 200 000 + 10 000; Département 21 000 + 13 350
    assert totals == {"Département": 34_350, "ARS": 210_000, "CNSA": 84_000, "MSA": 2_000}


def test_the_department_alone_is_no_cofunding(funding, actions):
    rows = spending.funders(funding, actions)
    alone = rows[~rows["has_partner"]]
    assert alone["funding_id"].tolist() == ["SA-25.f2", "SA-25.f6"]
    assert (alone["share"] == 1).all()


def test_two_names_on_one_amount_are_no_single_funder(funding, actions):
    two = changed(funding, "funding_id", "EF-15.f4", funder="État et Département")
    assert "EF-15" not in set(spending.funders(two, actions)["action_id"])
    one = changed(funding, "funding_id", "EF-15.f4", funder="Caisse des dépôts et consignations")
    assert "EF-15" in set(spending.funders(one, actions)["action_id"])


def test_an_empty_table_has_no_funder(funding, actions):
    assert spending.funders(funding.iloc[:0], actions).empty
    assert spending.without_amount(funding.iloc[:0]).empty
    with pytest.raises(ValueError, match="n’a pas les colonnes"):
        spending.funders(pd.DataFrame(), actions)
    with pytest.raises(ValueError, match="n’a pas les colonnes"):
        spending.funders(funding, pd.DataFrame())


def test_frames_are_left_as_they_were(budget, funding, actions):
    before = budget.copy(), funding.copy()
    voted.budget_blocks(budget, 2025)
    spending.funders(funding, actions)
    pd.testing.assert_frame_equal(budget, before[0])
    pd.testing.assert_frame_equal(funding, before[1])
