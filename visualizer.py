"""Opens StyleScope's window: `python visualizer.py [NETWORK]`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from renderer.client import Renderer
from viz import settings_file


class _Bell:
    """Wakes the window once there is one: the renderer starts before the window does, to have its imports done."""

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
def main(network: str, capture_dir: str | None, browse_dir: str | None, device: str | None) -> None:
    """Explore the generator NETWORK: a file, a URL or a run folder; without it, the demo network.

    Options hold for this session; the window's Settings keep theirs.
    """
    given = {"capture_dir": capture_dir, "browse_dir": browse_dir, "device": device}
    overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    bell = _Bell()
    renderer = Renderer(bell)
    try:
        _open(network, overrides, renderer, bell)
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    finally:
        renderer.close()


def _open(network: str, overrides: dict[str, Any], renderer: Renderer, bell: _Bell) -> None:
    from imgui_bundle import hello_imgui

    from viz.app import App, Options

    bell.connect(hello_imgui.request_refresh)
    folder = settings_file.config_dir()
    kept, problem = settings_file.load(folder)
    source = network if "://" in network or not network else str(Path(network).expanduser().absolute())
    options = Options(network=source, config_dir=folder, overrides=overrides, kept=kept, problem=problem)
    app = App(replace(kept, **overrides), renderer, options)
    try:
        app.run()
    finally:
        app.close()


if __name__ == "__main__":
    main()
