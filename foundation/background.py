"""Background threads that report their errors: a worker for tasks, and a loop for repeated steps.

An exception in a task or a step is reported once, and the thread goes on, whatever was raised. Threads are daemons,
started at the first task, and all methods may be called from any thread. While somebody receives the errors
(`report_to`), those that end threads of another kind are reported too. Standard library only.
"""

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Order = Literal["queue", "newest first", "latest"]
"""Order of waiting tasks: oldest first; newest first; or only the newest, without those before it."""
OnError = Callable[[str, Exception], None]
"""Receives the thread's name and the exception; called on that thread."""

CLOSE_S = 10.0
"""Default timeout of `close` in seconds: a disconnected disk must not block the exit."""
_RETRY_S = 1.0

_log = logging.getLogger(__name__)


def _logged(name: str, error: Exception) -> None:
    _log.error("The background thread %r met an error:\n%s", name, "".join(traceback.format_exception(error)))


_report: OnError = _logged


def report_to(on_error: OnError | None) -> None:
    """Set the receiver of errors of all threads without an `on_error` of their own; None: they are logged."""
    global _report, _hook
    _report = on_error or _logged
    if on_error is not None and _hook is None:
        _hook, threading.excepthook = threading.excepthook, _ended
    elif on_error is None and _hook is not None:
        threading.excepthook, _hook = _hook, None


_hook: Callable[[threading.ExceptHookArgs], object] | None = None
"""The interpreter's own handler, while that of this module is in its place."""


def _ended(args: threading.ExceptHookArgs) -> None:
    """Report the exception that ended a thread of another kind."""
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _report(args.thread.name if args.thread is not None else "thread", _as_exception(args.exc_value))


def _as_exception(error: BaseException) -> Exception:
    """Return the error, or one that names it where it is meant to end a whole program."""
    if isinstance(error, Exception):
        return error
    made = RuntimeError(f"{type(error).__name__}: {error}")
    made.__cause__ = error
    return made


class _Thread:
    """Common base: a thread started on demand and ended within a timeout, with errors reported once."""

    def __init__(self, name: str, on_error: OnError | None) -> None:
        self._name, self._on_error = name, on_error
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._seen = ""

    def close(self, timeout_s: float | None = CLOSE_S) -> bool:
        """End the thread permanently. May be called twice, and from the thread itself.

        Args:
            timeout_s: Seconds to wait for it; None: no timeout.

        Returns:
            True if it has ended.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is None or thread is threading.current_thread():
            return thread is None
        thread.join(timeout_s)
        return not thread.is_alive()

    def _begin(self) -> None:
        """Start the thread if it is not there yet; `_changed` must be held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        raise NotImplementedError

    def _tried(self, work: Callable[[], R]) -> R | None:
        """Return the result of `work`; None if it raises, which is reported."""
        try:
            return work()
        except BaseException as error:  # noqa: BLE001  # the thread must go on after any error, SystemExit too
            self._report_once(_as_exception(error))
        return None

    def _report_once(self, error: Exception) -> None:
        what = f"{type(error).__name__}: {error}"
        if what == self._seen:
            return
        self._seen = what
        try:
            (self._on_error or _report)(self._name, error)
        except Exception as second:  # noqa: BLE001
            _logged(self._name, second)


class Worker(_Thread, Generic[T, R]):
    """Runs tasks on its own thread, one at a time.

    Args:
        name: Name of the thread.
        do: Runs a task; a result other than None waits for `poll`.
        wake: Called on the thread after each task, once its result is available.
        order: Order of waiting tasks.
        settle_s: Delay after a submission before a task runs: with the order "latest" a burst becomes one task.
        on_error: Takes exceptions, once each; see `report_to` for the default.
    """

    def __init__(
        self,
        name: str,
        do: Callable[[T], R | None],
        wake: Callable[[], None] | None = None,
        *,
        order: Order = "queue",
        settle_s: float = 0.0,
        on_error: OnError | None = None,
    ) -> None:
        super().__init__(name, on_error)
        self._do, self._wake, self._order, self._settle_s = do, wake, order, settle_s
        self._tasks: deque[T] = deque()
        self._results: deque[R] = deque()
        self._doing = False

    def submit(self, task: T) -> bool:
        """Queue a task. Returns False, and does nothing, after `close`."""
        with self._changed:
            if self._closing:
                return False
            if self._order == "latest":
                self._tasks.clear()
            self._tasks.append(task)
            self._begin()
            self._changed.notify_all()
        return True

    def poll(self) -> R | None:
        """The next result, oldest first; None where there is none."""
        with self._changed:
            return self._results.popleft() if self._results else None

    @property
    def waiting(self) -> int:
        """Number of tasks that have not begun."""
        with self._changed:
            return len(self._tasks)

    @property
    def busy(self) -> bool:
        """True if a task waits or is running, or a result waits for `poll`."""
        with self._changed:
            return bool(self._tasks or self._results) or self._doing

    def drop(self) -> None:
        """Drop the tasks that have not begun."""
        with self._changed:
            self._tasks.clear()

    def _run(self) -> None:
        while self._next():
            if self._wake is not None:
                self._tried(self._wake)

    def _next(self) -> bool:
        """Run a task. Returns False when there is none left and no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._closing)
            if self._settle_s:
                self._changed.wait_for(lambda: self._closing, self._settle_s)
            if not self._tasks:
                return not self._closing
            task = self._tasks.popleft() if self._order == "queue" else self._tasks.pop()
            self._doing = True
        result = self._tried(lambda: self._do(task))
        with self._changed:
            self._doing = False
            if result is not None:
                self._results.append(result)
        return True


class Loop(_Thread):
    """Calls a step repeatedly on its own thread.

    Args:
        name: Name of the thread.
        step: Called with True if `wake` was called since the last time. Returns the seconds until the next call, or
            None to wait for `wake`. After an exception it is called again in a second.
        on_error: Takes exceptions, the same one once until a step succeeds; see `report_to` for the default.
    """

    def __init__(self, name: str, step: Callable[[bool], float | None], on_error: OnError | None = None) -> None:
        super().__init__(name, on_error)
        self._step, self._woken = step, False

    def start(self) -> None:
        """Begin, unless it has begun or was closed."""
        with self._changed:
            if not self._closing:
                self._begin()

    def wake(self) -> None:
        """Call the step at once."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    @property
    def closing(self) -> bool:
        """True once `close` was called: a long step should end."""
        return self._closing

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                woken, self._woken = self._woken, False
            try:
                rest = self._step(woken)
                self._seen = ""
            except BaseException as error:  # noqa: BLE001  # the thread must go on after any error, SystemExit too
                self._report_once(_as_exception(error))
                rest = _RETRY_S
            if rest is not None and rest <= 0:
                time.sleep(0)  # yields to other threads
                continue
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._closing, rest)
