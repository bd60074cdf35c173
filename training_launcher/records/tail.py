"""Lines added to a growing file since the last look, and a sample of a long file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foundation.inputs import open_regular

CHUNK = 1 << 20
"""Default number of bytes read at a time."""
LONGEST = 1 << 20
"""Longer lines are skipped: this bounds the memory that a damaged file can take."""
_ANCHOR = 256
"""Bytes before the offset that are compared, to notice a file that was truncated and rewritten."""
_BLOCK = 16 * 1024
"""Bytes read for each line of a sample."""

_State = tuple[int, int, int, int]
"""Device, inode, size and time of the last change of a file."""


@dataclass(frozen=True)
class Chunk:
    """Lines found by one look at a file."""

    lines: tuple[bytes, ...] = ()
    """Whole lines without their ends, in order; empty ones are left out."""
    restarted: bool = False
    """The file was replaced, truncated or removed: earlier lines no longer hold, and `lines` begin at its start."""
    more: bool = False
    """There is more to read at once."""


_NOTHING = Chunk()


class Tail:
    """Follows one file. While it rests, a look costs one `stat`. A file that is absent is an empty one."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.offset = 0
        """Bytes read so far."""
        self.size = 0
        """Size in bytes at the last look."""
        self.rest = b""
        """The last line while it has no end."""
        self._seen: _State | None = None
        self._anchor = b""
        self._skipping = False

    def look(self, most: int = CHUNK) -> Chunk:
        """Return the next whole lines within `most` bytes. Never raises: an unreadable file counts as empty."""
        try:
            state = _state(os.stat(self.path))
            if state == self._seen and self.offset == self.size:
                return _NOTHING
            with open_regular(self.path) as file:
                return self._read(file, _state(os.fstat(file.fileno())), most)
        except (OSError, ValueError):
            restarted = self.offset > 0
            self._start()
            return Chunk(restarted=True) if restarted else _NOTHING

    def skip_to_last(self, count: int) -> bool:
        """Skip all but about the last `count` bytes, before the first look. Returns whether anything was skipped."""
        try:
            size = os.stat(self.path).st_size
            if self.offset or size <= count:
                return False
            with open_regular(self.path) as file:
                self._seen, self.size = _state(os.fstat(file.fileno())), size
                self.offset, self._skipping = size - count, True
                file.seek(max(0, self.offset - _ANCHOR))
                self._anchor = file.read(self.offset - file.tell())
        except (OSError, ValueError):
            return False
        return True

    def _start(self) -> None:
        self.offset = self.size = 0
        self.rest = self._anchor = b""
        self._seen, self._skipping = None, False

    def _read(self, file: BinaryIO, state: _State, most: int) -> Chunk:
        restarted = self.offset > 0 and not self._goes_on(file, state)
        if restarted:
            self._start()
        file.seek(self.offset)
        data = file.read(most)
        self.offset += len(data)
        self.size, self._seen = max(state[2], self.offset), state
        self._anchor = (self._anchor + data)[-_ANCHOR:]
        return Chunk(self._lines(data), restarted, self.offset < self.size)

    def _goes_on(self, file: BinaryIO, state: _State) -> bool:
        """Return True if the file continues from the part already read, as far as a cheap check can say."""
        if self._seen is None or state[:2] != self._seen[:2] or state[2] < self.offset:
            return False
        file.seek(self.offset - len(self._anchor))
        return file.read(len(self._anchor)) == self._anchor

    def _lines(self, data: bytes) -> tuple[bytes, ...]:
        whole, end, rest = data.rpartition(b"\n")
        if not end:
            self._hold(data)
            return ()
        lines = (self.rest + whole).split(b"\n")
        if self._skipping:
            del lines[0]
        self.rest, self._skipping = b"", False
        self._hold(rest)
        return tuple(line for line in (one.removesuffix(b"\r") for one in lines) if line and len(line) <= LONGEST)

    def _hold(self, data: bytes) -> None:
        """Hold the beginning of a line until its end comes."""
        self.rest = b"" if self._skipping else self.rest + data
        if len(self.rest) > LONGEST:
            self.rest, self._skipping = b"", True


def sample(path: str | Path, count: int = 400) -> tuple[bytes, ...]:
    """Return about `count` whole lines spread over a file, in order: the time is the same for any size.

    Returns nothing where the file cannot be read. Lines longer than 16 kB may be left out.
    """
    found = []
    try:
        with open_regular(path) as file:
            if (size := file.seek(0, os.SEEK_END)) <= _BLOCK:
                file.seek(0)
                return tuple(file.read(_BLOCK).split(b"\n")[:-1])
            for k in range(count):
                file.seek((size - _BLOCK) * k // max(1, count - 1))
                at_start = file.tell() == 0
                lines = file.read(_BLOCK).split(b"\n")[:-1]  # the last has no end here
                if k == count - 1:
                    found += lines[-1:]
                elif at_start:
                    found += lines[:1]
                else:
                    found += lines[1:2]
    except (OSError, ValueError):
        return ()
    return tuple(dict.fromkeys(found))


def _state(status: os.stat_result) -> _State:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
