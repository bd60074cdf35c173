"""The pinned swatch of the shelf: the second style, its seed and its walk."""

import math

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import Latent
from viz.generate.latent import RANDOM_SEEDS, Dice
from viz.mixing import swatch_thumbnails
from viz.mixing.drag import Carry
from viz.mixing.selection import Brush
from viz.state.facts import Facts
from viz.state.params import default, put
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

SEED, WALKS, SPEED = "document.mixing.x", "view.motion.mixing", "view.motion.mixing_speed"
SIDE = 52
"""Side of its picture: two rows, design length."""


def base_seed(latent: Latent) -> float | None:
    """The seed of the first style, if the second could be the same: not between two rows of the grid."""
    return latent.x + 100 * latent.y if latent.y == round(latent.y) and latent.array is None else None


@derived
def _has_base(scene: Scene) -> bool:
    return base_seed(scene.document.latent) is not None


def draw(scene: Scene, facts: Facts) -> Scene:
    """Its picture, to be chosen and dragged, and two rows beside it."""
    imgui.push_id("style")
    p, width, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(SIDE)
    brush, carry = facts.scratch.get(Brush), facts.scratch.get(Carry)
    texture, uv = swatch_thumbnails.of_hand(scene, facts, None)
    chosen = brush.among(scene.document.shelf) is None
    if ui.tile("second", texture, uv, glyph="path", size=SIDE, selected=chosen) and not carry.on:
        brush.swatch = None
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and not carry.on:
        carry.lift(None, None)
    ui.tip("The second style: layers that take it follow its seed\nClick: mix with it    Drag: onto layers")
    left, room = p.x + side + t.px(8), width - side - t.px(8)
    imgui.set_cursor_screen_pos(V(left, p.y))
    scene = _seed(scene, facts, room)
    imgui.set_cursor_screen_pos(V(left, p.y + t.px(28)))
    scene = _walk(scene, room)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, side))
    imgui.pop_id()
    return scene


def _seed(scene: Scene, facts: Facts, room: float) -> Scene:
    x = scene.document.mixing.x
    whole, gap = math.floor(x + 0.5), t.px(4)
    typed = ui.number(
        "Seed",
        whole,
        width=room - 2 * (t.px(t.row) + gap),
        show_label=False,
        hint="Seed of the second style; drag, or double click to type",
        default=int(default(SEED)),
    )
    if typed != whole:
        scene = put(scene, SEED, float(typed))
    imgui.same_line(0, gap)
    if ui.button(glyph="dice-five", id_="##random", hint="A random second style"):
        scene = put(scene, SEED, float(facts.scratch.get(Dice).source.randrange(RANDOM_SEEDS)))
    imgui.same_line(0, gap)
    hint = "Keep the first style's seed as the second"
    if ui.button(glyph="copy", id_="##keep", hint=hint, enabled=_has_base(scene)):
        scene = put(scene, SEED, base_seed(scene.document.latent))
    return scene


def _walk(scene: Scene, room: float) -> Scene:
    walking = scene.view.motion.mixing
    hint = "Stop the walk" if walking else "Walk the second style from seed to seed"
    glyph: Glyph = "pause" if walking else "play"
    if ui.button(glyph=glyph, on=walking, id_="##playStyle", hint=hint):
        scene = put(scene, WALKS, not walking)
    imgui.same_line(0, t.px(4))
    return slider_row(scene, SPEED, width=room - t.px(t.row) - t.px(4), show_label=False)
