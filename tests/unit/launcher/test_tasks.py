"""Command and progress of each kind of run."""

import json

import click
import pytest

from foundation import runs as run_files
from foundation.specs.film import FilmSpec
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.pictures import ImagesSpec, VideoSpec
from gan.cli.main import main as gan
from renderer.__main__ import main as renderer
from training_launcher.commands import COMMANDS
from training_launcher.tasks import task_for


@pytest.fixture
def folder(tmp_path):
    (tmp_path / run_files.LOG_FILE).write_text("Waiting for its turn on cpu.\n")
    return tmp_path


def result(name):
    return json.dumps({"results": {name: 1.5}, "metric": name, "snapshot_pkl": "x.pkl"})


def say(folder, *lines):
    with (folder / run_files.LOG_FILE).open("a") as log:
        log.write("".join(line + "\n" for line in lines))


SPEC = MetricRunSpec(networks=("a.pkl", "b.pkl"), metrics=("kid1k", "fid1k"), data="d.zip", device="cpu", verbose=False)


def test_measurements_are_kept_with_their_networks_and_done_once(folder):
    task = task_for(folder, COMMANDS["metrics"], SPEC)
    assert task.progress() == (0.0, 4.0)
    steps = task.steps()
    assert next(steps).arguments == (
        *("-m", "gan", "metrics", "--network=a.pkl", "--metrics=kid1k,fid1k", "--verbose=0"),
        *("--data=d.zip", "--device=cpu"),
    )
    say(folder, "metrics:", "  network  a.pkl", result("kid1k"))
    with (folder / run_files.LOG_FILE).open("a") as log:
        log.write(result("fid1k")[:20])  # half a line is none yet
    assert task.progress() == (1.0, 4.0)
    say(folder, result("fid1k")[20:])
    assert task.progress() == (2.0, 4.0)
    assert next(steps).arguments[3] == "--network=b.pkl"
    say(folder, result("kid1k"))
    assert task.progress() == (3.0, 4.0)
    kept = [json.loads(line) for line in (folder / "metric-kid1k.jsonl").read_text().splitlines()]
    assert [(line["network"], line["results"]) for line in kept] == [
        ("a.pkl", {"kid1k": 1.5}),
        ("b.pkl", {"kid1k": 1.5}),
    ]
    # Resumed, it measures only what is missing.
    again = task_for(folder, COMMANDS["metrics"], SPEC)
    assert again.progress() == (3.0, 4.0)
    left = list(again.steps())
    assert [step.arguments[3:5] for step in left] == [("--network=b.pkl", "--metrics=fid1k")]


def test_a_metric_that_is_chosen_on_the_spot_is_done_once(folder):
    spec = MetricRunSpec(networks=("a.pkl",))
    task = task_for(folder, COMMANDS["metrics"], spec)
    steps = task.steps()
    assert "--metrics=auto" in next(steps).arguments
    say(folder, result("kid10k_lite0_full"))
    assert list(steps) == []
    assert task.progress() == (1.0, 1.0)
    assert list(task_for(folder, COMMANDS["metrics"], spec).steps()) == []


@pytest.mark.parametrize(
    ("name", "spec", "unit", "asked"),
    [
        ("film", FilmSpec(session="s", out="f.mp4"), "frames", "renderer film --session=s --out=f.mp4"),
        (
            "video",
            VideoSpec(network="n", output="f", seeds=(1,)),
            "frames",
            "gan video --network=n --output=f --seeds=1",
        ),
        ("images", ImagesSpec(network="n", outdir="o"), "pictures", "gan images --network=n --outdir=o"),
    ],
)
def test_what_draws_counts_its_pictures(folder, name, spec, unit, asked):
    task = task_for(folder, COMMANDS[name], spec)
    assert (task.unit, task.progress()) == (unit, (0.0, 0.0))
    (step,) = task.steps()
    assert set(step.arguments) == {"-m", *asked.split(), "--json"}
    (folder / step.output).write_text('{"done": 1, "total": 9}\n{"done": 2, "total": 9}\n{"saved": "f.mp4"}\n{"do')
    assert task.progress() == (2.0, 9.0)
    # An earlier part of the run was another count.
    list(task_for(folder, COMMANDS[name], spec).steps())
    assert task.progress() == (0.0, 0.0)


@pytest.mark.parametrize("name", [name for name, one in COMMANDS.items() if one.kind in ("video", "figures")])
def test_every_command_that_draws_can_tell_its_progress(name):
    group = {"gan": gan, "renderer": renderer}[COMMANDS[name].module]
    found = group.get_command(click.Context(group), name)
    assert "--json" in [flag for param in found.params for flag in param.opts]
