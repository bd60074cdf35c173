"""Whole-file writes: a reader sees the old file or the new one, never a part, also after a crash or a power cut.

A file is written under a temporary name in the folder of its target, synchronised, renamed over the target, and the
folder is synchronised too. Temporary names begin with a dot, name their process and end in `.part`. Those that are left
when a process ends are removed then; `foundation/leftovers.py` removes those of processes that were killed.
"""

import atexit
import errno
import itertools
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foundation.inputs import NotRegularError, encoded
from foundation.process import own_mark

_LONGEST_STEM = 150
"""Bytes of the target's name in the temporary one; file systems allow 255 bytes in all."""
_PATIENCE_S, _LOOK_S = 5.0, 0.02
"""Windows replaces no file that somebody has open: how long to wait for a reader, and between looks."""
_count = itertools.count()
_unfinished: set[Path] = set()
"""Temporary files and folders that are not removed or renamed yet.

A signal that ends a process may raise between the creation of one and the block that removes it, or within the removal.
"""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty temporary file beside `path` for the block to write, then rename it to `path`.

    Missing folders are made. If the block raises, the temporary file is removed and an older `path` stays unchanged.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _new_file(path)
    mode = part.stat().st_mode
    try:
        yield part
        part.chmod(mode)  # safetensors writes a private file of its own and renames it over this one
        _sync(part)
        _replace(part, path)
        _sync_folder(path.parent)
    finally:
        _remove(part)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside `path` for the block to fill, then rename it to `path`.

    `path` may be missing or an empty folder. If the block raises, the temporary folder and its content are removed.

    Raises:
        OSError: the folder cannot be written, or `path` is neither missing nor an empty folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _new_folder(path)
    try:
        yield part
        if os.path.isdir(path):
            path.rmdir()  # Windows renames no folder over another one
        part.rename(path)
        _sync_folder(path.parent)
    finally:
        _remove(part)


@contextmanager
def working_folder(beside: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside a path, which is removed after the block. Raises OSError."""
    part = _new_folder(beside)
    try:
        yield part
    finally:
        _remove(part)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file. Raises OSError."""
    with replacing(path) as part:
        part.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a whole text file as UTF-8 (see `encoded`), with line ends as they are. Raises OSError."""
    write_bytes(path, encoded(content))


def append_line(path: Path, text: str) -> None:
    """Append a line to a regular file in one write, so that lines of several processes do not mix. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    flags |= sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
    handle = os.open(path, flags, 0o666)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegularError("it is no regular file")
        os.write(handle, encoded(text + "\n"))
    finally:
        os.close(handle)


def write_numbered(folder: Path, suffix: str, write: Callable[[Path], None]) -> Path:
    """Write a file under the next free number of a folder, and return its path: `00000.png`, `00001.png`, ...

    Nothing is overwritten, also where several processes write to the same folder.

    Args:
        folder: Made if it is missing.
        suffix: Of the name, with the dot.
        write: Fills the temporary file that it is given.

    Raises:
        OSError: the file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = _new_file(folder / f"number{suffix}")
    try:
        write(part)
        _sync(part)
        while True:
            path = next_number(folder, suffix)
            try:
                path.open("xb").close()  # reserves the number against other processes
            except FileExistsError:
                continue
            _replace(part, path)
            _sync_folder(folder)
            return path
    finally:
        _remove(part)


def next_number(folder: Path, suffix: str) -> Path:
    """Path one above the highest number in `folder`: `00000.png` in an empty one. Raises OSError."""
    pattern = re.compile(rf"(\d{{1,15}}){re.escape(suffix)}", re.ASCII | re.IGNORECASE)
    numbers = [int(found[1]) for name in os.listdir(folder) if (found := pattern.fullmatch(name))]
    return folder / f"{max(numbers, default=-1) + 1:05d}{suffix}"


def free_name(path: Path) -> Path:
    """Return `path`, or `name-2.suffix`, `name-3.suffix`, ... where a file of that name exists."""
    number, free = 1, path
    while os.path.exists(free):
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _new_file(target: Path) -> Path:
    """Create an empty temporary file beside `target`, with the permissions that the umask gives a new file."""
    while True:
        part = _temporary(target)
        try:
            # Not tempfile: its files are private, and the umask can only be read by setting it for every thread.
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            _unfinished.discard(part)
            continue
        return part


def _new_folder(target: Path) -> Path:
    while True:
        part = _temporary(target)
        try:
            part.mkdir()
        except FileExistsError:
            _unfinished.discard(part)
            continue
        return part


def _temporary(target: Path) -> Path:
    unique = f"{own_mark()}-{next(_count)}-{secrets.token_hex(4)}"
    stem = os.fsencode(target.name)[:_LONGEST_STEM].decode("utf-8", "ignore")
    part = target.with_name(f".{stem}.{unique}.part").absolute()
    _unfinished.add(part)  # before it is there: it is never there without being known
    return part


def _remove(part: Path) -> None:
    """Remove a temporary file or folder, unless it was renamed."""
    if os.path.isdir(part) and not os.path.islink(part):
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)
    _unfinished.discard(part)


@atexit.register
def _remove_unfinished() -> None:
    for part in tuple(_unfinished):  # at once: threads may still write
        if own_mark() in part.name:  # a forked process has those of its parent in the set, too
            with suppress(OSError):
                _remove(part)


def _replace(part: Path, path: Path) -> None:
    """Rename a file over another one. Where a reader keeps it from being replaced, wait until that one has read.

    Raises:
        OSError: it cannot be replaced, on Windows for `_PATIENCE_S`.
    """
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            part.replace(path)
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() > end:
                raise
        time.sleep(_LOOK_S)


def _sync(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    with path.open("rb+") as file:  # Windows synchronises only files open for writing
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk, where the system can do that."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return  # a folder may be writable and not readable; the file itself is in place
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EROFS):
            raise
    finally:
        os.close(handle)
