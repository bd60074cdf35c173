"""Right part of the tab: what was found, group by group."""

from dataclasses import replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import hello_imgui, imgui

from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import ModelInfo
from viz.directions import effects, groups, listing, row, search, using
from viz.directions.actions import SaveDirections
from viz.directions.listing import FILTERS, SHORT_SORTS, SORTS
from viz.directions.row import Look, Row
from viz.directions.strips import Strips
from viz.directions.strips import of as strips_of
from viz.directions.ways import TITLES
from viz.state.facts import Facts
from viz.state.finding.belonging import elsewhere
from viz.state.interaction import DirectionFinder
from viz.state.scene import Scene, ShowDialog
from viz.ui import widgets as ui
from viz.ui.cells import cells_of
from viz.ui.draw_cache import cached
from viz.ui.theme import current as t

TEXT = "PCA looks at {} w and finds what varies most."
STEP_LABELS = ("−3 σ", "−2", "−1", "now", "+1", "+2", "+3 σ")
HINT = "Hover a picture to see it large. Click to set the slider."


def draw(scene: Scene, facts: Facts, height: float) -> Scene:
    """Draw the header and the list."""
    finder = scene.interaction.finder
    if finder.problem:
        chosen = ui.error_strip(finder.problem, finder.advice, ("Try again",))
        if chosen:
            scene = scene.interacting(finder=replace(finder, problem="", advice=""))
            scene = search.begun(scene, facts) if chosen == "Try again" else scene
    if not scene.view.finds.groups:
        return _empty(scene, facts)
    width = imgui.get_content_region_avail().x
    scene = _header(scene, facts, width)
    look = row.look_of(width - t.px(14))
    scene = _steps(scene, facts, look)
    rest = V(width, max(imgui.get_content_region_avail().y, t.px(20)))
    if imgui.begin_child("results", rest, imgui.ChildFlags_.nav_flattened):
        scene = _list(scene, facts, look)
    imgui.end_child()
    return scene


def _empty(scene: Scene, facts: Facts) -> Scene:
    finder = scene.interaction.finder
    if finder.running is not None:
        ui.empty_state("compass", "Searching", "What it finds comes here")
        return scene
    many = f"{finder.pca.samples:,}".replace(",", "\u00a0")
    if ui.empty_state("compass", "Nothing found yet", TEXT.format(many), "Find with PCA"):
        scene = scene.interacting(finder=replace(finder, way="pca"))
        return search.begun(scene, facts)
    return scene


@cached
def _header(scene: Scene, facts: Facts, width: float) -> Scene:
    finder = scene.interaction.finder
    hints = ("Everything that was found", "Those with a star", "Those with a slider")
    only = ui.segmented("filter", FILTERS, finder.only, hints=hints)
    imgui.same_line(0, t.px(8))
    wide = width > t.px(640)
    if ui.choice(
        "sort",
        (SORTS if wide else SHORT_SORTS)[finder.sort],
        "sort-ascending",
        t.px(176 if wide else 130),
        show_label=False,
        hint="Order of the rows within each group",
    ):
        imgui.open_popup("sort list")
    low, room = imgui.get_item_rect_min(), imgui.get_item_rect_size().x
    imgui.set_next_window_pos(V(low.x, low.y + t.px(t.row + 2)), imgui.Cond_.appearing)
    picked, _ = ui.pick("sort list", SORTS, finder.sort, width=max(room, t.px(170)))
    if width > t.px(820):
        imgui.same_line(0, t.px(16))
        ui.label(HINT, "faint", t.small, height=t.row)
    text = "Save all" if width > t.px(430) else ""
    save = t.px(92 if text else 28)
    imgui.same_line(width - save)
    hint = "Save all that was found, as one .npz with names, layers and scale; also .npy each"
    if ui.button(text, "export", width=save, id_="##save all", hint=hint):
        scene = scene.request(ShowDialog("save-directions", lambda path: SaveDirections(path, only)))
    ui.space(4)
    sort = finder.sort if picked is None else picked
    return scene.interacting(finder=replace(finder, only=only, sort=sort))


