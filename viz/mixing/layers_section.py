"""Layers section: style source and share of each w vector, and the noise of layers."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.mixing import blend, clear, free, layer, lock, mixed
from renderer.ipc.protocol import LayerStyle, ModelInfo
from viz.mixing import actions, swatch_thumbnails
from viz.mixing.drag import name_of, rows, target
from viz.mixing.selection import around, extended, inverted, lay, picked, selecting, switched, takes, within
from viz.networks import tools as network_tools
from viz.networks.weights import known as others
from viz.networks.weights import laid, letter, of_row
from viz.state.bands import Band, bands_of, share_text, short_name, size_text
from viz.state.facts import Facts
from viz.state.interaction import Target
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
    """A press moved across rows: the value it sets, and the range covered in this frame."""

    kind: Kind = ""
    on: bool = False
    start: float = 0.0
    end: float = 0.0

    def begin(self, kind: Kind, on: bool, y: float) -> None:
        """Start at a row pressed at height `y`; it and the rows painted over become `on`."""
        self.kind, self.on, self.start, self.end = kind, on, y, y

    def move(self, y: float, held: bool) -> None:
        """Update for a new frame: pointer at `y`, button held or not."""
        if held:
            self.start, self.end = self.end, y
        else:
            self.kind = ""

    def covers(self, kind: str, top: float, bottom: float) -> bool:
        """Return True if the pointer crossed [top, bottom) in this frame."""
        return self.kind == kind and min(self.start, self.end) < bottom and max(self.start, self.end) >= top


def draw(scene: Scene, facts: Facts, reserve: float) -> Scene:
    """Draw the section. `reserve`: pixels to leave free below it, if its rows can be that low."""
    model = facts.model
    count = len([i for i in mixed(scene.document.mixing) if model and i < model.num_ws])
    summary = _summary(scene, model, count) if model else "no network yet"
    is_open = ui.section("Layers", summary=summary, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, LAYERS, SOLO, NOISE, "document.weights")
    if not is_open or model is None:
        return scene
    imgui.push_id("mixing")
    scene = layer_tools(scene, facts, model)
    ui.space(6)
    scene = network_tools.draw(scene, facts, model)
    several = bool(others(scene.document))
    if several:
        _headings()
    stroke = facts.scratch.get(Stroke)
    top = imgui.get_window_pos().y
    y = min(max(imgui.get_mouse_pos().y, top), top + imgui.get_window_height())
    if stroke.kind or imgui.is_window_hovered():
        stroke.move(y, imgui.is_mouse_down(imgui.MouseButton_.left))
    bands = bands_of(model)
    gaps = len(bands) * (24 + 4) + (16 if several else 0)
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


def _summary(scene: Scene, model: ModelInfo, mixed_: int) -> str:
    """Return `8 of 16 mixed`, or with several networks `5 of 16 by C, 8 mixed`."""
    taken = [of_row(scene.document.weights, model, (i,)) for i in range(model.num_ws)]
    used = [one[0] for one in taken if one is not None]
    if not used:
        return f"{mixed_} of {model.num_ws} mixed"
    letters = ", ".join(sorted({letter(scene.document, one) for one in used}))
    return f"{len(used)} of {model.num_ws} by {letters}, {mixed_} mixed"


def _headings() -> None:
    """Draw the names of the columns."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    left = p.x + t.px(ui.SOURCE - 12)
    ui.draw("Network", left, p.y, "faint", t.small, height=t.px(16))
    ui.draw("Style", left + ui.network_width(width) + t.px(4), p.y, "faint", t.small, height=t.px(16))
    imgui.dummy(V(width, t.px(16)))


def _lit(scene: Scene, facts: Facts, ws: range) -> tuple[int, ...]:
    """Return the layers of a band that would take the dragged swatch."""
    drag = scene.interaction.drag
    if not drag.on or not isinstance(drag.over, Target):
        return ()
    return tuple(i for i in drag.over.ws if i in ws)


