"""Callbacks of the system's events, before those of Dear ImGui.

The Python binding of GLFW forgets callbacks that it has not set itself, such as Dear ImGui's; so its library is called.
"""

from collections.abc import Callable
from typing import Any

from imgui_bundle import glfw_utils

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

Callback = Callable[..., None]
_kept: dict[str, tuple[Any, Any]] = {}
"""The function that the library calls, and the one before it, kept alive by event."""


def wrap(event: str, made: Callable[[Callback], Callback]) -> None:
    """Receive an event of the window that is open. Once for each event.

    Args:
        event: Its name in GLFW, as `Key` or `MouseButton`.
        made: Returns the callback, given the one before, which does nothing if there was none.
    """
    before: list[Any] = []

    def handed_on(*arguments: Any) -> None:
        if before[0]:
            before[0](*arguments)

    callback = getattr(glfw, f"_GLFW{event.lower()}fun")(made(handed_on))
    setter = getattr(glfw._glfw, f"glfwSet{event}Callback")  # type: ignore[attr-defined]  # its stubs hold the public names
    before.append(setter(glfw_utils.glfw_window_hello_imgui(), callback))
    _kept[event] = callback, before[0]


def send(event: str, *arguments: Any) -> None:
    """Report an event of the open window as the system does, given what GLFW reports beside the window."""
    _kept[event][0](glfw_utils.glfw_window_hello_imgui(), *arguments)
