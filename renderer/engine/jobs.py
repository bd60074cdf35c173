"""Long jobs inside the renderer, in steps that yield to every request. Standard library and numpy."""

import math
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from foundation.statistics import PixelDeviation
from renderer.document.animate import requested
from renderer.document.arrays import AnyArray
from renderer.engine.base import SLICE_SECONDS, Dragging, Engine, Measuring, Searching, Steps, Watch
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import (
    Changes,
    DeepStill,
    Describe,
    Difference,
    Drag,
    Effects,
    NoiseDeviation,
    PerceptualDistance,
    ReadAhead,
    RenderRequest,
    SeedLooks,
    Still,
    Styles,
    ThumbnailRequest,
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
        case DeepStill():
            return _DeepStillJob(work.request, engine)
        case Styles():
            return _StylesJob(work.request, engine)
        case NoiseDeviation():
            return _DeviationJob(work, engine)
        case Changes():
            return _DistancesJob(work, engine) if work.measure == "distance" else _ChangesJob(work, engine)
        case Difference():
            return _DifferenceJob(work, engine)
        case ReadAhead():
            return _ReadAheadJob(work.request, engine)
        case SeedLooks():
            return _LooksJob(work, engine)
        case PerceptualDistance():
            return _DistanceJob(work, engine)
        case Describe():
            return _DescribeJob(work, engine)
        case Effects():
            return _EffectsJob(work, engine)
        case Drag():
            return _DragJob(work, engine)
        case _:
            return _SearchJob(work, engine)


class _StillJob:
    def __init__(self, request: RenderRequest, engine: Engine) -> None:
        self.request, self._engine = request, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, self._engine.still(self.request, watch, keep=True))


class _DeepStillJob:
    def __init__(self, request: RenderRequest, engine: Engine) -> None:
        self.request, self._engine = request, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, self._engine.deep_still(self.request, watch))


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


class _Relay:
    """A watch that passes everything on to that of the present step."""

    def __init__(self) -> None:
        self.now: Watch | None = None

    def check(self, share: float) -> None:
        if self.now is not None:
            self.now.check(share)

    def loading(self, share: float | None) -> None:
        if self.now is not None:
            self.now.loading(share)


