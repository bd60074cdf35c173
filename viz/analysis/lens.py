"""Page "Lens": live figures of the network for the present picture, measured between frames while they are seen."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.analysis import lens_equivariance, lens_path, lens_power
from viz.link.measurements import SEEN
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

TAB, NAME = "Layers & spectrum", "Lens"
"""The tab in which the lens is a page, and the page."""
GAP = 16
BESIDE = 320
"""Design width that the switch and the number of pictures need."""
COLUMN = 280
"""Least design width of a figure where several are side by side."""
CHOICE = 260
"""Design width of the choice of figures."""
NOTE = "Measured between frames; drawing goes first"

FIGURES: tuple[tuple[str, Callable[[Scene, Facts], Scene]], ...] = (
    ("Equivariance", lens_equivariance.draw),
    ("Path length", lens_path.draw),
    ("Power", lens_power.draw),
)


@dataclass
class _First:
    """Index of the first figure where there is no room for all."""

    index: int = 0


def shown(scene: Scene, on: bool = True) -> Scene:
    """Return the scene with the lens as the page of its tab, or not."""
    return replace(scene, view=replace(scene.view, lens=replace(scene.view.lens, on=on)))


def opened(scene: Scene) -> Scene:
    """Return the scene with the lens in front, in a workspace that has its tab."""
    workspace = "explore" if scene.view.workspace in ("mix", "train") else scene.view.workspace
    scene = shown(replace(scene, view=replace(scene.view, workspace=workspace, panels_hidden=False)))
    return scene.interacting(front=replace(scene.interaction.front, window=TAB))


def seen(scene: Scene, facts: Facts) -> bool:
    """Return True if the lens was drawn in the last frame."""
    return scene.view.lens.on and NAME in facts.services[SEEN].last


def columns(width: float) -> int:
    """Return how many figures are side by side in a panel of this design width."""
    return max(1, min(int((width + GAP) // (COLUMN + GAP)), len(FIGURES)))


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the page."""
    facts.services[SEEN].add(NAME)
    count = columns(imgui.get_content_region_avail().x / t.scale)
    first = facts.scratch.get(_First)
    scene = _header(scene, first, count)
    start = min(first.index, len(FIGURES) - count)
    room = imgui.get_content_region_avail()
    width = (room.x - (count - 1) * t.px(GAP)) / count
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    for k, (name, figure) in enumerate(FIGURES[start : start + count]):
        if k:
            imgui.same_line(0, t.px(GAP))
        if imgui.begin_child(name, V(round(width), room.y), imgui.ChildFlags_.nav_flattened):
            scene = figure(scene, facts)
        imgui.end_child()
    imgui.pop_style_var()
    return scene


def _header(scene: Scene, first: _First, count: int) -> Scene:
    """Draw the switch, the number of pictures, and the choice of figures, beside the choice of pages if they fit."""
    lens = scene.view.lens
    right = imgui.get_window_pos().x + imgui.get_window_width()
    choice = CHOICE if count < len(FIGURES) else 0
    if right - imgui.get_item_rect_max().x > t.px(BESIDE):
        imgui.same_line(0, t.px(GAP))
    imgui.push_id("lens")
    live = ui.switch("Live", lens.live, "Measure again whenever the picture has changed")
    imgui.pop_id()
    scene = replace(scene, view=replace(scene.view, lens=replace(lens, live=live)))
    imgui.same_line(0, t.px(8))
    scene = slider_row(scene, "view.lens.pictures", width=t.px(120), show_label=False)
    left = right - imgui.get_item_rect_max().x
    if choice:
        if left > t.px(CHOICE + 32):
            imgui.same_line(0, t.px(GAP))
        names = [name for name, _ in FIGURES]
        hints = ("How well the picture follows its input", "Change along the timeline and around w", "And diversity")
        first.index = ui.segmented("figures", names, first.index, height=22, hints=hints)
        left = right - imgui.get_item_rect_max().x
    if left > t.px(280):
        imgui.same_line(0, t.px(16))
        ui.label(NOTE, "faint", t.small, height=t.row)
    return scene
