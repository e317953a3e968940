"""The declarations, and what derives from them: types, validation, dictionary, data package."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pandera.errors
import pytest
import yaml

import solidata.tables
from solidata.build import write
from solidata.catalog import load
from solidata.tables import _read_table, all_tables
from solidata.tables.derive import descriptor, dictionary
from solidata.tables.rows import Rows, columns_of
from solidata.tables.typed import TypedRows, plainly_sound, typed, validator

TABLES = all_tables()
FIELDS = [(t, f) for t in TABLES.values() for f in t.fields]


def named(pairs):
    return [pytest.param(t, f, id=f"{t.name}.{f.name}") for t, f in pairs]


@pytest.fixture(params=TABLES.values(), ids=TABLES)
def table(request):
    return request.param


# --- declarations ----------------------------------------------------------------------


def test_the_tables_of_the_design_are_declared():
    assert set(TABLES) >= {
        "sources", "sections", "actions", "mentions", "action_statuses", "action_lineage", "status_counts",
        "flagships", "department_budget", "funding", "indicators", "observations", "territories",
        "challenges", "contradictions", "corrections", "identities", "numbers",
    }  # fmt: skip


def test_the_key_comes_first_is_required_and_unique(table):
    key = table.field(table.key)
    assert table.fields[0] == key
    assert (key.type, key.required, key.unique) == ("string", True, True)


def test_names_are_plain_and_unique(table):
    assert len(set(table.names)) == len(table.names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in [table.name, *table.names])


# Words that an English text cannot do without, and a French one never uses.
ENGLISH = re.compile(r"\b(the|of|and|is|are|which|with|this|that|when|whose)\b", re.IGNORECASE)


def test_every_title_and_description_is_french(table):
    words = {"title": table.title, "description": table.description}
    for field in table.fields:
        words[f"{field.name}.title"] = field.title
        words[f"{field.name}.description"] = field.description
        words |= {f"{field.name}={value}": label for value, label in field.categories}
    for where, text in words.items():
        assert text.strip() == text != "", where
        assert text[0].isupper() or not text[0].isalpha(), (where, text)
        assert "'" not in text, (where, text)  # the French apostrophe is ’
        assert not ENGLISH.search(text), (where, text)


def test_descriptions_end_with_a_stop(table):
    for field in table.fields:
        assert field.description.endswith((".", "!", "?", "…", "».", ")")), field.name
    assert table.description.endswith(".")


@pytest.mark.parametrize(
    ("table", "field"), named((t, f) for t, f in FIELDS if f.categories or f.ordered)
)
def test_every_category_and_label_is_unique(table, field):
    assert len(field.categories) > 1
    assert len(set(field.values)) == len(field.values)
    assert len(set(field.labels.values())) == len(field.values)
    assert all(isinstance(value, str) and value for value in field.values)  # `yes` is no boolean
    assert field.type == "string"


def test_a_status_a_legibility_and_a_confidence_are_called_the_same_everywhere():
    labels = {}
    for _, field in FIELDS:
        if field.name not in {"status", "legibility", "confidence"}:
            continue
        for value, label in field.categories:
            assert labels.setdefault((field.name, value), label) == label, (field.name, value)


def test_foreign_keys_name_the_key_of_a_table(table):
    for foreign in table.foreign_keys:
        assert foreign.field in table.names
        target = TABLES[foreign.table]
        assert foreign.target == target.key
        assert table.field(foreign.field).type == target.field(foreign.target).type
    assert len({k.field for k in table.foreign_keys}) == len(table.foreign_keys)


def test_every_column_called_like_a_key_is_a_foreign_key(table):
    keys = {t.key: t.name for t in TABLES.values()}
    foreign = {k.field for k in table.foreign_keys}
    # source_id is checked by the reader: it is the folder's name.
    # An identity may name several contradictions, separated by a space.
    exempt = {table.key, "source_id"}
    if table.name == "identities":
        exempt.add("contradiction_id")
    stray = set(table.names) & set(keys) - foreign - exempt
    assert not stray


@pytest.mark.parametrize(("table", "field"), named((t, f) for t, f in FIELDS if f.pattern))
def test_patterns_are_regular_expressions_on_text(table, field):
    re.compile(field.pattern)
    assert field.type == "string"


@pytest.mark.parametrize(
    ("table", "field"), named((t, f) for t, f in FIELDS if f.name.endswith("_eur"))
)
def test_money_is_a_number_of_euros(table, field):
    assert (field.type, field.unit) == ("number", "euros")


def test_rows_with_provenance_carry_their_whole_address():
    # The ledger has one row a number: a number stands on one line.
    facts = {t.name for t in TABLES.values() if t.has_provenance} - {"numbers"}
    assert facts >= {"actions", "mentions", "action_statuses", "funding", "observations", "events"}
    for name in facts:
        assert {"source_id", "line", "line_end", "printed"} <= set(TABLES[name].names)


def test_a_field_of_another_name_is_not_found(table):
    with pytest.raises(StopIteration):
        table.field("no_such_field")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"primarykey": "a_id"}, r"table mal déclarée : essai \(\['primarykey'\]\)"),
        ({"fields": [{"name": "a", "type": "text"}]}, "champ mal déclaré : a"),
        (
            {"fields": [{"name": "a", "type": "string", "titre": "A"}]},
            r"champ mal déclaré : a \(\['titre'\]\)",
        ),
    ],
)
def test_a_word_that_the_module_does_not_know_is_refused(change, expected):
    declared = {"title": "Essai", "description": "Essai.", "primaryKey": "a_id", "fields": []}
    with pytest.raises(ValueError, match=expected):
        _read_table("essai", declared | change, [])


def test_a_yaml_file_is_one_table():
    folder = Path(solidata.tables.__file__).parent
    files = {p.stem for p in folder.glob("*.yaml")} - {"_provenance"}
    assert files == set(TABLES)


# --- typed frames and their validation ---------------------------------------------------

# A table with a field of each type, to see what becomes of each.
SMALL = _read_table(
    "essai",
    yaml.safe_load(
        """
