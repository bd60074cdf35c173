"""Built-in file browser: picks a network (a file or a run folder), a folder, or another file.

Drawn with the window's own widgets: native dialogs depend on programs that may be missing, and the one bundled with
Dear ImGui does not recognise run folders and has a different look.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.files.actions import OpenNetwork
from viz.files.browse_list import draw_header, draw_rows, move
from viz.files.browse_purposes import (
    DATASET,
    FILES,
    FOLDER,
    FOLDERS,
    MODES,
    NETWORK,
    NOTHING,
    OUTDIR,
    PATHS,
    RUN,
)
from viz.files.browse_state import Browser
from viz.files.folder_listing import Entry, first_folder, places
from viz.files.sources import clean_source
from viz.state.facts import Facts
from viz.state.scene import Action, Scene
from viz.ui import widgets as ui
from viz.ui.icons import Glyph
from viz.ui.numbers import kimg_text
from viz.ui.theme import current as t

_WIDTH, _HEIGHT, _PLACES = 780, 520, 156


@dataclass
class _Dialog:
    """Browser state of one window."""

    browser: Browser = field(default_factory=Browser)


def browser_of(facts: Facts) -> Browser:
    """Return the state of the dialog."""
    return facts.scratch.get(_Dialog).browser


def show(scene: Scene, facts: Facts, mode: str, take: Callable[[str], Action] | None = None) -> None:
    """Open the dialog for one of MODES. `draw` shows it until it is closed."""
    browser = browser_of(facts)
    browser.mode, browser.take, browser.appearing = mode, take, True
    browser.find = browser.message = ""
    folder = browser.folder
    if mode == FOLDER and scene.settings.capture_dir:
        folder = scene.settings.capture_dir
    if not folder or not os.path.isdir(folder):
        folder = first_folder(scene.settings, scene.document.network.source, str(Path.home()))
    browser.go(folder)


def is_open(facts: Facts) -> bool:
    """Return True while the dialog is open."""
    return bool(browser_of(facts).mode)


def close(facts: Facts) -> bool:
    """Close the dialog without a choice. Returns True if it was open."""
    browser = browser_of(facts)
    was, browser.mode = browser.mode, ""
    if browser.reading:
        browser.reading.stop()
    return bool(was)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the dialog if it is open; return the scene with the choice applied. Call in every frame."""
    browser = browser_of(facts)
    if browser.mode and browser.appearing:
        imgui.open_popup("Browse")
    if not imgui.is_popup_open("Browse"):
        browser.mode = ""
        return scene
    view = imgui.get_main_viewport()
    width, height = min(t.px(_WIDTH), view.size.x - t.px(32)), min(t.px(_HEIGHT), view.size.y - t.px(96))
    imgui.set_next_window_pos(view.get_center(), imgui.Cond_.always, V(0.5, 0.5))
    imgui.set_next_window_size(V(width, height))
    flags = imgui.WindowFlags_
    fixed = flags.no_title_bar | flags.no_resize | flags.no_move | flags.no_saved_settings | flags.no_scrollbar
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(t.pad), t.px(t.pad)))
    opened, _ = imgui.begin_popup_modal("Browse", None, fixed | flags.no_scroll_with_mouse)
    imgui.pop_style_var()
    if not opened:
        return scene
    if browser.mode:
        scene = _contents(browser, scene)
    if not browser.mode:
        imgui.close_current_popup()
    browser.appearing = False
    imgui.end_popup()
    return scene


def _contents(browser: Browser, scene: Scene) -> Scene:
    if browser.appearing or imgui.is_window_appearing():
        browser.to_find = True
    browser.arrange()
    _title(browser)
    in_path, scene = _path_row(browser, scene)
    ui.space(6)
    found = browser.find  # Esc clears the field before its key is handled here
    top, foot = imgui.get_cursor_screen_pos(), t.px(t.row + 12)
    height = imgui.get_content_region_avail().y - foot
    _places(browser, scene, top, height)
    imgui.set_cursor_screen_pos(V(top.x + t.px(_PLACES), top.y))
    activated = _listing(browser, imgui.get_content_region_avail().x, height)
    imgui.set_cursor_screen_pos(V(top.x, top.y + height + t.px(12)))
    confirmed = _foot(browser)
    if not in_path:
        activated = _keys(browser, found) or activated
    if activated:
        return _activate(browser, scene, activated)
    return _confirm(browser, scene) if confirmed else scene


def _title(browser: Browser) -> None:
    text, note = MODES[browser.mode]
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    x = p.x + ui.draw(text, p.x, p.y, "text", t.title, "bold", height=t.px(t.row)) + t.px(12)
    ui.draw(note, x, p.y, "faint", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - t.px(t.row), p.y))
    if ui.button(glyph="x", kind="ghost", id_="##close", hint="Close without choosing", keys="Esc"):
        browser.mode = ""


