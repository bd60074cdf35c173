"""The window's own pixels."""

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray
from OpenGL import GL


def read_window() -> NDArray[np.uint8]:
    """The frame drawn just now, [H, W, 3]. Call after Dear ImGui has rendered and before the buffers are swapped."""
    io = imgui.get_io()
    width = round(io.display_size.x * io.display_framebuffer_scale.x)
    height = round(io.display_size.y * io.display_framebuffer_scale.y)
    pixels = np.empty((height, width, 4), np.uint8)
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, GL.GLvoidp(pixels.ctypes.data))
    return np.ascontiguousarray(pixels[::-1, :, :3])
