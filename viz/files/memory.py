"""State that outlives a window: its session, those of earlier windows, and the memory limit of arrays."""

import time
from pathlib import Path

from imgui_bundle import hello_imgui

from renderer.document.arrays import ArrayStore, refs_in
from viz.files.kept.autosave import Autosave
from viz.files.kept.folder import Kept
from viz.files.kept.recent import RecentSessions
from viz.files.kept.tidying import tidy
from viz.files.sessions import Files
from viz.link.render_link import RenderLink
from viz.state.facts import Facts, Keeping, States
from viz.state.followed_run import resumed
from viz.state.scene import Say, Scene
from viz.state.settings import Options
from viz.state.store import Store

_TRIED_AGAIN = "It is tried again every few seconds. File > Save session as… writes it elsewhere."
OPENING_S = 2.0
"""Longest time for which the window waits for its session before it renders something else, in seconds."""
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
        self.files = Files(arrays, say, hello_imgui.request_refresh)
        self._states, self._version = States(), -1
        self._opening = 0.0
        """Time until which the first image may wait for the session."""
        folder, found = options.config_dir / FOLDER, tuple[Kept, ...]()
        self.fresh = not options.network and not options.session
        """True if there is neither a session nor a network to begin with."""
        self._tidying = tidy(options.config_dir, store.scene.settings) if options.keep else None
        if options.keep:
            self._autosave = Autosave(folder, arrays, store.document)
            found = self._autosave.begin()
            self._begin(options, found)
            self.fresh = self.fresh and not found
        own = self._autosave.path if self._autosave is not None else None
        self.recent = RecentSessions(folder if options.keep else None, own, found, hello_imgui.request_refresh)
        if options.session:
            self.files.open(Path(options.session).expanduser())

    def _begin(self, options: Options, found: tuple[Kept, ...]) -> None:
        """Open the newest session, or say where that of a killed window is."""
        killed = any(one.state == "killed" for one in found)
        newest = found[0] if found else None
        if options.network or options.session or (killed and newest is not None and newest.state != "killed"):
            if killed:
                self._say(
                    "StyleScope ended unexpectedly the last time",
                    "What was open then is kept: choose File > Open recent session.",
                )
        elif newest is not None and killed:
            self.files.open_kept(
                newest.path,
                "StyleScope ended unexpectedly the last time: what was open then is back",
                "Undo takes it away.",
            )
        elif newest is not None and self._store.scene.settings.reopen:
            self._opening = time.monotonic() + OPENING_S
            self.files.open_kept(newest.path, at_start=True)

    @property
    def opening(self) -> bool:
        """Return True while the window waits for its session before it renders anything."""
        if self._opening and (time.monotonic() > self._opening or not self.files.busy):
            self._opening = 0.0
        return self._opening > 0

    def arrive(self, scene: Scene, facts: Facts) -> Scene:
        """Return the scene with the contents of opened files. Call once a frame."""

        def name(step: str) -> None:
            self._store.step = step

        def begin(first: Scene) -> None:
            if self._store.history.done:
                self._store.step = "Open last session"
                return  # something was done meanwhile, which can be gone back to
            self._store.adopt(first)
            if self._autosave is not None:
                self._autosave.opened(first.document, first.view)

        scene = self.files.arrive(scene, facts, name, begin)
        if scene.interaction.following.waiting and not self.files.busy:
            scene, missing = resumed(scene)
            if missing:
                self._say(f"The run that was followed is not there any more: {missing}.")
        return scene

    def look(self, scene: Scene, link: RenderLink | None = None) -> None:
        """Autosave and limit memory. Call once a frame with the current scene.

        Args:
            scene: The current scene.
            link: Has the image for the thumbnail.
        """
        if self._store.history.version != self._looked and not self.files.busy:
            self._looked = self._store.history.version
            self._make_room(scene)
        if self._autosave is not None:
            there = link is not None and link.shown is not None and link.shown[0] is scene.document
            self._autosave.look(scene.document, scene.view, link.pixels if link is not None and there else None)
            while (news := self._autosave.news()) is not None:
                text, bad = news
                self._say(text, _TRIED_AGAIN if bad else "", bad=bad)

    def _make_room(self, scene: Scene) -> None:
        """Reduce arrays above `MOST_BYTES`: drop unreferenced ones first, then the oldest steps."""
        while self._arrays.nbytes > MOST_BYTES:
            history = self._store.history
            steps = [step for branch in history.branches for step in branch.steps]
            documents = (*(document for _, document in history.states), *(step.after for step in steps))
            kept = (scene.document, scene.view, scene.interaction.dragger, documents, self._store.shelf.shelves)
            unused = self._arrays.names() - set(refs_in((kept, self._store.points.kept)))
            self._arrays.forget(unused)
            if unused:
                continue
            if not history.done and not history.branches:
                return
            history.forget(1 + len(history.done) // 8)

    def states(self) -> States:
        """Return the states reachable by undo and redo; the same object while they are unchanged."""
        history = self._store.history
        if self._version != history.version:
            self._version = history.version
            self._states = States(history.states, len(history.done), history.branches)
        return self._states

    @property
    def keeping(self) -> Keeping:
        """State of autosave."""
        return Keeping() if self._autosave is None else self._autosave.keeping

    @property
    def autosave(self) -> Autosave | None:
        """Autosave of this window; None if it keeps nothing."""
        return self._autosave

    def is_written(self, scene: Scene) -> bool:
        """Return True if the session file that was saved last has the present document."""
        wrote = self.files.wrote
        return wrote is not None and wrote.document == scene.document

    def close(self) -> None:
        """Finish writing, and store the current state."""
        self.files.close()
        if self._autosave is not None:
            self._autosave.close()
        if self._tidying is not None:
            self._tidying.close()
