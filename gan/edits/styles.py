"""Styles: the outputs of the affine layers that turn w into scales (and in StyleGAN1 shifts) of channels.

    s = w A^T + b      of each layer that reads w, before demodulation and before the gain of a `torgb`

The space of all of them is StyleSpace (Wu et al., arXiv 2011.12799).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from gan.networks.layers import FullyConnectedLayer
from gan.networks.protocol import Synthesis
from gan.networks.synthesis import StyleSynthesis


@dataclass(frozen=True, eq=False)
class StyleLayer:
    """A layer that reads w."""

    name: str
    """As in `layer_names`."""
    index: int
    """Position in ws of the vector that it reads."""
    affine: FullyConnectedLayer
    """w -> styles."""

    @property
    def channels(self) -> int:
        """Number of styles."""
        return self.affine.out_features


def style_layers(synthesis: StyleSynthesis) -> tuple[StyleLayer, ...]:
    """Return the layers that read w in the order in which they run, which is the published order of StyleSpace.

    A network without styles (one vector that the first layer reads as an image) has none.
    """
    places = {name: index for index, names in enumerate(synthesis.ws_layers) for name in names}
    found = []
    for name in synthesis.style_channels:
        affine = synthesis.get_submodule(name).affine
        assert isinstance(affine, FullyConnectedLayer)
        found.append(StyleLayer(name, places[name], affine))
    return tuple(found)


@dataclass(frozen=True)
class ChannelOffset:
    """A movement of one style."""

    layer: str
    channel: int
    amount: float
    """Added to the style, in its own unit."""


def offset_of(synthesis: Synthesis, offsets: Iterable[ChannelOffset]) -> dict[str, Tensor]:
    """Return the argument `style_offsets` of a synthesis network: [channels] by layer, on the CPU; equal ones add up.

    Raises ValueError if the network has no such layer or channel.
    """
    found: dict[str, Tensor] = {}
    for one in offsets:
        count = synthesis.style_channels.get(one.layer)
        if count is None:
            known = ", ".join(synthesis.style_channels)
            raise ValueError(
                f"This network has no layer {one.layer} with styles: its layers are {known}."
                if known
                else "The layers of this network have no styles to move."
            )
        if not 0 <= one.channel < count:
            raise ValueError(f"There is no channel {one.channel} of {one.layer}: they are 0-{count - 1}.")
        found.setdefault(one.layer, torch.zeros(count))[one.channel] += one.amount
    return found


def styles(synthesis: StyleSynthesis, ws: Tensor) -> dict[str, Tensor]:
    """Return the styles of ws [N, num_ws, w_dim] by layer: [N, channels] each."""
    return {layer.name: layer.affine(ws[:, layer.index]) for layer in style_layers(synthesis)}


@torch.no_grad()
def style_statistics(synthesis: StyleSynthesis, ws: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """Return the mean and the standard deviation of every style over ws [N, num_ws, w_dim], by layer: [channels].

    The deviation divides by N, as published.
    """
    return {name: (s.mean(dim=0), s.std(dim=0, correction=0)) for name, s in styles(synthesis, ws).items()}
