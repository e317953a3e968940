"""Bad input: read where it can be read, otherwise refused with its place and what was expected.

Each case spoils a copy of ``data/raw``. Messages are held as printed.
"""

import codecs
import csv
import io
import shutil

import openpyxl
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from solidata.problems import Problem, SourceError
from solidata.raw.cells import fault as _fault
from solidata.raw.files import Place, decode, read_rows
from solidata.tables import Field

BILAN = "bilan-2025"
NB = "\u00a0"


def quoted(text):
    return f"«{NB}{text}{NB}»"


@pytest.fixture
def sections(raw_copy):
    """Return a copy with two files only: ``sections.csv`` (10 rows) and ``map_labels.csv``."""
    raw_copy.keep_only(BILAN, "sections", "map_labels")
    return raw_copy


SECTIONS = f"{BILAN}/sections.csv"
PLACE = f"data/raw/{SECTIONS}"
HEADER = "section_id,volet,label,order,prefix,role,in_total,line,line_end,printed\n"


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


# --- columns ---------------------------------------------------------------------------


def test_a_missing_column_is_named_with_what_stands_in_its_place(sections):
    sections.edit(SECTIONS, ("volet,label,", "volet,labels,"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 1, colonne {quoted('label')} : "
        f"colonne attendue, absente ({quoted('labels')} lu, peut-être à sa place)",
        f"{PLACE}, ligne 1, colonne {quoted('labels')} : colonne inconnue (le plus proche : label)",
    ]


def test_a_missing_column_alone(sections):
    lines = (sections / SECTIONS).read_text(encoding="utf-8")
    cut = [[c for i, c in enumerate(row) if i != 6] for row in rows_of(lines)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cut)
    (sections / SECTIONS).write_text(text.getvalue(), encoding="utf-8")
    assert sections.refusals() == [
        f"{PLACE}, ligne 1, colonne {quoted('in_total')} : colonne attendue, absente"
    ]


def test_an_unknown_column(sections):
    sections.edit(SECTIONS, ("printed\n", "printed,couleur\n"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 1, colonne {quoted('couleur')} : colonne inconnue"
    ]


def test_an_unknown_column_is_told_where_remarks_go(raw_copy):
    raw_copy.keep_only(BILAN, "map_labels")
    raw_copy.edit(f"{BILAN}/map_labels.csv", ("printed\n", "printed,Commentaire\n"))
    assert raw_copy.refusals() == [
        f"data/raw/{BILAN}/map_labels.csv, ligne 1, colonne {quoted('Commentaire')} : "
        f"colonne inconnue (une remarque s’écrit dans {quoted('note')})"
    ]


def test_a_computed_column_is_not_transcribed(raw_copy):
    raw_copy.keep_only(BILAN, "funding")
    raw_copy.edit(f"{BILAN}/funding.csv", ("amount_printed,", "amount_printed,amount_min_eur,"))
    (refusal,) = raw_copy.refusals()
    assert f"colonne {quoted('amount_min_eur')} : colonne inconnue" in refusal


def test_a_column_twice(sections):
    sections.edit(SECTIONS, ("printed\n", "printed,label\n"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 1, colonne {quoted('label')} : colonne présente deux fois"
    ]


def test_columns_may_stand_in_any_order(sections):
    before = sections.read().tables["sections"]
    frame = pd.read_csv(sections / SECTIONS, dtype=str, keep_default_na=False)
    frame[frame.columns[::-1]].to_csv(sections / SECTIONS, index=False)
    pd.testing.assert_frame_equal(sections.read().tables["sections"], before)


def test_an_empty_column_is_left_out_and_shifts_nothing(sections):
    before = sections.read().tables["sections"]
    frame = pd.read_csv(sections / SECTIONS, dtype=str, keep_default_na=False)
    frame.insert(1, "", "")
    frame[" "] = ""
    frame.to_csv(sections / SECTIONS, index=False)
    pd.testing.assert_frame_equal(sections.read().tables["sections"], before)


def test_a_cell_under_no_name_is_refused(sections):
    # Without its place kept, « x » would be read as the volet, and everything after shifted.
    text = (
        HEADER.replace("section_id,", "section_id,,") + "a,x,sectoriel,A,1,AA,section,true,1,,A\n"
    )
    (sections / SECTIONS).write_text(text, encoding="utf-8")
    assert sections.refusals() == [
        f"{PLACE}, ligne 2 : {quoted('x')} lu ; "
        "attendu : 10 cellules (une virgule hors de guillemets ?)"
    ]


# --- cells -----------------------------------------------------------------------------


def test_too_many_cells(sections):
    sections.edit(SECTIONS, (",Autonomie,", ",Autonomie, handicap et âge,"))
    (refusal,) = sections.refusals()
    assert refusal == (
        f"{PLACE}, ligne 4 : {quoted('AXE 2 Autonomie')} lu ; "
        "attendu : 10 cellules (une virgule hors de guillemets ?)"
    )


def test_an_unknown_category_with_the_nearest(raw_copy):
    raw_copy.keep_only(BILAN, "funding")
    raw_copy.edit(f"{BILAN}/funding.csv", ("expense,staff_time", "expense,staff_tim"))
    assert raw_copy.refusals() == [
        f"data/raw/{BILAN}/funding.csv, ligne 2, colonne {quoted('kind')} : "
        f"{quoted('staff_tim')} lu ; attendu : l’une des valeurs "
        "amount, range, staff_time, no_budget, illegible (le plus proche : staff_time)"
    ]


def test_an_unknown_status_of_a_total(raw_copy):
    raw_copy.keep_only(BILAN, "status_counts")
    raw_copy.edit(f"{BILAN}/status_counts.csv", ("ensemble,2025,toutes,", "ensemble,2025,zzz,"))
    assert raw_copy.refusals() == [
        f"data/raw/{BILAN}/status_counts.csv, ligne 2, colonne {quoted('status')} : "
        f"{quoted('zzz')} lu ; attendu : l’une des valeurs "
        "realisee, en_cours, reportee, supprimee, toutes"
    ]


def test_an_unknown_status_word_says_where_to_add_it(raw_copy):
    text = (raw_copy / f"{BILAN}/mentions.csv").read_text(encoding="utf-8")
    line = text[: text.index(",Action réalisée,")].count("\n") + 1
    raw_copy.edit(f"{BILAN}/mentions.csv", (",Action réalisée,", ",Action enterrée,"))
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{BILAN}/mentions.csv, ligne {line}, colonne {quoted('status_printed')} : "
        f"{quoted('Action enterrée')} lu ; "
        f"statut inconnu ; ajoutez sa formule à data/raw/{BILAN}/status_words.csv, ou sa lecture à corrections si elle est fautive"
    ]


def test_unreadable_amounts_are_all_told(raw_copy):
    raw_copy.edit(
        f"{BILAN}/funding.csv", (",131680¢€,", ",1 0 02 0 oo €,"), (",1170 000€,,", ",,,")
    )
    place = f"data/raw/{BILAN}/funding.csv, ligne {{}}, colonne {quoted('amount_printed')} : "
    assert raw_copy.refusals(whole=True) == [
        place.format(3) + f"{quoted('1 0 02 0 oo €')} lu ; attendu : un montant, "
        "par exemple 16 563 €, 72,5 M€ ou 850 000 euros",
        place.format(4) + "vide ; attendu : un montant, puisque kind vaut amount",
    ]


def test_a_year_that_is_no_year(raw_copy):
    raw_copy.keep_only(BILAN, "status_counts")
    raw_copy.edit(
        f"{BILAN}/status_counts.csv",
        ("ensemble,2025,", "ensemble,deux mille,"),
        ("phares,2025,", "phares,20255,"),
        ("phares,2025,", "phares,1925,"),
    )
    place = f"data/raw/{BILAN}/status_counts.csv, ligne {{}}, colonne {quoted('year')} : {{}}"
    assert raw_copy.refusals() == [
        place.format(2, f"{quoted('deux mille')} lu ; attendu : un entier sans espace"),
        place.format(3, f"{quoted('20255')} lu ; attendu : au plus 2100"),
        place.format(4, f"{quoted('1925')} lu ; attendu : au moins 2000"),
    ]


def test_a_missing_value_where_one_is_required(sections):
    sections.edit(SECTIONS, (",Autonomie,", ",,"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 4, colonne {quoted('label')} : vide ; attendu : une valeur"
    ]


INTEGER = Field("n", "integer", "N", "N.")
NUMBER = Field("n", "number", "N", "N.")
DAY = Field("d", "date", "D", "D.")


@pytest.mark.parametrize("text", ["1 000", "1_000", "٢٤", "+1", "1.0", "1e3", "0x1", "un", "2025?"])
def test_an_integer_is_written_in_plain_digits(text):
    assert _fault(INTEGER, text) == "attendu : un entier sans espace"


@given(st.integers())
def test_every_integer_is_read(value):
    assert _fault(INTEGER, str(value)) is None


@pytest.mark.parametrize("text", ["nan", "inf", "1,5,", "1_0", "1e5", ".5", "5.", "٢"])
def test_a_number_is_written_with_a_point(text):
    assert _fault(NUMBER, text) == "attendu : un nombre"
    assert _fault(NUMBER, "1,5") == "attendu : un nombre avec un point (1.5)"


@pytest.mark.parametrize(
    "text", ["27/03/2025", "20250327", "2025-W13-4", "2025-3-27", "2025-02-30", "2025-03-27T00:00"]
)
def test_a_day_is_written_one_way(text):
    assert _fault(DAY, text) == "attendu : une date AAAA-MM-JJ"


def test_a_table_saved_by_a_french_spreadsheet_is_read_the_same(raw_copy):
    """It cuts with semicolons, marks its UTF-8, and turns 2024-12-31 into 31/12/2024."""
    raw_copy.keep_only(BILAN, "observations")
    before = raw_copy.read().tables["observations"]
    path = raw_copy / f"{BILAN}/observations.csv"
    rows = rows_of(path.read_text(encoding="utf-8"))
    days = [rows[0].index(name) for name in ("period_start", "period_end")]
    for row in rows[1:]:
        for day in days:
            row[day] = "/".join(reversed(row[day].split("-")))
    assert sum("/" in row[days[1]] for row in rows) == 40
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    pd.testing.assert_frame_equal(raw_copy.read().tables["observations"], before)
    # A month first is no day here: nothing is guessed, and it is quoted as written.
    path.write_bytes(text.getvalue().replace("31/12/2024", "12/31/2024", 1).encode("utf-8-sig"))
    (refusal,) = raw_copy.refusals()
    assert refusal.endswith(f"{quoted('12/31/2024')} lu ; attendu : une date AAAA-MM-JJ")


@given(st.dates())
def test_every_day_is_read(day):
    assert _fault(DAY, day.isoformat()) is None


def test_the_pattern_is_of_the_whole_value():
    field = Field("a", "string", "A", "A.", pattern=r"[A-Z]{2}-\d{2}")
    assert _fault(field, "EF-03") is None
    assert _fault(field, "EF-030") == r"attendu : une valeur de la forme [A-Z]{2}-\d{2}"
    assert _fault(Field("b", "boolean", "B", "B."), "vrai") == "attendu : true ou false"


# --- lines of the document ---------------------------------------------------------------


def test_a_line_past_the_end_of_the_document(sections):
    sections.edit(SECTIONS, (",177,178,", ",177,2711,"), (",958,", ",99999,"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 2, colonne {quoted('line_end')} : {quoted('2711')} lu ; "
        "attendu : une ligne du document, qui en compte 2710",
        f"{PLACE}, ligne 4, colonne {quoted('line')} : {quoted('99999')} lu ; "
        "attendu : une ligne du document, qui en compte 2710",
    ]


def test_the_last_line_of_the_document_is_one(sections):
    sections.edit(SECTIONS, (",177,178,", ",177,2710,"))
    assert sections.read().tables["sections"]["line_end"][0] == "2710"


def test_lines_that_run_backwards_and_lines_not_given(sections):
    sections.edit(SECTIONS, (",177,178,", ",178,177,"), (",958,", ",,"), (",701,", ",0,"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 2, colonne {quoted('line_end')} : {quoted('177')} lu ; "
        "attendu : au moins 178, sa première ligne",
        f"{PLACE}, ligne 3, colonne {quoted('line')} : {quoted('0')} lu ; attendu : au moins 1",
        f"{PLACE}, ligne 4, colonne {quoted('line')} : vide ; attendu : la ligne du texte",
    ]


# --- keys ------------------------------------------------------------------------------


def test_a_key_twice_in_a_file(sections):
    sections.edit(SECTIONS, ("autonomie,sectoriel", "enfance-famille,sectoriel"))
    assert sections.refusals() == [
        f"{PLACE}, ligne 4, colonne {quoted('section_id')} : {quoted('enfance-famille')} lu ; "
        f"clé déjà prise par {PLACE}, ligne 3"
    ]


def test_a_key_twice_across_documents(raw_copy):
    raw_copy.edit("presentation-2024-2028/indicators.csv", ("parties-schema,", "volets-schema,"))
    (refusal,) = raw_copy.refusals()
    assert refusal == (
        f"data/raw/presentation-2024-2028/indicators.csv, ligne 2, "
        f"colonne {quoted('indicator_id')} : {quoted('volets-schema')} lu ; "
        f"clé déjà prise par data/raw/{BILAN}/indicators.csv, ligne 3"
    )


def test_broken_foreign_keys_with_the_nearest(raw_copy):
    raw_copy.edit(f"{BILAN}/actions.csv", ("DP-01,departemental,", "DP-01,departementale,"))
    raw_copy.edit(f"{BILAN}/funding.csv", ("DP-02.f1,DP-02,", "DP-02.f1,ZZ-99,"))
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{BILAN}/actions.csv, ligne 2, colonne {quoted('section_id')} : "
        f"{quoted('departementale')} lu ; "
        "attendu : une clé de la table sections (le plus proche : departemental)",
        f"data/raw/{BILAN}/funding.csv, ligne 3, colonne {quoted('action_id')} : "
        f"{quoted('ZZ-99')} lu ; attendu : une clé de la table actions",
    ]


# --- encodings and separators ------------------------------------------------------------


def respelled(raw_copy, encoding, separator=",", prefix=b""):
    """Write ``status_counts.csv`` (no ⏎ in it) in another way; return it as read before."""
    raw_copy.keep_only(BILAN, "status_counts")
    before = raw_copy.read().tables["status_counts"]
    path = raw_copy / f"{BILAN}/status_counts.csv"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows(rows_of(path.read_text(encoding="utf-8")))
    path.write_bytes(prefix + text.getvalue().encode(encoding))
    return before


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_what_a_spreadsheet_writes_is_read_the_same(raw_copy, encoding, separator):
    before = respelled(raw_copy, encoding, separator)
    assert before["note"].str.contains("rangé|é").any()  # something to misread
    pd.testing.assert_frame_equal(raw_copy.read().tables["status_counts"], before)


def test_utf_16_with_its_mark_in_either_order(raw_copy):
    before = respelled(raw_copy, "utf-16-be", prefix=b"\xfe\xff")
    pd.testing.assert_frame_equal(raw_copy.read().tables["status_counts"], before)


def test_utf_16_without_its_mark_is_refused(raw_copy):
    respelled(raw_copy, "utf-16-le")
    (refusal,) = raw_copy.refusals()
    assert refusal.startswith(f"data/raw/{BILAN}/status_counts.csv, ligne 1 : ")
    assert "attendu : un en-tête avec les colonnes count_id, count_printed, line," in refusal


@pytest.mark.parametrize(
    ("data", "line", "value"),
    [
        # « réalisé » in UTF-8, then in Windows-1252: any reading would spoil one of them.
        ("a\nréalisé\n".encode() + "réalisé".encode("cp1252"), 3, b"\xe9"),
        (b"\xef\xbb\xbfa\nr" + "éa".encode("cp1252"), 2, b"\xe9"),  # a mark that lies
        ("a\nb".encode("utf-16") + b"x", 2, b"x"),  # cut in the middle of a character
        (b"a\nb\x81", 2, b"\x81"),  # undefined in Windows-1252
    ],
)
def test_a_file_in_no_encoding_is_refused_at_its_line(data, line, value):
    with pytest.raises(SourceError) as caught:
        decode(data, "f.csv")
    assert caught.value.problems == [
        Problem("f.csv", line, None, repr(value), "attendu : un texte en UTF-8")
    ]


def test_a_character_that_windows_1252_lacks_is_missed_and_not_read_as_a_question_mark():
    text = "a;b\nréalisée;Où ? Là\nintitulé⏎coupé;1\u202f234\nhttps://é.fr/?a=1;Quoi ?"
    data = text.encode("cp1252", errors="replace")
    with pytest.raises(SourceError) as caught:
        decode(data, "f.csv")
    told = {(p.line, p.value) for p in caught.value.problems}
    assert told == {(3, "intitulé?coupé"), (3, "1?234")}
    assert "« CSV UTF-8 »" in caught.value.problems[0].expected
    kept = text.replace("⏎", " ").replace("\u202f", "")
    assert decode(kept.encode("cp1252"), "f.csv") == kept  # an address has question marks


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"])))
def test_french_of_windows_is_read_or_refused_never_misread(text):
    data = text.encode("cp1252")
    # « þÿ » and « ÿþ » are the marks of UTF-16, and begin no French text: both cannot be right.
    assume(not data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)))
    try:
        read = decode(data, "f.csv")
    except SourceError:
        return
    # ASCII and chance UTF-8 apart, it comes back as it was.
    assert read in {text, data.decode("utf-8", errors="replace").removeprefix("\ufeff")}


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_unicode_is_read_back(text, encoding):
    if not text.startswith("\ufeff"):
        assert decode(text.encode(encoding), "f.csv") == text


def test_another_separator_is_refused_with_the_columns_expected(sections):
    path = sections / SECTIONS
    path.write_text(path.read_text(encoding="utf-8").replace(",", "#"), encoding="utf-8")
    (refusal,) = sections.refusals()
    assert refusal.startswith(f"{PLACE}, ligne 1 : {quoted(HEADER.strip().replace(',', '#'))} lu ;")
    assert refusal.endswith(
        "attendu : un en-tête avec les colonnes "
        "in_total, label, line, line_end, order, prefix, printed, role, section_id, volet"
    )


# --- empty files -------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file(sections, content):
    (sections / SECTIONS).write_bytes(content)
    (refusal,) = sections.refusals()
    assert refusal == f"{PLACE} : fichier vide ; attendu : au moins la ligne d’en-tête"


def test_a_header_alone_is_a_table_without_rows(sections):
    (sections / SECTIONS).write_text(HEADER, encoding="utf-8")
    table = sections.read().tables["sections"]
    assert len(table) == 0
    assert table.columns[:2].tolist() == ["section_id", "volet"]


def test_rows_of_empty_cells_are_left_out_and_lines_stay_true(sections):
    path = sections / SECTIONS
    first, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{first}\n,,,,,,,,\n\n{rest}", encoding="utf-8")
    # header 1, two empty rows 2 and 3, first row 4
    assert sections.read().tables["sections"]["raw_line"][0] == 4


def test_a_row_that_runs_over_lines_keeps_the_line_it_starts_on(sections):
    sections.edit(SECTIONS, (",Autonomie,", ',"Auto\nnomie",'))
    table = sections.read().tables["sections"]
    # Autonomie starts on line 4 and ends on line 5: the next row is on line 6
    assert table["raw_line"].tolist()[:4] == [2, 3, 4, 6]
    assert table["label"][2] == "Auto\nnomie"


# --- quotation marks -----------------------------------------------------------------------


def test_an_unclosed_quote_is_told_where_it_opens(sections):
    sections.edit(SECTIONS, (",Autonomie,", ',"Autonomie,'))
    (refusal,) = sections.refusals()
    assert (
        refusal == f"{PLACE}, ligne 4 : attendu : des guillemets fermés, et doublés à l’intérieur"
    )


def test_a_quote_that_is_not_doubled(sections):
    sections.edit(SECTIONS, (",Autonomie,", ',"Auto"nomie",'))
    (refusal,) = sections.refusals()
    assert refusal.startswith(f"{PLACE}, ligne 4 : attendu : des guillemets fermés, et doublés")


# --- workbooks -----------------------------------------------------------------------------


def write_xlsx(path, rows, sheets=1):
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"Feuille {number}")
        for row in rows:
            sheet.append([int(c) if c.isdigit() else c or None for c in row])
    book.create_sheet("Vide")
    book.save(path)


def write_ods(path, rows):
    book = OpenDocumentSpreadsheet()
    table = Table(name="Feuille1")
    for row in rows:
        line = TableRow()
        for cell in row:
            if cell.isdigit():
                line.addElement(TableCell(valuetype="float", value=cell))
            elif cell:
                written = TableCell(valuetype="string")
                written.addElement(P(text=cell))
                line.addElement(written)
            else:
                line.addElement(TableCell())
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(path))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
@pytest.mark.parametrize("name", ["sections", "map_labels"])
def test_a_workbook_in_place_of_the_csv_gives_the_same_rows(sections, name, suffix):
    before = sections.read().tables[name]
    path = sections / f"{BILAN}/{name}.csv"
    rows = rows_of(path.read_text(encoding="utf-8"))
    path.unlink()
    (write_xlsx if suffix == ".xlsx" else write_ods)(path.with_suffix(suffix), rows)
    after = sections.read().tables[name]
    assert set(after["raw_file"]) == {f"data/raw/{BILAN}/{name}{suffix}"}
    pd.testing.assert_frame_equal(after.drop(columns="raw_file"), before.drop(columns="raw_file"))


