"""Directions: vectors in W to move along, each applied to a range of layers."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.arrays import UnknownArrayError
from renderer.document.parts import Direction
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo
from viz.files.browse_purposes import DIRECTION
from viz.files.direction_files import misfit, ranged, renamed
from viz.state.facts import Facts
from viz.state.keyframes import has_key, key_toggled, under
from viz.state.params import PARAMS, put
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.theme import current as t

ALL = "document.directions"
STRENGTH = "direction.strength"
_ADD = (
    "A .npy file of shape [w_dim] or [num_ws, w_dim]; or drop it here. "
    "A dropped .npy is always a direction: latents open by Open latent…, or from a dropped .npz"
)


@dataclass
class _Typed:
    """Draft of the edited name."""

    name: str = ""


def summary(directions: tuple[Direction, ...]) -> str:
    """Return the number of active directions as text."""
    active = sum(one.strength != 0 for one in directions)
    return f"{active} of {len(directions)} active" if directions else "none"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    directions = scene.document.directions
    is_open = ui.section("Directions", summary=summary(directions), open_=bool(directions), reset=True)
    if ui.reset_clicked():
        scene = put(scene, ALL, tuple(replace(one, strength=0.0) for one in directions))
    if not is_open:
        return scene
    imgui.push_id("directions")
    for index, one in enumerate(directions):
        imgui.push_id(index)
        scene = _direction(scene, facts, index, one)
        imgui.pop_id()
    if ui.button("Add a direction…", "plus", hint=_ADD):
        scene = scene.request(ShowDialog(DIRECTION))
    imgui.pop_id()
    ui.space(6)
    return scene


def unable(one: Direction, facts: Facts) -> str:
    """Return why this direction cannot be used; empty if it can."""
    try:
        wrong = misfit(facts.arrays.get(one.array), facts.model)
    except UnknownArrayError:
        wrong = "its numbers are missing"
    return f"{one.name} does not fit: {wrong}" if wrong else ""


def _direction(scene: Scene, facts: Facts, index: int, one: Direction) -> Scene:
    """Draw the strength and, below it, the layer range of one direction."""
    path, param = f"directions.{one.name}", PARAMS[STRENGTH]
    scene = _name(scene, facts, index, one)
    if scene.document.directions[index] != one:
        return scene
    with ui.greyed(unable(one, facts)):
        strength = ui.slider(
            one.name,
            one.strength,
            param.low,
            param.high,
            0.0,
            param.unit,
            param.fmt,
            hint=f"{one.name}: {param.hint}",
            keyed=has_key(scene, path),
            beyond=True,
        )
        under.note(path)
        if ui.key_clicked():
            return key_toggled(scene, path)
        after = _range(replace(one, strength=limited(Direction, "strength", strength)), facts.model)
    imgui.same_line(0, t.px(4))
    directions = scene.document.directions
    if ui.button(glyph="x", id_="##remove", hint=f"Take {one.name} away"):
        return put(scene, ALL, directions[:index] + directions[index + 1 :])
    return put(scene, ALL, (*directions[:index], after, *directions[index + 1 :])) if after != one else scene


def _name(scene: Scene, facts: Facts, index: int, one: Direction) -> Scene:
    """Draw the label; a double click renames the direction."""
    typed, p = facts.scratch.get(_Typed), imgui.get_cursor_screen_pos()
    ui.hit("##name", V(t.px(t.label - 6), t.px(t.row)))
    ui.tip(f"{one.name}: double click to rename")
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        typed.name = one.name
        imgui.open_popup("rename")
    imgui.set_cursor_screen_pos(p)
    if not imgui.begin_popup("rename"):
        return scene
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(t.px(160))
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.auto_select_all
    entered, typed.name = ui.input_text("##new name", typed.name, flags=flags)
    ui.tip("Its name; Enter takes it")
    if entered:
        scene = renamed(scene, index, typed.name)
        imgui.close_current_popup()
    imgui.end_popup()
    return scene


def _range(one: Direction, model: ModelInfo | None) -> Direction:
    """Draw the first and last affected w vector. A range beyond this network's layers is preserved."""
    limit = model.num_ws - 1 if model else max(one.first, one.last)
    shown = one.last if one.first > limit else min(one.last, limit)
    width = (ui.row_label("on layers", (one.first, one.last) != (0, 7)) - t.px(t.row + 8)) / 2
    first = ui.number("first", one.first, width=width, show_label=False, hint="The first layer (w vector) it moves")
    imgui.same_line(0, t.px(4))
    end = ui.number(
        "last", shown, width=width, show_label=False, hint="The last layer (w vector) it moves", default=min(7, limit)
    )
    if first != one.first:
        return ranged(one, min(max(first, 0), limit), None)
    return ranged(one, None, min(max(end, 0), limit)) if end != shown else one
