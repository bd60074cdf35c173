"""Opens StyleScope's window: `python visualizer.py [NETWORK]`."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foundation.bundled import FIRST
from renderer.ipc.child import WORKER, Child

if TYPE_CHECKING:
    from renderer.ipc.client import Renderer

Watch = Callable[[Any, Any], None]


class _Bell:
    """Wakes the window once it exists."""

    def __init__(self) -> None:
        self._ring: Callable[[], None] | None = None

    def connect(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def __call__(self) -> None:
        if self._ring is not None:
            self._ring()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("network", required=False, default="")
@click.option("--capture-dir", type=click.Path(file_okay=False), help="Where pictures are saved.")
@click.option("--browse-dir", type=click.Path(file_okay=False), help="Where the file browser opens.")
@click.option("--device", help="Where networks run: auto, cpu, cuda, cuda:1, mps.  [default: as set in the window]")
@click.option(
    "--session",
    type=click.Path(dir_okay=False),
    help="Opens what a session, or a picture or film that StyleScope saved, remembers.",
)
@click.option(
    "--tour", type=click.Path(file_okay=False), help="Let the window show itself; pictures and a film go here."
)
def main(
    network: str,
    capture_dir: str | None,
    browse_dir: str | None,
    device: str | None,
    session: str | None,
    tour: str | None,
) -> None:
    """Explore the generator NETWORK: a file, a URL or a run folder; without it, the demo network.

    Options apply to this session only and are not written to the settings file.
    """
    given = {"capture_dir": capture_dir, "browse_dir": browse_dir, "device": device}
    overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        if tour is None:
            open_window(network, overrides, session=session or "")
        else:
            _tour(Path(tour), _source(network), device or "auto")
    except (RuntimeError, LookupError, TimeoutError) as error:
        raise click.ClickException(str(error)) from error


def open_window(
    network: str, overrides: dict[str, Any], watch: Watch | None = None, session: str = "", *, welcome: bool = True
) -> None:
    """Open the window on `network` and return when it is closed.

    Args:
        network: A file, a URL or a run folder; empty for the last session, or the bundled one.
        overrides: Settings for this session only.
        watch: Called with the app and hello_imgui's parameters just before the window opens, to measure it.
        session: Session, image or film with a recipe to open; empty for none.
        welcome: Open on Start, the first time with a picture that walks by itself.

    Raises RuntimeError where no window can be opened.
    """
    bell = _Bell()
    renderer = start_renderer(bell)
    gc.disable()  # imports make objects that stay
    try:
        from viz.shell import runner
        from viz.shell.app import App
        from viz.state import settings_file
        from viz.state.settings import Options, config_dir

        folder = config_dir()
        kept, problem = settings_file.load(folder)
        options = Options(
            network=_source(network),
            first=str(FIRST),
            session=session,
            config_dir=folder,
            overrides=overrides,
            kept=kept,
            problem=problem,
            welcome=welcome,
        )
        app = App(replace(kept, **overrides), renderer, options)
        bell.connect(app.wake)
        gc.enable()
        restore_signals = runner.on_signals(lambda: app.close_window("anyway"))
        try:
            app.run(watch)
        finally:
            app.close()
            restore_signals()
    finally:
        gc.enable()
        renderer.close()


def start_renderer(bell: Callable[[], None]) -> "Renderer":
    """Start the renderer's process, then import what talks to it: its imports overlap those of the window.

    `bell` is called when it has answered. Raises OSError where no process can be started.
    """
    child = Child(WORKER, ())
    try:
        from renderer.ipc.client import Renderer

        return Renderer(bell, child=child)
    except BaseException:
        child.kill()  # otherwise this process would wait for it at its end
        raise


def _tour(folder: Path, network: str, device: str) -> None:
    bell = _Bell()
    renderer = start_renderer(bell)
    try:
        from imgui_bundle import hello_imgui

        from viz.tour.run import run

        bell.connect(hello_imgui.request_refresh)
        for path in run(folder, renderer, network, device):
            click.echo(path)
    finally:
        renderer.close()


def _source(network: str) -> str:
    return network if "://" in network or not network else str(Path(network).expanduser().absolute())


if __name__ == "__main__":
    main()
