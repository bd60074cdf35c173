"""Distribution of work over the processes of torch.distributed, or over a single process.

Work is split into numbered batches, and batch j belongs to process j mod n: the result of a batch depends only on its
number, so results are the same for any number of processes.
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
    """Return this process's rank; 0 without a group."""
    return dist.get_rank() if _together() else 0


def world() -> int:
    """Return the number of processes."""
    return dist.get_world_size() if _together() else 1


def batches(total: int, size: int) -> Iterator[Batch]:
    """Yield this process's share of `total` items, in batches of `size`."""
    for index in range(rank(), math.ceil(total / size), world()):
        yield Batch(index, index * size, min(size, total - index * size))


def sum_over(value: torch.Tensor) -> torch.Tensor:
    """Sum a tensor over all processes, on the CPU. Collective."""
    if not _together():
        return value.cpu()
    shared = value.to(_device())
    dist.all_reduce(shared)
    return shared.cpu()


def gather(mine: list[torch.Tensor], total: int, size: int) -> torch.Tensor:
    """Gather the rows of all batches in order, [total, ...] on the CPU. Collective.

    Args:
        mine: This process's results of `batches(total, size)`, a tensor [count, ...] each, in order.
        total: See `batches`.
        size: See `batches`.
    """
    if not _together():
        return torch.cat([part.cpu() for part in mine])
    shape, dtype = share((mine[0].shape[1:], mine[0].dtype) if rank() == 0 else None)
    slots = math.ceil(math.ceil(total / size) / world())  # the maximum number of batches of a process
    padded = torch.zeros(slots, size, *shape, dtype=dtype, device=_device())
    for slot, part in enumerate(mine):
        padded[slot, : len(part)] = part.to(_device())
    everyone = [torch.empty_like(padded) for _ in range(world())]
    dist.all_gather(everyone, padded)
    ordered = torch.stack([part.cpu() for part in everyone], dim=1)  # [slots, world, size, ...]
    return ordered.reshape(slots * world() * size, *shape)[:total]


def share(value: Any) -> Any:
    """Broadcast the value of process 0. Collective."""
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
