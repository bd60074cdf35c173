"""Autosave: the session of one window is written a second after each change, and again until it could be written."""

import io
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundation.background import CLOSE_S, Loop
from foundation.inputs import clean_text, reason_of
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.session import Session, save
from viz.files.kept import folder as session_folder
from viz.files.kept.folder import Kept
from viz.state.facts import Keeping

SETTLE_S = 1.0
"""Delay after a change, which batches changes; well within the documented 5 s."""
RETRY_S = 3.0
"""Interval of attempts after a failure."""
THUMBNAIL = 256
"""Longest side of the thumbnail in a session, in pixels."""

Pixels = NDArray[np.uint8]

_log = logging.getLogger(__name__)


class Autosave:
    """Saves the session of a window in the background.

    Only changes of the document, stars and rejections start it: other changes of the view are not worth saving.

    Args:
        folder: Folder for sessions of this user's windows.
        arrays: Arrays that documents refer to.
        document: Initial document of the window.
    """

    def __init__(self, folder: Path, arrays: ArrayStore, document: Document) -> None:
        self._folder, self._arrays = folder, arrays
        self.path = session_folder.new_path(folder)
        self._lock = self.path.with_suffix(session_folder.LOCK)
        self._loop = Loop("autosave", self._step)
        self._changed = threading.Lock()
        """Guards everything below that the thread writes."""
        self._pending: Session | None = None
        self._kept: Session | None = None
        """Session in the file."""
        self._due = 0.0
        self._attempts = 0
        self._at = 0.0
        self._problem = ""
        self._news: deque[tuple[str, bool]] = deque()
        self._thumbnail: Pixels | None = None
        self._pictured: Document | None = None
        """Document of the thumbnail."""
        self._seen: tuple[Document, View] | None = None
        self._first: Document | None = document
        """Initial document, until it has changed."""
        self._view = View()
        """Initial view, whose stars and found directions are kept already."""
        self._closed = False

    def begin(self) -> tuple[Kept, ...]:
        """Claim a file for this window. Returns the sessions of windows that are not open, newest first.

        An unwritable folder is reported like any failure of saving.
        """
        found = tuple(one for one in session_folder.sessions(self._folder) if one.state != "open")
        try:
            self._claim()
        except OSError as error:
            self._failed(error)
        session_folder.tidy(self._folder)
        return found

    def opened(self, document: Document, view: View | None = None) -> None:
        """Take another initial document and its view, which are kept already."""
        self._first, self._view, self._seen = document, view or View(), None

    def look(self, document: Document, view: View, pixels: Callable[[], Pixels | None] | None = None) -> None:
        """Schedule saving of changes. Call once a frame.

        Args:
            document: The present document.
            view: The present view.
            pixels: Returns the image [H, W, 4] of the document once it is there; for the thumbnail.
        """
        changed = self._seen is None or self._seen[0] is not document or self._seen[1] is not view
        self._seen = (document, view)
        if self._first is not None:
            same = view.marks == self._view.marks and view.finds == self._view.finds
            worthless = document == self._first and same
            if not changed or worthless:
                return
            self._first = None
        if pixels is not None and self._pictured is not document and (image := pixels()) is not None:
            step = max(1, max(image.shape[:2]) // (2 * THUMBNAIL))
            self._thumbnail, self._pictured = image[::step, ::step, :3].copy(), document
            changed = True
        if not changed:
            return
        with self._changed:
            waiting = self._pending is not None
            self._pending = Session(document, view)
            if waiting:
                return  # it is due already
            self._due = time.monotonic() + SETTLE_S
        self._loop.start()
        self._loop.wake()

    def flush(self) -> None:
        """Write pending changes at once."""
        with self._changed:
            self._due = 0.0
        self._loop.wake()

    @property
    def attempts(self) -> int:
        """Number of attempts that have failed."""
        return self._attempts

    @property
    def settled(self) -> bool:
        """Return True if nothing waits to be written."""
        return self._pending is None

    @property
    def keeping(self) -> Keeping:
        """State for the status bar."""
        return Keeping(True, self._at, self._problem, str(self._folder))

    def news(self) -> tuple[str, bool] | None:
        """Return the next message and True for a failure; None where there is none."""
        return self._news.popleft() if self._news else None

    def close(self, timeout_s: float = CLOSE_S) -> bool:
        """Save pending changes. May be called twice. Returns False if they could not be saved."""
        if self._closed:
            return self.settled
        self._closed = True
        if self._loop.close(timeout_s):
            self._notice_loss()
            if self._pending is not None:
                self._attempt(self._pending)
        with suppress(OSError):
            self._lock.unlink()
        return self.settled

    # -- in the thread --

    def _step(self, woken: bool) -> float | None:
        self._notice_loss()
        with self._changed:
            session, due = self._pending, self._due
        if session is None:
            return None if self._kept is None else RETRY_S
        wait = due - time.monotonic()
        if wait > 0:
            return wait
        return RETRY_S if self._attempt(session) or self._problem else 0.0

    def _notice_loss(self) -> None:
        """Let the session be written again if its file is gone, as with its folder or disk."""
        if self._pending is not None or self._kept is None or os.path.exists(self.path):
            return
        with self._changed:
            if self._pending is None:
                self._pending, self._due = self._kept, 0.0

    def _attempt(self, session: Session) -> bool:
        """Write a session. Returns True if nothing is left to be written."""
        try:
            self._claim()
            save(self.path, session, self._arrays, _encoded(self._thumbnail))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is tried again
            self._failed(error)
            return False
        with self._changed:
            if self._problem:
                self._news.append(("Your work is kept again", False))
            self._problem, self._at, self._kept = "", time.time(), session
            if self._pending is session:
                self._pending = None
                return True
            self._due = time.monotonic() + SETTLE_S
            return False

    def _claim(self) -> None:
        """Make the folder and the lock; both may have been removed since."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.touch()

    def _failed(self, error: Exception) -> None:
        reason = _reason(error)
        if not isinstance(error, OSError):
            _log.error("the session cannot be kept", exc_info=error)
        with self._changed:
            if reason != self._problem:
                self._news.append((f"Your work cannot be kept: {reason}.", True))
            self._problem = reason
            self._attempts += 1


def _reason(error: Exception) -> str:
    """Return a short reason why a session cannot be written."""
    if isinstance(error, UnicodeError):
        return "a name in it is no valid text"
    if isinstance(error, OSError):
        return clean_text(reason_of(error)).rstrip(".")
    return clean_text(f"{type(error).__name__}: {error}").rstrip(".")


def thumbnail_of(pixels: Pixels) -> bytes:
    """Encode a small PNG of an image [H, W, 3 or 4]."""
    picture = Image.fromarray(pixels[..., :3])
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()


def _encoded(pixels: Pixels | None) -> bytes:
    return b"" if pixels is None else thumbnail_of(pixels)
