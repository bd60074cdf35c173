"""Table of layers: size, type and output statistics of each, and the layer shown on the canvas."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.ipc.protocol import Display, Frame, LayerInfo, ModelInfo, Statistics
from viz.state.bands import short_name, size_text
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import icon
from viz.ui.numbers import compact
from viz.ui.theme import current as t
from viz.ui.widgets import spots

ROW = 22
"""Height of a table row, design length."""


@dataclass(frozen=True)
class Column:
    """Column of the table, in design lengths. `width` 0 fills the rest; `need` is the least table width for it."""

    name: str
    width: float
    need: float = 0


COLUMNS = (
    Column("Layer", 58),
    Column("", 20),
    Column("Size", 40),
    Column("Ch.", 30),
    Column("Type", 34, 396),
    Column("Std", 0),
    Column("Max", 48, 270),
)


def columns_for(width: float) -> tuple[Column, ...]:
    """Return the columns that fit a table of this design width."""
    return tuple(column for column in COLUMNS if width >= column.need)


@dataclass(frozen=True)
class Entry:
    """Row of the table; `layer` None is the image."""

    layer: str | None
    info: LayerInfo
    statistics: Statistics | None
    tile: int | None = None
    """Position in the strip of thumbnails."""


@dataclass
class _Known:
    """Cached rows and their inputs."""

    frame: Frame | None = None
    model: ModelInfo | None = None
    plain: bool = False
    rows: tuple[Entry, ...] = ()


def entries(scene: Scene, facts: Facts) -> tuple[Entry, ...]:
    """Return rows for the image and then the layers in execution order; sizes are known before statistics."""
    known, plain = facts.scratch.get(_Known), scene.view.display.layer is None
    frame = facts.figures.frame
    if known.frame is not frame or known.model is not facts.model or known.plain != plain:
        known.frame, known.model, known.plain = frame, facts.model, plain
        known.rows = _entries(facts.model, frame, plain) if facts.model is not None else ()
    return known.rows


def _entries(model: ModelInfo, frame: Frame | None, plain: bool) -> tuple[Entry, ...]:
    picture = LayerInfo("Picture", model.img_channels, model.height, model.width, "")
    rows = [Entry(None, picture, frame.statistics if frame and plain else None)]
    known = frame.layers if frame and frame.layers else ()
    measured = dict(zip((info.name for info in known), frame.layer_statistics if frame else (), strict=False))
    place = {info.name: i for i, info in enumerate(known)}
    rows += [Entry(info.name, info, measured.get(info.name), place.get(info.name)) for info in known or model.layers]
    return tuple(rows)


def channel_limit(channels: int, mode: str) -> int:
    """Return the highest first channel to select, as three neighbours are shown in RGB, or one in grey."""
    return max(0, channels - (3 if mode == "rgb" else 1))


def clamped(display: Display, channels: int) -> Display:
    """Return `display` with its channel clamped to a layer's number of channels."""
    channel = min(display.channel, channel_limit(channels, display.channels))
    return display if channel == display.channel else replace(display, channel=channel)


def chosen(scene: Scene, rows: tuple[Entry, ...]) -> Entry | None:
    """Return the row shown on the canvas."""
    wanted = scene.view.display.layer
    return next((row for row in rows if row.layer == wanted), None)


def select(scene: Scene, row: Entry) -> Scene:
    """Show a row on the canvas."""
    display = clamped(replace(scene.view.display, layer=row.layer), row.info.channels)
    return put(scene, "view.display", display)


@dataclass
class _Focus:
    """Row with keyboard focus; the selection follows it."""

    row: str = ""


@dataclass(frozen=True)
class _Grid:
    """Column positions of the table, in pixels from its left edge."""

    columns: tuple[tuple[str, float, float], ...]
    """Name, left edge and width of each column."""
    width: float
    rows: float
    """Height of all rows."""

    def cells(self, *names: str) -> list[tuple[str, float, float]]:
        """Return the visible columns with these names."""
        return [column for column in self.columns if column[0] in names]


def table(scene: Scene, facts: Facts) -> Scene:
    """Draw the table. A click shows the layer on the canvas; arrow keys move between rows."""
    rows, room, p, head = (
        entries(scene, facts),
        imgui.get_content_region_avail(),
        imgui.get_cursor_screen_pos(),
        t.px(22),
    )
    grid = _grid(room, len(rows), room.y - head)
    for name, x, _ in grid.columns:
        ui.draw(name, p.x + x, p.y, "faint", t.small, height=head)
    imgui.dummy(V(room.x, head))
    imgui.set_cursor_screen_pos(V(p.x, p.y + head))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(0, 0))
    seen = imgui.begin_child("layers", V(room.x, max(room.y - head, 1)), imgui.ChildFlags_.nav_flattened)
    imgui.pop_style_var()
    if seen:
        a = imgui.get_cursor_screen_pos()
        plain, here = tuple(Entry(row.layer, row.info, None) for row in rows), scene.view.display.layer
        scene = _rows(scene, facts, plain, grid, here)
        imgui.set_cursor_screen_pos(a)
        _measured(scene, facts, rows, grid, here)
    imgui.end_child()
    return scene


