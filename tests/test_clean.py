"""Repairs, statuses and money: every rule on small made frames, then on the real tables."""

import itertools
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidata.clean import clean, fields
from solidata.clean.repair import Repairs
from solidata.clean.statuses import action_statuses, deduce, read_status_words
from solidata.french import typography
from solidata.problems import SourceError
from solidata.raw import Raw

NB = "\u00a0"
BILAN = "data/raw/bilan-2025"


def quoted(text):
    return f"«{NB}{text}{NB}»"


def made(file, rows):
    """Return raw rows with their place, as the reader gives them: ``rows`` start on line 2."""
    frame = pd.DataFrame(rows).fillna("").astype(object)
    return frame.assign(raw_file=file, raw_line=range(2, len(frame) + 2))


def corrections(*rows):
    columns = ["correction_id", "row", "field", "printed", "value", "reason"]
    frame = pd.DataFrame([("R001", *row, "essai") for row in rows], columns=columns, dtype=object)
    return frame.assign(raw_file="corrections.csv", raw_line=range(2, len(frame) + 2))


NONE = corrections()


def messages(work, *arguments):
    with pytest.raises(SourceError) as caught:
        work(*arguments)
    return [str(problem) for problem in caught.value.problems]


# --- corrections -----------------------------------------------------------------------

KEYS = pd.Series(["A-01", "A-02"])
TITLES = pd.Series(["Créer un outll", "Former"])


def test_a_correction_repairs_its_field_and_no_other():
    repairs = Repairs(corrections(("actions:A-01", "title", "Créer un outll", "Créer un outil")))
    assert repairs.apply("actions", "objective", KEYS, TITLES).tolist() == TITLES.tolist()
    assert repairs.apply("flagships", "title", KEYS, TITLES).tolist() == TITLES.tolist()
    repaired = repairs.apply("actions", "title", KEYS, TITLES)
    assert repaired.tolist() == ["Créer un outil", "Former"]
    assert TITLES[0] == "Créer un outll"  # what was given stays
    repairs.check()


def test_a_guard_that_fails_shows_what_is_printed_now():
    repairs = Repairs(corrections(("actions:A-01", "title", "Créer un outi1", "Créer un outil")))
    repairs.apply("actions", "title", KEYS, TITLES)
    assert messages(repairs.check) == [
        f"corrections.csv, ligne 2, colonne {quoted('printed')} : {quoted('Créer un outi1')} lu ; "
        f"la transcription imprime {quoted('Créer un outll')} ; correction à revoir"
    ]


def test_a_correction_of_a_row_or_a_field_that_does_not_exist():
    repairs = Repairs(
        corrections(("actions:A-99", "title", "a", "b"), ("actions:A-01", "titre", "a", "b"))
    )
    repairs.apply("actions", "title", KEYS, TITLES)
    expected = "attendu : une ligne et un champ qui existent ({} n’en est pas un)"
    place = f"corrections.csv, ligne {{}}, colonne {quoted('row')} : {{}} lu ; "
    assert messages(repairs.check) == [
        place.format(2, quoted("actions:A-99")) + expected.format(quoted("title")),
        place.format(3, quoted("actions:A-01")) + expected.format(quoted("titre")),
    ]


def test_a_field_corrected_twice():
    once = ("actions:A-01", "title", "Créer un outll", "Créer un outil")
    repairs = Repairs(corrections(once, once))
    repairs.apply("actions", "title", KEYS, TITLES)
    assert messages(repairs.check) == [
        f"corrections.csv, ligne 3, colonne {quoted('row')} : {quoted('actions:A-01')} lu ; "
        "champ déjà corrigé plus haut"
    ]


def test_a_changed_transcription_stops_the_build(raw_copy):
    raw_copy.edit(
        "bilan-2025/actions.csv", ("“Mieux se connaitre pour", "“Mieux se connaître pour")
    )
    raw_copy.edit("bilan-2025/corrections.csv", ("R003,actions:DP-02,", "R003,actions:ZZ-02,"))
    guard, stray = raw_copy.refusals(whole=True)
    assert guard.startswith(
        f"{BILAN}/corrections.csv, ligne 2, colonne {quoted('printed')} : «{NB}“Mieux se connaitre"
    )
    assert f"la transcription imprime «{NB}“Mieux se connaître pour" in guard
    assert guard.endswith(" ; correction à revoir")
    assert stray == (
        f"{BILAN}/corrections.csv, ligne 4, colonne {quoted('row')} : {quoted('actions:ZZ-02')} lu ; "
        f"attendu : une ligne et un champ qui existent ({quoted('objective')} n’en est pas un)"
    )


