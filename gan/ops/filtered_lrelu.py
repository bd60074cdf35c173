"""Leaky ReLU at a higher sampling rate, so that its new high frequencies are filtered and not folded back."""

import math

import torch
import torch.nn.functional as F

from gan.memory import make_room
from gan.ops import cuda
from gan.ops.bias_act import bias_act
from gan.ops.upfirdn2d import Factors, Padding, parse_factors, parse_padding, upfirdn2d

_PART_BYTES, _PART_CHANNELS = 1 << 26, 16
"""Size of the upsampled image above which the reference computes some channels at a time, where no gradient asks.

Their number is a multiple of those that PyTorch's convolutions compute together, so that not even the rounding differs.
"""
_LARGE_BYTES = 1 << 30
"""Size of the upsampled image of all channels for which room is made before."""


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
    size = _part(x, b, up)
    if size == 0:
        return _reference(x, fu, fd, b, up, down, padding, gain, slope, clamp, flip_filter)
    if _upsampled_bytes(x, up) * x.shape[1] > _LARGE_BYTES:
        make_room()
    parts = torch.split(x, size, dim=1)
    biases = [None] * len(parts) if b is None else torch.split(b, size)
    out, done = x, 0
    for part, bias in zip(parts, biases, strict=True):
        y = _reference(part, fu, fd, bias, up, down, padding, gain, slope, clamp, flip_filter)
        out = out if done else y.new_empty(len(x), x.shape[1], *y.shape[2:])
        out[:, done : done + y.shape[1]] = y
        done += y.shape[1]
    return out


def _part(x: torch.Tensor, b: torch.Tensor | None, up: Factors) -> int:
    """Return the number of channels to compute at a time; 0 for all. They are independent: the result is the same."""
    if x.ndim != 4 or x.device.type != "cpu" or torch.is_grad_enabled() or (b is not None and len(b) != x.shape[1]):
        return 0
    bytes_each = _upsampled_bytes(x, up)
    if bytes_each * x.shape[1] <= _PART_BYTES:
        return 0
    return _PART_CHANNELS * max(1, _PART_BYTES // (bytes_each * _PART_CHANNELS))


def _upsampled_bytes(x: torch.Tensor, up: Factors) -> int:
    """Size of one channel of the upsampled images."""
    up_x, up_y = parse_factors(up)
    return len(x) * x.shape[2] * x.shape[3] * up_x * up_y * x.element_size()


def _reference(
    x: torch.Tensor,
    fu: torch.Tensor | None,
    fd: torch.Tensor | None,
    b: torch.Tensor | None,
    up: Factors,
    down: int,
    padding: Padding,
    gain: float,
    slope: float,
    clamp: float | None,
    flip_filter: bool,
) -> torch.Tensor:
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
