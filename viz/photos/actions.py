"""Actions on photos: add, paste, fit, stop, keep, show, and make a film of them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from foundation.inputs import clean_text
from foundation.specs.image_files import is_image
from foundation.words import counted
from renderer.document.document import Document, request_for
from renderer.document.fitting.photos import PhotoRow
from renderer.document.parts import Display, Mixing, Truncation
from renderer.document.walk_keys import through
from renderer.ipc.protocol import Styles
from viz.files.browse_purposes import ENCODER, PHOTOS
from viz.photos.fits import FITS, FitNow, Wish
from viz.photos.fitting import (
    document_of,
    elsewhere,
    folder_of,
    goes_on,
    mask_of,
    ready,
    restarted,
    spec_of,
    start_of,
    swatch_of,
    why_not,
)
from viz.photos.pasting import PASTING
from viz.photos.pictures import PHOTO_PICTURES
from viz.state import motion
from viz.state.facts import Facts
from viz.state.fitting.table import added, put, shown, table, with_photos, with_settings
from viz.state.keyframes import with_timeline
from viz.state.playback import animated, scrubbed
from viz.state.scene import Action, Scene, ShowDialog, Window
from viz.state.swatches import shelved

_MOST = 1000
"""Most photos of a queue."""


@dataclass(frozen=True)
class AddPhotos(Action):
    """Add photos, and those of folders, to the queue, and show the tab Photos."""

    paths: tuple[str, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with them."""
        found = [path for one in self.paths for path in _photos_in(one)]
        if not found:
            window.say(f"{clean_text(Path(self.paths[0]).name, 80)} holds no pictures.", bad=True)
            return scene
        pictures = window.facts.services[PHOTO_PICTURES]
        for path in found:
            pictures.again(path)
        return added(scene, found)


def _photos_in(path: str) -> Iterable[str]:
    """Return a file, or the pictures of a folder in the order of their names."""
    if not os.path.isdir(path):
        return (os.path.abspath(path),)
    try:
        names = sorted(os.listdir(path))[: 10 * _MOST]
    except OSError:
        return ()
    return tuple(os.path.abspath(os.path.join(path, name)) for name in names if is_image(name))[:_MOST]


def browse(scene: Scene) -> Scene:
    """Return the scene that asks for photos to add."""
    return scene.request(ShowDialog(PHOTOS, take=lambda path: AddPhotos((path,))))


@dataclass(frozen=True)
class ReplacePhoto(Action):
    """Give a photo of the queue its new place."""

    path: str
    other: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it."""
        photos, other = scene.view.photos, os.path.abspath(self.other)
        row = photos.find(self.path)
        if row is None or photos.find(other) is not None or os.path.isdir(other):
            return scene
        window.facts.services[PHOTO_PICTURES].again(other)
        rows = tuple(replace(one, path=other) if one.path == self.path else one for one in photos.rows)
        return with_photos(scene, replace(photos, rows=rows))


def find_again(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene that asks where a photo is now."""
    return scene.request(ShowDialog(PHOTOS, take=partial(ReplacePhoto, row.path)))


@dataclass(frozen=True)
class UseEncoder(Action):
    """Let an encoder give the start of a photo's fit; an empty path: none."""

    path: str
    encoder: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it, not trusted yet."""
        row = scene.view.photos.find(self.path)
        if row is None or os.path.isdir(self.encoder):
            return scene
        encoder = os.path.abspath(self.encoder) if self.encoder else ""
        trusted = tuple(one for one in scene.interaction.photos.trusted if one != encoder)
        return table(with_settings(scene, row, replace(row.settings, encoder=encoder)), trusted=trusted)


def choose_encoder(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene that asks for an encoder."""
    return scene.request(ShowDialog(ENCODER, take=partial(UseEncoder, row.path)))


@dataclass(frozen=True)
class PastePhoto(Action):
    """Add the picture on the clipboard, if there is one."""

    def run(self, scene: Scene, window: Window) -> None:
        """Start reading the clipboard."""
        window.facts.services[PASTING].paste(folder_of(scene))


