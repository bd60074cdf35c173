"""A renderer without a network: the same interface, deterministic images that follow every control.

For tests, for panels that are being made, and for measuring the window alone. Standard library and numpy.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from renderer.document.arrays import ArrayStore, message_of
from renderer.engine.base import frame_of
from renderer.engine.jobs import Running, begin
from renderer.fake.engine import FakeEngine, Family
from renderer.ipc.frames import RGBA
from renderer.ipc.interface import Replies
from renderer.ipc.protocol import (
    Failure,
    Job,
    Loading,
    Network,
    Part,
    Preparing,
    Problem,
    Progress,
    RenderRequest,
    SlotRef,
    Thumbnail,
    ThumbnailRequest,
)

SLOW_WORKER = "renderer.fake.slow:main"
"""A `worker_target` for `client.Renderer`: a real child process that takes a fixed time for each image.

Its arguments are (milliseconds, resolution).
"""


class _NoWatch:
    def check(self, share: float) -> None:
        """Nothing supersedes a fake render."""

    def loading(self, share: float | None) -> None:
        """A fake network needs no loading."""


class FakeRenderer:
    """`client.Renderer`'s interface in this process.

    With `milliseconds` 0 a submitted request is answered before `submit` returns; else by a thread, that long after
    it was taken up, and the latest request wins. `fail`, `load`, `alive` and `stalled_s` bring up what else a
    window must be able to show.
    """

    def __init__(
        self,
        on_reply: Callable[[], None] = lambda: None,
        family: Family = "StyleGAN3-T",
        resolution: int = 256,
        milliseconds: float = 0.0,
        full_ms: float = 0.0,
    ) -> None:
        self.alive = True
        self.stalled_s = 0.0
        self.pid: int | None = None
        self.restarts = 0
        self.arrays = ArrayStore()
        self.jobs: dict[str, Job] = {}
        """Jobs begun and not over or cancelled, for tests."""
        self.submitted: list[RenderRequest] = []
        """Every request so far, for tests."""
        self.wanted: tuple[ThumbnailRequest, ...] = ()
        """Last list of wanted thumbnails, for tests."""
        self._on_reply = on_reply
        self._engine = FakeEngine(family, resolution, full_ms, self.arrays)
        self._begun: dict[str, Running] = {}
        self._seconds = milliseconds / 1000
        self._changed = threading.Condition()
        self._pending: RenderRequest | None = None
        self._replies = Replies()
        self._pictures: dict[str, RGBA] = {}
        self._next_pictures: dict[str, RGBA] = {}
        self._closed = False
        if milliseconds:
            threading.Thread(target=self._render_forever, name="fake-renderer", daemon=True).start()

    def submit(self, request: RenderRequest) -> None:
        """Request a frame."""
        self.submitted.append(request)
        with self._changed:
            self._pending = request
            self._changed.notify()
        if not self._seconds:
            self._render()

    def want(self, thumbnails: tuple[ThumbnailRequest, ...]) -> None:
        """Request thumbnails; they are there at the next poll."""
        new = [wanted for wanted in thumbnails if wanted not in self.wanted]
        self.wanted = thumbnails
        drawn = tuple(map(self._thumbnail, new))
        if drawn:
            with self._changed:
                self._replies = replace(self._replies, thumbnails=self._replies.thumbnails + drawn)
            self._on_reply()

    def _thumbnail(self, wanted: ThumbnailRequest) -> Thumbnail:
        try:
            small = self._engine.thumbnails((wanted,), False, _NoWatch())[0]
        except Exception as error:  # noqa: BLE001
            failure = self._engine.failure(wanted.request, error)
            return Thumbnail(wanted.key, wanted.size, b"", problem=f"{failure.message} {failure.advice}")
        return Thumbnail(wanted.key, wanted.size, small.pixels.tobytes())

    def start(self, job: Job) -> None:
        """Begin a job; each poll does a step of it."""
        self.jobs[job.key] = job
        self._begun[job.key] = begin(job.work, self._engine)
        self._on_reply()

    def cancel(self, key: str) -> None:
        """End a job."""
        self.jobs.pop(key, None)
        self._begun.pop(key, None)

    def poll(self) -> Replies:
        """Return the replies since the last call."""
        told = tuple(self._work_on(key) for key in tuple(self._begun))
        with self._changed:
            replies = replace(self._replies, progress=told)
            self._replies = Replies(loading=replies.loading, preparing=replies.preparing)
            if replies.frame is not None:
                self._pictures = self._next_pictures
            return replies

    def _work_on(self, key: str) -> Progress:
        try:
            step = self._begun[key].step(_NoWatch())
        except Exception as error:  # noqa: BLE001
            failure = self._engine.failure(self._begun[key].request, error)
            self.cancel(key)
            return Progress(key, 0, 0, failure=failure)
        progress = Progress(key, step.done, step.total, None if step.result is None else message_of(step.result))
        if progress.over:
            self.cancel(key)
        else:
            self._on_reply()
        return progress

    def pixels(self, part: Part) -> RGBA:
        """A part [H, W, 4] of the frame last polled."""
        return self._pictures[part.name]

    def fail(self, problem: Problem, message: str, advice: str, detail: str = "") -> None:
        """Let the next poll bring a failure."""
        request_id = self.submitted[-1].request_id if self.submitted else 0
        with self._changed:
            failure = Failure(request_id, problem, message, advice, detail)
            self._replies = replace(self._replies, failure=failure)
        self._on_reply()

    def load(self, network: Network, share: float | None = None) -> None:
        """Let polls report that a network is being read, until the next frame."""
        request_id = self.submitted[-1].request_id if self.submitted else 0
        with self._changed:
            self._replies = replace(self._replies, loading=Loading(request_id, network, share))
        self._on_reply()

    def prepare(self, told: Preparing | None) -> None:
        """Let polls say this of kernels, until another call says something else."""
        with self._changed:
            self._replies = replace(self._replies, preparing=told)
        self._on_reply()

    def restart(self) -> None:
        """Be alive again and answer the latest request once more."""
        self.alive = True
        self.stalled_s = 0.0
        self.restarts += 1
        if self.submitted:
            self.submit(self.submitted[-1])

    def close(self) -> None:
        """End the thread, if there is one."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _render_forever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending is not None or self._closed)
                if self._closed:
                    return
            self._render()

    def _render(self) -> None:
        with self._changed:
            request, self._pending = self._pending, None
        if request is None or not self.alive:
            return
        started = time.monotonic()
        rendered = self._engine.render(request, _NoWatch())
        time.sleep(max(0.0, self._seconds - (time.monotonic() - started)))
        with self._changed:
            self._next_pictures = dict(rendered.images)
            parts = tuple(Part(name, 0, *picture.shape[:2]) for name, picture in rendered.images)
            frame = frame_of(request, rendered, SlotRef("", 0), parts)
            self._replies = replace(self._replies, frame=frame, loading=None)
        self._on_reply()
