"""Which plan draws which network. Importing this module imports numba."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from gan.networks.fast_cpu import stylegan2
from gan.networks.stylegan2 import SynthesisNetwork as StyleGAN2
from gan.ops.cpu.jit import Kernel


@dataclass(frozen=True)
class Family:
    """What a kind of network is drawn by."""

    kernels: Callable[[Any], Sequence[Kernel]]
    """What a network needs compiled."""
    plan: Callable[[Any], Any]
    """Makes a network's plan."""


def family_of(synthesis: nn.Module) -> Family | None:
    """The family of a network that can be drawn, else None."""
    if isinstance(synthesis, StyleGAN2) and stylegan2.covers(synthesis):
        return Family(lambda network: stylegan2.KERNELS, stylegan2.Plan)
    return None
