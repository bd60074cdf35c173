"""Runs on a real single-node Slurm: submitted, followed, stopped, preempted and resumed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from foundation import runs as run_files
from foundation.ending import kill
from tests.integration.launcher import single_slurm
from tests.integration.launcher.runs import process, tiny, trained, wait_for
from tests.waiting import PATIENCE
from training_launcher import launcher, registry
from training_launcher.environment import environment
from training_launcher.launcher import SlurmOptions


@pytest.fixture(scope="module")
def slurm():
    single_slurm.install()
    before = os.environ.get("SLURM_CONF")
    # Sockets have short names; and Slurm wants every folder above munge's to be safe from others.
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/run") as folder:
        cluster = single_slurm.Slurm(Path(folder))
        cluster.start()
        yield cluster
        cluster.stop()
    if before is None:
        os.environ.pop("SLURM_CONF", None)
    else:
        os.environ["SLURM_CONF"] = before


def submit(data, out, **changes):
    return launcher.submit(
        tiny(data, **changes), out, executor="slurm", slurm=SlurmOptions(partition="low", cpus=1, memory_gb=0.9)
    )


def command(*words):
    variables = environment()
    return subprocess.Popen(
        [sys.executable, "-m", "training_launcher", *words],
        env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_a_run_is_taken_in_preempted_gone_on_with_followed_and_stopped(slurm, data, out):
    run = submit(data, out)
    assert run.state == "queued"
    job = run.device.removeprefix("slurm ")
    assert job in slurm.ask("squeue", "--noheader", "--format=%i")
    watched = command("watch", run.folder)
    first = trained(run)
    assert first.executor == "slurm"

    slurm.ask("sbatch", "--partition=high", "--exclusive", "--wrap=sleep 1", "--output=/dev/null")
    waits = wait_for(run, lambda now: now.state == "queued")
    saved = waits.done
    assert 0 < saved < 200
    wait_for(run, lambda now: "PENDING" in slurm.ask("squeue", "--noheader", f"--jobs={job}", "--format=%T"))
    # Slurm lets a preempted job wait for two minutes; its administrator need not.
    slurm.ask("scontrol", "update", f"jobid={job}", "starttime=now")
    again = trained(run, kimg=saved + 0.2)
    assert again.device == f"slurm {job}"
    stats = (Path(run.folder) / run_files.STATS_FILE).read_text().splitlines()
    assert len(stats) == len({line.partition('"Progress/tick"')[2][:40] for line in stats})

    launcher.stop(again)
    stopped = wait_for(run, lambda now: not now.live)
    assert stopped.state == "stopped"
    assert stopped.done > saved
    said, _ = watched.communicate(timeout=PATIENCE)
    assert watched.returncode == 2, said
    assert "tick 1 " in said
    assert said.count("Stopped at") == 2
    wait_for(run, lambda now: job not in slurm.ask("squeue", "--noheader", "--format=%i"))
    assert registry.read(run.folder).state == "stopped"


def test_the_end_of_the_time_limit_is_a_pause(slurm, data, out):
    run = submit(data, out)
    trained(run)
    job = run.device.removeprefix("slurm ")
    slurm.ask("scancel", "--signal=USR2", job)  # what Slurm sends before the limit
    wait_for(run, lambda now: now.state == "queued")
    wait_for(run, lambda now: "PENDING" in slurm.ask("squeue", "--noheader", f"--jobs={job}", "--format=%T"))
    launcher.stop(registry.read(run.folder))
    assert wait_for(run, lambda now: not now.live).state == "stopped"


def test_a_run_that_waits_is_taken_out(slurm, data, out):
    slurm.ask("sbatch", "--partition=high", "--exclusive", "--wrap=sleep 30", "--output=/dev/null")
    run = submit(data, out)
    assert registry.read(run.folder).state == "queued"
    launcher.stop(run)
    assert registry.read(run.folder).state == "stopped"
    slurm.ask("scancel", "--user=root")


def test_a_job_that_is_gone_is_lost(slurm, data, out):
    run = submit(data, out)
    wait_for(run, lambda now: now.state == "starting" and process(now) is not None)
    for name in (run_files.SUPERVISOR_FILE, run_files.STATUS_FILE):
        kill(process(run, name))
    assert wait_for(run, lambda now: not now.live).state == "lost"


def test_what_slurm_refuses_is_told(slurm, data, out):
    with pytest.raises(launcher.LaunchError, match=r"Slurm refuses the run: .*partition"):
        launcher.submit(tiny(data), out, executor="slurm", slurm=SlurmOptions(partition="none", cpus=1))
    (run,) = registry.scan([out])
    assert run.state == "failed"
    assert "partition" in run.error
