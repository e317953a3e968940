"""The register of contradictions names what exists, and only what still disagrees."""

import pandas as pd
import pytest

from solidata.catalog import load_all
from solidata.check.contradictions import addresses, affected, faults, unrecorded
from solidata.french import quote
from solidata.tables import all_tables
from solidata.tables.rows import Rows, as_rows
from solidata.tables.typed import typed

LINES = 2710  # of the report


@pytest.fixture(scope="module")
def tables():
    return load_all()


def register(*rows):
    """Return a typed register; what is not given is sound."""
    sound = {
        "contradiction_id": "C901", "topic": "Actions", "source_a": "bilan-2025", "line_a": 94,
        "claim_a": "163", "source_b": "bilan-2025", "line_b": 374, "claim_b": "159",
        "severity": "majeure", "kept": "aucun", "reason": "Les deux sont imprimés.",
        "affects": "actions:EF-03 funding:DP-02.f1",
        "identity_id": "sections.bilan-2025.ensemble.2025.toutes",
    }  # fmt: skip
    table = all_tables()["contradictions"]
    written = pd.DataFrame([sound | row for row in rows], dtype=object)
    return typed(table, written.reindex(columns=table.names))


def found(tables, *rows):
    return list(faults(Rows(tables | {"contradictions": register(*rows)})))


def test_a_sound_contradiction_has_no_fault(tables):
    assert found(tables, {}) == []


def test_the_committed_register_has_no_fault(tables):
    assert list(faults(Rows(tables))) == []


@pytest.mark.parametrize(
    ("changed", "column", "expected"),
    [
        ({"affects": "actions:EF-99"}, "affects", "actions:EF-99 n’existe pas"),
        ({"affects": "acts:EF-03"}, "affects", "acts:EF-03 n’existe pas"),
        ({"affects": "EF-03"}, "affects", "EF-03 n’existe pas"),
        ({"line_a": LINES + 1}, "line_a", f"le document n’a pas de ligne {LINES + 1}"),
        ({"line_b": 9999}, "line_b", "le document n’a pas de ligne 9999"),
        ({"source_b": "presentation-2024-2028", "line_b": 593}, "line_b",
         "le document n’a pas de ligne 593"),  # the slides have 592
        ({"source_a": "magcentre-2020-12", "line_a": 1}, "line_a",
         "le document n’a pas de ligne 1"),  # a web page has no lines
        ({"identity_id": "totaux.phares.2025.bilan-2025"}, "identity_id",
         "l’identité totaux.phares.2025.bilan-2025 est vérifiée ; contradiction à revoir"),
    ],
)  # fmt: skip
def test_a_contradiction_without_ground_is_seen(tables, changed, column, expected):
    assert found(tables, changed) == [("C901", column, expected)]


@pytest.mark.parametrize(
    "changed",
    [
        {"line_a": LINES},
        {"line_a": 1, "line_b": ""},
        {"source_b": "presentation-2024-2028", "line_b": 592},
        {"affects": ""},
        {"identity_id": ""},
    ],
)
def test_what_is_at_the_edge_is_no_fault(tables, changed):
    assert found(tables, changed) == []


def test_every_fault_of_every_row_is_told(tables):
    rows = ({"affects": "actions:X actions:EF-03 funding:Y", "line_a": 5000},
            {"contradiction_id": "C902", "line_b": 5000})  # fmt: skip
    got = found(tables, *rows)
    assert [(name, column) for name, column, _ in got] == [
        ("C901", "affects"), ("C901", "affects"), ("C901", "line_a"), ("C902", "line_b"),
    ]  # fmt: skip


def test_every_row_has_one_address(tables):
    known = addresses(Rows(tables))
    assert {"actions:EF-03", "funding:DP-02.f1", "territories:nord"} <= known
    assert len(known) == sum(len(frame) for frame in tables.values())


def test_contradictions_of_a_row_are_found_by_its_whole_address():
    rows = register(
        {"affects": "actions:EF-03"},
        {"contradiction_id": "C902", "affects": "actions:EF-031 mentions:EF-03"},
        {"contradiction_id": "C903", "affects": "sections:sante actions:EF-03"},
        {"contradiction_id": "C904", "affects": ""},
    )
    assert affected(rows, "actions:EF-03")["contradiction_id"].tolist() == ["C901", "C903"]
    assert affected(rows, "actions:EF-0").empty


def test_unrecorded_are_the_failing_ones_that_name_nothing():
    identities = pd.DataFrame(
        {
            "identity_id": ["verifiee", "consignee", "oubliee"],
            "holds": pd.array([True, False, False], dtype="boolean"),
            "contradiction_id": [None, "C001", None],
        }
    )
    assert [row["identity_id"] for row in unrecorded(as_rows(identities))] == ["oubliee"]


def test_a_contradiction_says_which_rows_it_touches(raw_copy):
    # Without them no figure and no notebook would show it.
    path = sorted(raw_copy.root.glob("*/contradictions.csv"))[0]
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[0, "affects"] = ""
    rows.to_csv(path, index=False)
    (refusal,) = raw_copy.refusals()
    name = path.relative_to(raw_copy.home).as_posix()
    assert refusal == f"{name}, ligne 2, colonne {quote('affects')} : vide ; attendu : une valeur"
