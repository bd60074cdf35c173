"""Curves of the chosen runs: losses, a metric, augmentation, and any statistic."""

import math

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import hello_imgui, imgui, implot

from viz.runs.focus import Look
from viz.runs.plots import ANY, AUGMENT, LOSS, METRIC, SETTLED, Line, Plots, PlotSpec, View
from viz.runs.selection import RunChoice
from viz.runs.text import metric_name
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.numbers import compact, kimg_text
from viz.ui.plot_series import Curve
from viz.ui.theme import current as t

TWO_ROWS = 280
"""Room from which plots stand in two rows, design length."""
HEAD = 24
_RAW = 0.22
"""Opacity of what was measured, behind what is smoothed."""
_READ = 12
"""Lines whose values are read where the mouse is."""
_LEGENDS = {AUGMENT: implot.Location_.south_east}
_EMPTY = {
    METRIC: "No metric of a snapshot has been measured yet",
    ANY: "Nothing has been measured yet",
}


def draw(scene: Scene, facts: Facts, look: Look) -> Scene:
    """All plots in the room there is."""
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
    """One plot with its heading, kept while nothing of it changes."""
    view = facts.scratch.get(Plots).of(plot.id)
    view.points = max(64, 2 * size[0])
    log = plot.id in facts.scratch.get(RunChoice).log_scale and all(found.y_range[0] > 0 for _, found in drawn)
    share = round(min((told.share for told in look.told), default=1.0), 2)
    settled = view.settle((len(drawn), plot.title, log, size, t.stamp))
    if settled < SETTLED:
        hello_imgui.request_refresh()
    imgui.push_id(plot.id)
    scene = _draw(scene, facts, plot, drawn, log, size, share, (settled, view.zoomed))
    imgui.pop_id()
    return scene


def _limits(drawn: list[Curve], log: bool) -> tuple[float, float, float, float]:
    """What all curves need: x from, to, y from, to."""
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


@cached
def _draw(
    scene: Scene,
    facts: Facts,
    plot: PlotSpec,
    drawn: tuple[tuple[Line, Curve], ...],
    log: bool,
    size: tuple[int, int],
    share: float,
    look: tuple[object, ...],
) -> Scene:
    """Draw a plot; `look` is what else its axes depend on."""
    p, (width, height) = imgui.get_cursor_screen_pos(), size
    _head(facts, plot, width, share)
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(HEAD) + t.px(2)))
    room = V(width, height - t.px(HEAD) - t.px(2))
    if drawn:
        _lines(facts, plot, drawn, log, room)
    else:
        q = imgui.get_cursor_screen_pos()
        ui.fill(q, V(q.x + room.x, q.y + room.y), "canvas", 0.55, 3)
        text = _EMPTY.get(plot.id, "Nothing has been measured yet") if share >= 1 else "Reading…"
        ui.draw(
            ui.ellipsis(text, room.x - t.px(16), t.small),
            q.x + room.x / 2,
            q.y,
            "dim",
            t.small,
            align=0.5,
            height=room.y,
        )
        imgui.dummy(room)
    return scene


def _head(facts: Facts, plot: PlotSpec, width: float, share: float) -> None:
    """Title or chooser at the left; note, smoothing and the scale's switch at the right."""
    choice, p, h = facts.scratch.get(RunChoice), imgui.get_cursor_screen_pos(), t.px(HEAD)
    left, right = p.x, p.x + width
    right -= ui.measure("log") + t.px(16)
    imgui.set_cursor_screen_pos(V(right, p.y))
    on = plot.id in choice.log_scale
    if ui.button("log", kind="ghost", on=on, hint="Logarithmic scale, for what is above zero everywhere", id_="##log"):
        choice.log_scale = choice.log_scale ^ {plot.id}
    if plot.id == LOSS:
        room = min(t.px(150), max(t.px(90), width * 0.3))
        right -= room + t.px(6)
        imgui.set_cursor_screen_pos(V(right, p.y))
        hint = (
            "How much curves are smoothed: share of the mean so far in each step; what was measured stays faint behind"
        )
        choice.smoothing = ui.slider(
            "Smoothing", choice.smoothing, 0, 0.999, 0.9, "", "%.3f", hint=hint, width=room, show_label=False
        )
        right -= t.px(8) + ui.draw("smoothing", right - t.px(6), p.y, "faint", t.small, align=1, height=h)
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
            choice.metric = plot.choices[picked]
        elif picked is not None:
            choice.stat = plot.choices[picked]
        left += room
    else:
        left += ui.draw(plot.title, p.x, p.y, "text", t.small, "bold", height=h)
    note = f"reading {share:.0%}" if share < 1 else plot.note
    if right - left > t.px(60):
        note = ui.ellipsis(note, right - left - t.px(16), t.small)
        ui.draw(note, right - t.px(8), p.y, "faint", t.small, align=1, height=h)


