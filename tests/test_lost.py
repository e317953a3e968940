"""Errors and formulas without a result: found whoever wrote the sheet, and cheaply looked for."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidata.french import FrenchError
from solidata.lost import _lost, _may_lose, lost_cells, place

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
VALUES = st.sampled_from(["", "<v/>", "<v></v>", "<v>4</v>", "<v>#N/A</v>", '<v a="b">4</v>'])
FORMULAS = st.sampled_from(["", "<f>B1+1</f>", '<f t="shared" si="0"/>', "<f/>", "<f\n>B1</f>"])
KINDS = st.sampled_from(["", ' t="e"', ' t="str"', ' t="n"', ' t="s"'])
CELLS = st.lists(st.tuples(KINDS, FORMULAS, VALUES), max_size=4)


def sheet(cells, quote='"', prefix=""):
    """Return the XML of a sheet as one of several programs writes it."""
    row = "".join(
        f'<c r="A{n}"{kind}>{formula}{value}</c>'
        for n, (kind, formula, value) in enumerate(cells, start=1)
    )
    text = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{row}</row></sheetData><filter/></worksheet>'
    if prefix:
        text = text.replace("xmlns=", f"xmlns:{prefix}=")
        for name in ("worksheet", "sheetData", "row", "filter", "c", "f", "v"):
            for end in (" ", ">", "/", "\n"):
                text = text.replace(f"<{name}{end}", f"<{prefix}:{name}{end}")
                text = text.replace(f"</{name}{end}", f"</{prefix}:{name}{end}")
    return text.replace('"', quote).encode()


@given(CELLS, st.sampled_from(['"', "'"]), st.sampled_from(["", "x"]))
def test_no_sheet_that_lost_something_is_passed_over(cells, quote, prefix):
    xml = sheet(cells, quote, prefix)
    found = dict(_lost(xml))
    expected = {
        n
        for n, (kind, formula, value) in enumerate(cells)
        if kind == ' t="e"' or (formula and value in {"", "<v/>", "<v></v>"} and kind != ' t="str"')
    }
    assert {row for row, _ in found} == expected
    assert _may_lose(xml) or not found


def test_a_sheet_whose_formulas_all_have_values_is_not_parsed():
    kept = [("", "<f>B1+1</f>", "<v>4</v>"), ("", '<f t="shared" si="0"/>', "<v>5</v>")]
    assert not _may_lose(sheet(kept))
    assert not _may_lose(sheet([("", "", "<v>4</v>"), (' t="s"', "", "<v>0</v>"), ("", "", "")]))
    assert _may_lose(sheet([*kept, ("", "<f>B3</f>", "")]))
    assert _may_lose(sheet([(' t="e"', "", "<v>#DIV/0!</v>")]))


def test_the_cells_of_a_workbook_are_named_by_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["n", 4, None])
    other = book.create_sheet("Deuxième")
    other.append(["#REF!", 1, "=B1+1"])
    other["A1"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    assert lost_cells(tmp_path / "a.xlsx") == {"Deuxième": {(0, 0): "#REF!", (0, 2): "=B1+1"}}
    assert lost_cells(tmp_path / "a.ods") == {}  # the reader says errors by itself


@pytest.mark.parametrize(
    ("address", "expected"), [("A1", (0, 0)), ("Z9", (8, 25)), ("AA10", (9, 26))]
)
def test_an_address_is_a_row_and_a_column_from_zero(address, expected):
    assert place(address) == expected


@pytest.mark.parametrize("address", ["", "1A", "a1", "A", "A1:B2"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(FrenchError, match="l’adresse d’une cellule"):
        place(address)
