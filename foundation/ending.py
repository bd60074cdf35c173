"""Ending and separating processes: signals on POSIX, console events and process handles on Windows.

Nothing else names a signal that a system may lack, or starts a process in a group of its own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from foundation.process import Identity


def known_signals(*names: str) -> tuple[signal.Signals, ...]:
    """Return those of the named signals that this system has."""
    found = (getattr(signal, name, None) for name in names)
    return tuple(one for one in found if isinstance(one, signal.Signals))


STOPPING = known_signals("SIGTERM", "SIGINT", "SIGBREAK")
"""Signals that ask a process to end in order. To processes on Windows SIGTERM never comes: they get SIGBREAK."""
CLOSING = (*STOPPING, *known_signals("SIGHUP"))
"""Those that ask a window to close; SIGHUP comes when its terminal is closed."""
KILLED = known_signals("SIGKILL")
"""The signal that ends a process by force, where there is one."""
CRASHES = known_signals("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
"""Signals by which a library's fault ends a process."""


@contextmanager
def handled(signals: Sequence[signal.Signals], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle signals within a block. Call it on the main thread."""
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def apart() -> dict[str, Any]:
    """Return arguments of `subprocess.Popen` for a process that outlives this one and gets no Ctrl+C of its terminal.

    On Windows it has a console without a window, so that it can pass events on to its own processes.
    """
    given: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        given = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return given


def askable() -> dict[str, Any]:
    """Return arguments of `subprocess.Popen` for a process that `ask` can ask to end, alone."""
    given: dict[str, Any] = {}
    if sys.platform == "win32":
        given = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return given


def ask(process: "subprocess.Popen[Any]") -> None:
    """Ask a process that this one started, with `askable`, to end in order."""
    asking = int(signal.SIGTERM)
    if sys.platform == "win32":
        asking = signal.CTRL_BREAK_EVENT
    process.send_signal(asking)


def ask_other(who: Identity) -> bool:
    """Ask any process to end in order. Returns False if it is not alive on this computer, or cannot be asked.

    On Windows only processes of the same console can be asked: others must look for a request themselves.

    Raises:
        PermissionError: it belongs to another user.
    """
    return sys.platform != "win32" and _sent(who, signal.SIGTERM)


def kill(who: Identity) -> bool:
    """End any process by force. Returns False if it is not alive on this computer.

    Raises:
        PermissionError: it belongs to another user.
    """
    return _sent(who, KILLED[0] if KILLED else signal.SIGTERM)  # on Windows that ends it at once


def _sent(who: Identity, number: signal.Signals) -> bool:
    if who.presence() != "here":
        return False
    try:
        os.kill(who.pid, number)
    except ProcessLookupError:
        return False
    return True
