"""What the commands are given: a file that remembers a document, and perhaps another network for it."""

from dataclasses import replace
from pathlib import Path

import click

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.recall import Recalled, recall


def opened(source: Path, network: str | None, arrays: ArrayStore) -> Recalled:
    """What a file remembers, with another network where one is named; what of it is lost is told.

    Raises click.ClickException where it remembers nothing.
    """
    try:
        found = recall(source, arrays)
    except recipe.RecipeError as error:
        raise click.ClickException(str(error)) from error
    for note in found.notes:
        click.echo(f"Left out: {note}", err=True)
    if network is None:
        return found
    where = network if "://" in network else str(Path(network).expanduser().absolute())
    return replace(found, document=recipe.with_network(found.document, where))
