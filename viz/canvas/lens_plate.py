"""Plate of the lens at the upper right of the canvas: EQ-T and EQ-R of the present transform."""

import math

from imgui_bundle import ImVec2 as V

from viz.analysis import lens
from viz.analysis import lens_equivariance as equivariance
from viz.gl.camera import Area
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

WIDTH, HEIGHT = 162, 74
"""Of the plate, in design lengths."""


def draw(scene: Scene, facts: Facts, area: Area) -> None:
    """Draw the plate while the lens is seen and there is a transform to measure."""
    if not lens.seen(scene, facts) or not equivariance.moves(scene.document.transform):
        return
    if facts.model is None or not facts.model.has_transform or area.width < t.px(WIDTH + 140):
        return
    now = equivariance.measured(facts)
    x, y = area.x + area.width - t.px(WIDTH + 12), area.y + t.px(12)
    ui.plate(x, y, t.px(WIDTH), t.px(HEIGHT))
    ui.draw("Lens", x + t.px(10), y + t.px(4), "text", t.small, "bold", height=t.px(18))
    count = 0 if now.found is None else int(now.found.pictures[-1])
    note = "measuring" if now.behind and count == 0 else "this picture" if count == 1 else f"{count} pictures"
    ui.draw(note, x + t.px(WIDTH - 10), y + t.px(4), "faint", t.small, align=1, height=t.px(18))
    for k, name in enumerate(("EQ-T", "EQ-R")):
        value = math.nan
        if now.found is not None:
            value = float((now.found.translation, now.found.rotation)[k][-1])
        _figure(x, y + t.px(22 + 24 * k), name, value, now.behind)


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
