"""Supervisor of one run: waits for its devices, starts it, passes signals on, and records its end.

`python -m training_launcher.supervisor FOLDER`. It needs little memory and runs in a process session of its own, so
it outlives the process that started it. If it is killed, the run goes on and reports its status by itself.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from foundation import runs as run_files
from foundation.ending import STOPPING, ask, askable
from foundation.inputs import open_regular
from foundation.leftovers import clean
from foundation.process import Identity, identify, read_identity
from training_launcher.commands import Command, asked_for
from training_launcher.devices import Device, Turn, Wish, wish_for
from training_launcher.environment import environment
from training_launcher.errors import LaunchError
from training_launcher.failures import Failure, diagnose, explained
from training_launcher.places import host_folder
from training_launcher.tasks import Step, Task, task_for

_TURN_S, _LOOK_S, _BEAT_S, _STATUS_S = 0.3, 0.2, 10.0, 2.0
_LOG_TAIL = 1 << 14


class Supervisor:
    """Supervises one run.

    Args:
        folder: The run's folder.
        job: Number of the cluster's job that this runs in; empty without a cluster.
    """

    def __init__(self, folder: Path, job: str = "") -> None:
        self._folder, self._job = folder, job
        self._who: Identity | None = identify()
        self._child: subprocess.Popen[bytes] | None = None
        self._turn: Turn | None = None
        self._stopping = False
        self.time_is_up = False
        """The cluster announced the end of the job's time."""
        self._start = self._about().get("start")
        self._begun, self._done_before = time.time(), 0.0
        self._beaten = self._reported = self._looked = 0.0
        self._shown: tuple[float, float] | None = None
        self._device = ""

    def run(self) -> str:
        """Supervise until the end. Returns the run's final state."""
        for number in STOPPING:
            signal.signal(number, self._ask)
        if hasattr(signal, "SIGUSR2"):
            signal.signal(signal.SIGUSR2, self._ask_for_time)
        self._write_self(f"slurm {self._job}" if self._job else "")
        try:
            clean([self._folder, host_folder()])
            command, spec = asked_for(self._folder)
            return self._run(command, spec)
        except (LaunchError, OSError) as error:
            return self._end("failed", diagnose([], reported=str(error)))
        finally:
            if self._turn is not None:
                self._turn.close()

    # -- Before ----------------------------------------------------------------------------------------------------

    def _run(self, command: Command, spec: Any) -> str:
        self._wait_for_earlier()
        devices: tuple[Device, ...] = ()
        wish = Wish("")
        if not self._job and not command.shares:
            wish = wish_for(spec.device, getattr(spec, "gpus", 1))
            devices = self._wait_for(wish)
        if self._asked():
            return self._end("stopped")
        names = ",".join(device.name for device in devices) or (
            f"slurm {self._job}" if self._job else getattr(spec, "device", "cpu")
        )
        self._write_self(names)
        more: dict[str, str] = {}
        if wish.kind == "cuda" and wish.index is None:
            more["CUDA_VISIBLE_DEVICES"] = ",".join(device.token for device in devices)
        task = task_for(self._folder, command, spec)
        self._done_before = task.progress()[0]
        self._begun = time.time()
        for step in task.steps():
            ended = self._step(task, step, environment(**more), names)
            if ended != "finished":
                return ended
        return self._status_or("finished", task)

    def _wait_for_earlier(self) -> None:
        """Wait for processes of an earlier start of this run that are still ending."""
        named = self._about().get("after")
        earlier = [read_identity(one) for one in named] if isinstance(named, list) else []
        while not self._stopping and any(one is not None and one.presence() == "here" for one in earlier):
            time.sleep(_TURN_S)
            self._beat()

    def _wait_for(self, wish: Wish) -> tuple[Device, ...]:
        assert self._who is not None
        self._turn = Turn(wish, self._folder, self._who)
        said = False
        while not self._stopping:
            if devices := self._turn.take():
                return devices
            if not said:
                self._log(f"Waiting for its turn on {wish.kind}.")
                said = True
            time.sleep(_TURN_S)
            self._beat()
        return ()

    # -- One process -----------------------------------------------------------------------------------------------

    def _step(self, task: Task, step: Step, variables: dict[str, str], names: str) -> str:
        """Run one process to its end. Returns the run's state; "finished": go on with the next process."""
        self._log(f"On {names}: python {shlex.join(step.arguments)}")
        log = self._folder / run_files.LOG_FILE
        begin, killed = log.stat().st_size, _memory_kills()
        output = self._folder / step.output if step.output else Path(os.devnull)
        with log.open("ab") as errors, output.open("ab") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-P", *step.arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=variables, cwd=self._cwd(), **askable(),
            )  # fmt: skip
        child = identify(self._child.pid)
        if child is not None:
            self._report("starting" if task.unit == "" else "running", task, child)
            if self._turn is not None:
                self._turn.share(child)
        if self._asked():  # between the last check and the start
            ask(self._child)
        while self._child.poll() is None:
            time.sleep(_LOOK_S)
            self._beat()
            if task.unit and child is not None:
                self._report("running", task, child, every_s=_STATUS_S)
        code = self._child.returncode
        return self._after(task, code, begin, memory_ran_out=_memory_kills() > killed)

    def _after(self, task: Task, code: int, begin: int, *, memory_ran_out: bool) -> str:
        if code == 0:
            return self._status_or("finished", task) if task.unit == "" else "finished"
        status, _ = run_files.read_json(self._folder / run_files.STATUS_FILE)
        reported = str((status or {}).get("error") or "") if (status or {}).get("state") == "failed" else ""
        if self._asked() and (not reported or reported.startswith("Interrupted")):
            return self._end("stopped")
        lines = _lines_since(self._folder / run_files.LOG_FILE, begin)
        found = diagnose(lines, code, reported=reported, memory_ran_out=memory_ran_out)
        # It was ended from outside and could be resumed.
        return self._end("lost" if found.cause in ("killed", "ended from outside") else "failed", found)

    def _status_or(self, state: str, task: Task) -> str:
        """Return the final state that the run wrote itself, or else `state`."""
        status, _ = run_files.read_json(self._folder / run_files.STATUS_FILE)
        left = (status or {}).get("state")
        if task.unit == "" and left in ("finished", "stopped"):
            return str(left)
        if task.unit:
            self._log(f"{state.capitalize()}.")
        done, total = task.progress()
        more = {"done": done, "total": total or done} if task.unit else {}
        return self._end(state, None, **more)

    # -- Reports ---------------------------------------------------------------------------------------------

    def _write_self(self, device: str) -> None:
        self._device = device
        if self._who is not None:
            content = {**self._who.fields(), "device": device, "job": self._job}
            with suppress(OSError):
                run_files.write_json(self._folder / run_files.SUPERVISOR_FILE, content)
        self._beaten = time.monotonic()

    def _beat(self) -> None:
        """Write a heartbeat and poll for a stop request: other computers cannot signal this process."""
        if time.monotonic() - self._looked > _STATUS_S:
            self._looked = time.monotonic()
            if not self._stopping and self._asked() and not self._replaced():
                self._ask(signal.SIGTERM, None)
        if time.monotonic() - self._beaten > _BEAT_S and not self._replaced():
            self._beaten = time.monotonic()
            try:
                os.utime(self._folder / run_files.SUPERVISOR_FILE)
            except OSError:
                self._write_self(self._device)

    def _report(self, state: str, task: Task, child: Identity, every_s: float = 0.0) -> None:
        shown = task.progress() if task.unit else None
        if shown == self._shown and time.monotonic() - self._reported < every_s:
            return
        self._shown, self._reported = shown, time.monotonic()
        now = time.time()
        changes: dict[str, Any] = {"state": state, "updated": now, "error": None, **child.fields()}
        if shown is not None:
            done, total = shown
            new = done - self._done_before
            pace = (now - self._begun) / new if new > 0 else None
            changes |= {"done": done, "total": total, "unit": task.unit, "seconds_per_unit": pace}
            changes["eta_s"] = None if pace is None or not total else (total - done) * pace
        self._write_status(changes)

    def _end(self, state: str, failure: Failure | None = None, **more: Any) -> str:
        if self._replaced():
            return state
        changes = {"state": state, "updated": time.time(), "eta_s": None, "error": None, **more}
        if failure is not None:
            changes |= {"error": failure.error, "cause": failure.cause}
            self._log(f"It ended: {explained(failure.error, failure.cause)}")
        self._write_status(changes)
        return state

    def _write_status(self, changes: dict[str, Any]) -> None:
        with suppress(OSError):  # a full disk or a deleted folder must not end the supervision
            run_files.change_json(self._folder / run_files.STATUS_FILE, **changes)

    def _log(self, text: str) -> None:
        with suppress(OSError):
            run_files.append_line(self._folder / run_files.LOG_FILE, text)

    # -- Requests ------------------------------------------------------------------------------------------

    def _asked(self) -> bool:
        """Return True if a stop was requested, by signal or in the launcher's file before this process listened."""
        return self._stopping or bool(self._about().get("stop_asked"))

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        if self._child is not None and self._child.poll() is None:
            ask(self._child)

    def _ask_for_time(self, number: int, frame: FrameType | None) -> None:
        self.time_is_up = True
        self._ask(number, frame)

    def _about(self) -> dict[str, Any]:
        """Return the launcher's file."""
        return run_files.read_json(self._folder / run_files.LAUNCH_FILE)[0] or {}

    def _replaced(self) -> bool:
        """Return True if the run was resumed meanwhile: then the new processes report its status."""
        return self._about().get("start") != self._start

    def _cwd(self) -> str:
        cwd = str(self._about().get("cwd") or "")
        return cwd if os.path.isdir(cwd) else str(self._folder)


def _memory_kills() -> int:
    """Return the number of processes killed for lack of memory since the system started; 0 if unknown."""
    try:
        text = Path("/proc/vmstat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("oom_kill ")), 0)


def _lines_since(path: Path, begin: int) -> list[str]:
    try:
        with open_regular(path) as file:
            file.seek(max(begin, file.seek(0, os.SEEK_END) - _LOG_TAIL))
            return file.read(_LOG_TAIL).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def main(folder: str) -> int:
    """Supervise the run in a folder. Returns 0 if it finished or was stopped, else 1."""
    return 0 if Supervisor(Path(folder)).run() in ("finished", "stopped") else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
