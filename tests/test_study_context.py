"""What the notebook of context says: embedded series, then workbooks made here."""

import dataclasses

import openpyxl
import pandas as pd
import pytest

from solidata.analysis import needs
from solidata.figures import gallery
from solidata.problems import NoDataError, RefusedError
from solidata.study import Sheet, Text, comparisons, context

EVERY = [getattr(context, n) for n in ("needs", "over_publics", "spent", "spending", "dates")]


def said(text):
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def without(study, name):
    """Return the study without the rows of a table."""

    def load(asked):
        frame = study.table(asked)
        return frame.head(0) if asked == name else frame

    return dataclasses.replace(study, load=gallery.Load(load, study.geography))


@pytest.mark.parametrize("answer", EVERY, ids=lambda f: f.__name__)
def test_every_answer_is_one_for_any_plan_and_year(answer, study, elsewhere, next_year):
    for opened in (study, elsewhere, next_year, without(study, "observations")):
        told = answer(opened)
        assert isinstance(told, (Text, Sheet))
        assert str(told).strip()
        assert "nan" not in str(told).split()


def test_a_benefit_stands_over_its_own_public(study):
    frame = context.over_publics(study).frame.set_index("Indicateur")
    row = frame.loc["APA à domicile"]
    assert said(row["Nombres"]) == "5 455/41 387"  # those of 31 December over those of the next day
    assert row["Pour 100"] == "13,2"  # 5455 / 41387 = 0.1318
    assert row["Public"] == "habitants de 75 ans et plus"
    assert row["Population"] == "2022, provisoire"


def test_a_public_whose_population_is_not_embedded_is_left_out(study):
    shown = set(context.over_publics(study).frame["Indicateur"])
    assert not [name for name in shown if name.startswith(("ASE", "PCH"))]  # 0-19 and 20-64
    with pytest.raises(NoDataError, match="0 à 19"):
        needs.population_indicator("0-19")


def test_expense_is_told_in_current_euros_and_by_inhabitant(study):
    text = said(context.spent(study))
    assert "**202,8 M€** en 2019" in text
    assert "**615 €** par habitant" in text  # 202767000 / 329470
    assert "+6,7 % depuis 2016" in text  # 202767 / 190045 - 1
    assert "euros courants" in text
    assert "ne se compare pas au budget voté" in text


def test_a_year_with_two_values_divides_nothing(study):
    rows = study.table("observations")
    mine = rows[rows["indicator_id"] == "contexte-apa-a-domicile"]
    twice = mine.head(1).assign(observation_id="encore", value=1.0)
    both = pd.concat([rows, twice], ignore_index=True)
    years = needs.over_public(both, "contexte-apa-a-domicile", "75-")["year"].tolist()
    assert years == [2019, 2020, 2021]  # 2018 has two, 2022 has no population of 2023


def test_without_workbooks_the_notebook_says_what_is_missing(study, tmp_path, monkeypatch):
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    books = comparisons.Workbooks(study)
    told = said(books.describe())
    assert "Aucun classeur n’est là" in told
    assert told.count(".xlsx") == 4
    assert "`data/external`" in told
    for answer in (comparisons.places, comparisons.constant,
                   lambda b: comparisons.figures(b, "contexte-apa-a-domicile")):  # fmt: skip
        assert "Sans les classeurs" in said(answer(books))


def test_a_folder_that_is_none_is_refused(study, tmp_path):
    with pytest.raises(RefusedError, match="introuvable"):
        comparisons.Workbooks(study, tmp_path / "absent")


def made_rates(code):
    """Return rates of three départements: 3, 2 and 1 for 100, ours between."""
    rows = [
        {"area_kind": "departement", "department": d, "region": "24", "area_name": d, "year": 2020,
         "value": v, "unit": "personnes", "series": "", "flag": "", "population": 100.0,
         "population_year": 2021, "provisional": False, "rate": v / 100, "basis": "printed",
         "source_id": "bilan-2025", "address": f"x:{d}"}
        for d, v in (("18", 3.0), (code, 2.0), ("28", 1.0))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_place_of_the_departement_is_counted(study, monkeypatch):
    books = comparisons.Workbooks(study)
    code = study.registers.plan.department_code
    row = {"label": "APA", "public": "75-", "measure": "stock"}
    monkeypatch.setattr(comparisons, "_indicators", lambda _: [(row, made_rates(code))])
    monkeypatch.setattr(comparisons.Workbooks, "observations", [1])
    found = comparisons.places(books).frame.iloc[0]
    assert found["Rang"] == "2/3"
    assert found["Département"] == "2,0"
    assert found["Médiane"] == "2,0"
    assert found["Premier quartile"] == "1,5"  # between 1 and 2
    assert found["Région"] == ""  # none printed


def test_an_indicator_without_public_is_refused(study, monkeypatch):
    books = comparisons.Workbooks(study)
    with pytest.raises(RefusedError, match="sans public"):
        books.rates("contexte-population")


def test_a_workbook_of_an_unknown_edition_is_refused(study, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Tableau 1"])
    book.save(tmp_path / "drees-depenses-1999-2020.xlsx")
    with pytest.raises(RefusedError, match="édition"):
        comparisons.Workbooks(study, tmp_path)


def test_a_population_is_added_up_once_for_all_that_share_it(study, monkeypatch):
    books, asked = comparisons.Workbooks(study), []
    monkeypatch.setattr(comparisons.Workbooks, "observations", pd.DataFrame())
    monkeypatch.setattr(
        comparisons.analysis, "population", lambda rows, public: asked.append(public)
    )
    monkeypatch.setattr(comparisons.analysis, "rates", lambda *a, **k: pd.DataFrame())
    for name in ("apa-a-domicile", "apa-en-etablissement", "ase-enfants-confies", "apa-a-domicile"):
        books.rates(f"contexte-{name}")
    assert asked == ["75-", "0-19"]
