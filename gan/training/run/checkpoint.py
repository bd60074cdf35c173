"""Checkpoints of a run: snapshots of its networks, and the state to resume from."""

import os
import pickle
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from foundation.files import replacing
from foundation.inputs import DAMAGE
from foundation.runs import STATE_FILE, snapshot_name
from gan.io.networks import Networks
from gan.io.tensors import save
from gan.training.errors import TrainingError

VERSION = 1
"""Version of `training-state.pt`; files of later versions are refused."""


def snapshot_path(folder: Path, nimg: int) -> Path:
    """Return the path of the snapshot after `nimg` images."""
    return folder / snapshot_name(nimg)


def save_snapshot(folder: Path, nets: Networks, nimg: int) -> Path:
    """Write a snapshot of the networks and return its path.

    Raises:
        TrainingError: it cannot be written. Earlier snapshots stay as they were.
    """
    path = snapshot_path(folder, nimg)
    with _told(path):
        save(path, nets)
    return path


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Write `training-state.pt`, replacing an older one.

    Raises:
        TrainingError: it cannot be written. The older one stays.
    """
    path = folder / STATE_FILE
    with _told(path), replacing(path) as part:
        torch.save({"version": VERSION, **state}, part)


def load_state(folder: Path) -> dict[str, Any]:
    """Read `training-state.pt`, without running any code in it.

    Raises:
        TrainingError: it is missing, damaged or of a later version.
    """
    path = folder / STATE_FILE
    if not os.path.isfile(path):
        raise TrainingError(
            f"{folder} has no {STATE_FILE}, so the run cannot go on from there: start a new one, from its newest "
            "network if it has one (--resume=FILE)."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged files
            state = torch.load(path, map_location="cpu", weights_only=True)
    except (*DAMAGE, OSError, ValueError, pickle.UnpicklingError, AssertionError, AttributeError) as error:
        raise TrainingError(
            f"{path} is damaged: start a new run from the newest network beside it (--resume=FILE)."
        ) from error
    if isinstance(state, dict) and isinstance(state.get("version"), int) and state["version"] > VERSION:
        raise TrainingError(f"{path} was written by a later version: update the program.")
    if not _is_state(state):
        raise TrainingError(f"{path} is no state of a training run: start a new run from a network (--resume=FILE).")
    return dict(state)


def _is_state(state: Any) -> bool:
    """Return True for a state whose place in the run makes sense: by that, records of the run are cut back."""
    place = state.get("loop") if isinstance(state, dict) else None
    if not isinstance(place, dict):
        return False
    counts = [state.get("version"), state.get("nimg"), state.get("batches"), place.get("tick"), place.get("tick_nimg")]
    elapsed = place.get("elapsed")
    return all(type(one) is int and one >= 0 for one in counts) and isinstance(elapsed, int | float)


def saved_nimg(folder: Path) -> int | None:
    """Return the images shown up to the saved state; None if there is none that can be read."""
    try:
        return int(load_state(folder)["nimg"])
    except (TrainingError, KeyError):
        return None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Convert errors of the system and the libraries on writing into one sentence."""
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).rpartition(": ")[2]
        raise TrainingError(  # the reason comes before the folder, as long messages are cut in the middle
            f"{path.name} could not be written ({reason}): make room on the disk, then go on with "
            f"--resume={path.parent}. What was saved before is intact."
        ) from error
