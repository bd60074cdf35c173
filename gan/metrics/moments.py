"""Mean and covariance of features, added up batch by batch."""

from dataclasses import dataclass

import torch


@dataclass
class Moments:
    """Sums over features, float64 on the CPU; their size does not depend on the number of images.

    Attributes:
        count: Number of images added.
        sums: The sum of the features [D].
        products: The sum of their outer products [D, D].
    """

    count: int
    sums: torch.Tensor
    products: torch.Tensor

    @classmethod
    def empty(cls, features: int) -> "Moments":
        """Return moments of no features."""
        return cls(0, torch.zeros(features, dtype=torch.float64), torch.zeros(features, features, dtype=torch.float64))

    @classmethod
    def of(cls, features: torch.Tensor) -> "Moments":
        """Return the moments of features [N, D]."""
        moments = cls.empty(features.shape[1])
        moments.add(features)
        return moments

    def add(self, features: torch.Tensor) -> None:
        """Add the features [N, D] of a batch."""
        x = features.detach().cpu().double()
        self.count += len(x)
        self.sums += x.sum(dim=0)
        self.products += x.T @ x

    def mean_and_covariance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean [D], and the covariance [D, D] with denominator n, float64."""
        mean = self.sums / self.count
        return mean, self.products / self.count - torch.outer(mean, mean)
