"""Section "Drag points" of the right panel: the points, what may change, and the form of the result."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.defaults import DRAG_HOLD
from foundation.words import counted
from renderer.document.dragging.points import DragPoint
from viz.dragging import run
from viz.dragging.actions import KeepAsForm, MakeFilm, SaveWay
from viz.dragging.made import ways_in
from viz.dragging.points import cleared, place_text, points_of, removed, reversed_, touched, with_dragger
from viz.state.dragging.parts import BRUSH_SIZES, BRUSH_USUAL
from viz.state.facts import Facts
from viz.state.interaction import PointDragger
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.cells import cells_of
from viz.ui.theme import current as t

EMPTY = "Click the picture: a point, then where it should go."
_WIDE = 330
"""Width of the panel from which rows have a longer bar, in design lengths."""
_CHANGE = ("All", "Masked")
_CHANGE_HINTS = ("The whole picture may change", "Only what the brush has painted; the rest is held")
_FORMS = ("Picture", "Direction")
_FORM_HINTS = (
    "The result is the picture, stored w vectors; one step",
    "The way gone is a direction: a slider from 0 to 1, beyond by typing; for other seeds too",
)


def shown(scene: Scene) -> bool:
    """Return True if the section is there: with the tool in hand, or with points."""
    return scene.view.tool == "drag" or bool(points_of(scene)) or scene.interaction.dragger.running is not None


def summary(scene: Scene) -> str:
    """Return `3 points, running`."""
    count, dragger = len(points_of(scene)), scene.interaction.dragger
    words = counted(count, "point") if count else "no points"
    return f"{words}, running" if dragger.running is not None else words


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    is_open = ui.section("Drag points", summary=summary(scene), reset=True)
    if ui.reset_clicked():
        scene = _defaults(scene)
    if not is_open:
        return scene
    imgui.push_id("drag points")
    why = run.hindrance(scene, facts)
    points = points_of(scene)
    for index, one in enumerate(points):
        scene = _row(scene, facts, index, one)
        if points_of(scene) != points:
            break
    if not points:
        ui.wrapped(why or EMPTY)
        ui.space(4)
    scene = _buttons(scene)
    with ui.greyed(why if not scene.interaction.dragger.running else ""):
        scene = _settings(scene, facts)
    scene = _results(scene, facts)
    imgui.pop_id()
    ui.space(6)
    return scene


def _defaults(scene: Scene) -> Scene:
    return touched(scene, masked=False, mask=None, layers=(), hold=DRAG_HOLD)


def _row(scene: Scene, facts: Facts, index: int, one: DragPoint) -> Scene:
    """Draw a point: number, way, how much of it is gone, distance left, cross."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(22)
    dragger, model = scene.interaction.dragger, facts.model
    right = p.x + width - t.px(24)
    chosen = dragger.chosen == index
    if ui.hit(f"##point {index + 1}", V(width - t.px(24), h)):
        scene = with_dragger(scene, chosen=index)
    hot = imgui.is_item_hovered()
    if chosen or hot:
        ui.fill(p, V(right, p.y + h), "accent" if chosen else "hover", 0.12 if chosen else 0.5, 4)
    ui.tip(f"Point {index + 1}: from where it is to where it goes, in pixels of the network. Del removes it")
    lines = imgui.get_window_draw_list()
    lines.add_circle_filled(V(p.x + t.px(10), p.y + h / 2), t.px(9), t.u32("accent"))
    ui.draw(str(index + 1), p.x + t.px(10), p.y, "on_accent", 11, "bold", align=0.5, height=h)
    aims = dragger.pending == index
    to = "…" if aims else "stays" if one.distance == 0 else place_text((one.to_x, one.to_y), model)
    way = f"{place_text((one.x, one.y), model)}  →  {to}"
    figure = "" if aims else f"{one.distance:.1f} px"
    bar = t.px(56 if width > t.px(_WIDE) else 30)
    end = right - t.px(52) - bar - t.px(6)
    ui.draw(ui.ellipsis(way, end - p.x - t.px(28), t.small), p.x + t.px(28), p.y, "dim", t.small, height=h)
    middle = p.y + h / 2
    a, b = V(end, middle - t.px(2)), V(end + bar, middle + t.px(2))
    if dragger.left:
        ui.fill(a, b, "active", 1, 2)
        share = run.share_gone(dragger, index, one)
        if share > 0:
            ui.fill(a, V(end + bar * share, b.y), "accent", 1, 2)
    ui.draw(figure, right - t.px(4), p.y, "text", t.small, align=1, height=h)
    imgui.set_cursor_screen_pos(V(right + t.px(2), p.y))
    if ui.button(
        glyph="x", kind="ghost", width=t.px(22), height=22, id_=f"##remove {index + 1}", hint="Remove this point"
    ):
        scene = removed(scene, index)
    return scene


def _buttons(scene: Scene) -> Scene:
    width = (imgui.get_content_region_avail().x - t.px(4)) / 2
    some = bool(points_of(scene))
    if ui.button(
        "Clear points", "trash", width=width, id_="##clear points", hint="The picture stays as it is", enabled=some
    ):
        scene = cleared(scene)
    imgui.same_line(0, t.px(4))
    hint = "Handles and targets change places"
    if ui.button("Reverse", "repeat", width=width, id_="##reverse points", hint=hint, enabled=some):
        scene = reversed_(scene)
    return scene


