"""Run folders: their numbers and names, the small files that describe a run, and the names of its snapshots.

`run.yaml` holds the options; `status.json` the progress, written by the run itself or, while it waits or cannot, by its
supervisor; `launch.json` the launcher's own notes; `supervisor.json` the supervising process and its device. Folders of
the official tools hold `training_options.json` and `.pkl` snapshots instead.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundation.files import append_line as append_line
from foundation.files import write_text
from foundation.inputs import NotRegularError, open_regular, read_object, read_regular

RUN_FILE, STATUS_FILE, LAUNCH_FILE, SUPERVISOR_FILE = "run.yaml", "status.json", "launch.json", "supervisor.json"
LOG_FILE, STATS_FILE, PROGRESS_FILE = "log.txt", "stats.jsonl", "progress.jsonl"
STATE_FILE, OPTIONS_FILE = "training-state.pt", "training_options.json"

_NUMBERED = re.compile(r"(\d{1,15})-", re.ASCII)
_NAME_LENGTH = 180
"""Characters of a folder's name after its number."""
_KIMG = r"(\d{1,9}(?:\.\d{1,9})?)"
_SNAPSHOT = re.compile(rf"network-snapshot-{_KIMG}\.(?:pkl|safetensors)", re.ASCII | re.IGNORECASE)
_FINAL = re.compile(r"network-final\.(?:pkl|safetensors)", re.IGNORECASE)
_FAKES = re.compile(rf"fakes{_KIMG}\.(?:png|jpg)", re.ASCII | re.IGNORECASE)
_FIRST_FAKES = re.compile(r"fakes_init\.(?:png|jpg)", re.IGNORECASE)
_LARGEST = 1 << 16
"""Bytes of the small files; larger ones are damaged and are not read."""


def create(outdir: Path, description: str) -> Path:
    """Make the next folder of `outdir`, see `next_folder`.

    Raises:
        OSError: it cannot be made.
    """
    outdir.mkdir(parents=True, exist_ok=True)
    while True:
        folder = next_folder(outdir, description)
        try:
            folder.mkdir()
        except FileExistsError:  # another run took the number
            continue
        return folder


def next_folder(outdir: Path, description: str) -> Path:
    """Return the path of the next folder of `outdir`: 00000-description, 00001-description, ...

    Characters that file names should not have become underscores, and long descriptions are cut.

    Raises:
        OSError: `outdir` exists and cannot be read.
    """
    name = re.sub(r"[^\w.+-]", "_", description)[:_NAME_LENGTH]
    names = (path.name for path in outdir.iterdir()) if os.path.exists(outdir) else ()
    numbers = [number for found in names if (number := number_of(found)) is not None]
    return outdir / f"{max(numbers, default=-1) + 1:05d}-{name}"


def number_of(name: str) -> int | None:
    """The number at the start of a run folder's name; None for other names."""
    found = _NUMBERED.match(name)
    return int(found[1]) if found else None


def describe_training(spec: Mapping[str, Any]) -> str:
    """A training folder's name after its number, as the official tools build it.

    Args:
        spec: The options by name: cfg, data, gpus, batch, gamma and desc.
    """
    from foundation.specs.names import ada_name
    from foundation.specs.train_defaults import ADA

    if spec["cfg"] in ADA:
        return ada_name(spec)
    dataset = Path(spec["data"]).resolve().stem
    parts = [spec["cfg"], dataset, f"gpus{spec['gpus']}", f"batch{spec['batch']}", f"gamma{spec['gamma']:g}"]
    parts += [f"subset{spec['subset']}"] if spec.get("subset") else []
    return "-".join([*parts, spec["desc"]] if spec.get("desc") else parts)


def is_run(folder: str | Path) -> bool:
    """Return True if a folder is a run of ours or of the official tools. Never raises."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in (RUN_FILE, OPTIONS_FILE))


def snapshot_name(nimg: int) -> str:
    """File name of the networks after `nimg` images; kimg that are not whole have three decimals."""
    return f"network-snapshot-{_kimg(nimg)}.safetensors"


def fakes_name(nimg: int) -> str:
    """File name of the grid of generated images after `nimg` images."""
    return f"fakes{_kimg(nimg)}.png"


def _kimg(nimg: int) -> str:
    whole, rest = divmod(nimg, 1000)
    return f"{whole:06d}.{rest:03d}" if rest else f"{whole:06d}"


def snapshot_kimg(path: str) -> float | None:
    """Training time in kimg of a snapshot, from its path or file name; None for any other file.

    `network-snapshot-<kimg>` with up to nine digits, decimals allowed, ending in .pkl or .safetensors in any case.
    """
    found = _SNAPSHOT.fullmatch(path.replace("\\", "/").rpartition("/")[2])
    return float(found[1]) if found else None


@dataclass(frozen=True)
class Snapshot:
    """A network that a run has written.

    Attributes:
        kimg: Thousands of images shown so far; None for the final network, which comes last.
        path: The file.
    """

    kimg: float | None
    path: Path


def snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Return the networks of a run, oldest first; of one in both formats, the safetensors file comes last.

    Args:
        folder: A run folder of ours or of the official tools; one that does not exist has none.

    Raises:
        OSError: the folder cannot be read.
    """
    if not os.path.isdir(folder):
        return ()
    found = [
        Snapshot(kimg, path)
        for path in folder.iterdir()
        if (kimg := snapshot_kimg(path.name)) is not None or _FINAL.fullmatch(path.name)
    ]
    return tuple(sorted(found, key=lambda s: (s.kimg is None, s.kimg or 0, s.path.suffix.lower() == ".safetensors")))


