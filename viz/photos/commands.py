"""Commands of photos. See `viz.commands.table` for the rest."""

from collections.abc import Callable
from dataclasses import replace

from foundation.photos.crop import whole
from renderer.document.fitting.photos import PhotoRow
from viz.photos import faces
from viz.photos.actions import (
    FilmOfPhotos,
    FitPhotos,
    PastePhoto,
    ShelvePhoto,
    ShowPhoto,
    StopFit,
    browse,
    filmed,
    recropped,
)
from viz.photos.faces import CropAllToFaces, CropToFace
from viz.photos.fits import FITS, FitNow
from viz.photos.fitting import ready, why_not
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.facts import Facts
from viz.state.fitting.table import shown, table
from viz.state.scene import Command, Scene


def of_photos() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "add-photos", "File", "Add photos…", "Pictures that the network is to show, in the tab Photos",
            lambda scene, facts: browse(shown(scene)),
        ),
        Command(
            "paste-photo", "File", "Paste photo", "The picture on the clipboard, into the tab Photos",
            lambda scene, facts: scene.request(PastePhoto()), ("Ctrl+V",),
        ),
        Command(
            "show-photos", "Tools", "Photos", "The tab with photos and their fits", lambda scene, facts: shown(scene)
        ),
        Command(
            "fit-photo", "Tools", "Fit the photo", "Find the chosen photo in the network",
            lambda scene, facts: scene.request(FitPhotos()),
            available=lambda scene, facts: not why_not(scene, facts, scene.view.photos.row),
        ),
        Command(
            "fit-all-photos", "Tools", "Fit all photos", "Those that are cropped and not fitted yet",
            lambda scene, facts: scene.request(FitPhotos(all=True)),
            available=lambda scene, facts: facts.model is not None and bool(ready(scene, facts)),
        ),
        Command(
            "stop-fit", "Tools", "Stop the fit", "The result so far stays in the queue; Fit goes on from there",
            _on_live(lambda scene, row: scene.request(StopFit(row.path))), available=_has_live,
        ),
        Command(
            "keep-fit", "Tools", "Keep the fit", "End it with the result so far, and show it",
            _on_live(lambda scene, row: scene.request(StopFit(row.path, keep=True))), available=_has_live,
        ),
        Command(
            "show-photo", "Tools", "Show the fitted photo", "The result of the chosen photo becomes the picture",
            _on_row(lambda scene, row: scene.request(ShowPhoto(row.path))), available=_has_result,
        ),
        Command(
            "shelve-photo", "Tools", "Shelve the fitted photo", "The result of the chosen photo, as a style",
            _on_row(lambda scene, row: scene.request(ShelvePhoto(row.path))), available=_has_result,
        ),
        Command(
            "photo-film", "Tools", "Film of the fitted photos", "Keys on the timeline, from one photo to the next",
            lambda scene, facts: scene.request(FilmOfPhotos()),
            available=lambda scene, facts: len(filmed(scene, facts)) > 1,
        ),
        Command(
            "find-face", "Tools", "Find the face", "Crop the photo to its largest face; again: to the next",
            _on_row(lambda scene, row: scene.request(CropToFace(row.path))), ("Shift+F",),
            lambda scene, facts: not faces.why_not(scene, facts, scene.view.photos.row),
        ),
        Command(
            "find-all-faces", "Tools", "Crop all photos to faces", faces.ALL_HINT,
            lambda scene, facts: scene.request(CropAllToFaces()),
            available=lambda scene, facts: not faces.why_not_all(scene, facts),
        ),
        Command(
            "turn-photo", "Tools", "Turn the photo 90°", "Its crop, clockwise", _turned, available=_has_row,
        ),
        Command(
            "whole-photo", "Tools", "Crop the whole photo", "A square around all of it; the border is mirrored",
            _whole, available=_has_row,
        ),
        Command(
            "flip-photo", "View", "Flip photo and result", "Exchange the two sides of the line",
            lambda scene, facts: table(scene, flipped=not scene.interaction.photos.flipped), ("X",),
            lambda scene, facts: bool(scene.interaction.photos.viewing),
            place=lambda scene: bool(scene.interaction.photos.viewing) and not scene.view.in_gallery,
        ),
    )  # fmt: skip


def _on_row(change: Callable[[Scene, PhotoRow], Scene]) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        row = scene.view.photos.row
        return scene if row is None else change(scene, row)

    return run


def _on_live(change: Callable[[Scene, PhotoRow], Scene]) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        found = running(scene, facts)
        return scene if found is None else change(scene, found[0])

    return run


def running(scene: Scene, facts: Facts) -> tuple[PhotoRow, FitNow] | None:
    """Return the photo that is being fitted, the viewed or chosen one first, and its fit; None if none is."""
    photos = scene.view.photos
    if not any(row.run for row in photos.rows):
        return None
    fits, first = facts.services[FITS], (scene.interaction.photos.viewing, photos.row.path if photos.row else "")
    found = [(row, now) for row in photos.rows if row.run and (now := fits.get(row.run)) is not None and now.running]
    return min(found, key=lambda one: first.index(one[0].path) if one[0].path in first else 2) if found else None


def _has_live(scene: Scene, facts: Facts) -> bool:
    return running(scene, facts) is not None


def _has_row(scene: Scene, facts: Facts) -> bool:
    return scene.view.photos.row is not None


def _has_result(scene: Scene, facts: Facts) -> bool:
    row = scene.view.photos.row
    now = facts.services[FITS].get(row.run) if row is not None and row.run else None
    return now is not None and now.ws is not None and facts.model is not None


def _turned(scene: Scene, facts: Facts) -> Scene:
    row = scene.view.photos.row
    return scene if row is None else recropped(scene, row.cropped(row.crop.turned(row.angle + 90)))


def _whole(scene: Scene, facts: Facts) -> Scene:
    row = scene.view.photos.row
    picture = facts.services[PHOTO_PICTURES].get(row.path) if row is not None else None
    if row is None or picture is None or picture.error:
        return scene
    return recropped(scene, row.cropped(replace(whole(picture.width, picture.height), angle=row.angle)))
