"""One process's part of a run: opens the data, builds or restores, trains, and reports the outcome."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

import torch

import gan
from foundation.ending import STOPPING, handled
from foundation.leftovers import clean
from gan import metrics
from gan.data import DatasetError, ImageSource
from gan.device import choose_device
from gan.inference import cpu
from gan.inference.cpu.precision import has_fast
from gan.memory import keep_freed_memory
from gan.ops.cpu import dispatch
from gan.training.config import TrainConfig
from gan.training.errors import TrainingError, WorkerLostError
from gan.training.group import Group, join, local_device, started_by_torchrun
from gan.training.run.checkpoint import load_state
from gan.training.run.folder import cut_back_to
from gan.training.run.loop import Loop, Surroundings
from gan.training.run.status import Status, mark_failed, read
from gan.training.trainer import Trainer

_LOST = re.compile("gloo|NCCL|connection", re.IGNORECASE)
_LAUNCHER_S, _LOOK_S = 10.0, 0.05
"""Time in seconds that a launcher has to notice a lost process, and between looks for its signal."""


@dataclass(frozen=True)
class Job:
    """Instructions for a process of a run."""

    config: TrainConfig
    """Configuration of the training."""
    data: str
    """The dataset."""
    cond: bool
    """True to use its labels."""
    mirror: bool
    """True to double it with mirrored images."""
    subset: int | None
    """Number of its images to train on; None for all."""
    device: str
    """Name of the device, see `gan.device`."""
    folder: Path | None
    """The run's folder; None if process 0 creates it."""
    continued: bool
    """True to continue from the folder's saved state."""


def run(
    job: Job,
    make_folder: Callable[[], Path],
    notifier: Callable[[Path], Callable[[str], None]],
    progress: Callable[[int], None],
    abandon: Callable[[str], NoReturn],
) -> bool:
    """Do this process's part of a run.

    Args:
        job: Instructions for the process.
        make_folder: Creates the run's folder if the job has none; called in process 0 only.
        notifier: Returns a logger of lines for a folder; called in process 0 only.
        progress: Called with the number of images shown.
        abandon: Prints an error and ends this process at once; called when another process was lost in a call that
            holds this one.

    Returns:
        True if the end was reached; False if the run was stopped.
    """
    device = local_device(choose_device(job.device))
    torch.backends.cudnn.benchmark = job.config.cudnn_benchmark
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = job.config.allow_tf32
    if device.type == "cpu" and started_by_torchrun():
        beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        torch.set_num_threads(max(1, torch.get_num_threads() // beside))
    if device.type == "cpu":
        keep_freed_memory()
        if cpu.wanted():
            dispatch.enable()
    folder: Path | None = job.folder

    def give_up(error: WorkerLostError) -> NoReturn:
        sentence = str(error.after(f"Go on from its last saved state with --resume={folder or 'its folder'}"))
        if folder is not None:
            with contextlib.suppress(OSError):
                mark_failed(folder, sentence, time.time(), first=True)
        abandon(sentence)

    try:
        group = join(device, job.config.gpus, job.config.worker_timeout_s, give_up)
    except WorkerLostError as error:
        give_up(error)
    failure = ""
    # To the very end: when a launcher ends the processes that are left, it must not cut off what they report.
    with stop_requested() as stop:
        try:
            if folder is None:
                folder = group.share(make_folder() if group.rank == 0 else None)
                assert folder is not None
            notify: Callable[[str], None] = _silent
            if group.rank == 0:
                clean([folder, folder.parent])
                notify = notifier(folder)
                shown = float((read(folder) or {}).get("kimg") or 0.0)
                Status("starting", shown, float(job.config.total_kimg), None, None, time.time()).write(folder)
            return _train(job, folder, group, device, notify, stop, progress)
        except BaseException as error:
            failure = _reason(error, group)
            if folder is not None:
                with contextlib.suppress(OSError):  # a full disk may have no room even for that
                    mark_failed(folder, failure, time.time(), first=True)
            raise
        finally:
            group.close(failure)
            if group.lost:
                _wait_for_launcher(stop)


def _wait_for_launcher(stop: Callable[[], bool]) -> None:
    """Wait until the launcher asks this process to end too, or for a while if it does not.

    It names the first ended process that it comes across, which must be the lost one: it alone knows the signal.
    """
    end = time.monotonic() + _LAUNCHER_S
    while not stop() and time.monotonic() < end:
        time.sleep(_LOOK_S)


def _train(
    job: Job,
    folder: Path,
    group: Group,
    device: torch.device,
    notify: Callable[[str], None],
    stop: Callable[[], bool],
    progress: Callable[[int], None],
) -> bool:
    whole = ImageSource(job.data, use_labels=job.cond, xflip=job.mirror)
    source = whole if job.subset is None else whole.subset(job.subset, job.config.seed)
    state = load_state(folder) if job.continued else None
    start = None
    if job.config.resume is not None and state is None:
        start = gan.load(job.config.resume, kernels="off")
    if state is not None and group.rank == 0:
        cut_back_to(folder, state["nimg"])
    measure = metrics.for_training(
        job.config.metrics,
        whole,
        group,
        folder,
        notify,
        background=job.config.metrics_async,
        detectors=job.config.detectors,
        trusted=job.config.trust_detectors,
    )
    config = job.config
    if config.bf16 and (reason := _without_bfloat16(device)):
        notify(reason)
        config = replace(config, bf16=False)
    trainer = Trainer(config, source, group, device, state, start)
    around = Surroundings(
        folder, group, notify, stop, progress if group.rank == 0 else lambda nimg: None, measure, clock=time.time
    )
    try:
        if trainer.fit is not None:
            notify(str(trainer.fit))
        notify(f"{len(source)} images of {source.resolution}x{source.resolution} in {source.path}")
        notify(f"Training {_parameters(trainer)} parameters on {group.size} x {device}, in {folder}")
        return Loop(trainer, source, around, state).run()
    finally:
        trainer.close()


def _without_bfloat16(device: torch.device) -> str:
    """Reason for which a run computes nothing in bfloat16; empty if it does."""
    if device.type != "cpu":
        return "--bf16 is for CPUs and changes nothing here."
    if not has_fast():
        return "--bf16 changes nothing here: this CPU does not multiply bfloat16 numbers, and computes in float32."
    return ""


@contextmanager
def stop_requested() -> Iterator[Callable[[], bool]]:
    """SIGTERM and Ctrl+C ask to stop after the current batch; a second Ctrl+C stops at once.

    Yields:
        Function that returns True once a stop was requested.
    """
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked = True

    with handled(STOPPING, ask):
        yield lambda: asked


def _parameters(trainer: Trainer) -> str:
    count = sum(p.numel() for network in (trainer.G, trainer.D) for p in network.parameters())
    return f"{count / 1e6:.2f} million"


def _reason(error: BaseException, group: Group) -> str:
    """Return a sentence for an error."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted before the last batch was saved."
    if isinstance(error, torch.OutOfMemoryError):
        return "The GPU's memory is full: give a smaller --batch-gpu, or smaller networks (--cbase, --cmax)."
    if isinstance(error, (TrainingError, DatasetError, gan.LoadError)):
        return str(error)
    if group.size > 1 and isinstance(error, RuntimeError) and _LOST.search(str(error)):
        return f"Process {group.rank} lost another process of the run: look at what that one says ({error})."
    return f"{type(error).__name__}: {error}"


def _silent(line: str) -> None:
    pass
