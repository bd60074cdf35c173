"""Frame delivery: time from a request to the bytes in the window's shared memory, by transfer path."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import torch

import gan
from gan.networks import build
from renderer.engine.describing import describe_model
from renderer.engine.models import Model
from renderer.engine.readback import CudaQueue, Readback
from renderer.engine.render import Render, StageCaches
from renderer.ipc import frames
from renderer.ipc.protocol import ImageState, Latent, Network, RenderRequest

WAYS = ("page_locked", "staged", "plain")
"""Transfer paths: device to page-locked segment; through a staging buffer; synchronising at every value."""


class _NoWatch:
    def check(self, share: float) -> None:
        """Never interrupt."""

    def loading(self, share: float | None) -> None:
        """Ignore loading progress."""


class _One:
    """Model cache with a single model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def cached(self, network: Network, device: str) -> Model:
        return self._model


class _Staged(CudaQueue):
    def lock(self, address: int, size: int) -> bool:
        return False


def measure(networks: Iterator[tuple[str, str, dict[str, Any]]], device: torch.device, tiny: bool) -> dict[str, Any]:
    """Measure milliseconds per frame by network and path, each with another seed; None without a CUDA device."""
    result: dict[str, Any] = {}
    for name, class_name, arguments in networks:
        torch.manual_seed(0)
        network = build(class_name, **arguments).eval().requires_grad_(False).to(device)
        info = gan.describe({"G_ema": gan.Architecture(class_name, arguments)})
        model = Model(network, device, describe_model(Network(), network, info, device))
        try:
            result[name] = {f"{way}_ms": _milliseconds(model, way, 3 if tiny else 60) for way in WAYS}
        except torch.OutOfMemoryError:
            result[name] = "out of memory"
        model.recordings.clear()
        del network, model
        if device.type == "cuda":
            torch.cuda.empty_cache()
    return result


@torch.inference_mode()
def _milliseconds(model: Model, way: str, count: int) -> dict[str, float] | None:
    """Return median and minimum of `count` frames after a warm-up."""
    if way != "plain" and model.device.type != "cuda":
        return None
    ring = frames.Ring(f"{frames.PREFIX}benchmark")
    caches, models = StageCaches(), _One(model)
    readback = None
    if way != "plain":
        readback = Readback((CudaQueue if way == "page_locked" else _Staged)(model.device), ring)
    times = []
    try:
        for seed in range(5 + count):
            request = RenderRequest(seed, ImageState(latent=Latent(seed)))
            started = time.perf_counter()
            rendered = Render(models, caches, request, _NoWatch(), lambda device: readback).rendered()
            place, _ = ring.write(rendered.images) if rendered.slot is None else ring.sent(rendered.slot)
            times.append(time.perf_counter() - started)
            ring.hold(place)
            if way == "page_locked" and not (rendered.slot and rendered.slot.segment.page_locked):
                return None
    finally:
        ring.close()
    counted = [1000 * seconds for seconds in times[5:]]
    return {"median": statistics.median(counted), "best": min(counted)}
