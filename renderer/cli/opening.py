"""Input of the commands: a file that holds a document, and an optional other network."""

import os
from dataclasses import replace
from pathlib import Path

import click

from foundation.network_files import newest_network
from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.held_arrays import TooManyArraysError
from renderer.document.recall import Recalled, recall
from renderer.ipc.protocol import ModelInfo

_NOTES = 20
"""Lost parts that are printed."""


def recipe_text(made: recipe.Recipe, arrays: ArrayStore) -> str:
    """Return a recipe as text. Raises click.ClickException if it is too large."""
    try:
        return recipe.write(made, arrays)
    except TooManyArraysError as error:
        raise click.ClickException(f"The recipe cannot be written: {error}.") from error


def begun(session: str, nice: int, kinds: str) -> Path:
    """Lower the priority of a command, and return the file that it reads. Raises click.UsageError if there is none."""
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    if not os.path.isfile(session):
        raise click.UsageError(f"There is no file {session}: give a .stylescope session, or a {kinds}.")
    return Path(session)


def opened(source: Path, network: str | None, arrays: ArrayStore) -> Recalled:
    """Read a file, replace its network if one is named, and print lost parts.

    Raises click.ClickException if nothing in it can be read.
    """
    try:
        found = recall(source, arrays)
    except recipe.RecipeError as error:
        raise click.ClickException(str(error)) from error
    for note in found.notes[:_NOTES]:
        click.echo(f"Left out: {note}", err=True)
    if len(found.notes) > _NOTES:
        click.echo(f"Left out: {len(found.notes) - _NOTES} more", err=True)
    network = found.document.network.source if network is None else network
    if network == found.document.network.source and not newest_network(network):
        return found
    return replace(found, document=recipe.with_network(found.document, _pinned(network)))


def _pinned(network: str) -> str:
    """Return a source as documents keep it: of a run folder the newest network, whose image this is."""
    if not network or "://" in network:
        return network
    path = Path(network).expanduser().absolute()
    return newest_network(str(path)) or str(path)


def note_network(model: ModelInfo, source: str, arrays: ArrayStore) -> None:
    """Record the network that was read, and print a line if it is not the one of the document."""
    arrays.networks.opened(source, model.sha256, model.fingerprint)
    for sentence in arrays.networks.changed():
        click.echo(sentence, err=True)
