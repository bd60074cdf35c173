"""The watch over the processes of a run, with a store in this process."""

import json
import os
import signal
import threading

import pytest

from foundation.process import identify
from gan.cli.train import make_job
from gan.training.errors import WorkerLostError
from gan.training.group import Group
from gan.training.run import session, status
from gan.training.watch import GONE, Watch
from tests.unit.training import tiny
from tests.waiting import wait_for

LIMIT = 3
LONG = 1e6


class Store:
    """The store of a launcher; can be cut off."""

    def __init__(self):
        self.values = {}
        self.reachable, self.refused = True, 0
        self._lock = threading.Lock()

    def set(self, key, value):
        self._reach()
        with self._lock:
            self.values[key] = value.encode()

    def get(self, key):
        self._reach()
        return self.values[key]

    def check(self, keys):
        self._reach()
        return all(key in self.values for key in keys)

    def _reach(self):
        if not self.reachable:
            self.refused += 1
            raise RuntimeError("Connection reset by peer")


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def watch(store):
    """Start watches of processes, all of which are this one; they end with the test."""
    started = []

    def begin(rank, size=2, limit=LIMIT, give_up=None):
        one = Watch(rank, size, limit, lambda: store, give_up or (lambda error: None))
        started.append(one)
        return one

    yield begin
    store.reachable = True
    for one in started:
        one.leave()


def raised(one):
    with pytest.raises(WorkerLostError) as found:
        wait_for(lambda: one.check(), "a lost process")
    return found.value


def silent(store, rank, **changes):
    """Let a process report once and never again."""
    me = {**identify().fields(), **changes}
    key = next(key for key in store.values if "/who/" in key).rsplit("/", 2)[0]
    store.set(f"{key}/who/{rank}", json.dumps(me))
    store.set(f"{key}/beat/{rank}", "1")


def begun(one, store):
    wait_for(lambda: any("/beat/" in key for key in store.values))
    return one


def test_a_silent_process_is_named_with_who_saves(watch, store):
    one = begun(watch(1, size=3), store)
    silent(store, 0)
    watch(2, size=3)
    error = raised(one)
    assert str(error) == f"Worker 0 (process {identify().pid}) has not answered for {LIMIT} seconds"
    assert error.writer == 1
    said = str(error.after("Go on."))
    assert said.endswith("seconds, so the run has stopped. Go on.")


def test_a_process_that_is_gone_is_named_at_once(watch, store):
    one = begun(watch(0, limit=LONG), store)
    silent(store, 1, pid_start_time=1.0)
    assert str(raised(one)) == f"Worker 1 (process {identify().pid}) {GONE}"


def test_a_process_goes_on_once_it_has_seen_the_others(watch, store):
    """One that is lost before it was seen could not be named."""
    one = begun(watch(0, limit=LONG), store)
    meeting = threading.Thread(target=one.meet)
    meeting.start()
    meeting.join(0.2)
    assert meeting.is_alive()
    watch(1)
    meeting.join()


def test_a_process_of_another_computer_is_named_with_it(watch, store):
    one = begun(watch(0), store)
    silent(store, 1, host="node2")
    assert f"(process {identify().pid} on node2) has not answered" in str(raised(one))


def test_a_process_says_why_it_fails_and_one_that_ends_regularly_is_not_lost(watch, store):
    one, other, third = (watch(rank, size=3, limit=LONG) for rank in range(3))
    third.leave()
    wait_for(lambda: sum(key.split("/")[-2] == "beat" for key in store.values) == 3)
    other.leave("b.png is damaged.")
    assert str(raised(one)).endswith("failed: b.png is damaged")


def test_nobody_is_judged_without_the_store(watch, store):
    one = begun(watch(0, limit=30), store)
    silent(store, 1)
    wait_for(lambda: one._beats.get(1))
    store.reachable = False
    wait_for(lambda: store.refused)
    before, refused = one._silent[1], store.refused
    wait_for(lambda: store.refused > refused + 2)
    assert one._silent[1] == before
    store.reachable = True
    wait_for(lambda: one._silent[1] > before)


def test_a_process_in_a_call_that_cannot_be_left_is_given_up(watch, store, monkeypatch):
    monkeypatch.setattr("gan.training.watch._GRACE_S", LIMIT)
    given_up = []
    one = begun(watch(0, give_up=given_up.append), store)
    silent(store, 1)
    wait_for(lambda: given_up)
    assert "has not answered" in str(given_up[0])
    assert one.held


@pytest.mark.skipif(os.name != "posix", reason="launchers end processes by SIGTERM on POSIX systems")
@pytest.mark.parametrize("moment", ["mark_failed", "close"])
def test_a_launcher_that_ends_the_processes_that_are_left_cuts_nothing_off(tmp_path, monkeypatch, moment):
    """Its signal may come at any moment once it has noticed the lost process; it is waited for."""

    class Bereft(Group):
        lost = True

        def close(self, failure=""):
            told.append(failure)
            if moment == "close":
                threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()

    def lose(*rest):
        raise WorkerLostError("Worker 1 (process 7) has ended unexpectedly", 0)

    def mark(folder, *rest, **options):
        if moment == "mark_failed":
            os.kill(os.getpid(), signal.SIGTERM)
        mark_failed(folder, *rest, **options)

    told, mark_failed = [], session.mark_failed
    monkeypatch.setattr(session, "join", lambda *rest: Bereft())
    monkeypatch.setattr(session, "_train", lose)
    monkeypatch.setattr(session, "mark_failed", mark)
    monkeypatch.setattr(session, "_LAUNCHER_S", LONG)
    job = make_job(tiny.spec(tiny.dataset(tmp_path / "images.zip")), None)
    with pytest.raises(WorkerLostError):
        session.run(job, lambda: tmp_path, lambda folder: print, lambda nimg: None, exit)
    assert told == ["Worker 1 (process 7) has ended unexpectedly"]
    assert status.read(tmp_path)["error"] == told[0]
