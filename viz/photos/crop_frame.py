"""Second column of the tab: the chosen photo under its square, which is moved, sized and turned."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.photos.crop import Crop, whole
from renderer.document.fitting.photos import PhotoRow
from viz.photos import faces, ignoring
from viz.photos.actions import RestartFit
from viz.photos.columns import heading
from viz.photos.faces import CropToFace
from viz.photos.pictures import PHOTO_PICTURES, PhotoPicture, channels_of
from viz.state.facts import Facts, Texture
from viz.state.fitting.table import put, table
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

GRAB = 9
"""Distance from a corner or the knob within which it is grabbed, in design lengths."""
ARM = 16
"""Length of the line to the knob, in design lengths."""
CUT = 256
"""Side in pixels of a square that reaches beyond the photo, whose border is mirrored."""
WHEEL, STEP_DEGREES = 1.06, 5.0

Part = Literal["", "move", "size", "turn"]


@dataclass
class Grab:
    """Part of the frame that is dragged."""

    part: Part = ""
    corner: int = 0
    start: Crop = Crop()
    mouse: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Sheet:
    """Place of the photo on the screen."""

    x: float
    y: float
    width: float
    height: float

    def points(self, crop: Crop) -> list[tuple[float, float]]:
        """Return the corners of a crop on the screen."""
        return [(self.x + x, self.y + y) for x, y in crop.corners(self.width, self.height)]

    def shares(self, crop: Crop) -> list[tuple[float, float]]:
        """Return the corners of a crop as shares of the photo's width and height."""
        return [((x - self.x) / self.width, (y - self.y) / self.height) for x, y in self.points(crop)]

    def centre(self, crop: Crop) -> tuple[float, float]:
        """Return the centre of a crop on the screen."""
        return self.x + crop.x * self.width, self.y + crop.y * self.height


