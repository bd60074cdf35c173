"""Opening and saving sessions, recipes in images and films, and latents, on a background thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.arrays import save_latents
from foundation.background import Worker
from foundation.directions import NamedDirection
from foundation.inputs import clean_text
from foundation.specs.image_files import is_image
from foundation.words import counted
from renderer.document import recall as recalling
from renderer.document import session as sessions
from renderer.document.arrays import AnyArray, ArrayStore
from renderer.document.document import request_for
from renderer.document.recall import Recalled
from renderer.document.recipe import RecipeError
from renderer.document.session import Session
from renderer.ipc.protocol import Display, Network, Styles
from viz.files import direction_files, latents
from viz.files.kept import folder as session_folder
from viz.files.kept.autosave import thumbnail_of
from viz.files.restoring import fitting, fitting_swatches, missing, restored, with_latent
from viz.state.facts import Facts, JobStatus, ServiceKey
from viz.state.finding import finder
from viz.state.playback import animated
from viz.state.scene import Say, Scene
from viz.state.swatches import joined, present

Change = Callable[[Scene, Facts], Scene]


@dataclass(frozen=True)
class _Read:
    """Result of reading a file: a change of the scene, or an error message."""

    name: str
    change: Change | None = None
    problem: str = ""
    at_start: bool = False
    """Of the session that a window begins with: its document needs no step."""
    wrote: Session | None = None
    """State that was saved."""


class Files:
    """Background file operations of the window. Results change the scene in a later frame, as one undo step."""

    def __init__(self, arrays: ArrayStore, say: Say, wake: Callable[[], None]) -> None:
        self._arrays, self._say = arrays, say
        self._worker: Worker[Callable[[], _Read], _Read] = Worker("files", lambda work: work(), wake)
        self.path = ""
        """Path of the current session file; empty if there is none."""
        self.wrote: Session | None = None
        """State that was saved last."""

    def open(self, path: Path) -> None:
        """Read a session, image, film or text."""
        self._later(lambda: self._recall(path))

    def open_kept(
        self, path: Path, greeting: str = "", detail: str = "", *, at_start: bool = False, network: str = ""
    ) -> None:
        """Read a session that a window has kept by itself, which saving does not overwrite.

        Args:
            path: The file. If it cannot be read, it is renamed and stays.
            greeting: Message once it is there; empty for none.
            detail: Explanation of the message.
            at_start: The window begins with it, so that there is nothing to go back to.
            network: Path of its network; empty for the one that it names.
        """
        self._later(lambda: self._recall_kept(path, greeting, detail, at_start, network))

    def shelve(self, path: Path) -> None:
        """Read a session, image, film or text, and put its styles on the shelf."""
        self._later(lambda: self._recall_styles(path))

    def open_latent(self, path: Path) -> None:
        """Read w vectors."""
        self._later(lambda: self._latent(path))

    def open_condition(self, path: Path) -> None:
        """Read the numbers of a condition."""
        self._later(lambda: self._condition(path))

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

    def arrive(
        self, scene: Scene, facts: Facts, name_step: Callable[[str], None], begin: Callable[[Scene], None]
    ) -> Scene:
        """Return the scene with all files read since the last call. Call once a frame.

        Args:
            scene: The present scene.
            facts: Facts of the frame.
            name_step: Gets the name of the step that a changed document makes.
            begin: Gets the scene that the window begins with.
        """
        while (read := self._worker.poll()) is not None:
            self.wrote = read.wrote or self.wrote
            if read.problem:
                self._say(read.problem, bad=True, about="open")
            elif read.change is not None:
                changed = read.change(scene, facts)
                if read.at_start:
                    begin(changed)
                elif changed.document != scene.document:
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

    def _recall(self, path: Path) -> _Read:
        try:
            found = recalling.recall(path, self._arrays)
        except RecipeError as error:
            return _Read(path.name, problem=str(error))
        own = str(path) if path.suffix.lower() == sessions.SUFFIX else ""
        photo, greeting = str(path) if is_image(path.name) else "", f"Opened {path.name}"
        return _Read(
            path.name, lambda scene, facts: self._take_up(scene, facts, found, path.name, greeting, "", own, photo)
        )

    def _recall_kept(self, path: Path, greeting: str, detail: str, at_start: bool, network: str = "") -> _Read:
        name = "last session"
        try:
            found = recalling.recall(path, self._arrays)
            if network:
                found = replace(found, document=replace(found.document, network=Network(network)))
        except RecipeError as error:
            # A file that the system does not let us read may be readable later.
            aside = path if isinstance(error.__cause__, OSError) else session_folder.set_aside(path)
            return _Read(name, problem=f"The last session cannot be opened; it stays as {aside}. {error}"[:300])
        return _Read(
            name, lambda scene, facts: self._take_up(scene, facts, found, name, greeting, detail), at_start=at_start
        )

    def _recall_styles(self, path: Path) -> _Read:
        try:
            found = recalling.recall(path, self._arrays)
        except RecipeError as error:
            return _Read(path.name, problem=str(error))
        return _Read(path.name, lambda scene, facts: self._take_styles(scene, facts, found, path))

    def _latent(self, path: Path) -> _Read:
        try:
            array = latents.load(path)
        except ValueError as error:
            return _Read(path.name, problem=str(error))
        return _Read(path.name, lambda scene, facts: self._take_latent(scene, facts, array, path.name))

    def _condition(self, path: Path) -> _Read:
        try:
            numbers = latents.load_condition(path)
        except ValueError as error:
            return _Read(path.name, problem=f"{error}.")
        return _Read(path.name, lambda scene, facts: self._take_condition(scene, facts, numbers, path.name))

    def _direction(self, path: Path) -> _Read:
        try:
            found = direction_files.load(path)
        except ValueError as error:
            return _Read(path.name, problem=str(error))
        return _Read(path.name, lambda scene, facts: self._take_directions(scene, facts, found, path))

    def _write_session(self, path: Path, session: Session, pixels: NDArray[np.uint8] | None) -> _Read:
        try:
            sessions.save(path, session, self._arrays, b"" if pixels is None else thumbnail_of(pixels))
        except (OSError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return _Read(path.name, problem=f"The session cannot be saved as {path}: {reason}.")
        return _Read(path.name, lambda scene, facts: self._saved(scene, path, is_session=True), wrote=session)

    def _write_latent(self, path: Path, ws: AnyArray) -> _Read:
        try:
            save_latents(path, ws)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return _Read(path.name, problem=f"The latent cannot be saved as {path}: {reason.rstrip('.')}.")
        return _Read(path.name, lambda scene, facts: self._saved(scene, path))

    # -- in the window's thread --

    def _take_up(
        self,
        scene: Scene,
        facts: Facts,
        found: Recalled,
        name: str,
        greeting: str,
        detail: str,
        own: str = "",
        photo: str = "",
    ) -> Scene:
        """Return the scene with the content of a file.

        `own` is the session file, `photo` the picture that it came from; empty for others.
        """
        source = found.document.network.source
        after = restored(scene, found)
        lost = list(found.notes)
        if missing(source):
            if facts.model is not None:
                document, left_out = fitting(after.document, self._arrays, facts.model)
                after, lost = replace(after, document=document), [*lost, *left_out]
            self._say(
                f"The network of {name} is not there: {source}.",
                "The present one stays, with all the rest. Open the network where it is now.",
                bad=True,
                about="open",
            )
        self.path = own or self.path
        if lost:
            self._say(f"Opened {name}, but some of it is lost.", "; ".join(lost[:6]), bad=True)
        elif greeting and not missing(source):
            self._say(greeting, detail, photo=photo, about="open")
        return after

    def _take_styles(self, scene: Scene, facts: Facts, found: Recalled, path: Path) -> Scene:
        """Return the scene with the styles of a file on the shelf: those of a session's shelf, or an image's own."""
        own = replace(present(found.document), name=clean_text(path.stem, 40))
        styles = found.document.shelf if found.view is not None and found.document.shelf else (own,)
        fit = fitting_swatches(styles, self._arrays, facts.model)
        shelf = joined(scene.document.shelf, fit)
        count = len(shelf) - len(scene.document.shelf)
        if len(fit) < len(styles):
            self._say(f"{path.name} holds styles of another network: open that one first.", bad=True, about="open")
        elif not count:
            self._say(f"The shelf holds the styles of {path.name} already")
        else:
            what = counted(count, "style")
            self._say(f"Put {what} of {path.name} on the shelf", shelf=True)
        return replace(scene, document=replace(scene.document, shelf=shelf))

    def _take_latent(self, scene: Scene, facts: Facts, array: AnyArray, name: str) -> Scene:
        if facts.model is None:
            self._say(f"{name} needs a network: open one first.", bad=True, about="open")
            return scene
        try:
            ref = self._arrays.add(latents.fit(array, facts.model, name))
        except ValueError as error:
            self._say(str(error), bad=True, about="open")
            return scene
        more = f"The first of its {len(array)} latents." if len(array) > 1 else ""
        self._say(f"Opened {name}", more, about="open")
        return replace(scene, document=with_latent(scene.document, ref))

    def _take_condition(self, scene: Scene, facts: Facts, numbers: tuple[float, ...], name: str) -> Scene:
        wanted = facts.model.c_dim if facts.model is not None else 0
        if len(numbers) != wanted:
            self._say(
                f"{name} has {len(numbers)} numbers, but this network's condition has {wanted}.", bad=True, about="open"
            )
            return scene
        self._say(f"Opened {name}", about="open")
        latent = replace(scene.document.latent, condition=numbers)
        return replace(scene, document=replace(scene.document, latent=latent))

    def _take_directions(self, scene: Scene, facts: Facts, found: tuple[NamedDirection, ...], path: Path) -> Scene:
        """Return the scene with the first directions of a file; one alone is called as the file."""
        if wrong := direction_files.misfit(found[0].vector, facts.model):
            self._say(
                f"{path.name} cannot be added: {wrong}.",
                "Open the network that it was made for first.",
                bad=True,
                about="open",
            )
            return scene
        if len(found) == 1 and not found[0].style:
            self._say(f"Added {path.stem}", "Its slider is in the section Directions.", about="open")
            network = facts.model.title if facts.model else ""
            return direction_files.added(scene, path.stem, self._arrays, found[0], network)
        text = f"Opened {counted(len(found), 'direction')} of {path.name}"
        self._say(text, "Each can be added as a slider.", about="open")
        return finder.shown(direction_files.listed(scene, path.name, found, self._arrays, facts.model))

    def _styles(self, status: JobStatus, path: Path) -> None:
        if status.failure is not None or status.result is None:
            why = status.failure.message if status.failure else "The renderer did not answer."
            self._say(f"The latent cannot be saved. {why}", bad=True, about="save")
            return
        ws = status.result
        self._later(lambda: self._write_latent(path, ws))

    def _saved(self, scene: Scene, path: Path, *, is_session: bool = False) -> Scene:
        if is_session:
            self.path = str(path)
        self._say(f"Saved {path.name}", str(path.parent), folder=str(path.parent), about="save")
        return scene


FILES: ServiceKey[Files] = ServiceKey("files")
