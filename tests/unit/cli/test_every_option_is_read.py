"""Every option of every command is read; an ignored one would still appear in forms and help.

Each command runs once, on something tiny, with a spec that has one option more than it knows; exactly that one must be
found unread. Training and measurements in runs are held by the effects of their options instead.
"""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from foundation import runs as run_files
from foundation.png import save_png
from foundation.specs import click_options as command_options
from foundation.specs.dataset import CompareSpec, DatasetSpec, DisplaySpec, ExtractSpec
from foundation.specs.directions import BoundarySpec, ClassesSpec, MeasureSpec, PcaSpec, SefaSpec, StyleSpaceSpec
from foundation.specs.editing.diversity import DiversitySpec
from foundation.specs.editing.point_drag import DragSpec, SessionDragSpec
from foundation.specs.editing.projection import ProjectSpec
from foundation.specs.film import FilmSpec, SeedsSpec
from foundation.specs.metrics import ClassifiersSpec, MetricRunSpec, MetricsSpec
from foundation.specs.pictures import (
    BlendSpec,
    ConvertSpec,
    ImagesSpec,
    InspectSpec,
    MixingSpec,
    NoiseFiguresSpec,
    SnapshotsSpec,
    TruncationFigureSpec,
    UncuratedFigureSpec,
    VideoSpec,
)
from foundation.specs.slurm import SlurmOptions
from foundation.specs.spectra import CalcSpec, HeatmapSpec, RadialSpec, SlicesSpec, StatsSpec
from foundation.specs.train import TrainSpec
from gan.analysis import average_spectra
from gan.cli.main import main as gan_main
from gan.cli.train import FREE_TO_CHANGE, make_job, new_folder
from renderer.__main__ import main as renderer_main
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import Network
from renderer.document.session import Session, save
from renderer.document.timeline import Timeline
from tests.pictures import noise, write_zip
from tests.unit.cli.guard import ADDED, commands, names, recording, with_one_more, without_effect
from tests.unit.metrics import stand_ins
from tests.unit.renderer import tiny as networks
from tests.unit.training import tiny
from training_launcher import slurm
from training_launcher.commands import COMMANDS
from training_launcher.tasks import task_for
from viz.timeline.export import FilmOptions, spec_of

