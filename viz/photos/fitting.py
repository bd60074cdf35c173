"""Runs and results of photos: their options, their states in words, and the documents that show them."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from foundation.bundled import DEMO
from foundation.photos.crop import Crop
from foundation.specs.editing.fits import BEST, LATEST, MEAN, STEPS, TUNE_STEPS
from renderer.document.arrays import AnyArray, ArrayStore, UnknownArrayError
from renderer.document.document import Document, Swatch
from renderer.document.fitting.photos import FitSettings, PhotoRow
from renderer.document.parts import ArrayRef, Latent, Mixing, Network, Noise, Transform, Truncation
from renderer.ipc.protocol import ModelInfo
from viz.photos.fit_files import numbers
from viz.photos.fits import FITS, FitNow
from viz.photos.pictures import PHOTO_PICTURES, PhotoPicture
from viz.state.facts import Facts
from viz.state.finding import belonging
from viz.state.scene import Scene
from viz.state.snapshots import run_folders
from viz.ui.icons import OptionalGlyph

if TYPE_CHECKING:
    from foundation.specs.editing.projection import ProjectSpec

SPACES = {"w": "W", "w+": "W+", "tuned": "Tuned"}
FOLDER = ".photos"
"""Folder beside the runs with what fits start from: painted regions, latents, pasted pictures."""


def folder_of(scene: Scene) -> str:
    """Return the folder of new runs."""
    return run_folders(scene.settings, "")[0]


def source_of(scene: Scene, model: ModelInfo) -> str:
    """Return the file of the open network."""
    return model.file or scene.document.network.source or str(DEMO)


def spec_of(scene: Scene, facts: Facts, row: PhotoRow) -> "ProjectSpec | None":
    """Return the options of a photo's fit; None until its size is known, or without a network."""
    from foundation.specs.editing.projection import ProjectSpec  # late: it takes long to import

    picture = facts.services[PHOTO_PICTURES].get(row.path)
    if facts.model is None or picture is None or picture.error:
        return None
    settings, crop = row.settings, row.crop
    return ProjectSpec(
        network=source_of(scene, facts.model),
        targets=(row.path,),
        outdir="",
        space="w+" if settings.space == "w+" else "w",
        tune=settings.space == "tuned",
        time=settings.time,
        editable=settings.editable,
        noise_weight=settings.noise_weight,
        start=BEST if settings.start == "best" else MEAN,
        crop=() if crop == Crop() else crop.pixels(picture.width, picture.height),
        border=None if crop.border == "mirrored" else crop.border,
        ignore=None if row.ignore is None else str(_place(scene, f"{row.ignore.sha256[:24]}.png")),
        encoder=settings.encoder or None,
        trust_encoder=bool(settings.encoder) and not untrusted(scene, row),
        save_video=False,
        device=scene.settings.device,
    )


def untrusted(scene: Scene, row: PhotoRow) -> str:
    """Return why the encoder of a photo is not run; empty if it may be, or there is none."""
    encoder = row.settings.encoder
    if not encoder or encoder in scene.interaction.photos.trusted:
        return ""
    return f"The encoder {Path(encoder).name} is a program: trust it first, or leave it out"


def mask_of(row: PhotoRow, arrays: ArrayStore) -> AnyArray | None:
    """Return what a photo's fit ignores, uint8 [H, W]; None without."""
    try:
        return None if row.ignore is None else arrays.get(row.ignore)
    except UnknownArrayError:
        return None


def start_of(scene: Scene, row: PhotoRow) -> str:
    """Return the file for the latents of the present picture, from which a photo's fit starts."""
    return str(_place(scene, f"start-{hashlib.sha256(row.path.encode(errors='replace')).hexdigest()[:16]}.npz"))


def _place(scene: Scene, name: str) -> Path:
    return Path(folder_of(scene)) / FOLDER / name


