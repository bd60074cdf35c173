"""Networks of other programs in the window: dropped, listed by the browser, and the newest of folders of any names."""

import shutil

import numpy as np
import pytest

from tests.e2e.driver import Driver, drive
from tests.fixtures_path import fixtures
from viz.files.browse_dialog import browser_of
from viz.files.browse_purposes import NETWORK
from viz.state.scene import ShowDialog

pytestmark = pytest.mark.window


def test_dropped_files_draw_and_say_what_was_assumed(lent, avatars):
    folder = fixtures() / "formats"

    def opened(d: Driver, name: str) -> np.ndarray:
        d.app.drop([str(folder / name)])
        d.wait_for(lambda: d.scene.document.network.source == str(folder / name), what="the network")
        d.wait_frame()
        return d.picture().copy()

    def steps(d: Driver) -> None:
        d.wait_frame()
        one = opened(d, "rosinality/old-format.pt")
        assert d.facts.failure is None
        assert d.facts.model.family == "StyleGAN2"
        whole = opened(d, "torch_save_sg2/whole.pt")
        assert (one != whole).any()
        assert not d.facts.model.notice
        assert np.array_equal(opened(d, "torch_save_sg2/state.pt"), whole)
        assert "assumed" in d.facts.model.notice
        d.app.drop([str(folder / "key_stubs" / "mobilestylegan.ckpt")])
        d.wait_for(lambda: d.facts.failure is not None, what="the sentence")
        assert "MobileStyleGAN" in d.facts.failure.message + d.facts.failure.advice + d.facts.failure.detail

    drive(steps, network=avatars, renderer=lent)


def test_a_folder_of_any_names_opens_its_newest_whole_network(lent, avatars, tmp_path):
    whole = fixtures() / "formats" / "torch_save_sg2" / "state.pt"
    shutil.copy(whole, tmp_path / "snapshot-0090.pt")
    (tmp_path / "snapshot-0100.pt").write_bytes(whole.read_bytes()[:50_000])

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.app.drop([str(tmp_path)])
        d.wait_for(lambda: d.scene.document.network.source.startswith(str(tmp_path)), what="the network")
        d.wait_frame()
        assert d.scene.document.network.source == str(tmp_path / "snapshot-0090.pt")
        assert d.facts.failure is None
        assert any("snapshot-0100.pt is not written whole" in one.text for one in d.app.messages)

    drive(steps, network=avatars, renderer=lent)


def test_the_browser_lists_files_of_torch(tmp_path):
    for name in ("a.pt", "b.pth", "c.ckpt", "d.safetensors", "e.pkl", "f.txt"):
        (tmp_path / name).write_bytes(b"x")

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(ShowDialog(NETWORK)))
        browser = browser_of(d.facts)
        browser.go(str(tmp_path))
        d.wait_for(lambda: len(browser.shown) == 5, what="the files")
        assert [one.name for one in browser.shown] == ["a.pt", "b.pth", "c.ckpt", "d.safetensors", "e.pkl"]

    drive(steps)
