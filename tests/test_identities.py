"""Arithmetic of the documents: each family holds and fails on small tables of known answer."""

import functools
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidata.check import numbering
from solidata.check.contradictions import unrecorded
from solidata.check.identities import evaluate, identities
from solidata.problems import SourceError
from solidata.tables import all_tables
from solidata.tables.rows import Rows, as_rows
from solidata.tables.typed import typed

SOURCE = "bilan-2025"


@functools.cache
def empty():
    return {
        n: typed(t, pd.DataFrame(columns=t.names, dtype=object)) for n, t in all_tables().items()
    }


def made(**rows):
    """Return every table, typed, with these rows; source and line filled where they are missing."""
    frames = dict(empty())
    for name, some in rows.items():
        written = [{"source_id": SOURCE, "line": 1, "printed": "x"} | row for row in some]
        text = pd.DataFrame(written, dtype=object).reindex(columns=all_tables()[name].names)
        frames[name] = typed(all_tables()[name], text)
    return frames


def found(family, **rows):
    """Return the identities of a family as {name: (left, right, holds)}."""
    frame = identities(Rows(made(**rows)))
    mine = frame[frame["family"] == family]
    assert mine["identity_id"].str.startswith(f"{family}.").all()
    assert (mine["left"] - mine["right"]).tolist() == mine["difference"].tolist()
    sides = zip(mine["left"], mine["right"], mine["holds"].map(bool), strict=True)
    return dict(zip(mine["identity_id"].str.removeprefix(f"{family}."), sides, strict=True))


SECTIONS = [
    {"section_id": name, "label": name.capitalize(), "order": order, "role": role,
     "in_total": str(role == "section").lower()}
    for order, (name, role) in enumerate(
        [("habitat", "section"), ("sante", "section"), ("ensemble", "whole"), ("phares", "flagships")], 1
    )
]  # fmt: skip


def count(section, status, value, total="", year=2025, **more):
    name = f"{section}.{status}"
    return {
        "count_id": name, "section_id": section, "year": year, "status": status,
        "count": value, "total": total,
    } | more  # fmt: skip


# --- totals, lists, sections, words --------------------------------------------------


@pytest.mark.parametrize(("running", "holds"), [(8, True), (9, False)])
def test_statuses_make_the_total_printed_beside_them(running, holds):
    counts = [
        count("habitat", "realisee", 0, 14),
        count("habitat", "en_cours", running, 14),
        count("habitat", "reportee", 4, 14),
        count("habitat", "supprimee", 2, 14),
    ]
    got = found("totaux", sections=SECTIONS, status_counts=counts)
    # 0 + 8 + 4 + 2 = 14
    assert got == {f"habitat.2025.{SOURCE}": (running + 6.0, 14.0, holds)}


def test_two_denominators_in_a_section_are_seen():
    counts = [count("habitat", "realisee", 7, 14), count("habitat", "en_cours", 7, 15)]
    got = found("totaux", sections=SECTIONS, status_counts=counts)
    assert got[f"habitat.2025.{SOURCE}.denominateur"] == (15.0, 14.0, False)


def test_years_and_documents_are_not_added_together():
    counts = [
        count("habitat", "realisee", 3, 3),
        count("habitat", "realisee", 5, 5, year=2026, count_id="h26"),
        count("habitat", "realisee", 4, 4, source_id="autre", count_id="ha"),
    ]
    got = found("totaux", sections=SECTIONS, status_counts=counts)
    assert {left for left, _, _ in got.values()} == {3.0, 5.0, 4.0}
    assert all(holds for _, _, holds in got.values())


def listed(*sections, year=2025):
    actions = [
        {"action_id": f"A-{i:02}", "section_id": s, "title": "T"} for i, s in enumerate(sections)
    ]
    statuses = [
        {"status_id": f"{a['action_id']}.{year}", "action_id": a["action_id"], "year": year,
         "status": "non_lisible", "basis": "none", "reason": "r"}
        for a in actions
    ]  # fmt: skip
    return {"actions": actions, "action_statuses": statuses}