def test_every_correction_of_the_register_is_in_its_table(assembled):
    register = assembled["corrections"]
    assert len(register) > 100
    assert (register["printed"] != register["value"]).all()
    held = 0
    for _, row in register.iterrows():
        name, _, key = row["row"].partition(":")
        table = assembled[name].set_index(assembled[name].columns[0])
        if row["field"] in {"title", "label", "objective"}:
            # a title takes no final stop
            value = typography(row["value"])
            assert table.loc[key, row["field"]] in {value, value.rstrip(".,")}, row["row"]
            held += 1
    assert held > 100


# --- status words ------------------------------------------------------------------------

WORDS = made(
    "status_words.csv",
    [
        {"wording": "Réalisée", "status": "realisee"},
        {"wording": "Non réalisée", "status": "supprimee"},
        {"wording": "Non réalisée - reportée", "status": "reportee"},
        {"wording": "En cours", "status": "en_cours"},
    ],
)


def read_words(*printed):
    return read_status_words(made("mentions.csv", [{"status_printed": p} for p in printed]), WORDS)


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("", ""),
        ("Réalisée", "realisee"),
        ("REALISEE", "realisee"),
        ("Realisee en 2025", "realisee"),
        ("En⏎cours", "en_cours"),
        ("En cours -⏎a poursuivre en⏎2026", "en_cours"),
        ("Non réalisée", "supprimee"),
        ("Non réalisée⏎reportée en 2026", "reportee"),  # the longest wording wins
        ("Non réali-⏎sée – reportée", "reportee"),
    ],
)
def test_status_words(printed, status):
    assert read_words(printed).tolist() == [status]


def test_every_unknown_wording_is_told():
    expected = f"mentions.csv, ligne {{}}, colonne {quoted('status_printed')} : {{}} lu ; "
    with pytest.raises(SourceError) as caught:
        read_words("Réalisée", "Pas réalisée", "", "Abandonnée")
    assert [str(p) for p in caught.value.problems] == [
        expected.format(n, quoted(t))
        + "statut inconnu ; ajoutez sa formule à status_words.csv, ou sa lecture à corrections si elle est fautive"
        for n, t in [(3, "Pas réalisée"), (5, "Abandonnée")]
    ]


# --- deduction by elimination ----------------------------------------------------------------

STATUSES = ("realisee", "en_cours", "reportee", "supprimee")


def totals_of(*counts, listed=None):
    return {
        "toutes": sum(counts) if listed is None else listed,
        **dict(zip(STATUSES, counts, strict=True)),
    }


@pytest.mark.parametrize(
    ("known", "totals", "listed", "status"),
    [
        # 14 actions, 10 known: 8 en_cours, 2 supprimees; 14 − 10 = 4 = the 4 reportees printed
        ((0, 8, 0, 2), totals_of(0, 8, 4, 2), 14, "reportee"),
        ((0, 0, 0, 0), totals_of(0, 3, 0, 0), 3, "en_cours"),  # all of one status
        ((6, 0, 0, 0), totals_of(7, 0, 0, 0), 7, "realisee"),
        # 27 actions, 3 + 2 left: two statuses possible
        ((0, 13, 0, 9), totals_of(3, 13, 2, 9), 27, None),
        ((1, 1, 1, 1), totals_of(1, 1, 1, 1), 4, None),  # nothing left to deduce
        ((0, 8, 0, 2), totals_of(0, 8, 4, 2), 13, None),  # 13 listed, 14 printed
        ((0, 8, 0, 2), totals_of(0, 8, 4, 2, listed=15), 14, None),  # 14 listed, 15 printed
        ((0, 8, 0, 2), totals_of(0, 8, 5, 2, listed=14), 14, None),  # 0+8+5+2 = 15, not 14
        ((0, 9, 0, 2), totals_of(0, 8, 4, 2), 14, None),  # 9 known en_cours of 8 printed
        ((1, 7, 0, 2), totals_of(0, 8, 4, 2), 14, None),  # 1 known realisee of 0 printed
        ((0, 8, 0, 2), {"toutes": 14, "reportee": 4}, 14, None),  # the other counts are missing
        ((0, 8, 0, 2), {"reportee": 4, "en_cours": 8, "supprimee": 2}, 14, None),  # no total
        ((0, 0, 0, 0), {}, 3, None),
        ((0, 0, 0, 0), totals_of(0, 0, 0, 0), 0, None),  # an empty section
    ],
)
def test_deduction_on_made_sections(known, totals, listed, status):
    each = [s for s, n in zip(STATUSES, known, strict=True) for _ in range(n)]
    found = deduce({f"A-{i:02}": s for i, s in enumerate(each)}, totals, listed)
    assert (found and found[0]) == status


