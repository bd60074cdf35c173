"""Stopping, resuming and trashing runs; each may take seconds."""

from training_launcher import launcher
from viz.state.scene import ResumeRun, StopRun, TrashRun

Ask = StopRun | ResumeRun | TrashRun
News = tuple[str, str, bool]
"""What happened, what it means, and whether it is bad."""


def done(ask: Ask) -> News:
    """Do it, and say what came of it."""
    name = ask.run.name
    try:
        match ask:
            case StopRun(run=run):
                launcher.stop(run)
                return f"{name} is stopping", "It saves a snapshot first.", False
            case ResumeRun(run=run):
                launcher.resume(run)
                return f"{name} goes on", "", False
            case TrashRun(run=run):
                launcher.trash(run)
                return f"{name} is in the trash", "", False
    except (OSError, ValueError, RuntimeError) as error:
        what = {StopRun: "stopped", ResumeRun: "resumed", TrashRun: "moved to the trash"}[type(ask)]
        return f"{name} could not be {what}.", str(error), True
