"""Fits of photos: runs of the launcher that are started, watched and stopped on threads."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from foundation.arrays import AnyArray, save_latents
from foundation.background import Loop, Worker
from foundation.png import save_png
from training_launcher.registry import Registry
from training_launcher.run import Run
from viz.photos.fit_files import Fit, Ws, pause, read_curve, read_fit, read_latest, read_result
from viz.state.facts import ServiceKey

if TYPE_CHECKING:
    from foundation.specs.editing.projection import ProjectSpec

EVERY_S = 0.5
"""Time between two looks at a fit that runs."""
REST_S = 2.0
"""The same while none runs."""
HELD_S = 1.0
"""Time after a drag for which fits wait."""


@dataclass(frozen=True, eq=False)
class FitNow:
    """A fit as it is; the same object until something of it changes."""

    run: Run
    fit: Fit = Fit()
    curve: tuple[tuple[int, float], ...] = ()
    """Distance by step."""
    step: int = 0
    """Step of `ws`."""
    ws: Ws | None = None
    """[num_ws, w_dim]: the present ones while it runs, else the result."""

    @property
    def live(self) -> bool:
        """True while it runs, or waits for its turn."""
        return self.run.live

    @property
    def running(self) -> bool:
        """True while a process works on it."""
        return self.run.state in ("starting", "running")

    @property
    def ended(self) -> bool:
        """True once it has a result and nothing works on it."""
        return not self.live and self.fit.has_result


class Runs(Protocol):
    """Functions of the launcher that fits need; tests give others."""

    def submit(self, spec: "ProjectSpec", outdir: str) -> Run:
        """Start or queue a fit."""

    def stop(self, run: Run) -> None:
        """End a fit; its best result stays."""

    def resume(self, run: Run) -> Run:
        """Let a fit go on in its folder."""


class Launcher:
    """The launcher of this computer."""

    def submit(self, spec: "ProjectSpec", outdir: str) -> Run:
        """See `Runs`."""
        from training_launcher import launcher  # late: it takes long to import

        return launcher.submit(spec, outdir)

    def stop(self, run: Run) -> None:
        """See `Runs`."""
        from training_launcher import launcher  # late: it takes long to import

        launcher.stop(run)

    def resume(self, run: Run) -> Run:
        """See `Runs`."""
        from training_launcher import launcher  # late: it takes long to import

        return launcher.resume(run)


Ask = Literal["start", "stop", "resume"]


@dataclass(frozen=True)
class Wish:
    """Something to do with the fit of a photo."""

    ask: Ask
    path: str
    """Of the photo."""
    folder: str = ""
    """Of the run, to stop or resume."""
    spec: "ProjectSpec | None" = None
    """Of the run to start."""
    outdir: str = ""
    mask: AnyArray | None = field(default=None, compare=False)
    """Mask of the part that is not fitted, written to `spec.ignore` before the start."""
    ws: Ws | None = field(default=None, compare=False)
    """Latents to start from, written to `spec.start` before the start."""


@dataclass(frozen=True)
class Outcome:
    """Result of a wish."""

    wish: Wish
    run: Run | None = None
    problem: str = ""


class Fits:
    """Starts and watches fits. Methods are for the window's thread; `wake` is called on the threads."""

    def __init__(self, wake: Callable[[], None], runs: Runs | None = None) -> None:
        self.runs: Runs = runs or Launcher()
        self._wake = wake
        self._worker: Worker[Wish, Outcome] = Worker("fits", self._do, wake)
        self._loop = Loop("watching fits", self._look)
        self._lock = threading.Lock()
        self._folders: tuple[str, ...] = ()
        self._followed = ""
        self._known: dict[str, tuple[tuple[object, ...], FitNow]] = {}
        self._registry = Registry()
        self._held = -HELD_S

    def hold(self) -> None:
        """Let fits wait while something is dragged. Call in every frame of it."""
        self._held = time.monotonic()

    def do(self, wish: Wish) -> None:
        """Start, stop or resume a fit; `poll` has the outcome."""
        self._worker.submit(wish)

    def poll(self) -> Outcome | None:
        """Return the next outcome, or None."""
        found = self._worker.poll()
        if found is not None:
            self._loop.wake()
        return found

    @property
    def busy(self) -> bool:
        """Return True while a wish is being done."""
        return self._worker.busy

    def follow(self, folder: str) -> FitNow | None:
        """Look at one more fit, until another one is followed; returns it as it is, None before the first look."""
        self._followed = folder
        return self.get(folder)

    def watch(self, folders: Iterable[str]) -> None:
        """Set the fits to look at. Call once a frame."""
        wanted = tuple(dict.fromkeys((*folders, *filter(None, [self._followed]))))
        if wanted == self._folders:
            return
        self._folders = wanted
        if wanted:
            self._loop.start()
            self._loop.wake()

    def get(self, folder: str) -> FitNow | None:
        """Return a fit as it is; None before the first look."""
        with self._lock:
            found = self._known.get(folder)
        return found[1] if found else None

    @property
    def running(self) -> tuple[FitNow, ...]:
        """Return the fits that are being worked on."""
        found = (self.get(folder) for folder in self._folders)
        return tuple(now for now in found if now is not None and now.running)

    def close(self) -> None:
        """End the threads; fits go on."""
        self._worker.close()
        self._loop.close()

    # -- in the threads --

    def _do(self, wish: Wish) -> Outcome:
        try:
            match wish.ask:
                case "start":
                    return Outcome(wish, self._start(wish))
                case "stop":
                    run = Registry().read(wish.folder)
                    if run.live:
                        self.runs.stop(run)
                    return Outcome(wish, run)
                case _:
                    return Outcome(wish, self.runs.resume(Registry().read(wish.folder)))
        except (OSError, ValueError, RuntimeError) as error:
            return Outcome(wish, problem=getattr(error, "strerror", None) or str(error))

    def _start(self, wish: Wish) -> Run:
        assert wish.spec is not None
        if wish.folder:  # of the fit that this one replaces
            before = Registry().read(wish.folder)
            if before.live:
                self.runs.stop(before)
        if wish.mask is not None and wish.spec.ignore:
            save_png(Path(wish.spec.ignore), np.asarray(wish.mask))
        if wish.ws is None and wish.spec.start.endswith(".npz") and not os.path.isfile(wish.spec.start):
            raise ValueError("The renderer did not give the latents of the present picture; try again.")
        if wish.ws is not None:
            Path(wish.spec.start).parent.mkdir(parents=True, exist_ok=True)
            save_latents(Path(wish.spec.start), wish.ws[None])
        return self.runs.submit(wish.spec, wish.outdir)

    def _look(self, woken: bool) -> float:
        changed, running = False, False
        for folder in self._folders:
            if self._loop.closing:
                return REST_S
            run = self._registry.read(folder)
            stamp = (run, *(_stamp(folder, name) for name in _WATCHED))
            with self._lock:
                before = self._known.get(folder)
            running = running or run.live
            if run.state == "running" and time.monotonic() - self._held < HELD_S:
                self._pause(folder)
            if before is not None and before[0] == stamp:
                continue
            now = look(run)
            with self._lock:
                self._known[folder] = stamp, now
            changed = True
        if changed:
            self._wake()
        return EVERY_S if running else REST_S

    def _pause(self, folder: str) -> None:
        try:
            pause(folder)
        except OSError:
            return  # a folder that cannot be written to: the fit goes on meanwhile


FITS: ServiceKey[Fits] = ServiceKey("fits of photos")
_WATCHED = ("fit.json", "fit.jsonl", "latest.npz", "latest.png", "projected_w.npz")


def _stamp(folder: str, name: str) -> tuple[int, int]:
    try:
        found = os.stat(os.path.join(folder, name))
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def look(run: Run) -> FitNow:
    """Return a fit as its files say it is."""
    fit = read_fit(run.folder) or Fit()
    latest = read_latest(run.folder) if run.live or not fit.has_result else None
    step, ws = latest if latest is not None else (fit.step, read_result(run.folder))
    return FitNow(run, fit, read_curve(run.folder), step, ws)
