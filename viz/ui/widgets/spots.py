"""Recorded positions of controls, for scripts that drive the window by mouse (the tour). Off unless watched."""

from imgui_bundle import imgui

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in screen pixels."""

_watched: list[dict[str, Rect]] = []


def watch(places: dict[str, Rect]) -> None:
    """Start recording in `places` the last position of each control, by `Window/label`."""
    _watched[:] = [places]


def unwatch() -> None:
    """Stop recording."""
    _watched.clear()


def mark(label: str) -> None:
    """Record the last item as control `label` of the current window. Called by widgets."""
    if _watched:
        a, b = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        window = imgui.internal.get_current_window().name.split("/")[0]
        if window.startswith("##Top"):
            window = "App bar"
        _watched[0][f"{window}/{label.replace('##', '')}"] = (a.x, a.y, b.x, b.y)
