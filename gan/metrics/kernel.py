"""The kernel distance of two clouds of features (Binkowski et al. 2018, arXiv 1801.01401)."""

import numpy as np
import torch

SUBSETS = 100
"""Number of subsets to average over."""

SUBSET_SIZE = 1000
"""Maximum number of images of each kind in a subset."""


def kernel_distance(
    real: torch.Tensor,
    generated: torch.Tensor,
    random: np.random.RandomState,
    subsets: int = SUBSETS,
    subset_size: int = SUBSET_SIZE,
) -> float:
    """The squared maximum mean discrepancy, without bias: its mean is 0 for the same distribution, whatever the count.

    With k(x, y) = (x . y / D + 1)^3, averaged over random subsets of m features of each kind,

        MMD^2 = sum_(i != j) [ k(x_i, x_j) + k(y_i, y_j) ] / (m (m - 1)) - 2 sum_ij k(x_i, y_j) / m^2

    Args:
        real: Features [N, D].
        generated: Features [M, D].
        random: Source of the subsets: for each, the generated ones, then the real ones.
        subsets: Number of subsets.
        subset_size: m, limited by the smaller set.

    Raises:
        ValueError: there are fewer than two of a kind.
    """
    m = min(len(real), len(generated), subset_size)
    if m < 2:
        raise ValueError("A kernel distance needs at least two pictures of each kind: ask for more samples.")
    total = 0.0
    for _ in range(subsets):
        x = generated[torch.from_numpy(random.choice(len(generated), m, replace=False))].double()
        y = real[torch.from_numpy(random.choice(len(real), m, replace=False))].double()
        within = _kernel(x, x).fill_diagonal_(0) + _kernel(y, y).fill_diagonal_(0)
        total += float(within.sum() / (m * (m - 1)) - 2 * _kernel(x, y).mean())
    return total / subsets


def _kernel(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3
