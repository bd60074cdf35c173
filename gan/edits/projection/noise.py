"""Noise images that are fitted with w: one flat tensor with a view for each layer, its regulariser and normalisation.

The regulariser keeps pictures from being written into the noise (StyleGAN2, arXiv 1912.04958, appendix D).
"""

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.networks.synthesis import StyleSynthesis

SMALLEST = 8
"""Noise images of this size and less are not reduced further."""


def noise_shapes(synthesis: StyleSynthesis) -> dict[str, tuple[int, int]]:
    """Return height and width of the noise image of each layer that has one, in order.

    A network at a low resolution names the layers of the whole one, and has only the first of them.
    """
    found, there = {}, dict(synthesis.named_modules())
    for name in synthesis.noise_layers:
        if name not in there:
            continue
        stored = synthesis.get_submodule(name).noise_const
        assert isinstance(stored, Tensor)
        found[name] = (stored.shape[-2], stored.shape[-1])
    return found


def drawn(shapes: Mapping[str, tuple[int, int]], generator: torch.Generator) -> Tensor:
    """Draw normal noise for each layer, one after another: flat [sum of H W], on the generator's device."""
    parts = [torch.randn(shape, generator=generator, device=generator.device).flatten() for shape in shapes.values()]
    return torch.cat(parts) if parts else torch.zeros(0, device=generator.device)


def views(flat: Tensor, shapes: Mapping[str, tuple[int, int]]) -> dict[str, Tensor]:
    """Return the noise image [H, W] of each layer in a flat tensor, through which gradients flow."""
    parts = torch.split(flat, [math.prod(shape) for shape in shapes.values()])
    return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def regulariser(images: Sequence[Tensor]) -> Tensor:
    """Return the squared correlation of noise images [H, W] with themselves one pixel beside and below, at all scales.

    Each is reduced by 2 x 2 means down to `SMALLEST`.
    """
    total = images[0].new_zeros(()) if images else torch.zeros(())
    for image in images:
        noise = image[None, None]
        while True:
            for axis in (3, 2):
                total = total + (noise * torch.roll(noise, shifts=1, dims=axis)).mean() ** 2
            if noise.shape[2] <= SMALLEST or noise.shape[3] <= 1:
                break
            noise = F.avg_pool2d(noise, kernel_size=2)
    return total


@torch.no_grad()
def normalise(images: Sequence[Tensor]) -> None:
    """Shift each image to mean 0 and scale it to mean square 1, in place."""
    for image in images:
        image -= image.mean()
        image *= image.square().mean().rsqrt()
