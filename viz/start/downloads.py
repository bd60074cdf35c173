"""Published networks: their sizes, as the servers say, and downloads into the cache, in the background."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from foundation.background import Worker
from foundation.downloads import DownloadError, cached_file, fetch, forget, remote_size
from foundation.inputs import open_regular, reason_of
from foundation.networks.published import PUBLISHED, Published
from viz.state.facts import ServiceKey

TIMEOUT_S = 20.0
"""Seconds without an answer after which a server is given up."""


@dataclass(frozen=True)
class Download:
    """State of one download."""

    address: str
    done: int = 0
    total: int | None = None
    over: bool = False
    problem: str = ""
    """Why it failed, as a sentence; empty if it did not."""
    cancelled: bool = False


class _Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The user has cancelled the download."""


@dataclass(eq=False)
class Downloads:
    """Sizes and downloads. Methods are for the window's thread; `on_news` is called on others."""

    on_news: Callable[[], None]
    published: tuple[Published, ...] = PUBLISHED
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes by address, as far as they are known."""
    offline: str = ""
    """Why no server can be reached, as a sentence; empty while one answers."""
    now: Download | None = None
    """The newest download."""

    def __post_init__(self) -> None:
        self._sizer: Worker[str, tuple[str, int | None, str]] = Worker("sizes", self._size, self.on_news)
        self._loader: Worker[str, Download] = Worker("download", self._load, self.on_news)
        self._asked: set[str] = set()
        self._stop = threading.Event()
        self._finished: list[Download] = []
        self._held: dict[str, bool] = {}

    def ask(self, address: str) -> int | None:
        """Return the size of a file in bytes, None until its server has said it. Asks once, while servers answer."""
        if address not in self._asked and not self.offline:
            self._asked.add(address)
            self._sizer.submit(address)
        return self.sizes.get(address)

    def look(self) -> None:
        """Take what the servers have said. Call once a frame while sizes are shown."""
        while (told := self._sizer.poll()) is not None:
            address, size, problem = told
            if problem:
                self.offline = problem
                self._asked.clear()
                self._sizer.drop()
            elif size is not None:
                self.sizes[address] = size
        while (over := self._loader.poll()) is not None:
            self.now = over
            self._finished.append(over)
            self._held.clear()

    def retry(self) -> None:
        """Ask the servers, and the cache, again."""
        self.offline = ""
        self._held.clear()

    def has(self, address: str) -> bool:
        """Return True if a file was in the cache when that was looked up: after `retry`, and after a download."""
        if address not in self._held:
            self._held[address] = cached_file(address) is not None
        return self._held[address]

    @property
    def running(self) -> bool:
        """Return True while something is downloaded."""
        return self.now is not None and not self.now.over

    def start(self, address: str) -> None:
        """Download a file; does nothing while another is."""
        if self.running:
            return
        self._stop.clear()
        self.now = Download(address)
        self._loader.submit(address)

    def cancel(self) -> None:
        """Give the download up; nothing of it stays."""
        self._stop.set()

    def news(self) -> Download | None:
        """Return a download that has ended, once."""
        self.look()
        return self._finished.pop(0) if self._finished else None

    def close(self) -> None:
        """End the threads; a download that runs is given up."""
        self._stop.set()
        self._sizer.drop()
        self._sizer.close(0.0)  # a silent server must not keep the window open; its part file is cleaned later
        self._loader.close(1.0)

    # -- in the threads --

    def _size(self, address: str) -> tuple[str, int | None, str]:
        try:
            return address, remote_size(address, timeout_s=TIMEOUT_S), ""
        except DownloadError as error:
            # A server that answers, and refuses this one file, is there.
            return address, None, "" if error.status is not None else error.detail

    def _load(self, address: str) -> Download:
        def progress(done: int, total: int | None) -> None:
            if self._stop.is_set():
                raise _Cancelled
            self.now = Download(address, done, total)
            self.on_news()

        try:
            path = fetch(address, progress=progress, timeout_s=TIMEOUT_S)
        except _Cancelled:
            return Download(address, over=True, cancelled=True)
        except DownloadError as error:
            return Download(address, over=True, problem=error.detail)
        try:
            if wrong := _damage(path):
                forget(address)
                return Download(address, over=True, problem=wrong)
            size = os.path.getsize(path)
        except OSError as error:
            return Download(address, over=True, problem=f"The file cannot be read ({reason_of(error)}); try again.")
        return Download(address, size, size, over=True)


def _damage(path: Path) -> str:
    """Return why a file cannot be a network, as a sentence; empty if it may be one. Only its ends are looked at."""
    with open_regular(path) as file:
        head = file.read(16)
        size = file.seek(0, 2)
        file.seek(max(size - 1, 0))
        last = file.read(1)
    pickle = head[:1] == b"\x80" and last == b"."
    archive = head[:4] == b"PK\x03\x04"
    tensors = len(head) >= 9 and 0 < int.from_bytes(head[:8], "little") < size and head[8:9] == b"{"
    if pickle or archive or tensors:
        return ""
    return "What the server sent is no network, or a part of one; it was not kept. Try again."


DOWNLOADS: ServiceKey[Downloads] = ServiceKey("downloads")
