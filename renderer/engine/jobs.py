"""Long jobs inside the renderer, in steps that yield to every request. Standard library and numpy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from renderer.document.animate import requested
from renderer.document.arrays import AnyArray
from renderer.engine.base import Engine, Watch
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import (
    Changes,
    Difference,
    Measure,
    NoiseDeviation,
    ReadAhead,
    RenderRequest,
    Still,
    Styles,
    Work,
)


@dataclass(frozen=True)
class Step:
    """State of a job after a step."""

    done: int
    total: int
    result: AnyArray | None = None
    """Result so far; always set when `done` is `total`."""


class Running(Protocol):
    """A job that was begun."""

    request: RenderRequest
    """Request named by its errors."""

    def step(self, watch: Watch) -> Step:
        """Do the next step. An exception of `watch` leaves the job unchanged: the step can be tried again."""


def begin(work: Work, engine: Engine) -> Running:
    """Begin a job; nothing is computed yet."""
    match work:
        case Still():
            return _StillJob(work.request, engine)
        case Styles():
            return _StylesJob(work.request, engine)
        case NoiseDeviation():
            return _DeviationJob(work, engine)
        case Changes():
            return _ChangesJob(work, engine)
        case Difference():
            return _DifferenceJob(work, engine)
        case ReadAhead():
            return _ReadAheadJob(work.request, engine)


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


class _ReadAheadJob:
    def __init__(self, request: RenderRequest, engine: Engine) -> None:
        self.request, self._engine = request, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, np.array([self._engine.read_ahead(self.request, watch)], np.uint8))


_BLUE, _ORANGE = (33, 102, 172), (230, 97, 1)
"""Ends of the colour scale of differences, safe for colour blindness."""


def difference_rgba(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], gain: float) -> npt.NDArray[np.uint8]:
    """Return the difference of two images [H, W, 4], as in `protocol.Difference`.

    Raises ValueError if their sizes differ.
    """
    if a.shape != b.shape:
        sizes = " and ".join(f"{picture.shape[1]} × {picture.shape[0]}" for picture in (a, b))
        raise ValueError(f"only pictures of one size can be subtracted, not {sizes}")
    sums = a[..., :3].sum(axis=2, dtype=np.int32) - b[..., :3].sum(axis=2, dtype=np.int32)
    steps = np.arange(-765, 766)  # every difference that there can be: the colours are worked out once for each
    shares = np.clip(steps / 765 * gain, -1, 1)[:, None]
    ends = np.where(shares < 0, np.array(_BLUE), np.array(_ORANGE))
    colours = np.full((len(steps), 4), 255, np.uint8)
    colours[:, :3] = np.rint(255 + np.abs(shares) * (ends - 255))
    picture: npt.NDArray[np.uint8] = colours[sums + 765]
    return picture


class _DifferenceJob:
    def __init__(self, work: Difference, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._other: npt.NDArray[np.uint8] | None = None

    def step(self, watch: Watch) -> Step:
        if self._other is None:
            self._other = self._engine.still(self._work.other, watch)
            return Step(1, 2)
        picture = self._engine.still(self.request, watch)
        return Step(2, 2, difference_rgba(picture, self._other, self._work.gain))


class _DeviationJob:
    """Sums of integers, so the result is that of np.std over all images at once, to rounding.

    With S the sum of a pixel's C channels: std = sqrt(n sum S^2 - (sum S)^2) / (n C).
    """

    def __init__(self, work: NoiseDeviation, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._seed, self._total, self._done = work.seed, max(work.realisations, 1), 0
        self._sum: npt.NDArray[np.int64] | None = None
        self._squares: npt.NDArray[np.int64] | None = None

    def step(self, watch: Watch) -> Step:
        noise = replace(self.request.image.noise, mode="random", seed=self._seed + self._done)
        image = replace(self.request.image, noise=noise)
        picture = self._engine.still(replace(self.request, image=image), watch)
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


def _pixel_change(before: RGBA, after: RGBA) -> float:
    return float(np.abs(after[..., :3].astype(np.int16) - before[..., :3]).mean())


_MEASURES: Mapping[Measure, Callable[[RGBA, RGBA], float]] = {"pixels": _pixel_change}


class _ChangesJob:
    def __init__(self, work: Changes, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._timeline = replace(work.timeline, constant_speed=False)
        self._samples, self._measure = max(work.samples, 1), _MEASURES[work.measure]
        self._before: RGBA | None = None
        self._changes: list[float] = []

    def step(self, watch: Watch) -> Step:
        i = 0 if self._before is None else len(self._changes) + 1
        moment = self._timeline.seconds * i / self._samples
        picture = self._engine.still(requested(self.request, self._timeline, moment), watch)
        if self._before is not None:
            self._changes.append(self._measure(self._before, picture))
        self._before = picture
        done = i == self._samples
        return Step(i + 1, self._samples + 1, np.array(self._changes) if done else None)
