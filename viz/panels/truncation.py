"""Truncation: how far styles are pulled toward the mean, on which w vectors, and what that makes of each of them."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.protocol import ModelInfo, Truncation
from viz import widgets as ui
from viz.bands import band_of, bands_of, short_name
from viz.facts import Facts
from viz.kept import keep_row
from viz.params import PARAMS, put, reset
from viz.rows import slider_row
from viz.scene import Scene
from viz.theme import current as t


def span(values: tuple[float, ...]) -> tuple[float, float]:
    """Range of a chart of shares: 0 and 1 are always in it."""
    return min(0.0, *values, 0.0), max(1.0, *values, 1.0)


def summary(truncation: Truncation, num_ws: int) -> str:
    """`ψ 0.62`, `ψ 0.62 on 8 of 16`, `by layer`, or `off`."""
    if truncation.psis:
        return "by layer"
    cutoff = truncation.cutoff
    if truncation.psi == 1 or cutoff == 0:
        return "off"
    text = f"ψ {truncation.psi:.2f}".replace("-", "−")
    return text if cutoff is None or cutoff >= num_ws else f"{text} on {cutoff} of {num_ws}"


def reads(scene: Scene, facts: Facts) -> tuple[object, ...]:
    """Everything that the section shows."""
    return scene.document.truncation, facts.model


def unable(model: ModelInfo | None) -> str:
    """Why styles cannot be pulled toward the mean; empty where they can."""
    return "" if model is None or model.has_mean else "This network keeps no mean of w to pull styles toward"


def draw(scene: Scene, facts: Facts) -> Scene:
    """The section."""
    model = facts.model
    num_ws = model.num_ws if model else 0
    text = summary(scene.document.truncation, num_ws) if model is None or model.has_mean else "no mean"
    is_open = ui.section("Truncation", summary=text, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, "document.truncation")
    if not is_open:
        return scene
    with ui.greyed(unable(model)):
        scene = slider_row(scene, "document.truncation.psi")
        scene = _cutoff(scene, num_ws)
    _chart(scene.document.truncation if model is None or model.has_mean else Truncation(), model)
    ui.space(6)
    return scene


def _cutoff(scene: Scene, num_ws: int) -> Scene:
    """The cutoff, which counts up to the network's own number of w vectors; that number itself stands for all."""
    param, cutoff = PARAMS["document.truncation.cutoff"], scene.document.truncation.cutoff
    before = num_ws if cutoff is None else min(cutoff, num_ws)

    def draw() -> Scene:
        imgui.begin_disabled(num_ws == 0)
        unit = f"of {num_ws}" if num_ws else ""
        after = ui.slider(param.label, before, param.low, num_ws, num_ws, unit, param.fmt, hint=param.hint)
        imgui.end_disabled()
        if round(after) == before:
            return scene
        return put(scene, "document.truncation.cutoff", None if round(after) >= num_ws else round(after))

    return keep_row("cutoff", (before, num_ws), draw, scene)


def _chart(truncation: Truncation, model: ModelInfo | None) -> None:
    """A bar for each w vector, in the colour of its band; the line is 0, full height is untouched."""
    a, height = imgui.get_cursor_screen_pos(), t.px(56)
    width = ui.row_label("Per layer")
    left = a.x + t.px(t.label)
    imgui.dummy(V(max(1.0, width), height))
    hovered = imgui.is_item_hovered()
    ui.fill(V(left, a.y), V(left + width, a.y + height), "canvas")
    values = truncation.of(model.num_ws) if model else ()
    low, high = span(values)
    floor, room = a.y + height - t.px(6), height - t.px(14)

    def at(value: float) -> float:
        return round(floor - (value - low) / (high - low) * room)

    lines = imgui.get_window_draw_list()
    for value in sorted({low, 0.0, 0.5, 1.0, high}):
        lines.add_line(V(left, at(value)), V(left + width, at(value)), t.u32("dim" if value == 0 > low else "line"), 1)
    if not model:
        return
    step, first, one, two, zero = (width - t.px(8)) / model.num_ws, left + t.px(4), t.px(1), t.px(2), at(0)
    for band in bands_of(model):
        faint, full = t.u32(band.token, 0.3), t.u32(band.token)
        for i in band.ws:
            x0, x1, y = first + i * step + one, first + (i + 1) * step, at(values[i])
            lines.add_rect_filled(V(x0, min(y, zero)), V(x1, max(y, zero)), faint, one)
            cap = y if values[i] >= 0 else y - two
            lines.add_rect_filled(V(x0, cap), V(x1, cap + two), full, one)
    if hovered:
        i = int((imgui.get_mouse_pos().x - first - one) // step)
        if 0 <= i < model.num_ws:
            _bar_tip(model, i, values[i])


def _bar_tip(model: ModelInfo, index: int, value: float) -> None:
    name = short_name(model.ws_names[index]) if index < len(model.ws_names) else f"w {index}"
    effect = "untouched" if value == 1 else "the mean" if value == 0 else f"ψ {value:.2f}".replace("-", "−")
    ui.tip(f"{name} · {model.ws_resolutions[index]}² · {band_of(model, index).name.lower()}: {effect}")
