"""Non-finite gradients: replaced as in the published code, but counted, and fatal if they persist."""

import torch
from torch import Tensor

from .errors import TrainingError

PATIENCE = 64
"""Consecutive steps of a phase that may have non-finite gradients. Half precision has a few now and then."""

CHECK_EVERY = 16
"""Batches between reads of the counters, each of which synchronises the GPU."""


class Health:
    """Counts non-finite gradients by phase."""

    def __init__(self) -> None:
        self._counts: dict[str, Tensor] = {}
        self._streaks: dict[str, Tensor] = {}

    def mend(self, phase: str, gradients: Tensor) -> Tensor:
        """Replace nan by 0 and infinities by +-1e5, as in the published code, and count them."""
        bad = (~torch.isfinite(gradients)).sum().to(torch.float32)
        zero = torch.zeros_like(bad)
        self._counts[phase] = self._counts.get(phase, zero) + bad
        self._streaks[phase] = torch.where(bad > 0, self._streaks.get(phase, zero) + 1, zero)
        return torch.nan_to_num(gradients, nan=0.0, posinf=1e5, neginf=-1e5)

    def take_count(self) -> float:
        """Return the number of non-finite values since the last call."""
        count = sum(float(count) for count in self._counts.values())
        self._counts.clear()
        return count

    def check(self, batches: int) -> None:
        """Stop a run whose gradients stay broken.

        Args:
            batches: Batches done so far; counters are read only after some of them.

        Raises:
            TrainingError: the last `PATIENCE` steps of a phase all had non-finite gradients.
        """
        if batches % CHECK_EVERY != 0:
            return
        for phase, streak in self._streaks.items():
            if float(streak) >= PATIENCE:
                raise TrainingError(
                    f"The gradients of {phase} have not been finite for {int(streak)} steps in a row: the training has "
                    "diverged. Start again from an earlier snapshot (--resume) with a larger --gamma, smaller --glr "
                    "and --dlr, or --fp32=1."
                )
