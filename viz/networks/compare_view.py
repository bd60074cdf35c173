"""Comparison of networks in the canvas's place: each draws the same state in a cell of its own."""

import os
from typing import NamedTuple

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import RenderRequest
from viz.gl.camera import Area
from viz.networks import beside, compare_export
from viz.networks.cells import Cell, grid
from viz.networks.closest import CLOSEST
from viz.networks.compare import COMPARED, PACE_S, CellPicture, ComparedPictures
from viz.networks.compare_cell import CAPTION, draw_cell
from viz.networks.compare_state import (
    MATCH_HINTS,
    MATCH_NAMES,
    MATCHES,
    MODE_HINTS,
    MODE_NAMES,
    MODES,
    UNFITTED,
    blocked,
    cells,
    choosing,
    differs,
    is_main,
    shown_distance,
    with_view,
)
from viz.networks.tiles import add
from viz.state.facts import Facts
from viz.state.interaction import Place
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.numbers import size_of
from viz.ui.theme import current as t

HEADER, GAP, MARGIN = 46, 8, 14
"""Height of the header, gap of cells, and outer margin, in design lengths."""


def draw(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the whole view."""
    scene = compare_export.look(scene, facts)
    found, pictures = cells(scene, facts), facts.services[COMPARED]
    pictures.keep(found)
    pictures.main = None
    compared = scene.interaction.compared
    focus = found[min(compared.focus, len(found) - 1)]
    networks = [cell.network for cell in found if cell.kind == "other"]
    networks.sort(key=lambda one: one != focus.network)
    beside.look(scene, facts, networks, wanted=focus.network if focus.kind == "other" else None)
    _work(scene, facts, found, pictures, focus)
    scene = _header(scene, facts, found, area)
    p = t.px
    rest = Area(area.x + p(MARGIN), area.y + p(HEADER), area.width - 2 * p(MARGIN), area.height - p(HEADER + MARGIN))
    if len(found) == 1:
        return _empty(scene, facts, rest)
    scene, rest = _strip(scene, facts, found, rest)
    if scene.view.networks.mode == "flip":
        _own_keys()
        at = min(compared.shown, len(found) - 1)
        return draw_cell(scene, facts, found[at], at, rest)
    columns, rows = grid(len(found))
    gap = p(GAP)
    side = min(
        (rest.width - (columns - 1) * gap) / columns, (rest.height - (rows - 1) * gap - rows * p(CAPTION)) / rows
    )
    side = max(round(side), p(40))
    left = rest.x + (rest.width - columns * side - (columns - 1) * gap) / 2
    top = rest.y + max((rest.height - rows * (side + p(CAPTION)) - (rows - 1) * gap) / 2, 0)
    for i, cell in enumerate(found):
        row, column = divmod(i, columns)
        x, y = round(left + column * (side + gap)), round(top + row * (side + p(CAPTION) + gap))
        scene = draw_cell(scene, facts, cell, i, Area(x, y, side, side + p(CAPTION)))
    return scene


def _own_keys() -> None:
    """Keep the arrows, which flip, from keyboard navigation, which would leave the choice that was clicked."""
    io = imgui.get_io()
    if not io.want_text_input and not io.nav_visible:
        for key in (imgui.Key.left_arrow, imgui.Key.right_arrow):
            imgui.internal.set_key_owner(key, _KEYS)


_KEYS = imgui.internal.im_hash_str("flipped networks")


def main_place(facts: Facts) -> Place | None:
    """Return where the cell of what the canvas would show is, for what is dragged onto it; None without one."""
    return facts.services[COMPARED].main


def _work(scene: Scene, facts: Facts, found: tuple[Cell, ...], pictures: ComparedPictures, focus: Cell) -> None:
    """Let every cell go on drawing: the first one first, then the one in focus."""
    rests = pictures.rests(scene.shown, facts.now)
    base = pictures.request(scene, found[0])
    closest = scene.view.networks.match == "closest"
    fitted: list[tuple[Cell, RenderRequest]] = []
    gain = scene.view.compare.gain
    order = sorted(found, key=lambda cell: (cell.kind != "base", cell is not focus))
    ready: list[tuple[CellPicture, RenderRequest]] = []
    for cell in order:
        if cell.kind == "blend":
            ready.append((pictures.of(cell), pictures.request(scene, cell)))
        shown, differing = pictures.of(cell), differs(scene, cell)
        title = blocked(scene, facts, cell, cell is focus)[0]
        if title not in ("", UNFITTED) or (is_main(cell, found) and not differing):
            continue
        if cell.kind == "other" and beside.known_of(facts, cell.network).state in ("waiting", "reading"):
            continue
        request = pictures.request(scene, cell)
        if closest and cell.kind == "other":
            fitted.append((cell, request if cell.waits else pictures.plain(request)))
            if cell.waits:
                continue
        shown.want(cell, base, request, differing)
        shown.look(facts, rests, 0.0 if cell is focus else PACE_S, gain)
        if cell.kind == "other":
            ready.append((shown, request))
    if closest:
        facts.services[CLOSEST].look(facts, fitted, base, rests)
    if rests and not any(shown.late for shown, _ in ready):
        for shown, request in ready:
            shown.measure(facts, request, base)


def _header(scene: Scene, facts: Facts, found: tuple[Cell, ...], area: Area) -> Scene:
    """Draw the header: as many of its choices as there is room for; the cells' menus have all of them."""
    p, view, y = t.px, scene.view.networks, area.y + t.px(11)
    end = area.x + area.width - p(14) - p(24)
    imgui.push_id("compare")
    x = area.x + p(14)
    x += ui.draw("Networks", x, y, "text", t.title, "bold", height=p(24)) + p(12)
    imgui.set_cursor_screen_pos(V(x, y))
    room = end - x - p(2 * t.row + 4 + 16) - p(26)
    texts = _fitting(room)
    name = shown_distance(facts, found)
    if name and room - _width(texts) > (wide := ui.measure(name, t.small) + p(16)):
        ui.draw(name, x, y, "dim", t.small, height=p(24))
        imgui.set_cursor_screen_pos(V(x + wide, y))
    modes = MODE_NAMES[: texts.modes]
    mode = ui.segmented("mode", modes, min(MODES.index(view.mode), len(modes)), hints=MODE_HINTS)
    if mode < len(modes) and MODES[mode] != view.mode:
        scene = with_view(scene, mode=MODES[mode])
    imgui.same_line(0, p(10))
    if texts.match:
        match = ui.segmented("match", MATCH_NAMES, MATCHES.index(view.match), hints=MATCH_HINTS)
        if MATCHES[match] != view.match:
            scene = with_view(scene, match=MATCHES[match])
        imgui.same_line(0, p(10))
    linked = ui.switch(
        texts.linked, view.linked, "Linked view: one zoom and pan for all; off: each its own", "##linked"
    )
    scene = with_view(scene, linked=linked)
    width = (p(8) * 2 + p(18) + ui.measure(texts.add)) if texts.add else p(t.row)
    imgui.set_cursor_screen_pos(V(end - p(6) - width - p(t.row + 4), y))
    hint = "All pictures of the comparison at full size, as a PNG"
    ready = len(found) > 1 and not compare_export.saving(facts)
    if ui.button(glyph="export", kind="ghost", id_="##sheet", hint=hint, enabled=ready):
        compare_export.start(scene, facts, found)
    imgui.set_cursor_screen_pos(V(end - p(6) - width, y))
    if ui.button(texts.add, "plus", width=width, id_="##add", hint="Add network: a file or a run folder, in a cell"):
        scene = add(scene, facts)
    imgui.set_cursor_screen_pos(V(end, y))
    if ui.button(glyph="x", kind="ghost", id_="##close", hint="Back to the picture; the networks stay", keys="Esc"):
        scene = with_view(scene, on=False)
    imgui.pop_id()
    return scene


class _Texts(NamedTuple):
    """Parts of the header that there is room for."""

    modes: int
    match: bool
    linked: str
    add: str


def _fitting(room: float) -> _Texts:
    """Return the parts of the header that fit into `room` pixels beside its switch and buttons."""
    ways = (
        _Texts(3, True, "Linked view", "Add network"),
        _Texts(3, True, "Linked", ""),
        _Texts(3, False, "Linked view", "Add network"),
        _Texts(2, False, "Linked", "Add network"),
        _Texts(2, False, "Linked", ""),
        _Texts(2, False, "", ""),
    )
    return next((one for one in ways if _width(one) <= room), ways[-1])


def _width(texts: _Texts) -> float:
    """Return the pixels that parts of the header take."""
    p = t.px
    names = [*MODE_NAMES[: texts.modes], *(MATCH_NAMES if texts.match else ())]
    total = sum(ui.measure(name) + p(20) for name in names) + p(20 if texts.match else 10)
    total += ui.measure(texts.linked) + p(8) if texts.linked else 0
    return total + (ui.measure(texts.add) + p(10) if texts.add else 0)


def _empty(scene: Scene, facts: Facts, rest: Area) -> Scene:
    """Draw the empty state."""
    imgui.set_cursor_screen_pos(V(rest.x, rest.y))
    imgui.begin_child("one network", V(rest.width, rest.height))
    text = "Add a second one to compare it, or to blend layers."
    if ui.empty_state("cube", "One network so far", text, "Add network"):
        scene = add(scene, facts)
    imgui.end_child()
    return scene


def _strip(scene: Scene, facts: Facts, found: tuple[Cell, ...], rest: Area) -> tuple[Scene, Area]:
    """Draw the message about networks that memory has no room for; return the rest of the area."""
    crowded = [one.network for one in found if beside.known_of(facts, one.network).state == "no room"]
    if not crowded or scene.interaction.compared.strip_hidden or facts.frame is None:
        return scene, rest
    used, total = facts.frame.memory
    networks = [one.network for one in found if one.kind != "blend"]
    # Kernels have weights arranged for them, so that a network takes about twice its file.
    need = sum(2 * os.stat(one.source).st_size for one in networks if os.path.isfile(one.source))
    text = f"These {len(networks)} networks need {size_of(need)}, {size_of(max(total - used, 0))} are free"
    imgui.set_cursor_screen_pos(V(rest.x, rest.y))
    imgui.begin_child("memory", V(rest.width, 0), imgui.ChildFlags_.auto_resize_y)
    keep = f"Keep {len(networks) - len(crowded)} loaded"
    if ui.error_strip(text, "The others load when they are clicked", (keep,), "warn", "memory"):
        scene = choosing(scene, strip_hidden=True)
    high = imgui.get_window_height()
    imgui.end_child()
    return scene, Area(rest.x, rest.y + high, rest.width, rest.height - high)
