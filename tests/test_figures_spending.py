"""Budget, funders and expenses: what is drawn is what is printed, in every format."""

import pandas as pd
import pytest

from solidata.analysis import progress
from solidata.catalog import load, load_registers
from solidata.figures import spending, theme
from solidata.figures.bars import Bars, Row
from solidata.figures.ranked import ranked_bars, rounding_note

REGISTERS = load_registers()
LONG = "Un intitulé de deux cents caractères qui se répète " * 4  # 204 characters


@pytest.fixture
def budget_rows():
    return load("department_budget")


@pytest.fixture
def funding():
    return load("funding")


@pytest.fixture
def actions():
    return load("actions")


@pytest.fixture
def reports():
    """Return the postponed actions of each section, with the sum of all as their whole."""
    rows = progress.status_by_section(load("status_counts"), load("sections"), 2025)
    rows = rows[rows["status"] == "reportee"]
    return rows.assign(
        address="status_counts:" + rows["count_id"], whole=int(rows["count"].sum())
    )  # 9 + 4 + 4 + 2 + 2 + 1 + 1 = 23


def drawn(rows, **options):
    """Return ranked bars of `rows` with what every figure must say."""
    options = {"label": "section", "value": "count", "out_of": "whole", **options}
    return ranked_bars(
        rows, REGISTERS, name="essai", title="Un titre", unit="Nombre d’actions",
        scope="les sections.", **options,
    )  # fmt: skip


def replaced(frame, key, value, **columns):
    frame = frame.copy()
    for column, new in columns.items():
        frame[column] = frame[column].astype(object)
        frame.loc[frame[key] == value, column] = new
    return frame


def lengths(figure, preset="page"):
    """Return the lengths drawn for each category, in the order drawn, in millimetres."""
    page = figure.render(preset)
    return [(m.category, m.artist.get_width()) for m in page.marks if m.bar]


def written(figure, preset="page"):
    """Return every text on the page."""
    return [t.get_text() for t in figure.render(preset).figure.texts]


@pytest.fixture(params=["budget", "funders", "action_expenses", "ranked_bars"])
def figure(request, budget_rows, funding, actions, reports):
    return {
        "budget": lambda: spending.budget(budget_rows, REGISTERS, 2025),
        "funders": lambda: spending.funders(funding, actions, REGISTERS),
        "action_expenses": lambda: spending.action_expenses(funding, actions, REGISTERS),
        "ranked_bars": lambda: drawn(reports),
    }[request.param]()


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_no_format_has_a_defect(figure, preset):
    assert figure.check(preset) == []
    assert figure.check(preset, dressed=False) == []


def test_every_row_says_where_it_is_printed(figure):
    assert {"address", "source_id", "line", "printed", figure.value} <= set(figure.data.columns)
    assert figure.trace()["line"].notna().all()
    for cell in figure.data["address"]:
        for address in cell.split():
            table, key = address.split(":")
            assert key in set(load(table).iloc[:, 0])


# --- the budget ------------------------------------------------------------------------


def test_the_lengths_of_the_budget_are_its_amounts(budget_rows):
    found = lengths(spending.budget(budget_rows, REGISTERS, 2025))
    unit = found[0][1] / 278
    assert [round(long / unit, 6) for _, long in found] == [
        278, 73.5, 72.5, 68, 64,  # 73.5 + 72.5 + 68 + 64 = 278
        68, 21, 21, 20, 12, 31,  # 278 + 142 + 31 = 451
    ]  # fmt: skip
    assert found[-1][0] == "Non identifié"


def test_the_unknown_is_hatched_and_named(budget_rows):
    figure = spending.budget(budget_rows, REGISTERS, 2025)
    unknown = [m for m in figure.render().marks if m.category == "Non identifié"]
    assert [m.fill for m in unknown] == [theme.UNKNOWN]
    assert {"Non identifié", "31\u00a0M€", "6,9\u00a0%"} <= set(written(figure))


def test_the_budget_says_what_each_block_stands_on(budget_rows):
    figure = spending.budget(budget_rows, REGISTERS, 2025)
    assert "d’après la presse\u00a0: «\u00a0Routes, ponts et bâtiments\u00a0»" in figure.note
    assert "par élimination\u00a0: «\u00a0Développement durable" in figure.note
    assert "17,5\u00a0M€ hors budget ne l’expliquent pas" in figure.note
    assert "(C044)" in figure.note
    # 61.6 + 15.1 + 4.7 + 4.7 + 4.4 + 2.7 + 6.9 = 100.1
    assert "font 100,1\u00a0%" in figure.note
    assert "Le Petit Vendômois" in figure.source