def test_a_deduction_says_why():
    known = {f"HL-{i:02}": "en_cours" for i in range(8)} | {
        "HL-12": "supprimee",
        "HL-13": "supprimee",
    }
    assert deduce(known, totals_of(0, 8, 4, 2), 14) == (
        "reportee",
        "Par élimination : 14 actions listées comme imprimé, 10 statuts connus, "
        f"et les totaux imprimés ne laissent que 4 {quoted('Non engagée – reportée')}.",
    )


def possible(known, totals, listed):
    """Return every distribution of the unknown actions that the printed totals allow."""
    if totals["toutes"] != listed:
        return set()
    unknown = listed - len(known)
    printed = Counter({s: totals[s] for s in STATUSES if totals[s]})
    return {
        left
        for left in itertools.product(STATUSES, repeat=unknown)
        if Counter(left) + Counter(known) == printed
    }


@given(st.data())
def test_deduction_never_guesses_and_never_contradicts_the_totals(data):
    truth = data.draw(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=5))
    known = data.draw(st.lists(st.sampled_from(truth), max_size=len(truth)))
    if data.draw(st.booleans(), label="known is true"):
        known = truth[: data.draw(st.integers(0, len(truth)))]
    counted = Counter(truth)
    totals = {"toutes": len(truth)} | {s: counted[s] for s in STATUSES}
    for status in data.draw(st.lists(st.sampled_from([*STATUSES, "toutes"]), max_size=2)):
        totals[status] = max(0, totals[status] + data.draw(st.integers(-1, 1)))

    found = deduce({str(i): s for i, s in enumerate(known)}, totals, len(truth))
    allowed = possible(known, totals, len(truth))
    if found:
        # one distribution is possible, and it is the one deduced
        assert allowed == {(found[0],) * (len(truth) - len(known))}
    elif len(known) < len(truth):
        # nothing is deduced: the totals allow no distribution, or several
        assert len(allowed) != 1


# --- the order of the bases ------------------------------------------------------------------


def actions(*ids, section="s"):
    return pd.DataFrame({"action_id": list(ids), "section_id": section}, dtype=object)


def mentions(*rows):
    """Return mentions from (action, list, status, scope)."""
    columns = ["action_id", "list", "status", "scope"]
    frame = pd.DataFrame([(*row, "")[:4] for row in rows], columns=columns, dtype=object)
    numbers = pd.Series(range(1, len(frame) + 1)).astype(str)
    return frame.assign(
        year="2025", source_id="doc", line=numbers, line_end="", printed="Titre " + numbers,
        status_line=("1" + numbers).where(frame["status"] != "", ""), status_line_end="",
        status_printed=frame["status"].where(frame["status"] == "", "mot " + frame["status"]),
    )  # fmt: skip


def counts(**printed):
    source = printed.pop("source", "doc")
    total = printed.pop("total", None) or sum(printed.values())
    return pd.DataFrame(
        [("s", "2025", s, n, total, source, f"9{i}", f"{s} : {n}/{total}")
         for i, (s, n) in enumerate(printed.items())],
        columns=["section_id", "year", "status", "count", "total", "source_id", "line", "printed"],
    )  # fmt: skip


NO_COUNTS = counts(realisee=0).iloc[:0]


def statuses(acts, ments, cnts=NO_COUNTS):
    frame = action_statuses(acts, ments, cnts)
    return {row["action_id"]: row for _, row in frame.iterrows()}


EVERY = [
    ("A", "table", "realisee"),
    ("A", "sheet", "en_cours"),
    ("A", "flagship", "reportee"),
]


