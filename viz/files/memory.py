"""State that outlives a window: autosave, the last session, and room for arrays.

Each window has a session of its own in the folder, and a lock that the system lets go when the process ends, however
it ends: a session whose lock is free belongs to a window that did not close. Closing renames it to `last.stylescope`.
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


MOST_BYTES = 1 << 28
"""Arrays take no more than this, as long as steps can be forgotten instead."""
FOLDER = "sessions"
"""In the folder of the settings."""


class Memory:
    """One window's."""

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
        """Bring back what a crash left, or say where it is."""
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
        """Call once a frame: the scene with what files gave."""

        def name(step: str) -> None:
            self._store.step = step

        scene = self.files.arrive(scene, facts, name)
        if scene.interaction.following.waiting and not self.files.busy:
            scene, gone = resumed(scene)
            if gone:
                self._say(f"The run that was followed is not there any more: {gone}.")
        return scene

    def look(self, scene: Scene) -> None:
        """Call once a frame with the present scene."""
        if self._store.history.version != self._looked and not self.files.busy:
            self._looked = self._store.history.version
            self._make_room(scene)
        if self._autosave is not None:
            self._autosave.look(scene.document, scene.view)
            if problem := self._autosave.problem():
                self._say(problem, bad=True)

    def _make_room(self, scene: Scene) -> None:
        """Where arrays take more than `MOST_BYTES`, let go those that nothing names, then the oldest steps."""
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
        """The states that undo and redo lead to; the same object while there are no others."""
        history = self._store.history
        if self._version != history.version:
            self._version = history.version
            self._states = States(history.states, len(history.done))
        return self._states

    def close(self) -> None:
        """Finish writing, and keep what the window shows as the last session."""
        self.files.close()
        if self._autosave is not None:
            self._autosave.close()
