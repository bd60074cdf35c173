"""A mouse that does several things between two frames of the window, as at few frames a second."""

from collections.abc import Callable, Iterator

import pytest

from viz.shell import headless  # first: it selects PyOpenGL's headless platform

# isort: split
from imgui_bundle import glfw_utils, hello_imgui, imgui, immapp

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

from renderer.fake.client import FakeRenderer
from viz.commands import system_events
from viz.shell.app import App
from viz.state.settings import Options, Settings
from viz.tour.stage import Stage

pytestmark = pytest.mark.window

Script = Callable[[Stage], Iterator[None]]


def play(script: Script, tmp_path) -> App:
    """Run a script in the window, whose events are those of the system: no test engine takes their place."""
    renderer = FakeRenderer(hello_imgui.request_refresh)
    options = Options(config_dir=tmp_path, keep=False, size=(1280, 720), strict=True, welcome=False, idling=False)
    app = App(Settings(capture_dir=str(tmp_path), run_dirs=str(tmp_path)), renderer, options)
    stage = Stage(app, options.clock)
    headless.prepare()
    params = app.runner_params()

    def checked() -> Iterator[None]:
        try:
            yield from script(stage)
        except AssertionError as error:
            raise RuntimeError(str(error)) from error

    stage.attach(params, checked())
    try:
        immapp.run(params, app.add_ons())
    finally:
        app.close()
        renderer.close()
    if stage.problem:
        raise stage.problem
    return app


def move(x: float, y: float) -> None:
    glfw.set_cursor_pos(glfw_utils.glfw_window_hello_imgui(), x, y)
    system_events.send("CursorPos", x, y)


def button(down: bool) -> None:
    system_events.send("MouseButton", glfw.MOUSE_BUTTON_LEFT, glfw.PRESS if down else glfw.RELEASE, 0)


def frames(count: int) -> Iterator[None]:
    for _ in range(count):
        yield


def ready(stage: Stage) -> Iterator[None]:
    while not stage.app.up_to_date:
        yield
    yield from frames(12)


@pytest.mark.parametrize(
    ("control", "start", "end"),
    [("Generator/ψ", (0.66, 0.5), (0.1, 0.5)), ("Canvas/picture", (0.5, 0.5), (0.7, 0.6))],
)
def test_a_drag_that_ends_within_a_frame_ends_where_it_was_let_go(control, start, end, tmp_path):
    reached: list[tuple[float, float, float]] = []

    def value(stage: Stage) -> tuple[float, float, float]:
        document = stage.app.scene.document
        return document.truncation.psi, document.latent.x, document.latent.y

    def drag(at_once: bool) -> Script:
        def script(stage: Stage) -> Iterator[None]:
            yield from ready(stage)
            (x0, y0), (x1, y1) = stage.hand.at(control, *start), stage.hand.at(control, *end)
            move(x0, y0)
            yield from frames(3)
            button(True)
            yield from frames(2)
            move((x0 + x1) / 2, (y0 + y1) / 2)
            yield from frames(2)
            move(x1, y1)
            yield from frames(0 if at_once else 3)
            button(False)
            yield from frames(6)
            reached.append(value(stage))
            assert len(stage.app.steps.history.done) == 1, "one step"

        return script

    for at_once in (False, True):
        play(drag(at_once), tmp_path)
    slow, fast = reached
    assert fast == pytest.approx(slow)
    assert slow != (1.0, 0.0, 0.0)


def test_two_clicks_within_a_frame_type_a_number(tmp_path):
    def script(stage: Stage) -> Iterator[None]:
        yield from ready(stage)
        x0, y0, x1, _ = stage.hand.places["Generator/ψ"]
        number = x1 + 20, y0 + 8
        move(*number)
        for _ in range(2):
            button(True)
            button(False)
        yield from frames(10)
        assert imgui.get_io().want_text_input
        assert x0 < x1

    play(script, tmp_path)


def test_what_is_pressed_after_a_click_waits_for_it(tmp_path):
    def script(stage: Stage) -> Iterator[None]:
        yield from ready(stage)
        before = stage.app.scene.document
        move(*stage.hand.at("Generator/ψ", 0.2))
        button(True)
        system_events.send("Key", glfw.KEY_R, glfw.get_key_scancode(glfw.KEY_R), glfw.PRESS, 0)
        yield
        assert stage.app.scene.document == before, "the click comes first"
        button(False)
        yield from frames(8)
        assert stage.app.scene.document.truncation.psi < 0.9
        assert stage.app.scene.document.latent != before.latent

    play(script, tmp_path)
