"""Families of networks that have plans. Importing this module imports numba."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numba.core.errors import NumbaError

from gan.inference.cpu import stylegan2, stylegan3
from gan.inference.cpu.plans import Plan
from gan.inference.cpu.precision import Precision
from gan.networks.protocol import Synthesis
from gan.networks.stylegan2 import SynthesisNetwork as StyleGAN2
from gan.networks.stylegan3 import SynthesisNetwork as StyleGAN3
from gan.ops.cpu.jit import Kernel

COMPILING_FAILED = (NumbaError, OSError, RuntimeError)
"""Errors of compiling a kernel, or of storing it on disk."""


@dataclass(frozen=True)
class Family:
    """Plans of one kind of network. The functions take that kind only, which `family_of` has checked."""

    kernels: Callable[[Any, Precision], Sequence[Kernel]]
    """Kernels that a network needs for plans of a precision."""
    plan: Callable[[Any], Plan]
    """Makes a network's plan."""
    smaller: Callable[..., Plan]
    """Makes the plan of a network of low resolution, given the whole network's plan, and perhaps that of another
    network at this resolution, with which it shares what it can."""


def family_of(synthesis: Synthesis) -> Family | None:
    """Family of a network that has a plan, else None."""
    if isinstance(synthesis, StyleGAN2) and stylegan2.covers(synthesis):
        return Family(lambda network, precision: stylegan2.KERNELS[precision], stylegan2.Plan, stylegan2.Plan)
    if isinstance(synthesis, StyleGAN3) and stylegan3.covers(synthesis):
        return Family(stylegan3.kernels, stylegan3.Plan, stylegan3.Plan)
    return None
