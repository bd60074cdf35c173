"""Entries of the form for a new dataset, and the dataset that follows from them."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.datasets.files import MAY_FAIL
from foundation.datasets.survey import Survey
from foundation.datasets.video import is_video
from foundation.files import free_name
from foundation.network_files import NETWORK_SUFFIXES
from foundation.specs.image_files import is_image
from training_launcher.run import Run
from viz.files.drops import Dropped
from viz.gl.textures import Picture
from viz.runs.new_dataset.survey import Surveyor
from viz.state.facts import Facts, ServiceKey
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.state.snapshots import run_folders

if TYPE_CHECKING:
    from foundation.specs.dataset import DatasetSpec

NAME, TITLE, WIDTH = "new-dataset", "New dataset", 900
SIZES = (16, 32, 64, 128, 256, 512, 1024)
"""Sizes to choose from in pixels."""
_CPU, _GPU = 64, 256
"""Largest proposed sizes: larger ones take weeks."""


@dataclass
class Form:
    """Entries; those that are zero, empty or None are proposed."""

    source: str = ""
    dest: str = ""
    size: int = 0
    squeeze: bool = False
    """Squeeze the whole picture into a square instead of cropping it."""
    channels: int | None = None
    skip_duplicates: bool = True
    by_folder: bool = False
    rate: float = 1.0
    partial: bool = False
    making: str = ""
    """Path of the dataset that is being made, or was; empty before."""
    browsing: bool = False
    proposed: tuple[str, str] = ("", "")
    """Source and size that a name was proposed for, and that name."""
    judged: tuple[str, float, str] = ("", 0.0, "")
    """Path of a dataset, when it was looked at, and why it cannot be written there."""


@dataclass
class Making:
    """Form, survey and preview of one window."""

    surveyor: Surveyor
    form: Form = field(default_factory=Form)
    picture: Picture = field(default_factory=Picture)

    @property
    def survey(self) -> Survey:
        """Survey of the form's source, as far as it is known."""
        return self.surveyor.look(self.form.source.strip(), self.form.rate)

    def take(self, source: str) -> None:
        """Begin anew with a source."""
        self.form = Form(source=source)
        self.surveyor.forget()

    def free(self) -> None:
        """End the threads and free the texture."""
        self.surveyor.close()
        self.picture.free()


MAKING: ServiceKey[Making] = ServiceKey("new dataset")


def built(wake: Callable[[], None]) -> Making:
    """Return the service."""
    return Making(Surveyor(wake))


