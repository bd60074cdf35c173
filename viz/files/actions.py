"""Actions on files: open networks, sessions, latents and directions; save images and sessions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.runs import newest_network
from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.document import request_for
from renderer.document.recall import SUFFIXES
from renderer.document.recipe import Recipe
from renderer.ipc.protocol import Network, Still
from viz.files import direction_files
from viz.files.capture import CAPTURES, folder_of
from viz.files.sessions import FILES
from viz.state.facts import JobStatus
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.state.snapshots import NETWORK_SUFFIXES


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
        source = newest_network(self.source) or self.source
        again = document.network.reload + 1 if document.network.source == source else 0
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

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading it if there is one."""
        path = self.path or next((one.path for one in window.facts.sessions), "")
        if path:
            greeting = "What was there when its window was closed is back"
            window.facts.services[FILES].open_kept(Path(path), greeting, "Undo takes it away.")
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
    """Open w vectors from a `.npz` or `.npy` file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading."""
        window.facts.services[FILES].open_latent(Path(self.path))
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
class OpenDirection(Action):
    """Add a direction from a `.npy` file."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading."""
        window.facts.services[FILES].open_direction(Path(self.path))
        return scene


@dataclass(frozen=True)
class SavePicture(Action):
    """Save the image as a numbered PNG in the capture folder; a low-res image is rendered at full resolution first."""

    def run(self, scene: Scene, window: Window) -> None:
        """Start writing if there is an image."""
        facts, shown = window.facts, window.link.shown
        frame, pixels = facts.frame, facts.pixels()
        if frame is None or pixels is None or shown is None:
            return
        made, folder, writer = Recipe(*shown), folder_of(scene.settings), facts.services[CAPTURES]

        def write(pixels: NDArray[np.uint8]) -> None:
            writer.write(folder, pixels, lambda: {recipe.KEY: recipe.write(made, facts.arrays)})

        def rendered(status: JobStatus) -> None:
            if status.result is not None:
                write(np.asarray(status.result))
            else:
                why = status.failure.message if status.failure else ""
                window.say("The picture could not be saved.", why, bad=True)

        if frame.low_res:
            request = request_for(made.document, made.display, scene.settings.device, 0)
            if made.at is not None:
                request = requested(request, made.document.timeline, made.at)
            facts.jobs.once(Still(request), rendered)
        else:
            write(pixels.copy())


@dataclass(frozen=True)
class SaveWindow(Action):
    """Save a screenshot of the window as a numbered PNG in the capture folder."""

    def run(self, scene: Scene, window: Window) -> None:
        """Save the next frame."""
        writer, folder = window.facts.services[CAPTURES], folder_of(scene.settings)
        window.photograph(lambda pixels: writer.write(folder, pixels))


@dataclass(frozen=True)
class SavePixels(Action):
    """Save computed pixels as a numbered PNG in the capture folder."""

    make: Callable[[], NDArray[np.uint8]]
    """Returns the image, [H, W, 3 or 4]; called on the writing thread."""

    def run(self, scene: Scene, window: Window) -> None:
        """Queue the capture."""
        window.facts.services[CAPTURES].write(folder_of(scene.settings), self.make)


def dropped(scene: Scene, window: Window, path: str) -> Scene:
    """Return the scene that opens a file dropped on the window; unknown file types give a message."""
    suffix = Path(path).suffix.lower()
    if suffix in SUFFIXES:
        return scene.request(OpenFile(path))
    if suffix == ".npz":
        return scene.request(OpenLatent(path))
    if suffix in direction_files.SUFFIXES:
        return scene.request(OpenDirection(path))
    source, problem = dropped_source(path)
    if problem:
        window.say(problem, bad=True)
        return scene
    return scene.request(OpenNetwork(source))


def dropped_source(path: str) -> tuple[str, str]:
    """Return the network to open for a dropped file or folder, and an error message if there is none."""
    place = Path(path)
    if place.is_dir() or place.suffix.lower() in NETWORK_SUFFIXES:
        return path, ""
    known = " or ".join(NETWORK_SUFFIXES)
    return (
        "",
        f"{place.name} is no network: drop a {known} file, a run folder, or a picture, film or session of StyleScope.",
    )


def report(window: Window) -> None:
    """Report captures written since the last call. Call once a frame."""
    if written := window.facts.services[CAPTURES].poll():
        if written.problem:
            window.say(written.problem, bad=True)
        else:
            window.saved(written.path)
