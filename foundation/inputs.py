"""Safe reading of untrusted files: regular files only, with a size limit, and short texts made safe to show.

Standard library only.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

TEXT_LENGTH = 200
"""Maximum length of a text that comes from a file, in characters."""


class NotRegularError(OSError):
    """The path names a folder, a pipe, a socket or a device."""


class TooLargeError(ValueError):
    """The file has more bytes than are accepted."""


def open_regular(path: str | Path, limit: int | None = None) -> BinaryIO:
    """Open a regular file for reading, without waiting for the other end of a pipe.

    Args:
        path: The file; symbolic links are followed.
        limit: Maximum size in bytes; None for no limit.

    Raises:
        NotRegularError: it is something else than a regular file.
        TooLargeError: it is larger than `limit`.
        OSError: it cannot be opened.
    """
    # The flags exist on POSIX only; a pipe without O_NONBLOCK would hold the caller until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except ValueError as error:  # a null character in the path
        raise FileNotFoundError(str(error)) from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise NotRegularError(f"{path} is no regular file")
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


def clean_text(text: str, length: int = TEXT_LENGTH) -> str:
    """Return one line of printable text of at most `length` characters.

    Line breaks and tabulators become spaces; other characters that cannot be printed are left out.
    """
    shown = "".join(one if one.isprintable() else " " * one.isspace() for one in text[: 8 * length])
    return " ".join(shown.split())[:length].strip()