def _settings(scene: Scene, facts: Facts) -> Scene:
    pulled = scene.view.pulled
    width = ui.row_label("May change", pulled.masked)
    masked = ui.segmented("may change", _CHANGE, int(pulled.masked), width=width, hints=_CHANGE_HINTS, default=0)
    if masked != pulled.masked:
        scene = touched(scene, masked=bool(masked))
        if masked and pulled.mask is None:
            scene = with_brush(scene, erases=False)
    scene = _brush(scene)
    scene = _layers(scene, facts)
    hold = ui.slider(
        "Hold outside",
        scene.view.pulled.hold,
        0,
        100,
        DRAG_HOLD,
        fmt="%.0f",
        hint="How strongly the rest is kept as it is; 0 lets it change",
    )
    scene = touched(scene, hold=min(max(hold, 0.0), 100.0))
    width = ui.row_label("Keep as", scene.view.pulled.keep != "picture")
    now = int(scene.view.pulled.keep == "direction")
    chosen = ui.segmented("keep as", _FORMS, now, width=width, hints=_FORM_HINTS, default=0)
    if chosen != now:
        scene = scene.request(KeepAsForm("direction" if chosen else "picture"))
    return scene


def with_brush(scene: Scene, **changes: object) -> Scene:
    """Return the scene with the brush in hand, painting what a drag may change."""
    brush = replace(scene.interaction.brush, paints="mask", **changes)  # type: ignore[arg-type]
    scene = scene.interacting(brush=brush)
    return replace(scene, view=replace(scene.view, tool="brush"))


def _brush(scene: Scene) -> Scene:
    """Draw brush, eraser and size."""
    brush = scene.interaction.brush
    in_hand = scene.view.tool == "brush" and brush.paints == "mask"
    width = ui.row_label("Brush", in_hand)
    hint = "Paint what may change; again puts the brush away"
    if ui.button(glyph="paint-brush", on=in_hand and not brush.erases, id_="##mask brush", hint=hint, keys="5"):
        scene = _taken(scene, erases=False)
    imgui.same_line(0, t.px(4))
    hint = "Erase what was painted"
    if ui.button(glyph="eraser", on=in_hand and brush.erases, id_="##mask eraser", hint=hint, keys="Alt"):
        scene = _taken(scene, erases=True)
    imgui.same_line(0, t.px(4))
    size = ui.slider(
        "mask brush size",
        brush.size,
        *BRUSH_SIZES,
        BRUSH_USUAL,
        "px",
        "%.0f",
        width=width - 2 * t.px(t.row + 4),
        show_label=False,
        hint="Diameter of the brush on the screen; or the wheel over the picture",
    )
    return scene.interacting(brush=replace(scene.interaction.brush, size=size))


def _taken(scene: Scene, *, erases: bool) -> Scene:
    brush = scene.interaction.brush
    if scene.view.tool == "brush" and brush.paints == "mask" and brush.erases == erases:
        return replace(scene, view=replace(scene.view, tool="drag"))
    return with_brush(scene, erases=erases)


def _layers(scene: Scene, facts: Facts) -> Scene:
    cells, model, pulled = cells_of(facts.model), facts.model, scene.view.pulled
    if model is None or not cells:
        return scene
    usual = (0, model.usual_drag)
    now = (pulled.layers[0], pulled.layers[1]) if len(pulled.layers) == 2 else usual
    width = ui.row_label("Layers", now != usual)
    words = f"{now[0]}–{min(now[1], len(cells) - 1)}"
    p, room = imgui.get_cursor_screen_pos(), t.px(40)
    after = ui.band_range("drag layers", now, cells, usual, width - room)
    ui.draw(words, p.x + width, p.y, "dim", t.small, align=1, height=t.px(t.row))
    return scene if after == now else touched(scene, layers=() if after == usual else after)


def _results(scene: Scene, facts: Facts) -> Scene:
    """Draw the buttons for what was made: the film of the way, and the direction's file."""
    dragger, width = scene.interaction.dragger, (imgui.get_content_region_avail().x - t.px(4)) / 2
    if not (dragger.alive and dragger.film) and not ways_in(scene.document):
        return scene
    ready = has_film(dragger)
    hint = "The way it went, as keys of the timeline" if ready else "Stop it first" if dragger.running else "Drag first"
    if ui.button("Film of the drag", "film-strip", width=width, id_="##drag film", hint=hint, enabled=ready):
        scene = scene.request(MakeFilm())
    imgui.same_line(0, t.px(4))
    some = bool(ways_in(scene.document))
    hint = "The direction as a .npy or .npz file" if some else "Keep it as a direction first"
    if ui.button("Export…", "export", width=width, id_="##export drag", hint=hint, enabled=some):
        scene = scene.request(ShowDialog("save-directions", SaveWay))
    return scene


def has_film(dragger: PointDragger) -> bool:
    """Return True if there is a way of which a film can be made."""
    return dragger.running is None and dragger.alive and len(dragger.stages[dragger.at].film) > 1
