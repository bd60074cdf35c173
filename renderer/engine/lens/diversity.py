"""Diversity of a network's pictures, picture by picture; what was measured is kept."""

import numpy as np
import torch

from gan.analysis.diversity import PairDistances, as_batch
from gan.cache import Cache
from gan.display import to_rgba8
from renderer.document.arrays import ArrayStore
from renderer.document.lens.jobs import Diversity
from renderer.document.parts import ImageState
from renderer.engine.base import Result, Steps, Watch
from renderer.engine.lens.measuring import Measuring
from renderer.engine.lens.pictures import awaited, drawn
from renderer.engine.models import Model

Kept = Cache[tuple[int, ImageState], PairDistances]
"""By the serial number of the model, and the image state without its place. Each has the sum of all features."""


def kept() -> Kept:
    """Return an empty cache."""
    return Cache(2)


@torch.inference_mode()
def diversity_steps(
    model: Model, arrays: ArrayStore, known: Kept, measuring: Measuring, work: Diversity, watch: Watch
) -> Steps:
    """Do the job `Diversity`, a picture at each step."""
    image, total = work.request.image, max(work.pictures, 2)
    pairs = known.made((model.serial, image.at_seed(0)), PairDistances)
    while pairs.count < total:
        done = pairs.count, total
        pixels = to_rgba8((yield from drawn(model, arrays, image.at_seed(pairs.count), watch, done)))
        features = measuring.run(lambda distance, shown=pixels: distance.of(as_batch(shown)))  # type: ignore[misc]
        pairs.add((yield from awaited(features, watch, done)))
        if pairs.count < total:
            yield pairs.count, total, _found(pairs, measuring)
    return _found(pairs, measuring)


def _found(pairs: PairDistances, measuring: Measuring) -> Result:
    return np.array([pairs.mean, pairs.error, pairs.count, measuring.name], np.float32)
