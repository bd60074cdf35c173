"""Threads that run kernels or hold tensors, and end before the interpreter does.

A daemon thread that comes back from C++ while the interpreter goes away is ended by unwinding its stack, and C++
answers that with std::terminate: a program whose work was done would abort. So each thread that may be in C++ is
started here, and looks at `ending` between its steps. Standard library only.
"""

import atexit
import threading
from collections.abc import Callable
from typing import TypeVarTuple

Args = TypeVarTuple("Args")

ending = threading.Event()
"""Set once the program ends: threads then end after the step that they are at."""
_running: set[threading.Thread] = set()
_stops: list[Callable[[], None]] = []


class EndingError(Exception):
    """The program ends, and so does what a thread does."""


def start(name: str, target: Callable[[*Args], object], *args: *Args) -> threading.Thread:
    """Start a thread that the end of the program waits for. An `EndingError` ends it in silence."""

    def run() -> None:
        try:
            target(*args)
        except EndingError:
            pass
        finally:
            _running.discard(threading.current_thread())

    thread = threading.Thread(target=run, name=name, daemon=True)
    _running.add(thread)
    thread.start()
    return thread


def check() -> None:
    """Raise EndingError once the program ends."""
    if ending.is_set():
        raise EndingError


def at_end(stop: Callable[[], None]) -> None:
    """Call `stop` when the program ends, before its threads are waited for, so that those that wait for work end."""
    _stops.append(stop)


@atexit.register
def _end() -> None:
    ending.set()
    for stop in _stops:
        stop()
    for thread in list(_running):
        thread.join()
