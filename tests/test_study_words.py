"""What the notebooks of progress, of sources and the tour say: each number recomputed here."""

import dataclasses

import made_plan
import pandas as pd
import pytest

import solidata
from solidata.figures import gallery
from solidata.study import Sheet, Text, load_study, progress, sources, tour

EVERY = [
    *(getattr(progress, name) for name in ("overall", "totals", "sections", "volets", "ahead",
      "stopped", "legible", "flagships", "every_action")),
    *(getattr(sources, name) for name in ("documents", "held", "coverage", "identities_hold",
      "identities", "failing", "contradictions_said", "contradictions", "illegible", "repairs",
      "corrections")),
    tour.key_numbers, tour.ignored, tour.summary,
]  # fmt: skip


def said(text):
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    "answer", EVERY, ids=lambda f: f"{f.__module__.split('.')[-1]}.{f.__name__}"
)
def test_every_answer_is_one_for_any_plan_and_year(answer, study, elsewhere, next_year):
    for opened in (study, elsewhere, next_year):
        told = answer(opened)
        assert isinstance(told, (Text, Sheet))
        assert str(told).strip()
        assert "nan" not in str(told).split()


def test_nothing_of_a_plan_is_told_of_another(elsewhere):
    every = " ".join(str(answer(elsewhere)) for answer in EVERY)
    for word in ("Loir-et-Cher", "2025", "Enfance famille", "451"):
        assert word not in every


def test_the_statuses_of_the_year(study):
    text = said(progress.overall(study))
    assert "**159** actions" in text  # 27 + 18 + 30 + 18 + 14 + 25 + 27
    assert "**32** sont réalisées (20,1 %)" in text  # 7 + 6 + 8 + 1 + 0 + 7 + 3; 32 / 159
    assert "**163**" in text


def test_what_another_plan_announces_is_told_beside_what_it_counts(elsewhere):
    text = said(progress.overall(elsewhere))
    assert "**12** actions" in text  # 5 + 4 + 3
    assert "annoncent **13**" in text


def test_the_sections_add_up_to_the_last_row(study):
    frame = progress.sections(study).frame
    numbers = frame.select_dtypes("number")
    assert numbers.iloc[:-1].sum().tolist() == numbers.iloc[-1].tolist() == [32, 85, 23, 19, 159]
    assert said(frame["Réalisées ou en cours"].iloc[-1]) == "117/159 (73,6 %)"  # 32 + 85


def test_the_volets_make_the_same_whole(study):
    frame = progress.volets(study).frame
    assert frame["Total"].tolist() == [27, 132, 159]  # 159 - 27


def test_where_actions_stop(study):
    text = said(progress.stopped(study))
    assert "**Insertion emploi** compte **9** des 23 actions reportées." in text
    assert (
        "**108** actions restent ouvertes sur 159 (67,9 %) : 85 en cours et 23 reportées." in text
    )


def test_the_first_and_the_last_section(study):
    text = said(progress.ahead(study))
    assert "**Réponses départementales** 26/27 (96,3 %)" in text  # 7 + 19
    assert "**Insertion emploi** 8/18 (44,4 %)" in text  # 1 + 7


def test_what_can_be_read(study):
    text = said(progress.legible(study))
    assert "**168** actions listées, **54** ont" in text  # 37 + 11 + 2 + 4
    assert "**114** n’en ont pas (67,9 %)" in text  # 168 - 54


def test_the_flagships_of_list_and_sheets(study):
    text = said(progress.flagships(study))
    assert "2 réalisées et 13 en cours" in text
    assert "**3** d’entre elles" in text


def test_flagships_are_told_in_the_order_of_the_statuses(study):
    def told(name):
        frame = study.table(name)
        if name != "mentions":
            return frame
        # The list begins with two put off, then one dropped, and goes on with twelve under way.
        first = {"01": "reportee", "02": "reportee", "03": "supprimee"}
        frame = frame[(frame["list"] == "flagship") & (frame["year"] == 2025)]
        return frame.assign(status=frame["flagship_id"].str[-2:].map(first).fillna("en_cours"))

    other = dataclasses.replace(study, load=gallery.Load(told, study.geography))
    text = said(progress.flagships(other))
    # 15 - 2 - 1 = 12.
    assert "12 en cours, 2 non engagées – reportées et 1 non engagée – supprimée" in text
    assert "Aucune fiche ne dit autre chose que la liste ; 15 n’ont pas de fiche" in text


def test_a_label_of_a_table_is_no_markup(project, study):
    def spoilt(name):
        frame = study.table(name)
        return frame.assign(label="*<b>" + frame["label"]) if name == "sections" else frame

    other = dataclasses.replace(study, load=gallery.Load(spoilt, study.geography))
    assert "\\*\\<b\\>Insertion emploi" in progress.stopped(other).markdown
    assert "<b>" not in progress.sections(other).html()


def test_every_printed_number_is_counted(study):
    numbers = study.table("numbers")
    frame = sources.coverage(study).frame
    counts = frame.drop(columns=frame.columns[0])
    assert int(counts.to_numpy().sum()) == len(numbers)
    held = frame.set_index(frame.columns[0]).loc["Tenu par une ligne"].sum()
    assert f"tient **{held}** d’entre eux" in said(sources.held(study))


def test_the_failing_identities_are_all_on_record(study):
    frame = sources.failing(study).frame
    assert f"**{len(frame)}** échouent ; tous ces échecs sont consignés" in said(
        sources.identities_hold(study)
    )
    assert (frame["Contradiction"] != "").all()
    gaps = (frame["Gauche"] - frame["Droite"] - frame["Écart"]).abs()
    assert gaps.max() == 0


def test_the_register_is_shown_whole(study):
    register = study.registers.contradictions
    parts = [sources.contradictions(study, s).frame for s in ("majeure", "mineure", "forme")]
    assert sum(map(len, parts)) == len(register)
    assert set(pd.concat(parts)["N°"]) == set(register["contradiction_id"])


def test_a_contradiction_is_told_where_its_rows_are(study):
    told = set(sources.touching(study, "department_budget").frame["N°"])
    register = study.registers.contradictions
    mine = register["affects"].fillna("").str.contains("department_budget:2025-total")
    assert set(register.loc[mine & (register["severity"] != "forme"), "contradiction_id"]) <= told
    assert isinstance(sources.touching(study, "arrondissements"), Text)  # nothing contradicts them


def test_the_tour_gives_ten_numbers_and_their_lines(study):
    frame = tour.key_numbers(study).frame
    numbers = [said(n) for n in frame["Nombre"]]
    assert numbers == ["159", "117/159", "42/159", "2/15", "451 M€", "278 M€", "7/12", "17/55",
                       "60 %", "114/168"]  # fmt: skip
    assert (frame["Lignes imprimées"] != "").all()
    budget = solidata.load("department_budget").set_index("block_id").loc["2025-total"]
    assert frame["Lignes imprimées"].iloc[4] == f"{budget['source_id']}, ligne {budget['line']}"


def test_the_tour_of_a_plan_that_lacks_tables_keeps_its_rows(elsewhere, made_home, tmp_path):
    import shutil

    bare = tmp_path / "processed"
    shutil.copytree(made_home / "data" / "processed", bare)
    for name in ("department_budget", "places"):
        path = bare / f"{name}.csv"
        path.write_text(
            path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8"
        )
    frame = tour.key_numbers(load_study(made_plan.YEAR, folder=bare)).frame
    assert len(frame) == 10
    assert frame["Nombre"].iloc[4:7].tolist() == ["–"] * 3
    assert (frame["Ce qu’il compte"] != "").all()
