"""Queue for this computer's devices: first come, first served.

A lease file of the user names the processes that hold a device. The device is free when none of them is alive, so
nothing needs tidying after a crash, and a training whose supervisor was killed keeps its device.
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
    """Devices that a run needs."""

    kind: str
    """"cuda", "mps" or "cpu"."""
    count: int = 1
    index: int | None = None
    """Index of one particular GPU; None for any."""


@dataclass(frozen=True)
class Device:
    """A device for one run at a time."""

    name: str
    """Name for people: "cpu", "cuda:0"."""
    token: str = ""
    """Name in `CUDA_VISIBLE_DEVICES`; empty for devices other than GPUs."""


def gpus() -> tuple[Device, ...]:
    """List the CUDA devices visible to a process started from here, as reported by nvidia-smi."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True, text=True, timeout=_ASK_GPUS_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = [] if answer.returncode else answer.stdout.splitlines()
    present = [line.strip() for line in lines if line.strip().isdigit()]
    if chosen is None:
        return tuple(Device(f"cuda:{token}", token) for token in present)
    found: list[Device] = []
    for token in (part.strip() for part in chosen.split(",")):
        if not token or token.startswith("-") or (token.isdigit() and token not in present):
            break  # as in CUDA, which ignores everything after the first unknown device
        found.append(Device(f"cuda:{token}", token))
    return tuple(found) if present else ()


def wish_for(device: str, count: int) -> Wish:
    """Resolve a spec's `device` and `gpus` on this computer.

    Raises:
        LaunchError: there is no such device, or there are too few of them.
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
    """A place in the queue for devices, and later the devices themselves.

    Args:
        wish: The devices needed.
        folder: The run's folder.
        holder: The process that waits.
    """

    def __init__(self, wish: Wish, folder: Path, holder: Identity) -> None:
        self._wish, self._folder, self._holder = wish, folder, holder
        self._held: tuple[Device, ...] = ()
        with lock("queue"):
            self._ticket = host_folder() / f"{wish.kind}-{time.time_ns():020d}-{holder.pid}.ticket"
            run_files.write_json(self._ticket, {"folder": str(folder), "holders": [holder.fields()]})

    def take(self) -> tuple[Device, ...]:
        """Return the devices once they are free and it is this run's turn; empty until then."""
        with lock("queue"):
            if self._first():
                free = [device for device in self._all() if not _holders(_lease(device))]
                if len(free) >= self._wish.count:
                    self._held = tuple(free[: self._wish.count])
                    self._write([self._holder])
                    self._ticket.unlink(missing_ok=True)
        return self._held

    def share(self, other: Identity) -> None:
        """Record that another process uses the devices too: they stay taken while either is alive."""
        with lock("queue"):
            self._write([self._holder, other])

    def close(self) -> None:
        """Leave the queue, or release the devices."""
        with lock("queue"):
            self._ticket.unlink(missing_ok=True)
            for device in self._held:
                _lease(device).unlink(missing_ok=True)
        self._held = ()

    def _first(self) -> bool:
        """Return True if no living process asked for such devices earlier."""
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
    """Return the living processes that a ticket or lease names."""
    content, _ = run_files.read_json(path)
    named: Any = (content or {}).get("holders")
    read = [read_identity(one) for one in named] if isinstance(named, list) else []
    return [one for one in read if one is not None and one.presence() == "here"]
