"""Strip of seven small pictures along a direction, from -3 to +3 standard deviations."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.state.facts import Texture
from viz.ui.theme import current as t
from viz.ui.widgets.paint import focus_ring, hit, outline, thumbnail

Shown = tuple[Texture, Sequence[float]] | None
"""A small picture; None while it is being drawn."""
STEPS = (-3, -2, -1, 0, 1, 2, 3)
"""Places of the pictures, in standard deviations; 0 is the picture as it is now."""
GAP = 4
_scrubbed = [0]
"""Item that the mouse was last dragged along: to let go there is no click."""


@dataclass(frozen=True)
class StripTouch:
    """Gestures of the mouse on a strip."""

    over: int | None = None
    """Step under the pointer."""
    clicked: int | None = None
    """Step that was clicked."""
    scrubbed: float | None = None
    """Value while the mouse drags along the strip."""


def strip_width(side: float) -> float:
    """Return the width in pixels of a strip of pictures of this side in pixels."""
    return len(STEPS) * side + (len(STEPS) - 1) * t.px(GAP)


def strip(id_: str, shown: Sequence[Shown], side: float, old: bool = False, at: int | None = None) -> StripTouch:
    """Draw the seven pictures; return what the mouse does with them.

    Args:
        id_: Its id is `##id_`.
        shown: The pictures, in the order of `STEPS`.
        side: Of each, in pixels.
        old: They are not of the present document yet.
        at: Step with a bright edge beside the one under the pointer, for the keyboard.
    """
    p, pitch = imgui.get_cursor_screen_pos(), side + t.px(GAP)
    clicked = hit(f"##{id_}", V(strip_width(side), side))
    hovered, active = imgui.is_item_hovered(), imgui.is_item_active()
    along = (imgui.get_mouse_pos().x - p.x) / pitch
    under = STEPS[min(max(int(along), 0), len(STEPS) - 1)]
    for i, one in enumerate(shown):
        a = V(round(p.x + i * pitch), p.y)
        thumbnail(one, a, side, 4, 0.6 if old else 1.0)
        o = t.px(1)
        if STEPS[i] == 0:
            outline(V(a.x - o, a.y - o), V(a.x + side + o, a.y + side + o), "faint", 0.8, 5)
        if (hovered and STEPS[i] == under) or STEPS[i] == at:
            outline(V(a.x, a.y), V(a.x + side, a.y + side), "halo", 0.6, 4, 4)
            outline(V(a.x, a.y), V(a.x + side, a.y + side), "#FFFFFF", 0.95, 4, 2)
    focus_ring()
    if active and imgui.is_mouse_dragging(imgui.MouseButton_.left):
        _scrubbed[0] = imgui.get_item_id()
        value = min(max(along - 0.5, 0.0), len(STEPS) - 1.0) - 3
        return StripTouch(scrubbed=round(value, 2))
    dragged = _scrubbed[0] == imgui.get_item_id()
    if not active:
        _scrubbed[0] = 0 if dragged else _scrubbed[0]
    if clicked and hovered and not dragged:
        return StripTouch(under, under)
    return StripTouch(under if hovered and not active else None)
