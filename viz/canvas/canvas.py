"""Window "Canvas": the image, the tools over it, and messages."""

import math
from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Camera
from viz.canvas import brush, handles, lens_plate, loupe, tools
from viz.directions import piles_view
from viz.dragging import overlay as dragging
from viz.dragging import plate as drag_plate
from viz.files.actions import CopyPicture, SavePicture
from viz.gl import squares
from viz.gl.camera import WHEEL, actual_size, panned, place, zoomed
from viz.gl.camera import Area as Area
from viz.gl.viewport import VIEWPORT, Shot
from viz.history import compare_view
from viz.history.panel import with_b
from viz.mixing import drag_view, grid_export, grid_view
from viz.mixing.actions import shelve_present
from viz.networks import compare_view as networks_view
from viz.photos import canvas_view as photo_view
from viz.state.facts import Facts, Texture
from viz.state.interaction import CanvasPointer, Place
from viz.state.keyframes import key_set
from viz.state.scene import Scene, ShowDialog
from viz.state.seeds.marks import seed_of, star_text, star_toggled
from viz.ui import notifications, theme
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.widgets import spots

MARGIN = (64, 20)
"""Margin beside and above a fitted image, in design lengths."""
ABREAST = 1160
"""Least design width for a plate in the middle of the lower edge beside the whole plate of the zoom."""
WALK = 300.0
"""Drag distance from one seed to the next, in design lengths."""
_palette, _zoom_plate = cached(tools.palette), cached(tools.zoom_plate)
_LEFT = imgui.MouseButton_.left
_BUTTONS = imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_middle


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the whole canvas."""
    t = theme.current
    corner, size = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    area = Area(math.floor(corner.x), math.floor(corner.y), max(math.floor(size.x), 8), max(math.floor(size.y), 8))
    imgui.get_window_draw_list().add_rect_filled(corner, V(corner.x + size.x, corner.y + size.y), t.u32("canvas"))
    scene = grid_export.look(scene, facts)
    if scene.view.grid and facts.model is not None:
        scene = grid_view.draw(_pointing(scene, place=None), facts, area)
        return strips(scene, facts, area) if notifications.present(scene, facts) else scene
    if scene.view.sorting and facts.model is not None:
        scene = piles_view.draw(_pointing(scene, place=None), facts, area)
        return strips(scene, facts, area) if notifications.present(scene, facts) else scene
    if scene.view.networks.on and facts.model is not None:
        scene = networks_view.draw(scene, facts, area)
        scene = _pointing(scene, place=networks_view.main_place(facts))
        if scene.interaction.pointer.place is not None:
            drag_view.on_picture(scene, facts, scene.interaction.pointer.place)
        return strips(scene, facts, area) if notifications.present(scene, facts) else scene
    if facts.picture is None:
        scene = _empty(_pointing(scene, place=None), facts, area)
    else:
        scene = _picture(scene, facts, facts.picture, area)
    p = theme.current.px
    imgui.set_cursor_screen_pos(V(area.x + p(12), area.y + p(12)))
    scene = _palette(scene, facts, area)
    return strips(scene, facts, area) if notifications.present(scene, facts) else scene


def _plates(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw confirmations at the lower left, above the read-out of pixels."""
    p = theme.current.px
    bottom = area.y + area.height - p(40)
    return notifications.draw_plates(scene, facts, (area.x + p(12), bottom), max(area.width - p(24), p(80)))


