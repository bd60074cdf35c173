"""The Layers section: which w vectors take the second style, and which layers have noise."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document import request_for
from renderer.protocol import Display, Mixing, ModelInfo, RenderRequest, Transform
from viz import widgets as ui
from viz.bands import Band, bands_of, inverted, share_text, short_name, size_text, switched
from viz.facts import Facts
from viz.params import put, reset
from viz.scene import Scene
from viz.theme import current as t

MIXING, LAYERS, NOISE = "document.mixing", "document.mixing.layers", "document.noise.layers"
NO_UV = (0.0, 0.0, 1.0, 1.0)

Picture = tuple[int, tuple[float, float, float, float]]
"""Texture and (u0, v0, u1, v1); texture 0 while it is not there."""


@dataclass
class Stroke:
    """A press that is held and moved across rows: what it sets, and how far the pointer came in this frame."""

    kind: Literal["", "style", "noise"] = ""
    on: bool = False
    start: float = 0.0
    end: float = 0.0

    def begin(self, kind: Literal["style", "noise"], on: bool, y: float) -> None:
        """A row was pressed at height `y`; it and the rows painted over become `on`."""
        self.kind, self.on, self.start, self.end = kind, on, y, y

    def move(self, y: float, held: bool) -> None:
        """A new frame: the pointer is at `y`, and the button is held or not."""
        if held:
            self.start, self.end = self.end, y
        else:
            self.kind = ""

    def covers(self, kind: str, top: float, bottom: float) -> bool:
        """Whether the pointer came over [top, bottom) in this frame."""
        return self.kind == kind and min(self.start, self.end) < bottom and max(self.start, self.end) >= top


@dataclass
class _LastStyle:
    """The newest picture of the second style that was there, shown until the next one is."""

    request: RenderRequest | None = None
    asked: RenderRequest | None = None
    """What was asked for last, there or not."""
    x: float = 0.0


def style_request(scene: Scene) -> RenderRequest:
    """The picture of the second style alone. While it walks: of the nearest whole seed, so that few are rendered."""
    x = scene.document.mixing.x
    if scene.view.motion.mixing:
        x = float(round(x))
    latent = replace(scene.document.latent, x=x, y=0.0)
    latent = replace(latent, array=None)
    alone = replace(scene.document, latent=latent, mixing=Mixing(), transform=Transform())
    return request_for(alone, Display(), scene.settings.device, 0)


def style_picture(scene: Scene, facts: Facts) -> Picture:
    """Texture of the second style's picture, which waits for the hand as the pad's do, but for its own seed."""
    last, mixing = facts.scratch.get(_LastStyle), scene.document.mixing
    known = last.asked is not None and last.asked.network == scene.document.network and last.x == mixing.x
    if not known or not imgui.is_any_item_active():
        last.asked, last.x = style_request(scene), mixing.x
    request = last.asked
    assert request is not None
    found = facts.thumbnails.get(request)
    if found:
        last.request = request
    elif last.request and last.request.network == request.network:
        found = facts.thumbnails.get(last.request)
    return (found[0].id, found[1]) if found else (0, NO_UV)


def seed_text(x: float) -> str:
    """The second style's name: its seed, with two decimals while it lies between two."""
    return str(round(x)) if x == round(x) else f"{x:.2f}".replace("-", "−")


