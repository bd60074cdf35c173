"""Recorded positions of controls, for scripts that drive the window by mouse (the tour). Off unless watched."""

from imgui_bundle import imgui

from viz.ui import record

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in screen pixels."""

_watched: list[dict[str, Rect]] = []


def watch(places: dict[str, Rect]) -> None:
    """Start recording in `places` the last position of each control, by `Window/label`."""
    if not any(one is places for one in _watched):
        _watched.append(places)


def unwatch(places: dict[str, Rect] | None = None) -> None:
    """Stop recording in `places`; None: everywhere."""
    _watched[:] = [one for one in _watched if places is not None and one is not places]


def mark(label: str) -> None:
    """Record the last item as control `label` of the current window. Called by widgets."""
    record.last_item(label)
    if _watched:
        a, b = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        window = imgui.internal.get_current_window().name.split("/")[0]
        if window.startswith("##Top"):
            window = "App bar"
        for places in _watched:
            places[f"{window}/{label.replace('##', '')}"] = (a.x, a.y, b.x, b.y)
