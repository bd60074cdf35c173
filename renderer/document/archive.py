"""Zip archives of unknown origin: named members only, each unpacked to a limit; damaged ones as far as readable."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from foundation.inputs import DAMAGE, open_regular

MOST_FILE = 1 << 28
"""Largest archive that is read, in bytes."""
MOST_DIRECTORY = 1 << 21
"""Largest list of members, in bytes."""
MOST_HEADERS = 20_000
"""Members of a damaged archive that are looked at."""

_LOCAL = struct.Struct("<4s5H3I2H")
"""Header before each member."""
_END = struct.Struct("<4s4H2IH")
"""Record at the end of an archive."""
_DAMAGE = (*DAMAGE, ValueError, OSError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """Members of an archive by name. Close it, or use it in a `with` statement.

    Args:
        path: A regular file.
        wanted: Returns True for the names of members that may be read.

    Raises:
        foundation.inputs.TooLargeError: the file is larger than `MOST_FILE`.
        foundation.inputs.NotRegularError: it is no regular file.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, wanted: Callable[[str], bool]) -> None:
        self._file = open_regular(path, MOST_FILE)
        self._wanted = wanted
        self._zip: zipfile.ZipFile | None = None
        self._left: dict[str, tuple[int, int, int]] | None = None
        """By name: method, offset and packed size; of damaged archives only."""
        try:
            if _is_small(self._file):
                self._zip = zipfile.ZipFile(self._file)
        except _DAMAGE:
            pass
        self.damaged = self._zip is None
        """True once something could not be read."""

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a member, as far as it is readable; None if there is no such member.

        Raises ValueError, whose text is a predicate, if it unpacks to more than `limit` bytes.
        """
        if self._zip is not None:
            try:
                info = self._zip.getinfo(name)
            except KeyError:
                return None
            try:
                if info.compress_type not in _METHODS:
                    raise zipfile.BadZipFile
                with self._zip.open(info) as member:
                    content = member.read(limit + 1)
                if len(content) > limit:
                    raise ArchiveTooLargeError(limit)
                if len(content) == info.file_size:
                    return content
            except ArchiveTooLargeError:
                raise
            except _DAMAGE:
                pass
            self.damaged = True
        if self._left is None:
            self._left = self._headers()
        if name not in self._left:
            return None
        return self._unpacked(*self._left[name], limit)

    def _unpacked(self, method: int, at: int, packed: int, limit: int) -> bytes:
        """Return a member of a damaged archive, up to the damage."""
        self._file.seek(at)
        data = self._file.read(min(packed, 2 * limit + 1024))
        if method == zipfile.ZIP_DEFLATED:
            try:
                data = zlib.decompressobj(-15).decompress(data, limit + 1)
            except zlib.error:
                return b""
        if len(data) > limit:
            raise ArchiveTooLargeError(limit)
        return data

    def _headers(self) -> dict[str, tuple[int, int, int]]:
        """Find the wanted members by the header before each."""
        found: dict[str, tuple[int, int, int]] = {}
        self._file.seek(0)
        data = memoryview(self._file.read(MOST_FILE))
        whole: bytes = data.obj  # type: ignore[assignment]
        at = whole.find(b"PK\3\4")
        for _ in range(MOST_HEADERS):
            if not 0 <= at <= len(data) - _LOCAL.size:
                break
            _, _, _, method, _, _, _, packed, _, name_size, extra = _LOCAL.unpack_from(data, at)
            start = at + _LOCAL.size + name_size + extra
            name = bytes(data[at + _LOCAL.size : at + _LOCAL.size + min(name_size, 200)]).decode("utf-8", "replace")
            if self._wanted(name) and method in _METHODS:
                found.setdefault(name, (method, start, packed))
            at = whole.find(b"PK\3\4", at + 4)
        return found


class ArchiveTooLargeError(ValueError):
    """A member unpacks to too much."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"unpacks to more than {limit >> 20} MB")


def _is_small(file: BinaryIO) -> bool:
    """Return False if the list of members is too long, or there is none. `zipfile` reads all of it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if not 0 <= at <= len(tail) - _END.size or tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        return False
    return int(_END.unpack_from(tail, at)[5]) <= MOST_DIRECTORY
