"""The renderer process: takes the latest request, renders it, answers. It outlives every error of a render."""

import contextlib
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from renderer.document.arrays import message_of
from renderer.engine import policy
from renderer.engine.base import Cancelled, Engine, Host, MakeEngine, Watch, frame_of
from renderer.engine.jobs import Running, begin
from renderer.ipc.frames import Ring
from renderer.ipc.mailbox import Mailbox
from renderer.ipc.protocol import (
    Failure,
    Frame,
    Job,
    Loading,
    Progress,
    RenderRequest,
    Superseded,
    Thumbnail,
    ThumbnailRequest,
    ToWindow,
)

PROCESS_TITLE = "stylescope-draw"


def main(connection: Connection, prefix: str) -> None:
    """Entry of the renderer process; does not return."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(PROCESS_TITLE)  # what `top` shows, where there is such a file
    serve(connection, prefix, _make_engine)


def _make_engine(host: Host) -> Engine:
    from renderer.engine.pipeline import Pipeline

    return Pipeline(host)


def serve(connection: Connection, prefix: str, make_engine: MakeEngine) -> NoReturn:
    """Answer what comes through `connection` until it closes, which ends the process.

    Args:
        connection: The pipe to the window.
        prefix: Starts the names of the shared memory.
        make_engine: Called at once, and again at each request until it succeeds.
    """
    _Worker(Mailbox(connection, prefix), Ring(prefix), make_engine).run()


class _RequestWatch:
    """Lets the render of a request look for newer ones between its layers."""

    def __init__(self, mailbox: Mailbox, request: RenderRequest, waiting_since: float) -> None:
        self._mailbox = mailbox
        self._request = request
        self._started = time.monotonic()
        self._waiting_since = waiting_since

    def check(self, share: float) -> None:
        newer = self._mailbox.newer()
        if newer is None or not policy.stale(self._request, newer):
            return
        now = time.monotonic()
        if policy.give_up(share, now - self._started, now - self._waiting_since):
            raise Cancelled

    def loading(self, share: float | None) -> None:
        newer, network = self._mailbox.newer(), self._request.image.network
        if newer is not None and (newer.image.network, newer.device) != (network, self._request.device):
            raise Cancelled  # the rest of this download is obsolete
        self._mailbox.send(Loading(self._request.request_id, network, share))


class _BackgroundWatch:
    """Lets thumbnails and jobs give way to any request."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def check(self, share: float) -> None:
        if self._mailbox.newer() is not None:
            raise Cancelled

    def loading(self, share: float | None) -> None:
        """Nothing: the window shows progress for its requests only."""


class _Worker:
    def __init__(self, mailbox: Mailbox, ring: Ring, make_engine: MakeEngine) -> None:
        self._mailbox = mailbox
        self._ring = ring
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._running: dict[str, tuple[Job, Running]] = {}
        self._waiting_since: float | None = None
        """When the first render began since the window last got an answer."""

    def run(self) -> NoReturn:
        """Do one task after another."""
        # While the window opens. The first request tries again, and reports an error.
        self._guarded(RenderRequest(request_id=0), self._set_up)
        while True:
            self._step()

    def _set_up(self) -> Superseded:
        self._ready_engine()
        return Superseded(request_id=0)

    def _step(self) -> None:
        task = self._mailbox.take(lambda: self._ring.free)
        for held in task.held:
            self._ring.hold(held)
        if isinstance(task.work, RenderRequest):
            self._answer(task.work)
        elif isinstance(task.work, ThumbnailRequest):
            self._draw_thumbnail(task.work)
        elif task.work is not None:
            self._work_on(task.work)

    def _answer(self, request: RenderRequest) -> None:
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        watch = _RequestWatch(self._mailbox, request, self._waiting_since)
        reply = self._guarded(request, lambda: self._frame(request, watch))
        if not isinstance(reply, Superseded):
            self._waiting_since = None
        self._mailbox.send(reply)

    def _draw_thumbnail(self, wanted: ThumbnailRequest) -> None:
        reply = self._guarded(wanted.request, lambda: self._thumbnail(wanted))
        if isinstance(reply, Thumbnail):
            self._mailbox.send(reply)
        if not isinstance(reply, Superseded):
            self._mailbox.done(wanted)

    def _work_on(self, job: Job) -> None:
        """One step of a job."""
        reply = self._guarded(job.work.request, lambda: self._advance(job))
        if isinstance(reply, Failure):
            reply = Progress(job.key, 0, 0, failure=reply)
        if isinstance(reply, Progress):
            if self._mailbox.wants(job):
                self._mailbox.send(reply)
            if reply.over:
                self._mailbox.done(job)
        self._running = {key: kept for key, kept in self._running.items() if self._mailbox.wants(kept[0])}

    def _advance(self, job: Job) -> Progress:
        begun = self._running.get(job.key)
        if begun is None or begun[0] is not job:
            begun = self._running[job.key] = job, begin(job.work, self._ready_engine())
        step = begun[1].step(_BackgroundWatch(self._mailbox))
        return Progress(job.key, step.done, step.total, None if step.result is None else message_of(step.result))

    def _guarded(self, request: RenderRequest, render: Callable[[], ToWindow]) -> ToWindow:
        try:
            return render()
        except Cancelled:
            return Superseded(request.request_id)
        # The one broad except: every error of a render must reach the window, and the next render may succeed.
        except Exception as error:  # noqa: BLE001
            return self._failure(request, error)

    def _frame(self, request: RenderRequest, watch: Watch) -> Frame:
        rendered = self._ready_engine().render(request, watch)
        slot = rendered.slot
        place, parts = self._ring.write(rendered.images) if slot is None else self._ring.sent(slot)
        return frame_of(request, rendered, place, parts)

    def _thumbnail(self, wanted: ThumbnailRequest) -> Thumbnail:
        watch = _BackgroundWatch(self._mailbox)
        picture = self._ready_engine().thumbnail(wanted, watch)
        return Thumbnail(wanted.key, wanted.size, picture.tobytes())

    def _ready_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine(Host(self._mailbox.arrays, self._mailbox.send, self._ring))
        return self._engine

    def _failure(self, request: RenderRequest, error: Exception) -> Failure:
        detail = "".join(traceback.format_exception(error))
        if self._engine is not None:
            return replace(self._engine.failure(request, error), detail=detail)
        return Failure(
            request.request_id,
            "render",
            f"The renderer could not be set up: {error}.",
            'Check the installation: python -c "import torch, gan" should print nothing.',
            detail,
        )
