"""Application bar: menus at the left, workspaces in the middle, document actions at the right."""

from collections.abc import Mapping
from pathlib import PurePath

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.commands.keys import shown
from viz.commands.table import WORKSPACES
from viz.files.actions import OpenNetwork, OpenRecentSession, SavePicture
from viz.files.kept.recent import RECENT_SESSIONS, when
from viz.history.actions import Redo, Undo
from viz.shell.layout import APP_BAR
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.recording import has_image
from viz.state.scene import Action, Command, Scene, ShowDialog
from viz.ui import theme
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.icons import Glyph

MENUS = ("File", "Edit", "View", "Network", "Run", "Help")
_MENUS_WIDTH = 360
_BAR = imgui.WindowFlags_.menu_bar | imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse
_WORKSPACES = {
    "explore": "Everything at hand",
    "mix": "A wide panel for mixing layers, and nothing below the picture",
    "analyse": "Half the window for layers and spectra",
    "train": "Runs: how they learn, what they draw, what they say",
}


@cached
def draw(scene: Scene, facts: Facts, commands: Mapping[str, Command]) -> Scene:
    """Draw the whole bar."""
    p = theme.current.px
    h, origin, width = p(APP_BAR), imgui.get_window_pos(), imgui.get_window_width()
    scene = _menus(scene, facts, commands, origin, h)
    top = origin.y + (h - p(26)) / 2
    imgui.set_cursor_screen_pos(V(origin.x + p(_MENUS_WIDTH), top))
    scene = _workspaces(scene, facts, commands)
    right = p(26) * 3 + p(2) * 2 + p(12) + ui.measure("Save picture") + p(40)
    imgui.set_cursor_screen_pos(V(origin.x + width - right - p(10), top))
    return _actions(scene, facts)


def _workspaces(scene: Scene, facts: Facts, commands: Mapping[str, Command]) -> Scene:
    """Draw the workspace switch in the middle of the bar."""
    p, width, top = theme.current.px, imgui.get_window_width(), imgui.get_cursor_screen_pos().y
    names = [name.capitalize() for name in WORKSPACES]
    middle = 4 * p(20) + sum(ui.measure(name, weight="bold") for name in names)
    imgui.set_cursor_screen_pos(V(imgui.get_window_pos().x + round((width - middle) / 2), top))
    chosen = WORKSPACES.index(scene.view.workspace)
    hints = [f"{_WORKSPACES[name]}   {shown(f'Ctrl+{i}')}" for i, name in enumerate(WORKSPACES, 1)]
    picked = ui.segmented("workspace", names, chosen, width=middle, height=26, strong=True, hints=hints)
    if picked != chosen:
        scene = commands[f"workspace-{WORKSPACES[picked]}"].run(scene, facts)
    return scene


def _actions(scene: Scene, facts: Facts) -> Scene:
    p = theme.current.px
    undo = f"Undo: {facts.undo}" if facts.undo else "Nothing to undo"
    redo = f"Redo: {facts.redo}" if facts.redo else "Nothing to redo"
    buttons: tuple[tuple[Glyph, str, str, str, bool, Action], ...] = (
        ("arrow-counter-clockwise", undo, "Ctrl+Z", "##undo", bool(facts.undo), Undo()),
        ("arrow-clockwise", redo, "Ctrl+Shift+Z", "##redo", bool(facts.redo), Redo()),
        ("gear-six", "Settings", "Ctrl+,", "##settings", True, ShowDialog("settings")),
    )
    for glyph, hint, keys, id_, enabled, action in buttons:
        if ui.button(
            glyph=glyph, kind="ghost", width=p(26), height=26, hint=hint, keys=shown(keys), id_=id_, enabled=enabled
        ):
            scene = scene.request(action)
        imgui.same_line(0, p(2))
    imgui.same_line(0, p(10))
    if ui.button(
        "Save picture",
        "camera",
        height=26,
        hint="Saves the picture as a numbered PNG",
        keys=shown("Ctrl+S"),
        id_="##save",
        enabled=has_image(scene, facts),
    ):
        scene = scene.request(SavePicture())
    return scene


def _menus(scene: Scene, facts: Facts, commands: Mapping[str, Command], origin: V, h: float) -> Scene:
    """Draw menus in a bar taller than Dear ImGui's own, using a child window with extra padding."""
    p = theme.current.px
    line = imgui.get_text_line_height()
    imgui.push_style_var(imgui.StyleVar_.frame_padding, V(p(8), (h - line) / 2))
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(p(8), 0))
    imgui.set_cursor_pos(V(0, 0))
    shown_ = imgui.begin_child("menus", V(p(_MENUS_WIDTH), h), 0, _BAR)
    bar = shown_ and imgui.begin_menu_bar()
    imgui.pop_style_var(2)
    if bar:
        imgui.dummy(V(p(20), h))
        _mark(origin.x + p(12), origin.y + h / 2)
        imgui.push_style_var(imgui.StyleVar_.window_padding, V(p(6), p(6)))
        imgui.push_style_var(imgui.StyleVar_.item_spacing, V(p(8), p(6)))
        for name in MENUS:
            if imgui.begin_menu(name):
                scene = _menu(name, scene, facts, commands)
                imgui.end_menu()
        imgui.pop_style_var(2)
        imgui.end_menu_bar()
    imgui.end_child()
    return scene