def test_a_title_above_the_header_of_a_workbook_is_told_once(sections):
    path = sections / SECTIONS
    rows = rows_of(path.read_text(encoding="utf-8"))
    path.unlink()
    write_xlsx(path.with_suffix(".xlsx"), [["Sections du bilan"], [], *rows])
    (refusal,) = sections.refusals()
    assert refusal == (
        f"data/raw/{BILAN}/sections.xlsx, ligne 1 : {quoted('Sections du bilan')} lu ; "
        "attendu : l’en-tête sur la première ligne (il est à la ligne 3)"
    )


def test_a_header_of_which_columns_are_missing_is_no_title(sections):
    path = sections / SECTIONS
    header, *rows = rows_of(path.read_text(encoding="utf-8"))
    path.unlink()
    # The right header again, further down: the first one is a header all the same.
    write_xlsx(path.with_suffix(".xlsx"), [header[:2], header, *rows])
    assert "colonne attendue, absente" in sections.refusals()[0]


def test_a_csv_that_is_really_a_workbook(sections, tmp_path):
    before = sections.read().tables["sections"]
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    write_xlsx(tmp_path / "x.xlsx", rows)
    (tmp_path / "x.xlsx").rename(sections / SECTIONS)
    pd.testing.assert_frame_equal(sections.read().tables["sections"], before)