@cached
def _steps(scene: Scene, facts: Facts, look: Look) -> Scene:
    """Draw the headings of the columns."""
    p, h = imgui.get_cursor_screen_pos(), t.px(18)
    pitch = look.tile + t.px(4)
    for i, text in enumerate(STEP_LABELS):
        ink = "text" if text == "now" else "faint"
        ui.draw(text, p.x + look.strip + i * pitch + look.tile / 2, p.y, ink, t.small, align=0.5, height=h)
    if look.wide:
        ui.draw("Layers", p.x + look.layers_at, p.y, "faint", t.small, height=h)
        ui.draw("Closest kept", p.x + look.closest_at, p.y, "faint", t.small, height=h)
    imgui.dummy(V(look.width, h))
    return scene


def _list(scene: Scene, facts: Facts, look: Look) -> Scene:
    strips = strips_of(facts)
    strips.look(scene, facts)
    count = len(scene.view.finds.groups)
    effects.begin_list(facts, count)
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    imgui.indent(t.px(6))
    for number, group in enumerate(scene.view.finds.groups):
        index = count - number
        imgui.push_id(index)
        scene = _group(scene, facts, group, index, look, strips.turn)
        imgui.pop_id()
    imgui.unindent(t.px(6))
    imgui.pop_style_var()
    return _hovering(scene, facts)


@cached
def _group(scene: Scene, facts: Facts, group: FoundGroup, number: int, look: Look, turn: int) -> Scene:
    """Draw a group. It is replayed while neither its rows nor its pictures change; `turn` is that of the strips."""
    finder, directions, strips = scene.interaction.finder, scene.document.directions, strips_of(facts)
    effects.begin_group(facts, number)
    why = elsewhere(group, facts.model)
    opened = number in finder.showing
    rows = listing.shown(group, finder.only, scene.document, opened)
    if not rows and FILTERS[finder.only] != "All":
        return scene
    scene = _title(scene, group, why or effects.progress(scene, facts, group), look)
    if group.folded or facts.model is None:
        return scene
    cells, passed, top = cells_of(facts.model), 0, imgui.get_cursor_screen_pos().y
    low, high = _in_sight()
    height = look.height
    for i in _order(scene, facts, facts.model, group, rows):
        found, y = rows[i], top + passed * height
        if not (found.fixed or group.way == "measure") and (y + height < low or y > high):
            passed += 1  # most rows of a long list: nothing of them is made in each frame
            continue
        if passed:
            imgui.dummy(V(look.width, passed * height))
        added = listing.is_added(found, scene.document)
        close = None if why else listing.closest(found, directions, facts, facts.model)
        own = Row(group, found, added, close, group.network, cells, finder.chosen == found.array, finder.step)
        with ui.greyed(why):
            scene = _row(scene, facts, own, number, look, strips, why)
        passed, top = 0, imgui.get_cursor_screen_pos().y
    if passed:
        imgui.dummy(V(look.width, passed * height))
    hidden = sum(one.hidden for one in group.rows)
    if hidden and FILTERS[finder.only] == "All":
        scene = _hidden(scene, hidden, number, opened)
    return scene


def _in_sight() -> tuple[float, float]:
    """Return the top and the bottom of what is shown of the list, on the screen."""
    inner = imgui.internal.get_current_window().inner_clip_rect
    return inner.min.y, inner.max.y


def _order(scene: Scene, facts: Facts, model: ModelInfo, group: FoundGroup, rows: list[Found]) -> list[int]:
    """Return the indices of a group's rows in the chosen order; only the figures that it takes are computed."""
    sort, none = scene.interaction.finder.sort, [None] * len(rows)
    close: list[listing.Closest | None] = [*none]
    other: list[listing.Else | None] = [*none]
    if SORTS[sort] == "Most different first" and not elsewhere(group, model):
        close = [listing.closest(one, scene.document.directions, facts, model) for one in rows]
    if SORTS[sort] == "Changes least else":
        other = [effects.other_of(scene, facts, one) for one in rows]
    return listing.ordered(group, rows, sort, close, other)


def _row(scene: Scene, facts: Facts, own: Row, number: int, look: Look, strips: Strips, why: str) -> Scene:
    """Draw a row if it is in sight; else leave its room, and ask for no picture of it."""
    if not imgui.is_rect_visible(V(look.width, look.height)):
        imgui.dummy(V(look.width, look.height))
    elif why:
        p = imgui.get_cursor_screen_pos()
        ui.draw(ui.ellipsis(own.found.name, look.name), p.x + t.px(20), p.y, "dim", height=t.px(t.row))
        imgui.dummy(V(look.width, t.px(t.row)))
    else:
        effects.note(facts, number, own.group, own.found)
        scene = row.draw(scene, facts, own, look, strips)
    if warning := groups.weak(own.group, own.found):
        _line(warning, "warn", look)
    still, much = groups.fixed_text(own.found)
    if still and not why:
        _line(still, "warn" if much else "faint", look)
        ui.tip(STILL)
    return scene