def test_listed_actions_against_every_printed_number():
    counts = [
        count("habitat", "toutes", 2),
        count("habitat", "en_cours", 3, 3),
        count("sante", "toutes", 5),  # nothing listed: nothing to compare
        count("habitat", "toutes", 9, year=2026, count_id="h26"),  # nor in 2026
    ]
    got = found("listes", sections=SECTIONS, status_counts=counts, **listed("habitat", "habitat"))
    assert got == {"habitat.toutes": (2.0, 2.0, True), "habitat.en_cours": (2.0, 3.0, False)}


def test_sections_make_the_whole():
    parts = [count("habitat", "toutes", 14), count("sante", "toutes", 25)]
    for whole, holds in ((39, True), (40, False)):  # 14 + 25 = 39
        counts = [*parts, count("ensemble", "toutes", whole)]
        got = found("sections", sections=SECTIONS, status_counts=counts)
        assert got == {f"{SOURCE}.ensemble.toutes": (39.0, float(whole), holds)}


@pytest.mark.parametrize(("whole", "holds"), [(14, True), (39, True), (13, False)])
def test_some_of_the_sections_make_at_most_the_whole(whole, holds):
    counts = [count("habitat", "toutes", 14), count("ensemble", "toutes", whole)]
    frame = identities(Rows(made(sections=SECTIONS, status_counts=counts)))
    row = frame[frame["family"] == "sections"].iloc[0]
    assert (row["relation"], row["left"], row["right"]) == ("<=", 14.0, float(whole))
    assert bool(row["holds"]) is holds
    assert row["note"] == "1 sections sur 2 ont un total dans ce document."


def mention(name, status="", **more):
    return {
        "mention_id": name, "year": 2025, "list": "table", "section_id": "habitat",
        "link": "stated", "status": status, "title_printed": "T",
    } | more  # fmt: skip


@pytest.mark.parametrize(("printed", "holds"), [(3, True), (2, True), (1, False)])
def test_words_read_never_exceed_the_printed_count(printed, holds):
    mentions = [
        mention("m1", "supprimee"),
        mention("m2", "supprimee", list="focus"),
        mention("m3", "en_cours"),
        mention("m4", ""),
        mention("m5", "supprimee", list="sheet"),  # no list of the section
        mention("m6", "supprimee", year=2026),
    ]
    counts = [count("habitat", "supprimee", printed, 14)]
    got = found("mots", sections=SECTIONS, status_counts=counts, mentions=mentions)
    assert got == {"habitat.supprimee": (2.0, float(printed), holds)}
    frame = identities(Rows(made(sections=SECTIONS, status_counts=counts, mentions=mentions)))
    row = frame.set_index("identity_id").loc["mots.habitat.supprimee"]
    # When the words read are all those counted, or more, no other is lost.
    assert bool(row["note"]) is (printed == 3)


# --- flagships -----------------------------------------------------------------------


def flagship(rank, year=2025, **more):
    return {
        "flagship_id": f"phare-{year}-{rank:02}", "year": year, "rank": rank,
        "title": "T", "volet": "sectoriel",
    } | more  # fmt: skip


def said(rank, status, where="flagship", **more):
    return mention(
        f"p{rank}.{where}", status, list=where, flagship_id=f"phare-2025-{rank:02}", **more
    )


def test_flagships_listed_and_their_words():
    got = found(
        "phares",
        sections=SECTIONS,
        flagships=[flagship(1), flagship(2), flagship(1, year=2026)],
        mentions=[said(1, "realisee"), said(2, "en_cours")],
        status_counts=[
            count("phares", "toutes", 2),
            count("phares", "toutes", 2, year=2026, count_id="p26"),
            count("phares", "realisee", 1, 2),
            count("phares", "en_cours", 2, 2),
        ],
    )
    assert got == {
        "phares.toutes": (2.0, 2.0, True),
        "p26": (1.0, 2.0, False),  # one listed in 2026, two announced
        "phares.realisee": (1.0, 1.0, True),
        "phares.en_cours": (1.0, 2.0, False),
    }


def test_a_report_lists_again_the_flagships_that_the_one_before_announced():
    got = found(
        "phares",
        sections=SECTIONS,
        flagships=[
            flagship(1, source_id="before"),
            flagship(2, source_id="before"),
            flagship(3, source_id="before"),
            flagship(1, year=2026),  # and announces those of the year to come
        ],
        mentions=[said(1, ""), said(2, ""), said(3, "", source_id="before")],
        status_counts=[count("phares", "toutes", 3), count("phares", "toutes", 1, year=2026, count_id="next")],
    )  # fmt: skip
    assert got == {"phares.toutes": (2.0, 3.0, False), "next": (1.0, 1.0, True)}  # 2 of the 3


