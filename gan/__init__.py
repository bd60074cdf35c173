"""StyleScope's machine-learning library: networks, files, edits, training and metrics. Usable with no window at all.

    import gan
    nets = gan.load("network.pkl")
    image = nets.G_ema(z, c, truncation_psi=0.7)

Importing this package does not import torch; the first `load` does.
"""

from gan.mps import allow_fallback

allow_fallback()  # before anything imports torch

from gan.io import (  # noqa: E402
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
from gan.kernels import prepare, rendered_by  # noqa: E402

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
