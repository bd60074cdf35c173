"""Conversion of a network's output to pixels, and its statistics.

As in the published tools, a value x becomes trunc(clip(127.5 x + 128, 0, 255)), so -1 is black (0), 0 is 128, 1 is
white. Everything runs on the tensor's own device; only finished pixels leave it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from foundation.specs.formats import ALPHA_CHANNELS
from gan.device import fetch

Pixels = npt.NDArray[np.uint8]

NONFINITE_COLOR = (255, 0, 255)
"""RGB of pixels that are nan or infinite: magenta, which is rare in images."""

_CPU_ROWS = 65536
"""Values per channel and chunk on a CPU, so that intermediate results stay in the L2 cache."""

_OPAQUE = -(2**24)
"""Added to the lower three bytes of a 32-bit pixel, sets its highest byte to 255."""


class Statistics(NamedTuple):
    """Statistics of a tensor's values, as shown beside a layer. Those of empty tensors are 0."""

    mean: float
    """The average."""
    std: float
    """The sample standard deviation (denominator n - 1); 0 for a single value."""
    max_abs: float
    """The largest |x|."""


def nonfinite(x: torch.Tensor) -> int:
    """Count the values of x that are infinite or nan; one fast pass if there are none."""
    if x.numel() == 0 or bool(torch.isfinite(x.sum(dtype=torch.float32))):
        return 0
    return x.numel() - int(torch.isfinite(x).sum())


def statistics(x: torch.Tensor) -> Statistics:
    """Mean, standard deviation and max |x| of all values of x; nan or inf where x holds such values."""
    mean_value, std_value, max_value = figures(x).tolist()
    return Statistics(mean_value, std_value, max_value)


def figures(x: torch.Tensor) -> torch.Tensor:
    """Return the fields of `Statistics`, float32 [3], on the device of x, without synchronising."""
    count = x.numel()
    if count == 0:
        return torch.zeros(3, device=x.device)
    x = x.detach().float()
    mean = x.mean()
    # Two passes: the one-pass formula of torch.std takes ten times as long on a CPU.
    spread = torch.linalg.vector_norm(x - mean) / max(count - 1, 1) ** 0.5
    low, high = x.aminmax()
    largest = torch.maximum(-low, high)
    return torch.stack([mean, spread, largest])


def to_rgba8(
    img: torch.Tensor,
    out: Pixels | torch.Tensor | None = None,
    *,
    scale_db: float = 0.0,
    normalize: bool = False,
    mask: torch.Tensor | None = None,
) -> Pixels:
    """Pixels uint8 [H, W, 4] of an image or of a layer's channels, [C, H, W] of any floating-point type.

    Three channels are red, green and blue, four also alpha; one or two show the first in grey, more than four show the
    first three. `normalize` divides each colour by its largest |x|; then colours are multiplied by
    10^(scale_db / 20). Pixels with a value that is not finite become magenta. Where `mask` [H, W] is 0 the pixel is
    transparent (all zeros).

    `out` is written and returned where given: a C-contiguous uint8 array or CPU tensor [H, W, 4], such as a slot of
    shared memory. Raises ValueError when shapes do not fit.
    """
    return _store(to_pixels(img, scale_db=scale_db, normalize=normalize, mask=mask), out)


