"""First column of the tab: the photos of the queue, each with its state."""

from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.fitting.photos import PhotoRow
from viz.photos import earlier, faces
from viz.photos.actions import FilmOfPhotos, ShowPhoto, browse, filmed, find_again
from viz.photos.columns import HEADING, heading
from viz.photos.faces import CropAllToFaces
from viz.photos.fits import FITS
from viz.photos.fitting import RowState, elsewhere, state_of
from viz.photos.pictures import PHOTO_PICTURES, PhotoPicture
from viz.photos.watch import viewing
from viz.state.facts import Facts
from viz.state.fitting.table import brought_back, chosen, moved, table
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

ROW, SIDE = 38, 28
"""Height of a row and side of its picture, in design lengths."""


@dataclass
class QueueDrag:
    """Row that is being dragged."""

    index: int = -1


def draw(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the queue and the button below it."""
    rows, height = scene.view.photos.rows, imgui.get_content_region_avail().y
    heading("Photos", str(len(rows)), width)
    foot = t.px(t.row + 8)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    inner = V(width, max(height - t.px(HEADING) - foot, t.px(ROW)))
    if imgui.begin_child("queue", inner, imgui.ChildFlags_.nav_flattened):
        room = imgui.get_content_region_avail().x
        for index, row in enumerate(rows):
            scene = _row(scene, facts, index, row, room)
            if scene.view.photos.rows is not rows:
                break  # indices have changed; the rest follows in the next frame
    imgui.end_child()
    imgui.pop_style_var()
    ui.space(4)
    return _foot(scene, facts, width)


def _foot(scene: Scene, facts: Facts, width: float) -> Scene:
    removed, film = scene.interaction.photos.removed, len(filmed(scene, facts)) > 1
    before = earlier.earlier(scene, facts)
    several = len(scene.view.photos.rows) > 1
    others = t.px(t.row + 4) * ((removed is not None) + film + bool(before) + several)
    text = "Add photos…" if ui.measure("Add photos…") + t.px(36) <= width - others else "Add…"
    if ui.button(text, "plus", width=width - others, id_="##add photos", hint="Or drop them on the window"):
        scene = browse(scene)
    if several:
        imgui.same_line(0, t.px(4))
        with ui.greyed(faces.why_not_all(scene, facts)):
            if ui.button(glyph="scan", id_="##all faces", hint=faces.ALL_HINT):
                scene = scene.request(CropAllToFaces())
    if film:
        imgui.same_line(0, t.px(4))
        hint = "A film from one fitted photo to the next: keys on the timeline"
        if ui.button(glyph="film-strip", id_="##photo film", hint=hint):
            scene = scene.request(FilmOfPhotos())
    if before:
        imgui.same_line(0, t.px(4))
        scene = earlier.button(scene, facts, before)
    if removed is not None:
        imgui.same_line(0, t.px(4))
        hint = f"Bring back {removed[1].name}"
        if ui.button(glyph="arrow-counter-clockwise", id_="##bring back", hint=hint):
            scene = brought_back(scene)
    return scene


def _row(scene: Scene, facts: Facts, index: int, row: PhotoRow, width: float) -> Scene:
    """Draw one photo: click chooses and shows it, double click makes its result the document, drag reorders."""
    picture = facts.services[PHOTO_PICTURES].get(row.path)
    now = facts.services[FITS].get(row.run) if row.run else None
    state = state_of(row, picture, now, elsewhere(row, facts.model), faces.state_of(scene, row))
    p, h, photos = imgui.get_cursor_screen_pos(), t.px(ROW), scene.view.photos
    imgui.push_id(ui.drawable(row.path, 1000))
    imgui.set_next_item_allow_overlap()
    clicked = ui.hit(f"##photo {row.name}", V(width, h))
    hot, on = imgui.is_item_hovered(), photos.row is row
    gone = picture is not None and state.text == "no longer there"
    ui.tip(f"{row.path}\n{state.hint or state.text}\nDrag: another place    Del: remove")
    if on or hot:
        ui.fill(p, V(p.x + width, p.y + h), "accent" if on else "hover", 0.16 if on else 0.6, 4)
    if on:
        ui.fill(V(p.x, p.y + t.px(7)), V(p.x + t.px(2), p.y + h - t.px(7)), "accent", 1, 2)
    if hot and imgui.is_mouse_double_clicked(imgui.MouseButton_.left) and now is not None and now.ws is not None:
        scene = chosen(scene, index).request(ShowPhoto(row.path))
    elif clicked:
        scene = table(chosen(scene, index), on_crop=False)
        if now is not None and now.ws is not None and (not on or not scene.interaction.photos.viewing):
            scene = viewing(scene, row)
    scene = _reorder(scene, facts, index, p, h)
    _look(row, picture, state, p, width - (t.px(56) if gone else 0))
    ui.focus_ring()
    if gone:
        imgui.set_cursor_screen_pos(V(p.x + width - t.px(56), p.y + (h - t.px(t.row)) / 2))
        if ui.button("Find it…", id_="##find it", hint="Choose where the photo is now", width=t.px(54)):
            scene = find_again(scene, row)
    imgui.set_cursor_screen_pos(V(p.x, p.y + h))
    imgui.pop_id()
    return scene


def _reorder(scene: Scene, facts: Facts, index: int, p: V, height: float) -> Scene:
    """Move the row that is dragged to where the pointer is."""
    drag = facts.scratch.get(QueueDrag)
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left):
        if drag.index < 0:
            drag.index = index
        steps = int((imgui.get_mouse_pos().y - p.y) // height)
        if drag.index == index and steps:
            # The pressed item keeps its place and gets another row; the drag goes on with the moved one.
            to = min(max(index + steps, 0), len(scene.view.photos.rows) - 1)
            drag.index = -1
            imgui.internal.clear_active_id()
            return moved(scene, index, to)
    elif drag.index == index and not imgui.is_mouse_down(imgui.MouseButton_.left):
        drag.index = -1
    return scene


def _look(row: PhotoRow, picture: PhotoPicture | None, state: RowState, p: V, width: float) -> None:
    """Draw picture, name and state."""
    side, h = t.px(SIDE), t.px(ROW)
    a = V(p.x + t.px(6), p.y + (h - side) / 2)
    if picture is not None and picture.texture is not None:
        ui.picture(picture.texture.id, _middle(picture), a, side)
    elif picture is not None:
        ui.fill(a, V(a.x + side, a.y + side), "control", 1, 4)
        ui.draw(ui.icon("image"), a.x + side / 2, a.y, "faint", 12, align=0.5, height=side)
    else:
        ui.waiting(a, V(a.x + side, a.y + side))
    x, end = a.x + side + t.px(8), p.x + width - t.px(4)
    ui.draw(ui.ellipsis(row.name, end - x), x, p.y + t.px(2), "text", height=t.px(18))
    y, line = p.y + t.px(19), t.px(16)
    if state.share is not None:
        text = ui.measure(state.text, t.small) + t.px(8)
        bar = max(end - x - text, t.px(16))
        ui.amount_bar(V(x, y + t.px(6)), V(x + bar, y + t.px(10)), state.share)
        ui.draw(state.text, x + bar + t.px(8), y, state.token, t.small, height=line)
        return
    if state.glyph:
        ink = "good" if state.glyph == "check-circle" else state.token
        x += ui.draw(ui.icon(state.glyph), x, y, ink, 10, height=line) + t.px(5)
    words = (state.text, state.text.partition(":")[0].partition(",")[0].removesuffix(" yet"))
    ui.draw(ui.first_fitting(words, end - x, t.small), x, y, state.token, t.small, height=line)


def _middle(picture: PhotoPicture) -> tuple[float, float, float, float]:
    """Return the texture coordinates of the largest square in the middle of a photo."""
    short = min(picture.width, picture.height)
    u, v = (1 - short / picture.width) / 2, (1 - short / picture.height) / 2
    return u, v, 1 - u, 1 - v