@dataclass(frozen=True)
class MakeDataset(Action):
    """Open the form for a new dataset, with a source or as it was left."""

    source: str = ""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene that opens it."""
        making = window.facts.services[MAKING]
        if self.source:
            making.take(self.source)
        making.form.browsing = False
        return scene.request(ShowDialog(NAME))


def waits(facts: Facts) -> bool:
    """Return True while the dialog is hidden by the file browser."""
    return facts.services[MAKING].form.browsing


def takes(scene: Scene, dropped: Dropped) -> bool:
    """Return True for a dropped path that pictures can be taken from: with the dialog open any that may hold some."""
    asked = scene.interaction.dialog.name in (NAME, "new-run")
    return _is_suited(Path(dropped.path)) if asked else dropped.holds == "pictures"


def _is_suited(place: Path) -> bool:
    return os.path.isdir(place) or place.suffix.lower() == ".zip" or is_video(place)


_LOOKED = 2000
"""Maximum number of entries of a dropped folder that are looked at."""


def holds_pictures(path: str) -> bool:
    """Return True for a folder of pictures, a zip file, or a film without a recipe; reads some of it."""
    place = Path(path)
    if not _is_suited(place):
        return False
    if not os.path.isdir(place):
        return place.suffix.lower() == ".zip" or not _may_hold_recipe(place)
    pictures, looked = False, 0
    for folder, folders, files in os.walk(place):
        if os.path.relpath(folder, place).count(os.sep) >= 2:
            folders.clear()
        for name in files:
            if name.lower().endswith(NETWORK_SUFFIXES) or name == "run.yaml":
                return False
            pictures = pictures or is_image(name)
            looked += 1
        if looked > _LOOKED:
            break
    return pictures


def _may_hold_recipe(film: Path) -> bool:
    from renderer.document import metadata, recipe
    from renderer.document.recall import FILMS

    if film.suffix.lower() not in FILMS:
        return False
    try:
        return bool(metadata.read(film, recipe.KEY))
    except (OSError, ValueError):
        return False


def proposed_size(found: Survey, gpu: bool | None) -> int:
    """Return the largest size that at least half of the pictures have, within what this computer trains, in pixels."""
    most = _GPU if gpu else _CPU
    fitting = [size for size in SIZES if size <= min(found.middle_side or SIZES[0], most)]
    return fitting[-1] if fitting else SIZES[0]


def size_of(form: Form, found: Survey, gpu: bool | None) -> int:
    """Return the chosen or proposed size in pixels."""
    return form.size or proposed_size(found, gpu)


def dest_of(form: Form, size: int, scene: Scene) -> str:
    """Return the chosen path of the dataset, or one beside the pictures, or among the runs where that is read-only."""
    if form.dest.strip():
        return str(Path(form.dest.strip()).expanduser())
    key = f"{form.source}\n{size}"
    if form.proposed[0] != key:
        source = Path(form.source.strip()).expanduser()
        stem = source.name if os.path.isdir(source) else source.stem
        folder = source.parent if os.access(source.parent, os.W_OK) else Path(run_folders(scene.settings, "")[0])
        form.proposed = key, str(free_name(folder / f"{stem or 'pictures'}-{size}.zip"))
    return form.proposed[1]


def left_out(form: Form, found: Survey) -> int:
    """Return the number of pictures looked at so far that the dataset will not hold."""
    return found.unreadable + (found.duplicates if form.skip_duplicates else 0)


def too_many(found: Survey) -> bool:
    """Return True if more than one in ten of all pictures cannot be read."""
    return found.unreadable > max(1, int(found.total * MAY_FAIL))


def problem(form: Form, found: Survey, dest: str) -> str:
    """Return why the dataset cannot be made yet, in a sentence; empty if it can."""
    if not form.source.strip():
        return "Choose a folder, a zip file or a film."
    if found.problem:
        return found.problem
    if not found.total:
        return "Looking…"
    if too_many(found) and not form.partial:
        return f"{found.unreadable} of {found.total} cannot be read, more than one in ten. Leave them out?"
    looked, at, why = form.judged
    now = time.monotonic()
    if looked != dest or now - at > _LOOK_AGAIN_S:  # while pictures are looked at, each call of the system waits
        why = _unwritable(Path(dest))
        form.judged = dest, now, why
    return why


_LOOK_AGAIN_S = 1.0


def _unwritable(place: Path) -> str:
    """Return why no dataset can be written to a path, in a sentence; empty if it can."""
    if place.suffix.lower() != ".zip":
        return "Save the dataset as a .zip file."
    if os.path.exists(place):
        return f"{place.name} is there already: choose another name."
    if not place.is_absolute() or not os.path.isdir(place.parent) or not os.access(place.parent, os.W_OK):
        return f"Nothing can be written to {place.parent}: choose another folder."
    return ""


def spec_of(form: Form, size: int, dest: str) -> "DatasetSpec":
    """Return the options of the conversion."""
    from foundation.specs.dataset import DatasetSpec

    return DatasetSpec(
        source=str(Path(form.source.strip()).expanduser()),
        dest=dest,
        transform=None if form.squeeze else "center-crop",
        resolution=(size, size),
        channels=form.channels,
        folder_classes=form.by_folder,
        skip_duplicates=form.skip_duplicates,
        frames_per_second=form.rate,
        partial=form.partial,
    )


def run_of(form: Form, facts: Facts) -> Run | None:
    """Return the run that makes the dataset; None before it is listed."""
    made = (run for run in facts.runs if run.kind == "dataset" and run.spec.get("dest") == form.making)
    return next(made, None) if form.making else None
