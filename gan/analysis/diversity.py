"""Diversity of pictures: the mean perceptual distance of all pairs (StyleGAN2-ADA and its kin report it as LPIPS).

The distance is |f_i - f_j|^2 of features (see `gan.metrics.distance`), so that the mean over all pairs of n pictures
follows from two sums:

    mean = 2 (n sum |f_i|^2 - |sum f_i|^2) / (n (n - 1))
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from gan.images import PLAIN, Label, render, styles
from gan.networks.generator import StyleGenerator


class PairDistances:
    """Mean distance of all pairs of the pictures added so far, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self.count = 0
        self._sum: Tensor | None = None
        self._squares = 0.0
        self._before: Tensor | None = None
        self._pairs: list[float] = []
        """Distances of the pictures 0 and 1, 2 and 3, ...: independent of each other."""

    def add(self, features: Tensor) -> None:
        """Add a picture by its features [1, D] or [D]."""
        f = features.detach().flatten().cpu()
        if self._before is None:
            self._before = f
        else:
            self._pairs.append(float((f - self._before).double().square().sum()))
            self._before = None
        if self._sum is None:
            self._sum = torch.zeros(f.shape, dtype=torch.float64)
        self._sum += f
        self._squares += float(f.double().square().sum())
        self.count += 1

    @property
    def mean(self) -> float:
        """Mean over all pairs; nan for less than two pictures."""
        n = self.count
        if n < 2 or self._sum is None:
            return math.nan
        return max(2 * (n * self._squares - float(self._sum.square().sum())) / (n * (n - 1)), 0.0)

    @property
    def error(self) -> float:
        """Upper bound of the mean's standard error, from disjoint pairs; nan for less than four pictures."""
        if len(self._pairs) < 2:
            return math.nan
        return float(np.std(self._pairs, ddof=1)) / math.sqrt(len(self._pairs))


def as_batch(pixels: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Return a picture uint8 [H, W, C] as distances take it: [1, C, H, W], values 0..255, without alpha."""
    return torch.from_numpy(np.ascontiguousarray(pixels[..., :3].transpose(2, 0, 1)))[None].to(device)


@torch.inference_mode()
def diversity(
    G: StyleGenerator,
    features: Callable[[Tensor], Tensor],
    seeds: Sequence[int],
    *,
    psi: float = 1.0,
    cutoff: int | None = None,
    label: Label | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PairDistances:
    """Measure the pictures of seeds.

    Args:
        G: A generator.
        features: Images [1, C, H, W], values 0..255 -> features [1, D], as those of the distance at hand
            (`gan.metrics.distance`).
        seeds: Two or more.
        psi: Truncation.
        cutoff: Number of leading layers to truncate; None for all.
        label: Class of all, or the numbers of their condition; None for the class of each seed.
        progress: Called with (pictures done, pictures in all).
    """
    found = PairDistances()
    for number, seed in enumerate(seeds, 1):
        ws = styles(G, [seed], psi=psi, label=label, cutoff=cutoff)[0]
        found.add(features(as_batch(render(G, ws, PLAIN))))
        progress(number, len(seeds))
    return found
