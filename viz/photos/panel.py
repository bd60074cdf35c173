"""Window "Photos": the queue, the crop of the chosen photo, the settings of its fit, and its distance."""

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.photos import crop_frame, curve_column, earlier, queue_list, settings_form
from viz.photos.actions import FitPhotos, RestartFit, browse
from viz.photos.fitting import why_not
from viz.state.facts import Facts
from viz.state.fitting.table import chosen, put, removed, table
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

_SHARES = (0.225, 0.24, 0.25, 0.285)
_NARROW = (0.26, 0.34, 0.40)
_PAIR = (0.5, 0.5)
_LEAST = 560
"""Least design width for the queue, the crop and the settings side by side."""
Column = Callable[[Scene, Facts, float], Scene]


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the panel."""
    if not scene.view.photos.rows:
        return _empty(scene, facts)
    columns = _columns(scene, facts)
    p, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    gap = t.px(12)
    free = room.x - (len(columns) - 1) * 2 * gap
    x = p.x
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    flags = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse
    for index, (column, share) in enumerate(columns):
        width = round(free * share)
        if index:
            edge = V(x - gap, p.y - t.px(8))
            ui.fill(edge, V(edge.x + t.px(1), edge.y + room.y + t.px(16)), "base", 1, 0)
        imgui.set_cursor_screen_pos(V(x, p.y))
        if imgui.begin_child(ui.drawable(f"photos {index}"), V(width, room.y), imgui.ChildFlags_.nav_flattened, flags):
            scene = column(scene, facts, width)
        imgui.end_child()
        x += width + 2 * gap
    imgui.pop_style_var()
    return _keys(scene, facts)


@dataclass
class _Page:
    """Index of the open page, where there is no room for all columns."""

    index: int = 0


def _columns(scene: Scene, facts: Facts) -> tuple[tuple[Column, float], ...]:
    """Return the columns that are side by side with their shares of the width; in a narrow panel those of one page,
    after the choice of pages.
    """
    every = (queue_list.draw, crop_frame.draw, settings_form.draw, curve_column.draw)
    if imgui.get_content_region_avail().x >= t.px(_LEAST):
        return tuple(zip(every, _SHARES if curve_column.has_room() else _NARROW, strict=False))
    page = facts.scratch.get(_Page)
    hints = ("The queue, and the crop of the chosen photo", "How the chosen photo is fitted")
    now = 0 if scene.interaction.photos.painting else page.index  # what is painted on is the cropped photo
    page.index = ui.segmented("photo pages", ("Photo", "Fit"), now, t.px(160), height=22, hints=hints)
    return tuple(zip(every[:2], _PAIR, strict=True)) if page.index == 0 else ((every[2], 1.0),)


def _empty(scene: Scene, facts: Facts) -> Scene:
    text = "A photo becomes a style: to walk from, to mix, to edit."
    p, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    if ui.empty_state("image", "Drop photos here", text, "Add photos…"):
        scene = browse(scene)
    if found := earlier.earlier(scene, facts):
        width = ui.measure("Earlier fits…") + t.px(38)
        below = imgui.get_cursor_screen_pos().y + t.px(2)
        imgui.set_cursor_screen_pos(V(p.x + (room.x - width) / 2, min(below, p.y + room.y - t.px(t.row))))
        scene = earlier.button(scene, facts, found, "Earlier fits…", width)
    return table(scene, keyboard=False)


_OWN = (
    *(imgui.Key.up_arrow, imgui.Key.down_arrow, imgui.Key.left_arrow, imgui.Key.right_arrow),
    *(imgui.Key.enter, imgui.Key.home),
)


def _keys(scene: Scene, facts: Facts) -> Scene:
    """Let the keys act on the queue, or on the frame if that was pressed last, while the tab has the focus."""
    io = imgui.get_io()
    own = imgui.is_window_focused(imgui.FocusedFlags_.root_and_child_windows)
    own = own and not io.want_text_input and not io.nav_visible and not imgui.is_any_item_active()
    scene = table(scene, keyboard=own)
    photos, row = scene.view.photos, scene.view.photos.row
    if not own or row is None or io.key_ctrl or io.key_alt:
        return scene
    owner = imgui.get_id("keys of photos")
    for key in _OWN:
        imgui.internal.set_key_owner(key, owner)
    pressed = imgui.is_key_pressed
    if pressed(imgui.Key.enter, False):
        return scene.request(FitPhotos()) if not why_not(scene, facts, row) else scene
    if pressed(imgui.Key.delete, False):
        return removed(scene, photos.rows.index(row))
    if scene.interaction.photos.on_crop and not scene.interaction.photos.painting:
        crop = crop_frame.keyed(row)
        return scene if crop == row.crop else put(scene, row.cropped(crop)).request(RestartFit(row.path))
    by = pressed(imgui.Key.down_arrow) - pressed(imgui.Key.up_arrow)
    return chosen(scene, photos.rows.index(row) + by) if by else scene
