"""Noise: per-pixel noise added to each layer of StyleGAN1 and 2."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from foundation.seeds import RANDOM_SEEDS
from renderer.ipc.protocol import LayerNoise, ModelInfo, Noise, NoiseMode
from viz.generate import noise_map
from viz.state.bands import short_name
from viz.state.facts import NO_NETWORK, Facts
from viz.state.params import PARAMS, put, reset
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.param_rows import play_row, slider_row
from viz.ui.theme import current as t

_MODES: tuple[tuple[NoiseMode, str, str], ...] = (
    ("none", "Off", "No noise in any layer"),
    ("const", "Fixed", "The noise stored in the network: always the same"),
    ("random", "Random", "Noise drawn anew for each seed"),
)


def summary(noise: Noise, model: ModelInfo | None) -> str:
    """Summarise the layers with noise, or return why there are none."""
    if model is None:
        return ""
    if not model.noise_layers:
        return f"{model.family} has none"
    layers = len(model.noise_layers)
    on = layers - len({*noise.off} & {*model.noise_layers})
    if noise.mode == "none" or noise.strength == 0 or not on:
        return "off"
    return f"{on} of {layers} layers"


def unable(model: ModelInfo | None) -> str:
    """Return why noise cannot be changed; empty if it can."""
    if model is None:
        return NO_NETWORK
    return "" if model.noise_layers else f"This {model.family} network adds no noise to its layers"


TALL = 800
"""Least height of a window in design lengths in which the section is open at first: the others come before it."""


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    noise_map.measured(scene, facts)  # continues while the section is folded
    model = facts.model
    tall = imgui.get_window_height() > t.px(760)
    able = model is None or bool(model.noise_layers)
    opens = facts.size[1] >= TALL and (tall or able)
    is_open = ui.section("Noise", summary=summary(scene.document.noise, model), open_=opens, reset=True)
    if ui.reset_clicked():
        scene = reset(scene, "document.noise", "view.motion.noise", "view.motion.noise_speed")
    if not is_open:
        return scene
    imgui.push_id("noise")
    with ui.greyed(unable(model)):
        scene = _mode(scene)
        scene = _seed(scene, facts)
        scene = _animate(scene)
        with ui.greyed("The noise is off" if able and scene.document.noise.mode == "none" else ""):
            scene = slider_row(scene, "document.noise.strength")
            if able:
                scene = layer_rows(scene, facts)
        if able:
            scene = noise_map.draw(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _mode(scene: Scene) -> Scene:
    names, mode = [name for name, _, _ in _MODES], scene.document.noise.mode
    width = ui.row_label("Mode", mode != Noise().mode)
    chosen = ui.segmented(
        "mode",
        [text for _, text, _ in _MODES],
        names.index(mode),
        width,
        hints=[hint for _, _, hint in _MODES],
        default=names.index(Noise().mode),
    )
    if names[chosen] == mode:
        return scene
    if names[chosen] != "random":
        scene = put(scene, "view.motion.noise", False)
    return put(scene, "document.noise.mode", names[chosen])


def _seed(scene: Scene, facts: Facts) -> Scene:
    seed = scene.document.noise.seed
    imgui.begin_disabled(scene.document.noise.mode != "random")
    room = ui.row_label("Seed", seed != Noise().seed)
    typed = ui.number(
        "Seed", seed, width=room - t.px(t.row + 4), show_label=False, hint="Which random noise; needs the mode Random"
    )
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="dice-five", id_="##random", hint="Another random noise"):
        typed = facts.chance.randrange(RANDOM_SEEDS)
    imgui.end_disabled()
    return put(scene, "document.noise.seed", max(0, typed))


def _animate(scene: Scene) -> Scene:
    """Draw the noise animation row. Playback needs random noise, so it sets that mode."""
    was = scene.view.motion.noise
    scene = play_row(
        scene, "Animate", "view.motion.noise", "view.motion.noise_speed", "New noise all the time, in the mode Random"
    )
    if scene.view.motion.noise and not was:
        scene = put(scene, "document.noise.mode", "random")
    return scene


NOISE = "document.noise"
FINE_FROM = 64
"""Smallest side in pixels that counts as fine noise (figure 5: coarse 4-32, fine 64 and up)."""


@dataclass
class Fold:
    """True while the layer rows are unfolded."""

    open: bool = False


def side_of(model: ModelInfo, layer: str) -> int:
    """Return the height of a noise layer in pixels."""
    driven = {name: height for name, (height, _) in zip(model.ws_names, model.ws_sizes, strict=True)}
    return ({one.name: one.height for one in model.layers} | driven).get(layer, 0)


def presets(model: ModelInfo) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Return name, layers with noise and explanation of each preset; presets without layers do not apply here."""
    fine = tuple(layer for layer in model.noise_layers if side_of(model, layer) >= FINE_FROM)
    coarse = tuple(layer for layer in model.noise_layers if layer not in fine)
    return (
        ("All", model.noise_layers, "Noise in every layer"),
        ("None", (), "Noise in no layer"),
        ("Fine", fine, "Noise from 64 × 64 on only"),
        ("Coarse", coarse, "Noise up to 32 × 32 only"),
    )


