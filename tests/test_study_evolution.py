"""What the notebook of the years says: pairs counted again here, on three plans or years."""

import dataclasses

import pytest

from solidata.figures import gallery
from solidata.study import Sheet, Text, evolution

EVERY = [getattr(evolution, name) for name in ("comparable", "changes", "not_comparable",
         "flagships", "flagships_by_volet", "actions", "going", "leaving")]  # fmt: skip


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


def test_what_two_years_both_print(study):
    frame = evolution.changes(study).frame
    assert [said(cell) for cell in frame["Écart"]] == [
        "+3 centres",  # 5 - 2
        "+4 dispositifs",  # 11 - 7
        "−11 392 €",  # 5171 - 16563
    ]
    # A few units more are no percentage; 5171 / 16563 - 1 = -0.6878
    assert [said(cell) for cell in frame["Évolution"]] == ["", "", "−68,8 %"]
    assert "2 augmentent et 1 diminue" in said(evolution.comparable(study))


def test_what_cannot_be_compared_says_why_once(study):
    frame = evolution.not_comparable(study).frame
    assert not frame.duplicated().any()
    reasons = set(frame.iloc[:, 1])
    assert "aucune période imprimée" in reasons
    assert "plusieurs valeurs pour 2025" in reasons
    assert all(reason for reason in frame.iloc[:, 1])
    assert f"**{len(frame)}** ne se comparent pas" in said(evolution.comparable(study))
    compared = set(evolution.changes(study).frame["Mesure"])
    assert not compared & set(frame.iloc[:, 0])


def test_flagships_of_a_year_and_the_next(study):
    text = said(evolution.flagships(study))
    assert "Des **15** phares de 2025, **3** se poursuivent parmi les **21** de 2026" in text
    assert "**18** sont nouveaux" in text  # 21 - 3
    assert "inféré" in text


def test_flagships_by_volet_add_up_to_the_last_row(study):
    frame = evolution.flagships_by_volet(study).frame
    numbers = frame.select_dtypes("number")
    assert numbers.iloc[:-1].sum().tolist() == numbers.iloc[-1].tolist() == [15, 3, 21, 18]


def test_one_report_compares_with_none(study):
    for answer in (evolution.actions, evolution.going):
        assert "Aucun bilan avant 2025" in said(answer(study))


def test_two_reports_tell_what_became_of_actions(next_year):
    text = said(evolution.actions(next_year))
    # 168 listed in 2025; EF-18 is no longer listed and EF-19 is new: see tests/made.py
    assert "De 2025 à 2026, **167** actions sont listées les deux années" in text
    assert "**1** apparaît" in text
    assert "**1** n’est plus listée" in text
    assert "Aucun document ne dit ce que devient EF-18 « Penser de nouvelles modalités" in text


def test_rates_of_two_reports_keep_their_numbers(next_year):
    frame = evolution.going(next_year).frame
    assert frame["Section"].iloc[-1] == "Ensemble"
    assert said(frame["2025"].iloc[-1]) == "117/159 (73,6 %)"
    assert all("point" in said(cell) or cell in {"", "inchangé"} for cell in frame["Écart"])


def test_marks_that_are_lost_leave_an_interval(study):
    text = said(evolution.leaving(study))
    assert "la marque de **55** est perdue (Autonomie et Santé)" in text  # 30 + 25
    assert "entre **104** et **159**" in text  # 159 - 55


def test_nothing_printed_is_said(study):
    bare = changed(study, "observations", lambda frame: frame.head(0))
    bare = changed(bare, "funding", lambda frame: frame.head(0))
    assert "Aucune mesure n’est imprimée" in said(evolution.comparable(bare))
    assert isinstance(evolution.changes(bare), Text)
    assert "Tout ce qui est imprimé se compare" in said(evolution.not_comparable(bare))