def goes_on(now: FitNow, spec: "ProjectSpec") -> bool:
    """Return True if an interrupted fit has these options, so that it can go on in its folder."""
    if now.live or now.run.state == "finished" or not now.run.spec:
        return False
    before = now.run.spec
    same = ("space", "tune", "time", "editable", "noise_weight", "ignore", "network", "encoder", "border")
    crop = numbers(before.get("crop"), len(spec.crop))
    alike = bool(before.get("crop")) == bool(spec.crop) and len(crop) == len(spec.crop)
    alike = alike and all(abs(a - float(b)) < 1e-3 for a, b in zip(crop, spec.crop, strict=True))
    return alike and all(before.get(name) == getattr(spec, name) for name in same)


def restarted(spec: "ProjectSpec", now: FitNow) -> "ProjectSpec":
    """Return the options of a fit that begins where another one is."""
    latest = Path(now.run.folder) / LATEST
    return replace(spec, start=str(latest)) if os.path.isfile(latest) else spec


def ready(scene: Scene, facts: Facts) -> tuple[PhotoRow, ...]:
    """Return the photos that a fit of all would take: cropped ones, without a fit for this crop and these settings."""
    return tuple(row for row in scene.view.photos.rows if row.framed and _waits(scene, facts, row))


def _waits(scene: Scene, facts: Facts, row: PhotoRow) -> bool:
    spec = spec_of(scene, facts, row)
    if spec is None or untrusted(scene, row):
        return False
    now = facts.services[FITS].get(row.run) if row.run else None
    return not row.run if now is None else not now.live and not (now.ended and now.run.state == "finished")


def why_not(scene: Scene, facts: Facts, row: PhotoRow | None) -> str:
    """Return why a photo cannot be fitted; empty if it can."""
    if facts.model is None:
        return "No network is open yet"
    if row is None:
        return "Add a photo first"
    if facts.model.height != facts.model.width:
        return "Photos are fitted to square pictures"
    picture = facts.services[PHOTO_PICTURES].get(row.path)
    if picture is not None and picture.error:
        return "This photo cannot be read"
    now = facts.services[FITS].get(row.run) if row.run else None
    if now is not None and now.live:
        return "It is being fitted"
    return untrusted(scene, row)


def elsewhere(row: PhotoRow, model: ModelInfo | None) -> str:
    """Return the words for a fit that belongs to another network; empty if it is of this one, or there is none."""
    return belonging.elsewhere(row, model) if row.run else ""


@dataclass(frozen=True)
class RowState:
    """State of a row in words."""

    text: str
    token: str = "dim"
    glyph: OptionalGlyph = ""
    share: float | None = None
    """Progress, drawn as a bar before the text."""
    hint: str = ""


FaceState = Literal["", "looking", "none"]
"""State of the search for faces in a photo: none was asked for or one was found; it goes on; there is no face."""


def state_of(
    row: PhotoRow, picture: PhotoPicture | None, now: FitNow | None, other: str = "", face: FaceState = ""
) -> RowState:
    """Return the state of a row.

    Args:
        row: The row.
        picture: Its photo as far as it was read.
        now: Its fit as far as it was looked at.
        other: Words for a fit of another network.
        face: State of the search for faces.
    """
    if picture is not None and picture.error:
        if picture.missing:
            return RowState("no longer there", "bad", "warning-circle", hint=f"{row.name} is no longer there")
        why = picture.error.removeprefix(f"{row.name} ")
        return RowState(why, "bad", "warning-circle", hint=picture.error)
    if face == "looking":
        return RowState("looking for a face", "dim", "spinner-gap")
    if other:
        return RowState(other, "faint")
    if row.run:
        return _fit_state(row, now)
    if face == "none" and row.crop == Crop():
        return RowState("no face found: crop by hand", "warn", "warning", hint="No face was found: crop it by hand")
    if not row.framed:
        return RowState("not cropped yet", "dim", "bounding-box", hint="Look at its crop: click it")
    return RowState("cropped", "dim", "check", hint="Fit takes it")


