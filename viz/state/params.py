"""Declarations of all numeric parameters: label, range, unit, format and tooltip.

Defaults are those of the state's classes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from viz.state.scene import Scene

_DEFAULTS = Scene()


@dataclass(frozen=True)
class Param:
    """One numeric parameter. `path` starts at the scene, as in `document.truncation.psi`."""

    path: str
    label: str
    low: float
    high: float
    hint: str
    unit: str = ""
    fmt: str = "%.2f"


_getter = lru_cache(maxsize=None)(attrgetter)


def get(scene: Scene, path: str) -> Any:
    """Return the value at `path`."""
    return _getter(path)(scene)


def default(path: str) -> Any:
    """Return the value at `path` in a new scene."""
    return get(_DEFAULTS, path)


def put(scene: Scene, path: str, value: Any) -> Scene:
    """Return the scene with another value at `path`; the same object if nothing changes."""
    if get(scene, path) == value:
        return scene
    changed: Scene = _put(scene, path.split("."), value)
    return changed


def reset(scene: Scene, *paths: str) -> Scene:
    """Return the scene with defaults restored at `paths` (values or whole parts such as `document.latent`)."""
    for path in paths:
        scene = put(scene, path, default(path))
    return scene


def _put(node: Any, names: list[str], value: Any) -> Any:
    head, *rest = names
    return replace(node, **{head: _put(getattr(node, head), rest, value) if rest else value})


_ALL = (
    Param("document.latent.label_mix", "Class mix", 0, 1, "Share of the second class, blended in W"),
    Param("document.mixing.x", "Style seed", -1e6, 1e6, "Seed of the second style", fmt="%.2f"),
    Param(
        "document.truncation.psi", "ψ", -1, 2, "Pulls styles toward the mean; 1 leaves them as they are, 0 is the mean"
    ),
    Param(
        "document.truncation.cutoff",
        "Layers",
        0,
        32,
        "How many w vectors, from the coarsest on, are truncated; keys hold it until the next one",
        fmt="%.0f",
    ),
    Param(
        "direction.strength", "Strength", -5, 5, "how far to go along it, in lengths of its own vector; type for more"
    ),
    Param(
        "style.strength",
        "Strength",
        -5,
        5,
        "how far its style moves, in standard deviations (σ) where they are known; type for more",
    ),
    Param("direction.share", "Strength", 0, 1, "how much of the way of this drag; type for more, or below 0"),
    Param("direction.sigmas", "Strength", -5, 5, "how far to go along it; type for more", "σ", "%+.2f"),
    Param("bend.multiply", "Multiply", -2, 4, "Factor of the maps; below 0 they are inverted", "×"),
    Param("bend.zoom", "Zoom", 0.25, 4, "Makes the maps larger about their centre", "×"),
    Param("bend.turn", "Turn", -180, 180, "Turns the maps about their centre, counterclockwise", "°", "%.1f"),
    Param("bend.mirror", "Mirror", 0, 1, "Share of the maps with left and right exchanged"),
    Param("bend.threshold", "Threshold", 0, 4, "Values nearer to 0 than so many standard deviations become 0", "σ"),
    Param("bend.noise", "Noise", 0, 4, "Noise of so many standard deviations is added", "σ"),
    Param("layer.noise", "Strength", 0, 4, "Multiplies the strength of this layer's noise", "×"),
    Param("document.noise.strength", "Strength", 0, 2, "Multiplies the learned strength of every layer's noise", "×"),
    Param("document.transform.x", "Translate x", -1, 1, "Moves the input to the right, in picture widths", fmt="%.3f"),
    Param("document.transform.y", "Translate y", -1, 1, "Moves the input downward, in picture heights", fmt="%.3f"),
    Param("document.transform.angle", "Rotate", -180, 180, "Turns the input clockwise", "°", "%.1f"),
    Param("view.motion.latent_speed", "Walk speed", -5, 5, "How fast the walk goes", "seeds/s"),
    Param("view.motion.mixing_speed", "Style speed", -5, 5, "How fast the second style walks", "seeds/s"),
    Param("view.motion.noise_speed", "Noise speed", 0, 60, "How often the noise changes", "/s", "%.0f"),
    Param("view.motion.orbit_speed", "Orbit speed", -2, 2, "Circles a second", "/s"),
    Param("view.motion.orbit_radius", "Orbit size", 0, 0.5, "Radius of the circle, in picture widths"),
    Param("view.motion.turn_speed", "Turn speed", -180, 180, "How fast it turns", "°/s", "%.0f"),
    Param("view.compare.gain", "Gain", 1, 32, "Multiplies the difference", "×", "%.1f"),
    Param("view.display.channel", "Channel", 0, 512, "The first channel shown", fmt="%.0f"),
    Param("view.display.scale_db", "Scale", -40, 40, "Multiplies what is shown by 10^(dB / 20)", "dB", "%+.1f"),
    Param(
        "view.display.spectrum.range_db",
        "Range",
        0.1,
        100,
        "Decibels from black to white, around the mean",
        "dB",
        "%.1f",
    ),
    Param(
        "view.display.spectrum.beta",
        "Kaiser β",
        0,
        50,
        "Shape of the window: larger hides more leakage and blurs more",
        fmt="%.1f",
    ),
    Param(
        "view.lens.pictures",
        "Pictures",
        1,
        64,
        "How many pictures equivariance is averaged over; 1: this one alone",
        "pictures",
        "%.0f",
    ),
    Param("settings.frame_limit", "Frame limit", 0, 240, "Frames a second at most; 0 sets no limit", "fps", "%.0f"),
    Param(
        "settings.capture_scale",
        "Enlarged",
        1,
        16,
        "Times that saved pictures of small networks are enlarged",
        "×",
        "%.0f",
    ),
    Param(
        "settings.preview_gb",
        "Film memory",
        0,
        64,
        "Memory for pictures of the timeline, so that it plays at its own rate the second time; 0 keeps none",
        "GB",
        "%.1f",
    ),
    Param("settings.scale", "Scale", 0.75, 3, "Size of the interface", "×"),
)
PARAMS = {param.path: param for param in _ALL}
"""Parameters by path."""
