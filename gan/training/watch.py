"""Mutual observation of the processes of a run, which finds a process that was killed or frozen.

Every process counts up a number in the store that the launcher keeps for them, on a thread of its own, and reads the
numbers of the others. A process whose number stands still for the limit is lost, and so is one on this computer that is
gone without having said so. The store outlives each of the processes, and needs no call that all of them join.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import torch.distributed as dist

from foundation.ending import kill
from foundation.process import Identity, identify, read_identity
from gan.training.errors import WorkerLostError

GONE = "has ended unexpectedly"
"""Words for a process that is gone, for which its launcher knows the signal."""

_BEATS = 6
"""Looks at the others within the limit."""
_LONGEST_LOOK_S = 1.0
_MEETING_LOOK_S = 0.02
"""Seconds between looks until all were seen."""
_START_S = 300.0
"""Additional seconds for a process that has never answered: it may still import its modules."""
_GRACE_S = 20.0
"""Seconds after which a process that a collective call holds is given up."""
_LEFT, _FAILED = "left", "failed: "


class Watch:
    """One process's view of the others.

    Args:
        rank: Number of this process.
        size: Number of processes.
        limit_s: Seconds without an answer after which a process is lost.
        connect: Returns a connection to the store of the run, for this object alone.
        give_up: Called on the thread of the watch when a process is lost and this one is held by a call that cannot be
            interrupted; must end this process.
    """

    def __init__(
        self,
        rank: int,
        size: int,
        limit_s: float,
        connect: Callable[[], Any],
        give_up: Callable[[WorkerLostError], None],
    ) -> None:
        self._rank, self._size, self._limit_s, self._connect = rank, size, limit_s, connect
        self._give_up = give_up
        self._look_s = min(limit_s / _BEATS, _LONGEST_LOOK_S)
        self._beats: dict[int, str] = {}
        self._silent = dict.fromkeys((other for other in range(size) if other != rank), 0.0)
        self._who: dict[int, Identity | None] = {}
        self._said = ""
        self._error: WorkerLostError | None = None
        self._found = threading.Event()
        self._met = threading.Event()
        self._changed = threading.Event()
        self._closed = False
        self.held = True
        """True while this process makes calls that cannot be interrupted."""
        self._thread = threading.Thread(target=self._run, name="watch over workers", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise WorkerLostError if a process was lost."""
        if self._error is not None:
            raise self._error

    def meet(self) -> None:
        """Wait until all processes were seen, at most as long as one may be silent. Raises WorkerLostError."""
        end = time.monotonic() + self._limit_s
        while not self._met.wait(self._look_s) and time.monotonic() < end:
            self.check()

    def explain(self) -> None:
        """Raise WorkerLostError for the process that made a collective call fail, once it is known; else return."""
        self._found.wait(self._limit_s + _LONGEST_LOOK_S * _BEATS)
        self.check()

    def wait_for_writer(self) -> str:
        """Wait until the process that saves the state has left, and return what it said; empty if it did not."""
        error = self._error
        end = time.monotonic() + _GRACE_S * 3
        while error is not None and time.monotonic() < end:
            said = self._beats.get(error.writer, "")
            if said.startswith((_LEFT, _FAILED)):
                return said.removeprefix(_FAILED) if said.startswith(_FAILED) else ""
            time.sleep(self._look_s)
        return ""

    def end_lost(self) -> None:
        """End the lost processes of this computer: a frozen one would keep its launcher waiting."""
        for rank, seconds in self._silent.items():
            who = self._who.get(rank)
            if seconds >= self._limit_s and who is not None:
                with suppress(OSError):
                    kill(who)

    def leave(self, failure: str = "") -> None:
        """Tell the others that this process ends, and why if it failed; then stop watching."""
        self._said = _FAILED + failure if failure else _LEFT
        self._closed = True
        self._changed.set()
        self._thread.join(_GRACE_S)

    # -- The thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        store = None
        count = 0
        looked = time.monotonic()
        held_s = 0.0
        while True:
            closing, seen = self._closed, True
            try:
                if store is None:
                    store = self._connect()
                    me = identify()
                    store.set(self._key("who", self._rank), json.dumps(me.fields() if me else {}))
                count += 1
                store.set(self._key("beat", self._rank), self._said or str(count))
                if closing:
                    return
                self._look(store)
            except (RuntimeError, OSError, ValueError):  # the launcher is gone, or not there yet: nobody can be judged
                store, seen = None, False
            if closing:
                return
            now = time.monotonic()
            # After a pause of this whole process, the others have not had the time to answer either.
            passed, looked = min(now - looked, 2 * self._look_s), now
            if seen:
                self._judge(passed)
            held_s = held_s + passed if self._error is not None and self.held else 0.0
            if held_s > _GRACE_S and self._error is not None:
                self._give_up(self._error)
                return
            self._changed.wait(self._look_s if self._met.is_set() or not seen else _MEETING_LOOK_S)

    def _look(self, store: Any) -> None:
        for rank in self._silent:
            if not store.check([self._key("beat", rank)]):
                continue
            if self._who.get(rank) is None:
                self._who[rank] = read_identity(json.loads(store.get(self._key("who", rank))))
            who = self._who[rank]
            gone = who is not None and who.presence() == "gone"
            # Read after the look at the process, which may just have left.
            beat = store.get(self._key("beat", rank)).decode()
            if beat.startswith(_FAILED):
                self._lose(rank, f"failed: {beat.removeprefix(_FAILED).rstrip('.')}")
            elif gone and beat != _LEFT:
                self._lose(rank, GONE)
            if beat != self._beats.get(rank) or beat == _LEFT:
                self._silent[rank] = -2 * self._look_s  # the silence begins after the present pause
            self._beats[rank] = beat
        if len(self._beats) == len(self._silent):
            self._met.set()

    def _judge(self, passed: float) -> None:
        for rank in self._silent:
            self._silent[rank] += passed
            limit = self._limit_s if rank in self._beats else self._limit_s + _START_S
            if self._silent[rank] >= limit and self._beats.get(rank) != _LEFT:
                self._lose(rank, f"has not answered for {self._limit_s:g} seconds")

    def _lose(self, rank: int, what: str) -> None:
        if self._error is not None:
            return
        who = self._who.get(rank)
        where = "" if who is None or who.host == socket.gethostname() else f" on {who.host}"
        name = f"Worker {rank} (process {who.pid}{where})" if who is not None else f"Worker {rank}"
        missing = {other for other, seconds in self._silent.items() if seconds > self._limit_s / 2} | {rank}
        self._error = WorkerLostError(f"{name} {what}", min(set(range(self._size)) - missing))
        self._found.set()

    @staticmethod
    def _key(kind: str, rank: int) -> str:
        run, restart = (os.environ.get(f"TORCHELASTIC_{name}", "") for name in ("RUN_ID", "RESTART_COUNT"))
        return f"watch/{run}/{restart}/{kind}/{rank}"


def connect_to_store() -> Any:
    """Return a new connection to the store that torchrun keeps for its workers.

    Raises:
        RuntimeError, OSError: it cannot be reached.
    """
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    return dist.TCPStore(  # type: ignore[attr-defined]
        host, port, is_master=False, timeout=timedelta(seconds=30), wait_for_workers=False
    )
