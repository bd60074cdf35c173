"""Scripted real window, shared by the benchmarks of the window."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from viz.shell import headless  # first: it configures PyOpenGL for use without a display

if TYPE_CHECKING:
    from viz.tour.stage import Stage


def play(
    script: "Callable[[Stage], Iterator[None]]",
    make_renderer: Callable[[Callable[[], None]], Any] | None = None,
    prepare: Callable[[Any], None] | None = None,
    network: str = "",
    size: tuple[int, int] = (1280, 720),
    **settings: Any,
) -> None:
    """Open the window (off screen where there is no display), step `script` before each frame, close it.

    Args:
        script: Generator function of the stage; the window closes when it ends.
        make_renderer: Creates the renderer from a function that wakes the window; default: the real renderer process.
        prepare: Called with the window's parameters before it opens.
        network: Network to open; empty for the 32-pixel demo network.
        size: Size of the window.
        settings: User settings that differ from the defaults.

    Raises:
        LookupError, RuntimeError, OSError, TimeoutError: raised by `script`.
    """
    from imgui_bundle import hello_imgui, immapp

    from renderer.ipc.client import Renderer
    from viz.shell.app import App, Options
    from viz.state.settings import Settings
    from viz.tour.stage import Stage

    renderer = (make_renderer or Renderer)(hello_imgui.request_refresh)
    app = App(Settings(frame_limit=60, vsync=False, **settings), renderer, Options(network, keep=False, size=size))
    stage = Stage(app, time.perf_counter)
    headless.prepare()
    params = app.runner_params()
    if prepare is not None:
        prepare(params)
    stage.attach(params, script(stage))
    try:
        immapp.run(params, app.add_ons())
    finally:
        app.close()
        renderer.close()
    if stage.problem:
        raise stage.problem
