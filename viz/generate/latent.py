"""Latent: seed, interpolation between seeds, blend mode, and the class of a conditional network."""

import math
import random
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from foundation.seeds import RANDOM_SEEDS, seed_at, seed_class
from renderer.ipc.protocol import Blend, Latent, ModelInfo
from viz.files.browse_purposes import CONDITION
from viz.generate import pad
from viz.state.facts import NO_NETWORK, Facts
from viz.state.params import put, reset
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.param_rows import play_row, slider_row
from viz.ui.theme import current as t

MOST_NUMBERS = 4096
"""Longest condition that can be set as numbers."""
NUMBER_ROWS = 8
"""Rows of numbers that are shown at once."""
NUMBER_RANGE = 2.0
"""End of a number's slider; typed ones may lie beyond."""
NUMBER_HINT = "One number of the condition, which the mapping network reads beside the latent"

_BLENDS: tuple[tuple[Blend, str, str], ...] = (
    ("z", "Z", "On the sphere in Z, before the mapping network"),
    ("w", "W", "In straight lines in W; halfway, pictures come closer to the mean"),
    ("arc", "Arc", "In arcs in W that keep their distance from the mean"),
)

STORED = "A stored latent has its class in it: choose a seed first"


@dataclass
class Typed:
    """Search texts of the class lists."""

    first: str = ""
    second: str = ""


def nearest_seed(latent: Latent) -> int:
    """Return the seed closest to a position: x + 100 y of the nearest integer position; halves round up."""
    return seed_at(math.floor(latent.x + 0.5), math.floor(latent.y + 0.5))


def snapped(latent: Latent) -> Latent:
    """Return the nearest integer position."""
    return latent.moved_to(float(math.floor(latent.x + 0.5)), float(math.floor(latent.y + 0.5)))


def thrown(latent: Latent, source: random.Random) -> Latent:
    """Return the position of a random seed."""
    return latent.at_seed(source.randrange(RANDOM_SEEDS))


def summary(latent: Latent) -> str:
    """Describe the position: `seed 1042`, or coordinates between seeds, unless a stored latent is there."""
    if latent.stored == 1:
        return "stored latent"
    if latent == snapped(latent):
        return f"seed {nearest_seed(latent)}".replace("-", "−")
    return f"{latent.x:.2f}, {latent.y:.2f}".replace("-", "−")


def unable_to_blend(model: ModelInfo | None) -> str:
    """Return why the blend mode cannot be chosen; empty if it can."""
    return "" if model is None or model.has_mapping else "This network has no mapping network: its w is its z"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    tall = imgui.get_window_height() > t.px(760)
    is_open = ui.section("Latent", summary=summary(scene.document.latent), reset=True)
    if ui.reset_clicked():
        scene = reset(scene, "document.latent", "view.motion.latent", "view.motion.latent_speed")
    if not is_open:
        return scene
    scene = _seed(scene, facts)
    scene = pad.draw(scene, facts, imgui.get_content_region_avail().x, t.px(168 if tall else 112))
    scene = play_row(
        scene, "Walk", "view.motion.latent", "view.motion.latent_speed", "Walk from seed to seed", primary=True
    )
    with ui.greyed(unable_to_blend(facts.model)):
        scene = _blend(scene)
    if tall or (facts.model and facts.model.c_dim):
        with ui.greyed(STORED if scene.document.latent.stored == 1 else ""):
            scene = _classes(scene, facts)
    ui.space(6)
    return scene


def _seed(scene: Scene, facts: Facts) -> Scene:
    latent = scene.document.latent
    seed = nearest_seed(latent)
    hint = "Each whole number is a picture of its own; drag, or double click to type"
    room = ui.row_label("Seed", latent != latent.at_seed(0), hint)
    typed = ui.number("Seed", seed, width=room - t.px(t.row + 4) * 3, show_label=False, hint=hint)
    if typed != seed:
        latent = latent.at_seed(typed)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="dice-five", id_="##random", hint="A random seed", keys="R"):
        latent = thrown(latent, facts.chance)
    imgui.same_line(0, t.px(4))
    whole = snapped(latent)
    if ui.button(
        glyph="magnet", id_="##snap", hint="Snap to the nearest whole seed", keys="N", enabled=whole != latent
    ):
        latent = whole
    imgui.same_line(0, t.px(4))
    opened = scene.view.gallery.on
    if ui.button(glyph="grid-four", on=opened, id_="##seeds", hint="All seeds, as a contact sheet", keys="S"):
        scene = put(scene, "view.gallery.on", not opened)
    return put(scene, "document.latent", latent)


