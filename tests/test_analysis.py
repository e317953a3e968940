"""How far the plan is: printed totals, what is legible, what the flagships say twice."""

import pandas as pd
import pytest

from solidata.analysis import progress
from solidata.catalog import load
from solidata.tables import all_tables
from solidata.tables.typed import typed


@pytest.fixture(scope="module")
def by_section():
    return progress.status_by_section(load("status_counts"), load("sections"), 2025)


def made(name, rows):
    table = all_tables()[name]
    return typed(table, pd.DataFrame(rows, dtype=object).reindex(columns=table.names))


def test_sums_of_the_report(by_section):
    sums = by_section.groupby("status", observed=False)["count"].sum()
    # in printed order: départementales, enfance, autonomie, insertion, habitat, santé, numérique
    assert sums["realisee"] == 7 + 6 + 8 + 1 + 0 + 7 + 3 == 32
    assert sums["en_cours"] == 19 + 7 + 20 + 7 + 8 + 11 + 13 == 85
    assert sums["reportee"] == 1 + 4 + 1 + 9 + 4 + 2 + 2 == 23
    assert sums["supprimee"] == 0 + 1 + 1 + 1 + 2 + 5 + 9 == 19
    assert sums.sum() == 27 + 18 + 30 + 18 + 14 + 25 + 27 == 159


def test_sections_stand_in_printed_order_with_their_four_statuses(by_section):
    sections = list(dict.fromkeys(by_section["section"]))
    assert sections == [
        "Réponses départementales", "Enfance famille", "Autonomie", "Insertion emploi",
        "Habitat logement", "Santé", "Inclusion numérique",
    ]  # fmt: skip
    assert len(by_section) == 7 * 4
    assert by_section["status"].astype(str).tolist() == list(progress.STATUSES) * 7


def test_statuses_of_a_section_make_its_total(by_section):
    sums = by_section.groupby("section_id").agg(count=("count", "sum"), total=("total", "first"))
    assert sums["count"].tolist() == sums["total"].tolist()
    shares = by_section.groupby("section_id")["share"].sum()
    assert shares.tolist() == pytest.approx([1.0] * 7)
    habitat = by_section[by_section["section_id"] == "habitat-logement"].set_index("status")
    assert habitat["share"].tolist() == pytest.approx([0 / 14, 8 / 14, 4 / 14, 2 / 14])


def test_every_count_keeps_the_address_of_its_print(by_section):
    counts = load("status_counts").set_index("count_id")
    assert by_section["count_id"].is_unique
    kept = counts.loc[by_section["count_id"]]
    assert by_section["line"].tolist() == kept["line"].tolist()
    # the printed characters end on the count and its total: « Réalisée : 7/27 »
    for _, row in by_section.iterrows():
        assert row["printed"].replace(" ", "").endswith(f"{row['count']}/{row['total']}")


def test_years_are_those_that_print_statuses():
    counts = load("status_counts")
    assert progress.years(counts) == [2025]
    assert 2026 in set(counts["year"])  # only a number of flagships


@pytest.mark.parametrize("year", [2026, 1999])
def test_a_year_without_data_is_refused_with_the_years_there_are(year):
    expected = rf"Aucun total par statut pour {year} ; années connues : 2025\."
    with pytest.raises(ValueError, match=expected):
        progress.status_by_section(load("status_counts"), load("sections"), year)


def test_another_year_is_not_added_to_this_one():
    rows = [
        {"count_id": f"{year}.{status}", "section_id": "sante", "year": year, "status": status,
         "count": count, "total": 10, "source_id": "s", "line": 1, "printed": "p"}
        for year, counts in ((2025, (1, 2, 3, 4)), (2026, (4, 3, 2, 1)))
        for status, count in zip(progress.STATUSES, counts, strict=True)
    ]  # fmt: skip
    counts = made("status_counts", rows)
    assert progress.years(counts) == [2025, 2026]
    frame = progress.status_by_section(counts, load("sections"), 2026)
    assert frame["count"].tolist() == [4, 3, 2, 1]
    assert frame["share"].tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_the_frames_given_are_left_as_they_were():
    counts, sections = load("status_counts"), load("sections")
    progress.status_by_section(counts, sections, 2025)
    pd.testing.assert_frame_equal(counts, load("status_counts"))
    pd.testing.assert_frame_equal(sections, load("sections"))


