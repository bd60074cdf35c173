"""Threads that share work."""

import threading

import pytest

from gan.ops.cpu import crew
from tests.waiting import PATIENCE


@pytest.fixture(params=[1, 2, 3])
def count(request, monkeypatch):
    monkeypatch.setattr(crew, "threads", lambda: request.param)
    return request.param


@pytest.mark.parametrize("tasks", [0, 1, 7, 100])
@pytest.mark.parametrize("least", [1, 3, 1000])
def test_every_task_is_done_once(count, tasks, least):
    done, lock = [], threading.Lock()

    def work(worker, begin, end):
        assert 0 <= worker < count
        with lock:
            done.extend(range(begin, end))

    crew.share(work, tasks, least)
    assert sorted(done) == list(range(tasks))


def test_a_worker_that_never_comes_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(crew, "threads", lambda: 2)
    monkeypatch.setattr(crew, "_crew", lambda count: [])
    done = []
    crew.share(lambda worker, begin, end: done.extend(range(begin, end)), 10)
    assert sorted(done) == list(range(10))


def test_workers_do_their_share(monkeypatch):
    monkeypatch.setattr(crew, "threads", lambda: 2)
    both = threading.Barrier(2, timeout=PATIENCE)
    workers = set()

    def work(worker, begin, end):
        if begin < 2:
            both.wait()  # passes only when two threads are at it
        workers.add(worker)

    crew.share(work, 8)
    assert workers == {0, 1}


def test_an_error_reaches_the_caller_and_the_crew_goes_on(count):
    def work(worker, begin, end):
        if begin <= 5 < end:
            raise KeyError(begin)

    with pytest.raises(KeyError):
        crew.share(work, 10)
    crew.share(lambda worker, begin, end: None, 10)
