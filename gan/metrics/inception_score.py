"""The inception score (Salimans et al. 2016, arXiv 1606.03498)."""

import numpy as np
import torch

SPLITS = 10
"""Number of splits of the images, whose scores give mean and deviation."""


def inception_score(probabilities: torch.Tensor, splits: int = SPLITS) -> tuple[float, float]:
    """Return the inception score as (mean, standard deviation) over splits.

        IS = exp( mean_x KL( p(y | x) || mean_x p(y | x) ) )

    Args:
        probabilities: [N, classes], each row of sum 1, in the order in which the images were made.
        splits: Number of parts of equal size.

    Raises:
        ValueError: there are fewer images than parts.
    """
    count = len(probabilities)
    if count < splits:
        raise ValueError(f"An inception score in {splits} parts needs at least as many pictures: ask for more samples.")
    scores = []
    for i in range(splits):
        p = probabilities[i * count // splits : (i + 1) * count // splits].double()
        marginal = p.mean(dim=0, keepdim=True)
        divergence = (torch.xlogy(p, p) - torch.xlogy(p, marginal)).sum(dim=1).mean()
        scores.append(float(divergence.exp()))
    return float(np.mean(scores)), float(np.std(scores))