@pytest.mark.parametrize(
    ("said", "status", "basis"),
    [
        (EVERY, "realisee", "stated"),
        ([("A", "table", ""), *EVERY[1:]], "en_cours", "sheet"),
        ([("A", "table", ""), ("A", "sheet", ""), EVERY[2]], "reportee", "flagship"),
        ([("A", "table", "")], "non_lisible", "none"),
        ([("A", "focus", "realisee"), EVERY[1]], "realisee", "stated"),
        ([("A", "alliance", "supprimee"), EVERY[1]], "supprimee", "stated"),
        ([("A", "table", ""), ("A", "slide", "realisee")], "non_lisible", "none"),
        # the order of the rows does not matter
        (EVERY[::-1], "realisee", "stated"),
    ],
)
def test_stated_comes_before_sheet_before_flagship_before_none(said, status, basis):
    row = statuses(actions("A"), mentions(*said))["A"]
    assert (row["status"], row["basis"]) == (status, basis)
    assert row["status_id"] == "A.2025"


def test_words_come_before_elimination():
    # B is known by its sheet; 1 realisee + 1 en_cours leave A realisee.
    rows = statuses(
        actions("A", "B"),
        mentions(("A", "table", ""), ("B", "table", ""), ("B", "sheet", "en_cours")),
        counts(realisee=1, en_cours=1),
    )
    assert (rows["A"]["status"], rows["A"]["basis"]) == ("realisee", "deduced")
    assert (rows["B"]["status"], rows["B"]["basis"]) == ("en_cours", "sheet")
    # a deduced status stands on the printed total; the others on their words
    assert (rows["A"]["line"], rows["A"]["printed"]) == ("90", "realisee : 1/2")
    assert (rows["B"]["line"], rows["B"]["printed"]) == ("13", "mot en_cours")


def test_the_reason_shows_the_words_and_their_line():
    rows = statuses(actions("A", "B"), mentions(EVERY[0], ("B", "table", "")))
    assert rows["A"]["reason"] == f"{quoted('mot realisee')} imprimé dans la liste, ligne 11."
    assert rows["B"]["reason"] == ("Aucun mot de statut lisible, et aucun total imprimé.")
    assert rows["B"]["printed"] == "Titre 2"  # where the action is printed


SCOPES = [("A", "sheet", "realisee", "enfants"), ("A", "sheet", "en_cours", "adultes")]


def test_scopes_that_disagree_give_way_to_the_next_basis():
    row = statuses(actions("A"), mentions(*SCOPES, ("A", "flagship", "en_cours")))["A"]
    assert (row["status"], row["basis"]) == ("en_cours", "flagship")
    assert row["reason"] == (
        f"{quoted('mot en_cours')} imprimé dans la liste des phares, ligne 13. "
        "Écarté : sur la fiche, statuts différents "
        "(enfants : mot realisee ; adultes : mot en_cours)."
    )


def test_scopes_that_disagree_with_nothing_else_are_not_settled():
    row = statuses(actions("A"), mentions(*SCOPES))["A"]
    assert (row["status"], row["basis"]) == ("non_lisible", "none")
    assert row["reason"] == (
        "Aucun statut retenu : sur la fiche, statuts différents "
        "(enfants : mot realisee ; adultes : mot en_cours)."
    )


def test_scopes_that_agree_are_one_status():
    said = [("A", "sheet", "realisee", "enfants"), ("A", "sheet", "realisee", "adultes")]
    row = statuses(actions("A"), mentions(*said))["A"]
    assert (row["status"], row["basis"]) == ("realisee", "sheet")


LISTED = [("A", "table", ""), ("B", "table", "en_cours")]


def test_printings_of_a_total_that_disagree_deduce_nothing():
    one = counts(realisee=1, en_cours=1)
    again = counts(realisee=0, en_cours=2)  # the same section, counted otherwise
    more = counts(realisee=1, en_cours=1, total=3)  # the same counts, of another total
    for cnts, basis in [
        (one, "deduced"),
        (pd.concat([one, one]), "deduced"),
        (pd.concat([one, again]), "none"),
        (pd.concat([again, one]), "none"),
        (pd.concat([one, more]), "none"),
    ]:
        row = statuses(actions("A", "B"), mentions(*LISTED), cnts.reset_index(drop=True))["A"]
        assert row["basis"] == basis


def test_the_totals_of_another_document_deduce_nothing():
    other = counts(realisee=1, en_cours=1, source="other")
    assert statuses(actions("A", "B"), mentions(*LISTED), other)["A"]["basis"] == "none"
    both = pd.concat([other.assign(line="7"), counts(realisee=1, en_cours=1)], ignore_index=True)
    row = statuses(actions("A", "B"), mentions(*LISTED), both)["A"]
    # the line is of the same document as the row
    assert (row["basis"], row["source_id"], row["line"]) == ("deduced", "doc", "90")


