"""Launching of a run's processes on this computer, as torchrun does, reporting which one was lost."""

import logging
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from foundation.ending import STOPPING, ask_other, handled
from foundation.process import read_identity
from gan.training.errors import TrainingError
from gan.training.run import status
from gan.training.watch import GONE

SHUTDOWN_SECONDS = 60
"""Grace period of the other workers after one was lost, in which they save; then they are killed."""


def run_workers(count: int, folder: Path, work: Callable[..., Any], *args: Any) -> None:
    """Run `work(*args)` in `count` processes that can form a group, and wait for them.

    SIGTERM and Ctrl+C reach process 0, which ends the run with a snapshot.

    Args:
        count: Number of processes.
        folder: The run's folder, whose `status.json` names process 0.
        work: A module-level function.
        args: Its arguments; must be picklable.

    Raises:
        TrainingError: a worker failed or was lost; the message names it.
    """
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        # Other signals are handled here: torchrun by itself would kill the workers before they have saved.
        signals_to_handle="SIGQUIT",
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    # Their messages are replaced by one sentence here.
    for name in ("torch.distributed.elastic", "torch.multiprocessing"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with _passed_on(folder):
            elastic_launch(config, work)(*args)
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        reason = _reason(folder, rank, failure.pid, failure.exitcode)
        # A killed worker could not report it, and the others only report that it is gone.
        status.mark_failed(folder, reason, time.time())
        raise TrainingError(reason) from error


def _reason(folder: Path, rank: int, pid: int, exitcode: int) -> str:
    name = f"Worker {rank} (process {pid})"
    told = str((status.read(folder) or {}).get("error") or "")
    if exitcode < 0:
        ended = f"{name} was ended by {signal.Signals(-exitcode).name}"
        if told.startswith("Worker "):
            return told.replace(f"{name} {GONE}", ended)
        return f"{ended}, so the run has stopped; go on from its last saved state with --resume={folder}"
    if told.startswith("Worker "):
        return told
    return f"{name} failed: {told or f'it ended with status {exitcode}; see above'}"


@contextmanager
def _passed_on(folder: Path) -> Iterator[None]:
    def ask(number: int, frame: FrameType | None) -> None:
        content = status.read(folder)
        # Until process 0 writes its own, the status may name this very process.
        if content is None or not status.is_alive(content) or content["pid"] == os.getpid():
            raise KeyboardInterrupt
        if number != signal.SIGINT and (worker := read_identity(content)) is not None:
            ask_other(worker)  # the terminal sends Ctrl+C to the workers by itself, and Windows its other events too

    with handled(STOPPING, ask):
        yield
