"""Texture uploads on a thread with a shared OpenGL context, while panels are drawn.

Copying an image of 4 MB takes longer than drawing a panel. The UI thread only enqueues uploads (`do`) and waits for
them before Dear ImGui's vertices go to OpenGL (`settle`). Without a second context, uploads run immediately on the UI
thread.
"""

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from OpenGL import GL

Work = Callable[[], None]

_TIMEOUT_NS = 1_000_000_000


class Filler:
    """Upload queue of one window. For the UI thread only, except for the uploads themselves."""

    def __init__(self) -> None:
        self._window: Any = None
        self._thread: threading.Thread | None = None
        self._uploads: queue.SimpleQueue[tuple[int, Work] | None] = queue.SimpleQueue()
        self._asked = self._settled = 0
        """Numbers of uploads enqueued, and of those known to be complete."""
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        """Ids of uploads that emptied the queue; only these wake the UI thread, as waking is expensive."""
        self._problems: list[Exception] = []
        self._frame: Any = None
        """Fence of the window's newest frame, which may draw from textures until it is passed."""
        self.waited_s = 0.0
        """Seconds that the latest `settle` waited."""

    @property
    def threaded(self) -> bool:
        """True if uploads run on a thread."""
        return self._thread is not None

    def open(self) -> None:
        """Create the context and start the thread. Call once the window's context exists."""
        import glfw
        from imgui_bundle import glfw_utils

        glfw.window_hint(glfw.VISIBLE, glfw.FALSE)
        self._window = glfw.create_window(1, 1, "", None, glfw_utils.glfw_window_hello_imgui())
        glfw.window_hint(glfw.VISIBLE, glfw.TRUE)
        if not self._window:
            return
        self._thread = threading.Thread(target=self._run, args=(self._window,), name="textures", daemon=True)
        self._thread.start()

    def do(self, work: Work) -> None:
        """Run `work` before the next `settle` returns; calls run in order.

        It may use textures and its own framebuffers, and must leave none of them bound.
        """
        if self._thread is None:
            work()
            return
        if self._frame is not None:
            frame, self._frame = self._frame, None
            work = partial(_after, frame, work)
        self._asked += 1
        self._uploads.put((self._asked, work))

    def settle(self) -> None:
        """Wait until all uploads are complete. Raises the first exception of an upload."""
        began = time.perf_counter()
        while self._settled < self._asked:
            self._settled = self._done.get()
        self.waited_s = time.perf_counter() - began
        if self._problems:
            problem = self._problems[0]
            self._problems.clear()
            raise problem

    def drawn(self) -> None:
        """Mark the end of a frame. Call once its vertices have gone to OpenGL."""
        if self._thread is not None:
            if self._frame is not None:
                GL.glDeleteSync(self._frame)
            self._frame = GL.glFenceSync(GL.GL_SYNC_GPU_COMMANDS_COMPLETE, 0)
            GL.glFlush()

    def close(self) -> None:
        """Stop the thread and destroy the context. Call while the window's context still exists."""
        if self._thread is None:
            return
        import glfw

        self._uploads.put(None)
        self._thread.join()
        self._thread = self._frame = None
        glfw.destroy_window(self._window)

    def _run(self, window: Any) -> None:
        import glfw

        glfw.make_context_current(window)
        while (given := self._uploads.get()) is not None:
            number, work = given
            try:
                work()
                _pass(GL.glFenceSync(GL.GL_SYNC_GPU_COMMANDS_COMPLETE, 0))
            except Exception as error:  # noqa: BLE001  # raised again by `settle`
                self._problems.append(error)
            if number == self._asked:
                self._done.put(number)
        glfw.make_context_current(None)  # type: ignore[arg-type]  # None releases the current context


def _after(fence: Any, work: Work) -> None:
    _pass(fence)
    work()


def _pass(fence: Any) -> None:
    """Wait until OpenGL has reached a fence, and delete it."""
    GL.glClientWaitSync(fence, GL.GL_SYNC_FLUSH_COMMANDS_BIT, _TIMEOUT_NS)
    GL.glDeleteSync(fence)


current = Filler()