def test_an_action_of_the_slides_alone_has_no_status_row():
    assert set(statuses(actions("A", "B"), mentions(LISTED[0], ("B", "slide", "")))) == {"A"}


def test_an_action_is_judged_year_by_year():
    both = mentions(("A", "table", "en_cours"), ("A", "table", "realisee"))
    both.loc[1, "year"] = "2026"
    frame = action_statuses(actions("A"), both, NO_COUNTS).set_index("status_id")
    assert frame["status"].to_dict() == {"A.2025": "en_cours", "A.2026": "realisee"}


# --- statuses of the real tables ---------------------------------------------------------------


@pytest.fixture(scope="module")
def real(assembled):
    frame = assembled["action_statuses"]
    return frame[frame["year"] == 2025].set_index("action_id")


def test_four_housing_actions_are_deduced(real):
    deduced = real[real["basis"] == "deduced"]
    assert deduced.index.tolist() == ["HL-01", "HL-06", "HL-09", "HL-10"]
    assert set(deduced["status"]) == {"reportee"}
    housing = real[real.index.str.startswith("HL")]
    # printed: 0 + 8 + 4 + 2 = 14
    assert housing["status"].value_counts().to_dict() == {
        "en_cours": 8, "reportee": 4, "supprimee": 2, "realisee": 0, "non_lisible": 0,
    }  # fmt: skip


def test_digital_inclusion_stays_partly_illegible(real):
    found = real[real.index.str.startswith("IN")]["status"].value_counts().to_dict()
    # printed: 3 + 13 + 2 + 9 = 27; 22 read would leave 3 realisees and 2 reportees: no guess
    assert found["non_lisible"] == 27 - found["en_cours"] - found["supprimee"] > 1
    assert found["en_cours"] <= 13
    assert found["supprimee"] <= 9
    assert set(real[real["status"] == "non_lisible"]["basis"]) == {"none"}


@pytest.mark.parametrize(
    ("action", "status", "basis"),
    [
        ("SA-25", "realisee", "sheet"),
        ("AU-07", "en_cours", "flagship"),
        ("DP-07", "reportee", "stated"),
        ("DP-02", "realisee", "sheet"),
        ("EF-01", "non_lisible", "none"),
    ],
)
def test_statuses_of_the_report(real, action, status, basis):
    assert (real.loc[action, "status"], real.loc[action, "basis"]) == (status, basis)


def test_the_sheet_of_au_07_disagrees_with_itself(real):
    assert "enfants : cloturé ; adultes : en cours - a poursuivre" in real.loc["AU-07", "reason"]


def test_every_listed_action_has_one_status(assembled, real):
    # 17 DP + 16 DF + 18 EF + 30 AU + 18 IE + 14 HL + 25 SA + 27 IN + 3 AL = 168
    assert len(real) == 168 == 17 + 16 + 18 + 30 + 18 + 14 + 25 + 27 + 3
    assert real.index.is_unique
    assert real.index.tolist() == [a for a in assembled["actions"]["action_id"] if a in real.index]


def test_no_section_has_more_of_a_status_than_printed(assembled, real):
    printed = assembled["status_counts"]
    printed = printed[(printed["year"] == 2025) & (printed["source_id"] == "bilan-2025")]
    by_section = assembled["actions"].set_index("action_id")["section_id"]
    read = Counter(zip(real.index.map(by_section), real["status"].astype(str), strict=True))
    held = 0
    for _, row in printed[printed["status"] != "toutes"].iterrows():
        if (row["section_id"], row["status"]) in read:
            assert read[row["section_id"], row["status"]] <= row["count"], row["count_id"]
            held += 1
    assert held > 10


# --- money ---------------------------------------------------------------------------------------


def funding_of(*rows):
    base = {"kind": "amount", "amount_printed": "", "part_of": "", "split_by": ""}
    frame = made(
        "funding.csv", [{"funding_id": f"f{i}"} | base | row for i, row in enumerate(rows)]
    )
    repairs = Repairs(NONE)
    frame = fields.funding(frame, repairs)
    repairs.check()
    return frame[["amount_min_eur", "amount_max_eur"]].astype(float)


