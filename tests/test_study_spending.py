"""What the notebook of the budget says: each number added up again here, on three plans or years."""

import dataclasses

import made_plan
import pandas as pd
import pytest

from solidata.figures import gallery
from solidata.study import Sheet, Text, spending
from solidata.tables import all_tables

EVERY = [getattr(spending, name) for name in ("solidarity", "publics", "blocks", "unidentified",
         "expenses", "unpriced", "amounts", "funders", "trend", "series")]  # fmt: skip


def said(text):
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def changed(study, name, change):
    """Return the study with a table changed."""

    def load(asked):
        frame = study.table(asked)
        return change(frame) if asked == name else frame

    return dataclasses.replace(study, load=gallery.Load(load, study.geography))


@pytest.mark.parametrize("answer", EVERY, ids=lambda f: f.__name__)
def test_every_answer_is_one_for_any_plan_and_year(answer, study, elsewhere, next_year):
    for opened in (study, elsewhere, next_year):
        told = answer(opened)
        assert isinstance(told, (Text, Sheet))
        assert str(told).strip()
        assert "nan" not in str(told).split()


@pytest.mark.parametrize("answer", EVERY, ids=lambda f: f.__name__)
def test_every_answer_says_why_there_is_none(answer, study):
    for name in ("department_budget", "funding", "communes"):
        told = answer(changed(study, name, lambda frame: frame.iloc[:0]))
        assert isinstance(told, (Text, Sheet))
        assert str(told).strip()


def test_nothing_of_a_plan_is_told_of_another(elsewhere):
    every = " ".join(str(answer(elsewhere)) for answer in EVERY)
    for word in ("Loir-et-Cher", "2025", "451", "MSA", "CNSA"):
        assert word not in every


def test_the_share_of_the_solidarities_and_what_it_is_per_inhabitant(study, elsewhere):
    text = said(spending.solidarity(study))
    assert "**451 M€**, dont **278 M€**" in text
    assert "**61,6 %**" in text  # 278 / 451
    assert "**846 €** par habitant, sur 328 543 habitants (population municipale 2023)" in text
    assert pytest.approx(846.16, abs=0.01) == 278e6 / 328_543
    assert "dont **60 M€**" in said(spending.solidarity(elsewhere))  # of 100


def test_without_every_population_nothing_is_told_per_inhabitant(study):
    def lose(communes):
        return communes.assign(population=communes["population"].mask(communes.index == 0))

    lacking = changed(study, "communes", lose)
    assert "par habitant" not in str(spending.solidarity(lacking))
    assert not any("habitant" in c for c in spending.blocks(lacking).frame)


def test_the_publics_share_the_solidarities_and_not_the_budget(study):
    text = said(spending.publics(study))
    assert text.startswith("Des 278 M€ votés pour les solidarités :")
    assert "autonomie **136,5 M€** (49,1 %)" in text  # 72,5 + 64 ; 136,5 / 278
    assert "« Autonomie » réunit personnes âgées et personnes handicapées" in text
    frame = spending.blocks(study).frame
    parts = frame["Part des solidarités"].dropna()
    assert parts.iloc[0] == 1
    assert parts.iloc[1:].sum() == pytest.approx(1)  # the four blocks
    assert len(parts) == 5


def test_another_plan_has_no_autonomy(elsewhere):
    text = said(spending.publics(elsewhere))
    assert "grand âge fictif **35 M€** (58,3 %)" in text  # 35 / 60
    assert "réunit" not in text


def test_solidarities_without_blocks_stop_nothing(study):
    def whole(budget):
        return budget[budget["parent_id"] != "2025-solidarites-et-sante"]

    told = spending.publics(changed(study, "department_budget", whole))
    assert "ne partage pas les solidarités" in str(told)


def test_the_blocks_add_up_to_the_last_row(study):
    frame = spending.blocks(study).frame
    inside = ~frame["Bloc"].str.startswith("dont ")
    amounts = frame["Montant (M€)"]
    assert amounts[inside].iloc[:-1].sum() == amounts.iloc[-1] == 451  # 420 + 31
    assert amounts[~inside].sum() == 278


def test_the_note_does_not_explain_what_has_no_name(study, elsewhere):
    text = said(spending.unidentified(study))
    assert "**420 M€** des 451 M€ : **31 M€** restent" in text
    assert "ferait 437,5 M€, et non 451 M€" in text  # 420 + 17,5
    assert "Les blocs font les 100 M€" in said(spending.unidentified(elsewhere))  # 60 + 40


