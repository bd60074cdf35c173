"""Exports films in a process of their own, which gives way to the window and can be cancelled."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from renderer.arrays import ArrayStore
from renderer.session import SUFFIX, Session, save

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_S = 5.0


@dataclass(frozen=True)
class FilmOptions:
    """What to export."""

    path: str
    """`.mp4`, `.gif`, or a new folder."""
    fps: float
    start: float
    end: float
    """Seconds."""
    size: int = 0
    """Height of each picture in pixels; 0: as rendered."""
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class ExportState:
    """Where an export stands."""

    path: str
    done: int = 0
    total: int = 0
    """Frames; 0 while the network is opened."""
    over: bool = False
    problem: str = ""
    """Why there is no film: one sentence; empty where it was saved or cancelled."""
    cancelled: bool = False


def command(options: FilmOptions, session: Path, device: str) -> list[str]:
    """The command line of the process."""
    return [
        *(sys.executable, "-m", "renderer", "film", "--session", str(session), "--out", options.path),
        *("--fps", repr(options.fps), "--start", repr(options.start), "--end", repr(options.end)),
        *("--size", str(options.size), "--grid", f"{options.columns}x{options.rows}", "--device", device),
        *("--threads", "1", "--nice", "15", "--json"),
    ]


class Exporter:
    """One export at a time; kept in `Facts.scratch`."""

    def __init__(self) -> None:
        self.state: ExportState | None = None
        """Of the newest export; None before the first."""
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._told, self._cancelled = True, False

    @property
    def running(self) -> bool:
        """Whether a film is being made."""
        return self.state is not None and not self.state.over

    def start(
        self, options: FilmOptions, session: Session, arrays: ArrayStore, device: str, on_news: Callable[[], None]
    ) -> None:
        """Begin an export; `on_news()` is called on another thread when `state` has changed.

        Raises OSError where that cannot be done, ValueError while another is going on.
        """
        if self.running:
            raise ValueError("Another film is being exported; wait for it, or cancel it.")
        folder = tempfile.TemporaryDirectory(prefix="stylescope-film-", ignore_cleanup_errors=True)
        try:
            path = Path(folder.name, f"film{SUFFIX}")
            save(path, session, arrays)
            environment = os.environ | {"OMP_NUM_THREADS": "1"}
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                command(options, path, device), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", env=environment,
            )  # fmt: skip
        except OSError:
            folder.cleanup()
            raise
        self.state, self._told = ExportState(options.path), False
        arguments = (self._process, folder, options.path, on_news)
        self._thread = threading.Thread(target=self._follow, args=arguments, name="export", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End the export; what was written of the film is removed by the process itself."""
        if self._process is not None and self.running:
            self._cancelled = True
            self._process.terminate()

    def news(self) -> ExportState | None:
        """The end of an export, once."""
        if self._told or self.state is None or not self.state.over:
            return None
        self._told = True
        return self.state

    def close(self) -> None:
        """End what is going on; waits for it a little, then kills it."""
        self.cancel()
        if self._process is not None and self._thread is not None:
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._thread.join()

    def _follow(
        self,
        process: "subprocess.Popen[str]",
        folder: "tempfile.TemporaryDirectory[str]",
        path: str,
        on_news: Callable[[], None],
    ) -> None:
        said: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        errors = threading.Thread(target=said.extend, args=(process.stderr,), name="export-errors", daemon=True)
        errors.start()
        for line in process.stdout:
            told = _parsed(line)
            if "total" in told:
                self.state = ExportState(path, int(told["done"]), int(told["total"]))
                on_news()
        code = process.wait()
        errors.join()
        process.stdout.close()
        process.stderr.close()
        folder.cleanup()
        last = self.state or ExportState(path)
        cancelled = self._cancelled and code != 0
        self._cancelled = False
        problem = "" if code == 0 or cancelled else problem_in(said, code)
        self.state = ExportState(path, last.done, last.total, True, problem, cancelled)
        on_news()


def problem_in(lines: list[str], code: int) -> str:
    """The sentence in what a failed export said on its standard error stream."""
    for line in reversed([line.strip() for line in lines if line.strip()]):
        if line.startswith("Error: "):
            return line.removeprefix("Error: ")
    return f"The export ended unexpectedly ({'signal' if code < 0 else 'status'} {abs(code)}); try it again."


def _parsed(line: str) -> dict[str, int]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
