"""The w of one network whose picture is closest to another one's, step by step."""

import copy
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.specs.editing.fits import NOISE_WEIGHT
from gan import transforms
from gan.edits.features import differentiable
from gan.edits.projection.comparison import Comparison, comparison
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.mean import statistics
from gan.images import styles
from gan.inference import low_res
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions
from gan.networks.synthesis import StyleSynthesis
from renderer.document.fitting.closest import ClosestFound, ClosestW
from renderer.engine.base import Result, Steps, Watch
from renderer.engine.finding.drawing import SMALL, SearchError
from renderer.engine.keys import SynthesisKey
from renderer.engine.lens.measuring import Measuring
from renderer.engine.lens.pictures import attempted
from renderer.engine.models import Model
from renderer.engine.synthesis import matrix_of
from renderer.ipc.frames import RGBA

SEEDS = 24
"""Seeds among which the start is looked for."""
SAMPLES = 2000
"""Latents that the mean and the spread of w are of."""
EVERY = 10
"""Steps from result to result."""


class _Search:
    """Network, target and distance of one job."""

    def __init__(self, model: Model, target: RGBA, measuring: Measuring, key: SynthesisKey, watch: Watch) -> None:
        if not isinstance(model.G, StyleGenerator) or not model.G.z_dim:
            raise SearchError("This network takes no z, so that its closest w cannot be looked for.")
        self.G, self.name = with_gradients(model), measuring.name

        def look(name: str, x: Tensor) -> None:
            watch.check(0.0)
            if x.requires_grad:  # and again on the way back
                x.register_hook(lambda gradient: watch.check(0.0))  # type: ignore[no-untyped-call]

        self.given: SynthesisOptions = {"on_layer": look}
        matrix = matrix_of(key.transform, model.info.resolution) if model.info.has_transform else None
        if matrix is not None:
            self.given["input_transform"] = torch.as_tensor(transforms.inverse(matrix), dtype=torch.float32)
        pixels = torch.from_numpy(np.ascontiguousarray(target[..., :3].transpose(2, 0, 1))).float()
        if self.G.img_channels == 1:
            pixels = pixels.mean(dim=0, keepdim=True)
        shown = resized(pixels, self.G.synthesis.img_size).to(model.device)
        self.compared: Comparison = comparison(measuring.distance, shown)
        self.statistics = statistics(self.G, samples=SAMPLES, check=lambda: watch.check(0.0))

    @torch.no_grad()
    def measured(self, w: Tensor) -> float:
        """Return the distance of the picture of a w [w_dim]."""
        ws = w.expand(self.G.num_ws, -1)[None].contiguous()
        arguments: SynthesisOptions = {**self.given, "noise_mode": "const"}
        image = self.G.synthesis(ws, **arguments)
        return float(self.compared.distance(image.clamp(-1, 1)))  # as it is shown

    def starts(self, own: Tensor | None) -> Iterator[Tensor]:
        """Yield w that may be near: the mean, seeds, and that of the other network where the spaces are alike."""
        yield self.statistics.mean
        if own is not None:
            yield own.to(self.statistics.mean)
        for seed in range(SEEDS):
            yield styles(self.G, [seed])[0].mean(dim=0)


@torch.inference_mode(False)
def closest_steps(
    model: Model,
    target: RGBA,
    own: Tensor | None,
    measuring: Measuring,
    key: SynthesisKey,
    work: ClosestW,
    watch: Watch,
) -> Steps:
    """Do the job `ClosestW`, a step of it at a time. `watch` may interrupt a step, which is then tried again.

    Args:
        model: The network that is searched. Larger ones than `SMALL` pixels are fitted at a lower resolution.
        target: The picture, [H, W, 4].
        own: The w [w_dim] that the picture was drawn of, if both networks have the same space; else None.
        measuring: Gives the distance.
        key: Has the transform of the picture.
        work: The job.
        watch: See above.
    """
    steps = max(work.steps, 1)
    total = steps + SEEDS + 2
    search = yield from attempted(lambda: _Search(model, target, measuring, key, watch), (0, total))
    best, found = search.statistics.mean, float("inf")
    for number, w in enumerate(search.starts(own), 1):
        distance = yield from attempted(lambda w=w: search.measured(w), (number - 1, total))  # type: ignore[misc]
        if distance < found:
            best, found = w, distance
        yield number, total, _packed(search, best, found)
    options = FitOptions(steps, noise_weight=NOISE_WEIGHT)
    start = best.expand(search.G.num_ws, -1).clone()
    fit = Fit(search.G, search.compared, search.statistics, options, start, search.given)
    for step in range(1, steps + 1):
        done = total - steps + step - 1, total
        yield from attempted(fit.advance, done)
        if step % EVERY == 0 or step == steps:
            w = fit.w.detach()[0, 0].clone()  # without the noise on w
            distance = yield from attempted(lambda w=w: search.measured(w), done)  # type: ignore[misc]
            if distance < found:
                best, found = w, distance
        if step < steps:
            yield done[0] + 1, total, _packed(search, best, found)
    return _packed(search, best, found)


def with_gradients(model: Model) -> StyleGenerator:
    """Return a generator through which gradients can flow, at the resolution of a fit."""
    assert isinstance(model.G, StyleGenerator)
    made = copy.copy(model.G)
    made._modules = dict(model.G._modules)  # a shallow copy shares them
    synthesis = differentiable(model.G.synthesis)
    sides = [side for side in model.low_res_sides if side >= SMALL] if model.G.img_resolution > SMALL else []
    reduced = low_res.at_resolution(synthesis, min(sides)) if sides else synthesis
    assert isinstance(reduced, StyleSynthesis)
    made.synthesis = reduced
    made.mapping = differentiable(model.G.mapping)
    return made


def resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Return an image [C, H, W] at another size: averaged by area where it is larger, else interpolated."""
    if tuple(pixels.shape[1:]) == tuple(size):
        return pixels
    if pixels.shape[1] >= size[0] and pixels.shape[2] >= size[1]:
        return F.interpolate(pixels[None], size, mode="area")[0]
    return F.interpolate(pixels[None], size, mode="bilinear")[0]


def _packed(search: _Search, w: Tensor, distance: float) -> Result:
    return ClosestFound(w.detach().float().cpu().numpy(), distance, search.name).packed()
