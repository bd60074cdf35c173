"""One cell of the comparison of networks: its caption, its picture, and what the mouse does in it."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.distances import DISTANCES
from renderer.document.document import Camera
from viz.gl.camera import WHEEL, Area, panned, place, zoomed
from viz.gl.viewport import Shot
from viz.history.differences import ENDS
from viz.networks import beside
from viz.networks.actions import UseAsBase
from viz.networks.cells import MOST, Cell
from viz.networks.closest import CLOSEST
from viz.networks.compare import COMPARED, CellPicture
from viz.networks.compare_state import (
    MATCH_NAMES,
    MATCHES,
    blocked,
    cells,
    choosing,
    compared_size,
    differs,
    distance_name,
    is_main,
    with_view,
)
from viz.networks.weights import without
from viz.state.facts import Facts, Texture
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.numbers import duration
from viz.ui.theme import current as t
from viz.ui.widgets import spots
from viz.ui.widgets.feedback import spinner

CAPTION = 22
"""Height of a cell's caption in design lengths."""
SOON_S = 0.2
"""A picture that is late for so long has a spinner."""
OLD = 0.6
"""Opacity of a picture of an older state."""
_BUTTONS = imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_middle


def draw_cell(scene: Scene, facts: Facts, cell: Cell, index: int, area: Area) -> Scene:
    """Draw a cell, caption included, into an area."""
    imgui.push_id(ui.drawable(f"cell{index}"))
    p, focused = t.px, scene.interaction.compared.focus == index
    _caption(scene, facts, cell, area)
    inner = Area(area.x, area.y + p(CAPTION), area.width, area.height - p(CAPTION))
    corner, end = V(inner.x, inner.y), V(inner.x + inner.width, inner.y + inner.height)
    shown = facts.services[COMPARED].of(cell)
    title, why = blocked(scene, facts, cell, focused)
    if not title and shown.failure is not None:
        title, why = "Does not fit", f"{shown.failure.message} {shown.failure.advice}"
        if shown.failure.problem == "load":
            title = "Could not be read"
    main = is_main(cell, cells(scene, facts)) and not differs(scene, cell)
    texture, version = _texture(facts, cell, shown, main)
    if main and texture is not None:
        side = max(texture.width, texture.height)
        scale = min(inner.width, inner.height) / side
        facts.services[COMPARED].main = Place(inner.x, inner.y, scale, texture.width, texture.height)
    scene = _mouse(scene, facts, cell, index, inner, None if title else texture)
    ui.fill(corner, end, "panel", 1, 4)
    if title:
        scene = _blocked(scene, facts, cell, shown, inner, title, why)
    elif texture is None:
        ui.waiting(corner, end)
        _late(facts, inner)
        if text := _progress(scene, facts, cell):
            text = ui.ellipsis(text, inner.width - p(8), t.small)
            ui.draw(text, inner.x + inner.width / 2, inner.y + inner.height / 2 + p(16), "dim", t.small, align=0.5)
    else:
        _picture(scene, facts, cell, shown, index, inner, texture, version)
    if not title:
        scene = _plates(scene, facts, cell, shown, inner)
    if cell.kind == "blend":
        ui.outline(corner, end, _token(scene), 1, 4, 1.5)
    elif focused:
        ui.outline(corner, end, "accent", 1, 4, 1.5)
    imgui.pop_id()
    return scene


def _progress(scene: Scene, facts: Facts, cell: Cell) -> str:
    """Return what a cell without a picture waits for."""
    if cell.kind != "other":
        return ""
    known, found = beside.known_of(facts, cell.network), cells(scene, facts)
    if known.state == "reading":
        return f"Loading {cell.name}" + (f", {100 * known.share:.0f} %" if known.share is not None else "")
    if known.state == "waiting":
        others = (one for one in found if one.kind == "other")
        now = next((one for one in others if beside.known_of(facts, one.network).state == "reading"), None)
        return "Waits to be loaded" + (f", after {now.letter}" if now is not None else "")
    if not cell.waits:
        first = facts.services[COMPARED].drawn(found)
        own = first is not None and (first.kind, first.network) == (cell.kind, cell.network)
        return "Drawing" if first is None or own else f"Waits to be drawn, after {first.letter}"
    fit = facts.services[CLOSEST].of(cell.network)
    return f"Closest w, {100 * fit.share:.0f} %" if fit.work is not None else "Closest w"


