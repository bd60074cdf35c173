"""Allocation of memory from the system."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Options of glibc's mallopt."""
_KEPT_BYTES = 1 << 30
"""Freed blocks up to this size stay with the process."""


def keep_freed_memory() -> bool:
    """Let the C library keep what is freed for what is asked for next; whether it does.

    By default glibc gives every large block back to the system, which hands it out again page by page, cleared: a
    network whose layers are larger than the CPU's cache spends up to half of its time so. Only glibc on Linux
    is affected; the process then holds on to the most memory that it has used.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        set_option = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return all(set_option(option, _KEPT_BYTES) == 1 for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD))
