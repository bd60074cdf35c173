"""Input of the commands: a file that holds a document, and an optional other network."""

from dataclasses import replace
from pathlib import Path

import click

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.recall import Recalled, recall


def opened(source: Path, network: str | None, arrays: ArrayStore) -> Recalled:
    """Read a file, replace its network if one is named, and print lost parts.

    Raises click.ClickException if nothing in it can be read.
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