def _token(scene: Scene) -> str:
    over = scene.interaction.drag.over
    return getattr(over, "token", "accent") if over is not None else "accent"


def _caption(scene: Scene, facts: Facts, cell: Cell, area: Area) -> None:
    """Draw letter, name and note above a cell."""
    p, middle = t.px, area.y + t.px(10)
    base = cell.kind == "base"
    imgui.get_window_draw_list().add_circle_filled(
        V(area.x + p(8), middle), p(8), t.u32("accent" if base else "active")
    )
    ink = "on_accent" if base else "text"
    ui.draw(cell.letter, area.x + p(8), area.y + p(2), ink, 9, "bold", align=0.5, height=p(16))
    known = beside.known_of(facts, cell.network).facts if cell.kind == "other" else None
    note = cell.note or (known.family if known is not None else "")
    x, end = area.x + p(22), area.x + area.width
    greyed = cell.kind == "other" and bool(blocked(scene, facts, cell, False)[0])
    x += ui.draw(ui.ellipsis(cell.name, end - x), x, area.y, "faint" if greyed else "text", height=p(20)) + p(8)
    if note and (cell.note or ui.measure(note, t.small) <= end - x) and end - x > p(24):
        ui.draw(ui.ellipsis(note, end - x, t.small), x, area.y, "faint", t.small, height=p(20))


def _texture(facts: Facts, cell: Cell, shown: CellPicture, main: bool) -> tuple[Texture | None, int]:
    """Return the texture of a cell, and a number that differs for each of its pictures."""
    if main:
        return facts.picture, facts.image_version
    return shown.picture.texture, shown.version


def camera_of(scene: Scene, index: int) -> Camera:
    """Return the camera of a cell; its zoom is relative to pictures of the first cell's size."""
    cameras = scene.interaction.compared.cameras
    at = 0 if scene.view.networks.linked else index
    return cameras[at] if at < len(cameras) else Camera()


def _reference(facts: Facts, texture: Texture) -> float:
    """Return how many pixels of a picture one of the first cell's is wide."""
    own = facts.model.width if facts.model is not None else texture.width
    return texture.width / max(own, 1)


def _place(scene: Scene, facts: Facts, index: int, inner: Area, texture: Texture) -> Place:
    camera, share = camera_of(scene, index), _reference(facts, texture)
    if camera.zoom is not None:
        camera = replace(camera, zoom=camera.zoom / share)
    return place(camera, inner, texture.width, texture.height, (0.0, 0.0))


def _looking(scene: Scene, facts: Facts, index: int, texture: Texture, camera: Camera) -> Scene:
    """Return the scene with another camera of a cell, or of all cells."""
    zoom = None if camera.zoom is None else camera.zoom * _reference(facts, texture)
    cameras = [*scene.interaction.compared.cameras, *[Camera()] * MOST][:MOST]
    cameras[0 if scene.view.networks.linked else index] = replace(camera, zoom=zoom)
    return choosing(scene, cameras=tuple(cameras))


def _mouse(scene: Scene, facts: Facts, cell: Cell, index: int, inner: Area, texture: Texture | None) -> Scene:
    """Handle the mouse: click focuses, double click makes it the base, the wheel zooms, a drag pans."""
    io = imgui.get_io()
    imgui.set_cursor_screen_pos(V(inner.x, inner.y))
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button("##picture", V(max(inner.width, 1), max(inner.height, 1)), _BUTTONS)
    spots.mark(f"cell{index}")
    imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
    hovered, held = imgui.is_item_hovered(), imgui.is_item_active()
    # Of the release: while the button is held, the change would be a step without a name of its own.
    twice = imgui.is_item_deactivated() and io.mouse_clicked_last_count[0] == 2
    if imgui.is_item_activated():
        scene = choosing(scene, focus=index)
    if ui.right_clicked() == "hold":
        imgui.open_popup("cell")
    if texture is None:
        ui.tip(" ".join(part for part in blocked(scene, facts, cell, False)[1:]))
    scene = _menu(scene, facts, cell, index)
    if twice and hovered and cell.kind == "other":
        return scene.request(UseAsBase(cell.network))
    if texture is None:
        return scene
    now = _place(scene, facts, index, inner, texture)
    if hovered and io.mouse_wheel:
        camera = zoomed(now, inner, io.mouse_pos.x, io.mouse_pos.y, now.scale * WHEEL**io.mouse_wheel)
        return _looking(scene, facts, index, texture, camera)
    dragged = any(map(imgui.is_mouse_dragging, (imgui.MouseButton_.left, imgui.MouseButton_.middle)))
    if held and dragged and (io.mouse_delta.x or io.mouse_delta.y):
        camera = panned(now, inner, io.mouse_delta.x, io.mouse_delta.y)
        scene = _looking(scene, facts, index, texture, camera)
    return scene