class _SearchJob:
    """A search, one step of it at a time."""

    def __init__(self, work: Searching, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._steps: Steps | None = None
        self._done = 0
        self._relay = _Relay()

    def step(self, watch: Watch) -> Step:
        self._relay.now = watch
        if self._steps is None:
            self._steps = self._engine.search(self._work, self._relay)
        try:
            self._done, total, *result = next(self._steps)
        except StopIteration as end:
            return Step(max(self._done, 1), max(self._done, 1), end.value)
        # It is not over until its result is there.
        return Step(self._done, max(total, self._done + 1), result[0] if result else None)


class _EffectsJob:
    """Measures what a direction does, one picture of it at a time."""

    def __init__(self, work: Effects, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._measuring: Measuring | None = None

    def step(self, watch: Watch) -> Step:
        if self._measuring is None:
            self._measuring = self._engine.effects(self._work, watch)
        return Step(*self._measuring.step(watch))


class _DragJob:
    """A drag, with its state after every step."""

    def __init__(self, work: Drag, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._dragging: Dragging | None = None

    def step(self, watch: Watch) -> Step:
        if self._dragging is None:
            self._dragging = self._engine.drag(self._work, watch)
        way = self._dragging.step(watch)
        done = max(way.step, 1)
        return Step(done, done + (not way.end), way.packed())


def looks_of(picture: RGBA) -> tuple[float, float, float]:
    """Return brightness, colourfulness and contrast of an image [H, W, 4], each 0..1.

    They are the mean and the deviation of its luma (Rec. 601), and the mean difference of its largest and smallest
    colour. Transparent pixels count by their share.
    """
    colours, share = picture[..., :3].astype(np.float32) / 255, picture[..., 3].astype(np.float32)
    total = max(float(share.sum()), 1e-6)
    luma = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    mean = float((luma * share).sum() / total)
    deviation = float(np.sqrt((np.square(luma - mean) * share).sum() / total))
    colour = float(((colours.max(axis=2) - colours.min(axis=2)) * share).sum() / total)
    return mean, colour, min(2 * deviation, 1.0)


_LOOKED_AT = 64
"""Side of the thumbnails that are measured."""


class _LooksJob:
    """Measures thumbnails, which show what small pictures of the window show."""

    def __init__(self, work: SeedLooks, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._seeds = range(work.first_seed, work.first_seed + max(work.count, 1))
        self._found: list[tuple[float, float, float]] = []

    def step(self, watch: Watch) -> Step:
        own = replace(self.request, image=self.request.image.at_seed(self._seeds[len(self._found)]))
        small = self._engine.thumbnails((ThumbnailRequest("", own, _LOOKED_AT),), False, watch)[0]
        self._found.append(looks_of(small.pixels))
        done = len(self._found)
        over = done == len(self._seeds)
        return Step(done, len(self._seeds), np.array(self._found, np.float32) if over else None)


def difference(a: RGBA, b: RGBA) -> npt.NDArray[np.int16]:
    """Return the difference of two images [H, W, 4], as in `protocol.Difference`: of two sizes at the smaller one's.

    Raises ValueError if their shapes differ otherwise.
    """
    if a.shape != b.shape:
        if a.shape[0] * b.shape[1] != a.shape[1] * b.shape[0]:
            sizes = " and ".join(f"{picture.shape[1]} × {picture.shape[0]}" for picture in (a, b))
            raise ValueError(f"only pictures of one shape can be subtracted, not {sizes}")
        a, b = (averaged(picture, min(a.shape[:2], b.shape[:2])) for picture in (a, b))
    first, second = (picture[..., :3].sum(axis=2, dtype=np.int16) for picture in (a, b))
    result: npt.NDArray[np.int16] = first - second
    return result


def averaged(picture: RGBA, size: tuple[int, ...]) -> RGBA:
    """Return an image [H, W, 4] at a smaller size (height, width), each pixel the mean of the area that it covers."""
    if picture.shape[:2] == size:
        return picture
    from PIL import Image  # late: the window imports this module before its first frame

    return np.asarray(Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.BOX))


class _DifferenceJob:
    def __init__(self, work: Difference, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._other: RGBA | None = None

    def step(self, watch: Watch) -> Step:
        if self._other is None:
            self._other = self._engine.still(self._work.other, watch, keep=True)
            return Step(1, 2)
        return Step(2, 2, difference(self._engine.still(self.request, watch, keep=True), self._other))


class _DistanceJob:
    """Renders both images, and measures them on another thread."""

    def __init__(self, work: PerceptualDistance, engine: Engine) -> None:
        self.request, self._work, self._engine = work.request, work, engine
        self._other: RGBA | None = None
        self._coming: Future[npt.NDArray[np.float64]] | None = None

    def step(self, watch: Watch) -> Step:
        if self._other is None:
            self._other = self._engine.still(self._work.other, watch, keep=True)
            return Step(1, 3)
        if self._coming is None:
            self._coming = self._engine.measured(self._engine.still(self.request, watch, keep=True), self._other)
            return Step(2, 3)
        while not wait([self._coming], SLICE_SECONDS).done:
            watch.check(0.0)
        return Step(3, 3, self._coming.result())


class _DescribeJob:
    def __init__(self, work: Describe, engine: Engine) -> None:
        image = replace(work.request.image, network=work.other)
        self.request = replace(work.request, image=image)  # errors name the network that is read
        self._work, self._engine = work, engine

    def step(self, watch: Watch) -> Step:
        return Step(1, 1, self._engine.describe(self._work.request, self._work.other, watch).packed())


class _DeviationJob:
    """Standard deviation of each pixel over realisations of the noise."""

    def __init__(self, work: NoiseDeviation, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._seed, self._total = work.seed, max(work.realisations, 1)
        self._deviation = PixelDeviation()

    def step(self, watch: Watch) -> Step:
        noise = replace(self.request.image.noise, mode="random", seed=self._seed + self._deviation.count)
        image = replace(self.request.image, noise=noise)
        picture = self._engine.still(replace(self.request, image=image), watch)
        self._deviation.add(picture[..., :3])
        n = self._deviation.count
        if n < self._total and (n == 1 or (n & (n - 1) and n % 10)):
            return Step(n, self._total)  # one picture has no deviation, and interim results cost more than they show
        return Step(n, self._total, self._deviation.std.astype(np.float32))


def _pixel_change(before: RGBA, after: RGBA) -> float:
    return float(np.abs(after[..., :3].astype(np.int16) - before[..., :3]).mean())


class _ChangesJob:
    def __init__(self, work: Changes, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._timeline = replace(work.timeline, constant_speed=False)
        self._samples = max(work.samples, 1)
        self._before: RGBA | None = None
        self._changes: list[float] = []

    def step(self, watch: Watch) -> Step:
        i = 0 if self._before is None else len(self._changes) + 1
        moment = self._timeline.seconds * i / self._samples
        picture = self._engine.still(requested(self.request, self._timeline, moment), watch)
        if self._before is not None:
            self._changes.append(_pixel_change(self._before, picture))
        self._before = picture
        done = i == self._samples
        return Step(i + 1, self._samples + 1, np.array(self._changes) if done else None)


SPREAD = 8
"""Steps of a timeline from one that is measured first to the next, so that its whole length is soon known."""


def bends(roots: npt.NDArray[np.float64], count: int) -> list[int]:
    """Return the steps at which a curve [N] bends most, at most `count`, the sharpest first."""
    if len(roots) < 2:
        return []
    sides = np.pad(roots, 1, mode="edge")
    bend = np.abs(sides[:-2] - 2 * roots + sides[2:])
    order = np.argsort(-bend, kind="stable")[:count]
    return [int(i) for i in order if bend[i] > 0]


class _DistancesJob:
    """Measures the steps of a timeline by the distance at hand: some over its whole length first, then all others.

    Then those are halved at which the curve bends.
    """

    def __init__(self, work: Changes, engine: Engine) -> None:
        self.request, self._engine = work.request, engine
        self._timeline = replace(work.timeline, constant_speed=False)
        count = max(work.samples, 1)
        first = range(SPREAD // 2, count, SPREAD)
        self._count, self._halved = count, min(work.halved, count)
        self._order = [(float(i), i + 1.0) for i in dict.fromkeys((*first, *range(count)))]
        """Beginning and end of what is measured, in steps."""
        self._found = np.full(count + 3 * self._halved + 1, np.nan)
        self._done = 0
        self._pictures: dict[float, RGBA] = {}
        """Of the moments of the present step."""
        self._coming: Future[npt.NDArray[np.float64]] | None = None

    def step(self, watch: Watch) -> Step:
        ends, total = self._order[self._done], self._count + 2 * self._halved
        self._pictures = {at: picture for at, picture in self._pictures.items() if at in ends}
        for at in ends:
            if at not in self._pictures:
                moment = self._timeline.seconds * at / self._count
                self._pictures[at] = self._engine.still(requested(self.request, self._timeline, moment), watch)
        if self._coming is None:
            self._coming = self._engine.measured(*(self._pictures[at] for at in ends))
        while not wait([self._coming], SLICE_SECONDS).done:
            watch.check(0.0)
        value, self._found[-1] = self._coming.result()
        self._coming = None
        self._note(ends[0], math.sqrt(max(value, 0.0)))
        self._done += 1
        if self._done == len(self._order) == self._count:
            chosen = bends(self._found[: self._count], self._halved)
            self._order += [(i + half, i + half + 0.5) for i in chosen for half in (0.0, 0.5)]
        done = self._done if self._done < len(self._order) else total
        return Step(done, total, self._found.copy())

    def _note(self, start: float, root: float) -> None:
        """Note a step, or a half of one."""
        number = self._done - self._count
        if number < 0:
            self._found[int(start)] = root
            return
        place = self._count + 3 * (number // 2)
        self._found[place] = int(start)
        self._found[place + 1 + number % 2] = root
