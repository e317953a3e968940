"""Importing costs nothing, and no module imports a module above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import solidata

PACKAGE = Path(solidata.__file__).parent

# One floor a row: a module imports its own room and the floors below, nothing beside or above.
FLOORS = [
    {"french", "home"},
    {"tables", "problems", "lost"},
    {"raw"},
    {"context"},
    {"clean"},
    {"check"},
    {"build"},
    {"catalog", "compare"},
    {"provenance"},
    {"analysis"},
    {"newyear"},
    {"figures", "exports"},
    {"explore"},
    {"study"},
    {"report"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
# What a room may import besides itself, where the design says less than its floor allows.
ONLY = {
    "french": set(),
    "home": set(),
    "tables": {"french"},
    "compare": {"french", "tables", "problems"},
    "context": {"french", "home", "tables", "problems", "lost"},
    "lost": {"french"},
    "analysis": {"french", "tables", "problems"},
    "figures": {"french", "home", "tables", "problems", "analysis"},
    "explore": {"french", "home", "tables", "problems", "analysis", "figures"},
}
# The package's own __init__ is a façade: it imports nothing before it is asked.
FACADE = PACKAGE / "__init__.py"
MODULES = sorted(set(PACKAGE.rglob("*.py")) - {FACADE})


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path):
    """Return the (line, module) of ours that a file imports, inside functions too."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    package = list(parts[:-1])
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # « from solidata import home » names rooms, not attributes
            names = [f"{module}.{alias.name}" for alias in node.names]
            found += [(node.lineno, n) for n in (names if module == "solidata" else [module])]
    return [(line, name) for line, name in found if name.split(".")[0] == "solidata"]


def test_every_room_has_its_floor():
    assert {room_of(path) for path in MODULES} - set(FLOOR) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_module_imports_a_module_above_it(path):
    room = room_of(path)
    for line, name in imported(path):
        target = f"{name}.".split(".")[1]
        where = f"{path.relative_to(PACKAGE)}, ligne {line} : {name}"
        assert target in FLOOR, where
        assert target == room or FLOOR[target] < FLOOR[room], where
        assert target == room or target in ONLY.get(room, FLOOR), where


def test_the_reader_of_imports_sees_every_form(tmp_path, monkeypatch):
    package = tmp_path / "solidata"
    (package / "clean").mkdir(parents=True)
    path = package / "clean" / "essai.py"
    path.write_text(
        "import solidata.raw\nfrom solidata import home\nfrom solidata.check import audit\n"
        "from . import statuses\nfrom ..build import build\nimport pandas\n"
        "def f():\n    from solidata.cli import show\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", package)
    assert [name for _, name in sorted(imported(path))] == [
        "solidata.raw", "solidata.home", "solidata.check", "solidata.clean", "solidata.build",
        "solidata.cli",
    ]  # fmt: skip


def test_only_the_facade_imports_by_name():
    assert "import_module" in FACADE.read_text(encoding="utf-8")
    assert not [p for p in MODULES if "import_module" in p.read_text(encoding="utf-8")]


def run(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys; import solidata\n"
        "heavy = {'pandas', 'numpy', 'yaml', 'matplotlib', 'geopandas', 'pandera', 'rich', 'itables',\n"
        "         'anywidget', 'ipywidgets'}\n"
        "ours = sorted(m for m in sys.modules if m.startswith('solidata'))\n"
        "print(sorted(heavy & set(sys.modules)), ours)"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "[] ['solidata']"


def test_the_help_of_the_commands_imports_no_table_library():
    code = (
        "import sys\nfrom solidata.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit as done:\n    print('code', done.code)\n"
        "print(sorted({'pandas', 'numpy', 'rich'} & set(sys.modules)))"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("code 0\n[]\n")


def test_seaborn_waits_until_a_chart_needs_it():
    code = (
        "import sys, solidata\nfrom solidata.figures import evolution, gallery\n"
        "load = gallery.Load(solidata.load, solidata.load_geography)\n"
        "gallery.SET['reports'](load, solidata.load_registers(), 2025).render()\n"
        "print('seaborn' in sys.modules)\n"
        "import pandas as pd\n"
        "made = pd.DataFrame({'group': 'Un', 'distance_km': [5.0, 9.0], 'share': [0.5, 1.0],\n"
        "    'address': 'territories:nord', 'source_id': 'bilan-2025'})\n"
        "evolution.coverage_curve(made, solidata.load_registers(), 'x', 'un essai.').render()\n"
        "print('seaborn' in sys.modules)"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\nTrue\n"


def test_public_names_are_found_when_asked_for():
    code = (
        "import sys; import solidata\n"
        "assert set(solidata.__all__) <= set(dir(solidata))\n"
        "assert 'solidata.catalog' not in sys.modules\n"
        "print(solidata.load.__module__, solidata.load_registers.__module__,\n"
        "      solidata.Registers.__module__, solidata.trace.__module__)\n"
        "print(solidata.french.format_number(1234), solidata.tables.__name__)"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == (
        "solidata.catalog solidata.catalog solidata.tables solidata.provenance"
    )
    assert done.stdout.split("\n")[1] == "1\u202f234 solidata.tables"


def test_every_public_name_resolves():
    for name in solidata.__all__:
        assert callable(getattr(solidata, name)), name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'charge'"):
        _ = solidata.charge
