"""Opens the real window under the Dear ImGui Test Engine, with no display, and works it by real input events.

    def test_psi():
        def steps(d: Driver):
            d.drag_slider("//Generator/ψ/##track", 0.2)
            d.wait_frame()
            assert d.scene.document.truncation.psi < 0.5
        drive(steps)

The steps run in another thread, in turn with the window (never at the same time), without an OpenGL context: they may
read `d.app` freely. Exceptions of the steps are raised by `drive`; a control that cannot be found fails the test.
"""

import faulthandler
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.shell import headless  # first: it selects PyOpenGL's headless platform

# isort: split
from imgui_bundle import hello_imgui, imgui
from imgui_bundle.immapp import testing
from PIL import Image

from renderer.fake.client import FakeRenderer
from renderer.ipc.client import Renderer
from renderer.ipc.interface import AnyRenderer
from tests.e2e.looks import Changes, Hands
from tests.waiting import PATIENCE
from viz.shell.app import App
from viz.shell.offscreen import Target
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.settings import Options, Settings
from viz.ui import draw_cache
from viz.ui.draw_cache import Look

Key = imgui.Key
TOP, BOTTOM = "//##Top_2123243", "//##Bottom_2123243"
"""The app bar and the status bar: hello_imgui names the windows of its edge toolbars so."""
_A_WHILE = 10
_ACTING = 4
"""Frames in which the effects of an action are looked for as closely as in those of the action itself."""
_ACTED, _WAITED = 8, 16
"""Frames after which the parts of the window are compared with the cache though nothing has changed."""
_LONGEST = 3600.0
"""Seconds after which the test engine would give up a test; pytest does it earlier."""

if hasattr(signal, "SIGPIPE"):
    # The test engine makes a broken pipe, as of a renderer that died, the end of the process, and it does so before the
    # first frame undoes that. Blocked, it only makes the write fail; threads take the block over from their starter.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})


