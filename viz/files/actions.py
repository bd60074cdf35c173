"""Actions on files: open networks, sessions, latents and directions; save images and sessions."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.files import write_numbered
from foundation.network_files import NETWORK_SUFFIXES, newest_of
from foundation.pictures import bits_of
from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.document import Document, request_for
from renderer.document.recall import SUFFIXES
from renderer.document.recipe import Recipe
from renderer.ipc.protocol import DeepStill, Display, Network, Still
from viz.files.capture import CAPTURES, SMALL_RESOLUTION, Pixels, enlarged, folder_of, scale_for
from viz.files.clipboard import CLIPBOARD
from viz.files.drops import Dropped
from viz.files.network_saver import NETWORK_SAVER
from viz.files.sessions import FILES
from viz.state.facts import JobStatus
from viz.state.scene import Action, Scene, ShowDialog, Window


@dataclass(frozen=True)
class OpenNetwork(Action):
    """Open a path, a URL, or the newest network of a run folder.

    It is added to the recent networks once rendered; the same source is reloaded.
    """

    source: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the other network."""
        document = scene.document
        # A folder's newest network would be another one after its run's next snapshot.
        source, passed = newest_of(self.source)
        source = source or self.source
        if passed:
            window.say(f"{passed[0]} is not written whole yet.", f"{Path(source).name} was opened, the one before.")
        again = document.network.reload + 1 if document.network.source == source else 0
        scene = scene.interacting(notifications=scene.interaction.notifications.mended("open"))
        return replace(scene, document=replace(document, network=Network(source, again)))


@dataclass(frozen=True)
class OpenFile(Action):
    """Open a session, or the recipe in an image, film or text file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading; a later frame's scene has the result."""
        window.facts.services[FILES].open(Path(self.path))
        return scene


@dataclass(frozen=True)
class OpenRecentSession(Action):
    """Restore the session of an earlier window: that of a path, or the newest one."""

    path: str = ""
    network: str = ""
    """Path of its network; empty for the one that it names."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading it if there is one."""
        path = self.path or next((one.path for one in window.facts.sessions), "")
        if path:
            greeting = "What was there when its window was closed is back"
            files = window.facts.services[FILES]
            files.open_kept(Path(path), greeting, "Undo takes it away.", network=self.network)
        return scene


@dataclass(frozen=True)
class SaveSession(Action):
    """Save the session. An empty path means the current session file, or a dialog if there is none."""

    path: str = ""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start writing, or open the dialog for the path."""
        path = self.path or window.facts.session
        if not path:
            return scene.request(ShowDialog("save-session"))
        window.facts.services[FILES].save_session(scene, window.facts, Path(path))
        return scene


@dataclass(frozen=True)
class OpenLatent(Action):
    """Open w vectors from a `.npz`, `.npy` or `.pt` file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading."""
        window.facts.services[FILES].open_latent(Path(self.path))
        return scene


@dataclass(frozen=True)
class OpenCondition(Action):
    """Take the numbers of the condition from a file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading."""
        window.facts.services[FILES].open_condition(Path(self.path))
        return scene


@dataclass(frozen=True)
class SaveLatent(Action):
    """Save the w vectors of the current image to a `.npz` or `.npy` file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start computing them."""
        window.facts.services[FILES].save_latent(scene, window.facts, Path(self.path))
        return scene


@dataclass(frozen=True)
class SaveNetwork(Action):
    """Save the open network's file in another format, which the ending of the path gives, or its blend with others."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start a process that writes it."""
        model = window.facts.model
        source = model.file if model is not None and model.file else scene.document.network.source
        window.facts.services[NETWORK_SAVER].save(source, self.path, scene.document.weights)
        return scene


@dataclass(frozen=True)
class OpenDirection(Action):
    """Add the directions of a `.npz`, `.npy` or `.pt` file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading."""
        window.facts.services[FILES].open_direction(Path(self.path))
        return scene


