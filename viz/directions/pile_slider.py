"""Bottom tab while two piles are sorted: the slider that grows, its strip, and how its accuracy grows."""

from dataclasses import replace
from itertools import pairwise

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.defaults import PILE_LEAST
from foundation.words import counted
from renderer.document.directions.finds import Found
from renderer.document.directions.piles import Piles
from viz.directions import piles as sorting
from viz.directions import results, using
from viz.directions.listing import is_added
from viz.directions.row import hovered
from viz.directions.strips import of as strips_of
from viz.state.facts import Facts
from viz.state.interaction import PileSorter
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.cells import cells_of
from viz.ui.theme import current as t

ACCURACY = "Each picture was judged by a slider that had not seen it. 50 % is chance."
EMPTY = "4 in each pile make the first slider. About 30 make a good one."


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the slider at the left, the strip in the middle, and the curve at the right."""
    piles, row = sorting.own(scene, facts), sorting.trial(scene, facts)
    room, p = imgui.get_content_region_avail(), imgui.get_cursor_screen_pos()
    if piles is None:
        return scene
    if row is None:
        return _empty(scene, piles, room)
    wide = room.x > t.px(880)
    left = t.px(330 if wide else 250)
    scene = _slider(scene, facts, piles, row, left - t.px(14))
    ui.fill(V(p.x + left, p.y - t.px(8)), V(p.x + left + t.px(1), p.y + room.y + t.px(16)), "base", 1, 0)
    chart = t.px(220 if wide else 150) if room.x > t.px(640) else 0.0
    tile = min((room.x - left - chart - t.px(20) - 6 * t.px(4)) / 7, room.y - t.px(74), t.px(92))
    corner = V(p.x + left + t.px(12), p.y)
    scene = _strip(scene, facts, row, corner, max(tile, t.px(20)))
    if chart:
        x = corner.x + ui.strip_width(tile) + t.px(44)
        _curve(piles, V(x, p.y), V(p.x + room.x - x - t.px(6), room.y - t.px(8)))
    return scene


def _empty(scene: Scene, piles: Piles, room: V) -> Scene:
    left, right = len(piles.of("left")), len(piles.of("right"))
    text = sorting.advice(piles, None) or scene.interaction.sorter.problem or EMPTY
    ui.empty_state("hand-pointing", f"{piles.left} {left} of {PILE_LEAST}, {piles.right} {right} of {PILE_LEAST}", text)
    return scene


def _slider(scene: Scene, facts: Facts, piles: Piles, row: Found, width: float) -> Scene:
    """Draw the name, the button Add, and what is known of the slider."""
    sorter, p = scene.interaction.sorter, imgui.get_cursor_screen_pos()
    skipped = len(piles.of("skip"))
    imgui.begin_child("pile slider", V(width, 0), imgui.ChildFlags_.auto_resize_y | imgui.ChildFlags_.nav_flattened)
    ui.heading("Slider", f"{counted(piles.count, 'picture')} sorted, {skipped} skipped")
    added = is_added(row, scene.document)
    button = t.px(84)
    ui.draw(ui.ellipsis(row.name, width - button - t.px(12)), p.x + t.px(4), p.y + t.px(22), "text", height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - button, p.y + t.px(22)))
    good = sorter.found is not None and sorter.found.accuracy >= sorting.GOOD
    kind = "primary" if good and not added else "plain"
    hint = "It is in the section Directions" if added else "A slider in the section Directions"
    if ui.button(
        "Added" if added else "Add",
        "check" if added else "plus",
        kind,  # type: ignore[arg-type]
        width=button,
        id_="##add pile",
        hint=hint,
        keys="Enter",
        enabled=not added,
    ):
        scene = sorting.added(scene, facts)
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(50)))
    found = sorter.found
    if found is not None:
        error = f"± {max(round(100 * found.error), 1)}"
        _figure("Held-out accuracy", f"{100 * found.accuracy:.0f} %", error, ACCURACY)
        more = sorting.useful(piles.curve)
        if more is not None:
            note = "then little changes" if more else "little changes from here on"
            _figure("Useful still", str(more), note, "Pictures until the accuracy gains less than 0.2 % with each")
    cells = cells_of(facts.model)
    if cells:
        x = imgui.get_cursor_screen_pos()
        ui.draw("Layers", x.x, x.y, "dim", height=t.px(t.row))
        imgui.set_cursor_screen_pos(V(x.x + t.px(122), x.y))
        after = ui.band_range("pile layers", (row.first, row.last), cells, None, min(t.px(130), width - t.px(124)))
        if after != (row.first, row.last):
            scene = sorting.with_own(scene, replace(piles, first=after[0], last=after[1]))
    wrong = sorting.advice(piles, found.accuracy if found is not None else None) or sorter.problem
    if wrong:
        ui.wrapped(wrong, "warn", t.small)
    imgui.end_child()
    return scene


def _figure(name: str, value: str, note: str, hint: str) -> None:
    p, h = imgui.get_cursor_screen_pos(), t.px(22)
    imgui.dummy(V(imgui.get_content_region_avail().x, h))
    ui.tip(hint)
    ui.draw(name, p.x, p.y, "dim", height=h)
    x = p.x + t.px(122)
    x += ui.draw(value, x, p.y, "text", 17, "bold", height=h) + t.px(6)
    ui.draw(note, x, p.y + t.px(1), "faint", t.small, height=h)


def _strip(scene: Scene, facts: Facts, row: Found, corner: V, tile: float) -> Scene:
    strips = strips_of(facts)
    strips.look(scene, facts)
    ui.draw("On the present picture", corner.x, corner.y, "text", t.small, "bold", height=t.px(18))
    imgui.set_cursor_screen_pos(V(corner.x, corner.y + t.px(22)))
    pictures, old = strips.pictures(facts, row, 64 if tile <= t.px(80) else 128)
    touch = ui.strip("pile strip", pictures, tile, old)
    if touch.over is not None:
        over = hovered(facts)
        over.row, over.step = row, touch.over
    for i, text in enumerate(results.STEP_LABELS):
        x = corner.x + i * (tile + t.px(4)) + tile / 2
        ink = "text" if text == "now" else "faint"
        ui.draw(text, x, corner.y + t.px(24) + tile, ink, t.small, align=0.5, height=t.px(16))
    sorter = scene.interaction.sorter
    added = is_added(row, scene.document)
    strength = added.strength if added else sorter.strength
    imgui.set_cursor_screen_pos(V(corner.x, corner.y + t.px(44) + tile))
    value = ui.slider(
        "pile strength", strength, -5, 5, 0, "σ", "%+.1f", width=ui.strip_width(tile), show_label=False,
        hint="How far to go along it; added with this strength",
    )  # fmt: skip
    if touch.clicked is not None:
        value = float(touch.clicked)
    if touch.scrubbed is not None:
        value = touch.scrubbed
    if value != strength:
        if added:
            return using.put_at(scene, row, value, "")
        after: PileSorter = replace(sorter, strength=value)
        scene = scene.interacting(sorter=after)
    return scene


CURVE = ("Accuracy as the piles grow", "Accuracy")
"""Titles of the curve, for wide and narrow room."""


def lowest(piles: Piles) -> float:
    """Return the lower end of the curve's axis: chance, or 0 where the slider does worse."""
    return 0.5 if all(one.value >= 0.5 for one in piles.curve) else 0.0