class Driver:
    """Handle for the steps of a test: the window, the test engine, and helpers that wait instead of sleeping."""

    def __init__(self, app: App, ctx: Any) -> None:
        self.app, self.ctx = app, Hands(ctx, self._pointing)
        self.looking = False
        """Frames are drawn with all their pixels."""
        self.waiting = 0
        """Number of frames of which the test has only waited for the end; 0 while it acts."""
        self.seeks = True
        """False in calls of the test engine that look for no items."""
        self._changes = Changes(app)

    @property
    def scene(self) -> Scene:
        """The present scene."""
        return self.app.scene

    @property
    def facts(self) -> Facts:
        """Return the state that panels received in the newest frame."""
        return self.app.facts

    @property
    def renderer(self) -> Any:
        """The renderer; by default a FakeRenderer."""
        return self.app.renderer

    def look(self) -> Look:
        """Return what the next frame does with the cached parts of the window."""
        if self._changes.due(_WAITED if self.waiting > _ACTING else _ACTED):
            return Look.COMPARE
        seeks = self.seeks and imgui.get_current_context().test_engine_hook_items
        return Look.DRAW if seeks else Look.REPLAY

    @contextmanager
    def _pointing(self) -> Iterator[None]:
        """Return a context for calls of the test engine that look for no items, which need not be drawn for it."""
        self.seeks = False
        try:
            yield
        finally:
            self.seeks = True

    # -- waiting --

    def frames(self, count: int = 2) -> None:
        """Let the window draw some frames. Ten and more are a while: they take as long as on a screen of 60 Hz."""
        if count < _A_WHILE:
            self.ctx.yield_(count)
        else:
            for left in range(count, 0, -1):
                end = time.monotonic() + 1 / 60
                self.waiting = self.waiting + 1 if left > 1 else 0
                self.ctx.yield_()
                time.sleep(max(0.0, end - time.monotonic()))
        # The test engine ignores everything after its first error, so stop there.
        assert not self.ctx.is_error(), "the test engine could not do the last thing asked of it; see its log"

    def wait_for(self, found: Callable[[], object], seconds: float = PATIENCE, what: str = "") -> None:
        """Draw frames until `found()` is true. Raises AssertionError after `seconds`."""
        end = time.monotonic() + seconds
        pause, waited = 0.0, 0
        while not found():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds:.0f} s in vain{' for ' + what if what else ''}")
            self.waiting = waited = waited + 1
            self.frames(1)
            self.waiting = 0
            time.sleep(pause)  # leaves the CPU to whoever is waited for
            pause = min(1.25 * pause + 0.001, 0.05)

    def wait_frame(self, seconds: float = PATIENCE) -> None:
        """Draw frames until the image shown answers the present document (or has failed to).

        A draft is waited out, unless something is held or plays: it differs from one machine to the next.
        """
        self.frames(2)
        self.wait_for(lambda: self.app.up_to_date and not self._soon_whole, seconds, "a picture of the document")
        self.ctx.yield_()

    def wait_whole(self) -> None:
        """Draw frames until the image shown answers the present document and is no draft, as images in motion are."""
        self.wait_frame()
        self.wait_for(lambda: self.app.up_to_date and not self._drafted, what="the whole picture")
        self.ctx.yield_()

    @property
    def _soon_whole(self) -> bool:
        held = self.app.scene.view.moving or any(imgui.is_mouse_down(button) for button in range(3))
        return self._drafted and not held and self.app.link.failure is None

    @property
    def _drafted(self) -> bool:
        frame = self.app.link.frame
        return frame is not None and (frame.low_res > 0 or frame.fast)

    def change(self, change: Callable[[Scene], Scene]) -> None:
        """Change the scene as a panel would, in one step, and let it take effect."""
        self.app.change(change)
        self.frames(2)

    # -- looking --

    def picture(self) -> NDArray[np.uint8]:
        """A copy of the image shown, [H, W, 4]."""
        pixels = self.app.link.pixels()
        assert pixels is not None, "no picture is shown"
        return pixels.copy()

    def window(self) -> NDArray[np.uint8]:
        """The window as it looks, [H, W, 3]."""
        taken: list[NDArray[np.uint8]] = []
        self.looking = True  # from the next frame on: the steps run after this one is drawn
        self.frames(1)
        self.app.photograph(taken.append)
        self.wait_for(lambda: taken, what="a picture of the window")
        self.looking = False
        return taken[0]

    def screenshot(self, path: str | Path) -> None:
        """The window as it looks, into a PNG."""
        Image.fromarray(self.window()).save(path)

    def rect(self, item: str) -> tuple[float, float, float, float]:
        """Return an item's rectangle: x0, y0, x1, y1 in screen pixels."""
        info = self.ctx.item_info(item, imgui.test_engine.TestOpFlags_.no_error)
        assert info.id_, f"there is no item {item}"
        return info.rect_full.min.x, info.rect_full.min.y, info.rect_full.max.x, info.rect_full.max.y

    def exists(self, item: str) -> bool:
        """Return True if an item is in the window."""
        return bool(self.ctx.item_info(item, imgui.test_engine.TestOpFlags_.no_error).id_)

    def popup_open(self) -> bool:
        """True while a dialog, menu or other popup is open."""
        every = imgui.PopupFlags_.any_popup_id | imgui.PopupFlags_.any_popup_level
        return bool(imgui.is_popup_open("", every))

    # -- acting --

    def press(self, *keys: Any) -> None:
        """Press and release a chord, as `press(Key.mod_ctrl, Key.z)`."""
        chord = 0
        for key in keys:
            chord |= int(key)
        self.ctx.key_press(chord)
        self.frames(2)

    def click(self, item: str, button: int = 0) -> None:
        """Click an item."""
        self.rect(item)
        self.ctx.mouse_move(item)
        self.ctx.mouse_click(button)
        self.frames(1)

    def double_click(self, item: str = "") -> None:
        """Double click an item, or at the pointer, independent of the frame rate."""
        io = imgui.get_io()
        usual = io.mouse_double_click_time, io.mouse_single_click_delay
        io.mouse_double_click_time, io.mouse_single_click_delay = PATIENCE, PATIENCE + 1
        if item:
            self.ctx.item_double_click(item)
        else:
            self.ctx.mouse_double_click(0)
        io.mouse_double_click_time, io.mouse_single_click_delay = usual
        self.frames(2)

    def menu(self, path: str) -> None:
        """Choose a menu item, as `menu("View/###hide-panels")`: an item's id is that of its command."""
        for part in path.split("/"):
            self.click(f"//**/{part}")
            self.frames(2)

    def type_into(self, item: str, text: str) -> None:
        """Ctrl+click an item, replace what it holds, and press Enter."""
        self.ctx.item_input(item)
        self.ctx.key_chars_replace_enter(text)
        self.frames(2)

    def drag_slider(self, item: str, share: float, steps: int = 6) -> None:
        """Drag along a slider's track to `share` (0..1) of its width."""
        x0, y0, x1, y1 = self.rect(item)
        y = (y0 + y1) / 2
        self.drag([(x0 + (x1 - x0) * (0.5 + (share - 0.5) * k / steps), y) for k in range(steps + 1)])

    def drag(self, points: list[tuple[float, float]], button: int = 0, *, release: bool = True) -> None:
        """Press at the first point, move through the others, release at the last."""
        self.ctx.mouse_move_to_pos(imgui.ImVec2(*points[0]))
        self.ctx.yield_()
        self.ctx.mouse_down(button)
        self.ctx.yield_()
        for point in points[1:]:
            self.ctx.mouse_move_to_pos(imgui.ImVec2(*point))
            self.ctx.yield_()
        if release:
            self.ctx.mouse_up(button)
        if release:
            self.frames(2)


