"""Statistics of w that a fit starts from and is measured by."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gan.images import Label, condition_of, device_of, label_of
from gan.networks.generator import StyleGenerator

SAMPLES = 10_000
SEED = 123
"""Published number of latents, and the seed of their random state."""
_BATCH = 200


@dataclass(frozen=True)
class Statistics:
    """Mean and spread of w.

    Attributes:
        mean: [w_dim] on the network's device.
        std: Root of the mean squared length of w - mean: a length, about sqrt(w_dim) times the deviation of a
            dimension.
    """

    mean: Tensor
    std: float


@torch.no_grad()
def statistics(
    G: StyleGenerator, label: Label | None = None, samples: int = SAMPLES, check: Callable[[], None] | None = None
) -> Statistics:
    """Map the published latents without truncation, and return the mean and spread of w.

    Args:
        G: A generator.
        label: The class, or the numbers of the condition; None for the class of each latent's place.
        samples: Number of latents.
        check: Called between batches; an exception ends it.

    Raises:
        ValueError: the network takes no z, has no such class, or takes another count of numbers.
    """
    if not G.z_dim:
        raise ValueError("This network takes no z, so the mean of its w is not known.")
    device = device_of(G)
    z = np.random.RandomState(SEED).randn(samples, G.z_dim)
    found = []
    for start in range(0, samples, _BATCH):
        if check is not None:
            check()
        part = torch.from_numpy(z[start : start + _BATCH]).to(device)
        labels = [label_of(G, start + i, label) for i in range(len(part))] if G.c_dim else []
        c = torch.cat([condition_of(G, one) for one in labels if one is not None]).to(device) if labels else None
        found.append(G.mapping(part, c)[:, 0].double().cpu().numpy())
    w = np.concatenate(found)
    mean = w.mean(axis=0)
    std = float(np.sqrt(((w - mean) ** 2).sum() / samples))
    return Statistics(torch.from_numpy(mean.astype(np.float32)).to(device), std)