def to_pixels(
    img: torch.Tensor, *, scale_db: float = 0.0, normalize: bool = False, mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the pixels of `to_rgba8`, uint8 [H, W, 4], on the device of `img`, without synchronising."""
    if img.ndim != 3 or img.shape[0] == 0:
        raise ValueError(f"a picture has the shape [channels, height, width], not {list(img.shape)}")
    channels, height, width = img.shape
    shown = img.detach()[: ALPHA_CHANNELS if channels == ALPHA_CHANNELS else 3 if channels >= 3 else 1]
    shown = shown.float()
    # Checking for non-finite values is cheap on a CPU; on other devices it would synchronise.
    bad = ~torch.isfinite(shown).all(dim=0) if shown.device.type != "cpu" or nonfinite(shown) else None
    gain = _gain(shown, scale_db, normalize, bad)
    pixels = _pack(shown, gain)
    if bad is not None:
        red, green, blue = NONFINITE_COLOR
        pixels.masked_fill_(bad, red + 256 * green + 65536 * blue + _OPAQUE)
    if mask is not None:
        pixels *= (mask != 0).to(pixels.device)
    return pixels.view(torch.uint8).reshape(height, width, 4)


def to_rgba16(
    img: torch.Tensor, *, scale_db: float = 0.0, normalize: bool = False, mask: torch.Tensor | None = None
) -> npt.NDArray[np.uint16]:
    """Return pixels of 16 bits, uint16 [H, W, 4], otherwise as `to_rgba8`: trunc(clip(32767.5 x + 32768, 0, 65535)).

    Divided by 257 and rounded they are those of 8 bits. Raises ValueError when shapes do not fit.
    """
    if img.ndim != 3 or img.shape[0] == 0:
        raise ValueError(f"a picture has the shape [channels, height, width], not {list(img.shape)}")
    channels = img.shape[0]
    shown = img.detach()[: ALPHA_CHANNELS if channels == ALPHA_CHANNELS else 3 if channels >= 3 else 1].float()
    bad = ~torch.isfinite(shown).all(dim=0)
    gain = _gain(shown, scale_db, normalize, bad)
    values = fetch(shown if gain is None else shown * gain).double().numpy()
    with np.errstate(invalid="ignore"):
        steps = np.clip(np.nan_to_num(values) * 32767.5 + 32768, 0, 65535).astype(np.uint16)
    pixels = np.full((*steps.shape[1:], 4), 65535, np.uint16)
    pixels[..., : max(len(steps), 3)] = steps.transpose(1, 2, 0)
    pixels[fetch(bad).numpy()] = (*(257 * value for value in NONFINITE_COLOR), 65535)
    if mask is not None:
        pixels[fetch(mask).numpy() == 0] = 0
    return pixels


def _gain(shown: torch.Tensor, scale_db: float, normalize: bool, bad: torch.Tensor | None) -> torch.Tensor | None:
    """Factor on each channel, [C, 1, 1]; None for 1. Values that are not finite don't count, and alpha has none."""
    if not normalize and scale_db == 0:
        return None
    if len(shown) == ALPHA_CHANNELS:
        gain = _gain(shown[:3], scale_db, normalize, bad)
        return gain if gain is None else torch.cat([gain, torch.ones_like(gain[:1])])
    scale = shown.new_full((shown.shape[0], 1, 1), 10.0 ** (scale_db / 20))
    if not normalize:
        return scale
    finite = shown if bad is None else torch.where(torch.isfinite(shown), shown, 0)
    ranges = [torch.stack(channel.aminmax()) for channel in finite]  # over dimensions, aminmax is ten times as slow
    largest: torch.Tensor = torch.stack(ranges).abs().amax(dim=1).clamp(1e-8, 1e8)
    return scale / largest[:, None, None]


def _pack(shown: torch.Tensor, gain: torch.Tensor | None) -> torch.Tensor:
    """[1, 3 or 4, H, W] float32 -> pixels [H, W] int32, red in the lowest byte; opaque without a fourth channel.

    The three bytes are put together as red + 256 green + 65536 blue in float32, which holds every whole number below
    2^24 exactly; that leaves one conversion and one write for a pixel instead of three scattered ones.
    """
    channels, height, width = shown.shape
    pixels = torch.empty(height, width, dtype=torch.int32, device=shown.device)
    rows = max(_CPU_ROWS // max(width, 1), 1) if shown.device.type == "cpu" else max(height, 1)
    for top in range(0, height, rows):
        part = shown[:, top : top + rows]
        bytes_ = part * 127.5 if gain is None else (part * gain).mul_(127.5)
        bytes_.add_(128).clamp_(0, 255).trunc_()
        if channels >= 3:
            packed = bytes_[0].add_(bytes_[1], alpha=256).add_(bytes_[2], alpha=65536)
        else:
            packed = bytes_[0].mul_(1 + 256 + 65536)
        if channels == ALPHA_CHANNELS:
            # The highest byte carries the sign.
            high = bytes_[3].to(torch.uint8).view(torch.int8).to(torch.int32)
            pixels[top : top + rows] = high.mul_(2**24).add_(packed.to(torch.int32))
        else:
            pixels[top : top + rows] = packed.add_(_OPAQUE)
    return pixels


def _store(pixels: torch.Tensor, out: Pixels | torch.Tensor | None) -> Pixels:
    """Copy pixels [H, W, 4] to the caller's buffer, or to a new array."""
    if out is None:
        return np.asarray(fetch(pixels).numpy())
    target = torch.from_numpy(out) if isinstance(out, np.ndarray) else out
    if target.shape != pixels.shape or target.dtype != torch.uint8:
        wanted = list(pixels.shape)
        raise ValueError(f"the buffer must be uint8 of shape {wanted}, not {target.dtype} {list(target.shape)}")
    target.copy_(pixels)
    return np.asarray(out if isinstance(out, np.ndarray) else target.numpy())


def to_uint8(img: torch.Tensor) -> torch.Tensor:
    """Images -1..1 as a file holds them: trunc(clip(127.5 x + 128, 0, 255)), uint8 of the same shape."""
    return (img * 127.5 + 128).clamp(0, 255).to(torch.uint8)


def fitted(x: torch.Tensor, size: int) -> torch.Tensor:
    """Return [C, H, W] reduced so that its longer side is `size`, each pixel the mean of the area that it covers."""
    longest = max(x.shape[1:])
    sides = [max(1, round(side * size / longest)) for side in x.shape[1:]]
    return F.interpolate(x[None], sides, mode="area")[0]


def framed(pixels: Pixels, size: int) -> Pixels:
    """Return pixels [H, W, 4] in the middle of a square [size, size, 4], transparent where they end."""
    height, width = pixels.shape[:2]
    if (height, width) == (size, size):
        return pixels
    square = np.zeros((size, size, 4), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square
