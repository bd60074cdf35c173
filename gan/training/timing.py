"""Durations of the phases of a step."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


class PhaseTimes:
    """Durations of phases by name, the latest of each, without waiting for a GPU while steps are queued.

    Args:
        device: Device that the phases run on.
        clock: Seconds, for devices other than CUDA ones.
    """

    def __init__(self, device: torch.device, clock: Callable[[], float] = time.perf_counter) -> None:
        self._device, self._clock = device, clock
        self._seconds: dict[str, float] = {}
        self._events: dict[str, tuple[Any, Any]] = {}

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Measure the block as the phase of this name."""
        if self._device.type != "cuda":
            begun = self._clock()
            yield
            self._seconds[name] = self._clock() - begun
            return
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        start.record()
        yield
        end.record()
        self._events[name] = (start, end)

    def take(self) -> dict[str, float]:
        """Return the duration in milliseconds of the latest call of each phase since the last call of this."""
        found = {name: seconds * 1000 for name, seconds in self._seconds.items()}
        for name, (start, end) in self._events.items():
            end.synchronize()
            found[name] = start.elapsed_time(end)
        self._seconds.clear()
        self._events.clear()
        return found
