"""Where controls were drawn, for a program that works the window by mouse: the tour. Off unless watched."""

from imgui_bundle import imgui

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in screen pixels."""

_watched: list[dict[str, Rect]] = []


def watch(places: dict[str, Rect]) -> None:
    """From now on, keep in `places` where each control was drawn last, by `Window/label`."""
    _watched[:] = [places]


def unwatch() -> None:
    """Keep nothing any more."""
    _watched.clear()


def mark(label: str) -> None:
    """Called by widgets: the last item is the control `label` of the present window."""
    if _watched:
        a, b = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        window = imgui.internal.get_current_window().name.split("/")[0]
        if window.startswith("##Top"):
            window = "App bar"
        _watched[0][f"{window}/{label.replace('##', '')}"] = (a.x, a.y, b.x, b.y)
