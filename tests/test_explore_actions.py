"""The explorer of actions as a model: filters, counts, table, trace and export say the same thing."""

import base64
import csv
import io
import itertools
import re
from html.parser import HTMLParser

import ipywidgets as widgets
import made_plan
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solidata
from solidata.build import assemble
from solidata.explore import action_explorer, action_words, export
from solidata.explore.actions import NO_TERRITORY, UNSAID, printed_at
from solidata.explore.facets import Facets
from solidata.explore.secret import Secret
from solidata.figures import theme
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers

EVIL = '<script>pwned()</script><img src=x onerror="pwned()">\'&amp;'
NAMES = ("actions", "action_statuses", "sections", "mentions", "flagships", "territories")
YEAR = 2025
NB = "\u00a0"


@pytest.fixture(scope="module")
def tables():
    return {**{n: solidata.load(n) for n in NAMES}, "registers": solidata.load_registers()}


def made(tables, year=YEAR, threshold=0, **changed):
    return action_explorer(**{**tables, **changed}, year=year, threshold=threshold)


@pytest.fixture
def shown(tables):
    return made(tables)


class Reader(HTMLParser):
    """What a page would hold: the elements opened, their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.attributes, self.said = set(), {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.opened.add(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return " ".join(self.said).replace("\u00a0", " ")


def count_beside(explorer, name, value):
    """Return the count written beside a value, as text."""
    return re.search(r"<b>(.*)</b>", explorer.filters.checks[name][value].description)[1]


def pages(widget):
    """Return every text that a widget writes into the page as HTML."""
    mine = []
    if isinstance(widget, widgets.HTML):
        mine = [widget.value]
    if isinstance(widget, widgets.Checkbox) and widget.description_allow_html:
        mine = [widget.description]
    return mine + [t for w in getattr(widget, "children", ()) for t in pages(w)]


def downloads(explorer):
    """Return what the links save: name and bytes."""
    found = re.findall(
        r'download="([^"]+)" href="data:[^"]*?;base64,([^"]+)"', explorer.links.value
    )
    return {name: base64.b64decode(data) for name, data in found}


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


# -- what is shown


def test_everything_is_shown_at_first(shown, tables):
    n = len(tables["actions"])
    assert shown.count.text == f"{n} actions montrées sur {n}"
    assert len(shown.table.df) == len(shown.shown) == n
    assert shown.table._dt_args["data_json"].count('"sans territoire"') == n  # none is left out


def test_a_filter_changes_table_counts_and_export_together(shown, tables):
    statuses, actions = tables["action_statuses"], tables["actions"]
    mine = set(actions.loc[actions["section_id"] == "sante", "action_id"])
    dropped = set(statuses.loc[statuses["status"] == "supprimee", "action_id"])
    shown.filters.checks["section"]["sante"].value = True  # as a click does
    shown.filters.checks["status"]["supprimee"].value = True
    wanted = mine & dropped
    assert 0 < len(wanted) < len(mine)
    assert set(shown.shown["action_id"]) == set(shown.table.df["Identifiant"]) == wanted
    assert shown.count.text == f"{len(wanted)} actions montrées sur {len(actions)}"
    assert {r["Identifiant"] for r in rows_of(downloads(shown)["actions-2025.csv"])} == wanted
    assert f"{len(wanted)}/{len(wanted)}" in Reader(shown.statuses.value).text


def test_counts_follow_the_other_filters_and_not_their_own(shown):
    rows = shown.actions
    shown.select(section="sante")
    for value in shown.filters.checks["status"]:
        n = ((rows["section_id"] == "sante") & (rows["status"] == value)).sum()
        assert count_beside(shown, "status", value) == str(n)
    # those of the sections are as without their own filter: what else could be chosen
    assert count_beside(shown, "section", "autonomie") == str(
        (rows["section_id"] == "autonomie").sum()
    )
    shown.select(status="supprimee")
    n = ((rows["section_id"] == "autonomie") & (rows["status"] == "supprimee")).sum()
    assert count_beside(shown, "section", "autonomie") == str(n)
    assert (
        "solidata-rien" in shown.filters.checks["territory"]["nord"]._dom_classes
    )  # zero is paler


def test_values_of_a_filter_add_and_filters_cross(shown):
    shown.select(section=["sante", "autonomie"], flagship=True)
    rows = shown.actions
    wanted = rows["section_id"].isin(["sante", "autonomie"]) & (rows["flagship"] == "oui")
    assert list(shown.shown.index) == list(rows.index[wanted])
    assert set(shown.table.df["Phare"]) == {"Oui"}


def test_statuses_of_the_selection_add_up_in_their_declared_order(shown):
    text = Reader(shown.statuses.value).text
    found = re.findall(r"(\d+)/(\d+)", text)
    assert sum(int(n) for n, _ in found) == len(shown.actions)
    assert {int(total) for _, total in found} == {len(shown.actions)}
    labels = [
        text.find(w) for w in ("Réalisée", "En cours", "reportée", "supprimée", "non lisible")
    ]
    assert labels == sorted(labels)
    assert min(labels) >= 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CENTRALISER TELEPHONIQUE", {"DP-02"}),
        ("  accueil   téléphonique ", {"DP-02"}),
        ("dp-02", {"DP-02"}),
        ("l'accueil telephonique", {"DP-02"}),  # a straight apostrophe for ’
        ("introuvable-partout", set()),
    ],
)
def test_a_search_heeds_no_accent_no_capital_and_wants_every_word(shown, text, found):
    shown.filters.text.value = text
    assert found <= set(shown.shown["action_id"])
    assert len(shown.shown) == len(found)


def test_objectives_are_searched_too(shown):
    wanted = shown.actions["objective"].str.contains("participation des personnes")
    shown.select(text="PARTICIPATION personnes concernees axe")
    assert wanted.sum() > 0
    assert set(shown.actions.index[wanted]) <= set(shown.shown.index)


def test_nothing_found_says_how_to_come_back(shown):
    shown.select(text="zzz")
    assert shown.count.text == f"0 action montrée sur {len(shown.actions)}"
    assert "Tout montrer" in shown.table._dt_args["language"]["emptyTable"]
    assert rows_of(downloads(shown)["actions-2025.csv"]) == []
    shown.filters.every.click()
    assert len(shown.shown) == len(shown.actions)
    assert shown.filters.text.value == ""


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ({"section": "autonomi"}, f"Section : «{NB}autonomi{NB}» inconnu ; vouliez-vous dire «{NB}autonomie{NB}"),
        ({"status": ["realisee", "réalisé"]}, "Statut : .*vouliez-vous dire"),
        ({"territory": "qqq"}, "Territoire : .*au choix : nord, centre, sud"),
        ({"flagship": "peut-être"}, "Action phare : .*au choix : oui, non"),
    ],
)  # fmt: skip
def test_an_unknown_value_is_refused_and_changes_nothing(shown, asked, hint):
    shown.select(section="sante")
    before = shown.shown
    with pytest.raises(RefusedError, match=hint):
        shown.select(**asked)
    pd.testing.assert_frame_equal(shown.shown, before)


def test_labels_are_understood_as_values_are(shown):
    shown.select(section="Habitat logement", status="non engagée - REPORTÉE")
    by_label = list(shown.shown["action_id"])
    shown.show_all()
    shown.select(section=["habitat-logement"], status=["reportee"])
    assert by_label == list(shown.shown["action_id"]) != []
    shown.select(section=[], status=[])
    assert len(shown.shown) == len(shown.actions)


def test_selecting_draws_once(shown, monkeypatch):
    drawn = []
    monkeypatch.setattr(shown.filters, "_changed", lambda: drawn.append(1))
    shown.select(section=["sante", "autonomie"], status="en_cours", text="aide")
    assert len(drawn) == 1


# -- the trace


def test_a_chosen_row_shows_what_is_printed_and_where(shown, tables):
    assert "Choisissez une ligne" in shown.trace.value
    shown.select(section="departemental")
    shown.choose("DP-02")
    text = Reader(shown.trace.value).text
    action = tables["actions"].set_index("action_id").loc["DP-02"]
    status = tables["action_statuses"].set_index("action_id").loc["DP-02"]
    title = tables["registers"].sources.set_index("source_id").loc[action["source_id"], "title"]
    assert action["printed"] in text  # verbatim, line breaks marked
    assert f"{title}, lignes {action['line']} à {action['line_end']}" in text
    assert f"« {status['printed']} » (ligne {status['line']})" in text
    assert status["reason"].replace(NB, " ") in text
    assert "Fiche de l’action" in text
    assert 'solidata.trace("actions", "DP-02")' in text


def test_the_trace_tells_the_contradictions_that_solidata_trace_finds(shown):
    # some that bear on the status alone, some on the action, one without any
    affected = solidata.load("contradictions")["affects"].str.cat(sep=" ").split()
    statuses = [a.partition(":")[2] for a in affected if a.startswith("action_statuses:")]
    ids = {s.removesuffix(".2025") for s in statuses if s.endswith(".2025")}
    assert ids
    for action_id in (*sorted(ids)[:5], "DP-02", "HL-04", "AU-01"):
        shown.show_all()
        shown.choose(action_id)
        found = solidata.trace("actions", action_id).contradictions["contradiction_id"]
        said = re.findall(r"\((C\d{3})\)", shown.trace.value)
        assert sorted(said) == sorted(found), action_id


def test_a_row_stays_chosen_while_it_is_shown(shown):
    shown.choose("SA-01")
    shown.select(section=["sante", "autonomie"])
    at = shown.table.selected_rows
    assert shown.table.df["Identifiant"].iloc[at].tolist() == ["SA-01"]
    assert "SA-01" in shown.trace.value
    shown.select(section="autonomie")
    assert shown.table.selected_rows == []
    assert "Choisissez une ligne" in shown.trace.value
    with pytest.raises(RefusedError, match=r"SA-01.*pas parmi"):
        shown.choose("SA-01")


# -- what is taken away


def test_csv_and_xlsx_hold_the_selection_its_provenance_and_its_sources(shown, tables, tmp_path):
    shown.select(section="sante", status="en_cours")
    ids = list(shown.shown["action_id"])
    path = shown.save(tmp_path / "a.csv")
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert path.read_bytes() == downloads(shown)["actions-2025.csv"]
    rows = rows_of(path.read_bytes())
    assert [r["Identifiant"] for r in rows] == ids
    actions = tables["actions"].set_index("action_id")
    for row in rows:
        action = actions.loc[row["Identifiant"]]
        assert (row["Source"], row["Imprimé"]) == (action["source_id"], action["printed"])
        assert row["Lignes"] == printed_at(action["line"], action["line_end"])
    book = openpyxl.load_workbook(shown.save(tmp_path / "a.xlsx"))
    assert book.sheetnames == ["Actions", "Sources"]
    assert [c.value for c in book["Actions"]["A"]] == ["Identifiant", *ids]
    assert [c.value for c in book["Sources"]["A"]] == [
        "Source",
        *sorted({r["Source"] for r in rows}),
    ]
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", "a.xlsx"}


@pytest.mark.parametrize("name", ["a.ods", "a", "a.csv.txt"])
def test_another_suffix_is_refused_and_nothing_written(shown, tmp_path, name):
    with pytest.raises(RefusedError, match=r"attendu un nom en \.csv ou \.xlsx"):
        shown.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


FORMULAE = ["=1+1", "+33 2", "-2+3", "@SUM(A1)", "\t=1", " =1", "=cmd|' /C calc'!A0"]


def test_a_text_that_looks_like_a_formula_stays_a_text(tables, tmp_path):
    actions = tables["actions"].astype({"title": object})
    actions.loc[actions.index[: len(FORMULAE)], "printed"] = FORMULAE
    spoilt = made(tables, actions=actions)
    spoilt.select(section="departemental")
    rows = rows_of(spoilt.save(tmp_path / "a.csv").read_bytes())
    assert [r["Imprimé"] for r in rows[: len(FORMULAE)]] == [f"'{f}" for f in FORMULAE]
    sheet = openpyxl.load_workbook(spoilt.save(tmp_path / "a.xlsx"))["Actions"]
    column = [c.value for c in sheet[1]].index("Imprimé") + 1
    for line, formula in enumerate(FORMULAE, start=2):
        cell = sheet.cell(line, column)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (formula, "s", True)


@given(st.lists(st.text(), min_size=1, max_size=4))
@settings(deadline=None)
def test_whatever_the_text_a_csv_gives_it_back_and_no_cell_is_a_formula(texts):
    data = export.csv(pd.DataFrame({"x": texts, "y": 1}))
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]
    for text, (cell, _) in zip(texts, read, strict=True):
        said = text.encode("utf-8", errors="replace").decode()
        assert cell in (said, f"'{said}")
        assert not re.match(r"[=+\-@\t\r]", cell)
    book = openpyxl.load_workbook(io.BytesIO(export.xlsx({"a": pd.DataFrame({"x": texts})})))
    assert {c.data_type for c in book["a"]["A"]} <= {"s", "n"}  # « n »: an empty cell


# -- small counts


def answers(secret):
    """Return every count that any selection is told."""

    def some(values):
        return [c for n in range(1, len(values) + 1) for c in itertools.combinations(values, n)]

    return {(r, c): secret.count(r, c) for r in some(secret.rows) for c in some(secret.columns)}


@given(
    st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=2, max_size=3),
    st.integers(2, 6),
)
@settings(deadline=None, max_examples=60)
def test_no_series_of_selections_tells_a_masked_count(cells, threshold):
    from scipy.optimize import Bounds, LinearConstraint, milp

    cells = np.array(cells)
    units = [(f"r{i}", f"c{j}") for (i, j), n in np.ndenumerate(cells) for _ in range(n)]
    frame = pd.DataFrame(units, columns=["row", "column"])
    secret = Secret(frame["row"], frame["column"], threshold)
    told = answers(secret)
    true = frame.value_counts()
    at = {cell: n for n, cell in enumerate(itertools.product(secret.rows, secret.columns))}
    known, totals = [], []
    for (rows, columns), count in told.items():
        mine = [(r, c) for r in rows for c in columns]
        if count is not None:
            assert count == sum(int(true.get(cell, 0)) for cell in mine)  # what is told is true
            known.append([float(cell in mine) for cell in at])
            totals.append(count)
    small = [c for c in at if 0 < true.get(c, 0) < threshold]
    for cell in small:
        assert told[(cell[0],), (cell[1],)] is None
        # Zeros are shown: what is hidden is 1 at least. Two values must remain possible.
        low = [float(told[(r,), (c,)] is None) for r, c in at]
        rule = [LinearConstraint(known, totals, totals)] if known else []
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(at))
            aim[at[cell]] = sign
            done = milp(
                aim, constraints=rule, bounds=Bounds(low, 500), integrality=np.ones(len(at))
            )
            ends.append(sign * done.fun)
        assert ends[0] < ends[1], (cell, told)


def test_a_threshold_hides_small_counts_everywhere_and_lists_no_row(tables, tmp_path):
    threshold = 3
    masked = made(tables, threshold=threshold)
    rows = masked.actions
    crossed = pd.crosstab(rows["section_id"], rows["status"])
    small = [(s, t) for s in crossed.index for t in crossed if 0 < crossed.loc[s, t] < threshold]
    assert small
    for section, status in small:
        masked.select(section=section)
        assert count_beside(masked, "status", status) == "s"
        assert f"s/{crossed.loc[section].sum()}" in Reader(masked.statuses.value).text
        masked.select(status=status)
        assert masked.count.text == f"Actions montrées : s sur {len(rows)}"
        masked.show_all()
    written = " ".join(
        [*pages(masked), *(d.decode("utf-8", "ignore") for d in downloads(masked).values())]
    )
    for title in rows["title"]:
        assert title not in written
    assert len(masked.table.df) == 0
    assert masked.filters.text not in masked.filters.children[0].children
    table = rows_of(masked.save(tmp_path / "a.csv").read_bytes())
    assert list(table[0])[-1] == "Ensemble"
    assert table[-1]["Ensemble"] == str(len(rows))
    assert any("s" in row.values() for row in table)


@pytest.mark.parametrize("asked", [{"territory": "nord"}, {"flagship": True}, {"text": "aide"}])
def test_filters_that_would_tell_more_are_refused_where_counts_are_masked(tables, asked):
    with pytest.raises(RefusedError, match="retiré quand de petits effectifs sont masqués"):
        made(tables, threshold=5).select(**asked)


@pytest.mark.parametrize("threshold", [-1, 2.5, "cinq"])
def test_a_threshold_that_is_no_count_is_refused(tables, threshold):
    with pytest.raises(RefusedError, match=r"attendu.*un nombre entier"):
        made(tables, threshold=threshold)


# -- other years, other plans, odd tables


def test_a_year_without_statuses_says_so_and_keeps_its_flagships(tables):
    explorer = made(tables, year=2026)
    n = len(explorer.actions)
    assert set(explorer.actions["status"]) == {UNSAID}
    assert f"Sans statut en 2026 {n}/{n}" in " ".join(Reader(explorer.statuses.value).text.split())
    assert "pas de statut en 2026" in " ".join(pages(explorer))
    explorer.select(flagship=True)
    named = tables["mentions"][tables["mentions"]["year"] == 2026]["action_id"].nunique()
    assert len(explorer.shown) == named > 0
    explorer.choose(explorer.shown["action_id"].iloc[0])
    assert "Action phare" in explorer.trace.value


def test_an_action_without_status_among_others_is_counted_apart(tables):
    statuses = tables["action_statuses"]
    explorer = made(tables, action_statuses=statuses[statuses["action_id"] != "DP-02"])
    explorer.select(status=UNSAID)
    assert explorer.shown["action_id"].tolist() == ["DP-02"]
    assert explorer.table.df["Statut"].tolist() == ["Sans statut en 2025"]
    assert "1 action n’a pas de statut en 2025" in Reader(" ".join(pages(explorer))).text


def test_a_year_of_which_nothing_is_known_gives_those_there_are(tables):
    with pytest.raises(NoDataError, match=r"actions de 1999 ; années connues : .*2025"):
        made(tables, year=1999)


def test_a_territory_is_that_of_the_flagship_that_names_the_action(tables):
    flagships = tables["flagships"].copy()
    flagship = "phare-2025-15"
    flagships.loc[flagships["flagship_id"] == flagship, "territory_id"] = "sud"
    said = tables["mentions"].query("year == 2025 and flagship_id == @flagship")
    wanted = set(said["action_id"].dropna())
    explorer = made(tables, flagships=flagships)
    explorer.select(territory="Sud")
    assert set(explorer.shown["action_id"]) == wanted != set()
    assert set(explorer.table.df["Territoires"]) == {"Sud"}
    explorer.select(territory=list(NO_TERRITORY))
    assert len(explorer.shown) == len(explorer.actions) - len(wanted)
    flagships["territory_id"] = flagships["territory_id"].replace("sud", "ouest")
    with pytest.raises(RefusedError, match="Territoire inconnu : ouest"):
        made(tables, flagships=flagships)


def test_without_territories_nor_flagships_the_explorer_stands(tables):
    explorer = made(
        tables, **{n: tables[n].iloc[:0] for n in ("territories", "flagships", "mentions")}
    )
    assert explorer.count.text.endswith(f"montrées sur {len(explorer.actions)}")
    headings = Reader(" ".join(pages(explorer))).text
    assert "Section" in headings
    assert "Action phare" not in headings  # a filter of one value is no filter


def test_without_any_row_the_explorer_stands(tables, tmp_path):
    explorer = made(tables, **{n: tables[n].iloc[:0] for n in NAMES})
    assert explorer.count.text == "0 action montrée sur 0"
    assert explorer.save(tmp_path / "a.xlsx").exists()
    assert explorer.fingerprint().startswith("Les actions")


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("actions", lambda t: t.drop(columns="title"), "n’a pas les colonnes title"),
        ("actions", lambda t: pd.concat([t, t[:1]]), "plusieurs lignes pour DP-01"),
        ("actions", lambda t: t.assign(title=""), "Sans intitulé : DP-01, DP-02"),
        ("sections", lambda t: t[1:], "Actions sans section connue : DP-01"),
        ("action_statuses", lambda t: pd.concat([t, t[:1].assign(status_id="x")]), "Plusieurs statuts en 2025 pour DP-01"),
        ("action_statuses", lambda t: t.assign(status="fini"), "inconnu"),
        ("flagships", lambda t: t.drop(columns="territory_id"), "territory_id"),
        ("mentions", lambda t: None, "attendu"),
    ],
)  # fmt: skip
def test_a_malformed_table_is_named(tables, name, spoil, said):
    with pytest.raises(RefusedError, match=said):
        made(tables, **{name: spoil(tables[name])})


def test_another_plan_is_explored_with_its_own_words(tmp_path, monkeypatch):
    ours = solidata.load("sections")["label"]
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    made_plan.write(tmp_path)
    theirs = assemble(tmp_path / "data" / "raw")
    registers = Registers(theirs["sources"], theirs["contradictions"])
    explorer = made({n: theirs[n] for n in NAMES}, made_plan.YEAR, registers=registers)
    assert list(explorer.filters.checks["section"]) == list(made_plan.SECTIONS)
    assert explorer.count.text == "12 actions montrées sur 12"  # 5 + 4 + 3
    explorer.select(section="Jeunes et parents fictifs", status="en_cours")
    assert len(explorer.shown) == 2
    explorer.choose(explorer.shown["action_id"].iloc[0])
    assert "fictif" in explorer.trace.value.lower()
    assert not [w for w in ours if w in " ".join(pages(explorer))]


# -- hostile text, and what a notebook keeps


def test_every_text_of_the_tables_is_shown_as_text(tables):
    spoilt = made(
        tables,
        actions=tables["actions"].assign(title=EVIL, objective=EVIL, printed=EVIL),
        action_statuses=tables["action_statuses"].assign(reason=EVIL, printed=EVIL),
        sections=tables["sections"].assign(label=[EVIL + str(n) for n in range(len(tables["sections"]))]),
        mentions=tables["mentions"].assign(printed=EVIL, status_printed=EVIL),
        flagships=tables["flagships"].assign(title=EVIL),
        territories=tables["territories"].assign(label=[EVIL + n for n in "abc"]),
        registers=Registers(
            tables["registers"].sources.assign(title=EVIL),
            tables["registers"].contradictions.assign(topic=EVIL, claim_a=EVIL, reason=EVIL),
        ),
        title=EVIL,
    )  # fmt: skip
    spoilt.choose("DP-02")
    texts = [*pages(spoilt), made(tables, threshold=3, title=EVIL).masked.value]
    assert (
        sum("&lt;script&gt;" in t for t in texts) >= 1 + 1 + 1 + 8 + 3
    )  # title, note, trace, boxes
    for text in texts:
        read = Reader(text)
        assert not read.opened & {"script", "img"}, text[:300]
        assert not [a for a in read.attributes if a.startswith("on")], text[:300]
    # itables escapes cells and headings itself where HTML is not allowed
    assert "<script>" not in spoilt.table._dt_args["data_json"]
    assert spoilt.count.text == "168 actions montrées sur 168"


def test_a_notebook_keeps_a_text_that_changes_with_the_data_only(tables):
    one, other = made(tables), made(tables)
    other.select(section="sante")
    other.choose("SA-01")
    texts = [w._repr_mimebundle_()["text/plain"] for w in (one, other)]
    assert texts[0] == texts[1] == one.fingerprint()
    assert texts[0].startswith(
        "Les actions, une à une – 2025\n168 actions ; bilan-2025 ; empreinte "
    )
    statuses = tables["action_statuses"].copy()
    statuses.loc[0, "status"] = "en_cours"
    assert made(tables, action_statuses=statuses).fingerprint() != texts[0]
    actions = tables["actions"].copy()
    actions.loc[3, "line"] += 1
    assert made(tables, actions=actions).fingerprint() != texts[0]
    assert made(tables, year=2026).fingerprint() != texts[0]


def test_nothing_shown_asks_for_anything_of_others(shown):
    shown.choose("DP-02")
    assert not any(re.search(r"https?://|url\(|src=", text) for text in pages(shown))
    assert "http" not in str(shown.table._dt_args)


def test_each_status_has_a_name_and_a_fill_of_its_own():
    fills = [action_words.swatch(s) for s in [*theme.STATUS, UNSAID]]
    assert len(set(fills)) == len(fills) == 6
    # without colour too: full, hatched, dotted, empty, dashed
    assert "gradient" in action_words.swatch("reportee")
    assert "dashed" in action_words.swatch(UNSAID)


def test_facets_cross_on_cells_of_several_values():
    rows = pd.DataFrame({"t": [("a",), ("a", "b"), ("c",)], "sought": ["", "", ""]})
    facets = Facets(rows, {"t": {"a": "A", "b": "B", "c": "C"}}, {"t": "T"})
    assert facets.kept({"t": ["b", "c"]}, "").tolist() == [False, True, True]
    assert facets.counts({}, "") == {"t": {"a": 2, "b": 1, "c": 1}}
