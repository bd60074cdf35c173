"""Crops to faces: the search in the background, and the frame of the largest face, or of the next one."""

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from foundation.background import Worker
from foundation.inputs import clean_text
from foundation.photos.crop import Crop
from foundation.photos.faces import FaceError, face_crops, missing
from foundation.photos.reading import PhotoError
from foundation.words import counted
from renderer.document.fitting.photos import PhotoRow
from viz.photos.actions import recropped
from viz.photos.fitting import FaceState
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.facts import Facts, ServiceKey
from viz.state.fitting.parts import FaceSearch
from viz.state.fitting.table import table
from viz.state.scene import Action, Say, Scene, Window

ALL_HINT = "Crop all photos to their faces: those whose frame is still the largest square"
_KEPT = 1000
"""Photos whose faces are kept."""


@dataclass(frozen=True)
class FoundFaces:
    """Outcome of a search."""

    path: str
    crops: tuple[Crop, ...] = ()
    """Squares around the faces, the largest first."""
    error: str = ""
    """Why the photo could not be searched, one sentence."""

    def place(self, crop: Crop) -> int:
        """Return the index of the face that a crop is of; -1 for any other crop."""
        return self.crops.index(crop) if crop in self.crops else -1


class FaceFinder:
    """Looks for faces on a thread. `wake` is called on it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._worker: Worker[str, FoundFaces] = Worker("faces", self._search, wake)
        self._known: OrderedDict[str, FoundFaces] = OrderedDict()
        self._stamps: dict[str, tuple[int, int]] = {}
        """Time and size of the files that were searched."""

    def get(self, path: str) -> FoundFaces | None:
        """Return what was found in a photo; None before it was searched."""
        return self._known.get(path)

    def look(self, path: str) -> None:
        """Search a photo; one that was searched and has not changed since costs nothing."""
        self._worker.submit(path)

    def poll(self) -> FoundFaces | None:
        """Return the next outcome, or None."""
        return self._worker.poll()

    def close(self) -> None:
        """End the thread; searches that have not begun are dropped."""
        self._worker.drop()
        self._worker.close()

    def _search(self, path: str) -> FoundFaces:
        stamp = _stamp(path)
        known = self._known.get(path)
        if known is not None and stamp is not None and self._stamps.get(path) == stamp:
            return known
        found = found_in(path)
        if not found.error and stamp is not None:
            self._known[path], self._stamps[path] = found, stamp
            while len(self._known) > _KEPT:
                self._stamps.pop(self._known.popitem(last=False)[0], None)
        return found


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        now = os.stat(path)
    except OSError:
        return None
    return now.st_mtime_ns, now.st_size


FACES: ServiceKey[FaceFinder] = ServiceKey("faces in photos")


def found_in(path: str) -> FoundFaces:
    """Return the faces in a photo."""
    try:
        return FoundFaces(path, face_crops(path))
    except (FaceError, PhotoError) as error:
        return FoundFaces(path, error=str(error))
    except MemoryError:
        return FoundFaces(path, error="There is not enough memory to look for faces.")


@dataclass(frozen=True)
class CropToFace(Action):
    """Crop a photo to its largest face, or to the next one if it is cropped to a face."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the crop, or with the search."""
        row = scene.view.photos.find(self.path)
        if why := why_not(scene, window.facts, row):
            window.say(f"{why}.", bad=True)
            return scene
        return scene if row is None else _searched(scene, window.facts, (row,))


@dataclass(frozen=True)
class CropAllToFaces(Action):
    """Crop those photos to their largest faces whose frame is still the largest square."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the searches."""
        if why := why_not_all(scene, window.facts):
            window.say(f"{why}.", bad=True)
            return scene
        rows = _uncropped(scene, window.facts)
        return table(_searched(scene, window.facts, rows), batch=tuple(row.path for row in rows))


