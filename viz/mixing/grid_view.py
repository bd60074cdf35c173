"""Mixing grid on the canvas: styles A as rows, styles B as columns, and A with some layers of B in each cell."""

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import Document
from viz.gl.camera import Area
from viz.mixing import actions, grid_export
from viz.mixing.grid import COLUMNS, ROWS, SETS, Cell, Table, current_table, problem
from viz.mixing.grid_export import GRID_EXPORT
from viz.state.bands import bands_of
from viz.state.facts import Facts
from viz.state.interaction import GridSettings
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached

GRID = "view.grid"
BAR, CAPTION, GAP, MARGIN = 36, 16, 4, 16
"""Height of the bar, of a name, gap of cells, and outer margin, in design lengths."""
SIZES = (64, 128)
"""Sides of the rendered cell images in pixels."""
_TOKENS = ("coarse", "middle", "fine", "accent", "accent")


def draw(scene: Scene, facts: Facts, area: Area) -> Scene:
    """Draw the whole view in place of the image."""
    export = facts.services[GRID_EXPORT]
    picked = actions.picked(scene, facts)
    held = scene.view.motion.playing or (imgui.is_any_item_active() and not imgui.get_io().want_text_input)
    table, stamp = current_table(scene, facts, picked, held)
    p = theme.current.px
    imgui.set_cursor_screen_pos(V(area.x + p(12), area.y + p(8)))
    scene = _bar(scene, facts, area, len(export.done), len(export.waiting))
    imgui.set_cursor_screen_pos(V(area.x, area.y + p(BAR)))
    rest = Area(area.x, area.y + p(BAR), area.width, area.height - p(BAR))
    return _cells(scene, facts, table, stamp, rest)


@cached
def _bar(scene: Scene, facts: Facts, area: Area, done: int, total: int) -> Scene:
    """Draw the bar: styles of the axes, layers taken, export."""
    p, grid, model, export = theme.current.px, scene.interaction.grid, facts.model, facts.services[GRID_EXPORT]
    assert model is not None
    wide, narrow = area.width > p(700), _narrow(area)
    field = p(150) if area.width > p(820) else max(p(34), (area.width - p(_NARROW_REST)) / 2) if narrow else p(96)
    shelf = len(scene.document.shelf)
    down = "Styles A, down: seeds, as 88 or 1,2,5-7; empty: the shelf"
    rows = _side("A", down, grid.rows, shelf, ROWS, field, narrow)
    columns = _side("B", "Styles B, across", grid.columns, shelf, COLUMNS, field, narrow)
    sets = [*(band.name for band in bands_of(model) if band.ws), *SETS[3:]]
    now = sets.index(SETS[grid.taken]) if SETS[grid.taken] in sets else len(sets) - 2
    hints = [f"Cells take the {name.lower()} layers of B" for name in sets]
    hints[-2:] = ["Cells take every layer of B", "Cells take the layers of B that are picked in the list of layers"]
    imgui.begin_disabled(export.on)
    if narrow:
        if ui.choice("taken", sets[now], width=p(78), show_label=False, hint=hints[now]):
            imgui.open_popup("sets")
        picked, _ = ui.pick("sets", sets, now)
        chosen = now if picked is None else picked
    else:
        chosen = ui.segmented("taken", sets if wide else [name[:1] for name in sets], now, hints=hints)
    imgui.end_disabled()
    scene = scene.interacting(grid=GridSettings(rows, columns, SETS.index(sets[chosen])))
    return _ends(scene, facts, area, done, total)


def _narrow(area: Area) -> bool:
    """Return True if the bar has no room for words."""
    return area.width < theme.current.px(560)


def _ends(scene: Scene, facts: Facts, area: Area, done: int, total: int) -> Scene:
    """Draw the right end of the bar: the export button or its progress, and the back button."""
    p, export, y = theme.current.px, facts.services[GRID_EXPORT], area.y + theme.current.px(8)
    right = area.x + area.width - p(12)
    imgui.set_cursor_screen_pos(V(right - p(24), y))
    if ui.button(glyph="x", kind="ghost", id_="##back", hint="Back to the picture", keys="G"):
        scene = put(scene, GRID, False)
    narrow = _narrow(area)
    if not export.on:
        text, width = ("", p(26)) if narrow else ("Save grid", p(92))
        imgui.set_cursor_screen_pos(V(right - p(28) - width, y))
        if ui.button(text, "export", width=width, id_="##save", hint="Save the whole grid at full size, as a PNG"):
            scene = grid_export.start(scene, facts)
        return scene
    if narrow:
        imgui.set_cursor_screen_pos(V(right - p(28 + 26), y))
        hint = f"{done} of {total} pictures rendered\nCancel: save nothing"
        if ui.button(glyph="stop", width=p(26), id_="##cancel", hint=hint, keys="Esc"):
            export.stop()
        return scene
    imgui.set_cursor_screen_pos(V(right - p(28 + 56), y))
    if ui.button("Cancel", width=p(56), id_="##cancel", hint="Save nothing", keys="Esc"):
        export.stop()
    imgui.set_cursor_screen_pos(V(right - p(28 + 56 + 72), y))
    ui.progress(done / max(total, 1), p(64))
    ui.tip(f"{done} of {total} pictures rendered")
    return scene


