"""Runs on this computer: queued, stopped, killed and resumed, with their true state at any time."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from foundation import runs as run_files
from foundation.ending import kill
from foundation.specs.film import FilmSpec
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.pictures import ImagesSpec
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import Latent, Network
from renderer.document.session import Session, save
from renderer.document.timeline import Key, Timeline, Track
from tests.fixtures_path import ROOT
from tests.integration.launcher.runs import gone, over, process, tiny, trained, wait_for
from tests.unit.renderer import tiny as renderer_tiny
from tests.waiting import PATIENCE
from training_launcher import launcher, registry
from training_launcher.environment import environment


def command(*words):
    """Run one of the commands; return (exit status, output)."""
    variables = environment()
    done = subprocess.run(
        [sys.executable, "-m", "training_launcher", *map(str, words)],
        env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout


def state(run):
    return torch.load(Path(run.folder) / run_files.STATE_FILE, weights_only=True)


def test_stopped_and_gone_on_with_and_measured_by_the_command_line(data, out):
    options = ["--cbase=32", "--cmax=4", "--zdim=4", "--wdim=4", "--map-depth=1", "--mbstd-group=2", "--workers=0"]
    options += ["--tick=0.1", "--snap=2", "--metrics=none", "--device=cpu", "--cfg=stylegan2", "--gpus=1", "--batch=8"]
    code, said = command("submit", "train", f"--outdir={out}", f"--data={data}", "--gamma=1", "--kimg=1", *options)
    assert code == 0, said
    (run,) = registry.scan([out])
    assert run.name == "00000-stylegan2-images-gpus1-batch8-gamma1"
    assert run.folder in said
    trained(run)

    code, said = command("stop", "0", "--outdir", out)
    assert code == 0, said
    stopped = registry.read(run.folder)
    assert (stopped.state, stopped.error) == ("stopped", "")
    assert 0 < state(run)["nimg"] < 1000
    code, said = command("resume", "00000", "--outdir", out)
    assert code == 0, said
    code, said = command("watch", run.name, "--outdir", out)
    assert code == 0, said
    assert "tick 10 " in said
    done = registry.read(run.folder)
    assert (done.state, done.done, done.total) == ("finished", 1.0, 1.0)
    assert state(run)["nimg"] == 1000
    log = (Path(run.folder) / run_files.LOG_FILE).read_text()
    assert log.count("tick 10 ") == log.count("tick 1 ") == 1

    networks = [Path(run.folder) / f"network-snapshot-00000{i}.safetensors" for i in (0, 1)]
    words = [f"--network={network}" for network in networks]
    code, said = command("submit", "metrics", f"--runs={out}", *words, "--metrics=kid8_lite0_full", "--device=cpu")
    assert code == 0, said
    code, said = command("watch", "1", "--outdir", out)
    assert code == 0, said
    (measured, *_) = registry.scan([out])
    assert (measured.kind, measured.done, measured.total, measured.unit) == ("metrics", 2.0, 2.0, "metrics")
    assert measured.metric is not None
    assert measured.metric[0] == "kid8_lite0_full"
    lines, kept = (
        [json.loads(line) for line in (Path(folder) / "metric-kid8_lite0_full.jsonl").read_text().splitlines()]
        for folder in (measured.folder, run.folder)
    )
    assert [line["network"] for line in lines] == [str(network) for network in networks]
    assert [line["results"] for line in kept] == [line["results"] for line in lines]

    code, said = command("list", "--outdir", out)
    assert code == 0
    rows = [line.split("\t") for line in said.splitlines()]
    assert [row[1] for row in rows] == ["finished"] * 2
    assert rows[0][2] == "2 / 2 metrics"


def test_killing_the_run_is_seen_and_it_goes_on(data, out):
    run = launcher.submit(tiny(data), out)
    trained(run)
    kill(process(run))
    lost = over(run)
    assert (lost.state, lost.cause) == ("lost", "killed")
    assert "SIGKILL" in lost.error
    gone(process(run, run_files.SUPERVISOR_FILE))
    saved = state(run)["nimg"] / 1000
    assert launcher.resume(lost).live
    assert trained(run, saved + 0.1).error == ""


def test_killing_the_supervisor_leaves_the_run_and_its_device_alone(data, out):
    run = launcher.submit(tiny(data), out)
    trained(run, kimg=0.1)
    second = launcher.submit(tiny(data, kimg=0), out)
    kill(process(run, run_files.SUPERVISOR_FILE))
    gone(process(run, run_files.SUPERVISOR_FILE))
    time.sleep(1.0)
    assert registry.read(run.folder).state == "running"
    assert registry.read(second.folder).state == "queued"
    # Both killed: lost; the run whose turn it is begins.
    kill(process(run))
    lost = over(run)
    assert lost.state == "lost"
    wait_for(second, lambda now: now.state == "starting")
    with pytest.raises(launcher.LaunchError, match="is not running"):
        launcher.stop(lost)


def test_a_run_that_waits_is_stopped_or_lost_with_its_supervisor_and_can_be_resumed(data, out):
    first = launcher.submit(tiny(data), out)
    wait_for(first, lambda now: now.state == "starting")
    second, third = (launcher.submit(tiny(data, kimg=0), out) for _ in range(2))
    waits = wait_for(third, lambda now: "Waiting for its turn on cpu." in now.last_line)
    assert waits.state == "queued"
    launcher.stop(second, patience_s=20)
    assert registry.read(second.folder).state == "stopped"
    kill(process(third, run_files.SUPERVISOR_FILE))
    assert over(third).state == "lost"
    launcher.resume(registry.read(third.folder))
    assert registry.read(third.folder).state == "queued"
    launcher.stop(first, patience_s=0, force=True)
    assert over(first).state == "stopped"
    assert over(third).state == "finished"


def test_a_run_outlives_who_started_it(data, out):
    code = (
        "import os, signal; from tests.integration.launcher.runs import tiny; from training_launcher import launcher;"
        f"launcher.submit(tiny({str(data)!r}), {str(out)!r}); os.killpg(0, signal.SIGKILL)"
    )
    variables = environment()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=variables, check=False, start_new_session=True)
    assert done.returncode == -signal.SIGKILL
    (run,) = registry.scan([out])
    assert wait_for(run, lambda now: now.state != "queued").state == "starting"
    # From another computer only the folder can be reached: its supervisor looks there, too.
    run_files.change_json(Path(run.folder) / run_files.LAUNCH_FILE, stop_asked=True)
    assert over(run).state == "stopped"


@pytest.mark.parametrize(
    ("changes", "cause", "says"),
    [
        ({"batch": 7}, "wrong option", "must be a multiple"),
        ({"device": "cuda:5"}, "", "There is no cuda:5 here"),
    ],
)
def test_why_a_run_failed_is_told(data, out, changes, cause, says):
    run = over(launcher.submit(tiny(data, **changes), out))
    assert run.state == "failed"
    assert says in run.error
    assert run.cause == (cause or run.cause)
    assert says in (Path(run.folder) / run_files.LOG_FILE).read_text()
    assert command("watch", run.folder)[0] == 1


def test_a_film_tells_its_frames(out, tmp_path):
    track = Track("latent", (Key(0.0, Latent(1)), Key(0.5, Latent(7))))
    shown = Document(network=Network(renderer_tiny.save(tmp_path, "sg2")), timeline=Timeline((track,), 0.5, 10.0))
    save(tmp_path / "walk.stylescope", Session(shown), ArrayStore())
    film = FilmSpec(session=str(tmp_path / "walk.stylescope"), out=str(tmp_path / "walk.gif"), device="cpu", threads=1)
    run = over(launcher.submit(film, out))
    assert (run.kind, run.state, run.done, run.total, run.unit) == ("video", "finished", 5.0, 5.0, "frames")
    assert run.last_line == "Finished."
    assert (tmp_path / "walk.gif").stat().st_size > 0


def test_pictures_are_counted(out, tmp_path):
    network = renderer_tiny.save(tmp_path, "sg2")
    spec = ImagesSpec(network=str(network), outdir=str(tmp_path / "made"), seeds=(1, 2, 5), device="cpu")
    run = over(launcher.submit(spec, out))
    assert (run.kind, run.state, run.done, run.total, run.unit) == ("figures", "finished", 3.0, 3.0, "pictures")
    assert len(list((tmp_path / "made").iterdir())) == 3
    # Its log contains the configuration, and no progress.
    log = (Path(run.folder) / run_files.LOG_FILE).read_text()
    assert "seeds         1,2,5" in log
    assert '"done"' not in log


def test_measurements_of_what_is_not_there_fail_with_its_name(out):
    run = over(launcher.submit(MetricRunSpec(networks=("/nowhere.pkl",), metrics=("kid8_lite0_full",)), out))
    assert (run.state, run.cause) == ("failed", "missing file")
    assert "/nowhere.pkl" in run.error
