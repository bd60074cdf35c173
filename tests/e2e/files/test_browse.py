"""The file browser: by keyboard and by mouse, in folders that can and cannot be read."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.driver import Driver, Key, drive
from tests.fixtures_path import fixtures
from viz.files.browse_dialog import Browser, browser_of, is_open
from viz.files.folder_listing import FolderError
from viz.state.settings import Settings

pytestmark = pytest.mark.window
DIALOG = "//Browse"


@pytest.fixture
def nets(tmp_path: Path) -> Path:
    """A folder with networks, folders and a run in it."""
    folder = tmp_path / "nets"
    (folder / "empty").mkdir(parents=True)
    (folder / "00001-run").mkdir()
    for name in ("00001-run/network-snapshot-000080.pkl", "a.pkl", "b.safetensors", ".secret.pkl", "notes.txt"):
        (folder / name).write_bytes(b"x")
    return folder


def browser(d: Driver) -> Browser:
    return browser_of(d.facts)


def names(d: Driver) -> list[str]:
    return [entry.name for entry in browser(d).shown]


def opened(d: Driver) -> None:
    """Open the dialog by its key and wait until the folder is there."""
    d.press(Key.mod_ctrl, Key.o)
    d.wait_for(lambda: is_open(d.facts) and browser(d).reading.ready, what="the dialog")
    d.frames(3)


def there(d: Driver, folder: Path) -> None:
    d.wait_for(lambda: browser(d).folder == str(folder) and browser(d).reading.ready, what=str(folder))
    d.frames(3)


def test_a_network_is_found_and_opened_by_keyboard_alone(lent, tmp_path):
    for name in ("sg2_64", "sg3t_64"):
        (tmp_path / name).mkdir()
        shutil.copy(fixtures() / name / "net.pkl", tmp_path / name / "net.pkl")

    def steps(d: Driver):
        d.wait_frame()
        opened(d)
        assert names(d) == ["sg2_64", "sg3t_64"]
        d.ctx.key_chars("SG3")
        d.frames(2)
        assert names(d) == ["sg3t_64"]
        d.press(Key.enter)
        there(d, tmp_path / "sg3t_64")
        d.press(Key.backspace)
        there(d, tmp_path)
        assert browser(d).chosen == str(tmp_path / "sg3t_64"), "where we came from is marked"
        d.press(Key.right_arrow)
        there(d, tmp_path / "sg3t_64")
        d.press(Key.down_arrow)
        d.press(Key.enter)
        assert not is_open(d.facts)
        assert d.scene.document.network.source == str(tmp_path / "sg3t_64" / "net.pkl")
        d.wait_frame()
        assert d.facts.model.family == "StyleGAN3-T"

    drive(
        steps, network=str(tmp_path / "sg2_64" / "net.pkl"), renderer=lent, settings=Settings(browse_dir=str(tmp_path))
    )


def test_a_network_is_opened_by_mouse(nets):
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Generator/##browse")
        d.wait_for(lambda: is_open(d.facts) and browser(d).reading.ready)
        d.frames(3)
        assert names(d) == ["00001-run", "empty", "a.pkl", "b.safetensors"]
        d.click("**/##a.pkl")
        assert browser(d).chosen == str(nets / "a.pkl")
        assert d.scene.document.network.source == ""
        d.click(f"{DIALOG}/##take")
        assert d.scene.document.network.source == str(nets / "a.pkl")
        d.click("//Generator/##browse")
        d.frames(3)
        d.double_click("**/##b.safetensors")
        d.frames(2)
        assert d.scene.document.network.source == str(nets / "b.safetensors")
        assert not is_open(d.facts)

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_a_run_folder_opens_as_a_run_and_can_be_looked_into(nets):
    def steps(d: Driver):
        d.wait_frame()
        opened(d)
        d.wait_for(lambda: browser(d).reading.runs == {str(nets / "00001-run"): 80.0}, what="the run")
        d.click("**/##00001-run")
        d.press(Key.right_arrow)
        there(d, nets / "00001-run")
        assert names(d) == ["network-snapshot-000080.pkl"]
        d.click(f"{DIALOG}/##up")
        there(d, nets)
        d.wait_for(lambda: browser(d).reading.runs == {str(nets / "00001-run"): 80.0}, what="the run again")
        d.frames(2)
        d.press(Key.enter)
        assert d.scene.document.network.source == str(nets / "00001-run" / "network-snapshot-000080.pkl")
        assert [snapshot.kimg for snapshot in d.facts.snapshots] == [80.0]

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_run_folders_have_a_dialog_of_their_own_that_leaves_the_capture_folder_alone(nets):
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.mod_shift, Key.o)
        d.wait_for(lambda: is_open(d.facts) and browser(d).reading.runs, what="the run")
        d.frames(3)
        assert names(d) == ["00001-run", "empty"]
        before = d.scene.settings.capture_dir
        d.press(Key.down_arrow)
        d.press(Key.enter)
        assert d.scene.document.network.source == str(nets / "00001-run" / "network-snapshot-000080.pkl")
        assert d.scene.settings.capture_dir == before

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_sorting_hidden_files_and_the_path_field(nets):
    def steps(d: Driver):
        d.wait_frame()
        opened(d)
        d.click("**/##sort name")
        assert names(d) == ["empty", "00001-run", "b.safetensors", "a.pkl"]
        d.press(Key.mod_ctrl, Key.h)
        assert ".secret.pkl" in names(d)
        d.click(f"{DIALOG}/##hidden")
        assert ".secret.pkl" not in names(d)
        d.type_into(f"{DIALOG}/##path", str(nets / "empty"))
        there(d, nets / "empty")
        assert names(d) == []
        d.type_into(f"{DIALOG}/##path", str(nets / "missing"))
        assert browser(d).folder == str(nets / "empty")
        assert "There is no file or folder" in browser(d).message
        d.type_into(f"{DIALOG}/##path", "https://example.org/net.pkl")
        assert d.scene.document.network.source == "https://example.org/net.pkl"
        assert not is_open(d.facts)

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_escape_clears_what_was_typed_and_then_closes(nets):
    def steps(d: Driver):
        d.wait_frame()
        before = d.scene.document
        opened(d)
        d.ctx.key_chars("zzz")
        d.frames(2)
        assert names(d) == []
        d.press(Key.escape)
        assert is_open(d.facts)
        assert len(names(d)) == 4
        d.frames(3)
        d.press(Key.escape)
        assert not is_open(d.facts)
        opened(d)
        d.click(f"{DIALOG}/##cancel")
        assert not is_open(d.facts)
        assert d.scene.document == before

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_a_folder_that_may_not_be_read_says_so_and_leaves_a_way_out(nets, monkeypatch):
    def refuse(path, suffixes):
        raise FolderError("You have no right to look into this folder.")

    def steps(d: Driver):
        d.wait_frame()
        opened(d)
        monkeypatch.setattr("viz.files.folder_listing.read_folder", refuse)
        d.double_click("**/##empty")
        there(d, nets / "empty")
        assert browser(d).reading.problem.startswith("You have no right")
        monkeypatch.undo()
        d.click(f"{DIALOG}/##up")
        there(d, nets)
        assert len(names(d)) == 4

    drive(steps, settings=Settings(browse_dir=str(nets)))


def test_of_ten_thousand_networks_only_those_in_sight_are_drawn(tmp_path):
    for i in range(10_000):
        (tmp_path / f"net {i}.pkl").touch()

    def steps(d: Driver):
        d.wait_frame()
        opened(d)
        d.wait_for(lambda: len(names(d)) == 10_000, what="the list")
        d.press(Key.down_arrow)
        d.press(Key.end)
        assert browser(d).chosen == str(tmp_path / "net 9999.pkl")
        d.frames(3)
        assert d.exists("**/##net 9999.pkl"), "it was scrolled into sight"
        drawn = sum(d.exists(f"**/##net {i}.pkl") for i in (0, 1000, 5000, 9000, 9998))
        assert drawn == 1, "those far from the end are not drawn"

    drive(steps, settings=Settings(browse_dir=str(tmp_path)))


def test_a_folder_for_pictures_is_chosen(nets):
    def steps(d: Driver):
        d.wait_frame()
        d.click("//Mix/**/##browse")
        d.wait_for(lambda: is_open(d.facts) and browser(d).reading.ready)
        d.frames(3)
        assert names(d) == ["00001-run", "empty"], "folders only"
        d.double_click("**/##empty")
        there(d, nets / "empty")
        d.click(f"{DIALOG}/##take")
        assert d.scene.settings.capture_dir == str(nets / "empty")
        assert not is_open(d.facts)

    drive(steps, settings=replace(Settings(), capture_dir=str(nets)), size=(1920, 1080))
