"""Synthesis on a CPU by plans: a network's weights arranged for kernels that give the same images in less time.

A network is run by its plan from the moment that `warm_up` has made one. That reads the kernels from disk or, the first
time on a computer, compiles them, which takes seconds: call it from a thread. A plan sees changes of the network's
parameters and is then made anew; the network itself is never changed, and holds nothing of the plan.

Importing this package does not import numba.
"""

from gan.inference.cpu.plans import cool_down, plan_for
from gan.inference.cpu.warming import (
    CompilingError,
    Progress,
    available,
    make_ready,
    wanted,
    warm_up,
    warm_up_low_res,
)

__all__ = [
    "CompilingError",
    "Progress",
    "available",
    "cool_down",
    "make_ready",
    "plan_for",
    "wanted",
    "warm_up",
    "warm_up_low_res",
]
