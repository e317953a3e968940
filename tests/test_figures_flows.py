"""Figures of a pair of years: drawn from made reports with known answers, and from the documents."""

import re

import pandas as pd
import pytest

from solidata.catalog import load, load_registers
from solidata.figures import flows, gallery, rates, successions, theme
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers, all_tables
from solidata.tables.typed import typed

SHORT = {"R": "realisee", "C": "en_cours", "P": "reportee", "D": "supprimee", "?": "non_lisible"}
SECTION = {"SA": "sante", "HL": "habitat"}
YEARS = (2025, 2026)


def made(table, rows, **constant):
    """Return a typed table of some rows (dictionaries), its other columns empty."""
    frame = pd.DataFrame(rows).assign(**constant) if rows else pd.DataFrame(dtype=object)
    for field in all_tables()[table].fields:
        if field.name not in frame:
            frame[field.name] = None
    return typed(all_tables()[table], frame)


def report(year, said):
    """Return the statuses of a year from ``"SA-01:R HL-02:?"``."""
    return [
        {"status_id": f"{a}.{year}", "action_id": a, "year": year, "status": SHORT[s],
         "basis": "stated", "reason": "x", "source_id": f"bilan-{year}", "line": 1, "printed": "x"}
        for a, s in (cell.split(":") for cell in said.split())
    ]  # fmt: skip


def tables(before, after, *fates, leaves=(), later=""):
    """Return the tables of two reports; « SA-01 merged SA-02 » is a fate, « - » no successor.

    `later` says what a third report, of 2027, lists.
    """
    told = made("action_statuses", report(2025, before) + report(2026, after) + report(2027, later))
    ids = sorted({*told["action_id"], *leaves})
    lineage = [
        {"lineage_id": f"{a}.{b}", "action_id": a, "kind": kind, "year": 2026,
         "successor_id": None if b == "-" else b, "source_id": "bilan-2026", "printed": "x"}
        for a, kind, b in (fate.split() for fate in fates)
    ]  # fmt: skip
    sections = [
        {"section_id": "sante", "label": "Santé", "order": 1},
        {"section_id": "habitat", "label": "Habitat logement", "order": 2},
    ]
    counts = []
    for (year, section), rows in told.assign(s=told["action_id"].str[:2].map(SECTION)).groupby(["year", "s"]):  # fmt: skip
        found = rows["status"].astype(str).replace("non_lisible", "en_cours").value_counts()
        counts += [
            {"count_id": f"{section}.{year}.{s}", "section_id": section, "year": year, "status": s,
             "count": int(found.get(s, 0)), "total": len(rows), "source_id": f"bilan-{year}"}
            for s in ("realisee", "en_cours", "reportee", "supprimee")
        ]  # fmt: skip
    return {
        "action_statuses": told,
        "actions": made("actions", [
            {"action_id": a, "section_id": SECTION[a[:2]], "leaves_plan": "unknown" if a in leaves else None}
            for a in ids
        ]),
        "action_lineage": made("action_lineage", lineage),
        "sections": made("sections", sections, volet="sectoriel", in_total=True),
        "status_counts": made("status_counts", counts, line=1, printed="x"),
    }  # fmt: skip


def registers():
    rows = [
        {"source_id": f"bilan-{y}", "title": f"Bilan {y}", "publisher": "Un département",
         "published": str(y)} for y in (2025, 2026, 2027)
    ]  # fmt: skip
    return Registers(pd.DataFrame(rows), load_registers().contradictions.iloc[:0])


def matrix(found):
    names = ("action_statuses", "actions", "action_lineage")
    return flows.status_flows(*(found[n] for n in names), registers(), *YEARS)


def dumbbell(found):
    names = ("status_counts", "sections", "action_statuses", "actions", "action_lineage")
    return rates.going_by_section(*(found[n] for n in names), registers(), *YEARS)


def sound(figure):
    """Assert that a figure can be printed in every format, and says nothing missing."""
    for preset in theme.PRESETS:
        for dressed in (True, False):
            assert figure.check(preset, dressed) == [], (preset, dressed)
    said = " ".join(
        [figure.title, figure.unit, figure.reading, figure.note, figure.alt, figure.scope]
    )
    assert not re.search(r"\b(nan|none|nat)\b|<NA>", said, re.IGNORECASE)
    assert len(figure.trace()) == len(figure.data)
    return figure


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


