"""Changes of photos by themselves in every frame: outcomes of their runs, finished fits, and the preview of one."""

from dataclasses import replace

from imgui_bundle import imgui

from foundation.inputs import clean_text
from renderer.document.document import Document
from renderer.document.fitting.photos import PhotoRow
from viz.photos import earlier, faces
from viz.photos.actions import AddPhotos, ShelvePhoto, ShowPhoto, watched
from viz.photos.fits import FITS, FitNow, Outcome
from viz.photos.fitting import document_of, elsewhere
from viz.photos.pasting import PASTING
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.facts import Facts
from viz.state.finding.belonging import key_of
from viz.state.fitting.table import put, table, with_photos
from viz.state.scene import Say, Scene


def look(scene: Scene, facts: Facts, say: Say) -> Scene:
    """Return the scene with what has come of photos and their fits. Call once a frame, before panels are drawn."""
    pictures, fits = facts.services[PHOTO_PICTURES], facts.services[FITS]
    pictures.take()
    if pasted := facts.services[PASTING].poll():
        if pasted.problem:
            say(pasted.problem, bad=True)
        else:
            scene = scene.request(AddPhotos((pasted.path,)))
    while (outcome := fits.poll()) is not None:
        scene = _outcome(scene, facts, outcome, say)
    scene = faces.take(scene, facts, say)
    scene = earlier.running(scene, facts)
    rows = scene.view.photos.rows
    fits.watch(row.run for row in rows if row.run)
    if rows:
        scene = _framed(scene, facts)
        scene = _ended(scene, facts, say)
        if imgui.is_any_item_active() and not imgui.get_io().want_text_input:
            fits.hold()
    return _viewed(scene, facts)


def _outcome(scene: Scene, facts: Facts, outcome: Outcome, say: Say) -> Scene:
    row = scene.view.photos.find(outcome.wish.path)
    if outcome.problem:
        words = {"start": "fitted", "resume": "fitted", "stop": "stopped"}[outcome.wish.ask]
        say(f"{clean_text(outcome.wish.path, 80)} cannot be {words}.", outcome.problem, bad=True)
        return scene
    if row is None or outcome.run is None or outcome.wish.ask != "start":
        return scene
    model = facts.model
    title, key = (model.title, key_of(model)) if model is not None else ("", "")
    return put(scene, replace(row, run=outcome.run.folder, taken=False, network=title, fingerprint=key))


def _framed(scene: Scene, facts: Facts) -> Scene:
    """Return the scene in which squares, and the photo whose frame is shown, count as cropped."""
    pictures, photos = facts.services[PHOTO_PICTURES], scene.view.photos
    rows = []
    for row in photos.rows:
        picture = pictures.get(row.path) if not row.framed else None
        square = picture is not None and not picture.error and picture.width == picture.height
        rows.append(replace(row, framed=True) if square else row)
    return with_photos(scene, replace(photos, rows=tuple(rows)))


def _ended(scene: Scene, facts: Facts, say: Say) -> Scene:
    """Return the scene with actions on fits that have ended: on the shelf, or shown."""
    fits, keeping = facts.services[FITS], scene.interaction.photos.keeping
    for row in scene.view.photos.rows:
        now = fits.get(row.run) if row.run and not row.taken else None
        if now is None or not now.ended or elsewhere(row, facts.model) or facts.model is None:
            continue
        kept, done = row.path in keeping, now.run.state == "finished"
        if (done or kept) and scene.view.photos.shelve:
            scene = put(scene, replace(row, taken=True)).request(ShelvePhoto(row.path))
        if kept:
            scene = scene.request(ShowPhoto(row.path))
            scene = table(scene, keeping=tuple(path for path in keeping if path != row.path))
        elif done and not scene.view.photos.shelve:
            continue
    return scene


def _viewed(scene: Scene, facts: Facts) -> Scene:
    """Return the scene that previews the fit whose photo is viewed; an edit of the document ends that."""
    now = scene.interaction.photos
    if not now.viewing:
        return scene
    row = scene.view.photos.find(now.viewing)
    if row is None or facts.model is None or elsewhere(row, facts.model):
        return table(scene, viewing="", since=None)
    if now.since is not None and scene.document is not now.since:
        if scene.document.image != now.since.image or scene.view.playback.on:
            return table(scene, viewing="", since=None)
        scene = table(scene, since=scene.document)
    if scene.view.workspace == "train" or scene.view.in_gallery or scene.view.grid or scene.view.sorting:
        return scene
    document = preview_of(scene, facts, row)
    return scene if document is None else replace(scene, preview=document)


class _Made:
    """The preview made last: the same object until the fit has new ws."""

    def __init__(self) -> None:
        self.of: tuple[FitNow, Document] | None = None
        self.document: Document | None = None


def preview_of(scene: Scene, facts: Facts, row: PhotoRow) -> Document | None:
    """Return the document that shows the ws of a fit; None before there are any that fit the network."""
    now, model = facts.services[FITS].get(row.run) if row.run else None, facts.model
    if now is None or now.ws is None or model is None or now.ws.shape != (model.num_ws, model.w_dim):
        return None
    made = facts.scratch.get(_Made)
    if made.of is None or made.of[0] is not now or made.of[1] is not scene.document:
        made.of = now, scene.document
        made.document = document_of(scene.document, facts.arrays.add(now.ws), now)
    return made.document


def viewing(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene whose canvas shows a photo beside its fit, or the document again if it did."""
    return table(scene, viewing="") if scene.interaction.photos.viewing == row.path else watched(scene, row)
