"""Asynchronous GPU readback into shared memory, one synchronisation per frame.

All work of a frame, from the mapping network to the copies of pixels and figures, is queued before anything is waited
for. A direct copy needs page-locked memory: a segment is locked when its first image comes, and unlocked before it
goes. Where locking fails, pixels go through other page-locked memory and are copied once more.
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
    """The queue of work of a device, done in order."""

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Queue a copy into host memory. Both tensors must live until it is done."""

    def mark(self) -> Any:
        """Queue an event."""

    def wait(self, mark: Any) -> None:
        """Wait until the device has reached an event."""

    def seconds(self, first: Any, last: Any) -> float:
        """Return the time between two events that the device has reached."""

    def lock(self, address: int, size: int) -> bool:
        """Page-lock memory; False where that is refused."""

    def unlock(self, address: int) -> None:
        """Undo `lock`, before the memory is unmapped."""


class CudaQueue:
    """The current stream of a CUDA device."""

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
                self._clear_error()
        return done

    def unlock(self, address: int) -> None:
        """See `Queue`."""
        with torch.cuda.device(self._device):
            if int(_runtime().cudaHostUnregister(address)) != 0:
                self._clear_error()

    def _clear_error(self) -> None:
        # CUDA keeps the error of a call; PyTorch would find it after its next launch and blame that.
        with contextlib.suppress(RuntimeError):
            torch.ones(1, device=self._device).add_(1)


def _runtime() -> Any:
    return torch.cuda.cudart()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Transfer:
    """An image being copied into a slot."""

    queue: Queue
    slot: Slot
    pixels: Tensor
    """Target of the pixels: the slot, or other host memory."""
    figures: Tensor | None
    """Target of the figures that come along."""

    def wait(self) -> tuple[Slot, list[float]]:
        """Wait for all queued work; return the slot, which now holds the image, and the figures."""
        self.queue.wait(self.queue.mark())
        view = torch.from_numpy(self.slot.views[0])
        if view.data_ptr() != self.pixels.data_ptr():
            view.copy_(self.pixels)
        return self.slot, [] if self.figures is None else self.figures.tolist()


class Readback:
    """Copies images from a device into slots.

    Args:
        queue: Of the device.
        slots: The memory that the window reads.
    """

    def __init__(self, queue: Queue, slots: Slots) -> None:
        self._queue = queue
        self._slots = slots
        self.mark, self.seconds = queue.mark, queue.seconds

    def clock(self) -> StageClock:
        """Return a clock of the device's own time; read it after a transfer."""
        return StageClock(self._queue.mark, self._queue.seconds)

    def start(self, name: str, pixels: Tensor, figures: Tensor | None = None) -> Transfer:
        """Queue copies of pixels uint8 [H, W, 4] into a free slot, and of `figures` [N]."""
        slot = self._slots.open([(name, tuple(pixels.shape[:2]))])
        target = torch.from_numpy(slot.views[0]) if self._is_locked(slot.segment) else _host(pixels)
        self._queue.copy(pixels, target)
        numbers = None
        if figures is not None:
            numbers = _host(figures)
            self._queue.copy(figures, numbers)
        return Transfer(self._queue, slot, target, numbers)

    def _is_locked(self, segment: Segment) -> bool:
        if segment.page_locked is None:
            memory = np.frombuffer(segment.memory, np.uint8)
            address = memory.ctypes.data
            segment.page_locked = self._queue.lock(address, memory.nbytes)
            if segment.page_locked:
                segment.before_close.append(partial(self._queue.unlock, address))
        return segment.page_locked


def _host(x: Tensor) -> Tensor:
    """Allocate host memory for a tensor of the device, page-locked where that exists."""
    host = page_locked(x.shape, x.dtype)
    return torch.empty(x.shape, dtype=x.dtype) if host is None else host
