"""Steps of the interface's scale."""

from collections.abc import Callable
from dataclasses import replace

from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.settings import fitting, shown_scale


def scaled(up: bool) -> Callable[[Scene, Facts], Scene]:
    """Return a command that takes the next larger or smaller scale."""

    def run(scene: Scene, facts: Facts) -> Scene:
        scale = next_scale(scene, facts, up)
        return scene if scale is None else replace(scene, settings=replace(scene.settings, scale=scale))

    return run


def next_scale(scene: Scene, facts: Facts, up: bool) -> float | None:
    """Return the next larger or smaller scale that the window has room for."""
    now = shown_scale(scene.settings.scale, facts.room)
    beyond = [scale for scale in fitting(facts.room) if (scale > now if up else scale < now)]
    return (min(beyond) if up else max(beyond)) if beyond else None
