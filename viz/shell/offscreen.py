"""Off-screen window of any size.

The surface of a headless window keeps its initial size, limited to a 1920x1080 screen. The window is therefore
rendered to its own framebuffer.
"""

from collections.abc import Callable

from imgui_bundle import hello_imgui
from OpenGL import GL

from viz.gl import textures
from viz.shell import headless
from viz.state.facts import Texture


class Target:
    """Framebuffer of a headless window; does nothing if there is a display."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._buffer = 0
        self._texture = 0

    def attach(self, params: hello_imgui.RunnerParams) -> None:
        """Redirect a window to this framebuffer, before it is run. Callbacks of the window itself run first."""
        if headless.DISPLAY:
            return
        calls = params.callbacks
        calls.post_init = _both(calls.post_init, self._open)
        calls.before_imgui_render = _both(self._bind, calls.before_imgui_render)
        calls.before_swap = _both(calls.before_swap, _unbind)
        calls.before_exit = _both(calls.before_exit, self._free)

    def _open(self) -> None:
        import glfw
        from imgui_bundle import glfw_utils

        glfw.set_window_size(glfw_utils.glfw_window_hello_imgui(), *self._size)
        self._texture, self._buffer = textures.name(), int(GL.glGenFramebuffers(1))
        textures.make_room(Texture(self._texture, *self._size))
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._buffer)
        GL.glFramebufferTexture2D(GL.GL_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, GL.GL_TEXTURE_2D, self._texture, 0)
        _unbind()

    def _bind(self) -> None:
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._buffer)

    def _free(self) -> None:
        GL.glDeleteFramebuffers(1, [self._buffer])
        GL.glDeleteTextures([self._texture])


def _both(first: Callable[[], None] | None, second: Callable[[], None] | None) -> Callable[[], None]:
    def run() -> None:
        for one in (first, second):
            if one is not None:
                one()

    return run


def _unbind() -> None:
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, 0)
