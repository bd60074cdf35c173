"""Starting, stopping, resuming and deleting runs."""

import dataclasses
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from foundation import runs as run_files
from foundation.ending import apart, ask_other, kill
from foundation.process import Identity, identify, read_identity
from foundation.specs.editing.fits import BEST, MEAN
from foundation.specs.editing.projection import ProjectSpec
from foundation.specs.options import problems
from foundation.specs.slurm import SlurmOptions
from foundation.specs.train_defaults import kimg_of
from training_launcher import registry
from training_launcher.commands import (
    Command,
    asked_for,
    command_line,
    command_of,
    describe,
    to_plain,
    with_folder,
    within,
)
from training_launcher.environment import environment
from training_launcher.errors import LaunchError
from training_launcher.places import lock, remember
from training_launcher.run import Run

__all__ = ["LaunchError", "SlurmOptions", "command_line", "resume", "stop", "submit", "trash"]

_LOOK_S = 0.1


def submit(
    spec: Any,
    outdir: str | Path,
    *,
    executor: Literal["local", "slurm"] = "local",
    slurm: SlurmOptions | None = None,
    desc: str = "",
) -> Run:
    """Create a run: its folder at once, its process or cluster job as soon as its devices are free.

    Args:
        spec: A filled spec of one of `commands.COMMANDS`.
        outdir: Folder in which the run's folder is made.
        executor: This computer, or a job of the cluster.
        slurm: Options of the cluster job.
        desc: Text to append to the folder's name.

    Raises:
        LaunchError: the spec is invalid, or the cluster refuses the job.
        OSError: the folder cannot be made.
    """
    command = command_of(spec)
    if wrong := problems(spec):
        raise LaunchError(" ".join(wrong))
    outdir = Path(outdir).expanduser().absolute()
    spec = _absolute(with_folder(spec, outdir))
    if command.kind == "train" and spec.resume and os.path.isfile(Path(spec.resume).expanduser() / run_files.RUN_FILE):
        raise LaunchError(f"{spec.resume} is a run: resume it, or start from one of its network files.")
    folder = run_files.create(outdir, "-".join([describe(spec), desc] if desc else [describe(spec)]))
    spec = within(spec, folder)
    run_files.write_run(folder, command.kind, to_plain(spec), command.name)
    about: dict[str, Any] = {"executor": executor, "kind": command.kind, "cwd": os.getcwd()}
    if executor == "slurm":
        about["slurm"] = dataclasses.asdict(slurm or SlurmOptions())
    run_files.write_json(folder / run_files.LAUNCH_FILE, about)
    remember(outdir)
    _start(folder, command, spec)
    return registry.read(folder)


def stop(run: Run, *, patience_s: float = 0.0, force: bool = False) -> None:
    """Stop a run: a training saves a snapshot first; a queued run just leaves the queue.

    Args:
        run: A live run.
        patience_s: Seconds to wait for its end; 0 returns at once.
        force: Kill it if it has not ended by then.

    Raises:
        LaunchError: it is not running, or cannot be reached from this computer.
    """
    run = registry.read(run.folder)
    if not run.live:
        raise LaunchError(f"{run.name} is not running: it is {run.state}.")
    folder = Path(run.folder)
    if run.executor:
        run_files.change_json(folder / run_files.LAUNCH_FILE, stop_asked=True)
    if run.executor == "slurm":
        from training_launcher.slurm import cancel

        cancel(folder, waiting=run.state == "queued", force=force)
    elif not _sent(folder, ask_other) and not run.executor:  # a supervisor polls the request where it cannot be sent
        raise LaunchError(f"{run.name} was started by hand elsewhere: stop it there, by Ctrl+C.")
    end = time.monotonic() + patience_s
    look = registry.Registry()
    while time.monotonic() < end and look.read(folder).live:
        time.sleep(_LOOK_S)
    if force and run.executor != "slurm" and look.read(folder).live:
        _kill(folder)


def resume(run: Run) -> Run:
    """Resume a run in its own folder, exactly from its last saved state.

    Raises:
        LaunchError: it is still running, has finished, or is not ours.
    """
    folder = Path(run.folder)
    with lock("resume"):  # two callers at once must not both start it
        run = registry.read(folder)
        if run.official:
            raise LaunchError(f"{run.name} was made by the official tools: start a new run from its newest network.")
        if run.live:
            raise LaunchError(f"{run.name} is {run.state} already.")
        if run.state == "finished":
            raise LaunchError(f"{run.name} has reached its end: start a new run from its newest network.")
        command, spec = asked_for(folder)
        about, _ = run_files.read_json(folder / run_files.LAUNCH_FILE)
        keep: dict[str, Any] = {key: about[key] for key in ("executor", "slurm", "cwd") if about and key in about}
        # The status says "stopped" shortly before the processes are gone.
        after = [one.fields() for one in _identities(folder) if one.presence() == "here"]
        run_files.write_json(
            folder / run_files.LAUNCH_FILE, {"executor": "local", "kind": command.kind, **keep, "after": after}
        )
        _start(folder, command, spec)
    return registry.read(folder)


