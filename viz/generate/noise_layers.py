"""Noise layer by layer: on or off, strength and seed of each, and the sets of figure 5 of the StyleGAN paper."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from renderer.ipc.protocol import LayerNoise, ModelInfo, Noise
from viz.generate.latent import RANDOM_SEEDS
from viz.state.bands import short_name
from viz.state.facts import Facts
from viz.state.params import PARAMS, put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

NOISE = "document.noise"
FINE_FROM = 64
"""Side in pixels from which a layer's noise is fine (figure 5: coarse 4-32, fine 64 and up)."""


@dataclass
class Fold:
    """Whether the rows of the layers are shown."""

    open: bool = False


def unfolded(facts: Facts) -> bool:
    """Whether the rows of the layers are shown."""
    return facts.scratch.get(Fold).open


def side_of(model: ModelInfo, layer: str) -> int:
    """Side of a noise layer in pixels."""
    sides = {one.name: one.width for one in model.layers} | dict(zip(model.ws_names, model.ws_resolutions, strict=True))
    return sides.get(layer, 0)


def presets(model: ModelInfo) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Name, layers with noise and explanation of each set; a set without layers is of no use here."""
    fine = tuple(layer for layer in model.noise_layers if side_of(model, layer) >= FINE_FROM)
    coarse = tuple(layer for layer in model.noise_layers if layer not in fine)
    return (
        ("All", model.noise_layers, "Noise in every layer"),
        ("None", (), "Noise in no layer"),
        ("Fine", fine, "Noise from 64 × 64 on only"),
        ("Coarse", coarse, "Noise up to 32 × 32 only"),
    )


def only(noise: Noise, layers: Iterable[str], on: Iterable[str]) -> Noise:
    """The noise with just the layers `on` switched on; strengths and seeds stay."""
    wanted = set(on)
    return noise.with_layers(*(replace(noise.of(layer), on=layer in wanted) for layer in layers))


def draw(scene: Scene, facts: Facts) -> Scene:
    """The sets, and below them a row for each layer where they are unfolded."""
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
    """On or off, strength, and a seed of its own."""
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
    elif own.seed is not None:  # below, for a slider and a number have no room beside each other
        seed = ui.number("Seed", own.seed, hint="Its own seed; right click: as all", default=-1)
        own = replace(own, seed=None if seed < 0 else seed)
    own = replace(own, strength=round(strength, 3))
    return put(scene, NOISE, noise.with_layers(own)) if own != noise.of(layer) else scene
