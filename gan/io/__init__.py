"""Reading and writing networks. `load` never runs code from a file."""

from foundation.runs import Snapshot, snapshots
from gan.io.errors import (
    CorruptFileError,
    DownloadError,
    LoadError,
    NotFoundError,
    UnsafePickleError,
    UnsupportedNetworkError,
)
from gan.io.loader import contents, load
from gan.io.networks import Architecture, Contents, NetworkInfo, Networks, describe
from gan.io.tensors import save

__all__ = [
    "Architecture",
    "Contents",
    "CorruptFileError",
    "DownloadError",
    "LoadError",
    "NetworkInfo",
    "Networks",
    "NotFoundError",
    "Snapshot",
    "UnsafePickleError",
    "UnsupportedNetworkError",
    "contents",
    "describe",
    "load",
    "save",
    "snapshots",
]
