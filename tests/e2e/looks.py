"""Choice of the frames in which all parts of the window are drawn, rather than replayed as outside of tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from imgui_bundle import imgui

from viz.shell.app import App
from viz.state.facts import Facts, Performance

_POINTING = (
    "yield_",
    "mouse_move_to_pos",
    "mouse_click",
    "mouse_double_click",
    "mouse_down",
    "mouse_up",
    "mouse_wheel_y",
    "key_press",
    "key_down",
    "key_up",
    "key_chars",
    "key_chars_append",
    "key_chars_replace_enter",
)
"""Calls of the test engine that look for no items; a part under the pointer is drawn all the same."""


class Hands:
    """The test engine's context; `pointing` is entered in calls that look for no items."""

    def __init__(self, ctx: Any, pointing: Callable[[], AbstractContextManager[None]]) -> None:
        self._ctx, self._pointing = ctx, pointing

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._ctx, name)
        if name not in _POINTING:
            return call

        def pointed(*args: Any) -> Any:
            with self._pointing():
                return call(*args)

        self.__dict__[name] = pointed
        return pointed


def _lasting(facts: Facts) -> Facts:
    """Return the facts without those that differ in each frame."""
    return replace(facts, now=0.0, waiting_s=0.0, stalled_s=0.0, measure=Performance)


class Changes:
    """Finds the frames that follow a change: what the user does, or what the renderer answers."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._before: tuple[object, ...] = ()
        self._changed = False
        self._since = 0

    def due(self, pause: int) -> bool:
        """Return True where something has changed, but never in two frames in a row, and `pause` frames later.

        Call once a frame, before the panels are drawn.
        """
        tally = self._app.facts.thumbnails.tally
        held = imgui.get_current_context().active_id
        now = self._app.scene, _lasting(self._app.facts), tally.came, tally.lost, held
        self._changed = self._changed or now != self._before
        self._before = now
        self._since += 1
        if self._since < 2 or not (self._changed or self._since >= pause):
            return False
        self._changed, self._since = False, 0
        return True
