"""The project's own promises: two equal environments, no address of a registry, a true README."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# Names that conda-forge gives otherwise.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wanted = {r.name: str(r.specifier) for r in map(Requirement, listed)}
    return wanted | {"python": project["requires-python"]}


def test_environment_yml_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [d for d in environment["dependencies"] if isinstance(d, str) and d != "pip"]
    conda = {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in map(Requirement, listed)}
    assert conda == declared()


def test_requirements_pin_what_pyproject_wants():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))
    for name, specifier in declared().items():
        if name != "python":
            assert pins[name.lower()] in Requirement(name + specifier).specifier, name
    assert text.count("--hash=sha256:") > len(pins)


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("hors d’un dépôt git : rien n’est suivi")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_registry_address_stands_in_a_tracked_file():
    # In pieces: these names are what must not appear.
    hosts = re.compile(
        "|".join(["files[.]python" + "hosted", "py" + "pi[.]org", "registry[.]npm" + "js"])
    )
    texts = [
        p for p in tracked() if p.suffix not in {".ttf", ".png", ".svg", ".parquet"} and p.exists()
    ]
    assert len(texts) > 50
    assert [p for p in texts if hosts.search(p.read_text(encoding="utf-8"))] == []


def test_the_commands_of_the_readme_exist():
    from solidata.cli.commands import parser

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = set(re.findall(r"^\.venv/bin/solidata ([\w-]+)", readme, flags=re.MULTILINE))
    known = set(parser()._subparsers._group_actions[0].choices)
    assert said == known
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+)", readme):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_continuous_integration_calls_the_readmes_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert "make test" in workflow


def test_notebooks_define_no_function_and_set_the_year_once():
    import json

    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        assert not [c for c in code if re.search(r"^\s*(def|class) ", c, flags=re.MULTILINE)]
        assert len([c for c in code if re.match(r"ANNEE = \d{4}$", c)]) == 1, path.name


def test_the_images_of_the_readme_are_in_the_project():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOLIDATA_HOME", str(ROOT))
    monkeypatch.chdir(tmp_path)  # it saves a figure beside itself
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    names = {}
    for block in blocks:  # each goes on from the ones before
        exec(compile(block, "README.md", "exec"), names)
    assert "imprimé : « 131680¢€ »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in capsys.readouterr().out  # fmt: skip
    assert {p.suffix for p in (tmp_path / "etude").iterdir()} >= {".png", ".svg", ".pdf", ".csv"}
