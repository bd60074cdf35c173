"""Image-space filtering: amplify each of four frequency bands by a random factor."""

from functools import reduce

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.training.augment.settings import Augmentations
from gan.training.augment.wavelets import SYM2
from gan.training.draws import Draws

BAND_POWER = (10 / 13, 1 / 13, 1 / 13, 1 / 13)
"""Share of each band in the power of a natural image (1 / f), for normalising the amplified image."""


def band_filters() -> Tensor:
    """Zero-phase filters [4, taps] of the bands 0..1/8, 1/8..1/4, 1/4..1/2 and 1/2..1 of the Nyquist frequency.

    With the half-band filters L(z) = H(z) H(1/z) / 2 and its mirror image U(z) = L(-z) of the sym2 wavelet, the bands
    are L(z) L(z^2) L(z^4), L(z) L(z^2) U(z^4), L(z) U(z^2), U(z); they sum to one.
    """
    low = np.convolve(SYM2, SYM2[::-1]) / 2
    high = low * (-1.0) ** (np.arange(len(low)) - len(low) // 2)

    def spread(taps: npt.NDArray[np.float64], factor: int) -> npt.NDArray[np.float64]:
        wide = np.zeros((len(taps) - 1) * factor + 1)
        wide[::factor] = taps
        return wide

    octaves = (
        (low, spread(low, 2), spread(low, 4)),
        (low, spread(low, 2), spread(high, 4)),
        (low, spread(high, 2)),
        (high,),
    )
    bands = [reduce(np.convolve, factors) for factors in octaves]
    longest = len(bands[0])
    centred = [np.pad(band, (longest - len(band)) // 2) for band in bands]
    return torch.tensor(np.stack(centred), dtype=torch.float32)


def amplify_bands(images: Tensor, a: Augmentations, bands: Tensor, p: float | Tensor, draws: Draws) -> Tensor:
    """Filter each image with its own mixture of bands, keeping the expected power.

    Args:
        images: [N, C, H, W].
        a: Multipliers and strengths.
        bands: Result of `band_filters`.
        p: Overall probability.
        draws: Source of the random numbers.

    Returns:
        Images of the same shape; the border is continued by reflection.

    Raises:
        ValueError: the images are too small to be reflected as far as the filters reach.
    """
    batch, channels, height, width = images.shape
    power = torch.tensor(BAND_POWER)
    gains = torch.ones(batch, len(bands))
    for band, multiplier in enumerate(a.imgfilter_bands):
        factor = torch.exp2(draws.normal((batch,)) * a.imgfilter_std)
        factor = torch.where(draws.gate((batch,), a.imgfilter * p * multiplier), factor, torch.ones_like(factor))
        alone = torch.ones_like(gains)
        alone[:, band] = factor.to(alone.device)
        gains = gains * alone / (power * alone.square()).sum(dim=1, keepdim=True).sqrt()
    taps = (gains.to(images.device) @ bands).repeat_interleave(channels, dim=0)  # [N C, taps]
    reach = bands.shape[1] // 2
    if min(height, width) <= reach:
        raise ValueError(f"Filtering needs images larger than {reach} pixels, not {width}x{height}; leave it out.")
    flat = F.pad(images.reshape(1, batch * channels, height, width), [reach] * 4, mode="reflect")
    flat = F.conv2d(flat, taps[:, None, None, :], groups=batch * channels)
    flat = F.conv2d(flat, taps[:, None, :, None], groups=batch * channels)
    return flat.reshape(images.shape)