def test_amounts_ranges_and_what_has_none():
    amounts = funding_of(
        {"amount_printed": "131680¢€"},
        {"kind": "range", "amount_printed": "entre 250 000 € et⏎400 000 €"},
        {"kind": "staff_time"},
        {"kind": "no_budget"},
        {"kind": "illegible", "amount_printed": "1 0 02 0 oo €"},  # stays empty: no guess
    )
    assert amounts["amount_min_eur"].tolist()[:2] == [131_680, 250_000]
    assert amounts["amount_max_eur"].tolist()[:2] == [131_680, 400_000]
    assert amounts.iloc[2:].isna().all(axis=None)


def test_every_disagreement_of_kind_and_amount_is_told_at_once():
    place = f"funding.csv, ligne {{}}, colonne {quoted('amount_printed')} : {{}} lu ; {{}}"
    rows = [
        {"amount_printed": ""},
        {"kind": "staff_time", "amount_printed": "3 €"},
        {"amount_printed": "1 0 02 0 oo €"},
        {"amount_printed": "3 €", "part_of": "f0"},
    ]
    assert messages(funding_of, *rows) == [
        place.format(2, "vide", "attendu : un montant, puisque kind vaut amount").replace(
            " lu ;", " ;"
        ),
        place.format(3, quoted("3 €"), "attendu : vide, puisque kind vaut staff_time"),
        place.format(
            4,
            quoted("1 0 02 0 oo €"),
            "attendu : un montant, par exemple 16 563 €, 72,5 M€ ou 850 000 euros",
        ),
        f"funding.csv, ligne 5, colonne {quoted('split_by')} : vide ; "
        "attendu : part_of et split_by ensemble",
    ]


def budget_of(*rows):
    columns = ["block_id", "parent_id", "amount_printed", "basis"]
    frame = made("department_budget.csv", [dict(zip(columns, r, strict=True)) for r in rows])
    repairs = Repairs(NONE)
    frame = fields.department_budget(frame, repairs)
    repairs.check()
    return frame.set_index("block_id")["amount_eur"]


BLOCKS = [
    ("total", "", "451 millions d’euros", "stated"),
    ("rest", "total", "", "residual"),
    ("care", "total", "278 M€", "stated"),
    ("roads", "total", "68 M€", "press"),
    ("old-age", "care", "72,5 M€", "stated"),  # a part of a part is not taken away twice
    ("other-year", "", "17,5 M€", "stated"),
]


def test_a_residual_is_the_total_minus_its_siblings():
    # 451 − (278 + 68) = 105; neither 72,5 (a part of 278) nor 17,5 (outside the total)
    assert budget_of(*BLOCKS)["rest"] == 105_000_000


def test_a_missing_amount_and_a_residual_of_nothing_are_told():
    rows = [*BLOCKS[:1], ("rest", "", "", "residual"), ("care", "total", "", "stated"),
            ("roads", "total", "68 Mo", "press")]  # fmt: skip
    place = "department_budget.csv, ligne {}, colonne {} : {} lu ; {}"
    amount = quoted("amount_printed")
    assert messages(budget_of, *rows) == [
        place.format(3, quoted("parent_id"), "vide", "attendu : le bloc dont cette ligne est le reste")
        .replace(" lu ;", " ;"),
        place.format(4, amount, "vide", "attendu : un montant (seul un reste calculé s’en passe)")
        .replace(" lu ;", " ;"),
        place.format(5, amount, quoted("68 Mo"), "attendu : un montant, "
                     "par exemple 16 563 €, 72,5 M€ ou 850 000 euros"),
    ]  # fmt: skip


def test_the_residual_of_the_2025_budget(assembled):
    budget = assembled["department_budget"].set_index("block_id")
    # 12 + 21 + 278 + 21 + 20 + 68 = 420; 451 − 420 = 31
    assert budget.loc["2025-non-identifie", "amount_eur"] == 31_000_000
    assert budget.loc["2025-non-identifie", "basis"] == "residual"
    siblings = budget[(budget["parent_id"] == "2025-total") & (budget["basis"] != "residual")]
    assert siblings["amount_eur"].sum() == 420_000_000
    parts = budget[budget["parent_id"] == "2025-solidarites-et-sante"]["amount_eur"]
    assert parts.sum() == 278_000_000  # 72,5 + 73,5 + 68 + 64