@dataclass(frozen=True)
class SavePicture(Action):
    """Save the image as a numbered file in the capture folder, in the format of the settings.

    A low-res image is rendered at full resolution first. That of a small network is enlarged as the settings say; the
    recipe in it is that of the image itself.
    """

    def run(self, scene: Scene, window: Window) -> None:
        """Start writing if there is an image."""
        facts, shown, kind = window.facts, window.link.shown, scene.settings.capture_format
        if shown is None:
            return
        made, folder, writer = Recipe(*shown), folder_of(scene.settings), facts.services[CAPTURES]

        def texts() -> Mapping[str, str]:
            return {recipe.KEY: recipe.write(made, facts.arrays)}

        def write(pixels: Callable[[], Pixels]) -> None:
            writer.write(folder, pixels, texts, kind)

        _with_pixels(scene, window, write, "saved", deep=bits_of(kind) == 16)


@dataclass(frozen=True)
class CopyPicture(Action):
    """Copy the image to the clipboard as it would be saved, with its transparency."""

    def run(self, scene: Scene, window: Window) -> None:
        """Start copying if there is an image."""
        _with_pixels(scene, window, window.facts.services[CLIPBOARD].copy, "copied")


def _with_pixels(
    scene: Scene, window: Window, take: Callable[[Callable[[], Pixels]], None], what: str, deep: bool = False
) -> None:
    """Pass the present image at full resolution, enlarged as the settings say, to `take` as a function.

    Args:
        scene: The present scene.
        window: Its window; without an image nothing happens.
        take: Gets a function that returns the pixels, to be called on another thread.
        what: What becomes of it, for the message of a failure.
        deep: With 16 bits a channel, which are always rendered anew.
    """
    facts, shown = window.facts, window.link.shown
    frame, pixels = facts.frame, facts.pixels()
    if frame is None or pixels is None or shown is None:
        return
    if frame.low_res or deep:
        _render(scene, window, shown, take, what, deep)
    else:
        own, scale = pixels.copy(), _scale(scene, window)
        take(lambda: enlarged(own, scale))


def _scale(scene: Scene, window: Window) -> int:
    model = window.facts.model
    return scale_for(scene.settings, model.resolution if model else SMALL_RESOLUTION + 1)


def _render(
    scene: Scene,
    window: Window,
    shown: tuple[Document, Display, float | None],
    take: Callable[[Callable[[], Pixels]], None],
    what: str,
    deep: bool = False,
) -> None:
    """Render a document at full resolution, and pass the image to `take`; otherwise like `_with_pixels`."""
    document, display, at = shown
    scale = _scale(scene, window)

    def rendered(status: JobStatus) -> None:
        if status.result is not None:
            made = np.asarray(status.result)
            take(lambda: enlarged(made, scale))
        else:
            why = status.failure.message if status.failure else ""
            window.say(f"The picture could not be {what}.", why, bad=True, about="save" if what == "saved" else "copy")

    request = request_for(document, display, scene.settings.device, 0)
    if at is not None:
        request = requested(request, document.timeline, at)
    window.facts.jobs.once(DeepStill(request) if deep else Still(request), rendered)


@dataclass(frozen=True)
class SaveState(Action):
    """Save the image of another document, as of a state of the history, like `SavePicture`."""

    document: Document
    at: float | None = None
    """Seconds of its timeline; None: the document itself."""

    def run(self, scene: Scene, window: Window) -> None:
        """Start rendering and writing."""
        facts, kind = window.facts, scene.settings.capture_format
        shown = self.document, Display(), self.at
        folder, writer = folder_of(scene.settings), facts.services[CAPTURES]

        def texts() -> Mapping[str, str]:
            return {recipe.KEY: recipe.write(Recipe(*shown), facts.arrays)}

        def write(pixels: Callable[[], Pixels]) -> None:
            writer.write(folder, pixels, texts, kind)

        _render(scene, window, shown, write, "saved", bits_of(kind) == 16)


