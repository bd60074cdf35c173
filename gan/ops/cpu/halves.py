"""Conversion of a convolution's input to bfloat16, for CPUs that multiply such numbers several times as fast.

Products of bfloat16 numbers are added up in float32; only what goes in and what comes out is rounded. Weights can also
be split in two, so that they are not rounded, for two times the products; and all numbers, so that only what comes out
is, for three times the products.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gan.ops.cpu.jit import FLOATS, HALVES, INT, kernel
from gan.ops.cpu.lanes import LANES
from gan.ops.cpu.vectors import load, lost, multiply, store

Halves = npt.NDArray[np.uint16]
_PIXELS = 64
"""Pixels of a task."""


PLAIN, SPLIT_WEIGHT, SPLIT = 1, 2, 3
"""Parts of a number: rounded; with the weight split in two; with weight and number split. See `split_weight`."""


@kernel(FLOATS, INT, INT, FLOATS, INT, HALVES)
def scaled_halves(
    worker: Any, begin: Any, end: Any, x: Any, pixels: Any, channels: Any, scale: Any, parts: Any, out: Any
) -> None:
    """out = x * scale in bfloat16, `_PIXELS` pixels a task.

    Args:
        x: [pixels, channels].
        pixels: See `x`.
        channels: See `x`, padded.
        scale: [channels].
        parts: PLAIN; SPLIT_WEIGHT for the rounded numbers twice; SPLIT for those and what rounding has lost.
        out: [pixels, parts, channels].
    """
    for p in range(begin * _PIXELS, min(pixels, end * _PIXELS)):
        q = p * parts * channels
        for c in range(0, channels, LANES):
            v = multiply(load(x, p * channels + c), load(scale, c))
            store(out, q + c, v)
            if parts > 1:
                store(out, q + channels + c, v)
            if parts > 2:
                store(out, q + 2 * channels + c, lost(v))


def halves(x: Tensor) -> Halves:
    """The bits of a contiguous bfloat16 tensor, flat, not copied."""
    bits: Halves = x.view(torch.uint16).view(-1).numpy()
    return bits


def split_weight(weight: Tensor, dim: int, parts: int = SPLIT) -> Tensor:
    """A weight in bfloat16, `parts` times as long along its input channels, for numbers in as many parts.

    With a = a1 + a2 and w = w1 + w2, each in bfloat16, a w is a1 w1 + a1 w2 + a2 w1 but for the product of what both
    have lost, 2^-16 of it: only the sum is rounded to 8 bits. Without the last product a is rounded too.
    """
    first = weight.bfloat16()
    if parts == PLAIN:
        return first
    return torch.cat([first, (weight - first.float()).bfloat16(), first][:parts], dim)


def scaled(x: Tensor, scale: Tensor, parts: int = PLAIN) -> Tensor:
    """x * scale in bfloat16.

    Args:
        x: float32 [1, C, H, W] in channels_last order, C padded.
        scale: [C].
        parts: See `scaled_halves`.

    Returns:
        [1, parts * C, H, W] in channels_last order.
    """
    channels, height, width = x.shape[1:]
    out = torch.empty(1, height, width, parts * channels, dtype=torch.bfloat16)
    flat: npt.NDArray[np.float32] = x.permute(0, 2, 3, 1).contiguous().view(-1).numpy()
    pixels = height * width
    scaled_halves(-(-pixels // _PIXELS), _PIXELS * channels, flat, pixels, channels, scale.numpy(), parts, halves(out))
    return out.permute(0, 3, 1, 2)
