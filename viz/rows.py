"""Rows bound to parameters: what a panel needs for most of its controls."""

from viz import widgets as ui
from viz.params import PARAMS, default, get, put
from viz.scene import Scene


def slider_row(
    scene: Scene, path: str, *, label: str = "", high: float | None = None, width: float = 0, show_label: bool = True
) -> Scene:
    """A slider for the number at `path`, with its declared range, unit, format and tooltip. Right click resets."""
    param = PARAMS[path]
    value = ui.slider(
        label or param.label,
        float(get(scene, path)),
        param.low,
        param.high if high is None else high,
        float(default(path)),
        param.unit,
        param.fmt,
        hint=param.hint,
        width=width,
        show_label=show_label,
    )
    whole = isinstance(default(path), int) and not isinstance(default(path), bool)
    return put(scene, path, round(value) if whole else value)


def switch_row(scene: Scene, path: str, text: str, hint: str) -> Scene:
    """A switch for the truth at `path`, with its text beside it."""
    return put(scene, path, ui.switch(text, bool(get(scene, path)), hint))