STILL = """Standard deviations of each direction that was to stay, by one of this one: its own measure on 8 pictures.
In brackets: what it was before the others were kept fixed."""


def _line(text: str, ink: str, look: Look) -> None:
    """Draw a sentence below a row."""
    p, lines = imgui.get_cursor_screen_pos(), ui.lines_of(text, look.width - t.px(20), t.small)
    for k, line in enumerate(lines):
        ui.draw(line, p.x + t.px(20), p.y + t.px(15 * k), ink, t.small, height=t.px(18))
    imgui.dummy(V(look.width, t.px(3 + 15 * len(lines))))


def _title(scene: Scene, group: FoundGroup, why: str, look: Look) -> Scene:
    """Draw the heading of a group, which folds it."""
    p, h = imgui.get_cursor_screen_pos(), t.px(22)
    clicked = ui.hit(f"##group {group.way}", V(look.width, h))
    hot = imgui.is_item_hovered()
    ui.draw(ui.icon("caret-right" if group.folded else "caret-down"), p.x, p.y, "text" if hot else "faint", 9, height=h)
    x = p.x + t.px(14)
    x += ui.draw(TITLES[group.way], x, p.y, "text", t.small, "bold", height=h) + t.px(8)
    note = ", ".join(filter(None, (group.note, why)))
    ui.draw(ui.ellipsis(note, p.x + look.width - x, t.small), x, p.y, "faint", t.small, height=h)
    ui.focus_ring()
    ui.tip(f"{TITLES[group.way]}: {note}\nClick: {'unfold' if group.folded else 'fold'}")
    if not clicked:
        return scene
    after = replace(group, folded=not group.folded)
    return groups.with_groups(scene, (after if one is group else one for one in scene.view.finds.groups))


def _hidden(scene: Scene, count: int, number: int, opened: bool) -> Scene:
    finder = scene.interaction.finder
    text = f"Hide {count} again" if opened else f"Show {count} hidden"
    if ui.button(text, kind="ghost", id_="##hidden", hint="Rows that were hidden with Del"):
        showing = finder.showing - {number} if opened else finder.showing | {number}
        return scene.interacting(finder=replace(finder, showing=showing))
    return scene


HOVER_S = 0.12
"""Seconds that the pointer rests on a picture before the canvas shows it."""


class Resting:
    """The picture that the pointer rests on."""

    def __init__(self) -> None:
        self.on: tuple[ArrayRef, int] | None = None
        self.since = 0.0


def _hovering(scene: Scene, facts: Facts) -> Scene:
    """Return the scene that previews the picture on which the pointer rests."""
    hovered, resting = row.hovered(facts), facts.scratch.get(Resting)
    found, step, hovered.row = hovered.row, hovered.step, None
    now = None if found is None else (found.array, step)
    if now != resting.on:
        resting.on, resting.since = now, facts.now
    if found is None or imgui.is_any_item_active():
        return scene
    if facts.now - resting.since < HOVER_S:
        hello_imgui.request_refresh()
        return scene
    if step == 0:
        return scene
    return previewing(scene, found, float(step))


def previewing(scene: Scene, found: Found, value: float) -> Scene:
    """Return the scene that shows the document at a strength of a found direction, without a step of the history."""
    added = listing.is_added(found, scene.document)
    name = f"{(added.name if added else '') or found.name} {using.value_text(value, found.sigma)}"
    return replace(scene, preview=using.along(scene.document, found, value), preview_name=name)


def rows_in_order(scene: Scene, facts: Facts) -> list[Found]:
    """Return all rows that are shown, from the top."""
    finder, model = scene.interaction.finder, facts.model
    if model is None:
        return []
    found, count = [], len(scene.view.finds.groups)
    for number, group in enumerate(scene.view.finds.groups):
        if group.folded or elsewhere(group, model):
            continue
        rows = listing.shown(group, finder.only, scene.document, count - number in finder.showing)
        found += [rows[i] for i in _order(scene, facts, model, group, rows)]
    return found


def finding(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of the finder replaced."""
    finder: DirectionFinder = replace(scene.interaction.finder, **changes)  # type: ignore[arg-type]
    return scene.interacting(finder=finder)
