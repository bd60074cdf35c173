"""List of all keyboard shortcuts, built from the command table."""

from collections.abc import Mapping

from imgui_bundle import imgui

from viz.commands.keys import shown
from viz.state.scene import Command, Scene
from viz.ui import theme
from viz.ui import widgets as ui

_MOUSE = (
    ("Wheel", "Zoom at the pointer"),
    ("Middle drag, Space + drag", "Pan"),
    ("Double click", "Fit"),
    ("Right click on a value", "Reset it"),
    ("Alt, Shift while dragging", "Finer, coarser"),
    ("Ctrl + click on a value", "Type it"),
    ("Esc", "Cancel; never quits"),
)


def draw(scene: Scene, commands: Mapping[str, Command]) -> Scene:
    """Draw the list in two columns; returns the scene unchanged."""
    p = theme.current.px
    ui.label("Keyboard shortcuts", "text", 15, "bold", height=30)
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in commands.values():
        if command.keys:
            groups.setdefault(command.group, []).append((shown(command.keys[0]), command.name))
    groups["Mouse"] = [(shown(keys), name) for keys, name in _MOUSE]
    if not imgui.begin_table("shortcuts", 2, imgui.TableFlags_.sizing_stretch_same):
        return scene
    imgui.table_next_row()
    halves = (("File", "Edit", "Network", "Help"), ("View", "Tools", "Timeline", "Seeds", "Mouse"))
    for half in halves:
        imgui.table_next_column()
        for group in half:
            if group not in groups:
                continue
            ui.space(8)
            ui.heading(group)
            for keys, name in groups[group]:
                _row(keys, name, p(22))
    imgui.end_table()
    return scene


def _row(keys: str, name: str, height: float) -> None:
    t = theme.current
    at, w = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    used = ui.draw(keys, at.x + w - t.px(8), at.y, "text", t.small, "bold", align=1, height=height)
    ui.draw(ui.ellipsis(name, w - used - t.px(20)), at.x, at.y, "dim", height=height)
    imgui.dummy(imgui.ImVec2(w, height - imgui.get_style().item_spacing.y))
