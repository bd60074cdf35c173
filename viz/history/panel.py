"""Window "History": thumbnails of the states reachable by undo and redo."""

from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.words import counted
from renderer.document.document import Document
from renderer.ipc.protocol import RenderRequest
from viz.files.actions import CopyState, SaveState
from viz.history.actions import ChooseBranch, Jump
from viz.state.facts import Facts, States
from viz.state.keyframes import latent_keyed
from viz.state.playback import moment, seen_from
from viz.state.scene import Scene
from viz.state.seeds.marks import seed_of, star_text, star_toggled
from viz.state.swatches import present, shelved
from viz.ui import widgets as ui
from viz.ui.icons import icon
from viz.ui.theme import current as t

TILE, UPRIGHT = 72, 64
"""Side of a thumbnail in a horizontal strip and in a vertical rail, in design lengths."""
AHEAD = 2
"""Number of thumbnails shown after the current one if not all fit."""
START = "Start"
"""Name of the initial state, which has no step."""


@dataclass
class _View:
    """Visible states, and the requests of their images."""

    states: States = field(default_factory=States)
    device: str = ""
    at: float | None = None
    """Second of the timeline that they show; None: the states themselves."""
    requests: tuple[RenderRequest, ...] = ()
    """Created once per set of states: thumbnails are looked up by request identity."""
    ends: tuple[RenderRequest, ...] = ()
    """Requests of the images at the ends of the branches."""
    scrolled: int = 0
    """Scroll offset relative to the position that shows the current state."""

    def look(self, states: States, scene: Scene) -> None:
        """Update from `states`, all of them at the moment of the timeline that the canvas shows."""
        device, at = scene.settings.device, self.at if scene.view.moving else moment(scene)
        if states is self.states and device == self.device and at == self.at:
            return
        old = (*(one for _, one in self.states.states), *_ends(self.states))
        same = device == self.device and at == self.at
        known = dict(zip(map(id, old), (*self.requests, *self.ends), strict=True)) if same else {}
        self.requests, self.ends = (
            tuple(known.get(id(one)) or seen_from(scene, one, at) for one in documents)
            for documents in ([one for _, one in states.states], _ends(states))
        )
        if states is not self.states:
            self.scrolled = 0
        self.states, self.device, self.at = states, device, at


