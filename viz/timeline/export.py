"""Film export: each film is a low-priority run that outlives the window and can be cancelled."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foundation.background import Worker
from foundation.files import free_name
from foundation.specs.film import FilmSpec, SeedsSpec
from foundation.specs.formats import CHECKERBOARD
from renderer.document.arrays import ArrayStore
from renderer.document.session import SUFFIX, Session, save
from training_launcher import registry
from training_launcher.run import Run
from viz.state.facts import ServiceKey
from viz.state.pace import Pace

SESSIONS = ".sessions"
"""Folder beside the runs with the sessions of exported films, so that they can be rendered again."""
NICE, THREADS = 15, 1
_POLL_S = 0.1


@dataclass(frozen=True)
class FilmOptions:
    """Options of an export."""

    path: str
    """Output path: `.mp4`, `.webm`, `.gif`, or a new folder."""
    fps: float
    start: float
    end: float
    """Seconds."""
    size: int = 0
    """Height of each image in pixels; 0: as rendered."""
    columns: int = 1
    rows: int = 1
    background: str = CHECKERBOARD
    """Background of images with transparency; see `FilmSpec.background`."""


@dataclass(frozen=True)
class ExportState:
    """Progress of an export."""

    path: str
    done: int = 0
    total: int = 0
    """Number of frames; 0 while the network is being opened."""
    over: bool = False
    problem: str = ""
    """Reason of a failure in one sentence; empty if the film was saved or cancelled."""
    cancelled: bool = False
    left_s: float | None = None
    """Seconds left; None while nothing can be said."""


def spec_of(options: FilmOptions, session: Path, device: str) -> FilmSpec:
    """Return the specification of the run."""
    return FilmSpec(
        session=str(session),
        out=options.path,
        size=options.size,
        fps=options.fps,
        grid=(options.columns, options.rows),
        background=options.background,
        start=options.start,
        end=options.end,
        device=device,
        threads=THREADS,
        nice=NICE,
    )


class Exporter:
    """Exports one film, or the pictures of many seeds, at a time."""

    def __init__(self) -> None:
        self.state: ExportState | None = None
        """Progress of the latest export; None before the first."""
        self._worker: Worker[tuple[FilmSpec | SeedsSpec, str, Callable[[], None]], None] = Worker(
            "export", self._make, on_error=self._fail
        )
        self._reported = True
        self._cancelled, self._closed = threading.Event(), threading.Event()

    @property
    def running(self) -> bool:
        """True while a film is being exported."""
        return self.state is not None and not self.state.over

    def start(
        self,
        options: FilmOptions,
        session: Session,
        arrays: ArrayStore,
        device: str,
        outdir: str,
        on_news: Callable[[], None],
    ) -> None:
        """Start an export.

        Args:
            options: Output path, format and range.
            session: Session to film, written to a file immediately.
            arrays: Arrays that the session refers to.
            device: Device to render on.
            outdir: Parent folder of the run.
            on_news: Called on another thread whenever `state` has changed.

        Raises OSError if the session cannot be written, ValueError while another export is in progress.
        """
        if self.running:
            raise ValueError("Another film is being exported; wait for it, or cancel it.")
        path = free_name(Path(outdir) / SESSIONS / f"{Path(options.path).stem}{SUFFIX}")
        save(path, session, arrays)
        self.submit(spec_of(options, path, device), outdir, on_news)

    def submit(self, spec: FilmSpec | SeedsSpec, outdir: str, on_news: Callable[[], None]) -> None:
        """Start the run of a filled spec, whose session is written; otherwise like `start`."""
        if self.running:
            raise ValueError("Another export is in progress; wait for it, or cancel it.")
        self.state, self._reported = ExportState(spec.out), False
        self._cancelled.clear()
        self._worker.submit((spec, outdir, on_news))

    def cancel(self) -> None:
        """Cancel the export; the run removes the partial film."""
        if self.running:
            self._cancelled.set()

    def news(self) -> ExportState | None:
        """Return the final state of an export once, else None."""
        if self._reported or self.state is None or not self.state.over:
            return None
        self._reported = True
        return self.state

    def close(self) -> None:
        """Stop watching the run, which continues without the window."""
        self._closed.set()
        self._worker.close()

    def _fail(self, name: str, error: Exception) -> None:
        """End an export that met an unforeseen error."""
        if self.state is not None:
            self.state = ExportState(self.state.path, over=True, problem=f"{type(error).__name__}: {error}")

    def _make(self, task: tuple[FilmSpec | SeedsSpec, str, Callable[[], None]]) -> None:
        from training_launcher import launcher  # late: it takes long to import

        spec, outdir, on_news = task
        pace = Pace()
        try:
            run, known, asked = launcher.submit(spec, outdir), registry.Registry(), False
            while (run := known.read(run.folder)).live and not self._closed.is_set():
                if self._cancelled.is_set() and not asked:
                    asked = _stopped(run)
                left_s = pace.left_s(spec.out, int(run.done), int(run.total), time.monotonic())
                left_s = None if left_s is None else float(round(left_s))
                now = ExportState(spec.out, int(run.done), int(run.total), left_s=left_s)
                if now != self.state:
                    self.state = now
                    on_news()
                time.sleep(_POLL_S)
            if self._closed.is_set():
                return
            cancelled = run.state == "stopped"
            problem = "" if cancelled or run.state == "finished" else _why(run)
            self.state = ExportState(spec.out, int(run.done), int(run.total), True, problem, cancelled)
        except (OSError, ValueError) as error:
            self.state = ExportState(spec.out, over=True, problem=str(error))
        on_news()


EXPORTER: ServiceKey[Exporter] = ServiceKey("exporter")


def _stopped(run: Run) -> bool:
    """Ask a run to stop, unless it has just ended by itself."""
    from training_launcher import launcher

    try:
        launcher.stop(run)
    except launcher.LaunchError:
        if registry.read(run.folder).live:
            raise
    return True


def _why(run: Run) -> str:
    return run.error.removeprefix("Error: ") or f"The export ended unexpectedly; its log is in {run.folder}."
