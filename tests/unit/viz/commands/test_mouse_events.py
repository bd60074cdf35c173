"""Buttons of the mouse between two frames, in a context of Dear ImGui without a window."""

from collections.abc import Iterator

import pytest
from imgui_bundle import imgui

from viz.commands.mouse_events import BUTTON, DOUBLE_S, LONGEST_S, MOVE, InOrder, double_click_time, waiting

LEFT = int(imgui.MouseButton_.left)


class Mouse:
    """Mouse whose events come in order, or as Dear ImGui takes them by itself."""

    def __init__(self, ordered: bool = True) -> None:
        self.order = InOrder()
        button, move = self._button, self._move
        if ordered:
            button, move = self.order.wrapped(BUTTON)(button), self.order.wrapped(MOVE)(move)
        self._send, self.moved = button, move

    def pressed(self) -> None:
        self._send(1)

    def released(self) -> None:
        self._send(0)

    def _button(self, action: int) -> None:
        imgui.get_io().add_mouse_button_event(LEFT, bool(action))

    def _move(self, x: float) -> None:
        imgui.get_io().add_mouse_pos_event(x, 20.0)


@pytest.fixture
def mouse() -> Mouse:
    return Mouse()


@pytest.fixture
def frame_s() -> float:
    return 0.25


@pytest.fixture
def frame(frame_s, mouse, monkeypatch) -> Iterator[object]:
    """Function that runs a frame with a slider and returns its value and if a double click came."""
    monkeypatch.setattr("imgui_bundle.hello_imgui.request_refresh", lambda: None)
    before, context = imgui.get_current_context(), imgui.create_context()
    imgui.set_current_context(context)
    io = imgui.get_io()
    io.display_size, io.backend_flags = imgui.ImVec2(400, 300), imgui.BackendFlags_.renderer_has_textures
    io.set_ini_filename("")
    value = [0.0]

    def run() -> tuple[float, bool]:
        io.delta_time = frame_s
        imgui.new_frame()
        mouse.order.next_frame()
        imgui.set_next_window_pos(imgui.ImVec2(0, 0))
        imgui.set_next_window_size(imgui.ImVec2(400, 300))
        imgui.begin("window", flags=imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_move)
        imgui.set_next_item_width(380)
        _, value[0] = imgui.slider_float("##slider", value[0], 0.0, 1.0)
        imgui.end()
        doubled = imgui.is_mouse_double_clicked(imgui.MouseButton_.left)
        imgui.end_frame()
        return value[0], doubled

    run()
    yield run
    imgui.destroy_context(context)
    if before is not None:
        imgui.set_current_context(before)


def dragged(frame, mouse: Mouse) -> float:
    """Drag to the middle, and then, between two frames, to the end and let go. Returns the value."""
    mouse.moved(40)
    frame()
    mouse.pressed()
    frame()
    mouse.moved(200)
    frame()
    mouse.moved(385)
    mouse.released()
    for _ in range(4):
        value, _ = frame()
    return value


def test_the_last_move_of_a_drag_counts_though_it_ends_in_the_same_frame(frame, mouse):
    assert dragged(frame, mouse) > 0.95
    mouse.moved(200)
    frame()
    assert frame()[0] > 0.95, "the button is up"


def test_without_the_order_it_would_be_lost(frame):
    assert dragged(frame, Mouse(ordered=False)) < 0.7


def test_a_whole_drag_between_two_frames_counts(frame, mouse):
    mouse.moved(40)
    mouse.pressed()
    mouse.moved(385)
    mouse.released()
    for _ in range(8):
        value, _ = frame()
    assert value > 0.95


def test_two_clicks_between_two_frames_are_a_double_click(frame, mouse):
    mouse.moved(40)
    for _ in range(2):
        mouse.pressed()
        mouse.released()
    found = [frame()[1] for _ in range(10)]
    assert any(found)


def test_what_came_after_a_button_stays_behind_it(frame, mouse):
    told: list[str] = []
    typed = mouse.order.wrapped("Char")(told.append)
    typed("a")
    assert told == ["a"], "nothing waits"
    mouse.moved(40)
    mouse.pressed()
    typed("b")
    frame()
    assert not imgui.is_mouse_down(imgui.MouseButton_.left)
    assert told == ["a", "b"]
    assert waiting(), "handed on, and Dear ImGui has not begun another frame"
    frame()
    assert imgui.is_mouse_down(imgui.MouseButton_.left)
    assert not waiting()
    mouse.released()
    frame()
    assert not imgui.is_mouse_down(imgui.MouseButton_.left)


@pytest.mark.parametrize("frame_s", [1 / 60, 1 / 30])
def test_at_usual_rates_a_double_click_takes_hardly_longer(frame, frame_s, mouse):
    frame()
    mouse.pressed()
    assert imgui.get_io().mouse_double_click_time <= DOUBLE_S + 0.07
    mouse.released()
    for _ in range(8):
        frame()


def test_a_double_click_has_a_limit():
    assert double_click_time(0.0) == DOUBLE_S
    assert double_click_time(10.0) == LONGEST_S
