"""Bounds of pickle reading: a stream that never reads beyond its file, and a budget of what is made."""

from dataclasses import dataclass
from typing import BinaryIO

from foundation.pickles.errors import CorruptFileError
from foundation.pickles.records import FileBytes

MAX_OPCODES = 1_000_000
"""The largest published network needs about 30,000; each opcode can make at most one small object."""

LEFT_IN_FILE = 1 << 16
"""Runs of bytes from this length on are read from the file when their tensor is wanted."""


@dataclass(slots=True)
class Budget:
    """Remaining budget of one file, including its nested pickles.

    Attributes:
        opcodes: Parts that may still be made.
        copied_bytes: Bytes of texts, numbers and arrays that may still be read into memory or copied there.
    """

    opcodes: int = MAX_OPCODES
    copied_bytes: int = 1 << 26

    def spend(self, opcodes: int = 0, copied_bytes: int = 0) -> None:
        """Deduct from the budget.

        Raises:
            CorruptFileError: the budget is exceeded.
        """
        self.opcodes -= opcodes
        self.copied_bytes -= copied_bytes
        if self.opcodes < 0 or self.copied_bytes < 0:
            raise CorruptFileError("The file has far more parts than any network; get it again from its source.")

    def copy(self, count: int) -> None:
        """Deduct bytes that are about to be copied. Raises CorruptFileError as `spend`."""
        self.spend(copied_bytes=count)


class BoundedReader:
    """The part of a file that pickle reading needs; a claimed size never allocates more than the file still holds.

    Args:
        file: Where the next byte is that of offset `file.tell()`; others leave it where it is.
        size: Offset of its end.
        lasting: True if the file stays open for as long as what is read from it is needed; long runs of bytes are then
            left in it.
    """

    def __init__(self, file: BinaryIO, size: int, *, lasting: bool = False) -> None:
        self._file = file
        self._size = size
        self._left = size - file.tell()
        self._lasting = lasting

    def read(self, count: int) -> bytes:
        """At most `count` bytes, fewer at the end of the file."""
        data = self._file.read(count if 0 <= count <= self._left else max(0, min(count, self._left)))
        self._left -= len(data)
        return data

    def exactly(self, count: int) -> bytes:
        """The next `count` bytes. Raises ValueError if there are fewer."""
        self.check(count)
        data = self.read(count)
        if len(data) < count:
            raise ValueError("the file ends here")
        return data

    def check(self, count: int) -> None:
        """Raise ValueError if fewer than `count` bytes are left."""
        if count > self._left:
            raise ValueError("the file ends here")

    def left_in_file(self, count: int) -> FileBytes | None:
        """Pass over `count` bytes that can stay in the file; None if they must be read here."""
        return self.passed_over(count) if self._lasting and count >= LEFT_IN_FILE else None

    def passed_over(self, count: int) -> FileBytes:
        """Pass over the next `count` bytes and return where they are. Raises ValueError if there are fewer."""
        self.check(count)
        start = self._file.tell()
        self._file.seek(count, 1)
        self._left -= count
        return FileBytes(self._file, start, count)

    def readline(self) -> bytes:
        """The bytes up to and with the next newline; no name in a pickle is longer than 64 kB."""
        line = self._file.readline(max(0, min(65536, self._left)))
        self._left -= len(line)
        return line

    def tell(self) -> int:
        """Offset of the next byte."""
        return self._size - self._left