def test_what_is_printed_twice_is_counted_once(study):
    text = said(spending.expenses(study))
    once = [131_680, 1_170_000, 16_563, 5_171, 850_000, 200_000, 105_000, 25_350, 100_015, 610,
            698_814, 15_000, 2_000, 4_794, 18_000]  # fmt: skip
    assert f"**{len(once)}** dépenses" in text
    assert f"de **{sum(once) / 1e6:.1f} M€** en tout".replace(".", ",") in text  # 3 342 997
    assert "dont 1,3 M€ de lecture douteuse (2 montants)" in text  # 131 680 + 1 170 000
    assert "de **36 000 €** en tout" in text  # 16 000 + 20 000
    frame = spending.amounts(study).frame
    counted = frame["Compté"] == "oui"
    assert frame.loc[counted, "Montant minimal"].sum() == sum(once) + 36_000
    assert len(frame) == len(study.table("funding"))
    for amount, times in ((850_000, 2), (105_000, 1), (10_000, 4)):
        rows = frame[frame["Montant minimal"] == amount]
        assert len(rows) == times
        assert (rows["Compté"] == "oui").sum() == (amount != 10_000)
    again = frame.loc[frame["Ligne"] == 916, "Compté"]
    assert again.tolist() == ["non\u00a0: répète la ligne 895"] or said(again.iloc[0]) == "non : répète la ligne 895"  # fmt: skip


def test_money_of_actions_is_never_a_share_of_the_solidarities(study):
    text = said(spending.expenses(study)) + said(spending.funders(study))
    assert "278" not in text


def test_every_line_without_an_amount_is_told(study):
    frame = spending.unpriced(study).frame
    counts = frame.groupby("Ce qui est imprimé")["Lignes"].sum().to_dict()
    assert counts == {"Fourchette de montants": 1, "Temps d’agent": 6, "Sans budget, dit le bilan": 1,
                      "Montant illisible": 2, "Montant d’une section entière": 1}  # fmt: skip


def test_who_pays_is_told_of_the_cofinanced_expenses_only(study):
    text = said(spending.funders(study))
    assert "**330 350 €** en tout" in text  # 200 000 + 105 000 + 25 350
    assert "ARS **210 000 €**" in text  # 200 000 + 10 000
    assert "Département **34 350 €**" in text  # 21 000 + 13 350


def test_a_funder_is_no_markup(study):
    spoilt = changed(
        study, "funding", lambda f: f.assign(funder=f["funder"].replace("MSA", "*<b>"))
    )
    assert "\\*\\<b\\>" in spending.funders(spoilt).markdown
    assert "<b>" not in spending.amounts(spoilt).html()


def test_only_years_of_one_scope_and_one_stage_are_compared(study, elsewhere):
    items = [p for p in map(said, spending.trend(study).paragraphs) if p.startswith("- ")]
    assert len(items) == 3
    wide = next(i for i in items if "masse salariale" in i)
    assert "278 M€ en 2025 et 283 M€ en 2026, soit **+5 M€**" in wide
    assert "périmètre incertain en 2025" in wide
    assert "256" not in wide  # 2023, without 2024, is no year before 2025
    assert not any("196" in i or "243" in i or "207" in i for i in items)
    assert "5 montants n’ont pas de voisin" in said(
        spending.trend(study)
    )  # 256, 196, 237,1, 243, 207
    assert "95 M€ en 2030 et 100 M€ en 2031, soit **+5 M€**" in said(spending.trend(elsewhere))


def test_the_series_keep_their_scope_their_stage_and_their_doubt(study):
    frame = spending.series(study).frame
    declared = all_tables()["department_budget"].field("scope").labels.values()
    said = list(frame["Périmètre"].unique())  # as the figure has them from the top
    assert said == [scope for scope in declared if scope in said]
    assert not frame.duplicated(["Périmètre", "Étape", "Année"]).any()
    unsure = frame.loc[frame["Doute sur le périmètre"] == "incertain", "Montant (M€)"]
    assert sorted(unsure) == [237.1, 256, 278, 470.3]
    assert not frame["Étape"].str.contains("compte", case=False).any()  # voted, never executed


def test_the_year_of_the_made_plan(elsewhere):
    text = said(spending.funders(elsewhere))
    assert str(made_plan.YEAR) in said(spending.blocks(elsewhere))
    assert "**200 000 €** en tout" in text  # 150 000 + 50 000
    assert pd.api.types.is_numeric_dtype(spending.amounts(elsewhere).frame["Montant minimal"])
