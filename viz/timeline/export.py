"""Exports films: each is a run of its own, which gives way to the window, outlives it, and can be cancelled."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from renderer.document.arrays import ArrayStore
from renderer.document.files import free_name
from renderer.document.session import SUFFIX, Session, save
from training_launcher import launcher, registry
from training_launcher.run import Run
from training_launcher.specs.film import FilmSpec
from viz.state.facts import ServiceKey

SESSIONS = ".sessions"
"""Folder beside the runs, with the sessions that films are made of: a film may be made again."""
_NICE, _THREADS = 15, 1
_LOOK_S = 0.1


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


def spec_of(options: FilmOptions, session: Path, device: str) -> FilmSpec:
    """What the run is asked for."""
    return FilmSpec(
        session=str(session),
        out=options.path,
        size=options.size,
        fps=options.fps,
        grid=(options.columns, options.rows),
        start=options.start,
        end=options.end,
        device=device,
        threads=_THREADS,
        nice=_NICE,
    )


class Exporter:
    """Exports one film at a time."""

    def __init__(self) -> None:
        self.state: ExportState | None = None
        """Of the newest export; None before the first."""
        self._thread: threading.Thread | None = None
        self._told = True
        self._cancelled, self._closed = threading.Event(), threading.Event()

    @property
    def running(self) -> bool:
        """Whether a film is being made."""
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
        """Begin an export; `on_news()` is called on another thread when `state` has changed.

        Args:
            options: What to export.
            session: What it is a film of, written into a file at once.
            arrays: What the session names.
            device: Where to render.
            outdir: Folder in which the run's own is made.
            on_news: See above.

        Raises OSError where the session cannot be written, ValueError while another export is going on.
        """
        if self.running:
            raise ValueError("Another film is being exported; wait for it, or cancel it.")
        path = free_name(Path(outdir) / SESSIONS / f"{Path(options.path).stem}{SUFFIX}")
        save(path, session, arrays)
        self.state, self._told = ExportState(options.path), False
        self._cancelled.clear()
        arguments = (spec_of(options, path, device), outdir, on_news)
        self._thread = threading.Thread(target=self._make, args=arguments, name="export", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End the export; what was written of the film is removed by the run itself."""
        if self.running:
            self._cancelled.set()

    def news(self) -> ExportState | None:
        """The end of an export, once."""
        if self._told or self.state is None or not self.state.over:
            return None
        self._told = True
        return self.state

    def close(self) -> None:
        """Look no more at what is going on: the film is made without the window."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _make(self, spec: FilmSpec, outdir: str, on_news: Callable[[], None]) -> None:
        try:
            run, known, asked = launcher.submit(spec, outdir), registry.Registry(), False
            while (run := known.read(run.folder)).live and not self._closed.is_set():
                if self._cancelled.is_set() and not asked:
                    asked = _stopped(run)
                now = ExportState(spec.out, int(run.done), int(run.total))
                if now != self.state:
                    self.state = now
                    on_news()
                time.sleep(_LOOK_S)
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
    """Ask a run to end; one that has just ended by itself needs no asking."""
    try:
        launcher.stop(run)
    except launcher.LaunchError:
        if registry.read(run.folder).live:
            raise
    return True


def _why(run: Run) -> str:
    return run.error.removeprefix("Error: ") or f"The export ended unexpectedly; its log is in {run.folder}."