BEFORE = "SA-01:C SA-02:C SA-03:C SA-04:R SA-05:P HL-01:? HL-02:C HL-03:P HL-04:R"
AFTER = "SA-01:R SA-03:P SA-08:R SA-09:C HL-01:R HL-02:C HL-10:C HL-11:P"
FATES = ("SA-02 merged SA-08", "SA-04 merged SA-08", "SA-05 left_plan -", "HL-03 split HL-10", "HL-03 split HL-11")  # fmt: skip


@pytest.fixture(scope="module")
def made_years():
    return tables(BEFORE, AFTER, *FATES, leaves=("HL-04",))


# --- squares ---------------------------------------------------------------------------


def test_the_squares_count_what_became_of_each_status(made_years):
    figure = sound(matrix(made_years))
    table = figure.table().set_index("Statut en 2025")
    # En cours in 2025: SA-01 done, SA-02 merged into SA-08 (done), SA-03 postponed, HL-02 the same.
    going = table.loc["En cours"]
    assert going[["Réalisée", "En cours", "Reportée", "Total 2025"]].tolist() == [2, 1, 1, 4]
    # Reportée: SA-05 left, HL-03 split in one under way and one postponed, but is one action.
    postponed = table.loc["Reportée"]
    assert postponed[["En cours", "Reportée", "Sortie du plan", "Total 2025"]].tolist() == [
        1,
        1,
        1,
        2,
    ]
    # Réalisée: SA-04 merged into SA-08, HL-04 gone without a word.
    assert table.loc["Réalisée", ["Réalisée", "Disparue sans explication"]].tolist() == [1, 1]
    assert table.loc["Nouvelle en 2026", "En cours"] == 1  # SA-09
    assert table.loc["Total 2026", ["Réalisée", "En cours", "Reportée", "Total 2025"]].tolist() == [
        3, 3, 2, 9]  # fmt: skip
    assert plain(figure.title) == "2 des 4 actions lues en cours en 2025 sont réalisées en 2026"
    assert plain(figure.scope) == (
        "9 actions listées dans le bilan de 2025 et 8 dans celui de 2026.")  # fmt: skip


def test_what_is_gone_unsaid_is_never_taken_for_done(made_years):
    figure = matrix(made_years)
    note = plain(figure.note)
    assert "rien ne permet de la dire réalisée" in note
    assert (
        "parmi elles, 1 a en 2025 un astérisque de sortie du plan qu’on ne peut lire"
        in note.lower()
    )
    assert "2 actions fusionnées et 1 action scindée : les totaux comptent chaque action" in note
    unknown = figure.data[figure.data["end"] == "vanished"]
    assert unknown["count"].tolist() == [1]
    assert unknown["address"].tolist() == ["action_statuses:HL-04.2025"]


def test_the_reading_adds_up(made_years):
    reading = plain(matrix(made_years).reading)
    # 2 + 1 + 1 = 4
    assert (
        reading
        == "4 actions lues en cours en 2025 ; en 2026 : 2 réalisées, 1 en cours et 1 reportée."
    )


def test_the_reading_says_what_is_read_of_a_report_that_is_not_all_legible():
    figure = matrix(tables("SA-01:C SA-02:C SA-03:?", "SA-01:R SA-02:C SA-03:R"))
    assert plain(figure.reading) == (
        "2 actions lues en cours en 2025 ; en 2026 : 1 réalisée et 1 en cours."
    )


@pytest.mark.parametrize(
    ("before", "after", "title"),
    [
        ("SA-01:C", "SA-01:R", "La seule action en cours en 2025 est réalisée en 2026"),
        ("SA-01:C", "SA-01:P", "La seule action en cours en 2025 n’est pas réalisée en 2026"),
        ("SA-01:C SA-02:C", "SA-01:P SA-02:C", "Aucune des 2 actions en cours en 2025 n’est réalisée en 2026"),
        ("SA-01:R SA-02:P", "SA-01:R", "2 actions listées en 2025, 1 en 2026"),
        ("SA-01:?", "SA-02:?", "1 action listée en 2025, 1 en 2026"),
        # Others may have been under way, which the first report did not let read.
        ("SA-01:C SA-02:C SA-03:?", "SA-01:R SA-02:C SA-03:R", "1 des 2 actions lues en cours en 2025 est réalisée en 2026"),
        ("SA-01:C SA-03:?", "SA-01:R SA-03:R", "La seule action lue en cours en 2025 est réalisée en 2026"),
    ],
)  # fmt: skip
def test_the_title_says_what_became_of_what_was_under_way(before, after, title):
    figure = sound(matrix(tables(before, after)))
    assert plain(figure.title) == title


