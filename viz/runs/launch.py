"""Starting runs that a form has asked for."""

from dataclasses import dataclass
from pathlib import Path

from training_launcher import launcher
from training_launcher.run import Run
from viz.state.scene import StartRun


@dataclass(frozen=True)
class Launched:
    """What came of it."""

    run: Run | None = None
    follow: bool = False
    """Whether the explorer should follow it."""
    problem: str = ""
    """Why there is no run, in a sentence."""


def launched(ask: StartRun) -> Launched:
    """Start a run: its folder is made, and the process that looks after it."""
    try:
        run = launcher.submit(
            ask.spec, str(Path(ask.outdir.strip()).expanduser()), executor=ask.executor, slurm=ask.slurm
        )
    except (OSError, ValueError, RuntimeError) as error:
        return Launched(problem=str(error))
    return Launched(run, ask.follow)
