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

QUIET_SECONDS = 0.1
"""Time without a request after which thumbnails may follow each other."""
TRICKLE_SECONDS = 0.25
"""Time between thumbnails while requests keep coming: a drag stays smooth, and thumbnails still appear."""


def thumbnail_wait(since_request_s: float, since_thumbnail_s: float) -> float:
    """Return the seconds to wait before rendering a thumbnail, 0 for now.

    Args:
        since_request_s: Seconds since the last request came.
        since_thumbnail_s: Seconds since the last thumbnail was begun.
    """
    return max(0.0, min(QUIET_SECONDS - since_request_s, TRICKLE_SECONDS - since_thumbnail_s))


@dataclass(frozen=True)
class Task:
    """Next task of the worker."""

    held: tuple[SlotRef, ...]
    work: RenderRequest | ThumbnailRequest | Job | None


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
        self._wanted: list[ThumbnailRequest] = []
        self._jobs: dict[str, Job] = {}
        self._job_next = False
        """Jobs and thumbnails take turns."""
        self._open = False
        self._asked_at = self._thumbnail_at = -math.inf
        """When the last request came, and when the last thumbnail or step of a job was handed out."""
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
        """Wait for something to do: slots that the window now holds, the latest request, a thumbnail, or a job.

        A request is handed out only where `has_room()`, and thumbnails and jobs only while no request waits and the
        policy allows it, in turn, again and again until they are `done`.
        """
        with self._changed:
            self._open = True
            while True:
                held, self._held = tuple(self._held), []
                if self._request is not None and has_room():
                    request, self._request = self._request, None
                    return Task(held, request)
                if held:
                    return Task(held, None)
                wait = None
                if self._request is None and (self._wanted or self._jobs):
                    now = time.monotonic()
                    wait = thumbnail_wait(now - self._asked_at, now - self._thumbnail_at)
                    if wait <= 0:
                        self._thumbnail_at = now
                        return Task(held, self._next_in_background())
                self._changed.wait(wait)

    def wants(self, job: Job) -> bool:
        """Return True if this very job is still wanted."""
        return self._jobs.get(job.key) is job

    def done(self, work: ThumbnailRequest | Job) -> None:
        """Remove a finished thumbnail or job."""
        with self._changed:
            if isinstance(work, Job):
                if self._jobs.get(work.key) is work:
                    del self._jobs[work.key]
            else:
                self._wanted = [other for other in self._wanted if other != work]

    def _next_in_background(self) -> ThumbnailRequest | Job:
        if self._jobs and (self._job_next or not self._wanted):
            self._job_next = False
            return next(iter(self._jobs.values()))
        self._job_next = True
        return self._wanted[0]

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
                    self._asked_at = time.monotonic()
                    if not self._open:  # the renderer is still being set up, which takes seconds
                        self.send(Loading(message.request_id, message.image.network))
                case SlotRef():
                    self._held.append(message)
                case Wanted():
                    self._wanted = list(message.thumbnails)
                case Array():
                    self.arrays.take(message)
                case Forget():
                    self.arrays.forget(message.refs)
                case Job():
                    self._jobs[message.key] = message
                case CancelJob():
                    self._jobs.pop(message.key, None)
            self._changed.notify()
        if dropped is not None:
            self.send(Superseded(dropped.request_id))

    def _end(self) -> NoReturn:
        frames.remove(self._prefix)
        os._exit(0)  # a render may be in the middle of a call that takes seconds
