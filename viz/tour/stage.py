"""Playback of a script in an open window, one step per frame."""

from collections.abc import Callable, Iterator

from imgui_bundle import hello_imgui

from viz.shell.app import App
from viz.tour.pointer import Hand
from viz.ui.widgets import spots


class Stage:
    """Step a script (a generator) before every frame of the window, and close the window when it ends.

    An exception of the script is stored in `problem`, because it must not cross the window's frame loop.
    """

    def __init__(self, app: App, clock: Callable[[], float]) -> None:
        self.app = app
        self.hand = Hand({}, clock)
        self.problem: Exception | None = None
        self._script: Iterator[None] | None = None

    def attach(self, params: hello_imgui.RunnerParams, script: Iterator[None]) -> None:
        """Play `script` in the window that will be run with `params`."""
        self._script = script
        spots.watch(self.hand.places)
        before, draw = params.callbacks.pre_new_frame, params.callbacks.post_render_dockable_windows

        def step() -> None:
            self._step()
            before()

        def point() -> None:
            draw()
            self.hand.draw()

        params.callbacks.pre_new_frame, params.callbacks.post_render_dockable_windows = step, point

    def _step(self) -> None:
        if self._script is None:
            return
        hello_imgui.request_refresh()
        try:
            next(self._script)
        except StopIteration:
            self._end()
        except (LookupError, RuntimeError, OSError, TimeoutError) as problem:
            self.problem = problem
            self._end()

    def _end(self) -> None:
        self._script = None
        spots.unwatch(self.hand.places)
        hello_imgui.get_runner_params().app_shall_exit = True
