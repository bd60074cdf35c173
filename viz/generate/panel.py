"""Generator panel: all inputs of the image, in the order of their application."""

from viz.generate import directions, latent, layer_bending, network, noise, style_channels, transform, truncation
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui.draw_cache import cached


def draw(scene: Scene, facts: Facts) -> Scene:
    """Network, latent, truncation, noise, directions, style channels, layer bending and transform, one section each.

    While a slider of one section is dragged, the others are replayed, neighbours in one step.
    """
    return _lower(_truncation(_upper(scene, facts), facts), facts)


_truncation = cached(truncation.draw)
_network, _latent = cached(network.draw), cached(latent.draw)
_noise, _directions, _transform = cached(noise.draw), cached(directions.draw), cached(transform.draw)
_styles, _bends = cached(style_channels.draw), cached(layer_bending.draw)


@cached
def _upper(scene: Scene, facts: Facts) -> Scene:
    return _latent(_network(scene, facts), facts)


@cached
def _lower(scene: Scene, facts: Facts) -> Scene:
    return _transform(_bends(_styles(_directions(_noise(scene, facts), facts), facts), facts), facts)
