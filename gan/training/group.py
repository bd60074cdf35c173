"""The processes that train one network together; a single process is a group of one.

Everything here is collective: all processes of the group must call it, in the same order. A process that was killed or
frozen is named: see `gan.training.watch`.
"""

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import TrainingError, WorkerLostError
from .watch import Watch, connect_to_store

T = TypeVar("T")

GiveUp = Callable[[WorkerLostError], None]
"""Ends this process, which a call holds that cannot be interrupted."""

_TIMEOUT = timedelta(hours=2)
"""Timeout of collective calls, long enough for a process that measures a network."""
_LOOK_S = 0.2
"""Seconds between looks for lost processes while waiting in a collective call."""


class Group:
    """Group of a single process.

    Attributes:
        rank: This process's number, 0 for the one that writes files.
        size: Number of processes.
        lost: True once a process was lost.
    """

    rank = 0
    size = 1
    lost = False

    def mean(self, tensor: Tensor) -> Tensor:
        """Average a tensor over all processes."""
        return tensor

    def sum(self, tensor: Tensor) -> Tensor:
        """Sum a tensor over all processes."""
        return tensor

    def any(self, flag: bool) -> bool:
        """True if any process passes True."""
        return flag

    def gather(self, value: T) -> list[T]:
        """Return the values of all processes, by rank."""
        return [value]

    def share(self, value: T) -> T:
        """Return the value of process 0."""
        return value

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite tensors with those of process 0."""

    @contextmanager
    def uninterruptible(self) -> Iterator[None]:
        """Block with collective calls that are not this object's: a lost process ends this one if they hold it."""
        yield

    def hear_writer(self) -> str:
        """Return what the process said that saved the state after another was lost; empty if it did not."""
        return ""

    def close(self, failure: str = "") -> None:
        """Leave the group.

        Args:
            failure: Why this process ends before the others, as a sentence; empty at the regular end.
        """


class DistributedGroup(Group):
    """The processes that torchrun started; NCCL between GPUs, gloo between CPUs.

    Methods raise WorkerLostError if a process was killed or frozen. Calls between CPUs run on a thread of their own,
    as nothing else can leave a call that another process never joins.

    Args:
        device: Device of this process.
        limit_s: Seconds without an answer after which a process is lost.
        give_up: See `GiveUp`.
    """

    def __init__(self, device: torch.device, limit_s: float, give_up: GiveUp) -> None:
        rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self._watch = Watch(rank, size, limit_s, connect_to_store, give_up)
        self._calls = _Calls(self._watch)
        self._calls.run(lambda: _start(device))
        self._watch.meet()  # a process that is lost before it was seen could not be named
        self.rank, self.size = rank, size
        self._device = device
        # Calls between GPUs are queued there, and hold whatever waits for their results.
        self._watch.held = device.type == "cuda"

    def mean(self, tensor: Tensor) -> Tensor:
        """See `Group`."""
        return self.sum(tensor) / self.size

    def sum(self, tensor: Tensor) -> Tensor:
        """See `Group`."""
        total = tensor.clone()
        self._call(tensor.device, lambda: dist.all_reduce(total))
        return total

    def any(self, flag: bool) -> bool:
        """See `Group`."""
        return bool(self.sum(torch.tensor([float(flag)])) > 0)

    def gather(self, value: T) -> list[T]:
        """See `Group`."""
        values: list[Any] = [None] * self.size
        self._call(None, lambda: dist.all_gather_object(values, value))
        return values

    def share(self, value: T) -> T:
        """See `Group`."""
        values: list[Any] = [value]
        self._call(None, lambda: dist.broadcast_object_list(values, src=0))
        first: T = values[0]
        return first

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """See `Group`."""
        for tensor in tensors:
            self._call(tensor.device, lambda shared=tensor: dist.broadcast(shared, src=0))  # type: ignore[misc]

    @contextmanager
    def uninterruptible(self) -> Iterator[None]:
        """See `Group`."""
        before, self._watch.held = self._watch.held, True
        try:
            yield
        finally:
            self._watch.held = before

    def hear_writer(self) -> str:
        """See `Group`."""
        return self._watch.wait_for_writer()

    def close(self, failure: str = "") -> None:
        """See `Group`."""
        if self.lost:
            self._watch.end_lost()
        self._watch.leave(failure)
        if not self._calls.busy and not self.lost:  # else it would wait for the lost process
            dist.destroy_process_group()

    def _call(self, device: torch.device | None, call: Callable[[], Any]) -> None:
        """Run a collective call on tensors of a device; None for the CPU."""
        try:
            if device is not None and device.type != "cpu":
                self._watch.check()
                call()
            else:
                self._calls.run(call)
        except WorkerLostError:
            self.lost = True
            raise


class _Calls:
    """Collective calls on a thread, which is left behind in its call when a process is lost.

    Args:
        watch: Finds lost processes.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._waiting: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self.busy = False
        """True while a call has not returned."""
        threading.Thread(target=self._run, name="collective calls", daemon=True).start()

    def run(self, call: Callable[[], Any]) -> None:
        """Run a call. Raises its exception, or WorkerLostError if a process was lost meanwhile or caused it."""
        self._watch.check()
        self.busy = True
        self._waiting.put(call)
        while True:
            try:
                error = self._done.get(timeout=_LOOK_S)
                break
            except queue.Empty:
                self._watch.check()
        self.busy = False
        if error is not None:
            if isinstance(error, RuntimeError):
                self._watch.explain()
            raise error

    def _run(self) -> None:
        while True:
            call = self._waiting.get()
            try:
                call()
                self._done.put(None)
            except BaseException as error:  # noqa: BLE001 - `run` raises it again
                self._done.put(error)


def _start(device: torch.device) -> None:
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=_TIMEOUT)


def started_by_torchrun() -> bool:
    """True if this process is a worker of torchrun."""
    return "LOCAL_RANK" in os.environ and "WORLD_SIZE" in os.environ


def local_device(device: torch.device) -> torch.device:
    """Return this worker's own GPU if the run is on GPUs."""
    if device.type != "cuda" or not started_by_torchrun():
        return device
    index = int(os.environ["LOCAL_RANK"])
    if index >= torch.cuda.device_count():
        raise TrainingError(
            f"Worker {index} has no GPU: this computer has {torch.cuda.device_count()}; give fewer --gpus."
        )
    torch.cuda.set_device(index)
    return torch.device("cuda", index)


def join(device: torch.device, gpus: int, limit_s: float, give_up: GiveUp) -> Group:
    """Return the group that this process belongs to.

    Args:
        device: Device of this process.
        gpus: Requested number of processes.
        limit_s: Seconds without an answer after which a process is lost.
        give_up: See `GiveUp`.

    Raises:
        TrainingError: torchrun started another number of processes.
        WorkerLostError: a process was lost before all had joined.
    """
    if not started_by_torchrun():
        return Group()
    size = int(os.environ["WORLD_SIZE"])
    if size != gpus:
        raise TrainingError(f"torchrun started {size} processes, but --gpus={gpus}: give the number of all processes.")
    return DistributedGroup(device, limit_s, give_up)


def flatten(tensors: Sequence[Tensor]) -> Tensor:
    """Concatenate the values of tensors into one vector."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def unflatten(vector: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Invert `flatten`: split `vector` into the shapes of `like`."""
    parts = torch.split(vector, [tensor.numel() for tensor in like])
    return [part.reshape(tensor.shape) for part, tensor in zip(parts, like, strict=True)]
