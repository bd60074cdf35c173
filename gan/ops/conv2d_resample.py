"""Convolution with resampling built in, in the order of operations that costs least."""

import torch
import torch.nn.functional as F

from gan.ops.upfirdn2d import Padding, downsample_padding, parse_padding, upfirdn2d, upsample_padding


def conv2d_resample(
    x: torch.Tensor,
    w: torch.Tensor,
    f: torch.Tensor | None = None,
    up: int = 1,
    down: int = 1,
    padding: Padding = 0,
    groups: int = 1,
    flip_weight: bool = True,
    flip_filter: bool = False,
) -> torch.Tensor:
    """Upsample ``x``, convolve with ``w``, downsample; ``f`` is the low-pass filter of both resamplings.

    All steps are linear and shift-invariant, so they may trade places: a convolution of zero-stuffed pixels is
    a transposed one, one whose pixels are dropped is a strided one, and a 1 x 1 one runs at the lower
    resolution. Each agrees with the literal order for every kernel size and padding.

    Args:
        x: [N, in_channels, H, W].
        w: [out_channels, in_channels / groups, kernel height, kernel width].
        f: Low-pass filter [taps] or [height, width]; None is the identity.
        up: Factor of enlargement.
        down: Factor of reduction.
        padding: Zeros around the upsampled image: one number, (x, y) or (x0, x1, y0, y1), negative to crop.
            What the filter needs is added by itself.
        groups: Independent groups of channels.
        flip_weight: True correlates with ``w`` (as ``torch.nn.functional.conv2d``), False convolves.
        flip_filter: True correlates with ``f``, False convolves.

    Returns:
        [N, out_channels, H', W'], in the dtype of ``x``; with a padding of half a kernel H' is H up / down.

    Raises:
        ValueError: A shape or number does not fit.
    """
    if w.ndim != 4 or x.ndim != 4 or w.shape[1] * groups != x.shape[1]:
        raise ValueError(
            f"weights {list(w.shape)} in {groups} group(s) do not fit an input of shape {list(x.shape)}; "
            "expected [out, in / groups, height, width] and [N, in, H, W]"
        )
    pads = parse_padding(padding)
    if up > 1:
        pads = _plus(pads, upsample_padding(f, up))
    if down > 1:
        pads = _plus(pads, downsample_padding(f, down))
    pointwise = w.shape[2] == w.shape[3] == 1
    if pointwise and up > 1 and down == 1:
        x = _convolve(x, w, groups=groups)
        return upfirdn2d(x, f, up=up, padding=pads, flip_filter=flip_filter, gain=up**2)
    if up > 1:
        x = _enlarge(x, w if not flip_weight else w.flip([2, 3]), f, up, pads, groups, flip_filter)
        return upfirdn2d(x, f, down=down, flip_filter=flip_filter) if down > 1 else x
    w = w if flip_weight else w.flip([2, 3])
    if pointwise and down > 1:
        x = upfirdn2d(x, f, down=down, padding=pads, flip_filter=flip_filter)
        return _convolve(x, w, groups=groups)
    if down > 1:
        x = upfirdn2d(x, f, padding=pads, flip_filter=flip_filter)
        return _convolve(x, w, stride=down, groups=groups)
    x0, x1, y0, y1 = pads
    if x0 == x1 >= 0 and y0 == y1 >= 0:
        return _convolve(x, w, padding=(y0, x0), groups=groups)
    return _convolve(F.pad(x, list(pads)), w, groups=groups)


def _enlarge(
    x: torch.Tensor,
    w: torch.Tensor,
    f: torch.Tensor | None,
    up: int,
    pads: tuple[int, int, int, int],
    groups: int,
    flip_filter: bool,
) -> torch.Tensor:
    """Convolve (not correlate) the zero-stuffed, padded ``x`` with ``w``, then filter it.

    A transposed convolution is the convolution of the zero-stuffed image as if padded by kernel - 1 on each
    side, and without the up - 1 zeros behind the last pixel; the rest of the padding comes afterwards.
    """
    out_channels, per_group, kh, kw = w.shape
    w = w.reshape(groups, out_channels // groups, per_group, kh, kw).transpose(1, 2)
    w = w.reshape(groups * per_group, out_channels // groups, kh, kw)
    x = F.conv_transpose2d(x, w.to(x.dtype), stride=up, groups=groups)
    x0, x1, y0, y1 = pads
    rest = (x0 - (kw - 1), x1 + up - kw, y0 - (kh - 1), y1 + up - kh)
    return upfirdn2d(x, f, padding=rest, flip_filter=flip_filter, gain=up**2)


def _convolve(
    x: torch.Tensor, w: torch.Tensor, stride: int = 1, padding: tuple[int, int] = (0, 0), groups: int = 1
) -> torch.Tensor:
    return F.conv2d(x, w.to(x.dtype), stride=stride, padding=padding, groups=groups)


def _plus(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]
