"""The folder of a run: its number and name, and the files that are lines of JSON."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foundation.files import write_text
from foundation.runs import RUN_FILE, STATE_FILE, STATS_FILE, read_run, snapshot_kimg, snapshots, write_run

from .errors import TrainingError

KIND = "train"
"""What `run.yaml` says the run is."""


def write_spec(folder: Path, spec: Mapping[str, Any]) -> None:
    """Write `run.yaml`: what was asked for."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in spec.items()}
    write_run(folder, KIND, plain)


def read_spec(folder: Path) -> dict[str, Any]:
    """What was asked for.

    Raises:
        TrainingError: the folder is no training run of ours, or its `run.yaml` is damaged.
    """
    path = folder / RUN_FILE
    content, problem = read_run(folder)
    if content is None:
        problem = problem or "There is no such file."
        raise TrainingError(f"{path} cannot be read ({problem}); give another run folder or a network file.")
    if content.get("kind") != KIND:
        raise TrainingError(f"{path} does not describe a training run; give another run folder or a network file.")
    spec: dict[str, Any] = content["spec"]
    return {key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()}


def has_begun(folder: Path) -> bool:
    """Whether a training has come so far that it left something to go on from, or to lose.

    Not so of a folder that was only prepared, nor of a run that was killed before it had saved its first state.
    """
    if (folder / STATE_FILE).exists() or (folder / STATS_FILE).exists():
        return True
    return any((snapshot.kimg or 0) > 0 for snapshot in snapshots(folder))


def append_line(path: Path, fields: Mapping[str, Any]) -> None:
    """Append a line of JSON in one write; what is no number is written as null."""
    line = json.dumps(_finite(fields)) + "\n"
    with path.open("ab") as file:
        file.write(line.encode())


def cut_back(path: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Drop the lines of a JSON-lines file from the first one on that `keep` refuses or that is damaged."""
    if not path.is_file():
        return
    kept = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            break
        if not isinstance(fields, dict) or not keep(fields):
            break
        kept.append(line + "\n")
    write_text(path, "".join(kept))


def cut_back_to(folder: Path, nimg: int) -> None:
    """Drop what a run's statistics and metrics say of images that it has not shown as of its saved state."""

    def shown(fields: dict[str, Any]) -> bool:
        progress = fields.get("Progress/kimg")
        return isinstance(progress, dict) and progress.get("mean", math.inf) * 1000 <= nimg

    def measured(fields: dict[str, Any]) -> bool:
        kimg = snapshot_kimg(str(fields.get("snapshot_pkl", "")))
        return kimg is not None and kimg <= nimg // 1000

    cut_back(folder / STATS_FILE, shown)
    for path in folder.glob("metric-*.jsonl"):
        cut_back(path, measured)


def append_text(path: Path, text: str) -> None:
    """Append a line of text, as of a log."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
