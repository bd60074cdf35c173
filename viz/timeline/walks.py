"""Walks that fill the timeline."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from renderer.document import walk_keys
from renderer.document.timeline import Timeline
from viz.state import motion
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.keyframes import with_timeline
from viz.state.playback import scrubbed
from viz.state.scene import Scene


@dataclass(frozen=True)
class Walk:
    """Walk that fills the timeline."""

    id: str
    name: str
    help: str
    make: Callable[[Scene, Facts], Timeline]
    available: Callable[[Scene, Facts], bool] = lambda scene, facts: True


def walks() -> tuple[Walk, ...]:
    """Return all walks."""
    bands = tuple(
        Walk(
            f"walk-{band}", f"Walk of the {band} layers", "These layers go from seed to seed; the others stay",
            lambda scene, facts, band=band: _layers(scene, facts, band),  # type: ignore[misc]
            lambda scene, facts, band=band: bool(_ws(facts, band)),  # type: ignore[misc]
        )
        for band in ("coarse", "middle", "fine")
    )  # fmt: skip
    return (
        Walk("walk-random", "Random walk", "From the present latent through seeds drawn by chance", _random),
        Walk("walk-circle", "Circle", "Around the present latent, in a plane drawn by chance", _circle),
        *bands,
        Walk(
            "walk-motion", "The motion now playing", "Walk, orbit, turn and noise that play now, as keys",
            lambda scene, facts: walk_keys.motion_keys(
                scene.document.timeline, scene.document, scene.view.motion
            ),
            lambda scene, facts: scene.view.motion.playing,
        ),
    )  # fmt: skip


def walked(scene: Scene, facts: Facts, walk: Walk) -> Scene:
    """Return the scene with the timeline filled by a walk, and the playhead at the start."""
    filled = with_timeline(scene, walk.make(scene, facts))
    still = replace(filled, view=replace(filled.view, motion=motion.stopped(filled.view.motion)))
    return scrubbed(still, 0.0)


def _random(scene: Scene, facts: Facts) -> Timeline:
    document = scene.document
    return walk_keys.random_walk(document.timeline, document.latent, facts.chance)


def _circle(scene: Scene, facts: Facts) -> Timeline:
    document = scene.document
    return walk_keys.circular_walk(document.timeline, document.latent, facts.chance)


def _ws(facts: Facts, band: str) -> tuple[int, ...]:
    found = [one for one in bands_of(facts.model) if one.name.lower() == band] if facts.model else []
    return tuple(i for one in found for i in one.ws)


def _layers(scene: Scene, facts: Facts, band: str) -> Timeline:
    document, chance = scene.document, facts.chance
    return walk_keys.layer_walk(document.timeline, document.latent, document.mixing, _ws(facts, band), chance)
