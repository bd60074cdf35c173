"""Effects of a direction, measured by `gan.edits.effects` on whole pictures: low resolutions lack the finest layers."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch

from gan.cache import Cache
from gan.edits.effects import PICTURES, Gauge, Kept, Task, Trial, on_layers, sign_of, starts_of
from gan.edits.looks import MEASURES, View
from gan.images import Label
from renderer.document.arrays import ArrayStore
from renderer.document.directions.effects import Effects, EffectsFound, Fixed
from renderer.document.parts import ArrayRef
from renderer.engine.base import Watch
from renderer.engine.finding.drawing import SearchError, drawing, styled
from renderer.engine.finding.searching import gauged, label_of, reduced
from renderer.engine.models import Model
from renderer.engine.small import ROUGH_SECONDS
from renderer.ipc.protocol import RenderRequest, StyleOffset

Floats = npt.NDArray[np.float32]

AT_MOST = 4
"""Networks and classes whose seeds are kept."""


@dataclass
class Starts:
    """Seeds that effects are measured on, and their own pictures, kept from direction to direction."""

    _w: Cache[tuple[int, Label | None], torch.Tensor] = field(default_factory=lambda: Cache(AT_MOST))
    _of: tuple[object, ...] = ()
    _pictures: dict[int, Floats] = field(default_factory=dict)

    def w(self, model: Model, label: Label | None) -> torch.Tensor:
        """Return w of the seeds [N, w_dim]."""
        return self._w.made((model.serial, label), lambda: starts_of(styled(model), label=label))

    def pictures(self, model: Model, request: RenderRequest) -> dict[int, Floats]:
        """Return the pictures of the first seeds with all else as in a request, as far as they were drawn."""
        key = model.serial, request.image, request.device
        if key != self._of:
            self._of, self._pictures = key, {}
        return self._pictures


class MeasuredEffects:
    """A measurement of what a direction does.

    Args:
        model: The network.
        arrays: Arrays that the job names.
        starts: Kept from job to job.
        work: The job.

    Raises:
        SearchError: the network has no W, or an array does not fit it.
    """

    def __init__(self, model: Model, arrays: ArrayStore, starts: Starts, work: Effects) -> None:
        G = styled(model)
        self._model, self._work, self._starts, self._arrays = model, work, starts, arrays
        self._layers = range(max(work.first, 0), min(work.last, G.num_ws - 1) + 1)
        if not self._layers:
            raise SearchError("This direction acts on no layer of this network.")
        try:
            w = starts.w(model, label_of(work.request))
        except ValueError as error:
            raise SearchError(str(error)) from error
        none = np.zeros((G.num_ws, G.w_dim), np.float32)
        move = none if work.style else self._move(work.array, self._layers)
        before = None if work.before is None else self._move(work.before, self._layers)
        kept = () if before is None else tuple(self._kept(one) for one in work.fixed)
        slow = model.pace.full_s > ROUGH_SECONDS
        layers = (work.first,) if work.style else self._layers
        self._trial = Trial(w, move, layers, before, kept, 1 if slow else PICTURES)
        self._done = 0

    def _move(self, ref: ArrayRef, layers: range) -> Floats:
        G, array = styled(self._model), np.asarray(self._arrays.get(ref), np.float32)
        if array.shape not in ((G.w_dim,), (G.num_ws, G.w_dim)):
            raise SearchError(f"This direction has {list(array.shape)} numbers; choose one of this network.")
        return on_layers(array, G.num_ws, layers)

    def _kept(self, one: Fixed) -> Kept:
        count = styled(self._model).num_ws
        layers = range(max(one.first, 0), min(one.last, count - 1) + 1)
        return Kept(self._move(one.array, layers), self._gauge(one))

    def _gauge(self, one: Fixed) -> Gauge | None:
        """Return the measure of a kept direction; None where it needs the picture on which its region was painted."""
        if not gauged(one):
            return None
        region = None if one.region is None else np.asarray(self._arrays.get(one.region))

        def gauge(picture: Floats) -> float:
            size = picture.shape[:2]
            inside = np.ones(size, np.float32) if region is None else reduced(region, size)
            return MEASURES[one.words](picture, View(inside, picture))

        return gauge

    @torch.inference_mode()
    def step(self, watch: Watch) -> tuple[int, int, Floats | None]:
        """Draw the next picture."""
        tasks = self._trial.tasks
        task = tasks[self._done]
        self._trial.take(task, self._picture(task, watch))
        self._done += 1
        if self._done < len(tasks):
            return self._done, len(tasks), None
        found = self._trial.found()
        return self._done, len(tasks), EffectsFound(found.by_layer, found.where, found.kept).packed()

    def _picture(self, task: Task, watch: Watch) -> Floats:
        own = self._starts.pictures(self._model, self._work.request) if task.kind == "base" else {}
        if task.seed in own:
            return own[task.seed]
        request, work = self._work.request, self._work
        if work.style and task.kind == "whole":
            offset = StyleOffset(work.style, work.channel, sign_of(task.seed), work.sigma)
            request = replace(request, image=replace(request.image, styles=(*request.image.styles, offset)))
        draw = drawing(self._model, request, whole=True, check=watch.check)
        picture = draw(self._trial.ws(task), task.seed)
        if task.seed < PICTURES:
            own[task.seed] = picture
        return picture
