"""Power spectrum of the content of the canvas: two-dimensional, and its radial mean."""

import math

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from viz.analysis.channels import shown_text
from viz.analysis.layers import chosen, entries
from viz.files.actions import SaveTable
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

ON, SELECTED = "view.display.spectrum.on", "view.display.spectrum.selected_only"
CONTROLS = 168
"""Design width of the controls beside the spectrum."""


@cached
def picture(scene: Scene, facts: Facts) -> Scene:
    """Draw the two-dimensional spectrum with its controls."""
    spectrum = scene.view.display.spectrum
    scene = _header(scene, facts)
    room = imgui.get_content_region_avail()
    rows = 3 * t.px(t.row) + 3 * imgui.get_style().item_spacing.y
    wide, tall = min(room.x - t.px(CONTROLS + 12), room.y), min(room.x, max(t.px(96), room.y - rows))
    beside, side = wide >= tall, max(wide, tall)
    p = imgui.get_cursor_screen_pos()
    scene = _square(scene, facts, p, side)
    left = p.x + side + t.px(12) if beside else p.x
    imgui.set_cursor_screen_pos(V(left, p.y) if beside else V(p.x, p.y + side + t.px(6)))
    imgui.begin_disabled(not spectrum.on)
    scene = _controls(scene, p.x + room.x - left)
    imgui.end_disabled()
    return scene


def _header(scene: Scene, facts: Facts) -> Scene:
    """Draw the heading, the source of the spectrum, and the switch."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(18)
    title = ui.draw("2-D spectrum", p.x, p.y, "text", t.small, "bold", height=h)
    spectrum, end = scene.view.display.spectrum, p.x + width - t.px(26)
    if spectrum.on:
        note = ui.ellipsis(_measured_text(scene, facts), width - title - t.px(50), t.small)
        ui.draw(note, end - t.px(8), p.y, "faint", t.small, align=1, height=h)
    imgui.set_cursor_screen_pos(V(end, p.y - (t.px(t.row) - h) / 2))
    imgui.push_id("spectrum")
    scene = put(scene, ON, ui.switch("", spectrum.on, "Measure the spectrum of what the canvas shows"))
    imgui.pop_id()
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))
    return scene


@derived
def _measured_text(scene: Scene, facts: Facts) -> str:
    every = not scene.view.display.spectrum.selected_only
    return shown_text(scene, chosen(scene, entries(scene, facts)), every)


def _square(scene: Scene, facts: Facts, p: V, side: float) -> Scene:
    """Draw the spectrum in a square at `p`, or a button to measure it."""
    side = max(side, t.px(24))
    q = V(p.x + side, p.y + side)
    if scene.view.display.spectrum.on and facts.spectrum:
        ui.picture(facts.spectrum.id, (0, 0, 1, 1), p, side, 3)
        imgui.dummy(V(side, side))
        if imgui.is_item_hovered() and ui.begin_tooltip():
            mouse = imgui.get_mouse_pos()
            ui.label(frequency_text((mouse.x - p.x) / side - 0.5, (mouse.y - p.y) / side - 0.5), "text", t.small)
            ui.end_tooltip()
        return scene
    ui.fill(p, q, "canvas", 0.55, 3)
    if scene.view.display.spectrum.on:
        ui.draw("Measuring…", p.x + side / 2, p.y, "dim", t.small, align=0.5, height=side)
        return scene
    ui.draw(ui.icon("waveform"), p.x + side / 2, p.y, "faint", 20, align=0.5, height=side - t.px(44))
    width = ui.measure("Measure") + t.px(16)
    imgui.set_cursor_screen_pos(V(p.x + (side - width) / 2, p.y + side / 2 + t.px(4)))
    if ui.button("Measure", hint="Measure the spectrum of what the canvas shows"):
        scene = put(scene, ON, True)
    return scene


def frequency_text(x: float, y: float) -> str:
    """Format a frequency, (-0.5..0.5) cycles per pixel in each direction: `0.120 cycles per pixel at 45°`."""
    angle = math.degrees(math.atan2(-y, x)) % 180
    return f"{math.hypot(x, y):.3f} cycles per pixel at {angle:.0f}°"


def _controls(scene: Scene, width: float) -> Scene:
    """Draw the controls for channels, range in decibels and Kaiser window, `width` pixels wide."""
    left = imgui.get_cursor_pos_x()
    label = t.px(64)

    def row(text: str, changed: bool) -> float:
        p = imgui.get_cursor_screen_pos()
        ui.draw(text, p.x, p.y, "text" if changed else "dim", height=t.px(t.row))
        imgui.set_cursor_screen_pos(V(p.x + label, p.y))
        return width - label

    spectrum = scene.view.display.spectrum
    room = row("Of", spectrum.selected_only)
    hints = ("Sum over every channel of the layer", "Only the channels on the canvas")
    some = ui.segmented("of", ("All", "Shown"), int(spectrum.selected_only), room, hints=hints, default=0)
    scene = put(scene, SELECTED, bool(some))
    for path, text in (("range_db", "Range"), ("beta", "Kaiser β")):
        full = f"view.display.spectrum.{path}"
        imgui.set_cursor_pos_x(left)
        scene = slider_row(scene, full, width=row(text, False), show_label=False)
    return scene


def frequency_ticks(lowest: float, most: int) -> list[tuple[float, str]]:
    """Return at most `most` ticks (value, text) at powers of two, from `lowest` to 1/2 cycles per pixel."""
    count = max(1, math.floor(-math.log2(lowest) + 1e-6)) if 0 < lowest < 0.5 else 1
    step = math.ceil(count / most)
    return [(2.0**-k, f"1/{2**k}") for k in range(1, count + 1, step)][::-1]


@cached
def power(scene: Scene, facts: Facts, on: bool, radial: tuple[tuple[float, float], ...]) -> Scene:
    """Plot the radial mean of the power, in decibels over frequency."""
    head = imgui.get_cursor_screen_pos()
    ui.heading("Radial power")
    finite = [point for point in radial if on and point[0] > 0 and math.isfinite(point[1])]
    points = np.array(finite, np.float64)
    room = imgui.get_content_region_avail()
    if len(points) < 2:
        p = imgui.get_cursor_screen_pos()
        ui.fill(p, V(p.x + room.x, p.y + room.y), "canvas", 0.55, 3)
        text = "Measuring…" if on else "Shown with the spectrum"
        ui.draw(text, p.x + room.x / 2, p.y, "dim", t.small, align=0.5, height=room.y)
        return scene
    frequency, decibels = points[:, 0], points[:, 1]
    scene = _csv(scene, points, head, room.x)
    margin = max(1.0, 0.08 * float(np.ptp(decibels)))
    ticks = frequency_ticks(float(frequency[0]), max(2, int(room.x / t.px(48))))
    ui.push_font(t.small, "regular")
    with plots.plot("power", -1, max(room.y, t.px(plots.LEAST)), implot.Flags_.no_legend) as seen:
        if seen:
            implot.setup_axes("cycles per pixel", "dB of the mean", 0, 0)
            implot.setup_axis_scale(implot.ImAxis_.x1, implot.Scale_.log10)
            low, high = float(decibels.min()) - margin, float(decibels.max()) + margin
            implot.setup_axes_limits(float(frequency[0]), 0.5, low, high, imgui.Cond_.always)
            implot.setup_axis_ticks(implot.ImAxis_.x1, [v for v, _ in ticks], [name for _, name in ticks])
            plots.line("network", frequency, decibels, "accent", 2)
            _read_out(frequency, decibels, V(head.x + room.x - t.px(28), head.y))
    imgui.pop_font()
    return scene


def _csv(scene: Scene, points: NDArray[np.float64], head: V, width: float) -> Scene:
    """Draw the button that saves the curve, at the right of the heading's row."""
    back = imgui.get_cursor_screen_pos()
    imgui.set_cursor_screen_pos(V(head.x + width - t.px(22), head.y - t.px(2)))
    hint = "Save the curve as a numbered CSV file in the capture folder"
    if ui.button(glyph="download-simple", kind="ghost", width=t.px(22), height=20, id_="##csv", hint=hint):
        text = csv_text(points)
        scene = scene.request(SaveTable("spectrum", text))
    imgui.set_cursor_screen_pos(back)
    return scene


