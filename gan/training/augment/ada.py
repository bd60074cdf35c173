"""The controller of adaptive augmentation (ADA, arXiv 2006.06676, section 3.1)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gan.training.group import Group


@dataclass(frozen=True)
class AdaSettings:
    """Control of p by the discriminator's overfitting."""

    target: float
    """Wanted r_t = E[sign(D(real))], 0..1."""
    kimg: float
    """Thousands of images in which p could rise from 0 to 1."""
    interval: int = 4
    """Batches between adjustments."""


class AdaController:
    """Moves p up while r_t is above its target and down while it is below; p stays in 0..1.

    Args:
        settings: See there; None leaves p as it is.
        p: Probability at the start, 0..1.
        device: Device of the signs.
    """

    def __init__(self, settings: AdaSettings | None, p: float, device: torch.device) -> None:
        self.settings = settings
        self.p = p
        self._signs = torch.zeros(2, device=device)

    def see(self, signs: Tensor) -> None:
        """Accumulate signs of D(real), any number of them."""
        if self.settings is not None:
            self._signs = self._signs + torch.stack([signs.sum(), torch.full_like(signs.sum(), signs.numel())])

    def after_batch(self, number: int, batch: int, group: Group) -> None:
        """Adjust p if an adjustment is due. Collective.

        Args:
            number: Batches done so far, from 1 on.
            batch: Images in each.
            group: Processes whose signs are averaged.
        """
        if self.settings is None or number % self.settings.interval != 0:
            return
        total, count = group.sum(self._signs).tolist()
        self._signs = torch.zeros_like(self._signs)
        if count == 0:
            return
        step = batch * self.settings.interval / (self.settings.kimg * 1000)
        excess = total / count - self.settings.target
        self.p = min(max(self.p + (step if excess > 0 else -step if excess < 0 else 0.0), 0.0), 1.0)

    def state_dict(self) -> dict[str, object]:
        """Return the state that a resumed run needs."""
        return {"p": self.p, "signs": self._signs.cpu()}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Restore the result of `state_dict`."""
        p, signs = state["p"], state["signs"]
        assert isinstance(p, float)
        assert isinstance(signs, Tensor)
        self.p, self._signs = p, signs.to(self._signs.device)
