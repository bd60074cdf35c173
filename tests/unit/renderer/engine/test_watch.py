import time

import pytest

from renderer.engine.base import Cancelled
from renderer.engine.worker import _BackgroundWatch, _RequestWatch
from renderer.ipc.protocol import Display, ImageState, Latent, Loading, Network, RenderRequest


class Box:
    """A mailbox with a request in it, or none."""

    def __init__(self, newer=None):
        self._newer = newer
        self.sent = []

    def newer(self):
        return self._newer

    def send(self, message):
        self.sent.append(message)


def watch_of(box, waited_s=0.0):
    return _RequestWatch(box, RenderRequest(1), time.monotonic() - waited_s)


def test_a_render_goes_on_while_nothing_newer_needs_another_picture():
    watch_of(Box()).check(0.0)
    watch_of(Box(RenderRequest(2, display=Display(scale_db=3)))).check(0.0)
    watch_of(Box(RenderRequest(2, ImageState(latent=Latent(x=1)))), waited_s=10).check(0.0)


def test_a_stale_render_is_given_up_early():
    with pytest.raises(Cancelled):
        watch_of(Box(RenderRequest(2, ImageState(latent=Latent(x=1))))).check(0.0)


def test_loading_is_told_and_given_up_when_another_network_is_wanted():
    box = Box(RenderRequest(2, ImageState(latent=Latent(x=1))))
    watch_of(box).loading(0.5)
    assert box.sent == [Loading(1, Network(), 0.5)]
    for newer in (RenderRequest(2, ImageState(network=Network("b.pkl"))), RenderRequest(2, device="cpu")):
        with pytest.raises(Cancelled):
            watch_of(Box(newer)).loading(0.5)


def test_a_thumbnail_gives_way_to_anything_and_loads_in_silence():
    box = Box()
    _BackgroundWatch(box).check(0.9)
    _BackgroundWatch(box).loading(None)
    assert not box.sent
    with pytest.raises(Cancelled):
        _BackgroundWatch(Box(RenderRequest(2))).check(0.9)
