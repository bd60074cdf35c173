"""Curves of the selected runs: losses, a metric, augmentation, and any statistic."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import hello_imgui, imgui, implot

from viz.runs.focus import Look
from viz.runs.plots import ANY, AUGMENT, LOSS, METRIC, SETTLED, Line, PlotSpec
from viz.runs.selection import choosing, plot_range, with_plot_range
from viz.runs.text import metric_name
from viz.state.facts import Facts
from viz.state.interaction import PlotRange
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.numbers import compact, kimg_text
from viz.ui.plot_series import Curve
from viz.ui.theme import current as t

TWO_ROWS = 280
"""Minimum height for two rows of plots, in design lengths."""
HEAD = 24
_RAW = 0.22
"""Opacity of unsmoothed curves behind the smoothed ones."""
_READ = 12
"""Maximum number of lines whose values are shown at the mouse."""
_LEGENDS = {AUGMENT: implot.Location_.south_east}
_EMPTY = {
    METRIC: "No metric of a snapshot has been measured yet",
    ANY: "Nothing has been measured yet",
}


@dataclass
class Axes:
    """Axes of one plot, as set in ImPlot."""

    key: object = None
    frames: int = 0
    """Frames drawn since `key` changed; at most `SETTLED`."""
    limits: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)
    """Last limits: x from, to, y from, to."""

    def settle(self, key: object) -> int:
        """Count the frames since `key`, the layout of the plot, changed."""
        if key != self.key:
            self.key, self.frames = key, 0
        else:
            self.frames = min(self.frames + 1, SETTLED)
        return self.frames


@dataclass
class PlotAxes:
    """Axes of all plots."""

    by_id: dict[str, Axes] = field(default_factory=dict)

    def of(self, id_: str) -> Axes:
        """Return the axes of a plot."""
        return self.by_id.setdefault(id_, Axes())


def draw(scene: Scene, facts: Facts, look: Look) -> Scene:
    """Draw all plots in the available space."""
    room, a, gap = imgui.get_content_region_avail(), imgui.get_cursor_screen_pos(), t.px(16)
    rows = 2 if room.y > t.px(TWO_ROWS) else 1
    width, height = (room.x - gap) / 2, (room.y - t.px(10) * (rows - 1)) / rows
    if width < t.px(60) or height < t.px(60):
        return scene
    for k, (plot, drawn) in enumerate(zip(look.plots[: 2 * rows], look.drawn, strict=False)):
        at = V(round(a.x + k % 2 * (width + gap)), round(a.y + k // 2 * (height + t.px(10))))
        imgui.set_cursor_screen_pos(at)
        scene = _plot(scene, facts, look, plot, drawn, (math.floor(width), math.floor(height)))
    return scene


def _plot(
    scene: Scene, facts: Facts, look: Look, plot: PlotSpec, drawn: tuple[tuple[Line, Curve], ...], size: tuple[int, int]
) -> Scene:
    """Draw one plot with its heading, cached while unchanged."""
    choice, layout = scene.interaction.runs, facts.scratch.get(PlotAxes).of(plot.id)
    folder = look.runs[0].folder
    seen = replace(plot_range(choice, plot.id, folder), points=max(64, 2 * size[0]))
    scene = with_plot_range(scene, seen)
    log = plot.id in choice.log_scale and all(found.y_range[0] > 0 for _, found in drawn)
    share = round(min((record.share for record in look.records), default=1.0), 2)
    settled = layout.settle((folder, len(drawn), plot.title, log, size, t.stamp))
    if settled < SETTLED:
        hello_imgui.request_refresh()
    imgui.push_id(ui.drawable(plot.id))
    scene = _draw(scene, facts, plot, drawn, log, size, share, seen, settled)
    imgui.pop_id()
    return scene


def _limits(drawn: list[Curve], log: bool) -> tuple[float, float, float, float]:
    """Return the limits that fit all curves: x from, to, y from, to."""
    if not drawn:
        return 0.0, 1.0, 0.0, 1.0
    right = max(one.x_range[1] for one in drawn)
    low, high = min(one.y_range[0] for one in drawn), max(one.y_range[1] for one in drawn)
    left = min(0.0, *(one.x_range[0] for one in drawn))
    if log:
        margin = max((high / low) ** 0.06, 1.02)
        return left, max(right, left + 1e-3), low / margin, high * margin
    margin = 0.06 * (high - low) or max(1e-3, 0.1 * abs(high))
    return left, max(right, left + 1e-3), low - margin, high + margin


def empty_text(plot: PlotSpec, share: float) -> str:
    """Return the text of a plot without lines; `share` of the runs' files has been read."""
    if share < 1:
        return "Reading…"
    if plot.now:  # there are numbers, but no finite one
        return "Not finite or too large to be drawn"
    return _EMPTY.get(plot.id, "Nothing has been measured yet")


