"""Log of the focused run: its tail, updated live, with a search."""

import os
import re
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.runs.focus import Look
from viz.runs.follower import Log
from viz.runs.selection import choosing
from viz.runs.text import run_number
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.draw_cache import cached
from viz.ui.theme import current as t
from viz.ui.widgets import spots

_BAD = re.compile(r"\b(error|exception|traceback|failed|fatal|killed|out of memory)\b|Error\b", re.IGNORECASE)
LINE = 17
"""Height of a line, in design lengths."""


@dataclass
class _Shown:
    """Displayed lines of a log."""

    log: Log = Log()
    search: str = ""
    lines: tuple[str, ...] = ()
    opened: bool = True
    follows: bool = True
    """True if the view is at the end and scrolls with new lines."""
    run: str = ""


def is_open(facts: Facts) -> bool:
    """Return True if the section is unfolded."""
    return facts.scratch.get(_Shown).opened


def shown_lines(facts: Facts) -> tuple[str, ...]:
    """Return the displayed lines."""
    return facts.scratch.get(_Shown).lines


def draw(scene: Scene, facts: Facts, look: Look) -> Scene:
    """Draw the section at the bottom of the list."""
    shown, choice, run = facts.scratch.get(_Shown), scene.interaction.runs, look.run
    if run is None:
        return scene
    log = look.records[0].log
    if log is not shown.log or choice.search != shown.search:
        shown.log, shown.search, shown.lines = log, choice.search, found(log.lines, choice.search)
    if run.folder != shown.run:
        shown.run, shown.follows = run.folder, True
    summary = f"{run_number(run)} · log.txt"
    if choice.search.strip():
        summary = f"{len(shown.lines)} of {len(log.lines)} lines"
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.set_next_item_allow_overlap()  # the search field overlaps it
    shown.opened = ui.section("Log", summary=summary)
    if not shown.opened:
        return scene
    after = imgui.get_cursor_screen_pos()
    field = min(t.px(220), width * 0.45)
    left = p.x + t.px(52)
    imgui.set_cursor_screen_pos(V(left, p.y + t.px(2)))
    imgui.set_next_item_allow_overlap()
    imgui.set_next_item_width(field)
    _, search = ui.input_text("##log search", choice.search, "Search the log")
    scene = choosing(scene, search=search)
    spots.mark("log search")
    ui.tip("Shows only the lines that hold this, whatever their case")
    imgui.set_cursor_screen_pos(after)
    _lines(scene, facts, shown)
    return scene


def found(lines: tuple[str, ...], search: str) -> tuple[str, ...]:
    """Return the lines that contain the search text."""
    wanted = search.strip().casefold()
    return tuple(line for line in lines if wanted in line.casefold()) if wanted else lines


def is_bad(line: str) -> bool:
    """Return True if a line reports an error."""
    return _BAD.search(line) is not None


def _lines(scene: Scene, facts: Facts, shown: _Shown) -> None:
    room = imgui.get_content_region_avail()
    if room.y < t.px(LINE):
        imgui.dummy(V(1, 1))
        return
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    flags = imgui.WindowFlags_.horizontal_scrollbar
    if imgui.begin_child("log", room, imgui.ChildFlags_.nav_flattened, flags):
        line = t.px(LINE)
        if shown.follows:
            imgui.set_scroll_y(max(0.0, len(shown.lines) * line - imgui.get_window_height() + t.px(10)))
        top = int(imgui.get_scroll_y() // line)
        count = int(imgui.get_window_height() // line) + 2
        part = shown.lines[top : top + count]
        p = imgui.get_cursor_screen_pos()
        imgui.set_cursor_screen_pos(V(p.x, p.y + top * line))
        _text(scene, facts, part)
        imgui.set_cursor_screen_pos(p)
        widest = max((ui.measure(one[:400], t.small, "mono") for one in part), default=0.0)
        imgui.dummy(V(widest, len(shown.lines) * line))
        _menu(shown)
        at_end = imgui.get_scroll_y() >= imgui.get_scroll_max_y() - line
        if imgui.is_window_hovered() and (imgui.get_io().mouse_wheel or imgui.is_mouse_down(0)):
            shown.follows = at_end
    imgui.end_child()
    imgui.pop_style_var()


@cached
def _text(scene: Scene, facts: Facts, part: tuple[str, ...]) -> Scene:
    p, h = imgui.get_cursor_screen_pos(), t.px(LINE)
    for k, one in enumerate(part):
        ui.draw(one[:400], p.x, p.y + k * h, "bad" if is_bad(one) else "dim", t.small, "mono", height=h)
    imgui.dummy(V(1, len(part) * h))
    return scene


def _menu(shown: _Shown) -> None:
    """Draw the menu for copying lines."""
    imgui.push_style_var(imgui.StyleVar_.window_padding, V(t.px(4), t.px(4)))
    imgui.set_next_window_size(V(t.px(170), 0))
    opened = imgui.begin_popup_context_window("log menu")
    imgui.pop_style_var()
    if not opened:
        return
    if ui.list_row("copy log", "Copy these lines", glyph="copy"):
        ui.copy_text(os.linesep.join(shown.lines))
        imgui.close_current_popup()
    if ui.list_row("end", "Go to the end", glyph="caret-down"):
        shown.follows = True
        imgui.close_current_popup()
    imgui.end_popup()
