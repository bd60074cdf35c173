"""Directions: vectors in W to move along, each applied to a range of layers."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.arrays import UnknownArrayError
from renderer.document.parts import Direction
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo
from viz.files.browse_purposes import DIRECTION
from viz.files.direction_files import misfit, renamed
from viz.state.facts import Facts
from viz.state.finding import finder
from viz.state.keyframes import has_key, key_toggled, under
from viz.state.params import PARAMS, put
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.cells import cells_of
from viz.ui.theme import current as t

ALL = "document.directions"
STRENGTH, SIGMAS, SHARE = "direction.strength", "direction.sigmas", "direction.share"
USUAL = (0, 7)
"""Range of layers of a direction of a file, of which nothing else is known."""
_ADD = (
    "A .npy or .pt file of shape [w_dim] or [num_ws, w_dim]; or drop it here. "
    "Dropped files of several latents open as latents"
)


@dataclass
class _Typed:
    """Draft of the edited name."""

    name: str = ""


def summary(directions: tuple[Direction, ...], facts: Facts) -> str:
    """Return the number of active directions as text."""
    active = sum(one.strength != 0 and not unable(one, facts) for one in directions)
    return f"{active} of {len(directions)} active" if directions else "none"


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    directions = scene.document.directions
    is_open = ui.section("Directions", summary=summary(directions, facts), open_=bool(directions), reset=True)
    if ui.reset_clicked():
        scene = put(scene, ALL, tuple(replace(one, strength=0.0) for one in directions))
    if not is_open:
        return scene
    imgui.push_id("directions")
    for index, one in enumerate(directions):
        imgui.push_id(index)
        scene = _direction(scene, facts, index, one)
        imgui.pop_id()
    room = imgui.get_content_region_avail().x
    hint = "PCA, SeFa, classes: sliders for what this network can change"
    if ui.button("Find directions…", "compass", width=room - t.px(t.row + 4), hint=hint, keys="D"):
        scene = finder.shown(scene)
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="folder-open", id_="##add direction", hint=_ADD):
        scene = scene.request(ShowDialog(DIRECTION))
    imgui.pop_id()
    ui.space(6)
    return scene


def unable(one: Direction, facts: Facts) -> str:
    """Return why this direction is left out; empty if it is used."""
    try:
        array = facts.arrays.get(one.array)
    except UnknownArrayError:
        return f"{one.name} is left out: its numbers are missing"
    model = facts.model
    if model is None or not misfit(array, model):
        return ""
    found = f"found with {one.found_with}; " if one.found_with else ""
    if array.shape[-1] != model.w_dim:
        return f"{found}its w has {array.shape[-1]} numbers, this network's {model.w_dim}"
    return f"{found}it has {len(array)} layers, this network {model.num_ws}"


def _direction(scene: Scene, facts: Facts, index: int, one: Direction) -> Scene:
    """Draw the strength and, below it, the layer range of one direction; for one of another network the reason."""
    path, param = f"directions.{one.name}", PARAMS[SHARE if one.whole else SIGMAS if one.sigma else STRENGTH]
    scene = _name(scene, facts, index, one)
    if scene.document.directions[index] != one:
        return scene
    reason = unable(one, facts)
    with ui.greyed(reason):
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
        after = replace(one, strength=limited(Direction, "strength", strength))
        after = _reason(after, reason) if reason else _range(after, facts.model)
    imgui.same_line(0, t.px(4))
    directions = scene.document.directions
    if ui.button(glyph="x", id_="##remove", hint=f"Take {one.name} away"):
        return put(scene, ALL, directions[:index] + directions[index + 1 :])
    return put(scene, ALL, (*directions[:index], after, *directions[index + 1 :])) if after != one else scene


def _reason(one: Direction, reason: str) -> Direction:
    """Draw why a direction is left out, in place of its layers."""
    width = imgui.get_content_region_avail().x - t.px(t.row + 8)
    p = imgui.get_cursor_screen_pos()
    ui.draw(ui.ellipsis(reason, width, t.small), p.x, p.y, "faint", t.small, height=t.px(t.row))
    imgui.dummy(V(max(1.0, width), t.px(t.row)))
    ui.tip(reason)
    return one


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
    """Draw the range of w vectors that it moves. A range beyond this network's layers is preserved."""
    cells = cells_of(model)
    usual = (0, max(len(cells) - 1, 0)) if one.whole else USUAL
    width = ui.row_label("on layers", (one.first, one.last) != usual) - t.px(t.row + 4)
    after = ui.band_range("on layers", (one.first, one.last), cells, usual, width)
    return replace(one, first=after[0], last=after[1])