_TYPED: dict[str, str] = {}
"""What has been typed so far into the search field of a chooser."""


def _lines(
    facts: Facts,
    plot: PlotSpec,
    drawn: tuple[tuple[Line, Curve], ...],
    log: bool,
    room: V,
) -> None:
    view = facts.scratch.get(Plots).of(plot.id)
    legend = 0 if len(drawn) > 1 or plot.id == METRIC else implot.Flags_.no_legend
    ui.push_font(t.small, "regular")
    with plots.plot("curves", room.x, room.y, legend | implot.Flags_.no_mouse_text) as seen:
        if seen:
            label = "kimg" if room.y > t.px(150) else ""
            implot.setup_axes(label, "", 0, 0)
            if log:
                implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
            limits = _limits([found for _, found in drawn], log)
            if not view.zoomed and (view.frames < SETTLED or limits != view.limits):
                implot.setup_axes_limits(*limits, imgui.Cond_.always)
                view.limits = limits
            implot.setup_legend(_LEGENDS.get(plot.id, implot.Location_.north_east))
            for line, found in drawn:
                if found.raw_x.size:
                    plots.line(f"##{line.label} raw", found.raw_x, found.raw_y, line.token, 1, _RAW * line.alpha)
            for line, found in drawn:
                if found.x.size == 1:
                    _dot(line, found)
                else:
                    plots.line(line.label, found.x, found.y, line.token, 2, line.alpha)
            _look_at(view, plot, drawn)
    imgui.pop_font()


def _dot(line: Line, found: Curve) -> None:
    """One single point."""
    spec = implot.Spec()
    spec.marker, spec.marker_size = implot.Marker_.circle, t.px(4)
    spec.marker_fill_color = spec.marker_line_color = t.vec4(line.token, line.alpha)
    implot.plot_scatter(line.label, np.ascontiguousarray(found.x), np.ascontiguousarray(found.y), spec)


def _look_at(view: View, plot: PlotSpec, drawn: tuple[tuple[Line, Curve], ...]) -> None:
    """What the mouse does: zooming asks for finer curves, a double click shows all again, hovering reads values."""
    if not implot.is_plot_hovered():
        return
    limits = implot.get_plot_limits()
    if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        view.unzoom()
    else:
        now = (limits.x.min, limits.x.max, limits.y.min, limits.y.max)
        span = view.limits[1] - view.limits[0], view.limits[3] - view.limits[2]
        off = max(abs(now[k] - view.limits[k]) / max(span[k // 2], 1e-9) for k in range(4))
        if off > 1e-4 and view.frames >= SETTLED:
            view.zoomed = True
            step = 10.0 ** math.floor(math.log10(max(now[1] - now[0], 1e-9))) / 2  # not another curve for every pixel
            view.low, view.high = math.floor(now[0] / step) * step, math.ceil(now[1] / step) * step
    x = implot.get_plot_mouse_pos().x
    if not imgui.is_mouse_down(imgui.MouseButton_.left) and imgui.begin_tooltip():
        near = [(line, _nearest(found, x)) for line, found in drawn]
        ui.label(f"{kimg_text(round(near[0][1][0], 1))} kimg", "dim", t.small)
        for line, (_, y) in near[:_READ]:
            ui.label(f"{line.label}  {compact(y)}", line.token, t.small)
        imgui.end_tooltip()


def _nearest(found: Curve, x: float) -> tuple[float, float]:
    index = int(np.abs(found.x - x).argmin())
    return float(found.x[index]), float(found.y[index])
