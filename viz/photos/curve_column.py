"""Last column of the tab: how the distance between photo and result falls."""

from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot

from viz.photos.columns import heading
from viz.photos.fits import FITS, FitNow
from viz.photos.fitting import expected
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.theme import current as t


def draw(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the curve of the chosen photo, and its figures below."""
    row = scene.view.photos.row
    now = facts.services[FITS].get(row.run) if row is not None and row.run else None
    name = now.fit.distance if now is not None else ""
    heading("Distance", name or "lower is closer", width)
    room = imgui.get_content_region_avail().y
    if now is None or not now.curve:
        p = imgui.get_cursor_screen_pos()
        text = "The distance to the photo is drawn here while it is fitted"
        y = p.y + max(room / 2 - t.px(24), 0)
        for line in ui.lines_of(text, width - t.px(8), t.small):
            ui.draw(line, p.x + width / 2, y, "faint", t.small, align=0.5)
            y += t.px(15)
        return scene
    reach = expected(scene, facts)
    lines = 1 + (reach is not None)
    anew = ui.lines_of(f"Begun anew: {now.fit.anew}", width, t.small) if now.fit.anew else []
    curve(now, width, max(room - lines * t.px(20) - len(anew) * t.px(15) - t.px(4), t.px(plots.LEAST)))
    for line in anew:
        p = imgui.get_cursor_screen_pos()
        ui.draw(line, p.x, p.y, "warn", t.small)
        imgui.dummy(V(width, t.px(15)))
    value = now.fit.result_distance if now.ended and now.fit.result_distance is not None else now.curve[-1][1]
    _figure("Distance now" if now.live else "Distance", value, name, width)
    if reach is not None:
        _figure("Expected with Tuned", reach, name, width)
    return scene


WIDE = 900
"""Design width of the tab from which the distance has a column of its own."""


def has_room() -> bool:
    """Return True if the tab that is drawn has a column for the distance."""
    return imgui.internal.get_current_window().root_window.size.x > t.px(WIDE)


def small(now: FitNow, width: float) -> None:
    """Draw the curve without axes, with the newest value and the name of the distance."""
    ui.space(2)
    _figure(f"Distance, {now.fit.distance}", now.curve[-1][1], "", width)
    p, h = imgui.get_cursor_screen_pos(), t.px(30)
    end, top = max(now.fit.steps, now.curve[-1][0], 1), max(distance for _, distance in now.curve) or 1.0
    ui.fill(p, V(p.x + width, p.y + h), "canvas", 1, 4)
    pad = t.px(3)
    points = [
        V(p.x + width * step / end, p.y + pad + (h - 2 * pad) * (1 - max(distance, 0.0) / top))
        for step, distance in now.curve
    ]
    lines, ink = imgui.get_window_draw_list(), t.u32("accent")
    for a, b in pairwise(points):
        lines.add_line(a, b, ink, t.px(1.5))
    imgui.dummy(V(width, h))


def curve(now: FitNow, width: float, height: float) -> None:
    """Draw the plot of a fit."""
    x = np.array([step for step, _ in now.curve], np.float64)
    y = np.array([distance for _, distance in now.curve], np.float64)
    end = float(max(now.fit.steps, x[-1], 1))
    flags = implot.Flags_.no_legend | implot.Flags_.no_inputs | implot.Flags_.no_mouse_text
    with plots.plot("distance", width, height, flags) as seen:
        if not seen:
            return
        implot.setup_axes("", "", implot.AxisFlags_.none, implot.AxisFlags_.none)
        implot.setup_axes_limits(0, end, 0, float(max(y.max() * 1.08, 1e-6)), imgui.Cond_.always)
        plots.line("##distance", x, y, "accent", 2)
        spec = implot.Spec()
        spec.marker, spec.marker_size = implot.Marker_.circle, t.px(3)
        spec.marker_fill_color = spec.marker_line_color = t.vec4("accent")
        implot.plot_scatter("##now", x[-1:].copy(), y[-1:].copy(), spec)


def _figure(text: str, value: float, unit: str, width: float) -> None:
    """Draw a figure: its name at the left, the number and its unit at the right."""
    p, h = imgui.get_cursor_screen_pos(), t.px(20)
    unit = unit.partition(" ")[0] if unit.startswith("LPIPS") else ""
    end = p.x + width
    if unit:
        end -= ui.draw(unit, end, p.y, "faint", t.small, align=1, height=h) + t.px(4)
    end -= ui.draw(
        f"{value:.3g}" if value < 0.1 else f"{value:.2f}", end, p.y, "text", weight="bold", align=1, height=h
    )
    ui.draw(ui.ellipsis(text, end - p.x - t.px(6), t.small), p.x, p.y, "dim", t.small, height=h)
    imgui.dummy(V(width, h))
