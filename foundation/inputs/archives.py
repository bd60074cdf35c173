"""Archives and compressed streams from outside: the bytes are counted as they are unpacked.

Sizes in headers are claims: a deflated member of a megabyte can hold a gigabyte, and say that it holds a kilobyte.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from foundation.inputs.files import open_regular

MEMBER = 1 << 28
"""Default limit of a member of an archive, in bytes."""

MOST_IN_TAR = 10_000
"""Limit of the members of a tar archive: those of published data sets have about ten."""

_METHODS = {zipfile.ZIP_STORED: 1 << 16, zipfile.ZIP_DEFLATED: 1 << 16, zipfile.ZIP_BZIP2: 1 << 12}
"""Methods of compression that are read, and bytes per step: bzip2 expands each step whole, to thousands of times."""
DAMAGE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError),
    *(LookupError, NotImplementedError, OverflowError, RuntimeError, TypeError, MemoryError),
)
"""Raised by readers of archives and of what is in them, besides ValueError and OSError, for damaged ones."""


class ArchiveError(ValueError):
    """The archive is damaged, encrypted or larger than accepted; the text is a predicate, as "is encrypted"."""


class Budget:
    """Number of bytes that may still be unpacked, shared by everything that is unpacked for one purpose."""

    def __init__(self, total: int) -> None:
        self._total = total
        self.left = total
        """Bytes left."""

    def take(self, count: int) -> None:
        """Take bytes. Raises ArchiveError when there are too few."""
        self.left -= count
        if self.left < 0:
            raise ArchiveError(f"unpacks to more than the {_size(self._total)} that are accepted")


class ZipReader:
    """A zip file, read member by member.

    Args:
        source: Path of a regular file, or an open one, which is not closed.
        total: Limit of all that is unpacked, in bytes; None where members are used one at a time, and dropped.
        listing: Limit of the list of members, in bytes; each takes 46 and the length of its name. None for no limit.
        unique: Refuse two members whose names differ by case at most: of those each reader chooses another.

    Raises:
        ArchiveError: it is no readable zip file.
        OSError: it cannot be opened.
    """

    def __init__(
        self,
        source: str | Path | BinaryIO,
        total: int | None = None,
        listing: int | None = None,
        unique: bool = False,
    ) -> None:
        self._own = open_regular(source) if isinstance(source, str | Path) else None
        self._budget = None if total is None else Budget(total)
        self._file = self._own or source
        assert not isinstance(self._file, str | Path)
        try:
            with _damage():
                bounded = self._file if listing is None else _Listing(self._file, listing)
                self._archive = zipfile.ZipFile(bounded)
                infos = self._archive.infolist()
                if sum(info.compress_size for info in infos) > self._file.seek(0, io.SEEK_END):
                    raise ArchiveError("is damaged (its members share their bytes); get it again")
                if unique and len({info.filename.casefold() for info in infos}) < len(infos):
                    raise ArchiveError("is damaged (two members have one name); get it again")
                self._infos = {info.filename: info for info in infos if not info.is_dir()}
        except BaseException:
            self.close()
            raise

    def names(self) -> tuple[str, ...]:
        """Return the names of the files in it."""
        return tuple(self._infos)

    def check(self, name: str) -> tuple[int, int]:
        """Return the size in bytes and the CRC-32 of a file, as the archive lists them. Raises KeyError."""
        info = self._infos[name]
        return info.file_size, info.CRC

    def read(self, name: str, limit: int = MEMBER) -> bytes:
        """Unpack one file of at most `limit` bytes.

        Raises:
            ArchiveError: it is absent, damaged, encrypted, packed with another method, or too large.
        """
        info = self._infos.get(name)
        if info is None:
            raise ArchiveError("is not in the archive")
        if info.flag_bits & 0x41:
            raise ArchiveError("is encrypted; pack it again without a password")
        step = _METHODS.get(info.compress_type)
        if step is None:
            raise ArchiveError("is packed with a method that is not read; pack it again with deflate")
        if info.file_size > limit:
            raise ArchiveError(f"claims to hold more than the {_size(limit)} that are accepted")
        with _damage(), self._archive.open(info) as member:
            return _all(member, limit, step, self._budget)

    def place(self, name: str) -> tuple[int, int] | None:
        """Return the offset and the size in bytes of a file that is stored as it is; None for a packed one.

        Raises:
            ArchiveError: it is absent, encrypted, or not within the archive.
        """
        info = self._infos.get(name)
        if info is None:
            raise ArchiveError("is not in the archive")
        if info.flag_bits & 0x41:
            raise ArchiveError("is encrypted; pack it again without a password")
        if info.compress_type != zipfile.ZIP_STORED:
            return None
        file = self._file
        assert not isinstance(file, str | Path)
        before = file.tell()
        try:
            end = file.seek(0, io.SEEK_END)
            file.seek(info.header_offset)
            header = file.read(30)
        finally:
            file.seek(before)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise ArchiveError("is damaged (a member has no header); get it again")
        start = info.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
        if info.compress_size != info.file_size or start + info.file_size > end:
            raise ArchiveError("is damaged (a member is larger than the archive); get it again")
        return start, info.file_size

    def close(self) -> None:
        """Close the file."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> "ZipReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Listing:
    """An open file that gives no more than a number of bytes at once: the list of members is read in one piece."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._limit = limit
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        """Read as the file does. Raises ArchiveError for more bytes than the limit."""
        if count < 0 or count > self._limit:
            count = -1
            here = self._file.tell()
            if self._file.seek(0, io.SEEK_END) - here > self._limit:
                raise ArchiveError(f"has a list of members of more than the {_size(self._limit)} that are accepted")
            self._file.seek(here)
        return self._file.read(count)


class TarReader:
    """A tar archive, plain or packed with gzip.

    Args:
        path: A regular file.
        total: Limit of the whole archive, unpacked, in bytes.

    Raises:
        ArchiveError: it is no readable tar archive.
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path, total: int) -> None:
        import gzip
        import tarfile

        self._file = open_regular(path)
        try:
            with _damage(tarfile.TarError):
                packed = self._file.read(2) == b"\x1f\x8b"
                self._file.seek(0)
                stream: gzip.GzipFile | BinaryIO = gzip.GzipFile(fileobj=self._file) if packed else self._file
                self._archive = tarfile.open(fileobj=io.BufferedReader(_Limited(stream, total)), mode="r:")  # noqa: SIM115
                self._members: dict[str, tarfile.TarInfo] = {}
                for count, member in enumerate(self._archive, 1):
                    if count > MOST_IN_TAR:
                        raise ArchiveError(f"has more than the {MOST_IN_TAR} members that are accepted")
                    if member.isreg():
                        self._members[member.name] = member
        except BaseException:
            self._file.close()
            raise

    def names(self) -> tuple[str, ...]:
        """Return the names of the regular files in it, in order."""
        return tuple(self._members)

    def read(self, name: str, limit: int = MEMBER) -> bytes:
        """Unpack one file of at most `limit` bytes. Raises ArchiveError."""
        import tarfile

        with _damage(tarfile.TarError):
            member = self._archive.extractfile(self._members[name])
            if member is None or self._members[name].size > limit:
                raise ArchiveError(f"claims to hold more than the {_size(limit)} that are accepted")
            with member:
                return _all(member, limit, 1 << 16, None)

    def __enter__(self) -> "TarReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def unpack_gzip(path: Path, limit: int) -> bytes:
    """Read and unpack a gzip file that holds at most `limit` bytes.

    Raises:
        ArchiveError: it is damaged or holds more.
        OSError: it cannot be opened.
    """
    import gzip

    with open_regular(path) as file, _damage(), gzip.GzipFile(fileobj=file) as stream:
        return _all(stream, limit, 1 << 16, None)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Stream(_Readable, Protocol):
    def seek(self, offset: int, /) -> int: ...

    def tell(self) -> int: ...