def draw(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the column of the chosen photo."""
    row = scene.view.photos.row
    picture = facts.services[PHOTO_PICTURES].get(row.path) if row is not None else None
    note = f"{row.name}  {picture.width} × {picture.height}" if row is not None and picture and picture.width else ""
    heading("Crop and turn", note, width)
    p, size = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    room = V(width, max(size.y, t.px(40)))
    ui.fill(p, V(p.x + room.x, p.y + room.y), "canvas", 1, 4)
    if row is None or picture is None or picture.texture is None:
        _without(picture, p, room)
        return scene
    if scene.interaction.photos.painting:
        return ignoring.draw(scene, facts, row, p, room)
    if not row.framed:
        row = replace(row, framed=True)
        scene = put(scene, row)
    sheet = _sheet(picture, p, room)
    scene, row = _hands(scene, facts, row, sheet, p, room)
    lines = imgui.get_window_draw_list()
    lines.push_clip_rect(p, V(p.x + room.x, p.y + room.y), True)
    beyond = any(not (0 <= u <= 1 and 0 <= v <= 1) for u, v in sheet.shares(row.crop))
    cut = facts.services[PHOTO_PICTURES].exact(row.path, row.crop, CUT, channels_of(facts.model)) if beyond else None
    _photo(picture, sheet, row.crop, cut)
    _frame(facts, sheet, row.crop)
    lines.pop_clip_rect()
    return _plate(scene, facts, row, picture, V(p.x + t.px(4), p.y + room.y - t.px(34)))


def _without(picture: PhotoPicture | None, p: V, room: V) -> None:
    """Draw why there is no photo."""
    text = picture.error if picture is not None else "The photo is being read"
    y = p.y + room.y / 2 - t.px(20)
    for line in ui.lines_of(text, room.x - t.px(16), t.small):
        ui.draw(line, p.x + room.x / 2, y, "dim", t.small, align=0.5)
        y += t.px(15)
    imgui.dummy(room)


def _sheet(picture: PhotoPicture, p: V, room: V) -> Sheet:
    """Return the place of a photo, as large as fits."""
    scale = min((room.x - t.px(8)) / picture.width, (room.y - t.px(8)) / picture.height)
    width, height = max(picture.width * scale, 1.0), max(picture.height * scale, 1.0)
    return Sheet(p.x + (room.x - width) / 2, p.y + (room.y - height) / 2, width, height)


def _hands(scene: Scene, facts: Facts, row: PhotoRow, sheet: Sheet, p: V, room: V) -> tuple[Scene, PhotoRow]:
    """Handle mouse and keys on the frame; return the scene and the row as it is now."""
    grab, crop, mouse = facts.scratch.get(Grab), row.crop, imgui.get_mouse_pos()
    imgui.set_next_item_allow_overlap()
    ui.hit("##crop", room)
    imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
    hovered, ended = imgui.is_item_hovered(), imgui.is_item_deactivated()
    if imgui.is_item_activated() and imgui.is_mouse_down(imgui.MouseButton_.left):
        part, corner = _part(sheet, crop, mouse)
        grab.part, grab.corner, grab.start, grab.mouse = part, corner, crop, (mouse.x, mouse.y)
        scene = table(scene, on_crop=True)
    if imgui.is_item_active() and grab.part:
        crop = _dragged(grab, sheet, mouse)
    elif hovered and imgui.get_io().mouse_wheel:
        crop = crop.sized(crop.size * WHEEL ** imgui.get_io().mouse_wheel)
    elif ui.right_clicked() == "click":
        crop = Crop()
    if hovered and not grab.part:
        part, _ = _part(sheet, crop, mouse)
        cursors = imgui.MouseCursor_
        shape = {"move": cursors.resize_all, "size": cursors.resize_nwse, "turn": cursors.hand}[part or "move"]
        imgui.set_mouse_cursor(shape)
    if ended:
        grab.part = ""
    ui.focus_ring()
    if not imgui.is_item_active():
        ui.tip("Drag inside: move    Corner: size    Outside: turn    Wheel: size\nShift: steps of 5°    Alt: from the "
               "other corner    Right click: the largest square")  # fmt: skip
    if crop != row.crop:
        row = row.cropped(crop)
        scene = put(scene, row)
        if not imgui.is_item_active():
            scene = scene.request(RestartFit(row.path))
    elif ended and crop != grab.start:
        scene = scene.request(RestartFit(row.path))
    return scene, row


def _part(sheet: Sheet, crop: Crop, mouse: V) -> tuple[Part, int]:
    """Return the part of the frame at the pointer, and the corner."""
    points, near = sheet.points(crop), t.px(GRAB)
    for index, (x, y) in enumerate(points):
        if math.hypot(mouse.x - x, mouse.y - y) <= near:
            return "size", index
    knob = _knob(points)
    if math.hypot(mouse.x - knob[0], mouse.y - knob[1]) <= near:
        return "turn", 0
    (x, y), half = sheet.centre(crop), crop.side(sheet.width, sheet.height) / 2
    turn = math.radians(crop.angle)
    dx, dy = mouse.x - x, mouse.y - y
    u, v = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    return ("move", 0) if abs(u) <= half and abs(v) <= half else ("turn", 0)


def _knob(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the place of the knob, above the middle of the upper edge; inside it where there is no room."""
    (ax, ay), (bx, by) = points[0], points[1]
    length = math.hypot(bx - ax, by - ay) or 1.0
    x, y = (ax + bx) / 2, (ay + by) / 2
    return x + (by - ay) / length * t.px(ARM), y - (bx - ax) / length * t.px(ARM)


def _dragged(grab: Grab, sheet: Sheet, mouse: V) -> Crop:
    """Return the crop that a drag has led to."""
    start, io = grab.start, imgui.get_io()
    (x, y), (mx, my) = sheet.centre(start), grab.mouse
    if grab.part == "move":
        return start.moved((mouse.x - mx) / sheet.width, (mouse.y - my) / sheet.height)
    if grab.part == "turn":
        turn = math.degrees(math.atan2(mouse.y - y, mouse.x - x) - math.atan2(my - y, mx - x))
        angle = start.angle + turn
        return start.turned(STEP_DEGREES * round(angle / STEP_DEGREES) if io.key_shift else angle)
    if not io.key_alt:
        reach, before = math.hypot(mouse.x - x, mouse.y - y), math.hypot(mx - x, my - y) or 1.0
        return start.sized(start.size * reach / before)
    points = sheet.points(start)
    (fx, fy), (cx, cy) = points[(grab.corner + 2) % 4], points[grab.corner]
    before = math.hypot(mx - fx, my - fy) or 1.0
    after = start.sized(start.size * math.hypot(mouse.x - fx, mouse.y - fy) / before)
    share = after.size / start.size / 2
    return after.moved((fx + (cx - fx) * share - x) / sheet.width, (fy + (cy - fy) * share - y) / sheet.height)


def _photo(picture: PhotoPicture, sheet: Sheet, crop: Crop, cut: Texture | None) -> None:
    """Draw the photo, dimmed outside of the frame; `cut` is the square as it is cut out, for a frame beyond it."""
    lines = imgui.get_window_draw_list()
    a, b = V(sheet.x, sheet.y), V(sheet.x + sheet.width, sheet.y + sheet.height)
    assert picture.texture is not None
    ref = imgui.ImTextureRef(picture.texture.id)
    lines.add_image(ref, a, b)
    lines.add_rect_filled(a, b, t.u32("halo", 0.55))
    points = sheet.points(crop)
    uv = sheet.shares(crop) if cut is None else [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    ref = ref if cut is None else imgui.ImTextureRef(cut.id)
    p, q, r, s = (V(x, y) for x, y in points)
    i, j, k, m = (V(u, v) for u, v in uv)
    lines.add_image_quad(ref, p, q, r, s, i, j, k, m)


def _frame(facts: Facts, sheet: Sheet, crop: Crop) -> None:
    """Draw the frame: edges, thirds, corners and the knob with the angle."""
    lines, white, halo = imgui.get_window_draw_list(), t.u32("#FFFFFF"), t.u32("halo", 0.6)
    points = sheet.points(crop)
    corners = [V(x, y) for x, y in points]
    for share in (1 / 3, 2 / 3):
        for i in (0, 1):
            a, b = points[i], points[i + 1]
            c, d = points[(i + 3) % 4], points[(i + 2) % 4]
            start = V(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            end = V(c[0] + (d[0] - c[0]) * share, c[1] + (d[1] - c[1]) * share)
            lines.add_line(start, end, t.u32("#FFFFFF", 0.35), t.px(1))
    for ink, wide in ((halo, 3), (white, 1.5)):
        for i in range(4):
            lines.add_line(corners[i], corners[(i + 1) % 4], ink, t.px(wide))
    knob, top = V(*_knob(points)), V((corners[0].x + corners[1].x) / 2, (corners[0].y + corners[1].y) / 2)
    lines.add_line(top, knob, halo, t.px(3))
    lines.add_line(top, knob, white, t.px(1.5))
    ui.handle(knob, facts.scratch.get(Grab).part == "turn")
    for corner in corners:
        o = t.px(3)
        low, high, edge = V(corner.x - o, corner.y - o), V(corner.x + o, corner.y + o), t.px(1)
        lines.add_rect_filled(V(low.x - edge, low.y - edge), V(high.x + edge, high.y + edge), halo)
        lines.add_rect_filled(low, high, white)
    if crop.angle or facts.scratch.get(Grab).part == "turn":
        ui.badge(f"{crop.angle:+.1f}°".replace("-", "−"), knob.x + t.px(10), knob.y - t.px(8))


_BUTTONS: tuple[tuple[str, Glyph, str], ...] = (
    ("face", "scan", "Find the face"),
    ("turn", "arrow-clockwise", "Turn 90°"),
    ("whole", "arrows-out", "Whole picture"),
)


def _plate(scene: Scene, facts: Facts, row: PhotoRow, picture: PhotoPicture, p: V) -> Scene:
    """Draw the small plate of the frame."""
    k = t.px(26)
    ui.fill(p, V(p.x + 3 * k + t.px(6), p.y + k + t.px(4)), "raised", 0.95, t.radius_card)
    crop = row.crop
    for i, (name, glyph, hint) in enumerate(_BUTTONS):
        imgui.set_cursor_screen_pos(V(p.x + t.px(3) + i * k, p.y + t.px(2)))
        face = name == "face"
        hint, keys = (faces.hint(facts, row), "Shift+F") if face else (hint, "")
        with ui.greyed(faces.why_not(scene, facts, row) if face else ""):
            pressed = ui.button(
                glyph=glyph, kind="ghost", width=k, height=26, hint=hint, keys=keys, id_=f"##crop {name}"
            )
            if pressed and face:
                scene = scene.request(CropToFace(row.path))
            elif pressed:
                turned = crop.turned(crop.angle + 90)
                crop = turned if name == "turn" else replace(whole(picture.width, picture.height), angle=crop.angle)
    if crop == row.crop:
        return scene
    return put(scene, row.cropped(crop)).request(RestartFit(row.path))


def keyed(row: PhotoRow) -> Crop:
    """Return the crop after the keys of this frame: arrows move it, + and - size it, [ and ] turn it, Home: default."""
    crop, pressed, key = row.crop, imgui.is_key_pressed, imgui.Key
    step = 0.05 if imgui.get_io().key_shift else 0.01
    across = pressed(key.right_arrow) - pressed(key.left_arrow)
    down = pressed(key.down_arrow) - pressed(key.up_arrow)
    if across or down:
        crop = crop.moved(across * step, down * step)
    larger = pressed(key.equal) + pressed(key.keypad_add) - pressed(key.minus) - pressed(key.keypad_subtract)
    if larger:
        crop = crop.sized(crop.size * (1 + step) ** larger)
    turn = pressed(key.right_bracket) - pressed(key.left_bracket)
    if turn:
        crop = crop.turned(crop.angle + turn * (STEP_DEGREES if imgui.get_io().key_shift else 1.0))
    return Crop() if pressed(key.home, False) else crop
