"""Runs found by scanning folders, with their states. Nothing is stored anywhere else."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from foundation import runs as run_files
from foundation.background import Loop
from training_launcher.judgement import Jobs, judge
from training_launcher.reading import Facts, Signature, metric_files, read_facts, signature
from training_launcher.run import LIVE, Run

_EVERY_S = 1.0


class Registry:
    """Scans folders repeatedly; unchanged runs are not read again."""

    def __init__(self) -> None:
        self._cached: dict[str, tuple[Signature, Facts]] = {}
        self._runs: dict[str, Run] = {}
        self._jobs = Jobs()

    def scan(self, outdirs: Iterable[str | Path]) -> tuple[Run, ...]:
        """Return the runs in folders, newest number first. Never raises; unchanged runs are the same objects."""
        found = {folder for outdir in outdirs for folder in _run_folders(os.path.abspath(outdir))}
        for other in self._cached.keys() - found:
            if not os.path.isdir(other):  # else it is in a folder that is scanned at other times
                del self._cached[other]
                self._runs.pop(other, None)
        now = time.time()
        return tuple(self._run(folder, now) for folder in sorted(found, key=_order))

    def read(self, folder: str | Path) -> Run:
        """Return one run."""
        return self._run(os.path.abspath(folder), time.time())

    def _run(self, folder: str, now: float) -> Run:
        run, claimed = self._judged(folder, now)
        if claimed in LIVE and not run.live:  # its processes have ended since: their last words count
            run, _ = self._judged(folder, now)
        if self._runs.get(folder) != run:
            self._runs[folder] = run
        return self._runs[folder]

    def _judged(self, folder: str, now: float) -> tuple[Run, str]:
        """Return a run and the state in its own status, read again if a file may have changed since."""
        cached = self._cached.get(folder)
        # Taken before the files are read: what changes in between is read the next time.
        present = signature(folder, cached[1].metric_files if cached else metric_files(folder))
        if cached is None or cached[0] != present:
            cached = self._cached[folder] = present, read_facts(folder)
        return judge(folder, cached[1], now, self._jobs), cached[1].state


_SHARED = Registry()
_LOCK = threading.Lock()


def scan(outdirs: Iterable[str | Path]) -> tuple[Run, ...]:
    """Return every run in some folders, the newest number first. Never raises; unchanged folders are not read."""
    with _LOCK:
        return _SHARED.scan(outdirs)


def read(folder: str | Path) -> Run:
    """Return one run, of ours or of the official tools. Never raises: `Run.problem` names unreadable files."""
    return Registry().read(folder)


class Watcher:
    """Scans folders about once a second, in the background.

    Args:
        outdirs: Folders that hold runs; may be changed at any time.
        on_news: Called on the background thread when `runs` has changed.
    """

    def __init__(self, outdirs: Iterable[str | Path], on_news: Callable[[], None]) -> None:
        self.outdirs = tuple(outdirs)
        self.runs: tuple[Run, ...] = ()
        """The same object until something changes."""
        self._on_news = on_news
        self._registry = Registry()
        self._loop = Loop("runs", self._step)
        self._loop.start()

    def look(self) -> None:
        """Scan at once, as after a run was submitted."""
        self._loop.wake()

    def close(self) -> None:
        """Stop scanning."""
        self._loop.close()

    def _step(self, woken: bool) -> float:
        runs = self._registry.scan(self.outdirs)
        if runs != self.runs:
            self.runs = runs
            self._on_news()
        return _EVERY_S


def _run_folders(outdir: str) -> list[str]:
    """List the runs in a folder, and the folder itself if it is one."""
    found = [outdir] if run_files.is_run(outdir) else []
    try:
        with os.scandir(outdir) as entries:
            found += [entry.path for entry in entries if _is_folder(entry) and _may_be_run(entry)]
    except OSError:
        pass
    return found


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _may_be_run(entry: "os.DirEntry[str]") -> bool:
    return run_files.number_of(entry.name) is not None or run_files.is_run(entry.path)


def _order(folder: str) -> tuple[int, str]:
    number = run_files.number_of(os.path.basename(folder))
    return (-1 if number is None else number) * -1, folder
