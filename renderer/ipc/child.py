"""Child process of the renderer: its start, pipe and end.

Standard library only, and quick to import: the child starts before anything else of the window is imported.
"""

import contextlib
import importlib
import itertools
import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from renderer.ipc.names import PREFIX

if TYPE_CHECKING:
    from renderer.ipc.protocol import ToRenderer

WORKER = "renderer.engine.worker:main"
"""Entry of the child: module:function, called with the pipe, the prefix of its shared memory, and the arguments."""
_LARGEST_MESSAGE = 1 << 26
_END_SECONDS = 0.5
"""Time for a child that closed its pipe to end by itself, so that its exit code and traceback are true."""
_UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    ImportError,
    IndexError,
    KeyError,
    MemoryError,
    TypeError,
    ValueError,
)
"""Errors of `pickle.loads` on bytes that are not a message."""

_numbers = itertools.count()


class ChildEndedError(Exception):
    """The child is gone, or writes what nobody can read, which is as good as gone."""


def _run(target: str, connection: Connection, prefix: str, arguments: tuple[Any, ...]) -> None:
    """Entry of the child process. Importing by name keeps torch out of the window's imports."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches both; the window decides
    module, _, function = target.partition(":")
    getattr(importlib.import_module(module), function)(connection, prefix, *arguments)


class Child:
    """A process that runs `target`, "module:function", called with its pipe, its prefix and `arguments`.

    The prefix starts the names of its shared memory. Raises OSError when no process can be started.
    """

    def __init__(self, target: str, arguments: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self.prefix = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
        self.stopped = False
        """Set when the window ends it, so that its end counts as no crash."""
        self._connection, theirs = context.Pipe()
        # Not a daemon: those are ended by a signal when the window exits; `Stop` is gentler and comes before.
        self._process: SpawnProcess = context.Process(
            target=_run, args=(target, theirs, self.prefix, arguments), name="renderer", daemon=False
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    def send(self, messages: "Iterable[ToRenderer]") -> None:
        """Send; waits while the pipe is full. A child that is gone is noticed by `receive`."""
        with contextlib.suppress(OSError):
            for message in messages:
                self._connection.send(message)

    def receive(self) -> object:
        """The next message; waits. Raises ChildEndedError."""
        # The sentinel too: a process that the child started may hold the pipe open after the child's death.
        if self._connection not in wait([self._connection, self._process.sentinel]):
            raise ChildEndedError
        try:
            return pickle.loads(self._connection.recv_bytes(_LARGEST_MESSAGE))
        except (OSError, EOFError, *_UNREADABLE) as error:
            raise ChildEndedError from error

    def kill(self) -> None:
        """End it at once, even if it is stopped."""
        self._process.kill()

    def bury(self) -> str:
        """End it if it still runs, remove what it left behind, and say how it ended, for people."""
        from renderer.ipc import frames

        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self._connection.close()
        frames.remove(self.prefix)
        code = self._process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"
