"""Inputs of the rendering commands: the network, its classes and directions."""

from collections.abc import Sequence

import click

from foundation.specs.formats import DirectionChoice
from foundation.specs.pictures import DrawingSpec
from gan.cli.progress import progress
from gan.edits.directions import Direction, load_direction
from gan.images import load_generator
from gan.networks.protocol import Generator


def open_generator(spec: DrawingSpec) -> Generator:
    """Load a command's generator. Prints a note if a class is given to an unconditional network, and ignores it."""
    with progress("Download (bytes)", own=False) as report:
        G = load_generator(spec.network, spec.device, report)
    if spec.label is not None and G.c_dim == 0:
        click.echo("Note: this network has no classes, so --class is ignored.", err=True)
    return G


def directions_of(G: Generator, choices: Sequence[DirectionChoice]) -> tuple[Direction, ...]:
    """Read the chosen directions from their files."""
    return tuple(
        Direction(
            load_direction(choice.file),
            choice.strength,
            tuple(range(G.num_ws)) if choice.every_layer else choice.layers,
        )
        for choice in choices
    )
