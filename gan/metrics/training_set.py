"""Training set of a network, from its run folder or its file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.inputs import DocumentError, read_object, read_regular, reason_of
from foundation.runs import OPTIONS_FILE, RUN_FILE, is_run, read_options


@dataclass(frozen=True)
class TrainingSet:
    """A dataset and its use in training.

    Attributes:
        data: Its path; None if unknown.
        mirror: True if it was doubled with mirrored images.
    """

    data: str | None = None
    mirror: bool = False


def run_of(network: Path) -> Path | None:
    """Return the run folder that contains a network file or that `network` is; None if there is none."""
    folder = network if os.path.isdir(network) else network.parent
    return folder if is_run(folder) else None


def training_set(folder: Path | None, in_file: Mapping[str, Any]) -> TrainingSet:
    """Return the training set of a network.

    Args:
        folder: Its run folder, which takes precedence; None for none.
        in_file: `NetworkInfo.training_set_kwargs` of the network's file.

    Raises:
        ValueError: the run folder's options cannot be read.
    """
    if folder is not None and os.path.isfile(folder / RUN_FILE):
        spec = read_options(folder, "train")
        return TrainingSet(str(spec["data"]), bool(spec.get("mirror", False)))
    if folder is not None:
        path = folder / OPTIONS_FILE
        try:
            in_file = read_object(read_regular(path, 1 << 20))["training_set_kwargs"]
        except (OSError, ValueError, KeyError) as error:
            reason = f"it {error}" if isinstance(error, DocumentError) else reason_of(error)
            raise ValueError(f"{path} cannot be read ({reason}): name the dataset with --data.") from error
    if not isinstance(in_file, Mapping) or not isinstance(in_file.get("path"), str):
        return TrainingSet()
    return TrainingSet(in_file["path"], bool(in_file.get("xflip", False)))