def test_the_whole_plan(by_section):
    whole = progress.overall(by_section).set_index("status")
    assert whole["count"].tolist() == [32, 85, 23, 19]
    assert whole["total"].tolist() == [159] * 4
    assert whole["share"].tolist() == pytest.approx([32 / 159, 85 / 159, 23 / 159, 19 / 159])


def test_volets_share_the_plan(by_section):
    frame = progress.by_volet(by_section)
    done = frame[frame["status"] == "realisee"].set_index("volet")
    assert done["count"].to_dict() == {"departemental": 7, "sectoriel": 6 + 8 + 1 + 0 + 7 + 3}
    sectoral = 18 + 30 + 18 + 14 + 25 + 27
    assert done["total"].to_dict() == {"departemental": 27, "sectoriel": sectoral}
    assert frame.groupby("volet", observed=True)["share"].sum().tolist() == pytest.approx([1, 1])


def test_contributions_to_a_status_add_up(by_section):
    frame = progress.contribution(by_section, "supprimee")
    assert frame["count"].tolist() == [9, 5, 2, 1, 1, 1, 0]
    assert frame["section"].tolist()[:2] == ["Inclusion numérique", "Santé"]
    assert frame["section"].tolist()[3:6] == ["Autonomie", "Enfance famille", "Insertion emploi"]
    assert frame["share"].sum() == pytest.approx(1)
    assert frame["share"].iloc[0] == pytest.approx(9 / 19)


def test_no_contribution_to_a_status_of_nobody(by_section):
    none = by_section.assign(count=0)
    assert progress.contribution(none, "realisee")["share"].isna().all()


def test_legibility_counts_add_to_the_listed_actions():
    actions = load("actions")
    frame = progress.legibility(load("action_statuses"), actions, load("sections"), 2025)
    bases = ["stated", "sheet", "flagship", "deduced", "none"]
    assert frame.columns.tolist() == ["section", *bases, "listed"]
    assert frame[bases].sum(axis=1).tolist() == frame["listed"].tolist()
    assert frame["listed"].sum() == len(load("action_statuses"))
    labels = load("sections").set_index("section_id")["label"]
    by_label = actions.groupby(actions["section_id"].map(labels)).size()
    assert frame.set_index("section")["listed"].to_dict() == by_label.to_dict()
    habitat = frame.set_index("section").loc["Habitat logement"]
    # 14 listed: 10 words read, and the totals leave one status for 1, 6, 9 and 10
    assert (habitat["stated"], habitat["deduced"], habitat["none"]) == (10, 4, 0)


def test_legibility_of_a_year_that_lists_nothing_is_empty():
    frame = progress.legibility(load("action_statuses"), load("actions"), load("sections"), 1999)
    assert frame.empty
    assert "listed" in frame


def test_the_list_and_the_sheets_of_flagships_12_and_13_disagree():
    frame = progress.flagship_readings(load("flagships"), load("mentions"), 2025)
    assert frame["rank"].tolist() == list(range(1, 16))
    by_rank = frame.set_index("rank")
    assert by_rank.loc[12, ["in_list", "on_sheets"]].tolist() == ["realisee", "en_cours"]
    assert by_rank.loc[13, ["in_list", "on_sheets"]].tolist() == ["en_cours", "realisee"]
    disagree = by_rank.index[by_rank["agrees"].eq(False).fillna(False)].tolist()
    assert disagree == [7, 12, 13]
    # 7: one sheet for children, one for adults
    assert by_rank.loc[7, "on_sheets"] == "realisee / en_cours"
    # the list counts 2 done and 13 under way, as printed: 2 + 13 = 15
    assert by_rank["in_list"].value_counts().to_dict() == {"en_cours": 13, "realisee": 2}


def test_a_flagship_without_sheet_neither_agrees_nor_disagrees():
    frame = progress.flagship_readings(load("flagships"), load("mentions"), 2025).set_index("rank")
    assert pd.isna(frame.loc[3, "on_sheets"])
    assert pd.isna(frame.loc[3, "agrees"])
    assert str(frame["agrees"].dtype) == "boolean"


def test_flagships_to_come_have_no_status():
    frame = progress.flagship_readings(load("flagships"), load("mentions"), 2026)
    assert len(frame) == 21
    assert frame["agrees"].isna().all()
