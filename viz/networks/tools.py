"""Tools of the networks of layers, above the rows: the mapping network, cuts and ramps, and saving the blend."""

from dataclasses import replace
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo, Network, Weights
from viz.networks import beside
from viz.networks.beside import WAITING
from viz.networks.tiles import chosen, reason
from viz.networks.weights import cut_after, laid, letter, places, ramp_around
from viz.state.bands import short_name
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.theme import current as t

WEIGHTS = "document.weights"


def save(scene: Scene, facts: Facts) -> Scene:
    """Choose a file for the blend."""
    return scene.request(ShowDialog("save-network"))


def draw(scene: Scene, facts: Facts, model: ModelInfo) -> Scene:
    """Draw the tools, if there is a network beside the open one."""
    network = chosen(scene, facts)
    if network is None:
        return scene
    imgui.push_id("networks")
    found = dict(beside.all_known(scene, facts)).get(network, WAITING)
    why = reason(model, network, found)
    with ui.greyed(f"{letter(scene.document, network)} cannot be blended: {why}" if why else ""):
        scene = _mapping(scene, network)
        ui.space(4)
        scene = _ready_made(scene, facts, model, network)
    imgui.pop_id()
    ui.space(4)
    return scene


def _ready_made(scene: Scene, facts: Facts, model: ModelInfo, network: Network) -> Scene:
    """Draw the buttons that set all layers, and the one that saves the blend."""
    gap, name = t.px(4), letter(scene.document, network)
    width = (imgui.get_content_region_avail().x - 3 * gap - t.px(t.row)) / 3
    for title, short, kind in (("Hard cut at…", "Cut at…", "cut"), ("Ramp around…", "Ramp…", "ramp")):
        hint = f"{name} above a resolution, A up to it" if kind == "cut" else f"From A to {name} by a logistic curve"
        words = ui.first_fitting((title, short), width - t.px(12))
        if ui.button(words, width=width, hint=hint, id_=f"##{title}"):
            imgui.open_popup(ui.drawable(kind))
        imgui.same_line(0, gap)
    if ui.button("All 50 %", width=width, hint=f"Half of {name} in every layer"):
        every = range(model.num_ws)
        scene = put(scene, WEIGHTS, laid(scene.document.weights, model, every, network, 0.5))
    imgui.same_line(0, gap)
    hint = "Save blend as…: a network of its own (.safetensors), with the names of its parents"
    ready = bool(scene.document.weights.others)
    if ui.button(glyph="floppy-disk", id_="##save", hint=hint, enabled=ready):
        scene = save(scene, facts)
    scene = _places(scene, model, network, "cut")
    return _places(scene, model, network, "ramp")


def _places(scene: Scene, model: ModelInfo, network: Network, kind: Literal["cut", "ramp"]) -> Scene:
    """Draw the list of places of a cut or ramp."""
    imgui.set_next_window_size(V(t.px(150), 0))
    if not imgui.begin_popup(ui.drawable(kind)):
        return scene
    for place in places(model):
        shown = f"{place}²" if place.isdecimal() else short_name(place)
        if ui.list_row(place, f"After {shown}" if kind == "cut" else f"Around {shown}"):
            change = cut_after if kind == "cut" else ramp_around
            scene = put(scene, WEIGHTS, change(scene.document.weights, model, network, place))
            imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _mapping(scene: Scene, network: Network) -> Scene:
    """Draw the choice of the mapping network."""
    weights = scene.document.weights
    own = 2 if weights.mapping_blended else 0 if weights.mapping is None else 1
    shown = network if weights.mapping is None else weights.mapping
    options = ("A", letter(scene.document, shown), "Blended")
    hints = (
        "Mapping network and mean of w of A",
        "Mapping network and mean of w of the other network",
        "Both blended by the mean amount",
    )
    ui.row_label("Mapping", own != 0)
    picked = ui.segmented("mapping", options, own, width=imgui.get_content_region_avail().x, hints=hints)
    if picked == own:
        return scene
    changed: Weights = replace(weights, mapping=network if picked == 1 else None, mapping_blended=picked == 2)
    return put(scene, WEIGHTS, changed)