def _path_row(browser: Browser, scene: Scene) -> tuple[bool, Scene]:
    """Draw the up and home buttons, the path field and the hidden files switch. Returns True while a path is typed."""
    if ui.button(glyph="caret-up", id_="##up", hint="The folder above", keys="Backspace"):
        browser.up()
    imgui.same_line(0, t.px(4))
    if ui.button(glyph="user", id_="##home", hint="Your home folder"):
        browser.go(str(Path.home()))
    imgui.same_line(0, t.px(4))
    imgui.set_next_item_width(imgui.get_content_region_avail().x - t.px(t.row + 4))
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.elide_left
    entered, browser.typed = ui.input_text("##path", browser.typed, flags=flags)
    in_path = imgui.is_item_active() or entered
    left = imgui.is_item_deactivated() and not entered
    ui.tip("Where we are; type or paste a path, or the URL of a network, and press Enter")
    if entered:
        scene = _typed(browser, scene)
    elif left:
        browser.typed = browser.folder
    imgui.same_line(0, t.px(4))
    if ui.button(
        glyph="eye" if browser.hidden else "eye-slash",
        on=browser.hidden,
        id_="##hidden",
        hint="Hide hidden files" if browser.hidden else "Show hidden files",
        keys="Ctrl+H",
    ):
        browser.hidden = not browser.hidden
    return in_path, scene


def _typed(browser: Browser, scene: Scene) -> Scene:
    """Navigate to the typed folder, or open the typed file."""
    wanted = clean_source(browser.typed)
    browser.to_find = True
    if browser.mode in (NETWORK, RUN) and "://" in wanted:
        browser.mode = ""
        return scene.request(OpenNetwork(wanted))
    path = os.path.join(browser.folder, wanted)
    if os.path.isdir(path):
        browser.go(path)
    elif browser.mode not in FOLDERS and os.path.isfile(path):
        return _take(browser, scene, path)
    else:
        browser.message = f"There is no {'file or ' if browser.mode not in FOLDERS else ''}folder {path}."
    return scene


def _places(browser: Browser, scene: Scene, top: V, height: float) -> None:
    if imgui.begin_child("places", V(t.px(_PLACES - 12), height)):
        imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, t.px(2)))
        for glyph, name, path in places(scene.settings, str(Path.home())):
            if ui.list_row(f"place {path}", name, path == browser.folder, glyph=glyph):
                browser.go(path)
            ui.tip(path)
        imgui.pop_style_var()
    imgui.end_child()


def _listing(browser: Browser, width: float, height: float) -> Entry | None:
    """Draw search field, header and entries. Returns the double-clicked entry."""
    p = imgui.get_cursor_screen_pos()
    ui.fill(p, V(p.x + width, p.y + height), "panel", 1, t.radius_card)
    picked: Entry | None = None
    padding = imgui.StyleVar_.window_padding
    imgui.push_style_var(padding, V(t.px(6), t.px(6)))
    if imgui.begin_child("files", V(width, height), imgui.ChildFlags_.always_use_window_padding):
        _find(browser)
        browser.order, browser.descending = draw_header(browser.columns, browser.order, browser.descending)
        reading = browser.reading
        if reading is None or not reading.ready:
            _note("spinner-gap", "Reading the folder")
        elif reading.problem:
            _note("warning-circle", reading.problem, "bad")
        elif not browser.shown:
            nothing = NOTHING.get(browser.mode, "No folders here")
            _note("folder-open", f"Nothing here is called “{browser.find}”" if browser.find else nothing)
        else:
            browser.chosen, picked, browser.scroll = draw_rows(
                browser.columns, browser.shown, reading.runs, browser.chosen, browser.scroll
            )
            if imgui.is_mouse_released(imgui.MouseButton_.left) and imgui.is_window_hovered(
                imgui.HoveredFlags_.child_windows
            ):
                browser.to_find = True  # keeps typing in the search field after a click
    imgui.end_child()
    imgui.pop_style_var()
    return picked


def _find(browser: Browser) -> None:
    if browser.to_find:
        imgui.set_keyboard_focus_here()
        browser.to_find = False
    imgui.set_next_item_width(-1)
    # Claiming the history keys keeps the arrow keys from moving keyboard focus.
    flags = imgui.InputTextFlags_.callback_history | imgui.InputTextFlags_.no_undo_redo
    before = browser.find
    _, browser.find = ui.input_text("##find", browser.find, "Type to find", flags, lambda data: 0)
    if browser.find != before:
        browser.message = ""
        browser.arrange()
        browser.chosen = browser.shown[0].path if browser.shown and browser.find else ""


def _note(glyph: Glyph, text: str, token: str = "dim") -> None:
    p, area = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    y = p.y + area.y * 0.3
    ui.draw(ui.icon(glyph), p.x + area.x / 2, y, "faint", 20, align=0.5)
    for k, line in enumerate(ui.lines_of(text, area.x - t.px(16))):
        ui.draw(line, p.x + area.x / 2, y + t.px(32 + 18 * k), token, align=0.5)
    imgui.dummy(area)  # the header above moved the cursor, and a child window must not end there


