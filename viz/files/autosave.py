"""Keeps what the window shows on file, so that neither a crash nor closing it loses anything.

Each window has a session of its own in the folder, and a lock that the system lets go when the process ends, however
it ends: a session whose lock is free belongs to a window that did not close. Closing renames it to `last.stylescope`.
"""

import os
import time
from pathlib import Path

from filelock import FileLock, Timeout

from foundation.background import Worker
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.session import SUFFIX, Session, save

LAST = f"last{SUFFIX}"
SETTLE_S = 1.0
"""A change is written this long after it, with all that changed meanwhile; well within the 5 s that are promised."""


class Autosave:
    """Writes in the background. Only changes of the document begin to write: looking around is no work to lose.

    Args:
        folder: For sessions of this user's windows.
        arrays: Has what documents name.
        document: What the window opens with.
    """

    def __init__(self, folder: Path, arrays: ArrayStore, document: Document) -> None:
        self._folder, self._arrays = folder, arrays
        self._path = folder / f"window-{os.getpid()}-{time.time_ns()}{SUFFIX}"
        self._lock = _lock_of(self._path)
        self._worker: Worker[Session, str] = Worker("autosave", self._write, order="latest", settle_s=SETTLE_S)
        self._seen: tuple[Document, View] | None = None
        self._first: Document | None = document
        """What the window opened with, until something else was seen."""

    @property
    def last(self) -> Path:
        """The session of the window that was closed last, whether there is one or not."""
        return self._folder / LAST

    def begin(self) -> Path | None:
        """Take a place for this window's session. Returns the session of a window that crashed, now this window's own.

        Raises OSError where the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(timeout=0)
        left = sorted(self._folder.glob(f"window-*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in left:
            lock = _lock_of(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue  # that window is open
            path.replace(self._path)
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)
            return self._path
        return None

    def set_aside(self) -> None:
        """Let what `begin` found be the last session instead of this window's own."""
        self._path.replace(self.last)

    def look(self, document: Document, view: View) -> None:
        """Call once a frame: what is new is written soon."""
        if self._seen is not None and self._seen[0] is document and self._seen[1] is view:
            return
        self._seen = (document, view)
        if self._first is not None and document == self._first:
            return
        self._first = None
        self._worker.submit(Session(document, view))

    def problem(self) -> str:
        """A sentence when writing has failed since the last call, else nothing."""
        return self._worker.poll() or ""

    def close(self) -> None:
        """Write what is not written, and let it be the last session. May be called twice."""
        self._worker.close(None)
        if self._lock.is_locked:
            if self._path.exists():
                self._path.replace(self.last)
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _write(self, session: Session) -> str | None:
        """Write a session; the sentence to show where that fails."""
        try:
            save(self._path, session, self._arrays)
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return f"Your work cannot be kept in {self._folder}: {reason}. Save it where there is room."
        return None


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"))
