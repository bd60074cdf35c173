"""Errors of reading a network; those of damaged and unsafe files are `foundation.pickles.errors`.

A message is one line of at most `MESSAGE_LENGTH` printable characters, whatever the file is called and holds.
"""

from foundation.downloads import DownloadError
from foundation.pickles.errors import (
    MESSAGE_LENGTH,
    CorruptFileError,
    LoadError,
    UnsafePickleError,
    listed,
    one_line,
    quoted,
)

__all__ = [
    "MESSAGE_LENGTH",
    "AbsentNetworkError",
    "CorruptFileError",
    "DownloadError",
    "LoadError",
    "NotFoundError",
    "UnsafePickleError",
    "UnsupportedNetworkError",
    "listed",
    "one_line",
    "quoted",
]


class UnsupportedNetworkError(LoadError):
    """The file is valid, but contains no network that this version can build."""


class AbsentNetworkError(UnsupportedNetworkError):
    """The file does not hold the network that was asked for, but may hold others."""


class NotFoundError(LoadError):
    """There is no such file or folder, it cannot be opened, or a run folder holds no network yet."""
