"""Memory allocation of the C library."""

import ctypes
import sys

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
