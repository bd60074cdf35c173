"""Cmd takes the place of Ctrl on macOS, in what is pressed and in what is written."""

import glfw
import pytest
from imgui_bundle import imgui

from viz.commands.key_events import imgui_mods
from viz.commands.keys import shown


def test_cmd_is_ctrl_on_macos(monkeypatch: pytest.MonkeyPatch):
    ctrl, shift = int(imgui.Key.mod_ctrl), int(imgui.Key.mod_shift)
    monkeypatch.setattr("sys.platform", "linux")
    assert imgui_mods(glfw.MOD_CONTROL | glfw.MOD_SHIFT) == ctrl | shift
    assert imgui_mods(glfw.MOD_SUPER) == 0
    assert shown("Ctrl+Shift+S") == "Ctrl+Shift+S"
    monkeypatch.setattr("sys.platform", "darwin")
    assert imgui_mods(glfw.MOD_SUPER | glfw.MOD_SHIFT) == ctrl | shift
    assert imgui_mods(glfw.MOD_CONTROL) == 0
    assert shown("Ctrl+Shift+S") == "Cmd+Shift+S"
