"""The left side: everything that makes the picture, in the order in which it acts."""

from viz.facts import Facts
from viz.kept import keep
from viz.panels import latent, network, noise, transform, truncation
from viz.scene import Scene
from viz.timeline_keys import keys_here


def draw(scene: Scene, facts: Facts) -> Scene:
    """Network, latent, truncation, noise and transform, one section each."""
    for panel in (network, latent, truncation, noise, transform):
        reads = (*panel.reads(scene, facts), keys_here(scene))
        scene = keep(panel.__name__, reads, panel.draw, scene, facts)
    return scene
