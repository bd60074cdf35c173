"""Keeps what the window shows on file, so that neither a crash nor closing it loses anything.

Each window has a session of its own in the folder, and a lock that the system lets go when the process ends, however
it ends: a session whose lock is free belongs to a window that did not close. Closing renames it to `last.stylescope`.
"""

import os
import threading
import time
from pathlib import Path

from filelock import FileLock, Timeout

from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.session import SUFFIX, Session, save

LAST = f"last{SUFFIX}"
SETTLE_S = 1.0
"""A change is written this long after it, with all that changed meanwhile; well within the 5 s that are promised."""


class Autosave:
    """Writes in a thread of its own. Only changes of the document begin to write: looking around is no work to lose.

    Args:
        folder: For sessions of this user's windows.
        arrays: Has what documents name.
        document: What the window opens with.
    """

    def __init__(self, folder: Path, arrays: ArrayStore, document: Document) -> None:
        self._folder, self._arrays = folder, arrays
        self._path = folder / f"window-{os.getpid()}-{time.time_ns()}{SUFFIX}"
        self._lock = _lock_of(self._path)
        self._changed = threading.Condition()
        self._seen: tuple[Document, View] | None = None
        self._first = document
        self._wanted: Session | None = None
        self._closing = False
        self._thread: threading.Thread | None = None
        self._problem = ""

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
        if self._thread is None:
            if document == self._first:
                return
            self._thread = threading.Thread(target=self._work, name="autosave", daemon=True)
            self._thread.start()
        with self._changed:
            self._wanted = Session(document, view)
            self._changed.notify()

    def problem(self) -> str:
        """A sentence when writing has failed since the last call, else nothing."""
        with self._changed:
            told, self._problem = self._problem, ""
        return told

    def close(self) -> None:
        """Write what is not written, and let it be the last session. May be called twice."""
        if self._thread is not None:
            with self._changed:
                self._closing = True
                self._changed.notify()
            self._thread.join()
            self._thread = None
        if self._lock.is_locked:
            if self._path.exists():
                self._path.replace(self.last)
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._wanted is not None)
                self._changed.wait_for(lambda: self._closing, SETTLE_S)
                session, self._wanted = self._wanted, None
                closing = self._closing
            if session is not None:
                self._write(session)
            if closing:
                return

    def _write(self, session: Session) -> None:
        try:
            save(self._path, session, self._arrays)
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            with self._changed:
                self._problem = f"Your work cannot be kept in {self._folder}: {reason}. Save it where there is room."


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"))