def grids(names: Iterable[str]) -> dict[float, str]:
    """Find the grids of generated images among file names, by training time in kimg.

    The official loop calls its first grid `fakes_init`; it counts as time 0 unless another grid does.
    """
    found: dict[float, str] = {}
    first = ""
    for name in names:
        if match := _FAKES.fullmatch(name):
            found[float(match[1])] = name
        elif not first and _FIRST_FAKES.fullmatch(name):
            first = name
    return {0.0: first, **found} if first else found


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a whole JSON file. Raises OSError."""
    write_text(path, json.dumps(content, indent=1) + "\n")


def write_run(folder: Path, kind: str, spec: Mapping[str, Any], command: str = "") -> None:
    """Write `run.yaml`.

    Args:
        folder: The run's folder.
        kind: Kind of run, as "train".
        spec: The options by name, as plain values.
        command: Command of the launcher that the options belong to; left out where empty.

    Raises:
        OSError: it cannot be written.
    """
    from foundation.inputs import plain_yaml

    content = {"kind": kind, **({"command": command} if command else {}), "spec": dict(spec)}
    write_text(folder / RUN_FILE, plain_yaml.dump(content))


def change_json(path: Path, **changes: Any) -> dict[str, Any]:
    """Update some fields of a JSON file, which is recreated if missing or damaged. Returns all fields."""
    content = {**(read_json(path)[0] or {}), **changes}
    write_json(path, content)
    return content


def read_json(path: Path) -> tuple[dict[str, Any] | None, str]:
    """Content of a JSON file and an empty string, or None and the problem (empty if the file is missing)."""
    text, problem = _text(path)
    if text is None:
        return None, problem
    try:
        return read_object(text), ""
    except ValueError:
        return None, f"{path.name} is damaged."


def read_run(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """Content of `run.yaml` (kind, command, spec) and an empty string, or None and the problem."""
    text, problem = _text(folder / RUN_FILE)
    if text is None:
        return None, problem
    content = _parsed(text)
    return (content, "") if content is not None else (None, f"{RUN_FILE} is damaged.")


def read_options(folder: Path, kind: str) -> dict[str, Any]:
    """Read the options of a run of one kind from `run.yaml`; lists become tuples.

    Raises:
        ValueError: the folder is no run of this kind, or its `run.yaml` is damaged.
    """
    path = folder / RUN_FILE
    content, problem = read_run(folder)
    if content is None:
        problem = problem or "There is no such file."
        raise ValueError(f"{path} cannot be read ({problem}); give another run folder or a network file.")
    if content.get("kind") != kind:
        words = {"train": "training", "metrics": "metric"}.get(kind, kind)
        raise ValueError(f"{path} does not describe a {words} run; give another run folder or a network file.")
    spec: dict[str, Any] = content["spec"]
    return {key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()}


@lru_cache(maxsize=512)
def _parsed(text: str) -> dict[str, Any] | None:
    """Parse `run.yaml`, cached by its text: YAML takes milliseconds, and a run is looked at every second."""
    from foundation.inputs import plain_yaml

    try:
        content = plain_yaml.parse(text)
    except plain_yaml.PlainYamlError:
        return None
    return content if isinstance(content, dict) and isinstance(content.get("spec"), dict) else None


def tail(path: Path, size: int = 4096) -> list[str]:
    """The last whole lines of a text file, at most `size` bytes in all; empty if it cannot be read."""
    try:
        with open_regular(path) as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(length - size, 0))
            read = file.read(size)
    except OSError:
        return []
    lines = read.decode("utf-8", errors="replace").splitlines()
    if len(read) < length and len(lines) > 1:
        del lines[0]
    return lines


def _text(path: Path) -> tuple[str | None, str]:
    try:
        return read_regular(path, _LARGEST).decode("utf-8"), ""
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except NotRegularError:
        return None, f"{path.name} is no file."
    except ValueError:  # too large, or not UTF-8
        return None, f"{path.name} is damaged."
    except OSError as error:
        return None, f"{path.name} cannot be read ({error.strerror or error})."
