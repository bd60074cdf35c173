"""Fits that this window has not started, found from run folders: those that run, and those of earlier sessions."""

import os
from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.inputs import clean_text
from foundation.photos.crop import in_pixels
from foundation.specs.editing.fits import TARGET
from renderer.document.fitting.photos import PhotoRow, Photos
from training_launcher.run import Run
from viz.photos.actions import ShelvePhoto, ShowPhoto, watched
from viz.photos.fit_files import numbers, read_fit
from viz.photos.fits import FITS
from viz.photos.pictures import PHOTO_PICTURES, PhotoPicture
from viz.state.facts import Facts
from viz.state.fitting.table import shown, with_photos
from viz.state.scene import Action, Scene, Window
from viz.ui import widgets as ui
from viz.ui.theme import current as t

MOST = 12
"""Most earlier fits that are offered, the newest ones."""


class _Known:
    """Runs that were looked through, and the newest size that each photo was read with."""

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()
        self.seen: set[str] = set()


def running(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the fits that run and are not in the queue, as after the window was closed."""
    known = facts.scratch.get(_Known)
    if known.runs is facts.runs or facts.model is None or facts.services[FITS].busy:
        return scene
    known.runs = facts.runs
    photos = scene.view.photos
    there = {row.run for row in photos.rows} | known.seen
    for run in facts.runs:
        if run.kind == "fit" and run.live and run.folder not in there:
            known.seen.add(run.folder)
            photos = _with(photos, facts, run) or photos
    return with_photos(scene, photos)


def earlier(scene: Scene, facts: Facts) -> tuple[Run, ...]:
    """Return the fits that have ended and are not in the queue, the newest first."""
    there = {row.run for row in scene.view.photos.rows}
    found = (
        run
        for run in facts.runs
        if run.kind == "fit" and not run.live and run.folder not in there and photo_of(run) and not run.problem
    )
    return tuple(sorted(found, key=lambda run: -run.updated))[:MOST]


def photo_of(run: Run) -> str:
    """Return the path of a fit's photo; empty for a folder of photos, or where the run does not say."""
    targets = run.spec.get("targets")
    path = targets[0] if isinstance(targets, list | tuple) and len(targets) == 1 else targets
    return path if isinstance(path, str) else ""


def _with(photos: Photos, facts: Facts, run: Run) -> Photos | None:
    """Return the queue with the fit as a row; None where its photo has another fit."""
    path = photo_of(run)
    before = photos.find(path)
    if not path or (before is not None and before.run not in ("", run.folder)):
        return None
    row, fit = PhotoRow(path, run=run.folder, framed=True), read_fit(run.folder)
    face = fit.face if fit is not None else ()
    crop = face or numbers(run.spec.get("crop"), 4)
    if fit is not None and fit.network:
        network = clean_text(os.path.basename(str(run.spec.get("network", ""))), 200)
        row = replace(row, network=network, fingerprint=fit.network, taken=not run.live)
    picture = facts.services[PHOTO_PICTURES].get(path)
    if picture is not None and not picture.error and crop:
        border = run.spec.get("border") or ("blurred" if face else "mirrored")
        row = _cropped(row, crop, picture, border == "blurred")
    return photos.put(row) if before is not None else replace(photos, rows=(*photos.rows, row))


def _cropped(row: PhotoRow, crop: tuple[float, ...], picture: PhotoPicture, blurred: bool) -> PhotoRow:
    """Return a row with the crop of a fit, given in pixels; with its own where that cannot be."""
    x, y, side, angle = crop
    try:
        found = in_pixels(x, y, side, angle, picture.width, picture.height)
    except ValueError:
        return row
    found = found.moved(0, 0).sized(found.size).turned(found.angle)
    return row.cropped(replace(found, border="blurred" if blurred else "mirrored"))


@dataclass(frozen=True)
class TakeUpFit(Action):
    """Bring an earlier fit into the queue, and show it beside its photo; on request on the shelf, or as the picture.

    A photo that has another fit in the queue keeps its row; the earlier fit then takes its place there.
    """

    fit: Run
    shelve: bool = False
    show: bool = False

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it."""
        path, photos = photo_of(self.fit), scene.view.photos
        if not path:
            window.say("This run fits a folder of photos; add those from there.", bad=True)
            return scene
        row = photos.find(path)
        cleared = photos if row is None else photos.put(replace(row, run=""))
        photos = _with(cleared, window.facts, self.fit) or photos
        row = photos.find(path)
        if row is None:
            return scene
        scene = with_photos(scene, replace(photos, chosen=photos.rows.index(row)))
        if self.shelve:
            return scene.request(ShelvePhoto(path))
        if self.show:
            return scene.request(ShowPhoto(path))
        return watched(shown(scene), row)


def button(scene: Scene, facts: Facts, found: tuple[Run, ...], text: str = "", width: float = 0) -> Scene:
    """Draw the button that lists earlier fits."""
    hint = f"Fits of earlier sessions: {len(found)}"
    if ui.button(text, "clock-counter-clockwise", width=width, id_="##earlier fits", hint=hint):
        imgui.open_popup("earlier")
    imgui.set_next_window_size(V(t.px(260), 0))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    opened = imgui.begin_popup("earlier")
    imgui.pop_style_var()
    if not opened:
        return scene
    for index, run in enumerate(found):
        name = clean_text(os.path.basename(photo_of(run)), 80)
        done = "done" if run.state == "finished" else f"stopped at {int(run.done)}"
        if ui.list_row(f"earlier {index}", name, note=done, glyph="image"):
            scene = scene.request(TakeUpFit(run))
            imgui.close_current_popup()
        ui.tip(os.path.join(run.folder, TARGET))
    imgui.end_popup()
    return scene
