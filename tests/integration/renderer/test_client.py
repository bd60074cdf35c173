"""The way to the renderer process and back, and what happens when the process does not behave."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from renderer.fake.client import SLOW_WORKER, FakeRenderer
from renderer.ipc.client import IN_FLIGHT, Renderer
from renderer.ipc.protocol import (
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    ImageState,
    Latent,
    RenderRequest,
    Spectrum,
    ThumbnailRequest,
)
from tests.integration.renderer.window import segments
from tests.waiting import PATIENCE, wait_for
from training_launcher.environment import environment

CHILDREN = "tests.integration.renderer.children:"
FAST = (SLOW_WORKER, (0.0, 256))
ROOT = Path(__file__).resolve().parents[3]


def fake_picture(request: RenderRequest, name: str = PICTURE) -> np.ndarray:
    fake = FakeRenderer(resolution=256)
    fake.submit(request)
    return fake.pixels(next(part for part in fake.poll().frame.parts if part.name == name))


def test_pictures_come_through_as_they_were_drawn(open_window):
    window = open_window(*FAST)
    small = RenderRequest(1)
    large = RenderRequest(2, display=Display(spectrum=Spectrum(on=True), layer_table=True))
    for request in (small, large, replace(small, request_id=3), replace(small, request_id=4)):
        window.ask(request)
        for part in window.frames[-1].parts:
            np.testing.assert_array_equal(window.picture(part.name), fake_picture(request, part.name))
    assert [part.name for part in window.frames[1].parts] == [PICTURE, SPECTRUM, LAYERS]
    assert not window.failures


def test_the_frame_that_is_shown_is_not_overwritten(open_window):
    window = open_window(SLOW_WORKER, (2.0, 256))
    window.ask(RenderRequest(1))
    view = window.renderer.pixels(window.frames[-1].parts[0])
    seen = view.copy()
    for i in range(2, 60):
        window.renderer.submit(RenderRequest(i, ImageState(latent=Latent(x=i))))
        time.sleep(0.004)
    np.testing.assert_array_equal(view, seen)
    window.until(lambda: window.frames[-1].request_id == 59)
    np.testing.assert_array_equal(window.picture(), fake_picture(RenderRequest(59, ImageState(latent=Latent(x=59)))))


def test_of_a_thousand_requests_at_once_the_last_wins(open_window):
    window = open_window(SLOW_WORKER, (5.0, 64))
    window.ask(RenderRequest(1))
    os.kill(window.renderer.pid, signal.SIGSTOP)
    for i in range(2, 1002):
        request = RenderRequest(i, ImageState(latent=Latent(x=i / 10)))
        window.renderer.submit(request)  # never waits for the renderer
    os.kill(window.renderer.pid, signal.SIGCONT)
    window.until(lambda: window.frames[-1].request_id == 1001)
    assert len(window.frames) <= 1 + IN_FLIGHT + 1
    ids = [frame.request_id for frame in window.frames]
    assert ids == sorted(ids)


def test_a_drag_over_a_slow_network_shows_pictures_meanwhile(open_window):
    window = open_window(SLOW_WORKER, (300.0, 64))
    window.ask(RenderRequest(1))
    i = 1

    def dragged() -> bool:
        nonlocal i
        i += 1
        window.renderer.submit(RenderRequest(i, ImageState(latent=Latent(x=i))))
        window.poll()
        return len(window.frames) >= 3

    wait_for(dragged, "pictures while requests go on", step=0.016)
    window.until(lambda: window.frames[-1].request_id == i)


def test_nobody_waits_when_nobody_polls(open_window):
    window = open_window(*FAST)
    for i in range(1, 40):
        window.renderer.submit(RenderRequest(i, ImageState(latent=Latent(x=i))))
        time.sleep(0.01)
    window.until(lambda: window.frames and window.frames[-1].request_id == 39)


def test_thumbnails_come_when_nothing_else_is_to_be_drawn(open_window):
    window = open_window(*FAST)
    wanted = tuple(ThumbnailRequest(f"t{i}", RenderRequest(1, ImageState(latent=Latent(x=i))), 32) for i in range(20))
    window.renderer.want(wanted)
    window.ask(RenderRequest(1))
    window.until(lambda: len(window.thumbnails) == 20)
    assert [thumbnail.key for thumbnail in window.thumbnails] == [f"t{i}" for i in range(20)]
    fake = FakeRenderer(resolution=256)
    fake.want(wanted)
    assert window.thumbnails == list(fake.poll().thumbnails)


def test_thumbnails_that_are_still_wanted_are_asked_for_again_after_a_crash(open_window):
    window = open_window(SLOW_WORKER, (400.0, 64))
    window.renderer.submit(RenderRequest(1))
    window.renderer.want((ThumbnailRequest("a", RenderRequest(1), 32),))
    time.sleep(0.2)
    os.kill(window.renderer.pid, signal.SIGKILL)
    window.until(lambda: window.thumbnails)
    assert window.thumbnails[0].key == "a"


def test_an_error_in_a_render_is_a_failure_and_the_next_request_works(open_window):
    window = open_window(CHILDREN + "fails_at_thirteen")
    window.ask(RenderRequest(1))
    before = window.picture()
    window.renderer.submit(RenderRequest(2, ImageState(latent=Latent(x=13))))
    window.until(lambda: window.failures)
    assert window.failures[0].request_id == 2
    assert "thirteen" in window.failures[0].message
    assert "RuntimeError" in window.failures[0].detail
    np.testing.assert_array_equal(window.picture(), before)
    window.ask(RenderRequest(3))
    assert window.renderer.restarts == 0


def test_a_renderer_that_cannot_be_set_up_says_so(open_window):
    window = open_window(CHILDREN + "cannot_be_set_up")
    window.renderer.submit(RenderRequest(1))
    window.until(lambda: window.failures)
    assert "no module named torch" in window.failures[0].message
    assert window.renderer.alive


def test_a_killed_renderer_comes_back_with_the_latest_picture(open_window):
    window = open_window(SLOW_WORKER, (200.0, 256))
    window.ask(RenderRequest(1))
    latest = RenderRequest(2, ImageState(latent=Latent(x=5)))
    window.renderer.submit(latest)
    time.sleep(0.1)
    old = window.renderer.pid
    os.kill(old, signal.SIGKILL)
    window.until(lambda: window.renderer.pid not in (None, old) and window.frames[-1].request_id == 2)
    np.testing.assert_array_equal(window.picture(), fake_picture(latest))
    assert window.renderer.pid != old
    assert window.renderer.restarts == 1
    assert not window.failures, "one death is not worth a word"
    assert len({name.rpartition("-")[0] for name in segments()}) == 1, "the dead one's is removed"


def test_an_idle_renderer_that_is_killed_draws_the_picture_again(open_window):
    window = open_window(*FAST)
    window.ask(RenderRequest(1))
    os.kill(window.renderer.pid, signal.SIGKILL)
    window.until(lambda: len(window.frames) == 2)
    assert window.frames[1].request_id == 1


def test_the_last_picture_survives_the_renderer(open_window):
    window = open_window(*FAST)
    window.ask(RenderRequest(1))
    view = window.renderer.pixels(window.frames[-1].parts[0])
    before = view.copy()
    window.renderer.close()
    np.testing.assert_array_equal(view, before)
    assert not window.renderer.alive


@pytest.mark.parametrize("child", ["ends_at_once", "crashes_on_request"])
def test_the_second_death_in_a_row_is_shown_and_not_looped(open_window, child):
    window = open_window(CHILDREN + child)
    window.renderer.submit(RenderRequest(4))
    window.until(lambda: window.failures)
    time.sleep(0.3)
    window.poll()
    assert [(failure.problem, failure.request_id) for failure in window.failures] == [("crash", 4)]
    assert ("exit code 3" if child == "ends_at_once" else "SIGSEGV") in window.failures[0].message
    assert not window.renderer.alive
    assert window.renderer.pid is None
    assert window.renderer.restarts == 1
    assert window.renderer.stalled_s == 0


def test_a_new_request_tries_again_once(open_window):
    window = open_window(CHILDREN + "crashes_on_request")
    window.renderer.submit(RenderRequest(1))
    window.until(lambda: window.failures)
    started = time.monotonic()
    for i in range(2, 100):
        window.renderer.submit(RenderRequest(i))
    window.until(lambda: len(window.failures) == 2)
    assert time.monotonic() - started > 1.5, "not at every move of a drag"
    assert window.renderer.restarts == 2
    window.renderer.restart()
    window.until(lambda: len(window.failures) == 3)
    assert window.renderer.restarts == 4, "asked by hand, it gets its two chances again"


@pytest.mark.parametrize(
    "child", ["writes_garbage", "writes_an_unknown_message", "claims_a_huge_message", "names_a_missing_segment"]
)
def test_nonsense_from_the_renderer_is_a_crash(open_window, child):
    window = open_window(CHILDREN + child)
    window.renderer.submit(RenderRequest(1))
    window.until(lambda: window.failures)
    assert window.failures[0].problem == "crash"
    assert window.renderer.restarts == 1


def test_a_stopped_renderer_is_seen_and_can_be_restarted(open_window):
    window = open_window(*FAST)
    window.ask(RenderRequest(1))
    assert window.renderer.stalled_s == 0
    os.kill(window.renderer.pid, signal.SIGSTOP)
    window.renderer.submit(RenderRequest(2))
    time.sleep(0.4)
    first = window.renderer.stalled_s
    time.sleep(0.2)
    assert 0.2 < first < window.renderer.stalled_s
    window.renderer.restart()
    window.until(lambda: window.frames[-1].request_id == 2)
    assert window.renderer.stalled_s == 0
    assert not window.failures


def test_a_stopped_or_stuck_renderer_does_not_keep_the_window_from_closing(open_window):
    stopped, stuck = open_window(*FAST), open_window(CHILDREN + "gets_stuck")
    for window in (stopped, stuck):
        window.ask(RenderRequest(1))
        window.renderer.submit(RenderRequest(2))
    os.kill(stopped.renderer.pid, signal.SIGSTOP)
    for window in (stuck, stopped):
        process = psutil.Process(window.renderer.pid)
        window.renderer.close()
        window.renderer.close()
        assert not process.is_running()


def test_an_interrupt_from_the_terminal_is_for_the_window_to_handle(open_window):
    window = open_window(*FAST)
    window.ask(RenderRequest(1))
    os.kill(window.renderer.pid, signal.SIGINT)
    window.ask(RenderRequest(2))
    assert window.renderer.restarts == 0


def test_no_thread_and_no_process_is_left():
    threads = set(threading.enumerate())
    renderer = Renderer(lambda: None, *FAST)
    process = psutil.Process(renderer.pid)
    assert {thread.name for thread in set(threading.enumerate()) - threads} == {"renderer-send", "renderer-receive"}
    renderer.close()
    assert set(threading.enumerate()) == threads
    assert not process.is_running()


def test_the_child_imports_neither_the_window_nor_its_libraries(open_window):
    window = open_window(CHILDREN + "says_what_it_imported")
    window.renderer.submit(RenderRequest(1))
    window.until(lambda: window.failures)
    modules = set(window.failures[0].detail.split())
    assert "renderer" in modules
    assert not modules & {"viz", "imgui_bundle", "OpenGL", "glfw", "torch", "gan"}


PARENT = """
import sys, time
from renderer.ipc.client import Renderer
from renderer.ipc.protocol import RenderRequest