@dataclass(frozen=True)
class FitPhotos(Action):
    """Fit the chosen photo, or all that are cropped and not fitted yet; an interrupted fit goes on."""

    all: bool = False

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start their runs, and show the first one beside its fit."""
        facts, row = window.facts, scene.view.photos.row
        if self.all:
            rows = ready(scene, facts)
        elif why := why_not(scene, facts, row):
            window.say(f"{why}.", bad=True)
            return scene
        else:
            rows = () if row is None else (row,)
        for one in rows:
            scene = _begun(scene, facts, replace(one, framed=True))
        if rows:
            scene = watched(shown(scene), rows[0])
        return scene


def _begun(scene: Scene, facts: Facts, row: PhotoRow) -> Scene:
    """Return the scene with the fit of a photo asked for."""
    spec = spec_of(scene, facts, row)
    if spec is None or facts.model is None:
        return scene
    fits, model = facts.services[FITS], facts.model
    now = fits.get(row.run) if row.run else None
    if now is not None and not elsewhere(row, model) and goes_on(now, spec):
        fits.do(Wish("resume", row.path, row.run))
    else:
        replaces = now is not None and (now.live or now.run.state != "finished") and not elsewhere(row, model)
        if now is not None and replaces:
            spec = restarted(spec, now)
        old = row.run if replaces else ""
        wish = Wish("start", row.path, old, spec, folder_of(scene), mask_of(row, facts.arrays))
        if row.settings.start == "present" and not replaces:
            wish = replace(wish, spec=replace(spec, start=start_of(scene, row)))
            request = animated(request_for(scene.document, Display(), scene.settings.device, 0), scene)
            facts.jobs.once(Styles(request), lambda status: fits.do(replace(wish, ws=status.result)))
        else:
            fits.do(wish)
    return put(scene, replace(row, taken=False))


@dataclass(frozen=True)
class RestartFit(Action):
    """Fit a photo anew from where its fit is, after its crop was changed."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Stop the run that goes on, and start another."""
        row, facts = scene.view.photos.find(self.path), window.facts
        now = facts.services[FITS].get(row.run) if row is not None and row.run else None
        return scene if row is None or now is None or not now.live else _begun(scene, facts, row)


@dataclass(frozen=True)
class StopFit(Action):
    """End the fit of a photo; the result so far stays in the queue. Keeping it also shows it, once it is written."""

    path: str
    keep: bool = False

    def change(self, scene: Scene, window: Window) -> Scene:
        """Ask the run to end."""
        row = scene.view.photos.find(self.path)
        if row is None or not row.run:
            return scene
        window.facts.services[FITS].do(Wish("stop", row.path, row.run))
        return table(scene, keeping=(*scene.interaction.photos.keeping, row.path)) if self.keep else scene


@dataclass(frozen=True)
class ShowPhoto(Action):
    """Make the result of a fit the document, as one step."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it."""
        found = result_of(scene, window.facts, self.path)
        if found is None:
            return scene
        row, _, document = found
        window.steps.step = f"Photo {clean_text(row.name, 60)}"
        still = replace(scene, view=replace(scene.view, motion=motion.stopped(scene.view.motion)))
        if still.view.playback.on:
            still = replace(still, view=replace(still.view, playback=replace(still.view.playback, on=False)))
        return table(replace(still, document=document), viewing="")


@dataclass(frozen=True)
class ShelvePhoto(Action):
    """Put the result of a fit on the shelf."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it, and say so."""
        found = result_of(scene, window.facts, self.path)
        if found is None:
            return scene
        row, now, document = found
        assert document.latent.array is not None
        shelf = shelved(scene.document.shelf, swatch_of(row, document.latent.array, now))
        if shelf != scene.document.shelf:
            window.say(f"Put {clean_text(row.name, 60)} on the shelf", shelf=True)
        scene = replace(scene, document=replace(scene.document, shelf=shelf))
        return put(scene, replace(row, taken=True))


def result_of(scene: Scene, facts: Facts, path: str) -> tuple[PhotoRow, FitNow, Document] | None:
    """Return the row of a photo, its fit, and the document of its result; None if there is none for this network."""
    row = scene.view.photos.find(path)
    now = facts.services[FITS].get(row.run) if row is not None and row.run else None
    if row is None or now is None or now.ws is None or elsewhere(row, facts.model):
        return None
    return row, now, document_of(scene.document, facts.arrays.add(now.ws), now)


def filmed(scene: Scene, facts: Facts) -> tuple[PhotoRow, ...]:
    """Return the photos that are fitted to the open network as it is, in the order of the queue."""
    fits = facts.services[FITS]
    return tuple(
        row
        for row in scene.view.photos.rows
        if row.run
        and (now := fits.get(row.run)) is not None
        and now.ended
        and now.ws is not None
        and not now.fit.tuned
        and not elsewhere(row, facts.model)
    )


@dataclass(frozen=True)
class FilmOfPhotos(Action):
    """Fill the timeline with a film from one fitted photo to the next, as one step."""

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the keys, its playhead at the start."""
        results = (result_of(scene, window.facts, row.path) for row in filmed(scene, window.facts))
        places = tuple(one[2].latent for one in results if one is not None)
        if len(places) < 2:
            window.say("A film needs two fitted photos or more.", bad=True)
            return scene
        window.steps.step = f"Film of {counted(len(places), 'photo')}"
        plain = replace(scene.document, latent=places[0], mixing=Mixing(), truncation=Truncation(), directions=())
        scene = with_timeline(replace(scene, document=plain), through(scene.document.timeline, places))
        scene = replace(scene, view=replace(scene.view, motion=motion.stopped(scene.view.motion)))
        front = replace(scene.interaction.front, window="Timeline")
        return table(scrubbed(scene.interacting(front=front), 0.0), viewing="")


def watched(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene whose canvas shows a photo beside its fit."""
    return table(scene, viewing=row.path, since=scene.document, flipped=False)


def recropped(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene with the new crop of a photo; its fit, if it runs, begins anew from where it is."""
    return put(scene, row).request(RestartFit(row.path))