_NARROW_REST = 208
"""Width that a narrow bar needs for all but its two fields, in design lengths."""


def _side(name: str, hint: str, text: str, shelf: int, seeds: str, width: float, narrow: bool) -> str:
    """Draw the input field of one axis; empty it names the shelf, or the seeds that are taken without one."""
    p = theme.current.px
    ui.label(name, "text", weight="bold", height=24)
    imgui.same_line(0, p(4 if narrow else 6))
    imgui.set_next_item_width(width)
    padding = V(p(5) if narrow else imgui.get_style().frame_padding.x, imgui.get_style().frame_padding.y)
    count = seeds.count(",") + 1
    names = (f"Shelf ({shelf})", "Shelf", f"{shelf}") if shelf else (seeds, f"{count} seeds", f"{count}")
    usual = next((one for one in names if ui.measure(one) <= width - 2 * padding.x), names[-1])
    imgui.push_style_var(imgui.StyleVar_.frame_padding, padding)
    why = problem(text)
    if why:
        imgui.push_style_color(imgui.Col_.text, theme.current.vec4("bad"))
    _, text = ui.input_text(f"##side{name}", text, usual)
    imgui.pop_style_var()
    if why:
        imgui.pop_style_color()
    ui.tip(why or (hint if shelf else f"{hint}\nNow {seeds}"))
    imgui.same_line(0, p(8 if narrow else 12))
    return text


@cached
def _cells(scene: Scene, facts: Facts, table: Table, stamp: int, area: Area) -> Scene:
    """Draw the images as large as they fit."""
    p, rows = theme.current.px, table.pictures()
    across, down = len(rows[0]), len(rows)
    gap, left, top = p(GAP), p(MARGIN), p(MARGIN + CAPTION)
    room = (area.width - 2 * left - p(60)) / across, (area.height - top - p(MARGIN)) / down
    side = max(min(room) - gap, p(16))
    x0 = area.x + (area.width - across * (side + gap)) / 2
    size = SIZES[0] if side <= 1.5 * SIZES[0] else SIZES[1]
    token = _TOKENS[scene.interaction.grid.taken]
    opened: Document | None = None
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell is None:
                continue
            at = V(round(x0 + j * (side + gap)), round(area.y + top + i * (side + gap)))
            if _cell(facts, cell, f"cell{i}-{j}", at, side, size, token if i and j else ""):
                opened = cell.document
    _names(table, x0, area.y, side, gap, top)
    return scene if opened is None else _in_editor(scene, opened)


def _in_editor(scene: Scene, document: Document) -> Scene:
    return put(put(scene, "document", document), GRID, False)


def _cell(facts: Facts, cell: Cell, id_: str, at: V, side: float, size: int, token: str) -> bool:
    """Draw one image; return True when it is chosen."""
    imgui.set_cursor_screen_pos(at)
    chosen = ui.hit(f"##{id_}", V(side, side))
    end = V(at.x + side, at.y + side)
    ui.thumbnail(facts.thumbnails.get(cell.request, size, "mixing grid"), at, side, 3)
    if imgui.is_item_hovered():
        ui.outline(at, end, token or "#FFFFFF", 1, 3, 2)
    ui.focus_ring()
    ui.tip(f"{cell.name}\nClick: open it in the editor")
    return chosen


ACROSS = "A ↓   B →"


def _names(table: Table, x0: float, y0: float, side: float, gap: float, top: float) -> None:
    """Draw the names of columns and rows."""
    t, p = theme.current, theme.current.px
    for j, cell in enumerate(table.b, 1):
        x = x0 + j * (side + gap) + side / 2
        text = ui.ellipsis(cell.name, side, t.small)
        ui.draw(text, x, y0 + top - p(CAPTION), "dim", t.small, align=0.5, height=p(CAPTION))
    for i, cell in enumerate(table.a, 1):
        y = y0 + top + i * (side + gap)
        ui.draw(ui.ellipsis(cell.name, p(52), t.small), x0 - p(6), y, "dim", t.small, align=1, height=side)
    if ui.measure(ACROSS, t.small) <= side:
        ui.draw(ACROSS, x0 + side / 2, y0 + top, "faint", t.small, align=0.5, height=side)
