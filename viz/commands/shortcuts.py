"""Keyboard shortcuts. Letters act only while no text field is active; Esc cancels and never quits."""

from collections.abc import Iterable
from dataclasses import replace

from imgui_bundle import imgui

from viz.commands import keys
from viz.commands.table import Command
from viz.state.facts import Facts
from viz.state.scene import Scene

_OF_FIELDS = {"undo", "redo"}
"""Commands whose keys have a meaning of their own in a text field."""
_OF_NAVIGATION = {"play", "hide-panels", "lay"}
"""Commands whose keys press or leave a control during keyboard navigation."""


class Shortcuts:
    """Keyboard shortcuts of the window's commands."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands = tuple(command for command in commands if command.keys)
        self._down = frozenset(key for command in self._commands for key in keys.keys_of(command.keys))
        self._up = frozenset(
            key for command in self._commands if command.on_release for key in keys.keys_of(command.keys)
        )
        self._pressed_at = -1.0
        """Time of the last key press that Dear ImGui reported."""
        self._held = False
        """True if one of the shortcut keys may still be down."""

    def run(self, scene: Scene, facts: Facts) -> Scene:
        """Run the commands whose keys were pressed. Call once a frame, and not while a dialog is open."""
        pressed_at = imgui.get_current_context().last_keyboard_key_press_time
        if pressed_at != self._pressed_at or self._held:  # querying every key is slow
            self._pressed_at = pressed_at
            self._held = any(map(imgui.is_key_down, self._down))
            if self._held or any(map(imgui.is_key_released, self._up)):
                scene = _run(scene, facts, self._commands)
        io = imgui.get_io()
        if not io.want_text_input and not io.nav_visible:
            # Otherwise the next press of Tab would also start keyboard navigation.
            imgui.internal.set_key_owner(imgui.Key.tab, _TAB)
        return scene


_TAB = imgui.internal.im_hash_str("hide-panels")


def _run(scene: Scene, facts: Facts, commands: Iterable[Command]) -> Scene:
    io = imgui.get_io()
    for command in commands:
        if command.id in _OF_NAVIGATION and io.nav_visible:
            continue
        if io.want_text_input and (command.id in _OF_FIELDS or not command.keys[0].startswith("Ctrl+")):
            continue
        pressed, scene = _pressed(command, scene)
        if pressed and command.available(scene, facts):
            scene = command.run(scene, facts)
    return scene


def _pressed(command: Command, scene: Scene) -> tuple[bool, Scene]:
    """Return True if a command's key acts in this frame; releasing a key that was held to pan does nothing."""
    if not command.on_release:
        return keys.any_pressed(command.keys, command.repeats), scene
    if not any(imgui.is_key_released(imgui.Key(keys.chord(chord))) for chord in command.keys):
        return False, scene
    pointer = scene.interaction.pointer
    return not pointer.panned, scene.interacting(pointer=replace(pointer, panned=False))
