"""Saving the open network in other formats from the File menu."""

import pytest

from tests.e2e.driver import Driver, drive
from tests.unit.renderer import tiny
from viz.state.scene import ShowDialog
from viz.state.settings import Settings

pytestmark = pytest.mark.window


def test_the_open_network_is_saved_in_the_chosen_format(lent, tmp_path):
    folder = tmp_path / "saved"

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(ShowDialog("save-network")))
        d.frames(3)
        d.click("**/format/##1")
        d.frames(2)
        d.click("**/##write")
        d.wait_for(lambda: (folder / "network.pkl").exists(), what="the file")
        messages = lambda: [one.text for one in d.scene.interaction.notifications.messages]  # noqa: E731
        d.wait_for(lambda: any("Saved network.pkl" in text for text in messages()), what="the message")

    drive(steps, network=tiny.save(tmp_path, "sg2"), renderer=lent, settings=Settings(capture_dir=str(folder)))


def test_what_a_format_cannot_hold_is_a_sentence(lent, tmp_path):
    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: scene.request(ShowDialog("save-network")))
        d.frames(3)
        d.click("**/format/##3")
        d.frames(2)
        d.click("**/##write")
        messages = lambda: [one.text for one in d.scene.interaction.notifications.messages]  # noqa: E731
        d.wait_for(lambda: any("cannot hold rectangles" in text for text in messages()), what="the reason")

    drive(steps, network=tiny.save(tmp_path, "tall"), renderer=lent, settings=Settings(capture_dir=str(tmp_path / "s")))
