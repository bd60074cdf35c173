"""Small parts that need no window: measurements, the loupe, dropped files, layouts, the state word."""

import numpy as np
import pytest

from renderer.fake.engine import model_info
from renderer.ipc.protocol import Display, Failure, Frame, Loading, Network, Preparing, Spectrum, Statistics
from tests.unit.viz.facts import new_facts
from viz.canvas.loupe import CELLS, neighbourhood
from viz.files.actions import dropped_source
from viz.link.measurements import Seen, measured
from viz.link.meters import LENGTH, Meters, Series, Steady
from viz.shell.layout import WORKSPACES, sides, splits
from viz.shell.status_bar import items_of, precision, preparing, state
from viz.state.facts import REFRESH_S, Facts, Figures
from viz.state.interaction import INFO_S, Message, Notifications
from viz.ui.actions import reveal
from viz.ui.notifications import in_two


def facts(**changes) -> Facts:
    return new_facts(**changes)


MODELS = {family: model_info(Network(), family, 64) for family in ("StyleGAN2", "StyleGAN3-T")}


def frame_of(request_id: int, family: str) -> Figures:
    return Figures(Frame(request_id, "", 0, (), MODELS[family], (), Statistics(0.0, 1.0, 2.0)))


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


def test_the_status_bar_tells_the_time_of_renders_and_not_of_cached_images():
    def told(*render_ms: float) -> list[str]:
        meters = Meters()
        for spent in render_ms:
            meters.rendered([("synthesis", spent)], (0, 0))
        return [value for name, _, _, value, _ in items_of(facts(measure=meters.figures)) if name == "render"]

    assert told(30.0, 32.0, *[0.0] * 30) == ["32.0 ms"]
    assert told(0.0, 0.0) == []


def test_measurements_do_not_grow():
    meters = Meters()
    for _ in range(LENGTH + 50):
        meters.ui.add(1.0)
    assert meters.figures().ui_ms.size == LENGTH


class TestSteadyFigures:
    first, second, other = (frame_of(i, family) for i, family in enumerate(("StyleGAN2", "StyleGAN2", "StyleGAN3-T")))

    def test_they_wait_to_be_read_while_others_follow(self):
        steady = Steady()
        assert steady.figures(self.first, 0.0, changing=True) is self.first
        assert steady.figures(self.second, REFRESH_S / 2, changing=True) is self.first
        assert steady.figures(self.second, REFRESH_S, changing=True) is self.second

    def test_those_that_stay_are_shown_at_once(self):
        steady = Steady()
        steady.figures(self.first, 0.0, changing=True)
        assert steady.figures(self.second, 0.01, changing=False) is self.second

    def test_another_network_is_shown_at_once(self):
        steady = Steady()
        steady.figures(self.first, 0.0, changing=True)
        assert steady.figures(self.other, 0.01, changing=True) is self.other


@pytest.mark.parametrize(
    ("seen", "table", "spectrum"),
    [((), False, False), (("Layers",), True, False), (("Radial",), False, True), (("Layers", "Spectrum"), True, True)],
)
def test_only_what_is_seen_is_measured(seen, table, spectrum):
    asked = measured(Display(spectrum=Spectrum(on=True), scale_db=3.0), frozenset(seen))
    assert asked == Display(layer_table=table, spectrum=Spectrum(on=spectrum), scale_db=3.0)
    assert not measured(Display(), frozenset({"Spectrum"})).spectrum.on, "seen, but not wanted"


def test_what_is_seen_is_known_when_the_frame_ends():
    seen = Seen()
    seen.add("Layers")
    assert seen.last == frozenset()
    seen.end_frame()
    assert seen.last == {"Layers"}
    seen.end_frame()
    assert seen.last == frozenset()


def test_the_loupe_shows_the_pixels_around_one_and_nothing_beyond_the_edge():
    pixels = np.zeros((20, 30, 4), np.uint8)
    pixels[..., 3] = 255
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
    assert [side.size for side in sides("mix", 1920, 1080)] == [320, 560, 128]
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
    now = Notifications().with_message(Message("Saved", at=10.0)).with_message(Message("Broken", bad=True, at=10.0))
    now = now.with_message(Message("Saved", detail="again", at=11.0))
    assert [message.text for message in now.messages] == ["Broken", "Saved"]
    assert now.at(11.0 + INFO_S - 0.1) is now
    assert [message.text for message in now.at(11.0 + INFO_S).messages] == ["Broken"]


def test_messages_do_not_pile_up():
    now = Notifications()
    for i in range(10):
        now = now.with_message(Message(str(i), bad=True))
    assert [message.text for message in now.messages] == ["6", "7", "8", "9"]


def test_an_error_goes_when_it_is_mended():
    now = Notifications()
    for text, about in (("no room", "save"), ("no network", "open"), ("no network too", "open")):
        now = now.with_message(Message(text, bad=True, about=about))
    assert [message.text for message in now.messages] == ["no room", "no network", "no network too"]
    now = now.with_message(Message("Saved 00001.png", about="save"))
    assert [message.text for message in now.messages] == ["no network", "no network too", "Saved 00001.png"]
    now = now.with_message(Message("Removed Ada", shelf=True))
    assert len(now.messages) == 4, "other news ends no error"
    assert [message.text for message in now.mended("open").messages] == ["Saved 00001.png", "Removed Ada"]
    assert now.mended("") is now


def test_a_strip_says_the_first_sentence_first():
    message = "/a/face.pkl could not be opened. There is no such file."
    assert in_two(message, "Check the path.") == (
        "/a/face.pkl could not be opened.",
        "There is no such file. Check the path.",
    )
    assert in_two("Out of memory.", "Use the CPU.") == ("Out of memory.", "Use the CPU.")


def test_kernels_are_counted_from_the_one_at_work_and_a_problem_is_one_sentence():
    assert preparing(facts()) is None
    glyph, _, word, why = preparing(facts(preparing=Preparing(2, 7)))
    assert (glyph, word) == ("lightning", "Preparing fast drawing, 3 of 7")
    assert why
    glyph, _, word, why = preparing(facts(preparing=Preparing(0, 0, "No space left on device")))
    assert glyph == "warning"
    assert word == why
    assert word.startswith("Pictures are drawn more slowly")
    assert word.endswith(": No space left on device")
    assert preparing(facts(preparing=Preparing(1, 2, "No space left on device")))[0] == "lightning"
