"""Files of a training run's folder: its options and its files of JSON lines."""

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foundation import runs
from foundation.files import write_text
from foundation.inputs import read_object, read_regular
from foundation.runs import STATE_FILE, STATS_FILE, snapshot_kimg, snapshots, write_run
from gan.training.errors import TrainingError

KIND = "train"
"""Kind of run in `run.yaml`."""
_LARGEST = 1 << 31
"""Maximum size of a file of JSON lines: more than the longest trainings write."""


def write_spec(folder: Path, spec: Mapping[str, Any]) -> None:
    """Write the options of a training to `run.yaml`."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in spec.items()}
    write_run(folder, KIND, plain)


def read_spec(folder: Path) -> dict[str, Any]:
    """Read the options of a training from `run.yaml`.

    Raises:
        TrainingError: the folder is no training run of ours, or its `run.yaml` is damaged.
    """
    try:
        return runs.read_options(folder, KIND)
    except ValueError as error:
        raise TrainingError(str(error)) from error


def has_begun(folder: Path) -> bool:
    """Return True if a training has saved a state, statistics or a snapshot after its start.

    False for a folder that was only prepared, and for a run that was killed before it saved its first state.
    """
    if os.path.exists(folder / STATE_FILE) or os.path.exists(folder / STATS_FILE):
        return True
    return any((snapshot.kimg or 0) > 0 for snapshot in snapshots(folder))


def append_line(path: Path, fields: Mapping[str, Any]) -> None:
    """Append a line of JSON in one write, with null for NaN and infinity."""
    runs.append_line(path, json.dumps(_finite(fields)))


def cut_back(path: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Truncate a JSON-lines file before the first line that is damaged or that `keep` rejects."""
    if not os.path.isfile(path):
        return
    lines = []
    for line in read_regular(path, _LARGEST).decode("utf-8", "replace").splitlines():
        try:
            fields = read_object(line)
        except ValueError:
            break
        if not keep(fields):
            break
        lines.append(line + "\n")
    write_text(path, "".join(lines))


def cut_back_to(folder: Path, nimg: int) -> None:
    """Drop the statistics and metrics of a run beyond the `nimg` images of its saved state."""

    def shown(fields: dict[str, Any]) -> bool:
        progress = fields.get("Progress/kimg")
        return isinstance(progress, dict) and progress.get("mean", math.inf) * 1000 <= nimg

    def measured(fields: dict[str, Any]) -> bool:
        kimg = snapshot_kimg(str(fields.get("snapshot_pkl", "")))
        return kimg is not None and kimg <= nimg / 1000

    cut_back(folder / STATS_FILE, shown)
    for path in folder.glob("metric-*.jsonl"):
        cut_back(path, measured)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
