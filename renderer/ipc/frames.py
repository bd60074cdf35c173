"""The shared memory that frames travel in: written by the renderer's `Ring`, read by the window's `Segments`.

A segment is a memory-mapped file (in /dev/shm where there is one) with `SLOTS` slots of equal size. Plain files, not
`multiprocessing.shared_memory`: before Python 3.13 its resource tracker unlinks what other processes still use and
complains about what they have already removed. Standard library and numpy.
"""

import contextlib
import itertools
import mmap
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.ipc.names import PREFIX as PREFIX
from renderer.ipc.protocol import Part, SlotRef

if sys.platform != "win32":
    import fcntl

SLOTS = 3
"""One that the window reads, one that it may take next, one to write."""
_ALIGNMENT = 1 << 16
"""Slots start at multiples of this, so that small changes of size need no new segment."""

RGBA = npt.NDArray[np.uint8]
"""An image [H, W, 4]."""


def folders() -> tuple[Path, ...]:
    """Return the folders for segments, best first. A container may give /dev/shm too little room."""
    memory, disk = Path("/dev/shm"), Path(tempfile.gettempdir())
    return (memory, disk) if os.path.isdir(memory) and os.access(memory, os.W_OK) else (disk,)


def present(prefix: str = PREFIX) -> list[Path]:
    """Return the segments whose name starts with `prefix`."""
    return [path for folder in folders() for path in folder.glob(f"{prefix}*")]


def remove(prefix: str) -> None:
    """Unlink all segments of one renderer. Memory that is still mapped stays readable."""
    for path in present(f"{prefix}-"):
        with contextlib.suppress(OSError):
            path.unlink()


def remove_abandoned(now: float) -> None:
    """Unlink segments of processes that were killed together with their renderer, so that nobody else could.

    `now` is `time.time()`: those younger than a minute stay, as their owner may be about to lock them.
    """
    for path in present():
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > 60 and not _in_use(path):
                path.unlink()


def _in_use(path: Path) -> bool:
    """Return True if a process maps this segment; always False on Windows, which refuses to unlink such a file."""
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False


def _view(memory: mmap.mmap, offset: int, height: int, width: int) -> RGBA:
    return np.frombuffer(memory, np.uint8, height * width * 4, offset).reshape(height, width, 4)


@dataclass(eq=False)
class Segment:
    """Memory that this process shares with the window."""

    path: Path
    memory: mmap.mmap
    slot_bytes: int
    page_locked: bool | None = None
    """Devices access it directly; None before the first try."""
    before_close: list[Callable[[], None]] = field(default_factory=list)
    """Called before this process unlinks the memory."""

    @property
    def name(self) -> str:
        """Name by which the window finds it."""
        return self.path.name

    def unlink(self) -> None:
        """Unlink it. It is unmapped once no view of it is left."""
        for call in self.before_close:
            call()
        self.before_close.clear()
        with contextlib.suppress(BufferError):  # Windows unlinks no file that is mapped
            self.memory.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


@dataclass(frozen=True)
class Slot:
    """Room for a frame's images, until it is `sent`."""

    place: SlotRef
    parts: tuple[Part, ...]
    segment: Segment

    @property
    def views(self) -> tuple[RGBA, ...]:
        """Writable view [H, W, 4] of each image."""
        return tuple(_view(self.segment.memory, part.offset, part.height, part.width) for part in self.parts)