@cached
def _draw(
    scene: Scene,
    facts: Facts,
    plot: PlotSpec,
    drawn: tuple[tuple[Line, Curve], ...],
    log: bool,
    size: tuple[int, int],
    share: float,
    seen: PlotRange,
    settled: int,
) -> Scene:
    """Draw a plot; `settled` counts the frames since its axes changed."""
    p, (width, height) = imgui.get_cursor_screen_pos(), size
    named = [(line.label, line.token) for line, _ in drawn] if len(drawn) > 1 or plot.id == METRIC else []
    scene, fits = _head(scene, plot, width, share, named)
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(HEAD) + t.px(2)))
    room = V(width, height - t.px(HEAD) - t.px(2))
    if drawn:
        scene = _lines(scene, facts, plot, drawn, log, room, seen, bool(named) and not fits)
    else:
        q = imgui.get_cursor_screen_pos()
        ui.fill(q, V(q.x + room.x, q.y + room.y), "canvas", 0.55, 3)
        ui.centred(empty_text(plot, share), q, room)
        imgui.dummy(room)
    return scene


def _head(scene: Scene, plot: PlotSpec, width: float, share: float, named: list[tuple[str, str]]) -> tuple[Scene, bool]:
    """Draw title or chooser at the left; legend, note, smoothing and the scale switch at the right.

    Returns True beside the scene if there was room for the legend of the `named` lines (name, colour token).
    """
    choice, p, h = scene.interaction.runs, imgui.get_cursor_screen_pos(), t.px(HEAD)
    left, right = p.x, p.x + width
    right -= ui.measure("log") + t.px(16)
    imgui.set_cursor_screen_pos(V(right, p.y))
    on = plot.id in choice.log_scale
    if ui.button("log", kind="ghost", on=on, hint="Logarithmic scale, for what is above zero everywhere", id_="##log"):
        scene = choosing(scene, log_scale=choice.log_scale ^ {plot.id})
    if plot.id == LOSS:
        room = min(t.px(150), max(t.px(90), width * 0.3))
        right -= room + t.px(6)
        imgui.set_cursor_screen_pos(V(right, p.y))
        hint = (
            "How much curves are smoothed: share of the mean so far in each step; what was measured stays faint behind"
        )
        smoothing = ui.slider(
            "Smoothing", choice.smoothing, 0, 0.999, 0.9, "", "%.3f", hint=hint, width=room, show_label=False
        )
        scene = choosing(scene, smoothing=smoothing)
        word = "smoothing"  # left out before the legend would have to lie on the lines
        before = ui.measure(plot.title, t.small, "bold") + t.px(12) + ui.legend_width(named)
        if left + before + t.px(8) + ui.measure(word, t.small) < right - t.px(14):
            right -= t.px(8) + ui.draw(word, right - t.px(6), p.y, "faint", t.small, align=1, height=h)
    if len(plot.choices) > 1:
        names = [metric_name(one) if plot.id == METRIC else one for one in plot.choices]
        room = min(t.px(220), width * 0.5)
        imgui.set_cursor_screen_pos(V(left, p.y))
        if ui.choice("what", plot.title, width=room, show_label=False, hint="Show another one"):
            imgui.open_popup("whats")
        imgui.set_next_window_pos(V(left, p.y + h + t.px(2)))
        picked, _TYPED[plot.id] = ui.pick(
            "whats", names, plot.choices.index(plot.now), _TYPED.get(plot.id, ""), t.px(260)
        )
        if picked is not None and plot.id == METRIC:
            scene = choosing(scene, metric=plot.choices[picked])
        elif picked is not None:
            scene = choosing(scene, stat=plot.choices[picked])
        left += room
    else:
        left += ui.draw(plot.title, p.x, p.y, "text", t.small, "bold", height=h)
    end = ui.legend(named, left + t.px(12), right - t.px(8), p.y, h)
    fits, right = end < right - t.px(8), min(right, end + t.px(8))
    note = f"reading {share:.0%}" if share < 1 else plot.note
    if ui.measure(note, t.small) < right - left - t.px(16):
        ui.draw(note, right - t.px(8), p.y, "faint", t.small, align=1, height=h)
    return scene, fits


