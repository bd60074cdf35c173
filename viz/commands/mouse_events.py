"""Order of what mouse and keyboard did between two frames.

Dear ImGui takes a move of the pointer and the press or release after it in one frame. At few frames a second the last
move of a drag is lost so, as controls follow the pointer only while the button is down. Here a button acts in the frame
after such a move, and all that came after it waits with it.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from imgui_bundle import hello_imgui, imgui

from viz.commands import system_events
from viz.commands.system_events import Callback

DOUBLE_S, LONGEST_S = 0.3, 1.0
"""Time within which two clicks are a double click, and its limit at few frames a second."""
_FRAMES = 2
"""Frames from a press to the next one, where both came between two frames."""
MOVE, BUTTON, KEY = "CursorPos", "MouseButton", "Key"
_EVENTS = (MOVE, BUTTON, KEY, "Scroll", "Char")


def double_click_time(frame_s: float) -> float:
    """Return the time within which two clicks are a double click, by the duration of the last frame.

    When a button went down is known by the frame alone, and two clicks take three of them.
    """
    return min(DOUBLE_S + _FRAMES * max(frame_s, 0.0), LONGEST_S)


class _Held(NamedTuple):
    event: str
    receive: Callback
    arguments: tuple[Any, ...]


class InOrder:
    """Events of a window on their way to Dear ImGui.

    Args:
        key: Receives each key too, with the arguments of GLFW's callback.
    """

    def __init__(self, key: Callback | None = None) -> None:
        self._key = key
        self._held: deque[_Held] = deque()
        self._moved = False
        """True if the pointer has moved, and Dear ImGui does not know it yet."""

    def listen(self) -> None:
        """Receive the events of the window that is open, before Dear ImGui."""
        for event in _EVENTS:
            system_events.wrap(event, self.wrapped(event))

    def wrapped(self, event: str) -> Callable[[Callback], Callback]:
        """Return what makes the callback of an event from the one before it."""

        def made(before: Callback) -> Callback:
            def received(*arguments: Any) -> None:
                if event == BUTTON:
                    io = imgui.get_io()
                    io.mouse_double_click_time = double_click_time(io.delta_time)
                    io.mouse_single_click_delay = io.mouse_double_click_time + DOUBLE_S  # must be longer
                if self._held or (event == BUTTON and self._moved):
                    self._held.append(_Held(event, before, arguments))
                else:
                    self._hand(_Held(event, before, arguments))

            return received

        return made

    def next_frame(self) -> None:
        """Hand on what waits, up to a button behind another move. Call once a frame, after Dear ImGui has begun it."""
        self._moved = _queued(imgui.internal.InputEventType.mouse_pos)
        while self._held and not (self._held[0].event == BUTTON and self._moved):
            self._hand(self._held.popleft())
        if self._held or waiting():
            hello_imgui.request_refresh()

    def _hand(self, one: _Held) -> None:
        self._moved = self._moved or one.event == MOVE
        if one.event == KEY and self._key is not None:
            self._key(*one.arguments)
        one.receive(*one.arguments)


def waiting() -> bool:
    """Return True if a button was handed to Dear ImGui that acts in one of the next frames."""
    return _queued(imgui.internal.InputEventType.mouse_button)


def _queued(kind: imgui.internal.InputEventType) -> bool:
    queue = imgui.get_current_context().input_events_queue
    return any(queue[k].type == kind for k in range(queue.size()))
