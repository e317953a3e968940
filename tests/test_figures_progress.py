"""Charts of progress answer bad tables with a figure that can be printed, or a French refusal."""

import re

import numpy as np
import pandas as pd
import pytest

from solidata.catalog import load, load_registers
from solidata.figures import checks, progress, spending, table, theme
from solidata.problems import NoDataError, RefusedError

REGISTERS = load_registers()
LONG = ("Un intitulé de deux cents caractères qui se répète " * 4).strip()  # 203 characters
COUNTS, SECTIONS = load("status_counts"), load("sections")
NAMES = ("status_counts", "sections", "flagships", "mentions", "action_statuses", "actions",
         "funding", "department_budget")  # fmt: skip
CHARTS = {
    "status_by_section": lambda t: progress.status_by_section(
        t["status_counts"], t["sections"], REGISTERS, 2025
    ),
    "contribution": lambda t: progress.contribution(
        t["status_counts"], t["sections"], REGISTERS, 2025
    ),
    "statuses": lambda t: table.statuses(t["status_counts"], t["sections"], REGISTERS, 2025),
    "flagships": lambda t: progress.flagships(t["flagships"], t["mentions"], REGISTERS, 2025),
    "legibility": lambda t: progress.legibility(
        t["action_statuses"], t["actions"], t["sections"], REGISTERS, 2025
    ),
    "budget": lambda t: spending.budget(t["department_budget"], REGISTERS, 2025),
    "funders": lambda t: spending.funders(t["funding"], t["actions"], REGISTERS),
    "action_expenses": lambda t: spending.action_expenses(t["funding"], t["actions"], REGISTERS),
}
USED = {
    "status_by_section": ("status_counts", "sections"),
    "contribution": ("status_counts", "sections"),
    "statuses": ("status_counts", "sections"),
    "flagships": ("flagships", "mentions"),
    "legibility": ("action_statuses", "actions", "sections"),
    "budget": ("department_budget",),
    "funders": ("funding", "actions"),
    "action_expenses": ("funding", "actions"),
}
COUNTED = ("status_by_section", "contribution", "statuses")
LABELS = {
    "status_by_section": ("sections", "label", "section_id", "sante"),
    "contribution": ("sections", "label", "section_id", "sante"),
    "statuses": ("sections", "label", "section_id", "sante"),
    "legibility": ("sections", "label", "section_id", "sante"),
    "flagships": ("flagships", "title", "flagship_id", "phare-2025-07"),
    "budget": ("department_budget", "block", "block_id", "2025-sapeurs-pompiers-sdis"),
    "funders": ("actions", "title", "action_id", "AU-28"),
    "action_expenses": ("funding", "purpose", "funding_id", "DP-03.f1"),
}


@pytest.fixture(scope="module")
def tables():
    return {name: load(name) for name in NAMES}


def changed(frame, key, named, /, **cells):
    """Return a copy of a table with cells of some rows replaced."""
    frame = frame.copy()
    for column, new in cells.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame[key] == named, column] = new
    return frame


def sound(figure):
    """Assert that a figure can be printed, and that no text shows what is missing."""
    said = [figure.title, figure.unit, figure.reading, figure.note, figure.alt, figure.scope]
    for preset in theme.PRESETS:
        page = figure.render(preset)
        # Long titles may ask for a wider page than one column: that is said.
        found = [
            d for d in checks.defects(figure, page) if d.check != "hauteur" or preset == "page"
        ]
        assert found == [], preset
        texts = [*page.figure.texts, *(t for axes in page.figure.axes for t in axes.texts)]
        said += [t.get_text() for t in texts]
    missing = re.compile(r"\b(nan|none|nat|inf)\b|<NA>", re.IGNORECASE)
    assert [t for t in said if missing.search(t)] == []
    figure.trace()
    figure.fingerprint()
    return figure


# --- tables that say too little ---------------------------------------------------------


@pytest.mark.parametrize("chart", CHARTS)
def test_a_table_without_one_of_its_columns_is_a_figure_or_is_refused(tables, chart):
    for name in USED[chart]:
        for column in tables[name].columns:
            try:
                CHARTS[chart]({**tables, name: tables[name].drop(columns=column)})
            except RefusedError as refused:
                assert column in str(refused)  # noqa: PT017 - both answers are right


