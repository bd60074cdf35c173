"""Actions of the window itself."""

from dataclasses import dataclass
from typing import Any

from imgui_bundle import glfw_utils, hello_imgui

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

from viz.state.scene import Action, Scene, Window

_Geometry = tuple[int, int, int, int]
_before: list[_Geometry] = []
"""Position and size of the window before it covered the screen."""


def is_full_screen() -> bool:
    """Return True while the window covers a screen."""
    return bool(_before)


def set_full_screen(on: bool) -> None:
    """Let the window cover the screen that most of it lies on, or give it its earlier place again."""
    window = glfw_utils.glfw_window_hello_imgui()
    if not on and _before:
        glfw.set_window_monitor(window, None, *_before.pop(), glfw.DONT_CARE)  # type: ignore[arg-type]  # no screen
    elif on and not _before and (monitor := _monitor(window)):
        mode = glfw.get_video_mode(monitor)
        _before.append((*glfw.get_window_pos(window), *glfw.get_window_size(window)))
        glfw.set_window_monitor(window, monitor, 0, 0, mode.size.width, mode.size.height, mode.refresh_rate)


def _monitor(window: Any) -> Any:
    """Return the screen that the middle of a window lies on, else the main one; None if there is none."""
    (x, y), (width, height) = glfw.get_window_pos(window), glfw.get_window_size(window)
    for monitor in glfw.get_monitors():
        left, top = glfw.get_monitor_pos(monitor)
        size = glfw.get_video_mode(monitor).size
        if 0 <= x + width / 2 - left < size.width and 0 <= y + height / 2 - top < size.height:
            return monitor
    return glfw.get_primary_monitor()


@dataclass(frozen=True)
class FullScreen(Action):
    """Let the window cover the screen, or give it its place again."""

    def run(self, scene: Scene, window: Window) -> None:
        """Do so."""
        set_full_screen(not is_full_screen())


@dataclass(frozen=True)
class ResetLayout(Action):
    """Restore the default panel layout of the current workspace."""

    def run(self, scene: Scene, window: Window) -> None:
        """Reset it in the next frame."""
        hello_imgui.get_runner_params().docking_params.layout_reset = True
