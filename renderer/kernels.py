"""The CPU's kernels in this process: read or compiled beside everything else, and used from when they are there."""

import os
import threading

import torch
from torch import nn

from gan.networks import fast_cpu
from gan.ops.cpu.dispatch import VARIABLE

_WAIT = "wait"
"""Value of the environment's `VARIABLE` with which no picture is drawn before its kernels are there."""


def import_early() -> None:
    """Import numba beside what the caller does next; it takes a third of a second."""
    if not _off():
        threading.Thread(target=fast_cpu.available, name="kernels", daemon=True).start()


def make_ready(synthesis: nn.Module, device: torch.device, wait: bool = False) -> None:
    """Make a network's plan, and those of its drafts, in a thread. Returns at once, or with `wait` when it is there.

    Until it is there the network draws in its own way. Both pictures are equal up to rounding, which may show as one
    step of 255 in a few pixels, so what must be the same at any time should wait.
    """
    if device.type != "cpu" or _off():
        return
    thread = threading.Thread(target=fast_cpu.warm_up, args=(synthesis, None, True), name="kernels", daemon=True)
    thread.start()
    if wait or os.environ.get(VARIABLE) == _WAIT:
        thread.join()


def _off() -> bool:
    return os.environ.get(VARIABLE) == "off"
