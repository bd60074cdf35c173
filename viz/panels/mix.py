"""Window "Mix": a second style, the layers that take it, and saving what came of it."""

import math
from functools import partial

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.protocol import Latent
from viz import widgets as ui
from viz.facts import Facts
from viz.kept import keep
from viz.panels import capture, compare, mixing
from viz.panels.latent import RANDOM_SEEDS, Dice
from viz.params import default, put, reset
from viz.rows import slider_row
from viz.scene import Scene
from viz.theme import current as t

SEED, WALKS, SPEED = "document.mixing.x", "view.motion.mixing", "view.motion.mixing_speed"
SIDE = 52
"""Side of the second style's picture: two rows, design length."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """The whole panel."""
    picture, name = mixing.style_picture(scene, facts), capture.coming(scene, facts)
    document, view, base = scene.document, scene.view, base_seed(scene.document.latent)
    styles: tuple[object, ...] = (
        document.mixing,
        document.noise,
        view.motion,
        view.display.layer,
        facts.model,
        picture,
        base,
    )
    styles = (*styles, *compare.reads(scene, facts))
    reads = (*styles, scene.settings.capture_dir, name, facts.saved, facts.picture is None)
    return keep("mix", reads, partial(_parts, picture=picture, name=name), scene, facts)


def _parts(scene: Scene, facts: Facts, picture: mixing.Picture, name: str) -> Scene:
    """Each part on its own as well, so that a change of one leaves the others."""
    tall = imgui.get_window_height() > t.px(760)
    document, motion = scene.document, scene.view.motion
    base = base_seed(document.latent)
    reads: tuple[object, ...] = (document.mixing.x, motion.mixing, motion.mixing_speed, picture, base)
    scene = keep("style", reads, partial(_style, picture=picture), scene, facts)
    free = capture.height(tall) + compare.height(scene, tall)
    reads = (document.mixing, document.noise, scene.view.display.layer, facts.model, picture, free)
    scene = keep("mixing", reads, partial(mixing.draw, picture=picture, reserve=free), scene, facts)
    scene = compare.draw(scene, facts)
    reads = (scene.settings.capture_dir, name, facts.saved, facts.picture is None)
    return keep("capture", reads, partial(capture.draw, name=name, open_=tall), scene, facts)


def base_seed(latent: Latent) -> float | None:
    """The seed of the first style, if the second could be the same: not between two rows of the grid."""
    return latent.x + 100 * latent.y if latent.y == round(latent.y) else None


def _style(scene: Scene, facts: Facts, picture: mixing.Picture) -> Scene:
    """The second style: its picture, its seed, and its walk."""
    is_open = ui.section("Style", summary=f"seed {mixing.seed_text(scene.document.mixing.x)}", reset=True)
    if ui.reset_clicked():
        scene = reset(scene, SEED, WALKS, SPEED)
    if not is_open:
        return scene
    imgui.push_id("style")
    p, width, side = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(SIDE)
    texture, uv = picture
    imgui.dummy(V(side, side))
    ui.tip("The second style on its own")
    if texture:
        ui.picture(texture, uv, p, side)
    else:
        ui.fill(p, V(p.x + side, p.y + side), "control")
        ui.draw(ui.icon("image"), p.x + side / 2, p.y, "faint", 16, align=0.5, height=side)
    left, room = p.x + side + t.px(8), width - side - t.px(8)
    imgui.set_cursor_screen_pos(V(left, p.y))
    scene = _seed(scene, facts, room)
    imgui.set_cursor_screen_pos(V(left, p.y + t.px(28)))
    scene = _walk(scene, room)
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, side))
    ui.space(8)
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
    base = base_seed(scene.document.latent)
    hint = "Keep the first style's seed as the second"
    if ui.button(glyph="copy", id_="##keep", hint=hint, enabled=base is not None) and base is not None:
        scene = put(scene, SEED, base)
    return scene


def _walk(scene: Scene, room: float) -> Scene:
    walking = scene.view.motion.mixing
    hint = "Stop the walk" if walking else "Walk the second style from seed to seed"
    glyph = "pause" if walking else "play"
    if ui.button(glyph=glyph, on=walking, id_="##playStyle", hint=hint):
        scene = put(scene, WALKS, not walking)
    imgui.same_line(0, t.px(4))
    return slider_row(scene, SPEED, width=room - t.px(t.row) - t.px(4), show_label=False)
