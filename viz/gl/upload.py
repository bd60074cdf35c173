"""A thread that fills textures while panels are drawn, in an OpenGL context that shares the window's.

Copying a picture of 4 MB takes the window's thread longer than drawing a panel. Here it only says what is to be copied
(`do`); it is there when Dear ImGui's vertices go to OpenGL (`settle`). Where no second context can be had, everything
is done at once, by the window's own thread.
"""

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from OpenGL import GL

Work = Callable[[], None]

_PATIENCE_NS = 1_000_000_000


class Filler:
    """One for each window. All but the works themselves is for the window's thread."""

    def __init__(self) -> None:
        self._window: Any = None
        self._thread: threading.Thread | None = None
        self._works: queue.SimpleQueue[tuple[int, Work] | None] = queue.SimpleQueue()
        self._asked = self._settled = 0
        """Works asked for so far, and those known to be done."""
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        """Numbers of works that were the last one asked for when they were done: waking a thread is not for nothing."""
        self._problems: list[Exception] = []
        self._frame: Any = None
        """Passed when the window's newest frame is drawn: until then it may draw from what is to be overwritten."""
        self.waited_s = 0.0
        """How long the newest `settle` waited."""

    @property
    def threaded(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    def open(self) -> None:
        """Make the context and start the thread. Call when the window's context is there."""
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
        """Do this, in the order in which it is asked for, before `settle` returns.

        It may use textures, but no framebuffers but its own, and must leave none of them bound.
        """
        if self._thread is None:
            work()
            return
        if self._frame is not None:
            frame, self._frame = self._frame, None
            work = partial(_after, frame, work)
        self._asked += 1
        self._works.put((self._asked, work))

    def settle(self) -> None:
        """Wait until all is done. What a work raised is raised here."""
        began = time.perf_counter()
        while self._settled < self._asked:
            self._settled = self._done.get()
        self.waited_s = time.perf_counter() - began
        if self._problems:
            problem = self._problems[0]
            self._problems.clear()
            raise problem

    def drawn(self) -> None:
        """Call when a frame's vertices have gone to OpenGL."""
        if self._thread is not None:
            if self._frame is not None:
                GL.glDeleteSync(self._frame)
            self._frame = GL.glFenceSync(GL.GL_SYNC_GPU_COMMANDS_COMPLETE, 0)
            GL.glFlush()

    def close(self) -> None:
        """End the thread and give the context back. Call while the window's context is still there."""
        if self._thread is None:
            return
        import glfw

        self._works.put(None)
        self._thread.join()
        self._thread = self._frame = None
        glfw.destroy_window(self._window)

    def _run(self, window: Any) -> None:
        import glfw

        glfw.make_context_current(window)
        while (given := self._works.get()) is not None:
            number, work = given
            try:
                work()
                _pass(GL.glFenceSync(GL.GL_SYNC_GPU_COMMANDS_COMPLETE, 0))
            except Exception as error:  # noqa: BLE001  # raised again by `settle`
                self._problems.append(error)
            if number == self._asked:
                self._done.put(number)
        glfw.make_context_current(None)  # type: ignore[arg-type]  # none is what it takes to let one go


def _after(fence: Any, work: Work) -> None:
    _pass(fence)
    work()


def _pass(fence: Any) -> None:
    """Wait until OpenGL has done everything before a fence, and let it go."""
    GL.glClientWaitSync(fence, GL.GL_SYNC_FLUSH_COMMANDS_BIT, _PATIENCE_NS)
    GL.glDeleteSync(fence)


current = Filler()
