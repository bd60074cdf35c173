"""Actions on runs: start, stop, resume, trash. Each may take seconds, so they are queued on a background worker."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from foundation.background import Worker
from training_launcher.run import Run
from viz.runs.text import STOPPING
from viz.state.facts import ServiceKey
from viz.state.followed_run import follow
from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class StartRun(Action):
    """Start a run, or queue it."""

    spec: Any
    """The filled spec."""
    outdir: str
    executor: Literal["local", "slurm"] = "local"
    slurm: Any = None
    """`launcher.SlurmOptions`; None for a local run."""
    follow: bool = False
    """True to follow its snapshots."""

    def run(self, scene: Scene, window: Window) -> None:
        """Queue it."""
        window.facts.services[RUN_WORK].launches.submit(self)


@dataclass(frozen=True)
class StopRun(Action):
    """Stop a run gracefully, a training with a final snapshot; a queued run is cancelled."""

    target: Run

    def run(self, scene: Scene, window: Window) -> None:
        """Queue it."""
        window.facts.services[RUN_WORK].changes.submit(self)

    def carry_out(self) -> "News":
        """Stop the run. Called on the worker's thread."""
        from training_launcher import launcher  # late: it takes long to import

        note = "" if self.target.state == "queued" else STOPPING[self.target.kind].after
        return _done(self.target, launcher.stop, "is stopping", "stopped", note)


@dataclass(frozen=True)
class ResumeRun(Action):
    """Resume a run in its own folder, from its exact last state."""

    target: Run

    def run(self, scene: Scene, window: Window) -> None:
        """Queue it."""
        window.facts.services[RUN_WORK].changes.submit(self)

    def carry_out(self) -> "News":
        """Resume the run. Called on the worker's thread."""
        from training_launcher import launcher  # late: it takes long to import

        return _done(self.target, launcher.resume, "goes on", "resumed")


@dataclass(frozen=True)
class TrashRun(Action):
    """Move a run's folder to the trash."""

    target: Run

    def run(self, scene: Scene, window: Window) -> None:
        """Queue it."""
        window.facts.services[RUN_WORK].changes.submit(self)

    def carry_out(self) -> "News":
        """Move the folder. Called on the worker's thread."""
        from training_launcher import launcher  # late: it takes long to import

        return _done(self.target, launcher.trash, "is in the trash", "moved to the trash")


@dataclass(frozen=True)
class Launched:
    """Outcome of `StartRun`."""

    run: Run | None = None
    follow: bool = False
    problem: str = ""
    """Error message if the run was not started."""


@dataclass(frozen=True)
class News:
    """Outcome of an action on a run, as a notification."""

    text: str
    detail: str = ""
    bad: bool = False


class RunWork:
    """Background workers for actions on runs."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.launches = Worker("launch", launched, wake)
        self.changes = Worker("changes of runs", _changed, wake)

    def close(self) -> None:
        """Finish queued actions."""
        self.launches.close()
        self.changes.close()


RUN_WORK: ServiceKey[RunWork] = ServiceKey("run work")


def launched(action: StartRun) -> Launched:
    """Start a run: creates its folder and its supervisor process."""
    from training_launcher import launcher

    outdir = str(Path(action.outdir.strip()).expanduser())
    try:
        run = launcher.submit(action.spec, outdir, executor=action.executor, slurm=action.slurm)
    except (OSError, ValueError, RuntimeError) as error:
        return Launched(problem=str(error))
    return Launched(run, action.follow)


def report_launch(scene: Scene, window: Window) -> Scene:
    """Report a run started since the last call; the scene follows it if requested."""
    if (news := window.facts.services[RUN_WORK].launches.poll()) is None:
        return scene
    if news.run is None:
        window.say("The run could not be started.", news.problem, bad=True, about="run")
        return scene
    started = "waits for its turn" if news.run.state == "queued" else "has started"
    folder = news.run.folder
    window.say(f"{news.run.name} {started}", os.path.dirname(folder), folder=folder, about="run")
    return follow(scene, folder) if news.follow else scene


def report_changes(window: Window) -> None:
    """Report the outcomes of actions on runs since the last call."""
    while (news := window.facts.services[RUN_WORK].changes.poll()) is not None:
        window.say(news.text, news.detail, bad=news.bad, about="run change")


def _changed(action: StopRun | ResumeRun | TrashRun) -> News:
    return action.carry_out()


def _done(run: Run, change: Callable[[Run], object], done: str, participle: str, detail: str = "") -> News:
    try:
        change(run)
    except (OSError, ValueError, RuntimeError) as error:
        return News(f"{run.name} could not be {participle}.", str(error), True)
    return News(f"{run.name} {done}", detail)