def test_areas_are_proportional_to_counts():
    before = " ".join(f"SA-{n:02}:C" for n in range(1, 11))
    after = " ".join(f"SA-{n:02}:{'R' if n < 10 else 'P'}" for n in range(1, 11))
    page = matrix(tables(before, after)).render()
    sides = {mark.artist.get_width() for mark in page.marks}
    assert {mark.artist.get_height() for mark in page.marks} == sides
    assert (max(sides) / min(sides)) ** 2 == pytest.approx(9)  # 9 actions against 1


@pytest.mark.parametrize("count", [1, 40, 99, 300])
def test_any_number_of_actions_prints(count):
    letters = "RCPD?"
    ids = [f"{'SA' if n % 2 else 'HL'}-{n:03}" for n in range(count)]
    before = " ".join(f"{a}:{letters[n % 5]}" for n, a in enumerate(ids))
    after = " ".join(f"{a}:{letters[(n // 3) % 5]}" for n, a in enumerate(ids) if n % 11)
    sound(matrix(tables(before, after or "SA-999:R")))


@pytest.mark.parametrize("name", ["action_statuses", "actions", "action_lineage"])
def test_tables_without_a_column_are_drawn_or_refused_with_its_name(made_years, name):
    for column in made_years[name].columns:
        try:
            matrix({**made_years, name: made_years[name].drop(columns=column)})
        except RefusedError as refused:
            assert column in str(refused)  # noqa: PT017 - both answers are right


# --- rates -----------------------------------------------------------------------------


def test_rates_are_drawn_with_their_fractions_in_points(made_years):
    figure = sound(dumbbell(made_years))
    table = figure.table().set_index("Section")
    # Santé: 4 of 5 done or under way in 2025 (C C C R against P), 3 of 4 in 2026 (R R C, P).
    assert table.loc["Santé"].tolist()[:6] == [4, 5, 80.0, 3, 4, 75.0]
    assert table.loc["Santé", "Écart (points)"] == -5.0
    relative = table.loc["Santé", "Évolution de la part (%)"]
    assert relative == pytest.approx(-6.25, abs=0.06)  # 75/80 - 1: no points
    # At constant scope SA-01 and SA-03 are left: 2 of 2, then 1 of 2.
    assert table.loc["Santé", "Écart à champ constant (points)"] == -50.0
    assert plain(figure.title) == "Actions réalisées ou en cours : 7 sur 9 en 2025, 6 sur 8 en 2026"
    note = plain(figure.note)
    assert "* champ modifié" in note
    assert "écart inconnu, car 1 de ces 4 actions" in note  # HL-01 was not legible
    texts = [plain(t.get_text()) for t in figure.render().figure.texts]
    assert {"4/5", "3/4", "−5,0", "−50,0", "Santé *"} <= set(texts)
    assert "soit −5,0 points ; en proportion de la part de 2025, −6 %" in plain(figure.reading)


def test_the_same_actions_have_no_sign_and_the_same_change_at_both_scopes():
    figure = sound(dumbbell(tables("SA-01:C SA-02:P HL-01:R", "SA-01:R SA-02:C HL-01:R")))
    assert "champ modifié" not in figure.note
    table = figure.table().set_index("Section")
    assert (
        table.loc["Santé", "Écart (points)"]
        == table.loc["Santé", "Écart à champ constant (points)"]
    )
    assert table.loc["Santé", "Écart (points)"] == 50.0  # 1/2 then 2/2


def test_a_section_of_one_year_is_told_and_not_drawn():
    figure = sound(dumbbell(tables("SA-01:C", "SA-01:R HL-01:R")))
    assert figure.table()["Section"].tolist() == ["Santé", "Ensemble"]
    assert "«\u00a0Habitat logement\u00a0» n’a de totaux que pour une année" in figure.note
    with pytest.raises(
        NoDataError, match="Aucune section n’a de totaux par statut en 2025 et en 2026"
    ):
        dumbbell(tables("SA-01:C", "HL-01:R"))