def only(noise: Noise, layers: Iterable[str], on: Iterable[str]) -> Noise:
    """Return the noise with only the layers `on` enabled; strengths and seeds are unchanged."""
    wanted = set(on)
    return noise.with_layers(*(replace(noise.of(layer), on=layer in wanted) for layer in layers))


def layer_rows(scene: Scene, facts: Facts) -> Scene:
    """Draw the presets, and below them a row per layer if unfolded."""
    model, fold = facts.model, facts.scratch.get(Fold)
    if model is None or not model.noise_layers:
        return scene
    noise = scene.document.noise
    off = {*noise.off} & {*model.noise_layers}
    gap = t.px(4)
    each = (imgui.get_content_region_avail().x - t.px(t.row) - 4 * gap) / 4
    for name, on, hint in presets(model):
        useless = name in ("Fine", "Coarse") and (not on or len(on) == len(model.noise_layers))
        with ui.greyed(f"This network has no {'fine' if not on else 'other'} layers" if useless else ""):
            chosen = not useless and off == {*model.noise_layers} - {*on}
            if ui.button(name, id_=f"##noise {name}", width=each, on=chosen, hint=hint):
                scene = put(scene, NOISE, only(noise, model.noise_layers, on))
        imgui.same_line(0, gap)
    if ui.button(glyph="list", id_="##noise layers", on=fold.open, hint="On or off, strength and seed of each layer"):
        fold.open = not fold.open
    if fold.open:
        for layer in model.noise_layers:
            imgui.push_id(layer)
            scene = _row(scene, facts, layer)
            imgui.pop_id()
    return scene


def _row(scene: Scene, facts: Facts, layer: str) -> Scene:
    """Draw a layer's switch, strength and own seed."""
    noise, own, param, gap = scene.document.noise, scene.document.noise.of(layer), PARAMS["layer.noise"], t.px(4)
    room = ui.row_label(short_name(layer), own != LayerNoise(layer))
    square = t.px(t.row)
    if ui.button(
        glyph="waveform" if own.on else "minus", id_="##on", on=own.on, hint=f"Noise in {layer}, or none", width=square
    ):
        own = replace(own, on=not own.on)
    imgui.same_line(0, gap)
    strength = ui.slider(
        "strength",
        own.strength,
        param.low,
        param.high,
        1.0,
        param.unit,
        param.fmt,
        hint=param.hint,
        width=room - 2 * (square + gap),
        show_label=False,
    )
    imgui.same_line(0, gap)
    seeded = own.seed is not None
    hint = "Give up its own seed" if seeded else "Give this layer a seed of its own"
    if ui.button(glyph="dice-five", id_="##seed", width=square, on=seeded, hint=hint):
        own = replace(own, seed=None if seeded else facts.chance.randrange(RANDOM_SEEDS))
    elif own.seed is not None:  # below, as a slider and a number do not fit side by side
        seed = ui.number("Seed", own.seed, hint="Its own seed; right click: as all", default=-1)
        own = replace(own, seed=None if seed < 0 else seed)
    own = replace(own, strength=round(strength, 3))
    return put(scene, NOISE, noise.with_layers(own)) if own != noise.of(layer) else scene
