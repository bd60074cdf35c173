"""Files of networks in folders: their endings, the newest of a folder, and those that are not written whole yet."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from foundation.inputs import open_regular, read_object
from foundation.runs import STATE_FILE, snapshots

NETWORK_SUFFIXES = (".safetensors", ".pkl", ".pt", ".pth", ".ckpt")
"""Endings of network files; of two snapshots of one kimg the first wins. What a file holds decides how it is read."""

_MOST_FILES = 10_000
_MAX_HEADER = 16 * 2**20
_NUMBER = re.compile(r"\d+")
_NO_NETWORKS = re.compile(r"(optim|training[-_]state|augment)", re.IGNORECASE)


def newest_first(folder: Path) -> tuple[Path, ...]:
    """Return the networks of a folder, the newest first.

    These are the snapshots of a run. A folder without any has network files of any name: those of one name but for
    their number follow by number, others by the time of their last change.

    Raises:
        OSError: the folder cannot be read.
    """
    found = snapshots(folder)
    if found:
        return tuple(one.path for one in reversed(found))
    series: dict[str, list[tuple[int, int, Path]]] = {}
    for name, path, changed in _files(folder):
        numbers = _NUMBER.findall(name)
        number = int(numbers[-1][:18]) if numbers else -1
        alike = name if number < 0 else "#".join(name.rsplit(numbers[-1], 1))
        series.setdefault(alike, []).append((number, changed, path))
    groups = [sorted(group, reverse=True) for group in series.values()]
    groups.sort(key=lambda group: (max(changed for _, changed, _ in group), group[0][2].name), reverse=True)
    return tuple(path for group in groups for _, _, path in group)


def _files(folder: Path) -> Iterator[tuple[str, Path, int]]:
    """Yield name, path and time of change of the files that may be networks."""
    with os.scandir(folder) as listing:
        for count, entry in enumerate(listing):
            if count >= _MOST_FILES:
                return
            name = entry.name
            if not name.lower().endswith(NETWORK_SUFFIXES) or name == STATE_FILE or _NO_NETWORKS.search(name):
                continue
            try:
                facts = entry.stat()
            except OSError:
                continue
            if stat.S_ISREG(facts.st_mode) and not name.startswith("."):
                yield name, Path(entry.path), facts.st_mtime_ns


def newest_whole(folder: Path) -> tuple[Path, tuple[Path, ...]] | None:
    """Return the newest network of a folder that is written whole, and newer ones that are not; None if it has none.

    If none is whole, the newest is returned, whose error says what is wrong with it.

    Raises:
        OSError: the folder cannot be read.
    """
    found = newest_first(folder) if os.path.isdir(folder) else ()
    for index, path in enumerate(found):
        if is_whole(path):
            return path, found[:index]
    return (found[0], ()) if found else None


def newest_of(source: str) -> tuple[str, tuple[str, ...]]:
    """Return the path of the newest network of a folder, and the names of newer ones that are not written whole.

    The path is empty if `source` is no folder, or holds no network.
    """
    try:
        found = newest_whole(Path(source)) if source and "://" not in source else None
    except (OSError, ValueError):
        found = None
    return (str(found[0]), tuple(path.name for path in found[1])) if found else ("", ())


def newest_network(source: str) -> str:
    """Return the path of the newest network of a folder; empty if `source` is none, or holds no network."""
    return newest_of(source)[0]


def is_whole(path: Path) -> bool:
    """Return False if a network file is empty or breaks off, as far as its first and last bytes show. Never raises."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(16)
            if head[8:9] == b"{":
                length = int.from_bytes(head[:8], "little")
                if not 2 <= length <= min(_MAX_HEADER, size - 8):
                    return False
                file.seek(8)
                return size - 8 - length >= _last_offset(file.read(length))
            file.seek(max(0, size - 65_557))
            tail = file.read()
    except (OSError, ValueError):
        return False
    if head.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" in tail
    if head[:1] == b"\x80" and head[2:4] != b"\x8a\n":  # the old container of torch ends with numbers
        return tail.endswith(b".")
    return bool(head)


def _last_offset(header: bytes) -> int:
    """Return the end of the numbers that the header of a safetensors file lists. Raises ValueError."""
    try:
        entries = read_object(header, size=_MAX_HEADER, depth=8, values=1_000_000)
        return max((int(entry["data_offsets"][1]) for entry in entries.values() if "data_offsets" in entry), default=0)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("no header") from error
