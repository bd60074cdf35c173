"""Statistics of training: each batch reports values, each tick writes their number, mean and standard deviation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .group import Group


@dataclass(frozen=True)
class Moments:
    """Sums over the values of one statistic."""

    num: int
    """Number of values."""
    mean: float
    """Their mean; nan if there were none."""
    std: float
    """Their standard deviation; nan if there were none."""


class Collector:
    """Accumulates values between two ticks without synchronising a GPU."""

    def __init__(self) -> None:
        self._reports: dict[str, list[Tensor]] = {}

    def report(self, name: str, values: Tensor) -> None:
        """Add values of a statistic, of any shape."""
        flat = values.detach().reshape(-1).to(torch.float32)
        count = torch.full_like(flat[:1].sum(), flat.numel())
        self._reports.setdefault(name, []).append(torch.stack([count, flat.sum(), flat.square().sum()]))

    def take(self, group: Group) -> dict[str, Moments]:
        """Return the moments of all processes' values since the last call. Collective."""
        sums = self.state_dict()
        self._reports.clear()
        if not sums:
            return {}
        totals = group.sum(torch.stack(list(sums.values()))).tolist()
        return {name: _moments(*total) for name, total in zip(sums, totals, strict=True)}

    def state_dict(self) -> dict[str, Tensor]:
        """Return the sums so far: [number, sum, sum of squares] in float64 by name."""
        return {
            name: torch.stack(reports).cpu().to(torch.float64).sum(dim=0) for name, reports in self._reports.items()
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore the result of `state_dict`."""
        self._reports = {name: [sums] for name, sums in state.items()}


def _moments(count: float, total: float, squares: float) -> Moments:
    if count < 1:
        return Moments(0, math.nan, math.nan)
    mean = total / count
    return Moments(int(count), mean, math.sqrt(max(squares / count - mean**2, 0.0)))
