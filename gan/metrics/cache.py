"""Cache of datasets' figures between runs: found by the content they were computed of, never by its path."""

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gan.io.atomic import replacing

_log = logging.getLogger(__name__)

_VERSION = 1
"""Version of the cached figures, to be raised when their computation changes."""

Arrays = Mapping[str, npt.NDArray[Any]]


def folder() -> Path:
    """Folder of the cache: `metrics` in `$STYLESCOPE_CACHE_DIR`, or in the user's cache folder."""
    chosen = os.environ.get("STYLESCOPE_CACHE_DIR")
    if chosen:
        return Path(chosen) / "metrics"
    import platformdirs

    return Path(platformdirs.user_cache_dir("stylescope", appauthor=False)) / "metrics"


def key(**of: str | int | bool | None) -> str:
    """Names what was computed by everything that decides it, as content hashes and plain arguments."""
    return hashlib.sha256(json.dumps({"version": _VERSION, **of}, sort_keys=True).encode()).hexdigest()


def read(where: Path, name: str) -> dict[str, npt.NDArray[Any]] | None:
    """Cached arrays of a key; None where there are none, or where the file is damaged."""
    try:
        with (where / f"{name}.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {entry: stored[entry] for entry in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def write(where: Path, name: str, arrays: Arrays) -> None:
    """Keep arrays under a key; a reader sees all of them or none. A cache that cannot be written is done without."""
    try:
        with replacing(where / f"{name}.npz") as part, part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:
        _log.warning("Figures of the dataset cannot be kept in %s (%s): they will be computed again.", where, error)
