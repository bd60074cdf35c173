"""The second style on the shelf: its image, to choose and to drag, its seed and its walk."""

import math
from pathlib import PurePath

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.seeds import RANDOM_SEEDS, seed_at
from renderer.document.document import Swatch
from renderer.ipc.protocol import Latent
from viz.mixing import swatch_thumbnails
from viz.mixing.drag import lifted
from viz.mixing.selection import selecting, swatch_of
from viz.state.facts import Facts
from viz.state.params import default, put
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

SEED, WALKS, SPEED = "document.mixing.x", "view.motion.mixing", "view.motion.mixing_speed"
SECOND_SIDE = 52
"""Side of its image (two rows), in design lengths."""
SECOND_WIDE = 70
"""Width of its image with its caption."""


def base_seed(latent: Latent) -> float | None:
    """Return the seed of the first style if the second can equal it: not between two rows of the grid."""
    return seed_at(latent.x, latent.y) if latent.y == round(latent.y) and not latent.stored else None


@derived
def _has_base(scene: Scene) -> bool:
    return base_seed(scene.document.latent) is not None


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the second style: its image, for selection and dragging, and two rows beside it."""
    imgui.push_id("style")
    p, width, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(SECOND_SIDE)
    dragging = scene.interaction.drag.on
    texture, uv = swatch_thumbnails.of_swatch(scene, facts, None)
    chosen = swatch_of(scene) is None
    name, older = "second style", other(scene, facts, None)
    alpha = OLD if older else 1.0
    if ui.tile("second", texture, uv, name, "path", SECOND_SIDE, chosen, (), SECOND_WIDE, alpha=alpha) and not dragging:
        scene = selecting(scene, swatch=None)
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and not dragging:
        scene = scene.interacting(drag=lifted(None, None))
    ui.tip(f"The second style: layers that take it follow its seed{older}\nClick: mix with it    Drag: onto layers")
    wide = t.px(SECOND_WIDE)
    left, room = p.x + wide + t.px(8), width - wide - t.px(8)
    imgui.set_cursor_screen_pos(V(left, p.y))
    scene = _seed(scene, facts, room)
    imgui.set_cursor_screen_pos(V(left, p.y + t.px(28)))
    scene = _walk(scene, room)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, side + t.px(16)))
    imgui.pop_id()
    return scene


OLD = 0.4
"""Opacity of a swatch whose image is still that of another network."""


def other(scene: Scene, facts: Facts, swatch: Swatch | None) -> str:
    """Return a line that names the network that has drawn a swatch's image, if it is not the present one."""
    network = swatch_thumbnails.drawn_by(scene, facts, swatch)
    return f"\nDrawn by {PurePath(network.source).name or 'the demo network'}" if network is not None else ""


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
        scene = put(scene, SEED, float(facts.chance.randrange(RANDOM_SEEDS)))
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
