"""A year opened, its prose and its tables: what a notebook's first cells rest on."""

import io
import shutil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

import solidata
from solidata.figures.frame import Figure
from solidata.french import typography
from solidata.problems import NoDataError, RefusedError
from solidata.study import Sheet, Text, load_study
from solidata.study.text import or_why, plain
from solidata.tables import all_tables

NB, NNB = "\u00a0", "\u202f"


@pytest.fixture
def tables(project, tmp_path):
    """Return a copy of the processed tables, to spoil."""
    folder = tmp_path / "processed"
    shutil.copytree(project / "data" / "processed", folder)
    return folder


# --- opening a year ------------------------------------------------------------------


def test_a_year_opens_with_its_tables_and_its_figures():
    study = solidata.load_study(2025)
    assert study.table("territories")["label"].tolist() == ["Nord", "Centre", "Sud"]
    assert study.figure("budget").name == "budget-2025"
    assert isinstance(study.show("budget"), Figure)
    told = str(study)
    assert "load" in told  # a dataclass, plainly shown where Markdown cannot be
    assert "année **2025**" in study.describe().markdown


def test_a_year_without_report_says_which_there_are_and_what_to_do(tables):
    with pytest.raises(NoDataError) as caught:
        load_study(2031, folder=tables)
    said = str(caught.value).replace(NB, " ")
    assert said.startswith("Aucun bilan de 2031 ; années connues : 2025.")
    assert "ANNEE" in said
    assert "solidata new-year" in said


@pytest.mark.parametrize("year", ["2025", 2025.0, True, None])
def test_a_year_that_is_no_whole_number_is_no_year(tables, year):
    with pytest.raises(NoDataError):
        load_study(year, folder=tables)


def test_a_missing_table_is_named_with_the_command_that_makes_it(tables):
    (tables / "funding.csv").unlink()
    with pytest.raises(RefusedError) as caught:
        load_study(2025, folder=tables)
    said = str(caught.value).replace(NB, " ")
    assert said.startswith(f"Il manque une table dans {tables} : funding.")
    assert "solidata build" in said


def test_no_table_at_all_is_said_in_one_sentence(tmp_path):
    with pytest.raises(RefusedError, match="Aucune table dans"):
        load_study(2025, folder=tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count_id,section_id,", "count_id,section,"),  # a column renamed since
        (",printed\n", ",printed,remark\n"),  # one more
        ("section_id,year", "year,section_id"),  # another order
    ],
)
def test_a_table_of_another_version_is_named(tables, old, new):
    path = tables / "status_counts.csv"
    head, _, rows = path.read_text(encoding="utf-8").partition("\n")
    assert old in head + "\n"
    path.write_text((head + "\n").replace(old, new) + rows, encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        load_study(2025, folder=tables)
    said = str(caught.value).replace(NB, " ")
    assert said.startswith(f"Une table est d’une autre version dans {tables} : status_counts.")


def test_an_empty_file_is_of_another_version(tables):
    (tables / "actions.csv").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError, match="autre version"):
        load_study(2025, folder=tables)


@pytest.mark.parametrize("years", [("2025",), (2025.0,), (True,), (2025, "2024")])
def test_a_year_between_quotes_is_told_so(years):
    with pytest.raises(RefusedError, match="lu\u00a0; attendu\u00a0: une année, en chiffres"):
        load_study(*years)


def test_the_year_of_a_column_is_a_year():
    counts = solidata.load("status_counts")
    assert load_study(counts["year"].min()).year == 2025


@pytest.mark.parametrize("compare", [2025, 2026])
def test_a_year_is_compared_with_an_earlier_one_only(compare):
    with pytest.raises(RefusedError, match="attendu"):
        load_study(2025, compare=compare)


def test_a_figure_that_a_year_has_no_data_for_says_why():
    study = solidata.load_study(2025)
    shown = study.show("flux-de-statuts")  # it takes two reports
    assert isinstance(shown, Text)
    assert "flux-de-statuts" in shown.markdown
    assert "2025" in shown.markdown
    with pytest.raises(RefusedError, match="Voulez-vous dire"):
        study.show("budgett")


def test_a_notebook_shows_the_message_of_a_refusal_and_no_code(tables, monkeypatch):
    shell = InteractiveShell.instance()
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    shell.run_cell(f"import solidata, pathlib\nsolidata.load_study(2031, folder=pathlib.Path({str(tables)!r}))")  # fmt: skip
    InteractiveShell.clear_instance()
    said = out.getvalue()
    assert "Aucun bilan de 2031" in said
    assert "Traceback" not in said
    assert "desk.py" not in said


# --- prose ---------------------------------------------------------------------------


def test_prose_is_in_french_typography_and_keeps_its_list():
    text = Text("Trois choses :", "", "- l'une ;", "- l'autre.", "> 12 %")
    assert text.markdown == f"Trois choses{NB}:\n\n- l’une{NB}".replace(f"{NB}", NB) + ";\n- l’autre.\n\n> 12" + f"{NB}%"  # fmt: skip


@given(st.text(alphabet="ab*_`<>[]#|$\\~{} ", min_size=1))
def test_what_a_table_holds_is_no_markup(words):
    import html
    import re

    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark", {"html": True}).render(f"x{plain(words)}x")
    assert not re.search(r"<(?!/?p>)", shown)
    read = html.unescape(re.sub(r"</?p>", "", shown)).strip()
    assert read.split() == f"x{words}x".split()


