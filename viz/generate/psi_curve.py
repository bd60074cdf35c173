"""Truncation curve: editable bar chart of psi per w vector."""

import math
from dataclasses import dataclass, replace
from itertools import groupby

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo, Truncation
from viz.state.bands import band_of, bands_of, short_name, size_text
from viz.state.facts import Facts
from viz.state.params import PARAMS, put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t
from viz.ui.widgets import menus

PSI, PSIS = "document.truncation.psi", "document.truncation.psis"
HEIGHT = 56
_TYPE = "type psi"


@dataclass
class _Stroke:
    """A drag over the bars; the scale is fixed when it starts."""

    span: tuple[float, float] | None = None
    last: tuple[int, float] | None = None
    """Bar and psi of the previous frame."""
    typed: int = 0
    """Bar whose psi is being typed."""
    before: tuple[float, ...] = ()
    """Curve before the last press, which may be the first of a double click."""
    pressed: float = -math.inf
    """Time of that press, in Dear ImGui's seconds."""
    menu: int = 0
    """Bar whose menu is open."""
    to_type: bool = False
    """True until the next frame opens the field for `typed`, once the menu has closed."""


@dataclass(frozen=True)
class _Chart:
    """Geometry of the bars, in pixels."""

    left: float
    step: float
    floor: float
    room: float
    low: float
    high: float
    count: int

    def y(self, value: float) -> float:
        return round(self.floor - (value - self.low) / (self.high - self.low) * self.room)

    def at(self, x: float, y: float) -> tuple[int, float]:
        """Return the bar nearest to a point, and the psi at its height."""
        param = PARAMS[PSI]
        value = self.low + (self.floor - y) / self.room * (self.high - self.low)
        index = min(max(int((x - self.left) // self.step), 0), self.count - 1)
        return index, round(min(max(value, param.low), param.high), 2)


def span(values: tuple[float, ...]) -> tuple[float, float]:
    """Return the value range of a chart; always includes 0 and 1."""
    return min(0.0, *values, 0.0), max(1.0, *values, 1.0)


def stroked(psis: tuple[float, ...], before: tuple[int, float], now: tuple[int, float]) -> tuple[float, ...]:
    """Return the psis after a stroke between two bars: linear interpolation over all bars in between."""
    (i0, a), (i1, b) = before, now
    changed = list(psis)
    for i in range(min(i0, i1), max(i0, i1) + 1):
        share = 1.0 if i0 == i1 else (i - i0) / (i1 - i0)
        changed[i] = round(a + (b - a) * share, 2)
    return tuple(changed)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw a bar per w vector in the colour of its band, from the zero line; full height means no truncation."""
    model, truncation, stroke = facts.model, scene.document.truncation, facts.scratch.get(_Stroke)
    able = model is not None and model.has_mean
    values = (truncation if able else Truncation()).of(model.num_ws) if model else ()
    a, height = imgui.get_cursor_screen_pos(), t.px(HEIGHT)
    width = ui.row_label("Per layer", bool(truncation.psis))
    left = a.x + t.px(t.label)
    ui.hit("##psis", V(max(1.0, width), height))
    low, high = stroke.span or span(values)
    chart = _Chart(
        left + t.px(4),
        max((width - t.px(8)) / max(len(values), 1), 0.1),
        a.y + height - t.px(6),
        height - t.px(14),
        low,
        high,
        len(values),
    )
    touched = imgui.is_item_hovered() or imgui.is_item_active() or imgui.is_item_activated()
    opened = imgui.is_popup_open(_TYPE) or imgui.is_popup_open("value") or stroke.to_type
    if able and model and (touched or stroke.last is not None or opened):
        scene = _typed(_stroke(scene, stroke, chart, values), stroke, chart)
        values = scene.document.truncation.of(model.num_ws)
    _paint(V(left, a.y), V(left + width, a.y + height), chart, values, model)
    if model and touched and imgui.is_item_hovered():
        _bar_tip(model, chart.at(imgui.get_mouse_pos().x, 0)[0], values)
    return _simple(scene, a) if truncation.psis else scene


def _stroke(scene: Scene, stroke: _Stroke, chart: _Chart, values: tuple[float, ...]) -> Scene:
    """Apply mouse drags and clicks to the bars."""
    mouse = imgui.get_mouse_pos()
    now = chart.at(mouse.x, mouse.y)
    right, plain = menus.right_clicked(), replace(scene.document.truncation, psis=()).of(len(values))
    if right == "hold":
        stroke.menu = now[0]
        imgui.open_popup("value")
    bar = min(stroke.menu, len(values) - 1)
    match menus.value_menu(f"{plain[bar]:.2f}"):
        case menus.RESET:
            return _reset(scene, values, plain, bar)
        case menus.COPY:
            ui.copy_text(f"{values[bar]:.2f}")
        case menus.TYPE:
            stroke.typed, stroke.to_type = bar, True
    if right == "click":
        return _reset(scene, values, plain, now[0])
    io = imgui.get_io()
    typing = io.key_ctrl or io.mouse_clicked_last_count[imgui.MouseButton_.left] == 2  # see _typed
    if imgui.is_item_activated() and not typing:
        stroke.before, stroke.pressed = scene.document.truncation.psis, imgui.get_time()
    if typing or not imgui.is_item_active() or not imgui.is_mouse_down(imgui.MouseButton_.left):
        stroke.span = stroke.last = None
        return scene
    stroke.span = stroke.span or (chart.low, chart.high)
    psis = stroked(values, stroke.last or now, now)
    stroke.last = now
    return put(scene, PSIS, psis) if psis != values else scene


def _reset(scene: Scene, values: tuple[float, ...], plain: tuple[float, ...], bar: int) -> Scene:
    """Return the scene with the psi of a bar that it has without a curve."""
    psis = (*values[:bar], plain[bar], *values[bar + 1 :])
    return put(scene, PSIS, () if psis == plain else psis)


def _typed(scene: Scene, stroke: _Stroke, chart: _Chart) -> Scene:
    """Edit the psi of a bar as text, after a double click or Ctrl+click."""
    mouse, io, left = imgui.get_mouse_pos(), imgui.get_io(), imgui.MouseButton_.left
    clicked = imgui.is_mouse_double_clicked(left) or (io.key_ctrl and imgui.is_mouse_clicked(left))
    if imgui.is_item_hovered() and clicked:
        stroke.typed = chart.at(mouse.x, mouse.y)[0]
        imgui.open_popup(_TYPE)
        if not io.key_ctrl and imgui.get_time() - stroke.pressed <= io.mouse_double_click_time:
            scene = put(scene, PSIS, stroke.before)  # the first click already changed the bar
    elif stroke.to_type and not imgui.is_popup_open("value"):
        stroke.to_type = False
        imgui.open_popup(_TYPE)
    if not imgui.begin_popup(_TYPE):
        return scene
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(t.px(80))
    values, bar, param = scene.document.truncation.of(chart.count), min(stroke.typed, chart.count - 1), PARAMS[PSI]
    changed, value = imgui.input_double("##psi", values[bar], 0, 0, param.fmt, imgui.InputTextFlags_.auto_select_all)
    ui.tip("ψ of this layer")
    if changed and math.isfinite(value):
        value = min(max(value, param.low), param.high)
        scene = put(scene, PSIS, (*values[:bar], value, *values[bar + 1 :]))
    if imgui.is_item_deactivated():
        imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _simple(scene: Scene, a: V) -> Scene:
    """Draw the button that returns to a single psi."""
    after = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(V(a.x, a.y + t.px(t.row + 4)))
    if ui.button(
        "One ψ", id_="##one psi", width=t.px(t.label - 16), hint="Back to one ψ for the layers below the cutoff"
    ):
        scene = put(scene, PSIS, ())
    imgui.set_cursor_screen_pos(after)
    imgui.dummy(V(0, 0))
    return scene


def _paint(a: V, b: V, chart: _Chart, values: tuple[float, ...], model: ModelInfo | None) -> None:
    ui.fill(a, b, "canvas")
    lines = imgui.get_window_draw_list()
    for value in sorted({chart.low, 0.0, 0.5, 1.0, chart.high}):
        lines.add_line(
            V(a.x, chart.y(value)), V(b.x, chart.y(value)), t.u32("dim" if value == 0 > chart.low else "line"), 1
        )
    if not model:
        return
    one, two, zero, gap = t.px(1), t.px(2), chart.y(0), t.u32("canvas")
    for band in bands_of(model):
        faint, full = t.u32(band.token, 0.3), t.u32(band.token)
        for value, bars in groupby(band.ws, values.__getitem__):  # one rectangle per run of equal values, minus gaps
            ws = tuple(bars)
            x0, x1 = chart.left + ws[0] * chart.step + one, chart.left + (ws[-1] + 1) * chart.step
            y = min(max(chart.y(value), a.y), b.y - two)
            cap = y if value >= 0 else y - two
            low, high = min(y, zero, cap), max(y, zero, cap + two)
            lines.add_rect_filled(V(x0, min(y, zero)), V(x1, max(y, zero)), faint)
            lines.add_rect_filled(V(x0, cap), V(x1, cap + two), full)
            for i in ws[1:]:
                x = chart.left + i * chart.step
                lines.add_rect_filled(V(x, low), V(x + one, high), gap)


def _bar_tip(model: ModelInfo, index: int, values: tuple[float, ...]) -> None:
    name, value = short_name(model.ws_names[index]), values[index]
    effect = "untouched" if value == 1 else "the mean" if value == 0 else f"ψ {value:.2f}".replace("-", "−")
    text = f"{name} · {size_text(*model.ws_sizes[index])} · {band_of(model, index).name.lower()}: {effect}"
    ui.tip(
        f"{text}\nDrag over the bars to give each its own ψ; double click types one; right click resets it, held: more"
    )