def written(files: Iterable[Path]) -> list[Path]:
    """Return those that have their content: a name is taken by an empty file until it is there."""
    return [file for file in files if file.stat().st_size]


def drive(
    steps: Callable[[Driver], None],
    *,
    network: str | None = None,
    renderer: str | AnyRenderer = "fake",
    size: tuple[int, int] = (1280, 720),
    settings: Settings | None = None,
    scene: Callable[[Scene], Scene] | None = None,
    family: str = "StyleGAN3-T",
    resolution: int = 64,
    seed: int = 0,
    config_dir: Path | None = None,
    options: dict[str, Any] | None = None,
    broken: bool = False,
) -> App:
    """Open a window, run `steps` in it, close it. Returns the app as it was left.

    Args:
        network: Network to open first; None for the demo network.
        renderer: "fake" (in this process, answers at once), "slow" (the same, says that an image takes 200 ms), "real"
            (the child process), or one of your own.
        size: Size of the window in pixels, independent of the display.
        settings: Instead of the defaults. Captures go to a temporary folder unless they name one.
        scene: Changes the first scene.
        family, resolution: Of the fake network.
        seed: Of random seeds.
        config_dir: Folder for settings and layouts; otherwise nothing is saved.
        broken: Allow exceptions of panels; otherwise they fail the test, though the window itself continues.
        options: Further fields of `viz.shell.app.Options`.
    """
    held: AbstractContextManager[str] = (
        tempfile.TemporaryDirectory() if config_dir is None else nullcontext(str(config_dir))
    )
    with held as folder:
        settings = replace(settings or Settings(), frame_limit=0)  # tests need not wait for a screen
        if not settings.capture_dir:
            settings = replace(settings, capture_dir=str(Path(folder) / "captures"))
        if not settings.run_dirs:
            settings = replace(settings, run_dirs=str(Path(folder) / "runs"))
        if renderer == "fake":
            renderer = FakeRenderer(hello_imgui.request_refresh, family, resolution)  # type: ignore[arg-type]
        elif renderer == "slow":
            renderer = FakeRenderer(hello_imgui.request_refresh, family, resolution, full_ms=200.0)  # type: ignore[arg-type]
        elif renderer == "real":
            renderer = Renderer(hello_imgui.request_refresh)
        assert not isinstance(renderer, str)
        app = App(
            settings,
            renderer,
            Options(
                network=network or "",
                config_dir=Path(folder),
                keep=config_dir is not None,
                size=size,
                idling=False,
                strict=True,
                chance=random.Random(seed),
                **{"welcome": False, **(options or {})},
            ),
        )
        if scene is not None:
            app.change(scene)
        drivers: list[Driver] = []
        target = Target(size)
        app.screen.seen = lambda: app.photographing or any(one.looking for one in drivers)
        draw_cache.current.look = lambda: drivers[0].look() if drivers else Look.REPLAY
        params = app.runner_params()
        target.attach(params)
        _without_crash_handler(params)
        headless.prepare()
        try:
            testing.run(
                test_function=lambda ctx: _run(steps, _driver(app, ctx, drivers)),
                runner_params=params,
                add_ons_params=app.add_ons(),
            )
        finally:
            app.close()
            renderer.close()
        if app.guard.errors and not broken:
            raise app.guard.errors[0]
        return app


def _run(steps: Callable[[Driver], None], d: Driver) -> None:
    """Run the steps of a test; then compare no more drawings: the engine puts the style of its start back."""
    try:
        steps(d)
    finally:
        draw_cache.current.checks = False


def _driver(app: App, ctx: Any, drivers: list[Driver]) -> Driver:
    """The driver of a test that may last as long as pytest lets it: some wait for real trainings.

    It is added to `drivers`.
    """
    io = imgui.test_engine.get_io(hello_imgui.get_imgui_test_engine())
    io.config_watchdog_warning = io.config_watchdog_kill_test = _LONGEST
    drivers.append(Driver(app, ctx))
    return drivers[0]


def _without_crash_handler(params: Any) -> None:
    """Undo the test engine's handlers of deadly signals, which end the process without a word.

    A broken pipe of a renderer that died is no crash. For all others the traceback of pytest is put back.
    """
    before = params.callbacks.pre_new_frame

    def restore() -> None:
        if hasattr(signal, "SIGPIPE"):
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python has it from the start
        if _tracebacks is not None:
            faulthandler.disable()  # otherwise it takes itself for installed
            faulthandler.enable(_tracebacks)
        params.callbacks.pre_new_frame = before
        before()

    params.callbacks.pre_new_frame = restore


_tracebacks: int | None = None
"""File descriptor that tracebacks of crashes are written to."""


def write_tracebacks_to(descriptor: int) -> None:
    """Set the file descriptor that tracebacks of crashes are written to."""
    global _tracebacks
    _tracebacks = descriptor