def _hovered(scene: Scene, top: V, bottom: float) -> bool:
    """Return True if a swatch is dragged over this part of the section."""
    if not scene.interaction.drag.on:
        return False
    mouse, window, size = imgui.get_mouse_pos(), imgui.get_window_pos(), imgui.get_window_size()
    inside = window.x <= mouse.x < window.x + size.x and window.y <= mouse.y < window.y + size.y
    return inside and top.y <= mouse.y < bottom


def _band(scene: Scene, facts: Facts, model: ModelInfo, band: Band, lit: tuple[int, ...]) -> Scene:
    """Draw a band header: a click applies the active swatch to its layers or resets them; Shift+click selects them."""
    mixing, swatch = scene.document.mixing, scene.interaction.selection.swatch
    width, top = imgui.get_content_region_avail().x, imgui.get_cursor_screen_pos()
    imgui.push_style_var(imgui.StyleVar_.disabled_alpha, 0.8)  # keeps its note readable
    imgui.begin_disabled(not band.ws)
    plural = "s" if len(lit) > 1 else ""
    share = f"+ {len(lit)} layer{plural}" if lit else _share(scene, model, band)
    if ui.band_row(band.name, band.note, band.token, width, bool(lit), "" if share == "base" else share):
        io = imgui.get_io()
        if io.key_ctrl or io.key_shift:
            layers = scene.interaction.selection.layers if io.key_ctrl else ()
            scene = selecting(scene, layers=tuple(sorted({*layers, *band.ws})))
        else:
            all_taken = all(takes(mixing, i, swatch) for i in free(mixing, band.ws))
            scene = put(scene, MIXING, switched(mixing, band.ws, swatch, not all_taken))
    imgui.end_disabled()
    imgui.pop_style_var()
    if band.ws:
        ui.tip(f"Click: the chosen swatch in every {band.name.lower()} layer, or back    Shift+click: pick them")
        if _hovered(scene, top, imgui.get_cursor_screen_pos().y):
            found = target(model, band.ws, scene.document)
            scene = scene.interacting(drag=replace(scene.interaction.drag, found=found))
    return scene


def _share(scene: Scene, model: ModelInfo, band: Band) -> str:
    """Return what a band takes: its network if there are several, as `C 60 %`, and its share of other styles."""
    share = share_text(scene.document.mixing, band.ws)
    if not others(scene.document) or not band.ws:
        return share
    taken = of_row(scene.document.weights, model, band.ws)
    text = "A"
    if taken is not None:
        text = "mixed" if taken[2] else f"{letter(scene.document, taken[0])} {round(100 * taken[1])} %"
    return text if share == "base" else f"{text} · {share}"


def _row(scene: Scene, facts: Facts, model: ModelInfo, index: int, token: str, height: float) -> Scene:
    """Draw the row of one w vector."""
    name, stroke, selection = model.ws_names[index], facts.scratch.get(Stroke), scene.interaction.selection
    mixing, noise = scene.document.mixing, scene.document.noise
    look = _look(scene, facts, model, index, token)
    top = imgui.get_cursor_screen_pos()
    width, carried = imgui.get_content_region_avail().x, scene.interaction.drag.on
    touch = ui.layer_row(name, look, width, height, _HINT.format(name), carried)
    bottom = imgui.get_cursor_screen_pos().y
    together, swatch = around(selection.layers, index), selection.swatch
    if touch.picked:
        io = imgui.get_io()
        selection = picked(selection, index, more=io.key_ctrl, through=io.key_shift)
        scene = scene.interacting(selection=selection)
        stroke.begin("pick", True, stroke.end)
    elif stroke.covers("pick", top.y, bottom) and index not in selection.layers and imgui.is_mouse_dragging(0):
        selection = extended(selection, index)
        scene = scene.interacting(selection=selection)
    if touch.painted:
        stroke.begin("style", not takes(mixing, index, swatch), stroke.end)
        scene = put(scene, MIXING, switched(mixing, together, swatch, stroke.on))
    elif stroke.covers("style", top.y, bottom):
        scene = put(scene, MIXING, switched(mixing, (index,), swatch, stroke.on))
    if touch.cleared:
        scene = put(scene, MIXING, clear(mixing, together))
    if touch.lock:
        scene = put(scene, MIXING, lock(mixing, together, not look.locked))
    if touch.weight is not None and touch.weight != look.weight:
        taken = of_row(scene.document.weights, model, (index,))
        if taken is not None:
            weights = laid(scene.document.weights, model, together, taken[0], touch.weight)
            scene = put(scene, "document.weights", weights)
    if touch.share != look.share:
        scene = put(scene, MIXING, blend(mixing, together, touch.share))
    if touch.noise:
        stroke.begin("noise", not look.noise, stroke.end)
    if look.noise is not None and (touch.noise or stroke.covers("noise", top.y, bottom)):
        scene = put(scene, "document.noise", noise.with_layers(replace(noise.of(name), on=stroke.on)))
    if _hovered(scene, top, bottom):
        drag, ws = rows(scene.interaction.drag, index, selection.layers, imgui.get_io().key_shift)
        scene = scene.interacting(drag=replace(drag, found=target(model, ws, scene.document)))
    return scene


