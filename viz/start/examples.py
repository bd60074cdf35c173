"""Examples that open as sessions: a mix, a loop, a direction, a turning input."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foundation.bundled import ASSETS, AVATARS
from foundation.inputs import open_picture
from renderer.document import recall
from renderer.document.archive import Archive
from renderer.document.parts import Network
from renderer.document.recipe import RecipeError
from viz.files.restoring import restored
from viz.state.params import put
from viz.state.scene import Action, Scene, Window
from viz.state.swatches import joined

FOLDER = ASSETS / "examples"
PATTERN = "pattern-t-128.safetensors"
_MOST_THUMBNAIL = 1 << 20


@dataclass(frozen=True)
class Example:
    """A session that comes with StyleScope."""

    stem: str
    title: str
    note: str
    network: str
    """Bundled file that it needs."""
    moves: Literal["", "timeline", "turn", "direction"] = ""
    """Motion that plays once it is open."""

    @property
    def path(self) -> Path:
        """Path of the session."""
        return FOLDER / f"{self.stem}.stylescope"


EXAMPLES = (
    Example("mix", "Mix two faces", "4 layers taken", AVATARS.name),
    Example("loop", "A loop of 12 s", "ready to export", AVATARS.name, moves="timeline"),
    Example("direction", "One direction", "has a slider", AVATARS.name),
    Example("turn", "Turn the input", "StyleGAN3 only", PATTERN, "turn"),
)


@dataclass(frozen=True)
class OpenExample(Action):
    """Open an example, as one step."""

    example: Example

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with its document, and what it shows playing."""
        example = self.example
        try:
            found = recall.recall(example.path, window.facts.arrays)
        except RecipeError as error:
            window.say(f"The example “{example.title}” cannot be opened.", str(error), bad=True, about="open")
            return scene
        source = str(ASSETS / example.network)
        shelf = joined(scene.document.shelf, found.document.shelf)
        document = replace(found.document, network=Network(source), shelf=shelf)
        before = scene.view
        scene = restored(scene, replace(found, document=document))
        view = scene.view
        kept = replace(before, display=view.display, motion=view.motion, playback=view.playback, workspace="explore")
        scene = replace(scene, view=kept)
        window.steps.step = f"Open {example.title}"
        if example.moves == "timeline":
            playback = replace(scene.view.playback, at=0.0, on=True, playing=True)
            scene = replace(scene, view=replace(scene.view, playback=playback))
        if example.moves == "turn":
            scene = put(put(scene, "view.motion.turn", True), "view.motion.turn_speed", 12.0)
        return scene


@cache
def thumbnail(path: Path) -> NDArray[np.uint8] | None:
    """Return the picture in a session, [H, W, 4]; None if there is none that can be read."""
    try:
        with Archive(path, lambda name: name == "thumbnail.png") as archive:
            content = archive.read("thumbnail.png", _MOST_THUMBNAIL)
        with open_picture(content or b"", formats=("PNG",)) as picture:
            return np.asarray(picture.convert("RGBA")).copy()
    except (OSError, ValueError):
        return None