def test_the_budget_that_is_wholly_printed_says_nothing_of_press(budget_rows):
    printed = budget_rows.assign(
        basis=budget_rows["basis"].where(budget_rows["basis"] == "residual", "stated"),
        repeats=None,
    )
    printed = printed[~printed["block_id"].str.endswith("-presse")]
    figure = spending.budget(printed, REGISTERS, 2025)
    assert "presse" not in figure.note
    assert "élimination" not in figure.note
    assert "Vendômois" not in figure.source


def test_the_words_of_the_budget_follow_its_amounts(budget_rows):
    more = replaced(budget_rows, "block_id", "2025-total", amount_eur=500e6)
    more = replaced(more, "block_id", "2025-non-identifie", amount_eur=80e6)  # 420 + 80 = 500
    figure = spending.budget(more, REGISTERS, 2025)
    assert "56\u00a0% du budget" in figure.title  # 278 / 500 = 55.6 %
    assert "dépensé" not in " ".join([figure.title, figure.unit, figure.note, figure.alt])
    assert figure.check() == []


def test_solidarities_without_blocks_are_drawn_all_the_same(budget_rows):
    bare = budget_rows[budget_rows["parent_id"] != "2025-solidarites-et-sante"]
    figure = spending.budget(bare, REGISTERS, 2025)
    assert "autonomie" not in figure.reading
    assert figure.check() == []


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_a_long_block_wraps(budget_rows, preset):
    long = replaced(budget_rows, "block_id", "2025-sapeurs-pompiers-sdis", block=LONG.strip())
    assert spending.budget(long, REGISTERS, 2025).check(preset) == []


def test_a_year_without_budget_is_refused(budget_rows):
    with pytest.raises(ValueError, match="années connues : 2025"):
        spending.budget(budget_rows, REGISTERS, 2024)
    with pytest.raises(ValueError, match="années connues : aucune"):
        spending.budget(budget_rows.iloc[:0], REGISTERS, 2025)


# --- funders -------------------------------------------------------------------------------


def test_the_reading_of_funders_gives_each_its_share(funding, actions):
    reading = spending.funders(funding, actions, REGISTERS).reading
    said = reading.replace("\u00a0", " ").replace("\u202f", " ")
    # 21 000 and 84 000 of 105 000
    assert said.endswith(" : Département 21 000 € (20 %) et CNSA 84 000 € (80 %).")


def test_the_bars_of_funders_are_their_amounts(funding, actions):
    figure = spending.funders(funding, actions, REGISTERS)
    page = figure.render()
    ends: dict[object, float] = {}
    for mark in page.marks:
        if mark.bar:
            long = mark.artist.get_x() + mark.artist.get_width()
            ends[mark.artist.axes] = max(ends.get(mark.artist.axes, 0), long)
    unit = next(iter(ends.values())) / 200_000
    assert [round(e / unit) for e in ends.values()] == [200_000, 105_000, 25_350]
    texts = written(figure)
    for amount in (
        "84\u202f000\u00a0€",
        "21\u202f000\u00a0€",
        "13\u202f350\u00a0€",
        "2\u202f000\u00a0€",
    ):
        assert amount in texts


def test_the_title_of_funders_counts_each_amount_once(funding, actions):
    figure = spending.funders(funding, actions, REGISTERS)
    # 200 000 + 84 000 + 10 000 + 2 000 = 296 000, of 200 000 + 105 000 + 25 350 = 330 350
    assert figure.title == (
        "Des partenaires apportent au moins 296\u202f000\u00a0€ à\u00a03\u00a0actions"
    )
    assert "296\u202f000\u00a0€ des 330\u202f350\u00a0€ de 3 actions" in figure.alt
    parts = figure.data[figure.data["level"] == "part"]
    assert parts["amount_eur"].sum() == 330_350
    assert set(parts["address"]) == {
        "funding:EF-15.f4", "funding:AU-28.f4", "funding:AU-28.f5",
        "funding:AU-07.f2", "funding:AU-07.f3", "funding:AU-07.f4",
    }  # fmt: skip


