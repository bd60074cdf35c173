"""Memory: what is available, and its allocation by the C library."""

import ctypes
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Options of glibc's mallopt."""
_KEPT_BYTES = 1 << 30
"""Freed blocks up to this size stay with the process."""


def keep_freed_memory() -> bool:
    """Make the C library reuse freed memory; returns True on success.

    By default glibc returns every large block to the system, which hands it out again page by page, cleared: a network
    whose layers exceed the CPU's cache can spend half of its time on this. Only affects glibc on Linux; the process
    then holds on to its peak memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        set_option = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return all(set_option(option, _KEPT_BYTES) == 1 for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD))


def available_bytes(device: "str | torch.device" = "cpu") -> int:
    """Memory that this process could still take, in bytes.

    On a CPU that is what the computer has available, or what `ulimit -v` leaves if that is less; on a CUDA device what
    is free, with what PyTorch keeps there for later.
    """
    if str(device).startswith("cuda"):
        import torch

        where = torch.device(device)
        index = torch.cuda.current_device() if where.index is None else where.index
        kept = torch.cuda.memory_reserved(index) - torch.cuda.memory_allocated(index)
        return int(torch.cuda.mem_get_info(index)[0]) + kept
    try:
        import psutil
    except ImportError:  # on a machine that only measures; the limits of the files' own sizes hold there too
        return 1 << 62
    available = int(psutil.virtual_memory().available)
    try:
        import resource
    except ImportError:  # Windows
        return available
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        available = min(available, limit - int(psutil.Process().memory_info().vms))
    return max(0, available)
