"""The few functions of OpenGL 3.3 that the window calls itself, by ctypes.

Dear ImGui draws with OpenGL of its own. A complete binding defines thousands of functions when it is imported, which
takes longer than importing half of the window's panels. Names are those of OpenGL, without their prefixes. Every
function needs a current context, and raises OpenGLError where OpenGL reports an error.
"""

import ctypes
from collections.abc import Callable, Sequence
from ctypes import c_char_p, c_float, c_int, c_int32, c_uint, c_uint32, c_uint64, c_void_p
from typing import Any, Final

NEAREST: Final = 0x2600
LINEAR: Final = 0x2601
TEXTURE_MAG_FILTER: Final = 0x2800
TEXTURE_MIN_FILTER: Final = 0x2801
TEXTURE_WRAP_S: Final = 0x2802
TEXTURE_WRAP_T: Final = 0x2803
CLAMP_TO_EDGE: Final = 0x812F
TEXTURE_2D: Final = 0x0DE1
RGBA: Final = 0x1908
RGBA8: Final = 0x8058
UNSIGNED_BYTE: Final = 0x1401
PACK_ALIGNMENT: Final = 0x0D05
RENDERER: Final = 0x1F01
SCISSOR_TEST: Final = 0x0C11
RASTERIZER_DISCARD: Final = 0x8C89
COLOR_BUFFER_BIT: Final = 0x4000
COLOR_ATTACHMENT0: Final = 0x8CE0
FRAMEBUFFER: Final = 0x8D40
READ_FRAMEBUFFER: Final = 0x8CA8
DRAW_FRAMEBUFFER: Final = 0x8CA9
READ_FRAMEBUFFER_BINDING: Final = 0x8CAA
DRAW_FRAMEBUFFER_BINDING: Final = 0x8CA6
SYNC_GPU_COMMANDS_COMPLETE: Final = 0x9117
SYNC_FLUSH_COMMANDS_BIT: Final = 0x1

_ERRORS = {
    0x0500: "invalid enum",
    0x0501: "invalid value",
    0x0502: "invalid operation",
    0x0505: "out of memory",
    0x0506: "invalid framebuffer operation",
}
_PROTOTYPE: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)  # Windows has a calling convention of its own


class OpenGLError(RuntimeError):
    """OpenGL reports an error of a call, or lacks a function."""


def _found(name: str, result: Any, arguments: Sequence[Any]) -> Any:
    """Return a function of the current context. Raises OpenGLError."""
    import imgui_bundle  # noqa: F401  # first: selects the library that glfw loads, so that both share one

    # isort: split
    import glfw

    address: Any = glfw.get_proc_address(name)  # an int, whatever the declaration says
    if not address:
        raise OpenGLError(f"OpenGL has no {name}: the window needs version 3.3 of it.")
    return _PROTOTYPE(result, *arguments)(address)


def _function(name: str, *arguments: Any, result: Any = None, checked: bool = True) -> Callable[..., Any]:
    """Return a function that looks for itself at its first call, when there is a context."""
    found: Any = None

    def call(*values: Any) -> Any:
        nonlocal found
        if found is None:
            found = _found(name, result, arguments)
        answer = found(*values)
        if checked and (number := _get_error()):
            raise OpenGLError(f"{name}: {_ERRORS.get(number, hex(number))}")
        return answer

    return call


_get_error = _function("glGetError", result=c_uint, checked=False)

bind_framebuffer = _function("glBindFramebuffer", c_uint, c_uint)
bind_texture = _function("glBindTexture", c_uint, c_uint)
blit_framebuffer = _function("glBlitFramebuffer", *(c_int,) * 8, c_uint, c_uint)
clear = _function("glClear", c_uint)
clear_color = _function("glClearColor", c_float, c_float, c_float, c_float)
client_wait_sync = _function("glClientWaitSync", c_void_p, c_uint, c_uint64, result=c_uint)
delete_sync = _function("glDeleteSync", c_void_p)
disable = _function("glDisable", c_uint)
enable = _function("glEnable", c_uint)
fence_sync = _function("glFenceSync", c_uint, c_uint, result=c_void_p)
flush = _function("glFlush")
framebuffer_texture_2d = _function("glFramebufferTexture2D", c_uint, c_uint, c_uint, c_uint, c_int)
pixel_store = _function("glPixelStorei", c_uint, c_int)
read_pixels = _function("glReadPixels", c_int, c_int, c_int, c_int, c_uint, c_uint, c_void_p)
scissor = _function("glScissor", c_int, c_int, c_int, c_int)
tex_image_2d = _function("glTexImage2D", c_uint, *(c_int,) * 5, c_uint, c_uint, c_void_p)
tex_parameter = _function("glTexParameteri", c_uint, c_uint, c_int)
tex_sub_image_2d = _function("glTexSubImage2D", c_uint, *(c_int,) * 5, c_uint, c_uint, c_void_p)

_get_integer = _function("glGetIntegerv", c_uint, c_void_p)
_get_string = _function("glGetString", c_uint, result=c_char_p)
_generate_framebuffers = _function("glGenFramebuffers", c_int, c_void_p)
_generate_textures = _function("glGenTextures", c_int, c_void_p)
_delete_framebuffers = _function("glDeleteFramebuffers", c_int, c_void_p)
_delete_textures = _function("glDeleteTextures", c_int, c_void_p)


def get_integer(name: int) -> int:
    """Return a value of OpenGL's state."""
    value = c_int32()
    _get_integer(name, ctypes.byref(value))
    return value.value


def get_string(name: int) -> str:
    """Return a text of OpenGL about itself; empty if it says nothing."""
    return (_get_string(name) or b"").decode(errors="replace")


def new_framebuffer() -> int:
    """Create a framebuffer and return its name."""
    name = c_uint32()
    _generate_framebuffers(1, ctypes.byref(name))
    return name.value


def new_texture() -> int:
    """Create a texture and return its name."""
    name = c_uint32()
    _generate_textures(1, ctypes.byref(name))
    return name.value


def delete_framebuffers(names: Sequence[int]) -> None:
    """Delete framebuffers."""
    _delete_framebuffers(len(names), (c_uint32 * len(names))(*names))


def delete_textures(names: Sequence[int]) -> None:
    """Delete textures."""
    _delete_textures(len(names), (c_uint32 * len(names))(*names))
