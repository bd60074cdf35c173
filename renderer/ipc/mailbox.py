"""Messages of the window, received by a thread, so that a render can look for newer ones without waiting."""

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import NoReturn

from renderer.document.arrays import ArrayStore
from renderer.ipc import frames
from renderer.ipc.backlog import Backlog, Thumbnails
from renderer.ipc.protocol import (
    Array,
    CancelJob,
    Forget,
    Job,
    Loading,
    RenderRequest,
    SlotRef,
    Stop,
    Superseded,
    ThumbnailRequest,
    ToWindow,
    Wanted,
)


@dataclass(frozen=True)
class Task:
    """Next task of the worker."""

    held: tuple[SlotRef, ...]
    work: RenderRequest | Thumbnails | Job | None


class Mailbox:
    """The renderer's end of the pipe: sends from any thread, keeps only the latest request.

    Its thread ends the whole process, in the middle of a render too, when the window says so or is gone.
    """

    def __init__(self, connection: Connection, prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix
        self.arrays = ArrayStore()
        """Arrays that requests may name."""
        self._sending = threading.Lock()
        self._changed = threading.Condition()
        self._request: RenderRequest | None = None
        self._held: list[SlotRef] = []
        self._backlog = Backlog()
        self._open = False
        self._asked_at = -math.inf
        """When the last request came that does not follow a job."""
        threading.Thread(target=self._receive_forever, name="receive", daemon=True).start()

    def send(self, message: ToWindow) -> None:
        """Send to the window; does nothing if it is gone."""
        with self._sending:
            try:
                self._connection.send(message)
            except OSError:
                self._end()

    def newer(self) -> RenderRequest | None:
        """Return the waiting request, without taking it."""
        return self._request

    def take(self, has_room: Callable[[], bool]) -> Task:
        """Wait for something to do: slots that the window now holds, the latest request, thumbnails, or a job.

        A request is handed out only where `has_room()`, and thumbnails and jobs only while no request waits and the
        policy allows it, in turn, again and again until they are `done`.
        """
        with self._changed:
            self._open = True
            self._backlog.end(time.monotonic())
            while True:
                held, self._held = tuple(self._held), []
                if self._request is not None and has_room():
                    request, self._request = self._request, None
                    return Task(held, request)
                if held:
                    return Task(held, None)
                wait = None
                if self._request is None and self._backlog:
                    now = time.monotonic()
                    wait = self._backlog.wait(now, self._asked_at)
                    if wait <= 0:
                        return Task(held, self._backlog.begin(now))
                self._changed.wait(wait)

    def wants(self, work: ThumbnailRequest | Job) -> bool:
        """Return True if this very thumbnail or job is still wanted."""
        return self._backlog.wants(work)

    @property
    def has_thumbnails(self) -> bool:
        """True if a thumbnail waits."""
        return self._backlog.has_thumbnails

    def done(self, work: ThumbnailRequest | Job, final: bool = True) -> None:
        """Remove a finished thumbnail or job; a thumbnail that is not `final` waits for its fine picture."""
        with self._changed:
            self._backlog.done(work, final)

    def _receive_forever(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Stop):
                    break
                self._keep(message)
        except (EOFError, OSError):
            pass  # the window is gone
        finally:
            self._end()

    def _keep(self, message: RenderRequest | SlotRef | Wanted | Array | Forget | Job | CancelJob) -> None:
        dropped = None
        with self._changed:
            match message:
                case RenderRequest():
                    dropped, self._request = self._request, message
                    if not message.follows:
                        self._asked_at = time.monotonic()
                    if not self._open:  # the renderer is still being set up, which takes seconds
                        self.send(Loading(message.request_id, message.image.network))
                case SlotRef():
                    self._held.append(message)
                case Wanted():
                    self._backlog.want(message.thumbnails)
                case Array():
                    self.arrays.take(message)
                case Forget():
                    self.arrays.forget(message.refs)
                case Job():
                    self._backlog.start(message)
                case CancelJob():
                    self._backlog.cancel(message.key)
            self._changed.notify()
        if dropped is not None:
            self.send(Superseded(dropped.request_id))

    def _end(self) -> NoReturn:
        frames.remove(self._prefix)
        os._exit(0)  # a render may be in the middle of a call that takes seconds
