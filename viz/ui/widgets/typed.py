"""Number input by drag and text, with full float precision (Dear ImGui's own drags have 24 bits)."""

import math

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.ui.drawable import drawable
from viz.ui.widgets.paint import hit

FINER, COARSER = 0.1, 10.0

_LARGEST = 1e12
"""Largest number that can be typed: beyond, whole numbers would soon be lost."""
_LOST_FRAMES = 5
"""Frames after which a field without keyboard focus is given up: another item took the focus."""


def drag_pace() -> float:
    """Return the drag factor: Alt makes a drag finer, Shift coarser."""
    io = imgui.get_io()
    return FINER if io.key_alt else COARSER if io.key_shift else 1.0


def drag_number(id_: str, value: float, size: V, per_pixel: float, fmt: str, whole: bool = False) -> tuple[float, bool]:
    """Place the hit area of a number drawn by the caller. Returns the number, and True while it is typed: then a field
    is drawn, and the caller must draw nothing.

    Drag to change it by `per_pixel` (see `drag_pace`), in whole steps if `whole`; double click, Ctrl+click or, by
    keyboard, Enter to type. It is the last item, so callers can query a right click.
    """
    id_ = drawable(id_)
    storage, waited, rest = imgui.get_state_storage(), imgui.get_id(f"{id_}waited"), imgui.get_id(f"{id_}rest")
    if storage.get_int(waited, -1) >= 0:
        return _typed(id_, value, size, fmt, waited)
    imgui.set_next_item_allow_overlap()
    chosen = hit(id_, size)
    io = imgui.get_io()
    doubled = imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left)
    by_keyboard = chosen and not imgui.is_mouse_released(imgui.MouseButton_.left)
    if doubled or by_keyboard or (imgui.is_item_activated() and io.key_ctrl):
        storage.set_int(waited, 0)
        return value, False
    if imgui.is_item_activated():
        storage.set_float(rest, 0.0)
    elif imgui.is_item_active() and imgui.is_mouse_down(imgui.MouseButton_.left):
        step = storage.get_float(rest) + io.mouse_delta.x * per_pixel * drag_pace()
        storage.set_float(rest, step - math.trunc(step) if whole else 0.0)
        value = value + math.trunc(step) if whole else round(value + step, 5)
    return value, False


def start_typing(id_: str) -> None:
    """Open the text field of a `drag_number` in the next frame."""
    imgui.get_state_storage().set_int(imgui.get_id(f"{drawable(id_)}waited"), 0)


def _typed(id_: str, value: float, size: V, fmt: str, waited: int) -> tuple[float, bool]:
    """Draw the text field of the number until it loses focus."""
    storage = imgui.get_state_storage()
    frames = storage.get_int(waited)
    if frames == 0:
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(size.x)
    flags = imgui.InputTextFlags_.auto_select_all | imgui.InputTextFlags_.chars_scientific
    changed, new = imgui.input_double(f"{id_}field", value, 0, 0, fmt, flags)
    over = imgui.is_item_deactivated() or (frames > _LOST_FRAMES and not imgui.is_item_active())
    storage.set_int(waited, -1 if over else frames + 1)
    return (min(max(new, -_LARGEST), _LARGEST) if changed and math.isfinite(new) else value), True
