"""Long work inside the renderer, in steps that give way to every request. Standard library and numpy."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.arrays import AnyArray
from renderer.engine import Engine, Watch
from renderer.protocol import NoiseDeviation, RenderRequest, Still, Styles, Work


@dataclass(frozen=True)
class Step:
    """Where a job stands after a step."""

    done: int
    total: int
    result: AnyArray | None = None
    """What there is so far; always there when `done` is `total`."""


class Running(Protocol):
    """A job that was begun."""

    request: RenderRequest
    """What its errors are told of."""

    def step(self, watch: Watch) -> Step:
        """Do the next step. What `watch` raises leaves the job as it was: the step can be tried again."""


def begin(work: Work, engine: Engine) -> Running:
    """Begin work; nothing is computed yet."""
    match work:
        case Still():
            return _StillJob(work.request, engine)
        case Styles():
            return _StylesJob(work.request, engine)
        case NoiseDeviation():
            return _DeviationJob(work, engine)


class _StillJob:
    def __init__(self, request: RenderRequest, engine: Engine) -> None:
        self.request, self._engine = request, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, self._engine.still(self.request, watch))


class _StylesJob:
    def __init__(self, request: RenderRequest, engine: Engine) -> None:
        self.request, self._engine = request, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, self._engine.styles(self.request, watch))


class _DeviationJob:
    """Sums of whole numbers, so the result is that of np.std over all pictures at once, to rounding.

    With S the sum of a pixel's C channels: std = sqrt(n sum S^2 - (sum S)^2) / (n C).
    """

    def __init__(self, work: NoiseDeviation, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._seed, self._total, self._done = work.seed, max(work.realisations, 1), 0
        self._sum: npt.NDArray[np.int64] | None = None
        self._squares: npt.NDArray[np.int64] | None = None

    def step(self, watch: Watch) -> Step:
        noise = replace(self.request.noise, mode="random", seed=self._seed + self._done)
        picture = self._engine.still(replace(self.request, noise=noise), watch)
        channels = picture[..., :3].sum(axis=2, dtype=np.int64)
        if self._sum is None or self._squares is None:
            self._sum, self._squares = np.zeros_like(channels), np.zeros_like(channels)
        self._sum += channels
        self._squares += channels**2
        self._done += 1
        n = self._done
        if n & (n - 1) and n % 10 and n < self._total:
            return Step(n, self._total)  # interim results cost more than they show
        variance = n * self._squares - self._sum**2
        return Step(n, self._total, (np.sqrt(variance) / (3 * n)).astype(np.float32))
