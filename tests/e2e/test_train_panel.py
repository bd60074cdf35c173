"""Window "Snapshots": a run's networks by training time."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e.driver import Driver, drive
from viz import browse
from viz.params import put
from viz.scene import Scene

pytestmark = pytest.mark.window
RED, GREEN = (220, 30, 30), (30, 200, 60)


@pytest.fixture
def run(tmp_path) -> Path:
    """A run with three snapshots; the middle one has no pictures."""
    folder = tmp_path / "00007-stylegan2-avatars"
    folder.mkdir()
    for kimg in (0, 40, 120):
        (folder / f"network-snapshot-{kimg:06d}.pkl").touch()
    Image.new("RGB", (320, 160), RED).save(folder / "fakes000000.png")
    Image.new("RGB", (320, 160), GREEN).save(folder / "fakes000120.png")
    return folder


def train(scene: Scene) -> Scene:
    """The workspace that has this window."""
    return put(scene, "view.workspace", "train")


def colour_shown(d: Driver, colour) -> bool:
    """Whether a good part of the panel has this colour."""
    panel = d.window()[:, :400]
    return bool((np.abs(panel.astype(int) - colour).max(axis=-1) < 8).sum() > 20_000)


def test_looking_through_a_run_and_opening_a_snapshot(run):
    def steps(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: colour_shown(d, GREEN), what="the newest snapshot's pictures")
        d.drag_slider("//Snapshots/Looking at/##track", 0.02)
        d.wait_for(lambda: colour_shown(d, RED), what="the first snapshot's pictures")
        assert d.scene.document.network.source == str(run), "looking opens nothing"
        d.click("//Snapshots/##caret-right")
        d.frames(2)
        assert not colour_shown(d, RED)
        assert not colour_shown(d, GREEN)
        d.click("//Snapshots/##open")
        assert d.scene.document.network.source == str(run / "network-snapshot-000040.pkl")
        d.click("//Snapshots/**/##opennetwork-snapshot-000000.pkl")
        assert d.scene.document.network.source == str(run / "network-snapshot-000000.pkl")
        assert d.facts.undo.startswith("Open")

    drive(steps, network=str(run), scene=train)


def test_a_broken_grid_is_said_and_the_panel_goes_on(run):
    (run / "fakes000120.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    def steps(d: Driver):
        d.wait_frame()
        d.frames(10)
        assert not colour_shown(d, GREEN)
        d.click("//Snapshots/**/##network-snapshot-000000.pkl")
        d.wait_for(lambda: colour_shown(d, RED), what="the first snapshot's pictures")

    drive(steps, network=str(run), scene=train)


def test_a_new_snapshot_appears_by_itself(run):
    def steps(d: Driver):
        d.wait_frame()
        assert len(d.facts.snapshots) == 3
        shutil.copy(run / "network-snapshot-000000.pkl", run / "network-snapshot-000160.pkl")
        d.wait_for(lambda: len(d.facts.snapshots) == 4, what="the new snapshot")
        d.frames(2)
        assert d.exists("//Snapshots/**/##network-snapshot-000160.pkl")

    drive(steps, network=str(run), scene=train)


def test_without_a_run_the_panel_offers_to_open_one():
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Snapshots/##Open run folder…")
        d.frames(3)
        assert browse.is_open(d.facts)

    drive(steps, scene=train)