def strips(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw messages beside the tools, over the upper edge of the image."""
    p = theme.current.px
    imgui.set_cursor_screen_pos(V(area.x + p(60), area.y + p(12)))
    scene = notifications.draw_within(scene, facts, (area.width - p(60) - p(12), area.height - p(24)))
    return _plates(scene, facts, area)


def _pointing(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of its canvas pointer replaced; the same object if nothing changes."""
    pointer = scene.interaction.pointer
    if all(getattr(pointer, name) == value for name, value in changes.items()):
        return scene  # the usual case, in every frame
    changed: CanvasPointer = replace(pointer, **changes)  # type: ignore[arg-type]
    return scene.interacting(pointer=changed)


def _picture(scene: Scene, facts: Facts, picture: Texture, area: Area) -> Scene:
    """Draw the image and everything positioned by its pixels."""
    p = theme.current.px
    margin = (p(MARGIN[0]), p(MARGIN[1]))
    now = place(scene.view.camera, area, picture.width, picture.height, margin)
    scene = _mouse(scene, facts, area, now)
    held, pressed = imgui.is_item_active(), imgui.is_item_activated() and imgui.is_mouse_clicked(_LEFT)
    now = place(scene.view.camera, area, picture.width, picture.height, margin)
    scene = _pointing(scene, place=now)
    tool = tools.current_tool(scene, facts)
    smooth = scene.settings.smooth and tool != "inspect"
    _show(facts, picture, area, now, smooth, squares.is_transparent(scene, facts))
    beside = photo_view.viewed(scene, facts) is not None
    scene = photo_view.draw(scene, facts, area, now) if beside else compare_view.draw(scene, facts, area, now, smooth)
    if tool == "brush":
        scene = brush.draw(scene, facts, now, held)
    elif _drags(scene):
        brush.show_mask(scene, facts, now)
    if not beside:
        lens_plate.draw_path(scene, facts, now)
    if tool == "transform":
        scene = handles.draw(scene, facts, now)
    if _drags(scene):
        scene = dragging.draw(scene, facts, now, pressed)
    if tool != "brush":  # whose plate is there
        _pixels(scene, facts, area, now, tool == "inspect")
    lens_plate.draw(scene, facts, area)
    drag_view.on_picture(scene, facts, now)
    tools.preview_plate(scene.interaction.front.preview, now, area)
    if tool == "brush":
        scene = brush.plate(scene, facts, area)
    drafts = tools.low_res_matters(facts)
    # Above the zoom plate where both have no room, and always there: nothing moves away under the pointer.
    lifted = p(46) if area.width < p(ABREAST) else 0.0
    scene = photo_view.plate(scene, facts, replace(area, height=area.height - lifted))
    if _drags(scene):
        scene = drag_plate.draw(scene, facts, area, now)
        drag_plate.small_note(scene, facts, now, area)
    tools.low_res_badge(facts, area)
    imgui.set_cursor_screen_pos(tools.zoom_corner(area, drafts))
    return _zoom_plate(scene, facts, now, area, drafts, tools.near_zoom(area, drafts))


def _drags(scene: Scene) -> bool:
    """Return True if the points of a drag are shown: with their tool or brush in hand, and while it runs."""
    view, masks = scene.view, scene.interaction.brush.paints == "mask"
    return view.tool == "drag" or scene.interaction.dragger.alive or (view.tool == "brush" and masks)


def _mouse(scene: Scene, facts: Facts, area: Area, now: Place) -> Scene:
    """Handle the mouse on the whole canvas: wheel, panning, and drags of the current tool."""
    io, view = imgui.get_io(), scene.view
    imgui.set_cursor_screen_pos(V(area.x, area.y))
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button("##picture", V(area.width, area.height), _BUTTONS)
    spots.mark("picture")
    imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)  # otherwise the window below scrolls
    space = imgui.is_key_down(imgui.Key.space) and not io.want_text_input
    if imgui.is_item_hovered():
        tool = tools.current_tool(scene, facts)
        brushing, dragging_points = tool == "brush", tool == "drag"
        if io.mouse_wheel and brushing and not io.key_ctrl:
            scene = brush.resized(scene, io.mouse_wheel)
        elif io.mouse_wheel:
            camera = zoomed(now, area, io.mouse_pos.x, io.mouse_pos.y, now.scale * WHEEL**io.mouse_wheel)
            return replace(scene, view=replace(view, camera=camera))
        if imgui.is_mouse_double_clicked(imgui.MouseButton_.left) and not brushing and not dragging_points:
            return replace(scene, view=replace(view, camera=Camera()))
        if space or tools.current_tool(scene, facts) == "walk":
            imgui.set_mouse_cursor(imgui.MouseCursor_.resize_all if space else imgui.MouseCursor_.hand)
    if ui.right_clicked() == "hold":
        imgui.open_popup("picture")
    scene, view = _menu(scene, facts), scene.view
    moved = io.mouse_delta.x or io.mouse_delta.y
    if not imgui.is_item_active() or not moved:
        return scene
    if imgui.is_mouse_down(imgui.MouseButton_.middle) or space:
        scene = _pointing(scene, panned=space)
        return replace(scene, view=replace(view, camera=panned(now, area, io.mouse_delta.x, io.mouse_delta.y)))
    return _dragged(scene, facts, now)