@pytest.mark.parametrize("chart", CHARTS)
def test_tables_without_rows_or_printed_twice_are_refused(tables, chart):
    for name in USED[chart]:
        with pytest.raises(RefusedError):
            CHARTS[chart]({**tables, name: tables[name].iloc[:0]})
        with pytest.raises(RefusedError):
            CHARTS[chart]({**tables, name: pd.DataFrame()})
        twice = pd.concat([tables[name], tables[name]], ignore_index=True)
        if name != "mentions":  # one status may be mentioned twice
            with pytest.raises(RefusedError):
                CHARTS[chart]({**tables, name: twice})


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("label", [LONG, "Coûts $a$ & <b>", "Ligne un\nligne deux", "a\tb"])
def test_an_awkward_label_gives_a_sound_figure(tables, chart, label):
    name, column, key, row = LABELS[chart]
    assert (tables[name][key] == row).any()
    sound(CHARTS[chart]({**tables, name: changed(tables[name], key, row, **{column: label})}))


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("label", "message"),
    [("x" * 200, "sans espace où couper"), ("Aide 😀", "pas de dessin"), (None, "Sans "), (" ", "Sans ")],
)  # fmt: skip
def test_a_label_that_cannot_be_drawn_is_refused(tables, chart, label, message):
    name, column, key, row = LABELS[chart]
    with pytest.raises(RefusedError, match=message):
        CHARTS[chart]({**tables, name: changed(tables[name], key, row, **{column: label})})


@pytest.mark.parametrize("chart", [*COUNTED, "flagships", "legibility"])
def test_a_year_without_data_is_no_data(tables, chart):
    later = {n: t.assign(year=1999) if "year" in t else t for n, t in tables.items()}
    with pytest.raises(NoDataError):
        CHARTS[chart](later)


# --- statuses by section ------------------------------------------------------------------


@pytest.mark.parametrize("chart", COUNTED)
@pytest.mark.parametrize(
    ("column", "value"),
    [("count", -1), ("count", pd.NA), ("count", 26), ("total", 0), ("total", pd.NA)],
)
def test_a_number_that_is_no_part_of_its_total_is_refused(tables, chart, column, value):
    counts = tables["status_counts"].copy()
    counts.loc[counts["count_id"] == "SA.2025.en_cours", column] = value
    with pytest.raises(RefusedError, match=r"Santé|plusieurs totaux"):
        CHARTS[chart]({**tables, "status_counts": counts})


@pytest.mark.parametrize("chart", COUNTED)
def test_a_status_that_is_missing_is_refused_unless_it_is_none(tables, chart):
    counts = tables["status_counts"]
    fewer = counts[counts["count_id"] != "SA.2025.en_cours"]
    with pytest.raises(RefusedError, match="Santé : les statuts font 14 actions et non 25"):
        CHARTS[chart]({**tables, "status_counts": fewer})  # 7 + 2 + 5 = 14
    none = counts[counts["count_id"] != "HL.2025.realisee"]  # 0 of 14
    assert len(none) == len(counts) - 1
    whole, same = CHARTS[chart](tables), sound(CHARTS[chart]({**tables, "status_counts": none}))
    assert same.title == whole.title
    assert same.table().equals(whole.table())


@pytest.mark.parametrize("chart", ["status_by_section", "statuses"])
def test_a_sum_that_fails_in_print_is_drawn_as_printed_and_told(tables, chart):
    counts = tables["status_counts"].copy()
    counts.loc[counts["count_id"] == "SA.2025.en_cours", "count"] = 12  # 7 + 12 + 2 + 5 = 26
    figure = sound(CHARTS[chart]({**tables, "status_counts": counts}))
    said = figure.note.replace("\u00a0", " ")
    assert "sommes telles qu’imprimées : Santé, les statuts font 26 actions et non 25" in said
    assert CHARTS[chart](tables).note.count("sommes telles") == 0


@pytest.mark.parametrize("chart", COUNTED)
def test_two_reports_of_one_year_are_told(tables, chart):
    counts = tables["status_counts"]
    other = counts.assign(count_id=counts["count_id"] + "-bis", source_id="presentation-2024-2028")
    with pytest.raises(RefusedError, match="bilan-2025 et presentation-2024-2028"):
        CHARTS[chart]({**tables, "status_counts": pd.concat([counts, other], ignore_index=True)})


@pytest.mark.parametrize("chart", COUNTED)
def test_thousands_of_actions_are_printed_in_french(tables, chart):
    counts = tables["status_counts"]
    many = counts.assign(count=counts["count"] * 1000, total=counts["total"] * 1000)
    figure = sound(CHARTS[chart]({**tables, "status_counts": many}))
    assert "000" in figure.title


@pytest.mark.parametrize("chart", COUNTED)
def test_one_section_is_in_the_singular(tables, chart):
    one = tables["sections"][tables["sections"]["section_id"] == "sante"]
    figure = sound(CHARTS[chart]({**tables, "sections": one}))
    assert "1 sections" not in f"{figure.scope} {figure.alt} {figure.note}"


@pytest.mark.parametrize("chart", [*COUNTED, "legibility"])
def test_sections_of_one_name_or_too_many_are_refused(tables, chart):
    same = tables["sections"].assign(label="Santé")
    with pytest.raises(RefusedError, match=r"le libellé «\u00a0Santé\u00a0»"):
        CHARTS[chart]({**tables, "sections": same})


def test_nothing_postponed_is_no_example():
    counts = without_postponed()
    figure = sound(progress.status_by_section(counts, SECTIONS, REGISTERS, 2025))
    assert "reporté" not in figure.reading
    with pytest.raises(NoDataError, match="Aucune action reportée en 2025"):
        progress.contribution(counts, SECTIONS, REGISTERS, 2025)


