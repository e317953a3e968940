"""Nothing in the code knows the plan that the project transcribes: its names stand in data/raw."""

import ast
import re
from pathlib import Path

import pytest
import yaml

import solidata
from solidata import catalog
from solidata.tables import all_tables

PACKAGE = Path(solidata.__file__).parent
PLACES = r"Loir-et-Cher|Loir-et-Ch[ée]riens?|Nord|Centre|Sud|Blois|Vend[ôo]me|Romorantin|Sologne"

NO_NAMES = {"identities", "numbers", "corrections", "contradictions", "status_words"}
"""Tables whose keys are numbers of order or the project's own words."""

ALLOWED = {
    ("Autonomie", "analysis/voted.py"): "the national name of the policy for two publics",
    ("Autonomie", "figures/spending.py"): "the same, to find its row",
    ("phares", "check/families.py"): "the family of identities, declared in identities.yaml",
    ("phares", "tables/identities.yaml"): "the same",
    ("phares", "figures/gallery.py"): "the name of a figure",
    ("territoires", "figures/gallery.py"): "the name of a family of figures",
    ("phares", "report/chapters.py"): "the name of a figure",
    ("territoires", "report/chapters.py"): "the name of a chapter",
    ("Population", "study/context.py"): "the title of a column",
    ("Actions phares", "tables/flagships.yaml"): "the title of the table",
    ("Actions phares", "tables/sections.yaml"): "the role of what counts them",
    ("alliance", "clean/statuses.py"): "a kind of list, declared in mentions.yaml",
    ("alliance", "tables/mentions.yaml"): "the same",
    ("alliance", "check/reports.py"): "the same",
    ("ensemble", "analysis/rates.py"): "the row that holds every section together",
    ("non_lisible", "analysis/flows.py"): "the status that no document lets read",
    ("Non lisible", "figures/flows.py"): "its label, shortened",
    (
        "contexte-population",
        "analysis/publics.py",
    ): "what a rate is divided by, in every département",
    ("Population", "explore/words.py"): "the title of a column",
    ("territoires", "exports/layers.py"): "the name of a layer",
    ("Territoires d’action sociale", "exports/layers.py"): "its title",
    ("territoires", "figures/geo/territories.py"): "a French noun",
    ("non_lisible", "clean/statuses.py"): "the status that no document lets read",
    ("non_lisible", "figures/theme.py"): "how that status is filled",
    ("non_lisible", "tables/action_statuses.yaml"): "where it is declared",
    ("Non lisible", "figures/legibility.py"): "the label of that basis",
    ("Population", "tables/communes.yaml"): "the title of a column",
    ("Défis territoriaux", "tables/challenges.yaml"): "the title of the table",
    ("Volets du schéma", "tables/volets.yaml"): "the title of the table",
}
"""A word that is also a name of the plan, where it stands, and why it may."""


def names():
    """Return every identifier and name that the tables hold."""
    found = set()
    for name, table in all_tables().items():
        if name in NO_NAMES:
            continue
        frame = catalog.load(name)
        for column in {table.key, "label", "name", "title", "department"} & set(table.names):
            found |= set(frame[column].dropna().astype(str))
    return found


def words_of(path):
    """Return (line, text or number) for each constant of a module, or value of a declaration.

    Docstrings are left out: their examples run on the project's own tables.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return [(0, value) for value in values(yaml.load(text, yaml.BaseLoader))]
    tree = ast.parse(text)
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    bare = {
        id(node.value)
        for parent in ast.walk(tree) if hasattr(parent, "body") and isinstance(parent, documented)
        for node in parent.body if isinstance(node, ast.Expr)
    }  # fmt: skip
    every = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in bare]
    return [(n.lineno, n.value) for n in every if isinstance(n.value, (str, int))]


def values(declared):
    """Yield the texts of a declaration, however deep."""
    if isinstance(declared, str):
        yield declared
    else:
        nested = declared.values() if isinstance(declared, dict) else declared
        for value in nested:
            yield from values(value)


def faults(path, where, known, code):
    """Return what a file says of the plan: a name, a place, the code or a year of it."""
    found = []
    said_places = re.compile(rf"\b(?:{PLACES})\b|\b{code}(?:\d{{3}})?\b")
    for line, value in words_of(path):
        if isinstance(value, str):
            named = value in known and (value, where) not in ALLOWED
            wrong = named or said_places.search(value)
        else:
            wrong = value == int(code) or 2010 <= value <= 2050
        if wrong:
            found.append((where, line, value))
    return found


# The maps of national publications name every département, and the indicators they fill.
FILES = sorted([*PACKAGE.rglob("*.py"), *{*PACKAGE.rglob("*.yaml")} - {*PACKAGE.glob("context/*.yaml")}])  # fmt: skip


def test_no_file_of_the_package_knows_the_plan():
    known, code = names(), catalog.load_registers().plan.department_code
    assert {"autonomie", "bilan-2025", "crt", "mds-blois", "41018", "nord", "EF-03"} <= known
    assert len(FILES) > 80
    places = {path: path.relative_to(PACKAGE).as_posix() for path in FILES}
    assert [f for path, where in places.items() for f in faults(path, where, known, code)] == []


def test_every_exception_is_of_use():
    known = names()
    said = {
        (value, path.relative_to(PACKAGE).as_posix())
        for path in FILES
        for _, value in words_of(path)
        if value in known
    }
    assert set(ALLOWED) - said == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", 'SECTION = "autonomie"'),
        ("a.py", 'def f(indicator="crt"):\n    """Doc."""\n'),
        ("a.py", "YEAR = 2025"),
        ("a.py", "CODE = 41"),
        ("a.py", 'def f():\n    """Doc."""\n    return f"Schéma de Loir-et-Cher {1}"'),
        ("a.py", 'BLOIS = "41018"'),
        ("a.yaml", "fields: [{name: volet, categories: [{value: sectoriel}]}]"),
        ("a.yaml", "title: Les territoires du Nord"),
    ],
)
def test_the_reader_sees_a_name_wherever_it_stands(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert len(faults(path, name, names(), "41")) == 1
    path.write_text('"""Loir-et-Cher, 41."""\nX = 41.0\n' if name == "a.py" else "a: 2041\n")
    assert faults(path, name, names(), "41") == []
