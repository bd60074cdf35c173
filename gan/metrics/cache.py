"""Cache of datasets' statistics between runs, keyed by content and not by path."""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.arrays import read_arrays
from foundation.files import replacing

_log = logging.getLogger(__name__)

_VERSION = 1
"""Version of the cached computations; raise it when they change."""

Arrays = Mapping[str, npt.NDArray[Any]]


def folder() -> Path:
    """Return the cache folder: `metrics` in `$STYLESCOPE_CACHE_DIR`, or in the user's cache folder."""
    chosen = os.environ.get("STYLESCOPE_CACHE_DIR")
    if chosen:
        return Path(chosen) / "metrics"
    import platformdirs

    return Path(platformdirs.user_cache_dir("stylescope", appauthor=False)) / "metrics"


def key(**of: str | int | bool | None) -> str:
    """Return the key of a computation from everything that determines it: content hashes and plain arguments."""
    return hashlib.sha256(json.dumps({"version": _VERSION, **of}, sort_keys=True).encode()).hexdigest()


def read(where: Path, name: str) -> dict[str, npt.NDArray[Any]] | None:
    """Read the arrays of a key; None if missing or damaged."""
    try:
        return read_arrays(where / f"{name}.npz")
    except (OSError, ValueError):
        return None


def write(where: Path, name: str, arrays: Arrays) -> None:
    """Write the arrays of a key, atomically. A cache that cannot be written only causes a warning."""
    try:
        with replacing(where / f"{name}.npz") as part, part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:
        _log.warning("Figures of the dataset cannot be kept in %s (%s): they will be computed again.", where, error)
