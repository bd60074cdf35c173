"""The training loop: steps, ticks, snapshots, and their output files."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch
from tensorboardX import SummaryWriter

from foundation.png import save_png
from foundation.runs import STATS_FILE, fakes_name
from gan.data import ImageSource
from gan.training.errors import TrainingError, WorkerLostError
from gan.training.group import Group
from gan.training.run.checkpoint import save_snapshot, save_state, saved_nimg
from gan.training.run.folder import append_line
from gan.training.run.image_grid import GridPlan, fake_grid, plan_grid, real_grid
from gan.training.run.status import State, Status
from gan.training.stats import Moments
from gan.training.trainer import Trainer

_STATUS_SECONDS = 2.0
"""Seconds between writes of `status.json` within a tick."""


Measure = Callable[[Any, Path], dict[str, float]]
"""Maps a generator and its snapshot file to results by name (empty if they come later); collective."""


@dataclass(frozen=True)
class Surroundings:
    """Environment of a run: folder, processes and callbacks."""

    folder: Path
    """The run's folder."""
    group: Group
    """The processes."""
    notify: Callable[[str], None]
    """Called with a line of text to log."""
    stop: Callable[[], bool]
    """Returns True if this process was asked to stop."""
    progress: Callable[[int], None] = lambda nimg: None
    """Called with the number of images shown, after every batch."""
    measure: Measure | None = None
    """Measures every snapshot but the first."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""


@dataclass
class _Clock:
    """Time spent on each part of a run."""

    elapsed: float = 0.0
    """Seconds of training before this process began."""
    began: float = 0.0
    tick_began: float = 0.0
    maintenance: float = 0.0
    """Seconds since the last tick that were not steps."""
    sec_per_kimg: float | None = None


@dataclass
class _Place:
    """Position of the run in its schedule; part of its state."""

    tick: int = 0
    tick_nimg: int = 0
    """Images shown when the tick began."""
    saved_nimg: int | None = field(default=None)
    """Images shown at the last snapshot."""


class Loop:
    """Trains until the end, or until it is asked to stop.

    Args:
        trainer: Networks and step.
        source: The dataset.
        around: Folder, processes and callbacks.
        state: Saved state of an earlier part of the run.
    """

    def __init__(
        self, trainer: Trainer, source: ImageSource, around: Surroundings, state: dict[str, Any] | None = None
    ) -> None:
        self._trainer = trainer
        self._around = around
        self._source = source
        self._total = trainer.config.total_kimg * 1000
        self._clock = _Clock(began=around.clock(), tick_began=around.clock())
        self._place = _Place()
        if state is not None:
            place = state["loop"]
            self._clock.elapsed = place["elapsed"]
            self._place = _Place(place["tick"], place["tick_nimg"], trainer.nimg)
        self._first = around.group.rank == 0
        self._plan: GridPlan | None = None
        self._events: SummaryWriter | None = None
        self._status_written = 0.0

    def run(self) -> bool:
        """Train. Returns True if the end was reached, False if the run was stopped. Collective.

        Raises:
            WorkerLostError: another process was lost. The message says which state of the run is saved.
        """
        try:
            return self._run()
        except WorkerLostError as error:
            raise self._after_loss(error) from error

    def _run(self) -> bool:
        trainer, around = self._trainer, self._around
        if self._first:
            self._plan = plan_grid(self._source, trainer.G_ema.z_dim, trainer.config.seed)
            self._events = SummaryWriter(str(around.folder), purge_step=trainer.nimg // 1000 + 1)
        try:
            self._write_status("running")
            if self._place.saved_nimg is None:
                self._begin()
            while trainer.nimg < self._total:
                trainer.step()
                around.progress(trainer.nimg)
                stopped = around.group.any(around.stop())
                if stopped and trainer.nimg < self._total:
                    if self._tick_is_due():  # a resumed run has its ticks where one without a stop has them
                        self._tick()
                    self._snapshot(measured=False)
                    self._write_status("stopped")
                    around.notify(f"Stopped at {trainer.nimg / 1000:.1f} kimg; go on with --resume={around.folder}")
                    return False
                self._after_step()
            if self._place.tick_nimg != trainer.nimg:
                self._tick()
            if self._place.saved_nimg != trainer.nimg:
                self._snapshot()
            self._write_status("finished")
            return True
        finally:
            if self._events is not None:
                self._events.close()

    def _begin(self) -> None:
        """Write the initial files of a run: real images, and a snapshot before the first step."""
        if self._first:
            assert self._plan is not None
            save_png(self._around.folder / "reals.png", real_grid(self._source, self._plan))
        self._snapshot(measured=False)

    def _after_step(self) -> None:
        if self._tick_is_due():
            self._tick()
            if self._snapshot_is_due():
                self._snapshot()
        elif self._around.clock() - self._status_written > _STATUS_SECONDS:
            self._write_status("running")

    def _tick_is_due(self) -> bool:
        return self._trainer.nimg >= self._place.tick_nimg + self._trainer.config.tick_kimg * 1000

    def _snapshot_is_due(self) -> bool:
        """True every `snapshot_ticks` ticks; before that at 1, 2, 4, 8, ..., as early networks change quickly."""
        tick, every = self._place.tick, self._trainer.config.snapshot_ticks
        return tick % every == 0 or (tick < every and tick & (tick - 1) == 0)

    # -- Ticks ---------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Write a line of statistics. Collective."""
        trainer, clock, place = self._trainer, self._clock, self._place
        now = self._around.clock()
        seconds = now - clock.tick_began
        total = clock.elapsed + now - clock.began
        kimg = max(trainer.nimg - place.tick_nimg, 1) / 1000
        place.tick += 1
        moments = trainer.stats.take(self._around.group)
        fields = {
            "Progress/tick": place.tick,
            "Progress/kimg": trainer.nimg / 1000,
            "Progress/augment": trainer.ada.p,
            "Progress/lod": trainer.lod,
            "Timing/total_sec": total,
            "Timing/total_hours": total / 3600,
            "Timing/total_days": total / 86400,
            "Timing/sec_per_tick": seconds,
            "Timing/sec_per_kimg": (seconds - clock.maintenance) / kimg,
            "Timing/maintenance_sec": clock.maintenance,
            "Resources/cpu_mem_gb": psutil.Process().memory_info().rss / 2**30,
            **_peak_gpu_memory(),
            "Health/nonfinite_gradients": trainer.health.take_count(),
            **{f"Timing/{name}": milliseconds for name, milliseconds in trainer.times.take().items()},
        }
        moments |= {name: Moments(1, float(value), 0.0) for name, value in fields.items()}
        clock.sec_per_kimg = fields["Timing/sec_per_kimg"]
        place.tick_nimg = trainer.nimg
        clock.tick_began, clock.maintenance = now, 0.0
        if self._first:
            self._write_tick(moments, fields, now)
        self._write_status("running")

    def _write_tick(self, moments: dict[str, Moments], fields: dict[str, float], now: float) -> None:
        line: dict[str, Any] = {
            name: {"num": m.num, "mean": m.mean, "std": m.std} for name, m in sorted(moments.items())
        }
        append_line(self._around.folder / STATS_FILE, {**line, "timestamp": now})
        assert self._events is not None
        for name, m in moments.items():
            self._events.add_scalar(name, m.mean, global_step=self._trainer.nimg // 1000, walltime=now)
        self._events.flush()
        broken = int(fields["Health/nonfinite_gradients"])
        self._around.notify(
            f"tick {self._place.tick:<5d} kimg {self._trainer.nimg / 1000:<8.1f} "
            f"time {_duration(fields['Timing/total_sec']):<12s} sec/kimg {fields['Timing/sec_per_kimg']:<8.2f} "
            f"memory {fields['Resources/cpu_mem_gb']:.2f} GB  augment {fields['Progress/augment']:.3f}"
            + (f"  {broken} gradients were not finite" if broken else "")
        )

    # -- Snapshots -----------------------------------------------------------------------------------------------

    def _snapshot(self, measured: bool = True) -> None:
        """Save the networks, an image grid and the state; then measure. Collective."""
        trainer, around = self._trainer, self._around
        begun = around.clock()
        state = trainer.state_dict()
        path = around.folder
        if self._first:
            path = self._save(state)
            assert self._plan is not None
            images = fake_grid(trainer.render(self._plan.z, self._plan.c), self._plan)
            save_png(around.folder / fakes_name(trainer.nimg), images)
        self._place.saved_nimg = trainer.nimg
        if measured and around.measure is not None:
            path = around.group.share(path)
            with around.group.uninterruptible():
                figures = around.measure(trainer.G_ema, path)
            if self._first and self._events is not None:
                for name, value in figures.items():
                    self._events.add_scalar(f"Metrics/{name}", value, global_step=trainer.nimg // 1000)
        self._clock.maintenance += around.clock() - begun

    def _save(self, state: dict[str, Any]) -> Path:
        """Write the networks and the state. Returns the path of the networks."""
        trainer, folder = self._trainer, self._around.folder
        path = save_snapshot(folder, trainer.networks(self._training_set()), trainer.nimg)
        elapsed = self._clock.elapsed + self._around.clock() - self._clock.began
        place = {"tick": self._place.tick, "tick_nimg": self._place.tick_nimg, "elapsed": elapsed}
        save_state(folder, {**state, "loop": place})
        return path

    def _after_loss(self, error: WorkerLostError) -> WorkerLostError:
        """Save the state if this process is the one to do it. Returns an error that says what is saved."""
        trainer, group = self._trainer, self._around.group
        if group.rank != error.writer:
            told = group.hear_writer()
            if told:
                return WorkerLostError(told, error.writer)
            return error.after(f"Go on from its last saved state with --resume={self._around.folder}")
        saved = saved_nimg(self._around.folder)  # a frozen process may have been about to write it
        try:
            if saved != trainer.nimg:
                self._save(trainer.state_dict(alone=True))
                saved = trainer.nimg
        except TrainingError as failure:
            return error.after(f"Its last state could not be saved: {failure}")
        folder = self._around.folder
        return error.after(f"Its state at {saved / 1000:g} kimg is saved: go on with --resume={folder}")

    def _training_set(self) -> dict[str, Any]:
        source = self._source
        return {
            "path": str(source.path.resolve()),
            "xflip": source.xflip,
            "use_labels": source.label_dim > 0,
            "max_size": len(source),
            "resolution": source.resolution,
        }

    def _write_status(self, state: State) -> None:
        if not self._first:
            return
        now = self._around.clock()
        pace = self._clock.sec_per_kimg
        left = max(self._total - self._trainer.nimg, 0) / 1000
        Status(
            state=state,
            kimg=self._trainer.nimg / 1000,
            total_kimg=self._total / 1000,
            sec_per_kimg=pace,
            eta_s=None if pace is None else left * pace,
            updated=now,
        ).write(self._around.folder)
        self._status_written = now


def _peak_gpu_memory() -> dict[str, float]:
    """Return the largest memory of the GPU since the last call, used and reserved, in GiB; 0 without a GPU."""
    used = reserved = 0.0
    if torch.cuda.is_available():
        used, reserved = torch.cuda.max_memory_allocated() / 2**30, torch.cuda.max_memory_reserved() / 2**30
        torch.cuda.reset_peak_memory_stats()
    return {"Resources/peak_gpu_mem_gb": used, "Resources/peak_gpu_mem_reserved_gb": reserved}


def _duration(seconds: float) -> str:
    """Format a duration as in 3h 05m 10s."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    shown = [f"{days}d"] if days else []
    shown += [f"{hours}h"] if days or hours else []
    shown += [f"{minutes:02d}m"] if shown or minutes else []
    return " ".join([*shown, f"{rest:02d}s"])
