"""`python -m renderer picture`: the image of a recipe, byte for byte as the window shows it on the same device."""

from pathlib import Path

import click

from foundation.files import free_name
from foundation.pictures import format_of, save_picture
from foundation.process import unlooked
from foundation.transparency import trimmed
from renderer.cli.opening import note_network, opened, recipe_text
from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.engine.base import Host
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import RenderRequest


class QuietWatch:
    """Watch that never interrupts a render."""

    def check(self, share: float) -> None:
        """Never interrupt."""

    def loading(self, share: float | None) -> None:
        """Ignore loading progress."""


@click.command()
@click.option(
    "--recipe",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture or film that StyleScope saved, a .stylescope session, or a recipe as .yaml.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output: .png, .jpg or .webp.  [default: a PNG beside the recipe]",
)
@click.option("--network", help="Network to use instead of the recipe's: a file, a URL or a run folder.")
@click.option("--device", default="auto", show_default=True, help="Device: auto, cpu, cuda, cuda:1, mps.")
def picture(source: Path, out: Path | None, network: str | None, device: str) -> None:
    """Render the image of a recipe to a picture, which again contains the recipe."""
    if out is not None and format_of(out) is None:
        raise click.UsageError(f"--out={out} must end in .png, .jpg or .webp.")
    arrays = ArrayStore()
    found = opened(source, network, arrays)
    document = found.document
    target = out or free_name(source.with_name(f"{source.stem}-rendered.png"))
    request = request_for(document, found.display, device, 1)
    if found.at is not None:
        request = requested(request, document.timeline, found.at)
    pixels = render(request, arrays)  # before the text, which pins the network that was read
    text = recipe_text(recipe.Recipe(document, found.display, found.at), arrays)
    try:
        save_picture(target, trimmed(pixels), {recipe.KEY: text})
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror or error}.") from error
    click.echo(target)


def render(request: RenderRequest, arrays: ArrayStore) -> RGBA:
    """Return the image of a request [H, W, 4]. Raises click.ClickException with a sentence on failure."""
    with unlooked():
        from renderer.engine.pipeline import Pipeline

    engine = Pipeline(Host(arrays), wait_for_kernels=True)
    try:
        note_network(engine.model(request, QuietWatch()), request.image.network.source, arrays)
        return engine.still(request, QuietWatch())
    except Exception as error:  # the engine has words for every error, as in the renderer process
        told = engine.failure(request, error)
        raise click.ClickException(f"{told.message} {told.advice}") from error
