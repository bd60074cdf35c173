"""Layer bending: simple operations on the feature maps of layers."""

import re
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from foundation.specs.formats import BEND_KINDS, UNBENT, BendKind, read_seeds, write
from renderer.document.parts import LayerBend
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo
from viz.generate.layer_choice import layer_row
from viz.state.bands import short_name
from viz.state.facts import NO_NETWORK, Facts
from viz.state.keyframes import has_key, key_toggled, under
from viz.state.params import PARAMS, put
from viz.state.scene import Command, Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

ALL = "document.bends"
_STARTS: dict[BendKind, float] = {
    "multiply": 1.5, "zoom": 1.25, "turn": 15.0, "mirror": 1.0, "threshold": 0.5, "noise": 0.5,
}  # fmt: skip
"""Amounts with which an operation is added."""
_MOST_CHANNELS = 4096
_CHANNELS = "Numbers of the maps that it acts on, as in 0-3,7; empty: all"


@dataclass
class _Draft:
    """The operation that would be added."""

    layer: str = ""
    kind: int = 0
    typed: str = ""


def acts(one: LayerBend, model: ModelInfo | None) -> bool:
    """Return True if an operation changes the picture of a network."""
    return one.strength != UNBENT[one.kind] and not unable(one, model)


def unable(one: LayerBend, model: ModelInfo | None) -> str:
    """Return why an operation is left out; empty if it is used."""
    if model is None or one.layer in names_of(model):
        return ""
    return f"{one.layer} {one.kind} is left out: this network has no layer {one.layer}"


def names_of(model: ModelInfo) -> list[str]:
    """Return the layers that can be bent: those of the last run, before it those that w vectors drive."""
    return [layer.name for layer in model.layers] or list(model.ws_names)


def summary(bends: tuple[LayerBend, ...], model: ModelInfo | None) -> str:
    """Return the number of acting operations as text."""
    return f"{sum(acts(one, model) for one in bends)} of {len(bends)} active" if bends else "none"


def added(scene: Scene, layer: str, kind: BendKind) -> Scene:
    """Return the scene with one more operation; the same one if it is there."""
    new, bends = LayerBend(layer, kind, _STARTS[kind]), scene.document.bends
    return scene if any(one.place == new.place for one in bends) else put(scene, ALL, (*bends, new))


def at_rest(scene: Scene) -> Scene:
    """Return the scene with all operations at the amounts that change nothing."""
    return put(scene, ALL, tuple(replace(one, strength=UNBENT[one.kind]) for one in scene.document.bends))


def bend_commands() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "layers-unbent",
            "Edit",
            "Layer bending off",
            "All operations at amounts that change nothing; they stay in the list",
            lambda scene, facts: at_rest(scene),
            available=lambda scene, facts: any(acts(one, None) for one in scene.document.bends),
        ),
    )


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    bends, model = scene.document.bends, facts.model
    is_open = ui.section("Layer bending", summary=summary(bends, model), open_=bool(bends), reset=True)
    if ui.reset_clicked():
        scene = at_rest(scene)
    if not is_open:
        return scene
    imgui.push_id("layer bending")
    for index, one in enumerate(scene.document.bends):
        imgui.push_id(index)
        scene = _bend(scene, model, index, one)
        imgui.pop_id()
    scene = _add(scene, facts, model)
    imgui.pop_id()
    ui.space(6)
    return scene


def _bend(scene: Scene, model: ModelInfo | None, index: int, one: LayerBend) -> Scene:
    path, param, bends = f"bends.{one.place}", PARAMS[f"bend.{one.kind}"], scene.document.bends
    with ui.greyed(unable(one, model)):
        words = (f"{one.layer} {one.kind}", f"{short_name(one.layer)} {one.kind}")
        changed = one.strength != UNBENT[one.kind]
        width = ui.row_label(ui.first_fitting(words, t.px(t.label - 6)), changed, f"{words[0]}: {param.hint}")
        strength = ui.slider(
            words[0],
            one.strength,
            param.low,
            param.high,
            UNBENT[one.kind],
            param.unit,
            param.fmt,
            hint=f"{one.layer}: {param.hint[0].lower()}{param.hint[1:]}",
            keyed=has_key(scene, path),
            width=width,
            show_label=False,
            beyond=one.kind != "zoom",
        )
        under.note(path)
        if ui.key_clicked():
            return key_toggled(scene, path)
        after = replace(one, strength=limited(LayerBend, "strength", strength))
        after = _channels(after)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="x", id_="##remove", hint=f"Take {one.kind} of {one.layer} away"):
        return put(scene, ALL, bends[:index] + bends[index + 1 :])
    return put(scene, ALL, (*bends[:index], after, *bends[index + 1 :])) if after != one else scene


def _channels(one: LayerBend) -> LayerBend:
    """Draw the channels of an operation, and of noise its seed."""
    label = "seed, channels" if one.kind == "noise" else "on channels"
    width = ui.row_label(label, bool(one.channels or one.seed)) - t.px(t.row + 4)
    if one.kind == "noise":
        seed = ui.number("seed", one.seed, width=width / 2 - t.px(2), show_label=False, hint="Seed of the noise")
        one = replace(one, seed=limited(LayerBend, "seed", seed))
        imgui.same_line(0, t.px(4))
        width = width / 2 - t.px(2)
    imgui.set_next_item_width(width)
    typed, text = ui.input_text("##channels", write(one.channels), "all")
    ui.tip(_CHANNELS)
    return replace(one, channels=channels_of(text, one.channels)) if typed else one


def channels_of(text: str, before: tuple[int, ...]) -> tuple[int, ...]:
    """Return the channels that a text names: those before where it cannot be read (yet)."""
    if not re.sub(r"[\s,]", "", text):
        return ()
    if any(int(number) >= _MOST_CHANNELS for number in re.findall(r"[0-9]+", text)):
        return before  # before a range of billions is written out
    try:
        found = read_seeds(text.strip().rstrip(","))
    except ValueError:
        return before
    return tuple(sorted({number for number in found if number >= 0}))


def _add(scene: Scene, facts: Facts, model: ModelInfo | None) -> Scene:
    """Draw the rows that add an operation: its layer, its kind and a button."""
    names = [] if model is None else names_of(model)
    draft = facts.scratch.get(_Draft)
    with ui.greyed(NO_NETWORK if model is None else ""):
        draft.layer, draft.typed = layer_row("bent layer", draft.layer, names, draft.typed, "The layer to bend")
        width, kind = ui.row_label("Operation") - t.px(t.row + 4), BEND_KINDS[draft.kind]
        if ui.choice("bend", kind.capitalize(), width=width, show_label=False, hint=PARAMS[f"bend.{kind}"].hint):
            imgui.open_popup("bends")
        picked, _ = ui.pick("bends", [one.capitalize() for one in BEND_KINDS], draft.kind)
        draft.kind = draft.kind if picked is None else picked
        imgui.same_line(0, t.px(4))
        place = LayerBend(draft.layer, BEND_KINDS[draft.kind]).place
        there = any(one.place == place for one in scene.document.bends)
        hint = "That operation of this layer is there already" if there else "Add this operation"
        if ui.button(glyph="plus", id_="##add bend", hint=hint, enabled=bool(names) and not there):
            scene = added(scene, draft.layer, BEND_KINDS[draft.kind])
    return scene
