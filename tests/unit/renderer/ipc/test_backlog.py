"""Thumbnails and jobs that wait for the renderer's idle time."""

import math

import pytest

from renderer.document.timeline import Timeline
from renderer.ipc import backlog
from renderer.ipc.backlog import Backlog, Thumbnails, background_wait
from renderer.ipc.protocol import (
    Changes,
    Equivariance,
    ImageState,
    Job,
    Latent,
    RadialPower,
    RenderRequest,
    Still,
    ThumbnailRequest,
)


def thumbnail(key: str) -> ThumbnailRequest:
    return ThumbnailRequest(key, RenderRequest(0, ImageState(latent=Latent(x=float(len(key))))))


def job(key: str) -> Job:
    return Job(key, Still(RenderRequest(0)))


def keys(work) -> str:
    return "".join(one.key for one in work.wanted)


def test_work_follows_at_once_while_nothing_is_asked_for_and_takes_a_share_otherwise():
    assert background_wait(math.inf, 0.0, 5.0) == 0, "nothing was asked for: one follows the other"
    assert background_wait(backlog.QUIET_SECONDS, 0.0, 5.0) == 0, "the user rests"
    waited, took = 0.0, 0.005
    while (more := background_wait(0.0, waited, took)) > 0:
        waited += more
    assert took / (took + waited) == pytest.approx(backlog.BUSY_SHARE)
    assert background_wait(0.0, 0.01, 60.0) <= backlog.QUIET_SECONDS


def test_all_are_drawn_roughly_before_the_first_one_is_drawn_finely():
    work = Backlog()
    work.want((thumbnail("a"), thumbnail("b")))
    first = work.begin(0.0)
    assert (keys(first), first.rough) == ("ab", True)
    work.done(thumbnail("a"), final=False)
    second = work.begin(0.0)
    assert (keys(second), second.rough) == ("b", True)
    work.done(thumbnail("b"), final=False)
    third = work.begin(0.0)
    assert (keys(third), third.rough) == ("ab", False)
    work.want((thumbnail("ccc"), thumbnail("a"), thumbnail("b")))
    assert keys(work.begin(0.0)) == "ccc", "one that was wanted later has none at all yet"
    for key in ("ccc", "a", "b"):
        work.done(thumbnail(key))
    assert not work


def test_what_is_no_longer_wanted_is_forgotten():
    work = Backlog()
    work.want((thumbnail("a"),))
    work.done(thumbnail("a"), final=False)
    work.want(())
    assert not work
    assert not work.wants(thumbnail("a"))
    work.want((thumbnail("a"),))
    assert work.begin(0.0).rough
    work.done(thumbnail("bb"))  # answered late
    assert work.wants(thumbnail("a"))


def test_a_replaced_job_is_not_the_one_that_is_wanted():
    work, old, new = Backlog(), job("a"), job("a")
    work.start(old)
    work.start(new)
    assert work.wants(new)
    assert not work.wants(old)
    work.done(old)
    assert work.wants(new)
    work.cancel("a")
    assert not work


def test_figures_take_turns_and_come_after_what_somebody_waits_for():
    request, work = RenderRequest(0), Backlog()
    figures = [
        Job("equivariance", Equivariance(request)),
        Job("speed", Changes(request, Timeline(), measure="distance")),
        Job("power", RadialPower(request, "")),
    ]
    for one in figures:
        work.start(one)
    assert [work.begin(float(i)) for i in range(6)] == figures * 2
    saved, even = job("saved"), Job("even", Changes(request, Timeline()))
    work.start(saved)
    work.start(even)
    assert [work.begin(float(i)) for i in range(2)] == [saved] * 2, "the picture to be saved waits for no figure"
    work.done(saved)
    assert work.begin(0.0) is even
    work.done(even)
    work.done(figures[0])
    assert {work.begin(float(i)).key for i in range(4)} == {"speed", "power"}


@pytest.mark.parametrize(("step_s", "thumbnail_s"), [(2.4, 0.1), (0.1, 0.1), (0.01, 0.3)])
def test_jobs_and_thumbnails_get_the_same_time(step_s, thumbnail_s):
    """A strip waits for one step of a job at most, and the job goes on while a gallery fills."""
    work, now, spent = Backlog(), 0.0, {"thumbnails": 0.0, "jobs": 0.0}
    work.start(job("a"))
    work.want(tuple(thumbnail("x" * i) for i in range(1, 500)))
    first = None
    while now < 100 * max(step_s, thumbnail_s):
        given = work.begin(now)
        first = first or given
        took = thumbnail_s if isinstance(given, Thumbnails) else step_s
        spent["thumbnails" if isinstance(given, Thumbnails) else "jobs"] += took
        now += took
        work.end(now)
        work.end(now + 1)  # noted once
    assert isinstance(first, Thumbnails)
    assert abs(spent["jobs"] - spent["thumbnails"]) <= step_s + thumbnail_s


def test_time_had_alone_is_no_debt():
    work, now = Backlog(), 0.0
    work.want((thumbnail("a"),))
    for _ in range(100):
        work.begin(now)
        now += 1.0
        work.end(now)
    work.start(job("a"))
    assert isinstance(work.begin(now), Thumbnails)


def test_few_are_handed_out_at_a_time():
    work = Backlog()
    work.want(tuple(thumbnail("x" * i) for i in range(1, 40)))
    assert len(work.begin(0.0).wanted) == backlog.BATCH
