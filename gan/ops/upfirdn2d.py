"""Upsample, filter, downsample: resampling of images by a finite impulse response (FIR) filter.

A filter is a tensor [taps] (separable: the same taps along both axes) or [height, width].
Sampling factors are one number or (x, y); paddings are one number, (x, y) or (x0, x1, y0, y1) = (left,
right, top, bottom), counted in pixels of the upsampled image, negative to crop.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import torch
import torch.nn.functional as F

from gan.ops import cuda
from gan.ops.cpu import dispatch

Factors = int | Sequence[int]
Padding = int | Sequence[int]

_SEPARABLE_FROM = 8  # taps from which two one-dimensional passes are cheaper than one two-dimensional


def parse_factors(factors: Factors) -> tuple[int, int]:
    """Read a sampling factor given as one number or (x, y).

    Raises:
        ValueError: There are not one or two numbers, or one is below 1.
    """
    pair = (factors, factors) if isinstance(factors, int) else tuple(factors)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"a sampling factor is one or two whole numbers from 1 up, got {factors!r}")
    return pair[0], pair[1]


def parse_padding(padding: Padding) -> tuple[int, int, int, int]:
    """Read a padding given as one number, (x, y) or (x0, x1, y0, y1).

    Raises:
        ValueError: There are not one, two or four numbers.
    """
    pads = (padding, padding) if isinstance(padding, int) else tuple(padding)
    if len(pads) == 2:
        pads = (pads[0], pads[0], pads[1], pads[1])
    if len(pads) != 4:
        raise ValueError(f"a padding is one, two or four whole numbers, got {padding!r}")
    return pads[0], pads[1], pads[2], pads[3]


def filter_size(f: torch.Tensor | None) -> tuple[int, int]:
    """Width and height of a filter in taps; None is the identity, 1 x 1.

    Raises:
        ValueError: The filter is empty or has neither one nor two dimensions.
    """
    if f is None:
        return 1, 1
    if f.ndim not in (1, 2) or f.numel() == 0:
        raise ValueError(f"a filter is [taps] or [height, width] and not empty, got shape {list(f.shape)}")
    return int(f.shape[-1]), int(f.shape[0])


def setup_filter(
    f: torch.Tensor | npt.NDArray[Any] | Sequence[float] | Sequence[Sequence[float]] | float | None,
    normalize: bool = True,
    flip_filter: bool = False,
    gain: float = 1.0,
    separable: bool | None = None,
    device: torch.device | str | None = None,
) -> torch.Tensor:
    """Turn a list of taps into a filter for the functions below.

    Args:
        f: Taps, one-dimensional (used along both axes) or two-dimensional; None is the identity.
        normalize: Scale to unit sum, so that a constant image keeps its value.
        flip_filter: Reverse the taps.
        gain: Factor on the image that this filter is to have (each axis of a separable one takes the root).
        separable: Keep one-dimensional taps as they are (two passes) or multiply them out to a square
            (one pass); None decides by length.
        device: Where the filter is to live.

    Returns:
        float32 tensor [taps] or [height, width].

    Raises:
        ValueError: ``f`` is empty or has more than two dimensions, or a square one is asked to be separable.
    """
    # Worked out where the taps are: arithmetic on the device "meta", where networks are built before they are loaded,
    # makes torch import its whole compiler, which takes a second.
    home = f.device if isinstance(f, torch.Tensor) else torch.device("cpu")
    taps = torch.as_tensor(1.0 if f is None else f, dtype=torch.float32, device=home)
    taps = taps.reshape(1) if taps.ndim == 0 else taps
    filter_size(taps)
    if separable is None:
        separable = taps.ndim == 1 and taps.numel() >= _SEPARABLE_FROM
    if separable and taps.ndim == 2:
        raise ValueError("a two-dimensional filter cannot be taken as separable; give its one-dimensional taps")
    if taps.ndim == 1 and not separable:
        taps = torch.outer(taps, taps)
    if normalize:
        taps = taps / taps.sum()
    if flip_filter:
        taps = taps.flip(list(range(taps.ndim)))
    taps = taps * math.pow(gain, taps.ndim / 2)
    return taps.to(
        device if device is not None else home if isinstance(f, torch.Tensor) else torch.get_default_device()
    )


def upfirdn2d(
    x: torch.Tensor,
    f: torch.Tensor | None,
    up: Factors = 1,
    down: Factors = 1,
    padding: Padding = 0,
    flip_filter: bool = False,
    gain: float = 1.0,
) -> torch.Tensor:
    """Upsample with zeros, pad or crop, filter, then keep every ``down``-th pixel.

    Args:
        x: [N, C, H, W].
        f: [taps], [height, width], or None for the identity.
        up: After each pixel come ``up - 1`` zeros.
        down: The first of every ``down`` pixels is kept.
        padding: Zeros around the upsampled image; negative crops.
        flip_filter: False convolves (the filter runs backwards), True correlates.
        gain: Factor on the result, not negative.

    Returns:
        [N, C, (H up + y0 + y1 - height) // down + 1, the same for W], in the dtype of ``x``.

    Raises:
        ValueError: A shape or number does not fit, or the padded image is smaller than the filter.
    """
    if x.ndim != 4:
        raise ValueError(f"expected images [N, C, H, W], got shape {list(x.shape)}")
    if gain < 0:
        raise ValueError(f"gain must not be negative, got {gain}")
    up_x, up_y = parse_factors(up)
    down_x, down_y = parse_factors(down)
    x0, x1, y0, y1 = parse_padding(padding)
    width, height = filter_size(f)
    if x.shape[3] * up_x + x0 + x1 < width or x.shape[2] * up_y + y0 + y1 < height:
        raise ValueError(f"the padded image is smaller than the {width} x {height} filter; pad more or enlarge it")
    pads = (x0, x1, y0, y1)
    fast = cuda.attempt("upfirdn2d", x, f, (up_x, up_y), (down_x, down_y), pads, flip_filter, gain)
    if fast is not None:
        return fast
    if f is None:
        x = _pad(_insert_zeros(x, (up_y, up_x)), pads)[:, :, ::down_y, ::down_x]
        return x if gain == 1 else x * gain
    if (fast := dispatch.upfirdn2d(x, f, (up_x, up_y), (down_x, down_y), pads, flip_filter, gain)) is not None:
        return fast
    if f.ndim == 2:
        return _resample(x, _taps(f, flip_filter, gain, x.dtype), (up_y, up_x), (down_y, down_x), pads)
    # The axes are independent: the whole of one is done before the other, so that few pixels see both passes.
    taps = _taps(f, flip_filter, math.sqrt(gain), x.dtype)
    x = _resample(x, taps[None, :], (1, up_x), (1, down_x), (x0, x1, 0, 0))
    return _resample(x, taps[:, None], (up_y, 1), (down_y, 1), (0, 0, y0, y1))


def _taps(f: torch.Tensor, flip_filter: bool, gain: float, dtype: torch.dtype) -> torch.Tensor:
    """The filter in the order in which a convolution applies it, scaled."""
    f = f if gain == 1 else f * gain
    return (f.flip(list(range(f.ndim))) if flip_filter else f).to(dtype)


def _resample(
    x: torch.Tensor,
    taps: torch.Tensor,
    up: tuple[int, int],
    down: tuple[int, int],
    pads: tuple[int, int, int, int],
) -> torch.Tensor:
    """Resample every channel with the same ``taps`` [height, width]; factors are (y, x)."""
    channels = x.shape[1]
    height, width = taps.shape
    x0, x1, y0, y1 = pads
    if up != (1, 1) and down == (1, 1):
        # A transposed convolution never touches the zeros between the pixels. Its result is that of a padding of
        # width - 1 on the left and width - up on the right, so what is missing to the padding wanted comes after.
        x0, x1, y0, y1 = x0 - (width - 1), x1 + up[1] - width, y0 - (height - 1), y1 + up[0] - height
        crop_x, crop_y = max(0, -max(x0, x1)), max(0, -max(y0, y1))
        kernel = taps.expand(channels, 1, height, width)
        x = F.conv_transpose2d(x, kernel, stride=up, padding=(crop_y, crop_x), groups=channels)
        return _pad(x, (x0 + crop_x, x1 + crop_x, y0 + crop_y, y1 + crop_y))
    x = _insert_zeros(x, up)
    kernel = taps.flip([0, 1]).expand(channels, 1, height, width)
    around_x, around_y = max(0, min(x0, x1)), max(0, min(y0, y1))
    x = _pad(x, (x0 - around_x, x1 - around_x, y0 - around_y, y1 - around_y))
    return F.conv2d(x, kernel, stride=down, padding=(around_y, around_x), groups=channels)


def _insert_zeros(x: torch.Tensor, up: tuple[int, int]) -> torch.Tensor:
    """Put ``up - 1`` zeros after each pixel; ``up`` is (y, x)."""
    up_y, up_x = up
    if up_y == up_x == 1:
        return x
    n, c, h, w = x.shape
    return F.pad(x.reshape(n, c, h, 1, w, 1), [0, up_x - 1, 0, 0, 0, up_y - 1]).reshape(n, c, h * up_y, w * up_x)


def _pad(x: torch.Tensor, pads: tuple[int, int, int, int]) -> torch.Tensor:
    return F.pad(x, list(pads)) if any(pads) else x


def filter2d(
    x: torch.Tensor,
    f: torch.Tensor | None,
    padding: Padding = 0,
    flip_filter: bool = False,
    gain: float = 1.0,
) -> torch.Tensor:
    """Filter images [N, C, H, W], keeping their size; ``padding`` comes on top of what that takes."""
    width, height = filter_size(f)
    extra = (width // 2, (width - 1) // 2, height // 2, (height - 1) // 2)
    return upfirdn2d(x, f, padding=_add(padding, extra), flip_filter=flip_filter, gain=gain)


def upsample2d(
    x: torch.Tensor,
    f: torch.Tensor | None,
    up: Factors = 2,
    padding: Padding = 0,
    flip_filter: bool = False,
    gain: float = 1.0,
) -> torch.Tensor:
    """Enlarge images [N, C, H, W] to [N, C, H up, W up], keeping brightness; ``padding`` comes on top."""
    up_x, up_y = parse_factors(up)
    extra = upsample_padding(f, up)
    return upfirdn2d(x, f, up=up, padding=_add(padding, extra), flip_filter=flip_filter, gain=gain * up_x * up_y)


def downsample2d(
    x: torch.Tensor,
    f: torch.Tensor | None,
    down: Factors = 2,
    padding: Padding = 0,
    flip_filter: bool = False,
    gain: float = 1.0,
) -> torch.Tensor:
    """Shrink images [N, C, H, W] to [N, C, H / down, W / down]; ``padding`` (in large pixels) comes on top."""
    extra = downsample_padding(f, down)
    return upfirdn2d(x, f, down=down, padding=_add(padding, extra), flip_filter=flip_filter, gain=gain)


def upsample_padding(f: torch.Tensor | None, up: Factors) -> tuple[int, int, int, int]:
    """Padding that makes upsampling by ``up`` return exactly ``up`` times the size, centred on the filter."""
    (width, height), (up_x, up_y) = filter_size(f), parse_factors(up)
    return (width + up_x - 1) // 2, (width - up_x) // 2, (height + up_y - 1) // 2, (height - up_y) // 2


def downsample_padding(f: torch.Tensor | None, down: Factors) -> tuple[int, int, int, int]:
    """Padding that makes downsampling by ``down`` return exactly the size over ``down``, centred on the filter."""
    (width, height), (down_x, down_y) = filter_size(f), parse_factors(down)
    return (width - down_x + 1) // 2, (width - down_x) // 2, (height - down_y + 1) // 2, (height - down_y) // 2


def _add(padding: Padding, extra: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x0, x1, y0, y1 = parse_padding(padding)
    return x0 + extra[0], x1 + extra[1], y0 + extra[2], y1 + extra[3]
