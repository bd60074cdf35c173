"""The buttons over the layers: what they do to every layer, and to those that are picked."""

from dataclasses import replace

from imgui_bundle import imgui

from renderer.document.mixing import clear
from renderer.ipc.protocol import ModelInfo
from viz.mixing import actions
from viz.mixing.selection import inverted, lay
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

MIXING = "document.mixing"
_ICONS = 5


def draw(scene: Scene, facts: Facts, model: ModelInfo) -> Scene:
    """One row: All, None, Invert; swap, clear, solo, lock; and the mixing grid."""
    gap, mixing = t.px(4), scene.document.mixing
    width = (imgui.get_content_region_avail().x - (_ICONS + 2) * gap - _ICONS * t.px(t.row)) / 3
    hand = scene.interaction.selection.swatch
    if ui.button("All", width=width, hint="Take the chosen swatch in every layer"):
        scene = put(scene, MIXING, lay(mixing, range(model.num_ws), hand))
    imgui.same_line(0, gap)
    if ui.button("None", width=width, hint="Keep the first style in every layer"):
        scene = put(scene, MIXING, clear(mixing, range(model.num_ws)))
    imgui.same_line(0, gap)
    if ui.button("Invert", width=width, hint="The chosen swatch where the base is, and the base where it is mixed"):
        scene = put(scene, MIXING, inverted(mixing, model.num_ws, hand))
    return _of_picked(scene, facts, gap)


def _of_picked(scene: Scene, facts: Facts, gap: float) -> Scene:
    """Icons that act on the picked layers."""
    many = len(actions.picked(scene, facts))
    which = f"the {many} picked layers" if many > 1 else "the picked layer"
    pick_first = "; click a layer's name to pick it"
    imgui.same_line(0, gap)
    swapped = actions.swapped(scene, facts)
    hint = "Exchange the base and the source, of the picked layer or the first that is mixed"
    if ui.button(glyph="arrows-clockwise", id_="##swap", hint=hint, enabled=swapped is not None):
        scene = swapped or scene
    imgui.same_line(0, gap)
    hint = f"Give {which} the base again" if many else f"Clear layers{pick_first}"
    if ui.button(glyph="x", id_="##clear", hint=hint, keys="Del" if many else "", enabled=many > 0):
        scene = actions.clear_picked(scene, facts)
    imgui.same_line(0, gap)
    on = bool(scene.document.mixing.solo)
    hint = f"Mix only {which}, for now" if many else f"Solo layers{pick_first}"
    hint = "Let all layers act again" if on and not many else hint
    if ui.button(glyph="eye", id_="##solo", hint=hint, on=on, enabled=actions.can_solo(scene, facts)):
        scene = actions.solo_picked(scene, facts)
    imgui.same_line(0, gap)
    locked = actions.all_locked(scene, facts)
    hint = f"{'Unlock' if locked else 'Lock'} {which}" if many else "Unlock all layers" if locked else "Lock layers"
    hint += "" if many or locked else pick_first
    if ui.button(glyph="lock-simple", id_="##lock", hint=hint, on=locked, enabled=bool(many or locked)):
        scene = actions.lock_picked(scene, facts)
    imgui.same_line(0, gap)
    grid = scene.view.grid
    hint = "Back to the picture" if grid else "Mixing grid: every style of one set with every style of another"
    if ui.button(glyph="grid-four", id_="##grid", hint=hint, on=grid, keys="G"):
        scene = replace(scene, view=replace(scene.view, grid=not grid))
    return scene