def csv_text(points: NDArray[np.float64]) -> str:
    """Return a curve [K, 2] as CSV with a heading."""
    lines = [f"{frequency:.9g},{decibels:.9g}" for frequency, decibels in points.tolist()]
    return "\n".join(["cycles_per_pixel,db_of_the_mean_power", *lines, ""])


def _read_out(frequency: NDArray[np.float64], decibels: NDArray[np.float64], right: V) -> None:
    """Mark the point of the curve that is nearest to the mouse, and write its numbers ending at `right`."""
    if not implot.is_plot_hovered():
        return
    mouse = max(implot.get_plot_mouse_pos().x, 1e-9)
    index = int(np.abs(np.log(frequency) - math.log(mouse)).argmin())
    at, lines = implot.plot_to_pixels(float(frequency[index]), float(decibels[index])), implot.get_plot_draw_list()
    low, size = implot.get_plot_pos(), implot.get_plot_size()
    lines.add_line(V(at.x, low.y), V(at.x, low.y + size.y), t.u32("dim", 0.5), t.px(1))
    lines.add_circle_filled(at, t.px(4), t.u32("accent"))
    text = f"{decibels[index]:+.1f} dB at {frequency[index]:.3f}".replace("-", "−")
    imgui.push_clip_rect(V(low.x - t.px(200), right.y), V(right.x, low.y), False)
    ui.draw(text, right.x, right.y, "dim", t.small, align=1, height=t.px(18))
    imgui.pop_clip_rect()
