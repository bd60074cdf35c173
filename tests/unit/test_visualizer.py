"""The command line of the window."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import visualizer


@pytest.fixture
def opened(monkeypatch):
    calls = []
    monkeypatch.setattr(
        visualizer, "open_window", lambda network, overrides, session: calls.append((network, overrides, session))
    )
    return calls


def test_without_arguments_the_demo_network_opens_with_the_settings_kept(opened):
    result = CliRunner().invoke(visualizer.main, [])
    assert result.exit_code == 0, result.output
    assert opened == [("", {}, "")]


def test_options_hold_for_the_session(opened, tmp_path):
    arguments = ["net.pkl", "--device", "cpu", "--capture-dir", str(tmp_path), "--browse-dir", "/networks"]
    arguments += ["--session", "work.stylescope"]
    result = CliRunner().invoke(visualizer.main, arguments)
    assert result.exit_code == 0, result.output
    expected = {"device": "cpu", "capture_dir": str(tmp_path), "browse_dir": "/networks"}
    assert opened == [("net.pkl", expected, "work.stylescope")]


def test_a_window_that_cannot_be_opened_is_one_sentence_and_exit_code_1(monkeypatch):
    def fail(network, overrides, session):
        raise RuntimeError("There is no display.")

    monkeypatch.setattr(visualizer, "open_window", fail)
    result = CliRunner().invoke(visualizer.main, [])
    assert result.exit_code == 1
    assert result.output == "Error: There is no display.\n"


def test_paths_are_made_absolute_and_urls_left_as_they_are(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert visualizer._source("net.pkl") == str(tmp_path / "net.pkl")
    assert visualizer._source("~/net.pkl") == str(Path.home() / "net.pkl")
    assert visualizer._source("https://example.org/net.pkl") == "https://example.org/net.pkl"
    assert visualizer._source("") == ""


def test_the_help_names_every_option():
    result = CliRunner().invoke(visualizer.main, ["--help"])
    for option in ("--capture-dir", "--browse-dir", "--device", "--session", "--tour", "[NETWORK]"):
        assert option in result.output


_EARLY = """
import sys, visualizer
from renderer.ipc import child

class Started(Exception): pass

def start(self, target, arguments):
    print(" ".join(sorted(name for name in ("numpy", "imgui_bundle", "OpenGL", "torch", "viz") if name in sys.modules)))
    raise Started

child.Child.__init__ = start
try:
    visualizer.open_window("", {})
except Started:
    print("started")
"""


def test_the_renderer_starts_before_the_window_is_imported():
    run = subprocess.run(
        [sys.executable, "-c", _EARLY], cwd=Path(visualizer.__file__).parent, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["started"]
