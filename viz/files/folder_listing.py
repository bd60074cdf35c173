"""Folder contents for the file browser: read in the background, filtered and sorted by pure functions."""

import os
import re
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from foundation.background import Worker
from foundation.network_files import NETWORK_SUFFIXES
from viz.state.settings import Settings
from viz.state.snapshots import newest_kimg
from viz.ui.icons import Glyph

Kind = Literal["folder", "network"]
Order = Literal["name", "size", "modified"]

_RECENT_PLACES = 6


class FolderError(Exception):
    """A folder cannot be shown; the text is a message for the user."""


@dataclass(frozen=True)
class Entry:
    """One folder or network file."""

    name: str
    path: str
    kind: Kind
    size: int = 0
    """Size in bytes; 0 for folders."""
    modified: float = 0.0
    """Modification time, seconds since 1970; 0 if unknown."""
    hidden: bool = False


def read_folder(path: str, suffixes: tuple[str, ...] = NETWORK_SUFFIXES) -> tuple[Entry, ...]:
    """Return folders, and files with one of these suffixes, by name. Raises FolderError."""
    try:
        with os.scandir(path) as listing:
            found = [entry for item in listing if (entry := _entry(item, suffixes)) is not None]
    except FileNotFoundError as error:
        raise FolderError(f"There is no folder {path}.") from error
    except NotADirectoryError as error:
        raise FolderError(f"{path} is a file, not a folder.") from error
    except PermissionError as error:
        raise FolderError("You have no right to look into this folder. Go up, or ask its owner.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FolderError(f"This folder cannot be read: {reason}.") from error
    return tuple(sorted(found, key=lambda entry: natural(entry.name)))


def _entry(item: os.DirEntry[str], suffixes: tuple[str, ...]) -> Entry | None:
    """Return the entry of a folder item; None for files with other suffixes."""
    try:
        is_folder = item.is_dir()
    except OSError:
        return None
    if not is_folder and not item.name.lower().endswith(suffixes):
        return None
    try:
        facts = item.stat()
    except OSError:  # a dangling link, or a file deleted in the meantime
        return Entry(item.name, item.path, "folder") if is_folder else None
    flags = getattr(facts, "st_file_attributes", 0)
    hidden = item.name.startswith(".") or bool(flags & stat.FILE_ATTRIBUTE_HIDDEN)
    kind: Kind = "folder" if is_folder else "network"
    return Entry(item.name, item.path, kind, 0 if is_folder else facts.st_size, facts.st_mtime, hidden)


class Reading:
    """A folder being read in a thread: first its entries, then which of its folders are runs.

    `wake` is called on that thread when more is available.
    """

    def __init__(
        self, path: str, wake: Callable[[], None] = lambda: None, suffixes: tuple[str, ...] = NETWORK_SUFFIXES
    ) -> None:
        self.path, self._suffixes = path, suffixes
        self.entries: tuple[Entry, ...] = ()
        self.runs: dict[str, float] = {}
        """kimg of the newest snapshot of each run folder found so far; replaced, never mutated."""
        self.own_kimg: float | None = None
        """kimg of the newest snapshot in the folder itself; None if it is no run folder."""
        self.problem = ""
        """Error message if the folder cannot be shown."""
        self._wake = wake
        self._ready, self._stopped = threading.Event(), threading.Event()
        worker: Worker[None, None] = Worker("folder", lambda _: self._read())
        worker.submit(None)
        worker.close(0)  # ends by itself: the disk may not respond

    @property
    def ready(self) -> bool:
        """Return True if the entries are available."""
        return self._ready.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the entries, which usually takes less than a frame. Returns `ready`."""
        return self._ready.wait(seconds)

    def stop(self) -> None:
        """Stop reading."""
        self._stopped.set()

    def _read(self) -> None:
        try:
            self.entries = read_folder(self.path, self._suffixes)
            self.own_kimg = newest_kimg(self.path)
        except FolderError as error:
            self.problem = str(error)
        self._ready.set()
        self._wake()
        before = self.runs
        for index, entry in enumerate(self.entries):
            if self._stopped.is_set():
                return
            if entry.kind == "folder" and (kimg := newest_kimg(entry.path)) is not None:
                self.runs = {**self.runs, entry.path: kimg}
            if index % 256 == 255 and self.runs is not before:
                before = self.runs
                self._wake()
        if self.runs is not before:
            self._wake()


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that orders numbers by value and ignores case: `run 2` before `Run 10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((1, int(part), "") if part.isdigit() and part.isascii() else (2, 0, part) for part in parts if part)


def arrange(
    entries: tuple[Entry, ...],
    *,
    find: str = "",
    hidden: bool = False,
    order: Order = "name",
    descending: bool = False,
    only_folders: bool = False,
) -> tuple[Entry, ...]:
    """Filter and sort entries: folders first, names that contain `find` ignoring case, in the given order."""
    wanted = find.strip().casefold()
    shown = [
        entry
        for entry in entries
        if wanted in entry.name.casefold()
        and (hidden or not entry.hidden or (wanted and wanted.startswith(".")))
        and not (only_folders and entry.kind != "folder")
    ]
    if order == "name":
        shown.sort(key=lambda entry: natural(entry.name), reverse=descending)
    else:
        shown.sort(key=lambda entry: natural(entry.name))
        shown.sort(key=lambda entry: getattr(entry, order), reverse=descending)
    return tuple(sorted(shown, key=lambda entry: entry.kind != "folder"))


def places(settings: Settings, home: str) -> tuple[tuple[Glyph, str, str], ...]:
    """Return (icon, name, folder) of the bookmarks: home, browsing folder, folders of recent networks, file systems."""
    found: list[tuple[Glyph, str, str]] = [("user", "Home", home)]
    if settings.browse_dir:
        found.append(("push-pin", _name(settings.browse_dir), os.path.abspath(settings.browse_dir)))
    recent = [os.path.dirname(os.path.abspath(source)) for source in settings.recent if source and "://" not in source]
    seen = {path for _, _, path in found}
    for path in dict.fromkeys(recent):
        if path not in seen and len(seen) < _RECENT_PLACES + 2:
            seen.add(path)
            found.append(("clock-counter-clockwise", _name(path), path))
    drives = os.listdrives() if hasattr(os, "listdrives") else [Path(home).anchor]
    return (*found, *(("hard-drives", drive if len(drive) > 1 else "Computer", drive) for drive in drives))


def first_folder(settings: Settings, source: str, home: str) -> str:
    """Return the initial folder: from the settings, else that of the current or most recent network, else home."""
    local = [one for one in (source, *settings.recent) if one and "://" not in one]
    for path in (settings.browse_dir, *(os.path.dirname(os.path.abspath(one)) for one in local), home):
        if path and os.path.isdir(path):
            return os.path.abspath(path)
    return os.path.abspath(os.sep)


def _name(path: str) -> str:
    return os.path.basename(path.rstrip("/\\")) or path


def size_text(size: int) -> str:
    """Format bytes as file managers do: `88.8 kB`, `364 MB`."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 99.95 or unit == "B" else f"{value:.1f} {unit}"


def date_text(modified: float) -> str:
    """Format local date and time, `2026-11-22 17:50`; empty if unknown."""
    if modified <= 0:
        return ""
    try:
        return datetime.fromtimestamp(modified).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return ""
