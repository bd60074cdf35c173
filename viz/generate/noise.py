"""Noise: the per-pixel noise that StyleGAN1 and 2 add to each layer."""

from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo, Noise, NoiseMode
from viz.generate import noise_layers, noise_map
from viz.generate.latent import RANDOM_SEEDS, Dice
from viz.state.facts import NO_NETWORK, Facts
from viz.state.params import put, reset
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
    """Which layers get noise, or why none can."""
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
    """Why noise cannot be changed; empty where it can."""
    if model is None:
        return NO_NETWORK
    return "" if model.noise_layers else f"This {model.family} network adds no noise to its layers"


def draw(scene: Scene, facts: Facts) -> Scene:
    """The section."""
    noise_map.measured(scene, facts)  # goes on while the section is folded
    model = facts.model
    tall = imgui.get_window_height() > t.px(760)
    able = model is not None and bool(model.noise_layers)
    is_open = ui.section(
        "Noise", summary=summary(scene.document.noise, model), open_=tall or model is None or able, reset=True
    )
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
                scene = noise_layers.draw(scene, facts)
        if able:
            scene = noise_map.draw(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _mode(scene: Scene) -> Scene:
    names, mode = [name for name, _, _ in _MODES], scene.document.noise.mode
    width = ui.row_label("Mode", mode != Noise().mode)
    chosen = ui.segmented(
        "mode", [text for _, text, _ in _MODES], names.index(mode), width, hints=[hint for _, _, hint in _MODES]
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
        typed = facts.scratch.get(Dice).source.randrange(RANDOM_SEEDS)
    imgui.end_disabled()
    return put(scene, "document.noise.seed", max(0, typed))


def _animate(scene: Scene) -> Scene:
    """The film of noise; playing it needs random noise, so it sets that mode."""
    was = scene.view.motion.noise
    scene = play_row(
        scene, "Animate", "view.motion.noise", "view.motion.noise_speed", "New noise all the time, in the mode Random"
    )
    if scene.view.motion.noise and not was:
        scene = put(scene, "document.noise.mode", "random")
    return scene
