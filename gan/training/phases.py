"""The phases of a training step: the losses of each network, and their intervals."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from gan.optimizers import Adam


@dataclass(frozen=True)
class OptimizerSettings:
    """Adam's settings for one network."""

    lr: float
    """Learning rate."""
    betas: tuple[float, float] = (0.0, 0.99)
    """Decays of its two averages."""
    eps: float = 1e-8
    """Term that prevents division by zero."""


@dataclass(frozen=True)
class Phase:
    """One loss of one network."""

    name: str
    """Name in `gan.training.loss.Loss`."""
    network: nn.Module
    """Network that it trains."""
    optimizer: torch.optim.Optimizer
    """Shared by the phases of a network."""
    interval: int
    """Interval in batches, by which its loss is also multiplied."""


def make_phases(name: str, network: nn.Module, settings: OptimizerSettings, reg_interval: int | None) -> list[Phase]:
    """Make the phases of one network.

    With lazy regularisation (StyleGAN2, arXiv 1912.04958, appendix B) the optimiser takes k + 1 steps for k batches:
    so its learning rate is multiplied by c = k / (k + 1), and its decays are raised to c.

    Args:
        name: "G" or "D".
        network: The network to train.
        settings: Settings of the optimiser.
        reg_interval: Batches between regularisations; None to regularise with the main loss, in every batch.
    """
    if reg_interval is None:
        return [Phase(f"{name}both", network, _adam(network, settings, 1.0), 1)]
    optimizer = _adam(network, settings, reg_interval / (reg_interval + 1))
    return [Phase(f"{name}main", network, optimizer, 1), Phase(f"{name}reg", network, optimizer, reg_interval)]


def _adam(network: nn.Module, settings: OptimizerSettings, ratio: float) -> torch.optim.Optimizer:
    device: Any = next(network.parameters()).device
    beta1, beta2 = settings.betas
    return Adam(
        network.parameters(),
        lr=settings.lr * ratio,
        betas=(beta1**ratio, beta2**ratio),
        eps=settings.eps,
        fused=device.type in ("cpu", "cuda"),
    )