_TYPED: dict[str, str] = {}
"""Search text of each chooser."""


def _lines(
    scene: Scene,
    facts: Facts,
    plot: PlotSpec,
    drawn: tuple[tuple[Line, Curve], ...],
    log: bool,
    room: V,
    range_: PlotRange,
    legend_inside: bool,
) -> Scene:
    layout = facts.scratch.get(PlotAxes).of(plot.id)
    legend = 0 if legend_inside else implot.Flags_.no_legend
    ui.push_font(t.small, "regular")
    with plots.plot("curves", room.x, room.y, legend | implot.Flags_.no_mouse_text) as seen:
        if seen:
            label = "kimg" if room.y > t.px(100) else ""
            implot.setup_axes(label, "", 0, 0)
            if log:
                implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
            limits = _limits([found for _, found in drawn], log)
            if not range_.zoomed and (layout.frames < SETTLED or limits != layout.limits):
                implot.setup_axes_limits(*limits, imgui.Cond_.always)
                layout.limits = limits
            implot.setup_legend(_LEGENDS.get(plot.id, implot.Location_.north_east))
            for line, found in drawn:
                if found.raw_x.size:
                    plots.line(f"##{line.label} raw", found.raw_x, found.raw_y, line.token, 1, _RAW * line.alpha)
            for line, found in drawn:
                if found.x.size == 1:
                    _dot(line, found)
                else:
                    plots.line(line.label, found.x, found.y, line.token, 2, line.alpha)
            scene = with_plot_range(scene, _look_at(range_, layout, drawn))
    imgui.pop_font()
    return scene


def _dot(line: Line, found: Curve) -> None:
    """Draw a single point."""
    spec = implot.Spec()
    spec.marker, spec.marker_size = implot.Marker_.circle, t.px(4)
    spec.marker_fill_color = spec.marker_line_color = t.vec4(line.token, line.alpha)
    implot.plot_scatter(ui.drawable(line.label), np.ascontiguousarray(found.x), np.ascontiguousarray(found.y), spec)


def _look_at(range_: PlotRange, layout: Axes, drawn: tuple[tuple[Line, Curve], ...]) -> PlotRange:
    """Handle the mouse: zooming requests finer curves, a double click resets, hovering reads values."""
    if not implot.is_plot_hovered():
        return range_
    limits = implot.get_plot_limits()
    if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        range_, layout.key = PlotRange(range_.id, range_.folder, range_.points), None
    else:
        now = (limits.x.min, limits.x.max, limits.y.min, limits.y.max)
        span = layout.limits[1] - layout.limits[0], layout.limits[3] - layout.limits[2]
        off = max(abs(now[k] - layout.limits[k]) / max(span[k // 2], 1e-9) for k in range(4))
        if off > 1e-4 and layout.frames >= SETTLED:
            step = 10.0 ** math.floor(math.log10(max(now[1] - now[0], 1e-9))) / 2  # not a new curve for every pixel
            low, high = math.floor(now[0] / step) * step, math.ceil(now[1] / step) * step
            range_ = replace(range_, low=low, high=high, zoomed=True)
    x = implot.get_plot_mouse_pos().x
    if not imgui.is_mouse_down(imgui.MouseButton_.left) and ui.begin_tooltip():
        near = [(line, _nearest(found, x)) for line, found in drawn]
        ui.label(f"{kimg_text(round(near[0][1][0], 1))} kimg", "dim", t.small)
        for line, (_, y) in near[:_READ]:
            ui.label(f"{line.label}  {compact(y)}", line.token, t.small)
        ui.end_tooltip()
    return range_


def _nearest(found: Curve, x: float) -> tuple[float, float]:
    index = int(np.abs(found.x - x).argmin())
    return float(found.x[index]), float(found.y[index])
