"""Key presses as the system reports them: each with the modifiers that were down at that moment.

Dear ImGui shows the keyboard once a frame. At four frames a second, Ctrl may be up again by then, and Ctrl+Z be lost.
"""

import sys
from typing import Any, NamedTuple

from imgui_bundle import imgui

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

_MOST = 64
"""Presses that are kept between two frames; a frame that takes longer has lost its user."""


class Press(NamedTuple):
    """A key that went down, or that the system repeats because it is held."""

    chord: int
    """Dear ImGui's number of the key and its modifiers, as `viz.commands.keys.chord` returns."""
    repeated: bool = False


class KeyEvents:
    """Presses since the last frame, in their order."""

    def __init__(self) -> None:
        self._new: list[Press] = []

    def add(self, press: Press) -> None:
        """Add one."""
        if len(self._new) < _MOST and not (press.repeated and press in self._new):
            self._new.append(press)

    def take(self) -> list[Press]:
        """Return the presses that are new, and forget them."""
        taken, self._new = self._new, []
        return taken

    def received(self, window: Any, key: int, scancode: int, action: int, mods: int) -> None:
        """Receive a key as GLFW reports it, besides Dear ImGui."""
        if action == glfw.RELEASE:
            return
        found = imgui_key(key, glfw.get_key_name(key, scancode) if _PRINTABLE[0] <= key <= _PRINTABLE[1] else None)
        if found is not None:
            self.add(Press(int(found) | imgui_mods(mods), action == glfw.REPEAT))


_PRINTABLE = (glfw.KEY_SPACE + 1, glfw.KEY_GRAVE_ACCENT)
_NAMED = {
    "=": imgui.Key.equal,
    "+": imgui.Key.equal,
    "-": imgui.Key.minus,
    ",": imgui.Key.comma,
    "/": imgui.Key.slash,
}
_OTHERS = {
    glfw.KEY_SPACE: imgui.Key.space,
    glfw.KEY_TAB: imgui.Key.tab,
    glfw.KEY_ENTER: imgui.Key.enter,
    glfw.KEY_DELETE: imgui.Key.delete,
    glfw.KEY_LEFT: imgui.Key.left_arrow,
    glfw.KEY_RIGHT: imgui.Key.right_arrow,
    glfw.KEY_UP: imgui.Key.up_arrow,
    glfw.KEY_DOWN: imgui.Key.down_arrow,
    glfw.KEY_KP_ADD: imgui.Key.keypad_add,
    glfw.KEY_KP_SUBTRACT: imgui.Key.keypad_subtract,
    **{getattr(glfw, f"KEY_F{n}"): getattr(imgui.Key, f"f{n}") for n in range(1, 13)},
}
_MODS = ((glfw.MOD_SHIFT, imgui.Key.mod_shift), (glfw.MOD_ALT, imgui.Key.mod_alt))


def imgui_key(key: int, name: str | None) -> imgui.Key | None:
    """Return Dear ImGui's key of one of GLFW's, by the character that it has on this keyboard; None if unknown."""
    if name is None or len(name) != 1:
        return _OTHERS.get(key)
    usual = name.isascii() and name.isalnum()
    found: imgui.Key | None = getattr(imgui.Key, name.lower() if name.isalpha() else f"_{name}") if usual else None
    return found or _NAMED.get(name)


def imgui_mods(mods: int) -> int:
    """Return Dear ImGui's modifiers for GLFW's; Cmd is Ctrl on macOS."""
    ctrl = glfw.MOD_SUPER if sys.platform == "darwin" else glfw.MOD_CONTROL
    total = int(imgui.Key.mod_ctrl) if mods & ctrl else 0
    for theirs, ours in _MODS:
        total |= int(ours) if mods & theirs else 0
    return total
