"""The window's end of the renderer: one pending request, a supervised child process, and its latest frame.

Nothing here waits for the renderer except `close`. One thread sends, so a full pipe cannot block the window; another
receives and wakes the window to `poll`. Standard library and numpy: the child process, not
this module, imports torch.
"""

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from renderer.document.arrays import ArrayStore, message_of
from renderer.ipc import frames
from renderer.ipc.child import WORKER as WORKER
from renderer.ipc.child import Child, ChildEndedError
from renderer.ipc.interface import Replies
from renderer.ipc.protocol import (
    ArrayRef,
    CancelJob,
    Failure,
    Forget,
    Frame,
    Job,
    Loading,
    ModelInfo,
    Part,
    Preparing,
    Progress,
    RenderRequest,
    SlotRef,
    Stop,
    Superseded,
    Thumbnail,
    ThumbnailRequest,
    ToRenderer,
    Wanted,
)

IN_FLIGHT = 2
"""Requests sent and not answered. Measured at 15 ms a render: one gives 39-49 frames a second, two 50-53."""

RETRY_SECONDS = 2.0
"""Least time between two starts once the renderer has crashed twice in a row, so that a drag does not start dozens."""

_CLOSE_SECONDS = 2.0


class Renderer:
    """A renderer in a process of its own, started at once.

    Args:
        on_reply: Called on another thread whenever `poll` has something new, to wake an idle window.
        worker_target: Entry of the child process; see `WORKER`.
        arguments: Further arguments of that.
        child: The first child, started already, so that its imports overlap those of the window.
    """

    def __init__(
        self,
        on_reply: Callable[[], None],
        worker_target: str = WORKER,
        arguments: tuple[Any, ...] = (),
        child: Child | None = None,
    ) -> None:
        self._on_reply = on_reply
        self._target = worker_target
        self._arguments = arguments
        self.arrays = ArrayStore()
        self._changed = threading.Condition()  # guards everything below; notified for the sending thread
        self._pending: RenderRequest | None = None
        self._latest: RenderRequest | None = None
        self._unanswered: dict[int, float] = {}
        self._heard = 0.0
        self._held: SlotRef | None = None
        self._wanted: tuple[ThumbnailRequest, ...] = ()
        self._wanted_sent = True
        self._newest: Frame | None = None
        self._shown: Frame | None = None
        self._model: ModelInfo | None = None
        self._failure: Failure | None = None
        self._loading: Loading | None = None
        self._preparing: Preparing | None = None
        self._thumbnails: list[Thumbnail] = []
        self._jobs: dict[str, Job] = {}
        self._job_messages: list[Job | CancelJob] = []
        self._progress: list[Progress] = []
        self._arrays_sent: set[ArrayRef] = set()
        self._segments = frames.Segments()
        self._deaths = 0
        self._restarts = 0
        self._start_at: float | None = None
        """When the sending thread may start a child; None while there is one or none is wanted."""
        self._closed = False
        self._child: Child | None = None
        self._receiver: threading.Thread | None = None
        frames.remove_abandoned(time.time())
        self._start(child)
        self._sender = threading.Thread(target=self._send_forever, name="renderer-send", daemon=True)
        self._sender.start()
        atexit.register(self.close)

    # -- the window's calls: none of them waits --

    def submit(self, request: RenderRequest) -> None:
        """Request a frame; replaces an unsent request. Ids must grow."""
        with self._changed:
            self._pending = self._latest = request
            if self._child is None and self._start_at is None and not self._closed:
                self._deaths = 1  # one more try, not two
                self._start_at = self._heard + RETRY_SECONDS
            self._changed.notify()

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Request thumbnails, most wanted first; replaces the earlier list."""
        with self._changed:
            if thumbnails != self._wanted:
                self._wanted = thumbnails
                self._wanted_sent = False
                self._changed.notify()

    def start(self, job: Job) -> None:
        """Begin a job, or replace that of the same key; `poll` returns its progress."""
        with self._changed:
            self._forget(job.key)
            self._jobs[job.key] = job
            self._job_messages.append(job)
            self._changed.notify()

    def cancel(self, key: str) -> None:
        """Cancel a job; no progress of it is returned any more."""
        with self._changed:
            self._forget(key)
            self._job_messages.append(CancelJob(key))
            self._changed.notify()

    def poll(self) -> Replies:
        """Return the replies since the last call. Call it once a frame.

        `pixels` reads a returned frame from now on.
        """
        with self._changed:
            frame, self._newest = self._newest, None
            failure, self._failure = self._failure, None
            thumbnails, self._thumbnails = tuple(self._thumbnails), []
            progress, self._progress = tuple(self._progress), []
            if frame is not None:
                self._shown = frame
                self._held = SlotRef(frame.segment, frame.slot)
                self._segments.keep({frame.segment})
                self._changed.notify()
            return Replies(frame, failure, self._loading, thumbnails, progress, self._preparing)

    def pixels(self, part: Part) -> frames.RGBA:
        """Return a read-only view [H, W, 4] of a part of the last frame, valid until `poll` returns the next one."""
        with self._changed:
            if self._shown is None:
                raise LookupError("no frame has been polled yet")
            return self._segments.image(self._shown.segment, part)

    def restart(self) -> None:
        """End the renderer, however stuck, and start another, which gets the latest request."""
        with self._changed:
            if self._child is not None:
                self._child.stopped = True
                self._child.kill()
            elif not self._closed:
                self._start_at = 0.0
            self._deaths = 0
            self._changed.notify()

    @property
    def alive(self) -> bool:
        """True if a renderer runs or is being started; False after two crashes in a row."""
        with self._changed:
            return self._child is not None or self._start_at is not None

    @property
    def pid(self) -> int | None:
        """Process id of the renderer."""
        with self._changed:
            return None if self._child is None else self._child.pid

    @property
    def restarts(self) -> int:
        """Number of restarts of the renderer."""
        with self._changed:
            return self._restarts

    @property
    def stalled_s(self) -> float:
        """Seconds that a request has waited without any sign of life from the renderer."""
        with self._changed:
            if not self._unanswered:
                return 0.0
            return time.monotonic() - max(self._heard, min(self._unanswered.values()))

    def close(self) -> None:
        """End the renderer and remove its shared memory; waits up to two seconds, then kills. May be called twice."""
        atexit.unregister(self.close)
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._sender.join(_CLOSE_SECONDS)
        if self._receiver is not None:
            self._receiver.join(_CLOSE_SECONDS)
            if self._child is not None:
                self._child.kill()
            self._receiver.join()
        with self._changed:
            self._shown = None
            self._segments.keep(set())

    # -- the sending thread --

    def _send_forever(self) -> None:
        while True:
            with self._changed:
                child, start_at = self._child, self._start_at
                messages = self._take_messages()
                if self._closed:
                    break
                if not messages:
                    self._changed.wait(None if start_at is None else max(0.0, start_at - time.monotonic()))
            if child is not None:
                child.send(messages)
            elif start_at is not None and start_at <= time.monotonic():
                self._start_again()
        if child is not None:
            child.send([Stop()])

    def _take_messages(self) -> list[ToRenderer]:
        messages: list[ToRenderer] = []
        if self._child is None:
            return messages
        if self._held is not None:
            messages.append(self._held)
            self._held = None
        there = self.arrays.all()
        messages += [message_of(array) for ref, array in there.items() if ref not in self._arrays_sent]
        if gone := self._arrays_sent - there.keys():
            messages.append(Forget(tuple(gone)))
        self._arrays_sent = set(there)
        messages += self._job_messages
        self._job_messages = []
        if self._pending is not None and len(self._unanswered) < IN_FLIGHT:
            self._unanswered[self._pending.request_id] = time.monotonic()
            messages.append(self._pending)
            self._pending = None
        if not self._wanted_sent:
            messages.append(Wanted(self._wanted))
            self._wanted_sent = True
        return messages

    def _start(self, child: Child | None = None) -> None:
        child = child or Child(self._target, self._arguments)
        receiver = threading.Thread(target=self._receive_forever, args=(child,), name="renderer-receive", daemon=True)
        with self._changed:
            self._child = child
            self._receiver = receiver
            self._start_at = None
        receiver.start()

    def _start_again(self) -> None:
        with self._changed:
            self._restarts += 1
            self._pending = self._latest
            self._wanted_sent = not self._wanted
            self._arrays_sent = set()
        try:
            self._start()
        except OSError as error:
            with self._changed:
                self._start_at = None
                self._failure = self._crash(f"could not be started again ({error})")
            self._on_reply()

    # -- the receiving thread --

    def _receive_forever(self, child: Child) -> None:
        while True:
            try:
                message = child.receive()
                with self._changed:
                    self._heard = time.monotonic()
                    self._take(message)
                    self._changed.notify()
            except (ChildEndedError, OSError, ValueError):
                break
            self._on_reply()
        self._bury(child)
        self._on_reply()

    def _take(self, message: object) -> None:
        match message:
            case Frame():
                self._segments.attach(message.segment)
                self._answered(message.request_id)
                self._deaths = 0
                if self._model is not None and message.model == self._model:
                    message = replace(message, model=self._model)  # the same object, which the window compares at once
                self._model = message.model
                if self._shown is None or message.request_id >= self._shown.request_id:
                    self._newest = message
                    if self._failure is not None and self._failure.request_id <= message.request_id:
                        self._failure = None
            case Failure():
                self._answered(message.request_id)
                self._failure = message
            case Superseded():
                self._answered(message.request_id)
            case Loading():
                self._loading = message
            case Preparing():
                self._preparing = message if message.problem or not message.over else None
            case Thumbnail():
                self._thumbnails.append(message)
                if message.final:
                    self._wanted = tuple(wanted for wanted in self._wanted if wanted.key != message.key)
            case Progress():
                if message.key in self._jobs:
                    self._progress.append(message)
                    if message.over:
                        del self._jobs[message.key]
            case _:
                raise ChildEndedError(f"the renderer sent {type(message).__name__}, which is no message")

    def _answered(self, request_id: int) -> None:
        self._unanswered = {unanswered: at for unanswered, at in self._unanswered.items() if unanswered > request_id}
        if self._loading is not None and self._loading.request_id <= request_id:
            self._loading = None

    def _forget(self, key: str) -> None:
        self._jobs.pop(key, None)
        self._job_messages = [message for message in self._job_messages if message.key != key]
        self._progress = [progress for progress in self._progress if progress.key != key]

    def _bury(self, child: Child) -> None:
        how = child.bury()
        with self._changed:
            self._child = None
            self._heard = time.monotonic()
            self._unanswered.clear()
            self._held = None
            self._loading = self._preparing = None
            self._job_messages = []
            lost = Failure(0, "crash", f"The renderer {how}.", "The work it was doing is lost: start it again.")
            self._progress += [Progress(key, 0, 0, failure=lost) for key in self._jobs]
            self._jobs.clear()
            if self._closed:
                return
            if not child.stopped:
                self._deaths += 1
            if self._deaths < 2:
                self._start_at = 0.0
            else:
                self._failure = self._crash(f"{how} twice in a row")
            self._changed.notify()

    def _crash(self, what: str) -> Failure:
        return Failure(
            request_id=0 if self._latest is None else self._latest.request_id,
            problem="crash",
            message=f"The renderer {what}.",
            advice="The last picture stays. Change a setting to try again, or choose another network or device.",
        )
