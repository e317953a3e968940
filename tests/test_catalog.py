"""Typed frames, names, places, and the way back from a number to its printed line."""

import csv
import functools
import shutil
from pathlib import Path

import pandas as pd
import pytest

import solidata
from solidata import catalog, home, provenance
from solidata.catalog import UnknownTableError, load, load_all, load_registers
from solidata.french import FrenchError
from solidata.problems import RefusedError
from solidata.tables import Plan, Registers, all_tables
from solidata.tables.typed import typed

ROOT = Path(__file__).parents[1]
PROCESSED = ROOT / "data" / "processed"

# --- typed frames --------------------------------------------------------------------


def test_statuses_are_ordered_from_done_to_illegible():
    status = load("action_statuses")["status"]
    assert status.cat.ordered
    expected = ["realisee", "en_cours", "reportee", "supprimee", "non_lisible"]
    assert status.cat.categories.tolist() == expected
    assert status.min() == "realisee"
    assert (status < "reportee").sum() == status.isin(["realisee", "en_cours"]).sum()


@pytest.mark.parametrize(
    ("table", "column", "dtype"),
    [
        ("actions", "action_id", "str"),
        ("actions", "number", "Int64"),
        ("mentions", "status_line", "Int64"),  # mostly empty
        ("funding", "amount_min_eur", "float64"),
        ("observations", "value", "float64"),
        ("observations", "period_start", "datetime64[s]"),
        ("events", "date_start", "datetime64[s]"),
        ("sections", "in_total", "boolean"),
        ("identities", "holds", "boolean"),
    ],
)
def test_columns_have_the_dtype_their_field_declares(table, column, dtype):
    assert str(load(table)[column].dtype) == dtype


def test_every_table_has_its_declared_columns():
    tables = load_all()
    assert list(tables) == list(all_tables())
    for name, frame in tables.items():
        assert frame.columns.tolist() == all_tables()[name].names
        for field in all_tables()[name].fields:
            if field.categories:
                assert frame[field.name].cat.categories.tolist() == list(field.values)
                assert frame[field.name].cat.ordered == field.ordered


def test_values_are_those_of_the_file():
    amounts = load("funding").set_index("funding_id")["amount_min_eur"]
    # 131680¢€, 1170 000€ and 850 000 euros, as the report prints them
    assert amounts[["DP-02.f1", "DP-03.f1", "EF-15.f1"]].tolist() == [131680, 1170000, 850000]
    assert pd.isna(amounts["DP-17.f1"])  # staff time
    day = load("events").set_index("event_id").loc["adoption-du-schema-des-solidarites-2024-2028"]
    assert (day["date_start"], day["date_end"]) == (
        pd.Timestamp("2024-10-01"),
        pd.Timestamp("2024-10-31"),
    )


def test_a_frame_is_a_copy_of_ones_own():
    mine = load("sections")
    mine.loc[:, "label"] = "gâché"
    mine["de_plus"] = 1
    fresh = load("sections")
    assert "gâché" not in set(fresh["label"])
    assert "de_plus" not in fresh


def test_rebuilt_tables_are_read_again(tmp_path):
    shutil.copy(PROCESSED / "territories.csv", tmp_path)
    path = tmp_path / "territories.csv"
    assert load("territories", tmp_path)["label"].tolist() == ["Nord", "Centre", "Sud"]
    path.write_text(path.read_text("utf-8").replace("Centre", "Milieu"), encoding="utf-8")
    assert load("territories", tmp_path)["label"].tolist() == ["Nord", "Milieu", "Sud"]


def test_registers_are_the_two_tables_and_the_plan_that_a_figure_takes():
    registers = load_registers()
    assert registers._fields == ("sources", "contradictions", "plan")
    assert registers.plan._asdict().items() <= load("plan").iloc[0].to_dict().items()
    assert Registers(registers.sources, registers.contradictions).plan == Plan()
    pd.testing.assert_frame_equal(registers.sources, load("sources"))
    pd.testing.assert_frame_equal(registers.contradictions, load("contradictions"))


# --- names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "near"),
    [("action", "actions"), ("Funding", "funding"), ("status_count", "status_counts"),
     ("térritoires", "territories")],
)  # fmt: skip
def test_an_unknown_table_is_answered_with_the_nearest(name, near):
    with pytest.raises(UnknownTableError) as caught:
        load(name)
    said = str(caught.value)
    assert said.startswith(f"Aucune table «\u00a0{name}\u00a0».")
    assert f"Voulez-vous dire «\u00a0{near}\u00a0» ?" in said
    assert "action_statuses, actions, arrondissements" in said


