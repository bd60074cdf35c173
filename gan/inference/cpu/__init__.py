"""Plans for fast synthesis on a CPU: a network's weights arranged for compiled kernels, which give the same images.

A network runs by its plan once `warm_up` has made one. That reads the kernels from disk or, the first time on a
computer, compiles them, which takes seconds: call it from a thread. A plan detects changes of the network's parameters
and is then rebuilt; the network itself is never changed, and holds no reference to the plan.

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
