"""Looks at a view in windows of several sizes and scales, and finds its faults by the rectangles of its texts."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgui_bundle import glfw_utils

import glfw  # isort: skip  # after imgui_bundle, which selects the library that both share

import pytest
from imgui_bundle import imgui

from foundation.bundled import RECORDED_RUNS
from tests.e2e.driver import Driver, Key
from tests.e2e.shell.looked_at import faults, tab_faults
from tests.soak import ON
from viz.shell import layout
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings, fitting
from viz.ui import record, theme

HD, FULL, FOUR_K = (1280, 720), (1920, 1080), (3840, 2160)
FIRST = FULL, 1.0, "dark"
"""The window's look before and after each view is looked at."""
USUAL = ((FULL, 2.0), (HD, 1.0), (HD, 1.25), (FULL, 1.0))
LOOKS = tuple((size, scale) for size in (HD, FULL, FOUR_K) for scale in fitting(size)) if ON else USUAL
SETTLED = layout.SETTLED + 4
"""Frames until a window of another size is arranged."""


Stop = str | tuple[str, Callable[[], None]]
"""Name of a view; and a function that opens it, after which Esc closes it."""


@dataclass(frozen=True)
class Visit:
    """A part of the window under test.

    Attributes:
        steps: Brings one view after the other into the window, given the driver and an empty folder, and yields the
            name of each while it is there, and with it what opens it in a window of another size, if that closes it.
        draws: Modules of `viz` that draw something meanwhile.
        known: Texts of the user, which may be shortened.
        scene: Changes the first scene.
        options: Further arguments of `drive`.
    """

    steps: Callable[[Driver, Path], Iterator["Stop"]]
    draws: frozenset[str]
    known: frozenset[str] = frozenset()
    scene: Callable[[Scene], Scene] | None = None
    options: dict[str, Any] | None = None


def show(d: Driver, size: tuple[int, int], scale: float, scheme: str) -> None:
    """Give the window a size, a scale and a scheme."""
    glfw.set_window_size(glfw_utils.glfw_window_hello_imgui(), *size)
    d.change(lambda scene: put(put(scene, "settings.scale", scale), "settings.scheme", scheme))
    d.wait_for(lambda: tuple(imgui.get_io().display_size) == size, what=f"a window of {size}")
    d.wait_for(lambda: theme.current.scale == pytest.approx(scale), what=f"a scale of {scale}")


FREE = re.compile(r"'(handle|target) \d+'|'##divider'|'##photo line'|'\d+ s' lies on '\d+\.\d\d' in Timeline")
"""Controls that the user puts anywhere on the picture; the plate of the playhead, which covers the ruler."""


def looked(d: Driver, known: frozenset[str], where: str) -> list[str]:
    """Return the faults that stay: a window whose content has just grown is one frame behind."""
    passing = _faults(d, known)
    if passing:
        d.frames(3)
    return [f"{where}: {fault}" for fault in (_faults(d, known) if passing else ())]


def _faults(d: Driver, known: frozenset[str]) -> list[str]:
    """Return the faults of the next frame."""
    drawn = record.start()
    d.frames(1)
    record.stop()
    return [fault for fault in (*faults(drawn, known), *tab_faults()) if not FREE.search(fault)]


def visited(visit: Visit, d: Driver, folder: Path, seen: set[str]) -> list[str]:
    """Return the faults of every view of a visit at every size and scale. `seen` receives the modules that drew."""
    found: list[str] = []
    with watched(seen):
        for stop in visit.steps(d, folder):
            name, opens = (stop, None) if isinstance(stop, str) else stop
            for k, (size, scale) in enumerate(LOOKS):
                look = size, scale, "dark" if k % 2 else "light"
                show(d, *look)
                d.frames(SETTLED)
                if opens is not None:
                    opens()
                    d.frames(3)
                found += looked(d, visit.known, f"{name} {size} {scale}")
                if opens is not None:
                    d.wait_for(lambda: not d.popup_open() or d.press(Key.escape), what="the menu to close")
                    d.frames(2)
            if look != FIRST:
                show(d, *FIRST)
                d.frames(SETTLED)
    return found


@contextmanager
def watched(seen: set[str]) -> Iterator[None]:
    """Note in `seen` the modules of `viz` outside `viz.ui` that draw something."""
    kept = record.text, record.last_item, record.last_text

    def noted(function: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any) -> None:
            frame = sys._getframe(1)
            while frame is not None:
                name = frame.f_globals.get("__name__", "")
                if (name.startswith("viz.") and not name.startswith("viz.ui.")) or name == "viz.ui.notifications":
                    seen.add(name)
                    break
                frame = frame.f_back
            function(*args)

        return call

    record.text, record.last_item, record.last_text = map(noted, kept)
    try:
        yield
    finally:
        record.text, record.last_item, record.last_text = kept


def settings() -> Settings:
    """Settings with the runs that come with the program."""
    return Settings(run_dirs=str(RECORDED_RUNS))
