"""The lens on the canvas: a plate with EQ-T and EQ-R of the present transform, and the way to it on the image."""

import math
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from viz.analysis import lens, lens_path
from viz.analysis import lens_equivariance as equivariance
from viz.canvas.handles import RING
from viz.gl.camera import Area
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 162, 74
"""Of the plate, in design lengths."""


def draw(scene: Scene, facts: Facts, area: Area) -> None:
    """Draw the plate while the lens is seen: the figures of the transform, or without one the path length."""
    if not lens.seen(scene, facts) or facts.model is None or area.width < t.px(WIDTH + 140):
        return
    if not facts.model.has_transform or not equivariance.moves(scene.document.transform):
        _path_length(scene, facts, area)
        return
    now = equivariance.measured(facts)
    x, y = area.x + area.width - t.px(WIDTH + 12), area.y + t.px(12)
    ui.plate(x, y, t.px(WIDTH), t.px(HEIGHT))
    ui.draw("Lens", x + t.px(10), y + t.px(4), "text", t.small, "bold", height=t.px(18))
    count = 0 if now.found is None else int(now.found.pictures[-1])
    note = "measuring" if now.behind and count == 0 else "this picture" if count == 1 else f"{count} pictures"
    if now.behind and now.job.waits:
        note = "when it rests"
    ui.draw(note, x + t.px(WIDTH - 10), y + t.px(4), "faint", t.small, align=1, height=t.px(18))
    for k, name in enumerate(("EQ-T", "EQ-R")):
        value = math.nan
        if now.found is not None:
            value = float((now.found.translation, now.found.rotation)[k][-1])
        _figure(x, y + t.px(22 + 24 * k), name, value, now.behind)


def _path_length(scene: Scene, facts: Facts, area: Area) -> None:
    """Draw the path length at the playhead, if the timeline or the walk is measured."""
    found = lens_path.present(scene, facts)
    if found is None:
        return
    value, behind = found
    x, y = area.x + area.width - t.px(WIDTH + 12), area.y + t.px(12)
    ui.plate(x, y, t.px(WIDTH), t.px(HEIGHT - 24))
    ui.draw("Lens", x + t.px(10), y + t.px(4), "text", t.small, "bold", height=t.px(18))
    ui.draw("as PPL counts", x + t.px(WIDTH - 10), y + t.px(4), "faint", t.small, align=1, height=t.px(18))
    ui.draw("Path length", x + t.px(10), y + t.px(22), "dim", t.small, height=t.px(24))
    token = "faint" if behind else "text"
    ui.draw(lens_path.number(value), x + t.px(WIDTH - 10), y + t.px(22), token, weight="bold", align=1, height=t.px(24))


def draw_path(scene: Scene, facts: Facts, place: Place) -> None:
    """Draw the way of the present transform over the image, coloured by its figures: EQ-T along it, EQ-R on the ring.

    A cross marks the place of the curves that the pointer is at.
    """
    transform, now = scene.document.transform, equivariance.measured(facts)
    if not lens.seen(scene, facts) or not equivariance.moves(transform) or now.found is None:
        return
    if facts.model is None or not facts.model.has_transform:
        return
    share = np.linspace(0, 1, len(now.found.translation))
    width, height = place.width * place.scale, place.height * place.scale
    middle = V(place.x + width / 2, place.y + height / 2)
    xs, ys = middle.x + share * transform.x * width, middle.y + share * transform.y * height
    alpha = 0.5 if now.behind else 1.0
    if transform.x or transform.y:
        _coloured(xs, ys, now.found.translation, alpha)
        imgui.get_window_draw_list().add_circle_filled(middle, t.px(3.5), t.u32("#FFFFFF", alpha))
    if transform.angle % 360:
        radius, turn = RING * min(width, height), np.radians(share * transform.angle)
        _coloured(xs[-1] + radius * np.sin(turn), ys[-1] - radius * np.cos(turn), now.found.rotation, alpha)
    if now.pointed is not None:
        at = now.pointed
        _cross(V(middle.x + at * transform.x * width, middle.y + at * transform.y * height))


def _coloured(xs: Floats, ys: Floats, decibels: NDArray[np.float32], alpha: float) -> None:
    """Draw a line in viridis from 0 to `TOP_DB` dB; grey where nothing is measured."""
    lines, halo, wide = imgui.get_window_draw_list(), t.u32("halo", 0.6 * alpha), t.px(3.5)
    points = [V(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    lines.add_polyline([*points], halo, wide + t.px(2.5), 0)
    for k, (a, b) in enumerate(pairwise(points)):
        value = float(decibels[k + 1])
        if math.isnan(value):
            color = t.u32("faint", alpha)
        else:
            share = min(max(value / equivariance.TOP_DB, 0.0), 1.0)
            found = implot.sample_colormap(share, implot.Colormap_.viridis)
            color = imgui.color_convert_float4_to_u32(imgui.ImVec4(found.x, found.y, found.z, alpha))
        lines.add_line(a, b, color, wide)


def _cross(at: V) -> None:
    lines, r = imgui.get_window_draw_list(), t.px(7)
    for color, wide in (("halo", 3.5), ("#FFFFFF", 1.5)):
        ink = t.u32(color)
        lines.add_line(V(at.x - r, at.y), V(at.x + r, at.y), ink, t.px(wide))
        lines.add_line(V(at.x, at.y - r), V(at.x, at.y + r), ink, t.px(wide))


def _figure(x: float, y: float, name: str, value: float, behind: bool) -> None:
    h = t.px(24)
    ui.draw(name, x + t.px(10), y, "dim", t.small, height=h)
    end = ui.draw(
        equivariance.decibels_text(value), x + t.px(52), y, "faint" if behind else "text", weight="bold", height=h
    )
    ui.draw("dB", x + t.px(52) + end + t.px(4), y, "faint", t.small, height=h)
    if math.isnan(value):
        return
    share = min(max(value / equivariance.TOP_DB, 0.0), 1.0)
    left = V(x + t.px(112), y + h / 2 - t.px(2))
    ui.amount_bar(
        left, V(x + t.px(WIDTH - 10), left.y + t.px(4)), share, "faint" if behind else equivariance.quality(value)
    )
