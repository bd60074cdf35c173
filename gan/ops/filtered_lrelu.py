"""Leaky ReLU at a higher sampling rate, so that its new high frequencies are filtered and not folded back."""

import math

import torch
import torch.nn.functional as F

from gan.ops import cuda
from gan.ops.bias_act import bias_act
from gan.ops.upfirdn2d import Padding, parse_factors, parse_padding, upfirdn2d


def filtered_lrelu(
    x: torch.Tensor,
    fu: torch.Tensor | None = None,
    fd: torch.Tensor | None = None,
    b: torch.Tensor | None = None,
    up: int = 1,
    down: int = 1,
    padding: Padding = 0,
    gain: float = math.sqrt(2.0),
    slope: float = 0.2,
    clamp: float | None = None,
    flip_filter: bool = False,
) -> torch.Tensor:
    """Add a bias, upsample, apply leaky ReLU, downsample (arXiv 2106.12423, figure 4b).

    Args:
        x: [N, C, H, W].
        fu: Upsampling filter [taps] or [height, width]; None is the identity.
        fd: Downsampling filter, likewise.
        b: Bias [C]; None adds nothing.
        up: Upsampling factor.
        down: Downsampling factor.
        padding: Zeros around the upsampled image: one number, (x, y) or (left, right, top, bottom), negative
            to crop.
        gain: Factor after the leaky ReLU.
        slope: Slope of the leaky ReLU below zero.
        clamp: Limit of the absolute value, after the gain and before downsampling; None disables it.
        flip_filter: False convolves with the filters, True correlates.

    Returns:
        [N, C, H', W'] in the dtype of ``x``; H' = ceil((H up + top + bottom - (fu rows - 1) - (fd rows - 1)) / down).

    Raises:
        ValueError: A shape or number does not fit.
    """
    if clamp is not None and clamp < 0:
        raise ValueError(f"clamp must not be negative, got {clamp}; pass None to disable it")
    fast = cuda.attempt("filtered_lrelu", x, fu, fd, b, up, down, padding, gain, slope, clamp, flip_filter)
    if fast is not None:
        return fast
    up_x, up_y = parse_factors(up)
    x = bias_act(x, b)
    # gain * lrelu(x) = lrelu(gain * x) for a positive gain, and a factor on the filter costs nothing.
    early = gain if gain > 0 else 1.0
    x = upfirdn2d(x, fu, up=up, padding=parse_padding(padding), flip_filter=flip_filter, gain=early * up_x * up_y)
    if fu is not None and not x.requires_grad and gain == early:
        # The upsampled image is the largest tensor of all, and ours alone: no second copy of it where no gradient asks.
        x = F.leaky_relu_(x, slope)
        x = x if clamp is None else x.clamp_(-clamp, clamp)
    else:
        x = bias_act(x, act="lrelu", alpha=slope, gain=gain / early, clamp=clamp)
    return upfirdn2d(x, fd, down=down, flip_filter=flip_filter)
