"""Families of networks that have plans. Importing this module imports numba."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numba.core.errors import NumbaError

from gan.inference.cpu import stylegan1, stylegan2, stylegan2_gradients, stylegan3
from gan.inference.cpu.plans import Plan
from gan.inference.cpu.precision import Precision
from gan.networks.protocol import Synthesis
from gan.networks.stylegan1 import SynthesisNetwork as StyleGAN1
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
    if isinstance(synthesis, StyleGAN1) and stylegan1.covers(synthesis):
        return Family(stylegan1.kernels_of, stylegan1.Plan, _no_smaller)
    if isinstance(synthesis, StyleGAN2) and stylegan2.covers(synthesis):
        return Family(stylegan2.kernels_of, stylegan2.Plan, stylegan2.Plan)
    if isinstance(synthesis, StyleGAN3) and stylegan3.covers(synthesis):
        return Family(stylegan3.kernels, stylegan3.Plan, stylegan3.Plan)
    return None


@dataclass(frozen=True)
class GradientFamily:
    """Plans for gradients of one kind of network; see `Family`."""

    kernels: Callable[[Any, Precision], Sequence[Kernel]]
    plan: Callable[[Any, Precision], stylegan2_gradients.GradientPlan]


def gradients_of(synthesis: Synthesis) -> GradientFamily | None:
    """Family of a network that has a plan for gradients, else None."""
    if isinstance(synthesis, StyleGAN2) and stylegan2.covers(synthesis) and stylegan2_gradients.covers(synthesis):
        return GradientFamily(stylegan2_gradients.kernels_of, stylegan2_gradients.plan_of)
    return None


def _no_smaller(*_: object) -> Plan:
    raise TypeError("Networks of StyleGAN1 have no low resolutions.")
