"""The renderer process: takes the latest request, renders it, answers. It outlives every error of a render."""

import contextlib
import gc
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn, TypeVar

from renderer.document.arrays import message_of
from renderer.engine import policy
from renderer.engine.base import Cancelled, Engine, Host, MakeEngine, Watch, frame_of
from renderer.engine.jobs import Running, begin
from renderer.ipc.backlog import Thumbnails
from renderer.ipc.frames import Ring
from renderer.ipc.mailbox import Mailbox
from renderer.ipc.protocol import (
    Failure,
    Frame,
    Job,
    Loading,
    Progress,
    ReadAhead,
    RenderRequest,
    Superseded,
    Thumbnail,
    ThumbnailRequest,
)

T = TypeVar("T")

PROCESS_TITLE = "stylescope-draw"


def main(connection: Connection, prefix: str) -> None:
    """Entry of the renderer process; does not return."""
    with contextlib.suppress(OSError):
        # What `top` shows, where there is such a file.
        Path("/proc/self/comm").write_text(PROCESS_TITLE, encoding="utf-8")
    serve(connection, prefix, _make_engine)


def _make_engine(host: Host) -> Engine:
    from gan import mps  # before torch: see there

    mps.hear()
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


_PER_CENT = 100


class _RequestWatch:
    """Lets the render of a request look for newer ones between its layers."""

    def __init__(self, mailbox: Mailbox, request: RenderRequest, waiting_since: float) -> None:
        self._mailbox = mailbox
        self._request = request
        self._started = time.monotonic()
        self._loads = False
        self._waiting_since = waiting_since

    def check(self, share: float) -> None:
        now = time.monotonic()
        if self._loads:  # reading a network says nothing of how long the rest takes
            self._started, self._loads = now, False
        newer = self._mailbox.newer()
        if newer is None:
            return
        if policy.drop(self._request, newer, share, now - self._started, now - self._waiting_since):
            raise Cancelled

    def loading(self, share: float | None) -> None:
        newer = self._mailbox.newer()
        if newer is not None and policy.drop_loading(self._request, newer, downloads=share is not None):
            raise Cancelled
        self._loads = True
        self._mailbox.send(Loading(self._request.request_id, self._request.image.network, share))


class _BackgroundWatch:
    """Lets thumbnails and jobs give way to any request, and end where nobody wants them any more."""

    def __init__(self, mailbox: Mailbox, *works: ThumbnailRequest | Job) -> None:
        self._mailbox = mailbox
        self._works = works
        self._waits = any(isinstance(one, Job) and isinstance(one.work, ReadAhead) for one in works)
        """True for work that another thread does meanwhile."""

    def check(self, share: float) -> None:
        newer = self._mailbox.newer()
        if (newer is not None and not newer.follows) or not any(self._mailbox.wants(one) for one in self._works):
            raise Cancelled
        if self._waits and self._mailbox.has_thumbnails:
            raise Cancelled

    def loading(self, share: float | None) -> None:
        """Report how much of a download is done as the progress of the job that waits for it."""
        for one in self._works:
            if share is not None and isinstance(one, Job) and self._mailbox.wants(one):
                self._mailbox.send(Progress(one.key, min(round(_PER_CENT * share), _PER_CENT - 1), _PER_CENT))


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
        gc.disable()  # imports make objects that stay: looking through them takes a fifth of the imports' time
        # While the window opens. The first request tries again, and reports an error.
        self._guarded(RenderRequest(request_id=0), self._set_up)
        self._step()
        gc.freeze()
        gc.enable()
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
        elif isinstance(task.work, Thumbnails):
            self._draw_thumbnails(task.work)
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

    def _draw_thumbnails(self, batch: Thumbnails) -> None:
        watch = _BackgroundWatch(self._mailbox, *batch.wanted)
        reply = self._guarded(
            batch.wanted[0].request, lambda: self._ready_engine().thumbnails(batch.wanted, batch.rough, watch)
        )
        if isinstance(reply, Failure):
            wanted = batch.wanted[0]
            self._mailbox.done(wanted)
            problem = f"{reply.message} {reply.advice}"
            self._mailbox.send(Thumbnail(wanted.key, wanted.size, b"", problem=problem))
        elif not isinstance(reply, Superseded):
            for wanted, small in zip(batch.wanted, reply, strict=False):
                self._mailbox.done(wanted, small.final)
                self._mailbox.send(Thumbnail(wanted.key, wanted.size, small.pixels.tobytes(), small.final))

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
        step = begun[1].step(_BackgroundWatch(self._mailbox, job))
        return Progress(job.key, step.done, step.total, None if step.result is None else message_of(step.result))

    def _guarded(self, request: RenderRequest, render: Callable[[], T]) -> T | Superseded | Failure:
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
