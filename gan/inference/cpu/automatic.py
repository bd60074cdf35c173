"""Plans that networks make by themselves: begun by the first call without gradients, in a thread or waited for.

`gan.load` hands its generators to `care_for`. Programs whose images must be the same each time choose "wait": images of
a plan and of the reference are equal up to rounding, which may change a few pixels by one step of 255.
"""

import logging
import os
import threading
from typing import Literal
from weakref import WeakKeyDictionary

from torch import Tensor

from gan import threads
from gan.inference.cpu import plans, warming
from gan.inference.cpu.warming import CompilingError
from gan.networks.protocol import Synthesis
from gan.networks.synthesis import StyleSynthesis, SynthesisCall, register_runner
from gan.ops.cpu.dispatch import VARIABLE

KernelUse = Literal["background", "wait", "off"]
"""Use of kernels by a network: "background" calls the reference until its plan is ready, "wait" waits for the plan at
the first call, "off" never makes one by itself."""

_log = logging.getLogger(__name__)


def wanted() -> bool:
    """True unless the user's environment turns kernels off: see `dispatch.VARIABLE`."""
    return os.environ.get(VARIABLE) != "off"


def care_for(synthesis: Synthesis, use: KernelUse = "background") -> None:
    """Make a network's plan at its first call without gradients on a CPU.

    Args:
        synthesis: `G.synthesis`, in evaluation mode.
        use: See `KernelUse`. The environment's `STYLESCOPE_KERNELS` goes before it: "off" makes no plans, and "wait"
            waits where plans would be made in the background.
    """
    if use != "off" and wanted():
        waits = use == "wait" or os.environ.get(VARIABLE) == "wait"
        _cares[synthesis] = _Care(waits)


def make_ready(synthesis: Synthesis) -> bool:
    """Make a network's plan and wait for it, unless the environment turns kernels off.

    Returns:
        True if there is a plan now. A failure is logged, and the reference is used.
    """
    if not wanted():
        return False
    care = _cares.get(synthesis)
    if care is not None:
        care.join()
    if not plans.keep(synthesis):
        _made(synthesis)
    return synthesis in plans.entries


@register_runner
def run(synthesis: StyleSynthesis, call: SynthesisCall) -> Tensor | None:
    """Run a call by the network's plan, if it has one that can and that is faster. A `Runner`."""
    care = _cares.get(synthesis)
    if care is not None and not synthesis.training and call.ws.device.type == "cpu":
        care.begin(synthesis)
    return plans.run(synthesis, call)


class _Care:
    """The making of one network's plan.

    Args:
        waits: True to wait for the plan at the first call.
    """

    def __init__(self, waits: bool) -> None:
        self._waits = waits
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._over = False

    def begin(self, synthesis: Synthesis) -> None:
        """Begin if that was not done yet; where calls wait, return once the plan is made or cannot be made."""
        if self._over:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threads.start("plan", self._make, synthesis)
        if self._waits:
            self.join()

    def join(self) -> None:
        """Wait for a plan that is being made."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _make(self, synthesis: Synthesis) -> None:
        try:
            if synthesis not in plans.entries:
                _made(synthesis, automatic=not self._waits)
        finally:
            self._over = True


_cares: "WeakKeyDictionary[Synthesis, _Care]" = WeakKeyDictionary()


def _made(synthesis: Synthesis, automatic: bool = False) -> bool:
    beginnings = 0

    def stop_at_the_end(done: int, total: int) -> None:
        nonlocal beginnings
        beginnings += 1
        if automatic and beginnings > 1:  # the first report comes from within the compiler
            threads.check()

    try:
        return warming.warm_up(synthesis, stop_at_the_end, automatic=automatic)
    except CompilingError as problem:
        _log.warning("The kernels for this processor could not be made (%s); drawing goes on without.", problem)
        return False
