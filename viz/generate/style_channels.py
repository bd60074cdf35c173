"""Style channels: offsets of single styles (StyleSpace), each of one channel of one layer."""

from dataclasses import dataclass, replace

from imgui_bundle import imgui

from renderer.document.parts import StyleOffset
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo
from viz.generate.layer_choice import layer_row
from viz.state.facts import NO_NETWORK, Facts
from viz.state.keyframes import has_key, key_toggled, under
from viz.state.params import PARAMS, put
from viz.state.scene import Command, Scene
from viz.state.step_names import style_name
from viz.ui import widgets as ui
from viz.ui.theme import current as t

ALL = "document.styles"
STRENGTH = "style.strength"
_LAYER = "The layer whose style moves"
_CHANNEL = "Its channel: of StyleGAN1 the scales come first, then the shifts"


@dataclass
class _Draft:
    """The channel that would be added."""

    layer: str = ""
    channel: int = 0
    typed: str = ""


def summary(styles: tuple[StyleOffset, ...], model: ModelInfo | None) -> str:
    """Return the number of acting channels as text."""
    if model is not None and not model.style_layers:
        return f"{model.family} has none here"
    active = sum(one.amount != 0 and not unable(one, model) for one in styles)
    return f"{active} of {len(styles)} active" if styles else "none"


def unable(one: StyleOffset, model: ModelInfo | None) -> str:
    """Return why this channel is left out; empty if it is used."""
    if model is None:
        return ""
    count = dict(model.style_layers).get(one.layer)
    if count is None:
        return f"{style_name(one)} is left out: this network has no layer {one.layer}"
    return "" if one.channel < count else f"{style_name(one)} is left out: {one.layer} has {count} channels here"


def added(scene: Scene, layer: str, channel: int, sigma: float = 1.0, name: str = "", strength: float = 0.0) -> Scene:
    """Return the scene with one more style channel, or another strength of it where it is there already.

    Args:
        scene: The scene.
        layer: Name of a layer, as in `ModelInfo.style_layers`.
        channel: Number of its style.
        sigma: Unit of the strength, the style's standard deviation.
        name: For people; empty: layer and channel.
        strength: How many of these units.
    """
    return put(scene, ALL, laid(scene.document.styles, StyleOffset(layer, channel, strength, sigma, name)))


def laid(styles: tuple[StyleOffset, ...], new: StyleOffset) -> tuple[StyleOffset, ...]:
    """Return style channels with one more, in the place of the same channel, whose name it has if it has none."""
    if all(one.place != new.place for one in styles):
        return (*styles, new)
    return tuple(replace(new, name=new.name or one.name) if one.place == new.place else one for one in styles)


def at_rest(scene: Scene) -> Scene:
    """Return the scene with all style channels at 0."""
    return put(scene, ALL, tuple(replace(one, strength=0.0) for one in scene.document.styles))


def style_commands() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "style-channels-to-0",
            "Edit",
            "Style channels to 0",
            "They stay in the list and move nothing",
            lambda scene, facts: at_rest(scene),
            available=lambda scene, facts: any(one.strength for one in scene.document.styles),
        ),
    )


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    styles, model = scene.document.styles, facts.model
    is_open = ui.section("Style channels", summary=summary(styles, model), open_=bool(styles), reset=True)
    if ui.reset_clicked():
        scene = at_rest(scene)
    if not is_open:
        return scene
    imgui.push_id("style channels")
    for index, one in enumerate(scene.document.styles):
        imgui.push_id(index)
        scene = _channel(scene, model, index, one)
        imgui.pop_id()
    scene = _add(scene, facts, model)
    imgui.pop_id()
    ui.space(6)
    return scene


def _channel(scene: Scene, model: ModelInfo | None, index: int, one: StyleOffset) -> Scene:
    path, param, name = f"styles.{one.place}", PARAMS[STRENGTH], style_name(one)
    label = one.name or f"{one.layer} {one.channel}"
    with ui.greyed(unable(one, model)):
        strength = ui.slider(
            label,
            one.strength,
            param.low,
            param.high,
            0.0,
            "" if one.sigma == 1 else "σ",
            param.fmt,
            hint=f"{name}: {param.hint}",
            keyed=has_key(scene, path),
            beyond=True,
            width=imgui.get_content_region_avail().x - t.px(t.label + t.row + 4),
        )
        under.note(path)
        if ui.key_clicked():
            return key_toggled(scene, path)
    imgui.same_line(0, t.px(4))
    styles = scene.document.styles
    if ui.button(glyph="x", id_="##remove", hint=f"Take {name} away"):
        return put(scene, ALL, styles[:index] + styles[index + 1 :])
    after = replace(one, strength=limited(StyleOffset, "strength", strength))
    return put(scene, ALL, (*styles[:index], after, *styles[index + 1 :])) if after != one else scene


def _add(scene: Scene, facts: Facts, model: ModelInfo | None) -> Scene:
    """Draw the rows that add a channel: its layer, its number and a button."""
    layers = () if model is None else model.style_layers
    reason = NO_NETWORK if model is None else "" if layers else "The layers of this network have no styles to move"
    draft, names = facts.scratch.get(_Draft), [name for name, _ in layers]
    with ui.greyed(reason):
        draft.layer, draft.typed = layer_row("style layer", draft.layer, names, draft.typed, _LAYER)
        count = dict(layers).get(draft.layer, 1)
        width = ui.row_label("Channel") - t.px(t.row + 4)
        number = ui.number("style channel", draft.channel, width=width, show_label=False, hint=_CHANNEL)
        draft.channel = min(max(number, 0), count - 1)
        imgui.same_line(0, t.px(4))
        place = StyleOffset(draft.layer, draft.channel).place
        there = any(one.place == place for one in scene.document.styles)
        hint = f"{draft.layer} channel {draft.channel} is there already" if there else "Add this style channel"
        if ui.button(glyph="plus", id_="##add style", hint=hint, enabled=not there and bool(layers)):
            scene = added(scene, draft.layer, draft.channel)
    return scene
