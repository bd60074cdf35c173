"""Motion of the image: motion of seeds, noise and transforms by itself, and when the image counts as in motion.

`Activity` decides the latter by the image that is requested, whatever changes it: a new control, drag or animation is
in motion without knowing of it.
"""

import math
from dataclasses import dataclass, replace

from renderer.document.document import Document, Motion

LONGEST_STEP = 0.25
"""Longest time step in seconds: after a longer pause (a dialog, a suspended laptop) motion resumes without a jump."""


REST_S = 0.25
"""Seconds without change after which the image is at rest."""


class Activity:
    """Motion of the image: it changes while something is held or moves by itself, or several times in succession.

    A single change, as by a click, is none. What is held still for `REST_S` rests, and so does what is let go, at once.
    """

    def __init__(self) -> None:
        self.moving = False
        self._changed_at = -math.inf
        self._sustained = False

    def look(self, changed: bool, now: float, sustained: bool) -> bool:
        """Return True if the image is in motion. Call once a frame.

        Args:
            changed: The image differs from that of the last frame.
            now: Seconds.
            sustained: Something is held, or moves by itself.
        """
        quick = now - self._changed_at < REST_S
        if sustained:
            self.moving = changed or (self.moving and quick)
        elif self._sustained:
            self.moving = False  # let go
        else:
            self.moving = quick and (changed or self.moving)
        if changed:
            self._changed_at = now
        self._sustained = sustained
        return self.moving

    def resting_in(self, now: float) -> float:
        """Return the seconds after which an image in motion is at rest if nothing changes."""
        return max(self._changed_at + REST_S - now, 0.0)


@dataclass(frozen=True)
class Phase:
    """State of motion between two steps that is not part of the document."""

    noise: float = 0.0
    """Fraction of the way to the next noise seed, 0..1."""
    orbit: float = 0.0
    """Fraction of the circle completed, 0..1."""
    offset: tuple[float, float] = (0.0, 0.0)
    """Offset that the orbit added to the translation."""
    rested: tuple[float, float] | None = None
    """Translation at the last orbit step: the orbit resumes around the same centre."""


def elapsed(before: float, now: float) -> float:
    """Return the time step between two frames in seconds: 0..`LONGEST_STEP`."""
    return min(max(now - before, 0.0), LONGEST_STEP)


def advance(document: Document, motion: Motion, seconds: float, phase: Phase) -> tuple[Document, Phase]:
    """Return the document `seconds` later. Ten steps of 0.1 s give the same result as one of 1 s."""
    if motion.latent:
        latent = document.latent
        document = replace(document, latent=latent.moved_to(latent.x + motion.latent_speed * seconds, latent.y))
    if motion.mixing:
        mixing = document.mixing
        document = replace(document, mixing=replace(mixing, x=mixing.x + motion.mixing_speed * seconds))
    if motion.noise and document.noise.mode == "random":
        # Sums of tenths may fall just short of whole numbers, which must not lose a seed.
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
    """Move the translation along a circle around its original position."""
    transform = document.transform
    turns = (phase.orbit + motion.orbit_speed * seconds) % 1.0
    angle = 2 * math.pi * turns
    offset = (motion.orbit_radius * math.cos(angle), motion.orbit_radius * math.sin(angle))
    x, y = transform.x - phase.offset[0] + offset[0], transform.y - phase.offset[1] + offset[1]
    moved = replace(document, transform=replace(transform, x=x, y=y))
    return moved, replace(phase, orbit=turns, offset=offset, rested=(x, y))


def resumed(document: Document, phase: Phase) -> Phase:
    """Return the phase for starting an orbit: the old one if the image is still where the orbit left it."""
    if phase.rested == (document.transform.x, document.transform.y):
        return phase
    return replace(phase, orbit=0.0, offset=(0.0, 0.0), rested=None)


def stopped(motion: Motion) -> Motion:
    """Return the same speeds with all motion off."""
    return replace(motion, latent=False, mixing=False, noise=False, orbit=False, turn=False)


def names(motion: Motion) -> str:
    """Return a step name listing the active motions."""
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
    """Return the same direction in -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0
