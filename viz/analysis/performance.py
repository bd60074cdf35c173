"""Panel "Performance": timings of window and renderer, device, precision and memory."""

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot

from viz.state.facts import REFRESH_S, Facts, Performance
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.actions import RestartRenderer
from viz.ui.numbers import milliseconds, size_of
from viz.ui.param_rows import slider_row, switch_row
from viz.ui.plots import Series
from viz.ui.theme import current as t

CONTROLS, CARD, CARD_HEIGHT = 256, 88, 54
"""Widths of the left column and of a card, height of a card; design lengths."""
_DEVICES = {"auto": "Auto", "cpu": "CPU", "cuda": "CUDA", "mps": "Apple GPU (MPS)"}


@dataclass(frozen=True)
class Figure:
    """Card with the median and the 95th percentile of a series."""

    name: str
    value: str
    note: str
    hint: str


def device_name(device: str) -> str:
    """Return the display name of a device: `cuda:1` -> `CUDA 1`."""
    kind, _, index = device.partition(":")
    return f"{_DEVICES.get(kind, kind)} {index}".strip()


def figures(performance: Performance) -> tuple[Figure, ...]:
    """Return the cards: window, render, latency and frame rate."""
    cards = [
        _figure(
            "Window", performance.ui_ms, "Work of the window for each of its frames: median, and what 95 % stay below"
        ),
        _figure(
            "Render", performance.render_ms, "Time the renderer takes for a picture: median, and what 95 % stay below"
        ),
        _figure("Latency", performance.latency_ms, "From a change to its picture: median, and what 95 % stay below"),
    ]
    frames = performance.frame_ms[performance.frame_ms > 0]
    rate = f"{1000 / float(np.median(frames)):.0f} fps" if frames.size else "–"
    slowest = f"max {milliseconds(float(frames.max()))}" if frames.size else ""
    return (*cards, Figure("Frames", rate, slowest, "Frames of the window a second, and the longest wait between two"))


def _figure(name: str, series: Series, hint: str) -> Figure:
    if not series.size:
        return Figure(name, "–", "", hint)
    return Figure(
        name, milliseconds(float(np.median(series))), f"p95 {milliseconds(float(np.percentile(series, 95)))}", hint
    )


@dataclass
class _Cache:
    """Values recomputed a few times per second only, because percentiles cost more than drawing."""

    at: float = -1.0
    cards: tuple[Figure, ...] = ()
    stages: tuple[str, ...] = ()
    """Stages that take more than 1 % of the render time."""
    render_top: float = 1.0
    window_top: float = 1.0
    """95th percentile of a plot's values, in milliseconds."""

    def renew(self, now: float, performance: Performance) -> None:
        """Recompute all values."""
        self.at, self.cards = now, figures(performance)
        whole = performance.render_ms
        self.stages = tuple(name for name, series in performance.stages if series.sum() > 0.01 * whole.sum())
        usual = whole - sum((s for name, s in performance.stages if name == "load"), np.zeros(whole.size))
        self.render_top = _top(usual, performance.latency_ms)
        self.window_top = _top(performance.ui_ms, performance.frame_ms)


def _top(*series: Series) -> float:
    return max((float(np.percentile(one, 95)) for one in series if one.size), default=1.0)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    room = imgui.get_content_region_avail()
    narrow = room.x < t.px(CONTROLS + 240)
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    seen = imgui.begin_child(
        "controls", V(room.x if narrow else t.px(CONTROLS), room.y), imgui.ChildFlags_.nav_flattened
    )
    imgui.pop_style_var()
    if seen:
        scene = _controls(scene, facts)
    imgui.end_child()
    if not narrow:
        imgui.same_line(0, t.px(16))
        imgui.begin_group()
        _measured(facts)
        imgui.end_group()
    return scene


