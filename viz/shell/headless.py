"""Window without a display: GLFW's null platform with EGL renders off screen (Linux, Mesa)."""

import os
import sys

DISPLAY = not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
"""True if there is a display to open a window on."""

if not DISPLAY:
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")  # read when PyOpenGL is imported


def prepare() -> None:
    """Set up GLFW for the next window. Call before every run, as GLFW resets its hints when a window closes.

    Raises RuntimeError if neither a display nor off-screen rendering is available.
    """
    if DISPLAY:
        return
    import imgui_bundle  # noqa: F401  # first: selects the library that glfw loads, so that both share one

    # isort: split
    import glfw

    glfw.init_hint(glfw.PLATFORM, glfw.PLATFORM_NULL)
    if not glfw.init():
        raise RuntimeError("There is no display, and GLFW cannot draw off screen: install Mesa's EGL (libegl1).")
    glfw.window_hint(glfw.CONTEXT_CREATION_API, glfw.EGL_CONTEXT_API)