def _create(path: Path, size: int) -> mmap.mmap:
    """A new file of `size` bytes, mapped; raises FileExistsError or, when there is no room, OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        if sys.platform != "win32":
            fcntl.flock(descriptor, fcntl.LOCK_SH)  # the mapping keeps its own copy of the descriptor, thus the lock
        # A sparse file would turn a full disk into a bus error in the middle of a frame.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.ftruncate(descriptor, size)
        return mmap.mmap(descriptor, size)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


class Ring:
    """The renderer's side: finds a slot that the window does not read and writes a frame's images into it.

    A slot is busy from the moment its frame is sent until the window holds a later frame, so nothing that the window
    may still look at is ever overwritten, however late its `SlotRef` arrives.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = itertools.count()
        self._segments: list[Segment] = []
        self._busy: list[SlotRef] = []

    @property
    def free(self) -> bool:
        """True if a frame of the usual size can be written now."""
        return not self._segments or self._free_slot(self._segments[-1]) is not None

    def write(self, pictures: Sequence[tuple[str, RGBA]]) -> tuple[SlotRef, tuple[Part, ...]]:
        """Copy named images [H, W, 4] into a free slot, which is busy from then on.

        Returns the slot and the places of the images. Raises OSError when memory for a larger segment is refused.
        """
        slot = self.open([(name, picture.shape[:2]) for name, picture in pictures])
        for view, (_, picture) in zip(slot.views, pictures, strict=True):
            view[...] = picture
        return self.sent(slot)

    def open(self, pictures: Sequence[tuple[str, tuple[int, ...]]]) -> Slot:
        """Return a free slot with room for named images of these heights and widths.

        Opening another one before this one is sent may give the same again. Raises OSError when memory for a larger
        segment is refused.
        """
        needed = sum(height * width * 4 for _, (height, width) in pictures)
        slot = None
        if self._segments and self._segments[-1].slot_bytes >= needed:
            slot = self._free_slot(self._segments[-1])
        if slot is None:
            self._grow(needed)
            slot = 0
        segment = self._segments[-1]
        parts = []
        offset = slot * segment.slot_bytes
        for name, (height, width) in pictures:
            parts.append(Part(name, offset, height, width))
            offset += height * width * 4
        return Slot(SlotRef(segment.name, slot), tuple(parts), segment)

    def sent(self, slot: Slot) -> tuple[SlotRef, tuple[Part, ...]]:
        """Mark a slot as sent to the window; it is busy from now on."""
        self._busy.append(slot.place)
        return slot.place, slot.parts

    def hold(self, held: SlotRef) -> None:
        """Mark a slot as read by the window: slots sent before it are free."""
        if held in self._busy:
            del self._busy[: self._busy.index(held)]
            self._drop_unused()

    def close(self) -> None:
        """Unlink everything."""
        for segment in self._segments:
            segment.unlink()
        self._segments.clear()
        self._busy.clear()
        remove(self._prefix)

    def _free_slot(self, segment: Segment) -> int | None:
        busy = {held.slot for held in self._busy if held.segment == segment.name}
        return next((slot for slot in range(SLOTS) if slot not in busy), None)

    def _grow(self, needed: int) -> None:
        slot_bytes = max(1, -(-needed // _ALIGNMENT)) * _ALIGNMENT
        for path in self._paths():
            try:
                memory = _create(path, slot_bytes * SLOTS)
            except FileExistsError:
                continue
            except OSError:
                if path.parent == folders()[-1]:
                    raise
                continue
            self._segments.append(Segment(path, memory, slot_bytes))
            return

    def _paths(self) -> Iterator[Path]:
        while True:
            name = f"{self._prefix}-{next(self._numbers)}"
            for folder in folders():
                yield folder / name

    def _drop_unused(self) -> None:
        used = {held.segment for held in self._busy}
        for segment in self._segments[:-1]:
            if segment.name not in used:
                self._segments.remove(segment)
                segment.unlink()


class Segments:
    """The window's side: maps segments by name as frames name them."""

    def __init__(self) -> None:
        self._memory: dict[str, mmap.mmap] = {}

    def attach(self, name: str) -> None:
        """Map a segment if it is not yet; raises FileNotFoundError when it is gone."""
        if name in self._memory:
            return
        for folder in folders():
            with contextlib.suppress(FileNotFoundError), (folder / name).open("r+b") as file:
                self._memory[name] = mmap.mmap(file.fileno(), 0)
                return
        raise FileNotFoundError(f"the shared memory {name} is gone")

    def keep(self, names: set[str]) -> None:
        """Drop all others. They are unmapped once no view of them is left.

        Nobody writes to them any more. Who unmaps last unlinks: on Windows nobody else can.
        """
        for name in set(self._memory) - names:
            memory = self._memory.pop(name)
            with contextlib.suppress(BufferError):
                memory.close()
            for folder in folders():
                with contextlib.suppress(OSError):
                    (folder / name).unlink()

    def image(self, name: str, part: Part) -> RGBA:
        """Return a read-only view [H, W, 4] of a part of an attached segment, without a copy."""
        view = _view(self._memory[name], part.offset, part.height, part.width)
        view.flags.writeable = False
        return view