@dataclass(frozen=True)
class CopyState(Action):
    """Copy the image of another document to the clipboard, like `CopyPicture`."""

    document: Document
    at: float | None = None
    """Seconds of its timeline; None: the document itself."""

    def run(self, scene: Scene, window: Window) -> None:
        """Start rendering and copying."""
        _render(scene, window, (self.document, Display(), self.at), window.facts.services[CLIPBOARD].copy, "copied")


@dataclass(frozen=True)
class SaveWindow(Action):
    """Save a screenshot of the window as a numbered PNG in the capture folder."""

    def run(self, scene: Scene, window: Window) -> None:
        """Save the next frame."""
        writer, folder = window.facts.services[CAPTURES], folder_of(scene.settings)
        window.photograph(lambda pixels: writer.write(folder, pixels[..., :3]))


@dataclass(frozen=True)
class SavePixels(Action):
    """Save computed pixels as a numbered PNG in the capture folder."""

    make: Callable[[], NDArray[np.uint8]]
    """Returns the image, [H, W, 3 or 4]; called on the writing thread."""

    def run(self, scene: Scene, window: Window) -> None:
        """Queue the capture."""
        window.facts.services[CAPTURES].write(folder_of(scene.settings), self.make)


@dataclass(frozen=True)
class SaveTable(Action):
    """Save a table as a numbered CSV file in a folder of the capture folder."""

    name: str
    """Name of the folder."""
    text: str

    def run(self, scene: Scene, window: Window) -> None:
        """Write it."""
        folder = folder_of(scene.settings) / self.name
        try:
            path = write_numbered(folder, ".csv", self._write)
        except OSError as error:
            window.say(f"The table cannot be saved in {folder}: {error.strerror or error}.", bad=True, about="save")
        else:
            window.saved(str(path))

    def _write(self, part: Path) -> None:
        part.write_text(self.text, encoding="utf-8")


def dropped(scene: Scene, window: Window, file: Dropped) -> Scene:
    """Return the scene that opens a file dropped on the window; unknown file types give a message."""
    path, suffix = file.path, Path(file.path).suffix.lower()
    if suffix in SUFFIXES:
        return scene.request(OpenFile(path))
    if file.holds == "latents":
        return scene.request(OpenLatent(path))
    if file.holds == "direction":
        return scene.request(OpenDirection(path))
    source, problem = dropped_source(path)
    if problem:
        window.say(problem, bad=True, about="open")
        return scene
    return scene.request(OpenNetwork(source))


def dropped_source(path: str) -> tuple[str, str]:
    """Return the network to open for a dropped file or folder, and an error message if there is none."""
    place = Path(path)
    if os.path.isdir(place) or place.suffix.lower() in NETWORK_SUFFIXES:
        return path, ""
    known = ", ".join(NETWORK_SUFFIXES[:-1]) + f" or {NETWORK_SUFFIXES[-1]}"
    return (
        "",
        f"{place.name} is no network: drop a {known} file, a run folder, or a picture, film or session of StyleScope.",
    )


def report(window: Window) -> None:
    """Report captures and networks written since the last call. Call once a frame."""
    if saved := window.facts.services[NETWORK_SAVER].poll():
        if saved.problem:
            window.say(saved.problem, bad=True, about="save")
        else:
            window.say(f"Saved {Path(saved.path).name}", saved.notes, about="save")
    if (problem := window.facts.services[CLIPBOARD].poll()) is not None:
        if problem:
            window.say("The picture cannot be copied", f"{problem[:1].upper()}{problem[1:]}.", bad=True, about="copy")
        else:
            window.say("Copied the picture", about="copy")
    if written := window.facts.services[CAPTURES].poll():
        if written.problem:
            window.say(written.problem, bad=True, about="save")
        else:
            window.saved(written.path, size=written.size)
