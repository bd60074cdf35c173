"""Threads that share a kernel's work.

numba's own loops wait for every thread at the end of each, so on a busy machine an image would wait some hundred times
for a thread that has no CPU. Here the caller works too, each takes the next range of tasks when it is done with one,
and only ranges that were begun are waited for: a thread that comes late finds nothing left to do.
"""

import itertools
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

import torch

from gan.threads import at_end, start

Work = Callable[[int, int, int], None]
"""Called as work(worker, begin, end): do these tasks. `worker` differs between the calls of one time."""

ALONE = threading.RLock()
"""Lock of memory that is reused from call to call."""

_PIECES = 4
"""For each thread: what one that is held up leaves to the others."""


def threads() -> int:
    """Number of threads that share the work: as many as PyTorch uses."""
    return max(1, torch.get_num_threads())


def share(work: Work, tasks: int, least: int = 1) -> None:
    """Do tasks 0 to `tasks`, at least `least` of them at a time; returns when all are done.

    Raises what `work` raises, in whichever thread; the tasks are then not all done.
    """
    count = threads()
    size = max(least, -(-tasks // (count * _PIECES)), 1)
    if count == 1 or tasks <= size:
        if tasks > 0:
            work(0, 0, tasks)
        return
    job = _Job(work, tasks, size)
    for queue in _crew(count - 1):
        queue.put(job)
    job.help(0)
    job.wait()


class _Job:
    """Tasks, taken in ranges."""

    def __init__(self, work: Work, tasks: int, size: int) -> None:
        self._work, self._tasks, self._size = work, tasks, size
        self._next = itertools.count(0, size)
        self._left = -(-tasks // size)
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._error: BaseException | None = None

    def help(self, worker: int) -> None:
        """Do ranges of tasks until all are begun."""
        while (begin := next(self._next)) < self._tasks:
            try:
                self._work(worker, begin, min(begin + self._size, self._tasks))
            except Exception as error:  # noqa: BLE001 - the caller raises it
                self._error = error
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self._done.set()

    def wait(self) -> None:
        """Wait until every range is done."""
        self._done.wait()
        if self._error is not None:
            raise self._error


_queues: "list[SimpleQueue[_Job | None]]" = []
_growing = threading.Lock()


def _crew(count: int) -> "list[SimpleQueue[_Job | None]]":
    """The queues of so many workers, which are started once. In a forked process they are missing, and not missed."""
    with _growing:
        while len(_queues) < count:
            queue: SimpleQueue[_Job | None] = SimpleQueue()
            worker = len(_queues) + 1
            start(f"kernels-{worker}", _serve, queue, worker)
            at_end(partial(queue.put, None))
            _queues.append(queue)
    return _queues[:count]


def _serve(queue: "SimpleQueue[_Job | None]", worker: int) -> None:
    while (job := queue.get()) is not None:
        job.help(worker)
        del job  # its tensors must not wait for the next one