title: Essai
description: Une table d’essai.
primaryKey: essai_id
fields:
  - name: essai_id
    type: string
    title: Essai
    description: Clé.
    constraints: {required: true, unique: true, pattern: 'E\\d'}
  - name: rank
    type: integer
    title: Rang
    description: Rang.
    constraints: {minimum: 1, maximum: 9}
  - {name: rate, type: number, title: Taux, description: Taux.}
  - {name: day, type: date, title: Jour, description: Jour.}
  - {name: sure, type: boolean, title: Sûr, description: Sûr.}
  - name: state
    type: string
    title: État
    description: État.
    ordered: true
    categories: [{value: low, label: Bas}, {value: high, label: Haut}]
  - {name: essai_parent, type: string, title: Parent, description: Parent.}
foreignKeys:
  - {fields: essai_parent, reference: {resource: essai, fields: essai_id}}
"""
    ),
    [],
)
ROWS = pd.DataFrame(
    {
        "essai_id": ["E1", "E2"],
        "rank": ["3", ""],
        "rate": ["0.44", ""],
        "day": ["2025-03-27", ""],
        "sure": ["true", ""],
        "state": ["high", ""],
        "essai_parent": ["", "E1"],
        "raw_line": ["2", "3"],
    }
)


def test_each_type_has_its_dtype_and_blanks_are_missing():
    frame = typed(SMALL, ROWS)
    assert frame.columns.tolist() == SMALL.names  # raw_line is left out
    assert [str(d) for d in frame.dtypes] == [
        "str", "Int64", "float64", "datetime64[s]", "boolean", "category", "str",
    ]  # fmt: skip
    assert frame.loc[0, "rank"] == 3
    assert frame.loc[0, "rate"] == 0.44
    assert frame.loc[0, "day"] == pd.Timestamp("2025-03-27")
    assert frame["sure"].eq(True).tolist() == [True, pd.NA]
    assert frame.loc[1, ["rank", "rate", "day", "sure", "state"]].isna().all()
    assert frame["state"].min() == "high"  # the only one, and ordered
    assert frame["state"].cat.categories.tolist() == ["low", "high"]
    validator(SMALL).validate(frame, lazy=True)


def test_text_keeps_its_zeros():
    frame = typed(SMALL, ROWS.assign(essai_parent=["041", "E1"]))
    assert frame["essai_parent"].tolist() == ["041", "E1"]


def test_a_category_out_of_the_list_is_refused():
    with pytest.raises(ValueError, match=r"state : valeurs hors liste \['medium'\]"):
        typed(SMALL, ROWS.assign(state=["medium", "low"]))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("rank", ["x", "1"]),
        ("rank", [3.5, 1.0]),
        ("day", ["27/03/2025", ""]),
        ("rate", ["0,4", ""]),
    ],
)
def test_a_value_of_another_type_is_refused(column, values):
    with pytest.raises(ValueError, match=r".+"):
        typed(SMALL, ROWS.assign(**{column: values}))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("essai_id", ["E1", "E1"]),  # twice
        ("essai_id", ["E1", ""]),  # required
        ("essai_id", ["E1", "E22"]),  # the pattern is of the whole value
        ("rank", ["0", "1"]),  # below the minimum
        ("rank", ["10", "1"]),  # above the maximum
    ],
)
def test_the_derived_schema_refuses(column, values):
    frame = typed(SMALL, ROWS.assign(**{column: values}))
    assert not plainly_sound(SMALL, columns_of(frame))
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        validator(SMALL).validate(frame, lazy=True)
    assert set(caught.value.failure_cases["column"]) == {column}


def test_the_derived_schema_holds_columns_and_their_order():
    frame = typed(SMALL, ROWS)
    other = frame.assign(rank=frame["rank"].astype("float64"))  # and a type that is not declared
    assert plainly_sound(SMALL, columns_of(frame))
    for wrong in (
        frame.assign(more=1),
        frame.drop(columns="rate"),
        frame[frame.columns[::-1]],
        other,
    ):
        assert not plainly_sound(SMALL, columns_of(wrong))
        with pytest.raises(pandera.errors.SchemaErrors):
            validator(SMALL).validate(wrong, lazy=True)


def test_what_equals_a_value_of_another_type_is_not_plainly_sound():
    columns = columns_of(typed(SMALL, ROWS.assign(rank=["1", "1"])))
    assert plainly_sound(SMALL, columns)
    assert not plainly_sound(SMALL, columns | {"rank": [1, True]})
    assert not plainly_sound(SMALL, columns | {"rank": [1, 1.0]})


def test_a_table_added_again_takes_the_place_of_the_first():
    rows = TypedRows()
    rows.add(SMALL, ROWS)
    assert len(rows.frame(SMALL.name)) == len(rows[SMALL.name]) == 2
    rows.add(SMALL, ROWS.iloc[1:])
    said = ROWS["essai_id"].tolist()[1:]
    assert rows.column(SMALL.name, "essai_id") == said
    assert rows.frame(SMALL.name)["essai_id"].tolist() == said
    assert [row["essai_id"] for row in rows[SMALL.name]] == said


def test_every_assembled_table_is_as_declared(assembled, table):
    frame = assembled[table.name]
    assert frame.columns.tolist() == table.names
    assert plainly_sound(table, columns_of(frame))  # the build shows pandera no sound table
    validated = validator(table).validate(frame, lazy=True)
    assert len(validated) > 0 or table.name == "action_lineage"  # no report tells a fate yet


def test_a_table_survives_its_csv(assembled, table, tmp_path):
    write(Rows({table.name: assembled[table.name]}), tmp_path)
    pd.testing.assert_frame_equal(load(table.name, tmp_path), assembled[table.name])


# --- what derives from a declaration -----------------------------------------------------


def test_the_descriptor_says_all_that_is_declared():
    resource = descriptor(SMALL)
    assert (resource["name"], resource["path"]) == ("essai", "essai.csv")
    schema = resource["schema"]
    assert schema["primaryKey"] == ["essai_id"]
    assert schema["missingValues"] == [""]
    # a table that refers to itself is named by an empty resource
    assert schema["foreignKeys"] == [
        {"fields": ["essai_parent"], "reference": {"resource": "", "fields": ["essai_id"]}}
    ]
    by_name = {f["name"]: f for f in schema["fields"]}
    assert by_name["rank"]["constraints"] == {"minimum": 1, "maximum": 9}
    assert by_name["essai_id"]["constraints"] == {
        "required": True, "unique": True, "pattern": r"E\d",
    }  # fmt: skip
    assert by_name["state"]["constraints"] == {"enum": ["low", "high"]}
    assert by_name["state"]["categories"][1] == {"value": "high", "label": "Haut"}
    assert "constraints" not in by_name["rate"]


def test_the_descriptor_has_every_field_with_its_french_words(table):
    described = {f["name"]: f for f in descriptor(table)["schema"]["fields"]}
    assert list(described) == table.names
    for field in table.fields:
        assert described[field.name]["title"] == field.title
        assert described[field.name]["type"] == field.type
        assert described[field.name].get("unit") == field.unit


def test_the_dictionary_has_a_line_for_each_field_and_each_label():
    text = dictionary(TABLES, dict.fromkeys(TABLES, 41))
    sections = dict(
        zip(re.findall(r"^## `(\w+)`", text, re.MULTILINE), text.split("\n## ")[1:], strict=True)
    )
    assert list(sections) == list(TABLES)
    for name, table in TABLES.items():
        lines = sections[name].splitlines()
        cells = [line for line in lines if line.startswith("| `")]
        assert [line.split("`")[1] for line in cells] == table.names
        # five cells a line: six bars, but for those that a cell escapes
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in cells} == {6}
        assert f"41 lignes. Clé : `{table.key}`." in lines
        for field, line in zip(table.fields, cells, strict=True):
            assert all(f"`{v}` ({label})" in line for v, label in field.categories)
        for key in table.foreign_keys:
            assert f"Renvoie à `{key.table}.{key.target}`." in sections[name]


# --- an independent judge ----------------------------------------------------------------


def frictionless(folder):
    program = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    errors = [
        (task["name"], error["type"], error.get("fieldName"), error.get("rowNumber"))
        for task in report["tasks"]
        for error in task["errors"]
    ]
    assert (done.returncode == 0) == report["valid"] == (not errors and not report["errors"])
    return errors, {task["name"] for task in report["tasks"]}


@pytest.fixture(scope="module")
def package(tmp_path_factory, assembled):
    """Return the package as it is written; test_build holds the committed one equal to it."""
    folder = tmp_path_factory.mktemp("package")
    write(Rows(assembled), folder)
    return folder


def test_frictionless_accepts_the_package(package):
    errors, seen = frictionless(package)
    assert errors == []
    assert seen == set(TABLES)


def test_frictionless_refuses_a_broken_copy(package, tmp_path):
    folder = tmp_path / "processed"
    shutil.copytree(package, folder)

    def spoil(name, column, value):
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.loc[0, column] = value
        frame.to_csv(path, index=False, lineterminator="\n")

    spoil("action_statuses", "status", "enterree")  # a wrong category
    spoil("funding", "section_id", "sante-mentale")  # a broken foreign key
    spoil("actions", "number", "trois")  # a wrong type
    spoil("sections", "section_id", "autonomie")  # a key twice
    errors, _ = frictionless(folder)
    # the header is row 1, the first row of data row 2
    assert ("action_statuses", "constraint-error", "status", 2) in errors
    assert ("actions", "type-error", "number", 2) in errors
    assert {e[1] for e in errors if e[0] == "sections"} >= {"unique-error", "primary-key"}
    assert ("funding", "foreign-key") in {e[:2] for e in errors}
