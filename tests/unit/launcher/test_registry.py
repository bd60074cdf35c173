"""Folders of runs in any condition, and checks of their claimed state."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from foundation import runs as run_files
from foundation.process import Identity, boot_id, identify, read_identity
from tests.soak import times
from tests.waiting import wait_for
from training_launcher import registry
from training_launcher.judgement import Jobs, judge
from training_launcher.reading import read_facts
from training_launcher.run import Run
from viz.runs.text import progress_text, share

SPEC = {"cfg": "stylegan2", "kimg": 10, "metrics": ["kid1k"], "device": "cpu"}


def make(outdir, name="00003-run", who=None, supervisor=None, state="running", spec=SPEC, **status):
    """A run's folder as a training leaves it."""
    folder = outdir / name
    folder.mkdir(parents=True)
    run_files.write_run(folder, "train", spec, "train")
    content = {"state": state, "kimg": 4.0, "total_kimg": 10.0, "sec_per_kimg": 2.0, "eta_s": 12.0, "error": None}
    run_files.write_json(
        folder / run_files.STATUS_FILE,
        {**content, "updated": time.time(), **(who.fields() if who else {}), **status},
    )
    if supervisor is not None:
        run_files.write_json(folder / run_files.LAUNCH_FILE, {"executor": "local", "supervisor": supervisor.fields()})
    (folder / run_files.LOG_FILE).write_text("first\n\x1b[31mlast\x1b[0m words\n\n")
    (folder / "metric-kid1k.jsonl").write_text(
        json.dumps({"results": {"kid1k": 9.0}}) + "\n" + json.dumps({"results": {"kid1k": 0.5}}) + "\n"
    )
    stats = {"Progress/kimg": {"mean": 4.0}, "Timing/sec_per_kimg": {"mean": 2.0}, "timestamp": 5.0}
    (folder / run_files.STATS_FILE).write_text(json.dumps(stats) + "\n")
    return folder


