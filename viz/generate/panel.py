"""The left side: everything that makes the picture, in the order in which it acts."""

from functools import partial
from types import ModuleType

from viz.generate import directions, latent, network, noise, transform, truncation
from viz.state.facts import Facts
from viz.state.keyframes import keys_here
from viz.state.scene import Scene
from viz.ui.draw_cache import keep

GROUPS = ((network, latent), (truncation,), (noise, directions, transform))
"""Sections that are shown again together: while one slider is dragged, all others stay."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Network, latent, truncation, noise, directions and transform, one section each."""
    keys = keys_here(scene)
    for group in GROUPS:
        reads = tuple(panel.reads(scene, facts) for panel in group)
        if len(group) == 1:
            scene = _section(group[0], (*reads[0], keys), scene, facts)
        else:
            name = f"from {group[0].__name__}"
            scene = keep(name, (reads, keys), partial(_sections, group=group, keys=keys), scene, facts)
    return scene


def _sections(scene: Scene, facts: Facts, group: tuple[ModuleType, ...], keys: object) -> Scene:
    for panel in group:
        scene = _section(panel, (*panel.reads(scene, facts), keys), scene, facts)
    return scene


def _section(panel: ModuleType, reads: tuple[object, ...], scene: Scene, facts: Facts) -> Scene:
    return keep(panel.__name__, reads, panel.draw, scene, facts)