def test_the_money_of_the_report(assembled):
    funding = assembled["funding"].set_index("funding_id")
    assert funding.loc["DP-03.f1", "amount_min_eur"] == 1_170_000  # printed « 1170 000€ »
    assert funding.loc["DP-02.f1", "amount_max_eur"] == 131_680  # printed « 131680¢€ »
    spread = funding["amount_min_eur"] < funding["amount_max_eur"]
    assert (funding.loc[spread, "kind"] == "range").all()
    assert spread.sum() == (funding["kind"] == "range").sum() > 0
    empty = funding["amount_min_eur"].isna()
    assert set(funding.loc[empty, "kind"]) <= {"staff_time", "no_budget", "illegible"}
    assert not (funding["amount_min_eur"].notna() & (funding["kind"] == "illegible")).any()


# --- measures, totals and dates ---------------------------------------------------------------------

UNITS = made(
    "indicators.csv",
    [
        {"indicator_id": "rate", "unit": "%"},
        {"indicator_id": "cost", "unit": "euros"},
        {"indicator_id": "calls", "unit": "appels"},
    ],
)


def observed(*rows):
    base = {"value_printed": "", "out_of_printed": "", "kind": "observed", "legibility": "clear"}
    frame = made(
        "observations.csv", [{"observation_id": f"o{i}"} | base | r for i, r in enumerate(rows)]
    )
    repairs = Repairs(NONE)
    frame = fields.observations(frame, UNITS, repairs)
    repairs.check()
    return frame


def test_values_are_read_in_the_unit_of_their_indicator():
    frame = observed(
        {"indicator_id": "calls", "value_printed": "15 876"},
        {"indicator_id": "rate", "value_printed": "44 %"},
        {"indicator_id": "cost", "value_printed": "1,2 M€"},
        {"indicator_id": "calls", "value_printed": "une trentaine", "out_of_printed": "90"},
        {"indicator_id": "calls", "kind": "no_value"},
        {"indicator_id": "calls", "value_printed": "1 0 oo", "legibility": "illegible"},
    )
    assert frame["value"].tolist()[:4] == [15_876, 0.44, 1_200_000, 30]
    assert frame["out_of"].tolist()[3] == 90
    assert frame["value"][4:].isna().all()


def test_every_unread_value_of_a_table_is_told_at_once():
    found = messages(
        observed,
        {"indicator_id": "calls", "value_printed": "44 %"},
        {"indicator_id": "rate", "value_printed": "44"},
        {"indicator_id": "calls", "value_printed": ""},
        {"indicator_id": "calls", "value_printed": "3", "out_of_printed": "4 5"},
        {"indicator_id": "calls", "value_printed": "nd"},
    )
    place = "observations.csv, ligne {}, colonne {} : {} lu ; attendu : un {}"
    number = "nombre, par exemple 15 876, 72,5 ou « deux »"
    value, out_of = quoted("value_printed"), quoted("out_of_printed")
    assert found == [
        place.format(2, value, quoted("44 %"), number),
        place.format(3, value, quoted("44"), "pourcentage, par exemple 44 %"),
        place.format(4, value, "vide", "nombre (ou kind = no_value)").replace(" lu ;", " ;"),
        place.format(5, out_of, quoted("4 5"), number),
        place.format(6, value, quoted("nd"), number)
        + f"{NB}; sans nombre imprimé{NB}: cellule vide et kind = no_value",
    ]


def test_a_value_is_out_of_something_and_no_more_than_it():
    found = messages(
        observed,
        {"indicator_id": "calls", "value_printed": "10", "out_of_printed": "5"},
        {"indicator_id": "calls", "value_printed": "0", "out_of_printed": "0"},
        {"indicator_id": "calls", "kind": "no_value", "out_of_printed": "zéro"},
        {"indicator_id": "calls", "value_printed": "5", "out_of_printed": "5"},
        {"indicator_id": "calls", "value_printed": "une trentaine", "out_of_printed": "29"},
        {"indicator_id": "calls", "kind": "no_value", "out_of_printed": "12"},
        {"indicator_id": "cost", "value_printed": "5 k€", "out_of_printed": "10"},
    )
    place = f"observations.csv, ligne {{}}, colonne {quoted('out_of_printed')} : {{}} lu ; attendu : {{}}"
    more = "un nombre plus grand que 0"
    assert found == [
        place.format(2, quoted("5"), "au moins 10, la valeur de la ligne"),
        place.format(3, quoted("0"), more),
        place.format(4, quoted("zéro"), more),
        place.format(6, quoted("29"), "au moins une trentaine, la valeur de la ligne"),
    ]