_HINT = "{}. Click: pick    Ctrl+click: one more    Shift+click: all up to here"


def _look(scene: Scene, facts: Facts, model: ModelInfo, index: int, token: str) -> ui.RowLook:
    """Return the appearance of one w vector's row."""
    document, name, size = scene.document, model.ws_names[index], model.ws_sizes[index]
    own = layer(document.mixing, index) or LayerStyle(index, amount=0.0)
    by = of_row(document.weights, model, (index,))
    taken = own.amount != 0 or own.source is not None
    picture = swatch_thumbnails.NOTHING
    if taken:
        picture = swatch_thumbnails.of_layer(scene, facts, own.source)
    return ui.RowLook(
        name=short_name(name),
        resolution=size_text(*size),
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
        network=("A" if by is None else letter(document, by[0])) if others(document) else "",
        weight=None if by is None else by[1],
        network_ghost=_network_ghost(scene, index),
        selected=index in within(scene.interaction.selection.layers, model.num_ws),
        shown=scene.view.display.layer == name,
    )


def _ghost(scene: Scene, facts: Facts, index: int) -> tuple[int, tuple[float, float, float, float], str] | None:
    """Return a preview of the row's source if the dragged swatch were dropped."""
    drag = scene.interaction.drag
    if not drag.on or not isinstance(drag.over, Target) or index not in drag.over.ws or drag.network is not None:
        return None
    texture, uv = swatch_thumbnails.of_swatch(scene, facts, drag.swatch)
    return texture, uv, name_of(drag, scene.document)


def _network_ghost(scene: Scene, index: int) -> str:
    """Return the letter of a network that is dragged over the row."""
    drag = scene.interaction.drag
    if not drag.on or drag.network is None or not isinstance(drag.over, Target) or index not in drag.over.ws:
        return ""
    return letter(scene.document, drag.network)


MIXING = "document.mixing"
_ICONS = 5


def layer_tools(scene: Scene, facts: Facts, model: ModelInfo) -> Scene:
    """Draw the tool row: All, None, Invert; swap, clear, solo, lock; and the mixing grid."""
    gap, mixing = t.px(4), scene.document.mixing
    width = (imgui.get_content_region_avail().x - (_ICONS + 2) * gap - _ICONS * t.px(t.row)) / 3
    swatch = scene.interaction.selection.swatch
    if ui.button("All", width=width, hint="Take the chosen swatch in every layer"):
        scene = put(scene, MIXING, lay(mixing, range(model.num_ws), swatch))
    imgui.same_line(0, gap)
    if ui.button("None", width=width, hint="Keep the first style in every layer"):
        scene = put(scene, MIXING, clear(mixing, range(model.num_ws)))
    imgui.same_line(0, gap)
    if ui.button("Invert", width=width, hint="The chosen swatch where the base is, and the base where it is mixed"):
        scene = put(scene, MIXING, inverted(mixing, model.num_ws, swatch))
    return _of_picked(scene, facts, gap)


def _of_picked(scene: Scene, facts: Facts, gap: float) -> Scene:
    """Draw the icons that act on the selected layers."""
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
