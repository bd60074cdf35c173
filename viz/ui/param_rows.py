"""Rows bound to parameters, which make up most of a panel's controls."""

from imgui_bundle import imgui

from viz.state.keyframes import animatable, has_key, key_toggled, under
from viz.state.params import PARAMS, default, get, put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached_row
from viz.ui.theme import current


def slider_row(
    scene: Scene, path: str, *, label: str = "", high: float | None = None, width: float = 0, show_label: bool = True
) -> Scene:
    """Draw a slider for the number at `path`, with its declared range, unit, format and tooltip. Right click resets.

    Parameters that can be keyed get a diamond at the end, solid if there is a key at the playhead.
    """
    param, now, usual = PARAMS[path], get(scene, path), default(path)
    own = animatable(path) if show_label and not width else ""
    keyed = has_key(scene, own) if own else None

    def draw() -> Scene:
        value = ui.slider(
            label or param.label,
            float(now),
            param.low,
            param.high if high is None else high,
            float(usual),
            param.unit,
            param.fmt,
            hint=param.hint,
            width=width,
            show_label=show_label,
            keyed=keyed,
        )
        if own:
            under.note(own)
            if ui.key_clicked():
                return key_toggled(scene, own)
        whole = isinstance(usual, int) and not isinstance(usual, bool)
        return put(scene, path, round(value) if whole else value)

    return cached_row(path, (now, label, high, width, show_label, keyed), draw, scene)


def switch_row(scene: Scene, path: str, text: str, hint: str) -> Scene:
    """Draw a switch for the boolean at `path`, with its text beside it."""
    return put(scene, path, ui.switch(text, bool(get(scene, path)), hint))


def play_row(scene: Scene, text: str, playing: str, speed: str, hint: str, *, primary: bool = False) -> Scene:
    """Draw an animation row: a button for the boolean at `playing`, and a slider for the number at `speed`.

    The button's id is `##play<text>`.
    """
    moving = bool(get(scene, playing))
    ui.row_label(text, moving or get(scene, speed) != default(speed))
    if ui.button(
        glyph="pause" if moving else "play",
        kind="primary" if primary else "plain",
        on=moving,
        id_=f"##play{text}",
        hint=f"Stop: {hint[0].lower()}{hint[1:]}" if moving else hint,
        keys="Space" if primary else "",
    ):
        scene = put(scene, playing, not moving)
    imgui.same_line(0, current.px(4))
    return slider_row(scene, speed, show_label=False)