def _grid(room: V, rows: int, height: float) -> _Grid:
    """Lay out the columns of a table whose rows have `height` visible pixels."""
    tall = rows * t.px(ROW)
    width = room.x - (imgui.get_style().scrollbar_size if tall > height else 0)
    shown, pad = columns_for(room.x / t.scale), t.px(6)
    spare = width - sum(t.px(column.width) for column in shown if column.width) - 2 * pad * len(shown)
    x, placed = 0.0, []
    for column in shown:
        wide = t.px(column.width) if column.width else max(spare, 1.0)
        placed.append((column.name, x + pad, wide))
        x += wide + 2 * pad
    return _Grid(tuple(placed), width, tall)


@cached
def _rows(scene: Scene, facts: Facts, rows: tuple[Entry, ...], grid: _Grid, layer: str | None) -> Scene:
    """Draw the cells that stay the same for every image."""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    for index, row in enumerate(rows):
        scene = _row(scene, facts, row, grid, index, row.layer == layer)
    imgui.pop_style_var()
    return scene


def _row(scene: Scene, facts: Facts, row: Entry, grid: _Grid, index: int, here: bool) -> Scene:
    focus = facts.scratch.get(_Focus)
    p, id_, h = imgui.get_cursor_screen_pos(), row.layer or "Picture", t.px(ROW)
    if index % 2:
        ui.fill(p, V(p.x + grid.width, p.y + h), "raised", 0.35, 0)
    clicked, _ = imgui.selectable(ui.drawable(f"##{id_}"), here, imgui.SelectableFlags_.allow_overlap, V(grid.width, h))
    spots.mark(id_)
    moved = imgui.is_item_focused() and focus.row != id_
    if imgui.is_item_focused():
        focus.row = id_
    if clicked or (moved and imgui.get_io().nav_visible):
        scene = select(scene, row)
    if not imgui.is_item_visible():
        return scene  # scrolled out of view: drawing every row of a large network takes too long for a frame
    ui.tip(f"Show {id_} on the canvas\nStd and Max: spread and largest magnitude of its numbers, before the gain")
    for column, x, _ in grid.cells("Layer", "Size", "Ch.", "Type"):
        text, token = _known(row, column)
        ui.draw(text, p.x + x, p.y, token, t.small, height=h)
    return scene


def _known(row: Entry, column: str) -> tuple[str, str]:
    """Return text and colour token of a cell that stays the same for every image."""
    match column:
        case "Layer":
            return short_name(row.layer or "Picture"), "text"
        case "Size":
            return size_text(row.info.height, row.info.width), "dim"
        case "Ch.":
            return str(row.info.channels), "dim"
        case _:
            return row.info.dtype.replace("float", "fp"), "faint"


@cached
def _measured(scene: Scene, facts: Facts, rows: tuple[Entry, ...], grid: _Grid, layer: str | None) -> Scene:
    """Draw the cells that change with every image, in the visible rows: thumbnails, bars and numbers."""
    a = imgui.get_cursor_screen_pos()
    top = max((row.statistics.std for row in rows if row.statistics and row.statistics.std < 1e9), default=1.0) or 1.0
    low, height = imgui.get_window_pos().y, imgui.get_window_height()
    h, side, cells = t.px(ROW), t.px(ROW - 4), grid.cells("", "Std", "Max")
    first, end = max(0, int((low - a.y) // h)), int((low + height - a.y) // h) + 1
    for index, row in enumerate(rows[first:end], first):
        y, here, stats = a.y + index * h, row.layer == layer, row.statistics
        for column, x, width in cells:
            p = V(a.x + x, y)
            if not column:
                _thumbnail(facts, row, V(p.x, y + (h - side) / 2), side, here)
            elif stats is None:
                ui.draw("–", p.x, y, "faint", t.small, height=h)
            else:
                ui.draw(compact(stats.std if column == "Std" else stats.max), p.x, y, "dim", t.small, height=h)
                if column == "Std" and width > t.px(70):
                    share = min(1.0, stats.std / top) if stats.std == stats.std else 1.0
                    left, mid = p.x + t.px(40), y + h / 2
                    q = V(p.x + width, mid + t.px(2))
                    ui.amount_bar(V(left, mid - t.px(2)), q, share, "accent" if here else "dim")
    imgui.dummy(V(grid.width, grid.rows))
    return scene


def _thumbnail(facts: Facts, row: Entry, p: V, side: float, here: bool) -> None:
    _, picture, strip = facts.figures
    count = len(facts.figures.frame.layers) if facts.figures.frame else 0
    if row.tile is not None and strip and count:
        ui.picture(strip.id, (row.tile / count, 0.0, (row.tile + 1) / count, 1.0), p, side, 2)
    elif row.layer is None and here and picture:
        ui.picture(picture.id, (0, 0, 1, 1), p, side, 2)
    elif row.layer is None:
        ui.draw(icon("image"), p.x + side / 2, p.y, "dim", 12, align=0.5, height=side)
    else:
        ui.fill(p, V(p.x + side, p.y + side), "control", 1, 2)
