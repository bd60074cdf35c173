"""The CPU's kernels in this process: loaded or compiled in the background, and used once available."""

import logging
import os
import threading
from collections.abc import Callable

import torch

from gan.inference import cpu
from gan.networks.protocol import Synthesis
from gan.ops.cpu.dispatch import VARIABLE
from renderer.ipc.protocol import Preparing

_WAIT = "wait"
"""Value of the environment variable `VARIABLE` that delays every image until its kernels are available."""

_log = logging.getLogger(__name__)


def import_early() -> None:
    """Import numba in the background; it takes a third of a second."""
    if cpu.wanted():
        threading.Thread(target=cpu.available, name="kernels", daemon=True).start()


class Preparation:
    """Builds networks' plans, each in a thread, and reports their joint progress.

    Args:
        tell: Called from those threads, one at a time.
    """

    def __init__(self, tell: Callable[[Preparing], None]) -> None:
        self._tell = tell
        self._telling = threading.Lock()  # guards all fields below
        self._counts: dict[Synthesis, tuple[int, int]] = {}
        """Kernels that are ready, and of how many, by the networks that wait for some to be compiled."""
        self._problem = ""

    def make_ready(self, synthesis: Synthesis, device: torch.device, wait: bool = False) -> None:
        """Build a network's plan in a thread, and then those of its low resolutions.

        Returns at once, or with `wait` once the full-resolution plan is ready, without building the others.

        Until then the reference implementation renders. Both images are equal up to rounding, which may change a few
        pixels by one step of 255, so wait where results must be reproducible.
        """
        if device.type != "cpu" or not cpu.wanted():
            return
        thread = threading.Thread(target=self._make, args=(synthesis, not wait), name="kernels", daemon=True)
        thread.start()
        if wait or os.environ.get(VARIABLE) == _WAIT:
            thread.join()

    def _make(self, synthesis: Synthesis, drafts: bool) -> None:
        if self._try(synthesis, cpu.warm_up) and drafts:
            self._try(synthesis, cpu.warm_up_low_res)

    def _try(self, synthesis: Synthesis, warm_up: Callable[[Synthesis, cpu.Progress], object]) -> bool:
        """Build plans; return True on success."""
        problem = ""
        try:
            warm_up(synthesis, lambda done, total: self._count(synthesis, done, total))
        except cpu.CompilingError as error:
            problem = str(error)
            _log.warning("The kernels for this processor could not be made (%s); drawing goes on without.", problem)
        finally:
            self._end(synthesis, problem)
        return not problem

    def _end(self, synthesis: Synthesis, problem: str) -> None:
        with self._telling:
            told = self._counts.pop(synthesis, None) is not None
            if told or problem != self._problem:
                self._problem = problem
                self._say()

    def _count(self, synthesis: Synthesis, done: int, total: int) -> None:
        with self._telling:
            self._counts[synthesis] = done, total
            if done < total:  # the last one is reported once the plan is ready
                self._say()

    def _say(self) -> None:
        done, total = (sum(column) for column in zip(*self._counts.values(), strict=True)) if self._counts else (0, 0)
        self._tell(Preparing(done, total, self._problem))