def _ends(states: States) -> list[Document]:
    return [branch.steps[-1].after for branch in states.branches]


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw a strip in a wide window, a rail in a tall one."""
    view, states = facts.scratch.get(_View), facts.states
    view.look(states, scene)
    dragged = scene.interaction.dragger.running is not None and facts.picture is not None
    if not states.states and not dragged:
        return _nothing(scene)
    upright = imgui.get_window_height() > imgui.get_window_width()
    room = imgui.get_content_region_avail()
    pitch = t.px(UPRIGHT + 34) if upright else t.px(TILE + 14)
    count = max(1, int((room.y - t.px(26) if upright else room.x) // pitch) - dragged)
    if imgui.is_window_hovered() and (notches := imgui.get_io().mouse_wheel):
        view.scrolled -= round(notches) or (1 if notches < 0 else -1)
    last = max(0, len(states.states) - count)
    usual = min(max(0, states.now - count + 1 + AHEAD), last)
    first = min(max(0, usual + view.scrolled), last)
    view.scrolled = first - usual
    return _states(scene, facts, first, count, upright)


def name_of(states: States, index: int) -> str:
    """Return the caption of a state."""
    return states.states[index][0] or START


def _nothing(scene: Scene) -> Scene:
    """Draw the empty state."""
    p, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    if room.y > room.x:
        _title()
        imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(22)))
        ui.wrapped("A picture for each step comes here. Click one to go back.", "dim", t.small)
        return scene
    ui.draw("Every step leaves a picture here", p.x + room.x / 2, p.y, "dim", align=0.5, height=room.y * 0.6)
    text = "Click one to go back to it; what came after stays, as a branch."
    for k, line in enumerate(ui.lines_of(text, room.x, t.small)):
        y = p.y + t.px(20 + 15 * k)
        ui.draw(line, p.x + room.x / 2, y, "faint", t.small, align=0.5, height=room.y * 0.6)
    return scene


def _title() -> None:
    node = imgui.internal.get_window_dock_node()
    if node is not None and not node.is_no_tab_bar():
        return  # its tab says it
    p = imgui.get_window_pos()
    ui.draw("History", p.x + t.px(12), p.y + t.px(8), "text", t.small, "bold")


def _states(scene: Scene, facts: Facts, first: int, count: int, upright: bool) -> Scene:
    """Draw the visible states, with the current one marked and undone ones dimmed."""
    states, a = facts.states, imgui.get_cursor_screen_pos()
    side = UPRIGHT if upright else TILE
    if upright:
        _title()
        a = V(imgui.get_window_pos().x + (imgui.get_window_width() - t.px(side)) / 2, a.y + t.px(22))
    pitch = t.px(side + 34) if upright else t.px(side + 14)
    places = range(first, min(first + count, len(states.states)))
    for k, index in enumerate(places):
        p = V(a.x, a.y + k * pitch) if upright else V(a.x + k * pitch, a.y)
        imgui.set_cursor_screen_pos(p)
        scene = _state(scene, facts, index, side)
    if scene.interaction.dragger.running is not None and facts.picture is not None:
        k = len(places)
        imgui.set_cursor_screen_pos(V(a.x, a.y + k * pitch) if upright else V(a.x + k * pitch, a.y))
        ui.tile("dragged", facts.picture.id, (0.0, 0.0, 1.0, 1.0), "Dragging", "", side, selected=True)
        ui.tip("The running drag: stopping it makes a step of it")
    return scene


def _state(scene: Scene, facts: Facts, index: int, side: float) -> Scene:
    """Draw one state: click to go there, right click to compare with it."""
    states, p = facts.states, imgui.get_cursor_screen_pos()
    document, name = states.states[index][1], name_of(states, index)
    found = facts.thumbnails.get(facts.scratch.get(_View).requests[index], owner="history")
    texture, uv = (found[0].id, found[1]) if found else (0, (0.0, 0.0, 1.0, 1.0))
    undone = index > states.now
    imgui.push_style_var(imgui.StyleVar_.alpha, imgui.get_style().alpha * (0.5 if undone else 1.0))
    branches = [k for k, branch in enumerate(states.branches) if branch.at == index]
    if branches:
        imgui.set_next_item_allow_overlap()
    if ui.tile(f"state{index}", texture, uv, name, "", side, selected=index == states.now, lines=2):
        scene = scene.request(Jump(index))
    right = ui.right_clicked()
    if right == "hold":
        imgui.open_popup(f"menu{index}")
    hint = "Redo up to here" if undone else "Now" if index == states.now else "Go back to here"
    ui.tip(f"{name}: {hint}. Right click: compare with it. Hold it: more")
    imgui.pop_style_var()
    if right == "click":
        scene = with_b(scene, document)
    scene = _menu(scene, facts, index, document)
    is_b = document == scene.view.compare.b
    for letter, on, shift in (("A", index == states.now, 0), ("B", is_b, 18 if index == states.now else 0)):
        if on:
            badge(letter, p.x + t.px(side - 9 - shift), p.y + t.px(9))
    return _fork(scene, facts, index, branches, V(p.x + t.px(side - 19), p.y + t.px(side - 19))) if branches else scene


def _menu(scene: Scene, facts: Facts, index: int, document: Document) -> Scene:
    """Draw the menu of a state, which a held right button opens."""
    go, compare, shelve, key = "Go to it", "Compare with it", "Put its style on the shelf", "Add a key with it"
    save, copy, at = "Save its picture", "Copy its picture", facts.scratch.get(_View).at
    rows: tuple[ui.Row, ...] = (
        ui.Row(go, "click", index != facts.states.now),
        ui.Row(compare, "right click"),
        ui.Row(shelve, line=True),
        ui.Row(key),
        ui.Row(save, line=True),
        ui.Row(copy),
    )
    seed = None if document.mixing.acting else seed_of(document.latent)
    star = star_text(scene, facts, seed) if seed is not None else ""
    rows += (ui.Row(star),) if star else ()
    chosen = ui.menu(f"menu{index}", rows)
    if chosen == key:
        return latent_keyed(scene, document.latent)
    if seed is not None and chosen == star:
        return star_toggled(scene, facts, seed)
    if chosen == save:
        return scene.request(SaveState(document, at))
    if chosen == copy:
        return scene.request(CopyState(document, at))
    if chosen == go:
        return scene.request(Jump(index))
    if chosen == compare:
        return with_b(scene, document)
    if chosen == shelve:
        shelf = shelved(scene.document.shelf, present(document))
        return replace(scene, document=replace(scene.document, shelf=shelf))
    return scene


def _fork(scene: Scene, facts: Facts, index: int, branches: list[int], p: V) -> Scene:
    """Draw the mark of a state from which other steps were made before, and their ends in a popup."""
    imgui.set_cursor_screen_pos(p)
    q = V(p.x + t.px(16), p.y + t.px(16))
    if ui.hit(f"##fork{index}", V(t.px(16), t.px(16))):
        imgui.open_popup(f"branches{index}")
    ui.fill(p, q, "accent" if imgui.is_item_hovered() else "halo", 0.9 if imgui.is_item_hovered() else 0.65)
    ui.draw(icon("git-branch"), p.x + t.px(8), p.y, "#FFFFFF", 10, align=0.5, height=t.px(16))
    ui.tip("Other steps were made from here: choose them again")
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(8), t.px(8)))
    opened = imgui.begin_popup(f"branches{index}")
    imgui.pop_style_var()
    if not opened:
        return scene
    view, states = facts.scratch.get(_View), facts.states
    for k in reversed(branches):
        if k >= len(states.branches):
            break
        steps = states.branches[k].steps
        found = facts.thumbnails.get(view.ends[k], owner="branches")
        texture, uv = (found[0].id, found[1]) if found else (0, (0.0, 0.0, 1.0, 1.0))
        if ui.tile(f"branch{k}", texture, uv, steps[-1].name, "git-branch", TILE):
            scene = scene.request(ChooseBranch(k))
            imgui.close_current_popup()
        count = counted(len(steps), "step")
        ui.tip(f"{steps[-1].name}: {count}. Click: go on from there; the present steps become a branch")
        imgui.same_line(0, t.px(8))
    imgui.new_line()
    imgui.end_popup()
    return scene


def with_b(scene: Scene, document: Document) -> Scene:
    """Return the scene with another state B, side by side unless another mode is on."""
    compare = scene.view.compare
    mode = "split" if compare.mode == "off" else compare.mode
    return replace(scene, view=replace(scene.view, compare=replace(compare, b=document, mode=mode, flipped=False)))


def badge(letter: str, x: float, y: float) -> None:
    """Draw a round badge: A is the current state, B the compared one."""
    imgui.get_window_draw_list().add_circle_filled(V(x, y), t.px(8), t.u32("accent" if letter == "A" else "#FFFFFF"))
    ink = "on_accent" if letter == "A" else "#101011"
    ui.draw(letter, x, y - t.px(8), ink, 9, "bold", align=0.5, height=t.px(16))