def test_sheets_that_say_otherwise_than_the_list_are_counted():
    got = found(
        "phares",
        flagships=[flagship(1), flagship(2), flagship(3)],
        mentions=[
            said(1, "en_cours"),
            said(1, "en_cours", "sheet"),
            said(2, "en_cours"),
            mention("p2.a", "realisee", list="sheet", flagship_id="phare-2025-02"),
            mention("p2.b", "en_cours", list="sheet", flagship_id="phare-2025-02"),
            said(3, "realisee", "sheet"),  # nothing in the list to compare with
        ],
    )
    assert got == {
        "phare-2025-01.fiches": (0.0, 0.0, True),
        "phare-2025-02.fiches": (1.0, 0.0, False),
    }


# --- money ---------------------------------------------------------------------------


def amount(name, euros, part_of="", split_by="", **more):
    return {
        "funding_id": name, "direction": "expense", "kind": "amount", "stage": "unstated",
        "amount_min_eur": euros, "amount_max_eur": euros, "purpose": name, "part_of": part_of,
        "split_by": split_by, "legibility": "clear",
    } | more  # fmt: skip


def test_an_amount_split_twice_is_checked_twice():
    got = found(
        "financement",
        funding=[
            amount("total", 105000),
            amount("cnsa", 84000, "total", "funder"),
            amount("departement", 21000, "total", "funder"),
            amount("gestionnaires", 41561, "total", "use"),
            amount("savs", 63438, "total", "use"),
        ],
    )
    assert got == {
        "total.funder": (105000.0, 105000.0, True),  # 84 000 + 21 000
        "total.use": (104999.0, 105000.0, False),  # 41 561 + 63 438
    }


def test_cents_are_not_lost_in_floats():
    funding = [amount("t", 0.3), amount("a", 0.1, "t", "use"), amount("b", 0.2, "t", "use")]
    left, right, holds = found("financement", funding=funding)["t.use"]
    assert left != right  # 0.1 + 0.2 in floats
    assert holds
    funding[2] = amount("b", 0.21, "t", "use")
    assert not found("financement", funding=funding)["t.use"][2]


def test_an_illegible_part_leaves_the_sum_unknown():
    funding = [amount("t", 100), amount("a", 40, "t", "use"), amount("b", "", "t", "use")]
    assert found("financement", funding=funding) == {}
    funding = [amount("t", ""), amount("a", 40, "t", "use")]
    assert found("financement", funding=funding) == {}


def block(name, euros, parent="", basis="stated"):
    return {
        "block_id": name, "year": 2025, "stage": "primitif", "scope": "total", "block": name,
        "parent_id": parent, "amount_eur": euros, "basis": basis, "confidence": "A",
    }  # fmt: skip


def test_printed_blocks_against_their_parent():
    blocks = [
        block("total", 451e6),
        block("solidarites", 278e6, "total"),
        block("reste-imprime", 142e6, "total"),
        block("non-identifie", 31e6, "total", "residual"),
        block("ages", 72.5e6, "solidarites"),
        block("autres", 205.5e6, "solidarites"),
    ]
    assert found("budget", department_budget=blocks) == {
        "total": (420e6, 451e6, False),  # 278 + 142: a residual is no proof of itself
        "solidarites": (278e6, 278e6, True),  # 72,5 + 205,5
    }


def test_a_repetition_has_the_value_it_repeats():
    got = found(
        "repetition",
        funding=[
            amount("a", 850000),
            amount("b", 850000, repeats="a"),
            amount("c", 85000, repeats="a"),
            amount("d", "", kind="illegible", repeats="a"),  # nothing to compare
        ],
    )
    assert got == {
        "funding.b": (850000.0, 850000.0, True),
        "funding.c": (85000.0, 850000.0, False),
    }


# --- dates and numbering -------------------------------------------------------------


