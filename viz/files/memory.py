"""State that outlives a window: autosave, the last session, and the memory limit of arrays.

Each window has its own session in the folder, and a lock that the system releases when the process ends, even after
a crash: a session whose lock is free belongs to a crashed window. Closing renames it to `last.stylescope`.
"""

import os
import time
from pathlib import Path

from filelock import FileLock, Timeout
from imgui_bundle import hello_imgui

from foundation.background import Worker
from renderer.document.arrays import ArrayStore, refs_in
from renderer.document.document import Document, View
from renderer.document.session import SUFFIX, Session, save
from viz.files.sessions import Files
from viz.state.facts import Facts, States
from viz.state.followed_run import resumed
from viz.state.scene import Say, Scene
from viz.state.settings import Options
from viz.state.store import Store

LAST = f"last{SUFFIX}"
SETTLE_S = 1.0
"""Delay of autosave after a change, which batches changes; well within the documented 5 s."""


class Autosave:
    """Saves the session in the background. Only document changes trigger it: view changes alone are not worth saving.

    Args:
        folder: Folder for sessions of this user's windows.
        arrays: Arrays that documents refer to.
        document: Initial document of the window.
    """

    def __init__(self, folder: Path, arrays: ArrayStore, document: Document) -> None:
        self._folder, self._arrays = folder, arrays
        self._path = folder / f"window-{os.getpid()}-{time.time_ns()}{SUFFIX}"
        self._lock = _lock_of(self._path)
        self._worker: Worker[Session, str] = Worker("autosave", self._write, order="latest", settle_s=SETTLE_S)
        self._seen: tuple[Document, View] | None = None
        self._first: Document | None = document
        """Initial document, until it has changed."""

    @property
    def last(self) -> Path:
        """Path of the session of the previously closed window, which may not exist."""
        return self._folder / LAST

    def begin(self) -> Path | None:
        """Claim a file for this window's session. Returns the session taken over from a crashed window, if any.

        Raises OSError if the folder is not writable.
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
        """Move the session found by `begin` to the last session instead of continuing it."""
        self._path.replace(self.last)

    def look(self, document: Document, view: View) -> None:
        """Schedule saving of changes. Call once a frame."""
        if self._seen is not None and self._seen[0] is document and self._seen[1] is view:
            return
        self._seen = (document, view)
        if self._first is not None and document == self._first:
            return
        self._first = None
        self._worker.submit(Session(document, view))

    def problem(self) -> str:
        """Return an error message if saving has failed since the last call, else an empty string."""
        return self._worker.poll() or ""

    def close(self) -> None:
        """Save pending changes, and make them the last session. May be called twice."""
        self._worker.close(None)
        if self._lock.is_locked:
            if self._path.exists():
                self._path.replace(self.last)
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _write(self, session: Session) -> str | None:
        """Write a session; return an error message on failure."""
        try:
            save(self._path, session, self._arrays)
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return f"Your work cannot be kept in {self._folder}: {reason}. Save it where there is room."
        return None


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"))


MOST_BYTES = 1 << 28
"""Memory limit of arrays in bytes; undo steps are dropped to stay below it."""
FOLDER = "sessions"
"""Subfolder of the settings folder."""


class Memory:
    """Session, autosave and undo memory of one window."""

    def __init__(self, options: Options, arrays: ArrayStore, say: Say, store: Store) -> None:
        self._say, self._store, self._arrays = say, store, arrays
        self._looked = -1
        self._autosave: Autosave | None = None
        folder = options.config_dir / FOLDER
        if options.keep:
            self._autosave = Autosave(folder, arrays, store.document)
        last = self._autosave.last if self._autosave else None
        self.files = Files(arrays, say, hello_imgui.request_refresh, last)
        self._states, self._version = States(), -1
        self._begin(options)
        if options.session:
            self.files.open(Path(options.session).expanduser())

    def _begin(self, options: Options) -> None:
        """Restore the session of a crashed window, or report its location."""
        if self._autosave is None:
            return
        try:
            left = self._autosave.begin()
            if left is None:
                return
            if options.network or options.session:
                self._autosave.set_aside()
                self._say(
                    "StyleScope ended unexpectedly the last time",
                    "What was open then is kept: choose File > Open last session.",
                )
            else:
                self.files.open(
                    left,
                    "StyleScope ended unexpectedly the last time: what was open then is back",
                    "Undo takes it away.",
                )
        except OSError as error:
            self._say(
                f"Your work cannot be kept in {options.config_dir / FOLDER}: {error.strerror or error}.", bad=True
            )
            self._autosave = None

    def arrive(self, scene: Scene, facts: Facts) -> Scene:
        """Return the scene with the contents of opened files. Call once a frame."""

        def name(step: str) -> None:
            self._store.step = step

        scene = self.files.arrive(scene, facts, name)
        if scene.interaction.following.waiting and not self.files.busy:
            scene, missing = resumed(scene)
            if missing:
                self._say(f"The run that was followed is not there any more: {missing}.")
        return scene

    def look(self, scene: Scene) -> None:
        """Autosave and limit memory. Call once a frame with the current scene."""
        if self._store.history.version != self._looked and not self.files.busy:
            self._looked = self._store.history.version
            self._make_room(scene)
        if self._autosave is not None:
            self._autosave.look(scene.document, scene.view)
            if problem := self._autosave.problem():
                self._say(problem, bad=True)

    def _make_room(self, scene: Scene) -> None:
        """Reduce arrays above `MOST_BYTES`: drop unreferenced ones first, then the oldest steps."""
        while self._arrays.nbytes > MOST_BYTES:
            history = self._store.history
            kept = (scene.document, scene.view.compare.b, tuple(document for _, document in history.states))
            unused = self._arrays.names() - set(refs_in(kept))
            self._arrays.forget(unused)
            if unused:
                continue
            if not history.done:
                return
            history.forget(1 + len(history.done) // 8)

    def states(self) -> States:
        """Return the states reachable by undo and redo; the same object while they are unchanged."""
        history = self._store.history
        if self._version != history.version:
            self._version = history.version
            self._states = States(history.states, len(history.done))
        return self._states

    def close(self) -> None:
        """Finish writing, and store the current state as the last session."""
        self.files.close()
        if self._autosave is not None:
            self._autosave.close()
