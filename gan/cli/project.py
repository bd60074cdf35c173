"""`project`: finds the latents of photos, and tunes the network to them if asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import click
import torch

import gan
from foundation.ending import STOPPING, handled
from foundation.inputs import clean_text
from foundation.photos.faces import face_crops, missing
from foundation.photos.reading import facts_of
from foundation.specs.click_options import describe
from foundation.specs.editing.fits import FILM
from foundation.specs.editing.projection import ProjectSpec
from foundation.specs.formats import FACE
from foundation.words import counted
from gan.animation.film import write_film
from gan.cli.command import command as make
from gan.cli.progress import progress, say
from gan.device import choose_device
from gan.edits.projection.encoder import Encoder
from gan.edits.projection.fit import is_small
from gan.edits.projection.photos import crop_of, folders_for, photos_in
from gan.edits.projection.work import Setting, Work
from gan.images import device_of, load_described
from gan.inference import cpu
from gan.metrics.detectors import Detectors
from gan.metrics.distance import distance_at_hand, fetched
from gan.networks.generator import StyleGenerator
from gan.ops.cpu import dispatch

_FPS = 10.0
"""Frames per second of a film, as published."""
_LOOK_S = 0.2
"""Time between two looks while a fit is paused."""


def _plan(spec: ProjectSpec) -> str:
    """Check the photos and the network's file, and return what would be done."""
    photos = photos_in(spec.targets)
    folders = folders_for(photos, Path(spec.outdir))
    _check_faces(spec)
    lines = [_planned(spec, photo, folder) for photo, folder in zip(photos, folders, strict=True)]
    if len(photos) == 1:
        crop_of(photos[0], spec.crop, spec.border)  # says what is wrong with it
    info = gan.contents(spec.network).info
    with closing(_detectors(spec)) as detectors:
        name = distance_at_hand(detectors).name
    tuning = f" and {spec.tuning_steps} of tuning" if spec.tuning_steps else ""
    lines += [
        f"Network: {info.family}, {info.resolution} pixels, {info.channels} channels",
        f"Each photo: {spec.fit_steps} steps in {spec.space.upper()}{tuning}; distance: {name}",
    ]
    return "\n".join(lines)


def _planned(spec: ProjectSpec, photo: Path, folder: Path) -> str:
    """Return what would be done with a photo, and what was found in it. Raises ValueError."""
    facts = facts_of(photo)
    what = f"{photo}: {facts.width} x {facts.height} pixels"
    if spec.crop != (FACE,):
        return f"{what}, into {folder}"
    faces = face_crops(photo)
    if not faces:
        return f"{what}, no face found, so it is left out"
    numbers = ",".join(f"{one:.1f}" for one in faces[0].pixels(facts.width, facts.height))
    first = "the largest " if len(faces) > 1 else ""
    return f"{what}, {counted(len(faces), 'face')} found, {first}by --crop={numbers}, into {folder}"


def _check_faces(spec: ProjectSpec) -> None:
    """Raise ValueError where faces are asked for and cannot be looked for."""
    if spec.crop == (FACE,) and (why := missing()):
        raise ValueError(f"{why}.")


@make(ProjectSpec, "project", json_progress=True, plan=_plan)
def command(spec: ProjectSpec) -> None:
    """Fit each photo. Asked to end, it writes the best result so far and the state to go on from."""
    photos = photos_in(spec.targets)
    folders = folders_for(photos, Path(spec.outdir))
    _check_faces(spec)
    with closing(_detectors(spec)) as detectors, _ending() as asked:
        setting = _setting(spec, detectors)
        total = len(photos) * (spec.fit_steps + spec.tuning_steps)
        wrong: list[str] = []
        with progress("Steps") as report, _few_threads(setting.G):
            for number, (photo, folder) in enumerate(zip(photos, folders, strict=True)):
                before = total // len(photos) * number
                try:
                    for step in _steps(setting, photo, folder, asked):
                        report(before + step, total)
                except ValueError as error:
                    if len(photos) == 1:
                        raise
                    wrong.append(str(error))
                    say(clean_text(str(error), 500))
                if asked:
                    raise SystemExit(128 + asked[0])
            report(total, total)
        if wrong:
            raise ValueError(f"{len(wrong)} of {len(photos)} photos could not be fitted: {wrong[0]}")


@contextmanager
def _few_threads(G: StyleGenerator) -> Iterator[None]:
    """Use one thread where more would only cost time."""
    before = torch.get_num_threads()
    if is_small(G):
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _setting(spec: ProjectSpec, detectors: Detectors) -> Setting:
    with progress("Download (bytes)", own=False) as report:
        G, info = load_described(spec.network, choose_device(spec.device), report, "off")
    if device_of(G).type == "cpu" and cpu.wanted():
        dispatch.enable()
    trusted = spec.trust_encoder
    encoder = None if spec.encoder is None else Encoder(spec.encoder, G, trusted=trusted)
    setting = Setting(G, info, distance_at_hand(detectors), spec, encoder)
    if setting.label is not None and G.c_dim == 0:
        click.echo("Note: this network has no classes, so --class or --condition is ignored.", err=True)
    say(f"Distance: {setting.distance.name}")
    return setting


def _detectors(spec: ProjectSpec) -> Detectors:
    files = spec.detector or fetched()
    return Detectors(files, choose_device(spec.device), trusted=spec.trust_detector)


def _steps(setting: Setting, photo: Path, folder: Path, asked: list[int]) -> Iterator[int]:
    """Fit one photo, and yield the number of steps done after each; returns early once it is asked to end."""
    work = Work(setting, photo, folder, lambda: bool(asked))
    if work.finished_before:
        say(f"{photo.name}: fitted before, in {folder}")
        return
    if work.anew:
        say(f"{photo.name}: begins anew: {work.anew}")
    if work.step:
        say(f"{photo.name}: going on from step {work.step}")
    while not work.done:
        if asked:
            work.keep()
            say(f"{photo.name}: stopped at step {work.step}; the result so far is in {folder}")
            return
        if work.paused:
            time.sleep(_LOOK_S)
            continue
        with _enough_memory(work):
            work.advance()
        yield work.step
    if setting.spec.save_video:
        text = {"Software": "StyleScope", "Comment": describe(setting.spec, "project")}
        write_film(folder / FILM, work.frames(), fps=_FPS, metadata=text)
    result = work.finish()
    say(f"{photo.name}: distance {result['distance']:.4g}, {result['psnr']:.2f} dB, in {folder}")


@contextmanager
def _enough_memory(work: Work) -> Iterator[None]:
    """Turn a lack of memory in the block into a sentence."""
    try:
        yield
    except RuntimeError as error:  # torch.OutOfMemoryError too
        if not any(sign in str(error) for sign in ("out of memory", "not enough memory")):
            raise
        instead = "fit in W+ instead (--space=w+)" if work.tunes else "end other programs, or take a smaller network"
        raise ValueError(f"There is not enough memory for the fit: {instead}.") from error


@contextmanager
def _ending() -> Iterator[list[int]]:
    """Note the signals that ask for an end in the list that is yielded; a second one ends at once."""
    asked: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        if asked:
            raise SystemExit(128 + number)
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():  # where no signal can be handled
        yield asked
        return
    with handled(STOPPING, end):
        yield asked
