"""The Frechet distance of two clouds of features (Heusel et al. 2017, arXiv 1706.08500)."""

import torch

from gan.metrics.moments import Moments


def frechet_distance(real: Moments, generated: Moments) -> float:
    """Distance of two sets of features, each taken as a normal distribution; 0 for the same, without upper bound.

        d^2 = |mu_r - mu_g|^2 + tr( S_r + S_g - 2 (S_r S_g)^(1/2) )

    The trace of the root is the sum of the square roots of the eigenvalues of S_r^(1/2) S_g S_r^(1/2), which is
    symmetric and has those of S_r S_g: no general matrix root is needed, and singular covariances are no trouble.

    Raises:
        ValueError: a set has fewer than two samples, or the features differ in number.
    """
    if min(real.count, generated.count) < 2:
        raise ValueError("A Frechet distance needs at least two pictures of each kind: ask for more samples.")
    if real.sums.shape != generated.sums.shape:
        raise ValueError(f"{len(real.sums)} features cannot be compared with {len(generated.sums)}.")
    mean_r, cov_r = real.mean_and_covariance()
    mean_g, cov_g = generated.mean_and_covariance()
    root = _root(cov_r)
    eigenvalues = torch.linalg.eigvalsh(root @ cov_g @ root).clamp_min(0)
    distance = (mean_r - mean_g).square().sum() + cov_r.trace() + cov_g.trace() - 2 * eigenvalues.sqrt().sum()
    return float(distance)


def _root(symmetric: torch.Tensor) -> torch.Tensor:
    """The square root of a symmetric matrix without negative eigenvalues [D, D]."""
    values, vectors = torch.linalg.eigh(symmetric)
    root: torch.Tensor = vectors * values.clamp_min(0).sqrt() @ vectors.T
    return root
