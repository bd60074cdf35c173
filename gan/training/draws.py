"""Random numbers of training, passed explicitly to everything that uses them, so that runs are reproducible."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor


class Draws(Protocol):
    """A source of random tensors, float32 on one device."""

    def uniform(self, shape: Sequence[int]) -> Tensor:
        """Uniform numbers in 0..1."""
        ...

    def normal(self, shape: Sequence[int]) -> Tensor:
        """Standard normal numbers."""
        ...

    def half_normal(self, shape: Sequence[int]) -> Tensor:
        """Magnitudes of standard normal numbers."""
        ...

    def gate(self, shape: Sequence[int], probability: float | Tensor) -> Tensor:
        """True with the given probability."""
        ...

    def integer(self, low: int, high: int) -> int:
        """An integer, low <= number < high."""
        ...


class GeneratorDraws:
    """Random numbers of a `torch.Generator`, on its device."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def uniform(self, shape: Sequence[int]) -> Tensor:
        """See `Draws`."""
        return torch.rand(list(shape), generator=self.generator, device=self.generator.device)

    def normal(self, shape: Sequence[int]) -> Tensor:
        """See `Draws`."""
        return torch.randn(list(shape), generator=self.generator, device=self.generator.device)

    def half_normal(self, shape: Sequence[int]) -> Tensor:
        """See `Draws`."""
        return self.normal(shape).abs()

    def gate(self, shape: Sequence[int], probability: float | Tensor) -> Tensor:
        """See `Draws`."""
        return self.uniform(shape) < probability

    def integer(self, low: int, high: int) -> int:
        """See `Draws`."""
        return int(torch.randint(low, high, (), generator=self.generator, device=self.generator.device))