def draw(scene: Scene, facts: Facts, picture: Picture, reserve: float) -> Scene:
    """The section.

    Args:
        picture: Of the second style.
        reserve: Pixels to leave free below it, if its rows can be that low.
    """
    model = facts.model
    mixed = [i for i in scene.document.mixing.ws if model and i < model.num_ws]
    summary = f"{len(mixed)} of {model.num_ws} mixed" if model else "no network yet"
    is_open = ui.section("Layers", summary=summary, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, LAYERS, NOISE)
    if not is_open or model is None:
        return scene
    imgui.push_id("mixing")
    scene = _sets(scene, model)
    ui.space(6)
    stroke = facts.scratch.get(Stroke)
    top = imgui.get_window_pos().y
    y = min(max(imgui.get_mouse_pos().y, top), top + imgui.get_window_height())
    stroke.move(y, imgui.is_mouse_down(imgui.MouseButton_.left))
    bands = bands_of(model)
    gaps = len(bands) * (24 + 4)
    room = (imgui.get_content_region_avail().y - reserve) / t.scale - gaps
    height = max(20, min(28, math.floor(room / model.num_ws)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), 0))
    for band in bands:
        scene = _band(scene, band)
        for index in band.ws:
            scene = _row(scene, model, index, band.token, picture, stroke, height)
        imgui.dummy(V(1, t.px(4)))
    imgui.pop_style_var()
    imgui.pop_id()
    ui.space(6)
    return scene


def _sets(scene: Scene, model: ModelInfo) -> Scene:
    """Buttons that act on every layer."""
    mixing, width = scene.document.mixing, (imgui.get_content_region_avail().x - t.px(8)) / 3
    if ui.button("All", width=width, hint="Take the second style in every layer"):
        scene = put(scene, MIXING, switched(mixing, range(model.num_ws), True))
    imgui.same_line(0, t.px(4))
    if ui.button("None", width=width, hint="Keep the first style in every layer"):
        scene = put(scene, MIXING, switched(mixing, range(model.num_ws), False))
    imgui.same_line(0, t.px(4))
    if ui.button("Invert", width=width, hint="Exchange the two styles' layers"):
        scene = put(scene, MIXING, inverted(mixing, model.num_ws))
    return scene


def _band(scene: Scene, band: Band) -> Scene:
    """A band's header: a click switches all of its layers."""
    mixing = scene.document.mixing
    taken = sum(i in mixing.ws for i in band.ws)
    width = imgui.get_content_region_avail().x
    imgui.push_style_var(imgui.StyleVar_.disabled_alpha, 0.8)  # its note must be readable
    imgui.begin_disabled(not band.ws)
    if ui.band_row(band.name, band.note, band.token, width, mixed=share_text(taken, len(band.ws))):
        scene = put(scene, MIXING, switched(mixing, band.ws, taken < len(band.ws)))
    imgui.end_disabled()
    imgui.pop_style_var()
    if band.ws:
        ui.tip(f"Switch every {band.name.lower()} layer")
    return scene


def _row(
    scene: Scene, model: ModelInfo, index: int, token: str, picture: Picture, stroke: Stroke, height: float
) -> Scene:
    """One w vector: press or paint to switch its style, right click for the first style, the wave for its noise."""
    name, side = model.ws_names[index], model.ws_resolutions[index]
    mixing, noise = scene.document.mixing, scene.document.noise
    has_noise, on = name in model.noise_layers, index in mixing.ws
    noisy = name not in noise.off if has_noise else None
    top = imgui.get_cursor_screen_pos().y
    touch = ui.layer_row(
        name,
        short_name(name),
        size_text(side, side),
        picture[0],
        picture[1] if on else None,
        seed_text(mixing.x),
        token,
        imgui.get_content_region_avail().x,
        noise=noisy,
        noise_live=noise.mode != "none",
        selected=scene.view.display.layer == name,
        height=height,
        hint=f"{name}: click to switch, hold and move to paint. Right click: first style",
    )
    bottom = imgui.get_cursor_screen_pos().y
    if touch.pressed:
        stroke.begin("style", not on, stroke.end)
    if touch.noise:
        stroke.begin("noise", not noisy, stroke.end)
    if touch.pressed or stroke.covers("style", top, bottom):
        scene = put(scene, MIXING, switched(mixing, (index,), stroke.on))
    if touch.cleared:
        scene = put(scene, MIXING, switched(mixing, (index,), False))
    if has_noise and (touch.noise or stroke.covers("noise", top, bottom)):
        scene = put(scene, "document.noise", noise.with_layers(replace(noise.of(name), on=stroke.on)))
    return scene
