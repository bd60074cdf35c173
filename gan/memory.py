"""Memory: what is available, and its allocation by the C library."""

import ctypes
import sys

import psutil

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


def available_bytes() -> int:
    """Memory that this process could still take, in bytes: what the computer has available, or `ulimit -v` leaves."""
    available = int(psutil.virtual_memory().available)
    try:
        import resource
    except ImportError:  # Windows
        return available
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        available = min(available, limit - int(psutil.Process().memory_info().vms))
    return max(0, available)