def _foot(browser: Browser) -> bool:
    """Draw the current choice, Cancel and the confirm button. Returns True if confirmed."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    reading, entry = browser.reading, browser.marked()
    words, able = _verb(browser, entry)
    first = ui.measure("Cancel") + t.px(16)
    second = ui.measure(words, weight="bold") + t.px(20)
    room = width - first - second - t.px(24)
    if browser.message:
        ui.sentence(browser.message, p.x, p.y, room, "bad")
    elif reading and reading.own_kimg is not None and browser.mode in (NETWORK, RUN) and entry is None:
        text = f"This is a run folder, {kimg_text(reading.own_kimg)} kimg"
        ui.draw(ui.ellipsis(text, room), p.x, p.y, "dim", height=t.px(t.row))
    elif entry:
        ui.draw(ui.ellipsis(entry.name, room), p.x, p.y, "dim", height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - first - second - t.px(8), p.y))
    if ui.button("Cancel", id_="##cancel", hint="Close without choosing", keys="Esc"):
        browser.mode = ""
    imgui.same_line(0, t.px(8))
    return ui.button(words, kind="primary", width=second, id_="##take", enabled=able, hint="Take it", keys="Enter")


def _verb(browser: Browser, entry: Entry | None) -> tuple[str, bool]:
    """Return the label of the confirm button, and True if it is enabled."""
    reading = browser.reading
    if browser.mode == FOLDER:
        return "Save here" if entry is None else "Save there", reading is not None and not reading.problem
    if browser.mode in FILES:
        return ("Open folder" if entry and entry.kind == "folder" else "Open"), entry is not None
    if browser.mode in PATHS:
        whole = browser.mode in (DATASET, OUTDIR)
        text = "Choose" if entry else "Choose this folder"
        return text, entry is not None or (whole and reading is not None and not reading.problem)
    if entry is None:
        if reading is not None and reading.own_kimg is not None:
            return "Open run", True
        any_network = reading is not None and any(one.kind == "network" for one in reading.entries)
        return ("Open newest" if any_network else "Open"), any_network
    if entry.kind == "network":
        return "Open", True
    return ("Open run" if reading and entry.path in reading.runs else "Open folder"), True


def _keys(browser: Browser, found: str) -> Entry | None:
    """Handle keys while no path is typed; `found` is the previous search text. Returns the entry chosen by Enter."""
    if not imgui.is_window_focused(imgui.FocusedFlags_.child_windows):
        return None
    pressed, io = imgui.is_key_pressed, imgui.get_io()
    key = imgui.Key
    if pressed(key.escape, False):
        if found:
            browser.find, browser.to_find = "", True
        else:
            browser.mode = ""
        return None
    if io.key_ctrl and pressed(key.h, False):
        browser.hidden = not browser.hidden
    steps = {
        key.up_arrow: -1,
        key.down_arrow: 1,
        key.page_up: -browser.columns.page,
        key.page_down: browser.columns.page,
    }
    for one, step in steps.items():
        if pressed(one):
            browser.chosen, browser.scroll = move(browser.shown, browser.chosen, step), True
    entry = browser.marked()
    if not found and not browser.find:
        if pressed(key.backspace, False) or pressed(key.left_arrow, False):
            browser.up()
            return None
        if pressed(key.right_arrow, False) and entry and entry.kind == "folder":
            browser.go(entry.path)
            return None
        if pressed(key.home, False) or pressed(key.end, False):
            end = len(browser.shown) * (-1 if pressed(key.home, False) else 1)
            browser.chosen, browser.scroll = move(browser.shown, browser.chosen, end), True
    if pressed(key.enter, False) or pressed(key.keypad_enter, False):
        browser.to_find = True
        return entry
    return None


def _activate(browser: Browser, scene: Scene, entry: Entry) -> Scene:
    """Handle Enter or a double click on an entry: enters folders, opens files and runs."""
    run = browser.reading is not None and entry.path in browser.reading.runs
    if entry.kind == "folder" and (browser.mode in FOLDERS or browser.mode in FILES or not run):
        browser.go(entry.path)
        return scene
    browser.chosen = entry.path
    return _confirm(browser, scene)


def _confirm(browser: Browser, scene: Scene) -> Scene:
    """Take the marked entry, or the current folder."""
    entry = browser.marked()
    if browser.mode == FOLDER:
        folder = entry.path if entry else browser.folder
        browser.mode = ""
        return replace(scene, settings=replace(scene.settings, capture_dir=folder))
    if browser.mode in PATHS:
        return _take(browser, scene, entry.path if entry else browser.folder)
    run = browser.mode not in FILES and browser.reading and entry and entry.path in browser.reading.runs
    if entry and entry.kind == "folder" and not run:
        browser.go(entry.path)
        return scene
    if entry is None and browser.mode in FILES:
        return scene
    return _take(browser, scene, entry.path if entry else browser.folder)


def _take(browser: Browser, scene: Scene, path: str) -> Scene:
    """Close the dialog and request the action for the chosen path."""
    take = FILES[browser.mode][1] if browser.mode in FILES else browser.take or OpenNetwork
    browser.mode = ""
    return scene.request(take(path))