def test_a_funder_keeps_its_colour_when_another_leaves(funding, actions):
    def fills(rows):
        marks = spending.funders(rows, actions, REGISTERS).render().marks
        return {m.category: m.fill for m in marks}

    whole = fills(funding)
    fewer = fills(funding[~funding["funding_id"].str.startswith("EF-15")])
    assert all(whole[name] == fill for name, fill in fewer.items())


def test_one_amount_is_a_figure(funding, actions):
    figure = spending.funders(funding[funding["action_id"] == "EF-15"], actions, REGISTERS)
    assert [figure.check(p) for p in theme.PRESETS] == [[]] * 4
    assert figure.title.startswith("Un partenaire apporte au moins 200\u202f000\u00a0€")
    assert figure.title.endswith("à\u00a01\u00a0action")


def test_no_partner_is_refused(funding, actions):
    with pytest.raises(ValueError, match="autre que le Département"):
        spending.funders(funding.iloc[:0], actions, REGISTERS)


def test_a_breakdown_that_does_not_add_up_is_refused(funding, actions):
    broken = replaced(funding, "funding_id", "AU-07.f3", amount_min_eur=2_001.0)
    with pytest.raises(ValueError, match="AU-07"):
        spending.funders(broken, actions, REGISTERS)


def split_between(funding, names):
    """Return the 105 000 € of AU-28 split between `names`, equally."""
    part = funding[funding["funding_id"] == "AU-28.f4"]
    parts = [
        part.assign(funding_id=f"AU-28.p{n}", funder=name, amount_min_eur=105_000 / len(names))
        for n, name in enumerate(names)
    ]
    return pd.concat([funding[~funding["funding_id"].isin(["AU-28.f4", "AU-28.f5"])], *parts])


def test_too_many_funders_are_refused(funding, actions):
    with pytest.raises(ValueError, match="5 financeurs, 4 au plus par barre"):
        spending.funders(split_between(funding, list("ABCDE")), actions, REGISTERS)
    # ARS, Département, MSA of the others + A, B, C, D = 7
    with pytest.raises(ValueError, match="7 catégories"):
        spending.funders(split_between(funding, list("ABCD")), actions, REGISTERS)


def test_six_funders_in_all_have_six_fills(funding, actions):
    # ARS, Département, MSA + A, B, C = 6
    figure = spending.funders(split_between(funding, list("ABC")), actions, REGISTERS)
    assert len({m.fill for m in figure.render().marks}) == 6


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_a_long_action_wraps(funding, actions, preset):
    long = replaced(actions, "action_id", "AU-28", title=LONG.strip())
    assert spending.funders(funding, long, REGISTERS).check(preset) == []


# --- expenses of actions ----------------------------------------------------------------------


def test_the_expenses_are_ranked_from_zero(funding, actions):
    figure = spending.action_expenses(funding, actions, REGISTERS)
    found = [long for _, long in lengths(figure)]
    assert found == sorted(found, reverse=True)
    assert found[1] / found[0] == pytest.approx(850_000 / 1_170_000)
    assert figure.title == (
        "12\u00a0des\u00a015\u00a0dépenses chiffrées ne disent pas si elles sont prévues ou exécutées"
    )


def test_when_no_expense_says_its_stage_all_are_told_at_once(funding, actions):
    figure = spending.action_expenses(funding.assign(stage="unstated"), actions, REGISTERS)
    assert figure.title.startswith("Les 15\u00a0dépenses chiffrées ne disent pas")


def test_the_stage_of_an_expense_is_told_by_its_fill(funding, actions):
    figure = spending.action_expenses(funding, actions, REGISTERS)
    kinds = [category for category, _ in lengths(figure)]
    assert kinds[:3] == ["Étape non dite", "Prévu", "Exécuté"]
    assert {"2 sur 15", "1 sur 15", "12 sur 15"} <= set(written(figure))  # 2 + 1 + 12 = 15


def test_what_has_no_amount_is_counted_in_the_note(funding, actions):
    figure = spending.action_expenses(funding, actions, REGISTERS)
    note = figure.note
    note = note.replace("\u00a0", " ")
    assert "6 mentions de temps d’agent, 1 action sans budget défini et 1 montant illisible" in note
    assert "SA-25, de 250\u202f000 € à 400\u202f000 €" in note
    assert "459\u202f554 €" in note
    assert "DP-02, lecture douteuse" in written(figure)


