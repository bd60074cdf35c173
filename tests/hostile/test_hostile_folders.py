"""Hostile files in a run's folder: readers neither wait nor raise nor fill the memory, and texts are clean."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation import runs
from gan.cli.main import main as gan_main
from gan.metrics.results import Result, append
from gan.training.errors import TrainingError
from gan.training.run import folder as run_files
from tests.e2e.runs.recorded import metric_line, run_folder
from training_launcher import registry
from training_launcher.cli.main import main as launcher_main
from training_launcher.records import results
from training_launcher.run import Run
from viz.gl.image_cache import read_sized
from viz.runs.follower import Follower
from viz.runs.listing import Listings
from viz.state.snapshots import snapshots_of

FILES = (
    *("run.yaml", "status.json", "launch.json", "supervisor.json", "log.txt", "stats.jsonl", "progress.jsonl"),
    *("metric-fid50k_full.jsonl", "training_options.json", "fakes000020.png", "network-snapshot-000040.safetensors"),
)
HUGE_NUMBER = "1" + "0" * 400
ODD_TEXT = "\\ud800\\udcff\\u202e\\u0000\\u001b[31m\\n" + "x" * 30_000
ODD = (
    f'{{"kind": "{ODD_TEXT}", "state": "{ODD_TEXT}", "error": "{ODD_TEXT}", "cause": "{ODD_TEXT}", '
    f'"device": "{ODD_TEXT}", "unit": "{ODD_TEXT}", "pid": 1, "pid_start_time": {HUGE_NUMBER}, "kimg": {HUGE_NUMBER}, '
    f'"spec": {{"data": "{ODD_TEXT}"}}, "results": {{"{ODD_TEXT}": {HUGE_NUMBER}}}, "metric": "{ODD_TEXT}", '
    f'"Progress/kimg": {{"mean": {HUGE_NUMBER}}}, "{ODD_TEXT}": {{"mean": 1.5}}}}'
)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def terabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def content(text: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text) and None


THINGS: dict[str, Callable[[Path], None]] = {
    "a pipe": pipe,
    "endless zeros": lambda path: path.symlink_to("/dev/zero"),
    "the kernel's page map": lambda path: path.symlink_to("/proc/self/pagemap"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a folder": lambda path: path.mkdir(),
    "a terabyte": terabyte,
    "no text": content(bytes(range(256)) * 40),
    "deep JSON": content(b'{"a":' * 5000 + b"[" * 50_000),
    "a line of megabytes": content(b'{"a": "' + b"x" * (3 << 20) + b'"}\n'),
    "odd texts and numbers": content(ODD.encode() + b"\n"),
    "not a number": content(b'{"kimg": NaN, "results": {"a": Infinity}, "spec": [], "labels": -1e999}\n'),
    "postscript": content(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\nshowpage\n%%EOF\n"),
}


@pytest.fixture(autouse=True)
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setattr(os, "system", started)


@pytest.fixture(params=THINGS)
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Path]:
    """Make a run's folder with a hostile thing in place of a file."""

    def make(name: str) -> Path:
        folder = run_folder(tmp_path / "runs", "00000-stylegan2-made-up")
        (folder / "metric-fid50k_full.jsonl").write_text(metric_line(40, 12.0))
        if name == "training_options.json":
            (folder / "run.yaml").unlink()
        (folder / name).unlink(missing_ok=True)
        THINGS[request.param](folder / name)
        return folder

    return make


def texts_of(run: Run) -> list[str]:
    return [run.unit, run.device, run.last_line, run.error, run.cause, run.problem, *(run.metric or ("",))[:1]]


@pytest.mark.parametrize("name", FILES)
def test_every_reader_of_a_run_survives(hostile, name):
    folder = hostile(name)
    run = registry.read(folder)
    for text in texts_of(run):
        assert len(text) <= 300
        assert text.isprintable(), text
    for one in results.read(folder):
        assert all(
            len(text) <= 200 and text.isprintable() for text in (one.figure, one.metric, one.detector, one.device)
        )
    listing = Listings().of(str(folder))
    follower = Follower(str(folder))
    follower.metrics(listing.metrics)
    for _ in range(40):
        _, more = follower.look(96 * 1024)
        if not more:
            break
    record = follower.record()
    assert all(len(text) <= 200 for text in (*record.stats, *record.metrics))
    assert all(len(line) <= 2000 for line in record.log.lines)
    for grid in listing.grids:
        try:
            read_sized(grid.path)
        except ValueError as error:
            assert str(error).isprintable()  # noqa: PT017
    snapshots_of(str(folder))
    try:
        run_files.read_spec(folder)
    except TrainingError as error:
        assert len(str(error)) <= 400  # noqa: PT017
    runs.tail(folder / name)


@pytest.mark.parametrize("name", FILES)
def test_the_launchers_commands_survive(hostile, name):
    folder = hostile(name)
    watched = [] if registry.read(folder).live else [["watch", str(folder)]]  # which would wait for its end
    for arguments in (["list", str(folder.parent)], ["list", "--json", str(folder.parent)], *watched):
        done = CliRunner().invoke(launcher_main, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output


@pytest.mark.parametrize("name", ["run.yaml", "training_options.json", "network-snapshot-000040.safetensors"])
@pytest.mark.parametrize("command", ["inspect", "images", "metrics"])
def test_commands_on_the_folder_end_with_a_sentence(hostile, command, name, tmp_path):
    folder = hostile(name)
    out = tmp_path / "out"
    more = {"images": ["--seeds=0", f"--outdir={out}"], "metrics": ["--metrics=fid50k_full"]}.get(command, [])
    done = CliRunner().invoke(gan_main, [command, f"--network={folder}", *more])
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    last = done.output.rstrip("\n").splitlines()[-1]
    assert last.startswith("Error: ")
    assert last.isprintable()
    assert len(last) <= 300 + len("Error: ")
    assert not out.exists() or not any(out.iterdir())


@pytest.mark.parametrize("thing", ["a pipe", "endless zeros", "the kernel's page map", "a folder"])
def test_results_are_not_appended_to_what_is_no_file(thing, tmp_path):
    THINGS[thing](tmp_path / "metric-fid50k_full.jsonl")
    result = Result("fid50k_full", {"fid50k_full": 1.0}, 1.0, 1, None, 0.0, 10, "", "", "cpu", 0)
    with pytest.raises(OSError):  # noqa: PT011  # the system has several
        append(result, tmp_path)


def test_lines_of_json_with_odd_values_are_cut_back(tmp_path):
    path = tmp_path / "stats.jsonl"
    whole = json.dumps({"a": 1})
    path.write_text(f"{whole}\n{'[' * 100_000}\n{whole}\n")
    run_files.cut_back(path, lambda fields: True)
    assert path.read_text() == f"{whole}\n"
