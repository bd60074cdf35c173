"""Inputs of the rendering commands: the network, its classes and directions."""

from collections.abc import Sequence

import click
from torch import Tensor

from foundation.specs.formats import BendChoice, DirectionChoice, StyleChoice
from foundation.specs.pictures import DrawingSpec, EditedSpec
from gan.cli.progress import progress
from gan.edits.directions import Direction, chosen_direction
from gan.edits.styles import ChannelOffset, offset_of
from gan.images import Label, RenderOptions, device_of, load_generator
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import Generator
from gan.ops.bending import Bend


def chosen_label(spec: DrawingSpec) -> Label | None:
    """Return the class or the numbers that all images are given; None: the class of each seed. Raises ValueError."""
    if spec.condition and spec.label is not None:
        raise ValueError("Give either --class or --condition.")
    return spec.condition or spec.label


def open_generator(spec: DrawingSpec) -> StyleGenerator:
    """Load a command's generator. Prints a note if a class is given to an unconditional network, and ignores it."""
    with progress("Download (bytes)", own=False) as report:
        G = load_generator(spec.network, spec.device, report)
    if chosen_label(spec) is not None and G.c_dim == 0:
        click.echo("Note: this network has no classes, so --class or --condition is ignored.", err=True)
    return G


def style_offsets_of(G: Generator, choices: Sequence[StyleChoice]) -> dict[str, Tensor]:
    """Return the chosen offsets of styles by layer. Raises ValueError where the network has no such channel."""
    moves = [ChannelOffset(choice.layer, choice.channel, choice.amount) for choice in choices]
    return {name: offset.to(device_of(G)) for name, offset in offset_of(G.synthesis, moves).items()}


def bends_of(G: Generator, choices: Sequence[BendChoice]) -> dict[str, tuple[Bend, ...]]:
    """Return the chosen operations by layer. Raises ValueError where the network has no such layer."""
    found: dict[str, tuple[Bend, ...]] = {}
    for choice in choices:
        if choice.layer not in G.synthesis.layer_names:
            known = ", ".join(G.synthesis.layer_names)
            raise ValueError(f"There is no layer {choice.layer} to bend: this network's are {known}.")
        bend = Bend(choice.kind, choice.amount, choice.channels)  # type: ignore[arg-type]  # its reader checks the kind
        found[choice.layer] = (*found.get(choice.layer, ()), bend)
    return found


def render_options_of(G: Generator, spec: EditedSpec, noise_mode: str) -> RenderOptions:
    """Return what a command renders with beside the w vectors. Raises ValueError where the network cannot."""
    options = RenderOptions(
        noise_mode=noise_mode,
        translate=spec.translate,
        rotate=spec.rotate,
        style_offsets=style_offsets_of(G, spec.style_offsets),
        bends=bends_of(G, spec.bends),
    )
    options.check(G)
    return options


def directions_of(G: Generator, choices: Sequence[DirectionChoice]) -> tuple[Direction, ...]:
    """Read the chosen directions from their files, on the layers that were chosen, or that a file names."""
    found = []
    for choice in choices:
        one = chosen_direction(choice.file, choice.name)
        layers = tuple(range(G.num_ws)) if choice.every_layer else choice.layers
        found.append(Direction(one.vector, choice.strength, layers if layers is not None else one.layers or None))
    return tuple(found)