def without_postponed():
    """Return the counts of 2025 with every postponed action dropped instead."""
    counts = COUNTS[COUNTS["year"] == 2025].copy()
    postponed = counts[counts["status"] == "reportee"].set_index("section_id")["count"]
    dropped = counts["status"] == "supprimee"
    counts.loc[dropped, "count"] += counts.loc[dropped, "section_id"].map(postponed)
    return counts[counts["status"] != "reportee"]


def test_an_unknown_status_says_those_there_are():
    with pytest.raises(RefusedError, match="au choix : realisee, en_cours, reportee, supprimee"):
        progress.contribution(COUNTS, SECTIONS, REGISTERS, 2025, "perdue")


def test_the_table_is_kept_as_numbers(tables):
    counts = tables["status_counts"]
    many = counts.assign(count=counts["count"] * 1000, total=counts["total"] * 1000)
    kept = CHARTS["statuses"]({**tables, "status_counts": many}).table().set_index("Section")
    # 32 + 85 = 117 of 159: 73.6 %
    assert kept.loc["Ensemble"].tolist() == [32000, 85000, 23000, 19000, 159000, 73.6]
    assert all(pd.api.types.is_numeric_dtype(kind) for kind in kept.dtypes)


# --- flagships and what can be read ---------------------------------------------------------


def test_the_alt_text_of_flagships_counts_every_status(tables):
    mentions = tables["mentions"]
    first = mentions["mention_id"][
        (mentions["list"] == "flagship") & (mentions["status"] == "en_cours")
        & (mentions["year"] == 2025) & mentions["flagship_id"].notna()
    ].iloc[0]  # fmt: skip
    before = CHARTS["flagships"](tables)
    later = changed(mentions, "mention_id", first, status="reportee")
    after = sound(CHARTS["flagships"]({**tables, "mentions": later}))
    assert "reportée" not in before.alt
    assert "reportée 1" in after.alt


@pytest.mark.parametrize(
    ("which", "said"),
    [("flagship", "sans statut dans la liste"), ("sheet", "dans la liste et sans fiche")],
)
def test_a_list_that_says_no_status_is_said_to_say_none(tables, which, said):
    rows = tables["mentions"][tables["mentions"]["list"] != which]
    figure = sound(CHARTS["flagships"]({**tables, "mentions": rows}))
    assert said in figure.reading


def test_a_list_with_no_sheets_agrees_with_nothing(tables):
    told = tables["mentions"]
    listed = CHARTS["flagships"]({**tables, "mentions": told[told["list"] != "sheet"]})
    assert "Aucun statut à comparer" in listed.title
    assert "s’accordent" not in listed.alt
    assert re.search(r"15\sactions phares sans fiche\.$", listed.alt)
    assert listed.reading.endswith("dans la liste et sans fiche.")
    # Of 15, one has no sheet and three say otherwise: without these three, 11 agree.
    three = ["phare-2025-07", "phare-2025-12", "phare-2025-13"]
    kept = told[~((told["list"] == "sheet") & told["flagship_id"].isin(three))]
    agreeing = CHARTS["flagships"]({**tables, "mentions": kept})
    assert re.match(r"La liste et les fiches de\s11\sphares sur\s15\ss’accordent", agreeing.title)
    assert agreeing.reading.endswith("sur sa fiche.")  # of one that has both


def test_a_report_that_can_be_read_throughout_says_so(tables):
    read = tables["action_statuses"].copy()
    read["basis"] = read["basis"].astype(str).replace("none", "stated")
    figure = sound(CHARTS["legibility"]({**tables, "action_statuses": read}))
    assert "statuts sont lisibles" in figure.title
    assert "pas lisible" not in figure.note


def test_a_status_read_from_the_list_of_flagships_is_not_said_to_be_on_a_sheet(tables):
    read = tables["action_statuses"].copy()
    read["basis"] = "flagship"
    figure = sound(CHARTS["legibility"]({**tables, "action_statuses": read}))
    assert "se lisent sur une fiche ou dans la liste des phares" in figure.reading


# --- money ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["funders", "action_expenses"])
@pytest.mark.parametrize("value", [-1.0, np.inf, np.nan])
def test_an_amount_that_is_none_is_refused(tables, chart, value):
    wrong = tables["funding"].assign(amount_min_eur=value)
    with pytest.raises(RefusedError, match=r"Montant absent ou négatif|Valeur infinie"):
        CHARTS[chart]({**tables, "funding": wrong})


def test_nobody_pays_a_share_of_nothing(tables):
    free = tables["funding"].assign(amount_min_eur=0.0)
    with pytest.raises(NoDataError, match="autre que le Département"):
        CHARTS["funders"]({**tables, "funding": free})
    sound(CHARTS["action_expenses"]({**tables, "funding": free}))