def _menu(scene: Scene, facts: Facts, cell: Cell, index: int) -> Scene:
    """Draw the menu of a cell, which a held right button opens."""
    rows = [
        ui.Row("Use as base", "double click", enabled=cell.kind == "other"),
        ui.Row("Difference to A", enabled=cell.kind != "base"),
        ui.Row("Fit"),
        *(ui.Row(name, line=i == 0) for i, name in enumerate(MATCH_NAMES) if MATCHES[i] != scene.view.networks.match),
        ui.Row("Remove", enabled=cell.kind == "other", line=True),
    ]
    chosen = ui.menu("cell", rows)
    if chosen == "Use as base":
        return scene.request(UseAsBase(cell.network))
    if chosen == "Difference to A":
        return toggled(scene, cell)
    if chosen == "Fit":
        return choosing(scene, cameras=())
    if chosen in MATCH_NAMES:
        return with_view(scene, match=MATCHES[MATCH_NAMES.index(chosen)])
    if chosen == "Remove":
        return replace(scene, document=without(scene.document, cell.network))
    return scene


def toggled(scene: Scene, cell: Cell) -> Scene:
    """Return the scene with the difference of a cell switched on or off."""
    now, key = scene.interaction.compared.differences, cell.network if cell.kind == "other" else None
    if scene.view.networks.mode == "difference":  # all others stay as they are
        now = (*scene.document.networks, None)
        scene = with_view(scene, mode="side")
    own = tuple(one for one in now if one != key)
    return choosing(scene, differences=own if own != now else (*now, key))


def _picture(
    scene: Scene, facts: Facts, cell: Cell, shown: CellPicture, index: int, inner: Area, texture: Texture, version: int
) -> None:
    """Draw the picture of a cell as far as it lies in it."""
    now = _place(scene, facts, index, inner, texture)
    whole = Area(int(inner.x), int(inner.y), max(int(inner.width), 8), max(int(inner.height), 8))
    drawn = shown.viewport.show(Shot(texture, version, now, whole, scene.settings.smooth))
    x0, y0, x1, y1 = drawn.box
    u0, v0, u1, v1 = drawn.uv
    late = not is_main(cell, cells(scene, facts)) and shown.late and not scene.view.moving
    old = late and facts.now - shown.began > SOON_S
    lines = imgui.get_window_draw_list()
    lines.push_clip_rect(V(inner.x, inner.y), V(inner.x + inner.width, inner.y + inner.height), True)
    tint = t.u32("#FFFFFF", OLD if old else 1.0)
    lines.add_image(imgui.ImTextureRef(drawn.texture), V(x0, y0), V(x1, y1), V(u0, v0), V(u1, v1), tint)
    lines.pop_clip_rect()
    if old:
        _late(facts, inner)


def _late(facts: Facts, inner: Area) -> None:
    spinner(V(inner.x + inner.width / 2, inner.y + inner.height / 2), t.px(10), "text", facts.now % 1)


