"""A window without a display: polls a renderer as the real one does."""

import os
import threading
import time
from collections.abc import Callable

import numpy as np

from renderer.ipc import frames
from renderer.ipc.client import Renderer
from renderer.ipc.interface import Replies
from renderer.ipc.protocol import PICTURE, Failure, Frame, Loading, Progress, Thumbnail
from tests.waiting import PATIENCE


class Window:
    def __init__(self, *arguments: object) -> None:
        self._woken = threading.Event()
        self.renderer = Renderer(self._woken.set, *arguments)
        self.frames: list[Frame] = []
        self.failures: list[Failure] = []
        self.loadings: list[Loading] = []
        self.thumbnails: list[Thumbnail] = []
        self.progress: list[Progress] = []

    def poll(self) -> Replies:
        replies = self.renderer.poll()
        if replies.frame is not None:
            self.frames.append(replies.frame)
        if replies.failure is not None:
            self.failures.append(replies.failure)
        if replies.loading is not None:
            self.loadings.append(replies.loading)
        self.thumbnails.extend(replies.thumbnails)
        self.progress.extend(replies.progress)
        return replies

    def until(self, done: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Poll until `done()`; fails after `seconds`."""
        deadline = time.monotonic() + seconds
        self.poll()
        while not done():
            assert time.monotonic() < deadline, f"waited {seconds} s in vain; failures: {self.failures}"
            self._woken.wait(0.01)
            self._woken.clear()
            self.poll()

    def ask(self, request, seconds: float = PATIENCE) -> Frame:
        """Submit, and wait for the frame that answers."""
        self.renderer.submit(request)
        self.until(lambda: self.frames and self.frames[-1].request_id == request.request_id, seconds)
        return self.frames[-1]

    def picture(self, name: str = PICTURE) -> np.ndarray:
        return self.renderer.pixels(next(part for part in self.frames[-1].parts if part.name == name)).copy()


def segments(pid: int | None = None) -> list[str]:
    """Return the shared memory of the renderers of a window's process, by default this one."""
    return [path.name for path in frames.present(f"{frames.PREFIX}{pid or os.getpid()}-")]
