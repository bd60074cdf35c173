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

CONTROLS, CARD_HEIGHT = 256, 24
"""Width of the left column and height of a figure, in design lengths."""
_DEVICES = {"auto": "Auto", "cpu": "CPU", "cuda": "CUDA", "mps": "Apple GPU (MPS)"}


@dataclass(frozen=True)
class Figure:
    """Median and 95th percentile of a series."""

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
            "Render",
            performance.rendered_ms,
            "Time the renderer takes for a picture: median, and what 95 % stay below",
        ),
        _figure(
            "Latency", without_loads(performance), "From a change to its picture: median, and what 95 % stay below"
        ),
    ]
    frames = without_idle(performance.frame_ms)
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
    """99th percentile of a plot's values, in milliseconds, without waiting and loading."""

    def renew(self, now: float, performance: Performance) -> None:
        """Recompute all values."""
        self.at, self.cards = now, figures(performance)
        whole = performance.render_ms
        self.stages = tuple(name for name, series in performance.stages if series.sum() > 0.01 * whole.sum())
        usual = whole - sum((s for name, s in performance.stages if name == "load"), np.zeros(whole.size))
        self.render_top = _top(usual, without_loads(performance))
        self.window_top = _top(performance.ui_ms, without_idle(performance.frame_ms))


IDLE_MS = 400.0
"""Time between frames from which on the window has waited for something to do."""


def without_idle(frames: Series) -> Series:
    """Return the times between frames in which the window had something to draw; all of them if there are none."""
    busy = frames[(frames > 0) & (frames < IDLE_MS)]
    return busy if busy.size else frames[frames > 0]


def without_loads(performance: Performance) -> Series:
    """Return the latencies of pictures for which no network was read; the newest of both series belong together."""
    loads = next((series for name, series in performance.stages if name == "load"), np.zeros(0))
    latency = performance.latency_ms
    count = min(latency.size, loads.size)
    read = np.zeros(latency.size, bool)
    read[latency.size - count :] = loads[loads.size - count :] > 0
    return latency[~read]


def _top(*series: Series) -> float:
    return max((float(np.percentile(one, 99)) for one in series if one.size), default=1.0)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel: figures and settings at the left, plots beside them."""
    room = imgui.get_content_region_avail()
    narrow = room.x < t.px(CONTROLS + 240)
    cache = facts.scratch.get(_Cache)
    if not cache.cards or not 0 <= facts.now - cache.at < REFRESH_S:
        cache.renew(facts.now, facts.performance)
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    seen = imgui.begin_child(
        "controls", V(room.x if narrow else t.px(CONTROLS), room.y), imgui.ChildFlags_.nav_flattened
    )
    imgui.pop_style_var()
    if seen:
        _cards(cache)
        scene = _controls(scene, facts)
    imgui.end_child()
    if not narrow and room.y > t.px(56):
        imgui.same_line(0, t.px(16))
        imgui.begin_group()
        _plots(facts, cache)
        imgui.end_group()
    return scene


def _cards(cache: _Cache) -> None:
    """Draw the figures in two columns."""
    p, gap = imgui.get_cursor_screen_pos(), t.px(4)
    width = (imgui.get_content_region_avail().x - gap) / 2
    for k, card in enumerate(cache.cards):
        _card(card, V(p.x + k % 2 * (width + gap), p.y + k // 2 * (t.px(CARD_HEIGHT) + gap)), width)
    imgui.set_cursor_screen_pos(V(p.x, p.y + 2 * (t.px(CARD_HEIGHT) + gap)))
    imgui.dummy(V(1, 1))


def _plots(facts: Facts, cache: _Cache) -> None:
    """Draw the plots in the full height, each under a heading with its legend."""
    room, p, gap = imgui.get_content_region_avail(), imgui.get_cursor_screen_pos(), t.px(12)
    two = room.x > t.px(440)
    width = (room.x - gap) / 2 if two else room.x
    performance, head = facts.performance, t.px(18)
    stages = [(name, plots.color(k)) for k, name in enumerate(_named(performance, cache))]
    _head("Renderer", [*stages, ("latency", "text")], p, width)
    imgui.set_cursor_screen_pos(V(p.x, p.y + head))
    _render_plot(performance, cache, width, room.y - head)
    if two:
        x = p.x + width + gap
        _head("Window", [("frame to frame", "dim"), ("work", "accent")], V(x, p.y), width)
        imgui.set_cursor_screen_pos(V(x, p.y + head))
        _window_plot(performance, cache, width, room.y - head)


def _named(performance: Performance, cache: _Cache) -> dict[str, Series]:
    return {name: series for name, series in performance.stages if name in cache.stages}


def _head(title: str, legend: list[tuple[str, str]], p: V, width: float) -> None:
    """Draw a heading with the names of the lines at the right, in their colours."""
    left = p.x + ui.draw(title, p.x, p.y, "text", t.small, "bold", height=t.px(18)) + t.px(12)
    while legend and ui.legend(legend, left, p.x + width, p.y, t.px(18)) == p.x + width:
        legend = legend[1:]


def _card(card: Figure, p: V, width: float) -> None:
    """Draw a card at `p`, `width` pixels wide."""
    h = t.px(CARD_HEIGHT)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    ui.tip(f"{card.hint}\n{card.name}: {card.value}   {card.note}")
    ui.fill(p, V(p.x + width, p.y + h), "raised", 1, t.radius)
    name = ui.draw(card.name, p.x + t.px(8), p.y, "dim", t.small, height=h)
    room = width - name - t.px(24)
    value = card.value
    if ui.measure(value, weight="bold") > room:
        number, _, unit = value.partition(" ")
        value = f"{float(number):.0f} {unit}" if unit else value
    ui.draw(value, p.x + width - t.px(8), p.y, "text", weight="bold", align=1, height=h)


def _render_plot(performance: Performance, cache: _Cache, width: float, height: float) -> None:
    """Plot the renderer's stages stacked, and the latency."""
    whole, latency = performance.render_ms, performance.latency_ms
    named = list(_named(performance, cache).items())
    ui.push_font(t.small, "regular")
    with plots.plot("render", width, height, implot.Flags_.no_legend) as seen:
        if seen:
            _axes("pictures", cache.render_top, max(2, whole.size))
            if whole.size:
                plots.stack(np.arange(whole.size, dtype=np.float64), named)
            if latency.size:
                start = max(0, whole.size - latency.size)
                plots.line("latency", np.arange(latency.size, dtype=np.float64) + start, latency, "text", 1.2, 0.8)
            _beyond(whole, _ceiling(cache.render_top))
    imgui.pop_font()