def test_a_workbook_that_is_really_a_csv(sections):
    (sections / SECTIONS).rename(sections / f"{BILAN}/sections.xlsx")
    (refusal,) = sections.refusals()
    expected = "attendu : un classeur .xlsx ou .ods lisible"
    assert refusal == f"data/raw/{BILAN}/sections.xlsx : {expected}"


def test_a_workbook_with_two_filled_sheets(sections):
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    (sections / SECTIONS).unlink()
    write_xlsx(sections / f"{BILAN}/sections.xlsx", rows, sheets=2)
    (refusal,) = sections.refusals()
    assert refusal == (
        f"data/raw/{BILAN}/sections.xlsx : attendu : une seule feuille remplie, "
        f"et non {quoted('Sheet')}, {quoted('Feuille 1')}"
    )


def test_an_error_in_a_workbook_is_told_by_its_row(sections):
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    rows[3][3] = "trois"
    (sections / SECTIONS).unlink()
    write_xlsx(sections / f"{BILAN}/sections.xlsx", rows)
    assert sections.refusals() == [
        f"data/raw/{BILAN}/sections.xlsx, ligne 4, colonne {quoted('order')} : "
        f"{quoted('trois')} lu ; attendu : un entier sans espace"
    ]


@pytest.mark.parametrize(
    ("cells", "value", "over"),
    [("C3:C5", "Enfance famille", "lignes 3 à 5"), ("C3:D3", "Enfance famille", "2 colonnes")],
)
def test_merged_cells_are_refused_for_only_the_first_would_be_read(sections, cells, value, over):
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    (sections / SECTIONS).unlink()
    path = sections / f"{BILAN}/sections.xlsx"
    write_xlsx(path, rows)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells(cells)
    book.active.merge_cells("A40:B41")  # nothing in them, nothing lost
    book.save(path)
    assert sections.refusals() == [
        f"data/raw/{BILAN}/sections.xlsx, ligne 3, colonne {quoted(rows[0][2])} : "
        f"{quoted(value)} lu ; cellules fusionnées ({over}) ; attendu : chaque cellule remplie à part"
    ]


