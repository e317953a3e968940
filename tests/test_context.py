"""Workbooks made to be read, and to be refused: every trap of the publishers', by its cell."""

import math
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidata.context import areas, maps, workbooks
from solidata.context.cells import FLAGS, Cell, address, letters, parse_cell, parse_period
from solidata.context.layout import Grid
from solidata.context.prices import read_prices
from solidata.context.tidy import Tidy
from solidata.context.workbooks import COLUMNS, read_folder, read_workbook
from solidata.french import FrenchError, format_number
from solidata.problems import NoDataError, RefusedError, SourceError

OPEN_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "open-data"
real = pytest.mark.skipif(
    not OPEN_DATA.is_dir(), reason="les classeurs des éditeurs ne sont pas dans ../shared/open-data"
)

TITLE = "Minima sociaux : Données départementales par dispositif"
RSA = "Tableau 11 Répartition des allocataires du RSA par département au 31 décembre depuis 2009"
HEADER = ["N° Dep", "Libelle Dep", 2018, 2019]
ROWS = [["18", "Cher", 10, 11], ["41", "Loir-et-Cher", 20, 21], ["45", "Loiret", 30, 31]]


def book(tmp_path, sheets, merges=(), name="classeur.xlsx"):
    """Write a workbook; `merges` are (sheet, range)."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    contents = made.create_sheet("Sommaire")
    contents.append([TITLE])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for sheet, cells in merges:
        made[sheet].merge_cells(cells)
    path = tmp_path / name
    made.save(path)
    return path


def table(*rows, header=HEADER, title=RSA, foot=()):
    return [[title], [], header, *rows, [], *([note] for note in foot)]


def observed(path, **options):
    return read_workbook(path, **options).observations


def value(frame, department, year):
    rows = frame[(frame["department"] == department) & (frame["year"] == year)]
    assert len(rows) == 1
    return rows["value"].iloc[0]


def refused(path):
    """Return the problems of a workbook as (sheet in place, row, column, value, expected)."""
    with pytest.raises(SourceError) as caught:
        read_workbook(path)
    return [(p.line, p.column, p.value, p.expected) for p in caught.value.problems]


# --- cells ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("1 234,5", Cell(1234.5)),
        ("1\u00a0234,5", Cell(1234.5)),
        ("1\u202f234", Cell(1234.0)),
        ("1 234 (1)", Cell(1234.0, "", ("1",))),
        ("1 234 [1]", Cell(1234.0, "", ("1",))),
        ("1 234,567", Cell(1234.567)),  # two marks, or a zero: not thousands in English
        ("0,123", Cell(0.123)),
        ("1234*", Cell(1234.0, "", ("*",))),
        ("1 234²", Cell(1234.0, "", ("2",))),
        ("1 234 (p)", Cell(1234.0, "p")),
        ("1 234 p", Cell(1234.0, "p")),
        ("12e", Cell(12.0, "e")),
        ("−3,5", Cell(-3.5)),
        (7, Cell(7.0)),
    ],
)
def test_a_number_is_read_however_printed(printed, read):
    assert parse_cell(printed) == read


@pytest.mark.parametrize(
    ("printed", "flag"),
    [
        ("nd", "nd"), ("ND", "nd"), ("n.d.", "nd"), ("s", "s"), ("-", "-"), ("–", "-"),
        ("ns", "ns"), ("nd (1)", "nd"), ("", "vide"), ("\u00a0", "vide"),
        ("#N/A", "erreur"), ("#REF!", "erreur"), ("#div/0!", "erreur"), ("=C4+C5", "formule"),
    ],
)  # fmt: skip
def test_a_sign_is_no_number_and_keeps_its_meaning(printed, flag):
    read = parse_cell(printed)
    assert math.isnan(read.value)
    assert read.flag == flag
    assert flag in FLAGS


@pytest.mark.parametrize(
    "printed",
    ["1.234", "1,234", "-1,234", "1,234 (1)", "1,234.5", "12 34", "deux", "abc", "#12", "(1 234)", "3 %", True, math.inf,
     datetime(2019, 12, 31), "2019-12-31", "*", "1 234 / 5"],
)  # fmt: skip
def test_what_is_neither_is_refused(printed):
    with pytest.raises(FrenchError, match="attendu"):
        parse_cell(printed)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["", " (1)", "*", " (*)", "³"]))
def test_every_number_that_french_prints_comes_back(number, mark):
    read = parse_cell(format_number(number) + mark)
    assert read.value == float(number)
    assert len(read.marks) == (mark != "")


@given(st.text(max_size=12))
def test_a_text_is_a_number_a_sign_or_refused(text):
    try:
        read = parse_cell(text)
    except FrenchError:
        return
    assert math.isfinite(read.value) or read.flag in FLAGS


@given(st.integers(0, 16383), st.integers(0, 10**6))
def test_the_address_is_that_of_the_spreadsheet(column, row):
    assert letters(column) == openpyxl.utils.get_column_letter(column + 1)
    assert address(row, column) == f"{letters(column)}{row + 1}"


@pytest.mark.parametrize(
    ("printed", "year", "marks", "flag"),
    [(2019.0, 2019, (), ""), ("2019", 2019, (), ""), ("2016 (1)", 2016, ("1",), ""),
     ("2009**", 2009, ("**",), ""), ("2006(1)", 2006, ("1",), ""), ("2020 (p)", 2020, (), "p"),
     ("2020p", 2020, (), "p"), ("2016 [1]", 2016, ("1",), ""), ("Année 2016", 2016, (), ""),
     ("31/12/2016", 2016, (), ""), ("déc. 2016", 2016, (), ""), ("2020 (sd)", 2020, (), "p"),
     ("2020 provisoire", 2020, (), "p"), ("2020 (révisé)", 2020, (), "r"),
     (datetime(2016, 12, 31), 2016, (), "")],
)  # fmt: skip
def test_a_year_heads_a_column_with_its_marks(printed, year, marks, flag):
    read = parse_period(printed)
    assert (read.year, read.marks, read.flag) == (year, marks, flag)


@pytest.mark.parametrize(
    "printed",
    ["75 à 79 ans", "Total", 12.0, 2019.5, "2018-2019", "", "20O9", datetime(2016, 5, 2)],
)
def test_what_heads_no_year_is_none(printed):
    assert parse_period(printed) is None


def test_a_code_and_a_name_go_together():
    assert areas.department_code(1.0) == "01"
    assert areas.department_code("20B") == "2B"
    assert [a.code for a in areas.named("ALPES DE HAUTE PROVENCE *")] == ["04"]
    assert areas.misprint_of("47", "Lot-et-Graonne")
    assert not areas.misprint_of("41", "Loiret")
    assert len(areas.departments()) == 96 + 5 + 3  # Corse whole, Rhône in two
    assert {a.region for a in areas.departments().values()} <= set(areas.regions())


# --- what is read -----------------------------------------------------------------------


def test_a_plain_table_becomes_observations_with_their_cell(tmp_path):
    path = book(tmp_path, {"Tableau 11": table(*ROWS, [None, "France ", 60, 63])})
    frame = observed(path)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 8
    row = frame[(frame["department"] == "41") & (frame["year"] == 2019)].iloc[0]
    assert (row["value"], row["cell"], row["sheet"]) == (21, "D5", "Tableau 11")
    assert (row["workbook"], row["region"], row["unit"]) == ("classeur.xlsx", "24", "foyers")
    assert row["indicator_id"] == "contexte-rsa-allocataires-au-31-decembre"
    assert row["indicator"] == RSA
    assert frame["area_kind"].value_counts()["france_entiere"] == 2
    # The address leads back to what stands there.
    sheet = openpyxl.load_workbook(path)["Tableau 11"]
    assert [sheet[cell].value for cell in frame["cell"]] == frame["value"].tolist()


def test_numbers_as_text_signs_and_marks_are_read(tmp_path):
    rows = [["18", "Cher", "1 234,5", "nd"], ["41", "Loir-et-Cher", "s", "1 234 (1)"],
            ["45", "Loiret", "-", "1234*"]]  # fmt: skip
    foot = ["(1) : rupture de série.", "suite de la note", "* : estimation", "Source : CNAF"]
    frame = observed(book(tmp_path, {"T": table(*rows, foot=foot)}))
    assert value(frame, "18", 2018) == 1234.5
    assert value(frame, "41", 2019) == value(frame, "45", 2019) == 1234
    assert frame["flag"].astype(object).where(frame["flag"].notna(), "").tolist() == [
        "", "nd", "s", "", "-", "",
    ]  # fmt: skip
    notes = frame.set_index(["department", "year"])["note"]
    assert notes["41", 2019] == "rupture de série. suite de la note"
    assert notes["45", 2019] == "estimation"
    assert pd.isna(notes["18", 2018])


def test_shifted_columns_and_a_renamed_sheet_change_nothing(tmp_path):
    plain = observed(book(tmp_path, {"Tableau 11": table(*ROWS)}))
    shifted = [[None, None, None, *row] if row else row for row in table(*ROWS)]
    moved = observed(book(tmp_path, {"Feuil1 (2)": [[], *shifted]}))
    same = [c for c in COLUMNS if c not in {"sheet", "cell"}]
    pd.testing.assert_frame_equal(plain[same], moved[same])
    assert moved["cell"].iloc[0] == "F5"  # C4, three columns right and one row down


def test_merged_headers_and_two_rows_of_them(tmp_path):
    rows = [
        [RSA], [],
        ["N° Dep", "Libelle Dep", "RSA socle", None, "RSA", None, None],
        [None, None, 2015, 2016, 2016, "2016 (2)", "Proportion d'allocataires (en %)"],
        ["41", "Loir-et-Cher", 1, 2, 3, 4, 5.5],
        [], ["(2) Attention rupture de série."],
    ]  # fmt: skip
    merges = [("T", "C3:D3"), ("T", "E3:G3"), ("T", "A3:A4"), ("T", "B3:B4")]
    frame = observed(book(tmp_path, {"T": rows}, merges))
    assert frame["series"].tolist() == [
        "RSA socle", "RSA socle", "RSA", "RSA", "RSA – Proportion d'allocataires (en %)",
    ]  # fmt: skip
    assert frame["period"].tolist()[:4] == ["2015", "2016", "2016", "2016 (2)"]
    assert frame["year"].tolist()[:4] == [2015, 2016, 2016, 2016]
    assert pd.isna(frame["year"].iloc[4])
    assert frame["unit"].tolist() == ["foyers"] * 4 + ["%"]
    assert frame["flag"].tolist()[3] == "rupture"
    # Without the merges, the first of blank cells heads the others.
    again = observed(book(tmp_path, {"T": rows}))
    assert again["series"].tolist()[:4] == ["RSA socle", "RSA socle", "RSA", "RSA"]


def test_a_lone_year_merged_above_two_columns_is_theirs(tmp_path):
    head = [[RSA], [], [None, None, 2020, None], ["Code", "Département", "Hommes", "Femmes"]]
    rows = [*head, ["41", "Loir-et-Cher", 3, 4], ["45", "Loiret", 5, 6]]
    frame = observed(book(tmp_path, {"T": rows}, [("T", "C3:D3")]))
    assert frame["series"].tolist() == ["Hommes", "Femmes"] * 2
    assert frame["year"].tolist() == [2020] * 4
    assert frame["value"].tolist() == [3, 4, 5, 6]
    # Not merged, nothing says how far the year goes: it is not guessed.
    assert observed(book(tmp_path, {"T": rows}))["year"].isna().all()


def test_a_lost_zero_a_misprint_and_one_cell_for_both_are_read(tmp_path):
    rows = [[1, "Ain", 1, 2], ["47", "Lot-et-Graonne", 3, 4], ["20A", "Corse-du-Sud", 5, 6],
            [None, "41 - Loir-et-Cher", 7, 8], [971, "Guadeloupe**", 9, 10]]  # fmt: skip
    frame = observed(book(tmp_path, {"T": table(*rows)}))
    assert list(frame["department"].unique()) == ["01", "47", "2A", "41", "971"]
    assert frame.set_index("department")["area_name"]["47"].iloc[0] == "Lot-et-Garonne"
    assert frame.set_index("department")["part_of"]["2A"].iloc[0] == "20"


def test_regions_below_are_read_and_totals_told_once(tmp_path):
    rows = [
        [RSA], [], ["Code région", "Code département", "Département", 2019],
        [24, 41, "Loir-et-Cher", 21], [101, 971, "Guadeloupe", 5],
        ["TOTAL estimé France entière (hors Mayotte)", None, None, 26],
        [], ["Allocataires du RSA par région"], [], ["Code région", "Région", "espace", 2019],
        [24, "Centre-Val de Loire", None, 21], [101, "Guadeloupe ", None, 5],
        ["TOTAL estimé France entière (hors Mayotte)", None, None, 27],
    ]  # fmt: skip
    reading = read_workbook(book(tmp_path, {"T": rows}))
    frame = reading.observations
    assert frame["area_kind"].tolist() == [
        "departement", "departement", "france_entiere", "region", "region",
    ]  # fmt: skip
    assert frame["region"].tolist()[3:] == ["24", "01"]
    assert frame["value"].tolist() == [21, 5, 26, 21, 5]
    doubts = reading.sheets.set_index("sheet")["doubts"]["T"]
    assert doubts == "France entière 2019, imprimé deux fois\u00a0: 26 (D6) et 27 (D13)"


def test_the_year_may_be_that_of_the_sheet(tmp_path):
    rows = [["Titre par département"], ["Année 2021"], [], ["Départements", None, "Ensemble", None],
            [None, None, "0 à 4 ans", "Total"], ["41", "Loir-et-Cher", 5, 50]]  # fmt: skip
    frame = observed(book(tmp_path, {"2021": rows}, [("2021", "C4:D4")]))
    assert frame["year"].tolist() == [2021, 2021]
    assert frame["series"].tolist() == ["Ensemble – 0 à 4 ans", "Ensemble – Total"]
    rows[1] = ["Année 2020"]
    problems = refused(book(tmp_path, {"2021": rows}))
    assert [(v, e) for _, _, v, e in problems] == [
        ("2021", "des années qui se contredisent (2020, 2021)\u00a0; attendu\u00a0: une seule")
    ]


def test_a_new_sheet_is_read_under_its_own_title(tmp_path):
    new = table(*ROWS, title="Tableau 20 Allocataires d'un revenu nouveau par département")
    reading = read_workbook(book(tmp_path, {"Tableau 11": table(*ROWS), "Tableau 20": new}))
    sheets = reading.sheets.set_index("sheet")
    assert sheets["declared"].tolist() == [False, True, False]
    assert sheets.loc["Tableau 20", "indicator_id"] == "allocataires-d-un-revenu-nouveau"
    assert sheets.loc["Tableau 11", ["departments", "values", "first", "last"]].tolist() == [3, 6, 2018, 2019]  # fmt: skip
    assert sheets.loc["Sommaire", "left_out"] == "aucune ligne de département"
    assert len(reading.observations) == 12


# --- what is refused --------------------------------------------------------------------


def test_a_cell_that_cannot_be_read_is_named(tmp_path):
    rows = [ROWS[0], ["41", "Loir-et-Cher", "vingt ?", 21]]
    path = book(tmp_path, {"Tableau 11": table(*rows)})
    assert refused(path) == [
        (5, "C", "vingt ?", "attendu\u00a0: un nombre, ou l’un des signes nd, ns, s, -")
    ]
    with pytest.raises(SourceError, match=r"classeur\.xlsx, feuille «\u00a0Tableau 11\u00a0», ligne 5, colonne «\u00a0C"):  # fmt: skip
        read_workbook(path)


@pytest.mark.parametrize(
    ("rows", "where", "words"),
    [
        ([["41", "Loiret", 1, 2]], (4, "A", "41"), "un autre nom"),
        ([ROWS[1], ["45", "Loirette-sur-Mer", 1, 2]], (5, "B", "Loirette-sur-Mer"), "un nom inconnu"),
        ([ROWS[1], ROWS[1]], (5, "B", "Loir-et-Cher"), "un territoire deux fois"),
        ([ROWS[0], [None, None, 1, 2], ROWS[1]], (5, "C", "1"), "sans nom de territoire"),
        ([ROWS[0], [None, "45", "Loiret", 2], ROWS[1]], (5, "C", "Loiret"), "une ligne décalée"),
        ([[*ROWS[0], 12], ROWS[1]], (4, "E", "12"), "une valeur sans en-tête"),
    ],
)  # fmt: skip
def test_rows_that_leave_a_doubt_are_named(tmp_path, rows, where, words):
    problems = refused(book(tmp_path, {"T": table(*rows)}))
    assert where in [p[:3] for p in problems]
    assert any(words in p[3] for p in problems)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([*HEADER[:2], 2019, 2019], "deux colonnes de même en-tête"),
        ([*HEADER[:2], 2019, None], "une valeur sans en-tête"),
        ([*HEADER[:2], 2018, 20199], "un nombre qui n’est pas une année"),
        ([*HEADER[:2], 2018, "20I9"], "un nombre qui n’est pas une année"),
        ([*HEADER[:2], 2018, "2018-2019"], "un nombre qui n’est pas une année"),
    ],
)
def test_headers_that_leave_a_doubt_are_named(tmp_path, header, words):
    problems = refused(book(tmp_path, {"T": table(*ROWS, header=header)}))
    assert any(words in p[3] and p[1] == "D" for p in problems)


def test_a_number_that_is_no_year_is_named_under_a_heading_too(tmp_path):
    heads = [["N° Dep", "Libelle Dep", "RSA", None, None], [None, None, 2017, "09", 2019]]
    rows = [[RSA], [], *heads, ["41", "Loir-et-Cher", 1, 2, 3]]
    (problem,) = refused(book(tmp_path, {"T": rows}, [("T", "C3:E3")]))
    assert problem[:3] == (4, "D", "09")
    assert "un nombre qui n’est pas une année" in problem[3]


def test_a_box_ticked_in_a_header_is_not_told_as_the_number_it_equals(tmp_path):
    def series(top):
        head = [*HEADER[:2], top, "hommes"]
        path = book(tmp_path, {"T": table(["41", "Loir-et-Cher", 7, 3], header=head)})
        return read_workbook(path).observations["series"].unique().tolist()

    # one after the other: 1 == True, where headers are read once
    assert (series(1), series(True)) == (["1.0", "hommes"], ["True", "hommes"])


def test_years_out_of_order_are_named(tmp_path):
    rows = [[*row, 5] for row in ROWS]
    path = book(tmp_path, {"T": table(*rows, header=[*HEADER[:2], 2017, 2005, 2019])})
    assert refused(path) == [
        (3, "D", "2005", "une année qui suit 2017\u00a0; attendu\u00a0: des années dans l’ordre")
    ]
    # from the last to the first is an order, and a year may be printed twice with a mark
    path = book(tmp_path, {"T": table(*rows, header=[*HEADER[:2], 2017, "2016 (1)", 2016])})
    assert observed(path)["year"].tolist()[:3] == [2017, 2016, 2016]


def test_values_under_a_heading_without_their_own_are_named(tmp_path):
    heads = [
        ["Départements", None, "Ensemble", None, None],
        [None, None, None, "0 à 4 ans", "Total"],
    ]
    rows = [["Titre par département"], ["Année 2021"], [], *heads, ["41", "Loir-et-Cher", 5, 6, 50]]
    merges = [("2021", "C4:E4")]
    problems = refused(book(tmp_path, {"2021": rows}, merges))
    assert [p[:3] for p in problems] == [(6, "C", "5")]
    assert "une valeur sans en-tête sous «\u00a0Ensemble\u00a0»" in problems[0][3]
    # merged downwards, the heading is its own
    path = book(tmp_path, {"2021": rows}, [("2021", "D4:E4"), ("2021", "C4:C5")])
    assert observed(path)["series"].tolist()[0] == "Ensemble"


def test_a_year_among_words_of_a_sheet_of_one_year_is_named(tmp_path):
    heads = ["Départements", None, "0 à 4 ans", 2005, "10 à 14 ans"]
    rows = [["Titre par département"], ["Année 2021"], [], heads, ["41", "Loir-et-Cher", 5, 6, 50]]
    (problem,) = refused(book(tmp_path, {"2021": rows}))
    assert problem[:3] == (4, "D", "2005")
    assert "dans une feuille de 2021" in problem[3]


def many(count, *values):
    """Return rows of so many départements."""
    codes = [a for a in areas.departments().values() if not a.part_of][:count]
    return [[a.code, a.name, *values] for a in codes]


def test_columns_shifted_under_their_headers_are_named(tmp_path):
    path = book(tmp_path, {"T": table(*many(21, 7, None))})
    assert [p[:3] for p in refused(path)] == [(3, "D", "2019")]
    path = book(tmp_path, {"T": table(*many(21, None, 7))})
    assert [p[:3] for p in refused(path)] == [(3, "C", "2018")]
    # few rows may well have nothing in a year
    assert observed(book(tmp_path, {"T": table(*many(3, 7, None))}))["value"].count() == 3


@pytest.mark.parametrize("above", [[], ["Retour au sommaire"], ["Source : DREES"]])
def test_a_table_without_a_title_is_refused(tmp_path, above):
    path = book(tmp_path, {"T": [above, [], HEADER, *ROWS]})
    assert refused(path) == [
        (1, None, None, "un tableau sans titre\u00a0; attendu\u00a0: au-dessus, ce qui est compté")
    ]


def test_a_row_all_in_text_is_no_header(tmp_path):
    rows = [["18", "Cher", "10", "nd"], ["47", "Lot-et-Graonne", "1 234,5", "-"], ["99", "Nulle part", "1", "2"]]  # fmt: skip
    problems = refused(book(tmp_path, {"T": table(*rows)}))
    assert [p[:3] for p in problems] == [(6, "B", "Nulle part")]
    frame = observed(book(tmp_path, {"T": table(*rows[:2], ["45", "Loiret", 1, 2])}))
    assert frame["year"].tolist() == [2018, 2019] * 3
    assert value(frame, "47", 2018) == 1234.5


def test_an_error_and_a_formula_never_computed_are_told_from_an_empty_cell(tmp_path):
    rows = [["18", "Cher", "#N/A", None], ["41", "Loir-et-Cher", "=C4+1", 21], ["45", "Loiret", 30, "=1/0"]]  # fmt: skip
    found = observed(book(tmp_path, {"T": table(*rows)}))
    said = found.set_index(found["cell"].astype(str))[["value", "flag"]]
    assert said["flag"].dropna().to_dict() == {
        "C4": "erreur", "D4": "vide", "C5": "formule", "D6": "formule",
    }  # fmt: skip
    assert said["value"].dropna().to_dict() == {"D5": 21.0, "C6": 30.0}
    # in a header nothing says what the values are
    path = book(tmp_path, {"T": table(*ROWS, header=[*HEADER[:2], 2018, "=C3+1"])})
    assert [p[:3] for p in refused(path)] == [(3, "D", "=C3+1")]


def test_a_formula_whose_result_is_saved_is_a_value(tmp_path):
    path = book(tmp_path, {"T": table(["41", "Loir-et-Cher", "=20+1", '=""'])})
    rest = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            rest[name] = archive.read(name)
    (sheet,) = [n for n in rest if b"20+1" in rest[n]]
    # as a spreadsheet saves them: 20 + 1 = 21, and a text that is empty
    saved = rest[sheet].replace(b"<f>20+1</f><v />", b"<f>20+1</f><v>21</v>")
    saved = re.sub(rb'<c r="D4"[^>]*><f>""</f><v ?/>', b'<c r="D4" t="str"><f>""</f><v></v>', saved)
    assert saved.count(b"<v>21</v>") == saved.count(b't="str"') == 1
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**rest, sheet: saved}.items():
            archive.writestr(name, content)
    found = observed(path)
    assert found["value"].tolist()[0] == 21.0
    assert found["flag"].astype(object).tolist()[1] == "vide"


def test_less_than_nobody_is_refused_in_a_count_and_kept_in_a_change(tmp_path):
    path = book(tmp_path, {"T": table(ROWS[0], ["41", "Loir-et-Cher", -20, 21])})
    assert refused(path) == [(5, "C", "-20", "attendu\u00a0: un effectif, qui n’est pas négatif")]
    header = [*HEADER[:2], 2018, "Évolution 2018-2019 (en %)"]
    path = book(tmp_path, {"T": table(["41", "Loir-et-Cher", 20, -5], header=header)})
    assert observed(path)["value"].tolist() == [20.0, -5.0]


def test_a_year_to_come_is_refused_unless_it_is_said_to_be_projected(tmp_path):
    today = date(2026, 6, 1)
    path = book(tmp_path, {"T": table(*ROWS, header=[*HEADER[:2], 2026, 2035])})
    with pytest.raises(SourceError) as caught:
        read_workbook(path, today=today)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.value) == (3, "D", "2035")
    assert "feuille «\u00a0T\u00a0»" in problem.file
    assert "attendu\u00a0: 2026 au plus tard" in problem.expected
    # the year goes on: the same workbook is read in 2035
    assert len(read_workbook(path, today=date(2035, 1, 1)).observations) == 6
    header = [*HEADER[:2], 2026, "Projections 2035"]
    found = observed(book(tmp_path, {"T": table(*ROWS, header=header)}), today=today)
    assert found.loc[found["year"] == 2026, "flag"].isna().all()
    assert found.loc[found["year"] == 2035, "flag"].tolist() == ["projection"] * 3
    titled = table(
        *ROWS, header=[*HEADER[:2], 2018, 2070], title="Population projetée par département"
    )
    assert observed(book(tmp_path, {"T": titled}), today=today)["year"].max() == 2070


def test_a_year_to_come_of_a_whole_sheet_or_over_two_columns_is_named_once(tmp_path):
    today = date(2026, 6, 1)
    rows = table(*ROWS, header=[*HEADER[:2], "Femmes", "Hommes"], foot=["Année 2035"])
    path = book(tmp_path, {"T": rows})
    with pytest.raises(SourceError) as caught:
        read_workbook(path, today=today)
    assert {p.value for p in caught.value.problems} == {"2035"}
    above = [None, None, 2018, None, 2035, None]
    filled = [[*row, *row[2:]] for row in ROWS]
    rows = [[RSA], [], above, [*HEADER[:2], *["Femmes", "Hommes"] * 2], *filled]
    path = book(tmp_path, {"T": rows}, [("T", "C3:D3"), ("T", "E3:F3")])
    with pytest.raises(SourceError) as caught:
        read_workbook(path, today=today)
    assert [(p.line, p.column, p.value) for p in caught.value.problems] == [(3, "E", "2035")]


def test_a_value_over_merged_cells_is_refused(tmp_path):
    path = book(tmp_path, {"T": table(*ROWS)}, [("T", "C5:D5")])
    assert refused(path) == [
        (
            5,
            "C",
            "20",
            "des cellules fusionnées jusqu’à D5\u00a0; attendu\u00a0: une valeur par cellule",
        )
    ]


def test_two_sheets_of_one_indicator_are_refused(tmp_path):
    path = book(tmp_path, {"Tableau 11": table(*ROWS), "Tableau 11 bis": table(*ROWS)})
    (problem,) = refused(path)
    assert problem[2] == RSA
    assert "la même série que la feuille «\u00a0Tableau 11\u00a0»" in problem[3]


def test_a_sheet_by_department_without_any_is_refused(tmp_path):
    rows = [["zz1", "Loir", 1, 2], ["zz2", "Cher-et-Loir", 3, 4], ["zz3", "Vide", 5, 6], ["zz4", "Rien", 5, 6]]  # fmt: skip
    problems = refused(book(tmp_path, {"T": table(*rows)}))
    assert any("aucun département n’est reconnu" in p[3] for p in problems)


def test_a_sheet_in_doubt_does_not_take_the_others_away(tmp_path):
    bad = table(["41", "Loiret", 1, 2], title="Tableau 6 Allocataires de l'ASS par département")
    reading = read_workbook(book(tmp_path, {"Bon": table(*ROWS), "Mauvais": bad}), strict=False)
    assert reading.observations["sheet"].unique().tolist() == ["Bon"]
    assert len(reading.problems) == 1
    assert reading.sheets.set_index("sheet")["left_out"]["Mauvais"] == "refusée"


def test_what_is_no_workbook_or_of_no_known_publication_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"pas un classeur")
    with pytest.raises(SourceError, match=r"a\.xlsx : illisible"):
        read_workbook(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="introuvable"):
        read_workbook(tmp_path / "absent.xlsx")
    other = openpyxl.Workbook()
    other.active.append(["Recettes de cuisine"])
    other.save(tmp_path / "b.xlsx")
    with pytest.raises(SourceError, match="publication non reconnue"):
        read_workbook(tmp_path / "b.xlsx")
    with pytest.raises(RefusedError, match=r"Publication .* inconnue"):
        read_workbook(tmp_path / "b.xlsx", publication="nulle-part")


def test_a_workbook_cut_short_leaves_nothing_to_list(tmp_path):
    (tmp_path / "coupe.xlsx").write_bytes(b"PK\x03\x04 cut short")
    reading = workbooks.read_workbooks([tmp_path / "coupe.xlsx"], strict=False)
    assert len(reading.observations) == 0
    assert reading.sheets[reading.sheets["left_out"] == ""].empty
    (problem,) = reading.problems
    assert str(problem).startswith("coupe.xlsx")
    assert "illisible" in problem.expected


def test_a_folder_holds_one_edition_of_each(tmp_path):
    with pytest.raises(RefusedError, match="Aucun classeur"):
        read_folder(tmp_path)
    book(tmp_path, {"T": table(*ROWS)})
    (tmp_path / "~$classeur.xlsx").write_bytes(b"un verrou")
    steps = []
    assert len(read_folder(tmp_path, step=steps.append).observations) == 6
    assert steps == ["classeur.xlsx"]
    book(tmp_path, {"T": table(*ROWS)}, name="classeur-2.xlsx")
    with pytest.raises(SourceError, match="une autre édition"):
        read_folder(tmp_path)


def test_prices_are_read_or_refused(tmp_path):
    made = openpyxl.Workbook()
    for row in (["Indice des prix à la consommation"], ["Source : Insee"], ["Année", "Valeur"],
                [2019, 0.9], [2020, "x"], [2019, 1]):  # fmt: skip
        made.active.append(row)
    made.save(tmp_path / "p.xlsx")
    with pytest.raises(SourceError) as caught:
        read_prices(tmp_path / "p.xlsx")
    assert [(p.line, p.column, p.value) for p in caught.value.problems] == [(5, "B", "x"), (6, "A", "2019")]  # fmt: skip
    with pytest.raises(NoDataError, match="Aucun indice de prix"):
        read_prices(book(tmp_path, {"T": table(*ROWS)}))


# --- any grid ---------------------------------------------------------------------------


def read_grid(rows, merges=()):
    """Read a grid as a sheet of the minima sociaux: (observations, problems)."""
    width = max(map(len, rows), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    inside = [m for m in merges if m[1][0] < len(full) and m[1][1] < width]
    tidy = Tidy()
    (publication,) = maps.recognise([TITLE])
    grids = [Grid("a.xlsx", "T", full, inside)]
    _, problems = workbooks._workbook(tidy, grids, publication, this_year=2019)
    return tidy.frame(), problems


WORDS = ["", "", "", "41", "Loir-et-Cher", "45", "Loiret", "Loir", "971", "Guadeloupe", "France ",
         "N° Dep", "Département", "24", "Centre-Val de Loire", 2018.0, 2019.0, "2019 (1)", 12.0,
         "1 234,5", "nd", "-", "??", "Titre par département", "(1) : note", "Année 2020", True,
         2035.0, "#N/A", "=C4+1", -3.0]  # fmt: skip
corners = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=6), max_size=8),
    st.lists(corners.map(lambda c: (c, (c[0] + 1, c[1] + 1))), max_size=1),
)
def test_any_grid_is_read_or_refused_and_no_value_is_made_up(rows, merges):
    frame, problems = read_grid(rows, merges)
    assert all(str(problem) for problem in problems)
    mine = frame[frame["area_kind"] == "departement"]
    assert not mine.duplicated(["department", "series", "period"]).any()
    cells = {address(y, x): cell for y, row in enumerate(rows) for x, cell in enumerate(row)}
    for value, cell in zip(frame["value"], frame["cell"], strict=True):
        assert math.isnan(value) or parse_cell(cells[cell]).value == value


@given(st.integers(0, 6), st.integers(0, 4), st.integers(1, 3), st.lists(st.integers(0, 9**6), min_size=6, max_size=6))  # fmt: skip
def test_where_a_table_stands_does_not_matter(right, down, between, numbers):
    values = [float(n) for n in numbers]
    body = [["18", "Cher", *values[:2]], ["41", "Loir-et-Cher", *values[2:4]], ["", "France ", *values[4:]]]  # fmt: skip
    rows = [[RSA], *[[]] * between, ["N° Dep", "Libelle Dep", 2018.0, 2019.0], *body]
    frame, problems = read_grid([[]] * down + [[""] * right + row if row else [] for row in rows])
    assert problems == []
    assert frame["value"].tolist() == values
    first = down + 1 + between + 1
    assert frame["cell"].tolist()[:2] == [address(first, right + 2), address(first, right + 3)]


# --- the real ones ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def reading():
    return read_folder(OPEN_DATA)


@real
def test_every_sheet_with_departments_is_read(reading):
    sheets = reading.sheets.astype({"departments": int})
    read = sheets[sheets["left_out"] == ""]
    assert len(sheets) == 154
    counted = read.groupby("workbook").size()
    # 49 - 5, 36 - 4, 20 - 1, 49 - 1: contents, methods, national totals, prices
    assert sorted(counted) == [19, 32, 44, 48]
    assert (read["departments"] >= 4).all()  # the RSO is paid overseas only
    assert reading.problems == []
    # what the publishers print and départements do not make: true gaps, of no declared indicator but
    # the ASS, whose recipients of no known département are left out of the rows
    doubts = sheets.set_index("sheet")["doubts"]
    assert doubts["PA-tab7"].startswith("Auvergne-Rhône-Alpes 2019\u00a0: 126\u202f623 (V128)")
    assert "somme des départements est 93\u202f200" in doubts["PA-tab7"]
    assert (doubts != "").sum() == 8
    declared = {i.id for p in maps.publications() for i in p.indicators}
    assert declared == set(read.loc[read["declared"], "indicator_id"])


@real
def test_values_of_loir_et_cher_equal_the_embedded_ones_cell_by_cell(reading):
    folder = Path(__file__).parents[1] / "data" / "raw" / "context"
    embedded = pd.read_csv(folder / "observations.csv", dtype=str)
    frame = reading.observations
    ours = frame[(frame["department"] == "41") & frame["value"].notna()]
    total = ours["series"].astype(object).isin(["Ensemble – Total", "Total RSA", "RSA"])
    ours = ours[total | ours["series"].isna()]
    read = ours.set_index(["indicator_id", "year"])["value"].to_dict()
    old = [f"Ensemble – {b}" for b in ("75 à 79 ans", "80 à 84 ans", "85 à 89 ans", "90 à 94 ans", "95 ans et plus")]  # fmt: skip
    population = frame[(frame["department"] == "41") & frame["series"].isin(old)]
    sums = population.groupby("year", observed=True)["value"].sum()
    read |= {("contexte-population-de-75-ans-et-plus", y): v for y, v in sums.items()}
    held = 0
    for row in embedded.itertuples():
        key = row.indicator_id, int(row.period_end[:4])
        printed = float(row.value_printed.removesuffix(" k€"))
        if key in read:
            assert round(read[key]) == printed, key  # thousands of euros are rounded
            held += 1
        else:  # the editions at hand end in 2020
            assert key[1] in {2021, 2022}, key
    assert held == 58  # 74 less two years of eight indicators of the DREES


@real
def test_the_cells_lead_back_to_the_workbooks(reading):
    frame = reading.observations
    sample = frame[frame["value"].notna()].sample(60, random_state=41)
    for name, rows in sample.groupby("workbook", observed=True):
        made = pd.read_excel(OPEN_DATA / name, sheet_name=None, header=None, engine="calamine")
        for row in rows.itertuples():
            line, column = openpyxl.utils.cell.coordinate_to_tuple(row.cell)
            assert made[row.sheet].iloc[line - 1, column - 1] == row.value, (name, row.sheet)


@real
def test_the_unit_printed_is_kept(reading):
    units = reading.observations.groupby("workbook", observed=True)["unit"].unique()
    assert units["drees-depenses-1999-2020.xlsx"].tolist() == ["milliers d’euros"]
    assert units["insee-population-departements-1975-2022.xlsx"].tolist() == ["habitants"]