def _menu(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu of the image, which a held right button opens."""
    seed = None if scene.document.mixing.acting else seed_of(scene.document.latent)
    star = star_text(scene, facts, seed) if seed is not None else ""
    rows = (
        ui.Row("Save picture", "Ctrl+S"),
        ui.Row("Copy picture", "Ctrl+C"),
        ui.Row("Put on the shelf", "B", line=True),
        ui.Row("Add a key", "K"),
        *((ui.Row(star),) if star else ()),
        ui.Row("Compare from here on", "Shift+C"),
        ui.Row("Fit", "F", line=True),
        ui.Row("1:1", "0"),
    )
    match ui.menu("picture", rows):
        case "Save picture":
            return scene.request(SavePicture())
        case "Copy picture":
            return scene.request(CopyPicture())
        case "Put on the shelf":
            return shelve_present(scene, facts)
        case "Add a key":
            return key_set(scene, "latent")
        case "Compare from here on":
            return with_b(scene, scene.document)
        case "Fit":
            return replace(scene, view=replace(scene.view, camera=Camera()))
        case "1:1":
            return replace(scene, view=replace(scene.view, camera=actual_size(scene.view.camera)))
        case chosen if chosen and seed is not None:
            return star_toggled(scene, facts, seed)
    return scene


def _dragged(scene: Scene, facts: Facts, now: Place) -> Scene:
    """Apply this frame's mouse movement according to the tool."""
    if not imgui.is_mouse_dragging(imgui.MouseButton_.left):
        return scene
    document, tool, delta = scene.document, tools.current_tool(scene, facts), imgui.get_io().mouse_delta
    if tool == "walk":
        seeds = handles.gain_of_keys() / theme.current.px(WALK)
        latent = document.latent.moved_to(document.latent.x + delta.x * seeds, document.latent.y + delta.y * seeds)
        return replace(scene, document=replace(document, latent=latent))
    if tool == "transform":
        return replace(scene, document=replace(document, transform=handles.moved(document.transform, now, 1, 1)))
    return scene


def _show(facts: Facts, picture: Texture, area: Area, now: Place, smooth: bool, transparent: bool) -> None:
    """Draw the image with a thin dark edge, over squares if it may be transparent."""
    if transparent:
        squares.draw(facts, area, now)
    t, p, d = theme.current, theme.current.px, imgui.get_window_draw_list()
    whole = Area(int(area.x), int(area.y), int(area.width), int(area.height))
    drawn = facts.services[VIEWPORT].show(Shot(picture, facts.image_version, now, whole, smooth))
    x0, y0, x1, y1 = drawn.box
    u0, v0, u1, v1 = drawn.uv
    d.add_image(imgui.ImTextureRef(drawn.texture), V(x0, y0), V(x1, y1), V(u0, v0), V(u1, v1))
    a, b = V(now.x - p(1), now.y - p(1)), V(round(now.right) + p(1), round(now.bottom) + p(1))
    d.add_rect(a, b, t.u32("halo", 0.6), 0, p(1))


def _pixels(scene: Scene, facts: Facts, area: Area, now: Place, magnify: bool) -> None:
    """Draw the read-out of the pixel under the pointer, of the picture that is seen there, and the loupe."""
    io, p = imgui.get_io(), theme.current.px
    if not imgui.is_window_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item):
        return
    inside = area.x <= io.mouse_pos.x < area.x + area.width and area.y <= io.mouse_pos.y < area.y + area.height
    at = now.pixel(io.mouse_pos.x, io.mouse_pos.y) if inside else None
    pixels = facts.pixels() if at is not None else None
    if at is None or pixels is None or at[1] >= pixels.shape[0] or at[0] >= pixels.shape[1]:
        return
    name, value = "A" if scene.view.compare.mode in ("split", "flip") and scene.view.compare.b is not None else "", ""
    other = compare_view.reading(scene, facts, now, io.mouse_pos.x)
    if other is not None:
        height, width = other.pixels.shape[:2]
        at = at[0] * width // pixels.shape[1], at[1] * height // pixels.shape[0]
        pixels, name, value = other.pixels, other.name, other.value(*at)
    wide, drafts = area.width > p(600), tools.low_res_matters(facts)
    right = area.x + p(12 + (loupe.WIDE if wide or value else loupe.NARROW))
    near = tools.near_zoom(area, drafts)
    bottom = tools.lower_edge(area, drafts, right) if near else area.y + area.height - p(12)
    loupe.read_out(pixels, *at, area.x + p(12), bottom - p(20), wide, name=name, value=value)
    if magnify:
        imgui.set_mouse_cursor(imgui.MouseCursor_.none)
        loupe.draw(pixels, *at, io.mouse_pos.x, io.mouse_pos.y, area.x + area.width - p(4), value)


def _empty(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the empty state: a description and one suggested next step."""
    imgui.set_cursor_screen_pos(V(area.x, area.y))
    if facts.failure is None and facts.waiting_s < notifications.SHOW_LOADING_S:
        ui.empty_state("image", "The picture comes here", "The network is being read")
        return scene
    title, text = (
        "No picture yet",
        "The picture of a network comes here. Drop a network file on the window, or choose one.",
    )
    if facts.failure is None:
        title = "The network is being read"
    if ui.empty_state("image", title, text, "Open network…"):
        return scene.request(ShowDialog("browse-network"))
    return scene