def test_one_cell_too_many_in_a_workbook_is_no_comma(sections):
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    rows[3].append("de trop")
    (sections / SECTIONS).unlink()
    write_xlsx(sections / f"{BILAN}/sections.xlsx", rows)
    (refusal,) = sections.refusals()
    assert refusal.endswith(f"ligne 4 : {quoted('de trop')} lu ; attendu : {len(rows[0])} cellules")


def test_cells_of_a_workbook_as_text(tmp_path):
    from datetime import date, datetime

    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d", "e", "f"])
    book.active.append([2025, 72.5, True, date(2025, 3, 27), datetime(2025, 3, 27), " x "])
    book.save(tmp_path / "t.xlsx")
    _, rows = read_rows(Place(tmp_path / "t.xlsx"), "t.xlsx", {"a"})
    assert rows == [(2, ["2025", "72.5", "true", "2025-03-27", "2025-03-27", " x "])]


# --- files and folders -----------------------------------------------------------------------


def test_a_stray_file_with_the_nearest_table(sections):
    (sections / f"{BILAN}/section.csv").write_text("a\n", encoding="utf-8")
    (sections / f"{BILAN}/carte.pdf").write_bytes(b"%PDF")
    expected = "fichier inattendu ; attendu : l’une des tables, en .csv, .xlsx ou .ods"
    assert sections.refusals() == [
        f"data/raw/{BILAN}/carte.pdf : {expected}",
        f"data/raw/{BILAN}/section.csv : {expected} (le plus proche : sections.csv)",
    ]


