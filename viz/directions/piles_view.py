"""Two piles in the canvas's place: the piles at both sides, the picture to sort between them."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.directions.piles import Piles, Side
from viz.directions import piles as sorting
from viz.gl.camera import Area
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.theme import current as t

OWNER = "two piles"
THUMBNAIL, NEXT = 56, 44
DRAG = "or drag here"
MIDDLE, LOW = 150, 230
"""Least design width between the piles, and design height below which the next pictures are not shown."""
HINT = "Sort by what you want a slider for. The pictures most useful to decide come first."
_LARGE, _SMALL = 256, 64


@dataclass
class _Drag:
    """A picture that is dragged: its seed, and where it was taken."""

    seed: int | None = None
    side: Side | None = None


def draw(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the whole view."""
    piles = sorting.own(scene, facts)
    if piles is None:
        return scene
    _own_keys()
    p, wide = t.px, area.width > t.px(820)
    scene = _header(scene, facts, area, wide)
    m, top = p(14), area.y + p(48)
    height = area.y + area.height - p(14) - top
    width = p(262) if wide else min(p(158), (area.width - 2 * m - p(MIDDLE)) / 2)
    left, right = V(area.x + m, top), V(area.x + area.width - m - width, top)
    queue = sorting.upcoming(piles, scene.interaction.sorter.found, scene.interaction.sorter.now, sorting.AHEAD)
    room = V(right.x - left.x - width, height)
    scene, lit = _middle(scene, facts, piles, queue, V(left.x + width, top), room)
    for side, at in (("left", left), ("right", right)):
        scene = _pile(scene, facts, side, at, V(width, height), lit == side)  # type: ignore[arg-type]
    return scene


def _own_keys() -> None:
    """Keep the arrows from moving the keyboard's focus: they sort."""
    if not imgui.get_io().want_text_input and not imgui.get_io().nav_visible:
        for key in (imgui.Key.left_arrow, imgui.Key.right_arrow, imgui.Key.down_arrow):
            imgui.internal.set_key_owner(key, imgui.get_id("piles"))


def _header(scene: Scene, facts: Facts, area: Area, wide: bool) -> Scene:
    p, y, h = t.px, area.y + t.px(11), t.px(24)
    x = area.x + p(14)
    x += ui.draw("Two piles", x, y, "text", t.title, "bold", height=h) + p(12)
    x += ui.draw("Random seeds", x, y, "dim", t.small, height=h) + p(10)
    imgui.set_cursor_screen_pos(V(x, y))
    if ui.button(
        glyph="arrow-counter-clockwise",
        kind="ghost",
        id_="##take back",
        hint="Take back the last choice",
        keys="Backspace",
    ):
        scene = sorting.taken_back(scene, facts)
    end = area.x + area.width - p(14) - p(24)
    if wide:
        room = end - x - p(60)
        ui.draw(ui.ellipsis(HINT, room, t.small), x + p(40), y, "dim", t.small, height=h)
    imgui.set_cursor_screen_pos(V(end, y))
    if ui.button(glyph="x", kind="ghost", id_="##close piles", hint="Back to the picture; the piles stay", keys="Esc"):
        scene = replace(scene, view=replace(scene.view, sorting=False))
    return scene