@pytest.mark.parametrize("name", ["zzz", "", "../secret", "data/processed/actions.csv"])
def test_a_name_like_none_is_refused_without_a_guess(name):
    with pytest.raises(UnknownTableError) as caught:
        load(name)
    assert "Voulez-vous dire" not in str(caught.value)


def test_tables_not_built_yet_say_how_to_build_them(tmp_path):
    with pytest.raises(FileNotFoundError, match="construisez les tables avec « solidata build »"):
        load("actions", tmp_path)


# --- the project's folder ------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """Return a project of one table, with a folder deep inside it."""
    processed = tmp_path / "projet" / "data" / "processed"
    processed.mkdir(parents=True)
    (tmp_path / "projet" / "notebooks" / "2025").mkdir(parents=True)
    text = (PROCESSED / "territories.csv").read_text("utf-8").replace("Nord", "Ici")
    (processed / "territories.csv").write_text(text, encoding="utf-8")
    return tmp_path / "projet"


def test_a_subfolder_of_the_project_finds_it(project, monkeypatch):
    monkeypatch.delenv("SOLIDATA_HOME", raising=False)
    monkeypatch.chdir(project / "notebooks" / "2025")
    assert home.home() == project.resolve()
    assert load("territories")["label"].tolist() == ["Ici", "Centre", "Sud"]


def test_solidata_home_comes_before_the_working_folder(project, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SOLIDATA_HOME", str(project))
    assert load("territories")["label"].tolist()[0] == "Ici"


def test_solidata_home_without_data_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SOLIDATA_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="ne contient pas de dossier data/"):
        load("territories")


