"""The Layers section: whose style each w vector takes, how much of it, and which layers have noise."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.mixing import blend, clear, free, layer, lock, mixed
from renderer.ipc.protocol import LayerStyle, ModelInfo
from viz.mixing import layer_tools, swatch_thumbnails
from viz.mixing.drag import Carry, Target, target
from viz.mixing.selection import Brush, Picked, switched, takes
from viz.state.bands import Band, bands_of, share_text, short_name, size_text
from viz.state.facts import Facts
from viz.state.params import put, reset
from viz.state.scene import Scene
from viz.state.swatches import seed_text, source_name
from viz.ui import widgets as ui
from viz.ui.theme import current as t

MIXING, LAYERS, SOLO, NOISE = (
    "document.mixing",
    "document.mixing.layers",
    "document.mixing.solo",
    "document.noise.layers",
)
Kind = Literal["", "style", "noise", "pick"]


@dataclass
class Stroke:
    """A press that is held and moved across rows: what it sets, and how far the pointer came in this frame."""

    kind: Kind = ""
    on: bool = False
    start: float = 0.0
    end: float = 0.0

    def begin(self, kind: Kind, on: bool, y: float) -> None:
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


def draw(scene: Scene, facts: Facts, reserve: float) -> Scene:
    """The section. `reserve`: pixels to leave free below it, if its rows can be that low."""
    model = facts.model
    count = len([i for i in mixed(scene.document.mixing) if model and i < model.num_ws])
    summary = f"{count} of {model.num_ws} mixed" if model else "no network yet"
    is_open = ui.section("Layers", summary=summary, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, LAYERS, SOLO, NOISE)
    if not is_open or model is None:
        return scene
    imgui.push_id("mixing")
    scene = layer_tools.draw(scene, facts, model)
    ui.space(6)
    stroke = facts.scratch.get(Stroke)
    top = imgui.get_window_pos().y
    y = min(max(imgui.get_mouse_pos().y, top), top + imgui.get_window_height())
    if stroke.kind or imgui.is_window_hovered():
        stroke.move(y, imgui.is_mouse_down(imgui.MouseButton_.left))
    bands = bands_of(model)
    gaps = len(bands) * (24 + 4)
    room = (imgui.get_content_region_avail().y - reserve) / t.scale - gaps
    height = max(20, min(28, math.floor(room / model.num_ws)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(t.px(8), 0))
    for band in bands:
        start = imgui.get_cursor_screen_pos()
        lit = _lit(scene, facts, band.ws)
        scene = _band(scene, facts, model, band, lit)
        for index in band.ws:
            scene = _row(scene, facts, model, index, band.token, height)
        if lit and len(lit) == len(band.ws):
            end = imgui.get_cursor_screen_pos()
            width = imgui.get_content_region_avail().x
            ui.outline(start, V(start.x + width, end.y), band.token, 1, 4, 1.5)
        imgui.dummy(V(1, t.px(4)))
    imgui.pop_style_var()
    imgui.pop_id()
    ui.space(6)
    return scene


def _lit(scene: Scene, facts: Facts, ws: range) -> tuple[int, ...]:
    """Those of a band's layers that would take the swatch carried."""
    carry = facts.scratch.get(Carry)
    if not carry.on or not isinstance(carry.over, Target):
        return ()
    return tuple(i for i in carry.over.ws if i in ws)


def _hovered(facts: Facts, top: V, bottom: float) -> bool:
    """Whether a swatch is carried over this part of the section."""
    if not facts.scratch.get(Carry).on:
        return False
    mouse, window, size = imgui.get_mouse_pos(), imgui.get_window_pos(), imgui.get_window_size()
    inside = window.x <= mouse.x < window.x + size.x and window.y <= mouse.y < window.y + size.y
    return inside and top.y <= mouse.y < bottom


def _band(scene: Scene, facts: Facts, model: ModelInfo, band: Band, lit: tuple[int, ...]) -> Scene:
    """A band's header: a click lays the brush into all of its layers or gives them back; with Shift it picks."""
    mixing, hand = scene.document.mixing, facts.scratch.get(Brush).swatch
    width, top = imgui.get_content_region_avail().x, imgui.get_cursor_screen_pos()
    imgui.push_style_var(imgui.StyleVar_.disabled_alpha, 0.8)  # its note must be readable
    imgui.begin_disabled(not band.ws)
    plural = "s" if len(lit) > 1 else ""
    share = f"+ {len(lit)} layer{plural}" if lit else share_text(mixing, band.ws)
    if ui.band_row(band.name, band.note, band.token, width, bool(lit), share):
        io = imgui.get_io()
        if io.key_ctrl or io.key_shift:
            picked = facts.scratch.get(Picked)
            picked.ws = tuple(sorted({*(picked.ws if io.key_ctrl else ()), *band.ws}))
        else:
            all_taken = all(takes(mixing, i, hand) for i in free(mixing, band.ws))
            scene = put(scene, MIXING, switched(mixing, band.ws, hand, not all_taken))
    imgui.end_disabled()
    imgui.pop_style_var()
    if band.ws:
        ui.tip(f"Click: the chosen swatch in every {band.name.lower()} layer, or back    Shift+click: pick them")
        if _hovered(facts, top, imgui.get_cursor_screen_pos().y):
            facts.scratch.get(Carry).found = target(model, band.ws, scene.document)
    return scene


