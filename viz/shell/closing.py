"""Closing the window: only once the work is kept, or its user says that it need not be."""

import time
from collections.abc import Callable
from typing import Literal

from viz.files import leaving_dialog
from viz.files.memory import Memory
from viz.state.interaction import Dialog
from viz.state.scene import Closing, Scene

PATIENCE_S = 10.0
"""Seconds after which a disk that does not answer counts as one that refuses."""


class Leaving:
    """Steps from the wish to close to the end of the frame loop.

    Args:
        memory: Keeps the work.
        end: Ends the frame loop.
    """

    def __init__(self, memory: Memory, end: Callable[[], None]) -> None:
        self._memory, self._end = memory, end
        self._how: Closing | Literal[""] = ""
        self._since, self._attempts = 0.0, 0

    def ask(self, how: Closing) -> None:
        """Begin to close. See `viz.state.scene.Closing`."""
        self._how, self._since = how, time.monotonic()
        if (autosave := self._memory.autosave) is not None:
            self._attempts = autosave.attempts
            autosave.flush()

    def look(self, scene: Scene) -> Scene:
        """Close if that is possible now, else ask. Call once a frame, with the stored scene."""
        autosave = self._memory.autosave
        if self._how == "":
            return scene
        if self._how == "anyway" or autosave is None or autosave.settled or self._memory.is_written(scene):
            self._end()
        elif self._how == "saved" and self._memory.files.busy:
            return scene
        elif self._how == "saved":
            self._how = ""  # the message says why it could not be saved
        elif autosave.attempts > self._attempts or time.monotonic() - self._since > PATIENCE_S:
            self._how = ""
            return scene.interacting(dialog=Dialog(leaving_dialog.NAME, fresh=True))
        return scene