def _plates(scene: Scene, facts: Facts, cell: Cell, shown: CellPicture, inner: Area) -> Scene:
    """Draw the line of a cell at its lower left, and the switch of its difference at its lower right."""
    p, bottom = t.px, inner.y + inner.height - t.px(24)
    differing = differs(scene, cell)
    text, hint, size = "base", "What the others are compared with", compared_size(facts, cell)
    closest = scene.view.networks.match == "closest" and cell.kind == "other"
    fit = facts.services[CLOSEST].of(cell.network) if closest else None
    if differing:
        text = f"Difference to A at {size} pixels" if size else "Difference to A"
        hint = f"Of 255 levels: {shown.text}" if shown.text else "Being made"
        hint += f"\nThe larger picture was averaged to {size} pixels" if size else ""
    elif fit is not None and not fit.over:
        left = "" if fit.left_s is None else f", about {duration(fit.left_s)} left"
        text, hint = f"Closest w, {100 * fit.share:.0f} %", f"Fitted while nothing else is drawn{left}"
        hint += "; another choice stops it"
    elif cell.kind != "base":
        name = distance_name(shown)
        text = f"{name} to A  {shown.measured.value:.3g}" if shown.measured is not None and name else ""
        hint = f"Perceptual distance to A by {DISTANCES[shown.measured.name]}" if shown.measured is not None else ""
    room = inner.width - p(16) - (p(28) if cell.kind != "base" else 0)
    if text and ui.badge_width(text) <= room:
        ui.badge(text, inner.x + p(7), bottom)
        imgui.set_cursor_screen_pos(V(inner.x + p(7), bottom))
        imgui.set_next_item_allow_overlap()
        imgui.dummy(V(ui.badge_width(text), p(ui.BADGE_HEIGHT)))
        ui.tip(hint)
    if differing and shown.colors is not None:
        _scale(inner)
    if cell.kind == "base":
        return scene
    side = p(20)
    at = V(inner.x + inner.width - side - p(6), bottom - p(2))
    imgui.set_cursor_screen_pos(at)
    if ui.hit("##difference", V(side, side)):
        scene = toggled(scene, cell)
    hot = imgui.is_item_hovered()
    ui.fill(at, V(at.x + side, at.y + side), "accent" if differing else "halo", 0.9 if hot or differing else 0.6, 4)
    ink = "on_accent" if differing else "#FFFFFF"
    ui.draw(ui.icon("git-diff"), at.x + side / 2, at.y, ink, 11, align=0.5, height=side)
    ui.focus_ring()
    ui.tip("Show the picture" if differing else "Show the difference to A")
    return scene


def _scale(inner: Area) -> None:
    """Draw the colours of differences at the upper right."""
    p, lines = t.px, imgui.get_window_draw_list()
    words = ui.measure("darker", t.small) + ui.measure("lighter", t.small) + p(8)
    wide = inner.width >= max(p(110), 2 * words)
    half, high = max(p(30), words / 2) if wide else p(16), p(5)
    x, y = inner.x + inner.width - 2 * half - p(8), inner.y + p(8)
    low, white, top = (t.u32(color) for color in ENDS)
    lines.add_rect_filled_multi_color(V(x, y), V(x + half, y + high), low, white, white, low)
    lines.add_rect_filled_multi_color(V(x + half, y), V(x + 2 * half, y + high), white, top, top, white)
    if not wide:
        return
    ui.fill(V(x - p(2), y + high + p(1)), V(x + 2 * half + p(2), y + high + p(15)), "halo", 0.6, 3)
    ui.draw("darker", x, y + high + p(1), "#FFFFFF", t.small, height=p(14))
    ui.draw("lighter", x + 2 * half, y + high + p(1), "#FFFFFF", t.small, align=1, height=p(14))


def _blocked(scene: Scene, facts: Facts, cell: Cell, shown: CellPicture, inner: Area, title: str, why: str) -> Scene:
    """Draw why a cell has no picture, with a button where trying again may help."""
    p, x = t.px, inner.x + inner.width / 2
    unread = title == "Could not be read"
    lines = ui.lines_of(why, inner.width - p(16), t.small)
    button = p(t.row + 8) if unread else 0
    room = inner.height - p(12 + 20) - button
    lines = lines[: max(int(room // p(16)), 0)]
    high = p(20 + 16 * len(lines)) + button
    glyph = inner.height - high >= p(44)
    y = inner.y + (inner.height - high) / 2 + (p(14) if glyph else 0)
    lines_ = imgui.get_window_draw_list()
    lines_.push_clip_rect(V(inner.x, inner.y), V(inner.x + inner.width, inner.y + inner.height), True)
    if glyph:
        ui.draw(ui.icon("warning" if unread else "x-circle"), x, y - p(30), "faint", 20, align=0.5, height=p(24))
    ui.draw(ui.ellipsis(title, inner.width - p(8)), x, y, "text", t.body, "bold", align=0.5, height=p(18))
    for k, line in enumerate(lines):
        ui.draw(line, x, y + p(20 + 16 * k), "dim", t.small, align=0.5, height=p(16))
    lines_.pop_clip_rect()
    if not unread:
        return scene
    width = ui.measure("Try again") + p(16)
    imgui.set_cursor_screen_pos(V(x - width / 2, y + p(26 + 16 * len(lines))))
    if ui.button("Try again", width=width, hint="Read the file again"):
        beside.retry(facts, cell.network)
        shown.retry()
    return scene
