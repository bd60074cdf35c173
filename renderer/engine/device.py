"""Memory and threads of the device."""

import gc
from functools import cache
from typing import TYPE_CHECKING

import torch

from foundation.process import cores
from gan.memory import return_freed_memory

if TYPE_CHECKING:
    import psutil


def release_memory() -> None:
    """Give memory that nothing uses back to the devices and the system."""
    gc.collect()
    return_freed_memory()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def memory_in_use(device: torch.device) -> tuple[int, int]:
    """Bytes that this process uses on the device, and bytes that there are."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device), torch.cuda.get_device_properties(device).total_memory
    if device.type == "mps":
        return torch.mps.driver_allocated_memory(), torch.mps.recommended_max_memory()
    process, total = _computer()
    return int(process.memory_info().rss), total


@cache
def _computer() -> "tuple[psutil.Process, int]":
    """This process, and the bytes of memory that the computer has: looked up once, as every render reports them."""
    import psutil

    return psutil.Process(), int(psutil.virtual_memory().total)


def thread_counts() -> tuple[int, int]:
    """Return how many threads leave the window a core of its own, and how many use all cores.

    More than PyTorch's choice, the physical cores, do not help.
    """
    most = max(1, min(_chosen_threads(), cores()))
    return max(1, min(most, cores() - 1)), most


@cache
def _chosen_threads() -> int:
    return torch.get_num_threads()


def use_threads(count: int) -> None:
    """Render with so many threads from now on."""
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