def test_counts_are_whole_numbers():
    frame = made("status_counts.csv", [
        {"count_id": "c", "count_printed": "8", "total_printed": "30"},
        {"count_id": "d", "count_printed": "deux", "total_printed": ""},
        {"count_id": "e", "count_printed": "8,5", "total_printed": "x"},
    ])  # fmt: skip
    repairs = Repairs(NONE)
    found = fields.status_counts(frame.iloc[:2], repairs)
    repairs.check()
    assert found["count"].tolist() == [8, 2]
    assert found["total"].tolist() == [30, None]
    fields.status_counts(frame, repairs)
    place = "status_counts.csv, ligne 4, colonne {} : {} lu ; attendu : un nombre"
    assert messages(repairs.check) == [
        place.format(quoted("count_printed"), quoted("8,5")) + " entier",
        place.format(quoted("total_printed"), quoted("x"))
        + ", par exemple 15 876, 72,5 ou « deux »",
    ]


def dated(*rows):
    base = {"date_printed": "", "year": "", "weekday_printed": ""}
    return made("events.csv", [{"event_id": f"e{i}"} | base | r for i, r in enumerate(rows)])


def test_dates_take_the_year_of_their_row():
    frame = dated({"date_printed": "fin⏎juin", "year": "2025"}, {"date_printed": "7/11/2024"})
    found = fields.events(frame, Repairs(NONE))
    assert found["date_start"].tolist() == ["2025-06-01", "2024-11-07"]
    assert found["date_end"].tolist() == ["2025-06-30", "2024-11-07"]
    assert found["precision"].tolist() == ["month", "day"]


def test_every_unread_date_is_told_without_the_year_of_its_row():
    frame = dated({"date_printed": "27/03/205", "year": "2025"}, {"date_printed": "fin juin"})
    date = "une date, par exemple 27/03/2025 ou 3 avril 2025"
    period = "une période, par exemple juin 2024 ou du 13 au 17 octobre 2025, avec son année"
    place = f"events.csv, ligne {{}}, colonne {quoted('date_printed')} : {{}} lu ; attendu : {{}}"
    assert messages(fields.events, frame, Repairs(NONE)) == [
        place.format(2, quoted("27/03/205"), date),
        place.format(3, quoted("fin juin"), period),
    ]


def test_an_unread_weekday_is_told():
    frame = dated(
        {"date_printed": "2024", "weekday_printed": "Lundi"},
        {"date_printed": "2024", "weekday_printed": "lundredi"},
    )
    repairs = Repairs(NONE)
    fields.events(frame, repairs)
    assert messages(repairs.check) == [
        f"events.csv, ligne 3, colonne {quoted('weekday_printed')} : {quoted('lundredi')} lu ; "
        "attendu : un jour de la semaine"
    ]


def test_titles_lose_their_final_stop_and_keep_an_ellipsis():
    frame = made("flagships.csv", [
        {"flagship_id": "a", "printed": "Développer la pair-⏎aidance."},
        {"flagship_id": "b", "printed": "Former, informer..."},
        {"flagship_id": "c", "printed": "L'accueil,"},
    ])  # fmt: skip
    titles = fields.titled("flagships", frame, Repairs(NONE))["title"].tolist()
    assert titles == ["Développer la pairaidance", "Former, informer...", "L’accueil"]


def test_cleaning_tells_the_errors_of_several_tables_at_once(transcribed):
    tables = dict(transcribed.tables)

    def spoil(name, column, value):
        tables[name] = tables[name].assign(**{column: [value, *tables[name][column].iloc[1:]]})

    spoil("events", "date_printed", "27/03/205")
    spoil("mentions", "status_printed", "Enterrée")
    spoil("status_counts", "count_printed", "cent soixante")
    spoil("corrections", "printed", "autre chose")
    found = messages(clean, Raw(transcribed.sources, tables))
    assert [m.split(",")[0] for m in found] == [
        f"{BILAN}/{name}.csv" for name in ("corrections", "events", "mentions", "status_counts")
    ]


def test_cleaning_changes_no_raw_frame(transcribed):
    before = {name: frame.copy() for name, frame in transcribed.tables.items()}
    clean(transcribed)
    for name, frame in transcribed.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])
