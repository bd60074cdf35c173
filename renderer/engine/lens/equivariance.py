"""EQ-T and EQ-R of the present picture and of others, place by place on the path to the present transform."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from gan.analysis.equivariance import Render, equivariance_db, rotation_error, translation_error
from renderer.document.arrays import ArrayStore
from renderer.document.lens.jobs import Equivariance, EquivarianceFound
from renderer.document.parts import ImageState, Latent, Transform
from renderer.engine.base import Steps, Watch
from renderer.engine.finding.drawing import SearchError
from renderer.engine.keys import OutputKey, SynthesisKey, synthesis_key
from renderer.engine.lens.pictures import attempted
from renderer.engine.models import Model
from renderer.engine.synthesis import run
from renderer.engine.ws import WsBuilder


def places(points: int) -> list[int]:
    """Return the places of a path in the order in which they are measured: the far end, the middle, the quarters, ...

    The place of rest (0), where nothing can be compared, is left out.
    """
    last, pieces = points - 1, 2
    order = [last]
    while pieces < 2 * last:
        order += [round(last * k / pieces) for k in range(1, pieces, 2)]
        pieces *= 2
    order += range(1, points)
    return [one for one in dict.fromkeys(order) if 0 < one < points]


def image_of(image: ImageState, number: int) -> ImageState:
    """Return the image of the `number`-th picture: the present one, then those of the seeds that follow."""
    if number == 0:
        return image
    base = image.latent if isinstance(image.latent, Latent) else None
    return image.at_seed((math.floor(base.x) if base else -1) + number)


@dataclass
class _Sums:
    """Squared errors and numbers of values, [points, 2], of both kinds."""

    translation: npt.NDArray[np.float64]
    rotation: npt.NDArray[np.float64]
    pictures: npt.NDArray[np.float64]

    def packed(self) -> npt.NDArray[np.float32]:
        """Return the figures in dB."""
        kinds = [[equivariance_db(*pair) for pair in sums.tolist()] for sums in (self.translation, self.rotation)]
        return EquivarianceFound(
            np.array(kinds[0], np.float32), np.array(kinds[1], np.float32), self.pictures.astype(np.float32)
        ).packed()


@torch.inference_mode()
def equivariance_steps(model: Model, arrays: ArrayStore, work: Equivariance, watch: Watch) -> Steps:
    """Do the job `Equivariance`, a place at each step. Raises SearchError where the network has no input to move.

    `watch` may interrupt a step, which is then tried again.
    """
    if not model.info.has_transform:
        raise SearchError(f"{model.info.family} has no input to move, so it has no equivariance.")
    points, order = max(work.points, 2), places(max(work.points, 2))
    sums = _Sums(np.zeros((points, 2)), np.zeros((points, 2)), np.zeros(points))
    total, done = len(order) * max(work.pictures, 1), 0
    whole = work.request.image.transform
    pictures = range(max(work.pictures, 1))
    # The figures at the present transform first, of all pictures: they are what one waits for.
    for number, some in (*((one, order[:1]) for one in pictures), *((one, order[1:]) for one in pictures)):
        key = synthesis_key(model, image_of(work.request.image, number))
        ws = WsBuilder(model, arrays, lambda _, make: make()).build(key.ws)
        draw = partial(_moved, model, ws, key, watch)
        still = yield from attempted(lambda draw=draw: draw(Transform()), (done, total))  # type: ignore[misc]
        for place in some:
            errors = partial(_errors, draw, still, whole, place / (points - 1))
            for kind, error in (yield from attempted(errors, (done, total))).items():
                getattr(sums, kind)[place] += error
            sums.pictures[place] += 1
            done += 1
            if done < total:
                yield done, total, sums.packed()
    return sums.packed()


Draw = Callable[[Transform], torch.Tensor]
"""Draws the image [1, C, H, W] of a transform."""


def _errors(draw: Draw, still: torch.Tensor, whole: Transform, share: float) -> dict[str, tuple[float, float]]:
    """Return the squared error and the number of values of each kind that the transform has."""
    found, x, y = {}, whole.x * share, whole.y * share
    if x or y:
        moved = Transform(x, y, whole_pixels=whole.whole_pixels)
        found["translation"] = translation_error(_render(draw, moved), still, x, y, whole.whole_pixels)
    if whole.angle % 360:
        turned = Transform(angle=whole.angle * share)
        # The transform is clockwise on the screen, the measure counterclockwise.
        radians = -math.radians(whole.angle * share)
        found["rotation"] = rotation_error(_render(draw, turned), still, radians)
    return found


def _render(draw: Draw, transform: Transform) -> Render:
    """Return what draws the image of a transform; the matrix that it is called with is that of the transform."""
    return lambda matrix: draw(transform)


def _moved(model: Model, ws: torch.Tensor, key: SynthesisKey, watch: Watch, transform: Transform) -> torch.Tensor:
    """Return the image [1, C, H, W] of a transform."""
    output = OutputKey(key._replace(transform=transform))
    found = run(model, ws, output, watch.check).outputs
    return next(iter(found.values())).float()[None]