def test_a_computed_table_is_not_transcribed(sections):
    (sections / f"{BILAN}/action_statuses.csv").write_text("status_id\n", encoding="utf-8")
    (refusal,) = sections.refusals()
    assert refusal.startswith(f"data/raw/{BILAN}/action_statuses.csv : fichier inattendu ;")


def test_a_file_outside_any_document(sections):
    (sections / "sections.csv").write_text(HEADER, encoding="utf-8")
    assert sections.refusals() == [
        "data/raw/sections.csv : fichier hors d’un dossier de document ; "
        "attendu : data/raw/<document>/"
    ]


def test_notes_and_lock_files_are_no_strangers(sections):
    for name in ("README.md", ".DS_Store", "~$sections.xlsx", "Thumbs.db", "desktop.ini"):
        (sections / BILAN / name).write_text("x", encoding="utf-8")
    (sections / "README.md").write_text("x", encoding="utf-8")
    assert len(sections.read().tables["sections"]) > 0


def test_two_files_for_one_table(sections):
    rows = rows_of((sections / SECTIONS).read_text(encoding="utf-8"))
    write_xlsx(sections / f"{BILAN}/sections.xlsx", rows)
    assert sections.refusals() == [
        f"data/raw/{BILAN}/sections.xlsx : double emploi avec sections.csv ; "
        "attendu : un seul fichier par table"
    ]