@pytest.fixture
def ended():
    """A process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    who = identify(process.pid)
    process.communicate()
    return who


@pytest.fixture
def me():
    return identify()


def test_a_run_is_read(tmp_path, me):
    folder = make(tmp_path, who=me)
    assert registry.read(folder) == Run(
        folder=str(folder), kind="train", state="running", spec=SPEC, done=4.0, total=10.0, unit="kimg",
        seconds_per_unit=2.0, eta_s=12.0, device="cpu", updated=registry.read(folder).updated, last_line="last words",
        metric=("kid1k", 0.5),
    )  # fmt: skip


def test_newest_first_over_several_folders(tmp_path, me):
    for outdir, number in (("a", 2), ("b", 10), ("a", 11)):
        make(tmp_path / outdir, f"{number:05d}-x", who=me)
    (tmp_path / "a" / "pictures").mkdir()
    (tmp_path / "a" / "00012-notes.txt").write_text("no folder")
    found = registry.scan([tmp_path / "a", tmp_path / "b", tmp_path / "missing"])
    assert [run.name for run in found] == ["00011-x", "00010-x", "00002-x"]


def test_what_has_not_changed_is_the_same_object_and_is_not_read_again(tmp_path, me, monkeypatch):
    folder = make(tmp_path, who=me)
    look = registry.Registry()
    (first,) = look.scan([tmp_path])
    monkeypatch.setattr(registry, "read_facts", lambda folder: pytest.fail("it was read again"))
    assert look.scan([tmp_path])[0] is first
    monkeypatch.undo()
    with (folder / "metric-kid1k.jsonl").open("a") as file:
        file.write(json.dumps({"results": {"kid1k": 0.25}}) + "\n")
    assert look.scan([tmp_path])[0].metric == ("kid1k", 0.25)
    shutil.rmtree(folder)
    assert look.scan([tmp_path]) == ()


# -- Whether it is alive -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["finished", "failed"])
def test_its_last_words_count_when_it_ends_while_it_is_read(tmp_path, ended, monkeypatch, end):
    folder = make(tmp_path, who=ended)

    def read_before_the_end(path):
        facts = read_facts(path)
        run_files.change_json(folder / run_files.STATUS_FILE, state=end)
        return facts

    monkeypatch.setattr(registry, "read_facts", read_before_the_end)
    assert registry.Registry().read(folder).state == end


def test_a_change_while_files_are_read_is_seen_by_the_next_scan(tmp_path, me, monkeypatch):
    folder, runs = make(tmp_path, who=me), registry.Registry()

    def read_before_the_end(path):
        facts = read_facts(path)
        run_files.change_json(folder / run_files.STATUS_FILE, kimg=9.0)
        return facts

    monkeypatch.setattr(registry, "read_facts", read_before_the_end)
    assert runs.read(folder).done == 4.0
    monkeypatch.undo()
    assert runs.read(folder).done == 9.0


def test_lost_when_its_process_is_gone(tmp_path, ended):
    run = registry.read(make(tmp_path, who=ended))
    assert (run.state, run.eta_s) == ("lost", None)


def test_a_number_that_another_program_got_is_not_the_run(tmp_path, me):
    assert registry.read(make(tmp_path, who=replace(me, pid_start_time=me.pid_start_time - 500))).state == "lost"


@pytest.mark.skipif(not boot_id(), reason="this system has no name for its starts")
def test_a_restart_of_the_computer_is_seen(tmp_path, me):
    assert registry.read(make(tmp_path, who=replace(me, boot_id="another"))).state == "lost"


def test_a_child_that_nobody_has_waited_for_is_gone(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    who = identify(process.pid)
    assert registry.read(make(tmp_path, who=who)).state == "running"
    process.stdin.close()
    wait_for(lambda: registry.read(tmp_path / "00003-run").state != "running")
    assert process.returncode is None
    process.wait()


@pytest.mark.parametrize("state", ["queued", "starting", "running"])
def test_supervisor_and_run_may_die_alone(tmp_path, me, ended, state):
    """While either lives somebody will tell how it ends; but only a supervisor stands behind what waits."""
    seen = registry.read(make(tmp_path, "00001-a", who=ended, supervisor=me, state=state)).state
    assert seen == state
    seen = registry.read(make(tmp_path, "00002-b", who=me, supervisor=ended, state=state)).state
    assert seen == ("lost" if state == "queued" else state)
    assert registry.read(make(tmp_path, "00003-c", who=ended, supervisor=ended, state=state)).state == "lost"


def test_a_supervisor_has_time_to_start(tmp_path):
    folder = make(tmp_path, state="queued")
    run_files.write_json(folder / run_files.LAUNCH_FILE, {"executor": "local"})
    assert registry.read(folder).state == "queued"
    run_files.change_json(folder / run_files.STATUS_FILE, updated=time.time() - 60)
    assert registry.read(folder).state == "lost"


def test_asked_to_stop_and_gone_is_stopped(tmp_path, ended):
    folder = make(tmp_path, who=ended, supervisor=ended)
    run_files.change_json(folder / run_files.LAUNCH_FILE, stop_asked=True)
    assert registry.read(folder).state == "stopped"


def test_on_another_computer_signs_of_life_count(tmp_path, me):
    far = replace(me, host=socket.gethostname() + "-2")
    folder = make(tmp_path, who=far)
    facts, jobs, now = read_facts(str(folder)), Jobs(), time.time()
    assert judge(str(folder), facts, now + 1000, jobs).state == "running"
    assert judge(str(folder), facts, now + 2000, jobs).state == "lost"
    run_files.write_json(folder / run_files.SUPERVISOR_FILE, far.fields())
    facts = read_facts(str(folder))
    assert judge(str(folder), facts, now + 100, jobs).state == "running"
    assert judge(str(folder), facts, now + 200, jobs).state == "lost"


@pytest.mark.parametrize(
    ("claimed", "job", "asked", "state"),
    [
        ("running", "RUNNING", False, "running"),
        ("queued", "PENDING", False, "queued"),
        ("stopped", "PENDING", False, "queued"),
        ("running", "PENDING", False, "queued"),
        ("stopped", "COMPLETING", False, "queued"),
        ("stopped", "COMPLETING", True, "stopped"),
        ("stopped", "RUNNING", False, "starting"),
        ("stopped", "", False, "stopped"),
        ("running", "", False, "lost"),
        ("queued", "", False, "lost"),
        ("failed", "", False, "failed"),
        ("finished", "RUNNING", False, "finished"),
        ("running", None, False, "lost"),
    ],
)
def test_runs_of_the_cluster_are_what_its_queue_says(tmp_path, ended, claimed, job, asked, state):
    folder = make(tmp_path, who=ended, state=claimed)
    run_files.write_json(folder / run_files.LAUNCH_FILE, {"executor": "slurm", "job": "7", "stop_asked": asked})
    jobs = Jobs(ask=lambda: None if job is None else {"7": job} if job else {})
    run = judge(str(folder), read_facts(str(folder)), time.time() + 60, jobs)
    assert (run.state, run.device) == (state, "slurm 7")


# -- Why it failed -------------------------------------------------------------------------------------------------


def test_a_failed_run_tells_why(tmp_path, me):
    run = registry.read(make(tmp_path, who=me, state="failed", error="OSError: [Errno 28] No space left on device"))
    assert (run.state, run.cause) == ("failed", "disk full")


# -- Official folders ----------------------------------------------------------------------------------------------


def test_official_folders(tmp_path):
    folder = tmp_path / "00001-stylegan3-t-ffhq-gpus8-batch32-gamma2"
    folder.mkdir()
    options = {"training_set_kwargs": {"path": "/data/ffhq.zip", "xflip": True}, "total_kimg": 25, "batch_size": 32}
    (folder / run_files.OPTIONS_FILE).write_text(
        json.dumps({**options, "kimg_per_tick": 4, "metrics": ["fid50k_full"]})
    )
    stats = {"Progress/kimg": {"mean": 12.0}, "Timing/sec_per_kimg": {"mean": 3.0}, "timestamp": 1e9}
    (folder / run_files.STATS_FILE).write_text(json.dumps(stats) + "\n" + '{"cut')
    (folder / run_files.LOG_FILE).write_text("tick 3 kimg 12.0\n")
    run = registry.read(folder)
    assert run.official
    assert (run.state, run.done, run.total, run.seconds_per_unit) == ("stopped", 12.0, 25.0, 3.0)
    assert run.spec["data"] == "/data/ffhq.zip"
    assert (run.last_line, run.problem) == ("tick 3 kimg 12.0", "")
    facts = read_facts(str(folder))
    assert judge(str(folder), facts, 1e9 + 60, Jobs()).state == "running"
    assert judge(str(folder), replace(facts, done=25.0), 1e9, Jobs()).state == "finished"


# -- Damage --------------------------------------------------------------------------------------------------------

NAMES = (
    run_files.RUN_FILE, run_files.STATUS_FILE, run_files.LAUNCH_FILE,
    run_files.SUPERVISOR_FILE, run_files.LOG_FILE, run_files.STATS_FILE,
    run_files.OPTIONS_FILE, "metric-kid1k.jsonl",
)  # fmt: skip


def spoil(path, how):
    whole = path.read_bytes() if path.exists() else b"{}"
    if path.exists():
        path.unlink()
    if how == "truncated":
        path.write_bytes(whole[: len(whole) * 2 // 3])
    elif how == "empty":
        path.touch()
    elif how == "binary":
        path.write_bytes(os.urandom(300))
    elif how == "a folder":
        path.mkdir()
    elif how == "deep":
        path.write_bytes(b"[" * 200_000)
    elif how == "a dangling link":
        path.symlink_to("/nowhere/at/all")
    elif how == "a loop":
        path.symlink_to(path)
    elif how == "other types":
        path.write_text('{"spec": 3, "kind": [1], "state": {}, "pid": "x", "kimg": 1e999, "supervisor": [], "job": 5}')


HOW = ("truncated", "empty", "binary", "missing", "a folder", "deep", "a dangling link", "a loop", "other types")


@pytest.mark.parametrize("how", HOW)
def test_folders_damaged_in_every_file_leave_the_list_working(tmp_path, me, how):
    make(tmp_path, "00001-well", who=me)
    for i, name in enumerate(NAMES):
        spoil(make(tmp_path, f"{i + 10:05d}-x", who=me, supervisor=me) / name, how)
    every = make(tmp_path, "00030-all", who=me, supervisor=me)
    for name in NAMES:
        spoil(every / name, how)
    found = {run.name: run for run in registry.scan([tmp_path])}
    assert len(found) == len(NAMES) + 2
    assert found["00001-well"].problem == ""
    assert found["00030-all"].problem
    assert found["00030-all"].state in ("lost", "stopped", "starting")
    spoiled = found["00010-x"]  # without what was asked for it is still running, and says so
    assert (spoiled.state, spoiled.done) == ("running", 4.0)
    assert run_files.RUN_FILE in spoiled.problem
    no_status = found["00011-x"]  # its supervisor lives; how far it is, the statistics tell
    assert (no_status.state, no_status.done, no_status.total) == ("starting", 4.0, 10.0)


def test_an_unreadable_folder_is_told(tmp_path, me, monkeypatch):
    folder = make(tmp_path, who=me)

    def refuse(path, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(run_files, "read_regular", refuse)
    assert registry.read(folder).problem == "run.yaml cannot be read (Permission denied)."


_KEYS = (
    "spec", "kind", "state", "pid", "pid_start_time", "host", "boot_id", "kimg", "metrics", "tick", "supervisor",
    "updated", "results", "total_kimg", "job", "training_set_kwargs", "kimg_per_tick", "executor", "error",
)  # fmt: skip
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=12,
)
_content = st.binary(max_size=200) | _json.map(lambda value: json.dumps(value).encode())


@example(
    contents={
        run_files.OPTIONS_FILE: b'{"kimg_per_tick": "x", "total_kimg": "y"}',
        run_files.STATS_FILE: b'{"Progress/kimg": {"mean": 1}, "Timing/sec_per_kimg": {"mean": 1}}',
    }
)
@settings(
    max_examples=times(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(contents=st.dictionaries(st.sampled_from(NAMES), _content, min_size=1))
def test_no_content_at_all_is_too_much(tmp_path, contents):
    folder = tmp_path / "00001-any"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (run,) = registry.Registry().scan([tmp_path])
    assert run.name == "00001-any"
    assert isinstance(hash(run), int)


# -- Watching ------------------------------------------------------------------------------------------------------


def test_the_watcher_tells_of_changes_and_is_quiet_otherwise(tmp_path, me):
    told = []
    watcher = registry.Watcher([tmp_path], lambda: told.append(watcher.runs))
    try:
        make(tmp_path, who=me)
        wait_for(lambda: watcher.look() or told)
        assert [run.name for run in told[-1]] == ["00003-run"]
    finally:
        watcher.close()
    assert watcher.runs is told[-1]


def test_identities_are_read_with_care():
    assert read_identity({"pid": True, "pid_start_time": 1}) is None
    assert read_identity({"pid": 10**20, "pid_start_time": 1}) is None
    assert read_identity({"pid": 4, "pid_start_time": 1.5}) == Identity(4, 1.5, "", "")
    assert read_identity("pid") is None


def test_a_run_that_draws_says_how_far_it_is(tmp_path, me):
    folder = make(tmp_path, who=me)
    run_files.write_run(folder, "figures", {}, "images")
    run_files.write_json(folder / run_files.STATUS_FILE, {"state": "running", "done": 12, "total": 100, **me.fields()})
    run = registry.read(folder)
    assert (run.kind, run.state) == ("figures", "running")
    assert (progress_text(run), share(run)) == ("12 of 100 pictures", 0.12)