def test_printed_days_of_the_week_against_their_dates():
    def event(name, weekday, day):
        return {
            "event_id": name, "label": "Réunion", "kind": "session", "date_printed": day,
            "date_start": day, "date_end": day, "precision": "day", "weekday_printed": weekday,
        }  # fmt: skip

    events = [
        event("juste", "Jeudi", "2025-03-27"),
        event("faux", "mardi", "2025-03-27"),
        event("muet", "", "2025-03-28"),
    ]
    # 27 March 2025 is a Thursday, the fourth day
    assert found("calendrier", events=events) == {
        "juste": (4.0, 4.0, True),
        "faux": (4.0, 2.0, False),
    }


def test_printed_ranks_against_their_place():
    got = found(
        "numerotation",
        flagships=[
            flagship(4, rank_printed="4,"),
            flagship(19, 2026, rank_printed="29."),
            flagship(5, rank_printed=""),
            flagship(6, rank_printed="•"),  # no number to compare
        ],
        challenges=[{"challenge_id": "n3", "territory_id": "nord", "rank": 3,
                     "number_printed": "4", "label": "D"}],
    )  # fmt: skip
    assert got == {
        "flagships.phare-2025-04": (4.0, 4.0, True),
        "flagships.phare-2026-19": (19.0, 29.0, False),
        "challenges.n3": (3.0, 4.0, False),
    }


@pytest.mark.parametrize(
    ("numbers", "left", "holds"), [((1, 2, 3), 3, True), ((1, 2, 4), 2, False)]
)
def test_numbers_of_a_list_follow_each_other(numbers, left, holds):
    names = [f"A-{i}" for i in range(3)]
    got = found(
        "numerotation",
        sections=SECTIONS,
        actions=[{"action_id": a, "section_id": "habitat", "number": n, "title": "T"}
                 for a, n in zip(names, numbers, strict=True)],
        mentions=[mention(f"m{a}", action_id=a, number_printed=str(n))
                  for a, n in zip(names, numbers, strict=True)],
    )  # fmt: skip
    assert got == {"liste.habitat.2025": (float(left), 3.0, holds)}


def test_the_list_of_each_year_is_numbered_from_one():
    names = [f"A-{i}" for i in range(3)]
    got = found(
        "numerotation",
        sections=SECTIONS,
        # What is compared is the number printed, not the one that the action took once.
        actions=[{"action_id": a, "section_id": "habitat", "number": 9, "title": "T"}
                 for a in names],
        mentions=[mention(f"m{a}.{year}", action_id=a, number_printed=f"{n}.", year=year)
                  for year in (2025, 2026) for n, a in enumerate(names, start=1)],
    )  # fmt: skip
    assert got == {
        "liste.habitat.2025": (3.0, 3.0, True),
        "liste.habitat.2026": (3.0, 3.0, True),
    }


# --- declared ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7", 7),
        ("2 + 3 * 4", 14),  # not 20
        ("2 * 3 + 4 * 5", 26),
        ("10 - 2 - 3", 5),  # from the left
        ("10 - 2 * 3", 4),
        ("100 / 5 / 2", 10),
        ("12 / 4 * 3", 9),
        ("1 / 4", 0.25),
        ("0.5 * 3 - 1.5", 0),
        ("  2  +  2  ", 4),
    ],
)
def test_products_bind_before_sums(expression, value):
    assert evaluate(expression, {}) == value


@given(
    st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 99)), max_size=7), st.integers(0, 99)
)
def test_expressions_are_worth_what_python_says(rest, first):
    expression = " ".join([str(first), *(f"{op} {n}" for op, n in rest)])
    assert math.isclose(evaluate(expression, {}), eval(expression), abs_tol=1e-6)