def test_an_answer_without_data_is_a_text_and_a_fault_stays_a_fault():
    @or_why
    def ask(error):
        raise error

    assert ask(NoDataError("Aucun *bilan*.")).markdown == "> Aucun \\*bilan\\*."
    with pytest.raises(RefusedError, match="cassé"):
        ask(RefusedError("cassé"))


# --- tables --------------------------------------------------------------------------


def test_a_sheet_reads_in_french_and_keeps_its_numbers():
    frame = pd.DataFrame(
        {
            "count_id": ["a", "b"],
            "year": pd.array([2025, None], dtype="Int64"),
            "status": pd.Categorical(["realisee", None], ["realisee"]),
            "count": [1234, 5],
            "Part": [0.5, float("nan")],
        }
    )
    sheet = Sheet(frame, all_tables()["status_counts"], caption="L'essai", formats={"Part": str})
    assert sheet.caption == "L’essai"
    assert sheet.cells["Année"].tolist() == ["2025", ""]  # a year is no quantity
    assert sheet.cells["Nombre"].tolist() == [f"1{NNB}234", "5"]
    assert sheet.cells["Statut"].tolist() == ["Réalisée", ""]
    assert sheet.cells["Part"].tolist() == ["0.5", "nan"]
    assert sheet.frame["Nombre"].tolist() == [1234, 5]
    assert sheet.csv().decode("utf-8-sig").splitlines()[1] == "a;2025;Réalisée;1234;0,5"


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["5", f"16{NNB}563{NB}€", f"+3{NB}centres", "7 sur 12", ""], " class=n"),
        ([f"9{NNB}852/41{NNB}387", "238,0"], " class=n"),
        ([f"26/27 (96,3{NB}%)", f"au moins 47{NB}%", f"36{NB}%"], " class=n"),
        (["4 (l’autre) fois"], ""),
        (["2024", "2025"], ""),  # four figures together: a year, a line, the code of a commune
        (["41018"], ""),
        (["1075 et 1076"], ""),
        (["12 lignes de table, 4 documents"], " class=w"),
        (["", ""], ""),
    ],
)
def test_quantities_are_set_to_the_right_though_they_are_texts(cells, written):
    sheet = Sheet(pd.DataFrame({"a": "x", "b": cells}), caption="c")
    assert f'<th scope="col"{written}>b</th>' in sheet.html()
    assert f"<td{written}>{cells[0]}</td>" in sheet.html()


def test_every_cell_of_a_sheet_is_text_of_the_page():
    evil = "<script>alert(1)</script>&amp;"
    sheet = Sheet(pd.DataFrame({evil: [evil], "n": [1]}), caption=evil)
    html = sheet.html()
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;") == 3
    tall = Sheet(pd.DataFrame({"a": [evil]}), caption='x" onfocus=y', height=50)
    assert 'aria-label="x&quot; onfocus=y"' in tall._repr_mimebundle_()["text/html"]


def test_a_sheet_tells_its_headers_and_its_totals():
    sheet = Sheet(pd.DataFrame({"a": ["x", "Ensemble"], "n": [1, 1]}), caption="c", totals=1)
    html = sheet.html()
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert html.count("class=total") == 1
    assert html.index("class=total") > html.index(">x<")


def test_what_is_shown_is_the_same_twice():
    study = solidata.load_study(2025)
    frame = study.table("places")
    sheets = [Sheet(frame, all_tables()["places"], caption="Lieux")._repr_mimebundle_() for _ in range(2)]  # fmt: skip
    assert sheets[0] == sheets[1]
    assert "0x" not in sheets[0]["text/plain"].split("\n")[0]


# --- the notebooks that are kept -----------------------------------------------------


def _cells(project, kind):
    import json

    for path in sorted((project / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == kind:
                yield path.stem, cell, "".join(cell["source"])


def _prose(source):
    """Return Markdown without its code, its addresses and the names of files that links show."""
    import re

    return re.sub(r"`[^`]*`|\[[\w ]+\]\([^)]*\)", "X", source)


def test_no_number_is_typed_in_the_prose_of_a_notebook(project):
    import re

    typed = [(n, line) for n, _, s in _cells(project, "markdown")
             for line in _prose(s).splitlines() if re.search(r"\d", line)]  # fmt: skip
    assert typed == []


def test_the_prose_of_the_notebooks_is_in_french_typography(project):
    wrong = []
    for name, _, source in _cells(project, "markdown"):
        for line in _prose(source).splitlines():
            parts = [part.strip(" -#>|") for part in line.split("|")]
            wrong += [
                (name, part) for part in parts if part.strip(":") and part != typography(part)
            ]
    assert wrong == []


def test_each_notebook_tags_the_year_and_opens_it_next(project):
    books = {}
    for name, cell, source in _cells(project, "code"):
        books.setdefault(name, []).append((cell["metadata"].get("tags", []), source))
    assert len(books) >= 4
    for name, cells in books.items():
        tagged = [source for tags, source in cells if "parameters" in tags]
        assert [s.partition(" = ")[0] for s in tagged] == ["ANNEE"], name
        assert cells[0][0] == ["parameters"], name
        assert any("load_study(ANNEE" in s for _, s in cells[:3]), name


def test_no_notebook_keeps_a_time_or_a_long_cell(project):
    for name, cell, source in _cells(project, "code"):
        assert "execution" not in cell["metadata"], name
        assert len(source.splitlines()) <= 10, (name, source)