def test_an_amount_without_a_stage_says_those_of_its_parts(funding, actions):
    note = spending.action_expenses(funding, actions, REGISTERS).note
    # 3 000 + 15 000 = 18 000; of the 105 000 of AU-28, 63 439 are executed
    assert "IN-25, 3\u202f000\u00a0€ exécutés et 15\u202f000\u00a0€ prévus" in note
    assert "AU-28, 63\u202f439\u00a0€ exécutés" in note


def test_one_expense_is_a_figure(funding, actions):
    one = funding[funding["funding_id"] == "IE-06.f1"]
    figure = spending.action_expenses(one, actions, REGISTERS)
    assert figure.title.replace("\u00a0", " ") == "Le bilan chiffre 1 dépense de 1 action"
    assert [figure.check(p) for p in theme.PRESETS] == [[]] * 4


def test_no_expense_is_refused(funding, actions):
    with pytest.raises(ValueError, match="Aucune dépense lisible"):
        spending.action_expenses(funding.iloc[:0], actions, REGISTERS)


# --- ranked bars ---------------------------------------------------------------------------


def test_ranked_bars_print_the_number_out_of_its_whole(reports):
    figure = drawn(reports, column="Part des reports")
    texts = written(figure)
    assert {"9/23", "4/23", "1/23", "39,1\u00a0%", "Part des reports"} <= set(texts)
    # 39.1 + 17.4 + 17.4 + 8.7 + 8.7 + 4.3 + 4.3 = 99.9
    assert "99,9\u00a0%" in figure.note
    assert "23 en tout" in figure.alt
    assert "de 9/23 (Insertion emploi) à 1/23 (Réponses départementales)" in figure.alt


def test_shares_of_different_wholes_are_not_to_be_added(reports):
    figure = drawn(reports, out_of="total")
    assert figure.shares == ()
    assert "9/18" in written(figure)
    assert "50\u00a0%" in written(figure)


def test_one_row_zero_and_all_zero_are_drawn(reports):
    assert drawn(reports.head(1), out_of="total").check() == []
    none = reports.assign(count=0)
    figure = drawn(none, out_of="total")
    assert figure.check("colonne") == []
    assert lengths(figure) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": -1}, "négative"),
        ({"count": pd.NA}, "valeur absente : «\u00a0"),
        ({"count": 24}, "une valeur dépasse son total, ou"),
        ({"whole": 0}, "est nul"),
    ],
)
def test_a_value_that_cannot_be_drawn_is_refused(reports, change, message):
    with pytest.raises(ValueError, match=message):
        drawn(reports.assign(**change))


def test_bad_calls_are_refused_in_french(reports):
    with pytest.raises(ValueError, match="aucune donnée"):
        drawn(reports.iloc[:0])
    with pytest.raises(ValueError, match="colonnes absentes : partie"):
        drawn(reports, value="partie")
    with pytest.raises(ValueError, match="sans remplissage : reportee"):
        drawn(reports, category="status", fills={"supprimee": ("Supprimée", theme.CONTEXT)})


def test_a_hundred_bars_are_refused(reports):
    many = pd.concat([reports] * 15)  # 7 x 15 = 105
    with pytest.raises(ValueError, match="105 barres, 30 au plus"):
        drawn(many, out_of="")


@pytest.mark.parametrize("preset", theme.PRESETS)
def test_a_long_label_wraps_and_one_without_a_space_is_refused(reports, preset):
    long = replaced(reports, "section", "Santé", section=LONG.strip())
    assert drawn(long).check(preset) == []
    solid = replaced(reports, "section", "Santé", section="x" * 200)
    with pytest.raises(ValueError, match="sans espace où couper"):
        drawn(solid).check(preset)


def test_bars_without_rows_are_refused():
    with pytest.raises(ValueError, match="Aucune barre"):
        Bars([])
    with pytest.raises(ValueError, match="absente ou négative"):
        Bars([Row("Une", float("nan"), "", "a", theme.CONTEXT)])


def test_rounding_is_told_only_when_there_is_some():
    assert rounding_note([]) == rounding_note([0.25, 0.75]) == ""
    assert "99,9" in rounding_note([1 / 3, 1 / 3, 1 / 3])
