"""Turns on this computer's devices: whoever asks first gets them first.

A device is a file of the user's that names who holds it. It is free when none of those is alive any more, so that
nothing has to be tidied up after a crash; and while a training lives on whose supervisor was killed, it stays taken.
"""

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation import runs as run_files
from foundation.process import Identity, read_identity
from training_launcher.errors import LaunchError
from training_launcher.places import host_folder, lock

_ASK_GPUS_S = 20.0


@dataclass(frozen=True)
class Wish:
    """What a run needs."""

    kind: str
    """"cuda", "mps" or "cpu"."""
    count: int = 1
    index: int | None = None
    """A certain GPU."""


@dataclass(frozen=True)
class Device:
    """Something that one run works on at a time."""

    name: str
    """As people call it: "cpu", "cuda:0"."""
    token: str = ""
    """As `CUDA_VISIBLE_DEVICES` calls it; empty for what is no GPU."""


def gpus() -> tuple[Device, ...]:
    """The CUDA devices that a process started from here could use, told by the driver's own tool."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    try:
        said = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True, text=True, timeout=_ASK_GPUS_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = [] if said.returncode else said.stdout.splitlines()
    present = [line.strip() for line in lines if line.strip().isdigit()]
    if chosen is None:
        return tuple(Device(f"cuda:{token}", token) for token in present)
    found: list[Device] = []
    for token in (part.strip() for part in chosen.split(",")):
        if not token or token.startswith("-") or (token.isdigit() and token not in present):
            break  # as CUDA does it: what comes after the first that is not there is not there either
        found.append(Device(f"cuda:{token}", token))
    return tuple(found) if present else ()


def wish_for(device: str, count: int) -> Wish:
    """What a spec's `device` and `gpus` come to on this computer.

    Raises:
        LaunchError: there is no such device, or there are too few.
    """
    kind, _, number = device.partition(":")
    present = gpus() if kind in ("auto", "cuda") else ()
    if kind == "auto":
        apple = platform.system() == "Darwin" and platform.machine() == "arm64"
        kind = "cuda" if present else "mps" if apple else "cpu"
    if kind != "cuda":
        return Wish(kind)
    if number:
        if not number.isdigit() or int(number) >= len(present):
            raise LaunchError(f"There is no {device} here: this computer has {len(present)} CUDA devices.")
        return Wish("cuda", 1, int(number))
    if count > len(present):
        raise LaunchError(f"{count} GPUs were asked for, and this computer has {len(present)}: give fewer --gpus.")
    return Wish("cuda", count)


class Turn:
    """A place in the line for devices, and later the devices.

    Args:
        wish: What is needed.
        folder: The run's folder.
        holder: The process that asks.
    """

    def __init__(self, wish: Wish, folder: Path, holder: Identity) -> None:
        self._wish, self._folder, self._holder = wish, folder, holder
        self._held: tuple[Device, ...] = ()
        with lock("queue"):
            self._ticket = host_folder() / f"{wish.kind}-{time.time_ns():020d}-{holder.pid}.ticket"
            run_files.write_json(self._ticket, {"folder": str(folder), "holders": [holder.fields()]})

    def take(self) -> tuple[Device, ...]:
        """The devices, once it is this one's turn and they are free; empty until then."""
        with lock("queue"):
            if self._first():
                free = [device for device in self._all() if not _holders(_lease(device))]
                if len(free) >= self._wish.count:
                    self._held = tuple(free[: self._wish.count])
                    self._write([self._holder])
                    self._ticket.unlink(missing_ok=True)
        return self._held

    def share(self, other: Identity) -> None:
        """Say that another process works on the devices too: they are taken as long as either lives."""
        with lock("queue"):
            self._write([self._holder, other])

    def close(self) -> None:
        """Leave the line, or give the devices back."""
        with lock("queue"):
            self._ticket.unlink(missing_ok=True)
            for device in self._held:
                _lease(device).unlink(missing_ok=True)
        self._held = ()

    def _first(self) -> bool:
        """Whether nobody who is alive asked for such devices earlier."""
        for path in sorted(host_folder().glob(f"{self._wish.kind}-*.ticket")):
            if path == self._ticket:
                return True
            if _holders(path):
                return False
            path.unlink(missing_ok=True)
        return False

    def _all(self) -> tuple[Device, ...]:
        if self._wish.kind != "cuda":
            return (Device(self._wish.kind),)
        present = gpus()
        index = self._wish.index
        return present if index is None else present[index : index + 1]

    def _write(self, holders: Sequence[Identity]) -> None:
        content = {"folder": str(self._folder), "holders": [holder.fields() for holder in holders]}
        for device in self._held:
            run_files.write_json(_lease(device), content)


def _lease(device: Device) -> Path:
    return host_folder() / f"{device.name.replace(':', '_').replace('/', '_')}.lease"


def _holders(path: Path) -> list[Identity]:
    """Processes that a file names and that are alive."""
    content, _ = run_files.read_json(path)
    named: Any = (content or {}).get("holders")
    read = [read_identity(one) for one in named] if isinstance(named, list) else []
    return [one for one in read if one is not None and one.presence() == "here"]