def test_no_document_at_all(raw_copy):
    raw_copy.keep_only("no such document")
    expected = ["data/raw : aucun document ; attendu : un dossier par document"]
    assert raw_copy.refusals() == expected
    shutil.rmtree(raw_copy.root)
    assert raw_copy.refusals() == expected


# --- source.yaml -------------------------------------------------------------------------------

SOURCE = f"{BILAN}/source.yaml"


def test_a_missing_descriptor(sections):
    (sections / SOURCE).unlink()
    assert sections.refusals() == [
        f"data/raw/{SOURCE} : fichier absent ; "
        "attendu : le titre, l’éditeur, la nature… du document"
    ]


def test_broken_yaml_is_told_by_its_line(sections):
    sections.edit(SOURCE, ("kind: rapport", "kind: [rapport"))
    (refusal,) = sections.refusals()
    # `kind` is the fourth line: the fifth is where the bracket should have closed
    assert refusal.startswith(f"data/raw/{SOURCE}, ligne 5 : YAML illisible : ")
    assert "\n" not in refusal


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "bonjour"])
def test_a_descriptor_without_fields(sections, content):
    (sections / SOURCE).write_text(content, encoding="utf-8")
    assert sections.refusals() == [f"data/raw/{SOURCE} : attendu : des lignes « champ: valeur »"]


@pytest.mark.parametrize("content", ["sources:\n", "sources: [a, b]\n", "sources: bilan\n"])
def test_a_list_of_sources_that_is_none(sections, content):
    (sections / SOURCE).write_text(content, encoding="utf-8")
    assert sections.refusals() == [
        f"data/raw/{SOURCE}, colonne {quoted('sources')} : "
        "attendu : une liste de sources, chacune avec ses champs"
    ]


