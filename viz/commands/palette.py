"""Command palette: find a command by name and run it with Enter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from viz.commands.keys import shown
from viz.state.facts import Facts
from viz.state.scene import Command, Scene
from viz.ui import theme
from viz.ui import widgets as ui

ROWS = 12


@dataclass
class Typed:
    """Typed text and index of the chosen row."""

    text: str = ""
    row: int = 0
    fresh: bool = True


def start(facts: Facts) -> None:
    """Clear the field."""
    typed = facts.scratch.get(Typed)
    typed.text, typed.row, typed.fresh = "", 0, True


def matches(
    text: str, commands: Mapping[str, Command], can: Callable[[Command], bool] = lambda command: True
) -> list[Command]:
    """Return commands whose name or help contains all typed words: the one of that name first, then those whose name
    starts with them; those that are not available now (`can` returns False) last.
    """
    words, typed = text.lower().split(), text.lower().strip()

    def order(command: Command) -> tuple[bool, ...]:
        name = command.name.lower()
        missing = any(word not in name for word in words)
        return not can(command), name.rstrip("…") != typed, not name.startswith(typed), missing

    found = [
        command
        for command in commands.values()
        if all(word in f"{command.group} {command.name} {command.help}".lower() for word in words)
    ]
    return sorted(found, key=order) if words else found


def draw(scene: Scene, facts: Facts, commands: Mapping[str, Command]) -> Scene:
    """Draw the field and the list. Returns a changed scene once a command is chosen."""
    p, typed = theme.current.px, facts.scratch.get(Typed)
    if typed.fresh:
        imgui.set_keyboard_focus_here()
        typed.fresh = False
    imgui.set_next_item_width(-1)
    changed, typed.text = ui.input_text("##find", typed.text, "What do you want to do?")
    if changed:
        typed.row = 0
    found = matches(typed.text, commands, lambda command: command.available(scene, facts))
    if not found:
        ui.label("No command has these words", "faint", height=30)
        return scene
    down, up = imgui.is_key_pressed(imgui.Key.down_arrow), imgui.is_key_pressed(imgui.Key.up_arrow)
    typed.row = min(max(typed.row + down - up, 0), len(found) - 1)
    chosen = found[typed.row] if imgui.is_key_pressed(imgui.Key.enter, False) else None
    height = min(len(found), ROWS) * p(28)
    imgui.begin_child("found", V(0, height))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    for i, command in enumerate(found):
        if _row(command, i == typed.row, command.available(scene, facts)):
            chosen = command
        if i == typed.row and (down or up):
            imgui.set_scroll_here_y(0.5)
    imgui.pop_style_var()
    imgui.end_child()
    if chosen is None or not chosen.available(scene, facts):
        return scene
    return chosen.run(scene, facts)


def _row(command: Command, on: bool, enabled: bool) -> bool:
    t, p = theme.current, theme.current.px
    at, w, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, p(28)
    imgui.begin_disabled(not enabled)
    clicked = ui.hit(f"##command-{command.id}", V(w, h))
    if on or imgui.is_item_hovered():
        ui.fill(at, V(at.x + w, at.y + h), "accent" if on else "hover", 0.18 if on else 1)
    x = at.x + p(8)
    x += ui.draw(command.name, x, at.y, "text", height=h) + p(8)
    keys = ui.draw(
        shown(command.keys[0]) if command.keys else "", at.x + w - p(8), at.y, "dim", t.small, align=1, height=h
    )
    ui.draw(ui.ellipsis(command.help, at.x + w - p(24) - keys - x, t.small), x, at.y, "faint", t.small, height=h)
    imgui.end_disabled()
    return clicked