CASES = {
    ImagesSpec: "images --network={plain} --seeds=1 --outdir={out} --device=cpu",
    VideoSpec: "video --network={plain} --seeds=1,2 --w-frames=1 --output={out} --device=cpu",
    MixingSpec: "style-mixing --network={plain} --rows=1 --cols=2 --styles=0 --outdir={out} --device=cpu",
    NoiseFiguresSpec: "noise-figures --network={plain} --seeds=1 --realisations=2 --outdir={out} --device=cpu",
    TruncationFigureSpec: "truncation-figure --network={plain} --seeds=1 --trunc=1 --outdir={out} --device=cpu",
    UncuratedFigureSpec: "uncurated-figure --network={plain} --lods=0,1 --rows=1 --outdir={out} --device=cpu",
    ConvertSpec: "convert --network={plain} --output={out}.safetensors",
    BlendSpec: "blend --network={plain} --with={plain} --ramp=16 --layer=b4.conv1:0.5 --output={out}.safetensors",
    SnapshotsSpec: "blend snapshots --network={run} --half-life=1 --output={out}.safetensors",
    PcaSpec: "directions pca --network={plain} --output={out}.npz --each={out} --sheet={out}.png --samples=10 "
    "--components=2 --device=cpu",
    SefaSpec: "directions sefa --network={plain} --output={out}.npz --sheet={out}.png --components=1 --device=cpu",
    StyleSpaceSpec: "directions stylespace --network={plain} --output={out}.npz --sheet={out}.png --channels=2 "
    "--samples=10 --pictures=1 --layers=b8.conv0,b8.torgb --region=0,0,8,8 --device=cpu",
    BoundarySpec: "directions boundary --network={plain} --output={out}.npz --sheet={out}.png --latents={latents} "
    "--scores={scores} --ratio=0.5 --device=cpu",
    MeasureSpec: "directions measure --network={plain} --output={out}.npz --sheet={out}.png --make=brighter "
    "--samples=16 --device=cpu",
    ClassesSpec: "directions classes --network={cond} --output={out}.npz --sheet={out}.png --to=1 --samples=4 "
    "--device=cpu",
    ProjectSpec: "project --network={plain} --target={photo} --outdir={out} --num-steps=2 --tune --tune-steps=1 "
    "--device=cpu",
    DragSpec: "drag --network={plain} --points=8,9:12,9 --mask={mask} --outdir={out} --film={out}/way.gif --steps=2 "
    "--device=cpu",
    InspectSpec: "inspect --network={plain}",
    DatasetSpec: "dataset --source={data} --dest={out}.zip --classes=0,1 --max-images=4 --transform=center-crop "
    "--resolution=16x16",
    DisplaySpec: "dataset display --source={data} --save={out}.png",
    ExtractSpec: "dataset extract --source={data} --outdir={out}",
    CompareSpec: "dataset compare --source={data} --other={data}",
    MetricsSpec: "metrics --network={cond} --data={data} --metrics=is10 --device=cpu --detector={inception} "
    "--trust-detector",
    ClassifiersSpec: "metrics train-classifiers --data={halves} --outfile={out}.safetensors --device=cpu",
    StatsSpec: "spectra stats --source={data} --num=2",
    CalcSpec: "spectra calc --source={data} --num=2 --dest={out}.npz --mean=128 --std=70",
    HeatmapSpec: "spectra heatmap --source={spectrum} --save={out}.png --dpi=20",
    SlicesSpec: "spectra slices --source={spectrum} --save={out}.png --dpi=20",
    RadialSpec: "spectra radial --network={spectrum} --dataset={spectrum} --csv={out}.csv",
    DiversitySpec: "diversity --network={plain} --num=2 --device=cpu",
    FilmSpec: "film --session={session} --out={out} --device=cpu",
    SeedsSpec: "seeds --session={session} --seeds=1,2 --out={out} --device=cpu",
    SessionDragSpec: "drag --recipe={session} --points=8,9:12,9 --mask={mask} --outdir={out} --film={out}/way.gif "
    "--steps=2 --device=cpu",
}
"""A run of each command, small and whole."""
BY_EFFECT = {TrainSpec, MetricRunSpec, SlurmOptions}


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Files that commands work on."""
    folder = tmp_path_factory.mktemp("files")
    halves = np.zeros((20, 32, 32, 3), np.uint8)
    halves[::2] = 200
    found = {
        "plain": networks.save(folder, "sg2"),
        "cond": networks.save(folder, "cond"),
        "run": folder / "run",
        "data": write_zip(folder / "data.zip", noise(6, 32), [i % 3 for i in range(6)]),
        "halves": write_zip(folder / "halves.zip", halves, [i % 2 for i in range(20)]),
        "inception": stand_ins.write(folder)[0],
        "spectrum": folder / "spectrum.npz",
        "session": folder / "short.stylescope",
        "mask": folder / "mask.png",
        "latents": folder / "latents.npy",
        "scores": folder / "scores.npy",
        "photo": folder / "photo.png",
    }
    save_png(found["photo"], np.zeros((20, 30, 3), np.uint8))
    found["run"].mkdir()
    for kimg in (1, 2):
        shutil.copy(found["plain"], found["run"] / f"network-snapshot-{kimg:06d}.safetensors")
    save_png(found["mask"], np.repeat(np.array([0, 255], np.uint8), 512).reshape(32, 32))
    numbers = np.random.RandomState(0)
    np.save(found["latents"], numbers.randn(40, 1, networks.COMMON["w_dim"]).astype(np.float32))
    np.save(found["scores"], numbers.randn(40).astype(np.float32))
    pictures = average_spectra.open_images(str(found["data"]), 2, 0, "cpu")
    average_spectra.save(average_spectra.average_spectrum(pictures, 128, 70), found["spectrum"])
    document = Document(network=Network(str(found["plain"])), timeline=Timeline(seconds=0.1, fps=10.0))
    save(Path(found["session"]), Session(document), ArrayStore())
    return found


def test_no_command_is_forgotten():
    assert {*CASES, *BY_EFFECT} == {*commands(), SlurmOptions}


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_a_command_reads_every_option(kind, places, tmp_path, monkeypatch):
    seen: set[str] = set()

    def fill(spec, given):
        assert spec is kind
        filled = command_options.fill(spec, given)
        return recording(with_one_more(spec)(**vars(filled)), seen)

    monkeypatch.setattr("gan.cli.command.fill", fill)
    monkeypatch.setattr("renderer.cli.film.fill", fill)
    monkeypatch.setattr("renderer.cli.seeds.fill", fill)
    monkeypatch.setattr("renderer.cli.drag.fill", fill)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)  # the film's would outlive this test
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    words = CASES[kind].format(out=tmp_path / "out", **places).split()
    done = CliRunner().invoke(renderer_main if kind in (FilmSpec, SeedsSpec, SessionDragSpec) else gan_main, words)
    assert done.exit_code == 0, done.output
    unread = {*names(kind), ADDED} - seen
    assert unread == {ADDED}, f"declared in {kind.__name__}, but nothing reads it: {unread - {ADDED}}"


# -- Training ------------------------------------------------------------------------------------------------------

NOT_IN_THE_JOB = {
    "outdir": "where the run's folder is made",
    "desc": "words in the folder's name",
}
"""Options of a training that do not change what a process is given; `test_where_a_run_is_kept` holds their use."""


CHANGES: tuple[dict[str, object], ...] = ({}, {"aug": "fixed"}, {"cfg": "stylegan1"}, {"trust_detector": True})
"""Options with which others have an effect."""


def test_every_option_of_a_training_changes_what_is_trained(tmp_path):
    data, other = (tiny.dataset(tmp_path / name, classes=2) for name in ("a.zip", "b.zip"))
    detector = str(stand_ins.write(tmp_path)[0])
    base = with_one_more(TrainSpec)(**vars(tiny.spec(data)))
    bases = [dataclasses.replace(base, **changes) for changes in CHANGES]
    idle = without_effect(bases, lambda spec: make_job(spec, None), {"data": [str(other)], "detector": [(detector,)]})
    assert idle - {ADDED} == set(NOT_IN_THE_JOB), "declared, but nothing comes of it"
    assert ADDED in idle


def test_where_a_run_is_kept(tmp_path):
    data = tiny.dataset(tmp_path / "a.zip")
    folder = new_folder(tiny.spec(data, outdir=str(tmp_path / "elsewhere"), desc="words"))
    assert folder.parent == tmp_path / "elsewhere"
    assert folder.name.endswith("-words")


def test_options_that_may_change_on_resume_are_options():
    assert set(FREE_TO_CHANGE) <= names(TrainSpec)


# -- Runs ----------------------------------------------------------------------------------------------------------


def test_every_option_of_a_measurement_reaches_the_command_that_measures(tmp_path):
    def steps(spec):
        return [step.arguments for step in task_for(tmp_path, COMMANDS["metrics"], spec).steps()]

    (tmp_path / run_files.LOG_FILE).touch()
    idle = without_effect([with_one_more(MetricRunSpec)(networks=("n.pkl",), mirror=False)], steps)
    # A run's log has no use for a progress bar.
    assert idle == {"verbose", ADDED}


def test_an_option_of_all_measurements_reaches_the_command_by_its_name_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setattr("training_launcher.tasks.MeasuringSpec", with_one_more(MetricRunSpec))
    spec = with_one_more(MetricRunSpec)(networks=("n.pkl",), **{ADDED: 5})
    (step,) = task_for(tmp_path, COMMANDS["metrics"], spec).steps()
    assert "--one-more=5" in step.arguments


def test_every_option_of_a_cluster_reaches_slurm(tmp_path, monkeypatch):
    import submitit

    asked = {}

    class Executor:
        def __init__(self, folder):
            asked.clear()

        def update_parameters(self, **parameters):
            asked.update(parameters)

        def submit(self, *arguments):
            asked["submitted"] = arguments
            return self

        job_id = "1"

    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr(submitit, "SlurmExecutor", Executor)

    def parameters(options):
        slurm.submit_job(tmp_path, options, gpus=1)
        return dict(asked)

    assert without_effect([with_one_more(SlurmOptions)()], parameters) == {ADDED}


def test_every_option_of_the_windows_export_reaches_the_film():
    seen: set[str] = set()
    options = with_one_more(FilmOptions)("film.mp4", 30.0, 0.0, 1.0)
    spec_of(recording(options, seen), Path("walk.stylescope"), "cpu")
    assert seen == names(FilmOptions)