def test_every_fault_of_a_descriptor(sections):
    sections.edit(
        SOURCE,
        ("published:", "published: mars 2025"),
        ("kind: rapport", "kind: raport\ncouleur: bleu"),
        ("confidence: A", "confidence:"),
        ("lines: 2710", "lines: beaucoup"),
    )
    place = f"data/raw/{SOURCE}, colonne {{}} : {{}} lu ; {{}}"
    assert sections.refusals() == [
        place.format(quoted("confidence"), "vide", "attendu : une valeur").replace(" lu ;", " ;"),
        place.format(quoted("couleur"), quoted("bleu"), "champ inconnu"),
        place.format(
            quoted("kind"), quoted("raport"), "attendu : l’une des valeurs rapport, diaporama, "
            "page_web, presse, classeur, geographie, inference (le plus proche : rapport)"
        ),
        place.format(quoted("lines"), quoted("beaucoup"), "attendu : un entier sans espace"),
        place.format(
            quoted("published"), quoted("mars 2025"),
            r"attendu : une valeur de la forme \d{4}(-\d{2}(-\d{2})?)?",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("published", ["2025", "2025-03", "2025-03-27"])
def test_yaml_types_are_text(sections, published):
    # YAML reads 2025 as an integer and 2025-03-27 as a date.
    sections.edit(SOURCE, ("published:", f"published: {published}"))
    assert sections.read().sources["published"].tolist() == [published]


def test_a_descriptor_of_windows_is_read(sections):
    path = sections / SOURCE
    before = sections.read().sources
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    pd.testing.assert_frame_equal(sections.read().sources, before)


def test_a_source_declared_twice(raw_copy):
    raw_copy.edit(SOURCE, ("kind: rapport", "kind: rapport\nsource_id: presentation-2024-2028"))
    (refusal,) = raw_copy.refusals()
    assert refusal == (
        f"data/raw/presentation-2024-2028/source.yaml, colonne {quoted('source_id')} : "
        f"{quoted('presentation-2024-2028')} lu ; source déjà déclarée dans data/raw/{SOURCE}"
    )


def test_a_row_of_a_source_that_its_folder_does_not_declare(raw_copy):
    name = "context/department_budget.csv"
    raw_copy.edit(name, ("departement41-2026-02-05,", "departement42,"))
    (refusal,) = raw_copy.refusals()
    assert refusal == (
        f"data/raw/{name}, ligne 2, colonne {quoted('source_id')} : "
        f"{quoted('departement42')} lu ; attendu : une source déclarée dans source.yaml"
    )


# --- all at once -------------------------------------------------------------------------------


def test_every_error_of_several_files_is_told_at_once_in_order(raw_copy):
    raw_copy.edit(
        SECTIONS,
        (",AU,section,", ",AU,secteur,"),
        (",Enfance famille,2,", ",,deux,"),
    )
    raw_copy.edit(f"{BILAN}/funding.csv", (",expense,", ",dépense,"))
    raw_copy.edit("context/observations.csv", ("2018-12-31,", "31/13/2018,"))
    (raw_copy / "presentation-2024-2028/source.yaml").unlink()
    (raw_copy / f"{BILAN}/territories.csv").write_bytes(b"")
    refusals = raw_copy.refusals()
    places = [r.split(" : ")[0].replace(NB, " ") for r in refusals]
    assert places == [
        f"data/raw/{BILAN}/funding.csv, ligne 2, colonne « direction »",
        f"{PLACE}, ligne 3, colonne « label »",
        f"{PLACE}, ligne 3, colonne « order »",
        f"{PLACE}, ligne 4, colonne « role »",
        f"data/raw/{BILAN}/territories.csv",
        "data/raw/context/observations.csv, ligne 2, colonne « period_start »",
        "data/raw/presentation-2024-2028/source.yaml",
    ]


def test_a_file_tells_its_cells_its_keys_and_its_amounts_at_once(raw_copy):
    raw_copy.edit(
        f"{BILAN}/funding.csv",
        ("DP-17.f1,DP-17,", "DP-17.f1,DP-71,"),
        (",1170 000€,", ",zut,"),
    )
    raw_copy.edit(f"{BILAN}/actions.csv", (",departemental,", ",departement,"))
    keys_and_amounts = [
        f"data/raw/{BILAN}/actions.csv, ligne 2, colonne {quoted('section_id')} : "
        f"{quoted('departement')} lu ; attendu : une clé de la table sections "
        "(le plus proche : departemental)",
        f"data/raw/{BILAN}/funding.csv, ligne 2, colonne {quoted('action_id')} : "
        f"{quoted('DP-71')} lu ; attendu : une clé de la table actions (le plus proche : DP-17)",
        f"data/raw/{BILAN}/funding.csv, ligne 4, colonne {quoted('amount_printed')} : "
        f"{quoted('zut')} lu ; attendu : un montant, par exemple 16 563 €, 72,5 M€ ou 850 000 euros",
    ]
    assert raw_copy.refusals(whole=True) == keys_and_amounts
    # With a cell that is no cell, the same, and nothing that only follows from it.
    raw_copy.edit(f"{BILAN}/funding.csv", (",amount,unstated,131680", ",montant,unstated,131680"))
    more = raw_copy.refusals(whole=True)
    assert [r for r in more if r not in keys_and_amounts] == [
        f"data/raw/{BILAN}/funding.csv, ligne 3, colonne {quoted('kind')} : {quoted('montant')} lu ; "
        "attendu : l’une des valeurs amount, range, staff_time, no_budget, illegible (le plus proche : "
        "amount)"
    ]
    assert len(more) == 4


@pytest.mark.parametrize("table", ["indicators", "actions", "corrections", "status_words"])
def test_a_file_that_cannot_be_read_blames_no_other(raw_copy, table):
    (raw_copy / f"{BILAN}/{table}.csv").write_bytes(b"")
    (refusal,) = raw_copy.refusals(whole=True)
    assert refusal.startswith(f"data/raw/{BILAN}/{table}.csv : fichier vide")


def test_a_row_cut_short_is_told_once(sections):
    sections.edit(SECTIONS, ("autonomie,sectoriel,Autonomie,", "autonomie;sectoriel;Autonomie;"))
    (refusal,) = sections.refusals()
    assert refusal.startswith(f"{PLACE}, ligne 4 : ")
    assert refusal.endswith("lu ; attendu : 10 cellules, et non 7")


def test_a_suffix_in_capitals_is_the_same(sections):
    before = sections.read().tables["sections"]
    (sections / SECTIONS).rename(sections / f"{BILAN}/sections.CSV")
    after = sections.read().tables["sections"]
    pd.testing.assert_frame_equal(after.drop(columns="raw_file"), before.drop(columns="raw_file"))


@pytest.mark.parametrize(
    ("table", "old", "new", "column"),
    [
        # a digit of the value mistyped, its characters right
        ("funding", ",1170 000€,,", ",1180 000€,,", "amount_printed"),
        ("observations", ",15 876,", ",15 877,", "value_printed"),
        # a part of the number printed
        ("observations", ",15 876,", ",876,", "value_printed"),
        ("status_counts", ",7,27,", ",2,27,", "count_printed"),
        ("events", ",7/11/2024,", ",8/11/2024,", "date_printed"),
    ],
)
def test_a_value_that_its_row_does_not_print_is_refused(raw_copy, table, old, new, column):
    raw_copy.edit(f"{BILAN}/{table}.csv", (old, new))
    (refusal,) = raw_copy.refusals(whole=True)
    assert f"colonne {quoted(column)} : " in refusal
    assert (
        f"{quoted(new.strip(',').split(',')[0])} lu ; attendu : des caractères de printed"
        in refusal
    )


def test_a_claim_that_its_line_does_not_print_is_refused(raw_copy):
    raw_copy.edit(f"{BILAN}/contradictions.csv", (",163 FICHES ACTIONS,", ",199 FICHES ACTIONS,"))
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{BILAN}/contradictions.csv, ligne 2, colonne {quoted('printed_a')} : "
        "199 n’est pas imprimé ligne 94"
    ]


def test_a_row_that_is_part_of_itself_is_refused(raw_copy):
    text = (raw_copy / f"{BILAN}/funding.csv").read_text(encoding="utf-8")
    rows = rows_of(text)
    key, part, split = (rows[0].index(n) for n in ("funding_id", "part_of", "split_by"))
    first, second, third = rows[2], rows[3], rows[4]
    first[part], second[part], third[part] = second[key], first[key], third[key]
    for row in (first, second, third):
        row[split] = "use"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    (raw_copy / f"{BILAN}/funding.csv").write_text(out.getvalue(), encoding="utf-8")
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{BILAN}/funding.csv, ligne {line}, colonne {quoted('part_of')} : "
        f"{quoted(leads)} lu ; attendu : une autre ligne, qui ne renvoie pas à celle-ci"
        for line, leads in ((3, second[key]), (4, first[key]), (5, third[key]))
    ]