def take(scene: Scene, facts: Facts, say: Say) -> Scene:
    """Return the scene with crops to the faces that were found. Call once a frame, before panels are drawn."""
    finder = facts.services[FACES]
    while (found := finder.poll()) is not None:
        now = scene.interaction.photos
        search = next((one for one in now.searches if one.path == found.path), None)
        scene = table(scene, searches=tuple(one for one in now.searches if one is not search))
        row = scene.view.photos.find(found.path)
        if search is None or row is None:
            continue
        if found.error:
            say(found.error, bad=True)
        elif row.crop == search.crop:  # else it was cropped by hand meanwhile
            scene = _cropped(scene, found, row, None if found.path in now.batch else say)
    now = scene.interaction.photos
    if now.batch and not now.searches:
        _report(scene, say)
        scene = table(scene, batch=())
    return scene


def _report(scene: Scene, say: Say) -> None:
    """Say what has come of cropping all photos to faces; the queue says of which there is no face."""
    batch = scene.interaction.photos.batch
    rows = [row for path in batch if (row := scene.view.photos.find(path)) is not None]
    done = sum(row.blurred for row in rows)
    if rows and not done:
        say("No face was found; crop by hand.")
    elif rows:
        say(f"Cropped {done} of {counted(len(rows), 'photo')} to faces.")


def _searched(scene: Scene, facts: Facts, rows: tuple[PhotoRow, ...]) -> Scene:
    """Return the scene in which faces are looked for in photos."""
    now, finder = scene.interaction.photos, facts.services[FACES]
    for row in rows:
        finder.look(row.path)
    paths = {row.path for row in rows}
    return table(
        scene,
        searches=(*now.searches, *(FaceSearch(row.path, row.crop) for row in rows)),
        faceless=tuple(path for path in now.faceless if path not in paths),
    )


def _cropped(scene: Scene, found: FoundFaces, row: PhotoRow, say: Say | None) -> Scene:
    """Return the scene with the crop to the face that is next; without one the crop stays."""
    name = clean_text(row.name, 60)
    if not found.crops:
        if say is not None:
            say(f"No face was found in {name}; crop it by hand.")
        return table(scene, faceless=(*scene.interaction.photos.faceless, row.path))
    crop = found.crops[(found.place(row.crop) + 1) % len(found.crops)]
    if crop != row.crop:
        return recropped(scene, row.cropped(crop))
    if say is not None:
        say(f"There is no other face in {name}.")
    return scene


def _uncropped(scene: Scene, facts: Facts) -> tuple[PhotoRow, ...]:
    """Return the photos that have neither a crop of their own nor a fit nor a search."""
    busy, pictures = {one.path for one in scene.interaction.photos.searches}, facts.services[PHOTO_PICTURES]
    return tuple(
        row
        for row in scene.view.photos.rows
        if row.crop == Crop()
        and not row.run
        and row.path not in busy
        and ((picture := pictures.get(row.path)) is None or not picture.error)
    )


def why_not(scene: Scene, facts: Facts, row: PhotoRow | None) -> str:
    """Return why the face of a photo cannot be looked for; empty if it can."""
    if why := missing():
        return why
    if row is None:
        return "Add a photo first"
    picture = facts.services[PHOTO_PICTURES].get(row.path)
    if picture is not None and picture.error:
        return "This photo cannot be read"
    return "Faces are being looked for" if state_of(scene, row) == "looking" else ""


def why_not_all(scene: Scene, facts: Facts) -> str:
    """Return why not all photos can be cropped to faces; empty if some can."""
    if why := missing():
        return why
    if scene.interaction.photos.batch:
        return "Faces are being looked for"
    return "" if _uncropped(scene, facts) else "All photos have frames of their own, or are fitted"


def state_of(scene: Scene, row: PhotoRow) -> FaceState:
    """Return the state of the search for faces in a photo."""
    now = scene.interaction.photos
    if any(one.path == row.path for one in now.searches):
        return "looking"
    return "none" if row.path in now.faceless else ""


def hint(facts: Facts, row: PhotoRow) -> str:
    """Return the tooltip of the button that finds the face of a photo."""
    known = facts.services[FACES].get(row.path)
    place = -1 if known is None else known.place(row.crop)
    if known is None or place < 0 or len(known.crops) < 2:
        return "Find the face"
    return f"Face {place + 1} of {len(known.crops)}; again: the next"
