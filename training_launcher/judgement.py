"""True state of a run: its own status checked against living processes and the cluster's jobs."""

import time
from dataclasses import dataclass, field
from typing import Any, cast

from training_launcher import failures
from training_launcher.reading import Facts
from training_launcher.run import LIVE, Run, State

_STATES = ("queued", "starting", "running", "finished", "stopped", "failed", "lost")

_SUPERVISED_S = 120.0
"""Seconds without a heartbeat of its supervisor (one every 10 s) until a run on another computer is lost."""
_UNSUPERVISED_S = 1800.0
"""The same without a supervisor: a training writes nothing while it measures."""
_STARTING_S = 15.0
"""Seconds that a supervisor may take to write its first file."""
_OFFICIAL_TICKS = 5.0
"""Ticks without output after which an official run has ended."""


@dataclass
class Jobs:
    """States of the cluster's jobs, queried at most every few seconds, and only when a run has one."""

    ask: Any = None
    """Returns the states of the user's jobs by number, or None if the cluster does not answer."""
    every_s: float = 3.0
    _asked: float = -1e9
    _states: dict[str, str] | None = field(default=None)

    def state(self, job: str) -> str | None:
        """Return a job's state in the cluster's words; empty if there is no such job, None if unknown."""
        if time.monotonic() - self._asked > self.every_s:
            if self.ask is None:
                from training_launcher.slurm import job_states  # needed for cluster runs only

                self.ask = job_states
            self._states = self.ask()
            self._asked = time.monotonic()
        return None if self._states is None else self._states.get(job, "")


def judge(folder: str, facts: Facts, now: float, jobs: Jobs) -> Run:
    """Return a run with its true state.

    Args:
        folder: Absolute path.
        facts: Content of its folder.
        now: Seconds since 1970.
        jobs: States of the cluster's jobs.
    """
    state = _state(facts, now, jobs)
    live = state in LIVE
    error, cause = facts.error, facts.cause
    if state in ("failed", "lost") and not cause:
        found = failures.diagnose(facts.log_end, reported=error) if state == "failed" else failures.Failure("")
        error, cause = error or found.error, found.cause
    done = facts.done or 0.0
    eta = facts.eta_s
    if eta is None and facts.seconds_per_unit is not None and facts.total:
        eta = max(facts.total - done, 0.0) * facts.seconds_per_unit
    device = f"slurm {facts.job}" if facts.executor == "slurm" and facts.job else facts.device
    return Run(
        folder=folder,
        kind=cast(Any, facts.kind),
        state=state,
        spec=facts.spec,
        done=done,
        total=facts.total or 0.0,
        unit=facts.unit,
        seconds_per_unit=facts.seconds_per_unit,
        eta_s=eta if live else None,
        device=device,
        executor=cast(Any, facts.executor),
        updated=facts.updated,
        last_line=facts.last_line,
        error=error,
        cause=cause,
        metric=facts.metric,
        official=facts.official,
        problem=facts.problem,
    )


def _state(facts: Facts, now: float, jobs: Jobs) -> State:
    if facts.official:
        return _official_state(facts, now)
    claimed = facts.state if facts.state in _STATES else ""
    if facts.executor == "slurm" and facts.job and claimed != "finished":
        job = jobs.state(facts.job)
        if job is not None:
            return _job_state(claimed, job, facts)
    if not claimed:
        return "starting" if _alive(facts, now, claimed) else "lost"
    if claimed in LIVE and not _alive(facts, now, claimed):
        return "stopped" if facts.stop_asked else "lost"
    return cast(State, claimed)


def _alive(facts: Facts, now: float, claimed: str) -> bool:
    """Return True if the run's process or its supervisor is alive."""
    who = [facts.supervisor] if claimed == "queued" else [facts.supervisor, facts.worker]
    seen = [identity.presence() for identity in who if identity is not None]
    if "here" in seen:
        return True
    if "elsewhere" in seen:
        limit = _UNSUPERVISED_S if facts.supervisor is None else _SUPERVISED_S
        return now - max(facts.updated, facts.beat if facts.supervisor else 0.0) < limit
    return not seen and bool(facts.executor) and 0 <= now - facts.updated < _STARTING_S


def _job_state(claimed: str, job: str, facts: Facts) -> State:
    if job in ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "PREEMPTED"):
        return "stopped" if facts.stop_asked and claimed == "stopped" else "queued"
    if job == "RUNNING":
        if claimed in ("starting", "running"):
            return cast(State, claimed)
        return cast(State, claimed) if facts.stop_asked and claimed in ("stopped", "failed") else "starting"
    if job == "COMPLETING":  # after preemption it waits again, unless it was asked to stop
        return "queued" if claimed == "stopped" and not facts.stop_asked else cast(State, claimed or "starting")
    return "lost" if not claimed or claimed in LIVE else cast(State, claimed)


def _official_state(facts: Facts, now: float) -> State:
    """Judge an official folder, which holds no status, by its progress and the age of its last output."""
    if facts.total and (facts.done or 0.0) >= facts.total:
        return "finished"
    tick = facts.spec.get("tick")
    tick_s = (facts.seconds_per_unit or 0.0) * (tick if isinstance(tick, int | float) else 4)
    return "running" if now - facts.updated < max(600.0, _OFFICIAL_TICKS * tick_s) else "stopped"
