"""The processes that train one network together; a single process is a group of one.

Everything here is collective: all processes of the group must call it, in the same order.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import TrainingError

T = TypeVar("T")

_TIMEOUT = timedelta(hours=2)
"""Timeout of collective calls, long enough for a process that measures a network."""


class Group:
    """Group of a single process.

    Attributes:
        rank: This process's number, 0 for the one that writes files.
        size: Number of processes.
    """

    rank = 0
    size = 1

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

    def close(self) -> None:
        """Leave the group."""


class DistributedGroup(Group):
    """The processes that torchrun started; NCCL between GPUs, gloo between CPUs.

    Args:
        device: Device of this process.
    """

    def __init__(self, device: torch.device) -> None:
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(backend, timeout=_TIMEOUT)
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        self._device = device

    def mean(self, tensor: Tensor) -> Tensor:
        """See `Group`."""
        return self.sum(tensor) / self.size

    def sum(self, tensor: Tensor) -> Tensor:
        """See `Group`."""
        total = tensor.clone()
        dist.all_reduce(total)
        return total

    def any(self, flag: bool) -> bool:
        """See `Group`."""
        return bool(self.sum(torch.tensor([float(flag)])) > 0)

    def gather(self, value: T) -> list[T]:
        """See `Group`."""
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value)
        return values

    def share(self, value: T) -> T:
        """See `Group`."""
        values: list[Any] = [value]
        dist.broadcast_object_list(values, src=0)
        first: T = values[0]
        return first

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """See `Group`."""
        for tensor in tensors:
            dist.broadcast(tensor, src=0)

    def close(self) -> None:
        """See `Group`."""
        dist.destroy_process_group()


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


def join(device: torch.device, gpus: int) -> Group:
    """Return the group that this process belongs to.

    Args:
        device: Device of this process.
        gpus: Requested number of processes.

    Raises:
        TrainingError: torchrun started another number of processes.
    """
    if not started_by_torchrun():
        return Group()
    size = int(os.environ["WORLD_SIZE"])
    if size != gpus:
        raise TrainingError(f"torchrun started {size} processes, but --gpus={gpus}: give the number of all processes.")
    return DistributedGroup(device)


def flatten(tensors: Sequence[Tensor]) -> Tensor:
    """Concatenate the values of tensors into one vector."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def unflatten(vector: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Invert `flatten`: split `vector` into the shapes of `like`."""
    parts = torch.split(vector, [tensor.numel() for tensor in like])
    return [part.reshape(tensor.shape) for part, tensor in zip(parts, like, strict=True)]
