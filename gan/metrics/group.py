"""Sharing work among the processes of torch.distributed, or doing it alone where there are none.

Work is cut into numbered batches, and batch j belongs to process j mod n: what is computed for a batch depends only on
its number, so the figures are the same for any number of processes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class Batch:
    """The `index`-th batch of the work: items `start` to `start + count - 1`."""

    index: int
    start: int
    count: int


def rank() -> int:
    """This process's number, 0 when it is alone."""
    return dist.get_rank() if _together() else 0


def world() -> int:
    """Number of processes."""
    return dist.get_world_size() if _together() else 1


def batches(total: int, size: int) -> Iterator[Batch]:
    """This process's share of `total` items, in batches of `size`."""
    for index in range(rank(), math.ceil(total / size), world()):
        yield Batch(index, index * size, min(size, total - index * size))


def sum_over(value: torch.Tensor) -> torch.Tensor:
    """The sum of what all processes give, on the CPU; to be called by all of them at once."""
    if not _together():
        return value.cpu()
    shared = value.to(_device())
    dist.all_reduce(shared)
    return shared.cpu()


def gather(mine: list[torch.Tensor], total: int, size: int) -> torch.Tensor:
    """The rows of all batches in order, [total, ...] on the CPU; to be called by all processes at once.

    Args:
        mine: What this process has of `batches(total, size)`, a tensor [count, ...] each, in order.
        total: See `batches`.
        size: See `batches`.
    """
    if not _together():
        return torch.cat([part.cpu() for part in mine])
    shape, dtype = share((mine[0].shape[1:], mine[0].dtype) if rank() == 0 else None)
    slots = math.ceil(math.ceil(total / size) / world())  # batches of the process that has most
    padded = torch.zeros(slots, size, *shape, dtype=dtype, device=_device())
    for slot, part in enumerate(mine):
        padded[slot, : len(part)] = part.to(_device())
    everyone = [torch.empty_like(padded) for _ in range(world())]
    dist.all_gather(everyone, padded)
    ordered = torch.stack([part.cpu() for part in everyone], dim=1)  # [slots, world, size, ...]
    return ordered.reshape(slots * world() * size, *shape)[:total]


def share(value: Any) -> Any:
    """Value of process 0, in all processes; all of them must call it at once."""
    if not _together():
        return value
    box = [value]
    dist.broadcast_object_list(box, device=_device())
    return box[0]


def _together() -> bool:
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def _device() -> torch.device:
    """Device that the processes' backend needs its tensors on."""
    return torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
