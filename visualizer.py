"""Opens StyleScope's window: `python visualizer.py [NETWORK]`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from renderer.ipc.client import Renderer
from viz.state import settings_file

Watch = Callable[[Any, Any], None]


class _Bell:
    """Wakes the window once it exists: the renderer starts first, so that its imports overlap the window's start."""

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


def open_window(network: str, overrides: dict[str, Any], watch: Watch | None = None, session: str = "") -> None:
    """Open the window on `network` and return when it is closed.

    Args:
        network: A file, a URL or a run folder; empty for the demo network.
        overrides: Settings for this session only.
        watch: Called with the app and hello_imgui's parameters just before the window opens, to measure it.
        session: Session, image or film with a recipe to open; empty for none.

    Raises RuntimeError where no window can be opened.
    """
    bell = _Bell()
    renderer = Renderer(bell)
    try:
        from imgui_bundle import hello_imgui

        from viz.shell import runner
        from viz.shell.app import App
        from viz.state.settings import Options, config_dir

        bell.connect(hello_imgui.request_refresh)
        folder = config_dir()
        kept, problem = settings_file.load(folder)
        options = Options(
            network=_source(network),
            session=session,
            config_dir=folder,
            overrides=overrides,
            kept=kept,
            problem=problem,
        )
        app = App(replace(kept, **overrides), renderer, options)
        restore_signals = runner.on_signals(lambda: app.close_window("anyway"))
        try:
            app.run(watch)
        finally:
            app.close()
            restore_signals()
    finally:
        renderer.close()


def _tour(folder: Path, network: str, device: str) -> None:
    bell = _Bell()
    renderer = Renderer(bell)
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