def _blend(scene: Scene) -> Scene:
    names = [name for name, _, _ in _BLENDS]
    width = ui.row_label("Blend in", scene.document.latent.blend != Latent().blend)
    chosen = ui.segmented(
        "blend",
        [text for _, text, _ in _BLENDS],
        names.index(scene.document.latent.blend),
        width=width,
        hints=[hint for _, _, hint in _BLENDS],
        default=names.index(Latent().blend),
    )
    return put(scene, "document.latent.blend", names[chosen])


def _classes(scene: Scene, facts: Facts) -> Scene:
    model = facts.model
    if model is None or not model.c_dim:
        with ui.greyed("This network has no classes" if model else NO_NETWORK):
            ui.choice("Class", "unconditional" if model else "none yet", token="faint", hint="Which class to draw")
        return scene
    scene = _kind(scene, model)
    latent = scene.document.latent
    if latent.condition:
        scene = put(scene, "document.latent.condition", _numbers(latent, model))
        hint = "The numbers of a .npy, .txt or .json file, as many as this network takes"
        if ui.choice("From file", "choose…", token="faint", hint=hint):
            scene = scene.request(ShowDialog(CONDITION))
        return scene
    typed = facts.scratch.get(Typed)
    label, typed.first = _class_list("Class", latent.label, "from seed", model, typed.first, "Which class to draw")
    second, typed.second = _class_list(
        "Second class", latent.label_b, "none", model, typed.second, "Another class to blend toward, in W"
    )
    scene = put(scene, "document.latent", replace(latent, label=label, label_b=second))
    if second is not None:
        scene = slider_row(scene, "document.latent.label_mix")
    return scene


def one_hot(latent: Latent, model: ModelInfo) -> tuple[float, ...]:
    """Return the numbers of the latent's class."""
    label = seed_class(nearest_seed(latent), model.z_dim, model.c_dim) if latent.label is None else latent.label
    return tuple(float(i == label) for i in range(model.c_dim))


def _kind(scene: Scene, model: ModelInfo) -> Scene:
    """Draw the choice between a class and numbers."""
    latent = scene.document.latent
    width = ui.row_label("Condition", bool(latent.condition))
    many = model.c_dim > MOST_NUMBERS
    with ui.greyed(f"This network's condition has {model.c_dim} numbers, too many to set one by one" if many else ""):
        hints = ("One of the network's classes", "Numbers of your own, as for a network of camera angles")
        kind = ui.segmented(
            "condition", ("Class", "Numbers"), int(bool(latent.condition)), width=width, hints=hints, default=0
        )
    if bool(kind) == bool(latent.condition):
        return scene
    return put(scene, "document.latent.condition", one_hot(latent, model) if kind else ())


def _numbers(latent: Latent, model: ModelInfo) -> tuple[float, ...]:
    """Draw a slider for each number of the condition, in a list that scrolls. Returns the numbers."""
    values = list((latent.condition + (0.0,) * model.c_dim)[: model.c_dim])
    row = t.px(t.row) + imgui.get_style().item_spacing.y
    size = imgui.ImVec2(0, row * min(NUMBER_ROWS, model.c_dim))
    if imgui.begin_child("numbers", size, imgui.ChildFlags_.nav_flattened):
        clipper = imgui.ListClipper()
        clipper.begin(model.c_dim, row)
        while clipper.step():
            for i in range(clipper.display_start, clipper.display_end):
                values[i] = ui.slider(
                    f"Number {i}",
                    values[i],
                    -NUMBER_RANGE,
                    NUMBER_RANGE,
                    0.0,
                    "",
                    "%.3f",
                    None,
                    NUMBER_HINT,
                    beyond=True,
                )
    imgui.end_child()
    return tuple(min(max(value, -1e4), 1e4) for value in values)


def _class_list(
    text: str, label: int | None, none: str, model: ModelInfo, typed: str, hint: str
) -> tuple[int | None, str]:
    """Draw a row to pick a class from; right click: none. Returns the class and the search text."""
    stale = label is not None and label >= model.c_dim
    shown = none if label is None else f"{label} (not in this network)" if stale else str(label)
    if ui.choice(text, shown, token="warn" if stale else "text", changed=label is not None, hint=hint):
        imgui.open_popup(ui.drawable(f"{text} list"))
    low, width = imgui.get_item_rect_min(), imgui.get_item_rect_size().x
    imgui.set_next_window_pos(imgui.ImVec2(low.x, low.y + t.px(t.row + 2)), imgui.Cond_.appearing)
    entries = [none, *(str(i) for i in range(model.c_dim))]
    picked, typed = ui.pick(f"{text} list", entries, 0 if label is None else label + 1, typed, width, 0)
    if picked is None:
        return label, typed
    return (picked - 1 if picked else None), typed
