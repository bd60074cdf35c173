"""Opening and saving sessions, recipes in images and films, and latents, on a background thread."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from foundation.arrays import save_latents
from foundation.background import Worker
from renderer.document import recall as recalling
from renderer.document import session as sessions
from renderer.document.arrays import AnyArray, ArrayStore
from renderer.document.document import request_for
from renderer.document.recall import Recalled
from renderer.document.recipe import RecipeError
from renderer.document.session import Session
from renderer.ipc.protocol import Display, Styles
from viz.files import direction_files, latents
from viz.files.restoring import fitting, missing, restored, with_latent
from viz.state.facts import Facts, JobStatus, ServiceKey
from viz.state.playback import animated
from viz.state.scene import Say, Scene

THUMBNAIL = 256
"""Side of the thumbnail in a session, in pixels."""

Change = Callable[[Scene, Facts], Scene]


@dataclass(frozen=True)
class _Read:
    """Result of reading a file: a change of the scene, or an error message."""

    name: str
    change: Change | None = None
    problem: str = ""


class Files:
    """Background file operations of the window. Results change the scene in a later frame, as one undo step."""

    def __init__(self, arrays: ArrayStore, say: Say, wake: Callable[[], None], last: Path | None) -> None:
        self._arrays, self._say, self._last = arrays, say, last
        self._worker: Worker[Callable[[], _Read], _Read] = Worker("files", lambda work: work(), wake)
        self.path = ""
        """Path of the current session file; empty if there is none."""

    @cached_property
    def has_last(self) -> bool:
        """Return True if a session of the previously closed window existed at the first call."""
        return self._last is not None and self._last.is_file()

    def open(self, path: Path, greeting: str = "", detail: str = "") -> None:
        """Read a session, image, film or text; `greeting` replaces its name in the message."""
        self._later(lambda: self._recall(path, greeting, detail))

    def open_last(self) -> None:
        """Read the session of the previously closed window, if it exists."""
        if self._last is not None:
            self.open(self._last, "What you had when the window was last closed is back", "Undo takes it away.")

    def open_latent(self, path: Path) -> None:
        """Read w vectors."""
        self._later(lambda: self._latent(path))

    def open_direction(self, path: Path) -> None:
        """Read a direction."""
        self._later(lambda: self._direction(path))

    def save_session(self, scene: Scene, facts: Facts, path: Path) -> None:
        """Save the current state of the window."""
        pixels = facts.pixels()
        own = None if pixels is None else pixels.copy()
        session = Session(scene.document, scene.view)
        self._later(lambda: self._write_session(path, session, own))

    def save_latent(self, scene: Scene, facts: Facts, path: Path) -> None:
        """Compute and save the w vectors of the shown image."""
        request = animated(request_for(scene.document, Display(), scene.settings.device, 0), scene)
        facts.jobs.once(Styles(request), lambda status: self._styles(status, path))

    def arrive(self, scene: Scene, facts: Facts, name_step: Callable[[str], None]) -> Scene:
        """Return the scene with all files read since the last call. Call once a frame."""
        while (read := self._worker.poll()) is not None:
            if read.problem:
                self._say(read.problem, bad=True)
            elif read.change is not None:
                changed = read.change(scene, facts)
                if changed.document != scene.document:
                    name_step(f"Open {read.name}")
                scene = changed
        return scene

    @property
    def busy(self) -> bool:
        """Return True while anything is being read or written."""
        return self._worker.busy

    def close(self) -> None:
        """Finish writing."""
        self._worker.close(None)

    def _later(self, work: Callable[[], _Read]) -> None:
        self._worker.submit(work)

    # -- in the thread --

    def _recall(self, path: Path, greeting: str, detail: str) -> _Read:
        try:
            found = recalling.recall(path, self._arrays)
        except RecipeError as error:
            return _Read(path.name, problem=str(error))
        name = "last session" if greeting else path.name
        return _Read(name, lambda scene, facts: self._take_up(scene, facts, found, path, greeting, detail))

    def _latent(self, path: Path) -> _Read:
        try:
            array = latents.load(path)
        except ValueError as error:
            return _Read(path.name, problem=str(error))
        return _Read(path.name, lambda scene, facts: self._take_latent(scene, facts, array, path.name))

    def _direction(self, path: Path) -> _Read:
        try:
            array = direction_files.load(path)
        except ValueError as error:
            return _Read(path.name, problem=str(error))
        return _Read(path.name, lambda scene, facts: self._take_direction(scene, facts, array, path))

    def _write_session(self, path: Path, session: Session, pixels: NDArray[np.uint8] | None) -> _Read:
        try:
            sessions.save(path, session, self._arrays, b"" if pixels is None else _thumbnail(pixels))
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return _Read(path.name, problem=f"The session cannot be saved as {path}: {reason}.")
        return _Read(path.name, lambda scene, facts: self._saved(scene, path, is_session=True))

    def _write_latent(self, path: Path, ws: AnyArray) -> _Read:
        try:
            save_latents(path, ws)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return _Read(path.name, problem=f"The latent cannot be saved as {path}: {reason.rstrip('.')}.")
        return _Read(path.name, lambda scene, facts: self._saved(scene, path))

    # -- in the window's thread --

    def _take_up(self, scene: Scene, facts: Facts, found: Recalled, path: Path, greeting: str, detail: str) -> Scene:
        source = found.document.network.source
        after = restored(scene, found)
        lost = list(found.notes)
        if missing(source):
            if facts.model is not None:
                document, left_out = fitting(after.document, self._arrays, facts.model)
                after, lost = replace(after, document=document), [*lost, *left_out]
            self._say(
                f"The network of {path.name} is not there: {source}.",
                "The present one stays, with all the rest. Open the network where it is now.",
                bad=True,
            )
        if path.suffix.lower() == sessions.SUFFIX and path != self._last and not greeting:
            self.path = str(path)
        if lost:
            self._say(f"Opened {path.name}, but some of it is lost.", "; ".join(lost[:6]), bad=True)
        elif not missing(source):
            self._say(greeting or f"Opened {path.name}", detail)
        return after

    def _take_latent(self, scene: Scene, facts: Facts, array: AnyArray, name: str) -> Scene:
        if facts.model is None:
            self._say(f"{name} needs a network: open one first.", bad=True)
            return scene
        try:
            ref = self._arrays.add(latents.fit(array, facts.model, name))
        except ValueError as error:
            self._say(str(error), bad=True)
            return scene
        more = f"The first of its {len(array)} latents." if len(array) > 1 else ""
        self._say(f"Opened {name}", more)
        return replace(scene, document=with_latent(scene.document, ref))

    def _take_direction(self, scene: Scene, facts: Facts, array: AnyArray, path: Path) -> Scene:
        if wrong := direction_files.misfit(array, facts.model):
            self._say(
                f"{path.name} cannot be added: {wrong}.", "Open the network that it was made for first.", bad=True
            )
            return scene
        self._say(f"Added {path.stem}", "Its slider is in the section Directions.")
        return direction_files.added(scene, path.stem, self._arrays.add(array))

    def _styles(self, status: JobStatus, path: Path) -> None:
        if status.failure is not None or status.result is None:
            why = status.failure.message if status.failure else "The renderer did not answer."
            self._say(f"The latent cannot be saved. {why}", bad=True)
            return
        ws = status.result
        self._later(lambda: self._write_latent(path, ws))

    def _saved(self, scene: Scene, path: Path, *, is_session: bool = False) -> Scene:
        if is_session:
            self.path = str(path)
        self._say(f"Saved {path.name}", str(path.parent), folder=str(path.parent))
        return scene


FILES: ServiceKey[Files] = ServiceKey("files")


def _thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Encode a small PNG of an image [H, W, 4]."""
    picture = Image.fromarray(pixels[..., :3])
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()