def test_references_stand_for_the_value_of_their_row():
    tables = made(
        funding=[amount("EF-15.f1", 850000)],
        status_counts=[count("habitat", "en_cours", 8, 14)],
        department_budget=[block("2025-total", 451e6)],
    )
    assert evaluate("funding:EF-15.f1 / 2", Rows(tables)) == 425000
    assert evaluate("status_counts:habitat.en_cours + 6", Rows(tables)) == 14
    assert evaluate("department_budget:2025-total - 451000000", Rows(tables)) == 0


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("funding:nulle-part", "funding:nulle-part n’a pas de valeur"),
        ("funding:illisible", "funding:illisible n’a pas de valeur"),
        ("actions:EF-01", "actions n’a pas de valeur"),
        ("inconnue:x", "inconnue n’a pas de valeur"),
    ],
)
def test_an_unknown_reference_is_named(expression, expected):
    with pytest.raises(KeyError, match=expected):
        evaluate(expression, Rows(made(funding=[amount("illisible", "", kind="illegible")])))


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "  ",
        "+",
        "3 +",
        "3 + ",
        "3 4",
        "3 4 5",
        "3 + + 4",
        "- 3",
        "(3)",
        "3 x 4",
        "3+4",
        "quinze",
    ],
)
def test_an_unreadable_expression_is_refused(expression):
    with pytest.raises(ValueError, match="expression illisible"):
        evaluate(expression, {})


def test_a_division_by_zero_is_refused_in_french():
    with pytest.raises(ValueError, match="division par zéro"):
        evaluate("3 / 0", {})


def rule(name, left, relation, right):
    return {"identity_id": name, "label": name, "left": left, "relation": relation, "right": right}


def test_declared_rules_hold_and_fail():
    rules = [
        rule("egal", "2 + 2", "=", "4"),
        rule("inegal", "2 + 2", "=", "5"),
        rule("au-plus", "4", "<=", "5"),
        rule("au-plus-juste", "5", "<=", "5"),
        rule("trop", "6", "<=", "5"),
    ]
    got = {name: holds for name, (_, _, holds) in found("declaree", identity_rules=rules).items()}
    expected = {
        "egal": True,
        "inegal": False,
        "au-plus": True,
        "au-plus-juste": True,
        "trop": False,
    }
    assert got == expected


def test_every_rule_that_cannot_be_read_is_named_at_once():
    rules = [
        rule("un", "funding:rien", "=", "4"),
        rule("deux", "4", "=", "quatre"),
        rule("trois", "1 / 0", "=", "1"),
        rule("juste", "1", "=", "1"),
    ]
    with pytest.raises(SourceError) as caught:
        identities(Rows(made(identity_rules=rules)))
    assert len(caught.value.problems) == 3
    assert {p.value for p in caught.value.problems} == {"funding:rien", "quatre", "1 / 0"}
    assert "division par zéro" in str(caught.value)


# --- contradictions ------------------------------------------------------------------


def contradiction(name, identity):
    return {
        "contradiction_id": name, "topic": "t", "source_a": SOURCE, "claim_a": "a",
        "source_b": SOURCE, "claim_b": "b", "severity": "mineure", "kept": "a", "reason": "r",
        "identity_id": identity,
    }  # fmt: skip


def test_an_identity_names_its_contradictions():
    rules = [rule("x", "1", "=", "2"), rule("y", "1", "=", "3"), rule("z", "1", "=", "1")]
    register = [
        contradiction("C001", "declaree.x"),
        contradiction("C002", "declaree.x"),
        contradiction("C003", ""),
    ]
    frame = identities(Rows(made(identity_rules=rules, contradictions=register)))
    named = dict(zip(frame["identity_id"], frame["contradiction_id"], strict=True))
    assert named == {"declaree.x": "C001 C002", "declaree.y": "", "declaree.z": ""}
    left = unrecorded(as_rows(typed(all_tables()["identities"], frame)))
    assert [row["identity_id"] for row in left] == ["declaree.y"]


def test_the_table_of_identities_is_typed_and_complete():
    frame = typed(
        all_tables()["identities"],
        identities(Rows(made(identity_rules=[rule("x", "1", "=", "2")]))),
    )
    row = frame.iloc[0]
    assert (row["left"], row["right"], row["difference"], row["holds"]) == (1.0, 2.0, -1.0, False)
    assert row["expression"] == "1 = 2"
    assert frame["identity_id"].is_unique


