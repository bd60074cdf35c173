"""The way of a frame from the device into the window's memory, on a real one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from renderer.engine.readback import CudaQueue, Readback
from renderer.engine.render import Render, StageCaches
from renderer.ipc import frames
from renderer.ipc.protocol import (
    Display,
    ImageState,
    Latent,
    LayerStyle,
    Mixing,
    Noise,
    RenderRequest,
    Transform,
    Truncation,
)
from tests.unit.renderer import tiny

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

REQUEST = RenderRequest(1, ImageState(latent=Latent(0.3, 0.4), truncation=Truncation(psi=0.7)))


class Held:
    """Model cache with a single model."""

    def __init__(self, kind: str):
        self.model = tiny.model(kind, "cuda:0")

    def cached(self, network, device):
        return self.model


class Strict(CudaQueue):
    """Forbids other synchronisation with the device: PyTorch raises instead."""

    def begin(self):
        torch.cuda.set_sync_debug_mode("error")

    def wait(self, mark):
        torch.cuda.set_sync_debug_mode("default")
        super().wait(mark)


class Unlocked(CudaQueue):
    def lock(self, address, size):
        return False


@pytest.fixture
def ring():
    made = frames.Ring(f"{frames.PREFIX}gpu-test")
    yield made
    torch.cuda.set_sync_debug_mode("default")
    made.close()


def queue(kind=CudaQueue):
    return kind(torch.device("cuda", 0))


@torch.inference_mode()
def render(held, caches, request, readback=None):
    return Render(held, caches, request, tiny.Watching(), lambda device: readback).rendered()


def seen(ring, rendered) -> np.ndarray:
    segments = frames.Segments()
    place, (part,) = ring.sent(rendered.slot)
    segments.attach(place.segment)
    ring.hold(place)
    return segments.image(place.segment, part).copy()


REQUESTS = {
    "plain": REQUEST,
    "one channel": replace(REQUEST, display=Display(channels="one", channel=1, normalize=True)),
    "brighter": replace(REQUEST, display=Display(scale_db=20.0)),
    "mixed": tiny.changed(REQUEST, mixing=Mixing(2.0, (LayerStyle(1), LayerStyle(2, amount=0.5)))),
    "moved": tiny.changed(REQUEST, transform=Transform(x=0.2, angle=30.0)),
    "moved and back": tiny.changed(
        REQUEST, transform=Transform(x=0.2, angle=30.0), noise=Noise(mode="none"), display=Display(untransform=True)
    ),
    "drawn noise": tiny.changed(REQUEST, noise=Noise(mode="random", seed=3)),
}


@pytest.mark.parametrize("kind", ["sg1", "sg2", "cond", "sg3"])
@pytest.mark.parametrize("way", [CudaQueue, Unlocked])
def test_what_arrives_is_what_is_drawn_the_plain_way(ring, kind, way):
    held, caches = Held(kind), StageCaches()
    readback = Readback(queue(way), ring)
    for name, request in REQUESTS.items():
        for _ in range(3):  # the plain way, recorded, replayed
            caches.outputs.clear()
            caches.images.clear()
            rendered = render(held, caches, request, readback)
            pixels = seen(ring, rendered)
            caches.images.clear()
            expected = render(held, caches, request)  # of the same output
            np.testing.assert_array_equal(pixels, tiny.pictures(expected)["picture"], err_msg=name)
            assert rendered.nonfinite == expected.nonfinite == 0
            assert rendered.statistics == expected.statistics
            assert rendered.selected == expected.selected
            times = dict(rendered.milliseconds)
            assert times["synthesis"] > 0
            assert times["display"] > 0
            assert rendered.full_ms >= 0.999 * times["synthesis"]  # its marks lie around the stage's
    segment = rendered.slot.segment
    assert segment.page_locked is (way is CudaQueue), "this memory could not be page-locked"


@pytest.mark.parametrize("kind", ["sg1", "sg2", "cond", "sg3"])
def test_nothing_waits_before_the_frame_is_there(ring, kind):
    held, caches, strict = Held(kind), StageCaches(), queue(Strict)
    readback = Readback(strict, ring)
    for request in REQUESTS.values():  # kernels are tried, graphs recorded and memory page-locked at first
        for seed in range(3):
            seen(ring, render(held, caches, tiny.changed(request, latent=Latent(seed)), readback))
    for seed, request in enumerate(REQUESTS.values()):
        strict.begin()
        rendered = render(held, caches, tiny.changed(request, latent=Latent(100.3 + seed, 0.4)), readback)
        assert torch.cuda.get_sync_debug_mode() == 0, "the frame was not waited for"
        seen(ring, rendered)


def test_memory_is_page_locked_until_it_goes_and_a_refusal_harms_nobody(ring):
    own = queue()
    segment = ring.open([("picture", (64, 64))]).segment
    address = np.frombuffer(segment.memory, np.uint8).ctypes.data
    size = len(segment.memory)
    assert own.lock(address, size)
    assert not own.lock(address, size), "twice is refused"
    x = torch.ones(3, device="cuda:0") + 1  # would raise the refusal's error, had it been left behind
    assert x.tolist() == [2.0, 2.0, 2.0]
    own.unlock(address)
    own.unlock(address)  # which is refused
    assert (x + 1).tolist() == [3.0, 3.0, 3.0]
    assert own.lock(address, size)
    own.unlock(address)


def test_a_segment_that_goes_is_unlocked(ring):
    held, caches, own = Held("sg2"), StageCaches(), queue()
    rendered = render(held, caches, REQUEST, Readback(own, ring))
    seen(ring, rendered)
    segment = rendered.slot.segment
    memory = segment.memory
    segment.unlink()
    address = np.frombuffer(memory, np.uint8).ctypes.data
    assert own.lock(address, len(memory)), "it is page-locked still"
    own.unlock(address)