def _fit_state(row: PhotoRow, now: FitNow | None) -> RowState:
    if now is None:
        return RowState("starting")
    step, steps = now.fit.step or int(now.run.done), now.fit.steps or int(now.run.total)
    match now.run.state:
        case "queued":
            return RowState("waits", "dim", "timer", hint="Its turn comes when the device is free")
        case "starting" | "running":
            if not steps:
                return RowState("starting", "dim", "spinner-gap")
            return RowState(f"{step} of {steps}", "dim", share=step / steps, hint=_anew(now))
        case "failed":
            return RowState(now.run.error.rstrip(".") or "failed", "bad", "warning-circle", hint=now.run.error)
        case "finished":
            text = "done, on the shelf" if row.taken else "done"
            return RowState(
                text, "dim", "check-circle", hint="\n".join(filter(None, ("Double click: show it", _anew(now))))
            )
        case _:
            goes_on = f"{OUTDATED}: Fit begins anew" if now.fit.outdated else "Fit goes on from there"
            return RowState(f"stopped at {step}", "dim", "pause", hint=goes_on)


OUTDATED = "Made with a distance that is not measured any more"


def _anew(now: FitNow) -> str:
    """Return that a fit began anew, and why; empty where it did not."""
    return f"It began anew: {now.fit.anew}" if now.fit.anew else ""


def note_of(row: PhotoRow, now: FitNow) -> str:
    """Return what a fitted photo is, as `jon.jpg, W+, distance 0.17`."""
    space = SPACES["tuned" if now.run.spec.get("tune") else "w+" if now.run.spec.get("space") == "w+" else "w"]
    found = now.fit.result_distance
    return f"{row.name}, {space}" + ("" if found is None else f", distance {found:.2f}")


def document_of(document: Document, ref: ArrayRef, now: FitNow) -> Document:
    """Return the document that shows the result of a fit by itself: no mixing, truncation, directions or transform."""
    network = Network(now.fit.tuned) if now.fit.tuned and now.ended else document.network
    return replace(
        document,
        network=network,
        latent=Latent(array=ref),
        mixing=Mixing(),
        truncation=Truncation(),
        directions=(),
        styles=(),
        bends=(),
        noise=Noise(),
        transform=Transform(),
    )


def swatch_of(row: PhotoRow, ref: ArrayRef, now: FitNow) -> Swatch:
    """Return the swatch of a fitted photo."""
    network = Network(now.fit.tuned) if now.fit.tuned else None
    return Swatch(row.name, Latent(array=ref), photo=note_of(row, now)[:300], network=network)


def seconds_of(scene: Scene, facts: Facts, settings: FitSettings) -> float | None:
    """Return how long a fit will take as fits before took for a step; None before the first."""
    if facts.model is None:
        return None
    source = source_of(scene, facts.model)
    watched = (facts.services[FITS].get(row.run) for row in scene.view.photos.rows if row.run)
    paces = [
        now.fit.seconds_per_step
        for now in watched
        if now is not None and now.fit.seconds_per_step and now.run.spec.get("network") == source
    ] or [
        run.seconds_per_unit
        for run in facts.runs
        if run.spec.get("network") == source and run.unit == "steps" and run.seconds_per_unit
    ]
    if not paces:
        return None
    steps = STEPS[settings.time] + (TUNE_STEPS[settings.time] if settings.space == "tuned" else 0)
    return steps * sorted(paces)[len(paces) // 2]


def expected(scene: Scene, facts: Facts) -> float | None:
    """Return the mean distance that tuned fits have reached in the distance at hand; None before the first."""
    fits = [facts.services[FITS].get(row.run) for row in scene.view.photos.rows if row.run]
    found = [
        now.fit.result_distance
        for now in fits
        if now is not None and now.run.spec.get("tune") and now.fit.result_distance is not None
    ]
    return sum(found) / len(found) if found else None
