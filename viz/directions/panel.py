"""Window "Directions": ways to find directions at the left, what was found at the right."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.directions.finds import Found
from viz.directions import find_by, groups, pile_slider, results, row, search, using
from viz.directions.results import finding
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

WIDE = 880
"""Design width from which the left part shows the notes of the ways."""
_LEAST = 560
"""Least design width for the ways and what was found side by side."""


@dataclass
class _Page:
    """Open page where there is no room for both parts: 0 the ways, 1 what was found; a search opens the second."""

    index: int = 0
    searching: bool = False


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    if facts.model is None:
        ui.empty_state("compass", "No network yet", "Directions of its w can be found once it has drawn a picture")
        return finding(scene, keyboard=False)
    if scene.view.sorting:
        return finding(pile_slider.draw(scene, facts), keyboard=False)
    page = _page(scene, facts)
    room = imgui.get_content_region_avail()
    left = room.x if page == 0 else t.px(236 if room.x > t.px(WIDE) else 196)
    p, x = imgui.get_cursor_screen_pos(), 0.0
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    if page != 1:
        if imgui.begin_child("find by", V(left - t.px(8), room.y), imgui.ChildFlags_.nav_flattened):
            scene = find_by.draw(scene, facts, min(imgui.get_content_region_avail().x, left - t.px(14)))
        imgui.end_child()
        x = left + t.px(13)
    if page is None:
        edge = V(p.x + left, p.y - t.px(8))
        ui.fill(edge, V(edge.x + t.px(1), edge.y + room.y + t.px(16)), "base", 1, 0)
    if page != 0:
        imgui.set_cursor_screen_pos(V(p.x + x, p.y))
        if imgui.begin_child("found", V(room.x - x, room.y), imgui.ChildFlags_.nav_flattened):
            scene = results.draw(scene, facts, room.y)
        imgui.end_child()
    imgui.pop_style_var()
    return _keys(scene, facts)


def _page(scene: Scene, facts: Facts) -> int | None:
    """Draw the choice of pages and return the open one; None where both parts have room."""
    page, searching = facts.scratch.get(_Page), scene.interaction.finder.running is not None
    if searching and not page.searching:
        page.index = 1
    page.searching = searching
    if imgui.get_content_region_avail().x >= t.px(_LEAST):
        return None
    hints = ("The ways to find directions, and their settings", "What was found")
    page.index = ui.segmented("direction pages", ("Find", "Found"), page.index, t.px(160), height=22, hints=hints)
    return page.index


_OWN = (imgui.Key.up_arrow, imgui.Key.down_arrow, imgui.Key.left_arrow, imgui.Key.right_arrow, imgui.Key.enter)


def _keys(scene: Scene, facts: Facts) -> Scene:
    """Let the keys act on the chosen row while the panel has the focus."""
    focused = imgui.is_window_focused(imgui.FocusedFlags_.root_and_child_windows)
    io = imgui.get_io()
    own = focused and not io.want_text_input and not io.nav_visible and not imgui.is_any_item_active()
    scene = finding(scene, keyboard=own)
    if not own:
        return scene
    owner = imgui.get_id("keys of the list")
    for key in _OWN:
        imgui.internal.set_key_owner(key, owner)

    def pressed(key: imgui.Key) -> bool:
        return bool(imgui.internal.is_key_pressed(key, int(imgui.InputFlags_.repeat), owner))

    rows = results.rows_in_order(scene, facts)
    at = next((i for i, one in enumerate(rows) if one.array == scene.interaction.finder.chosen), None)
    if not rows or at is None:
        if pressed(imgui.Key.enter):
            return search.begun(scene, facts)
        return row.choose(scene, rows[0].array, step=0) if rows and pressed(imgui.Key.down_arrow) else scene
    by = pressed(imgui.Key.down_arrow) - pressed(imgui.Key.up_arrow)
    if by:
        return row.choose(scene, rows[min(max(at + by, 0), len(rows) - 1)].array, step=0)
    along = pressed(imgui.Key.right_arrow) - pressed(imgui.Key.left_arrow)
    return _acting(scene, facts, rows[at], along, pressed(imgui.Key.enter))


def _acting(scene: Scene, facts: Facts, found: Found, by: int, enter: bool) -> Scene:
    """Return the scene after keys on the chosen row: a walk along its strip, Add, star, hide."""
    finder = scene.interaction.finder
    if by:
        scene = finding(scene, step=min(max(finder.step + by, -3), 3))
    if enter:
        step, network = scene.interaction.finder.step, facts.model.title if facts.model else ""
        scene = finding(scene, step=0)
        if step:
            return using.put_at(scene, found, float(step), network)
        return using.added(scene, found, network)
    if imgui.is_key_pressed(imgui.Key.delete, False):
        return groups.changed(scene, found.array, lambda one: replace(one, hidden=not one.hidden))
    star = imgui.get_io().key_shift and imgui.is_key_pressed(imgui.Key._8, False)
    if star or imgui.is_key_pressed(imgui.Key.keypad_multiply, False):
        return row.starred(scene, found)
    step = scene.interaction.finder.step
    if step and scene.preview is None:
        return results.previewing(scene, found, float(step))
    return scene
