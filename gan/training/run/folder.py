"""The folder of a run: its number and name, and the files that are lines of JSON."""

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from gan.io.atomic import replacing
from gan.training.errors import TrainingError

RUN_FILE, STATUS_FILE, STATE_FILE, LOG_FILE = "run.yaml", "status.json", "training-state.pt", "log.txt"
STATS_FILE = "stats.jsonl"
KIND = "train"
"""Kind of run that `run.yaml` names."""

_SNAPSHOT = re.compile(r"network-snapshot-(\d+)\.safetensors")
_NUMBERED = re.compile(r"(\d+)-")


def create(outdir: Path, description: str) -> Path:
    """Make the next folder of `outdir`: 00000-description, 00001-description, ...

    Raises:
        OSError: it cannot be made.
    """
    outdir.mkdir(parents=True, exist_ok=True)
    while True:
        numbers = [int(match[1]) for path in outdir.iterdir() if (match := _NUMBERED.match(path.name))]
        folder = outdir / f"{max(numbers, default=-1) + 1:05d}-{description}"
        try:
            folder.mkdir()
        except FileExistsError:  # another run took the number
            continue
        return folder


def describe_run(spec: Mapping[str, Any], dataset: str) -> str:
    """The name of a run's folder after its number, as the official tools build it.

    Args:
        spec: The options.
        dataset: The dataset's name.
    """
    parts = [spec["cfg"], dataset, f"gpus{spec['gpus']}", f"batch{spec['batch']}", f"gamma{spec['gamma']:g}"]
    if spec.get("desc"):
        parts.append(spec["desc"])
    return re.sub(r"[^\w.+-]", "_", "-".join(parts))


def write_spec(folder: Path, spec: Mapping[str, Any]) -> None:
    """Write `run.yaml`: what was asked for."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in spec.items()}
    with replacing(folder / RUN_FILE) as part:
        part.write_text(yaml.safe_dump({"kind": KIND, "spec": plain}, sort_keys=False))


def read_spec(folder: Path) -> dict[str, Any]:
    """Spec of a run.

    Raises:
        TrainingError: the folder is no training run of ours, or its `run.yaml` is damaged.
    """
    path = folder / RUN_FILE
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); give another run folder or a network file.") from error
    if not isinstance(content, dict) or content.get("kind") != KIND or not isinstance(content.get("spec"), dict):
        raise TrainingError(f"{path} does not describe a training run; give another run folder or a network file.")
    spec: dict[str, Any] = content["spec"]
    return {key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()}


def has_begun(folder: Path) -> bool:
    """True if a training has left something to continue from, or to lose.

    Not so of a folder that was only prepared, nor of a run that was killed before it had saved its first state.
    """
    if (folder / STATE_FILE).exists() or (folder / STATS_FILE).exists():
        return True
    return any(int(found[1]) > 0 for path in folder.iterdir() if (found := _SNAPSHOT.fullmatch(path.name)))


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
    with replacing(path) as part:
        part.write_text("".join(kept))


def cut_back_to(folder: Path, nimg: int) -> None:
    """Drop what a run's statistics and metrics say of images that it has not shown as of its saved state."""

    def shown(fields: dict[str, Any]) -> bool:
        progress = fields.get("Progress/kimg")
        return isinstance(progress, dict) and progress.get("mean", math.inf) * 1000 <= nimg

    def measured(fields: dict[str, Any]) -> bool:
        found = re.search(r"(\d+)\.\w+$", str(fields.get("snapshot_pkl", "")))
        return found is not None and int(found[1]) <= nimg // 1000

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