def _window_plot(performance: Performance, cache: _Cache, width: float, height: float) -> None:
    """Plot the UI time and the time between frames."""
    work, frame = performance.ui_ms, performance.frame_ms
    ui.push_font(t.small, "regular")
    with plots.plot("window", width, height, implot.Flags_.no_legend) as seen:
        if seen:
            _axes("window frames", cache.window_top, max(2, work.size))
            for name, series, token in (("frame to frame", frame, "dim"), ("work", work, "accent")):
                if series.size:
                    plots.line(name, np.arange(series.size, dtype=np.float64), series, token, 1.5)
            _beyond(frame, _ceiling(cache.window_top))
    imgui.pop_font()


def _ceiling(top: float) -> float:
    return max(1.0, top * 1.1)


def _axes(what: str, top: float, count: int) -> None:
    """Set up the axes, newest value at the right, up to a little above `top` milliseconds."""
    bare = implot.AxisFlags_.no_tick_labels | implot.AxisFlags_.no_grid_lines
    implot.setup_axes(what, "ms", bare, 0)
    implot.setup_axes_limits(0, count - 1, 0, _ceiling(top), imgui.Cond_.always)


def _beyond(series: Series, ceiling: float) -> None:
    """Mark at the upper edge the values that lie beyond it."""
    lines, k = implot.get_plot_draw_list(), t.px(3)
    for index in np.flatnonzero(series > ceiling):
        at = implot.plot_to_pixels(float(index), ceiling)
        lines.add_triangle_filled(
            V(at.x - k, at.y + 2 * k), V(at.x + k, at.y + 2 * k), V(at.x, at.y + 1), t.u32("warn", 0.9)
        )


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
    names = [device_name(one) for one in devices]
    now = devices.index(device) if device in devices else -1
    picked, _ = ui.pick("devices", names, now, width=width, default=devices.index("auto"))
    imgui.same_line(0, t.px(4))
    hint = "Restart the renderer: ends its process and starts another"
    if ui.button(glyph="arrows-clockwise", hint=hint, id_="##restart"):
        scene = scene.request(RestartRenderer())
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
