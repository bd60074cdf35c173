"""Frames from a device without needless synchronisation, with a queue that works as late as possible."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from renderer.document.arrays import ArrayStore
from renderer.engine import synthesis
from renderer.engine.base import Cancelled, Host
from renderer.engine.display import queue_image
from renderer.engine.keys import MappingKey, OutputKey, display_key, synthesis_key, ws_key
from renderer.engine.models import Model
from renderer.engine.pipeline import Pipeline
from renderer.engine.promotion import finite
from renderer.engine.readback import Readback
from renderer.engine.stages import Cache
from renderer.engine.worker import _Worker
from renderer.engine.ws import WsBuilder
from renderer.ipc import frames
from renderer.ipc.mailbox import Task
from renderer.ipc.protocol import (
    PICTURE,
    Direction,
    Display,
    Frame,
    ImageState,
    Latent,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    RenderRequest,
    Transform,
    Truncation,
)
from tests.unit.renderer import tiny


class FakeQueue:
    """Copies as late as possible, on a wait, and records all calls. Time is counted in marks."""

    def __init__(self, locks: bool = True):
        self.log: list[str] = []
        self.locked: set[int] = set()
        self._locks = locks
        self._told: list = []
        self._passed = self._marks = 0

    def copy(self, source, target):
        self.log.append(f"copy {source.dtype}".replace("torch.", ""))
        target.fill_(77)
        self._told.append(lambda: target.copy_(source))

    def mark(self):
        self.log.append("mark")
        self._marks += 1
        self._told.append(self._marks)
        return self._marks

    def wait(self, mark):
        self.log.append("wait")
        while self._passed < mark:
            step = self._told.pop(0)
            if isinstance(step, int):
                self._passed = step
            else:
                step()

    def seconds(self, first, last):
        assert first <= last <= self._passed, "asked for times of marks that the device has not passed"
        return float(last - first)

    def lock(self, address, size):
        self.log.append("lock")
        assert size % 4096 == 0
        assert address % 4096 == 0
        if self._locks:
            self.locked.add(address)
        return self._locks

    def unlock(self, address):
        self.log.append("unlock")
        self.locked.remove(address)


@pytest.fixture
def ring(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "folders", lambda: (tmp_path,))
    made = frames.Ring("stylescope-test")
    yield made
    made.close()


class Table:
    """A pipeline with the readback of a device, and one without."""

    def __init__(self, source: str, ring: frames.Ring, queue: FakeQueue, arrays: ArrayStore | None = None):
        self.ring, self.queue = ring, queue
        host = Host(arrays=ArrayStore() if arrays is None else arrays, slots=ring)
        self.pipeline, self.plain = Pipeline(host), Pipeline(Host(host.arrays))
        readback = Readback(queue, ring)
        self.pipeline._readback_for = lambda device: readback
        self.request = RenderRequest(1, ImageState(network=Network(source)), device="cpu")

    def render(self, **changes):
        return self.pipeline.render(tiny.changed(self.request, **changes), tiny.Watching())

    def expected(self, **changes):
        return self.plain.render(tiny.changed(self.request, **changes), tiny.Watching())

    def seen(self, rendered) -> np.ndarray:
        """The part that the window sees."""
        segments = frames.Segments()
        place, (part,) = self.ring.sent(rendered.slot)
        segments.attach(place.segment)
        self.ring.hold(place)
        assert part.name == PICTURE
        return segments.image(place.segment, part)


CHANGES = (
    {},
    {"latent": Latent(0.3, 0.4)},
    {"latent": Latent(0.3, 0.4)},  # known: only brought
    {"truncation": Truncation(psi=0.5)},
    {"display": Display(scale_db=20.0)},  # its output is known
    {"display": Display(channels="one", channel=1, normalize=True)},
    {"noise": Noise(mode="random", seed=3)},
    {"transform": Transform(x=0.2, angle=30.0), "display": Display(untransform=True)},
)


@pytest.mark.parametrize("locks", [True, False], ids=["page-locked", "not page-locked"])
@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_the_window_sees_what_is_drawn_the_plain_way(folder, ring, kind, locks):
    table = Table(tiny.save(folder, kind), ring, FakeQueue(locks))
    for changes in CHANGES:
        rendered, expected = table.render(**changes), table.expected(**changes)
        assert not rendered.images
        np.testing.assert_array_equal(table.seen(rendered), tiny.pictures(expected)[PICTURE])
        figures = [(one.statistics, one.selected, one.nonfinite) for one in (rendered, expected)]
        assert figures[0] == figures[1]
        assert [stage for stage, _ in rendered.milliseconds] == [stage for stage, _ in expected.milliseconds]
    assert table.queue.log.count("wait") == len(CHANGES), "a frame waits once"


def test_what_is_asked_of_the_device_and_when(folder, ring):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    table.seen(table.render())
    assert [one for one in table.queue.log if one != "mark"] == ["lock", "copy uint8", "copy float64", "wait"]
    assert table.queue.log[-2:] == ["mark", "wait"]
    table.queue.log.clear()
    table.seen(table.render())  # the same again
    assert [one for one in table.queue.log if one != "mark"] == ["copy uint8", "wait"]


def test_a_render_that_is_given_up_leaves_nothing_behind(folder, ring):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    table.seen(table.render())
    table.queue.log.clear()
    with pytest.raises(Cancelled):
        table.pipeline.render(tiny.changed(table.request, latent=Latent(7)), tiny.Watching(cancel_at=0.0))
    assert set(table.queue.log) == {"mark"}
    expected = tiny.pictures(table.expected(latent=Latent(7)))[PICTURE]
    np.testing.assert_array_equal(table.seen(table.render(latent=Latent(7))), expected)


class Letters:
    """A mailbox with one request, which notes when it is answered."""

    def __init__(self, request, log):
        self.arrays, self.request, self.log, self.sent = ArrayStore(), request, log, []

    def newer(self):
        return None

    def take(self, has_room):
        assert has_room()
        return Task((), self.request)

    def send(self, message):
        self.log.append(type(message).__name__)
        self.sent.append(message)


def test_a_frame_is_announced_when_it_is_there(folder, ring):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    letters = Letters(table.request, table.queue.log)
    _Worker(letters, ring, lambda host: table.pipeline)._step()
    assert table.queue.log[-2:] == ["wait", "Frame"]
    frame = letters.sent[-1]
    assert isinstance(frame, Frame)
    segments = frames.Segments()
    segments.attach(frame.segment)
    expected = tiny.pictures(table.expected())[PICTURE]
    np.testing.assert_array_equal(segments.image(frame.segment, frame.parts[0]), expected)


def test_a_segment_is_page_locked_once_and_no_longer_when_it_goes(folder, ring):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    for seed in range(5):
        table.seen(table.render(latent=Latent(seed)))
    assert table.queue.log.count("lock") == 1
    assert len(table.queue.locked) == 1
    # A larger image needs a larger segment; the smaller one goes once the window has left it.
    place, _ = ring.write([("large", np.zeros((300, 300, 4), np.uint8))])
    ring.hold(place)
    assert table.queue.log.count("unlock") == 1
    assert not table.queue.locked
    table.seen(table.render(latent=Latent(9)))
    assert table.queue.log.count("lock") == 2
    ring.close()
    assert not table.queue.locked


def test_what_could_not_be_page_locked_is_not_tried_again_nor_unlocked(folder, ring):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue(locks=False))
    for seed in range(3):
        table.seen(table.render(latent=Latent(seed)))
    ring.close()
    assert table.queue.log.count("lock") == 1
    assert "unlock" not in table.queue.log


@pytest.mark.parametrize("display", [Display(layer="b8.conv0"), Display(layer_table=True)], ids=["layer", "table"])
def test_what_is_measured_goes_the_plain_way(folder, ring, display):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    rendered = table.render(display=display)
    assert rendered.slot is None
    assert rendered.images
    assert not table.queue.log


def test_a_picture_that_overflows_is_drawn_again_and_only_then_told(folder, ring, monkeypatch):
    table = Table(tiny.save(folder, "sg2"), ring, FakeQueue())
    model: Model = table.pipeline._models.get(table.request.image.network, "cpu", lambda share: None)
    name = model.G.synthesis.layer_names[2]
    tiny.overflow(model, name, monkeypatch)
    rendered = table.render()
    np.testing.assert_array_equal(table.seen(rendered), tiny.pictures(table.expected())[PICTURE])
    assert rendered.nonfinite == 0
    assert model.promoted == {name}
    assert table.queue.log.count("wait") == 2
    assert all(finite(output) for output in table.pipeline._caches.outputs._results.values())


@pytest.mark.parametrize("kind", ["sg1", "sg2", "cond", "sg3"])
@torch.inference_mode()
def test_a_device_is_told_all_without_being_asked_for_a_number(kind):
    """On the meta device reading a value, or branching on one, raises."""
    arrays, model = ArrayStore(), tiny.model(kind, "meta")
    G = model.G
    direction = arrays.add(np.ones(G.w_dim, np.float32))
    stored = arrays.add(np.ones((G.num_ws, G.w_dim), np.float32))
    cache: Cache[MappingKey, torch.Tensor] = Cache(64)
    image = ImageState(
        latent=Latent(0.3, 0.4, label_b=1, label_mix=0.5),
        mixing=Mixing(0.5, (LayerStyle(1, amount=0.5), LayerStyle(2, source=Latent(array=stored)))),
        truncation=Truncation(psi=0.7),
        directions=(Direction("way", direction, strength=2.0),),
        transform=Transform(x=0.2, angle=10.0),
    )
    ws = WsBuilder(model, arrays, cache.made).build(ws_key(model, image))
    assert ws.device.type == "meta"
    for noise, display in (
        (Noise(strength=0.5), Display()),
        (Noise(mode="random", seed=2), Display(channels="one", normalize=True, scale_db=3.0)),
        (Noise(mode="none"), Display(untransform=True)),
    ):
        key = display_key(OutputKey(synthesis_key(model, replace(image, noise=noise))), display)
        run = synthesis.begin(model, ws, key.output, tiny.Watching().check)
        queued = queue_image(model, run.outputs[None], key)
        assert queued.pixels.shape == (32, 32, 4)
        assert queued.figures.shape == (8,)


def test_nobody_brings_pictures_from_a_processor(folder, ring):
    pipeline = Pipeline(Host(slots=ring))
    request = RenderRequest(1, ImageState(network=Network(tiny.save(folder, "sg2"))), device="cpu")
    assert pipeline.render(request, tiny.Watching()).slot is None
    assert Pipeline()._readback_for(torch.device("cuda", 0)) is None
    assert isinstance(pipeline._readback_for(torch.device("cuda", 0)), Readback)
    assert pipeline._readback_for(torch.device("cuda", 0)) is pipeline._readback_for(torch.device("cuda", 0))
