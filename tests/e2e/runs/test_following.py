"""Following a run in the real window, and two of its snapshots side by side."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from renderer.ipc.protocol import ReadAhead
from tests.e2e.driver import BOTTOM, Driver, Key, drive
from tests.fixtures_path import fixtures
from viz.shell.status_bar import following_text
from viz.state import settings_file
from viz.state.params import put

pytestmark = pytest.mark.window
FOLLOW = "//Generator/##Follow"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose first snapshot is there."""
    folder = tmp_path / "00007-stylegan2-made-up"
    folder.mkdir()
    shutil.copy(fixtures() / "sg2_64" / "net.pkl", folder / "network-snapshot-000000.pkl")
    return folder


def appear(run: Path, kimg: int, name: str) -> str:
    """A snapshot appears whole, as trainings write them."""
    new = run / f"network-snapshot-{kimg:06d}.pkl"
    shutil.copy2(fixtures() / name / "net.pkl", run / "part")
    (run / "part").rename(new)
    return str(new)


def test_the_picture_follows_new_snapshots_without_a_step(run, lent):
    def steps(d: Driver):
        d.wait_frame()
        first, seed = d.picture(), d.scene.document.latent
        d.click(FOLLOW)
        d.frames(2)
        done = d.app.store.history.done
        second = appear(run, 40, "sg2_resnet_32")
        d.wait_for(lambda: d.scene.document.network.source == second, what="the new snapshot")
        d.wait_frame()
        assert d.picture().shape != first.shape
        assert d.scene.document.latent == seed
        assert d.app.store.history.done == done
        assert following_text(d.scene.interaction.following) == "Following 00007 at 40 kimg"
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.4))
        d.press(Key.mod_ctrl, Key.z)
        d.frames(2)
        assert d.scene.document.truncation.psi == 1.0
        assert d.scene.document.network.source == second
        d.click(f"{BOTTOM}/##unfollow")
        d.frames(2)
        appear(run, 80, "sg2_64")
        d.wait_for(lambda: len(d.facts.snapshots) == 3, what="the third snapshot")
        d.frames(5)
        assert d.scene.document.network.source == second, "no longer followed"

    first = str(run / "network-snapshot-000000.pkl")
    drive(steps, network=first, renderer=lent)


def test_the_next_window_goes_on_following(run, tmp_path, lent):
    first = str(run / "network-snapshot-000000.pkl")

    def steps(d: Driver):
        d.wait_frame()
        d.click(FOLLOW)
        d.frames(2)

    app = drive(steps, network=first, config_dir=tmp_path / "config")
    assert settings_file.load(tmp_path / "config")[0].followed == str(run)
    second = appear(run, 40, "sg2_64")

    def again(d: Driver):
        d.wait_for(lambda: d.scene.document.network.source == second, what="the newest snapshot")
        assert following_text(d.scene.interaction.following) == "Following 00007 at 40 kimg"
        assert not d.app.store.history.done

    drive(again, settings=app.scene.settings)


def test_neighbours_are_there_before_the_slider_comes_to_them(run, lent):
    for kimg in (10, 20, 30):
        appear(run, kimg, "sg2_64")
    slider = "//Generator/kimg/##number"

    def read(d: Driver) -> bool:
        return any(stage == "load" for stage, _ in d.facts.frame.milliseconds)

    def settled(d: Driver, kimg: int) -> None:
        d.type_into(slider, str(kimg))
        d.wait_for(lambda: d.scene.document.network.source.endswith(f"{kimg:06d}.pkl"))
        d.wait_frame()

    def steps(d: Driver):
        d.wait_frame()
        settled(d, 20)
        entries = d.app.link.jobs._entries
        d.wait_for(lambda: [work for work in entries if isinstance(work, ReadAhead)], what="something read ahead")
        d.wait_for(lambda: all(entry.status.over for entry in entries.values()), what="all of it")
        for kimg in (10, 0):  # the next one in this direction, and the one after it
            settled(d, kimg)
            assert not read(d), f"the network at {kimg} kimg had to be read"

    drive(steps, network=str(run), renderer=lent)


def test_two_snapshots_stand_side_by_side_and_move_together(run, lent):
    old = str(run / "network-snapshot-000000.pkl")
    new = appear(run, 40, "sg2_64")
    appear(run, 80, "sg2_resnet_32")

    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##beside")
        d.frames(3)
        compare = d.scene.view.compare
        assert compare.mode == "split"
        assert compare.b.network.source == old
        before = d.scene.document
        d.drag_slider("//Mix/compare/B at/##track", 0.5)
        assert d.scene.view.compare.b.network.source == new
        assert d.scene.document == before, "A stays"
        d.change(lambda scene: put(scene, "document.latent.x", 7.0))
        d.frames(2)
        assert d.scene.view.compare.b.latent.x == 7.0
        window = d.window()
        d.change(lambda scene: put(scene, "view.compare.mode", "off"))
        d.wait_frame()
        assert not np.array_equal(window, d.window())

    drive(steps, network=str(run), renderer=lent, size=(1600, 1000))
