"""The CPU's kernels in this process: loaded or compiled in the background, and used once available."""

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache, partial

import torch

from gan.inference import cpu
from gan.networks.protocol import Synthesis
from gan.ops.cpu import dispatch
from gan.ops.cpu.dispatch import VARIABLE
from gan.threads import check, start
from renderer.engine.describing import LOWEST_RES
from renderer.ipc.protocol import Preparing

_WAIT = "wait"
"""Value of the environment variable `VARIABLE` that delays every image until its kernels are available."""

QUICK_SECONDS, PATIENT_SECONDS = 0.4, 1.0
"""Longest times of the reference for which it renders while kernels are read from disk, which takes about half a
second, and while they are compiled, which takes many."""
_SLICE_SECONDS = 0.02

_log = logging.getLogger(__name__)


def import_early() -> None:
    """Import numba in the background, and what it imports with the first kernel; it takes most of a second."""
    if cpu.wanted():
        start("kernels", cpu.load_early)


@cache
def prepare_derivatives() -> None:
    """Compile the operators' kernels in the background, or load them; `dispatch.prepared` uses them from then on."""
    if cpu.wanted():
        start("kernels", dispatch.prepare)


class Coming:
    """Plans of one network, until they are made or have failed.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._ready: set[int] = set()
        self._over = False
        self._compiling = False

    def ready(self, side: int) -> bool:
        """Return True if nothing has to be waited for: the plan of this low resolution, 0 for the full one."""
        return self._over or side in self._ready

    def wait(self, side: int, check: Callable[[], None], seconds: float) -> None:
        """Wait until a plan is ready, unless the reference is quicker; no longer than the reference would take.

        Whoever waited in vain has lost half of its time: another process may compile for minutes. A reference that is
        under way changes over to a plan that becomes ready.

        Args:
            side: See `ready`.
            check: Called meanwhile; may raise to end waiting.
            seconds: Expected time of the reference.
        """
        end = self._clock() + seconds
        while not self.ready(side) and seconds > (PATIENT_SECONDS if self._compiling else QUICK_SECONDS):
            check()
            if self._clock() >= end:
                return
            with self._changed:
                if not self.ready(side):
                    self._changed.wait(_SLICE_SECONDS)

    def compiling(self) -> None:
        """Report that a kernel is not on disk, so that waiting may take long."""
        self._compiling = True

    def made(self, side: int) -> None:
        """Report a plan that is ready."""
        with self._changed:
            self._ready.add(side)
            self._changed.notify_all()

    def end(self) -> None:
        """Report that no further plans will be made."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


class Preparation:
    """Makes networks' plans, each in a thread, and reports their joint progress.

    Args:
        tell: Called from those threads, one at a time.
    """

    def __init__(self, tell: Callable[[Preparing], None]) -> None:
        self._tell = tell
        self._first = threading.Condition()
        self._wanted_first = 0
        """Networks whose full-resolution plan is being made, which the drafts of all others wait for."""
        self._telling = threading.Lock()  # guards all fields below
        self._counts: dict[Synthesis, tuple[int, int]] = {}
        """Kernels that are ready, and of how many, by the networks that wait for some to be compiled."""
        self._problem = ""

    def make_ready(self, synthesis: Synthesis, device: torch.device, wait: bool = False) -> Coming:
        """Build a network's plan in a thread, then that of its lowest resolution, of lower precision, and the others.

        Of several networks the full-resolution plans come first: each is waited for by a picture. Returns at once, or
        with `wait` once the full-resolution plan is ready, without making the others.

        Where nothing waits for a plan, the reference implementation renders. Both images are equal up to rounding,
        which may change a few pixels by one step of 255, so wait where results must be reproducible.
        """
        coming = Coming()
        if device.type != "cpu" or not cpu.wanted():
            coming.end()
            return coming
        with self._first:
            self._wanted_first += 1
        waits = wait or os.environ.get(VARIABLE) == _WAIT
        thread = start("kernels", self._make, synthesis, not wait, coming, not waits)
        if waits:
            thread.join()
        return coming

    def _make(self, synthesis: Synthesis, drafts: bool, coming: Coming, gives_way: bool) -> None:
        give_way = self._give_way if gives_way else lambda: None

        def made(side: int) -> None:
            coming.made(side)
            check()
            give_way()

        try:
            try:
                whole = self._try(synthesis, coming, cpu.warm_up)
            finally:
                with self._first:
                    self._wanted_first -= 1
                    self._first.notify_all()
            if whole and drafts:
                made(0)
                # First of all what the first image is drawn by.
                low_res = partial(cpu.warm_up_low_res, made=made)
                if self._try(synthesis, coming, partial(low_res, least=LOWEST_RES)):
                    self._try(synthesis, coming, cpu.warm_up_fast)
                    give_way()
                    self._try(synthesis, coming, low_res)
        finally:
            coming.end()

    def _give_way(self) -> None:
        """Wait until no network waits for its full-resolution plan."""
        with self._first:
            self._first.wait_for(lambda: not self._wanted_first)

    def _try(self, synthesis: Synthesis, coming: Coming, warm_up: Callable[[Synthesis, cpu.Progress], object]) -> bool:
        """Make plans; return True on success."""
        problem, reports = "", itertools.count()

        def progress(done: int, total: int) -> None:
            if next(reports):  # the first one comes from within the compiler
                check()
            coming.compiling()
            self._count(synthesis, done, total)

        try:
            warm_up(synthesis, progress)
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
