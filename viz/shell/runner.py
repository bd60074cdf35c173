"""Set-up of hello_imgui: window parameters, file drops, and screenshots."""

import signal
from collections.abc import Callable

import numpy as np
from imgui_bundle import hello_imgui, imgui
from numpy.typing import NDArray
from OpenGL import GL

from foundation.ending import CLOSING
from viz.state.settings import Options


def configured(options: Options, idle_fps: float) -> hello_imgui.RunnerParams:
    """Return parameters for a new window: size, layout file, idle frame rate."""
    params = hello_imgui.RunnerParams()
    window = params.app_window_params
    window.window_title = "StyleScope"
    window.window_geometry.size = options.size
    window.restore_previous_geometry = options.keep
    params.ini_disable = not options.keep
    params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
    params.ini_filename = str(options.config_dir / "layout.ini")
    params.remember_selected_alternative_layout = False
    params.renderer_backend_options.open_gl_options.anti_aliasing_samples = 0
    background = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
    params.imgui_window_params.default_imgui_window_type = background
    params.imgui_window_params.remember_theme = False
    params.fps_idling.enable_idling = options.idling
    params.fps_idling.time_active_after_last_event = 0.5
    params.fps_idling.fps_idle = idle_fps
    return params


def on_drop(take: Callable[[list[str]], None]) -> None:
    """Call `take` with the paths of files dropped on the window. Call once the window is open."""
    import glfw
    from imgui_bundle import glfw_utils

    def dropped(window: object, paths: list[str]) -> None:
        take(list(paths))

    glfw.set_drop_callback(glfw_utils.glfw_window_hello_imgui(), dropped)  # type: ignore[arg-type]  # it passes a list


def on_close(take: Callable[[], None]) -> None:
    """Call `take` instead of closing the window when its user closes it by its frame. Call once the window is open."""
    import glfw
    from imgui_bundle import glfw_utils

    def closing(window: object) -> None:
        glfw.set_window_should_close(window, False)  # type: ignore[arg-type]  # the window of hello_imgui
        take()

    glfw.set_window_close_callback(glfw_utils.glfw_window_hello_imgui(), closing)


def wake(one_frame: bool = False) -> None:
    """Draw the window from any thread: at once and until it has settled, or with `one_frame` just once."""
    if not one_frame:
        hello_imgui.request_refresh()
        return
    import glfw

    glfw.post_empty_event()


def on_signals(take: Callable[[], None]) -> Callable[[], None]:
    """Call `take` once when the process is asked to end; asked again, it ends at once. Call on the main thread.

    Returns a function that puts the earlier handlers back.
    """
    known = list(CLOSING)

    def asked(number: int, frame: object) -> None:
        for one in known:
            signal.signal(one, signal.SIG_DFL)
        take()

    known = [one for one in known if signal.getsignal(one) is not signal.SIG_IGN]  # as after nohup
    before = {one: signal.signal(one, asked) for one in known}

    def restore() -> None:
        for one, handler in before.items():
            signal.signal(one, handler)

    return restore


def name(title: str) -> None:
    """Set the title of the open window."""
    import glfw
    from imgui_bundle import glfw_utils

    glfw.set_window_title(glfw_utils.glfw_window_hello_imgui(), title)


def end() -> None:
    """Close the window after this frame."""
    hello_imgui.get_runner_params().app_shall_exit = True


def read_window() -> NDArray[np.uint8]:
    """Return the current frame, [H, W, 3]. Call after Dear ImGui has rendered and before the buffers are swapped."""
    io = imgui.get_io()
    width = round(io.display_size.x * io.display_framebuffer_scale.x)
    height = round(io.display_size.y * io.display_framebuffer_scale.y)
    pixels = np.empty((height, width, 4), np.uint8)
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, GL.GLvoidp(pixels.ctypes.data))
    return np.ascontiguousarray(pixels[::-1, :, :3])
