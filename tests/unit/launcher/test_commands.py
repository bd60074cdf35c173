"""Command lines and files of specs: exact round trips."""

import dataclasses
import shlex

import click
import pytest
from click.testing import CliRunner

from foundation import runs as run_files
from foundation.specs.film import FilmSpec
from foundation.specs.formats import DirectionChoice
from foundation.specs.metrics import MetricRunSpec, MetricsSpec
from foundation.specs.pictures import ImagesSpec, VideoSpec
from foundation.specs.train import TrainSpec
from gan.cli.main import main as gan
from tests.unit.training.tiny import dataset
from training_launcher import presets
from training_launcher.commands import COMMANDS, asked_for, command_line, command_of, describe, from_plain, to_plain
from training_launcher.errors import LaunchError

TRAIN = TrainSpec(
    outdir="runs here", cfg="stylegan3-r", data="my pictures.zip", gpus=2, batch=32, gamma=6.6, mirror=True,
    metrics=(), resume="https://example.org/network.pkl", fp32=True, p=0.25,
)  # fmt: skip
SPECS = (
    TRAIN,
    MetricRunSpec(networks=("a.pkl", "b c.pkl"), metrics=("fid50k_full", "kid1k"), detector=("x.pt",), mirror=False),
    FilmSpec(session="s.stylescope", out="film.mp4", grid=(3, 2), end=2.5),
    ImagesSpec(
        network="n.pkl", outdir="out", seeds=(1, 2, 7), translate=(0.5, -1.0), label=3,
        directions=(DirectionChoice("age.npy", 1.5, (0, 1)), DirectionChoice("b.npy", -1.0, every_layer=True)),
    ),
    VideoSpec(network="n.pkl", output="walk.gif", seeds=(0, 5), grid=(2, 1)),
)  # fmt: skip


def test_the_exact_command_line():
    assert shlex.join(command_line(TRAIN)) == (
        "python -m gan train '--outdir=runs here' --cfg=stylegan3-r '--data=my pictures.zip' --gpus=2 --batch=32 "
        "--gamma=6.6 --mirror=1 --resume=https://example.org/network.pkl --p=0.25 --metrics=none --fp32=1"
    )
    assert command_line(SPECS[1])[:5] == ["python", "-m", "training_launcher", "submit", "metrics"]


def read_back(spec, words):
    """Return the result of running a command line."""
    found = []
    command = gan.get_command(click.Context(gan), words[0])
    with command.make_context(words[0], words[1:]) as context:
        names = {part.name for part in dataclasses.fields(spec)}
        found.append(type(spec)(**{name: value for name, value in context.params.items() if name in names}))
    return found[0]


@pytest.mark.parametrize("spec", [TRAIN, SPECS[3], SPECS[4]], ids=lambda spec: command_of(spec).name)
def test_a_command_line_means_what_was_asked_for(spec):
    assert read_back(spec, command_line(spec)[3:]) == spec


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: command_of(spec).name)
def test_a_run_is_remembered_exactly(spec, tmp_path):
    command = command_of(spec)
    run_files.write_run(tmp_path, command.kind, to_plain(spec), command.name)
    assert asked_for(tmp_path) == (command, spec)


def test_a_training_that_was_started_by_hand_is_understood(tmp_path):
    (tmp_path / run_files.RUN_FILE).write_text(
        "kind: train\nspec: {outdir: r, cfg: stylegan2, data: d, gpus: 1, batch: 4, "
                                           "gamma: 1, metrics: [], option_of_later_versions: 3}\n")  # fmt: skip
    command, spec = asked_for(tmp_path)
    assert command is COMMANDS["train"]
    assert (spec.gamma, spec.metrics) == (1.0, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no run.yaml"),
        ("kind: train\nspec: {cfg: stylegan2}\n", "does not say its outdir"),
        ("kind: cooking\nspec: {}\n", "names no known command"),
        ("kind: [train\n", "run.yaml is damaged"),
        ("kind: metrics\nspec: {networks: 3}\n", "networks cannot be understood"),
        ("kind: train\nspec: {outdir: r, cfg: ffhq, data: d, gpus: 1, batch: 4, gamma: 1}\n", "cfg must be one of"),
    ],
)
def test_what_cannot_be_run_again_says_why(tmp_path, text, says):
    if text is not None:
        (tmp_path / run_files.RUN_FILE).write_text(text)
    with pytest.raises(LaunchError, match=says):
        asked_for(tmp_path)


def test_names_of_folders(tmp_path):
    assert describe(TRAIN) == "stylegan3-r-my pictures-gpus2-batch32-gamma6.6"
    assert run_files.create(tmp_path, describe(TRAIN)).name == "00000-stylegan3-r-my_pictures-gpus2-batch32-gamma6.6"
    assert run_files.create(tmp_path, describe(SPECS[1])).name == "00001-metrics-fid50k_full-kid1k-networks2"
    assert describe(SPECS[2]) == "film-film"
    with pytest.raises(LaunchError, match="MetricsSpec cannot be a run"):
        command_of(MetricsSpec(network="a.pkl"))


def test_every_preset_is_a_run_that_gan_takes(tmp_path):
    found = {preset.name: preset for preset in presets.load()}
    for cfg in ("stylegan2", "stylegan3-t", "stylegan3-r"):
        for resolution in (256, 512, 1024):
            assert found[f"{cfg}-{resolution}"].values["cfg"] == cfg
    assert dict(found["small-32"].values)["cbase"] == 1024
    data = str(dataset(tmp_path / "x.zip"))
    for preset in found.values():
        given = {"outdir": str(tmp_path / "runs"), "data": data} if preset.kind == "train" else {"networks": ("a.pkl",)}
        spec = COMMANDS[preset.kind].spec(**given, **preset.values)
        assert from_plain(COMMANDS[preset.kind], to_plain(spec)) == spec
        if preset.kind == "train":
            result = CliRunner().invoke(gan, [*command_line(spec)[3:], "--dry-run"])
            assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: train", "needs title, kind and values"),
        ("title: x\nkind: cooking\nvalues: {}", "kind must be one of"),
        ("title: x\nkind: train\nvalues: {learning: 3}", "train has no option learning"),
        ("title: x\nkind: train\nvalues: {batch: many}", "batch cannot be many"),
        ("title: x\nkind: train\nvalues: {batch: 0}", "batch must be at least 1"),
        ("title: [x", "is no YAML"),
    ],
)
def test_presets_that_cannot_be_are_told(text, says):
    with pytest.raises(ValueError, match=says):
        presets.read("10-x.yaml", text)
