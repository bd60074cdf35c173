"""The product under a real X server, worked by real mouse and keyboard events, its renderer killed in mid-drag."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageGrab

from tests.fixtures_path import ROOT
from tests.integration.renderer.window import segments
from tests.waiting import PATIENCE
from tests.xserver import AVAILABLE, on_display, x_server

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(not (AVAILABLE and shutil.which("xdotool")), reason="Xvfb and xdotool are not installed"),
]


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of our own."""
    with x_server() as name:
        yield name


class Person:
    """User at that display: reads the window's state file, moves the mouse, presses keys."""

    def __init__(self, display: str, state_file: Path) -> None:
        self._environment = on_display(display)
        self._state_file = state_file

    def state(self) -> dict[str, Any]:
        with contextlib.suppress(FileNotFoundError):
            found: dict[str, Any] = json.loads(self._state_file.read_text())
            return found
        return {"places": {}, "up_to_date": False, "picture": None, "document": {}, "frame": 0}

    def wait(self, found: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while not found(state := self.state()):
            if time.monotonic() > end:
                picture = self._state_file.with_name("screen.png")
                ImageGrab.grab(xdisplay=self._environment["DISPLAY"]).save(picture)
                raise AssertionError(
                    f"waited {PATIENCE} s in vain; the screen is in {picture}; the window tells {state}"
                )
            time.sleep(0.02)
        return state

    def do(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self._environment, check=True)

    def chord(self, key: str, closes: bool = False) -> None:
        """Ctrl and a key, at a person's pace. `closes`: it closes the window, so there are no frames to wait for."""
        self.do("keydown", "ctrl")
        self.rest()
        self.do("key", key)
        if not closes:
            self.rest()
        self.do("keyup", "ctrl")

    def rest(self, frames: int = 2) -> None:
        """Wait for frames of the window, as a person does."""
        now = self.state()["frame"]
        self.wait(lambda s: s["frame"] >= now + frames)

    def point(self, place: str, fx: float = 0.5, fy: float = 0.5) -> tuple[int, int]:
        x0, y0, x1, y1 = self.wait(lambda s: place in s["places"])["places"][place]
        return round(x0 + (x1 - x0) * fx), round(y0 + (y1 - y0) * fy)

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 8, release: bool = True) -> None:
        self.do("mousemove", *start)
        self.rest()
        self.do("mousedown", 1)
        self.rest()
        for k in range(1, steps + 1):
            self.do("mousemove", *(round(a + (b - a) * k / steps) for a, b in zip(start, end, strict=True)))
            if k < steps or not release:
                self.rest()  # but for the last move, which may share its frame with the release
        if release:
            self.do("mouseup", 1)


@pytest.fixture
def person(display: str, tmp_path: Path) -> Iterator[Person]:
    """The window is open and shows its first image; afterwards it has closed and left no shared memory behind."""
    environment = {**on_display(display), "STYLESCOPE_CONFIG_DIR": str(tmp_path / "config")}
    state_file = tmp_path / "state.json"
    command = [sys.executable, "-m", "tests.e2e.shell.xdotool_app", str(state_file)]
    window = subprocess.Popen(command, cwd=ROOT, env=environment)
    someone = Person(display, state_file)
    try:
        someone.wait(lambda s: s["up_to_date"] and s["picture"] is not None)
        someone.do("search", "--name", "StyleScope", "windowfocus", "--sync")  # there is no window manager to do it
        yield someone
        someone.chord("q", closes=True)
        assert window.wait(PATIENCE) == 0
    finally:
        window.kill()
        window.wait()
    assert not segments(window.pid)


def test_a_person_at_the_window(person: Person):
    first = person.state()
    person.drag(person.point("Generator/ψ", 0.66), person.point("Generator/ψ", 0.2))
    low = person.wait(lambda s: s["document"]["truncation"]["psi"] < 0.3 and s["up_to_date"])
    assert low["picture"] != first["picture"]
    person.chord("z")
    assert person.wait(lambda s: s["document"] == first["document"] and s["up_to_date"])["picture"] == first["picture"]

    person.drag(person.point("Canvas/picture"), person.point("Canvas/picture", 0.6, 0.6))
    walked = person.wait(lambda s: s["document"]["latent"] != first["document"]["latent"] and s["up_to_date"])
    assert walked["picture"] != first["picture"]

    person.chord("k")
    person.wait(lambda s: s["dialog"])
    person.do("type", "--delay", "40", "reset everything")
    person.do("key", "Return")
    again = person.wait(lambda s: s["document"]["latent"] == first["document"]["latent"] and s["up_to_date"])
    assert again["picture"] == first["picture"]

    # the renderer is killed in the middle of a drag: the window stays and soon shows what the document says
    person.drag(person.point("Generator/ψ", 0.66), person.point("Generator/ψ", 0.4), release=False)
    killed = person.state()["renderer"]
    os.kill(killed, signal.SIGKILL)
    person.do("mousemove", *person.point("Generator/ψ", 0.2))
    person.rest()
    person.do("mouseup", 1)
    back = person.wait(
        lambda s: s["renderer"] not in (None, killed) and s["document"]["truncation"]["psi"] < 0.3 and s["up_to_date"]
    )
    assert not back["failure"]
    person.chord("z")
    assert person.wait(lambda s: s["document"] == first["document"] and s["up_to_date"])["picture"] == first["picture"]
