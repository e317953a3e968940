"""What the notebook of context says: embedded series, then workbooks made here."""

import dataclasses

import openpyxl
import pandas as pd
import pytest

from solidata.analysis import needs
from solidata.context import download, maps
from solidata.figures import gallery
from solidata.problems import NoDataError, RefusedError, SourceError
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
    assert row["Pour 1\u202f000"] == "131,8"  # 5455 / 41387 = 0.1318
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
    for answer in (comparisons.standing, comparisons.places, comparisons.growth, comparisons.constant,
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
    found = comparisons.places(books).frame.iloc[0]
    assert found["Rang"] == "2/3"
    assert found["Département"] == "20,0"  # 2 / 100, for a thousand as on the figures
    assert found["Médiane"] == "20,0"
    assert found["Premier quartile"] == "15,0"  # between 10 and 20
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


def test_where_the_departement_stands_is_told_from_the_highest_quarter_down(study, monkeypatch):
    books, code = comparisons.Workbooks(study), study.registers.plan.department_code
    high = made_rates(code)
    high.loc[high["department"] == code, "rate"] = 0.05  # above 3 and 1 for 100
    rows = [({"label": "APA"}, made_rates(code)), ({"label": "PCH"}, high)]
    monkeypatch.setattr(comparisons, "_indicators", lambda _: rows)
    lines = said(comparisons.standing(books)).splitlines()
    assert lines[0].startswith("2 indicateurs rapportés à leur public")
    assert lines[2:] == ["- **1** dans le quart supérieur : PCH.", "- **1** à la médiane : APA."]


def test_growth_is_told_before_and_after_prices_since_the_first_year_of_the_tables(
    study, monkeypatch
):
    total = "contexte-depense-brute-totale-d-aide-sociale"  # in the tables from 2016 to 2019
    found = pd.DataFrame(
        {"indicator_id": total, "year": [2015, 2016, 2019], "value": [1.0, 100.0, 110.0],
         "value_constant": [1.0, 104.0, 110.0], "price_source": "Insee"}
    )  # fmt: skip
    monkeypatch.setattr(comparisons, "_constant", lambda _: found)
    told = said(comparisons.growth(comparisons.Workbooks(study)))
    assert told.startswith("De 2016 à 2019")
    assert "**+10,0 %** en euros courants" in told  # 110 / 100
    assert "**+5,8 %** en euros constants" in told  # 110 / 104


@pytest.fixture
def one_edition(tmp_path, monkeypatch):
    """Return a workbook of one sheet that a reader refuses, the only edition that is known."""
    book = openpyxl.Workbook()
    for row in (["Minima sociaux : données départementales"], [],
                ["N° Dep", "Libelle Dep", 2018, 2019], ["18", "Cher", 1, "douze"]):  # fmt: skip
        book.active.append(row)
    path = tmp_path / "renommé.xlsx"
    book.save(path)
    known = next(p for p in maps.publications() if "minima" in p.source_id)
    file = maps.File("minima-tel-que-publié.xlsx", download.checksum(path))
    declared = lambda: (dataclasses.replace(known, files=(file,)),)  # noqa: E731
    monkeypatch.setattr(maps, "publications", declared)
    monkeypatch.setattr(download, "publications", declared)
    return path


def test_a_workbook_is_known_by_what_it_holds_and_not_by_its_name(study, one_edition):
    told = said(comparisons.Workbooks(study, one_edition.parent).describe())
    assert "Classeurs lus : `renommé.xlsx`" in told
    assert "tel-que-publié" not in told  # it is the same file


def test_a_sheet_that_is_refused_is_told(study, one_edition):
    told = said(comparisons.Workbooks(study, one_edition.parent).describe())
    assert "feuille refusée" in told
    assert "douze" in told


def test_a_total_printed_twice_of_a_declared_series_is_told(study, one_edition):
    title = "Tableau 6 Allocataires de l'ASS par département"
    book = openpyxl.Workbook()
    book.active.append(["Minima sociaux : données départementales"])
    for name, of in (("ASS", title), ("Autre", title.replace("de l'ASS", "d'un revenu nouveau"))):
        sheet = book.create_sheet(name)
        for row in ([of], [], ["N° Dep", "Libelle Dep", 2018], ["18", "Cher", 1],
                    [None, "France", 60], [None, "France", 70]):  # fmt: skip
            sheet.append(row)
    book.save(one_edition)
    told = said(
        comparisons.Workbooks(study, one_edition.parent, any_edition=True).describe()
    ).replace("\u00a0", " ")
    assert (
        "à vérifier : renommé.xlsx, « ASS » : France entière 2018, imprimé deux fois : 60 (C5) et 70 (C6)"
        in told
    )
    assert "Autre" not in told  # no notebook reads it


def test_another_edition_is_read_when_it_is_asked_for(study, one_edition):
    one_edition.write_bytes(one_edition.read_bytes() + b"\0")
    with pytest.raises(SourceError, match="any_edition=True"):
        comparisons.Workbooks(study, one_edition.parent)
    assert comparisons.Workbooks(study, one_edition.parent, any_edition=True).paths == (
        one_edition,
    )