if __name__ == "__main__":
    renderer = Renderer(lambda: None, sys.argv[1])
    renderer.submit(RenderRequest(1))
    while renderer.poll().frame is None:
        time.sleep(0.01)
    renderer.submit(RenderRequest(2))
    print(renderer.pid, flush=True)
    sys.stdin.readline()  # until the test watches the renderer, however long that takes
    if sys.argv[2] == "waits":
        time.sleep(600)
    if sys.argv[2] == "raises":
        raise SystemExit("not closed")
"""


@pytest.fixture
def parent(tmp_path):
    """Start another process with a renderer; return it and the renderer's process."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)

    def start(child: str, then: str) -> tuple[subprocess.Popen[str], psutil.Process]:
        process = subprocess.Popen(
            [sys.executable, str(script), child, then],
            env={**os.environ, "PYTHONPATH": environment()["PYTHONPATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        rendering = psutil.Process(int(process.stdout.readline()))
        process.stdin.write("go on\n")
        process.stdin.flush()
        return process, rendering

    return start


@pytest.mark.parametrize("child", [SLOW_WORKER, CHILDREN + "gets_stuck"])
def test_the_renderer_ends_when_the_window_is_killed(parent, child):
    process, rendering = parent(child, "waits")
    process.kill()
    rendering.wait(PATIENCE)
    process.communicate()
    assert not segments(process.pid)


def test_both_killed_at_once_leave_nothing_after_the_next_start(parent, monkeypatch):
    process, rendering = parent(SLOW_WORKER, "waits")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    rendering.wait(PATIENCE)
    assert segments(process.pid)
    later = time.time() + 120
    monkeypatch.setattr("renderer.ipc.client.time.time", lambda: later)
    Renderer(lambda: None, *FAST).close()
    assert not segments(process.pid)


@pytest.mark.parametrize("then", ["raises", "ends"])
def test_a_window_that_ends_without_closing_ends_its_renderer_in_silence(parent, then):
    process, rendering = parent(SLOW_WORKER, then)
    _, errors = process.communicate(timeout=PATIENCE)
    assert not rendering.is_running()
    assert errors.strip() == ("not closed" if then == "raises" else "")
    assert not segments(process.pid)