def _measured(facts: Facts) -> None:
    """Draw the cards above the plots."""
    cache, room = facts.scratch.get(_Cache), imgui.get_content_region_avail()
    if not cache.cards or not 0 <= facts.now - cache.at < REFRESH_S:
        cache.renew(facts.now, facts.performance)
    p, gap = imgui.get_cursor_screen_pos(), t.px(8)
    count = max(1, min(len(cache.cards), int((room.x + gap) // (t.px(CARD) + gap))))
    width = (room.x - gap * (count - 1)) / count
    for k, card in enumerate(cache.cards[:count]):
        _card(card, V(p.x + k * (width + gap), p.y), width)
    height = room.y - t.px(CARD_HEIGHT) - gap
    if height < t.px(56):
        return
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(CARD_HEIGHT) + gap))
    two = room.x > t.px(440)
    width = (room.x - gap) / 2 if two else room.x
    _render_plot(facts.performance, cache, width, height)
    if two:
        imgui.same_line(0, gap)
        _window_plot(facts.performance, cache, width, height)


def _card(card: Figure, p: V, width: float) -> None:
    """Draw a card at `p`, `width` pixels wide."""
    h = t.px(CARD_HEIGHT)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    ui.tip(card.hint)
    ui.fill(p, V(p.x + width, p.y + h), "raised", 1, t.radius_card)
    x, room = p.x + t.px(8), width - t.px(12)
    ui.draw(ui.ellipsis(card.name, room, t.small), x, p.y + t.px(4), "dim", t.small)
    ui.draw(ui.ellipsis(card.value, room, 15, "bold"), x, p.y + t.px(17), "text", 15, "bold")
    ui.draw(ui.ellipsis(card.note, room, t.small), x, p.y + t.px(36), "faint", t.small)


def _render_plot(performance: Performance, cache: _Cache, width: float, height: float) -> None:
    """Plot the renderer's stages stacked, and the latency."""
    whole, latency = performance.render_ms, performance.latency_ms
    named = [(name, series) for name, series in performance.stages if name in cache.stages]
    ui.push_font(t.small, "regular")
    with plots.plot("render", width, height) as seen:
        if seen:
            _axes("pictures", cache.render_top, max(2, whole.size))
            if whole.size:
                plots.stack(np.arange(whole.size, dtype=np.float64), named)
            if latency.size:
                start = max(0, whole.size - latency.size)
                plots.line("latency", np.arange(latency.size, dtype=np.float64) + start, latency, "text", 1.2, 0.8)
    imgui.pop_font()


def _window_plot(performance: Performance, cache: _Cache, width: float, height: float) -> None:
    """Plot the UI time and the time between frames."""
    work, frame = performance.ui_ms, performance.frame_ms
    ui.push_font(t.small, "regular")
    with plots.plot("window", width, height) as seen:
        if seen:
            _axes("window frames", cache.window_top, max(2, work.size))
            for name, series, token in (("frame to frame", frame, "dim"), ("work", work, "accent")):
                if series.size:
                    plots.line(name, np.arange(series.size, dtype=np.float64), series, token, 1.5)
    imgui.pop_font()


def _axes(what: str, top: float, count: int) -> None:
    """Set up the axes, newest value at the right, with room for the legend above `top` milliseconds."""
    bare = implot.AxisFlags_.no_tick_labels | implot.AxisFlags_.no_grid_lines
    implot.setup_axes(what, "ms", bare, 0)
    implot.setup_axes_limits(0, count - 1, 0, max(1.0, top * 1.5), imgui.Cond_.always)
    implot.setup_legend(implot.Location_.north_west, implot.LegendFlags_.horizontal)


def _controls(scene: Scene, facts: Facts) -> Scene:
    """Draw the settings that affect performance."""
    scene = _device(scene, facts)
    scene = _precision(scene, facts)
    scene = slider_row(scene, "settings.frame_limit")
    ui.row_label("Vertical sync", not scene.settings.vsync)
    imgui.push_id("vsync")
    scene = switch_row(scene, "settings.vsync", "", "Wait for the screen, so that pictures do not tear")
    imgui.pop_id()
    _memory(facts)
    return scene


def _device(scene: Scene, facts: Facts) -> Scene:
    """Draw the device selection and the restart button."""
    devices, device = facts.devices, scene.settings.device
    hint = f"Renders on {facts.model.device} now" if facts.model else "Where to render"
    width = imgui.get_content_region_avail().x - t.px(t.label + t.row + 4)
    name = device_name(device)
    if device == "auto" and facts.model:
        name = f"{name}: {facts.model.device}"
    if ui.choice("Device", name, hint=hint, changed=device != "auto", width=width):
        imgui.open_popup("devices")
    imgui.same_line(0, t.px(4))
    hint = "Restart the renderer: ends its process and starts another"
    if ui.button(glyph="arrows-clockwise", hint=hint, id_="##restart"):
        scene = scene.request(RestartRenderer())
    names = [device_name(one) for one in devices]
    picked, _ = ui.pick("devices", names, devices.index(device) if device in devices else -1, width=width)
    return put(scene, "settings.device", devices[picked]) if picked is not None else scene


def _precision(scene: Scene, facts: Facts) -> Scene:
    """Draw the switch for single precision, disabled on a CPU, which always uses it."""
    always = facts.model is not None and facts.model.device.upper().startswith("CPU")
    ui.row_label("Force fp32", scene.document.force_fp32)
    imgui.begin_disabled(always)
    imgui.push_id("fp32")
    scene = switch_row(scene, "document.force_fp32", "", "Compute in single precision even where half is faster")
    imgui.pop_id()
    imgui.end_disabled()
    if always:
        imgui.same_line(0, t.px(8))
        ui.label("the CPU always does", "faint", t.small, height=t.row)
    return scene


def _memory(facts: Facts) -> None:
    """Draw the renderer's memory use."""
    used, total = facts.performance.memory
    width = ui.row_label("Memory")
    if not total:
        ui.label("–", "faint", height=t.row)
        return
    text = f"{size_of(used)} of {size_of(total)}"
    room = width - ui.measure(text, t.small) - t.px(8)
    ui.progress(min(1.0, used / total), max(room, t.px(24)), "warn" if used > 0.9 * total else "accent")
    imgui.same_line(0, t.px(8))
    ui.label(text, "dim", t.small, height=t.row)
