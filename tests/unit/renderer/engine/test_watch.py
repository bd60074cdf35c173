import time

import pytest

from renderer.engine import worker
from renderer.engine.base import Cancelled
from renderer.engine.worker import _BackgroundWatch, _RequestWatch
from renderer.ipc.protocol import (
    Display,
    ImageState,
    Job,
    Latent,
    Loading,
    Network,
    ReadAhead,
    RenderRequest,
    Still,
    ThumbnailRequest,
)


class Box:
    """A mailbox with a request in it, or none."""

    def __init__(self, newer=None):
        self._newer = newer
        self.sent = []
        self.works = []
        self.has_thumbnails = False

    def wants(self, work):
        return work in self.works

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


def test_in_motion_what_was_begun_is_finished_and_read():
    moving = RenderRequest(1, ImageState(network=Network("a.pkl")), moving=True)
    newer = RenderRequest(2, ImageState(network=Network("b.pkl"), latent=Latent(x=1)), moving=True)
    watch = _RequestWatch(Box(newer), moving, time.monotonic())
    watch.check(0.0)
    watch.check(0.5)
    watch.loading(None)
    with pytest.raises(Cancelled):
        watch.loading(0.5)  # a download
    at_rest = RenderRequest(1)
    with pytest.raises(Cancelled):
        _RequestWatch(Box(newer), at_rest, time.monotonic() - 100).check(0.0)


def test_loading_is_told_and_given_up_when_another_network_is_wanted():
    box = Box(RenderRequest(2, ImageState(latent=Latent(x=1))))
    watch_of(box).loading(0.5)
    assert box.sent == [Loading(1, Network(), 0.5)]
    for newer in (RenderRequest(2, ImageState(network=Network("b.pkl"))), RenderRequest(2, device="cpu")):
        with pytest.raises(Cancelled):
            watch_of(Box(newer)).loading(0.5)


def test_a_thumbnail_gives_way_to_anything_and_loads_in_silence():
    box, wanted = Box(), ThumbnailRequest("a", RenderRequest(0))
    box.works.append(wanted)
    _BackgroundWatch(box, wanted).check(0.9)
    _BackgroundWatch(box, wanted).loading(None)
    assert not box.sent
    newer = Box(RenderRequest(2))
    newer.works.append(wanted)
    with pytest.raises(Cancelled):
        _BackgroundWatch(newer, wanted).check(0.9)


def test_work_that_nobody_wants_any_more_is_not_done_to_its_end():
    box, wanted, job = Box(), ThumbnailRequest("a", RenderRequest(0)), Job("b", Still(RenderRequest(0)))
    box.works += [wanted, job]
    for work in (wanted, job):
        watch = _BackgroundWatch(box, work)
        watch.check(0.5)
        box.works.remove(work)
        with pytest.raises(Cancelled):
            watch.check(0.5)


def test_of_thumbnails_drawn_together_one_that_is_wanted_is_reason_enough():
    box, a, b = Box(), ThumbnailRequest("a", RenderRequest(0)), ThumbnailRequest("b", RenderRequest(0))
    box.works.append(b)
    _BackgroundWatch(box, a, b).check(0.5)
    box.works.clear()
    with pytest.raises(Cancelled):
        _BackgroundWatch(box, a, b).check(0.5)


def test_waiting_for_a_thread_gives_way_to_thumbnails_and_drawing_does_not():
    box, reading, drawing = Box(), Job("a", ReadAhead(RenderRequest(0))), Job("b", Still(RenderRequest(0)))
    box.works += [reading, drawing]
    _BackgroundWatch(box, reading).check(0.0)
    box.has_thumbnails = True
    _BackgroundWatch(box, drawing).check(0.0)
    with pytest.raises(Cancelled):
        _BackgroundWatch(box, reading).check(0.0)


def test_reading_a_network_is_no_part_of_what_a_render_takes(monkeypatch):
    """Pictures of a dragged snapshot slider: after a long reading, a quick render is finished."""
    now = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    box = Box(RenderRequest(2, ImageState(network=Network("b.pkl"))))
    watch = _RequestWatch(box, RenderRequest(1), now[0])
    box._newer = None
    watch.loading(None)
    now[0] += 3.0
    box._newer = RenderRequest(2, ImageState(network=Network("b.pkl")))
    for share in (0.05, 0.1, 0.2, 0.5):
        watch.check(share)
        now[0] += 0.02
    slow = _RequestWatch(Box(box._newer), RenderRequest(1), now[0] - 0.1)
    now[0] += 3.0
    with pytest.raises(Cancelled):
        slow.check(0.05)
