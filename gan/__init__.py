"""StyleScope's machine-learning library: networks, files, edits, training and metrics. Usable with no window at all.

    import gan
    nets = gan.load("network.pkl")
    image = nets.G_ema(z, c, truncation_psi=0.7)

Importing this package does not import torch; the first `load` does.
"""

from gan.io import (
    Architecture,
    Contents,
    CorruptFileError,
    DownloadError,
    LoadError,
    NetworkInfo,
    Networks,
    NotFoundError,
    UnsafePickleError,
    UnsupportedNetworkError,
    contents,
    describe,
    load,
    save,
)
from gan.kernels import prepare, rendered_by

__all__ = [
    "Architecture",
    "Contents",
    "CorruptFileError",
    "DownloadError",
    "LoadError",
    "NetworkInfo",
    "Networks",
    "NotFoundError",
    "UnsafePickleError",
    "UnsupportedNetworkError",
    "contents",
    "describe",
    "load",
    "prepare",
    "rendered_by",
    "save",
]