def _curve(piles: Piles, corner: V, size: V) -> None:
    """Draw the held-out accuracy by the number of sorted pictures, with its standard error."""
    if size.x < t.px(90) or size.y < t.px(60):
        return
    title = ui.first_fitting(CURVE, size.x, t.small, "bold")
    ui.draw(title, corner.x, corner.y, "text", t.small, "bold", height=t.px(18))
    a, b = V(corner.x, corner.y + t.px(26)), V(corner.x + size.x, corner.y + size.y - t.px(34))
    most = max(30, max((one.count for one in piles.curve), default=0))
    lines = imgui.get_window_draw_list()

    least = lowest(piles)

    def at(count: float, value: float) -> V:
        share = min(max((value - least) / (1 - least), 0.0), 1.0)
        return V(a.x + (b.x - a.x) * count / most, b.y - (b.y - a.y) * share)

    for value in (least, (1 + least) / 2, 1.0):
        y = at(0, value).y
        lines.add_line(V(a.x, y), V(b.x, y), t.u32("dim", 0.16), t.px(1))
        ui.draw(f"{100 * value:.0f}", a.x - t.px(6), y - t.px(8), "faint", t.small, align=1, height=t.px(16))
    for count in range(0, most + 1, 10):
        ui.draw(str(count), at(count, least).x, b.y + t.px(2), "faint", t.small, align=0.5, height=t.px(16))
    ui.draw("pictures sorted", (a.x + b.x) / 2, b.y + t.px(17), "faint", t.small, align=0.5, height=t.px(16))
    points = piles.curve
    for one, two in pairwise(points):
        up, down = at(one.count, one.value + one.error), at(two.count, two.value + two.error)
        low, under = at(two.count, two.value - two.error), at(one.count, one.value - one.error)
        lines.add_quad_filled(up, down, low, under, t.u32("accent", 0.16))
    for one, two in pairwise(points):
        lines.add_line(at(one.count, one.value), at(two.count, two.value), t.u32("accent"), t.px(2))
    if points:
        lines.add_circle_filled(at(points[-1].count, points[-1].value), t.px(4), t.u32("accent"))
