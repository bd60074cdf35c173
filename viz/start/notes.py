"""Four notes that point at real controls, and the plate that counts them. The pointer goes through the notes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import ModelInfo
from viz.canvas.tools import low_res_matters, lower_edge
from viz.files.sources import shows_faces
from viz.gl.camera import Area
from viz.start import first_steps
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.icons import filled, icon
from viz.ui.theme import current as t
from viz.ui.widgets import spots


class Note(NamedTuple):
    """One thing to try."""

    title: str
    text: str
    anchors: tuple[str, ...]
    """Controls that it points at, as the tour names them; the first that is shown counts."""
    right: bool
    """It stands at the right edge of the canvas, beside the right panel."""
    top: bool = False
    """It stands at the top, and points upward."""


FACES, PICTURES = "faces", "pictures"


def notes_of(faces: bool, model: ModelInfo | None = None) -> tuple[Note, ...]:
    """Return the notes, in words for a network that draws faces or for any other.

    What the bands of `model` do is named as beside the layers: by sizes for a small network.
    """
    many, one = (FACES, "a face") if faces else (PICTURES, "a picture")
    bands = [band for band in bands_of(model) if band.ws] if model is not None else []
    text = " ".join(f"{band.name}: {band.note.partition(',')[0]}." for band in bands) or "Each layer does its part."
    return (
        Note(f"Drag the {many}", "The picture follows. Each is a seed.", ("Generator/pad",), False),
        Note("Make it more typical", "Lower ψ, and it nears the average.", ("Generator/ψ",), False),
        Note(f"Drag {one} onto a layer", text, ("Mix/bandCoarse", "Mix/bandMiddle"), True),
        Note("Save a picture", "Drop it here later: everything is back.", ("App bar/save",), True, top=True),
    )


@dataclass(eq=False)
class Places:
    """Positions of controls, recorded while notes are shown."""

    places: dict[str, spots.Rect] = field(default_factory=dict)
    watching: bool = False
    shown: tuple[int, ...] = ()
    """Numbers of the notes that had room in the last frame."""


_HEIGHT, _GAP, _PLATE = 50, 10, 40
_ANY = imgui.PopupFlags_.any_popup_id | imgui.PopupFlags_.any_popup_level


def draw(scene: Scene, facts: Facts, a: V, size: V) -> Scene:
    """Draw notes and plate over the canvas, which begins at `a` and has this size in pixels."""
    state, first = facts.scratch.get(Places), scene.interaction.first
    if not first.on:
        if state.watching:
            spots.unwatch(state.places)
            state.watching, state.shown = False, ()
            state.places.clear()
        return scene
    if not state.watching:
        spots.watch(state.places)
        state.watching = True
        t.stamp += 1  # so that cached parts are drawn anew, and say where their controls are
    done = dict(first.done)
    taken: list[tuple[float, float, float, float]] = []
    shown = []
    # Of the plate below, wherever it is.
    floor = lower_edge(Area(a.x, a.y, size.x, size.y), low_res_matters(facts), a.x + size.x) - t.px(_PLATE)
    trouble = facts.failure is not None or any(one.bad for one in scene.interaction.notifications.messages)
    if not trouble and not imgui.is_popup_open("", _ANY):  # which notes would cover
        for number, note in enumerate(notes_of(shows_faces(scene.document.network.source), facts.model), 1):
            age = facts.now - done[number] if number in done else 0.0
            if age > first_steps.GONE_S:
                continue
            anchor = _anchor(state.places, note)
            box = _place(note, anchor, a, size, floor, taken) if anchor is not None else None
            if anchor is not None and box is not None:
                taken.append(box)
                shown.append(number)
                _note(number, note, anchor, box, number in done)
    state.shown = tuple(shown)
    return _plate(scene, facts, a, size, frozenset(done))


def _anchor(places: dict[str, spots.Rect], note: Note) -> spots.Rect | None:
    """Return the control of a note while it can be seen."""
    for name in note.anchors:
        if name not in places:
            continue
        x0, y0, x1, y1 = places[name]
        head = name.split("/")[0]
        window = imgui.internal.find_window_by_name(ui.drawable(head))
        if head == "App bar":
            return x0, y0, x1, y1  # the app bar, which is always there
        if window is None or not window.was_active or window.hidden:
            continue
        if window.pos.y <= (y0 + y1) / 2 <= window.pos.y + window.size.y:
            # To the edge of a left panel: a line over a row would hide its number.
            return x0, y0, x1 if note.right else window.pos.x + window.size.x - t.px(8), y1
    return None


def _place(
    note: Note, anchor: spots.Rect, a: V, size: V, floor: float, taken: list[tuple[float, float, float, float]]
) -> tuple[float, float, float, float] | None:
    """Return the rectangle of a note beside its control, above `floor` and where it covers no other note.

    None if there is no room.
    """
    width = max(ui.measure(note.title, weight="bold"), ui.measure(note.text, t.small)) + t.px(56)
    height = t.px(_HEIGHT)
    if width + t.px(90) > size.x:
        return None
    left = a.x + size.x - width - t.px(16) if note.right else a.x + t.px(54)
    wanted = a.y + t.px(24) if note.top else (anchor[1] + anchor[3]) / 2 - height / 2
    low, high = a.y + t.px(8), floor - height - t.px(8)
    if high < low:
        return None
    for shift in _shifts():
        top = min(max(wanted + shift * (height + t.px(_GAP)), low), high)
        box = (round(left), round(top), round(left + width), round(top + height))
        if all(box[3] + t.px(4) < other[1] or other[3] + t.px(4) < box[1] or other[0] != box[0] for other in taken):
            return box
    return None


def _shifts() -> Iterator[float]:
    yield from (0, 1, -1, 2, -2)


def _note(number: int, note: Note, anchor: spots.Rect, box: tuple[float, float, float, float], done: bool) -> None:
    """Draw a note, and the line to its control while it is not done."""
    lines, alpha = imgui.get_foreground_draw_list(), 0.45 if done else 1.0
    x0, y0, x1, y1 = box
    a, b, radius = V(x0, y0), V(x1, y1), t.px(t.radius_card)
    if not done:
        _line(note, anchor, box)
    lines.add_rect_filled(V(x0 + t.px(2), y0 + t.px(3)), V(x1 + t.px(2), y1 + t.px(3)), t.u32("halo", 0.35), radius)
    lines.add_rect_filled(a, b, t.u32("raised", 0.92 if done else 1.0), radius)
    if not done:
        lines.add_rect(a, b, t.u32("accent"), radius, t.px(2))
    centre = V(x0 + t.px(24), (y0 + y1) / 2)
    lines.add_circle_filled(centre, t.px(11), t.u32("accent", alpha))
    mark, line = filled("check") if done else str(number), t.px(18)
    ui.draw(mark, centre.x, y0, "on_accent", 13, "bold", align=0.5, height=y1 - y0, front=True)
    ui.draw(note.title, x0 + t.px(44), y0 + t.px(7), "text", 13, "bold", height=line, alpha=alpha, front=True)
    ui.draw(note.text, x0 + t.px(44), y0 + t.px(25), "dim", t.small, height=line, alpha=alpha, front=True)


def _line(note: Note, anchor: spots.Rect, box: tuple[float, float, float, float]) -> None:
    lines, color = imgui.get_foreground_draw_list(), t.u32("accent")
    x0, y0, x1, y1 = box
    middle = (y0 + y1) / 2
    if note.top:
        end = V((anchor[0] + anchor[2]) / 2, anchor[3] + t.px(2))
        start, bend = V(x1, middle), V(end.x, middle)
    elif note.right:
        end, start = V(anchor[0] + t.px(2), (anchor[1] + anchor[3]) / 2), V(x1, middle)
        bend = V((start.x + end.x) / 2, end.y)
    else:
        end, start = V(anchor[2] - t.px(2), (anchor[1] + anchor[3]) / 2), V(x0, middle)
        bend = V((start.x + end.x) / 2, end.y)
    lines.add_bezier_quadratic(start, bend, end, color, t.px(2), 24)
    lines.add_circle_filled(end, t.px(4), color)


def _plate(scene: Scene, facts: Facts, a: V, size: V, done: frozenset[int]) -> Scene:
    """Draw the plate at the lower edge: the four dots, and the ways to be rid of it."""
    over = len(done) == first_steps.COUNT
    words = "That is the idea. Ctrl+K has every command." if over else "Try these"
    dots = 0.0 if over else t.px(4 * 26 + 12)
    hide, never = ui.measure("Hide") + t.px(16), ui.measure("Never show again") + t.px(16)
    buttons = 0.0 if over else hide + never + t.px(8)
    width, height = ui.measure(words, weight="bold") + dots + buttons + t.px(32), t.px(_PLATE)
    if width + t.px(24) > size.x:
        width -= ui.measure(words, weight="bold")
        words = ""
    if width + t.px(16) > size.x:
        return scene
    area, drafts = Area(a.x, a.y, size.x, size.y), low_res_matters(facts)
    x0 = round(a.x + (size.x - width) / 2)
    y0 = round(lower_edge(area, drafts, x0 + width) - height + t.px(2))
    imgui.set_cursor_screen_pos(V(x0, y0))
    flags = imgui.WindowFlags_.no_background | imgui.WindowFlags_.no_scrollbar
    imgui.begin_child("first steps", V(width, height), 0, flags)
    ui.fill(V(x0, y0), V(x0 + width, y0 + height), "raised", 1, t.radius_card)
    ui.outline(V(x0, y0), V(x0 + width, y0 + height), "line", 1, t.radius_card)
    y = y0 + t.px(8)
    x = x0 + t.px(16) + ui.draw(words, x0 + t.px(16), y, "text", weight="bold", height=t.px(t.row))
    if not over:
        x += t.px(12)
        notes = notes_of(shows_faces(scene.document.network.source), facts.model)
        for number in range(1, first_steps.COUNT + 1):
            _dot(number, number in done, x + t.px(12), y + t.px(12))
            imgui.set_cursor_screen_pos(V(x, y))
            imgui.dummy(V(t.px(24), t.px(24)))
            ui.tip(f"{notes[number - 1].title}\n{notes[number - 1].text}")
            x += t.px(26)
        imgui.set_cursor_screen_pos(V(x + t.px(4), y))
        if ui.button("Hide", kind="ghost", width=hide, id_="##hide", hint="For now; Help > First steps has them"):
            scene = first_steps.hidden(scene)
        imgui.set_cursor_screen_pos(V(x + t.px(8) + hide, y))
        if ui.button("Never show again", kind="ghost", width=never, id_="##never", hint="Help > First steps has them"):
            scene = first_steps.hidden(scene, forever=True)
    imgui.end_child()
    return scene


def _dot(number: int, done: bool, x: float, y: float) -> None:
    lines = imgui.get_window_draw_list()
    if done:
        lines.add_circle_filled(V(x, y), t.px(9), t.u32("accent"))
        ui.draw(icon("check"), x, y - t.px(9), "on_accent", 10, align=0.5, height=t.px(18))
    else:
        lines.add_circle(V(x, y), t.px(9), t.u32("dim"), 0, t.px(1.5))
        ui.draw(str(number), x, y - t.px(9), "dim", t.small, align=0.5, height=t.px(18))


def walking_tag(scene: Scene) -> None:
    """Draw the tag of the walk over the upper left corner of the image."""
    place = scene.interaction.pointer.place
    if not scene.interaction.first.walking or place is None:
        return
    text = "Walking by itself"
    x, y = place.x + t.px(8), place.y + t.px(8)
    width = ui.measure(text, t.small) + t.px(34)
    ui.fill(V(x, y), V(x + width, y + t.px(22)), "halo", 0.78, t.radius)
    ui.draw(icon("path"), x + t.px(8), y, "#FFFFFF", 12, height=t.px(22))
    ui.draw(text, x + t.px(26), y, "#FFFFFF", t.small, height=t.px(22))
