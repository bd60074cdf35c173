"""Memory: what is available, and its allocation by the C library.

Programs that render or train call `keep_freed_memory` once: the commands and the renderer do, a program that uses the
library decides for itself. Networks stay outside of what is kept (`giving_back`), so that a closed one leaves no memory
behind, and neither does the reading of its file.
"""

import ctypes
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Options of glibc's mallopt."""
_KEPT_BYTES = 1 << 30
"""Freed blocks up to this size stay with the process."""
_USUAL_BYTES = 1 << 17
"""glibc's own value of both options."""

_lock = threading.Lock()
_kept = False
_exceptions = 0
"""Blocks of `giving_back` in which threads are now."""


def keep_freed_memory() -> bool:
    """Make the C library reuse freed memory; returns True on success.

    By default glibc returns every large block to the system, which hands it out again page by page, cleared: a network
    whose layers exceed the CPU's cache can spend half of its time on this. Only affects glibc on Linux; the process
    then holds on to its peak memory, until `return_freed_memory`.
    """
    global _kept
    with _lock:
        _kept = _set_kept(_USUAL_BYTES if _exceptions else _KEPT_BYTES)
        return _kept


@contextmanager
def giving_back() -> Iterator[None]:
    """Allocate large blocks so that they go back to the system when they are freed, as without `keep_freed_memory`.

    Holds for all threads; for reading files, and for what lives long.
    """
    global _exceptions
    with _lock:
        _exceptions += 1
        if _kept and _exceptions == 1:
            _set_kept(_USUAL_BYTES)
    try:
        yield
    finally:
        with _lock:
            _exceptions -= 1
            if _kept and _exceptions == 0:
                _set_kept(_KEPT_BYTES)


def return_freed_memory() -> bool:
    """Give all freed memory back to the system, as after closing a network; returns True if there was any.

    The next image takes longer, as it gets its memory anew.
    """
    library = _library()
    return library is not None and library.malloc_trim(0) == 1


def make_room() -> None:
    """Give freed memory back to the system before a computation of hundreds of megabytes, where it is kept.

    What was freed lies in pieces of other sizes, between what is in use; the computation would come on top of it.
    """
    if _kept:
        return_freed_memory()


def _set_kept(size: int) -> bool:
    library = _library()
    options = (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD)
    return library is not None and all(library.mallopt(option, size) == 1 for option in options)


@cache
def _library() -> "ctypes.CDLL | None":
    """The C library, if it is glibc."""
    if platform.system() != "Linux":
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        _ = library.mallopt
    except (OSError, AttributeError):  # another C library
        return None
    return library


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
    if sys.platform != "win32":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            available = min(available, limit - int(psutil.Process().memory_info().vms))
    return max(0, available)