def test_the_known_sums_of_the_report(assembled):
    rows = assembled["identities"].set_index("identity_id")
    sums = rows.loc["sections.bilan-2025.ensemble.2025.toutes"]
    # 27 + 18 + 30 + 18 + 14 + 25 + 27 = 159, where 163 is printed
    assert (sums["left"], sums["right"], sums["holds"]) == (159.0, 163.0, False)
    budget = rows.loc["budget.2025-total"]
    # 12 + 21 + 278 + 21 + 20 + 68 = 420 of 451 M€
    assert (budget["left"], budget["right"], budget["holds"]) == (420e6, 451e6, False)
    solidarity = rows.loc["budget.2025-solidarites-et-sante"]
    # 72,5 + 73,5 + 68 + 64 = 278
    assert (solidarity["left"], solidarity["holds"]) == (278e6, True)
    habitat = rows.loc["totaux.habitat-logement.2025.bilan-2025"]
    assert (habitat["left"], habitat["right"], habitat["holds"]) == (14.0, 14.0, True)


def test_the_committed_identities_are_unique_and_finite(assembled):
    frame = assembled["identities"]
    assert frame["identity_id"].is_unique
    assert frame[["left", "right", "difference"]].notna().to_numpy().all()


def test_every_failing_identity_of_the_documents_is_recorded(assembled):
    left = unrecorded(as_rows(assembled["identities"]))
    assert [(row["identity_id"], row["left"], row["relation"], row["right"]) for row in left] == []


def test_what_records_an_identity_is_in_the_register(assembled):
    register = set(assembled["contradictions"]["contradiction_id"])
    frame = assembled["identities"]
    named = frame[frame["contradiction_id"].notna()]
    assert set(" ".join(named["contradiction_id"]).split()) <= register
    assert not named["holds"].any()


@pytest.mark.parametrize(
    ("printed", "left", "note"),
    [
        # A-2 was dropped, A-4 starred, A-5 declared gone; A-3 is only forgotten.
        ({0: 1, 1: 2, 3: 4, 6: 7}, 4, None),
        ({0: 1, 1: 2, 3: 3, 6: 4}, 4, None),  # numbered anew
        ({0: 1, 1: 2, 3: 4, 7: 5, 6: 7}, 5, None),  # a new action takes a number that is free
        (
            {0: 1, 1: 2, 6: 7},
            2,
            "d’abord 7 lu pour 3",
        ),  # number 4 is of an action that has not left
        ({0: 1, 1: 1, 3: 4, 6: 7}, 3, "d’abord 1 lu pour 2"),  # printed twice
        ({0: 1, 1: 2, 3: 4, 6: 1}, 3, "d’abord 1 lu pour 5"),  # 7, cut short
    ],
)
def test_the_numbers_of_the_actions_that_left_may_be_missing(printed, left, note):
    names = [f"A-{i}" for i in range(8)]
    frame = identities(Rows(made(
        sections=SECTIONS,
        actions=[{"action_id": a, "section_id": "habitat", "title": "T",
                  "leaves_plan": "yes" if a == "A-4" else ""} for a in names],
        action_statuses=[{"status_id": "A-2.2025", "action_id": "A-2", "year": 2025, "status": "supprimee",
                          "basis": "stated", "reason": "r"}],
        action_lineage=[{"lineage_id": "l", "action_id": "A-5", "kind": "left_plan", "year": 2026}],
        mentions=[
            *(mention(f"m{i}", action_id=a, number_printed=str(i + 1)) for i, a in enumerate(names[:7])),
            *(mention(f"n{i}", action_id=f"A-{i}", number_printed=f"{n}.", year=2026)
              for i, n in printed.items()),
        ],
    ))).set_index("identity_id")  # fmt: skip
    got = frame.loc["numerotation.liste.habitat.2026"]
    assert (got["left"], got["right"]) == (left, len(printed))
    assert got["note"].split(" ; ")[0] == (note or "")


def test_the_label_says_which_numbers_are_left_out():
    assert numbering.told(numbering.sequel([1, 2, 4, 7], {3, 5, 6}))[0] == (
        ", sauf 3, 5 et 6 (actions sorties)"
    )


@given(st.sets(st.integers(1, 40)), st.integers(0, 41))
def test_numbers_left_out_are_in_order_only_if_all_of_them_may_be(free, last):
    kept = [n for n in range(1, last + 1) if n not in free]
    assert numbering.sequel(kept, free).in_order == len(kept)
    found = numbering.sequel(kept)  # nothing may be missing: the first gap stops all that follow
    run = next((i for i, n in enumerate(kept, start=1) if n != i), len(kept) + 1) - 1
    assert found.in_order == run