def _middle(
    scene: Scene, facts: Facts, piles: Piles, queue: tuple[int, ...], at: V, room: V
) -> tuple[Scene, Side | None]:
    """Draw the picture to sort, the buttons below it and the next pictures; return the pile that it hangs over."""
    p = t.px
    low = room.y < p(LOW)
    side = max(min(room.x - p(40 if room.x > p(2 * MIDDLE) else 16), room.y - p(64 if low else 64 + 76)), p(48))
    corner = V(round(at.x + (room.x - side) / 2), at.y + p(4))
    lit: Side | None = None
    if queue:
        scene, lit = _picture(scene, facts, piles, queue[0], corner, side)
    else:
        ui.draw("All pictures are sorted", corner.x + side / 2, corner.y, "dim", align=0.5, height=side)
    y = corner.y + side + p(12)
    scene = _buttons(scene, facts, piles, at.x + room.x / 2, y, room.x)
    y += p(42)
    pitch, count = p(NEXT + 6), 0 if low else min(len(queue) - 1, max(int((room.x - p(60)) // p(NEXT + 6)), 0))
    x = at.x + room.x / 2 - count * pitch / 2 + p(16)
    if count > 0:
        ui.draw("Next", x - p(10), y, "faint", t.small, align=1, height=p(NEXT))
    for i, seed in enumerate(queue[1:]):
        found = facts.thumbnails.get(sorting.request_of(scene, facts, seed), _LARGE, OWNER)
        if i < count:
            ui.thumbnail(found, V(round(x + i * pitch), y), p(NEXT), 4, 1 - i * 0.17)
    return scene, lit


def _picture(scene: Scene, facts: Facts, piles: Piles, seed: int, corner: V, side: float) -> tuple[Scene, Side | None]:
    imgui.set_cursor_screen_pos(corner)
    ui.hit("##sort this", V(side, side))
    held, dx = imgui.is_item_active(), 0.0
    if held and imgui.is_mouse_dragging(imgui.MouseButton_.left):
        dx = imgui.get_mouse_drag_delta(imgui.MouseButton_.left).x
    dropped = imgui.is_item_deactivated() and abs(_offset[0]) > side / 4
    lit: Side | None = None
    if abs(dx) > side / 4:
        lit = "left" if dx < 0 else "right"
    if dropped:
        scene = sorting.chosen(scene, facts, "left" if _offset[0] < 0 else "right")
    _offset[0] = dx
    a = V(corner.x + dx, corner.y)
    ui.thumbnail(facts.thumbnails.get(sorting.request_of(scene, facts, seed), _LARGE, OWNER), a, side, 6)
    o = t.px(1)
    ui.outline(V(a.x - o, a.y - o), V(a.x + side + o, a.y + side + o), "accent", 1, 6, 2)
    ui.badge(f"seed {seed}", a.x + t.px(8), a.y + t.px(8))
    if lit:
        name = piles.left if lit == "left" else piles.right
        text = ui.ellipsis(f"← {name}" if lit == "left" else f"→ {name}", side - t.px(20), t.small)
        width = ui.measure(text, t.small, "bold") + t.px(14)
        b = V(a.x + side - width - t.px(8), a.y + t.px(8))
        ui.fill(b, V(b.x + width, b.y + t.px(20)), "accent", 1, 4)
        ui.draw(text, b.x + t.px(7), b.y, "on_accent", t.small, "bold", height=t.px(20))
    ui.tip("" if held else f"Seed {seed}: drag it onto a pile")
    return scene, lit


_offset = [0.0]
"""Distance that the picture has been dragged, in pixels."""


def _buttons(scene: Scene, facts: Facts, piles: Piles, middle: float, y: float, room: float) -> Scene:
    p = t.px
    outer = min(p(150), (room - p(40)) * 0.37)
    inner = min(p(92), (room - p(40)) * 0.24)
    rows: tuple[tuple[Side, str, Glyph, float], ...] = (
        ("left", piles.left, "arrow-left", outer),
        ("skip", "Skip", "arrow-down", inner),
        ("right", piles.right, "arrow-right", outer),
    )
    x = middle - (2 * outer + inner + p(16)) / 2
    for side, name, glyph, width in rows:
        imgui.set_cursor_screen_pos(V(x, y))
        text = ui.ellipsis(name, width - p(40)) if width > p(72) else ""
        hint = "Neither: it is put away" if side == "skip" else f"It belongs to {name}"
        key = {"left": "←", "right": "→", "skip": "↓"}[side]
        if ui.button(
            text,
            glyph,
            "ghost" if side == "skip" else "plain",
            width=width,
            height=32,
            hint=hint,
            keys=key,
            id_=f"##pile {side}",
        ):
            scene = sorting.chosen(scene, facts, side)
        x += width + p(8)
    return scene


def _pile(scene: Scene, facts: Facts, side: Side, at: V, size: V, lit: bool) -> Scene:
    """Draw one pile: its name, its count, its pictures, and the key that sorts to it."""
    piles = sorting.own(scene, facts)
    if piles is None:
        return scene
    p, end = t.px, V(at.x + size.x, at.y + size.y)
    ui.fill(at, end, "panel", 1, 8)
    if lit:
        ui.fill(at, end, "accent", 0.1, 8)
        ui.outline(at, end, "accent", 1, 8, 2)
    seeds = piles.of(side)
    imgui.set_cursor_screen_pos(V(at.x + p(12), at.y + p(10)))
    wide, foot = size.x > p(140), p(36)
    imgui.set_next_item_width(size.x - p(24) - (p(40) if wide else 0))
    own = piles.left if side == "left" else piles.right
    _, typed = ui.input_text(f"##name {'left' if side == 'left' else 'right'}", own)
    ui.tip("The name of the slider" if side == "right" else "The name of this pile")
    if typed != own:
        typed = typed[:80]
        scene = sorting.with_own(scene, replace(piles, left=typed) if side == "left" else replace(piles, right=typed))
    count_y = at.y + p(10) if wide else end.y - foot + p(6)
    ui.draw(str(len(seeds)), end.x - p(12), count_y, "text", 17, "bold", align=1, height=p(24))
    imgui.set_cursor_screen_pos(V(at.x + p(12), at.y + p(46)))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    inside = V(size.x - p(18), max(size.y - p(46) - foot, p(10)))
    if imgui.begin_child(ui.drawable(f"pile {side}"), inside):
        scene = _thumbnails(scene, facts, side, seeds, inside.x - p(6))
    imgui.end_child()
    imgui.pop_style_var()
    y = end.y - foot
    ui.fill(V(at.x, y), V(end.x, y + p(1)), "line", 1, 0)
    key = V(at.x + p(12), y + p(7))
    ui.fill(key, V(key.x + p(22), key.y + p(22)), "control", 1, 4)
    glyph: Glyph = "arrow-left" if side == "left" else "arrow-right"
    ui.draw(ui.icon(glyph), key.x + p(11), key.y, "text", 11, align=0.5, height=p(22))
    if key.x + p(30) + ui.measure(DRAG, t.small) < end.x - (
        0 if wide else p(20) + ui.measure(f"{len(seeds)}", 17, "bold")
    ):
        ui.draw(DRAG, key.x + p(30), key.y, "dim", t.small, height=p(22))
    return scene


def _thumbnails(scene: Scene, facts: Facts, side: Side, seeds: tuple[int, ...], width: float) -> Scene:
    p = t.px
    tile = p(THUMBNAIL)
    columns = max(int((width + p(6)) // (tile + p(6))), 1)
    gap = (width - columns * tile) / (columns - 1) if columns > 1 else p(6)
    start, drag = imgui.get_cursor_screen_pos(), facts.scratch.get(_Drag)
    for i, seed in enumerate(seeds):
        row, column = divmod(i, columns)
        a = V(round(start.x + column * (tile + gap)), start.y + row * (tile + p(6)))
        imgui.set_cursor_screen_pos(a)
        ui.hit(f"##sorted {int(seed)}", V(tile, tile))
        hot, right = imgui.is_item_hovered(), ui.right_clicked()
        if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left):
            drag.seed, drag.side = seed, side
        elif imgui.is_item_deactivated() and drag.seed == seed:
            scene, drag.seed = _dropped(scene, facts, seed, side), None
        if right == "click":
            scene = sorting.corrected(scene, facts, seed, None)
        ui.thumbnail(facts.thumbnails.get(sorting.request_of(scene, facts, seed), _SMALL, OWNER), a, tile)
        if hot or i == len(seeds) - 1:
            o = p(2)
            ui.outline(V(a.x - o, a.y - o), V(a.x + tile + o, a.y + tile + o), "text" if hot else "dim", 0.9, 6, 1.5)
        ui.tip(f"Seed {seed}\nDrag it to the other pile; right click: take it out")
    return scene


def _dropped(scene: Scene, facts: Facts, seed: int, side: Side) -> Scene:
    """Return the scene with a thumbnail let go over the other half of the view on the other pile."""
    window = imgui.internal.get_current_window().root_window
    right = imgui.get_mouse_pos().x > window.pos.x + window.size.x / 2
    other: Side = "right" if right else "left"
    return sorting.corrected(scene, facts, seed, other) if other != side else scene