class _Limited(io.RawIOBase):
    """A stream that ends with an error after a number of bytes from its beginning."""

    def __init__(self, stream: _Stream, limit: int) -> None:
        self._stream, self._limit = stream, limit

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only positions from the beginning")
        if offset > self._limit:
            raise ArchiveError(f"unpacks to more than the {_size(self._limit)} that are accepted")
        return self._stream.seek(offset)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        if self._stream.tell() > self._limit:
            raise ArchiveError(f"unpacks to more than the {_size(self._limit)} that are accepted")
        buffer[: len(data)] = data
        return len(data)


def _all(stream: _Readable, limit: int, step: int, budget: Budget | None) -> bytes:
    """Read a stream to its end."""
    found = bytearray()
    while chunk := stream.read(step):
        found += chunk
        if budget is not None:
            budget.take(len(chunk))
        if len(found) > limit:
            raise ArchiveError(f"unpacks to more than the {_size(limit)} that are accepted")
    return bytes(found)


@contextmanager
def _damage(*more: type[Exception]) -> Iterator[None]:
    """Turn errors caused by damaged archives into ArchiveError."""
    damage: tuple[type[Exception], ...] = (*DAMAGE, OSError, *more)
    try:
        yield
    except ArchiveError:
        raise
    except damage as error:
        raise ArchiveError(f"is damaged ({str(error)[:100] or type(error).__name__}); get it again") from error
    except ValueError as error:
        raise ArchiveError(f"is damaged ({str(error)[:100]}); get it again") from error


def _size(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size} bytes"
