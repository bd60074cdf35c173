"""Perceptual path length (StyleGAN, arXiv 1812.04948, section 4.1): how much an image changes along a short step."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from gan.latents import lerp, slerp
from gan.metrics.group import Batch
from gan.metrics.sampling import Sampler

EPSILON = 1e-4
"""Length of the step, as a share of the path."""

_LARGEST = 256
"""Wider images are averaged down to this width before the comparison."""


def path_distances(
    sampler: Sampler,
    batch: Batch,
    perceptual: Callable[[Tensor], Tensor],
    *,
    space: str,
    ends: bool,
    crop: bool,
    epsilon: float = EPSILON,
) -> Tensor:
    """The squared speeds of one batch of paths, float32 [N] on the CPU:

        d( g(p(t)), g(p(t + epsilon)) ) / epsilon^2,   p a great circle in Z or a straight line in W

    Both images of a step have the same label and the same fresh noise.

    Args:
        sampler: Source of the ends of the paths.
        batch: Range of paths.
        perceptual: Images [N, C, H, W] of values 0..255 -> features; d is their squared distance.
        space: "z" or "w".
        ends: True if t is 0; else it is anywhere in 0..1.
        crop: True to crop to the face, as aligned in FFHQ.
        epsilon: See above.
    """
    draw = sampler.draw(batch, pairs=True)
    t = torch.rand(batch.count, generator=draw.random).to(sampler.device)
    if ends:
        t = torch.zeros_like(t)
    first, second = _step(sampler, draw.z, draw.c, t, epsilon, space)
    # One seed for each batch: the noise is that of a layer for all its images, as in the published measure.
    seed = int(torch.randint(2**31, (1,), generator=draw.random))
    noise = dict.fromkeys(getattr(sampler.network.synthesis, "noise_layers", ()), (True, 1.0, seed))
    distances = []
    at_once = max(1, sampler.at_once // 2)
    for ws in zip(torch.split(first, at_once), torch.split(second, at_once), strict=True):
        img = sampler.network.synthesis(torch.cat(ws), noise_mode="const", noise=noise, force_fp32=True)
        features = perceptual(prepare(img, crop))
        a, b = torch.chunk(features, 2)
        distances.append((a - b).square().sum(dim=1) / epsilon**2)
    return torch.cat(distances).float().cpu()


def path_length(distances: Tensor) -> float:
    """Return the mean of the distances without the lowest and the highest 1 %, to exclude outliers."""
    values = distances.double().numpy()
    low = np.percentile(values, 1, method="lower")
    high = np.percentile(values, 99, method="higher")
    return float(values[(values >= low) & (values <= high)].mean())


def prepare(img: Tensor, crop: bool) -> Tensor:
    """Images -1..1 as the perceptual network takes them: cropped, at most about 256 wide, values 0..255.

    The face's box is the middle half of the width, and from 3/8 to 7/8 of the height.
    """
    if crop:
        eighth = img.shape[2] // 8
        img = img[:, :, 3 * eighth : 7 * eighth, 2 * eighth : 6 * eighth]
    factor = img.shape[2] // _LARGEST
    if factor > 1:
        img = torch.nn.functional.avg_pool2d(img, factor)
    return (img + 1) * 127.5


def _step(sampler: Sampler, z: Tensor, c: Tensor, t: Tensor, epsilon: float, space: str) -> tuple[Tensor, Tensor]:
    """The intermediate latents where each step starts and ends, [N, num_ws, w_dim] each."""
    mapping = sampler.network.mapping
    start, end = torch.chunk(z, 2)
    if space == "z":
        at = t[:, None]
        first, second = slerp(start, end, at), slerp(start, end, at + epsilon)
        w_first, w_second = torch.chunk(mapping(torch.cat([first, second]), c.repeat(2, 1)), 2)
        return w_first, w_second
    w0, w1 = torch.chunk(mapping(z, c.repeat(2, 1)), 2)
    at = t[:, None, None]
    return lerp(w0, w1, at), lerp(w0, w1, at + epsilon)
