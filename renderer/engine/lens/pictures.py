"""Pictures for figures of the lens, which give way to requests: what is interrupted is tried again."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from typing import TypeVar

import torch

from renderer.document.arrays import ArrayStore
from renderer.document.parts import ImageState
from renderer.engine.base import SLICE_SECONDS, Cancelled, Watch
from renderer.engine.keys import OutputKey, SynthesisKey, synthesis_key
from renderer.engine.models import Model
from renderer.engine.synthesis import run, small_outputs
from renderer.engine.ws import WsBuilder

T = TypeVar("T")
Done = tuple[int, int]
Attempt = Generator[Done, None, T]
"""Yields (done, total) at each interruption, and returns a result."""


def attempted(work: Callable[[], T], done: Done) -> Attempt[T]:
    """Do some work until nothing interrupts it."""
    while True:
        try:
            return work()
        except Cancelled:
            yield done


def awaited(future: Future[T], watch: Watch, done: Done) -> Attempt[T]:
    """Wait for another thread."""
    while not wait([future], SLICE_SECONDS).done:
        try:
            watch.check(0.0)
        except Cancelled:
            yield done
    return future.result()


def plain(image: ImageState) -> ImageState:
    """Return the image state of a network alone: its blend and its own noise, nothing else."""
    return ImageState(network=image.network, weights=image.weights)


def drawn(
    model: Model, arrays: ArrayStore, image: ImageState, watch: Watch, done: Done, side: int = 0
) -> Attempt[torch.Tensor]:
    """Draw an image state: [C, H, W], -1..1, not clamped; at the low resolution `side` unless that is 0."""
    key = synthesis_key(model, image)
    ws = WsBuilder(model, arrays, lambda _, make: make()).build(key.ws)
    return (yield from attempted(lambda: _output(model, ws, key, watch, side), done))


def _output(model: Model, ws: torch.Tensor, key: SynthesisKey, watch: Watch, side: int) -> torch.Tensor:
    if side:
        return small_outputs(model, ws, key, side, watch.check)[0].float()
    return next(iter(run(model, ws, OutputKey(key), watch.check).outputs.values())).float()
