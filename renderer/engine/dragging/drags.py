"""Drags of jobs, done by `gan.edits.drag`; the newest one is kept, so that another job can go on from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from foundation.specs.editing.defaults import DRAG_MOST_POINTS
from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.settings import deviation_of, settings_of
from gan.edits.features import differentiable
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions
from gan.networks.synthesis import StyleSynthesis
from renderer.document.arrays import ArrayStore, ref_of
from renderer.document.dragging.jobs import Drag, DragEnd, DragWay
from renderer.document.dragging.points import DragPoint
from renderer.document.parts import ArrayRef
from renderer.engine.base import Watch
from renderer.engine.kernels import prepare_derivatives
from renderer.engine.models import Model

MakeCall = Callable[[], SynthesisOptions]
"""Makes the arguments of the synthesis network; called outside of inference mode."""


class DragError(ValueError):
    """A drag that this network or these points do not allow. The text says what is wrong and what to do."""


@dataclass
class _Kept:
    """A drag that another job may go on with."""

    key: tuple[object, ...]
    dragging: Dragging
    moved: ArrayRef | None = None
    """Name of what it had moved when it was last reported."""


class Drags:
    """The newest drag, and the network that it computes derivatives with."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None
        self._network: tuple[int, StyleSynthesis] | None = None
        self._deviations: dict[int, float] = {}

    def clear(self) -> None:
        """Drop everything."""
        self._kept = self._network = None

    def begin(
        self, work: Drag, model: Model, ws: torch.Tensor, make_call: MakeCall, arrays: ArrayStore
    ) -> "RunningDrag":
        """Begin a job, or go on with the drag that it continues. Raises DragError.

        Args:
            work: The job.
            model: The network.
            ws: [num_ws, w_dim] of the job's request.
            make_call: See `MakeCall`.
            arrays: Arrays that the job names.
        """
        if not isinstance(model.G, StyleGenerator) or not isinstance(model.G.synthesis, StyleSynthesis):
            raise DragError("This network has no w to drag points with; open a StyleGAN")
        _check(work.points, model.G.synthesis.img_size)
        key = (model.serial, work.request.image, work.mask, work.options)
        kept = self._kept
        if kept is None or kept.key != key or kept.moved is None or kept.moved != work.moved:
            dragging = self._made(work, model, ws, make_call, arrays)
            kept = self._kept = _Kept(key, dragging)
        else:
            kept.dragging.go_on(_points(work.points))
        return RunningDrag(work, kept)

    @torch.inference_mode(False)
    def _made(self, work: Drag, model: Model, ws: torch.Tensor, make_call: MakeCall, arrays: ArrayStore) -> Dragging:
        if model.device.type == "cpu":
            prepare_derivatives()
        synthesis = self._differentiable(model)
        mask = None if work.mask is None else torch.tensor(np.asarray(arrays.get(work.mask)) > 127)
        moved = None if work.moved is None else torch.tensor(np.array(arrays.get(work.moved), np.float32))
        if moved is not None and tuple(moved.shape) != (synthesis.num_ws, synthesis.w_dim):
            raise DragError("This drag was begun with another network; clear the points and begin again")
        try:
            settings = settings_of(synthesis, work.options, self._deviation(model))
            return Dragging(synthesis, ws, _points(work.points), settings, mask, moved, **make_call())
        except ValueError as error:
            raise DragError(str(error)) from error

    def _differentiable(self, model: Model) -> StyleSynthesis:
        if self._network is None or self._network[0] != model.serial:
            self._network = None  # its memory first
            assert isinstance(model.G.synthesis, StyleSynthesis)
            self._network = model.serial, differentiable(model.G.synthesis)
        return self._network[1]

    def _deviation(self, model: Model) -> float:
        if model.serial not in self._deviations:
            assert isinstance(model.G, StyleGenerator)
            self._deviations = {model.serial: deviation_of(model.G)}
        return self._deviations[model.serial]


class RunningDrag:
    """A drag of a job: see `renderer.engine.base.Dragging`."""

    def __init__(self, work: Drag, kept: _Kept) -> None:
        self._work, self._kept, self._done = work, kept, 0

    def step(self, watch: Watch) -> DragWay:
        """Do the next step. An exception of `watch` leaves the drag unchanged."""
        dragging = self._kept.dragging
        end: DragEnd = dragging.step(watch.check)
        self._done += 1
        if not end and self._done == self._work.steps:
            end = "stopped"
        handles = np.array([(one.x, one.y, one.distance) for one in dragging.points], np.float32)
        moved, ws = (x.cpu().numpy() for x in (dragging.moved(), dragging.ws()))
        self._kept.moved = ref_of(moved)
        return DragWay(self._work.done + self._done, end, dragging.rate, handles, moved, ws)


def _points(points: tuple[DragPoint, ...]) -> tuple[Point, ...]:
    return tuple(
        Point(
            one.x,
            one.y,
            one.to_x,
            one.to_y,
            None if one.set_x is None or one.set_y is None else (one.set_x, one.set_y),
        )
        for one in points
    )


def _check(points: tuple[DragPoint, ...], size: tuple[int, int]) -> None:
    if not points:
        raise DragError("There is no point to drag; click the picture")
    if len(points) > DRAG_MOST_POINTS:
        raise DragError(f"There are {len(points)} points, and {DRAG_MOST_POINTS} can be dragged together; remove some")
    height, width = size
    for number, one in enumerate(points, 1):
        for what, x, y in (("Point", one.x, one.y), ("The target of point", one.to_x, one.to_y)):
            if not (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5):
                raise DragError(f"{what} {number} lies outside the picture of {width} × {height}; move it inside")
