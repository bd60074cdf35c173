"""The folder of a run: its number and name, and the small files by which its parts tell of themselves.

`run.yaml` is what was asked for; `status.json` how it stands, written by the run itself or, while it waits and where it
cannot, by its supervisor; `launch.json` what the launcher must remember; `supervisor.json` who looks after the run, and
where it works.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

RUN_FILE, STATUS_FILE, LAUNCH_FILE, SUPERVISOR_FILE = "run.yaml", "status.json", "launch.json", "supervisor.json"
LOG_FILE, STATS_FILE, PROGRESS_FILE = "log.txt", "stats.jsonl", "progress.jsonl"
STATE_FILE, OPTIONS_FILE = "training-state.pt", "training_options.json"

_NUMBERED = re.compile(r"(\d+)-")
_LARGEST = 1 << 16
"""Bytes: none of these files is ever so large, and a wrong one must not take memory and time."""


def create(outdir: Path, description: str) -> Path:
    """Make the next folder of `outdir`: 00000-description, 00001-description, ...

    Raises:
        OSError: it cannot be made.
    """
    name = re.sub(r"[^\w.+-]", "_", description)[:180]
    outdir.mkdir(parents=True, exist_ok=True)
    while True:
        numbers = [number for path in outdir.iterdir() if (number := number_of(path.name)) is not None]
        folder = outdir / f"{max(numbers, default=-1) + 1:05d}-{name}"
        try:
            folder.mkdir()
        except FileExistsError:  # another run took the number
            continue
        return folder


def number_of(name: str) -> int | None:
    """The number that a run folder's name begins with; None for other names."""
    found = _NUMBERED.match(name)
    return int(found[1]) if found and len(found[1]) < 16 else None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    _write(path, json.dumps(content, indent=1) + "\n")


def write_run(folder: Path, kind: str, command: str, spec: Mapping[str, Any]) -> None:
    """Write `run.yaml`: what is asked for, in plain values."""
    _write(folder / RUN_FILE, yaml.safe_dump({"kind": kind, "command": command, "spec": dict(spec)}, sort_keys=False))


def change_json(path: Path, **changes: Any) -> dict[str, Any]:
    """Change some fields of a file; one that is missing or damaged is begun anew. Returns all of it."""
    content = {**(read_json(path)[0] or {}), **changes}
    write_json(path, content)
    return content


def read_json(path: Path) -> tuple[dict[str, Any] | None, str]:
    """What a file says, or None and what is wrong with it (nothing if there is no such file)."""
    text, problem = _text(path)
    if text is None:
        return None, problem
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None, f"{path.name} is damaged."
    return (content, "") if isinstance(content, dict) else (None, f"{path.name} is damaged.")


def read_run(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """What `run.yaml` says (kind, command, spec), or None and what is wrong with it."""
    text, problem = _text(folder / RUN_FILE)
    if text is None:
        return None, problem
    content = _parsed(text)
    return (content, "") if content is not None else (None, f"{RUN_FILE} is damaged.")


@lru_cache(maxsize=512)
def _parsed(text: str) -> dict[str, Any] | None:
    """Kept, for YAML takes milliseconds to read, and a run is looked at every second."""
    try:
        content = yaml.safe_load(text)  # the quicker reader in C crashes on what is nested deeply
    except (yaml.YAMLError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("spec"), dict) else None


def tail(path: Path, size: int = 4096) -> list[str]:
    """The last lines of a text file, whole ones, of at most so many bytes in all; empty where it cannot be read."""
    try:
        if not path.is_file():
            return []
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(length - size, 0))
            read = file.read(size)
    except OSError:
        return []
    lines = read.decode("utf-8", errors="replace").splitlines()
    if len(read) < length and len(lines) > 1:
        del lines[0]
    return lines


def append_line(path: Path, text: str) -> None:
    """Append a line in one write."""
    with path.open("ab") as file:
        file.write((text + "\n").encode())


def _text(path: Path) -> tuple[str | None, str]:
    try:
        if not path.exists():
            return None, ""
        if not path.is_file():
            return None, f"{path.name} is no file."
        if path.stat().st_size > _LARGEST:
            return None, f"{path.name} is damaged."
        return path.read_text(encoding="utf-8"), ""
    except UnicodeDecodeError:
        return None, f"{path.name} is damaged."
    except OSError as error:
        return None, f"{path.name} cannot be read ({error.strerror or error})."


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=path.name + ".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
