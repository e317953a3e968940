"""Totals that a workbook prints, held against what its départements add up to."""

import numpy as np
import pytest
from test_context import book, refused

from solidata.context import areas, sums
from solidata.context.workbooks import read_workbook

RSA = "Tableau 11 Répartition des allocataires du RSA par département au 31 décembre depuis 2009"
CODES = sums.members(sums.METROPOLE, "")  # 95: Corse and Rhône whole
SIZES = {code: 100 * (n + 1) for n, code in enumerate(CODES)}  # 100, 200, … 9 500
TOTAL = 456_000  # 100 × (1 + 2 + … + 95) = 100 × 95 × 96 / 2


def rows(sizes=SIZES, total=TOTAL):
    """Return a row a département, each with its size in 2018 and in 2019, the total, and one overseas."""
    names = areas.departments()
    every = [[code, names[code].name, size, size] for code, size in sizes.items()]
    return [*every, [None, "France métropolitaine", total, total], ["971", "Guadeloupe", 50, 50]]


def written(tmp_path, table, title=RSA, below=()):
    head = ["N° Dep", "Libelle Dep", 2018, 2019]
    return book(tmp_path, {"T": [[title], [], head, *table, [], *below]})


def doubts(path):
    return read_workbook(path).sheets.set_index("sheet")["doubts"]["T"]


def moved(table, columns, by):
    """Return a table whose values stand so many rows below their names; what comes from above is blank."""
    made = [list(row) for row in table]
    for y, row in enumerate(made):
        for x in columns:
            row[x] = table[y - by][x] if 0 <= y - by < len(table) else None
    return made


def test_a_total_that_its_departements_make_raises_no_doubt(tmp_path):
    assert sum(SIZES.values()) == TOTAL
    assert doubts(written(tmp_path, rows())) == ""
    # a printed total is rounded to the hundred
    assert doubts(written(tmp_path, rows({**SIZES, "41": SIZES["41"] + 49}))) == ""


@pytest.mark.parametrize(
    ("by", "printed", "summed"),
    [
        (1, "9500", "446\u202f500"),  # the last of the 95 is on the total's row: 456 000 - 9 500
        # Guadeloupe is on the total's row, the total on the last: 456 000 - 100 + 456 000
        (-1, "50", "911\u202f900"),
    ],
)
@pytest.mark.parametrize("columns", [(2, 3), (3,)])
def test_values_a_row_away_from_their_names_are_refused(tmp_path, columns, by, printed, summed):
    (problem,) = refused(written(tmp_path, moved(rows(), columns, by)))
    assert problem[:3] == (99, "C" if 2 in columns else "D", printed)
    assert f"la somme de ses départements, {summed}" in problem[3]
    assert ("1 autre total" in problem[3]) == (2 in columns)


def regions(sizes):
    """Return a table of the regions, each with the sum of its départements."""
    names = areas.regions()
    codes = dict.fromkeys(a.region for c, a in areas.departments().items() if c in sizes)
    made = [[RSA.replace("département", "région")], [], ["Code région", "Région", 2018, 2019]]
    for code in codes:
        total = sum(sizes[c] for c in sums.members("region", code))
        made.append([code, names[code].name, total, total])
    return made


def test_values_exchanged_between_regions_are_refused_though_france_is_right(tmp_path):
    assert doubts(written(tmp_path, rows(), below=regions(SIZES))) == ""
    turned = dict(zip(CODES, [SIZES[CODES[-1]], *list(SIZES.values())[:-1]], strict=True))
    (problem,) = refused(written(tmp_path, rows(turned), below=regions(SIZES)))
    assert "un total loin de la somme de ses départements" in problem[3]
    assert problem[0] > 102  # among the regions: the sum of all is right


def test_a_series_that_no_map_declares_is_told_and_shares_are_let_be(tmp_path):
    title = "Tableau 20 Allocataires d'un revenu nouveau par département"
    path = written(tmp_path, moved(rows(), (2, 3), 1), title)
    assert "9\u202f500 (C99), quand la somme des départements est 446\u202f500" in doubts(path)
    share = "Tableau 20 Part des allocataires d'un revenu nouveau par département"
    assert doubts(written(tmp_path, rows(total=5), share)) == ""


def test_a_departement_without_a_row_or_a_value_is_no_gap(tmp_path):
    some = {code: size for code, size in SIZES.items() if code != "41"}
    assert doubts(written(tmp_path, rows(some))) == "aucune ligne pour Loir-et-Cher"
    assert doubts(written(tmp_path, rows({**SIZES, "41": "s"}))) == ""
    # more than the total is no unknown: 456 000 less Loir-et-Cher, for 100 000 printed
    (problem,) = refused(written(tmp_path, rows(some, total=100_000)))
    assert problem[2] == "100000"
    # of a table of a few départements nothing is expected
    few = {code: SIZES[code] for code in ("18", "41", "45")}
    assert doubts(written(tmp_path, rows(few))) == ""


def test_parts_make_their_whole_when_it_has_no_value():
    key = ("", "2019")
    codes = [*CODES, "2A", "2B"]
    values = np.array([[np.nan if c == "20" else 4.0 if c in {"2A", "2B"} else 1.0] for c in codes])
    total = [(9, areas.Area(sums.METROPOLE, "", "France"))]

    def told(printed):
        table = sums.Departments(codes, values, {key: 0})
        return [g.summed for g in sums.gaps(table, total, {key: 2}, np.array([[printed]]))]

    assert told(102.0) == []  # 94 × 1 + 2 × 4
    assert told(96.0) == [102.0]
    values[codes.index("20")] = 8.0  # a whole that is printed is not counted with its parts
    assert told(102.0) == []


def test_a_departement_that_has_ten_times_its_people_is_told(tmp_path):
    # 41 is the 41st of 95, Corse being one: 4 200 people; nine times as many too many
    over = 9 * SIZES["41"]
    told = doubts(written(tmp_path, rows({**SIZES, "41": 10 * SIZES["41"]})))
    summed = f"{TOTAL + over:,}".replace(",", "\u202f")
    assert told == (
        "France métropolitaine 2018\u00a0: 456\u202f000 (C99), quand la somme des départements est "
        f"{summed}\u00a0; de même pour 1 autre total"
    )


def test_two_counts_in_one_sheet_are_held_each_against_its_own(tmp_path):
    other = "Tableau 12 Répartition des allocataires d'un revenu nouveau par département"
    fivefold = {code: 5 * size for code, size in SIZES.items()}
    below = [[other], [], ["N° Dep", "Libelle Dep", 2018, 2019]]

    def read(total):
        path = written(tmp_path, rows(), below=[*below, *rows(fivefold, total)])
        found = read_workbook(path)
        whole = found.observations[found.observations["area_kind"] == sums.METROPOLE]
        return whole["value"].tolist(), found.sheets.set_index("sheet")["doubts"]["T"]

    # neither total is the other printed again
    assert read(5 * TOTAL) == ([TOTAL, TOTAL, 5 * TOTAL, 5 * TOTAL], "")
    # the one is declared, the other is not: what is far off is told of it, and refuses nothing
    _, told = read(TOTAL)
    assert "456\u202f000 (C200), quand la somme des départements est 2\u202f280\u202f000" in told
