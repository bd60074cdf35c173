"""Motion of seeds, noise and transforms: pure functions of time, independent of the frame rate."""

import math
from dataclasses import dataclass, replace

from renderer.document.document import Document, Motion

LONGEST_STEP = 0.25
"""Seconds: after a longer pause (a dialog, a laptop asleep) motion goes on from where it was instead of jumping."""


@dataclass(frozen=True)
class Phase:
    """State of motion between two steps that the document does not hold."""

    noise: float = 0.0
    """Share of the way to the next noise seed, 0..1."""
    orbit: float = 0.0
    """Circles done, 0..1."""
    offset: tuple[float, float] = (0.0, 0.0)
    """Offset that the orbit added to the translation."""
    rested: tuple[float, float] | None = None
    """Translation when the orbit moved last: from there it goes on around the same centre."""


def elapsed(before: float, now: float) -> float:
    """Seconds to move by between two frames: never negative, never more than `LONGEST_STEP`."""
    return min(max(now - before, 0.0), LONGEST_STEP)


def advance(document: Document, motion: Motion, seconds: float, phase: Phase) -> tuple[Document, Phase]:
    """The document `seconds` later. Ten steps of 0.1 s lead where one of 1 s leads."""
    if motion.latent:
        latent = document.latent
        document = replace(document, latent=replace(latent, x=latent.x + motion.latent_speed * seconds))
    if motion.mixing:
        mixing = document.mixing
        document = replace(document, mixing=replace(mixing, x=mixing.x + motion.mixing_speed * seconds))
    if motion.noise and document.noise.mode == "random":
        # Sums of tenths fall short of whole numbers by a rounding error, which must not cost a seed.
        due = phase.noise + motion.noise_speed * seconds
        whole = math.floor(due + 1e-9)
        phase = replace(phase, noise=max(due - whole, 0.0))
        document = replace(document, noise=replace(document.noise, seed=document.noise.seed + whole))
    if motion.orbit:
        document, phase = _orbit(document, motion, seconds, phase)
    if motion.turn:
        angle = _wrapped(document.transform.angle + motion.turn_speed * seconds)
        document = replace(document, transform=replace(document.transform, angle=angle))
    return document, phase


def _orbit(document: Document, motion: Motion, seconds: float, phase: Phase) -> tuple[Document, Phase]:
    """Move the translation along a circle around where it was."""
    transform = document.transform
    turns = (phase.orbit + motion.orbit_speed * seconds) % 1.0
    angle = 2 * math.pi * turns
    offset = (motion.orbit_radius * math.cos(angle), motion.orbit_radius * math.sin(angle))
    x, y = transform.x - phase.offset[0] + offset[0], transform.y - phase.offset[1] + offset[1]
    moved = replace(document, transform=replace(transform, x=x, y=y))
    return moved, replace(phase, orbit=turns, offset=offset, rested=(x, y))


def resumed(document: Document, phase: Phase) -> Phase:
    """The phase to start an orbit with: the old one where the picture still is where the orbit left it."""
    if phase.rested == (document.transform.x, document.transform.y):
        return phase
    return replace(phase, orbit=0.0, offset=(0.0, 0.0), rested=None)


def stopped(motion: Motion) -> Motion:
    """The same speeds with nothing moving."""
    return replace(motion, latent=False, mixing=False, noise=False, orbit=False, turn=False)


def names(motion: Motion) -> str:
    """Name the step of what moves."""
    moving = [
        name
        for name, on in (
            ("Walk", motion.latent),
            ("Style walk", motion.mixing),
            ("Noise film", motion.noise),
            ("Orbit", motion.orbit),
            ("Turn", motion.turn),
        )
        if on
    ]
    return " and ".join([", ".join(moving[:-1]), moving[-1]] if len(moving) > 1 else moving)


def _wrapped(degrees: float) -> float:
    """The same direction in -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0