def test_outside_of_any_project_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("SOLIDATA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="Aucun projet solidata au-dessus de"):
        load("territories")


# --- traces --------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def raw_read_once():
    """Read data/raw once for all traces of this file, which do not change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance.raw, "read", functools.cache(provenance.raw.read))
        yield


@pytest.fixture(scope="module")
def traced():
    return solidata.trace("funding", "DP-02.f1")


def raw_row(file, line):
    """Return the row of a raw file that starts on a line, as {column: text}."""
    with (ROOT / file).open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        header = next(reader)
        start = reader.line_num + 1
        for cells in reader:
            if start == line:
                return dict(zip(header, cells, strict=True))
            start = reader.line_num + 1
    return None


def test_a_trace_leads_to_the_printed_line(traced):
    assert traced.address == "funding:DP-02.f1"
    assert (traced.row["line"], traced.row["printed"]) == (482, "131680¢€")
    assert traced.source["source_id"] == "bilan-2025"
    assert traced.raw_file == "data/raw/bilan-2025/funding.csv"


@pytest.mark.parametrize(
    ("table", "key"),
    [("funding", "DP-02.f1"), ("actions", "EF-03"), ("mentions", "AU-07.flagship"),
     ("sections", "sante"), ("department_budget", "2026-primitif-total"),
     ("observations", "decideurs-financeurs-alliance.1")],
)  # fmt: skip
def test_a_trace_leads_to_the_transcribed_row(table, key):
    found = solidata.trace(table, key)
    row = raw_row(found.raw_file, found.raw_line)
    assert row[all_tables()[table].key] == key
    assert row["printed"] == found.row["printed"]


def test_a_trace_holds_its_numbers_of_the_ledger(traced):
    assert traced.numbers[["line", "printed"]].to_numpy().tolist() == [[482, "131680"]]
    budget = solidata.trace("department_budget", "2025-personnes-agees")
    assert budget.numbers["printed"].tolist() == ["72,5"]


def test_a_trace_reads_as_french(traced):
    text = str(traced)
    assert text.startswith("funding:DP-02.f1 (Financements des actions)")
    assert "ligne 482" in text
    assert "imprimé : «\u00a0131680¢€\u00a0»" in text
    assert "131\u202f680 euros" in text
    assert f"transcrit : data/raw/bilan-2025/funding.csv, ligne {traced.raw_line}" in text


def test_the_trace_of_an_action_tells_its_status_and_its_repairs():
    found = solidata.trace("actions", "DP-02")
    assert found.statuses["status"].tolist() == ["realisee"]
    assert "Statut 2025 : Réalisée. " in str(found)
    rows = load("corrections")
    expected = rows.loc[rows["row"] == "actions:DP-02", "correction_id"].tolist()
    assert expected
    assert found.corrections["correction_id"].tolist() == expected
    assert f"Corrigé ({expected[0]})" in str(found)


def test_what_is_computed_has_no_transcribed_row():
    found = solidata.trace("action_statuses", "DP-02.2025")
    assert (found.raw_file, found.raw_line) == (None, None)
    assert found.row["line"] == 478
    assert "transcrit" not in str(found)


def test_a_trace_names_what_contradicts_it(tmp_path):
    for path in PROCESSED.glob("*.csv"):
        shutil.copy(path, tmp_path)
    rows = [
        {"contradiction_id": name, "topic": "Statut", "source_a": "bilan-2025", "line_a": 169,
         "claim_a": "réalisée", "source_b": "bilan-2025", "line_b": line_b, "claim_b": "en cours",
         "severity": "majeure", "kept": "b", "reason": "La fiche détaille.", "affects": affects}
        for name, line_b, affects in (
            ("C901", 1862, "actions:DP-02"),
            ("C902", "", "action_statuses:DP-02.2025 actions:DP-02"),
            ("C903", 1, "actions:DP-021"),
        )
    ]  # fmt: skip
    table = all_tables()["contradictions"]
    register = typed(table, pd.DataFrame(rows, dtype=object).reindex(columns=table.names))
    register.to_csv(tmp_path / "contradictions.csv", index=False)
    found = provenance.trace("actions", "DP-02", tmp_path)
    assert found.contradictions["contradiction_id"].tolist() == ["C901", "C902"]
    text = str(found)
    assert "Contredit (C901, majeure) : Statut" in text
    assert "A : réalisée (bilan-2025, ligne 169)" in text
    assert "B : en cours (bilan-2025)" in text  # C902 has no second line
    # a status is contradicted through its own address only
    status = provenance.trace("action_statuses", "DP-02.2025", tmp_path)
    assert status.contradictions["contradiction_id"].tolist() == ["C902"]


def test_a_trace_reads_in_french():
    event = str(solidata.trace("events", "presentation-et-lancement-officiel-du-gerontopol"))
    assert "Début : 27\u00a0mars 2025\n" in event
    assert "retenu : B. Un chiffre perdu" in event
    identity = str(solidata.trace("identities", "numerotation.liste.autonomie.2025"))
    assert "Vérifiée : oui\n" in identity
    assert identity.endswith("\nCalculé par solidata")


def test_tables_of_another_version_say_to_rebuild(tmp_path, project):
    shutil.copytree(project / "data" / "processed", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "territories.csv"
    path.write_text(path.read_text("utf-8").replace("label", "nom", 1), encoding="utf-8")
    with pytest.raises(RefusedError, match=r"sans label\) : reconstruisez"):
        load("territories", tmp_path)


def test_every_table_can_be_traced():
    for name, frame in load_all().items():
        if len(frame):
            key = frame[all_tables()[name].key].iloc[0]
            assert str(solidata.trace(name, key)).startswith(f"{name}:{key} (")


def test_an_unknown_key_is_answered_with_the_nearest():
    with pytest.raises(UnknownTableError) as caught:
        solidata.trace("funding", "DP-02.f11")
    said = str(caught.value)
    assert "La table funding n’a pas de ligne «\u00a0DP-02.f11\u00a0»." in said
    assert "Voulez-vous dire «\u00a0DP-02.f1\u00a0» ?" in said


@pytest.mark.parametrize(
    ("table", "key", "near"),
    [("action_statuses", "DP-02", "DP-02.2025"), ("mentions", "EF-03", "EF-03.table")],
)
def test_the_beginning_of_a_key_is_answered_with_the_key(table, key, near):
    with pytest.raises(UnknownTableError) as caught:
        solidata.trace(table, key)
    assert f"Voulez-vous dire «\u00a0{near}\u00a0» ?" in str(caught.value)


def test_an_unknown_table_is_told_before_its_key():
    with pytest.raises(UnknownTableError, match="Aucune table"):
        solidata.trace("fundings", "DP-02.f1")


# --- from a number -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("459 554 €", "funding:AL.f1"),
        ("72,5 M€", "department_budget:2025-personnes-agees"),
        ("131680", "funding:DP-02.f1"),
        ("1 170 000", "funding:DP-03.f1"),  # printed 1170 000€
    ],
)
def test_a_number_leads_to_the_rows_that_hold_it(text, address):
    found = provenance.search(text)
    assert address in found["address"].tolist()
    assert not found.duplicated(["address", "source_id", "line"]).any()


def test_a_number_with_its_unit_leads_to_that_value_only():
    found = provenance.search("12 M€")
    assert found["address"].str.startswith("department_budget:").all()
    assert len(found) < len(provenance.search("12"))
    # « 72,5 » is in the ledger without its unit: better than nothing
    assert not provenance.search("72,5 k€").empty
    assert provenance.search("850 000 euros").equals(provenance.search("850 000 €"))


def test_a_number_that_nothing_holds_leads_nowhere():
    assert provenance.search("987 654 321").empty


def test_what_is_no_number_is_refused():
    with pytest.raises(FrenchError, match="patates"):
        provenance.search("12 patates")


def test_a_declaration_is_found_by_its_name():
    assert catalog.find_table("actions").key == "action_id"
