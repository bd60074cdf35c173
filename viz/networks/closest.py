"""The closest w of compared networks: fitted one network after the other, once the document rests."""

from dataclasses import dataclass, field
from operator import is_

import numpy as np

from renderer.document.fitting.closest import ClosestFound
from renderer.ipc.protocol import ArrayRef, ClosestW, Failure, Network, RenderRequest
from viz.networks.cells import Cell, Closest
from viz.state.facts import Facts, ServiceKey

SHOWN_EVERY = 30
"""Steps after which a better w is shown while the fit goes on."""


@dataclass(eq=False)
class Fitting:
    """The fit of one network."""

    of: RenderRequest | None = None
    """The picture of A that the fit is for."""
    work: ClosestW | None = None
    ref: ArrayRef | None = None
    """The best w so far; of an older picture while there is none of the present one."""
    fitted: RenderRequest | None = None
    """The picture that `ref` is of."""
    done: int = 0
    total: int = 1
    over: bool = False
    failure: Failure | None = None
    left_s: float | None = None
    """Seconds until it is over, if it goes on as it did; None while that is not known."""
    _shown: int = -1
    _first: tuple[float, int] | None = None
    """Time and number of the first step."""

    @property
    def share(self) -> float:
        """Share of the fit that is done."""
        return self.done / max(self.total, 1)

    def begin(self, request: RenderRequest, base: RenderRequest) -> None:
        """Begin the fit for another picture of A."""
        self.of, self.work = base, ClosestW(request, base)
        self.done, self.total, self.over, self.failure, self._shown = 0, 1, False, None, -1
        self.left_s = self._first = None

    def look(self, facts: Facts) -> None:
        """Go on with the fit."""
        if self.work is None or self.over:
            return
        status = facts.jobs.ask(self.work)
        self.done, self.total, self.over, self.failure = status.done, status.total, status.over, status.failure
        if self.done and self._first is None:
            self._first = facts.now, self.done
        elif self._first is not None and self.done > self._first[1]:
            spent, done = facts.now - self._first[0], self.done - self._first[1]
            self.left_s = spent * (self.total - self.done) / done
        stage = self.done // SHOWN_EVERY if not self.over else -2
        if status.result is None or self.failure is not None or stage in (0, self._shown):
            return
        self._shown = stage
        self.ref = facts.arrays.add(np.asarray(ClosestFound.of(status.result).w))
        self.fitted = self.of


@dataclass
class ClosestFits:
    """Fits of all compared networks."""

    fits: dict[Network, Fitting] = field(default_factory=dict)
    _refs: tuple[ArrayRef | None, ...] = ()
    _closest: Closest = field(default_factory=dict)

    def of(self, network: Network) -> Fitting:
        """Return the fit of a network."""
        return self.fits.setdefault(network, Fitting())

    @property
    def closest(self) -> Closest:
        """The known w; the same object while none of them changes."""
        refs = tuple(fit.ref for fit in self.fits.values())
        if len(refs) != len(self._refs) or not all(map(is_, refs, self._refs)):
            self._refs = refs
            self._closest = {network: fit.ref for network, fit in self.fits.items() if fit.ref is not None}
        return self._closest

    def look(self, facts: Facts, cells: list[tuple[Cell, RenderRequest]], base: RenderRequest, rests: bool) -> None:
        """Go on fitting, the first of some cells that is not fitted to the picture of A.

        Args:
            facts: Facts of the frame.
            cells: Cells of other networks that are ready, the most wanted first, and requests of their networks.
            base: What A draws; the same object while nothing of it changes.
            rests: The document rests.
        """
        known = {cell.network for cell, _ in cells}
        for cell, request in cells:
            fit = self.of(cell.network)
            if fit.ref is not None and fit.ref not in facts.arrays:
                fit.ref = fit.of = None  # memory was short
            if fit.of is not base:
                if not rests:
                    continue
                fit.begin(request, base)
            if not fit.over:
                fit.look(facts)
                break
        self.fits = {network: fit for network, fit in self.fits.items() if network in known or fit.ref is not None}


CLOSEST: ServiceKey[ClosestFits] = ServiceKey("closest w")
