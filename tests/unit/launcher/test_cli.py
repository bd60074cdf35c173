"""The launcher's command line: how runs are named, shown and refused."""

import json
import os

import pytest
from click.testing import CliRunner
from rich.console import Console

from foundation.process import identify
from tests.unit.launcher.test_registry import make
from tests.unit.training.tiny import dataset
from training_launcher import registry
from training_launcher.cli import tables
from training_launcher.cli.finding import find
from training_launcher.cli.main import main
from training_launcher.run import Run


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runs(tmp_path):
    """Three runs in ./runs."""
    outdir = tmp_path / "runs"
    make(outdir, "00001-faces", state="finished")
    make(outdir, "00007-faces-again", who=identify())
    make(outdir, "00012-cats", state="failed", error="OSError: [Errno 28] No space left on device")
    return outdir


def call(*words):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


@pytest.mark.parametrize("text", ["7", "00007", "00007-faces-again", "again", "runs/00007-faces-again"])
def test_forms_of_names(runs, text):
    assert find(text, ()).name == "00007-faces-again"
    assert find(text, (str(runs),)).name == "00007-faces-again"


def test_a_name_that_fits_wholly_comes_before_parts_of_names(runs):
    assert find("00001-faces", ()).name == "00001-faces"


def test_names_that_mean_none_or_many(runs):
    code, said = call("watch", "faces")
    assert code == 1
    assert "may mean 2 runs" in said
    code, said = call("stop", "9")
    assert code == 1
    assert "There is no run 9 in" in said


def test_list(runs):
    code, said = call("list")
    assert code == 0
    rows = [line.split("\t") for line in said.splitlines()]
    assert [(row[0], row[1]) for row in rows] == [
        ("00012-cats", "failed"), ("00007-faces-again", "running"), ("00001-faces", "finished"),
    ]  # fmt: skip
    assert rows[1][2:6] == ["4 / 10 kimg", "2 s/kimg", "0m 12s", "cpu"]
    assert [len(row) for row in rows] == [9, 9, 9]
    assert rows[0][6] == str(runs / "00012-cats")
    assert rows[0][8].startswith("disk full: OSError")
    code, said = call("list", "--json", "--state=failed")
    (run,) = (json.loads(line) for line in said.splitlines())
    assert (run["folder"], run["cause"]) == (str(runs / "00012-cats"), "disk full")
    assert "There are no runs in" in call("list", runs.parent / "empty")[1]


@pytest.mark.parametrize(("width", "columns"), [(180, ("pace", "device", "progress")), (100, ())])
def test_the_table_fits_the_terminal(runs, width, columns):
    console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(tables.table(registry.scan([runs]), console.width))
    console.file.close()
    lines = console.export_text().splitlines()
    assert len(lines) == 4
    for name in ("pace", "device", "progress"):
        assert (name in lines[0]) == (name in columns)
    assert "disk full: OSError" in lines[1]
    assert all(state in line for state, line in zip(("failed", "running", "finished"), lines[1:], strict=True))
    assert "4 / 10 kimg" in lines[2]


def test_numbers_have_no_exponents_and_columns_no_tabs(tmp_path):
    run = Run(
        str(tmp_path), "train", "running", done=12345.6, total=25000, metric=("fid50k_full", 18.43), last_line="a\tb"
    )
    assert tables.amount(run) == "12346 / 25000 kimg"
    assert tables.amount(Run(str(tmp_path), "train", "running", done=0.5, total=1.8)) == "0.5 / 1.8 kimg"
    assert tables.plain([run]).split("\t")[7:] == ["fid50k_full 18.43", "a b"]


def test_watching_what_has_ended_tells_how(runs):
    assert call("watch", "1")[0] == 0
    code, said = call("watch", "12")
    assert code == 1
    assert said.splitlines()[-1] == (
        "00012-cats: failed (disk full). OSError: [Errno 28] No space left on device. "
        "There was no room on the disk: make room, then resume."
    )


def test_what_cannot_be_done_is_told(runs):
    code, said = call("stop", "1")
    assert code == 1
    assert "00001-faces is not running: it is finished" in said
    code, said = call("resume", "7")
    assert code == 1
    assert "00007-faces-again is running already" in said
    assert "has reached its end" in call("resume", "1")[1]


def test_dry_runs_print_the_exact_command_and_make_nothing(tmp_path):
    dataset(tmp_path / "d.zip", size=32)
    words = ("submit", "train", "--preset=small-32", "--outdir=out", "--data=d.zip", "--kimg=3", "--dry-run")
    code, said = call(*words)
    assert code == 0
    last = said.splitlines()[-1]
    assert last.startswith("python -m gan train --outdir=out --cfg=stylegan2 --data=d.zip --batch=8")
    assert "--kimg=3" in last
    assert "--metrics=none" in last
    for wrong, says in (("--data=absent.zip", "There is no file"), ("--gpus=3", "batch must be a multiple of gpus")):
        code, said = call(*words, wrong)
        assert (code, says in said.splitlines()[-1]) == (1, True), said
    assert not (tmp_path / "out").exists()


def test_fits_keep_their_results_in_the_run_and_take_no_folder(tmp_path):
    options = ["--network=n.pkl", "--target=a.png", "--space=w+", "--tune", "--crop=3,4,5,6"]
    code, said = call("submit", "project", "-n", *options)
    assert code == 0, said
    assert "--target=a.png" in said
    assert "--crop=3.0,4.0,5.0,6.0" in said
    code, said = call("submit", "project", "-n", *options, "--outdir=x")
    assert code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "--preset=huge"), "There is no preset huge for train; choose one of stylegan2-256"),
        (("train", "--preset=small-32", "--outdir=o", "--data=d", "--batch=0"), "batch must be at least 1"),
        (("metrics",), "Missing option '--network'"),
        (("train", "--preset=small-32", "--outdir=/proc/none", "--data=d"), "/proc/none cannot be written"),
        (("train", "--preset=small-32", "--outdir=o", "--data=d", "--slurm-cpus=0"), "cpus must be between 1 and 1024"),
    ],
)
def test_options_that_cannot_be(words, says):
    code, said = call("submit", *words)
    assert code != 0
    assert says in said


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (-3, "0m 00s"), (65, "1m 05s"), (3900, "1h 05m"), (200000, "2d 07h")]
)
def test_durations(seconds, text):
    assert tables.duration(seconds) == text


def test_what_a_run_says_is_why_it_failed_if_it_did():
    run = Run(folder="/r", kind="train", state="running", last_line="tick 3", problem="status.json is damaged.")
    assert tables.message(run) == "status.json is damaged."
