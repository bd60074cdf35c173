"""Small parts of the window that need none: measurements, the loupe, dropped files, layouts, the state word."""

import numpy as np
import pytest

from renderer.fake import model_info
from renderer.protocol import Failure, Loading, Network
from tests.unit.viz.facts import new_facts
from viz.desktop import dropped_source, reveal
from viz.facts import Facts
from viz.layout import WORKSPACES, sides, splits
from viz.loupe import CELLS, neighbourhood
from viz.meters import LENGTH, Meters, Series
from viz.status_bar import precision, state
from viz.strips import INFO_S, Board, Message, in_two


def facts(**changes) -> Facts:
    return new_facts(**changes)


def test_a_series_keeps_the_newest_oldest_first():
    series = Series(4)
    for i in range(3):
        series.add(i)
    assert series.values().tolist() == [0, 1, 2]
    for i in range(3, 10):
        series.add(i)
    assert series.values().tolist() == [6, 7, 8, 9]


def test_stages_that_began_late_end_at_the_same_picture():
    meters = Meters()
    meters.rendered([("synthesis", 10.0)], (1, 2))
    meters.rendered([("mapping", 1.0), ("synthesis", 12.0)], (3, 4))
    meters.rendered([("load", 900.0)], (3, 4))
    figures = meters.figures()
    assert {name: values.tolist() for name, values in figures.stages} == {
        "synthesis": [10.0, 12.0, 0.0],
        "mapping": [0.0, 1.0, 0.0],
        "load": [0.0, 0.0, 900.0],
    }
    assert figures.render_ms.tolist() == [10.0, 13.0, 0.0]
    assert figures.memory == (3, 4)


def test_measurements_do_not_grow():
    meters = Meters()
    for _ in range(LENGTH + 50):
        meters.ui.add(1.0)
    assert meters.figures().ui_ms.size == LENGTH


def test_the_loupe_shows_the_pixels_around_one_and_nothing_beyond_the_edge():
    pixels = np.zeros((20, 30, 4), np.uint8)
    pixels[7, 9] = (1, 2, 3, 255)
    half = CELLS // 2
    around = neighbourhood(pixels, 9, 7)
    assert around[half][half] == 0xFF030201
    assert around[half][half + 1] == 0xFF000000
    corner = neighbourhood(pixels, 0, 0)
    assert corner[half - 1][half] == corner[half][half - 1] == 0
    assert corner[half][half] == corner[CELLS - 1][CELLS - 1] == 0xFF000000
    assert neighbourhood(pixels, 29, 19)[half + 1][half] == 0


def test_dropped_files(tmp_path):
    for name in ("a.pkl", "B.SAFETENSORS", "c.png"):
        (tmp_path / name).touch()
    assert dropped_source(str(tmp_path / "a.pkl")) == (str(tmp_path / "a.pkl"), "")
    assert dropped_source(str(tmp_path / "B.SAFETENSORS"))[1] == ""
    assert dropped_source(str(tmp_path)) == (str(tmp_path), "")
    source, problem = dropped_source(str(tmp_path / "c.png"))
    assert source == ""
    assert problem.startswith("c.png is no network: drop a ")


def test_folders_that_are_not_there_cannot_be_shown(tmp_path):
    assert "does not exist yet" in reveal(str(tmp_path / "none"))


def test_a_missing_file_manager_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "No file manager" in reveal(str(tmp_path))


@pytest.mark.parametrize("workspace", WORKSPACES)
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160), (640, 360)])
def test_splits_give_the_sides_the_widths_of_the_design(workspace, size):
    width, height = size
    wanted = {side.node: side.size for side in sides(workspace, width, height)}
    room = {"x": float(width), "y": float(height - 38 - 26)}
    for split in splits(workspace, width, height):
        axis = "y" if split.new_dock == "Bottom" else "x"
        got = room[axis] * split.ratio
        room[axis] -= got
        if width > 1000:
            assert got == pytest.approx(wanted[split.new_dock], abs=4)
    assert min(room.values()) > 0


def test_widths_of_the_mock():
    assert [side.size for side in sides("explore", 1280, 720)] == [276, 316, 198]
    assert [side.size for side in sides("explore", 1920, 1080)] == [320, 372, 250, 92]
    assert [side.size for side in sides("mix", 1920, 1080)] == [320, 560, 116]
    assert sides("analyse", 1920, 1080)[2].size == pytest.approx(0.46 * (1080 - 64))


def test_the_state_word():
    network = Network("x.pkl")
    assert state(facts())[2] == "Starting"
    assert state(facts(loading=Loading(1, network, 0.42)))[2] == "Loading 42 %"
    assert state(facts(loading=Loading(1, network)))[2] == "Loading"
    assert state(facts(waiting_s=0.5))[2] == "Rendering"
    assert state(facts(failure=Failure(1, "load", "It is broken.", "")))[2:] == ("Failed", "It is broken.")


def test_precision_is_that_of_the_layers():
    assert precision(model_info(Network(), "StyleGAN2", 64)) == "fp32"


def test_plain_messages_go_and_bad_ones_stay():
    board = Board()
    board.say(Message("Saved", at=10.0))
    board.say(Message("Broken", bad=True, at=10.0))
    board.say(Message("Saved", detail="again", at=11.0))
    assert [message.text for message in board.messages] == ["Broken", "Saved"]
    board.tidy(11.0 + INFO_S - 0.1)
    assert len(board.messages) == 2
    board.tidy(11.0 + INFO_S)
    assert [message.text for message in board.messages] == ["Broken"]


def test_messages_do_not_pile_up():
    board = Board()
    for i in range(10):
        board.say(Message(str(i), bad=True))
    assert [message.text for message in board.messages] == ["6", "7", "8", "9"]


def test_a_strip_says_the_first_sentence_first():
    message = "/a/face.pkl could not be opened. There is no such file."
    assert in_two(message, "Check the path.") == (
        "/a/face.pkl could not be opened.",
        "There is no such file. Check the path.",
    )
    assert in_two("Out of memory.", "Use the CPU.") == ("Out of memory.", "Use the CPU.")
