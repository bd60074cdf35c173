"""Starts runs on a thread of its own: a folder must be made and a process started, which takes moments."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training_launcher import launcher
from training_launcher.run import Run
from viz.scene import StartRun


@dataclass(frozen=True)
class Launched:
    """What came of it."""

    run: Run | None = None
    follow: bool = False
    """Whether the explorer should follow it."""
    problem: str = ""
    """Why there is no run, in a sentence."""


class Launches:
    """One after the other. `on_news()` is called on the thread after each."""

    def __init__(self, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        self._asks: queue.SimpleQueue[StartRun | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Launched] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def start(self, ask: StartRun) -> None:
        """Start it soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="launch", daemon=True)
            self._thread.start()
        self._asks.put(ask)

    def news(self) -> Launched | None:
        """The next one that was started, or could not be."""
        return None if self._done.empty() else self._done.get()

    def close(self) -> None:
        """Start what was asked for, then end the thread."""
        if self._thread is not None:
            self._asks.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (ask := self._asks.get()) is not None:
            self._done.put(_launched(ask))
            self._on_news()


def _launched(ask: StartRun) -> Launched:
    try:
        run = launcher.submit(
            ask.spec, str(Path(ask.outdir.strip()).expanduser()), executor=ask.executor, slurm=ask.slurm
        )
    except (OSError, ValueError, RuntimeError) as error:
        return Launched(problem=str(error))
    return Launched(run, ask.follow)
