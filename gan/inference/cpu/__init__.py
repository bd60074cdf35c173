"""Plans for fast synthesis on a CPU: a network's weights arranged for compiled kernels, which give the same images.

A network runs by its plan once `warm_up` has made one. That reads the kernels from disk or, the first time on a
computer, compiles them, which takes seconds: call it from a thread. Networks that `gan.load` opens do that by
themselves (`care_for`). A plan detects changes of the network's parameters and is then rebuilt; the network itself is
never changed, and holds no reference to the plan.

Importing this package does not import numba.
"""

from gan.inference.cpu import gradients as gradients
from gan.inference.cpu.automatic import KernelUse, care_for, make_ready, wanted
from gan.inference.cpu.plans import cool_down, has_fast_plan, plan_for
from gan.inference.cpu.precision import Precision, has_fast, rendering
from gan.inference.cpu.warming import (
    CompilingError,
    Progress,
    available,
    follow,
    load_early,
    warm_up,
    warm_up_fast,
    warm_up_low_res,
)

__all__ = [
    "CompilingError",
    "KernelUse",
    "Precision",
    "Progress",
    "available",
    "care_for",
    "cool_down",
    "follow",
    "has_fast",
    "has_fast_plan",
    "load_early",
    "make_ready",
    "plan_for",
    "rendering",
    "wanted",
    "warm_up",
    "warm_up_fast",
    "warm_up_low_res",
]
