"""The table of layers: what each is, how strong its output is, and which one the canvas shows."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.protocol import Display, LayerInfo, Statistics
from viz import widgets as ui
from viz.bands import short_name, size_text
from viz.facts import Facts
from viz.icons import icon
from viz.numbers import compact
from viz.params import put
from viz.scene import Scene
from viz.theme import current as t
from viz.widgets import spots

ROW = 22
"""Height of a table row, design length."""


@dataclass(frozen=True)
class Column:
    """A column of the table. `width` 0 takes what is left; `need`: the table's width from which it is shown."""

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
    """The columns that a table of this design width has room for."""
    return tuple(column for column in COLUMNS if width >= column.need)


@dataclass(frozen=True)
class Entry:
    """One row of the table; `layer` None is the picture."""

    layer: str | None
    info: LayerInfo
    statistics: Statistics | None
    tile: int | None = None
    """Position in the strip of thumbnails."""


def entries(scene: Scene, facts: Facts) -> tuple[Entry, ...]:
    """The picture, then the layers in the order in which they run. Sizes are known before the statistics are."""
    model, frame = facts.model, facts.frame
    if model is None:
        return ()
    picture = LayerInfo("Picture", model.img_channels, model.resolution, model.resolution, "")
    plain = scene.view.display.layer is None
    rows = [Entry(None, picture, frame.statistics if frame and plain else None)]
    known = frame.layers if frame and frame.layers else ()
    measured = dict(zip((info.name for info in known), frame.layer_statistics if frame else (), strict=False))
    place = {info.name: i for i, info in enumerate(known)}
    rows += [Entry(info.name, info, measured.get(info.name), place.get(info.name)) for info in known or model.layers]
    return tuple(rows)


def channel_limit(channels: int, mode: str) -> int:
    """The highest first channel that can be picked: three neighbours are shown as colours, or one in grey."""
    return max(0, channels - (3 if mode == "rgb" else 1))


def clamped(display: Display, channels: int) -> Display:
    """`display` with a channel that a layer of so many channels has."""
    channel = min(display.channel, channel_limit(channels, display.channels))
    return display if channel == display.channel else replace(display, channel=channel)


def chosen(scene: Scene, rows: tuple[Entry, ...]) -> Entry | None:
    """The row that is on the canvas."""
    wanted = scene.view.display.layer
    return next((row for row in rows if row.layer == wanted), None)


def select(scene: Scene, row: Entry) -> Scene:
    """Show this row on the canvas."""
    display = clamped(replace(scene.view.display, layer=row.layer), row.info.channels)
    return put(scene, "view.display", display)


@dataclass
class _Focus:
    """The row the keyboard was on, to follow it with the selection when it moves."""

    row: str = ""


def table(scene: Scene, facts: Facts) -> Scene:
    """The table. A click shows the layer on the canvas; the arrow keys go from row to row."""
    rows = entries(scene, facts)
    top = max((row.statistics.std for row in rows if row.statistics and row.statistics.std < 1e9), default=1.0) or 1.0
    columns = columns_for(imgui.get_content_region_avail().x / t.scale)
    flags = imgui.TableFlags_.scroll_y | imgui.TableFlags_.row_bg | imgui.TableFlags_.pad_outer_x
    imgui.push_style_var(imgui.StyleVar_.cell_padding, V(t.px(6), t.px(2)))
    if imgui.begin_table("layers", len(columns), flags, imgui.get_content_region_avail()):
        for column in columns:
            stretch = imgui.TableColumnFlags_.width_stretch if not column.width else 0
            fixed = stretch or imgui.TableColumnFlags_.width_fixed
            imgui.table_setup_column(column.name or "##thumbnail", fixed, t.px(column.width))
        imgui.table_setup_scroll_freeze(0, 1)
        imgui.table_next_row()
        for column in columns:
            imgui.table_next_column()
            ui.label(column.name, "faint", t.small, height=18)
        for row in rows:
            scene = _table_row(scene, facts, row, columns, top)
        imgui.end_table()
    imgui.pop_style_var()
    return scene


def _table_row(scene: Scene, facts: Facts, row: Entry, columns: tuple[Column, ...], top: float) -> Scene:
    imgui.table_next_row(0, t.px(ROW))
    imgui.table_next_column()
    here, focus = row.layer == scene.view.display.layer, facts.scratch.get(_Focus)
    p, id_ = imgui.get_cursor_screen_pos(), row.layer or "Picture"
    flags = imgui.SelectableFlags_.span_all_columns | imgui.SelectableFlags_.allow_overlap
    clicked, _ = imgui.selectable(f"##{id_}", here, flags, V(0, t.px(ROW - 4)))
    spots.mark(id_)
    moved = imgui.is_item_focused() and focus.row != id_
    if imgui.is_item_focused():
        focus.row = id_
    if clicked or (moved and imgui.get_io().nav_visible):
        scene = select(scene, row)
    if not imgui.is_item_visible():
        return scene  # scrolled away: a large network has more rows than a frame has time for
    ui.tip(f"Show {id_} on the canvas")
    ui.draw(short_name(id_), p.x, p.y, "text", t.small, height=t.px(ROW - 4))
    for column in columns[1:]:
        imgui.table_next_column()
        _cell(facts, row, column.name, here, top)
    return scene


def _cell(facts: Facts, row: Entry, column: str, here: bool, top: float) -> None:
    """One cell: a thumbnail, a text or the bar of the standard deviation."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(ROW - 4)
    stats, text, token = row.statistics, "", "dim"
    match column:
        case "":
            _thumbnail(facts, row, p, h, here)
        case "Size":
            text = size_text(row.info.height, row.info.width)
        case "Ch.":
            text = str(row.info.channels)
        case "Type":
            text, token = row.info.dtype.replace("float", "fp"), "faint"
        case "Std" if stats:
            text = compact(stats.std)
            if width > t.px(70):
                left, mid = p.x + t.px(40), p.y + h / 2
                share = min(1.0, stats.std / top) if stats.std == stats.std else 1.0
                ui.amount_bar(V(left, mid - t.px(2)), V(p.x + width, mid + t.px(2)), share, "accent" if here else "dim")
        case "Max" if stats:
            text = compact(stats.max)
        case _:
            text, token = "–", "faint"
    if text:
        ui.draw(text, p.x, p.y, token, t.small, height=h)


def _thumbnail(facts: Facts, row: Entry, p: V, side: float, here: bool) -> None:
    strip, count = facts.layers, len(facts.frame.layers) if facts.frame else 0
    if row.tile is not None and strip and count:
        ui.picture(strip.id, (row.tile / count, 0.0, (row.tile + 1) / count, 1.0), p, side, 2)
    elif row.layer is None and here and facts.picture:
        ui.picture(facts.picture.id, (0, 0, 1, 1), p, side, 2)
    elif row.layer is None:
        ui.draw(icon("image"), p.x + side / 2, p.y, "dim", 12, align=0.5, height=side)
    else:
        ui.fill(p, V(p.x + side, p.y + side), "control", 1, 2)