# --- flagships -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed():
    return [load(n) for n in ("flagships", "mentions", "action_lineage", "volets", "territories")]


def test_the_flagships_of_the_documents(printed):
    figure = sound(successions.succession(*printed, load_registers(), *YEARS))
    table = figure.table().set_index("Volet")
    # 3 + 12 in 2025; 15 + 4 + 2 in 2026, whose list prints no sectoral volet.
    assert table["2025"].tolist() == [3, 12, 0, 0]
    assert table["2026"].tolist() == [15, 0, 4, 2]
    assert table["2026, se poursuit"].sum() == table["2025, se poursuit"].sum() == 3
    note = plain(figure.note)
    assert "Ces 3 liens sont inférés" in note
    assert "les volets des deux années ne se comparent pas" in note
    assert "La liste de 2025 ne range aucune action phare par territoire" in note
    assert "Aucune action phare de 2026 n’est rangée sous Centre" in note


def test_without_links_no_flagship_is_said_to_go_on(printed):
    listed, mentions, *rest = printed
    figure = sound(
        successions.succession(listed, mentions.iloc[:0], *rest, load_registers(), *YEARS)
    )
    assert plain(figure.title) == "Aucune suite établie aux 15 phares de 2025 parmi les 21 de 2026"
    assert figure.reading == ""
    assert "Se poursuit" not in [t.get_text() for t in figure.render().figure.texts]


def test_a_year_without_flagships_is_no_figure(printed):
    with pytest.raises(NoDataError, match="phare pour 2027 ; années connues : 2025, 2026"):
        successions.succession(*printed, load_registers(), 2026, 2027)


# --- the gallery -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["flux-de-statuts", "evolution-des-statuts"])
def test_the_gallery_compares_a_year_with_the_report_before_it(made_years, name):
    load = gallery.Load(made_years.__getitem__, dict)
    figure = gallery.SET[name](load, registers(), 2026)
    assert figure.name.endswith("-2025-2026")
    with pytest.raises(
        NoDataError, match="Aucun bilan avant 2025 à quoi comparer ; années connues : 2025, 2026"
    ):
        gallery.SET[name](load, registers(), 2025)


LATER = "SA-01:R SA-03:R SA-08:R SA-09:C HL-01:R HL-02:R HL-10:C HL-11:P"


@pytest.fixture(scope="module")
def three_years():
    return tables(BEFORE, AFTER, *FATES, leaves=("HL-04",), later=LATER)


@pytest.mark.parametrize("name", ["flux-de-statuts", "evolution-des-statuts"])
@pytest.mark.parametrize(("asked", "first"), [(None, 2026), (2026, 2026), (2025, 2025)])
def test_the_gallery_compares_any_pair_of_three_years(three_years, name, asked, first):
    load = gallery.Load(three_years.__getitem__, dict, asked)
    assert sound(gallery.SET[name](load, registers(), 2027)).name == f"{name}-{first}-2027"


def test_the_flows_of_a_pair_are_those_of_its_two_years(three_years):
    def done(asked):
        load = gallery.Load(three_years.__getitem__, dict, asked)
        table = gallery.SET["flux-de-statuts"](load, registers(), 2027).table()
        return table.set_index(table.columns[0]).loc["En cours", "Réalisée"]

    # Under way in 2025: SA-01, SA-02 (now SA-08), SA-03 and HL-02 are all done in 2027.
    assert done(2025) == 4
    # Under way in 2026: SA-09, HL-02 and HL-10; of them only HL-02 is done in 2027.
    assert done(2026) == 1


@pytest.mark.parametrize("name", gallery.COMPARING)
@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (2026, "2026 ne se compare pas à elle-même ; attendu : une année d’avant 2026"),
        (2027, "2026 ne se compare pas à 2027, qui vient après ; attendu : une année d’avant 2026"),
    ],
)
def test_a_year_is_compared_with_an_earlier_one_only(three_years, name, asked, message):
    load = gallery.Load(three_years.__getitem__, dict, asked)
    with pytest.raises(RefusedError) as refused:
        gallery.SET[name](load, registers(), 2026)
    assert message in plain(str(refused.value))
