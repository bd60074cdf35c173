"""Pictures of a job's progress neither interrupt the job nor slow it down."""

from multiprocessing import Pipe

import pytest

from renderer.engine.base import Cancelled
from renderer.engine.worker import _BackgroundWatch
from renderer.ipc.mailbox import Mailbox
from renderer.ipc.protocol import Job, RenderRequest, Still


@pytest.fixture
def mailbox(monkeypatch):
    """A mailbox whose messages the test gives it, without a thread that ends the process."""
    monkeypatch.setattr("threading.Thread.start", lambda thread: None)
    ours, theirs = Pipe()
    yield Mailbox(ours, "none")
    ours.close()
    theirs.close()


def test_a_picture_that_follows_does_not_interrupt(mailbox):
    job = Job("drag", Still(RenderRequest(1)))
    mailbox._keep(job)
    watch = _BackgroundWatch(mailbox, job)
    mailbox._keep(RenderRequest(2, follows=True))
    watch.check(0.5)
    mailbox._keep(RenderRequest(3))
    with pytest.raises(Cancelled):
        watch.check(0.5)


def test_a_picture_that_follows_does_not_slow_down(mailbox):
    before = mailbox._asked_at
    mailbox._keep(RenderRequest(1, follows=True))
    assert mailbox._asked_at == before
    mailbox._keep(RenderRequest(2))
    assert mailbox._asked_at > before


def test_it_is_the_same_picture_as_another():
    assert RenderRequest(1, follows=True).work == RenderRequest(2).work
