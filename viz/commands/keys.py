"""Key chords by name: `Ctrl+Shift+Z`, `F`, `Space`."""

import functools
import sys

from imgui_bundle import imgui

_MODS = {"Ctrl": imgui.Key.mod_ctrl, "Shift": imgui.Key.mod_shift, "Alt": imgui.Key.mod_alt}
_KEYS = {
    "Esc": imgui.Key.escape,
    "Space": imgui.Key.space,
    "Tab": imgui.Key.tab,
    "Enter": imgui.Key.enter,
    "Del": imgui.Key.delete,
    "Backspace": imgui.Key.backspace,
    "+": imgui.Key.equal,
    "−": imgui.Key.minus,
    ",": imgui.Key.comma,
    "/": imgui.Key.slash,
    "←": imgui.Key.left_arrow,
    "→": imgui.Key.right_arrow,
    "↑": imgui.Key.up_arrow,
    "↓": imgui.Key.down_arrow,
    "F11": imgui.Key.f11,
    "Plus": imgui.Key.keypad_add,
    "Minus": imgui.Key.keypad_subtract,
}

_REPEAT, _ONCE = int(imgui.InputFlags_.repeat), int(imgui.InputFlags_.none)


@functools.cache
def chord(keys: str) -> int:
    """Return Dear ImGui's number of a chord such as `Ctrl+Shift+Z`. Raises ValueError for an unknown key."""
    *mods, last = keys.replace("++", "+plus").split("+")
    last = "+" if last == "plus" else last
    if last in _KEYS:
        key = _KEYS[last]
    elif len(last) == 1 and last.isdigit():
        key = getattr(imgui.Key, f"_{last}")
    elif len(last) == 1 and last.isalpha():
        key = getattr(imgui.Key, last.lower())
    else:
        raise ValueError(f"no key is named {last!r} (in {keys!r})")
    total = int(key)
    for mod in mods:
        total |= int(_MODS[mod])
    return total


@functools.cache
def _chords(keys: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(chord(one) for one in keys)


def any_pressed(keys: tuple[str, ...], repeat: bool = False) -> bool:
    """Return True if one of the chords was pressed in this frame, with exactly its modifiers."""
    flags, pressed = _REPEAT if repeat else _ONCE, imgui.internal.is_key_chord_pressed
    return any(pressed(one, flags) for one in _chords(keys))


@functools.cache
def keys_of(keys: tuple[str, ...]) -> tuple[imgui.Key, ...]:
    """Return the keys of chords without their modifiers."""
    return tuple(imgui.Key(one & ~int(imgui.Key.mod_mask_)) for one in _chords(keys))


def shown(keys: str) -> str:
    """Return the chord in the notation of this operating system."""
    return keys.replace("Ctrl+", "Cmd+") if sys.platform == "darwin" else keys