def trash(run: Run) -> None:
    """Move a run's folder to the trash.

    Raises:
        LaunchError: it is still running, or there is no trash.
    """
    from send2trash import TrashPermissionError, send2trash

    if registry.read(run.folder).live:
        raise LaunchError(f"{run.name} is still running: stop it first.")
    try:
        send2trash(run.folder)
    except TrashPermissionError as error:
        raise LaunchError(
            f"{run.folder} cannot be put into the trash: its disk has none; delete it by hand."
        ) from error
    except OSError as error:
        raise LaunchError(f"{run.folder} cannot be moved to the trash ({error}); delete it by hand.") from error


def _start(folder: Path, command: Command, spec: Any) -> None:
    """Mark the run as queued and start its supervisor; one from before that is still ending no longer writes."""
    run_files.change_json(folder / run_files.LAUNCH_FILE, start=uuid.uuid4().hex)
    (folder / run_files.SUPERVISOR_FILE).unlink(missing_ok=True)
    run_files.write_json(folder / run_files.STATUS_FILE, _waiting(folder, command, spec))
    about, _ = run_files.read_json(folder / run_files.LAUNCH_FILE)
    if about and about.get("executor") == "slurm":
        from training_launcher.slurm import submit_job

        try:
            gpus = 0 if spec.device in ("cpu", "mps") else getattr(spec, "gpus", 1)
            job = submit_job(folder, SlurmOptions(**about.get("slurm", {})), gpus)
        except LaunchError as error:
            run_files.change_json(folder / run_files.STATUS_FILE, state="failed", error=str(error), updated=time.time())
            raise
        run_files.change_json(folder / run_files.LAUNCH_FILE, job=job)
        return
    with (folder / run_files.LOG_FILE).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training_launcher.supervisor", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), **apart(),
        )  # fmt: skip
    if (who := identify(process.pid)) is not None:
        run_files.change_json(folder / run_files.LAUNCH_FILE, supervisor=who.fields())
    threading.Thread(target=process.wait, name=f"supervisor-{process.pid}", daemon=True).start()


def _waiting(folder: Path, command: Command, spec: Any) -> dict[str, Any]:
    """Return the `status.json` of a queued run, with the progress it already had."""
    before, _ = run_files.read_json(folder / run_files.STATUS_FILE)
    content = {
        key: value
        for key, value in (before or {}).items()
        if key in ("kimg", "total_kimg", "sec_per_kimg", "done", "total", "unit", "seconds_per_unit")
    }
    if command.kind == "train":
        content = {"kimg": 0.0, "total_kimg": float(kimg_of(spec)), "sec_per_kimg": None, **content}
    return {"state": "queued", **content, "eta_s": None, "updated": time.time(), "error": None}


def _identities(folder: Path) -> list[Identity]:
    """Return the processes to signal: first the supervisor, which passes signals on, then the run itself."""
    about, _ = run_files.read_json(folder / run_files.LAUNCH_FILE)
    supervisor, _ = run_files.read_json(folder / run_files.SUPERVISOR_FILE)
    status, _ = run_files.read_json(folder / run_files.STATUS_FILE)
    found = (read_identity(supervisor) or read_identity((about or {}).get("supervisor")), read_identity(status))
    return [one for one in found if one is not None]


def _sent(folder: Path, send: Callable[[Identity], bool]) -> bool:
    try:
        return any(send(one) for one in _identities(folder))
    except PermissionError as error:
        raise LaunchError(f"{folder.name} belongs to another user: ask them to stop it.") from error


def _kill(folder: Path) -> None:
    for one in reversed(_identities(folder)):  # the run first, so that its supervisor reports it
        if kill(one):
            return


_PATHS = (
    *("data", "source", "dest", "resume", "network", "networks"),
    *("session", "out", "output", "outdir", "classifiers", "detector"),
    *("targets", "ignore", "encoder"),
)
"""Fields of specs that hold paths."""


def _absolute(spec: Any) -> Any:
    """Return a spec with absolute paths."""
    changes: dict[str, Any] = {}
    for name in _PATHS:
        value = getattr(spec, name, None)
        if isinstance(value, str) and value:
            changes[name] = _absolute_path(value)
        elif isinstance(value, tuple) and name in ("networks", "detector", "targets"):
            changes[name] = tuple(_absolute_path(item) for item in value)
    if isinstance(spec, ProjectSpec) and spec.start not in (MEAN, BEST):
        changes["start"] = _absolute_path(spec.start)
    return dataclasses.replace(spec, **changes)


def _absolute_path(text: str) -> str:
    return text if "://" in text else str(Path(text).expanduser().absolute())
