"""Waiting for what another thread or process does. How busy the machine is decides no test."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 240.0
"""Seconds until a test gives up: a guard against hanging, far longer than anything takes on a busy machine."""


def wait_for(found: Callable[[], T], what: str = "", step: float = 0.01) -> T:
    """First true value of `found()`. Raises AssertionError after PATIENCE.

    Args:
        found: Looks; called every `step` seconds.
        what: Named by the error.
    """
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s in vain{' for ' + what if what else ''}"
        time.sleep(step)
    return value
