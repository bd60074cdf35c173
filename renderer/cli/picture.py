"""`python -m renderer picture`: the image of a recipe, byte for byte as the window shows it on the same device."""

from pathlib import Path

import click
import numpy as np

from renderer.cli.opening import opened
from renderer.document import metadata, recipe
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.files import free_name
from renderer.engine.base import Host
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import RenderRequest


class QuietWatch:
    """Nobody waits for anything newer."""

    def check(self, share: float) -> None:
        """Goes on."""

    def loading(self, share: float | None) -> None:
        """Says nothing."""


@click.command()
@click.option(
    "--recipe",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A PNG or MP4 that StyleScope saved, a .stylescope session, or a recipe as .yaml.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The PNG.  [default: beside the recipe]")
@click.option("--network", help="Another network than the recipe names: a file, a URL or a run folder.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
def picture(source: Path, out: Path | None, network: str | None, device: str) -> None:
    """Render the picture of a recipe into a PNG, which carries the recipe again."""
    arrays = ArrayStore()
    found = opened(source, network, arrays)
    document = found.document
    target = out or free_name(source.with_name(f"{source.stem}-rendered.png"))
    request = request_for(document, found.display, device, 1)
    if found.at is not None:
        request = requested(request, document.timeline, found.at)
    pixels = render(request, arrays)
    text = recipe.write(recipe.Recipe(document, found.display, found.at), arrays)
    try:
        metadata.save_png(target, np.ascontiguousarray(pixels[..., :3]), {recipe.KEY: text})
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror or error}.") from error
    click.echo(target)


def render(request: RenderRequest, arrays: ArrayStore) -> RGBA:
    """Return the image of a request [H, W, 4]. Raises click.ClickException with a sentence on failure."""
    from renderer.engine.pipeline import Pipeline

    engine = Pipeline(Host(arrays), wait_for_kernels=True)
    try:
        return engine.still(request, QuietWatch())
    except Exception as error:  # the engine has words for every error, as in the renderer process
        told = engine.failure(request, error)
        raise click.ClickException(f"{told.message} {told.advice}") from error