def _row(scene: Scene, facts: Facts, model: ModelInfo, index: int, token: str, height: float) -> Scene:
    """One w vector."""
    name, stroke, picked = model.ws_names[index], facts.scratch.get(Stroke), facts.scratch.get(Picked)
    mixing, noise = scene.document.mixing, scene.document.noise
    look = _look(scene, facts, model, index, token)
    top = imgui.get_cursor_screen_pos()
    touch = ui.layer_row(name, look, imgui.get_content_region_avail().x, height, _HINT.format(name))
    bottom = imgui.get_cursor_screen_pos().y
    together, hand = picked.around(index), facts.scratch.get(Brush).swatch
    if touch.picked:
        io = imgui.get_io()
        picked.pick(index, more=io.key_ctrl, through=io.key_shift)
        stroke.begin("pick", True, stroke.end)
    elif stroke.covers("pick", top.y, bottom) and index not in picked.ws and imgui.is_mouse_dragging(0):
        picked.add(index)
    if touch.painted:
        stroke.begin("style", not takes(mixing, index, hand), stroke.end)
        scene = put(scene, MIXING, switched(mixing, together, hand, stroke.on))
    elif stroke.covers("style", top.y, bottom):
        scene = put(scene, MIXING, switched(mixing, (index,), hand, stroke.on))
    if touch.cleared:
        scene = put(scene, MIXING, clear(mixing, together))
    if touch.lock:
        scene = put(scene, MIXING, lock(mixing, together, not look.locked))
    if touch.share != look.share:
        scene = put(scene, MIXING, blend(mixing, together, touch.share))
    if touch.noise:
        stroke.begin("noise", not look.noise, stroke.end)
    if look.noise is not None and (touch.noise or stroke.covers("noise", top.y, bottom)):
        scene = put(scene, "document.noise", noise.with_layers(replace(noise.of(name), on=stroke.on)))
    if _hovered(facts, top, bottom):
        carry = facts.scratch.get(Carry)
        carry.found = target(model, carry.rows(index, picked.ws, imgui.get_io().key_shift), scene.document)
    return scene


_HINT = "{}. Click: pick    Ctrl+click: one more    Shift+click: all up to here"


def _look(scene: Scene, facts: Facts, model: ModelInfo, index: int, token: str) -> ui.RowLook:
    """How one w vector's row looks."""
    document, name, side = scene.document, model.ws_names[index], model.ws_resolutions[index]
    own = layer(document.mixing, index) or LayerStyle(index, amount=0.0)
    taken = own.amount != 0 or own.source is not None
    picture = swatch_thumbnails.NOTHING
    if taken:
        picture = swatch_thumbnails.of_layer(scene, facts, own.source)
    return ui.RowLook(
        name=short_name(name),
        resolution=size_text(side, side),
        token=token,
        tex=picture[0],
        uv=picture[1] if taken else None,
        source=source_name(own.source, document.shelf) if own.source is not None else seed_text(document.mixing.x),
        share=own.amount,
        locked=own.locked,
        silent=bool(document.mixing.solo) and index not in document.mixing.solo,
        noise=document.noise.of(name).on if name in model.noise_layers else None,
        noise_live=document.noise.mode != "none",
        ghost=_ghost(scene, facts, index),
        selected=index in facts.scratch.get(Picked).within(model.num_ws),
        shown=scene.view.display.layer == name,
    )


def _ghost(scene: Scene, facts: Facts, index: int) -> tuple[int, tuple[float, float, float, float], str] | None:
    """What the row would take if the swatch carried were let go."""
    carry = facts.scratch.get(Carry)
    if not carry.on or not isinstance(carry.over, Target) or index not in carry.over.ws:
        return None
    texture, uv = swatch_thumbnails.of_hand(scene, facts, carry.hand)
    return texture, uv, carry.name(scene.document)