_BREAKS = {
    "save-picture",
    "open-session",
    "open-latent",
    "quit",
    "random-seed",
    "reset",
    "settings",
    "hide-panels",
    "fit",
    "larger",
    "light",
    "follow",
    "about",
}
"""Commands preceded by a separator."""


def _menu(menu: str, scene: Scene, facts: Facts, commands: Mapping[str, Command]) -> Scene:
    for command in commands.values():
        if command.group != menu:
            continue
        if command.id in _BREAKS:
            imgui.separator()
        scene = item(command, scene, facts)
        if command.id == "open-run":
            scene = _recent(scene)
        if command.id == "open-last":
            scene = _sessions(scene, facts)
    if menu == "Network":
        imgui.separator()
        if imgui.begin_menu("Device"):
            for device in facts.devices:
                if ui.menu_item(_device(device), f"device-{device}", on=scene.settings.device == device):
                    scene = put(scene, "settings.device", device)
            imgui.end_menu()
    return scene


def item(command: Command, scene: Scene, facts: Facts) -> Scene:
    """Draw one command as a menu item."""
    name = command.name
    if command.id == "undo" and facts.undo:
        name = f"Undo {facts.undo}"
    if command.id == "redo" and facts.redo:
        name = f"Redo {facts.redo}"
    on = command.checked is not None and command.checked(scene, facts)
    keys = shown(command.keys[0]) if command.keys else ""
    if ui.menu_item(name, command.id, keys, on, command.available(scene, facts)):
        scene = command.run(scene, facts)
    if command.help:
        ui.tip(command.help)
    return scene


def _recent(scene: Scene) -> Scene:
    if imgui.begin_menu("Recent", bool(scene.settings.recent)):
        for i, source in enumerate(scene.settings.recent):
            path = PurePath(source)
            note = ui.path_ellipsis(str(path.parent), theme.current.px(260), theme.current.small)
            if ui.menu_item(path.name or source, f"recent{i}", note):
                scene = scene.request(OpenNetwork(source))
            ui.tip(source)
        imgui.end_menu()
    return scene


def _sessions(scene: Scene, facts: Facts) -> Scene:
    """Draw the menu of earlier sessions: thumbnail, network, time, and the content below."""
    p, side = theme.current.px, theme.current.px(40)
    imgui.set_next_window_size_constraints(V(p(320), 0), V(p(420), p(560)))
    if not imgui.begin_menu("Open recent session", bool(facts.sessions)):
        return scene
    if imgui.is_window_appearing():
        facts.services[RECENT_SESSIONS].read()
    width = max(imgui.get_content_region_avail().x, p(300))
    for i, one in enumerate(facts.sessions):
        a = imgui.get_cursor_screen_pos()
        if imgui.selectable(f"###session{i}", False, imgui.SelectableFlags_.none, V(width, side))[0]:
            scene = scene.request(OpenRecentSession(one.path))
        if one.texture is not None:
            ui.picture(one.texture.id, (0.0, 0.0, 1.0, 1.0), a, side, theme.current.radius)
        else:
            ui.fill(a, V(a.x + side, a.y + side), "control")
        left, room, at = a.x + side + p(10), width - side - p(10), when(one.at)
        ui.draw(at, a.x + width, a.y + p(2), "faint", theme.current.small, align=1, height=p(18))
        title = ui.ellipsis(one.title or "…", room - ui.measure(at, theme.current.small) - p(8))
        ui.draw(title, left, a.y + p(2), "text", height=p(18))
        detail = ui.ellipsis(one.detail, room, theme.current.small)
        ui.draw(detail, left, a.y + p(20), "dim", theme.current.small, height=p(18))
        if one.title:
            ui.tip(f"{one.title}: {one.detail}")
    imgui.end_menu()
    return scene


def window_title(session: str, network: str) -> str:
    """Return the title of the window: the names of the session, if it has a file, and of the network."""
    names = [PurePath(one.rstrip("/\\")).name or one for one in (session, network) if one]
    return ui.drawable(" – ".join([*names, "StyleScope"]), 200)


def _device(device: str) -> str:
    names = {"auto": "Fastest there is", "cpu": "CPU", "cuda": "CUDA", "mps": "Apple GPU (MPS)"}
    return names.get(device, device.upper())


def _mark(x: float, y: float) -> None:
    """Draw the logo: three nested shapes, one for each band of layers."""
    t, lines = theme.current, imgui.get_window_draw_list()
    for k, (token, size) in enumerate((("coarse", 9), ("middle", 6), ("fine", 3))):
        lines.add_ngon_filled(V(x + t.px(8), y), t.px(size), t.u32(token), 40 if k == 1 else 4)


def paint_surface() -> None:
    """Draw the background of the app bar and the status bar."""
    a, size = imgui.get_window_pos(), imgui.get_window_size()
    corner = imgui.ImVec2(a.x + size.x, a.y + size.y)
    imgui.get_window_draw_list().add_rect_filled(a, corner, theme.current.u32("base"))
