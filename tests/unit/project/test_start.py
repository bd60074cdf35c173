"""Setting up without make: what run.bat and test.bat do."""

import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.fixtures_path import ROOT
from tools import start


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands that would have run, on a computer where nothing is set up."""
    found: list[list[str]] = []
    monkeypatch.setattr(start, "VENV", tmp_path / "venv")
    monkeypatch.setattr(start, "STAMP", tmp_path / "stamp")

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        found.append(command)
        if command[1:3] == ["-m", "venv"]:
            start.python().parent.mkdir(parents=True)
            start.python().touch()
        return subprocess.CompletedProcess(command, 0, stdout="")

    monkeypatch.setattr(start.subprocess, "run", run)
    return found


def test_the_environment_is_made_once_from_the_lock(ran: list[list[str]]):
    start.main(["run", "net.pkl"])
    made, installed, own, opened = ran
    assert made[1:3] == ["-m", "venv"]
    assert installed[-2:] == ["--requirement", str(ROOT / "requirements.lock")]
    assert own[-2:] == ["--editable", str(ROOT)]
    assert opened == [str(start.python()), str(ROOT / "visualizer.py"), "net.pkl"]
    ran.clear()
    start.main(["run"])
    assert len(ran) == 1


def test_a_test_runs_checks_and_tests(ran: list[list[str]]):
    start.main(["test", "-x"])
    assert [command[2] for command in ran[3:]] == ["ruff", "mypy", "tools.check_language", "pytest"]
    assert ran[-1][-1] == "-x"
    for path in start.NOT_THERE:
        assert (ROOT / path).exists()


def test_a_failure_ends_it_with_its_status(ran: list[list[str]], monkeypatch: pytest.MonkeyPatch):
    failed = subprocess.CompletedProcess([], 3)
    monkeypatch.setattr(start.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit, match="3"):
        start.main(["run"])
    assert not start.STAMP.exists()


@pytest.mark.parametrize(
    ("told", "index"),
    [
        ("| NVIDIA-SMI 580.65  Driver Version: 580.65  CUDA Version: 13.0 |", "/cu130"),
        ("CUDA Version: 12.8", "/cu128"),
        ("CUDA Version: 11.4", ""),
        ("no devices were found", ""),
    ],
)
def test_the_build_of_pytorch_follows_the_driver(monkeypatch: pytest.MonkeyPatch, told: str, index: str):
    monkeypatch.setattr(start.os, "name", "nt")
    monkeypatch.setattr(start.shutil, "which", lambda name: name)
    answer = subprocess.CompletedProcess([], 0, stdout=told)
    monkeypatch.setattr(start.subprocess, "run", lambda *_, **__: answer)
    assert start.torch_index({}) == (index and start.INDEX + index)
    assert start.torch_index({"TORCH_INDEX": "mine"}) == "mine"


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_batch_files_call_it(name: str):
    content = (ROOT / f"{name}.bat").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert f"tools\\start.py {name} %*".encode() in content


def test_the_workflow_has_three_systems():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]
    assert any(step.get("run") == "make test" for step in jobs["linux"]["steps"])
    assert set(jobs["others"]["strategy"]["matrix"]["system"]) == {"windows-latest", "macos-latest"}


def test_every_list_of_versions_of_python_is_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = [line.rpartition(" :: ")[2] for line in project["classifiers"] if " :: Python :: 3." in line]
    assert told[0] == project["requires-python"].removeprefix(">=")
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]
    assert [job["strategy"]["matrix"]["python"] for job in jobs.values()] == [told, told]
    for name in ("run.bat", "test.bat"):
        assert f"({' '.join(told)})" in (ROOT / name).read_text()
    assert " ".join(f"python{version}" for version in told) in (ROOT / "tools" / "setup.sh").read_text()


def test_the_pinned_triton_is_the_one_that_pytorchs_cuda_build_accepts():
    """The lock is made with the CPU build, which asks for none: another one makes the default install on Linux fail."""
    lock = dict(line.split("==", 1) for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line)
    accepted = {"2.13.0": "3.7.1"}  # by the wheels' own metadata
    assert lock["torch"] in accepted, "look up `triton==` in the metadata of the CUDA build of this PyTorch"
    assert lock["triton"] == f"{accepted[lock['torch']]}; sys_platform == 'linux'"
