"""What the window remembers: its states, its files, and what a crash must not take away."""

from pathlib import Path

from imgui_bundle import hello_imgui

from renderer.document.arrays import ArrayStore, refs_in
from viz.files.autosave import Autosave
from viz.files.sessions import Files
from viz.state.facts import Facts, States
from viz.state.followed_run import resumed
from viz.state.options import Options
from viz.state.scene import Scene
from viz.state.store import Store
from viz.state.window import Say

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
