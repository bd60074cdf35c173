"""Opening and reading of regular files only, without blocking and within a limit of the caller's."""

import os
import stat
from functools import cache
from io import BufferedReader
from pathlib import Path


class NotRegularError(OSError):
    """The path names a folder, a pipe, a socket, a device, or an interface of the system such as those in /proc."""


class ContentError(ValueError):
    """A file that was named holds what cannot be used, or cannot be read."""


class TooLargeError(ValueError):
    """The file has more bytes than are accepted."""


def open_regular(path: str | Path, limit: int | None = None) -> BufferedReader:
    """Open a regular file for reading, without waiting for the other end of a pipe.

    Args:
        path: The file; symbolic links are followed.
        limit: Maximum size in bytes; None for no limit, for callers that read a bounded part.

    Raises:
        NotRegularError: it is something else than a regular file.
        TooLargeError: it is larger than `limit`.
        OSError: it cannot be opened.
    """
    # The flags exist on POSIX only; a pipe without O_NONBLOCK would hold the caller until somebody writes to it.
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
    try:
        handle = os.open(path, flags)
    except ValueError as error:  # a null character or a surrogate in the path
        raise FileNotFoundError(str(error)) from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_dev in _interfaces():
            raise NotRegularError("it is no regular file")
        if limit is not None and found.st_size > limit:
            raise TooLargeError(f"it has more than {limit} bytes")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: str | Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes, also if it grows meanwhile. Raises like `open_regular`."""
    with open_regular(path, limit) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLargeError(f"it has more than {limit} bytes")
    return content


def reason_of(error: Exception) -> str:
    """Return the reason in an error of this package or of the system, without the path, for a sentence in brackets."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


@cache
def _interfaces() -> frozenset[int]:
    """Devices of the file systems whose regular files are interfaces of the kernel, of no size and without an end."""
    return frozenset(os.stat(folder).st_dev for folder in ("/proc", "/sys") if os.path.ismount(folder))