def test_the_register_of_rules_and_the_ledger_are_told_by_their_lines(raw_copy):
    rules = (raw_copy / f"{BILAN}/identity_rules.csv").read_text(encoding="utf-8").splitlines()
    line = next(n for n, rule in enumerate(rules, start=1) if ",funding:SA-25.f2," in rule)
    raw_copy.edit(f"{BILAN}/identity_rules.csv", (",funding:SA-25.f2,", ",funding:SA-25.f20,"))
    (refusal,) = raw_copy.refusals(whole=True)
    assert refusal.startswith(f"data/raw/{BILAN}/identity_rules.csv, ligne {line}, colonne ")


def test_a_ledger_row_is_told_by_its_line(raw_copy):
    raw_copy.edit(f"{BILAN}/numbers.csv", ("\n8,1,2025,,de,,annee", "\n8,1,2025,,de,,"))
    assert raw_copy.refusals(whole=True) == [
        f"data/raw/{BILAN}/numbers.csv, ligne 2, colonne {quoted('record')} : {quoted('2025')}, "
        "attendu : soit la ligne qui tient le nombre (record), soit la raison (reason)"
    ]


def test_a_sound_copy_is_read_whole(raw_copy, transcribed):
    read = raw_copy.read()
    pd.testing.assert_frame_equal(read.sources, transcribed.sources)
    for name, frame in transcribed.tables.items():
        pd.testing.assert_frame_equal(read.tables[name], frame)


def test_every_raw_row_knows_its_place(transcribed, project):
    for frame in transcribed.tables.values():
        for (file, line), rows in frame.groupby(["raw_file", "raw_line"]):
            assert len(rows) == 1, (file, line)
        assert all((project / file).exists() for file in frame["raw_file"].unique())
