"""The way of a finished picture from a GPU into the memory that the window reads, with a single wait.

A GPU does in order what it is told and tells nothing by itself. So it is told everything that a frame needs, from the
mapping network to the copies of pixels and figures; then comes a mark, and only the mark is waited for. For the copy
to go past the processor, the memory must be page-locked: each segment is when its first picture comes, and no longer
when it goes. Where it cannot be, pixels come by way of other page-locked memory, and are copied once more.
"""

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from gan.device import page_locked
from renderer.engine.base import Slots
from renderer.engine.stages import StageClock
from renderer.ipc.frames import Segment, Slot

_PORTABLE = 1
"""`cudaHostRegisterPortable`: page-locked for all devices of this process."""


class Queue(Protocol):
    """What a device is told, one after another."""

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Copy into memory of the host, when all that was told before is done. Both must stay until then."""

    def mark(self) -> Any:
        """A place in the queue."""

    def wait(self, mark: Any) -> None:
        """Wait until the device has come to a mark."""

    def seconds(self, first: Any, last: Any) -> float:
        """Time from one mark to another, once the device has passed both."""

    def lock(self, address: int, size: int) -> bool:
        """Page-lock memory; whether that was possible."""

    def unlock(self, address: int) -> None:
        """The opposite of `lock`, before the memory is unmapped."""


class CudaQueue:
    """The stream of a CUDA device on which networks are drawn, the current one."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def copy(self, source: Tensor, target: Tensor) -> None:
        """See `Queue`."""
        target.copy_(source, non_blocking=True)

    def mark(self) -> torch.cuda.Event:
        """See `Queue`."""
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event

    def wait(self, mark: torch.cuda.Event) -> None:
        """See `Queue`."""
        mark.synchronize()

    def seconds(self, first: torch.cuda.Event, last: torch.cuda.Event) -> float:
        """See `Queue`."""
        return float(first.elapsed_time(last)) / 1000

    def lock(self, address: int, size: int) -> bool:
        """See `Queue`."""
        with torch.cuda.device(self._device):
            done = int(_runtime().cudaHostRegister(address, size, _PORTABLE)) == 0
            if not done:
                self._forget_error()
        return done

    def unlock(self, address: int) -> None:
        """See `Queue`."""
        with torch.cuda.device(self._device):
            if int(_runtime().cudaHostUnregister(address)) != 0:
                self._forget_error()

    def _forget_error(self) -> None:
        # CUDA keeps the error of a call, and PyTorch finds it after its next launch and blames that: one that may fail.
        with contextlib.suppress(RuntimeError):
            torch.ones(1, device=self._device).add_(1)


def _runtime() -> Any:
    return torch.cuda.cudart()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Delivery:
    """A picture on its way into a slot."""

    queue: Queue
    slot: Slot
    pixels: Tensor
    """Where the pixels arrive: in the slot, or in other memory of the host."""
    figures: Tensor | None
    """Where the numbers arrive that come along."""

    def arrived(self) -> tuple[Slot, list[float]]:
        """Wait until all that the device was told so far is done; the slot that now holds the picture, the numbers."""
        self.queue.wait(self.queue.mark())
        view = torch.from_numpy(self.slot.views[0])
        if view.data_ptr() != self.pixels.data_ptr():
            view.copy_(self.pixels)
        return self.slot, [] if self.figures is None else self.figures.tolist()


class Courier:
    """Brings pictures from a device into slots.

    Args:
        queue: The device's.
        slots: Where the window reads.
    """

    def __init__(self, queue: Queue, slots: Slots) -> None:
        self._queue = queue
        self._slots = slots
        self.mark, self.seconds = queue.mark, queue.seconds

    def clock(self) -> StageClock:
        """A clock of the device's own time, to be read after a picture was brought."""
        return StageClock(self._queue.mark, self._queue.seconds)

    def bring(self, name: str, pixels: Tensor, figures: Tensor | None = None) -> Delivery:
        """Tell the device to copy pixels uint8 [H, W, 4] into a free slot, and `figures` [N] besides."""
        slot = self._slots.open([(name, tuple(pixels.shape[:2]))])
        landing = torch.from_numpy(slot.views[0]) if self._is_locked(slot.segment) else _host(pixels)
        self._queue.copy(pixels, landing)
        numbers = None
        if figures is not None:
            numbers = _host(figures)
            self._queue.copy(figures, numbers)
        return Delivery(self._queue, slot, landing, numbers)

    def _is_locked(self, segment: Segment) -> bool:
        if segment.page_locked is None:
            memory = np.frombuffer(segment.memory, np.uint8)
            address = memory.ctypes.data
            segment.page_locked = self._queue.lock(address, memory.nbytes)
            if segment.page_locked:
                segment.before_going.append(partial(self._queue.unlock, address))
        return segment.page_locked


def _host(x: Tensor) -> Tensor:
    """Memory of the host for a tensor of the device, page-locked where there is some."""
    host = page_locked(x.shape, x.dtype)
    return torch.empty(x.shape, dtype=x.dtype) if host is None else host
