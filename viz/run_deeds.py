"""Stopping, resuming and trashing runs: in the background, as each may take seconds."""

import queue
import threading
from collections.abc import Callable

from training_launcher import launcher
from viz.scene import ResumeRun, StopRun, TrashRun

Ask = StopRun | ResumeRun | TrashRun
News = tuple[str, str, bool]
"""What happened, what it means, and whether it is bad."""


class RunDeeds:
    """Does one thing after the other on a thread of its own."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._asks: queue.Queue[Ask | None] = queue.Queue()
        self._news: queue.Queue[News] = queue.Queue()
        self._thread: threading.Thread | None = None

    def do(self, ask: Ask) -> None:
        """Do it soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="run deeds", daemon=True)
            self._thread.start()
        self._asks.put(ask)

    def news(self) -> list[News]:
        """What has happened since the last call."""
        found = []
        while not self._news.empty():
            found.append(self._news.get())
        return found

    def close(self) -> None:
        """Finish what was asked for."""
        if self._thread is not None:
            self._asks.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (ask := self._asks.get()) is not None:
            self._news.put(_done(ask))
            self._wake()


def _done(ask: Ask) -> News:
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
