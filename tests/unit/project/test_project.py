"""Project rules: consistent version pins, small files, one direction of imports."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from tests.fixtures_path import ROOT

SOURCES = [
    path
    for folder in ("foundation", "gan", "renderer", "training_launcher", "viz", "tests", "benchmarks", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "visualizer.py"]


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def _lock() -> dict[str, str]:
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    return {_name(line): line.split("==")[1] for line in lines}


def _declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["dev"]]
    for own in [line for line in named if _name(line) == project["name"]]:  # stylescope[extra]
        named.remove(own)
        named += extras[own.partition("[")[2].rstrip("]")]
    return named


def test_every_dependency_is_locked():
    assert {_name(line) for line in _declared()} <= set(_lock())


def test_conda_pins_what_the_lock_pins():
    pip_part = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]["pip"]
    conda = {_name(line): line.split("==")[1] for line in pip_part}
    lock = _lock()
    assert conda == {_name(line): lock[_name(line)] for line in _declared()}


@pytest.mark.parametrize("module", ["viz.shell.app", "renderer.ipc.client"])
def test_the_window_never_imports_torch(module: str):
    code = f"import sys, {module}; print(sorted({{'torch', 'gan', 'renderer.engine.worker'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_files_stay_small():
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 420}
    assert not long


def test_nothing_here_knows_where_it_was_made():
    foreign = re.compile(r"/work/|/root/|/tmp/v")
    told = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name != "test_project.py" and foreign.search(path.read_text())
    ]
    assert not told


def test_yaml_is_read_in_one_place():
    # The general reader knows tags, references, dates and more, and has no limits.
    allowed = ROOT / "foundation" / "inputs" / "plain_yaml.py"
    found = set()
    for path in SOURCES:
        if path == allowed or path.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {str(path.relative_to(ROOT)) for name in names if name.partition(".")[0] == "yaml"}
    assert found == set()
