"""Which plan draws which network. Importing this module imports numba."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numba.core.errors import NumbaError
from torch import nn

from gan.inference.cpu import stylegan2, stylegan3
from gan.inference.low_res_stylegan3 import draft_of
from gan.networks.stylegan2 import SynthesisNetwork as StyleGAN2
from gan.networks.stylegan3 import SynthesisNetwork as StyleGAN3
from gan.ops.cpu.jit import Kernel

COMPILING_FAILED = (NumbaError, OSError, RuntimeError)
"""What compiling a kernel, or keeping it on disk, may raise."""


@dataclass(frozen=True)
class Family:
    """What a kind of network is drawn by."""

    kernels: Callable[[Any], Sequence[Kernel]]
    """What a network needs compiled."""
    plan: Callable[..., Any]
    """Makes a network's plan."""
    drafts: Callable[[Any], Sequence[nn.Module]] = lambda network: ()
    """The networks that draw a network's drafts, with plans made by plan(draft, plan of the whole)."""


def family_of(synthesis: nn.Module) -> Family | None:
    """The family of a network that can be drawn, else None."""
    if isinstance(synthesis, StyleGAN2) and stylegan2.covers(synthesis):
        return Family(lambda network: stylegan2.KERNELS, stylegan2.Plan)
    if isinstance(synthesis, StyleGAN3) and stylegan3.covers(synthesis):
        return Family(stylegan3.kernels, stylegan3.Plan, lambda network: [draft_of(network, r) for r in network.drafts])
    return None
