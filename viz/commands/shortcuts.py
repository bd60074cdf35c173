"""Keyboard shortcuts. Letters act only while no text field is active; Esc cancels and never quits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from imgui_bundle import imgui

from viz.commands import keys, mouse_events
from viz.commands.key_events import KeyEvents, Press
from viz.commands.table import Command
from viz.state.facts import Facts
from viz.state.scene import Scene, ShowDialog

_OF_FIELDS = {"undo", "redo", "copy-picture"}
"""Commands whose keys have a meaning of their own in a text field."""
_OF_NAVIGATION = {"play", "hide-panels", "lay", "drag-run"}
"""Commands whose keys press or leave a control during keyboard navigation."""


HOLD_S = 0.3
"""Seconds after which a key of a command that `holds` counts as held."""


class Shortcuts:
    """Keyboard shortcuts of the window's commands.

    A chord counts if its keys were down together at any time since the last frame: `events` holds each press with its
    modifiers. Presses that reach Dear ImGui alone, as those of tests, count by its state in this frame.
    """

    def __init__(self, commands: Iterable[Command], events: KeyEvents) -> None:
        self._commands = tuple(command for command in commands if command.keys)
        self._events = events
        self._by_chord: dict[int, list[Command]] = {}
        for command in sorted(self._commands, key=lambda one: one.place is None):  # those with a place first
            for one in command.keys:
                self._by_chord.setdefault(keys.chord(one), []).append(command)
        self._down = frozenset(key for command in self._commands for key in keys.keys_of(command.keys))
        self._up = frozenset(
            key for command in self._commands if command.on_release for key in keys.keys_of(command.keys)
        )
        self._pressed_at = -1.0
        """Time of the last key press that Dear ImGui reported."""
        self._held = False
        """True if one of the shortcut keys may still be down."""
        self._coming: Counter[int] = Counter()
        """Presses of keys that have acted already, and that Dear ImGui will report in this frame or a later one."""
        self._acted: set[int] = set()
        """Keys that are down, and whose press has acted already."""
        self._holding: dict[str, float] = {}
        """Times at which commands that hold have begun."""

    def run(self, scene: Scene, facts: Facts) -> Scene:
        """Run the commands whose keys were pressed. Call once a frame, and not while a dialog is open."""
        presses, context = self._events.take(), imgui.get_current_context()
        if presses and (_clicked() or mouse_events.waiting()):  # it may have entered a text field
            for press in presses:
                self._events.add(press)
            return scene
        pressed_at = context.last_keyboard_key_press_time
        if presses or pressed_at != self._pressed_at or self._held:  # querying every key is slow
            self._pressed_at = pressed_at
            self._held = any(map(imgui.is_key_down, self._down))
            scene = self._act(scene, facts, presses)
            if self._held or any(map(imgui.is_key_released, self._up)):
                scene = self._shown(scene, facts)
        scene = self._let_go(scene, facts)
        io = imgui.get_io()
        if not io.want_text_input and not io.nav_visible:
            # Otherwise the next press of Tab would also start keyboard navigation.
            imgui.internal.set_key_owner(imgui.Key.tab, _TAB)
        return scene

    def skip(self) -> None:
        """Ignore the keys pressed since the last frame: they belong to a dialog."""
        self._events.take()
        self._coming.clear()
        self._acted.clear()

    def _act(self, scene: Scene, facts: Facts, presses: list[Press]) -> Scene:
        """Run the commands of what was pressed since the last frame, in that order."""
        for press in presses:
            if not press.repeated:
                self._coming[_key(press.chord)] += 1
            command = self._of(press.chord, scene)
            if command is None or (press.repeated and not command.repeats) or _leaves(command) or command.on_release:
                continue
            if any(isinstance(action, ShowDialog) for action in scene.actions):
                continue  # what was typed since belongs to the dialog
            scene = self._begin(command, scene, facts)
        return scene

    def _of(self, chord: int, scene: Scene) -> Command | None:
        """Return the command that a chord runs in the present view."""
        known = self._by_chord.get(chord, ())
        return next((one for one in known if one.place is None or one.place(scene)), None)

    def _begin(self, command: Command, scene: Scene, facts: Facts) -> Scene:
        if not command.available(scene, facts):
            return scene
        if command.holds:
            self._holding[command.id] = facts.now
        return command.run(scene, facts)

    def _shown(self, scene: Scene, facts: Facts) -> Scene:
        """Run the commands whose keys are pressed in this frame, but for presses that have acted already."""
        for key in self._down:
            if imgui.is_key_pressed(key, False):
                if self._coming[int(key)]:
                    self._coming[int(key)] -= 1
                    self._acted.add(int(key))
                else:
                    self._acted.discard(int(key))
        for command in self._commands:
            if _leaves(command):
                continue
            pressed, scene = self._pressed(command, scene)
            if pressed:
                scene = self._begin(command, scene, facts)
        return scene

    def _pressed(self, command: Command, scene: Scene) -> tuple[bool, Scene]:
        """Return True if a command's key acts in this frame; releasing a key that was held to pan does nothing."""
        if not command.on_release:
            free = tuple(
                one
                for one in command.keys
                if _key(chord := keys.chord(one)) not in self._acted and self._of(chord, scene) is command
            )
            return keys.any_pressed(free, command.repeats), scene
        own = [chord for chord in map(keys.chord, command.keys) if self._of(chord, scene) is command]
        if not any(imgui.is_key_released(imgui.Key(chord)) for chord in own):
            return False, scene
        pointer = scene.interaction.pointer
        return not pointer.panned, scene.interacting(pointer=replace(pointer, panned=False))

    def _let_go(self, scene: Scene, facts: Facts) -> Scene:
        """Run commands that hold once more when their key was held and is let go."""
        for id_, since in list(self._holding.items()):
            command = next(command for command in self._commands if command.id == id_)
            if any(map(imgui.is_key_down, keys.keys_of(command.keys))):
                continue
            if any(map(imgui.is_key_released, keys.keys_of(command.keys))) or facts.now - since > HOLD_S:
                del self._holding[id_]
                if facts.now - since > HOLD_S and command.available(scene, facts):
                    scene = command.run(scene, facts)
        return scene


_TAB = imgui.internal.im_hash_str("hide-panels")


def _key(chord: int) -> int:
    return chord & ~int(imgui.Key.mod_mask_)


def _clicked() -> bool:
    return any(imgui.is_mouse_clicked(button) or imgui.is_mouse_released(button) for button in range(3))


def _leaves(command: Command) -> bool:
    """Return True if a command leaves its keys to a text field or to keyboard navigation at present."""
    io = imgui.get_io()
    if command.id in _OF_NAVIGATION and io.nav_visible:
        return True
    return io.want_text_input and (command.id in _OF_FIELDS or not command.keys[0].startswith(("Ctrl+", "F1")))
