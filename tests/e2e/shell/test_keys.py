"""Keys of a window that draws few frames: what was down together counts, in the order in which it came."""

from dataclasses import replace

import pytest
from imgui_bundle import imgui

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

from tests.e2e.driver import Driver, Key, drive
from viz.commands import actions, system_events
from viz.commands.key_events import imgui_key, imgui_mods
from viz.commands.shortcuts import HOLD_S
from viz.history.panel import with_b

pytestmark = pytest.mark.window


def system(key: int, *, down: bool, mods: int = 0) -> None:
    """Report a key to the window as the system does."""
    action = glfw.PRESS if down else glfw.RELEASE
    system_events.send("Key", key, glfw.get_key_scancode(key), action, mods)


def typed(key: int, mods: int = 0) -> None:
    """Press a key, and let go its modifiers before it, all between two frames."""
    system(key, down=True, mods=mods)
    system(key, down=False)


def test_a_chord_counts_though_ctrl_is_up_again_when_the_frame_is_drawn():
    def steps(d: Driver) -> None:
        d.wait_frame()
        for _ in range(3):
            d.press(Key.r)
        seed = d.scene.document.latent.x
        typed(glfw.KEY_Z, glfw.MOD_CONTROL)
        d.frames(8)
        assert d.scene.document.latent.x != seed
        assert d.facts.redo
        assert d.app.store.history.undo_name  # one of three
        typed(glfw.KEY_Z, glfw.MOD_CONTROL)
        typed(glfw.KEY_Z, glfw.MOD_CONTROL)
        d.frames(8)
        assert not d.app.store.history.undo_name
        typed(glfw.KEY_Y, glfw.MOD_CONTROL)
        typed(glfw.KEY_Y, glfw.MOD_CONTROL)
        typed(glfw.KEY_Y, glfw.MOD_CONTROL)
        d.frames(12)
        assert d.scene.document.latent.x == seed

    drive(steps)


def test_what_is_typed_right_after_ctrl_k_belongs_to_the_palette():
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.scene.document
        typed(glfw.KEY_K, glfw.MOD_CONTROL)
        typed(glfw.KEY_R)
        d.frames(8)
        assert d.scene.interaction.dialog.name == "commands"
        assert d.scene.document == before
        typed(glfw.KEY_R)
        d.frames(8)
        assert d.scene.document == before
        d.press(Key.escape)
        d.frames(4)
        d.press(Key.r)  # and the next one acts again
        assert d.scene.document != before

    drive(steps)


def test_x_changes_over_and_a_held_x_shows_the_other_one_while_it_is_held():
    def flipped(d: Driver) -> bool:
        return d.scene.view.compare.flipped

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: replace(with_b(scene, scene.document)))
        d.press(Key.r)
        now = [0.0]
        d.app._frame._clock = lambda: now[0]
        d.frames(2)
        d.press(Key.x)
        assert flipped(d)
        d.press(Key.x)
        assert not flipped(d)
        d.ctx.key_down(int(Key.x))
        d.frames(2)
        assert flipped(d)
        now[0] += 2 * HOLD_S
        d.frames(2)
        assert flipped(d)
        d.ctx.key_up(int(Key.x))
        d.frames(3)
        assert not flipped(d)

    drive(steps)


def test_f11_covers_the_screen_and_gives_the_window_its_size_back():
    def steps(d: Driver) -> None:
        d.wait_frame()
        before = tuple(imgui.get_io().display_size)
        d.press(Key.f11)
        d.frames(4)
        assert actions.is_full_screen()
        d.press(Key.f11)
        d.frames(4)
        assert not actions.is_full_screen()
        d.wait_for(lambda: tuple(imgui.get_io().display_size) == before, what="the size of before")

    drive(steps)


@pytest.mark.parametrize(
    ("key", "name", "found"),
    [
        (glfw.KEY_Z, "y", Key.y),  # a German keyboard
        (glfw.KEY_Q, "a", Key.a),  # a French one
        (glfw.KEY_1, "1", Key._1),
        (glfw.KEY_EQUAL, "=", Key.equal),
        (glfw.KEY_RIGHT_BRACKET, "+", Key.equal),
        (glfw.KEY_SEMICOLON, "ö", None),
        (glfw.KEY_F11, None, Key.f11),
        (glfw.KEY_SPACE, None, Key.space),
        (glfw.KEY_LEFT_CONTROL, None, None),
    ],
)
def test_keys_are_those_of_the_keyboard(key, name, found):
    assert imgui_key(key, name) == found


def test_modifiers():
    assert imgui_mods(0) == 0
    assert imgui_mods(glfw.MOD_SHIFT | glfw.MOD_ALT) == int(Key.mod_shift) | int(Key.mod_alt)
