"""Noise images that are fitted with w: one flat tensor with a view for each layer, its regulariser and normalisation.

The regulariser keeps pictures from being written into the noise (StyleGAN2, arXiv 1912.04958, appendix D).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gan.networks.synthesis import StyleSynthesis

SMALLEST = 8
"""Noise images of this size and less are not reduced further."""
Shapes = Mapping[str, tuple[int, int]]
"""Height and width of the noise image of each layer."""


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


def drawn(shapes: Shapes, generator: torch.Generator) -> Tensor:
    """Draw normal noise for each layer, one after another: flat [sum of H W], on the generator's device."""
    parts = [torch.randn(shape, generator=generator, device=generator.device).flatten() for shape in shapes.values()]
    return torch.cat(parts) if parts else torch.zeros(0, device=generator.device)


def views(flat: Tensor, shapes: Shapes) -> dict[str, Tensor]:
    """Return the noise image [H, W] of each layer in a flat tensor, through which gradients flow."""
    parts = torch.split(flat, [math.prod(shape) for shape in shapes.values()])
    return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def regulariser(flat: Tensor, shapes: Shapes) -> Tensor:
    """Return the squared correlation of noise images with themselves one pixel beside and below, at all scales.

    Each is reduced by 2 x 2 means down to `SMALLEST`. Its gradient is computed with it, not differentiable again.
    """
    result: Tensor = _Regulariser.apply(flat, shapes)  # type: ignore[no-untyped-call]
    return result


@torch.no_grad()
def normalise(flat: Tensor, shapes: Shapes) -> None:
    """Shift each image to mean 0 and scale it to mean square 1, in place."""
    for images in _alike(flat, shapes):
        images -= images.mean(dim=(1, 2), keepdim=True)
        images *= images.square().mean(dim=(1, 2), keepdim=True).rsqrt()


def _alike(flat: Tensor, shapes: Shapes) -> Iterator[Tensor]:
    """Yield the images [count, H, W] of neighbouring layers of one size, of a flat tensor, not copied."""
    start = 0
    for (height, width), group in groupby(shapes.values()):
        count = len(list(group))
        yield flat[start : start + count * height * width].view(count, height, width)
        start += count * height * width


@dataclass
class _Level:
    """All images of one size.

    Attributes:
        parts: Images [count, H, W]: those of layers, then what larger ones were reduced to.
        places: Where the gradient of each part of layers goes.
        gradient: Of all images.
        below: Size that they are reduced to; None for none.
        first: Where they begin among the images of that size.
    """

    parts: list[Tensor]
    places: list[Tensor]
    gradient: Tensor | None = None
    below: tuple[int, int] | None = None
    first: int = 0


class _Regulariser(torch.autograd.Function):
    """All images of a size are taken together: operators on each would take longer than a small network."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor, shapes: Shapes) -> Tensor:
        gradient, total = torch.zeros_like(flat), flat.new_zeros(())
        levels: dict[tuple[int, int], _Level] = {}
        for images, place in zip(_alike(flat, shapes), _alike(gradient, shapes), strict=True):
            level = levels.setdefault((images.shape[1], images.shape[2]), _Level([], []))
            level.parts.append(images)
            level.places.append(place)
        left = set(levels)
        while left:
            size = max(left)
            left.remove(size)
            level = levels[size]
            x = torch.cat(level.parts)
            found, level.gradient = _correlation(x)
            total = total + found
            if size[0] > SMALLEST and size[1] > 1:
                small = F.avg_pool2d(x[None], kernel_size=2)[0]
                level.below = small.shape[1], small.shape[2]
                parts = levels.setdefault(level.below, _Level([], [])).parts
                level.first = sum(map(len, parts))
                parts.append(small)
                left.add(level.below)
        for size in sorted(levels):
            _spread(levels[size], levels)
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * grads[0], None


def _correlation(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sum over images [count, H, W] and both axes of mean(x rolled x)^2, and its gradient."""
    total, gradient = x.new_zeros(()), torch.zeros_like(x)
    for axis in (2, 1):
        after = torch.roll(x, 1, axis)
        mean = (x * after).mean(dim=(1, 2), keepdim=True)
        total = total + mean.square().sum()
        gradient.addcmul_(after.add_(torch.roll(x, -1, axis)), mean, value=2 / x[0].numel())
    return total, gradient


def _spread(level: _Level, levels: Mapping[tuple[int, int], _Level]) -> None:
    """Add to a level's gradient that of what it was reduced to, and write the layers' own."""
    gradient = level.gradient
    assert gradient is not None
    if level.below is not None:
        below = levels[level.below].gradient
        assert below is not None
        small = below[level.first : level.first + len(gradient)] / 4
        height, width = 2 * small.shape[1], 2 * small.shape[2]
        gradient[:, :height, :width] += small.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    first = 0
    for place in level.places:
        place.copy_(gradient[first : first + len(place)])
        first += len(place)
